/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_TREE_H
#define CORE_PIMDM_TREE_H

/*
 * Trees, and the events that the rest of PIM-DM hands to them. Each only marks trees or runs the
 * machines it addresses; what follows from it is found when the tree is evaluated (3.0).
 */
#include "core/pimdm/pimdm_int.h"

/** pimdm_tree_init() - Of an instance that is all zero; undone by pimdm_tree_free_all(). */
void pimdm_tree_init(struct pimdm *pim);

struct pimdm_tree *pimdm_tree_find(const struct pimdm *pim, const struct mfib_key *key);

/** pimdm_tree_mark(), pimdm_tree_mark_all() - To be evaluated. */
void pimdm_tree_mark(struct pimdm_tree *tree);
void pimdm_tree_mark_all(struct pimdm *pim);

/** pimdm_tree_evaluate() - Steps 2 to 4 of 3.0. It may end the tree. */
void pimdm_tree_evaluate(struct pimdm_tree *tree);

/**
 * pimdm_tree_clear() - Forget data, what an earlier run left, asserts, what neighbors below pruned
 * and State Refresh. What the upstream neighbor knows stays, so that members lose nothing: the
 * tree ends when it is evaluated, unless its Prune or Graft is in force there.
 */
void pimdm_tree_clear(struct pimdm_tree *tree);

void pimdm_tree_free_all(struct pimdm *pim);

/* Messages of a neighbor, which were decoded and checked (2.8). */
void pimdm_tree_join_prune(struct pimdm_if *pif, const struct ip_addr *src,
			   const struct pim_join_prune *msg);
void pimdm_tree_graft(struct pimdm_if *pif, const struct ip_addr *src,
		      const struct pim_join_prune *msg);
void pimdm_tree_graft_ack(struct pimdm_if *pif, const struct ip_addr *src,
			  const struct pim_join_prune *msg);
void pimdm_tree_assert(struct pimdm_if *pif, const struct ip_addr *src,
		       const struct pim_assert *msg);
void pimdm_tree_refresh(struct pimdm_if *pif, const struct ip_addr *src,
			const struct pim_refresh *msg);

/** pimdm_tree_data() - The forwarding plane saw data (3.6). Return: whether it was taken. */
bool pimdm_tree_data(struct pimdm *pim, const struct ev_data *data);

/** pimdm_tree_member_changed() - Of a group, on some interface. */
void pimdm_tree_member_changed(struct pimdm *pim, const struct ip_addr *group);

/* 3.7. A lost neighbor is in the list no longer when it is reported. */
void pimdm_tree_link_on(struct pimdm *pim, uint16_t link);
/** pimdm_tree_link_off() - @can_send: AssertCancels can go yet. */
void pimdm_tree_link_off(struct pimdm *pim, uint16_t link, bool can_send);
/** pimdm_tree_neighbor_new() - Or it has another GenID: it knows nothing. */
void pimdm_tree_neighbor_new(struct pimdm_neigh *neigh);
void pimdm_tree_neighbor_lost(struct pimdm_if *pif, const struct ip_addr *addr);
/** pimdm_tree_hello_sent() - A Hello went out: new neighbors know us (3.7). */
void pimdm_tree_hello_sent(struct pimdm_if *pif);

/* Trees of a border router: mrp.h, core/border.h. */
bool pimdm_border_is_alive(const struct mrp *mrp, const struct mfib_key *key);
void pimdm_border_contribute(const struct mrp *mrp, const struct mfib_key *key, struct ifset *oifs);
uint32_t pimdm_border_flags(const struct mrp *mrp, const struct mfib_key *key);
void pimdm_border_changed(struct mrp *mrp, const struct mfib_key *key);
void pimdm_border_take_over(struct mrp *mrp, const struct mfib_key *key, uint16_t link);

/* Within the trees. */

/** pimdm_tree_is_alive() - PIM-DM owns it, and data of it came lately. */
bool pimdm_tree_is_alive(const struct pimdm_tree *tree);

/** pimdm_tif_find() - NULL: it has no state on the interface. */
struct pimdm_tif *pimdm_tif_find(const struct pimdm_tree *tree, uint16_t link);
/** pimdm_tif_get() - Make it; NULL: no memory. */
struct pimdm_tif *pimdm_tif_get(struct pimdm_tree *tree, uint16_t link);

/** pimdm_tif_drop() - Forget its state there, if any. */
void pimdm_tif_drop(struct pimdm_tree *tree, uint16_t link);

/** pimdm_group_find() - NULL: the group has no tree. */
struct pimdm_group *pimdm_group_find(const struct pimdm *pim, const struct ip_addr *addr);

/**
 * pimdm_tree_get() - Find or make; not live before it was evaluated.
 * @link: where what asks for it came in.
 *
 * Return: NULL: not an (S,G) that is routed, no room, no memory.
 */
struct pimdm_tree *pimdm_tree_get(struct pimdm *pim, const struct mfib_key *key, uint16_t link);

/** pimdm_tree_busy() - Data of it was seen: it gives way to no other tree. */
void pimdm_tree_busy(struct pimdm_tree *tree);

/** pimdm_tree_resume() - What waited for the route happens, or ends if the tree is not live. */
void pimdm_tree_resume(struct pimdm_tree *tree);

/** pimdm_tree_free() - With its entry; nothing is sent (3.8). */
void pimdm_tree_free(struct pimdm_tree *tree);

/**
 * pimdm_tree_sweep() - Forget interfaces without state, and the tree when no timer runs (3.8).
 *
 * Return: false: it is gone.
 */
bool pimdm_tree_sweep(struct pimdm_tree *tree);

#endif
