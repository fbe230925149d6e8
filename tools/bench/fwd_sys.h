/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_SYS_H
#define BENCH_FWD_SYS_H

/* What the benchmarks of the forwarding plane want of the system; any fault ends the program. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/time.h"

/** fail() - Say what failed and end. @err: an errno of either sign, or 0. */
void fail(int err, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/** sh() - Run a command line that must succeed. */
void sh(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** alloc() - Zeroed memory for @count objects of @size. */
void *alloc(size_t count, size_t size);

/** file_open() - Open, for this process and no child of it. */
FILE *file_open(const char *path, const char *mode) __attribute__((returns_nonnull));

/** file_close() - Close a file that was written, which must have succeeded. */
void file_close(FILE *file, const char *path);

hp_time clock_read(clockid_t clock);

/** cpu_list() - The first @count CPUs this process may use, the highest numbers first. */
void cpu_list(unsigned int count, int *ret_cpus);

/** cpu_claim() - Keep the calling thread on one CPU. */
void cpu_claim(int cpu);

/** ksoftirqd_clock() - CPU time of the thread which does what softirqs of @cpu leave over. */
clockid_t ksoftirqd_clock(int cpu);

/** number_parse() - A whole number between @low and @high, or the end of the program. */
uint32_t number_parse(const char *text, uint32_t low, uint32_t high);

/** struct word - The option "--NAME VALUE": a number between @low and @high, or a text. */
struct word {
	const char *name;
	uint32_t *number; /* NULL: a text */
	uint32_t low, high;
	const char **text;
};

#define WORDS_MAX 8

/** words_read() - Take what the command line says; @words end with one without a name. */
void words_read(int argc, char **argv, const struct word *words, const char *usage);

#endif
