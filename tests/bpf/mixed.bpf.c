/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes frames of several trees out of one that a test run repeats, so that they are in one flush.
 * Live frames come back as the last run left them: all that forwarding changes is written again.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MIXED_TREES 64

__u8 groups[MIXED_TREES]; /* last bytes of the groups, in turn */
__u32 group_count, next_number, ttl;

/* The flush is held up before this frame, for so long; 0: never. */
__u32 stall_before, is_stalled;
__u64 stall_ns;

/* The program that gets them. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} forwarder SEC(".maps");

static __always_inline void sum_set(struct iphdr *ip)
{
	const __u16 *word = (const __u16 *)ip;
	__u32 sum = 0;

	ip->check = 0;
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~(sum + (sum >> 16));
}

static long is_later(__u32 i, const __u64 *until)
{
	(void)i;
	return bpf_ktime_get_ns() > *until;
}

static __always_inline void stall(void)
{
	__u64 until = bpf_ktime_get_ns() + stall_ns;

	is_stalled = 1;
	bpf_loop(1 << 23, is_later, &until, 0);
}

SEC("xdp")
int mix(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip4 = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	const __u8 source[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };
	__u32 number = next_number++;
	__u8 group = groups[number % (group_count ? group_count : 1) % MIXED_TREES];

	if (stall_before && number == stall_before)
		stall();
	if ((void *)(ip6 + 1) + 12 > end)
		return XDP_ABORTED;
	__builtin_memcpy(eth->h_source, source, ETH_ALEN);
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		const __u8 dest[ETH_ALEN] = { 1, 0, 0x5e, 1, 1, group };

		__builtin_memcpy(eth->h_dest, dest, ETH_ALEN);
		((__u8 *)&ip4->daddr)[3] = group;
		ip4->ttl = ttl;
		sum_set(ip4);
	} else {
		const __u8 dest[ETH_ALEN] = { 0x33, 0x33, 0, 1, 1, group };

		__builtin_memcpy(eth->h_dest, dest, ETH_ALEN);
		ip6->daddr.in6_u.u6_addr8[15] = group;
		ip6->hop_limit = ttl;
	}
	/* Behind both headers and eight bytes of UDP. */
	*(__u32 *)(data + ETH_HLEN + sizeof(*ip6) + 8) = number;
	bpf_tail_call(ctx, &forwarder, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
