// SPDX-License-Identifier: GPL-2.0-only
/*
 * The grammar is one table of words: where a word may stand, what it does, and what may follow.
 * Help and the list of candidates for an unclear word come from the same table.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/addr.h"
#include "base/addr_text.h"
#include "hpimctl/grammar.h"

/* Fewer bytes than these of a key can be guessed. */
#define SECRET_WEAK 16

/* Bytes of a key; what the daemon takes. */
#define SECRET_MAX 128

enum place {
	AT_START,
	AT_OBJECT,
	AT_IFACE_FILTER,
	AT_TREE_FILTER,
	AT_ATTACH,
	AT_ATTACH_OPTION,
	AT_IGMP_VERSION,
	AT_MLD_VERSION,
	AT_MODE,
	AT_DETACH,
	AT_DETACH_OPTION,
	AT_KEY,
	AT_KEY_ADD,
	AT_KEY_ID,
	AT_KEY_NUMBER,
	AT_KEY_ALGO,
	AT_KEY_ALGO_NAME,
	AT_KEY_SECRET,
	AT_KEY_FILE,
	AT_KEY_OPTION,
	AT_KEY_OLD,
	AT_KEY_OLD_ID,
	AT_KEY_OLD_NUMBER,
	AT_STATIC,
	AT_STATIC_SOURCE,
	AT_STATIC_GROUP,
	AT_STATIC_FROM,
	AT_STATIC_INPUT,
	AT_STATIC_TO,
	AT_STATIC_OUTPUTS,
	AT_STATIC_JOIN,
	AT_STATIC_JOIN_OF,
	AT_STATIC_JOIN_INTERFACE,
	AT_STATIC_DELETE,
	AT_STATIC_OLD_SOURCE,
	AT_STATIC_OLD_GROUP,
	AT_STATIC_OLD_FROM,
	AT_STATIC_OLD_INPUT,
	AT_STOP,
	AT_THRESHOLD,
	AT_THRESHOLD_TTL,
	AT_SET,
	AT_SET_VALUE,
	AT_UNSET,
	AT_SETTING_IFACE,
	AT_EXPLAIN,
	AT_EXPLAIN_GROUP,
	AT_CAPTURE,
	AT_CAPTURE_OPTION,
	AT_CAPTURE_EVERY,
	AT_CAPTURE_COUNT,
	AT_HELP,
	AT_END,
	AT_COUNT,
};

enum act {
	ACT_NONE,
	ACT_COMMAND,    /* value: name of a command, which has the help */
	ACT_FLAG,       /* value: argument that becomes true */
	ACT_MODE,       /* value: the mode */
	ACT_FILTER,     /* value: letters of what the word may be: interface, source, group */
	ACT_INTERFACES, /* the word is a list */
	ACT_TEXT,       /* value: argument that is the word */
	ACT_NUMBER,     /* value: argument that is the word, a number */
	ACT_OUTPUT,     /* the word is a file to write */
	ACT_VERSION,    /* value: argument that is the digit of the word "vN" */
	ACT_FILE,       /* value: argument that is what the file of that name holds */
	ACT_TOPIC,
};

/**
 * struct token - A word at a place.
 * @word: NULL: any word, which @shown names in the help.
 */
struct token {
	enum place at;
	const char *word;
	enum place next;
	enum act act;
	const char *value;
	const char *shown;
	const char *help;
};

