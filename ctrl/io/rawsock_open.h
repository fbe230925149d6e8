/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RAWSOCK_OPEN_H
#define IO_RAWSOCK_OPEN_H

/* How the sockets of rawsock.c are opened and set up; nothing is sent or read here. */
#include "core/event.h"

/** struct rawsock_fds - @tx sends and is the member of groups; @rx is read. One or two sockets. */
struct rawsock_fds {
	int rx, tx;
};

/** rawsock_open() - Return: 0 or a negative errno, with nothing left open. */
int rawsock_open(enum core_socket socket, enum ip_family family, uint32_t ifindex,
		 struct rawsock_fds *ret_fds);

/** rawsock_close() - Close what rawsock_open() opened on the interface; waits for nothing. */
void rawsock_close(struct rawsock_fds *fds, uint32_t ifindex);

/** rawsock_member() - Join or leave a group on an interface. Return: 0 or a negative errno. */
int rawsock_member(int fd, const struct ip_addr *group, uint32_t ifindex, bool is_join);

#endif
