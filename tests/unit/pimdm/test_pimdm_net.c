// SPDX-License-Identifier: GPL-2.0-only
/* Networks of routers with PIM-DM: description of PIM-DM, 9.2, 9.4, 9.5, 9.6. */
#include "unit/pimdm/common_pimnet.h"

#define LAN 5u

/* ---- 9.2: two upstream routers on a LAN ---- */

static struct net *two_upstream(enum ip_family family)
{
	struct net *net = net_new(family, 4);

	net_port(net, R1, 0, 1, 1);
	net_port(net, R1, 1, LAN, 1);
	net_port(net, R2, 0, 1, 2);
	net_port(net, R2, 1, LAN, 2);
	net_port(net, R3, 0, 8, 3);
	net_port(net, R3, 1, LAN, 3);
	net_port(net, R4, 0, LAN, 4);
	net_route(net, R1, 0, 0, 2, 0);
	net_route(net, R2, 0, 0, 2, 0);
	net_route(net, R3, 1, 1, 11, 20);
	net_route(net, R4, 0, 1, 11, 20);
	for (unsigned int router = 0; router < 4; router++)
		pimnet_on(net, router);
	net_run_s(net, 12);
	return net;
}

PIMNET_TEST(pimdm_net, two_upstream_routers_on_a_lan)
{
	struct net *net = two_upstream(family);

	net_join(net, 8);
	net_source_starts(net);
	net_run_s(net, 20);
	pimnet_expect(net, (const char *[]){ "F o 1:P/L >", "F o 1:NI/W > 1", "F 1:NI/L > 0",
					     "P 0:NI/L >" });
	cr_expect_eq(pimnet_copies(net, LAN, 10), 10, "one copy of each packet");
	cr_expect_eq(pimnet_copies(net, 8, 10), 10);
	cr_expect_eq(pimnet_sent(net, R2, 1, PIM_STATE_REFRESH), 0);
	net_run_s(net, 25);
	cr_expect_eq(pimnet_sent(net, R1, 1, PIM_STATE_REFRESH), 0);
	cr_expect_eq(pimnet_sent(net, R2, 1, PIM_STATE_REFRESH), 1);
	/* The host leaves: R3 prunes, R2 three seconds later. */
	net_leave(net, 8);
	net_run_s(net, 12);
	pimnet_expect(net, (const char *[]){ NULL, "F o 1:P/W >", "P 1:NI/L >", "P 0:NI/L >" });
	cr_expect_eq(pimnet_copies(net, LAN, 10), 0);
	net_join(net, 8);
	net_run_s(net, 1);
	pimnet_expect(net, (const char *[]){ NULL, "F o 1:NI/W > 1", "F 1:NI/L > 0", NULL });
	cr_expect_geq(pimnet_copies(net, 8, 10), 9);
	/* It leaves, and R2 is gone: R1 is RPF' again, and nothing is said. */
	net_leave(net, 8);
	net_run_s(net, 12);
	net_switch(net, R2, 1, PROTO_PIMDM, false);
	net_run(net, HP_MS(100));
	pimnet_expect(net, (const char *[]){ "F o 1:P/NI >", NULL, "P >", "P >" });
	net_free(net);
}

/* ---- 9.4: assert ---- */

PIMNET_TEST(pimdm_net, election_of_the_next_winner)
{
	struct net *net = seven_new(family);

	for (unsigned int router = 0; router < SEVEN; router++)
		pimnet_on(net, router);
	net_run_s(net, 12);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_source_starts(net);
	net_run_s(net, 20);
	/* 9.3: the broadcast tree. */
	pimnet_expect(net, (const char *[]){ "F o 2:P/NI > 1 3", "F 1:NI/L > 2", "P 1:NI/L >",
					     "F 1:NI/W > 1", "P 0:NI/L 1:NI/L >", "F 0:NI/L > 1",
					     "F 0:P/W > 1" });
	cr_expect_eq(pimnet_copies(net, CLIENT0_LAN, 10), 10);
	cr_expect_eq(pimnet_copies(net, CLIENT1_LAN, 10), 10);
	/* 2 */
	net_source_stops(net);
	net_run_s(net, 5);
	net_off(net, R4, true);
	net_run(net, HP_MS(100));
	for (unsigned int router = R2; router <= R3; router++) {
		const struct pimdm_tif *tif = pimdm_tif_find(pimnet_tree(net, router), 1);

		cr_expect(!tif || tif->assert == ASSERT_NO_INFO, "R%u", router + 1);
	}
	/* 3 */
	net_source_starts(net);
	net_run_s(net, 20);
	cr_expect_eq(pimdm_tif_find(pimnet_tree(net, R3), 1)->assert, ASSERT_WINNER);
	cr_expect_eq(pimdm_tif_find(pimnet_tree(net, R2), 1)->assert, ASSERT_LOSER);
	cr_expect_eq(pimnet_copies(net, CLIENT0_LAN, 10), 10);
	cr_expect_eq(pimnet_copies(net, CLIENT1_LAN, 10), 10);
	cr_expect_eq(pimnet_copies(net, 5, 10), 10);
	net_free(net);
}

/* ---- 9.5, 9.6 ---- */

/* Both clients joined, and R7 takes the way over the switch. */
static struct net *seven_by_the_switch(enum ip_family family, bool refreshes)
{
	struct net *net = seven_new(family);

	net_route(net, R7, 0, 5, 11, 40);
	pimnet_refresh(net, refreshes);
	for (unsigned int router = 0; router < SEVEN; router++)
		pimnet_on(net, router);
	net_run_s(net, 12);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_source_starts(net);
	net_run_s(net, 20);
	return net;
}

