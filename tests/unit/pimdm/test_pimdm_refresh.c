// SPDX-License-Identifier: GPL-2.0-only
/* State Refresh: origination, reception, sending. Description of PIM-DM, 3.5. */
#include "unit/pimdm/common_tree.h"

static struct pimdm_tree *begin(struct bench *bench, bool is_connected)
{
	if (is_connected)
		bench_connect(bench);
	bench_meet(bench, 0, 1);
	bench_meet(bench, 1, 1);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench->seen_for = 0;
	bench_clear(bench);
	return bench_tree(bench);
}

/* 9.6.1, 9.6.4: the first after an interval, then one each, until the source is silent. */
TREE_TEST(pimdm_refresh, origination)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, true);
	const struct ip_addr own = bench_addr(bench, 0, BENCH_OWN);
	const struct pim_refresh *msg;

	cr_expect(tree->is_originator);
	cr_expect(bench->entry.flags & MFIB_F_TRACK_TTL);
	bench_run(bench, HP_MS(59900));
	cr_expect_eq(bench->sent_count, 0);
	bench->ttl = 32;
	bench_run(bench, HP_MS(200));
	msg = &bench_only(bench, PIM_STATE_REFRESH, 1)->msg.refresh;
	cr_expect(ip_addr_equal(&msg->originator, &own));
	cr_expect(ip_addr_equal(&msg->source, &tree->key.source));
	cr_expect_eq(msg->ttl, 32);
	cr_expect_eq(msg->interval_s, 60);
	cr_expect_eq(msg->mask_len, 24);
	cr_expect_eq(msg->metric.preference, 2);
	cr_expect_eq(msg->metric.metric, 0);
	cr_expect_not(msg->is_prune);
	cr_expect(msg->is_override, "no assert was there");
	bench->ttl = 16;
	bench_run(bench, HP_SEC(60));
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 2);
	cr_expect_eq(bench->sent[1].msg.refresh.ttl, 32, "the greatest of all");
	bench->seen_for = HP_SEC(500);
	bench_run(bench, HP_SEC(200));
	bench_clear(bench);
	bench_run(bench, HP_SEC(200));
	cr_expect_eq(bench->sent_count, 0);
	cr_expect_null(bench_tree(bench), "no timer runs");
	bench_free(bench);
}

/* Where no TTL is known it is 255; every third has N; interfaces without neighbors get none. */
TREE_TEST(pimdm_refresh, what_is_originated)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench, true);
	bench_run(bench, HP_SEC(6 * 60 + 1));
	cr_assert_eq(bench->sent_count, 6);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 6);
	for (unsigned int i = 0; i < 6; i++) {
		cr_expect_eq(bench->sent[i].msg.refresh.ttl, 255);
		cr_expect_eq(bench->sent[i].msg.refresh.is_prune_now, i % 3 == 2, "%u", i);
	}
	bench_free(bench);
}

/* The source has moved to another interface: what its data had as TTL on the former one is over. */
TREE_TEST(pimdm_refresh, ttl_begins_again_on_another_interface)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, true);

	bench_meet(bench, 2, 1);
	bench->ttl = 32;
	bench_run(bench, HP_SEC(61));
	cr_assert_eq(bench->sent[0].msg.refresh.ttl, 32);
	bench->route.link = 1;
	bench_reroute(bench);
	cr_assert(tree->is_originator);
	bench->ttl = 16;
	bench_clear(bench);
	bench_run(bench, HP_SEC(60));
	cr_assert_eq(bench_count(bench, PIM_STATE_REFRESH, 2), 1);
	cr_expect_eq(bench->sent[0].msg.refresh.ttl, 16);
	bench_free(bench);
}

/* 3.5: switched off there, or no longer next to the source. */
TREE_TEST(pimdm_refresh, originator_no_longer)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, true);

	bench_set(bench, SETTING_PIM_STATE_REFRESH, false);
	cr_expect_not(tree->is_originator);
	bench_set(bench, SETTING_PIM_STATE_REFRESH, true);
	cr_expect(tree->is_originator);
	bench->route.is_connected = false;
	bench->route.next_hop = bench_addr(bench, 0, 1);
	bench_reroute(bench);
	cr_expect_not(tree->is_originator);
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 1, "it has an upstream neighbor now");
	bench_clear(bench);
	bench_run(bench, HP_SEC(2));
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0);
	bench_connect(bench);
	bench_reroute(bench);
	cr_expect(tree->is_originator);
	cr_expect_eq(tree->up, UP_FORWARDING);
	bench_free(bench);
}

