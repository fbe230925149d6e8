/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_TOP_H
#define HPIMCTL_TOP_H

/* Rates of interfaces and trees, the fastest trees first. */
#include "hpimctl/client.h"
#include "hpimctl/grammar.h"

/** struct top_call - What "top" was asked for. @period_s: over which rates are measured. */
struct top_call {
	const char *socket, *instance;
	int timeout_ms, period_s;
};

/** top_is_mine() - Whether a request is "top". */
bool top_is_mine(const struct request *request);

/**
 * top_run() - In a terminal until a signal; else once.
 *
 * Return: 0 or an exit code, with @ret_error filled.
 */
int top_run(const struct top_call *call, const struct request *request,
	    struct ctl_error *ret_error);

#endif
