// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where packets of a source to a group go, and why: the decisions in the order in which they are
 * made, each as a sentence, from the route to the source to every interface and what was counted
 * there.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "core/inspect.h"
#include "core/policy.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/static.h"
#include "daemon/watch.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/loop.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/explain.h"
#include "mgmt/facts.h"
#include "mgmt/mroutes.h"
#include "mgmt/observe.h"
#include "mgmt/reason.h"
#include "mgmt/show.h"
#include "mgmt/trees.h"
#include "mgmt/verdict.h"

/* Streams with longer pauses between packets are rare. */
#define SILENCE_MIN HP_SEC(5)

struct explain {
	struct daemon *daemon;
	struct ctl_client *client;
	struct verdict_facts facts;
	const struct observation *seen; /* NULL: no packets were looked at */
	struct mfib_key key;
	enum ip_family family;
	struct addr_text source, group;
	struct rtnl_path path;
	uint16_t root; /* link of the route; LINK_NONE: none that is attached */
	bool is_local; /* a program of this router sends */
	bool has_tree, has_entry;
	struct inspect_tree tree;
	struct mfib_entry entry; /* of the forwarding table */
	bool has_if[LINKS_MAX];
	struct inspect_tree_if ifs[LINKS_MAX];
	uint64_t driver_drops[LINKS_MAX]; /* of all trees */
};

__attribute__((format(printf, 5, 6))) static void say(const struct explain *ex, const char *about,
						      const char *interface, const char *verdict,
						      const char *format, ...)
{
	struct json_object *record = json_object_new_object();
	char sentence[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args); /* may be cut */
	va_end(args);
	field_put_text(record, "about", about);
	field_put_text(record, "interface", interface);
	field_put_text(record, "verdict", verdict);
	field_put_text(record, "sentence", sentence);
	answer_record(ex->client, schema_find("hpim.explain/1"), record);
}

/* ---- what is known ---- */

static bool take_if(void *ctx, const struct inspect_tree_if *view)
{
	struct explain *ex = ctx;

	ex->ifs[view->link] = *view;
	ex->has_if[view->link] = true;
	return true;
}

static void gather(struct explain *ex)
{
	ex->family = ip_addr_family(&ex->key.group);
	ex->source = ip_addr_text(&ex->key.source);
	ex->group = ip_addr_text(&ex->key.group);
	ex->is_local = watch_path(ex->daemon, &ex->key.source, &ex->path);
	ex->root = ex->path.is_reachable && !ex->is_local
			   ? port_by_ifindex(ex->daemon, ex->path.ifindex)
			   : LINK_NONE;
	ex->has_tree = inspect_tree(ex->daemon->core, &ex->key, &ex->tree);
	ex->has_entry = mfib_find(ex->daemon->core, &ex->key, &ex->entry);
	if (ex->has_tree)
		inspect_tree_ifs_of(ex->daemon->core, &ex->tree, take_if, ex);
	facts_gather(ex->daemon, &ex->key, ex->seen, &ex->facts);
}

static bool runs(const struct explain *ex, uint16_t link, enum core_proto proto)
{
	return inspect_protocol_runs(ex->daemon->core, link, ex->family, proto);
}

/* ---- the route to the source ---- */

static const char *route_interface(const struct explain *ex)
{
	const struct rtnl_link *link = rtnl_link_by_index(ex->daemon->rtnl, ex->path.ifindex);

	return link ? link->name : "-";
}

