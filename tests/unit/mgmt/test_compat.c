/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hpim-dm, the command of the Python implementation: its options, the boxes around its tables, and
 * its tables from records that this test answers with. The daemons behind it are in
 * tests/netns/manage/hpim-dm.sh. Source: description of HPIM-DM, 7.1 and 7.2.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hpimctl/compat.h"
#include "hpimctl/compat_words.h"
#include "hpimctl/pretty.h"

#define WORDS_MAX 12

/* ---- options ---- */

static int parse(const char *line, struct compat_options *ret_options, struct ctl_error *ret_error)
{
	static char text[256]; /* options borrow it */
	char *words[WORDS_MAX] = { NULL }, *rest = text;
	int count = 0;

	(void)snprintf(text, sizeof(text), "%s", line);
	while (*line && count < WORDS_MAX - 1 && (words[count] = strsep(&rest, " ")))
		count++;
	return compat_options_read(words, ret_options, ret_error);
}

/* Short and long names, and how many arguments: all rows of 7.1. */
static const struct name {
	const char *name, *long_name;
	enum compat_what what;
	int arg_count;
} names[] = {
	{ "-start", "--start", COMPAT_START, 0 },
	{ "-stop", "--stop", COMPAT_STOP, 0 },
	{ "-restart", "--restart", COMPAT_RESTART, 0 },
	{ "-ai", "--add_interface", COMPAT_ADD_INTERFACE, 1 },
	{ "-aiigmp", "--add_interface_igmp", COMPAT_ADD_INTERFACE_IGMP, 1 },
	{ "-aimld", "--add_interface_mld", COMPAT_ADD_INTERFACE_MLD, 1 },
	{ "-ri", "--remove_interface", COMPAT_REMOVE_INTERFACE, 1 },
	{ "-riigmp", "--remove_interface_igmp", COMPAT_REMOVE_INTERFACE_IGMP, 1 },
	{ "-rimld", "--remove_interface_mld", COMPAT_REMOVE_INTERFACE_MLD, 1 },
	{ "-li", "--list_interfaces", COMPAT_LIST_INTERFACES, 0 },
	{ "-ln", "--list_neighbors", COMPAT_LIST_NEIGHBORS, 0 },
	{ "-ls", "--list_state", COMPAT_LIST_STATE, 0 },
	{ "-lns", "--list_neighbors_state", COMPAT_LIST_NEIGHBORS_STATE, 0 },
	{ "-lsn", "--list_sequence_numbers", COMPAT_LIST_SEQUENCE_NUMBERS, 0 },
	{ "-mr", "--multicast_routes", COMPAT_MULTICAST_ROUTES, 0 },
	{ "-instances", "--list_instances", COMPAT_LIST_INSTANCES, 0 },
	{ "-fid", "--flood_initial_data", COMPAT_FLOOD_INITIAL_DATA, 0 },
	{ "-hfs", "--hold_forwarding_state", COMPAT_HOLD_FORWARDING_STATE, 0 },
	{ "-lsec", "--list_hmac_algorithms", COMPAT_LIST_ALGORITHMS, 0 },
	{ "-aisec", "--add_interface_security", COMPAT_ADD_SECURITY, 4 },
	{ "-risec", "--remove_interface_security", COMPAT_REMOVE_SECURITY, 2 },
	{ "-config", "--config", COMPAT_CONFIG, 1 },
	{ "-get_config", "--get_config", COMPAT_GET_CONFIG, 0 },
	{ "-v", "--verbose", COMPAT_VERBOSE, 0 },
	{ "-t", "--test", COMPAT_TEST, 2 },
	{ "-traceback", "--traceback", COMPAT_TRACEBACK, 0 },
	{ "-h", "--help", COMPAT_HELP, 0 },
	{ "--version", "--version", COMPAT_VERSION, 0 },
};

#define for_each_name(n) for (const struct name *n = names; n < (&names)[1]; n++)

