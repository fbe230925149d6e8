// SPDX-License-Identifier: GPL-2.0-only
/*
 * "clear neighbor" and "clear tree" of PIM-DM: what this router knows is forgotten, what the
 * upstream neighbor knows of it is not, and no member loses its data.
 */
#include "unit/pimdm/common_pimnet.h"
#include "unit/pimdm/common_tree.h"

#define REFRESH_TTL 10

static bool bench_obeys(struct bench *bench, const struct ev_command *command)
{
	bench_handle(bench, &(struct core_event){ .kind = EV_COMMAND, .command = *command });
	return core_has_obeyed(bench->core);
}

static bool clear_tree(struct bench *bench)
{
	const struct mfib_key key = bench_key(bench);

	return bench_obeys(bench, &(struct ev_command){ .kind = COMMAND_CLEAR_TREE,
							.source = key.source,
							.addr = key.group });
}

static bool clear_neighbor(struct bench *bench, uint16_t link, unsigned int host)
{
	return bench_obeys(bench, &(struct ev_command){ .kind = COMMAND_CLEAR_NEIGHBOR,
							.link = link,
							.addr = bench_addr(bench, link, host) });
}

static struct bench *bench_with_neighbors(enum ip_family family)
{
	struct bench *bench = bench_new(family);

	for (uint16_t link = 0; link < BENCH_LINKS; link++)
		bench_meet(bench, link, 1);
	bench_run(bench, HP_SEC(6));
	bench_clear(bench);
	return bench;
}

static const struct pimdm_neigh *neighbor(const struct bench *bench, uint16_t link,
					  unsigned int host)
{
	const struct ip_addr addr = bench_addr(bench, link, host);

	return pimdm_neigh_find(bench_if(bench, link), &addr);
}

/* What comes in by the RPF interface goes on with the next packet, which makes the tree again. */
TREE_TEST(pimdm_clear, forwarding_tree_ends_and_the_next_packet_makes_it)
{
	struct bench *bench = bench_with_neighbors(family);

	bench_data(bench, DATA_MISS, 0);
	bench_prune(bench, 1, 1, 210);
	bench_run(bench, HP_SEC(4));
	cr_assert(ifset_has(&bench->entry.oifs, 2) && !ifset_has(&bench->entry.oifs, 1));
	bench_clear(bench);
	cr_assert(clear_tree(bench));
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->entry.iif, LINK_NONE);
	cr_expect_eq(bench->sent_count, 0);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	cr_expect(ifset_has(&bench->entry.oifs, 1), "its Prune is forgotten");
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	bench_free(bench);
}

/* The upstream neighbor has pruned the link: without our state a member would have no Graft. */
TREE_TEST(pimdm_clear, prune_in_force_upstream_is_not_forgotten)
{
	struct bench *bench = bench_with_neighbors(family);

	bench_data(bench, DATA_MISS, 0);
	bench_prune(bench, 1, 1, 210);
	bench_prune(bench, 2, 1, 210);
	bench_run(bench, HP_SEC(4));
	cr_assert_eq(bench_tree(bench)->up, UP_PRUNED);
	bench_clear(bench);
	/* The neighbors below are served again, as if they had never pruned. */
	cr_assert(clear_tree(bench));
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(bench_tree(bench)->up, UP_ACK_PENDING);
	cr_expect_eq(bench->sent_count, 1);
	cr_expect_eq(bench->sent[0].msg.type, PIM_GRAFT);
	bench_free(bench);
}

TREE_TEST(pimdm_clear, pruned_tree_without_outputs_stays_pruned)
{
	struct bench *bench = bench_new(family);

	bench_meet(bench, 0, 1);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_eq(bench_tree(bench)->up, UP_PRUNED);
	bench_clear(bench);
	cr_assert(clear_tree(bench));
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(bench_tree(bench)->up, UP_PRUNED);
	cr_expect_eq(bench->sent_count, 0);
	bench_join(bench, 1, true);
	cr_expect_eq(bench->sent_count, 1);
	cr_expect_eq(bench->sent[0].msg.type, PIM_GRAFT);
	bench_free(bench);
}

TREE_TEST(pimdm_clear, won_assert_is_cancelled_and_state_refresh_forgotten)
{
	struct bench *bench = bench_with_neighbors(family);

	bench_data(bench, DATA_MISS, 0);
	bench_refresh(bench, 0, 1, false, REFRESH_TTL);
	bench_data(bench, DATA_WRONG_IF, 1);
	cr_assert_eq(pimdm_tif_find(bench_tree(bench), 1)->assert, ASSERT_WINNER);
	bench_clear(bench);
	cr_assert(clear_tree(bench));
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(bench->sent_count, 1);
	cr_expect_eq(bench->sent[0].msg.type, PIM_ASSERT);
	cr_expect(pimdm_metric_is_infinite(&bench->sent[0].msg.assert.metric));
	/* A new neighbor has no State Refresh of before. */
	bench_data(bench, DATA_MISS, 0);
	bench_clear(bench);
	bench_meet(bench, 2, 2);
	bench_run(bench, HP_SEC(6));
	cr_expect_eq(bench->sent_count, 0);
	bench_free(bench);
}

