// SPDX-License-Identifier: GPL-2.0-only
/* PIM-DM on an interface: description of PIM-DM, 2.4 and 3.1, what is sent and when. */
#include "unit/pimdm/common_pim.h"

/* A message other than Hello, as the trees send it. */
static void send_assert(struct lan *lan, unsigned int router)
{
	struct pim_msg msg = { .type = PIM_ASSERT };
	const struct core_effect *fx;
	const char *group = lan->family == IP_FAMILY_4 ? "239.1.1.1" : "ff1e::1";
	const char *source = lan->family == IP_FAMILY_4 ? "10.1.1.100" : "2001:db8::100";

	cr_assert_eq(ip_addr_parse(group, &msg.assert.group), 0);
	cr_assert_eq(ip_addr_parse(source, &msg.assert.source), 0);
	lan->cores[router]->now = lan->now;
	pimdm_if_send(lan_if(lan, router), NULL, &msg);
	while ((fx = core_effect_next(lan->cores[router])))
		if (fx->kind == FX_SEND)
			lan_keep(lan, router, &fx->send);
}

static hp_time hello_at(const struct lan *lan, unsigned int index)
{
	for (size_t i = 0; i < lan->sent_count; i++)
		if (lan->sent[i]->msg.type == PIM_HELLO && index-- == 0)
			return lan->sent[i]->at;
	cr_assert_fail("fewer Hellos");
	return 0;
}

/* HT = random [0, Triggered_Hello_Delay], then every Hello_Period. */
LAN_TEST(pimdm_if, first_hello_is_drawn_and_the_rest_comes_by_the_period)
{
	hp_time first[8];
	bool differs = false;

	for (unsigned int seed = 0; seed < 8; seed++) {
		struct lan *lan = lan_new(family, 0);

		lan_boot(lan, 1, 1 + seed);
		lan_run_s(lan, 100);
		first[seed] = hello_at(lan, 0);
		cr_expect_leq(first[seed], HP_SEC(5));
		for (unsigned int i = 1; i <= 3; i++)
			cr_expect_eq(hello_at(lan, i), first[seed] + HP_SEC(30 * i));
		differs |= first[seed] != first[0];
		lan_free(lan);
	}
	cr_expect(differs);
}

/* 2.4, "sent": options, their order, destination and source. */
LAN_TEST(pimdm_if, hello_has_its_options_and_holdtime_first)
{
	static const uint8_t holdtime[] = { 0, 1, 0, 2, 0, 105 };
	struct lan *lan = lan_new(family, 1);
	const struct ip_addr us = lan_addr(lan, 1);
	const struct sent *sent;
	const struct pim_hello *hello;

	lan_run_s(lan, 6);
	sent = lan_last(lan, 1, 0);
	hello = &sent->msg.hello;
	cr_expect_eq(memcmp(sent->bytes + 4, holdtime, sizeof(holdtime)), 0);
	cr_expect(hello->has_delay && hello->delay_ms == 500 && hello->override_ms == 2500);
	cr_expect(hello->has_gen_id && hello->gen_id == lan_if(lan, 1)->gen_id);
	cr_expect(hello->has_refresh && hello->refresh_s == 60);
	cr_expect_eq(hello->addrs_len, 0);
	cr_expect(ip_addr_equal(&sent->dst, all_routers(family)));
	cr_expect(ip_addr_equal(&sent->src, &us));
	lan_set(lan, 1, SETTING_PIM_STATE_REFRESH, false);
	lan_run_s(lan, 6);
	cr_expect_not(lan_last(lan, 1, 0)->msg.hello.has_refresh);
	lan_free(lan);
}

/* "any other message is to be sent": a Hello first; HT = Hello_Period. */
LAN_TEST(pimdm_if, hello_goes_before_any_other_message)
{
	struct lan *lan = lan_new(family, 1);

	send_assert(lan, 1);
	cr_assert_eq(lan->sent_count, 2);
	cr_expect_eq(lan->sent[0]->msg.type, PIM_HELLO);
	cr_expect_eq(lan->sent[1]->msg.type, PIM_ASSERT);
	send_assert(lan, 1);
	cr_expect_eq(lan_count(lan, 1, PIM_HELLO, 0), 1);
	lan_run(lan, HP_SEC(30) - 1);
	cr_expect_eq(lan_count(lan, 1, PIM_HELLO, 0), 1);
	lan_run(lan, HP_SEC(30));
	cr_expect_eq(lan_count(lan, 1, PIM_HELLO, 0), 2);
	lan_free(lan);
}

