/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_PRETTY_H
#define HPIMCTL_PRETTY_H

/* Tables in boxes of '+', '-' and '|', cells in the middle: as PrettyTable of Python prints them.
 */
#include <stddef.h>
#include <stdio.h>

#define PRETTY_COLUMNS_MAX 8

/**
 * struct pretty - A table; begin with only the titles set.
 * @titles: end with NULL, or at PRETTY_COLUMNS_MAX; borrowed.
 * @cells:  of all rows, owned.
 */
struct pretty {
	const char *titles[PRETTY_COLUMNS_MAX];
	char **cells;
	size_t cell_count, room;
};

/** pretty_row() - Add a row; @cells has one for each title, and is copied. */
void pretty_row(struct pretty *table, const char *const cells[]);

/** pretty_print() - A table without rows is its titles. */
void pretty_print(const struct pretty *table, FILE *file);

/** pretty_fini() - Free the rows. */
void pretty_fini(struct pretty *table);

#endif
