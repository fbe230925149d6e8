/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tier over dplane/null.c.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/fake/tier.h"

static struct fake_tier *tier_of(const struct backend *be)
{
	return (struct fake_tier *)(uintptr_t)be;
}

static struct fake_tier_route *find(struct fake_tier *tier, const struct mfib_key *key)
{
	for (size_t i = 0; i < FAKE_TIER_ROUTES_MAX; i++)
		if (tier->routes[i].is_there &&
		    !memcmp(&tier->routes[i].route.key, key, sizeof(*key)))
			return &tier->routes[i];
	return NULL;
}

static struct fake_tier_route *find_room(struct fake_tier *tier)
{
	for (size_t i = 0; i < FAKE_TIER_ROUTES_MAX; i++)
		if (!tier->routes[i].is_there)
			return &tier->routes[i];
	cr_assert_fail("more than %u routes", FAKE_TIER_ROUTES_MAX);
	return NULL;
}

static int tier_link_add(struct backend *be, const struct dplane_link *link, struct tier_port *port,
			 char why[BACKEND_WHY_LEN])
{
	struct fake_tier *tier = tier_of(be);
	const struct tier_port *able = &tier->abilities[link->link];
	int err = tier->link_err;

	if (err) {
		(void)snprintf(why, BACKEND_WHY_LEN, "%s", tier->why);
		tier->link_err = tier->is_link_err_once ? 0 : err;
		return err;
	}
	if (tier->is_kernel)
		return 0;
	if (!tier->is_able[link->link])
		return tier->null->ops->link_add(tier->null, link, port, why);
	port->hook = able->hook;
	port->has_tc = able->has_tc;
	port->is_tagged = able->is_tagged;
	port->is_shared = able->is_shared;
	port->carrier = link->ifindex;
	port->is_ethernet = true;
	memcpy(port->why_no_hook, able->why_no_hook, sizeof(port->why_no_hook));
	memcpy(port->why_no_tc, able->why_no_tc, sizeof(port->why_no_tc));
	return 0;
}

static void tier_link_del(struct backend *be, uint16_t link)
{
	tier_of(be)->null->ops->link_del(tier_of(be)->null, link);
}

static int tier_put(struct backend *be, const struct mfib_route *route)
{
	struct fake_tier *tier = tier_of(be);
	struct fake_tier_route *to = find(tier, &route->key);

	if (tier->put_err && !(route->flags & (uint32_t)tier->put_err_flags))
		return tier->put_err;
	cr_assert_eq(tier->null->ops->put(tier->null, route), 0);
	if (!to) {
		to = find_room(tier);
		*to = (struct fake_tier_route){ .is_there = true,
						.counts.seen_for = HP_TIME_NEVER };
	}
	to->route = *route;
	tier->puts++;
	return 0;
}

static void tier_del(struct backend *be, const struct mfib_key *key)
{
	struct fake_tier_route *route = find(tier_of(be), key);

	if (route)
		route->is_there = false;
	tier_of(be)->null->ops->del(tier_of(be)->null, key);
}

static int tier_route_counts(struct backend *be, const struct mfib_key *key,
			     struct backend_counts *ret_counts)
{
	const struct fake_tier_route *route = find(tier_of(be), key);
	int err = tier_of(be)->null->ops->route_counts(tier_of(be)->null, key, ret_counts);

	cr_assert_eq(err == 0, route != NULL, "null.c has other routes than were put");
	if (route)
		*ret_counts = route->counts;
	return err;
}

static int tier_fd(const struct backend *be)
{
	return tier_of(be)->null->ops->fd(tier_of(be)->null);
}

static void tier_dispatch(struct backend *be)
{
	tier_of(be)->null->ops->dispatch(tier_of(be)->null);
}

static void tier_counters(struct backend *be,
			  void (*each)(void *ctx, const struct dplane_counter *), void *ctx)
{
	for (unsigned int i = 0; i < tier_of(be)->counter_count; i++)
		each(ctx, &tier_of(be)->counters[i]);
}

static int tier_capture(struct backend *be, uint32_t every)
{
	if (!tier_of(be)->can_capture)
		return -ENOTSUP;
	tier_of(be)->capture_every = every;
	return 0;
}

static int tier_renew(struct backend *be, hp_time lease_for)
{
	tier_of(be)->lease_for = lease_for;
	return 0;
}

static void tier_free(struct backend *be, bool keep)
{
	tier_of(be)->null->ops->free(tier_of(be)->null, keep);
	free(tier_of(be));
}

static int tier_probe(struct backend *be, uint32_t ifindex)
{
	(void)ifindex;
	tier_of(be)->probes++;
	return tier_of(be)->probe_verdict;
}

static const struct backend_ops tier_ops = {
	.name = "fake",
	.link_add = tier_link_add,
	.link_del = tier_link_del,
	.put = tier_put,
	.del = tier_del,
	.route_counts = tier_route_counts,
	.fd = tier_fd,
	.dispatch = tier_dispatch,
	.probe = tier_probe,
	.counters = tier_counters,
	.capture = tier_capture,
	.renew = tier_renew,
	.free = tier_free,
};

struct fake_tier *fake_tier_new(const struct dplane_config *config)
{
	struct fake_tier *tier = calloc(1, sizeof(*tier));

	cr_assert_not_null(tier);
	tier->be.ops = &tier_ops;
	tier->probe_verdict = 1;
	cr_assert_eq(null_new(config, &tier->null), 0);
	return tier;
}

const struct mfib_route *fake_tier_find(const struct fake_tier *tier, const struct mfib_key *key)
{
	const struct fake_tier_route *route = find(tier_of(&tier->be), key);

	return route ? &route->route : NULL;
}

void fake_tier_count(struct fake_tier *tier, const struct mfib_key *key, uint64_t packets,
		     hp_time seen_for)
{
	struct fake_tier_route *route = find(tier, key);

	cr_assert_not_null(route, "there is no such route");
	route->counts = (struct backend_counts){ .packets = packets,
						 .bytes = 100 * packets,
						 .seen_for = seen_for };
}
