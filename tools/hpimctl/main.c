// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimctl: options, then one request to the daemon (or one for each interface), then output.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hpimctl/batch.h"
#include "hpimctl/by_table.h"
#include "hpimctl/capture.h"
#include "hpimctl/client.h"
#include "hpimctl/complete.h"
#include "hpimctl/compat.h"
#include "hpimctl/config.h"
#include "hpimctl/grammar.h"
#include "hpimctl/monitor.h"
#include "hpimctl/out.h"
#include "hpimctl/top.h"

#define TIMEOUT_MS_DEFAULT 5000
#define REPEAT_S_DEFAULT   2
#define REPEAT_S_MAX       86400
#define INSTANCE_MAX       64

/**
 * struct options - What stands before the command.
 * @repeat_s: 0: run once.
 */
struct options {
	bool only_4, only_6;
	const char *instance, *table, *socket, *columns, *batch;
	bool is_json, is_pretty, no_header, is_detail, with_metrics, keeps_forwarding;
	bool asks_version, is_path;
	int repeat_s;
	int timeout_ms;
	char of_table[INSTANCE_MAX + 1]; /* instance that -t means */
	char path[sizeof(CTL_SOCKET_PATH) + INSTANCE_MAX];
};

/** struct sink - Where the records of a reply go. */
struct sink {
	const struct request *request;
	struct out out;
	bool has_warnings; /* a record says so */
};

/* A number from 1 to @max, or -1. */
static int read_number(const char *text, long max)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *text && !*end && number >= 1 && number <= max ? (int)number : -1;
}

/* "-w1", "-w 1" and "-w": no command begins with a digit. */
static int read_period(int argc, char **argv, struct options *options, struct ctl_error *ret_error)
{
	const char *text = optarg;

	if (!text && optind < argc && argv[optind][0] >= '0' && argv[optind][0] <= '9')
		text = argv[optind++];
	options->repeat_s = text ? read_number(text, REPEAT_S_MAX) : REPEAT_S_DEFAULT;
	return options->repeat_s > 0
		       ? 0
		       : ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "",
				  "-w takes seconds from 1 to %d, not '%s'", REPEAT_S_MAX, text);
}

static void apply_option(struct options *options, int letter)
{
	switch (letter) {
	case '4': options->only_4 = true; break;
	case '6': options->only_6 = true; break;
	case 'i': options->instance = optarg; break;
	case 't': options->table = optarg; break;
	case 'S': options->socket = optarg; break;
	case 's': options->with_metrics = true; break;
	case 'V': options->asks_version = true; break;
	case 'p': options->is_pretty = true; /* fall through */
	case 'j': options->is_json = true; break;
	case 'o': options->columns = optarg; break;
	case 'H': options->no_header = true; break;
	case 'd': options->is_detail = true; break;
	case 'b': options->batch = optarg; break;
	case 'k': options->keeps_forwarding = true; break;
	case 'P': options->is_path = true; break;
	}
}

/* The daemon that has a table, as the option of hpimd with the same letter gave it. */
static int choose_table(struct options *options, struct ctl_error *ret_error)
{
	int err;

	if (options->instance || options->socket)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "give one of them",
				"-t, -i and --socket each choose a daemon");
	err = by_table_find(options->table, options->timeout_ms, options->of_table,
			    sizeof(options->of_table), ret_error);
	if (!err)
		options->instance = options->of_table;
	return err;
}

static int choose_socket(struct options *options, struct ctl_error *ret_error)
{
	const char *env = getenv("HPIM_INSTANCE");
	const char *instance = options->instance ? options->instance
			       : env && *env     ? env
						 : "default";

	options->instance = instance;
	if (options->socket)
		return 0;
	if (!*instance || strlen(instance) > INSTANCE_MAX || strchr(instance, '/'))
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "",
				"'%s' cannot be the name of an instance", instance);
	(void)snprintf(options->path, sizeof(options->path), CTL_SOCKET_PATH, instance);
	options->socket = options->path;
	return 0;
}

