/* SPDX-License-Identifier: GPL-2.0-only */
/* The running configuration as a whole: the file of the start, loaded in place of another, saved,
 * compared; what is refused changes nothing; what does not differ is not touched. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/model.h"
#include "daemon/port.h"
#include "daemon/running.h"
#include "dplane/dplane_int.h"
#include "io/file.h"
#include "unit/common_daemon.h"

#define CONFIG_PATH "/etc/hpim/test.yaml"
#define SAVED_PATH  CTL_SOCKET_DIR "/test.attached"

static char key_path[] = "/tmp/hpim-key-XXXXXX";

static void machine(void)
{
	int fd = mkstemp(key_path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, "the secret of a key\n", 20), 20);
	(void)close(fd);
	fake_link(1, "lo", true, "127.0.0.1/8 ::1/128");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	fake_link(4, "wan0", true, "10.4.0.1/24 fe80::4/64");
}

static void fini(void)
{
	(void)unlink(key_path);
	world_end();
}

TestSuite(running, .init = machine, .fini = fini);

static const char *with_key(const char *text)
{
	static char filled[4096];

	(void)snprintf(filled, sizeof(filled), text, key_path);
	return filled;
}

/* As after a reboot, with this file. */
static void boot_with(const char *text)
{
	cr_assert_eq(file_replace(CONFIG_PATH, text, strlen(text)), 0);
	world_boot();
}

static char *running_text(void)
{
	const struct reply *reply = request("config show", "{}");
	size_t len = 0;
	char *text;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(reply->exit, CTL_EXIT_OK);
	for (size_t i = 0; i < json_object_array_length(reply->records); i++)
		fprintf(out, "%s\n",
			json_object_get_string(json_object_object_get(
				json_object_array_get_idx(reply->records, i), "text")));
	(void)fclose(out);
	return text;
}

static void expect_running(const char *want)
{
	char *text = running_text();

	cr_expect_str_eq(text, want);
	free(text);
}

static const struct reply *send_text(const char *cmd, const char *text, bool is_file)
{
	struct json_object *args = json_object_new_object();
	char line[8192];

	json_object_object_add(args, "offset", json_object_new_int(0));
	json_object_object_add(args, "text", json_object_new_string(text));
	json_object_object_add(args, "is_file", json_object_new_boolean(is_file));
	(void)snprintf(line, sizeof(line), "%s",
		       json_object_to_json_string_ext(args, JSON_C_TO_STRING_PLAIN));
	json_object_put(args);
	return request_text(cmd, line);
}

static const struct reply *load(const char *text)
{
	return send_text("config load", text, false);
}

static const char *unsaved(void)
{
	return reply_rows(request("status", "{}"), "unsaved");
}

/* ---- the start ---- */

/* In the order in which they are shown. */
static const char full[] =
	"version: 1\n"
	"settings:\n"
	"  hello-interval: 7\n"
	"interfaces:\n"
	"  wan*:\n"
	"    protocols: [igmp]\n"
	"    threshold: 4\n"
	"  eth3:\n"
	"    protocols: []\n"
	"  eth2:\n"
	"    protocols: [hpim, igmp, mld]\n"
	"    igmp-version: 2\n"
	"    fast-leave: on\n"
	"    ssm-any-source: on\n"
	"    mode: generic\n"
	"    threshold: 8\n"
	"    settings:\n"
	"      hello-interval: 3\n"
	"    keys:\n"
	"    - {id: 1, algorithm: sha256, file: %s, send: on}\n"
	"  eth9:\n"
	"    protocols: [mld]\n"
	"static:\n"
	"  routes:\n"
	"  - {source: '*', group: 239.1.0.0/16, from: eth2, to: [eth8, wan0]}\n"
	"  joins:\n"
	"  - {group: 239.1.2.3, interface: eth2}\n"
	"policy:\n"
	"- {rule: deny, group: 239.0.0.0/8, source: 10.0.0.0/8, interface: eth2}\n"
	"- {rule: boundary, group: 'ff15::/16', interface: eth2}\n"
	"- {rule: ssm-map, group: 232.1.1.1, source: 10.2.0.9}\n";

