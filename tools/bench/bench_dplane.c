// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the forwarding plane is, and how that compares: the same frames go into each tier and
 * into a bare broadcast. One process, private network namespaces; needs root. Judges nothing;
 * docs/BENCHMARKS.md reads the table.
 *
 * What makes the comparison fair:
 * - Each contender has its own input, behind the same small program that renews recycled frames.
 *   Its cost is part of every figure.
 * - Live frames reach the stack as buffers built in bulk, cheaper than a driver's.
 * - Each gets the receiver that is cheapest for it: frames redirected by XDP end in an XDP program,
 *   packets sent by the stack end in a TC program, both of which count and drop.
 * - Counted is CPU time, of the sending threads and of the softirq threads of their CPUs, until the
 *   last copy has arrived. Copies that never arrive are not counted as sent.
 * - They take turns, so a busy moment of the machine hits all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/fwd_frame.h"
#include "bench/fwd_print.h"

/* The first run of each kind, which only tells how long the others will take. */
#define FIRST_PACKETS 4000u

/** struct cell - One contender in one row of a block. */
struct cell {
	struct row *row;
	enum contender contender;
	uint8_t frame[FRAME_MAX];
	uint32_t packets; /* by each core, in a run */
};

static struct sample cell_run(struct measure *measure, const struct contest *contest,
			      const struct cell *cell, uint32_t packets)
{
	const struct row *row = cell->row;
	struct run run = {
		.prog_fd = contest->input[cell->contender].prog_fd,
		.ifindex = contest->input[cell->contender].ifindex,
		.frame = cell->frame,
		.len = row->size,
		.trees = row->trees,
		.outputs = row->outputs,
		.cores = row->cores,
		.packets = packets,
	};

	return measure_run(measure, &run);
}

/*
 * Chooses how many packets take run_for. The first runs are slow and short, so the answer is
 * refined. Each tree shall have its second packet in a run, which finds warm caches.
 */
static void cell_prepare(struct measure *measure, const struct contest *contest, struct cell *cell,
			 hp_time run_for)
{
	const struct row *row = cell->row;
	struct mfib_key key = tree_key(row->family, cell->contender, 0);

	frame_make(cell->frame, row->size, &key);
	cell->packets = FIRST_PACKETS;
	for (unsigned int part = 4; part; part = part > 1 ? 1 : 0) {
		struct sample sample = cell_run(measure, contest, cell, cell->packets);
		double rate = sample.packets_per_s / row->cores;

		if (sample.arrived < 0.5 || sample.arrived > 1)
			fail(0, "%s: %.1f %% of the copies arrive", contender_name(cell->contender),
			     sample.arrived * 100);
		cell->packets = (uint32_t)(rate * (double)run_for / 1e9 / part) + FIRST_PACKETS;
	}
	if (row->trees > 1 && cell->packets < 2 * row->trees)
		cell->packets = 2 * row->trees;
}

static unsigned int cells_make(const struct report *report, const struct block *block,
			       const struct entrants *who, struct cell *ret_cells)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < block->count; i++)
		for (enum contender c = 0; c < CONTENDER_COUNT; c++)
			if (who->has[c])
				ret_cells[count++] =
					(struct cell){ .row = &report->rows[block->first + i],
						       .contender = c };
	return count;
}

/* Measures a block's rows, the contenders and the rows taking turns. */
static void turns_measure(struct measure *measure, struct contest *contest,
			  const struct report *report, const struct block *block,
			  const struct entrants *who)
{
	const struct row *first = &report->rows[block->first];
	struct cell *cells = alloc(block->count * CONTENDER_COUNT, sizeof(*cells));
	unsigned int count = cells_make(report, block, who, cells);

	contest_routes(contest, first->family, first->outputs, first->table, who);
	for (unsigned int i = 0; i < count; i++)
		cell_prepare(measure, contest, &cells[i], report->plan.run_for);
	for (unsigned int repetition = 0; repetition < report->plan.repetitions; repetition++)
		for (unsigned int i = 0; i < count; i++) {
			/* 0 1 2, 1 2 0, 2 0 1, ...: every one is first at times. */
			const struct cell *cell = &cells[(i + repetition) % count];

			cell->row->samples[cell->contender][repetition] =
				cell_run(measure, contest, cell, cell->packets);
		}
	free(cells);
}

/*
 * Where there are many trees, the table is one contender's at a time, as large as a daemon's with
 * so many: larger ones have more of their memory outside the caches.
 */
static void block_measure(struct measure *measure, struct contest *contest,
			  const struct report *report, const struct block *block)
{
	const struct entrants *all = &report->plan.entrants;

	if (report->rows[block->first].sweep != SWEEP_TREES) {
		turns_measure(measure, contest, report, block, all);
		return;
	}
	for (enum contender c = 0; c < CONTENDER_COUNT; c++) {
		struct entrants one = { .has = { false } };

		one.has[c] = true;
		if (all->has[c])
			turns_measure(measure, contest, report, block, &one);
	}
}

static void progress_print(const struct report *report, unsigned int block)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r%u of %u%s", block, report->block_count,
			      block == report->block_count ? "\r        \r" : "");
}

/* All contenders have the first number of trees at a time, or one of them has another. */
static uint32_t trees_max(const struct plan *plan)
{
	uint32_t all = plan->trees.value[0] * CONTENDER_COUNT, most = list_max(&plan->trees);

	return all > most ? all : most;
}

int main(int argc, char **argv)
{
	struct plan plan = plan_parse(argc, argv);
	struct lab lab;
	struct measure measure;
	struct contest contest;
	struct report report;

	lab_open(&lab, list_max(&plan.cores));
	measure_init(&measure, &lab, list_max(&plan.cores));
	contest_open(&contest, &lab, &plan.entrants, list_max(&plan.outputs), trees_max(&plan));
	report_init(&report, &plan);
	for (unsigned int i = 0; i < report.block_count; i++) {
		progress_print(&report, i);
		block_measure(&measure, &contest, &report, &report.blocks[i]);
	}
	progress_print(&report, report.block_count);
	contest_close(&contest);
	lab_close(&lab);
	table_print(&report);
	if (plan.json)
		json_write(&report);
	if (plan.svg)
		svg_write(&report);
	report_fini(&report);
	return 0;
}
