// SPDX-License-Identifier: GPL-2.0-only
/*
 * What went wrong: message, code and hint, always on standard error.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "hpimctl/error.h"

int ctl_fail(struct ctl_error *error, enum ctl_exit exit, const char *code, const char *hint,
	     const char *format, ...)
{
	va_list args;

	error->exit = exit;
	(void)snprintf(error->code, sizeof(error->code), "%s", code); /* cut if it must be */
	(void)snprintf(error->hint, sizeof(error->hint), "%s", hint);
	va_start(args, format);
	(void)vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	utf8_repair(error->message);
	return (int)exit;
}

static void print_json(const struct ctl_error *error)
{
	struct json_object *top = json_object_new_object();
	struct json_object *body = json_object_new_object();

	json_object_object_add(body, "code", json_object_new_string(error->code));
	json_object_object_add(body, "exit", json_object_new_int((int)error->exit));
	json_object_object_add(body, "message", json_object_new_string(error->message));
	json_object_object_add(body, "hint", json_object_new_string(error->hint));
	json_object_object_add(top, "error", body);
	fprintf(stderr, "%s\n",
		json_object_to_json_string_ext(top, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(top);
}

void ctl_error_print(const struct ctl_error *error, bool as_json)
{
	if (as_json) {
		print_json(error);
		return;
	}
	fprintf(stderr, "%s: %s (%s)\n", program_invocation_short_name, error->message,
		error->code);
	if (error->hint[0])
		fprintf(stderr, "  hint: %s\n", error->hint);
}
