// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of hpim-dm. Source: description of HPIM-DM, 7.1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hpimctl/compat_options.h"

#define TABLE_MAX 999999999ul /* what hpimd takes */

/* Options that are no command. */
enum { ABOUT_IPV4 = COMPAT_WHAT_COUNT, ABOUT_IPV6, ABOUT_MULTICAST_TABLE, ABOUT_UNICAST_TABLE };

struct option {
	const char *name, *long_name;
	int what; /* enum compat_what, or one of the above */
	int arg_count;
	const char *args, *help;
};

/* clang-format off */
static const struct option options[] = {
	{ "-h", "--help", COMPAT_HELP, 0, "", "show this text" },
	{ "-start", "--start", COMPAT_START, 0, "", "start a daemon for the table of -mvrf" },
	{ "-stop", "--stop", COMPAT_STOP, 0, "", "end the daemon" },
	{ "-restart", "--restart", COMPAT_RESTART, 0, "",
	  "run it again; it goes on forwarding meanwhile" },
	{ "-li", "--list_interfaces", COMPAT_LIST_INTERFACES, 0, "", "list interfaces (-4, -6)" },
	{ "-ln", "--list_neighbors", COMPAT_LIST_NEIGHBORS, 0, "", "list neighbors (-4, -6)" },
	{ "-ls", "--list_state", COMPAT_LIST_STATE, 0, "",
	  "list IGMP or MLD groups, and all trees (-4, -6)" },
	{ "-lns", "--list_neighbors_state", COMPAT_LIST_NEIGHBORS_STATE, 0, "",
	  "list what neighbors said of trees (-4, -6)" },
	{ "-lsn", "--list_sequence_numbers", COMPAT_LIST_SEQUENCE_NUMBERS, 0, "",
	  "list sequence numbers (-4, -6)" },
	{ "-instances", "--list_instances", COMPAT_LIST_INSTANCES, 0, "", "list running daemons" },
	{ "-mr", "--multicast_routes", COMPAT_MULTICAST_ROUTES, 0, "",
	  "list multicast routes (-4, -6)" },
	{ "-fid", "--flood_initial_data", COMPAT_FLOOD_INITIAL_DATA, 0, "",
	  "switch initial flooding on or off" },
	{ "-hfs", "--hold_forwarding_state", COMPAT_HOLD_FORWARDING_STATE, 0, "",
	  "switch hold forwarding on or off" },
	{ "-ai", "--add_interface", COMPAT_ADD_INTERFACE, 1, "INTERFACE",
	  "HPIM-DM on an interface, '*': on all (-4, -6)" },
	{ "-aiigmp", "--add_interface_igmp", COMPAT_ADD_INTERFACE_IGMP, 1, "INTERFACE",
	  "IGMP on an interface" },
	{ "-aimld", "--add_interface_mld", COMPAT_ADD_INTERFACE_MLD, 1, "INTERFACE",
	  "MLD on an interface" },
	{ "-ri", "--remove_interface", COMPAT_REMOVE_INTERFACE, 1, "INTERFACE",
	  "no HPIM-DM there (-4, -6)" },
	{ "-riigmp", "--remove_interface_igmp", COMPAT_REMOVE_INTERFACE_IGMP, 1, "INTERFACE",
	  "no IGMP there" },
	{ "-rimld", "--remove_interface_mld", COMPAT_REMOVE_INTERFACE_MLD, 1, "INTERFACE",
	  "no MLD there" },
	{ "-lsec", "--list_hmac_algorithms", COMPAT_LIST_ALGORITHMS, 0, "",
	  "list hash algorithms of keys" },
	{ "-aisec", "--add_interface_security", COMPAT_ADD_SECURITY, 4,
	  "INTERFACE IDENTIFIER ALGORITHM KEY",
	  "sign and check HPIM-DM there with this key alone (-4, -6)" },
	{ "-risec", "--remove_interface_security", COMPAT_REMOVE_SECURITY, 2,
	  "INTERFACE IDENTIFIER", "forget that key (-4, -6)" },
	{ "-config", "--config", COMPAT_CONFIG, 1, "FILE",
	  "make the configuration that of a file; starts the daemon of its tables" },
	{ "-get_config", "--get_config", COMPAT_GET_CONFIG, 0, "",
	  "print the configuration, with the keys in clear" },
	{ "-v", "--verbose", COMPAT_VERBOSE, 0, "", "follow the log of the daemon" },
	{ "-t", "--test", COMPAT_TEST, 2, "NAME ADDRESS", "not here: log to a log server" },
	{ "-traceback", "--traceback", COMPAT_TRACEBACK, 0, "", "not here: stacks to the log" },
	{ "-4", "--ipv4", ABOUT_IPV4, 0, "", "the command is about IPv4 (the default)" },
	{ "-6", "--ipv6", ABOUT_IPV6, 0, "", "the command is about IPv6" },
	{ "-mvrf", "--multicast_vrf", ABOUT_MULTICAST_TABLE, 1, "TABLE",
	  "the daemon of this multicast table (default: 0)" },
	{ "-uvrf", "--unicast_vrf", ABOUT_UNICAST_TABLE, 1, "TABLE",
	  "with -start: table of the routes to sources (default: 254)" },
	{ "--version", "--version", COMPAT_VERSION, 0, "", "show the version" },
};
/* clang-format on */

#define for_each_option(option) \
	for (const struct option *option = options; option < (&options)[1]; option++)

#define FAIL(error, ...) ctl_fail(error, CTL_EXIT_USAGE, "usage", "hpim-dm -h", __VA_ARGS__)

