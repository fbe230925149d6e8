// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run as JSON. Texts stand once in a list and are numbers elsewhere; of tables only cells that
 * change are written. An event is a list of numbers: microseconds since the one before, its type,
 * and what belongs to that.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hpimsim/html_run.h"
#include "simnet/grow.h"

#define CELL_LEN 256u
#define KEY_LEN  320u

enum event_type {
	EVENT_MESSAGE,
	EVENT_PACKET,
	EVENT_ACTION,
	EVENT_EXPECTATION,
	EVENT_VIOLATION,
	EVENT_CHANGE,
	EVENT_REFRESH, /* only times are others */
};

/* A text with its number. */
struct interned {
	char *text;
	int number;
	UT_hash_handle hh;
};

struct dictionary {
	struct interned *by_text;
	const char **texts; /* by number */
	size_t count, room;
};

struct node {
	enum html_node_kind kind;
	int name;
	int (*ports)[2]; /* name and link */
	size_t port_count, port_room;
	int last_row; /* a list of them */
};

struct row {
	int node, table, next;
	int cells[HTML_COLUMNS_MAX];
	bool is_there, is_seen;
};

struct html_run {
	const struct html_table *tables;
	size_t table_count;
	int name;
	struct dictionary texts, row_keys, trees, messages;
	int (*facts)[2];
	size_t fact_count, fact_room;
	struct node *nodes;
	size_t node_count, node_room;
	struct row *rows;
	size_t row_count, row_room;

	/* Events that are written, and one that is not complete. */
	char *events;
	size_t events_len, event_count;
	FILE *out;
	bool is_open;
	hp_time now, written_at;

	/* A node whose rows are being compared. */
	int node, row;
	unsigned int column;
	int cells[HTML_COLUMNS_MAX];
	int *changes;
	size_t change_count, change_room;
	bool is_changed; /* not only times */
};

/* ---- Texts ---- */

static int intern(struct dictionary *dictionary, const char *text)
{
	struct interned *entry;

	HASH_FIND_STR(dictionary->by_text, text, entry);
	if (entry)
		return entry->number;
	entry = calloc(1, sizeof(*entry));
	assert(entry);
	entry->text = strdup(text);
	assert(entry->text);
	entry->number = (int)dictionary->count;
	HASH_ADD_KEYPTR(hh, dictionary->by_text, entry->text, strlen(entry->text), entry);
	dictionary->texts = sim_grow(dictionary->texts, dictionary->count, &dictionary->room,
				     sizeof(*dictionary->texts));
	dictionary->texts[dictionary->count++] = entry->text;
	return entry->number;
}

static void dictionary_fini(struct dictionary *dictionary)
{
	struct interned *entry, *next;

	HASH_ITER (hh, dictionary->by_text, entry, next) {
		HASH_DEL(dictionary->by_text, entry);
		free(entry->text);
		free(entry);
	}
	free(dictionary->texts);
}