/* clang-format off */
static const struct token tokens[] = {
	{ AT_START, "show", AT_OBJECT, ACT_NONE, NULL, NULL, "print one of the tables below" },
	{ AT_OBJECT, "status", AT_END, ACT_COMMAND, "status", NULL, NULL },
	{ AT_OBJECT, "interfaces", AT_IFACE_FILTER, ACT_COMMAND, "show interfaces", NULL, NULL },
	{ AT_OBJECT, "neighbors", AT_IFACE_FILTER, ACT_COMMAND, "show neighbors", NULL, NULL },
	{ AT_OBJECT, "trees", AT_TREE_FILTER, ACT_COMMAND, "show trees", NULL, NULL },
	{ AT_OBJECT, "groups", AT_IFACE_FILTER, ACT_COMMAND, "show groups", NULL, NULL },
	{ AT_OBJECT, "mroutes", AT_TREE_FILTER, ACT_COMMAND, "show mroutes", NULL, NULL },
	{ AT_OBJECT, "static", AT_IFACE_FILTER, ACT_COMMAND, "show static", NULL, NULL },
	{ AT_OBJECT, "counters", AT_IFACE_FILTER, ACT_COMMAND, "show counters", NULL, NULL },
	{ AT_OBJECT, "protocol-counters", AT_IFACE_FILTER, ACT_COMMAND, "show protocol-counters", NULL, NULL },
	{ AT_OBJECT, "limits", AT_IFACE_FILTER, ACT_COMMAND, "show limits", NULL, NULL },
	{ AT_OBJECT, "timers", AT_IFACE_FILTER, ACT_COMMAND, "show timers", NULL, NULL },
	{ AT_OBJECT, "config", AT_IFACE_FILTER, ACT_COMMAND, "show config", NULL, NULL },
	{ AT_OBJECT, "keys", AT_IFACE_FILTER, ACT_COMMAND, "show keys", NULL, NULL },
	{ AT_OBJECT, "algorithms", AT_END, ACT_COMMAND, "show algorithms", NULL, NULL },
	{ AT_START, "attach", AT_ATTACH, ACT_COMMAND, "attach", NULL, NULL },
	{ AT_START, "detach", AT_DETACH, ACT_COMMAND, "detach", NULL, NULL },
	{ AT_START, "threshold", AT_THRESHOLD, ACT_COMMAND, "threshold", NULL, NULL },
	{ AT_START, "set", AT_SET, ACT_COMMAND, "set", NULL, NULL },
	{ AT_START, "unset", AT_UNSET, ACT_COMMAND, "unset", NULL, NULL },
	{ AT_START, "static", AT_STATIC, ACT_NONE, NULL, NULL,
	  "static routes and static joins; 'show static' lists them" },
	{ AT_START, "explain", AT_EXPLAIN, ACT_COMMAND, "explain", NULL, NULL },
	{ AT_START, "doctor", AT_IFACE_FILTER, ACT_COMMAND, "doctor", NULL, NULL },
	{ AT_START, "capture", AT_CAPTURE, ACT_COMMAND, "capture", NULL, NULL },
	{ AT_START, "key", AT_KEY, ACT_NONE, NULL, NULL, "keys that sign HPIM-DM messages" },
	{ AT_START, "stop", AT_STOP, ACT_COMMAND, "stop", NULL, NULL },
	{ AT_START, "restart", AT_END, ACT_COMMAND, "restart", NULL, NULL },
	{ AT_START, "version", AT_END, ACT_COMMAND, "version", NULL, NULL },
	{ AT_START, "help", AT_HELP, ACT_COMMAND, "help", NULL, NULL },

	{ AT_IFACE_FILTER, NULL, AT_END, ACT_FILTER, "i", "IFACE", "only this interface" },
	{ AT_TREE_FILTER, NULL, AT_TREE_FILTER, ACT_FILTER, "sg", "SOURCE|GROUP",
	  "only this source, only this group" },

	{ AT_ATTACH, NULL, AT_ATTACH_OPTION, ACT_INTERFACES, NULL, "IFACE[,IFACE...]",
	  "the interfaces, patterns as 'eth*', or all; without more words: hpim igmp mld" },
	{ AT_ATTACH_OPTION, "hpim", AT_ATTACH_OPTION, ACT_FLAG, "hpim", NULL,
	  "speak HPIM-DM to neighbors" },
	{ AT_ATTACH_OPTION, "igmp", AT_IGMP_VERSION, ACT_FLAG, "igmp", NULL,
	  "learn IPv4 members" },
	{ AT_IGMP_VERSION, "v2", AT_ATTACH_OPTION, ACT_VERSION, "igmp_version", NULL,
	  "ask with IGMPv2 queries" },
	{ AT_IGMP_VERSION, "v3", AT_ATTACH_OPTION, ACT_VERSION, "igmp_version", NULL,
	  "ask with IGMPv3 queries (the default)" },
	{ AT_ATTACH_OPTION, "mld", AT_MLD_VERSION, ACT_FLAG, "mld", NULL, "learn IPv6 members" },
	{ AT_MLD_VERSION, "v1", AT_ATTACH_OPTION, ACT_VERSION, "mld_version", NULL,
	  "ask with MLDv1 queries" },
	{ AT_MLD_VERSION, "v2", AT_ATTACH_OPTION, ACT_VERSION, "mld_version", NULL,
	  "ask with MLDv2 queries (the default)" },
	{ AT_ATTACH_OPTION, "fast-leave", AT_ATTACH_OPTION, ACT_FLAG, "fast_leave", NULL,
	  "believe a leave at once where only one host ever reported the group" },
	{ AT_ATTACH_OPTION, "no-fast-leave", AT_ATTACH_OPTION, ACT_FLAG, "no_fast_leave", NULL,
	  "ask first (the default)" },
	{ AT_ATTACH_OPTION, "ssm-any-source", AT_ATTACH_OPTION, ACT_FLAG, "ssm_any_source", NULL,
	  "in the SSM range (232/8, ff3x::/96), too, count who names no source" },
	{ AT_ATTACH_OPTION, "no-ssm-any-source", AT_ATTACH_OPTION, ACT_FLAG, "no_ssm_any_source",
	  NULL, "there, count only who names the sources (the default)" },
	{ AT_ATTACH_OPTION, "mode", AT_MODE, ACT_NONE, NULL, NULL,
	  "how packets are forwarded:" },
	{ AT_MODE, "auto", AT_ATTACH_OPTION, ACT_MODE, "auto", NULL,
	  "the fastest that works" },
	{ AT_MODE, "native", AT_ATTACH_OPTION, ACT_MODE, "native", NULL, "XDP in the driver" },
	{ AT_MODE, "generic", AT_ATTACH_OPTION, ACT_MODE, "generic", NULL,
	  "XDP after the driver, on any interface" },
	{ AT_MODE, "tc", AT_ATTACH_OPTION, ACT_MODE, "tc", NULL,
	  "TC, on any interface, to any interface" },
	{ AT_MODE, "kernel", AT_ATTACH_OPTION, ACT_MODE, "kernel", NULL,
	  "the kernel's own multicast routing" },

	{ AT_DETACH, NULL, AT_DETACH_OPTION, ACT_INTERFACES, NULL, "IFACE[,IFACE...]",
	  "the interfaces, patterns, or all; without more words: from all protocols" },
	{ AT_DETACH_OPTION, "hpim", AT_DETACH_OPTION, ACT_FLAG, "hpim", NULL, "only HPIM-DM" },
	{ AT_DETACH_OPTION, "igmp", AT_DETACH_OPTION, ACT_FLAG, "igmp", NULL, "only IGMP" },
	{ AT_DETACH_OPTION, "mld", AT_DETACH_OPTION, ACT_FLAG, "mld", NULL, "only MLD" },

	{ AT_KEY, "add", AT_KEY_ADD, ACT_COMMAND, "key add", NULL, NULL },
	{ AT_KEY_ADD, NULL, AT_KEY_ID, ACT_TEXT, "interface", "IFACE", "an attached interface" },
	{ AT_KEY_ID, "id", AT_KEY_NUMBER, ACT_NONE, NULL, NULL, "which key:" },
	{ AT_KEY_NUMBER, NULL, AT_KEY_ALGO, ACT_NUMBER, "id", "N", "0 to 65535" },
	{ AT_KEY_ALGO, "algo", AT_KEY_ALGO_NAME, ACT_NONE, NULL, NULL, "its hash algorithm:" },
	{ AT_KEY_ALGO_NAME, NULL, AT_KEY_SECRET, ACT_TEXT, "algorithm", "NAME",
	  "see 'show algorithms'" },
	{ AT_KEY_SECRET, "file", AT_KEY_FILE, ACT_NONE, NULL, NULL, "where the secret is:" },
	{ AT_KEY_FILE, NULL, AT_KEY_OPTION, ACT_FILE, "secret", "PATH",
	  "1 to 128 bytes; a newline at the end does not count" },
	{ AT_KEY_OPTION, "send", AT_END, ACT_FLAG, "sending", NULL, "sign with it from now on" },
	{ AT_KEY, "send", AT_KEY_OLD, ACT_COMMAND, "key send", NULL, NULL },
	{ AT_KEY, "delete", AT_KEY_OLD, ACT_COMMAND, "key delete", NULL, NULL },
	{ AT_KEY_OLD, NULL, AT_KEY_OLD_ID, ACT_TEXT, "interface", "IFACE", "an attached interface" },
	{ AT_KEY_OLD_ID, "id", AT_KEY_OLD_NUMBER, ACT_NONE, NULL, NULL, "which key:" },
	{ AT_KEY_OLD_NUMBER, NULL, AT_END, ACT_NUMBER, "id", "N", "0 to 65535" },

	{ AT_THRESHOLD, NULL, AT_THRESHOLD_TTL, ACT_TEXT, "interface", "IFACE",
	  "an attached interface" },
	{ AT_THRESHOLD_TTL, NULL, AT_END, ACT_NUMBER, "ttl", "TTL",
	  "0 to 255; 0: all that are forwarded" },
	{ AT_STATIC, "route", AT_STATIC_SOURCE, ACT_COMMAND, "static route", NULL, NULL },
	{ AT_STATIC_SOURCE, NULL, AT_STATIC_GROUP, ACT_TEXT, "source", "SOURCE",
	  "an address, or '*' for each source that sends to the group" },
	{ AT_STATIC_GROUP, NULL, AT_STATIC_FROM, ACT_TEXT, "group", "GROUP",
	  "an address; with the source '*' also a prefix, as 239.1.0.0/16" },
	{ AT_STATIC_FROM, "from", AT_STATIC_INPUT, ACT_NONE, NULL, NULL, "where it arrives:" },
	{ AT_STATIC_INPUT, NULL, AT_STATIC_TO, ACT_TEXT, "from", "IFACE",
	  "an interface, which may not exist yet" },
	{ AT_STATIC_TO, "to", AT_STATIC_OUTPUTS, ACT_NONE, NULL, NULL, "where it leaves:" },
	{ AT_STATIC_OUTPUTS, NULL, AT_END, ACT_TEXT, "to", "IFACE[,IFACE...]",
	  "other interfaces, which may not exist yet" },
	{ AT_STATIC, "join", AT_STATIC_JOIN, ACT_COMMAND, "static join", NULL, NULL },
	{ AT_STATIC_JOIN, NULL, AT_STATIC_JOIN_OF, ACT_TEXT, "group", "GROUP", "its address" },
	{ AT_STATIC_JOIN_OF, NULL, AT_STATIC_JOIN_INTERFACE, ACT_FILTER, "si", "[SOURCE] IFACE",
	  "only from this source; an interface with IGMP or MLD" },
	{ AT_STATIC_JOIN_INTERFACE, NULL, AT_END, ACT_FILTER, "i", "IFACE", NULL },
	{ AT_STATIC, "delete", AT_STATIC_DELETE, ACT_NONE, NULL, NULL, "delete one of them:" },
	{ AT_STATIC_DELETE, "route", AT_STATIC_OLD_SOURCE, ACT_COMMAND, "static delete route", NULL, NULL },
	{ AT_STATIC_OLD_SOURCE, NULL, AT_STATIC_OLD_GROUP, ACT_TEXT, "source", "SOURCE",
	  "as it was configured" },
	{ AT_STATIC_OLD_GROUP, NULL, AT_STATIC_OLD_FROM, ACT_TEXT, "group", "GROUP",
	  "as it was configured" },
	{ AT_STATIC_OLD_FROM, "from", AT_STATIC_OLD_INPUT, ACT_NONE, NULL, NULL,
	  "only that with this input:" },
	{ AT_STATIC_OLD_INPUT, NULL, AT_END, ACT_TEXT, "from", "IFACE", "the interface" },
	{ AT_STATIC_DELETE, "join", AT_STATIC_JOIN, ACT_COMMAND, "static delete join", NULL, NULL },

	{ AT_SET, NULL, AT_SET_VALUE, ACT_TEXT, "setting", "NAME", "a name of 'show config'" },
	{ AT_SET_VALUE, NULL, AT_SETTING_IFACE, ACT_TEXT, "value", "VALUE",
	  "times in seconds; on or off" },
	{ AT_UNSET, NULL, AT_SETTING_IFACE, ACT_TEXT, "setting", "NAME", "a name of 'show config'" },
	{ AT_SETTING_IFACE, NULL, AT_END, ACT_TEXT, "interface", "IFACE", "only there" },
	{ AT_EXPLAIN, NULL, AT_EXPLAIN_GROUP, ACT_FILTER, "s", "SOURCE", "address of the source" },
	{ AT_EXPLAIN_GROUP, NULL, AT_END, ACT_FILTER, "g", "GROUP", "address of the group" },
	{ AT_CAPTURE, "every", AT_CAPTURE_EVERY, ACT_NONE, NULL, NULL, "only a sample:" },
	{ AT_CAPTURE, "count", AT_CAPTURE_COUNT, ACT_NONE, NULL, NULL, "end by itself:" },
	{ AT_CAPTURE, NULL, AT_CAPTURE_OPTION, ACT_OUTPUT, NULL, "FILE",
	  "write pcapng there, '-' is standard output; without it, a line for each packet" },
	{ AT_CAPTURE_OPTION, "every", AT_CAPTURE_EVERY, ACT_NONE, NULL, NULL, NULL },
	{ AT_CAPTURE_OPTION, "count", AT_CAPTURE_COUNT, ACT_NONE, NULL, NULL, NULL },
	{ AT_CAPTURE_EVERY, NULL, AT_CAPTURE_OPTION, ACT_NUMBER, "every", "N",
	  "one of N packets" },
	{ AT_CAPTURE_COUNT, NULL, AT_CAPTURE_OPTION, ACT_NUMBER, "count", "N",
	  "after N packets" },

	{ AT_STOP, "keep-forwarding", AT_END, ACT_FLAG, "keep_forwarding", NULL,
	  "forward for a daemon that starts soon, until the lease ends" },
	{ AT_HELP, NULL, AT_END, ACT_TOPIC, NULL, "COMMAND", "the command to explain" },
};
/* clang-format on */

