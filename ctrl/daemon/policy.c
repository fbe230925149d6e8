// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of the policy: words, the list, the file. The core is handed each as a whole and keeps its
 * own list, by which it decides.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr_text.h"
#include "core/policy.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"
#include "io/field.h"

/* ---- rules ---- */

static struct policy_item *find(const struct daemon *daemon, const struct policy_rule *rule)
{
	struct policy_item *item;

	DL_FOREACH(daemon->policy, item)
	if (policy_rule_replaces(&item->rule, rule))
		return item;
	return NULL;
}

bool policy_uses(const struct daemon *daemon, uint16_t link)
{
	const struct policy_item *item;

	DL_FOREACH(daemon->policy, item)
	if (item->rule.link == link)
		return true;
	return false;
}

static void feed(struct daemon *daemon, const struct policy_rule *rule, bool is_on)
{
	daemon_feed(daemon,
		    &(struct core_event){ .kind = EV_CONFIG,
					  .config = { .kind = CONFIG_POLICY,
						      .family = ip_addr_family(&rule->group.addr),
						      .is_on = is_on,
						      .policy = *rule } });
}

/* The rules that there are, and the sources that the group of this one is mapped to. */
static bool has_room(const struct daemon *daemon, const struct policy_rule *rule,
		     struct refusal *refusal)
{
	const struct policy_item *item;
	unsigned int count = 0, sources = 0;

	DL_FOREACH(daemon->policy, item)
	{
		count++;
		sources += rule->kind == POLICY_SSM_MAP && item->rule.kind == POLICY_SSM_MAP &&
			   ip_prefix_equal(&item->rule.group, &rule->group);
	}
	if (count < POLICY_RULES_MAX && sources < POLICY_MAP_SOURCES)
		return true;
	(void)refuse(refusal, CTL_EXIT_REFUSED, "limit", "delete another one first",
		     count < POLICY_RULES_MAX ? "the group is mapped to %u sources already"
					      : "the policy has %u rules already",
		     count < POLICY_RULES_MAX ? POLICY_MAP_SOURCES : POLICY_RULES_MAX);
	return false;
}

/* A link number for the interface that is named. Return: false: it is refused. */
static bool hold_port(struct daemon *daemon, const struct config_policy *request,
		      struct policy_rule *ret_rule, struct refusal *refusal)
{
	*ret_rule = request->rule;
	if (!*request->interface)
		return true;
	ret_rule->link = port_hold(daemon, request->interface, refusal);
	return ret_rule->link != LINK_NONE;
}

static void drop_port(struct daemon *daemon, uint16_t link)
{
	if (link != LINK_NONE)
		port_drop(daemon, link);
}

const struct policy_rule *policy_add(struct daemon *daemon, const struct config_policy *request,
				     struct refusal *ret_refusal)
{
	struct policy_item *item;
	struct policy_rule rule;

	if (!hold_port(daemon, request, &rule, ret_refusal))
		return NULL;
	item = find(daemon, &rule);
	if (item && item->rule.kind == rule.kind)
		return &item->rule; /* nothing is disturbed */
	if (!item && !has_room(daemon, &rule, ret_refusal)) {
		drop_port(daemon, rule.link);
		return NULL;
	}
	if (!item) {
		item = calloc(1, sizeof(*item));
		assert(item);
		DL_APPEND(daemon->policy, item);
	}
	item->rule = rule;
	feed(daemon, &item->rule, true);
	saved_store(daemon);
	return &item->rule;
}

static void refuse_absent(const struct config_policy *request, struct refusal *refusal)
{
	const struct policy_rule *rule = &request->rule;

	(void)refuse(refusal, CTL_EXIT_NOT_FOUND, "no-policy",
		     "'hpimctl show policy' lists what there is", "no %s for %s%s%s%s%s",
		     config_policy_is_filter(rule->kind) ? "filter"
							 : config_policy_name(rule->kind),
		     ip_prefix_text(&rule->group).s, rule->source.len ? " source " : "",
		     rule->source.len ? ip_prefix_text(&rule->source).s : "",
		     *request->interface ? " on " : "", request->interface);
}

static struct config_policy words_of(const struct daemon *daemon, const struct policy_rule *rule)
{
	struct config_policy words = { .rule = *rule };

	words.rule.link = LINK_NONE;
	if (rule->link != LINK_NONE)
		(void)snprintf(words.interface, sizeof(words.interface), "%s",
			       port_name(daemon, rule->link)); /* it has room */
	return words;
}