/* Length of the UTF-8 character at @text; 0: it is none. */
static size_t utf8_len(const unsigned char *text)
{
	size_t len = text[0] < 0x80                       ? 1
		     : text[0] >= 0xc2 && text[0] < 0xe0  ? 2
		     : text[0] >= 0xe0 && text[0] < 0xf0  ? 3
		     : text[0] >= 0xf0 && text[0] <= 0xf4 ? 4
							  : 0;

	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Nothing that could end a script element, open a comment in it, or break a line of it. */
void html_text(FILE *file, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	(void)putc('"', file); /* html_close() looks for errors */
	while (*at) {
		size_t len = utf8_len(at);

		if (len > 1)
			(void)fwrite(at, 1, len, file);
		else if (!len)
			(void)fputs("\\ufffd", file);
		else if (*at < 0x20 || *at == 0x7f || strchr("\"\\<>&'", *at))
			(void)fprintf(file, "\\u%04x", *at);
		else
			(void)putc(*at, file);
		at += len ? len : 1;
	}
	(void)putc('"', file);
}

/* ---- Nodes ---- */

struct html_run *html_run_new(const char *name, const struct html_table *tables, size_t count)
{
	struct html_run *run = calloc(1, sizeof(*run));

	assert(run);
	run->tables = tables;
	run->table_count = count;
	run->name = intern(&run->texts, name);
	run->node = HTML_NONE;
	run->out = open_memstream(&run->events, &run->events_len);
	assert(run->out);
	return run;
}

void html_run_free(struct html_run *run)
{
	if (!run)
		return;
	dictionary_fini(&run->texts);
	dictionary_fini(&run->row_keys);
	dictionary_fini(&run->trees);
	dictionary_fini(&run->messages);
	for (size_t i = 0; i < run->node_count; i++)
		free(run->nodes[i].ports);
	(void)fclose(run->out); /* memory */
	free(run->events);
	free(run->facts);
	free(run->nodes);
	free(run->rows);
	free(run->changes);
	free(run);
}

void html_run_fact(struct html_run *run, const char *name, const char *value)
{
	run->facts = sim_grow(run->facts, run->fact_count, &run->fact_room, sizeof(*run->facts));
	run->facts[run->fact_count][0] = intern(&run->texts, name);
	run->facts[run->fact_count++][1] = intern(&run->texts, value);
}

int html_run_node(struct html_run *run, enum html_node_kind kind, const char *name)
{
	run->nodes = sim_grow(run->nodes, run->node_count, &run->node_room, sizeof(*run->nodes));
	run->nodes[run->node_count] = (struct node){ .kind = kind,
						     .name = intern(&run->texts, name),
						     .last_row = HTML_NONE };
	return (int)run->node_count++;
}

void html_run_node_is(struct html_run *run, int node, enum html_node_kind kind)
{
	run->nodes[node].kind = kind;
}

int html_run_port(struct html_run *run, int index, const char *name, int link)
{
	struct node *node = &run->nodes[index];

	node->ports =
		sim_grow(node->ports, node->port_count, &node->port_room, sizeof(*node->ports));
	node->ports[node->port_count][0] = intern(&run->texts, name);
	node->ports[node->port_count][1] = link;
	return (int)node->port_count++;
}

int html_run_tree(struct html_run *run, const char *source, const char *group)
{
	char text[KEY_LEN];

	(void)snprintf(text, sizeof(text), "%d,%d", intern(&run->texts, source),
		       intern(&run->texts, group));
	return intern(&run->trees, text);
}

/* ---- Events ---- */

void html_run_at(struct html_run *run, hp_time now)
{
	assert(now >= run->now);
	run->now = now;
}

static void end_event(struct html_run *run)
{
	if (run->is_open)
		(void)fputs("]", run->out);
	run->is_open = false;
}

/* Rounding is that of the instant, so that errors do not add up. */
static void begin_event(struct html_run *run, enum event_type type)
{
	end_event(run);
	(void)fprintf(run->out, "%s[%" PRId64 ",%d", run->event_count ? ",\n" : "",
		      (int64_t)(run->now / 1000 - run->written_at / 1000), type);
	run->written_at = run->now;
	run->event_count++;
	run->is_open = true;
}

/* The message itself as JSON; equal ones stand in the file once. */
static int message_number(struct html_run *run, const struct html_message *message)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	int number;

	assert(file);
	(void)fprintf(file, "[%d,%d,%d", intern(&run->texts, message->kind),
		      intern(&run->texts, message->summary), message->tree);
	for (unsigned int i = 0; i < message->field_count; i++)
		(void)fprintf(file, ",%d,%d", intern(&run->texts, message->fields[i].name),
			      intern(&run->texts, message->fields[i].value));
	(void)fputs("]", file);
	(void)fclose(file); /* memory */
	assert(text);
	number = intern(&run->messages, text);
	free(text);
	return number;
}

void html_run_message(struct html_run *run, const struct html_place *place, int to,
		      const struct html_message *message)
{
	begin_event(run, EVENT_MESSAGE);
	(void)fprintf(run->out, ",%d,%d,%d,%d,%d", place->link, place->sender, place->port, to,
		      message_number(run, message));
}

