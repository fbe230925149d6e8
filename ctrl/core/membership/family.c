// SPDX-License-Identifier: GPL-2.0-only
/*
 * The differences between IGMP and MLD as data. What is done with them is in gm.c and
 * membership/group.c. Source: description of HPIM-DM, 6.1, 6.2 and 7.2; RFC 9776, section 8; RFC
 * 3810, section 9.
 */
#include "core/membership/family.h"
#include "wire/igmp.h"
#include "wire/mld.h"

/* 224.0.0.x and ff02::x */
#define LOCAL_4(x)                                                        \
	{                                                                 \
		.b = { [10] = 0xff, [11] = 0xff, [12] = 224, [15] = (x) } \
	}
#define LOCAL_6(x)                                          \
	{                                                   \
		.b = { [0] = 0xff, [1] = 0x02, [15] = (x) } \
	}

const struct gm_family gm_families[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = {
		.family = IP_FAMILY_4,
		.version = 3,
		.any = { .b = { [10] = 0xff, [11] = 0xff } },
		.all_nodes = LOCAL_4(1),
		.listen = { LOCAL_4(2), LOCAL_4(22) },
		.decode = igmp_decode,
		.encode = igmp_encode,
		.state_names = {
			[GM_STATE_NO_MEMBERS] = "NoMembersPresent",
			[GM_STATE_MEMBERS] = "MembersPresent",
			[GM_STATE_CHECKING] = "CheckingMembership",
			[GM_STATE_V1_MEMBERS] = "Version1MembersPresent",
			[GM_STATE_INCLUDE] = "Include",
			[GM_STATE_EXCLUDE] = "Exclude",
		},
	},
	[IP_FAMILY_6] = {
		.family = IP_FAMILY_6,
		.version = 2,
		.needs_link_local = true,
		.needs_hop_limit_1 = true,
		.needs_router_alert = true,
		.all_nodes = LOCAL_6(1),
		.listen = { LOCAL_6(2), LOCAL_6(0x16) },
		.decode = mld_decode,
		.encode = mld_encode,
		.state_names = {
			[GM_STATE_NO_MEMBERS] = "NoListenersPresent",
			[GM_STATE_MEMBERS] = "ListenersPresent",
			[GM_STATE_CHECKING] = "CheckingListeners",
			[GM_STATE_INCLUDE] = "Include",
			[GM_STATE_EXCLUDE] = "Exclude",
		},
	},
};
