/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces and routes of the machine that does not exist, in the real tables: io/rtnl_link.c and
 * io/rtnl_fib.c. What netlink would report is made up here.
 */
#include <criterion/criterion.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "io/rtnl_fib.h"
#include "io/rtnl_link.h"
#include "unit/fake/io.h"

/* Interfaces are there before the daemon, and stay when it ends. */
struct rtnl {
	struct rtnl_handlers handlers;
	bool is_open;
	struct linktab *links;
	struct fib *fib, *local;
};

static struct rtnl kernel;

static void kernel_init(void)
{
	if (kernel.links)
		return;
	kernel.links = linktab_new();
	kernel.fib = fib_new();
	kernel.local = fib_new();
	cr_assert(kernel.links && kernel.fib && kernel.local);
}

static void notify_link(void *ctx, const struct rtnl_link *link)
{
	(void)ctx;
	if (kernel.is_open)
		kernel.handlers.link(kernel.handlers.ctx, link);
}

static void notify_route(const struct ip_prefix *prefix)
{
	if (kernel.is_open)
		kernel.handlers.route(kernel.handlers.ctx, prefix);
}

/* ---- rtnl.h ---- */

int rtnl_new(struct loop *loop, uint32_t table, const struct rtnl_handlers *handlers,
	     struct rtnl **ret_rtnl)
{
	(void)loop;
	(void)table;
	kernel_init();
	kernel.handlers = *handlers;
	kernel.is_open = true;
	*ret_rtnl = &kernel;
	return 0;
}

void rtnl_free(struct rtnl *rtnl)
{
	if (rtnl)
		rtnl->is_open = false;
}

static bool link_is_usable(const void *ctx, uint32_t ifindex)
{
	const struct rtnl_link *link = linktab_by_index(kernel.links, ifindex);

	(void)ctx;
	return link && link->is_up;
}

static bool any_link(const void *ctx, uint32_t ifindex)
{
	(void)ctx;
	(void)ifindex;
	return true;
}

void rtnl_path(const struct rtnl *rtnl, const struct ip_addr *source, struct rtnl_path *ret_path)
{
	fib_path(rtnl->fib, source, link_is_usable, NULL, ret_path);
}

bool rtnl_local_path(const struct rtnl *rtnl, const struct ip_addr *source,
		     struct rtnl_path *ret_path)
{
	fib_path(rtnl->local, source, any_link, NULL, ret_path);
	return ret_path->is_reachable;
}

const struct rtnl_link *rtnl_link_by_name(const struct rtnl *rtnl, const char *name)
{
	return linktab_by_name(rtnl->links, name);
}

const struct rtnl_link *rtnl_link_by_index(const struct rtnl *rtnl, uint32_t ifindex)
{
	return linktab_by_index(rtnl->links, ifindex);
}

const struct rtnl_link *rtnl_link_next(const struct rtnl *rtnl, const struct rtnl_link *link)
{
	return linktab_next(rtnl->links, link);
}

/* ---- what the test changes ---- */

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix;
	char addr[ADDR_TEXT_LEN];
	const char *slash = strchr(text, '/');

	cr_assert_not_null(slash, "'%s' has no length", text);
	(void)snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	cr_assert_eq(ip_addr_parse(addr, &prefix.addr), 0, "'%s'", text);
	prefix.len = (uint8_t)atoi(slash + 1);
	return prefix;
}

static struct fib_route *route_of(uint8_t protocol, const char *gateway, uint32_t ifindex,
				  uint32_t metric)
{
	struct fib_route *route = fib_route_new(1);

	cr_assert_not_null(route);
	route->protocol = protocol;
	route->priority = metric;
	route->hops[0] = (struct fib_hop){ .ifindex = ifindex };
	if (gateway)
		cr_assert_eq(ip_addr_parse(gateway, &route->hops[0].gateway), 0);
	return route;
}

