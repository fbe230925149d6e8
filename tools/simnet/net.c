// SPDX-License-Identifier: GPL-2.0-only
/* The network as a whole: its clock, its queue and its counts. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simnet/grow.h"
#include "simnet/net.h"

struct sim_net *sim_net_new(const struct sim_topo *topo, enum ip_family family, uint64_t seed)
{
	struct sim_net *net = calloc(1, sizeof(*net));

	assert(net);
	net->family = family;
	net->topo = *topo;
	net->seed = seed;
	net->rand.state = seed;
	net->hash = UINT64_C(0xcbf29ce484222325); /* where FNV-1a begins */
	net->looped_at = HP_TIME_NEVER;
	for (uint16_t i = 0; i < topo->router_count; i++)
		sim_node_init(net, i);
	for (uint16_t i = 0; i < topo->host_count; i++) {
		net->hosts[i].source_at = HP_TIME_NEVER;
		for (uint16_t g = 0; g < SIM_GROUPS_MAX; g++)
			net->hosts[i].report_at[g] = HP_TIME_NEVER;
	}
	return net;
}

static void drop_load(struct sim_net *net, const struct sim_item *item)
{
	if (item->kind == ITEM_FRAME)
		sim_frame_put(item->load);
	else if (item->kind == ITEM_DATA)
		sim_packet_put(net, item->load);
}

void sim_net_free(struct sim_net *net)
{
	if (!net)
		return;
	for (size_t i = 0; i < net->queue.count; i++)
		drop_load(net, &net->queue.items[i]);
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		sim_node_fini(&net->nodes[i]);
	sim_queue_fini(&net->queue);
	free(net->flows);
	free(net);
}

void sim_net_tap(struct sim_net *net, const struct sim_net_tap *tap)
{
	assert(net->tap_count < SIM_TAPS_MAX);
	net->taps[net->tap_count++] = *tap;
}

static void clock_due(struct sim_net *net, const struct sim_item *item)
{
	struct sim_node *node = &net->nodes[item->node];

	if (!node->router.core || node->clock_at != item->at)
		return; /* superseded */
	node->clock_at = HP_TIME_NEVER;
	sim_node_clock(net, item->node);
}

static void happen(struct sim_net *net, const struct sim_item *item)
{
	switch (item->kind) {
	case ITEM_FRAME: sim_lan_deliver(net, item); break;
	case ITEM_DATA: sim_plane_receive(net, item); break;
	case ITEM_CLOCK: clock_due(net, item); break;
	case ITEM_ROUTE: sim_route_renew(net, item->node); break;
	case ITEM_LEASE: sim_node_lease_ends(net, item); break;
	case ITEM_REPORT: sim_host_report_due(net, item); break;
	case ITEM_SOURCE: sim_host_send_due(net, item); break;
	}
	drop_load(net, item);
}

void sim_net_run(struct sim_net *net, hp_time until)
{
	struct sim_item item;

	while (sim_queue_pop(&net->queue, until, &item)) {
		if (item.at > net->now)
			net->now = item.at;
		happen(net, &item);
	}
	net->now = until;
}

void sim_net_mark(struct sim_net *net)
{
	net->marked_at = net->now;
	net->flow_count = 0;
}

void sim_net_break(struct sim_net *net, const char *format, ...)
{
	va_list args;
	int used;

	if (net->broken[0])
		return;
	used = snprintf(net->broken, sizeof(net->broken), "at %.3f s: ", (double)net->now / 1e9);
	va_start(args, format);
	(void)vsnprintf(net->broken + used, sizeof(net->broken) - (size_t)used, format, args);
	va_end(args);
}

struct sim_flow *sim_net_flow(struct sim_net *net, uint16_t host, uint16_t group)
{
	for (size_t i = 0; i < net->flow_count; i++)
		if (net->flows[i].host == host && net->flows[i].group == group)
			return &net->flows[i];
	net->flows = sim_grow(net->flows, net->flow_count, &net->flow_room, sizeof(*net->flows));
	net->flows[net->flow_count] = (struct sim_flow){ .host = host, .group = group };
	return &net->flows[net->flow_count++];
}
