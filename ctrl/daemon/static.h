/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_STATIC_H
#define DAEMON_STATIC_H

/*
 * Static routes and static joins that the operator configured: by name of interface here, by link
 * number in the core. Their interfaces are attached for them, and stay so while one names them.
 */
#include "base/ifset.h"
#include "config/model.h"

struct daemon;
struct json_object;
struct refusal;

/** struct static_rule - The same, with link numbers. Of a join, iif is the interface. */
struct static_rule {
	struct static_rule *prev, *next; /* in order of configuration */
	enum static_kind kind;
	struct static_route route;
};

/** static_parse() - config_static_parse(), with its fault as a refusal. */
bool static_parse(struct json_object *args, enum static_kind kind, bool is_key,
		  struct config_static *ret_request, struct refusal *ret_refusal);

/**
 * static_add() - Add a rule, or replace the outputs of the one there is.
 *
 * Return: NULL when it is refused: nothing is changed.
 */
const struct static_rule *static_add(struct daemon *daemon, const struct config_static *request,
				     struct refusal *ret_refusal);

/** static_delete() - Delete a rule, or all that fit where no input is said. false: none does. */
bool static_delete(struct daemon *daemon, const struct config_static *request,
		   struct refusal *ret_refusal);

/** static_uses() - Whether a rule names an interface. */
bool static_uses(const struct daemon *daemon, uint16_t link);

/** static_rule_for() - The route that forwards (S,G) arriving by @iif; LINK_NONE: by any. */
const struct static_rule *static_rule_for(const struct daemon *daemon, const struct ip_addr *source,
					  const struct ip_addr *group, uint16_t iif);

/** static_words() - By name of interface. */
void static_words(const struct daemon *daemon, const struct static_rule *rule,
		  struct config_static *ret_route);

/** static_collect() - Add the rules to a configuration. */
void static_collect(const struct daemon *daemon, struct config *config);

/** static_encode() - As a line of the file of what is attached. */
struct json_object *static_encode(const struct daemon *daemon, const struct static_rule *rule);

/** static_restore() - Add the rule of such a line. Return: whether it is one. */
bool static_restore(struct daemon *daemon, struct json_object *line);

/** static_put() - "source" and "group" of a record. */
void static_put(struct json_object *record, const struct static_rule *rule);

/** static_fini() - Forget all. */
void static_fini(struct daemon *daemon);

#endif
