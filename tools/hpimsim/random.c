// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drawing networks and histories. Quiet is as long as it needs to be whatever was lost before: a
 * membership whose leave was lost lasts 260 s, a neighbor that died silently 40 s or, when it fell
 * silent during a synchronization, 12 s.
 */
#include <stdio.h>
#include <string.h>

#include "hpimsim/random.h"

#define ROUTERS_MOST  10u
#define LINKS_MOST    16u
#define EVENTS_MOST   40u
#define FAULTS_FROM_S 20u
#define QUIET         HP_SEC(290)
#define WATCH         HP_SEC(10)  /* copies are counted at the end of the quiet */
#define SOURCE_END    HP_SEC(230) /* lifetime of a source, and what follows from its end */
#define MEMBER_END    HP_SEC(40)  /* last member query, and the Hellos that clear the rest */
/*
 * PIM-DM: a neighbor that died silently 105 s, an assert 180 s, a prune 210 s, one after the other,
 * then two intervals of State Refresh. After the source: its lifetime, then the same.
 */
#define PIM_QUIET      HP_SEC(640)
#define PIM_SOURCE_END HP_SEC(1100)

struct draw {
	struct sim_rand rand;
	struct scenario *scenario;
	struct sim_topo *topo;
	uint32_t groups;
	bool has_one_source; /* only the first host sends */
	bool has_pim;
	hp_time at;
};

/* ---- Topology ---- */

static void add_port(struct draw *draw, uint16_t router, uint16_t lan)
{
	struct sim_box *box = &draw->topo->routers[router];
	char name[SIM_NAME_LEN];
	struct sim_port *port;

	if (box->port_count == SIM_PORTS_MAX)
		return;
	for (uint16_t p = 0; p < box->port_count; p++)
		if (box->ports[p].lan == lan)
			return;
	(void)snprintf(name, sizeof(name), "eth%u", box->port_count);
	port = sim_topo_add_port(box, name, lan, (uint8_t)(router + 1));
	port->cost = 1 + (uint32_t)sim_rand_below(&draw->rand, 4) * 10; /* equal costs are likely */
}

static uint16_t any_router(struct draw *draw)
{
	return (uint16_t)sim_rand_below(&draw->rand, draw->topo->router_count);
}

static uint16_t add_lan(struct draw *draw)
{
	uint16_t index = draw->topo->lan_count;
	char name[SIM_NAME_LEN];
	struct sim_lan *lan;

	(void)snprintf(name, sizeof(name), "net%u", index + 1u);
	lan = sim_topo_add_lan(draw->topo, name, (uint8_t)(index + 1));
	lan->delay_us = 100 + (uint32_t)sim_rand_below(&draw->rand, 5000);
	if (sim_rand_chance(&draw->rand, 200))
		lan->mtu = sim_rand_between(&draw->rand, 300, 1500);
	if (sim_rand_chance(&draw->rand, 300))
		lan->jitter_us = sim_rand_between(&draw->rand, 10, 20000);
	return index;
}

/* First a tree of links that reaches every router, then more at random. */
static void draw_links(struct draw *draw, uint32_t count)
{
	for (uint16_t i = 1; i < draw->topo->router_count; i++) {
		uint16_t peer = (uint16_t)sim_rand_below(&draw->rand, i);
		const struct sim_box *box = &draw->topo->routers[peer];

		if (box->port_count && sim_rand_chance(&draw->rand, 400)) {
			add_port(draw, i,
				 box->ports[sim_rand_below(&draw->rand, box->port_count)].lan);
			continue;
		}
		add_port(draw, i, add_lan(draw));
		add_port(draw, peer, (uint16_t)(draw->topo->lan_count - 1));
	}
	while (draw->topo->lan_count < count) {
		uint16_t lan = add_lan(draw);

		for (uint32_t i = sim_rand_between(&draw->rand, 1, 4); i; i--)
			add_port(draw, any_router(draw), lan);
	}
}

static bool is_attached(const struct sim_topo *topo, uint16_t lan)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == lan)
				return true;
	return false;
}

/* Half of the hosts speak the newest version, some of them for one source only: mostly the first.
 */
static void draw_filter(struct draw *draw, struct sim_host *host)
{
	uint16_t others = (uint16_t)(draw->topo->host_count - 1);

	host->is_newest = sim_rand_chance(&draw->rand, 500);
	if (host->is_newest && others && sim_rand_chance(&draw->rand, 400))
		host->only = sim_rand_chance(&draw->rand, 700)
				     ? 0
				     : (uint16_t)sim_rand_below(&draw->rand, others);
}

