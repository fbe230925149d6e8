/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bad input, for each command of the schema: a wrong word, a missing word, an argument that is
 * none, a number out of its range, no permission, no daemon. Each is refused with an exit code that
 * the command documents and with words, and nothing has changed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "hpimctl/grammar.h"
#include "unit/common_daemon.h"

/* What a user types for commands that need more than their name; each is done, in this order. */
static const char *const lines[] = {
	"attach eth1 hpim igmp v3 mld v2 mode auto",
	"attach eth2",
	"threshold eth1 2",
	"set hello-interval 5 eth1",
	"unset hello-interval eth1",
	"static route 10.1.0.7 239.1.1.1 from eth1 to eth2",
	"static join 239.1.1.2 10.1.0.7 eth2",
	"static delete join 239.1.1.2 10.1.0.7 eth2",
	"static delete route 10.1.0.7 239.1.1.1 from eth1",
	"rpf-metric 10.9.0.0/16 7",
	"rpf-metric delete 10.9.0.0/16",
	"policy deny 239.9.0.0/16 source 10.1.0.0/16 eth1",
	"policy delete 239.9.0.0/16 source 10.1.0.0/16 eth1",
	"policy allow 239.9.1.0/24",
	"policy delete 239.9.1.0/24",
	"boundary eth1 239.255.0.0/16",
	"boundary delete eth1 239.255.0.0/16",
	"ssm-range 239.232.0.0/16",
	"ssm-range delete 239.232.0.0/16",
	"ssm-map 232.1.0.0/16 10.1.0.7",
	"ssm-map delete 232.1.0.0/16 10.1.0.7",
	"show policy eth1",
	"show sequence 10.1.0.7 239.1.1.1",
	"show neighbor-state 10.1.0.7 239.1.1.1",
	"metrics trees 3 mroutes 3",
	"key add eth1 id 1 algo sha256 file KEY",
	"key send eth1 id 1",
	"key delete eth1 id 1",
	"explain 10.1.0.7 239.1.1.1",
	"show rpf 10.1.0.7",
	"show interfaces eth1",
	"show neighbors eth1",
	"show trees 10.1.0.7 239.1.1.1",
	"show mroutes 10.1.0.7 239.1.1.1",
	"show ip mroute 10.1.0.7 239.1.1.1",
	"show ipv6 mroute 2001:db8::7 ff1e::1",
	"show ip pim interface eth1",
	"show ipv6 pim interface eth1",
	"show ip pim neighbor eth1",
	"show ipv6 pim neighbor eth1",
	"show groups eth1",
	"show counters eth1",
	"show drops eth1",
	"show summary eth1",
	"show protocol-counters eth1",
	"show limits eth1",
	"show timers eth1",
	"show config eth1",
	"show keys eth1",
	"show static eth1",
	"doctor eth1",
	"monitor trees eth1 10.1.0.7 239.1.1.1",
	"capture every 1 count 1 interface eth1 source 10.1.0.7 group 239.1.1.1 reason ttl",
	"clear counters",
	"clear neighbor eth1 10.1.0.9",
	"clear tree 10.1.0.7 239.1.1.1",
	"log debug trees",
	"log warning",
	"detach eth2 hpim",
	"follow eth2 mode tc",
	"unfollow eth2",
	"config show reference",
	"config load FILE",
	"config save FILE",
};
#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
}

TestSuite(bad_input, .timeout = 120);

/* ---- what is there ---- */

/* Of all tables; time stands still. */
static char *state(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (const struct command *command = commands; command->name; command++) {
		const struct reply *reply;

		if (command->access != ACCESS_READ || !strcmp(command->name, "explain"))
			continue;
		reply = request(command->name, "{}");
		if (reply->exit == CTL_EXIT_OK)
			fprintf(out, "%s: %s\n", command->name,
				json_object_to_json_string(reply->records));
	}
	fclose(out);
	return text;
}

