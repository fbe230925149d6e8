// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tree loses while its daemon is killed, replaced and restarted: numbered frames of both
 * families through an interface that hpimd serves, in XDP, to four outputs whose ends look at every
 * number. Needs root. Judges nothing; docs/BENCHMARKS.md reads the table.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench/fwd_frame.h"
#include "bench/fwd_scene.h"
#include "bench/fwd_shared.h"

/* Frames come in bursts of this length, half of them of each family. */
#define BURST_FOR HP_MS(2)

/* No daemon comes for so long after the daemon was killed. */
#define ABSENT_MS 1000

/* What was sent has arrived, or has been lost. */
#define ARRIVED_MS 200

/* Until each output has its tree. */
#define PATIENCE HP_SEC(60)

static const char usage[] =
	"usage: bench_restart [option...]\n"
	"  --rate N        frames a second, of both families together (100000)\n"
	"  --trees N       of each family, to which the frames belong in turn (1)\n"
	"  --settle N      seconds after each change (3)\n"
	"  --relearn N     seconds after the last one; a daemon learns again what\n"
	"                  it found for " SCENE_RELEARN_S " s (22)\n"
	"  --programs DIR  where hpimd and hpimctl are (../.. of this one)\n"
	"  --log FILE      what hpimd says (nowhere)\n"
	"  --json FILE     write the figures\n";

struct options {
	uint32_t rate, trees, settle_s, relearn_s;
	const char *programs, *log, *json;
};

struct restart {
	struct options options;
	struct scene scene;
	int outputs[SCENE_OUTPUTS];
	pthread_t sender;
	atomic_bool stop;
};

/** struct tally - Frames sent, and copies at all outputs together. */
struct tally {
	uint64_t sent, good, missing, repeated;
};

enum way { WAY_CRASH, WAY_UPGRADE, WAY_RESTART, WAY_COUNT };

static const char *const way_names[] = {
	[WAY_CRASH] = "kill -9, start",
	[WAY_UPGRADE] = "stop keep-forwarding, start",
	[WAY_RESTART] = "restart",
};

struct result {
	struct tally tally;
	hp_time away_for, took_for;
};

/* ---- traffic ---- */

static struct run numbered_run(const struct restart *restart, const uint8_t *frame,
			       uint32_t packets)
{
	return (struct run){
		.prog_fd = bpf_program__fd(restart->scene.lab.skel->progs.send_numbered),
		.ifindex = (int)if_nametoindex("numbered"), /* of the sender's namespace */
		.frame = frame,
		.len = FWD_NUMBER_LEN,
		.trees = 1,
		.outputs = SCENE_OUTPUTS,
		.cores = 1,
		.packets = packets,
	};
}

static void frames_make(uint8_t (*ret_frames)[FWD_NUMBER_LEN])
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct mfib_key key = tree_key(family, 0, 0);

		frame_make(ret_frames[family], FWD_NUMBER_LEN, &key);
	}
}

static void burst(const struct restart *restart, uint8_t (*frames)[FWD_NUMBER_LEN],
		  uint32_t packets)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct run run = numbered_run(restart, frames[family], packets);

		measure_inject(&run, 0);
	}
}

static void *sender_main(void *arg)
{
	const struct restart *restart = arg;
	hp_time due = clock_read(CLOCK_MONOTONIC);
	uint8_t frames[IP_FAMILY_COUNT][FWD_NUMBER_LEN];
	uint32_t packets = (uint32_t)(restart->options.rate * BURST_FOR / HP_SEC(1)) / 2;

	cpu_claim(restart->scene.measure.cpus[0]);
	lab_ns_enter(restart->scene.lab.ns_sink);
	frames_make(frames);
	while (!atomic_load(&restart->stop)) {
		struct timespec wake = { .tv_sec = due / HP_SEC(1), .tv_nsec = due % HP_SEC(1) };

		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		burst(restart, frames, packets);
		due += BURST_FOR;
		if (due < clock_read(CLOCK_MONOTONIC)) /* no burst on top of another */
			due = clock_read(CLOCK_MONOTONIC);
	}
	return NULL;
}

static struct fwd_numbers numbers_of(const struct restart *restart, unsigned int output,
				     enum ip_family family)
{
	uint32_t key = 2 * ((uint32_t)restart->outputs[output] % FWD_NUMBERED) + family;
	struct fwd_numbers numbers;

