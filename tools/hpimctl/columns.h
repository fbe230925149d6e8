/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_COLUMNS_H
#define HPIMCTL_COLUMNS_H

/* Which fields of a schema the user wants to see. */
#include "hpimctl/error.h"
#include "mgmt/schema.h"

/** struct column_pick - The columns the user wants to see, in the user's order. */
struct column_pick {
	const struct field *columns[SCHEMA_FIELDS_MAX];
	size_t count;
};

/* Without names. */
enum columns_default {
	COLUMNS_USUAL,
	COLUMNS_METRICS, /* with those that are counters and gauges */
	COLUMNS_ALL,
};

/**
 * columns_pick() - Read the argument of -o: names with commas, or "all".
 * @names: NULL: those of @without.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int columns_pick(const struct schema *schema, const char *names, enum columns_default without,
		 struct column_pick *ret_pick, struct ctl_error *ret_error);

#endif
