// SPDX-License-Identifier: GPL-2.0-only
/*
 * The networks and what happens to them. Every case settles for half a minute, longer than what a
 * restart of all routers at once takes, before anything is measured.
 */
#include "hpimcompare/cases.h"

#define SETTLE HP_SEC(35)
#define COST   10u
#define MANY   4 /* times that long where there are many trees */

/* Numbers of the routers, in the order in which they are built. */
enum { R1, R2, R4, R3 };

#define RECEIVER 1 /* the host behind one source */

/*
 * R1 behind the sources, two ways by R2 and R4 to a link of both, where R4 has the higher address;
 * @is_below: R3 between that link and the receiver, the last host. tools/hpimcompare/real.sh has
 * the same network.
 */
static void build(struct lab *lab, bool is_below, uint16_t sources)
{
	uint16_t first = lab_lan(lab), left = lab_lan(lab), right = lab_lan(lab),
		 shared = lab_lan(lab);
	uint16_t r1 = lab_router(lab, "R1"), r2 = lab_router(lab, "R2"), r4 = lab_router(lab, "R4");

	for (uint16_t i = 0; i < sources; i++)
		(void)lab_host(lab, "source", first);
	(void)lab_port(lab, r1, first, COST);
	(void)lab_port(lab, r1, left, COST);
	(void)lab_port(lab, r1, right, COST);
	(void)lab_port(lab, r2, left, COST);
	(void)lab_port(lab, r2, shared, COST);
	(void)lab_port(lab, r4, right, COST);
	(void)lab_port(lab, r4, shared, COST);
	if (is_below) {
		uint16_t r3 = lab_router(lab, "R3"), last = lab_lan(lab);

		(void)lab_port(lab, r3, shared, COST);
		(void)lab_port(lab, r3, last, COST);
		shared = last;
	}
	(void)lab_host(lab, "receiver", shared);
}

static void settle_with_member(struct lab *lab)
{
	lab_start(lab, 0);
	lab_run(lab, SETTLE);
	lab_join(lab, RECEIVER);
	lab_send(lab, true);
	lab_run(lab, SETTLE);
}

/* R4 has the higher address, so it is the assert winner; its link says nothing. */
static void winner_dies(struct lab *lab, uint32_t is_below)
{
	build(lab, is_below, 1);
	settle_with_member(lab);
	lab_begin(lab);
	lab_router_is(lab, ACT_CRASH, R4);
	lab_run(lab, HP_SEC(180));
	lab_end(lab);
}

/* The way from R4 to the source costs more than that by R2. */
static void route_changes(struct lab *lab, uint32_t is_silent)
{
	build(lab, true, 1);
	settle_with_member(lab);
	if (is_silent) {
		lab_send(lab, false);
		lab_run(lab, HP_SEC(20));
	} else {
		lab_begin(lab);
	}
	lab_cost(lab, R4, 0, 5 * COST);
	if (is_silent) {
		lab_run(lab, HP_SEC(10));
		lab_begin(lab);
		lab_send(lab, true);
	}
	lab_run(lab, HP_SEC(60));
	lab_end(lab);
}

/* Over three routers, while links lose control messages. */
static void joins(struct lab *lab, uint32_t loss_pm)
{
	build(lab, true, 1);
	lab_start(lab, 0);
	lab_run(lab, SETTLE);
	lab_send(lab, true);
	lab_run(lab, SETTLE);
	lab_lose(lab, loss_pm);
	lab_begin(lab);
	lab_join(lab, RECEIVER);
	lab_run(lab, HP_SEC(60));
	lab_end(lab);
}

/* What goes on where no host listens any longer counts as unwanted. */
static void leaves(struct lab *lab, uint32_t loss_pm)
{
	build(lab, true, 1);
	settle_with_member(lab);
	lab_lose(lab, loss_pm);
	lab_begin(lab);
	lab_leave(lab, RECEIVER);
	lab_run(lab, HP_SEC(60));
	lab_end(lab);
}

