/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of mgmt/verdict.c, row by row: which facts each is for, and what it says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "mgmt/verdict.h"

#define S "10.1.1.100"
#define G "239.1.2.3"

/* (S,G) from a source on eth0 to eth1, with 50 packets in the second, as it should be. */
static struct verdict_facts at_source(void)
{
	return (struct verdict_facts){
		.source = { S },
		.group = { G },
		.is_source = true,
		.table = 254,
		.has_route = true,
		.is_connected = true,
		.route_if = "eth0",
		.is_route_if_attached = true,
		.is_hpim_on = true,
		.tree = VERDICT_TREE_ACTIVE,
		.has_entry = true,
		.is_originator = true,
		.in = "eth0",
		.outs = "eth1",
		.looked_s = 1,
		.forwarded = 50,
		.packets = 1000,
		.arrived = { 50, "eth0" },
	};
}

/* The same behind a router, which delivers it. */
static struct verdict_facts behind(void)
{
	struct verdict_facts facts = at_source();

	facts.is_connected = facts.is_originator = false;
	facts.gateway = facts.upstream = (struct addr_text){ "10.1.2.1" };
	facts.gateway_is = GATEWAY_SYNCED;
	return facts;
}

/* The same, but no packet comes: @silent_s since the last one. */
static struct verdict_facts silent(struct verdict_facts facts, uint64_t silent_s)
{
	facts.forwarded = facts.arrived.packets = 0;
	facts.silent_s = silent_s;
	return facts;
}

/* Behind a router that delivers no tree. */
static struct verdict_facts without_tree(enum verdict_gateway gateway)
{
	struct verdict_facts facts = silent(behind(), UINT64_MAX);

	facts.tree = VERDICT_TREE_NONE;
	facts.has_entry = false;
	facts.outs[0] = '\0';
	facts.gateway_is = gateway;
	facts.gateway_s = 31;
	return facts;
}

/* Packets come, and no interface wants them. */
static struct verdict_facts unwanted(void)
{
	struct verdict_facts facts = at_source();

	facts.forwarded = 0;
	facts.outs[0] = '\0';
	return facts;
}

static void set(char *name, const char *text)
{
	strcpy(name, text);
}

static bool was_named[64];

static void expect(struct verdict_facts facts, const char *name, const char *sentence,
		   const char *next)
{
	struct verdict verdict;

	verdict_judge(&facts, &verdict);
	cr_expect_str_eq(verdict.name, name);
	cr_expect_str_eq(verdict.sentence, sentence);
	cr_expect(strstr(verdict.next, next), "'%s' is not in '%s'", next, verdict.next);
	for (unsigned int i = 0; verdict_name(i); i++)
		was_named[i] |= !strcmp(verdict_name(i), verdict.name);
}

static void expect_addresses(void)
{
	struct verdict_facts facts = at_source();

	facts.is_link_scope = true;
	facts.group = (struct addr_text){ "224.0.0.9" };
	expect(facts, "link-scope", "224.0.0.9 never leaves its link: no router forwards it",
	       "use another group");
	facts = at_source();
	facts.is_source = false;
	expect(facts, "no-source",
	       S
	       " cannot be the source of a tree: it is no unicast address that is valid beyond its "
	       "link",
	       "'ip address'");
	facts = at_source();
	facts.is_broadcast = true;
	expect(facts, "broadcast-source",
	       S
	       " is the broadcast address of a subnet of this router: packets from it are dropped",
	       "another address");
	facts = unwanted();
	facts.bad_source = (struct verdict_seen){ 7, "eth0" };
	expect(facts, "bad-source",
	       "7 packets of it came by eth0 in the last second and were dropped: no host there "
	       "can "
	       "have the source address " S,
	       "hpimctl capture FILE");
}

