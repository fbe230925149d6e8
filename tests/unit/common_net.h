/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_NET_H
#define COMMON_NET_H

/*
 * A small deterministic network: virtual time, routers that are real cores, links that deliver
 * after a fixed delay, hosts that join, a source that sends. Same functions for IPv4 and IPv6;
 * routers are numbered from 0, and host h on link n has the address 10.n.n.h or fe80::h
 * (description of HPIM-DM, 9.0). Included once per test program.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_net_text.h"
#include "core/membership/family.h"
#include "core/hpim/hpim_int.h"

#define NET_ROUTERS_MAX 8u
#define NET_PORTS_MAX   4u
#define NET_LANS_MAX    10u
#define NET_DELAY       HP_MS(1)
#define NET_BOOT_S      1000u /* UNIX time at the start */
#define NET_TTL         12u
#define NET_SOURCE_LAN  1u
#define NET_SOURCE_HOST 100u
#define NET_MEMBER_HOST 100u

struct net_port {
	bool exists;
	unsigned int lan;
	uint8_t host;
};

struct net_router {
	struct core *core; /* NULL: switched off */
	struct core_settings settings;
	struct net_port ports[NET_PORTS_MAX];
	struct ev_rpf route; /* to the subnet of the source */
	bool is_watching;
	bool forwards_alone; /* without a core, by its entries */
	unsigned int restarts;
	struct core_event answers[NET_GROUPS_MAX]; /* answers to effects, given after draining */
	unsigned int answer_count;
	bool has_entry[NET_GROUPS_MAX];
	struct mfib_route entries[NET_GROUPS_MAX]; /* as last put */
	hp_time seen_at[NET_GROUPS_MAX];           /* last packet that fitted the entry */
	struct net_log log;
};

struct net_packet {
	hp_time due;
	unsigned int lan, router; /* router: the sender, NET_ROUTERS_MAX: a host */
	uint16_t link;
	enum core_socket socket;
	struct ip_addr src, dst;
	size_t len;
	uint8_t bytes[1500];
};

struct net {
	enum ip_family family;
	hp_time now;
	struct net_router routers[NET_ROUTERS_MAX];
	unsigned int router_count;
	struct net_packet
		*packets; /* in flight from packet_head on; the delay keeps them in order */
	size_t packet_head, packet_count, packet_room;
	bool is_joined[NET_LANS_MAX]; /* the host there wants the first group */
	hp_time data_at;              /* next packet of the source, HP_TIME_NEVER: silent */
	hp_time data_every;
	bool hosts_are_mute;      /* no member answers a query */
	unsigned int data_groups; /* that the source sends to */
	unsigned int data_sent;
	unsigned int copies[NET_LANS_MAX]; /* of data of the first group, by link */
	unsigned int sends, drop_at;       /* control packets; the one to lose, 0: none */
	unsigned int loss_percent;
	uint32_t loss_random;
};

/* ---- Addresses ---- */