/* R3 is switched on when the tree stands; the receiver behind it has long been a member. */
static void comes_late(struct lab *lab, uint32_t unused)
{
	(void)unused;
	build(lab, true, 1);
	lab_start(lab, UINT32_C(1) << R3);
	lab_run(lab, SETTLE);
	lab_join(lab, RECEIVER);
	lab_send(lab, true);
	lab_run(lab, SETTLE);
	lab_begin(lab);
	lab_router_is(lab, ACT_START, R3);
	lab_run(lab, HP_SEC(240));
	lab_end(lab);
}

/* Ten minutes in which no host listens, after the first flood. */
static void has_no_member(struct lab *lab, uint32_t unused)
{
	(void)unused;
	build(lab, true, 1);
	lab_start(lab, 0);
	lab_run(lab, SETTLE);
	lab_send(lab, true);
	lab_run(lab, SETTLE);
	lab_begin(lab);
	lab_run(lab, HP_SEC(600));
	lab_end(lab);
}

/* The daemon of R1, which no way leads around, dies and is back after two seconds. */
static void restarts(struct lab *lab, uint32_t is_power)
{
	build(lab, true, 1);
	settle_with_member(lab);
	lab_begin(lab);
	lab_router_is(lab, is_power ? ACT_CRASH : ACT_KILL, R1);
	lab_run(lab, HP_SEC(2));
	lab_router_is(lab, ACT_START, R1);
	lab_run(lab, HP_SEC(240));
	lab_end(lab);
}

/* Sources on one link, one receiver of one group; five minutes in which nothing happens. */
static void stands(struct lab *lab, uint32_t trees)
{
	uint16_t groups = trees < SIM_GROUPS_MAX ? (uint16_t)trees : SIM_GROUPS_MAX;
	uint16_t sources = (uint16_t)((trees + groups - 1) / groups);

	build(lab, true, sources);
	lab->topo.data_period_ms = 10000;
	lab_start(lab, 0);
	lab_run(lab, SETTLE);
	lab_join(lab, sources);
	lab_send_many(lab, sources, groups);
	lab_run(lab, MANY * SETTLE); /* the forwarding plane reports some hundred at a time */
	lab_begin(lab);
	lab_run(lab, HP_SEC(300));
	lab_end(lab);
}

const struct compare_case compare_cases[] = {
	{ "winner-dies", "the assert winner on the link of the receiver loses power", 0,
	  winner_dies },
	{ "winner-dies-transit", "the same, with a router between that link and the receiver", 1,
	  winner_dies },
	{ "route-change", "the route to the source moves to another router, data flow", 0,
	  route_changes },
	{ "route-change-silent", "the same while the source is silent", 1, route_changes },
	{ "join", "a host joins behind three routers", 0, joins },
	{ "join-loss-5", "the same, links lose 5 % of the control messages", 50, joins },
	{ "join-loss-20", "the same, 20 %", 200, joins },
	{ "leave", "the only host leaves", 0, leaves },
	{ "leave-loss-20", "the same, links lose 20 % of the control messages", 200, leaves },
	{ "late-router", "a router before a member is switched on when the tree stands", 0,
	  comes_late },
	{ "no-member", "ten minutes without any member, after the first flood", 0, has_no_member },
	{ "restart", "the daemon of a router is killed and started again after 2 s", 0, restarts },
	{ "power-cycle", "the same router loses power for 2 s", 1, restarts },
	{ "trees-1", "five quiet minutes with 1 tree", 1, stands },
	{ "trees-10", "with 10 trees", 10, stands },
	{ "trees-100", "with 96 trees of 3 sources", 96, stands },
	{ "trees-1000", "with 960 trees of 30 sources", 960, stands },
};

const unsigned int compare_case_count = sizeof(compare_cases) / sizeof(compare_cases[0]);

bool compare_case_is_of_memory(const struct compare_case *of)
{
	return of->run == stands;
}
