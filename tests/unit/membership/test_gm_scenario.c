// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two routers and two clients of the older version on one link, in virtual time: description of
 * HPIM-DM, 9.5. The same nine scenarios run with IGMP and with MLD.
 */
#include "unit/membership/test_gm_world.h"

#define R1      0u
#define R2      1u
#define ROUTERS 2u
#define CLIENTS 2u

struct client {
	const char *addr;
	hp_time answers_in; /* to any query that allows so long, else at once */
	bool is_member, is_cut;
	hp_time report_at; /* HP_TIME_NEVER: no report is due */
};

struct net {
	const struct family_facts *facts;
	hp_time now;
	struct world router[ROUTERS];
	struct client client[CLIENTS];
	/* What was seen on the link. */
	unsigned int generals[ROUTERS], specifics[ROUTERS], reports, leaves;
	hp_time query_at[ROUTERS]; /* the last query */
	hp_time report_delay;      /* the longest from a general query to the next report */
};

static void net_init(struct net *net, const struct family_facts *f)
{
	memset(net, 0, sizeof(*net));
	net->facts = f;
	world_init(&net->router[R1], f, f->lower);
	world_init(&net->router[R2], f, f->own);
	net->client[0] = (struct client){ f->host, HP_SEC(3), .report_at = HP_TIME_NEVER };
	net->client[1] = (struct client){ f->host2, HP_SEC(7), .report_at = HP_TIME_NEVER };
}

static void net_fini(struct net *net)
{
	for (unsigned int i = 0; i < ROUTERS; i++)
		world_fini(&net->router[i]);
}

static void client_hear_query(struct net *net, struct client *client, hp_time max_response)
{
	hp_time delay = client->answers_in < max_response ? client->answers_in : max_response / 2;

	if (!client->is_member || client->is_cut || net->now + delay >= client->report_at)
		return;
	client->report_at = net->now + delay;
}

/* What a router sent reaches the other router and the clients at once. */
static void query_deliver(struct net *net, unsigned int from, const struct fx_send *send)
{
	const struct family_facts *f = net->facts;
	struct world *other = &net->router[1 - from];
	struct addr_text src = ip_addr_text(&send->src), dst = ip_addr_text(&send->dst);
	struct gm_msg msg;

	cr_assert_eq(
		gm_families[f->family].decode(send->bytes, send->len, &send->src, &send->dst, &msg),
		0);
	cr_assert_eq(msg.type, GM_QUERY);
	cr_assert_str_eq(src.s, from == R1 ? f->lower : f->own);
	if (is_addr(&msg.group, f->any)) {
		cr_assert_eq(msg.max_response, HP_SEC(10));
		net->generals[from]++;
	} else {
		cr_assert_eq(msg.max_response, HP_SEC(1));
		net->specifics[from]++;
	}
	net->query_at[from] = net->now;
	if (other->gm)
		receive_bytes(other, src.s, dst.s, send->bytes, send->len);
	for (unsigned int i = 0; i < CLIENTS; i++)
		client_hear_query(net, &net->client[i], msg.max_response);
}

/* Until no router has anything left to say. */
static void net_settle(struct net *net)
{
	for (unsigned int quiet = 0, i = 0; quiet < ROUTERS; i = 1 - i) {
		const struct core_effect *fx = fx_next(&net->router[i].core.fx);

		quiet = fx ? 0 : quiet + 1;
		if (fx && fx->kind == FX_SEND)
			query_deliver(net, i, &fx->send);
	}
}

static void client_report(struct net *net, struct client *client)
{
	client->report_at = HP_TIME_NEVER;
	if (client->is_cut)
		return;
	net->reports++;
	if (net->now - net->query_at[R1] > net->report_delay)
		net->report_delay = net->now - net->query_at[R1];
	for (unsigned int i = 0; i < ROUTERS; i++)
		if (net->router[i].gm)
			hear_report(&net->router[i], client->addr, net->facts->group);
	for (unsigned int i = 0; i < CLIENTS; i++)
		net->client[i].report_at = HP_TIME_NEVER; /* one report is enough */
}

static hp_time earlier(hp_time a, hp_time b)
{
	return a < b ? a : b;
}

