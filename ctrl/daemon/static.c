// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static routes and static joins of the operator. An interface that does not exist has a link
 * number too, so a rule is handed to the core as a whole, and the core knows what is present.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"
#include "daemon/static.h"
#include "io/field.h"

static const char *const kind_names[] = { [STATIC_ROUTE] = "route", [STATIC_JOIN] = "join" };

#define KIND_COUNT (sizeof(kind_names) / sizeof(kind_names[0]))

bool static_parse(struct json_object *args, enum static_kind kind, bool is_key,
		  struct config_static *ret_request, struct refusal *ret_refusal)
{
	struct config_fault fault;
	bool is_read = config_static_parse(args, kind, is_key, ret_request, &fault);

	if (!is_read)
		(void)refuse(ret_refusal, CTL_EXIT_USAGE, "usage", fault.hint, "%s", fault.message);
	return is_read;
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
	return a->kind == b->kind && ip_prefix_equal(&a->route.group, &b->route.group) &&
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
static bool hold_ports(struct daemon *daemon, const struct config_static *request,
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

const struct static_rule *static_add(struct daemon *daemon, const struct config_static *request,
				     struct refusal *ret_refusal)
{
	struct static_rule *rule, *old;

	if (follow_is_on(daemon)) {
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "follows",
			     "write it in the configuration of the daemon that owns the table",
			     "this instance follows the kernel's multicast table: it has no static "
			     "routes or joins of its own");
		return NULL;
	}
	rule = calloc(1, sizeof(*rule));
	assert(rule);
	rule->kind = request->kind;
	rule->route.source = request->source;
	rule->route.group = request->group;
	if (!hold_ports(daemon, request, rule, ret_refusal)) {
		free(rule);
		return NULL;
	}
	old = find_same(daemon, rule);
	if (!old && rule_count(daemon) >= CONFIG_STATICS_MAX) {
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "limit", "delete another one first",
			     "there are %u static routes and joins already", CONFIG_STATICS_MAX);
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
		 const struct config_static *request)
{
	return rule->kind == request->kind &&
	       ip_prefix_equal(&rule->route.group, &request->group) &&
	       ip_addr_equal(&rule->route.source, &request->source) &&
	       (!*request->iif || !strcmp(request->iif, port_name(daemon, rule->route.iif)));
}

static bool refuse_absent(const struct config_static *request, struct refusal *refusal)
{
	(void)refuse(refusal, CTL_EXIT_NOT_FOUND, "no-static",
		     "'hpimctl show static' lists what there is", "no static %s (%s, %s)%s%s",
		     kind_names[request->kind],
		     ip_addr_is_set(&request->source) ? ip_addr_text(&request->source).s : "*",
		     ip_prefix_text(&request->group).s, *request->iif ? " on " : "", request->iif);
	return false;
}

bool static_delete(struct daemon *daemon, const struct config_static *request,
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
	field_put_text(record, "source", is_any(rule) ? "*" : ip_addr_text(&rule->route.source).s);
	field_put_text(record, "group", ip_prefix_text(&rule->route.group).s);
}

void static_words(const struct daemon *daemon, const struct static_rule *rule,
		  struct config_static *ret_route)
{
	struct config_static route = { .kind = rule->kind,
				       .source = rule->route.source,
				       .group = rule->route.group };

	(void)snprintf(route.iif, sizeof(route.iif), "%s", port_name(daemon, rule->route.iif));
	ifset_for_each (link, &rule->route.oifs)
		(void)snprintf(route.oifs[route.oif_count++], LINK_NAME_LEN, "%s",
			       port_name(daemon, link)); /* names fit */
	*ret_route = route;
}

void static_collect(const struct daemon *daemon, struct config *config)
{
	const struct static_rule *rule = daemon->statics;

	for (; rule; rule = rule->next) {
		struct config_static route;

		static_words(daemon, rule, &route);
		(void)config_static_add(config, &route);
	}
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
	struct config_static request = { 0 };
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
