/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_CAPTURE_H
#define HPIMCTL_CAPTURE_H

/* Packets that the daemon samples, to a file or to the terminal. */
#include "hpimctl/client.h"
#include "hpimctl/grammar.h"

/**
 * capture_run() - Until the daemon ends it, or SIGINT or SIGTERM comes, which is a good end.
 * @is_json: without a file: records as they come.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int capture_run(struct client *client, const struct request *request, bool is_json,
		struct ctl_error *ret_error);

#endif