void html_run_packet(struct html_run *run, const struct html_place *place, int tree,
		     unsigned int ttl)
{
	begin_event(run, EVENT_PACKET);
	(void)fprintf(run->out, ",%d,%d,%d,%d,%u", place->link, place->sender, place->port, tree,
		      ttl);
}

void html_run_lost(struct html_run *run, int node)
{
	assert(run->is_open);
	(void)fprintf(run->out, ",%d", node);
}

void html_run_note(struct html_run *run, enum html_note kind, const char *text, int node)
{
	static const enum event_type types[] = { [HTML_ACTION] = EVENT_ACTION,
						 [HTML_EXPECTATION] = EVENT_EXPECTATION,
						 [HTML_VIOLATION] = EVENT_VIOLATION };

	begin_event(run, types[kind]);
	(void)fprintf(run->out, ",%d,%d", intern(&run->texts, text), node);
}

/* ---- Tables ---- */

void html_run_tables(struct html_run *run, int node)
{
	run->node = node;
	run->row = HTML_NONE;
	run->change_count = 0;
	run->is_changed = false;
	for (int i = run->nodes[node].last_row; i != HTML_NONE; i = run->rows[i].next)
		run->rows[i].is_seen = false;
}

static void change(struct html_run *run, int row, int column, int value)
{
	const int values[] = { row, column, value };

	for (size_t i = 0; i < 3; i++) {
		run->changes = sim_grow(run->changes, run->change_count, &run->change_room,
					sizeof(*run->changes));
		run->changes[run->change_count++] = values[i];
	}
}

static bool is_time(const struct html_table *table, unsigned int column)
{
	const char *name = table->columns[column];

	return (table->until && strcmp(name, table->until) == 0) ||
	       (table->since && strcmp(name, table->since) == 0);
}

static void end_row(struct html_run *run)
{
	struct row *row = run->row == HTML_NONE ? NULL : &run->rows[run->row];
	const struct html_table *table;

	if (!row)
		return;
	table = &run->tables[row->table];
	for (unsigned int i = 0; i < HTML_COLUMNS_MAX && table->columns[i]; i++) {
		int value = i < run->column ? run->cells[i] : intern(&run->texts, "");

		if (row->is_there && row->cells[i] == value)
			continue;
		run->is_changed |= !row->is_there || !is_time(table, i);
		row->cells[i] = value;
		change(run, run->row, (int)i, value);
	}
	row->is_there = row->is_seen = true;
	run->row = HTML_NONE;
}

static int find_row(struct html_run *run, int table, const char *key)
{
	char text[KEY_LEN];
	int number;

	(void)snprintf(text, sizeof(text), "%d %d %.280s", run->node, table, key);
	number = intern(&run->row_keys, text);
	if ((size_t)number < run->row_count)
		return number;
	run->rows = sim_grow(run->rows, run->row_count, &run->row_room, sizeof(*run->rows));
	run->rows[run->row_count++] = (struct row){ .node = run->node,
						    .table = table,
						    .next = run->nodes[run->node].last_row };
	run->nodes[run->node].last_row = number;
	return number;
}

void html_run_row(struct html_run *run, unsigned int table, const char *key)
{
	assert(run->node != HTML_NONE && table < run->table_count);
	end_row(run);
	run->row = find_row(run, (int)table, key);
	run->column = 0;
}

void html_run_cell(struct html_run *run, const char *format, ...)
{
	char text[CELL_LEN];
	va_list args;

	assert(run->row != HTML_NONE && run->column < HTML_COLUMNS_MAX);
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	run->cells[run->column++] = intern(&run->texts, text);
}

void html_run_time(struct html_run *run, hp_time at)
{
	if (at == HP_TIME_NEVER)
		html_run_cell(run, "%s", "");
	else
		html_run_cell(run, "%" PRId64, (int64_t)(at / 1000000));
}

