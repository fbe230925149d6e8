// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running again in the same process: by the path the program was started from, so that a new
 * version installed there takes over. Descriptors are closed by the exec; what has to outlive it is
 * pinned in the kernel or stands in files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/privileges.h"
#include "daemon/refusal.h"
#include "daemon/restart.h"
#include "hpim/mfib_abi.h"
#include "io/ctlsock.h"
#include "io/loop.h"

/* Set for the program that follows: it is in the background already, if it is to be there. */
#define MARK "HPIMD_RESTARTED"

/* How long a program may take to print its version. */
#define VERSION_MS 5000

static char path[PATH_MAX];
static char **arguments;

bool restart_init(char **argv)
{
	bool is_first = !getenv(MARK);
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[len > 0 ? len : 0] = '\0';
	arguments = argv;
	(void)unsetenv(MARK); /* a name without '=' is never refused */
	return is_first;
}

/* Read until the end, or until the time is over. Return: whether it ended in time. */
static bool read_answer(int fd, char *text, size_t room)
{
	hp_time deadline = loop_now() + HP_MS(VERSION_MS);
	size_t len = 0;

	for (;;) {
		struct pollfd readable = { .fd = fd, .events = POLLIN };
		int left_ms = (int)((deadline - loop_now()) / HP_MS(1));
		ssize_t got;

		if (left_ms <= 0 || len + 1 == room)
			return false;
		if (poll(&readable, 1, left_ms) <= 0)
			continue;
		got = read(fd, text + len, room - 1 - len);
		if (got < 0)
			return false;
		len += (size_t)got;
		text[len] = '\0';
		if (got == 0)
			return true;
	}
}

/* What `hpimd --version` prints there. Return: 0 or a negative errno. */
static int ask_version(char *text, size_t room)
{
	char *const argv[] = { path, (char *)"--version", NULL };
	posix_spawn_file_actions_t actions;
	int fds[2], status = -1, err;
	pid_t pid;

	text[0] = '\0';
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	err = posix_spawn_file_actions_init(&actions);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (!err)
		err = posix_spawn(&pid, path, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(fds[1]);
	if (!err && !read_answer(fds[0], text, room)) {
		(void)kill(pid, SIGKILL); /* our own child, not waited for yet */
		err = ETIMEDOUT;
		(void)waitpid(pid, NULL, 0);
	} else if (!err && (waitpid(pid, &status, 0) != pid || status != 0)) {
		err = ENOEXEC;
	}
	(void)close(fds[0]);
	return -err;
}

bool restart_check(struct refusal *ret_refusal)
{
	static const char hint[] = "nothing was changed; the running daemon goes on";
	unsigned int maps = 0, from = UINT_MAX;
	char version[64], text[256];
	int err = ask_version(text, sizeof(text));

	if (err) {
		refuse(ret_refusal, CTL_EXIT_REFUSED, "program", hint, "%s does not run: %s", path,
		       strerror(-err));
		return false;
	}
	/* One that does not say it carries none over. */
	if (sscanf(text, "hpimd %63s maps %u, carried over from %u", version, &maps, &from) < 2 ||
	    (maps != MFIB_VERSION && (maps < MFIB_VERSION || from > MFIB_VERSION))) {
		refuse(ret_refusal, CTL_EXIT_REFUSED, "version", hint,
		       "%s cannot go on with the maps of version %u of this daemon: it says "
		       "'%.*s'",
		       path, MFIB_VERSION, (int)strcspn(text, "\n"), text);
		return false;
	}
	return true;
}

int restart_exec(void)
{
	int err = privileges_pass();

	if (err)
		return err;
	if (setenv(MARK, "1", 1) < 0)
		return -errno;
	(void)execv(path, arguments);
	return -errno;
}
