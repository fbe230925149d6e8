/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The full product of all quantities would take an hour and say little more: each is varied alone.
 * Sizes and cores are varied at every number of outputs, trees at the first and the middle one.
 */
#include "bench/fwd_plan.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fwd_frame.h"
#include "bench/fwd_shared.h"

#define REPETITIONS_MAX 1000u
#define RUN_MS_MAX      10000u

static const char usage[] =
	"usage: bench_dplane [option...]\n"
	"  --outputs LIST      numbers of outputs (1,2,4,8,16)\n"
	"  --families LIST     4, 6 or both (4,6)\n"
	"  --sizes LIST        bytes of a frame (64,1400)\n"
	"  --trees LIST        trees that the packets belong to in turn (1,1000,100000)\n"
	"  --cores LIST        cores that send at once (1,2)\n"
	"  --contenders LIST   who competes (all)\n"
	"  --repetitions N     of every figure (5)\n"
	"  --run-ms N          length of one (150)\n"
	"  --json FILE         write all samples\n"
	"  --svg FILE          write a plot\n"
	"The first of a list is what its others are compared with.\n";

static _Noreturn void usage_end(int status)
{
	(void)fputs(usage, status ? stderr : stdout);
	exit(status);
}

/* Every word of a list, which is separated by commas, to @each. */
static void words_each(char *text, void (*each)(void *ctx, const char *word), void *ctx)
{
	char *save = NULL;

	for (char *word = strtok_r(text, ",", &save); word; word = strtok_r(NULL, ",", &save))
		each(ctx, word);
}

struct number_list {
	struct list *list;
	uint32_t low, high;
};

static void number_add(void *ctx, const char *word)
{
	const struct number_list *numbers = ctx;
	struct list *list = numbers->list;

	if (list->count == LIST_MAX)
		fail(0, "more than %u numbers", LIST_MAX);
	list->value[list->count++] = number_parse(word, numbers->low, numbers->high);
}

static struct list list_parse(char *text, uint32_t low, uint32_t high)
{
	struct list list = { .count = 0 };

	words_each(text, number_add, &(struct number_list){ &list, low, high });
	if (!list.count)
		usage_end(2);
	return list;
}

static struct list families_parse(char *text)
{
	struct list list = list_parse(text, 4, 6);

	for (unsigned int i = 0; i < list.count; i++) {
		if (list.value[i] == 5)
			usage_end(2);
		list.value[i] = list.value[i] == 4 ? IP_FAMILY_4 : IP_FAMILY_6;
	}
	return list;
}

static void entrant_add(void *ctx, const char *word)
{
	enum contender c = contender_find(word);

	if (c == CONTENDER_COUNT)
		fail(0, "%s is no contender", word);
	((struct entrants *)ctx)->has[c] = true;
}

static void option_apply(struct plan *plan, int option)
{
	switch (option) {
	case 'o': plan->outputs = list_parse(optarg, 1, OUTPUTS_MAX); break;
	case 'f': plan->families = families_parse(optarg); break;
	case 's': plan->sizes = list_parse(optarg, FRAME_MIN, FRAME_MAX); break;
	case 't': plan->trees = list_parse(optarg, 1, FWD_TREES_MAX); break;
	case 'c': plan->cores = list_parse(optarg, 1, LAB_CORES_MAX); break;
	case 'w':
		plan->entrants = (struct entrants){ .has = { false } };
		words_each(optarg, entrant_add, &plan->entrants);
		break;
	case 'r': plan->repetitions = number_parse(optarg, 1, REPETITIONS_MAX); break;
	case 'm': plan->run_for = HP_MS(number_parse(optarg, 1, RUN_MS_MAX)); break;
	case 'j': plan->json = optarg; break;
	case 'v': plan->svg = optarg; break;
	default: usage_end(option == 'h' ? 0 : 2);
	}
}

