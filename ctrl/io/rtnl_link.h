/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_RTNL_LINK_H
#define IO_RTNL_LINK_H

/* Interfaces and their addresses as netlink reports them, and what of it is reported. */
#include "io/rtnl.h"

struct linktab;

typedef void linktab_fn(void *ctx, const struct rtnl_link *link);

struct linktab *linktab_new(void); /* NULL without memory */
void linktab_free(struct linktab *tab);

/**
 * linktab_set() - An interface is there as @link says (addresses and is_present do not count).
 *
 * Return: 1 when it went up or down or is new, 0 when not, -ENOMEM.
 */
int linktab_set(struct linktab *tab, const struct rtnl_link *link);

/** linktab_del() - An interface is gone. */
void linktab_del(struct linktab *tab, uint32_t ifindex);

/** struct linktab_addr - An address of an interface; @rank gives the kernel's order. */
struct linktab_addr {
	struct ip_prefix prefix;
	uint16_t rank;
	bool is_usable; /* neither tentative nor found to be a duplicate */
};

/**
 * linktab_addr_set() - An address was added or changed.
 * @is_front: a new one comes before others of the same rank, else behind them.
 *
 * Return: 0 or -ENOMEM. An unknown interface is no error: its message comes again.
 */
int linktab_addr_set(struct linktab *tab, uint32_t ifindex, const struct linktab_addr *addr,
		     bool is_front);
void linktab_addr_del(struct linktab *tab, uint32_t ifindex, const struct ip_prefix *prefix);

/** linktab_forget() - Before everything is read again: what is not set from now on is gone. */
void linktab_forget(struct linktab *tab);

/**
 * linktab_report() - Call @fn for each interface that is not as it was reported last.
 *
 * One that was deleted and is there again with the same index is reported twice: gone, then
 * present.
 */
void linktab_report(struct linktab *tab, linktab_fn *fn, void *ctx);

/** As rtnl_link_by_name() and so on: what was reported last. */
const struct rtnl_link *linktab_by_name(const struct linktab *tab, const char *name);
const struct rtnl_link *linktab_by_index(const struct linktab *tab, uint32_t ifindex);
const struct rtnl_link *linktab_next(const struct linktab *tab, const struct rtnl_link *link);

#endif
