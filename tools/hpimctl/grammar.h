/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_GRAMMAR_H
#define HPIMCTL_GRAMMAR_H

/* From the words of the command line to a request. */
#include <json-c/json.h>
#include <stdbool.h>

#include "hpimctl/error.h"
#include "hpimctl/tokens.h"
#include "mgmt/schema.h"

/**
 * struct request - What the user wants.
 * @command: "help" and "version" are answered without the daemon.
 * @args:	owned; what is sent along.
 * @interfaces: "eth0,eth1": ask once for each; NULL: ask once. Borrowed from the words.
 * @output:	file for captured packets; "-": standard output; NULL: they are shown as text.
 *		Borrowed from the words.
 * @topic:	words of the command to explain, ending with NULL; or NULL. Borrowed.
 */
struct request {
	const struct command *command;
	struct json_object *args;
	const char *interfaces;
	const char *output;
	char *const *topic;
};

/**
 * request_parse() - Read words, each of which may be cut to a unique prefix.
 * @words: ends with NULL; no words at all mean "status".
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int request_parse(char *const words[], struct request *ret_request, struct ctl_error *ret_error);

/** request_changes() - Whether it needs the socket that may change something. */
static inline bool request_changes(const struct request *request)
{
	return request->command->access == ACCESS_CHANGE || request->command->access == ACCESS_END;
}

/** request_fini() - Free what request_parse() made. */
void request_fini(struct request *request);

/** grammar_step() - The token that a word is at a place. Return: 0 or an exit code. */
int grammar_step(enum place at, const char *word, const struct token **ret_token,
		 struct ctl_error *ret_error);

/** grammar_each() - Call @each for every token that may stand at a place. */
void grammar_each(enum place at, void (*each)(const struct token *token, const char *prefix),
		  const char *prefix);

/**
 * grammar_help() - Print the commands, or what can follow one of them.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int grammar_help(char *const topic[], struct ctl_error *ret_error);

#endif
