/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bench_dplane.c puts around the programs it measures: one that renews recycled frames, one
 * that broadcasts without asking, and the counting end of every output.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FRAME_LEN 64 /* every frame of the benchmark, */
#define FRESH_TTL 64 /* and its TTL or hop limit when a contender gets it */

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} outputs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} arrivals SEC(".maps");

/* The programs that get a renewed frame: 0 the forwarding plane's, 1 the bare broadcast. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} contenders SEC(".maps");

/*
 * Live frames come back as the last run left them, with a smaller TTL. The sender keeps the right
 * IPv4 checksum in the first two bytes of the payload.
 */
static __always_inline int fresh(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	__u16 *check = (void *)(ip4 + 1) + sizeof(struct udphdr);

	if ((void *)(check + 1) > end)
		return XDP_ABORTED;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6->hop_limit = FRESH_TTL;
	} else {
		ip4->ttl = FRESH_TTL;
		ip4->check = *check;
	}
	return XDP_PASS;
}

SEC("xdp")
int fresh_xdp(struct xdp_md *ctx)
{
	if (fresh(ctx) != XDP_PASS)
		return XDP_ABORTED;
	bpf_tail_call(ctx, &contenders, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int fresh_kernel(struct xdp_md *ctx)
{
	return fresh(ctx);
}

SEC("xdp")
int fresh_bare(struct xdp_md *ctx)
{
	if (fresh(ctx) != XDP_PASS)
		return XDP_ABORTED;
	bpf_tail_call(ctx, &contenders, 1);
	return XDP_ABORTED;
}

SEC("xdp")
int bare(struct xdp_md *ctx)
{
	return bpf_redirect_map(&outputs, 0, BPF_F_BROADCAST);
}

/* Frames of another length are what an interface says when it comes up. */
static __always_inline void arrival_count(__u64 len)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&arrivals, &zero);

	if (count && len == FRAME_LEN)
		(*count)++;
}

SEC("xdp")
int sink_xdp(struct xdp_md *ctx)
{
	arrival_count(ctx->data_end - ctx->data);
	return XDP_DROP;
}

SEC("tc")
int sink_tc(struct __sk_buff *skb)
{
	arrival_count(skb->len);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
