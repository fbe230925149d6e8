// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gathers the facts of a verdict from the core, the forwarding plane and the tables of the kernel.
 * It judges nothing.
 */
#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "core/counters.h"
#include "core/inspect.h"
#include "core/mfib.h"
#include "core/policy.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/port.h"
#include "daemon/static.h"
#include "daemon/watch.h"
#include "dplane/dplane.h"
#include "io/loop.h"
#include "io/rtnl.h"
#include "mgmt/facts.h"
#include "mgmt/observe.h"

static const char *const membership_names[IP_FAMILY_COUNT] = { "IGMP", "MLD" };

struct gather {
	const struct daemon *daemon;
	const struct mfib_key *key;
	enum ip_family family;
	struct rtnl_path path;
	uint16_t root; /* link of the route; LINK_NONE: none that is attached */
	bool has_tree;
	struct inspect_tree tree;
	struct mfib_entry entry; /* where facts->has_entry */
	struct verdict_facts *facts;
};

static void put_name(char name[LINK_NAME_LEN], const char *text)
{
	(void)snprintf(name, LINK_NAME_LEN, "%s", text); /* names of interfaces fit */
}

/* What does not fit is left out. */
static void add_name(char names[VERDICT_NAMES_LEN], const char *name)
{
	size_t used = strlen(names);

	if (used + strlen(name) + 3 <= VERDICT_NAMES_LEN)
		(void)snprintf(names + used, VERDICT_NAMES_LEN - used, "%s%s", used ? ", " : "",
			       name);
}

static const struct rtnl_link *link_info(const struct gather *g, uint16_t link)
{
	return rtnl_link_by_index(g->daemon->rtnl, g->daemon->ports[link].ifindex);
}

/* ---- the route ---- */

struct gateway {
	const struct ip_addr *addr;
	struct verdict_facts *facts;
};

/* Half of the hold time without a Hello: two in a row are missing at least. */
static bool find_gateway(void *ctx, const struct inspect_neighbor *view)
{
	const struct gateway *gateway = ctx;
	struct verdict_facts *facts = gateway->facts;
	hp_time hold_for = HP_SEC(view->hold_s), silent_for = hold_for - view->expires_in;

	if (!ip_addr_equal(&view->addr, gateway->addr))
		return true;
	if (!view->is_usable)
		facts->gateway_is = GATEWAY_SYNCING;
	else if (view->expires_in != HP_TIME_NEVER && silent_for > hold_for / 2)
		facts->gateway_is = GATEWAY_LATE;
	else
		facts->gateway_is = GATEWAY_SYNCED;
	facts->gateway_s = (uint64_t)(silent_for / HP_SEC(1));
	return false;
}

static void gather_gateway(struct gather *g)
{
	struct verdict_facts *facts = g->facts;
	const struct ip_addr *addr = &g->path.next_hop;
	struct gateway gateway = { addr, facts };
	hp_time gone_since;

	if (!facts->has_route || facts->is_connected || facts->is_local)
		return;
	facts->gateway = ip_addr_text(addr);
	facts->gateway_is = GATEWAY_UNKNOWN;
	if (g->root == LINK_NONE)
		return;
	inspect_neighbors(g->daemon->core, g->root, g->family, find_gateway, &gateway);
	gone_since = gone_at(&g->daemon->gone, g->root, addr);
	if (facts->gateway_is != GATEWAY_UNKNOWN || gone_since == HP_TIME_NEVER)
		return;
	facts->gateway_is = GATEWAY_GONE;
	facts->gateway_s = (uint64_t)((loop_now() - gone_since) / HP_SEC(1));
}

static void gather_route(struct gather *g)
{
	struct verdict_facts *facts = g->facts;
	const struct rtnl_link *link;

	facts->table = g->daemon->options->unicast_table;
	facts->is_local = watch_path(g->daemon, &g->key->source, &g->path);
	facts->has_route = g->path.is_reachable;
	facts->is_connected = g->path.is_connected;
	g->root = facts->has_route && !facts->is_local ? port_by_ifindex(g->daemon, g->path.ifindex)
						       : LINK_NONE;
	facts->is_route_if_attached = g->root != LINK_NONE;
	facts->is_pim_on = g->root != LINK_NONE &&
			   inspect_protocol_runs(g->daemon->core, g->root, g->family, PROTO_PIMDM);
	facts->is_hpim_on = g->root != LINK_NONE &&
			    inspect_protocol_runs(g->daemon->core, g->root, g->family, PROTO_HPIM);
	link = facts->has_route ? rtnl_link_by_index(g->daemon->rtnl, g->path.ifindex) : NULL;
	put_name(facts->route_if, link ? link->name : "-");
	gather_gateway(g);
}

