/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_TREE_H
#define COMMON_TREE_H

/*
 * One router with PIM-DM on three interfaces, and a tester on each that is as many neighbors as it
 * takes. The route to the source goes through interface 0, by neighbor 1. Addresses: interface i
 * has 10.0.i.100 or fe80::i:64, neighbor n there 10.0.i.n or fe80::i:n.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/all_routers.h"
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

#define BENCH_LINKS 3u
#define BENCH_OWN   100u /* host number */
#define BENCH_BYTES 1500u
#define BENCH_KEPT  64u

/* Runs a test body for both families. */
#define TREE_TEST(suite, name)                   \
	static void name(enum ip_family family); \
	Test(suite, name)                        \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

struct bench_sent {
	uint16_t link;
	struct ip_addr dst;
	struct pim_msg msg;
	struct pim_entry entry; /* the first of a list */
	uint8_t bytes[BENCH_BYTES];
};

struct bench {
	enum ip_family family;
	hp_time now;
	struct core *core;
	struct ev_rpf route;
	struct bench_sent sent[BENCH_KEPT]; /* but Hellos, since bench_clear() */
	unsigned int sent_count;
	struct mfib_route entry; /* of bench_key(), as last put; iif LINK_NONE: none */
	unsigned int puts, dels, queries, watches;
	hp_time seen_for; /* the answer of the forwarding plane; its TTL */
	uint8_t ttl;
	unsigned int notes[NOTE_CODE_COUNT];
};

static inline struct ip_addr bench_addr(const struct bench *bench, uint16_t link, unsigned int host)
{
	struct ip_addr addr;
	char text[32];

	(void)snprintf(text, sizeof(text),
		       bench->family == IP_FAMILY_4 ? "10.0.%u.%u" : "fe80::%u:%x", link, host);
	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static inline struct ip_addr bench_text(const struct bench *bench, const char *v4, const char *v6)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(bench->family == IP_FAMILY_4 ? v4 : v6, &addr), 0);
	return addr;
}

static inline struct mfib_key bench_key(const struct bench *bench)
{
	return (struct mfib_key){ bench_text(bench, "10.9.9.9", "2001:db8::9"),
				  bench_text(bench, "239.1.1.1", "ff3e::1:1") };
}

static inline bool bench_is_key(const struct bench *bench, const struct mfib_key *key)
{
	const struct mfib_key own = bench_key(bench);

	return ip_addr_equal(&key->source, &own.source) && ip_addr_equal(&key->group, &own.group);
}

static inline void bench_handle(struct bench *bench, const struct core_event *event);

static inline void bench_keep(struct bench *bench, const struct fx_send *send)
{
	struct bench_sent *sent = &bench->sent[bench->sent_count];
	enum pim_checksum checksum;
	struct pim_walk walk;

	cr_assert_lt(bench->sent_count, BENCH_KEPT);
	cr_assert_leq(send->len, BENCH_BYTES);
	memcpy(sent->bytes, send->bytes, send->len);
	sent->link = send->link;
	sent->dst = send->dst;
	cr_assert_eq(
		pim_decode(&send->src, &send->dst, sent->bytes, send->len, &sent->msg, &checksum),
		PIM_ACCEPTED);
	walk = (struct pim_walk){ .jp = &sent->msg.jp };
	if (sent->msg.type == PIM_JOIN_PRUNE || sent->msg.type == PIM_GRAFT ||
	    sent->msg.type == PIM_GRAFT_ACK)
		cr_assert(pim_entry_next(&walk, &sent->entry));
	bench->sent_count += sent->msg.type != PIM_HELLO;
}

static inline void bench_perform(struct bench *bench, const struct core_effect *fx,
				 struct core_event *ret_answer)
{
	switch (fx->kind) {
	case FX_SEND:
		if (fx->send.socket == SOCKET_103)
			bench_keep(bench, &fx->send);
		break;
	case FX_MFIB_PUT:
		if (bench_is_key(bench, &fx->route.key))
			bench->entry = fx->route;
		bench->puts++;
		break;
	case FX_MFIB_DEL:
		if (bench_is_key(bench, &fx->key))
			bench->entry.iif = LINK_NONE;
		bench->dels++;
		break;
	case FX_MFIB_QUERY:
		bench->queries++;
		*ret_answer = (struct core_event){ .kind = EV_DATA,
						   .data = { .kind = DATA_SEEN,
							     .link = LINK_NONE,
							     .source = fx->key.source,
							     .group = fx->key.group,
							     .seen_for = bench->seen_for,
							     .ttl = bench->ttl } };
		break;
	case FX_RPF_WATCH:
		bench->watches++;
		*ret_answer = (struct core_event){ .kind = EV_RPF, .rpf = bench->route };
		ret_answer->rpf.source = fx->rpf_source;
		break;
	case FX_RPF_UNWATCH: bench->watches--; break;
	case FX_NOTE: bench->notes[fx->note.code]++; break;
	default: break;
	}
}

