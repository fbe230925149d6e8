/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_PRINT_H
#define BENCH_FWD_PRINT_H

/* A report for people, for programs, and to look at. */
#include "bench/fwd_result.h"

/** table_print() - To standard output, with the ratios that docs/BENCHMARKS.md explains. */
void table_print(const struct report *report);

/** json_write() - All samples, to the file named by the plan. */
void json_write(const struct report *report);

/** svg_write() - The plot, to the file named by the plan. */
void svg_write(const struct report *report);

#endif
