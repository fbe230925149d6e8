/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hpim/ip_addr.h"

/* The two families; also an index into everything that exists once per family. */
enum ip_family { IP_FAMILY_4, IP_FAMILY_6, IP_FAMILY_COUNT };

/** struct ip_prefix - An address with the number of its leading bits that count (0..32, 0..128). */
struct ip_prefix {
	struct ip_addr addr;
	uint8_t len;
};

/** ip_addr_from_bytes() - Make an address of 4 (IPv4) or 16 (IPv6) bytes in network order. */
struct ip_addr ip_addr_from_bytes(enum ip_family family, const uint8_t *bytes);

/** ip_addr_bytes() - The 4 or 16 bytes of an address as they stand in a packet. */
const uint8_t *ip_addr_bytes(const struct ip_addr *addr);

/** ip_family_addr_len() - 4 or 16: bytes of an address in a packet. */
size_t ip_family_addr_len(enum ip_family family);

enum ip_family ip_addr_family(const struct ip_addr *addr);
bool ip_addr_is_set(const struct ip_addr *addr);
bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b);

/** ip_addr_compare() - Order as unsigned integers in network order: <0, 0, >0. */
int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b);

bool ip_addr_is_multicast(const struct ip_addr *addr);

/** ip_addr_is_link_scope_group() - Groups never forwarded: 224.0.0.0/24, ff00::/16 to ff02::/16. */
bool ip_addr_is_link_scope_group(const struct ip_addr *addr);

/**
 * ip_addr_is_ssm_group() - Whether a group may be an SSM address: 232.0.0.0/8, and what of
 * ff3x::/32 can be assigned for it today, ff3x::4000:0 to ff3x::ffff:ffff.
 *
 * Source: RFC 4607, 1 and 4.3; RFC 3307, 4.
 */
bool ip_addr_is_ssm_group(const struct ip_addr *addr);

/** ip_addr_is_reserved_group() - ff00:: to ff0f::, which are no group's: RFC 4291, 2.7.1. */
bool ip_addr_is_reserved_group(const struct ip_addr *addr);

/**
 * ip_prefix_broadcast() - The broadcast address of an interface's subnet. RFC 1812, 5.3.5; none in
 * one of two addresses, RFC 3021, and none in IPv6.
 * Return: whether there is one.
 */
bool ip_prefix_broadcast(const struct ip_prefix *prefix, struct ip_addr *ret_addr);

/** ip_addr_is_link_local() - fe80::/10 or 169.254.0.0/16. */
bool ip_addr_is_link_local(const struct ip_addr *addr);

/** ip_addr_is_any() - 0.0.0.0 or :: (which is also "unset"). */
bool ip_addr_is_any(const struct ip_addr *addr);

/** ip_addr_is_mapped() - A 16-byte address of a packet that must not stand there: ::ffff:0:0/96. */
bool ip_addr_is_mapped(const uint8_t bytes[16]);

/** ip_addr_mask() - The address with all bits after the first @len (family's count) cleared. */
struct ip_addr ip_addr_mask(const struct ip_addr *addr, uint8_t len);

/** ip_prefix_equal() - The same prefix; bits behind it are compared, too. */
bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b);

/** ip_prefix_contains() - Whether @addr is of the prefix's family and inside it. */
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_addr *addr);

/** ip_addr_is_source() - Fit to be the source of a tree: unicast, set, not loopback, not
 * link-local. */
bool ip_addr_is_source(const struct ip_addr *addr);

#endif