/* What the line lacks when it ends at a place; NULL: nothing. */
static const char *const missing[AT_COUNT] = {
	[AT_OBJECT] = "what to show",
	[AT_ATTACH] = "the name of an interface",
	[AT_DETACH] = "the name of an interface",
	[AT_MODE] = "the mode",
	[AT_KEY] = "what to do with which key",
	[AT_KEY_ADD] = "the name of an interface",
	[AT_KEY_ID] = "the word 'id' and a number",
	[AT_KEY_NUMBER] = "the number of the key",
	[AT_KEY_ALGO] = "the word 'algo' and an algorithm",
	[AT_KEY_ALGO_NAME] = "the name of an algorithm",
	[AT_KEY_SECRET] = "the word 'file' and where the secret is",
	[AT_KEY_FILE] = "the path of the file",
	[AT_KEY_OLD] = "the name of an interface",
	[AT_KEY_OLD_ID] = "the word 'id' and a number",
	[AT_KEY_OLD_NUMBER] = "the number of the key",
	[AT_STATIC] = "what to do: route, join or delete",
	[AT_STATIC_SOURCE] = "the source, or '*'",
	[AT_STATIC_GROUP] = "the group",
	[AT_STATIC_FROM] = "the word 'from' and the input",
	[AT_STATIC_INPUT] = "the name of the input",
	[AT_STATIC_TO] = "the word 'to' and the outputs",
	[AT_STATIC_OUTPUTS] = "the names of the outputs",
	[AT_STATIC_JOIN] = "the group",
	[AT_STATIC_JOIN_OF] = "the name of an interface",
	[AT_STATIC_DELETE] = "what to delete: route or join",
	[AT_STATIC_OLD_SOURCE] = "the source, or '*'",
	[AT_STATIC_OLD_GROUP] = "the group",
	[AT_STATIC_OLD_INPUT] = "the name of the input",
	[AT_THRESHOLD] = "the name of an interface",
	[AT_THRESHOLD_TTL] = "the TTL",
	[AT_SET] = "the name of a setting",
	[AT_SET_VALUE] = "the value",
	[AT_UNSET] = "the name of a setting",
	[AT_EXPLAIN] = "the address of the source",
	[AT_EXPLAIN_GROUP] = "the address of the group",
	[AT_CAPTURE_EVERY] = "how many packets one is taken of",
	[AT_CAPTURE_COUNT] = "the number of packets",
};

