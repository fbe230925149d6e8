// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who ends an adjacency has to prove it, and a table full of routers that never answer has room for
 * one that does: hpim/claim.c, hpim/neigh.c.
 */
#include "unit/common_bench.h"
#include "core/inspect.h"

#define HOST   9
#define FORGED UINT32_MAX

static const struct hpim_neigh *established(const struct net *net)
{
	return net_neighbor(net, 0, 0, HOST);
}

static uint64_t count(const struct net *net, enum note_code code)
{
	return inspect_refused(net_core(net, 0), 0, code);
}

static void hello_of(struct net *net, unsigned int host, uint32_t boot_time, uint16_t hold_s,
		     uint32_t checkpoint_sn)
{
	bench_hear(net, 0, host,
		   &(struct hpim_msg){ .boot_time = boot_time,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true,
						  .hold_s = hold_s,
						  .has_checkpoint = hold_s != 0,
						  .checkpoint_sn = checkpoint_sn } },
		   NULL);
}

/* A fragment of a master or slave without trees, in answer to our Sync of the claim. */
static void sync_of(struct net *net, uint32_t boot_time, uint32_t sn, uint32_t step, bool is_master)
{
	struct hpim_msg sync = bench_sync(step, net_claim(net, 0, 0, HOST)->my_snapshot_sn);

	sync.boot_time = boot_time;
	sync.sync.my_snapshot_sn = sn;
	sync.sync.is_master = is_master;
	bench_hear(net, 0, HOST, &sync, NULL);
}

/* What a router does that received our Sync: it answers as slave to the end. */
static void answer(struct net *net, uint32_t boot_time, uint32_t sn)
{
	sync_of(net, boot_time, sn, 0, false);
	sync_of(net, boot_time, sn, 1, false);
}

/* A live tree: the neighbor on 0 wants it, the one on 1 delivers it. */
static struct net *forwarding_new(enum ip_family family)
{
	struct net *net = bench_new(family, 2, false);

	net_route(net, 0, 1, 9, 11, 20);
	bench_meet(net, 0, HOST);
	bench_meet(net, 1, HOST);
	bench_say(net, 1, HOST, HPIM_UPSTREAM, 8, rpc10);
	bench_ack(net, 0, HOST, 2);
	bench_ack(net, 1, HOST, 2);
	bench_say(net, 0, HOST, HPIM_INTEREST, 8, rpc10);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	net_log_clear(net);
	return net;
}

/* Marks every tree, as any event may. */
static void reevaluate(struct net *net)
{
	net_handle(net, 0,
		   &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_SETTINGS,
						     .settings = core_settings_default } });
}

BENCH_TEST(hpim_claim, a_greater_boot_time_changes_nothing_until_it_is_proven)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, PEER_BOOT + 1, 40, 0);
	bench_words(net, "0 Sync>.9 0M (3,0)@501 trees1");
	reevaluate(net);
	bench_words(net, "");
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	net_free(net);
}

/* As fast as in the reference, also for a router whose clock is a year or more behind ours. */
BENCH_TEST(hpim_claim, a_real_reboot_counts_after_one_exchange)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, PEER_BOOT + 1, 40, 0);
	answer(net, PEER_BOOT + 1, 5);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	cr_assert_eq(established(net)->boot_time, PEER_BOOT + 1);
	cr_assert_eq(established(net)->neighbor_snapshot_sn, 5);
	cr_assert_null(established(net)->claim);
	cr_assert(TAILQ_EMPTY(&established(net)->records), "what the old one said is forgotten");
	cr_assert_eq(net_hpim(net, 0)->ifs[0]->synced_count, 1);
	cr_assert_eq(net_hpim(net, 0)->ifs[0]->neighbor_count, 1);
	net_free(net);
}

/* Each message that proves that the neighbor is there with its old BootTime. */
BENCH_TEST(hpim_claim, a_neighbor_that_speaks_on_refutes_a_greater_boot_time)
{
	for (unsigned int sign = 0; sign < 3; sign++) {
		struct net *net = forwarding_new(family);

		hello_of(net, HOST, FORGED, 40, 0);
		cr_assert_not_null(established(net)->claim);
		if (sign == 0)
			hello_of(net, HOST, PEER_BOOT, 40, 8);
		else if (sign == 1)
			bench_say(net, 0, HOST, HPIM_INTEREST, 9, rpc10);
		else
			bench_ack(net, 0, HOST, 2);
		cr_assert_null(established(net)->claim);
		cr_assert_eq(count(net, NOTE_NEIGHBOR_CLAIM), 1);
		net_run_s(net, 39);
		cr_assert_eq(established(net)->boot_time, PEER_BOOT);
		cr_assert_eq(established(net)->state, SYNC_SYNCED);
		cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
		net_free(net);
	}
}

