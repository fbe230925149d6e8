/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_UNWANTED_H
#define CORE_HPIM_UNWANTED_H

#include "core/hpim/hpim_int.h"

void hpim_unwanted_init(struct hpim *hpim);

/**
 * hpim_unwanted_admit() - Whether data of @source that came in on @link may bring a new tree.
 * @is_back:   it brings one back that is ending.
 * @is_wanted: a member asks for it.
 *
 * Evicts the oldest unwanted trees of the source and of the link where these have their part
 * already.
 */
bool hpim_unwanted_admit(struct hpim *hpim, uint16_t link, const struct ip_addr *source,
			 bool is_back, bool is_wanted);

/** hpim_unwanted_make_place() - Whether there is place for a tree; evicts an unwanted tree when
 * there is none.
 */
bool hpim_unwanted_make_place(struct hpim *hpim);

/** hpim_unwanted_bring() - Data brought this tree, or brought it back while it was ending. */
void hpim_unwanted_bring(struct hpim_tree *tree, uint16_t link);

/** hpim_unwanted_judge() - A tree was evaluated; @is_wanted: a host or neighbor asked for it. */
void hpim_unwanted_judge(struct hpim_tree *tree, bool is_wanted);

/** hpim_unwanted_hold() - A neighbor said something of it: not to be evicted before it is judged.
 */
void hpim_unwanted_hold(struct hpim_tree *tree);

/** hpim_unwanted_drop() - It is no longer one. */
void hpim_unwanted_drop(struct hpim_tree *tree);

#endif
