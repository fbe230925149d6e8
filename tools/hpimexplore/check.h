/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_CHECK_H
#define HPIMEXPLORE_CHECK_H

/* What must be true of a world that nothing disturbs any longer. Description of HPIM-DM, 9.6. */
#include "hpimexplore/world.h"

#define CHECK_TEXT 160

/** check_settled() - False, with the reason, while something is not as it should end up. */
bool check_settled(const struct world *world, char ret_reason[CHECK_TEXT]);

/**
 * check_fresh() - Deriving all trees again from the facts changes nothing and asks for nothing.
 *
 * The world is of no use afterwards.
 */
bool check_fresh(struct world *world, char ret_reason[CHECK_TEXT]);

#endif
