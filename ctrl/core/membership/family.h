/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_FAMILY_H
#define CORE_GM_FAMILY_H

/* What makes group membership speak IGMP or MLD: data only. */
#include "core/membership/table.h"

/* Groups a router must receive. */
#define GM_LISTEN_COUNT 2u

struct gm_family {
	enum ip_family family;
	uint8_t version; /* the newest, and the default */
	/* RFC 3810, 5 and 6.2: what is not so is refused. */
	bool needs_link_local, needs_hop_limit_1, needs_router_alert;
	struct ip_addr any; /* group of a General Query */
	struct ip_addr all_nodes;
	struct ip_addr listen[GM_LISTEN_COUNT];

	int (*decode)(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		      const struct ip_addr *dst, struct gm_msg *ret_msg);
	size_t (*encode)(const struct gm_msg *msg, const struct ip_addr *src,
			 const struct ip_addr *dst, uint8_t *bytes, size_t room);

	const char *state_names[GM_STATE_COUNT]; /* description, 7.2 */
};

extern const struct gm_family gm_families[IP_FAMILY_COUNT];

#endif
