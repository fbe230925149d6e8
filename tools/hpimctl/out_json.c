// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: {"schema":"...","LIST":[{...},...]}, written record by record. Every column of the schema
 * is there, null if the daemon did not send it; fields this program does not know follow.
 */
#include <stdio.h>
#include <string.h>

#include "hpimctl/out.h"

static void open_document(const struct out *out)
{
	printf(out->is_pretty ? "{\n  \"schema\": \"%s\",\n  \"%s\": ["
			      : "{\"schema\":\"%s\",\"%s\":[",
	       out->schema->id, out->schema->list);
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

void out_json_record(struct out *out, struct json_object *record)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
		    (out->is_pretty ? JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
	struct json_object *arranged = arrange(out, record);

	if (!out->count)
		open_document(out);
	printf("%s%s%s", out->count ? "," : "", out->is_pretty ? "\n    " : "",
	       json_object_to_json_string_ext(arranged, flags));
	json_object_put(arranged);
	out->count++;
}

void out_json_end(struct out *out, bool is_ok)
{
	if (!out->count && !is_ok)
		return;
	if (!out->count)
		open_document(out);
	printf(out->is_pretty ? "%s]\n}\n" : "%s]}\n", out->is_pretty && out->count ? "\n  " : "");
	out->count = 0;
}
