/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copy of a unicast routing table: one hash table per family, keyed by prefix; a lookup tries the
 * lengths which have routes, longest first. Source: description of HPIM-DM, section 4.1.
 */
#include "io/rtnl_fib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define LENGTHS 129u

_Static_assert(sizeof(struct ip_prefix) == 17, "prefixes are hashed as bytes");

struct node {
	struct ip_prefix prefix;
	struct fib_route *routes; /* lowest priority first, then the kernel's order */
	UT_hash_handle hh;
};

struct fib {
	struct node *nodes[IP_FAMILY_COUNT];
	uint32_t count[IP_FAMILY_COUNT][LENGTHS]; /* nodes of each prefix length */
};

struct fib *fib_new(void)
{
	return calloc(1, sizeof(struct fib));
}

static void node_free(struct fib *fib, struct node *node)
{
	enum ip_family family = ip_addr_family(&node->prefix.addr);

	while (node->routes) {
		struct fib_route *route = node->routes;

		node->routes = route->next;
		free(route);
	}
	fib->count[family][node->prefix.len]--;
	HASH_DEL(fib->nodes[family], node);
	free(node);
}

void fib_free(struct fib *fib)
{
	struct node *node, *next;

	if (!fib)
		return;
	for (unsigned int family = 0; family < IP_FAMILY_COUNT; family++) {
		HASH_ITER (hh, fib->nodes[family], node, next) {
			node_free(fib, node);
		}
	}
	free(fib);
}

struct fib_route *fib_route_new(uint16_t hop_count)
{
	struct fib_route *route = calloc(1, sizeof(*route) + hop_count * sizeof(route->hops[0]));

	if (route)
		route->hop_count = hop_count;
	return route;
}

static struct node *node_find(const struct fib *fib, const struct ip_prefix *prefix)
{
	struct node *node;

	HASH_FIND(hh, fib->nodes[ip_addr_family(&prefix->addr)], prefix, sizeof(*prefix), node);
	return node;
}

static struct node *node_find_or_add(struct fib *fib, const struct ip_prefix *prefix)
{
	enum ip_family family = ip_addr_family(&prefix->addr);
	struct node *node = node_find(fib, prefix);

	if (node)
		return node;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->prefix = *prefix;
	HASH_ADD(hh, fib->nodes[family], prefix, sizeof(node->prefix), node);
	fib->count[family][prefix->len]++;
	return node;
}

static bool hop_equal(const struct fib_hop *a, const struct fib_hop *b)
{
	return a->ifindex == b->ifindex && ip_addr_equal(&a->gateway, &b->gateway);
}

/* The place of @hop in @route, or hop_count. */
static unsigned int hop_find(const struct fib_route *route, const struct fib_hop *hop)
{
	unsigned int i;

	for (i = 0; i < route->hop_count && !hop_equal(&route->hops[i], hop); i++)
		;
	return i;
}

static bool same_key(const struct fib_route *a, const struct fib_route *b)
{
	return a->priority == b->priority && a->is_unreachable == b->is_unreachable;
}

/* Whether all next hops of @few are among those of @many. */
static bool has_hops(const struct fib_route *many, const struct fib_route *few)
{
	for (unsigned int i = 0; i < few->hop_count; i++) {
		if (hop_find(many, &few->hops[i]) == many->hop_count)
			return false;
	}
	return true;
}

static bool same_route(const struct fib_route *a, const struct fib_route *b)
{
	return same_key(a, b) && a->protocol == b->protocol && a->hop_count == b->hop_count &&
	       has_hops(a, b) && has_hops(b, a);
}

/* IPv6 makes one multipath route of gateway routes with the same priority, but not of the routes
 * learned from router advertisements, or through nexthop objects. */
static bool may_share(const struct fib_route *route)
{
	const uint8_t learned_from_ra = 9; /* RTPROT_RA */

	return route->protocol != learned_from_ra && !route->has_nexthop && route->hop_count > 0 &&
	       ip_addr_is_set(&route->hops[0].gateway);
}

/* Where the route stands which @route takes the place of; NULL when it is one more. */
static struct fib_route **replaced_at(struct node *node, const struct fib_route *route,
				      enum fib_add how)
{
	bool is_ipv6 = ip_addr_family(&node->prefix.addr) == IP_FAMILY_6;
	struct fib_route **fallback = NULL;

	for (struct fib_route **at = &node->routes; *at; at = &(*at)->next) {
		if (same_route(*at, route)) /* once more after everything was read */
			return at;
	}
	for (struct fib_route **at = &node->routes; *at; at = &(*at)->next) {
		if ((*at)->priority != route->priority)
			continue;
		if (is_ipv6 && may_share(*at) && may_share(route))
			return at;
		if (how != FIB_ADD_REPLACE)
			continue;
		if (!is_ipv6 || may_share(*at) == may_share(route))
			return at;
		if (!fallback)
			fallback = at;
	}
	return fallback;
}

static void route_insert(struct node *node, struct fib_route *route, enum fib_add how)
{
	struct fib_route **at = &node->routes;

	while (*at && ((*at)->priority < route->priority ||
		       (how != FIB_ADD_FIRST && (*at)->priority == route->priority)))
		at = &(*at)->next;
	route->next = *at;
	*at = route;
}

int fib_add(struct fib *fib, const struct ip_prefix *prefix, struct fib_route *route,
	    enum fib_add how)
{
	struct node *node = node_find_or_add(fib, prefix);
	struct fib_route **at, *old;

