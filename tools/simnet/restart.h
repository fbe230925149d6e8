/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_RESTART_H
#define SIMNET_RESTART_H

/* Graceful restart: what outlives a daemon that was killed, and how the next one learns of it. */
#include "simnet/router.h"

#define SIM_STALE_S 45u

/** struct sim_formers - The neighbors that were synchronized: the daemon's file of neighbors. */
struct sim_formers {
	struct ev_stale *items;
	size_t count, room;
};

/** sim_formers_keep() - Add those of a running daemon on an interface. */
void sim_formers_keep(struct sim_formers *formers, const struct sim_router *router, uint16_t link,
		      enum ip_family family);

/** sim_formers_feed() - The next daemon learns of those on an interface. */
void sim_formers_feed(const struct sim_formers *formers, struct sim_router *router, hp_time now,
		      uint16_t link);
void sim_formers_fini(struct sim_formers *formers);

/** sim_restart_routes() - The next daemon learns what is forwarded; the other entries are gone. */
void sim_restart_routes(struct sim_router *router, hp_time now);

#endif
