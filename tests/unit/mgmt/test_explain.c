/* SPDX-License-Identifier: GPL-2.0-only */
/* "explain", word for word: what an operator reads when packets do not arrive. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "mgmt/observe.h"
#include "unit/common_daemon.h"

/*
 *	10.1.0.0/24 ── eth1 [daemon] eth2 ── 10.2.0.0/24
 *	                             eth3 ── 10.3.0.0/24
 */
static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	world_boot();
}

static void attach(const char *interface)
{
	cr_assert_eq(request("attach", "{'interface':'%s'}", interface)->exit, CTL_EXIT_OK);
}

TestSuite(explain, .init = boot, .fini = world_end);

/*
 * Without the verdict, which comes first, the path, which comes last (test_verdict has their
 * texts), and the interfaces that are not attached, which have a test of their own.
 */
static char *walk_of(const char *rows)
{
	char *walk = strdup(strchr(rows, '\n') + 1), *line = walk;

	cr_assert_eq(strncmp(rows, "verdict ", 8), 0, "%s", rows);
	while (*line) {
		char *next = strchr(line, '\n') + 1;
		char *attached = strstr(line, "it is not attached");

		if (!strncmp(line, "path ", 5) || (attached && attached < next))
			memmove(line, next, strlen(next) + 1);
		else
			line = next;
	}
	return walk;
}

/* The way to the verdict: about, interface, verdict and sentence of each record. */
static void expect(const char *source, const char *group, const char *answer)
{
	char *walk = walk_of(
		reply_rows(request("explain", "{'source':'%s','group':'%s'}", source, group),
			   "about interface verdict sentence"));

	cr_expect_str_eq(walk, answer);
	free(walk);
}

/* The word of the verdict alone. */
static void expect_verdict(const char *source, const char *group, const char *name)
{
	const char *rows = reply_rows(
		request("explain", "{'source':'%s','group':'%s'}", source, group), "verdict");

	cr_expect_eq(strncmp(rows, name, strlen(name)), 0, "%s instead of %s", rows, name);
	cr_expect_eq(rows[strlen(name)], '\n');
}

#define CONNECTED                                                                             \
	"route eth1 ok 10.1.0.9 is in a subnet of eth1: this router originates the tree and " \
	"watches whether the source sends\n"
#define BEHIND_ETH2 \
	"route eth2 ok 10.12.0.9 is reached through 10.2.0.2 on eth2 (preference 4, metric 5)\n"
#define ORIGINATED "tree eth1 active the source is alive on eth1, and the tree stands\n"
#define DELIVERED                                                                               \
	"tree eth2 active 10.2.0.2 on eth2 delivers the tree; it is nearer to the source than " \
	"this router (preference 4, metric 5)\n"
#define UNSURE                                                                                 \
	"neighbors announce the tree, but none on the way to the source is nearer to it than " \
	"this router (preference 4, metric 5), so following one could be a loop\n"
#define INPUT(name) "input " name " ok only packets that arrive on " name " are forwarded\n"
#define NO_INPUT                                                                                  \
	"input - none there is no forwarding entry: a packet would be reported to the daemon as " \
	"a miss\n"
#define NEGATIVE(name)                                                                           \
	"entry " name " negative the entry has no outputs: packets are dropped as soon as they " \
	"arrive\n"
#define XDP      "tier - xdp XDP in the driver forwards it\n"
#define UNSEEN   "packets - - 0 were forwarded (0.0 a second); none has been seen\n"
#define NO(name) "output " name " no "
#define NO_TREE  "there is no tree to forward\n"
#define ALONE    "no host listens, and there is no neighbor\n"
#define SILENT(since)                                                                            \
	"input eth2 silent 10.2.0.2 announces the tree, and it is wanted here, but nothing has " \
	"arrived on eth2 " since ": the source pauses, or a switch between snoops IGMP or MLD "  \
	"and does not know this router (if 'explain' of 10.2.0.2 says that copies leave there, " \
	"it is the switch)\n"