static void net_run_until(struct net *net, hp_time until)
{
	while (net->now < until) {
		hp_time next = until;

		for (unsigned int i = 0; i < ROUTERS; i++)
			next = earlier(next, sched_deadline(&net->router[i].core.sched));
		for (unsigned int i = 0; i < CLIENTS; i++)
			next = earlier(next, net->client[i].report_at);
		net->now = next;
		for (unsigned int i = 0; i < ROUTERS; i++)
			advance_to(&net->router[i], next);
		net_settle(net);
		for (unsigned int i = 0; i < CLIENTS; i++)
			if (net->client[i].report_at <= next)
				client_report(net, &net->client[i]);
		net_settle(net);
	}
}

static void net_run(struct net *net, hp_time duration)
{
	net_run_until(net, net->now + duration);
}

static void router_start(struct net *net, unsigned int i)
{
	world_start(&net->router[i]);
	net_settle(net);
}

static void router_stop(struct net *net, unsigned int i)
{
	world_stop(&net->router[i]);
	net_settle(net);
}

static void client_join(struct net *net, unsigned int i)
{
	net->client[i].is_member = true;
	client_report(net, &net->client[i]);
	net_settle(net);
}

static void client_leave(struct net *net, unsigned int i)
{
	net->client[i].is_member = false;
	net->client[i].report_at = HP_TIME_NEVER;
	net->leaves++;
	for (unsigned int r = 0; r < ROUTERS; r++)
		hear_leave(&net->router[r], net->client[i].addr, net->facts->group);
	net_settle(net);
}

static bool is_querier(const struct net *net, unsigned int i)
{
	return gm_if_inspect(net->router[i].gm).is_querier;
}

static void both_are(const struct net *net, enum gm_state state)
{
	for (unsigned int i = 0; i < ROUTERS; i++)
		cr_assert_str_eq(first_state(&net->router[i]), net->facts->states[state]);
}

static void run_scenario(void (*scenario)(struct net *net))
{
	static struct net net; /* large */

	for (int family = 0; family < IP_FAMILY_COUNT; family++) {
		net_init(&net, &facts[family]);
		scenario(&net);
		net_fini(&net);
	}
}

/* Both routers run, the elected querier is R1. */
static void both_start(struct net *net)
{
	router_start(net, R2);
	router_start(net, R1);
	net_run(net, HP_SEC(60));
}

static void test_1(struct net *net)
{
	router_start(net, R1);
	net_run(net, HP_SEC(1));
	router_start(net, R2);
	cr_assert_eq(net->generals[R1], 1);
	cr_assert_eq(net->generals[R2], 1);
	net_run_until(net, HP_MS(31249));
	cr_assert(is_querier(net, R1) && is_querier(net, R2));
	net_run_until(net, HP_MS(31250));
	cr_assert_eq(net->generals[R1], 2);
	cr_assert(is_querier(net, R1) && !is_querier(net, R2));
	net_run_until(net, HP_SEC(1000));
	cr_assert(is_querier(net, R1) && !is_querier(net, R2));
	cr_assert_eq(net->generals[R2], 1);
}

Test(gm_scenario, t1_the_higher_router_yields_at_the_next_query)
{
	run_scenario(test_1);
}

static void test_2(struct net *net)
{
	hp_time last;

	router_start(net, R2);
	net_run(net, HP_SEC(1));
	router_start(net, R1);
	cr_assert(is_querier(net, R1) && !is_querier(net, R2));
	net_run(net, HP_SEC(400));
	router_stop(net, R1);
	last = net->query_at[R1];
	net_run_until(net, last + HP_SEC(255) - 1);
	cr_assert_not(is_querier(net, R2));
	cr_assert_eq(net->generals[R2], 1);
	net_run_until(net, last + HP_SEC(255));
	cr_assert(is_querier(net, R2));
	cr_assert_eq(net->generals[R2], 2);
}

Test(gm_scenario, t2_the_higher_router_takes_over_255_s_after_the_last_query)
{
	run_scenario(test_2);
}

static void test_3(struct net *net)
{
	both_start(net);
	router_stop(net, R2);
	net_run(net, HP_SEC(600));
	cr_assert(is_querier(net, R1));
	cr_assert_geq(net->generals[R1], 5);
}

