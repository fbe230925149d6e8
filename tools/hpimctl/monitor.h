/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_MONITOR_H
#define HPIMCTL_MONITOR_H

/* What there is, and then what happens, one line each. */
#include "hpimctl/client.h"
#include "hpimctl/grammar.h"

/** monitor_run() - Until the daemon or a signal ends it. Return: 0 or an exit code. */
int monitor_run(struct client *client, const struct request *request, bool is_json,
		struct ctl_error *ret_error);

#endif
