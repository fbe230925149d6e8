// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the control socket shows: flat records, one schema per command. Names and meanings are in
 * mgmt/schema.c. Trees are in mgmt/trees.c.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/inspect.h"
#include "core/membership/join.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rawsock.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/doctor.h"
#include "mgmt/explain.h"
#include "mgmt/limits.h"
#include "mgmt/mroutes.h"
#include "mgmt/protocol_counters.h"
#include "mgmt/schema.h"
#include "mgmt/ports.h"
#include "mgmt/reason.h"
#include "mgmt/settings.h"
#include "mgmt/show.h"
#include "mgmt/statics.h"
#include "mgmt/status.h"
#include "mgmt/trees.h"

bool show_includes(const struct show *show, uint16_t link)
{
	const char *name = arg_interface(show->args);

	return !name || !strcmp(name, port_name(show->daemon, link));
}

/* A step for each family and interface. Return: whether it was the last. */
static bool next_link(struct show *show, void (*each)(const struct show *show))
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

static void put_protocols(const struct daemon *daemon, struct json_object *record, uint16_t link)
{
	static const char *const names[IP_FAMILY_COUNT][PROTO_COUNT] = {
		[IP_FAMILY_4] = { [PROTO_HPIM] = "hpim4", [PROTO_GM] = "igmp" },
		[IP_FAMILY_6] = { [PROTO_HPIM] = "hpim6", [PROTO_GM] = "mld" },
	};

	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			field_put_bool(record, names[family][proto],
				       inspect_protocol_runs(daemon->core, link, family, proto));
}

static void put_why(const struct daemon *daemon, struct json_object *record, uint16_t link,
		    const struct dplane_link_state *state)
{
	char why[128];

	field_put_text(record, "why",
		       port_waits(daemon, link, why, sizeof(why))    ? why
		       : *state->why || port_wants_any(daemon, link) ? state->why
								     : "static routes name it");
}

struct json_object *ports_record(const struct daemon *daemon, uint16_t link)
{
	struct json_object *record = json_object_new_object();
	struct dplane_link_state state;

	dplane_link_state(daemon->dplane, link, &state);
	field_put_text(record, "interface", port_name(daemon, link));
	put_protocols(daemon, record, link);
	field_put_text(record, "tier", tier_name(state.tier));
	put_why(daemon, record, link, &state);
	return record;
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

static void put_family(const struct show *show, struct json_object *record, uint16_t link,
		       enum ip_family family)
{
	static const char *const addr_names[] = { "addr4", "addr6" };
	static const char *const querier_names[] = { "querier4", "querier6" };
	static const char *const neighbor_names[] = { "neighbors4", "neighbors6" };
	struct daemon *daemon = show->daemon;
	const struct gm_if *gm = inspect_membership(daemon->core, link, family);
	struct ip_addr addr = show_link_addr(
		rtnl_link_by_index(daemon->rtnl, daemon->ports[link].ifindex), family);
	struct ip_addr querier = gm ? gm_if_inspect(gm).querier : (struct ip_addr){ .b = { 0 } };

	field_put_addr(record, addr_names[family], &addr);
	field_put_addr(record, querier_names[family], &querier);
	field_put_number(record, neighbor_names[family],
			 inspect_neighbor_count(daemon->core, link, family));
}

/* Version of the queries we send; 0 where the protocol does not run. */
static void put_version(const struct show *show, struct json_object *record, uint16_t link,
			enum ip_family family)
{
	static const char *const names[] = { "igmp_version", "mld_version" };
	const struct gm_if *gm = inspect_membership(show->daemon->core, link, family);

	field_put_number(record, names[family], gm ? gm_if_inspect(gm).version : 0);
}

static void put_querier_expiry(const struct show *show, struct json_object *record, uint16_t link,
			       enum ip_family family)
{
	static const char *const names[] = { "querier4_expires_s", "querier6_expires_s" };
	const struct core *core = show->daemon->core;
	const struct gm_if *gm = inspect_membership(core, link, family);

