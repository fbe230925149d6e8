/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MFIB_H
#define CORE_MFIB_H

/*
 * The forwarding table: which entries there are, and whose. Nothing else emits FX_MFIB_PUT and
 * FX_MFIB_DEL, and only where the entry in force becomes another.
 */
#include <bsd/sys/queue.h>

#include "core/effect.h"

struct core;
struct hash_key;
struct mfib;
struct mfib_claim;

/*
 * Who can own an entry, the most preferred first. Several may claim one (S,G): the claim of the
 * most preferred is in force, and the next one's when that is cleared. The policy's entries,
 * without outputs, are for data that no protocol is offered (core/denied.h). What an earlier run
 * left counts only where nothing else does, and ends by itself.
 */
#define MFIB_OWNERS(X)      \
	X(STATIC, "static") \
	X(HPIM, "hpim")     \
	X(PIMDM, "pim-dm") X(FOLLOWED, "followed") X(POLICY, "policy") X(STALE, "stale")

enum mfib_owner {
#define OWNER(name, text) MFIB_##name,
	MFIB_OWNERS(OWNER)
#undef OWNER
		MFIB_OWNER_COUNT
};

/** struct mfib_entry - An entry in force. */
struct mfib_entry {
	struct mfib_route route;
	enum mfib_owner owner;
	hp_time since;      /* owned by it, with whatever outputs */
	hp_time expires_at; /* MFIB_STALE; HP_TIME_NEVER: not by itself */
};

/** mfib_new() - NULL: no memory. @hash_key is borrowed. */
struct mfib *mfib_new(const struct hash_key *hash_key);
void mfib_free(struct mfib *mfib);

/**
 * mfib_set() - Claim an entry, or replace the claim of this owner.
 * @owner: not MFIB_STALE.
 *
 * Return: false: no memory, and nothing changed.
 */
bool mfib_set(struct core *core, enum mfib_owner owner, const struct mfib_route *route);

/** mfib_clear() - Give up the claim of an owner; does nothing when it has none. */
void mfib_clear(struct core *core, enum mfib_owner owner, const struct mfib_key *key);

/**
 * mfib_restore() - The forwarding plane has this entry of an earlier run: claim it as MFIB_STALE.
 * @stale_for: all stale entries end that long after the last of them was restored.
 *
 * Return: false: no memory; the caller has the entry removed from the forwarding plane.
 */
bool mfib_restore(struct core *core, const struct mfib_route *route, hp_time stale_for);

/** mfib_stale_link_off() - Stale entries of a family lose an interface: as output, or whole. */
void mfib_stale_link_off(struct core *core, enum ip_family family, uint16_t link);

/** mfib_stale_deny() - Stale entries lose what the policy denies: outputs, or all of an entry. */
void mfib_stale_deny(struct core *core);

/** mfib_expire_next() - Remove one entry whose stale time is over; false: none is left. */
bool mfib_expire_next(struct core *core);

/** mfib_repeat() - Put an entry again: the forwarding plane says that it has none. */
void mfib_repeat(struct core *core, const struct mfib_key *key);

/** mfib_find() - Return: whether there is an entry of that key. @ret_entry may be NULL. */
bool mfib_find(const struct core *core, const struct mfib_key *key, struct mfib_entry *ret_entry);

/** mfib_time_left() - Until a stale entry ends; HP_TIME_NEVER: it does not end by itself. */
hp_time mfib_time_left(const struct mfib_entry *entry, hp_time now);

/** mfib_count() - Entries in force. */
uint32_t mfib_count(const struct core *core);

/** mfib_owner_name() - As in records: "static", "hpim", "stale". */
const char *mfib_owner_name(enum mfib_owner owner);

/**
 * struct mfib_walk - A walk over the table that may rest between two entries while events are
 * handled. What is there all the time is met exactly once, in order of creation. Its members are
 * mfib.c's.
 */
struct mfib_walk {
	LIST_ENTRY(mfib_walk) node;
	const struct mfib_claim *next;
	uint32_t left; /* what comes after the beginning is not waited for */
};

/** mfib_walk_begin() - Must be ended by mfib_walk_end() before the core is freed. */
void mfib_walk_begin(struct core *core, struct mfib_walk *walk);

/** mfib_walk_next() - Return: false when there are no more. */
bool mfib_walk_next(const struct core *core, struct mfib_walk *walk, struct mfib_entry *ret_entry);
void mfib_walk_end(struct mfib_walk *walk);

#endif
