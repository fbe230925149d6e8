// SPDX-License-Identifier: GPL-2.0-only
/* Links: who receives what, when, and how often. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "simnet/event.h"
#include "simnet/net.h"

void sim_frame_put(struct sim_frame *frame)
{
	if (--frame->refs == 0)
		free(frame);
}

static bool is_faulty(const struct sim_net *net)
{
	for (uint16_t i = 0; i < net->topo.lan_count; i++)
		if (net->topo.lans[i].loss_pm)
			return true;
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		for (uint16_t p = 0; p < net->topo.routers[i].port_count; p++)
			if (net->topo.routers[i].ports[p].is_cut)
				return true;
	return false;
}

static void packet_looped(struct sim_net *net)
{
	net->count.loops++;
	if (net->now - net->acted_at > SIM_LOOP_EXCUSE && !is_faulty(net))
		net->looped_at = net->now;
}

/* The last copy is gone: what became of the packet. */
static void packet_done(struct sim_net *net, const struct sim_packet *packet)
{
	struct sim_flow *flow;

	if (packet->has_looped)
		packet_looped(net);
	if (packet->sent_at < net->marked_at)
		return;
	flow = sim_net_flow(net, packet->host, packet->group);
	for (uint16_t lan = 0; lan < net->topo.lan_count; lan++) {
		uint16_t copies = packet->copies[lan];

		if (!flow->packets || copies < flow->copies[lan].least)
			flow->copies[lan].least = copies;
		if (!flow->packets || copies > flow->copies[lan].most)
			flow->copies[lan].most = copies;
	}
	flow->packets++;
}

void sim_packet_put(struct sim_net *net, struct sim_packet *packet)
{
	if (--packet->refs)
		return;
	packet_done(net, packet);
	free(packet);
}

static void lose(struct sim_net *net, const struct sim_item *item)
{
	net->count.lost++;
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].lost)
			net->taps[i].lost(net->taps[i].ctx, net, item);
}

/* Queue one item for one receiver, unless the link loses it; perhaps twice. */
static void transmit(struct sim_net *net, const struct sim_lan *lan, const struct sim_item *item,
		     uint32_t *refs)
{
	unsigned int copies = 1;

	if (sim_rand_chance(&net->rand, lan->loss_pm)) {
		lose(net, item);
		return;
	}
	if (sim_rand_chance(&net->rand, lan->dup_pm)) {
		net->count.duplicated++;
		copies = 2;
	}
	while (copies--) {
		struct sim_item queued = *item;
		uint64_t delay_us = lan->delay_us;

		if (lan->jitter_us)
			delay_us += sim_rand_below(&net->rand, lan->jitter_us);
		queued.at = net->now + (hp_time)delay_us * 1000;
		(*refs)++;
		sim_queue_push(&net->queue, &queued);
	}
}

/*
 * Whether a router hears its own packet on another of its ports: the kernel drops IPv4 packets from
 * addresses of its own. Description of HPIM-DM, 8, Q25
 */
static bool may_hear(const struct sim_net *net, const struct sim_frame *frame, uint16_t router,
		     uint16_t port)
{
	if (frame->port == SIM_NONE || router != frame->sender)
		return true;
	return port != frame->port && net->family == IP_FAMILY_6;
}

/* To one receiver of a frame, unless all lose it. */
static void transmit_frame(struct sim_net *net, const struct sim_item *item)
{
	struct sim_frame *frame = item->load;

	if (frame->is_lost)
		lose(net, item);
	else
		transmit(net, &net->topo.lans[frame->lan], item, &frame->refs);
}

static void transmit_to_routers(struct sim_net *net, struct sim_frame *frame)
{
	const struct sim_topo *topo = &net->topo;

	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == frame->lan &&
			    may_hear(net, frame, i, p))
				transmit_frame(net, &(struct sim_item){ .kind = ITEM_FRAME,
									.node = i,
									.port = p,
									.load = frame });
}

