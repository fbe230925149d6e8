/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PAIR_H
#define COMMON_PAIR_H

/*
 * Two routers with any number of trees, for floods: A next to the sources, B behind it. Virtual
 * time; control packets arrive as they are sent; the forwarding planes and the routes are kept in
 * tables, so that nothing is deleted that is not there and nothing stays. Included once per test
 * program.
 *
 *	sources ── 0 A 1 ──── 0 B 1 ── members
 *	             2 ── members
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/history.h"
#include "core/hpim/hpim_int.h"
#include "core/hpim/tree.h"
#include "core/membership/family.h"
#include "simnet/event.h"
#include "simnet/grow.h"
#include "simnet/router.h"

enum pair_router { A, B, PAIR_ROUTERS };

/* Subnets. The last one is behind a router of A's sources that speaks no HPIM-DM; PAIR_NOWHERE has
 * no route. */
enum pair_net { NET_SOURCES, NET_AB, NET_A, NET_B, NET_FAR, NET_NOWHERE };

#define PAIR_LINKS 3u

static const enum pair_net pair_nets[PAIR_ROUTERS][PAIR_LINKS] = {
	[A] = { NET_SOURCES, NET_AB, NET_A },
	[B] = { NET_AB, NET_B, NET_NOWHERE },
};

/* Marks of entries. */
#define PAIR_SENDS (1u << 0) /* its source is sending */
#define PAIR_KEPT  (1u << 1) /* deleting it fails the test */

struct pair_packet {
	enum pair_router to;
	struct fx_send sent;
	uint8_t bytes[SIM_MTU];
};

struct pair_node {
	struct sim_router router;
	unsigned int notes[NOTE_CODE_COUNT];
	uint64_t hash; /* of all effects so far */
};

struct pair {
	enum ip_family family;
	hp_time now;
	uint64_t random;
	struct pair_node nodes[PAIR_ROUTERS];
	struct pair_packet *packets; /* in flight from head on */
	size_t head, count, room;
	bool is_cut; /* the cable between them */
	unsigned int hellos[PAIR_ROUTERS];
	unsigned int syncs_with_trees, synced_trees; /* in them, by both */
};

/* ---- Addresses ---- */

static inline struct ip_addr pair_addr(enum ip_family family, enum pair_net net, uint32_t host)
{
	const uint8_t v4[4] = { 10, (uint8_t)net, (uint8_t)(host >> 8), (uint8_t)host };
	const uint8_t v6[16] = { 0x20,
				 0x01,
				 0x0d,
				 0xb8,
				 [7] = (uint8_t)net,
				 [14] = (uint8_t)(host >> 8),
				 [15] = (uint8_t)host };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? v4 : v6);
}

static inline enum pair_net pair_net_of(const struct ip_addr *addr)
{
	return ip_addr_family(addr) == IP_FAMILY_4 ? addr->b[13] : addr->b[7];
}

/* What a router speaks from: .1 and .2, or fe80::NET:1 and fe80::NET:2. */
static inline struct ip_addr pair_own(const struct pair *pair, enum pair_router router,
				      enum pair_net net)
{
	const uint8_t v6[16] = { 0xfe, 0x80, [13] = (uint8_t)net, [15] = (uint8_t)(router + 1) };

	if (pair->family == IP_FAMILY_4)
		return pair_addr(IP_FAMILY_4, net, router + 1);
	return ip_addr_from_bytes(IP_FAMILY_6, v6);
}

