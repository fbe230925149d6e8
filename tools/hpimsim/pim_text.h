/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_PIM_TEXT_H
#define HPIMSIM_PIM_TEXT_H

/* The trees of PIM-DM in words, for expectations. */
#include "hpimsim/facts.h"

/**
 * pim_trees_text() - "F eth0 originator > eth1; eth1 W; eth2 P L(R2)": upstream state, RPF
 * interface, outputs, and the ports with a prune (PP, P) or assert (W, L) state. Several trees are
 * joined by " | ", each but the first group with its number: "#1 P eth0".
 */
void pim_trees_text(const struct sim_net *net, const struct facts *facts, uint16_t router,
		    char *text, size_t size);

/** pim_upstream_text() - RPF'(S) of each tree in the same order: "R2 | #1 R3", "-": none. */
void pim_upstream_text(const struct sim_net *net, const struct facts *facts, uint16_t router,
		       char *text, size_t size);

#endif
