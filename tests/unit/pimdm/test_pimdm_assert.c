// SPDX-License-Identifier: GPL-2.0-only
/* The assert machine, row by row, and what makes its events. Description of PIM-DM, 3.4. */
#include "unit/pimdm/common_tree.h"

#define NI ASSERT_NO_INFO
#define W  ASSERT_WINNER
#define L  ASSERT_LOSER

/* The route is (11, 20), the router .100: what neighbors of link 1 announce. */
static const struct pim_metric better = { 11, 10 }, equal = { 11, 20 }, worse = { 11, 30 },
			       infinite = { PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC };

struct row {
	enum pimdm_assert from;
	enum pimdm_assert_event event;
	enum pimdm_assert to;
	int left_s; /* of AT, which ran for 100 s before where it was not NI; -1: off */
	unsigned int asserts, cancels, prunes;
};

/* 3.4, its table, on a downstream interface; the winner before was neighbor 3, now it is 4. */
static const struct row rows[] = {
	{ NI, ASSERT_EV_DATA, W, 180, 1, 0, 0 },
	{ W, ASSERT_EV_DATA, W, 180, 1, 0, 0 },
	{ L, ASSERT_EV_DATA, L, 100, 0, 0, 0 },
	{ L, ASSERT_EV_INFERIOR_FROM_WINNER, NI, -1, 0, 0, 0 },
	{ NI, ASSERT_EV_INFERIOR, W, 180, 1, 0, 0 },
	{ W, ASSERT_EV_INFERIOR, W, 180, 1, 0, 0 },
	{ L, ASSERT_EV_INFERIOR, L, 100, 0, 0, 0 },
	{ NI, ASSERT_EV_PREFERRED, L, 150, 0, 0, 1 },
	{ W, ASSERT_EV_PREFERRED, L, 150, 0, 0, 1 },
	{ L, ASSERT_EV_PREFERRED, L, 150, 0, 0, 1 },
	{ NI, ASSERT_EV_REFRESH_SENT, NI, -1, 0, 0, 0 },
	{ W, ASSERT_EV_REFRESH_SENT, W, 150, 0, 0, 0 },
	{ W, ASSERT_EV_EXPIRED, NI, -1, 0, 0, 0 },
	{ L, ASSERT_EV_EXPIRED, NI, -1, 0, 0, 0 },
	{ NI, ASSERT_EV_BECOMES_RPF, NI, -1, 0, 0, 0 },
	{ W, ASSERT_EV_BECOMES_RPF, NI, -1, 0, 1, 0 },
	{ L, ASSERT_EV_BECOMES_RPF, NI, -1, 0, 0, 0 },
	{ NI, ASSERT_EV_WAS_RPF, NI, -1, 0, 0, 0 },
	{ L, ASSERT_EV_WAS_RPF, NI, -1, 0, 0, 0 },
	{ L, ASSERT_EV_WINNER_GONE, NI, -1, 0, 0, 0 },
	{ NI, ASSERT_EV_ADDRESSED, NI, -1, 0, 0, 0 },
	{ W, ASSERT_EV_ADDRESSED, W, 100, 0, 0, 0 },
	{ L, ASSERT_EV_ADDRESSED, L, 100, 1, 0, 0 },
};

static struct pimdm_tree *begin(struct bench *bench)
{
	bench_meet(bench, 0, 1);
	bench_meet(bench, 1, 3);
	bench_meet(bench, 1, 4);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench->seen_for = 0;
	bench_clear(bench);
	return bench_tree(bench);
}

static unsigned int count_asserts(const struct bench *bench, bool is_cancel)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bench->sent_count; i++) {
		const struct pim_msg *msg = &bench->sent[i].msg;

		if (msg->type != PIM_ASSERT)
			continue;
		if (pimdm_metric_is_infinite(&msg->assert.metric)) {
			count += is_cancel;
			continue;
		}
		count += !is_cancel;
		cr_expect_eq(msg->assert.metric.preference, 11);
		cr_expect_eq(msg->assert.metric.metric, 20);
	}
	return count;
}

