// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views of interfaces, and of the neighbors on them.
 */
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/foreign.h"
#include "core/inspect.h"
#include "core/link.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/interfaces.h"
#include "mgmt/ports.h"

static void put_protocols(const struct daemon *daemon, struct json_object *record, uint16_t link)
{
	static const char *const names[IP_FAMILY_COUNT][PROTO_COUNT] = {
		[IP_FAMILY_4] = { [PROTO_HPIM] = "hpim4",
				  [PROTO_GM] = "igmp",
				  [PROTO_PIMDM] = "pim_dm4",
				  [PROTO_FOLLOW] = "follow4" },
		[IP_FAMILY_6] = { [PROTO_HPIM] = "hpim6",
				  [PROTO_GM] = "mld",
				  [PROTO_PIMDM] = "pim_dm6",
				  [PROTO_FOLLOW] = "follow6" },
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

/* Description of PIM-DM, 8.5. */
static void put_foreign(const struct show *show, struct json_object *record, uint16_t link)
{
	char text[IP_FAMILY_COUNT * LINK_FOREIGN_MAX * (sizeof(struct addr_text) + 1)] = "";
	const struct ip_addr *sender;
	size_t len = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (unsigned int i = 0;
		     (sender = foreign_sender(show->daemon->core, link, family, i)); i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? "," : "", ip_addr_text(sender).s);
	field_put_text(record, "foreign", text);
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
	field_put_bool(record, "passive", port->config.is_gm_passive);
	put_foreign(show, record, link);
	show_record(show, record);
}

bool interfaces_step(struct show *show)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used && show_includes(show, link))
			show_interface(show, link);
	return true;
}

static void put_hpim_neighbor(struct json_object *record, const struct inspect_neighbor *view)
{
	field_put_number(record, "boot_time", view->boot_time);
	field_put_number(record, "my_snapshot_sn", view->my_snapshot_sn);
	field_put_number(record, "neighbor_snapshot_sn", view->neighbor_snapshot_sn);
	field_put_number(record, "checkpoint_sn", view->checkpoint_sn);
}

static void put_pimdm_neighbor(struct json_object *record, const struct inspect_neighbor *view)
{
	if (view->has_gen_id)
		field_put_number(record, "generation_id", view->gen_id);
	if (view->has_delay) {
		field_put_number(record, "lan_delay_ms", view->delay_ms);
		field_put_number(record, "override_ms", view->override_ms);
	}
	field_put_bool(record, "state_refresh", view->is_refresh_capable);
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
	if (view->proto == PROTO_HPIM)
		put_hpim_neighbor(record, view);
	else
		put_pimdm_neighbor(record, view);
	field_put_seconds(record, "uptime_s", view->since_for);
	field_put_text(record, "protocol", inspect_protocol_name(view->proto));
	show_record(show, record);
	return true;
}

static void show_neighbors_of(const struct show *show)
{
	inspect_neighbors(show->daemon->core, show->link, show->family, show_neighbor,
			  (void *)show);
}

bool interfaces_neighbors_step(struct show *show)
{
	return show_next_link(show, show_neighbors_of);
}