/* Who guesses does not know our SnapshotSN. */
BENCH_TEST(hpim_claim, a_claim_without_our_snapshot_sn_is_not_proven)
{
	struct net *net = forwarding_new(family);
	struct hpim_msg sync = bench_sync(1, 1);

	sync.boot_time = FORGED;
	bench_hear(net, 0, HOST, &sync, NULL);
	bench_words(net, "0 Sync>.9 0M (3,0)@4294967295 trees1");
	for (uint32_t step = 0; step < 4; step++) {
		sync = bench_sync(step, 2);
		sync.boot_time = FORGED;
		sync.sync.is_master = false;
		bench_hear(net, 0, HOST, &sync, NULL);
	}
	cr_assert_eq(established(net)->boot_time, PEER_BOOT);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	net_free(net);
}

/* Nobody answers for it and the neighbor says nothing: it stays for its own hold time. */
BENCH_TEST(hpim_claim, an_unanswered_claim_ends_after_twelve_seconds)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, FORGED, 40, 0);
	net_run(net, HP_SEC(12) - 1);
	cr_assert_not_null(established(net)->claim);
	net_run(net, 1);
	cr_assert_null(established(net)->claim);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	cr_assert_eq(count(net, NOTE_NEIGHBOR_CLAIM), 1);
	net_free(net);
}

/* The forged one is unanswered for a second, then the real one has its turn. */
BENCH_TEST(hpim_claim, a_reboot_is_noticed_beside_a_forged_greater_boot_time)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, FORGED, 40, 0);
	net_run_s(net, 1);
	hello_of(net, HOST, PEER_BOOT + 1, 40, 0);
	answer(net, PEER_BOOT + 1, 5);
	cr_assert_eq(established(net)->boot_time, PEER_BOOT + 1);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	net_free(net);
}

/* The message of a pending claim is no acknowledgement of what the neighbor has yet to confirm. */
BENCH_TEST(hpim_claim, a_claim_acknowledges_nothing_until_it_is_proven)
{
	struct net *net = forwarding_new(family);

	net_route(net, 0, 1, 9, 11, 19);
	cr_assert_not(TAILQ_EMPTY(&net_hpim(net, 0)->ifs[0]->pending));
	hello_of(net, HOST, PEER_BOOT + 1, 40, 0);
	cr_assert_not(TAILQ_EMPTY(&net_hpim(net, 0)->ifs[0]->pending));
	answer(net, PEER_BOOT + 1, 5);
	cr_assert(TAILQ_EMPTY(&net_hpim(net, 0)->ifs[0]->pending));
	net_free(net);
}

/* ---- A greater SnapshotSN ---- */

BENCH_TEST(hpim_claim, a_forged_greater_snapshot_sn_ends_in_a_new_exchange_without_a_change)
{
	struct net *net = forwarding_new(family);

	sync_of(net, PEER_BOOT, 100, 0, true);
	bench_words(net, "0 Sync>.9 0M (3,0)@500 trees1");
	reevaluate(net);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	answer(net, PEER_BOOT, 101);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	cr_assert_eq(established(net)->neighbor_snapshot_sn, 101);
	net_free(net);
}

/* 3.3: a neighbor that began again and then is mute is removed as it would be without a claim. */
BENCH_TEST(hpim_claim, a_renewal_that_is_not_answered_removes_the_neighbor)
{
	struct net *net = forwarding_new(family);

	sync_of(net, PEER_BOOT, 100, 0, true);
	for (unsigned int s = 0; s < 12; s++) {
		cr_assert_not_null(established(net));
		hello_of(net, HOST, PEER_BOOT, 40, 8);
		net_run_s(net, 1);
	}
	cr_assert_null(established(net));
	net_free(net);
}

/* ---- Goodbye ---- */

BENCH_TEST(hpim_claim, a_goodbye_counts_after_a_tenth_of_a_second)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, PEER_BOOT, 0, 0);
	bench_words(net, "0 Sync>.9 0M (3,0)@500 trees1");
	net_run(net, HP_MS(100) - 1);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	net_run(net, 1);
	cr_assert_null(established(net));
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>");
	net_free(net);
}

/* Repeating it does not keep the neighbor. */
BENCH_TEST(hpim_claim, goodbyes_that_go_on_do_not_put_off_the_end)
{
	struct net *net = forwarding_new(family);

	for (unsigned int i = 0; i < 10; i++) {
		hello_of(net, HOST, PEER_BOOT, 0, 0);
		net_run(net, HP_MS(10));
	}
	cr_assert_null(established(net));
	net_free(net);
}