static void explain_route(const struct explain *ex)
{
	const char *name = route_interface(ex);

	if (!ex->path.is_reachable) {
		say(ex, "route", "-", "no",
		    "there is no route to %s in table %u: multicast follows the unicast route back "
		    "to the source, so no tree can be built",
		    ex->source.s, ex->daemon->rules.table[CONFIG_UNICAST]);
		return;
	}
	if (ex->is_local)
		say(ex, "route", name, "ok",
		    "%s is an address of this router: a program here sends, and its packets count "
		    "as coming in by the attached interface that they leave by",
		    ex->source.s);
	else if (ex->root == LINK_NONE)
		say(ex, "route", name, "no",
		    "the route to %s leads through %s, which is not attached: 'hpimctl attach %s'",
		    ex->source.s, name, name);
	else if (ex->path.is_connected)
		say(ex, "route", name, "ok",
		    "%s is in a subnet of %s: this router originates the tree and watches whether "
		    "the source sends",
		    ex->source.s, name);
	else
		say(ex, "route", name, "ok",
		    "%s is reached through %s on %s (preference %u, metric %u)", ex->source.s,
		    ip_addr_text(&ex->path.next_hop).s, name, ex->path.preference, ex->path.metric);
	if (ex->root != LINK_NONE && !runs(ex, ex->root, PROTO_HPIM) &&
	    !runs(ex, ex->root, PROTO_PIMDM) && !ex->path.is_connected)
		say(ex, "route", name, "no",
		    "HPIM-DM of this family does not run on %s, nor PIM-DM, so no neighbor can "
		    "deliver the tree",
		    name);
}

/* What arrives from an address of the router, or from a broadcast address. */
static void explain_own(const struct explain *ex)
{
	enum dplane_own own = dplane_own(ex->daemon->dplane, &ex->key.source);

	if (own == DPLANE_OWN_ADDRESS)
		say(ex, "source", "-", "own",
		    "%s is an address of this router: packets from it that arrive by a link are "
		    "dropped and counted as bad-source",
		    ex->source.s);
	if (own == DPLANE_OWN_BROADCAST)
		say(ex, "source", "-", "no",
		    "%s is the broadcast address of a subnet of this router: packets from it are "
		    "dropped and counted as bad-source",
		    ex->source.s);
}

/* ---- the tree ---- */

/* No state at all: what would have to happen, and why it may not have. */
static void explain_absence(const struct explain *ex)
{
	if (!ip_addr_is_source(&ex->key.source)) {
		say(ex, "tree", "-", "none",
		    "%s cannot be the source of a tree: it is no unicast address that is valid "
		    "beyond its link",
		    ex->source.s);
		return;
	}
	if (ex->path.is_reachable && !ex->path.is_connected && ex->root != LINK_NONE)
		say(ex, "tree", "-", "none",
		    "no neighbor on %s announces (%s, %s), and no packet of it has come: ask the "
		    "routers nearer to the source",
		    port_name(ex->daemon, ex->root), ex->source.s, ex->group.s);
	else
		say(ex, "tree", "-", "none", "no packet of (%s, %s) has come to this router",
		    ex->source.s, ex->group.s);
}

/* Description of PIM-DM, 3.2. */
static void explain_pim_tree(const struct explain *ex)
{
	const struct inspect_tree *tree = &ex->tree;
	const char *root = port_name(ex->daemon, tree->root);
	struct addr_text upstream = ip_addr_text(&tree->upstream);

	if (!strcmp(tree->state, "no-route"))
		say(ex, "tree", "-", tree->state,
		    "packets or messages of neighbors came, but no route to the source can be "
		    "used");
	else if (tree->is_originator)
		say(ex, "tree", root, tree->state,
		    "the packets come in by %s, where no PIM-DM router is asked for them", root);
	else if (!strcmp(tree->state, "pruned"))
		say(ex, "tree", root, tree->state,
		    "this router has pruned it at %s on %s, since no host and no neighbor wants it",
		    upstream.s, root);
	else if (!strcmp(tree->state, "ack-pending"))
		say(ex, "tree", root, tree->state,
		    "%u Grafts to %s on %s are not acknowledged; the next one goes in a few "
		    "seconds",
		    tree->graft_count, upstream.s, root);
	else
		say(ex, "tree", root, tree->state,
		    "%s on %s delivers the tree (preference %u, metric %u)", upstream.s, root,
		    tree->preference, tree->metric);
}

