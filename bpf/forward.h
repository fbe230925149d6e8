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
#include "clock.h"
#include "hook.h"
#include "upcall.h"

/* What forward_verdict() returns besides a reason: passed to TC, which counts it. */
#define FORWARD_LATER (-3)

/*
 * Follow mode: another daemon owns the kernel's multicast table, and the routes here are copies of
 * its entries. The kernel has the last word on whatever is not forwarded by such a copy, so only
 * misses are reported to our daemon, and nothing ends here: what has no outputs is the kernel's to
 * discard, since FRR makes entries without outputs for a moment, and the copy may be late.
 * hpim_keepalive: the kernel gets one packet of each route in so many KEEPALIVE_TICKs.
 */
const volatile __u32 hpim_follows = 0;
const volatile __u32 hpim_keepalive = 0;

#define KEEPALIVE_TICK_SHIFT 20 /* about a millisecond, of nanoseconds */

/** struct forward - What is known about a packet's way. */
struct forward {
	__u32 ifindex; /* input interface: the port, or the VLAN of the tag */
	__u32 link;    /* its link number, or LINK_UNRESOLVED */
	/* Of the route; not with MFIB_R_MISS. */
	__u32 set, flags, oif;
	struct mfib_entry *entry;
	struct mfib_route_count *count;
	__u32 capture_every;
	/* By forward_resolve(). */
	bool is_served;
	bool is_second; /* XDP has seen the packet: what is passed has been counted, and reported */
};

/** forward_resolve() - Look up the input interface. */
static __always_inline void forward_resolve(struct forward *fwd)
{
	__u32 ifindex = fwd->ifindex;
	const struct mfib_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	fwd->link = port ? port->link : hpim_unknown_link;
	fwd->is_served = port && !(port->flags & MFIB_PORT_CARRIER);
	fwd->is_second = port && port->flags & MFIB_PORT_XDP;
}

static __always_inline struct mfib_entry *route_lookup(const struct packet *pkt)
{
	if (pkt->is_ipv6)
		return bpf_map_lookup_elem(&route6, pkt->key);
	return bpf_map_lookup_elem(&route4, pkt->key);
}

/* Of CPUs that race, one may lose a packet's: it only grows. */
static __always_inline void ttl_track(__u32 slot, __u32 ttl)
{
	__u32 *greatest = bpf_map_lookup_elem(&route_ttls, &slot);

	if (greatest && *greatest < ttl)
		*greatest = ttl;
}

static __always_inline __u32 keepalive_ticks(void)
{
	return (__u32)(clock_now() >> KEEPALIVE_TICK_SHIFT);
}

/* `route_ttls` has the time of the last one: no followed route has MFIB_F_TRACK_TTL. */
static __always_inline bool keepalive_is_due(__u32 slot)
{
	const __u32 *last = bpf_map_lookup_elem(&route_ttls, &slot);

	return last && keepalive_ticks() - *last >= hpim_keepalive;
}

/* CPUs that race pass one packet each: the kernel gets one more, which it forwards too. */
static __always_inline void keepalive_note(const struct mfib_entry *entry)
{
	__u32 slot = entry->slot, *last = bpf_map_lookup_elem(&route_ttls, &slot);

	if (last)
		*last = keepalive_ticks();
}

/* Follow mode: whether some output's threshold is above what a packet has left. */
static __always_inline bool flags_keep_ttl(__u32 flags, __u32 ttl)
{
	return ttl <= (flags >> MFIB_F_TTL_SHIFT & 0xff);
}

