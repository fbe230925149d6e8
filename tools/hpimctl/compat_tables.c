// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of hpim-dm, with the titles and words of the Python implementation. Source:
 * description of HPIM-DM, 7.2.
 */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "hpimctl/compat.h"
#include "hpimctl/compat_words.h"
#include "hpimctl/pretty.h"

/* Records of a request about the family, or NULL with @ret_error filled. */
static struct json_object *records_of(struct compat *compat, const char *cmd, bool is_detail,
				      struct ctl_error *ret_error)
{
	struct json_object *args = compat_args(compat, NULL), *records;

	if (is_detail)
		json_object_object_add(args, "detail", json_object_new_boolean(true));
	return compat_ask(compat, cmd, args, &records, ret_error) ? NULL : records;
}

typedef void row_fn(struct pretty *table, struct json_object *record);

static void add_rows(struct pretty *table, struct json_object *records, row_fn *row)
{
	for (size_t i = 0; i < json_object_array_length(records); i++)
		row(table, json_object_array_get_idx(records, i));
}

/* @records are released; NULL: the request failed, and so does this. */
static int show(struct pretty *table, struct json_object *records, row_fn *row,
		const struct ctl_error *error)
{
	if (!records)
		return (int)error->exit;
	add_rows(table, records, row);
	json_object_put(records);
	pretty_print(table, stdout);
	pretty_fini(table);
	return 0;
}

/* ---- interfaces ---- */

/* What there is of an interface of the machine. */
struct machine {
	const struct compat *compat;
	struct json_object *interfaces, *keys; /* records */
};

static struct json_object *find_record(struct json_object *records, const char *interface)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (!strcmp(word_text(record, "interface"), interface))
			return record;
	}
	return NULL;
}

static void security_of(const struct machine *machine, const char *interface, char *text,
			size_t room)
{
	(void)snprintf(text, room, "-");
	for (size_t i = 0; i < json_object_array_length(machine->keys); i++) {
		struct json_object *key = json_object_array_get_idx(machine->keys, i);

		if (!strcmp(word_text(key, "interface"), interface) && word_is(key, "sending"))
			(void)snprintf(text, room, "%s: %s", word_text(key, "id"),
				       word_text(key, "algorithm"));
	}
}

static void interface_row(const struct machine *machine, struct pretty *table, const char *name,
			  const char *addr)
{
	bool is_4 = machine->compat->options.family == 4;
	struct json_object *record = find_record(machine->interfaces, name);
	char enabled[16], security[64];

	(void)snprintf(enabled, sizeof(enabled), "%s/%s",
		       word_bool(record, is_4 ? "hpim4" : "hpim6"),
		       word_bool(record, is_4 ? "igmp" : "mld"));
	security_of(machine, name, security, sizeof(security));
	pretty_row(table,
		   (const char *[]){ name, addr, enabled, security,
				     word_querier(record, machine->compat->options.family) });
}

static bool has_family(const struct ifaddrs *is, int family)
{
	return is->ifa_addr && is->ifa_addr->sa_family == (family == 4 ? AF_INET : AF_INET6);
}

/* Whether it is the first address of its interface, or for IPv6 the first link-local one. */
static bool is_first(const struct ifaddrs *all, const struct ifaddrs *is, int family)
{
	const struct ifaddrs *best = NULL;

	for (; all; all = all->ifa_next) {
		if (strcmp(all->ifa_name, is->ifa_name) != 0 || !has_family(all, family))
			continue;
		if (!best)
			best = all;
		if (family == 6 && word_is_link_local(all->ifa_addr) &&
		    !word_is_link_local(best->ifa_addr))
			best = all;
	}
	return best == is;
}

