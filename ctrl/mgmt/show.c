// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers of many records, in parts; which views there are is in mgmt/views.c.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/port.h"
#include "io/ctlsock.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/schema.h"
#include "mgmt/show.h"

bool show_includes(const struct show *show, uint16_t link)
{
	const char *name = arg_interface(show->args);

	return !name || !strcmp(name, port_name(show->daemon, link));
}

bool show_next_link(struct show *show, void (*each)(const struct show *show))
{
	if (show->family == IP_FAMILY_COUNT)
		return true;
	if (arg_family(show->args, show->family) && show_includes(show, show->link))
		each(show);
	if (++show->link == LINKS_MAX) {
		show->link = 0;
		show->family++;
	}
	return false;
}

struct ip_addr show_link_addr(const struct rtnl_link *link, enum ip_family family)
{
	for (unsigned int i = 0; link && i < link->addr_count; i++) {
		const struct ip_addr *addr = &link->addrs[i].addr;

		if (ip_addr_family(addr) == family &&
		    (family == IP_FAMILY_4 || ip_addr_is_link_local(addr)))
			return *addr;
	}
	return (struct ip_addr){ .b = { 0 } };
}

/* ---- answers in parts ---- */

bool show_step(struct show *show)
{
	return show->view->step(show);
}

static void show_part(void *ctx)
{
	struct show *show = ctx;

	while (!show_step(show))
		if (ctl_part_is_full(show->client))
			return;
	ctl_reply_end(show->client, show->schema->id);
}

void show_close(struct show *show)
{
	if (!show)
		return;
	if (show->view->end)
		show->view->end(show);
	json_object_put(show->args);
	free(show);
}

static void show_gone(void *ctx)
{
	show_close(ctx);
}

void show_resume(struct show *show)
{
	ctl_reply_parts(show->client, show_part, show_gone, show);
}

void show_record(const struct show *show, struct json_object *record)
{
	if (show->client) {
		answer_record(show->client, show->schema, record);
		return;
	}
	answer_check(show->schema, record);
	show->sink(show->sink_ctx, record);
}

static struct show *show_new(struct daemon *daemon, const struct command *command,
			     const struct view *view, struct json_object *args)
{
	struct show *show = calloc(1, sizeof(*show));

	assert(show);
	*show = (struct show){ .daemon = daemon,
			       .args = json_object_get(args),
			       .view = view,
			       .schema = command_answer(command, view->is_detail) };
	return show;
}

struct show *show_open(struct daemon *daemon, const struct command *command,
		       const struct view *view, struct json_object *args, show_sink_fn *sink,
		       void *ctx)
{
	struct show *show = show_new(daemon, command, view, args);
	bool is_begun;

	show->sink = sink;
	show->sink_ctx = ctx;
	is_begun = !view->begin || view->begin(show);
	assert(is_begun);
	return show;
}

void show_begin(struct daemon *daemon, struct ctl_client *client, const struct command *command,
		const struct view *view, struct json_object *args)
{
	struct show *show = show_new(daemon, command, view, args);

	/* Ages and timers are those of the core's clock, which stands since the last event. */
	daemon_feed(daemon, &(struct core_event){ .kind = EV_CLOCK });
	show->client = client;
	if (view->begin && !view->begin(show))
		show_close(show);
	else if (show->is_waiting)
		ctl_stream_begin(client, show_gone, show);
	else
		ctl_reply_parts(client, show_part, show_gone, show);
}
