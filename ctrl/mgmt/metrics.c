// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics: the records of one view after the other are read, and each of their numbers is written
 * as a metric. Both in steps, since there may be many; all values of a metric stand together, as
 * the format asks for. Source: OpenMetrics 1.0; Prometheus, exposition formats.
 */
#include <assert.h>
#include <inttypes.h>
#include <json-c/printbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/loop.h"
#include "mgmt/args.h"
#include "mgmt/metric_name.h"
#include "mgmt/metrics.h"
#include "mgmt/mroutes.h"
#include "mgmt/schema.h"
#include "mgmt/show.h"
#include "mgmt/views.h"

/* Records written in a step, and bytes of a record of the command. */
#define STEP_RECORDS 64
#define TEXT_LEN     4096

/* The views, in order. @limit: the argument that says how many records; NULL: all. */
static const struct source {
	const char *cmd, *limit;
} sources[] = {
	{ "status", NULL },
	{ "show interfaces", NULL },
	{ "show neighbors", NULL },
	{ "show counters", NULL },
	{ "show protocol-counters", NULL },
	{ "show limits", NULL },
	{ "show static", NULL },
	{ "show trees", "trees" },
	{ "show mroutes", "mroutes" },
};
#define SOURCE_COUNT (sizeof(sources) / sizeof(sources[0]))

/* struct row - A record, and what it is chosen by. */
struct row {
	struct json_object *record;
	uint64_t packets;
};

struct metrics {
	struct daemon *daemon;
	struct json_object *args;
	enum metrics_format format;
	size_t at;                   /* in sources[] */
	struct show *show;           /* reads the records; NULL: they are written */
	const struct schema *schema; /* of the records */
	struct row *rows;
	size_t count, room, limit; /* limit 0: none */
	uint64_t threshold;        /* with the limit: whatever has no more packets is not taken */
	const struct field *field; /* being written; behind the last one: the descriptions */
	size_t written;            /* records of this field */
	bool has_head;
	struct printbuf *text;
	hp_time sent_at; /* the last record of the command */
};

struct metrics *metrics_new(struct daemon *daemon, struct json_object *args,
			    enum metrics_format format)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	assert(metrics);
	metrics->daemon = daemon;
	metrics->args = json_object_get(args);
	metrics->format = format;
	metrics->text = printbuf_new();
	assert(metrics->text);
	return metrics;
}

static void rows_cut(struct metrics *metrics, size_t count)
{
	while (metrics->count > count)
		json_object_put(metrics->rows[--metrics->count].record);
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	show_close(metrics->show);
	rows_cut(metrics, 0);
	free(metrics->rows);
	printbuf_free(metrics->text);
	json_object_put(metrics->args);
	free(metrics);
}

const char *metrics_text(const struct metrics *metrics, size_t *ret_len)
{
	*ret_len = (size_t)metrics->text->bpos;
	return metrics->text->buf;
}

void metrics_text_clear(struct metrics *metrics)
{
	printbuf_reset(metrics->text);
}

/* ---- reading ---- */

static int by_packets(const void *a, const void *b)
{
	uint64_t packets_a = ((const struct row *)a)->packets;
	uint64_t packets_b = ((const struct row *)b)->packets;

	return packets_a < packets_b ? 1 : packets_a > packets_b ? -1 : 0;
}

/* Keep those with the most packets. Seldom: there is room for as many again. */
static void rows_choose(struct metrics *metrics)
{
	qsort(metrics->rows, metrics->count, sizeof(*metrics->rows), by_packets);
	rows_cut(metrics, metrics->limit);
	if (metrics->count == metrics->limit)
		metrics->threshold = metrics->rows[metrics->count - 1].packets;
}

static void take_record(void *ctx, struct json_object *record)
{
	struct metrics *metrics = ctx;
	struct row row = { .record = record };

	if (metrics->limit) {
		row.packets = json_object_get_uint64(json_object_object_get(record, "packets"));
		if (metrics->count == 2 * metrics->limit)
			rows_choose(metrics);
		if (metrics->count >= metrics->limit && row.packets <= metrics->threshold) {
			json_object_put(record);
			return;
		}
	}
	if (metrics->count == metrics->room) {
		metrics->room = metrics->room ? 2 * metrics->room : 64;
		metrics->rows = reallocarray(metrics->rows, metrics->room, sizeof(row));
		assert(metrics->rows);
	}
	metrics->rows[metrics->count++] = row;
}

/* Return: whether records of this view are asked for. */
static bool view_begin(struct metrics *metrics)
{
	const struct source *source = &sources[metrics->at];
	int64_t limit = 0;

	if (source->limit && !arg_number(metrics->args, "metrics", source->limit, &limit))
		return false;
	metrics->limit = (size_t)limit;
	metrics->threshold = 0;
	metrics->schema = command_answer(command_find(source->cmd), false);
	metrics->show =
		views_open(metrics->daemon, source->cmd, metrics->args, take_record, metrics);
	return true;
}

static void view_end(struct metrics *metrics)
{
	show_close(metrics->show);
	metrics->show = NULL;
	if (metrics->limit && metrics->count > metrics->limit)
		rows_choose(metrics);
	metrics->field = metrics->schema->fields;
	metrics->written = 0;
	metrics->has_head = false;
}

/* ---- writing ---- */

static void put_escaped(struct printbuf *text, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			printbuf_memappend_fast(text, "\\", 1);
		if (*value == '\n')
			printbuf_memappend_fast(text, "\\n", 2);
		else
			printbuf_memappend_fast(text, value, 1);
	}
}

