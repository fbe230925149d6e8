// SPDX-License-Identifier: GPL-2.0-only
/* A loop of routers, and a source subnet with several ways: description of HPIM-DM, 9.3 and 9.4. */
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_loop, name)                    \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

static void check_states(const struct net *net, const char *const states[])
{
	for (unsigned int i = 0; i < net_router_count(net); i++)
		cr_assert_str_eq(net_state(net, i), states[i], "R%u: %s, not %s", i + 1,
				 net_state(net, i), states[i]);
}

static unsigned int copies_in_ten_seconds(struct net *net, unsigned int lan)
{
	unsigned int was = net->copies[lan];

	net_run_s(net, 10);
	return net->copies[lan] - was;
}

/* 9.3 */
static struct net *loop_new(enum ip_family family)
{
	struct net *net = net_new(family, 5);

	net_port(net, R1, 0, 1, 1);
	net_port(net, R1, 1, 2, 1);
	net_port(net, R2, 0, 2, 2);
	net_port(net, R2, 1, 3, 2);
	net_port(net, R3, 0, 3, 3);
	net_port(net, R3, 1, 4, 3);
	net_port(net, R4, 0, 4, 4);
	net_port(net, R4, 1, 5, 4);
	net_port(net, R4, 2, 6, 4);
	net_port(net, R5, 0, 3, 5);
	net_port(net, R5, 1, 5, 5);
	net_port(net, R5, 2, 7, 5);
	net_route(net, R1, 0, 0, 2, 0);
	net_route(net, R2, 0, 1, 11, 20);
	net_route(net, R3, 0, 2, 11, 30);
	net_route(net, R4, 0, 3, 11, 40);
	net_route(net, R5, 1, 4, 11, 50);
	net_all_on(net);
	net_run_s(net, 12);
	net_join(net, 6);
	net_join(net, 7);
	net_log_clear(net);
	net_source_starts(net);
	net_run_s(net, SETTLE_S);
	return net;
}

FAMILIES_TEST(loop_carries_each_packet_once)
{
	struct net *net = loop_new(family);

	check_states(net, (const char *const[]){ "ACTIVE 0>1", "ACTIVE 0>1", "ACTIVE 0>1",
						 "ACTIVE 0>1,2", "ACTIVE 1>2 AL 0" });
	seven_check_said(net, R1, (const char *const[]){ "", "Up(2:0)", "", "" });
	seven_check_said(net, R2, (const char *const[]){ "Int>.1", "Up(11:20)", "", "" });
	seven_check_said(net, R3, (const char *const[]){ "Int>.2", "Up(11:30)", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "Int>.3", "Up(11:40)", "Up(11:40)", "" });
	seven_check_said(net, R5,
			 (const char *const[]){ "NoInt>.2; Up(11:50)", "Int>.4", "Up(11:50)", "" });
	cr_assert_eq(copies_in_ten_seconds(net, 6), 10);
	cr_assert_eq(copies_in_ten_seconds(net, 7), 10);
	cr_assert_eq(copies_in_ten_seconds(net, 3), 10);
	net_free(net);
}

/* Nobody keeps the tree alive for anybody else: within milliseconds it is gone everywhere. */
FAMILIES_TEST(tree_of_a_silent_source_is_gone_around_the_loop_at_once)
{
	struct net *net = loop_new(family);

	net_source_stops(net);
	net_leave(net, 6);
	net_leave(net, 7);
	net_run_s(net, 20);
	net_log_clear(net);
	while (net_tree(net, R1) && net_tree(net, R1)->view.state == TREE_ACTIVE)
		net_run(net, HP_MS(1));
	net_run(net, HP_MS(20));
	for (unsigned int i = 0; i < 5; i++)
		cr_assert_str_eq(net_state(net, i), "INACTIVE", "R%u", i + 1);
	seven_check_said(net, R1, (const char *const[]){ "", "NoUp", "", "" });
	seven_check_said(net, R2, (const char *const[]){ "", "NoUp; NoInt>.5", "", "" });
	seven_check_said(net, R3, (const char *const[]){ "NoInt>.5", "NoUp", "", "" });
	seven_check_said(net, R4, (const char *const[]){ "", "NoUp", "NoUp", "" });
	/* Until R2 and R3 have said more than that they are not upstream they count as interested.
	 */
	seven_check_said(net, R5, (const char *const[]){ "NoUp", "Int>.4; NoInt>.4", "NoUp", "" });
	net_run_s(net, 20); /* until the Hellos have told that everything is acknowledged */
	net_check_empty(net);
	net_free(net);
}

/* 9.4 */
static struct net *source_loop_new(enum ip_family family, uint16_t root_of_r1)
{
	struct net *net = net_new(family, 3);

	net_port(net, R1, 0, 1, 1);
	net_port(net, R1, 1, 1, 2);
	net_port(net, R1, 2, 2, 1);
	net_port(net, R2, 0, 1, 3);
	net_port(net, R2, 1, 2, 3);
	net_port(net, R3, 0, 2, 2);
	net_port(net, R3, 1, 3, 2);
	net_route(net, R1, root_of_r1, 0, 2, 0);
	net_route(net, R2, 0, 0, 2, 0);
	net_route(net, R3, 0, 1, 11, 20);
	net_all_on(net);
	net_run_s(net, 12);
	net_join(net, 3);
	net_log_clear(net);
	net_source_starts(net);
	net_run_s(net, SETTLE_S);
	return net;
}

static void source_loop(enum ip_family family, uint16_t root_of_r1)
{
	struct net *net = source_loop_new(family, root_of_r1);

	check_states(net, (const char *const[]){ root_of_r1 ? "ACTIVE 1> AL 2" : "ACTIVE 0> AL 2",
						 "ACTIVE 0>1", "ACTIVE 0>1" });
	seven_check_said(net, R1, (const char *const[]){ "", "", "Up(2:0)", "" });
	seven_check_said(net, R2, (const char *const[]){ "", "Up(2:0)", "", "" });
	seven_check_said(net, R3, (const char *const[]){ "Int>.1; Int>.3", "Up(11:20)", "", "" });
	cr_assert_eq(copies_in_ten_seconds(net, 3), 10);
	cr_assert_eq(copies_in_ten_seconds(net, 1), 10, "nothing goes back to the source's link");
	cr_assert_eq(copies_in_ten_seconds(net, 2), 10);
	net_source_stops(net);
	net_leave(net, 3);
	net_run_s(net, 260);
	net_check_empty(net);
	net_free(net);
}

FAMILIES_TEST(two_interfaces_in_the_subnet_of_the_source_do_not_loop)
{
	source_loop(family, 0);
}

FAMILIES_TEST(root_may_be_the_second_interface_in_the_subnet_of_the_source)
{
	source_loop(family, 1);
}

/* The first data of every second comes in on the interface that is not the root. 3.17, Q15 */
FAMILIES_TEST(data_on_another_interface_of_the_subnet_also_makes_the_tree)
{
	struct net *net = net_new(family, 1);

	net_port(net, R1, 0, 1, 1);
	net_port(net, R1, 1, 1, 2);
	net_port(net, R1, 2, 2, 1);
	net_route(net, R1, 1, 0, 2, 0);
	net_all_on(net);
	net_join(net, 2);
	net_run_s(net, 1);
	net_source_starts(net);
	net_run_s(net, 1);
	cr_assert_str_eq(net_state(net, R1), "ACTIVE 1>2");
	net_free(net);
}
