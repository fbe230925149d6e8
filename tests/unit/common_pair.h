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

#include "core/hpim/tree.h"
#include "core/membership/family.h"
#include "core/history.h"
#include "core/hpim/hpim_int.h"

enum pair_router { A, B, PAIR_ROUTERS };

/* Subnets. The last one is behind a router of A's sources that speaks no HPIM-DM; PAIR_NOWHERE has
 * no route. */
enum pair_net { NET_SOURCES, NET_AB, NET_A, NET_B, NET_FAR, NET_NOWHERE };

#define PAIR_LINKS 3u

static const enum pair_net pair_nets[PAIR_ROUTERS][PAIR_LINKS] = {
	[A] = { NET_SOURCES, NET_AB, NET_A },
	[B] = { NET_AB, NET_B, NET_NOWHERE },
};

struct pair_entry {
	UT_hash_handle hh;
	struct mfib_key key;
	struct mfib_route route;
	bool is_sending; /* the source of it */
	bool is_kept;    /* deleting it fails the test */
};

struct pair_watch {
	UT_hash_handle hh;
	struct ip_addr source;
};

struct pair_packet {
	enum pair_router to;
	struct ip_addr src, dst;
	size_t len;
	uint8_t bytes[1500];
};

struct pair_node {
	struct core *core;
	struct pair_entry *entries;
	struct pair_watch *watches;
	struct core_event *answers; /* to effects, given after draining; from answer_head on */
	size_t answer_head, answer_count, answer_room;
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

static inline void pair_answer(struct pair_node *node, const struct core_event *event)
{
	if (node->answer_count == node->answer_room) {
		node->answer_room = node->answer_room ? 2 * node->answer_room : 64;
		node->answers = realloc(node->answers, node->answer_room * sizeof(*event));
		cr_assert_not_null(node->answers);
	}
	node->answers[node->answer_count++] = *event;
}

static inline void pair_send(struct pair *pair, enum pair_router from, const struct fx_send *send)
{
	struct pair_packet *packet;
	struct hpim_msg msg;

	if (send->socket != SOCKET_103 || pair_nets[from][send->link] != NET_AB || pair->is_cut)
		return;
	cr_assert_eq(hpim_decode(pair->family, send->bytes, send->len, &msg), 0);
	pair->hellos[from] += msg.type == HPIM_HELLO;
	if (pair->count == pair->room) {
		pair->room = pair->room ? 2 * pair->room : 64;
		pair->packets = realloc(pair->packets, pair->room * sizeof(*pair->packets));
		cr_assert_not_null(pair->packets);
	}
	packet = &pair->packets[pair->count++];
	packet->to = from == A ? B : A;
	packet->src = send->src;
	packet->dst = send->dst;
	packet->len = send->len;
	cr_assert_leq(send->len, sizeof(packet->bytes));
	memcpy(packet->bytes, send->bytes, send->len);
}

static inline void pair_watch(struct pair *pair, enum pair_router router,
			      const struct ip_addr *source)
{
	struct pair_node *node = &pair->nodes[router];
	struct pair_watch *watch = calloc(1, sizeof(*watch));
	enum pair_net net = pair_net_of(source);
	struct ev_rpf path = {
		.source = *source, .link = LINK_NONE, .preference = UINT32_MAX, .metric = UINT32_MAX
	};

	cr_assert_not_null(watch);
	watch->source = *source;
	HASH_ADD(hh, node->watches, source, sizeof(watch->source), watch);
	if (net != NET_NOWHERE) {
		bool is_behind_b = net == NET_B;
		bool is_connected =
			(net == NET_SOURCES && router == A) || (net == NET_B && router == B);

		path.is_reachable = true;
		path.is_connected = is_connected;
		path.link = is_behind_b ? 1 : 0; /* of both routers */
		path.prefix_len = pair->family == IP_FAMILY_4 ? 16 : 64;
		path.preference = is_connected ? 2 : 11;
		path.metric = is_connected ? 0 : router == A || is_behind_b ? 20 : 30;
		if (!is_connected && pair_nets[router][path.link] == NET_AB)
			path.next_hop = pair_own(pair, router == A ? B : A, NET_AB);
	}
	pair_answer(node, &(struct core_event){ .kind = EV_RPF, .rpf = path });
}

static inline void pair_unwatch(struct pair_node *node, const struct ip_addr *source)
{
	struct pair_watch *watch;

	HASH_FIND(hh, node->watches, source, sizeof(*source), watch);
	cr_assert_not_null(watch, "a route is unwatched that is not watched");
	HASH_DEL(node->watches, watch);
	free(watch);
}

static inline struct pair_entry *pair_entry(const struct pair *pair, enum pair_router router,
					    const struct mfib_key *key)
{
	struct pair_entry *entry;

	HASH_FIND(hh, pair->nodes[router].entries, key, sizeof(*key), entry);
	return entry;
}

static inline void pair_put(struct pair *pair, enum pair_router router,
			    const struct mfib_route *route)
{
	struct pair_entry *entry = pair_entry(pair, router, &route->key);

	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		cr_assert_not_null(entry);
		entry->key = route->key;
		HASH_ADD(hh, pair->nodes[router].entries, key, sizeof(entry->key), entry);
	}
	cr_assert(!entry->is_kept || ifset_equal(&entry->route.oifs, &route->oifs),
		  "a tree that is to stay has other outputs");
	entry->route = *route;
}

