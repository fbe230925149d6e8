/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_NET_H
#define COMMON_NET_H

/*
 * A small network of tools/simnet as unit tests want it: ten links with one host each, routes as
 * the test sets them, effects of each router in words, copies of data counted. Same functions for
 * IPv4 and IPv6; routers are numbered from 0, and host h on link n has the address 10.n.n.h or
 * fe80::h (description of HPIM-DM, 9.0).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/hpim/hpim_int.h"
#include "simnet/event.h"
#include "simnet/net.h"
#include "simnet/words.h"

#define NET_LANS_MAX   10u
#define NET_PORTS_MAX  4u       /* that a test looks at */
#define NET_DELAY      HP_MS(1) /* of each link */
#define NET_SEED       7u       /* of two routers that start together the second says Hello first */
#define NET_BOOT_S     1000u    /* UNIX time at the start */
#define NET_SOURCE_LAN 1u
#define NET_HOST       100u /* on each link: the source on one, members on all */

struct net {
	struct sim_net *sim;
	struct sim_log logs[SIM_ROUTERS_MAX];
	bool is_silent;                    /* effects are not put into words */
	unsigned int copies[NET_LANS_MAX]; /* of data of the first group, by link */
	unsigned int data_groups;          /* that the source sends to */
	unsigned int sends, drop_at;       /* control packets; the one to lose, 0: none */
	unsigned int loss_percent;
	uint32_t loss_random;
	unsigned int notes[NOTE_CODE_COUNT]; /* of all routers */
};

/* ---- What is there ---- */

static inline enum ip_family net_family(const struct net *net)
{
	return net->sim->family;
}

static inline hp_time net_now(const struct net *net)
{
	return net->sim->now;
}

static inline unsigned int net_router_count(const struct net *net)
{
	return net->sim->topo.router_count;
}

/** net_router() - A router with its tables. */
static inline struct sim_router *net_router(const struct net *net, unsigned int router)
{
	return &net->sim->nodes[router].router;
}

/** net_core() - NULL: switched off. */
static inline struct core *net_core(const struct net *net, unsigned int router)
{
	return net_router(net, router)->core;
}

static inline struct hpim *net_hpim(const struct net *net, unsigned int router)
{
	return hpim_of(net_core(net, router), net_family(net));
}

static inline struct sim_box *net_box(const struct net *net, unsigned int router)
{
	return &net->sim->topo.routers[router];
}

/** net_lan() - The link an interface is on. */
static inline unsigned int net_lan(const struct net *net, unsigned int router, uint16_t link)
{
	return net_box(net, router)->ports[link].lan;
}

/** net_addr() - What a router or host speaks from. */
static inline struct ip_addr net_addr(const struct net *net, unsigned int lan, unsigned int host)
{
	return sim_topo_addr(&net->sim->topo, net_family(net), (uint16_t)lan, (uint8_t)host);
}

static inline struct ip_addr net_source(const struct net *net)
{
	return sim_topo_subnet(&net->sim->topo, net_family(net), NET_SOURCE_LAN, NET_HOST).addr;
}

static inline struct ip_addr net_group(const struct net *net, unsigned int index)
{
	return sim_topo_group(net_family(net), (uint16_t)index);
}

static inline struct mfib_key net_key(const struct net *net, unsigned int group)
{
	return (struct mfib_key){ net_source(net), net_group(net, group) };
}

/* ---- What is seen of it ---- */

static inline void net_on_effect(void *ctx, const struct sim_net *sim, uint16_t router,
				 const struct core_effect *fx)
{
	struct net *net = ctx;

	if (fx->kind == FX_NOTE)
		net->notes[fx->note.code]++;
	if (fx->kind == FX_RPF_WATCH) {
		const struct ip_addr source = net_source(net);

		cr_assert(ip_addr_equal(&fx->rpf_source, &source), "there is one source");
	}
	if (!net->is_silent)
		sim_log_effect(&net->logs[router], sim->family, sim->now, fx);
}

static inline void net_on_packet(void *ctx, const struct sim_net *sim, const struct sim_copy *copy)
{
	struct net *net = ctx;

	(void)sim;
	net->copies[copy->lan] += copy->packet->group == 0;
}

static inline bool net_loses(void *ctx, const struct sim_net *sim, const struct sim_frame *frame)
{
	struct net *net = ctx;

	(void)sim;
	if (frame->port == SIM_NONE)
		return false; /* of a host */
	net->loss_random = net->loss_random * 1664525u + 1013904223u;
	return ++net->sends == net->drop_at || (net->loss_random >> 16) % 100 < net->loss_percent;
}

/* ---- Building it ---- */

/** net_new() - Routers without interfaces, switched off. */
static inline struct net *net_new(enum ip_family family, unsigned int router_count)
{
	struct net *net = calloc(1, sizeof(*net));
	struct sim_topo topo;

	cr_assert_not_null(net);
	sim_topo_init(&topo);
	topo.limits.unix_s = NET_BOOT_S;
	topo.has_fixed_routes = true;
	for (uint8_t lan = 0; lan < NET_LANS_MAX; lan++) {
		(void)sim_topo_add_lan(&topo, "lan", lan);
		(void)sim_topo_add_host(&topo, "host", lan, NET_HOST);
	}
	for (unsigned int i = 0; i < router_count; i++)
		(void)sim_topo_add_router(&topo, "router");
	net->sim = sim_net_new(&topo, family, NET_SEED);
	net->data_groups = 1;
	sim_net_tap(net->sim, &(struct sim_net_tap){ .ctx = net,
						     .effect = net_on_effect,
						     .packet = net_on_packet,
						     .loses = net_loses });
	return net;
}

