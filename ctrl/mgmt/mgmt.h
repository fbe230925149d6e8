/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_MGMT_H
#define MGMT_MGMT_H

/* Management, as the daemon sees it. */
#include "io/ctlsock.h"

struct daemon;
struct dplane_captured;

/** mgmt_request() - A request on the control socket; @ctx: the daemon. */
ctl_request_fn mgmt_request;

/**
 * mgmt_check() - Whether commands and their answers fit together: each command of mgmt/command.c
 * has a handler or a view, and each of these is one of its commands. For tests.
 *
 * Return: NULL, or the name of one that does not.
 */
const char *mgmt_check(void);

/** capture_packet() - Hand a sampled packet to the clients that want some. */
void capture_packet(struct daemon *daemon, const struct dplane_captured *captured);

/** capture_fini() - End all captures. */
void capture_fini(struct daemon *daemon);

#endif
