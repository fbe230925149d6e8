// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cores, packets in flight, hosts and routes. Nothing here chooses: search.c says what happens.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/tree.h"
#include "core/membership/family.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"
#include "hpimexplore/flow.h"
#include "hpimexplore/show.h"
#include "hpimexplore/world.h"
#include "simnet/event.h"

#define FAMILY           WORLD_FAMILY
#define ROUTE_PREFERENCE 100u
#define ALONE_FOR        HP_SEC(4)  /* what is sent without neighbors is forgotten after 3 s */
#define MEETING_FOR      HP_SEC(16) /* first Hello within 5 s, and one more */
#define SECONDS_PER_BOOT 100u
#define PATIENCE         HP_SEC(12) /* a message and its repetitions; 3.5 */
#define SOURCE_HOST      100u
#define MEMBER_HOST      101u

static struct ip_addr addr4(unsigned int a, unsigned int b, unsigned int c, unsigned int d)
{
	return (struct ip_addr){ .b = { [10] = 0xff,
					[11] = 0xff,
					[12] = (uint8_t)a,
					[13] = (uint8_t)b,
					[14] = (uint8_t)c,
					[15] = (uint8_t)d } };
}

unsigned int world_subnet(const struct world *world, unsigned int router, uint16_t port)
{
	const struct scene *scene = world->scene;

	return port == WORLD_PORT ? scene->firsts[router] : scene->subnets[router];
}

struct ip_addr world_addr(const struct world *world, unsigned int router, uint16_t port)
{
	return addr4(10, world_subnet(world, router, port), 0, router + 1);
}

unsigned int world_router_at(const struct ip_addr *addr)
{
	bool is_one = addr->b[12] == 10 && addr->b[15] > 0 && addr->b[15] <= SCENE_ROUTERS_MAX;

	return is_one ? addr->b[15] - 1u : SCENE_ROUTERS_MAX;
}

struct mfib_key world_key(const struct scene *scene, unsigned int tree)
{
	return (struct mfib_key){ .source = addr4(10, scene->tree_subnets[tree], 0, SOURCE_HOST),
				  .group = addr4(224, 12, 12, tree + 1) };
}

const struct hpim_if *world_if(const struct world *world, unsigned int router, uint16_t port)
{
	return hpim_if_by_link(hpim_of(world->routers[router].router.core, FAMILY), port);
}

const struct hpim_neigh *world_neighbor(const struct world *world, unsigned int router,
					uint16_t port, unsigned int other)
{
	const struct hpim_if *hif = world_if(world, router, port);
	const struct ip_addr addr = addr4(10, world_subnet(world, router, port), 0, other + 1);

	return hif ? hpim_neigh_find(hif, &addr) : NULL;
}

const struct hpim_tree *world_tree(const struct world *world, unsigned int router,
				   unsigned int tree)
{
	const struct mfib_key key = world_key(world->scene, tree);

	return hpim_tree_find(hpim_of(world->routers[router].router.core, FAMILY), &key.source,
			      &key.group);
}

const struct pimdm_if *world_pim_if(const struct world *world, unsigned int router, uint16_t port)
{
	return pimdm_of(world->routers[router].router.core, FAMILY)->ifs[port];
}

const struct pimdm_neigh *world_pim_neighbor(const struct world *world, unsigned int router,
					     uint16_t port, unsigned int other)
{
	const struct pimdm_if *pif = world_pim_if(world, router, port);
	const struct ip_addr addr = addr4(10, world_subnet(world, router, port), 0, other + 1);

	return pif ? pimdm_neigh_find(pif, &addr) : NULL;
}

bool world_is_gen_id(const struct world *world, unsigned int router, const struct ip_addr *addr,
		     uint32_t gen_id)
{
	for (uint16_t port = 0; port < SCENE_PORTS; port++) {
		const struct pimdm_if *pif = world_pim_if(world, router, port);

		if (pif && pif->gen_id == gen_id && ip_addr_equal(&pif->addr, addr))
			return true;
	}
	return false;
}

