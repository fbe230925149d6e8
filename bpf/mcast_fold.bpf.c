/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of an earlier run, added to those that already go on. User space cannot: it would read a
 * value and write it back over what was counted since. This adds to the element of the CPU it runs
 * on, where a packet may come before or after an addition, but not within it.
 */
#include "maps.h"

static __always_inline void route_fold(const struct mfib_fold *fold)
{
	__u32 slot = fold->index;
	struct mfib_route_count *count = bpf_map_lookup_elem(&route_counts, &slot);

	if (!count)
		return;
	__sync_fetch_and_add(&count->packets, fold->route.packets);
	__sync_fetch_and_add(&count->bytes, fold->route.bytes);
	__sync_fetch_and_add(&count->tc_packets, fold->route.tc_packets);
	__sync_fetch_and_add(&count->tc_bytes, fold->route.tc_bytes);
	if (count->seen_ns < fold->route.seen_ns)
		count->seen_ns = fold->route.seen_ns;
}

static __always_inline void port_fold(const struct mfib_fold *fold)
{
	__u32 link = fold->index;
	struct mfib_packets *to = bpf_map_lookup_elem(&port_counts, &link);
	const struct mfib_packets *from = &fold->port.forwarded; /* the first */

	if (!to)
		return;
#pragma unroll
	for (int i = 0; i < MFIB_R_COUNT; i++) {
		__sync_fetch_and_add(&to[i].packets, from[i].packets);
		__sync_fetch_and_add(&to[i].bytes, from[i].bytes);
	}
}

SEC("syscall")
int hpim_fold(struct mfib_fold *fold)
{
	if (fold->is_port)
		port_fold(fold);
	else
		route_fold(fold);
	return 0;
}

char _license[] SEC("license") = "GPL";
