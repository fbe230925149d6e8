// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of one router with neighbors that the test plays: description of HPIM-DM, 3.6, 3.7, 3.9 and
 * 3.11 to 3.17. Neighbors are .9 on each interface unless said otherwise.
 */
#include "unit/common_bench.h"

/* Interface 0 is the root; the route is (11, 20). A neighbor on each interface. */
static struct net *tree_new(enum ip_family family)
{
	struct net *net = bench_new(family, 3, false);

	net_route(net, 0, 0, 9, 11, 20);
	for (uint16_t link = 0; link < 3; link++)
		bench_meet(net, link, 9);
	return net;
}

/* The same with an ACTIVE tree: upstream neighbor on the root, no interest yet heard. */
static struct net *active_new(enum ip_family family)
{
	struct net *net = tree_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	for (uint16_t link = 0; link < 3; link++)
		bench_ack(net, link, 9, 2);
	net_log_clear(net);
	return net;
}

/* ---- 3.9 ---- */

BENCH_TEST(hpim_tree, upstream_on_the_root_makes_it_active)
{
	struct net *net = tree_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "0 Ack>.9 sn8 (7,1)@500; watch; 0 Int>.9 sn2; 1 Up(11:20) sn2; "
			 "2 Up(11:20) sn2; put 0>1,2");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

BENCH_TEST(hpim_tree, upstream_on_another_interface_makes_it_unsure)
{
	struct net *net = tree_new(family);

	bench_say(net, 1, 9, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "1 Ack>.9 sn8 (7,1)@500; watch; 1 NoInt>.9 sn2; put 0>2");
	cr_assert_str_eq(net_state(net, 0), "UNSURE 0>2 AL 1");
	net_free(net);
}

BENCH_TEST(hpim_tree, upstream_that_is_not_feasible_is_asked_but_not_trusted)
{
	struct net *net = tree_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc20);
	bench_words(net, "0 Ack>.9 sn8 (7,1)@500; watch; 0 Int>.9 sn2; put 0>1,2");
	cr_assert_str_eq(net_state(net, 0), "UNSURE 0>1,2");
	net_free(net);
}

/* ---- 3.6 ---- */

/* Same neighbor, same cost: it may have lost our interest. */
BENCH_TEST(hpim_tree, repeated_announcement_is_answered_again)
{
	struct net *net = active_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 9, rpc10);
	bench_words(net, "0 Ack>.9 sn9 (7,1)@500; 0 Int>.9 sn3");
	net_free(net);
}

BENCH_TEST(hpim_tree, announcement_of_one_that_is_not_best_is_only_acknowledged)
{
	struct net *net = active_new(family);

	bench_meet(net, 0, 8);
	bench_say(net, 0, 8, HPIM_UPSTREAM, 8, rpc20);
	bench_words(net, "0 Ack>.8 sn8 (7,3)@500");
	net_free(net);
}

BENCH_TEST(hpim_tree, equal_costs_on_the_root_are_won_by_the_highest_address)
{
	struct net *net = active_new(family);

	bench_meet(net, 0, 10);
	bench_say(net, 0, 10, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "0 Ack>.10 sn8 (7,3)@500; 0 Int>.10 sn4");
	net_free(net);
}

BENCH_TEST(hpim_tree, interest_is_the_or_over_the_neighbors)
{
	struct net *net = active_new(family);

	bench_meet(net, 1, 8);
	bench_say(net, 1, 9, HPIM_NO_INTEREST, 9, rpc10);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500");
	bench_say(net, 1, 8, HPIM_NO_INTEREST, 9, rpc10);
	bench_words(net, "1 Ack>.8 sn9 (7,3)@500; put 0>2");
	bench_say(net, 1, 8, HPIM_INTEREST, 10, rpc10);
	bench_words(net, "1 Ack>.8 sn10 (7,3)@500; put 0>1,2");
	net_free(net);
}

BENCH_TEST(hpim_tree, interest_of_one_that_was_upstream_ends_that)
{
	struct net *net = active_new(family);

	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc10);
	net_run_s(net, 3);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>2 AL 1");
	bench_say(net, 1, 9, HPIM_INTEREST, 10, rpc10);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

BENCH_TEST(hpim_tree, withdrawal_returns_a_neighbor_to_the_default_interest)
{
	struct net *net = active_new(family);

	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc10);
	bench_say(net, 1, 9, HPIM_NO_INTEREST, 10, rpc10);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>2");
	bench_say(net, 1, 9, HPIM_NO_UPSTREAM, 11, rpc10);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

