// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many route changes the forwarding plane takes, and how long each takes, while packets of the
 * changed trees are being forwarded by another core. Private network namespaces; needs root. Judges
 * nothing; docs/BENCHMARKS.md reads the table.
 *
 * A change is one dplane_put(), which returns when XDP or TC and the kernel's cache have the new
 * outputs. Measured is the time on the clock, so that of whoever else wants this core, too.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fwd_contender.h"
#include "bench/fwd_frame.h"
#include "bench/fwd_result.h"

#define CHANGES_MAX 10000000u
#define TREES       1000u
#define OUTPUTS     16u /* of the router, */
#define MEMBERS     8u  /* and of a tree */

/* Changes of KIND_FIRST: sets in use and resting at the usual rate, and as many again. */
#define CHANGES_FIRST 4000u

/* Packets of the traffic between two looks at whether it should end. */
#define TRAFFIC_PACKETS 4096u

/* The input is link 0, the outputs follow. */
#define LINK_OUTPUT 1

static const char usage[] = "usage: bench_churn [option...]\n"
			    "  --changes N   of each kind (50000)\n"
			    "  --rate N      a second, for the kinds that keep a rate (10000)\n"
			    "  --json FILE   write the figures\n";

/* What a change does to the outputs of a tree. */
enum kind {
	KIND_KNOWN, /* to and fro between two sets that other trees have, too */
	KIND_FIRST, /* a set that no tree has had, at a rate, while there is no used one to fill */
	KIND_NEW,   /* the same, when sets that were given back have rested */
	KIND_TREE,  /* the tree goes and comes back; the going is not counted */
	KIND_COUNT
};

static const struct {
	const char *name;
	bool keeps_rate; /* a set that was given back rests before it is used again */
} kinds[KIND_COUNT] = {
	[KIND_KNOWN] = { "known set", false },
	[KIND_FIRST] = { "first sets", true },
	[KIND_NEW] = { "new set", true },
	[KIND_TREE] = { "new tree", false },
};

struct options {
	uint32_t changes, rate;
	const char *json;
};

struct churn {
	struct options options;
	struct lab lab;
	struct measure measure;
	int ifindex; /* of the input */
	enum ip_family family;
	uint64_t random;
};

/** struct traffic - Packets of all trees in turn, until it is stopped. */
struct traffic {
	pthread_t thread;
	const struct churn *churn;
	atomic_bool stop;
	uint64_t packets;
	hp_time took_for; /* CPU time */
};

struct result {
	enum ip_family family;
	enum kind kind;
	uint32_t changes;
	double changes_per_s;
	double median_us, p99_us, worst_us;
	double traffic_pps;  /* per second of the sender's CPU time */
	uint64_t copies;     /* that arrived meanwhile */
	uint32_t other_tier; /* changes after which XDP did not carry the tree */
};

/* ---- traffic ---- */

static void *traffic_main(void *arg)
{
	struct traffic *traffic = arg;
	const struct churn *churn = traffic->churn;
	struct mfib_key key = tree_key(churn->family, 0, 0);
	clockid_t ksoftirqd = churn->measure.ksoftirqd[0];
	uint8_t frame[FRAME_MIN];
	struct run run = {
		.prog_fd = bpf_program__fd(churn->lab.skel->progs.fresh_plane),
		.ifindex = churn->ifindex,
		.frame = frame,
		.len = sizeof(frame),
		.outputs = MEMBERS,
		.packets = TRAFFIC_PACKETS,
	};

	hp_time begin = clock_read(ksoftirqd);

	cpu_claim(churn->measure.cpus[0]);
	frame_make(frame, sizeof(frame), &key);
	while (!atomic_load(&traffic->stop)) {
		measure_inject(&run, 0);
		traffic->packets += run.packets;
	}
	traffic->took_for = clock_read(CLOCK_THREAD_CPUTIME_ID) + clock_read(ksoftirqd) - begin;
	return NULL;
}

static void traffic_start(struct traffic *traffic, struct churn *churn)
{
	uint64_t before = measure_arrivals(&churn->measure);
	int err;

	*traffic = (struct traffic){ .churn = churn };
	measure_frames_set(&churn->measure, FRAME_MIN, TREES);
	err = pthread_create(&traffic->thread, NULL, traffic_main, traffic);
	if (err)
		fail(err, "thread for the traffic");
	while (measure_arrivals(&churn->measure) == before)
		(void)sched_yield(); /* it flows before anything is measured */
}

