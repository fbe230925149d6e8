/* SPDX-License-Identifier: GPL-2.0-only */
/* Interned output sets. Knows nothing of maps: ebpf.c hands in how slots are filled. */
#include "dplane/bpf/oilset.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <uthash.h>

struct slot {
	struct ifset links; /* what stands in it */
	uint32_t refs;
	bool is_known;             /* can be found by its links */
	bool is_resting;           /* stands in the queue */
	uint64_t grace;            /* the period that ends its rest */
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

static void slot_rest(struct oilset *sets, struct slot *slot)
{
	slot->grace = sets->ops->grace_begin(sets->ctx);
	slot->is_resting = true;
	TAILQ_INSERT_TAIL(&sets->resting, slot, resting);
}

static void slot_forget(struct oilset *sets, struct slot *slot)
{
	if (slot->is_known)
		HASH_DEL(sets->known, slot);
	slot->is_known = false;
}

static void slot_empty(struct oilset *sets, struct slot *slot)
{
	if (!ifset_is_empty(&slot->links))
		sets->ops->clear(sets->ctx, slot_index(sets, slot), &slot->links);
	slot->links = (struct ifset){ .word = { 0 } };
}

static int slot_fill(struct oilset *sets, struct slot *slot, const struct ifset *links)
{
	int err = sets->ops->fill(sets->ctx, slot_index(sets, slot), links);

	slot->links = *links;
	if (err)
		slot_empty(sets, slot);
	return err;
}

/* An empty slot that no packet can be in, or NULL. It stays at the head of the queue or fresh. */
static struct slot *slot_vacant(struct oilset *sets)
{
	struct slot *slot = TAILQ_FIRST(&sets->resting);

	if (slot && sets->ops->grace_is_over(sets->ctx, slot->grace)) {
		TAILQ_REMOVE(&sets->resting, slot, resting);
		slot->is_resting = false;
		slot_forget(sets, slot);
		slot_empty(sets, slot);
		return slot;
	}
	return sets->fresh < sets->max ? &sets->slots[sets->fresh++] : NULL;
}

static int slot_new(struct oilset *sets, const struct ifset *links, struct slot **ret_slot)
{
	struct slot *slot = slot_vacant(sets);
	int err;

	if (!slot)
		return -ENOSPC;
	err = slot_fill(sets, slot, links);
	if (err) {
		slot_rest(sets, slot);
		return err;
	}
	HASH_ADD(hh, sets->known, links, sizeof(slot->links), slot);
	slot->is_known = true;
	*ret_slot = slot;
	return 0;
}

static void slot_ref(struct oilset *sets, struct slot *slot)
{
	if (slot->refs++ > 0)
		return;
	sets->in_use++;
	if (slot->is_resting)
		TAILQ_REMOVE(&sets->resting, slot, resting);
	slot->is_resting = false;
}

int oilset_get(struct oilset *sets, const struct ifset *links, uint32_t *ret_slot)
{
	struct slot *slot;

	HASH_FIND(hh, sets->known, links, sizeof(*links), slot);
	if (!slot) {
		int err = slot_new(sets, links, &slot);

		if (err)
			return err;
	}
	slot_ref(sets, slot);
	*ret_slot = slot_index(sets, slot);
	return 0;
}

void oilset_ref(struct oilset *sets, uint32_t index)
{
	assert(index < sets->fresh);
	slot_ref(sets, &sets->slots[index]);
}

void oilset_restore(struct oilset *sets, const struct ifset *links)
{
	uint32_t end = sets->max;

	assert(sets->fresh == 0);
	while (end > 0 && ifset_is_empty(&links[end - 1]))
		end--;
	for (uint32_t i = 0; i < end; i++) {
		struct slot *slot = &sets->slots[i], *twin;

		slot->links = links[i];
		HASH_FIND(hh, sets->known, &links[i], sizeof(links[i]), twin);
		/* Of two with the same outputs one is found again, the other one goes in time. */
		slot->is_known = !twin && !ifset_is_empty(&links[i]);
		if (slot->is_known)
			HASH_ADD(hh, sets->known, links, sizeof(slot->links), slot);
		slot_rest(sets, slot);
	}
	sets->fresh = end;
}

void oilset_put(struct oilset *sets, uint32_t index)
{
	struct slot *slot = &sets->slots[index];

	assert(index < sets->fresh && slot->refs > 0);
	if (--slot->refs > 0)
		return;
	sets->in_use--;
	slot_rest(sets, slot);
}

int oilset_renew(struct oilset *sets, uint16_t link)
{
	int err = 0;

	for (uint32_t i = 0; i < sets->fresh; i++) {
		struct slot *slot = &sets->slots[i];
		int slot_err;

		if (link != LINK_NONE && !ifset_has(&slot->links, link))
			continue;
		if (slot->refs == 0) {
			slot_forget(sets, slot); /* what stands in it is another interface */
			continue;
		}
		slot_err = sets->ops->fill(sets->ctx, i, &slot->links);
		if (slot_err)
			err = slot_err;
	}
	return err;
}

const struct ifset *oilset_links(const struct oilset *sets, uint32_t index)
{
	assert(index < sets->fresh);
	return &sets->slots[index].links;
}

void oilset_each_used(const struct oilset *sets, void (*each)(void *ctx, const struct ifset *links),
		      void *ctx)
{
	for (uint32_t i = 0; i < sets->fresh; i++)
		if (sets->slots[i].refs)
			each(ctx, &sets->slots[i].links);
}

uint32_t oilset_in_use(const struct oilset *sets)
{
	return sets->in_use;
}
