// SPDX-License-Identifier: GPL-2.0-only
/* The upstream machine, row by row, and what makes its events. Description of PIM-DM, 3.2. */
#include "unit/pimdm/common_tree.h"

#define F  UP_FORWARDING
#define P  UP_PRUNED
#define AP UP_ACK_PENDING

/* What is sent. */
enum message_kind { NOTHING, JOIN, PRUNE, GRAFT };

/* Timers after an event. */
enum clock { OFF, PLT, GRT };

struct row {
	enum pimdm_up from;
	enum pimdm_up_event event;
	enum pimdm_up to;
	enum message_kind sent;
	enum clock clock; /* with PLT or GRT stopped before, but in AP, where GRT runs */
	bool has_override_after, has_override_before;
};

/* 3.2, its table; UP_EV_REFRESH_LIMIT has a test of its own, as PLT runs there. */
static const struct row rows[] = {
	{ F, UP_EV_DATA, P, PRUNE, PLT, false, false },
	{ P, UP_EV_DATA, P, PRUNE, PLT, false, false },
	{ F, UP_EV_REFRESH_PRUNED, F, NOTHING, OFF, true, false },
	{ P, UP_EV_REFRESH_PRUNED, P, NOTHING, PLT, false, false },
	{ AP, UP_EV_REFRESH_PRUNED, AP, NOTHING, GRT, true, false },
	{ F, UP_EV_REFRESH, F, NOTHING, OFF, false, false },
	{ P, UP_EV_REFRESH, P, PRUNE, PLT, false, false },
	{ AP, UP_EV_REFRESH, F, NOTHING, OFF, false, false },
	{ F, UP_EV_JOIN, F, NOTHING, OFF, false, true },
	{ P, UP_EV_JOIN, P, NOTHING, OFF, false, false },
	{ AP, UP_EV_JOIN, AP, NOTHING, GRT, false, true },
	{ F, UP_EV_PRUNE, F, NOTHING, OFF, true, false },
	{ P, UP_EV_PRUNE, P, NOTHING, OFF, false, false },
	{ AP, UP_EV_PRUNE, AP, NOTHING, GRT, true, false },
	{ F, UP_EV_OVERRIDE, F, JOIN, OFF, false, false },
	{ AP, UP_EV_OVERRIDE, AP, JOIN, GRT, false, false },
	{ F, UP_EV_EMPTY, P, PRUNE, PLT, false, true },
	{ AP, UP_EV_EMPTY, P, PRUNE, PLT, false, true },
	{ P, UP_EV_WANTED, AP, GRAFT, GRT, false, false },
	{ F, UP_EV_RPF_WANTED, AP, GRAFT, GRT, false, true },
	{ P, UP_EV_RPF_WANTED, AP, GRAFT, GRT, false, false },
	{ AP, UP_EV_RPF_WANTED, AP, GRAFT, GRT, false, true },
	{ F, UP_EV_RPF_EMPTY, P, NOTHING, OFF, false, true },
	{ P, UP_EV_RPF_EMPTY, P, NOTHING, OFF, false, false },
	{ AP, UP_EV_RPF_EMPTY, P, NOTHING, OFF, false, true },
	{ F, UP_EV_CONNECTED, F, NOTHING, OFF, false, true },
	{ P, UP_EV_CONNECTED, P, NOTHING, OFF, false, false },
	{ AP, UP_EV_CONNECTED, F, NOTHING, OFF, false, true },
	{ AP, UP_EV_RETRY, AP, GRAFT, GRT, false, false },
	{ F, UP_EV_GRAFT_ACK, F, NOTHING, OFF, false, false },
	{ P, UP_EV_GRAFT_ACK, P, NOTHING, OFF, false, false },
	{ AP, UP_EV_GRAFT_ACK, F, NOTHING, OFF, false, false },
};

/* A tree with a neighbor behind it, so that its olist is not null. */
static struct pimdm_tree *begin(struct bench *bench)
{
	bench_meet(bench, 0, 1);
	bench_meet(bench, 1, 1);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench_clear(bench);
	return bench_tree(bench);
}

static void expect_sent(const struct bench *bench, enum message_kind kind, size_t i)
{
	const struct ip_addr upstream = bench_addr(bench, 0, 1);
	const struct ip_addr *dst = kind == GRAFT ? &upstream : all_routers(bench->family);
	const struct bench_sent *sent;

	if (kind == NOTHING) {
		cr_expect_eq(bench->sent_count, 0, "row %zu", i);
		return;
	}
	sent = bench_only(bench, kind == GRAFT ? PIM_GRAFT : PIM_JOIN_PRUNE, 0);
	cr_expect(ip_addr_equal(&sent->dst, dst), "row %zu", i);
	cr_expect(ip_addr_equal(&sent->msg.jp.upstream, &upstream), "row %zu", i);
	cr_expect_eq(sent->entry.is_prune, kind == PRUNE, "row %zu", i);
	cr_expect_eq(sent->msg.jp.hold_s, kind == GRAFT ? 0 : 210, "row %zu", i);
}

