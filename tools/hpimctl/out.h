/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_OUT_H
#define HPIMCTL_OUT_H

/* Records in, one document on standard output out. */
#include <json-c/json.h>
#include <stdbool.h>

#include "hpimctl/columns.h"

struct libscols_table;

/**
 * struct out - One answer being written.
 * @schema:  what the records are.
 * @pick:    the columns to show.
 * @is_picked: the user named the columns: nothing else is shown.
 * @count:   records so far.
 * @is_open: JSON only: the beginning of the document is written.
 * @table:   text only: the table so far.
 */
struct out {
	const struct schema *schema;
	struct column_pick pick;
	bool is_picked;
	bool is_json, is_pretty, has_header;
	size_t count;
	bool is_open;
	struct libscols_table *table;
};

/** out_text_record(), out_json_record() - Add a record; it is borrowed. */
void out_text_record(struct out *out, struct json_object *record);
void out_json_record(struct out *out, struct json_object *record);

/**
 * out_text_lead(), out_json_lead() - The record that stands before the others: "sentence" and
 * "next" in two lines, or an object beside the list. It is borrowed.
 */
void out_text_lead(struct json_object *record);
void out_json_lead(struct out *out, struct json_object *record);

/**
 * out_text_end(), out_json_end() - Finish the document and make @out ready for another.
 * @is_ok: false: the command failed; without records there is nothing to show then.
 */
void out_text_end(struct out *out, bool is_ok);
void out_json_end(struct out *out, bool is_ok);

#endif