bool policy_delete(struct daemon *daemon, const struct config_policy *request,
		   struct refusal *ret_refusal)
{
	struct policy_item *item, *found = NULL;

	DL_FOREACH(daemon->policy, item)
	{
		const struct config_policy is = words_of(daemon, &item->rule);

		if (config_policy_replaces(&is, request))
			found = item;
	}
	if (!found) {
		refuse_absent(request, ret_refusal);
		return false;
	}
	DL_DELETE(daemon->policy, found);
	feed(daemon, &found->rule, false);
	drop_port(daemon, found->rule.link);
	free(found);
	saved_store(daemon);
	return true;
}

void policy_items_free(struct daemon *daemon)
{
	struct policy_item *item, *next;

	DL_FOREACH_SAFE(daemon->policy, item, next)
	{
		DL_DELETE(daemon->policy, item);
		free(item);
	}
}

void policy_collect(const struct daemon *daemon, struct config *config)
{
	const struct policy_item *item;

	DL_FOREACH(daemon->policy, item)
	{
		const struct config_policy words = words_of(daemon, &item->rule);

		config_policy_add(config, &words);
	}
}

void policy_delete_others(struct daemon *daemon, const struct config *config)
{
	struct refusal ignored;
	struct config was;

	config_init(&was);
	policy_collect(daemon, &was);
	for (size_t i = 0; i < was.policy_count; i++)
		if (!config_policy_find(config, &was.policy[i]))
			(void)policy_delete(daemon, &was.policy[i], &ignored); /* it is there */
	config_fini(&was);
}

/* ---- texts ---- */

static struct prefix_text source_text(const struct policy_rule *rule)
{
	return rule->source.len ? ip_prefix_text(&rule->source) : (struct prefix_text){ "*" };
}

void policy_put(const struct daemon *daemon, struct json_object *record,
		const struct policy_rule *rule)
{
	field_put_text(record, "group", ip_prefix_text(&rule->group).s);
	field_put_text(record, "source", source_text(rule).s);
	field_put_text(record, "interface",
		       rule->link == LINK_NONE ? "*" : port_name(daemon, rule->link));
}

void policy_text(const struct daemon *daemon, const struct policy_rule *rule,
		 char text[POLICY_TEXT_MAX])
{
	const char *name = config_policy_name(rule->kind), *before = "";

	if (rule->kind == POLICY_BOUNDARY) {
		(void)snprintf(text, POLICY_TEXT_MAX, "%s %s %s", name,
			       port_name(daemon, rule->link), ip_prefix_text(&rule->group).s);
		return;
	}
	if (rule->source.len)
		before = config_policy_is_filter(rule->kind) ? " source " : " ";
	(void)snprintf(text, POLICY_TEXT_MAX, "%s%s %s%s%s%s%s", /* there is room */
		       config_policy_is_filter(rule->kind) ? "policy " : "", name,
		       ip_prefix_text(&rule->group).s, before,
		       rule->source.len ? source_text(rule).s : "",
		       rule->link != LINK_NONE ? " " : "",
		       rule->link != LINK_NONE ? port_name(daemon, rule->link) : "");
}

struct json_object *policy_encode(const struct daemon *daemon, const struct policy_rule *rule)
{
	struct json_object *line = json_object_new_object();

	field_put_text(line, "policy", config_policy_name(rule->kind));
	policy_put(daemon, line, rule);
	return line;
}

bool policy_parse(struct json_object *args, enum policy_kind kind,
		  struct config_policy *ret_request, struct refusal *ret_refusal)
{
	struct config_fault fault;

	if (config_policy_parse(args, kind, ret_request, &fault))
		return true;
	(void)refuse(ret_refusal, CTL_EXIT_USAGE, "usage", fault.hint, "%s", fault.message);
	return false;
}

bool policy_restore(struct daemon *daemon, struct json_object *line)
{
	const char *name = field_text(line, "policy");
	struct config_policy request;
	struct refusal refusal;
	enum policy_kind kind = 0;

	while (name && kind < POLICY_KIND_COUNT && strcmp(name, config_policy_name(kind)) != 0)
		kind++;
	if (!name || kind == POLICY_KIND_COUNT)
		return false;
	if (!policy_parse(line, kind, &request, &refusal) ||
	    !policy_add(daemon, &request, &refusal))
		log_format(NOTE_WARN, "a rule of the policy of the run before is left out: %s",
			   refusal.message);
	return true;
}
