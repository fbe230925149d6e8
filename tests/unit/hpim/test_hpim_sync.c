// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every cell of the table of synchronization, reached by packets: description of HPIM-DM, 3.3. The
 * module is included for its table.
 */
#include "core/inspect.h"
#include "core/hpim/neigh.h"
#include "core/hpim/sync.h"
#include "unit/common_bench.h"
#include "core/hpim/sync.c"

/* How far the synchronization went before the packet of a row. */
enum stage {
	STRANGER, /* nothing was heard */
	BEGUN,    /* SLAVE, CurrentSyncSN 0: we sent SyncSN 0 */
	ANSWERED, /* SLAVE, CurrentSyncSN 1: it answered, we sent SyncSN 1 */
	ASKED,    /* MASTER, CurrentSyncSN 1: it began, we answered SyncSN 0 */
	FINISHED, /* SYNCED, CurrentSyncSN 1: both are done */
};

struct row {
	const char *name;
	enum stage stage;
	unsigned int host; /* 9: higher than ours, 1: lower */
	uint32_t boot_time, neighbor_boot_time, my, nb, step;
	bool is_master, has_more;
	uint16_t hold_s; /* 0: no option */
	const char *words;
	enum hpim_sync_state next;
	uint16_t next_hold_s;
};

#define GOOD PEER_BOOT, BENCH_BOOT, PEER_SN

static const struct row rows[] = {
	/* UNKNOWN */
	{ "START", STRANGER, 9, GOOD, 0, 0, true, false, 0, "0 Sync>.9 0 (1,7)@500 hold40",
	  SYNC_MASTER, 12 },
	{ "START with trees", STRANGER, 9, GOOD, 0, 0, true, true, 0,
	  "0 Sync>.9 0 (1,7)@500 hold40", SYNC_MASTER, 12 },
	{ "STRAY answer", STRANGER, 9, GOOD, 0, 0, false, false, 0, "0 Sync>.9 0M (1,0)@500",
	  SYNC_SLAVE, 12 },
	{ "STRAY step", STRANGER, 9, GOOD, 0, 1, true, false, 0, "0 Sync>.9 0M (1,0)@500",
	  SYNC_SLAVE, 12 },
	/* SLAVE */
	{ "STALE", ANSWERED, 9, PEER_BOOT, BENCH_BOOT, 6, 1, 1, false, false, 40, "", SYNC_SLAVE,
	  12 },
	{ "NEWER", ANSWERED, 9, PEER_BOOT, BENCH_BOOT, 8, 1, 1, false, false, 40,
	  "0 Sync>.9 0M (2,0)@500", SYNC_SLAVE, 12 },
	{ "OTHER_STEP below", ANSWERED, 9, GOOD, 1, 0, false, false, 40, "", SYNC_SLAVE, 12 },
	{ "OTHER_STEP above", ANSWERED, 9, GOOD, 1, 2, false, false, 40, "", SYNC_SLAVE, 12 },
	{ "WRONG_NUMBER", BEGUN, 9, GOOD, 2, 0, false, false, 40, "", SYNC_SLAVE, 12 },
	{ "COLLISION_YIELD", BEGUN, 9, GOOD, 0, 0, true, false, 0, "0 Sync>.9 0 (1,7)@500 hold40",
	  SYNC_MASTER, 12 },
	{ "COLLISION_STAY", BEGUN, 1, GOOD, 0, 0, true, false, 0, "0 Sync>.1 0M (1,7)@500 hold40",
	  SYNC_SLAVE, 12 },
	{ "ASKED", ANSWERED, 9, GOOD, 1, 1, true, true, 0, "", SYNC_SLAVE, 12 },
	{ "ASKED_LAST", ANSWERED, 9, GOOD, 1, 1, true, false, 40, "", SYNC_SLAVE, 12 },
	{ "ANSWERED first", BEGUN, 9, GOOD, 1, 0, false, false, 40, "0 Sync>.9 1M (1,7)@500 hold40",
	  SYNC_SLAVE, 12 },
	{ "ANSWERED with trees", ANSWERED, 9, GOOD, 1, 1, false, true, 0,
	  "0 Sync>.9 2M (1,7)@500 hold40", SYNC_SLAVE, 12 },
	{ "ANSWERED_LAST", ANSWERED, 9, GOOD, 1, 1, false, false, 40, "", SYNC_SYNCED, 40 },
	{ "ANSWERED_LAST without hold time", ANSWERED, 9, GOOD, 1, 1, false, false, 0, "",
	  SYNC_SYNCED, 120 },
	/* MASTER */
	{ "STALE", ASKED, 9, PEER_BOOT, BENCH_BOOT, 6, 1, 1, true, false, 40, "", SYNC_MASTER, 12 },
	{ "NEWER", ASKED, 9, PEER_BOOT, BENCH_BOOT, 8, 0, 0, true, false, 0,
	  "0 Sync>.9 0M (2,0)@500", SYNC_SLAVE, 12 },
	{ "OTHER_STEP repeated", ASKED, 9, GOOD, 0, 0, true, false, 0, "", SYNC_MASTER, 12 },
	{ "OTHER_STEP above", ASKED, 9, GOOD, 1, 2, true, false, 40, "", SYNC_MASTER, 12 },
	{ "WRONG_NUMBER", ASKED, 9, GOOD, 2, 1, true, false, 40, "", SYNC_MASTER, 12 },
	{ "ASKED", ASKED, 9, GOOD, 1, 1, true, true, 0, "0 Sync>.9 1 (1,7)@500 hold40", SYNC_MASTER,
	  12 },
	{ "ASKED_LAST", ASKED, 9, GOOD, 1, 1, true, false, 35, "0 Sync>.9 1 (1,7)@500 hold40",
	  SYNC_SYNCED, 35 },
	{ "ASKED_LAST without hold time", ASKED, 9, GOOD, 1, 1, true, false, 0,
	  "0 Sync>.9 1 (1,7)@500 hold40", SYNC_SYNCED, 120 },
	{ "ANSWERED", ASKED, 9, GOOD, 1, 1, false, true, 0, "", SYNC_MASTER, 12 },
	{ "ANSWERED_LAST", ASKED, 9, GOOD, 1, 1, false, false, 40, "", SYNC_MASTER, 12 },
	/* SYNCED */
	{ "STALE", FINISHED, 9, PEER_BOOT, BENCH_BOOT, 6, 1, 1, true, false, 40, "", SYNC_SYNCED,
	  33 },
	{ "NEWER", FINISHED, 9, PEER_BOOT, BENCH_BOOT, 8, 0, 0, true, false, 0,
	  "0 Sync>.9 0M (2,0)@500", SYNC_SLAVE, 12 },
	{ "OTHER_STEP", FINISHED, 9, GOOD, 1, 2, true, false, 40, "", SYNC_SYNCED, 33 },
	{ "WRONG_NUMBER", FINISHED, 9, GOOD, 2, 1, true, false, 40, "", SYNC_SYNCED, 33 },
	{ "ASKED", FINISHED, 9, GOOD, 1, 1, true, true, 0, "0 Sync>.9 1 (1,7)@500 hold40",
	  SYNC_SYNCED, 33 },
	{ "ASKED_LAST", FINISHED, 9, GOOD, 1, 1, true, false, 40, "0 Sync>.9 1 (1,7)@500 hold40",
	  SYNC_SYNCED, 33 },
	{ "ANSWERED", FINISHED, 9, GOOD, 1, 1, false, true, 0, "", SYNC_SYNCED, 33 },
	{ "ANSWERED_LAST", FINISHED, 9, GOOD, 1, 1, false, false, 40, "", SYNC_SYNCED, 33 },
	/* Before the table: tests 3 and 4 of the reception. */
	{ "lower BootTime", FINISHED, 9, 499, BENCH_BOOT, PEER_SN, 1, 1, true, false, 40, "",
	  SYNC_SYNCED, 33 },
	{ "greater BootTime", FINISHED, 9, 501, BENCH_BOOT, 1, 0, 0, true, false, 0,
	  "0 Sync>.9 0M (2,0)@501", SYNC_SLAVE, 12 },
	{ "wrong NeighborBootTime", FINISHED, 9, PEER_BOOT, 999, 8, 0, 0, true, false, 0, "",
	  SYNC_SYNCED, 33 },
};