/* What the route says about a packet that arrived on its input interface. */
static __always_inline int route_verdict(struct forward *fwd, const struct mfib_entry *entry,
					 const struct packet *pkt, enum hook hook)
{
	__u64 now = clock_now();
	__u32 slot = entry->slot, zero = 0;
	const struct mfib_settings *set;

	fwd->count = bpf_map_lookup_elem(&route_counts, &slot);
	set = bpf_map_lookup_elem(&settings, &zero);
	if (!fwd->count || !set)
		return MFIB_R_NO_SET; /* not reached: every slot exists */
	fwd->count->seen_ns = now;
	if (unlikely(fwd->flags & (MFIB_F_PASS | MFIB_F_TC | MFIB_F_TRACK_TTL))) {
		if (fwd->flags & MFIB_F_TRACK_TTL)
			ttl_track(slot, pkt->ttl);
		if (fwd->flags & MFIB_F_PASS)
			return MFIB_R_KERNEL;
		if (fwd->flags & MFIB_F_TC && hook == HOOK_XDP)
			return FORWARD_LATER;
	}
	if (hpim_follows) {
		if (set->lease_until_ns && now > set->lease_until_ns)
			return MFIB_R_LEASE; /* the copy may be outdated */
		if (keepalive_is_due(slot))
			return MFIB_R_KEEPALIVE;
		if (flags_keep_ttl(fwd->flags, pkt->ttl))
			return MFIB_R_TTL;
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
 * forward_verdict() - Tell what to do with a packet for which packet_parse() wants a route.
 * @fwd: ifindex is set.
 *
 * Whoever asks twice gets the same answer: nothing is counted or reported.
 * Return: a reason or FORWARD_LATER.
 */
static __always_inline int forward_verdict(struct forward *fwd, const struct packet *pkt,
					   enum hook hook)
{
	struct mfib_entry *entry = route_lookup(pkt);

	if (!entry)
		return MFIB_R_MISS;
	fwd->entry = entry;
	fwd->flags = entry->flags;
	if (entry->iif != fwd->ifindex)
		return MFIB_R_WRONG_IF;
	fwd->link = entry->link;
	fwd->set = entry->set;
	fwd->oif = entry->oif;
	return route_verdict(fwd, entry, pkt, hook);
}

/*
 * Sources that no packet can have beyond its link: RFC 1812, 5.3.7; 169.254/16: RFC 3927, 7; RFC
 * 4291, 2.5.2, 2.5.3 and 2.5.6; 240/4, and IPv4 mapped into IPv6, are no sources of trees either.
 */
static __always_inline bool source_is_void(const struct arrival *arrival)
{
	const __u32 *word = arrival->key;
	__u32 first = bpf_ntohl(word[0]);

	if (!arrival->is_ipv6)
		return first >> 24 == 0 || first >> 24 == 127 || first >> 28 >= 14 ||
		       first >> 16 == 0xa9fe;
	if (first >> 24 == 0xff || first >> 22 == 0xfe80 >> 6)
		return true;
	return !(word[0] | word[1]) &&
	       ((!word[2] && bpf_ntohl(word[3]) <= 1) || word[2] == bpf_htonl(0xffff));
}

/*
 * Whether what arrives cannot be from its source. What the router sends itself is not seen here.
 * Off the way of what is forwarded: such sources have no trees but those that the kernel carries.
 */
static __noinline bool source_is_bad(const struct arrival *arrival)
{
	struct ip_addr source;

	if (source_is_void(arrival))
		return true;
	upcall_set_addr(&source, arrival->key, arrival->is_ipv6);
	return bpf_map_lookup_elem(&own_addresses, &source) != NULL;
}

/* Reports, and what they decide; off the way of what is forwarded. */
static __noinline int forward_report_as(const struct arrival *arrival, int reason)
{
	if (reason == MFIB_R_MISS)
		return upcall_miss(arrival);
	upcall_wrong_if(arrival);
	return reason;
}

/**
 * forward_report() - Report to the daemon what it wants to know of a verdict.
 * @fwd: in TC it is resolved.
 *
 * Return: the verdict, or a stricter or milder one.
 */
static __always_inline int forward_report(struct forward *fwd, const struct packet *pkt, int reason,
					  enum hook hook)
{
	const bool is_unexpected =
		reason == MFIB_R_MISS || reason == MFIB_R_WRONG_IF || reason == MFIB_R_BAD_MAC;
	struct arrival arrival;

	if (is_unexpected) {
		if (hook == HOOK_XDP)
			forward_resolve(fwd);
		if (!fwd->is_served)
			return MFIB_R_UNATTACHED;
	}
	if (hpim_follows) {
		if (reason == MFIB_R_KEEPALIVE && fwd->entry)
			keepalive_note(fwd->entry);
		if (reason == MFIB_R_MISS && !(hook == HOOK_TC && fwd->is_second)) {
			arrival_set(&arrival, pkt, fwd->ifindex, fwd->link);
			if (!source_is_bad(&arrival))
				(void)upcall_miss(&arrival); /* too many: the kernel's business */
		}
		return reason;
	}
	if (is_unexpected) {
		if (reason == MFIB_R_BAD_MAC ||
		    (reason == MFIB_R_WRONG_IF && !(fwd->flags & MFIB_F_WRONG_IF)))
			return reason;
	} else if (reason != MFIB_R_KERNEL && !(fwd->flags & MFIB_F_NOTIFY)) {
		return reason;
	}
	if (hook == HOOK_TC && fwd->is_second && reason != MFIB_R_WRONG_IF)
		return reason;
	arrival_set(&arrival, pkt, fwd->ifindex, fwd->link);
	if ((is_unexpected || reason == MFIB_R_KERNEL) && source_is_bad(&arrival))
		return MFIB_R_BAD_SOURCE;
	if (is_unexpected)
		return forward_report_as(&arrival, reason);
	if (fwd->flags & MFIB_F_NOTIFY && fwd->entry)
		upcall_notify(&arrival, &fwd->entry->flags);
	return reason;
}

/**
 * forward_decide() - forward_verdict() and forward_report(), for all but what XDP forwards at once.
 * @is_reserved: mac_is_reserved() of the frame.
 */
static __always_inline int forward_decide(struct forward *fwd, const struct packet *pkt,
					  bool is_reserved, enum hook hook)
{
	return forward_report(fwd, pkt,
			      is_reserved ? MFIB_R_BAD_MAC : forward_verdict(fwd, pkt, hook), hook);
}

#define KIND_BIT_SEND            0
#define KIND_BIT_PASS            0
#define KIND_BIT_NOTE            0
#define KIND_BIT_DROP            1
#define X(id, field, name, kind) | KIND_BIT_##kind << MFIB_R_##id

/** reason_is_drop() - Whether packets with this reason end here. */
static __always_inline bool reason_is_drop(enum mfib_reason reason)
{
	if (hpim_follows)
		return false;
	return (0 MFIB_REASONS(X)) >> reason & 1;
}

#undef X

/** egress_find() - What is known about an output; NULL: its slot is another's. */
static __always_inline const struct mfib_egress *egress_find(__u32 ifindex)
{
	__u32 slot = ifindex % MFIB_EGRESS_SLOTS;
	const struct mfib_egress *own = bpf_map_lookup_elem(&egress, &slot);

	/* A free slot is not that of interface 0, which is none. */
	return likely(own && own->ifindex == ifindex) && ifindex ? own : NULL;
}

/** port_find() - What is known about an output; NULL: it is not served. */
static __always_inline const struct mfib_port *port_find(__u32 ifindex)
{
	const struct mfib_egress *own = egress_find(ifindex);

	if (likely(own != NULL))
		return &own->port;
	return ifindex ? bpf_map_lookup_elem(&ports, &ifindex) : NULL;
}

#endif
