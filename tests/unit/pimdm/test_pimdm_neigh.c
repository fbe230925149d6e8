// SPDX-License-Identifier: GPL-2.0-only
/* Neighbors: description of PIM-DM, 3.1, row by row; 9.1; 9.8, rows 5 and 24; what hosts make up.
 */
#include "unit/pimdm/common_pim.h"

/* ---- 9.1, four routers ---- */

static void expect_all_know_each_other(const struct lan *lan)
{
	for (unsigned int router = 1; router <= LAN_ROUTERS; router++)
		for (unsigned int of = 1; of <= LAN_ROUTERS; of++) {
			if (of == router)
				continue;
			cr_assert_not_null(lan_neighbor(lan, router, of), "%u of %u", router, of);
			cr_assert_eq(lan_neighbor(lan, router, of)->hold_s, 105);
		}
}

LAN_TEST(pimdm_neigh, four_routers_know_each_other_within_5_s)
{
	struct lan *lan = lan_new(family, LAN_ROUTERS);

	lan_run(lan, HP_SEC(5) + LAN_DELAY);
	expect_all_know_each_other(lan);
	for (unsigned int router = 1; router <= LAN_ROUTERS; router++)
		cr_expect(lan_if(lan, router)->is_refresh_capable);
	lan_free(lan);
}

LAN_TEST(pimdm_neigh, disabled_router_says_goodbye_and_is_dropped_at_once)
{
	struct lan *lan = lan_new(family, LAN_ROUTERS);
	const struct sent *goodbye;

	lan_run_s(lan, 40);
	lan_switch(lan, 3, PROTO_PIMDM, false);
	goodbye = lan_last(lan, 3, 0);
	cr_assert_eq(goodbye->at, lan->now);
	cr_expect(goodbye->msg.hello.has_hold && goodbye->msg.hello.hold_s == 0);
	cr_expect(goodbye->msg.hello.has_gen_id);
	cr_expect_not(goodbye->msg.hello.has_delay || goodbye->msg.hello.has_refresh);
	lan_run(lan, lan->now + LAN_DELAY);
	for (unsigned int router = 1; router <= LAN_ROUTERS; router++)
		if (router != 3)
			cr_expect_null(lan_neighbor(lan, router, 3));
	cr_expect_null(lan_if(lan, 3));
	cr_expect_eq(lan->memberships[3], 0);
	lan_free(lan);
}

LAN_TEST(pimdm_neigh, dead_router_is_dropped_105_s_after_its_last_hello)
{
	struct lan *lan = lan_new(family, LAN_ROUTERS);
	hp_time at;

	lan_run_s(lan, 100);
	lan_kill(lan, 4);
	at = lan_last(lan, 4, 0)->at + LAN_DELAY + HP_SEC(105);
	lan_run(lan, at - 1);
	cr_expect_not_null(lan_neighbor(lan, 1, 4));
	lan_run(lan, at);
	for (unsigned int router = 1; router <= 3; router++)
		cr_expect_null(lan_neighbor(lan, router, 4));
	/* Known again, and the others say Hello to it within 5 s. */
	lan_boot(lan, 4, 4711);
	lan_run_s(lan, 11);
	expect_all_know_each_other(lan);
	lan_free(lan);
}

/* Rows "known, other GenID": what is known stays, and a Hello goes out within 5 s. */
LAN_TEST(pimdm_neigh, restart_without_goodbye_is_noticed_by_its_gen_id)
{
	struct lan *lan = lan_new(family, LAN_ROUTERS);
	uint32_t gen_id;
	hp_time heard;
	size_t since;

	lan_run_s(lan, 61);
	gen_id = lan_if(lan, 1)->gen_id;
	lan_kill(lan, 1);
	lan_boot(lan, 1, 4711);
	cr_assert_neq(lan_if(lan, 1)->gen_id, gen_id);
	since = lan->sent_count;
	while (!lan_count(lan, 1, PIM_HELLO, since))
		lan_run(lan, lan->now + HP_MS(100));
	heard = lan_last(lan, 1, since)->at + LAN_DELAY;
	lan_run(lan, heard + HP_SEC(5) + LAN_DELAY);
	for (unsigned int router = 2; router <= LAN_ROUTERS; router++) {
		cr_expect_eq(lan_neighbor(lan, router, 1)->gen_id, lan_if(lan, 1)->gen_id);
		cr_expect_geq(lan_count(lan, router, PIM_HELLO, since), 1, "router %u", router);
		cr_expect_eq(lan->notes[router][NOTE_NEIGHBOR_GONE], 0);
		cr_expect_eq(lan->notes[router][NOTE_NEIGHBOR_RESTARTED], 1);
	}
	expect_all_know_each_other(lan);
	lan_free(lan);
}

