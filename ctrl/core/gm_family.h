/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_FAMILY_H
#define CORE_GM_FAMILY_H

/* What makes group membership speak IGMPv2 or MLDv1: data only. */
#include <stdbool.h>

#include "core/gm_table.h"
#include "wire/gm_msg.h"

/* Groups a router must hear. */
#define GM_LISTEN_COUNT 2u

struct gm_family {
	enum ip_family family;
	uint8_t version;         /* of the queries sent */
	bool has_v1_hosts;       /* reports of version 1 come from hosts that never leave */
	bool needs_router_alert; /* messages without it are refused; description, 6.1 */
	struct ip_addr any;      /* group of a General Query */
	struct ip_addr all_nodes;
	struct ip_addr listen[GM_LISTEN_COUNT];

	int (*decode)(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		      const struct ip_addr *dst, struct gm_msg *ret_msg);
	size_t (*encode)(const struct gm_msg *msg, const struct ip_addr *src,
			 const struct ip_addr *dst, uint8_t *bytes, size_t room);

	/* Description, 6.2. */
	unsigned int startup_query_count;
	unsigned int last_member_query_count;
	hp_time query_interval;
	hp_time query_response_interval;
	hp_time membership_interval;
	hp_time other_querier_interval;
	hp_time startup_query_interval;
	hp_time last_member_query_interval;

	const char *state_names[GM_STATE_COUNT]; /* description, 7.2 */
};

extern const struct gm_family gm_families[IP_FAMILY_COUNT];

#endif
