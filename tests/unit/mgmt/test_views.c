/* SPDX-License-Identifier: GPL-2.0-only */
/* What "show ..." and "status" answer for a router whose state is known: columns, rows, their
 * order, filters, and walks during which trees come and go. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/core_int.h"
#include "unit/common_daemon.h"

/*
 *	10.12.0.0/24 ── 10.2.0.2 ── eth2 [daemon] eth1 ── sources
 *	                                          eth3 ── hosts
 */
static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 2001:db8:1::1/64 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	for (const char *const *name = (const char *const[]){ "eth1", "eth2", "eth3", NULL }; *name;
	     name++)
		cr_assert_eq(request("attach", "{'interface':'%s'}", *name)->exit, CTL_EXIT_OK);
}

static void stand(void)
{
	boot();
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_report("eth3", "fe80::9", "ff3e::1:1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	world_miss("eth1", "2001:db8:1::9", "ff3e::1:1");
	world_neighbor_source(12, "10.12.0.9", "239.1.1.1");
}

TestSuite(views, .init = stand, .fini = world_end);
TestSuite(walks, .init = boot, .fini = world_end);

/* What a view answers to some arguments. */
static void expect(const char *cmd, const char *args, const char *fields, const char *rows)
{
	const struct reply *reply = request(cmd, "%s", args);

	cr_expect_eq(reply->exit, CTL_EXIT_OK, "%s %s: %s", cmd, args, reply->message);
	cr_expect_str_eq(reply_rows(reply, fields), rows);
}

/* ---- columns: none may go or move, programs read them ---- */

Test(views, columns)
{
	static const struct {
		const char *cmd, *args, *schema, *columns;
	} rows[] = {
		{ "status", "{}", "hpim.status/1",
		  "instance version pid uptime_s interfaces neighbors trees groups "
		  "mroutes routes routes_xdp routes_kernel packets_xdp packets_kernel "
		  "routes_tc packets_tc unmirrored user capabilities "
		  "multicast_table unicast_table" },
		{ "show interfaces", "{}", "hpim.interfaces/1",
		  "interface ifindex state mode tier redirects kernel hpim4 hpim6 igmp "
		  "mld addr4 querier4 neighbors4 addr6 querier6 neighbors6 mtu why "
		  "igmp_version mld_version threshold querier4_expires_s "
		  "querier6_expires_s ssm_any_source passive foreign" },
		{ "show neighbors", "{}", "hpim.neighbors/1",
		  "interface family address state hold_s expires_s boot_time "
		  "my_snapshot_sn neighbor_snapshot_sn checkpoint_sn uptime_s" },
		{ "show neighbor-state", "{}", "hpim.neighbor-state/1",
		  "interface family neighbor source group upstream interest" },
		{ "show sequence", "{}", "hpim.sequence/1",
		  "sequence_of interface family boot_time sn" },
		{ "show trees", "{}", "hpim.trees/1",
		  "source group state role input upstream preference metric in_tree "
		  "outputs tier packets bytes xdp_packets kernel_packets seen_s why "
		  "tc_packets rate_pps stale_s" },
		{ "show groups", "{}", "hpim.groups/1",
		  "interface group state last_reporter expires_s sources excluded" },
		{ "show groups", "{'detail':true}", "hpim.group-sources/1",
		  "interface group source state expires_s" },
		{ "show mroutes", "{}", "hpim.mroutes/1",
		  "source group input outputs tier packets bytes xdp_packets "
		  "kernel_packets seen_s why tc_packets rate_pps owner owned_s stale_s" },
		{ "show counters", "{}", "hpim.counters/1",
		  "interface reason packets bytes meaning" },
		{ "show limits", "{}", "hpim.limits/1", "limit_of family used limit refused" },
		{ "show algorithms", "{}", "hpim.algorithms/1", "algorithm bytes" },
		{ "doctor", "{}", "hpim.doctor/1", "severity interface check what why remedy" },
		{ "show trees", "{'detail':true}", "hpim.tree-interfaces/1",
		  "source group interface role assert interest member forwarding "
		  "best_upstream upstream_preference upstream_metric" },
		{ "explain", "{'source':'10.1.0.9','group':'239.1.1.1'}", "hpim.explain/1",
		  "about interface verdict sentence" },
		{ "attach", "{'interface':'eth1'}", "hpim.attach/1",
		  "interface hpim4 hpim6 igmp mld tier why" },
	};

	world_tier()->counters[0] =
		(struct dplane_counter){ .link = 0, .reason = "ttl", .packets = 3 };
	world_tier()->counter_count = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reply *reply = request(rows[i].cmd, "%s", rows[i].args);

		cr_expect_eq(reply->exit, CTL_EXIT_OK, "%s", rows[i].cmd);
		cr_expect_str_eq(reply->schema, rows[i].schema);
		expect_columns(reply, rows[i].columns);
	}
}

