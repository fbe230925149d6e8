/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_LINKCAPS_H
#define DPLANE_LINKCAPS_H

/*
 * Which interfaces take frames redirected by native XDP. The kernel tells it through the generic
 * netlink family "netdev" since 6.3; before that the driver's name must do. For a veth it depends
 * on what is switched on at the other end, so it changes while the daemon runs. What is reported
 * here is tried out by the self-test (dlink.c).
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

/** linkcaps_fd() - Readable when linkcaps_dispatch() has something to do; -1: never. */
int linkcaps_fd(const struct linkcaps *caps);
void linkcaps_dispatch(struct linkcaps *caps);

enum linkcaps_verdict {
	LINKCAPS_NO,
	LINKCAPS_YES,
	LINKCAPS_UNKNOWN, /* a veth, on a kernel that does not tell */
};

/**
 * linkcaps_redirects() - Ask the kernel whether one interface takes redirected frames.
 * @no_native: why it has no native XDP program; "": it has one. Many drivers (ice, i40e, ixgbe,
 *             virtio_net, ena) set up queues for redirected frames only together with one. On old
 *             kernels this is all there is to go by.
 * @why:       gets the reason when the answer is not yes; @why_len bytes.
 */
enum linkcaps_verdict linkcaps_redirects(struct linkcaps *caps, uint32_t ifindex,
					 const char *no_native, char *why, size_t why_len);

/**
 * linkcaps_lacks_queues() - Whether a driver drops what some CPUs redirect to it.
 * @queues: transmit queues; 0: unknown, which is taken for enough.
 */
bool linkcaps_lacks_queues(const char *driver, uint32_t queues, uint32_t cpus);

#endif
