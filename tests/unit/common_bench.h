/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_BENCH_H
#define COMMON_BENCH_H

/*
 * One router alone, .5 on every link, with neighbors that the test plays: it sends their packets
 * and reads the router's effects as words (simnet/words.h).
 */
#include "core/hpim/if.h"
#include "unit/common_net.h"

#define OWN        5u
#define PEER_BOOT  500u
#define PEER_SN    7u  /* SnapshotSN of every neighbor */
#define BENCH_S    12u /* the router has been up that long, its first Hellos are sent */
#define BENCH_BOOT NET_BOOT_S

/* Runs a test body for both families. */
#define BENCH_TEST(suite, name)                  \
	static void name(enum ip_family family); \
	Test(suite, name)                        \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

/** bench_new() - Interfaces 0.. on links 2.. (@originator: 1..), HPIM-DM only. */
static inline struct net *bench_new(enum ip_family family, uint16_t ports, bool originator)
{
	struct net *net = net_new(family, 1);

	for (uint16_t link = 0; link < ports; link++)
		net_port(net, 0, link, link + (originator ? 1u : 2u), OWN);
	net_on(net, 0);
	for (uint16_t link = 0; link < ports; link++)
		net_switch(net, 0, link, PROTO_GM, false);
	net_run_s(net, BENCH_S);
	for (uint16_t link = 0; link < ports; link++) /* no Hello disturbs what is to be seen */
		core_timer_arm(net_core(net, 0), &net_hpim(net, 0)->ifs[link]->hello_timer,
			       HP_SEC(100000));
	net_log_clear(net);
	return net;
}

/** bench_destination() - Where messages of this type are sent to us. */
static inline struct ip_addr bench_destination(const struct net *net, uint16_t link,
					       enum hpim_type type)
{
	const struct hpim_if *hif = net_hpim(net, 0)->ifs[link];

	return type == HPIM_HELLO || type == HPIM_UPSTREAM || type == HPIM_NO_UPSTREAM
		       ? *hpim_if_group(hif)
		       : hif->addr;
}

/** bench_hear() - A packet of a neighbor. */
static inline void bench_hear(struct net *net, uint16_t link, unsigned int host,
			      const struct hpim_msg *msg, const struct hpim_entry *entries)
{
	unsigned int lan = net_lan(net, 0, link);
	uint8_t bytes[1500];
	const struct fx_send packet = {
		.socket = SOCKET_103,
		.src = net_addr(net, lan, host),
		.dst = bench_destination(net, link, msg->type),
		.bytes = bytes,
		.len = hpim_encode(msg, entries, bytes, sizeof(bytes)),
	};

	cr_assert_gt(packet.len, 0);
	net_hear(net, 0, link, &packet);
}

static inline void bench_hello(struct net *net, uint16_t link, unsigned int host, uint16_t hold_s,
			       uint32_t checkpoint_sn)
{
	bench_hear(net, link, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true,
						  .hold_s = hold_s,
						  .has_checkpoint = hold_s != 0,
						  .checkpoint_sn = checkpoint_sn } },
		   NULL);
}

/* A Sync of a neighbor as master without trees. */
static inline struct hpim_msg bench_sync(uint32_t sync_sn, uint32_t our_snapshot_sn)
{
	return (struct hpim_msg){
		.boot_time = PEER_BOOT,
		.type = HPIM_SYNC,
		.sync = { .my_snapshot_sn = PEER_SN,
			  .neighbor_snapshot_sn = our_snapshot_sn,
			  .neighbor_boot_time = BENCH_BOOT,
			  .is_master = true,
			  .sync_sn = sync_sn,
			  .options = { .has_hold = true, .hold_s = 30000 } },
	};
}

/** bench_meet() - A neighbor that is synchronized, without trees; the words are cleared. */
static inline void bench_meet(struct net *net, uint16_t link, unsigned int host)
{
	struct hpim_msg sync = bench_sync(0, 0);

	sync.sync.neighbor_boot_time = net_hpim(net, 0)->ifs[link]->boot_time;
	bench_hear(net, link, host, &sync, NULL);
	sync.sync.sync_sn = 1;
	sync.sync.neighbor_snapshot_sn = net_neighbor(net, 0, link, (uint8_t)host)->my_snapshot_sn;
	bench_hear(net, link, host, &sync, NULL);
	cr_assert_eq(net_neighbor(net, 0, link, (uint8_t)host)->state, SYNC_SYNCED);
	net_log_clear(net);
}

/** bench_say() - A message of types 2 to 5 about the tree of the first group. */
static inline void bench_say(struct net *net, uint16_t link, unsigned int host, enum hpim_type type,
			     uint32_t sn, struct hpim_rpc rpc)
{
	bench_hear(net, link, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = type,
				       .tree = { .source = net_source(net),
						 .group = net_group(net, 0),
						 .sn = sn,
						 .rpc = rpc } },
		   NULL);
}

/* RPCs of neighbors, from better to worse. */
static const struct hpim_rpc rpc10 = { 11, 10 }, rpc20 = { 11, 20 }, rpc30 = { 11, 30 };

/** bench_ack() - The neighbor acknowledges everything of the tree up to @sn. */
static inline void bench_ack(struct net *net, uint16_t link, unsigned int host, uint32_t sn)
{
	const struct hpim_neigh *neigh = net_neighbor(net, 0, link, (uint8_t)host);

	bench_hear(net, link, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_ACK,
				       .tree = { .source = net_source(net),
						 .group = net_group(net, 0),
						 .neighbor_boot_time = BENCH_BOOT,
						 .neighbor_snapshot_sn = neigh->my_snapshot_sn,
						 .my_snapshot_sn = neigh->neighbor_snapshot_sn,
						 .sn = sn } },
		   NULL);
}

static inline void bench_miss(struct net *net, uint16_t link)
{
	const struct mfib_key key = net_key(net, 0);
	const struct core_event event = sim_event_data(DATA_MISS, link, &key);

	net_handle(net, 0, &event);
}

/** bench_words() - What the router did since the last call; fails when it is not that. */
#define bench_words(net, expected)                                                           \
	do {                                                                                 \
		const char *bench_said = net_words(net, 0);                                  \
		cr_assert_str_eq(bench_said, expected, "%s\n not %s", bench_said, expected); \
	} while (0)

#endif