static void expect_named(const char *word, const struct name *name)
{
	static const char args[] = " a b c d";
	struct compat_options options;
	struct ctl_error error;
	char line[128];

	(void)snprintf(line, sizeof(line), "%s%.*s", word, 2 * name->arg_count, args);
	cr_expect_eq(parse(line, &options, &error), 0, "%s: %s", line, error.message);
	cr_expect_eq(options.what, name->what, "%s", line);
	for (int i = 0; i < name->arg_count; i++)
		cr_expect(options.args[i][0] == 'a' + i && !options.args[i][1], "%s", line);
	if (!name->arg_count)
		return;
	(void)snprintf(line, sizeof(line), "%s%.*s", word, 2 * (name->arg_count - 1), args);
	cr_expect_eq(parse(line, &options, &error), CTL_EXIT_USAGE, "%s", line);
	cr_expect_not_null(strstr(error.message, "lacks its arguments"), "%s", error.message);
}

Test(compat, every_command_has_both_names_and_its_arguments)
{
	for_each_name(name)
	{
		expect_named(name->name, name);
		expect_named(name->long_name, name);
	}
}

Test(compat, every_command_is_in_the_table_above)
{
	bool is_tested[COMPAT_WHAT_COUNT] = { [COMPAT_NONE] = true };

	for_each_name(name) is_tested[name->what] = true;
	for (int what = 0; what < COMPAT_WHAT_COUNT; what++)
		cr_expect(is_tested[what], "command %d", what);
}

Test(compat, options_beside_the_command)
{
	struct compat_options options;
	struct ctl_error error;

	cr_assert_eq(parse("-ls", &options, &error), 0);
	cr_expect_eq(options.family, 4);
	cr_expect_eq(options.mroute_table, 0);
	cr_expect(!options.has_unicast);
	cr_assert_eq(parse("-6 -ls", &options, &error), 0);
	cr_expect_eq(options.family, 6);
	cr_assert_eq(parse("--list_state --ipv6", &options, &error), 0);
	cr_expect_eq(options.family, 6);
	cr_assert_eq(parse("--ipv4 -ls -4", &options, &error), 0);
	cr_expect_eq(options.family, 4);
	cr_assert_eq(parse("-start -mvrf 100 --unicast_vrf=7", &options, &error), 0);
	cr_expect_eq(options.mroute_table, 100);
	cr_expect(options.has_unicast);
	cr_expect_eq(options.unicast_table, 7);
	cr_assert_eq(parse("--multicast_vrf 999999999 -uvrf 0 -ai *", &options, &error), 0);
	cr_expect_eq(options.mroute_table, 999999999);
	cr_expect_str_eq(options.args[0], "*");
	/* A long name may be cut; a key may look like an option. */
	cr_assert_eq(parse("--list_neighbors_ -mvrf=5", &options, &error), 0);
	cr_expect_eq(options.what, COMPAT_LIST_NEIGHBORS_STATE);
	cr_assert_eq(parse("-aisec eth0 1 md5 -ls", &options, &error), 0);
	cr_expect_str_eq(options.args[3], "-ls");
}

Test(compat, what_is_refused)
{
	static const struct {
		const char *line, *message;
	} rows[] = {
		{ "", "a command is missing: exactly one per call" },
		{ "-6", "a command is missing: exactly one per call" },
		{ "-li -ln", "-ln: exactly one command per call" },
		{ "-li -li", "-li: exactly one command per call" },
		{ "-4 -6 -li", "-4 and -6 exclude each other: one family per call" },
		{ "-lx", "'-lx' is no option" },
		{ "li", "'li' is no option" },
		{ "-", "'-' is no option" },
		{ "--", "'--' is no option" },
		{ "--list", "'--list' is no option" },
		{ "-ai -6", "-ai lacks its arguments: INTERFACE" },
		{ "-ai", "-ai lacks its arguments: INTERFACE" },
		{ "-ai eth0 eth1", "'eth1' is no option" },
		{ "-li=eth0", "'-li=eth0' has not one value" },
		{ "-risec=eth0", "'-risec=eth0' has not one value" },
		{ "-li -mvrf", "-mvrf lacks its arguments: TABLE" },
		{ "-li -mvrf x", "'x' is no number of a table, 0 to 999999999" },
		{ "-li -mvrf -1", "'-1' is no number of a table, 0 to 999999999" },
		{ "-li -uvrf 1000000000", "'1000000000' is no number of a table, 0 to 999999999" },
		{ "-li -uvrf=", "'' is no number of a table, 0 to 999999999" },
	};
	struct compat_options options = { .what = COMPAT_NONE };
	struct ctl_error error;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(parse(rows[i].line, &options, &error), CTL_EXIT_USAGE, "'%s'",
			     rows[i].line);
		cr_expect_str_eq(error.message, rows[i].message, "'%s': %s", rows[i].line,
				 error.message);
	}
	cr_expect_eq(options.what, COMPAT_NONE, "refused options are written");
}

