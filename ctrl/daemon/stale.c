// SPDX-License-Identifier: GPL-2.0-only
/*
 * Graceful restart: hands what the run before this one had to the core. Routes are read from the
 * forwarding plane; neighbors stand in the file of attached interfaces (daemon/saved.c).
 */
#include <assert.h>
#include <stdlib.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "core/inspect.h"
#include "core/mfib.h"
#include "daemon/daemon.h"
#include "daemon/settings.h"
#include "daemon/stale.h"
#include "dplane/dplane.h"
#include "io/field.h"

/* ---- routes ---- */

struct stale_routes {
	struct mfib_route *routes;
	uint32_t count, room;
};

static void collect(void *ctx, const struct mfib_route *route)
{
	struct stale_routes *stale = ctx;

	if (stale->count < stale->room)
		stale->routes[stale->count++] = *route;
}

static void feed_route(struct daemon *daemon, const struct mfib_route *route)
{
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .link = route->iif,
					       .source = route->key.source,
					       .addr = route->key.group,
					       .oifs = route->oifs,
					       .seen_for = HP_TIME_NEVER,
					       .stale_for = settings_stale(daemon) } };
	struct dplane_route_state state;

	if (dplane_route_state(daemon->dplane, &route->key, &state) == 0)
		event.stale.seen_for = state.seen_for;
	daemon_feed(daemon, &event);
}

void stale_routes_feed(struct daemon *daemon)
{
	struct stale_routes stale = { .room = dplane_route_count(daemon->dplane) };

	stale.routes = calloc(stale.room ? stale.room : 1, sizeof(*stale.routes));
	assert(stale.routes); /* half of them would be forwarded for ever */
	dplane_routes(daemon->dplane, collect, &stale);
	for (uint32_t i = 0; i < stale.count; i++)
		feed_route(daemon, &stale.routes[i]);
	free(stale.routes);
}

void stale_routes_drop(struct daemon *daemon)
{
	struct stale_routes stale = { .room = dplane_route_count(daemon->dplane) };

	stale.routes = calloc(stale.room ? stale.room : 1, sizeof(*stale.routes));
	assert(stale.routes); /* they would be forwarded for ever */
	dplane_routes(daemon->dplane, collect, &stale);
	for (uint32_t i = 0; i < stale.count; i++)
		if (!mfib_find(daemon->core, &stale.routes[i].key, NULL))
			dplane_del(daemon->dplane, &stale.routes[i].key);
	free(stale.routes);
}

/* ---- neighbors ---- */

static bool put_neighbor(void *ctx, const struct inspect_neighbor *view)
{
	struct json_object *list = ctx, *entry;

	if (!view->was_synced)
		return true;
	entry = json_object_new_object();
	json_object_object_add(entry, "address",
			       json_object_new_string(ip_addr_text(&view->addr).s));
	json_object_object_add(entry, "boot_time", json_object_new_int64(view->boot_time));
	json_object_array_add(list, entry);
	return true;
}

struct json_object *stale_neighbors_encode(const struct daemon *daemon, uint16_t link)
{
	struct json_object *list = json_object_new_array();

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		inspect_neighbors(daemon->core, link, family, put_neighbor, list);
	return list;
}

static void feed_neighbor(struct daemon *daemon, uint16_t link, struct json_object *entry)
{
	const char *text = field_text(entry, "address");
	int64_t boot_time = json_object_get_int64(json_object_object_get(entry, "boot_time"));
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_NEIGHBOR,
					       .link = link,
					       .boot_time = (uint32_t)boot_time,
					       .stale_for = settings_stale(daemon) } };

	/* What is not understood is not awaited. */
	if (text && ip_addr_parse(text, &event.stale.addr) == 0)
		daemon_feed(daemon, &event);
}

void stale_neighbors_feed(struct daemon *daemon, uint16_t link, struct json_object *list)
{
	size_t count =
		json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++)
		feed_neighbor(daemon, link, json_object_array_get_idx(list, i));
}
