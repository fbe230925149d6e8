/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plot of bench_dplane: a column for each family, a row for each thing that is varied; copies
 * a second for each contender, with a bar from the least repetition to the greatest.
 */
#include <math.h>
#include <stdio.h>

#include "bench/fwd_print.h"

#define PANEL_WIDTH  440
#define PANEL_HEIGHT 270
#define LEFT         58 /* of the drawing inside a panel */
#define TOP          34
#define WIDTH        (PANEL_WIDTH - LEFT - 22)
#define HEIGHT       (PANEL_HEIGHT - TOP - 46)
#define HEAD         64 /* above all panels: title and legend */
#define POINTS_MAX   LIST_MAX

/* Distinguishable for the color-blind, and on paper by their dashes. */
static const struct {
	const char *color, *dashes;
} looks[CONTENDER_COUNT] = {
	[CONTENDER_XDP] = { "#0072b2", "none" },   [CONTENDER_TC] = { "#009e73", "10 3" },
	[CONTENDER_KERNEL] = { "#d55e00", "6 3" }, [CONTENDER_SOURCE] = { "#999999", "1 2" },
	[CONTENDER_BARE] = { "#555555", "2 3" },
};

/** struct panel - One diagram: rows side by side, and what tells them apart. */
struct panel {
	char title[96];
	const char *x_title;
	unsigned int count;
	const struct row *points[POINTS_MAX];
	uint32_t labels[POINTS_MAX];
	double top; /* of the scale, copies a second */
};

static double copies(const struct row *row, double rate)
{
	return rate * row->outputs;
}

