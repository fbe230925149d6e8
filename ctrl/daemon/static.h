/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_STATIC_H
#define DAEMON_STATIC_H

/*
 * Static routes and static joins that the operator configured: by name of interface here, by link
 * number in the core. Their interfaces are attached for them, and stay so while one names them.
 */
#include "base/ifset.h"
#include "core/event.h"

struct daemon;
struct json_object;
struct refusal;

#define STATIC_RULES_MAX 1000u /* routes and joins of both families */

enum static_kind { STATIC_ROUTE, STATIC_JOIN };

/**
 * struct static_request - A route or a join in words.
 * @source: unset: any.
 * @iif:    input of a route, interface of a join; "": not said.
 */
struct static_request {
	enum static_kind kind;
	struct ip_addr source;
	struct ip_prefix group;
	char iif[LINK_NAME_LEN];
	char oifs[LINKS_MAX][LINK_NAME_LEN];
	unsigned int oif_count;
};

/** struct static_rule - The same, with link numbers. Of a join, iif is the interface. */
struct static_rule {
	struct static_rule *prev, *next; /* in order of configuration */
	enum static_kind kind;
	struct static_route route;
};

/**
 * static_parse() - Read "source" ("*": any), "group" (with a length of prefix), "from" and "to", or
 * "source", "group" and "interface".
 * @is_key: what identifies it is enough, as to delete it.
 *
 * Return: whether it makes sense; if not, @ret_refusal names what does not, and why.
 */
bool static_parse(struct json_object *args, enum static_kind kind, bool is_key,
		  struct static_request *ret_request, struct refusal *ret_refusal);

/**
 * static_add() - Add a rule, or replace the outputs of the one there is.
 *
 * Return: NULL when it is refused: nothing is changed.
 */
const struct static_rule *static_add(struct daemon *daemon, const struct static_request *request,
				     struct refusal *ret_refusal);

/** static_delete() - Delete a rule, or all that fit where no input is said. false: none does. */
bool static_delete(struct daemon *daemon, const struct static_request *request,
		   struct refusal *ret_refusal);

/** static_uses() - Whether a rule names an interface. */
bool static_uses(const struct daemon *daemon, uint16_t link);

/** static_rule_for() - The route that forwards (S,G) arriving by @iif; LINK_NONE: by any. */
const struct static_rule *static_rule_for(const struct daemon *daemon, const struct ip_addr *source,
					  const struct ip_addr *group, uint16_t iif);

/** static_encode() - As a line of the file of what is attached. */
struct json_object *static_encode(const struct daemon *daemon, const struct static_rule *rule);

/** static_restore() - Add the rule of such a line. Return: whether it is one. */
bool static_restore(struct daemon *daemon, struct json_object *line);

/** static_put() - "source" and "group" of a record. */
void static_put(struct json_object *record, const struct static_rule *rule);

/** static_fini() - Forget all. */
void static_fini(struct daemon *daemon);

#endif