static void expect_routes(void)
{
	struct verdict_facts facts = silent(at_source(), UINT64_MAX);

	facts.has_route = false;
	expect(facts, "no-route",
	       "there is no route to " S
	       " in table 254, and multicast follows the unicast route back "
	       "to the source",
	       "'ip route add'");
	facts = silent(at_source(), UINT64_MAX);
	facts.is_route_if_attached = false;
	expect(facts, "route-unattached",
	       "the route to " S " leads through eth0, which is not attached",
	       "'hpimctl attach eth0'");
	facts = at_source();
	set(facts.route_if, "eth9");
	expect(facts, "wrong-path",
	       "50 packets of it came by eth0 in the last second, but the route to " S
	       " leads through eth9, so no tree is built for them",
	       "'ip route get " S "' must name eth0");
	facts = without_tree(GATEWAY_SYNCED);
	facts.full_limit = 100;
	set(facts.full_if, "eth0");
	expect(facts, "tree-limit",
	       "eth0 has brought 100 trees, its limit, so this router refuses one more",
	       "'hpimctl set interface-trees NUMBER eth0'");
	facts = without_tree(GATEWAY_UNKNOWN);
	set(facts.served_if, "eth2");
	facts.server = (struct addr_text){ "10.1.9.9" };
	expect(facts, "wrong-path",
	       "10.1.9.9 on eth2 announces it, but the route to " S
	       " leads through eth0, where no router does",
	       "'ip route get " S "'");
	facts = silent(at_source(), UINT64_MAX);
	facts.is_static = true;
	facts.has_route = false;
	facts.wrong_if = (struct verdict_seen){ 3, "eth5" };
	expect(facts, "wrong-input",
	       "3 packets of it came by eth5 in the last second and were dropped: the static route "
	       "takes them from eth0",
	       "from eth5 to IFACE");
	facts.wrong_if.packets = 0;
	facts.forwarded = 5;
	expect(facts, "arrives",
	       "arrives: the static route forwarded 5 packets to eth1 in the last second",
	       "rp_filter");
	facts = without_tree(GATEWAY_UNKNOWN);
	facts.is_static_waiting = true;
	expect(facts, "static-waiting",
	       "the static route waits for an interface that does not exist",
	       "'hpimctl show static'");
}

static void expect_packets(void)
{
	struct verdict_facts facts = at_source();

	expect(facts, "arrives", "arrives: forwarded to eth1, 50 packets in the last second",
	       "sysctl net.ipv4.conf.all.rp_filter");
	set(facts.unattached, "eth2, eth3");
	expect(facts, "arrives", "arrives: forwarded to eth1, 50 packets in the last second",
	       "if it is behind eth2, eth3, which is not attached");
	facts.forwarded = 0;
	facts.ttl = (struct verdict_seen){ 50, "eth0" };
	expect(facts, "ttl",
	       "50 packets of it came by eth0 in the last second with a TTL or hop limit of 1, "
	       "which "
	       "ends at this router",
	       "IP_MULTICAST_TTL");
	facts.ttl.packets = 0;
	facts.too_big = (struct verdict_seen){ 50, "eth0" };
	facts.longest = 1478;
	facts.narrow_mtu = 1400;
	set(facts.narrow, "eth1");
	expect(facts, "too-big",
	       "50 packets of it came by eth0 in the last second that are longer (1478 bytes) than "
	       "eth1 takes (MTU 1400), and must not be cut",
	       "at most 1400 bytes");
	facts = at_source();
	facts.threshold = 16;
	facts.highest_ttl = 9;
	set(facts.threshold_if, "eth1");
	expect(facts, "threshold",
	       "packets come with a TTL of at most 9, and the threshold of eth1 holds back all up "
	       "to "
	       "16",
	       "'hpimctl threshold eth1 0'");
}

static void expect_gateways(void)
{
	struct verdict_facts facts = without_tree(GATEWAY_SYNCED);

	expect(facts, "not-announced",
	       "10.1.2.1 on eth0, the next router toward " S
	       ", does not announce it, and no packet of it has come",
	       "'hpimctl explain " S " " G "' on 10.1.2.1");
	facts.is_hpim_on = false;
	expect(facts, "hpim-off",
	       "HPIM-DM of this family does not run on eth0, nor PIM-DM, so no router there can "
	       "deliver the "
	       "tree",
	       "'hpimctl attach eth0 hpim'");
	facts = without_tree(GATEWAY_GONE);
	expect(facts, "gateway-gone",
	       "the next router toward " S ", 10.1.2.1 on eth0, is no longer a neighbor, for 31 s",
	       "start hpimd there");
	facts.unsigned_messages = 4;
	facts.are_keys_of_route_if = true;
	set(facts.keys_if, "eth0");
	expect(facts, "keys",
	       "messages of HPIM-DM that come by eth0, which leads to " S
	       ", fit no key of this router, so no router there is a neighbor",
	       "'hpimctl show keys'");
	facts = silent(behind(), 25);
	facts.gateway_is = GATEWAY_LATE;
	facts.gateway_s = 25;
	expect(facts, "gateway-late",
	       "the next router toward " S
	       ", 10.1.2.1 on eth0, has sent no Hello for 25 s, and delivers no packet",
	       "start hpimd there");
	expect(without_tree(GATEWAY_UNKNOWN), "gateway-no-neighbor",
	       "the next router toward " S
	       ", 10.1.2.1 on eth0, does not speak HPIM-DM, so no tree comes from there; that will "
	       "stay so",
	       "'hpimctl static route " S " " G " from eth0 to IFACE'");
	expect(without_tree(GATEWAY_SYNCING), "gateway-not-synced",
	       "the next router toward " S ", 10.1.2.1 on eth0, is not synchronized",
	       "'hpimctl doctor eth0'");
	facts = without_tree(GATEWAY_UNKNOWN);
	facts.is_hpim_on = false;
	facts.is_pim_on = true;
	expect(facts, "gateway-no-neighbor",
	       "the next router toward " S
	       ", 10.1.2.1 on eth0, does not speak PIM-DM, so no tree comes from there; that will "
	       "stay so",
	       "'hpimctl static route " S " " G " from eth0 to IFACE'");
	facts = silent(behind(), 25);
	facts.grafts = 3;
	expect(facts, "graft-unanswered",
	       "10.1.2.1 on eth0 has not answered 3 Grafts of PIM-DM, and delivers no packet",
	       "'hpimctl show neighbors eth0'");
	facts = without_tree(GATEWAY_SYNCED);
	facts.tree = VERDICT_TREE_UNSURE;
	expect(facts, "not-nearer",
	       "neighbors announce the tree, but none on eth0 is nearer to " S
	       " than this router, so following one could be a loop",
	       "same routing protocol");
}