	if (bpf_map_lookup_elem(bpf_map__fd(restart->scene.lab.skel->maps.numbers), &key, &numbers))
		fail(errno, "numbers of an output");
	return numbers;
}

static struct tally tally_read(const struct restart *restart)
{
	const uint32_t *sent = restart->scene.lab.skel->bss->next_number;
	struct tally tally = { .sent = sent[0] + sent[1] };

	for (unsigned int i = 0; i < SCENE_OUTPUTS; i++)
		for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
			struct fwd_numbers numbers = numbers_of(restart, i, family);

			tally.good += numbers.good;
			tally.missing += numbers.missing;
			tally.repeated += numbers.repeated;
		}
	return tally;
}

static struct tally tally_minus(const struct tally *now, const struct tally *before)
{
	return (struct tally){
		.sent = now->sent - before->sent,
		.good = now->good - before->good,
		.missing = now->missing - before->missing,
		.repeated = now->repeated - before->repeated,
	};
}

/* Sends a little again and again, until everything arrives at every output. */
static void trees_build(struct restart *restart)
{
	hp_time until = clock_read(CLOCK_MONOTONIC) + PATIENCE;
	uint8_t frames[IP_FAMILY_COUNT][FWD_NUMBER_LEN];
	struct tally before, tally;

	frames_make(frames);
	do {
		if (clock_read(CLOCK_MONOTONIC) > until)
			fail(0, "the trees do not come to stand; --log FILE keeps what hpimd says");
		before = tally_read(restart);
		lab_ns_enter(restart->scene.lab.ns_sink);
		burst(restart, frames, restart->options.trees + 32);
		lab_ns_enter(restart->scene.lab.ns_router);
		(void)poll(NULL, 0, ARRIVED_MS);
		tally = tally_read(restart);
		tally = tally_minus(&tally, &before);
	} while (tally.good != SCENE_OUTPUTS * tally.sent);
}

/* ---- the daemon's changes ---- */

static void daemon_change(struct restart *restart, enum way way)
{
	struct scene *scene = &restart->scene;

	switch (way) {
	case WAY_CRASH:
		(void)kill(scene->daemon, SIGKILL); /* ours, and not waited for */
		daemon_end(scene);
		(void)poll(NULL, 0, ABSENT_MS);
		daemon_start(scene);
		break;
	case WAY_UPGRADE:
		scene_command(scene, "stop keep-forwarding");
		daemon_end(scene);
		daemon_start(scene);
		break;
	default: scene_command(scene, "restart"); daemon_wait(scene);
	}
}

/* @last: counts at the end of the change before. */
static struct result way_measure(struct restart *restart, enum way way, struct tally *last)
{
	const struct options *options = &restart->options;
	hp_time begin = clock_read(CLOCK_MONOTONIC);
	struct result result = { .took_for = 0 };
	struct tally now;

	daemon_change(restart, way);
	result.away_for = clock_read(CLOCK_MONOTONIC) - begin;
	(void)poll(NULL, 0,
		   1000 * (int)(way + 1 < WAY_COUNT ? options->settle_s : options->relearn_s));
	result.took_for = clock_read(CLOCK_MONOTONIC) - begin;
	if (way + 1 == WAY_COUNT) {
		atomic_store(&restart->stop, true);
		(void)pthread_join(restart->sender, NULL); /* made below */
		(void)poll(NULL, 0, ARRIVED_MS);
	}
	now = tally_read(restart);
	result.tally = tally_minus(&now, last);
	*last = now;
	return result;
}

static void sender_start(struct restart *restart)
{
	int err = pthread_create(&restart->sender, NULL, sender_main, restart);

	if (err)
		fail(err, "thread for the traffic");
}

static void restart_open(struct restart *restart, const char *argv0)
{
	struct scene *scene = &restart->scene;

	scene->programs = restart->options.programs;
	scene->log = restart->options.log;
	scene->is_numbered = true;
	scene_open(scene, argv0);
	(void)lab_link_make(&scene->lab, "in0", 0);
	lab_ns_enter(scene->lab.ns_sink);
	scene->lab.skel->bss->send_by = if_nametoindex("in0");
	lab_ns_enter(scene->lab.ns_router);
	measure_frames_set(&scene->measure, FWD_NUMBER_LEN, restart->options.trees);
	for (unsigned int i = 0; i < SCENE_OUTPUTS; i++)
		restart->outputs[i] = scene_output(scene, i);
	scene_attach(scene, "in0");
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		scene_join(scene, family, restart->options.trees);
}

