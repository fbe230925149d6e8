// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses: compare, classify, mask. Text forms are in addr_text.c, which the core never links.
 */
#include <string.h>

#include "base/addr.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct ip_addr ip_addr_from_bytes(enum ip_family family, const uint8_t *bytes)
{
	struct ip_addr addr;

	if (family == IP_FAMILY_4) {
		memcpy(addr.b, mapped_prefix, sizeof(mapped_prefix));
		memcpy(addr.b + 12, bytes, 4);
	} else {
		memcpy(addr.b, bytes, 16);
	}
	return addr;
}

const uint8_t *ip_addr_bytes(const struct ip_addr *addr)
{
	return ip_addr_family(addr) == IP_FAMILY_4 ? addr->b + 12 : addr->b;
}

size_t ip_family_addr_len(enum ip_family family)
{
	return family == IP_FAMILY_4 ? 4 : 16;
}

enum ip_family ip_addr_family(const struct ip_addr *addr)
{
	return ip_addr_is_mapped(addr->b) ? IP_FAMILY_4 : IP_FAMILY_6;
}

bool ip_addr_is_set(const struct ip_addr *addr)
{
	static const struct ip_addr unset;

	return !ip_addr_equal(addr, &unset);
}

bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int ip_addr_compare(const struct ip_addr *a, const struct ip_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool ip_addr_is_multicast(const struct ip_addr *addr)
{
	if (ip_addr_family(addr) == IP_FAMILY_4)
		return (addr->b[12] & 0xf0) == 0xe0; /* RFC 1112, 4 */
	return addr->b[0] == 0xff;                   /* RFC 4291, 2.7 */
}

bool ip_addr_is_link_scope_group(const struct ip_addr *addr)
{
	if (!ip_addr_is_multicast(addr))
		return false;
	if (ip_addr_family(addr) == IP_FAMILY_4)
		return addr->b[12] == 224 && addr->b[13] == 0 && addr->b[14] == 0;
	return (addr->b[1] & 0x0f) <= 2; /* reserved, interface-local, link-local: RFC 7346, 2 */
}

/* Whether the bytes from @from up to @end are zero. */
static bool is_zero(const struct ip_addr *addr, size_t from, size_t end)
{
	while (from < end && addr->b[from] == 0)
		from++;
	return from == end;
}

bool ip_addr_is_ssm_group(const struct ip_addr *addr)
{
	if (ip_addr_family(addr) == IP_FAMILY_4)
		return addr->b[12] == 232;
	return addr->b[0] == 0xff && (addr->b[1] & 0xf0) == 0x30 && is_zero(addr, 2, 12) &&
	       addr->b[12] >= 0x40;
}

bool ip_addr_is_reserved_group(const struct ip_addr *addr)
{
	return addr->b[0] == 0xff && (addr->b[1] & 0xf0) == 0 && is_zero(addr, 2, 16);
}

bool ip_addr_is_link_local(const struct ip_addr *addr)
{
	if (ip_addr_family(addr) == IP_FAMILY_4)
		return addr->b[12] == 169 && addr->b[13] == 254; /* RFC 3927 */
	return addr->b[0] == 0xfe && (addr->b[1] & 0xc0) == 0x80;
}

bool ip_addr_is_any(const struct ip_addr *addr)
{
	static const uint8_t zero[16];
	enum ip_family family = ip_addr_family(addr);

	return memcmp(ip_addr_bytes(addr), zero, ip_family_addr_len(family)) == 0;
}

bool ip_addr_is_mapped(const uint8_t bytes[16])
{
	return memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

struct ip_addr ip_addr_mask(const struct ip_addr *addr, uint8_t len)
{
	unsigned int bits = len + (ip_addr_family(addr) == IP_FAMILY_4 ? 96u : 0u);
	struct ip_addr masked = *addr;

	for (unsigned int i = bits / 8; i < sizeof(masked.b); i++) {
		unsigned int kept = i == bits / 8 ? 0xff00u >> bits % 8 : 0;

		masked.b[i] = (uint8_t)(masked.b[i] & kept);
	}
	return masked;
}

bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->len == b->len && ip_addr_equal(&a->addr, &b->addr);
}

bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_addr *addr)
{
	enum ip_family family = ip_addr_family(&prefix->addr);
	unsigned int bits = prefix->len + (family == IP_FAMILY_4 ? 96u : 0u);
	unsigned int whole = bits / 8, rest = bits % 8;

	if (bits > 128) /* no prefix of that family */
		return false;
	if (ip_addr_family(addr) != family || memcmp(&prefix->addr, addr, whole) != 0)
		return false;
	return rest == 0 || (prefix->addr.b[whole] ^ addr->b[whole]) >> (8 - rest) == 0;
}

bool ip_prefix_broadcast(const struct ip_prefix *prefix, struct ip_addr *ret_addr)
{
	struct ip_addr addr = ip_addr_mask(&prefix->addr, prefix->len);

	if (ip_addr_family(&addr) != IP_FAMILY_4 || prefix->len > 30)
		return false;
	for (unsigned int bit = 96u + prefix->len; bit < 128; bit++)
		addr.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	*ret_addr = addr;
	return true;
}

bool ip_addr_is_source(const struct ip_addr *addr)
{
	static const struct ip_addr loopback6 = { .b = { [15] = 1 } };

	if (ip_addr_is_any(addr) || ip_addr_is_multicast(addr) || ip_addr_is_link_local(addr))
		return false;
	if (ip_addr_family(addr) == IP_FAMILY_4)
		return addr->b[12] != 0 && addr->b[12] != 127 && addr->b[12] < 240;
	return !ip_addr_equal(addr, &loopback6);
}