	field_put_seconds(record, names[family], gm ? gm_querier_expires_in(core, gm) : 0);
}

static void show_interface(const struct show *show, uint16_t link)
{
	const struct port *port = &show->daemon->ports[link];
	const struct rtnl_link *info = rtnl_link_by_index(show->daemon->rtnl, port->ifindex);
	struct json_object *record = json_object_new_object();
	struct dplane_link_state state;

	dplane_link_state(show->daemon->dplane, link, &state);
	field_put_text(record, "interface", port->config.name);
	field_put_number(record, "ifindex", port->ifindex);
	field_put_text(record, "state", !info ? "absent" : info->is_up ? "up" : "down");
	field_put_text(record, "mode", config_mode_name(port->config.mode));
	field_put_text(record, "tier", tier_name(state.tier));
	field_put_bool(record, "redirects", state.takes_redirects);
	field_put_bool(record, "kernel", state.has_kernel);
	put_protocols(show->daemon, record, link);
	put_family(show, record, link, IP_FAMILY_4);
	put_family(show, record, link, IP_FAMILY_6);
	field_put_number(record, "mtu", info ? info->mtu : 0);
	put_why(show->daemon, record, link, &state);
	put_version(show, record, link, IP_FAMILY_4);
	put_version(show, record, link, IP_FAMILY_6);
	field_put_number(record, "threshold", port->config.threshold);
	put_querier_expiry(show, record, link, IP_FAMILY_4);
	put_querier_expiry(show, record, link, IP_FAMILY_6);
	field_put_bool(record, "ssm_any_source", port->config.has_ssm_any_source);
	show_record(show, record);
}

static bool show_interfaces(struct show *show)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used && show_includes(show, link))
			show_interface(show, link);
	return true;
}

static bool show_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	const struct show *show = ctx;
	struct json_object *record = json_object_new_object();

	field_put_text(record, "interface", port_name(show->daemon, view->link));
	field_put_number(record, "family", view->family == IP_FAMILY_4 ? 4 : 6);
	field_put_addr(record, "address", &view->addr);
	field_put_text(record, "state", view->state);
	field_put_number(record, "hold_s", view->hold_s);
	field_put_seconds(record, "expires_s", view->expires_in);
	field_put_number(record, "boot_time", view->boot_time);
	field_put_number(record, "my_snapshot_sn", view->my_snapshot_sn);
	field_put_number(record, "neighbor_snapshot_sn", view->neighbor_snapshot_sn);
	field_put_number(record, "checkpoint_sn", view->checkpoint_sn);
	field_put_seconds(record, "uptime_s", view->since_for);
	show_record(show, record);
	return true;
}

static void show_neighbors_of(const struct show *show)
{
	inspect_neighbors(show->daemon->core, show->link, show->family, show_neighbor,
			  (void *)show);
}

static bool show_neighbors(struct show *show)
{
	return next_link(show, show_neighbors_of);
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
	show_record(show, record);
	return true;
}

static void show_groups_of(const struct show *show)
{
	const struct gm_if *gm = inspect_membership(show->daemon->core, show->link, show->family);

	if (gm)
		gm_group_inspect(show->daemon->core, gm, show_group, (void *)show);
	if (gm)
		(void)gm_join_inspect(gm, show_join, (void *)show); /* it shows all */
}

static bool show_groups(struct show *show)
{
	return next_link(show, show_groups_of);
}

static void show_counter(void *ctx, const struct dplane_counter *counter)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, counter->link))
		return;
	record = json_object_new_object();
	field_put_text(record, "interface", port_name(show->daemon, counter->link));
	field_put_text(record, "reason", counter->reason);
	field_put_number(record, "packets", counter->packets);
	field_put_number(record, "bytes", counter->bytes);
	field_put_text(record, "meaning", reason_sentence(counter->reason));
	show_record(show, record);
}

static void show_refusal(const struct show *show, uint16_t link, const char *reason,
			 uint64_t packets)
{
	const struct dplane_counter counter = { .link = link,
						.reason = reason,
						.packets = packets };

	if (packets)
		show_counter((void *)show, &counter);
}

static uint64_t malformed_headers(const struct rawsock *rawsock, uint16_t link)
{
	uint64_t sum = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_socket socket = 0; socket < SOCKET_COUNT; socket++)
			sum += rawsock_malformed(rawsock, link, family, socket);
	return sum;
}

/* What the protocols refused: control packets, trees beyond a limit. */
static void show_refused(const struct show *show, uint16_t link)
{
	const struct core *core = show->daemon->core;

	show_refusal(show, link, REASON_HEADER, malformed_headers(show->daemon->rawsock, link));
	for (enum note_code code = 0; code < NOTE_CODE_COUNT; code++)
		if (reason_of_note(code))
			show_refusal(show, link, reason_of_note(code),
				     inspect_refused(core, link, code));
	for (enum gm_refusal refusal = 0; refusal < GM_REFUSAL_COUNT; refusal++)
		show_refusal(show, link, reason_of_gm(refusal),
			     inspect_gm_refused(core, link, refusal));
}

static bool counters_begin(struct show *show)
{
	show->unsettled = dplane_unsettled(show->daemon->dplane);
	return true;
}

/* Return: whether the counters are exact, or are after another step. */
static bool are_settled(struct show *show)
{
	if (!show->unsettled)
		return true;
	dplane_settle_next(show->daemon->dplane);
	show->unsettled--;
	return false;
}