/* What is flooded for a moment, and what a gateway without HPIM-DM will never announce. */
static void expect_flood(void)
{
	struct verdict_facts facts = behind();

	facts.tree = VERDICT_TREE_FLOOD;
	expect(facts, "arrives", "arrives: forwarded to eth1, 50 packets in the last second", "");
	facts.gateway_is = GATEWAY_UNKNOWN;
	expect(facts, "gateway-no-neighbor",
	       "the next router toward " S
	       ", 10.1.2.1 on eth0, does not speak HPIM-DM, so no tree comes from there; that will "
	       "stay so",
	       "run hpimd on it");
}

static void expect_members(void)
{
	struct verdict_facts facts = unwanted();

	expect(facts, "no-member", "no host or neighbor on any interface wants " G,
	       "'hpimctl show groups'");
	facts.is_pruned = true;
	facts.upstream = (struct addr_text){ "10.1.2.1" };
	expect(facts, "pruned",
	       "no host or neighbor on another interface than eth0 wants " G
	       ", so this router has pruned it at 10.1.2.1",
	       "Receivers on eth0 get it from 10.1.2.1");
	set(facts.unheard, "eth2, eth3");
	facts.membership = "IGMP";
	facts.is_pruned = false;
	expect(facts, "no-reports",
	       "no host or neighbor on any interface wants " G
	       ", and no host has reported any group on eth2, eth3, where this router queries: "
	       "none "
	       "there has joined one, or a switch between snoops IGMP and does not know this "
	       "router",
	       "'bridge link set dev PORT mcast_router 2'");
	facts.unheard[0] = '\0';
	set(facts.unattached, "eth2");
	expect(facts, "not-attached",
	       "no host or neighbor on an attached interface wants " G ", and eth2 is not attached",
	       "'hpimctl attach IFACE'");
	set(facts.served_if, "eth1");
	facts.server = (struct addr_text){ "10.1.3.2" };
	expect(facts, "other-forwarder",
	       "10.1.3.2 serves eth1 and not this router (assert), and no other interface wants it",
	       "on 10.1.3.2");
	facts.unsigned_messages = 9;
	set(facts.keys_if, "eth1");
	expect(facts, "keys",
	       "no host or neighbor wants it, but messages of HPIM-DM that come by eth1 fit no key "
	       "of "
	       "this router, so the router there is no neighbor",
	       "on eth1");
	set(facts.other_if, "eth3");
	set(facts.other_sources, "10.1.1.101");
	expect(facts, "other-source", "hosts on eth3 want " G " from 10.1.1.101, not from " S,
	       "join " G " from " S);
	facts = silent(without_tree(GATEWAY_SYNCED), 0);
	facts.is_connected = true;
	facts.gateway_is = GATEWAY_NONE;
	facts.tree = VERDICT_TREE_UNSURE;
	expect(facts, "source-silent",
	       "neighbors announce the tree, but this router is at the source and receives no "
	       "packet "
	       "of it",
	       "tcpdump");
}

static void expect_policy(void)
{
	struct verdict_facts facts = unwanted();

	set(facts.denied_outs, "eth1, eth2");
	expect(facts, "policy",
	       "the policy denies (" S ", " G ") on eth1, eth2, and no other interface wants it",
	       "'hpimctl show policy'");
	set(facts.denied_in, "eth0");
	expect(facts, "policy",
	       "the policy denies (" S ", " G ") on eth0, by which it comes from " S,
	       "'hpimctl boundary delete eth0 " G "'");
	facts = at_source();
	set(facts.denied_outs, "eth2");
	expect(facts, "arrives", "arrives: forwarded to eth1, 50 packets in the last second", "");
}

