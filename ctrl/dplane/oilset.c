/* SPDX-License-Identifier: GPL-2.0-only */
/* Interned output sets. Knows nothing of maps: ebpf.c hands in how slots are filled. */
#include "dplane/oilset.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <uthash.h>

struct slot {
	struct ifset links; /* what stands in it */
	uint32_t refs;
	bool is_known; /* can be found by its links */
	hp_time freed_at;
	TAILQ_ENTRY(slot) resting; /* while refs is 0, oldest first */
	UT_hash_handle hh;
};

struct oilset {
	const struct oilset_ops *ops;
	void *ctx;
	uint32_t max, fresh, in_use; /* slots from fresh on were never used */
	struct slot *known;
	TAILQ_HEAD(slot_queue, slot) resting;
	struct slot slots[];
};

struct oilset *oilset_new(uint32_t max, const struct oilset_ops *ops, void *ctx)
{
	struct oilset *sets = calloc(1, sizeof(*sets) + max * sizeof(sets->slots[0]));

	if (!sets)
		return NULL;
	sets->ops = ops;
	sets->ctx = ctx;
	sets->max = max;
	TAILQ_INIT(&sets->resting);
	return sets;
}

void oilset_free(struct oilset *sets)
{
	if (!sets)
		return;
	HASH_CLEAR(hh, sets->known);
	free(sets);
}

static uint32_t slot_index(const struct oilset *sets, const struct slot *slot)
{
	return (uint32_t)(slot - sets->slots);
}

static void slot_forget(struct oilset *sets, struct slot *slot)
{
	if (slot->is_known)
		HASH_DEL(sets->known, slot);
	slot->is_known = false;
}

static void slot_empty(struct oilset *sets, struct slot *slot)
{
	ifset_for_each (link, &slot->links)
		sets->ops->del(sets->ctx, slot_index(sets, slot), link);
	slot->links = (struct ifset){ .word = { 0 } };
}

static int slot_fill(struct oilset *sets, struct slot *slot, const struct ifset *links)
{
	ifset_for_each (link, links) {
		int err = sets->ops->add(sets->ctx, slot_index(sets, slot), link);

		if (err) {
			slot_empty(sets, slot);
			return err;
		}
		ifset_add(&slot->links, link);
	}
	return 0;
}

/* An empty slot that no packet can be in, or NULL. It stays at the head of the queue or fresh. */
static struct slot *slot_vacant(struct oilset *sets, hp_time now)
{
	struct slot *slot = TAILQ_FIRST(&sets->resting);

	if (slot && now - slot->freed_at >= OILSET_GRACE) {
		TAILQ_REMOVE(&sets->resting, slot, resting);
		slot_forget(sets, slot);
		slot_empty(sets, slot);
		return slot;
	}
	return sets->fresh < sets->max ? &sets->slots[sets->fresh++] : NULL;
}

static int slot_new(struct oilset *sets, const struct ifset *links, hp_time now,
		    struct slot **ret_slot)
{
	struct slot *slot = slot_vacant(sets, now);
	int err;

	if (!slot)
		return -ENOSPC;
	err = slot_fill(sets, slot, links);
	if (err) {
		slot->freed_at = now;
		TAILQ_INSERT_TAIL(&sets->resting, slot, resting);
		return err;
	}
	HASH_ADD(hh, sets->known, links, sizeof(slot->links), slot);
	slot->is_known = true;
	*ret_slot = slot;
	return 0;
}

int oilset_get(struct oilset *sets, const struct ifset *links, hp_time now, uint32_t *ret_slot)
{
	struct slot *slot;

	HASH_FIND(hh, sets->known, links, sizeof(*links), slot);
	if (slot && slot->refs == 0)
		TAILQ_REMOVE(&sets->resting, slot, resting);
	if (!slot) {
		int err = slot_new(sets, links, now, &slot);

		if (err)
			return err;
	}
	if (slot->refs++ == 0)
		sets->in_use++;
	*ret_slot = slot_index(sets, slot);
	return 0;
}

void oilset_put(struct oilset *sets, uint32_t index, hp_time now)
{
	struct slot *slot = &sets->slots[index];

	assert(index < sets->fresh && slot->refs > 0);
	if (--slot->refs > 0)
		return;
	sets->in_use--;
	slot->freed_at = now;
	TAILQ_INSERT_TAIL(&sets->resting, slot, resting);
}

int oilset_renew(struct oilset *sets, uint16_t link)
{
	int err = 0;

	for (uint32_t i = 0; i < sets->fresh; i++) {
		struct slot *slot = &sets->slots[i];
		int slot_err;

		if (!ifset_has(&slot->links, link))
			continue;
		if (slot->refs == 0) {
			slot_forget(sets, slot); /* what stands in it is another interface */
			continue;
		}
		slot_err = sets->ops->add(sets->ctx, i, link);
		if (slot_err)
			err = slot_err;
	}
	return err;
}

uint32_t oilset_in_use(const struct oilset *sets)
{
	return sets->in_use;
}