/* ---- rows ---- */

static const char mroutes[] = "10.1.0.9 239.1.1.1 eth1 eth3 xdp hpim\n"
			      "10.1.0.9 239.1.1.2 eth1 - xdp hpim\n"
			      "2001:db8:1::9 ff3e::1:1 eth1 eth3 xdp hpim\n"
			      "10.12.0.9 239.1.1.1 eth2 eth3 xdp hpim\n";
#define MROUTE "source group input outputs tier owner"
#define TREE   "source group state role input upstream outputs"
static const char tree_1[] = "10.1.0.9 239.1.1.1 active originator eth1 - eth3\n";
static const char tree_2[] = "10.1.0.9 239.1.1.2 active originator eth1 - -\n";
static const char tree_3[] = "10.12.0.9 239.1.1.1 active non-originator eth2 10.2.0.2 eth3\n";
static const char tree_6[] = "2001:db8:1::9 ff3e::1:1 active originator eth1 - eth3\n";

static const char *joined(const char *a, const char *b, const char *c, const char *d)
{
	static char text[1024];

	(void)snprintf(text, sizeof(text), "%s%s%s%s", a, b, c, d);
	return text;
}

Test(views, forwarding_table)
{
	expect("show mroutes", "{}", MROUTE, mroutes);
	expect("show mroutes", "{}", MROUTE, mroutes); /* the order stays */
	expect("show mroutes", "{'family':6}", MROUTE,
	       "2001:db8:1::9 ff3e::1:1 eth1 eth3 xdp hpim\n");
	expect("show mroutes", "{'source':'10.12.0.9'}", MROUTE,
	       "10.12.0.9 239.1.1.1 eth2 eth3 xdp hpim\n");
	expect("show mroutes", "{'group':'239.1.1.2'}", MROUTE,
	       "10.1.0.9 239.1.1.2 eth1 - xdp hpim\n");
	expect("show mroutes", "{'source':'10.1.0.9','group':'239.1.1.1'}", MROUTE,
	       "10.1.0.9 239.1.1.1 eth1 eth3 xdp hpim\n");
	expect("show mroutes", "{'source':'10.1.0.9','group':'239.9.9.9'}", MROUTE, "");
	expect("show mroutes", "{'source':'10.1.0.9','family':6}", MROUTE, "");
	expect("show mroutes", "{'source':'10.1.0.9','group':'ff3e::1:1'}", MROUTE, "");
}

Test(views, what_an_entry_carried)
{
	const struct mfib_key key = world_key("10.1.0.9", "239.1.1.1");

	fake_tier_count(world_tier(), &key, 40, HP_SEC(3));
	world_run(HP_SEC(7));
	expect("show mroutes", "{'source':'10.1.0.9','group':'239.1.1.1'}",
	       "packets bytes xdp_packets tc_packets kernel_packets seen_s rate_pps owned_s "
	       "stale_s why",
	       "40 4000 40 0 0 3 0.0 7 - \n");
	expect("show mroutes", "{'source':'10.1.0.9','group':'239.1.1.2'}", "packets seen_s",
	       "0 -\n");
}