/* ---- boxes ---- */

static char *printed(const struct pretty *table)
{
	static char text[4096];
	FILE *file = fmemopen(text, sizeof(text), "w");

	pretty_print(table, file);
	cr_assert_eq(fclose(file), 0);
	return text;
}

/* What python3-prettytable 3.6.0 prints of these. */
Test(compat, boxes_are_those_of_prettytable)
{
	struct pretty table = { .titles = { "Interface", "IP", "S" } };

	cr_expect_str_eq(printed(&table), "+-----------+----+---+\n"
					  "| Interface | IP | S |\n"
					  "+-----------+----+---+\n"
					  "+-----------+----+---+\n");
	pretty_row(&table, (const char *[]){ "lo", "127.0.0.1", "True/False" });
	pretty_row(&table, (const char *[]){ "eth0", "10.1.1.1", "-" });
	pretty_row(&table, (const char *[]){ "abc", "1", "xy" });
	cr_expect_str_eq(printed(&table), "+-----------+-----------+------------+\n"
					  "| Interface |     IP    |     S      |\n"
					  "+-----------+-----------+------------+\n"
					  "|     lo    | 127.0.0.1 | True/False |\n"
					  "|    eth0   |  10.1.1.1 |     -      |\n"
					  "|    abc    |     1     |     xy     |\n"
					  "+-----------+-----------+------------+\n");
	pretty_fini(&table);
}

Test(compat, box_of_many_rows)
{
	struct pretty table = { .titles = { "N" } };

	for (int i = 0; i < 1000; i++)
		pretty_row(&table, (const char *[]){ "x" });
	cr_expect_eq(table.cell_count, 1000);
	pretty_fini(&table);
}

/* ---- words ---- */

Test(compat, words)
{
	static const struct {
		double seconds;
		const char *text;
	} clocks[] = { { 0, "00:00:00" },     { -1, "00:00:00" },     { 1.4, "00:00:01" },
		       { 61, "00:01:01" },    { 3599.6, "01:00:00" }, { 86399, "23:59:59" },
		       { 90061, "25:01:01" }, { 360000, "100:00:00" } };
	char text[32];

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		word_clock(clocks[i].seconds, text, sizeof(text));
		cr_expect_str_eq(text, clocks[i].text);
	}
	cr_expect_str_eq(word_group_state("Exclude", 4), "MembersPresent");
	cr_expect_str_eq(word_group_state("Include", 6), "ListenersPresent");
	cr_expect_str_eq(word_group_state("Static", 4), "MembersPresent");
	cr_expect_str_eq(word_group_state("CheckingMembership", 4), "CheckingMembership");
	cr_expect_str_eq(word_tree_state("active"), "Active");
	cr_expect_str_eq(word_tree_state("unsure"), "Unsure");
	cr_expect_str_eq(word_tree_state("flood"), "Inactive");
}

/* ---- tables ---- */