static int read_options(int argc, char **argv, struct options *options, struct ctl_error *ret_error)
{
	static const struct option longs[] = { { "socket", required_argument, NULL, 'S' },
					       { "json", no_argument, NULL, 'j' },
					       { "help", no_argument, NULL, 'h' },
					       { "version", no_argument, NULL, 'V' },
					       { "keep-forwarding", no_argument, NULL, 'k' },
					       { "path", no_argument, NULL, 'P' },
					       { 0 } };
	const char *timeout = getenv("HPIM_TIMEOUT_MS");
	int letter, err = 0;

	options->timeout_ms = timeout ? read_number(timeout, 3600000) : -1;
	if (options->timeout_ms < 0)
		options->timeout_ms = TIMEOUT_MS_DEFAULT;
	while (!err &&
	       (letter = getopt_long(argc, argv, ":46b:i:jpo:Hdst:w::hV", longs, NULL)) != -1) {
		if (letter == 'h')
			exit(grammar_help(NULL, ret_error));
		if (letter == '?' || letter == ':')
			return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "try: hpimctl help",
					"option '%s' is unknown or lacks its argument",
					argv[optind - 1]);
		if (letter == 'w')
			err = read_period(argc, argv, options, ret_error);
		else
			apply_option(options, letter);
	}
	if (!err && options->table)
		err = choose_table(options, ret_error);
	return err ? err : choose_socket(options, ret_error);
}

static bool is_above_note(struct json_object *record)
{
	const char *severity = json_object_get_string(json_object_object_get(record, "severity"));

	return severity && strcmp(severity, "note") != 0;
}

static bool is_lead(const struct schema *schema, struct json_object *record)
{
	const char *about = json_object_get_string(json_object_object_get(record, "about"));

	return schema->lead && about && !strcmp(about, schema->lead);
}

static void show_lead(struct out *out, struct json_object *record)
{
	if (out->is_json)
		out_json_lead(out, record);
	else if (!out->is_picked)
		out_text_lead(record);
}

static bool take_record(void *ctx, struct json_object *record)
{
	struct sink *sink = ctx;

	if (sink->out.schema->has_severity && is_above_note(record))
		sink->has_warnings = true;
	if (is_lead(sink->out.schema, record))
		show_lead(&sink->out, record);
	else if (sink->out.is_json)
		out_json_record(&sink->out, record);
	else
		out_text_record(&sink->out, record);
	return true;
}

static void end_output(struct sink *sink, bool is_ok)
{
	if (!sink->out.schema)
		return;
	if (sink->out.is_json)
		out_json_end(&sink->out, is_ok);
	else
		out_text_end(&sink->out, is_ok && !request_changes(sink->request));
	fflush(stdout);
}

static int ask(struct client *client, struct sink *sink, struct ctl_error *ret_error)
{
	const struct schema *schema = sink->out.schema;

	return client_ask(client, sink->request->command->name, sink->request->args,
			  schema ? schema->id : NULL, take_record, sink, ret_error);
}

/* One request for each interface of the list; what fails is reported, the others go on. */
static int ask_each(struct client *client, struct sink *sink, bool *ret_any_done)
{
	char *list = strdup(sink->request->interfaces);
	char *rest = list, *name;
	int first_exit = 0;

	while (list && (name = strsep(&rest, ","))) {
		struct ctl_error error;
		int err;

		json_object_object_add(sink->request->args, "interface",
				       json_object_new_string(name));
		err = ask(client, sink, &error);
		if (err)
			ctl_error_print(&error, sink->out.is_json);
		else
			*ret_any_done = true;
		if (!first_exit)
			first_exit = err;
		if (err == CTL_EXIT_TIMEOUT || err == CTL_EXIT_NOT_RUNNING)
			break;
	}
	free(list);
	return first_exit && *ret_any_done ? CTL_EXIT_PARTLY : first_exit;
}

/* The end of a command that ends the daemon. */
static int await_end(const struct options *options, struct client *client, const char *cmd,
		     struct ctl_error *ret_error)
{
	int err = client_wait_end(client, ret_error);

