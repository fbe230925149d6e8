/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_MGMT_H
#define MGMT_MGMT_H

/* Management, as it is handed to the daemon. */
#include "io/ctlsock.h"

struct daemon_clients;

/** mgmt_request() - A request on the control socket; @ctx: the daemon. */
ctl_request_fn mgmt_request;

/**
 * mgmt_check() - Whether commands and their answers fit together: each command of mgmt/command.c
 * has a handler or a view, and each of these is one of its commands. For tests.
 *
 * Return: NULL, or the name of one that does not.
 */
const char *mgmt_check(void);

/** mgmt_clients - Management, as daemon_start() takes it. */
extern const struct daemon_clients mgmt_clients;

#endif
