/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching, detaching and thresholds over the control socket: what is refused, how, and that
 * nothing has changed then; what waits; what a restart finds again. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dplane/dplane_int.h"
#include "unit/common_daemon.h"

#define SAVED_PATH CTL_SOCKET_DIR "/test.attached"

static void boot(void)
{
	fake_link(1, "lo", true, "127.0.0.1/8 ::1/128");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_link(4, "v4only", true, "10.4.0.1/24");
	fake_link(5, "bare", true, "");
	world_boot();
}

TestSuite(port, .init = boot, .fini = world_end);

/* All that attach, detach and threshold can change, as an operator sees it. */
static void expect_ports(const char *rows)
{
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"),
				    "interface state mode tier threshold hpim4 hpim6 igmp mld"),
			 rows);
}

/* A request that is refused, word for word, and leaves everything as it is. */
static void expect_unchanged(const char *cmd, const char *args, enum ctl_exit exit,
			     const char *code, const char *message)
{
	char *before = strdup(reply_rows(request("show interfaces", "{}"),
					 "interface state mode tier threshold hpim4 hpim6 igmp mld "
					 "igmp_version mld_version ssm_any_source"));
	const char *file = fake_file(SAVED_PATH);
	char *file_before = file ? strdup(file) : NULL;
	const struct reply *reply = request(cmd, "%s", args);

	cr_expect_eq(reply->exit, exit, "%s %s: exit %d", cmd, args, (int)reply->exit);
	cr_expect_str_eq(reply->code, code, "%s %s: %s", cmd, args, reply->code);
	cr_expect_str_eq(reply->message, message, "%s %s: %s", cmd, args, reply->message);
	cr_expect_eq(json_object_array_length(reply->records), 0, "%s %s", cmd, args);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"),
				    "interface state mode tier threshold hpim4 hpim6 igmp mld "
				    "igmp_version mld_version ssm_any_source"),
			 before, "%s %s", cmd, args);
	file = fake_file(SAVED_PATH);
	cr_expect(file_before ? file && !strcmp(file, file_before) : !file, "%s %s: %s", cmd, args,
		  file ? file : "(none)");
	free(file_before);
	free(before);
}

static void attach(const char *args)
{
	const struct reply *reply = request("attach", "%s", args);

	cr_assert_eq(reply->exit, CTL_EXIT_OK, "%s: %s", args, reply->message);
}

/* The protocols of the running configuration, as it is saved. */
static const char *running_protocols(void)
{
	static char text[512];
	const char *rows = reply_rows(request("config show", "{}"), "text");

	text[0] = '\0';
	for (const char *line = rows; *line; line = strchr(line, '\n') + 1) {
		const char *end = strchr(line, '\n') + 1;

		if (!strncmp(line, "    protocols:", 14))
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.*s",
				       (int)(end - line), line);
	}
	return text;
}

/* ---- attach ---- */

Test(port, attach_switches_on_what_is_asked_for)
{
	const struct reply *reply = request("attach", "{'interface':'eth2'}");

	cr_expect_eq(reply->exit, CTL_EXIT_OK);
	cr_expect_str_eq(reply->schema, "hpim.attach/1");
	cr_expect_str_eq(reply_rows(reply, "interface hpim4 hpim6 igmp mld tier why"),
			 "eth2 true true true true xdp \n");
	attach("{'interface':'eth3','igmp':true,'mode':'generic'}");
	attach("{'interface':'v4only','hpim':true,'family':4}");
	expect_ports("eth2 up auto xdp 0 true true true true\n"
		     "eth3 up generic xdp 0 false false true false\n"
		     "v4only up auto xdp 0 true false false false\n");
	cr_expect_gt(fake_joined(0), 0);
	cr_expect_gt(fake_joined(1), 0);
	attach("{'interface':'eth3','mld':true}");
	expect_ports("eth2 up auto xdp 0 true true true true\n"
		     "eth3 up auto xdp 0 false false true true\n"
		     "v4only up auto xdp 0 true false false false\n");
}

