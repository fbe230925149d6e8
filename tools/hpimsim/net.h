/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_NET_H
#define HPIMSIM_NET_H

/*
 * A network in virtual time: routers are real cores, driven by events and asked for effects as the
 * daemon does it. Everything that happens follows from the topology, the actions and one seed.
 *
 *   net ── routers: core, forwarding entries, routes, joined groups
 *    ├──── hosts: reports, data
 *    ├──── queue: frames and packets under way, timers
 *    └──── flows: copies of each packet seen on each link
 */
#include "hpimsim/queue.h"
#include "hpimsim/rand.h"
#include "hpimsim/topo.h"

#define SIM_PACKET_COPIES_MAX 4000u      /* a packet that is sent more often is a storm, and ends */
#define SIM_LEASE             HP_SEC(10) /* how long a forwarding plane without daemon goes on */
/* Hold time, a failed exchange of 12 s and a new one: after that a loop has no excuse. */
#define SIM_LOOP_EXCUSE HP_SEC(70)

/* A control packet on a link. */
struct frame {
	uint32_t refs;
	enum core_socket socket;
	uint16_t lan;
	uint16_t sender, port; /* router and its port; or host and SIM_NONE */
	struct ip_addr src, dst;
	size_t len;
	uint8_t bytes[];
};

/* A data packet of a source, with all its copies. */
struct packet {
	uint32_t refs;
	uint16_t host, group;
	hp_time sent_at;
	bool has_looped; /* TTL exhausted, or a storm */
	uint32_t copies_all;
	uint16_t copies[SIM_LANS_MAX];
};

struct entry {
	struct mfib_route route;
	hp_time seen_at; /* HP_TIME_NEVER: never */
};

struct sim_route {
	bool is_reachable, is_connected;
	uint16_t port;
	struct ip_addr next_hop;
	uint32_t metric;
};

struct router {
	struct core *core; /* NULL: the daemon does not run */
	bool is_powered;
	bool was_on;              /* not only absent from the beginning */
	uint32_t boot_time;       /* greatest one used before */
	struct ev_stale *formers; /* neighbors of a daemon that was killed */
	size_t former_count;
	hp_time clock_at; /* deadline queued */
	hp_time lease_at; /* ITEM_LEASE that counts */
	struct entry *entries;
	size_t entry_count, entry_room;
	struct ip_addr *watches;
	size_t watch_count, watch_room;
	struct fx_group *joins;
	size_t join_count, join_room;
	struct core_event *answers; /* to be fed when the effects of an event are done */
	size_t answer_count, answer_room;
	struct sim_route routes[SIM_LANS_MAX];
};

struct host_state {
	hp_time report_at[SIM_GROUPS_MAX];
	hp_time source_at;
};

/* What became of the packets sent since net_mark(). */
struct flow {
	uint16_t host, group;
	uint32_t packets;
	struct {
		uint16_t least, most;
	} copies[SIM_LANS_MAX];
};

struct sim_count {
	uint64_t events, effects, frames, packets, lost, duplicated, faults, loops;
};

struct net;

/** struct net_tap - Who wants to see what is sent. Any function may be NULL. */
struct net_tap {
	void *ctx;
	void (*frame)(void *ctx, const struct net *net, const struct frame *frame);
	void (*packet)(void *ctx, const struct net *net, uint16_t lan, const struct packet *packet,
		       uint8_t ttl);
	void (*note)(void *ctx, const struct net *net, uint16_t router,
		     const struct core_note *note);
};

#define NET_TAPS_MAX 3u

struct net {
	enum ip_family family;
	struct topo topo;
	hp_time now;
	struct queue queue;
	struct sim_rand rand;
	uint64_t seed;
	uint64_t hash; /* over all events and effects */
	struct router routers[SIM_ROUTERS_MAX];
	struct host_state hosts[SIM_HOSTS_MAX];
	struct flow *flows;
	size_t flow_count, flow_room;
	uint32_t distances[SIM_LANS_MAX][SIM_ROUTERS_MAX];
	hp_time marked_at;
	hp_time acted_at;  /* last action that may upset the network */
	hp_time looped_at; /* last packet that went round without excuse; HP_TIME_NEVER: none */
	char broken[256];  /* first promise that was broken while running; empty: none */
	struct sim_count count;
	struct net_tap taps[NET_TAPS_MAX];
	unsigned int tap_count;
};

