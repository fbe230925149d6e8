// SPDX-License-Identifier: GPL-2.0-only
/* A router in its place: the life of its daemon, and what its core reaches. */
#include <string.h>

#include "core/inspect.h"
#include "simnet/event.h"
#include "simnet/net.h"

static struct sim_net *net_of(const struct sim_router *router)
{
	return router->ctx;
}

static void on_event(struct sim_router *router, const struct core_event *event)
{
	sim_trace_event(net_of(router), router->index, event);
}

static void on_effect(struct sim_router *router, const struct core_effect *fx)
{
	struct sim_net *net = net_of(router);

	sim_trace_effect(net, router->index, fx);
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].effect)
			net->taps[i].effect(net->taps[i].ctx, net, router->index, fx);
}

static void on_send(struct sim_router *router, const struct fx_send *send)
{
	struct sim_net *net = net_of(router);
	const struct sim_box *box = &net->topo.routers[router->index];
	const struct sim_port *port = &box->ports[send->link];
	const struct ip_addr own = sim_topo_addr(&net->topo, net->family, port->lan, port->host);
	size_t header = ip_family_addr_len(net->family) == 4 ? 20 : 40;

	if (!ip_addr_equal(&own, &send->src))
		sim_net_break(net, "%s sends from a foreign address", box->name);
	if (send->len + header > net->topo.lans[port->lan].mtu)
		sim_net_break(net, "%s sends %zu bytes on %s", box->name, send->len + header,
			      port->name);
	sim_lan_send(net, router->index, send->link, send);
}

static struct ev_rpf route_to(const struct sim_router *router, const struct ip_addr *source)
{
	return sim_route_to(net_of(router), router->index, source);
}

static void on_broken(struct sim_router *router, const char *what)
{
	struct sim_net *net = net_of(router);

	sim_net_break(net, "%s: %s", net->topo.routers[router->index].name, what);
}

static const struct sim_router_ops ops = {
	.event = on_event,
	.effect = on_effect,
	.send = on_send,
	.route = route_to,
	.broken = on_broken,
};

void sim_node_init(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];

	sim_router_init(&node->router, &ops, net, index);
	node->clock_at = node->lease_at = HP_TIME_NEVER;
}

void sim_node_fini(struct sim_node *node)
{
	sim_router_fini(&node->router);
	sim_formers_fini(&node->formers);
}

/* ---- Events ---- */

static void schedule(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];
	hp_time deadline = core_deadline(node->router.core);

	if (deadline == node->clock_at)
		return;
	node->clock_at = deadline < net->now ? net->now : deadline;
	if (deadline != HP_TIME_NEVER)
		sim_queue_push(&net->queue, &(struct sim_item){ .at = node->clock_at,
								.kind = ITEM_CLOCK,
								.node = index });
}

void sim_node_feed(struct sim_net *net, uint16_t index, const struct core_event *event)
{
	struct sim_node *node = &net->nodes[index];

	if (!node->router.core)
		return;
	sim_router_feed(&node->router, net->now, event);
	schedule(net, index);
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].handled)
			net->taps[i].handled(net->taps[i].ctx, net, index);
}

void sim_node_clock(struct sim_net *net, uint16_t index)
{
	const struct core_event event = sim_event_clock();

	sim_node_feed(net, index, &event);
}

void sim_node_answer_routes(struct sim_net *net, uint16_t index)
{
	if (!net->nodes[index].router.core)
		return;
	sim_router_reroute(&net->nodes[index].router);
	sim_node_clock(net, index);
}

static void link_feed(struct sim_net *net, uint16_t index, uint16_t number, uint8_t host)
{
	const struct sim_port *port = &net->topo.routers[index].ports[number];
	const struct ip_prefix subnet = sim_topo_subnet(&net->topo, net->family, port->lan, host);
	struct core_event event = sim_event_link(number, port->is_up, &subnet);

	event.link.mtu = net->topo.lans[port->lan].mtu;
	memcpy(event.link.name, port->name, sizeof(event.link.name));
	if (net->family == IP_FAMILY_6)
		event.link.addrs[event.link.addr_count++] =
			(struct ip_prefix){ sim_topo_addr(&net->topo, net->family, port->lan, host),
					    64 };
	sim_node_feed(net, index, &event);
}

