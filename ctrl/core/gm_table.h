/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_TABLE_H
#define CORE_GM_TABLE_H

/*
 * The state tables of group membership, one for IGMP and MLD. Description of HPIM-DM, 6.3 to 6.6;
 * RFC 2236, section 7; RFC 2710, section 6. gm.c walks them; tests and documents read them.
 */
#include <stdint.h>

/* Querier election of an interface, 6.3. */
enum gm_role { GM_ROLE_QUERIER, GM_ROLE_NON_QUERIER, GM_ROLE_COUNT };

enum gm_role_event {
	GM_ROLE_EV_LOWER_QUERY, /* query from an address lower than ours */
	GM_ROLE_EV_OTHER_QUERY, /* query from any other address */
	GM_ROLE_EV_QUERY_TIMER,
	GM_ROLE_EV_OTHER_TIMER, /* nothing heard from the other querier for too long */
	GM_ROLE_EV_COUNT,
};

/* One group on one interface, 6.4 to 6.6. MLD never enters GM_STATE_V1_MEMBERS. */
enum gm_state {
	GM_STATE_NO_MEMBERS,
	GM_STATE_MEMBERS,
	GM_STATE_CHECKING,
	GM_STATE_V1_MEMBERS,
	GM_STATE_COUNT,
};

enum gm_event {
	GM_EV_REPORT,    /* IGMPv2 or MLD report */
	GM_EV_REPORT_V1, /* IGMPv1 report */
	GM_EV_LEAVE,     /* Leave or Done */
	GM_EV_TIMER,     /* nobody reported for too long */
	GM_EV_V1_TIMER,  /* no IGMPv1 host reported for too long */
	GM_EV_RXMT_TIMER,
	GM_EV_QUERY, /* another router's group-specific query */
	GM_EV_COUNT,
};

#define GM_ACT_NONE  (1u << 0)
#define GM_ACT_NEVER (1u << 1) /* cannot happen */

/* Actions of the election, performed in this order. */
#define GM_ACT_STOP_QUERY   (1u << 2) /* stop the query timer, forget start-up queries */
#define GM_ACT_TAKE_ROLE    (1u << 3) /* this router is the querier */
#define GM_ACT_NOTE_QUERIER (1u << 4)
#define GM_ACT_SEND_GENERAL (1u << 5) /* and arm the query timer */
#define GM_ACT_ARM_OTHER    (1u << 6)

/* Actions of a group, performed in this order. */
#define GM_ACT_STOP_V1       (1u << 2)
#define GM_ACT_STOP_RXMT     (1u << 3)
#define GM_ACT_ARM_TIMER     (1u << 4)
#define GM_ACT_LOWER_TIMER   (1u << 5) /* "start timer*": only ever to an earlier deadline */
#define GM_ACT_ARM_V1        (1u << 6)
#define GM_ACT_JOINED        (1u << 7) /* notify + */
#define GM_ACT_LEFT          (1u << 8) /* notify - */
#define GM_ACT_SEND_SPECIFIC (1u << 9) /* and arm the retransmission timer */

/** struct gm_step - One cell. No action at all means a forgotten cell; a test finds it. */
struct gm_step {
	uint8_t next;
	uint16_t act;
};

extern const struct gm_step gm_role_table[GM_ROLE_COUNT][GM_ROLE_EV_COUNT];
extern const struct gm_step gm_group_table[GM_ROLE_COUNT][GM_STATE_COUNT][GM_EV_COUNT];

#endif
