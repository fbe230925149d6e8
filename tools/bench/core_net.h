/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_CORE_NET_H
#define BENCH_CORE_NET_H

/*
 * A network of real cores over point-to-point links without delay or loss. Every router has a stub
 * link as well; the sources of all trees live on that of router 0.
 */
#include "simnet/router.h"

#define NET_LINKS   5u
#define NET_STUB    4u /* link number of the stub on every router */
#define NET_NOWHERE UINT32_MAX

struct net_end {
	uint32_t node; /* NET_NOWHERE: nothing is connected */
	uint16_t link;
	uint32_t edge;
};

struct net_node {
	struct sim_router router;
	struct net_end ends[NET_LINKS];
	uint32_t hops; /* to router 0 */
	uint16_t root; /* link to it */
};

struct net_packet {
	uint32_t node;
	struct fx_send send;
	size_t at; /* of its bytes */
};

/* Packets under way, and questions about routes. */
struct net_round {
	struct net_packet *packets;
	size_t count, room;
	uint8_t *bytes;
	size_t used, bytes_room;
};

struct net {
	struct net_node *nodes;
	uint32_t count, edges;
	hp_time now;
	struct net_round next;
	uint64_t messages; /* sent, other than Hello */
};

void net_open(struct net *net, uint32_t nodes, uint32_t trees_max);
void net_close(struct net *net);

/** net_connect() - A link between two routers, which is down. */
void net_connect(struct net *net, uint32_t a, uint16_t a_link, uint32_t b, uint16_t b_link);

/** net_routes() - Compute hops and root of every router. */
void net_routes(struct net *net);

/** net_up() - A link of a router goes up, HPIM-DM (on the stub also IGMP) runs there. */
void net_up(struct net *net, uint32_t node, uint16_t link);

/** net_data() - The first packet of a tree reaches router 0. */
void net_data(struct net *net, uint32_t tree);

/** net_join() - A host on the stub of a router joins the group of a tree. */
void net_join(struct net *net, uint32_t node, uint32_t tree);

/** net_run() - Time passes. */
void net_run(struct net *net, hp_time duration);

#endif
