// SPDX-License-Identifier: GPL-2.0-only
/*
 * "monitor": a snapshot in parts, as any long answer, and then events as they happen. Events of the
 * time of the snapshot wait until it is complete, so that none is missed and none comes before what
 * it changes. What waits, and what a client has not read yet, is bounded: beyond that events are
 * left out, and the next one says how many.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr_text.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/port.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/loop.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/monitor.h"
#include "mgmt/mroutes.h"
#include "mgmt/show.h"
#include "mgmt/trees.h"

#define SCHEMA "hpim.monitor/1"

/* Events that wait for the end of a snapshot. */
#define WAITING_MAX 1024u

/* What an event is about; the snapshot goes through them in this order. */
enum topic {
	TOPIC_INTERFACES,
	TOPIC_NEIGHBORS,
	TOPIC_GROUPS,
	TOPIC_TREES,
	TOPIC_CONFIG, /* nothing in the snapshot */
	TOPIC_COUNT,
};

static const char *const topic_names[TOPIC_COUNT] = {
	[TOPIC_INTERFACES] = "interfaces", [TOPIC_NEIGHBORS] = "neighbors",
	[TOPIC_GROUPS] = "groups",         [TOPIC_TREES] = "trees",
	[TOPIC_CONFIG] = "config",
};

/**
 * struct monitor - A client that listens.
 * @show:    filters, and how far the snapshot is; first, so that views of it lead back here.
 * @only:    topic asked for; TOPIC_COUNT: all.
 * @at:      topic of the snapshot; TOPIC_COUNT: it is complete.
 * @seq:     of the last record, also of those left out.
 * @lost:    records left out since the last one that was sent.
 * @waiting: events of the time of the snapshot, oldest first.
 * @links:   states of interfaces that were sent last; NULL: none.
 */
struct monitor {
	struct show show;
	struct monitor *prev, *next;
	enum topic only, at;
	uint64_t seq, lost;
	struct json_object *waiting[WAITING_MAX];
	size_t waiting_count;
	uint64_t waiting_lost; /* after these */
	const char *links[LINKS_MAX];
};

/**
 * struct happening - What a record says; texts may be NULL, addresses unset.
 * @kind:  "state" in the snapshot, "ready" at its end, "event".
 * @event: a word for what happened.
 */
struct happening {
	const char *kind;
	enum topic topic;
	const char *event, *state, *sentence;
	uint16_t link;
	enum ip_family family; /* IP_FAMILY_COUNT: of none */
	struct ip_addr source, group, addr;
};

/* ---- records ---- */

static void put_addr(struct json_object *record, const char *name, const struct ip_addr *addr)
{
	if (ip_addr_is_set(addr))
		field_put_addr(record, name, addr);
}

static struct json_object *record_of(const struct monitor *monitor, const struct happening *what)
{
	struct json_object *record = json_object_new_object();

	field_put_number(record, "seq", 0); /* replaced when it is sent, in its place */
	field_put_number(record, "time_ns", (uint64_t)answer_unix_ns(loop_now()));
	field_put_text(record, "kind", what->kind);
	if (what->topic < TOPIC_COUNT)
		field_put_text(record, "what", topic_names[what->topic]);
	if (what->event)
		field_put_text(record, "event", what->event);
	if (what->link != LINK_NONE)
		field_put_text(record, "interface", port_name(monitor->show.daemon, what->link));
	if (what->family < IP_FAMILY_COUNT)
		field_put_number(record, "family", what->family == IP_FAMILY_4 ? 4 : 6);
	put_addr(record, "source", &what->source);
	put_addr(record, "group", &what->group);
	put_addr(record, "address", &what->addr);
	if (what->state)
		field_put_text(record, "state", what->state);
	if (what->sentence)
		field_put_text(record, "sentence", what->sentence);
	return record;
}

/* Number it and send it, or let it wait. */
static void send_record(struct monitor *monitor, struct json_object *record)
{
	field_put_number(record, "seq", ++monitor->seq);
	field_put_number(record, "lost", monitor->lost);
	answer_check(monitor->show.schema, record);
	if (ctl_stream_record(monitor->show.client, record))
		monitor->lost = 0;
	else
		monitor->lost++;
}

