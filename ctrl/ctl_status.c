// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record about the daemon as a whole.
 */
#include <unistd.h>

#include "core/inspect.h"
#include "ctl.h"
#include "privileges.h"
#include "shell.h"

/* Attached interfaces, and those of them that the kernel's cache has no room for. */
static void count_interfaces(const struct shell *shell, unsigned int *ret_all,
			     unsigned int *ret_unmirrored)
{
	unsigned int all = 0, unmirrored = 0;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct dplane_link_state state;

		if (!shell->ports[link].is_used)
			continue;
		all++;
		dplane_link_state(shell->dplane, link, &state);
		unmirrored += state.is_attached && !state.has_kernel;
	}
	*ret_all = all;
	*ret_unmirrored = unmirrored;
}

static void put_privileges(struct json_object *record)
{
	char text[1024];

	privileges_user(text, sizeof(text));
	ctl_put_text(record, "user", text);
	privileges_text(text, sizeof(text));
	ctl_put_text(record, "capabilities", text);
}

struct json_object *ctl_status_record(const struct shell *shell, const struct dplane_totals *totals)
{
	struct inspect_counts counts = inspect_counts(shell->core);
	struct json_object *record = json_object_new_object();
	unsigned int interfaces, unmirrored;

	count_interfaces(shell, &interfaces, &unmirrored);
	ctl_put_text(record, "instance", shell->options->instance);
	ctl_put_text(record, "version", HPIM_VERSION);
	ctl_put_number(record, "pid", (uint64_t)getpid());
	ctl_put_seconds(record, "uptime_s", loop_now() - shell->started_at);
	ctl_put_number(record, "interfaces", interfaces);
	ctl_put_number(record, "neighbors", counts.neighbors);
	ctl_put_number(record, "trees", counts.trees);
	ctl_put_number(record, "groups", counts.groups);
	ctl_put_number(record, "routes", totals->routes);
	ctl_put_number(record, "routes_xdp", totals->routes_xdp);
	ctl_put_number(record, "routes_kernel", totals->routes_kernel);
	ctl_put_number(record, "packets_xdp", totals->xdp_packets);
	ctl_put_number(record, "packets_kernel", totals->kernel_packets);
	ctl_put_number(record, "routes_tc", totals->routes_tc);
	ctl_put_number(record, "packets_tc", totals->tc_packets);
	ctl_put_number(record, "unmirrored", unmirrored);
	put_privileges(record);
	return record;
}