/* ---- Single rows, by a tester ---- */

static void say_hello(struct lan *lan, unsigned int host, const struct pim_hello *hello)
{
	const struct pim_msg msg = { .type = PIM_HELLO, .hello = *hello };

	lan_say(lan, 1, host, NULL, &msg, PIM_CHECKSUM_RFC);
}

static const struct pim_hello usual = {
	.has_hold = true, .hold_s = 105, .has_gen_id = true, .gen_id = 7
};

LAN_TEST(pimdm_neigh, hold_time_is_as_announced)
{
	static const struct {
		struct pim_hello hello;
		hp_time lives; /* HP_TIME_NEVER: for ever */
	} rows[] = {
		{ { .has_hold = true, .hold_s = 1 }, HP_SEC(1) },
		{ { .has_hold = true, .hold_s = 65534 }, HP_SEC(65534) },
		{ { .has_hold = true, .hold_s = PIM_HOLD_FOREVER }, HP_TIME_NEVER },
		{ { .has_gen_id = true }, HP_SEC(105) }, /* 2.4: missing */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lan *lan = lan_new(family, 1);
		hp_time at = lan->now;

		say_hello(lan, LAN_TESTER, &rows[i].hello);
		lan_run(lan,
			rows[i].lives == HP_TIME_NEVER ? HP_SEC(200000) : at + rows[i].lives - 1);
		cr_assert_not_null(lan_neighbor(lan, 1, LAN_TESTER), "row %zu", i);
		if (rows[i].lives != HP_TIME_NEVER) {
			lan_run(lan, at + rows[i].lives);
			cr_assert_null(lan_neighbor(lan, 1, LAN_TESTER), "row %zu", i);
		}
		lan_free(lan);
	}
}

/* A hold time of for ever ends with the next Hello that has another one. */
LAN_TEST(pimdm_neigh, last_hello_counts)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_hello hello = usual;

	hello.hold_s = PIM_HOLD_FOREVER;
	say_hello(lan, LAN_TESTER, &hello);
	hello.hold_s = 10;
	hello.has_refresh = true;
	hello.refresh_s = 44;
	say_hello(lan, LAN_TESTER, &hello);
	cr_expect_eq(lan_neighbor(lan, 1, LAN_TESTER)->refresh_s, 44);
	lan_run_s(lan, 10);
	cr_expect_null(lan_neighbor(lan, 1, LAN_TESTER));
	lan_free(lan);
}

LAN_TEST(pimdm_neigh, goodbye_of_a_stranger_is_ignored)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_hello goodbye = { .has_hold = true, .hold_s = 0 };

	say_hello(lan, LAN_TESTER, &goodbye);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_NEW], 0);
	say_hello(lan, LAN_TESTER, &usual);
	say_hello(lan, LAN_TESTER, &goodbye);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_GONE], 1);
	lan_free(lan);
}

/* 2.4, "missing GenID": appearing, disappearing or changing is a GenID change. */
LAN_TEST(pimdm_neigh, gen_id_that_appears_or_disappears_is_a_change)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_hello hello = usual;

	hello.has_gen_id = false;
	hello.gen_id = 0;
	say_hello(lan, LAN_TESTER, &hello);
	say_hello(lan, LAN_TESTER, &hello);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_RESTARTED], 0);
	hello.has_gen_id = true;
	say_hello(lan, LAN_TESTER, &hello);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_RESTARTED], 1, "0 is a GenID like any other");
	hello.has_gen_id = false;
	say_hello(lan, LAN_TESTER, &hello);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_RESTARTED], 2);
	lan_free(lan);
}

/* ---- LAN delay and State Refresh; 9.8, row 5 ---- */

static void expect_delay(const struct lan *lan, bool is_negotiated, unsigned int ms)
{
	cr_expect_eq(lan_if(lan, 1)->has_delay, is_negotiated);
	cr_expect_eq(pimdm_if_prune_delay(lan_if(lan, 1)), HP_MS(ms));
}

