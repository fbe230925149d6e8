// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is shown of PIM-DM: the tables in the form of other makers' routers ('show ip mroute', 'show
 * ip pim interface', 'show ip pim neighbor', and of IPv6) line by line, and the states and timers
 * of 'show trees' for each output.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "unit/common_daemon.h"

/*
 *	10.9.0.0/24 ── 10.1.0.2 ── eth1 [daemon] eth2 ── 10.2.0.2, 10.2.0.3
 *	                                         eth3 ── hosts
 *	                       HPIM-DM ── eth4 ──┘
 */
static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 2001:db8:1::1/64 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_link(4, "eth4", true, "10.4.0.1/24 fe80::4/64");
	fake_route("10.9.0.0/24", "10.1.0.2", 1, 20);
	fake_route("2001:db8:9::/64", "fe80::1:2", 1, 20);
	world_boot();
	for (const char *const *name = (const char *const[]){ "eth1", "eth2", "eth3", NULL }; *name;
	     name++)
		cr_assert_eq(request("attach",
				     "{'interface':'%s','pim_dm':true,'igmp':true,'mld':true}",
				     *name)
				     ->exit,
			     CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth4'}")->exit, CTL_EXIT_OK);
	world_run(HP_SEC(60));
}

TestSuite(classic, .init = boot, .fini = world_end);
TestSuite(timers, .init = boot, .fini = world_end);

static void hello(const char *interface, const char *addr, uint16_t hold_s, uint32_t gen_id,
		  bool refreshes)
{
	world_pim(interface, addr,
		  &(struct pim_msg){ .type = PIM_HELLO,
				     .hello = { .has_hold = true,
						.hold_s = hold_s,
						.has_gen_id = gen_id != 0,
						.gen_id = gen_id,
						.has_refresh = refreshes,
						.refresh_s = 60 } });
}

static void meet_all(void)
{
	hello("eth1", "10.1.0.2", 105, 0x1234abcd, true);
	hello("eth1", "fe80::1:2", 105, 7, true);
	hello("eth2", "10.2.0.2", 105, 0, false);
	hello("eth2", "10.2.0.3", PIM_HOLD_FOREVER, 2, false);
	hello("eth2", "fe80::2:2", 105, 3, false);
}

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static void join_prune(const char *interface, const char *from, const char *to, const char *source,
		       const char *group, bool is_prune)
{
	const struct pim_entry entry = { addr_of(source), addr_of(group), is_prune };

	world_pim(interface, from,
		  &(struct pim_msg){ .type = PIM_JOIN_PRUNE,
				     .jp = { .upstream = addr_of(to),
					     .hold_s = 210,
					     .entries = &entry,
					     .entry_count = 1 } });
}

static void better(const char *interface, const char *from, const char *source, const char *group,
		   uint32_t metric)
{
	world_pim(
		interface, from,
		&(struct pim_msg){ .type = PIM_ASSERT,
				   .assert = { addr_of(source), addr_of(group), { 1, metric } } });
}

/* The lines of a table. */
static const char *lines(const char *cmd, const char *args)
{
	static char text[8192];
	const struct reply *reply = request(cmd, "%s", args);
	size_t len = 0;

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s", reply->message);
	text[0] = '\0';
	for (size_t i = 0; i < json_object_array_length(reply->records); i++) {
		struct json_object *line = json_object_array_get_idx(reply->records, i);

		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s",
			json_object_get_string(json_object_object_get(line, "text")));
		cr_assert_lt(len, sizeof(text));
	}
	return text;
}

#define LEGEND(title)                                                                    \
	title " Multicast Routing Table\n"                                               \
	      "Flags: D - Dense (PIM-DM), H - HPIM-DM, S - Static, X - denied or of an " \
	      "earlier run,\n"                                                           \
	      "       C - Connected (a member is there), P - Pruned, T - packets were "  \
	      "counted\n"                                                                \
	      "Outgoing interface flags: A - Assert winner\n"                            \
	      " Timers: Uptime/Expires\n"                                                \
	      " Interface state: Interface, State/Mode\n"

