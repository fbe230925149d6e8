// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a flood of unknown trees does to a tree that stands: a real daemon in private network
 * namespaces, a tree built by its protocols, and on another core random (S,G) frames into another
 * interface. Needs root. Judges nothing; docs/BENCHMARKS.md reads the table.
 *
 * Measured is the CPU time of the core that forwards the tree. The daemon runs on the other one.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bench/fwd_contender.h"
#include "bench/fwd_frame.h"
#include "bench/fwd_result.h"
#include "bench/fwd_scene.h"

#define REPETITIONS_MAX 1000u
#define RUN_FOR         HP_MS(150)
#define FIRST_PACKETS   20000u

/* Until the tree has every output. */
#define PATIENCE HP_SEC(60)

/* The flood comes in bursts of this length. */
#define BURST_FOR HP_MS(2)

static const char usage[] = "usage: bench_flood [option...]\n"
			    "  --rate N          random (S,G) frames a second (1000000)\n"
			    "  --seconds N       of flood at the end, for the memory (10)\n"
			    "  --repetitions N   of the comparison (9)\n"
			    "  --programs DIR    where hpimd and hpimctl are (../.. of this one)\n"
			    "  --log FILE        what hpimd says (nowhere)\n"
			    "  --json FILE       write the figures\n";

struct options {
	uint32_t rate, seconds, repetitions;
	const char *programs, *log, *json;
};

/** struct trial - A scene with an input for the tree and one for the flood. */
struct trial {
	struct options options;
	struct scene scene;
	int tree_if, flood_if;
};

struct flood {
	pthread_t thread;
	const struct trial *trial;
	enum ip_family family;
	atomic_bool stop;
	atomic_ullong packets;
};

enum case_id { CASE_ALONE, CASE_DROPPED, CASE_FLOODED, CASES };

struct result {
	enum ip_family family;
	struct spread rate[CASES];          /* packets a second */
	struct spread to_alone, to_dropped; /* flooded / these */
	double flood_pps;
	long rss_before_kb, rss_half_kb, rss_after_kb; /* in the middle and after the long flood */
	double daemon_cpu;                             /* share of a core, while flooded for long */
};

/* ---- traffic ---- */

static struct run tree_run(const struct trial *trial, const uint8_t frame[FRAME_MIN],
			   uint32_t packets)
{
	return (struct run){
		.prog_fd = bpf_program__fd(trial->scene.lab.skel->progs.fresh_plane),
		.ifindex = trial->tree_if,
		.frame = frame,
		.len = FRAME_MIN,
		.trees = 1,
		.outputs = SCENE_OUTPUTS,
		.cores = 1,
		.packets = packets,
	};
}

/* Sends a little again and again, until everything arrives at every member. */
static void tree_wait(struct trial *trial, const uint8_t frame[FRAME_MIN])
{
	hp_time until = clock_read(CLOCK_MONOTONIC) + PATIENCE;
	struct run run = tree_run(trial, frame, 32);

	while (measure_run(&trial->scene.measure, &run).arrived < 1) {
		if (clock_read(CLOCK_MONOTONIC) > until)
			fail(0, "the tree does not come to stand");
		(void)poll(NULL, 0, 50);
	}
}

/* The address of a flood's frames, whose last bytes the program makes up. */
static struct mfib_key flood_key(enum ip_family family)
{
	struct mfib_key key = tree_key(family, 0, 0);
	const uint8_t none[4] = { 0 };
	const uint8_t source6[16] = { 0xfd, 0x16 };

	key.source = ip_addr_from_bytes(family, family == IP_FAMILY_4 ? none : source6);
	return key;
}

static void *flood_main(void *arg)
{
	struct flood *flood = arg;
	const struct trial *trial = flood->trial;
	hp_time due = clock_read(CLOCK_MONOTONIC);
	struct mfib_key key = flood_key(flood->family);
	uint8_t frame[FRAME_MIN];
	struct run run = {
		.prog_fd = bpf_program__fd(trial->scene.lab.skel->progs.fresh_flood),
		.ifindex = trial->flood_if,
		.frame = frame,
		.len = sizeof(frame),
		.outputs = 1,
		.packets = (uint32_t)((hp_time)trial->options.rate * BURST_FOR / HP_SEC(1)),
	};

	cpu_claim(trial->scene.measure.cpus[1]);
	frame_make(frame, sizeof(frame), &key);
	while (!atomic_load(&flood->stop)) {
		struct timespec wake = { .tv_sec = due / HP_SEC(1), .tv_nsec = due % HP_SEC(1) };

		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		measure_inject(&run, 0);
		(void)atomic_fetch_add(&flood->packets, run.packets);
		due += BURST_FOR;
		if (due < clock_read(CLOCK_MONOTONIC) - HP_SEC(1))
			due = clock_read(
				CLOCK_MONOTONIC); /* this machine cannot; do not catch up */
	}
	return NULL;
}

