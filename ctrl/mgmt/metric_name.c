// SPDX-License-Identifier: GPL-2.0-only
/* Names of metrics. Source: Prometheus, metric and label naming. */
#include <stdio.h>
#include <string.h>

#include "mgmt/metric_name.h"

/* In full, as monitoring systems want it; @end is what a field's name says for it. */
static const struct unit_name {
	const char *unit, *end, *name;
} unit_names[] = {
	{ "s", "_s", "seconds" },
	{ "packets/s", "_pps", "packets_per_second" },
};

/* A name that has the unit in it is left as it is. */
static int base_name(const struct field *field, char *name, size_t room)
{
	for (size_t i = 0; field->unit && i < sizeof(unit_names) / sizeof(unit_names[0]); i++)
		if (!strcmp(field->unit, unit_names[i].unit))
			return snprintf(name, room, "%.*s_%s",
					(int)(strlen(field->name) - strlen(unit_names[i].end)),
					field->name, unit_names[i].name);
	if (!field->unit || strstr(field->name, field->unit))
		return snprintf(name, room, "%s", field->name);
	return snprintf(name, room, "%s_%s", field->name, field->unit);
}

bool schema_metric_name(const struct schema *schema, const struct field *field,
			char ret_name[METRIC_NAME_MAX])
{
	char base[METRIC_NAME_MAX];

	if (!schema->metrics || field->metric == METRIC_NONE)
		return false;
	(void)base_name(field, base, sizeof(base)); /* tests/unit/mgmt/test_schema.c: it fits */
	if (!*schema->metrics || !strcmp(schema->metrics, base))
		(void)snprintf(ret_name, METRIC_NAME_MAX, "hpim_%.100s", base);
	else
		(void)snprintf(ret_name, METRIC_NAME_MAX, "hpim_%s_%.100s", schema->metrics, base);
	return true;
}