TREE_TEST(pimdm_assert, each_row)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *bench = bench_new(family);
		struct pimdm_tif *tif = pimdm_tif_get(begin(bench), 1);
		const struct pimdm_metric winner = { better, bench_addr(bench, 1, 4) };
		const struct row *row = &rows[i];

		tif->assert = row->from;
		if (row->from == L)
			tif->winner = (struct pimdm_metric){ better, bench_addr(bench, 1, 3) };
		if (row->from != NI)
			core_timer_arm(bench->core, &tif->assert_timer, HP_SEC(100));
		pimdm_assert(tif, row->event, row->event == ASSERT_EV_PREFERRED ? &winner : NULL,
			     150);
		cr_expect_eq(tif->assert, row->to, "row %zu", i);
		cr_expect_eq(bench_left(bench, &tif->assert_timer), row->left_s, "row %zu: %d", i,
			     bench_left(bench, &tif->assert_timer));
		bench_drain(bench);
		cr_expect_eq(count_asserts(bench, false), row->asserts, "row %zu", i);
		cr_expect_eq(count_asserts(bench, true), row->cancels, "row %zu", i);
		cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 1), row->prunes, "row %zu", i);
		bench_free(bench);
	}
}

/* The seven classes. @from: neighbor 3 has won with @had, or this router, or none. */
struct class_row {
	enum pimdm_assert from;
	const struct pim_metric *had;
	unsigned int host;
	const struct pim_metric *metric;
	bool is_rpf;
	enum pimdm_assert_event event;
};

static const struct class_row class_rows[] = {
	{ L, &better, 3, &infinite, false, ASSERT_EV_INFERIOR_FROM_WINNER }, /* 1 */
	{ L, &better, 3, &worse, false, ASSERT_EV_INFERIOR_FROM_WINNER },    /* 1 */
	{ L, &better, 1, &infinite, true, ASSERT_EV_INFERIOR_FROM_WINNER },  /* 1 */
	{ L, &better, 3, &better, false, ASSERT_EV_PREFERRED },              /* 2 */
	{ L, &better, 1, &worse, true, ASSERT_EV_PREFERRED },                /* 2 */
	{ NI, NULL, 3, &infinite, false, ASSERT_EV_INFERIOR },               /* 3 */
	{ NI, NULL, 1, &infinite, true, ASSERT_EV_NONE },                    /* 3, P10 */
	{ L, &better, 4, &infinite, false, ASSERT_EV_INFERIOR },             /* 3 */
	{ NI, NULL, 3, &better, false, ASSERT_EV_PREFERRED },                /* 4 */
	{ W, NULL, 3, &better, false, ASSERT_EV_PREFERRED },                 /* 4 */
	{ NI, NULL, 200, &equal, false, ASSERT_EV_PREFERRED },               /* 4: address */
	{ NI, NULL, 1, &worse, true, ASSERT_EV_PREFERRED },                  /* 4: RPF */
	{ L, &better, 4, &better, false, ASSERT_EV_PREFERRED },              /* 5: address */
	{ L, &better, 2, &better, false, ASSERT_EV_NONE },                   /* 7 */
	{ NI, NULL, 3, &equal, false, ASSERT_EV_INFERIOR },                  /* 6: address */
	{ W, NULL, 3, &worse, false, ASSERT_EV_INFERIOR },                   /* 6 */
	{ L, &better, 4, &worse, false, ASSERT_EV_INFERIOR },                /* 6 */
	{ L, &better, 2, &worse, true, ASSERT_EV_NONE },                     /* 7 */
};

TREE_TEST(pimdm_assert, each_class)
{
	for (size_t i = 0; i < sizeof(class_rows) / sizeof(class_rows[0]); i++) {
		const struct class_row *row = &class_rows[i];
		struct bench *bench = bench_new(family);
		uint16_t link = row->is_rpf ? 0 : 1;
		struct pimdm_tif *tif = pimdm_tif_get(begin(bench), link);
		const struct pimdm_metric metric = { *row->metric,
						     bench_addr(bench, link, row->host) };

		tif->assert = row->from;
		if (row->had)
			tif->winner =
				(struct pimdm_metric){ *row->had, bench_addr(bench, link,
									     row->is_rpf ? 1 : 3) };
		cr_expect_eq(pimdm_assert_classify(tif, &metric), row->event, "row %zu: %u", i,
			     pimdm_assert_classify(tif, &metric));
		bench_free(bench);
	}
}

