/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop over sd-event: files, one timer, the stop signals and the watchdog of the service
 * manager. Callers of the other io modules never see sd-event.
 */
#include "io/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

/* How late the timer may run, so that the kernel can join wakeups. */
#define TIMER_ACCURACY_US 1000u

/* The last one means: a successor comes. */
static const int signal_numbers[] = { SIGTERM, SIGINT, SIGUSR1 };
#define SIGNAL_COUNT (sizeof(signal_numbers) / sizeof(signal_numbers[0]))

struct loop {
	sd_event *event;
	sd_event_source *timer, *signals[SIGNAL_COUNT];
	loop_fn *timer_fn, *stop_fn, *keep_fn;
	void *timer_ctx, *stop_ctx;
	bool is_quitting, is_leaving;
};

struct loop_fd {
	sd_event_source *source;
	loop_fd_fn *fn;
	void *ctx;
};

int loop_new(struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	err = sd_event_new(&loop->event);
	if (err < 0) {
		free(loop);
		return err;
	}
	*ret_loop = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	sd_event_source_disable_unref(loop->timer);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sd_event_source_disable_unref(loop->signals[i]);
	sd_event_unref(loop->event);
	free(loop);
}

static int fd_happened(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct loop_fd *watch = userdata;

	(void)source;
	(void)fd;
	watch->fn(watch->ctx, revents); /* may delete the watch: nothing of it is used afterwards */
	return 0;
}

int loop_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
	     struct loop_fd **ret_watch)
{
	struct loop_fd *watch = calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->fn = fn;
	watch->ctx = ctx;
	err = sd_event_add_io(loop->event, &watch->source, fd, events, fd_happened, watch);
	if (err < 0) {
		free(watch);
		return err;
	}
	*ret_watch = watch;
	return 0;
}

int loop_change(struct loop_fd *watch, uint32_t events)
{
	return sd_event_source_set_io_events(watch->source, events);
}

void loop_del(struct loop_fd *watch)
{
	if (!watch)
		return;
	sd_event_source_disable_unref(watch->source);
	free(watch);
}

static int timer_elapsed(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct loop *loop = userdata;

	(void)source;
	(void)usec;
	loop->timer_fn(loop->timer_ctx);
	return 0;
}

int loop_on_timer(struct loop *loop, loop_fn *fn, void *ctx)
{
	int err;

	loop->timer_fn = fn;
	loop->timer_ctx = ctx;
	if (loop->timer)
		return 0;
	err = sd_event_add_time(loop->event, &loop->timer, CLOCK_MONOTONIC, UINT64_MAX,
				TIMER_ACCURACY_US, timer_elapsed, loop);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
}

int loop_arm(struct loop *loop, hp_time deadline)
{
	uint64_t usec;
	int err;

	if (deadline == HP_TIME_NEVER)
		return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	/* Rounded up: a timer that runs before its deadline would find nothing to do, and spin. */
	usec = deadline <= 0 ? 0 : (uint64_t)deadline / 1000 + 1;
	err = sd_event_source_set_time(loop->timer, usec);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

static int signal_came(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct loop *loop = userdata;

	(void)source;
	(void)sd_notify(0, "STOPPING=1"); /* no service manager: nothing to notify */
	if (info->ssi_signo == SIGUSR1)
		loop->keep_fn(loop->stop_ctx);
	else
		loop->stop_fn(loop->stop_ctx);
	return 0;
}

int loop_on_stop(struct loop *loop, loop_fn *stop, loop_fn *keep, void *ctx)
{
	sigset_t set;

	loop->stop_fn = stop;
	loop->keep_fn = keep;
	loop->stop_ctx = ctx;
	if (loop->signals[0])
		return 0;
	sigemptyset(&set);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaddset(&set, signal_numbers[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		int err = sd_event_add_signal(loop->event, &loop->signals[i], signal_numbers[i],
					      signal_came, loop);

		if (err < 0)
			return err;
	}
	return 0;
}

hp_time loop_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return HP_SEC(now.tv_sec) + now.tv_nsec;
}

void loop_ready(struct loop *loop)
{
	(void)sd_event_set_watchdog(loop->event, true); /* fails only without memory */
	(void)sd_notify(0, "READY=1");
}

int loop_run(struct loop *loop)
{
	loop->is_quitting = false;
	while (!loop->is_quitting) {
		int err = sd_event_run(loop->event, UINT64_MAX);

		if (err < 0)
			return err;
	}
	/* Again after a signal, which does no harm. */
	(void)sd_notify(0, loop->is_leaving ? "RELOADING=1\nWATCHDOG=1" : "STOPPING=1");
	return 0;
}

void loop_quit(struct loop *loop)
{
	loop->is_quitting = true;
}

void loop_leave(struct loop *loop)
{
	loop->is_quitting = loop->is_leaving = true;
}
