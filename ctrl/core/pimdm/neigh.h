/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_NEIGH_H
#define CORE_PIMDM_NEIGH_H

/* Neighbors. Description of PIM-DM, 3.1. */
#include "core/pimdm/pimdm_int.h"

struct pimdm_neigh *pimdm_neigh_find(const struct pimdm_if *pif, const struct ip_addr *addr);

/**
 * pimdm_neigh_resolve() - The neighbor that a next hop means, by its address or a secondary one.
 * NULL: none; the next hop is then compared as it stands.
 */
struct pimdm_neigh *pimdm_neigh_resolve(const struct pimdm_if *pif, const struct ip_addr *next_hop);

/** pimdm_neigh_hello() - A Hello with the checksum form it had. */
void pimdm_neigh_hello(struct pimdm_if *pif, const struct ip_addr *src,
		       const struct pim_hello *hello, enum pim_checksum checksum);

/** pimdm_neigh_recompute() - LAN delay and State Refresh capability of an interface. */
void pimdm_neigh_recompute(struct pimdm_if *pif);

/**
 * pimdm_neigh_remove() - Forget it, and what depends on it (3.7).
 * @reason: GONE_INTERFACE: nothing depends on it any longer.
 */
void pimdm_neigh_remove(struct pimdm_neigh *neigh, enum hpim_gone_reason reason);

/**
 * pimdm_neigh_clear() - Forget it, and begin with it again, as if it had said goodbye and sent its
 * last Hello once more. Its hold time goes on.
 */
void pimdm_neigh_clear(struct pimdm_neigh *neigh);

#endif