/* net.c */

struct net *net_new(const struct topo *topo, enum ip_family family, uint64_t seed);
void net_free(struct net *net);

void net_tap(struct net *net, const struct net_tap *tap);

/** net_run() - Let everything happen up to @until, and be there. */
void net_run(struct net *net, hp_time until);

/** net_mark() - Begin to count copies anew. */
void net_mark(struct net *net);

/** net_break() - Remember a broken promise; only the first one counts. */
__attribute__((format(printf, 2, 3))) void net_break(struct net *net, const char *format, ...);

/** net_flow() - Find or create. */
struct flow *net_flow(struct net *net, uint16_t host, uint16_t group);

/* router.c */

/** router_start() - Power, if need be, and the daemon. */
void router_start(struct net *net, uint16_t router);

/** router_stop() - The daemon says goodbye and takes its forwarding entries along. */
void router_stop(struct net *net, uint16_t router);

/** router_kill() - The daemon dies; the forwarding plane goes on until its lease ends. */
void router_kill(struct net *net, uint16_t router);

/** router_crash() - Power failure. */
void router_crash(struct net *net, uint16_t router);

/** router_feed() - Let an event happen, with all that follows at once. */
void router_feed(struct net *net, uint16_t router, const struct core_event *event);

/** router_answer_routes() - Tell the core of the routes it watches, as they are now. */
void router_answer_routes(struct net *net, uint16_t router);

/** router_link() - Tell the core of a port. */
void router_link(struct net *net, uint16_t router, uint16_t port);

/** router_switch() - Tell the core which protocols are wanted on a port. */
void router_switch(struct net *net, uint16_t router, uint16_t port);

void router_lease_ends(struct net *net, const struct queue_item *item);

/** router_fini() - Free what a router holds. */
void router_fini(struct router *router);

/* trace.c: the hash over everything that happens */

void trace_event(struct net *net, uint16_t router, const struct core_event *event);
void trace_effect(struct net *net, uint16_t router, const struct core_effect *effect);

/* lan.c */

/** lan_send() - Put a control packet on a link. @port SIM_NONE: @sender is a host. */
void lan_send(struct net *net, uint16_t sender, uint16_t port, const struct fx_send *send);

/** lan_deliver() - It arrives. */
void lan_deliver(struct net *net, const struct queue_item *item);

/** lan_data() - Put a copy of a packet on a link. @sender SIM_NONE: a host. */
void lan_data(struct net *net, uint16_t lan, uint16_t sender, uint16_t port, struct packet *packet,
	      uint8_t ttl);

/** frame_put(), packet_put() - One reference less. */
void frame_put(struct frame *frame);
void packet_put(struct net *net, struct packet *packet);

/* plane.c: forwarding */

void plane_put(struct net *net, uint16_t router, const struct mfib_route *route);
void plane_del(struct net *net, uint16_t router, const struct mfib_key *key);
void plane_clear(struct router *router);
const struct entry *plane_find(const struct router *router, const struct mfib_key *key);
void plane_receive(struct net *net, const struct queue_item *item);

/* route.c: unicast routing */

/** route_changed() - The topology is another; @router, if not SIM_NONE, knows at once. */
void route_changed(struct net *net, uint16_t router);

/** route_renew() - A router computes its routes anew and tells its core. */
void route_renew(struct net *net, uint16_t router);

/** route_event() - The route to a source as the core wants to hear it. */
struct core_event route_event(const struct net *net, uint16_t router, const struct ip_addr *source);

/* host.c */

void host_join(struct net *net, uint16_t host, uint16_t group);
void host_leave(struct net *net, uint16_t host, uint16_t group);
void host_receive(struct net *net, uint16_t host, const struct frame *frame);
void host_report_due(struct net *net, const struct queue_item *item);
void host_send(struct net *net, uint16_t host, uint32_t groups);
void host_send_due(struct net *net, const struct queue_item *item);

#endif
