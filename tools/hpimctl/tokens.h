/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_TOKENS_H
#define HPIMCTL_TOKENS_H

/* The words of the command line: where each may stand, what it does, and what may follow. */
#include <stdbool.h>
#include <stddef.h>

/** enum place - Where a word may stand. AT_COUNT: no place. */
enum place {
	AT_START,
	AT_OBJECT,
	AT_IFACE_FILTER,
	AT_SOURCE_FILTER,
	AT_TREE_FILTER,
	AT_IP,
	AT_IP_PIM,
	AT_IP6,
	AT_IP6_PIM,
	AT_ATTACH,
	AT_ATTACH_OPTION,
	AT_IGMP_VERSION,
	AT_MLD_VERSION,
	AT_MODE,
	AT_DETACH,
	AT_DETACH_OPTION,
	AT_FOLLOW,
	AT_FOLLOW_OPTION,
	AT_FOLLOW_MODE,
	AT_UNFOLLOW,
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
	AT_POLICY,
	AT_POLICY_GROUP,
	AT_POLICY_OPTION,
	AT_POLICY_SOURCE,
	AT_POLICY_IFACE,
	AT_BOUNDARY,
	AT_BOUNDARY_IFACE,
	AT_BOUNDARY_GROUP,
	AT_SSM_RANGE,
	AT_SSM_RANGE_OLD,
	AT_SSM_MAP,
	AT_SSM_MAP_OLD,
	AT_SSM_MAP_SOURCE,
	AT_STOP,
	AT_THRESHOLD,
	AT_THRESHOLD_TTL,
	AT_METRIC,
	AT_METRIC_NUMBER,
	AT_METRIC_OPTION,
	AT_METRIC_PREFERENCE,
	AT_METRIC_OLD,
	AT_SET,
	AT_SET_VALUE,
	AT_UNSET,
	AT_SETTING_IFACE,
	AT_CONFIG,
	AT_CONFIG_FILE,
	AT_CONFIG_SHOW,
	AT_CONFIG_LOAD,
	AT_EXPLAIN,
	AT_EXPLAIN_GROUP,
	AT_EXPLAIN_OPTION,
	AT_METRICS,
	AT_METRICS_TREES,
	AT_METRICS_MROUTES,
	AT_CAPTURE,
	AT_CAPTURE_OPTION,
	AT_CAPTURE_EVERY,
	AT_CAPTURE_COUNT,
	AT_CAPTURE_INTERFACE,
	AT_CAPTURE_SOURCE,
	AT_CAPTURE_GROUP,
	AT_CAPTURE_REASON,
	AT_TOP,
	AT_MONITOR,
	AT_MONITOR_FILTER,
	AT_CLEAR,
	AT_CLEAR_IFACE,
	AT_CLEAR_ADDRESS,
	AT_CLEAR_SOURCE,
	AT_CLEAR_GROUP,
	AT_LOG,
	AT_LOG_MODULE,
	AT_COMPLETION,
	AT_COMPLETION_WORDS,
	AT_HELP,
	AT_END,
	AT_COUNT,
};

/** enum act - What a word does. */
enum act {
	ACT_NONE,
	ACT_COMMAND,    /* value: name of a command, which has the help */
	ACT_FLAG,       /* value: argument that becomes true */
	ACT_MODE,       /* value: the mode */
	ACT_WORD,       /* value: argument that is the word, written out */
	ACT_FILTER,     /* value: letters of what the word may be: interface, source, group */
	ACT_INTERFACES, /* the word is a list */
	ACT_TEXT,       /* value: argument that is the word */
	ACT_NUMBER,     /* value: argument that is the word, a number */
	ACT_OUTPUT,     /* the word is a file to write */
	ACT_VERSION,    /* value: argument that is the digit of the word "vN" */
	ACT_FILE,       /* value: argument that is what the file of that name holds */
	ACT_TOPIC,      /* this word and those after it are a command */
};

/**
 * struct token - A word at a place.
 * @at:    where it may stand.
 * @word:  NULL: any word, which @shown names in the help.
 * @next:  the place after it.
 * @value: what @act needs; see enum act.
 * @help:  NULL: of the command, if it is one; else the word is explained elsewhere.
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

/** tokens - All words, in the order of the help. */
extern const struct token tokens[];
extern const size_t token_count;

/** token_missing - What the line lacks when it ends at a place; NULL: nothing. */
extern const char *const token_missing[AT_COUNT];

/** token_help() - NULL: the word is explained elsewhere. */
const char *token_help(const struct token *token);

/**
 * tokens_walk() - Call @each for every token at a place that has help, and behind it for what may
 * follow it, as deep as @max_depth; each place once on a way.
 */
void tokens_walk(enum place at, unsigned int max_depth,
		 void (*each)(const struct token *token, unsigned int depth));
#define TOKENS_DEEP AT_COUNT

/** ctl_options - What stands before the command, "-x ARGUMENT", in the order of the help. */
extern const struct ctl_option {
	const char *words, *help;
} ctl_options[];
extern const size_t ctl_option_count;

/** ctl_exits - What each exit code means. */
extern const char *const ctl_exits[];
extern const size_t ctl_exit_count;

#define for_each_token(t) for (const struct token *t = tokens; t < tokens + token_count; t++)

#endif
