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
#include "hpimexplore/show.h"
#include "hpimexplore/world.h"

#define FAMILY           IP_FAMILY_4
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

struct ip_addr world_addr(unsigned int router)
{
	return addr4(10, 0, 0, router + 1);
}

unsigned int world_router_at(const struct ip_addr *addr)
{
	for (unsigned int i = 0; i < SCENE_ROUTERS_MAX; i++) {
		struct ip_addr is = world_addr(i);

		if (ip_addr_equal(&is, addr))
			return i;
	}
	return SCENE_ROUTERS_MAX;
}

struct mfib_key world_key(const struct scene *scene, unsigned int tree)
{
	return (struct mfib_key){ .source = addr4(10, scene->tree_subnets[tree], 0, SOURCE_HOST),
				  .group = addr4(224, 12, 12, tree + 1) };
}

const struct hpim_if *world_if(const struct world *world, unsigned int router)
{
	return hpim_if_by_link(hpim_of(world->routers[router].core, FAMILY), WORLD_PORT);
}

const struct hpim_neigh *world_neighbor(const struct world *world, unsigned int router,
					unsigned int other)
{
	const struct hpim_if *hif = world_if(world, router);
	const struct ip_addr addr = world_addr(other);

	return hif ? hpim_neigh_find(hif, &addr) : NULL;
}

const struct hpim_tree *world_tree(const struct world *world, unsigned int router,
				   unsigned int tree)
{
	const struct mfib_key key = world_key(world->scene, tree);

	return hpim_tree_find(hpim_of(world->routers[router].core, FAMILY), &key.source,
			      &key.group);
}

/* ---- What a router asks for ---- */

static void handle(struct world *world, unsigned int router, const struct core_event *event);

static void send_copy(struct world *world, unsigned int from, unsigned int to,
		      const struct fx_send *send)
{
	struct world_packet *packet = &world->packets[world->packet_count];

	assert(world->packet_count < WORLD_PACKETS_MAX && send->len <= WORLD_PACKET_LEN);
	*packet = (struct world_packet){ .from = (uint8_t)from,
					 .to = (uint8_t)to,
					 .len = (uint16_t)send->len,
					 .dst = send->dst };
	memcpy(packet->bytes, send->bytes, send->len);
	world->packet_count++;
}

