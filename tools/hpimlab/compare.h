/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_COMPARE_H
#define HPIMLAB_COMPARE_H

/* The tables of a router as routers of other makers print them, of both worlds side by side. */
#include "hpimlab/daemons.h"

/**
 * compare_tables() - Print them, when they are equal or @patience is over. GenIDs are random, and
 * of a time it counts whether the timer runs; neighbors come in the order of their Hellos.
 * @ret_late_at: since when they should have been equal, of lab_now(), or 0: they were at once.
 *
 * Return: whether they are equal.
 */
bool compare_tables(const struct lab *lab, struct sim_net *sim, uint16_t router, hp_time patience,
		    hp_time *ret_late_at);

#endif
