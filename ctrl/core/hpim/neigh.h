/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_NEIGH_H
#define CORE_HPIM_NEIGH_H

#include "core/hpim/hpim_int.h"

struct hpim_neigh *hpim_neigh_find(const struct hpim_if *hif, const struct ip_addr *addr);

/** hpim_neigh_alloc() - A record in state UNKNOWN that is in no list yet. NULL: no memory. */
struct hpim_neigh *hpim_neigh_alloc(struct hpim_if *hif, const struct ip_addr *addr,
				    uint32_t boot_time);

/** hpim_neigh_free() - Forget a record that is in no list any longer; marks no tree. */
void hpim_neigh_free(struct hpim_neigh *neigh);

/**
 * hpim_neigh_new() - A neighbor in state UNKNOWN; in a full table the oldest one that never
 * answered gives way. NULL: limit reached (noted) or no memory.
 */
struct hpim_neigh *hpim_neigh_new(struct hpim_if *hif, const struct ip_addr *addr,
				  uint32_t boot_time);

/**
 * hpim_neigh_await() - A neighbor of an earlier run, in state UNKNOWN: until it is SYNCED or given
 * up forwarding onto the interface is frozen.
 */
void hpim_neigh_await(struct hpim_if *hif, const struct ip_addr *addr, uint32_t boot_time);

/**
 * hpim_neigh_may_meet() - Whether one more synchronization begins now with a router that is not
 * known to be there; refusals are counted.
 *
 * Each costs a snapshot and a message. A router that received our Hello comes with a Sync, so these
 * have a bucket of their own.
 */
bool hpim_neigh_may_meet(struct hpim_if *hif, struct bucket *bucket);

/** hpim_neigh_meet() - The same for the Sync of an unknown router; NULL also: too many (counted).
 */
struct hpim_neigh *hpim_neigh_meet(struct hpim_if *hif, const struct ip_addr *src,
				   uint32_t boot_time);

/** hpim_neigh_remove() - Forget a neighbor and re-evaluate the trees. 3.2 */
void hpim_neigh_remove(struct hpim_neigh *neigh, enum hpim_gone_reason reason);

/**
 * hpim_neigh_clear() - Remove a neighbor and synchronize with it as with one that was never there.
 */
void hpim_neigh_clear(struct hpim_neigh *neigh);

/** hpim_neigh_set_state() - Keeps the count of synced neighbors; notes the change. */
void hpim_neigh_set_state(struct hpim_neigh *neigh, enum hpim_sync_state state);

/** hpim_neigh_arm() - Arm the liveness timer. @hold_s 0: it ends at once. */
void hpim_neigh_arm(struct hpim_neigh *neigh, uint16_t hold_s);

/** hpim_neigh_hello() - 3.2. */
void hpim_neigh_hello(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

/**
 * hpim_neigh_accept() - 3.4, "Acceptance of a reliable message"; acknowledges it.
 * Return: the record to process it in, its LastSN renewed; NULL: drop the message.
 */
struct hpim_record *hpim_neigh_accept(struct hpim_if *hif, const struct ip_addr *src,
				      const struct hpim_msg *msg);

/** hpim_neigh_ack() - 3.4, "Acceptance of an Ack"; true: delivered. */
bool hpim_neigh_ack(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

#endif