#define LISTENS   "output eth3 yes copies leave: hosts listen\n"
#define RESTARTED "output eth3 yes copies leave: they did before the restart\n"

static void attach_all(void)
{
	attach("eth1");
	attach("eth2");
	attach("eth3");
}

/* 10.2.0.2 on eth2, with 10.12.0.0/24 behind it; a host on eth3 wants its group. */
static void stand_behind_eth2(void)
{
	attach_all();
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_neighbor_source(12, "10.12.0.9", "239.1.1.1");
}

/* ---- before there is a tree ---- */

Test(explain, without_arguments_or_with_odd_ones_it_is_refused)
{
	static const char *const args[] = {
		"{}",
		"{'source':'10.1.0.9'}",
		"{'group':'239.1.1.1'}",
		"{'source':'10.1.0.9','group':'10.1.0.9'}",
		"{'source':'239.1.1.1','group':'239.1.1.1'}",
		"{'source':'10.1.0.9','group':'ff3e::1'}",
		"{'source':'10.1.0.9/24','group':'239.1.1.1'}",
	};

	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		const struct reply *reply = request("explain", "%s", args[i]);

		expect_refused(reply, CTL_EXIT_USAGE, "usage", "no source and group to explain");
		cr_expect_str_eq(reply->hint, "explain SOURCE GROUP, two addresses of one family");
	}
	expect_refused(request("explain", "{'source':10,'group':'239.1.1.1'}"), CTL_EXIT_USAGE,
		       "usage", "\"source\" is text");
}

Test(explain, no_route_to_the_source)
{
	attach_all();
	expect("192.0.2.1", "239.1.1.1",
	       "route - no there is no route to 192.0.2.1 in table 254: multicast follows the "
	       "unicast route back to the source, so no tree can be built\n"
	       "tree - none no packet of (192.0.2.1, 239.1.1.1) has come to this router\n" NO(
		       "eth1") NO_TREE NO("eth2") NO_TREE NO("eth3") NO_TREE);
}

Test(explain, route_by_an_interface_that_is_not_attached)
{
	attach("eth1");
	fake_route("10.30.0.0/24", "10.3.0.2", 3, 5);
	expect("10.30.0.9", "239.1.1.1",
	       "route eth3 no the route to 10.30.0.9 leads through eth3, which is not attached: "
	       "'hpimctl attach eth3'\n"
	       "tree - none no packet of (10.30.0.9, 239.1.1.1) has come to this router\n" NO(
		       "eth1") NO_TREE);
	expect_verdict("10.30.0.9", "239.1.1.1", "route-unattached");
}

Test(explain, no_packet_yet_of_a_source_on_a_subnet)
{
	attach("eth1");
	attach("eth2");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED
	       "tree - none no packet of (10.1.0.9, 239.1.1.1) has come to this router\n" NO("eth1")
		       NO_TREE NO("eth2") NO_TREE);
	expect_verdict("10.1.0.9", "239.1.1.1", "not-sent");
}

Test(explain, no_packet_yet_and_no_neighbor_announces)
{
	attach("eth2");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "tree - none no neighbor on eth2 announces (10.12.0.9, 239.1.1.1), and no packet of "
	       "it has come: ask the routers nearer to the source\n" NO("eth2") NO_TREE);
}

Test(explain, route_by_an_interface_without_the_protocol)
{
	cr_assert_eq(request("attach", "{'interface':'eth2','igmp':true}")->exit, CTL_EXIT_OK);
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "route eth2 no HPIM-DM of this family does not run on eth2, nor PIM-DM, so no "
	       "neighbor can "
	       "deliver the tree\n"
	       "tree - none no neighbor on eth2 announces (10.12.0.9, 239.1.1.1), and no packet of "
	       "it has come: ask the routers nearer to the source\n" NO("eth2") NO_TREE);
}