/* 9.6.2: what is passed on, and what it does here. */
TREE_TEST(pimdm_refresh, is_passed_on)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, false);
	const struct pim_refresh *msg;

	bench_meet(bench, 2, 1);
	bench_prune(bench, 2, 1, 200);
	bench_run(bench, HP_SEC(50));
	bench_clear(bench);
	bench_refresh(bench, 0, 1, false, 9);
	cr_assert_eq(bench->sent_count, 2);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 0), 0);
	msg = &bench->sent[0].msg.refresh;
	cr_expect_eq(msg->ttl, 8);
	cr_expect_eq(msg->metric.preference, 11);
	cr_expect_eq(msg->metric.metric, 20);
	cr_expect_eq(msg->interval_s, 60);
	cr_expect(ip_addr_equal(&msg->originator, &tree->key.source));
	cr_expect_not(msg->is_prune);
	cr_expect(bench->sent[1].msg.refresh.is_prune, "link 2 is pruned");
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 2)->prune_timer), 200, "PT");
	/* Every router is a loser on its RPF interface after that. */
	cr_expect_eq(pimdm_tif_find(tree, 0)->assert, ASSERT_LOSER);
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 0)->assert_timer), 180);
	bench_free(bench);
}

/* 3.3: PT is not extended where a neighbor would not know of it. */
TREE_TEST(pimdm_refresh, neighbor_without_it)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, false);

	bench_hello(bench, 2, 1, 1, false, PIM_HOLD_FOREVER);
	bench_prune(bench, 2, 1, 210);
	bench_run(bench, HP_SEC(50));
	bench_refresh(bench, 0, 1, false, 9);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 2), 1);
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 2)->prune_timer), 157);
	bench_free(bench);
}

/* 9.8.14, 9.8.15, 9.8.16 */
TREE_TEST(pimdm_refresh, is_not_passed_on)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, false);

	bench_meet(bench, 1, 2);
	bench_refresh(bench, 1, 2, false, 9);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0, "from a downstream link");
	cr_expect_eq(pimdm_tif_find(tree, 1)->assert, ASSERT_LOSER);
	bench_refresh(bench, 0, 1, false, 0);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0, "TTL 0");
	bench_run(bench, HP_SEC(56));
	bench_meet(bench, 2, 1);
	bench_clear(bench);
	bench_refresh(bench, 0, 1, false, 1);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0, "a lost assert");
	cr_assert_eq(bench_count(bench, PIM_STATE_REFRESH, 2), 1, "TTL 1");
	cr_expect_eq(bench->sent[0].msg.refresh.ttl, 0);
	bench_clear(bench);
	bench_run(bench, HP_SEC(1));
	bench_refresh(bench, 0, 1, true, 9);
	cr_expect_eq(bench->sent_count, 0, "too soon");
	cr_expect(timer_runs(&tree->override_timer), "the upstream machine runs still");
	bench_free(bench);
}

/*
 * The winner of an assert on the RPF interface that is farther from the source than this router has
 * the tree from behind it. The next hop is believed whatever its metric is, and metrics of
 * different preference do not compare.
 */
TREE_TEST(pimdm_refresh, from_behind)
{
	static const struct {
		uint8_t host;
		struct pim_metric metric; /* ours: 11, 20 */
		bool is_passed;
	} rows[] = {
		{ 2, { 11, 21 }, false }, { 2, { 11, 20 }, true }, { 2, { 11, 19 }, true },
		{ 2, { 12, 21 }, true },  { 2, { 10, 21 }, true }, { 1, { 11, 21 }, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *bench = bench_new(family);
		struct pimdm_tree *tree = begin(bench, false);
		struct pim_msg msg = { .type = PIM_STATE_REFRESH,
				       .refresh = { .source = tree->key.source,
						    .group = tree->key.group,
						    .originator = tree->key.source,
						    .metric = rows[i].metric,
						    .ttl = 9,
						    .interval_s = 60 } };

		bench_meet(bench, 0, 2);
		bench_clear(bench);
		bench_hear(bench, 0, rows[i].host, &msg);
		cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), rows[i].is_passed, "row %zu",
			     i);
		cr_expect_eq(pimdm_tif_find(tree, 0)->assert, ASSERT_LOSER, "row %zu", i);
		bench_free(bench);
	}
}

