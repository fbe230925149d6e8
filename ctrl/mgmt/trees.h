/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_TREES_H
#define MGMT_TREES_H

/* Views of the trees of HPIM-DM; which ones: mroutes_begin(). */
#include "mgmt/show.h"

void trees_end(struct show *show);

/**
 * trees_next() - Call @each for the next tree of those asked for, if there is one.
 *
 * Return: whether that was the last.
 */
typedef void trees_fn(const struct show *show, const struct inspect_tree *view);
bool trees_next(struct show *show, trees_fn *each);

/**
 * trees_silence() - How long no packet has come of a tree that another router announces and that
 * is forwarded here: its source pauses, or something between drops its packets.
 *
 * Return: 0 when that is not known of the tree; HP_TIME_NEVER: none has come so far.
 */
hp_time trees_silence(const struct daemon *daemon, const struct inspect_tree *tree);

bool trees_step(struct show *show);
bool trees_ifs_step(struct show *show);

#endif