/* The answers, by command; "show trees" in detail is "show trees -d". */
static const struct answer {
	const char *cmd, *records;
} answers[] = {
	{ "show neighbors",
	  "[{'interface':'eth0','family':4,'address':'10.1.2.1','state':'synced','hold_s':40,"
	  "'expires_s':33.0,'boot_time':77,'my_snapshot_sn':5,'neighbor_snapshot_sn':6,"
	  "'checkpoint_sn':8,'uptime_s':900}]" },
	{ "show groups",
	  "[{'interface':'eth1','group':'239.1.2.3','state':'Exclude','expires_s':250},"
	  "{'interface':'eth0','group':'239.1.2.4','state':'CheckingMembership'}]" },
	{ "show interfaces",
	  "[{'interface':'eth0','hpim4':true,'igmp':true,'querier4_expires_s':200.5},"
	  "{'interface':'eth1','hpim4':false,'igmp':true,'querier4_expires_s':0},"
	  "{'interface':'eth9','hpim4':false,'igmp':false,'querier4_expires_s':0}]" },
	{ "show keys", "[{'interface':'eth9','id':4,'algorithm':'md5','sending':false},"
		       "{'interface':'eth9','id':7,'algorithm':'sha1','sending':true}]" },
	{ "show trees", "[{'source':'10.1.1.1','group':'239.1.2.3','state':'active'},"
			"{'source':'10.1.1.2','group':'239.1.2.3','state':'unsure'}]" },
	{ "show trees -d",
	  "[{'source':'10.1.1.1','group':'239.1.2.3','interface':'eth0','role':'root',"
	  "'assert':'-','interest':false,'member':true,'forwarding':false},"
	  "{'source':'10.1.1.1','group':'239.1.2.3','interface':'eth1','role':'non-root',"
	  "'assert':'winner','interest':true,'member':false,'forwarding':true},"
	  "{'source':'10.1.1.2','group':'239.1.2.3','interface':'eth1','role':'non-root',"
	  "'assert':'loser','interest':false,'member':false,'forwarding':false}]" },
	{ "show neighbor-state",
	  "[{'interface':'eth0','neighbor':'10.1.2.1','source':'10.1.1.1','group':'239.1.2.3',"
	  "'upstream':true,'preference':110,'metric':20,'interest':'unknown'},"
	  "{'interface':'eth1','neighbor':'10.1.3.1','source':'10.1.1.1','group':'239.1.2.3',"
	  "'upstream':false,'interest':'yes'},"
	  "{'interface':'eth1','neighbor':'10.1.3.2','source':'10.1.1.1','group':'239.1.2.3',"
	  "'upstream':false,'interest':'no'}]" },
	{ "show sequence",
	  "[{'sequence_of':'interface','interface':'eth0','boot_time':70,'sn':9},"
	  "{'sequence_of':'neighbor','interface':'eth0','neighbor':'10.1.2.1','boot_time':77,"
	  "'my_snapshot_sn':5,'neighbor_snapshot_sn':6,'checkpoint_sn':8},"
	  "{'sequence_of':'tree','interface':'eth0','neighbor':'10.1.2.1','source':'10.1.1.1',"
	  "'group':'239.1.2.3','sn':12}]" },
	{ "show algorithms", "[{'algorithm':'md5','bytes':16}]" },
	{ "show mroutes",
	  "[{'source':'10.1.1.1','group':'239.1.2.3','input':'eth0','outputs':'eth1,eth2'},"
	  "{'source':'10.1.1.100','group':'239.255.255.254','input':'-','outputs':'-'}]" },
};

struct json_object *compat_args(const struct compat *compat, const char *interface)
{
	struct json_object *args = json_object_new_object();

	cr_assert_null(interface, "these tables are about no single one");
	json_object_object_add(args, "family", json_object_new_int(compat->options.family));
	return args;
}

int compat_ask(struct compat *compat, const char *cmd, struct json_object *args,
	       struct json_object **ret_records, struct ctl_error *ret_error)
{
	char name[64], text[2048];