TREE_TEST(pimdm_upstream, each_row)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const int seconds[] = { [OFF] = -1, [PLT] = 210, [GRT] = 3 };
		struct bench *bench = bench_new(family);
		struct pimdm_tree *tree = begin(bench);
		const struct row *row = &rows[i];

		tree->up = row->from;
		if (row->from == AP)
			core_timer_arm(bench->core, &tree->limit_timer, HP_SEC(3));
		if (row->has_override_before)
			core_timer_arm(bench->core, &tree->override_timer, HP_SEC(2));
		pimdm_upstream(tree, row->event);
		cr_expect_eq(tree->up, row->to, "row %zu: %u", i, tree->up);
		cr_expect_eq(bench_left(bench, &tree->limit_timer), seconds[row->clock],
			     "row %zu: %d", i, bench_left(bench, &tree->limit_timer));
		cr_expect_eq(timer_runs(&tree->override_timer), row->has_override_after, "row %zu",
			     i);
		cr_expect_leq(bench_left(bench, &tree->override_timer), 3, "row %zu", i);
		bench_drain(bench);
		expect_sent(bench, row->sent, i);
		bench_free(bench);
	}
}

/* OT that runs is not begun again. */
TREE_TEST(pimdm_upstream, override_runs_once)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);
	hp_time at;

	bench_meet(bench, 0, 2);
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, true, 210);
	at = tree->override_timer.deadline;
	cr_assert_neq(at, HP_TIME_NEVER);
	for (int i = 0; i < 20; i++)
		bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, true, 210);
	cr_expect_eq(tree->override_timer.deadline, at);
	bench_run(bench, HP_MS(2501));
	cr_expect_not(bench_only(bench, PIM_JOIN_PRUNE, 0)->entry.is_prune);
	bench_free(bench);
}

/* 9.8.8: any Prune on the RPF interface counts, only Joins to RPF'(S) cancel. */
TREE_TEST(pimdm_upstream, what_others_say)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench_meet(bench, 0, 2);
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 7, true, 210);
	cr_expect(timer_runs(&tree->override_timer), "a Prune to another router");
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 7, false, 210);
	cr_expect(timer_runs(&tree->override_timer), "a Join to another router");
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, false, 210);
	cr_expect_not(timer_runs(&tree->override_timer), "a Join to RPF'(S)");
	cr_expect_eq(bench->sent_count, 0);
	bench_free(bench);
}

/* 9.8.1, 9.8.2: without outputs one Prune in 210 s, and no event of data before that. */
TREE_TEST(pimdm_upstream, data_without_outputs)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench_meet(bench, 0, 1);
	bench_data(bench, DATA_MISS, 0);
	tree = bench_tree(bench);
	cr_assert_eq(tree->up, UP_PRUNED);
	cr_expect(bench_only(bench, PIM_JOIN_PRUNE, 0)->entry.is_prune);
	cr_expect_not(bench->entry.flags & MFIB_F_NOTIFY);
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	bench_clear(bench);
	bench->seen_for = 0;
	bench_data(bench, DATA_MISS, 0); /* the entry was lost */
	bench_run(bench, HP_SEC(209));
	cr_expect_eq(bench->sent_count, 0);
	bench_run(bench, HP_SEC(2));
	cr_expect_eq(bench->sent_count, 0, "it waits for data");
	cr_assert(bench->entry.flags & MFIB_F_NOTIFY);
	bench_data(bench, DATA_NOTIFY, 0);
	cr_expect(bench_only(bench, PIM_JOIN_PRUNE, 0)->entry.is_prune);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 210);
	cr_expect_not(bench->entry.flags & MFIB_F_NOTIFY);
	bench_free(bench);
}

/* 9.8.6, 9.8.7: repeated every 3 s until RPF'(S) acknowledges; data does not replace that. */
TREE_TEST(pimdm_upstream, graft_until_acknowledged)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench_meet(bench, 0, 1);
	bench_meet(bench, 0, 2);
	bench_data(bench, DATA_MISS, 0);
	bench_clear(bench);
	bench_join(bench, 2, true);
	tree = bench_tree(bench);
	cr_assert_eq(tree->up, UP_ACK_PENDING);
	cr_expect(ifset_has(&bench->entry.oifs, 2), "data may come before the GraftAck");
	bench_run(bench, HP_MS(6100));
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 3);
	bench_jp(bench, 0, 2, PIM_GRAFT_ACK, BENCH_OWN, false, 0);
	cr_expect_eq(tree->up, UP_ACK_PENDING, "a GraftAck of another router");
	bench_jp(bench, 0, 1, PIM_GRAFT_ACK, BENCH_OWN, false, 0);
	cr_expect_eq(tree->up, UP_FORWARDING);
	bench_clear(bench);
	bench_run(bench, HP_SEC(10));
	cr_expect_eq(bench->sent_count, 0);
	bench_free(bench);
}

