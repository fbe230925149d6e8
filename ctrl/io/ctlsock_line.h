/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_CTLSOCK_LINE_H
#define IO_CTLSOCK_LINE_H

#include <json-c/json.h>
#include <stddef.h>

#include "hpim/ctl_abi.h"

/**
 * ctl_line_parse() - Parse one line without its newline; no copy of its texts stays in memory.
 *
 * Return: an object, owned by the caller, or NULL.
 */
struct json_object *ctl_line_parse(const char *line, size_t len);

/** ctl_line_error() - The "error" of an end record; owned by the caller. */
struct json_object *ctl_line_error(const char *code, enum ctl_exit exit, const char *message,
				   const char *hint);

#endif
