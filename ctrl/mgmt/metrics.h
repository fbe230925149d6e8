/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_METRICS_H
#define MGMT_METRICS_H

/*
 * Metrics for monitoring systems: the numbers of the views, as text. Names, kinds, units, help and
 * labels are those of mgmt/schema.c.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct daemon;
struct metrics;
struct show;

/* The most trees or mroutes that a text can have. */
#define METRICS_SERIES_MAX 1000

enum metrics_format {
	METRICS_OPENMETRICS, /* OpenMetrics 1.0 */
	METRICS_PROMETHEUS,  /* text format 0.0.4 of Prometheus */
};

/**
 * metrics_new() - Begin a text.
 * @args: "trees", "mroutes": so many of them, those with the most packets; absent: none.
 *        "source", "group": only of these; addresses.
 */
struct metrics *metrics_new(struct daemon *daemon, struct json_object *args,
			    enum metrics_format format);

/** metrics_step() - Go on, for far less than a millisecond. Return: whether it is complete. */
bool metrics_step(struct metrics *metrics);

/** metrics_text() - What there is since metrics_text_clear(). */
const char *metrics_text(const struct metrics *metrics, size_t *ret_len);
void metrics_text_clear(struct metrics *metrics);
void metrics_free(struct metrics *metrics);

/** metrics_begin(), metrics_view_step(), metrics_end() - The view of the command "metrics". */
bool metrics_begin(struct show *show);
bool metrics_view_step(struct show *show);
void metrics_end(struct show *show);

#endif
