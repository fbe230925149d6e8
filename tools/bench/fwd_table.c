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

	(void)printf("%-6s %7u %5u %6u %5u  %-6s %8.3f [%6.3f, %6.3f] %8.3f",
		     family_name(row->family), row->outputs, row->size, row->trees, row->cores,
		     contender_name(side.contender), rate.median / 1e6, rate.low / 1e6,
		     rate.high / 1e6, rate.median * row->outputs / 1e6);
	ratio_print(report, side, (struct side){ row, CONTENDER_KERNEL });
	ratio_print(report, side, (struct side){ row, CONTENDER_BARE });
	ratio_print(report, side, (struct side){ &report->rows[row->base], side.contender });
	(void)printf(" %9.3f%%\n", result_arrived(report, side) * 100);
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

/** struct aim - A ratio that is looked at over the rows of some sweeps. */
struct aim {
	const char *words;
	enum contender ours, other;
	bool to_base;        /* against the same contender in the base row, not against @other */
	unsigned int sweeps; /* bits */
	double wanted;
};

/* Not what this program asks for, only what its ratios are printed beside. */
static const struct aim aims[] = {
	{ "xdp / kernel, by outputs", CONTENDER_XDP, CONTENDER_KERNEL, false, 1u << SWEEP_OUTPUTS,
	  5 },
	{ "xdp / kernel, other sizes", CONTENDER_XDP, CONTENDER_KERNEL, false, 1u << SWEEP_SIZES,
	  5 },
	{ "xdp / bare, by outputs", CONTENDER_XDP, CONTENDER_BARE, false, 1u << SWEEP_OUTPUTS,
	  0.9 },
	{ "xdp / bare, other sizes", CONTENDER_XDP, CONTENDER_BARE, false, 1u << SWEEP_SIZES, 0.9 },
	{ "xdp / source, by outputs", CONTENDER_XDP, CONTENDER_SOURCE, false, 1u << SWEEP_OUTPUTS,
	  0 },
	{ "source / bare, by outputs", CONTENDER_SOURCE, CONTENDER_BARE, false, 1u << SWEEP_OUTPUTS,
	  0 },
	{ "tc / kernel, by outputs", CONTENDER_TC, CONTENDER_KERNEL, false, 1u << SWEEP_OUTPUTS,
	  1.7 },
	{ "tc / kernel, other sizes", CONTENDER_TC, CONTENDER_KERNEL, false, 1u << SWEEP_SIZES,
	  1.7 },
	{ "xdp, most trees / fewest", CONTENDER_XDP, CONTENDER_XDP, true, 1u << SWEEP_TREES, 0.85 },
	{ "xdp, most cores / fewest", CONTENDER_XDP, CONTENDER_XDP, true, 1u << SWEEP_CORES, 0 },
	{ "bare, most cores / fewest", CONTENDER_BARE, CONTENDER_BARE, true, 1u << SWEEP_CORES, 0 },
};

static void aim_print(const struct report *report, const struct aim *aim)
{
	const struct row *least = NULL, *most = NULL;
	double low = 0, high = 0;

	for (unsigned int i = 0; i < report->row_count; i++) {
		const struct row *row = &report->rows[i];
		const struct row *base = aim->to_base ? &report->rows[row->base] : row;
		struct side a = { row, aim->ours }, b = { base, aim->other };
		double ratio;

		if (!(aim->sweeps >> row->sweep & 1) || !result_has(a) || !result_has(b) ||
		    (aim->to_base && base == row))
			continue;
		ratio = result_ratio(report, a, b).median;
		if (!least || ratio < low) {
			least = row;
			low = ratio;
		}
		if (!most || ratio > high) {
			most = row;
			high = ratio;
		}
	}
	if (!least)
		return;
	(void)printf("%-26s %7.3f  %s, %2u outputs, %4u bytes, %6u trees   %7.3f", aim->words, low,
		     family_name(least->family), least->outputs, least->size, least->trees, high);
	if (aim->wanted > 0)
		(void)printf("  %6.2f", aim->wanted);
	(void)printf("\n");
}

void table_print(const struct report *report)
{
	(void)printf("Million packets a second into the router, by all cores together, for each "
		     "second of CPU time\nof one; median of %u runs, in brackets their spread. All "
		     "include renewing the frames and the\nreceivers. \"kernel\", \"bare\" and "
		     "\"first\": how many times as fast as those and as the first size,\nnumber of "
		     "trees or of cores. \"arrived\": the worst run's share of the copies.\n\n",
		     report->plan.repetitions);
	(void)printf("%-6s %7s %5s %6s %5s  %-6s %8s %-16s %8s %8s %8s %8s %10s\n", "family",
		     "outputs", "bytes", "trees", "cores", "tier", "M pkt/s", "", "M copies",
		     "/ kernel", "/ bare", "/ first", "arrived");
	rows_print(report);
	(void)printf("\n%-26s %7s  %-44s %7s  %6s\n", "ratio", "least", "where", "most", "aim");
	for (unsigned int i = 0; i < sizeof(aims) / sizeof(aims[0]); i++)
		aim_print(report, &aims[i]);
}
