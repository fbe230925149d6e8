// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios as lines. Times of IGMP and MLD stay what they are: a daemon cannot set all of them. */
#include "hpimsim/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"

#define CONVERGED_AT HP_SEC(2)

/* ---- pace ---- */

void plan_faster(struct scenario *scenario, uint32_t times)
{
	for (size_t i = 0; i < SCENARIO_SETTINGS; i++) {
		const char *name = scenario_settings[i].name, *unit = strrchr(name, '_');
		uint32_t *value = scenario_setting(&scenario->topo.settings, i);

		if (strncmp(name, "pim_", 4) != 0 || !*value)
			continue;
		if (!strcmp(unit, "_s") || !strcmp(unit, "_ms"))
			*value = *value > times ? *value / times : 1;
	}
	for (size_t i = 0; i < scenario->step_count; i++)
		scenario->steps[i].action.at /= (hp_time)times;
}

/* ---- network ---- */

static void ends_print(const struct sim_topo *topo, uint16_t lan)
{
	printf("link %s", topo->lans[lan].name);
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++) {
			const struct sim_port *port = &topo->routers[i].ports[p];
			struct ip_prefix subnet =
				sim_topo_subnet(topo, IP_FAMILY_4, lan, port->host);

			if (port->lan == lan)
				printf(" %s %s %s", topo->routers[i].name, port->name,
				       ip_prefix_text(&subnet).s);
		}
	for (uint16_t i = 0; i < topo->host_count; i++) {
		struct ip_prefix subnet =
			sim_topo_subnet(topo, IP_FAMILY_4, lan, topo->hosts[i].host);

		if (topo->hosts[i].lan == lan)
			printf(" %s eth0 %s", topo->hosts[i].name, ip_prefix_text(&subnet).s);
	}
	printf("\n");
}

static void network_print(const struct sim_topo *topo)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		printf("router %s\n", topo->routers[i].name);
	for (uint16_t i = 0; i < topo->host_count; i++)
		printf("host %s\n", topo->hosts[i].name);
	for (uint16_t lan = 0; lan < topo->lan_count; lan++)
		ends_print(topo, lan);
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++) {
			const struct sim_port *port = &topo->routers[i].ports[p];

			printf("protocol %s %s %s\n", topo->routers[i].name, port->name,
			       port->protocol == PROTO_PIMDM ? "pim-dm" : "hpim");
		}
}

/* A route of the simulator is that to a subnet with hosts. */
static void route_print(const struct sim_net *net, uint16_t router, uint16_t lan)
{
	const struct sim_route *route = &net->nodes[router].routes[lan];
	struct ip_prefix subnet = sim_topo_subnet(&net->topo, IP_FAMILY_4, lan, 0);

	if (route->is_reachable && !route->is_connected)
		printf("route %s %s %s %u\n", net->topo.routers[router].name,
		       ip_prefix_text(&subnet).s, ip_addr_text(&route->next_hop).s, route->metric);
}

static void routes_print(const struct scenario *scenario)
{
	struct sim_net *net = sim_net_new(&scenario->topo, IP_FAMILY_4, scenario->seed);

	for (uint16_t i = 0; i < net->topo.router_count; i++)
		sim_node_start(net, i);
	sim_net_run(net, CONVERGED_AT);
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		for (uint16_t lan = 0; lan < net->topo.lan_count; lan++)
			route_print(net, i, lan);
	sim_net_free(net);
}

static void settings_print(const struct core_settings *settings)
{
	struct core_settings defaults = core_settings_default, copy = *settings;

	for (size_t i = 0; i < SCENARIO_SETTINGS; i++)
		if (*scenario_setting(&copy, i) != *scenario_setting(&defaults, i))
			printf("set %s %u\n", scenario_settings[i].name,
			       *scenario_setting(&copy, i));
}

/* ---- timeline ---- */

/* Those that a script can do; it does not count copies, so it needs no marks. */
static bool action_print(const struct scenario *scenario, const struct action *action)
{
	const struct sim_topo *topo = &scenario->topo;
	double at = (double)action->at / 1e9;
	struct ip_addr group;
	char text[80], verb[16] = "";

	action_text(topo, action, text, sizeof(text));
	(void)sscanf(text, "%15s", verb); /* every action begins with one */
	switch (action->kind) {
	case ACT_MARK: return true;
	case ACT_START:
	case ACT_SHOW: printf("at %.3f %s %s\n", at, verb, topo->routers[action->node].name); break;
	case ACT_DOWN:
	case ACT_UP:
		printf("at %.3f %s %s %s\n", at, verb, topo->routers[action->node].name,
		       topo->routers[action->node].ports[action->port].name);
		break;
	case ACT_JOIN:
	case ACT_LEAVE:
	case ACT_PACKET:
		group = sim_topo_group(IP_FAMILY_4, (uint16_t)action->value);
		printf("at %.3f %s %s %s\n", at, verb, topo->hosts[action->node].name,
		       ip_addr_text(&group).s);
		break;
	default: fprintf(stderr, "hpimsim: a plan has no '%s'\n", text); return false;
	}
	return true;
}

bool plan_print(const struct scenario *scenario)
{
	bool is_good = true;

	network_print(&scenario->topo);
	routes_print(scenario);
	settings_print(&scenario->topo.settings);
	for (size_t i = 0; i < scenario->step_count && is_good; i++)
		if (!scenario->steps[i].is_expectation)
			is_good = action_print(scenario, &scenario->steps[i].action);
	return is_good;
}
