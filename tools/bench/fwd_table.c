/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of bench_dplane, and what of it is to be compared with the aims. */
#include "bench/fwd_print.h"

#include <stdio.h>

static void ratio_print(const struct report *report, struct side a, struct side b)
{
	if (result_has(b))
		(void)printf(" %8.3f", result_ratio(report, a, b).median);
	else
		(void)printf(" %8s", "-");
}

static void side_print(const struct report *report, struct side side)
{
	const struct row *row = side.row;
	struct spread rate = result_rate(report, side);
	char trees[32];

	(void)snprintf(trees, sizeof(trees), "%u/%u", row->trees, row->table);
	(void)printf("%-6s %7u %5u %13s %5u  %-6s %8.3f [%6.3f, %6.3f] %8.3f",
		     family_name(row->family), row->outputs, row->size, trees, row->cores,
		     contender_name(side.contender), rate.median / 1e6, rate.low / 1e6,
		     rate.high / 1e6, rate.median * row->outputs / 1e6);
	ratio_print(report, side, (struct side){ row, CONTENDER_KERNEL });
	ratio_print(report, side, (struct side){ row, CONTENDER_BARE });
	ratio_print(report, side, (struct side){ &report->rows[row->base], side.contender });
	(void)printf(" %8.2f%%\n", result_arrived(report, side) * 100);
}

static void rows_print(const struct report *report)
{
	const struct row *last = NULL;

	for (enum sweep sweep = 0; sweep < SWEEP_COUNT; sweep++)
		for (unsigned int i = 0; i < report->row_count; i++) {
			const struct row *row = &report->rows[i];

			if (row->sweep != sweep)
				continue;
			if (!last || last->sweep != sweep || last->family != row->family)
				(void)printf("\n");
			for (enum contender c = 0; c < CONTENDER_COUNT; c++)
				if (row->samples[c])
					side_print(report, (struct side){ row, c });
			last = row;
		}
}

/* What a contender is compared with. */
enum against {
	AGAINST_OTHER, /* another one, in the same row */
	AGAINST_FIRST, /* itself in the first row of the block */
	AGAINST_ALONE, /* itself without the rest of the table, in another block */
};

/** struct aim - A ratio that is looked at over the rows of a sweep. */
struct aim {
	const char *words;
	enum sweep sweep;
	enum against against;
	enum contender ours, other;
	double wanted; /* 0: only to be shown */
};

/* Not what this program asks for, only what its ratios are printed beside. */
static const struct aim aims[] = {
	{ "xdp / kernel, by outputs", SWEEP_OUTPUTS, AGAINST_OTHER, CONTENDER_XDP, CONTENDER_KERNEL,
	  5 },
	{ "xdp / kernel, by sizes", SWEEP_SIZES, AGAINST_OTHER, CONTENDER_XDP, CONTENDER_KERNEL,
	  5 },
	{ "xdp / bare, by outputs", SWEEP_OUTPUTS, AGAINST_OTHER, CONTENDER_XDP, CONTENDER_BARE,
	  0.9 },
	{ "xdp / bare, by sizes", SWEEP_SIZES, AGAINST_OTHER, CONTENDER_XDP, CONTENDER_BARE, 0.9 },
	{ "xdp / source, by outputs", SWEEP_OUTPUTS, AGAINST_OTHER, CONTENDER_XDP, CONTENDER_SOURCE,
	  0 },
	{ "source / bare, by outputs", SWEEP_OUTPUTS, AGAINST_OTHER, CONTENDER_SOURCE,
	  CONTENDER_BARE, 0 },
	{ "tc / kernel, by outputs", SWEEP_OUTPUTS, AGAINST_OTHER, CONTENDER_TC, CONTENDER_KERNEL,
	  1.7 },
	{ "tc / kernel, by sizes", SWEEP_SIZES, AGAINST_OTHER, CONTENDER_TC, CONTENDER_KERNEL,
	  1.7 },
	{ "xdp, one of a table / alone", SWEEP_TREES, AGAINST_ALONE, CONTENDER_XDP, CONTENDER_XDP,
	  0.85 },
	{ "xdp, many in turn / one", SWEEP_TREES, AGAINST_FIRST, CONTENDER_XDP, CONTENDER_XDP,
	  0.85 },
	{ "kernel, many in turn / one", SWEEP_TREES, AGAINST_FIRST, CONTENDER_KERNEL,
	  CONTENDER_KERNEL, 0 },
	{ "xdp, more cores / one", SWEEP_CORES, AGAINST_FIRST, CONTENDER_XDP, CONTENDER_XDP, 0 },
	{ "bare, more cores / one", SWEEP_CORES, AGAINST_FIRST, CONTENDER_BARE, CONTENDER_BARE, 0 },
};

