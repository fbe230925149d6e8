// SPDX-License-Identifier: GPL-2.0-only
/* What ctrl/daemon/stale.c is to the system. docs/PROTOCOL.md, "Graceful restart". */
#include "core/inspect.h"
#include "simnet/event.h"
#include "simnet/grow.h"
#include "simnet/restart.h"

static bool keep(void *ctx, const struct inspect_neighbor *view)
{
	struct sim_formers *formers = ctx;

	if (!view->was_synced)
		return true;
	formers->items =
		sim_grow(formers->items, formers->count, &formers->room, sizeof(*formers->items));
	formers->items[formers->count++] = (struct ev_stale){ .kind = STALE_NEIGHBOR,
							      .link = view->link,
							      .addr = view->addr,
							      .boot_time = view->boot_time,
							      .stale_for = HP_SEC(SIM_STALE_S) };
	return true;
}

void sim_formers_keep(struct sim_formers *formers, const struct sim_router *router, uint16_t link,
		      enum ip_family family)
{
	inspect_neighbors(router->core, link, family, keep, formers);
}

static void feed(struct sim_router *router, hp_time now, const struct ev_stale *stale)
{
	const struct core_event event = sim_event_stale(stale);

	sim_router_feed(router, now, &event);
}

void sim_formers_feed(const struct sim_formers *formers, struct sim_router *router, hp_time now,
		      uint16_t link)
{
	for (size_t i = 0; i < formers->count; i++)
		if (formers->items[i].link == link)
			feed(router, now, &formers->items[i]);
}

void sim_formers_fini(struct sim_formers *formers)
{
	free(formers->items);
	*formers = (struct sim_formers){ .items = NULL };
}

static void feed_route(struct sim_router *router, hp_time now, const struct sim_entry *entry)
{
	const struct mfib_route *route = &entry->route;

	feed(router, now,
	     &(struct ev_stale){ .kind = STALE_ROUTE,
				 .link = route->iif,
				 .source = route->key.source,
				 .addr = route->key.group,
				 .oifs = route->oifs,
				 .seen_for = entry->seen_at == HP_TIME_NEVER ? HP_TIME_NEVER
									     : now - entry->seen_at,
				 .stale_for = HP_SEC(SIM_STALE_S) });
}

/* The core may delete entries as they are handed to it: walk over copies of their keys. */
void sim_restart_routes(struct sim_router *router, hp_time now)
{
	struct mfib_key *keys = NULL;
	size_t count = 0, room = 0;

	for (const struct sim_entry *entry = router->entries; entry; entry = entry->hh.next) {
		keys = sim_grow(keys, count, &room, sizeof(*keys));
		keys[count++] = entry->route.key;
	}
	for (size_t i = 0; i < count; i++) {
		struct sim_entry *entry = sim_router_entry(router, &keys[i]);

		if (!entry)
			continue;
		if (ifset_is_empty(&entry->route.oifs))
			sim_router_entry_drop(router, entry);
		else
			feed_route(router, now, entry);
	}
	free(keys);
}