Test(views, stale_entries_end)
{
	world_kill();
	fake_route_gone("10.12.0.0/24", "10.2.0.2", 2, 5);
	fake_link(1, "eth1", true, "");
	world_boot();
	world_run(HP_SEC(5));
	expect("show mroutes", "{'family':4}", "source group outputs owner owned_s stale_s",
	       "10.1.0.9 239.1.1.1 eth3 stale 5 40\n"
	       "10.1.0.9 239.1.1.2 - stale 5 40\n"
	       "10.12.0.9 239.1.1.1 eth3 stale 5 40\n");
	world_run(HP_SEC(41));
	expect("show mroutes", "{'family':4}", "source group owner", "");
}

Test(views, trees)
{
	expect("show trees", "{}", TREE, joined(tree_1, tree_2, tree_3, tree_6));
	expect("show trees", "{'family':4}", TREE, joined(tree_1, tree_2, tree_3, ""));
	expect("show trees", "{'family':6}", TREE, tree_6);
	expect("show trees", "{'source':'10.1.0.9'}", TREE, joined(tree_1, tree_2, "", ""));
	expect("show trees", "{'group':'239.1.1.1'}", TREE, joined(tree_3, tree_1, "", ""));
	expect("show trees", "{'source':'10.12.0.9','group':'239.1.1.1'}", TREE, tree_3);
	expect("show trees", "{'source':'10.12.0.9','group':'239.1.1.2'}", TREE, "");
	expect("show trees", "{'source':'10.12.0.9','family':6}", TREE, "");
}

Test(views, trees_in_detail)
{
	static const char fields[] =
		"source interface role assert interest member forwarding best_upstream "
		"upstream_preference upstream_metric";

	expect("show trees", "{'detail':true,'source':'10.12.0.9'}", fields,
	       "10.12.0.9 eth1 non-root winner false false false - 0 0\n"
	       "10.12.0.9 eth2 root - false false false 10.2.0.2 2 0\n"
	       "10.12.0.9 eth3 non-root winner false true true - 0 0\n");
	expect("show trees", "{'detail':true,'group':'239.1.1.1','interface':'eth3'}", fields,
	       "10.12.0.9 eth3 non-root winner false true true - 0 0\n"
	       "10.1.0.9 eth3 non-root winner false true true - 0 0\n");
}

Test(views, addresses_that_are_none_are_refused)
{
	static const char *const cmds[] = { "show trees", "show mroutes" };

	for (size_t i = 0; i < 2; i++) {
		expect_refused(request(cmds[i], "{'source':'10.1.0'}"), CTL_EXIT_USAGE, "usage",
			       "\"source\" and \"group\" are addresses");
		expect_refused(request(cmds[i], "{'group':'all'}"), CTL_EXIT_USAGE, "usage",
			       "\"source\" and \"group\" are addresses");
	}
}

Test(views, unknown_command)
{
	expect_refused(request("show nothing", "{}"), CTL_EXIT_USAGE, "usage",
		       "no command 'show nothing'");
}

Test(views, groups)
{
	static const char fields[] = "interface group state last_reporter expires_s";

	expect("show groups", "{}", fields,
	       "eth3 239.1.1.1 MembersPresent 10.3.0.9 260\n"
	       "eth3 ff3e::1:1 ListenersPresent fe80::9 260\n");
	expect("show groups", "{'family':6}", "interface group", "eth3 ff3e::1:1\n");
	expect("show groups", "{'interface':'eth2'}", fields, "");
	expect("show groups", "{'interface':'eth3','family':4}", "group", "239.1.1.1\n");
	world_run(HP_SEC(300));
	expect("show groups", "{}", fields, "");
}

