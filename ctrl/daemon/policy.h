/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_POLICY_H
#define DAEMON_POLICY_H

/*
 * Rules of the policy that the operator configured: boundaries, filters, and what is
 * source-specific multicast. What they mean is core/policy.h's. An interface that one names is
 * attached for it, and stays so while one names it.
 */
#include "config/model.h"

struct daemon;
struct refusal;

/** struct policy_item - A rule, in order of configuration. */
struct policy_item {
	struct policy_item *prev, *next;
	struct policy_rule rule;
};

/** policy_parse() - config_policy_parse(), with its fault as a refusal. */
bool policy_parse(struct json_object *args, enum policy_kind kind,
		  struct config_policy *ret_request, struct refusal *ret_refusal);

/** policy_add() - Add a rule; a filter replaces the opposite one. Return: NULL: it is refused. */
const struct policy_rule *policy_add(struct daemon *daemon, const struct config_policy *request,
				     struct refusal *ret_refusal);

/** policy_delete() - Delete a rule, a filter whether it allows or denies. false: there is none. */
bool policy_delete(struct daemon *daemon, const struct config_policy *request,
		   struct refusal *ret_refusal);

/** policy_collect() - Add the rules to a configuration. */
void policy_collect(const struct daemon *daemon, struct config *config);

/** policy_delete_others() - Delete the rules that a configuration has not. */
void policy_delete_others(struct daemon *daemon, const struct config *config);

/** policy_uses() - Whether a rule names an interface. */
bool policy_uses(const struct daemon *daemon, uint16_t link);

/** policy_put() - "kind", "group", "source" and "interface" of a rule; '*': all. */
void policy_put(const struct daemon *daemon, struct json_object *record,
		const struct policy_rule *rule);

/* The longest text of a rule. */
#define POLICY_TEXT_MAX 192

/** policy_text() - A rule as it is typed: "policy deny 239.1.0.0/16 source 10.0.0.0/8 eth1". */
void policy_text(const struct daemon *daemon, const struct policy_rule *rule,
		 char text[POLICY_TEXT_MAX]);

/** policy_encode() - As a line of the file of what is attached. */
struct json_object *policy_encode(const struct daemon *daemon, const struct policy_rule *rule);

/** policy_restore() - Add the rule of such a line. Return: whether it is one. */
bool policy_restore(struct daemon *daemon, struct json_object *line);

/** policy_items_free() - Forget all. */
void policy_items_free(struct daemon *daemon);

#endif
