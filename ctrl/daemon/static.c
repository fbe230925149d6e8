// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static routes and static joins of the operator. An interface that does not exist has a link
 * number too, so a rule is handed to the core as a whole, and the core knows what is present.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"
#include "daemon/static.h"
#include "io/field.h"

static const char *const kind_names[] = { [STATIC_ROUTE] = "route", [STATIC_JOIN] = "join" };

#define KIND_COUNT (sizeof(kind_names) / sizeof(kind_names[0]))

/* Bits that all groups of a family have in common: 224.0.0.0/4, ff00::/8. */
static const uint8_t group_bits[IP_FAMILY_COUNT] = { 4, 8 };

/* The shortest prefixes of which no router forwards any group: 224.0.0.0/24, ff02::/16. */
static const uint8_t link_scope_bits[IP_FAMILY_COUNT] = { 24, 16 };

/* ---- words ---- */

/* A refusal of the words themselves. Return: false. */
__attribute__((format(printf, 3, 4))) static bool wrong(struct refusal *refusal, const char *hint,
							const char *format, ...)
{
	char message[sizeof(refusal->message)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args); /* may be cut */
	va_end(args);
	(void)refuse(refusal, CTL_EXIT_USAGE, "usage", hint, "%s", message);
	return false;
}

/* Return: whether @text is a length of prefix up to @max. */
static bool read_len(const char *text, unsigned int max, uint8_t *ret_len)
{
	char *end;
	unsigned long len = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || len > max)
		return false;
	*ret_len = (uint8_t)len;
	return true;
}

