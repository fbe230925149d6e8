/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_KEYS_H
#define CORE_HPIM_KEYS_H

#include "core/hpim/hpim_int.h"

/**
 * hpim_keys_set() - Add a key, or replace the one with its id; without a secret only say whether it
 * is the sending one. The first key is the sending one in any case.
 */
void hpim_keys_set(struct hpim *hpim, uint16_t link, const struct hpim_key *key, bool is_sending);

/** hpim_keys_delete() - If it was the sending one, the key added last takes its place. */
void hpim_keys_delete(struct hpim *hpim, uint16_t link, uint16_t id);
void hpim_keys_free(struct hpim *hpim);

/** hpim_keys_sending() - The key to sign with, or NULL: security is off. */
const struct hpim_key *hpim_keys_sending(const struct hpim *hpim, uint16_t link);

/** hpim_keys_accept() - Whether the packet is signed with one of the keys, or there is none. */
bool hpim_keys_accept(const struct hpim *hpim, const struct ev_packet *packet);

#endif
