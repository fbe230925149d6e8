// SPDX-License-Identifier: GPL-2.0-only
/* Virtual timers: order, re-arming, stopping. */
#include <criterion/criterion.h>
#include <limits.h>

#include <string.h>

#include "core/sched.h"

/* One letter for each timer that fired. */
static char fired[64];
static struct sched sched;

struct letter {
	struct timer timer; /* first, so that the timer is the letter */
	char name;
	int again;            /* how often it arms itself again, for the same instant */
	struct letter *stops; /* another letter it stops */
};

static void letter_fire(struct core *core, struct timer *timer)
{
	struct letter *letter = (struct letter *)timer;

	(void)core;
	cr_assert_not(timer_runs(timer), "a timer that fires does not run any more");
	fired[strlen(fired)] = letter->name;
	if (letter->again-- > 0)
		timer_arm(&sched, timer, HP_SEC(1));
	if (letter->stops)
		timer_stop(&sched, &letter->stops->timer);
}

static struct letter letter_at(char name)
{
	struct letter letter = { .name = name };

	timer_init(&letter.timer, letter_fire);
	return letter;
}

static void setup(void)
{
	memset(fired, 0, sizeof(fired));
	sched_init(&sched);
}

TestSuite(sched, .init = setup);

Test(sched, nothing_armed_has_no_deadline)
{
	cr_assert_eq(sched_deadline(&sched), HP_TIME_NEVER);
	(void)sched_run(NULL, &sched, HP_SEC(1000), UINT_MAX);
	cr_assert_str_eq(fired, "");
}

Test(sched, timers_fire_in_order_of_their_deadlines)
{
	struct letter a = letter_at('a'), b = letter_at('b'), c = letter_at('c');

	timer_arm(&sched, &b.timer, HP_SEC(2));
	timer_arm(&sched, &c.timer, HP_SEC(3));
	timer_arm(&sched, &a.timer, HP_SEC(1));
	cr_assert_eq(sched_deadline(&sched), HP_SEC(1));
	(void)sched_run(NULL, &sched, HP_SEC(3) - 1, UINT_MAX);
	cr_assert_str_eq(fired, "ab");
	cr_assert_eq(sched_deadline(&sched), HP_SEC(3));
	(void)sched_run(NULL, &sched, HP_SEC(3), UINT_MAX);
	cr_assert_str_eq(fired, "abc");
	cr_assert_eq(sched_deadline(&sched), HP_TIME_NEVER);
}

Test(sched, equal_deadlines_fire_in_order_of_arming)
{
	struct letter l[16];

	for (int i = 0; i < 16; i++)
		l[i] = letter_at((char)('a' + i));
	for (int i = 0; i < 16; i++)
		timer_arm(&sched, &l[(i * 7) % 16].timer, HP_SEC(1));
	(void)sched_run(NULL, &sched, HP_SEC(1), UINT_MAX);
	cr_assert_str_eq(fired, "ahofmdkbipgnelcj");
}

Test(sched, arming_again_replaces_the_deadline_and_goes_to_the_end)
{
	struct letter a = letter_at('a'), b = letter_at('b');

	timer_arm(&sched, &a.timer, HP_SEC(1));
	timer_arm(&sched, &b.timer, HP_SEC(2));
	timer_arm(&sched, &a.timer, HP_SEC(2));
	(void)sched_run(NULL, &sched, HP_SEC(1), UINT_MAX);
	cr_assert_str_eq(fired, "");
	(void)sched_run(NULL, &sched, HP_SEC(2), UINT_MAX);
	cr_assert_str_eq(fired, "ba");
}

Test(sched, a_timer_armed_inside_a_callback_for_now_fires_in_the_same_run_after_the_others)
{
	struct letter a = letter_at('a'), b = letter_at('b');

	a.again = 2;
	timer_arm(&sched, &a.timer, HP_SEC(1));
	timer_arm(&sched, &b.timer, HP_SEC(1));
	(void)sched_run(NULL, &sched, HP_SEC(1), UINT_MAX);
	cr_assert_str_eq(fired, "abaa");
	cr_assert_eq(sched_deadline(&sched), HP_TIME_NEVER);
}

Test(sched, a_timer_stopped_inside_a_callback_does_not_fire)
{
	struct letter a = letter_at('a'), b = letter_at('b'), c = letter_at('c');

	a.stops = &b;
	timer_arm(&sched, &a.timer, HP_SEC(1));
	timer_arm(&sched, &b.timer, HP_SEC(1));
	timer_arm(&sched, &c.timer, HP_SEC(1));
	(void)sched_run(NULL, &sched, HP_SEC(1), UINT_MAX);
	cr_assert_str_eq(fired, "ac");
	cr_assert_not(timer_runs(&b.timer));
}

Test(sched, stopping_twice_does_nothing)
{
	struct letter a = letter_at('a'), b = letter_at('b');

	timer_arm(&sched, &a.timer, HP_SEC(1));
	timer_arm(&sched, &b.timer, HP_SEC(2));
	timer_stop(&sched, &a.timer);
	timer_stop(&sched, &a.timer);
	cr_assert_eq(sched_deadline(&sched), HP_SEC(2));
	(void)sched_run(NULL, &sched, HP_SEC(2), UINT_MAX);
	cr_assert_str_eq(fired, "b");
}
