// SPDX-License-Identifier: GPL-2.0-only
/* Static routes and static joins in words: what they say, and whether it makes sense. */
#include <string.h>

#include "base/addr_text.h"
#include "config/model.h"
#include "io/field.h"

static bool read_group(struct json_object *args, struct config_static *request,
		       struct config_fault *fault)
{
	return config_group_parse(field_text(args, "group"), &request->group, fault);
}

static bool read_source(struct json_object *args, struct config_static *request,
			struct config_fault *fault)
{
	const char *text = field_text(args, "source");
	bool is_one = config_is_one(&request->group);

	if (!text && request->kind == STATIC_ROUTE)
		return config_wrong(fault, "an address, or '*' for any", "the source is missing");
	if (!is_one && (!text || request->kind == STATIC_JOIN || strcmp(text, "*") != 0))
		return config_wrong(fault, "a prefix of groups goes with the source '*' of a route",
				    "group %s is a prefix where one group is expected",
				    ip_prefix_text(&request->group).s);
	if (!text || !strcmp(text, "*"))
		return true;
	if (ip_addr_parse(text, &request->source))
		return config_wrong(fault, "quote it as '*' to mean any source",
				    "source '%s' is neither an address nor '*'", text);
	if (ip_addr_is_multicast(&request->source) || !ip_addr_is_source(&request->source))
		return config_wrong(fault, "a unicast address that is valid beyond its link",
				    "source %s cannot be the source of routed multicast", text);
	if (ip_addr_family(&request->source) != ip_addr_family(&request->group.addr))
		return config_wrong(fault, "two addresses of one family",
				    "source %s and group %s are of different families", text,
				    ip_addr_text(&request->group.addr).s);
	return true;
}

static bool add_output(struct config_static *request, const char *text, size_t len,
		       struct config_fault *fault)
{
	char *name;

	if (request->oif_count == LINKS_MAX)
		return config_wrong(fault, "", "more than %u outputs", LINKS_MAX);
	name = request->oifs[request->oif_count];
	if (!config_name_parse(text, len, name, fault))
		return false;
	if (!strcmp(name, request->iif))
		return config_wrong(fault, "nothing is sent back to where it came from",
				    "%s is the input, and an output too", name);
	for (unsigned int i = 0; i < request->oif_count; i++)
		if (!strcmp(name, request->oifs[i]))
			return config_wrong(fault, "", "%s is an output twice", name);
	request->oif_count++;
	return true;
}

static bool read_outputs(struct json_object *args, struct config_static *request,
			 struct config_fault *fault)
{
	const char *text = field_text(args, "to");

	if (!text)
		return config_wrong(fault, "as to eth1,eth2", "the outputs are missing");
	for (;;) {
		size_t len = strcspn(text, ",");

		if (!add_output(request, text, len, fault))
			return false;
		if (!text[len])
			return true;
		text += len + 1;
	}
}

bool config_static_parse(struct json_object *args, enum static_kind kind, bool is_key,
			 struct config_static *ret_request, struct config_fault *ret_fault)
{
	struct config_static request = { .kind = kind };
	const char *field = kind == STATIC_JOIN ? "interface" : "from";
	const char *iif = field_text(args, field);

	if (!read_group(args, &request, ret_fault) || !read_source(args, &request, ret_fault))
		return false;
	if (!iif && !(is_key && kind == STATIC_ROUTE))
		return config_wrong(ret_fault, "'ip link' lists the interfaces",
				    "the name of the %s is missing",
				    kind == STATIC_JOIN ? "interface" : "input");
	if (iif && !config_name_parse(iif, strlen(iif), request.iif, ret_fault))
		return false;
	if (kind == STATIC_ROUTE && !is_key && !read_outputs(args, &request, ret_fault))
		return false;
	*ret_request = request;
	return true;
}

bool config_static_is_same(const struct config_static *a, const struct config_static *b)
{
	return a->kind == b->kind && ip_prefix_equal(&a->group, &b->group) &&
	       ip_addr_equal(&a->source, &b->source) &&
	       (!strcmp(a->iif, b->iif) || (a->kind == STATIC_ROUTE && ip_addr_is_set(&a->source)));
}
