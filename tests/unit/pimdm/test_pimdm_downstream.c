// SPDX-License-Identifier: GPL-2.0-only
/* The downstream machine, row by row, and what makes its events. Description of PIM-DM, 3.3. */
#include "unit/pimdm/common_tree.h"

#define NI DOWN_NO_INFO
#define PP DOWN_PRUNE_PENDING
#define P  DOWN_PRUNED

struct row {
	enum pimdm_down from;
	enum pimdm_down_event event;
	uint16_t hold_s;
	enum pimdm_down to;
	int left_s; /* of PPT or PT; -1: off */
	bool has_echo;
};

/* 3.3, its table, on a link with two neighbors; PPT and PT run for 100 s before. */
static const struct row rows[] = {
	{ NI, DOWN_EV_PRUNE, 210, PP, 3, false },
	{ PP, DOWN_EV_PRUNE, 210, PP, 100, false },
	{ P, DOWN_EV_PRUNE, 210, P, 210, false },
	{ P, DOWN_EV_PRUNE, 90, P, 100, false },
	{ P, DOWN_EV_PRUNE, PIM_HOLD_FOREVER, P, -1, false },
	{ NI, DOWN_EV_JOIN, 0, NI, -1, false },
	{ PP, DOWN_EV_JOIN, 0, NI, -1, false },
	{ P, DOWN_EV_JOIN, 0, NI, -1, false },
	{ NI, DOWN_EV_GRAFT, 0, NI, -1, false },
	{ PP, DOWN_EV_GRAFT, 0, NI, -1, false },
	{ P, DOWN_EV_GRAFT, 0, NI, -1, false },
	{ PP, DOWN_EV_PENDING_OVER, 0, P, 177, true },
	{ NI, DOWN_EV_RESET, 0, NI, -1, false },
	{ PP, DOWN_EV_RESET, 0, NI, -1, false },
	{ P, DOWN_EV_RESET, 0, NI, -1, false },
	{ NI, DOWN_EV_REFRESH_SENT, 0, NI, -1, false },
	{ PP, DOWN_EV_REFRESH_SENT, 0, PP, 100, false },
	{ P, DOWN_EV_REFRESH_SENT, 0, P, 180, false },
};

static struct pimdm_tree *begin(struct bench *bench, unsigned int neighbors)
{
	bench_meet(bench, 0, 1);
	for (unsigned int host = 1; host <= neighbors; host++)
		bench_meet(bench, 1, host);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench_clear(bench);
	return bench_tree(bench);
}

TREE_TEST(pimdm_downstream, each_row)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *bench = bench_new(family);
		struct pimdm_tree *tree = begin(bench, 2);
		struct pimdm_tif *tif = pimdm_tif_get(tree, 1);
		const struct row *row = &rows[i];

		tif->down = row->from;
		tif->hold_s = 180;
		if (row->from != NI)
			core_timer_arm(bench->core, &tif->prune_timer, HP_SEC(100));
		pimdm_downstream(tif, row->event, row->hold_s);
		cr_expect_eq(tif->down, row->to, "row %zu", i);
		cr_expect_eq(bench_left(bench, &tif->prune_timer), row->left_s, "row %zu: %d", i,
			     bench_left(bench, &tif->prune_timer));
		bench_drain(bench);
		cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 1), row->has_echo, "row %zu", i);
		bench_free(bench);
	}
}

/* 9.8.3, 9.8.4: a link with two neighbors is pruned after PD + OI, with a PruneEcho. */
TREE_TEST(pimdm_downstream, prune_on_a_lan)
{
	const struct ip_addr *group = all_routers(family);
	struct bench *bench = bench_new(family);
	const struct ip_addr own = bench_addr(bench, 1, BENCH_OWN);
	const struct bench_sent *echo;

	(void)begin(bench, 2);
	bench_prune(bench, 1, 1, 200);
	bench_run(bench, HP_MS(2999));
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	cr_expect_eq(bench->sent_count, 0);
	bench_run(bench, HP_MS(1));
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	cr_assert_eq(bench_count(bench, PIM_JOIN_PRUNE, 1), 1);
	echo = &bench->sent[bench->sent[0].link == 1 ? 0 : 1];
	cr_expect(ip_addr_equal(&echo->dst, group));
	cr_expect(ip_addr_equal(&echo->msg.jp.upstream, &own));
	cr_expect_eq(echo->msg.jp.hold_s, 200);
	bench_jp(bench, 1, 2, PIM_JOIN_PRUNE, BENCH_OWN, false, 210);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "a Join restores the link");
	bench_free(bench);
}

/* A Join within that time, and nothing was cut. */
TREE_TEST(pimdm_downstream, override)
{
	struct bench *bench = bench_new(family);
	unsigned int puts;

	(void)begin(bench, 2);
	puts = bench->puts;
	bench_prune(bench, 1, 1, 210);
	bench_run(bench, HP_SEC(2));
	bench_jp(bench, 1, 2, PIM_JOIN_PRUNE, BENCH_OWN, false, 210);
	bench_run(bench, HP_SEC(100));
	cr_expect_eq(bench->puts, puts);
	cr_expect_eq(bench->sent_count, 0);
	bench_free(bench);
}

