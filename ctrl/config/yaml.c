// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration as YAML. Each key of the file is a row: what it takes, what it means, who reads
 * and who writes it; the reference in docs/CONFIGURATION.md is printed from the rows. What is not
 * said in the file has its default, and what has its default is not written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "config/yaml_int.h"
#include "io/field.h"

#define VERSION 1

/* ---- top ---- */

static void read_version(struct yaml_in *in, yaml_node_t *node, void *object)
{
	const char *text = yaml_text(in, node, "1");

	(void)object;
	if (text && strcmp(text, "1") != 0)
		yaml_wrong(in, node, "found version '%.60s', expected 1", text);
}

static void write_version(struct yaml_out *out, const char *name, const void *object)
{
	(void)object;
	yaml_put_number(out, name, VERSION);
}

static void read_tables(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_read_rows(in, node, YAML_AT_TABLES, "tables", object);
}

static void write_tables(struct yaml_out *out, const char *name, const void *object)
{
	const struct config *config = object;

	if (!config->has_table[CONFIG_UNICAST] && !config->has_table[CONFIG_MULTICAST])
		return;
	yaml_map(out, name, false);
	yaml_write_rows(out, YAML_AT_TABLES, object);
	yaml_map_end(out);
}

static void read_table(struct yaml_in *in, yaml_node_t *node, struct config *config,
		       enum config_table table)
{
	if (yaml_number(in, node, 0, CONFIG_TABLE_MAX, &config->table[table]))
		config->has_table[table] = true;
}

static void write_table(struct yaml_out *out, const struct config *config, enum config_table table)
{
	if (config->has_table[table])
		yaml_put_number(out, config_table_names[table], config->table[table]);
}

static void read_unicast(struct yaml_in *in, yaml_node_t *node, void *object)
{
	read_table(in, node, object, CONFIG_UNICAST);
}

static void write_unicast(struct yaml_out *out, const char *name, const void *object)
{
	(void)name;
	write_table(out, object, CONFIG_UNICAST);
}

static void read_multicast(struct yaml_in *in, yaml_node_t *node, void *object)
{
	read_table(in, node, object, CONFIG_MULTICAST);
}

static void write_multicast(struct yaml_out *out, const char *name, const void *object)
{
	(void)name;
	write_table(out, object, CONFIG_MULTICAST);
}

/* ---- follow mode ---- */

static void read_follow(struct yaml_in *in, yaml_node_t *node, void *object)
{
	struct config *config = object;

	config->keepalive_s = CONFIG_KEEPALIVE;
	yaml_read_rows(in, node, YAML_AT_FOLLOW, "follow", object);
}

static void write_follow(struct yaml_out *out, const char *name, const void *object)
{
	if (!((const struct config *)object)->keepalive_s)
		return;
	yaml_map(out, name, false);
	yaml_write_rows(out, YAML_AT_FOLLOW, object);
	yaml_map_end(out);
}

static void read_keepalive(struct yaml_in *in, yaml_node_t *node, void *object)
{
	(void)yaml_number(in, node, CONFIG_KEEPALIVE_MIN, CONFIG_KEEPALIVE_MAX,
			  &((struct config *)object)->keepalive_s);
}

static void write_keepalive(struct yaml_out *out, const char *name, const void *object)
{
	yaml_put_number(out, name, ((const struct config *)object)->keepalive_s);
}

/* ---- settings ---- */

struct settings_target {
	struct config_settings *settings;
	bool is_link;
};

static void read_setting(struct yaml_in *in, const char *name, yaml_node_t *key, yaml_node_t *node,
			 void *ctx)
{
	const struct settings_target *target = ctx;
	enum setting_id id = config_setting_find(name);
	char why[CONFIG_WHY_MAX];
	const char *text;
	uint32_t value;
	bool is_on;

	if (id == SETTING_COUNT) {
		yaml_wrong(in, key, "found '%.60s', expected a setting of 'hpimctl show config'",
			   name);
		return;
	}
	if (target->is_link && setting_table[id].scope == SETTING_OF_INSTANCE) {
		yaml_wrong(in, key, "%s holds for the instance, expected a setting of an interface",
			   name);
		return;
	}
	text = yaml_text(in, node, "a single value");
	if (!text)
		return;
	if (setting_table[id].unit == SETTING_SWITCH && yaml_switch_text(text, &is_on))
		text = is_on ? "on" : "off";
	if (config_value_parse(id, text, &value, why) < 0) {
		yaml_wrong(in, node, "%s", why);
		return;
	}
	setting_set(&target->settings->values, id, value);
	target->settings->own |= UINT64_C(1) << id;
}

