// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/daemons.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimlab/record.h"

enum table {
	TABLE_TREES,
	TABLE_TREE_IFS,
	TABLE_NEIGHBORS,
	TABLE_GROUPS,
	TABLE_INTERFACES,
	TABLE_MROUTES,
	TABLE_COUNT
};

static const struct {
	const char *words, *key; /* of hpimctl; of its JSON */
} tables[TABLE_COUNT] = {
	[TABLE_TREES] = { "show trees", "trees" },
	[TABLE_TREE_IFS] = { "-d show trees", "tree_interfaces" },
	[TABLE_NEIGHBORS] = { "show neighbors", "neighbors" },
	[TABLE_GROUPS] = { "show groups", "groups" },
	[TABLE_INTERFACES] = { "show interfaces", "interfaces" },
	[TABLE_MROUTES] = { "show mroutes", "mroutes" },
};

struct daemons {
	const struct lab *lab;
	json_object *answers[SIM_ROUTERS_MAX][TABLE_COUNT]; /* NULL: not asked */
};

/* ---- asking ---- */

static const char *family_option(const struct lab *lab)
{
	return ip_family_addr_len(lab->family) == 4 ? "-4" : "-6";
}

/* Nothing where no daemon answers: it knows nothing. */
char *daemons_print(const struct lab *lab, uint16_t router, const char *format, ...)
{
	char words[200], line[700], *text = NULL;
	va_list args;
	FILE *from, *to;
	size_t len;
	int c;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	(void)snprintf(line, sizeof(line), "%shpimctl -i %s-%s %s %s 2> /dev/null", lab->programs,
		       lab->prefix, lab->topo->routers[router].name, family_option(lab), words);
	to = open_memstream(&text, &len);
	from = lab->daemons[router] ? popen(line, "re") : NULL; /* NOLINT: names are checked */
	assert(to);
	while (from && (c = getc(from)) != EOF)
		(void)putc(c, to);
	if (from)
		(void)pclose(from);
	(void)fclose(to);
	return text;
}

/* The records of a table: an array, or NULL. */
static json_object *ask(struct daemons *daemons, uint16_t router, enum table table)
{
	json_object **answer = &daemons->answers[router][table], *records = NULL;
	char *text;

	if (!*answer) {
		text = daemons_print(daemons->lab, router, "-j %s", tables[table].words);
		*answer = json_tokener_parse(text);
		if (!*answer)
			*answer = json_object_new_object();
		free(text);
	}
	(void)json_object_object_get_ex(*answer, tables[table].key, &records);
	return records && json_object_is_type(records, json_type_array) ? records : NULL;
}

void daemons_forget(struct daemons *daemons)
{
	for (size_t i = 0; i < SIM_ROUTERS_MAX; i++)
		for (enum table table = 0; table < TABLE_COUNT; table++) {
			json_object_put(daemons->answers[i][table]);
			daemons->answers[i][table] = NULL;
		}
}

/* ---- fields of a record ---- */

/* Whether a timer runs: if not, its field is null. */
static hp_time timer_of(json_object *record, const char *key)
{
	json_object *value = NULL;

	(void)json_object_object_get_ex(record, key, &value);
	return value ? (hp_time)(json_object_get_double(value) * 1e9) : HP_TIME_NEVER;
}

static uint16_t link_of(const struct daemons *daemons, uint16_t router, const char *name)
{
	return sim_topo_port(&daemons->lab->topo->routers[router], name);
}

/* "eth0,eth2", or "-" */
static struct ifset links_of(const struct daemons *daemons, uint16_t router, const char *names)
{
	struct ifset set = { .word = { 0 } };
	char copy[200], *rest = copy, *name;

	(void)snprintf(copy, sizeof(copy), "%s", names);
	while ((name = strsep(&rest, ",")))
		if (link_of(daemons, router, name) != SIM_NONE)
			ifset_add(&set, link_of(daemons, router, name));
	return set;
}

