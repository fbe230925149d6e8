// SPDX-License-Identifier: GPL-2.0-only
/* The tree that ought to be. Source: description of HPIM-DM, 3.8 to 3.12, for settled networks. */
#include <string.h>

#include "hpimsim/ideal.h"

bool ideal_is_upstream(const struct sim_net *net, const struct ideal *ideal, uint16_t router,
		       uint16_t port)
{
	const struct sim_port *is = &net->topo.routers[router].ports[port];

	return ideal->is_there[router] && is->is_up && port != ideal->root[router] &&
	       is->lan != ideal->lan;
}

/* 4.2: lower cost, then higher address. */
static bool beats(const struct sim_net *net, const struct ideal *ideal, uint16_t a, uint16_t a_port,
		  uint16_t b, uint16_t b_port)
{
	const struct sim_box *boxes = net->topo.routers;

	if (ideal->preference[a] != ideal->preference[b])
		return ideal->preference[a] < ideal->preference[b];
	if (ideal->metric[a] != ideal->metric[b])
		return ideal->metric[a] < ideal->metric[b];
	return boxes[a].ports[a_port].host > boxes[b].ports[b_port].host;
}

uint16_t ideal_best_on(const struct sim_net *net, const struct ideal *ideal, uint16_t lan,
		       uint16_t except, uint16_t *ret_port)
{
	uint16_t best = SIM_NONE;

	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		if (i == except)
			continue;
		for (uint16_t p = 0; p < net->topo.routers[i].port_count; p++) {
			if (net->topo.routers[i].ports[p].lan != lan ||
			    net->topo.routers[i].ports[p].is_cut ||
			    !ideal_is_upstream(net, ideal, i, p))
				continue;
			if (best != SIM_NONE && !beats(net, ideal, i, p, best, *ret_port))
				continue;
			best = i;
			*ret_port = p;
		}
	}
	return best;
}

static void find_routes(const struct sim_net *net, struct ideal *ideal)
{
	const struct sim_host *host = &net->topo.hosts[ideal->source];
	const struct ip_addr source =
		sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr;

	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		const struct ev_rpf route = sim_route_to(net, i, &source);

		ideal->is_there[i] = net->nodes[i].router.core && route.is_reachable;
		ideal->root[i] = route.link;
		ideal->preference[i] = route.preference;
		ideal->metric[i] = route.metric;
	}
}

/* Whether data are wanted on a link: a member, or a router that is in the tree by it. */
static bool is_wanted(const struct sim_net *net, const struct ideal *ideal, uint16_t lan)
{
	if (ideal->has_member[lan])
		return true;
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		if (ideal->is_there[i] && ideal->is_in_tree[i] &&
		    net->topo.routers[i].ports[ideal->root[i]].lan == lan)
			return true;
	return false;
}

void ideal_compute(const struct sim_net *net, uint16_t source, uint16_t group,
		   struct ideal *ret_ideal)
{
	struct ideal *ideal = ret_ideal;
	bool has_changed = true;

	memset(ideal, 0, sizeof(*ideal));
	ideal->source = source;
	ideal->group = group;
	ideal->lan = net->topo.hosts[source].lan;
	find_routes(net, ideal);
	for (uint16_t i = 0; i < net->topo.host_count; i++) {
		const struct sim_host *host = &net->topo.hosts[i];

		if ((host->joined >> group & 1) && (host->only == SIM_NONE || host->only == source))
			ideal->has_member[host->lan] = true;
	}
	for (uint16_t lan = 0; lan < net->topo.lan_count; lan++)
		ideal->winner[lan] =
			ideal_best_on(net, ideal, lan, SIM_NONE, &ideal->winner_port[lan]);
	while (has_changed) { /* interest only grows */
		has_changed = false;
		for (uint16_t lan = 0; lan < net->topo.lan_count; lan++) {
			if (ideal->winner[lan] == SIM_NONE || ideal->is_wanted[lan] ||
			    !is_wanted(net, ideal, lan))
				continue;
			ideal->is_wanted[lan] = has_changed = true;
			ideal->is_in_tree[ideal->winner[lan]] = true;
		}
	}
}