static bool read_prefix(const char *text, struct ip_prefix *ret_prefix)
{
	char addr[64];
	size_t len = strcspn(text, "/");
	struct ip_prefix prefix;
	unsigned int bits;

	if (len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (ip_addr_parse(addr, &prefix.addr))
		return false;
	bits = (unsigned int)(8 * ip_family_addr_len(ip_addr_family(&prefix.addr)));
	prefix.len = (uint8_t)bits;
	if (text[len] && !read_len(text + len + 1, bits, &prefix.len))
		return false;
	*ret_prefix = prefix;
	return true;
}

static bool is_one_group(const struct ip_prefix *group)
{
	return group->len == 8 * ip_family_addr_len(ip_addr_family(&group->addr));
}

static bool read_group(struct json_object *args, struct static_request *request,
		       struct refusal *refusal)
{
	const char *text = field_text(args, "group");
	struct ip_prefix *group = &request->group;
	enum ip_family family;
	struct ip_addr masked;

	if (!text)
		return wrong(refusal, "", "the group is missing");
	if (!read_prefix(text, group))
		return wrong(refusal, "as 239.1.2.3, ff1e::1 or 239.1.0.0/16",
			     "group '%s' is no address, nor a prefix", text);
	family = ip_addr_family(&group->addr);
	if (!ip_addr_is_multicast(&group->addr) || group->len < group_bits[family])
		return wrong(refusal, "groups are in 224.0.0.0/4 and ff00::/8",
			     "group %s is not multicast", text);
	if (ip_addr_is_link_scope_group(&group->addr) && group->len >= link_scope_bits[family])
		return wrong(refusal, "224.0.0.0/24 and ff02::/16 stay on their link",
			     "group %s has link-local scope: no router forwards it", text);
	if (ip_addr_is_reserved_group(&group->addr) && is_one_group(group))
		return wrong(refusal, "RFC 4291, 2.7.1", "group %s is reserved", text);
	masked = ip_addr_mask(&group->addr, group->len);
	if (!ip_addr_equal(&masked, &group->addr))
		return wrong(refusal, "the bits behind the prefix must be zero",
			     "group %s is no prefix: %s/%u would be one", text,
			     ip_addr_text(&masked).s, group->len);
	return true;
}

static bool read_source(struct json_object *args, struct static_request *request,
			struct refusal *refusal)
{
	const char *text = field_text(args, "source");
	bool is_one = is_one_group(&request->group);

	if (!text && request->kind == STATIC_ROUTE)
		return wrong(refusal, "an address, or '*' for any", "the source is missing");
	if (!is_one && (request->kind == STATIC_JOIN || strcmp(text, "*") != 0))
		return wrong(refusal, "a prefix of groups goes with the source '*' of a route",
			     "group %s/%u is a prefix where one group is expected",
			     ip_addr_text(&request->group.addr).s, request->group.len);
	if (!text || !strcmp(text, "*"))
		return true;
	if (ip_addr_parse(text, &request->source))
		return wrong(refusal, "quote it as '*' to mean any source",
			     "source '%s' is neither an address nor '*'", text);
	if (ip_addr_is_multicast(&request->source) || !ip_addr_is_source(&request->source))
		return wrong(refusal, "a unicast address that is valid beyond its link",
			     "source %s cannot be the source of routed multicast", text);
	if (ip_addr_family(&request->source) != ip_addr_family(&request->group.addr))
		return wrong(refusal, "two addresses of one family",
			     "source %s and group %s are of different families", text,
			     ip_addr_text(&request->group.addr).s);
	return true;
}

static bool read_name(const char *text, size_t len, char ret_name[LINK_NAME_LEN],
		      struct refusal *refusal)
{
	char name[LINK_NAME_LEN];

	if (!len)
		return wrong(refusal, "as eth1,eth2", "the name of an interface is empty");
	if (len >= LINK_NAME_LEN)
		return wrong(refusal, "a name has up to 15 bytes",
			     "'%.*s' is no name of an interface: too long", (int)len, text);
	memcpy(name, text, len);
	name[len] = '\0';
	if (!port_is_name(name))
		return wrong(refusal, "'ip link' lists the interfaces",
			     "'%s' is no name of an interface", name);
	memcpy(ret_name, name, len + 1);
	return true;
}

static bool add_output(struct static_request *request, const char *text, size_t len,
		       struct refusal *refusal)
{
	char *name;

	if (request->oif_count == LINKS_MAX)
		return wrong(refusal, "", "more than %u outputs", LINKS_MAX);
	name = request->oifs[request->oif_count];
	if (!read_name(text, len, name, refusal))
		return false;
	if (!strcmp(name, request->iif))
		return wrong(refusal, "nothing is sent back to where it came from",
			     "%s is the input, and an output too", name);
	for (unsigned int i = 0; i < request->oif_count; i++)
		if (!strcmp(name, request->oifs[i]))
			return wrong(refusal, "", "%s is an output twice", name);
	request->oif_count++;
	return true;
}

static bool read_outputs(struct json_object *args, struct static_request *request,
			 struct refusal *refusal)
{
	const char *text = field_text(args, "to");

	if (!text)
		return wrong(refusal, "as to eth1,eth2", "the outputs are missing");
	for (;;) {
		size_t len = strcspn(text, ",");

		if (!add_output(request, text, len, refusal))
			return false;
		if (!text[len])
			return true;
		text += len + 1;
	}
}

bool static_parse(struct json_object *args, enum static_kind kind, bool is_key,
		  struct static_request *ret_request, struct refusal *ret_refusal)
{
	struct static_request request = { .kind = kind };
	const char *field = kind == STATIC_JOIN ? "interface" : "from";
	const char *iif = field_text(args, field);

	if (!read_group(args, &request, ret_refusal) || !read_source(args, &request, ret_refusal))
		return false;
	if (!iif && !(is_key && kind == STATIC_ROUTE))
		return wrong(ret_refusal, "'ip link' lists the interfaces",
			     "the name of the %s is missing",
			     kind == STATIC_JOIN ? "interface" : "input");
	if (iif && !read_name(iif, strlen(iif), request.iif, ret_refusal))
		return false;
	if (kind == STATIC_ROUTE && !is_key && !read_outputs(args, &request, ret_refusal))
		return false;
	*ret_request = request;
	return true;
}

/* ---- rules ---- */

static bool is_any(const struct static_rule *rule)
{
	return !ip_addr_is_set(&rule->route.source);
}

static bool rule_uses(const struct static_rule *rule, uint16_t link)
{
	return rule->route.iif == link || ifset_has(&rule->route.oifs, link);
}

/*
 * Whether both are the same but for what can be replaced: a route of one source has one input, one
 * of any source and a join differ by their interface.
 */
static bool is_same(const struct static_rule *a, const struct static_rule *b)
{
	return a->kind == b->kind && a->route.group.len == b->route.group.len &&
	       ip_addr_equal(&a->route.group.addr, &b->route.group.addr) &&
	       ip_addr_equal(&a->route.source, &b->route.source) &&
	       (a->route.iif == b->route.iif || (a->kind == STATIC_ROUTE && !is_any(a)));
}

static struct static_rule *find_same(const struct daemon *daemon, const struct static_rule *rule)
{
	struct static_rule *found;

	DL_FOREACH(daemon->statics, found)
	if (is_same(found, rule))
		return found;
	return NULL;
}

static unsigned int rule_count(const struct daemon *daemon)
{
	const struct static_rule *rule;
	unsigned int count;

	DL_COUNT(daemon->statics, rule, count);
	return count;
}

bool static_uses(const struct daemon *daemon, uint16_t link)
{
	const struct static_rule *rule;

	DL_FOREACH(daemon->statics, rule)
	if (rule_uses(rule, link))
		return true;
	return false;
}

static void rule_feed(struct daemon *daemon, const struct static_rule *rule, bool is_on)
{
	struct core_event event = {
		.kind = EV_CONFIG,
		.config = { .kind = CONFIG_STATIC_ROUTE,
			    .family = ip_addr_family(&rule->route.group.addr),
			    .is_on = is_on,
			    .route = rule->route },
	};

	if (rule->kind == STATIC_JOIN) {
		event.config = (struct ev_config){ .kind = CONFIG_STATIC_JOIN,
						   .family = event.config.family,
						   .link = rule->route.iif,
						   .is_on = is_on,
						   .join = { rule->route.source,
							     rule->route.group.addr } };
	}
	daemon_feed(daemon, &event);
}

/* Interfaces of a rule that no rule and no protocol needs are detached. */
static void drop_ports(struct daemon *daemon, const struct static_rule *rule)
{
	if (rule->route.iif != LINK_NONE)
		port_drop(daemon, rule->route.iif);
	ifset_for_each (link, &rule->route.oifs)
		port_drop(daemon, link);
}

/* Attach what a rule names. Return: whether all could be; else none is left attached for it. */
static bool hold_ports(struct daemon *daemon, const struct static_request *request,
		       struct static_rule *rule, struct refusal *refusal)
{
	bool is_held;

	rule->route.iif = port_hold(daemon, request->iif, refusal);
	is_held = rule->route.iif != LINK_NONE;
	for (unsigned int i = 0; i < request->oif_count && is_held; i++) {
		uint16_t link = port_hold(daemon, request->oifs[i], refusal);

		is_held = link != LINK_NONE;
		if (is_held)
			ifset_add(&rule->route.oifs, link);
	}
	if (!is_held)
		drop_ports(daemon, rule);
	return is_held;
}

/* @rule takes the place of @old. */
static void rule_replace(struct daemon *daemon, struct static_rule *old, struct static_rule *rule)
{
	DL_REPLACE_ELEM(daemon->statics, old, rule);
	if (old->route.iif != rule->route.iif || !ifset_equal(&old->route.oifs, &rule->route.oifs))
		rule_feed(daemon, rule, true);
	drop_ports(daemon, old);
	free(old);
}

const struct static_rule *static_add(struct daemon *daemon, const struct static_request *request,
				     struct refusal *ret_refusal)
{
	struct static_rule *rule = calloc(1, sizeof(*rule)), *old;

	assert(rule);
	rule->kind = request->kind;
	rule->route.source = request->source;
	rule->route.group = request->group;
	if (!hold_ports(daemon, request, rule, ret_refusal)) {
		free(rule);
		return NULL;
	}
	old = find_same(daemon, rule);
	if (!old && rule_count(daemon) >= STATIC_RULES_MAX) {
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "limit", "delete another one first",
			     "there are %u static routes and joins already", STATIC_RULES_MAX);
		drop_ports(daemon, rule);
		free(rule);
		return NULL;
	}
	if (old) {
		rule_replace(daemon, old, rule);
	} else {
		DL_APPEND(daemon->statics, rule);
		rule_feed(daemon, rule, true);
	}
	saved_store(daemon);
	return rule;
}