Test(port, pattern_attaches_what_can_be_served_and_says_what_cannot)
{
	const struct reply *reply = request("attach", "{'interface':'all'}");

	expect_refused(reply, CTL_EXIT_PARTLY, "partly",
		       "1 of 4 interfaces refused: bare has no address of a family asked for");
	cr_expect_str_eq(reply_rows(reply, "interface"), "eth2\neth3\nv4only\n", "never lo");
	cr_expect_eq(request("detach", "{'interface':'eth*'}")->exit, CTL_EXIT_OK);
	expect_ports("v4only up auto xdp 0 true false true false\n");
}

Test(port, refusals_of_attach)
{
	static const struct {
		const char *args;
		enum ctl_exit exit;
		const char *code, *message;
	} rows[] = {
		{ "{}", CTL_EXIT_USAGE, "usage", "interface name missing or invalid" },
		{ "{'interface':7}", CTL_EXIT_USAGE, "usage", "\"interface\" is text" },
		{ "{'interface':''}", CTL_EXIT_USAGE, "usage",
		  "interface name missing or invalid" },
		{ "{'interface':'sixteen-letters-'}", CTL_EXIT_USAGE, "usage",
		  "interface name missing or invalid" },
		{ "{'interface':'eth2/1'}", CTL_EXIT_USAGE, "usage",
		  "'eth2/1' is no name of an interface" },
		{ "{'interface':'eth2:1'}", CTL_EXIT_USAGE, "usage",
		  "'eth2:1' is no name of an interface" },
		{ "{'interface':'..'}", CTL_EXIT_USAGE, "usage",
		  "'..' is no name of an interface" },
		{ "{'interface':'a b'}", CTL_EXIT_USAGE, "usage",
		  "'a b' is no name of an interface" },
		{ "{'interface':'eth3','mode':'fast'}", CTL_EXIT_USAGE, "usage", "no mode 'fast'" },
		{ "{'interface':'eth3','igmp_version':1}", CTL_EXIT_USAGE, "usage",
		  "\"igmp_version\" is a number from 2 to 3" },
		{ "{'interface':'eth3','igmp_version':4}", CTL_EXIT_USAGE, "usage",
		  "\"igmp_version\" is a number from 2 to 3" },
		{ "{'interface':'eth3','mld_version':3}", CTL_EXIT_USAGE, "usage",
		  "\"mld_version\" is a number from 1 to 2" },
		{ "{'interface':'wlan*'}", CTL_EXIT_NOT_FOUND, "no-interface",
		  "no interface fits 'wlan*'" },
		{ "{'interface':'bar?'}", CTL_EXIT_REFUSED, "no-address",
		  "bare has no address of a family asked for" },
		{ "{'interface':'v4*','family':6}", CTL_EXIT_REFUSED, "no-address",
		  "v4only has no address of a family asked for" },
	};

	attach("{'interface':'eth2','mode':'generic','igmp':true,'igmp_version':2}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_unchanged("attach", rows[i].args, rows[i].exit, rows[i].code,
				 rows[i].message);
}

/* Description of PIM-DM, 8.4. What is refused opens no socket and attaches nothing. */
Test(port, interface_runs_one_of_hpim_and_pim_for_a_family)
{
	attach("{'interface':'eth2','pim_dm':true,'family':4}");
	expect_unchanged("attach", "{'interface':'eth2'}", CTL_EXIT_REFUSED, "conflict",
			 "eth2: HPIM-DM and PIM-DM cannot both run for IPv4 on an interface");
	expect_unchanged("attach", "{'interface':'eth2','igmp':true,'hpim':true}", CTL_EXIT_REFUSED,
			 "conflict",
			 "eth2: HPIM-DM and PIM-DM cannot both run for IPv4 on an interface");
	attach("{'interface':'eth2','hpim':true,'family':6}");
	expect_unchanged("attach", "{'interface':'eth2','pim_dm':true}", CTL_EXIT_REFUSED,
			 "conflict",
			 "eth2: HPIM-DM and PIM-DM cannot both run for IPv6 on an interface");
	expect_unchanged("attach", "{'interface':'eth3','hpim':true,'pim_dm':true}",
			 CTL_EXIT_REFUSED, "conflict",
			 "eth3: HPIM-DM and PIM-DM cannot both run for IPv4 on an interface");
	cr_expect_str_eq(running_protocols(), "    protocols: [hpim6, pim-dm4]\n");
	cr_expect_eq(request("detach", "{'interface':'eth2','pim_dm':true}")->exit, CTL_EXIT_OK);
	attach("{'interface':'eth2','hpim':true}");
	cr_expect_str_eq(running_protocols(), "    protocols: [hpim]\n");
	cr_expect_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	attach("{'interface':'eth2','pim_dm':true}");
	cr_expect_str_eq(running_protocols(), "    protocols: [pim-dm]\n");
	cr_expect_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK,
		     "without words, from all");
	expect_ports("");
}

