// SPDX-License-Identifier: GPL-2.0-only
/* What the cores of the simulator know. */
#include "hpimsim/facts.h"

static const struct core *core_of(void *ctx, uint16_t router)
{
	const struct sim_net *net = ctx;

	return net->nodes[router].router.core;
}

static enum ip_family family_of(void *ctx)
{
	const struct sim_net *net = ctx;

	return net->family;
}

static void trees(void *ctx, uint16_t router, inspect_tree_fn *each, void *each_ctx)
{
	const struct core *core = core_of(ctx, router);

	if (core)
		inspect_trees(core, family_of(ctx), each, each_ctx);
}

static void tree_ifs(void *ctx, uint16_t router, inspect_tree_if_fn *each, void *each_ctx)
{
	const struct core *core = core_of(ctx, router);

	if (core)
		inspect_tree_ifs(core, family_of(ctx), each, each_ctx);
}

static void neighbors(void *ctx, uint16_t router, uint16_t port, inspect_neighbor_fn *each,
		      void *each_ctx)
{
	const struct core *core = core_of(ctx, router);

	if (core)
		inspect_neighbors(core, port, family_of(ctx), each, each_ctx);
}

static const struct gm_if *membership(void *ctx, uint16_t router, uint16_t port)
{
	const struct core *core = core_of(ctx, router);

	return core ? inspect_membership(core, port, family_of(ctx)) : NULL;
}

static void groups(void *ctx, uint16_t router, uint16_t port, facts_group_fn *each, void *each_ctx)
{
	const struct gm_if *gm = membership(ctx, router, port);

	if (gm)
		gm_group_inspect(core_of(ctx, router), gm, each, each_ctx);
}

static bool querier(void *ctx, uint16_t router, uint16_t port, struct ip_addr *ret_querier)
{
	const struct gm_if *gm = membership(ctx, router, port);

	if (gm)
		*ret_querier = gm_if_inspect(gm).querier;
	return gm;
}

static struct check settled(void *ctx)
{
	return check_settled(ctx);
}

static struct check no_trees(void *ctx)
{
	return check_no_trees(ctx);
}

static struct check empty(void *ctx)
{
	return check_empty(ctx);
}

struct facts facts_of_cores(const struct sim_net *net)
{
	void *ctx = (void *)(uintptr_t)net; /* only read */

	return (struct facts){ .ctx = ctx,
			       .trees = trees,
			       .tree_ifs = tree_ifs,
			       .neighbors = neighbors,
			       .groups = groups,
			       .querier = querier,
			       .network_ctx = ctx,
			       .settled = settled,
			       .no_trees = no_trees,
			       .empty = empty };
}
