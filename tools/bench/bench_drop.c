// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs that is dropped: data on another interface than the tree's input, and data of
 * a tree without outputs, each by XDP and by TC, beside a program that drops all it sees. Private
 * network namespaces; needs root. Judges nothing; docs/BENCHMARKS.md reads the table.
 *
 * Counted is CPU time as in bench_dplane. Nothing arrives anywhere, so each run is checked by the
 * counters of the forwarding plane: all packets, and for this reason.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/fwd_contender.h"
#include "bench/fwd_frame.h"
#include "bench/fwd_result.h"

#define REPETITIONS_MAX 1000u
#define RUN_FOR         HP_MS(100)
#define FIRST_PACKETS   20000u

static const char usage[] = "usage: bench_drop [option...]\n"
			    "  --repetitions N   (9)\n"
			    "  --json FILE       write the figures\n";

/* Inputs are also link numbers. */
enum input { INPUT_XDP, INPUT_TC, INPUT_BARE_XDP, INPUT_BARE_TC, INPUT_COUNT };

enum drop { DROP_NEGATIVE, DROP_WRONG_IF, DROP_REPORTED, DROP_COUNT };

/* Two interfaces more: trees come in there that packets of the inputs do not belong to. */
#define LINK_ELSEWHERE INPUT_COUNT
#define LINK_OUTPUT    (INPUT_COUNT + 1u)

static const char *const input_names[INPUT_COUNT] = {
	[INPUT_XDP] = "xdp",
	[INPUT_TC] = "tc",
	[INPUT_BARE_XDP] = "bare xdp",
	[INPUT_BARE_TC] = "bare tc",
};

static const struct {
	const char *words, *reason;
} drops[DROP_COUNT] = {
	[DROP_NEGATIVE] = { "no outputs", "negative" },
	[DROP_WRONG_IF] = { "wrong interface", "wrong-if" },
	[DROP_REPORTED] = { "same, reported", "wrong-if" },
};

/** struct cell - An input and why its packets are dropped; the bare ones have no reason. */
struct cell {
	enum input input;
	enum drop drop; /* DROP_COUNT: bare */
	uint32_t packets;
	double *rates;     /* one for each repetition */
	double *to_bare;   /* same */
	unsigned int bare; /* cell that it is compared with; maybe itself */
};

#define CELLS_MAX (INPUT_COUNT * DROP_COUNT)

struct trial {
	struct lab lab;
	struct measure measure;
	int prog_fd[INPUT_COUNT], ifindex[INPUT_COUNT];
	struct cell cells[CELLS_MAX];
	unsigned int cell_count;
	uint32_t repetitions;
	const char *json;
};

/* ---- interfaces and programs ---- */

static void bare_tc_attach(const struct trial *trial)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS,
		    .ifindex = trial->ifindex[INPUT_BARE_TC]);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(trial->lab.skel->progs.drop_tc));
	int err = bpf_tc_hook_create(&hook);

	err = err ? err : bpf_tc_attach(&hook, &opts);
	if (err)
		fail(err, "bare program of TC");
}