LAN_TEST(pimdm_neigh, lan_delay_is_the_greatest_if_all_announce_one)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_hello hello = usual;

	expect_delay(lan, true, 3000);
	hello.has_delay = true;
	hello.delay_ms = 1000;
	hello.override_ms = 5000;
	say_hello(lan, 20, &hello);
	expect_delay(lan, true, 6000);
	hello.delay_ms = 2000;
	hello.override_ms = 1000;
	say_hello(lan, 21, &hello);
	expect_delay(lan, true, 7000);
	cr_expect_eq(lan_if(lan, 1)->override_ms, 5000);
	hello.has_delay = false;
	hello.delay_ms = hello.override_ms = 0;
	say_hello(lan, 21, &hello);
	expect_delay(lan, false, 3000);
	say_hello(lan, 21, &(struct pim_hello){ .has_hold = true });
	expect_delay(lan, true, 6000);
	lan_free(lan);
}

/* Our own values are among the greatest; without agreement the defaults count, not ours. */
LAN_TEST(pimdm_neigh, own_lan_delay_counts_too)
{
	struct lan *lan = lan_new(family, 1);

	lan_set(lan, 1, SETTING_PIM_PROPAGATION_DELAY, 700);
	lan_set(lan, 1, SETTING_PIM_OVERRIDE_INTERVAL, 9000);
	expect_delay(lan, true, 9700);
	say_hello(lan, LAN_TESTER, &usual);
	expect_delay(lan, false, 3000);
	lan_free(lan);
}

LAN_TEST(pimdm_neigh, state_refresh_takes_at_least_one_neighbor_and_all_of_them)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_hello capable = usual;

	capable.has_refresh = true;
	cr_expect_not(lan_if(lan, 1)->is_refresh_capable);
	say_hello(lan, 20, &capable);
	cr_expect(lan_if(lan, 1)->is_refresh_capable);
	say_hello(lan, 21, &usual);
	cr_expect_not(lan_if(lan, 1)->is_refresh_capable);
	say_hello(lan, 21, &capable);
	cr_expect(lan_if(lan, 1)->is_refresh_capable);
	lan_free(lan);
}

/* ---- Option 24 ---- */

static size_t put_address(uint8_t *bytes, const struct ip_addr *addr)
{
	bool is_4 = ip_addr_family(addr) == IP_FAMILY_4;

	bytes[0] = is_4 ? 1 : 2;
	bytes[1] = 0;
	memcpy(bytes + 2, is_4 ? addr->b + 12 : addr->b, is_4 ? 4 : 16);
	return is_4 ? 6 : 18;
}

static void say_addresses(struct lan *lan, unsigned int host, const struct ip_addr *addrs,
			  size_t count)
{
	struct pim_msg msg = { .type = PIM_HELLO, .hello = usual };
	uint8_t list[LAN_BYTES];
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += put_address(list + len, &addrs[i]);
	msg.hello.family = lan->family;
	msg.hello.addrs = list;
	msg.hello.addrs_len = len;
	lan_say(lan, 1, host, NULL, &msg, PIM_CHECKSUM_RFC);
}

static struct ip_addr secondary(enum ip_family family, unsigned int number)
{
	struct ip_addr addr;
	char text[32];

	(void)snprintf(text, sizeof(text), family == IP_FAMILY_4 ? "192.0.2.%u" : "2001:db8::%x",
		       number);
	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

LAN_TEST(pimdm_neigh, next_hop_may_be_a_secondary_address)
{
	enum ip_family other = family == IP_FAMILY_4 ? IP_FAMILY_6 : IP_FAMILY_4;
	struct lan *lan = lan_new(family, 1);
	const struct ip_addr addrs[] = { secondary(other, 1), secondary(family, 1) };
	const struct ip_addr primary = lan_addr(lan, LAN_TESTER);
	const struct pimdm_neigh *neigh;

	say_addresses(lan, LAN_TESTER, addrs, 2); /* as FRR: that of the other family first */
	neigh = lan_neighbor(lan, 1, LAN_TESTER);
	cr_assert_not_null(neigh);
	cr_expect_eq(neigh->addr_count, 1);
	cr_expect_eq(pimdm_neigh_resolve(lan_if(lan, 1), &addrs[1]), neigh);
	cr_expect_eq(pimdm_neigh_resolve(lan_if(lan, 1), &primary), neigh);
	cr_expect_null(pimdm_neigh_resolve(lan_if(lan, 1), &addrs[0]));
	say_hello(lan, LAN_TESTER, &usual);
	cr_expect_null(pimdm_neigh_resolve(lan_if(lan, 1), &addrs[1]), "no longer announced");
	lan_free(lan);
}

/* A neighbor cannot take the next hop of another one, and not more places than there are. */
LAN_TEST(pimdm_neigh, secondary_addresses_are_bounded_and_give_way_to_primary_ones)
{
	struct lan *lan = lan_new(family, 1);
	struct ip_addr addrs[40];

	addrs[0] = lan_addr(lan, 21);
	for (unsigned int i = 1; i < 40; i++)
		addrs[i] = secondary(family, i);
	say_addresses(lan, 20, addrs, 40);
	cr_expect_eq(lan_neighbor(lan, 1, 20)->addr_count, PIMDM_ADDRS_MAX);
	say_hello(lan, 21, &usual);
	cr_expect_eq(pimdm_neigh_resolve(lan_if(lan, 1), &addrs[0]), lan_neighbor(lan, 1, 21));
	lan_free(lan);
}

/* Each change of the list concerns all trees: a few a second count. */
LAN_TEST(pimdm_neigh, secondary_addresses_change_at_a_limited_rate)
{
	struct lan *lan = lan_new(family, 1);
	struct ip_addr addr = secondary(family, 1);
	uint64_t refused;

	for (unsigned int i = 0; i < 1000; i++) {
		addr = secondary(family, 1 + i % 2);
		say_addresses(lan, LAN_TESTER, &addr, 1);
	}
	refused = inspect_refused(lan->cores[1], 0, NOTE_NEIGHBOR_RATE);
	cr_expect_geq(refused, 400);
	lan_run_s(lan, 1);
	addr = secondary(family, 9);
	say_addresses(lan, LAN_TESTER, &addr, 1);
	cr_expect_not_null(pimdm_neigh_resolve(lan_if(lan, 1), &addr));
	lan_free(lan);
}

/* ---- Checksum of IPv6; 2.2 and 9.8, row 24 ---- */

static void say_checksum(struct lan *lan, unsigned int router, unsigned int host, uint16_t hold_s,
			 enum pim_checksum checksum)
{
	const struct pim_msg hello = lan_hello(hold_s, 7);