#define for_each_token(t) for (const struct token *t = tokens; t < (&tokens)[1]; t++)

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

static int find_token(enum place at, const char *word, const struct token **ret_token,
		      struct ctl_error *ret_error)
{
	const struct token *found = NULL;
	int matches = 0;

	for_each_token(token)
	{
		if (!stands_at(token, at))
			continue;
		if (!token->word || !strcmp(token->word, word)) {
			*ret_token = token;
			return 0;
		}
		if (*word && !strncmp(token->word, word, strlen(word))) {
			found = token;
			matches++;
		}
	}
	if (matches != 1)
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
static void warn_weak(FILE *file, const char *path, size_t len)
{
	struct stat info;

	if (!fstat(fileno(file), &info) && S_ISREG(info.st_mode) &&
	    info.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH))
		fprintf(stderr, "hpimctl: warning: other users can read or write %s; chmod 600\n",
			path);
	if (len < SECRET_WEAK)
		fprintf(stderr,
			"hpimctl: warning: the key in %s has %zu bytes and can be guessed from a "
			"captured packet; use %d or more random ones\n",
			path, len, SECRET_WEAK);
}

/* The secret goes over the socket and stands nowhere else: not on a command line, in no history. */
static int add_file(struct request *request, const struct token *token, const char *path,
		    struct ctl_error *ret_error)
{
	char bytes[SECRET_MAX + 3]; /* a newline, and one more to see that it is too long */
	FILE *file = fopen(path, "re");
	size_t len;
	int err = 0;

