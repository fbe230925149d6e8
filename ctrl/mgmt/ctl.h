/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_CTL_H
#define CTRL_CTL_H

/* Arguments of requests on the control socket, and names that both halves of it use. */
#include <json-c/json.h>
#include <stdbool.h>

#include "base/addr.h"
#include "dplane/dplane.h"

/* Add a field to a record. */
void ctl_put_text(struct json_object *record, const char *name, const char *text);
void ctl_put_number(struct json_object *record, const char *name, uint64_t number);
void ctl_put_bool(struct json_object *record, const char *name, bool value);
void ctl_put_addr(struct json_object *record, const char *name, const struct ip_addr *addr);

/** ctl_put_seconds() - Null when it never ends. */
void ctl_put_seconds(struct json_object *record, const char *name, hp_time duration);
void ctl_put_rate(struct json_object *record, const char *name, double rate);

/** ctl_arg_bool() - false when it is absent. */
bool ctl_arg_bool(struct json_object *args, const char *name);

/** ctl_arg_text() - NULL when it is absent or no string. Borrowed from @args. */
const char *ctl_arg_text(struct json_object *args, const char *name);

/** ctl_arg_number() - Whether it is there and from @min to @max. */
bool ctl_arg_number(struct json_object *args, const char *name, int64_t min, int64_t max,
		    int64_t *ret_number);

/** ctl_arg_interface() - The interface asked for, or NULL: all. */
const char *ctl_arg_interface(struct json_object *args);

/** ctl_arg_family() - Whether "family" (4 or 6; absent: both) includes this one. */
bool ctl_arg_family(struct json_object *args, enum ip_family family);

/** ctl_mode_name() - "auto", "native", ... */
const char *ctl_mode_name(enum dplane_mode mode);

/** ctl_mode_by_name() - Return: whether there is such a mode. */
bool ctl_mode_by_name(const char *name, enum dplane_mode *ret_mode);

/**
 * ctl_read_version() - "igmp_version" or "mld_version": the newest, the one before, or 0; absent:
 * 0.
 *
 * Return: whether there is such a version.
 */
bool ctl_read_version(struct json_object *args, enum ip_family family, uint8_t *ret_version);

#endif