/* Without initial flood a neighbor that has said nothing wants nothing. 3.11 */
BENCH_TEST(hpim_tree, default_interest_follows_the_setting)
{
	struct net *net = active_new(family);
	struct core_settings settings = core_settings_default;

	settings.initial_flood = false;
	net_settings(net, &settings);
	bench_words(net, "0 NoInt>.9 sn3; put 0>");
	bench_say(net, 2, 9, HPIM_INTEREST, 9, rpc10);
	bench_words(net, "2 Ack>.9 sn9 (7,1)@500; 0 Int>.9 sn4; put 0>2");
	net_free(net);
}

/* Q4: an adjacency reset changes no tree until the neighbor is SYNCED again. */
BENCH_TEST(hpim_tree, reset_of_a_neighbor_changes_the_tree_only_when_synced)
{
	struct net *net = active_new(family);
	struct hpim_msg sync;

	bench_hear(net, 0, 9,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT + 1,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true, .hold_s = 40 } },
		   NULL);
	bench_words(net, "0 Sync>.9 0M (3,0)@501");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	sync = bench_sync(0, 3);
	sync.boot_time++;
	sync.sync.is_master = false;
	bench_hear(net, 0, 9, &sync, NULL);
	sync.sync.sync_sn = 1;
	bench_words(net, "0 Sync>.9 1M (3,7)@501 hold40");
	bench_hear(net, 0, 9, &sync, NULL); /* it has no trees any more */
	bench_words(net, "1 NoUp sn3; 2 NoUp sn3; del");
	cr_assert_str_eq(net_state(net, 0), "INACTIVE");
	net_free(net);
}

/* ---- 3.12 ---- */

BENCH_TEST(hpim_tree, router_interest_follows_its_interfaces)
{
	struct net *net = active_new(family);

	bench_say(net, 1, 9, HPIM_NO_INTEREST, 9, rpc10);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500; put 0>2");
	bench_say(net, 2, 9, HPIM_NO_INTEREST, 9, rpc10);
	bench_words(net, "2 Ack>.9 sn9 (7,1)@500; 0 NoInt>.9 sn3; put 0>");
	bench_say(net, 2, 9, HPIM_INTEREST, 10, rpc10);
	bench_words(net, "2 Ack>.9 sn10 (7,1)@500; 0 Int>.9 sn4; put 0>2");
	net_free(net);
}

/* ---- 3.10 ---- */

/* In the tree for more than the hold time: the old winner goes on for 2 s. */
BENCH_TEST(hpim_tree, loser_holds_and_then_tells_its_new_interest)
{
	struct net *net = active_new(family);

	bench_say(net, 2, 9, HPIM_NO_INTEREST, 9, rpc10);
	net_run_s(net, 5);
	bench_meet(net, 1, 8); /* keeps the interface interested */
	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc20);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1 AL 1");
	net_run(net, HP_SEC(2) - 1);
	bench_words(net, "");
	net_run(net, 1);
	bench_words(net, "0 NoInt>.9 sn3; put 0>");
	net_free(net);
}

/* Differs from the reference (Q8): who began a moment ago has nobody that depends on it. */
BENCH_TEST(hpim_tree, loser_that_has_just_begun_stops_at_once)
{
	struct net *net = active_new(family);

	bench_meet(net, 1, 8);
	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc20);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500; put 0>2");
	net_free(net);
}

/* 3.10, AL to AW: the hold timer is cancelled, so the next loss does not inherit it. */
BENCH_TEST(hpim_tree, winner_again_holds_no_more)
{
	struct net *net = active_new(family);

	net_run_s(net, 5);
	bench_meet(net, 1, 8);
	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc20);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2 AL 1");
	bench_say(net, 1, 9, HPIM_NO_UPSTREAM, 10, rpc20);
	bench_say(net, 1, 9, HPIM_NO_INTEREST, 11, rpc20);
	bench_say(net, 1, 8, HPIM_NO_INTEREST, 9, rpc20);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>2");
	bench_say(net, 1, 9, HPIM_UPSTREAM, 12, rpc20);
	bench_say(net, 1, 8, HPIM_INTEREST, 10, rpc20);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>2 AL 1");
	net_free(net);
}

