// SPDX-License-Identifier: GPL-2.0-only
/* The tables of commands and answers: complete, consistent, and what the daemon implements. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "mgmt/answer.h"
#include "mgmt/metric_name.h"
#include "mgmt/mgmt.h"

static bool is_snake_case(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len >= tail && !strcmp(name + len - tail, end);
}

Test(schema, each_command_is_implemented_and_nothing_else_is)
{
	const char *wrong = mgmt_check();

	cr_assert_null(wrong, "'%s' is not both a command and answered", wrong);
}

Test(schema, commands_have_their_answers_and_are_named_once)
{
	for (const struct command *command = commands; command->name; command++) {
		cr_expect_eq(command_find(command->name), command, "%s: twice", command->name);
		cr_expect(command->help && *command->help, "%s: no help", command->name);
		cr_expect(!command->answer || schema_find(command->answer), "%s", command->name);
		cr_expect(!command->detail || schema_find(command->detail), "%s", command->name);
		for (const struct command_arg *arg = command->args; arg->name; arg++) {
			cr_expect_lt(arg - command->args, COMMAND_ARGS_MAX - 1);
			cr_expect_eq(command_arg(command, arg->name), arg, "%s", arg->name);
			cr_expect(arg->type != FIELD_NUMBER || arg->min < arg->max, "%s",
				  arg->name);
		}
	}
}

static bool is_used(const char *id)
{
	for (const struct command *command = commands; command->name; command++)
		if ((command->answer && !strcmp(command->answer, id)) ||
		    (command->detail && !strcmp(command->detail, id)))
			return true;
	return false;
}

static void expect_field(const struct schema *schema, const struct field *field)
{
	const char *unit = field->unit ? field->unit : "";

	cr_expect_eq(schema_field(schema, field->name, strlen(field->name)), field, "%s: %s: twice",
		     schema->id, field->name);
	cr_expect(is_snake_case(field->name), "%s: %s", schema->id, field->name);
	cr_expect(field->help && *field->help, "%s: %s: no help", schema->id, field->name);
	cr_expect(field->type == FIELD_NUMBER || (!field->unit && !field->metric), "%s: %s",
		  schema->id, field->name);
	/* Names end in their unit. */
	cr_expect_eq(ends_in(field->name, "_s"), !strcmp(unit, "s"), "%s: %s", schema->id,
		     field->name);
	cr_expect(!ends_in(field->name, "bytes") || !strcmp(unit, "bytes"), "%s: %s", schema->id,
		  field->name);
	cr_expect(!ends_in(field->name, "packets") || !strcmp(unit, "packets"), "%s: %s",
		  schema->id, field->name);
}

Test(schema, answers_are_used_and_their_fields_are_named_once_with_unit_and_help)
{
	for (const struct schema *schema = schemas; schema->id; schema++) {
		cr_expect_eq(schema_find(schema->id), schema, "%s: twice", schema->id);
		cr_expect(is_used(schema->id), "%s: of no command", schema->id);
		cr_expect(is_snake_case(schema->list), "%s", schema->id);
		cr_expect_null(schema->fields[SCHEMA_FIELDS_MAX - 1].name);
		for (const struct field *field = schema->fields; field->name; field++)
			expect_field(schema, field);
	}
}

/* How many fields of all schemas are this metric. */
static unsigned int metric_count(const char *name)
{
	char other[METRIC_NAME_MAX];
	unsigned int count = 0;

	for (const struct schema *schema = schemas; schema->id; schema++)
		for (const struct field *field = schema->fields; field->name; field++)
			count += schema_metric_name(schema, field, other) && !strcmp(name, other);
	return count;
}

static void expect_labels(const struct schema *schema, const char *names)
{
	for (size_t len; *names; names += len + (names[len] == ' ')) {
		const struct field *field;

		len = strcspn(names, " ");
		field = schema_field(schema, names, len);
		cr_expect(field && field->metric == METRIC_NONE, "%s: label %s", schema->id, names);
	}
}

Test(schema, metrics_are_named_once_and_have_labels_that_exist)
{
	for (const struct schema *schema = schemas; schema->id; schema++) {
		if (!schema->metrics)
			continue;
		cr_assert(schema->labels, "%s", schema->id);
		expect_labels(schema, schema->labels);
		expect_labels(schema, schema->info ? schema->info : "");
		for (const struct field *field = schema->fields; field->name; field++) {
			char name[METRIC_NAME_MAX];

			if (!schema_metric_name(schema, field, name))
				continue;
			cr_expect_lt(strlen(name), METRIC_NAME_MAX - 30, "%s", name);
			cr_expect(is_snake_case(name) && !ends_in(name, "_total"), "%s", name);
			cr_expect_eq(metric_count(name), 1, "%s: twice", name);
			cr_expect_null(strpbrk(field->help, "\\\"\n"), "%s: help", name);
		}
	}
}

Test(schema, names_of_metrics_have_the_unit_in_full)
{
	static const struct {
		const char *id, *field, *name;
	} rows[] = {
		{ "hpim.status/1", "uptime_s", "hpim_uptime_seconds" },
		{ "hpim.status/1", "packets_xdp", "hpim_packets_xdp" },
		{ "hpim.trees/1", "rate_pps", "hpim_tree_rate_packets_per_second" },
		{ "hpim.counters/1", "bytes", "hpim_interface_bytes" },
		{ "hpim.protocol-counters/1", "sent", "hpim_protocol_sent_messages" },
		{ "hpim.limits/1", "limit", "hpim_limit" },
		{ "hpim.limits/1", "used", "hpim_limit_used" },
	};
	char name[METRIC_NAME_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct schema *schema = schema_find(rows[i].id);

		cr_expect(schema_metric_name(
			schema, schema_field(schema, rows[i].field, strlen(rows[i].field)), name));
		cr_expect_str_eq(name, rows[i].name);
	}
}

static void check(const char *text)
{
	struct json_object *record = json_tokener_parse(text);

	cr_assert_not_null(record);
	answer_check(schema_find("hpim.keys/1"), record);
	json_object_put(record);
}

Test(schema, record_in_any_order_and_without_some_fields_is_taken)
{
	check("{}");
	check("{\"interface\":\"eth0\",\"family\":4,\"id\":7,\"algorithm\":\"md5\",\"sending\":"
	      "true}");
	check("{\"sending\":null,\"id\":7,\"interface\":\"eth0\"}");
}

Test(schema, record_with_an_unknown_field_is_a_fault, .signal = SIGABRT)
{
	check("{\"interface\":\"eth0\",\"color\":\"red\"}");
}

Test(schema, record_with_a_field_of_another_type_is_a_fault, .signal = SIGABRT)
{
	check("{\"id\":\"7\"}");
}
