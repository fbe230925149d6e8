// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the control socket shows: flat records, one schema per command. Names and meanings are in
 * docs/MANAGEMENT.md.
 */
#include <string.h>

#include "base/addr_text.h"
#include "core/inspect.h"
#include "ctl.h"
#include "reason.h"
#include "dplane/tier.h"
#include "shell.h"

/* What every walk over the core hands to its callback. */
struct show {
	struct shell *shell;
	struct ctl_client *client;
	struct json_object *args;
};

/* "eth1,eth2", or "-". */
static void put_outputs(const struct show *show, struct json_object *record,
			const struct ifset *oifs)
{
	char text[LINKS_MAX * LINK_NAME_LEN] = "";
	size_t len = 0;

	ifset_for_each (link, oifs) {
		const char *name = port_name(show->shell, link);

		if (len)
			text[len++] = ',';
		memcpy(text + len, name, strlen(name) + 1);
		len += strlen(name);
	}
	ctl_put_text(record, "outputs", len ? text : "-");
}

static bool is_asked(const struct show *show, uint16_t link)
{
	const char *name = ctl_arg_interface(show->args);

	return !name || !strcmp(name, port_name(show->shell, link));
}

/* "source" and "group" of the arguments pick trees. */
static bool is_asked_key(const struct show *show, const struct mfib_key *key)
{
	const char *source = ctl_arg_text(show->args, "source");
	const char *group = ctl_arg_text(show->args, "group");

	return (!source || !strcmp(source, ip_addr_text(&key->source).s)) &&
	       (!group || !strcmp(group, ip_addr_text(&key->group).s));
}

static void for_each_family(const struct show *show,
			    void (*each)(const struct show *show, enum ip_family family))
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		if (ctl_arg_family(show->args, family))
			each(show, family);
}

static void put_protocols(const struct shell *shell, struct json_object *record, uint16_t link)
{
	static const char *const names[IP_FAMILY_COUNT][PROTO_COUNT] = {
		[IP_FAMILY_4] = { [PROTO_HPIM] = "hpim4", [PROTO_GM] = "igmp" },
		[IP_FAMILY_6] = { [PROTO_HPIM] = "hpim6", [PROTO_GM] = "mld" },
	};

	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			ctl_put_bool(record, names[family][proto],
				     inspect_protocol_runs(shell->core, link, family, proto));
}

struct json_object *ctl_attach_record(const struct shell *shell, uint16_t link)
{
	struct json_object *record = json_object_new_object();
	struct dplane_link_state state;

	dplane_link_state(shell->dplane, link, &state);
	ctl_put_text(record, "interface", port_name(shell, link));
	put_protocols(shell, record, link);
	ctl_put_text(record, "tier", tier_name(state.tier));
	ctl_put_text(record, "why", state.why);
	return record;
}

/* The first address of a family as the core uses it: for IPv6 the link-local one. */
static struct ip_addr first_addr(const struct rtnl_link *link, enum ip_family family)
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
	struct shell *shell = show->shell;
	const struct gm_if *gm = inspect_membership(shell->core, link, family);
	struct ip_addr addr =
		first_addr(rtnl_link_by_index(shell->rtnl, shell->ports[link].ifindex), family);
	struct ip_addr querier = gm ? gm_if_inspect(gm).querier : (struct ip_addr){ .b = { 0 } };

	ctl_put_addr(record, addr_names[family], &addr);
	ctl_put_addr(record, querier_names[family], &querier);
	ctl_put_number(record, neighbor_names[family],
		       inspect_neighbor_count(shell->core, link, family));
}

/* Version of the queries we send; 0 where the protocol does not run. */
static void put_version(const struct show *show, struct json_object *record, uint16_t link,
			enum ip_family family)
{
	static const char *const names[] = { "igmp_version", "mld_version" };
	const struct gm_if *gm = inspect_membership(show->shell->core, link, family);

	ctl_put_number(record, names[family], gm ? gm_if_inspect(gm).version : 0);
}

