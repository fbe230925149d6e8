// SPDX-License-Identifier: GPL-2.0-only
/* Liveness, acceptance of messages and sequence numbers: description of HPIM-DM, 3.1, 3.2, 3.4. */
#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/tree.h"
#include "unit/common_bench.h"

#define HOST 9

static struct hpim_if *hif_of(const struct net *net)
{
	return net_hpim(net, 0)->ifs[0];
}

static struct hpim_neigh *neigh_of(const struct net *net)
{
	const struct ip_addr addr = net_addr(net, 2, HOST);

	return hpim_neigh_find(hif_of(net), &addr);
}

static uint32_t last_sn(const struct net *net)
{
	const struct hpim_tree *tree = net_tree(net, 0);
	const struct hpim_tree_if *tif = tree ? hpim_tree_if_find(tree, 0) : NULL;
	const struct hpim_record *record = tif ? hpim_record_find(tif, neigh_of(net)) : NULL;

	return record ? record->last_sn : 0;
}

static void no_interest(struct net *net, uint32_t boot_time, uint32_t sn)
{
	bench_hear(net, 0, HOST,
		   &(struct hpim_msg){ .boot_time = boot_time,
				       .type = HPIM_NO_INTEREST,
				       .tree = { .source = net_source(net),
						 .group = net_group(net, 0),
						 .sn = sn } },
		   NULL);
}

static void hello(struct net *net, uint32_t boot_time, uint16_t hold_s, uint32_t checkpoint_sn)
{
	bench_hear(net, 0, HOST,
		   &(struct hpim_msg){ .boot_time = boot_time,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true,
						  .hold_s = hold_s,
						  .has_checkpoint = hold_s != 0,
						  .checkpoint_sn = checkpoint_sn } },
		   NULL);
}

/* ---- 3.1 ---- */

BENCH_TEST(hpim_hello, first_hello_comes_within_five_seconds_then_one_every_period)
{
	struct net *net = net_new(family, 1);
	hp_time first;

	net_port(net, 0, 0, 2, OWN);
	net_on(net, 0);
	net_switch(net, 0, 0, PROTO_GM, false);
	net_log_clear(net);
	first = core_deadline(net_core(net, 0));
	cr_assert(first >= 0 && first < HP_SEC(5));
	net_run(net, first);
	bench_words(net, "0 Hello hold40 cp0");
	net_run(net, HP_SEC(10) - 1);
	bench_words(net, "");
	net_run(net, 1);
	bench_words(net, "0 Hello hold40 cp0");
	net_free(net);
}

BENCH_TEST(hpim_hello, disabled_interface_says_goodbye_and_nothing_more)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	net_switch(net, 0, 0, PROTO_HPIM, false);
	bench_words(net, "0 Bye; 0 leave");
	net_run_s(net, 200);
	bench_words(net, "");
	cr_assert_eq(core_deadline(net_core(net, 0)), HP_TIME_NEVER);
	net_free(net);
}

/* An interface that is down cannot say goodbye. */
BENCH_TEST(hpim_hello, interface_that_went_down_leaves_in_silence)
{
	struct net *net = bench_new(family, 1, false);

	net_cable(net, 0, 0, false);
	bench_words(net, "0 leave");
	net_cable(net, 0, 0, true);
	bench_words(net, "0 join");
	net_free(net);
}

/* ---- 3.2 ---- */

/* Hold time and CheckpointSN of the first Hello are not used. */
BENCH_TEST(hpim_liveness, unknown_hello_begins_a_synchronization)
{
	struct net *net = bench_new(family, 1, false);

	hello(net, PEER_BOOT, 40, 99);
	bench_words(net, "0 Sync>.9 0M (1,0)@500");
	cr_assert_eq(neigh_of(net)->state, SYNC_SLAVE);
	cr_assert_eq(neigh_of(net)->checkpoint_sn, 0);
	cr_assert_eq(neigh_of(net)->hold_s, 12);
	net_free(net);
}

BENCH_TEST(hpim_liveness, unknown_goodbye_is_ignored)
{
	struct net *net = bench_new(family, 1, false);

	hello(net, PEER_BOOT, 0, 0);
	bench_words(net, "");
	cr_assert_null(neigh_of(net));
	net_free(net);
}

BENCH_TEST(hpim_liveness, hello_of_an_earlier_incarnation_is_ignored)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	hello(net, PEER_BOOT - 1, 0, 0);
	bench_words(net, "");
	cr_assert_eq(neigh_of(net)->state, SYNC_SYNCED);
	cr_assert_eq(neigh_of(net)->hold_s, 30000);
	net_free(net);
}

