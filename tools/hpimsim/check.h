/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_CHECK_H
#define HPIMSIM_CHECK_H

/*
 * What must be true of a network, whatever happened before. Description of HPIM-DM, 9.6; each check
 * works out for itself what the routers ought to have found, from topology, routes and members.
 */
#include "simnet/net.h"

enum check_kind {
	CHECK_OK,
	CHECK_PROMISE,   /* a rule of the core's contract was broken while running */
	CHECK_LOOP,      /* a packet went round although nothing has changed for long */
	CHECK_NEIGHBOR,  /* not synchronized, or the numbers do not agree crosswise */
	CHECK_PENDING,   /* a reliable message does not end */
	CHECK_BELIEF,    /* neighbors do not agree on upstream or interest */
	CHECK_TREE,      /* state, root, assert winner or outputs are not those of the topology */
	CHECK_COPIES,    /* a link did not get exactly as many copies as it should */
	CHECK_LEFT_OVER, /* something is kept of trees or groups that are gone */
	CHECK_EXPECT,    /* an expectation of the scenario's own */
	CHECK_KIND_COUNT,
};

struct check {
	enum check_kind kind;
	char text[320];
};

extern const char *const check_names[CHECK_KIND_COUNT];

/** check_running() - At any time: promises, and loops that last. */
struct check check_running(const struct sim_net *net);

/** check_settled() - After quiet: neighbors, trees, copies since the last mark. */
struct check check_settled(const struct sim_net *net);

/** check_no_trees() - The sources have stopped: no tree is left. */
struct check check_no_trees(const struct sim_net *net);

/** check_empty() - No source and no member: every pool is empty. */
struct check check_empty(const struct sim_net *net);

#endif