	if (err || strcmp(cmd, "restart") != 0)
		return err;
	return client_await_return(options->socket, options->timeout_ms, ret_error);
}

/* How an answer without an end is shown; NULL: it has one. */
typedef int stream_fn(struct client *client, const struct request *request, bool is_json,
		      struct ctl_error *ret_error);

static stream_fn *stream_of(const struct request *request)
{
	if (!strcmp(request->command->name, "capture"))
		return capture_run;
	return request->command->access == ACCESS_FOLLOW ? monitor_run : NULL;
}

/* Of the commands that read or write files. */
static int run_config(const struct options *options, struct sink *sink)
{
	const struct config_call call = { .socket = options->socket,
					  .instance = options->instance,
					  .timeout_ms = options->timeout_ms,
					  .is_json = options->is_json,
					  .each = take_record,
					  .ctx = sink };
	struct ctl_error error = { .exit = CTL_EXIT_OK };
	bool is_text = !strcmp(sink->request->command->name, "config show") && !options->is_json;
	int err = config_run(&call, sink->request, &error);

	if (!is_text)
		end_output(sink, !err || err == CTL_EXIT_FINDINGS);
	if (err && error.exit != CTL_EXIT_OK)
		ctl_error_print(&error, options->is_json);
	return err;
}

static int run_top(const struct options *options, const struct request *request)
{
	const struct top_call call = { .socket = options->socket,
				       .instance = options->instance,
				       .timeout_ms = options->timeout_ms,
				       .period_s = options->repeat_s ? options->repeat_s
								     : REPEAT_S_DEFAULT };
	struct ctl_error error;
	int err = top_run(&call, request, &error);

	if (err)
		ctl_error_print(&error, options->is_json);
	return err;
}

static int run_once(const struct options *options, struct sink *sink)
{
	struct client *client = NULL;
	struct ctl_error error;
	bool any_done = false;
	int err;

	if (config_is_mine(sink->request))
		return run_config(options, sink);
	err = client_new(options->socket, !request_changes(sink->request), options->timeout_ms,
			 &client, &error);

	if (!err && stream_of(sink->request)) {
		err = stream_of(sink->request)(client, sink->request, options->is_json, &error);
		if (err)
			ctl_error_print(&error, options->is_json);
	} else if (!err && sink->request->interfaces) {
		err = ask_each(client, sink, &any_done);
		end_output(sink, any_done);
	} else {
		if (!err)
			err = ask(client, sink, &error);
		if (!err && sink->request->command->access == ACCESS_END)
			err = await_end(options, client, sink->request->command->name, &error);
		end_output(sink, !err);
		if (err)
			ctl_error_print(&error, options->is_json);
		else if (sink->has_warnings)
			err = CTL_EXIT_FINDINGS;
	}
	client_free(client);
	return err;
}

/* Until a signal ends the program; a daemon that is away may come back. */
static void run_forever(const struct options *options, struct sink *sink)
{
	const struct timespec pause = { .tv_sec = options->repeat_s };

	for (;;) {
		if (isatty(STDOUT_FILENO))
			printf("\033[H\033[2J");
		(void)run_once(options, sink); /* has reported what is wrong */
		(void)nanosleep(&pause, NULL); /* only a signal ends it early, and with it us */
	}
}

static void show_version(struct sink *sink)
{
	struct json_object *record = json_object_new_object();

	json_object_object_add(record, "program", json_object_new_string("hpimctl"));
	json_object_object_add(record, "version", json_object_new_string(HPIM_VERSION));
	(void)take_record(sink, record); /* all are of use */
	json_object_put(record);
	end_output(sink, true);
}

static void add_common_args(const struct options *options, struct json_object *args)
{
	if (options->only_4 != options->only_6)
		json_object_object_add(args, "family",
				       json_object_new_int(options->only_4 ? 4 : 6));
	if (options->is_detail)
		json_object_object_add(args, "detail", json_object_new_boolean(true));
	if (options->keeps_forwarding)
		json_object_object_add(args, "keep_forwarding", json_object_new_boolean(true));
	if (options->is_path)
		json_object_object_add(args, "path", json_object_new_boolean(true));
}