/* Interfaces with an address of the family. */
static void machine_rows(const struct machine *machine, struct pretty *table)
{
	int family = machine->compat->options.family;
	struct ifaddrs *all;
	char text[64];

	if (getifaddrs(&all) < 0)
		return; /* those of the daemon follow */
	for (const struct ifaddrs *is = all; is; is = is->ifa_next)
		if (has_family(is, family) && is_first(all, is, family))
			interface_row(machine, table, is->ifa_name,
				      word_addr(is->ifa_addr, text, sizeof(text)));
	freeifaddrs(all);
}

static bool has_row(const struct pretty *table, const char *interface)
{
	for (size_t i = 0; i < table->cell_count; i += 5)
		if (!strcmp(table->cells[i], interface))
			return true;
	return false;
}

/* Differs: an interface that was added but has no address, or is not there, is listed, too. */
static void waiting_rows(const struct machine *machine, struct pretty *table)
{
	for (size_t i = 0; i < json_object_array_length(machine->interfaces); i++) {
		const char *name =
			word_text(json_object_array_get_idx(machine->interfaces, i), "interface");

		if (!has_row(table, name))
			interface_row(machine, table, name, "-");
	}
}

int compat_list_interfaces(struct compat *compat, struct ctl_error *ret_error)
{
	bool is_4 = compat->options.family == 4;
	struct pretty table = { .titles = { "Interface", "IP",
					    is_4 ? "HPIM/IGMP Enabled" : "HPIM/MLD Enabled",
					    "HPIM security", is_4 ? "IGMP State" : "MLD State" } };
	struct machine machine = { .compat = compat };

	machine.interfaces = records_of(compat, "show interfaces", true, ret_error);
	machine.keys =
		machine.interfaces ? records_of(compat, "show keys", false, ret_error) : NULL;
	if (machine.keys) {
		machine_rows(&machine, &table);
		waiting_rows(&machine, &table);
		pretty_print(&table, stdout);
		pretty_fini(&table);
	}
	json_object_put(machine.interfaces);
	json_object_put(machine.keys);
	return machine.keys ? 0 : (int)ret_error->exit;
}

/* ---- neighbors ---- */

static void neighbor_row(struct pretty *table, struct json_object *record)
{
	struct json_object *expires = json_object_object_get(record, "expires_s");
	char state[32], uptime[32];

	word_capital(word_text(record, "state"), state, sizeof(state));
	/* The hold time runs since the last Hello that was accepted; null: none was yet. */
	word_clock(expires ? json_object_get_double(json_object_object_get(record, "hold_s")) -
				     json_object_get_double(expires)
			   : 0,
		   uptime, sizeof(uptime));
	pretty_row(table,
		   (const char *[]){ word_text(record, "interface"), word_text(record, "address"),
				     state, word_text(record, "hold_s"),
				     word_text(record, "boot_time"),
				     word_text(record, "neighbor_snapshot_sn"), uptime });
}

int compat_list_neighbors(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty table = { .titles = { "Interface", "Neighbor IP", "State", "Hello Hold Time",
					    "BootTime", "NeighborSnapshotSN", "Uptime" } };

	return show(&table, records_of(compat, "show neighbors", true, ret_error), neighbor_row,
		    ret_error);
}

/* ---- groups and trees ---- */

static int list_groups(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty table = { .titles = { "Interface", "RouterState", "Group Adress",
					    "GroupState" } };
	struct json_object *groups = records_of(compat, "show groups", false, ret_error);
	struct json_object *interfaces =
		groups ? records_of(compat, "show interfaces", true, ret_error) : NULL;
	int family = compat->options.family;

	for (size_t i = 0; interfaces && i < json_object_array_length(groups); i++) {
		struct json_object *group = json_object_array_get_idx(groups, i);
		const char *interface = word_text(group, "interface");

		pretty_row(&table, (const char *[]){
					   interface,
					   word_querier(find_record(interfaces, interface), family),
					   word_text(group, "group"),
					   word_group_state(word_text(group, "state"), family) });
	}
	if (interfaces) {
		printf("%s State:\n", family == 4 ? "IGMP" : "MLD");
		pretty_print(&table, stdout);
	}
	pretty_fini(&table);
	json_object_put(groups);
	json_object_put(interfaces);
	return interfaces ? 0 : (int)ret_error->exit;
}

