// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: {"schema":"...","LIST":[{...},...]}, written record by record. Every column of the schema
 * is there, null if the daemon did not send it; fields this program does not know follow.
 */
#include <stdio.h>
#include <string.h>

#include "hpimctl/out.h"

static int format(const struct out *out)
{
	return JSON_C_TO_STRING_NOSLASHESCAPE |
	       (out->is_pretty ? JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
}

/* The beginning of the document, and of its list. @lead: NULL: there is none. */
static void open_document(struct out *out, struct json_object *lead)
{
	const bool is_pretty = out->is_pretty;

	printf(is_pretty ? "{\n  \"schema\": \"%s\"," : "{\"schema\":\"%s\",", out->schema->id);
	if (lead)
		printf(is_pretty ? "\n  \"%s\": %s," : "\"%s\":%s,", out->schema->lead,
		       json_object_to_json_string_ext(lead, format(out)));
	printf(is_pretty ? "\n  \"%s\": [" : "\"%s\":[", out->schema->list);
	out->is_open = true;
}

static void copy_field(struct json_object *to, const char *name, struct json_object *value)
{
	json_object_object_add(to, name, json_object_get(value));
}

static struct json_object *arrange(const struct out *out, struct json_object *record)
{
	struct json_object *arranged = json_object_new_object();

	for (size_t i = 0; i < out->pick.count; i++) {
		const char *name = out->pick.columns[i]->name;

		copy_field(arranged, name, json_object_object_get(record, name));
	}
	if (!out->is_picked) {
		json_object_object_foreach(
			record, name, value) if (!schema_field(out->schema, name, strlen(name)))
			copy_field(arranged, name, value);
	}
	return arranged;
}

void out_json_lead(struct out *out, struct json_object *record)
{
	open_document(out, record);
}

void out_json_record(struct out *out, struct json_object *record)
{
	struct json_object *arranged = arrange(out, record);

	if (!out->is_open)
		open_document(out, NULL);
	printf("%s%s%s", out->count ? "," : "", out->is_pretty ? "\n    " : "",
	       json_object_to_json_string_ext(arranged, format(out)));
	json_object_put(arranged);
	out->count++;
}

void out_json_end(struct out *out, bool is_ok)
{
	if (!out->is_open && !is_ok)
		return;
	if (!out->is_open)
		open_document(out, NULL);
	printf(out->is_pretty ? "%s]\n}\n" : "%s]}\n", out->is_pretty && out->count ? "\n  " : "");
	out->count = 0;
	out->is_open = false;
}