Test(views, interfaces)
{
	fake_link(2, "eth2", false, "10.2.0.1/24 fe80::2/64");
	fake_link_gone(3);
	expect("show interfaces", "{}",
	       "interface ifindex state mode tier addr4 addr6 querier4 neighbors4 mtu igmp_version "
	       "why",
	       "eth1 1 up auto xdp 10.1.0.1 fe80::1 10.1.0.1 0 1500 3 \n"
	       "eth2 2 down auto xdp 10.2.0.1 fe80::2 - 0 1500 0 \n"
	       "eth3 0 absent auto none - - - 0 0 0 eth3 does not exist yet; waiting for it\n");
	expect("show interfaces", "{'interface':'eth2'}", "interface", "eth2\n");
}

/* The neighbor runs HPIM-DM, and this router PIM-DM. */
Test(views, interface_with_routers_of_the_other_protocol)
{
	expect("show interfaces", "{}", "interface foreign", "eth1 \neth2 \neth3 \n");
	cr_assert_eq(request("detach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth1','pim_dm':true,'igmp':true}")->exit,
		     CTL_EXIT_OK);
	world_neighbor("eth1", "10.1.0.2", 13, 10);
	world_neighbor("eth1", "10.1.0.3", 14, 10);
	world_run(HP_SEC(20));
	expect("show interfaces", "{}", "interface pim_dm4 foreign",
	       "eth1 true 10.1.0.2,10.1.0.3\neth2 false \neth3 false \n");
	cr_expect_not_null(
		strstr(reply_rows(request("doctor", "{}"), "check interface what"),
		       "foreign eth1 10.1.0.3 speaks HPIM-DM, and this router PIM-DM\n"));
	expect("show neighbors", "{'interface':'eth1'}", "address", "");
}

Test(views, neighbors)
{
	static const char fields[] = "interface family address state hold_s uptime_s";

	expect("show neighbors", "{}", fields, "eth2 4 10.2.0.2 synced 40 15\n");
	expect("show neighbors", "{'family':6}", fields, "");
	expect("show neighbors", "{'interface':'eth1'}", fields, "");
}

/* The neighbor of eth2 announces 10.12.0.9, and has no word on the sources of eth1 but for
 * interest.
 */
Test(views, what_neighbors_said)
{
	static const char fields[] =
		"interface neighbor source group upstream preference metric interest";

	expect("show neighbor-state", "{}", fields,
	       "eth2 10.2.0.2 10.1.0.9 239.1.1.1 false   no\n"
	       "eth2 10.2.0.2 10.1.0.9 239.1.1.2 false   no\n"
	       "eth2 10.2.0.2 10.12.0.9 239.1.1.1 true 2 0 unknown\n");
	expect("show neighbor-state", "{'source':'10.12.0.9'}", fields,
	       "eth2 10.2.0.2 10.12.0.9 239.1.1.1 true 2 0 unknown\n");
	expect("show neighbor-state", "{'source':'10.1.0.9','group':'239.1.1.2'}", fields,
	       "eth2 10.2.0.2 10.1.0.9 239.1.1.2 false   no\n");
	expect("show neighbor-state", "{'interface':'eth1'}", fields, "");
	expect("show neighbor-state", "{'family':6}", fields, "");
}