/* ---- the tree and its entry ---- */

static enum verdict_tree tree_of(const char *state)
{
	/* Of PIM-DM, all but "no-route" have a router that delivers it, or the source. */
	return !strcmp(state, "active") || !strcmp(state, "forwarding") ||
			       !strcmp(state, "pruned") || !strcmp(state, "ack-pending")
		       ? VERDICT_TREE_ACTIVE
	       : !strcmp(state, "unsure") ? VERDICT_TREE_UNSURE
	       : !strcmp(state, "flood")  ? VERDICT_TREE_FLOOD
					  : VERDICT_TREE_OTHER;
}

static void gather_output(struct gather *g, uint16_t link)
{
	struct verdict_facts *facts = g->facts;
	const struct rtnl_link *info = link_info(g, link);

	if (!info || !info->is_up)
		return;
	add_name(facts->outs, info->name);
	if (facts->narrow_mtu && facts->narrow_mtu <= info->mtu)
		return;
	facts->narrow_mtu = info->mtu;
	put_name(facts->narrow, info->name);
}

static void gather_limit(struct gather *g)
{
	const struct core *core = g->daemon->core;
	uint32_t limit;

	if (g->root == LINK_NONE)
		return;
	limit = inspect_settings(core, g->root)->link_trees;
	if (limit == SETTING_DERIVED ||
	    inspect_link_trees(core, g->root, g->family,
			       inspect_routing_protocol(core, g->root, g->family)) < limit)
		return;
	put_name(g->facts->full_if, port_name(g->daemon, g->root));
	g->facts->full_limit = limit;
}

static void gather_tree(struct gather *g)
{
	struct verdict_facts *facts = g->facts;

	g->has_tree = inspect_tree(g->daemon->core, g->key, &g->tree);
	if (g->has_tree) {
		facts->tree = tree_of(g->tree.state);
		facts->is_originator = g->tree.is_originator;
		facts->is_pruned = !strcmp(g->tree.state, "pruned");
		facts->grafts = !strcmp(g->tree.state, "ack-pending") ? g->tree.graft_count : 0;
		facts->upstream = ip_addr_text(&g->tree.upstream);
		facts->is_awaited = facts->tree == VERDICT_TREE_ACTIVE && !facts->is_originator &&
				    !ip_addr_is_set(&g->tree.upstream);
	}
	facts->is_followed = follow_is_on(g->daemon);
	facts->has_entry = mfib_find(g->daemon->core, g->key, &g->entry);
	if (!facts->has_entry)
		return;
	facts->is_static = g->entry.owner == MFIB_STATIC;
	put_name(facts->in, port_name(g->daemon, g->entry.route.iif));
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (ifset_has(&g->entry.route.oifs, link))
			gather_output(g, link);
}

static void gather_static(struct gather *g)
{
	const struct static_rule *rule =
		static_rule_for(g->daemon, &g->key->source, &g->key->group,
				g->facts->has_entry ? g->entry.route.iif : LINK_NONE);

	g->facts->is_static_waiting =
		rule && !g->facts->has_entry && !g->daemon->ports[rule->route.iif].ifindex;
}

static bool gather_server(void *ctx, const struct inspect_tree_if *view)
{
	const struct gather *g = ctx;

	if (view->is_root || view->is_winner || !ip_addr_is_set(&view->best_upstream))
		return true;
	put_name(g->facts->served_if, port_name(g->daemon, view->link));
	g->facts->server = ip_addr_text(&view->best_upstream);
	return true;
}

/* ---- the packets ---- */

static void gather_seen(const struct gather *g, const struct observation *seen, const char *reason,
			struct verdict_seen *ret)
{
	const struct observed *row = observe_find(seen, reason);

	if (!row)
		return;
	ret->packets = row->packets;
	put_name(ret->interface, port_name(g->daemon, row->link));
}

static void gather_arrived(const struct gather *g, const struct observation *seen)
{
	struct verdict_seen *arrived = &g->facts->arrived;

	for (uint32_t i = 0; i < seen->count; i++) {
		if (seen->rows[i].packets <= arrived->packets)
			continue;
		arrived->packets = seen->rows[i].packets;
		put_name(arrived->interface, port_name(g->daemon, seen->rows[i].link));
	}
}