/* A storm, also of messages whose interval would allow it. */
TREE_TEST(pimdm_refresh, storm)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, false);
	struct pim_msg msg = { .type = PIM_STATE_REFRESH,
			       .refresh = { .source = tree->key.source,
					    .group = tree->key.group,
					    .originator = tree->key.source,
					    .metric = { 11, 10 },
					    .ttl = 9 } };

	for (int i = 0; i < 1000; i++) {
		bench_hear(bench, 0, 1, &msg);
		bench_run(bench, HP_MS(1));
	}
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 2);
	bench_free(bench);
}

/* A winner's AT is as long as what it refreshes. 3.4 */
TREE_TEST(pimdm_refresh, renews_a_winner)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench, false);

	bench_data(bench, DATA_WRONG_IF, 1);
	bench_run(bench, HP_SEC(100));
	bench_clear(bench);
	bench_refresh(bench, 0, 1, false, 9);
	cr_assert_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 1);
	cr_expect_not(bench->sent[0].msg.refresh.is_override);
	cr_expect_eq(bench_left(bench, &pimdm_tif_find(tree, 1)->assert_timer), 180);
	bench_free(bench);
}

/* 3.7: a new neighbor gets the stored message, after our Hello; not one that is long past. */
TREE_TEST(pimdm_refresh, new_neighbor)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench, false);
	bench_run(bench, HP_SEC(6)); /* a Hello to those who are there */
	bench_refresh(bench, 0, 1, false, 9);
	bench_clear(bench);
	bench_meet(bench, 2, 1);
	cr_expect_eq(bench->sent_count, 0);
	bench_run(bench, HP_SEC(6));
	cr_assert_eq(bench_count(bench, PIM_STATE_REFRESH, 2), 1);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0);
	cr_expect_eq(bench->sent[0].msg.refresh.ttl, 8);
	bench_run(bench, HP_SEC(180));
	bench_clear(bench);
	bench_hello(bench, 2, 1, 2, true, PIM_HOLD_FOREVER);
	bench_run(bench, HP_SEC(6));
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 2), 0);
	bench_free(bench);
}

/* 3.8: it makes a tree on the interface of the route. */
TREE_TEST(pimdm_refresh, makes_a_tree)
{
	struct bench *bench = bench_new(family);

	bench_meet(bench, 0, 1);
	bench_meet(bench, 0, 2);
	bench_meet(bench, 1, 1);
	bench_refresh(bench, 1, 1, false, 9);
	cr_expect_null(bench_tree(bench), "not where data would come in");
	cr_expect_eq(bench->watches, 0);
	bench_refresh(bench, 0, 1, true, 9);
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 1);
	cr_expect(timer_runs(&bench_tree(bench)->override_timer));
	bench_free(bench);
}

/* A router that comes late knows no assert: who sends it has won, whatever the next hop is. */
TREE_TEST(pimdm_refresh, of_the_assert_winner_makes_a_tree)
{
	struct bench *bench = bench_new(family);
	const struct ip_addr winner = bench_addr(bench, 0, 2);

	bench_meet(bench, 0, 1);
	bench_meet(bench, 0, 2);
	bench_meet(bench, 1, 1);
	bench_refresh(bench, 0, 2, true, 9);
	cr_assert_not_null(bench_tree(bench));
	cr_expect(ip_addr_equal(&bench_tree(bench)->rpf_neighbor, &winner));
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 1);
	bench_free(bench);
}

static unsigned int prunes(const struct bench *bench)
{
	return bench_count(bench, PIM_JOIN_PRUNE, 1);
}

/* A loser whose Prune was lost: the winner says that it is not pruned. */
TREE_TEST(pimdm_refresh, loser_prunes_again)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench, false);
	bench_refresh(bench, 1, 1, false, 9);
	cr_expect_eq(prunes(bench), 1, "the assert is lost");
	for (unsigned int i = 1; i <= 6; i++) {
		bench_run(bench, HP_SEC(60));
		bench_refresh(bench, 1, 1, false, 9);
		cr_expect_eq(prunes(bench), 1 + i / 3, "each time it is over: %u", i);
	}
	for (unsigned int i = 1; i <= 6; i++) {
		bench_run(bench, HP_SEC(60));
		bench_refresh(bench, 1, 1, true, 9);
	}
	cr_expect_eq(prunes(bench), 3, "it is pruned");
	bench_free(bench);
}
