/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_RANDOM_H
#define HPIMSIM_RANDOM_H

/* Random networks with random histories of faults; everything follows from the seed. */
#include "hpimsim/scenario.h"

/* Which protocol routers run; mixed: each link one of the two. */
enum random_protocol { RANDOM_HPIM, RANDOM_PIMDM, RANDOM_MIXED };

/** struct random_request - How large; 0: drawn from the seed. */
struct random_request {
	uint32_t routers, links, events;
	enum random_protocol protocol;
};

/**
 * random_scenario() - A network, a time of faults, quiet, and what must be true then:
 * settled trees, and nothing left when sources and members have gone.
 */
void random_scenario(uint64_t seed, const struct random_request *request,
		     struct scenario *ret_scenario);

#endif
