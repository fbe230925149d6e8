// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever may only read may ask for a look, so it must cost next to nothing: at first only counters
 * are compared, and from their speed follows which part of the packets is sampled.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "dplane/dplane.h"
#include "io/loop.h"
#include "mgmt/capture.h"
#include "mgmt/observe.h"
#include "mgmt/sample.h"

/* How long the speed is measured, and how many packets a look samples at most if it stays so. */
#define MEASURE_FOR HP_MS(100)
#define SAMPLES_MAX 2000u

struct observer {
	struct observer *prev, *next;
	struct daemon *daemon;
	struct mfib_key key;
	observe_fn *done;
	void *ctx;
	hp_time began_at, due_at;
	uint64_t arrived, forwarded; /* counters at the beginning */
	uint32_t every;              /* 0: the speed is still measured, or the look is over */
	struct observation result;
};

/* ---- counters ---- */

/* Copies are counted where they leave, too; that makes the speed greater, which does no harm. */
static void add_packets(void *ctx, const struct dplane_counter *counter)
{
	*(uint64_t *)ctx += counter->packets;
}

static uint64_t arrived(const struct daemon *daemon)
{
	uint64_t sum = 0;

	dplane_counters(daemon->dplane, add_packets, &sum);
	return sum;
}

static uint64_t forwarded(const struct observer *observer)
{
	struct dplane_route_state state;

	return dplane_route_state(observer->daemon->dplane, &observer->key, &state) < 0
		       ? 0
		       : state.packets;
}

/* ---- packets ---- */

uint32_t observe_every(const struct daemon *daemon)
{
	const struct observer *observer;
	uint32_t every = 0;

	DL_FOREACH(daemon->observers, observer)
	if (observer->every && (!every || observer->every < every))
		every = observer->every;
	return every;
}

/* What the kernel carries it judges, too, by the same header: RFC 1812, 5.3.1. */
static const char *reason_of(const struct dplane_captured *captured, const struct sample *sample)
{
	return !strcmp(captured->reason, "kernel") && sample->ttl <= 1 ? "ttl" : captured->reason;
}

static void count(struct observation *result, const struct dplane_captured *captured,
		  const struct sample *sample, uint32_t every)
{
	const char *reason = reason_of(captured, sample);
	struct observed *row = (struct observed *)observe_find(result, reason);

	if (!row) {
		if (result->count == sizeof(result->rows) / sizeof(result->rows[0]))
			return; /* more reasons than a tree can meet in a second */
		row = &result->rows[result->count++];
		*row = (struct observed){ .reason = reason, .may_be_cut = true };
	}
	row->packets += every;
	row->link = captured->link;
	row->may_be_cut &= sample->may_be_cut;
	if (sample->len > row->longest)
		row->longest = sample->len;
	if (sample->ttl > row->highest_ttl)
		row->highest_ttl = sample->ttl;
}

void observe_packet(struct daemon *daemon, const struct dplane_captured *captured)
{
	uint32_t every = capture_every(daemon);
	struct observer *observer;
	struct sample sample;

	if (!daemon->observers || !sample_read(captured, &sample))
		return;
	DL_FOREACH(daemon->observers, observer)
	if (observer->every && ip_addr_equal(&observer->key.source, &sample.key.source) &&
	    ip_addr_equal(&observer->key.group, &sample.key.group))
		count(&observer->result, captured, &sample, every);
}

const struct observed *observe_find(const struct observation *observation, const char *reason)
{
	for (uint32_t i = 0; i < observation->count; i++)
		if (!strcmp(observation->rows[i].reason, reason))
			return &observation->rows[i];
	return NULL;
}

/* ---- time ---- */

hp_time observe_due_at(const struct daemon *daemon)
{
	const struct observer *observer;
	hp_time due_at = HP_TIME_NEVER;

	DL_FOREACH(daemon->observers, observer)
	if (observer->due_at < due_at)
		due_at = observer->due_at;
	return due_at;
}

static void sample(struct daemon *daemon)
{
	int err = capture_sample(daemon);

	if (err)
		log_format(NOTE_WARN, "sampling of packets cannot be changed: %s", strerror(-err));
}

static void sample_begin(struct observer *observer)
{
	uint64_t fast = arrived(observer->daemon) - observer->arrived;

	observer->every =
		1 + (uint32_t)(fast * (uint64_t)(OBSERVE_FOR / MEASURE_FOR) / SAMPLES_MAX);
	observer->due_at = observer->began_at + OBSERVE_FOR;
	sample(observer->daemon);
}

/* A route that was replaced meanwhile may begin at 0 again. */
static void look_end(struct observer *observer)
{
	uint64_t now = forwarded(observer);

	observer->result.is_over = true;
	observer->result.forwarded = now >= observer->forwarded ? now - observer->forwarded : now;
	observer->every = 0;
	observer->due_at = HP_TIME_NEVER;
	sample(observer->daemon);
	observer->done(observer->ctx);
}

void observe_due(struct daemon *daemon)
{
	hp_time now = loop_now();
	struct observer *observer, *next;

	DL_FOREACH_SAFE(daemon->observers, observer, next)
	{
		if (now < observer->due_at)
			continue;
		if (now < observer->began_at + OBSERVE_FOR)
			sample_begin(observer);
		else
			look_end(observer);
	}
}

void observe_fini(struct daemon *daemon)
{
	struct observer *observer, *next;

	DL_FOREACH_SAFE(daemon->observers, observer, next)
	if (!observer->result.is_over)
		look_end(observer);
}

struct observer *observe_begin(struct daemon *daemon, const struct mfib_key *key, observe_fn *done,
			       void *ctx)
{
	struct observer *observer;

	if (capture_sample(daemon) < 0)
		return NULL;
	observer = calloc(1, sizeof(*observer));
	assert(observer);
	*observer = (struct observer){ .daemon = daemon,
				       .key = *key,
				       .done = done,
				       .ctx = ctx,
				       .began_at = loop_now(),
				       .due_at = loop_now() + MEASURE_FOR,
				       .arrived = arrived(daemon) };
	observer->forwarded = forwarded(observer);
	DL_APPEND(daemon->observers, observer);
	daemon_flush(daemon); /* arms the timer */
	return observer;
}

const struct observation *observe_result(const struct observer *observer)
{
	return &observer->result;
}

void observe_end(struct observer *observer)
{
	DL_DELETE(observer->daemon->observers, observer);
	if (observer->every)
		sample(observer->daemon);
	free(observer);
}