TREE_TEST(pimdm_clear, originator_stops_until_the_source_sends)
{
	struct bench *bench = bench_with_neighbors(family);

	bench_connect(bench);
	bench_data(bench, DATA_MISS, 0);
	cr_assert(bench_tree(bench)->is_originator);
	cr_assert(clear_tree(bench));
	bench_clear(bench);
	cr_expect_null(bench_tree(bench));
	bench_run(bench, HP_SEC(130));
	cr_expect_eq(bench->sent_count, 0, "no State Refresh");
	bench_data(bench, DATA_MISS, 0);
	cr_expect(bench_tree(bench)->is_originator);
	bench_free(bench);
}

/* The entry of an earlier run must not come back. */
TREE_TEST(pimdm_clear, outputs_of_an_earlier_run_end)
{
	struct bench *bench = bench_new(family);
	const struct mfib_key key = bench_key(bench);
	struct core_event stale = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .link = 0,
					       .source = key.source,
					       .addr = key.group,
					       .stale_for = HP_SEC(45) } };

	bench_meet(bench, 0, 1);
	ifset_add(&stale.stale.oifs, 1);
	bench_handle(bench, &stale);
	cr_assert(ifset_has(&bench->entry.oifs, 1));
	cr_assert(clear_tree(bench));
	cr_expect_not(bench->entry.iif != LINK_NONE && ifset_has(&bench->entry.oifs, 1));
	bench_free(bench);
}

TREE_TEST(pimdm_clear, neighbor_begins_again_with_what_it_announced)
{
	struct bench *bench = bench_new(family);
	const struct pimdm_neigh *neigh;

	bench_hello(bench, 1, 1, 7, true, 105);
	bench_run(bench, HP_SEC(40));
	cr_assert(clear_neighbor(bench, 1, 1));
	neigh = neighbor(bench, 1, 1);
	cr_assert_not_null(neigh);
	cr_expect_eq(bench_if(bench, 1)->neighbor_count, 1);
	cr_expect_eq(neigh->since, bench->now);
	cr_expect_eq(neigh->gen_id, 7);
	cr_expect(neigh->is_refresh_capable && bench_if(bench, 1)->is_refresh_capable);
	cr_expect_eq(bench->notes[NOTE_NEIGHBOR_GONE], 1);
	cr_expect_eq(bench->notes[NOTE_NEIGHBOR_NEW], 2);
	cr_expect_eq(bench->notes[NOTE_NEIGHBOR_RESTARTED], 0);
	/* Its hold time goes on: a router that is dead lives no longer by this. */
	bench_run(bench, HP_SEC(64));
	cr_expect_not_null(neighbor(bench, 1, 1));
	bench_run(bench, HP_SEC(2));
	cr_expect_null(neighbor(bench, 1, 1));
	bench_free(bench);
}

TREE_TEST(pimdm_clear, neighbor_that_pruned_and_won_is_forgotten_with_both)
{
	struct bench *bench = bench_with_neighbors(family);
	const struct pimdm_tif *tif;

	bench_data(bench, DATA_MISS, 0);
	bench_prune(bench, 1, 1, 210);
	bench_assert(bench, 2, 1, 1, 1);
	bench_run(bench, HP_SEC(4));
	cr_assert(ifset_is_empty(&bench->entry.oifs));
	cr_assert(clear_neighbor(bench, 1, 1));
	cr_expect(ifset_has(&bench->entry.oifs, 1));
	cr_assert(clear_neighbor(bench, 2, 1));
	tif = pimdm_tif_find(bench_tree(bench), 2);
	cr_expect(!tif || tif->assert == ASSERT_NO_INFO);
	cr_expect(ifset_has(&bench->entry.oifs, 2));
	/* The upstream neighbor, to which a Prune went: it knows nothing of it. */
	bench_clear(bench);
	cr_assert(clear_neighbor(bench, 0, 1));
	cr_expect_not_null(bench_tree(bench));
	bench_free(bench);
}

TREE_TEST(pimdm_clear, what_is_not_there)
{
	struct bench *bench = bench_with_neighbors(family);

	cr_expect_not(clear_tree(bench));
	cr_expect_not(clear_neighbor(bench, 1, 2));
	cr_expect_not(clear_neighbor(bench, 200, 1));
	bench_free(bench);
}

/* ---- In a network: each router in turn, and the hosts have one copy of each packet after it ----
 */

PIMNET_TEST(pimdm_clear, members_keep_their_data)
{
	for (unsigned int router = 0; router < SEVEN; router++) {
		struct net *net = seven_new(family);
		const struct mfib_key key = net_key(net, 0);
		struct core_event event = { .kind = EV_COMMAND,
					    .command = { .kind = COMMAND_CLEAR_TREE,
							 .source = key.source,
							 .addr = key.group } };

		net_route(net, R7, 0, 5, 11, 40);
		for (unsigned int i = 0; i < SEVEN; i++)
			pimnet_on(net, i);
		net_run_s(net, 12);
		net_join(net, CLIENT0_LAN);
		net_join(net, CLIENT1_LAN);
		net_source_starts(net);
		net_run_s(net, 40);
		net_handle(net, router, &event);
		cr_assert(core_has_obeyed(net_core(net, router)));
		cr_expect_geq(pimnet_copies(net, CLIENT0_LAN, 10), 10, "R%u", router + 1);
		net_run_s(net, 10);
		cr_expect_eq(pimnet_copies(net, CLIENT0_LAN, 10), 10, "R%u", router + 1);
		cr_expect_eq(pimnet_copies(net, CLIENT1_LAN, 10), 10, "R%u", router + 1);
		net_free(net);
	}
}
