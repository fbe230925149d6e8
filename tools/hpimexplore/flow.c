// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forwarding planes of all routers, for one packet after the other. What they report is that of
 * simnet/plane.c. Source: description of PIM-DM, 3.6 and 8.2.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hpimexplore/flow.h"
#include "simnet/event.h"

#define WRONG_IF_LIMIT HP_SEC(3) /* for each entry and interface */
#define HOPS_MAX       24u       /* of a packet that goes round */
#define FROM_HOST      SCENE_ROUTERS_MAX

/* What a packet does, or would do. */
struct walk {
	struct world *world; /* NULL: nothing happens, it is only looked at */
	const struct world *is;
	unsigned int tree;
	bool matters; /* some router reports it */
	unsigned int *copies;
	unsigned int done, count;
	struct {
		unsigned int subnet, from;
	} hops[HOPS_MAX];
};

static void send_to(struct walk *walk, unsigned int subnet, unsigned int from)
{
	walk->copies[subnet]++;
	if (walk->count == HOPS_MAX)
		return;
	walk->hops[walk->count].subnet = subnet;
	walk->hops[walk->count++].from = from;
}

static void report(struct walk *walk, unsigned int router, uint16_t port, enum data_kind kind)
{
	const struct mfib_key key = world_key(walk->is->scene, walk->tree);
	const struct core_event event = sim_event_data(kind, port, &key);
	struct sim_router *sim;

	walk->matters = true;
	if (!walk->world)
		return;
	sim = &walk->world->routers[router].router;
	sim_router_feed(sim, sim->now, &event);
}

static void forward(struct walk *walk, unsigned int router, const struct ifset *oifs)
{
	ifset_for_each (port, oifs)
		if (walk->is->routers[router].is_up[port])
			send_to(walk, world_subnet(walk->is, router, (uint16_t)port), router);
}

bool flow_is_limited(const struct world *world, unsigned int router, const struct sim_entry *entry,
		     uint16_t port)
{
	return entry->wrong_at && entry->wrong_at[port] != HP_TIME_NEVER &&
	       world->routers[router].router.now - entry->wrong_at[port] < WRONG_IF_LIMIT;
}

static void arrive_wrong(struct walk *walk, unsigned int router, uint16_t port,
			 struct sim_entry *entry)
{
	if (!(entry->route.flags & MFIB_F_WRONG_IF) ||
	    flow_is_limited(walk->is, router, entry, port))
		return;
	if (walk->world && !entry->wrong_at) {
		entry->wrong_at = malloc(SCENE_PORTS * sizeof(*entry->wrong_at));
		assert(entry->wrong_at);
		for (uint16_t i = 0; i < SCENE_PORTS; i++)
			entry->wrong_at[i] = HP_TIME_NEVER;
	}
	if (walk->world)
		entry->wrong_at[port] = walk->is->routers[router].router.now;
	report(walk, router, port, DATA_WRONG_IF);
}

static void arrive_right(struct walk *walk, unsigned int router, uint16_t port,
			 struct sim_entry *entry)
{
	bool notifies = entry->route.flags & MFIB_F_NOTIFY;

	forward(walk, router, &entry->route.oifs);
	if (!notifies)
		return;
	if (walk->world)
		entry->route.flags &= ~MFIB_F_NOTIFY; /* until the entry is put again */
	report(walk, router, port, DATA_NOTIFY);      /* may end the entry */
}

static void arrive(struct walk *walk, unsigned int router, uint16_t port)
{
	const struct sim_router *sim = &walk->is->routers[router].router;
	const struct mfib_key key = world_key(walk->is->scene, walk->tree);
	struct sim_entry *entry = sim_router_entry(sim, &key);

	if (!entry) { /* a packet that missed goes by the entry it brings */
		report(walk, router, port, DATA_MISS);
		entry = sim_router_entry(sim, &key);
		if (entry && entry->route.iif == port)
			arrive_right(walk, router, port, entry);
	} else if (entry->route.iif != port) {
		arrive_wrong(walk, router, port, entry);
	} else {
		arrive_right(walk, router, port, entry);
	}
}

static void go(struct walk *walk)
{
	const struct scene *scene = walk->is->scene;

	send_to(walk, scene->tree_subnets[walk->tree], FROM_HOST);
	for (; walk->done < walk->count; walk->done++)
		for (unsigned int i = 0; i < scene->router_count; i++)
			for (uint16_t port = 0; port < SCENE_PORTS; port++)
				if (i != walk->hops[walk->done].from &&
				    walk->is->routers[i].is_up[port] &&
				    world_subnet(walk->is, i, port) ==
					    walk->hops[walk->done].subnet)
					arrive(walk, i, port);
}

void flow_copies(const struct world *world, unsigned int tree,
		 unsigned int ret_copies[SCENE_SUBNETS_MAX])
{
	struct walk walk = { .is = world, .tree = tree, .copies = ret_copies };

	memset(ret_copies, 0, SCENE_SUBNETS_MAX * sizeof(ret_copies[0]));
	if (world->is_sending[tree])
		go(&walk);
}

bool flow_reaches(const struct world *world, unsigned int tree, unsigned int router)
{
	const struct mfib_key key = world_key(world->scene, tree);
	const struct sim_entry *entry = sim_router_entry(&world->routers[router].router, &key);
	unsigned int copies[SCENE_SUBNETS_MAX];

	if (!entry || entry->route.iif >= SCENE_PORTS ||
	    !world->routers[router].is_up[entry->route.iif])
		return false;
	flow_copies(world, tree, copies);
	return copies[world_subnet(world, router, entry->route.iif)] > 0;
}

bool flow_matters(const struct world *world, unsigned int tree)
{
	unsigned int copies[SCENE_SUBNETS_MAX] = { 0 };
	struct walk walk = { .is = world, .tree = tree, .copies = copies };

	if (world->is_soft && world->is_sending[tree])
		go(&walk);
	return walk.matters;
}

void flow_pass(struct world *world, unsigned int tree)
{
	unsigned int copies[SCENE_SUBNETS_MAX] = { 0 };
	struct walk walk = { .world = world, .is = world, .tree = tree, .copies = copies };

	if (world->is_soft && world->is_sending[tree])
		go(&walk);
}

bool flow_pass_all(struct world *world)
{
	bool has_passed = false;

	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
		if (flow_matters(world, tree)) {
			flow_pass(world, tree);
			has_passed = true;
		}
	return has_passed;
}
