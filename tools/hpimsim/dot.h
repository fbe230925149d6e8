/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_DOT_H
#define HPIMSIM_DOT_H

#include <stdio.h>

#include "simnet/net.h"

/** dot_write() - The network as a Graphviz graph, with the trees as the forwarding planes have
 * them. */
void dot_write(FILE *file, const struct sim_net *net);

#endif