static void send_event(struct monitor *monitor, const struct happening *what)
{
	struct json_object *record = record_of(monitor, what);

	if (monitor->at == TOPIC_COUNT) {
		send_record(monitor, record);
	} else if (monitor->waiting_count < WAITING_MAX) {
		monitor->waiting[monitor->waiting_count++] = record;
	} else {
		json_object_put(record);
		monitor->waiting_lost++;
	}
}

/* ---- filters ---- */

static bool is_asked(const struct monitor *monitor, const struct happening *what)
{
	const struct show *show = &monitor->show;

	if (monitor->only != TOPIC_COUNT && monitor->only != what->topic)
		return false;
	if (what->family < IP_FAMILY_COUNT && !arg_family(show->args, what->family))
		return false;
	if (arg_interface(show->args) &&
	    (what->link == LINK_NONE || !show_includes(show, what->link)))
		return false;
	return (!show->has_source || ip_addr_equal(&what->source, &show->key.source)) &&
	       (!show->has_group || ip_addr_equal(&what->group, &show->key.group));
}

static void publish(struct daemon *daemon, const struct happening *what)
{
	struct monitor *monitor;

	DL_FOREACH(daemon->monitors, monitor)
	if (is_asked(monitor, what))
		send_event(monitor, what);
}

/* ---- the snapshot ---- */

static void show_state(const struct show *show, const struct happening *what)
{
	struct monitor *monitor = (struct monitor *)show; /* its first member */
	struct json_object *record;

	if (!is_asked(monitor, what))
		return;
	record = record_of(monitor, what);
	field_put_number(record, "seq", ++monitor->seq);
	field_put_number(record, "lost", 0);
	show_record(show, record);
}

static const char *link_state(const struct daemon *daemon, uint16_t link)
{
	const struct rtnl_link *info =
		rtnl_link_by_index(daemon->rtnl, daemon->ports[link].ifindex);

	return !info ? "absent" : info->is_up ? "up" : "down";
}

static bool show_interfaces(struct monitor *monitor)
{
	const struct daemon *daemon = monitor->show.daemon;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		if (!daemon->ports[link].is_used)
			continue;
		monitor->links[link] = link_state(daemon, link);
		show_state(&monitor->show, &(struct happening){ .kind = "state",
								.topic = TOPIC_INTERFACES,
								.state = monitor->links[link],
								.link = link,
								.family = IP_FAMILY_COUNT });
	}
	return true;
}

static bool show_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	show_state(ctx, &(struct happening){ .kind = "state",
					     .topic = TOPIC_NEIGHBORS,
					     .state = view->state,
					     .link = view->link,
					     .family = view->family,
					     .addr = view->addr });
	return true;
}

static void show_neighbors_of(const struct show *show)
{
	inspect_neighbors(show->daemon->core, show->link, show->family, show_neighbor,
			  (void *)show);
}

static bool show_neighbors(struct monitor *monitor)
{
	return show_next_link(&monitor->show, show_neighbors_of);
}

static bool show_group(void *ctx, const struct gm_group_view *view)
{
	show_state(ctx, &(struct happening){ .kind = "state",
					     .topic = TOPIC_GROUPS,
					     .state = view->state,
					     .link = view->link,
					     .family = ip_addr_family(&view->group),
					     .group = view->group,
					     .addr = view->last_reporter });
	return true;
}

static void show_groups_of(const struct show *show)
{
	const struct gm_if *gm = inspect_membership(show->daemon->core, show->link, show->family);

	if (gm)
		gm_group_inspect(show->daemon->core, gm, show_group, (void *)show);
}

static bool show_groups(struct monitor *monitor)
{
	return show_next_link(&monitor->show, show_groups_of);
}

static void show_tree(const struct show *show, const struct inspect_tree *view)
{
	show_state(show,
		   &(struct happening){ .kind = "state",
					.topic = TOPIC_TREES,
					.state = view->state,
					.link = view->root != LINK_NONE ? view->root : view->iif,
					.family = ip_addr_family(&view->key.group),
					.source = view->key.source,
					.group = view->key.group,
					.addr = view->upstream });
}

