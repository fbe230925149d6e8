// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is sent is what the schema says. Fields that are absent are null for the client.
 */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "io/ctlsock.h"
#include "io/loop.h"
#include "mgmt/answer.h"

static bool has_type(struct json_object *value, enum field_type type)
{
	switch (json_object_get_type(value)) {
	case json_type_null: return true;
	case json_type_boolean: return type == FIELD_BOOL;
	case json_type_int:
	case json_type_double: return type == FIELD_NUMBER;
	case json_type_string: return type == FIELD_TEXT;
	case json_type_object:
	case json_type_array: break;
	}
	return false;
}

/* Fields mostly come in the order of the schema, so the search begins behind the last one. */
void answer_check(const struct schema *schema, struct json_object *record)
{
	const struct field *next = schema->fields;

	json_object_object_foreach(record, name, value)
	{
		const struct field *field = next;

		if (!field->name || strcmp(field->name, name) != 0)
			field = schema_field(schema, name, strlen(name));
		assert(field && has_type(value, field->type));
		next = field + 1;
	}
}

int64_t answer_unix_ns(hp_time at)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return HP_SEC(now.tv_sec) + now.tv_nsec - (loop_now() - at);
}

void answer_record(struct ctl_client *client, const struct schema *schema,
		   struct json_object *record)
{
	answer_check(schema, record);
	ctl_reply_record(client, record);
}