static enum core_proto protocol_of(json_object *record)
{
	return strcmp(record_text(record, "protocol"), "pim-dm") == 0 ? PROTO_PIMDM : PROTO_HPIM;
}

static struct mfib_key key_of(json_object *record)
{
	return (struct mfib_key){ .source = record_addr(record, "source"),
				  .group = record_addr(record, "group") };
}

/*
 * The root interface of a tree. hpimctl shows for an originator without one (behind it are routers
 * of another protocol) where its packets come in.
 */
static uint16_t root_of(struct daemons *daemons, uint16_t router, json_object *tree)
{
	uint16_t input = link_of(daemons, router, record_text(tree, "input"));
	const struct mfib_key key = key_of(tree);
	json_object *records;

	if (strcmp(record_text(tree, "role"), "originator") != 0)
		return input;
	records = ask(daemons, router, TABLE_TREE_IFS);
	for (size_t i = 0; i < record_count(records); i++) {
		json_object *record = json_object_array_get_idx(records, i);
		const struct mfib_key of = key_of(record);

		if (ip_addr_equal(&of.source, &key.source) &&
		    ip_addr_equal(&of.group, &key.group) &&
		    protocol_of(record) == protocol_of(tree) &&
		    strcmp(record_text(record, "role"), "root") == 0)
			return input;
	}
	return LINK_NONE;
}

/* ---- facts ---- */

static void trees(void *ctx, uint16_t router, inspect_tree_fn *each, void *each_ctx)
{
	struct daemons *daemons = ctx;
	json_object *records = ask(daemons, router, TABLE_TREES);
	bool goes_on = true;

	for (size_t i = 0; i < record_count(records) && goes_on; i++) {
		json_object *record = json_object_array_get_idx(records, i);
		const struct inspect_tree tree = {
			.key = key_of(record),
			.proto = protocol_of(record),
			.state = record_text(record, "state"),
			.is_originator = strcmp(record_text(record, "role"), "originator") == 0,
			.in_tree = record_flag(record, "in_tree"),
			.root = root_of(daemons, router, record),
			.upstream = record_addr(record, "upstream"),
			.preference = record_number(record, "preference"),
			.metric = record_number(record, "metric"),
			.oifs = links_of(daemons, router, record_text(record, "outputs")),
			.refresh_in = timer_of(record, "state_refresh_s"),
		};

		goes_on = each(each_ctx, &tree);
	}
}

static void tree_ifs(void *ctx, uint16_t router, inspect_tree_if_fn *each, void *each_ctx)
{
	struct daemons *daemons = ctx;
	json_object *records = ask(daemons, router, TABLE_TREE_IFS);
	bool goes_on = true;

	for (size_t i = 0; i < record_count(records) && goes_on; i++) {
		json_object *record = json_object_array_get_idx(records, i);
		const char *won = record_text(record, "assert");
		const struct inspect_tree_if tif = {
			.key = key_of(record),
			.proto = protocol_of(record),
			.link = link_of(daemons, router, record_text(record, "interface")),
			.is_root = strcmp(record_text(record, "role"), "root") == 0,
			.is_winner = strcmp(won, "loser") != 0,
			.has_interest = record_flag(record, "interest"),
			.has_member = record_flag(record, "member"),
			.is_forwarding = record_flag(record, "forwarding"),
			.best_upstream = record_addr(record, "best_upstream"),
			.downstream = record_text(record, "downstream"),
			.assert_state = won,
		};

		if (tif.link != SIM_NONE)
			goes_on = each(each_ctx, &tif);
	}
}

static void neighbors(void *ctx, uint16_t router, uint16_t port, inspect_neighbor_fn *each,
		      void *each_ctx)
{
	struct daemons *daemons = ctx;
	json_object *records = ask(daemons, router, TABLE_NEIGHBORS);
	bool goes_on = true;

	for (size_t i = 0; i < record_count(records) && goes_on; i++) {
		json_object *record = json_object_array_get_idx(records, i);
		const char *state = record_text(record, "state");
		const struct inspect_neighbor neighbor = {
			.link = link_of(daemons, router, record_text(record, "interface")),
			.family = daemons->lab->family,
			.proto = protocol_of(record),
			.addr = record_addr(record, "address"),
			.state = state,
			.is_usable = strcmp(state, "synced") == 0 || strcmp(state, "up") == 0,
		};

		if (neighbor.link == port)
			goes_on = each(each_ctx, &neighbor);
	}
}

