/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_SCENE_H
#define HPIMEXPLORE_SCENE_H

/*
 * What is explored: two or three routers with two interfaces each. Unless a case says otherwise the
 * first ones share a link and run HPIM-DM; the second ones lead to sources and members, where IGMP
 * runs alone. Faults that may happen, and a script whose next event may happen at any moment.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENE_ROUTERS_MAX 3u
#define SCENE_TREES_MAX   3u
#define SCENE_EVENTS_MAX  5u /* the last one is EVENT_NONE */
#define SCENE_PORTS       2u
#define SCENE_SUBNETS_MAX 8u

enum scene_event_kind {
	EVENT_NONE,
	EVENT_DATA,   /* the source of tree @value begins to send; @router sees it */
	EVENT_SILENT, /* the source of tree @value ends */
	EVENT_JOIN,   /* a host on the second link of @router joins the group of tree 0 */
	EVENT_LEAVE,  /* and leaves */
	EVENT_REBOOT, /* @router forgets everything and starts with a greater BootTime */
	EVENT_OFF,    /* the interface of @router on the common link goes down */
	EVENT_ON,
	EVENT_COST, /* metric of @router to the source of tree 0; 0: unreachable */
	EVENT_PATH, /* the route of @router to all sources is another one: SCENE_PATH() */
	EVENT_WAIT, /* nothing happens for @value seconds, and nothing goes wrong */
	EVENT_KIND_COUNT,
};

struct scene_event {
	enum scene_event_kind kind;
	uint8_t router;
	uint32_t value;
};

/* What an interface runs, beside IGMP. */
enum scene_runs {
	RUNS_DEFAULT, /* HPIM-DM on the first interface, nothing on the second */
	RUNS_HPIM,
	RUNS_PIM,
	RUNS_NOTHING,
};

/* A route: out of an interface, to a router there. */
struct scene_path {
	uint8_t port, router;
};

/* A route as value of an event. */
#define SCENE_PATH(port, router) ((port) << 8 | (router))

/**
 * struct scene - One case.
 * @claim:     what holds whatever the order of things.
 * @depth:     of the short run that is part of the tests.
 * @losses, @duplicates: how many may happen on the way.
 * @reorders:  packets of one router to another may overtake each other.
 * @is_met:    the routers are neighbors already; else they have been alone for a while.
 * @is_worn: each router has two sequence numbers left before it needs a new BootTime.
 * @has_one_clock: the clocks of all routers go alike: none is deaf while its neighbors' hold times
 *             end.
 * @settles_s: how soon all is as it should be when nothing disturbs any longer. 0: 200 s.
 * @rests_s:   and for how long it is looked at then. 0: 15 s.
 * @subnets:   where the second interface of each router leads.
 * @firsts:    the same of the first one: 0 is the common link.
 * @runs:      which protocol runs on an interface.
 * @costs:     metric to the sources. 0: 10 where the source is, 30 elsewhere.
 * @paths:     routes to the sources, where these are not connected: by A on the common link.
 * @tree_subnets: where the source of each tree is.
 * @before:    happens before the exploration begins.
 * @script:    happens in this order, each at any moment.
 */
struct scene {
	const char *name, *claim;
	unsigned int depth, router_count, tree_count;
	unsigned int losses, duplicates;
	bool reorders, is_met, is_worn, has_one_clock;
	unsigned int settles_s, rests_s;
	uint8_t subnets[SCENE_ROUTERS_MAX], firsts[SCENE_ROUTERS_MAX];
	uint8_t tree_subnets[SCENE_TREES_MAX];
	enum scene_runs runs[SCENE_ROUTERS_MAX][SCENE_PORTS];
	uint8_t costs[SCENE_ROUTERS_MAX];
	struct scene_path paths[SCENE_ROUTERS_MAX];
	struct scene_event before[SCENE_EVENTS_MAX], script[SCENE_EVENTS_MAX];
};

/** scene_runs() - What an interface runs; never RUNS_DEFAULT. */
enum scene_runs scene_runs(const struct scene *scene, unsigned int router, uint16_t port);

/** scene_has_pim() - PIM-DM runs somewhere: state is soft, and packets of data matter. */
bool scene_has_pim(const struct scene *scene);

extern const struct scene scenes[];
extern const size_t scene_count;

#endif