BENCH_TEST(hpim_liveness, hello_of_a_later_incarnation_resets)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	hello(net, PEER_BOOT + 1, 40, 99);
	bench_words(net, "0 Sync>.9 0M (2,0)@501");
	cr_assert_eq(neigh_of(net)->checkpoint_sn, 0);
	net_free(net);
}

BENCH_TEST(hpim_liveness, hello_of_a_synced_neighbor_renews_it)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	hello(net, PEER_BOOT, 20, 0);
	bench_words(net, "");
	net_run(net, HP_SEC(20) - 1);
	cr_assert_not_null(neigh_of(net));
	net_run(net, 1);
	cr_assert_null(neigh_of(net));
	net_free(net);
}

BENCH_TEST(hpim_liveness, goodbye_removes_in_every_state)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	hello(net, PEER_BOOT, 0, 0);
	net_run(net, HP_MS(100)); /* Differs: not if it answers, hpim/claim.c */
	cr_assert_null(neigh_of(net));
	hello(net, PEER_BOOT, 40, 0);
	cr_assert_eq(neigh_of(net)->state, SYNC_SLAVE);
	hello(net, PEER_BOOT, 0, 0);
	cr_assert_null(neigh_of(net));
	net_free(net);
}

/* Only progress keeps a neighbor alive before it is SYNCED. */
BENCH_TEST(hpim_liveness, hellos_do_not_keep_a_synchronization_alive)
{
	struct net *net = bench_new(family, 1, false);

	hello(net, PEER_BOOT, 40, 0);
	net_run_s(net, 6);
	hello(net, PEER_BOOT, 40, 0);
	cr_assert_not_null(neigh_of(net));
	net_run_s(net, 6);
	cr_assert_null(neigh_of(net));
	net_free(net);
}

BENCH_TEST(hpim_liveness, neighbor_without_acks_is_removed_after_twelve_seconds)
{
	struct net *net = bench_new(family, 2, false);

	net_route(net, 0, 1, 9, 11, 20);
	bench_meet(net, 0, HOST);
	bench_meet(net, 1, HOST);
	bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "1 Ack>.9 sn8 (7,1)@500; watch; 0 Up(11:20) sn2; 1 Int>.9 sn2; put 1>0");
	bench_ack(net, 1, HOST, 2);
	net_run(net, HP_SEC(12) - 1);
	bench_words(net, "0 Up(11:20) sn2; 0 Up(11:20) sn2; 0 Up(11:20) sn2");
	cr_assert_not_null(neigh_of(net));
	net_run(net, 1);
	bench_words(net, "0 Up(11:20) sn2; 1 NoInt>.9 sn3; put 1>");
	cr_assert_null(neigh_of(net));
	net_free(net);
}

BENCH_TEST(hpim_liveness, more_neighbors_than_the_limit_are_refused)
{
	struct net *net = bench_new(family, 1, false);

	net_limit_neighbors(net, 0, 2);
	bench_meet(net, 0, 10);
	bench_meet(net, 0, 11);
	for (unsigned int host = 12; host < 14; host++)
		bench_hello(net, 0, host, 40, 0);
	bench_words(net, "");
	cr_assert_eq(hif_of(net)->neighbor_count, 2);
	net_free(net);
}

/* ---- 3.4, acceptance of a reliable message ---- */

BENCH_TEST(hpim_accept, test_1_unknown_sender_is_met_and_its_message_dropped)
{
	struct net *net = bench_new(family, 1, false);

	bench_say(net, 0, HOST, HPIM_UPSTREAM, 8, rpc10);
	bench_words(net, "0 Sync>.9 0M (1,0)@500");
	cr_assert_eq(last_sn(net), 0);
	net_free(net);
}

BENCH_TEST(hpim_accept, test_2_earlier_incarnation_is_dropped)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	no_interest(net, PEER_BOOT - 1, 8);
	bench_words(net, "");
	cr_assert_eq(last_sn(net), 0);
	net_free(net);
}

BENCH_TEST(hpim_accept, test_3_later_incarnation_resets)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	no_interest(net, PEER_BOOT + 1, 8);
	bench_words(net, "0 Sync>.9 0M (2,0)@501");
	cr_assert_eq(last_sn(net), 0);
	net_free(net);
}

BENCH_TEST(hpim_accept, test_4_numbers_must_be_confirmed)
{
	struct net *net = bench_new(family, 1, false);

	hello(net, PEER_BOOT, 40, 0);
	net_log_clear(net);
	no_interest(net, PEER_BOOT, 8);
	bench_words(net, "");
	cr_assert_eq(last_sn(net), 0);
	net_free(net);
}