/* ---- output ---- */

static void table_print(const struct result *results, uint32_t trees)
{
	struct tally all = { .sent = 0 };

	(void)printf("Frames of %u trees of each family through a router to %u outputs, numbered, "
		     "while its daemon is\nchanged; away until it answers again.\n\n"
		     "%-28s %9s %11s %10s %11s %8s %9s\n",
		     trees, SCENE_OUTPUTS, "change", "away, ms", "frames/s", "sent", "copies",
		     "missing", "repeated");
	for (enum way way = 0; way < WAY_COUNT; way++) {
		const struct result *r = &results[way];

		(void)printf("%-28s %9.1f %11.0f %10lu %11lu %8lu %9lu\n", way_names[way],
			     (double)r->away_for / 1e6,
			     (double)r->tally.sent * 1e9 / (double)r->took_for,
			     (unsigned long)r->tally.sent, (unsigned long)r->tally.good,
			     (unsigned long)r->tally.missing, (unsigned long)r->tally.repeated);
		all.sent += r->tally.sent;
		all.good += r->tally.good;
		all.missing += r->tally.missing;
		all.repeated += r->tally.repeated;
	}
	(void)printf("%-28s %9s %11s %10lu %11lu %8lu %9lu\n", "all", "", "",
		     (unsigned long)all.sent, (unsigned long)all.good, (unsigned long)all.missing,
		     (unsigned long)all.repeated);
	(void)printf("\nof the copies expected, arrived: %.6f %%; aim: all, none repeated\n",
		     100.0 * (double)all.good / (double)(SCENE_OUTPUTS * all.sent));
}

static void json_write(const char *path, const struct result *results)
{
	FILE *file = file_open(path, "w");

	(void)fprintf(file, "[");
	for (enum way way = 0; way < WAY_COUNT; way++) {
		const struct result *r = &results[way];

		(void)fprintf(file,
			      "%s\n {\"change\": \"%s\", \"away_ms\": %.1f, \"took_s\": %.3f, "
			      "\"outputs\": %u, \"sent\": %lu, \"copies\": %lu, \"missing\": %lu, "
			      "\"repeated\": %lu}",
			      way ? "," : "", way_names[way], (double)r->away_for / 1e6,
			      (double)r->took_for / 1e9, SCENE_OUTPUTS,
			      (unsigned long)r->tally.sent, (unsigned long)r->tally.good,
			      (unsigned long)r->tally.missing, (unsigned long)r->tally.repeated);
	}
	(void)fprintf(file, "\n]\n");
	file_close(file, path);
}

static struct options options_parse(int argc, char **argv)
{
	struct options options = {
		.rate = 100000, .trees = 1, .settle_s = 3, .relearn_s = 22, .log = "/dev/null"
	};
	const struct word words[] = {
		{ "rate", &options.rate, 1000, 10000000, NULL },
		{ "trees", &options.trees, 1, 10000, NULL },
		{ "settle", &options.settle_s, 1, 100000, NULL },
		{ "relearn", &options.relearn_s, 1, 100000, NULL },
		{ "programs", NULL, 0, 0, &options.programs },
		{ "log", NULL, 0, 0, &options.log },
		{ "json", NULL, 0, 0, &options.json },
		{ .name = NULL },
	};

	words_read(argc, argv, words, usage);
	return options;
}

int main(int argc, char **argv)
{
	struct restart restart = { .options = options_parse(argc, argv) };
	struct result results[WAY_COUNT];
	struct tally last;

	restart_open(&restart, argv[0]);
	trees_build(&restart);
	last = tally_read(&restart);
	sender_start(&restart);
	for (enum way way = 0; way < WAY_COUNT; way++)
		results[way] = way_measure(&restart, way, &last);
	table_print(results, restart.options.trees);
	if (restart.options.json)
		json_write(restart.options.json, results);
	scene_close(&restart.scene);
	return 0;
}