static void flood_start(struct flood *flood, const struct trial *trial, enum ip_family family)
{
	int err;

	*flood = (struct flood){ .trial = trial, .family = family };
	err = pthread_create(&flood->thread, NULL, flood_main, flood);
	if (err)
		fail(err, "thread for the flood");
	while (atomic_load(&flood->packets) == 0)
		(void)poll(NULL, 0, 1);
}

static void flood_stop(struct flood *flood)
{
	atomic_store(&flood->stop, true);
	(void)pthread_join(flood->thread, NULL); /* made above */
}

/* ---- measuring ---- */

/* Packets of the tree a second. */
static double case_run(struct trial *trial, enum ip_family family, enum case_id c,
		       const struct run *run)
{
	struct flood flood;
	double rate;

	trial->scene.lab.skel->bss->flood_is_dropped = c == CASE_DROPPED;
	if (c != CASE_ALONE)
		flood_start(&flood, trial, family);
	rate = measure_run(&trial->scene.measure, run).packets_per_s;
	if (c != CASE_ALONE)
		flood_stop(&flood);
	return rate;
}

static void rates_measure(struct trial *trial, struct result *result,
			  const uint8_t frame[FRAME_MIN])
{
	uint32_t count = trial->options.repetitions;
	double rates[CASES][REPETITIONS_MAX], to_alone[REPETITIONS_MAX],
		to_dropped[REPETITIONS_MAX];
	struct run run = tree_run(trial, frame, FIRST_PACKETS);
	double rate = measure_run(&trial->scene.measure, &run).packets_per_s;

	run.packets = (uint32_t)(rate * (double)RUN_FOR / 1e9) + FIRST_PACKETS;
	for (uint32_t i = 0; i < count; i++) {
		for (enum case_id c = 0; c < CASES; c++)
			rates[c][i] = case_run(trial, result->family, c, &run);
		to_alone[i] = rates[CASE_FLOODED][i] / rates[CASE_ALONE][i];
		to_dropped[i] = rates[CASE_FLOODED][i] / rates[CASE_DROPPED][i];
	}
	for (enum case_id c = 0; c < CASES; c++)
		result->rate[c] = numbers_spread(rates[c], count);
	result->to_alone = numbers_spread(to_alone, count);
	result->to_dropped = numbers_spread(to_dropped, count);
}

/* The tree gets packets all the time, as a tree does. */
static void memory_measure(struct trial *trial, struct result *result,
			   const uint8_t frame[FRAME_MIN])
{
	struct run run = tree_run(trial, frame, 1000);
	struct flood flood;
	hp_time begin, took_for, cpu_before = daemon_cpu(&trial->scene);

	flood_start(&flood, trial, result->family);
	begin = clock_read(CLOCK_MONOTONIC);
	do {
		(void)measure_run(&trial->scene.measure, &run);
		(void)poll(NULL, 0, 20);
		took_for = clock_read(CLOCK_MONOTONIC) - begin;
		if (!result->rss_half_kb && took_for > HP_SEC(trial->options.seconds) / 2)
			result->rss_half_kb = daemon_rss_kb(&trial->scene);
	} while (took_for < HP_SEC(trial->options.seconds));
	flood_stop(&flood);
	result->flood_pps = (double)atomic_load(&flood.packets) * 1e9 / (double)took_for;
	result->daemon_cpu = (double)(daemon_cpu(&trial->scene) - cpu_before) / (double)took_for;
	result->rss_after_kb = daemon_rss_kb(&trial->scene);
}

static struct result family_measure(struct trial *trial, enum ip_family family)
{
	struct result result = { .family = family };
	struct mfib_key key = tree_key(family, 0, 0);
	uint8_t frame[FRAME_MIN];

	frame_make(frame, sizeof(frame), &key);
	tree_wait(trial, frame);
	result.rss_before_kb = daemon_rss_kb(&trial->scene);
	rates_measure(trial, &result, frame);
	memory_measure(trial, &result, frame);
	return result;
}

/* ---- output ---- */