static void expect_mroute(const char *args, const char *entries)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s%s", LEGEND("IP"), entries);
	cr_expect_str_eq(lines("show ip mroute", args), text);
}

/* ---- show ip mroute: flags and timers of an entry ---- */

Test(classic, empty_table)
{
	expect_mroute("{}", "");
	cr_expect_str_eq(lines("show ipv6 mroute", "{}"), LEGEND("IPv6"));
}

Test(classic, flags_of_an_entry)
{
	const struct mfib_key key = world_key("10.9.0.9", "239.1.1.1");

	meet_all();
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	world_run(HP_SEC(5));
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:05/00:03:25, flags: D\n"
			    "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
			    "  Outgoing interface list:\n"
			    "    eth2, Forward/Dense, 00:00:05/stopped\n"
			    "    eth4, Prune/Dense, 00:00:05/stopped\n");
	/* C: a member; T: packets were counted. */
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	fake_tier_count(world_tier(), &key, 1, 0);
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:05/00:03:25, flags: DCT\n"
			    "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
			    "  Outgoing interface list:\n"
			    "    eth2, Forward/Dense, 00:00:05/stopped\n"
			    "    eth3, Forward/Dense, 00:00:05/stopped\n"
			    "    eth4, Prune/Dense, 00:00:05/stopped\n");
}

/* P: nothing is forwarded; then an entry without any interface that could. */
Test(classic, pruned_entries)
{
	meet_all();
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	join_prune("eth2", "10.2.0.2", "10.2.0.1", "10.9.0.9", "239.1.1.1", true);
	world_run(HP_SEC(10));
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:10/00:03:20, flags: DP\n"
			    "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
			    "  Outgoing interface list:\n"
			    "    eth2, Prune/Dense, 00:00:10/00:03:20\n"
			    "    eth4, Prune/Dense, 00:00:10/stopped\n");
	cr_assert_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("detach", "{'interface':'eth4'}")->exit, CTL_EXIT_OK);
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:10/00:03:20, flags: DP\n"
			    "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
			    "  Outgoing interface list: Null\n");
}

/* The timer of an output: prune pending, pruned, lost assert; A: this router has won one. */
Test(classic, timers_and_assert_of_an_output)
{
	static const char head[] = "\n(10.9.0.9, 239.1.1.1), 00:00:%02u/00:03:%02u, flags: D%s\n"
				   "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
				   "  Outgoing interface list:\n"
				   "    eth2, %s\n"
				   "    eth4, Prune/Dense, 00:00:%02u/stopped\n";
	char text[1024];

	meet_all();
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	join_prune("eth2", "10.2.0.2", "10.2.0.1", "10.9.0.9", "239.1.1.1", true);
	world_run(HP_SEC(1));
	(void)snprintf(text, sizeof(text), head, 1, 29, "", "Forward/Dense, 00:00:01/00:00:02", 1);
	expect_mroute("{}", text);
	/* 3.3: PT is the hold time less what the override took. */
	world_run(HP_SEC(9));
	(void)snprintf(text, sizeof(text), head, 10, 20, "P", "Prune/Dense, 00:00:10/00:03:20", 10);
	expect_mroute("{}", text);
	better("eth2", "10.2.0.2", "10.9.0.9", "239.1.1.1", 1);
	world_run(HP_SEC(10));
	(void)snprintf(text, sizeof(text), head, 20, 10, "P", "Prune/Dense, 00:00:20/00:02:50", 20);
	expect_mroute("{}", text);
	/* The winner is gone, and a worse one says it forwards. */
	hello("eth2", "10.2.0.2", 0, 0, false);
	hello("eth2", "10.2.0.2", 105, 0, false);
	join_prune("eth2", "10.2.0.2", "10.2.0.1", "10.9.0.9", "239.1.1.1", false);
	world_pim("eth2", "10.2.0.2",
		  &(struct pim_msg){
			  .type = PIM_ASSERT,
			  .assert = { addr_of("10.9.0.9"), addr_of("239.1.1.1"), { 200, 1 } } });
	(void)snprintf(text, sizeof(text), head, 20, 10, "", "Forward/Dense, 00:00:20/stopped, A",
		       20);
	expect_mroute("{}", text);
}

