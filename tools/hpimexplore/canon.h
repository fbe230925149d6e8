/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_CANON_H
#define HPIMEXPLORE_CANON_H

/*
 * Which worlds are the same. BootTimes and sequence numbers count by their order among those of
 * the same router, addresses of memory not at all, packets by what they say. Timers count by the
 * order in which they will run out, or with @is_exact by the time left.
 */
#include "hpimexplore/world.h"

struct canon_hash {
	uint64_t a, b;
};

/**
 * canon_hash() - 128 bits that stand for a world.
 * @ret_future: the same without the faults and events that have happened: worlds that are equal
 *	in it go the same way as long as nothing more happens to them.
 */
struct canon_hash canon_hash(const struct world *world, bool is_exact,
			     struct canon_hash *ret_future);

#endif