Test(gm_scenario, t3_the_lower_router_stays_querier_when_the_other_stops)
{
	run_scenario(test_3);
}

static void test_4(struct net *net)
{
	both_start(net);
	net_run(net, HP_SEC(600));
	cr_assert_eq(net->reports, 0);
	cr_assert_eq(gm_if_inspect(net->router[R1].gm).groups, 0);
	cr_assert_eq(gm_if_inspect(net->router[R2].gm).groups, 0);
}

Test(gm_scenario, t4_without_joins_there_are_no_groups)
{
	run_scenario(test_4);
}

static void test_5(struct net *net)
{
	unsigned int queries, reports;

	both_start(net);
	client_join(net, 0);
	both_are(net, GM_STATE_MEMBERS);
	queries = net->generals[R1];
	reports = net->reports;
	net->report_delay = 0;
	net_run(net, HP_SEC(1000));
	both_are(net, GM_STATE_MEMBERS);
	cr_assert_eq(net->generals[R1] - queries, 8);
	cr_assert_eq(net->reports - reports, 8);
	cr_assert_leq(net->report_delay, HP_SEC(10));
}

Test(gm_scenario, t5_a_member_is_known_to_both_and_answers_each_query)
{
	run_scenario(test_5);
}

static void test_6(struct net *net)
{
	both_start(net);
	client_join(net, 0);
	client_join(net, 1);
	both_are(net, GM_STATE_MEMBERS);
	net_run(net, HP_SEC(1000));
	both_are(net, GM_STATE_MEMBERS);
}

Test(gm_scenario, t6_a_second_member_changes_nothing)
{
	run_scenario(test_6);
}

static void test_7(struct net *net)
{
	both_start(net);
	client_join(net, 0);
	client_join(net, 1);
	client_leave(net, 1);
	cr_assert_eq(net->specifics[R1], 1);
	cr_assert_eq(net->specifics[R2], 1, "Differs: it asks, too");
	both_are(net, GM_STATE_CHECKING);
	net_run(net, HP_SEC(1));
	both_are(net, GM_STATE_MEMBERS);
	net_run(net, HP_SEC(60));
	/* The second has the S flag: neither makes the other check again. */
	cr_assert_eq(net->specifics[R1], 2);
	cr_assert_eq(net->specifics[R2], 2);
	both_are(net, GM_STATE_MEMBERS);
}

Test(gm_scenario, t7_a_leave_is_checked_and_the_remaining_member_answers)
{
	run_scenario(test_7);
}

static void test_8(struct net *net)
{
	hp_time left_at;

	both_start(net);
	client_join(net, 0);
	net_run(net, HP_SEC(10));
	client_leave(net, 0);
	left_at = net->now;
	cr_assert_eq(net->specifics[R1], 1);
	net_run_until(net, left_at + HP_SEC(1));
	cr_assert_eq(net->specifics[R1], 2);
	net_run_until(net, left_at + HP_SEC(2) - 1);
	both_are(net, GM_STATE_CHECKING);
	net_run_until(net, left_at + HP_SEC(2));
	both_are(net, GM_STATE_NO_MEMBERS);
	cr_assert_eq(net->specifics[R1], 2);
	cr_assert_eq(net->specifics[R2], 2, "Differs: it asks, too");
}

Test(gm_scenario, t8_the_last_member_is_gone_after_two_queries_and_two_seconds)
{
	run_scenario(test_8);
}

static void test_9(struct net *net)
{
	hp_time joined_at;

	both_start(net);
	client_join(net, 0);
	joined_at = net->now;
	net->client[0].is_cut = true;
	net_run_until(net, joined_at + HP_SEC(260) - 1);
	both_are(net, GM_STATE_MEMBERS);
	net_run_until(net, joined_at + HP_SEC(260));
	cr_assert_eq(gm_if_inspect(net->router[R1].gm).groups, 0);
	cr_assert_eq(gm_if_inspect(net->router[R2].gm).groups, 1, "Differs: it asks before");
	net_run_until(net, joined_at + HP_SEC(262));
	both_are(net, GM_STATE_NO_MEMBERS);
}

Test(gm_scenario, t9_a_member_that_is_cut_off_is_forgotten_260_s_after_its_last_report)
{
	run_scenario(test_9);
}