/* The row of a table with nothing but the tree that @row's packets belong to, or NULL. */
static const struct row *row_alone(const struct report *report, const struct row *row)
{
	for (unsigned int i = 0; i < report->row_count; i++) {
		const struct row *alone = &report->rows[i];

		if (alone->sweep == SWEEP_OUTPUTS && alone->family == row->family &&
		    alone->outputs == row->outputs && alone->trees == row->trees)
			return alone;
	}
	return NULL;
}

/* Return: 0 when there is nothing to compare. */
static double aim_ratio(const struct report *report, const struct aim *aim, const struct row *row)
{
	const struct row *base = &report->rows[row->base];
	struct side ours = { row, aim->ours }, other = { row, aim->other };

	if (row->sweep != aim->sweep)
		return 0;
	if (aim->against == AGAINST_FIRST)
		other.row = base == row ? NULL : base;
	else if (aim->against == AGAINST_ALONE)
		other.row = base == row ? row_alone(report, row) : NULL;
	if (!other.row || !result_has(ours) || !result_has(other))
		return 0;
	if (aim->against == AGAINST_ALONE) /* not of one block: no common repetitions */
		return result_rate(report, ours).median / result_rate(report, other).median;
	return result_ratio(report, ours, other).median;
}

static void aim_print(const struct report *report, const struct aim *aim)
{
	const struct row *least = NULL;
	double low = 0, high = 0;

	for (unsigned int i = 0; i < report->row_count; i++) {
		double ratio = aim_ratio(report, aim, &report->rows[i]);

		if (ratio <= 0)
			continue;
		if (!least || ratio < low) {
			least = &report->rows[i];
			low = ratio;
		}
		high = ratio > high ? ratio : high;
	}
	if (!least)
		return;
	(void)printf("%-28s %7.3f  %s, %2u outputs, %4u bytes, %6u trees  %7.3f", aim->words, low,
		     family_name(least->family), least->outputs, least->size, least->trees, high);
	if (aim->wanted > 0)
		(void)printf(" %6.2f", aim->wanted);
	(void)printf("\n");
}

void table_print(const struct report *report)
{
	(void)printf("Million packets a second into the router, by all cores together, for each "
		     "second of CPU time\nof one; median of %u runs, in brackets their spread. All "
		     "include renewing the frames and the\nreceivers. \"trees\": that packets "
		     "belong to in turn / in the table. \"/ kernel\", \"/ bare\",\n\"/ first\": "
		     "times as fast as those, and as the first size, number of cores or of trees.\n"
		     "\"arrived\": the worst run's share of the copies.\n\n",
		     report->plan.repetitions);
	(void)printf("%-6s %7s %5s %13s %5s  %-6s %8s %-16s %8s %8s %8s %8s %9s\n", "family",
		     "outputs", "bytes", "trees", "cores", "tier", "M pkt/s", "", "M copies",
		     "/ kernel", "/ bare", "/ first", "arrived");
	rows_print(report);
	(void)printf("\n%-28s %7s  %-43s  %7s %6s\n", "ratio", "least", "where", "most", "aim");
	for (unsigned int i = 0; i < sizeof(aims) / sizeof(aims[0]); i++)
		aim_print(report, &aims[i]);
}