static inline void pair_del(struct pair *pair, enum pair_router router, const struct mfib_key *key)
{
	struct pair_entry *entry = pair_entry(pair, router, key);

	cr_assert_not_null(entry, "an entry is deleted that is not there");
	cr_assert_not(entry->is_kept, "a tree that is to stay is deleted");
	HASH_DEL(pair->nodes[router].entries, entry);
	free(entry);
}

static inline void pair_ask(struct pair *pair, enum pair_router router, const struct mfib_key *key)
{
	const struct pair_entry *entry = pair_entry(pair, router, key);
	const struct ev_data data = { .kind = DATA_SEEN,
				      .link = LINK_NONE,
				      .source = key->source,
				      .group = key->group,
				      .seen_for = entry && entry->is_sending ? 0 : HP_TIME_NEVER };

	pair_answer(&pair->nodes[router], &(struct core_event){ .kind = EV_DATA, .data = data });
}

static inline void pair_take(struct pair *pair, enum pair_router router,
			     const struct core_effect *fx)
{
	struct pair_node *node = &pair->nodes[router];

	node->hash = history_effect_hash(node->hash, fx);
	switch (fx->kind) {
	case FX_SEND: pair_send(pair, router, &fx->send); break;
	case FX_RPF_WATCH: pair_watch(pair, router, &fx->rpf_source); break;
	case FX_RPF_UNWATCH: pair_unwatch(node, &fx->rpf_source); break;
	case FX_MFIB_PUT: pair_put(pair, router, &fx->route); break;
	case FX_MFIB_DEL: pair_del(pair, router, &fx->key); break;
	case FX_MFIB_QUERY: pair_ask(pair, router, &fx->key); break;
	case FX_NOTE: node->notes[fx->note.code]++; break;
	case FX_JOIN:
	case FX_LEAVE: break;
	}
}

/** pair_handle() - Let an event happen, with all that follows in the same router. */
static inline void pair_handle(struct pair *pair, enum pair_router router,
			       const struct core_event *event)
{
	struct pair_node *node = &pair->nodes[router];
	const struct core_effect *fx;

	core_handle(node->core, pair->now, event);
	while ((fx = core_effect_next(node->core)))
		pair_take(pair, router, fx);
	while (node->answer_head < node->answer_count) {
		const struct core_event next = node->answers[node->answer_head++];

		pair_handle(pair, router, &next);
	}
	node->answer_head = node->answer_count = 0;
}

static inline void pair_deliver(struct pair *pair)
{
	while (pair->head < pair->count) {
		const struct pair_packet packet = pair->packets[pair->head++];

		pair_handle(pair, packet.to,
			    &(struct core_event){ .kind = EV_PACKET,
						  .packet = { .link = packet.to == A ? 1 : 0,
							      .socket = SOCKET_103,
							      .src = packet.src,
							      .dst = packet.dst,
							      .ttl = 1,
							      .bytes = packet.bytes,
							      .len = packet.len } });
	}
	pair->head = pair->count = 0;
}

