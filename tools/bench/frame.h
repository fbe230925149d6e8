/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

/* The one frame that a benchmark sends again and again. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <string.h>

#include "core/effect.h"

#define FRAME_LEN 64

static inline uint16_t frame_checksum(const struct iphdr *header)
{
	uint16_t words[sizeof(*header) / 2];
	uint32_t sum = 0;

	memcpy(words, header, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		sum += words[i]; /* the sum is the same in either byte order: RFC 1071, 2 (B) */
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static inline void frame_make4(uint8_t *packet, const struct mfib_key *key)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(FRAME_LEN - ETH_HLEN),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
	};

	memcpy(&ip.saddr, ip_addr_bytes(&key->source), 4);
	memcpy(&ip.daddr, ip_addr_bytes(&key->group), 4);
	ip.check = frame_checksum(&ip);
	memcpy(packet, &ip, sizeof(ip));
	/* Where bench.bpf.c looks for the checksum. */
	memcpy(packet + sizeof(ip) + sizeof(struct udphdr), &ip.check, sizeof(ip.check));
}

static inline void frame_make6(uint8_t *packet, const struct mfib_key *key)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(FRAME_LEN - ETH_HLEN - sizeof(ip)),
		.nexthdr = IPPROTO_UDP,
		.hop_limit = 64,
	};

	memcpy(&ip.saddr, ip_addr_bytes(&key->source), 16);
	memcpy(&ip.daddr, ip_addr_bytes(&key->group), 16);
	memcpy(packet, &ip, sizeof(ip));
}

/** frame_make() - A UDP packet of a tree in an Ethernet frame, TTL or hop limit 64. */
static inline void frame_make(uint8_t frame[FRAME_LEN], const struct mfib_key *key)
{
	const uint8_t *group = ip_addr_bytes(&key->group);
	struct ethhdr eth = { .h_source = { 0x02, 1, 1, 1, 1, 1 } };
	struct udphdr udp = { .source = htons(5010), .dest = htons(5010) };

	memset(frame, 0, FRAME_LEN);
	if (ip_addr_family(&key->group) == IP_FAMILY_4) {
		const uint8_t mac[] = { 0x01, 0x00, 0x5e, group[1] & 0x7f, group[2], group[3] };

		memcpy(eth.h_dest, mac, ETH_ALEN);
		eth.h_proto = htons(ETH_P_IP);
		udp.len = htons(FRAME_LEN - ETH_HLEN - sizeof(struct iphdr));
		frame_make4(frame + ETH_HLEN, key);
		memcpy(frame + ETH_HLEN + sizeof(struct iphdr), &udp, sizeof(udp));
	} else {
		const uint8_t mac[] = { 0x33, 0x33, group[12], group[13], group[14], group[15] };

		memcpy(eth.h_dest, mac, ETH_ALEN);
		eth.h_proto = htons(ETH_P_IPV6);
		udp.len = htons(FRAME_LEN - ETH_HLEN - sizeof(struct ipv6hdr));
		frame_make6(frame + ETH_HLEN, key);
		memcpy(frame + ETH_HLEN + sizeof(struct ipv6hdr), &udp, sizeof(udp));
	}
	memcpy(frame, &eth, sizeof(eth));
}

#endif