const struct pimdm_tree *world_pim_tree(const struct world *world, unsigned int router,
					unsigned int tree)
{
	const struct mfib_key key = world_key(world->scene, tree);

	return pimdm_tree_find(pimdm_of(world->routers[router].router.core, FAMILY), &key);
}

bool world_root(const struct world *world, unsigned int router, unsigned int tree,
		uint16_t *ret_port, bool *ret_is_connected)
{
	const struct world_router *from = &world->routers[router];

	*ret_port = from->path.port;
	*ret_is_connected = false;
	for (uint16_t port = 0; port < SCENE_PORTS; port++)
		if (world_subnet(world, router, port) == world->scene->tree_subnets[tree]) {
			*ret_port = port;
			*ret_is_connected = true;
		}
	return from->costs[tree] != 0;
}

/* ---- What a router asks for ---- */

static void send_copy(struct world *world, unsigned int from, unsigned int to, uint16_t to_port,
		      const struct fx_send *send)
{
	struct world_packet *packet = &world->packets[world->packet_count];

	assert(world->packet_count < WORLD_PACKETS_MAX && send->len <= WORLD_PACKET_LEN);
	*packet = (struct world_packet){ .from = (uint8_t)from,
					 .to = (uint8_t)to,
					 .from_port = (uint8_t)send->link,
					 .to_port = (uint8_t)to_port,
					 .len = (uint16_t)send->len,
					 .src = send->src,
					 .dst = send->dst };
	memcpy(packet->bytes, send->bytes, send->len);
	world->packet_count++;
}

/* To all routers of the link, or to one of them. */
static void send_copies(struct world *world, unsigned int from, const struct fx_send *send)
{
	unsigned int subnet = world_subnet(world, from, send->link);
	unsigned int to = world_router_at(&send->dst);

	for (unsigned int i = 0; i < world->scene->router_count; i++)
		for (uint16_t port = 0; port < SCENE_PORTS; port++)
			if (i != from && world_subnet(world, i, port) == subnet &&
			    (i == to || ip_addr_is_multicast(&send->dst)))
				send_copy(world, from, i, port, send);
}

static void handle(struct world *world, unsigned int index, const struct core_event *event)
{
	struct sim_router *router = &world->routers[index].router;

	sim_router_feed(router, router->now, event);
}

static struct core_event membership(enum gm_msg_type type)
{
	static uint8_t bytes[64];
	const struct gm_msg msg = { .type = type, .version = 2, .group = addr4(224, 12, 12, 1) };
	struct core_event event = { .kind = EV_PACKET,
				    .packet = { .link = WORLD_STUB,
						.socket = SOCKET_GM,
						.dst = msg.group,
						.ttl = 1,
						.has_router_alert = true,
						.bytes = bytes } };

	if (type == GM_LEAVE)
		event.packet.dst = addr4(224, 0, 0, 2);
	event.packet.len = gm_families[FAMILY].encode(&msg, &event.packet.src, &event.packet.dst,
						      bytes, sizeof(bytes));
	return event;
}

static struct core_event host_says(const struct world *world, unsigned int router,
				   enum gm_msg_type type)
{
	struct core_event event = membership(type);

	event.packet.src = addr4(10, world->scene->subnets[router], 0, MEMBER_HOST);
	return event;
}

static void take_send(struct sim_router *sim, const struct fx_send *send)
{
	struct world *world = sim->ctx;
	unsigned int router = sim->index;

	if (send->socket == SOCKET_GM) { /* a query, in all likelihood */
		const struct core_event report = host_says(world, router, GM_REPORT);

		if (world->routers[router].has_member && send->link == WORLD_STUB)
			sim_router_answer(sim, &report);
		return;
	}
	send_copies(world, router, send);
}