/** pair_run() - Let time pass. */
static inline void pair_run(struct pair *pair, hp_time duration)
{
	hp_time end = pair->now + duration;

	for (;;) {
		hp_time a = core_deadline(pair->nodes[A].core);
		hp_time b = core_deadline(pair->nodes[B].core);
		hp_time at = a < b ? a : b;

		pair_deliver(pair);
		if (at > end)
			break;
		pair->now = at > pair->now ? at : pair->now;
		pair_handle(pair, a < b ? A : B, &(struct core_event){ .kind = EV_CLOCK });
	}
	pair->now = end;
}

/* ---- Building it ---- */

/** pair_switch() - Switch a protocol on or off on an interface. */
static inline void pair_switch(struct pair *pair, enum pair_router router, uint16_t link,
			       enum core_proto proto, bool is_on)
{
	pair_handle(pair, router,
		    &(struct core_event){ .kind = EV_CONFIG,
					  .config = { .kind = CONFIG_LINK,
						      .link = link,
						      .family = pair->family,
						      .proto = proto,
						      .is_on = is_on } });
}

static inline void pair_link(struct pair *pair, enum pair_router router, uint16_t link)
{
	enum pair_net net = pair_nets[router][link];
	struct core_event event = { .kind = EV_LINK,
				    .link = { .link = link,
					      .is_present = true,
					      .is_up = true,
					      .mtu = 1500,
					      .addr_count = 1,
					      .addrs = { { pair_own(pair, router, net), 16 } } } };

	if (pair->family == IP_FAMILY_6) {
		event.link.addrs[0].len = 64;
		event.link.addrs[event.link.addr_count++] =
			(struct ip_prefix){ pair_addr(IP_FAMILY_6, net, router + 1), 64 };
	}
	pair_handle(pair, router, &event);
	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		pair_switch(pair, router, link, proto, true);
}

/** pair_new() - Both run and are synchronized; with a limit of trees each. */
static inline struct pair *pair_new(enum ip_family family, const uint32_t trees_max[PAIR_ROUTERS])
{
	struct pair *pair = calloc(1, sizeof(*pair));
	struct core_limits limits = core_limits_default;

	cr_assert_not_null(pair);
	pair->family = family;
	pair->random = 1;
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		limits.seed = router + 1u;
		limits.trees = trees_max[router];
		pair->nodes[router].core = core_new(&limits);
		pair->nodes[router].hash = HISTORY_HASH;
		cr_assert_not_null(pair->nodes[router].core);
		for (uint16_t link = 0; link < PAIR_LINKS; link++)
			if (pair_nets[router][link] != NET_NOWHERE)
				pair_link(pair, router, link);
	}
	pair_run(pair, HP_SEC(12));
	return pair;
}

static inline struct hpim *pair_hpim(const struct pair *pair, enum pair_router router)
{
	return hpim_of(pair->nodes[router].core, pair->family);
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
		cr_assert_null(pair->nodes[router].entries, "a forwarding entry stays");
		cr_assert_null(pair->nodes[router].watches, "a route is watched still");
	}
}

static inline void pair_free(struct pair *pair)
{
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		struct pair_node *node = &pair->nodes[router];
		struct pair_entry *entry, *next_entry;
		struct pair_watch *watch, *next_watch;

		core_free(node->core);
		free(node->answers);
		HASH_ITER (hh, node->entries, entry, next_entry) {
			HASH_DEL(node->entries, entry);
			free(entry);
		}
		HASH_ITER (hh, node->watches, watch, next_watch) {
			HASH_DEL(node->watches, watch);
			free(watch);
		}
	}
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

	pair_handle(
		pair, router,
		&(struct core_event){ .kind = EV_PACKET,
				      .packet = { .link = link,
						  .socket = SOCKET_GM,
						  .src = host,
						  .dst = dst,
						  .ttl = 1,
						  .has_router_alert = true,
						  .bytes = bytes,
						  .len = family->encode(&msg, &host, &dst, bytes,
									sizeof(bytes)) } });
	pair_deliver(pair);
}

/** pair_data() - Data comes in: a miss where there is no entry; then it goes where that says. */
static inline void pair_data(struct pair *pair, enum pair_router router, uint16_t link,
			     const struct mfib_key *key)
{
	const struct core_event miss = { .kind = EV_DATA,
					 .data = { .kind = DATA_MISS,
						   .link = link,
						   .source = key->source,
						   .group = key->group } };
	uint16_t to_peer = router == A ? 1 : 0;
	const struct pair_entry *entry;

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