Test(explain, group_of_link_scope_is_all_there_is_to_say)
{
	attach_all();
	expect("10.1.0.9", "224.0.0.251",
	       "group - no 224.0.0.251 never leaves its link: no router forwards it\n");
	expect("2001:db8::9", "ff02::fb",
	       "group - no ff02::fb never leaves its link: no router forwards it\n");
}

Test(explain, source_that_no_packet_can_come_from)
{
	attach("eth1");
	expect("10.1.0.255", "239.1.1.1",
	       "source - no 10.1.0.255 is the broadcast address of a subnet of this router: "
	       "packets from it are dropped and counted as bad-source\n"
	       "route eth1 ok 10.1.0.255 is in a subnet of eth1: this router originates the tree "
	       "and watches whether the source sends\n"
	       "tree - none no packet of (10.1.0.255, 239.1.1.1) has come to this router\n" NO(
		       "eth1") NO_TREE);
	expect("fe80::9", "ff3e::1",
	       "route eth3 no the route to fe80::9 leads through eth3, which is not attached: "
	       "'hpimctl attach eth3'\n"
	       "tree - none fe80::9 cannot be the source of a tree: it is no unicast address that "
	       "is valid beyond its link\n" NO("eth1") NO_TREE);
}

/* ---- originator ---- */

Test(explain, source_on_a_subnet_and_a_listener)
{
	const struct mfib_key key = world_key("10.1.0.9", "239.1.1.1");

	attach_all();
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP UNSEEN NO("eth2") ALONE LISTENS);
	fake_tier_count(world_tier(), &key, 1234, HP_SEC(3));
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP
	       "packets - - 1234 were forwarded (0.0 a second); the last one was seen 3 s ago\n" NO(
		       "eth2") ALONE LISTENS);
}

Test(explain, nothing_wants_it)
{
	attach("eth1");
	attach("eth2");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1") UNSEEN NO("eth2") ALONE);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1")
		       UNSEEN NO("eth2") "no host listens, and no neighbor is interested\n");
	world_neighbor_report(12, "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP UNSEEN
	       "output eth2 yes copies leave: neighbors are interested\n");
	world_report("eth2", "10.2.0.9", "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP UNSEEN
	       "output eth2 yes copies leave: neighbors are interested, and hosts listen\n");
}

Test(explain, output_with_a_threshold)
{
	attach("eth1");
	attach("eth3");
	cr_assert_eq(request("threshold", "{'interface':'eth3','ttl':16}")->exit, CTL_EXIT_OK);
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP UNSEEN LISTENS
	       "output eth3 threshold but only of packets that arrive with a TTL above 16\n");
}

Test(explain, output_whose_driver_drops)
{
	attach("eth1");
	attach("eth3");
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_tier()->counter_count = 2;
	world_tier()->counters[0] =
		(struct dplane_counter){ .link = 1, .reason = "driver-drop", .packets = 7 };
	world_tier()->counters[1] =
		(struct dplane_counter){ .link = LINK_NONE, .reason = "driver-drop", .packets = 9 };
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") XDP UNSEEN LISTENS
	       "output eth3 driver-drop 7 packets of all trees did not leave here: the driver "
	       "dropped what XDP redirected to it\n");
}

Test(explain, policy_denies_it)
{
	attach("eth1");
	attach("eth3");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	cr_assert_eq(request("boundary", "{'interface':'eth3','group':'239.0.0.0/8'}")->exit,
		     CTL_EXIT_OK);
	expect_verdict("10.1.0.9", "239.1.1.1", "policy");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1") UNSEEN NO(
		       "eth3") "the policy denies it there: 'boundary eth3 239.0.0.0/8'\n");
	cr_assert_eq(request("boundary", "{'interface':'eth1','group':'239.0.0.0/8'}")->exit,
		     CTL_EXIT_OK);
	cr_expect(strstr(reply_rows(request("explain", "{'source':'10.1.0.9','group':'239.1.1.1'}"),
				    "sentence"),
			 "on eth1, by which it comes from 10.1.0.9"));
}