/* H, whose outputs on interfaces of PIM-DM are of PIM-DM's tree; a source of a link has no RPF
 * neighbor. */
Test(classic, entry_of_hpim_at_a_border)
{
	meet_all();
	world_miss("eth4", "10.4.0.9", "239.1.1.1");
	join_prune("eth2", "10.2.0.2", "10.2.0.1", "10.4.0.9", "239.1.1.1", true);
	world_run(HP_SEC(10));
	expect_mroute("{}", "\n(10.4.0.9, 239.1.1.1), 00:00:10/stopped, flags: H\n"
			    "  Incoming interface: eth4, RPF nbr 0.0.0.0\n"
			    "  Outgoing interface list:\n"
			    "    eth1, Forward/Dense, 00:00:10/stopped\n"
			    "    eth2, Prune/Dense, 00:00:10/00:03:20\n");
}

/* S, also where PIM-DM knows the (S,G): the outputs are the static ones alone. */
Test(classic, static_entry)
{
	meet_all();
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	cr_assert_eq(request("static route",
			     "{'source':'10.9.0.9','group':'239.1.1.1','from':'eth1','to':'eth3'}")
			     ->exit,
		     CTL_EXIT_OK);
	world_run(HP_SEC(1));
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:01/stopped, flags: S\n"
			    "  Incoming interface: eth1, RPF nbr 0.0.0.0\n"
			    "  Outgoing interface list:\n"
			    "    eth3, Forward/Static, 00:00:01/stopped\n");
}

/* X: what the policy denies, and what an earlier run left: that ends by itself. */
Test(classic, denied_entry)
{
	cr_assert_eq(request("boundary", "{'interface':'eth1','group':'239.1.1.2'}")->exit,
		     CTL_EXIT_OK);
	world_miss("eth1", "10.9.0.9", "239.1.1.2");
	world_run(HP_SEC(1));
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.2), 00:00:01/stopped, flags: XP\n"
			    "  Incoming interface: eth1, RPF nbr 0.0.0.0\n"
			    "  Outgoing interface list: Null\n");
}

Test(classic, stale_entry)
{
	meet_all();
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	world_run(HP_SEC(1));
	world_kill();
	fake_route_gone("10.9.0.0/24", "10.1.0.2", 1, 20);
	world_boot();
	world_run(HP_SEC(5));
	expect_mroute("{}", "\n(10.9.0.9, 239.1.1.1), 00:00:05/00:00:40, flags: X\n"
			    "  Incoming interface: eth1, RPF nbr 0.0.0.0\n"
			    "  Outgoing interface list:\n"
			    "    eth2, Forward/Static, 00:00:05/stopped\n");
}

/* ---- show ip mroute: which, and of which family ---- */

Test(classic, entries_of_a_source_or_group)
{
	static const char first[] = "\n(10.9.0.8, 239.1.1.1), 00:00:00/00:03:30, flags: DP\n"
				    "  Incoming interface: eth1, RPF nbr 10.1.0.2\n"
				    "  Outgoing interface list:\n"
				    "    eth4, Prune/Dense, 00:00:00/stopped\n";

	hello("eth1", "10.1.0.2", 105, 1, true);
	world_miss("eth1", "10.9.0.8", "239.1.1.1");
	world_miss("eth1", "10.9.0.9", "239.1.1.2");
	expect_mroute("{'source':'10.9.0.8'}", first);
	expect_mroute("{'group':'239.1.1.1'}", first);
	expect_mroute("{'source':'10.9.0.8','group':'239.1.1.2'}", "");
}

