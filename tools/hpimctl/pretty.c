// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables in boxes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hpimctl/pretty.h"

static size_t column_count(const struct pretty *table)
{
	size_t count = 0;

	while (count < PRETTY_COLUMNS_MAX && table->titles[count])
		count++;
	return count;
}

void pretty_row(struct pretty *table, const char *const cells[])
{
	size_t count = column_count(table);

	if (table->cell_count + count > table->room) {
		table->room = 2 * table->room + 64 * count;
		table->cells = realloc(table->cells, table->room * sizeof(*table->cells));
		assert(table->cells);
	}
	for (size_t i = 0; i < count; i++) {
		char *cell = strdup(cells[i]);

		assert(cell);
		table->cells[table->cell_count++] = cell;
	}
}

static size_t column_width(const struct pretty *table, size_t column)
{
	size_t count = column_count(table), width = strlen(table->titles[column]);

	for (size_t i = column; i < table->cell_count; i += count)
		if (strlen(table->cells[i]) > width)
			width = strlen(table->cells[i]);
	return width;
}

static void print_line(const size_t widths[], size_t count, FILE *file)
{
	for (size_t i = 0; i < count; i++) {
		(void)fputc('+', file); /* as all output here: nowhere to report an error to */
		for (size_t n = 0; n < widths[i] + 2; n++)
			(void)fputc('-', file);
	}
	(void)fputs("+\n", file);
}

/* A blank that is left over goes behind a text of odd length, and before one of even length. */
static void print_cells(const char *const cells[], const size_t widths[], size_t count, FILE *file)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(cells[i]), spare = widths[i] - len;
		size_t before = spare / 2 + (spare % 2 && len % 2 == 0);

		(void)fprintf(file, "| %*s%s%*s ", (int)before, "", cells[i], (int)(spare - before),
			      "");
	}
	(void)fputs("|\n", file);
}

void pretty_print(const struct pretty *table, FILE *file)
{
	size_t count = column_count(table), widths[PRETTY_COLUMNS_MAX];

	for (size_t i = 0; i < count; i++)
		widths[i] = column_width(table, i);
	print_line(widths, count, file);
	print_cells(table->titles, widths, count, file);
	print_line(widths, count, file);
	for (size_t i = 0; i < table->cell_count; i += count)
		print_cells((const char *const *)&table->cells[i], widths, count, file);
	print_line(widths, count, file);
}

void pretty_fini(struct pretty *table)
{
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->cell_count = table->room = 0;
}