static void expect_refusal(const struct command *command, const char *args, const char *before)
{
	struct ctl_client *client = request_begin(command->name, args);
	const struct reply *reply;
	char *after;

	for (int parts = 0; parts < 4096 && !fake_reply(client)->is_ended; parts++)
		(void)fake_client_part(client);
	fake_client_leaves(client);
	reply = fake_reply(client);
	cr_expect_neq(reply->exit, CTL_EXIT_OK, "%s %s is accepted", command->name, args);
	cr_expect((EXITS_ANY | command->exits) & EXIT_BIT(reply->exit),
		  "%s %s: exit code %d is not one of its own", command->name, args,
		  (int)reply->exit);
	cr_expect(strlen(reply->message) > 5 && *reply->code, "%s %s: no words", command->name,
		  args);
	after = state();
	cr_expect_str_eq(after, before, "%s %s", command->name, args);
	free(after);
}

/* ---- arguments ---- */

static void try_value(const struct command *command, struct json_object *args, const char *name,
		      struct json_object *value, const char *before)
{
	struct json_object *kept = json_object_get(json_object_object_get(args, name));
	char *text;

	json_object_object_add(args, name, value);
	text = strdup(json_object_to_json_string(args));
	expect_refusal(command, text, before);
	free(text);
	if (kept)
		json_object_object_add(args, name, kept);
	else
		json_object_object_del(args, name);
}

static bool is_tried(const char *name)
{
	return strcmp(name, "secret") != 0; /* any text is a secret */
}

static void try_argument(const struct command *command, struct json_object *args,
			 const struct command_arg *arg, const char *before)
{
	if (arg->type == FIELD_TEXT && is_tried(arg->name)) {
		try_value(command, args, arg->name,
			  json_object_new_string("there is no such thing"), before);
		try_value(command, args, arg->name, json_object_new_string(""), before);
	}
	if (arg->type != FIELD_NUMBER)
		return;
	try_value(command, args, arg->name, json_object_new_int64(arg->min - 1), before);
	if (arg->max < INT64_MAX)
		try_value(command, args, arg->name, json_object_new_int64(arg->max + 1), before);
	try_value(command, args, arg->name, json_object_new_string("many"), before);
}

static void split(const char *line, char *text, size_t room, char *words[32])
{
	char *rest = text;
	size_t count = 0;

	(void)snprintf(text, room, "%s", line);
	while (count < 31 && (words[count] = strsep(&rest, " ")))
		count++;
	words[count] = NULL;
}

/* What the files hold whose names stand for them in the lines. */
static const char key_text[] = "sixteen letters.",
		  config_text[] = "version: 1\ninterfaces: {eth1: }\n";

/* hpimctl reads a configuration itself, and sends its text. */
static void send_config(struct request *request)
{
	if (strncmp(request->command->name, "config ", strlen("config ")) != 0 ||
	    !json_object_object_get(request->args, "file"))
		return;
	json_object_object_del(request->args, "file");
	json_object_object_add(request->args, "text", json_object_new_string(config_text));
	json_object_object_add(request->args, "offset", json_object_new_int(0));
}

/* As hpimctl reads it, with the file of a key where the word says so. It borrows until the next. */
static void parse(const char *line, struct request *ret_request)
{
	static char text[256];
	char *words[32];
	char path[] = "/tmp/hpim-key-XXXXXX";
	int fd = mkstemp(path);
	struct ctl_error error;

	cr_assert_eq(write(fd, key_text, strlen(key_text)), (ssize_t)strlen(key_text));
	close(fd);
	split(line, text, sizeof(text), words);
	for (char **word = words; *word; word++)
		if (!strcmp(*word, "KEY"))
			*word = path;
	cr_assert_eq(request_parse(words, ret_request, &error), 0, "%s: %s", line, error.message);
	send_config(ret_request);
	unlink(path);
}

/*
 * The forwarding plane that does not exist takes no samples, a router with protocols follows no
 * table; neighbors and trees there are none.
 */
