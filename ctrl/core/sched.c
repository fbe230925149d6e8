// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual timers. Time is what the caller says it is.
 */
#include <stddef.h>

#include "core/sched.h"

int timer_compare(const struct timer *a, const struct timer *b)
{
	if (a->deadline != b->deadline)
		return a->deadline < b->deadline ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

RB_GENERATE(timer_tree, timer, node, timer_compare)

void sched_init(struct sched *sched)
{
	RB_INIT(&sched->timers);
	sched->next_order = 0;
}

void timer_init(struct timer *timer, timer_fn *fire)
{
	timer->fire = fire;
	timer->deadline = HP_TIME_NEVER;
}

void timer_arm(struct sched *sched, struct timer *timer, hp_time deadline)
{
	timer_stop(sched, timer);
	timer->deadline = deadline;
	timer->order = sched->next_order++;
	RB_INSERT(timer_tree, &sched->timers, timer);
}

void timer_stop(struct sched *sched, struct timer *timer)
{
	if (!timer_runs(timer))
		return;
	RB_REMOVE(timer_tree, &sched->timers, timer);
	timer->deadline = HP_TIME_NEVER;
}

hp_time sched_deadline(const struct sched *sched)
{
	/* The generated functions take a head they could change; finding the minimum does not. */
	const struct timer *first = RB_MIN(timer_tree, (struct timer_tree *)&sched->timers);

	return first ? first->deadline : HP_TIME_NEVER;
}

bool sched_run_next(struct core *core, struct sched *sched, hp_time now)
{
	struct timer *first = RB_MIN(timer_tree, &sched->timers);

	if (!first || first->deadline > now)
		return false;
	timer_stop(sched, first);
	first->fire(core, first);
	return true;
}

unsigned int sched_run(struct core *core, struct sched *sched, hp_time now, unsigned int max)
{
	unsigned int count = 0;

	while (count < max && sched_run_next(core, sched, now))
		count++;
	return count;
}