Test(port, sockets_that_cannot_be_opened_undo_what_was_switched_on)
{
	attach("{'interface':'eth2','igmp':true,'igmp_version':2,'mode':'generic'}");
	fake_join_fails(-ENOBUFS);
	expect_unchanged("attach",
			 "{'interface':'eth2','hpim':true,'igmp_version':3,'ssm_any_source':true}",
			 CTL_EXIT_REFUSED, "socket",
			 "cannot open the sockets on eth2: No buffer space available");
	expect_unchanged("attach", "{'interface':'eth2','hpim':true}", CTL_EXIT_REFUSED, "socket",
			 "cannot open the sockets on eth2: No buffer space available");
	expect_unchanged("attach", "{'interface':'eth3'}", CTL_EXIT_REFUSED, "socket",
			 "cannot open the sockets on eth3: No buffer space available");
	fake_join_fails(-EPERM);
	expect_unchanged("attach", "{'interface':'eth3'}", CTL_EXIT_PERMISSION, "socket",
			 "cannot open the sockets on eth3: Operation not permitted");
	fake_join_fails(0);
	attach("{'interface':'eth3'}");
}

Test(port, forwarding_plane_that_refuses_is_quoted)
{
	world_tier()->link_err = -EOPNOTSUPP;
	world_tier()->why = "its driver has no native XDP";
	expect_unchanged(
		"attach", "{'interface':'eth2','mode':'native'}", CTL_EXIT_REFUSED, "dplane",
		"cannot attach eth2 to the forwarding plane: eth2 not attached: its driver "
		"has no native XDP");
	world_tier()->link_err = -EPERM;
	world_tier()->why = "no privilege";
	expect_unchanged("attach", "{'interface':'eth2'}", CTL_EXIT_PERMISSION, "dplane",
			 "cannot attach eth2 to the forwarding plane: eth2 not attached: no "
			 "privilege");
}

Test(port, mode_that_cannot_be_leaves_the_former_one)
{
	attach("{'interface':'eth2','mode':'generic'}");
	world_tier()->link_err = -EOPNOTSUPP;
	world_tier()->is_link_err_once = true;
	world_tier()->why = "its driver has no native XDP";
	expect_unchanged("attach", "{'interface':'eth2','mode':'native'}", CTL_EXIT_REFUSED, "mode",
			 "eth2 cannot run in that mode: Operation not supported");
}

Test(port, as_many_interfaces_as_there_are_numbers)
{
	char name[LINK_NAME_LEN];

	for (uint32_t i = 0; i < LINKS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "x%u", i);
		cr_assert_eq(request("attach", "{'interface':'%s','igmp':true}", name)->exit,
			     CTL_EXIT_OK);
	}
	expect_unchanged("attach", "{'interface':'eth2'}", CTL_EXIT_REFUSED, "limit",
			 "cannot attach eth2: 256 interfaces are attached already");
	cr_assert_eq(request("detach", "{'interface':'x7'}")->exit, CTL_EXIT_OK);
	attach("{'interface':'eth2'}");
	cr_expect_eq(world_link("eth2"), 7, "the number that is free");
}

