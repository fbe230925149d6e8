/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_FORWARD_H
#define BPF_FORWARD_H

/* The one decision: look up the route, check the input interface, give the verdict. */
#include "upcall.h"

struct forward {
	__u32 link; /* link number of the input interface, or LINK_UNRESOLVED */
	__u32 set;  /* output set; valid with MFIB_R_FORWARDED */
};

static __always_inline const struct mfib_entry *route_lookup(const struct packet *pkt)
{
	if (pkt->is_ipv6)
		return bpf_map_lookup_elem(&route6, pkt->key);
	return bpf_map_lookup_elem(&route4, pkt->key);
}

static __always_inline bool lease_ran_out(__u64 now)
{
	__u32 zero = 0;
	const struct mfib_settings *set = bpf_map_lookup_elem(&settings, &zero);

	return set && set->lease_until_ns && now > set->lease_until_ns;
}

/* What the route says about a packet that arrived on its input interface. */
static __always_inline enum mfib_reason route_verdict(const struct mfib_entry *entry,
						      const struct packet *pkt)
{
	struct mfib_route_count *count;
	__u64 now = bpf_ktime_get_coarse_ns();
	__u32 slot = entry->slot;

	count = bpf_map_lookup_elem(&route_counts, &slot);
	if (!count)
		return MFIB_R_NO_SET; /* not reached: every slot exists */
	count->seen_ns = now;
	if (entry->flags & MFIB_F_PASS)
		return MFIB_R_KERNEL;
	if (entry->set == MFIB_SET_NONE)
		return MFIB_R_NEGATIVE;
	if (pkt->ttl <= 1)
		return MFIB_R_TTL;
	if (pkt->len > entry->mtu)
		return MFIB_R_TOO_BIG;
	if (lease_ran_out(now))
		return MFIB_R_LEASE;
	count->packets++;
	count->bytes += pkt->len;
	return MFIB_R_FORWARDED;
}

static __always_inline enum mfib_reason forward_decide(struct forward *ret,
						       const struct packet *pkt, __u32 ifindex)
{
	const struct mfib_entry *entry = route_lookup(pkt);

	if (!entry) {
		ret->link = stats_link(ifindex);
		upcall_miss(pkt, ifindex, ret->link);
		return MFIB_R_MISS;
	}
	if (entry->iif != ifindex) {
		ret->link = stats_link(ifindex);
		if (entry->flags & MFIB_F_WRONG_IF)
			upcall_wrong_if(pkt, ifindex, ret->link);
		return MFIB_R_WRONG_IF;
	}
	ret->link = entry->link;
	ret->set = entry->set;
	return route_verdict(entry, pkt);
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

#endif