Test(explain, output_that_is_down_gone_or_without_protocols)
{
	attach("eth1");
	attach("eth3");
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	fake_link(3, "eth3", false, "10.3.0.1/24 fe80::3/64");
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1")
		       UNSEEN NO("eth3") "the link is down\n");
	fake_link_gone(3);
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1")
		       UNSEEN NO("eth3") "the interface is gone\n");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	cr_assert_eq(request("detach", "{'interface':'eth3','family':4}")->exit, CTL_EXIT_OK);
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1") NEGATIVE("eth1")
		       UNSEEN NO("eth3") "neither HPIM-DM nor PIM-DM nor IGMP runs there\n");
}

Test(explain, output_in_the_subnet_of_the_source)
{
	fake_link(4, "eth4", true, "10.1.0.2/24");
	attach("eth1");
	attach("eth4");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_report("eth1", "10.1.0.77", "239.1.1.1");
	expect("10.1.0.9", "239.1.1.1",
	       "route eth4 ok 10.1.0.9 is in a subnet of eth4: this router originates the tree and "
	       "watches whether the source sends\n"
	       "tree eth4 active the source is alive on eth4, and the tree stands\n" INPUT("eth4")
		       NEGATIVE("eth4") UNSEEN NO("eth1") "the source is in a subnet of it: its "
							  "packets are there already\n");
}

Test(explain, program_of_this_router_sends)
{
	attach("eth2");
	world_miss("eth2", "10.1.0.1", "239.1.1.1");
	expect("10.1.0.1", "239.1.1.1",
	       "source - own 10.1.0.1 is an address of this router: packets from it that arrive by "
	       "a "
	       "link are dropped and counted as bad-source\n"
	       "route eth1 ok 10.1.0.1 is an address of this router: a program here sends, and its "
	       "packets count as coming in by the attached interface that they leave by\n"
	       "tree eth2 active a program of this router sends by eth2, and the tree "
	       "stands\n" INPUT("eth2") NEGATIVE("eth2") UNSEEN);
}

/* ---- behind a neighbor ---- */

Test(explain, neighbor_delivers_and_nothing_arrives)
{
	const struct mfib_key key = world_key("10.12.0.9", "239.1.1.1");

	stand_behind_eth2();
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2 DELIVERED INPUT("eth2") XDP UNSEEN SILENT("so far") NO("eth1")
		       ALONE LISTENS);
	fake_tier_count(world_tier(), &key, 7, HP_SEC(4));
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2 DELIVERED INPUT("eth2") XDP
	       "packets - - 7 were forwarded (0.0 a second); the last one was seen 4 s ago\n" NO(
		       "eth1") ALONE LISTENS);
	fake_tier_count(world_tier(), &key, 7, HP_SEC(5));
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2 DELIVERED INPUT("eth2") XDP
	       "packets - - 7 were forwarded (0.0 a second); the last one was seen 5 s "
	       "ago\n" SILENT("for 5 s") NO("eth1") ALONE LISTENS);
}

Test(explain, packets_before_a_neighbor_announces)
{
	attach_all();
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_miss("eth2", "10.12.0.9", "239.1.1.1");
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "tree eth2 flood packets come, but no neighbor has announced the tree; until it "
	       "does they are flooded or dropped, for a few seconds\n" INPUT("eth2") XDP UNSEEN
	       "output eth1 yes copies leave: they are flooded\n"
	       "output eth3 yes copies leave: they are flooded\n");
}

