/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_GUARD_H
#define HPIMLAB_GUARD_H

/*
 * A process beside hpimlab that removes the lab when hpimlab has ended, however it has: by a signal
 * that cannot be caught, too.
 */
#include <stdbool.h>
#include <sys/types.h>

struct guard {
	int fd; /* its end of file says that hpimlab has ended */
	pid_t pid;
};

/**
 * guard_begin() - Before anything of the lab is made. @prefix, @folder: as of lab_remove().
 *
 * Return: false: errno says why; a lab would stay if this process is killed.
 */
bool guard_begin(struct guard *guard, const char *prefix, const char *folder);

/** guard_end() - The lab stays, or is removed by the caller already. */
void guard_end(struct guard *guard);

#endif