static void answer(struct world_router *router, const struct core_event *event)
{
	assert(router->todo_count < WORLD_TODO_MAX);
	router->todo[router->todo_count++] = *event;
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

static void host_says(struct world *world, unsigned int router, enum gm_msg_type type)
{
	struct core_event event = membership(type);

	event.packet.src = addr4(10, world->scene->subnets[router], 0, MEMBER_HOST);
	answer(&world->routers[router], &event);
}

static void take_send(struct world *world, unsigned int router, const struct fx_send *send)
{
	unsigned int to = world_router_at(&send->dst);

	if (send->socket == SOCKET_GM) { /* a query, in all likelihood */
		if (world->routers[router].has_member && send->link == WORLD_STUB)
			host_says(world, router, GM_REPORT);
		return;
	}
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		if (i != router && (i == to || ip_addr_is_multicast(&send->dst)))
			send_copy(world, router, i, send);
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

static struct core_event route_of(const struct world *world, unsigned int router, unsigned int tree)
{
	uint32_t cost = world->routers[router].costs[tree];
	bool is_connected = world->scene->subnets[router] == world->scene->tree_subnets[tree];
	struct ev_rpf route = { .source = world_key(world->scene, tree).source,
				.link = LINK_NONE,
				.preference = UINT32_MAX,
				.metric = UINT32_MAX };

	if (cost) {
		route.is_reachable = true;
		route.is_connected = is_connected;
		route.link = is_connected ? WORLD_STUB : WORLD_PORT;
		route.prefix_len = 24;
		route.preference = ROUTE_PREFERENCE;
		route.metric = cost;
		if (!is_connected)
			route.next_hop = world_addr(0);
	}
	return (struct core_event){ .kind = EV_RPF, .rpf = route };
}

static unsigned int tree_of_group(const struct ip_addr *group)
{
	return group->b[15] - 1u;
}

/*
 * A neighbor that was synchronizing while a message was repeated may be given up: it acknowledges
 * nothing until numbers are known. 3.4, 3.5
 */
static void take_note(struct world *world, unsigned int index, const struct core_note *note)
{
	const struct hpim_if *hif = world_if(world, index);
	unsigned int other = world_router_at(&note->a);
	const struct hpim_neigh *there;

	if (note->code != NOTE_NEIGHBOR_GONE || note->v[0] != GONE_NO_ACK)
		return;
	there = world_neighbor(world, other, index);
	if (there && there->state == SYNC_SYNCED && there->boot_time == hif->boot_time &&
	    world->routers[other].now - there->since >= PATIENCE)
		world->given_up++;
}

static void take(struct world *world, unsigned int index, const struct core_effect *fx)
{
	struct world_router *router = &world->routers[index];
	struct core_event event = { .kind = EV_DATA };
	unsigned int tree;

	if (world->is_verbose)
		show_effect(index, router->now, fx);
	world->effects += fx->kind != FX_NOTE;
	switch (fx->kind) {
	case FX_SEND: take_send(world, index, &fx->send); break;
	case FX_RPF_WATCH:
		tree = tree_of_source(world, &fx->rpf_source);
		router->is_watching[tree] = true;
		event = route_of(world, index, tree);
		answer(router, &event);
		break;
	case FX_RPF_UNWATCH:
		router->is_watching[tree_of_source(world, &fx->rpf_source)] = false;
		break;
	case FX_MFIB_PUT: router->has_entry[tree_of_group(&fx->route.key.group)] = true; break;
	case FX_MFIB_DEL: router->has_entry[tree_of_group(&fx->key.group)] = false; break;
	case FX_MFIB_QUERY:
		event.data = (struct ev_data){ .kind = DATA_SEEN,
					       .link = LINK_NONE,
					       .source = fx->key.source,
					       .group = fx->key.group };
		if (!world->is_sending[tree_of_group(&fx->key.group)])
			event.data.seen_for = HP_TIME_NEVER;
		answer(router, &event);
		break;
	case FX_JOIN:
	case FX_LEAVE: break;
	case FX_NOTE: take_note(world, index, &fx->note); break;
	}
}

static void answer_all(struct world *world, unsigned int index)
{
	struct world_router *router = &world->routers[index];

	while (router->todo_count) {
		struct core_event next = router->todo[0];

		router->todo_count--;
		memmove(router->todo, router->todo + 1, router->todo_count * sizeof(next));
		handle(world, index, &next);
	}
}

static void handle(struct world *world, unsigned int index, const struct core_event *event)
{
	struct world_router *router = &world->routers[index];
	const struct core_effect *fx;

	core_handle(router->core, router->now, event);
	while ((fx = core_effect_next(router->core)))
		take(world, index, fx);
	answer_all(world, index);
}

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

	if (!is_kept) {
		world->packet_count--;
		memmove(&world->packets[index], &world->packets[index + 1],
			(world->packet_count - index) * sizeof(packet));
	}
	if (is_lost || !world_if(world, to))
		return;
	handle(world, to,
	       &(struct core_event){ .kind = EV_PACKET,
				     .packet = { .link = WORLD_PORT,
						 .socket = SOCKET_103,
						 .src = world_addr(packet.from),
						 .dst = packet.dst,
						 .ttl = 1,
						 .bytes = packet.bytes,
						 .len = packet.len } });
}

void world_clock(struct world *world, unsigned int router, hp_time now)
{
	world->routers[router].now = now;
	handle(world, router, &(struct core_event){ .kind = EV_CLOCK });
}

hp_time world_advance(struct world *world)
{
	unsigned int count = world->scene->router_count;
	hp_time step = HP_TIME_NEVER;

	for (unsigned int i = 0; i < count; i++) {
		hp_time left = core_deadline(world->routers[i].core) - world->routers[i].now;

		step = left < step ? left : step;
	}
	for (unsigned int i = 0; i < count; i++)
		world_clock(world, i, world->routers[i].now + step);
	return step;
}

static void cable(struct world *world, unsigned int router, uint16_t port, bool is_up)
{
	struct ip_addr addr = port == WORLD_PORT
				      ? world_addr(router)
				      : addr4(10, world->scene->subnets[router], 0, router + 1);

	handle(world, router,
	       &(struct core_event){ .kind = EV_LINK,
				     .link = { .link = port,
					       .is_present = true,
					       .is_up = is_up,
					       .mtu = 1500,
					       .addr_count = 1,
					       .addrs = { { .addr = addr, .len = 24 } } } });
}

static void switch_on(struct world *world, unsigned int router, uint16_t port,
		      enum core_proto proto)
{
	handle(world, router,
	       &(struct core_event){ .kind = EV_CONFIG,
				     .config = { .kind = CONFIG_LINK,
						 .link = port,
						 .family = FAMILY,
						 .proto = proto,
						 .is_on = true } });
}

/* One tree in a Sync, so that few trees are many fragments. */
static void boot(struct world *world, unsigned int index)
{
	struct world_router *router = &world->routers[index];
	struct core_limits limits = core_limits_default;
	struct core_settings settings = core_settings_default;

	core_free(router->core);
	memset(router->has_entry, 0, sizeof(router->has_entry));
	memset(router->is_watching, 0, sizeof(router->is_watching));
	limits.seed = index + 1;
	limits.unix_s = 1000 + SECONDS_PER_BOOT * router->boots++;
	router->core = core_new(&limits);
	settings.sync_fragment = 1;
	handle(world, index,
	       &(struct core_event){ .kind = EV_CONFIG,
				     .config = { .kind = CONFIG_SETTINGS, .settings = settings } });
	cable(world, index, WORLD_PORT, true);
	cable(world, index, WORLD_STUB, true);
	switch_on(world, index, WORLD_PORT, PROTO_HPIM);
	switch_on(world, index, WORLD_STUB, PROTO_GM);
	if (router->has_member)
		host_says(world, index, GM_REPORT);
	answer_all(world, index);
}

static void data_arrives(struct world *world, unsigned int router, unsigned int tree)
{
	const struct mfib_key key = world_key(world->scene, tree);

	if (world->routers[router].has_entry[tree] || !world->is_sending[tree] ||
	    world->scene->subnets[router] != world->scene->tree_subnets[tree])
		return;
	handle(world, router,
	       &(struct core_event){ .kind = EV_DATA,
				     .data = { .kind = DATA_MISS,
					       .link = WORLD_STUB,
					       .source = key.source,
					       .group = key.group } });
}

void world_data(struct world *world)
{
	for (unsigned int i = 0; i < world->scene->router_count; i++)
		for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
			data_arrives(world, i, tree);
}

static void change_cost(struct world *world, unsigned int router, uint32_t cost)
{
	struct core_event event;

	for (unsigned int tree = 0; tree < world->scene->tree_count; tree++)
		if (world->scene->tree_subnets[tree] == world->scene->tree_subnets[0])
			world->routers[router].costs[tree] = cost;
	event = route_of(world, router, 0);
	if (world->routers[router].is_watching[0])
		handle(world, router, &event);
}

static void change_member(struct world *world, unsigned int router, bool has_member)
{
	world->routers[router].has_member = has_member;
	host_says(world, router, has_member ? GM_REPORT : GM_LEAVE);
	answer_all(world, router);
}

void world_event(struct world *world, const struct scene_event *event)
{
	unsigned int router = event->router;

	switch (event->kind) {
	case EVENT_DATA:
		world->is_sending[event->value] = true;
		data_arrives(world, router, event->value);
		break;
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
	case EVENT_NONE:
	case EVENT_KIND_COUNT: assert(false); break;
	}
}

/* ---- Beginning ---- */

/* Run for a while without faults; before they have met, routers do not hear each other. */
static void run(struct world *world, hp_time for_time, bool hear)
{
	while (for_time > 0) {
		while (world->packet_count)
			world_deliver(world, 0, false, !hear);
		for_time -= world_advance(world);
	}
	while (world->packet_count)
		world_deliver(world, 0, false, !hear);
}

struct world *world_new(const struct scene *scene)
{
	struct world *world = calloc(1, sizeof(*world));

	assert(world);
	world->scene = scene;
	for (unsigned int i = 0; i < scene->router_count; i++) {
		for (unsigned int tree = 0; tree < scene->tree_count; tree++)
			world->routers[i].costs[tree] =
				scene->subnets[i] == scene->tree_subnets[tree] ? 10 : 30;
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
		hpim_of(world->routers[i].core, FAMILY)->ifs[WORLD_PORT]->sn = UINT32_MAX - 3;
	return world;
}