Test(explain, neighbor_elsewhere_announces)
{
	attach_all();
	world_neighbor("eth3", "10.3.0.2", 12, 1);
	world_run(HP_SEC(20));
	world_neighbor_source(12, "10.12.0.9", "239.1.1.1");
	expect("10.12.0.9", "239.1.1.1",
	       "route - no there is no route to 10.12.0.9 in table 254: multicast follows the "
	       "unicast route back to the source, so no tree can be built\n"
	       "tree - unsure neighbors announce the tree, but without a route to the source none "
	       "of them can be followed\n" NO_INPUT NO("eth1") NO_TREE NO("eth2") NO_TREE NO("eth3")
		       NO_TREE);
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "tree eth2 unsure " UNSURE INPUT("eth2") NEGATIVE("eth2") UNSEEN NO("eth1") ALONE NO(
		       "eth3") "assert lost: 10.3.0.2 serves this link (preference 2, metric 0)\n");
}

Test(explain, tree_has_ended)
{
	stand_behind_eth2();
	cr_assert_eq(request("detach", "{'interface':'eth2','hpim':true}")->exit, CTL_EXIT_OK);
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "route eth2 no HPIM-DM of this family does not run on eth2, nor PIM-DM, so no "
	       "neighbor can "
	       "deliver the tree\n"
	       "tree - inactive what is left of a tree that has ended; it goes when the neighbors "
	       "have acknowledged\n" NO_INPUT NO("eth1") NO_TREE NO("eth2") NO_TREE NO("eth3")
		       NO_TREE);
}

/* ---- after a restart ---- */

Test(explain, stale_entry_and_the_time_it_has_left)
{
	stand_behind_eth2();
	world_kill();
	fake_route_gone("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	world_run(HP_SEC(12));
	expect("10.12.0.9", "239.1.1.1",
	       "route - no there is no route to 10.12.0.9 in table 254: multicast follows the "
	       "unicast route back to the source, so no tree can be built\n"
	       "tree - unsure neighbors announce the tree, but without a route to the source none "
	       "of them can be followed\n"
	       "entry eth2 stale this router was restarted and forwards as before; unless a "
	       "protocol takes the entry over it ends in 33 s\n" INPUT("eth2") XDP UNSEEN NO("eth1")
		       ALONE RESTARTED);
	world_run(HP_SEC(34));
	expect("10.12.0.9", "239.1.1.1",
	       "route - no there is no route to 10.12.0.9 in table 254: multicast follows the "
	       "unicast route back to the source, so no tree can be built\n"
	       "tree - unsure neighbors announce the tree, but without a route to the source none "
	       "of them can be followed\n" NO_INPUT NO("eth1") NO_TREE NO("eth2") NO_TREE NO("eth3")
		       NO_TREE);
}

Test(explain, neighbors_are_awaited_after_a_restart)
{
	stand_behind_eth2();
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_kill();
	world_boot();
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2
	       "tree eth2 active this router was restarted, and its neighbors on eth2 are awaited; "
	       "until then it forwards as before\n" INPUT("eth2") XDP UNSEEN NO("eth1")
		       ALONE RESTARTED);
	expect("10.1.0.9", "239.1.1.1",
	       CONNECTED ORIGINATED INPUT("eth1")
		       XDP UNSEEN NO("eth2") "this router was restarted, and the neighbors there "
					     "are awaited: one of "
					     "them may serve the link\n" RESTARTED);
	world_run(HP_SEC(20));
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2 DELIVERED INPUT("eth2") XDP UNSEEN SILENT("so far") NO("eth1")
		       ALONE RESTARTED);
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	expect("10.12.0.9", "239.1.1.1",
	       BEHIND_ETH2 DELIVERED INPUT("eth2") XDP UNSEEN SILENT("so far") NO("eth1")
		       ALONE LISTENS);
}

/* ---- packets that are looked at ---- */

static struct ctl_client *look(void)
{
	world_tier()->can_capture = true;
	return request_begin("explain", "{'source':'10.1.0.9','group':'239.1.1.1'}");
}

static const char *looked(struct ctl_client *client, const char *fields)
{
	cr_assert(!fake_client_part(client));
	world_run(OBSERVE_FOR);
	cr_assert(fake_client_part(client));
	return reply_rows(fake_reply(client), fields);
}