/* 9.8.10: preference, then metric, then the greater address. */
TREE_TEST(pimdm_assert, order_of_metrics)
{
	struct bench *bench = bench_new(family);
	const struct ip_addr a = bench_addr(bench, 1, 1), b = bench_addr(bench, 1, 2);
	const struct pimdm_metric m[] = {
		{ { 1, 99 }, a }, { { 2, 1 }, b }, { { 2, 1 }, a }, { { 2, 2 }, b }
	};

	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++)
			cr_expect_eq(pimdm_metric_is_better(&m[i], &m[k]), i < k, "%zu %zu", i, k);
	bench_free(bench);
}

/* 3.4, 3.6: data on a downstream interface; the loser does not forward there, and prunes. */
TREE_TEST(pimdm_assert, election)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);
	const struct ip_addr winner = bench_addr(bench, 1, 3);
	const struct bench_sent *prune;

	bench_data(bench, DATA_WRONG_IF, 1);
	cr_expect_eq(bench_only(bench, PIM_ASSERT, 1)->msg.assert.metric.metric, 20);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_clear(bench);
	bench_assert(bench, 1, 3, 11, 10);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	prune = &bench->sent[0];
	cr_assert_eq(prune->msg.type, PIM_JOIN_PRUNE);
	cr_expect(ip_addr_equal(&prune->msg.jp.upstream, &winner));
	cr_expect_eq(prune->msg.jp.hold_s, 180);
	/* Not even for a member: the winner serves it. 5 */
	bench_join(bench, 1, true);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	/* A Prune, Join or Graft to the loser is answered with an Assert. */
	bench_clear(bench);
	bench_jp(bench, 1, 4, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 1);
	cr_expect_eq(bench_count(bench, PIM_GRAFT_ACK, 1), 1);
	/* AT ends: nothing is sent, and it forwards. */
	bench_clear(bench);
	bench_run(bench, HP_SEC(181));
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 0);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	cr_expect_eq(bench_tree(bench), tree);
	bench_free(bench);
}

/* 9.8.11, 9.8.13 */
TREE_TEST(pimdm_assert, winner_leaves)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench);
	bench_assert(bench, 1, 3, 11, 10);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_hello(bench, 1, 3, 1, true, 0); /* goodbye */
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_meet(bench, 1, 3);
	bench_assert(bench, 1, 3, 11, 10);
	bench_clear(bench);
	bench_assert(bench, 1, 3, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "AssertCancel of the winner");
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 0);
	bench_assert(bench, 1, 4, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 1, "of another router: here is one");
	cr_expect_eq(pimdm_tif_find(bench_tree(bench), 1)->assert, ASSERT_WINNER);
	bench_free(bench);
}

/* On the RPF interface it says who RPF'(S) is. */
TREE_TEST(pimdm_assert, rpf_interface)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);
	const struct ip_addr first = bench_addr(bench, 0, 1), other = bench_addr(bench, 0, 2);

	bench_meet(bench, 0, 2);
	bench_assert(bench, 0, 2, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	cr_expect(ip_addr_equal(&tree->rpf_neighbor, &first), "quirk P10 is not ours");
	bench_assert(bench, 0, 2, 100, 100);
	cr_expect(ip_addr_equal(&tree->rpf_neighbor, &other));
	cr_expect(ip_addr_equal(&bench_only(bench, PIM_GRAFT, 0)->dst, &other));
	cr_expect_eq(tree->up, UP_ACK_PENDING);
	bench_clear(bench);
	bench_jp(bench, 0, 1, PIM_JOIN_PRUNE, BENCH_OWN, true, 210);
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 0), 0, "an AssertCancel of a loser");
	bench_assert(bench, 0, 2, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	cr_expect(ip_addr_equal(&tree->rpf_neighbor, &first));
	bench_free(bench);
}

