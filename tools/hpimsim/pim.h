/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_PIM_H
#define HPIMSIM_PIM_H

/* What the routers of a network know by PIM-DM: for expectations and invariants. */
#include "hpimsim/check.h"
#include "hpimsim/ideal.h"

/** pim_runs() - Whether PIM-DM runs on a port now. */
bool pim_runs(const struct sim_net *net, uint16_t router, uint16_t port);

/**
 * pim_trees_text() - "F eth0 originator > eth1; eth1 W; eth2 P L(R2)": upstream state, RPF
 * interface, outputs, and the ports with a prune (PP, P) or assert (W, L) state. Several trees are
 * joined by " | ", each but the first group with its number: "#1 P eth0".
 */
void pim_trees_text(const struct sim_net *net, uint16_t router, char *text, size_t size);

/** pim_upstream_text() - RPF'(S) of each tree in the same order: "R2 | #1 R3", "-": none. */
void pim_upstream_text(const struct sim_net *net, uint16_t router, char *text, size_t size);

/** pim_neighbors_text() - "R2 R3", in order of their addresses. */
void pim_neighbors_text(const struct sim_net *net, uint16_t router, uint16_t port, char *text,
			size_t size);

/** pim_tree_count() - Of all groups, without negative entries. */
uint32_t pim_tree_count(const struct sim_net *net, uint16_t router);

/** pim_is_empty() - Nothing is kept of trees, not even of those without a route. */
bool pim_is_empty(const struct sim_net *net, uint16_t router);

/** pim_is_neighbor() - Whether a router knows the one at another port as a neighbor. */
bool pim_is_neighbor(const struct sim_net *net, uint16_t router, uint16_t port,
		     const struct ip_addr *addr);

#endif
