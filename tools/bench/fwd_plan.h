/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_PLAN_H
#define BENCH_FWD_PLAN_H

/* What is measured: the command line, and the rows of the table that follow from it. */
#include "bench/fwd_contender.h"

#define LIST_MAX 8u

struct list {
	unsigned int count;
	uint32_t value[LIST_MAX];
};

/** struct plan - The command line. The first value of a list is the one others are compared with.
 */
struct plan {
	struct list outputs, families, sizes, trees, cores; /* families: enum ip_family */
	struct entrants entrants;
	unsigned int repetitions;
	hp_time run_for;
	const char *json, *svg; /* files to write; NULL: none */
};

/** enum sweep - What a row is there for: one of the quantities is varied, the others are the first.
 */
enum sweep { SWEEP_OUTPUTS, SWEEP_SIZES, SWEEP_CORES, SWEEP_TREES, SWEEP_COUNT };

struct row {
	enum sweep sweep;
	enum ip_family family;
	unsigned int outputs, cores;
	uint32_t size, trees;
	uint32_t table;    /* trees there are; packets belong to the first of them */
	unsigned int base; /* row with the first size, cores, trees of its block; maybe itself */
	struct sample *samples[CONTENDER_COUNT]; /* one for each repetition; NULL: not there */
};

/** struct block - Rows of one family and number of outputs, measured taking turns. */
struct block {
	unsigned int first, count;
};

struct report {
	struct plan plan;
	unsigned int row_count, block_count;
	struct row *rows;
	struct block *blocks;
};

/** plan_parse() - Read the command line, or end the program with a word on how to use it. */
struct plan plan_parse(int argc, char **argv);

/** list_max() - The largest value. */
uint32_t list_max(const struct list *list);

/** report_init() - The rows of a plan, without samples. */
void report_init(struct report *report, const struct plan *plan);

void report_fini(struct report *report);

#endif
