/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCOMPARE_RESULT_H
#define HPIMCOMPARE_RESULT_H

/* What many runs of a case came to, and its three forms: a table, JSON, a plot. */
#include <stdio.h>

#include "hpimcompare/cases.h"
#include "hpimsim/html.h"

enum figure {
	FIGURE_RECOVER,
	FIGURE_LOST,
	FIGURE_DUPLICATED,
	FIGURE_UNWANTED,
	FIGURE_MESSAGES,
	FIGURE_BYTES,
	FIGURE_ENTRIES,
	FIGURE_STATE,
	FIGURE_COUNT,
};

/** struct figure_row - How a figure is written. */
struct figure_row {
	const char *name, *unit, *title;
};

extern const struct figure_row figure_rows[FIGURE_COUNT];

/** struct spread - Of the runs; recovery that did not happen (-1) is greater than all others. */
struct spread {
	double median, most;
};

struct result {
	const struct compare_case *of;
	struct spread figures[CONTENDER_COUNT][FIGURE_COUNT];
	unsigned int unrecovered[CONTENDER_COUNT]; /* runs */
};

/** struct results - Of a whole comparison. */
struct results {
	struct result *rows;
	unsigned int count, runs;
	uint64_t seed;
};

/**
 * result_measure() - @runs runs of each contender, with the seeds from @seed on.
 * @html: gets the first run of each; or NULL.
 */
struct result result_measure(const struct compare_case *of, unsigned int runs, uint64_t seed,
			     struct html *html);

void result_print(FILE *out, const struct result *result);
void results_json(FILE *out, const struct results *results);
void results_svg(FILE *out, const struct results *results);

#endif
