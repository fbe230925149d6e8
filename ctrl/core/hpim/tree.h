/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_TREE_H
#define CORE_HPIM_TREE_H

#include "core/hpim/hpim_int.h"

struct hpim_tree *hpim_tree_find(const struct hpim *hpim, const struct ip_addr *source,
				 const struct ip_addr *group);

/** hpim_tree_first_of_group() - The newest tree of a group, or NULL. */
struct hpim_tree *hpim_tree_first_of_group(const struct hpim *hpim, const struct ip_addr *group);

/**
 * hpim_tree_get() - Find or create; in a full table the oldest unwanted tree makes place, or for
 * what a member asks for an announced tree.
 *
 * @link is where the reason to create it came in, and counts what is refused.
 * Return: NULL: unfit addresses, limit reached (noted) or no memory.
 */
struct hpim_tree *hpim_tree_get(struct hpim *hpim, const struct ip_addr *source,
				const struct ip_addr *group, uint16_t link);

/** hpim_tree_get_for_data() - The same for data that came in on @link, within the unwanted trees'
 * parts. */
struct hpim_tree *hpim_tree_get_for_data(struct hpim *hpim, const struct ip_addr *source,
					 const struct ip_addr *group, uint16_t link);

/** hpim_tree_mark() - Evaluate it while draining. */
void hpim_tree_mark(struct hpim_tree *tree);

/** hpim_tree_mark_all() - All of them, in a round: takes no time, however many there are. */
void hpim_tree_mark_all(struct hpim *hpim);

/** hpim_tree_next_marked() - One to evaluate, which is marked no longer; NULL: none. */
struct hpim_tree *hpim_tree_next_marked(struct hpim *hpim);

/** hpim_tree_if_find() - NULL: nothing is known of the tree there. */
struct hpim_tree_if *hpim_tree_if_find(const struct hpim_tree *tree, uint16_t link);

/** hpim_tree_if_get() - Find or create. NULL: no memory. */
struct hpim_tree_if *hpim_tree_if_get(struct hpim_tree *tree, uint16_t link);

/** hpim_tree_sweep() - Free what holds no fact any longer: the tree's parts, or all of it.
 *
 * Called at the end of an evaluation only, so that a pointer to a tree of which something is known
 * lives through an event. Return: whether the tree is still there.
 */
bool hpim_tree_sweep(struct hpim_tree *tree);

/** hpim_tree_free() - Forget a tree without interfaces, and its forwarding entry. */
void hpim_tree_free(struct hpim_tree *tree);

/** hpim_tree_free_all() - Forget everything; neighbors must be gone. Sends nothing. */
void hpim_tree_free_all(struct hpim *hpim);

/** hpim_record_find() - NULL: the neighbor said nothing of the tree. */
struct hpim_record *hpim_record_find(const struct hpim_tree_if *tif,
				     const struct hpim_neigh *neigh);

/** hpim_record_get() - Find or create, also the tree. NULL as hpim_tree_get(). */
struct hpim_record *hpim_record_get(struct hpim_neigh *neigh, const struct ip_addr *source,
				    const struct ip_addr *group);

/** hpim_record_is_empty() - It says nothing, and no message of the neighbor can refer to it. 3.6 */
static inline bool hpim_record_is_empty(const struct hpim_record *record)
{
	return !record->is_upstream && record->interest == INTEREST_UNKNOWN && !record->last_sn;
}

/** hpim_record_set_sn() - Set LastSN; 0: a checkpoint covers it. 3.4 */
void hpim_record_set_sn(struct hpim_record *record, uint32_t sn);

/** hpim_record_set_upstream() - New upstream information: a new generation. 3.6 */
void hpim_record_set_upstream(struct hpim_record *record, const struct hpim_rpc *rpc);

/** hpim_record_forget_tree() - All that was said of a tree; its neighbors are truncated. */
void hpim_record_forget_tree(struct hpim_tree *tree);

/** hpim_record_forget_all() - All that a neighbor said. No tree is marked: 3.3, reset, step 5. */
void hpim_record_forget_all(struct hpim_neigh *neigh);

#endif
