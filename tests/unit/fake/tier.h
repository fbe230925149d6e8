/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAKE_TIER_H
#define FAKE_TIER_H

/*
 * A tier of the forwarding plane over dplane/null.c that can be made to refuse, to be less able,
 * and to have seen packets; what was put into it can be looked at.
 */
#include "dplane/backend.h"

#define FAKE_TIER_ROUTES_MAX 64u

struct fake_tier_route {
	bool is_there;
	struct mfib_route route;
	struct backend_counts counts;
};

struct fake_tier {
	struct backend be; /* first: it is a backend */
	struct backend *null;
	bool is_kernel;        /* stands for the kernel's cache: has no hooks at interfaces */
	int link_err, put_err; /* what link_add and put fail with; 0: they do not */
	bool is_link_err_once; /* the next link_add succeeds again */
	int put_err_flags;     /* not 0: put fails only for routes without any of these flags */
	const char *why;       /* of link_err */
	bool is_able[LINKS_MAX];
	struct tier_port abilities[LINKS_MAX]; /* where is_able, instead of those of null.c */
	int probe_verdict;                     /* of every port; 1: its frames leave */
	unsigned int probes;                   /* so many self-tests were made */
	unsigned int puts;                     /* so many succeeded */
	struct fake_tier_route routes[FAKE_TIER_ROUTES_MAX];
	struct dplane_counter counters[8];
	unsigned int counter_count;
	bool can_capture;
	uint32_t capture_every; /* as it was asked for last */
	hp_time lease_for;      /* the same */
};

/** fake_tier_new() - It is freed as any other backend. */
struct fake_tier *fake_tier_new(const struct dplane_config *config);

/** fake_tier_find() - What stands there; NULL: nothing. */
const struct mfib_route *fake_tier_find(const struct fake_tier *tier, const struct mfib_key *key);

/** fake_tier_count() - A route that is there carried so much; the last packet was so long ago. */
void fake_tier_count(struct fake_tier *tier, const struct mfib_key *key, uint64_t packets,
		     hp_time seen_for);

#endif