/* Without members RPF' changes silently, and the next data prunes it. 3.2 */
TREE_TEST(pimdm_assert, rpf_interface_pruned)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench_meet(bench, 0, 1);
	bench_meet(bench, 0, 2);
	bench_data(bench, DATA_MISS, 0);
	tree = bench_tree(bench);
	bench_clear(bench);
	bench_assert(bench, 0, 2, 1, 1);
	cr_expect_eq(bench->sent_count, 0);
	cr_expect_not(pimdm_limit_runs(tree));
	cr_assert(bench->entry.flags & MFIB_F_NOTIFY);
	bench_data(bench, DATA_NOTIFY, 0);
	cr_expect(ip_addr_equal(&bench_only(bench, PIM_JOIN_PRUNE, 0)->msg.jp.upstream,
				&tree->rpf_neighbor));
	bench_free(bench);
}

/* 9.8.12: exactly one AssertCancel when the RPF interface moves onto the link that was won. */
TREE_TEST(pimdm_assert, cancel_once)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench_data(bench, DATA_WRONG_IF, 1);
	bench_clear(bench);
	bench->route.link = 1;
	bench->route.next_hop = bench_addr(bench, 1, 3);
	bench_reroute(bench);
	cr_expect_eq(count_asserts(bench, true), 1);
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 1);
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 1), 1);
	cr_expect_eq(bench->entry.iif, 1);
	cr_expect(ifset_has(&bench->entry.oifs, 0), "the old link is downstream");
	bench_run(bench, HP_SEC(400));
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 1);
	cr_expect_eq(bench_tree(bench), tree);
	bench_free(bench);
}

/* 3.4: also when the interface is switched off, before the goodbye, and when the route is lost. */
TREE_TEST(pimdm_assert, cancel_at_the_end)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench);
	bench_data(bench, DATA_WRONG_IF, 1);
	bench_clear(bench);
	bench->route.is_reachable = false;
	bench_reroute(bench);
	cr_expect_eq(count_asserts(bench, true), 1);
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->entry.iif, LINK_NONE);
	bench->route.is_reachable = true;
	bench_data(bench, DATA_MISS, 1);
	cr_expect_eq(pimdm_tif_find(bench_tree(bench), 1)->assert, ASSERT_WINNER);
	bench_clear(bench);
	bench_switch(bench, 1, PROTO_PIMDM, false);
	cr_expect_eq(count_asserts(bench, true), 1);
	cr_expect_null(pimdm_tif_find(bench_tree(bench), 1));
	bench_free(bench);
}

/* lost_assert is computed from the route of now. 3.4, 3.7 */
TREE_TEST(pimdm_assert, metric_of_the_route_changes)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench);
	bench_meet(bench, 2, 1);
	bench_assert(bench, 1, 3, 11, 10);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_clear(bench);
	bench->route.metric = 5;
	bench_reroute(bench);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	cr_expect_eq(bench->sent_count, 0);
	bench->route.metric = UINT32_MAX;
	bench->route.preference = UINT32_MAX;
	bench_reroute(bench);
	bench_data(bench, DATA_WRONG_IF, 2);
	cr_expect_eq(bench->sent[0].msg.assert.metric.preference, PIM_INFINITE_PREFERENCE - 1);
	cr_expect_eq(bench->sent[0].msg.assert.metric.metric, PIM_INFINITE_METRIC - 1);
	bench_free(bench);
}

/* Differs: the winner asks the loser, so it has lost; with its old metric both would be losers. */
TREE_TEST(pimdm_assert, winner_that_asks_the_loser_has_lost)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench_assert(bench, 1, 3, 11, 10);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_clear(bench);
	bench_prune(bench, 1, 4, 180);
	cr_expect_eq(pimdm_tif_find(tree, 1)->assert, ASSERT_LOSER, "another router asks");
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 1);
	bench_jp(bench, 1, 4, PIM_JOIN_PRUNE, BENCH_OWN, false, 180);
	bench_clear(bench);
	bench_prune(bench, 1, 3, 180);
	cr_expect_eq(pimdm_tif_find(tree, 1)->assert, ASSERT_NO_INFO);
	cr_expect_eq(bench_count(bench, PIM_ASSERT, 1), 0);
	cr_expect(ifset_has(&bench->entry.oifs, 1), "until the Prune counts");
	bench_run(bench, HP_SEC(4));
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	bench_jp(bench, 1, 4, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_free(bench);
}
