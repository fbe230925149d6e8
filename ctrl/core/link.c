// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces: addresses and roles. What protocols do on them is in hpim/if.c and gm.c.
 */
#include <stddef.h>

#include "core/link.h"

const struct ip_addr *link_addr(const struct link *link, enum ip_family family)
{
	for (unsigned int i = 0; i < link->info.addr_count; i++) {
		const struct ip_addr *addr = &link->info.addrs[i].addr;

		if (ip_addr_family(addr) != family)
			continue;
		if (family == IP_FAMILY_4 || ip_addr_is_link_local(addr))
			return addr;
	}
	return NULL;
}

bool link_has_addr(const struct link *link, const struct ip_addr *addr)
{
	for (unsigned int i = 0; i < link->info.addr_count; i++)
		if (ip_addr_equal(&link->info.addrs[i].addr, addr))
			return true;
	return false;
}

bool link_is_connected_to(const struct link *link, const struct ip_addr *addr)
{
	for (unsigned int i = 0; i < link->info.addr_count; i++)
		if (ip_prefix_contains(&link->info.addrs[i], addr))
			return true;
	return false;
}

bool link_is_on_link(const struct link *link, const struct ip_addr *addr)
{
	bool has_subnet = false;

	for (unsigned int i = 0; i < link->info.addr_count; i++) {
		const struct ip_prefix *prefix = &link->info.addrs[i];

		if (ip_addr_family(&prefix->addr) != ip_addr_family(addr))
			continue;
		if (ip_prefix_contains(prefix, addr))
			return true;
		has_subnet |= prefix->len < 8 * ip_family_addr_len(ip_addr_family(addr));
	}
	return !has_subnet;
}

bool link_is_usable(const struct link *link, enum ip_family family)
{
	return link->info.is_present && link->info.is_up && link_addr(link, family);
}