BENCH_TEST(hpim_claim, a_forged_goodbye_is_answered_by_the_neighbor_and_changes_nothing)
{
	struct net *net = forwarding_new(family);

	hello_of(net, HOST, PEER_BOOT, 0, 0);
	net_run(net, HP_MS(50));
	sync_of(net, PEER_BOOT, 9, 0, false);
	net_run(net, HP_MS(80));
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	sync_of(net, PEER_BOOT, 9, 1, false);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	cr_assert_eq(established(net)->neighbor_snapshot_sn, 9);
	net_free(net);
}

/* It answers later than a tenth of a second: unknown again, but met by its answer. */
BENCH_TEST(hpim_claim, a_late_answer_begins_the_adjacency_again)
{
	struct net *net = forwarding_new(family);
	struct hpim_msg sync = bench_sync(0, 0);

	hello_of(net, HOST, PEER_BOOT, 0, 0);
	net_run(net, HP_MS(200));
	cr_assert_null(established(net));
	bench_hear(net, 0, HOST, &sync, NULL);
	cr_assert_eq(established(net)->state, SYNC_MASTER);
	net_free(net);
}

BENCH_TEST(hpim_claim, forged_messages_without_end_cost_a_bounded_number_of_exchanges)
{
	struct net *net = forwarding_new(family);
	uint32_t sn = net_hpim(net, 0)->ifs[0]->sn;

	for (unsigned int i = 0; i < 1000; i++) {
		hello_of(net, HOST, PEER_BOOT, 0, 0);
		answer(net, PEER_BOOT, 10 + i);
		hello_of(net, HOST, FORGED - i, 40, 0);
		hello_of(net, HOST, PEER_BOOT, 40, 8);
	}
	cr_assert_leq(net_hpim(net, 0)->ifs[0]->sn, sn + 20);
	cr_assert_gt(count(net, NOTE_NEIGHBOR_RATE), 1000);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	cr_assert_str_eq(net_state(net, 0), "ACTIVE 1>0");
	net_free(net);
}

/* ---- Freshness ---- */

BENCH_TEST(hpim_claim, a_hello_whose_checkpoint_goes_back_is_no_sign_of_life)
{
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	hello_of(net, HOST, PEER_BOOT, 20, 30);
	net_run_s(net, 10);
	hello_of(net, HOST, PEER_BOOT, 20, 29);
	cr_assert_eq(count(net, NOTE_HELLO_REPLAYED), 1);
	net_run(net, HP_SEC(10));
	cr_assert_null(established(net));
	net_free(net);
}

/* ---- New neighbors ---- */

static void flood(struct net *net, unsigned int hellos)
{
	for (unsigned int i = 0; i < hellos; i++) {
		hello_of(net, 10 + i % 200, PEER_BOOT + i, 40, 0);
		net_run(net, HP_SEC(1) / 450);
	}
}

BENCH_TEST(hpim_claim, new_neighbors_are_bounded)
{
	struct net *net = bench_new(family, 1, false);
	uint32_t sn = net_hpim(net, 0)->ifs[0]->sn;

	net_limit_neighbors(net, 0, 64);
	flood(net, 4500);
	cr_assert_leq(net_hpim(net, 0)->ifs[0]->neighbor_count, 64);
	cr_assert_leq(net_hpim(net, 0)->ifs[0]->sn - sn, 64 + 10 * 11);
	cr_assert_gt(count(net, NOTE_NEIGHBOR_RATE), 0);
	net_free(net);
}

/* It heard our Hello, and answers with a Sync. */
BENCH_TEST(hpim_claim, a_router_that_answers_gets_into_a_full_table_during_a_flood)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_msg sync = bench_sync(0, 0);

	net_limit_neighbors(net, 0, 4);
	flood(net, 900);
	bench_hear(net, 0, HOST, &sync, NULL);
	cr_assert_eq(established(net)->state, SYNC_MASTER);
	sync = bench_sync(1, established(net)->my_snapshot_sn);
	bench_hear(net, 0, HOST, &sync, NULL);
	flood(net, 900);
	cr_assert_eq(established(net)->state, SYNC_SYNCED);
	net_free(net);
}

BENCH_TEST(hpim_claim, neighbors_that_answered_stay_in_a_full_table)
{
	struct net *net = bench_new(family, 1, false);

	net_limit_neighbors(net, 0, 2);
	bench_meet(net, 0, 20);
	bench_meet(net, 0, 21);
	hello_of(net, HOST, PEER_BOOT, 40, 0);
	bench_words(net, "");
	cr_assert_null(established(net));
	cr_assert_eq(count(net, NOTE_NEIGHBOR_LIMIT), 1);
	net_free(net);
}
