/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_PARSE_H
#define BPF_PARSE_H

/* Bounds-checked reading of IPv4 and IPv6 headers, the same for both hooks. */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>

#include "hpim/mfib_abi.h"

#define PROTO_PIM 103

/* Group Membership messages of ICMPv6; RFC 9777, 5. */
#define MLD_FIRST   130
#define MLD_LAST    132
#define MLD2_REPORT 143

/* What packet_parse() returns besides a reason to leave. */
#define PARSE_NOT_OURS (-1) /* no IP multicast */
#define PARSE_LOOKUP   (-2) /* look for a route */

struct packet {
	bool is_ipv6;
	__u8 ttl;
	__u8 proto;      /* IPv4 protocol, first next header of IPv6 */
	__u32 len;       /* of the IP packet */
	__u32 fit;       /* of the longest packet that will leave: less than len for segments */
	__u32 mac;       /* last four bytes of the group's Ethernet address */
	const void *key; /* source and group, in the packet side by side as in the maps */
};

/*
 * RFC 1071: the words of a header without options add up to a multiple of 0xffff, in one's
 * complement to 0. A number is a multiple of an odd one if its product with the inverse of that,
 * modulo 2^64, is not greater than the quotient of 2^64 and that: no folding.
 *
 * The third word by its fields, which are read anyway: a CPU waits for a word of which it wrote a
 * part a moment ago.
 */
static __always_inline bool ipv4_checksum_is_bad(const struct iphdr *ip)
{
	const __u32 *word = (const __u32 *)ip;
	__u16 ttl_and_protocol = bpf_htons((__u16)(ip->ttl << 8 | ip->protocol));
	__u64 sum = (__u64)word[0] + word[1] + ttl_and_protocol + ip->check + word[3] + word[4];

	return sum * 0xfffefffefffeffffull > 0x0001000100010001ull;
}

static __always_inline bool ipv4_is_control(const struct iphdr *ip)
{
	return ip->protocol == IPPROTO_IGMP || ip->protocol == PROTO_PIM;
}

static __always_inline void packet_set4(struct packet *ret, const struct iphdr *ip, __u16 len)
{
	ret->is_ipv6 = false;
	ret->ttl = ip->ttl;
	ret->proto = ip->protocol;
	ret->len = len;
	ret->fit = len;
	/* RFC 1112, 6.4: 01:00:5e and the last 23 bits of the group */
	ret->mac = (ip->daddr & bpf_htonl(0x007fffff)) | bpf_htonl(0x5e000000);
	ret->key = &ip->saddr;
}

static __always_inline int parse_ipv4(struct packet *ret, const void *data, const void *end,
				      __u32 room)
{
	const struct iphdr *ip = data;
	__u16 len;

	if ((const void *)(ip + 1) > end)
		return MFIB_R_MALFORMED;
	len = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || ip->ihl < 5 || len < ip->ihl * 4 || len > room)
		return MFIB_R_MALFORMED;
	if ((ip->daddr & bpf_htonl(0xf0000000)) != bpf_htonl(0xe0000000))
		return PARSE_NOT_OURS;
	if ((ip->daddr & bpf_htonl(0xffffff00)) == bpf_htonl(0xe0000000))
		return MFIB_R_LINK_SCOPE;
	if (ipv4_is_control(ip))
		return MFIB_R_CONTROL;
	if (ip->ihl != 5)
		return MFIB_R_OPTIONS;
	if (ipv4_checksum_is_bad(ip))
		return MFIB_R_MALFORMED; /* RFC 1812, 5.2.2 */
	packet_set4(ret, ip, len);
	return PARSE_LOOKUP;
}

static __always_inline bool icmpv6_is_mld(const struct icmp6hdr *icmp, const void *end)
{
	if ((const void *)(&icmp->icmp6_type + 1) > end)
		return false;
	return (icmp->icmp6_type >= MLD_FIRST && icmp->icmp6_type <= MLD_LAST) ||
	       icmp->icmp6_type == MLD2_REPORT;
}

static __always_inline void packet_set6(struct packet *ret, const struct ipv6hdr *ip, __u32 len)
{
	ret->is_ipv6 = true;
	ret->ttl = ip->hop_limit;
	ret->proto = ip->nexthdr;
	ret->len = len;
	ret->fit = len;
	ret->mac = ip->daddr.in6_u.u6_addr32[3]; /* RFC 2464, 7: 33:33 and the last 32 bits */
	ret->key = &ip->saddr;
}