	if (!node) {
		free(route);
		return -ENOMEM;
	}
	at = replaced_at(node, route, how);
	if (!at) {
		route_insert(node, route, how);
		return 0;
	}
	old = *at;
	route->next = old->next;
	*at = route;
	free(old);
	return 0;
}

static void hops_remove(struct fib_route *route, const struct fib_route *gone)
{
	for (unsigned int i = 0; i < gone->hop_count; i++) {
		unsigned int at = hop_find(route, &gone->hops[i]);

		if (at == route->hop_count)
			continue;
		route->hop_count--;
		memmove(&route->hops[at], &route->hops[at + 1],
			(route->hop_count - at) * sizeof(route->hops[0]));
	}
}

/* The route of which @gone is a part: only IPv6 takes single next hops out of a route. */
static struct fib_route *part_find(const struct node *node, const struct fib_route *gone)
{
	if (ip_addr_family(&node->prefix.addr) == IP_FAMILY_4 || gone->hop_count == 0)
		return NULL;
	for (struct fib_route *route = node->routes; route; route = route->next) {
		if (same_key(route, gone) && has_hops(route, gone))
			return route;
	}
	return NULL;
}

bool fib_del(struct fib *fib, const struct ip_prefix *prefix, const struct fib_route *gone)
{
	struct node *node = node_find(fib, prefix);
	struct fib_route **at, *found;

	if (!node)
		return false;
	for (at = &node->routes; *at && !same_route(*at, gone); at = &(*at)->next)
		;
	found = *at;
	if (!found) {
		found = part_find(node, gone);
		if (!found)
			return false;
		hops_remove(found, gone);
		if (found->hop_count)
			return true;
		for (at = &node->routes; *at != found; at = &(*at)->next)
			;
	}
	*at = found->next;
	free(found);
	if (!node->routes)
		node_free(fib, node);
	return true;
}

/* Who says which interfaces are usable. */
struct filter {
	fib_usable_fn *is_usable;
	const void *ctx;
};

/*
 * 4.1, 4: of several next hops one without gateway, otherwise the one with the highest gateway
 * address. NULL when none can be used now.
 */
static const struct fib_hop *best_hop(const struct fib_route *route, const struct filter *filter)
{
	const struct fib_hop *best = NULL;

	for (unsigned int i = 0; i < route->hop_count; i++) {
		const struct fib_hop *hop = &route->hops[i];

		if (hop->is_dead || !filter->is_usable(filter->ctx, hop->ifindex))
			continue;
		if (!ip_addr_is_set(&hop->gateway))
			return hop;
		if (!best || ip_addr_compare(&hop->gateway, &best->gateway) > 0)
			best = hop;
	}
	return best;
}

/* The first route of the prefix that can be used. Return: whether the search ends here. */
static bool node_path(const struct node *node, const struct filter *filter, struct rtnl_path *path)
{
	for (const struct fib_route *route = node->routes; route; route = route->next) {
		const struct fib_hop *hop = best_hop(route, filter);

		if (route->is_unreachable)
			return true;
		if (!hop)
			continue;
		*path = (struct rtnl_path){
			.is_reachable = true,
			.is_connected = !ip_addr_is_set(&hop->gateway),
			.ifindex = hop->ifindex,
			.next_hop = hop->gateway,
			.prefix_len = node->prefix.len,
			.preference = route->protocol,
			.metric = route->priority,
		};
		return true;
	}
	return false;
}

void fib_path(const struct fib *fib, const struct ip_addr *source, fib_usable_fn *is_usable,
	      const void *ctx, struct rtnl_path *ret_path)
{
	const struct filter filter = { .is_usable = is_usable, .ctx = ctx };
	enum ip_family family = ip_addr_family(source);
	unsigned int bits = (unsigned int)ip_family_addr_len(family) * 8;

	/* 4.1, 2: no route */
	*ret_path = (struct rtnl_path){ .preference = UINT32_MAX, .metric = UINT32_MAX };
	for (unsigned int len = bits + 1; len-- > 0;) {
		struct ip_prefix prefix = { .len = (uint8_t)len };
		const struct node *node;

		if (!fib->count[family][len])
			continue;
		prefix.addr = ip_addr_mask(source, prefix.len);
		node = node_find(fib, &prefix);
		if (node && node_path(node, &filter, ret_path))
			return;
	}
}

static bool node_equal(const struct node *a, const struct node *b)
{
	const struct fib_route *x = a->routes, *y = b->routes;

	for (; x && y; x = x->next, y = y->next) {
		if (!same_route(x, y))
			return false;
		for (unsigned int i = 0; i < x->hop_count; i++) {
			if (x->hops[i].is_dead != y->hops[hop_find(y, &x->hops[i])].is_dead)
				return false;
		}
	}
	return !x && !y;
}

void fib_diff(const struct fib *a, const struct fib *b, fib_diff_fn *fn, void *ctx)
{
	struct node *node, *next;

	for (unsigned int family = 0; family < IP_FAMILY_COUNT; family++) {
		HASH_ITER (hh, a->nodes[family], node, next) {
			const struct node *other = node_find(b, &node->prefix);

			if (!other || !node_equal(node, other))
				fn(ctx, &node->prefix);
		}
		HASH_ITER (hh, b->nodes[family], node, next) {
			if (!node_find(a, &node->prefix))
				fn(ctx, &node->prefix);
		}
	}
}