void html_run_tables_end(struct html_run *run)
{
	end_row(run);
	for (int i = run->nodes[run->node].last_row; i != HTML_NONE; i = run->rows[i].next) {
		struct row *row = &run->rows[i];

		if (!row->is_there || row->is_seen)
			continue;
		row->is_there = false;
		run->is_changed = true;
		change(run, i, HTML_NONE, 0);
	}
	if (run->change_count) {
		begin_event(run, run->is_changed ? EVENT_CHANGE : EVENT_REFRESH);
		(void)fprintf(run->out, ",%d", run->node);
		for (size_t i = 0; i < run->change_count; i++)
			(void)fprintf(run->out, ",%d", run->changes[i]);
	}
	run->node = HTML_NONE;
}

/* ---- The whole ---- */

static void write_texts(const struct html_run *run, FILE *file)
{
	(void)fputs(",\n\"texts\":[", file);
	for (size_t i = 0; i < run->texts.count; i++) {
		(void)fputs(i ? "," : "", file);
		html_text(file, run->texts.texts[i]);
	}
	(void)fputs("]", file);
}

static void write_tables(const struct html_run *run, FILE *file)
{
	(void)fputs(",\n\"tables\":[", file);
	for (size_t i = 0; i < run->table_count; i++) {
		const struct html_table *table = &run->tables[i];

		(void)fprintf(file,
			      "%s{\"id\":\"%s\",\"title\":\"%s\",\"command\":\"%s\","
			      "\"until\":\"%s\",\"since\":\"%s\",\"columns\":[",
			      i ? "," : "", table->id, table->title,
			      table->command ? table->command : "",
			      table->until ? table->until : "", table->since ? table->since : "");
		for (unsigned int c = 0; c < HTML_COLUMNS_MAX && table->columns[c]; c++)
			(void)fprintf(file, "%s\"%s\"", c ? "," : "", table->columns[c]);
		(void)fputs("]}", file);
	}
	(void)fputs("]", file);
}

static void write_nodes(const struct html_run *run, FILE *file)
{
	static const char *const kinds[] = {
		[HTML_ROUTER] = "router", [HTML_LINK] = "link", [HTML_HOST] = "host"
	};

	(void)fputs(",\n\"nodes\":[", file);
	for (size_t i = 0; i < run->node_count; i++) {
		const struct node *node = &run->nodes[i];

		(void)fprintf(file, "%s{\"kind\":\"%s\",\"name\":%d,\"ports\":[", i ? "," : "",
			      kinds[node->kind], node->name);
		for (size_t p = 0; p < node->port_count; p++)
			(void)fprintf(file, "%s[%d,%d]", p ? "," : "", node->ports[p][0],
				      node->ports[p][1]);
		(void)fputs("]}", file);
	}
	(void)fputs("]", file);
}

static void write_list(const char *name, const struct dictionary *list, const char *before,
		       const char *after, FILE *file)
{
	(void)fprintf(file, ",\n\"%s\":[", name);
	for (size_t i = 0; i < list->count; i++)
		(void)fprintf(file, "%s%s%s%s", i ? "," : "", before, list->texts[i], after);
	(void)fputs("]", file);
}

void html_run_write(struct html_run *run, FILE *file)
{
	end_event(run);
	(void)fflush(run->out); /* memory */
	(void)fprintf(file, "{\"name\":%d,\"facts\":[", run->name);
	for (size_t i = 0; i < run->fact_count; i++)
		(void)fprintf(file, "%s[%d,%d]", i ? "," : "", run->facts[i][0], run->facts[i][1]);
	(void)fprintf(file, "],\"end\":%" PRId64, (int64_t)(run->now / 1000));
	write_texts(run, file);
	write_tables(run, file);
	write_nodes(run, file);
	write_list("trees", &run->trees, "[", "]", file);
	write_list("messages", &run->messages, "", "", file);
	(void)fputs(",\n\"rows\":[", file);
	for (size_t i = 0; i < run->row_count; i++)
		(void)fprintf(file, "%s[%d,%d]", i ? "," : "", run->rows[i].node,
			      run->rows[i].table);
	(void)fputs("],\n\"events\":[", file);
	(void)fwrite(run->events, 1, run->events_len, file);
	(void)fputs("]}", file);
}
