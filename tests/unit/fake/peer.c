/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Neighbors of the daemon: real cores, whose routes and data are made up here. IPv4.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "io/loop.h"
#include "io/rtnl.h"
#include "mgmt/show.h"
#include "unit/common_daemon.h"
#include "unit/fake/peer.h"
#include "wire/igmp.h"

#define PEERS_MAX   4u
#define PACKETS_MAX 256u

enum peer_link { PEER_FRONT, PEER_BEHIND };

struct peer {
	struct core *core;
	char interface[LINK_NAME_LEN]; /* of the daemon */
	struct ip_addr addr, gateway;
	uint8_t net;
	uint32_t metric;
	struct core_event answers[16]; /* to effects, when all are done */
	unsigned int answer_head, answer_count;
};

/* Under way on the subnet of an interface of the daemon. */
struct flight {
	char interface[LINK_NAME_LEN];
	const struct peer *from; /* NULL: the daemon */
	struct ev_packet packet;
	uint8_t bytes[1500];
};

static struct peer peers[PEERS_MAX];
static unsigned int peer_count;
static struct flight flights[PACKETS_MAX];
static unsigned int flight_head, flight_count;

static struct ip_addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t[]){ a, b, c, d });
}

static struct ip_addr behind(const struct peer *peer, uint8_t host)
{
	return v4(10, peer->net, 0, host);
}

/* ---- packets under way ---- */

static void fly(const char *interface, const struct peer *from, const struct fx_send *send)
{
	struct flight *flight = &flights[flight_count++];

	cr_assert_leq(flight_count, PACKETS_MAX);
	cr_assert_leq(send->len, sizeof(flight->bytes));
	*flight = (struct flight){
		.from = from,
		.packet = { .socket = send->socket,
			    .src = send->src,
			    .dst = send->dst,
			    .station = { .len = 6, .b = { 2, [4] = from ? from->net : 0 } },
			    .ttl = 1,
			    .has_router_alert = send->socket == SOCKET_GM,
			    .bytes = flight->bytes,
			    .len = send->len }
	};
	(void)snprintf(flight->interface, sizeof(flight->interface), "%s", interface);
	memcpy(flight->bytes, send->bytes, send->len);
}

void peer_hear(uint16_t link, const struct fx_send *send)
{
	if (peer_count)
		fly(port_name(world_daemon(), link), NULL, send);
}

/* ---- a neighbor ---- */

static void answer(struct peer *peer, const struct core_event *event)
{
	cr_assert_lt(peer->answer_count, 16);
	peer->answers[peer->answer_count++] = *event;
}

static void answer_route(struct peer *peer, const struct ip_addr *source)
{
	const struct ip_prefix own = { behind(peer, 0), 24 };
	struct core_event event = {
		.kind = EV_RPF, .rpf = { .source = *source, .is_reachable = true, .prefix_len = 24 }
	};

	if (ip_prefix_contains(&own, source)) {
		event.rpf.is_connected = true;
		event.rpf.link = PEER_BEHIND;
		event.rpf.preference = 2;
	} else {
		event.rpf.link = PEER_FRONT;
		event.rpf.next_hop = peer->gateway;
		event.rpf.preference = 4;
		event.rpf.metric = peer->metric;
	}
	answer(peer, &event);
}

static void answer_seen(struct peer *peer, const struct mfib_key *key)
{
	answer(peer, &(struct core_event){ .kind = EV_DATA,
					   .data = { .kind = DATA_SEEN,
						     .link = LINK_NONE,
						     .source = key->source,
						     .group = key->group } });
}

static void peer_feed(struct peer *peer, const struct core_event *event)
{
	const struct core_effect *effect;

	core_handle(peer->core, loop_now(), event);
	while ((effect = core_effect_next(peer->core))) {
		if (effect->kind == FX_SEND && effect->send.link == PEER_FRONT)
			fly(peer->interface, peer, &effect->send);
		else if (effect->kind == FX_RPF_WATCH)
			answer_route(peer, &effect->rpf_source);
		else if (effect->kind == FX_MFIB_QUERY)
			answer_seen(peer, &effect->key);
	}
	while (peer->answer_head < peer->answer_count) {
		const struct core_event next = peer->answers[peer->answer_head++];

		peer_feed(peer, &next);
	}
	peer->answer_head = peer->answer_count = 0;
}

static void deliver_to_peers(const struct flight *flight)
{
	for (unsigned int i = 0; i < peer_count; i++) {
		struct core_event event = { .kind = EV_PACKET, .packet = flight->packet };

		if (&peers[i] == flight->from || strcmp(peers[i].interface, flight->interface) != 0)
			continue;
		event.packet.link = PEER_FRONT;
		peer_feed(&peers[i], &event);
	}
}

