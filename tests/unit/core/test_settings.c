// SPDX-License-Identifier: GPL-2.0-only
/* The table of settings, and how the core follows them: instance, interface, changes at run time.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/hpim/hpim_int.h"
#include "core/settings.h"
#include "wire/hpim.h"
#include "wire/igmp.h"

/* ---- The table ---- */

Test(settings, each_row_has_a_name_of_its_own_and_a_place_of_its_own)
{
	bool is_taken[sizeof(struct core_settings) / sizeof(uint32_t)] = { false };
	size_t count = 0;

	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *row = &setting_table[id];

		cr_assert(row->name && row->source, "row %u", id);
		for (enum setting_id other = 0; other < id; other++)
			cr_assert_str_neq(row->name, setting_table[other].name);
		if (!setting_can_change(id)) {
			cr_assert_not_null(row->derived, "%s", row->name);
			continue;
		}
		cr_assert_eq(row->offset % sizeof(uint32_t), 0);
		cr_assert_not(is_taken[row->offset / sizeof(uint32_t)], "%s", row->name);
		is_taken[row->offset / sizeof(uint32_t)] = true;
		count++;
	}
	cr_assert_eq(count, sizeof(is_taken) / sizeof(is_taken[0]), "a member without a row");
}

Test(settings, defaults_are_in_range_and_agree)
{
	cr_assert(settings_are_in_range(&core_settings_default));
	cr_assert_eq(settings_conflict(&core_settings_default), SETTINGS_AGREE);
}

Test(settings, bounds_are_the_first_values_that_are_taken)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *row = &setting_table[id];

		if (!setting_can_change(id))
			continue;
		cr_assert_lt(row->min, row->max, "%s", row->name);
		cr_assert(setting_is_in_range(id, row->min));
		cr_assert(setting_is_in_range(id, row->max));
		cr_assert_not(setting_is_in_range(id, row->max + 1), "%s", row->name);
		if (row->min > 0)
			cr_assert_eq(setting_is_in_range(id, row->min - 1),
				     row->derived && row->min == 1, "%s", row->name);
	}
}

