/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_NET_H
#define SIMNET_NET_H

/*
 * A network in virtual time: routers are real cores, driven by events and asked for effects as the
 * daemon does it. Everything that happens follows from the topology, the actions and one seed.
 *
 *   net ── routers: core, forwarding entries, routes, joined groups
 *    ├──── hosts: reports, data
 *    ├──── queue: frames and packets under way, timers
 *    └──── flows: copies of each packet seen on each link
 */
#include "simnet/queue.h"
#include "simnet/rand.h"
#include "simnet/restart.h"
#include "simnet/topo.h"

#define SIM_PACKET_COPIES_MAX 4000u      /* a packet that is sent more often is a storm, and ends */
#define SIM_LEASE             HP_SEC(10) /* how long a forwarding plane without daemon goes on */
/* Hold time, a failed exchange of 12 s and a new one: after that a loop has no excuse. */
#define SIM_LOOP_EXCUSE HP_SEC(70)

/* A control packet on a link. */
struct sim_frame {
	uint32_t refs;
	uint16_t lan;
	uint16_t sender, port; /* router and its port; or host and SIM_NONE */
	bool is_lost;          /* for all receivers */
	struct fx_send sent;   /* its bytes are those below */
	uint8_t bytes[];
};

/* A data packet of a source, with all its copies. */
struct sim_packet {
	uint32_t refs;
	uint16_t host, group;
	hp_time sent_at;
	bool has_looped; /* TTL exhausted, or a storm */
	uint32_t copies_all;
	uint16_t copies[SIM_LANS_MAX];
};

struct sim_route {
	bool is_reachable, is_connected;
	uint16_t port;
	struct ip_addr next_hop;
	uint32_t preference, metric;
};

struct sim_node {
	struct sim_router router;
	bool is_powered;
	bool was_on;                /* not only absent from the beginning */
	uint32_t boot_time;         /* greatest one used before */
	struct sim_formers formers; /* of a daemon that was killed */
	hp_time clock_at;           /* deadline queued */
	hp_time lease_at;           /* ITEM_LEASE that counts */
	struct sim_route routes[SIM_LANS_MAX];
};

struct sim_host_state {
	hp_time report_at[SIM_GROUPS_MAX];
	hp_time source_at;
};

/* What became of the packets sent since sim_net_mark(). */
struct sim_flow {
	uint16_t host, group;
	uint32_t packets;
	struct {
		uint16_t least, most;
	} copies[SIM_LANS_MAX];
};

struct sim_count {
	uint64_t events, effects, frames, packets, lost, duplicated, faults, loops;
};

struct sim_net;

/* A copy of a data packet, as it is put on a link. */
struct sim_copy {
	const struct sim_packet *packet;
	uint16_t lan;
	uint16_t sender, port; /* router and its port; or SIM_NONE both: the source itself */
	uint8_t ttl;
};

/** struct sim_net_tap - Who wants to see what is sent. Any function may be NULL. */
struct sim_net_tap {
	void *ctx;
	void (*frame)(void *ctx, const struct sim_net *net, const struct sim_frame *frame);
	void (*packet)(void *ctx, const struct sim_net *net, const struct sim_copy *copy);
	/* One receiver does not get what was put on the link last: a frame or a copy. */
	void (*lost)(void *ctx, const struct sim_net *net, const struct sim_item *receiver);
	/* A router has handled an event, and performed all that followed at once. */
	void (*handled)(void *ctx, const struct sim_net *net, uint16_t router);
	void (*effect)(void *ctx, const struct sim_net *net, uint16_t router,
		       const struct core_effect *effect);
	/* Whether the link loses a packet for all; after @frame. */
	bool (*loses)(void *ctx, const struct sim_net *net, const struct sim_frame *frame);
};

#define SIM_TAPS_MAX 3u

struct sim_net {
	enum ip_family family;
	struct sim_topo topo;
	hp_time now;
	struct sim_queue queue;
	struct sim_rand rand;
	uint64_t seed;
	uint64_t hash; /* over all events and effects */
	struct sim_node nodes[SIM_ROUTERS_MAX];
	struct sim_host_state hosts[SIM_HOSTS_MAX];
	struct sim_flow *flows;
	size_t flow_count, flow_room;
	uint32_t distances[SIM_LANS_MAX][SIM_ROUTERS_MAX];
	hp_time marked_at;
	hp_time acted_at;  /* last action that may upset the network */
	hp_time looped_at; /* last packet that went round without excuse; HP_TIME_NEVER: none */
	char broken[256];  /* first promise that was broken while running; empty: none */
	struct sim_count count;
	struct sim_net_tap taps[SIM_TAPS_MAX];
	unsigned int tap_count;
};

/* net.c */

struct sim_net *sim_net_new(const struct sim_topo *topo, enum ip_family family, uint64_t seed);
void sim_net_free(struct sim_net *net);

