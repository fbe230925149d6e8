/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_CTLSOCK_LISTEN_H
#define IO_CTLSOCK_LISTEN_H

/* Files and rights of the control socket; what is said over it is in ctlsock.c. */
#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

/* struct ctl_paths - Where an instance listens. */
struct ctl_paths {
	struct sockaddr_un main, read_only;
};

/** ctl_paths_make() - Return: 0, or -EINVAL for a name which cannot be part of a file name. */
int ctl_paths_make(const char *instance, struct ctl_paths *ret_paths);

/**
 * ctl_clear() - Make the folder if it is missing, and remove the sockets of a daemon that died.
 *
 * For a daemon that starts as a user who has no access to them.
 * Return: 0; -EADDRINUSE when another daemon has it; another negative errno.
 */
int ctl_clear(const char *instance);

/**
 * ctl_listen() - Listen on both sockets, making the folder if it is missing.
 *
 * Return: 0; -EADDRINUSE when another daemon has it; another negative errno.
 */
int ctl_listen(const struct ctl_paths *paths, int *ret_main, int *ret_read_only);

/** ctl_peer_may_change() - Whether the peer, of user @ret_uid, is one the main socket is made for.
 */
bool ctl_peer_may_change(int fd, uid_t *ret_uid);

#endif
