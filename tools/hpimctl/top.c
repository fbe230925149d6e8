// SPDX-License-Identifier: GPL-2.0-only
/* Rates, from two looks at what is counted. */
#include <assert.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "hpim/ctl_abi.h"
#include "hpimctl/top.h"

#define TREES_DEFAULT 10

/** struct look - What was counted at a time: records by "IFACE" and by "SOURCE GROUP". */
struct look {
	struct json_object *interfaces, *trees;
	struct timespec at;
};

/** struct tree_rate - A tree between two looks. @record: of the later one. */
struct tree_rate {
	struct json_object *record;
	double packets, bytes;
};

bool top_is_mine(const struct request *request)
{
	return !strcmp(request->command->name, "top");
}

static const char *text_of(struct json_object *record, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(record, name));

	return text && *text ? text : "-";
}

static bool keep_interface(void *ctx, struct json_object *record)
{
	json_object_object_add(ctx, text_of(record, "interface"), json_object_get(record));
	return true;
}

static bool keep_tree(void *ctx, struct json_object *record)
{
	char key[128];

	(void)snprintf(key, sizeof(key), "%s %s", text_of(record, "source"),
		       text_of(record, "group")); /* two addresses are short */
	json_object_object_add(ctx, key, json_object_get(record));
	return true;
}

static void look_free(struct look *look)
{
	json_object_put(look->interfaces);
	json_object_put(look->trees);
}

static int look(const struct top_call *call, const struct request *request, struct look *ret_look,
		struct ctl_error *ret_error)
{
	struct json_object *family = json_object_object_get(request->args, "family");
	struct json_object *args = json_object_new_object();
	struct client *client = NULL;
	int err = client_new(call->socket, true, call->timeout_ms, &client, ret_error);

	*ret_look = (struct look){ .interfaces = json_object_new_object(),
				   .trees = json_object_new_object() };
	if (family)
		json_object_object_add(args, "family", json_object_get(family));
	if (!err)
		err = client_ask(client, "show summary", args, "hpim.summary/1", keep_interface,
				 ret_look->interfaces, ret_error);
	if (!err)
		err = client_ask(client, "show mroutes", args, "hpim.mroutes/1", keep_tree,
				 ret_look->trees, ret_error);
	(void)clock_gettime(CLOCK_MONOTONIC, &ret_look->at); /* this clock is always there */
	client_free(client);
	json_object_put(args);
	if (err)
		look_free(ret_look);
	return err;
}

/* A second. 0 for what was not there before, or has begun to count again. */
static double rate(struct json_object *was, struct json_object *is, const char *name,
		   double seconds)
{
	int64_t before = json_object_get_int64(json_object_object_get(was, name));
	int64_t now = json_object_get_int64(json_object_object_get(is, name));

	return was && now > before ? (double)(now - before) / seconds : 0;
}

static struct libscols_table *new_table(const char *const names[])
{
	struct libscols_table *table = scols_new_table();

	assert(table);
	for (; *names; names++)
		scols_table_new_column(table, *names, 0, strchr(*names, '/') ? SCOLS_FL_RIGHT : 0);
	return table;
}

static void set_rate(struct libscols_line *line, size_t cell, double value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), value < 100 ? "%.1f" : "%.0f", value); /* it is short */
	scols_line_set_data(line, cell, text);
}

static void print_interfaces(const struct look *was, const struct look *is, double seconds)
{
	static const char *const names[] = { "interface", "state",     "received/s",
					     "sent/s",    "dropped/s", NULL };
	struct libscols_table *table = new_table(names);

	json_object_object_foreach(is->interfaces, name, record)
	{
		struct json_object *before = json_object_object_get(was->interfaces, name);
		struct libscols_line *line = scols_table_new_line(table, NULL);

		scols_line_set_data(line, 0, name);
		scols_line_set_data(line, 1, text_of(record, "state"));
		set_rate(line, 2, rate(before, record, "received", seconds));
		set_rate(line, 3, rate(before, record, "sent", seconds));
		set_rate(line, 4, rate(before, record, "dropped", seconds));
	}
	scols_print_table(table);
	scols_unref_table(table);
}

static int faster_first(const void *a, const void *b)
{
	const struct tree_rate *one = a, *other = b;

	return (one->packets < other->packets) - (one->packets > other->packets);
}

static void print_trees(const struct tree_rate *trees, size_t count)
{
	static const char *const names[] = { "source", "group",     "input",  "outputs",
					     "tier",   "packets/s", "kbit/s", NULL };
	struct libscols_table *table = new_table(names);

	for (size_t i = 0; i < count; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		for (size_t cell = 0; cell < 5; cell++)
			scols_line_set_data(line, cell, text_of(trees[i].record, names[cell]));
		set_rate(line, 5, trees[i].packets);
		set_rate(line, 6, trees[i].bytes * 8 / 1000);
	}
	scols_print_table(table);
	scols_unref_table(table);
}

/* As many trees as there is room for below the interfaces, or the number asked for. */
static size_t room_for_trees(const struct request *request, const struct look *is)
{
	struct json_object *asked = json_object_object_get(request->args, "count");
	size_t used = (size_t)json_object_object_length(is->interfaces) + 6;
	struct winsize size;

	if (asked)
		return (size_t)json_object_get_int64(asked);
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return TREES_DEFAULT;
	return size.ws_row > used + 1 ? size.ws_row - used : 1;
}

static void print(const struct top_call *call, const struct request *request,
		  const struct look *was, const struct look *is)
{
	double seconds = (double)(is->at.tv_sec - was->at.tv_sec) +
			 (double)(is->at.tv_nsec - was->at.tv_nsec) / 1e9;
	size_t count = 0, room = room_for_trees(request, is);
	struct tree_rate *trees;
	double packets = 0;

	trees = calloc((size_t)json_object_object_length(is->trees) + 1, sizeof(*trees));
	assert(trees);
	json_object_object_foreach(is->trees, key, record)
	{
		struct json_object *before = json_object_object_get(was->trees, key);

		trees[count] = (struct tree_rate){ record, rate(before, record, "packets", seconds),
						   rate(before, record, "bytes", seconds) };
		packets += trees[count++].packets;
	}
	qsort(trees, count, sizeof(*trees), faster_first);
	printf("%s: %zu trees, %.0f packets/s forwarded, over %.1f s\n\n", call->instance, count,
	       packets, seconds);
	print_interfaces(was, is, seconds);
	printf("\n");
	print_trees(trees, count < room ? count : room);
	free(trees);
}

int top_run(const struct top_call *call, const struct request *request, struct ctl_error *ret_error)
{
	const struct timespec pause = { .tv_sec = call->period_s };
	bool is_terminal = isatty(STDOUT_FILENO);
	struct look was, is;
	int err = look(call, request, &was, ret_error);

	if (err)
		return err;
	do {
		(void)nanosleep(&pause, NULL); /* only a signal ends it early, and with it us */
		err = look(call, request, &is, ret_error);
		if (err)
			break;
		if (is_terminal)
			printf("\033[H\033[2J");
		print(call, request, &was, &is);
		(void)fflush(stdout); /* the next round would fail as well */
		look_free(&was);
		was = is;
	} while (is_terminal);
	look_free(&was);
	return err;
}