/** net_free() - No router has broken a promise. */
static inline void net_free(struct net *net)
{
	cr_assert_str_empty(net->sim->broken, "%s", net->sim->broken);
	for (unsigned int i = 0; i < net_router_count(net); i++)
		free(net->logs[i].entries);
	sim_net_free(net->sim);
	free(net);
}

/** net_port() - One more interface; @link is its number. */
static inline void net_port(struct net *net, unsigned int router, uint16_t link, unsigned int lan,
			    uint8_t host)
{
	struct sim_box *box = net_box(net, router);

	cr_assert_eq(box->port_count, link);
	(void)sim_topo_add_port(box, "", (uint16_t)lan, host);
}

/** net_route() - Best path to the source from now on; @via 0: connected. */
static inline void net_route(struct net *net, unsigned int router, uint16_t link, unsigned int via,
			     uint32_t preference, uint32_t metric)
{
	struct sim_route route = { .port = link, .preference = preference, .metric = metric };

	route.is_reachable = link != LINK_NONE;
	route.is_connected = route.is_reachable && !via;
	if (via)
		route.next_hop = net_addr(net, net_lan(net, router, link), via);
	sim_route_set(net->sim, (uint16_t)router, NET_SOURCE_LAN, &route);
}

/* ---- What happens to a router ---- */

/** net_handle() - Let an event happen to a router, with all that follows at once. */
static inline void net_handle(struct net *net, unsigned int router, const struct core_event *event)
{
	sim_node_feed(net->sim, (uint16_t)router, event);
}

/** net_hear() - A packet reaches an interface of a router. */
static inline void net_hear(struct net *net, unsigned int router, uint16_t link,
			    const struct fx_send *packet)
{
	const struct core_event event = sim_event_packet(link, packet);

	net_handle(net, router, &event);
}

/** net_switch() - Switch a protocol on or off on an interface. */
static inline void net_switch(struct net *net, unsigned int router, uint16_t link,
			      enum core_proto proto, bool is_on)
{
	const struct core_event event = sim_event_switch(link, net_family(net), proto, is_on);

	net_box(net, router)->ports[link].wants[proto] = is_on;
	net_handle(net, router, &event);
}

/** net_cable() - The interface goes up or down. */
static inline void net_cable(struct net *net, unsigned int router, uint16_t link, bool is_up)
{
	net_box(net, router)->ports[link].is_up = is_up;
	sim_node_link(net->sim, (uint16_t)router, link);
}

/** net_limit_neighbors() - On all interfaces of a router. */
static inline void net_limit_neighbors(struct net *net, unsigned int router, uint32_t neighbors)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		net_core(net, router)->links[link].settings.neighbors = neighbors;
}

/** net_settings() - Of all routers, from now on. */
static inline void net_settings(struct net *net, const struct core_settings *settings)
{
	const struct core_event event = sim_event_settings(settings);

	net->sim->topo.settings = *settings;
	for (unsigned int i = 0; i < net_router_count(net); i++)
		net_handle(net, i, &event);
}

/** net_on() - Start a router with both protocols on all its interfaces. */
static inline void net_on(struct net *net, unsigned int router)
{
	struct sim_box *box = net_box(net, router);

	for (uint16_t link = 0; link < box->port_count; link++)
		box->ports[link].is_up = box->ports[link].wants[PROTO_HPIM] =
			box->ports[link].wants[PROTO_GM] = true;
	sim_node_start(net->sim, (uint16_t)router);
}

/** net_off() - Stop a router; without @say_goodbye its power fails. */
static inline void net_off(struct net *net, unsigned int router, bool say_goodbye)
{
	if (say_goodbye)
		sim_node_stop(net->sim, (uint16_t)router);
	else
		sim_node_crash(net->sim, (uint16_t)router);
}

static inline void net_all_on(struct net *net)
{
	for (unsigned int i = 0; i < net_router_count(net); i++)
		net_on(net, i);
}

/* ---- Hosts; the one of a link has the number of the link ---- */

static inline void net_join(struct net *net, unsigned int lan)
{
	sim_host_join(net->sim, (uint16_t)lan, 0);
}

static inline void net_leave(struct net *net, unsigned int lan)
{
	sim_host_leave(net->sim, (uint16_t)lan, 0);
}

static inline bool net_is_joined(const struct net *net, unsigned int lan)
{
	return net->sim->topo.hosts[lan].joined & 1;
}

/** net_mute() - Whether no member answers a query from now on. */
static inline void net_mute(struct net *net, bool is_mute)
{
	for (unsigned int lan = 0; lan < NET_LANS_MAX; lan++)
		net->sim->topo.hosts[lan].is_mute = is_mute;
}

/** net_source_every() - Milliseconds between two packets of the source. */
static inline void net_source_every(struct net *net, uint32_t ms)
{
	net->sim->topo.data_period_ms = ms;
}

/** net_source_starts() - One packet per group and period from now on. */
static inline void net_source_starts(struct net *net)
{
	sim_host_send(net->sim, NET_SOURCE_LAN, (UINT32_C(1) << net->data_groups) - 1);
}

static inline void net_source_stops(struct net *net)
{
	sim_host_send(net->sim, NET_SOURCE_LAN, 0);
}

/** net_sent() - Packets of the source so far, of all groups. */
static inline unsigned int net_sent(const struct net *net)
{
	return (unsigned int)net->sim->count.packets;
}

/* ---- Time ---- */

/** net_run() - Let time pass. */
static inline void net_run(struct net *net, hp_time duration)
{
	sim_net_run(net->sim, net_now(net) + duration);
}

/** net_run_s() - net_run() in seconds. */
static inline void net_run_s(struct net *net, unsigned int seconds)
{
	net_run(net, HP_SEC(seconds));
}

#include "unit/common_net_seen.h"

#endif