static enum ctl_exit end_of(const struct command *command)
{
	if (!strcmp(command->name, "capture") || !strcmp(command->name, "follow") ||
	    !strcmp(command->name, "unfollow"))
		return CTL_EXIT_REFUSED;
	if (!strcmp(command->name, "clear neighbor") || !strcmp(command->name, "clear tree"))
		return CTL_EXIT_NOT_FOUND;
	return CTL_EXIT_OK;
}

Test(bad_input, arguments_that_are_none)
{
	boot();
	for (size_t i = 0; i < LINE_COUNT; i++) {
		struct request asked = { .command = NULL };
		struct ctl_client *client;
		char *before = state();

		parse(lines[i], &asked);
		if (asked.interfaces)
			json_object_object_add(asked.args, "interface",
					       json_object_new_string(asked.interfaces));
		for (const struct command_arg *arg = asked.command->args; arg->name; arg++)
			try_argument(asked.command, asked.args, arg, before);
		client = request_begin(asked.command->name, json_object_to_json_string(asked.args));
		for (int parts = 0; parts < 4096 && !fake_reply(client)->is_ended; parts++)
			(void)fake_client_part(client);
		cr_expect_eq(fake_reply(client)->exit, end_of(asked.command), "%s: %s", lines[i],
			     fake_reply(client)->message);
		fake_client_leaves(client);
		request_fini(&asked);
		free(before);
	}
	world_end();
}

/* Commands that end the daemon, or that it does not see: refused in their own rows below. */
static bool has_own_rows(const struct command *command)
{
	return command->access == ACCESS_END || command->access == ACCESS_LOCAL;
}

Test(bad_input, each_command_with_arguments_has_a_line)
{
	for (const struct command *command = commands; command->name; command++) {
		bool has_line = !command->args->name || has_own_rows(command);

		for (size_t i = 0; i < LINE_COUNT && !has_line; i++) {
			struct request asked = { .command = NULL };

			parse(lines[i], &asked);
			has_line = asked.command == command;
			request_fini(&asked);
		}
		cr_expect(has_line, "no line with '%s'", command->name);
	}
}