/* Those of this router begin at a random number. */
Test(views, sequence_numbers)
{
	static const char trees[] = "tree eth2 4 10.2.0.2 10.1.0.9 239.1.1.1 2\n"
				    "tree eth2 4 10.2.0.2 10.1.0.9 239.1.1.2 3\n"
				    "tree eth2 4 10.2.0.2 10.12.0.9 239.1.1.1 4\n";
	static const char tree[] = "sequence_of interface family neighbor source group sn";

	expect("show sequence", "{}", "sequence_of interface family neighbor checkpoint_sn source",
	       "interface eth1 4   \n"
	       "interface eth2 4   \n"
	       "neighbor eth2 4 10.2.0.2 1 \n"
	       "interface eth3 4   \n"
	       "interface eth1 6   \n"
	       "interface eth2 6   \n"
	       "interface eth3 6   \n"
	       "tree eth2 4 10.2.0.2  10.1.0.9\n"
	       "tree eth2 4 10.2.0.2  10.1.0.9\n"
	       "tree eth2 4 10.2.0.2  10.12.0.9\n");
	expect("show sequence", "{'group':'239.1.1.2'}", tree,
	       "tree eth2 4 10.2.0.2 10.1.0.9 239.1.1.2 3\n");
	expect("show sequence", "{'source':'10.1.0.9','group':'239.1.1.9'}", tree, "");
	expect("show sequence", "{'family':6,'interface':'eth2'}", "interface family", "eth2 6\n");
	cr_expect_not_null(
		strstr(reply_rows(request("show sequence", "{'family':4}"), tree), trees));
	world_run(HP_SEC(20)); /* the next Hello of the neighbor says that all have acknowledged */
	expect("show sequence", "{'source':'10.12.0.9','group':'239.1.1.1'}", tree, "");
}

Test(views, status)
{
	expect("status", "{}",
	       "instance interfaces neighbors trees groups mroutes routes routes_xdp "
	       "unmirrored user capabilities",
	       "test 3 1 4 2 4 4 4 3 hpim net_admin,net_raw\n");
}

Test(views, limits)
{
	expect("show limits", "{'family':4,'interface':'eth3'}",
	       "limit_of interface family used limit refused protocol",
	       "trees  4 3 100000 0 hpim\n"
	       "trees  4 0 100000 0 pim-dm\n"
	       "static-flows  4 0 25000 0 \n"
	       "denied-flows   0 6251 0 \n"
	       "policy-rules   0 256 0 \n"
	       "neighbors eth3 4 0 64 0 hpim\n"
	       "interface-trees eth3 4 0 100000 0 hpim\n"
	       "groups eth3 4 1 4096 0 \n"
	       "sources eth3 4 0 16384 0 \n"
	       "clients   1 8 0 \n"
	       "clients-read-only   0 8 1 \n");
}

/* Each protocol has its own trees, and what is refused is that of the interface and family. */
Test(views, limits_of_each_protocol)
{
	struct core *core = world_daemon()->core;
	struct counters *counters;

	cr_assert_eq(request("detach", "{'interface':'eth3'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth3','pim_dm':true,'igmp':true}")->exit,
		     CTL_EXIT_OK);
	world_miss("eth3", "10.3.0.9", "239.1.1.1");
	counters = core->links[world_link("eth3")].counters;
	counters[IP_FAMILY_4].noted[NOTE_TREE_EVICTED] = 2;
	counters[IP_FAMILY_4].noted[NOTE_TREE_LIMIT] = 3;
	counters[IP_FAMILY_6].noted[NOTE_TREE_LIMIT] = 4;
	counters[IP_FAMILY_6].noted[NOTE_LINK_TREE_LIMIT] = 7;
	counters = core->links[world_link("eth2")].counters;
	counters[IP_FAMILY_4].noted[NOTE_UNWANTED_EVICTED] = 10;
	counters[IP_FAMILY_4].noted[NOTE_TREE_LIMIT] = 20;
	/* A tree of HPIM-DM is known to PIM-DM too, where this router is between the two. */
	expect("show limits", "{'interface':'eth3'}", "limit_of family used refused protocol",
	       "trees 4 4 30 hpim\n"
	       "trees 4 4 5 pim-dm\n"
	       "trees 6 1 0 hpim\n"
	       "trees 6 1 4 pim-dm\n"
	       "static-flows 4 0 0 \n"
	       "static-flows 6 0 0 \n"
	       "denied-flows  0 0 \n"
	       "policy-rules  0 0 \n"
	       "neighbors 4 0 0 pim-dm\n"
	       "interface-trees 4 1 0 pim-dm\n"
	       "groups 4 0 0 \n"
	       "sources 4 0 0 \n"
	       "neighbors 6 0 0 pim-dm\n"
	       "interface-trees 6 0 7 pim-dm\n"
	       "clients  1 0 \n"
	       "clients-read-only  0 1 \n");
}