static void expect_looked(struct ctl_client *client, const char *name)
{
	const char *rows = looked(client, "verdict");

	cr_expect_eq(strncmp(rows, name, strlen(name)), 0, "%s instead of %s", rows, name);
	cr_expect_eq(world_tier()->capture_every, 0);
}

static void sampled(uint8_t ttl, const char *reason)
{
	world_sampled("eth1", "10.1.0.9", "239.1.1.1", ttl, 100, reason);
}

/* The tree from eth1 to a host on eth3. */
static void tree_to_eth3(void)
{
	attach_all();
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
}

Test(explain, packets_of_other_trees_and_before_the_look_do_not_count)
{
	struct ctl_client *client;

	tree_to_eth3();
	world_tier()->can_capture = true;
	sampled(1, "ttl");
	client = look();
	world_run(OBSERVE_FOR / 2);
	world_sampled("eth1", "10.1.0.8", "239.1.1.1", 1, 100, "ttl");
	world_sampled("eth1", "10.1.0.9", "239.1.1.2", 1, 100, "ttl");
	expect_looked(client, "not-sent");
}

Test(explain, what_became_of_the_packets_of_a_second)
{
	const struct mfib_key key = world_key("10.1.0.9", "239.1.1.1");
	struct ctl_client *client;

	tree_to_eth3();
	fake_tier_count(world_tier(), &key, 1000, 0);
	client = look();
	world_run(OBSERVE_FOR / 2);
	cr_expect_eq(world_tier()->capture_every, 1);
	sampled(1, "ttl");
	sampled(1, "kernel"); /* of which the kernel decides the same */
	expect_looked(client, "ttl");
	client = look();
	world_run(OBSERVE_FOR / 2);
	fake_tier_count(world_tier(), &key, 1005, 0);
	sampled(9, "forwarded");
	cr_expect_str_eq(strchr(looked(client, "about interface verdict sentence"), '\n') + 1,
			 CONNECTED ORIGINATED INPUT("eth1") XDP
			 "packets - - 5 of this tree were forwarded in the last second, 1005 since "
			 "it exists (0.0 a second); the last one was seen 0 s ago\n" NO("eth2")
				 ALONE LISTENS
			 "path eth1 first-hop this router is the first one behind 10.1.0.9, which "
			 "is on eth1\n");
}

Test(explain, packets_too_long_for_the_kernel_and_by_another_way)
{
	const struct mfib_key key = world_key("10.1.0.9", "239.1.1.1");
	struct ctl_client *client;

	tree_to_eth3();
	client = look();
	world_run(OBSERVE_FOR / 2);
	fake_tier_count(world_tier(), &key, 1, 0); /* the kernel counts what it refuses */
	world_sampled("eth1", "10.1.0.9", "239.1.1.1", 9, 1501, "kernel");
	expect_looked(client, "too-big");
	client = look();
	world_run(OBSERVE_FOR / 2);
	world_sampled("eth2", "10.1.0.9", "239.1.1.1", 9, 100, "wrong-if");
	expect_looked(client, "wrong-path");
}

/* PIM-DM's upstream neighbor sends what was pruned there, since another router of the link wants
 * it. */
Test(explain, packets_that_this_router_has_pruned)
{
	struct ctl_client *client;

	cr_assert_eq(request("attach", "{'interface':'eth1','pim_dm':true,'igmp':true}")->exit,
		     CTL_EXIT_OK);
	attach("eth2");
	attach("eth3");
	fake_route("10.11.0.0/24", "10.1.0.2", 1, 5);
	world_pim_hello("eth1", "10.1.0.2");
	world_miss("eth1", "10.11.0.9", "239.1.1.1");
	expect_verdict("10.11.0.9", "239.1.1.1", "pruned");
	world_tier()->can_capture = true;
	client = request_begin("explain", "{'source':'10.11.0.9','group':'239.1.1.1'}");
	world_run(OBSERVE_FOR / 2);
	world_sampled("eth1", "10.11.0.9", "239.1.1.1", 9, 100, "negative");
	cr_expect_not_null(
		strstr(looked(client, "about verdict sentence"),
		       "counter negative 1 packets of this tree in the last second were dropped: "
		       "this router has pruned them at 10.1.0.2, which sends them on eth1 for "
		       "others there, or until it has heeded the prune\n"));
}