static void show_interface(const struct show *show, uint16_t link)
{
	const struct port *port = &show->shell->ports[link];
	const struct rtnl_link *info = rtnl_link_by_index(show->shell->rtnl, port->ifindex);
	struct json_object *record = json_object_new_object();
	struct dplane_link_state state;

	dplane_link_state(show->shell->dplane, link, &state);
	ctl_put_text(record, "interface", port->name);
	ctl_put_number(record, "ifindex", port->ifindex);
	ctl_put_text(record, "state", !info ? "absent" : info->is_up ? "up" : "down");
	ctl_put_text(record, "mode", ctl_mode_name(port->mode));
	ctl_put_text(record, "tier", tier_name(state.tier));
	ctl_put_bool(record, "redirects", state.takes_redirects);
	ctl_put_bool(record, "kernel", state.has_kernel);
	put_protocols(show->shell, record, link);
	put_family(show, record, link, IP_FAMILY_4);
	put_family(show, record, link, IP_FAMILY_6);
	ctl_put_number(record, "mtu", info ? info->mtu : 0);
	ctl_put_text(record, "why", state.why);
	put_version(show, record, link, IP_FAMILY_4);
	put_version(show, record, link, IP_FAMILY_6);
	ctl_put_number(record, "threshold", port->threshold);
	ctl_reply_record(show->client, record);
}

static void show_interfaces(const struct show *show)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->shell->ports[link].is_used && is_asked(show, link))
			show_interface(show, link);
}

static bool show_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!is_asked(show, view->link))
		return true;
	record = json_object_new_object();
	ctl_put_text(record, "interface", port_name(show->shell, view->link));
	ctl_put_number(record, "family", view->family == IP_FAMILY_4 ? 4 : 6);
	ctl_put_addr(record, "address", &view->addr);
	ctl_put_text(record, "state", view->state);
	ctl_put_number(record, "hold_s", view->hold_s);
	ctl_put_seconds(record, "expires_s", view->expires_in);
	ctl_put_number(record, "boot_time", view->boot_time);
	ctl_put_number(record, "my_snapshot_sn", view->my_snapshot_sn);
	ctl_put_number(record, "neighbor_snapshot_sn", view->neighbor_snapshot_sn);
	ctl_put_number(record, "checkpoint_sn", view->checkpoint_sn);
	ctl_put_seconds(record, "uptime_s", view->since_for);
	ctl_reply_record(show->client, record);
	return true;
}

static void show_neighbors_of(const struct show *show, enum ip_family family)
{
	inspect_neighbors(show->shell->core, family, show_neighbor, (void *)show);
}

static void show_neighbors(const struct show *show)
{
	for_each_family(show, show_neighbors_of);
}

/* How the forwarding plane serves a tree; nothing of it when there is no entry. */
static void put_route(const struct show *show, struct json_object *record,
		      const struct mfib_key *key)
{
	struct dplane_route_state state = { .tier = DPLANE_TIER_NONE, .seen_for = HP_TIME_NEVER };

	if (dplane_route_state(show->shell->dplane, key, &state) < 0)
		state.tier = DPLANE_TIER_NONE;
	ctl_put_text(record, "tier", tier_name(state.tier));
	ctl_put_number(record, "packets", state.packets);
	ctl_put_number(record, "bytes", state.bytes);
	ctl_put_number(record, "xdp_packets", state.xdp_packets);
	ctl_put_number(record, "kernel_packets", state.kernel_packets);
	ctl_put_seconds(record, "seen_s", state.seen_for);
	ctl_put_text(record, "why", state.why);
	ctl_put_number(record, "tc_packets", state.tc_packets);
	ctl_put_rate(record, "rate_pps", state.rate_pps);
}

static void put_key(struct json_object *record, const struct mfib_key *key)
{
	ctl_put_addr(record, "source", &key->source);
	ctl_put_addr(record, "group", &key->group);
}

