// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules, in order: what makes the others meaningless comes first, then what became of packets
 * that were seen, then why none may have come. Texts name facts as {NAME}.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mgmt/verdict.h"

/* Streams with longer pauses between packets are rare. */
#define SILENCE_MIN_S 5u

#define GRAFTS_MIN 3 /* without an answer */

/* ---- the conditions ---- */

static bool is_link_scope(const struct verdict_facts *f)
{
	return f->is_link_scope;
}

static bool is_no_source(const struct verdict_facts *f)
{
	return !f->is_source;
}

static bool is_broadcast(const struct verdict_facts *f)
{
	return f->is_broadcast;
}

static bool is_static_waiting(const struct verdict_facts *f)
{
	return f->is_static_waiting;
}

/* Which way packets come, and go, is no question of routes to sources. */
static bool is_given(const struct verdict_facts *f)
{
	return f->is_static || f->is_followed;
}

static bool has_no_route(const struct verdict_facts *f)
{
	return !f->has_route && !is_given(f);
}

static bool is_route_unattached(const struct verdict_facts *f)
{
	return f->has_route && !is_given(f) && !f->is_local && !f->is_route_if_attached;
}

static bool is_denied_in(const struct verdict_facts *f)
{
	return *f->denied_in && !f->forwarded;
}

static bool is_denied_out(const struct verdict_facts *f)
{
	return *f->denied_outs && !*f->outs;
}

static bool is_wrong_path_static(const struct verdict_facts *f)
{
	return f->is_static && f->wrong_if.packets && !f->forwarded;
}

/* What comes by another interface is flooded for a while, or dropped at once. */
static bool is_wrong_path(const struct verdict_facts *f)
{
	return !is_given(f) && !f->is_local && f->has_route && f->arrived.packets &&
	       strcmp(f->arrived.interface, f->route_if) != 0;
}

static bool is_bad_source(const struct verdict_facts *f)
{
	return f->bad_source.packets && !f->forwarded;
}

static bool has_short_ttl(const struct verdict_facts *f)
{
	return f->ttl.packets && !f->forwarded;
}

static bool is_too_big(const struct verdict_facts *f)
{
	return f->too_big.packets && !f->forwarded;
}

static bool is_under_threshold(const struct verdict_facts *f)
{
	return f->threshold && f->forwarded;
}

static bool arrives_by_static(const struct verdict_facts *f)
{
	return f->is_static && f->forwarded;
}

/* Nothing on the way to the source announces the tree. */
static bool has_no_upstream(const struct verdict_facts *f)
{
	return !is_given(f) && !f->is_connected && !f->is_local && f->has_route &&
	       f->tree != VERDICT_TREE_ACTIVE && !(f->tree == VERDICT_TREE_OTHER && f->forwarded);
}

static bool is_hpim_off(const struct verdict_facts *f)
{
	return has_no_upstream(f) && !f->is_hpim_on && !f->is_pim_on;
}

static bool have_keys_to_source(const struct verdict_facts *f)
{
	return has_no_upstream(f) && f->unsigned_messages && f->are_keys_of_route_if &&
	       f->gateway_is != GATEWAY_SYNCED;
}

static bool is_gateway_gone(const struct verdict_facts *f)
{
	return has_no_upstream(f) && f->gateway_is == GATEWAY_GONE;
}

/* It may still be what delivers the tree, until it is given up. */
static bool is_gateway_late(const struct verdict_facts *f)
{
	return f->gateway_is == GATEWAY_LATE && !f->forwarded && !f->is_static;
}

static bool is_announced_elsewhere(const struct verdict_facts *f)
{
	return has_no_upstream(f) && *f->served_if;
}

/* What a neighbor or a host said of it was refused then, so nothing of it is known here. */
static bool is_beyond_limit(const struct verdict_facts *f)
{
	return *f->full_if && f->tree == VERDICT_TREE_NONE;
}

