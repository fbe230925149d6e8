/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PIM_H
#define COMMON_PIM_H

/*
 * Routers with PIM-DM on one link, each a core with the address of its number, from 1; and a tester
 * that sends packets made by hand. What routers send is decoded, kept, and reaches the others a
 * millisecond later.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/all_routers.h"
#include "core/inspect.h"
#include "core/pimdm/if.h"
#include "core/pimdm/neigh.h"

#define LAN_ROUTERS 4u
#define LAN_TESTER  9u /* host number */
#define LAN_BYTES   1500u
#define LAN_DELAY   HP_MS(1)

/* Runs a test body for both families. */
#define LAN_TEST(suite, name)                    \
	static void name(enum ip_family family); \
	Test(suite, name)                        \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* A message of a router as it was sent. */
struct sent {
	hp_time at;
	unsigned int from; /* router number */
	struct ip_addr src, dst;
	struct pim_msg msg; /* its lists point into @bytes */
	enum pim_checksum checksum;
	size_t len;
	uint8_t bytes[LAN_BYTES];
};

struct lan {
	enum ip_family family;
	hp_time now;
	struct core *cores[LAN_ROUTERS + 1]; /* by number; NULL: off */
	bool is_cut[LAN_ROUTERS + 1];        /* neither sends nor receives */
	struct sent **sent;                  /* all of them, in order */
	size_t sent_count, delivered;
	unsigned int notes[LAN_ROUTERS + 1][NOTE_CODE_COUNT];
	enum note_level level[NOTE_CODE_COUNT]; /* of the last one */
	int memberships[LAN_ROUTERS + 1];       /* FX_JOIN less FX_LEAVE, link 0 */
};

static inline struct ip_addr lan_addr(const struct lan *lan, unsigned int host)
{
	struct ip_addr addr;
	char text[32];

	(void)snprintf(text, sizeof(text), lan->family == IP_FAMILY_4 ? "10.0.0.%u" : "fe80::%x",
		       host);
	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static inline void lan_keep(struct lan *lan, unsigned int router, const struct fx_send *send)
{
	struct sent *sent = calloc(1, sizeof(*sent));

	lan->sent = realloc(lan->sent, (lan->sent_count + 1) * sizeof(lan->sent[0]));
	cr_assert(sent && lan->sent);
	lan->sent[lan->sent_count++] = sent;
	*sent = (struct sent){ .at = lan->now, .from = router, .src = send->src, .dst = send->dst };
	cr_assert_leq(send->len, sizeof(sent->bytes));
	memcpy(sent->bytes, send->bytes, send->len);
	sent->len = send->len;
	cr_assert_eq(pim_decode(&sent->src, &sent->dst, sent->bytes, sent->len, &sent->msg,
				&sent->checksum),
		     PIM_ACCEPTED);
}

/** lan_handle() - An event of a router, and its effects. */
static inline void lan_handle(struct lan *lan, unsigned int router, const struct core_event *event)
{
	const struct core_effect *fx;

	core_handle(lan->cores[router], lan->now, event);
	while ((fx = core_effect_next(lan->cores[router]))) {
		bool is_group = fx->kind == FX_JOIN || fx->kind == FX_LEAVE;

		if (fx->kind == FX_SEND && fx->send.socket == SOCKET_103 && fx->send.link == 0 &&
		    !lan->is_cut[router])
			lan_keep(lan, router, &fx->send);
		if (is_group && fx->group.socket == SOCKET_103 && fx->group.link == 0)
			lan->memberships[router] += fx->kind == FX_JOIN ? 1 : -1;
		if (fx->kind == FX_NOTE) {
			lan->notes[router][fx->note.code]++;
			lan->level[fx->note.code] = fx->note.level;
		}
	}
}

/** lan_hear() - A packet reaches a router. */
static inline void lan_hear(struct lan *lan, unsigned int router, const struct ip_addr *src,
			    const struct ip_addr *dst, const uint8_t *bytes, size_t len)
{
	lan_handle(lan, router,
		   &(struct core_event){ .kind = EV_PACKET,
					 .packet = { .link = 0,
						     .socket = SOCKET_103,
						     .src = *src,
						     .dst = *dst,
						     .ttl = 1,
						     .bytes = bytes,
						     .len = len } });
}

/** lan_say() - The tester sends a message, to @dst, NULL: all routers; one router hears it. */
static inline void lan_say(struct lan *lan, unsigned int router, unsigned int host,
			   const struct ip_addr *dst, const struct pim_msg *msg,
			   enum pim_checksum checksum)
{
	const struct ip_addr src = lan_addr(lan, host);
	uint8_t bytes[LAN_BYTES];
	size_t len;

	dst = dst ? dst : all_routers(lan->family);
	len = pim_encode(msg, &src, dst, checksum, bytes, sizeof(bytes));
	cr_assert_gt(len, 0);
	lan_hear(lan, router, &src, dst, bytes, len);
}

/** lan_hello() - A Hello of the tester with the usual options; 0 s: goodbye. */
static inline struct pim_msg lan_hello(uint16_t hold_s, uint32_t gen_id)
{
	return (struct pim_msg){ .type = PIM_HELLO,
				 .hello = { .has_hold = true,
					    .hold_s = hold_s,
					    .has_gen_id = true,
					    .gen_id = gen_id } };
}

static inline void lan_deliver(struct lan *lan)
{
	const struct sent *sent = lan->sent[lan->delivered++];

	for (unsigned int router = 1; router <= LAN_ROUTERS; router++) {
		const struct ip_addr addr = lan_addr(lan, router);

		if (router == sent->from || !lan->cores[router] || lan->is_cut[router])
			continue;
		if (!ip_addr_is_multicast(&sent->dst) && !ip_addr_equal(&sent->dst, &addr))
			continue;
		lan_hear(lan, router, &sent->src, &sent->dst, sent->bytes, sent->len);
	}
}

/** lan_run() - Let time pass until @until. */
static inline void lan_run(struct lan *lan, hp_time until)
{
	const struct core_event clock = { .kind = EV_CLOCK };

	for (;;) {
		bool is_packet = lan->delivered < lan->sent_count;
		hp_time at = is_packet ? lan->sent[lan->delivered]->at + LAN_DELAY : until + 1;
		unsigned int next = 0;

		for (unsigned int router = 1; router <= LAN_ROUTERS; router++)
			if (lan->cores[router] && core_deadline(lan->cores[router]) < at) {
				at = core_deadline(lan->cores[router]);
				next = router;
			}
		if (at > until)
			break;
		lan->now = at > lan->now ? at : lan->now;
		if (next)
			lan_handle(lan, next, &clock);
		else
			lan_deliver(lan);
	}
	lan->now = until;
}

static inline void lan_run_s(struct lan *lan, unsigned int seconds)
{
	lan_run(lan, lan->now + HP_SEC(seconds));
}

static inline struct core_event lan_link(const struct lan *lan, unsigned int host, bool is_up)
{
	struct core_event event = { .kind = EV_LINK,
				    .link = { .is_present = true,
					      .is_up = is_up,
					      .mtu = LAN_BYTES,
					      .addr_count = 1,
					      .addrs = { { lan_addr(lan, host), 24 } } } };

	return event;
}

static inline void lan_switch(struct lan *lan, unsigned int router, enum core_proto proto,
			      bool is_on)
{
	lan_handle(lan, router,
		   &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_LINK,
						     .family = lan->family,
						     .proto = proto,
						     .is_on = is_on } });
}

