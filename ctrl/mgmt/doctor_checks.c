// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of "doctor", a function and a row of the table at the end for each. A check reads, and
 * says only what is known: it sends nothing and assumes nothing about other routers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "base/addr_text.h"
#include "core/core.h"
#include "core/foreign.h"
#include "core/inspect.h"
#include "daemon/port.h"
#include "daemon/rpf_metric.h"
#include "dplane/dplane.h"
#include "io/rtnl.h"
#include "mgmt/doctor.h"
#include "mgmt/doctor_machine.h"
#include "mgmt/show.h"
#include "mgmt/trees.h"

/* A synchronization takes as many round trips as there are parts; this is far above. */
#define SYNC_MAX HP_SEC(30)

/* Bytes of an IP packet that each link carries; one that gets lost was not too long. RFC 791, 3.1.
 */
#define SHORT_MESSAGE 576u

/* Without packets of a tree: pauses of a stream are shorter; a source is believed gone before. */
#define SILENCE_MIN  HP_SEC(10)
#define SILENCE_SURE HP_SEC(240)

static const struct port *port_of(const struct doctor *doctor)
{
	return &doctor->daemon->ports[doctor->link];
}

static bool runs(const struct doctor *doctor, enum core_proto proto)
{
	return inspect_protocol_runs(doctor->daemon->core, doctor->link, doctor->family, proto);
}

static const char *gm_name(const struct doctor *doctor)
{
	return doctor->family == IP_FAMILY_4 ? "IGMP" : "MLD";
}

static unsigned int digit_of(const struct doctor *doctor)
{
	return doctor->family == IP_FAMILY_4 ? 4 : 6;
}

/* ---- interfaces ---- */

static void check_state(struct doctor *doctor)
{
	static const struct advice absent = { SEVERITY_ERROR,
					      "nothing is routed there until it returns",
					      "create it again, or 'hpimctl detach IFACE'" };
	static const struct advice down = { SEVERITY_WARNING,
					    "the interface is switched off or has no carrier",
					    "'ip link set IFACE up'; look at the cable" };
	static const struct advice no_address = {
		SEVERITY_ERROR, "without an address no protocol runs there",
		"'ip address add', or 'hpimctl detach IFACE'; IPv6 needs a link-local address"
	};
	const struct rtnl_link *info =
		rtnl_link_by_index(doctor->daemon->rtnl, port_of(doctor)->ifindex);
	char why[128];

	if (!info)
		doctor_report(doctor, &absent, "%s does not exist", port_of(doctor)->config.name);
	else if (!info->is_up)
		doctor_report(doctor, &down, "%s is down", port_of(doctor)->config.name);
	else if (port_waits(doctor->daemon, doctor->link, why, sizeof(why)))
		doctor_report(doctor, &no_address, "%s", why);
}

static void check_mirror(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"the kernel's multicast cache has no room for it: what XDP and TC pass on, such as "
		"packets with IP options, is not forwarded there",
		"detach interfaces that need no multicast, or run a second instance"
	};
	struct dplane_link_state state;

	dplane_link_state(doctor->daemon->dplane, doctor->link, &state);
	if (state.is_attached && !state.has_kernel)
		doctor_report(doctor, &advice, "%s is not in the kernel's multicast cache",
			      port_of(doctor)->config.name);
}

