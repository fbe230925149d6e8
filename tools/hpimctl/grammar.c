// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a line by the table of words. Help and the list of candidates for an unclear word come from
 * the same table.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/addr_text.h"
#include "hpimctl/grammar.h"
#include "hpimctl/tokens.h"
#include "io/keyfile.h"

/* Fewer bytes than these of a key can be guessed. */
#define SECRET_WEAK 16

static bool is_command(const char *word)
{
	for_each_token(token)
	{
		if (token->at == AT_START && !strcmp(token->word, word))
			return true;
	}
	return false;
}

/* A bare object means "show" of it, unless it is a command; a version may be left out. */
static bool stands_at(const struct token *token, enum place at)
{
	return token->at == at ||
	       (at == AT_START && token->at == AT_OBJECT && !is_command(token->word)) ||
	       ((at == AT_IGMP_VERSION || at == AT_MLD_VERSION) && token->at == AT_ATTACH_OPTION);
}

static void list_words(enum place at, const char *prefix, char *text, size_t room)
{
	size_t used = 0;

	for_each_token(token)
	{
		const char *word = token->word ? token->word : token->shown;

		if (stands_at(token, at) && !strncmp(word, prefix, strlen(prefix)) && used < room)
			used += (size_t)snprintf(text + used, room - used, "%s%s", used ? " " : "",
						 word);
	}
	if (!used)
		(void)snprintf(text, room, "nothing");
}

static int fail_word(enum place at, const char *word, int matches, struct ctl_error *ret_error)
{
	char hint[sizeof(ret_error->hint)] = "";
	char list[sizeof(hint) - 32];

	list_words(at, matches ? word : "", list, sizeof(list));
	(void)snprintf(hint, sizeof(hint), "%s: %s", matches ? "could be" : "expected here", list);
	return ctl_fail(ret_error, CTL_EXIT_USAGE, matches ? "ambiguous" : "usage", hint,
			matches ? "'%s' is ambiguous" : "'%s' is not understood", word);
}

/* A word in parts gives way to a whole one: "neigh" is neighbors, "neighbor-" neighbor-state. */
static bool is_in_parts(const struct token *token)
{
	return strchr(token->word, '-') != NULL;
}

static int find_token(enum place at, const char *word, const struct token **ret_token,
		      struct ctl_error *ret_error)
{
	const struct token *found = NULL;
	int matches = 0, whole = 0;

	for_each_token(token)
	{
		if (!stands_at(token, at))
			continue;
		if (!token->word || !strcmp(token->word, word)) {
			*ret_token = token;
			return 0;
		}
		if (*word && !strncmp(token->word, word, strlen(word))) {
			if (!found || is_in_parts(found))
				found = token;
			matches++;
			whole += !is_in_parts(token);
		}
	}
	if (matches != 1 && whole != 1)
		return fail_word(at, word, matches, ret_error);
	*ret_token = found;
	return 0;
}

static const char *filter_name(int kind)
{
	return kind == 'i' ? "interface" : kind == 's' ? "source" : "group";
}

/* An address is a source or a group; any other word is the name of an interface. */
static int add_filter(struct request *request, const struct token *token, const char *word,
		      struct ctl_error *ret_error)
{
	struct ip_addr addr;
	bool is_addr = !ip_addr_parse(word, &addr);
	int kind = !is_addr ? 'i' : ip_addr_is_multicast(&addr) ? 'g' : 's';
	char hint[64];

	if (!strchr(token->value, kind)) {
		(void)snprintf(hint, sizeof(hint), "expected here: %s", token->shown);
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", hint, "'%s' is not understood",
				word);
	}
	if (json_object_object_get_ex(request->args, filter_name(kind), NULL)) {
		(void)snprintf(hint, sizeof(hint), "expected here: %s", token->shown);
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", hint, "'%s' is one %s too many",
				word, filter_name(kind));
	}
	json_object_object_add(request->args, filter_name(kind),
			       json_object_new_string(is_addr ? ip_addr_text(&addr).s : word));
	return 0;
}

static int add_number(struct request *request, const struct token *token, const char *word,
		      struct ctl_error *ret_error)
{
	const struct command_arg *range = command_arg(request->command, token->value);
	char *end;
	int64_t number;

	assert(range); /* each number of the grammar is an argument of its command */
	errno = 0;
	number = strtoll(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno || number < range->min ||
	    number > range->max)
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", token->help,
				"'%s' is no number from %" PRId64 " to %" PRId64, word, range->min,
				range->max);
	json_object_object_add(request->args, token->value, json_object_new_int64(number));
	return 0;
}

/* Keys that are no secret; they are taken all the same. RFC 2104, section 3, on their length. */
static void warn_weak(const struct keyfile *file, const char *path)
{
	if (file->is_exposed)
		fprintf(stderr, "hpimctl: warning: other users can read or write %s; chmod 600\n",
			path);
	if (file->len < SECRET_WEAK)
		fprintf(stderr,
			"hpimctl: warning: the key in %s has %zu bytes and can be guessed from a "
			"captured packet; use %d or more random ones\n",
			path, file->len, SECRET_WEAK);
}

/*
 * The secret goes over the socket and stands nowhere else: not on a command line, in no history.
 * Where it stands goes too, so that the key can be saved and read again.
 */
static int add_file(struct request *request, const struct token *token, const char *path,
		    struct ctl_error *ret_error)
{
	struct keyfile file;
	char real[PATH_MAX];
	int err = keyfile_read(path, false, &file);

