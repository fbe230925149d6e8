// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events as lines. In text a line has what its record has: a sentence, or the fields that say what
 * the state is of.
 */
#include <stdio.h>
#include <string.h>

#include "hpimctl/monitor.h"
#include "hpimctl/stream.h"

struct monitor {
	bool is_json;
	int err; /* of the output */
};

static void print_fields(struct json_object *record)
{
	static const char *const names[] = { "interface", "source", "group", "address", "state" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_object_object_get(record, names[i]))
			printf(" %s", stream_text(record, names[i]));
}

static void print_text(struct json_object *record)
{
	printf("%s %-5s", stream_clock(record).s, stream_text(record, "kind"));
	if (json_object_object_get(record, "what"))
		printf(" %-10s", stream_text(record, "what"));
	if (!strcmp(stream_text(record, "what"), "config"))
		printf(" %s", stream_text(record, "event"));
	if (json_object_object_get(record, "sentence"))
		printf(" %s", stream_text(record, "sentence"));
	else
		print_fields(record);
	if (stream_number(record, "lost"))
		printf(" (%jd events before this were lost)",
		       (intmax_t)stream_number(record, "lost"));
	printf("\n");
}

static bool take_record(void *ctx, struct json_object *record)
{
	struct monitor *monitor = ctx;

	if (monitor->is_json)
		stream_print_json(record);
	else
		print_text(record);
	monitor->err = stream_flush();
	return !monitor->err;
}

int monitor_run(struct client *client, const struct request *request, bool is_json,
		struct ctl_error *ret_error)
{
	struct monitor monitor = { .is_json = is_json };
	int err = stream_run(client, request, take_record, &monitor, ret_error);

	return !err && monitor.err ? stream_fail_file("-", monitor.err, ret_error) : err;
}
