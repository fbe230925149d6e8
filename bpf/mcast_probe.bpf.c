/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The question whether an interface transmits redirected frames: run with live frames, it sends
 * each as it is to the one device of its map.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} probe_port SEC(".maps");

SEC("xdp")
int hpim_probe(struct xdp_md *ctx)
{
	return bpf_redirect_map(&probe_port, 0, XDP_DROP);
}

char _license[] SEC("license") = "GPL";
