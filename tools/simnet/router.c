// SPDX-License-Identifier: GPL-2.0-only
/* What ctrl/daemon/daemon.c is to the system. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "simnet/event.h"
#include "simnet/grow.h"
#include "simnet/router.h"

#define ANSWERS_KEPT 64u

static void broken(struct sim_router *router, const char *what)
{
	if (router->ops->broken) {
		router->ops->broken(router, what);
		return;
	}
	(void)fprintf(stderr, "router %u: %s\n", router->index, what);
	abort();
}

/* ---- Tables ---- */

struct sim_entry *sim_router_entry(const struct sim_router *router, const struct mfib_key *key)
{
	struct sim_entry *entry;

	HASH_FIND(hh, router->entries, key, sizeof(*key), entry);
	return entry;
}

void sim_router_entry_drop(struct sim_router *router, struct sim_entry *entry)
{
	HASH_DEL(router->entries, entry);
	free(entry->wrong_at);
	free(entry);
}

void sim_router_clear(struct sim_router *router)
{
	struct sim_entry *entry, *next;

	HASH_ITER (hh, router->entries, entry, next)
		sim_router_entry_drop(router, entry);
}

static struct sim_watch *find_watch(const struct sim_router *router, const struct ip_addr *source)
{
	struct sim_watch *watch;

	HASH_FIND(hh, router->watches, source, sizeof(*source), watch);
	return watch;
}

bool sim_router_watches(const struct sim_router *router, const struct ip_addr *source)
{
	return find_watch(router, source);
}

static void drop_watch(struct sim_router *router, struct sim_watch *watch)
{
	HASH_DEL(router->watches, watch);
	free(watch);
}

static void drop_watches(struct sim_router *router)
{
	struct sim_watch *watch, *next;

	HASH_ITER (hh, router->watches, watch, next)
		drop_watch(router, watch);
}

static struct fx_group *find_join(const struct sim_router *router, const struct fx_group *group)
{
	for (size_t i = 0; i < router->join_count; i++)
		if (router->joins[i].link == group->link &&
		    router->joins[i].socket == group->socket &&
		    ip_addr_equal(&router->joins[i].group, &group->group))
			return &router->joins[i];
	return NULL;
}

bool sim_router_has_joined(const struct sim_router *router, uint16_t link, enum core_socket socket,
			   const struct ip_addr *group)
{
	return find_join(router, &(struct fx_group){ link, socket, *group });
}

/* ---- What a core asks for ---- */

void sim_router_answer(struct sim_router *router, const struct core_event *event)
{
	router->answers = sim_grow(router->answers, router->answer_count, &router->answer_room,
				   sizeof(*router->answers));
	router->answers[router->answer_count++] = *event;
}

static void take_join(struct sim_router *router, const struct fx_group *group)
{
	if (find_join(router, group)) {
		broken(router, "a group is joined twice");
		return;
	}
	router->joins = sim_grow(router->joins, router->join_count, &router->join_room,
				 sizeof(*router->joins));
	router->joins[router->join_count++] = *group;
}

static void take_leave(struct sim_router *router, const struct fx_group *group)
{
	struct fx_group *join = find_join(router, group);

	if (join)
		*join = router->joins[--router->join_count];
	else
		broken(router, "a group is left that was not joined");
}

static void answer_route(struct sim_router *router, const struct ip_addr *source)
{
	sim_router_answer(
		router,
		&(struct core_event){ .kind = EV_RPF, .rpf = router->ops->route(router, source) });
}

static void add_watch(struct sim_router *router, const struct ip_addr *source)
{
	struct sim_watch *watch = calloc(1, sizeof(*watch));

	assert(watch);
	if (find_watch(router, source))
		broken(router, "a route is watched twice");
	watch->source = *source;
	HASH_ADD(hh, router->watches, source, sizeof(watch->source), watch);
}

static void take_watch(struct sim_router *router, const struct ip_addr *source)
{
	if (!router->is_bare)
		add_watch(router, source);
	answer_route(router, source);
}

static void take_unwatch(struct sim_router *router, const struct ip_addr *source)
{
	struct sim_watch *watch = find_watch(router, source);

	if (router->is_bare)
		return;
	if (watch)
		drop_watch(router, watch);
	else
		broken(router, "a route is unwatched that was not watched");
}

