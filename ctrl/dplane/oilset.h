/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_OILSET_H
#define DPLANE_OILSET_H

/*
 * Output sets shared by all trees with the same outputs. A set in use never changes: another set is
 * another slot. A slot given back keeps its content for a grace period, while packets may still
 * walk it, and is revived at once when the same outputs are wanted again.
 */
#include "base/ifset.h"
#include "base/time.h"

/* Far longer than a packet stays inside the program. */
#define OILSET_GRACE HP_MS(100)

struct oilset;

/** struct oilset_ops - How outputs get into a slot; @add returns 0 or a negative errno. */
struct oilset_ops {
	int (*add)(void *ctx, uint32_t slot, uint16_t link);
	void (*del)(void *ctx, uint32_t slot, uint16_t link);
};

/** oilset_new() - All @max slots empty. NULL when there is no memory. */
struct oilset *oilset_new(uint32_t max, const struct oilset_ops *ops, void *ctx);

/** oilset_free() - Forget all; the slots' contents stay. */
void oilset_free(struct oilset *sets);

/**
 * oilset_get() - Take a reference to the slot with exactly these outputs.
 *
 * Return: 0, -ENOSPC when every slot is in use or rests, or what @add returned.
 */
int oilset_get(struct oilset *sets, const struct ifset *links, hp_time now, uint32_t *ret_slot);

/** oilset_put() - Give a reference back. */
void oilset_put(struct oilset *sets, uint32_t slot, hp_time now);

/**
 * oilset_renew() - An interface was replaced by another with the same number: write it again.
 *
 * Return: 0, or the last error of @add: the slots it failed for lack the output.
 */
int oilset_renew(struct oilset *sets, uint16_t link);

/** oilset_in_use() - Number of slots with references. */
uint32_t oilset_in_use(const struct oilset *sets);

#endif
