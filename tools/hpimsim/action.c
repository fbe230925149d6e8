// SPDX-License-Identifier: GPL-2.0-only
/* Actions: their words, and how they are done. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/action.h"

enum operand { OF_ROUTER, OF_PORT, OF_LAN, OF_HOST, OF_NOTHING };

struct word {
	const char *name;
	enum operand operand;
	bool has_value;
	bool upsets; /* the network needs time to settle afterwards */
};

static const struct word words[ACT_COUNT] = {
	[ACT_START] = { "start", OF_ROUTER, false, true },
	[ACT_STOP] = { "stop", OF_ROUTER, false, true },
	[ACT_KILL] = { "kill", OF_ROUTER, false, true },
	[ACT_CRASH] = { "crash", OF_ROUTER, false, true },
	[ACT_SKEW] = { "skew", OF_ROUTER, true, false },
	[ACT_SHOW] = { "show", OF_ROUTER, false, false },
	[ACT_DOWN] = { "down", OF_PORT, false, true },
	[ACT_UP] = { "up", OF_PORT, false, true },
	[ACT_CUT] = { "cut", OF_PORT, false, true },
	[ACT_HEAL] = { "heal", OF_PORT, false, true },
	[ACT_COST] = { "cost", OF_PORT, true, true },
	[ACT_HPIM_ON] = { "hpim-on", OF_PORT, false, true },
	[ACT_HPIM_OFF] = { "hpim-off", OF_PORT, false, true },
	[ACT_PIM_ON] = { "pim-on", OF_PORT, false, true },
	[ACT_PIM_OFF] = { "pim-off", OF_PORT, false, true },
	[ACT_GM_ON] = { "gm-on", OF_PORT, false, true },
	[ACT_GM_OFF] = { "gm-off", OF_PORT, false, true },
	[ACT_LOSS] = { "loss", OF_LAN, true, true },
	[ACT_DUP] = { "dup", OF_LAN, true, true },
	[ACT_JITTER] = { "jitter", OF_LAN, true, true },
	[ACT_DELAY] = { "delay", OF_LAN, true, true },
	[ACT_JOIN] = { "join", OF_HOST, true, false },
	[ACT_LEAVE] = { "leave", OF_HOST, true, false },
	[ACT_SEND] = { "send", OF_HOST, true, false },
	[ACT_SEND_GROUP] = { "send-group", OF_HOST, true, false },
	[ACT_PACKET] = { "packet", OF_HOST, true, false },
	[ACT_UNPLUG] = { "unplug", OF_HOST, false, true },
	[ACT_PLUG] = { "plug", OF_HOST, false, true },
	[ACT_CALM] = { "calm", OF_NOTHING, false, true },
	[ACT_MARK] = { "mark", OF_NOTHING, false, false },
};

/* ---- Text ---- */

static bool find_operand(const struct sim_topo *topo, enum operand operand, char *name,
			 struct action *action)
{
	char *dot;

	switch (operand) {
	case OF_NOTHING: return true;
	case OF_ROUTER: action->node = sim_topo_router(topo, name); break;
	case OF_LAN: action->node = sim_topo_lan(topo, name); break;
	case OF_HOST: action->node = sim_topo_host(topo, name); break;
	case OF_PORT:
		dot = strchr(name, '.');
		if (!dot)
			return false;
		*dot = '\0';
		action->node = sim_topo_router(topo, name);
		*dot = '.';
		if (action->node == SIM_NONE)
			return false;
		action->port = sim_topo_port(&topo->routers[action->node], dot + 1);
		return action->port != SIM_NONE;
	}
	return action->node != SIM_NONE;
}