static bool is_gateway_unknown(const struct verdict_facts *f)
{
	return has_no_upstream(f) && f->gateway_is == GATEWAY_UNKNOWN;
}

static bool is_gateway_syncing(const struct verdict_facts *f)
{
	return has_no_upstream(f) && f->gateway_is == GATEWAY_SYNCING;
}

static bool is_not_nearer(const struct verdict_facts *f)
{
	return has_no_upstream(f) && f->tree == VERDICT_TREE_UNSURE;
}

static bool is_forwarded(const struct verdict_facts *f)
{
	return f->forwarded && *f->outs;
}

static bool is_forwarded_beside(const struct verdict_facts *f)
{
	return is_forwarded(f) && *f->unattached && !f->is_followed;
}

static bool is_refused_at_source(const struct verdict_facts *f)
{
	return f->tree == VERDICT_TREE_UNSURE && f->is_connected;
}

static bool is_awaited(const struct verdict_facts *f)
{
	return f->is_awaited && !f->forwarded;
}

static bool has_none(const struct verdict_facts *f)
{
	return f->has_entry && !*f->outs;
}

static bool is_not_followed(const struct verdict_facts *f)
{
	return f->is_followed && !f->has_entry;
}

static bool is_followed_nowhere(const struct verdict_facts *f)
{
	return f->is_followed && has_none(f);
}

static bool is_other_source(const struct verdict_facts *f)
{
	return !*f->outs && *f->other_if;
}

static bool have_keys_elsewhere(const struct verdict_facts *f)
{
	return has_none(f) && f->unsigned_messages;
}

/* The first few may be lost; they are repeated every 3 s. */
static bool is_graft_unanswered(const struct verdict_facts *f)
{
	return f->grafts >= GRAFTS_MIN && !f->forwarded;
}

static bool is_served(const struct verdict_facts *f)
{
	return has_none(f) && *f->served_if;
}

static bool is_unheard(const struct verdict_facts *f)
{
	return has_none(f) && *f->unheard && !f->is_pruned;
}

static bool is_unattached(const struct verdict_facts *f)
{
	return has_none(f) && *f->unattached;
}

static bool is_pruned(const struct verdict_facts *f)
{
	return has_none(f) && f->is_pruned;
}

static bool is_announced(const struct verdict_facts *f)
{
	return f->tree == VERDICT_TREE_ACTIVE && !f->is_originator && !f->is_local && *f->outs &&
	       !f->is_static && f->silent_s >= SILENCE_MIN_S;
}

static bool is_not_announced(const struct verdict_facts *f)
{
	return !f->has_entry && f->gateway_is == GATEWAY_SYNCED;
}

static bool is_not_sent(const struct verdict_facts *f)
{
	return !f->has_entry || f->silent_s == UINT64_MAX;
}

static bool is_not_seen(const struct verdict_facts *f)
{
	return !f->looked_s && f->has_entry && *f->outs;
}

static bool always(const struct verdict_facts *f)
{
	(void)f;
	return true;
}

/* ---- the rules ---- */

#define RECEIVER                                                                                   \
	"if a host there gets nothing, look at the host: 'sysctl net.ipv4.conf.all.rp_filter' "    \
	"must not be 1 unless its own route to {S} leaves by the same interface; its firewall; a " \
	"switch between that snoops must list its port for {G} (Linux: 'bridge mdb')"

