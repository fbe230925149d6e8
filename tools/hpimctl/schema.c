// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of schemas. Both writers follow it: JSON for the order and completeness of fields,
 * text for alignment and for what is left out of the usual view.
 */
#include <stdio.h>
#include <string.h>

#include "hpimctl/schema.h"

/* clang-format off */
#define TEXT(n)   { .name = (n), .kind = COLUMN_TEXT }
#define NUMBER(n) { .name = (n), .kind = COLUMN_NUMBER }
#define BOOL(n)   { .name = (n), .kind = COLUMN_BOOL }
#define EXTRA_TEXT(n)   { .name = (n), .kind = COLUMN_TEXT, .is_extra = true }
#define EXTRA_NUMBER(n) { .name = (n), .kind = COLUMN_NUMBER, .is_extra = true }
#define EXTRA_BOOL(n)   { .name = (n), .kind = COLUMN_BOOL, .is_extra = true }

#define ATTACH_COLUMNS { TEXT("interface"), BOOL("hpim4"), BOOL("hpim6"), BOOL("igmp"), \
			 BOOL("mld"), TEXT("tier"), TEXT("why") }

#define STATIC_COLUMNS { TEXT("kind"), TEXT("source"), TEXT("group"), TEXT("input"), \
			 TEXT("outputs"), TEXT("state"), NUMBER("flows"), TEXT("why") }

static const struct schema schemas[] = {
	{ .cmd = "status", .id = "hpim.status/1", .list = "status", .is_vertical = true,
	  .columns = { TEXT("instance"), TEXT("version"), NUMBER("pid"), NUMBER("uptime_s"),
		       NUMBER("interfaces"), NUMBER("neighbors"), NUMBER("trees"),
		       NUMBER("groups"), NUMBER("routes"), NUMBER("routes_xdp"),
		       NUMBER("routes_kernel"), NUMBER("packets_xdp"),
		       NUMBER("packets_kernel"), NUMBER("routes_tc"), NUMBER("packets_tc"),
		       NUMBER("unmirrored"), TEXT("user"), TEXT("capabilities"),
		       NUMBER("mroutes") } },
	{ .cmd = "show interfaces", .id = "hpim.interfaces/1", .list = "interfaces",
	  .columns = { TEXT("interface"), EXTRA_NUMBER("ifindex"), TEXT("state"), TEXT("mode"),
		       TEXT("tier"), EXTRA_BOOL("redirects"), EXTRA_BOOL("kernel"), BOOL("hpim4"),
		       BOOL("hpim6"), BOOL("igmp"), BOOL("mld"), TEXT("addr4"), TEXT("addr6"),
		       EXTRA_TEXT("querier4"), EXTRA_TEXT("querier6"), NUMBER("neighbors4"),
		       NUMBER("neighbors6"), EXTRA_NUMBER("mtu"), TEXT("why"),
		       EXTRA_NUMBER("igmp_version"), EXTRA_NUMBER("mld_version"),
		       EXTRA_NUMBER("threshold"), EXTRA_NUMBER("querier4_expires_s"),
		       EXTRA_NUMBER("querier6_expires_s"), EXTRA_BOOL("ssm_any_source") } },
	{ .cmd = "show neighbors", .id = "hpim.neighbors/1", .list = "neighbors",
	  .columns = { TEXT("interface"), EXTRA_NUMBER("family"), TEXT("address"), TEXT("state"),
		       NUMBER("hold_s"), NUMBER("expires_s"), NUMBER("boot_time"),
		       EXTRA_NUMBER("my_snapshot_sn"), EXTRA_NUMBER("neighbor_snapshot_sn"),
		       EXTRA_NUMBER("checkpoint_sn"), NUMBER("uptime_s") } },
	{ .cmd = "show trees", .is_detail = true, .id = "hpim.tree-interfaces/1",
	  .list = "tree_interfaces",
	  .columns = { TEXT("source"), TEXT("group"), TEXT("interface"), TEXT("role"),
		       TEXT("assert"), BOOL("interest"), BOOL("member"), BOOL("forwarding"),
		       TEXT("best_upstream"), NUMBER("upstream_preference"),
		       NUMBER("upstream_metric") } },
	{ .cmd = "show trees", .id = "hpim.trees/1", .list = "trees",
	  .columns = { TEXT("source"), TEXT("group"), TEXT("state"), TEXT("role"), TEXT("input"),
		       TEXT("upstream"), EXTRA_NUMBER("preference"), EXTRA_NUMBER("metric"),
		       EXTRA_BOOL("in_tree"), TEXT("outputs"), TEXT("tier"), NUMBER("packets"),
		       EXTRA_NUMBER("bytes"), NUMBER("seen_s"), TEXT("why"),
		       EXTRA_NUMBER("tc_packets"), EXTRA_NUMBER("rate_pps"),
		       EXTRA_NUMBER("stale_s") } },
	{ .cmd = "show groups", .id = "hpim.groups/1", .list = "groups",
	  .columns = { TEXT("interface"), TEXT("group"), TEXT("state"), TEXT("last_reporter"),
		       NUMBER("expires_s") } },
	{ .cmd = "show mroutes", .id = "hpim.mroutes/1", .list = "mroutes",
	  .columns = { TEXT("source"), TEXT("group"), TEXT("input"), TEXT("outputs"), TEXT("tier"),
		       NUMBER("packets"), NUMBER("bytes"), EXTRA_NUMBER("xdp_packets"),
		       EXTRA_NUMBER("kernel_packets"), NUMBER("seen_s"), TEXT("why"),
		       EXTRA_NUMBER("tc_packets"), EXTRA_NUMBER("rate_pps"),
		       NUMBER("stale_s"), TEXT("owner"), EXTRA_NUMBER("owned_s") } },
	{ .cmd = "show counters", .id = "hpim.counters/1", .list = "counters",
	  .columns = { TEXT("interface"), TEXT("reason"), NUMBER("packets"), NUMBER("bytes"),
		       EXTRA_TEXT("meaning") } },
	{ .cmd = "show protocol-counters", .id = "hpim.protocol-counters/1", .list = "protocol_counters",
	  .columns = { TEXT("interface"), NUMBER("family"), TEXT("protocol"), TEXT("message"),
		       NUMBER("sent"), NUMBER("received"), NUMBER("retransmitted"),
		       NUMBER("refused"), TEXT("reason") } },
	{ .cmd = "show limits", .id = "hpim.limits/1", .list = "limits",
	  .columns = { TEXT("limit_of"), TEXT("interface"), NUMBER("family"), NUMBER("used"),
		       NUMBER("limit"), NUMBER("refused") } },
	{ .cmd = "explain", .id = "hpim.explain/1", .list = "explanation",
	  .columns = { TEXT("about"), TEXT("interface"), TEXT("verdict"), TEXT("sentence") } },
	{ .cmd = "doctor", .id = "hpim.doctor/1", .list = "findings", .has_severity = true,
	  .columns = { TEXT("severity"), TEXT("interface"), EXTRA_NUMBER("family"),
		       EXTRA_TEXT("check"), TEXT("what"), TEXT("why"), TEXT("remedy") } },
	{ .cmd = "show keys", .id = "hpim.keys/1", .list = "keys",
	  .columns = { TEXT("interface"), NUMBER("family"), NUMBER("id"), TEXT("algorithm"),
		       BOOL("sending") } },
	{ .cmd = "show algorithms", .id = "hpim.algorithms/1", .list = "algorithms",
	  .columns = { TEXT("algorithm"), NUMBER("bytes") } },
	{ .cmd = "attach", .id = "hpim.attach/1", .list = "attached", .columns = ATTACH_COLUMNS },
	{ .cmd = "detach", .id = "hpim.attach/1", .list = "attached", .columns = ATTACH_COLUMNS },
	{ .cmd = "show static", .id = "hpim.static/1", .list = "static",
	  .columns = STATIC_COLUMNS },
	{ .cmd = "static route", .id = "hpim.static/1", .list = "static",
	  .columns = STATIC_COLUMNS },
	{ .cmd = "static join", .id = "hpim.static/1", .list = "static",
	  .columns = STATIC_COLUMNS },
	{ .cmd = "version", .id = "hpim.version/1", .list = "versions",
	  .columns = { TEXT("program"), TEXT("version") } },
};
/* clang-format on */