/* A router that does not answer gets fewer, and one line is logged. */
TREE_TEST(pimdm_upstream, graft_without_answer)
{
	struct bench *bench = bench_new(family);

	bench_meet(bench, 0, 1);
	bench_data(bench, DATA_MISS, 0);
	bench_clear(bench);
	bench_join(bench, 2, true);
	bench_run(bench, HP_SEC(28));
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 10);
	cr_expect_eq(bench->notes[NOTE_GRAFT_UNANSWERED], 1);
	bench_run(bench, HP_SEC(60));
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 12);
	cr_expect_eq(bench->notes[NOTE_GRAFT_UNANSWERED], 1);
	/* 3.7: it began again */
	bench_clear(bench);
	bench_hello(bench, 0, 1, 2, true, PIM_HOLD_FOREVER);
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 1);
	bench_run(bench, HP_SEC(7));
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 3);
	bench_free(bench);
}

/* 9.8.17, 9.8.18 */
TREE_TEST(pimdm_upstream, state_refresh)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench_refresh(bench, 0, 1, true, 10);
	cr_expect(timer_runs(&tree->override_timer));
	bench_run(bench, HP_MS(2501));
	cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 0), 1);
	/* The neighbor behind prunes: so does this router. Later a Prune of it is lost. */
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	cr_assert_eq(tree->up, UP_PRUNED);
	bench_run(bench, HP_SEC(5));
	bench_clear(bench);
	bench_refresh(bench, 0, 1, false, 10);
	cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 0), 0, "PLT runs");
	bench_refresh(bench, 0, 1, true, 10);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 210);
	bench_hello(bench, 0, 1, 2, true, PIM_HOLD_FOREVER);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), -1, "it knows nothing");
	bench_refresh(bench, 0, 1, false, 10);
	cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 0), 1);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 210);
	bench_free(bench);
}

/* 3.2: PLT is as long as the upstream router stays pruned, and never longer than t_limit. */
TREE_TEST(pimdm_upstream, prune_of_others)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench_meet(bench, 0, 1);
	bench_meet(bench, 0, 2);
	bench_data(bench, DATA_MISS, 0);
	tree = bench_tree(bench);
	bench_run(bench, HP_SEC(100));
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, true, 90);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 110, "shorter");
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, true, 150);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 150);
	bench_jp(bench, 0, 2, PIM_JOIN_PRUNE, 1, true, 60000);
	cr_expect_eq(bench_left(bench, &tree->limit_timer), 210);
	cr_expect_not(timer_runs(&tree->override_timer), "it wants nothing");
	bench_free(bench);
}

/* A source on the link of the RPF interface: nothing is said there, and it forwards. */
TREE_TEST(pimdm_upstream, directly_connected)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench_connect(bench);
	bench_meet(bench, 0, 1);
	bench_meet(bench, 1, 1);
	bench_data(bench, DATA_MISS, 0);
	tree = bench_tree(bench);
	bench_jp(bench, 0, 1, PIM_JOIN_PRUNE, 2, true, 210);
	bench_prune(bench, 1, 1, 210);
	bench_run(bench, HP_SEC(5));
	cr_expect_eq(bench->sent_count, 0);
	cr_expect_not(pimdm_is_pruned(tree));
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	bench_join(bench, 2, true);
	cr_expect_eq(bench->sent_count, 0);
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	bench_free(bench);
}

/* OT is drawn from OI(I), the longest override interval that all announce: not from the default. */
TREE_TEST(pimdm_upstream, override_takes_the_interval_of_the_link)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);
	unsigned int later = 0;

	bench_hear(bench, 0, 1,
		   &(struct pim_msg){ .type = PIM_HELLO,
				      .hello = { .has_hold = true,
						 .hold_s = PIM_HOLD_FOREVER,
						 .has_gen_id = true,
						 .gen_id = 1,
						 .has_delay = true,
						 .delay_ms = 500,
						 .override_ms = 20000,
						 .has_refresh = true,
						 .refresh_s = 60 } });
	for (unsigned int i = 0; i < 20; i++) {
		pimdm_upstream(tree, UP_EV_PRUNE);
		cr_assert(timer_runs(&tree->override_timer));
		cr_assert_leq(tree->override_timer.deadline - bench->now, HP_SEC(20));
		later += tree->override_timer.deadline - bench->now > HP_MS(2500);
		pimdm_upstream(tree, UP_EV_JOIN);
	}
	cr_expect_geq(later, 10, "%u of 20", later);
	bench_free(bench);
}
