// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks with PIM-DM, alone or beside HPIM-DM, after the time that soft state may take. Who
 * should forward follows from routes and metrics, worked out here once more. Source: description of
 * PIM-DM, 3.1 to 3.8, 5, 8.4.
 */
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"
#include "hpimexplore/check.h"
#include "hpimexplore/flow.h"

#define NONE SCENE_ROUTERS_MAX

/* ---- What should be ---- */

static unsigned int forwarder(const struct world *world, unsigned int tree, unsigned int subnet);

/* Packets can come to a router by its route. */
static bool is_fed(const struct world *world, unsigned int tree, unsigned int router)
{
	bool is_connected;
	uint16_t root;

	if (!world_root(world, router, tree, &root, &is_connected) ||
	    !world->routers[router].is_up[root])
		return false;
	return is_connected || forwarder(world, tree, world_subnet(world, router, root)) != NONE;
}

/* Whether a router could forward to a link; by which interface does not matter here. */
static bool could_forward(const struct world *world, unsigned int tree, unsigned int router,
			  unsigned int subnet)
{
	bool is_connected;
	uint16_t root, other;

	if (!world_root(world, router, tree, &root, &is_connected))
		return false;
	other = root == WORLD_PORT ? WORLD_STUB : WORLD_PORT;
	return world_subnet(world, router, other) == subnet &&
	       world->routers[router].is_up[other] && is_fed(world, tree, router);
}

/* The best of those that could, lower metric and greater address; NONE: no router. */
static unsigned int forwarder(const struct world *world, unsigned int tree, unsigned int subnet)
{
	unsigned int best = NONE;

	if (subnet == world->scene->tree_subnets[tree])
		return NONE;
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		if (could_forward(world, tree, i, subnet) &&
		    (best == NONE ||
		     world->routers[i].costs[tree] <= world->routers[best].costs[tree]))
			best = i;
	return best;
}

static bool has_member(const struct world *world, unsigned int tree, unsigned int subnet)
{
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		if (tree == 0 && world->routers[i].has_member && world->scene->subnets[i] == subnet)
			return true;
	return false;
}

/* A member is there, or behind a router that forwards what comes from there. */
static bool is_wanted(const struct world *world, unsigned int tree, unsigned int subnet)
{
	if (has_member(world, tree, subnet))
		return true;
	for (unsigned int i = 0; i < world->scene->router_count; i++) {
		bool is_connected;
		unsigned int other;
		uint16_t root;

		if (!world_root(world, i, tree, &root, &is_connected) ||
		    world_subnet(world, i, root) != subnet)
			continue;
		other = world_subnet(world, i, root == WORLD_PORT ? WORLD_STUB : WORLD_PORT);
		if (forwarder(world, tree, other) == i && is_wanted(world, tree, other))
			return true;
	}
	return false;
}

/* ---- What is ---- */

static bool check_neighbor(const struct pair *pair, char *reason)
{
	const struct world *world = pair->world;
	const struct pimdm_neigh *there = world_pim_neighbor(world, pair->a, pair->a_port, pair->b);
	const struct pimdm_if *other = world_pim_if(world, pair->b, pair->b_port);

	if (!world_pim_if(world, pair->a, pair->a_port))
		return true;
	if (!other)
		return !there || check_fail(reason, "%c keeps %c, which is off",
					    check_name(pair->a), check_name(pair->b));
	if (!there || there->gen_id != other->gen_id)
		return check_fail(reason, "%c does not know %c", check_name(pair->a),
				  check_name(pair->b));
	return true;
}

static bool check_copies(const struct world *world, unsigned int tree, char *reason)
{
	unsigned int copies[SCENE_SUBNETS_MAX];

	flow_copies(world, tree, copies);
	for (unsigned int subnet = 0; subnet < SCENE_SUBNETS_MAX; subnet++) {
		bool is_source = subnet == world->scene->tree_subnets[tree];
		bool should = is_source || (forwarder(world, tree, subnet) != NONE &&
					    is_wanted(world, tree, subnet));

		if (copies[subnet] != should)
			return check_fail(reason, "link %u gets %u copies of tree %u, not %u",
					  subnet, copies[subnet], tree, should);
	}
	return true;
}

static bool check_upstream(const struct world *world, unsigned int tree, unsigned int router,
			   char *reason)
{
	const struct pimdm_tree *is = world_pim_tree(world, router, tree);
	unsigned int subnet, should;

	if (!is || !is->is_live || pimdm_is_first_hop(is))
		return true;
	if (is->up == UP_ACK_PENDING)
		return check_fail(reason, "%c waits for a GraftAck of tree %u", check_name(router),
				  tree);
	subnet = world_subnet(world, router, is->route.link);
	should = forwarder(world, tree, subnet);
	if (should != NONE && is_wanted(world, tree, subnet) &&
	    world_router_at(&is->rpf_neighbor) != should)
		return check_fail(reason, "%c takes %c for the forwarder of tree %u, not %c",
				  check_name(router),
				  check_name(world_router_at(&is->rpf_neighbor)), tree,
				  check_name(should));
	return true;
}

static bool check_nothing(const struct world *world, unsigned int tree, unsigned int router,
			  char *reason)
{
	const struct mfib_key key = world_key(world->scene, tree);

	if (world_pim_tree(world, router, tree) || world_tree(world, router, tree))
		return check_fail(reason, "%c keeps tree %u without a source", check_name(router),
				  tree);
	if (sim_router_entry(&world->routers[router].router, &key))
		return check_fail(reason, "%c has an entry of tree %u without a source",
				  check_name(router), tree);
	return true;
}

bool check_soft(const struct world *world, char ret_reason[CHECK_TEXT])
{
	if (!check_pairs(world, check_neighbor, ret_reason))
		return false;
	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++) {
		bool is_sending = world->is_sending[tree];

		if (is_sending && !check_copies(world, tree, ret_reason))
			return false;
		for (unsigned int i = 0; i < world->scene->router_count; i++)
			if (is_sending ? !check_upstream(world, tree, i, ret_reason)
				       : !check_nothing(world, tree, i, ret_reason))
				return false;
	}
	return true;
}
