/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_IF_H
#define CORE_HPIM_IF_H

#include "core/hpim/hpim_int.h"

/** hpim_if_by_link() - NULL where HPIM-DM does not run. */
static inline struct hpim_if *hpim_if_by_link(const struct hpim *hpim, uint16_t link)
{
	return link < LINKS_MAX ? hpim->ifs[link] : NULL;
}

/** hpim_if_start() - 3.1, "interface enabled". NULL: no memory. */
struct hpim_if *hpim_if_start(struct hpim *hpim, uint16_t link);

/** hpim_if_stop() - 3.1, "interface disabled". @say_goodbye: the interface can still send. */
void hpim_if_stop(struct hpim_if *hif, bool say_goodbye);

/** hpim_if_is_silent() - No neighbor has spoken in this run: a synchronization comes first. */
bool hpim_if_is_silent(const struct hpim_if *hif);

/** hpim_if_next_sn() - Allocate an SN; on exhaustion a new BootTime begins. 3.4 */
uint32_t hpim_if_next_sn(struct hpim_if *hif);

/** hpim_if_reserve_sn() - Make sure that the next SN belongs to the present BootTime. */
void hpim_if_reserve_sn(struct hpim_if *hif);

/** hpim_if_checkpoint_sn() - Every SN up to it was acknowledged by all who had to. 3.4 */
uint32_t hpim_if_checkpoint_sn(const struct hpim_if *hif);

/** hpim_if_met() - A neighbor is new: the first Hello is not put off for long. 3.1 */
void hpim_if_met(struct hpim_if *hif);

/** hpim_if_acked() - A message is pending no more: perhaps a Hello is due to tell it. */
void hpim_if_acked(struct hpim_if *hif);

/** hpim_if_group() - The group of all routers: 224.0.0.13 or ff02::d. 2.1 */
const struct ip_addr *hpim_if_group(const struct hpim_if *hif);

/** hpim_if_hold_s() - The hold time to announce. */
uint16_t hpim_if_hold_s(const struct hpim_if *hif);

/** hpim_if_settings() - What counts on the interface. */
const struct core_settings *hpim_if_settings(const struct hpim_if *hif);

/** hpim_if_hold_sync_s() - How long a neighbor that synchronizes may say nothing new. */
static inline uint16_t hpim_if_hold_sync_s(const struct hpim_if *hif)
{
	return (uint16_t)setting_value(hpim_if_settings(hif), SETTING_SYNC_HOLD_TIME);
}

/** hpim_if_configured() - Its settings may be other ones: neighbors are sent new times. */
void hpim_if_configured(struct hpim_if *hif);

/**
 * hpim_if_send() - Send a message.
 * @to:  NULL: the group of all routers.
 * @way: as what it is counted: MESSAGE_SENT or MESSAGE_RETRANSMITTED.
 */
void hpim_if_send(struct hpim_if *hif, const struct ip_addr *to, const struct hpim_msg *content,
		  const struct hpim_entry *entries, enum message_way way);

#endif