/* With one neighbor at once, and no echo. 9.8.5 is test_pimdm_accept's */
TREE_TEST(pimdm_downstream, prune_on_a_wire)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, 1);

	bench_prune(bench, 1, 1, 210);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 1)->prune_timer), 207);
	cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 1), 0);
	bench_run(bench, HP_SEC(206));
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench->seen_for = 0;
	bench_run(bench, HP_SEC(2));
	cr_expect(ifset_has(&bench->entry.oifs, 1), "the flood");
	bench_free(bench);
}

/* 9.8.9 */
TREE_TEST(pimdm_downstream, odd_hold_times)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, 1);
	unsigned int puts = bench->puts;

	bench_prune(bench, 1, 1, 0);
	bench_run(bench, 0);
	cr_expect_geq(bench->puts, puts + 2, "pruned, and not");
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench->seen_for = 0;
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_run(bench, HP_SEC(100000));
	cr_expect_eq(bench_tree(bench), tree);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_prune(bench, 1, 1, 10);
	bench_run(bench, HP_SEC(20));
	cr_expect_not(ifset_has(&bench->entry.oifs, 1), "a shorter one changes nothing");
	bench_jp(bench, 1, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_free(bench);
}

/* 9.8.8; and a member keeps the interface although its neighbors do not want it. 5 */
TREE_TEST(pimdm_downstream, what_does_not_count)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench, 1);
	bench_jp(bench, 1, 1, PIM_JOIN_PRUNE, 7, true, 210);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "a Prune to another router");
	bench_jp(bench, 1, 1, PIM_GRAFT, 7, false, 0);
	cr_expect_eq(bench->sent_count, 0, "a Graft to another router");
	bench_jp(bench, 0, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect_eq(bench->sent_count, 0, "a Graft on the RPF interface");
	bench_join(bench, 1, true);
	bench_prune(bench, 1, 1, 210);
	cr_expect_eq(pimdm_tif_find(bench_tree(bench), 1)->down, DOWN_PRUNED);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_join(bench, 1, false);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_free(bench);
}

/* A Graft is answered where nothing was pruned, too, and by unicast. */
TREE_TEST(pimdm_downstream, graft_is_acknowledged)
{
	struct bench *bench = bench_new(family);
	const struct ip_addr neighbor = bench_addr(bench, 1, 1);
	const struct mfib_key key = bench_key(bench);
	const struct bench_sent *ack;

	(void)begin(bench, 1);
	bench_jp(bench, 1, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	ack = bench_only(bench, PIM_GRAFT_ACK, 1);
	cr_expect(ip_addr_equal(&ack->dst, &neighbor));
	cr_expect(ip_addr_equal(&ack->entry.source, &key.source));
	cr_expect_not(ack->entry.is_prune);
	cr_expect_eq(ack->msg.jp.hold_s, 0);
	bench_free(bench);
}

/* 3.7: the last neighbor goes; a neighbor begins again where no State Refresh goes. */
TREE_TEST(pimdm_downstream, neighbors_come_and_go)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, 1);

	bench->seen_for = 0;
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_hello(bench, 1, 1, 2, true, PIM_HOLD_FOREVER);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "no State Refresh yet");
	bench_refresh(bench, 0, 1, false, 9);
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_hello(bench, 1, 1, 3, true, PIM_HOLD_FOREVER);
	cr_expect_eq(pimdm_tif_find(tree, 1)->down, DOWN_PRUNED, "State Refresh reaches it");
	bench_hello(bench, 1, 1, 4, false, PIM_HOLD_FOREVER);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "it refuses State Refresh");
	bench_hello(bench, 1, 1, 5, true, PIM_HOLD_FOREVER);
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_run(bench, HP_SEC(181));
	bench_hello(bench, 1, 1, 6, true, PIM_HOLD_FOREVER);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "the last one is long past");
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_hello(bench, 1, 1, 6, true, 0);
	cr_expect_null(pimdm_tif_find(tree, 1), "the last neighbor is gone");
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_meet(bench, 1, 1);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_refresh(bench, 0, 1, false, 9);
	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench_set(bench, SETTING_PIM_STATE_REFRESH, false);
	bench_hello(bench, 1, 1, 7, true, PIM_HOLD_FOREVER);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "it shall see data");
	bench_free(bench);
}

/* A shorter Prune that comes while one is pending does not shorten it. */
TREE_TEST(pimdm_downstream, longest_hold_time_counts_while_pending)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, 2);

	bench_prune(bench, 1, 1, 300);
	bench_run(bench, HP_SEC(1));
	bench_prune(bench, 1, 2, 100);
	bench_run(bench, HP_SEC(2));
	cr_assert_eq(pimdm_tif_find(tree, 1)->down, DOWN_PRUNED);
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 1)->prune_timer), 297);
	bench_free(bench);
}