static void expect_full(void)
{
	expect_running(with_key(full));
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"),
				    "interface state mode threshold hpim4 hpim6 igmp mld"),
			 "eth2 up generic 8 true true true true\n"
			 "eth9 absent auto 0 false false false false\n"
			 "wan0 up auto 4 false false true false\n"
			 "eth8 absent auto 0 false false false false\n");
	cr_expect_str_eq(
		reply_rows(request("show keys", "{}"), "interface family id algorithm sending"),
		"eth2 4 1 sha256 true\neth2 6 1 sha256 true\n");
	cr_expect_str_eq(reply_rows(request("show static", "{}"), "kind group"),
			 "route 239.1.0.0/16\njoin 239.1.2.3\n");
}

Test(running, file_of_the_start_is_what_runs)
{
	boot_with(with_key(full));
	expect_full();
	cr_expect_str_eq(unsaved(), "false\n");
	cr_expect_null(strstr(fake_file(SAVED_PATH), "the secret"));
}

Test(running, stop_and_start_bring_all_back)
{
	boot_with(with_key(full));
	world_stop();
	cr_expect_null(fake_file(SAVED_PATH));
	world_boot();
	expect_full();
}

Test(running, after_a_crash_the_run_before_counts_unsaved_changes_included)
{
	boot_with(with_key(full));
	cr_assert_eq(request("threshold", "{'interface':'eth2','ttl':9}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("detach", "{'interface':'eth9'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(unsaved(), "true\n");
	world_kill();
	cr_assert_eq(file_replace(CONFIG_PATH, "version: 1\n", 11), 0);
	world_boot();
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface threshold igmp"),
			 "eth2 9 true\neth8 0 false\nwan0 4 true\n");
	cr_expect_str_eq(reply_rows(request("show keys", "{}"), "interface family id sending"),
			 "eth2 4 1 true\neth2 6 1 true\n");
	cr_expect_str_eq(unsaved(), "true\n", "what runs is not what the file has now");
	fake_link(5, "wan7", true, "10.5.0.1/24");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{'interface':'wan7'}"),
				    "interface threshold igmp"),
			 "wan7 4 true\n", "a pattern of the run before counts");
}

Test(running, what_an_earlier_run_had_counts_as_long_as_the_file_says)
{
	boot_with("version: 1\nsettings: {stale-time: 9}\ninterfaces: {eth2: {}, eth3: {}}\n");
	world_report("eth3", "10.3.0.9", "239.1.1.1");
	world_miss("eth2", "10.2.0.9", "239.1.1.1");
	world_kill();
	fake_link(2, "eth2", true, ""); /* without a route to the source it stays stale */
	world_boot();
	world_run(HP_SEC(2));
	cr_expect_str_eq(reply_rows(request("show mroutes", "{}"), "group owner stale_s"),
			 "239.1.1.1 stale 7\n");
}

Test(running, without_a_file_what_is_attached_is_unsaved)
{
	world_boot();
	cr_expect_str_eq(unsaved(), "false\n");
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(unsaved(), "true\n");
	cr_assert_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(unsaved(), "false\n");
}

Test(running, hpim_waits_for_a_key_that_cannot_be_read_at_the_start)
{
	char gone[sizeof(key_path)];

	memcpy(gone, key_path, sizeof(gone));
	(void)unlink(key_path);
	boot_with(with_key("version: 1\ninterfaces:\n  eth2:\n    keys:\n"
			   "    - {id: 1, algorithm: sha256, file: %s, send: on}\n"));
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "hpim4 hpim6 igmp"),
			 "false false true\n");
	cr_expect_str_eq(unsaved(), "false\n", "the key is configured still");
	cr_assert_eq(request("key add",
			     "{'interface':'eth2','id':1,'algorithm':'sha256',"
			     "'secret':'0123','sending':true,'file':'%s'}",
			     gone)
			     ->exit,
		     CTL_EXIT_OK);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "hpim4 hpim6 igmp"),
			 "true true true\n");
	cr_expect_str_eq(unsaved(), "false\n");
}