/* The next number that has four round parts and is not below @value. */
static double scale_top(double value)
{
	static const double tops[] = { 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 };
	double power = pow(10, floor(log10(value)));

	for (unsigned int i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (value <= tops[i] * power)
			return tops[i] * power;
	return 10 * power;
}

static double copies_high(const struct report *report, const struct row *row)
{
	double most = 0;

	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		if (row->samples[c]) {
			double high = result_rate(report, (struct side){ row, c }).high;

			most = copies(row, high) > most ? copies(row, high) : most;
		}
	return most;
}

static void panel_point_add(struct panel *panel, const struct row *row, uint32_t label)
{
	if (panel->count == POINTS_MAX)
		return; /* a diagram with more is not readable */
	panel->points[panel->count] = row;
	panel->labels[panel->count++] = label;
}

static double point_x(const struct panel *panel, unsigned int i)
{
	return LEFT + WIDTH * (i + 0.5) / panel->count;
}

static double point_y(const struct panel *panel, double value)
{
	return TOP + HEIGHT * (1 - value / panel->top);
}

/* ---- drawing ---- */

static void axes_draw(FILE *file, const struct panel *panel)
{
	(void)fprintf(file, "<text x=\"%d\" y=\"18\" class=\"t\">%s</text>\n", LEFT, panel->title);
	for (int i = 0; i <= 4; i++) {
		double value = panel->top * i / 4, y = point_y(panel, value);

		(void)fprintf(file,
			      "<path d=\"M%d %.1fh%d\" class=\"g\"/>"
			      "<text x=\"%d\" y=\"%.1f\" class=\"e\">%g</text>\n",
			      LEFT, y, WIDTH, LEFT - 6, y + 4, value / 1e6);
	}
	for (unsigned int i = 0; i < panel->count; i++)
		(void)fprintf(file, "<text x=\"%.1f\" y=\"%d\" class=\"m\">%u</text>\n",
			      point_x(panel, i), TOP + HEIGHT + 16, panel->labels[i]);
	(void)fprintf(file, "<text x=\"%d\" y=\"%d\" class=\"m\">%s</text>\n", LEFT + WIDTH / 2,
		      TOP + HEIGHT + 34, panel->x_title);
}

static void line_draw(FILE *file, const struct report *report, const struct panel *panel,
		      enum contender c)
{
	(void)fprintf(file, "<path stroke=\"%s\" stroke-dasharray=\"%s\" class=\"l\" d=\"",
		      looks[c].color, looks[c].dashes);
	for (unsigned int i = 0; i < panel->count; i++) {
		const struct row *row = panel->points[i];
		double rate = result_rate(report, (struct side){ row, c }).median;

		(void)fprintf(file, "%c%.1f %.1f", i ? 'L' : 'M', point_x(panel, i),
			      point_y(panel, copies(row, rate)));
	}
	(void)fprintf(file, "\"/>\n");
}

static void spread_draw(FILE *file, const struct report *report, const struct panel *panel,
			enum contender c)
{
	for (unsigned int i = 0; i < panel->count; i++) {
		const struct row *row = panel->points[i];
		struct spread rate = result_rate(report, (struct side){ row, c });
		double x = point_x(panel, i);

		(void)fprintf(file,
			      "<path stroke=\"%s\" class=\"l\" d=\"M%.1f %.1fV%.1f\"/>"
			      "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
			      looks[c].color, x, point_y(panel, copies(row, rate.low)),
			      point_y(panel, copies(row, rate.high)), looks[c].color, x,
			      point_y(panel, copies(row, rate.median)));
	}
}

static void panel_draw(FILE *file, const struct report *report, const struct panel *panel, int x,
		       int y)
{
	(void)fprintf(file, "<g transform=\"translate(%d %d)\">\n", x, y);
	axes_draw(file, panel);
	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		if (report->plan.entrants.has[c]) {
			line_draw(file, report, panel, c);
			spread_draw(file, report, panel, c);
		}
	(void)fprintf(file, "</g>\n");
}

static void legend_draw(FILE *file, const struct report *report)
{
	int x = LEFT;

	(void)fprintf(file,
		      "<text x=\"%d\" y=\"24\" class=\"h\">Million copies a second, by all cores "
		      "together, of CPU time</text>\n",
		      LEFT);
	for (enum contender c = 0; c < CONTENDER_COUNT; c++) {
		if (!report->plan.entrants.has[c])
			continue;
		(void)fprintf(file,
			      "<path stroke=\"%s\" stroke-dasharray=\"%s\" class=\"l\" "
			      "d=\"M%d 44h36\"/><text x=\"%d\" y=\"48\">%s</text>\n",
			      looks[c].color, looks[c].dashes, x, x + 42, contender_name(c));
		x += 120;
	}
}

/* ---- what is drawn ---- */

/* Rows of one row of panels, which have the same scale; they differ in family and in one number. */
static bool is_alike(const struct row *a, const struct row *b)
{
	if (a->sweep != b->sweep)
		return false;
	if (a->sweep == SWEEP_TREES)
		return a->outputs == b->outputs;
	return a->size == b->size && a->cores == b->cores;
}

static void panel_make(struct panel *panel, const struct report *report, const struct row *like)
{
	bool is_by_trees = like->sweep == SWEEP_TREES;
	unsigned int other = is_by_trees ? like->outputs : like->cores;
	const char *word = is_by_trees ? "output" : "core";

	*panel = (struct panel){ .x_title = is_by_trees ? "trees in turn" : "outputs" };
	(void)snprintf(panel->title, sizeof(panel->title), "%s, %u bytes, %u %s%s",
		       family_name(like->family), like->size, other, word, other > 1 ? "s" : "");
	for (unsigned int i = 0; i < report->row_count; i++) {
		const struct row *row = &report->rows[i];
		double high = copies_high(report, row);

		if (!is_alike(row, like))
			continue;
		panel->top = high > panel->top ? high : panel->top;
		if (row->family == like->family)
			panel_point_add(panel, row, is_by_trees ? row->trees : row->outputs);
	}
	panel->top = scale_top(panel->top);
}

/* One panel for each row of the first block, and for each block of trees; then the next family. */
static bool panel_begins(const struct report *report, const struct row *row)
{
	if (row->sweep == SWEEP_TREES)
		return &report->rows[row->base] == row;
	return row->outputs == report->plan.outputs.value[0];
}

static void panels_draw(FILE *file, const struct report *report)
{
	for (unsigned int f = 0; f < report->plan.families.count; f++) {
		int y = HEAD;

		for (unsigned int i = 0; i < report->row_count; i++) {
			const struct row *row = &report->rows[i];
			struct panel panel;

			if (row->family != report->plan.families.value[f] ||
			    !panel_begins(report, row))
				continue;
			panel_make(&panel, report, row);
			panel_draw(file, report, &panel, (int)f * PANEL_WIDTH, y);
			y += PANEL_HEIGHT;
		}
	}
}

static int panels_height(const struct report *report)
{
	int height = HEAD;

	for (unsigned int i = 0; i < report->row_count; i++)
		if (report->rows[i].family == report->plan.families.value[0] &&
		    panel_begins(report, &report->rows[i]))
			height += PANEL_HEIGHT;
	return height;
}

void svg_write(const struct report *report)
{
	int width = (int)report->plan.families.count * PANEL_WIDTH;
	int height = panels_height(report);
	FILE *file = file_open(report->plan.svg, "w");

	(void)fprintf(file,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		      "width=\"%d\" height=\"%d\">\n"
		      "<style>text{font:12px sans-serif;fill:#222}.h,.t{font-weight:bold}"
		      ".h{font-size:15px}.m{text-anchor:middle}.e{text-anchor:end}"
		      ".g{stroke:#ddd}.l{fill:none;stroke-width:1.6}</style>\n"
		      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		      width, height, width, height);
	legend_draw(file, report);
	panels_draw(file, report);
	(void)fprintf(file, "</svg>\n");
	file_close(file, report->plan.svg);
}