/* XDP and TC pass them as too big; what the kernel carries anyway is compared here. */
static void gather_too_big(const struct gather *g, const struct observation *seen)
{
	static const char *const reasons[] = { "too-big", "kernel" };
	struct verdict_facts *facts = g->facts;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		const struct observed *row = observe_find(seen, reasons[i]);

		if (!row || row->may_be_cut || row->longest <= facts->narrow_mtu)
			continue;
		gather_seen(g, seen, reasons[i], &facts->too_big);
		facts->longest = row->longest;
		return;
	}
}

/* The threshold that nothing passes, where each output has one. */
static void gather_threshold(const struct gather *g, const struct observation *seen)
{
	struct verdict_facts *facts = g->facts;
	const struct observed *row = observe_find(seen, "forwarded");
	unsigned int lowest = UINT8_MAX + 1;

	if (!row)
		row = observe_find(seen, "kernel");
	if (!row || !facts->has_entry)
		return;
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct port *port = &g->daemon->ports[link];

		if (!ifset_has(&g->entry.route.oifs, link) || port->config.threshold >= lowest)
			continue;
		lowest = port->config.threshold;
		put_name(facts->threshold_if, port->config.name);
	}
	if (lowest > UINT8_MAX || row->highest_ttl > lowest)
		return;
	facts->threshold = lowest;
	facts->highest_ttl = row->highest_ttl;
}

static uint64_t packets_of(const struct observation *seen, const char *reason)
{
	const struct observed *row = observe_find(seen, reason);

	return row ? row->packets : 0;
}

/*
 * The counter is exact where nothing was refused. The kernel counts what it takes in, also what it
 * then refuses to send on; there the samples say what was left.
 */
static uint64_t forwarded(const struct verdict_facts *facts, const struct observation *seen)
{
	uint64_t taken = packets_of(seen, "forwarded") + packets_of(seen, "kernel") +
			 packets_of(seen, "too-big") + packets_of(seen, "options");

	if (!facts->ttl.packets && !facts->too_big.packets)
		return seen->forwarded;
	return taken - facts->too_big.packets;
}

static void gather_packets(struct gather *g, const struct observation *seen)
{
	struct verdict_facts *facts = g->facts;
	struct dplane_route_state state;

	facts->silent_s = UINT64_MAX;
	if (facts->has_entry && dplane_route_state(g->daemon->dplane, g->key, &state) == 0) {
		facts->packets = state.packets;
		if (state.seen_for != HP_TIME_NEVER)
			facts->silent_s = (uint64_t)(state.seen_for / HP_SEC(1));
	}
	if (!seen)
		return;
	facts->looked_s = (unsigned int)(OBSERVE_FOR / HP_SEC(1));
	gather_arrived(g, seen);
	gather_seen(g, seen, "wrong-if", &facts->wrong_if);
	gather_seen(g, seen, "bad-source", &facts->bad_source);
	gather_seen(g, seen, "ttl", &facts->ttl);
	gather_too_big(g, seen);
	gather_threshold(g, seen);
	facts->forwarded = forwarded(facts, seen);
}

/* ---- around it ---- */

static bool count_synced(void *ctx, const struct inspect_neighbor *view)
{
	*(unsigned int *)ctx += view->is_usable;
	return true;
}

/*
 * Messages without a fitting key matter where a neighbor is missed, and go on coming: those of
 * before the last neighbor was removed may have been another fault.
 */
static void gather_keys(struct gather *g, uint16_t link)
{
	struct verdict_facts *facts = g->facts;
	const bool is_route_if = link == g->root && facts->gateway_is != GATEWAY_NONE;
	uint64_t count = inspect_refused(g->daemon->core, link, NOTE_PACKET_UNSIGNED);
	unsigned int synced = 0;

	if (count <= gone_refused(&g->daemon->gone, link) || facts->are_keys_of_route_if)
		return;
	inspect_neighbors(g->daemon->core, link, g->family, count_synced, &synced);
	if (is_route_if ? facts->gateway_is == GATEWAY_SYNCED : synced > 0)
		return;
	facts->unsigned_messages = count;
	facts->are_keys_of_route_if = is_route_if;
	put_name(facts->keys_if, port_name(g->daemon, link));
}

