/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: timer, files and signals. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/loop.h"

static struct loop *loop;
static unsigned int calls;
static struct loop_fd *watch;

static void setup(void)
{
	cr_assert_eq(loop_new(&loop), 0);
}

static void teardown(void)
{
	loop_free(loop);
}

TestSuite(io_loop, .init = setup, .fini = teardown, .timeout = 20);

static void count_and_quit(void *ctx)
{
	(void)ctx;
	calls++;
	loop_quit(loop);
}

static void count_and_leave(void *ctx)
{
	(void)ctx;
	calls++;
	loop_leave(loop);
}

static void count_ten_and_quit(void *ctx)
{
	(void)ctx;
	calls += 10;
	loop_quit(loop);
}

Test(io_loop, timer_runs_once_and_never_early)
{
	cr_assert_eq(loop_on_timer(loop, count_and_quit, NULL), 0);
	for (unsigned int i = 1; i <= 20; i++) {
		hp_time deadline = loop_now() + HP_MS(2) + i;

		cr_assert_eq(loop_arm(loop, deadline), 0);
		cr_assert_eq(loop_run(loop), 0);
		cr_assert_geq(loop_now(), deadline);
		cr_assert_eq(calls, i);
	}
}

static void readable(void *ctx, uint32_t revents)
{
	(void)ctx;
	cr_assert(revents & EPOLLIN);
	calls += 100;
	loop_del(watch); /* from inside itself */
	watch = NULL;
	loop_quit(loop);
}

Test(io_loop, disarmed_timer_does_not_run_and_a_watch_may_end_itself)
{
	int pair[2];

	cr_assert_eq(loop_on_timer(loop, count_and_quit, NULL), 0);
	cr_assert_eq(loop_arm(loop, 0), 0);
	cr_assert_eq(loop_arm(loop, HP_TIME_NEVER), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	cr_assert_eq(loop_add(loop, pair[0], EPOLLIN, readable, NULL, &watch), 0);
	cr_assert_eq(write(pair[1], "x", 1), 1);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(calls, 100);
	close(pair[0]);
	close(pair[1]);
}

Test(io_loop, stop_signals_run_the_stop_function_and_sigusr1_the_other)
{
	cr_assert_eq(loop_on_stop(loop, count_and_quit, count_ten_and_quit, NULL), 0);
	cr_assert_eq(raise(SIGTERM), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(raise(SIGINT), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(calls, 2);
	cr_assert_eq(raise(SIGUSR1), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(calls, 12);
}

Test(io_loop, service_manager_hears_ready_and_stopping)
{
	struct sockaddr un = { .sa_family = AF_UNIX };
	socklen_t len = sizeof(un.sa_family);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char name[16] = { 0 }, text[64];
	struct {
		sa_family_t family;
		char path[16];
	} at;

	cr_assert_eq(bind(fd, &un, len), 0); /* the kernel picks an abstract name */
	len = sizeof(at);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	name[0] = '@';
	for (size_t i = 1; i < len - sizeof(at.family); i++)
		name[i] = at.path[i];
	cr_assert_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
	loop_ready(loop);
	cr_assert_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), 7);
	cr_assert_arr_eq(text, "READY=1", 7);
	cr_assert_eq(loop_on_timer(loop, count_and_quit, NULL), 0);
	cr_assert_eq(loop_arm(loop, 0), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), 10);
	cr_assert_arr_eq(text, "STOPPING=1", 10);
	/* Or it is there again in a moment. */
	cr_assert_eq(loop_on_timer(loop, count_and_leave, NULL), 0);
	cr_assert_eq(loop_arm(loop, 0), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert_eq(recv(fd, text, sizeof(text), MSG_DONTWAIT), 22);
	cr_assert_arr_eq(text, "RELOADING=1\nWATCHDOG=1", 22);
	close(fd);
}