PIMNET_TEST(pimdm_net, join_prune_graft)
{
	struct net *net = seven_by_the_switch(family, false);
	unsigned int lost;

	/* 1 */
	pimnet_expect(net, (const char *[]){ "F 1:P/NI 2:P/NI > 3", "P 1:NI/L 2:P/W >",
					     "P 1:NI/L >", "F 1:NI/W > 1", "F 0:NI/L > 1",
					     "F 0:NI/L > 1", "F 2:NI/L > 1" });
	/* 2, 3: R5 overrides, and loses nothing. */
	lost = net_sent(net) - net->copies[CLIENT0_LAN]; /* or twice, while the tree settled */
	net_leave(net, CLIENT1_LAN);
	net_run_s(net, 12);
	pimnet_expect(net, (const char *[]){ NULL, NULL, NULL, "F 1:NI/W > 1", "F 0:NI/L > 1",
					     "P 0:NI/L >", "F 2:NI/L > 1" });
	cr_expect_eq(net_sent(net) - net->copies[CLIENT0_LAN], lost);
	/* 4: no member is left, and the tree is pruned up to R1. */
	net_leave(net, CLIENT0_LAN);
	net_run_s(net, 20);
	pimnet_expect(net, (const char *[]){ "F 1:P/NI 2:P/NI 3:P/NI >", NULL, NULL, "P 1:P/W >",
					     "P 0:NI/L 1:P/NI >", "P 0:NI/L >", "P 2:NI/L >" });
	cr_expect_eq(pimnet_copies(net, 4, 10), 0);
	/* 5 */
	net_join(net, CLIENT1_LAN);
	net_run(net, HP_MS(100));
	pimnet_expect(net, (const char *[]){ "F 1:P/NI 2:P/NI > 3", NULL, NULL, "F 1:NI/W > 1",
					     NULL, "F 0:NI/L > 1", NULL });
	cr_expect_geq(pimnet_copies(net, CLIENT1_LAN, 10), 9);
	net_free(net);
}

PIMNET_TEST(pimdm_net, state_refresh_replaces_floods)
{
	struct net *net = seven_by_the_switch(family, true);

	for (unsigned int router = R2; router < SEVEN; router++)
		cr_expect_not(pimnet_tree(net, router)->is_originator);
	cr_expect(pimnet_tree(net, R1)->is_originator);
	/* 1 to 3: five minutes, and no data where it is not wanted. */
	cr_expect_eq(pimnet_copies(net, 2, 150), 0);
	cr_expect_eq(pimnet_copies(net, 3, 150), 0);
	for (uint16_t link = 1; link <= 3; link++)
		cr_expect_eq(pimnet_sent(net, R1, link, PIM_STATE_REFRESH), 5);
	cr_expect_eq(pimnet_sent(net, R2, 1, PIM_STATE_REFRESH), 0, "R4 has won there");
	cr_expect_eq(pimnet_sent(net, R4, 1, PIM_STATE_REFRESH), 5);
	cr_expect_eq(pimnet_sent(net, R5, 1, PIM_STATE_REFRESH), 5);
	cr_expect_eq(pimnet_sent(net, R6, 1, PIM_STATE_REFRESH), 0, "no neighbors");
	cr_expect_eq(pimnet_sent(net, R2, 2, PIM_STATE_REFRESH), 5);
	cr_expect_eq(pimnet_tree(net, R2)->refresh.ttl, pimnet_tree(net, R1)->refresh.ttl - 1);
	cr_expect(pimnet_tree(net, R2)->refresh.is_prune);
	cr_expect_not(pimnet_tree(net, R4)->refresh.is_prune);
	/* 4: the end of the source. */
	net_source_stops(net);
	net_run_s(net, 220);
	cr_expect(!pimnet_tree(net, R1) || !pimnet_tree(net, R1)->is_originator);
	net_run_s(net, 600);
	for (unsigned int router = R1; router < SEVEN; router++)
		cr_expect_null(pimnet_tree(net, router), "R%u", router + 1);
	/* 5 */
	net_source_starts(net);
	net_run_s(net, 20);
	cr_expect(pimnet_tree(net, R1)->is_originator);
	net_free(net);
}

/* Without State Refresh a pruned link is flooded again when PT ends. 9.6.3 */
PIMNET_TEST(pimdm_net, floods_without_state_refresh)
{
	struct net *net = seven_by_the_switch(family, false);
	unsigned int first;

	net_run_s(net, 10);
	first = net->copies[2];
	net_run_s(net, 130);
	cr_expect_eq(net->copies[2], first);
	net_run_s(net, 80);
	cr_expect_gt(net->copies[2], first);
	cr_expect_leq(net->copies[2], first + 10, "%u", net->copies[2] - first);
	net_free(net);
}

/* Control packets may be lost: what is wanted arrives, and is one copy in the end. */
PIMNET_TEST(pimdm_net, with_loss)
{
	struct net *net = seven_new(family);

	net->is_silent = true;
	net->loss_percent = 10;
	for (unsigned int router = 0; router < SEVEN; router++)
		pimnet_on(net, router);
	net_run_s(net, 40);
	net_join(net, CLIENT0_LAN);
	net_join(net, CLIENT1_LAN);
	net_source_starts(net);
	net_run_s(net, 300);
	net->loss_percent = 0;
	net_run_s(net, 300);
	cr_expect_eq(pimnet_copies(net, CLIENT0_LAN, 20), 20);
	cr_expect_eq(pimnet_copies(net, CLIENT1_LAN, 20), 20);
	net_free(net);
}
