/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_VETH_H
#define COMMON_VETH_H

/*
 * A router's three ports in a network namespace of its own, and what is at the far end of their
 * cables. The far ends take redirected frames. All of it asserts, or skips the test where there
 * are no namespaces.
 */
#include "common_lab.h"

#define VETH_PORTS 3

#define VETH_DEADLINE_MS 3000

struct veths {
	uint32_t ifindex[VETH_PORTS];
	uint8_t mac[VETH_PORTS][6];
	int far_fd[VETH_PORTS];
	int xdp_fd; /* attachment to port 0, -1: none */
};

void veths_make(struct veths *veths);
void veths_close(struct veths *veths);

/** veths_attach_xdp() - The ingress program to port 0; it goes with veths_close(). */
void veths_attach_xdp(struct veths *veths, const struct lab *lab);

/** veths_attach_tc() - The TC program to the ingress of port 0. */
void veths_attach_tc(const struct veths *veths, const struct lab *lab);

/** veths_send() - Let the far end of a port send. */
void veths_send(const struct veths *veths, int port, const struct frame *frame);

/**
 * veths_receive() - The next frame at the far end of a port, with its tag if it has one.
 *
 * Only those that end as the frames of common_frame.h do. Return: false when none came in time.
 */
bool veths_receive(const struct veths *veths, int port, struct frame *ret_frame, int timeout_ms);

/** sh() - Run a command, which must succeed. */
void sh(const char *command);

#endif
