// SPDX-License-Identifier: GPL-2.0-only
/* Which packets are taken from the link: description of HPIM-DM, 2.1, and hpim/accept.c. */
#include "core/hpim/if.h"
#include "unit/common_bench.h"
#include "core/inspect.h"

#define HOST 9

struct packet {
	struct ip_addr src, dst;
	uint8_t ttl;
	struct ev_station station;
};

static void hear(struct net *net, const struct packet *packet, const struct hpim_msg *msg)
{
	uint8_t bytes[1500];

	net_handle(net, 0,
		   &(struct core_event){
			   .kind = EV_PACKET,
			   .packet = { .socket = SOCKET_103,
				       .src = packet->src,
				       .dst = packet->dst,
				       .station = packet->station,
				       .ttl = packet->ttl,
				       .bytes = bytes,
				       .len = hpim_encode(msg, NULL, bytes, sizeof(bytes)) } });
}

static struct hpim_msg message(const struct net *net, enum hpim_type type, uint32_t sn)
{
	struct hpim_msg msg = bench_sync(0, 0);

	if (type == HPIM_SYNC)
		return msg;
	msg.type = type;
	if (type == HPIM_HELLO)
		msg.hello = (struct hpim_hello){ .has_hold = true, .hold_s = 40 };
	else
		msg.tree = (struct hpim_tree_msg){ .source = net_source(net),
						   .group = net_group(net, 0),
						   .rpc = rpc10,
						   .sn = sn };
	return msg;
}

static uint64_t count(const struct net *net, enum note_code code)
{
	return inspect_refused(net_core(net, 0), 0, code);
}

static struct packet good(const struct net *net, enum hpim_type type)
{
	return (struct packet){ .src = net_addr(net, 2, HOST),
				.dst = bench_destination(net, 0, type),
				.ttl = 1 };
}

/* One thing is wrong with a packet that makes a neighbor otherwise. */
BENCH_TEST(hpim_accept_packet, each_rule_refuses_and_counts)
{
	static const struct {
		const char *name;
		enum hpim_type type;
		enum note_code code;
	} rows[] = {
		{ "another subnet", HPIM_HELLO, NOTE_PACKET_SOURCE },
		{ "our own address", HPIM_HELLO, NOTE_PACKET_SOURCE },
		{ "a group", HPIM_HELLO, NOTE_PACKET_SOURCE },
		{ "TTL 64", HPIM_HELLO, NOTE_PACKET_TTL },
		{ "TTL 2", HPIM_SYNC, NOTE_PACKET_TTL },
		{ "TTL 0", HPIM_SYNC, NOTE_PACKET_TTL },
		{ "Hello by unicast", HPIM_HELLO, NOTE_PACKET_DESTINATION },
		{ "IamUpstream by unicast", HPIM_UPSTREAM, NOTE_PACKET_DESTINATION },
		{ "IamNoLongerUpstream by unicast", HPIM_NO_UPSTREAM, NOTE_PACKET_DESTINATION },
		{ "Sync to the group", HPIM_SYNC, NOTE_PACKET_DESTINATION },
		{ "Sync to another router", HPIM_SYNC, NOTE_PACKET_DESTINATION },
		{ "Interest of a stranger", HPIM_INTEREST, NOTE_PACKET_STRANGER },
		{ "NoInterest of a stranger", HPIM_NO_INTEREST, NOTE_PACKET_STRANGER },
		{ "Ack of a stranger", HPIM_ACK, NOTE_PACKET_STRANGER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct net *net = bench_new(family, 1, false);
		struct packet packet = good(net, rows[i].type);
		const struct hpim_msg msg = message(net, rows[i].type, 8);
		const struct ip_addr group = *hpim_if_group(net_hpim(net, 0)->ifs[0]);

		switch (i) {
		case 0:
			/* For IPv6 no address of a subnet is one that routers speak from. */
			packet.src =
				family == IP_FAMILY_4 ? net_addr(net, 3, HOST) : net_source(net);
			break;
		case 1: packet.src = net_addr(net, 2, OWN); break;
		case 2: packet.src = net_group(net, 0); break;
		case 3: packet.ttl = 64; break;
		case 4: packet.ttl = 2; break;
		case 5: packet.ttl = 0; break;
		case 6:
		case 7:
		case 8: packet.dst = net_addr(net, 2, OWN); break;
		case 9: packet.dst = group; break;
		case 10: packet.dst = net_addr(net, 2, OWN + 1); break;
		default: break;
		}
		hear(net, &packet, &msg);
		bench_words(net, "");
		cr_assert_null(net_neighbor(net, 0, 0, HOST), "%s", rows[i].name);
		cr_assert_eq(count(net, rows[i].code), 1, "%s", rows[i].name);
		net_free(net);
	}
}

/* Each type with the destination that 2.1 has for it. */
BENCH_TEST(hpim_accept_packet, what_routers_send_is_taken)
{
	static const enum hpim_type types[] = { HPIM_HELLO, HPIM_SYNC, HPIM_UPSTREAM,
						HPIM_NO_UPSTREAM };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct net *net = bench_new(family, 1, false);
		const struct packet packet = good(net, types[i]);
		const struct hpim_msg msg = message(net, types[i], 8);

		hear(net, &packet, &msg);
		cr_assert_not_null(net_neighbor(net, 0, 0, HOST));
		net_free(net);
	}
}