static void expect_silences(void)
{
	struct verdict_facts facts = silent(behind(), 5);

	expect(facts, "silent",
	       "10.1.2.1 on eth0 announces it, and it is wanted here, but nothing arrives on eth0: "
	       "a "
	       "switch between snoops IGMP or MLD and does not know this router, or the source "
	       "pauses",
	       "'hpimctl explain " S " " G "' on 10.1.2.1");
	expect(silent(behind(), 4), "paused",
	       "no packet of it came in the last second; before, 1000 were forwarded, the last one "
	       "4 "
	       "s ago",
	       "ask again");
	facts.is_awaited = true;
	expect(facts, "restarted",
	       "this router was restarted, and its neighbors on eth0 are awaited", "15 s");
	facts = silent(at_source(), UINT64_MAX);
	expect(facts, "not-sent", "no packet of it has come to this router", "its TTL");
	facts.looked_s = 0;
	expect(facts, "not-looked", "forwarded to eth1 when packets come; 1000 did so far",
	       "show counters");
}

/* Nothing here depends on routes to sources and on neighbors. */
static void expect_followed(void)
{
	struct verdict_facts facts = unwanted();

	facts.is_followed = true;
	facts.has_route = facts.is_route_if_attached = false;
	expect(facts, "followed-nowhere", "the kernel's entry has no outputs that are followed",
	       "hpimctl follow IFACE");
	facts.has_entry = false;
	expect(facts, "not-followed",
	       "the kernel's multicast table has no entry of (" S ", " G
	       ") whose input is followed: the kernel forwards by an entry for any source, or the "
	       "daemon that owns the table decides",
	       "'ip mroute'");
	facts = at_source();
	facts.is_followed = true;
	facts.has_route = facts.is_route_if_attached = false;
	facts.forwarded = 100;
	set(facts.unattached, "eth7");
	set(facts.outs, "eth1");
	expect(facts, "arrives", "arrives: forwarded to eth1, 100 packets in the last second",
	       "rp_filter");
}

Test(verdict, each_rule_has_its_facts)
{
	expect_followed();
	expect_addresses();
	expect_routes();
	expect_packets();
	expect_gateways();
	expect_flood();
	expect_members();
	expect_policy();
	expect_silences();
	for (unsigned int i = 0; verdict_name(i); i++)
		cr_expect(was_named[i], "no facts lead to %s", verdict_name(i));
}

Test(verdict, path_names_the_next_router)
{
	static const struct {
		enum { AT_SOURCE, BEHIND, NO_TREE, NO_ROUTE } where;
		const char *name, *sentence;
	} rows[] = {
		{ AT_SOURCE, "first-hop",
		  "this router is the first one behind " S ", which is on eth0" },
		{ BEHIND, "upstream",
		  "the next router toward " S " is 10.1.2.1 on eth0, which announces the tree" },
		{ NO_TREE, "gateway",
		  "the next router toward " S " is 10.1.2.1 on eth0, by the unicast route" },
		{ NO_ROUTE, "none", "there is no route to " S ", so no router to ask next" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict_facts facts = rows[i].where == AT_SOURCE ? at_source()
					     : rows[i].where == BEHIND
						     ? behind()
						     : without_tree(GATEWAY_SYNCED);
		struct verdict verdict;

		if (rows[i].where == NO_ROUTE) {
			facts.has_route = false;
			facts.gateway_is = GATEWAY_NONE;
		}
		verdict_path(&facts, &verdict);
		cr_expect_str_eq(verdict.name, rows[i].name);
		cr_expect_str_eq(verdict.sentence, rows[i].sentence);
	}
}

/* Names that are as long as they can be are cut, and nothing is written behind the texts. */
Test(verdict, texts_are_bounded)
{
	struct verdict_facts facts = at_source();
	struct verdict verdict;

	memset(facts.outs, 'o', sizeof(facts.outs) - 1);
	memset(facts.unattached, 'u', sizeof(facts.unattached) - 1);
	memset(facts.source.s, 's', sizeof(facts.source.s) - 1);
	verdict_judge(&facts, &verdict);
	cr_expect_lt(strlen(verdict.sentence), sizeof(verdict.sentence));
	cr_expect_lt(strlen(verdict.next), sizeof(verdict.next));
	cr_expect(strstr(verdict.sentence, "in the last second"));
}
