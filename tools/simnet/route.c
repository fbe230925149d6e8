// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unicast routing: shortest paths over the costs of the ports, known to a router some time after
 * they have changed. Routes look as those of a routing daemon in the kernel's table: description of
 * HPIM-DM, 4.1 and 9.0.
 */
#include <string.h>

#include "simnet/net.h"

#define UNREACHABLE  UINT32_MAX
#define PROTO_KERNEL 2u
#define PROTO_ZEBRA  11u

static bool passes(const struct sim_port *port)
{
	return port->is_up && !port->is_cut;
}

/* Cost of the connected subnet, or UNREACHABLE. */
static uint32_t connected_cost(const struct sim_net *net, uint16_t router, uint16_t lan)
{
	const struct sim_box *box = &net->topo.routers[router];

	for (uint16_t p = 0; p < box->port_count; p++)
		if (box->ports[p].lan == lan && box->ports[p].is_up)
			return box->ports[p].cost;
	return UNREACHABLE;
}

/* Best way of a router to a subnet, by what its neighbors can do. */
static void best_way(const struct sim_net *net, uint16_t router, uint16_t to,
		     struct sim_route *best)
{
	const struct sim_topo *topo = &net->topo;
	const struct sim_box *box = &topo->routers[router];

	for (uint16_t p = 0; p < box->port_count; p++)
		for (uint16_t i = 0; i < topo->router_count && passes(&box->ports[p]); i++)
			for (uint16_t q = 0; q < topo->routers[i].port_count; q++) {
				const struct sim_port *peer = &topo->routers[i].ports[q];
				uint32_t metric = box->ports[p].cost + net->distances[to][i];
				struct ip_addr hop;

				if (i == router || peer->lan != box->ports[p].lan ||
				    !passes(peer) || !net->nodes[i].is_powered ||
				    net->distances[to][i] == UNREACHABLE || metric > best->metric)
					continue;
				hop = sim_topo_addr(topo, net->family, peer->lan, peer->host);
				/* Of equal ways the highest gateway. 4.1 */
				if (metric == best->metric &&
				    ip_addr_compare(&hop, &best->next_hop) < 0)
					continue;
				*best = (struct sim_route){ .is_reachable = true,
							    .port = p,
							    .next_hop = hop,
							    .preference = PROTO_ZEBRA,
							    .metric = metric };
			}
}

static void compute_distances(struct sim_net *net, uint16_t to)
{
	uint32_t *distances = net->distances[to];
	bool has_changed = true;

	for (uint16_t i = 0; i < net->topo.router_count; i++)
		distances[i] = net->nodes[i].is_powered ? connected_cost(net, i, to) : UNREACHABLE;
	while (has_changed) {
		has_changed = false;
		for (uint16_t i = 0; i < net->topo.router_count; i++) {
			struct sim_route best = { .metric = distances[i] };

			if (!net->nodes[i].is_powered)
				continue;
			best_way(net, i, to, &best);
			has_changed |= best.metric < distances[i];
			distances[i] = best.metric;
		}
	}
}

static struct sim_route compute_route(const struct sim_net *net, uint16_t router, uint16_t to)
{
	const struct sim_box *box = &net->topo.routers[router];
	struct sim_route route = { .port = SIM_NONE, .metric = UNREACHABLE };

	for (uint16_t p = 0; p < box->port_count; p++)
		if (box->ports[p].lan == to && box->ports[p].is_up)
			return (struct sim_route){
				.is_reachable = true,
				.is_connected = true,
				.port = p,
				.preference = PROTO_KERNEL,
				/* What the kernel gives to connected routes. 4.1 */
				.metric = net->family == IP_FAMILY_6 ? 256 : 0,
			};
	best_way(net, router, to, &route);
	return route;
}

static bool has_hosts(const struct sim_topo *topo, uint16_t lan)
{
	for (uint16_t i = 0; i < topo->host_count; i++)
		if (topo->hosts[i].lan == lan)
			return true;
	return false;
}

void sim_route_changed(struct sim_net *net, uint16_t router)
{
	uint32_t most_us = net->topo.converge_ms * 1000;

	if (net->topo.has_fixed_routes)
		return;
	for (uint16_t lan = 0; lan < net->topo.lan_count; lan++)
		if (has_hosts(&net->topo, lan)) /* only sources are looked up */
			compute_distances(net, lan);
	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		uint32_t delay_us = sim_rand_between(&net->rand, most_us / 2, most_us);

		if (i == router)
			sim_route_renew(net, i);
		else if (net->nodes[i].is_powered)
			sim_queue_push(
				&net->queue,
				&(struct sim_item){ .at = net->now + (hp_time)delay_us * 1000,
						    .kind = ITEM_ROUTE,
						    .node = i });
	}
}

void sim_route_renew(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];

	if (!node->is_powered)
		return;
	for (uint16_t lan = 0; lan < net->topo.lan_count; lan++)
		if (has_hosts(&net->topo, lan))
			node->routes[lan] = compute_route(net, index, lan);
	sim_node_answer_routes(net, index);
}

void sim_route_set(struct sim_net *net, uint16_t router, uint16_t lan,
		   const struct sim_route *route)
{
	net->nodes[router].routes[lan] = *route;
	sim_node_answer_routes(net, router);
}

static uint16_t lan_of(const struct sim_net *net, const struct ip_addr *source)
{
	for (uint16_t i = 0; i < net->topo.host_count; i++) {
		const struct sim_host *host = &net->topo.hosts[i];
		const struct ip_prefix addr =
			sim_topo_subnet(&net->topo, net->family, host->lan, host->host);

		if (ip_addr_equal(&addr.addr, source))
			return host->lan;
	}
	return SIM_NONE;
}

struct ev_rpf sim_route_to(const struct sim_net *net, uint16_t router, const struct ip_addr *source)
{
	uint16_t lan = lan_of(net, source);
	const struct sim_route *route = lan == SIM_NONE ? NULL : &net->nodes[router].routes[lan];
	struct ev_rpf path = {
		.source = *source, .link = LINK_NONE, .preference = UINT32_MAX, .metric = UINT32_MAX
	};

	if (!route || !route->is_reachable)
		return path;
	path.is_reachable = true;
	path.is_connected = route->is_connected;
	path.link = route->port;
	path.next_hop = route->next_hop;
	path.prefix_len = net->family == IP_FAMILY_4 ? 24 : 64;
	path.preference = route->preference;
	path.metric = route->metric;
	return path;
}