/* A message does not restart HT; a new neighbor only brings it forward. */
LAN_TEST(pimdm_if, new_neighbor_brings_the_hello_forward)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_msg hello = lan_hello(105, 7);
	hp_time met;

	lan_run_s(lan, 10);
	cr_assert_eq(lan_count(lan, 1, PIM_HELLO, 0), 1);
	met = lan->now;
	send_assert(lan, 1);
	lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
	lan_run_s(lan, 20);
	cr_expect_geq(hello_at(lan, 1), met);
	cr_expect_leq(hello_at(lan, 1), met + HP_SEC(5));
	/* The same neighbor again does not. */
	lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
	lan_run(lan, hello_at(lan, 1) + HP_SEC(30));
	cr_expect_eq(lan_count(lan, 1, PIM_HELLO, 0), 3);
	cr_expect_eq(hello_at(lan, 2), hello_at(lan, 1) + HP_SEC(30));
	lan_free(lan);
}

/* It refuses what comes before our Hello. That goes once, and HT is as it was brought forward. */
LAN_TEST(pimdm_if, new_neighbor_gets_a_hello_before_any_other_message)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_msg hello = lan_hello(105, 7);
	size_t since;

	lan_run_s(lan, 10);
	for (unsigned int round = 0; round < 2; round++) { /* new, and with another Generation ID */
		since = lan->sent_count;
		lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
		send_assert(lan, 1);
		send_assert(lan, 1);
		cr_assert_eq(lan->sent_count, since + 3);
		cr_expect_eq(lan->sent[since]->msg.type, PIM_HELLO);
		cr_expect_eq(lan->sent[since + 1]->msg.type, PIM_ASSERT);
		lan_run(lan, lan->now + HP_SEC(6));
		cr_expect_eq(lan_count(lan, 1, PIM_HELLO, since), 2);
		hello.hello.gen_id++;
		lan_run(lan, lan->now + HP_SEC(2));
	}
	/* Not for each of those that begin all the time. */
	since = lan->sent_count;
	for (unsigned int i = 0; i < 50; i++) {
		hello.hello.gen_id++;
		lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
		send_assert(lan, 1);
	}
	cr_expect_eq(lan_count(lan, 1, PIM_HELLO, since), 1);
	lan_free(lan);
}

/* "or its address is about to change": goodbye from the old one, then as newly enabled. */
LAN_TEST(pimdm_if, another_address_is_another_router)
{
	struct lan *lan = lan_new(family, 2);
	const struct core_event moved = lan_link(lan, 8, true);
	const struct ip_addr old = lan_addr(lan, 1), is = lan_addr(lan, 8);
	uint32_t gen_id = lan_if(lan, 1)->gen_id;
	size_t since;

	lan_run_s(lan, 10);
	since = lan->sent_count;
	lan_handle(lan, 1, &moved);
	cr_assert_eq(lan->sent_count, since + 1);
	cr_expect_eq(lan->sent[since]->msg.hello.hold_s, 0);
	cr_expect(ip_addr_equal(&lan->sent[since]->src, &old));
	cr_expect_neq(lan_if(lan, 1)->gen_id, gen_id);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	lan_run(lan, lan->now + LAN_DELAY);
	cr_expect_eq(lan_if(lan, 2)->neighbor_count, 0);
	lan_run_s(lan, 6);
	cr_expect(ip_addr_equal(&lan_last(lan, 1, 0)->src, &is));
	cr_expect_not_null(lan_neighbor(lan, 2, 8));
	cr_expect_eq(lan->memberships[1], 1);
	lan_free(lan);
}

/* A cable that is pulled: nothing can be sent, and what is known of the link is forgotten. */
LAN_TEST(pimdm_if, interface_that_is_down_forgets_its_neighbors)
{
	struct lan *lan = lan_new(family, 2);
	const struct core_event down = lan_link(lan, 1, false), up = lan_link(lan, 1, true);
	uint32_t gen_id = lan_if(lan, 1)->gen_id;
	size_t since;

	lan_run_s(lan, 10);
	since = lan->sent_count;
	lan_handle(lan, 1, &down);
	cr_expect_eq(lan->sent_count, since);
	cr_expect_null(lan_if(lan, 1));
	lan_handle(lan, 1, &up);
	cr_assert_not_null(lan_if(lan, 1));
	cr_expect_neq(lan_if(lan, 1)->gen_id, gen_id);
	lan_free(lan);
}

