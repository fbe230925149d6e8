// SPDX-License-Identifier: GPL-2.0-only
/* Static routes and static joins in words: what they say, and whether it makes sense. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/model.h"
#include "io/field.h"

/* Bits that all groups of a family have in common: 224.0.0.0/4, ff00::/8. */
static const uint8_t group_bits[IP_FAMILY_COUNT] = { 4, 8 };

/* The shortest prefixes of which no router forwards any group: 224.0.0.0/24, ff02::/16. */
static const uint8_t link_scope_bits[IP_FAMILY_COUNT] = { 24, 16 };

/* A fault of the words themselves. Return: false. */
__attribute__((format(printf, 3, 4))) static bool wrong(struct config_fault *fault,
							const char *hint, const char *format, ...)
{
	va_list args;

	fault->hint = hint;
	va_start(args, format);
	(void)vsnprintf(fault->message, sizeof(fault->message), format, args); /* may be cut */
	va_end(args);
	return false;
}

static bool is_one_group(const struct ip_prefix *group)
{
	return group->len == 8 * ip_family_addr_len(ip_addr_family(&group->addr));
}

static bool read_group(struct json_object *args, struct config_static *request,
		       struct config_fault *fault)
{
	const char *text = field_text(args, "group");
	struct ip_prefix *group = &request->group;
	enum ip_family family;
	struct ip_addr masked;

	if (!text)
		return wrong(fault, "", "the group is missing");
	if (ip_prefix_parse(text, group))
		return wrong(fault, "as 239.1.2.3, ff1e::1 or 239.1.0.0/16",
			     "group '%s' is no address, nor a prefix", text);
	family = ip_addr_family(&group->addr);
	if (!ip_addr_is_multicast(&group->addr) || group->len < group_bits[family])
		return wrong(fault, "groups are in 224.0.0.0/4 and ff00::/8",
			     "group %s is not multicast", text);
	if (ip_addr_is_link_scope_group(&group->addr) && group->len >= link_scope_bits[family])
		return wrong(fault, "224.0.0.0/24 and ff02::/16 stay on their link",
			     "group %s has link-local scope: no router forwards it", text);
	if (ip_addr_is_reserved_group(&group->addr) && is_one_group(group))
		return wrong(fault, "RFC 4291, 2.7.1", "group %s is reserved", text);
	masked = ip_addr_mask(&group->addr, group->len);
	if (!ip_addr_equal(&masked, &group->addr))
		return wrong(fault, "the bits behind the prefix must be zero",
			     "group %s is no prefix: %s/%u would be one", text,
			     ip_addr_text(&masked).s, group->len);
	return true;
}

static bool read_source(struct json_object *args, struct config_static *request,
			struct config_fault *fault)
{
	const char *text = field_text(args, "source");
	bool is_one = is_one_group(&request->group);

	if (!text && request->kind == STATIC_ROUTE)
		return wrong(fault, "an address, or '*' for any", "the source is missing");
	if (!is_one && (request->kind == STATIC_JOIN || strcmp(text, "*") != 0))
		return wrong(fault, "a prefix of groups goes with the source '*' of a route",
			     "group %s is a prefix where one group is expected",
			     ip_prefix_text(&request->group).s);
	if (!text || !strcmp(text, "*"))
		return true;
	if (ip_addr_parse(text, &request->source))
		return wrong(fault, "quote it as '*' to mean any source",
			     "source '%s' is neither an address nor '*'", text);
	if (ip_addr_is_multicast(&request->source) || !ip_addr_is_source(&request->source))
		return wrong(fault, "a unicast address that is valid beyond its link",
			     "source %s cannot be the source of routed multicast", text);
	if (ip_addr_family(&request->source) != ip_addr_family(&request->group.addr))
		return wrong(fault, "two addresses of one family",
			     "source %s and group %s are of different families", text,
			     ip_addr_text(&request->group.addr).s);
	return true;
}

static bool read_name(const char *text, size_t len, char ret_name[LINK_NAME_LEN],
		      struct config_fault *fault)
{
	char name[LINK_NAME_LEN];

	if (!len)
		return wrong(fault, "as eth1,eth2", "the name of an interface is empty");
	if (len >= LINK_NAME_LEN)
		return wrong(fault, "a name has up to 15 bytes",
			     "'%.*s' is no name of an interface: too long", (int)len, text);
	memcpy(name, text, len);
	name[len] = '\0';
	if (!config_is_name(name))
		return wrong(fault, "'ip link' lists the interfaces",
			     "'%s' is no name of an interface", name);
	memcpy(ret_name, name, len + 1);
	return true;
}

static bool add_output(struct config_static *request, const char *text, size_t len,
		       struct config_fault *fault)
{
	char *name;

	if (request->oif_count == LINKS_MAX)
		return wrong(fault, "", "more than %u outputs", LINKS_MAX);
	name = request->oifs[request->oif_count];
	if (!read_name(text, len, name, fault))
		return false;
	if (!strcmp(name, request->iif))
		return wrong(fault, "nothing is sent back to where it came from",
			     "%s is the input, and an output too", name);
	for (unsigned int i = 0; i < request->oif_count; i++)
		if (!strcmp(name, request->oifs[i]))
			return wrong(fault, "", "%s is an output twice", name);
	request->oif_count++;
	return true;
}

static bool read_outputs(struct json_object *args, struct config_static *request,
			 struct config_fault *fault)
{
	const char *text = field_text(args, "to");

	if (!text)
		return wrong(fault, "as to eth1,eth2", "the outputs are missing");
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
		return wrong(ret_fault, "'ip link' lists the interfaces",
			     "the name of the %s is missing",
			     kind == STATIC_JOIN ? "interface" : "input");
	if (iif && !read_name(iif, strlen(iif), request.iif, ret_fault))
		return false;
	if (kind == STATIC_ROUTE && !is_key && !read_outputs(args, &request, ret_fault))
		return false;
	*ret_request = request;
	return true;
}

bool config_static_is_same(const struct config_static *a, const struct config_static *b)
{
	return a->kind == b->kind && a->group.len == b->group.len &&
	       ip_addr_equal(&a->group.addr, &b->group.addr) &&
	       ip_addr_equal(&a->source, &b->source) &&
	       (!strcmp(a->iif, b->iif) || (a->kind == STATIC_ROUTE && ip_addr_is_set(&a->source)));
}
