/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

/*
 * Every map, defined once; docs/ABI.md tells their story. Sizes given as 1 are replaced by the
 * daemon's limits before loading.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "hpim/mfib_abi.h"
#include "hpim/upcall_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_settings);
} settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct mfib_key4);
	__type(value, struct mfib_entry);
} route4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct mfib_key6);
	__type(value, struct mfib_entry);
} route6 SEC(".maps");

/* Tables of the routes that XDP forwards by, made so that a packet touches one line of the caches.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_line4);
} lines4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_line6);
} lines6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_route_count);
} route_counts SEC(".maps");

/*
 * The greatest TTL that arrived, of routes with MFIB_F_TRACK_TTL. Not beside the counters: what is
 * read for each packet shall be small.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} route_ttls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_port);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MFIB_EGRESS_SLOTS);
	__type(key, __u32);
	__type(value, struct mfib_egress);
} egress SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_port_count);
} port_counts SEC(".maps");

/*
 * One output set; the key is a link number, or 0 where there is room for one output. The daemon
 * makes them, of several sizes.
 */
struct output_set {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_devmap_val));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct output_set);
} output_sets SEC(".maps");

/* Ports with MFIB_PORT_DIRECT, by link number. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} direct_ports SEC(".maps");

/*
 * The outputs of a set as interfaces: what TC walks, and what people read, since a dump of the
 * above is unreadable. Sets beyond `output_sets` have only this.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mfib_list);
} output_lists SEC(".maps");

/* Which VLAN a tagged frame on a port belongs to. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct mfib_tag);
	__type(value, __u32);
} vlans SEC(".maps");

/* Sources that no packet which arrives can have: MFIB_OWN_*. Not on the way of what is forwarded.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MFIB_OWN_MAX);
	__type(key, struct ip_addr);
	__type(value, __u32);
} own_addresses SEC(".maps");

/* Which output the n-th copy on a port is, for sets with VLANs. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct mfib_turn);
	__type(value, __u32);
} set_turns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} upcalls SEC(".maps");

/* Sampled packets, while settings.capture_every is set. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} captures SEC(".maps");

/* The turn that the next copy of a packet takes on a port. */
struct turn_state {
	__u32 packet; /* as in the last copy's mfib_meta */
	__u32 turn;
};

/* By ifindex of the port. Those of ports that vanished make room for others. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct turn_state);
} turn_states SEC(".maps");

/* The last mfib_meta.packet of a CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} packet_ids SEC(".maps");

/* Copies for one device that the egress program has dropped, and counted, since its last bulk. */
struct egress_drops {
	__u32 ifindex, count;
	__u64 tick; /* of the last one */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct egress_drops);
} egress_drops SEC(".maps");

/* The last reported miss of those that hash to an element: milliseconds above, part of the hash
 * below. */
#define MISS_TOKENS 4096u

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MISS_TOKENS);
	__type(key, __u32);
	__type(value, __u64);
} miss_tokens SEC(".maps");

/* Misses and reports of the present window: its number in the upper half, how many in the lower. */
#define WINDOW_SOURCES 128u

struct miss_windows {
	__u64 link;
	__u64 burst;                  /* of the present minute: misses beyond the budget of link */
	__u64 source[WINDOW_SOURCES]; /* by hash of the source; so links do not disturb others */
	__u64 wrong_if;               /* reports of packets on a wrong interface */
};

/* By link number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MFIB_LINKS_MAX);
	__type(key, __u32);
	__type(value, struct miss_windows);
} miss_windows SEC(".maps");

struct wrong_if_key {
	struct mfib_key6 key; /* IPv4: the first 8 bytes, as in mfib_key4, the others zero */
	__u32 ifindex, zero;
};

/* When a packet on a wrong interface was last reported. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct wrong_if_key);
	__type(value, __u64);
} wrong_if_tokens SEC(".maps");

#endif
