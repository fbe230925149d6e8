// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text: aligned columns, one record a line; a vertical schema has one field a line instead, lines
 * are printed as they are.
 */
#include <assert.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>

#include "hpimctl/out.h"

static struct libscols_table *new_table(const struct out *out)
{
	struct libscols_table *table = scols_new_table();

	assert(table);
	scols_table_enable_noheadings(table, out->schema->is_vertical || !out->has_header);
	if (out->schema->is_vertical) {
		if (out->has_header)
			scols_table_new_column(table, "name", 0, 0);
		scols_table_new_column(table, "value", 0, 0);
		return table;
	}
	for (size_t i = 0; i < out->pick.count; i++) {
		const struct field *col = out->pick.columns[i];

		scols_table_new_column(table, col->name, 0,
				       col->type == FIELD_NUMBER ? SCOLS_FL_RIGHT : 0);
	}
	return table;
}

/* What is not there is a dash, so that every line has as many words as columns. */
static const char *cell_text(const struct field *col, struct json_object *record)
{
	struct json_object *value = json_object_object_get(record, col->name);
	const char *text;

	if (!value)
		return "-";
	if (col->type == FIELD_BOOL)
		return json_object_get_boolean(value) ? "yes" : "no";
	text = json_object_get_string(value);
	return text && *text ? text : "-";
}

static void add_vertical(struct out *out, struct json_object *record)
{
	for (size_t i = 0; i < out->pick.count; i++) {
		struct libscols_line *line = scols_table_new_line(out->table, NULL);
		size_t cell = 0;

		assert(line);
		if (out->has_header)
			scols_line_set_data(line, cell++, out->pick.columns[i]->name);
		scols_line_set_data(line, cell, cell_text(out->pick.columns[i], record));
	}
}

static void add_line(struct out *out, struct json_object *record)
{
	struct libscols_line *line = scols_table_new_line(out->table, NULL);

	assert(line);
	for (size_t i = 0; i < out->pick.count; i++)
		scols_line_set_data(line, i, cell_text(out->pick.columns[i], record));
}

void out_text_lead(struct json_object *record)
{
	printf("%s\nnext: %s\n\n",
	       json_object_get_string(json_object_object_get(record, "sentence")),
	       json_object_get_string(json_object_object_get(record, "next")));
}

void out_text_record(struct out *out, struct json_object *record)
{
	if (out->schema->is_lines) {
		(void)fputs(cell_text(out->schema->fields, record), stdout); /* as printf below */
		return;
	}
	if (!out->table)
		out->table = new_table(out);
	if (out->schema->is_vertical)
		add_vertical(out, record);
	else
		add_line(out, record);
	out->count++;
}

/* The library prints nothing for a table without lines. */
static void print_header(const struct out *out)
{
	for (size_t i = 0; i < out->pick.count; i++)
		printf("%s%s", i ? " " : "", out->pick.columns[i]->name);
	printf("\n");
}

void out_text_end(struct out *out, bool is_ok)
{
	if (out->table)
		scols_print_table(out->table);
	else if (is_ok && out->has_header && !out->schema->is_vertical && !out->schema->is_lines)
		print_header(out);
	scols_unref_table(out->table);
	out->table = NULL;
	out->count = 0;
}
