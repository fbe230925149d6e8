/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MCGEN_REPORT_H
#define MCGEN_REPORT_H

/*
 * When this host's membership report left for the wire. A host waits by itself before it reports
 * what a program joined, so only from here on does the time belong to the routers.
 */
#include <stdbool.h>

#include "base/addr.h"
#include "base/time.h"

/** struct report_watch - The first packets that left by an interface, kept by the kernel. */
struct report_watch {
	int fd;
	uint8_t *ring; /* shared with the kernel */
};

/**
 * report_watch_open() - Keep what leaves by an interface from now on; call it before the join.
 *
 * Return: 0 or a negative errno; packet sockets need CAP_NET_RAW.
 */
int report_watch_open(unsigned int ifindex, struct report_watch *ret_watch);

/**
 * report_watch_find() - When the first report that asks for @group left.
 * @ret_at: CLOCK_MONOTONIC nanoseconds.
 *
 * A clock that was set since then makes it wrong: compare it with what came before and after.
 * Return: false if no report was seen.
 */
bool report_watch_find(const struct report_watch *watch, const struct ip_addr *group,
		       hp_time *ret_at);

/** report_watch_close() - Give the socket and the memory back. */
void report_watch_close(struct report_watch *watch);

#endif