	if (!file)
		return ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", "", "cannot read %s: %s", path,
				strerror(errno));
	setbuf(file, NULL); /* else it would have a copy */
	len = fread(bytes, 1, sizeof(bytes) - 1, file);
	if (len && bytes[len - 1] == '\n')
		len--;
	if (len == 0 || len > SECRET_MAX || memchr(bytes, 0, len)) {
		err = ctl_fail(ret_error, CTL_EXIT_REFUSED, "file", token->help,
			       "%s holds no key of 1 to %d bytes of text", path, SECRET_MAX);
	} else {
		warn_weak(file, path, len);
		json_object_object_add(request->args, token->value,
				       json_object_new_string_len(bytes, (int)len));
	}
	(void)fclose(file); /* only read */
	explicit_bzero(bytes, sizeof(bytes));
	return err;
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
	case ACT_FILTER: return add_filter(request, token, word, ret_error);
	case ACT_INTERFACES: request->interfaces = word; break;
	case ACT_OUTPUT: request->output = word; break;
	case ACT_TOPIC: request->topic = word; break;
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
	}
	if (missing[at]) {
		char list[sizeof(ret_error->hint)];

		list_words(at, "", list, sizeof(list));
		return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", list, "the command lacks %s",
				missing[at]);
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

/* NULL: the word is explained elsewhere. */
static const char *help_of(const struct token *token)
{
	return token->act == ACT_COMMAND ? command_find(token->value)->help : token->help;
}