static unsigned int tree_of_source(const struct world *world, const struct ip_addr *source)
{
	for (unsigned int i = 0; i < world->scene->tree_count; i++) {
		const struct mfib_key key = world_key(world->scene, i);

		if (ip_addr_equal(&key.source, source))
			return i;
	}
	return world->scene->tree_count;
}

static struct ev_rpf route_to(const struct sim_router *router, const struct ip_addr *source)
{
	const struct world *world = router->ctx;
	unsigned int tree = tree_of_source(world, source);
	const struct scene_path *path = &world->routers[router->index].path;
	struct ev_rpf route = {
		.source = *source, .link = LINK_NONE, .preference = UINT32_MAX, .metric = UINT32_MAX
	};
	bool is_connected;
	uint16_t port;

	if (!world_root(world, router->index, tree, &port, &is_connected))
		return route;
	route.is_reachable = true;
	route.is_connected = is_connected;
	route.link = port;
	route.prefix_len = 24;
	route.preference = ROUTE_PREFERENCE;
	route.metric = world->routers[router->index].costs[tree];
	if (!is_connected)
		route.next_hop = addr4(10, world_subnet(world, router->index, path->port), 0,
				       path->router + 1u);
	return route;
}

static hp_time seen_for(const struct sim_router *router, const struct mfib_key *key)
{
	const struct world *world = router->ctx;
	unsigned int tree = key->group.b[15] - 1u;
	bool is_there =
		world->is_soft ? flow_reaches(world, tree, router->index) : world->is_sending[tree];

	return is_there ? 0 : HP_TIME_NEVER;
}

/* The interface of a router on a link of another one. */
static uint16_t port_on(const struct world *world, unsigned int router, unsigned int other,
			uint16_t other_port)
{
	unsigned int subnet = world_subnet(world, other, other_port);

	return world_subnet(world, router, WORLD_PORT) != subnet;
}

/*
 * A neighbor that was synchronizing while a message was repeated may be given up: it acknowledges
 * nothing until numbers are known. 3.4, 3.5
 */
static void take_note(struct world *world, unsigned int index, const struct core_note *note)
{
	unsigned int other = world_router_at(&note->a);
	const struct hpim_neigh *there;
	const struct hpim_if *hif;

	if (note->code != NOTE_NEIGHBOR_GONE || note->v[0] != GONE_NO_ACK)
		return;
	hif = world_if(world, index, note->link);
	there = world_neighbor(world, other, port_on(world, other, index, note->link), index);
	if (there && there->state == SYNC_SYNCED && there->boot_time == hif->boot_time &&
	    world->routers[other].router.now - there->since >= PATIENCE)
		world->given_up++;
}

static void on_effect(struct sim_router *router, const struct core_effect *fx)
{
	struct world *world = router->ctx;

	if (world->is_verbose)
		show_effect(router->index, router->now, fx);
	world->effects += fx->kind != FX_NOTE;
	if (fx->kind == FX_NOTE)
		take_note(world, router->index, &fx->note);
}

static const struct sim_router_ops ops = {
	.effect = on_effect,
	.send = take_send,
	.route = route_to,
	.seen_for = seen_for,
};

/* ---- What happens ---- */

unsigned int world_find(const struct world *world, unsigned int from, unsigned int to,
			unsigned int nth)
{
	unsigned int i = 0;

	for (; i < world->packet_count; i++)
		if (world->packets[i].from == from && world->packets[i].to == to && nth-- == 0)
			break;
	return i;
}

void world_deliver(struct world *world, unsigned int index, bool is_kept, bool is_lost)
{
	struct world_packet packet = world->packets[index];
	unsigned int to = packet.to;
	struct core_event event;
	struct fx_send sent;

	if (!is_kept) {
		world->packet_count--;
		memmove(&world->packets[index], &world->packets[index + 1],
			(world->packet_count - index) * sizeof(packet));
	}
	if (is_lost ||
	    (!world_if(world, to, packet.to_port) && !world_pim_if(world, to, packet.to_port)))
		return;
	sent = (struct fx_send){ .socket = SOCKET_103,
				 .src = packet.src,
				 .dst = packet.dst,
				 .bytes = packet.bytes,
				 .len = packet.len };
	event = sim_event_packet(packet.to_port, &sent);
	handle(world, to, &event);
}

