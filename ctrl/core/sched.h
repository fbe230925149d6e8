/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

/*
 * Virtual timers, ordered by (deadline, order of arming): equal deadlines fire in the order in
 * which they were armed, on every compiler and every run.
 */
#include <bsd/sys/tree.h>

#include <stdbool.h>

#include "base/time.h"

struct core;
struct timer;

typedef void timer_fn(struct core *core, struct timer *timer);

struct timer {
	RB_ENTRY(timer) node;
	timer_fn *fire;   /* set once by timer_init() */
	hp_time deadline; /* HP_TIME_NEVER while it does not run */
	uint64_t order;
};

RB_HEAD(timer_tree, timer);

/* The generated tree functions cannot be static on every compiler with <bsd/sys/tree.h>. */
int timer_compare(const struct timer *a, const struct timer *b);
RB_PROTOTYPE(timer_tree, timer, node, timer_compare)

struct sched {
	struct timer_tree timers;
	uint64_t next_order;
};

void sched_init(struct sched *sched);
void timer_init(struct timer *timer, timer_fn *fire);

/** timer_arm() - Start, or restart with a new deadline. */
void timer_arm(struct sched *sched, struct timer *timer, hp_time deadline);

/** timer_stop() - Does nothing to a timer that does not run. */
void timer_stop(struct sched *sched, struct timer *timer);

static inline bool timer_runs(const struct timer *timer)
{
	return timer->deadline != HP_TIME_NEVER;
}

/** sched_deadline() - Deadline of the first timer, or HP_TIME_NEVER. */
hp_time sched_deadline(const struct sched *sched);

/** sched_run_next() - Stop and fire the first timer if it is due at @now. false: none is. */
bool sched_run_next(struct core *core, struct sched *sched, hp_time now);

/**
 * sched_run() - Stop and fire timers due at @now, also those armed meanwhile for @now.
 *
 * Return: how many; @max of them at most.
 */
unsigned int sched_run(struct core *core, struct sched *sched, hp_time now, unsigned int max);

#endif
