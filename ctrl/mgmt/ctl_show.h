/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_CTL_SHOW_H
#define CTRL_CTL_SHOW_H

/*
 * An answer of many records, in steps: the socket calls for a part when the client has read what
 * came before, and no part holds up the daemon (io/ctlsock.h). Only for mgmt/ctl_show.c,
 * mgmt/ctl_trees.c, mgmt/doctor.c and mgmt/explain.c.
 */
#include "core/inspect.h"
#include "daemon/daemon.h"

struct doctor;
struct show;

/**
 * struct view - What a command shows.
 * @is_detail: the view that "detail" asks for.
 * @begin:     check the arguments, prepare the first step; false: refused, and the client told so.
 *             NULL: nothing to do.
 * @step:      send what is next, at most some hundred records; true: that was all.
 * @end:       also when the client left before; NULL: nothing to do.
 */
struct view {
	const char *cmd, *schema;
	bool is_detail;
	bool (*begin)(struct show *show);
	bool (*step)(struct show *show);
	void (*end)(struct show *show);
};

/** struct show - An answer, and how far it is. */
struct show {
	struct daemon *daemon;
	struct ctl_client *client;
	struct json_object *args;
	const struct view *view;
	enum ip_family family; /* where views of links or trees go on */
	uint16_t link;
	uint32_t unsettled; /* steps until the counters are exact */
	struct dplane_totals totals;
	/* Which trees. */
	struct mfib_key key;
	bool has_source, has_group;
	bool is_walking;
	struct inspect_walk walk;
	struct doctor *doctor; /* what mgmt/doctor.c has found */
};

/** ctl_is_asked() - Whether "interface" of the arguments includes this one. */
bool ctl_is_asked(const struct show *show, uint16_t link);

/**
 * ctl_link_addr() - The first address of a family as the core uses it: for IPv6 the link-local one.
 * @link: NULL: none.
 *
 * Return: the address, unset when there is none.
 */
struct ip_addr ctl_link_addr(const struct rtnl_link *link, enum ip_family family);

/* mgmt/ctl_trees.c */

/** ctl_trees_begin() - Read "source" and "group", addresses of the trees to be shown. */
bool ctl_trees_begin(struct show *show);
void ctl_trees_end(struct show *show);

/**
 * ctl_trees_next() - Call @each for the next tree of those asked for, if there is one.
 *
 * Return: whether that was the last.
 */
typedef void ctl_tree_fn(const struct show *show, const struct inspect_tree *view);
bool ctl_trees_next(struct show *show, ctl_tree_fn *each);

/**
 * ctl_tree_silence() - How long no packet has come of a tree that another router announces and that
 * is forwarded here: its source pauses, or something between drops its packets.
 *
 * Return: 0 when that is not known of the tree; HP_TIME_NEVER: none has come so far.
 */
hp_time ctl_tree_silence(const struct daemon *daemon, const struct inspect_tree *tree);

bool ctl_trees_step(struct show *show);
bool ctl_tree_ifs_step(struct show *show);
bool ctl_mroutes_step(struct show *show);

/** ctl_limits_step() - mgmt/ctl_limits.c: all limits at once. */
bool ctl_limits_step(struct show *show);

/* mgmt/doctor.c */

/** ctl_doctor_begin() - Check that "interface", if it is there, is attached. */
bool ctl_doctor_begin(struct show *show);
bool ctl_doctor_step(struct show *show);
void ctl_doctor_end(struct show *show);

/* mgmt/explain.c */

/** ctl_explain_begin() - Read "source" and "group", both of which must be there. */
bool ctl_explain_begin(struct show *show);

/** ctl_explain() - Say it all. */
void ctl_explain(struct show *show);

#endif