static void explain_tree(const struct explain *ex)
{
	const struct inspect_tree *tree = &ex->tree;
	const char *root = port_name(ex->daemon, tree->root);
	struct addr_text upstream = ip_addr_text(&tree->upstream);

	if (!ex->has_tree && !ex->has_entry)
		explain_absence(ex);
	else if (!ex->has_tree || !strcmp(tree->state, "stale"))
		return; /* the entry says it */
	else if (tree->proto == PROTO_PIMDM)
		explain_pim_tree(ex);
	else if (!strcmp(tree->state, "active") && ex->is_local)
		say(ex, "tree", port_name(ex->daemon, tree->iif), tree->state,
		    "a program of this router sends by %s, and the tree stands",
		    port_name(ex->daemon, tree->iif));
	else if (!strcmp(tree->state, "active") && tree->is_originator)
		say(ex, "tree", root, tree->state, "the source is alive on %s, and the tree stands",
		    root);
	else if (!strcmp(tree->state, "active") && !ip_addr_is_set(&tree->upstream))
		say(ex, "tree", root, tree->state,
		    "this router was restarted, and its neighbors on %s are awaited; until then it "
		    "forwards as before",
		    root);
	else if (!strcmp(tree->state, "active"))
		say(ex, "tree", root, tree->state,
		    "%s on %s delivers the tree; it is nearer to the source than this router "
		    "(preference %u, metric %u)",
		    upstream.s, root, tree->preference, tree->metric);
	else if (!strcmp(tree->state, "unsure") && tree->is_originator)
		say(ex, "tree", root, tree->state,
		    "neighbors announce the tree, but this router is at the source and receives "
		    "no packet of it");
	else if (!strcmp(tree->state, "unsure") && !ex->path.is_reachable)
		say(ex, "tree", root, tree->state,
		    "neighbors announce the tree, but without a route to the source none of them "
		    "can be followed");
	else if (!strcmp(tree->state, "unsure"))
		say(ex, "tree", root, tree->state,
		    "neighbors announce the tree, but none on the way to the source is nearer to "
		    "it "
		    "than this router (preference %u, metric %u), so following one could be a loop",
		    tree->preference, tree->metric);
	else if (!strcmp(tree->state, "flood"))
		say(ex, "tree", port_name(ex->daemon, tree->iif), tree->state,
		    ex->facts.gateway_is == GATEWAY_UNKNOWN
			    ? "packets come, but no neighbor announces the tree, and the next "
			      "router toward the source is none: they are flooded for the initial "
			      "flood time at most, and dropped then"
			    : "packets come, but no neighbor has announced the tree; until it does "
			      "they are flooded or dropped, for a few seconds");
	else
		say(ex, "tree", root, tree->state,
		    "what is left of a tree that has ended; it goes when the neighbors have "
		    "acknowledged");
}

/* ---- the forwarding entry ---- */

static bool is_static(const struct explain *ex)
{
	return ex->has_entry && ex->entry.owner == MFIB_STATIC;
}

/* By a static route, or another daemon. */
static bool is_given(const struct explain *ex)
{
	return is_static(ex) || follow_is_on(ex->daemon);
}

/* The route as configured: what it names may be absent. */
static void explain_static(const struct explain *ex)
{
	const struct static_rule *rule =
		static_rule_for(ex->daemon, &ex->key.source, &ex->key.group,
				ex->has_entry ? ex->entry.route.iif : LINK_NONE);
	struct json_object *line = rule ? static_encode(ex->daemon, rule) : NULL;

	if (line && is_static(ex))
		say(ex, "entry", field_text(line, "from"), "static",
		    "the static route (%s, %s) from %s to %s forwards it",
		    field_text(line, "source"), field_text(line, "group"), field_text(line, "from"),
		    field_text(line, "to"));
	else if (line && !ex->has_entry && !ex->daemon->ports[rule->route.iif].ifindex)
		say(ex, "entry", field_text(line, "from"), "waiting",
		    "the static route (%s, %s) from %s to %s waits for %s, which does not exist "
		    "yet",
		    field_text(line, "source"), field_text(line, "group"), field_text(line, "from"),
		    field_text(line, "to"), field_text(line, "from"));
	json_object_put(line);
}

