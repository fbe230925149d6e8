/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MFIB_H
#define CORE_MFIB_H

/*
 * The forwarding table: what the routing protocols want, told to the forwarding plane only when it
 * differs from what was told before. Nothing else emits FX_MFIB_PUT and FX_MFIB_DEL.
 */
#include "core/effect.h"

struct core;
struct hash_key;
struct mfib;

/** mfib_new() - NULL: no memory. @hash_key is borrowed. */
struct mfib *mfib_new(const struct hash_key *hash_key);
void mfib_free(struct mfib *mfib);

/** mfib_set() - Want this entry. false: no memory, and nothing changed. */
bool mfib_set(struct core *core, const struct mfib_route *route);

/**
 * mfib_restore() - Own an entry that an earlier run left in the forwarding plane: it is not told.
 * There must be none of that key. false: no memory.
 */
bool mfib_restore(struct core *core, const struct mfib_route *route);

/** mfib_clear() - Want no entry; does nothing when there is none. */
void mfib_clear(struct core *core, const struct mfib_key *key);

/** mfib_repeat() - Tell an entry again: the forwarding plane says that it has none. */
void mfib_repeat(struct core *core, const struct mfib_key *key);

/** mfib_find() - The entry wanted now, or NULL. */
const struct mfib_route *mfib_find(const struct mfib *mfib, const struct mfib_key *key);

/** mfib_each() - Walk all entries in order of creation until @each says no. */
void mfib_each(const struct mfib *mfib, bool (*each)(void *ctx, const struct mfib_route *route),
	       void *ctx);

#endif
