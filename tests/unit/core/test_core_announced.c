// SPDX-License-Identifier: GPL-2.0-only
/*
 * A neighbor that announces very many trees that no one here asks for leaves room for what is
 * wanted, and for other neighbors.
 */
#include "core/hpim/tree.h"
#include "unit/common_bench.h"
#include "core/inspect.h"

#define LIMIT 40u
#define MANY  100u

static struct ip_addr group_number(const struct net *net, unsigned int i)
{
	struct ip_addr addr = net_group(net, 0);

	addr.b[13] = 13;
	addr.b[15] = (uint8_t)i;
	return addr;
}

static void message(struct net *net, uint16_t link, unsigned int host, enum hpim_type type,
		    unsigned int i, uint32_t sn)
{
	bench_hear(net, link, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = type,
				       .tree = { .source = net_source(net),
						 .group = group_number(net, i),
						 .sn = sn,
						 .rpc = rpc10 } },
		   NULL);
}

/* Neighbor @host on link 1 announces @count trees from number @first on. */
static void announce(struct net *net, unsigned int host, unsigned int first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		message(net, 1, host, HPIM_UPSTREAM, first + i, 10 + first + i);
}

/* A host on link 2 and the first group. */
static void member(struct net *net, bool is_joining)
{
	unsigned int lan = net_lan(net, 0, 2);

	if (is_joining)
		net_join(net, lan);
	else
		net_leave(net, lan);
	net_run(net, NET_DELAY);
}

static bool has_tree(const struct net *net, unsigned int i)
{
	const struct ip_addr source = net_source(net), group = group_number(net, i);
	const struct hpim_tree *tree = hpim_tree_find(net_hpim(net, 0), &source, &group);

	return tree && !tree->is_evicted;
}

static unsigned int trees_of(const struct net *net, unsigned int first, unsigned int count)
{
	unsigned int trees = 0;

	for (unsigned int i = 0; i < count; i++)
		trees += has_tree(net, first + i);
	return trees;
}

static uint64_t count_of(const struct net *net, uint16_t link, enum note_code code)
{
	return inspect_refused(net_core(net, 0), link, code);
}

static uint32_t places_taken(const struct net *net)
{
	return net_hpim(net, 0)->tree_count - net_hpim(net, 0)->ending_count;
}

/* Links 0: of the source, where @originator; 1: of neighbors; 2: of hosts. */
static struct net *lab(enum ip_family family, bool originator)
{
	struct net *net = bench_new(family, 3, originator);

	net_core(net, 0)->limits.trees = LIMIT;
	if (originator)
		net_route(net, 0, 0, 0, 2, 0);
	net_switch(net, 0, 2, PROTO_GM, true);
	bench_meet(net, 1, 1);
	bench_meet(net, 1, 2);
	return net;
}

static void check_forwards(const struct net *net)
{
	const struct hpim_tree *tree = net_tree(net, 0);

	cr_assert_not_null(tree);
	cr_assert_eq(tree->view.state, TREE_ACTIVE);
	cr_assert(ifset_has(&tree->view.oifs, 2));
	cr_assert_leq(places_taken(net), LIMIT);
}

BENCH_TEST(core_announced, wanted_data_has_a_place_where_one_neighbor_announced_too_many)
{
	struct net *net = lab(family, true);

	announce(net, 1, 0, MANY);
	cr_assert_eq(places_taken(net), LIMIT);
	cr_assert_eq(count_of(net, 1, NOTE_TREE_LIMIT), MANY - LIMIT);
	member(net, true);
	bench_miss(net, 0);
	check_forwards(net);
	net_free(net);
}

BENCH_TEST(core_announced, wanted_data_has_a_place_where_the_member_was_there_first)
{
	struct net *net = lab(family, true);

	member(net, true);
	announce(net, 1, 0, MANY);
	bench_miss(net, 0);
	check_forwards(net);
	cr_assert_eq(count_of(net, 1, NOTE_TREE_EVICTED), 1);
	net_free(net);
}

BENCH_TEST(core_announced, data_that_nobody_wants_evicts_nothing)
{
	struct net *net = lab(family, true);

	announce(net, 1, 0, MANY);
	bench_miss(net, 0);
	cr_assert_null(net_tree(net, 0));
	cr_assert_eq(trees_of(net, 0, LIMIT), LIMIT);
	cr_assert_eq(count_of(net, 0, NOTE_UNWANTED_REFUSED), 1);
	net_free(net);
}

BENCH_TEST(core_announced, one_with_most_gives_way_to_another_until_they_have_as_many)
{
	struct net *net = lab(family, false);

	announce(net, 1, 0, MANY);
	announce(net, 2, MANY, MANY);
	cr_assert_eq(trees_of(net, 0, MANY), LIMIT / 2);
	cr_assert_eq(trees_of(net, 0, LIMIT / 2), LIMIT / 2, "its newest give way");
	cr_assert_eq(trees_of(net, MANY, MANY), LIMIT / 2);
	cr_assert_eq(places_taken(net), LIMIT);
	net_free(net);
}