void sim_net_tap(struct sim_net *net, const struct sim_net_tap *tap);

/** sim_net_run() - Let everything happen up to @until, and be there. */
void sim_net_run(struct sim_net *net, hp_time until);

/** sim_net_mark() - Begin to count copies again. */
void sim_net_mark(struct sim_net *net);

/** sim_net_break() - Remember a broken promise; only the first one counts. */
__attribute__((format(printf, 2, 3))) void sim_net_break(struct sim_net *net, const char *format,
							 ...);

/** sim_net_flow() - Find or create. */
struct sim_flow *sim_net_flow(struct sim_net *net, uint16_t host, uint16_t group);

/* node.c */

/** sim_node_start() - Power, if need be, and the daemon. */
void sim_node_start(struct sim_net *net, uint16_t router);

/** sim_node_stop() - The daemon says goodbye and takes its forwarding entries along. */
void sim_node_stop(struct sim_net *net, uint16_t router);

/** sim_node_kill() - The daemon dies; the forwarding plane goes on until its lease ends. */
void sim_node_kill(struct sim_net *net, uint16_t router);

/** sim_node_crash() - Power failure. */
void sim_node_crash(struct sim_net *net, uint16_t router);

/** sim_node_feed() - Let an event happen, with all that follows at once. */
void sim_node_feed(struct sim_net *net, uint16_t router, const struct core_event *event);

/** sim_node_clock() - Its deadline has come. */
void sim_node_clock(struct sim_net *net, uint16_t router);

/** sim_node_answer_routes() - Tell the core of the routes it watches, as they are now. */
void sim_node_answer_routes(struct sim_net *net, uint16_t router);

/** sim_node_link() - Tell the core of a port. */
void sim_node_link(struct sim_net *net, uint16_t router, uint16_t port);

/** sim_node_readdress() - A port is host @host from now on; the goodbye has the old address. */
void sim_node_readdress(struct sim_net *net, uint16_t router, uint16_t port, uint8_t host);

/** sim_node_switch() - Tell the core which protocols are wanted on a port. */
void sim_node_switch(struct sim_net *net, uint16_t router, uint16_t port);

void sim_node_lease_ends(struct sim_net *net, const struct sim_item *item);

void sim_node_init(struct sim_net *net, uint16_t router);
void sim_node_fini(struct sim_node *node);

/* trace.c: the hash over everything that happens */

void sim_trace_event(struct sim_net *net, uint16_t router, const struct core_event *event);
void sim_trace_effect(struct sim_net *net, uint16_t router, const struct core_effect *effect);

/* lan.c */

/** sim_lan_send() - Put a control packet on a link. @port SIM_NONE: @sender is a host. */
void sim_lan_send(struct sim_net *net, uint16_t sender, uint16_t port, const struct fx_send *send);

/** sim_lan_deliver() - It arrives. */
void sim_lan_deliver(struct sim_net *net, const struct sim_item *item);

/** sim_lan_data() - Put a copy of a packet on a link. @sender SIM_NONE: a host. */
void sim_lan_data(struct sim_net *net, uint16_t lan, uint16_t sender, uint16_t port,
		  struct sim_packet *packet, uint8_t ttl);

/** sim_frame_put(), sim_packet_put() - One reference less. */
void sim_frame_put(struct sim_frame *frame);
void sim_packet_put(struct sim_net *net, struct sim_packet *packet);

/* plane.c: forwarding */

void sim_plane_receive(struct sim_net *net, const struct sim_item *item);

/* route.c: unicast routing */

/** sim_route_changed() - The topology is another; @router, if not SIM_NONE, knows at once. */
void sim_route_changed(struct sim_net *net, uint16_t router);

/** sim_route_renew() - A router computes its routes again and hands them to its core. */
void sim_route_renew(struct sim_net *net, uint16_t router);

/** sim_route_set() - The route of a router to a link, from now on. */
void sim_route_set(struct sim_net *net, uint16_t router, uint16_t lan,
		   const struct sim_route *route);

/** sim_route_to() - The route of a router to a source. */
struct ev_rpf sim_route_to(const struct sim_net *net, uint16_t router,
			   const struct ip_addr *source);

/* host.c */

void sim_host_join(struct sim_net *net, uint16_t host, uint16_t group);
void sim_host_leave(struct sim_net *net, uint16_t host, uint16_t group);
void sim_host_receive(struct sim_net *net, uint16_t host, const struct sim_frame *frame);
void sim_host_report_due(struct sim_net *net, const struct sim_item *item);
void sim_host_send(struct sim_net *net, uint16_t host, uint32_t groups);

/** sim_host_packet() - Send one packet to a group. */
void sim_host_packet(struct sim_net *net, uint16_t host, uint16_t group);
void sim_host_send_due(struct sim_net *net, const struct sim_item *item);

#endif