static bool show_tree(void *ctx, const struct inspect_tree *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!is_asked_key(show, &view->key))
		return true;
	record = json_object_new_object();
	put_key(record, &view->key);
	ctl_put_text(record, "state", view->state);
	ctl_put_text(record, "role", view->is_originator ? "originator" : "non-originator");
	ctl_put_text(record, "input", port_name(show->shell, view->root));
	ctl_put_addr(record, "upstream", &view->upstream);
	ctl_put_number(record, "preference", view->preference);
	ctl_put_number(record, "metric", view->metric);
	ctl_put_bool(record, "in_tree", view->in_tree);
	put_outputs(show, record, &view->oifs);
	put_route(show, record, &view->key);
	ctl_reply_record(show->client, record);
	return true;
}

static bool show_mroute(void *ctx, const struct inspect_tree *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (view->iif == LINK_NONE || !is_asked_key(show, &view->key))
		return true;
	record = json_object_new_object();
	put_key(record, &view->key);
	ctl_put_text(record, "input", port_name(show->shell, view->iif));
	put_outputs(show, record, &view->oifs);
	put_route(show, record, &view->key);
	ctl_reply_record(show->client, record);
	return true;
}

static bool show_tree_if(void *ctx, const struct inspect_tree_if *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!is_asked_key(show, &view->key) || !is_asked(show, view->link))
		return true;
	record = json_object_new_object();
	put_key(record, &view->key);
	ctl_put_text(record, "interface", port_name(show->shell, view->link));
	ctl_put_text(record, "role", view->is_root ? "root" : "non-root");
	ctl_put_text(record, "assert", view->is_root ? "-" : view->is_winner ? "winner" : "loser");
	ctl_put_bool(record, "interest", view->has_interest);
	ctl_put_bool(record, "member", view->has_member);
	ctl_put_bool(record, "forwarding", view->is_forwarding);
	ctl_put_addr(record, "best_upstream", &view->best_upstream);
	ctl_put_number(record, "upstream_preference", view->upstream_preference);
	ctl_put_number(record, "upstream_metric", view->upstream_metric);
	ctl_reply_record(show->client, record);
	return true;
}

static void show_trees_of(const struct show *show, enum ip_family family)
{
	inspect_trees(show->shell->core, family, show_tree, (void *)show);
}

static void show_tree_ifs_of(const struct show *show, enum ip_family family)
{
	inspect_tree_ifs(show->shell->core, family, show_tree_if, (void *)show);
}

static void show_mroutes_of(const struct show *show, enum ip_family family)
{
	inspect_trees(show->shell->core, family, show_mroute, (void *)show);
}

static void show_trees(const struct show *show)
{
	for_each_family(show, show_trees_of);
}

static void show_tree_ifs(const struct show *show)
{
	for_each_family(show, show_tree_ifs_of);
}

static void show_mroutes(const struct show *show)
{
	for_each_family(show, show_mroutes_of);
}

static bool show_group(void *ctx, const struct gm_group_view *view)
{
	const struct show *show = ctx;
	struct json_object *record = json_object_new_object();

	ctl_put_text(record, "interface", port_name(show->shell, view->link));
	ctl_put_addr(record, "group", &view->group);
	ctl_put_text(record, "state", view->state);
	ctl_put_addr(record, "last_reporter", &view->last_reporter);
	ctl_put_seconds(record, "expires_s", view->expires_in);
	ctl_reply_record(show->client, record);
	return true;
}

static void show_groups_of(const struct show *show, enum ip_family family)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct gm_if *gm = inspect_membership(show->shell->core, link, family);

		if (gm && is_asked(show, link))
			gm_group_inspect(show->shell->core, gm, show_group, (void *)show);
	}
}

static void show_groups(const struct show *show)
{
	for_each_family(show, show_groups_of);
}

static void show_counter(void *ctx, const struct dplane_counter *counter)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!is_asked(show, counter->link))
		return;
	record = json_object_new_object();
	ctl_put_text(record, "interface", port_name(show->shell, counter->link));
	ctl_put_text(record, "reason", counter->reason);
	ctl_put_number(record, "packets", counter->packets);
	ctl_put_number(record, "bytes", counter->bytes);
	ctl_put_text(record, "meaning", reason_sentence(counter->reason));
	ctl_reply_record(show->client, record);
}