/* ---- patterns ---- */

Test(running, interface_that_appears_gets_what_its_pattern_says)
{
	boot_with("version: 1\ninterfaces:\n  ppp1: {protocols: []}\n  'ppp*': {protocols: [igmp], "
		  "mode: tc}\n");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface"), "");
	fake_link(7, "ppp0", true, "10.7.0.1/24");
	fake_link(8, "ppp1", true, "10.8.0.1/24");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface mode igmp hpim4"),
			 "ppp0 tc true false\n");
	cr_expect_str_eq(unsaved(), "false\n", "that is what the file says");
	cr_assert_eq(request("detach", "{'interface':'ppp0'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(unsaved(), "true\n");
	fake_link_gone(7);
	fake_link(9, "ppp0", true, "10.7.0.1/24");
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface"), "",
			 "what was detached by hand stays so");
	cr_assert_eq(request("attach", "{'interface':'ppp0','igmp':true,'mode':'tc'}")->exit,
		     CTL_EXIT_OK);
	expect_running(
		"version: 1\ninterfaces:\n  ppp1:\n    protocols: []\n  ppp*:\n    protocols: "
		"[igmp]\n    mode: tc\n  ppp0:\n    protocols: [igmp]\n    mode: tc\n");
}

/* ---- load ---- */

static unsigned int sent; /* messages of HPIM-DM, but for Hellos */

static void count_sent(uint16_t link, const struct fx_send *send)
{
	(void)link;
	sent += send->socket == SOCKET_103;
}

#define TWO                                                                             \
	"version: 1\ninterfaces:\n  eth2:\n    protocols: [hpim, igmp, mld]\n  eth3:\n" \
	"    protocols: [hpim, igmp, mld]\n"

Test(running, load_touches_only_what_differs)
{
	boot_with(TWO);
	world_run(HP_SEC(1));
	fake_on_send(count_sent);
	cr_expect_str_eq(reply_rows(load(TWO), "change line"), "");
	cr_expect_str_eq(
		reply_rows(load("version: 1\ninterfaces: {eth3: {}, wan0: {protocols: [igmp]}, "
				"eth2: {threshold: 5}}\n"),
			   "change line"),
		"+ interfaces eth2 threshold: 5\n+ interfaces wan0 protocols: [igmp]\n");
	cr_expect_eq(sent, 0, "%u messages", sent);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface threshold hpim4"),
			 "eth2 5 true\neth3 0 true\nwan0 0 false\n");
	cr_expect_str_eq(unsaved(), "true\n", "it is another file");
	cr_expect_str_eq(reply_rows(send_text("config load", TWO, true), "change line"),
			 "- interfaces eth2 threshold: 5\n- interfaces wan0 protocols: [igmp]\n");
	cr_expect_str_eq(unsaved(), "false\n");
	expect_running(TWO);
}

Test(running, load_of_all_and_back)
{
	char *before;

	boot_with(TWO);
	before = running_text();
	cr_assert_eq(load(with_key(full))->exit, CTL_EXIT_OK);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"),
				    "interface state mode threshold hpim4 hpim6 igmp mld"),
			 "eth2 up generic 8 true true true true\n"
			 "eth9 absent auto 0 false false false false\n"
			 "wan0 up auto 4 false false true false\n"
			 "eth8 absent auto 0 false false false false\n");
	cr_assert_eq(load(before)->exit, CTL_EXIT_OK);
	expect_running(before);
	free(before);
	cr_expect_str_eq(reply_rows(request("show keys", "{}"), "interface"), "");
}

/* What a load is refused for, with what was changed before it came to that. */
static void expect_refused_load(const char *text, enum ctl_exit exit, const char *code,
				const char *message)
{
	char *before = running_text();

	expect_refused(load(text), exit, code, message);
	expect_running(before);
	free(before);
}