/** net_addr() - What a router or host speaks from. */
static inline struct ip_addr net_addr(const struct net *net, unsigned int lan, unsigned int host)
{
	struct ip_addr addr;
	char text[40];

	if (net->family == IP_FAMILY_4)
		(void)snprintf(text, sizeof(text), "10.%u.%u.%u", lan, lan, host);
	else
		(void)snprintf(text, sizeof(text), "fe80::%x", host);
	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

static inline struct ip_prefix net_subnet(const struct net *net, unsigned int lan,
					  unsigned int host)
{
	struct ip_prefix prefix = { .len = net->family == IP_FAMILY_4 ? 24 : 64 };
	char text[40];

	(void)snprintf(text, sizeof(text),
		       net->family == IP_FAMILY_4 ? "10.%u.%u.%u" : "2001:0:%x:%x::%x", lan, lan,
		       host);
	cr_assert_eq(ip_addr_parse(text, &prefix.addr), 0, "%s", text);
	return prefix;
}

static inline struct ip_addr net_source(const struct net *net)
{
	return net_subnet(net, NET_SOURCE_LAN, NET_SOURCE_HOST).addr;
}

static inline struct ip_addr net_group(const struct net *net, unsigned int index)
{
	struct ip_addr addr;

	cr_assert_eq(
		ip_addr_parse(net->family == IP_FAMILY_4 ? "224.12.12.0" : "ff05::12:12:0", &addr),
		0);
	addr.b[15] = (uint8_t)(NET_GROUP_BASE + index);
	return addr;
}

static inline struct hpim *net_hpim(const struct net *net, unsigned int router)
{
	return hpim_of(net->routers[router].core, net->family);
}

/* ---- What a router asks for ---- */

static inline bool net_is_lost(struct net *net)
{
	net->loss_random = net->loss_random * 1664525u + 1013904223u;
	return ++net->sends == net->drop_at || (net->loss_random >> 16) % 100 < net->loss_percent;
}

static inline void net_transmit(struct net *net, const struct net_packet *packet)
{
	if (packet->router < NET_ROUTERS_MAX && net_is_lost(net))
		return;
	if (net->packet_head == net->packet_count)
		net->packet_head = net->packet_count = 0;
	if (net->packet_count == net->packet_room) {
		net->packet_room = net->packet_room ? 2 * net->packet_room : 64;
		net->packets = realloc(net->packets, net->packet_room * sizeof(*net->packets));
		cr_assert_not_null(net->packets);
	}
	net->packets[net->packet_count] = *packet;
	net->packets[net->packet_count++].due = net->now + NET_DELAY;
}

static inline void net_take_send(struct net *net, unsigned int router, const struct fx_send *send)
{
	struct net_packet packet = {
		.lan = net->routers[router].ports[send->link].lan,
		.router = router,
		.link = send->link,
		.socket = send->socket,
		.src = send->src,
		.dst = send->dst,
		.len = send->len,
	};

	cr_assert_leq(send->len, sizeof(packet.bytes));
	memcpy(packet.bytes, send->bytes, send->len);
	net_transmit(net, &packet);
}

static inline void net_answer(struct net_router *router, const struct core_event *event)
{
	cr_assert_lt(router->answer_count, NET_GROUPS_MAX);
	router->answers[router->answer_count++] = *event;
}

static inline void net_take_watch(struct net *net, struct net_router *router,
				  const struct ip_addr *source)
{
	const struct ip_addr expected = net_source(net);

	cr_assert(ip_addr_equal(source, &expected) && !router->is_watching);
	router->is_watching = true;
	net_answer(router, &(struct core_event){ .kind = EV_RPF, .rpf = router->route });
}

static inline void net_take_ask(struct net *net, struct net_router *router,
				const struct mfib_key *key)
{
	unsigned int index = net_group_index(&key->group);
	struct ev_data data = { .kind = DATA_SEEN,
				.link = LINK_NONE,
				.source = key->source,
				.group = key->group,
				.seen_for = HP_TIME_NEVER };

	if (router->has_entry[index] && router->seen_at[index] != HP_TIME_NEVER)
		data.seen_for = net->now - router->seen_at[index];
	net_answer(router, &(struct core_event){ .kind = EV_DATA, .data = data });
}

static inline void net_take_route(struct net_router *router, const struct core_effect *fx)
{
	bool is_put = fx->kind == FX_MFIB_PUT;
	unsigned int index = net_group_index(is_put ? &fx->route.key.group : &fx->key.group);

	cr_assert(is_put || router->has_entry[index], "an entry that is not there is removed");
	if (is_put && !router->has_entry[index])
		router->seen_at[index] = HP_TIME_NEVER;
	router->has_entry[index] = is_put;
	if (is_put)
		router->entries[index] = fx->route;
}

static inline void net_take(struct net *net, unsigned int index, const struct core_effect *fx)
{
	struct net_router *router = &net->routers[index];

	net_log_effect(&router->log, net->family, net->now, fx);
	switch (fx->kind) {
	case FX_SEND: net_take_send(net, index, &fx->send); break;
	case FX_RPF_WATCH: net_take_watch(net, router, &fx->rpf_source); break;
	case FX_RPF_UNWATCH: router->is_watching = false; break;
	case FX_MFIB_PUT:
	case FX_MFIB_DEL: net_take_route(router, fx); break;
	case FX_MFIB_QUERY: net_take_ask(net, router, &fx->key); break;
	case FX_JOIN:
	case FX_LEAVE:
	case FX_NOTE: break;
	}
}

/** net_handle() - Let an event happen to a router, with all that follows at once. */
static inline void net_handle(struct net *net, unsigned int index, const struct core_event *event)
{
	struct net_router *router = &net->routers[index];
	const struct core_effect *fx;

	core_handle(router->core, net->now, event);
	while ((fx = core_effect_next(router->core)))
		net_take(net, index, fx);
	while (router->answer_count) {
		struct core_event next = router->answers[0];

		router->answer_count--;
		memmove(router->answers, router->answers + 1, router->answer_count * sizeof(next));
		net_handle(net, index, &next);
	}
}

/* ---- Building it ---- */

static inline struct net *net_new(enum ip_family family, unsigned int router_count)
{
	struct net *net = calloc(1, sizeof(*net));

	cr_assert_not_null(net);
	net->family = family;
	net->router_count = router_count;
	net->data_at = HP_TIME_NEVER;
	net->data_every = HP_SEC(1);
	net->data_groups = 1;
	for (unsigned int i = 0; i < router_count; i++) {
		struct net_router *router = &net->routers[i];

		router->settings = core_settings_default;
		router->route = (struct ev_rpf){ .source = net_source(net),
						 .link = LINK_NONE,
						 .preference = UINT32_MAX,
						 .metric = UINT32_MAX };
	}
	return net;
}

static inline void net_free(struct net *net)
{
	for (unsigned int i = 0; i < net->router_count; i++) {
		core_free(net->routers[i].core);
		free(net->routers[i].log.entries);
	}
	free(net->packets);
	free(net);
}

/** net_switch() - Switch a protocol on or off on an interface. */
static inline void net_switch(struct net *net, unsigned int router, uint16_t link,
			      enum core_proto proto, bool is_on)
{
	net_handle(net, router,
		   &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_LINK,
						     .link = link,
						     .family = net->family,
						     .proto = proto,
						     .is_on = is_on } });
}

