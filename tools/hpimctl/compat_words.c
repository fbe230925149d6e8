// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of the tables of hpim-dm. Source: description of HPIM-DM, 7.2.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "hpimctl/compat_words.h"

const char *word_text(struct json_object *record, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(record, name));

	return text && *text ? text : "-";
}

bool word_is(struct json_object *record, const char *name)
{
	return json_object_get_boolean(json_object_object_get(record, name));
}

const char *word_bool(struct json_object *record, const char *name)
{
	return word_is(record, name) ? "True" : "False";
}

void word_capital(const char *word, char *text, size_t room)
{
	(void)snprintf(text, room, "%s", word); /* words are short */
	text[0] = (char)toupper((unsigned char)text[0]);
}

void word_clock(double seconds, char *text, size_t room)
{
	unsigned long whole = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;

	(void)snprintf(text, room, "%02lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
}

const char *word_tree(struct json_object *record, char *text, size_t room)
{
	(void)snprintf(text, room, "(%s,%s)", word_text(record, "source"),
		       word_text(record, "group"));
	return text;
}

const char *word_querier(struct json_object *record, int family)
{
	struct json_object *expires = json_object_object_get(
		record, family == 4 ? "querier4_expires_s" : "querier6_expires_s");

	if (!word_is(record, family == 4 ? "igmp" : "mld"))
		return "-";
	return json_object_get_double(expires) > 0 ? "Non Querier" : "Querier";
}

const char *word_group_state(const char *state, int family)
{
	static const char *const with_members[] = { "Include", "Exclude", "Static" };

	for (size_t i = 0; i < sizeof(with_members) / sizeof(with_members[0]); i++)
		if (!strcmp(state, with_members[i]))
			return family == 4 ? "MembersPresent" : "ListenersPresent";
	return state;
}

const char *word_tree_state(const char *state)
{
	if (!strcmp(state, "active"))
		return "Active";
	return !strcmp(state, "unsure") ? "Unsure" : "Inactive";
}

bool word_is_link_local(const struct sockaddr *addr)
{
	return addr->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(&((const struct sockaddr_in6 *)addr)->sin6_addr);
}

const char *word_addr(const struct sockaddr *addr, char *text, size_t room)
{
	const void *bytes = addr->sa_family == AF_INET
				    ? (const void *)&((const struct sockaddr_in *)addr)->sin_addr
				    : (const void *)&((const struct sockaddr_in6 *)addr)->sin6_addr;

	return inet_ntop(addr->sa_family, bytes, text, (socklen_t)room) ? text : "-";
}