/** bench_handle() - An event, and all that follows. */
static inline void bench_handle(struct bench *bench, const struct core_event *event)
{
	struct core_event answers[BENCH_KEPT];
	const struct core_effect *fx;
	unsigned int count = 0;

	core_handle(bench->core, bench->now, event);
	while ((fx = core_effect_next(bench->core))) {
		struct core_event answer = { .kind = EV_CLOCK };

		bench_perform(bench, fx, &answer);
		cr_assert_lt(count, BENCH_KEPT);
		if (answer.kind != EV_CLOCK)
			answers[count++] = answer;
	}
	for (unsigned int i = 0; i < count; i++)
		bench_handle(bench, &answers[i]);
}

/** bench_drain() - What a test did to a tree by itself is performed. */
static inline void bench_drain(struct bench *bench)
{
	bench_handle(bench, &(struct core_event){ .kind = EV_CLOCK });
}

/** bench_run() - Let time pass. */
static inline void bench_run(struct bench *bench, hp_time duration)
{
	hp_time end = bench->now + duration;

	while (core_deadline(bench->core) <= end) {
		if (core_deadline(bench->core) > bench->now)
			bench->now = core_deadline(bench->core);
		bench_drain(bench);
	}
	bench->now = end;
}

static inline void bench_clear(struct bench *bench)
{
	bench->sent_count = bench->puts = bench->dels = bench->queries = 0;
}

/** bench_hear() - A message of neighbor @host, to all routers. */
static inline void bench_hear(struct bench *bench, uint16_t link, unsigned int host,
			      const struct pim_msg *msg)
{
	const struct ip_addr src = bench_addr(bench, link, host);
	const struct ip_addr own = bench_addr(bench, link, BENCH_OWN);
	bool is_unicast = msg->type == PIM_GRAFT || msg->type == PIM_GRAFT_ACK;
	struct core_event event = { .kind = EV_PACKET,
				    .packet = { .link = link,
						.socket = SOCKET_103,
						.src = src,
						.dst = is_unicast ? own
								  : *all_routers(bench->family),
						.ttl = 1 } };
	uint8_t bytes[BENCH_BYTES];

	event.packet.bytes = bytes;
	event.packet.len =
		pim_encode(msg, &src, &event.packet.dst, PIM_CHECKSUM_RFC, bytes, sizeof(bytes));
	cr_assert_gt(event.packet.len, 0);
	bench_handle(bench, &event);
}

/** bench_hello() - @gen_id: another one: it began again. @refreshes: State Refresh Capable. */
static inline void bench_hello(struct bench *bench, uint16_t link, unsigned int host,
			       uint32_t gen_id, bool refreshes, uint16_t hold_s)
{
	bench_hear(bench, link, host,
		   &(struct pim_msg){ .type = PIM_HELLO,
				      .hello = { .has_hold = true,
						 .hold_s = hold_s,
						 .has_gen_id = true,
						 .gen_id = gen_id,
						 .has_delay = true,
						 .delay_ms = 500,
						 .override_ms = 2500,
						 .has_refresh = refreshes,
						 .refresh_s = 60 } });
}

/** bench_meet() - A neighbor for the rest of the test. */
static inline void bench_meet(struct bench *bench, uint16_t link, unsigned int host)
{
	bench_hello(bench, link, host, 1, true, PIM_HOLD_FOREVER);
}

/** bench_jp() - Join, Prune, Graft or GraftAck about the (S,G), naming @upstream. */
static inline void bench_jp(struct bench *bench, uint16_t link, unsigned int host,
			    enum pim_type type, unsigned int upstream, bool is_prune,
			    uint16_t hold_s)
{
	const struct mfib_key key = bench_key(bench);
	const struct pim_entry entry = { key.source, key.group, is_prune };

	bench_hear(bench, link, host,
		   &(struct pim_msg){ .type = type,
				      .jp = { .upstream = bench_addr(bench, link, upstream),
					      .hold_s = hold_s,
					      .entries = &entry,
					      .entry_count = 1 } });
}

static inline void bench_prune(struct bench *bench, uint16_t link, unsigned int host,
			       uint16_t hold_s)
{
	bench_jp(bench, link, host, PIM_JOIN_PRUNE, BENCH_OWN, true, hold_s);
}

static inline void bench_assert(struct bench *bench, uint16_t link, unsigned int host,
				uint32_t preference, uint32_t metric)
{
	const struct mfib_key key = bench_key(bench);

	bench_hear(
		bench, link, host,
		&(struct pim_msg){ .type = PIM_ASSERT,
				   .assert = { key.source, key.group, { preference, metric } } });
}

static inline void bench_refresh(struct bench *bench, uint16_t link, unsigned int host,
				 bool is_prune, uint8_t ttl)
{
	const struct mfib_key key = bench_key(bench);

	bench_hear(bench, link, host,
		   &(struct pim_msg){ .type = PIM_STATE_REFRESH,
				      .refresh = { .source = key.source,
						   .group = key.group,
						   .originator = key.source,
						   .metric = { 11, 10 },
						   .mask_len = 24,
						   .ttl = ttl,
						   .interval_s = 60,
						   .is_prune = is_prune } });
}