/* Of a list of names with blanks between them; what is not known has no label. */
static void put_labels(struct printbuf *text, const char *names, struct json_object *record)
{
	char name[64];
	size_t len;

	for (; *names; names += len + (names[len] == ' ')) {
		struct json_object *value;

		len = strcspn(names, " ");
		(void)snprintf(name, sizeof(name), "%.*s", (int)len, names);
		value = json_object_object_get(record, name);
		if (!value)
			continue;
		sprintbuf(text, ",%s=\"", name);
		put_escaped(text, json_object_get_string(value));
		printbuf_memappend_fast(text, "\"", 1);
	}
}

static void put_value(struct printbuf *text, struct json_object *value)
{
	if (json_object_is_type(value, json_type_double))
		sprintbuf(text, " %.12g\n", json_object_get_double(value));
	else
		sprintbuf(text, " %" PRIu64 "\n", json_object_get_uint64(value));
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && text[len - end_len - 1] == '_' &&
	       !strcmp(text + len - end_len, end);
}

/* OpenMetrics wants a unit at the end of the name. */
static void put_unit(struct printbuf *text, const char *name)
{
	static const char *const units[] = { "packets_per_second", "seconds", "bytes", "packets",
					     "messages" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ends_in(name, units[i])) {
			sprintbuf(text, "# UNIT %s %s\n", name, units[i]);
			return;
		}
}

/* Before the first value of a metric. @end: of the names of its values. */
static void put_head(struct metrics *metrics, const char *name, const char *end, const char *help)
{
	const char *family_end = metrics->format == METRICS_OPENMETRICS ? "" : end;

	if (metrics->has_head)
		return;
	metrics->has_head = true;
	sprintbuf(metrics->text, "# TYPE %s%s %s\n", name, family_end, *end ? "counter" : "gauge");
	if (metrics->format == METRICS_OPENMETRICS)
		put_unit(metrics->text, name);
	sprintbuf(metrics->text, "# HELP %s%s ", name, family_end);
	put_escaped(metrics->text, help);
	printbuf_memappend_fast(metrics->text, "\n", 1);
}

static void put_sample(struct metrics *metrics, const char *name, const char *end,
		       const char *more_labels, struct json_object *record)
{
	sprintbuf(metrics->text, "%s%s{daemon=\"%s\"", name, end,
		  metrics->daemon->options->instance);
	put_labels(metrics->text, metrics->schema->labels, record);
	put_labels(metrics->text, more_labels, record);
	printbuf_memappend_fast(metrics->text, "}", 1);
}

static void put_field(struct metrics *metrics, struct json_object *record)
{
	const struct field *field = metrics->field;
	struct json_object *value = json_object_object_get(record, field->name);
	const char *end = field->metric == METRIC_COUNTER ? "_total" : "";
	char name[METRIC_NAME_MAX];

	if (!value || !schema_metric_name(metrics->schema, field, name))
		return;
	put_head(metrics, name, end, field->help);
	put_sample(metrics, name, end, "", record);
	put_value(metrics->text, value);
}

static void put_info(struct metrics *metrics, struct json_object *record)
{
	const struct schema *schema = metrics->schema;
	char name[METRIC_NAME_MAX];

	if (!schema->info)
		return;
	(void)snprintf(name, sizeof(name), "hpim_%s%sinfo", schema->metrics,
		       *schema->metrics ? "_" : "");
	put_head(metrics, name, "", "always 1; what there is, and how it is, are the labels");
	put_sample(metrics, name, "", schema->info, record);
	sprintbuf(metrics->text, " 1\n");
}

static void field_next(struct metrics *metrics)
{
	metrics->written = 0;
	metrics->has_head = false;
	if (metrics->field->name) {
		metrics->field++;
		return;
	}
	rows_cut(metrics, 0);
	metrics->schema = NULL;
	metrics->at++;
}

static void write_step(struct metrics *metrics)
{
	size_t end = metrics->written + STEP_RECORDS;

	if (metrics->field->name && metrics->field->metric == METRIC_NONE)
		metrics->written = metrics->count;
	for (; metrics->written < metrics->count && metrics->written < end; metrics->written++) {
		if (metrics->field->name)
			put_field(metrics, metrics->rows[metrics->written].record);
		else
			put_info(metrics, metrics->rows[metrics->written].record);
	}
	if (metrics->written == metrics->count)
		field_next(metrics);
}

bool metrics_step(struct metrics *metrics)
{
	if (metrics->show) {
		if (show_step(metrics->show))
			view_end(metrics);
	} else if (metrics->schema) {
		write_step(metrics);
	} else if (metrics->at < SOURCE_COUNT) {
		if (!view_begin(metrics))
			metrics->at++;
	} else {
		if (metrics->format == METRICS_OPENMETRICS)
			sprintbuf(metrics->text, "# EOF\n");
		return true;
	}
	return false;
}

/* ---- the command ---- */

bool metrics_begin(struct show *show)
{
	if (!mroutes_begin(show)) /* the addresses; it has replied */
		return false;
	show->metrics = metrics_new(show->daemon, show->args, METRICS_OPENMETRICS);
	show->metrics->sent_at = loop_now();
	return true;
}

/* A client gives up when it hears nothing for some seconds, which choosing among many trees takes.
 */
bool metrics_view_step(struct show *show)
{
	bool is_complete = metrics_step(show->metrics);
	hp_time now = loop_now();
	struct json_object *record;
	const char *text;
	size_t len;

	text = metrics_text(show->metrics, &len);
	if (len < TEXT_LEN && !is_complete && now - show->metrics->sent_at < HP_SEC(1))
		return false;
	record = json_object_new_object();
	field_put_text(record, "text", len ? text : "");
	show_record(show, record);
	metrics_text_clear(show->metrics);
	show->metrics->sent_at = now;
	return is_complete;
}

void metrics_end(struct show *show)
{
	metrics_free(show->metrics);
}
