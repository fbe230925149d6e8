/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_SCHEMA_H
#define HPIMCTL_SCHEMA_H

/* The one table of output: which fields a schema has, and how text shows them. */
#include <stdbool.h>
#include <stddef.h>

#include "hpimctl/error.h"

#define SCHEMA_COLUMNS_MAX 32

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_BOOL };

/**
 * struct column - A field of a record.
 * @is_extra: text shows it only when asked, with -d or -o.
 */
struct column {
	const char *name;
	enum column_kind kind;
	bool is_extra;
};

/**
 * struct schema - What the records of one command look like.
 * @cmd:	 the daemon's command.
 * @is_detail:	 this row holds for the command with -d only; it stands before the row without.
 * @list:	 name of the array in JSON.
 * @has_severity: records have "severity"; one above "note" is what the exit code says.
 * @is_vertical: text shows one field a line instead of one record a line.
 * @columns:	 in order, ending with a name of NULL; new ones go to the end.
 */
struct schema {
	const char *cmd;
	bool is_detail;
	const char *id;
	const char *list;
	bool has_severity;
	bool is_vertical;
	struct column columns[SCHEMA_COLUMNS_MAX];
};

/** struct column_pick - The columns the user wants to see, in the user's order. */
struct column_pick {
	const struct column *columns[SCHEMA_COLUMNS_MAX];
	size_t count;
};

/** schema_find() - The schema of a command, or NULL for a command without output. */
const struct schema *schema_find(const char *cmd, bool is_detail);

/** schema_has() - Whether @name is one of the schema's columns. */
bool schema_has(const struct schema *schema, const char *name);

/**
 * schema_pick() - Read the argument of -o: names with commas, or "all".
 * @names: NULL for the usual columns.
 * @with_extra: what "usual" means: also the columns marked so.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int schema_pick(const struct schema *schema, const char *names, bool with_extra,
		struct column_pick *ret_pick, struct ctl_error *ret_error);

#endif
