// SPDX-License-Identifier: GPL-2.0-only
/* Life of trees, routes, data, limits. Description of PIM-DM, 3.6 to 3.8. */
#include "core/inspect.h"
#include "unit/pimdm/common_tree.h"

static void meet_all(struct bench *bench)
{
	for (uint16_t link = 0; link < BENCH_LINKS; link++)
		bench_meet(bench, link, 1);
}

static struct pimdm_tree *begin(struct bench *bench)
{
	meet_all(bench);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench->seen_for = 0;
	bench_clear(bench);
	return bench_tree(bench);
}

TREE_TEST(pimdm_tree, data_floods)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	meet_all(bench);
	bench_data(bench, DATA_MISS, 0);
	tree = bench_tree(bench);
	cr_assert_not_null(tree);
	cr_expect_eq(bench->sent_count, 0);
	cr_expect_eq(bench->entry.iif, 0);
	cr_expect_eq(ifset_count(&bench->entry.oifs), 2);
	cr_expect_eq(bench->entry.flags, MFIB_F_WRONG_IF);
	cr_expect_eq(tree->up, UP_FORWARDING);
	bench_free(bench);
}

/* The tree is made by data on a downstream interface, too: 3.6, 3.8. */
TREE_TEST(pimdm_tree, data_on_a_downstream_interface)
{
	struct bench *bench = bench_new(family);

	meet_all(bench);
	bench_data(bench, DATA_MISS, 1);
	cr_assert_not_null(bench_tree(bench));
	(void)bench_only(bench, PIM_ASSERT, 1);
	cr_expect_eq(bench->entry.iif, 0);
	bench_free(bench);
}

/* 3.6: no route, no tree, and no event for each packet. 9.8.21 */
TREE_TEST(pimdm_tree, no_route)
{
	struct bench *bench = bench_new(family);

	meet_all(bench);
	bench->route.is_reachable = false;
	bench_data(bench, DATA_MISS, 1);
	cr_expect_eq(bench->entry.iif, 1);
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	bench_run(bench, HP_SEC(30));
	bench->route.is_reachable = true;
	bench_reroute(bench);
	cr_expect_eq(bench->entry.iif, 0, "the route came");
	cr_expect(bench_tree(bench)->is_live);
	bench->route.is_reachable = false;
	bench_reroute(bench);
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->entry.iif, LINK_NONE);
	cr_expect_eq(bench->watches, 0);
	bench_data(bench, DATA_MISS, 0);
	bench_run(bench, HP_SEC(61));
	cr_expect_null(bench_tree(bench), "a negative entry ends");
	cr_expect_eq(bench->entry.iif, LINK_NONE);
	bench_free(bench);
}

/* 9.8.22: an interface with members alone is an output, and data there is nothing. */
TREE_TEST(pimdm_tree, membership_only)
{
	struct bench *bench = bench_new(family);

	bench_switch(bench, 2, PROTO_PIMDM, false);
	bench_switch(bench, 2, PROTO_GM, true);
	bench_meet(bench, 0, 1);
	bench_join(bench, 2, true);
	bench_data(bench, DATA_MISS, 2);
	cr_expect_eq(bench->entry.iif, 2, "a negative entry");
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	bench_data(bench, DATA_WRONG_IF, 0);
	cr_expect_eq(bench->entry.iif, 0);
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	bench_clear(bench);
	bench_data(bench, DATA_WRONG_IF, 2);
	cr_expect_eq(bench->sent_count, 0);
	bench_join(bench, 2, false);
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	cr_expect_eq(bench_count(bench, PIM_JOIN_PRUNE, 0), 1);
	bench_free(bench);
}

/* 9.8.20: a Graft to the new neighbor, no Prune to the old one. */
TREE_TEST(pimdm_tree, route_moves)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench_prune(bench, 1, 1, PIM_HOLD_FOREVER);
	bench->route.link = 1;
	bench->route.next_hop = bench_addr(bench, 1, 1);
	bench_clear(bench);
	bench_reroute(bench);
	(void)bench_only(bench, PIM_GRAFT, 1);
	cr_expect_eq(bench->entry.iif, 1);
	cr_expect(ifset_has(&bench->entry.oifs, 0));
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	cr_expect_eq(bench->puts, 1, "the entry is replaced");
	cr_expect_eq(bench->dels, 0);
	cr_expect_eq(tree->up, UP_ACK_PENDING);
	/* The next hop alone. */
	bench_meet(bench, 1, 2);
	bench->route.next_hop = bench_addr(bench, 1, 2);
	bench_clear(bench);
	bench_reroute(bench);
	cr_expect(ip_addr_equal(&bench_only(bench, PIM_GRAFT, 1)->dst, &bench->route.next_hop));
	bench_free(bench);
}

