/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_GM_MSG_H
#define WIRE_GM_MSG_H

/* One message struct for IGMP and MLD. Description of HPIM-DM, 6.1; RFC 2236; RFC 2710. */
#include "base/addr.h"
#include "base/time.h"

enum gm_msg_type {
	GM_QUERY,
	GM_REPORT,
	GM_LEAVE, /* IGMP Leave Group, MLD Done */
};

struct gm_msg {
	enum gm_msg_type type;
	uint8_t version;      /* IGMP: 1 or 2; MLD: 1 */
	struct ip_addr group; /* GM_QUERY: any-address of the family in a General Query */
	hp_time max_response; /* GM_QUERY; 0 in an IGMPv1 query */
};

/* The longest message of these versions: MLDv1. */
#define GM_MSG_LEN_MAX 24u

#endif
