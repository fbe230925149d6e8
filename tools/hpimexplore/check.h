/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_CHECK_H
#define HPIMEXPLORE_CHECK_H

/* What must be true of a world that nothing disturbs any longer. Description of HPIM-DM, 9.6. */
#include "hpimexplore/world.h"

#define CHECK_TEXT 160

/** check_settled() - False, with the reason, while something is not as it should end up. */
bool check_settled(const struct world *world, char ret_reason[CHECK_TEXT]);

/**
 * check_soft() - The part of it that is about networks with PIM-DM: packets of data get where they
 * are wanted, once, and nowhere else; neighbors know each other; no Graft waits for an answer; what
 * is asked for is asked of who forwards; nothing is left of a source that ended.
 */
bool check_soft(const struct world *world, char ret_reason[CHECK_TEXT]);

/**
 * check_fresh() - Deriving all trees again from the facts changes nothing and asks for nothing.
 *
 * The world is of no use afterwards.
 */
bool check_fresh(struct world *world, char ret_reason[CHECK_TEXT]);

/* Within the checks. */

/* Two routers on a link, and their interfaces there. */
struct pair {
	const struct world *world;
	unsigned int a, b;
	uint16_t a_port, b_port;
};

typedef bool check_pair_fn(const struct pair *pair, char *ret_reason);

/** check_pairs() - Check each ordered pair of each link. */
bool check_pairs(const struct world *world, check_pair_fn *check, char *ret_reason);

/** check_fail() - False, with the reason. */
__attribute__((format(printf, 2, 3))) bool check_fail(char *ret_reason, const char *format, ...);

/** check_name() - The letter of a router. */
static inline char check_name(unsigned int router)
{
	return (char)('A' + router);
}

#endif