struct plan plan_parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "outputs", required_argument, NULL, 'o' },
		{ "families", required_argument, NULL, 'f' },
		{ "sizes", required_argument, NULL, 's' },
		{ "trees", required_argument, NULL, 't' },
		{ "cores", required_argument, NULL, 'c' },
		{ "contenders", required_argument, NULL, 'w' },
		{ "repetitions", required_argument, NULL, 'r' },
		{ "run-ms", required_argument, NULL, 'm' },
		{ "json", required_argument, NULL, 'j' },
		{ "svg", required_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct plan plan = {
		.outputs = { 5, { 1, 2, 4, 8, 16 } },
		.families = { 2, { IP_FAMILY_4, IP_FAMILY_6 } },
		.sizes = { 2, { 64, 1400 } },
		.trees = { 3, { 1, 1000, 100000 } },
		.cores = { 2, { 1, 2 } },
		.repetitions = 5,
		.run_for = HP_MS(150),
	};
	int option;

	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		plan.entrants.has[c] = true;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		option_apply(&plan, option);
	if (optind != argc)
		usage_end(2);
	return plan;
}

uint32_t list_max(const struct list *list)
{
	uint32_t max = 0;

	for (unsigned int i = 0; i < list->count; i++)
		if (list->value[i] > max)
			max = list->value[i];
	return max;
}

/* ---- rows ---- */

static struct row *row_add(struct report *report, enum sweep sweep, uint32_t family,
			   uint32_t outputs)
{
	const struct plan *plan = &report->plan;
	struct block *block = &report->blocks[report->block_count - 1];
	struct row *row = &report->rows[report->row_count++];

	*row = (struct row){
		.sweep = sweep,
		.family = family,
		.outputs = outputs,
		.cores = plan->cores.value[0],
		.size = plan->sizes.value[0],
		.trees = plan->trees.value[0],
		.table = plan->trees.value[0],
		.base = block->first,
	};
	for (enum contender c = 0; c < CONTENDER_COUNT; c++)
		if (plan->entrants.has[c])
			row->samples[c] = alloc(plan->repetitions, sizeof(struct sample));
	block->count++;
	return row;
}

static void block_begin(struct report *report)
{
	report->blocks[report->block_count++].first = report->row_count;
}

static void outputs_block(struct report *report, uint32_t family, uint32_t outputs)
{
	const struct plan *plan = &report->plan;

	block_begin(report);
	(void)row_add(report, SWEEP_OUTPUTS, family, outputs);
	for (unsigned int i = 1; i < plan->sizes.count; i++)
		row_add(report, SWEEP_SIZES, family, outputs)->size = plan->sizes.value[i];
	for (unsigned int i = 1; i < plan->cores.count; i++)
		row_add(report, SWEEP_CORES, family, outputs)->cores = plan->cores.value[i];
}

static void trees_block(struct report *report, uint32_t family, uint32_t outputs)
{
	const struct plan *plan = &report->plan;

	block_begin(report);
	for (unsigned int i = 0; i < plan->trees.count; i++) {
		struct row *row = row_add(report, SWEEP_TREES, family, outputs);

		row->trees = plan->trees.value[i];
		row->table = list_max(&plan->trees);
	}
}

static void trees_blocks(struct report *report, uint32_t family)
{
	const struct list *outputs = &report->plan.outputs;

	if (report->plan.trees.count < 2)
		return;
	trees_block(report, family, outputs->value[0]);
	if (outputs->count > 2)
		trees_block(report, family, outputs->value[outputs->count / 2]);
}

void report_init(struct report *report, const struct plan *plan)
{
	unsigned int blocks = plan->families.count * (plan->outputs.count + 2);

	*report = (struct report){
		.plan = *plan,
		.blocks = alloc(blocks, sizeof(struct block)),
		.rows = alloc((size_t)blocks * 3 * LIST_MAX, sizeof(struct row)),
	};
	for (unsigned int f = 0; f < plan->families.count; f++)
		for (unsigned int i = 0; i < plan->outputs.count; i++)
			outputs_block(report, plan->families.value[f], plan->outputs.value[i]);
	for (unsigned int f = 0; f < plan->families.count; f++)
		trees_blocks(report, plan->families.value[f]);
}

void report_fini(struct report *report)
{
	for (unsigned int i = 0; i < report->row_count; i++)
		for (enum contender c = 0; c < CONTENDER_COUNT; c++)
			free(report->rows[i].samples[c]);
	free(report->rows);
	free(report->blocks);
}
