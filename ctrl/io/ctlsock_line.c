// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of the control socket as an object. Framing: hpim/ctl_abi.h.
 */
#include "io/ctlsock_line.h"

#include <string.h>

#include "hpim/ctl_abi.h"

/* Objects within objects in a request; no command needs more than a few. */
#define DEPTH_MAX 8

struct json_object *ctl_line_parse(const char *line, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object = NULL;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
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
