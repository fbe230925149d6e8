// SPDX-License-Identifier: GPL-2.0-only
/* Runs a case and sums up; the table and the JSON form. */
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>

#include "hpimcompare/result.h"

#define RUNS_MAX 1000u

const struct figure_row figure_rows[FIGURE_COUNT] = {
	[FIGURE_RECOVER] = { "recover", "ms", "time to recover" },
	[FIGURE_LOST] = { "lost", "packets", "packets lost" },
	[FIGURE_DUPLICATED] = { "duplicated", "packets", "packets duplicated" },
	[FIGURE_UNWANTED] = { "unwanted", "packets", "unwanted copies" },
	[FIGURE_MESSAGES] = { "messages", "packets", "control messages" },
	[FIGURE_BYTES] = { "bytes", "bytes", "of control messages" },
	[FIGURE_ENTRIES] = { "entries", "entries", "forwarding entries" },
	[FIGURE_STATE] = { "state", "bytes", "heap of all routers" },
};

static double figure_of(const struct figures *figures, enum figure figure)
{
	const double values[FIGURE_COUNT] = {
		[FIGURE_RECOVER] = figures->recover_ms,    [FIGURE_LOST] = figures->lost,
		[FIGURE_DUPLICATED] = figures->duplicated, [FIGURE_UNWANTED] = figures->unwanted,
		[FIGURE_MESSAGES] = figures->messages,     [FIGURE_BYTES] = figures->bytes,
		[FIGURE_ENTRIES] = figures->entries,       [FIGURE_STATE] = figures->state_bytes,
	};

	return values[figure];
}

static int compare_doubles(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	if ((a < 0) != (b < 0))
		return a < 0 ? 1 : -1; /* never recovered */
	return (a > b) - (a < b);
}

static struct spread spread_of(const struct figures *runs, unsigned int count, enum figure figure)
{
	double values[RUNS_MAX];

	for (unsigned int i = 0; i < count; i++)
		values[i] = figure_of(&runs[i], figure);
	qsort(values, count, sizeof(values[0]), compare_doubles);
	return (struct spread){ values[count / 2], values[count - 1] };
}

/* The run that was measured, with its figures above the picture. */
static struct html_run *watched(const struct compare_case *of, struct lab *lab)
{
	static const enum figure shown[] = { FIGURE_RECOVER, FIGURE_LOST, FIGURE_UNWANTED,
					     FIGURE_MESSAGES };
	struct html_run *run = lab_watched(lab);
	char text[160];

	(void)snprintf(text, sizeof(text), "%s: %s", of->name, of->what);
	html_run_fact(run, "case", text);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct figure_row *row = &figure_rows[shown[i]];
		double value = figure_of(&lab->figures, shown[i]);

		if (value < 0)
			(void)snprintf(text, sizeof(text), "%s never", row->name);
		else
			(void)snprintf(text, sizeof(text), "%s %.0f%s", row->name, value,
				       shown[i] == FIGURE_RECOVER ? " ms" : "");
		html_run_fact(run, row->name, text);
	}
	return run;
}

struct result result_measure(const struct compare_case *of, unsigned int runs, uint64_t seed,
			     struct html *html)
{
	struct result result = { .of = of };
	struct figures measured[RUNS_MAX];

	if (runs > RUNS_MAX)
		runs = RUNS_MAX;
	for (enum contender c = 0; c < CONTENDER_COUNT; c++) {
		for (unsigned int i = 0; i < runs; i++) {
			struct lab *lab = lab_new(c, seed + i);
			bool is_watched = html && !i;

			if (is_watched)
				lab_watch(lab);
			of->run(lab, of->param);
			if (is_watched)
				html_add(html, watched(of, lab));
			measured[i] = lab->figures;
			result.unrecovered[c] += lab->figures.recover_ms < 0;
			lab_free(lab);
		}
		for (enum figure f = 0; f < FIGURE_COUNT; f++)
			result.figures[c][f] = spread_of(measured, runs, f);
	}
	return result;
}

/* Median, and the greatest where it is another. */
static void print_cell(FILE *out, const struct spread *spread)
{
	char cell[48];

	if (isnan(spread->median))
		(void)snprintf(cell, sizeof(cell), "-");
	else if (spread->median < 0)
		(void)snprintf(cell, sizeof(cell), "never");
	else if (spread->most < 0)
		(void)snprintf(cell, sizeof(cell), "%.0f..never", spread->median);
	else if (spread->most > spread->median)
		(void)snprintf(cell, sizeof(cell), "%.0f..%.0f", spread->median, spread->most);
	else
		(void)snprintf(cell, sizeof(cell), "%.0f", spread->median);
	(void)fprintf(out, "  %16s", cell);
}

void result_print(FILE *out, const struct result *result)
{
	(void)fprintf(out, "\n%s: %s\n%-20s", result->of->name, result->of->what, "");
	for (enum figure f = 0; f < FIGURE_COUNT; f++)
		(void)fprintf(out, "  %16s", figure_rows[f].name);
	(void)fprintf(out, "\n");
	for (enum contender c = 0; c < CONTENDER_COUNT; c++) {
		(void)fprintf(out, "%-20s", contender_names[c]);
		for (enum figure f = 0; f < FIGURE_COUNT; f++)
			print_cell(out, &result->figures[c][f]);
		(void)fprintf(out, "\n");
	}
}

static struct json_object *number(double value)
{
	return value < 0 || isnan(value) ? NULL : json_object_new_double(value);
}

static struct json_object *contender_json(const struct result *result, enum contender contender)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "protocol",
			       json_object_new_string(contender_names[contender]));
	json_object_object_add(object, "unrecovered",
			       json_object_new_int((int)result->unrecovered[contender]));
	for (enum figure f = 0; f < FIGURE_COUNT; f++) {
		const struct spread *spread = &result->figures[contender][f];
		struct json_object *figure = json_object_new_object();

		json_object_object_add(figure, "unit", json_object_new_string(figure_rows[f].unit));
		json_object_object_add(figure, "median", number(spread->median));
		json_object_object_add(figure, "greatest", number(spread->most));
		json_object_object_add(object, figure_rows[f].name, figure);
	}
	return object;
}

static struct json_object *result_json(const struct result *result)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_object_add(object, "case", json_object_new_string(result->of->name));
	json_object_object_add(object, "what", json_object_new_string(result->of->what));
	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		json_object_array_add(list, contender_json(result, c));
	json_object_object_add(object, "protocols", list);
	return object;
}

void results_json(FILE *out, const struct results *results)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	json_object_object_add(object, "seed", json_object_new_uint64(results->seed));
	json_object_object_add(object, "runs", json_object_new_int((int)results->runs));
	for (unsigned int i = 0; i < results->count; i++)
		json_object_array_add(list, result_json(&results->rows[i]));
	json_object_object_add(object, "cases", list);
	(void)fprintf(out, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}