static const struct rule {
	const char *name;
	bool (*fits)(const struct verdict_facts *facts);
	const char *sentence, *next;
} rules[] = {
	{ "link-scope", is_link_scope, "{G} never leaves its link: no router forwards it",
	  "use another group: none of 224.0.0.0/24 or ff02::/16" },
	{ "no-source", is_no_source,
	  "{S} cannot be the source of a tree: it is no unicast address that is valid beyond its "
	  "link",
	  "let the sender use another address: 'ip address' on it" },
	{ "broadcast-source", is_broadcast,
	  "{S} is the broadcast address of a subnet of this router: packets from it are dropped",
	  "give the sender another address" },
	{ "static-waiting", is_static_waiting,
	  "the static route waits for an interface that does not exist",
	  "create it; 'hpimctl show static' names it" },
	{ "no-route", has_no_route,
	  "there is no route to {S} in table {table}, and multicast follows the unicast route back "
	  "to the source",
	  "'ip route add' it, or let the routing protocol announce it; then 'ip route get {S}'" },
	{ "policy", is_denied_in,
	  "the policy denies ({S}, {G}) on {denied_in}, by which it comes from {S}",
	  "'hpimctl show policy' has the rule; 'hpimctl policy delete {G} {denied_in}' or 'hpimctl "
	  "boundary delete {denied_in} {G}' with the prefix that is there" },
	{ "wrong-input", is_wrong_path_static,
	  "{wrong_if} packets of it came by {wrong_at} {when} and were dropped: the static route "
	  "takes them from {in}",
	  "'hpimctl static route {S} {G} from {wrong_at} to IFACE'" },
	{ "bad-source", is_bad_source,
	  "{bad_source} packets of it came by {bad_at} {when} and were dropped: no host there can "
	  "have the source address {S}",
	  "find the sender by its MAC address: 'hpimctl capture FILE'" },
	{ "wrong-path", is_wrong_path,
	  "{arrived} packets of it came by {arrived_at} {when}, but the route to {S} leads through "
	  "{route_if}, so no tree is built for them",
	  "correct the route, or the path of the packets: 'ip route get {S}' must name "
	  "{arrived_at}" },
	{ "route-unattached", is_route_unattached,
	  "the route to {S} leads through {route_if}, which is not attached",
	  "'hpimctl attach {route_if}'" },
	{ "ttl", has_short_ttl,
	  "{ttl} packets of it came by {ttl_at} {when} with a TTL or hop limit of 1, which ends at "
	  "this router",
	  "let the source send with a greater one: IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS; many "
	  "programs send with 1 unless they are asked" },
	{ "too-big", is_too_big,
	  "{too_big} packets of it came by {big_at} {when} that are longer ({longest} bytes) than "
	  "{narrow} takes (MTU {narrow_mtu}), and must not be cut",
	  "let the source send packets of at most {narrow_mtu} bytes, or raise the MTU at both "
	  "ends: "
	  "'ip link set {narrow} mtu {longest}'" },
	{ "threshold", is_under_threshold,
	  "packets come with a TTL of at most {highest_ttl}, and the threshold of {threshold_if} "
	  "holds back all up to {threshold}",
	  "'hpimctl threshold {threshold_if} 0', or a greater TTL at the source" },
	{ "hpim-off", is_hpim_off,
	  "HPIM-DM of this family does not run on {route_if}, nor PIM-DM, so no router there can "
	  "deliver the tree",
	  "'hpimctl attach {route_if} hpim', or pim-dm if that is what the routers there speak" },
	{ "keys", have_keys_to_source,
	  "messages of HPIM-DM that come by {keys_if}, which leads to {S}, fit no key of this "
	  "router, so no router there is a neighbor",
	  "compare 'hpimctl show keys' of the routers on {keys_if}" },
	{ "gateway-gone", is_gateway_gone,
	  "the next router toward {S}, {gateway} on {route_if}, is no longer a neighbor, for "
	  "{gateway_s} s",
	  "start hpimd there: 'systemctl status hpimd' on {gateway}" },
	{ "gateway-late", is_gateway_late,
	  "the next router toward {S}, {gateway} on {route_if}, has sent no Hello for {gateway_s} "
	  "s, "
	  "and delivers no packet",
	  "start hpimd there: 'systemctl status hpimd' on {gateway}" },
	{ "tree-limit", is_beyond_limit,
	  "{full_if} has brought {full_limit} trees, its limit, so this router refuses one more",
	  "'hpimctl set interface-trees NUMBER {full_if}' allows more; 'hpimctl show trees' lists "
	  "those that are there" },
	{ "wrong-path", is_announced_elsewhere,
	  "{server} on {served_if} announces it, but the route to {S} leads through {route_if}, "
	  "where "
	  "no router does",
	  "correct the route: 'ip route get {S}' must name the interface that the packets come "
	  "by" },
	{ "gateway-no-neighbor", is_gateway_unknown,
	  "the next router toward {S}, {gateway} on {route_if}, does not speak {protocol}, so no "
	  "tree "
	  "comes from there; that will stay so",
	  "run hpimd on it, or bypass it here: 'hpimctl static route {S} {G} from {route_if} to "
	  "IFACE'" },
	{ "gateway-not-synced", is_gateway_syncing,
	  "the next router toward {S}, {gateway} on {route_if}, is not synchronized",
	  "'hpimctl doctor {route_if}' says why if that takes more than 30 s" },
	{ "graft-unanswered", is_graft_unanswered,
	  "{upstream} on {in} has not answered {grafts} Grafts of PIM-DM, and delivers no packet",
	  "look at {upstream}: does it run PIM-DM on this link, and has it a route to {S}? "
	  "'hpimctl "
	  "show neighbors {in}' here" },
	{ "not-nearer", is_not_nearer,
	  "neighbors announce the tree, but none on {route_if} is nearer to {S} than this router, "
	  "so "
	  "following one could be a loop",
	  "let metrics grow along the path, and use the same routing protocol everywhere" },
	{ "not-followed", is_not_followed,
	  "the kernel's multicast table has no entry of ({S}, {G}) whose input is followed: the "
	  "kernel forwards by an entry for any source, or the daemon that owns the table decides",
	  "'ip mroute' has the kernel's entries; why there is none is a question to that daemon" },
	{ "followed-nowhere", is_followed_nowhere,
	  "the kernel's entry has no outputs that are followed",
	  "'ip mroute' has its outputs, and 'hpimctl follow IFACE' follows them; without any, ask "
	  "the daemon that owns the table who wants {G}" },
	{ "arrives", arrives_by_static,
	  "arrives: the static route forwarded {forwarded} packets to {outs} {when}", RECEIVER },
	{ "arrives", is_forwarded_beside,
	  "arrives: forwarded to {outs}, {forwarded} packets {when}",
	  RECEIVER
	  "; if it is behind {unattached}, which is not attached: 'hpimctl attach IFACE'" },
	{ "arrives", is_forwarded, "arrives: forwarded to {outs}, {forwarded} packets {when}",
	  RECEIVER },
	{ "source-silent", is_refused_at_source,
	  "neighbors announce the tree, but this router is at the source and receives no packet of "
	  "it",
	  "look at the sender: 'tcpdump -n host {S}' on {route_if}" },
	{ "restarted", is_awaited,
	  "this router was restarted, and its neighbors on {in} are awaited", "ask again in 15 s" },
	{ "other-source", is_other_source,
	  "hosts on {other_if} want {G} from {other_sources}, not from {S}",
	  "let the receiver join {G} from {S}, or ask about the source it has joined" },
	{ "keys", have_keys_elsewhere,
	  "no host or neighbor wants it, but messages of HPIM-DM that come by {keys_if} fit no key "
	  "of "
	  "this router, so the router there is no neighbor",
	  "compare 'hpimctl show keys' of the routers on {keys_if}" },
	{ "policy", is_denied_out,
	  "the policy denies ({S}, {G}) on {denied_outs}, and no other interface wants it",
	  "'hpimctl show policy' has the rule; 'hpimctl policy delete {G} IFACE' or 'hpimctl "
	  "boundary "
	  "delete IFACE {G}' with the prefix that is there" },
	{ "other-forwarder", is_served,
	  "{server} serves {served_if} and not this router (assert), and no other interface wants "
	  "it",
	  "'hpimctl explain {S} {G}' on {server}" },
	{ "no-reports", is_unheard,
	  "no host or neighbor on any interface wants {G}, and no host has reported any group on "
	  "{unheard}, where this router queries: none there has joined one, or a switch between "
	  "snoops {membership} and does not know this router",
	  "'ip maddress' on the receiver; if it has joined, make the port of this router a router "
	  "port of the switch (Linux: 'bridge link set dev PORT mcast_router 2'), or switch "
	  "snooping off" },
	{ "not-attached", is_unattached,
	  "no host or neighbor on an attached interface wants {G}, and {unattached} is not "
	  "attached",
	  "'hpimctl attach IFACE' if the receiver is behind it" },
	{ "pruned", is_pruned,
	  "no host or neighbor on another interface than {in} wants {G}, so this router has pruned "
	  "it at {upstream}",
	  "let the receiver join: 'ip maddress' on it; 'hpimctl show groups' lists the "
	  "members. Receivers on {in} get it from {upstream}" },
	{ "no-member", has_none, "no host or neighbor on any interface wants {G}",
	  "let the receiver join: 'ip maddress' on it; 'hpimctl show groups' lists the "
	  "members" },
	{ "silent", is_announced,
	  "{upstream} on {in} announces it, and it is wanted here, but nothing arrives on {in}: a "
	  "switch between snoops IGMP or MLD and does not know this router, or the source pauses",
	  "'hpimctl explain {S} {G}' on {upstream}: if it arrives there, make the ports of routers "
	  "router ports of the switch" },
	{ "not-announced", is_not_announced,
	  "{gateway} on {route_if}, the next router toward {S}, does not announce it, and no "
	  "packet "
	  "of it has come",
	  "'hpimctl explain {S} {G}' on {gateway}" },
	{ "not-looked", is_not_seen, "forwarded to {outs} when packets come; {packets} did so far",
	  "'hpimctl show counters'" },
	{ "not-sent", is_not_sent, "no packet of it has come to this router",
	  "look at the sender: its TTL, its interface, 'tcpdump -n host {S}' on it and here" },
	{ "paused", always,
	  "no packet of it came {when}; before, {packets} were forwarded, the last one {silent_s} "
	  "s "
	  "ago",
	  "let the source send, and ask again" },
};