static inline struct ip_addr pair_group(const struct pair *pair, uint32_t i)
{
	const uint8_t v4[4] = { 239, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
	const uint8_t v6[16] = {
		0xff, 0x3e, [13] = (uint8_t)(i >> 16), [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i
	};

	return ip_addr_from_bytes(pair->family, pair->family == IP_FAMILY_4 ? v4 : v6);
}

static inline struct mfib_key pair_key(const struct pair *pair, enum pair_net net, uint32_t host,
				       uint32_t group)
{
	return (struct mfib_key){ pair_addr(pair->family, net, host), pair_group(pair, group) };
}

/* ---- What a router asks for ---- */

static inline struct sim_entry *pair_entry(const struct pair *pair, enum pair_router router,
					   const struct mfib_key *key)
{
	return sim_router_entry(&pair->nodes[router].router, key);
}

/* Every packet fits the MTU and is well formed. */
static inline void pair_count(struct pair *pair, enum pair_router from, const struct fx_send *send)
{
	struct hpim_msg msg;

	cr_assert_leq(send->len + (pair->family == IP_FAMILY_4 ? 20 : 40), SIM_MTU);
	cr_assert_eq(hpim_decode(pair->family, send->bytes, send->len, &msg), 0);
	pair->hellos[from] += msg.type == HPIM_HELLO;
	if (msg.type != HPIM_SYNC || !msg.sync.has_more)
		return;
	pair->syncs_with_trees++;
	pair->synced_trees += (unsigned int)msg.sync.entry_count;
}

static inline void pair_send(struct sim_router *router, const struct fx_send *send)
{
	struct pair *pair = router->ctx;
	struct pair_packet *packet;

	if (send->socket != SOCKET_103 || pair_nets[router->index][send->link] != NET_AB ||
	    pair->is_cut)
		return;
	pair_count(pair, router->index, send);
	pair->packets = sim_grow(pair->packets, pair->count, &pair->room, sizeof(*pair->packets));
	packet = &pair->packets[pair->count++];
	packet->to = router->index == A ? B : A;
	packet->sent = *send;
	memcpy(packet->bytes, send->bytes, send->len);
}

static inline struct ev_rpf pair_route(const struct sim_router *sim, const struct ip_addr *source)
{
	const struct pair *pair = sim->ctx;
	enum pair_router router = sim->index;
	enum pair_net net = pair_net_of(source);
	bool is_behind_b = net == NET_B;
	bool is_connected = (net == NET_SOURCES && router == A) || (net == NET_B && router == B);
	struct ev_rpf path = {
		.source = *source, .link = LINK_NONE, .preference = UINT32_MAX, .metric = UINT32_MAX
	};

	if (net == NET_NOWHERE)
		return path;
	path.is_reachable = true;
	path.is_connected = is_connected;
	path.link = is_behind_b ? 1 : 0; /* of both routers */
	path.prefix_len = pair->family == IP_FAMILY_4 ? 16 : 64;
	path.preference = is_connected ? 2 : 11;
	path.metric = is_connected ? 0 : router == A || is_behind_b ? 20 : 30;
	if (!is_connected && pair_nets[router][path.link] == NET_AB)
		path.next_hop = pair_own(pair, router == A ? B : A, NET_AB);
	return path;
}

static inline hp_time pair_seen_for(const struct sim_router *router, const struct mfib_key *key)
{
	const struct sim_entry *entry = sim_router_entry(router, key);

	return entry && entry->marks & PAIR_SENDS ? 0 : HP_TIME_NEVER;
}

static inline void pair_effect(struct sim_router *router, const struct core_effect *fx)
{
	struct pair *pair = router->ctx;
	struct pair_node *node = &pair->nodes[router->index];
	const struct sim_entry *entry;

	node->hash = history_effect_hash(node->hash, fx);
	if (fx->kind == FX_NOTE)
		node->notes[fx->note.code]++;
	if (fx->kind == FX_MFIB_PUT) {
		entry = sim_router_entry(router, &fx->route.key);
		cr_assert(!entry || !(entry->marks & PAIR_KEPT) ||
				  ifset_equal(&entry->route.oifs, &fx->route.oifs),
			  "a tree that is to stay has other outputs");
	} else if (fx->kind == FX_MFIB_DEL) {
		entry = sim_router_entry(router, &fx->key);
		cr_assert(!entry || !(entry->marks & PAIR_KEPT),
			  "a tree that is to stay is deleted");
	}
}

/** pair_handle() - Let an event happen, with all that follows in the same router. */
static inline void pair_handle(struct pair *pair, enum pair_router router,
			       const struct core_event *event)
{
	sim_router_feed(&pair->nodes[router].router, pair->now, event);
}

static inline struct core *pair_core(const struct pair *pair, enum pair_router router)
{
	return pair->nodes[router].router.core;
}

static inline void pair_deliver(struct pair *pair)
{
	while (pair->head < pair->count) {
		const struct pair_packet packet = pair->packets[pair->head++];
		struct core_event event = sim_event_packet(packet.to == A ? 1 : 0, &packet.sent);

		event.packet.bytes = packet.bytes;
		pair_handle(pair, packet.to, &event);
	}
	pair->head = pair->count = 0;
}

/** pair_run() - Let time pass. */
static inline void pair_run(struct pair *pair, hp_time duration)
{
	const struct core_event clock = sim_event_clock();
	hp_time end = pair->now + duration;

	for (;;) {
		hp_time a = core_deadline(pair_core(pair, A));
		hp_time b = core_deadline(pair_core(pair, B));
		hp_time at = a < b ? a : b;

		pair_deliver(pair);
		if (at > end)
			break;
		pair->now = at > pair->now ? at : pair->now;
		pair_handle(pair, a < b ? A : B, &clock);
	}
	pair->now = end;
}

/* ---- Building it ---- */

/** pair_switch() - Switch a protocol on or off on an interface. */
static inline void pair_switch(struct pair *pair, enum pair_router router, uint16_t link,
			       enum core_proto proto, bool is_on)
{
	const struct core_event event = sim_event_switch(link, pair->family, proto, is_on);

	pair_handle(pair, router, &event);
}

static inline void pair_link(struct pair *pair, enum pair_router router, uint16_t link)
{
	enum pair_net net = pair_nets[router][link];
	const struct ip_prefix own = { pair_own(pair, router, net),
				       pair->family == IP_FAMILY_4 ? 16 : 64 };
	struct core_event event = sim_event_link(link, true, &own);

	if (pair->family == IP_FAMILY_6)
		event.link.addrs[event.link.addr_count++] =
			(struct ip_prefix){ pair_addr(IP_FAMILY_6, net, router + 1), 64 };
	pair_handle(pair, router, &event);
	pair_switch(pair, router, link, PROTO_HPIM, true);
	pair_switch(pair, router, link, PROTO_GM, true);
}

/** pair_new() - Both run and are synchronized; with a limit of trees each. */
static inline struct pair *pair_new(enum ip_family family, const uint32_t trees_max[PAIR_ROUTERS])
{
	static const struct sim_router_ops ops = {
		.send = pair_send,
		.route = pair_route,
		.effect = pair_effect,
		.seen_for = pair_seen_for,
	};
	struct pair *pair = calloc(1, sizeof(*pair));
	struct core_limits limits = core_limits_default;

	cr_assert_not_null(pair);
	pair->family = family;
	pair->random = 1;
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		limits.seed = router + 1u;
		limits.trees = trees_max[router];
		pair->nodes[router].hash = HISTORY_HASH;
		sim_router_init(&pair->nodes[router].router, &ops, pair, (uint16_t)router);
		sim_router_start(&pair->nodes[router].router, &limits);
		for (uint16_t link = 0; link < PAIR_LINKS; link++)
			if (pair_nets[router][link] != NET_NOWHERE)
				pair_link(pair, router, link);
	}
	pair_run(pair, HP_SEC(12));
	return pair;
}

static inline struct hpim *pair_hpim(const struct pair *pair, enum pair_router router)
{
	return hpim_of(pair_core(pair, router), pair->family);
}

/** pair_check_empty() - No router knows of any tree, and no other table has anything left of it. */
static inline void pair_check_empty(const struct pair *pair)
{
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		const struct hpim *hpim = pair_hpim(pair, router);

		cr_assert_null(hpim->trees);
		cr_assert_null(hpim->groups);
		cr_assert_null(hpim->quotas);
		cr_assert_eq(hpim->tree_count, 0);
		cr_assert_eq(hpim->unwanted_count, 0);
		cr_assert_eq(hpim->ending_count, 0);
		cr_assert(TAILQ_EMPTY(&hpim->idle[0]) && TAILQ_EMPTY(&hpim->idle[1]));
		cr_assert_null(pair->nodes[router].router.entries, "a forwarding entry stays");
		cr_assert_null(pair->nodes[router].router.watches, "a route is watched still");
	}
}

