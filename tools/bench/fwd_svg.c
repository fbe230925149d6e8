/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plot of bench_dplane: a column for each family, a row for each thing that is varied; copies
 * a second for each contender, with a bar from the least repetition to the greatest.
 */
#include <errno.h>
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

/* The next of 1, 2, 5, 10, 20, 50, ... that is not below @value. */
static double scale_top(double value)
{
	double power = pow(10, floor(log10(value)));

	if (value <= power)
		return power;
	if (value <= 2 * power)
		return 2 * power;
	return value <= 5 * power ? 5 * power : 10 * power;
}

static void panel_point_add(struct panel *panel, const struct report *report, const struct row *row,
			    uint32_t label)
{
	if (panel->count == POINTS_MAX)
		return; /* a diagram with more is not readable */
	panel->points[panel->count] = row;
	panel->labels[panel->count++] = label;
	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		if (row->samples[c]) {
			double high = result_rate(report, (struct side){ row, c }).high;

			if (copies(row, high) > panel->top)
				panel->top = copies(row, high);
		}
}

static double point_x(const struct panel *panel, unsigned int i)
{
	return LEFT + WIDTH * (i + 0.5) / panel->count;
}

static double point_y(const struct panel *panel, double value)
{
	return TOP + HEIGHT * (1 - value / scale_top(panel->top));
}

/* ---- drawing ---- */

static void axes_draw(FILE *file, const struct panel *panel)
{
	double top = scale_top(panel->top);

	(void)fprintf(file, "<text x=\"%d\" y=\"18\" class=\"t\">%s</text>\n", LEFT, panel->title);
	for (int i = 0; i <= 4; i++) {
		double value = top * i / 4, y = point_y(panel, value);

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
		      "<text x=\"%d\" y=\"24\" class=\"h\">Million copies a second for each second "
		      "of one core's time</text>\n",
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

/* By number of outputs, everything else as in @like. */
static void panel_outputs(struct panel *panel, const struct report *report, const struct row *like)
{
	*panel = (struct panel){ .x_title = "outputs" };
	(void)snprintf(panel->title, sizeof(panel->title), "%s, %u bytes, %u core%s",
		       family_name(like->family), like->size, like->cores,
		       like->cores > 1 ? "s" : "");
	for (unsigned int i = 0; i < report->row_count; i++) {
		const struct row *row = &report->rows[i];

		if (row->sweep == like->sweep && row->family == like->family &&
		    row->size == like->size && row->cores == like->cores)
			panel_point_add(panel, report, row, row->outputs);
	}
}

static void panel_trees(struct panel *panel, const struct report *report, const struct row *like)
{
	*panel = (struct panel){ .x_title = "trees" };
	(void)snprintf(panel->title, sizeof(panel->title), "%s, %u bytes, %u output%s",
		       family_name(like->family), like->size, like->outputs,
		       like->outputs > 1 ? "s" : "");
	for (unsigned int i = 0; i < report->row_count; i++) {
		const struct row *row = &report->rows[i];

		if (row->sweep == SWEEP_TREES && row->base == like->base)
			panel_point_add(panel, report, row, row->trees);
	}
}

/* One panel for each row of the first block, and for each block of trees; then the next family. */
static bool panel_begins(const struct report *report, const struct row *row)
{
	if (row->sweep == SWEEP_TREES)
		return &report->rows[row->base] == row;
	return row->outputs == report->plan.outputs.value[0];
}

static int panels_draw(FILE *file, const struct report *report)
{
	int lowest = 0;

	for (unsigned int f = 0; f < report->plan.families.count; f++) {
		int y = HEAD;

		for (unsigned int i = 0; i < report->row_count; i++) {
			const struct row *row = &report->rows[i];
			struct panel panel;

			if (row->family != report->plan.families.value[f] ||
			    !panel_begins(report, row))
				continue;
			if (row->sweep == SWEEP_TREES)
				panel_trees(&panel, report, row);
			else
				panel_outputs(&panel, report, row);
			panel_draw(file, report, &panel, (int)f * PANEL_WIDTH, y);
			y += PANEL_HEIGHT;
		}
		lowest = y > lowest ? y : lowest;
	}
	return lowest;
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
	FILE *file = fopen(report->plan.svg, "we");

	if (!file)
		fail(errno, "%s", report->plan.svg);
	(void)fprintf(file,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		      "width=\"%d\" height=\"%d\">\n"
		      "<style>text{font:12px sans-serif;fill:#222}.h,.t{font-weight:bold}"
		      ".h{font-size:15px}.m{text-anchor:middle}.e{text-anchor:end}"
		      ".g{stroke:#ddd}.l{fill:none;stroke-width:1.6}</style>\n"
		      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		      width, height, width, height);
	legend_draw(file, report);
	(void)panels_draw(file, report);
	(void)fprintf(file, "</svg>\n");
	if (ferror(file) || fclose(file))
		fail(errno, "%s", report->plan.svg);
}