/* Once the second step is reached messages count, also before SYNCED. */
BENCH_TEST(hpim_accept, message_during_a_synchronization_is_acknowledged)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_msg sync = bench_sync(0, 0);

	bench_hear(net, 0, HOST, &sync, NULL);
	net_log_clear(net);
	no_interest(net, PEER_BOOT, 8);
	bench_words(net, "0 Ack>.9 sn8 (7,1)@500");
	cr_assert_eq(neigh_of(net)->state, SYNC_MASTER);
	cr_assert_eq(last_sn(net), 8);
	net_free(net);
}

BENCH_TEST(hpim_accept, test_5_covered_messages_are_not_acknowledged)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	no_interest(net, PEER_BOOT, PEER_SN);
	bench_words(net, "");
	hello(net, PEER_BOOT, 40, 20);
	no_interest(net, PEER_BOOT, 20);
	bench_words(net, "");
	no_interest(net, PEER_BOOT, 21);
	bench_words(net, "0 Ack>.9 sn21 (7,1)@500");
	net_free(net);
}

BENCH_TEST(hpim_accept, tests_6_to_8_compare_with_the_last_sn)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	no_interest(net, PEER_BOOT, 10);
	bench_words(net, "0 Ack>.9 sn10 (7,1)@500");
	no_interest(net, PEER_BOOT, 9);
	bench_words(net, "");
	no_interest(net, PEER_BOOT, 10);
	bench_words(net, "0 Ack>.9 sn10 (7,1)@500");
	cr_assert_eq(last_sn(net), 10);
	no_interest(net, PEER_BOOT, 11);
	bench_words(net, "0 Ack>.9 sn11 (7,1)@500");
	cr_assert_eq(last_sn(net), 11);
	net_free(net);
}

/* A message with the SN of the last one was processed before, whatever it says. */
BENCH_TEST(hpim_accept, repeated_message_is_not_processed_again)
{
	struct net *net = bench_new(family, 2, false);

	net_route(net, 0, 1, 9, 11, 20);
	bench_meet(net, 0, HOST);
	bench_meet(net, 1, HOST);
	bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
	bench_say(net, 0, HOST, HPIM_INTEREST, 8, rpc10);
	net_log_clear(net);
	bench_say(net, 0, HOST, HPIM_NO_INTEREST, 8, rpc10);
	bench_words(net, "0 Ack>.9 sn8 (7,1)@500");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	net_free(net);
}

/* ---- 3.4, CheckpointSN ---- */

BENCH_TEST(hpim_checkpoint, covered_records_are_forgotten_and_smaller_values_ignored)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	no_interest(net, PEER_BOOT, 10);
	cr_assert_eq(last_sn(net), 10);
	hello(net, PEER_BOOT, 40, 9);
	cr_assert_eq(last_sn(net), 10);
	hello(net, PEER_BOOT, 40, 10);
	cr_assert_eq(last_sn(net), 0);
	net_check_empty(net);
	hello(net, PEER_BOOT, 40, 8);
	cr_assert_eq(neigh_of(net)->checkpoint_sn, 10);
	net_free(net);
}

BENCH_TEST(hpim_checkpoint, announced_value_stays_below_what_is_pending)
{
	struct net *net = bench_new(family, 2, false);

	net_route(net, 0, 1, 9, 11, 20);
	bench_meet(net, 0, HOST);
	bench_meet(net, 1, HOST);
	cr_assert_eq(hpim_if_checkpoint_sn(hif_of(net)), 1);
	bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
	cr_assert_eq(hif_of(net)->sn, 2);
	cr_assert_eq(hpim_if_checkpoint_sn(hif_of(net)), 1);
	bench_ack(net, 0, HOST, 2);
	cr_assert_eq(hpim_if_checkpoint_sn(hif_of(net)), 2);
	net_free(net);
}

/* ---- 3.4, acceptance of an Ack ---- */

struct ack_row {
	const char *name;
	uint32_t boot_time, neighbor_boot_time, neighbor_snapshot_sn, my_snapshot_sn, sn;
	const char *words;
	bool is_done;
};

static const struct ack_row ack_rows[] = {
	{ "2: earlier incarnation", 499, BENCH_BOOT, 1, 7, 2, "", false },
	{ "3: later incarnation", 501, BENCH_BOOT, 1, 7, 2, "0 Sync>.9 0M (3,0)@501 trees1",
	  false },
	{ "5: our BootTime", 500, BENCH_BOOT - 1, 1, 7, 2, "", false },
	{ "5: our SnapshotSN", 500, BENCH_BOOT, 2, 7, 2, "", false },
	{ "5: its SnapshotSN", 500, BENCH_BOOT, 1, 8, 2, "", false },
	{ "6: an earlier message", 500, BENCH_BOOT, 1, 7, 1, "", false },
	{ "6: this message", 500, BENCH_BOOT, 1, 7, 2, "", true },
	{ "6: a later message", 500, BENCH_BOOT, 1, 7, 3, "", true },
};