/* What was refused there, by the note that is due for each. */
static void check_refusals(struct doctor *doctor)
{
	static const struct {
		enum note_code code;
		const char *what;
		struct advice advice;
	} rows[] = {
		{ NOTE_PACKET_BAD,
		  "malformed control packets",
		  { SEVERITY_NOTE, "a host or router there sends what its protocol does not allow",
		    "the log names the senders" } },
		{ NOTE_PACKET_FOREIGN,
		  "PIM packets",
		  { SEVERITY_WARNING,
		    "the link runs PIM as well: both routing protocols would forward there",
		    "run one multicast routing protocol on a link" } },
		{ NOTE_PACKET_UNSIGNED,
		  "HPIM-DM messages that no key of this interface signed",
		  { SEVERITY_WARNING, "a router without the key, with another one, or an attack",
		    "compare 'hpimctl show keys' of the routers there; the log names the "
		    "senders" } },
		{ NOTE_NEIGHBOR_LIMIT,
		  "new neighbors beyond the limit",
		  { SEVERITY_WARNING, "the table of neighbors is full",
		    "look for forged Hellos; use keys" } },
		{ NOTE_TREE_LIMIT,
		  "trees beyond the limit",
		  { SEVERITY_WARNING, "the table of trees is full of wanted ones",
		    "'hpimctl show trees' shows who fills it" } },
		{ NOTE_LINK_TREE_LIMIT,
		  "trees beyond the limit of this interface",
		  { SEVERITY_WARNING,
		    "more sources and groups come by it than interface-trees allows; they are not "
		    "forwarded",
		    "'hpimctl show trees' shows them; 'hpimctl set interface-trees NUMBER IFACE' "
		    "allows more" } },
		{ NOTE_GROUP_LIMIT,
		  "groups beyond the limit",
		  { SEVERITY_WARNING, "hosts joined more groups than are kept",
		    "'hpimctl show groups' shows who joined them" } },
		{ NOTE_QUERIER_VERSION,
		  "queries of another version",
		  { SEVERITY_WARNING,
		    "queriers of a link must use one version, else hosts fall back to the older "
		    "one",
		    "'hpimctl attach IFACE igmp v2' or 'mld v1', or upgrade the other querier" } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t count = inspect_refused(doctor->daemon->core, doctor->link, rows[i].code);

		if (count)
			doctor_report(doctor, &rows[i].advice, "%" PRIu64 " times: %s", count,
				      rows[i].what);
	}
}

/* ---- families of an interface that is up ---- */

static void check_address(struct doctor *doctor)
{
	static const struct advice advice = { SEVERITY_WARNING,
					      "its protocols of this family wait for one",
					      "'ip address add'; IPv6 needs a link-local one" };
	const struct port *port = port_of(doctor);
	struct ip_addr addr = show_link_addr(
		rtnl_link_by_index(doctor->daemon->rtnl, port->ifindex), doctor->family);

	if ((port->config.wanted[doctor->family][PROTO_HPIM] ||
	     port->config.wanted[doctor->family][PROTO_PIMDM] ||
	     port->config.wanted[doctor->family][PROTO_GM]) &&
	    !ip_addr_is_set(&addr))
		doctor_report(doctor, &advice, "%s has no IPv%u address", port->config.name,
			      digit_of(doctor));
}

static void check_waiting(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING, "it had keys before a restart, and secrets are in no file",
		"'hpimctl key add', or 'hpimctl attach IFACE hpim' if none is needed"
	};

	if (port_of(doctor)->waits_for_key[doctor->family])
		doctor_report(doctor, &advice, "HPIM-DM of IPv%u waits for a key",
			      digit_of(doctor));
}

struct key_search {
	uint16_t link;
	bool is_found;
};

static bool find_key(void *ctx, const struct inspect_key *view)
{
	struct key_search *search = ctx;

	search->is_found = view->link == search->link;
	return !search->is_found;
}

static void check_keys(struct doctor *doctor)
{
	static const struct advice advice = { SEVERITY_NOTE,
					      "anyone on the link can speak as a router",
					      "use keys: 'hpimctl key add'" };
	struct key_search search = { .link = doctor->link };

	inspect_keys(doctor->daemon->core, doctor->family, find_key, &search);
	if (runs(doctor, PROTO_HPIM) && !search.is_found)
		doctor_report(doctor, &advice, "HPIM-DM of IPv%u runs without keys",
			      digit_of(doctor));
}

/* Description of PIM-DM, 8.5. */
static void check_foreign(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"the two protocols do not understand each other, and no tree passes",
		"run the same one on all routers of the link: 'hpimctl detach IFACE', then "
		"'hpimctl "
		"attach IFACE pim-dm' or 'hpim'"
	};
	bool is_pim = runs(doctor, PROTO_PIMDM);
	const struct ip_addr *sender;

	if (!is_pim && !runs(doctor, PROTO_HPIM))
		return;
	for (unsigned int i = 0;
	     (sender = foreign_sender(doctor->daemon->core, doctor->link, doctor->family, i)); i++)
		doctor_report(doctor, &advice, "%s speaks %s, and this router %s",
			      ip_addr_text(sender).s, is_pim ? "HPIM-DM" : "PIM",
			      is_pim ? "PIM-DM" : "HPIM-DM");
}