static struct hpim_msg packet_of(const struct row *row)
{
	struct hpim_msg msg = bench_sync(row->step, row->nb);

	msg.boot_time = row->boot_time;
	msg.sync.neighbor_boot_time = row->neighbor_boot_time;
	msg.sync.my_snapshot_sn = row->my;
	msg.sync.is_master = row->is_master;
	msg.sync.has_more = row->has_more;
	msg.sync.entry_count = row->has_more;
	msg.sync.options = (struct hpim_hello){ .has_hold = row->hold_s, .hold_s = row->hold_s };
	return msg;
}

static void hear_sync(struct net *net, unsigned int host, uint32_t step, uint32_t nb, bool master)
{
	struct hpim_msg msg = bench_sync(step, nb);

	msg.sync.is_master = master;
	msg.sync.options.hold_s = 33;
	bench_hear(net, 0, host, &msg, NULL);
}

static void reach(struct net *net, enum stage stage, unsigned int host)
{
	if (stage == BEGUN || stage == ANSWERED)
		bench_hello(net, 0, host, 40, 0);
	if (stage == ANSWERED)
		hear_sync(net, host, 0, 1, false);
	if (stage == ASKED || stage == FINISHED)
		hear_sync(net, host, 0, 0, true);
	if (stage == FINISHED)
		hear_sync(net, host, 1, 1, true);
	net_log_clear(net);
}