Test(settings, what_is_not_set_is_derived_as_the_sources_say)
{
	static const struct {
		enum setting_id id;
		uint32_t value;
	} rows[] = {
		{ SETTING_HOLD_TIME, 80 },
		{ SETTING_SYNC_HOLD_TIME, 8 },
		{ SETTING_PIM_HOLD_TIME, 24 },
		{ SETTING_PIM_PRUNE_LIMIT_TIME, 100 },
		{ SETTING_MRD_JITTER, 2000 },
		{ SETTING_LINK_TREES, 100000 },
		{ (int)SETTING_MLD + SETTING_GM_STARTUP_QUERY_INTERVAL, 10 },
		{ (int)SETTING_MLD + SETTING_GM_STARTUP_QUERY_COUNT, 3 },
		{ (int)SETTING_MLD + SETTING_GM_LAST_MEMBER_QUERY_COUNT, 3 },
		{ (int)SETTING_MLD + SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, 125000 },
		{ (int)SETTING_MLD + SETTING_GM_OTHER_QUERIER_INTERVAL, 122500 },
		{ (int)SETTING_IGMP + SETTING_GM_GROUP_MEMBERSHIP_INTERVAL, 260000 },
		{ (int)SETTING_IGMP + SETTING_GM_OTHER_QUERIER_INTERVAL, 255000 },
		{ (int)SETTING_IGMP + SETTING_GM_STARTUP_QUERY_INTERVAL, 31 },
	};
	struct core_settings settings = core_settings_default;

	settings.hello_period_s = 20;
	settings.sync_retransmission_s = 2;
	settings.pim.hello_period_s = 7;
	settings.pim.prune_hold_s = 100;
	settings.mrd.interval_s = 80;
	settings.gm[IP_FAMILY_6] = (struct gm_settings){ .robustness = 3,
							 .query_interval_s = 40,
							 .query_response_ms = 5000 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(setting_value(&settings, rows[i].id), rows[i].value, "%s: %u",
			     setting_table[rows[i].id].name, setting_value(&settings, rows[i].id));
	setting_set(&settings, SETTING_HOLD_TIME, 25);
	cr_expect_eq(setting_value(&settings, SETTING_HOLD_TIME), 25);
}

Test(settings, an_interface_has_its_own_and_those_of_the_instance)
{
	struct core_settings all = core_settings_default, own = core_settings_default, merged;

	all.hello_period_s = 20;
	all.source_lifetime_s = 100;
	own.hello_period_s = 5;
	own.source_lifetime_s = 7;
	settings_merge(&merged, &all, &own, UINT64_C(1) << SETTING_HELLO_INTERVAL);
	cr_assert_eq(merged.hello_period_s, 5);
	cr_assert_eq(merged.source_lifetime_s, 100);
}

Test(settings, values_that_cannot_go_together_are_found)
{
	struct core_settings settings = core_settings_default;

	settings.hold_s = 10;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_HOLD_TOO_SHORT);
	settings.hold_s = 11;
	settings.sync_hold_s = 3;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_SYNC_HOLD_TOO_SHORT);
	settings.sync_hold_s = 4;
	settings.gm[IP_FAMILY_4].query_interval_s = 10;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_IGMP_RESPONSE_TOO_LONG);
	settings.gm[IP_FAMILY_4].query_response_ms = 9900;
	settings.gm[IP_FAMILY_6].query_response_ms = 125000;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_MLD_RESPONSE_TOO_LONG);
	settings.gm[IP_FAMILY_6].query_response_ms = 10000;
	settings.pim.hold_s = 30;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_PIM_HOLD_TOO_SHORT);
	settings.pim.hold_s = 31;
	settings.pim.prune_hold_s = 60;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_PIM_REFRESH_TOO_LONG);
	settings.pim.refresh = false;
	settings.mrd.jitter_ms = 20000;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_MRD_JITTER_TOO_LONG);
	settings.mrd.jitter_ms = 19999;
	cr_expect_eq(settings_conflict(&settings), SETTINGS_AGREE);
}

/* ---- A router with two interfaces, and what it sends ---- */

#define LINKS 2u

struct router {
	struct core *core;
	hp_time now;
	/* By interface, IPv4. */
	unsigned int hellos[LINKS], queries[LINKS];
	hp_time hello_at[LINKS], until[LINKS], query_at[LINKS];
	uint16_t hold_s[LINKS];
	struct gm_msg query[LINKS];
};

static void sent(struct router *r, const struct fx_send *send)
{
	struct hpim_msg msg;

	if (ip_addr_family(&send->dst) != IP_FAMILY_4)
		return;
	if (send->socket == SOCKET_GM) {
		cr_assert_eq(igmp_decode(send->bytes, send->len, &send->src, &send->dst,
					 &r->query[send->link]),
			     0);
		r->queries[send->link]++;
		r->query_at[send->link] = r->now;
	} else if (send->socket == SOCKET_103) {
		cr_assert_eq(hpim_decode(IP_FAMILY_4, send->bytes, send->len, &msg), 0);
		cr_assert_eq(msg.type, HPIM_HELLO);
		cr_assert(!r->hellos[send->link] || r->now < r->until[send->link],
			  "neighbors were promised an earlier one");
		r->until[send->link] = r->now + HP_SEC(msg.hello.hold_s);
		r->hellos[send->link]++;
		r->hello_at[send->link] = r->now;
		r->hold_s[send->link] = msg.hello.hold_s;
	}
}

static void handle(struct router *r, const struct core_event *event)
{
	const struct core_effect *effect;

	core_handle(r->core, r->now, event);
	while ((effect = core_effect_next(r->core)))
		if (effect->kind == FX_SEND)
			sent(r, &effect->send);
}