static __always_inline int parse_ipv6(struct packet *ret, const void *data, const void *end,
				      __u32 room)
{
	const struct ipv6hdr *ip = data;
	__u32 len;

	if ((const void *)(ip + 1) > end)
		return MFIB_R_MALFORMED;
	len = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	if (ip->version != 6 || len > room)
		return MFIB_R_MALFORMED;
	if (ip->daddr.in6_u.u6_addr8[0] != 0xff)
		return PARSE_NOT_OURS;
	if ((ip->daddr.in6_u.u6_addr8[1] & 0x0f) <= 2)
		return MFIB_R_LINK_SCOPE; /* RFC 4291, 2.7: reserved, interface and link scope */
	if (ip->nexthdr == IPPROTO_HOPOPTS)
		return MFIB_R_OPTIONS; /* MLD, too, always comes like this */
	if (ip->nexthdr == PROTO_PIM)
		return MFIB_R_CONTROL;
	if (ip->nexthdr == IPPROTO_ICMPV6 && icmpv6_is_mld((const void *)(ip + 1), end))
		return MFIB_R_CONTROL;
	packet_set6(ret, ip, len);
	return PARSE_LOOKUP;
}

/*
 * Whether packet_parse() wants a route, for what has the addresses of a tree: so they need not be
 * looked at. With @is_ipv6 a constant it is less work than to find the reason why not.
 */
static __always_inline bool tree_packet_parse(struct packet *ret, const void *data, const void *end,
					      __u32 room, const bool is_ipv6)
{
	const struct iphdr *ip4 = data;
	const struct ipv6hdr *ip6 = data;
	__u32 len;

	if ((is_ipv6 ? (const void *)(ip6 + 1) : (const void *)(ip4 + 1)) > end)
		return false;
	if (is_ipv6) {
		len = sizeof(*ip6) + bpf_ntohs(ip6->payload_len);
		packet_set6(ret, ip6, len);
		return *(const __u8 *)data >> 4 == 6 && len <= room &&
		       ip6->nexthdr != IPPROTO_HOPOPTS && ip6->nexthdr != PROTO_PIM &&
		       !(ip6->nexthdr == IPPROTO_ICMPV6 &&
			 icmpv6_is_mld((const void *)(ip6 + 1), end));
	}
	len = bpf_ntohs(ip4->tot_len);
	packet_set4(ret, ip4, len);
	return *(const __u8 *)data == 0x45 && len >= sizeof(*ip4) && len <= room &&
	       !ipv4_is_control(ip4) && !ipv4_checksum_is_bad(ip4);
}

/* <linux/if_ether.h> calls its header packed, of which the compiler makes loads of single bytes. */
static __always_inline __be16 ethernet_proto(const struct ethhdr *eth)
{
	return *(const __be16 *)((const void *)eth + offsetof(struct ethhdr, h_proto));
}

static __always_inline bool proto_is_tag(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

static __always_inline bool proto_is_ipv4(__be16 proto)
{
	return proto == bpf_htons(ETH_P_IP);
}

static __always_inline bool proto_is_ipv6(__be16 proto)
{
	return proto == bpf_htons(ETH_P_IPV6);
}

static __always_inline bool proto_is_ip(__be16 proto)
{
	return proto_is_ipv4(proto) || proto_is_ipv6(proto);
}

/**
 * packet_parse() - Tell what to do with a packet as far as its headers decide it.
 * @proto: EtherType before it.
 * @data:  where it begins; what lies below @end can be read.
 * @room:  bytes of frame from @data on, which may be more.
 *
 * Return: PARSE_LOOKUP with @ret filled, PARSE_NOT_OURS, or an enum mfib_reason of kind PASS.
 */
static __always_inline int packet_parse(struct packet *ret, __be16 proto, const void *data,
					const void *end, __u32 room)
{
	if (proto_is_ipv4(proto))
		return parse_ipv4(ret, data, end, room);
	if (proto_is_ipv6(proto))
		return parse_ipv6(ret, data, end, room);
	return proto_is_tag(proto) ? MFIB_R_VLAN : PARSE_NOT_OURS;
}

/* Of an Ethernet address, as it stands in the frame: 2 bytes and 4, both aligned there. */
struct mac {
	__u16 head;
	__u32 tail;
};

/** packet_mac() - The Ethernet address of a parsed packet's group. */
static __always_inline struct mac packet_mac(const struct packet *pkt)
{
	return (struct mac){ .head = bpf_htons(pkt->is_ipv6 ? 0x3333 : 0x0100), .tail = pkt->mac };
}

static __always_inline struct mac frame_mac(const struct ethhdr *eth)
{
	return (struct mac){ .head = *(const __u16 *)(const void *)eth,
			     .tail = *(const __u32 *)((const void *)eth + 2) };
}

static __always_inline bool mac_equal(struct mac a, struct mac b)
{
	return a.head == b.head && a.tail == b.tail;
}

/*
 * IEEE 802.1Q, 8.6.3: frames to 01:80:c2 are for the neighbor on the cable alone, or for switches,
 * and none of them carries IP.
 */
static __always_inline bool mac_is_reserved(struct mac mac)
{
	return mac.head == bpf_htons(0x0180) &&
	       (mac.tail & bpf_htonl(0xff000000)) == bpf_htonl(0xc2000000);
}

#endif