/* What is refused in the words of one command: code, message and hint. */
static const struct {
	const char *cmd, *args;
	enum ctl_exit exit;
	const char *message, *hint;
} refusals[] = {
	{ "policy deny", "{'group':'239.1.1.1/33'}", CTL_EXIT_USAGE,
	  "group '239.1.1.1/33' is no address, nor a prefix",
	  "as 239.1.2.3, ff1e::1 or 239.1.0.0/16" },
	{ "policy deny", "{'group':'10.1.0.7'}", CTL_EXIT_USAGE, "group 10.1.0.7 is not multicast",
	  "groups are in 224.0.0.0/4 and ff00::/8" },
	{ "policy deny", "{'group':'239.1.1.0/24','source':'2001:db8::1'}", CTL_EXIT_USAGE,
	  "source 2001:db8::1 is of another family than the group", "two addresses of one family" },
	{ "policy allow", "{}", CTL_EXIT_USAGE, "the group is missing", "" },
	{ "policy delete", "{'group':'239.7.0.0/16'}", CTL_EXIT_NOT_FOUND,
	  "no filter for 239.7.0.0/16", "'hpimctl show policy' lists what there is" },
	{ "boundary", "{'interface':'eth1','group':'10.0.0.0/8'}", CTL_EXIT_USAGE,
	  "group 10.0.0.0/8 is not multicast", "groups are in 224.0.0.0/4 and ff00::/8" },
	{ "boundary", "{'group':'239.1.0.0/16'}", CTL_EXIT_USAGE,
	  "the name of the interface is missing", "'ip link' lists the interfaces" },
	{ "boundary delete", "{'interface':'eth1','group':'239.1.0.0/16'}", CTL_EXIT_NOT_FOUND,
	  "no boundary for 239.1.0.0/16 on eth1", "'hpimctl show policy' lists what there is" },
	{ "ssm-range", "{'group':'10.0.0.0/8'}", CTL_EXIT_USAGE,
	  "group 10.0.0.0/8 is not multicast", "groups are in 224.0.0.0/4 and ff00::/8" },
	{ "ssm-range delete", "{'group':'239.1.0.0/16'}", CTL_EXIT_NOT_FOUND,
	  "no ssm-range for 239.1.0.0/16", "'hpimctl show policy' lists what there is" },
	{ "ssm-map", "{'group':'232.1.0.0/16'}", CTL_EXIT_USAGE, "the source is missing", "" },
	{ "ssm-map", "{'group':'232.1.0.0/16','source':'239.1.1.1'}", CTL_EXIT_USAGE,
	  "239.1.1.1 is a group", "the prefix of its sources" },
	{ "ssm-map", "{'group':'232.1.0.0/16','source':'2001:db8::1'}", CTL_EXIT_USAGE,
	  "source 2001:db8::1 is of another family than the group", "two addresses of one family" },
	{ "ssm-map delete", "{'group':'232.1.0.0/16','source':'10.1.0.7'}", CTL_EXIT_NOT_FOUND,
	  "no ssm-map for 232.1.0.0/16 source 10.1.0.7",
	  "'hpimctl show policy' lists what there is" },
	{ "config load", "{'offset':0}", CTL_EXIT_USAGE,
	  "'config load' takes a text, and where in the whole it stands", "" },
	{ "config load", "{'text':'version: 1','offset':7}", CTL_EXIT_REFUSED,
	  "another configuration is being sent", "nothing was changed; try again" },
	{ "config load", "{'text':'version: 9','offset':0}", CTL_EXIT_REFUSED,
	  "1:10: found version '9', expected 1", "nothing was changed" },
	{ "config load", "{'text':'{version: 1, metrics: {listen: eth1:80}}','offset':0}",
	  CTL_EXIT_REFUSED,
	  "1:32: found 'eth1:80', expected PORT (of 127.0.0.1), ADDRESS:PORT or [ADDRESS]:PORT, "
	  "with a port from 1 to 65535",
	  "nothing was changed" },
	{ "config save", "{'text':'version: 9','offset':0}", CTL_EXIT_REFUSED,
	  "1:10: found version '9', expected 1", "nothing was changed" },
	{ "clear tree", "{'source':'10.1.0.7'}", CTL_EXIT_USAGE,
	  "no source and group of a tree to clear",
	  "clear tree SOURCE GROUP, two addresses of one family" },
	{ "clear tree", "{'source':'10.1.0.7','group':'ff3e::1'}", CTL_EXIT_USAGE,
	  "no source and group of a tree to clear",
	  "clear tree SOURCE GROUP, two addresses of one family" },
	{ "clear neighbor", "{'interface':'eth1'}", CTL_EXIT_USAGE, "no neighbor to clear",
	  "clear neighbor IFACE ADDRESS" },
	{ "clear neighbor", "{'interface':'eth1','address':'eth2'}", CTL_EXIT_USAGE,
	  "'eth2' is no address", "clear neighbor IFACE ADDRESS" },
	{ "log", "{'level':'debug','module':'routes'}", CTL_EXIT_USAGE,
	  "'debug routes' is no level of the log",
	  "log debug|info|warning [daemon|packets|neighbors|trees|groups]" },
	{ "log", "{'level':'loud'}", CTL_EXIT_USAGE, "'loud' is no level of the log",
	  "log debug|info|warning [daemon|packets|neighbors|trees|groups]" },
	{ "log", "{}", CTL_EXIT_USAGE, "the level is missing",
	  "log debug|info|warning [daemon|packets|neighbors|trees|groups]" },
};

Test(bad_input, in_the_words_of_a_command)
{
	char *before, *after;

	boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	before = state();
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct reply *reply = request(refusals[i].cmd, "%s", refusals[i].args);

		cr_expect_eq(reply->exit, refusals[i].exit, "%s %s: %d", refusals[i].cmd,
			     refusals[i].args, (int)reply->exit);
		cr_expect_str_eq(reply->message, refusals[i].message);
		cr_expect_str_eq(reply->hint, refusals[i].hint);
		after = state();
		cr_expect_str_eq(after, before, "%s %s", refusals[i].cmd, refusals[i].args);
		free(after);
	}
	free(before);
	world_end();
}

