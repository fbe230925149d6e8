/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_IF_H
#define CORE_PIMDM_IF_H

/* PIM-DM on an interface: life, Hello, what is sent. Description of PIM-DM, 3.1. */
#include "core/pimdm/pimdm_int.h"

/** pimdm_if_start() - "PIM-DM enabled on I". NULL: no memory. */
struct pimdm_if *pimdm_if_start(struct pimdm *pim, uint16_t link);

/** pimdm_if_stop() - @say_goodbye: it can still send; AssertCancels go before the goodbye. */
void pimdm_if_stop(struct pimdm_if *pif, bool say_goodbye);

/** pimdm_if_configured() - Other settings count. */
void pimdm_if_configured(struct pimdm_if *pif);

/**
 * pimdm_if_send() - Send a message, after a Hello if none was sent with this GenID (3.1).
 * @to: NULL: ALL-PIM-ROUTERS.
 */
void pimdm_if_send(struct pimdm_if *pif, const struct ip_addr *to, const struct pim_msg *msg);

/** pimdm_if_settings() - What counts on the interface. */
const struct pim_settings *pimdm_if_settings(const struct pimdm_if *pif);

/** pimdm_if_prune_delay() - J/P_Override_Interval(I). */
static inline hp_time pimdm_if_prune_delay(const struct pimdm_if *pif)
{
	return HP_MS(pif->delay_ms + pif->override_ms);
}

/** pimdm_if_hello_soon() - HT = min(remaining, random [0, Triggered_Hello_Delay]). */
void pimdm_if_hello_soon(struct pimdm_if *pif);

#endif
