// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forwarding table. An (S,G) is a list of claims, the most preferred first; the first is in
 * force and stays the same object as long as there is any, since walks and the hash table hold it.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "core/core_int.h"
#include "core/mfib.h"
#include "core/policy.h"

/* How many entries are looked at in the time that one takes to expire. */
#define LOOKS_PER_EXPIRY 16u

struct mfib_claim {
	UT_hash_handle hh; /* of the first */
	struct mfib_claim *next;
	struct mfib_route route;
	enum mfib_owner owner;
	hp_time since;
};

struct mfib {
	const struct hash_key *hash_key;
	struct mfib_claim *entries;
	struct timer stale_timer;
	uint32_t stale_count;        /* claims of MFIB_STALE */
	struct mfib_claim *expiring; /* the stale time is over: where the next stale claim may be */
	LIST_HEAD(, mfib_walk) walks;
};

static const char *const owner_names[] = {
#define NAME(name, text) text,
	MFIB_OWNERS(NAME)
#undef NAME
};

const char *mfib_owner_name(enum mfib_owner owner)
{
	return owner_names[owner];
}

static void stale_expired(struct core *core, struct timer *timer)
{
	(void)timer;
	core->mfib->expiring = core->mfib->entries;
}

struct mfib *mfib_new(const struct hash_key *hash_key)
{
	struct mfib *mfib = calloc(1, sizeof(*mfib));

	if (!mfib)
		return NULL;
	mfib->hash_key = hash_key;
	timer_init(&mfib->stale_timer, stale_expired);
	return mfib;
}

void mfib_free(struct mfib *mfib)
{
	struct mfib_claim *first, *next;

	if (!mfib)
		return;
	HASH_ITER (hh, mfib->entries, first, next) {
		HASH_DEL(mfib->entries, first);
		while (first) {
			struct mfib_claim *claim = first;

			first = claim->next;
			free(claim);
		}
	}
	free(mfib);
}

static struct mfib_claim *find(const struct mfib *mfib, const struct mfib_key *key)
{
	struct mfib_claim *first;

	hash_find(mfib->hash_key, mfib->entries, key, first);
	return first;
}

static void put(struct core *core, const struct mfib_claim *first)
{
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_PUT, .route = first->route });
}

static bool route_equal(const struct mfib_route *a, const struct mfib_route *b)
{
	return a->iif == b->iif && a->flags == b->flags && ifset_equal(&a->oifs, &b->oifs);
}

static struct mfib_claim *claim_new(const struct core *core, enum mfib_owner owner,
				    const struct mfib_route *route)
{
	struct mfib_claim *claim = calloc(1, sizeof(*claim));

	if (!claim)
		return NULL;
	claim->route = *route;
	claim->owner = owner;
	claim->since = core->now;
	return claim;
}

/* What @a and @b claim, and not where they stand. */
static void claim_swap(struct mfib_claim *a, struct mfib_claim *b)
{
	struct mfib_claim was = *a;

	a->route = b->route;
	a->owner = b->owner;
	a->since = b->since;
	b->route = was.route;
	b->owner = was.owner;
	b->since = was.since;
}

/* Into the list of an (S,G), by preference. */
static void claim_insert(struct mfib_claim *first, struct mfib_claim *claim)
{
	struct mfib_claim *at = first;

	if (claim->owner < first->owner)
		claim_swap(first, claim);
	while (at->next && at->next->owner < claim->owner)
		at = at->next;
	claim->next = at->next;
	at->next = claim;
}

/* Claim without a word to the forwarding plane. Return: the first claim, NULL: no memory. */
static struct mfib_claim *claim_set(struct core *core, enum mfib_owner owner,
				    const struct mfib_route *route)
{
	struct mfib *mfib = core->mfib;
	struct mfib_claim *first = find(mfib, &route->key), *claim = first;

	while (claim && claim->owner != owner)
		claim = claim->next;
	if (claim) {
		claim->route = *route;
		return first;
	}
	claim = claim_new(core, owner, route);
	if (!claim)
		return NULL;
	mfib->stale_count += owner == MFIB_STALE;
	if (first) {
		claim_insert(first, claim);
		return first;
	}
	hash_add(mfib->hash_key, mfib->entries, route.key, claim);
	return claim;
}

bool mfib_set(struct core *core, enum mfib_owner owner, const struct mfib_route *route)
{
	const struct mfib_claim *first = find(core->mfib, &route->key);
	struct mfib_route was = first ? first->route : (struct mfib_route){ .iif = LINK_NONE };

	assert(owner != MFIB_STALE && !ifset_has(&route->oifs, route->iif));
	first = claim_set(core, owner, route);
	if (first && !route_equal(&was, &first->route))
		put(core, first);
	return first != NULL;
}

bool mfib_restore(struct core *core, const struct mfib_route *route, hp_time stale_for)
{
	const struct mfib_claim *first = claim_set(core, MFIB_STALE, route);

	if (!first)
		return false;
	core_timer_arm(core, &core->mfib->stale_timer, stale_for);
	if (first->owner != MFIB_STALE)
		put(core, first); /* what is in force is not what stands there */
	return true;
}