/* ---- detach and threshold ---- */

Test(port, interface_goes_with_its_last_protocol)
{
	attach("{'interface':'eth2'}");
	cr_expect_eq(request("detach", "{'interface':'eth2','hpim':true,'igmp':true}")->exit,
		     CTL_EXIT_OK);
	expect_ports("eth2 up auto xdp 0 false false false true\n");
	cr_expect_eq(request("detach", "{'interface':'eth2','mld':true}")->exit, CTL_EXIT_OK);
	expect_ports("");
	cr_expect_eq(fake_joined(0), 0, "all sockets are closed");
}

Test(port, refusals_of_detach_and_threshold)
{
	static const struct {
		const char *cmd, *args;
		enum ctl_exit exit;
		const char *code, *message;
	} rows[] = {
		{ "detach", "{}", CTL_EXIT_USAGE, "usage", "interface name missing or invalid" },
		{ "detach", "{'interface':'eth3'}", CTL_EXIT_NOT_FOUND, "not-attached",
		  "eth3 is not attached" },
		{ "detach", "{'interface':'never-seen'}", CTL_EXIT_NOT_FOUND, "not-attached",
		  "never-seen is not attached" },
		{ "detach", "{'interface':'wlan*'}", CTL_EXIT_NOT_FOUND, "no-interface",
		  "no interface fits 'wlan*'" },
		{ "threshold", "{}", CTL_EXIT_USAGE, "usage", "interface name missing or invalid" },
		{ "threshold", "{'interface':'eth2'}", CTL_EXIT_USAGE, "usage",
		  "a threshold is 0 to 255" },
		{ "threshold", "{'interface':'eth2','ttl':-1}", CTL_EXIT_USAGE, "usage",
		  "\"ttl\" is a number from 0 to 255" },
		{ "threshold", "{'interface':'eth2','ttl':256}", CTL_EXIT_USAGE, "usage",
		  "\"ttl\" is a number from 0 to 255" },
		{ "threshold", "{'interface':'eth2','ttl':'9'}", CTL_EXIT_USAGE, "usage",
		  "\"ttl\" is a number from 0 to 255" },
		{ "threshold", "{'interface':'eth3','ttl':9}", CTL_EXIT_NOT_FOUND, "not-attached",
		  "eth3 is not attached" },
	};

	attach("{'interface':'eth2','mode':'generic'}");
	cr_assert_eq(request("threshold", "{'interface':'eth2','ttl':5}")->exit, CTL_EXIT_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_unchanged(rows[i].cmd, rows[i].args, rows[i].exit, rows[i].code,
				 rows[i].message);
}

Test(port, threshold_that_the_forwarding_plane_refuses)
{
	attach("{'interface':'eth2'}");
	world_tier()->link_err = -ENOMEM;
	world_tier()->is_link_err_once = true;
	world_tier()->why = "no memory";
	expect_unchanged("threshold", "{'interface':'eth2','ttl':5}", CTL_EXIT_REFUSED, "dplane",
			 "the forwarding plane refuses the threshold of eth2: Cannot allocate "
			 "memory");
	cr_expect(world_daemon()->dplane->links[0].is_attached, "with the former threshold");
}

Test(port, read_only_socket_changes_nothing)
{
	static const char *const cmds[] = { "attach", "detach", "threshold" };

	for (size_t i = 0; i < 3; i++) {
		const struct reply *reply =
			request_read_only(cmds[i], "{'interface':'eth2','ttl':5}");

		cr_expect_eq(reply->exit, CTL_EXIT_PERMISSION);
		cr_expect_str_eq(reply->code, "permission");
	}
	expect_ports("");
}

/* ---- interfaces that come and go ---- */

Test(port, interface_that_does_not_exist_yet_is_waited_for)
{
	cr_expect_str_eq(
		reply_rows(request("attach", "{'interface':'later'}"), "interface hpim4 tier why"),
		"later false none later does not exist yet; waiting for it\n");
	expect_ports("later absent auto none 0 false false false false\n");
	fake_link(9, "later", true, "");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface state why"),
			 "later up later has no address of a family asked for; waiting for one\n");
	fake_link(9, "later", true, "10.9.0.1/24");
	expect_ports("later up auto xdp 0 true false true false\n");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "ifindex addr4 why"),
			 "9 10.9.0.1 \n");
}