static bool fits(const struct daemon *daemon, const struct static_rule *rule,
		 const struct static_request *request)
{
	return rule->kind == request->kind && rule->route.group.len == request->group.len &&
	       ip_addr_equal(&rule->route.group.addr, &request->group.addr) &&
	       ip_addr_equal(&rule->route.source, &request->source) &&
	       (!*request->iif || !strcmp(request->iif, port_name(daemon, rule->route.iif)));
}

static bool refuse_absent(const struct static_request *request, struct refusal *refusal)
{
	char prefix[8] = "";

	if (!is_one_group(&request->group))
		(void)snprintf(prefix, sizeof(prefix), "/%u", request->group.len); /* short */
	(void)refuse(refusal, CTL_EXIT_NOT_FOUND, "no-static",
		     "'hpimctl show static' lists what there is", "no static %s (%s, %s%s)%s%s",
		     kind_names[request->kind],
		     ip_addr_is_set(&request->source) ? ip_addr_text(&request->source).s : "*",
		     ip_addr_text(&request->group.addr).s, prefix, *request->iif ? " on " : "",
		     request->iif);
	return false;
}

bool static_delete(struct daemon *daemon, const struct static_request *request,
		   struct refusal *ret_refusal)
{
	struct static_rule *rule, *next;
	unsigned int count = 0;

