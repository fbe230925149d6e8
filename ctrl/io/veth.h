/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_VETH_H
#define IO_VETH_H

/* The other end of a veth, as far as it can be seen from this namespace. */
#include "core/event.h"

struct veth_peer {
	char name[LINK_NAME_LEN]; /* "": unknown */
	bool is_here;             /* in this namespace; else what follows but @netns is unknown */
	bool has_tx_checksum;     /* leaves checksums of what it sends to a hardware */
	char netns[64];           /* "ip netns" has this name for its namespace; "": none */
};

/** veth_peer() - Return: 0, -ENOENT: the interface is no veth, or another negative errno. */
int veth_peer(uint32_t ifindex, struct veth_peer *ret_peer);

#endif