/** lan_set() - A setting of a router's interface. */
static inline void lan_set(struct lan *lan, unsigned int router, enum setting_id id, uint32_t value)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK_SETTINGS,
						.settings = lan->cores[router]->links[0].settings,
						.own = lan->cores[router]->links[0].own_settings |
						       UINT64_C(1) << id } };

	setting_set(&event.config.settings, id, value);
	lan_handle(lan, router, &event);
}

/** lan_boot() - Switch a router on; @seed decides what it draws. */
static inline void lan_boot(struct lan *lan, unsigned int router, uint64_t seed)
{
	struct core_limits limits = core_limits_default;
	const struct core_event up = lan_link(lan, router, true);

	limits.seed = seed;
	lan->cores[router] = core_new(&limits);
	lan->memberships[router] = 0;
	cr_assert_not_null(lan->cores[router]);
	lan_handle(lan, router, &up);
	lan_switch(lan, router, PROTO_PIMDM, true);
}

/** lan_kill() - Its power fails. */
static inline void lan_kill(struct lan *lan, unsigned int router)
{
	core_free(lan->cores[router]);
	lan->cores[router] = NULL;
}

/** lan_new() - Routers 1 to @count, just switched on. */
static inline struct lan *lan_new(enum ip_family family, unsigned int count)
{
	struct lan *lan = calloc(1, sizeof(*lan));

	cr_assert_not_null(lan);
	lan->family = family;
	for (unsigned int router = 1; router <= count; router++)
		lan_boot(lan, router, 100 * router);
	return lan;
}

static inline void lan_free(struct lan *lan)
{
	for (unsigned int router = 1; router <= LAN_ROUTERS; router++)
		if (lan->cores[router])
			core_free(lan->cores[router]);
	for (size_t i = 0; i < lan->sent_count; i++)
		free(lan->sent[i]);
	free(lan->sent);
	free(lan);
}

/** lan_if() - NULL: PIM-DM does not run there. */
static inline struct pimdm_if *lan_if(const struct lan *lan, unsigned int router)
{
	return pimdm_of(lan->cores[router], lan->family)->ifs[0];
}

/** lan_neighbor() - What a router knows of another one; NULL: nothing. */
static inline const struct pimdm_neigh *lan_neighbor(const struct lan *lan, unsigned int router,
						     unsigned int of)
{
	const struct ip_addr addr = lan_addr(lan, of);

	return pimdm_neigh_find(lan_if(lan, router), &addr);
}

/** lan_last() - The last message of a router; NULL: none since message number @since. */
static inline const struct sent *lan_last(const struct lan *lan, unsigned int router, size_t since)
{
	for (size_t i = lan->sent_count; i-- > since;)
		if (lan->sent[i]->from == router)
			return lan->sent[i];
	return NULL;
}

/** lan_count() - Messages of a type that a router sent since message number @since. */
static inline unsigned int lan_count(const struct lan *lan, unsigned int router, enum pim_type type,
				     size_t since)
{
	unsigned int count = 0;

	for (size_t i = since; i < lan->sent_count; i++)
		count += lan->sent[i]->from == router && lan->sent[i]->msg.type == type;
	return count;
}

/** lan_refused() - Packets of link 0 that a router refused for a reason. */
static inline uint64_t lan_refused(const struct lan *lan, unsigned int router,
				   enum pimdm_refusal reason)
{
	return inspect_pim_refused(lan->cores[router], 0, reason);
}

#endif
