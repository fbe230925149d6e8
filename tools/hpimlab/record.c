// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/record.h"

#include "base/addr_text.h"

const char *record_text(json_object *record, const char *key)
{
	json_object *value = NULL;

	(void)json_object_object_get_ex(record, key, &value);
	return value && json_object_is_type(value, json_type_string) ? json_object_get_string(value)
								     : "";
}

bool record_flag(json_object *record, const char *key)
{
	json_object *value = NULL;

	return json_object_object_get_ex(record, key, &value) && json_object_get_boolean(value);
}

uint32_t record_number(json_object *record, const char *key)
{
	json_object *value = NULL;

	(void)json_object_object_get_ex(record, key, &value);
	return value ? (uint32_t)json_object_get_int64(value) : 0;
}

struct ip_addr record_addr(json_object *record, const char *key)
{
	struct ip_addr addr = { .b = { 0 } };

	if (ip_addr_parse(record_text(record, key), &addr) < 0)
		return (struct ip_addr){ .b = { 0 } };
	return addr;
}

size_t record_count(json_object *records)
{
	return records ? json_object_array_length(records) : 0;
}
