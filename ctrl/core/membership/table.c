// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state tables of group membership. Source: description of HPIM-DM, 6.3; RFC 9776, 6.4; RFC
 * 3810, 7.4, where the rows are the same under other names.
 *
 * The RFCs write with sets: (A) and (X,Y) are what is known, the record names B or A. Here each
 * source is looked at alone, so a set operation becomes a column: "B-A" are the named sources of
 * which nothing is known, "X-A" the wanted ones which are not named.
 */
#include "core/membership/table.h"

#define INCLUDE GM_MODE_INCLUDE
#define EXCLUDE GM_MODE_EXCLUDE

#define KEEP       GM_SRC_KEEP
#define NEVER      GM_SRC_NEVER
#define WANT       GM_SRC_WANT
#define WANT_GROUP GM_SRC_WANT_GROUP
#define BLOCK      GM_SRC_BLOCK
#define DROP       GM_SRC_DROP
#define QUERY      GM_SRC_QUERY

const struct gm_step gm_role_table[GM_ROLE_COUNT][GM_ROLE_EV_COUNT] = {
	[GM_ROLE_QUERIER] = {
		[GM_ROLE_EV_LOWER_QUERY] = { GM_ROLE_NON_QUERIER, GM_ACT_STOP_QUERY |
					     GM_ACT_NOTE_QUERIER | GM_ACT_ARM_OTHER },
		[GM_ROLE_EV_OTHER_QUERY] = { GM_ROLE_QUERIER, GM_ACT_NONE },
		[GM_ROLE_EV_QUERY_TIMER] = { GM_ROLE_QUERIER, GM_ACT_SEND_GENERAL },
		[GM_ROLE_EV_OTHER_TIMER] = { GM_ROLE_QUERIER, GM_ACT_NEVER },
	},
	[GM_ROLE_NON_QUERIER] = {
		[GM_ROLE_EV_LOWER_QUERY] = { GM_ROLE_NON_QUERIER, GM_ACT_ARM_OTHER },
		[GM_ROLE_EV_OTHER_QUERY] = { GM_ROLE_NON_QUERIER, GM_ACT_NONE },
		[GM_ROLE_EV_QUERY_TIMER] = { GM_ROLE_NON_QUERIER, GM_ACT_NEVER },
		[GM_ROLE_EV_OTHER_TIMER] = { GM_ROLE_QUERIER, GM_ACT_TAKE_ROLE |
					     GM_ACT_NOTE_QUERIER | GM_ACT_SEND_GENERAL },
	},
};

/* In mode INCLUDE no source is blocked, and of an unnamed source which is not known nothing is
 * said. */
const struct gm_rule gm_rule_table[GM_MODE_COUNT][GM_RECORD_END] = {
	/* { not held, wanted, blocked } */
	[INCLUDE] = {
		/* 6.4.1: INCLUDE (A+B), (B)=GMI */
		[GM_RECORD_IS_IN] = { .next = INCLUDE,
				      .named = { WANT, WANT, NEVER },
				      .unnamed = { NEVER, KEEP, NEVER } },
		/* 6.4.1: EXCLUDE (A*B,B-A), (B-A)=0, delete (A-B), group timer=GMI */
		[GM_RECORD_IS_EX] = { .next = EXCLUDE,
				      .arm_group = true,
				      .named = { BLOCK, KEEP, NEVER },
				      .unnamed = { NEVER, DROP, NEVER } },
		/* 6.4.2: INCLUDE (A+B), (B)=GMI, send Q(G,A-B) */
		[GM_RECORD_TO_IN] = { .next = INCLUDE,
				      .named = { WANT, WANT, NEVER },
				      .unnamed = { NEVER, KEEP | QUERY, NEVER } },
		/* 6.4.2: EXCLUDE (A*B,B-A), (B-A)=0, delete (A-B), send Q(G,A*B), group timer=GMI */
		[GM_RECORD_TO_EX] = { .next = EXCLUDE,
				      .arm_group = true,
				      .named = { BLOCK, KEEP | QUERY, NEVER },
				      .unnamed = { NEVER, DROP, NEVER } },
		/* 6.4.2: INCLUDE (A+B), (B)=GMI */
		[GM_RECORD_ALLOW] = { .next = INCLUDE,
				      .named = { WANT, WANT, NEVER },
				      .unnamed = { NEVER, KEEP, NEVER } },
		/* 6.4.2: INCLUDE (A), send Q(G,A*B) */
		[GM_RECORD_BLOCK] = { .next = INCLUDE,
				      .named = { DROP, KEEP | QUERY, NEVER },
				      .unnamed = { NEVER, KEEP, NEVER } },
	},
	[EXCLUDE] = {
		/* 6.4.1: EXCLUDE (X+A,Y-A), (A)=GMI */
		[GM_RECORD_IS_IN] = { .next = EXCLUDE,
				      .named = { WANT, WANT, WANT },
				      .unnamed = { NEVER, KEEP, KEEP } },
		/* 6.4.1: EXCLUDE (A-Y,Y*A), (A-X-Y)=GMI, delete (X-A), delete (Y-A), group timer=GMI */
		[GM_RECORD_IS_EX] = { .next = EXCLUDE,
				      .arm_group = true,
				      .named = { WANT, KEEP, KEEP },
				      .unnamed = { NEVER, DROP, DROP } },
		/* 6.4.2: EXCLUDE (X+A,Y-A), (A)=GMI, send Q(G,X-A), send Q(G) */
		[GM_RECORD_TO_IN] = { .next = EXCLUDE,
				      .query_group = true,
				      .named = { WANT, WANT, WANT },
				      .unnamed = { NEVER, KEEP | QUERY, KEEP } },
		/*
		 * 6.4.2: EXCLUDE (A-Y,Y*A), (A-X-Y)=group timer, delete (X-A), delete (Y-A),
		 * send Q(G,A-Y), group timer=GMI
		 */
		[GM_RECORD_TO_EX] = { .next = EXCLUDE,
				      .arm_group = true,
				      .named = { WANT_GROUP | QUERY, KEEP | QUERY, KEEP },
				      .unnamed = { NEVER, DROP, DROP } },
		/* 6.4.2: EXCLUDE (X+A,Y-A), (A)=GMI */
		[GM_RECORD_ALLOW] = { .next = EXCLUDE,
				      .named = { WANT, WANT, WANT },
				      .unnamed = { NEVER, KEEP, KEEP } },
		/* 6.4.2: EXCLUDE (X+(A-Y),Y), (A-X-Y)=group timer, send Q(G,A-Y) */
		[GM_RECORD_BLOCK] = { .next = EXCLUDE,
				      .named = { WANT_GROUP | QUERY, KEEP | QUERY, KEEP },
				      .unnamed = { NEVER, KEEP, KEEP } },
	},
};