/** net_cable() - The interface goes up or down. */
static inline void net_cable(struct net *net, unsigned int router, uint16_t link, bool is_up)
{
	const struct net_port *port = &net->routers[router].ports[link];
	struct core_event event = { .kind = EV_LINK,
				    .link = {
					    .link = link,
					    .is_present = true,
					    .is_up = is_up,
					    .mtu = 1500,
					    .addr_count = 1,
					    .addrs = { net_subnet(net, port->lan, port->host) } } };

	if (net->family == IP_FAMILY_6)
		event.link.addrs[event.link.addr_count++] =
			(struct ip_prefix){ net_addr(net, port->lan, port->host), 64 };
	net_handle(net, router, &event);
}

static inline void net_port(struct net *net, unsigned int router, uint16_t link, unsigned int lan,
			    uint8_t host)
{
	net->routers[router].ports[link] = (struct net_port){ true, lan, host };
}

/** net_route() - Best path to the source from now on; @via 0: connected. */
static inline void net_route(struct net *net, unsigned int index, uint16_t link, unsigned int via,
			     uint32_t preference, uint32_t metric)
{
	struct net_router *router = &net->routers[index];

	router->route = (struct ev_rpf){ .source = net_source(net),
					 .is_reachable = link != LINK_NONE,
					 .is_connected = link != LINK_NONE && !via,
					 .link = link,
					 .prefix_len = 24,
					 .preference = preference,
					 .metric = metric };
	if (via)
		router->route.next_hop = net_addr(net, router->ports[link].lan, via);
	if (router->is_watching)
		net_handle(net, index,
			   &(struct core_event){ .kind = EV_RPF, .rpf = router->route });
}

static inline void net_settings(struct net *net, unsigned int router,
				const struct core_settings *settings)
{
	net->routers[router].settings = *settings;
	if (net->routers[router].core)
		net_handle(net, router,
			   &(struct core_event){
				   .kind = EV_CONFIG,
				   .config = { .kind = CONFIG_SETTINGS, .settings = *settings } });
}

/** net_boot() - A core without interfaces; its BootTimes are greater than those of the one before.
 */