Test(views, counters)
{
	world_tier()->counters[0] = (struct dplane_counter){
		.link = world_link("eth2"), .reason = "ttl", .packets = 3, .bytes = 300
	};
	world_tier()->counter_count = 1;
	fake_malformed_set(world_link("eth1"), 5);
	expect("show counters", "{}", "interface reason packets bytes",
	       "eth1 control-header 5 0\n"
	       "eth2 ttl 3 300\n");
	expect("show counters", "{'interface':'eth2'}", "interface reason packets meaning",
	       "eth2 ttl 3 were dropped: their TTL or hop limit ends at this router\n");
}

/* ---- walks ---- */

static void send_all(void)
{
	world_miss("eth1", "10.1.0.11", "239.1.1.1");
	world_miss("eth1", "10.1.0.12", "239.1.1.1");
	world_miss("eth1", "10.1.0.13", "239.1.1.1");
	world_miss("eth1", "10.1.0.14", "239.1.1.1");
}

/* Time passes; only the source of the third tree is silent, so it ends. */
static void end_third(void)
{
	static const char *const sources[] = { "10.1.0.11", "10.1.0.12", "10.1.0.14" };

	for (size_t i = 0; i < 3; i++) {
		const struct mfib_key key = world_key(sources[i], "239.1.1.1");

		fake_tier_count(world_tier(), &key, 1, 0);
	}
	world_run(HP_SEC(600));
}

/* Take the first record of an answer, let one tree end and another begin, take the rest. */
static const char *walk_while_they_change(const char *cmd)
{
	struct ctl_client *client;

	send_all();
	client = request_begin(cmd, "{'family':4}");
	cr_assert_not(fake_client_part(client));
	cr_assert_eq(json_object_array_length(fake_reply(client)->records), 1);
	end_third();
	world_miss("eth1", "10.1.0.15", "239.1.1.1");
	while (!fake_client_part(client))
		;
	return reply_rows(fake_reply(client), "source");
}

/* Where the walk rests is what ends. */
static const char *walk_to_the_third(const char *cmd)
{
	struct ctl_client *client;

	send_all();
	client = request_begin(cmd, "{'family':4}");
	(void)fake_client_part(client);
	(void)fake_client_part(client);
	cr_assert_eq(json_object_array_length(fake_reply(client)->records), 2);
	end_third();
	while (!fake_client_part(client))
		;
	return reply_rows(fake_reply(client), "source");
}

Test(walks, forwarding_table_while_entries_come_and_go)
{
	cr_expect_str_eq(walk_while_they_change("show mroutes"),
			 "10.1.0.11\n10.1.0.12\n10.1.0.14\n10.1.0.15\n");
}

Test(walks, trees_while_they_come_and_go)
{
	cr_expect_str_eq(walk_while_they_change("show trees"),
			 "10.1.0.11\n10.1.0.12\n10.1.0.14\n10.1.0.15\n");
}

Test(walks, rests_at_an_entry_that_ends)
{
	cr_expect_str_eq(walk_to_the_third("show mroutes"), "10.1.0.11\n10.1.0.12\n10.1.0.14\n");
}

Test(walks, rests_at_a_tree_that_ends)
{
	cr_expect_str_eq(walk_to_the_third("show trees"), "10.1.0.11\n10.1.0.12\n10.1.0.14\n");
}

Test(walks, client_that_leaves_in_the_middle)
{
	static const char *const cmds[] = { "show mroutes", "show trees" };

	send_all();
	for (size_t i = 0; i < 2; i++) {
		struct ctl_client *client = request_begin(cmds[i], "{}");

		cr_assert_not(fake_client_part(client));
		fake_client_leaves(client);
	}
	end_third(); /* no walk rests there */
	cr_expect_eq(json_object_array_length(request("show trees", "{'family':4}")->records), 3);
}
