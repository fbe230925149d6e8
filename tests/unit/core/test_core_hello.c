// SPDX-License-Identifier: GPL-2.0-only
/* When Hellos go, on several interfaces and in both families. Description of HPIM-DM, 3.1. */
#include <criterion/criterion.h>

#include "core/hpim/if.h"
#include "base/addr_text.h"
#include "core/hpim/hpim_int.h"

#define PERIOD HP_SEC(10)
#define LINKS  3u

struct hellos {
	struct core *core;
	hp_time now;
	hp_time at[IP_FAMILY_COUNT][LINKS]; /* of the last one, 0: none yet */
	uint16_t hold_s[IP_FAMILY_COUNT][LINKS];
	unsigned int count;
};

static void handle(struct hellos *h, const struct core_event *event)
{
	const struct core_effect *fx;
	struct hpim_msg msg;

	core_handle(h->core, h->now, event);
	while ((fx = core_effect_next(h->core))) {
		enum ip_family family;

		if (fx->kind != FX_SEND || fx->send.socket != SOCKET_103)
			continue;
		family = ip_addr_family(&fx->send.src);
		cr_assert_eq(hpim_decode(family, fx->send.bytes, fx->send.len, &msg), 0);
		if (msg.type != HPIM_HELLO)
			continue;
		h->at[family][fx->send.link] = h->now;
		h->hold_s[family][fx->send.link] = msg.hello.hold_s;
		h->count++;
	}
}

static void run(struct hellos *h, hp_time until)
{
	while (core_deadline(h->core) <= until) {
		h->now = core_deadline(h->core);
		handle(h, &(struct core_event){ .kind = EV_CLOCK });
	}
	h->now = until;
}

static void attach(struct hellos *h, uint16_t link, enum ip_family family)
{
	static const char *const text[IP_FAMILY_COUNT] = { "10.0.0.1", "fe80::1" };
	struct core_event up = { .kind = EV_LINK,
				 .link = { .link = link,
					   .is_present = true,
					   .is_up = true,
					   .mtu = 1500,
					   .addr_count = IP_FAMILY_COUNT } };
	const struct core_event on = { .kind = EV_CONFIG,
				       .config = { .kind = CONFIG_LINK,
						   .link = link,
						   .family = family,
						   .proto = PROTO_HPIM,
						   .is_on = true } };

	for (unsigned int i = 0; i < IP_FAMILY_COUNT; i++) {
		cr_assert_eq(ip_addr_parse(text[i], &up.link.addrs[i].addr), 0);
		up.link.addrs[i].len = i == IP_FAMILY_4 ? 24 : 64;
	}
	handle(h, &up);
	handle(h, &on);
}

/* Attached at different times. */
static void start(struct hellos *h)
{
	*h = (struct hellos){ .core = core_new(&core_limits_default) };
	cr_assert_not_null(h->core);
	for (uint16_t link = 0; link < LINKS; link++) {
		attach(h, link, IP_FAMILY_4);
		run(h, h->now + HP_MS(2700));
		attach(h, link, IP_FAMILY_6);
		run(h, h->now + HP_MS(2300));
	}
}

Test(core_hello, first_one_goes_within_five_seconds)
{
	struct hellos h;

	start(&h);
	run(&h, h.now + HP_SEC(5));
	for (unsigned int i = 0; i < LINKS; i++) {
		cr_expect(h.at[IP_FAMILY_4][i] > 0);
		cr_expect(h.at[IP_FAMILY_6][i] > 0);
	}
	core_free(h.core);
}

Test(core_hello, all_interfaces_and_families_are_in_phase)
{
	struct hellos h;
	hp_time next;

	start(&h);
	run(&h, h.now + HP_SEC(20));
	next = core_hello_next(h.core, h.now);
	h.count = 0;
	run(&h, next);
	cr_expect_eq(h.count, 2 * LINKS);
	for (unsigned int i = 0; i < LINKS; i++)
		for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
			cr_expect_eq(h.at[family][i], next);
			cr_expect_eq(h.hold_s[family][i], 40);
		}
	cr_expect_eq(core_hello_last(h.core, next), next);
	cr_expect_eq(core_hello_last(h.core, next + PERIOD - 1), next);
	cr_expect_eq(core_hello_next(h.core, next), next + PERIOD);
	core_free(h.core);
}

/* One that acknowledged messages bring forward, and the first one of an interface that came late.
 */
Test(core_hello, one_in_between_promises_no_more_than_the_last_common_one)
{
	struct hellos h;
	hp_time last;

	start(&h);
	run(&h, core_hello_next(h.core, h.now + PERIOD));
	last = h.now;
	run(&h, last + HP_MS(3800));
	for (unsigned int i = 0; i < HPIM_EARLY_HELLO_ACKS; i++)
		hpim_if_acked(hpim_if_by_link(hpim_of(h.core, IP_FAMILY_6), 1));
	handle(&h, &(struct core_event){ .kind = EV_CLOCK });
	cr_expect_eq(h.at[IP_FAMILY_6][1], last + HP_MS(3800));
	cr_expect_eq(h.hold_s[IP_FAMILY_6][1], 36);
	h.count = 0;
	run(&h, last + PERIOD);
	cr_expect_eq(h.count, 2 * LINKS, "the next one is in phase again");
	cr_expect_eq(h.hold_s[IP_FAMILY_6][1], 40);
	core_free(h.core);
}

Test(core_hello, without_hpim_the_times_go_on)
{
	struct core *core = core_new(&core_limits_default);

	cr_expect_eq(core_hello_next(core, HP_SEC(7)), HP_SEC(17));
	cr_expect_eq(core_hello_last(core, HP_SEC(7)), HP_SEC(7));
	core_free(core);
}