/* Where the output goes and in which form. */
static int prepare_output(const struct options *options, struct sink *sink,
			  struct ctl_error *ret_error)
{
	struct out *out = &sink->out;

	out->schema = command_answer(sink->request->command, options->is_detail);
	out->is_json = options->is_json;
	out->is_pretty = options->is_pretty;
	out->has_header = !options->no_header;
	out->is_picked = options->columns;
	if (options->is_json && top_is_mine(sink->request))
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage",
				"'hpimctl -j show mroutes', 'hpimctl metrics'",
				"'top' is for people: it has no JSON");
	if (options->repeat_s && !top_is_mine(sink->request) &&
	    (sink->request->command->access != ACCESS_READ || !out->schema))
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "",
				"'%s' is not for -w: only tables are shown again",
				sink->request->command->name);
	if (!out->schema)
		return 0;
	return columns_pick(out->schema, options->columns,
			    options->is_json || options->is_detail ? COLUMNS_ALL
			    : options->with_metrics                ? COLUMNS_METRICS
								   : COLUMNS_USUAL,
			    &out->pick, ret_error);
}

/* Everything that needs no daemon. */
static int prepare(const struct options *options, char *const words[], struct request *request,
		   struct sink *sink, struct ctl_error *ret_error)
{
	int err = request_parse(words, request, ret_error);

	if (err)
		return err;
	add_common_args(options, request->args);
	if (options->keeps_forwarding && strcmp(request->command->name, "stop") != 0)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage",
				"hpimctl stop --keep-forwarding",
				"--keep-forwarding is for 'stop'");
	if (options->is_path && strcmp(request->command->name, "explain") != 0)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage",
				"hpimctl explain SOURCE GROUP --path", "--path is for 'explain'");
	err = prepare_output(options, sink, ret_error);
	if (!err && !strcmp(request->command->name, "help"))
		err = grammar_help(request->topic, ret_error);
	else if (!err && !strcmp(request->command->name, "completion"))
		err = complete_run(request, ret_error);
	return err;
}

/* One command. Return: an exit code; what is wrong has been reported. */
static int run_words(void *ctx, char *const words[])
{
	const struct options *options = ctx;
	struct request request = { .command = NULL };
	struct sink sink = { .request = &request };
	struct ctl_error error;
	int err = prepare(options, words, &request, &sink, &error);

	if (err)
		ctl_error_print(&error, options->is_json);
	else if (!strcmp(request.command->name, "version"))
		show_version(&sink);
	else if (top_is_mine(&request))
		err = run_top(options, &request);
	else if (options->repeat_s)
		run_forever(options, &sink);
	else if (config_is_mine(&request) || request.command->access != ACCESS_LOCAL)
		err = run_once(options, &sink);
	request_fini(&request);
	return err;
}

static int run_batch(struct options *options, char *const words[], struct ctl_error *ret_error)
{
	if (*words || options->repeat_s)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "",
				"-b runs the commands of a file: no other command, and no -w");
	return batch_run(options->batch, run_words, options, ret_error);
}

static int ctl_main(int argc, char **argv)
{
	char *const version[] = { (char[]){ "version" }, NULL };
	struct options options = { .repeat_s = 0 };
	struct ctl_error error = { .exit = CTL_EXIT_OK };
	int err = read_options(argc, argv, &options, &error);

	if (!err && !options.batch)
		return run_words(&options, options.asks_version ? version : argv + optind);
	if (!err)
		err = run_batch(&options, argv + optind, &error);
	if (error.exit != CTL_EXIT_OK)
		ctl_error_print(&error, options.is_json);
	return err;
}

int main(int argc, char **argv)
{
	return argc && compat_is_called(argv[0]) ? compat_main(argv) : ctl_main(argc, argv);
}