static void run(struct router *r, hp_time until)
{
	const struct core_event clock = { .kind = EV_CLOCK };

	while (core_deadline(r->core) <= until) {
		r->now = core_deadline(r->core);
		handle(r, &clock);
	}
	r->now = until;
}

static void switch_on(struct router *r, uint16_t link, enum core_proto proto)
{
	handle(r, &(struct core_event){ .kind = EV_CONFIG,
					.config = { .kind = CONFIG_LINK,
						    .link = link,
						    .family = IP_FAMILY_4,
						    .proto = proto,
						    .is_on = true } });
}

static void attach(struct router *r)
{
	for (uint16_t link = 0; link < LINKS; link++) {
		struct core_event up = { .kind = EV_LINK,
					 .link = { .link = link,
						   .is_present = true,
						   .is_up = true,
						   .mtu = 1500,
						   .addr_count = 1 } };

		cr_assert_eq(ip_addr_parse(link ? "10.0.1.1" : "10.0.0.1", &up.link.addrs[0].addr),
			     0);
		up.link.addrs[0].len = 24;
		handle(r, &up);
		switch_on(r, link, PROTO_HPIM);
		switch_on(r, link, PROTO_GM);
	}
}

static struct router router_new(void)
{
	struct router r = { .core = core_new(&core_limits_default) };

	cr_assert_not_null(r.core);
	attach(&r);
	run(&r, HP_SEC(20)); /* after the first Hellos */
	return r;
}

static void set_all(struct router *r, enum setting_id id, uint32_t value)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_SETTINGS,
						.settings = r->core->settings } };

	setting_set(&event.config.settings, id, value);
	handle(r, &event);
}

static void set_link(struct router *r, uint16_t link, enum setting_id id, uint32_t value)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK_SETTINGS,
						.link = link,
						.settings = core_settings_default,
						.own = UINT64_C(1) << id } };

	setting_set(&event.config.settings, id, value);
	handle(r, &event);
}

/* Neighbors count with the new hold time from the change on, and so does the lease. */
Test(settings, longer_hello_interval_is_announced_at_once)
{
	struct router r = router_new();
	hp_time changed;

	run(&r, r.hello_at[0] + HP_SEC(4));
	changed = r.now;
	set_all(&r, SETTING_HELLO_INTERVAL, 60);
	run(&r, changed);
	for (unsigned int i = 0; i < LINKS; i++) {
		cr_expect_eq(r.hello_at[i], changed);
		cr_expect_eq(r.hold_s[i], 240);
	}
	run(&r, changed + HP_SEC(59));
	cr_expect_eq(r.hello_at[0], changed);
	run(&r, changed + HP_SEC(60));
	cr_expect_eq(r.hello_at[0], changed + HP_SEC(60));
	cr_expect_eq(core_hello_next(r.core, r.now), changed + HP_SEC(120), "the lease goes along");
	core_free(r.core);
}

Test(settings, an_interface_has_a_hello_interval_of_its_own)
{
	struct router r = router_new();
	hp_time changed = r.hello_at[0] + HP_SEC(4);
	unsigned int others;

	run(&r, changed);
	set_link(&r, 1, SETTING_HELLO_INTERVAL, 2);
	others = r.hellos[0];
	r.hellos[1] = 0;
	run(&r, changed + HP_SEC(20));
	cr_expect_eq(r.hellos[0], others + 2, "the other interface goes on as before");
	cr_expect_eq(r.hold_s[0], 40);
	cr_expect_geq(r.hellos[1], 10);
	cr_expect_leq(r.hellos[1], 11);
	cr_expect_eq(r.hold_s[1], 8);
	core_free(r.core);
}

