/* SPDX-License-Identifier: GPL-2.0-only */
/* The samples of bench_dplane for programs. */
#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "bench/fwd_print.h"

static const char *const sweep_names[SWEEP_COUNT] = {
	[SWEEP_OUTPUTS] = "outputs",
	[SWEEP_SIZES] = "sizes",
	[SWEEP_CORES] = "cores",
	[SWEEP_TREES] = "trees",
};

static void ratio_write(FILE *file, const struct report *report, const char *name, struct side a,
			struct side b)
{
	if (result_has(b))
		(void)fprintf(file, ", \"%s\": %.4f", name, result_ratio(report, a, b).median);
}

static void samples_write(FILE *file, const struct report *report, struct side side)
{
	for (unsigned int i = 0; i < report->plan.repetitions; i++)
		(void)fprintf(file, "%s%.0f", i ? ", " : "",
			      side.row->samples[side.contender][i].packets_per_s);
}

static void side_write(FILE *file, const struct report *report, struct side side, bool is_first)
{
	const struct row *row = side.row;
	struct spread rate = result_rate(report, side);

	(void)fprintf(
		file,
		"%s\n  {\"sweep\": \"%s\", \"family\": \"%s\", \"outputs\": %u, "
		"\"bytes\": %u, \"trees\": %u, \"table\": %u, \"cores\": %u, \"tier\": \"%s\",\n   "
		"\"packets_per_s\": %.0f, \"low\": %.0f, \"high\": %.0f, \"arrived\": %.5f",
		is_first ? "" : ",", sweep_names[row->sweep], family_name(row->family),
		row->outputs, row->size, row->trees, row->table, row->cores,
		contender_name(side.contender), rate.median, rate.low, rate.high,
		result_arrived(report, side));
	ratio_write(file, report, "to_kernel", side, (struct side){ row, CONTENDER_KERNEL });
	ratio_write(file, report, "to_bare", side, (struct side){ row, CONTENDER_BARE });
	ratio_write(file, report, "to_first", side,
		    (struct side){ &report->rows[row->base], side.contender });
	(void)fprintf(file, ",\n   \"samples\": [");
	samples_write(file, report, side);
	(void)fprintf(file, "]}");
}

void json_write(const struct report *report)
{
	FILE *file = file_open(report->plan.json, "w");
	struct utsname system;
	bool is_first = true;

	if (uname(&system))
		fail(errno, "name of the kernel");
	(void)fprintf(file, "{\"kernel\": \"%s\", \"machine\": \"%s\", \"repetitions\": %u, ",
		      system.release, system.machine, report->plan.repetitions);
	(void)fprintf(file, "\"rows\": [");
	for (unsigned int i = 0; i < report->row_count; i++)
		for (enum contender c = 0; c < CONTENDER_COUNT; c++)
			if (report->rows[i].samples[c]) {
				side_write(file, report, (struct side){ &report->rows[i], c },
					   is_first);
				is_first = false;
			}
	(void)fprintf(file, "\n]}\n");
	file_close(file, report->plan.json);
}
