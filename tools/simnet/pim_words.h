/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_PIM_WORDS_H
#define SIMNET_PIM_WORDS_H

/*
 * PIM messages in words. A group is its number in the topology, the first is not named; a neighbor
 * as @name has it.
 *
 *   Hello, Goodbye
 *   Prune R1 210	to upstream neighbor R1, holdtime; PruneEcho 210: the sender names itself
 *   Join R1, Graft R1, GraftAck R2
 *   Assert 20, Assert connected, AssertCancel	metric, or a connected route
 *   Refresh 20 ttl 31 PNO	the same, TTL, flags that are set
 */
#include "wire/pim.h"

/* How a neighbor is called. @ctx: of the caller. */
typedef const char *sim_name_fn(void *ctx, const struct ip_addr *addr);

/** sim_pim_words() - @src: the sender's address. */
void sim_pim_words(const struct pim_msg *msg, const struct ip_addr *src, sim_name_fn *name,
		   void *ctx, char *text, size_t size);

#endif