static void run_row(const struct row *row, enum ip_family family)
{
	struct net *net = bench_new(family, 1, false);
	const struct hpim_msg msg = packet_of(row);
	const struct hpim_entry entry = { net_source(net), net_group(net, 0), { 11, 20 } };
	const struct hpim_neigh *neigh;
	const char *words;

	reach(net, row->stage, row->host);
	bench_hear(net, 0, row->host, &msg, row->has_more ? &entry : NULL);
	words = net_words(net, 0);
	cr_assert_str_eq(words, row->words, "%s in stage %u: %s", row->name, row->stage, words);
	neigh = net_claim(net, 0, 0, (uint8_t)row->host);
	cr_assert_eq(neigh->state, row->next, "%s in stage %u", row->name, row->stage);
	cr_assert_eq(neigh->hold_s, row->next_hold_s, "%s in stage %u", row->name, row->stage);
	cr_assert_eq(timer_runs(&neigh->sync_timer), row->next != SYNC_SYNCED, "%s", row->name);
	net_free(net);
}

Test(hpim_sync_table, packets_do_what_their_row_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run_row(&rows[i], IP_FAMILY_4);
		run_row(&rows[i], IP_FAMILY_6);
	}
}

Test(hpim_sync_table, no_cell_is_forgotten)
{
	for (unsigned int state = 0; state < SYNC_STATE_COUNT; state++)
		for (unsigned int event = 0; event < SYNC_EV_COUNT; event++)
			cr_assert_neq(sync_table[state][event].act, 0, "state %u, event %u", state,
				      event);
}

BENCH_TEST(hpim_sync_table, sync_for_another_incarnation_of_ours_creates_no_neighbor)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_msg msg = bench_sync(0, 0);

	msg.sync.neighbor_boot_time = BENCH_BOOT - 1;
	bench_hear(net, 0, 9, &msg, NULL);
	bench_words(net, "");
	cr_assert_null(net_neighbor(net, 0, 0, 9));
	net_free(net);
}

BENCH_TEST(hpim_sync_table, new_boot_time_of_ours_resets_at_the_next_sync)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_msg msg = bench_sync(1, 1);

	reach(net, ASKED, 9);
	net_hpim(net, 0)->ifs[0]->boot_time++;
	msg.sync.neighbor_boot_time++;
	bench_hear(net, 0, 9, &msg, NULL);
	bench_words(net, "0 Sync>.9 0M (2,0)@500");
	net_free(net);
}

BENCH_TEST(hpim_sync_table, hold_time_zero_in_the_last_sync_removes_the_neighbor)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_msg msg = bench_sync(1, 1);

	reach(net, ASKED, 9);
	msg.sync.options.hold_s = 0;
	bench_hear(net, 0, 9, &msg, NULL);
	net_run(net, 0);
	cr_assert_null(net_neighbor(net, 0, 0, 9));
	net_free(net);
}

/* 3.3, "Sync timer": at 3, 6 and 9 s; 12 s after the last progress the neighbor is removed. */
static void check_retransmissions(enum ip_family family, enum stage stage, const char *words)
{
	struct net *net = bench_new(family, 1, false);
	struct inspect_sync_lost lost;

	reach(net, stage, 9);
	for (unsigned int i = 0; i < 3; i++) {
		net_run(net, HP_SEC(3) - 1);
		bench_words(net, "");
		net_run(net, 1);
		bench_words(net, words);
	}
	net_run(net, HP_SEC(3) - 1);
	cr_assert_not_null(net_neighbor(net, 0, 0, 9));
	net_run(net, 1);
	cr_assert_null(net_neighbor(net, 0, 0, 9));
	bench_words(net, "");
	net_run_s(net, 60);
	bench_words(net, "");
	cr_assert(inspect_sync_lost(net_core(net, 0), 0, family, &lost));
	cr_expect_eq(lost.repeats, 3);
	cr_expect_eq(lost.len, (family == IP_FAMILY_4 ? 20u : 40u) + 8 + 16); /* 2.9, no trees */
	net_free(net);
}

BENCH_TEST(hpim_sync_table, master_repeats_its_question_and_gives_up)
{
	check_retransmissions(family, BEGUN, "0 Sync>.9 0M (1,0)@500 hold40");
	check_retransmissions(family, ANSWERED, "0 Sync>.9 1M (1,7)@500 hold40");
}

BENCH_TEST(hpim_sync_table, slave_repeats_its_answer_and_gives_up)
{
	check_retransmissions(family, ASKED, "0 Sync>.9 0 (1,7)@500 hold40");
}

BENCH_TEST(hpim_sync_table, synced_neighbor_is_not_asked_again)
{
	struct net *net = bench_new(family, 1, false);

	reach(net, FINISHED, 9);
	hpim_sync_timeout(
		hpim_neigh_find(net_hpim(net, 0)->ifs[0], &net_neighbor(net, 0, 0, 9)->addr));
	net_run_s(net, 32);
	bench_words(net, "");
	cr_assert_eq(net_neighbor(net, 0, 0, 9)->state, SYNC_SYNCED);
	net_free(net);
}

BENCH_TEST(hpim_sync_table, unknown_neighbor_has_nothing_to_repeat)
{
	struct net *net = bench_new(family, 1, false);
	struct hpim_if *hif = net_hpim(net, 0)->ifs[0];
	const struct ip_addr addr = net_addr(net, 2, 9);

	hpim_sync_timeout(hpim_neigh_new(hif, &addr, PEER_BOOT));
	net_run(net, 0);
	bench_words(net, "");
	net_free(net);
}
