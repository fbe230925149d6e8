// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbors of HPIM-DM that agree, and its trees as topology, routes and members want them. What
 * has PIM-DM is judged in check_soft.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/hpim/tree.h"
#include "core/pimdm/tree.h"
#include "hpimexplore/canon.h"
#include "hpimexplore/check.h"

bool check_fail(char *ret_reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(ret_reason, CHECK_TEXT, format, args);
	va_end(args);
	return false;
}

static const struct hpim_tree_if *tree_if(const struct world *world, unsigned int router,
					  unsigned int tree, uint16_t port)
{
	const struct hpim_tree *is = world_tree(world, router, tree);

	return is ? hpim_tree_if_find(is, port) : NULL;
}

/* ---- Neighbors ---- */

/* Same CurrentSyncSN, BootTimes and SnapshotSNs crosswise. */
static bool agree(const struct hpim_neigh *a, const struct hpim_neigh *b)
{
	return a->state == SYNC_SYNCED && b->state == SYNC_SYNCED && a->sync_sn == b->sync_sn &&
	       a->boot_time == b->my_snapshot_boot_time &&
	       b->boot_time == a->my_snapshot_boot_time && a->boot_time == b->hif->boot_time &&
	       b->boot_time == a->hif->boot_time && a->my_snapshot_sn == b->neighbor_snapshot_sn &&
	       b->my_snapshot_sn == a->neighbor_snapshot_sn;
}

/* What @a believes @b has said of a tree, against what @b holds to be said. 3.6 */
static bool believes(const struct pair *pair, unsigned int tree, char *reason)
{
	const struct world *world = pair->world;
	unsigned int a = pair->a, b = pair->b;
	const struct hpim_tree_if *heard = tree_if(world, a, tree, pair->a_port);
	const struct hpim_tree_if *said = tree_if(world, b, tree, pair->b_port);
	const struct hpim_neigh *neigh = world_neighbor(world, a, pair->a_port, b);
	const struct hpim_record *record = heard ? hpim_record_find(heard, neigh) : NULL;
	const struct ip_addr own = world_addr(world, a, pair->a_port);
	bool is_upstream = said && said->view.is_upstream;
	enum hpim_interest interest;

	if (is_upstream != (record && record->is_upstream) ||
	    (is_upstream && hpim_rpc_compare(&said->tree->view.rpc, &record->rpc) != 0))
		return check_fail(reason, "%c is wrong about %c being upstream of tree %u",
				  check_name(a), check_name(b), tree);
	if (!said || said->view.sent == SENT_NOTHING || !ip_addr_equal(&said->view.best.addr, &own))
		return true;
	interest = said->view.sent == SENT_INTEREST ? INTEREST_YES : INTEREST_NO;
	if (!record || record->interest != interest)
		return check_fail(reason, "%c is wrong about the interest of %c in tree %u",
				  check_name(a), check_name(b), tree);
	return true;
}

static bool check_pair(const struct pair *pair, char *reason)
{
	const struct world *world = pair->world;
	unsigned int a = pair->a, b = pair->b;
	const struct hpim_neigh *there = world_neighbor(world, a, pair->a_port, b);
	const struct hpim_neigh *here = world_neighbor(world, b, pair->b_port, a);

	if (!world_if(world, a, pair->a_port))
		return true;
	if (!world_if(world, b, pair->b_port))
		return !there || check_fail(reason, "%c keeps %c, which is off", check_name(a),
					    check_name(b));
	if (!there || !here || !agree(there, here))
		return check_fail(reason, "%c and %c are not synchronized", check_name(a),
				  check_name(b));
	if (!TAILQ_EMPTY(&world_if(world, a, pair->a_port)->pending))
		return check_fail(reason, "%c still waits for an acknowledgement", check_name(a));
	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
		if (!believes(pair, tree, reason))
			return false;
	return true;
}

bool check_pairs(const struct world *world, check_pair_fn *check, char *ret_reason)
{
	unsigned int routers = world->scene->router_count;
	struct pair pair = { .world = world };

	for (pair.a = 0; pair.a < routers; pair.a++)
		for (pair.b = 0; pair.b < routers; pair.b++)
			for (unsigned int i = 0; i < SCENE_PORTS * SCENE_PORTS; i++) {
				pair.a_port = (uint16_t)(i / SCENE_PORTS);
				pair.b_port = (uint16_t)(i % SCENE_PORTS);
				if (pair.a != pair.b &&
				    world_subnet(world, pair.a, pair.a_port) ==
					    world_subnet(world, pair.b, pair.b_port) &&
				    !check(&pair, ret_reason))
					return false;
			}
	return true;
}

