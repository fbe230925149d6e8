/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_RESTART_H
#define COMMON_RESTART_H

/* A daemon of common_net.h that is killed while its entries stand, and the one that follows it. */
#include "unit/common_net.h"
#include "core/inspect.h"

#define RESTART_STALE_S     45u
#define RESTART_FORMERS_MAX 32u

/** struct restart - What outlives the daemon beside its entries: the file of neighbors. */
struct restart {
	struct ev_stale formers[RESTART_FORMERS_MAX];
	unsigned int count;
};

static inline bool restart_remember(void *ctx, const struct inspect_neighbor *view)
{
	struct restart *restart = ctx;

	if (!view->was_synced)
		return true;
	cr_assert_lt(restart->count, RESTART_FORMERS_MAX);
	restart->formers[restart->count++] = (struct ev_stale){
		.kind = STALE_NEIGHBOR,
		.link = view->link,
		.addr = view->addr,
		.boot_time = view->boot_time,
		.stale_for = HP_SEC(RESTART_STALE_S),
	};
	return true;
}

/** restart_kill() - The daemon is gone; its entries go on. */
static inline void restart_kill(struct net *net, unsigned int index, struct restart *ret_restart)
{
	struct net_router *router = &net->routers[index];

	ret_restart->count = 0;
	for (uint16_t link = 0; link < NET_PORTS_MAX; link++)
		inspect_neighbors(router->core, link, net->family, restart_remember, ret_restart);
	core_free(router->core);
	router->core = NULL;
	router->is_watching = false;
	router->forwards_alone = true;
	router->restarts++;
}

static inline void restart_feed(struct net *net, unsigned int index, const struct ev_stale *stale)
{
	net_handle(net, index, &(struct core_event){ .kind = EV_STALE, .stale = *stale });
}

static inline void restart_routes(struct net *net, unsigned int index)
{
	struct net_router *router = &net->routers[index];

	for (unsigned int group = 0; group < NET_GROUPS_MAX; group++) {
		const struct mfib_route *entry = &router->entries[group];

		if (!router->has_entry[group])
			continue;
		if (ifset_is_empty(&entry->oifs)) {
			router->has_entry[group] = false; /* as the forwarding plane does */
			continue;
		}
		restart_feed(net, index,
			     &(struct ev_stale){ .kind = STALE_ROUTE,
						 .link = entry->iif,
						 .source = entry->key.source,
						 .addr = entry->key.group,
						 .oifs = entry->oifs,
						 .seen_for = net->now - router->seen_at[group],
						 .stale_for = HP_SEC(RESTART_STALE_S) });
	}
}

/** restart_again_without() - The next daemon; the cable of one interface is out. */
static inline void restart_again_without(struct net *net, unsigned int index,
					 const struct restart *restart, uint16_t down)
{
	struct net_router *router = &net->routers[index];

	net_boot(net, index);
	router->forwards_alone = false;
	for (uint16_t link = 0; link < NET_PORTS_MAX; link++) {
		if (!router->ports[link].exists)
			continue;
		net_cable(net, index, link, link != down);
		for (unsigned int i = 0; i < restart->count; i++)
			if (restart->formers[i].link == link)
				restart_feed(net, index, &restart->formers[i]);
		net_switch(net, index, link, PROTO_HPIM, true);
		net_switch(net, index, link, PROTO_GM, true);
	}
	restart_routes(net, index);
}

/** restart_again() - The next daemon. */
static inline void restart_again(struct net *net, unsigned int index, const struct restart *restart)
{
	restart_again_without(net, index, restart, LINK_NONE);
}

/** restart_at_once() - Killed and followed, without time between. */
static inline void restart_at_once(struct net *net, unsigned int index)
{
	struct restart restart;

	restart_kill(net, index, &restart);
	restart_again(net, index, &restart);
}

#endif
