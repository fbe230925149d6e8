/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RTNL_FIB_H
#define IO_RTNL_FIB_H

/*
 * A copy of one unicast table of the kernel, kept in the kernel's order, and the best path in it.
 * Source: description of HPIM-DM, section 4.1; no netlink here.
 */
#include "io/rtnl.h"

struct fib_hop {
	uint32_t ifindex;
	struct ip_addr gateway; /* unset: none. An IPv4 route may have an IPv6 gateway (RTA_VIA) */
	bool is_dead;           /* its interface is down: the kernel passes it over */
};

/* struct fib_route - One of the routes of a prefix. */
struct fib_route {
	struct fib_route *next;
	uint32_t priority;
	uint8_t protocol;
	bool has_nexthop;    /* through a nexthop object: IPv6 does not join it with others */
	bool is_unreachable; /* blackhole, unreachable, prohibit, throw: the search ends here */
	uint16_t hop_count;
	struct fib_hop hops[];
};

/* How the kernel says a route was added; same meaning as in netlink(7). */
enum fib_add {
	FIB_ADD_FIRST,   /* before the others of its priority */
	FIB_ADD_LAST,    /* after them */
	FIB_ADD_REPLACE, /* instead of the first of them */
};

struct fib;

struct fib *fib_new(void); /* NULL without memory */
void fib_free(struct fib *fib);

/** fib_route_new() - Return: a route without a list, or NULL. */
struct fib_route *fib_route_new(uint16_t hop_count);

/**
 * fib_add() - Follow a message that says a route was added or replaced; takes @route.
 *
 * IPv6 keeps the next hops of equal gateway routes together and tells all of them in each message,
 * so such a route replaces its shorter self.
 * Return: 0 or -ENOMEM (@route is freed then).
 */
int fib_add(struct fib *fib, const struct ip_prefix *prefix, struct fib_route *route,
	    enum fib_add how);

/**
 * fib_del() - Follow a message that says a route, or one next hop of an IPv6 route, was deleted.
 *
 * Return: whether it was there.
 */
bool fib_del(struct fib *fib, const struct ip_prefix *prefix, const struct fib_route *gone);

/** fib_usable_fn() - Whether packets can come in by an interface now. */
typedef bool fib_usable_fn(const void *ctx, uint32_t ifindex);

/**
 * fib_path() - Longest prefix match; all of struct rtnl_path is written.
 * @is_usable: asked with @ctx; next hops of other interfaces are passed over. The kernel keeps
 * routes through an interface that has lost its carrier, but nothing arrives there.
 */
void fib_path(const struct fib *fib, const struct ip_addr *source, fib_usable_fn *is_usable,
	      const void *ctx, struct rtnl_path *ret_path);

typedef void fib_diff_fn(void *ctx, const struct ip_prefix *prefix);

/** fib_diff() - Call @fn for each prefix whose routes are not the same in both. */
void fib_diff(const struct fib *a, const struct fib *b, fib_diff_fn *fn, void *ctx);

#endif