BENCH_TEST(hpim_tree, loser_without_hold_forwarding_stops_at_once)
{
	struct net *net = active_new(family);
	struct core_settings settings = core_settings_default;

	settings.hold_forwarding = false;
	net_settings(net, &settings);
	net_run_s(net, 5);
	bench_meet(net, 1, 8);
	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc20);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500; put 0>2");
	net_free(net);
}

/* ---- 3.13 ---- */

BENCH_TEST(hpim_tree, change_of_cost_is_announced_once)
{
	struct net *net = active_new(family);

	net_route(net, 0, 0, 9, 11, 15);
	bench_words(net, "1 Up(11:15) sn3; 2 Up(11:15) sn3");
	net_free(net);
}

/* Q7: the reference announces the old cost first. */
BENCH_TEST(hpim_tree, cost_that_makes_the_path_feasible_is_announced_once)
{
	struct net *net = tree_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc20);
	net_log_clear(net);
	net_route(net, 0, 0, 9, 11, 30);
	bench_words(net, "1 Up(11:30) sn2; 2 Up(11:30) sn2");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

BENCH_TEST(hpim_tree, new_root_withdraws_before_it_asks)
{
	struct net *net = active_new(family);

	bench_say(net, 1, 9, HPIM_UPSTREAM, 9, rpc10);
	net_run_s(net, 3);
	net_log_clear(net);
	net_route(net, 0, 1, 9, 11, 25);
	bench_words(net, "0 Up(11:25) sn3; 1 NoUp sn3; 1 Int>.9 sn4; 2 Up(11:25) sn3; put 1>2");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>2 AL 0");
	net_free(net);
}

BENCH_TEST(hpim_tree, root_that_moves_to_nobody_leaves_it_unsure)
{
	struct net *net = active_new(family);

	net_route(net, 0, 1, 9, 11, 25);
	bench_words(net, "0 NoInt>.9 sn3; 1 NoUp sn3; 2 NoUp sn3; put 1>2");
	cr_assert_str_eq(net_state(net, 0), "UNSURE 1>2 AL 0");
	net_free(net);
}

BENCH_TEST(hpim_tree, lost_route_leaves_it_unsure_without_an_entry)
{
	struct net *net = active_new(family);

	net_route(net, 0, LINK_NONE, 0, UINT32_MAX, UINT32_MAX);
	bench_words(net, "0 NoInt>.9 sn3; 1 NoUp sn3; 2 NoUp sn3; del");
	net_free(net);
}

BENCH_TEST(hpim_tree, removed_root_interface_ends_the_tree)
{
	struct net *net = active_new(family);

	net_switch(net, 0, 0, PROTO_HPIM, false);
	bench_words(net, "0 Bye; 0 leave; 1 NoUp sn3; 2 NoUp sn3; del");
	cr_assert_str_eq(net_state(net, 0), "INACTIVE");
	net_free(net);
}

/* Its future neighbors learn the tree by synchronization. */
BENCH_TEST(hpim_tree, new_interface_of_an_active_tree_announces_nothing)
{
	struct net *net = active_new(family);

	net_port(net, 0, 3, 9, OWN);
	net_cable(net, 0, 3, true);
	net_switch(net, 0, 3, PROTO_HPIM, true);
	bench_words(net, "3 join");
	bench_hello(net, 3, 9, 40, 0);
	bench_words(net, "3 Sync>.9 0M (1,0)@500 trees1");
	net_free(net);
}

