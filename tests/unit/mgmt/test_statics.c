// SPDX-License-Identifier: GPL-2.0-only
/* Static routes and joins from the command to the forwarding plane, in a daemon without root. */
#include <criterion/criterion.h>
#include <errno.h>

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
}

TestSuite(statics, .init = boot, .fini = world_end);

static const struct reply *route(const char *source, const char *group, const char *from,
				 const char *to)
{
	return request("static route", "{'source':'%s','group':'%s','from':'%s','to':'%s'}", source,
		       group, from, to);
}

static const struct reply *delete_route(const char *source, const char *group)
{
	return request("static delete route", "{'source':'%s','group':'%s'}", source, group);
}

static const char *rows(const char *cmd, const char *fields)
{
	return reply_rows(request(cmd, "{}"), fields);
}

/* What the forwarding plane has: "1 2,3" of the interfaces' names; "-": nothing. */
static void expect_entry(const char *source, const char *group, const char *input,
			 const char *output1, const char *output2)
{
	const struct mfib_key key = world_key(source, group);
	const struct mfib_route *entry = fake_tier_find(world_tier(), &key);
	struct ifset oifs = { .word = { 0 } };

	cr_assert_eq(entry != NULL, input != NULL, "(%s, %s)", source, group);
	if (!input)
		return;
	if (output1)
		ifset_add(&oifs, world_link(output1));
	if (output2)
		ifset_add(&oifs, world_link(output2));
	cr_assert_eq(entry->iif, world_link(input));
	cr_assert(ifset_equal(&entry->oifs, &oifs), "(%s, %s)", source, group);
}