static bool show_trees(struct monitor *monitor)
{
	return trees_next(&monitor->show, show_tree);
}

/* A step. Return: whether it was the last of the snapshot. */
static bool snapshot_step(struct monitor *monitor)
{
	static bool (*const steps[TOPIC_COUNT])(struct monitor * monitor) = {
		[TOPIC_INTERFACES] = show_interfaces,
		[TOPIC_NEIGHBORS] = show_neighbors,
		[TOPIC_GROUPS] = show_groups,
		[TOPIC_TREES] = show_trees,
	};
	bool is_asked = monitor->only == TOPIC_COUNT || monitor->only == monitor->at;

	if (is_asked && steps[monitor->at] && !steps[monitor->at](monitor))
		return false;
	monitor->show.family = 0;
	monitor->show.link = 0;
	return ++monitor->at == TOPIC_COUNT;
}

/* What happened meanwhile follows. */
static void snapshot_end(struct monitor *monitor)
{
	send_record(monitor, record_of(monitor, &(struct happening){ .kind = "ready",
								     .topic = TOPIC_COUNT,
								     .link = LINK_NONE,
								     .family = IP_FAMILY_COUNT }));
	for (size_t i = 0; i < monitor->waiting_count; i++)
		send_record(monitor, monitor->waiting[i]);
	monitor->waiting_count = 0;
	monitor->seq += monitor->waiting_lost;
	monitor->lost += monitor->waiting_lost;
}

static void snapshot_part(void *ctx)
{
	struct monitor *monitor = ctx;

	while (!snapshot_step(monitor))
		if (ctl_part_is_full(monitor->show.client))
			return;
	ctl_parts_become_stream(monitor->show.client);
	snapshot_end(monitor);
}

/* ---- events ---- */

/* Of notes that say what an object became; the others are of no interest here. */
static const struct {
	enum topic topic;
	const char *event;
} noted[NOTE_CODE_COUNT] = {
	[NOTE_LINK_ON] = { TOPIC_INTERFACES, "protocol-on" },
	[NOTE_LINK_OFF] = { TOPIC_INTERFACES, "protocol-off" },
	[NOTE_LINK_NO_ADDR] = { TOPIC_INTERFACES, "protocol-waits" },
	[NOTE_QUERIER] = { TOPIC_INTERFACES, "querier" },
	[NOTE_QUERIER_VERSION] = { TOPIC_INTERFACES, "querier-version" },
	[NOTE_NEIGHBOR_NEW] = { TOPIC_NEIGHBORS, "new" },
	[NOTE_NEIGHBOR_STATE] = { TOPIC_NEIGHBORS, "state" },
	[NOTE_NEIGHBOR_GONE] = { TOPIC_NEIGHBORS, "gone" },
	[NOTE_NEIGHBOR_RESTARTED] = { TOPIC_NEIGHBORS, "restarted" },
	[NOTE_PIM_CHECKSUM] = { TOPIC_NEIGHBORS, "checksum" },
	[NOTE_NEIGHBOR_UNANSWERED] = { TOPIC_NEIGHBORS, "gone" },
	[NOTE_NEIGHBOR_LIMIT] = { TOPIC_NEIGHBORS, "refused" },
	[NOTE_GROUP_JOINED] = { TOPIC_GROUPS, "joined" },
	[NOTE_GROUP_LEFT] = { TOPIC_GROUPS, "left" },
	[NOTE_GROUP_LIMIT] = { TOPIC_GROUPS, "refused" },
	[NOTE_SOURCE_LIMIT] = { TOPIC_GROUPS, "refused" },
	[NOTE_TREE_STATE] = { TOPIC_TREES, "state" },
	[NOTE_ASSERT] = { TOPIC_TREES, "assert" },
	[NOTE_TREE_LIMIT] = { TOPIC_TREES, "refused" },
	[NOTE_LINK_TREE_LIMIT] = { TOPIC_TREES, "refused" },
	[NOTE_UNWANTED_REFUSED] = { TOPIC_TREES, "refused" },
	[NOTE_UNWANTED_EVICTED] = { TOPIC_TREES, "forgotten" },
	[NOTE_GRAFT_UNANSWERED] = { TOPIC_TREES, "graft-unanswered" },
	[NOTE_TREE_EVICTED] = { TOPIC_TREES, "forgotten" },
};