BENCH_TEST(hpim_tree, route_that_becomes_connected_makes_an_originator)
{
	struct net *net = active_new(family);

	net_route(net, 0, 0, 0, 2, 0);
	bench_words(net, "1 Up(2:0) sn3; 2 Up(2:0) sn3");
	cr_assert(net_tree(net, 0)->view.is_originator);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	cr_assert_eq(net_tree(net, 0)->source_timer.deadline, net->sim->now + HP_SEC(210));
	net_route(net, 0, 0, 9, 11, 20);
	bench_words(net, "0 Int>.9 sn3; 1 Up(11:20) sn4; 2 Up(11:20) sn4");
	cr_assert_not(timer_runs(&net_tree(net, 0)->source_timer));
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

/* ---- 3.14 ---- */

BENCH_TEST(hpim_tree, withdrawn_upstream_ends_the_tree_and_every_record_of_it)
{
	struct net *net = active_new(family);

	bench_say(net, 1, 9, HPIM_NO_INTEREST, 9, rpc10);
	net_log_clear(net);
	bench_say(net, 0, 9, HPIM_NO_UPSTREAM, 9, rpc10);
	bench_words(net, "0 Ack>.9 sn9 (7,1)@500; 1 NoUp sn3; 2 NoUp sn3; del");
	cr_assert_not_null(net_tree(net, 0), "LastSNs and what is pending stay");
	bench_ack(net, 1, 9, 3);
	bench_ack(net, 2, 9, 3);
	bench_hello(net, 0, 9, 40, 9);
	cr_assert_not_null(net_tree(net, 0), "the LastSN of interface 1 stays");
	bench_hello(net, 1, 9, 40, 9);
	net_check_empty(net);
	net_free(net);
}

BENCH_TEST(hpim_tree, vanished_neighbor_ends_the_tree)
{
	struct net *net = active_new(family);

	bench_hello(net, 0, 9, 0, 0);
	bench_words(net, "0 Sync>.9 0M (3,0)@500"); /* hpim/claim.c */
	net_run(net, HP_MS(100));
	bench_words(net, "1 NoUp sn3; 2 NoUp sn3; del");
	net_free(net);
}

BENCH_TEST(hpim_tree, interest_in_an_unknown_tree_is_acknowledged_and_forgotten)
{
	struct net *net = tree_new(family);

	bench_say(net, 1, 9, HPIM_NO_INTEREST, 8, rpc10);
	bench_words(net, "1 Ack>.9 sn8 (7,1)@500");
	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2", "default interest again");
	net_free(net);
}

/* One more tree than the limit: acknowledged, or the neighbor would give us up, but not kept. */
BENCH_TEST(hpim_tree, tree_beyond_the_limit_is_acknowledged_and_refused)
{
	struct net *net = active_new(family);

	net_core(net, 0)->limits.trees = 1;
	bench_hear(net, 0, 9,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_UPSTREAM,
				       .tree = { .source = net_source(net),
						 .group = net_group(net, 1),
						 .sn = 9,
						 .rpc = rpc10 } },
		   NULL);
	bench_words(net, "0 Ack#1>.9 sn9 (7,1)@500");
	cr_assert_eq(net_hpim(net, 0)->tree_count, 1);
	cr_assert(net_hpim(net, 0)->is_full, "noted");
	for (uint16_t link = 0; link < 3; link++)
		bench_hello(net, link, 9, 0, 0);
	net_run_s(net, 4);
	net_check_empty(net);
	cr_assert_not(net_hpim(net, 0)->is_full, "the next refusal is noted again");
	net_free(net);
}

/* What a neighbor says before it is SYNCED is stored, and takes effect then. 3.3, 3.6 */
BENCH_TEST(hpim_tree, announcement_during_a_synchronization_waits_for_its_end)
{
	struct net *net = bench_new(family, 2, false);
	struct hpim_msg sync = bench_sync(0, 0);

	net_route(net, 0, 0, 9, 11, 20);
	bench_hear(net, 0, 9, &sync, NULL);
	net_log_clear(net);
	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "0 Ack>.9 sn8 (7,1)@500; watch");
	cr_assert_str_eq(net_state(net, 0), "INACTIVE");
	sync = bench_sync(1, 1);
	bench_hear(net, 0, 9, &sync, NULL);
	bench_words(net, "0 Sync>.9 1 (1,7)@500 hold40; 0 NoInt>.9 sn2; 1 Up(11:20) sn1; put 0>");
	net_free(net);
}

/* ---- 3.17 ---- */

BENCH_TEST(hpim_data, flood_entry_lives_as_long_as_the_initial_flood)
{
	struct net *net = tree_new(family);

	bench_miss(net, 0);
	bench_words(net, "watch; put 0>1,2");
	cr_assert_str_eq(net_state(net, 0), "INACTIVE");
	net_run(net, HP_SEC(15) - 1);
	bench_words(net, "");
	net_run(net, 1);
	bench_words(net, "unwatch; del");
	net_check_empty(net);
	net_free(net);
}