static void draw_hosts(struct draw *draw)
{
	uint32_t count = sim_rand_between(&draw->rand, 2, 7);
	char name[SIM_NAME_LEN];

	for (uint32_t i = 0; i < count; i++) {
		uint16_t lan = (uint16_t)sim_rand_below(&draw->rand, draw->topo->lan_count);

		(void)snprintf(name, sizeof(name), "h%u", i + 1);
		if (is_attached(draw->topo, lan))
			draw_filter(draw,
				    sim_topo_add_host(draw->topo, name, lan, (uint8_t)(100 + i)));
	}
}

/*
 * A router with two ports on the link of the source. Only of a source there: elsewhere a router
 * does not hear itself in IPv4, and would forward by both.
 */
static void draw_source_loop(struct draw *draw)
{
	struct sim_topo *topo = draw->topo;
	char name[SIM_NAME_LEN];

	if (!topo->host_count || !sim_rand_chance(&draw->rand, 200))
		return;
	for (uint16_t i = 0; i < topo->router_count; i++) {
		struct sim_box *box = &topo->routers[i];
		uint16_t ports = box->port_count;

		for (uint16_t p = 0; p < ports && box->port_count < SIM_PORTS_MAX; p++) {
			if (box->ports[p].lan != topo->hosts[0].lan)
				continue;
			(void)snprintf(name, sizeof(name), "eth%u", ports);
			(void)sim_topo_add_port(box, name, topo->hosts[0].lan, (uint8_t)(51 + i));
			draw->has_one_source = true;
			return;
		}
	}
}

static void draw_topo(struct draw *draw, const struct random_request *request)
{
	uint32_t routers = request->routers ? request->routers
					    : sim_rand_between(&draw->rand, 2, ROUTERS_MOST);
	uint32_t links =
		request->links ? request->links : sim_rand_between(&draw->rand, 2, LINKS_MOST);
	char name[SIM_NAME_LEN];

	for (uint32_t i = 0; i < routers; i++) {
		(void)snprintf(name, sizeof(name), "R%u", i + 1);
		(void)sim_topo_add_router(draw->topo, name);
	}
	draw_links(draw, links);
	draw_hosts(draw);
	/* PIM-DM forwards back onto the link of the source where another router is there, too. */
	if (request->protocol == RANDOM_HPIM)
		draw_source_loop(draw);
	draw->groups = sim_rand_between(&draw->rand, 1, 3);
	draw->topo->data_ttl = 64;
	draw->topo->converge_ms = sim_rand_between(&draw->rand, 10, 5000);
	draw->topo->data_period_ms = sim_rand_between(&draw->rand, 900, 4000);
	draw->topo->settings.initial_flood = sim_rand_chance(&draw->rand, 800);
	draw->topo->settings.hold_forwarding = sim_rand_chance(&draw->rand, 800);
	draw->topo->settings.sync_fragment = (uint32_t)sim_rand_below(&draw->rand, 3);
}

/* Drawn from a sequence of its own: the networks are those of HPIM-DM alone. */
static void draw_protocols(struct draw *draw, enum random_protocol protocol, uint64_t seed)
{
	struct sim_rand rand = { seed };
	bool has_pim[SIM_LANS_MAX];

	draw->has_pim = protocol != RANDOM_HPIM;
	for (uint16_t i = 0; i < draw->topo->lan_count; i++)
		has_pim[i] = protocol == RANDOM_PIMDM ||
			     (protocol == RANDOM_MIXED && sim_rand_chance(&rand, 500));
	for (uint16_t i = 0; i < draw->topo->router_count; i++)
		for (uint16_t p = 0; p < draw->topo->routers[i].port_count; p++) {
			struct sim_port *port = &draw->topo->routers[i].ports[p];

			port->protocol = has_pim[port->lan] ? PROTO_PIMDM : PROTO_HPIM;
			port->wants[PROTO_HPIM] = port->protocol == PROTO_HPIM;
			port->wants[PROTO_PIMDM] = port->protocol == PROTO_PIMDM;
		}
}

/* ---- History ---- */

static void act(struct draw *draw, enum action_kind kind, uint16_t node, uint16_t port,
		uint32_t value)
{
	bool switches = kind == ACT_HPIM_ON || kind == ACT_HPIM_OFF;

	if (switches && draw->topo->routers[node].ports[port].protocol == PROTO_PIMDM)
		kind = kind == ACT_HPIM_ON ? ACT_PIM_ON : ACT_PIM_OFF;
	scenario_add_action(
		draw->scenario,
		&(struct action){
			.at = draw->at, .kind = kind, .node = node, .port = port, .value = value });
}

