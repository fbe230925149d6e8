/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_REWRITE_H
#define BPF_REWRITE_H

/* What forwarding changes in a frame. Direct writes: for XDP. */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>

#include "hpim/mfib_abi.h"
#include "parse.h"

/* RFC 1624, equation 3, for a field whose high byte loses one. */
static __always_inline void rewrite_ttl4(struct iphdr *ip)
{
	__u32 sum = ip->check + bpf_htons(0x0100);

	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
}

/** rewrite_ttl() - Decrement TTL or hop limit of a parsed packet. Return: false if short. */
static __always_inline bool rewrite_ttl(void *packet, const void *end, bool is_ipv6)
{
	struct iphdr *ip4 = packet;
	struct ipv6hdr *ip6 = packet;

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

/** rewrite_group() - The group's address, whatever the sender wrote. Return: false if short. */
static __always_inline bool rewrite_group(void *frame, const void *end, struct mac mac)
{
	struct ethhdr *eth = frame;

	if ((void *)(eth + 1) > end)
		return false;
	*(__u16 *)eth->h_dest = mac.head;
	*(__u32 *)(eth->h_dest + 2) = mac.tail;
	return true;
}

/* Copying by bytes, as the alignment of a frame demands of the compiler, costs every copy. */
static __always_inline void rewrite_source(struct ethhdr *eth, const struct mfib_port *port)
{
	__u8 *to = eth->h_source;

	*(__u32 *)to = *(const __u32 *)port->mac;
	*(__u16 *)(to + 4) = *(const __u16 *)(port->mac + 4);
}

#endif
