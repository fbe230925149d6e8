/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_NETQUERY_H
#define IO_NETQUERY_H

/* Questions to netlink that are asked now and then, each over a socket of its own. */
#include <libmnl/libmnl.h>

/**
 * netquery() - Ask, and hand on each message of the answer.
 * @bus:    NETLINK_ROUTE, NETLINK_GENERIC.
 * @query:  NLM_F_REQUEST, NLM_F_ACK and a sequence number are added.
 * @answer: NULL: only whether there is one counts.
 *
 * Return: 0, or the negative errno that the kernel gives.
 */
int netquery(int bus, struct nlmsghdr *query, mnl_cb_t answer, void *ctx);

#endif
