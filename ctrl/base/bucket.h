/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

/* Token buckets: so many at once, then one each interval. */
#include <stdbool.h>

#include "base/time.h"

/** struct bucket - Zero: full. */
struct bucket {
	hp_time full_at;
};

/** bucket_take() - Take a token; false: there is none. @burst: tokens of a full bucket. */
static inline bool bucket_take(struct bucket *bucket, hp_time now, hp_time interval,
			       unsigned int burst)
{
	hp_time full_at = bucket->full_at > now ? bucket->full_at : now;

	if (full_at - now > interval * (hp_time)(burst - 1))
		return false;
	bucket->full_at = full_at + interval;
	return true;
}

#endif