Test(port, interface_that_returns_is_served_again_as_it_was)
{
	attach("{'interface':'eth2','igmp':true,'igmp_version':2}");
	cr_assert_eq(request("threshold", "{'interface':'eth2','ttl':5}")->exit, CTL_EXIT_OK);
	fake_link_gone(2);
	expect_ports("eth2 absent auto none 5 false false false false\n");
	fake_link(12, "eth2", false, "10.2.0.1/24");
	expect_ports("eth2 down auto xdp 5 false false false false\n");
	fake_link(12, "eth2", true, "10.2.0.1/24");
	expect_ports("eth2 up auto xdp 5 false false true false\n");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "ifindex igmp_version"),
			 "12 2\n");
	cr_expect_eq(world_daemon()->dplane->links[0].link.threshold, 5);
}

Test(port, interface_that_is_renamed_stays_attached)
{
	attach("{'interface':'eth2'}");
	fake_link(2, "uplink", true, "10.2.0.1/24 fe80::2/64");
	expect_ports("uplink up auto xdp 0 true true true true\n");
	cr_expect_not_null(strstr(fake_file(SAVED_PATH), "\"uplink\""));
}

/* ---- the next run ---- */

Test(port, killed_daemon_finds_all_of_it_again)
{
	static const char before[] = "eth2 up generic xdp 5 false false true false\n"
				     "eth3 up auto xdp 0 true true true true\n"
				     "later absent auto none 0 false false false false\n";

	attach("{'interface':'eth2','mode':'generic','igmp':true,'igmp_version':2,"
	       "'ssm_any_source':true}");
	attach("{'interface':'eth3'}");
	attach("{'interface':'later'}");
	cr_assert_eq(request("threshold", "{'interface':'eth2','ttl':5}")->exit, CTL_EXIT_OK);
	expect_ports(before);
	world_kill();
	world_boot();
	expect_ports(before);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{'interface':'eth2'}"),
				    "igmp_version ssm_any_source"),
			 "2 true\n");
	cr_expect_eq(world_daemon()->dplane->links[world_link("eth2")].link.threshold, 5);
	fake_link(9, "later", true, "10.9.0.1/24");
	cr_expect_str_eq(
		reply_rows(request("show interfaces", "{'interface':'later'}"), "state hpim4 igmp"),
		"up true true\n");
}

Test(port, numbers_of_the_run_before_stay)
{
	attach("{'interface':'eth2'}");
	attach("{'interface':'eth3'}");
	cr_assert_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(world_link("eth3"), 1);
	world_kill();
	world_boot();
	cr_expect_eq(world_link("eth3"), 1, "the forwarding plane knows it by that number");
	attach("{'interface':'eth2'}");
	cr_expect_eq(world_link("eth2"), 0);
}

Test(port, interface_that_was_renamed_while_no_daemon_ran)
{
	attach("{'interface':'eth2'}");
	world_kill();
	fake_link(2, "uplink", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	expect_ports("uplink up auto xdp 0 true true true true\n");
}

Test(port, file_that_cannot_be_written_refuses_nothing)
{
	fake_file_fails(-EROFS);
	attach("{'interface':'eth2'}");
	cr_expect_null(fake_file(SAVED_PATH));
	fake_file_fails(0);
	attach("{'interface':'eth3'}");
	world_kill();
	world_boot();
	expect_ports("eth2 up auto xdp 0 true true true true\n"
		     "eth3 up auto xdp 0 true true true true\n");
}

Test(port, plain_stop_leaves_nothing)
{
	attach("{'interface':'eth2'}");
	cr_assert_not_null(fake_file(SAVED_PATH));
	daemon_stop(world_daemon(), DAEMON_END);
	cr_expect_null(fake_file(SAVED_PATH));
}
