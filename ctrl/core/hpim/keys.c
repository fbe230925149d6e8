// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of HPIM-DM per interface and family: several to receive with, one of them to send with, so
 * that keys roll over without losing a neighbor. They are kept while the interface is away. The
 * computation is in hpim/auth.c. Source: description of HPIM-DM, 2.8.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/hpim/keys.h"

static struct hpim_stored_key *find(struct hpim_keyset *set, uint16_t id)
{
	for (unsigned int i = 0; set && i < set->count; i++)
		if (set->keys[i].key.id == id)
			return &set->keys[i];
	return NULL;
}

void hpim_keys_set(struct hpim *hpim, uint16_t link, const struct hpim_key *key, bool is_sending)
{
	struct hpim_keyset *set = hpim->keys[link];
	struct hpim_stored_key *stored = find(set, key->id);

	if (!key->secret) {
		if (stored && is_sending)
			set->send_id = key->id;
		return;
	}
	assert(key->secret_len > 0 && key->secret_len <= HPIM_SECRET_MAX);
	if (!set)
		set = hpim->keys[link] = calloc(1, sizeof(*set));
	assert(set); /* an operator's command; nothing can be protected without */
	if (!stored) {
		assert(set->count < HPIM_KEYS_MAX); /* the daemon refuses more */
		stored = &set->keys[set->count++];
	}
	explicit_bzero(stored->secret, sizeof(stored->secret)); /* the former one may be longer */
	memcpy(stored->secret, key->secret, key->secret_len);
	stored->key = *key;
	stored->key.secret = stored->secret;
	if (is_sending || set->count == 1)
		set->send_id = key->id;
}

void hpim_keys_delete(struct hpim *hpim, uint16_t link, uint16_t id)
{
	struct hpim_keyset *set = hpim->keys[link];
	struct hpim_stored_key *stored = find(set, id), *last;

	if (!stored)
		return;
	last = &set->keys[--set->count];
	if (stored != last) {
		*stored = *last;
		stored->key.secret = stored->secret;
	}
	explicit_bzero(last, sizeof(*last));
	if (set->send_id == id && set->count)
		set->send_id = set->keys[set->count - 1].key.id;
	if (set->count)
		return;
	free(set);
	hpim->keys[link] = NULL;
}

void hpim_keys_free(struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct hpim_keyset *set = hpim->keys[link];

		while (hpim->keys[link])
			hpim_keys_delete(hpim, link, set->keys[0].key.id);
	}
}

const struct hpim_key *hpim_keys_sending(const struct hpim *hpim, uint16_t link)
{
	const struct hpim_stored_key *stored =
		find(hpim->keys[link], hpim->keys[link] ? hpim->keys[link]->send_id : 0);

	return stored ? &stored->key : NULL;
}

/* Without keys a value is skipped, not checked, as in the reference. */
bool hpim_keys_accept(const struct hpim *hpim, const struct ev_packet *packet)
{
	const struct hpim_keyset *set = hpim->keys[packet->link];

	for (unsigned int i = 0; set && i < set->count; i++)
		if (hpim_auth_verify(&set->keys[i].key, hpim->mrp.core->limits.hmac, &packet->src,
				     &packet->dst, packet->bytes, packet->len) == 0)
			return true;
	return set == NULL;
}