static void spread_print(const struct spread *spread, double unit)
{
	(void)printf(" %6.3f [%6.3f, %6.3f] ", spread->median / unit, spread->low / unit,
		     spread->high / unit);
}

static void table_print(const struct options *options, const struct result *results)
{
	(void)printf(
		"A tree with %u outputs, alone and while %u random (S,G) frames a second come "
		"in by another\ninterface on another core, and are dropped at once there, or are "
		"the router's; million packets\na second of CPU time, median of %u [spread].\n\n",
		SCENE_OUTPUTS, options->rate, options->repetitions);
	(void)printf("%-6s %-24s %-24s %-24s %-24s %-24s %8s %7s  %s\n", "family", "alone",
		     "dropped at once", "flooded", "flooded / alone", "flooded / dropped",
		     "flood/s", "daemon", "memory, KiB: before, half, after");
	for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
		const struct result *r = &results[f];

		(void)printf("%-6s", family_name(f));
		for (enum case_id c = 0; c < CASES; c++)
			spread_print(&r->rate[c], 1e6);
		spread_print(&r->to_alone, 1);
		spread_print(&r->to_dropped, 1);
		(void)printf("%8.0f %5.1f %%  %ld, %ld, %ld\n", r->flood_pps, r->daemon_cpu * 100,
			     r->rss_before_kb, r->rss_half_kb, r->rss_after_kb);
	}
	(void)printf("\naim: flooded / alone 0.9, where a busy neighbor core alone costs less\n");
}

static void json_write(const char *path, const struct result *results)
{
	FILE *file = file_open(path, "w");

	(void)fprintf(file, "[");
	for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
		const struct result *r = &results[f];

		(void)fprintf(
			file,
			"%s\n {\"family\": \"%s\", \"alone_pps\": %.0f, \"dropped_pps\": %.0f, "
			"\"flooded_pps\": %.0f, \"flooded_to_alone\": %.4f, "
			"\"flooded_to_dropped\": %.4f, "
			"\"flood_pps\": %.0f, \"daemon_cpu\": %.4f, \"rss_before_kb\": %ld, "
			"\"rss_half_kb\": %ld, \"rss_after_kb\": %ld}",
			f ? "," : "", family_name(f), r->rate[CASE_ALONE].median,
			r->rate[CASE_DROPPED].median, r->rate[CASE_FLOODED].median,
			r->to_alone.median, r->to_dropped.median, r->flood_pps, r->daemon_cpu,
			r->rss_before_kb, r->rss_half_kb, r->rss_after_kb);
	}
	(void)fprintf(file, "\n]\n");
	file_close(file, path);
}

static struct options options_parse(int argc, char **argv)
{
	struct options options = {
		.rate = 1000000, .seconds = 10, .repetitions = 9, .log = "/dev/null"
	};
	const struct word words[] = {
		{ "rate", &options.rate, 1000, 100000000, NULL },
		{ "seconds", &options.seconds, 1, 100000, NULL },
		{ "repetitions", &options.repetitions, 1, REPETITIONS_MAX, NULL },
		{ "programs", NULL, 0, 0, &options.programs },
		{ "log", NULL, 0, 0, &options.log },
		{ "json", NULL, 0, 0, &options.json },
		{ .name = NULL },
	};

	words_read(argc, argv, words, usage);
	return options;
}

static void trial_open(struct trial *trial, const char *argv0)
{
	struct scene *scene = &trial->scene;

	scene->programs = trial->options.programs;
	scene->log = trial->options.log;
	scene_open(scene, argv0);
	trial->tree_if = lab_link_make(&scene->lab, "in0", 0);
	trial->flood_if = lab_link_make(&scene->lab, "in1", 1);
	/* The sources of the flood are plausible, so nothing is cheap about them. */
	sh("ip route add 16.0.0.0/4 dev in1 && ip -6 route add fd16::/64 dev in1");
	scene_attach(scene, "in0,in1");
	lab_tail_set(&scene->lab, 0, lab_attached_fd(trial->tree_if));
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		scene_join(scene, family, 1);
}

int main(int argc, char **argv)
{
	struct trial trial = { .options = options_parse(argc, argv) };
	struct result results[IP_FAMILY_COUNT];

	trial_open(&trial, argv[0]);
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		results[family] = family_measure(&trial, family);
	table_print(&trial.options, results);
	if (trial.options.json)
		json_write(trial.options.json, results);
	scene_close(&trial.scene);
	return 0;
}
