// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimexplore: everything that can happen to two or three routers, up to a depth. One process for
 * each case, a few at a time; results lie in memory that they share with their parent.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hpimexplore/search.h"

#define CASES_MAX 32u

struct options {
	const char *scene, *path;
	double seconds; /* of all cases together */
	unsigned int depth, jobs;
	bool is_quick, is_exact, is_json;
};

struct job {
	pid_t pid; /* 0: not running */
	struct search_result *result;
};

static const char usage[] =
	"usage: hpimexplore [--case NAME] [--seconds S] [--depth N] [--quick] [--exact] [--jobs "
	"N]\n"
	"                   [--json] | --list | --case NAME --path CHOICES\n"
	"\n"
	"  --seconds  for all cases together (60)\n"
	"  --depth    no deeper than so many choices\n"
	"  --quick    each case to its own small depth, whatever time it takes\n"
	"  --exact    worlds differ also by the time that timers have left\n"
	"  --jobs     processes at a time (2)\n"
	"  --path     walk there, show what happens, check the end\n";

static const struct scene *scene_by_name(const char *name)
{
	for (size_t i = 0; i < scene_count; i++)
		if (strcmp(scenes[i].name, name) == 0)
			return &scenes[i];
	fprintf(stderr, "hpimexplore: no case is called %s; try --list\n", name);
	exit(2);
}

static int list(void)
{
	for (size_t i = 0; i < scene_count; i++)
		printf("%-12s %s\n", scenes[i].name, scenes[i].claim);
	return 0;
}

/* ---- Running ---- */

static bool is_wanted(const struct options *options, const struct scene *scene)
{
	return !options->scene || strcmp(options->scene, scene->name) == 0;
}

static size_t count_wanted(const struct options *options)
{
	size_t count = 0;

	for (size_t i = 0; i < scene_count; i++)
		count += is_wanted(options, &scenes[i]);
	return count;
}

static void start(const struct options *options, const struct scene *scene, struct job *job)
{
	size_t wanted = count_wanted(options);
	size_t at_once = options->jobs < wanted ? options->jobs : wanted;
	struct search_limits limits = {
		.depth = options->is_quick ? scene->depth : options->depth,
		.seconds = options->is_quick ? 1e9
					     : options->seconds * (double)at_once / (double)wanted,
		.is_exact = options->is_exact,
	};

	(void)fflush(stdout);
	job->pid = fork();
	if (job->pid < 0) {
		perror("hpimexplore: fork");
		exit(2);
	}
	if (job->pid)
		return;
	search_run(scene, &limits, job->result);
	_exit(0);
}

/* Return: how many still run. */
static unsigned int reap(struct job jobs[], size_t count)
{
	unsigned int running = 0;

	for (size_t i = 0; i < count; i++) {
		if (jobs[i].pid > 0 && waitpid(jobs[i].pid, NULL, WNOHANG) == jobs[i].pid) {
			jobs[i].pid = 0;
			if (!jobs[i].result->is_done)
				(void)snprintf(jobs[i].result->broken, SEARCH_TEXT,
					       "the process ended");
		}
		running += jobs[i].pid > 0;
	}
	return running;
}

static void show_progress(const struct job jobs[])
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K");
	for (size_t i = 0; i < scene_count; i++)
		if (jobs[i].pid > 0)
			fprintf(stderr, "  %s: %lu states, depth %u", scenes[i].name,
				jobs[i].result->states, jobs[i].result->depth);
}

static void run(const struct options *options, struct job jobs[])
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	size_t next = 0;

	for (;;) {
		unsigned int running = reap(jobs, scene_count);

		for (; running < options->jobs && next < scene_count; next++) {
			if (!is_wanted(options, &scenes[next]))
				continue;
			start(options, &scenes[next], &jobs[next]);
			running++;
		}
		if (!running)
			break;
		show_progress(jobs);
		(void)nanosleep(&pause, NULL);
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* ---- Results ---- */

static void show_table(const struct options *options, const struct job jobs[])
{
	printf("%-12s %10s %12s %6s %8s  %s\n", "case", "states", "transitions", "depth", "seconds",
	       "violations");
	for (size_t i = 0; i < scene_count; i++) {
		const struct search_result *is = jobs[i].result;

		if (!is_wanted(options, &scenes[i]))
			continue;
		printf("%-12s %10lu %12lu %5u%c %8.1f  %s\n", scenes[i].name, is->states,
		       is->transitions, is->depth, is->is_complete ? '!' : ' ', is->seconds,
		       is->broken[0] ? is->broken : "0");
		if (is->broken[0])
			printf("  hpimexplore --case %s --path '%s'\n", scenes[i].name, is->path);
	}
}

static void show_text(const char *text)
{
	putchar('"');
	for (; *text; text++)
		printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	putchar('"');
}

static void show_json(const struct options *options, const struct job jobs[])
{
	const char *between = "";

	printf("[");
	for (size_t i = 0; i < scene_count; i++) {
		const struct search_result *is = jobs[i].result;

		if (!is_wanted(options, &scenes[i]))
			continue;
		printf("%s\n{\"case\":\"%s\",\"states\":%lu,\"transitions\":%lu,\"checks\":%lu,"
		       "\"depth\":%u,\"complete\":%s,\"seconds\":%.1f,\"violation\":",
		       between, scenes[i].name, is->states, is->transitions, is->checks, is->depth,
		       is->is_complete ? "true" : "false", is->seconds);
		if (is->broken[0]) {
			show_text(is->broken);
			printf(",\"path\":\"%s\"}", is->path);
		} else {
			printf("null}");
		}
		between = ",";
	}
	printf("\n]\n");
}

static int run_all(const struct options *options)
{
	static struct job jobs[CASES_MAX];
	size_t size = scene_count * sizeof(struct search_result);
	struct search_result *results =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool is_broken = false;

	if (results == MAP_FAILED || scene_count > CASES_MAX) {
		perror("hpimexplore: memory for results");
		return 2;
	}
	for (size_t i = 0; i < scene_count; i++)
		jobs[i].result = &results[i];
	run(options, jobs);
	if (options->is_json)
		show_json(options, jobs);
	else
		show_table(options, jobs);
	for (size_t i = 0; i < scene_count; i++)
		is_broken |= results[i].broken[0] != '\0';
	return is_broken;
}

int main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "case", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' },
		{ "depth", required_argument, NULL, 'd' },
		{ "quick", no_argument, NULL, 'q' },
		{ "exact", no_argument, NULL, 'x' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "path", required_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'o' },
		{ "list", no_argument, NULL, 'l' },
		{ 0 },
	};
	struct options options = { .seconds = 60, .depth = SEARCH_DEPTH_MAX, .jobs = 2 };
	int word;

	while ((word = getopt_long(argc, argv, "", words, NULL)) != -1)
		switch (word) {
		case 'c': options.scene = scene_by_name(optarg)->name; break;
		case 's': options.seconds = atof(optarg); break;
		case 'd': options.depth = (unsigned int)atoi(optarg); break;
		case 'q': options.is_quick = true; break;
		case 'x': options.is_exact = true; break;
		case 'j': options.jobs = (unsigned int)atoi(optarg); break;
		case 'p': options.path = optarg; break;
		case 'o': options.is_json = true; break;
		case 'l': return list();
		default: fputs(usage, stderr); return 2;
		}
	if (options.depth > SEARCH_DEPTH_MAX || !options.jobs || (options.path && !options.scene)) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.path)
		return search_replay(scene_by_name(options.scene), options.path);
	return run_all(&options);
}