/* Addresses of two families, or in each other's place. */
Test(bad_input, wrong_family)
{
	static const char *const args[] = {
		"{'source':'10.1.0.7','group':'ff3e::1','from':'eth1','to':'eth2'}",
		"{'source':'2001:db8::1','group':'239.1.1.1','from':'eth1','to':'eth2'}",
		"{'source':'239.1.1.1','group':'10.1.0.7','from':'eth1','to':'eth2'}",
	};
	char *before;

	boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	before = state();
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		expect_refusal(command_find("static route"), args[i], before);
		expect_refusal(command_find("explain"), args[i], before);
	}
	free(before);
	world_end();
}

/* ---- permission ---- */

Test(bad_input, no_permission)
{
	char *before, *after;

	boot();
	before = state();
	for (const struct command *command = commands; command->name; command++) {
		const struct reply *reply;

		if (command->access != ACCESS_CHANGE && command->access != ACCESS_END)
			continue;
		reply = request_read_only(command->name, "{'interface':'eth1'}");
		cr_expect_eq(reply->exit, CTL_EXIT_PERMISSION, "%s", command->name);
		cr_expect_str_eq(reply->hint, "run it as root or as a member of the group hpim");
	}
	after = state();
	cr_expect_str_eq(after, before);
	free(after);
	free(before);
	world_end();
}

/* ---- words ---- */

/* Exit code of the grammar, and its error. */
static int grammar(const char *line, struct ctl_error *ret_error)
{
	char text[256], *words[32];
	struct request asked;
	int err;

	split(line, text, sizeof(text), words);
	err = request_parse(words, &asked, ret_error);
	if (!err)
		request_fini(&asked);
	return err;
}

Test(bad_input, wrong_word_in_the_place_of_each)
{
	for (const struct command *command = commands; command->name; command++) {
		for (const char *word = command->name; word; word = strchr(word, ' ')) {
			struct ctl_error error;
			char line[128];

			word += *word == ' ';
			(void)snprintf(line, sizeof(line), "%.*szzz", (int)(word - command->name),
				       command->name);
			if (grammar(line, &error) == 0 ||
			    !strncmp(error.message, "the command", 11))
				continue; /* any word can stand there */
			cr_expect_eq(error.exit, CTL_EXIT_USAGE, "%s", line);
			cr_expect_str_eq(error.message, "'zzz' is not understood");
			cr_expect_eq(strncmp(error.hint, "expected here: ", 15), 0, "%s: %s", line,
				     error.hint);
		}
	}
}

/* Cut anywhere, a line is a command or says what it lacks. */
Test(bad_input, missing_words)
{
	unsigned int lacking = 0;

	for (size_t i = 0; i < LINE_COUNT; i++) {
		for (const char *end = strchr(lines[i], ' '); end; end = strchr(end + 1, ' ')) {
			struct ctl_error error;
			char line[128];

			(void)snprintf(line, sizeof(line), "%.*s", (int)(end - lines[i]), lines[i]);
			if (grammar(line, &error) == 0)
				continue;
			cr_expect_eq(error.exit, CTL_EXIT_USAGE, "%s", line);
			cr_expect_eq(strncmp(error.message, "the command lacks ", 18), 0, "%s: %s",
				     line, error.message);
			cr_expect(*error.hint, "%s", line);
			lacking++;
		}
	}
	cr_expect_gt(lacking, 30);
}

