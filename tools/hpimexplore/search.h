/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_SEARCH_H
#define HPIMEXPLORE_SEARCH_H

/*
 * All that can happen to a scene, up to a depth. A path is a list of choices, such as
 * `timer:A,A>B,lose:B>A,dup:A>B#1,event`: the packet after # is not the first of its pair.
 */
#include <stdbool.h>
#include <stddef.h>

#include "hpimexplore/scene.h"

#define SEARCH_DEPTH_MAX 100u
#define SEARCH_PATH_TEXT 2048
#define SEARCH_TEXT      200

struct search_limits {
	unsigned int depth; /* choices on a path */
	double seconds;
	bool is_exact; /* timers count by the time left */
};

/** struct search_result - What was found so far; lies in memory shared with who shows it. */
struct search_result {
	unsigned long states, transitions, checks;
	unsigned int depth; /* finished: everything up to it was seen */
	double seconds;
	bool is_done, is_complete; /* complete: nothing lies deeper */
	char broken[SEARCH_TEXT];  /* empty: no violation */
	char path[SEARCH_PATH_TEXT];
};

/** search_run() - Explore deeper and deeper. The first violation found is one of the nearest. */
void search_run(const struct scene *scene, const struct search_limits *limits,
		struct search_result *result);

/** search_replay() - Walk a path and show what happens. Return: 0, 1 on violation, 2 on bad path.
 */
int search_replay(const struct scene *scene, const char *path);

#endif