Test(statics, routes_forward_without_a_protocol_until_they_are_deleted)
{
	cr_assert_eq(route(S4, G4, "eth1", "eth2,eth3")->exit, CTL_EXIT_OK);
	cr_assert_eq(route(S6, G6, "eth2", "eth1")->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show static", "kind source group input outputs state flows why"),
			 "route " S4 " " G4 " eth1 eth2,eth3 active 1 \n"
			 "route " S6 " " G6 " eth2 eth1 active 1 \n");
	cr_assert_str_eq(rows("show interfaces", "interface hpim4 hpim6 igmp mld"),
			 "eth1 false false false false\neth2 false false false false\n"
			 "eth3 false false false false\n");
	expect_entry(S4, G4, "eth1", "eth2", "eth3");
	expect_entry(S6, G6, "eth2", "eth1", NULL);
	cr_assert_str_eq(rows("show mroutes", "group input outputs owner"),
			 G4 " eth1 eth2,eth3 static\n" G6 " eth2 eth1 static\n");
	cr_assert_eq(delete_route(S4, G4)->exit, CTL_EXIT_OK);
	expect_entry(S4, G4, NULL, NULL, NULL);
	cr_assert_str_eq(rows("show interfaces", "interface"), "eth1\neth2\n");
	cr_assert_eq(delete_route(S6, G6)->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show interfaces", "interface"), "");
}

Test(statics, same_route_again_replaces_its_outputs_and_frees_what_is_left)
{
	cr_assert_eq(route(S4, G4, "eth1", "eth2")->exit, CTL_EXIT_OK);
	cr_assert_eq(route(S4, G4, "eth1", "eth3")->exit, CTL_EXIT_OK);
	expect_entry(S4, G4, "eth1", "eth3", NULL);
	cr_assert_str_eq(rows("show static", "input outputs"), "eth1 eth3\n");
	cr_assert_str_eq(rows("show interfaces", "interface"), "eth1\neth3\n");
	cr_assert_eq(route(S4, G4, "eth2", "eth3")->exit, CTL_EXIT_OK);
	expect_entry(S4, G4, "eth2", "eth3", NULL);
	cr_assert_str_eq(rows("show interfaces", "interface"), "eth2\neth3\n");
}

Test(statics, route_of_any_source_has_one_input_each)
{
	cr_assert_eq(route("*", "239.1.0.0/16", "eth1", "eth2")->exit, CTL_EXIT_OK);
	cr_assert_eq(route("*", "239.1.0.0/16", "eth2", "eth1")->exit, CTL_EXIT_OK);
	world_miss("eth1", S4, G4);
	world_miss("eth2", "10.2.0.9", G4);
	expect_entry(S4, G4, "eth1", "eth2", NULL);
	expect_entry("10.2.0.9", G4, "eth2", "eth1", NULL);
	cr_assert_str_eq(rows("show static", "source group input flows"),
			 "* 239.1.0.0/16 eth1 1\n* 239.1.0.0/16 eth2 1\n");
	cr_assert_eq(request("static delete route",
			     "{'source':'*','group':'239.1.0.0/16','from':'eth1'}")
			     ->exit,
		     CTL_EXIT_OK);
	cr_assert_str_eq(rows("show static", "input"), "eth2\n");
	expect_entry(S4, G4, NULL, NULL, NULL);
	cr_assert_eq(delete_route("*", "239.1.0.0/16")->exit, CTL_EXIT_OK);
	expect_entry("10.2.0.9", G4, NULL, NULL, NULL);
}

Test(statics, route_waits_for_interfaces_and_survives_their_going)
{
	cr_assert_str_eq(reply_rows(route("*", G4, "eth8", "eth2,eth9"), "state why"),
			 "waiting waits for eth8, which does not exist yet\n");
	fake_link(8, "eth8", true, "10.8.0.1/24");
	cr_assert_str_eq(rows("show static", "state why"),
			 "active without eth9, which does not exist yet\n");
	world_miss("eth8", "10.8.0.9", G4);
	expect_entry("10.8.0.9", G4, "eth8", "eth2", NULL);
	fake_link(9, "eth9", true, "10.9.0.1/24");
	cr_assert_str_eq(rows("show static", "state why"), "active \n");
	expect_entry("10.8.0.9", G4, "eth8", "eth2", "eth9");
	fake_link_gone(8);
	cr_assert_str_eq(rows("show static", "state"), "waiting\n");
	expect_entry("10.8.0.9", G4, NULL, NULL, NULL);
	fake_link(18, "eth8", true, "10.8.0.1/24");
	world_miss("eth8", "10.8.0.9", G4);
	expect_entry("10.8.0.9", G4, "eth8", "eth2", "eth9");
}

/* Also what a route of any source had found: it is never the stale one's, nor missing. */
Test(statics, rules_and_their_entries_outlive_a_crash)
{
	cr_assert_eq(route(S4, G4, "eth1", "eth2,eth9")->exit, CTL_EXIT_OK);
	cr_assert_eq(route("*", "ff1e::/64", "eth2", "eth1")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("static join", "{'group':'" G6 "','interface':'eth3'}")->exit,
		     CTL_EXIT_OK);
	world_miss("eth2", S6, G6);
	world_kill();
	world_boot();
	cr_assert_str_eq(rows("show static", "kind source group input outputs flows"),
			 "route " S4 " " G4 " eth1 eth2,eth9 1\n"
			 "route * ff1e::/64 eth2 eth1 1\n"
			 "join * " G6 " - eth3 0\n");
	cr_assert_str_eq(rows("show mroutes", "source group input outputs owner"),
			 S4 " " G4 " eth1 eth2 static\n" S6 " " G6 " eth2 eth1 static\n");
	world_run(HP_SEC(60));
	cr_assert_str_eq(rows("show mroutes", "group owner"), G4 " static\n" G6 " static\n");
}

Test(statics, interface_stays_while_a_protocol_or_a_rule_needs_it)
{
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(route(S4, G4, "eth1", "eth2")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show interfaces", "interface igmp"), "eth2 false\neth1 false\n");
	expect_entry(S4, G4, "eth1", "eth2", NULL);
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(delete_route(S4, G4)->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show interfaces", "interface igmp"), "eth1 true\n");
}

/* Where HPIM-DM runs too: a static route is preferred, and its end gives the data back. */
Test(statics, static_route_is_preferred_over_hpim)
{
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth3'}")->exit, CTL_EXIT_OK);
	world_report("eth3", "10.3.0.9", G4);
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "outputs owner"), "eth3 hpim\n");
	cr_assert_eq(route("*", G4, "eth1", "eth2")->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show mroutes", "outputs owner"), "eth2 static\n");
	cr_assert_eq(delete_route("*", G4)->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show mroutes", "outputs owner"), "eth3 hpim\n");
}

Test(statics, refused_route_leaves_nothing)
{
	cr_assert_eq(route(S4, G4, "eth1", "eth1")->exit, CTL_EXIT_USAGE);
	world_tier()->link_err = -ENOTSUP;
	world_tier()->why = "no programs here";
	cr_assert_neq(route(S4, G4, "eth1", "eth2")->exit, CTL_EXIT_OK);
	world_tier()->link_err = 0;
	cr_assert_str_eq(rows("show static", "kind"), "");
	cr_assert_str_eq(rows("show interfaces", "interface"), "");
	expect_refused(delete_route(S4, G4), CTL_EXIT_NOT_FOUND, "no-static",
		       "no static route (" S4 ", " G4 ")");
	expect_refused(request_read_only("static route", "{}"), CTL_EXIT_PERMISSION, "permission",
		       "'static route' changes something, and this socket is read-only");
}

Test(statics, join_is_a_member_with_and_without_membership_protocols)
{
	static const char args[] = "{'group':'" G4 "','source':'" S4 "','interface':'eth2'}";

	cr_assert_str_eq(reply_rows(request("static join", args), "kind outputs state why"),
			 "join eth2 active \n");
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs"), S4 " eth2\n");
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show static", "state why"), "active \n");
	cr_assert_str_eq(rows("show groups", "interface group state last_reporter expires_s"),
			 "eth2 " G4 " Static - -\n");
	world_miss("eth1", S4, G4);
	world_miss("eth1", "10.1.0.8", G4);
	cr_assert_str_eq(rows("show mroutes", "source outputs"), S4 " eth2\n10.1.0.8 -\n");
	cr_assert_eq(request("static delete join", args)->exit, CTL_EXIT_OK);
	cr_assert_str_eq(rows("show groups", "group"), "");
	cr_assert_str_eq(rows("show mroutes", "source outputs"), S4 " -\n10.1.0.8 -\n");
}

Test(statics, explain_names_the_route)
{
	cr_assert_eq(route("*", "239.1.0.0/16", "eth1", "eth2")->exit, CTL_EXIT_OK);
	world_miss("eth1", S4, G4);
	cr_assert_str_eq(
		reply_rows(request("explain", "{'source':'" S4 "','group':'" G4 "'}"),
			   "about interface verdict sentence"),
		"verdict - not-looked forwarded to eth2 when packets come; 0 did so far\n"
		"entry eth1 static the static route (*, 239.1.0.0/16) from eth1 to eth2 forwards "
		"it\n"
		"input eth1 ok only packets that arrive on eth1 are forwarded\n"
		"tier - xdp XDP in the driver forwards it\n"
		"packets - - 0 were forwarded (0.0 a second); none has been seen\n"
		"output eth2 yes copies leave: the static route names it\n"
		"output eth3 no it is not attached: 'hpimctl attach eth3' if hosts or routers "
		"there are to get it\n"
		"path eth1 first-hop this router is the first one behind 10.1.0.9, which is on "
		"eth1\n");
}