Test(running, one_error_changes_nothing)
{
	boot_with(with_key(full));
	expect_refused_load("version: 1\ninterfaces: {eth2: {mode: x}}", CTL_EXIT_REFUSED, "config",
			    "2:27: found 'x', expected auto, native, generic, tc or kernel");
	expect_refused_load(
		"version: 1\nmetrics: {listen: eth2:9464}\n", CTL_EXIT_REFUSED, "config",
		"2:19: found 'eth2:9464', expected PORT (of 127.0.0.1), ADDRESS:PORT or "
		"[ADDRESS]:PORT, with a port from 1 to 65535");
	expect_refused_load("version: 1\ntables: {unicast: 7}\n", CTL_EXIT_REFUSED, "table",
			    "unicast table 7: the daemon runs with 254");
	expect_refused_load("version: 1\nsettings: {hold-time: 3}\n", CTL_EXIT_REFUSED, "config",
			    "1:1: instance: hold-time (3 s) must be longer than hello-interval "
			    "(10 s)");
	expect_refused_load("version: 1\nsettings: {hold-time: 20}\n", CTL_EXIT_REFUSED, "conflict",
			    "instance: hold-time (20 s) must be longer than hello-interval (30 s)");
	expect_refused_load("version: 1\ninterfaces: {eth3: {keys: [{id: 7, algorithm: md5, file: "
			    "/nowhere}]}}\n",
			    CTL_EXIT_REFUSED, "key",
			    "eth3: key 7: cannot read /nowhere: No such file or directory");
	expect_refused_load("version: 1\ninterfaces: {eth3: {keys: [{id: 7, algorithm: md5, "
			    "credential: a}]}}\n",
			    CTL_EXIT_REFUSED, "key", "eth3: key 7: the service has no credentials");
}

