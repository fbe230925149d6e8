/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_PLANE_H
#define COMMON_PLANE_H

/*
 * A whole forwarding plane over veths, in a network namespace of the test's own. Interface N of the
 * router is "rN" with link number N and address 10.0.N.254; its far end is "fN", where frames are
 * sent and received by a packet socket. All of it asserts, or skips the test where BPF is refused.
 */
#include "base/hash.h"
#include "dplane/dplane.h"

#define PLANE_PORTS_MAX 8

struct plane {
	struct dplane *dp;
	struct hash_key hash_key;
	bool discards;   /* what a run left that was killed and had our process number */
	bool shares_xdp; /* these three are set before plane_open() or plane_new() */
	hp_time stale_for;
	uint32_t max_routes; /* 0: 16 */
	unsigned int ports;
	int far_fd[PLANE_PORTS_MAX];
	char instance[32];
	char said[4096]; /* all lines for the log */
	unsigned int upcalls;
	unsigned int waits; /* how often it was about to wait before it wrote */
	struct dplane_upcall last_upcall;
};

/** plane_open() - Namespace, cables and the forwarding plane; nothing is attached yet. @plane:
 * zero. */
void plane_open(struct plane *plane, unsigned int ports, uint32_t max_sets);

/** plane_close() - Also when the test has closed the forwarding plane itself. */
void plane_close(struct plane *plane);

/** plane_skip() - End the test without a verdict. One that skips has no teardown: this is it. */
void plane_skip(struct plane *plane, const char *why);

/** plane_cable() - Make a port and its far end. */
void plane_cable(struct plane *plane, unsigned int port);

/** plane_new() - Only the forwarding plane, over cables that are there. */
void plane_new(struct plane *plane, uint32_t max_sets);

/** plane_try() - The same, where it may be refused. Return: as dplane_new(). */
int plane_try(struct plane *plane, uint32_t max_sets);

/** plane_link() - Interface @number as the shell would tell it. */
struct dplane_link plane_link(const struct plane *plane, uint16_t number, enum dplane_mode mode);
void plane_attach_all(struct plane *plane, enum dplane_mode mode);

/** plane_attach() - Attach an interface, or say how it changed, and write what follows from it. */
void plane_attach(struct plane *plane, const struct dplane_link *link);

/** plane_detach() - The same of one that goes. */
void plane_detach(struct plane *plane, uint16_t link);

/** plane_dispatch() - dplane_dispatch(), and write what follows from it. */
void plane_dispatch(struct plane *plane);

/** plane_gro_set() - At the far end: with it, a veth takes redirected frames. */
void plane_gro_set(unsigned int port, bool on);

/** plane_route() - From 10.0.0.1 to 239.1.1.@group, in by link 0; the caller adds outputs. */
struct mfib_route plane_route(uint8_t group);

/** plane_route_to() - The same, with two outputs. */
struct mfib_route plane_route_to(uint8_t group, uint16_t a, uint16_t b);

/** plane_state() - How a tree is served, which must be there. */
struct dplane_route_state plane_state(const struct plane *plane, const struct mfib_route *route);

#define PLANE_FRAME 60
#define PLANE_TTL   8

/** plane_group() - The number that plane_route() made a route of. */
uint8_t plane_group(const struct mfib_route *route);

/** plane_frame() - A UDP packet of that tree, TTL 8, payload bytes 0x77; its number in bytes 44-47.
 */
void plane_frame(uint8_t frame[PLANE_FRAME], uint8_t group, uint32_t number);

/** plane_frame_number() - The number of one of our frames, or UINT32_MAX for others. */
uint32_t plane_frame_number(const uint8_t *frame, size_t len);

/** plane_send() - Let the far end of a port send one. */
void plane_send(const struct plane *plane, int port, uint8_t group, uint32_t number);

/** plane_receive() - The next of our frames at a port. Return: whether one came in time. */
bool plane_receive(const struct plane *plane, int port, uint8_t ret_frame[PLANE_FRAME], int ms);

/** plane_arrives() - Whether a number comes out at a port within so many milliseconds. */
bool plane_arrives(const struct plane *plane, int port, uint32_t number, int ms);

/** plane_counter() - Packets counted at a link with this reason. */
uint64_t plane_counter(const struct plane *plane, uint16_t link, const char *reason);

#endif
