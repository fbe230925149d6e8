/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_GM_MSG_H
#define WIRE_GM_MSG_H

/*
 * One message struct for IGMP and MLD. Description of HPIM-DM, 6.1; RFC 2236; RFC 2710; RFC 9776;
 * RFC 3810. Group records are read with gm_record.h.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/time.h"

enum gm_msg_type {
	GM_QUERY,
	GM_REPORT,
	GM_LEAVE, /* IGMP Leave Group, MLD Done */
};

/**
 * struct gm_msg - A message of any version.
 * @group: GM_QUERY: any-address of the family in a General Query; also in a report with records.
 * @count: GM_QUERY: sources; GM_REPORT of the newest version: group records.
 * @body:  these sources or records as they stand in the packet, borrowed from it.
 */
struct gm_msg {
	enum gm_msg_type type;
	uint8_t version; /* IGMP: 1 to 3; MLD: 1 or 2 */
	struct ip_addr group;
	hp_time max_response; /* GM_QUERY; 0 in an IGMPv1 query */

	/* IGMPv3 and MLDv2 only. */
	bool suppress;          /* GM_QUERY: other routers leave their timers alone (S flag) */
	uint8_t robustness;     /* GM_QUERY: QRV, at most 7; 0: not in it */
	hp_time query_interval; /* GM_QUERY: QQIC; 0: not in it */
	uint16_t count;
	const uint8_t *body;
	size_t body_len;
};

/* No message is longer than what an IP packet can carry. */
#define GM_MSG_LEN_MAX 65535u

#endif
