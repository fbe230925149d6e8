// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments that several commands have.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/addr_text.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/schema.h"

bool arg_family(struct json_object *args, enum ip_family family)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, "family", &value))
		return true;
	return json_object_get_int(value) == (family == IP_FAMILY_4 ? 4 : 6);
}

bool arg_number(struct json_object *args, const char *cmd, const char *name, int64_t *ret_number)
{
	const struct command_arg *arg = command_arg(command_find(cmd), name);

	assert(arg);
	return field_number(args, name, arg->min, arg->max, ret_number);
}

const char *arg_interface(struct json_object *args)
{
	return field_text(args, "interface");
}

bool arg_addr(struct json_object *args, const char *name, struct ip_addr *ret_addr)
{
	const char *text = field_text(args, name);

	return !text || !ip_addr_parse(text, ret_addr);
}

bool arg_interface_check(const struct daemon *daemon, struct ctl_client *client,
			 struct json_object *args)
{
	const char *name = arg_interface(args);
	struct refusal refusal;

	if (!name || port_find(daemon, name, &refusal) != LINK_NONE)
		return true;
	ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s", refusal.message);
	return false;
}

static bool is_one(const struct command_arg *arg, struct json_object *args)
{
	struct json_object *value = json_object_object_get(args, arg->name);
	int64_t number;

	switch (arg->type) {
	case FIELD_TEXT: return json_object_is_type(value, json_type_string);
	case FIELD_NUMBER: return field_number(args, arg->name, arg->min, arg->max, &number);
	case FIELD_BOOL: return json_object_is_type(value, json_type_boolean);
	default: return false;
	}
}

bool arg_check(struct ctl_client *client, const struct command *command, struct json_object *args)
{
	static const char *const types[] = {
		[FIELD_TEXT] = "text", [FIELD_BOOL] = "true or false"
	};

	for (const struct command_arg *arg = command->args; arg->name; arg++) {
		if (!json_object_object_get(args, arg->name) || is_one(arg, args))
			continue;
		if (arg->type == FIELD_NUMBER)
			ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "",
					"\"%s\" is a number from %" PRId64 " to %" PRId64,
					arg->name, arg->min, arg->max);
		else
			ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "", "\"%s\" is %s",
					arg->name, types[arg->type]);
		return false;
	}
	return true;
}