void yaml_read_settings(struct yaml_in *in, yaml_node_t *node, struct config_settings *settings,
			bool is_link)
{
	struct settings_target target = { settings, is_link };

	yaml_pairs(in, node, "settings", read_setting, &target);
}

void yaml_write_settings(struct yaml_out *out, const char *name,
			 const struct config_settings *settings)
{
	char text[CONFIG_VALUE_MAX];

	if (!settings->own)
		return;
	yaml_map(out, name, false);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		if (!setting_is_own(settings->own, id))
			continue;
		config_value_text(id, setting_get(&settings->values, id), text);
		yaml_put(out, setting_table[id].name, text);
	}
	yaml_map_end(out);
}

static void read_instance_settings(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_read_settings(in, node, &((struct config *)object)->settings, false);
}

static void write_instance_settings(struct yaml_out *out, const char *name, const void *object)
{
	yaml_write_settings(out, name, &((const struct config *)object)->settings);
}

/* ---- interfaces ---- */

static void read_interface(struct yaml_in *in, const char *name, yaml_node_t *key,
			   yaml_node_t *node, void *ctx)
{
	size_t max = config_is_pattern(name) ? CONFIG_NAME_MAX : LINK_NAME_LEN;
	struct config_interface *interface;

	(void)ctx;
	if (!*name || strlen(name) >= max || !config_is_name(name)) {
		yaml_wrong(in, key,
			   "found '%.80s', expected the name of an interface, of up to 15 bytes, "
			   "or a pattern as 'eth*'",
			   name);
		return;
	}
	interface = config_interface_add(in->config, name);
	interface->line = (unsigned int)key->start_mark.line + 1;
	interface->column = (unsigned int)key->start_mark.column + 1;
	yaml_read_rows(in, node, YAML_AT_INTERFACE, "what runs on the interface", interface);
}

static void read_interfaces(struct yaml_in *in, yaml_node_t *node, void *object)
{
	yaml_pairs(in, node, "interfaces", read_interface, object);
}

static void write_interfaces(struct yaml_out *out, const char *name, const void *object)
{
	const struct config *config = object;

	if (!config->interface_count)
		return;
	yaml_map(out, name, false);
	for (size_t i = 0; i < config->interface_count; i++) {
		yaml_map(out, config->interfaces[i].name, false);
		yaml_write_rows(out, YAML_AT_INTERFACE, &config->interfaces[i]);
		yaml_map_end(out);
	}
	yaml_map_end(out);
}

/* clang-format off */
const struct yaml_row yaml_top_rows[] = {
	{ YAML_AT_TOP, "version", "1", "", "version of this format", read_version, write_version },
	{ YAML_AT_TOP, "tables", "`unicast`, `multicast`", "the options of the start",
	  "kernel tables", read_tables, write_tables },
	{ YAML_AT_TABLES, "unicast", "0 to 999999999", "254, main",
	  "table of the routes to sources; for a VRF, the table it means ('ip vrf show'); counts from the "
	  "next start", read_unicast, write_unicast },
	{ YAML_AT_TABLES, "multicast", "0 to 999999999", "0",
	  "the kernel's multicast table; counts from the next start", read_multicast, write_multicast },
	{ YAML_AT_TOP, "follow", "`keepalive`, or `{}`", "not",
	  "follow the kernel's multicast table, which another daemon owns, on interfaces with the protocol "
	  "`follow`; counts from the next start", read_follow, write_follow },
	{ YAML_AT_FOLLOW, "keepalive", "1 to 60", "1",
	  "seconds in which the kernel gets one packet of each entry, so that the other daemon sees it used",
	  read_keepalive, write_keepalive },
	{ YAML_AT_TOP, "settings", "settings, see below", "their defaults",
	  "timers and limits of the instance", read_instance_settings, write_instance_settings },
	{ YAML_AT_TOP, "interfaces", "names or patterns as `eth*`", "none",
	  "what runs where; an interface need not exist yet; its own name counts before the first pattern "
	  "that fits it, and no pattern means lo", read_interfaces, write_interfaces },
	{ YAML_AT_TOP, "static", "`routes`, `joins`", "none", "static routes and static joins",
	  yaml_read_static, yaml_write_static },
	{ .name = NULL },
};
/* clang-format on */

