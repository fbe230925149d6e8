// SPDX-License-Identifier: GPL-2.0-only
/*
 * The differences between IGMPv2 and MLDv1 as data. What is done with them is in gm.c.
 * Source: description of HPIM-DM, 6.1, 6.2 and 7.2; RFC 2236, section 8; RFC 2710, section 7.
 */
#include "core/gm_family.h"
#include "wire/igmp.h"
#include "wire/mld.h"

#define ROBUSTNESS     2
#define QUERY_INTERVAL HP_SEC(125)
#define QUERY_RESPONSE HP_SEC(10)

/* Both families use the same numbers, and derive them in the same way. */
#define TIMES                                                                                      \
	.startup_query_count = ROBUSTNESS, .last_member_query_count = ROBUSTNESS,                  \
	.query_interval = QUERY_INTERVAL, .query_response_interval = QUERY_RESPONSE,               \
	.membership_interval = ROBUSTNESS * QUERY_INTERVAL + QUERY_RESPONSE,                       \
	.other_querier_interval = ROBUSTNESS * QUERY_INTERVAL + QUERY_RESPONSE / 2,                \
	.startup_query_interval = QUERY_INTERVAL / 4, .last_member_query_interval = HP_SEC(1)

/* 224.0.0.x and ff02::x */
#define LOCAL_4(x) { .b = { [10] = 0xff, [11] = 0xff, [12] = 224, [15] = (x) } }
#define LOCAL_6(x) { .b = { [0] = 0xff, [1] = 0x02, [15] = (x) } }

const struct gm_family gm_families[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = {
		.family = IP_FAMILY_4,
		.version = 2,
		.has_v1_hosts = true,
		.any = { .b = { [10] = 0xff, [11] = 0xff } },
		.all_nodes = LOCAL_4(1),
		.listen = { LOCAL_4(2), LOCAL_4(22) },
		.decode = igmp_decode,
		.encode = igmp_encode,
		TIMES,
		.state_names = {
			[GM_STATE_NO_MEMBERS] = "NoMembersPresent",
			[GM_STATE_MEMBERS] = "MembersPresent",
			[GM_STATE_CHECKING] = "CheckingMembership",
			[GM_STATE_V1_MEMBERS] = "Version1MembersPresent",
		},
	},
	[IP_FAMILY_6] = {
		.family = IP_FAMILY_6,
		.version = 1,
		.needs_router_alert = true,
		.all_nodes = LOCAL_6(1),
		.listen = { LOCAL_6(2), LOCAL_6(0x16) },
		.decode = mld_decode,
		.encode = mld_encode,
		TIMES,
		.state_names = {
			[GM_STATE_NO_MEMBERS] = "NoListenersPresent",
			[GM_STATE_MEMBERS] = "ListenersPresent",
			[GM_STATE_CHECKING] = "CheckingListeners",
		},
	},
};
