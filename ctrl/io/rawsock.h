/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RAWSOCK_H
#define IO_RAWSOCK_H

/*
 * Sockets of the control protocols, per interface. All are received from a packet socket with a
 * filter: the kernel would hand reports of IGMP and MLD only to members of their group, and for
 * HPIM-DM the core has to know from which link-layer address a packet came. They are sent over raw
 * sockets bound to the device with TTL 1 and loopback off, IGMP and MLD with Router Alert.
 */
#include "core/effect.h"
#include "io/loop.h"

struct rawsock;

/* @packet is borrowed for the call. */
typedef void rawsock_packet_fn(void *ctx, const struct ev_packet *packet);

int rawsock_new(struct loop *loop, rawsock_packet_fn *fn, void *ctx, struct rawsock **ret_rs);
void rawsock_free(struct rawsock *rs);

/**
 * rawsock_join() - Perform FX_JOIN: open what the protocol needs on the interface, join the group.
 *
 * Return: 0 or a negative errno (-EPERM no privilege, -ENODEV interface gone, -ENOBUFS too many
 * groups); nothing is left half open.
 */
int rawsock_join(struct rawsock *rs, const struct fx_group *join, uint32_t ifindex);

/** rawsock_join_error() - An error of rawsock_join() in words, with the sysctl that sets the limit.
 */
const char *rawsock_join_error(int err);

/** rawsock_leave() - Perform FX_LEAVE; closes the sockets with their last group. */
void rawsock_leave(struct rawsock *rs, const struct fx_group *leave);

/** rawsock_send() - Perform FX_SEND on an interface with a joined group of that protocol.
 *
 * Return: 0 or a negative errno; the protocols repeat what is lost.
 */
int rawsock_send(struct rawsock *rs, const struct fx_send *send);

/** rawsock_malformed() - Packets dropped so far because their IP headers are malformed. */
uint64_t rawsock_malformed(const struct rawsock *rs, uint16_t link, enum ip_family family,
			   enum core_socket socket);

#endif