/* An address without a subnet, as on tunnels: what is on the link cannot be known from it. */
Test(hpim_accept_packet, unnumbered_links_have_neighbors)
{
	struct net *net = bench_new(IP_FAMILY_4, 1, false);
	struct packet packet = good(net, HPIM_HELLO);
	const struct hpim_msg msg = message(net, HPIM_HELLO, 0);

	packet.src = net_addr(net, 3, HOST);
	net_core(net, 0)->links[0].info.addrs[0].len = 32;
	hear(net, &packet, &msg);
	cr_assert_eq(net_hpim(net, 0)->ifs[0]->neighbor_count, 1);
	net_free(net);
}

#define STATION(n)                                    \
	(struct ev_station)                           \
	{                                             \
		.len = 6, .b = { 2, 0, 0, 0, 0, (n) } \
	}

static bool is_acknowledged(struct net *net, uint8_t station, uint32_t sn)
{
	struct packet packet = good(net, HPIM_NO_INTEREST);
	const struct hpim_msg msg = message(net, HPIM_NO_INTEREST, sn);

	packet.station = STATION(station);
	net_log_clear(net);
	hear(net, &packet, &msg);
	return net_words(net, 0)[0] != '\0';
}

static void hello_from(struct net *net, uint8_t station)
{
	struct packet packet = good(net, HPIM_HELLO);
	const struct hpim_msg msg = message(net, HPIM_HELLO, 0);

	packet.station = STATION(station);
	hear(net, &packet, &msg);
}

static void synchronize_from(struct net *net, uint8_t station)
{
	struct packet packet = good(net, HPIM_SYNC);
	struct hpim_msg msg = bench_sync(0, 0);

	packet.station = STATION(station);
	hear(net, &packet, &msg);
	msg = bench_sync(1, net_neighbor(net, 0, 0, HOST)->my_snapshot_sn);
	hear(net, &packet, &msg);
	cr_assert_eq(net_neighbor(net, 0, 0, HOST)->state, SYNC_SYNCED);
}

BENCH_TEST(hpim_accept_packet, a_neighbor_is_where_its_hellos_come_from)
{
	struct net *net = bench_new(family, 1, false);

	synchronize_from(net, 1);
	hello_from(net, 1);
	cr_assert(is_acknowledged(net, 1, 8));
	cr_assert_not(is_acknowledged(net, 7, 9)); /* through a router */
	cr_assert_eq(count(net, NOTE_PACKET_STATION), 1);
	net_free(net);
}

/* Its address moved; a Hello that somebody else sends does not shut it out. */
BENCH_TEST(hpim_accept_packet, a_hello_from_a_new_station_adds_it)
{
	struct net *net = bench_new(family, 1, false);

	synchronize_from(net, 1);
	hello_from(net, 2);
	cr_assert(is_acknowledged(net, 2, 8));
	cr_assert(is_acknowledged(net, 1, 9));
	hello_from(net, 3);
	cr_assert(is_acknowledged(net, 3, 10));
	cr_assert(is_acknowledged(net, 1, 11));
	cr_assert_not(is_acknowledged(net, 2, 12));
	net_free(net);
}

/* The first station has been silent for the hold time: the one that speaks is the established one.
 */
BENCH_TEST(hpim_accept_packet, a_station_that_is_silent_gives_way)
{
	struct net *net = bench_new(family, 1, false);

	synchronize_from(net, 1);
	hello_from(net, 1);
	for (unsigned int s = 0; s < 50; s += 10) {
		net_run_s(net, 10);
		hello_from(net, 2);
	}
	hello_from(net, 3);
	cr_assert(is_acknowledged(net, 2, 8));
	cr_assert_not(is_acknowledged(net, 1, 9));
	net_free(net);
}

/* A Sync may be a first message, but not through another neighbor. */
BENCH_TEST(hpim_accept_packet, a_first_sync_through_a_neighbor_is_refused)
{
	struct net *net = bench_new(family, 1, false);
	struct packet packet = good(net, HPIM_SYNC);
	const struct hpim_msg sync = bench_sync(0, 0);

	synchronize_from(net, 1);
	packet.src = net_addr(net, 2, HOST + 1);
	packet.station = STATION(1);
	hear(net, &packet, &sync);
	cr_assert_null(net_neighbor(net, 0, 0, HOST + 1));
	cr_assert_eq(count(net, NOTE_PACKET_STATION), 1);
	packet.station = STATION(2);
	hear(net, &packet, &sync);
	cr_assert_not_null(net_neighbor(net, 0, 0, HOST + 1));
	net_free(net);
}
