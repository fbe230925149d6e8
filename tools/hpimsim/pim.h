/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_PIM_H
#define HPIMSIM_PIM_H

/* What the routers of a network know by PIM-DM: for invariants. */
#include "hpimsim/check.h"
#include "hpimsim/ideal.h"

/** pim_runs() - Whether PIM-DM runs on a port now. */
bool pim_runs(const struct sim_net *net, uint16_t router, uint16_t port);

/** pim_tree_count() - Of all groups, without negative entries. */
uint32_t pim_tree_count(const struct sim_net *net, uint16_t router);

/** pim_is_empty() - Nothing is kept of trees, not even of those without a route. */
bool pim_is_empty(const struct sim_net *net, uint16_t router);

/** pim_is_neighbor() - Whether a router knows the one at another port as a neighbor. */
bool pim_is_neighbor(const struct sim_net *net, uint16_t router, uint16_t port,
		     const struct ip_addr *addr);

#endif
