/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_METRIC_NAME_H
#define MGMT_METRIC_NAME_H

/* What monitoring systems call the numbers of mgmt/schema.c. */
#include "mgmt/schema.h"

#define METRIC_NAME_MAX 128

/**
 * schema_metric_name() - The metric of a field in a monitoring system: "hpim_", what the schema
 * says, the field, its unit in full. A counter's samples have "_total" behind it.
 *
 * Return: false when the field is none, and nothing is written.
 */
bool schema_metric_name(const struct schema *schema, const struct field *field,
			char ret_name[METRIC_NAME_MAX]);

#endif
