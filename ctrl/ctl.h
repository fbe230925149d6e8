/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_CTL_H
#define CTRL_CTL_H

/* Arguments of requests on the control socket, and names that both halves of it use. */
#include <json-c/json.h>
#include <stdbool.h>

#include "base/addr.h"
#include "dplane/dplane.h"

/** ctl_arg_bool() - false when it is absent. */
bool ctl_arg_bool(struct json_object *args, const char *name);

/** ctl_arg_text() - NULL when it is absent or no string. Borrowed from @args. */
const char *ctl_arg_text(struct json_object *args, const char *name);

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
