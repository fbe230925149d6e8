// SPDX-License-Identifier: GPL-2.0-only
/* Timers and limits over the control socket: one record for each value, and where it comes from. */
#include <stdio.h>

#include "config/config.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/settings.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/settings.h"
#include "mgmt/show.h"

static const char *const effect_names[SETTING_EFFECT_COUNT] = {
	[SETTING_AT_ONCE] = "at once",
	[SETTING_NEXT] = "next use",
	[SETTING_WHEN_FULL] = "next entry",
	[SETTING_AT_START] = "next start",
};

static bool is_own(const struct daemon *daemon, uint16_t link, enum setting_id id)
{
	const struct config_settings *settings =
		link == LINK_NONE ? &daemon->settings : &daemon->ports[link].config.settings;

	return setting_is_own(settings->own, id);
}

static const char *origin_of(const struct daemon *daemon, uint16_t link, enum setting_id id,
			     const struct core_settings *settings)
{
	if (link != LINK_NONE && is_own(daemon, link, id))
		return "interface";
	if (is_own(daemon, LINK_NONE, id))
		return "instance";
	if (setting_table[id].derived && setting_get(settings, id) == SETTING_DERIVED)
		return "derived";
	if (setting_get(settings, id) != setting_get(&core_settings_default, id))
		return "option";
	return "default";
}

static void put_value(struct json_object *record, const char *name, enum setting_id id,
		      uint32_t value)
{
	char text[CONFIG_VALUE_MAX];

	config_value_text(id, value, text);
	field_put_text(record, name, text);
}

static void setting_put(const struct daemon *daemon, struct ctl_client *client, uint16_t link,
			enum setting_id id)
{
	const struct core_settings settings =
		link == LINK_NONE ? settings_of_instance(daemon) : settings_of_link(daemon, link);
	const struct setting *row = &setting_table[id];
	struct json_object *record = json_object_new_object();

	field_put_text(record, "setting", row->name);
	if (link != LINK_NONE)
		field_put_text(record, "interface", port_name(daemon, link));
	put_value(record, "value", id, setting_value(&settings, id));
	field_put_text(record, "unit", config_unit_text(id));
	put_value(record, "default", id, setting_value(&core_settings_default, id));
	field_put_text(record, "from", origin_of(daemon, link, id, &settings));
	field_put_text(record, "effect", effect_names[row->effect]);
	if (setting_can_change(id)) {
		put_value(record, "min", id, row->min);
		put_value(record, "max", id, row->max);
	}
	field_put_text(record, "derived_from", row->derived ? row->derived : "");
	field_put_text(record, "source", row->source);
	answer_record(client, schema_find("hpim.settings/1"), record);
}

void settings_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		      struct json_object *args)
{
	const struct settings_request request = { .name = field_text(args, "setting"),
						  .value = field_text(args, "value"),
						  .interface = arg_interface(args) };
	bool sets = cmd[0] == 's';
	struct refusal refusal;
	enum setting_id id;
	uint16_t link;

	if (!request.name || sets != (request.value != NULL)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "",
				"'%s' takes the name of a setting%s, and perhaps an interface", cmd,
				sets ? ", a value" : "");
		return;
	}
	if (!settings_change(daemon, &request, &id, &link, &refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	setting_put(daemon, client, link, id);
	ctl_reply_end(client, "hpim.settings/1");
}

/* @all: also those that the interface does not have of its own. */
static void put_link(const struct show *show, uint16_t link, bool all, bool with_limits)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		if (setting_is_limit(id) && !with_limits)
			continue;
		if (link != LINK_NONE && setting_table[id].scope == SETTING_OF_INSTANCE)
			continue;
		if (all || is_own(show->daemon, link, id))
			setting_put(show->daemon, show->client, link, id);
	}
}

/* The instance first, then an interface a step. */
static bool put_next(struct show *show, bool with_limits)
{
	bool has_filter = arg_interface(show->args) != NULL;

	if (show->link == 0 && !has_filter)
		put_link(show, LINK_NONE, true, with_limits);
	while (show->link < LINKS_MAX &&
	       !(show->daemon->ports[show->link].is_used && show_includes(show, show->link)))
		show->link++;
	if (show->link == LINKS_MAX)
		return true;
	put_link(show, show->link++, has_filter, with_limits);
	return show->link == LINKS_MAX;
}

bool settings_timers_step(struct show *show)
{
	return put_next(show, false);
}

bool settings_config_step(struct show *show)
{
	return put_next(show, true);
}