static inline void net_boot(struct net *net, unsigned int index)
{
	struct net_router *router = &net->routers[index];
	struct core_limits limits = core_limits_default;
	struct core_settings settings = router->settings;

	limits.seed = index + 1 + router->restarts;
	limits.unix_s = NET_BOOT_S + router->restarts;
	router->core = core_new(&limits);
	cr_assert_not_null(router->core);
	net_settings(net, index, &settings);
}

/** net_on() - Start a router with both protocols on all its interfaces. */
static inline void net_on(struct net *net, unsigned int index)
{
	struct net_router *router = &net->routers[index];

	net_boot(net, index);
	for (uint16_t link = 0; link < NET_PORTS_MAX; link++) {
		if (!router->ports[link].exists)
			continue;
		net_cable(net, index, link, true);
		net_switch(net, index, link, PROTO_HPIM, true);
		net_switch(net, index, link, PROTO_GM, true);
	}
}

/** net_off() - Stop a router; without @say_goodbye it is killed. */
static inline void net_off(struct net *net, unsigned int index, bool say_goodbye)
{
	struct net_router *router = &net->routers[index];

	if (say_goodbye)
		net_handle(net, index,
			   &(struct core_event){ .kind = EV_COMMAND,
						 .command = { .kind = COMMAND_STOP } });
	core_free(router->core);
	router->core = NULL;
	router->is_watching = false;
	memset(router->has_entry, 0, sizeof(router->has_entry));
}

static inline void net_all_on(struct net *net)
{
	for (unsigned int i = 0; i < net->router_count; i++)
		net_on(net, i);
}

/* ---- Hosts ---- */

static inline void net_host_say(struct net *net, unsigned int lan, enum gm_msg_type type)
{
	const struct gm_family *family = &gm_families[net->family];
	const struct ip_addr group = net_group(net, 0);
	struct net_packet packet = { .lan = lan,
				     .router = NET_ROUTERS_MAX,
				     .socket = SOCKET_GM,
				     .src = net_addr(net, lan, NET_MEMBER_HOST),
				     .dst = group };
	const struct gm_msg msg = { .type = type,
				    .version = net->family == IP_FAMILY_4 ? 2 : 1,
				    .group = group };

	if (type == GM_LEAVE) /* 224.0.0.2, ff02::2 */
		cr_assert_eq(ip_addr_parse(net->family == IP_FAMILY_4 ? "224.0.0.2" : "ff02::2",
					   &packet.dst),
			     0);
	packet.len =
		family->encode(&msg, &packet.src, &packet.dst, packet.bytes, sizeof(packet.bytes));
	cr_assert_gt(packet.len, 0);
	net_transmit(net, &packet);
}

static inline void net_join(struct net *net, unsigned int lan)
{
	net->is_joined[lan] = true;
	net_host_say(net, lan, GM_REPORT);
}

static inline void net_leave(struct net *net, unsigned int lan)
{
	net->is_joined[lan] = false;
	net_host_say(net, lan, GM_LEAVE);
}

/* ---- Data ---- */

static inline void net_data_in(struct net *net, unsigned int index, uint16_t link,
			       unsigned int group, unsigned int ttl);

static inline void net_data(struct net *net, unsigned int lan, unsigned int from,
			    uint16_t from_link, unsigned int group, unsigned int ttl)
{
	if (group == 0)
		net->copies[lan]++;
	for (unsigned int i = 0; i < net->router_count && ttl; i++)
		for (uint16_t link = 0; link < NET_PORTS_MAX; link++) {
			const struct net_port *port = &net->routers[i].ports[link];

			if (port->exists && port->lan == lan &&
			    (net->routers[i].core || net->routers[i].forwards_alone) &&
			    !(i == from && link == from_link))
				net_data_in(net, i, link, group, ttl);
		}
}

