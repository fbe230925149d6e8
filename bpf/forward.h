/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_FORWARD_H
#define BPF_FORWARD_H

/*
 * The one decision of both hooks: look up the route, check the input interface, give the verdict.
 *
 * A tree is carried by XDP, by TC or by the kernel. XDP passes what the others carry, TC passes
 * only what the kernel carries: of the trees of XDP it sees those packets alone that XDP passed a
 * moment ago, when the tree was TC's. So a packet in flight is forwarded once.
 */
#include "hook.h"
#include "upcall.h"

/* What forward_decide() returns besides a reason: passed to TC, which counts it. */
#define FORWARD_LATER (-3)

/** struct forward - What is known about a packet's way. */
struct forward {
	__u32 ifindex;  /* input interface: the port, or the VLAN of the tag */
	__u32 link;     /* its link number, or LINK_UNRESOLVED */
	bool is_served; /* valid when the link number is resolved */
	/* XDP has seen the packet: what is passed has been counted, and reported. */
	bool is_second;
	__u32 set, flags; /* of the route; with MFIB_R_FORWARDED */
	struct mfib_route_count *count;
	__u32 capture_every;
};

static __always_inline void forward_resolve(struct forward *fwd)
{
	__u32 ifindex = fwd->ifindex;
	const struct mfib_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	fwd->link = port ? port->link : hpim_unknown_link;
	fwd->is_served = port && !(port->flags & MFIB_PORT_CARRIER);
	fwd->is_second = port && port->flags & MFIB_PORT_XDP;
}

static __always_inline const struct mfib_entry *route_lookup(const struct packet *pkt)
{
	if (pkt->is_ipv6)
		return bpf_map_lookup_elem(&route6, pkt->key);
	return bpf_map_lookup_elem(&route4, pkt->key);
}

static __always_inline struct arrival arrival_of(const struct forward *fwd,
						 const struct packet *pkt)
{
	struct arrival arrival = { .ifindex = fwd->ifindex, .link = fwd->link };

	arrival_set_key(&arrival, pkt);
	return arrival;
}

static __always_inline enum mfib_reason forward_miss(struct forward *fwd, const struct packet *pkt,
						     enum hook hook)
{
	struct arrival arrival;

	if (hook == HOOK_XDP)
		forward_resolve(fwd);
	if (!fwd->is_served)
		return MFIB_R_UNATTACHED;
	if (hook == HOOK_TC && fwd->is_second)
		return MFIB_R_MISS;
	arrival = arrival_of(fwd, pkt);
	return upcall_miss(&arrival);
}

static __always_inline enum mfib_reason
forward_wrong_if(struct forward *fwd, const struct packet *pkt, __u32 flags, enum hook hook)
{
	struct arrival arrival;

	if (hook == HOOK_XDP)
		forward_resolve(fwd);
	if (!fwd->is_served)
		return MFIB_R_UNATTACHED;
	if (flags & MFIB_F_WRONG_IF) {
		arrival = arrival_of(fwd, pkt);
		upcall_wrong_if(&arrival);
	}
	return MFIB_R_WRONG_IF;
}

/* The flags that are not part of plain forwarding; MFIB_R_FORWARDED: go on. */
static __always_inline int route_special(const struct forward *fwd, const struct packet *pkt,
					 __u64 now, enum hook hook)
{
	if (fwd->flags & MFIB_F_NOTIFY && (hook == HOOK_XDP || !fwd->is_second)) {
		struct arrival arrival = arrival_of(fwd, pkt);

		miss_report(&arrival, now, UPCALL_SEEN);
	}
	if (fwd->flags & MFIB_F_PASS)
		return MFIB_R_KERNEL;
	if (hook == HOOK_XDP && fwd->flags & MFIB_F_TC)
		return FORWARD_LATER;
	return MFIB_R_FORWARDED;
}

#define FLAGS_SPECIAL (MFIB_F_NOTIFY | MFIB_F_PASS | MFIB_F_TC)

/* What the route says about a packet that arrived on its input interface. */
static __always_inline int route_verdict(struct forward *fwd, const struct mfib_entry *entry,
					 const struct packet *pkt, enum hook hook)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	__u32 slot = entry->slot, zero = 0;
	const struct mfib_settings *set;

	fwd->count = bpf_map_lookup_elem(&route_counts, &slot);
	set = bpf_map_lookup_elem(&settings, &zero);
	if (!fwd->count || !set)
		return MFIB_R_NO_SET; /* not reached: every slot exists */
	fwd->count->seen_ns = now;
	if (unlikely(fwd->flags & FLAGS_SPECIAL)) {
		int special = route_special(fwd, pkt, now, hook);

		if (special != MFIB_R_FORWARDED)
			return special;
	}
	if (fwd->set == MFIB_SET_NONE)
		return MFIB_R_NEGATIVE;
	if (pkt->ttl <= 1)
		return MFIB_R_TTL;
	if (pkt->fit > entry->mtu)
		return MFIB_R_TOO_BIG;
	if (set->lease_until_ns && now > set->lease_until_ns)
		return MFIB_R_LEASE;
	fwd->capture_every = set->capture_every;
	return MFIB_R_FORWARDED;
}

/**
 * forward_decide() - Tell what to do with a packet for which packet_parse() wants a route.
 * @fwd: ifindex is set; in TC it is resolved.
 *
 * Reports to the daemon are sent here, nothing is counted but these.
 * Return: a reason or FORWARD_LATER. With MFIB_R_FORWARDED @fwd is filled.
 */
static __always_inline int forward_decide(struct forward *fwd, const struct packet *pkt,
					  enum hook hook)
{
	const struct mfib_entry *entry = route_lookup(pkt);

	if (!entry)
		return forward_miss(fwd, pkt, hook);
	if (entry->iif != fwd->ifindex)
		return forward_wrong_if(fwd, pkt, entry->flags, hook);
	fwd->link = entry->link;
	fwd->set = entry->set;
	fwd->flags = entry->flags;
	return route_verdict(fwd, entry, pkt, hook);
}

#define KIND_BIT_SEND            0
#define KIND_BIT_PASS            0
#define KIND_BIT_NOTE            0
#define KIND_BIT_DROP            1
#define X(id, field, name, kind) | KIND_BIT_##kind << MFIB_R_##id

/** reason_is_drop() - Whether packets with this reason end here. */
static __always_inline bool reason_is_drop(enum mfib_reason reason)
{
	return (0 MFIB_REASONS(X)) >> reason & 1;
}

#undef X

/** port_find() - What is known about an output; NULL: it is not served. */
static __always_inline const struct mfib_port *port_find(__u32 ifindex)
{
	__u32 slot = ifindex % MFIB_EGRESS_SLOTS;
	const struct mfib_egress *own = bpf_map_lookup_elem(&egress, &slot);

	if (likely(own && own->ifindex == ifindex))
		return &own->port;
	return bpf_map_lookup_elem(&ports, &ifindex);
}

#endif