Test(running, refusal_in_the_middle_puts_all_back)
{
	boot_with(TWO);
	fake_join_fails(-ENOMEM);
	expect_refused_load("version: 1\nsettings: {hello-interval: 9}\ninterfaces: {eth2: "
			    "{threshold: 3}, wan0: {}}\nstatic: {joins: [{group: 239.9.9.9, "
			    "interface: eth7}]}\n",
			    CTL_EXIT_REFUSED, "socket",
			    "cannot open the sockets on wan0: Cannot allocate memory");
	fake_join_fails(0);
	cr_expect_eq(load("version: 1\ninterfaces: {wan0: {}}\n")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(reply_rows(request("show interfaces", "{}"), "interface hpim4"),
			 "wan0 true\n");
}

Test(running, eight_keys_of_which_the_sending_one_goes_and_one_comes)
{
	char text[4096] = "version: 1\ninterfaces:\n  eth2:\n    keys:\n";

	for (int id = 0; id < 8; id++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
			       "    - {id: %d, algorithm: md5, file: %s}\n", id, key_path);
	boot_with(text);
	for (char *at = text; (at = strstr(at, "{id: ")); at++)
		at[5] = (char)(at[5] + 1); /* 1 to 8: one goes, one comes */
	cr_assert_eq(load(text)->exit, CTL_EXIT_OK);
	cr_expect_str_eq(reply_rows(request("show keys", "{'family':4}"), "id sending"),
			 "7 false\n1 true\n2 false\n3 false\n4 false\n5 false\n6 false\n8 false\n");
}

/* ---- where metrics are served ---- */

#define METRICS(port) TWO "metrics: {listen: " #port "}\n"

Test(running, metrics_are_served_where_the_file_says_and_move_with_it)
{
	boot_with(METRICS(9464));
	cr_expect_eq(fake_http_port(), 9464);
	cr_expect_str_eq(reply_rows(request("status", "{}"), "metrics_at unsaved"),
			 "127.0.0.1:9464 false\n");
	world_run(HP_SEC(1));
	fake_on_send(count_sent);
	cr_expect_str_eq(reply_rows(load(METRICS(9464)), "change line"), "");
	cr_expect_eq(fake_http_starts(), 1, "what does not differ is not touched");
	cr_expect_str_eq(reply_rows(load(METRICS('[::]:9465')), "change line"),
			 "- metrics listen: 127.0.0.1:9464\n+ metrics listen: [::]:9465\n");
	cr_expect_eq(fake_http_port(), 9465);
	cr_expect_str_eq(reply_rows(request("status", "{}"), "metrics_at unsaved"),
			 "[::]:9465 true\n");
	cr_expect_str_eq(reply_rows(load(TWO), "change line"), "- metrics listen: [::]:9465\n");
	cr_expect_eq(fake_http_port(), 0);
	cr_expect_str_eq(reply_rows(request("status", "{}"), "metrics_at"), "\n");
	cr_assert_eq(load(METRICS(9466))->exit, CTL_EXIT_OK);
	cr_expect_eq(fake_http_port(), 9466);
	cr_expect_eq(sent, 0, "%u messages", sent);
	world_kill();
	world_boot();
	cr_expect_eq(fake_http_port(), 9466, "that of the run before counts after a crash");
}

Test(running, metrics_of_a_port_that_is_in_use)
{
	fake_http_port_taken(9465);
	boot_with(METRICS(9465));
	cr_expect_eq(fake_http_port(), 0, "the router runs without");
	cr_expect_str_eq(reply_rows(request("status", "{}"), "unsaved"), "false\n");
	fake_http_port_taken(0);
	cr_expect_eq(load(METRICS(9465))->exit, CTL_EXIT_OK);
	cr_expect_eq(fake_http_port(), 9465, "loading it again tries again");
	fake_http_port_taken(9466);
	expect_refused_load(METRICS(9466), CTL_EXIT_REFUSED, "listen",
			    "metrics: cannot listen on 127.0.0.1:9466: Address already in use");
	cr_expect_eq(fake_http_port(), 9465, "where it was");
}

Test(running, option_of_the_start_counts_before_metrics_of_the_file)
{
	cr_assert(config_listen_parse("9000", &world_options()->metrics_at));
	boot_with(METRICS(9464));
	cr_expect_eq(fake_http_port(), 9000);
	cr_assert_eq(load(METRICS(9465))->exit, CTL_EXIT_OK);
	cr_expect_eq(fake_http_port(), 9000);
	cr_expect_eq(fake_http_starts(), 1);
	expect_running(TWO "metrics:\n  listen: 127.0.0.1:9465\n");
	world_options()->metrics_at.port = 0;
}

/* ---- parts ---- */

Test(running, text_comes_in_parts)
{
	boot_with(TWO);
	cr_expect_eq(
		request("config load", "{'offset':0,'text':'version: 1\\n','more':true}")->exit,
		CTL_EXIT_OK);
	expect_refused(request("config load", "{'offset':7,'text':'x'}"), CTL_EXIT_REFUSED, "busy",
		       "another configuration is being sent");
	expect_running(TWO);
	cr_expect_eq(request("config load", "{'offset':11,'text':'interfaces: {eth3: '}")->exit,
		     CTL_EXIT_REFUSED, "it ends in the middle");
	cr_expect_eq(
		request("config load", "{'offset':0,'text':'version: 1\\n','more':true}")->exit,
		CTL_EXIT_OK);
	cr_expect_eq(request("config load", "{'offset':11,'text':'interfaces: {eth3: {}}'}")->exit,
		     CTL_EXIT_OK);
	expect_running("version: 1\ninterfaces:\n  eth3:\n    protocols: [hpim, igmp, mld]\n");
	expect_refused(request("config load", "{'text':'x'}"), CTL_EXIT_USAGE, "usage",
		       "'config load' takes a text, and where in the whole it stands");
	cr_expect_eq(
		request_read_only("config load", "{\"offset\":0,\"text\":\"version: 1\"}")->exit,
		CTL_EXIT_PERMISSION);
}

/* ---- what detaching takes along ---- */

Test(running, keys_go_with_their_interface)
{
	boot_with(with_key("version: 1\ninterfaces:\n  eth2:\n    keys:\n"
			   "    - {id: 1, algorithm: sha256, file: %s, send: on}\n"));
	cr_assert_eq(request("detach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth3'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(reply_rows(request("show keys", "{}"), "interface"), "",
			 "another interface inherits them");
}
