// SPDX-License-Identifier: GPL-2.0-only
/* BroadcastTree: description of HPIM-DM, 9.2. */
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_broadcast, name)               \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/* Test 2 of 9.2: what was R7's root is now the worse of two ways. */
static void change_cost_of_r7(struct net *net)
{
	net_log_clear(net);
	net_route(net, R7, 0, 5, 11, 40);
	net_run_s(net, SETTLE_S);
}

FAMILIES_TEST(tree_forms_with_one_forwarder_on_each_link)
{
	struct net *net = seven_new(family);

	seven_start(net);
	seven_check(net, (const char *const[SEVEN]){
				 "ACTIVE 0>1,3", "ACTIVE 0>2 AL 1", "ACTIVE 0> AL 1", "ACTIVE 0>1",
				 "ACTIVE 0> AL 1", "ACTIVE 0>1", "ACTIVE 2>1" });
	seven_check_said(net, R1, (const char *const[]){ "", "Up(2:0)", "Up(2:0)", "Up(2:0)" });
	seven_check_said(net, R2, (const char *const[]){ "Int>.1", "Up(11:20)", "Up(11:20)", "" });
	seven_check_said(net, R3, (const char *const[]){ "Int>.1; NoInt>.1", "Up(11:20)", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "Int>.1", "Up(11:20)", "", "" });
	seven_check_said(
		net, R5,
		(const char *const[]){ "Int>.2; Int>.3; Int>.4; NoInt>.4", "Up(11:30)", "", "" });
	seven_check_said(net, R6,
			 (const char *const[]){ "Int>.2; Int>.3; Int>.4", "Up(11:30)", "", "" });
	seven_check_said(net, R7, (const char *const[]){ "Up(11:30)", "Up(11:30)", "Int>.2", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

/* Everything is acknowledged at once: no message is sent twice. */
FAMILIES_TEST(nothing_is_retransmitted_without_loss)
{
	struct net *net = seven_new(family);

	seven_start(net);
	for (unsigned int i = 0; i < SEVEN; i++) {
		const struct sim_log *log = &net->logs[i];

		for (size_t at = 0; at < log->count; at++)
			cr_assert_not(log->entries[at].is_tree && sim_log_is_repeated(log, at));
	}
	net_free(net);
}

FAMILIES_TEST(change_of_cost_moves_the_root_and_the_tree_stays)
{
	struct net *net = seven_new(family);

	seven_start(net);
	change_cost_of_r7(net);
	seven_check(net, (const char *const[SEVEN]){ "ACTIVE 0>3", "ACTIVE 0> AL 1",
						     "ACTIVE 0> AL 1", "ACTIVE 0>1", "ACTIVE 0>1",
						     "ACTIVE 0>1", "ACTIVE 0>1 AL 2" });
	seven_check_said(net, R7,
			 (const char *const[]){ "NoUp; Int>.5", "Up(11:40)", "Up(11:40)", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}

/* R5 loses its way to the source: R7 hears it withdraw and waits. */
static void fail_r5(struct net *net)
{
	net_log_clear(net);
	net_switch(net, R5, 0, PROTO_HPIM, false);
	net_switch(net, R5, 0, PROTO_GM, false);
	net_run_s(net, SETTLE_S);
}

FAMILIES_TEST(failure_of_the_path_leaves_the_tree_unsure)
{
	struct net *net = seven_new(family);

	seven_start(net);
	change_cost_of_r7(net);
	fail_r5(net);
	cr_assert_str_eq(net_state(net, R5), "INACTIVE");
	seven_check_said(net, R5, (const char *const[]){ "", "NoUp", "", "" });
	seven_check_said(net, R7, (const char *const[]){ "", "NoUp", "NoUp; NoInt>.2", "" });
	cr_assert_str_eq(net_state(net, R7), "UNSURE 0>1 AL 2");
	seven_check_copies(net, 0, 1);
	seven_check_end(net);
}

FAMILIES_TEST(another_path_makes_the_tree_active_again)
{
	struct net *net = seven_new(family);

	seven_start(net);
	change_cost_of_r7(net);
	fail_r5(net);
	net_log_clear(net);
	net_route(net, R7, 2, 2, 11, 120);
	net_run_s(net, SETTLE_S);
	cr_assert_str_eq(net_state(net, R7), "ACTIVE 2>1");
	cr_assert_str_eq(net_state(net, R5), "UNSURE -> AL 1");
	seven_check_said(net, R7,
			 (const char *const[]){ "Up(11:120)", "Up(11:120)", "Int>.2", "" });
	seven_check_said(net, R5, (const char *const[]){ "", "NoInt>.7", "", "" });
	seven_check_copies(net, 1, 1);
	seven_check_end(net);
}
