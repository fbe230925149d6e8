// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups that have members, as IGMP and MLD know them, and their sources.
 */
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/inspect.h"
#include "core/membership/join.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "io/field.h"
#include "mgmt/groups.h"

/* A record names so many sources; "-d" has all. */
#define SOURCES_SHOWN 8u

/* ---- a record for each group ---- */

/* "10.1.0.1,10.1.0.2,+3" */
struct source_list {
	bool of_wanted;
	unsigned int count;
	size_t len;
	char text[SOURCES_SHOWN * sizeof(struct addr_text) + 16];
};

static bool list_source(void *ctx, const struct gm_source_view *view)
{
	struct source_list *list = ctx;

	if (view->is_wanted != list->of_wanted || list->count++ >= SOURCES_SHOWN)
		return true;
	list->len += (size_t)snprintf(list->text + list->len, sizeof(list->text) - list->len,
				      "%s%s", list->len ? "," : "",
				      ip_addr_text(&view->source).s); /* it has the room */
	return true;
}

static void put_sources(const struct show *show, struct json_object *record, const char *name,
			const struct gm_group_view *view, bool of_wanted)
{
	const struct core *core = show->daemon->core;
	struct source_list list = { .of_wanted = of_wanted };

	gm_source_inspect(core, inspect_membership(core, view->link, show->family), &view->group,
			  list_source, &list);
	if (list.count > SOURCES_SHOWN)
		(void)snprintf(list.text + list.len, sizeof(list.text) - list.len, ",+%u",
			       list.count - SOURCES_SHOWN);
	field_put_text(record, name, list.count ? list.text : "-");
}

static bool show_group(void *ctx, const struct gm_group_view *view)
{
	const struct show *show = ctx;
	struct json_object *record = json_object_new_object();

	field_put_text(record, "interface", port_name(show->daemon, view->link));
	field_put_addr(record, "group", &view->group);
	field_put_text(record, "state", view->state);
	field_put_addr(record, "last_reporter", &view->last_reporter);
	field_put_seconds(record, "expires_s", view->expires_in);
	if (view->wants_any)
		field_put_text(record, "sources", "*");
	else
		put_sources(show, record, "sources", view, true);
	put_sources(show, record, "excluded", view, false);
	show_record(show, record);
	return true;
}

/* A static join: no host reported it, and it does not end. */
static bool show_join(void *ctx, const struct static_join *join)
{
	const struct show *show = ctx;
	struct json_object *record = json_object_new_object();

	field_put_text(record, "interface", port_name(show->daemon, show->link));
	field_put_addr(record, "group", &join->group);
	field_put_text(record, "state", "Static");
	field_put_text(record, "last_reporter", "-");
	field_put_seconds(record, "expires_s", HP_TIME_NEVER);
	field_put_text(record, "sources",
		       ip_addr_is_set(&join->source) ? ip_addr_text(&join->source).s : "*");
	field_put_text(record, "excluded", "-");
	show_record(show, record);
	return true;
}

static void show_groups_of(const struct show *show)
{
	const struct gm_if *gm = inspect_membership(show->daemon->core, show->link, show->family);

	if (gm)
		gm_group_inspect(show->daemon->core, gm, show_group, (void *)show);
	(void)gm_join_inspect(show->daemon->core, show->link, show->family, show_join,
			      (void *)show); /* it shows all */
}

bool groups_step(struct show *show)
{
	return show_next_link(show, show_groups_of);
}

/* ---- a record for each source ---- */

struct group_walk {
	const struct show *show;
	const struct ip_addr *group;
};

static void show_source(const struct group_walk *walk, const char *source, bool is_wanted,
			hp_time expires_in)
{
	struct json_object *record = json_object_new_object();

	field_put_text(record, "interface", port_name(walk->show->daemon, walk->show->link));
	field_put_addr(record, "group", walk->group);
	field_put_text(record, "source", source);
	field_put_text(record, "state", is_wanted ? "wanted" : "excluded");
	field_put_seconds(record, "expires_s", expires_in);
	show_record(walk->show, record);
}

static bool show_source_of_group(void *ctx, const struct gm_source_view *view)
{
	show_source(ctx, ip_addr_text(&view->source).s, view->is_wanted,
		    view->is_wanted ? view->expires_in : HP_TIME_NEVER);
	return true;
}

static bool show_group_sources(void *ctx, const struct gm_group_view *view)
{
	const struct show *show = ctx;
	const struct core *core = show->daemon->core;
	struct group_walk walk = { .show = show, .group = &view->group };

	if (view->wants_any)
		show_source(&walk, "*", true, view->expires_in);
	gm_source_inspect(core, inspect_membership(core, view->link, show->family), &view->group,
			  show_source_of_group, &walk);
	return true;
}

static bool show_join_source(void *ctx, const struct static_join *join)
{
	struct group_walk walk = { .show = ctx, .group = &join->group };

	show_source(&walk, ip_addr_is_set(&join->source) ? ip_addr_text(&join->source).s : "*",
		    true, HP_TIME_NEVER);
	return true;
}

static void show_sources_of(const struct show *show)
{
	const struct gm_if *gm = inspect_membership(show->daemon->core, show->link, show->family);

	if (gm)
		gm_group_inspect(show->daemon->core, gm, show_group_sources, (void *)show);
	(void)gm_join_inspect(show->daemon->core, show->link, show->family, show_join_source,
			      (void *)show); /* it shows all */
}

bool groups_sources_step(struct show *show)
{
	return show_next_link(show, show_sources_of);
}