void sim_node_link(struct sim_net *net, uint16_t index, uint16_t number)
{
	link_feed(net, index, number, net->topo.routers[index].ports[number].host);
}

void sim_node_readdress(struct sim_net *net, uint16_t index, uint16_t number, uint8_t host)
{
	link_feed(net, index, number, host);
	net->topo.routers[index].ports[number].host = host;
}

void sim_node_switch(struct sim_net *net, uint16_t index, uint16_t number)
{
	const struct sim_port *port = &net->topo.routers[index].ports[number];

	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++) {
		const struct core_event event =
			sim_event_switch(number, net->family, proto, port->wants[proto]);

		sim_node_feed(net, index, &event);
	}
}

/* ---- Life ---- */

/* BootTimes grow over restarts whatever the clock says, as the daemon has it. */
static uint32_t unix_at_zero(const struct sim_net *net, uint16_t index)
{
	uint32_t up_s = (uint32_t)(net->now / HP_SEC(1));
	uint32_t unix_s =
		net->topo.limits.unix_s + (uint32_t)net->topo.routers[index].skew_s + up_s;

	if (unix_s <= net->nodes[index].boot_time)
		unix_s = net->nodes[index].boot_time + 1;
	return unix_s - up_s;
}

static void daemon_start(struct sim_net *net, uint16_t index)
{
	const struct core_event settings = sim_event_settings(&net->topo.settings);
	struct sim_node *node = &net->nodes[index];
	struct core_limits limits = net->topo.limits;

	limits.seed = sim_rand_next(&net->rand);
	limits.unix_s = unix_at_zero(net, index);
	node->lease_at = HP_TIME_NEVER;
	sim_router_start(&node->router, &limits);
	sim_node_feed(net, index, &settings);
	for (uint16_t port = 0; port < net->topo.routers[index].port_count; port++) {
		sim_node_link(net, index, port);
		sim_formers_feed(&node->formers, &node->router, net->now, port);
		sim_node_switch(net, index, port);
	}
	node->formers.count = 0;
	sim_restart_routes(&node->router, net->now);
	schedule(net, index);
}

static void daemon_end(struct sim_node *node)
{
	if (!node->router.core)
		return;
	node->boot_time = inspect_boot_time(node->router.core);
	sim_router_end(&node->router);
	node->clock_at = HP_TIME_NEVER;
}

void sim_node_start(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];
	bool was_powered = node->is_powered;

	node->is_powered = node->was_on = true;
	if (!was_powered)
		sim_route_changed(net, index);
	if (!node->router.core)
		daemon_start(net, index);
}

void sim_node_stop(struct sim_net *net, uint16_t index)
{
	const struct core_event stop = sim_event_stop();

	sim_node_feed(net, index, &stop);
	daemon_end(&net->nodes[index]);
	sim_router_clear(&net->nodes[index].router);
}

void sim_node_kill(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];

	if (!node->router.core)
		return;
	for (uint16_t port = 0; port < net->topo.routers[index].port_count; port++)
		sim_formers_keep(&node->formers, &node->router, port, net->family);
	daemon_end(node);
	node->lease_at = net->now + SIM_LEASE;
	sim_queue_push(
		&net->queue,
		&(struct sim_item){ .at = node->lease_at, .kind = ITEM_LEASE, .node = index });
}

void sim_node_lease_ends(struct sim_net *net, const struct sim_item *item)
{
	struct sim_node *node = &net->nodes[item->node];

	if (!node->router.core && node->lease_at == item->at)
		sim_router_clear(&node->router);
}

void sim_node_crash(struct sim_net *net, uint16_t index)
{
	struct sim_node *node = &net->nodes[index];

	if (!node->is_powered)
		return;
	daemon_end(node);
	sim_router_clear(&node->router);
	node->formers.count = 0;
	node->is_powered = false;
	sim_route_changed(net, SIM_NONE);
}