static void take_put(struct sim_router *router, const struct mfib_route *route)
{
	struct sim_entry *entry = sim_router_entry(router, &route->key);

	if (router->is_bare)
		return;
	if (ifset_has(&route->oifs, route->iif))
		broken(router, "an entry forwards to where the packet came from");
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		assert(entry);
		entry->route.key = route->key;
		entry->seen_at = HP_TIME_NEVER;
		HASH_ADD(hh, router->entries, route.key, sizeof(entry->route.key), entry);
	}
	entry->route = *route;
	if (!(route->flags & MFIB_F_TRACK_TTL))
		entry->ttl = 0;
}

static void take_del(struct sim_router *router, const struct mfib_key *key)
{
	struct sim_entry *entry = sim_router_entry(router, key);

	if (router->is_bare)
		return;
	if (entry)
		sim_router_entry_drop(router, entry);
	else
		broken(router, "an entry is deleted that is not there");
}

static void take_query(struct sim_router *router, const struct mfib_key *key)
{
	const struct sim_entry *entry = sim_router_entry(router, key);
	struct core_event event = sim_event_data(DATA_SEEN, LINK_NONE, key);

	event.data.seen_for = HP_TIME_NEVER;
	event.data.ttl = entry ? entry->ttl : 0;
	if (router->ops->seen_for)
		event.data.seen_for = router->ops->seen_for(router, key);
	else if (entry && entry->seen_at != HP_TIME_NEVER)
		event.data.seen_for = router->now - entry->seen_at;
	sim_router_answer(router, &event);
}

static void take(struct sim_router *router, const struct core_effect *fx)
{
	if (router->ops->effect)
		router->ops->effect(router, fx);
	switch (fx->kind) {
	case FX_SEND: router->ops->send(router, &fx->send); break;
	case FX_JOIN: take_join(router, &fx->group); break;
	case FX_LEAVE: take_leave(router, &fx->group); break;
	case FX_RPF_WATCH: take_watch(router, &fx->rpf_source); break;
	case FX_RPF_UNWATCH: take_unwatch(router, &fx->rpf_source); break;
	case FX_MFIB_PUT: take_put(router, &fx->route); break;
	case FX_MFIB_DEL: take_del(router, &fx->key); break;
	case FX_MFIB_QUERY: take_query(router, &fx->key); break;
	case FX_NOTE: break; /* for those who read @effect */
	}
}

/* ---- Its life ---- */

static void feed_one(struct sim_router *router, const struct core_event *event)
{
	const struct core_effect *fx;

	if (router->ops->event)
		router->ops->event(router, event);
	core_handle(router->core, router->now, event);
	while ((fx = core_effect_next(router->core)))
		take(router, fx);
}

/* What a burst of answers took is given back: the memory of a network is measured. */
static void drop_answers(struct sim_router *router)
{
	router->answer_head = router->answer_count = 0;
	if (router->answer_room <= ANSWERS_KEPT)
		return;
	free(router->answers);
	router->answers = NULL;
	router->answer_room = 0;
}

static void feed_all(struct sim_router *router, hp_time now, const struct core_event *event)
{
	router->now = now;
	feed_one(router, event);
	while (router->answer_head < router->answer_count) {
		const struct core_event next = router->answers[router->answer_head++];

		feed_one(router, &next);
	}
	drop_answers(router);
}

/* Work takes no time here: what the core leaves for the clock is done at once. */
void sim_router_feed(struct sim_router *router, hp_time now, const struct core_event *event)
{
	const struct core_event clock = { .kind = EV_CLOCK };

	feed_all(router, now, event);
	while (core_has_work(router->core))
		feed_all(router, now, &clock);
}

void sim_router_reroute(struct sim_router *router)
{
	for (const struct sim_watch *watch = router->watches; watch; watch = watch->hh.next)
		answer_route(router, &watch->source);
}

void sim_router_init(struct sim_router *router, const struct sim_router_ops *ops, void *ctx,
		     uint16_t index)
{
	*router = (struct sim_router){ .ops = ops, .ctx = ctx, .index = index };
}

void sim_router_start(struct sim_router *router, const struct core_limits *limits)
{
	assert(!router->core);
	router->core = core_new(limits);
	assert(router->core);
}

void sim_router_end(struct sim_router *router)
{
	core_free(router->core);
	router->core = NULL;
	router->join_count = 0;
	drop_answers(router);
	drop_watches(router);
}

void sim_router_fini(struct sim_router *router)
{
	sim_router_end(router);
	sim_router_clear(router);
	free(router->joins);
	free(router->answers);
}