static bool show_counters(struct show *show)
{
	if (!are_settled(show))
		return false;
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used)
			show_refused(show, link);
	dplane_counters(show->daemon->dplane, show_counter, show);
	return true;
}

static bool show_protocol_counters(struct show *show)
{
	return next_link(show, protocol_counters_link);
}

static bool begin_explain(struct show *show)
{
	return explain_begin(show) && counters_begin(show);
}

static bool explain(struct show *show)
{
	if (!are_settled(show))
		return false;
	explain_step(show);
	return true;
}

static bool show_key(void *ctx, const struct inspect_key *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, view->link))
		return true;
	record = json_object_new_object();
	field_put_text(record, "interface", port_name(show->daemon, view->link));
	field_put_number(record, "family", view->family == IP_FAMILY_4 ? 4 : 6);
	field_put_number(record, "id", view->id);
	field_put_text(record, "algorithm", hpim_hash_name(view->hash));
	field_put_bool(record, "sending", view->is_sending);
	show_record(show, record);
	return true;
}

static bool show_keys(struct show *show)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (arg_family(show->args, family))
			inspect_keys(show->daemon->core, family, show_key, show);
	return true;
}

static bool show_algorithms(struct show *show)
{
	for (enum hpim_hash hash = HPIM_HASH_MD5; hash < HPIM_HASH_COUNT; hash++) {
		struct json_object *record = json_object_new_object();

		field_put_text(record, "algorithm", hpim_hash_name(hash));
		field_put_number(record, "bytes", hpim_hash_len(hash));
		show_record(show, record);
	}
	return true;
}

static bool show_status(struct show *show)
{
	if (!dplane_totals_add(show->daemon->dplane, &show->totals))
		return false;
	show_record(show, status_record(show->daemon, &show->totals));
	return true;
}

static const struct view views[] = {
	{ .cmd = "status", .step = show_status },
	{ .cmd = "show interfaces", .step = show_interfaces },
	{ .cmd = "show neighbors", .step = show_neighbors },
	{ .cmd = "show trees",
	  .is_detail = true,
	  .begin = mroutes_begin,
	  .step = trees_ifs_step,
	  .end = trees_end },
	{ .cmd = "show trees", .begin = mroutes_begin, .step = trees_step, .end = trees_end },
	{ .cmd = "show groups", .step = show_groups },
	{ .cmd = "show mroutes", .begin = mroutes_begin, .step = mroutes_step, .end = mroutes_end },
	{ .cmd = "show static", .step = statics_step },
	{ .cmd = "show counters", .begin = counters_begin, .step = show_counters },
	{ .cmd = "show protocol-counters", .step = show_protocol_counters },
	{ .cmd = "explain", .begin = begin_explain, .step = explain },
	{ .cmd = "doctor", .begin = doctor_begin, .step = doctor_step, .end = doctor_end },
	{ .cmd = "show limits", .step = limits_step },
	{ .cmd = "show timers", .step = settings_timers_step },
	{ .cmd = "show config", .step = settings_config_step },
	{ .cmd = "show keys", .step = show_keys },
	{ .cmd = "show algorithms", .step = show_algorithms },
};

static const struct view *view_find(const char *cmd, bool is_detail)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (!strcmp(cmd, views[i].cmd) && (!views[i].is_detail || is_detail))
			return &views[i];
	return NULL;
}

/* ---- answers in parts ---- */

static void show_part(void *ctx)
{
	struct show *show = ctx;

	while (!show->view->step(show))
		if (ctl_part_is_full(show->client))
			return;
	ctl_reply_end(show->client, show->schema->id);
}

static void show_gone(void *ctx)
{
	struct show *show = ctx;

	if (show->view->end)
		show->view->end(show);
	json_object_put(show->args);
	free(show);
}

bool show_has_view(const struct command *command)
{
	const struct view *detail = view_find(command->name, true);

	return view_find(command->name, false) && (!command->detail || detail->is_detail);
}

const char *show_unknown_view(void)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (!command_find(views[i].cmd))
			return views[i].cmd;
	return NULL;
}

void show_record(const struct show *show, struct json_object *record)
{
	answer_record(show->client, show->schema, record);
}

void show_request(struct daemon *daemon, struct ctl_client *client, const struct command *command,
		  struct json_object *args)
{
	const struct view *view = view_find(command->name, field_bool(args, "detail"));
	struct show *show = calloc(1, sizeof(*show));

	assert(view && show);
	*show = (struct show){ .daemon = daemon,
			       .client = client,
			       .args = json_object_get(args),
			       .view = view,
			       .schema = command_answer(command, view->is_detail) };
	if (view->begin && !view->begin(show))
		show_gone(show);
	else
		ctl_reply_parts(client, show_part, show_gone, show);
}
