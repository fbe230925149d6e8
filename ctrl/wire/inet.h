/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_INET_H
#define WIRE_INET_H

/* IPv4 and IPv6 headers as they come from a packet socket, and the Internet checksum. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define INET_PROTO_IGMP   2u
#define INET_PROTO_ICMPV6 58u
#define INET_PROTO_PIM    103u /* also HPIM-DM */

/**
 * struct inet_packet - A control packet taken out of its IP headers.
 * @has_router_alert: the option is there with value 0, the only one IGMP and MLD use.
 */
struct inet_packet {
	struct ip_addr src, dst;
	uint8_t proto, ttl;
	bool has_router_alert, has_hop_by_hop;
	const uint8_t *bytes; /* payload; borrowed */
	size_t len;
};

/**
 * inet_decode() - Take the IP header (and IPv6 Hop-by-Hop header) off a packet.
 *
 * Bytes behind the total length (link layer padding) are left out.
 * Return: 0, or -EBADMSG: short, wrong version, bad header length or checksum, total length beyond
 * the bytes, a fragment, a broken option, in IPv6 also a mapped address, or anything but ICMPv6 and
 * PIM behind the Hop-by-Hop header.
 */
int inet_decode(const uint8_t *bytes, size_t len, struct inet_packet *ret_packet);

/** inet_checksum() - One's complement sum (RFC 1071) of @bytes, complemented; @sum starts it. */
uint16_t inet_checksum(const uint8_t *bytes, size_t len, uint32_t sum);

/**
 * inet_pseudo_sum() - Sum of the IPv6 pseudo header (RFC 8200, 8.1), to start inet_checksum().
 *
 * For IPv4 addresses 0: none of its control protocols has a pseudo header.
 */
uint32_t inet_pseudo_sum(const struct ip_addr *src, const struct ip_addr *dst, uint8_t proto,
			 size_t len);

#endif