Test(settings, interfaces_own_value_outlives_another_one_of_the_instance)
{
	struct router r = router_new();

	set_link(&r, 1, SETTING_HELLO_INTERVAL, 2);
	set_all(&r, SETTING_HELLO_INTERVAL, 30);
	run(&r, r.now + HP_SEC(31));
	cr_expect_eq(r.hold_s[0], 120);
	cr_expect_eq(r.hold_s[1], 8);
	handle(&r, &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_LINK_SETTINGS,
						     .link = 1,
						     .settings = core_settings_default } });
	run(&r, r.now + HP_SEC(1));
	cr_expect_gt(r.hold_s[1], 80, "that of the instance again: %u", r.hold_s[1]);
	core_free(r.core);
}

/* Whatever is changed, and when: the promise of a Hello is kept by the next one. */
Test(settings, hellos_keep_what_they_promise_over_changes)
{
	static const uint32_t periods[] = { 60, 1, 300, 7, 10, 2, 299 };
	struct router r = router_new();

	for (unsigned int i = 0; i < 200; i++) {
		bool by_link = i % 3 == 0;

		if (by_link)
			set_link(&r, 1, SETTING_HELLO_INTERVAL, periods[i % 7]);
		else
			set_all(&r, SETTING_HELLO_INTERVAL, periods[(i / 2) % 7]);
		for (unsigned int step = 0; step < 1 + i % 5; step++)
			run(&r, r.now + HP_MS(337 * (i % 11)));
		for (unsigned int link = 0; link < LINKS; link++)
			cr_assert_lt(r.now, r.until[link], "change %u", i);
	}
	core_free(r.core);
}

Test(settings, queries_say_the_numbers_of_their_interface_at_once)
{
	struct router r = router_new();
	unsigned int others = r.queries[0];
	hp_time changed;

	run(&r, HP_SEC(40)); /* between two queries */
	others = r.queries[0];
	changed = r.now;
	set_link(&r, 1, (int)SETTING_IGMP + SETTING_GM_QUERY_INTERVAL, 60);
	cr_expect_eq(r.queries[0], others);
	cr_expect_eq(r.query_at[1], changed);
	cr_expect_eq(r.query[1].query_interval, HP_SEC(60));
	cr_expect_eq(r.query[1].robustness, 2);
	run(&r, changed + HP_SEC(15));
	cr_expect_eq(r.query_at[1], changed + HP_SEC(15), "startup, a quarter later");
	run(&r, changed + HP_SEC(75));
	cr_expect_eq(r.query_at[1], changed + HP_SEC(75));
	set_all(&r, (int)SETTING_IGMP + SETTING_GM_ROBUSTNESS, 3);
	set_all(&r, (int)SETTING_IGMP + SETTING_GM_QUERY_RESPONSE_INTERVAL, 2500);
	for (unsigned int i = 0; i < LINKS; i++) {
		cr_expect_eq(r.query[i].robustness, 3);
		cr_expect_eq(r.query[i].max_response, HP_MS(2500));
	}
	cr_expect_eq(r.query[0].query_interval, HP_SEC(125));
	cr_expect_eq(r.query[1].query_interval, HP_SEC(60));
	core_free(r.core);
}

Test(settings, other_settings_than_those_of_queries_send_none)
{
	struct router r = router_new();
	unsigned int queries = r.queries[0], hellos = r.hellos[0];

	set_all(&r, SETTING_SOURCE_LIFETIME, 100);
	set_all(&r, (int)SETTING_MLD + SETTING_GM_QUERY_INTERVAL, 60);
	cr_expect_eq(r.queries[0], queries);
	cr_expect_eq(r.hellos[0], hellos);
	core_free(r.core);
}

Test(settings, first_hello_follows_its_delay)
{
	struct router r = { .core = core_new(&core_limits_default) };

	set_all(&r, SETTING_HELLO_DELAY, 0);
	attach(&r);
	run(&r, 0);
	cr_expect_eq(r.hellos[0], 1);
	cr_expect_eq(r.hellos[1], 1);
	core_free(r.core);
}
