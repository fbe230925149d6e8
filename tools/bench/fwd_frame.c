/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and frames of the benchmarks' trees; bench.bpf.c writes the group of each packet. */
#include "bench/fwd_frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <string.h>

#include "bench/fwd_shared.h"

/* The input's network is 10.8.INPUT.0/24 and fd08:INPUT::/64. */
struct mfib_key tree_key(enum ip_family family, unsigned int input, uint32_t tree)
{
	const uint8_t source4[4] = { 10, 8, (uint8_t)input, 2 };
	const uint8_t source6[16] = { 0xfd, 0x08, 0, (uint8_t)input, [15] = 2 };
	uint8_t group6[16] = { 0xff, 0x3e };
	uint32_t group4 = htonl(FWD_GROUP4 + tree), last = htonl(FWD_GROUP6_LAST + tree);
	struct mfib_key key;

	if (family == IP_FAMILY_4) {
		key.source = ip_addr_from_bytes(family, source4);
		key.group = ip_addr_from_bytes(family, (const uint8_t *)&group4);
		return key;
	}
	memcpy(group6 + 12, &last, sizeof(last));
	key.source = ip_addr_from_bytes(family, source6);
	key.group = ip_addr_from_bytes(family, group6);
	return key;
}

/* Of the words of a header, in whatever byte order: RFC 1071, 2 (B). */
static uint16_t words_sum(const void *bytes, size_t count)
{
	const uint8_t *at = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t word;

		memcpy(&word, at + 2 * i, sizeof(word));
		sum += word;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void packet_make4(uint8_t *packet, size_t len, const struct mfib_key *key)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons((uint16_t)len),
		.ttl = FWD_TTL,
		.protocol = IPPROTO_UDP,
	};
	uint16_t sum;

	memcpy(&ip.saddr, ip_addr_bytes(&key->source), 4);
	sum = words_sum(&ip, sizeof(ip) / 2);
	/* Where bench.bpf.c looks for the sum without the group. */
	memcpy(packet + sizeof(ip) + sizeof(struct udphdr), &sum, sizeof(sum));
	memcpy(&ip.daddr, ip_addr_bytes(&key->group), 4);
	ip.check = (uint16_t)~words_sum(&ip, sizeof(ip) / 2);
	memcpy(packet, &ip, sizeof(ip));
}

static void packet_make6(uint8_t *packet, size_t len, const struct mfib_key *key)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons((uint16_t)(len - sizeof(ip))),
		.nexthdr = IPPROTO_UDP,
		.hop_limit = FWD_TTL,
	};

	memcpy(&ip.saddr, ip_addr_bytes(&key->source), 16);
	memcpy(&ip.daddr, ip_addr_bytes(&key->group), 16);
	memcpy(packet, &ip, sizeof(ip));
}

static struct ethhdr ethernet_make(const struct mfib_key *key)
{
	struct ethhdr eth = { .h_source = { 0x02, 1, 1, 1, 1, 1 } };
	const uint8_t *group = ip_addr_bytes(&key->group);

	if (ip_addr_family(&key->group) == IP_FAMILY_4) {
		memcpy(eth.h_dest, (uint8_t[]){ 0x01, 0x00, 0x5e, group[1] & 0x7f }, 4);
		memcpy(eth.h_dest + 4, group + 2, 2);
		eth.h_proto = htons(ETH_P_IP);
	} else {
		memcpy(eth.h_dest, (uint8_t[]){ 0x33, 0x33 }, 2);
		memcpy(eth.h_dest + 2, group + 12, 4);
		eth.h_proto = htons(ETH_P_IPV6);
	}
	return eth;
}

void frame_make(uint8_t *ret_frame, size_t len, const struct mfib_key *key)
{
	bool is_ipv4 = ip_addr_family(&key->group) == IP_FAMILY_4;
	size_t header = is_ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct ethhdr eth = ethernet_make(key);
	struct udphdr udp = {
		.source = htons(5010),
		.dest = htons(5010),
		.len = htons((uint16_t)(len - sizeof(eth) - header)),
	};

	memset(ret_frame, 0, len);
	memcpy(ret_frame, &eth, sizeof(eth));
	memcpy(ret_frame + sizeof(eth) + header, &udp, sizeof(udp));
	if (is_ipv4)
		packet_make4(ret_frame + sizeof(eth), len - sizeof(eth), key);
	else
		packet_make6(ret_frame + sizeof(eth), len - sizeof(eth), key);
}