static void print_place(enum place at, int indent)
{
	for_each_token(token)
	{
		if (token->at != at || !help_of(token))
			continue;
		printf("%*s%-*s %s\n", indent, "", 22 - indent,
		       token->word ? token->word : token->shown, help_of(token));
		if (token->next != at && token->next != AT_END && at != AT_START &&
		    token->act != ACT_MODE && token->act != ACT_VERSION)
			print_place(token->next, indent + 2);
	}
}

static void print_options(void)
{
	/* clang-format off */
	static const char *const lines[] = {
		"-4, -6             only IPv4, only IPv6",
		"-i INSTANCE        the daemon to talk to (default: $HPIM_INSTANCE, or 'default')",
		"--socket PATH      the same, by its control socket",
		"-j, -p             JSON; JSON with one record a line",
		"-o COLUMN[,...]    the columns to show, or 'all'",
		"-H                 no header",
		"-d                 in detail",
		"-w[SEC]            show again every SEC seconds (default 2) until interrupted",
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		printf("  %s\n", lines[i]);
}

int grammar_help(const char *topic, struct ctl_error *ret_error)
{
	const struct token *token;
	int err;

	if (topic) {
		err = find_token(AT_START, topic, &token, ret_error);
		if (err)
			return err;
		printf("%s: %s\n", token->word, help_of(token));
		if (token->next != AT_END)
			print_place(token->next, 2);
		return 0;
	}
	printf("hpimctl [OPTION...] [COMMAND]\n\ncommands, which may be cut to what is unique:\n");
	print_place(AT_START, 2);
	printf("\ntables, with or without 'show':\n");
	print_place(AT_OBJECT, 2);
	printf("\noptions:\n");
	print_options();
	printf("\nexit codes: 0 done, 1 usage, 2 refused, 3 not running, 4 not found, "
	       "5 permission, 6 partly done, 7 timed out\n");
	return 0;
}