static void transmit_to_hosts(struct sim_net *net, struct sim_frame *frame)
{
	const struct sim_topo *topo = &net->topo;

	for (uint16_t i = 0; i < topo->host_count; i++)
		if (topo->hosts[i].lan == frame->lan &&
		    !(frame->port == SIM_NONE && frame->sender == i))
			transmit_frame(net, &(struct sim_item){ .kind = ITEM_FRAME,
								.node = i,
								.is_host = true,
								.load = frame });
}

static bool is_lost(struct sim_net *net, const struct sim_frame *frame)
{
	bool is_lost = false;

	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].loses)
			is_lost |= net->taps[i].loses(net->taps[i].ctx, net, frame);
	return is_lost;
}

void sim_lan_send(struct sim_net *net, uint16_t sender, uint16_t port, const struct fx_send *send)
{
	const struct sim_port *from =
		port == SIM_NONE ? NULL : &net->topo.routers[sender].ports[port];
	struct sim_frame *frame;

	if (from ? !from->is_up : net->topo.hosts[sender].is_unplugged)
		return;
	frame = malloc(sizeof(*frame) + send->len);
	assert(frame);
	*frame = (struct sim_frame){ .refs = 1,
				     .lan = from ? from->lan : net->topo.hosts[sender].lan,
				     .sender = sender,
				     .port = port,
				     .sent = *send };
	frame->sent.bytes = frame->bytes;
	memcpy(frame->bytes, send->bytes, send->len);
	net->count.frames++;
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].frame)
			net->taps[i].frame(net->taps[i].ctx, net, frame);
	if (!from || !from->is_cut) {
		frame->is_lost = is_lost(net, frame);
		transmit_to_routers(net, frame);
		if (frame->sent.socket == SOCKET_GM)
			transmit_to_hosts(net, frame);
	}
	sim_frame_put(frame);
}

/* Whether the sockets of a router take a packet: as FX_JOIN has opened them. */
static bool has_joined(const struct sim_net *net, const struct sim_item *item,
		       const struct sim_frame *frame)
{
	const struct sim_router *router = &net->nodes[item->node].router;
	const struct sim_port *port = &net->topo.routers[item->node].ports[item->port];
	const struct ip_addr own = sim_topo_addr(&net->topo, net->family, port->lan, port->host);

	for (size_t i = 0; i < router->join_count; i++) {
		const struct fx_group *join = &router->joins[i];

		if (join->link != item->port || join->socket != frame->sent.socket)
			continue;
		if (join->socket == SOCKET_GM || ip_addr_equal(&join->group, &frame->sent.dst) ||
		    ip_addr_equal(&own, &frame->sent.dst))
			return true;
	}
	return false;
}

void sim_lan_deliver(struct sim_net *net, const struct sim_item *item)
{
	const struct sim_frame *frame = item->load;
	const struct sim_port *port;
	struct core_event event;

	if (item->is_host) {
		sim_host_receive(net, item->node, frame);
		return;
	}
	port = &net->topo.routers[item->node].ports[item->port];
	if (!port->is_up || port->is_cut || !has_joined(net, item, frame))
		return;
	event = sim_event_packet(item->port, &frame->sent);
	sim_node_feed(net, item->node, &event);
}

void sim_lan_data(struct sim_net *net, uint16_t lan, uint16_t sender, uint16_t port,
		  struct sim_packet *packet, uint8_t ttl)
{
	const struct sim_topo *topo = &net->topo;
	const struct sim_copy copy = {
		.packet = packet, .lan = lan, .sender = sender, .port = port, .ttl = ttl
	};

	if (++packet->copies_all > SIM_PACKET_COPIES_MAX) {
		packet->has_looped = true;
		return;
	}
	packet->copies[lan]++;
	for (unsigned int i = 0; i < net->tap_count; i++)
		if (net->taps[i].packet)
			net->taps[i].packet(net->taps[i].ctx, net, &copy);
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == lan && !(i == sender && p == port))
				transmit(net, &topo->lans[lan],
					 &(struct sim_item){ .kind = ITEM_DATA,
							     .node = i,
							     .port = p,
							     .ttl = ttl,
							     .load = packet },
					 &packet->refs);
}