/* "SOURCE GROUP" of a record. */
static const char *key_of(struct json_object *record)
{
	static char key[128];

	(void)snprintf(key, sizeof(key), "%s %s", word_text(record, "source"),
		       word_text(record, "group"));
	return key;
}

/* The state of each tree by its key. */
static struct json_object *states_of(struct json_object *trees)
{
	struct json_object *states = json_object_new_object();

	for (size_t i = 0; i < json_object_array_length(trees); i++) {
		struct json_object *tree = json_object_array_get_idx(trees, i);

		json_object_object_add(states, key_of(tree),
				       json_object_get(json_object_object_get(tree, "state")));
	}
	return states;
}

static void tree_row(struct pretty *table, struct json_object *record, const char *state)
{
	bool is_root = !strcmp(word_text(record, "role"), "root");
	bool is_winner = !strcmp(word_text(record, "assert"), "winner");

	pretty_row(table, (const char *[]){ word_text(record, "source"), word_text(record, "group"),
					    state, word_text(record, "interface"),
					    is_root                       ? "--"
					    : word_is(record, "interest") ? "DownstreamInterest"
									  : "NoDownstreamInterest",
					    is_root     ? "--"
					    : is_winner ? "AssertWinner"
							: "AssertLoser",
					    word_is(record, "member") ? "Include" : "NoInfo",
					    is_root ? "root" : word_bool(record, "forwarding") });
}

static int list_trees(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty table = { .titles = { "SourceIP", "GroupIP", "TreeState", "Interface",
					    "InterestState", "AssertState", "LocalMembership",
					    "Is Forwarding?" } };
	struct json_object *trees = records_of(compat, "show trees", false, ret_error);
	struct json_object *parts =
		trees ? records_of(compat, "show trees", true, ret_error) : NULL;
	struct json_object *states = parts ? states_of(trees) : NULL;

	for (size_t i = 0; parts && i < json_object_array_length(parts); i++) {
		struct json_object *part = json_object_array_get_idx(parts, i);

		tree_row(&table, part, word_tree_state(word_text(states, key_of(part))));
	}
	if (parts) {
		printf("\nMulticast Routing State:\n");
		pretty_print(&table, stdout);
	}
	pretty_fini(&table);
	json_object_put(trees);
	json_object_put(parts);
	json_object_put(states);
	return parts ? 0 : (int)ret_error->exit;
}

int compat_list_state(struct compat *compat, struct ctl_error *ret_error)
{
	int err = list_groups(compat, ret_error);

	return err ? err : list_trees(compat, ret_error);
}

/* ---- what neighbors said ---- */

static void upstream_row(struct pretty *table, struct json_object *record)
{
	char tree[128], state[96];

	if (!word_is(record, "upstream"))
		return;
	(void)snprintf(state, sizeof(state), "Metric Preference: %s; Metric: %s",
		       word_text(record, "preference"), word_text(record, "metric"));
	pretty_row(table,
		   (const char *[]){ word_text(record, "interface"), word_text(record, "neighbor"),
				     word_tree(record, tree, sizeof(tree)), state });
}

static void interest_row(struct pretty *table, struct json_object *record)
{
	const char *interest = word_text(record, "interest");
	char tree[128];

	if (!strcmp(interest, "unknown"))
		return;
	pretty_row(table,
		   (const char *[]){ word_text(record, "interface"), word_text(record, "neighbor"),
				     word_tree(record, tree, sizeof(tree)),
				     strcmp(interest, "yes") ? "False" : "True" });
}