static void traffic_stop(struct traffic *traffic)
{
	atomic_store(&traffic->stop, true);
	(void)pthread_join(traffic->thread, NULL); /* made above */
}

/* ---- changes ---- */

static uint32_t next_output(struct churn *churn)
{
	churn->random = churn->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(churn->random >> 32);
}

static struct ifset outputs_from(unsigned int first)
{
	struct ifset outputs = { .word = { 0 } };

	for (unsigned int i = 0; i < MEMBERS; i++)
		ifset_add(&outputs, (uint16_t)(LINK_OUTPUT + (first + i) % OUTPUTS));
	return outputs;
}

static struct ifset outputs_random(struct churn *churn)
{
	struct ifset outputs = { .word = { 0 } };

	while (ifset_count(&outputs) < MEMBERS)
		ifset_add(&outputs, (uint16_t)(LINK_OUTPUT + next_output(churn) % OUTPUTS));
	return outputs;
}

static void route_put(const struct churn *churn, const struct mfib_route *route)
{
	int err = dplane_put(churn->lab.dp, route);

	if (err)
		fail(err, "route change: %s", churn->lab.last_warning);
}

/* Everything that is not to be measured happens here. Tree by tree; all of them, then again. */
static struct mfib_route change_prepare(struct churn *churn, enum kind kind, uint32_t i)
{
	struct mfib_route route = { .key = tree_key(churn->family, 0, i % TREES), .iif = 0 };

	if (kind == KIND_TREE)
		dplane_del(churn->lab.dp, &route.key);
	if (kind == KIND_FIRST || kind == KIND_NEW)
		route.oifs = outputs_random(churn);
	else
		route.oifs = outputs_from(i / TREES % 2 ? MEMBERS : 0);
	return route;
}

static bool is_in_xdp(const struct churn *churn, const struct mfib_key *key)
{
	struct dplane_route_state state;

	return dplane_route_state(churn->lab.dp, key, &state) == 0 && state.tier == DPLANE_TIER_XDP;
}

/* Latencies of all changes, in microseconds. Return: how long they took without the waiting. */
static double changes_make(struct churn *churn, const struct result *result, double *ret_us,
			   uint32_t *ret_other_tier)
{
	enum kind kind = result->kind;
	hp_time gap = kinds[kind].keeps_rate ? HP_SEC(1) / churn->options.rate : 0;
	hp_time due = clock_read(CLOCK_MONOTONIC), busy_for = 0;

	*ret_other_tier = 0;
	for (uint32_t i = 0; i < result->changes; i++) {
		struct mfib_route route = change_prepare(churn, kind, i);
		hp_time begin = clock_read(CLOCK_MONOTONIC), end;

		for (due += gap; gap && begin < due;)
			begin = clock_read(CLOCK_MONOTONIC);
		route_put(churn, &route);
		end = clock_read(CLOCK_MONOTONIC);
		busy_for += end - begin;
		ret_us[i] = (double)(end - begin) / 1e3;
		*ret_other_tier += !is_in_xdp(churn, &route.key);
	}
	return (double)busy_for / 1e9;
}

static struct result kind_measure(struct churn *churn, enum kind kind)
{
	uint32_t count = kind == KIND_FIRST ? CHANGES_FIRST : churn->options.changes;
	struct result result = { .family = churn->family, .kind = kind, .changes = count };
	double *us = alloc(count, sizeof(*us));
	uint64_t before = measure_arrivals(&churn->measure);
	struct traffic traffic;
	struct spread spread;

	traffic_start(&traffic, churn);
	result.changes_per_s = count / changes_make(churn, &result, us, &result.other_tier);
	traffic_stop(&traffic);
	spread = numbers_spread(us, count);
	result.median_us = spread.median;
	result.p99_us = us[(uint64_t)count * 99 / 100];
	result.worst_us = spread.high;
	result.traffic_pps = (double)traffic.packets * 1e9 / (double)traffic.took_for;
	result.copies = measure_arrivals(&churn->measure) - before;
	free(us);
	return result;
}

/* ---- the whole ---- */

static void trees_make(struct churn *churn)
{
	for (uint32_t i = 0; i < TREES; i++) {
		struct mfib_route route = { .key = tree_key(churn->family, 0, i),
					    .iif = 0,
					    .oifs = outputs_from(0) };

		route_put(churn, &route);
	}
}