/* Whose it is, where that is not a protocol with a tree. */
static void explain_owner(const struct explain *ex)
{
	const struct mfib_entry *entry = &ex->entry;
	const char *name = port_name(ex->daemon, entry->route.iif);
	hp_time left = mfib_time_left(entry, loop_now());

	if (entry->owner == MFIB_STALE)
		say(ex, "entry", name, mfib_owner_name(entry->owner),
		    "this router was restarted and forwards as before; unless a protocol takes the "
		    "entry over it ends in %" PRId64 " s",
		    left / HP_SEC(1));
	if (entry->owner == MFIB_FOLLOWED)
		say(ex, "entry", name, mfib_owner_name(entry->owner),
		    "the daemon that owns the kernel's multicast table wrote it");
	if (entry->owner == MFIB_POLICY)
		say(ex, "entry", name, mfib_owner_name(entry->owner),
		    "the policy denies it on %s: it is dropped, and no tree is made", name);
}

static void explain_input(const struct explain *ex)
{
	const char *name = port_name(ex->daemon, ex->entry.route.iif);

	if (!ex->has_entry) {
		say(ex, "input", "-", "none",
		    "there is no forwarding entry: a packet would be reported to the daemon as a "
		    "miss");
		return;
	}
	explain_owner(ex);
	if (ex->entry.owner != MFIB_POLICY)
		say(ex, "input", name, "ok", "only packets that arrive on %s are forwarded", name);
	if (ifset_is_empty(&ex->entry.route.oifs))
		say(ex, "entry", name, "negative",
		    "the entry has no outputs: packets are dropped as soon as they arrive");
}

/* The neighbor forwards, and nothing comes: what no router of the two can see alone. */
static void explain_silence_of_input(const struct explain *ex)
{
	hp_time silent_for = trees_silence(ex->daemon, &ex->tree);
	const char *name = port_name(ex->daemon, ex->tree.iif);
	char since[64] = "so far";

	if (silent_for < SILENCE_MIN)
		return;
	if (silent_for != HP_TIME_NEVER)
		(void)snprintf(since, sizeof(since), "for %" PRId64 " s", silent_for / HP_SEC(1));
	say(ex, "input", name, "silent",
	    "%s announces the tree, and it is wanted here, but nothing has arrived on %s %s: the "
	    "source "
	    "pauses, or a switch between snoops IGMP or MLD and does not know this router (if "
	    "'explain' "
	    "of %s says that copies leave there, it is the switch)",
	    ip_addr_text(&ex->tree.upstream).s, name, since, ip_addr_text(&ex->tree.upstream).s);
}

static void explain_tier(const struct explain *ex)
{
	struct dplane_route_state state;
	char seen[64] = "none has been seen";

	if (!ex->has_entry || dplane_route_state(ex->daemon->dplane, &ex->key, &state) < 0)
		return;
	if (!ifset_is_empty(&ex->entry.route.oifs))
		say(ex, "tier", "-", tier_name(state.tier), "%s it%s%s",
		    state.tier == DPLANE_TIER_XDP      ? "XDP in the driver forwards"
		    : state.tier == DPLANE_TIER_TC     ? "TC forwards"
		    : state.tier == DPLANE_TIER_KERNEL ? "the kernel's multicast cache forwards"
						       : "nothing forwards",
		    *state.why ? ", since " : "", state.why);
	if (state.seen_for != HP_TIME_NEVER)
		(void)snprintf(seen, sizeof(seen), "the last one was seen %" PRId64 " s ago",
			       state.seen_for / HP_SEC(1));
	if (ex->seen)
		say(ex, "packets", "-", "-",
		    "%" PRIu64 " of this tree were forwarded in the last second, %" PRIu64
		    " since it exists (%.1f a second); %s",
		    ex->facts.forwarded, state.packets, state.rate_pps, seen);
	else
		say(ex, "packets", "-", "-", "%" PRIu64 " were forwarded (%.1f a second); %s",
		    state.packets, state.rate_pps, seen);
}