const struct schema *schema_find(const char *cmd, bool is_detail)
{
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		const struct schema *schema = &schemas[i];

		if (!strcmp(schema->cmd, cmd) && (is_detail || !schema->is_detail))
			return schema;
	}
	return NULL;
}

static const struct column *find_column(const struct schema *schema, const char *name, size_t len)
{
	for (const struct column *col = schema->columns; col->name; col++) {
		if (strlen(col->name) == len && !strncmp(col->name, name, len))
			return col;
	}
	return NULL;
}

bool schema_has(const struct schema *schema, const char *name)
{
	return find_column(schema, name, strlen(name));
}

static int fail_column(const struct schema *schema, const char *name, size_t len,
		       struct ctl_error *ret_error)
{
	char hint[sizeof(ret_error->hint)] = "columns: all";
	size_t used = strlen(hint);

	for (const struct column *col = schema->columns; col->name && used < sizeof(hint); col++)
		used += (size_t)snprintf(hint + used, sizeof(hint) - used, " %s", col->name);
	return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", hint, "no column '%.*s' in %s",
			(int)len, name, schema->list);
}

static void pick_usual(const struct schema *schema, bool with_extra, struct column_pick *pick)
{
	for (const struct column *col = schema->columns; col->name; col++) {
		if (with_extra || !col->is_extra)
			pick->columns[pick->count++] = col;
	}
}

int schema_pick(const struct schema *schema, const char *names, bool with_extra,
		struct column_pick *ret_pick, struct ctl_error *ret_error)
{
	struct column_pick pick = { .count = 0 };
	const char *next;

	if (!names || !strcmp(names, "all")) {
		pick_usual(schema, names || with_extra, &pick);
		names = NULL;
	}
	for (; names; names = next) {
		size_t len = strcspn(names, ",");
		const struct column *col = find_column(schema, names, len);

		if (!col)
			return fail_column(schema, names, len, ret_error);
		if (pick.count == SCHEMA_COLUMNS_MAX)
			return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "too many columns");
		pick.columns[pick.count++] = col;
		next = names[len] ? names + len + 1 : NULL;
	}
	*ret_pick = pick;
	return 0;
}