/* ---- Trees ---- */

static bool originates(const struct world *world, unsigned int router, unsigned int tree)
{
	const struct scene *scene = world->scene;

	return world->is_sending[tree] && world->routers[router].costs[tree] &&
	       scene->subnets[router] == scene->tree_subnets[tree];
}

/* Some other router on the common link brings the data. */
static bool is_fed(const struct world *world, unsigned int router, unsigned int tree)
{
	if (!world_if(world, router, WORLD_PORT) ||
	    world->scene->subnets[router] == world->scene->tree_subnets[tree])
		return false;
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		if (i != router && world_if(world, i, WORLD_PORT) && originates(world, i, tree) &&
		    world->routers[i].costs[tree] < world->routers[router].costs[tree])
			return true;
	return false;
}

static bool check_router(const struct world *world, unsigned int router, unsigned int tree,
			 bool *ret_wants, char *reason)
{
	const struct hpim_tree *is = world_tree(world, router, tree);
	const struct hpim_tree_if *stub = tree_if(world, router, tree, WORLD_STUB);
	bool should_be = originates(world, router, tree) || is_fed(world, router, tree);
	bool forwards =
		tree == 0 && is_fed(world, router, tree) && world->routers[router].has_member;

	if (should_be != (is && is->view.state == TREE_ACTIVE))
		return check_fail(reason, "tree %u is %sactive in %c", tree,
				  should_be ? "not " : "", check_name(router));
	if (forwards != (stub && stub->view.is_forwarding))
		return check_fail(reason, "%c %s its member of tree %u", check_name(router),
				  forwards ? "does not forward to" : "forwards without", tree);
	*ret_wants = is && is_fed(world, router, tree) && is->view.in_tree;
	if (*ret_wants != forwards)
		return check_fail(reason, "%c %s tree %u for no reason", check_name(router),
				  forwards ? "does not want" : "wants", tree);
	return true;
}

/* Of all that are upstream one wins, and forwards where it is wanted. 3.10, 3.11 */
static bool check_tree(const struct world *world, unsigned int tree, char *reason)
{
	unsigned int upstreams = 0, winners = 0, forwarders = 0, wanting = 0;

	for (unsigned int i = 0; i < world->scene->router_count; i++) {
		const struct hpim_tree_if *tif = tree_if(world, i, tree, WORLD_PORT);
		bool wants = false;

		if (!check_router(world, i, tree, &wants, reason))
			return false;
		wanting += wants;
		if (!world_if(world, i, WORLD_PORT) || !tif)
			continue;
		upstreams += tif->view.is_upstream;
		winners += tif->view.is_upstream && tif->view.is_winner;
		forwarders += tif->view.is_forwarding;
	}
	if (winners != (upstreams > 0))
		return check_fail(reason, "tree %u has %u winners", tree, winners);
	if (forwarders != (wanting > 0))
		return check_fail(reason, "%u routers forward tree %u, %u want it", forwarders,
				  tree, wanting);
	return true;
}

bool check_settled(const struct world *world, char ret_reason[CHECK_TEXT])
{
	if (!check_pairs(world, check_pair, ret_reason))
		return false;
	if (world->is_soft)
		return check_soft(world, ret_reason);
	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
		if (!check_tree(world, tree, ret_reason))
			return false;
	return true;
}

bool check_fresh(struct world *world, char ret_reason[CHECK_TEXT])
{
	struct canon_hash is, future, was;
	unsigned long effects = world->effects;

	was = canon_hash(world, true, &future);
	for (unsigned int i = 0; i < world->scene->router_count; i++) {
		const struct core *core = world->routers[i].router.core;

		hpim_tree_mark_all(hpim_of(core, WORLD_FAMILY));
		pimdm_tree_mark_all(pimdm_of(core, WORLD_FAMILY));
		world_clock(world, i, world->routers[i].router.now);
	}
	is = canon_hash(world, true, &future);
	if (is.a == was.a && is.b == was.b && world->effects == effects)
		return true;
	return check_fail(ret_reason, "a fresh derivation differs from what is kept");
}
