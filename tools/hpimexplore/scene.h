/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_SCENE_H
#define HPIMEXPLORE_SCENE_H

/*
 * What is explored: two or three routers on one link, each with a second interface that leads to
 * sources and members, where HPIM-DM does not run. Faults that may happen, and a script whose next
 * event may happen at any moment.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENE_ROUTERS_MAX 3u
#define SCENE_TREES_MAX   3u
#define SCENE_EVENTS_MAX  4u

enum scene_event_kind {
	EVENT_NONE,
	EVENT_DATA,   /* the source of tree @value begins to send; @router sees it */
	EVENT_JOIN,   /* a host behind @router joins the group of tree 0 */
	EVENT_LEAVE,  /* and leaves */
	EVENT_REBOOT, /* @router forgets everything and starts with a greater BootTime */
	EVENT_OFF,    /* the interface of @router on the common link goes down */
	EVENT_ON,
	EVENT_COST, /* metric of @router to the source of tree 0; 0: unreachable */
	EVENT_KIND_COUNT,
};

struct scene_event {
	enum scene_event_kind kind;
	uint8_t router;
	uint32_t value;
};

/**
 * struct scene - One case.
 * @claim:     what holds whatever the order of things.
 * @depth:     of the short run that is part of the tests.
 * @losses, @duplicates: how many may happen on the way.
 * @reorders:  packets of one router to another may overtake each other.
 * @is_met:    the routers are neighbors already; else they have been alone for a while.
 * @is_worn: each router has two sequence numbers left before it needs a new BootTime.
 * @subnets:   where the second interface of each router leads.
 * @tree_subnets: where the source of each tree is.
 * @before:    happens before the exploration begins.
 * @script:    happens in this order, each at any moment.
 */
struct scene {
	const char *name, *claim;
	unsigned int depth, router_count, tree_count;
	unsigned int losses, duplicates;
	bool reorders, is_met, is_worn;
	uint8_t subnets[SCENE_ROUTERS_MAX], tree_subnets[SCENE_TREES_MAX];
	struct scene_event before[SCENE_EVENTS_MAX], script[SCENE_EVENTS_MAX];
};

extern const struct scene scenes[];
extern const size_t scene_count;

#endif