static bool gather_wanted(void *ctx, const struct gm_source_view *view)
{
	if (view->is_wanted)
		add_name(ctx, ip_addr_text(&view->source).s);
	return true;
}

struct find_group {
	const struct ip_addr *group;
	bool is_found;
};

static bool find_group(void *ctx, const struct gm_group_view *view)
{
	struct find_group *find = ctx;

	find->is_found = ip_addr_equal(&view->group, find->group);
	return !find->is_found;
}

/* The group has members here, but not from this source. */
static void gather_other_source(struct gather *g, uint16_t link)
{
	const struct core *core = g->daemon->core;
	const struct gm_if *gm = inspect_membership(core, link, g->family);
	struct find_group find = { .group = &g->key->group };
	struct verdict_facts *facts = g->facts;

	if (!gm || *facts->other_if || gm_has_member(gm, &g->key->source, &g->key->group))
		return;
	gm_group_inspect(core, gm, find_group, &find);
	if (!find.is_found)
		return;
	put_name(facts->other_if, port_name(g->daemon, link));
	gm_source_inspect(core, gm, &g->key->group, gather_wanted, facts->other_sources);
	if (!*facts->other_sources)
		add_name(facts->other_sources, "other sources");
}

bool facts_is_unattached(const struct daemon *daemon, const struct rtnl_link *link,
			 enum ip_family family)
{
	if (!link->is_present || !link->is_up || !strcmp(link->name, "lo") ||
	    port_by_ifindex(daemon, link->ifindex) != LINK_NONE)
		return false;
	for (unsigned int i = 0; i < link->addr_count; i++)
		if (ip_addr_family(&link->addrs[i].addr) == family &&
		    !ip_addr_is_link_local(&link->addrs[i].addr))
			return true;
	return false;
}

static void gather_policy(struct gather *g, uint16_t link)
{
	if (!policy_denies(inspect_policy(g->daemon->core), link, &g->key->source, &g->key->group))
		return;
	if (link == g->root)
		put_name(g->facts->denied_in, port_name(g->daemon, link));
	else
		add_name(g->facts->denied_outs, port_name(g->daemon, link));
}

/*
 * Hosts answer a General Query for all their groups. Two of them: the time to answer the first one
 * is over. Reports of groups of the link alone say nothing: a switch sends them by itself.
 */
static void gather_unheard(struct gather *g, uint16_t link)
{
	const struct core *core = g->daemon->core;
	const struct gm_if *gm = inspect_membership(core, link, g->family);
	const struct counters *counters = inspect_counters(core, link, g->family);

	if (gm && link != g->root && gm_if_inspect(gm).is_querier &&
	    !inspect_neighbor_count(core, link, g->family) &&
	    counters->messages[MESSAGE_GM_QUERY][MESSAGE_SENT] >= 2 &&
	    !counters->noted[NOTE_GROUP_JOINED])
		add_name(g->facts->unheard, port_name(g->daemon, link));
}

static void gather_around(struct gather *g)
{
	const struct rtnl_link *link = NULL;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		if (!g->daemon->ports[i].is_used)
			continue;
		gather_policy(g, i);
		gather_keys(g, i);
		gather_other_source(g, i);
		gather_unheard(g, i);
	}
	if (g->has_tree)
		inspect_tree_ifs_of(g->daemon->core, &g->tree, gather_server, g);
	while ((link = rtnl_link_next(g->daemon->rtnl, link)))
		if (facts_is_unattached(g->daemon, link, g->family))
			add_name(g->facts->unattached, link->name);
}

void facts_gather(const struct daemon *daemon, const struct mfib_key *key,
		  const struct observation *seen, struct verdict_facts *ret_facts)
{
	struct gather g = { .daemon = daemon,
			    .key = key,
			    .family = ip_addr_family(&key->group),
			    .facts = ret_facts };

	*ret_facts = (struct verdict_facts){
		.source = ip_addr_text(&key->source),
		.group = ip_addr_text(&key->group),
		.is_link_scope = ip_addr_is_link_scope_group(&key->group),
		.membership = membership_names[g.family],
		.is_source = ip_addr_is_source(&key->source),
		.is_broadcast = dplane_own(daemon->dplane, &key->source) == DPLANE_OWN_BROADCAST,
	};
	gather_route(&g);
	gather_limit(&g);
	gather_tree(&g);
	gather_static(&g);
	gather_packets(&g, seen);
	gather_around(&g);
}
