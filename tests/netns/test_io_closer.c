/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors whose closing takes time are closed where nothing waits for it. close() is watched
 * here: which thread calls it, and for which packet sockets.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/time.h"
#include "io/closer.h"
#include "io/loop.h"
#include "io/rawsock_open.h"

#define DEADLINE  HP_SEC(10)
#define LINGER_S  60 /* more than any delay of a busy machine */
#define LOOPBACK  1u /* ifindex in every namespace */
#define SEND_ROOM 4096

/* Packet sockets closed by the test's own thread, and by others. */
static atomic_uint closed_here, closed_elsewhere;

/* In place of the C library's. */
int close(int fd)
{
	int domain = AF_UNSPEC;
	socklen_t len = sizeof(domain);

	if (!getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_PACKET)
		atomic_fetch_add(gettid() == getpid() ? &closed_here : &closed_elsewhere, 1);
	return (int)syscall(SYS_close, fd);
}

static int listener(struct sockaddr_in *ret_at)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(fd, 1), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*ret_at = at;
	return fd;
}

/* A connection whose close() waits until the other end has read everything. */
static int lingering(int *ret_other)
{
	static const struct linger linger = { .l_onoff = 1, .l_linger = LINGER_S };
	static const char zeros[SEND_ROOM];
	struct sockaddr_in at;
	int server = listener(&at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	*ret_other = accept(server, NULL, NULL);
	cr_assert_geq(*ret_other, 0);
	close(server);
	cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
	while (send(fd, zeros, sizeof(zeros), MSG_DONTWAIT) > 0)
		;
	cr_assert_eq(errno, EAGAIN);
	return fd;
}

Test(io_closer, caller_does_not_wait_for_what_takes_time, .timeout = 2 * LINGER_S)
{
	char bytes[SEND_ROOM];
	hp_time before;
	int other, fd = lingering(&other);
	ssize_t len;

	before = loop_now();
	closer_close(fd);
	cr_assert_lt(loop_now() - before, HP_SEC(LINGER_S / 2));
	do {
		struct pollfd readable = { .fd = other, .events = POLLIN };

		cr_assert_eq(poll(&readable, 1, (int)(DEADLINE / HP_MS(1))), 1);
		len = read(other, bytes, sizeof(bytes));
	} while (len > 0);
	cr_expect_eq(len, 0, "closed in the end");
	close(other);
}

static void closes_elsewhere(enum ip_family family)
{
	hp_time deadline = loop_now() + DEADLINE;
	struct rawsock_fds fds;

	cr_assert_eq(rawsock_open(SOCKET_GM, family, LOOPBACK, &fds), 0);
	cr_assert_neq(fds.rx, fds.tx);
	closed_here = closed_elsewhere = 0;
	rawsock_close(&fds, LOOPBACK);
	while (!closed_elsewhere && !closed_here && loop_now() < deadline)
		sched_yield();
	cr_expect_eq(closed_elsewhere, 1);
	cr_expect_eq(closed_here, 0);
}

Test(io_closer, packet_sockets_are_closed_in_another_thread, .timeout = 60)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET))
		cr_skip("needs root and a network namespace");
	closes_elsewhere(IP_FAMILY_4);
	closes_elsewhere(IP_FAMILY_6);
}
