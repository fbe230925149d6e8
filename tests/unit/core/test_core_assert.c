// SPDX-License-Identifier: GPL-2.0-only
/* Assert on the switch of the seven routers: description of HPIM-DM, 9.2. */
#include "core/hpim/tree.h"
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_assert, name)                  \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

FAMILIES_TEST(equal_costs_are_won_by_the_highest_address)
{
	struct net *net = seven_new(family);

	seven_start(net);
	seven_check(
		net,
		(const char *const[SEVEN]){
			[R2] = "ACTIVE 0>2 AL 1", [R3] = "ACTIVE 0> AL 1", [R4] = "ACTIVE 0>1" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

static void disable_r4(struct net *net)
{
	net_log_clear(net);
	net_switch(net, R4, 1, PROTO_HPIM, false);
	net_switch(net, R4, 1, PROTO_GM, false);
	net_run_s(net, SETTLE_S);
}

FAMILIES_TEST(next_best_wins_when_the_winner_leaves)
{
	struct net *net = seven_new(family);

	seven_start(net);
	disable_r4(net);
	seven_check(net, (const char *const[SEVEN]){ "ACTIVE 0>1,2", "ACTIVE 0>2 AL 1",
						     "ACTIVE 0>1", "ACTIVE 0>", "ACTIVE 0> AL 1",
						     "ACTIVE 0>1", "ACTIVE 2>1" });
	seven_check_said(net, R2, (const char *const[]){ "", "", "", "" });
	seven_check_said(net, R3, (const char *const[]){ "Int>.1", "", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "NoInt>.1", "", "", "" });
	seven_check_said(net, R5, (const char *const[]){ "NoInt>.3", "", "", "" });
	seven_check_said(net, R6, (const char *const[]){ "Int>.3", "", "", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

FAMILIES_TEST(winner_whose_root_moves_to_the_link_leaves_it_to_the_next)
{
	struct net *net = seven_new(family);

	seven_start(net);
	disable_r4(net);
	net_log_clear(net);
	net_route(net, R3, 1, 2, 11, 30);
	net_run_s(net, SETTLE_S);
	seven_check(net, (const char *const[SEVEN]){ "ACTIVE 0>1", "ACTIVE 0>1,2", "ACTIVE 1> AL 0",
						     "ACTIVE 0>", "ACTIVE 0> AL 1", "ACTIVE 0>1",
						     "ACTIVE 2>1" });
	seven_check_said(net, R2, (const char *const[]){ "", "", "", "" });
	seven_check_said(net, R3, (const char *const[]){ "Up(11:30)", "NoUp; NoInt>.2", "", "" });
	seven_check_said(net, R5, (const char *const[]){ "NoInt>.2", "", "", "" });
	seven_check_said(net, R6, (const char *const[]){ "Int>.2", "", "", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

/* 3.10: a loser that has forwarded for long goes on for 2 s, until the new winner has the data. */
FAMILIES_TEST(loser_forwards_for_two_more_seconds)
{
	struct net *net = seven_new(family);

	seven_start(net);
	disable_r4(net);
	net_switch(net, R4, 1, PROTO_GM, true);
	net_switch(net, R4, 1, PROTO_HPIM, true);
	while (hpim_tree_if_find(net_tree(net, R3), 1)->view.is_winner)
		net_run(net, HP_MS(1));
	cr_assert_str_eq(net_state(net, R3), "ACTIVE 0>1 AL 1");
	net_run(net, HP_MS(1998));
	cr_assert_str_eq(net_state(net, R3), "ACTIVE 0>1 AL 1");
	net_run(net, HP_MS(3));
	cr_assert_str_eq(net_state(net, R3), "ACTIVE 0> AL 1");
	cr_assert_str_eq(net_state(net, R4), "ACTIVE 0>1");
	net_run_s(net, SETTLE_S);
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}
