/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_EVAL_H
#define CORE_HPIM_EVAL_H

#include "core/hpim/hpim_int.h"

/** hpim_tree_evaluate() - Facts to view, old view and new view to messages, forwarding entry. */
void hpim_tree_evaluate(struct hpim_tree *tree);

/** hpim_tree_seen() - The forwarding plane saw the last packet @seen_for ago. */
void hpim_tree_seen(struct hpim_tree *tree, hp_time seen_for);

/** hpim_tree_missed() - Data came in on @link and the forwarding plane has no entry. 3.17 */
void hpim_tree_missed(struct hpim_tree *tree, uint16_t link);

/** hpim_tree_give_up() - As if its source had been silent for its lifetime. 3.8 */
void hpim_tree_give_up(struct hpim_tree *tree);

/**
 * hpim_tree_clear() - Forget what this router itself knows: its source, data, asserts it holds on
 * to, what an earlier run left, the entry. What neighbors said stays, or they had to say it again.
 */
void hpim_tree_clear(struct hpim_tree *tree);

/** hpim_hold_expired(), hpim_source_expired(), hpim_data_expired() - Timers of a tree. */
timer_fn hpim_hold_expired, hpim_source_expired, hpim_data_expired;

/** hpim_tree_is_alive() - HPIM-DM owns the tree, and data of it came lately; core/border.h. */
bool hpim_tree_is_alive(const struct hpim_tree *tree);

#endif
