/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HUNT_H
#define HPIMSIM_HUNT_H

#include "hpimsim/random.h"

struct hunt {
	uint64_t first, runs; /* seeds */
	double seconds;       /* 0: no limit */
	struct random_request request;
	bool is_json, shrinks;
	const char *folder; /* for the histories that violate */
};

/** hunt_run() - Try seeds. Return: how many histories violated an invariant. */
uint64_t hunt_run(const struct hunt *hunt);

#endif
