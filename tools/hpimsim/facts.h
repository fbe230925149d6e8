/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_FACTS_H
#define HPIMSIM_FACTS_H

/*
 * What the routers of a network know, for expectations: cores in virtual time know it, and so do
 * real daemons (hpimlab). All functions are about the family of the network; a router without a
 * daemon knows nothing.
 */
#include "core/inspect.h"
#include "hpimsim/check.h"

typedef bool facts_group_fn(void *ctx, const struct gm_group_view *view);

struct facts {
	void *ctx;
	void (*trees)(void *ctx, uint16_t router, inspect_tree_fn *each, void *each_ctx);
	void (*tree_ifs)(void *ctx, uint16_t router, inspect_tree_if_fn *each, void *each_ctx);
	void (*neighbors)(void *ctx, uint16_t router, uint16_t port, inspect_neighbor_fn *each,
			  void *each_ctx);
	void (*groups)(void *ctx, uint16_t router, uint16_t port, facts_group_fn *each,
		       void *each_ctx);
	/* Return: false where IGMP or MLD does not run. */
	bool (*querier)(void *ctx, uint16_t router, uint16_t port, struct ip_addr *ret_querier);

	/* Of the whole network: see check.h. */
	void *network_ctx;
	struct check (*settled)(void *network_ctx);
	struct check (*no_trees)(void *network_ctx);
	struct check (*empty)(void *network_ctx);
};

/** facts_of_cores() - Those of the simulator. @net must outlive them. */
struct facts facts_of_cores(const struct sim_net *net);

#endif
