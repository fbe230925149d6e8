// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as people write them. For the daemon, the tools and the tests; never for the core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"

struct addr_text ip_addr_text(const struct ip_addr *addr)
{
	int af = ip_addr_family(addr) == IP_FAMILY_4 ? AF_INET : AF_INET6;
	struct addr_text text = { .s = "-" };

	if (ip_addr_is_set(addr) && !inet_ntop(af, ip_addr_bytes(addr), text.s, sizeof(text.s)))
		(void)snprintf(text.s, sizeof(text.s), "?"); /* the buffer is always long enough */
	return text;
}

int ip_addr_parse(const char *text, struct ip_addr *ret_addr)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*ret_addr = ip_addr_from_bytes(IP_FAMILY_4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1 && !ip_addr_is_mapped(bytes))
		*ret_addr = ip_addr_from_bytes(IP_FAMILY_6, bytes);
	else
		return -EINVAL;
	return 0;
}

static unsigned int full_len(const struct ip_addr *addr)
{
	return (unsigned int)(8 * ip_family_addr_len(ip_addr_family(addr)));
}

int ip_prefix_parse(const char *text, struct ip_prefix *ret_prefix)
{
	size_t len = strcspn(text, "/");
	struct ip_prefix prefix;
	struct addr_text addr;
	unsigned long bits;
	char *end;

	if (len >= sizeof(addr.s))
		return -EINVAL;
	memcpy(addr.s, text, len);
	addr.s[len] = '\0';
	if (ip_addr_parse(addr.s, &prefix.addr))
		return -EINVAL;
	bits = full_len(&prefix.addr);
	prefix.len = (uint8_t)bits;
	if (text[len]) {
		const char *digits = text + len + 1;

		if (*digits < '0' || *digits > '9' || strtoul(digits, &end, 10) > bits || *end)
			return -EINVAL;
		prefix.len = (uint8_t)strtoul(digits, NULL, 10);
	}
	*ret_prefix = prefix;
	return 0;
}

struct prefix_text ip_prefix_text(const struct ip_prefix *prefix)
{
	struct addr_text addr = ip_addr_text(&prefix->addr);
	struct prefix_text text;

	if (prefix->len == full_len(&prefix->addr))
		(void)snprintf(text.s, sizeof(text.s), "%s", addr.s); /* it has room */
	else
		(void)snprintf(text.s, sizeof(text.s), "%s/%u", addr.s, prefix->len);
	return text;
}
