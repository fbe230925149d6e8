/* SPDX-License-Identifier: GPL-2.0-only */
/* A tier that only remembers, for dry runs and for tests of what lies above. */
#include "dplane/backend.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

struct null_route {
	struct mfib_route want;
	UT_hash_handle hh;
};

struct null {
	struct backend be;
	const struct hash_key *hash_key;
	struct null_route *routes;
};

static struct null_route *route_find(struct backend *be, const struct mfib_key *key)
{
	struct null *nu = (struct null *)be;
	struct null_route *route;

	hash_find(nu->hash_key, nu->routes, key, route);
	return route;
}

static int null_link_add(struct backend *be, const struct dplane_link *link, struct tier_port *port,
			 char why[BACKEND_WHY_LEN])
{
	(void)be;
	(void)why;
	port->hook = TIER_HOOK_GENERIC; /* reaches everything */
	port->is_ethernet = true;
	port->carrier = link->ifindex;
	return 0;
}

static void null_link_del(struct backend *be, uint16_t link)
{
	(void)be;
	(void)link;
}

static int null_put(struct backend *be, const struct mfib_route *want)
{
	struct null *nu = (struct null *)be;
	struct null_route *route = route_find(be, &want->key);

	if (route) {
		route->want = *want;
		return 0;
	}
	route = calloc(1, sizeof(*route));
	if (!route)
		return -ENOMEM;
	route->want = *want;
	hash_add(nu->hash_key, nu->routes, want.key, route);
	return 0;
}

static void null_del(struct backend *be, const struct mfib_key *key)
{
	struct null *nu = (struct null *)be;
	struct null_route *route = route_find(be, key);

	if (!route)
		return;
	HASH_DEL(nu->routes, route);
	free(route);
}

static int null_route_counts(struct backend *be, const struct mfib_key *key,
			     struct backend_counts *ret_counts)
{
	if (!route_find(be, key))
		return -ENOENT;
	*ret_counts = (struct backend_counts){ .seen_for = HP_TIME_NEVER };
	return 0;
}

static int null_fd(const struct backend *be)
{
	(void)be;
	return -1;
}

static void null_dispatch(struct backend *be)
{
	(void)be;
}

static void null_free(struct backend *be, bool keep)
{
	struct null *nu = (struct null *)be;
	struct null_route *route, *next;

	(void)keep; /* nothing outlives the process */
	HASH_ITER (hh, nu->routes, route, next) {
		HASH_DEL(nu->routes, route);
		free(route);
	}
	free(nu);
}

static const struct backend_ops null_ops = {
	.name = "null",
	.link_add = null_link_add,
	.link_del = null_link_del,
	.put = null_put,
	.del = null_del,
	.route_counts = null_route_counts,
	.fd = null_fd,
	.dispatch = null_dispatch,
	.free = null_free,
};

int null_new(const struct dplane_config *config, struct backend **ret_be)
{
	struct null *nu = calloc(1, sizeof(*nu));

	if (!nu)
		return -ENOMEM;
	nu->be.ops = &null_ops;
	nu->hash_key = config->hash_key;
	*ret_be = &nu->be;
	return 0;
}
