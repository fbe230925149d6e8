// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network of real cores over point-to-point links without delay or loss.
 */
#include <assert.h>
#include <string.h>

#include "bench/core_measure.h"
#include "bench/core_net.h"
#include "simnet/event.h"
#include "wire/hpim.h"
#include "wire/inet.h"

#define TICK       HP_MS(100)
#define PREFERENCE 110u

static struct ip_addr edge_addr(uint32_t edge, uint32_t host)
{
	return addr4((10u << 24) + (edge << 8) + host);
}

/* Router 0 is in the subnet of the sources. */
static struct ip_prefix stub_prefix(uint32_t node)
{
	return node == 0 ? (struct ip_prefix){ addr4((20u << 24) + 0xfffffe), 8 }
			 : (struct ip_prefix){ addr4((30u << 24) + (node << 8) + 1), 24 };
}

static void packet_add(struct net *net, const struct fx_send *send, const struct net_end *to)
{
	struct net_round *next = &net->next;

	next->packets = array_grow(next->packets, next->count, &next->room, sizeof(*next->packets));
	while (next->used + send->len > next->bytes_room)
		next->bytes = array_grow(next->bytes, next->bytes_room, &next->bytes_room, 1);
	next->packets[next->count++] =
		(struct net_packet){ .node = to->node, .send = *send, .at = next->used };
	next->packets[next->count - 1].send.link = to->link;
	memcpy(next->bytes + next->used, send->bytes, send->len);
	next->used += send->len;
}

static void hear_send(struct sim_router *router, const struct fx_send *send)
{
	struct net *net = router->ctx;
	const struct net_end *end = &net->nodes[router->index].ends[send->link];
	struct hpim_msg msg;

	if (send->socket != SOCKET_103 || end->node == NET_NOWHERE)
		return;
	packet_add(net, send, end);
	if (hpim_decode(IP_FAMILY_4, send->bytes, send->len, &msg) == 0 && msg.type != HPIM_HELLO)
		net->messages++;
}

static struct ev_rpf route_to(const struct sim_router *router, const struct ip_addr *source)
{
	const struct net *net = router->ctx;
	const struct net_node *node = &net->nodes[router->index];

	return (struct ev_rpf){ .source = *source,
				.is_reachable = true,
				.is_connected = router->index == 0,
				.link = node->root,
				.prefix_len = 8,
				.preference = router->index ? PREFERENCE : 0,
				.metric = node->hops };
}

static void happen(struct net *net, uint32_t node, const struct core_event *event)
{
	sim_router_feed(&net->nodes[node].router, net->now, event);
}

static void round_run(struct net *net)
{
	struct net_round now = net->next;

	net->next = (struct net_round){ .packets = NULL };
	for (size_t i = 0; i < now.count; i++) {
		const struct net_packet *packet = &now.packets[i];
		struct core_event event = sim_event_packet(packet->send.link, &packet->send);

		event.packet.bytes = now.bytes + packet->at;
		happen(net, packet->node, &event);
	}
	free(now.packets);
	free(now.bytes);
}

void net_run(struct net *net, hp_time duration)
{
	const struct core_event clock = sim_event_clock();
	hp_time until = net->now + duration;

	for (;;) {
		while (net->next.count)
			round_run(net);
		if (net->now >= until)
			return;
		net->now += TICK;
		for (uint32_t i = 0; i < net->count; i++)
			if (core_deadline(net->nodes[i].router.core) <= net->now)
				happen(net, i, &clock);
	}
}

void net_open(struct net *net, uint32_t nodes, uint32_t trees_max)
{
	static const struct sim_router_ops ops = { .send = hear_send, .route = route_to };

	*net = (struct net){ .nodes = calloc(nodes, sizeof(*net->nodes)), .count = nodes };
	assert(net->nodes);
	for (uint32_t i = 0; i < nodes; i++) {
		struct core_limits limits = core_limits_default;

		limits.trees = 8 * trees_max; /* the part of one source, its trees are unwanted */
		limits.seed = i + 1;
		sim_router_init(&net->nodes[i].router, &ops, net, (uint16_t)i);
		net->nodes[i].router.is_bare = true;
		sim_router_start(&net->nodes[i].router, &limits);
		for (uint16_t link = 0; link < NET_LINKS; link++)
			net->nodes[i].ends[link].node = NET_NOWHERE;
	}
}

void net_close(struct net *net)
{
	for (uint32_t i = 0; i < net->count; i++)
		sim_router_fini(&net->nodes[i].router);
	free(net->nodes);
}

void net_connect(struct net *net, uint32_t a, uint16_t a_link, uint32_t b, uint16_t b_link)
{
	uint32_t edge = ++net->edges;

	net->nodes[a].ends[a_link] = (struct net_end){ b, b_link, edge };
	net->nodes[b].ends[b_link] = (struct net_end){ a, a_link, edge };
}

/* Breadth first from router 0. */
void net_routes(struct net *net)
{
	uint32_t *queue = calloc(net->count, sizeof(*queue)), head = 0, tail = 1;

	assert(queue);
	for (uint32_t i = 0; i < net->count; i++)
		net->nodes[i].hops = NET_NOWHERE;
	net->nodes[0].hops = 0;
	net->nodes[0].root = NET_STUB;
	while (head < tail) {
		const struct net_node *node = &net->nodes[queue[head++]];

		for (uint16_t link = 0; link < NET_STUB; link++) {
			const struct net_end *end = &node->ends[link];

			if (end->node == NET_NOWHERE || net->nodes[end->node].hops != NET_NOWHERE)
				continue;
			net->nodes[end->node].hops = node->hops + 1;
			net->nodes[end->node].root = end->link;
			queue[tail++] = end->node;
		}
	}
	free(queue);
}

static void switch_on(struct net *net, uint32_t node, uint16_t link, enum core_proto proto)
{
	const struct core_event event = sim_event_switch(link, IP_FAMILY_4, proto, true);

	happen(net, node, &event);
}

void net_up(struct net *net, uint32_t node, uint16_t link)
{
	const struct net_end *end = &net->nodes[node].ends[link];
	struct ip_prefix prefix = { edge_addr(end->edge, node < end->node ? 1 : 2), 24 };
	struct core_event event;

	if (link == NET_STUB) {
		prefix = stub_prefix(node);
		switch_on(net, node, link, PROTO_GM);
	}
	switch_on(net, node, link, PROTO_HPIM);
	event = sim_event_link(link, true, &prefix);
	happen(net, node, &event);
}

void net_data(struct net *net, uint32_t tree)
{
	const struct mfib_key key = { tree_source(tree), tree_group(tree) };
	const struct core_event event = sim_event_data(DATA_MISS, NET_STUB, &key);

	happen(net, 0, &event);
}

/* An IGMPv2 report. RFC 2236, 2 */
void net_join(struct net *net, uint32_t node, uint32_t tree)
{
	struct ip_addr group = tree_group(tree), host = stub_prefix(node).addr;
	uint8_t bytes[8] = { 0x16 };
	struct core_event event;
	uint16_t sum;

	memcpy(bytes + 4, ip_addr_bytes(&group), 4);
	sum = inet_checksum(bytes, sizeof(bytes), 0);
	bytes[2] = (uint8_t)(sum >> 8);
	bytes[3] = (uint8_t)sum;
	host.b[15]++;
	event = sim_event_packet(NET_STUB, &(struct fx_send){ .socket = SOCKET_GM,
							      .src = host,
							      .dst = group,
							      .bytes = bytes,
							      .len = sizeof(bytes) });
	happen(net, node, &event);
}