static bool check_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	static const struct advice advice = {
		SEVERITY_WARNING, "Sync messages are lost, or larger than the link carries",
		"compare 'mtu' of 'hpimctl -d show interfaces' on both ends"
	};
	struct doctor *doctor = ctx;

	if (!view->is_usable && view->since_for > SYNC_MAX)
		doctor_report(doctor, &advice, "neighbor %s is not synchronized for %" PRId64 " s",
			      ip_addr_text(&view->addr).s, view->since_for / HP_SEC(1));
	return true;
}

/*
 * Description of HPIM-DM, 2.9: a Sync is filled up to the MTU, so it is the longest message. That
 * the neighbor's are shorter says nothing: it may have few trees, or a setting for it.
 */
static bool check_mtu_of(void *ctx, const struct inspect_neighbor *view)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"its MTU is larger than that of this end: packets that it forwards and that are "
		"longer than this end takes may be dropped here, and none as long is sent from "
		"here",
		"the same MTU at all ends of a link: 'ip link set IFACE mtu N'"
	};
	struct doctor *doctor = ctx;
	const struct rtnl_link *info =
		rtnl_link_by_index(doctor->daemon->rtnl, port_of(doctor)->ifindex);

	if (info && view->sync_len > info->mtu)
		doctor_report(doctor, &advice,
			      "neighbor %s has sent a packet of %u bytes, and the MTU of %s is %u",
			      ip_addr_text(&view->addr).s, view->sync_len, info->name, info->mtu);
	return true;
}

static void check_mtu(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"its shorter messages arrive, which made it a neighbor: packets of that length may "
		"be more than the link or its end takes",
		"compare 'mtu' of 'hpimctl -d show interfaces' on both ends, and set the smaller "
		"one: 'ip link set IFACE mtu N'"
	};
	const struct core *core = doctor->daemon->core;
	struct inspect_sync_lost lost;

	inspect_neighbors(core, doctor->link, doctor->family, check_mtu_of, doctor);
	if (inspect_sync_lost(core, doctor->link, doctor->family, &lost) &&
	    lost.len > SHORT_MESSAGE)
		doctor_report(doctor, &advice,
			      "a Sync of %u bytes to neighbor %s was repeated %u times, and not "
			      "answered until %" PRId64 " s ago",
			      lost.len, ip_addr_text(&lost.addr).s, lost.repeats,
			      lost.lost_for / HP_SEC(1));
}

static void check_neighbors(struct doctor *doctor)
{
	inspect_neighbors(doctor->daemon->core, doctor->link, doctor->family, check_neighbor,
			  doctor);
}

static void check_querier(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE,
		"the router with the lowest address queries; if it is none, or leaves, members are "
		"learned again only after its time is over",
		"make sure that the address is a router's"
	};
	static const struct advice without = {
		SEVERITY_WARNING,
		"hosts report once, and are forgotten when no router asks them again",
		"'hpimctl attach IFACE no-passive', or find out where the querier is"
	};
	const struct gm_if *gm =
		inspect_membership(doctor->daemon->core, doctor->link, doctor->family);
	struct gm_if_view view;

	if (!gm)
		return;
	view = gm_if_inspect(gm);
	if (view.is_passive && !ip_addr_is_set(&view.querier))
		doctor_report(doctor, &without, "%s is passive here, and no querier was heard",
			      gm_name(doctor));
	else if (!view.is_querier)
		doctor_report(doctor, &advice,
			      "%s is the %s querier, each %" PRId64 " s, robustness %u",
			      ip_addr_text(&view.querier).s, gm_name(doctor),
			      view.query_interval / HP_SEC(1), view.robustness);
}

static bool count_older(void *ctx, const struct gm_group_view *view)
{
	uint32_t *count = ctx;

	*count += strcmp(view->state, "Include") != 0 && strcmp(view->state, "Exclude") != 0;
	return true;
}

