/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_RELIABLE_H
#define CORE_HPIM_RELIABLE_H

#include "core/hpim/hpim_int.h"

/**
 * hpim_reliable_send_all() - IamUpstream (with @rpc) or IamNoLongerUpstream to all. 3.5
 *
 * Replaces all that waits or is pending for the tree on this interface. Sent at once if the windows
 * of the neighbors have room, else queued.
 */
void hpim_reliable_send_all(struct hpim_tree_if *tif, enum hpim_type type,
			    const struct hpim_rpc *rpc);

/** hpim_reliable_send_to() - Interest or NoInterest to one neighbor, likewise. 3.5 */
void hpim_reliable_send_to(struct hpim_tree_if *tif, enum hpim_type type,
			   const struct ip_addr *dst);

/** hpim_reliable_acked() - @neigh has everything of this tree up to (@boot_time, @sn). 3.5 */
void hpim_reliable_acked(struct hpim_tree_if *tif, struct hpim_neigh *neigh, uint32_t boot_time,
			 uint32_t sn);

/** hpim_reliable_snapshot() - A snapshot for @neigh covers all that is pending or waits. 3.3 */
void hpim_reliable_snapshot(struct hpim_neigh *neigh);

/** hpim_reliable_neighbor_new() - @neigh was added to its interface: set up its window. */
void hpim_reliable_neighbor_new(struct hpim_neigh *neigh);

/** hpim_reliable_neighbor_gone() - @neigh left its interface: forget what waits for it. */
void hpim_reliable_neighbor_gone(struct hpim_neigh *neigh);

/**
 * hpim_reliable_neighbor_again() - @neigh took the place of @old in the list: its snapshot covers
 * what was sent before it.
 */
void hpim_reliable_neighbor_again(struct hpim_neigh *neigh, struct hpim_neigh *old);

/** hpim_reliable_timeout() - 3.5, "Timer expiry". */
void hpim_reliable_timeout(struct hpim_tree_if *tif);

/** hpim_reliable_drop() - Forget what is pending or waits for a tree; _all(): on an interface. */
void hpim_reliable_drop(struct hpim_tree_if *tif);
void hpim_reliable_drop_all(struct hpim_if *hif);

#endif
