// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of records on the control socket.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/utf8.h"
#include "mgmt/ctl.h"

/* Names of interfaces may have any bytes. */
void ctl_put_text(struct json_object *record, const char *name, const char *text)
{
	char *copy = strdup(text);

	assert(copy);
	utf8_repair(copy);
	(void)json_object_object_add(record, name, json_object_new_string(copy));
	free(copy);
}

void ctl_put_number(struct json_object *record, const char *name, uint64_t number)
{
	(void)json_object_object_add(record, name, json_object_new_uint64(number));
}

void ctl_put_bool(struct json_object *record, const char *name, bool value)
{
	(void)json_object_object_add(record, name, json_object_new_boolean(value));
}

void ctl_put_addr(struct json_object *record, const char *name, const struct ip_addr *addr)
{
	ctl_put_text(record, name, ip_addr_text(addr).s);
}

void ctl_put_seconds(struct json_object *record, const char *name, hp_time duration)
{
	if (duration == HP_TIME_NEVER)
		(void)json_object_object_add(record, name, NULL);
	else
		(void)json_object_object_add(record, name,
					     json_object_new_int64(duration / HP_SEC(1)));
}

void ctl_put_rate(struct json_object *record, const char *name, double rate)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.1f", rate); /* a rate of packets is short */
	(void)json_object_object_add(record, name, json_object_new_double_s(rate, text));
}
