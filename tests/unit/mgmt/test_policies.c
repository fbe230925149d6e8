// SPDX-License-Identifier: GPL-2.0-only
/* The policy from the command to the forwarding plane, in a daemon without root. */
#include <criterion/criterion.h>

#include "unit/common_daemon.h"

#define S4 "10.1.0.9"
#define S6 "2001:db8:1::9"
#define G4 "239.1.2.3"
#define G6 "ff1e::1"

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
}

TestSuite(policies, .init = boot, .fini = world_end);

static const char *rows(const char *cmd, const char *fields)
{
	return reply_rows(request(cmd, "{}"), fields);
}

/* @args: of a command that is done. */
static void does(const char *cmd, const char *args)
{
	const struct reply *reply = request(cmd, "%s", args);

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s %s", cmd, args);
}

Test(policies, boundary_closes_an_output_and_then_the_input)
{
	static const char explained[] =
		"verdict - policy the policy denies (" S4 ", " G4
		") on eth1, by which it comes from " S4 "\n"
		"route eth1 ok " S4 " is in a subnet of eth1: this router originates the tree and "
		"watches whether the source sends\n"
		"entry eth1 policy the policy denies it on eth1: it is dropped, and no tree is "
		"made\n"
		"entry eth1 negative the entry has no outputs: packets are dropped as soon as they "
		"arrive\n"
		"packets - - 0 were forwarded (0.0 a second); none has been seen\n"
		"output eth2 no the policy denies it there: 'boundary eth2 239.0.0.0/8'\n"
		"output eth3 no it is not attached: 'hpimctl attach eth3' if hosts or routers "
		"there are to get it\n"
		"path eth1 first-hop this router is the first one behind " S4 ", which is on "
		"eth1\n";

	does("static join", "{'group':'" G4 "','interface':'eth2'}");
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S4 " eth2 hpim\n");
	does("boundary", "{'interface':'eth2','group':'239.0.0.0/8'}");
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S4 " - hpim\n");
	cr_assert_str_eq(rows("show static", "state why"),
			 "waiting denied by 'boundary eth2 239.0.0.0/8'\n");
	does("boundary", "{'interface':'eth1','group':'239.0.0.0/8'}");
	cr_assert_str_eq(rows("show mroutes", "source owner"), "", "the next packet is a new flow");
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S4 " - policy\n");
	world_run(HP_SEC(5)); /* IamNoLongerUpstream has been acknowledged, or repeated */
	cr_assert_str_eq(rows("show trees", "source"), "");
	cr_assert_str_eq(rows("show policy", "rule group interface memberships flows trees"),
			 "boundary 239.0.0.0/8 eth2 0 0 0\nboundary 239.0.0.0/8 eth1 0 1 0\n");
	cr_assert_str_eq(reply_rows(request("explain", "{'source':'" S4 "','group':'" G4 "'}"),
				    "about interface verdict sentence"),
			 explained);
	does("boundary delete", "{'interface':'eth1','group':'239.0.0.0/8'}");
	cr_assert_str_eq(rows("show mroutes", "source owner"), "");
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S4 " - hpim\n");
	does("boundary delete", "{'interface':'eth2','group':'239.0.0.0/8'}");
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S4 " eth2 hpim\n");
}

Test(policies, entry_of_denied_data_ends_and_comes_back)
{
	does("policy deny", "{'group':'ff1e::/16'}");
	world_miss("eth1", S6, G6);
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"), S6 " - policy\n");
	world_run(HP_SEC(14));
	cr_assert_str_eq(rows("show mroutes", "owner"), "policy\n");
	world_run(HP_SEC(2));
	cr_assert_str_eq(rows("show mroutes", "owner"), "");
	world_miss("eth1", S6, G6);
	cr_assert_str_eq(rows("show mroutes", "owner"), "policy\n");
	cr_assert_str_eq(rows("show policy", "rule group source interface flows"),
			 "deny ff1e::/16 * * 2\n");
}

Test(policies, member_of_a_denied_group_ends_and_is_refused)
{
	world_report("eth2", "10.2.0.9", G4);
	cr_assert_str_eq(rows("show groups", "interface group"), "eth2 " G4 "\n");
	does("policy deny", "{'group':'239.0.0.0/8','interface':'eth2'}");
	cr_assert_str_eq(rows("show groups", "group"), "");
	world_report("eth2", "10.2.0.9", G4);
	world_report("eth1", "10.1.0.8", G4);
	cr_assert_str_eq(rows("show groups", "interface group"), "eth1 " G4 "\n");
	cr_assert_str_eq(rows("show policy", "rule interface memberships"), "deny eth2 1\n");
	does("policy allow", "{'group':'" G4 "'}");
	world_report("eth2", "10.2.0.9", G4);
	cr_assert_str_eq(rows("show groups", "interface group"), "eth1 " G4 "\neth2 " G4 "\n");
}

Test(policies, filter_with_sources_is_of_these_alone)
{
	does("static join", "{'group':'" G4 "','interface':'eth2'}");
	does("policy deny", "{'group':'239.0.0.0/8','source':'10.1.0.8/31'}");
	world_miss("eth1", "10.1.0.8", G4);
	world_miss("eth1", "10.1.0.10", G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs owner"),
			 "10.1.0.8 - policy\n10.1.0.10 eth2 hpim\n");
	cr_assert_str_eq(rows("show static", "state"), "active\n", "other sources may pass");
}