static inline void bench_data(struct bench *bench, enum data_kind kind, uint16_t link)
{
	const struct mfib_key key = bench_key(bench);

	bench_handle(bench, &(struct core_event){ .kind = EV_DATA,
						  .data = { .kind = kind,
							    .link = link,
							    .source = key.source,
							    .group = key.group } });
}

/** bench_reroute() - bench->route is another one. */
static inline void bench_reroute(struct bench *bench)
{
	struct core_event event = { .kind = EV_RPF, .rpf = bench->route };

	event.rpf.source = bench_key(bench).source;
	bench_handle(bench, &event);
}

static inline void bench_switch(struct bench *bench, uint16_t link, enum core_proto proto,
				bool is_on)
{
	bench_handle(bench, &(struct core_event){ .kind = EV_CONFIG,
						  .config = { .kind = CONFIG_LINK,
							      .link = link,
							      .family = bench->family,
							      .proto = proto,
							      .is_on = is_on } });
}

/** bench_join() - A static join of the group: a member that no host reports. */
static inline void bench_join(struct bench *bench, uint16_t link, bool is_on)
{
	bench_handle(bench, &(struct core_event){
				    .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_STATIC_JOIN,
						.link = link,
						.family = bench->family,
						.is_on = is_on,
						.join = { .group = bench_key(bench).group } } });
}

/** bench_set() - A setting of all interfaces. */
static inline void bench_set(struct bench *bench, enum setting_id id, uint32_t value)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_SETTINGS,
						.settings = bench->core->settings } };

	setting_set(&event.config.settings, id, value);
	bench_handle(bench, &event);
}

static inline struct pimdm *bench_pim(const struct bench *bench)
{
	return pimdm_of(bench->core, bench->family);
}

static inline struct pimdm_if *bench_if(const struct bench *bench, uint16_t link)
{
	return bench_pim(bench)->ifs[link];
}

/** bench_tree() - NULL: it is not known. */
static inline struct pimdm_tree *bench_tree(const struct bench *bench)
{
	const struct mfib_key key = bench_key(bench);

	return pimdm_tree_find(bench_pim(bench), &key);
}

static inline struct bench *bench_new(enum ip_family family)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	cr_assert_not_null(bench);
	bench->family = family;
	bench->core = core_new(&core_limits_default);
	bench->entry.iif = LINK_NONE;
	bench->seen_for = HP_TIME_NEVER;
	cr_assert_not_null(bench->core);
	bench->route = (struct ev_rpf){ .is_reachable = true,
					.link = 0,
					.next_hop = bench_addr(bench, 0, 1),
					.prefix_len = 24,
					.preference = 11,
					.metric = 20 };
	for (uint16_t link = 0; link < BENCH_LINKS; link++) {
		bench_handle(bench,
			     &(struct core_event){
				     .kind = EV_LINK,
				     .link = { .link = link,
					       .is_present = true,
					       .is_up = true,
					       .mtu = BENCH_BYTES,
					       .addr_count = 1,
					       .addrs = { { bench_addr(bench, link, BENCH_OWN),
							    24 } } } });
		bench_switch(bench, link, PROTO_PIMDM, true);
	}
	bench_run(bench, HP_SEC(6)); /* Hellos are out */
	bench_clear(bench);
	return bench;
}

/** bench_connect() - The source is on the link of interface 0. */
static inline void bench_connect(struct bench *bench)
{
	bench->route.is_connected = true;
	bench->route.next_hop = (struct ip_addr){ .b = { 0 } };
	bench->route.preference = 2;
	bench->route.metric = 0;
}

static inline void bench_free(struct bench *bench)
{
	core_free(bench->core);
	free(bench);
}

/* ---- What was sent ---- */

/** bench_only() - The one message sent since bench_clear(); it is of @type, on @link. */
static inline const struct bench_sent *bench_only(const struct bench *bench, enum pim_type type,
						  uint16_t link)
{
	cr_assert_eq(bench->sent_count, 1, "%u messages", bench->sent_count);
	cr_assert_eq(bench->sent[0].msg.type, type, "%s", pim_type_name(bench->sent[0].msg.type));
	cr_assert_eq(bench->sent[0].link, link);
	return &bench->sent[0];
}

/** bench_count() - Messages of a type on a link since bench_clear(). */
static inline unsigned int bench_count(const struct bench *bench, enum pim_type type, uint16_t link)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bench->sent_count; i++)
		count += bench->sent[i].msg.type == type && bench->sent[i].link == link;
	return count;
}

/** bench_left() - Seconds, rounded, that a timer runs; -1: it does not. */
static inline int bench_left(const struct bench *bench, const struct timer *timer)
{
	return timer_runs(timer) ? (int)((timer->deadline - bench->now + HP_MS(500)) / HP_SEC(1))
				 : -1;
}

#endif
