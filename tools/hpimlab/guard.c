// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hpimlab/lab.h"

/* A byte: the lab is no business of ours. The end of the stream: it is. */
static void watch(int fd, const char *prefix, const char *folder)
{
	ssize_t len;
	char byte;

	do
		len = read(fd, &byte, 1);
	while (len < 0 && errno == EINTR);
	if (len <= 0)
		lab_remove(prefix, folder);
}

/*
 * Shells that hpimlab has started inherit its end: one that still builds when hpimlab is killed is
 * waited for, so that nothing is made after the lab was removed. Daemons do not (lab.c).
 */
bool guard_begin(struct guard *guard, const char *prefix, const char *folder)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		return false;
	guard->pid = fork();
	if (guard->pid == 0) {
		(void)setsid(); /* signals of the terminal are for hpimlab */
		close(ends[1]);
		watch(ends[0], prefix, folder);
		_exit(EXIT_SUCCESS);
	}
	close(ends[0]);
	guard->fd = ends[1];
	if (guard->pid > 0)
		return true;
	close(ends[1]);
	return false;
}

void guard_end(struct guard *guard)
{
	(void)send(guard->fd, "", 1, MSG_NOSIGNAL); /* it may have been killed */
	close(guard->fd);
	(void)waitpid(guard->pid, NULL, 0);
}
