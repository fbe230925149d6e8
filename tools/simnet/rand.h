/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_RAND_H
#define SIMNET_RAND_H

/* The only source of chance: SplitMix64, the same sequence everywhere for the same seed. */
#include <stdbool.h>
#include <stdint.h>

struct sim_rand {
	uint64_t state;
};

static inline uint64_t sim_rand_next(struct sim_rand *rand)
{
	uint64_t z = rand->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/** sim_rand_below() - Uniform in [0, @below); 0 when @below is 0. */
static inline uint64_t sim_rand_below(struct sim_rand *rand, uint64_t below)
{
	return below ? sim_rand_next(rand) % below : 0;
}

/** sim_rand_between() - Uniform in [@low, @high]. */
static inline uint32_t sim_rand_between(struct sim_rand *rand, uint32_t low, uint32_t high)
{
	return low + (uint32_t)sim_rand_below(rand, (uint64_t)high - low + 1);
}

/** sim_rand_chance() - True in @per_mille of 1000 cases. Draws nothing when it cannot be true. */
static inline bool sim_rand_chance(struct sim_rand *rand, uint32_t per_mille)
{
	return per_mille && sim_rand_below(rand, 1000) < per_mille;
}

#endif
