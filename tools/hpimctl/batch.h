/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_BATCH_H
#define HPIMCTL_BATCH_H

/* Commands from a file, a line each. */
#include "hpimctl/error.h"

/** batch_command_fn() - Run a command. Return: an exit code; what is wrong has been reported. */
typedef int batch_command_fn(void *ctx, char *const words[]);

/**
 * batch_run() - Run the commands of a file until one fails, which is named on standard error by its
 * line. '#' begins a comment, quotes of both kinds hold words together.
 * @path: "-": standard input.
 *
 * Return: 0, the exit code of that command, or one with @ret_error filled when the file is wrong.
 */
int batch_run(const char *path, batch_command_fn *run, void *ctx, struct ctl_error *ret_error);

#endif
