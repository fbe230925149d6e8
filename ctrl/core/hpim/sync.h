/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_SYNC_H
#define CORE_HPIM_SYNC_H

#include "core/hpim/hpim_int.h"

/** hpim_sync_reset() - Adjacency reset. 3.3 */
void hpim_sync_reset(struct hpim_neigh *neigh);

/** hpim_sync_is_unanswered() - The neighbor did not answer its reset in the time it may take. */
bool hpim_sync_is_unanswered(const struct hpim_neigh *neigh);

/** hpim_sync_gone() - It is removed since it is silent: remember a Sync that it did not answer. */
void hpim_sync_gone(const struct hpim_neigh *neigh);

/** hpim_sync_receive() - 3.3, "Reception of Sync". */
void hpim_sync_receive(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

/** hpim_sync_timeout() - 3.3, "Sync timer". */
void hpim_sync_timeout(struct hpim_neigh *neigh);

#endif
