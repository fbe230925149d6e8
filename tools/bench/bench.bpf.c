/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmarks put around the programs they measure: one that renews recycled frames, and
 * the counting end of every output.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "fwd_shared.h"

/* Set before each run. */
__u32 frame_len; /* of every frame of the run */
__u32 trees;     /* that the frames cycle through */
__u32 stride;    /* from one frame's tree to the next one's; below trees, 0 when there is one */

/* The tree of the next frame; below `trees`. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_tree SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} arrivals SEC(".maps");

/* The programs that get a renewed frame: 0 the forwarding plane's, 1 and 2 bare broadcasts. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u32);
} contenders SEC(".maps");

static __always_inline __u32 tree_take(void)
{
	__u32 zero = 0, tree, next;
	__u32 *state = bpf_map_lookup_elem(&next_tree, &zero);

	if (!state)
		return 0; /* not reached */
	tree = *state;
	next = tree + stride;
	*state = next >= trees ? next - trees : next;
	return tree;
}

/* RFC 1071: one's complement sum with both halves of an address. */
static __always_inline __u16 sum_add(__u32 sum, __u32 addr)
{
	sum += (addr & 0xffff) + (addr >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

/* As a sender writes it, RFC 1112, 6.4, and RFC 2464, 7: the first two bytes do not change. */
static __always_inline void group_mac_set(struct ethhdr *eth, __u32 last)
{
	*(__u32 *)(eth->h_dest + 2) = last;
}

/*
 * Live frames come back as the last run left them, with a smaller TTL, so TTL, group and checksum
 * are written again. The sender keeps the sum of the IPv4 header's words without those of the group
 * (and, for a flood, of the source) in the first two bytes of the payload.
 */
static __always_inline void fresh4(struct ethhdr *eth, struct iphdr *ip, __u16 sum)
{
	ip->daddr = bpf_htonl(FWD_GROUP4 + tree_take());
	group_mac_set(eth, (ip->daddr & bpf_htonl(0x7fffff)) | bpf_htonl(0x5e000000));
	ip->ttl = FWD_TTL;
	ip->check = ~sum_add(sum, ip->daddr);
}

static __always_inline int fresh(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	__u16 *sum4 = (void *)(ip4 + 1) + sizeof(struct udphdr);

	if ((void *)(ip6 + 1) > end || (void *)(sum4 + 1) > end)
		return XDP_ABORTED;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6->hop_limit = FWD_TTL;
		ip6->daddr.in6_u.u6_addr32[3] = bpf_htonl(FWD_GROUP6_LAST + tree_take());
		group_mac_set(eth, ip6->daddr.in6_u.u6_addr32[3]);
	} else {
		fresh4(eth, ip4, *sum4);
	}
	return XDP_PASS;
}

SEC("xdp")
int fresh_plane(struct xdp_md *ctx)
{
	if (fresh(ctx) != XDP_PASS)
		return XDP_ABORTED;
	bpf_tail_call(ctx, &contenders, 0);
	return XDP_ABORTED;
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
int fresh_source(struct xdp_md *ctx)
{
	if (fresh(ctx) != XDP_PASS)
		return XDP_ABORTED;
	bpf_tail_call(ctx, &contenders, 2);
	return XDP_ABORTED;
}

SEC("xdp")
int fresh_stack(struct xdp_md *ctx)
{
	return fresh(ctx);
}

/* A packet of a tree without an entry, from a source behind the flooded interface. */
static __always_inline int fresh_random(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 source = bpf_get_prandom_u32(), group = bpf_get_prandom_u32();
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	__u16 *sum4 = (void *)(ip4 + 1) + sizeof(struct udphdr);

	if ((void *)(ip6 + 1) > end || (void *)(sum4 + 1) > end)
		return XDP_ABORTED;
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6->hop_limit = FWD_TTL;
		ip6->saddr.in6_u.u6_addr32[3] = source;
		ip6->daddr.in6_u.u6_addr32[3] = group | bpf_htonl(FWD_FLOOD_GROUP);
	} else {
		ip4->saddr = bpf_htonl(FWD_FLOOD_SOURCE4 | source >> 4);
		ip4->daddr = bpf_htonl(FWD_FLOOD_GROUP4 | group >> 9);
		ip4->ttl = FWD_TTL;
		ip4->check = ~sum_add(sum_add(*sum4, ip4->saddr), ip4->daddr);
	}
	return XDP_PASS;
}

__u32 flood_is_dropped; /* at once, instead of what the forwarding plane does with it */

SEC("xdp")
int fresh_flood(struct xdp_md *ctx)
{
	if (fresh_random(ctx) != XDP_PASS)
		return XDP_ABORTED;
	if (flood_is_dropped)
		return XDP_DROP;
	bpf_tail_call(ctx, &contenders, 0);
	return XDP_ABORTED;
}

/* ---- the least that dropping a packet takes ---- */

SEC("xdp")
int drop_xdp(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("tc")
int drop_tc(struct __sk_buff *skb)
{
	return TC_ACT_SHOT;
}

/* ---- numbered frames, none of which may be lost ---- */

__u32 send_by;        /* interface that they leave by */
__u32 next_number[2]; /* of IPv4, of IPv6; one core sends */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * FWD_NUMBERED);
	__type(key, __u32);
	__type(value, struct fwd_numbers);
} numbers SEC(".maps");

static __always_inline __u32 *number_find(struct xdp_md *ctx, bool *ret_is_ipv6)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 *number = data + FWD_NUMBER_AT;

	if ((void *)(number + 1) > end)
		return NULL;
	*ret_is_ipv6 = eth->h_proto == bpf_htons(ETH_P_IPV6);
	return number;
}

SEC("xdp")
int send_numbered(struct xdp_md *ctx)
{
	bool is_ipv6;
	__u32 *number;

	if (fresh(ctx) != XDP_PASS)
		return XDP_ABORTED;
	number = number_find(ctx, &is_ipv6);
	if (!number)
		return XDP_ABORTED;
	*number = ++next_number[is_ipv6];
	return bpf_redirect(send_by, 0);
}

SEC("xdp")
int sink_numbered(struct xdp_md *ctx)
{
	struct fwd_numbers *numbers_of;
	bool is_ipv6;
	__u32 *number = number_find(ctx, &is_ipv6), index;

	if (!number || ctx->data_end - ctx->data != FWD_NUMBER_LEN)
		return XDP_PASS; /* a query: the host is to answer */
	index = 2 * (ctx->ingress_ifindex % FWD_NUMBERED) + is_ipv6;
	numbers_of = bpf_map_lookup_elem(&numbers, &index);
	if (!numbers_of)
		return XDP_DROP; /* not reached */
	if (*number <= numbers_of->last) {
		numbers_of->repeated++;
		return XDP_DROP;
	}
	numbers_of->missing += *number - numbers_of->last - 1;
	numbers_of->last = *number;
	numbers_of->good++;
	return XDP_DROP;
}

/* ---- the end of every output ---- */

/* Frames of another length are what an interface says when it comes up. */
static __always_inline void arrival_count(__u64 len)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&arrivals, &zero);

	if (count && len == frame_len)
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