/* A name up to its end or to '='. */
static const struct option *find_option(const char *word, size_t len)
{
	const struct option *found = NULL;
	int matches = 0;

	for_each_option(option)
	{
		if ((strlen(option->name) == len && !strncmp(option->name, word, len)) ||
		    (strlen(option->long_name) == len && !strncmp(option->long_name, word, len)))
			return option;
		if (len > 2 && !strncmp(word, "--", 2) && !strncmp(option->long_name, word, len)) {
			found = option;
			matches++;
		}
	}
	return matches == 1 ? found : NULL;
}

static int read_table(const char *word, uint32_t *ret_table, struct ctl_error *ret_error)
{
	char *end;
	unsigned long table;

	errno = 0;
	table = strtoul(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno || table > TABLE_MAX)
		return FAIL(ret_error, "'%s' is no number of a table, 0 to 999999999", word);
	*ret_table = (uint32_t)table;
	return 0;
}

static int set_family(struct compat_options *options_read, int family, struct ctl_error *ret_error)
{
	if (options_read->has_family && options_read->family != family)
		return FAIL(ret_error, "-4 and -6 exclude each other: one family per call");
	options_read->family = family;
	options_read->has_family = true;
	return 0;
}

static int apply(struct compat_options *options_read, const struct option *option,
		 char *const args[], struct ctl_error *ret_error)
{
	switch (option->what) {
	case ABOUT_IPV4: return set_family(options_read, 4, ret_error);
	case ABOUT_IPV6: return set_family(options_read, 6, ret_error);
	case ABOUT_MULTICAST_TABLE:
		return read_table(args[0], &options_read->mroute_table, ret_error);
	case ABOUT_UNICAST_TABLE:
		options_read->has_unicast = true;
		return read_table(args[0], &options_read->unicast_table, ret_error);
	}
	if (options_read->what != COMPAT_NONE)
		return FAIL(ret_error, "%s: exactly one command per call", option->name);
	options_read->what = (enum compat_what)option->what;
	for (int i = 0; i < option->arg_count; i++)
		options_read->args[i] = args[i];
	return 0;
}

/* Return: how many words it takes, or 0 with @ret_error filled. */
static int read_option(struct compat_options *options_read, char *const words[],
		       struct ctl_error *ret_error)
{
	size_t len = strcspn(words[0], "=");
	const struct option *option = find_option(words[0], len);
	char *value = words[0][len] ? words[0] + len + 1 : NULL;
	int given = 0;

	if (!option) {
		(void)FAIL(ret_error, "'%s' is no option", words[0]);
		return 0;
	}
	if (value && option->arg_count != 1) {
		(void)FAIL(ret_error, "'%s' has not one value", words[0]);
		return 0;
	}
	while (!value && given < option->arg_count && words[1 + given] &&
	       (given || !find_option(words[1], strlen(words[1]))))
		given++;
	if (!value && given < option->arg_count) {
		(void)FAIL(ret_error, "%s lacks its arguments: %s", option->name, option->args);
		return 0;
	}
	return apply(options_read, option, value ? &value : words + 1, ret_error) ? 0 : 1 + given;
}

int compat_options_read(char *const words[], struct compat_options *ret_options,
			struct ctl_error *ret_error)
{
	struct compat_options options_read = { .family = 4 };

	while (*words) {
		int taken = read_option(&options_read, words, ret_error);

		if (!taken)
			return CTL_EXIT_USAGE;
		words += taken;
	}
	if (options_read.what == COMPAT_NONE)
		return FAIL(ret_error, "a command is missing: exactly one per call");
	*ret_options = options_read;
	return 0;
}

bool compat_complete(char *const words[],
		     void (*offer)(const char *word, const char *help, const char *prefix))
{
	const struct option *before = NULL;
	const char *last;
	int given = 0;

	for (; words[0] && words[1]; words++) {
		if (before && given < before->arg_count) {
			given++;
			continue;
		}
		before = find_option(words[0], strlen(words[0]));
		given = 0;
	}
	last = words[0] ? words[0] : "";
	if (before && given < before->arg_count)
		return !given && !strncmp(before->args, "INTERFACE", strlen("INTERFACE"));
	for_each_option(option)
	{
		offer(option->name, option->help, last);
		if (!strncmp(last, "--", 2) && strcmp(option->name, option->long_name) != 0)
			offer(option->long_name, option->help, last);
	}
	return false;
}

#define USAGE_INDENT 15
#define USAGE_WIDTH  78

void compat_usage(FILE *file)
{
	int column = fprintf(file, "usage: hpim-dm (");

	for_each_option(option)
	{
		int len = (int)(strlen(option->name) + strlen(option->args)) + 4;

		if (option->what >= COMPAT_WHAT_COUNT)
			continue;
		if (column + len > USAGE_WIDTH)
			column = fprintf(file, "\n%*s", USAGE_INDENT - 1, "");
		column += fprintf(file, "%s%s%s%s", option == options ? "" : " | ", option->name,
				  *option->args ? " " : "", option->args);
	}
	(void)fprintf(file, ")\n%*s[-4 | -6] [-mvrf TABLE] [-uvrf TABLE]\n", USAGE_INDENT, "");
}

void compat_help(FILE *file)
{
	(void)fputs("usage: hpim-dm [-4 | -6] [-mvrf TABLE] [-uvrf TABLE] COMMAND\n\n"
		    "The commands of the Python implementation of HPIM-DM, for hpimd; exactly one\n"
		    "per call. 'hpimctl help' lists those that can do more.\n\n",
		    file);
	for_each_option(option)
	{
		if (strcmp(option->name, option->long_name) != 0)
			(void)fprintf(file, "  %s, %s%s%s\n", option->name, option->long_name,
				      *option->args ? " " : "", option->args);
		else
			(void)fprintf(file, "  %s\n", option->name);
		(void)fprintf(file, "%26s%s\n", "", option->help);
	}
}