static void act_on_router(struct draw *draw)
{
	static const enum action_kind kinds[] = { ACT_START, ACT_START, ACT_STOP, ACT_KILL,
						  ACT_CRASH };
	uint16_t router = any_router(draw);

	if (sim_rand_chance(&draw->rand, 300))
		act(draw, ACT_SKEW, router, 0, (uint32_t)sim_rand_below(&draw->rand, 100000));
	act(draw, kinds[sim_rand_below(&draw->rand, 5)], router, 0, 0);
	if (sim_rand_chance(&draw->rand, 500)) {
		draw->at += HP_MS(sim_rand_below(&draw->rand, 15000));
		act(draw, ACT_START, router, 0, 0);
	}
}

static void act_on_port(struct draw *draw)
{
	static const enum action_kind kinds[][2] = {
		{ ACT_DOWN, ACT_UP },          { ACT_DOWN, ACT_UP },      { ACT_CUT, ACT_HEAL },
		{ ACT_HPIM_OFF, ACT_HPIM_ON }, { ACT_GM_OFF, ACT_GM_ON },
	};
	uint16_t router = any_router(draw), port;
	size_t kind = sim_rand_below(&draw->rand, 5);

	if (!draw->topo->routers[router].port_count)
		return;
	port = (uint16_t)sim_rand_below(&draw->rand, draw->topo->routers[router].port_count);
	if (sim_rand_chance(&draw->rand, 200)) {
		act(draw, ACT_COST, router, port, sim_rand_between(&draw->rand, 1, 100));
		return;
	}
	act(draw, kinds[kind][sim_rand_chance(&draw->rand, 250)], router, port, 0);
	if (sim_rand_chance(&draw->rand, 600)) {
		draw->at += HP_MS(sim_rand_below(&draw->rand, 20000));
		act(draw, kinds[kind][1], router, port, 0);
	}
}

static void act_on_lan(struct draw *draw)
{
	static const uint32_t losses[] = { 0, 0, 20, 100, 300, 1000 };
	uint16_t lan = (uint16_t)sim_rand_below(&draw->rand, draw->topo->lan_count);

	if (sim_rand_chance(&draw->rand, 300))
		act(draw, ACT_DUP, lan, 0, (uint32_t)sim_rand_below(&draw->rand, 500));
	else
		act(draw, ACT_LOSS, lan, 0, losses[sim_rand_below(&draw->rand, 6)]);
}

static void act_on_host(struct draw *draw)
{
	uint16_t host = (uint16_t)sim_rand_below(&draw->rand, draw->topo->host_count);
	uint32_t group = (uint32_t)sim_rand_below(&draw->rand, draw->groups);

	if (!draw->topo->host_count)
		return;
	switch (sim_rand_below(&draw->rand, 8)) {
	case 0: act(draw, ACT_SEND, draw->has_one_source ? 0 : host, 0, draw->groups); break;
	case 1: act(draw, ACT_SEND, host, 0, 0); break;
	case 2: act(draw, ACT_UNPLUG, host, 0, 0); break;
	case 3: act(draw, ACT_PLUG, host, 0, 0); break;
	case 4: act(draw, ACT_LEAVE, host, 0, group); break;
	default: act(draw, ACT_JOIN, host, 0, group); break;
	}
}

/* Routers begin within a few seconds, so that not all Hellos are of one time. */
static void draw_start(struct draw *draw)
{
	for (uint16_t i = 0; i < draw->topo->router_count; i++) {
		draw->at = HP_MS(sim_rand_below(&draw->rand, 200));
		draw->at += i ? draw->scenario->steps[draw->scenario->step_count - 1].action.at : 0;
		act(draw, ACT_START, i, 0, 0);
	}
	for (uint16_t i = 0; i < draw->topo->host_count; i++) {
		draw->at += HP_MS(sim_rand_below(&draw->rand, 1000));
		if (i == 0 || (!draw->has_one_source && sim_rand_chance(&draw->rand, 150)))
			act(draw, ACT_SEND, i, 0, draw->groups);
		else
			act(draw, ACT_JOIN, i, 0,
			    (uint32_t)sim_rand_below(&draw->rand, draw->groups));
	}
}

