/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_RESULT_H
#define BENCH_FWD_RESULT_H

/* Figures made of the samples of a report. */
#include "bench/fwd_plan.h"

/** struct spread - Median of the repetitions, and between what they lie. */
struct spread {
	double median, low, high;
};

/** struct side - One contender in one row. */
struct side {
	const struct row *row;
	enum contender contender;
};

/** result_has() - Whether it took part. */
bool result_has(struct side side);

/** result_rate() - Packets per second, in. */
struct spread result_rate(const struct report *report, struct side side);

/**
 * result_ratio() - How many times as fast @a was as @b, which is of the same block.
 *
 * Made within each repetition, since a machine changes its speed between them.
 */
struct spread result_ratio(const struct report *report, struct side a, struct side b);

/** result_arrived() - The smallest share of the copies that arrived in a run. */
double result_arrived(const struct report *report, struct side side);

/** numbers_spread() - Of @count numbers, which are sorted by it. */
struct spread numbers_spread(double *numbers, unsigned int count);

const char *family_name(enum ip_family family);

#endif
