/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Closing descriptors elsewhere: one thread for each, which ends with it. It owns nothing but the
 * number, so no end of the process, and no exec, has to wait for it or to clean up after it.
 */
#include "io/closer.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

static void *run(void *fd)
{
	(void)close((int)(intptr_t)fd); /* nothing that was sent is waiting in it */
	return NULL;
}

/* Signals are read from a descriptor by the loop: a thread that did not block them would take them.
 */
static int thread_start(int fd)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t thread;
	int err = pthread_attr_init(&attr);

	if (err)
		return err;
	(void)sigfillset(&all); /* these cannot fail with valid arguments */
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&thread, &attr, run, (void *)(intptr_t)fd);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return err;
}

void closer_close(int fd)
{
	if (thread_start(fd))
		(void)close(fd);
}