static void groups(void *ctx, uint16_t router, uint16_t port, facts_group_fn *each, void *each_ctx)
{
	struct daemons *daemons = ctx;
	json_object *records = ask(daemons, router, TABLE_GROUPS);
	bool goes_on = true;

	for (size_t i = 0; i < record_count(records) && goes_on; i++) {
		json_object *record = json_object_array_get_idx(records, i);
		const struct gm_group_view group = {
			.link = link_of(daemons, router, record_text(record, "interface")),
			.group = record_addr(record, "group"),
			.state = record_text(record, "state"),
		};

		if (group.link == port)
			goes_on = each(each_ctx, &group);
	}
}

static bool querier(void *ctx, uint16_t router, uint16_t port, struct ip_addr *ret_querier)
{
	struct daemons *daemons = ctx;
	json_object *records = ask(daemons, router, TABLE_INTERFACES);
	bool is_4 = ip_family_addr_len(daemons->lab->family) == 4;

	for (size_t i = 0; i < record_count(records); i++) {
		json_object *record = json_object_array_get_idx(records, i);

		if (link_of(daemons, router, record_text(record, "interface")) != port)
			continue;
		*ret_querier = record_addr(record, is_4 ? "querier4" : "querier6");
		return record_flag(record, is_4 ? "igmp" : "mld");
	}
	return false;
}

/* ---- of the whole network ---- */

static struct check left_over(struct daemons *daemons, enum table table)
{
	struct check check = { .kind = CHECK_OK };

	for (uint16_t i = 0; i < daemons->lab->topo->router_count; i++) {
		json_object *records = ask(daemons, i, table);

		for (size_t j = 0; j < record_count(records); j++) {
			const struct ip_addr group =
				record_addr(json_object_array_get_idx(records, j), "group");

			if (sim_topo_group_index(&group) == SIM_NONE)
				continue;
			check.kind = CHECK_LEFT_OVER;
			(void)snprintf(check.text, sizeof(check.text), "%s has left in %s: %s",
				       daemons->lab->topo->routers[i].name, tables[table].key,
				       ip_addr_text(&group).s);
			return check;
		}
	}
	return check;
}

struct check daemons_no_trees(struct daemons *daemons)
{
	struct check check = left_over(daemons, TABLE_TREES);

	return check.kind ? check : left_over(daemons, TABLE_MROUTES);
}

struct check daemons_empty(struct daemons *daemons)
{
	struct check check = daemons_no_trees(daemons);

	return check.kind ? check : left_over(daemons, TABLE_GROUPS);
}

struct facts daemons_facts(struct daemons *daemons)
{
	return (struct facts){ .ctx = daemons,
			       .trees = trees,
			       .tree_ifs = tree_ifs,
			       .neighbors = neighbors,
			       .groups = groups,
			       .querier = querier };
}

void daemons_give(struct daemons *daemons, uint16_t router, json_object *answer)
{
	for (enum table table = 0; table < TABLE_COUNT; table++)
		if (json_object_object_get_ex(answer, tables[table].key, NULL)) {
			json_object_put(daemons->answers[router][table]);
			daemons->answers[router][table] = json_object_get(answer);
		}
}

struct daemons *daemons_new(const struct lab *lab)
{
	struct daemons *daemons = calloc(1, sizeof(*daemons));

	assert(daemons);
	daemons->lab = lab;
	return daemons;
}

void daemons_free(struct daemons *daemons)
{
	if (!daemons)
		return;
	daemons_forget(daemons);
	free(daemons);
}
