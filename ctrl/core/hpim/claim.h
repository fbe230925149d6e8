/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_CLAIM_H
#define CORE_HPIM_CLAIM_H

#include "core/hpim/hpim_int.h"

/* Whom HPIM-DM believes: hpim/accept.c, hpim/claim.c. */

/* hpim/accept.c */

/** hpim_accept_header() - NOTE_NONE, or why a packet is refused before it is decoded. */
enum note_code hpim_accept_header(const struct hpim_if *hif, const struct ev_packet *packet);

/** hpim_accept_sender() - The same for a message of @type, whose signature was good. */
enum note_code hpim_accept_sender(const struct hpim_if *hif, const struct ev_packet *packet,
				  enum hpim_type type);

/** hpim_accept_is_same_router() - Whether neighbors of a link send from one link-layer address. */
bool hpim_accept_is_same_router(const struct hpim_neigh *a, const struct hpim_neigh *b);

/** hpim_accept_learn() - From which link-layer address a message came that was accepted. */
void hpim_accept_learn(const struct hpim_if *hif, const struct ev_packet *packet);

/* hpim/claim.c */

/**
 * hpim_claim_speaker() - Whose message this is: that of a neighbor in hif->neighbors, or of the
 * claim to its place.
 */
struct hpim_neigh *hpim_claim_speaker(struct hpim_neigh *neigh, uint32_t boot_time);

/** hpim_claim_restart() - Adjacency reset for a message with this BootTime; of a SYNCED neighbor
 * or a claim the claim is reset. Refused where there were too many (counted).
 */
void hpim_claim_restart(struct hpim_neigh *neigh, uint32_t boot_time);

/** hpim_claim_begin() - The same for a SYNCED neighbor; false: refused. */
bool hpim_claim_begin(struct hpim_neigh *neigh, uint32_t boot_time);

/** hpim_claim_goodbye() - Remove a neighbor unless it answers. */
void hpim_claim_goodbye(struct hpim_neigh *neigh);

/** hpim_claim_refute() - The established neighbor spoke: a claim of another BootTime is false. */
void hpim_claim_refute(struct hpim_neigh *neigh);

/** hpim_claim_expired() - Its liveness timer ended. */
void hpim_claim_expired(struct hpim_neigh *claim);

/** hpim_claim_succeed() - It takes the place of the neighbor, which is freed. */
void hpim_claim_succeed(struct hpim_neigh *claim);

/** hpim_claim_end() - Forget it. */
void hpim_claim_end(struct hpim_neigh *neigh);

#endif