/* A host's report for any group, and a neighbor's, show that reports get here. */
Test(explain, no_host_answers_queries)
{
	attach_all();
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_run(HP_SEC(30)); /* one query */
	expect_verdict("10.1.0.9", "239.1.1.1", "no-member");
	world_run(HP_SEC(2));
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect_verdict("10.1.0.9", "239.1.1.1", "no-reports");
	world_report("eth2", "10.2.0.9", "239.9.9.9");
	expect_verdict("10.1.0.9", "239.1.1.1", "no-reports");
	world_neighbor("eth3", "10.3.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect_verdict("10.1.0.9", "239.1.1.1", "no-member");
}

/* The busier the router, the fewer packets are sampled. */
Test(explain, a_look_samples_no_more_than_some_thousand_packets)
{
	struct ctl_client *client;

	tree_to_eth3();
	world_tier()->counter_count = 1;
	world_tier()->counters[0] = (struct dplane_counter){ .reason = "forwarded" };
	client = look();
	world_tier()->counters[0].packets = 100000;
	world_run(OBSERVE_FOR / 2);
	cr_expect_eq(world_tier()->capture_every, 501);
	sampled(1, "ttl");
	cr_expect(strstr(looked(client, "sentence"), "501 packets of it came by eth1"));
}

Test(explain, client_leaves_during_a_look)
{
	struct ctl_client *client;

	attach_all();
	client = look();
	world_run(OBSERVE_FOR / 2);
	cr_expect_eq(world_tier()->capture_every, 1);
	fake_client_leaves(client);
	cr_expect_eq(world_tier()->capture_every, 0);
	world_run(OBSERVE_FOR);
}

Test(explain, daemon_ends_during_a_look)
{
	attach_all();
	(void)look();
	world_run(OBSERVE_FOR / 2); /* the rest is seen by the sanitizers */
}

Test(explain, interfaces_that_are_not_attached_are_named)
{
	fake_link(4, "eth4", false, "10.4.0.1/24");
	fake_link(5, "eth5", true, "fe80::5/64");
	attach("eth1");
	attach("eth2");
	cr_expect_str_eq(
		strstr(reply_rows(request("explain", "{'source':'10.1.0.9','group':'239.1.1.1'}"),
				  "interface verdict sentence"),
		       "eth3"),
		"eth3 no it is not attached: 'hpimctl attach eth3' if hosts or routers there are "
		"to get it\neth1 first-hop this router is the first one behind 10.1.0.9, which is "
		"on "
		"eth1\n");
}

Test(explain, interface_has_brought_as_many_trees_as_its_limit)
{
	attach_all();
	cr_assert_eq(request("set", "{'setting':'interface-trees','value':'1','interface':'eth1'}")
			     ->exit,
		     CTL_EXIT_OK);
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_report("eth3", "10.3.0.9", "239.1.1.2");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	expect_verdict("10.1.0.9", "239.1.1.2", "tree-limit");
	cr_expect_str_eq(
		reply_rows(request("show counters", "{'interface':'eth1'}"), "reason packets"),
		"interface-tree-limit 1\n");
	cr_assert_eq(request("set", "{'setting':'interface-trees','value':'2','interface':'eth1'}")
			     ->exit,
		     CTL_EXIT_OK);
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	cr_expect(strstr(reply_rows(request("show limits", "{'interface':'eth1','family':4}"),
				    "limit_of interface used limit refused"),
			 "\ninterface-trees eth1 2 2 1\n"));
}
