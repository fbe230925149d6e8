// SPDX-License-Identifier: GPL-2.0-only
/* Interest: description of HPIM-DM, 9.2. Members say so in real IGMP and MLD packets. */
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_interest, name)                \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

static struct net *interest_new(enum ip_family family)
{
	struct net *net = seven_new(family);

	net_route(net, R7, 0, 5, 11, 40);
	seven_start(net);
	net_log_clear(net);
	return net;
}

static void settle_and_check_interest(struct net *net, const char *const interest[SEVEN])
{
	net_run_s(net, SETTLE_S);
	for (unsigned int i = 0; i < SEVEN; i++)
		cr_assert_str_eq(net_interest(net, i).s, interest[i] ? interest[i] : "",
				 "R%u: interest on %s", i + 1, net_interest(net, i).s);
}

FAMILIES_TEST(only_the_branches_with_members_are_interested)
{
	struct net *net = interest_new(family);

	settle_and_check_interest(
		net, (const char *const[SEVEN]){
			     [R1] = "3", [R2] = "1", [R3] = "1", [R4] = "1", [R5] = "1" });
	seven_check(net, (const char *const[SEVEN]){ "ACTIVE 0>3", "ACTIVE 0> AL 1",
						     "ACTIVE 0> AL 1", "ACTIVE 0>1", "ACTIVE 0>1",
						     "ACTIVE 0>1", "ACTIVE 0>1 AL 2" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

FAMILIES_TEST(link_stays_interested_while_one_neighbor_is)
{
	struct net *net = interest_new(family);

	net_leave(net, CLIENT1_LAN);
	net_run_s(net, SETTLE_S);
	seven_check_said(net, R6, (const char *const[]){ "NoInt>.4", "", "", "" });
	seven_check_said(net, R5, (const char *const[]){ "", "", "", "" });
	cr_assert_str_eq(net_interest(net, R4).s, "1");
	seven_check_copies(net, 1, 0);
	seven_check_end(net);
}

static void leave_all(struct net *net)
{
	net_leave(net, CLIENT1_LAN);
	net_run_s(net, SETTLE_S);
	net_log_clear(net);
	net_leave(net, CLIENT0_LAN);
	net_run_s(net, SETTLE_S);
}

FAMILIES_TEST(last_member_that_leaves_prunes_up_to_the_source)
{
	struct net *net = interest_new(family);

	leave_all(net);
	seven_check_said(net, R7, (const char *const[]){ "NoInt>.5", "", "", "" });
	seven_check_said(net, R5, (const char *const[]){ "NoInt>.4", "", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "NoInt>.1", "", "", "" });
	seven_check(net, (const char *const[SEVEN]){ "ACTIVE 0>", "ACTIVE 0> AL 1",
						     "ACTIVE 0> AL 1", "ACTIVE 0>", "ACTIVE 0>",
						     "ACTIVE 0>", "ACTIVE 0> AL 2" });
	seven_check_copies(net, 0, 0);
	seven_check_end(net);
}

FAMILIES_TEST(member_that_joins_grafts_up_to_the_source)
{
	struct net *net = interest_new(family);

	leave_all(net);
	net_log_clear(net);
	net_join(net, CLIENT1_LAN);
	net_run_s(net, SETTLE_S);
	seven_check_said(net, R6, (const char *const[]){ "Int>.4", "", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "Int>.1", "", "", "" });
	cr_assert_str_eq(net_state(net, R1), "ACTIVE 0>3");
	seven_check_copies(net, 0, 1);

	net_log_clear(net);
	net_join(net, CLIENT0_LAN);
	net_run_s(net, SETTLE_S);
	seven_check_said(net, R7, (const char *const[]){ "Int>.5", "", "", "" });
	seven_check_said(net, R5, (const char *const[]){ "Int>.4", "", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "", "", "", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

/* Leaving takes the last member query time: 2 s. */
FAMILIES_TEST(leave_takes_two_seconds)
{
	struct net *net = interest_new(family);

	net_leave(net, CLIENT1_LAN);
	net_run(net, HP_MS(1999));
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>1");
	net_run(net, HP_MS(10));
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>");
	seven_check_end(net);
}