/* Version 2 reports of a group that is mapped are as IGMPv3 reports of the sources. */
Test(policies, group_of_an_ssm_range_is_mapped_to_its_source)
{
	does("ssm-range", "{'group':'239.1.0.0/16'}");
	world_report("eth2", "10.2.0.9", G4);
	cr_assert_str_eq(rows("show groups", "group"), "", "no source is named");
	does("ssm-map", "{'group':'" G4 "','source':'" S4 "'}");
	world_report("eth2", "10.2.0.9", G4);
	cr_assert_str_eq(rows("show groups", "group state"), G4 " Include\n");
	world_miss("eth1", S4, G4);
	world_miss("eth1", "10.1.0.10", G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs"), S4 " eth2\n10.1.0.10 -\n");
	does("ssm-map delete", "{'group':'" G4 "','source':'" S4 "'}");
	does("ssm-range delete", "{'group':'239.1.0.0/16'}");
	world_report("eth2", "10.2.0.9", G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs"), S4 " eth2\n10.1.0.10 eth2\n");
}

/* Also an interface that does not exist yet, and is attached for the rule alone. */
Test(policies, rules_outlive_the_daemon)
{
	static const char rules[] = "deny 239.0.0.0/8 10.0.0.0/8 eth3\nboundary ff15::/16 * eth9\n"
				    "ssm-map 232.1.1.1 10.1.0.9 *\n";

	does("policy deny", "{'group':'239.0.0.0/8','source':'10.0.0.0/8','interface':'eth3'}");
	does("boundary", "{'interface':'eth9','group':'ff15::/16'}");
	does("ssm-map", "{'group':'232.1.1.1','source':'" S4 "'}");
	cr_assert_str_eq(rows("show policy", "rule group source interface"), rules);
	world_kill();
	world_boot();
	cr_assert_str_eq(rows("show policy", "rule group source interface"), rules);
	cr_assert_str_eq(rows("show interfaces", "interface"), "eth1\neth2\neth3\neth9\n");
	does("policy delete", "{'group':'239.0.0.0/8','source':'10.0.0.0/8','interface':'eth3'}");
	does("boundary delete", "{'interface':'eth9','group':'ff15::/16'}");
	cr_assert_str_eq(rows("show interfaces", "interface"), "eth1\neth2\n");
}

/* What the run before forwarded is without what is denied now, from the first moment. */
Test(policies, entries_of_the_run_before_are_reviewed)
{
	does("static join", "{'group':'" G4 "','interface':'eth2'}");
	does("static join", "{'group':'" G4 "','interface':'eth3'}");
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "outputs"), "eth2,eth3\n");
	does("policy deny", "{'group':'" G4 "','interface':'eth3'}");
	world_kill();
	world_boot();
	cr_assert_str_eq(rows("show mroutes", "outputs"), "eth2\n");
	does("policy deny", "{'group':'" G4 "'}");
	cr_assert_str_eq(rows("show mroutes", "source"), "");
}

static void refuses(const char *cmd, const char *args, enum ctl_exit exit, const char *message)
{
	const struct reply *reply = request(cmd, "%s", args);

	cr_expect_eq(reply->exit, exit, "%s %s", cmd, args);
	cr_expect(strstr(reply->message, message), "%s %s: %s", cmd, args, reply->message);
}

Test(policies, words_that_make_no_sense_change_nothing)
{
	static const struct {
		const char *cmd, *args;
		enum ctl_exit exit;
		const char *message;
	} bad[] = {
		{ "policy deny", "{}", CTL_EXIT_USAGE, "the group is missing" },
		{ "policy deny", "{'group':'10.0.0.0/8'}", CTL_EXIT_USAGE, "is not multicast" },
		{ "policy deny", "{'group':'239.1.0.0/8'}", CTL_EXIT_USAGE,
		  "239.0.0.0/8 would be" },
		{ "policy allow", "{'group':'239.0.0.0/8','source':'fd00::/8'}", CTL_EXIT_USAGE,
		  "of another family" },
		{ "policy allow", "{'group':'239.0.0.0/8','source':'0.0.0.0/0'}", CTL_EXIT_USAGE,
		  "is all of them" },
		{ "policy allow", "{'group':'239.0.0.0/8','interface':'a/b'}", CTL_EXIT_USAGE,
		  "is no name of an interface" },
		{ "boundary", "{'group':'239.0.0.0/8'}", CTL_EXIT_USAGE, "interface is missing" },
		{ "boundary", "{'group':'224.0.0.0/24','interface':'eth1'}", CTL_EXIT_USAGE,
		  "link-local scope" },
		{ "ssm-map", "{'group':'232.0.0.0/8'}", CTL_EXIT_USAGE, "the source is missing" },
		{ "ssm-map", "{'group':'232.0.0.0/8','source':'10.0.0.0/8'}", CTL_EXIT_USAGE,
		  "no single source" },
		{ "policy delete", "{'group':'239.0.0.0/8'}", CTL_EXIT_NOT_FOUND,
		  "no filter for 239.0.0.0/8" },
		{ "boundary delete", "{'group':'239.0.0.0/8','interface':'eth1'}",
		  CTL_EXIT_NOT_FOUND, "no boundary for 239.0.0.0/8 on eth1" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(bad[i].cmd, bad[i].args, bad[i].exit, bad[i].message);
	cr_expect_str_eq(rows("show policy", "rule"), "");
	cr_expect_str_eq(rows("show interfaces", "interface"), "eth1\neth2\n");
}
