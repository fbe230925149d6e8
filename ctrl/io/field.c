// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of records on the control socket and of the state file.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/utf8.h"
#include "io/field.h"

/* Names of interfaces may have any bytes. */
void field_put_text(struct json_object *record, const char *name, const char *text)
{
	char *copy = strdup(text);

	assert(copy);
	utf8_repair(copy);
	(void)json_object_object_add(record, name, json_object_new_string(copy));
	free(copy);
}

void field_put_number(struct json_object *record, const char *name, uint64_t number)
{
	(void)json_object_object_add(record, name, json_object_new_uint64(number));
}

void field_put_bool(struct json_object *record, const char *name, bool value)
{
	(void)json_object_object_add(record, name, json_object_new_boolean(value));
}

void field_put_addr(struct json_object *record, const char *name, const struct ip_addr *addr)
{
	field_put_text(record, name, ip_addr_text(addr).s);
}

void field_put_seconds(struct json_object *record, const char *name, hp_time duration)
{
	if (duration == HP_TIME_NEVER)
		(void)json_object_object_add(record, name, NULL);
	else
		(void)json_object_object_add(record, name,
					     json_object_new_int64(duration / HP_SEC(1)));
}

void field_put_rate(struct json_object *record, const char *name, double rate)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.1f", rate); /* a rate of packets is short */
	(void)json_object_object_add(record, name, json_object_new_double_s(rate, text));
}

bool field_bool(struct json_object *args, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(args, name, &value) && json_object_get_boolean(value);
}

const char *field_text(struct json_object *args, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

bool field_number(struct json_object *args, const char *name, int64_t min, int64_t max,
		  int64_t *ret_number)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(args, name, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	number = json_object_get_int64(value);
	if (number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

bool field_gm_version(struct json_object *args, enum ip_family family, uint8_t *ret_version)
{
	static const char *const names[] = { "igmp_version", "mld_version" };
	static const int newest[] = { 3, 2 };
	struct json_object *value;
	int version = 0;

	if (json_object_object_get_ex(args, names[family], &value))
		version = json_object_get_int(value);
	if (version && version != newest[family] && version != newest[family] - 1)
		return false;
	*ret_version = (uint8_t)version;
	return true;
}
