/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_LOOP_H
#define IO_LOOP_H

/* The event loop: a thin shim over sd-event. */
#include <stdint.h>

#include "base/time.h"

struct loop;
struct loop_fd;

typedef void loop_fd_fn(void *ctx, uint32_t revents); /* EPOLLIN, ... */
typedef void loop_fn(void *ctx);

/** loop_new() - Return: 0 or a negative errno. */
int loop_new(struct loop **ret_loop);
void loop_free(struct loop *loop);

/** loop_add() - Watch @fd (kept open by the caller) for @events. Return: 0 or a negative errno. */
int loop_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *ctx,
	     struct loop_fd **ret_watch);
int loop_change(struct loop_fd *watch, uint32_t events);
void loop_del(struct loop_fd *watch); /* NULL does nothing */

/** loop_on_timer() - Set what runs at the deadline given to loop_arm(). One timer for all. */
int loop_on_timer(struct loop *loop, loop_fn *fn, void *ctx);
int loop_arm(struct loop *loop, hp_time deadline); /* HP_TIME_NEVER: not at all */

/**
 * loop_on_stop() - Set what runs on SIGTERM and SIGINT, and on SIGUSR1: stop, but for a successor.
 *
 * They are blocked in the process from then on.
 */
int loop_on_stop(struct loop *loop, loop_fn *stop, loop_fn *keep, void *ctx);

/** loop_now() - CLOCK_MONOTONIC now, not the start of the turn. */
hp_time loop_now(void);

/** loop_ready() - Tell the service manager that the daemon serves; feeds its watchdog if set. */
void loop_ready(struct loop *loop);

/** loop_run() - Until loop_quit() or loop_leave(). Return: 0 or a negative errno. */
int loop_run(struct loop *loop);
void loop_quit(struct loop *loop);

/** loop_leave() - As loop_quit(), but the process serves again soon: it is not about to end. */
void loop_leave(struct loop *loop);

#endif
