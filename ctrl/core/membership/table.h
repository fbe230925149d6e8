/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_TABLE_H
#define CORE_GM_TABLE_H

/*
 * The state tables of group membership, one for IGMP and MLD. Description of HPIM-DM, 6.3; RFC
 * 9776, 6.4; RFC 3810, 7.4. gm.c and membership/group.c walk them; tests and documents read them.
 */
#include <stdbool.h>
#include <stdint.h>

#include "wire/gm_record.h"

/* Querier election of an interface, description, 6.3. */
enum gm_role { GM_ROLE_QUERIER, GM_ROLE_NON_QUERIER, GM_ROLE_COUNT };

enum gm_role_event {
	GM_ROLE_EV_LOWER_QUERY, /* query from an address lower than ours */
	GM_ROLE_EV_OTHER_QUERY, /* query from any other address */
	GM_ROLE_EV_QUERY_TIMER,
	GM_ROLE_EV_OTHER_TIMER, /* no query of the other querier for too long */
	GM_ROLE_EV_COUNT,
};

#define GM_ACT_NONE  (1u << 0)
#define GM_ACT_NEVER (1u << 1) /* cannot happen */

/* Actions of the election, performed in this order. */
#define GM_ACT_STOP_QUERY   (1u << 2) /* stop the query timer, forget start-up queries */
#define GM_ACT_TAKE_ROLE    (1u << 3) /* this router is the querier */
#define GM_ACT_NOTE_QUERIER (1u << 4)
#define GM_ACT_SEND_GENERAL (1u << 5) /* and arm the query timer */
#define GM_ACT_ARM_OTHER    (1u << 6)

/** struct gm_step - One cell. No action at all means a forgotten cell; a test finds it. */
struct gm_step {
	uint8_t next;
	uint16_t act;
};

extern const struct gm_step gm_role_table[GM_ROLE_COUNT][GM_ROLE_EV_COUNT];

/* Filter mode of a group. A group in mode INCLUDE without sources does not exist. */
enum gm_mode { GM_MODE_INCLUDE, GM_MODE_EXCLUDE, GM_MODE_COUNT };

/**
 * enum gm_held - What is known of a source.
 * @GM_HELD_NOT:     nothing; mode INCLUDE does not forward it, mode EXCLUDE does.
 * @GM_HELD_WANTED:  its timer runs: INCLUDE (A), EXCLUDE (X,-). Forwarded in both modes.
 * @GM_HELD_BLOCKED: its timer is zero: EXCLUDE (-,Y). Not forwarded.
 */
enum gm_held { GM_HELD_NOT, GM_HELD_WANTED, GM_HELD_BLOCKED, GM_HELD_COUNT };

/* What a record does to one source. "GMI" is the Group Membership Interval. */
#define GM_SRC_KEEP       (1u << 0)
#define GM_SRC_NEVER      (1u << 1) /* cannot happen */
#define GM_SRC_WANT       (1u << 2) /* source timer = GMI */
#define GM_SRC_WANT_GROUP (1u << 3) /* source timer = group timer */
#define GM_SRC_BLOCK      (1u << 4) /* source timer = 0 */
#define GM_SRC_DROP       (1u << 5) /* delete; a new one is not added */
#define GM_SRC_QUERY      (1u << 6) /* part of Send Q(G,...) */

/**
 * struct gm_rule - What a record does to a group: one row of the tables in 6.4.1 and 6.4.2.
 * @arm_group:   group timer = GMI.
 * @query_group: Send Q(G).
 * @named:       GM_SRC_* of sources in the record, by what was known of them before.
 * @unnamed:     the same of the other sources that are known.
 */
struct gm_rule {
	enum gm_mode next;
	bool arm_group, query_group;
	uint8_t named[GM_HELD_COUNT], unnamed[GM_HELD_COUNT];
};

extern const struct gm_rule gm_rule_table[GM_MODE_COUNT][GM_RECORD_END];

/** gm_forwards() - RFC 9776, 6.3; RFC 3810, 7.3. */
static inline bool gm_forwards(enum gm_mode mode, enum gm_held held)
{
	return mode == GM_MODE_INCLUDE ? held == GM_HELD_WANTED : held != GM_HELD_BLOCKED;
}

/* How a group is shown; follows from its facts. The first four: description, 7.2. */
enum gm_state {
	GM_STATE_NO_MEMBERS, /* no such group */
	GM_STATE_MEMBERS,    /* hosts of the older version; source filters do not count */
	GM_STATE_CHECKING,   /* the same after a leave, until a host reports */
	GM_STATE_V1_MEMBERS, /* IGMPv1 hosts, which cannot leave */
	GM_STATE_INCLUDE,
	GM_STATE_EXCLUDE,
	GM_STATE_COUNT,
};

#endif
