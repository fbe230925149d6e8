/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps as another hpimd might have had them: the fields that a later one needs, by their names, at
 * other places and of other lengths, and with others between them. The program is there to have
 * them loaded.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"

#define MAP(name, map_type, entries, key_type, value_type) \
	struct {                                           \
		__uint(type, map_type);                    \
		__uint(max_entries, entries);              \
		__type(key, key_type);                     \
		__type(value, value_type);                 \
	} name SEC(".maps")

MAP(settings, BPF_MAP_TYPE_ARRAY, 1, __u32, struct OLD(settings));
MAP(route4, BPF_MAP_TYPE_HASH, 8, struct OLD(key4), struct OLD(entry));
MAP(route6, BPF_MAP_TYPE_HASH, 8, struct OLD(key6), struct OLD(entry));
MAP(lines4, BPF_MAP_TYPE_ARRAY, 8, __u32, struct OLD(line4));
MAP(lines6, BPF_MAP_TYPE_ARRAY, 8, __u32, struct OLD(line6));
MAP(route_counts, BPF_MAP_TYPE_PERCPU_ARRAY, 8, __u32, struct OLD(route_count));
MAP(ports, BPF_MAP_TYPE_HASH, 8, __u32, struct OLD(port));
MAP(port_counts, BPF_MAP_TYPE_PERCPU_ARRAY, 9, __u32, struct OLD(port_count));
MAP(output_lists, BPF_MAP_TYPE_HASH, 8, __u32, struct OLD(list));

SEC("xdp")
int layout_use(struct xdp_md *ctx)
{
	__u64 key[4] = { 0 };
	void *maps[] = {
		bpf_map_lookup_elem(&settings, key),     bpf_map_lookup_elem(&route4, key),
		bpf_map_lookup_elem(&route6, key),       bpf_map_lookup_elem(&route_counts, key),
		bpf_map_lookup_elem(&ports, key),        bpf_map_lookup_elem(&port_counts, key),
		bpf_map_lookup_elem(&output_lists, key), bpf_map_lookup_elem(&lines4, key),
		bpf_map_lookup_elem(&lines6, key)
	};

	return maps[0] && maps[1] && maps[2] && maps[3] && maps[4] && maps[5] && maps[6] &&
	       maps[7] && maps[8];
}

char _license[] SEC("license") = "GPL";