int compat_list_neighbors_state(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty upstream = { .titles = { "Interface", "Neighbor", "Tree",
					       "RPC Upstream State" } };
	struct pretty interest = { .titles = { "Interface", "Neighbor", "Tree",
					       "Interest State" } };
	struct json_object *records = records_of(compat, "show neighbor-state", true, ret_error);

	if (!records)
		return (int)ret_error->exit;
	printf("Upstream state:\n");
	(void)show(&upstream, json_object_get(records), upstream_row, ret_error); /* there are */
	printf("\nInterest state:\n");
	return show(&interest, records, interest_row, ret_error);
}

/* ---- sequence numbers ---- */

static void interface_sn_row(struct pretty *table, struct json_object *record)
{
	if (!strcmp(word_text(record, "sequence_of"), "interface"))
		pretty_row(table, (const char *[]){ word_text(record, "interface"),
						    word_text(record, "boot_time"),
						    word_text(record, "sn") });
}

static void neighbor_sn_row(struct pretty *table, struct json_object *record)
{
	if (!strcmp(word_text(record, "sequence_of"), "neighbor"))
		pretty_row(table, (const char *[]){ word_text(record, "neighbor"),
						    word_text(record, "boot_time"),
						    word_text(record, "neighbor_snapshot_sn"),
						    word_text(record, "checkpoint_sn") });
}

static void tree_sn_row(struct pretty *table, struct json_object *record)
{
	char tree[128];

	if (!strcmp(word_text(record, "sequence_of"), "tree"))
		pretty_row(table, (const char *[]){ word_text(record, "neighbor"),
						    word_tree(record, tree, sizeof(tree)),
						    word_text(record, "sn") });
}

int compat_list_sequence_numbers(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty interfaces = { .titles = { "Interface", "BootTime", "InterfaceSN" } };
	struct pretty neighbors = { .titles = { "Neighbor", "BootTime", "NeighborSnapshotSN",
						"NeighborCheckpointSN" } };
	struct pretty trees = { .titles = { "Neighbor", "Tree", "LastSN" } };
	struct json_object *records = records_of(compat, "show sequence", true, ret_error);

	if (!records)
		return (int)ret_error->exit;
	(void)show(&interfaces, json_object_get(records), interface_sn_row, ret_error);
	(void)show(&neighbors, json_object_get(records), neighbor_sn_row, ret_error); /* as above */
	return show(&trees, records, tree_sn_row, ret_error);
}

/* ---- others ---- */

static void algorithm_row(struct pretty *table, struct json_object *record)
{
	pretty_row(table, (const char *[]){ word_text(record, "algorithm") });
}

int compat_list_algorithms(struct compat *compat, struct ctl_error *ret_error)
{
	struct pretty table = { .titles = { "HMAC Hash Algorithms" } };

	return show(&table, records_of(compat, "show algorithms", false, ret_error), algorithm_row,
		    ret_error);
}

/* As "ip mroute show table N" prints the entries, here of all tiers; it names the table
 * only of IPv4, and only with 0, which there means all. */
static void print_mroute(struct json_object *record, bool names_table)
{
	const char *input = word_text(record, "input"), *outputs = word_text(record, "outputs");
	char tree[128];

	printf("%-32s Iif: %-10s ", word_tree(record, tree, sizeof(tree)),
	       strcmp(input, "-") ? input : "unresolved");
	if (strcmp(outputs, "-") != 0) {
		printf("Oifs: ");
		for (; *outputs; outputs++)
			(void)putchar(*outputs == ',' ? ' ' : *outputs);
		(void)putchar(' ');
	}
	printf(" State: resolved%s\n", names_table ? " Table: default" : "");
}

int compat_multicast_routes(struct compat *compat, struct ctl_error *ret_error)
{
	struct json_object *records = records_of(compat, "show mroutes", true, ret_error);

	if (!records)
		return (int)ret_error->exit;
	for (size_t i = 0; i < json_object_array_length(records); i++)
		print_mroute(json_object_array_get_idx(records, i),
			     compat->options.family == 4 && compat->options.mroute_table == 0);
	json_object_put(records);
	return 0;
}
