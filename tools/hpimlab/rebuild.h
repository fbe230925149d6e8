/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_REBUILD_H
#define HPIMLAB_REBUILD_H

/* A scenario of a network that runs: its topology, and that it comes to the same state again. */
#include "hpimlab/reports.h"
#include "hpimsim/scenario.h"

/**
 * rebuild_scenario() - Links are found by neighbors, costs by the metrics of trees, sources and
 * members by trees and groups. Addresses are those of scenarios; groups are numbered in their
 * order.
 * @remarks: where lines with "# " go: what is called how, and what was left out.
 *
 * Return: false: said on standard error what a scenario cannot hold.
 */
bool rebuild_scenario(const struct reports *reports, enum ip_family family, const char *name,
		      struct scenario *ret_scenario, FILE *remarks);

#endif