BENCH_TEST(core_announced, tree_that_two_announce_is_charged_to_the_one_with_fewer)
{
	struct net *net = lab(family, false);

	announce(net, 1, 0, LIMIT);
	announce(net, 2, LIMIT - 1, 3);
	cr_assert(has_tree(net, LIMIT - 1), "the newest of the first, but the second has it too");
	cr_assert_eq(trees_of(net, LIMIT, 2), 2);
	cr_assert_eq(trees_of(net, 0, LIMIT), LIMIT - 2);
	net_free(net);
}

BENCH_TEST(core_announced, tree_that_a_neighbor_asks_for_is_not_evicted)
{
	struct net *net = lab(family, false);

	net_route(net, 0, 1, 1, 11, 20);
	bench_meet(net, 2, 3);
	announce(net, 1, 0, LIMIT);
	message(net, 2, 3, HPIM_INTEREST, LIMIT - 1, 10);
	announce(net, 2, MANY, 3);
	cr_assert(has_tree(net, LIMIT - 1));
	cr_assert_not(has_tree(net, LIMIT - 2));
	net_free(net);
}

/* Interest in a tree that cannot be is no reason to keep it. */
BENCH_TEST(core_announced, interest_in_nothing_is_charged_as_well)
{
	struct net *net = lab(family, false);

	for (unsigned int i = 0; i < MANY; i++)
		message(net, 1, 1, i % 2 ? HPIM_INTEREST : HPIM_NO_UPSTREAM, i, 10 + i);
	cr_assert_leq(places_taken(net), LIMIT);
	announce(net, 2, MANY, 3);
	cr_assert_eq(trees_of(net, MANY, 3), 3);
	net_free(net);
}

BENCH_TEST(core_announced, all_trees_of_one_that_leaves_end)
{
	struct net *net = lab(family, false);

	announce(net, 1, 0, MANY);
	announce(net, 2, MANY, 5);
	bench_hear(net, 1, 1,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true } },
		   NULL);
	net_run_s(net, 4); /* what waits for it is looked at again */
	cr_assert_eq(net_hpim(net, 0)->tree_count, 5);
	cr_assert_eq(net_hpim(net, 0)->announced_count, 5);
	cr_assert_eq(net_hpim(net, 0)->ending_count, 0);
	net_free(net);
}

/* The neighbor answers the synchronization that is under way with trees @first to @first + 9. */
static void answer(struct net *net, unsigned int host, unsigned int first)
{
	const struct hpim_neigh *neigh = net_neighbor(net, 0, 1, (uint8_t)host);
	struct hpim_msg sync = bench_sync(0, neigh->my_snapshot_sn);
	struct hpim_entry entries[10];

	for (unsigned int i = 0; i < 10; i++)
		entries[i] = (struct hpim_entry){ .source = net_source(net),
						  .group = group_number(net, first + i),
						  .rpc = rpc10 };
	sync.sync.is_master = false;
	sync.sync.my_snapshot_sn = 5000;
	sync.sync.neighbor_boot_time = net_hpim(net, 0)->ifs[1]->boot_time;
	sync.sync.has_more = true;
	sync.sync.entry_count = 10;
	bench_hear(net, 1, host, &sync, entries);
	sync.sync.has_more = false;
	sync.sync.entry_count = 0;
	sync.sync.sync_sn = 1;
	bench_hear(net, 1, host, &sync, NULL);
	cr_assert_eq(neigh->state, SYNC_SYNCED);
}

/* A member of net_group(0) joins: of no tree that was announced, but it may be of one forgotten. */
BENCH_TEST(core_announced, neighbor_that_was_refused_is_asked_again_when_a_member_joins)
{
	struct net *net = lab(family, false);
	const struct hpim_neigh *refused = net_neighbor(net, 0, 1, 1);
	const struct hpim_neigh *other = net_neighbor(net, 0, 1, 2);

	announce(net, 2, MANY, 3);
	announce(net, 1, 0, MANY);
	member(net, true);
	cr_assert_eq(refused->state, SYNC_SLAVE);
	cr_assert_eq(other->state, SYNC_SYNCED, "nothing that it said was forgotten");
	answer(net, 1, LIMIT);
	cr_assert_eq(trees_of(net, LIMIT, 10), 10);
	net_free(net);
}

BENCH_TEST(core_announced, neighbor_is_asked_again_once_in_a_minute)
{
	struct net *net = lab(family, false);
	struct hpim_neigh *neigh = (struct hpim_neigh *)net_neighbor(net, 0, 1, 1);

	announce(net, 1, 0, MANY);
	member(net, true);
	answer(net, 1, 0);
	for (unsigned int i = 0; i < MANY; i++)
		message(net, 1, 1, HPIM_UPSTREAM, 100 + i, 6000 + i); /* later than its snapshot */
	cr_assert(neigh->is_truncated);
	neigh->resync_at -= HP_SEC(55); /* as if that had been so long ago */
	member(net, false);             /* any change of members is a reason */
	net_run_s(net, 3);
	cr_assert_eq(neigh->state, SYNC_SYNCED);
	net_run_s(net, 3);
	cr_assert_neq(neigh->state, SYNC_SYNCED);
	net_free(net);
}