	lan_say(lan, router, host, NULL, &hello, checksum);
}

static enum pim_checksum next_hello(struct lan *lan, unsigned int router)
{
	size_t since = lan->sent_count;

	lan_run_s(lan, 31);
	cr_assert_gt(lan_count(lan, router, PIM_HELLO, since), 0);
	return lan_last(lan, router, since)->checksum;
}

Test(pimdm_neigh, legacy_neighbor_makes_our_messages_legacy_until_it_leaves)
{
	struct lan *lan = lan_new(IP_FAMILY_6, 1);

	cr_expect_eq(next_hello(lan, 1), PIM_CHECKSUM_RFC);
	say_checksum(lan, 1, LAN_TESTER, 105, PIM_CHECKSUM_LEGACY);
	cr_expect_not_null(lan_neighbor(lan, 1, LAN_TESTER));
	cr_expect_eq(next_hello(lan, 1), PIM_CHECKSUM_LEGACY);
	cr_expect_eq(lan->notes[1][NOTE_PIM_CHECKSUM], 1);
	say_checksum(lan, 1, LAN_TESTER, 0, PIM_CHECKSUM_LEGACY);
	cr_expect_eq(next_hello(lan, 1), PIM_CHECKSUM_RFC);
	cr_expect_eq(lan->notes[1][NOTE_PIM_CHECKSUM], 2);
	lan_free(lan);
}

/* v6-checksum rfc and legacy do not look at the neighbors; both forms are taken all the same. */
Test(pimdm_neigh, checksum_can_be_set)
{
	struct lan *lan = lan_new(IP_FAMILY_6, 1);

	lan_set(lan, 1, SETTING_PIM_V6_CHECKSUM, PIM_V6_RFC);
	say_checksum(lan, 1, LAN_TESTER, 105, PIM_CHECKSUM_LEGACY);
	cr_expect_not_null(lan_neighbor(lan, 1, LAN_TESTER));
	cr_expect_eq(next_hello(lan, 1), PIM_CHECKSUM_RFC);
	lan_set(lan, 1, SETTING_PIM_V6_CHECKSUM, PIM_V6_LEGACY);
	say_checksum(lan, 1, LAN_TESTER, 0, PIM_CHECKSUM_LEGACY);
	say_checksum(lan, 1, 20, 105, PIM_CHECKSUM_RFC);
	cr_expect_not_null(lan_neighbor(lan, 1, 20));
	cr_expect_eq(next_hello(lan, 1), PIM_CHECKSUM_LEGACY);
	lan_free(lan);
}

/*
 * Two of ours follow a legacy router, one of them restarts meanwhile: they do not take each other
 * for legacy ones, and return to the RFC when it has left.
 */
Test(pimdm_neigh, routers_that_follow_a_legacy_one_do_not_follow_each_other)
{
	struct lan *lan = lan_new(IP_FAMILY_6, 2);

	lan_run_s(lan, 6);
	for (unsigned int router = 1; router <= 2; router++)
		say_checksum(lan, router, LAN_TESTER, 105, PIM_CHECKSUM_LEGACY);
	lan_run_s(lan, 35);
	lan_kill(lan, 2);
	lan_boot(lan, 2, 4711);
	say_checksum(lan, 2, LAN_TESTER, 105, PIM_CHECKSUM_LEGACY);
	lan_run_s(lan, 31);
	cr_expect_eq(lan_last(lan, 1, 0)->checksum, PIM_CHECKSUM_LEGACY);
	cr_expect_eq(lan_last(lan, 2, 0)->checksum, PIM_CHECKSUM_LEGACY);
	cr_expect_eq(lan_if(lan, 1)->legacy_count, 1);
	for (unsigned int router = 1; router <= 2; router++)
		say_checksum(lan, router, LAN_TESTER, 0, PIM_CHECKSUM_LEGACY);
	lan_run_s(lan, 35);
	cr_expect_eq(lan_last(lan, 1, 0)->checksum, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_last(lan, 2, 0)->checksum, PIM_CHECKSUM_RFC);
	lan_free(lan);
}

/* "A mixed link cannot work fully and is logged": once. */
Test(pimdm_neigh, mixed_link_is_noted_once)
{
	struct lan *lan = lan_new(IP_FAMILY_6, 1);

	for (unsigned int s = 0; s < 300; s += 30) {
		say_checksum(lan, 1, 20, 105, PIM_CHECKSUM_LEGACY);
		say_checksum(lan, 1, 21, 105, PIM_CHECKSUM_RFC);
		cr_expect_eq(lan->notes[1][NOTE_PIM_CHECKSUM], s < 120 ? 1 : 2, "%u s", s);
		lan_run_s(lan, 30);
	}
	lan_free(lan);
}

/* ---- Bad input ---- */

LAN_TEST(pimdm_neigh, neighbors_are_limited_and_a_place_is_free_again)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_hello goodbye = { .has_hold = true };

