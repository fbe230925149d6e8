// SPDX-License-Identifier: GPL-2.0-only
/* Metrics that count instead of the kernel's, from the command to the tree. */
#include <criterion/criterion.h>

#include "unit/common_daemon.h"

#define SOURCE "10.12.0.9"
#define GROUP  "239.1.1.1"

/* 10.12.0.0/24 -- 10.2.0.2 -- eth2 [daemon] eth3 -- hosts: a static route of the kernel, metric 5
 */
static void boot(void)
{
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth3'}")->exit, CTL_EXIT_OK);
	world_neighbor("eth2", "10.2.0.2", 12, 4);
	world_run(HP_SEC(20));
	world_report("eth3", "10.3.0.9", GROUP);
	world_neighbor_source(12, SOURCE, GROUP);
}

TestSuite(rpf_metrics, .init = boot, .fini = world_end);

static void set(const char *args)
{
	const struct reply *reply = request("rpf-metric", "%s", args);

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s: %s", args, reply->message);
}

static void expect_tree(const char *path)
{
	cr_expect_str_eq(reply_rows(request("show trees", "{}"), "preference metric"), path);
}

static void expect_list(const char *rows)
{
	cr_expect_str_eq(
		reply_rows(request("show rpf-metrics", "{}"), "source metric preference sources"),
		rows);
}

Test(rpf_metrics, longest_prefix_counts_at_once)
{
	expect_tree("4 5\n");
	set("{'source':'10.0.0.0/8','metric':40}");
	expect_tree("4 40\n");
	set("{'source':'10.12.0.0/24','metric':33,'preference':188}");
	expect_tree("188 33\n");
	set("{'source':'10.12.0.9','metric':0}");
	expect_tree("4 0\n");
	set("{'source':'10.99.0.0/24','metric':7}");
	expect_list("10.12.0.9 0 - 1\n10.12.0.0/24 33 188 0\n10.99.0.0/24 7 - 0\n"
		    "10.0.0.0/8 40 - 0\n");
	cr_expect_eq(request("rpf-metric delete", "{'source':'10.12.0.9'}")->exit, CTL_EXIT_OK);
	expect_tree("188 33\n");
	cr_expect_eq(request("rpf-metric delete", "{'source':'all'}")->exit, CTL_EXIT_OK);
	expect_tree("4 5\n");
	expect_list("");
}

Test(rpf_metrics, same_prefix_again_replaces)
{
	set("{'source':'10.12.0.0/24','metric':33,'preference':188}");
	set("{'source':'10.12.0.0/24','metric':34}");
	expect_list("10.12.0.0/24 34 - 1\n");
	expect_tree("4 34\n");
}

/* A neighbor that is no nearer to the source than this router is no upstream for it. */
Test(rpf_metrics, decides_whether_a_neighbor_is_nearer)
{
	cr_expect_str_eq(reply_rows(request("show trees", "{}"), "state"), "active\n");
	set("{'source':'10.12.0.0/24','metric':0,'preference':0}");
	cr_expect_str_eq(reply_rows(request("show trees", "{}"), "state"), "unsure\n");
}

Test(rpf_metrics, makes_no_route)
{
	fake_route_gone("10.12.0.0/24", "10.2.0.2", 2, 5);
	set("{'source':'10.12.0.0/24','metric':3}");
	cr_expect_str_eq(reply_rows(request("show trees", "{}"), "input"), "-\n");
}

Test(rpf_metrics, outlives_a_crash)
{
	set("{'source':'10.12.0.0/24','metric':33,'preference':188}");
	set("{'source':'2001:db8::/32','metric':8}");
	world_kill();
	world_boot();
	expect_list("2001:db8::/32 8 - 0\n10.12.0.0/24 33 188 1\n");
}

Test(rpf_metrics, what_makes_no_sense_is_refused)
{
	static const struct {
		const char *args, *message;
	} rows[] = {
		{ "{'metric':3}", "'' is no prefix of sources" },
		{ "{'source':'eth2','metric':3}", "'eth2' is no prefix of sources" },
		{ "{'source':'10.1.2.3/24','metric':3}",
		  "10.1.2.3/24 is no prefix: 10.1.2.0/24 would be one" },
		{ "{'source':'239.1.1.1','metric':3}", "239.1.1.1 is a group" },
		{ "{'source':'10.1.2.3'}", "the metric is missing" },
		{ "{'source':'10.1.2.3','metric':4294967295}",
		  "\"metric\" is a number from 0 to 4294967294" },
		{ "{'source':'10.1.2.3','metric':1,'preference':-1}",
		  "\"preference\" is a number from 0 to 4294967294" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_refused(request("rpf-metric", "%s", rows[i].args), CTL_EXIT_USAGE, "usage",
			       rows[i].message);
	expect_refused(request("rpf-metric delete", "{'source':'10.1.2.3'}"), CTL_EXIT_NOT_FOUND,
		       "no-metric", "no metric for the sources 10.1.2.3");
	expect_list("");
	expect_tree("4 5\n");
}