static enum ip_family family_of(const struct core_note *note)
{
	switch (note->code) {
	case NOTE_LINK_ON:
	case NOTE_LINK_OFF:
	case NOTE_LINK_NO_ADDR: return note->v[0];
	default: return ip_addr_family(ip_addr_is_set(&note->b) ? &note->b : &note->a);
	}
}

void monitor_note(struct daemon *daemon, const struct core_note *note)
{
	struct happening what = { .kind = "event", .link = note->link };
	char sentence[256];

	if (!daemon->monitors || !noted[note->code].event)
		return;
	what.topic = noted[note->code].topic;
	what.event = noted[note->code].event;
	what.family = family_of(note);
	what.state = log_note_state(note);
	what.sentence = sentence;
	log_note_line(daemon, note, sentence, sizeof(sentence));
	if (what.topic == TOPIC_TREES)
		what.source = note->a;
	else
		what.addr = note->a;
	what.group = note->b;
	publish(daemon, &what);
}

/* The kernel reports more than changes of the state. */
void monitor_link(struct daemon *daemon, uint16_t link)
{
	const struct happening what = { .kind = "event",
					.topic = TOPIC_INTERFACES,
					.event = "state",
					.state = link_state(daemon, link),
					.link = link,
					.family = IP_FAMILY_COUNT };
	struct monitor *monitor;

	DL_FOREACH(daemon->monitors, monitor)
	{
		if (monitor->links[link] != what.state && is_asked(monitor, &what))
			send_event(monitor, &what);
		monitor->links[link] = what.state;
	}
}

void monitor_command(struct daemon *daemon, const char *cmd, struct json_object *args)
{
	struct happening what = { .kind = "event",
				  .topic = TOPIC_CONFIG,
				  .event = cmd,
				  .link = LINK_NONE,
				  .family = IP_FAMILY_COUNT };

	if (!daemon->monitors)
		return;
	what.sentence = json_object_to_json_string_ext(
		args, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	publish(daemon, &what);
}

/* ---- clients ---- */

static void monitor_free(void *ctx)
{
	struct monitor *monitor = ctx;

	trees_end(&monitor->show);
	for (size_t i = 0; i < monitor->waiting_count; i++)
		json_object_put(monitor->waiting[i]);
	DL_DELETE(monitor->show.daemon->monitors, monitor);
	json_object_put(monitor->show.args);
	free(monitor);
}

void monitor_fini(struct daemon *daemon)
{
	struct monitor *monitor, *next;

	DL_FOREACH_SAFE(daemon->monitors, monitor, next)
	{
		ctl_stream_end(monitor->show.client, SCHEMA);
		monitor_free(monitor);
	}
}

/* Return: TOPIC_COUNT + 1 for a word that is none. */
static enum topic topic_find(const char *name)
{
	for (enum topic topic = 0; name && topic < TOPIC_COUNT; topic++)
		if (!strcmp(topic_names[topic], name))
			return topic;
	return name ? TOPIC_COUNT + 1 : TOPIC_COUNT;
}

void monitor_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		     struct json_object *args)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	(void)cmd; /* it has one name */
	assert(monitor);
	monitor->show = (struct show){ .daemon = daemon,
				       .client = client,
				       .args = json_object_get(args),
				       .schema = schema_find(SCHEMA) };
	monitor->only = topic_find(field_text(args, "what"));
	DL_APPEND(daemon->monitors, monitor);
	if (monitor->only > TOPIC_COUNT)
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"interfaces, neighbors, groups, trees or config",
				"'%s' cannot be monitored", field_text(args, "what"));
	else if (arg_interface_check(daemon, client, args) && mroutes_begin(&monitor->show)) {
		ctl_reply_parts(client, snapshot_part, monitor_free, monitor);
		return;
	}
	monitor_free(monitor);
}
