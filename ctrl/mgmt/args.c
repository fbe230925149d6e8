// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments that several commands have.
 */
#include "io/field.h"
#include "mgmt/args.h"

bool arg_family(struct json_object *args, enum ip_family family)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, "family", &value))
		return true;
	return json_object_get_int(value) == (family == IP_FAMILY_4 ? 4 : 6);
}

const char *arg_interface(struct json_object *args)
{
	return field_text(args, "interface");
}