	if (err == -EMSGSIZE)
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", token->help,
				"%s holds no key of 1 to %d bytes of text", path, KEYFILE_MAX);
	if (err)
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", "", "cannot read %s: %s", path,
				strerror(-err));
	warn_weak(&file, path);
	json_object_object_add(request->args, token->value,
			       json_object_new_string_len(file.secret, (int)file.len));
	if (file.is_regular && realpath(path, real) && strlen(real) < KEYFILE_PATH_MAX)
		json_object_object_add(request->args, "file", json_object_new_string(real));
	explicit_bzero(&file, sizeof(file));
	return 0;
}

static int apply(struct request *request, const struct token *token, const char *word,
		 struct ctl_error *ret_error)
{
	switch (token->act) {
	case ACT_NONE: break;
	case ACT_COMMAND:
		request->command = command_find(token->value);
		assert(request->command); /* each command of the grammar is in the table */
		break;
	case ACT_FLAG:
		json_object_object_add(request->args, token->value, json_object_new_boolean(true));
		break;
	case ACT_MODE:
		json_object_object_add(request->args, "mode", json_object_new_string(token->value));
		break;
	case ACT_WORD:
		json_object_object_add(request->args, token->value,
				       json_object_new_string(token->word));
		break;
	case ACT_FILTER: return add_filter(request, token, word, ret_error);
	case ACT_INTERFACES: request->interfaces = word; break;
	case ACT_OUTPUT: request->output = word; break;
	case ACT_TOPIC: break; /* parse_words() */
	case ACT_TEXT:
		json_object_object_add(request->args, token->value, json_object_new_string(word));
		break;
	case ACT_VERSION:
		json_object_object_add(request->args, token->value,
				       json_object_new_int(token->word[1] - '0'));
		break;
	case ACT_NUMBER: return add_number(request, token, word, ret_error);
	case ACT_FILE: return add_file(request, token, word, ret_error);
	}
	return 0;
}

static int parse_words(struct request *request, char *const words[], struct ctl_error *ret_error)
{
	enum place at = AT_START;
	const struct token *token;
	int err;

	for (; *words; words++) {
		err = find_token(at, *words, &token, ret_error);
		if (!err)
			err = apply(request, token, *words, ret_error);
		if (err)
			return err;
		at = token->next;
		if (token->act == ACT_TOPIC) {
			request->topic = words;
			break;
		}
	}
	if (token_missing[at]) {
		char list[sizeof(ret_error->hint)];

		list_words(at, "", list, sizeof(list));
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", list, "the command lacks %s",
				token_missing[at]);
	}
	assert(request->command);
	return 0;
}

int request_parse(char *const words[], struct request *ret_request, struct ctl_error *ret_error)
{
	struct request request = { .command = command_find("status"),
				   .args = json_object_new_object() };
	int err = parse_words(&request, words, ret_error);

	if (err) {
		request_fini(&request);
		return err;
	}
	*ret_request = request;
	return 0;
}

void request_fini(struct request *request)
{
	const char *secret =
		json_object_get_string(json_object_object_get(request->args, "secret"));

	if (secret)
		explicit_bzero((char *)secret, strlen(secret));
	json_object_put(request->args);
	request->args = NULL;
}

static void print_token(const struct token *token, unsigned int depth)
{
	int indent = 2 * (int)depth + 2;

	printf("%*s%-*s %s\n", indent, "", 22 - indent, token->word ? token->word : token->shown,
	       token_help(token));
}

static void print_options(void)
{
	for (size_t i = 0; i < ctl_option_count; i++)
		printf("  %-18s %s\n", ctl_options[i].words, ctl_options[i].help);
}

static void print_exits(void)
{
	for (size_t code = 0; code < ctl_exit_count; code++)
		printf("%s %zu %s", code ? "," : "exit codes:", code, ctl_exits[code]);
	printf("\n");
}

int grammar_step(enum place at, const char *word, const struct token **ret_token,
		 struct ctl_error *ret_error)
{
	return find_token(at, word, ret_token, ret_error);
}

void grammar_each(enum place at, void (*each)(const struct token *token, const char *prefix),
		  const char *prefix)
{
	for_each_token(token)
	{
		if (stands_at(token, at))
			each(token, prefix);
	}
}

/* What the words of a command are, and what can follow. */
static int print_topic(char *const topic[], struct ctl_error *ret_error)
{
	enum place at = AT_START;
	const struct token *token = NULL;
	char line[256] = "";

	for (size_t used = 0; *topic; topic++) {
		int err = find_token(at, *topic, &token, ret_error);

		if (err)
			return err;
		if (used < sizeof(line))
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s",
						 used ? " " : "",
						 token->word ? token->word : token->shown);
		at = token->next;
	}
	printf("%s: %s\n", line, token_help(token) ? token_help(token) : "");
	if (at != AT_END)
		tokens_walk(at, TOKENS_DEEP, print_token);
	return 0;
}

int grammar_help(char *const topic[], struct ctl_error *ret_error)
{
	if (topic)
		return print_topic(topic, ret_error);
	printf("hpimctl [OPTION...] [COMMAND]\n\ncommands, which may be cut to what is unique:\n");
	tokens_walk(AT_START, 0, print_token);
	printf("\ntables, with or without 'show':\n");
	tokens_walk(AT_OBJECT, TOKENS_DEEP, print_token);
	printf("\noptions:\n");
	print_options();
	printf("\n");
	print_exits();
	return 0;
}
