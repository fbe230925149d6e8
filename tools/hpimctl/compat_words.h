/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_COMPAT_WORDS_H
#define HPIMCTL_COMPAT_WORDS_H

/* The words of hpim-dm for what is in records. Records may be NULL: nothing is known. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/** word_text() - A field as text; "-": it is not there. */
const char *word_text(struct json_object *record, const char *name);

/** word_is() - A field that is true. */
bool word_is(struct json_object *record, const char *name);

/** word_bool() - "True" or "False". */
const char *word_bool(struct json_object *record, const char *name);

/** word_capital() - With a great first letter. */
void word_capital(const char *word, char *text, size_t room);

/** word_clock() - Seconds as HH:MM:SS. */
void word_clock(double seconds, char *text, size_t room);

/** word_tree() - "(SOURCE,GROUP)". Return: @text. */
const char *word_tree(struct json_object *record, char *text, size_t room);

/** word_querier() - Of a record of an interface: "Querier", "Non Querier", or "-". */
const char *word_querier(struct json_object *record, int family);

/** word_group_state() - States of IGMPv3 and MLDv2, and static joins, have members. */
const char *word_group_state(const char *state, int family);

/** word_tree_state() - "Active", "Unsure" or "Inactive", which is all without a tree. */
const char *word_tree_state(const char *state);

bool word_is_link_local(const struct sockaddr *addr);

/** word_addr() - An IPv4 or IPv6 address. Return: @text. */
const char *word_addr(const struct sockaddr *addr, char *text, size_t room);

#endif
