/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_TABLES_H
#define HPIMSIM_TABLES_H

/* The tables of a router as `hpimctl show ip ...` prints them. */
#include <stdio.h>

#include "simnet/net.h"

/**
 * tables_print() - PIM interfaces, neighbors and multicast routes of a router whose daemon runs,
 * each below a line "== SECONDS ROUTER COMMAND".
 */
void tables_print(struct sim_net *net, uint16_t router, FILE *file);

#endif
