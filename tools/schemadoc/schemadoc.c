// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tables of commands and answers: docs/SCHEMA.md without an argument, else lists for
 * tests/style/schema.sh: "fields" (one name a line, of all but what hpimctl answers by itself),
 * "commands"; "config": the tables of docs/CONFIGURATION.md; "metrics": names of their samples, for
 * tests/style/monitoring.sh.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/model.h"
#include "mgmt/metric_name.h"
#include "schemadoc/man.h"

static const char *const access_names[] = {
	[ACCESS_READ] = "reads",          [ACCESS_FOLLOW] = "reads on",
	[ACCESS_CHANGE] = "changes",      [ACCESS_END] = "ends the daemon",
	[ACCESS_LOCAL] = "hpimctl alone",
};

static void print_args(const struct command *command)
{
	static const char *const types[FIELD_TYPE_COUNT] = { "text", "number", "bool" };

	for (const struct command_arg *arg = command->args; arg->name; arg++) {
		printf("%s`%s` %s", arg == command->args ? "" : ", ", arg->name, types[arg->type]);
		if (arg->type == FIELD_NUMBER && arg->max == INT64_MAX)
			printf(" from %" PRId64, arg->min);
		else if (arg->type == FIELD_NUMBER)
			printf(" %" PRId64 " to %" PRId64, arg->min, arg->max);
	}
}

static void print_command(const struct command *command)
{
	uint32_t exits = command->access == ACCESS_LOCAL
				 ? EXIT_BIT(CTL_EXIT_OK) | EXIT_BIT(CTL_EXIT_USAGE) | command->exits
				 : EXITS_ANY | command->exits;

	printf("| `%s` | ", command->name);
	print_args(command);
	printf(" | %s | ", access_names[command->access]);
	if (command->answer)
		printf("`%s`", command->answer);
	if (command->detail)
		printf(", with `detail` `%s`", command->detail);
	printf(" |");
	for (unsigned int code = 0; code < 32; code++)
		if (exits & EXIT_BIT(code))
			printf(" %u", code);
	printf(" | %s |\n", command->help);
}

static const char *metric_end(const struct field *field)
{
	return field->metric == METRIC_COUNTER ? "_total" : "";
}

static void print_labels(const struct schema *schema)
{
	if (!schema->metrics)
		return;
	printf("\nLabels of its metrics: `daemon%s%s`", *schema->labels ? " " : "", schema->labels);
	if (schema->info)
		printf("; `hpim_%s%sinfo` has `%s`, too", schema->metrics,
		       *schema->metrics ? "_" : "", schema->info);
	printf(".\n");
}

static void print_schema(const struct schema *schema)
{
	static const char *const types[FIELD_TYPE_COUNT] = { "text", "number", "bool" };
	static const char *const kinds[METRIC_KIND_COUNT] = { "", "gauge", "counter" };
	char metric[METRIC_NAME_MAX];

	printf("\n## %s\n\nJSON: `\"%s\":[...]`.\n\n", schema->id, schema->list);
	printf("| field | type | unit | metric | meaning |\n| --- | --- | --- | --- | --- |\n");
	for (const struct field *field = schema->fields; field->name; field++) {
		printf("| `%s`%s | %s | %s | %s", field->name, field->is_extra ? " *" : "",
		       types[field->type], field->unit ? field->unit : "", kinds[field->metric]);
		if (schema_metric_name(schema, field, metric))
			printf(" `%s%s`", metric, metric_end(field));
		printf(" | %s |\n", field->help);
	}
	print_labels(schema);
}

static void print_document(void)
{
	printf("<!-- Printed by build/schemadoc (make docs) from ctrl/mgmt/command.c and schema.c. "
	       "-->\n\n# Commands and fields\n\n"
	       "Requests and records of the control socket (docs/MANAGEMENT.md). Each command also "
	       "has the\narguments `family`, 4 or 6, and `detail`. Fields with * are shown in text "
	       "only with `-d` or `-o`;\nwhat is not known is null in JSON and a dash in text. "
	       "New fields come last.\n\n"
	       "| command | arguments | | answer | exit codes | |\n"
	       "| --- | --- | --- | --- | --- | --- |\n");
	for (const struct command *command = commands; command->name; command++)
		print_command(command);
	for (const struct schema *schema = schemas; schema->id; schema++)
		print_schema(schema);
}

static bool is_local(const struct schema *schema)
{
	bool has_local = false;

	for (const struct command *command = commands; command->name; command++) {
		if (!command->answer || strcmp(command->answer, schema->id) != 0)
			continue;
		if (command->access != ACCESS_LOCAL)
			return false;
		has_local = true;
	}
	return has_local;
}

static void print_metrics(const struct schema *schema)
{
	char name[METRIC_NAME_MAX];

	for (const struct field *field = schema->fields; field->name; field++)
		if (schema_metric_name(schema, field, name))
			printf("%s%s\n", name, metric_end(field));
	if (schema->info)
		printf("hpim_%s%sinfo\n", schema->metrics, *schema->metrics ? "_" : "");
}

static void print_row(const struct config_row *row)
{
	static const char *section = "";

	if (strcmp(section, row->section) != 0)
		printf("\n### %s\n\n| key | takes | without it | meaning |\n| --- | --- | --- | "
		       "--- "
		       "|\n",
		       row->section);
	section = row->section;
	printf("| `%s` | %s | %s | %s |\n", row->name, row->takes,
	       *row->fallback ? row->fallback : "it must be there", row->help);
}

static void print_settings(void)
{
	printf("\n### Settings\n\nTimes are in seconds.\n\n| setting | from | to | default | of an "
	       "interface, too |\n| --- | --- | --- | --- | --- |\n");
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		char min[CONFIG_VALUE_MAX], max[CONFIG_VALUE_MAX], value[CONFIG_VALUE_MAX];
		const char *derived = setting_table[id].derived;

		if (!setting_can_change(id))
			continue;
		config_value_text(id, setting_table[id].min, min);
		config_value_text(id, setting_table[id].max, max);
		config_value_text(id, setting_value(&core_settings_default, id), value);
		printf("| `%s` | %s | %s | %s%s%s | %s |\n", setting_table[id].name, min, max,
		       value, derived ? ": " : "", derived ? derived : "",
		       setting_table[id].scope == SETTING_OF_LINK ? "yes" : "no");
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!*what)
		print_document();
	if (!strcmp(what, "man"))
		man_print();
	if (!strcmp(what, "man-config"))
		man_print_config();
	for (const struct command *c = commands; !strcmp(what, "commands") && c->name; c++)
		printf("%s\n", c->name);
	for (const struct schema *s = schemas; !strcmp(what, "fields") && s->id; s++)
		for (const struct field *f = s->fields; !is_local(s) && f->name; f++)
			printf("%s\n", f->name);
	if (!strcmp(what, "config")) {
		config_each_row(print_row);
		print_settings();
	}
	for (const struct schema *s = schemas; !strcmp(what, "metrics") && s->id; s++)
		print_metrics(s);
	return 0;
}
