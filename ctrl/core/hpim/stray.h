/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_STRAY_H
#define CORE_HPIM_STRAY_H

#include "core/hpim/hpim_int.h"

void hpim_stray_init(struct hpim *hpim);

/**
 * hpim_stray_admit() - Whether data of @source that came in on @link may bring a new tree.
 * @is_back:   it brings one back that is ending.
 * @is_wanted: a member asks for it.
 *
 * Evicts the oldest strays of the source and of the link where these have their part already.
 */
bool hpim_stray_admit(struct hpim *hpim, uint16_t link, const struct ip_addr *source, bool is_back,
		      bool is_wanted);

/** hpim_stray_make_place() - Whether there is place for a tree; evicts a stray when there is none.
 */
bool hpim_stray_make_place(struct hpim *hpim);

/** hpim_stray_bring() - Data brought this tree, or brought it back while it was ending. */
void hpim_stray_bring(struct hpim_tree *tree, uint16_t link);

/** hpim_stray_judge() - A tree was evaluated; @is_wanted: somebody asked for it. */
void hpim_stray_judge(struct hpim_tree *tree, bool is_wanted);

/** hpim_stray_hold() - A neighbor said something of it: not to be evicted before it is judged. */
void hpim_stray_hold(struct hpim_tree *tree);

/** hpim_stray_drop() - It is none any more. */
void hpim_stray_drop(struct hpim_tree *tree);

#endif