BENCH_TEST(hpim_data, unwanted_data_gets_an_entry_that_drops_it)
{
	struct net *net = tree_new(family);
	struct core_settings settings = core_settings_default;

	settings.initial_flood = false;
	net_settings(net, &settings);
	bench_miss(net, 0);
	bench_words(net, "watch; put 0>");
	net_run_s(net, 15);
	bench_words(net, "unwatch; del");
	net_route(net, 0, LINK_NONE, 0, UINT32_MAX, UINT32_MAX);
	bench_miss(net, 1);
	bench_words(net, "watch; put 1>");
	net_free(net);
}

BENCH_TEST(hpim_data, tree_takes_the_place_of_a_flood_entry)
{
	struct net *net = tree_new(family);

	bench_miss(net, 0);
	net_log_clear(net);
	bench_say(net, 1, 9, HPIM_NO_INTEREST, 8, rpc10);
	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	net_log_clear(net);
	bench_say(net, 1, 9, HPIM_NO_INTEREST, 9, rpc10);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500; put 0>2");
	for (uint16_t link = 0; link < 3; link++)
		bench_ack(net, link, 9, 2);
	net_run_s(net, 20);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>2");
	net_free(net);
}

/* The forwarding plane says that it has no entry: it is told again. */
BENCH_TEST(hpim_data, miss_of_a_known_tree_repeats_its_entry)
{
	struct net *net = active_new(family);

	bench_miss(net, 0);
	bench_words(net, "put 0>1,2");
	net_free(net);
}

BENCH_TEST(hpim_data, data_of_no_tree_or_no_interface_is_ignored)
{
	struct net *net = tree_new(family);
	struct core_event event = { .kind = EV_DATA,
				    .data = { .kind = DATA_MISS,
					      .link = 0,
					      .source = net_source(net),
					      .group = net_source(net) } };

	net_handle(net, 0, &event); /* not a group */
	event.data.group = net_group(net, 0);
	event.data.source = net_group(net, 0);
	net_handle(net, 0, &event); /* not a source */
	event.data.source = net_source(net);
	event.data.link = 3;
	net_handle(net, 0, &event); /* not an interface of the tree */
	event.data.link = 0;
	event.data.kind = DATA_WRONG_IF;
	net_handle(net, 0, &event);
	event.data.kind = DATA_SEEN;
	net_handle(net, 0, &event); /* nobody asked */
	bench_words(net, "");
	net_check_empty(net);
	net_free(net);
}

/* ---- 3.8, originator ---- */

static struct net *originator_new(enum ip_family family)
{
	struct net *net = bench_new(family, 2, true);

	net_route(net, 0, 0, 0, 2, 0);
	bench_meet(net, 1, 9);
	return net;
}

BENCH_TEST(hpim_source, data_makes_an_active_tree)
{
	struct net *net = originator_new(family);

	bench_miss(net, 0);
	bench_words(net, "watch; 1 Up(2:0) sn2; put 0>1");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1");
	net_free(net);
}

static void answer_seen(struct net *net, hp_time seen_for)
{
	net_handle(net, 0,
		   &(struct core_event){ .kind = EV_DATA,
					 .data = { .kind = DATA_SEEN,
						   .link = LINK_NONE,
						   .source = net_source(net),
						   .group = net_group(net, 0),
						   .seen_for = seen_for } });
}

/* The network answers FX_MFIB_QUERY from what passed its entry: nothing, after the first packet. */
BENCH_TEST(hpim_source, silent_source_ends_the_tree_after_its_lifetime)
{
	struct net *net = originator_new(family);

	bench_miss(net, 0);
	bench_ack(net, 1, 9, 2);
	net_log_clear(net);
	net_run(net, HP_SEC(210) - 1);
	bench_words(net, "");
	net_run(net, 1);
	bench_words(net, "ask; 1 NoUp sn3; del");
	bench_ack(net, 1, 9, 3);
	net_check_empty(net);
	net_free(net);
}

/* Seen 10 s ago: 200 s of the lifetime are left. */
BENCH_TEST(hpim_source, source_that_was_seen_lives_on)
{
	struct net *net = originator_new(family);
	const struct mfib_key key = net_key(net, 0);

	bench_miss(net, 0);
	bench_ack(net, 1, 9, 2);
	net_log_clear(net);
	net_run_s(net, 200);
	sim_router_entry(net_router(net, 0), &key)->seen_at = net->sim->now;
	net_run_s(net, 10);
	bench_words(net, "ask");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1");
	net_run(net, HP_SEC(200) - 1);
	bench_words(net, "");
	net_run(net, 1);
	bench_words(net, "ask; 1 NoUp sn3; del");
	net_free(net);
}

