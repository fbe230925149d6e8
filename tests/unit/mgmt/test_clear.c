/* SPDX-License-Identifier: GPL-2.0-only */
/* "clear neighbor" and "clear tree" over the control socket. */
#include <criterion/criterion.h>

#include "unit/common_daemon.h"

/*
 *	10.12.0.0/24 ── 10.2.0.2 ── eth2 [daemon] eth1 ── sources
 */
static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 2001:db8:1::1/64 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_neighbor_source(12, "10.12.0.9", "239.1.1.1");
}

TestSuite(clear, .init = boot, .fini = world_end);

static void expect_rows(const char *cmd, const char *fields, const char *rows)
{
	cr_expect_str_eq(reply_rows(request(cmd, "{}"), fields), rows);
}

Test(clear, neighbor_begins_again)
{
	static const char fields[] = "interface address state uptime_s";

	expect_rows("show neighbors", fields, "eth2 10.2.0.2 synced 15\n");
	cr_expect_eq(request("clear neighbor", "{'interface':'eth2','address':'10.2.0.2'}")->exit,
		     CTL_EXIT_OK);
	expect_rows("show neighbors", fields, "eth2 10.2.0.2 slave 0\n");
	world_run(HP_SEC(5));
	expect_rows("show neighbors", "interface address state", "eth2 10.2.0.2 synced\n");
	expect_rows("show trees", "source group state",
		    "10.1.0.9 239.1.1.1 active\n10.12.0.9 239.1.1.1 active\n");
}

Test(clear, tree_is_there_again_with_the_next_packet)
{
	expect_rows("show trees", "source group state",
		    "10.1.0.9 239.1.1.1 active\n10.12.0.9 239.1.1.1 active\n");
	cr_expect_eq(request("clear tree", "{'source':'10.1.0.9','group':'239.1.1.1'}")->exit,
		     CTL_EXIT_OK);
	world_run(HP_SEC(1));
	expect_rows("show trees", "source group state",
		    "10.1.0.9 239.1.1.1 inactive\n10.12.0.9 239.1.1.1 active\n");
	expect_rows("show mroutes", "source group", "10.12.0.9 239.1.1.1\n");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	expect_rows("show trees", "source group state",
		    "10.1.0.9 239.1.1.1 active\n10.12.0.9 239.1.1.1 active\n");
}

Test(clear, what_is_not_there)
{
	expect_refused(request("clear tree", "{'source':'10.1.0.9','group':'239.1.1.7'}"),
		       CTL_EXIT_NOT_FOUND, "no-tree",
		       "no protocol has a tree (10.1.0.9, 239.1.1.7)");
	expect_refused(request("clear neighbor", "{'interface':'eth2','address':'10.2.0.3'}"),
		       CTL_EXIT_NOT_FOUND, "no-neighbor", "10.2.0.3 is no neighbor on eth2");
	expect_refused(request("clear neighbor", "{'interface':'eth7','address':'10.2.0.2'}"),
		       CTL_EXIT_NOT_FOUND, "not-attached", "eth7 is not attached");
	expect_refused(request("clear neighbor", "{'interface':'eth2','address':'router'}"),
		       CTL_EXIT_USAGE, "usage", "'router' is no address");
	expect_refused(request("clear tree", "{'source':'239.1.1.1','group':'10.1.0.9'}"),
		       CTL_EXIT_USAGE, "usage", "no source and group of a tree to clear");
}