static const struct word *find_word(const char *name)
{
	for (size_t i = 0; i < ACT_COUNT; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

static bool value_fits(const struct action *action)
{
	switch (action->kind) {
	case ACT_JOIN:
	case ACT_SEND_GROUP:
	case ACT_PACKET:
	case ACT_LEAVE: return action->value < SIM_GROUPS_MAX;
	case ACT_SEND: return action->value <= SIM_GROUPS_MAX;
	case ACT_LOSS:
	case ACT_DUP: return action->value <= 1000;
	case ACT_COST: return action->value > 0 && action->value < 1000000;
	default: return action->value < 100000000;
	}
}

bool action_parse(const struct sim_topo *topo, const char *text, struct action *action,
		  char *ret_error, size_t room)
{
	char verb[SIM_NAME_LEN] = "", name[2 * SIM_NAME_LEN] = "", value[16] = "";
	int count = sscanf(text, "%15s %31s %15s", verb, name, value);
	const struct word *word = find_word(verb);
	char *end = value;

	if (!word) {
		(void)snprintf(ret_error, room, "'%s': no such action", text);
		return false;
	}
	action->kind = (enum action_kind)(word - words);
	if (!find_operand(topo, word->operand, name, action)) {
		(void)snprintf(ret_error, room, "'%s': no such thing: '%s'", text, name);
		return false;
	}
	action->value = action->kind == ACT_SEND; /* one group unless it says how many */
	if (count == 3)
		action->value = (uint32_t)strtoul(value, &end, 10);
	if (*end || (count == 3 && !word->has_value) || !value_fits(action)) {
		(void)snprintf(ret_error, room, "'%s': bad number: '%s'", text, value);
		return false;
	}
	return true;
}

void action_text(const struct sim_topo *topo, const struct action *action, char *text, size_t room)
{
	const struct word *word = &words[action->kind];
	char name[2 * SIM_NAME_LEN + 1] = "", value[16] = "";
	const struct sim_box *box = &topo->routers[action->node];

	switch (word->operand) {
	case OF_NOTHING: break;
	case OF_ROUTER: (void)snprintf(name, sizeof(name), " %s", box->name); break;
	case OF_LAN:
		(void)snprintf(name, sizeof(name), " %s", topo->lans[action->node].name);
		break;
	case OF_HOST:
		(void)snprintf(name, sizeof(name), " %s", topo->hosts[action->node].name);
		break;
	case OF_PORT:
		(void)snprintf(name, sizeof(name), " %.15s.%.15s", box->name,
			       box->ports[action->port].name);
		break;
	}
	if (word->has_value)
		(void)snprintf(value, sizeof(value), " %u", action->value);
	(void)snprintf(text, room, "%s%s%s", word->name, name, value);
}

/* ---- Deed ---- */

/* The core gets it before the routes: as the kernel tells of a link before its routes. */
static void carrier(struct sim_net *net, const struct action *action, bool is_up)
{
	struct sim_port *port = &net->topo.routers[action->node].ports[action->port];

	if (port->is_up == is_up)
		return;
	port->is_up = is_up;
	sim_node_link(net, action->node, action->port);
	sim_route_changed(net, action->node);
}

static void cut(struct sim_net *net, const struct action *action, bool is_cut)
{
	struct sim_port *port = &net->topo.routers[action->node].ports[action->port];

	if (port->is_cut == is_cut)
		return;
	port->is_cut = is_cut;
	sim_route_changed(net, SIM_NONE);
}

static void cost(struct sim_net *net, const struct action *action)
{
	net->topo.routers[action->node].ports[action->port].cost = action->value;
	sim_route_changed(net, action->node);
}

static void switch_proto(struct sim_net *net, const struct action *action, enum core_proto proto,
			 bool is_on)
{
	net->topo.routers[action->node].ports[action->port].wants[proto] = is_on;
	sim_node_switch(net, action->node, action->port);
}

/* No more faults but those that the protocol has to live with: ports down, routers without power.
 */
static void calm(struct sim_net *net)
{
	struct sim_topo *topo = &net->topo;

	for (uint16_t i = 0; i < topo->lan_count; i++)
		topo->lans[i].loss_pm = topo->lans[i].dup_pm = 0;
	for (uint16_t i = 0; i < topo->host_count; i++)
		topo->hosts[i].is_unplugged = false;
	for (uint16_t i = 0; i < topo->router_count; i++) {
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++) {
			struct sim_port *port = &topo->routers[i].ports[p];

			port->is_cut = false;
			port->wants[port->protocol] = port->wants[PROTO_GM] = true;
			sim_node_switch(net, i, p);
		}
		if (net->nodes[i].is_powered)
			sim_node_start(net, i);
	}
	sim_route_changed(net, SIM_NONE);
}

static void act_on_router(struct sim_net *net, const struct action *action)
{
	switch (action->kind) {
	case ACT_START: sim_node_start(net, action->node); break;
	case ACT_STOP: sim_node_stop(net, action->node); break;
	case ACT_KILL: sim_node_kill(net, action->node); break;
	case ACT_CRASH: sim_node_crash(net, action->node); break;
	case ACT_SKEW: net->topo.routers[action->node].skew_s = (int32_t)action->value; break;
	case ACT_SHOW: break; /* who watches prints its tables */
	default: assert(0);
	}
}

static void act_on_port(struct sim_net *net, const struct action *action)
{
	switch (action->kind) {
	case ACT_DOWN: carrier(net, action, false); break;
	case ACT_UP: carrier(net, action, true); break;
	case ACT_CUT: cut(net, action, true); break;
	case ACT_HEAL: cut(net, action, false); break;
	case ACT_COST: cost(net, action); break;
	case ACT_HPIM_ON: switch_proto(net, action, PROTO_HPIM, true); break;
	case ACT_HPIM_OFF: switch_proto(net, action, PROTO_HPIM, false); break;
	case ACT_PIM_ON: switch_proto(net, action, PROTO_PIMDM, true); break;
	case ACT_PIM_OFF: switch_proto(net, action, PROTO_PIMDM, false); break;
	case ACT_GM_ON: switch_proto(net, action, PROTO_GM, true); break;
	case ACT_GM_OFF: switch_proto(net, action, PROTO_GM, false); break;
	default: assert(0);
	}
}

static void act_on_lan(struct sim_net *net, const struct action *action)
{
	struct sim_lan *lan = &net->topo.lans[action->node];

	switch (action->kind) {
	case ACT_LOSS: lan->loss_pm = action->value; break;
	case ACT_DUP: lan->dup_pm = action->value; break;
	case ACT_JITTER: lan->jitter_us = action->value; break;
	case ACT_DELAY: lan->delay_us = action->value; break;
	default: assert(0);
	}
}

static void act_on_host(struct sim_net *net, const struct action *action)
{
	uint32_t groups;

	switch (action->kind) {
	case ACT_JOIN: sim_host_join(net, action->node, (uint16_t)action->value); break;
	case ACT_LEAVE: sim_host_leave(net, action->node, (uint16_t)action->value); break;
	case ACT_SEND:
		groups = action->value < SIM_GROUPS_MAX ? (UINT32_C(1) << action->value) - 1
							: UINT32_MAX;
		sim_host_send(net, action->node, groups);
		break;
	case ACT_SEND_GROUP:
		groups = net->topo.hosts[action->node].sending |
			 UINT32_C(1) << action->value % SIM_GROUPS_MAX;
		sim_host_send(net, action->node, groups);
		break;
	case ACT_PACKET: sim_host_packet(net, action->node, (uint16_t)action->value); break;
	case ACT_UNPLUG: net->topo.hosts[action->node].is_unplugged = true; break;
	case ACT_PLUG: net->topo.hosts[action->node].is_unplugged = false; break;
	default: assert(0);
	}
}

void action_perform(struct sim_net *net, const struct action *action)
{
	if (words[action->kind].upsets) {
		net->acted_at = net->now;
		net->count.faults++;
	}
	switch (words[action->kind].operand) {
	case OF_ROUTER: act_on_router(net, action); break;
	case OF_PORT: act_on_port(net, action); break;
	case OF_LAN: act_on_lan(net, action); break;
	case OF_HOST: act_on_host(net, action); break;
	case OF_NOTHING:
		if (action->kind == ACT_CALM)
			calm(net);
		else
			sim_net_mark(net);
	}
}