/* A new section of the file is a table of rows here. */
static const struct yaml_row *const tables[] = {
	yaml_top_rows, yaml_link_rows,   yaml_key_rows,     yaml_static_rows,
	yaml_rpf_rows, yaml_policy_rows, yaml_metrics_rows,
};

#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

/* The rows in their order: the one after @row, the first after NULL. */
static const struct yaml_row *row_next(const struct yaml_row *row, size_t *table)
{
	row = row ? row + 1 : tables[ *table = 0];
	while (!row->name && *table + 1 < TABLE_COUNT)
		row = tables[++*table];
	return row->name ? row : NULL;
}

static const struct yaml_row *row_find(enum yaml_place at, const char *name)
{
	const struct yaml_row *row = NULL;
	size_t table = 0;

	while ((row = row_next(row, &table)))
		if (row->at == at && !strcmp(row->name, name))
			return row;
	return NULL;
}

struct rows_target {
	enum yaml_place at;
	void *object;
};

static void expect_row(struct yaml_in *in, const yaml_node_t *key, enum yaml_place at)
{
	const struct yaml_row *row = NULL;
	char names[256] = "";
	size_t table = 0, used = 0;

	while ((row = row_next(row, &table)))
		if (row->at == at && row->takes && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", row->name);
	yaml_wrong(in, key, "found '%.60s', expected one of: %s",
		   (const char *)key->data.scalar.value, names);
}

static void read_row(struct yaml_in *in, const char *name, yaml_node_t *key, yaml_node_t *node,
		     void *ctx)
{
	const struct rows_target *target = ctx;
	const struct yaml_row *row = row_find(target->at, name);

	if (row && row->read)
		row->read(in, node, target->object);
	else
		expect_row(in, key, target->at);
}

void yaml_read_rows(struct yaml_in *in, yaml_node_t *node, enum yaml_place at, const char *what,
		    void *object)
{
	struct rows_target target = { at, object };

	yaml_pairs(in, node, what, read_row, &target);
}

void yaml_write_rows(struct yaml_out *out, enum yaml_place at, const void *object)
{
	const struct yaml_row *row = NULL;
	size_t table = 0;

	while ((row = row_next(row, &table)))
		if (row->at == at && row->write)
			row->write(out, row->name, object);
}

void config_each_row(config_row_fn *each)
{
	static const char *const sections[YAML_PLACE_COUNT] = {
		[YAML_AT_TOP] = "The file",
		[YAML_AT_TABLES] = "tables",
		[YAML_AT_INTERFACE] = "An interface",
		[YAML_AT_KEY] = "A key",
		[YAML_AT_STATIC] = "static",
		[YAML_AT_ROUTE] = "A static route",
		[YAML_AT_JOIN] = "A static join",
		[YAML_AT_RPF_METRIC] = "A metric",
		[YAML_AT_POLICY] = "A rule of the policy",
		[YAML_AT_METRICS] = "metrics",
		[YAML_AT_FOLLOW] = "follow",
	};

	for (enum yaml_place at = YAML_AT_TOP; at < YAML_PLACE_COUNT; at++) {
		const struct yaml_row *row = NULL;
		size_t table = 0;

		while ((row = row_next(row, &table)))
			if (row->at == at && row->takes)
				each(&(struct config_row){ sections[at] ? sections[at] : "More",
							   row->name, row->takes, row->fallback,
							   row->help });
	}
}

/* ---- the whole ---- */

/* Of follow mode: what would forward otherwise than the table that is followed. */
static bool has_protocol(const struct config_link *link)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			if (proto != PROTO_FOLLOW && link->wanted[family][proto])
				return true;
	return false;
}

