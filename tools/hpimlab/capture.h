/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_CAPTURE_H
#define HPIMLAB_CAPTURE_H

/*
 * What is on the links of a lab, seen where it enters the wires: each frame once, and who sent it.
 * Messages go to the taps of a network without cores (struct sim_net), packets into its flows, so
 * what is expected of them is judged as in the simulator.
 */
#include "hpimlab/lab.h"

#define CAPTURE_PORT 4999u /* UDP, of the packets of hosts */

/* The payload of a packet, in the byte order of the machine: it stays there. */
struct capture_payload {
	uint32_t magic;
	uint16_t host, group;
	uint32_t number;
};

#define CAPTURE_MAGIC UINT32_C(0x6870696d)

struct capture;

/**
 * capture_open() - Listen. @net: of real time; @folder: of files that Wireshark reads, one a link,
 * or NULL. NULL: said why.
 */
struct capture *capture_open(const struct lab *lab, struct sim_net *net, const char *folder);
void capture_close(struct capture *capture);

/** capture_drain() - Take what there is, waiting up to @wait_ms for the first frame. */
void capture_drain(struct capture *capture, int wait_ms);

/** capture_sent() - A host is about to send this packet, whose copies are counted from now on. */
void capture_sent(struct capture *capture, const struct capture_payload *payload);

/** capture_count() - Put packets that were sent long enough ago into the flows of the network. */
void capture_count(struct capture *capture);

#endif