/* ---- every interface ---- */

static bool is_up(const struct explain *ex, uint16_t link)
{
	const struct rtnl_link *info =
		rtnl_link_by_index(ex->daemon->rtnl, ex->daemon->ports[link].ifindex);

	return info && info->is_up;
}

/* Whether the source is in a subnet of the interface. */
static bool is_at_source(const struct explain *ex, uint16_t link)
{
	const struct rtnl_link *info =
		rtnl_link_by_index(ex->daemon->rtnl, ex->daemon->ports[link].ifindex);

	for (unsigned int i = 0; info && i < info->addr_count; i++)
		if (ip_prefix_contains(&info->addrs[i], &ex->key.source))
			return true;
	return false;
}

/* Who wants the copies; what an earlier run had counts where nothing else does. */
static const char *why_sending(const struct explain *ex, uint16_t link)
{
	const struct inspect_tree_if *view = &ex->ifs[link]; /* of no tree: all false */

	if (is_given(ex))
		return is_static(ex) ? "the static route names it" : "the kernel's entry names it";
	if (view->has_interest && view->has_member)
		return "neighbors are interested, and hosts listen";
	if (view->has_interest)
		return view->proto == PROTO_PIMDM ? "neighbors have not pruned it"
						  : "neighbors are interested";
	if (view->has_member)
		return "hosts listen";
	if (ex->entry.owner == MFIB_STALE ||
	    (ex->has_tree && ifset_has(&ex->tree.stale_oifs, link)))
		return "they did before the restart";
	return "they are flooded";
}

static void explain_sending(const struct explain *ex, uint16_t link)
{
	const struct port *port = &ex->daemon->ports[link];

	say(ex, "output", port->config.name, "yes", "copies %s: %s",
	    ex->seen && !ex->facts.forwarded ? "would leave" : "leave", why_sending(ex, link));
	if (port->config.threshold)
		say(ex, "output", port->config.name, "threshold",
		    "but only of packets that arrive with a TTL above %u", port->config.threshold);
	if (ex->driver_drops[link])
		say(ex, "output", port->config.name, "driver-drop",
		    "%" PRIu64 " packets of all trees %s", ex->driver_drops[link],
		    reason_sentence("driver-drop"));
}

static void note_drops(void *ctx, const struct dplane_counter *counter)
{
	struct explain *ex = ctx;

	if (counter->link != LINK_NONE && strcmp(counter->reason, "driver-drop") == 0)
		ex->driver_drops[counter->link] = counter->packets;
}

static bool is_denied(const struct explain *ex, uint16_t link, char rule[POLICY_TEXT_MAX])
{
	const struct policy_entry *entry = policy_decide(inspect_policy(ex->daemon->core), link,
							 &ex->key.source, &ex->key.group);

	if (policy_is_denial(entry))
		policy_text(ex->daemon, &entry->rule, rule);
	return policy_is_denial(entry);
}

