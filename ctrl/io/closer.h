/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_CLOSER_H
#define IO_CLOSER_H

/**
 * closer_close() - Close a descriptor without waiting for it.
 * @fd: no longer watched by a loop, and not used after the call.
 *
 * Closing a packet socket waits until no CPU can still be delivering to it, some 10 ms, and
 * closing a member of groups waits for who else changes interfaces. So a thread that does nothing
 * else waits, and the event loop goes on. Where no thread can be had, the caller waits.
 */
void closer_close(int fd);

#endif
