/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_SCHEMA_H
#define MGMT_SCHEMA_H

/*
 * What can be asked over the control socket, and what is answered: one row for each command and one
 * for each field. The daemon and hpimctl link the same tables; docs/FIELDS.md is printed from them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hpim/ctl_abi.h"

#define SCHEMA_FIELDS_MAX 36
#define COMMAND_ARGS_MAX  16

enum field_type {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_BOOL,
	FIELD_TYPE_COUNT,
};

/* As what a monitoring system takes a number. */
enum metric_kind {
	METRIC_NONE,    /* it identifies or describes */
	METRIC_GAUGE,   /* it goes up and down */
	METRIC_COUNTER, /* it only grows while what it counts exists */
	METRIC_KIND_COUNT,
};

/**
 * struct field - A field of a record; its name is also the title of its column.
 * @unit:     of a number; NULL: it has none.
 * @is_extra: text shows it only when asked, with -d or -o.
 */
struct field {
	const char *name;
	enum field_type type;
	enum metric_kind metric;
	const char *unit;
	bool is_extra;
	const char *help;
};

/**
 * struct schema - The records of one kind of answer.
 * @list:         name of the array in JSON.
 * @lead:         the record of which "about" is this word comes first, and is shown before the
 * others: in JSON as an object of that name, as text in a line. NULL: there is none.
 * @has_severity: records have "severity"; one above "note" is what the exit code says.
 * @is_vertical:  text shows one field a line instead of one record a line.
 * @is_lines:     text shows the one field as it is: lines.
 * @metrics:      of metrics made of its numbers, what their names begin with; NULL: there are none.
 * @labels:       of such a metric, names of fields with a blank between; they identify a record.
 * @info:         fields that describe it, the labels of a metric "info" that is always 1.
 * @fields:       in order, ending with a name of NULL; new ones go to the end.
 */
struct schema {
	const char *id, *list;
	const char *lead;
	bool has_severity, is_vertical, is_lines;
	const char *metrics, *labels, *info;
	struct field fields[SCHEMA_FIELDS_MAX];
};

/** struct command_arg - An argument; numbers are from @min to @max. */
struct command_arg {
	const char *name;
	enum field_type type;
	int64_t min, max;
};

enum command_access {
	ACCESS_READ,
	ACCESS_FOLLOW, /* reads, until the client leaves */
	ACCESS_CHANGE,
	ACCESS_END,   /* changes: the daemon ends, or runs again, when it has answered */
	ACCESS_LOCAL, /* hpimctl answers by itself */
};

/* Bits of exit codes. Each command may end with the ones in EXITS_ANY, too. */
#define EXIT_BIT(code) (1u << (code))
#define EXITS_ANY                                                                            \
	(EXIT_BIT(CTL_EXIT_OK) | EXIT_BIT(CTL_EXIT_USAGE) | EXIT_BIT(CTL_EXIT_NOT_RUNNING) | \
	 EXIT_BIT(CTL_EXIT_PERMISSION) | EXIT_BIT(CTL_EXIT_TIMEOUT))

/**
 * struct command - A request.
 * @name:   its words.
 * @answer: the schema of its records; NULL: it has none. @detail: the same when "detail" is asked
 *          for; NULL: no difference.
 * @args:   ends with a name of NULL. "family" (4 or 6) and "detail" are arguments of all.
 * @exits:  exit codes besides those of EXITS_ANY.
 */
struct command {
	const char *name;
	enum command_access access;
	const char *answer, *detail;
	uint32_t exits;
	const char *help;
	struct command_arg args[COMMAND_ARGS_MAX];
};

/* All of them; each ends with a name or id of NULL. */
extern const struct command commands[];
extern const struct schema schemas[];

/** command_find() - NULL: there is no such command. */
const struct command *command_find(const char *name);

/** command_arg() - NULL: the command has no such argument. */
const struct command_arg *command_arg(const struct command *command, const char *name);

/** command_answer() - The schema of a command's records, or NULL. */
const struct schema *command_answer(const struct command *command, bool is_detail);

/** schema_find() - NULL: there is no such schema. */
const struct schema *schema_find(const char *id);

/** schema_field() - The field with the first @len bytes of @name as its name; NULL: none. */
const struct field *schema_field(const struct schema *schema, const char *name, size_t len);

#endif