static inline void net_data_in(struct net *net, unsigned int index, uint16_t link,
			       unsigned int group, unsigned int ttl)
{
	struct net_router *router = &net->routers[index];
	const struct mfib_route entry = router->entries[group];

	if (!router->has_entry[group] && !router->core)
		return;
	if (!router->has_entry[group]) {
		struct ev_data data = { .kind = DATA_MISS,
					.link = link,
					.source = net_source(net),
					.group = net_group(net, group) };

		net_handle(net, index, &(struct core_event){ .kind = EV_DATA, .data = data });
		return;
	}
	if (entry.iif != link)
		return;
	router->seen_at[group] = net->now;
	ifset_for_each (out, &entry.oifs)
		net_data(net, router->ports[out].lan, index, out, group, ttl - 1);
}

/** net_source_starts() - One packet per data_every and group from now on. */
static inline void net_source_starts(struct net *net)
{
	net->data_at = net->now;
}

static inline void net_source_stops(struct net *net)
{
	net->data_at = HP_TIME_NEVER;
}

static inline void net_source_send(struct net *net)
{
	net->data_at += net->data_every;
	net->data_sent++;
	for (unsigned int group = 0; group < net->data_groups; group++)
		net_data(net, NET_SOURCE_LAN, NET_ROUTERS_MAX, 0, group, NET_TTL);
}

/* ---- Time ---- */

static inline bool net_hears(const struct net *net, const struct net_packet *packet, unsigned int i,
			     uint16_t link)
{
	const struct net_port *port = &net->routers[i].ports[link];
	const struct ip_addr own = net_addr(net, port->lan, port->host);

	if (!port->exists || port->lan != packet->lan || !net->routers[i].core)
		return false;
	/* The kernel drops IPv4 packets from any address of its own. Q25 */
	if (i == packet->router && (link == packet->link || net->family == IP_FAMILY_4))
		return false;
	return ip_addr_is_multicast(&packet->dst) || ip_addr_equal(&packet->dst, &own);
}

static inline void net_deliver(struct net *net)
{
	const struct net_packet packet = net->packets[net->packet_head++];
	struct core_event event = { .kind = EV_PACKET,
				    .packet = { .socket = packet.socket,
						.src = packet.src,
						.dst = packet.dst,
						.ttl = 1,
						.has_router_alert = packet.socket == SOCKET_GM,
						.bytes = packet.bytes,
						.len = packet.len } };

	for (unsigned int i = 0; i < net->router_count; i++)
		for (uint16_t link = 0; link < NET_PORTS_MAX; link++)
			if (net_hears(net, &packet, i, link)) {
				event.packet.link = link;
				net_handle(net, i, &event);
			}
	/* What a router says of membership is a query. */
	if (packet.socket == SOCKET_GM && packet.router < NET_ROUTERS_MAX &&
	    net->is_joined[packet.lan] && !net->hosts_are_mute)
		net_host_say(net, packet.lan, GM_REPORT);
}

static inline hp_time net_next(const struct net *net, unsigned int *ret_router)
{
	hp_time first = HP_TIME_NEVER;

	for (unsigned int i = 0; i < net->router_count; i++) {
		hp_time deadline =
			net->routers[i].core ? core_deadline(net->routers[i].core) : HP_TIME_NEVER;

		if (deadline < first) {
			first = deadline;
			*ret_router = i;
		}
	}
	return first;
}

/** net_run() - Let time pass: packets first, then data, then timers. */
static inline void net_run(struct net *net, hp_time duration)
{
	hp_time end = net->now + duration;

	for (;;) {
		unsigned int router = 0;
		hp_time clock_at = net_next(net, &router);
		hp_time packet_at = net->packet_head < net->packet_count
					    ? net->packets[net->packet_head].due
					    : HP_TIME_NEVER;
		hp_time at = packet_at < net->data_at ? packet_at : net->data_at;

		at = clock_at < at ? clock_at : at;
		if (at > end)
			break;
		net->now = at > net->now ? at : net->now;
		if (packet_at == at)
			net_deliver(net);
		else if (net->data_at == at)
			net_source_send(net);
		else
			net_handle(net, router, &(struct core_event){ .kind = EV_CLOCK });
	}
	net->now = end;
}

/** net_run_s() - net_run() in seconds. */
static inline void net_run_s(struct net *net, unsigned int seconds)
{
	net_run(net, HP_SEC(seconds));
}

#include "unit/common_net_seen.h"

#endif
