/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors, clocks and CPUs for the benchmarks of the forwarding plane. */
#include "bench/fwd_sys.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fail(int err, const char *format, ...)
{
	va_list args;

	(void)fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, "%s%s\n", err ? ": " : "", err ? strerror(err < 0 ? -err : err) : "");
	exit(2);
}

void sh(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (system(line))
		fail(0, "failed: %s", line);
}

void *alloc(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		fail(ENOMEM, "%zu objects", count);
	return memory;
}

FILE *file_open(const char *path, const char *mode)
{
	char with_close[4];
	FILE *file;

	(void)snprintf(with_close, sizeof(with_close), "%se", mode);
	file = fopen(path, with_close);
	if (!file)
		fail(errno, "%s", path);
	return file;
}

void file_close(FILE *file, const char *path)
{
	bool is_bad = ferror(file);

	if (fclose(file) || is_bad)
		fail(errno, "%s", path);
}

hp_time clock_read(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		fail(errno, "clock");
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

/* The first CPU of a machine tends to serve its devices, so it is taken last. */
void cpu_list(unsigned int count, int *ret_cpus)
{
	unsigned int found = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		fail(errno, "CPUs of this process");
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && found < count; cpu--)
		if (CPU_ISSET((size_t)cpu, &set))
			ret_cpus[found++] = cpu;
	if (found < count)
		fail(0, "%u CPUs wanted, there are %u", count, found);
}

void cpu_claim(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail(errno, "stay on CPU %d", cpu);
}

clockid_t ksoftirqd_clock(int cpu)
{
	char name[32];
	clockid_t clock;
	int pid = 0;
	FILE *pipe;

	(void)snprintf(name, sizeof(name), "pgrep -x ksoftirqd/%d", cpu);
	pipe = popen(name, "re");
	if (!pipe || fscanf(pipe, "%d", &pid) != 1 || clock_getcpuclockid(pid, &clock))
		fail(errno, "CPU time of ksoftirqd/%d", cpu);
	(void)pclose(pipe); /* it has answered */
	return clock;
}

uint32_t number_parse(const char *text, uint32_t low, uint32_t high)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value < low || value > high)
		fail(0, "%s is no number between %u and %u", text, low, high);
	return (uint32_t)value;
}

void words_read(int argc, char **argv, const struct word *words, const char *usage)
{
	struct option options[WORDS_MAX + 1] = { { .name = NULL } };
	int i;

	for (i = 0; words[i].name; i++) {
		assert(i < WORDS_MAX);
		options[i] = (struct option){ words[i].name, required_argument, NULL, i };
	}
	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (i == '?')
			fail(0, "what is that?\n%s", usage);
		if (words[i].number)
			*words[i].number = number_parse(optarg, words[i].low, words[i].high);
		else
			*words[i].text = optarg;
	}
	if (optind != argc)
		fail(0, "what is %s?\n%s", argv[optind], usage);
}
