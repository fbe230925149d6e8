// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as people write them. For the daemon, the tools and the tests; never for the core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

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