/* No answer within a second is an answer. */
BENCH_TEST(hpim_source, forwarding_plane_that_does_not_answer_has_seen_nothing)
{
	struct net *net = originator_new(family);
	const struct core_event clock = { .kind = EV_CLOCK };
	struct core *core = net_core(net, 0);
	unsigned int asked = 0;

	bench_miss(net, 0);
	bench_ack(net, 1, 9, 2);
	while (net->sim->now < HP_SEC(BENCH_S + 212)) {
		const struct core_effect *fx;

		net->sim->now = core_deadline(core);
		core_handle(core, net->sim->now, &clock);
		while ((fx = core_effect_next(core)))
			asked += fx->kind == FX_MFIB_QUERY;
		if (net_tree(net, 0)->view.state == TREE_INACTIVE)
			break;
	}
	cr_assert_eq(asked, 1);
	cr_assert_eq(net->sim->now, HP_SEC(BENCH_S + 211));
	net_free(net);
}

BENCH_TEST(hpim_source, late_answer_to_no_question_changes_nothing)
{
	struct net *net = tree_new(family);

	bench_say(net, 0, 9, HPIM_UPSTREAM, 8, rpc10);
	net_log_clear(net);
	answer_seen(net, HP_TIME_NEVER);
	bench_words(net, "");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>1,2");
	net_free(net);
}

/* SAT ends while a neighbor is UPSTREAM: UNSURE, and INACTIVE when it withdraws. */
BENCH_TEST(hpim_source, silent_source_with_an_upstream_neighbor_is_unsure)
{
	struct net *net = originator_new(family);

	bench_miss(net, 0);
	bench_ack(net, 1, 9, 2);
	bench_say(net, 1, 9, HPIM_UPSTREAM, 8, rpc30);
	net_log_clear(net);
	net_run_s(net, 210);
	bench_words(net, "ask; 1 NoUp sn3; 1 NoInt>.9 sn4; del");
	cr_assert_str_eq(net_state(net, 0), "UNSURE 0> AL 1");
	bench_say(net, 1, 9, HPIM_NO_UPSTREAM, 9, rpc30);
	bench_words(net, "1 Ack>.9 sn9 (7,1)@500");
	net_free(net);
}

/* 3.8: created by a neighbor that is UPSTREAM, with the timer running. */
BENCH_TEST(hpim_source, upstream_neighbor_makes_an_active_tree)
{
	struct net *net = originator_new(family);

	bench_say(net, 1, 9, HPIM_UPSTREAM, 8, rpc30);
	bench_words(net, "1 Ack>.9 sn8 (7,1)@500; watch; 1 Up(2:0) sn2; put 0>");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 0>");
	net_free(net);
}

/* 3.13: another interface in the subnet of the source becomes root, and the timer starts anew. */
BENCH_TEST(hpim_source, root_of_an_originator_may_move)
{
	struct net *net = originator_new(family);

	bench_miss(net, 0);
	bench_ack(net, 1, 9, 2);
	net_run_s(net, 100);
	net_log_clear(net);
	net_route(net, 0, 1, 0, 2, 0);
	bench_words(net, "1 NoUp sn3; put 1>");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>");
	cr_assert_eq(net_tree(net, 0)->source_timer.deadline, net->sim->now + HP_SEC(210));
	net_route(net, 0, LINK_NONE, 0, UINT32_MAX, UINT32_MAX);
	bench_words(net, "del");
	net_free(net);
}

/* 3.11, source loop prevention. */
BENCH_TEST(hpim_source, second_interface_in_the_subnet_of_the_source_stays_silent)
{
	struct net *net = bench_new(family, 2, true);

	net_port(net, 0, 2, 1, 6);
	net_cable(net, 0, 2, true);
	net_switch(net, 0, 2, PROTO_HPIM, true);
	net_route(net, 0, 0, 0, 2, 0);
	bench_meet(net, 1, 9);
	bench_meet(net, 2, 9);
	bench_miss(net, 0);
	bench_words(net, "watch; 1 Up(2:0) sn2; put 0>1");
	bench_hello(net, 2, 10, 40, 0);
	cr_assert_eq(net_neighbor(net, 0, 2, 10)->snapshot_count, 0, "not in a snapshot");
	net_free(net);
}