/* ---- the way to the source ---- */

static bool is_first_hop(const struct verdict_facts *f)
{
	return f->has_route && (f->is_connected || f->is_local);
}

static bool has_upstream(const struct verdict_facts *f)
{
	return f->tree == VERDICT_TREE_ACTIVE && !f->is_originator && !f->is_awaited;
}

static bool has_gateway(const struct verdict_facts *f)
{
	return f->gateway_is != GATEWAY_NONE;
}

static const struct rule path_rules[] = {
	{ "first-hop", is_first_hop,
	  "this router is the first one behind {S}, which is on {route_if}",
	  "look at the source: 'tcpdump -n host {S}' on it" },
	{ "upstream", has_upstream,
	  "the next router toward {S} is {upstream} on {in}, which announces the tree",
	  "'hpimctl explain {S} {G}' on {upstream}" },
	{ "gateway", has_gateway,
	  "the next router toward {S} is {gateway} on {route_if}, by the unicast route",
	  "'hpimctl explain {S} {G}' on {gateway}" },
	{ "none", always, "there is no route to {S}, so no router to ask next",
	  "'ip route get {S}' here" },
};

/* ---- texts ---- */

/* The facts that texts may name. */
static void fact_text(const struct verdict_facts *f, const char *name, size_t len, char *text,
		      size_t room)
{
	const struct {
		const char *name, *text;
		uint64_t number; /* where there is no text */
	} facts[] = {
		{ "S", f->source.s, 0 },
		{ "G", f->group.s, 0 },
		{ "table", NULL, f->table },
		{ "route_if", f->route_if, 0 },
		{ "full_if", f->full_if, 0 },
		{ "full_limit", NULL, f->full_limit },
		{ "gateway", f->gateway.s, 0 },
		{ "gateway_s", NULL, f->gateway_s },
		{ "upstream", f->upstream.s, 0 },
		{ "grafts", NULL, f->grafts },
		{ "protocol", f->is_pim_on ? "PIM-DM" : "HPIM-DM", 0 },
		{ "in", f->in, 0 },
		{ "outs", f->outs, 0 },
		{ "forwarded", NULL, f->forwarded },
		{ "packets", NULL, f->packets },
		{ "silent_s", NULL, f->silent_s },
		{ "arrived", NULL, f->arrived.packets },
		{ "arrived_at", f->arrived.interface, 0 },
		{ "wrong_if", NULL, f->wrong_if.packets },
		{ "wrong_at", f->wrong_if.interface, 0 },
		{ "bad_source", NULL, f->bad_source.packets },
		{ "bad_at", f->bad_source.interface, 0 },
		{ "ttl", NULL, f->ttl.packets },
		{ "ttl_at", f->ttl.interface, 0 },
		{ "too_big", NULL, f->too_big.packets },
		{ "big_at", f->too_big.interface, 0 },
		{ "longest", NULL, f->longest },
		{ "narrow", f->narrow, 0 },
		{ "narrow_mtu", NULL, f->narrow_mtu },
		{ "threshold", NULL, f->threshold },
		{ "threshold_if", f->threshold_if, 0 },
		{ "highest_ttl", NULL, f->highest_ttl },
		{ "keys_if", f->keys_if, 0 },
		{ "other_if", f->other_if, 0 },
		{ "other_sources", f->other_sources, 0 },
		{ "served_if", f->served_if, 0 },
		{ "server", f->server.s, 0 },
		{ "unattached", f->unattached, 0 },
		{ "unheard", f->unheard, 0 },
		{ "membership", f->membership, 0 },
		{ "denied_in", f->denied_in, 0 },
		{ "denied_outs", f->denied_outs, 0 },
		{ "when", "in the last second", 0 },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		if (strlen(facts[i].name) != len || strncmp(facts[i].name, name, len) != 0)
			continue;
		if (facts[i].text)
			(void)snprintf(text, room, "%s", facts[i].text); /* may be cut */
		else
			(void)snprintf(text, room, "%" PRIu64, facts[i].number);
		return;
	}
	assert(false); /* a text names a fact that does not exist */
}