/* The first reason why an interface is no output. */
static void explain_silence(const struct explain *ex, uint16_t link)
{
	const struct inspect_tree_if *view = &ex->ifs[link];
	const char *name = ex->daemon->ports[link].config.name;
	char rule[POLICY_TEXT_MAX];

	if (!ex->daemon->ports[link].ifindex)
		say(ex, "output", name, "no", "the interface is gone");
	else if (!is_up(ex, link))
		say(ex, "output", name, "no", "the link is down");
	else if (is_denied(ex, link, rule))
		say(ex, "output", name, "no", "the policy denies it there: '%s'", rule);
	else if (is_given(ex))
		say(ex, "output", name, "no", "the %s does not name it",
		    is_static(ex) ? "static route" : "kernel's entry");
	else if (!runs(ex, link, PROTO_HPIM) && !runs(ex, link, PROTO_PIMDM) &&
		 !runs(ex, link, PROTO_GM))
		say(ex, "output", name, "no", "neither HPIM-DM nor PIM-DM nor %s runs there",
		    ex->facts.membership);
	else if (!ex->has_entry)
		say(ex, "output", name, "no", "there is no tree to forward");
	else if (is_at_source(ex, link))
		say(ex, "output", name, "no",
		    "the source is in a subnet of it: its packets are there already");
	else if (ex->has_if[link] && !view->is_winner && ip_addr_is_set(&view->best_upstream))
		say(ex, "output", name, "no",
		    "assert lost: %s serves this link (preference %u, metric %u)",
		    ip_addr_text(&view->best_upstream).s, view->upstream_preference,
		    view->upstream_metric);
	else if (ex->has_if[link] && !view->is_winner) /* hpim/derive.c: a frozen interface */
		say(ex, "output", name, "no",
		    "this router was restarted, and the neighbors there are awaited: one of them "
		    "may serve the link");
	else if (ex->has_if[link] && view->proto == PROTO_PIMDM && view->neighbors)
		say(ex, "output", name, "no",
		    "no host listens, and the neighbors have pruned it for %" PRId64 " s more",
		    view->prune_in == HP_TIME_NEVER ? 0 : view->prune_in / HP_SEC(1));
	else if (!inspect_neighbor_count(ex->daemon->core, link, ex->family))
		say(ex, "output", name, "no", "no host listens, and there is no neighbor");
	else
		say(ex, "output", name, "no", "no host listens, and no neighbor is interested");
}

static void explain_outputs(const struct explain *ex)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		if (!ex->daemon->ports[link].is_used)
			continue;
		if (ex->has_entry && link == ex->entry.route.iif)
			continue;
		if (ex->has_entry && ifset_has(&ex->entry.route.oifs, link) && is_up(ex, link))
			explain_sending(ex, link);
		else
			explain_silence(ex, link);
	}
}

/* Hosts behind these get nothing, and what they join is not seen. */
static void explain_unattached(const struct explain *ex)
{
	const struct rtnl_link *link = NULL;

	while (!follow_is_on(ex->daemon) && (link = rtnl_link_next(ex->daemon->rtnl, link)))
		if (facts_is_unattached(ex->daemon, link, ex->family))
			say(ex, "output", link->name, "no",
			    "it is not attached: 'hpimctl attach %s' if hosts or routers there "
			    "are to get it",
			    link->name);
}

/* The counter knows that there are no outputs, and not why: the end of a sentence. */
static void why_negative(const struct explain *ex, char *text, size_t room)
{
	const struct verdict_facts *facts = &ex->facts;

	if (ex->has_entry && ex->entry.owner == MFIB_POLICY)
		(void)snprintf(text, room, "were dropped: the policy denies them there");
	else if (ex->has_tree && facts->tree != VERDICT_TREE_ACTIVE)
		(void)snprintf(text, room, "were dropped: no tree could be built for them");
	else if (*facts->served_if)
		(void)snprintf(text, room,
			       "were dropped: %s serves %s, and no other output wants "
			       "them",
			       facts->server.s, facts->served_if);
	else if (facts->is_pruned)
		(void)snprintf(text, room,
			       "were dropped: this router has pruned them at %s, which sends them "
			       "on %s for others there, or until it has heeded the prune",
			       facts->upstream.s, facts->in);
	else
		(void)snprintf(text, room, "%s", reason_sentence("negative"));
}

