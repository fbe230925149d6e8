/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_SHELL_H
#define HPIMLAB_SHELL_H

/* Commands of others: ip, ethtool, hpimctl. */
#include <stdbool.h>
#include <stdio.h>

/** shell_run() - Run a command line. Return: whether it succeeded; it says why not itself. */
__attribute__((format(printf, 1, 2))) bool shell_run(const char *format, ...);

/** shell_open() - A script that ends at the first command that fails. NULL: errno says why. */
FILE *shell_open(void);

/** shell_close() - Run it to its end. Return: whether all succeeded. */
bool shell_close(FILE *script);

#endif