/* What the protocols refused: control packets, trees beyond a limit. */
static void show_refused(const struct show *show, uint16_t link)
{
	static const struct {
		enum note_code code;
		const char *reason;
	} reasons[] = {
		{ NOTE_PACKET_BAD, "control-malformed" },
		{ NOTE_PACKET_FOREIGN, "control-pim" },
		{ NOTE_PACKET_UNSIGNED, "control-unsigned" },
		{ NOTE_TREE_LIMIT, "tree-limit" },
		{ NOTE_STRAY_REFUSED, "tree-refused" },
		{ NOTE_STRAY_EVICTED, "tree-evicted" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct dplane_counter counter = {
			.link = link,
			.reason = reasons[i].reason,
			.packets = inspect_refused(show->shell->core, link, reasons[i].code),
		};

		if (counter.packets)
			show_counter((void *)show, &counter);
	}
}

static void show_counters(const struct show *show)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->shell->ports[link].is_used)
			show_refused(show, link);
	dplane_counters(show->shell->dplane, show_counter, (void *)show);
}

static bool show_key(void *ctx, const struct inspect_key *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!is_asked(show, view->link))
		return true;
	record = json_object_new_object();
	ctl_put_text(record, "interface", port_name(show->shell, view->link));
	ctl_put_number(record, "family", view->family == IP_FAMILY_4 ? 4 : 6);
	ctl_put_number(record, "id", view->id);
	ctl_put_text(record, "algorithm", hpim_hash_name(view->hash));
	ctl_put_bool(record, "sending", view->is_sending);
	ctl_reply_record(show->client, record);
	return true;
}

static void show_keys_of(const struct show *show, enum ip_family family)
{
	inspect_keys(show->shell->core, family, show_key, (void *)show);
}

static void show_keys(const struct show *show)
{
	for_each_family(show, show_keys_of);
}

static void show_algorithms(const struct show *show)
{
	for (enum hpim_hash hash = HPIM_HASH_MD5; hash < HPIM_HASH_COUNT; hash++) {
		struct json_object *record = json_object_new_object();

		ctl_put_text(record, "algorithm", hpim_hash_name(hash));
		ctl_put_number(record, "bytes", hpim_hash_len(hash));
		ctl_reply_record(show->client, record);
	}
}

static void show_status(const struct show *show)
{
	ctl_reply_record(show->client, ctl_status_record(show->shell));
}

static const struct view {
	const char *cmd, *schema;
	bool is_detail; /* the view that "detail" asks for */
	void (*show)(const struct show *show);
} views[] = {
	{ "status", "hpim.status/1", false, show_status },
	{ "show interfaces", "hpim.interfaces/1", false, show_interfaces },
	{ "show neighbors", "hpim.neighbors/1", false, show_neighbors },
	{ "show trees", "hpim.tree-interfaces/1", true, show_tree_ifs },
	{ "show trees", "hpim.trees/1", false, show_trees },
	{ "show groups", "hpim.groups/1", false, show_groups },
	{ "show mroutes", "hpim.mroutes/1", false, show_mroutes },
	{ "show counters", "hpim.counters/1", false, show_counters },
	{ "show keys", "hpim.keys/1", false, show_keys },
	{ "show algorithms", "hpim.algorithms/1", false, show_algorithms },
};

bool ctl_show(struct shell *shell, struct ctl_client *client, const char *cmd,
	      struct json_object *args)
{
	const struct show show = { .shell = shell, .client = client, .args = args };
	bool is_detail = ctl_arg_bool(args, "detail");

	if (!strcmp(cmd, "explain")) {
		ctl_explain(shell, client, args);
		return true;
	}
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(cmd, views[i].cmd) != 0 || (views[i].is_detail && !is_detail))
			continue;
		views[i].show(&show);
		ctl_reply_end(client, views[i].schema);
		return true;
	}
	return false;
}