static void explain_seen(const struct explain *ex)
{
	char negative[256];

	why_negative(ex, negative, sizeof(negative));
	for (uint32_t i = 0; ex->seen && i < ex->seen->count; i++) {
		const struct observed *row = &ex->seen->rows[i];

		if (reason_is_trouble(row->reason))
			say(ex, "counter", port_name(ex->daemon, row->link), row->reason,
			    "%" PRIu64 " packets of this tree in the last second %s", row->packets,
			    strcmp(row->reason, "negative") ? reason_sentence(row->reason)
							    : negative);
	}
}

/* ---- the verdict ---- */

static void put_verdict(const struct explain *ex, const char *about, const char *interface,
			const struct verdict *verdict)
{
	struct json_object *record = json_object_new_object();

	field_put_text(record, "about", about);
	field_put_text(record, "interface", interface);
	field_put_text(record, "verdict", verdict->name);
	field_put_text(record, "sentence", verdict->sentence);
	field_put_text(record, "next", verdict->next);
	answer_record(ex->client, schema_find("hpim.explain/1"), record);
}

static void explain_verdict(const struct explain *ex)
{
	struct verdict verdict;

	verdict_judge(&ex->facts, &verdict);
	put_verdict(ex, "verdict", "-", &verdict);
}

static void explain_path(const struct explain *ex)
{
	struct verdict verdict;

	if (follow_is_on(ex->daemon))
		return; /* what that daemon knows */
	verdict_path(&ex->facts, &verdict);
	put_verdict(ex, "path", route_interface(ex), &verdict);
}

/* ---- the request ---- */

static bool read_key(struct json_object *args, struct mfib_key *ret_key)
{
	const char *source = field_text(args, "source"), *group = field_text(args, "group");
	struct mfib_key key;

	if (!source || !group || ip_addr_parse(source, &key.source) ||
	    ip_addr_parse(group, &key.group) || !ip_addr_is_multicast(&key.group) ||
	    ip_addr_is_multicast(&key.source) ||
	    ip_addr_family(&key.source) != ip_addr_family(&key.group))
		return false;
	*ret_key = key;
	return true;
}

static void look_is_over(void *ctx)
{
	show_resume(ctx);
}

bool explain_begin(struct show *show)
{
	if (read_key(show->args, &show->key)) {
		if (!ip_addr_is_link_scope_group(&show->key.group))
			show->observer =
				observe_begin(show->daemon, &show->key, look_is_over, show);
		show->is_waiting = show->observer;
		return true;
	}
	ctl_reply_error(show->client, "usage", CTL_EXIT_USAGE,
			"explain SOURCE GROUP, two addresses of one family",
			"no source and group to explain");
	return false;
}

static void explain(struct show *show)
{
	struct explain ex = { .daemon = show->daemon, .client = show->client, .key = show->key };

	if (show->observer)
		ex.seen = observe_result(show->observer);
	gather(&ex);
	dplane_counters(ex.daemon->dplane, note_drops, &ex);
	explain_verdict(&ex);
	if (field_bool(show->args, "path")) {
		explain_path(&ex);
		return;
	}
	if (ip_addr_is_link_scope_group(&ex.key.group)) {
		say(&ex, "group", "-", "no", "%s never leaves its link: no router forwards it",
		    ex.group.s);
		return;
	}
	explain_own(&ex);
	explain_static(&ex);
	if (!is_given(&ex)) {
		explain_route(&ex);
		explain_tree(&ex);
	}
	if (ex.has_tree || ex.has_entry) {
		explain_input(&ex);
		explain_tier(&ex);
	}
	if (ex.has_tree && !is_given(&ex))
		explain_silence_of_input(&ex);
	explain_outputs(&ex);
	explain_unattached(&ex);
	explain_seen(&ex);
	explain_path(&ex);
}

bool explain_step(struct show *show)
{
	explain(show);
	return true;
}

void explain_end(struct show *show)
{
	if (show->observer)
		observe_end(show->observer);
}
