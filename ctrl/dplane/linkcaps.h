/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_LINKCAPS_H
#define DPLANE_LINKCAPS_H

/*
 * Which interfaces take frames redirected by native XDP. The kernel tells it through the generic
 * netlink family "netdev" since 6.3; before that the driver's name must do. For a veth it depends
 * on what is switched on at the other end, so it changes while the daemon runs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linkcaps;

/**
 * linkcaps_new() - Start listening.
 * @changed: called from linkcaps_dispatch() when something about an interface changed.
 *
 * Return: 0, or a negative errno. A kernel without the family is no error.
 */
int linkcaps_new(void (*changed)(void *ctx, uint32_t ifindex), void *ctx,
		 struct linkcaps **ret_caps);
void linkcaps_free(struct linkcaps *caps);

/** linkcaps_can_tell() - Whether this kernel tells what an interface takes. */
bool linkcaps_can_tell(const struct linkcaps *caps);

/** linkcaps_fd() - Readable when linkcaps_dispatch() has something to do; -1: never. */
int linkcaps_fd(const struct linkcaps *caps);
void linkcaps_dispatch(struct linkcaps *caps);

/**
 * linkcaps_takes_redirects() - Ask the kernel about one interface.
 * @has_native: its driver runs XDP programs; all there is to go by on old kernels.
 * @why:        gets the reason when the answer is no; @why_len bytes.
 */
bool linkcaps_takes_redirects(struct linkcaps *caps, uint32_t ifindex, bool has_native, char *why,
			      size_t why_len);

#endif
