// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which command shows what.
 */
#include <assert.h>
#include <string.h>

#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/classic.h"
#include "mgmt/config.h"
#include "mgmt/counters.h"
#include "mgmt/doctor.h"
#include "mgmt/explain.h"
#include "mgmt/groups.h"
#include "mgmt/interfaces.h"
#include "mgmt/keys.h"
#include "mgmt/limits.h"
#include "mgmt/metrics.h"
#include "mgmt/mroutes.h"
#include "mgmt/policies.h"
#include "mgmt/protocol_counters.h"
#include "mgmt/rpf.h"
#include "mgmt/rpf_metrics.h"
#include "mgmt/schema.h"
#include "mgmt/sequence.h"
#include "mgmt/settings.h"
#include "mgmt/statics.h"
#include "mgmt/status.h"
#include "mgmt/summary.h"
#include "mgmt/trees.h"
#include "mgmt/views.h"

static const struct view views[] = {
	{ .cmd = "status", .step = status_step },
	{ .cmd = "show interfaces", .step = interfaces_step },
	{ .cmd = "show neighbors", .step = interfaces_neighbors_step },
	{ .cmd = "show trees",
	  .is_detail = true,
	  .begin = mroutes_begin,
	  .step = trees_ifs_step,
	  .end = trees_end },
	{ .cmd = "show trees", .begin = mroutes_begin, .step = trees_step, .end = trees_end },
	{ .cmd = "show groups", .is_detail = true, .step = groups_sources_step },
	{ .cmd = "show groups", .step = groups_step },
	{ .cmd = "show mroutes", .begin = mroutes_begin, .step = mroutes_step, .end = mroutes_end },
	{ .cmd = "show ip mroute",
	  .begin = mroutes_begin,
	  .step = classic_mroute_step,
	  .end = mroutes_end },
	{ .cmd = "show ip pim interface", .step = classic_interface_step },
	{ .cmd = "show ip pim neighbor", .step = classic_neighbor_step },
	{ .cmd = "show ipv6 mroute",
	  .begin = mroutes_begin,
	  .step = classic_mroute_step,
	  .end = mroutes_end },
	{ .cmd = "show ipv6 pim interface", .step = classic_interface_step },
	{ .cmd = "show ipv6 pim neighbor", .step = classic_neighbor_step },
	{ .cmd = "show neighbor-state",
	  .begin = mroutes_begin,
	  .step = sequence_neighbor_state_step,
	  .end = trees_end },
	{ .cmd = "show sequence", .begin = mroutes_begin, .step = sequence_step, .end = trees_end },
	{ .cmd = "show static", .step = statics_step },
	{ .cmd = "show rpf-metrics", .step = rpf_metrics_step },
	{ .cmd = "show policy", .step = policies_step },
	{ .cmd = "show counters", .begin = counters_begin, .step = counters_step },
	{ .cmd = "show drops", .begin = counters_begin, .step = counters_drops_step },
	{ .cmd = "show summary", .begin = summary_begin, .step = summary_step, .end = summary_end },
	{ .cmd = "show rpf", .begin = rpf_begin, .step = rpf_step, .end = rpf_end },
	{ .cmd = "show protocol-counters", .step = protocol_counters_step },
	{ .cmd = "explain", .begin = explain_begin, .step = explain_step, .end = explain_end },
	{ .cmd = "doctor", .begin = doctor_begin, .step = doctor_step, .end = doctor_end },
	{ .cmd = "show limits", .step = limits_step },
	{ .cmd = "show timers", .step = settings_timers_step },
	{ .cmd = "show config", .step = settings_config_step },
	{ .cmd = "config show", .begin = config_begin, .step = config_step, .end = config_end },
	{ .cmd = "show keys", .step = keys_step },
	{ .cmd = "show algorithms", .step = keys_algorithms_step },
	{ .cmd = "metrics", .begin = metrics_begin, .step = metrics_view_step, .end = metrics_end },
};

static const struct view *view_find(const char *cmd, bool is_detail)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (!strcmp(cmd, views[i].cmd) && (!views[i].is_detail || is_detail))
			return &views[i];
	return NULL;
}

bool views_has(const struct command *command)
{
	const struct view *detail = view_find(command->name, true);

	return view_find(command->name, false) && (!command->detail || detail->is_detail);
}

const char *views_unknown(void)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (!command_find(views[i].cmd))
			return views[i].cmd;
	return NULL;
}

void views_request(struct daemon *daemon, struct ctl_client *client, const struct command *command,
		   struct json_object *args)
{
	const struct view *view = view_find(command->name, field_bool(args, "detail"));

	assert(view); /* mgmt_check() */
	if (!command_arg(command, "interface") || arg_interface_check(daemon, client, args))
		show_begin(daemon, client, command, view, args);
}

struct show *views_open(struct daemon *daemon, const char *cmd, struct json_object *args,
			show_sink_fn *sink, void *ctx)
{
	return show_open(daemon, command_find(cmd), view_find(cmd, false), args, sink, ctx);
}
