/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RTNL_NEXTHOP_H
#define IO_RTNL_NEXTHOP_H

/*
 * Nexthop objects of the kernel: routes that name one by its id say where they lead only where
 * sysctl net.ipv4.nexthop_compat_mode is on. No netlink socket here.
 */
#include <libmnl/libmnl.h>

#include "io/rtnl_fib.h"

struct nexthops;

struct nexthops *nexthops_new(void); /* NULL without memory */
void nexthops_free(struct nexthops *nexthops);

/**
 * nexthops_apply() - Follow RTM_NEWNEXTHOP or RTM_DELNEXTHOP.
 *
 * Routes that use a changed object have to be read again: the kernel sends no message for them.
 * Return: 0, -ENOMSG for what is no hop of a route (of a forwarding database), -ENOMEM.
 */
int nexthops_apply(struct nexthops *nexthops, const struct nlmsghdr *nlh);

/**
 * nexthops_route() - A route through an object, of all its hops when it is a group.
 *
 * Members that are not known count as gone, and a blackhole makes an unreachable route.
 * Return: 0, -ENOENT when there is no such object, -ENOMEM.
 */
int nexthops_route(const struct nexthops *nexthops, uint32_t id, struct fib_route **ret_route);

#endif
