/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_CTL_SHOW_H
#define CTRL_CTL_SHOW_H

/*
 * An answer of many records, in steps: the socket calls for a part when the client has read what
 * came before, and no part holds up the daemon (io/ctlsock.h).
 */
#include "core/inspect.h"
#include "core/mfib.h"
#include "daemon/watch.h"
#include "dplane/dplane.h"

struct command;
struct ctl_client;
struct daemon;
struct doctor;
struct summary;
struct json_object;
struct metrics;
struct observer;
struct rtnl_link;
struct schema;
struct show;

/**
 * struct view - How a command of mgmt/command.c is answered.
 * @is_detail: the view that "detail" asks for.
 * @begin:     check the arguments, prepare the first step; false: refused, with the error sent.
 *             NULL: nothing to do.
 * @step:      send what is next, at most some hundred records; true: that was all.
 * @end:       also when the client left before; NULL: nothing to do.
 */
struct view {
	const char *cmd;
	bool is_detail;
	bool (*begin)(struct show *show);
	bool (*step)(struct show *show);
	void (*end)(struct show *show);
};

/** show_sink_fn() - Take a record, and its reference. */
typedef void show_sink_fn(void *ctx, struct json_object *record);

/** struct show - An answer, and how far it is. */
struct show {
	struct daemon *daemon;
	struct ctl_client *client; /* or, where there is none: */
	show_sink_fn *sink;
	void *sink_ctx;
	struct json_object *args;
	const struct view *view;
	const struct schema *schema; /* of the records */
	enum ip_family family;       /* where views of links or trees go on */
	uint16_t link;
	uint32_t unsettled; /* steps until the counters are exact */
	struct dplane_totals totals;
	/* Which trees. */
	struct mfib_key key;
	bool has_source, has_group;
	bool is_at_trees; /* of a view of links and trees: the links are done */
	bool is_walking;
	struct inspect_walk walk;  /* over trees, or */
	struct mfib_walk entries;  /* over the forwarding table */
	struct watch_walk watches; /* or over sources */
	struct summary *summary;   /* what mgmt/summary.c has added up */
	char *text, *rest;         /* lines, of which the rest is to be sent */
	struct doctor *doctor;     /* what mgmt/doctor.c has found */
	struct metrics *metrics;
	bool is_waiting; /* set by @begin: the first step is after show_resume() */
	struct observer *observer;
};

/** show_includes() - Whether "interface" of the arguments includes this one. */
bool show_includes(const struct show *show, uint16_t link);

/**
 * show_link_addr() - The first address of a family as the core uses it: for IPv6 the link-local
 * one.
 * @link: NULL: none.
 *
 * Return: the address, unset when there is none.
 */
struct ip_addr show_link_addr(const struct rtnl_link *link, enum ip_family family);

/** show_record() - Send a record of the view; takes the reference of @record. */
void show_record(const struct show *show, struct json_object *record);

/** show_begin() - Answer a command with a view. */
void show_begin(struct daemon *daemon, struct ctl_client *client, const struct command *command,
		const struct view *view, struct json_object *args);

/**
 * show_open() - The records of a view for @sink instead of a client. Its arguments were checked:
 * the view refuses none.
 */
struct show *show_open(struct daemon *daemon, const struct command *command,
		       const struct view *view, struct json_object *args, show_sink_fn *sink,
		       void *ctx);

/** show_step() - Some more records. Return: whether there are no more. */
bool show_step(struct show *show);

/** show_close() - After show_open(), at any time; NULL does nothing. */
void show_close(struct show *show);

/** show_resume() - What @begin of a view waits for is there. */
void show_resume(struct show *show);

/** show_next_link() - A step for each family and interface. Return: whether it was the last. */
bool show_next_link(struct show *show, void (*each)(const struct show *show));

#endif