/* COMMAND_STOP. */
LAN_TEST(pimdm_if, stopped_router_says_goodbye_and_leaves_the_group)
{
	struct lan *lan = lan_new(family, 2);
	const struct core_event stop = { .kind = EV_COMMAND };

	lan_run_s(lan, 10);
	lan_handle(lan, 1, &stop);
	cr_expect_eq(lan_last(lan, 1, 0)->at, lan->now);
	cr_expect_eq(lan_last(lan, 1, 0)->msg.hello.hold_s, 0);
	cr_expect_eq(lan->memberships[1], 0);
	lan_run(lan, lan->now + LAN_DELAY);
	cr_expect_eq(lan_if(lan, 2)->neighbor_count, 0);
	lan_free(lan);
}

/* "own Hello content changes": a Hello within 5 s, with the new content; else none. */
LAN_TEST(pimdm_if, other_content_is_announced_within_5_s)
{
	static const struct {
		enum setting_id id;
		uint32_t value;
		bool is_announced;
	} rows[] = {
		{ SETTING_PIM_STATE_REFRESH, false, true },
		{ SETTING_PIM_STATE_REFRESH_INTERVAL, 30, true },
		{ SETTING_PIM_PROPAGATION_DELAY, 900, true },
		{ SETTING_PIM_OVERRIDE_INTERVAL, 900, true },
		{ SETTING_PIM_HOLD_TIME, 50, true },
		{ SETTING_PIM_HELLO_INTERVAL, 60, true },
		{ SETTING_PIM_ASSERT_TIME, 60, false },
		{ SETTING_HELLO_INTERVAL, 5, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lan *lan = lan_new(family, 1);

		lan_run_s(lan, 8);
		lan_set(lan, 1, rows[i].id, rows[i].value);
		lan_run_s(lan, 6);
		cr_expect_eq(lan_count(lan, 1, PIM_HELLO, 0), rows[i].is_announced ? 2 : 1, "%s",
			     setting_table[rows[i].id].name);
		lan_free(lan);
	}
}

/* Whatever the interval is changed to, neighbors hear from us before their time ends. */
LAN_TEST(pimdm_if, hellos_keep_what_they_promise_over_changes)
{
	static const uint32_t periods[] = { 60, 1, 300, 7, 30, 2, 18724 };
	struct lan *lan = lan_new(family, 2);

	lan_run_s(lan, 10);
	for (unsigned int i = 0; i < 100; i++) {
		lan_set(lan, 1, SETTING_PIM_HELLO_INTERVAL, periods[i % 7]);
		lan_run(lan, lan->now + HP_MS(337 * (i % 11)));
		cr_assert_not_null(lan_neighbor(lan, 2, 1), "change %u", i);
	}
	cr_expect_eq(lan->notes[2][NOTE_NEIGHBOR_GONE], 0);
	lan_free(lan);
}

/* 8.4, 8.5: one of the two protocols runs, and the group of both is joined once. */
LAN_TEST(pimdm_if, hpim_and_pim_do_not_disturb_each_other)
{
	struct lan *lan = lan_new(family, 1);

	cr_expect_eq(lan->memberships[1], 1);
	lan->is_cut[1] = true;
	lan_switch(lan, 1, PROTO_HPIM, true);
	cr_expect_null(lan_if(lan, 1), "HPIM-DM was asked for there");
	cr_expect(inspect_protocol_runs(lan->cores[1], 0, family, PROTO_HPIM));
	cr_expect_not(inspect_protocol_runs(lan->cores[1], 0, family, PROTO_PIMDM));
	cr_expect_eq(lan->memberships[1], 1);
	lan_switch(lan, 1, PROTO_HPIM, false);
	cr_expect_not_null(lan_if(lan, 1));
	cr_expect(inspect_protocol_runs(lan->cores[1], 0, family, PROTO_PIMDM));
	cr_expect_eq(lan->memberships[1], 1);
	lan_switch(lan, 1, PROTO_PIMDM, false);
	cr_expect_eq(lan->memberships[1], 0);
	lan_free(lan);
}

/* Messages are counted by type, as sent. */
LAN_TEST(pimdm_if, messages_are_counted)
{
	struct lan *lan = lan_new(family, 1);
	const struct counters *counters = inspect_counters(lan->cores[1], 0, family);

	send_assert(lan, 1);
	lan_run_s(lan, 31);
	cr_expect_eq(counters->messages[MESSAGE_PIM_HELLO][MESSAGE_SENT], 2);
	cr_expect_eq(counters->messages[MESSAGE_PIM_ASSERT][MESSAGE_SENT], 1);
	cr_expect_str_eq(message_protocol(MESSAGE_PIM_ASSERT, family), "pim");
	cr_expect_str_eq(message_protocol(MESSAGE_HPIM_ACK, family), "hpim");
	lan_free(lan);
}