	(void)snprintf(name, sizeof(name), "%s%s", cmd,
		       !strcmp(cmd, "show trees") && word_is(args, "detail") ? " -d" : "");
	cr_expect_str_eq(word_text(args, "family"), "4");
	json_object_put(args);
	if (compat->is_reported) /* here: the daemon refuses all */
		return ctl_fail(ret_error, CTL_EXIT_TIMEOUT, "timeout", "", "no answer");
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (strcmp(answers[i].cmd, name) != 0)
			continue;
		(void)snprintf(text, sizeof(text), "%s", answers[i].records);
		for (char *at = text; (at = strchr(at, '\'')); at++)
			*at = '"';
		*ret_records = json_tokener_parse(text);
		cr_assert_not_null(*ret_records, "%s", name);
		return 0;
	}
	cr_assert_fail("no answer to %s", name);
	return -1;
}

typedef int table_fn(struct compat *compat, struct ctl_error *ret_error);

/* What a table prints, and its exit code. */
static int print_table(table_fn *table, bool is_refused, char *ret_text, size_t room)
{
	struct compat compat = { .options = { .family = 4, .mroute_table = 0 },
				 .is_reported = is_refused };
	struct ctl_error error;
	FILE *out = tmpfile();
	int own = dup(STDOUT_FILENO), err;

	(void)fflush(stdout);
	dup2(fileno(out), STDOUT_FILENO);
	err = table(&compat, &error);
	(void)fflush(stdout);
	dup2(own, STDOUT_FILENO);
	close(own);
	rewind(out);
	ret_text[fread(ret_text, 1, room - 1, out)] = '\0';
	fclose(out);
	return err;
}

static void expect_table(table_fn *table, const char *want)
{
	char text[4096];

	cr_expect_eq(print_table(table, false, text, sizeof(text)), 0);
	cr_expect_str_eq(text, want, "prints:\n%s", text);
}

Test(compat, neighbors)
{
	expect_table(compat_list_neighbors,
		     "+-----------+-------------+--------+-----------------+----------+"
		     "--------------------+----------+\n"
		     "| Interface | Neighbor IP | State  | Hello Hold Time | BootTime | "
		     "NeighborSnapshotSN |  Uptime  |\n"
		     "+-----------+-------------+--------+-----------------+----------+"
		     "--------------------+----------+\n"
		     "|    eth0   |   10.1.2.1  | Synced |        40       |    77    | "
		     "        6          | 00:00:07 |\n"
		     "+-----------+-------------+--------+-----------------+----------+"
		     "--------------------+----------+\n");
}

Test(compat, state)
{
	expect_table(compat_list_state,
		     "IGMP State:\n"
		     "+-----------+-------------+--------------+--------------------+\n"
		     "| Interface | RouterState | Group Adress |     GroupState     |\n"
		     "+-----------+-------------+--------------+--------------------+\n"
		     "|    eth1   |   Querier   |  239.1.2.3   |   MembersPresent   |\n"
		     "|    eth0   | Non Querier |  239.1.2.4   | CheckingMembership |\n"
		     "+-----------+-------------+--------------+--------------------+\n"
		     "\n"
		     "Multicast Routing State:\n"
		     "+----------+-----------+-----------+-----------+----------------------+"
		     "--------------+-----------------+----------------+\n"
		     "| SourceIP |  GroupIP  | TreeState | Interface |    InterestState     |"
		     " AssertState  | LocalMembership | Is Forwarding? |\n"
		     "+----------+-----------+-----------+-----------+----------------------+"
		     "--------------+-----------------+----------------+\n"
		     "| 10.1.1.1 | 239.1.2.3 |   Active  |    eth0   |          --          |"
		     "      --      |     Include     |      root      |\n"
		     "| 10.1.1.1 | 239.1.2.3 |   Active  |    eth1   |  DownstreamInterest  |"
		     " AssertWinner |      NoInfo     |      True      |\n"
		     "| 10.1.1.2 | 239.1.2.3 |   Unsure  |    eth1   | NoDownstreamInterest |"
		     " AssertLoser  |      NoInfo     |     False      |\n"
		     "+----------+-----------+-----------+-----------+----------------------+"
		     "--------------+-----------------+----------------+\n");
}

