/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_ROUTER_H
#define SIMNET_ROUTER_H

/*
 * The daemon and its forwarding plane in small: a core that is fed events and whose effects are
 * performed on tables. What is around it (links, hosts, routes) are functions of its owner.
 */
#include <uthash.h>

#include "core/core.h"

/* An entry of the forwarding table, as last put. */
struct sim_entry {
	struct mfib_route route;
	hp_time seen_at;    /* last packet that fitted; HP_TIME_NEVER: none yet */
	uint8_t ttl;        /* MFIB_F_TRACK_TTL: greatest that arrived */
	hp_time *wrong_at;  /* owned by the entry, filled by whoever carries packets; or NULL */
	unsigned int marks; /* of the owner; they stay while the entry does */
	UT_hash_handle hh;
};

/* A source whose route is watched. */
struct sim_watch {
	struct ip_addr source;
	UT_hash_handle hh;
};

struct sim_router;

/** struct sim_router_ops - What is around a router. Only @send and @route are needed. */
struct sim_router_ops {
	/* Sees each event before it is handled, and each effect before it is performed. */
	void (*event)(struct sim_router *router, const struct core_event *event);
	void (*effect)(struct sim_router *router, const struct core_effect *effect);

	void (*send)(struct sim_router *router, const struct fx_send *send);

	/* The route to a source, as it is now. */
	struct ev_rpf (*route)(const struct sim_router *router, const struct ip_addr *source);

	/* Age of the last packet of an entry; NULL: by its seen_at. */
	hp_time (*seen_for)(const struct sim_router *router, const struct mfib_key *key);

	/* The core broke a promise; NULL: the program ends. */
	void (*broken)(struct sim_router *router, const char *what);
};

struct sim_router {
	const struct sim_router_ops *ops;
	void *ctx;         /* of the owner */
	uint16_t index;    /* same */
	struct core *core; /* NULL: the daemon does not run */
	bool is_bare;      /* keeps no tables: to measure the core alone */
	hp_time now;       /* of the event that is handled, or was last */
	struct sim_entry *entries;
	struct sim_watch *watches;
	struct fx_group *joins;
	size_t join_count, join_room;
	struct core_event *answers; /* to effects, from answer_head on: given when these are done */
	size_t answer_head, answer_count, answer_room;
};

void sim_router_init(struct sim_router *router, const struct sim_router_ops *ops, void *ctx,
		     uint16_t index);
void sim_router_fini(struct sim_router *router);

/** sim_router_start() - A core without interfaces begins. */
void sim_router_start(struct sim_router *router, const struct core_limits *limits);

/** sim_router_end() - The core is gone, and says nothing; the entries stay. */
void sim_router_end(struct sim_router *router);

/** sim_router_feed() - Let an event happen at @now, with all that follows at once. */
void sim_router_feed(struct sim_router *router, hp_time now, const struct core_event *event);

/** sim_router_answer() - An event that happens when the effects of the one handled are done. */
void sim_router_answer(struct sim_router *router, const struct core_event *event);

/** sim_router_reroute() - The routes are others: answer all watches, with the next event. */
void sim_router_reroute(struct sim_router *router);

/** sim_router_has_joined() - Whether FX_JOIN opened @socket on @link for @group. */
bool sim_router_has_joined(const struct sim_router *router, uint16_t link, enum core_socket socket,
			   const struct ip_addr *group);

/** sim_router_watches() - Whether the route to a source is watched. */
bool sim_router_watches(const struct sim_router *router, const struct ip_addr *source);

/** sim_router_entry() - NULL: there is none. */
struct sim_entry *sim_router_entry(const struct sim_router *router, const struct mfib_key *key);

/** sim_router_entry_drop() - An entry is gone without the core. */
void sim_router_entry_drop(struct sim_router *router, struct sim_entry *entry);

/** sim_router_clear() - All entries are gone without the core. */
void sim_router_clear(struct sim_router *router);

#endif