/* 8.2: the address of the route may be another one of the neighbor. */
TREE_TEST(pimdm_tree, secondary_address)
{
	struct bench *bench = bench_new(family);
	const struct ip_addr primary = bench_addr(bench, 0, 5);

	bench_meet(bench, 0, 5);
	bench->route.next_hop = bench_text(bench, "10.77.0.5", "2001:db8:77::5");
	bench_data(bench, DATA_MISS, 0);
	cr_expect(ip_addr_equal(&bench_tree(bench)->rpf_neighbor, &bench->route.next_hop));
	bench_clear(bench);
	bench_join(bench, 2, true);
	cr_assert_eq(bench_tree(bench)->up, UP_ACK_PENDING);
	pimdm_neigh_find(bench_if(bench, 0), &primary)->addrs[0] = bench->route.next_hop;
	pimdm_neigh_find(bench_if(bench, 0), &primary)->addr_count = 1;
	bench_clear(bench);
	pimdm_tree_mark_all(bench_pim(bench));
	bench_drain(bench);
	cr_expect(ip_addr_equal(&bench_tree(bench)->rpf_neighbor, &primary));
	cr_expect(ip_addr_equal(&bench_only(bench, PIM_GRAFT, 0)->dst, &primary));
	bench_free(bench);
}

/* 3.8, 9.8.23: what makes a tree, and what does not. Each ends without a timer. */
TREE_TEST(pimdm_tree, what_makes_one)
{
	struct bench *bench = bench_new(family);

	meet_all(bench);
	bench_prune(bench, 1, 1, 210);
	bench_jp(bench, 1, 1, PIM_JOIN_PRUNE, BENCH_OWN, false, 210);
	bench_jp(bench, 0, 1, PIM_GRAFT_ACK, BENCH_OWN, false, 0);
	bench_assert(bench, 1, 1, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	bench_join(bench, 2, true);
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->watches, 0);
	bench_clear(bench);
	bench_assert(bench, 1, 1, 1, 1);
	cr_assert_not_null(bench_tree(bench));
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	cr_expect(bench->entry.flags & MFIB_F_NOTIFY, "the first data is to be seen");
	bench_run(bench, HP_SEC(200));
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->entry.iif, LINK_NONE);
	bench_free(bench);
}

/* 9.8: a Graft of what is not known is acknowledged, and passed on. */
TREE_TEST(pimdm_tree, graft_makes_one)
{
	struct bench *bench = bench_new(family);

	meet_all(bench);
	bench_jp(bench, 1, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(bench_tree(bench)->up, UP_ACK_PENDING);
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 1);
	cr_expect_eq(bench_count(bench, PIM_GRAFT_ACK, 1), 1);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_jp(bench, 0, 1, PIM_GRAFT_ACK, BENCH_OWN, true, 0);
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(bench_tree(bench)->up, UP_ACK_PENDING, "a prune acknowledges no Graft");
	bench_jp(bench, 0, 1, PIM_GRAFT_ACK, BENCH_OWN, false, 0);
	cr_expect_null(bench_tree(bench), "acknowledged, and no data has come");
	bench_free(bench);

	bench = bench_new(family);
	meet_all(bench);
	bench->route.is_reachable = false;
	bench_jp(bench, 1, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect_eq(bench_count(bench, PIM_GRAFT_ACK, 1), 1, "without a route, too");
	cr_expect_null(bench_tree(bench));
	bench->route.is_reachable = true;
	bench_clear(bench);
	bench_jp(bench, 0, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect_eq(bench->sent_count, 0, "not on the RPF interface");
	cr_expect_null(bench_tree(bench));
	bench_free(bench);
}

/* 3.8: when no timer runs and the forwarding plane saw no data for 210 s; asked once. */
TREE_TEST(pimdm_tree, ends)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree = begin(bench);

	bench->seen_for = HP_SEC(10);
	bench_run(bench, HP_SEC(215));
	cr_expect_eq(bench_tree(bench), tree);
	cr_expect_eq(bench->queries, 1);
	cr_expect_eq(bench_left(bench, &tree->data_timer), 195);
	bench->seen_for = HP_TIME_NEVER;
	bench_run(bench, HP_SEC(196));
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->dels, 1);
	cr_expect_eq(bench->sent_count, 0, "deleting sends nothing");
	cr_expect_eq(bench->watches, 0);
	cr_expect_null(bench_pim(bench)->groups);
	bench_free(bench);
}

/* 3.7: the interface of the route goes and comes back. */
TREE_TEST(pimdm_tree, interfaces)
{
	struct bench *bench = bench_new(family);

	(void)begin(bench);
	bench_switch(bench, 2, PROTO_PIMDM, false);
	cr_expect_not(ifset_has(&bench->entry.oifs, 2));
	bench_switch(bench, 0, PROTO_PIMDM, false);
	cr_expect_null(bench_tree(bench), "as a lost route");
	bench_data(bench, DATA_MISS, 1);
	cr_expect_eq(bench->entry.iif, 1);
	cr_expect(ifset_is_empty(&bench->entry.oifs));
	bench_switch(bench, 0, PROTO_PIMDM, true);
	cr_expect_eq(bench->entry.iif, 0);
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	bench_free(bench);
}

