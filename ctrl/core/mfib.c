// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forwarding table.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "core/core_int.h"
#include "core/mfib.h"

struct entry {
	UT_hash_handle hh;
	struct mfib_route route;
};

struct mfib {
	const struct hash_key *hash_key;
	struct entry *entries;
};

struct mfib *mfib_new(const struct hash_key *hash_key)
{
	struct mfib *mfib = calloc(1, sizeof(*mfib));

	if (mfib)
		mfib->hash_key = hash_key;
	return mfib;
}

void mfib_free(struct mfib *mfib)
{
	struct entry *entry, *next;

	if (!mfib)
		return;
	HASH_ITER (hh, mfib->entries, entry, next) {
		HASH_DEL(mfib->entries, entry);
		free(entry);
	}
	free(mfib);
}

static struct entry *find(const struct mfib *mfib, const struct mfib_key *key)
{
	struct entry *entry;

	hash_find(mfib->hash_key, mfib->entries, key, entry);
	return entry;
}

static void tell(struct core *core, const struct mfib_route *route)
{
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_PUT, .route = *route });
}

static bool route_equal(const struct mfib_route *a, const struct mfib_route *b)
{
	return a->iif == b->iif && a->flags == b->flags && ifset_equal(&a->oifs, &b->oifs);
}

static struct entry *entry_new(struct mfib *mfib, const struct mfib_key *key)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->route.key = *key;
	hash_add(mfib->hash_key, mfib->entries, route.key, entry);
	return entry;
}

bool mfib_set(struct core *core, const struct mfib_route *route)
{
	struct mfib *mfib = core->mfib;
	struct entry *entry = find(mfib, &route->key);

	assert(!ifset_has(&route->oifs, route->iif));
	if (entry && route_equal(&entry->route, route))
		return true;
	if (!entry)
		entry = entry_new(mfib, &route->key);
	if (!entry)
		return false;
	entry->route = *route;
	tell(core, route);
	return true;
}

bool mfib_restore(struct core *core, const struct mfib_route *route)
{
	struct entry *entry = entry_new(core->mfib, &route->key);

	if (entry)
		entry->route = *route;
	return entry != NULL;
}

void mfib_clear(struct core *core, const struct mfib_key *key)
{
	struct entry *entry = find(core->mfib, key);

	if (!entry)
		return;
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_DEL, .key = *key });
	HASH_DEL(core->mfib->entries, entry);
	free(entry);
}

void mfib_repeat(struct core *core, const struct mfib_key *key)
{
	const struct entry *entry = find(core->mfib, key);

	if (entry)
		tell(core, &entry->route);
}

const struct mfib_route *mfib_find(const struct mfib *mfib, const struct mfib_key *key)
{
	const struct entry *entry = find(mfib, key);

	return entry ? &entry->route : NULL;
}

void mfib_each(const struct mfib *mfib, bool (*each)(void *ctx, const struct mfib_route *route),
	       void *ctx)
{
	for (const struct entry *entry = mfib->entries; entry; entry = entry->hh.next)
		if (!each(ctx, &entry->route))
			return;
}