	lan_set(lan, 1, SETTING_NEIGHBORS, 3);
	for (unsigned int host = 20; host < 30; host++)
		say_hello(lan, host, &usual);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 3);
	cr_expect_eq(lan->notes[1][NOTE_NEIGHBOR_LIMIT], 1, "noted once");
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_NEIGHBOR_LIMIT), 7, "and counted");
	cr_expect_not_null(lan_neighbor(lan, 1, 20));
	say_hello(lan, 20, &goodbye);
	say_hello(lan, 29, &usual);
	cr_expect_not_null(lan_neighbor(lan, 1, 29));
	lan_free(lan);
}

/* GenIDs that change a thousand times a second: few count, and our Hellos stay at one a second. */
LAN_TEST(pimdm_neigh, gen_id_storm_is_bounded)
{
	struct lan *lan = lan_new(family, 1);
	struct pim_hello hello = usual;
	size_t since = lan->sent_count;

	for (unsigned int ms = 0; ms < 10000; ms++) {
		hello.gen_id++;
		say_hello(lan, LAN_TESTER, &hello);
		lan_run(lan, lan->now + HP_MS(1));
	}
	cr_expect_leq(lan->notes[1][NOTE_NEIGHBOR_RESTARTED],
		      PIMDM_NEW_BURST + 10 * PIMDM_NEW_PER_S + 1);
	cr_expect_leq(lan_count(lan, 1, PIM_HELLO, since), 11);
	cr_expect_geq(lan_count(lan, 1, PIM_HELLO, since), 2);
	cr_expect_geq(inspect_refused(lan->cores[1], 0, NOTE_NEIGHBOR_RATE), 9000);
	cr_expect_not_null(lan_neighbor(lan, 1, LAN_TESTER));
	lan_free(lan);
}

/* A router that comes and goes with every packet. */
LAN_TEST(pimdm_neigh, flapping_neighbor_is_bounded)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_hello goodbye = { .has_hold = true };
	size_t since = lan->sent_count;

	for (unsigned int ms = 0; ms < 10000; ms++) {
		say_hello(lan, LAN_TESTER, ms % 2 ? &goodbye : &usual);
		lan_run(lan, lan->now + HP_MS(1));
	}
	cr_expect_leq(lan->notes[1][NOTE_NEIGHBOR_NEW], PIMDM_NEW_BURST + 10 * PIMDM_NEW_PER_S + 1);
	cr_expect_leq(lan_count(lan, 1, PIM_HELLO, since), 11);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	lan_free(lan);
}