Test(classic, ipv6_entries)
{
	meet_all();
	world_miss("eth1", "2001:db8:9::9", "ff3e::1:1");
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	join_prune("eth2", "fe80::2:2", "fe80::2", "2001:db8:9::9", "ff3e::1:1", true);
	world_report("eth3", "fe80::9", "ff3e::1:1");
	world_miss("eth3", "2001:db8:1::9", "ff3e::1:1");
	world_run(HP_SEC(70));
	cr_expect_str_eq(lines("show ipv6 mroute", "{}"),
			 LEGEND("IPv6") "\n(2001:db8:9::9, ff3e::1:1), 00:01:10/00:02:20, "
					"flags: DC\n"
					"  Incoming interface: eth1, RPF nbr fe80::1:2\n"
					"  Outgoing interface list:\n"
					"    eth2, Prune/Dense, 00:01:10/00:02:17\n"
					"    eth3, Forward/Dense, 00:01:10/stopped\n"
					"    eth4, Prune/Dense, 00:01:10/stopped\n"
					"\n(2001:db8:1::9, ff3e::1:1), 00:01:10/00:02:20, "
					"flags: DC\n"
					"  Incoming interface: eth1, RPF nbr ::\n"
					"  Outgoing interface list:\n"
					"    eth2, Forward/Dense, 00:01:10/stopped\n"
					"    eth3, Forward/Dense, 00:01:10/stopped, A\n"
					"    eth4, Prune/Dense, 00:01:10/stopped\n");
}

/* Hours, days, weeks. */
Test(classic, ages)
{
	static const struct {
		unsigned int s;
		const char *text;
	} rows[] = {
		{ 59, "00:00:59" },    { 3599, "00:59:59" },   { 86399, "23:59:59" },
		{ 86400, "1d00h" },    { 90000, "1d01h" },     { 7 * 86400 - 1, "6d23h" },
		{ 7 * 86400, "1w0d" }, { 10 * 86400, "1w3d" }, { 800 * 86400, "114w2d" },
	};
	char text[256];
	hp_time begin;

	hello("eth2", "10.2.0.3", PIM_HOLD_FOREVER, 2, false);
	begin = fake_now();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_clock_set(begin + HP_SEC(rows[i].s));
		(void)snprintf(text, sizeof(text), "%s/stopped", rows[i].text);
		cr_expect_not_null(strstr(lines("show ip pim neighbor", "{}"), text), "%s: %s",
				   text, lines("show ip pim neighbor", "{}"));
	}
}

/* ---- show ip pim interface, neighbor ---- */

Test(classic, interfaces)
{
	static const char head[] = "Address                   Interface        Ver/Mode  Nbr Count "
				   "Hello Intvl State Refresh\n";
	char text[1024];

	meet_all();
	cr_assert_eq(
		request("set", "{'setting':'pim-hello-interval','value':'10','interface':'eth2'}")
			->exit,
		CTL_EXIT_OK);
	cr_assert_eq(
		request("set", "{'setting':'pim-state-refresh','value':'off','interface':'eth3'}")
			->exit,
		CTL_EXIT_OK);
	(void)snprintf(text, sizeof(text), "%s%s", head,
		       "10.1.0.1                  eth1             v2/D      1         30          "
		       "on\n"
		       "10.2.0.1                  eth2             v2/D      2         10          "
		       "on\n"
		       "10.3.0.1                  eth3             v2/D      0         30          "
		       "off\n");
	cr_expect_str_eq(lines("show ip pim interface", "{}"), text);
	(void)snprintf(text, sizeof(text), "%s%s", head,
		       "fe80::2                   eth2             v2/D      1         10          "
		       "on\n");
	cr_expect_str_eq(lines("show ipv6 pim interface", "{'interface':'eth2'}"), text);
	/* HPIM-DM alone. */
	cr_expect_str_eq(lines("show ip pim interface", "{'interface':'eth4'}"), head);
}