Test(compat, neighbors_state)
{
	expect_table(compat_list_neighbors_state,
		     "Upstream state:\n"
		     "+-----------+----------+----------------------+------------------------------"
		     "------+\n"
		     "| Interface | Neighbor |         Tree         |         RPC Upstream State   "
		     "      |\n"
		     "+-----------+----------+----------------------+------------------------------"
		     "------+\n"
		     "|    eth0   | 10.1.2.1 | (10.1.1.1,239.1.2.3) | Metric Preference: 110; "
		     "Metric: 20 |\n"
		     "+-----------+----------+----------------------+------------------------------"
		     "------+\n"
		     "\n"
		     "Interest state:\n"
		     "+-----------+----------+----------------------+----------------+\n"
		     "| Interface | Neighbor |         Tree         | Interest State |\n"
		     "+-----------+----------+----------------------+----------------+\n"
		     "|    eth1   | 10.1.3.1 | (10.1.1.1,239.1.2.3) |      True      |\n"
		     "|    eth1   | 10.1.3.2 | (10.1.1.1,239.1.2.3) |     False      |\n"
		     "+-----------+----------+----------------------+----------------+\n");
}

Test(compat, sequence_numbers)
{
	expect_table(compat_list_sequence_numbers,
		     "+-----------+----------+-------------+\n"
		     "| Interface | BootTime | InterfaceSN |\n"
		     "+-----------+----------+-------------+\n"
		     "|    eth0   |    70    |      9      |\n"
		     "+-----------+----------+-------------+\n"
		     "+----------+----------+--------------------+----------------------+\n"
		     "| Neighbor | BootTime | NeighborSnapshotSN | NeighborCheckpointSN |\n"
		     "+----------+----------+--------------------+----------------------+\n"
		     "| 10.1.2.1 |    77    |         6          |          8           |\n"
		     "+----------+----------+--------------------+----------------------+\n"
		     "+----------+----------------------+--------+\n"
		     "| Neighbor |         Tree         | LastSN |\n"
		     "+----------+----------------------+--------+\n"
		     "| 10.1.2.1 | (10.1.1.1,239.1.2.3) |   12   |\n"
		     "+----------+----------------------+--------+\n");
}

Test(compat, algorithms_and_routes)
{
	expect_table(compat_list_algorithms, "+----------------------+\n"
					     "| HMAC Hash Algorithms |\n"
					     "+----------------------+\n"
					     "|         md5          |\n"
					     "+----------------------+\n");
	expect_table(compat_multicast_routes,
		     "(10.1.1.1,239.1.2.3)             Iif: eth0       Oifs: eth1 eth2  State: "
		     "resolved Table: default\n"
		     "(10.1.1.100,239.255.255.254)     Iif: unresolved  State: resolved Table: "
		     "default\n");
}

/* lo is an interface of each machine; eth9, hopefully, of none: it was added, and waits. */
Test(compat, interfaces)
{
	char text[16384];

	cr_assert_eq(print_table(compat_list_interfaces, false, text, sizeof(text)), 0);
	cr_expect_not_null(strstr(text, "| Interface |"));
	cr_expect_not_null(strstr(text, "| HPIM/IGMP Enabled | HPIM security |  IGMP State |"),
			   "%s", text);
	cr_expect_not_null(strstr(text, "127.0.0.1"), "%s", text);
	cr_expect_not_null(strstr(text, "    eth9   |"), "%s", text);
	cr_expect_not_null(strstr(text, "|    False/False    |    7: sha1    |      -      |"),
			   "%s", text);
}

Test(compat, a_refusal_is_the_exit_code_and_nothing_is_printed)
{
	static table_fn *const tables[] = {
		compat_list_interfaces,      compat_list_neighbors,        compat_list_state,
		compat_list_neighbors_state, compat_list_sequence_numbers, compat_list_algorithms,
		compat_multicast_routes,
	};
	char text[1024];

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		cr_expect_eq(print_table(tables[i], true, text, sizeof(text)), CTL_EXIT_TIMEOUT,
			     "table %zu", i);
		cr_expect_str_eq(text, "", "table %zu", i);
	}
}
