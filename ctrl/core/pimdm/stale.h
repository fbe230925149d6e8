/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_STALE_H
#define CORE_PIMDM_STALE_H

/* Graceful restart: entries that the run before this one left in the forwarding plane. */
#include "core/pimdm/pimdm_int.h"

void pimdm_stale_init(struct pimdm *pim);
void pimdm_stale_fini(struct pimdm *pim);

/** pimdm_stale() - As mrp.h has it. */
bool pimdm_stale(struct mrp *mrp, const struct ev_stale *ev);

/** pimdm_stale_link_off() - Members and neighbors of an interface can no longer be served there. */
void pimdm_stale_link_off(struct pimdm *pim, uint16_t link);

#endif