static void draw_faults(struct draw *draw, uint32_t count)
{
	draw->at += HP_SEC(sim_rand_between(&draw->rand, 0, FAULTS_FROM_S));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t gap_ms = sim_rand_chance(&draw->rand, 200)   ? 30000
				  : sim_rand_chance(&draw->rand, 400) ? 50
								      : 5000;

		draw->at += HP_MS(sim_rand_below(&draw->rand, gap_ms));
		switch (sim_rand_below(&draw->rand, 6)) {
		case 0:
		case 1: act_on_host(draw); break;
		case 2: act_on_router(draw); break;
		case 3: act_on_lan(draw); break;
		default: act_on_port(draw); break;
		}
	}
}

/*
 * One after the other. A non-querier that hears one host block its source after another host has
 * left, but before the query which follows that, keeps the source for as long as a membership
 * lasts: so RFC 9776, 6.4.2, has it.
 */
static void all_leave(struct draw *draw)
{
	for (uint16_t i = 0; i < draw->topo->host_count; i++, draw->at += HP_SEC(3))
		for (uint32_t group = 0; group < draw->groups; group++)
			act(draw, ACT_LEAVE, i, 0, group);
}

/*
 * Where an older host is present routers do not hear that a newer one blocks its sources, and wait
 * until all membership times out. RFC 9776, 7.3.2
 */
static hp_time leaving_takes(const struct sim_topo *topo)
{
	bool has_newest = false, has_old = false;

	for (uint16_t i = 0; i < topo->host_count; i++) {
		has_newest |= topo->hosts[i].is_newest;
		has_old |= !topo->hosts[i].is_newest;
	}
	return has_newest && has_old ? QUIET : MEMBER_END;
}

/*
 * One port stays cut, not on a link of hosts that may send: there its router would still have the
 * connected route, and keep others from the source.
 */
static void cut_for_good(struct draw *draw)
{
	uint16_t router = any_router(draw);
	const struct sim_box *box = &draw->topo->routers[router];

	for (uint16_t p = 0; p < box->port_count; p++) {
		bool has_host = false;

		for (uint16_t i = 0; i < draw->topo->host_count; i++)
			has_host |= draw->topo->hosts[i].lan == box->ports[p].lan &&
				    (i == 0 || !draw->has_one_source);
		if (has_host)
			continue;
		act(draw, ACT_CUT, router, p, 0);
		return;
	}
}

/* Quiet; then sources and members go, in one order or the other. */
static void draw_end(struct draw *draw)
{
	bool leave_first = sim_rand_chance(&draw->rand, 500);

	act(draw, ACT_CALM, 0, 0, 0);
	if (sim_rand_chance(&draw->rand, 200))
		cut_for_good(draw);
	draw->at += draw->has_pim ? PIM_QUIET : QUIET;
	act(draw, ACT_MARK, 0, 0, 0);
	draw->at += WATCH;
	scenario_add_expectation(draw->scenario, draw->at, "settled", "all", "yes", NULL);
	if (leave_first) {
		all_leave(draw);
		draw->at += leaving_takes(draw->topo);
		act(draw, ACT_MARK, 0, 0, 0);
		draw->at += WATCH;
		scenario_add_expectation(draw->scenario, draw->at, "settled", "all", "yes", NULL);
	}
	for (uint16_t i = 0; i < draw->topo->host_count; i++)
		act(draw, ACT_SEND, i, 0, 0);
	draw->at += draw->has_pim ? PIM_SOURCE_END : SOURCE_END;
	scenario_add_expectation(draw->scenario, draw->at, "gone", "all", "yes", NULL);
	if (!leave_first)
		all_leave(draw);
	draw->at += leaving_takes(draw->topo);
	scenario_add_expectation(draw->scenario, draw->at, "empty", "all", "yes", NULL);
}

void random_scenario(uint64_t seed, const struct random_request *request,
		     struct scenario *ret_scenario)
{
	struct draw draw = { .rand = { seed }, .scenario = ret_scenario };
	uint32_t events;

	memset(ret_scenario, 0, sizeof(*ret_scenario));
	(void)snprintf(ret_scenario->name, sizeof(ret_scenario->name), "seed %llu",
		       (unsigned long long)seed);
	ret_scenario->seed = seed;
	ret_scenario->has_family = true;
	draw.topo = &ret_scenario->topo;
	sim_topo_init(draw.topo);
	ret_scenario->family = (enum ip_family)sim_rand_below(&draw.rand, IP_FAMILY_COUNT);
	draw_topo(&draw, request);
	draw_protocols(&draw, request->protocol, seed);
	draw_start(&draw);
	events = request->events ? request->events
				 : (uint32_t)sim_rand_below(&draw.rand, EVENTS_MOST);
	draw_faults(&draw, events);
	draw_end(&draw);
}
