/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_OILSET_H
#define DPLANE_OILSET_H

/*
 * Output sets shared by all trees with the same outputs. A set in use never changes: another set is
 * another slot. A slot given back keeps its content for a grace period, while packets may still
 * walk it, and is revived at once when the same outputs are wanted again.
 */
#include "base/ifset.h"

struct oilset;

/**
 * struct oilset_ops - How a slot gets its outputs, all at once.
 * @fill:  may be called again for a slot that is in use, when an interface of it was replaced.
 *         Return: 0 or a negative errno; what it wrote until then is cleared by @clear.
 * @clear: no packet is in the slot, and none will come.
 * @grace_begin: no packet enters a slot any longer. Return: the number of a grace period that
 * begins now or later, never less than before.
 * @grace_is_over: whether it is over, and so what was in a slot before has left it.
 */
struct oilset_ops {
	int (*fill)(void *ctx, uint32_t slot, const struct ifset *links);
	void (*clear)(void *ctx, uint32_t slot, const struct ifset *links);
	uint64_t (*grace_begin)(void *ctx);
	bool (*grace_is_over)(void *ctx, uint64_t number);
};

/** oilset_new() - All @max slots empty. NULL when there is no memory. */
struct oilset *oilset_new(uint32_t max, const struct oilset_ops *ops, void *ctx);

/** oilset_free() - Forget all; the slots' contents stay. */
void oilset_free(struct oilset *sets);

/**
 * oilset_get() - Take a reference to the slot with exactly these outputs.
 *
 * Return: 0, -ENOSPC when every slot is in use or rests, or what @fill returned.
 */
int oilset_get(struct oilset *sets, const struct ifset *links, uint32_t *ret_slot);

/**
 * oilset_restore() - Take over slots that were filled before this process was there.
 * @links: [max] what stands in each slot; empty: nothing.
 *
 * Only for a fresh pool. The slots rest, until oilset_ref() or oilset_get() takes them.
 */
void oilset_restore(struct oilset *sets, const struct ifset *links);

/** oilset_ref() - Take a reference to a slot that is known by its number. */
void oilset_ref(struct oilset *sets, uint32_t slot);

/** oilset_put() - Give a reference back. */
void oilset_put(struct oilset *sets, uint32_t slot);

/** oilset_links() - What stands in a slot that is in use. */
const struct ifset *oilset_links(const struct oilset *sets, uint32_t slot);

/**
 * oilset_renew() - An interface was replaced by another with the same number: write it again.
 * @link: LINK_NONE: all were.
 *
 * Return: 0, or the last error of @fill: the slots it failed for lack the output.
 */
int oilset_renew(struct oilset *sets, uint16_t link);

/** oilset_each_used() - Call @each for what stands in every slot with references. */
void oilset_each_used(const struct oilset *sets, void (*each)(void *ctx, const struct ifset *links),
		      void *ctx);

/** oilset_in_use() - Number of slots with references. */
uint32_t oilset_in_use(const struct oilset *sets);

#endif