static void check_older_hosts(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_NOTE,
		"a host that speaks IGMPv1, IGMPv2 or MLDv1 is present: the group is in "
		"compatibility "
		"mode, and sources cannot be chosen",
		"'hpimctl show groups' names the groups and their last reporter"
	};
	const struct gm_if *gm =
		inspect_membership(doctor->daemon->core, doctor->link, doctor->family);
	uint32_t count = 0;

	if (gm)
		gm_group_inspect(doctor->daemon->core, gm, count_older, &count);
	if (count)
		doctor_report(doctor, &advice, "%u groups in %s compatibility mode", count,
			      gm_name(doctor));
}

/* ---- trees ---- */

/*
 * Neighbors announce the tree: a host may miss its packets here. Data alone is what hosts send
 * from addresses that have no meaning here.
 */
static enum severity tree_severity(const struct inspect_tree *tree)
{
	return !strcmp(tree->state, "unsure") ? SEVERITY_WARNING : SEVERITY_NOTE;
}

static void check_route(struct doctor *doctor)
{
	const struct inspect_tree *tree = &doctor->tree;
	struct addr_text source = ip_addr_text(&tree->key.source);
	struct addr_text group = ip_addr_text(&tree->key.group);
	struct advice advice = { .severity = tree_severity(tree) };
	const struct rtnl_link *info;
	struct rtnl_path path;

	rtnl_path(doctor->daemon->rtnl, &tree->key.source, &path);
	if (!path.is_reachable) {
		advice.why = "multicast follows the unicast route back to the source";
		advice.remedy = "add the route, or let the routing protocol announce it";
		doctor_report(doctor, &advice, "(%s, %s): there is no route to %s in table %u",
			      source.s, group.s, source.s,
			      doctor->daemon->rules.table[CONFIG_UNICAST]);
		return;
	}
	if (port_by_ifindex(doctor->daemon, path.ifindex) != LINK_NONE)
		return;
	info = rtnl_link_by_index(doctor->daemon->rtnl, path.ifindex);
	advice.why = "the interface toward the source is not attached";
	advice.remedy = "'hpimctl attach' it, or correct the route";
	doctor_report(doctor, &advice, "(%s, %s): the route to %s leads through %s", source.s,
		      group.s, source.s, info ? info->name : "an unknown interface");
}

/*
 * A route without a metric of its own: the winner of an assert and the nearer router are then found
 * by addresses, or not at all.
 */
static void check_metric(struct doctor *doctor)
{
	const struct ip_addr *source = &doctor->tree.key.source;
	struct prefix_text prefix;
	struct rtnl_path path;
	char remedy[128];

	rtnl_path(doctor->daemon->rtnl, source, &path);
	if (!path.is_reachable || path.is_connected || path.metric ||
	    rpf_metric_find(doctor->daemon, source))
		return;
	prefix = ip_prefix_text(
		&(struct ip_prefix){ ip_addr_mask(source, path.prefix_len), path.prefix_len });
	(void)snprintf(remedy, sizeof(remedy),
		       "'hpimctl rpf-metric %s 20', with a number that grows along the path",
		       prefix.s);
	doctor_report(
		doctor,
		&(struct advice){ SEVERITY_NOTE,
				  "routers compare preference and metric to find who is nearer "
				  "to the source; with equal ones none is",
				  remedy },
		"(%s, %s): the route to %s has no metric (preference %u)", ip_addr_text(source).s,
		ip_addr_text(&doctor->tree.key.group).s, prefix.s, path.preference);
}

static void check_upstream(struct doctor *doctor)
{
	static const struct advice advice = {
		SEVERITY_WARNING,
		"neighbors announce it, but none on the way to the source is nearer to it than "
		"this "
		"router",
		"let metrics grow along the path, and use the same routing protocol everywhere"
	};
	const struct inspect_tree *tree = &doctor->tree;
	struct rtnl_path path;

	rtnl_path(doctor->daemon->rtnl, &tree->key.source, &path);
	if (!strcmp(tree->state, "unsure") && !tree->is_originator && path.is_reachable &&
	    port_by_ifindex(doctor->daemon, path.ifindex) != LINK_NONE)
		doctor_report(doctor, &advice,
			      "(%s, %s) has no upstream neighbor (preference %u, metric %u)",
			      ip_addr_text(&tree->key.source).s, ip_addr_text(&tree->key.group).s,
			      tree->preference, tree->metric);
}

