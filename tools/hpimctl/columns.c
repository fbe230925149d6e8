// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns picked from a schema. Both writers follow them: JSON for the order and completeness of
 * fields, text for alignment and for what is left out of the usual view.
 */
#include <stdio.h>
#include <string.h>

#include "hpimctl/columns.h"

static int fail_column(const struct schema *schema, const char *name, size_t len,
		       struct ctl_error *ret_error)
{
	char hint[sizeof(ret_error->hint)] = "columns: all";
	size_t used = strlen(hint);

	for (const struct field *col = schema->fields; col->name && used < sizeof(hint); col++)
		used += (size_t)snprintf(hint + used, sizeof(hint) - used, " %s", col->name);
	return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", hint, "no column '%.*s' in %s",
			(int)len, name, schema->list);
}

static void pick_usual(const struct schema *schema, enum columns_default which,
		       struct column_pick *pick)
{
	for (const struct field *col = schema->fields; col->name; col++) {
		if (!col->is_extra || which == COLUMNS_ALL ||
		    (which == COLUMNS_METRICS && col->metric != METRIC_NONE))
			pick->columns[pick->count++] = col;
	}
}

int columns_pick(const struct schema *schema, const char *names, enum columns_default without,
		 struct column_pick *ret_pick, struct ctl_error *ret_error)
{
	struct column_pick pick = { .count = 0 };
	const char *next;

	if (!names || !strcmp(names, "all")) {
		pick_usual(schema, names ? COLUMNS_ALL : without, &pick);
		names = NULL;
	}
	for (; names; names = next) {
		size_t len = strcspn(names, ",");
		const struct field *col = schema_field(schema, names, len);

		if (!col)
			return fail_column(schema, names, len, ret_error);
		if (pick.count == SCHEMA_FIELDS_MAX)
			return ctl_fail(ret_error, CTL_EXIT_USAGE, "usage", "", "too many columns");
		pick.columns[pick.count++] = col;
		next = names[len] ? names + len + 1 : NULL;
	}
	*ret_pick = pick;
	return 0;
}
