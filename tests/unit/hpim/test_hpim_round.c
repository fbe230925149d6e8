// SPDX-License-Identifier: GPL-2.0-only
/* All trees are marked together, as after a change of an interface: in a round over them. */
#include "core/hpim/tree.h"
#include "unit/common_bench.h"

#define TREES 5u

/* Of the @i-th group: a tree that nothing is known of. */
static struct hpim_tree *empty_tree(struct net *net, unsigned int i)
{
	const struct ip_addr source = net_source(net), group = net_group(net, i);
	struct hpim_tree *tree = hpim_tree_get(net_hpim(net, 0), &source, &group, LINK_NONE);

	cr_assert_not_null(tree);
	return tree;
}

static struct net *round_new(enum ip_family family, struct hpim_tree *trees[TREES])
{
	struct net *net = bench_new(family, 1, false);

	for (unsigned int i = 0; i < TREES; i++)
		trees[i] = empty_tree(net, i);
	cr_assert_null(hpim_tree_next_marked(net_hpim(net, 0)));
	return net;
}

static void expect_marked(const struct net *net, struct hpim_tree *const trees[],
			  unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		cr_expect_eq(hpim_tree_next_marked(net_hpim(net, 0)), trees[i], "%u", i);
	cr_expect_null(hpim_tree_next_marked(net_hpim(net, 0)));
}

BENCH_TEST(hpim_round, all_have_their_turn_once)
{
	struct hpim_tree *trees[TREES];
	struct net *net = round_new(family, trees);

	hpim_tree_mark_all(net_hpim(net, 0));
	expect_marked(net, trees, TREES);
	net_free(net);
}

BENCH_TEST(hpim_round, begins_again_with_all_where_it_is)
{
	struct hpim_tree *trees[TREES];
	struct net *net = round_new(family, trees);
	struct hpim *hpim = net_hpim(net, 0);

	hpim_tree_mark_all(hpim);
	cr_assert_eq(hpim_tree_next_marked(hpim), trees[0]);
	cr_assert_eq(hpim_tree_next_marked(hpim), trees[1]);
	hpim_tree_mark_all(hpim);
	expect_marked(net,
		      (struct hpim_tree *[]){ trees[2], trees[3], trees[4], trees[0], trees[1] },
		      TREES);
	net_free(net);
}

/* One that ends is passed, and one that comes takes no place of another one. */
BENCH_TEST(hpim_round, trees_that_come_and_go_leave_none_out)
{
	struct hpim_tree *trees[TREES], *late[2];
	struct net *net = round_new(family, trees);
	struct hpim *hpim = net_hpim(net, 0);

	hpim_tree_mark_all(hpim);
	cr_assert_eq(hpim_tree_next_marked(hpim), trees[0]);
	hpim_tree_mark_all(hpim);
	for (unsigned int i = 0; i < 2; i++)
		late[i] = empty_tree(net, TREES + i);
	hpim_tree_free(trees[1]);
	for (unsigned int i = 2; i < TREES; i++)
		cr_expect_eq(hpim_tree_next_marked(hpim), trees[i]);
	for (unsigned int i = 0; i < 2; i++)
		cr_expect_eq(hpim_tree_next_marked(hpim), late[i]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[0]);
	net_free(net);
}

BENCH_TEST(hpim_round, marked_tree_waits_for_no_round_and_the_round_for_none)
{
	struct hpim_tree *trees[TREES];
	struct net *net = round_new(family, trees);
	struct hpim *hpim = net_hpim(net, 0);

	hpim_tree_mark_all(hpim);
	hpim_tree_mark(trees[3]);
	hpim_tree_mark(trees[4]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[0]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[3]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[1]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[4]);
	cr_expect_eq(hpim_tree_next_marked(hpim), trees[2]);
	net_free(net);
}
