/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_PRIVILEGES_H
#define CTRL_PRIVILEGES_H

/* What the daemon may do once it serves: less than what its start as root needs. */
#include <stdbool.h>
#include <stddef.h>

/**
 * privileges_prepare() - As root: let the user hpim start this instance, with the capabilities that
 * privileges_drop() keeps.
 *
 * Makes the folders of sockets and pins if they are missing, and hands over what an earlier run
 * left. Return: 0, or a negative errno after saying what failed: -EADDRINUSE when the instance
 * runs.
 */
int privileges_prepare(const char *instance);

/**
 * privileges_give_file() - As root: let the user hpim read a file. One that root alone may read
 * becomes readable by the group hpim; what else is in the way is logged.
 */
void privileges_give_file(const char *path);

/**
 * privileges_drop() - Keep what attaching interfaces and routing need, give up the rest for good.
 * @shares_xdp: libxdp's dispatcher is used, which asks for more, and for root.
 *
 * If there is a user hpim, its files are handed to it and the process becomes it.
 * Return: 0, or a negative errno after saying what failed.
 */
int privileges_drop(const char *instance, bool shares_xdp);

/** privileges_pass() - Let the program that is executed next have what is left. 0 or -errno. */
int privileges_pass(void);

/** privileges_user() - Name of the user the process runs as now. */
void privileges_user(char *name, size_t room);

/** privileges_text() - The effective capabilities: "net_admin,net_raw", or "none". */
void privileges_text(char *text, size_t room);

#endif
