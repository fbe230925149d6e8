/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_MEASURE_H
#define BENCH_FWD_MEASURE_H

/* One run: so many frames into an interface, on one core or several, until the last copy came. */
#include "bench/fwd_lab.h"

struct measure {
	struct lab *lab;
	unsigned int cores;
	int cpus[LAB_CORES_MAX];
	clockid_t ksoftirqd[LAB_CORES_MAX]; /* of these CPUs */
	int arrivals_fd, next_tree_fd;
	uint64_t random;
};

/** struct run - What is sent. Each core has the interface's queue of its number for itself. */
struct run {
	int prog_fd, ifindex;
	const uint8_t *frame;
	uint32_t len;
	uint32_t trees; /* that the frames cycle through, from a random one on */
	unsigned int outputs, cores;
	uint32_t packets; /* by each core */
};

struct sample {
	double packets_per_s; /* in, by all cores together, per second of each one's CPU time */
	double arrived;       /* share of the copies expected; lost ones take no credit */
};

/** measure_init() - Choose CPUs; the lab must be open. */
void measure_init(struct measure *measure, struct lab *lab, unsigned int cores);

/**
 * measure_run() - Send and wait.
 *
 * Counted is the CPU time of the sending threads, in whose context most receivers run, and that of
 * their CPUs' ksoftirqd, which runs the rest.
 */
struct sample measure_run(struct measure *measure, const struct run *run);

/** measure_inject() - Only send @run->packets frames on the calling thread's CPU. */
void measure_inject(const struct run *run, unsigned int queue);

/** measure_arrivals() - Copies of the current length that all sinks have counted. */
uint64_t measure_arrivals(const struct measure *measure);

/** measure_frames_set() - Length and trees of the frames to come. */
void measure_frames_set(struct measure *measure, uint32_t len, uint32_t trees);

#endif