static void deliver_to_daemon(const struct flight *flight)
{
	struct ev_packet packet = flight->packet;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		if (strcmp(port_name(world_daemon(), link), flight->interface) != 0)
			continue;
		packet.link = link;
		fake_packet(&packet);
		return;
	}
}

void peers_deliver(void)
{
	while (flight_head < flight_count) {
		const struct flight *flight = &flights[flight_head++];

		deliver_to_peers(flight);
		if (flight->from)
			deliver_to_daemon(flight);
	}
	flight_head = flight_count = 0;
}

hp_time peers_deadline(void)
{
	hp_time next = HP_TIME_NEVER;

	for (unsigned int i = 0; i < peer_count; i++)
		if (core_deadline(peers[i].core) < next)
			next = core_deadline(peers[i].core);
	return next;
}

void peers_clock(void)
{
	for (unsigned int i = 0; i < peer_count; i++)
		if (core_deadline(peers[i].core) <= loop_now())
			peer_feed(&peers[i], &(struct core_event){ .kind = EV_CLOCK });
}

void peers_fini(void)
{
	while (peer_count)
		core_free(peers[--peer_count].core);
	flight_head = flight_count = 0;
}

/* ---- how they come to be, and what happens there ---- */

static void peer_link(struct peer *peer, enum peer_link link, struct ip_addr addr)
{
	peer_feed(peer, &(struct core_event){ .kind = EV_LINK,
					      .link = { .link = (uint16_t)link,
							.name = "peer",
							.is_present = true,
							.is_up = true,
							.mtu = 1500,
							.addr_count = 1,
							.addrs = { { addr, 24 } } } });
	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		if (proto == PROTO_HPIM || link == PEER_BEHIND)
			peer_feed(peer, &(struct core_event){ .kind = EV_CONFIG,
							      .config = { .kind = CONFIG_LINK,
									  .link = (uint16_t)link,
									  .family = IP_FAMILY_4,
									  .proto = proto,
									  .is_on = true } });
}

void world_neighbor(const char *interface, const char *addr, uint8_t net, uint32_t metric)
{
	const struct rtnl_link *link = rtnl_link_by_name(world_daemon()->rtnl, interface);
	struct core_limits limits = core_limits_default;
	struct peer *peer = &peers[peer_count];

	cr_assert_lt(peer_count, PEERS_MAX);
	limits.seed = net;
	limits.unix_s = 1;
	*peer = (struct peer){ .net = net, .metric = metric, .core = core_new(&limits) };
	cr_assert_not_null(peer->core);
	cr_assert_eq(ip_addr_parse(addr, &peer->addr), 0);
	peer->gateway = show_link_addr(link, IP_FAMILY_4);
	(void)snprintf(peer->interface, sizeof(peer->interface), "%s", interface);
	peer_count++;
	peer_link(peer, PEER_FRONT, peer->addr);
	peer_link(peer, PEER_BEHIND, behind(peer, 1));
}

static struct peer *peer_of(uint8_t net)
{
	for (unsigned int i = 0; i < peer_count; i++)
		if (peers[i].net == net)
			return &peers[i];
	cr_assert_fail("no neighbor has 10.%u.0.0/24", net);
	return NULL;
}

void world_neighbor_source(uint8_t net, const char *source, const char *group)
{
	const struct mfib_key key = world_key(source, group);

	peer_feed(peer_of(net), &(struct core_event){ .kind = EV_DATA,
						      .data = { .kind = DATA_MISS,
								.link = PEER_BEHIND,
								.source = key.source,
								.group = key.group } });
	world_run(0);
}

void world_neighbor_report(uint8_t net, const char *group)
{
	struct peer *peer = peer_of(net);
	const struct mfib_key key = { behind(peer, 9), world_key(group, group).group };
	const struct gm_msg msg = { .type = GM_REPORT, .version = 2, .group = key.group };
	uint8_t bytes[64];
	struct core_event event = { .kind = EV_PACKET,
				    .packet = { .link = PEER_BEHIND,
						.socket = SOCKET_GM,
						.src = key.source,
						.dst = key.group,
						.ttl = 1,
						.has_router_alert = true,
						.bytes = bytes } };

	event.packet.len = igmp_encode(&msg, &key.source, &key.group, bytes, sizeof(bytes));
	peer_feed(peer, &event);
	world_run(0);
}
