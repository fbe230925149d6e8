// SPDX-License-Identifier: GPL-2.0-only
/*
 * Graceful restart: one of seven routers begins again between others that go on. Each packet of the
 * source, 500 a second, has to reach each client once.
 */
#include "unit/common_restart.h"
#include "unit/common_seven.h"

#define FAMILIES_TEST(name)                      \
	static void name(enum ip_family family); \
	Test(core_restart, name)                 \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

static struct net *restart_new(enum ip_family family)
{
	struct net *net = seven_new(family);

	net_source_every(net, 2);
	seven_start(net);
	return net;
}

struct judge {
	unsigned int sent, copies0, copies1;
};

/* No packet is under way. */
static void drain(struct net *net)
{
	net_source_stops(net);
	net_run(net, HP_MS(10));
	net_source_starts(net);
}

static struct judge judge_begin(struct net *net)
{
	drain(net);
	return (struct judge){ net_sent(net), net->copies[CLIENT0_LAN], net->copies[CLIENT1_LAN] };
}

static void judge_end(struct net *net, const struct judge *since, const char *what,
		      unsigned int router)
{
	unsigned int sent;

	drain(net);
	sent = net_sent(net) - since->sent;
	cr_assert_gt(sent, 0);
	cr_assert_eq(net->copies[CLIENT0_LAN] - since->copies0, sent, "%s R%u: %u of %u", what,
		     router + 1, net->copies[CLIENT0_LAN] - since->copies0, sent);
	cr_assert_eq(net->copies[CLIENT1_LAN] - since->copies1, sent, "%s R%u: %u of %u", what,
		     router + 1, net->copies[CLIENT1_LAN] - since->copies1, sent);
}

static void end(struct net *net)
{
	net_source_every(net, 1000);
	seven_check_end(net);
}

FAMILIES_TEST(no_packet_is_lost_or_comes_twice)
{
	struct net *net = restart_new(family);

	for (unsigned int router = 0; router < SEVEN; router++) {
		struct judge judge = judge_begin(net);

		restart_at_once(net, router);
		net_run_s(net, RESTART_STALE_S + 5);
		judge_end(net, &judge, "restarted", router);
	}
	end(net);
}

/* Hosts answer the first query within 10 s, or only the second one. */
FAMILIES_TEST(outputs_of_members_that_answer_late_stay)
{
	struct net *net = restart_new(family);

	for (unsigned int router = 0; router < SEVEN; router++) {
		struct judge judge = judge_begin(net);

		net_mute(net, true);
		restart_at_once(net, router);
		net_run_s(net, 30);
		net_mute(net, false);
		net_run_s(net, RESTART_STALE_S);
		judge_end(net, &judge, "restarted with late members", router);
	}
	end(net);
}

/* Also while a synchronization is under way, which takes some milliseconds. */
FAMILIES_TEST(many_restarts_in_a_row_lose_nothing)
{
	struct net *net = restart_new(family);

	for (unsigned int router = 0; router < SEVEN; router++) {
		struct judge judge = judge_begin(net);

		for (unsigned int i = 0; i < 50; i++) {
			restart_kill(net, router);
			net_run(net, HP_MS(i % 20 * 7));
			restart_again(net, router);
			net_run(net, HP_MS(i % 5 == 4 ? 500 : i % 7));
		}
		net_run_s(net, RESTART_STALE_S + 5);
		judge_end(net, &judge, "50 restarts of", router);
	}
	end(net);
}

/* Trees are announced by synchronizations, and who forwards asks the winner alone, once. */
FAMILIES_TEST(interest_is_sent_once_and_nothing_else)
{
	static const char *const said[SEVEN][NET_PORTS_MAX] = {
		[R1] = { "", "", "", "" },       [R2] = { "Int>.1", "", "", "" },
		[R4] = { "Int>.1", "", "", "" }, [R6] = { "Int>.4", "", "", "" },
		[R7] = { "", "", "Int>.2", "" },
	};
	struct net *net = restart_new(family);

	for (unsigned int router = 0; router < SEVEN; router++) {
		if (!said[router][0])
			continue; /* its entry had no outputs, so nothing is left of it */
		net_log_clear(net);
		restart_at_once(net, router);
		net_run_s(net, RESTART_STALE_S + 5);
		seven_check_said(net, router, said[router]);
	}
	end(net);
}

FAMILIES_TEST(what_no_one_wants_any_longer_ends_with_the_stale_time)
{
	struct net *net = restart_new(family);

	restart_kill(net, R6);
	net_leave(net, CLIENT1_LAN);
	net_run_s(net, 1);
	restart_again(net, R6);
	net_run_s(net, RESTART_STALE_S - 1);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>1");
	cr_assert_str_eq(net_state(net, R4), "ACTIVE 0>1");
	net_run_s(net, 5);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>");
	cr_assert_str_eq(net_state(net, R4), "ACTIVE 0>");
	end(net);
}

/* An output that is down when the next daemon comes stays one; up again, it is a member's. */
FAMILIES_TEST(output_that_is_down_stays_until_the_stale_time_ends)
{
	struct net *net = restart_new(family);

	restart_kill(net, R6);
	restart_again_without(net, R6, 1);
	net_run_s(net, 5);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>1");
	net_cable(net, R6, 1, true);
	net_run_s(net, 1);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>1");
	net_cable(net, R6, 1, false);
	net_run_s(net, 1);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>");
	net_cable(net, R6, 1, true);
	net_run_s(net, RESTART_STALE_S);
	cr_assert_str_eq(net_state(net, R6), "ACTIVE 0>1");
	end(net);
}
