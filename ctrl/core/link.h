/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_LINK_H
#define CORE_LINK_H

/* Interfaces: what is known of them, and what the operator switched on. */
#include "core/counters.h"

#define LINK_FOREIGN_MAX 8 /* senders of packets of another protocol that are noted */

struct link {
	struct ev_link info; /* as last reported; info.is_present is false before that */
	bool wanted[IP_FAMILY_COUNT][PROTO_COUNT];
	uint8_t gm_version[IP_FAMILY_COUNT]; /* 0: the newest */
	bool has_fast_leave[IP_FAMILY_COUNT];
	bool has_ssm_any_source[IP_FAMILY_COUNT];
	bool is_gm_passive[IP_FAMILY_COUNT];
	bool has_mrd[IP_FAMILY_COUNT];      /* multicast router discovery is switched on */
	uint8_t users_103[IP_FAMILY_COUNT]; /* protocols in the group of all routers */
	uint8_t foreign_count[IP_FAMILY_COUNT];
	struct ip_addr foreign[IP_FAMILY_COUNT][LINK_FOREIGN_MAX]; /* foreign.h */
	struct core_settings settings; /* in force: its own ones and those of the instance */
	uint64_t own_settings;         /* setting_is_own() */
	struct counters counters[IP_FAMILY_COUNT];
};

/**
 * link_addr() - The address a protocol of @family speaks from on this interface.
 *
 * IPv4: the first address. IPv6: the first link-local address (description of HPIM-DM, 2.1).
 * Return: the address, or NULL when the interface has none.
 */
const struct ip_addr *link_addr(const struct link *link, enum ip_family family);

/** link_has_addr() - Whether @addr is an address of the interface. */
bool link_has_addr(const struct link *link, const struct ip_addr *addr);

/** link_is_connected_to() - Whether @addr is inside a subnet configured on the interface. */
bool link_is_connected_to(const struct link *link, const struct ip_addr *addr);

/**
 * link_is_on_link() - Whether a router with @addr can be on the link.
 *
 * It is in a subnet of the interface; where no address of the family has a subnet (unnumbered
 * links, RFC 5309: a host route to the other end), the address says nothing, and any is good.
 */
bool link_is_on_link(const struct link *link, const struct ip_addr *addr);

/** link_is_usable() - Present, up and with an address of @family to speak from. */
bool link_is_usable(const struct link *link, enum ip_family family);

#endif
