/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_LINK_TREES_H
#define CORE_LINK_TREES_H

/*
 * The limit of trees that an interface may bring, of one protocol and family. A tree is charged to
 * the interface where the packet or message came in that made it, and stays so until it ends: an
 * interface that brings too many takes nothing away from others. Differs: the descriptions of
 * HPIM-DM and PIM-DM know no limits.
 */
#include "core/mfib.h"

struct mrp;

/**
 * link_trees_admit() - Whether the interface may bring one more; else it is counted and noted.
 * @link: LINK_NONE: no interface brings it.
 */
bool link_trees_admit(struct mrp *mrp, uint16_t link, const struct mfib_key *key);

/** link_trees_charge() - A new tree. @ret_by: its member that link_trees_release() needs. */
void link_trees_charge(struct mrp *mrp, uint16_t link, uint16_t *ret_by);

/** link_trees_release() - The tree ends, or its interface is no longer there. */
void link_trees_release(struct mrp *mrp, uint16_t *by);

#endif