/* An address, and the two routes that come with it. */
static void addr_add(uint32_t ifindex, const char *text)
{
	const struct ip_prefix prefix = prefix_of(text);
	const struct ip_prefix net = { ip_addr_mask(&prefix.addr, prefix.len), prefix.len };
	const struct ip_prefix host = {
		prefix.addr, (uint8_t)(8 * ip_family_addr_len(ip_addr_family(&prefix.addr)))
	};
	const struct linktab_addr addr = { .prefix = prefix, .is_usable = true };

	cr_assert_eq(linktab_addr_set(kernel.links, ifindex, &addr, false), 0);
	cr_assert_eq(
		fib_add(kernel.fib, &net, route_of(RTPROT_KERNEL, NULL, ifindex, 0), FIB_ADD_FIRST),
		0);
	cr_assert_eq(fib_add(kernel.local, &host, route_of(RTPROT_KERNEL, NULL, ifindex, 0),
			     FIB_ADD_FIRST),
		     0);
}

static void route_remove(struct fib *fib, const struct ip_prefix *prefix, struct fib_route *route)
{
	(void)fib_del(fib, prefix, route); /* whether it was there or not */
	free(route);
}

/* Addresses that an interface had, with their routes. */
static void addrs_remove(uint32_t ifindex)
{
	const struct rtnl_link *link = linktab_by_index(kernel.links, ifindex);
	struct rtnl_link before = { .addr_count = 0 };

	if (link)
		before = *link;
	for (unsigned int i = 0; i < before.addr_count; i++) {
		const struct ip_prefix *addr = &before.addrs[i];
		const struct ip_prefix net = { ip_addr_mask(&addr->addr, addr->len), addr->len };
		const struct ip_prefix host = {
			addr->addr, (uint8_t)(8 * ip_family_addr_len(ip_addr_family(&addr->addr)))
		};

		linktab_addr_del(kernel.links, ifindex, addr);
		route_remove(kernel.fib, &net, route_of(RTPROT_KERNEL, NULL, ifindex, 0));
		route_remove(kernel.local, &host, route_of(RTPROT_KERNEL, NULL, ifindex, 0));
	}
}

void fake_link(uint32_t ifindex, const char *name, bool is_up, const char *addrs)
{
	struct rtnl_link link = { .ifindex = ifindex,
				  .is_up = is_up,
				  .mtu = 1500,
				  .mac = { 2, [5] = (uint8_t)ifindex } };
	char text[256], *save = NULL;

	kernel_init();
	cr_assert_lt(strlen(name), sizeof(link.name));
	memcpy(link.name, name, strlen(name));
	cr_assert_geq(linktab_set(kernel.links, &link), 0);
	addrs_remove(ifindex);
	(void)snprintf(text, sizeof(text), "%s", addrs);
	for (char *addr = strtok_r(text, " ", &save); addr; addr = strtok_r(NULL, " ", &save))
		addr_add(ifindex, addr);
	linktab_report(kernel.links, notify_link, NULL);
}

void fake_link_gone(uint32_t ifindex)
{
	addrs_remove(ifindex);
	linktab_del(kernel.links, ifindex);
	linktab_report(kernel.links, notify_link, NULL);
}

void fake_route(const char *prefix, const char *gateway, uint32_t ifindex, uint32_t metric)
{
	const struct ip_prefix dst = prefix_of(prefix);

	kernel_init();
	cr_assert_eq(fib_add(kernel.fib, &dst, route_of(RTPROT_STATIC, gateway, ifindex, metric),
			     FIB_ADD_FIRST),
		     0);
	notify_route(&dst);
}

void fake_route_gone(const char *prefix, const char *gateway, uint32_t ifindex, uint32_t metric)
{
	const struct ip_prefix dst = prefix_of(prefix);

	route_remove(kernel.fib, &dst, route_of(RTPROT_STATIC, gateway, ifindex, metric));
	notify_route(&dst);
}

void fake_rtnl_fini(void)
{
	linktab_free(kernel.links);
	fib_free(kernel.fib);
	fib_free(kernel.local);
	kernel = (struct rtnl){ .links = NULL };
}
