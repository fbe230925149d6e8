/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_REWRITE_H
#define BPF_REWRITE_H

/* What forwarding changes in a frame. Direct writes: for XDP. */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>

/* RFC 1624, equation 3, for a field whose high byte loses one. */
static __always_inline void rewrite_ttl4(struct iphdr *ip)
{
	__u32 sum = ip->check + bpf_htons(0x0100);

	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

/** rewrite_ttl() - Decrement TTL or hop limit of a parsed frame. Return: false if short. */
static __always_inline bool rewrite_ttl(void *data, const void *end, bool is_ipv6)
{
	struct iphdr *ip4 = data + sizeof(struct ethhdr);
	struct ipv6hdr *ip6 = data + sizeof(struct ethhdr);

	if (is_ipv6) {
		if ((void *)(ip6 + 1) > end)
			return false;
		ip6->hop_limit--;
		return true;
	}
	if ((void *)(ip4 + 1) > end)
		return false;
	rewrite_ttl4(ip4);
	return true;
}

#endif
