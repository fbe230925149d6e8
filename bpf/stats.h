/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_STATS_H
#define BPF_STATS_H

/* Counters per interface and reason: one for each way out, so nothing vanishes in silence. */
#include <stdbool.h>

#include "maps.h"

/* Index into `port_counts` of interfaces that `ports` does not know; set before loading. */
const volatile __u32 hpim_unknown_link = 0;

/* The packet's interface is not looked up yet. */
#define LINK_UNRESOLVED 0xffffffffu

static __always_inline __u32 stats_link(__u32 ifindex)
{
	const struct mfib_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	return port ? port->link : hpim_unknown_link;
}

/** stats_add() - Count @packets of @bytes together. */
static __always_inline void stats_add(__u32 link, enum mfib_reason reason, __u32 packets,
				      __u64 bytes)
{
	struct mfib_packets *counts = bpf_map_lookup_elem(&port_counts, &link);

	if (!counts)
		return; /* not reached: the map has an element for every link */
	counts[reason & (MFIB_REASONS_MAX - 1)].packets += packets;
	counts[reason & (MFIB_REASONS_MAX - 1)].bytes += bytes;
}

static __always_inline void stats_count(__u32 link, enum mfib_reason reason, __u64 bytes)
{
	stats_add(link, reason, 1, bytes);
}

/*
 * A bulk is handed to the driver as soon as the egress program has seen it. What an older count is
 * of has met no tracepoint: it was a copy of generic XDP.
 */
static __always_inline bool egress_drops_are_recent(const struct egress_drops *own)
{
	return bpf_jiffies64() - own->tick <= 1;
}

/** egress_drops_add() - Note that the egress program drops a copy; see mcast_xmit.bpf.c. */
static __always_inline void egress_drops_add(__u32 ifindex)
{
	__u32 zero = 0;
	struct egress_drops *own = bpf_map_lookup_elem(&egress_drops, &zero);

	if (!own)
		return; /* not reached: an array */
	if (own->ifindex != ifindex || !egress_drops_are_recent(own))
		own->count = 0;
	own->ifindex = ifindex;
	own->count++;
	own->tick = bpf_jiffies64();
}

#endif
