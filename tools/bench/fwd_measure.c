/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending by test runs with live frames, and the CPU time it takes until every copy has arrived. */
#include "bench/fwd_measure.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* As many as a driver polls at once. */
#define BATCH_MAX 64u

/*
 * Copies of a batch. What the stack sends waits behind each other for its CPU, at most 1000 packets
 * unless net.core.netdev_max_backlog says otherwise; a batch that does not fit loses copies.
 */
#define BATCH_COPIES 512u

/* Copies that do not come for so long are lost. */
#define LOST_AFTER HP_MS(20)

struct sender {
	pthread_t thread;
	const struct measure *measure;
	const struct run *run;
	pthread_barrier_t *start;
	unsigned int core;
	uint64_t until; /* arrivals to wait for */
	hp_time took_for;
};

void measure_init(struct measure *measure, struct lab *lab, unsigned int cores)
{
	*measure = (struct measure){
		.lab = lab,
		.cores = cores,
		.arrivals_fd = bpf_map__fd(lab->skel->maps.arrivals),
		.next_tree_fd = bpf_map__fd(lab->skel->maps.next_tree),
		.random = 1,
	};
	cpu_list(cores, measure->cpus);
	for (unsigned int i = 0; i < cores; i++)
		measure->ksoftirqd[i] = ksoftirqd_clock(measure->cpus[i]);
	(void)setpriority(PRIO_PROCESS, 0, -20); /* without it only more noise */
}

static unsigned int cpus_possible(void)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		fail(cpus, "number of CPUs");
	return (unsigned int)cpus;
}

uint64_t measure_arrivals(const struct measure *measure)
{
	unsigned int cpus = cpus_possible();
	uint64_t counts[cpus], sum = 0;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(measure->arrivals_fd, &zero, counts))
		fail(errno, "count of arrivals");
	for (unsigned int i = 0; i < cpus; i++)
		sum += counts[i];
	return sum;
}

/*
 * Frames follow each other neither in the order of the routes' memory, which the CPU would
 * prefetch, nor at random, which would leave some trees out: the step is the golden section.
 */
static uint32_t stride_of(uint32_t trees)
{
	return (uint32_t)((double)trees * 0.6180339887) | (trees > 1);
}

/* Starting anywhere, so that short runs together see all trees. */
void measure_frames_set(struct measure *measure, uint32_t len, uint32_t trees)
{
	struct bench__bss *set = measure->lab->skel->bss;
	unsigned int cpus = cpus_possible();
	uint64_t starts[cpus]; /* values of a map per CPU take 8 bytes each */
	uint32_t zero = 0;

	set->frame_len = len;
	set->trees = trees;
	set->stride = stride_of(trees);
	for (unsigned int i = 0; i < cpus; i++) {
		/* Knuth's generator for 64 bits; its high half is the better one. */
		measure->random = measure->random * 6364136223846793005u + 1442695040888963407u;
		starts[i] = (measure->random >> 32) % trees;
	}
	if (bpf_map_update_elem(measure->next_tree_fd, &zero, starts, BPF_ANY))
		fail(errno, "first tree of a run");
}

/* Waits until @expected copies are there, or until no more come. */
static void arrivals_wait(const struct measure *measure, uint64_t expected)
{
	hp_time last_at = clock_read(CLOCK_MONOTONIC);
	uint64_t arrived = measure_arrivals(measure);

	while (arrived < expected && clock_read(CLOCK_MONOTONIC) - last_at < LOST_AFTER) {
		uint64_t more;

		(void)poll(NULL, 0, 1); /* lets the receivers work on this CPU */
		more = measure_arrivals(measure);
		if (more != arrived)
			last_at = clock_read(CLOCK_MONOTONIC);
		arrived = more;
	}
}

void measure_inject(const struct run *run, unsigned int queue)
{
	uint32_t batch = BATCH_COPIES / run->outputs;
	struct xdp_md ctx = {
		.data_end = run->len,
		.ingress_ifindex = (uint32_t)run->ifindex,
		.rx_queue_index = queue,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = run->frame, .data_size_in = run->len,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = (int)run->packets,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = batch < BATCH_MAX ? batch : BATCH_MAX);

	/* A run that is interrupted has sent less: so much less arrives. */
	if (bpf_prog_test_run_opts(run->prog_fd, &opts) && errno != EINTR)
		fail(errno, "test run on interface %d", run->ifindex);
}

/* What this thread and its CPU's ksoftirqd, which runs receivers too, used so far. */
static hp_time cpu_time(const struct sender *sender)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID) +
	       clock_read(sender->measure->ksoftirqd[sender->core]);
}

static void *sender_main(void *arg)
{
	struct sender *sender = arg;
	hp_time begin;

	cpu_claim(sender->measure->cpus[sender->core]);
	(void)pthread_barrier_wait(sender->start); /* tells one thread that it was the last */
	begin = cpu_time(sender);
	measure_inject(sender->run, sender->core);
	arrivals_wait(sender->measure, sender->until);
	sender->took_for = cpu_time(sender) - begin;
	return NULL;
}

static void senders_run(struct sender *senders, unsigned int count)
{
	pthread_barrier_t start;
	int err = pthread_barrier_init(&start, NULL, count);

	for (unsigned int i = 0; i < count && !err; i++) {
		senders[i].start = &start;
		err = pthread_create(&senders[i].thread, NULL, sender_main, &senders[i]);
	}
	if (err)
		fail(err, "thread for a core");
	for (unsigned int i = 0; i < count; i++)
		(void)pthread_join(senders[i].thread, NULL); /* made above */
	(void)pthread_barrier_destroy(&start);
}

struct sample measure_run(struct measure *measure, const struct run *run)
{
	struct sender senders[LAB_CORES_MAX];
	uint64_t expected = (uint64_t)run->packets * run->outputs * run->cores;
	struct sample sample = { .packets_per_s = 0 };
	uint64_t before;

	measure_frames_set(measure, run->len, run->trees);
	before = measure_arrivals(measure);
	for (unsigned int i = 0; i < run->cores; i++)
		senders[i] = (struct sender){
			.measure = measure, .run = run, .core = i, .until = before + expected
		};
	senders_run(senders, run->cores);
	sample.arrived = (double)(measure_arrivals(measure) - before) / (double)expected;
	for (unsigned int i = 0; i < run->cores; i++)
		sample.packets_per_s +=
			run->packets * sample.arrived * 1e9 / (double)senders[i].took_for;
	return sample;
}