static void check_follow(struct yaml_in *in, const struct config_interface *each,
			 const yaml_node_t *node)
{
	if (in->config->keepalive_s && has_protocol(&each->link))
		yaml_warn(in, node,
			  "%s: no protocol but 'follow' runs, since the table is another daemon's; "
			  "expected 'protocols: [follow]'",
			  each->name);
}

/* What each part allows, the whole may not. */
static void check_whole(struct yaml_in *in)
{
	const struct config *config = in->config;
	struct core_settings all, here;
	char why[CONFIG_WHY_MAX];

	settings_merge(&all, &core_settings_default, &config->settings.values,
		       config->settings.own);
	if (config_check(&all, "instance", why) < 0)
		yaml_wrong(in, yaml_document_get_root_node(&in->document), "%s", why);
	for (size_t i = 0; i < config->interface_count; i++) {
		const struct config_interface *each = &config->interfaces[i];
		const yaml_node_t node = { .start_mark = { .line = each->line - 1,
							   .column = each->column - 1 } };

		check_follow(in, each, &node);
		settings_merge(&here, &all, &each->link.settings.values, each->link.settings.own);
		if (config_check(&here, each->name, why) < 0)
			yaml_wrong(in, &node, "%s", why);
	}
	if (config->keepalive_s && config->static_count)
		yaml_wrong(in, yaml_document_get_root_node(&in->document),
			   "found static routes or joins beside 'follow', which has none");
	if (config->interface_count > LINKS_MAX)
		yaml_wrong(in, yaml_document_get_root_node(&in->document),
			   "found %zu interfaces, expected %u at most", config->interface_count,
			   LINKS_MAX);
}

static void read_root(struct yaml_in *in)
{
	yaml_node_t *root = yaml_document_get_root_node(&in->document);

	if (root && reference_is(in, root)) {
		reference_read(in, root);
	} else if (!root || root->type != YAML_MAPPING_NODE || !yaml_find(in, root, "version")) {
		yaml_wrong(in, root, "found no version, expected 'version: %d'", VERSION);
		return;
	} else {
		yaml_read_rows(in, root, YAML_AT_TOP, "sections", in->config);
	}
	if (!in->errors)
		check_whole(in);
}

static void report_syntax(struct yaml_in *in, const yaml_parser_t *parser)
{
	const yaml_node_t node = { .start_mark = parser->problem_mark };

	yaml_wrong(in, &node, "found %s, expected YAML%s%s",
		   parser->problem ? parser->problem : "no text", parser->context ? ": " : "",
		   parser->context ? parser->context : "");
}

bool config_read(const struct config_source *source, struct config *ret_config)
{
	struct yaml_in in = { .source = source, .config = ret_config };
	yaml_parser_t parser;

	config_init(ret_config);
	if (source->len > CONFIG_TEXT_MAX) {
		yaml_wrong(&in, NULL, "found %zu bytes, expected %u at most", source->len,
			   CONFIG_TEXT_MAX);
		return false;
	}
	if (!yaml_parser_initialize(&parser))
		return yaml_wrong(&in, NULL, "found no memory to read it");
	yaml_parser_set_input_string(&parser, (const unsigned char *)source->text, source->len);
	if (yaml_parser_load(&parser, &in.document)) {
		read_root(&in);
		yaml_document_delete(&in.document);
	} else {
		report_syntax(&in, &parser);
	}
	yaml_parser_delete(&parser);
	if (in.errors)
		config_fini(ret_config);
	return !in.errors;
}

char *config_write(const struct config *config, bool with_secrets)
{
	struct yaml_out out;

	yaml_out_begin(&out, with_secrets);
	yaml_map(&out, NULL, false);
	yaml_write_rows(&out, YAML_AT_TOP, config);
	yaml_map_end(&out);
	return yaml_out_end(&out);
}
