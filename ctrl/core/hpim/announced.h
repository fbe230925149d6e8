/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_ANNOUNCED_H
#define CORE_HPIM_ANNOUNCED_H

#include "core/hpim/hpim_int.h"

void hpim_announced_init(struct hpim *hpim);
void hpim_announced_fini(struct hpim *hpim);
void hpim_announced_neigh_init(struct hpim_neigh *neigh);

/** hpim_announced_charge() - A neighbor's message brought the tree. */
void hpim_announced_charge(struct hpim_tree *tree, struct hpim_neigh *neigh);

/** hpim_announced_leave() - All that the neighbor said is forgotten; its trees end, or it returns.
 */
void hpim_announced_leave(struct hpim_neigh *neigh);

/** hpim_announced_judge() - A tree was evaluated; @is_asked: a member or a neighbor asks for it. */
void hpim_announced_judge(struct hpim_tree *tree, bool is_asked);

/** hpim_announced_release() - It is charged to no neighbor any longer. */
void hpim_announced_release(struct hpim_tree *tree);

/** hpim_announced_forget() - The tree is about to be freed. */
void hpim_announced_forget(struct hpim_tree *tree);

/** hpim_announced_is_wanted() - Whether a member asks for it on another interface than @link. */
bool hpim_announced_is_wanted(const struct hpim *hpim, const struct ip_addr *source,
			      const struct ip_addr *group, uint16_t link);

/**
 * hpim_announced_make_place() - Evict an announced tree for a new one.
 * @neigh:     whose message brings the new one; NULL: data.
 * @is_wanted: it goes before all that is only announced.
 *
 * Return: whether there is a place now.
 */
bool hpim_announced_make_place(struct hpim *hpim, const struct hpim_neigh *neigh, bool is_wanted);

/** hpim_announced_come_back() - If the tree was evicted it takes a place again. */
void hpim_announced_come_back(struct hpim_tree *tree);

/** hpim_announced_refused() - Something that the neighbor said was forgotten. */
void hpim_announced_refused(struct hpim_neigh *neigh);

/** hpim_announced_joined() - A member may want what was forgotten. */
void hpim_announced_joined(struct hpim *hpim);

#endif
