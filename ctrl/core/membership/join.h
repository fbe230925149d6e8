/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_JOIN_H
#define CORE_JOIN_H

/*
 * Static joins: groups that an interface gets as if a host had reported them, without an end, with
 * or without IGMP or MLD.
 */
#include "core/event.h"

struct core;

/** gm_join_set() - Add or delete a join; does nothing when it is so already. */
void gm_join_set(struct core *core, uint16_t link, const struct static_join *join, bool is_on);

/** gm_join_free() - Delete all of an interface and family, without a word to the protocols. */
void gm_join_free(struct core *core, uint16_t link, enum ip_family family);

/** gm_join_wants() - Whether a join of an interface is for @group from @source. */
bool gm_join_wants(const struct core *core, uint16_t link, const struct ip_addr *source,
		   const struct ip_addr *group);

/** gm_join_count() - How many an interface has. */
uint32_t gm_join_count(const struct core *core, uint16_t link, enum ip_family family);

/** gm_join_inspect() - Call @each for every join, oldest first, until it says no. */
bool gm_join_inspect(const struct core *core, uint16_t link, enum ip_family family,
		     bool (*each)(void *ctx, const struct static_join *join), void *ctx);

#endif
