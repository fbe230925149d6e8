// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of the control socket as an object. Framing: hpim/ctl_abi.h.
 */
#include "io/ctlsock_line.h"

#include <stdbool.h>
#include <string.h>

#include "hpim/ctl_abi.h"

/* Objects within objects in a request; no command needs more than a few. */
#define DEPTH_MAX 8

static struct json_object *parse(const char *line, size_t len, int flags)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object = NULL;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, flags);
	/* Room for each text that can come: it leaves no copies behind when it grows. */
	(void)printbuf_memset(tokener->pb, 0, 0, CTL_REQUEST_MAX);
	object = json_tokener_parse_ex(tokener, line, (int)len);
	if (object && (json_tokener_get_parse_end(tokener) != len ||
		       !json_object_is_type(object, json_type_object))) {
		json_object_put(object);
		object = NULL;
	}
	explicit_bzero(tokener->pb->buf,
		       (size_t)tokener->pb->size); /* there may be a secret in it */
	json_tokener_free(tokener);
	return object;
}

/*
 * Whether a line is JSON as RFC 8259 has it. The strict parser of json-c 0.18 (Debian 13) takes
 * letters beyond ASCII in a text for control characters, so it is given the line with an 'a' for
 * each letter of its texts; no secret is in that copy, either.
 */
static bool is_strict(const char *line, size_t len)
{
	char shape[CTL_REQUEST_MAX];
	bool in_text = false, is_escaped = false, is_json;
	struct json_object *object;

	if (len > sizeof(shape))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		shape[i] = line[i];
		if (in_text && !is_escaped && c >= 0x20 && c != '"' && c != '\\')
			shape[i] = 'a';
		in_text ^= c == '"' && !is_escaped;
		is_escaped = in_text && c == '\\' && !is_escaped;
	}
	object = parse(shape, len, JSON_TOKENER_STRICT);
	is_json = object != NULL;
	json_object_put(object);
	return is_json;
}

struct json_object *ctl_line_parse(const char *line, size_t len)
{
	return is_strict(line, len) ? parse(line, len, JSON_TOKENER_VALIDATE_UTF8) : NULL;
}

struct json_object *ctl_line_error(const char *code, enum ctl_exit exit, const char *message,
				   const char *hint)
{
	struct json_object *error = json_object_new_object();

	json_object_object_add(error, "code", json_object_new_string(code));
	json_object_object_add(error, "exit", json_object_new_int((int)exit));
	json_object_object_add(error, "message", json_object_new_string(message));
	json_object_object_add(error, "hint", json_object_new_string(hint));
	return error;
}
