/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_RESTART_H
#define DAEMON_RESTART_H

/* The daemon becomes the program that is installed now. */
#include <stdbool.h>

struct refusal;

/** restart_init() - Remember how the program was started; false: it was by restart_exec(). */
bool restart_init(char **argv);

/** restart_check() - Whether the program that stands there now can take over. */
bool restart_check(struct refusal *ret_refusal);

/** restart_exec() - Become that program. Returns, a negative errno, only when it cannot be. */
int restart_exec(void);

#endif
