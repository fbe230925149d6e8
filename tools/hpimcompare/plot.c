// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plot: a panel for each figure that is read at a glance, in it a row for each case, and in
 * that a bar for each contender, from zero to the median; a thin line goes on to the greatest. The
 * scale is log(1 + x), for the figures span from none to a hundred thousand.
 */
#include <math.h>

#include "hpimcompare/result.h"

#define LEFT   150 /* names of the cases */
#define HEAD   64  /* title, legend, titles of panels */
#define PANEL  190
#define GAP    24
#define BAR    7
#define ROW    (CONTENDER_COUNT * BAR + 9)
#define BOTTOM 16

static const enum figure panels[] = { FIGURE_RECOVER, FIGURE_LOST, FIGURE_UNWANTED,
				      FIGURE_MESSAGES };
#define PANEL_COUNT (sizeof(panels) / sizeof(panels[0]))

/* Distinguishable for the color-blind. */
static const char *const colors[CONTENDER_COUNT] = {
	[CONTENDER_HPIM] = "#0072b2",
	[CONTENDER_REFRESH] = "#d55e00",
	[CONTENDER_PLAIN] = "#e69f00",
	[CONTENDER_EVEN] = "#999999",
};

static double panel_top(const struct results *results, enum figure figure)
{
	double top = 1;

	for (unsigned int i = 0; i < results->count; i++)
		for (enum contender c = 0; c < CONTENDER_COUNT; c++)
			top = fmax(top, results->rows[i].figures[c][figure].most);
	return top;
}

static double width_of(double value, double top)
{
	return PANEL * log1p(value) / log1p(top);
}

static void draw_bar(FILE *out, const struct spread *spread, double top, double x, double y,
		     const char *color)
{
	double median = spread->median < 0 ? PANEL : width_of(spread->median, top);
	double most = spread->most < 0 ? PANEL : width_of(spread->most, top);

	if (isnan(spread->median))
		return;
	(void)fprintf(out,
		      "<rect x='%.1f' y='%.1f' width='%.1f' height='%d' fill='%s'/>"
		      "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='%s'/>",
		      x, y, median, BAR - 1, color, x + median, x + most, y + BAR / 2.0,
		      y + BAR / 2.0, color);
	if (spread->median < 0)
		(void)fprintf(out, "<text x='%.1f' y='%.1f' fill='#fff' font-size='7'>never</text>",
			      x + 3, y + BAR - 1.5);
	else
		(void)fprintf(out, "<text x='%.1f' y='%.1f' font-size='7'>%.0f</text>",
			      x + most + 3, y + BAR - 1.5, spread->median);
	(void)fprintf(out, "\n");
}

static void draw_panel(FILE *out, const struct results *results, unsigned int column)
{
	enum figure figure = panels[column];
	double top = panel_top(results, figure), x = LEFT + column * (PANEL + GAP + 24);

	(void)fprintf(out, "<text x='%.1f' y='%d' font-weight='bold'>%s (%s)</text>\n", x, HEAD - 8,
		      figure_rows[figure].title, figure_rows[figure].unit);
	for (unsigned int i = 0; i < results->count; i++)
		for (enum contender c = 0; c < CONTENDER_COUNT; c++)
			draw_bar(out, &results->rows[i].figures[c][figure], top, x,
				 HEAD + (double)(i * ROW + (unsigned int)c * BAR), colors[c]);
}

static void draw_legend(FILE *out, const struct results *results)
{
	(void)fprintf(
		out,
		"<text x='8' y='20' font-size='13' font-weight='bold'>HPIM-DM and PIM-DM after "
		"the same faults: median of %u runs, line to the greatest</text>\n",
		results->runs);
	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		(void)fprintf(out,
			      "<rect x='%u' y='28' width='10' height='8' fill='%s'/>"
			      "<text x='%u' y='36'>%s</text>\n",
			      8 + (unsigned int)c * 140, colors[c], 22 + (unsigned int)c * 140,
			      contender_names[c]);
}

void results_svg(FILE *out, const struct results *results)
{
	unsigned int width = LEFT + PANEL_COUNT * (PANEL + GAP + 24);
	unsigned int height = HEAD + results->count * ROW + BOTTOM;

	(void)fprintf(out,
		      "<svg xmlns='http://www.w3.org/2000/svg' width='%u' height='%u' "
		      "font-family='sans-serif' font-size='10'>\n"
		      "<rect width='100%%' height='100%%' fill='#fff'/>\n",
		      width, height);
	draw_legend(out, results);
	for (unsigned int i = 0; i < results->count; i++)
		(void)fprintf(out, "<text x='%d' y='%u' text-anchor='end'>%s</text>\n", LEFT - 8,
			      HEAD + i * ROW + (unsigned int)CONTENDER_COUNT * BAR / 2 + 4,
			      results->rows[i].of->name);
	for (unsigned int column = 0; column < PANEL_COUNT; column++)
		draw_panel(out, results, column);
	(void)fprintf(out, "</svg>\n");
}