Test(classic, neighbors)
{
	static const char head[] =
		"PIM Neighbor Table\n"
		"Mode: S - State Refresh Capable\n"
		"Neighbor Address          Interface        Uptime/Expires     Ver  "
		"GenID       Mode\n";
	char text[1024];

	meet_all();
	world_run(HP_SEC(65));
	(void)snprintf(text, sizeof(text), "%s%s", head,
		       "10.1.0.2                  eth1             00:01:05/00:00:40  v2   "
		       "0x1234abcd  S\n"
		       "10.2.0.2                  eth2             00:01:05/00:00:40  v2   "
		       "-           \n"
		       "10.2.0.3                  eth2             00:01:05/stopped   v2   "
		       "0x00000002  \n");
	cr_expect_str_eq(lines("show ip pim neighbor", "{}"), text);
	(void)snprintf(text, sizeof(text), "%s%s", head,
		       "fe80::1:2                 eth1             00:01:05/00:00:40  v2   "
		       "0x00000007  S\n");
	cr_expect_str_eq(lines("show ipv6 pim neighbor", "{'interface':'eth1'}"), text);
}

/* ---- show trees -d ---- */

static void expect_ifs(const char *fields, const char *rows)
{
	cr_expect_str_eq(reply_rows(request("show trees", "{'detail':true,'source':'10.9.0.9',"
							  "'group':'239.1.1.1'}"),
				    fields),
			 rows);
}

/* Downstream and assert machine of each output. */
Test(timers, of_outputs)
{
	static const char fields[] =
		"interface role assert downstream prune_s assert_s neighbors upstream";

	cr_assert_eq(request("detach", "{'interface':'eth4'}")->exit, CTL_EXIT_OK);
	meet_all();
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	join_prune("eth2", "10.2.0.2", "10.2.0.1", "10.9.0.9", "239.1.1.1", true);
	world_run(HP_SEC(1));
	expect_ifs(fields, "eth1 root no-info - - - 1 forwarding\n"
			   "eth2 non-root no-info prune-pending 2 - 2 -\n"
			   "eth3 non-root no-info no-info - - 0 -\n");
	world_run(HP_SEC(9));
	better("eth2", "10.2.0.2", "10.9.0.9", "239.1.1.1", 1);
	world_run(HP_SEC(10));
	expect_ifs(fields, "eth1 root no-info - - - 1 forwarding\n"
			   "eth2 non-root loser pruned 190 170 2 -\n"
			   "eth3 non-root no-info no-info - - 0 -\n");
}

/* The upstream machine, on the row of the RPF interface: all its timers, and no other row's. */
Test(timers, of_the_upstream_machine)
{
	static const char fields[] = "interface upstream uptime_s expires_s graft_retry_s "
				     "prune_limit_s override_s state_refresh_s grafts_unanswered";

	cr_assert_eq(request("detach", "{'interface':'eth4'}")->exit, CTL_EXIT_OK);
	hello("eth1", "10.1.0.2", 105, 1, true);
	hello("eth1", "10.1.0.3", 105, 1, true);
	world_miss("eth1", "10.9.0.9", "239.1.1.1");
	world_run(HP_SEC(10));
	expect_ifs(fields, "eth1 pruned 10 200 - 200 - - 0\n");
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_run(HP_SEC(1));
	expect_ifs(fields, "eth1 ack-pending 11 199 2 - - - 1\n"
			   "eth3 -       \n");
	world_run(HP_SEC(3));
	expect_ifs(fields, "eth1 ack-pending 14 196 2 - - - 2\n"
			   "eth3 -       \n");
	/* Without a Graft under way: another router prunes, and a Join overrides that. */
	join_prune("eth1", "10.1.0.3", "10.1.0.2", "10.9.0.9", "239.1.1.1", true);
	cr_expect_str_neq(reply_rows(request("show trees", "{'detail':true}"), "override_s"),
			  "-\n\n");
	world_run(HP_SEC(3));
	expect_ifs("override_s", "-\n\n");
	/* A source of a link: this router originates State Refresh. */
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	world_run(HP_SEC(10));
	cr_expect_str_eq(
		reply_rows(request("show trees", "{'detail':true,'group':'239.1.1.2'}"), fields),
		"eth1 forwarding 10 200 - - - 50 0\n");
	/* The same of the tree. */
	cr_expect_str_eq(reply_rows(request("show trees", "{'group':'239.1.1.2'}"),
				    "state uptime_s expires_s state_refresh_s"),
			 "forwarding 10 200 50\n");
}
