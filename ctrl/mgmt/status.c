// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record about the daemon as a whole.
 */
#include <unistd.h>

#include "core/follow/follow.h"
#include "core/inspect.h"
#include "core/mfib.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/privileges.h"
#include "daemon/running.h"
#include "dplane/dplane.h"
#include "io/field.h"
#include "io/loop.h"
#include "mgmt/show.h"
#include "mgmt/status.h"

struct interfaces {
	unsigned int attached;
	unsigned int unmirrored; /* of these: the kernel's cache has no room for them */
};

static struct interfaces count_interfaces(const struct daemon *daemon)
{
	struct interfaces count = { .attached = 0 };

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct dplane_link_state state;

		if (!daemon->ports[link].is_used)
			continue;
		count.attached++;
		dplane_link_state(daemon->dplane, link, &state);
		count.unmirrored += state.is_attached && !state.has_kernel;
	}
	return count;
}

static void put_numbers(const struct daemon *daemon, const struct dplane_totals *totals,
			struct json_object *record)
{
	const struct inspect_counts counts = inspect_counts(daemon->core);
	const struct interfaces interfaces = count_interfaces(daemon);
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{ "interfaces", interfaces.attached },
		{ "neighbors", counts.neighbors },
		{ "trees", counts.trees },
		{ "groups", counts.groups },
		{ "mroutes", mfib_count(daemon->core) },
		{ "routes", totals->routes },
		{ "routes_xdp", totals->routes_xdp },
		{ "routes_kernel", totals->routes_kernel },
		{ "packets_xdp", totals->xdp_packets },
		{ "packets_kernel", totals->kernel_packets },
		{ "routes_tc", totals->routes_tc },
		{ "packets_tc", totals->tc_packets },
		{ "unmirrored", interfaces.unmirrored },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		field_put_number(record, numbers[i].name, numbers[i].number);
}

static void put_followed(const struct daemon *daemon, struct json_object *record)
{
	struct mfctab_counts table = { .readings = 0 };
	bool follows = follow_table_counts(daemon, &table);
	uint64_t entries = 0, flows = 0, refused = 0;

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const struct follow_counts counts = follow_counts(daemon->core, family);

		entries += counts.entries;
		flows += counts.flows;
		refused += counts.refused;
	}
	field_put_bool(record, "follows", follows);
	field_put_number(record, "followed", entries);
	field_put_number(record, "followed_any", table.any);
	field_put_number(record, "followed_unresolved", table.unresolved);
	field_put_number(record, "followed_refused", refused);
	field_put_number(record, "followed_changes", table.changes);
	field_put_number(record, "followed_readings", table.readings);
	field_put_number(record, "followed_overruns", table.overruns);
	field_put_number(record, "followed_malformed", table.malformed);
	field_put_number(record, "followed_sources", flows);
}

static void put_privileges(struct json_object *record)
{
	char text[1024];

	privileges_user(text, sizeof(text));
	field_put_text(record, "user", text);
	privileges_text(text, sizeof(text));
	field_put_text(record, "capabilities", text);
}

static struct json_object *status_record(const struct daemon *daemon,
					 const struct dplane_totals *totals)
{
	struct json_object *record = json_object_new_object();
	const struct config_listen nowhere = { .port = 0 };
	char path[CONFIG_PATH_MAX], metrics_at[CONFIG_LISTEN_MAX];

	field_put_text(record, "instance", daemon->options->instance);
	field_put_text(record, "version", HPIM_VERSION);
	field_put_number(record, "pid", (uint64_t)getpid());
	field_put_seconds(record, "uptime_s", loop_now() - daemon->started_at);
	put_numbers(daemon, totals, record);
	put_privileges(record);
	field_put_number(record, "multicast_table", daemon->rules.table[CONFIG_MULTICAST]);
	field_put_number(record, "unicast_table", daemon->rules.table[CONFIG_UNICAST]);
	running_path(daemon, path);
	field_put_text(record, "config_file", path);
	field_put_bool(record, "unsaved", running_is_unsaved(daemon));
	config_listen_text(daemon->httpd ? running_metrics_at(daemon) : &nowhere, metrics_at);
	field_put_text(record, "metrics_at", metrics_at);
	put_followed(daemon, record);
	return record;
}

bool status_step(struct show *show)
{
	if (!dplane_totals_add(show->daemon->dplane, &show->totals))
		return false;
	show_record(show, status_record(show->daemon, &show->totals));
	return true;
}