BENCH_TEST(hpim_ack, accepted_with_the_right_numbers_only)
{
	for (size_t i = 0; i < sizeof(ack_rows) / sizeof(ack_rows[0]); i++) {
		const struct ack_row *row = &ack_rows[i];
		struct net *net = bench_new(family, 2, false);
		const struct hpim_msg ack = {
			.boot_time = row->boot_time,
			.type = HPIM_ACK,
			.tree = { .source = net_source(net),
				  .group = net_group(net, 0),
				  .neighbor_boot_time = row->neighbor_boot_time,
				  .neighbor_snapshot_sn = row->neighbor_snapshot_sn,
				  .my_snapshot_sn = row->my_snapshot_sn,
				  .sn = row->sn },
		};

		net_route(net, 0, 1, 9, 11, 20);
		bench_meet(net, 0, HOST);
		bench_meet(net, 1, HOST);
		bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
		net_log_clear(net);
		bench_hear(net, 0, HOST, &ack, NULL);
		cr_assert_str_eq(net_words(net, 0), row->words, "%s", row->name);
		/* Differs: a later incarnation has to prove itself first, hpim/claim.c. */
		cr_assert_eq(TAILQ_EMPTY(&hif_of(net)->pending), row->is_done, "%s", row->name);
		net_free(net);
	}
}

/* Tests 1 and 4. Differs: what is sent to us alone comes from neighbors only, hpim/accept.c. */
BENCH_TEST(hpim_ack, ack_of_a_stranger_is_refused)
{
	struct net *net = bench_new(family, 1, false);
	const struct hpim_msg ack = { .boot_time = PEER_BOOT,
				      .type = HPIM_ACK,
				      .tree = { .source = net_source(net),
						.group = net_group(net, 0),
						.neighbor_boot_time = BENCH_BOOT,
						.neighbor_snapshot_sn = 1,
						.sn = 1 } };

	bench_hear(net, 0, HOST, &ack, NULL);
	bench_words(net, "");
	hello(net, PEER_BOOT, 40, 0);
	bench_words(net, "0 Sync>.9 0M (1,0)@500");
	bench_hear(net, 0, HOST, &ack, NULL); /* CurrentSyncSN is 0 */
	bench_words(net, "");
	net_free(net);
}

/* ---- 3.4, SN allocation ---- */

/* 2^32 - 1 is never used; everything pending is dropped and a new BootTime begins. */
BENCH_TEST(hpim_sn, exhausted_numbers_begin_a_new_boot_time)
{
	struct net *net = bench_new(family, 2, false);

	net_route(net, 0, 1, 9, 11, 20);
	bench_meet(net, 0, HOST);
	bench_meet(net, 1, HOST);
	bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
	hif_of(net)->sn = UINT32_MAX - 2;
	net_log_clear(net);
	net_route(net, 0, 1, 9, 11, 19);
	bench_words(net, "0 Up(11:19) sn4294967294");
	net_route(net, 0, 1, 9, 11, 18);
	bench_words(net, "0 Up(11:18) sn1");
	cr_assert_eq(hif_of(net)->boot_time, NET_BOOT_S + BENCH_S);
	cr_assert(core_deadline(net_core(net, 0)) <= net->sim->now + HP_SEC(5));
	cr_assert_eq(TAILQ_FIRST(&hif_of(net)->pending)->boot_time, NET_BOOT_S + BENCH_S);
	cr_assert_null(TAILQ_NEXT(TAILQ_FIRST(&hif_of(net)->pending), node));
	net_free(net);
}

/* ---- Packets that are none of ours ---- */

BENCH_TEST(hpim_receive, implausible_senders_and_broken_packets_are_dropped)
{
	struct net *net = bench_new(family, 1, false);
	uint8_t bytes[] = { 0, 0, 1, 0xf4, 0, 0, 0, 0, 0, 1, 0, 2, 0, 40 };
	struct core_event event = { .kind = EV_PACKET,
				    .packet = { .socket = SOCKET_103,
						.src = net_addr(net, 2, OWN),
						.dst = bench_destination(net, 0, HPIM_HELLO),
						.ttl = 1,
						.bytes = bytes,
						.len = sizeof(bytes) } };

	net_handle(net, 0, &event); /* our own address */
	event.packet.src = net_group(net, 0);
	net_handle(net, 0, &event);
	event.packet.src = net_addr(net, 2, HOST);
	for (event.packet.len = 0; event.packet.len < sizeof(bytes); event.packet.len++)
		net_handle(net, 0, &event);
	event.packet.link = 3; /* HPIM-DM does not run there */
	net_handle(net, 0, &event);
	bench_words(net, "");
	event.packet.link = 0;
	net_handle(net, 0, &event);
	bench_words(net, "0 Sync>.9 0M (1,0)@500");
	net_free(net);
}
