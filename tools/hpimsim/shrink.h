/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_SHRINK_H
#define HPIMSIM_SHRINK_H

#include "hpimsim/scenario.h"

/**
 * shrink() - Take actions away while the scenario still goes wrong in the same way.
 * @runs: at most so many tries.
 *
 * The scenario must go wrong. Return: the outcome of what is left.
 */
struct outcome shrink(struct scenario *scenario, enum ip_family family, unsigned int runs);

#endif