/* A walk rests at the first claim: go on with the next (S,G). */
static void walks_pass(struct mfib *mfib, const struct mfib_claim *first)
{
	struct mfib_walk *walk;

	LIST_FOREACH (walk, &mfib->walks, node)
		if (walk->next == first)
			walk->next = first->hh.next;
	if (mfib->expiring == first)
		mfib->expiring = first->hh.next;
}

static void first_remove(struct core *core, struct mfib_claim *first)
{
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_DEL, .key = first->route.key });
	walks_pass(core->mfib, first);
	HASH_DEL(core->mfib->entries, first);
	free(first);
}

void mfib_clear(struct core *core, enum mfib_owner owner, const struct mfib_key *key)
{
	struct mfib_claim *first = find(core->mfib, key), *before = NULL, *claim = first;
	struct mfib_route was;

	while (claim && claim->owner != owner) {
		before = claim;
		claim = claim->next;
	}
	if (!claim)
		return;
	core->mfib->stale_count -= owner == MFIB_STALE;
	if (claim == first && !first->next) {
		first_remove(core, first);
		return;
	}
	was = first->route;
	if (claim == first) { /* its object stays, with what the next one claims */
		before = first;
		claim = first->next;
		claim_swap(first, claim);
	}
	before->next = claim->next;
	free(claim);
	if (!route_equal(&was, &first->route))
		put(core, first);
}

static struct mfib_claim *stale_claim(struct mfib_claim *first)
{
	while (first && first->owner != MFIB_STALE)
		first = first->next;
	return first;
}

void mfib_stale_link_off(struct core *core, enum ip_family family, uint16_t link)
{
	struct mfib_claim *first, *next;

	if (!core->mfib->stale_count)
		return;
	HASH_ITER (hh, core->mfib->entries, first, next) {
		struct mfib_claim *stale = stale_claim(first);

		if (!stale || ip_addr_family(&first->route.key.group) != family)
			continue;
		if (stale->route.iif == link) {
			mfib_clear(core, MFIB_STALE, &first->route.key);
		} else if (ifset_has(&stale->route.oifs, link)) {
			ifset_del(&stale->route.oifs, link);
			if (stale == first)
				put(core, first);
		}
	}
}

void mfib_stale_deny(struct core *core)
{
	struct mfib_claim *first, *next;

	HASH_ITER (hh, core->mfib->entries, first, next) {
		struct mfib_claim *stale = stale_claim(first);
		struct mfib_route was, *route = stale ? &stale->route : NULL;

		if (!stale)
			continue;
		was = *route;
		if (!policy_strip(&core->policy, route))
			mfib_clear(core, MFIB_STALE, &was.key);
		else if (stale == first && !route_equal(&was, route))
			put(core, first);
	}
}

bool mfib_expire_next(struct core *core)
{
	struct mfib *mfib = core->mfib;
	bool has_work = mfib->expiring != NULL;

	for (unsigned int i = 0; i < LOOKS_PER_EXPIRY && mfib->expiring; i++) {
		struct mfib_claim *first = mfib->expiring;

		mfib->expiring = mfib->stale_count ? first->hh.next : NULL;
		if (!stale_claim(first))
			continue;
		mfib_clear(core, MFIB_STALE, &first->route.key);
		break;
	}
	return has_work;
}

void mfib_repeat(struct core *core, const struct mfib_key *key)
{
	const struct mfib_claim *first = find(core->mfib, key);

	if (first)
		put(core, first);
}

static struct mfib_entry entry_of(const struct mfib *mfib, const struct mfib_claim *first)
{
	return (struct mfib_entry){
		.route = first->route,
		.owner = first->owner,
		.since = first->since,
		.expires_at = first->owner == MFIB_STALE && timer_runs(&mfib->stale_timer)
				      ? mfib->stale_timer.deadline
				      : HP_TIME_NEVER,
	};
}

bool mfib_find(const struct core *core, const struct mfib_key *key, struct mfib_entry *ret_entry)
{
	const struct mfib_claim *first = find(core->mfib, key);

	if (first && ret_entry)
		*ret_entry = entry_of(core->mfib, first);
	return first != NULL;
}

hp_time mfib_time_left(const struct mfib_entry *entry, hp_time now)
{
	if (entry->expires_at == HP_TIME_NEVER)
		return HP_TIME_NEVER;
	return entry->expires_at > now ? entry->expires_at - now : 0;
}

uint32_t mfib_count(const struct core *core)
{
	return HASH_COUNT(core->mfib->entries);
}

void mfib_walk_begin(struct core *core, struct mfib_walk *walk)
{
	walk->next = core->mfib->entries;
	walk->left = mfib_count(core);
	LIST_INSERT_HEAD(&core->mfib->walks, walk, node);
}

bool mfib_walk_next(const struct core *core, struct mfib_walk *walk, struct mfib_entry *ret_entry)
{
	const struct mfib_claim *first = walk->next;

	if (!first || !walk->left)
		return false;
	walk->left--;
	walk->next = first->hh.next;
	*ret_entry = entry_of(core->mfib, first);
	return true;
}

void mfib_walk_end(struct mfib_walk *walk)
{
	LIST_REMOVE(walk, node);
}