Test(bad_input, words_that_are_none_behind_a_command)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		{ "threshold eth1 256", "'256' is no number from 0 to 255" },
		{ "threshold eth1 -1", "'-1' is no number from 0 to 255" },
		{ "threshold eth1 1x", "'1x' is no number from 0 to 255" },
		{ "key add eth1 id 65536", "'65536' is no number from 0 to 65535" },
		{ "capture every 0", "'0' is no number from 1 to 1000000000" },
		{ "explain 239.1.1.1 10.1.0.7", "'239.1.1.1' is not understood" },
		{ "explain 10.1.0.7 10.1.0.8", "'10.1.0.8' is not understood" },
		{ "show groups eth1 eth2", "'eth2' is not understood" },
		{ "show trees 10.1.0.7 10.1.0.8", "'10.1.0.8' is one source too many" },
		{ "show trees eth1", "'eth1' is not understood" },
		{ "attach eth1 igmp v4", "'v4' is not understood" },
		{ "attach eth1 mode fast", "'fast' is not understood" },
		{ "key add eth1 id 1 algo sha256 file /nonexistent/key",
		  "cannot read /nonexistent/key: No such file or directory" },
		{ "key add eth1 id 1 algo sha256 file /dev/null",
		  "/dev/null holds no key of 1 to 128 bytes of text" },
		{ "stop everything", "'everything' is not understood" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ctl_error error = { .message = "" };

		cr_expect_neq(grammar(rows[i].line, &error), 0, "%s", rows[i].line);
		cr_expect_str_eq(error.message, rows[i].message);
	}
}

/* ---- no daemon ---- */

/* The program itself; @options come before the line. */
static int run(const char *options, const char *line, const char *behind)
{
	const char *path = getenv("HPIMCTL");
	char command[512];

	(void)snprintf(command, sizeof(command), "%s %s %s %s", path ? path : "build/hpimctl",
		       options, line, behind);
	return system(command);
}

/* Of the commands that only read a file: what cannot be read, and what is no configuration. */
Test(bad_input, files_of_the_configuration)
{
	static const struct {
		const char *line;
		enum ctl_exit exit;
		const char *message;
	} rows[] = {
		{ "config check /nonexistent/x.yaml", CTL_EXIT_NOT_FOUND,
		  "cannot read /nonexistent/x.yaml: No such file or directory" },
		{ "config check /tmp", CTL_EXIT_REFUSED, "cannot read /tmp: Is a directory" },
		{ "config check /dev/null", CTL_EXIT_REFUSED,
		  "/dev/null:1:1: found no version, expected .version: 1." },
		{ "config check LICENSE.md", CTL_EXIT_REFUSED, "LICENSE.md has 1 error" },
		{ "config check /dev/null x", CTL_EXIT_USAGE, ".x. is not understood" },
		{ "config diff /dev/null", CTL_EXIT_NOT_RUNNING, "no daemon answers" },
		{ "config diff /dev/null x", CTL_EXIT_USAGE, ".x. is not understood" },
		{ "config load", CTL_EXIT_USAGE, "the command lacks the name of a file" },
		{ "reload", CTL_EXIT_NOT_RUNNING, "no daemon answers" },
		{ "reload x", CTL_EXIT_USAGE, ".x. is not understood" },
	};
	static const char nowhere[] = "--socket /nonexistent/x.ctl";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char behind[256];
		int status = run(nowhere, rows[i].line, "> /dev/null 2>&1");

		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == (int)rows[i].exit, "%s: %d",
			  rows[i].line, WEXITSTATUS(status));
		(void)snprintf(behind, sizeof(behind), "2>&1 | grep -q '%s'", rows[i].message);
		cr_expect_eq(run(nowhere, rows[i].line, behind), 0, "%s", rows[i].line);
	}
}

Test(bad_input, daemon_down)
{
	static const char nowhere[] = "--socket /nonexistent/x.ctl";

	for (size_t i = 0; i < LINE_COUNT; i++) {
		int status;

		if (strstr(lines[i], "KEY"))
			continue; /* the file of a key is read first */
		status = run(
			nowhere, lines[i],
			"2>&1 | grep -q 'no daemon answers at /nonexistent/x.ctl (not-running)'");
		cr_expect_eq(status, 0, "%s", lines[i]);
		status = run(nowhere, lines[i], "2> /dev/null");
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == CTL_EXIT_NOT_RUNNING, "%s",
			  lines[i]);
	}
}
