/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RTNL_H
#define IO_RTNL_H

/* Links, addresses and routes of the kernel, dumped at start and followed by notifications. */
#include "core/event.h"
#include "core/note.h"
#include "io/loop.h"

struct rtnl;

/** struct rtnl_link - One interface as the kernel has it now. */
struct rtnl_link {
	uint32_t ifindex;
	char name[LINK_NAME_LEN];
	bool is_present; /* false: deleted, or moved to another namespace */
	bool is_up;      /* administratively up and with carrier */
	uint32_t mtu;
	uint8_t mac[6];
	uint8_t addr_count;
	struct ip_prefix addrs[LINK_ADDRS_MAX]; /* kernel order; tentative IPv6 ones are left out */
};

/** struct rtnl_path - Best route to an address. Description of HPIM-DM, section 4.1. */
struct rtnl_path {
	bool is_reachable, is_connected;
	uint32_t ifindex;
	struct ip_addr next_hop;
	uint8_t prefix_len;
	uint32_t preference, metric; /* all ones when unreachable */
};

struct rtnl_handlers {
	void *ctx;
	void (*link)(void *ctx, const struct rtnl_link *link); /* appeared, changed or gone */
	void (*route)(void *ctx,
		      const struct ip_prefix *prefix); /* a route of that prefix changed */
	void (*log)(void *ctx, enum note_level level, const char *line);
};

/**
 * rtnl_new() - Open netlink, read everything; @handlers->link is called for each link found.
 * @table: kernel unicast table, 254 is main.
 *
 * When notifications are lost (ENOBUFS) everything is read again and the differences are reported.
 * Return: 0 or a negative errno.
 */
int rtnl_new(struct loop *loop, uint32_t table, const struct rtnl_handlers *handlers,
	     struct rtnl **ret_rtnl);
void rtnl_free(struct rtnl *rtnl);

/** rtnl_path() - Longest prefix match in the copy of the table, lowest priority first (4.1). */
void rtnl_path(const struct rtnl *rtnl, const struct ip_addr *source, struct rtnl_path *ret_path);

/** rtnl_local_path() - Whether an address is one of this machine; the path is that to it. */
bool rtnl_local_path(const struct rtnl *rtnl, const struct ip_addr *source,
		     struct rtnl_path *ret_path);

/** rtnl_link_by_name() - NULL when there is none. Borrowed until the loop runs again. */
const struct rtnl_link *rtnl_link_by_name(const struct rtnl *rtnl, const char *name);
const struct rtnl_link *rtnl_link_by_index(const struct rtnl *rtnl, uint32_t ifindex);

/** rtnl_link_next() - Walk all links; start with NULL. */
const struct rtnl_link *rtnl_link_next(const struct rtnl *rtnl, const struct rtnl_link *link);

#endif
