/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_FIELD_H
#define IO_FIELD_H

/* Fields of the records on the control socket and in files of the daemon. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"

/* Add a field to a record. */
void field_put_text(struct json_object *record, const char *name, const char *text);
void field_put_number(struct json_object *record, const char *name, uint64_t number);
void field_put_bool(struct json_object *record, const char *name, bool value);
void field_put_addr(struct json_object *record, const char *name, const struct ip_addr *addr);

/** field_put_seconds() - Null when it never ends. */
void field_put_seconds(struct json_object *record, const char *name, hp_time duration);
void field_put_rate(struct json_object *record, const char *name, double rate);

/** field_bool() - false when it is absent. */
bool field_bool(struct json_object *args, const char *name);

/** field_text() - NULL when it is absent or no string. Borrowed from @args. */
const char *field_text(struct json_object *args, const char *name);

/** field_number() - Whether it is there and from @min to @max. */
bool field_number(struct json_object *args, const char *name, int64_t min, int64_t max,
		  int64_t *ret_number);

/**
 * field_gm_version() - "igmp_version" or "mld_version": the newest, the one before, or 0; absent:
 * 0.
 *
 * Return: whether there is such a version.
 */
bool field_gm_version(struct json_object *args, enum ip_family family, uint8_t *ret_version);

#endif