/* The operator's policy: neither input nor output. */
TREE_TEST(pimdm_tree, policy)
{
	struct bench *bench = bench_new(family);
	struct core_event deny = { .kind = EV_CONFIG,
				   .config = { .kind = CONFIG_POLICY,
					       .family = family,
					       .is_on = true,
					       .policy = { .kind = POLICY_BOUNDARY, .link = 1 } } };

	(void)begin(bench);
	deny.config.policy.group.addr = bench_key(bench).group;
	deny.config.policy.group.len = family == IP_FAMILY_4 ? 32 : 128;
	bench_handle(bench, &deny);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	bench_clear(bench);
	bench_jp(bench, 1, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	(void)bench_only(bench, PIM_GRAFT_ACK, 1);
	cr_expect_not(ifset_has(&bench->entry.oifs, 1));
	cr_expect_eq(bench->core->links[1].counters[family].noted[NOTE_POLICY_TREE], 1);
	bench_refresh(bench, 0, 1, false, 9);
	cr_expect_eq(bench_count(bench, PIM_STATE_REFRESH, 1), 0);
	deny.config.policy.link = 0;
	bench_handle(bench, &deny);
	cr_expect_null(bench_tree(bench), "no input is left");
	bench_free(bench);
}

/* Messages about many sources that are not there: bounded, and no tree with data suffers. 9.8.26 */
TREE_TEST(pimdm_tree, hostile_neighbor)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench->core->limits.trees = 40;
	tree = begin(bench);
	for (unsigned int i = 1; i <= 1000; i++) {
		struct pim_entry entry = { bench_key(bench).source, bench_key(bench).group, false };
		struct pim_msg graft = { .type = PIM_GRAFT,
					 .jp = { .upstream = bench_addr(bench, 1, BENCH_OWN),
						 .entries = &entry,
						 .entry_count = 1 } };

		entry.group.b[15] = (unsigned char)i;
		entry.group.b[14] = (unsigned char)(i >> 8);
		bench_clear(bench);
		bench_hear(bench, 1, 1, &graft);
		cr_assert_eq(bench_count(bench, PIM_GRAFT_ACK, 1), 1);
		cr_assert_leq(bench_pim(bench)->tree_count, 12);
		cr_assert_leq(bench->watches, 1);
	}
	cr_expect_eq(bench_tree(bench), tree);
	cr_expect_geq(bench->core->links[1].counters[family].noted[NOTE_TREE_EVICTED], 980);
	bench_free(bench);
}

/* The same of an interface: others are not disturbed, and what ends makes room. */
TREE_TEST(pimdm_tree, limit_of_an_interface)
{
	struct bench *bench = bench_new(family);
	struct core_settings settings = core_settings_default;
	struct pimdm_tree *tree = begin(bench);

	settings.link_trees = 3;
	bench_handle(bench, &(struct core_event){
				    .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK_SETTINGS,
						.link = 0,
						.settings = settings,
						.own = UINT64_C(1) << SETTING_LINK_TREES } });
	for (uint8_t i = 1; i <= 10; i++) {
		struct core_event miss = { .kind = EV_DATA,
					   .data = { .kind = DATA_MISS,
						     .source = bench_key(bench).source,
						     .group = bench_key(bench).group } };

		miss.data.group.b[13] = i;
		bench_handle(bench, &miss);
	}
	cr_expect_eq(bench_pim(bench)->tree_count, 3);
	cr_expect_eq(inspect_link_trees(bench->core, 0, family, PROTO_PIMDM), 3);
	cr_expect_eq(bench->notes[NOTE_LINK_TREE_LIMIT], 1, "one line");
	cr_expect_eq(bench->core->links[0].counters[family].noted[NOTE_LINK_TREE_LIMIT], 7);
	cr_expect_eq(bench->notes[NOTE_TREE_LIMIT], 0);
	cr_expect_eq(bench_tree(bench), tree);
	pimdm_tree_free(tree);
	cr_expect_eq(inspect_link_trees(bench->core, 0, family, PROTO_PIMDM), 2);
	cr_expect_not_null(begin(bench), "one that ended made room");
	bench_free(bench);
}

/* Data of more (S,G)s than there may be: refused and counted, the rest is undisturbed. */
TREE_TEST(pimdm_tree, limit)
{
	struct bench *bench = bench_new(family);
	struct pimdm_tree *tree;

	bench->core->limits.trees = 8;
	tree = begin(bench);
	for (uint8_t i = 1; i <= 100; i++) {
		struct core_event miss = { .kind = EV_DATA,
					   .data = { .kind = DATA_MISS,
						     .source = bench_key(bench).source,
						     .group = bench_key(bench).group } };

		miss.data.group.b[13] = i;
		bench_handle(bench, &miss);
	}
	cr_expect_eq(bench_pim(bench)->tree_count, 8);
	cr_expect_eq(bench->notes[NOTE_TREE_LIMIT], 1, "one line");
	cr_expect_eq(bench->core->links[0].counters[family].noted[NOTE_TREE_LIMIT], 92);
	cr_expect_eq(bench_tree(bench), tree);
	bench_free(bench);
}