/*
 * A tree ends when its source has been silent for its lifetime (description of HPIM-DM, 5: 210 s).
 * A tree that stands longer without packets has a source that sends, and routers that announce it.
 */
static void check_silence(struct doctor *doctor)
{
	static const char remedy[] = "let the switch take multicast router discovery (RFC 4286), "
				     "make the ports of routers "
				     "its router ports (Linux: 'bridge link set dev PORT "
				     "mcast_router 2'), or switch snooping off";
	struct advice advice = { .remedy = remedy };
	const struct inspect_tree *tree = &doctor->tree;
	hp_time silent_for = trees_silence(doctor->daemon, tree);
	char since[64] = "so far";

	if (silent_for < SILENCE_MIN)
		return;
	if (silent_for != HP_TIME_NEVER)
		(void)snprintf(since, sizeof(since), "for %" PRId64 " s", silent_for / HP_SEC(1));
	if (silent_for == HP_TIME_NEVER || silent_for < SILENCE_SURE) {
		advice.severity = SEVERITY_NOTE;
		advice.why =
			"the source pauses, or a switch between does multicast snooping and does "
			"not know this router";
	} else {
		advice.severity = SEVERITY_WARNING;
		advice.why =
			"the routers before this one still see the source: a switch between does "
			"multicast snooping and does not know this router";
	}
	doctor_report(doctor, &advice,
		      "(%s, %s): announced by %s and wanted here, but nothing arrives on %s %s",
		      ip_addr_text(&tree->key.source).s, ip_addr_text(&tree->key.group).s,
		      ip_addr_text(&tree->upstream).s, port_name(doctor->daemon, tree->iif), since);
}

const struct check doctor_checks[] = {
	{ "unsaved", CHECK_ROUTER, doctor_check_unsaved },
	{ "clock", CHECK_ROUTER, doctor_check_clock },
	{ "nexthop-objects", CHECK_ROUTER, doctor_check_nexthops },
	{ "kernel", CHECK_ROUTER, doctor_check_kernel },
	{ "limit", CHECK_ROUTER, doctor_check_trees_limit },
	{ "interface", CHECK_LINK, check_state },
	{ "tier", CHECK_LINK, doctor_check_tier },
	{ "redirects", CHECK_LINK, doctor_check_redirects },
	{ "veth-peer", CHECK_LINK, doctor_check_peer },
	{ "kernel-cache", CHECK_LINK, check_mirror },
	{ "refused", CHECK_LINK, check_refusals },
	{ "address", CHECK_FAMILY, check_address },
	{ "key-missing", CHECK_FAMILY, check_waiting },
	{ "no-keys", CHECK_FAMILY, check_keys },
	{ "foreign", CHECK_FAMILY, check_foreign },
	{ "not-synced", CHECK_FAMILY, check_neighbors },
	{ "mtu", CHECK_FAMILY, check_mtu },
	{ "querier", CHECK_FAMILY, check_querier },
	{ "older-hosts", CHECK_FAMILY, check_older_hosts },
	{ "forwarding", CHECK_FAMILY, doctor_check_forwarding },
	{ "rp-filter", CHECK_FAMILY, doctor_check_rp_filter },
	{ "bridge", CHECK_FAMILY, doctor_check_bridge },
	{ "rules", CHECK_FAMILY, doctor_check_rules },
	{ "limit", CHECK_FAMILY, doctor_check_limits },
	{ "route", CHECK_TREE, check_route },
	{ "metric", CHECK_TREE, check_metric },
	{ "upstream", CHECK_TREE, check_upstream },
	{ "silent-input", CHECK_TREE, check_silence },
};

const size_t doctor_check_count = sizeof(doctor_checks) / sizeof(doctor_checks[0]);