	DL_FOREACH_SAFE(daemon->statics, rule, next)
	{
		if (!fits(daemon, rule, request))
			continue;
		DL_DELETE(daemon->statics, rule);
		rule_feed(daemon, rule, false);
		drop_ports(daemon, rule);
		free(rule);
		count++;
	}
	if (!count)
		return refuse_absent(request, ret_refusal);
	saved_store(daemon);
	return true;
}

/* As the core chooses: one source before any, then the longest prefix. */
const struct static_rule *static_rule_for(const struct daemon *daemon, const struct ip_addr *source,
					  const struct ip_addr *group, uint16_t iif)
{
	const struct static_rule *rule, *best = NULL;

	DL_FOREACH(daemon->statics, rule)
	{
		if (rule->kind != STATIC_ROUTE || !ip_prefix_contains(&rule->route.group, group) ||
		    (iif != LINK_NONE && rule->route.iif != iif))
			continue;
		if (ip_addr_equal(&rule->route.source, source))
			return rule;
		if (is_any(rule) && (!best || rule->route.group.len > best->route.group.len))
			best = rule;
	}
	return best;
}

void static_fini(struct daemon *daemon)
{
	struct static_rule *rule, *next;

	DL_FOREACH_SAFE(daemon->statics, rule, next)
	{
		DL_DELETE(daemon->statics, rule);
		free(rule);
	}
}

/* ---- the file ---- */

void static_put(struct json_object *record, const struct static_rule *rule)
{
	char group[64];

	(void)snprintf(group, sizeof(group), "%s/%u", ip_addr_text(&rule->route.group.addr).s,
		       rule->route.group.len); /* an address is short */
	if (is_one_group(&rule->route.group))
		*strchr(group, '/') = '\0';
	field_put_text(record, "source", is_any(rule) ? "*" : ip_addr_text(&rule->route.source).s);
	field_put_text(record, "group", group);
}

struct json_object *static_encode(const struct daemon *daemon, const struct static_rule *rule)
{
	struct json_object *line = json_object_new_object();
	char names[LINKS_MAX * LINK_NAME_LEN] = "";
	size_t used = 0;

	field_put_text(line, "static", kind_names[rule->kind]);
	static_put(line, rule);
	field_put_text(line, rule->kind == STATIC_JOIN ? "interface" : "from",
		       port_name(daemon, rule->route.iif));
	if (rule->kind == STATIC_JOIN)
		return line;
	ifset_for_each (link, &rule->route.oifs)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? "," : "", port_name(daemon, link));
	field_put_text(line, "to", names);
	return line;
}

bool static_restore(struct daemon *daemon, struct json_object *line)
{
	const char *name = field_text(line, "static");
	struct static_request request = { 0 };
	struct refusal refusal;
	unsigned int kind = 0;

	while (name && kind < KIND_COUNT && strcmp(name, kind_names[kind]) != 0)
		kind++;
	if (!name || kind == KIND_COUNT)
		return false;
	if (!static_parse(line, (enum static_kind)kind, false, &request, &refusal) ||
	    !static_add(daemon, &request, &refusal))
		log_format(NOTE_WARN, "a static %s of the run before is left out: %s", name,
			   refusal.message);
	return true;
}