static void churn_open(struct churn *churn)
{
	char name[16];

	lab_open(&churn->lab, 1);
	measure_init(&churn->measure, &churn->lab, 2);
	cpu_claim(churn->measure.cpus[1]); /* the other one is for the traffic */
	churn->ifindex = lab_link_make(&churn->lab, "in0", 0);
	lab_plane_open(&churn->lab, 2 * TREES);
	lab_attach(&churn->lab, 0, "in0", DPLANE_MODE_AUTO);
	for (uint16_t i = 0; i < OUTPUTS; i++) {
		(void)snprintf(name, sizeof(name), "x%u", i);
		(void)lab_link_make(&churn->lab, name, LINK_OUTPUT + i);
		lab_sink_xdp(&churn->lab, name, false);
		lab_attach(&churn->lab, LINK_OUTPUT + i, name, DPLANE_MODE_AUTO);
	}
	lab_tail_set(&churn->lab, 0, lab_attached_fd(churn->ifindex));
}

static void table_print(const struct churn *churn, const struct result *results, unsigned int count)
{
	(void)printf(
		"Changes to %u trees with %u of %u outputs, while packets of these trees flow. "
		"\"changes/s\" is one\nafter the other without a pause; other sets than before "
		"are asked for %u times a second.\n\n",
		TREES, MEMBERS, OUTPUTS, churn->options.rate);
	(void)printf("%-6s %-10s %8s %10s %10s %8s %9s %11s %11s %11s\n", "family", "change",
		     "changes", "changes/s", "median us", "p99 us", "worst us", "packets/s",
		     "copies", "not in XDP");
	for (unsigned int i = 0; i < count; i++) {
		const struct result *r = &results[i];

		(void)printf("%-6s %-10s %8u %10.0f %10.1f %8.1f %9.1f %11.0f %11llu %11u\n",
			     family_name(r->family), kinds[r->kind].name, r->changes,
			     r->changes_per_s, r->median_us, r->p99_us, r->worst_us, r->traffic_pps,
			     (unsigned long long)r->copies, r->other_tier);
	}
	(void)printf("\naim: 10000 changes/s, 50 us each\n");
}

static void json_write(const char *path, const struct result *results, unsigned int count)
{
	FILE *file = file_open(path, "w");

	(void)fprintf(file, "[");
	for (unsigned int i = 0; i < count; i++) {
		const struct result *r = &results[i];

		(void)fprintf(file,
			      "%s\n {\"family\": \"%s\", \"change\": \"%s\", \"changes\": %u, "
			      "\"changes_per_s\": "
			      "%.0f, \"median_us\": %.2f, \"p99_us\": %.2f, \"worst_us\": %.2f, "
			      "\"packets_per_s\": %.0f, \"copies\": %llu, \"not_in_xdp\": %u}",
			      i ? "," : "", family_name(r->family), kinds[r->kind].name, r->changes,
			      r->changes_per_s, r->median_us, r->p99_us, r->worst_us,
			      r->traffic_pps, (unsigned long long)r->copies, r->other_tier);
	}
	(void)fprintf(file, "\n]\n");
	file_close(file, path);
}

static struct options options_parse(int argc, char **argv)
{
	struct options options = { .changes = 50000, .rate = 10000 };
	const struct word words[] = {
		{ "changes", &options.changes, 1, CHANGES_MAX, NULL },
		{ "rate", &options.rate, 1, 1000000, NULL },
		{ "json", NULL, 0, 0, &options.json },
		{ .name = NULL },
	};

	words_read(argc, argv, words, usage);
	return options;
}

int main(int argc, char **argv)
{
	struct churn churn = { .options = options_parse(argc, argv), .random = 1 };
	struct result results[(size_t)IP_FAMILY_COUNT * KIND_COUNT];
	unsigned int count = 0;

	churn_open(&churn);
	for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
		churn.family = f;
		trees_make(&churn);
		for (enum kind kind = 0; kind < KIND_COUNT; kind++)
			if (kind != KIND_FIRST || f == 0) /* both families share the sets */
				results[count++] = kind_measure(&churn, kind);
	}
	table_print(&churn, results, count);
	if (churn.options.json)
		json_write(churn.options.json, results, count);
	lab_close(&churn.lab);
	return 0;
}