void world_clock(struct world *world, unsigned int router, hp_time now)
{
	const struct core_event clock = sim_event_clock();

	sim_router_feed(&world->routers[router].router, now, &clock);
}

hp_time world_advance(struct world *world, hp_time most)
{
	unsigned int count = world->scene->router_count;
	hp_time step = most;

	for (unsigned int i = 0; i < count; i++) {
		hp_time left =
			core_deadline(world->routers[i].router.core) - world->routers[i].router.now;

		step = left < step ? left : step;
	}
	for (unsigned int i = 0; i < count; i++)
		world_clock(world, i, world->routers[i].router.now + step);
	return step;
}

static void cable(struct world *world, unsigned int router, uint16_t port, bool is_up)
{
	const struct ip_prefix addr = { .addr = world_addr(world, router, port), .len = 24 };
	const struct core_event event = sim_event_link(port, is_up, &addr);

	world->routers[router].is_up[port] = is_up;
	handle(world, router, &event);
}

static void switch_on(struct world *world, unsigned int router, uint16_t port,
		      enum core_proto proto)
{
	const struct core_event event = sim_event_switch(port, FAMILY, proto, true);

	handle(world, router, &event);
}

/* IGMP does not run where routers alone are. */
static void switch_protocols_on(struct world *world, unsigned int router, uint16_t port)
{
	enum scene_runs runs = scene_runs(world->scene, router, port);

	if (runs == RUNS_HPIM)
		switch_on(world, router, port, PROTO_HPIM);
	else if (runs == RUNS_PIM)
		switch_on(world, router, port, PROTO_PIMDM);
	if (port == WORLD_STUB || runs == RUNS_NOTHING)
		switch_on(world, router, port, PROTO_GM);
}

static void member_says(struct world *world, unsigned int router, enum gm_msg_type type)
{
	const struct core_event event = host_says(world, router, type);

	handle(world, router, &event);
}

/* One tree in a Sync, so that few trees are many fragments. */
static void boot(struct world *world, unsigned int index)
{
	struct world_router *router = &world->routers[index];
	struct core_limits limits = core_limits_default;
	struct core_settings settings = core_settings_default;
	struct core_event event;

	sim_router_end(&router->router);
	sim_router_clear(&router->router);
	limits.seed = index + 1;
	limits.unix_s = 1000 + SECONDS_PER_BOOT * router->boots++;
	sim_router_start(&router->router, &limits);
	settings.sync_fragment = 1;
	event = sim_event_settings(&settings);
	handle(world, index, &event);
	cable(world, index, WORLD_PORT, true);
	cable(world, index, WORLD_STUB, true);
	for (uint16_t port = 0; port < SCENE_PORTS; port++)
		switch_protocols_on(world, index, port);
	if (router->has_member)
		member_says(world, index, GM_REPORT);
}

static void data_arrives(struct world *world, unsigned int router, unsigned int tree)
{
	const struct mfib_key key = world_key(world->scene, tree);
	struct core_event event;

	if (world->is_soft || sim_router_entry(&world->routers[router].router, &key) ||
	    !world->is_sending[tree] ||
	    world->scene->subnets[router] != world->scene->tree_subnets[tree])
		return;
	event = sim_event_data(DATA_MISS, WORLD_STUB, &key);
	handle(world, router, &event);
}

void world_data(struct world *world)
{
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
			data_arrives(world, i, tree);
}

static void reroute(struct world *world, unsigned int router)
{
	struct sim_router *sim = &world->routers[router].router;
	const struct ip_addr source = world_key(world->scene, 0).source;
	struct core_event event = { .kind = EV_RPF };

	event.rpf = route_to(sim, &source);
	if (sim_router_watches(sim, &source))
		handle(world, router, &event);
}

