/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_BRIDGE_H
#define IO_BRIDGE_H

/* Bridges of this machine that snoop IGMP and MLD, as an interface's neighbor sees them. */
#include "core/event.h"

struct bridge_view {
	char name[LINK_NAME_LEN];
	char port[LINK_NAME_LEN]; /* at which the interface is; "": it is the bridge itself */
	bool snoops;
	bool is_never_router;              /* mcast_router 0 */
	bool is_router[IP_FAMILY_COUNT];   /* gets what goes to routers; unknown without @port */
	bool has_querier[IP_FAMILY_COUNT]; /* the bridge hears one, or is one */
};

/**
 * bridge_of() - The bridge that packets of an interface go through: it is the bridge, or a VLAN of
 * it, or a veth whose other end is a port of it.
 *
 * Return: 0, -ENOENT: none of this namespace, or another negative errno.
 */
int bridge_of(uint32_t ifindex, struct bridge_view *ret_view);

#endif
