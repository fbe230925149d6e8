/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RTNL_PARSE_H
#define IO_RTNL_PARSE_H

/* From messages of rtnetlink(7) to the structs of the tables; pure functions. */
#include <libmnl/libmnl.h>

#include "io/rtnl_fib.h"
#include "io/rtnl_link.h"
#include "io/rtnl_nexthop.h"

/**
 * rtnl_parse_link() - RTM_NEWLINK, RTM_DELLINK. The whole of @ret_link is written, with padding.
 *
 * Return: 0, or -ENOMSG for what is not about the interface itself (ports of a bridge).
 */
int rtnl_parse_link(const struct nlmsghdr *nlh, struct rtnl_link *ret_link);

/** rtnl_parse_addr() - RTM_NEWADDR, RTM_DELADDR. Return: 0, or -ENOMSG for other families. */
int rtnl_parse_addr(const struct nlmsghdr *nlh, uint32_t *ret_ifindex,
		    struct linktab_addr *ret_addr);

/** struct rtnl_route_msg - A route message; the receiver owns @route. */
struct rtnl_route_msg {
	struct ip_prefix prefix;
	struct fib_route *route;
	enum fib_add how;
	bool is_local; /* to an address of this machine, in the kernel's table of those */
};

/**
 * rtnl_parse_route() - RTM_NEWROUTE, RTM_DELROUTE.
 * @nexthops: for routes through a nexthop object that the kernel does not spell out.
 *
 * Return: 0; -ENOMSG: not a route to a unicast prefix for all traffic in @table, nor to an address
 * of this machine, to be ignored;
 * -ENOENT: a route through a nexthop object that is not known; -ENOMEM.
 */
int rtnl_parse_route(const struct nlmsghdr *nlh, uint32_t table, const struct nexthops *nexthops,
		     struct rtnl_route_msg *ret_msg);

#endif
