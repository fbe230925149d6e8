/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The limits that XDP is compared with: a broadcast that asks nothing, changes nothing and counts
 * nothing; and the same with the least that a router has to do with each copy. It is loaded again
 * for each number of outputs, since a packet walks the map's whole room.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} outputs SEC(".maps");

SEC("xdp")
int broadcast(struct xdp_md *ctx)
{
	return bpf_redirect_map(&outputs, 0, BPF_F_BROADCAST);
}

/* For every copy, if the outputs name it: a source address, always the same. */
SEC("xdp/devmap")
int source(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u8 *mac = eth->h_source;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	*(__u32 *)mac = 0x00000002;
	*(__u16 *)(mac + 4) = 0x0100;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
