/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_REPORT_H
#define HPIMSIM_REPORT_H

/* Results: a table for people, or one JSON object a line for programs. */
#include "hpimsim/scenario.h"

/** report_run() - One run. @file: what to replay when it failed, or NULL. */
void report_run(const struct scenario *scenario, enum ip_family family,
		const struct outcome *outcome, bool is_json, const char *file);

struct hunt_sum {
	uint64_t runs, failed;
	struct sim_count count;
	double seconds;
};

/** report_sum() - All runs of a hunt. */
void report_sum(const struct hunt_sum *sum, bool is_json);

#endif