static void input_open(struct trial *trial, enum input input)
{
	const struct bench *skel = trial->lab.skel;
	const struct bpf_program *program[INPUT_COUNT] = {
		[INPUT_XDP] = skel->progs.fresh_plane,
		[INPUT_TC] = skel->progs.fresh_stack,
		[INPUT_BARE_XDP] = skel->progs.fresh_bare,
		[INPUT_BARE_TC] = skel->progs.fresh_stack,
	};
	int err = 0;

	trial->prog_fd[input] = bpf_program__fd(program[input]);
	if (input == INPUT_XDP)
		lab_tail_set(&trial->lab, 0, lab_attached_fd(trial->ifindex[input]));
	else /* so that its queues are ready for test runs */
		err = bpf_xdp_attach(trial->ifindex[input], trial->prog_fd[input],
				     XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail(err, "input of %s", input_names[input]);
}

static void trial_open(struct trial *trial)
{
	struct lab *lab = &trial->lab;
	char name[IF_NAMESIZE];

	lab_open(lab, 1);
	measure_init(&trial->measure, lab, 1);
	for (enum input input = 0; input < INPUT_COUNT; input++) {
		(void)snprintf(name, sizeof(name), "in%u", (unsigned int)input);
		trial->ifindex[input] = lab_link_make(lab, name, input);
	}
	(void)lab_link_make(lab, "elsewhere", LINK_ELSEWHERE);
	(void)lab_link_make(lab, "output", LINK_OUTPUT);
	lab_plane_open(lab, IP_FAMILY_COUNT * CELLS_MAX);
	lab_attach(lab, INPUT_XDP, "in0", DPLANE_MODE_AUTO);
	lab_attach(lab, INPUT_TC, "in1", DPLANE_MODE_TC);
	lab_attach(lab, LINK_ELSEWHERE, "elsewhere", DPLANE_MODE_AUTO);
	lab_attach(lab, LINK_OUTPUT, "output", DPLANE_MODE_AUTO);
	lab_tail_set(lab, 1, bpf_program__fd(lab->skel->progs.drop_xdp));
	for (enum input input = 0; input < INPUT_COUNT; input++)
		input_open(trial, input);
	bare_tc_attach(trial);
}

/* ---- cells ---- */

static void cell_add(struct trial *trial, enum input input, enum drop drop, unsigned int bare)
{
	trial->cells[trial->cell_count++] = (struct cell){
		.input = input,
		.drop = drop,
		.bare = bare,
		.rates = alloc(trial->repetitions, sizeof(double)),
		.to_bare = alloc(trial->repetitions, sizeof(double)),
	};
}

static void cells_make(struct trial *trial)
{
	cell_add(trial, INPUT_BARE_XDP, DROP_COUNT, 0);
	cell_add(trial, INPUT_BARE_TC, DROP_COUNT, 1);
	for (enum drop drop = 0; drop < DROP_COUNT; drop++) {
		cell_add(trial, INPUT_XDP, drop, 0);
		cell_add(trial, INPUT_TC, drop, 1);
	}
}

/* The only route of the forwarding plane at that time, if any. */
static struct mfib_route cell_route(const struct cell *cell, enum ip_family family)
{
	struct mfib_route route = { .key = tree_key(family, cell->input, 0),
				    .iif = (uint16_t)cell->input };

	if (cell->drop == DROP_NEGATIVE)
		return route;
	route.iif = LINK_ELSEWHERE;
	ifset_add(&route.oifs, LINK_OUTPUT);
	if (cell->drop == DROP_REPORTED)
		route.flags = MFIB_F_WRONG_IF;
	return route;
}

struct count {
	enum input input;
	const char *reason;
	uint64_t packets;
};

static void count_add(void *ctx, const struct dplane_counter *counter)
{
	struct count *count = ctx;

	if (counter->link == (uint16_t)count->input && !strcmp(counter->reason, count->reason))
		count->packets = counter->packets;
}

static uint64_t dropped(const struct trial *trial, const struct cell *cell)
{
	struct count count = { .input = cell->input, .reason = drops[cell->drop].reason };

	dplane_counters(trial->lab.dp, count_add, &count);
	return count.packets;
}

/* Packets a second of CPU time. */
static double packets_send(struct trial *trial, const struct cell *cell, enum ip_family family)
{
	struct mfib_key key = tree_key(family, cell->input, 0);
	uint8_t frame[FRAME_MIN];
	struct run run = {
		.prog_fd = trial->prog_fd[cell->input],
		.ifindex = trial->ifindex[cell->input],
		.frame = frame,
		.len = sizeof(frame),
		.outputs = 1,
		.packets = cell->packets,
	};
	clockid_t ksoftirqd = trial->measure.ksoftirqd[0];
	hp_time begin, took_for;

	frame_make(frame, sizeof(frame), &key);
	measure_frames_set(&trial->measure, sizeof(frame), 1);
	begin = clock_read(CLOCK_THREAD_CPUTIME_ID) + clock_read(ksoftirqd);
	measure_inject(&run, 0);
	took_for = clock_read(CLOCK_THREAD_CPUTIME_ID) + clock_read(ksoftirqd) - begin;
	return cell->packets * 1e9 / (double)took_for;
}

static double cell_run(struct trial *trial, const struct cell *cell, enum ip_family family)
{
	struct mfib_route route = cell_route(cell, family);
	uint64_t before, after;
	double rate;
	int err;

	if (cell->drop == DROP_COUNT)
		return packets_send(trial, cell, family);
	err = dplane_put(trial->lab.dp, &route);
	if (err)
		fail(err, "route of %s", input_names[cell->input]);
	before = dropped(trial, cell);
	rate = packets_send(trial, cell, family);
	after = dropped(trial, cell);
	dplane_dispatch(trial->lab.dp); /* what was reported */
	if (after - before != cell->packets)
		fail(0, "%s, %s: %llu of %u packets were counted", input_names[cell->input],
		     drops[cell->drop].words, (unsigned long long)(after - before), cell->packets);
	dplane_del(trial->lab.dp, &route.key);
	return rate;
}

/* The cells take turns; the first runs only tell how many packets take RUN_FOR. */
static void cells_measure(struct trial *trial, enum ip_family family)
{
	struct cell *cells = trial->cells;

	for (unsigned int i = 0; i < trial->cell_count; i++) {
		cells[i].packets = FIRST_PACKETS;
		cells[i].packets = FIRST_PACKETS + (uint32_t)(cell_run(trial, &cells[i], family) *
							      (double)RUN_FOR / 1e9);
	}
	for (uint32_t r = 0; r < trial->repetitions; r++) {
		for (unsigned int i = 0; i < trial->cell_count; i++)
			cells[i].rates[r] = cell_run(trial, &cells[i], family);
		for (unsigned int i = 0; i < trial->cell_count; i++)
			cells[i].to_bare[r] = cells[i].rates[r] / cells[cells[i].bare].rates[r];
	}
}

/* ---- output ---- */

static void cell_print(const struct trial *trial, const struct cell *cell, enum ip_family family,
		       FILE *json)
{
	const char *words = cell->drop == DROP_COUNT ? "everything" : drops[cell->drop].words;
	struct spread to_bare = numbers_spread(cell->to_bare, trial->repetitions);
	struct spread rate = numbers_spread(cell->rates, trial->repetitions);

	(void)printf("%-6s %-16s %-9s %8.3f [%6.3f, %6.3f] %8.3f [%5.3f, %5.3f]\n",
		     family_name(family), words, input_names[cell->input], rate.median / 1e6,
		     rate.low / 1e6, rate.high / 1e6, to_bare.median, to_bare.low, to_bare.high);
	if (json)
		(void)fprintf(json,
			      "%s\n {\"family\": \"%s\", \"drop\": \"%s\", \"tier\": \"%s\", "
			      "\"pps\": %.0f, \"to_bare\": %.4f}",
			      ftell(json) > 1 ? "," : "", family_name(family), words,
			      input_names[cell->input], rate.median, to_bare.median);
}

static void trial_run(struct trial *trial)
{
	FILE *json = trial->json ? file_open(trial->json, "w") : NULL;

	if (json)
		(void)fprintf(json, "[");
	(void)printf("Million packets dropped for each second of CPU time, of 64 bytes, of one "
		     "tree, one core; median of\n%u runs, in brackets their spread. All include "
		     "renewing the frames; those of TC the buffers\nof the stack as well.\n\n"
		     "%-6s %-16s %-9s %8s %-16s %8s\n",
		     trial->repetitions, "family", "dropped", "tier", "M pkt/s", "", "/ bare");
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		cells_measure(trial, family);
		for (unsigned int i = 0; i < trial->cell_count; i++)
			cell_print(trial, &trial->cells[i], family, json);
	}
	if (json) {
		(void)fprintf(json, "\n]\n");
		file_close(json, trial->json);
	}
}

int main(int argc, char **argv)
{
	struct trial trial = { .repetitions = 9 };
	const struct word words[] = {
		{ "repetitions", &trial.repetitions, 1, REPETITIONS_MAX, NULL },
		{ "json", NULL, 0, 0, &trial.json },
		{ .name = NULL },
	};

	words_read(argc, argv, words, usage);
	trial_open(&trial);
	cells_make(&trial);
	cpu_claim(trial.measure.cpus[0]);
	trial_run(&trial);
	lab_close(&trial.lab);
	return 0;
}