static inline void pair_free(struct pair *pair)
{
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++)
		sim_router_fini(&pair->nodes[router].router);
	free(pair->packets);
	free(pair);
}

/* ---- Hosts ---- */

/** pair_join() - A host reports a group. */
static inline void pair_join(struct pair *pair, enum pair_router router, uint16_t link,
			     uint32_t group)
{
	const struct gm_family *family = &gm_families[pair->family];
	const struct ip_addr dst = pair_group(pair, group);
	const struct ip_addr host = pair_own(pair, PAIR_ROUTERS, pair_nets[router][link]);
	const struct gm_msg msg = { .type = GM_REPORT,
				    .version = pair->family == IP_FAMILY_4 ? 2 : 1,
				    .group = dst };
	uint8_t bytes[64];
	const struct fx_send report = { .socket = SOCKET_GM,
					.src = host,
					.dst = dst,
					.bytes = bytes,
					.len = family->encode(&msg, &host, &dst, bytes,
							      sizeof(bytes)) };
	const struct core_event event = sim_event_packet(link, &report);

	pair_handle(pair, router, &event);
	pair_deliver(pair);
}

/** pair_data() - Data comes in: a miss where there is no entry; then it goes where that says. */
static inline void pair_data(struct pair *pair, enum pair_router router, uint16_t link,
			     const struct mfib_key *key)
{
	const struct core_event miss = sim_event_data(DATA_MISS, link, key);
	uint16_t to_peer = router == A ? 1 : 0;
	const struct sim_entry *entry;

	if (!pair_entry(pair, router, key)) {
		pair_handle(pair, router, &miss);
		pair_deliver(pair);
	}
	entry = pair_entry(pair, router, key);
	if (entry && entry->route.iif == link && ifset_has(&entry->route.oifs, to_peer))
		pair_data(pair, router == A ? B : A, router == A ? 0 : 1, key);
}

static inline uint32_t pair_random(struct pair *pair, uint32_t below)
{
	pair->random = pair->random * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(pair->random >> 33) % below;
}

/** pair_tree() - NULL: the router does not know it. */
static inline const struct hpim_tree *pair_tree(const struct pair *pair, enum pair_router router,
						const struct mfib_key *key)
{
	return hpim_tree_find(pair_hpim(pair, router), &key->source, &key->group);
}

#endif
