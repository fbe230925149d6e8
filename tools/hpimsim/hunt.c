// SPDX-License-Identifier: GPL-2.0-only
/* Many random histories; those that go wrong are made short and kept. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hpimsim/hunt.h"
#include "hpimsim/report.h"
#include "hpimsim/shrink.h"

#define SHRINK_RUNS 500u
#define BAR_WIDTH   30u

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock always is there */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void show_progress(const struct hunt *hunt, const struct hunt_sum *sum, double seconds)
{
	static double shown_at;
	char bar[BAR_WIDTH + 1];
	double done = (double)sum->runs / (double)hunt->runs;

	if (!isatty(STDERR_FILENO) || (sum->runs < hunt->runs && seconds - shown_at < 0.1))
		return;
	shown_at = seconds;
	if (hunt->seconds > 0 && seconds / hunt->seconds > done)
		done = seconds / hunt->seconds;
	for (unsigned int i = 0; i < BAR_WIDTH; i++)
		bar[i] = (double)i < done * BAR_WIDTH ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %" PRIu64 " of %" PRIu64 " histories, %" PRIu64 " violate ", bar,
		sum->runs, hunt->runs, sum->failed);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void add_count(struct sim_count *to, const struct sim_count *count)
{
	to->events += count->events;
	to->effects += count->effects;
	to->frames += count->frames;
	to->packets += count->packets;
	to->lost += count->lost;
	to->duplicated += count->duplicated;
	to->faults += count->faults;
	to->loops += count->loops;
}

static void keep(const struct hunt *hunt, struct scenario *scenario, struct outcome *outcome)
{
	char path[512];

	if (hunt->shrinks)
		*outcome = shrink(scenario, scenario->family, SHRINK_RUNS);
	(void)snprintf(path, sizeof(path), "%.400s/hpimsim-%" PRIu64 ".yaml", hunt->folder,
		       scenario->seed);
	end_progress();
	if (!scenario_save(scenario, scenario->family, path))
		fprintf(stderr, "hpimsim: cannot write %s: %s\n", path, strerror(errno));
	report_run(scenario, scenario->family, outcome, hunt->is_json, path);
	fflush(stdout);
}

uint64_t hunt_run(const struct hunt *hunt)
{
	struct hunt_sum sum = { .runs = 0 };
	double began = now_s();

	while (sum.runs < hunt->runs && (hunt->seconds <= 0 || sum.seconds < hunt->seconds)) {
		struct scenario scenario;
		struct outcome outcome;

		random_scenario(hunt->first + sum.runs, &hunt->request, &scenario);
		scenario_run(&scenario, scenario.family, NULL, &outcome);
		sum.runs++;
		add_count(&sum.count, &outcome.count);
		if (outcome.check.kind) {
			sum.failed++;
			keep(hunt, &scenario, &outcome);
		}
		scenario_fini(&scenario);
		sum.seconds = now_s() - began;
		show_progress(hunt, &sum, sum.seconds);
	}
	end_progress();
	report_sum(&sum, hunt->is_json);
	return sum.failed;
}