static void fill(const struct verdict_facts *facts, const char *pattern, char *text, size_t room)
{
	size_t used = 0;

	while (*pattern && used + 1 < room) {
		size_t plain = strcspn(pattern, "{");
		size_t name = strcspn(pattern + plain, "}");

		used += (size_t)snprintf(text + used, room - used, "%.*s", (int)plain, pattern);
		if (pattern[plain] && used < room) {
			fact_text(facts, pattern + plain + 1, name - 1, text + used, room - used);
			used += strlen(text + used);
		}
		pattern += plain + (pattern[plain] ? name + 1 : 0);
	}
}

static void judge(const struct rule *rule, const struct verdict_facts *facts,
		  struct verdict *ret_verdict)
{
	while (!rule->fits(facts)) /* the last one always does */
		rule++;
	*ret_verdict = (struct verdict){ .name = rule->name };
	fill(facts, rule->sentence, ret_verdict->sentence, sizeof(ret_verdict->sentence));
	fill(facts, rule->next, ret_verdict->next, sizeof(ret_verdict->next));
}

void verdict_judge(const struct verdict_facts *facts, struct verdict *ret_verdict)
{
	judge(rules, facts, ret_verdict);
}

void verdict_path(const struct verdict_facts *facts, struct verdict *ret_verdict)
{
	judge(path_rules, facts, ret_verdict);
}

const char *verdict_name(unsigned int number)
{
	return number < sizeof(rules) / sizeof(rules[0]) ? rules[number].name : NULL;
}