static void change_cost(struct world *world, unsigned int router, uint32_t cost)
{
	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
		if (world->scene->tree_subnets[tree] == world->scene->tree_subnets[0])
			world->routers[router].costs[tree] = cost;
	reroute(world, router);
}

static void change_path(struct world *world, unsigned int router, uint32_t path)
{
	world->routers[router].path = (struct scene_path){ (uint8_t)(path >> 8), (uint8_t)path };
	reroute(world, router);
}

/* A host on the second link of @router: all routers there hear it. */
static void change_member(struct world *world, unsigned int router, bool has_member)
{
	for (unsigned int i = 0; i < world->scene->router_count; i++) {
		if (world->scene->subnets[i] != world->scene->subnets[router])
			continue;
		world->routers[i].has_member = has_member;
		member_says(world, i, has_member ? GM_REPORT : GM_LEAVE);
	}
}

static void begin_data(struct world *world, unsigned int router, unsigned int tree)
{
	world->is_sending[tree] = true;
	if (world->is_soft)
		flow_pass(world, tree);
	else
		data_arrives(world, router, tree);
}

/* Run for a while without faults; before they have met, routers do not hear each other. */
static void run(struct world *world, hp_time for_time, bool hear)
{
	while (for_time > 0) {
		while (world->packet_count)
			world_deliver(world, 0, false, !hear);
		for_time -= world_advance(world, HP_TIME_NEVER);
		(void)flow_pass_all(world);
	}
	while (world->packet_count)
		world_deliver(world, 0, false, !hear);
}

void world_event(struct world *world, const struct scene_event *event)
{
	unsigned int router = event->router;

	switch (event->kind) {
	case EVENT_DATA: begin_data(world, router, event->value); break;
	case EVENT_SILENT: world->is_sending[event->value] = false; break;
	case EVENT_JOIN: change_member(world, router, true); break;
	case EVENT_LEAVE: change_member(world, router, false); break;
	case EVENT_REBOOT:
		boot(world, router);
		for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
			data_arrives(world, router, tree);
		break;
	case EVENT_OFF: cable(world, router, WORLD_PORT, false); break;
	case EVENT_ON: cable(world, router, WORLD_PORT, true); break;
	case EVENT_COST: change_cost(world, router, event->value); break;
	case EVENT_PATH: change_path(world, router, event->value); break;
	case EVENT_WAIT: run(world, HP_SEC(event->value), true); break;
	case EVENT_NONE:
	case EVENT_KIND_COUNT: assert(false); break;
	}
}

/* ---- Beginning ---- */

static uint32_t first_cost(const struct scene *scene, unsigned int router, unsigned int tree)
{
	if (scene->costs[router])
		return scene->costs[router];
	return scene->subnets[router] == scene->tree_subnets[tree] ? 10 : 30;
}

struct world *world_new(const struct scene *scene)
{
	struct world *world = calloc(1, sizeof(*world));

	assert(world);
	world->scene = scene;
	world->is_soft = scene_has_pim(scene);
	for (unsigned int i = 0; i < scene->router_count; i++) {
		sim_router_init(&world->routers[i].router, &ops, world, (uint16_t)i);
		world->routers[i].path = scene->paths[i];
		for (unsigned int tree = 0; tree < scene->tree_count; tree++)
			world->routers[i].costs[tree] = first_cost(scene, i, tree);
		boot(world, i);
	}
	if (scene->is_met)
		run(world, MEETING_FOR, true);
	for (const struct scene_event *event = scene->before; event->kind; event++)
		world_event(world, event);
	if (scene->is_met)
		run(world, MEETING_FOR, true);
	else if (scene->before[0].kind)
		run(world, ALONE_FOR, false);
	for (unsigned int i = 0; i < scene->router_count && scene->is_worn; i++)
		hpim_of(world->routers[i].router.core, FAMILY)->ifs[WORLD_PORT]->sn =
			UINT32_MAX - 3;
	return world;
}
