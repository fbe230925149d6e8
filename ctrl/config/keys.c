// SPDX-License-Identifier: GPL-2.0-only
/* The keys of an interface, as configured. The order is that in which they were added. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/model.h"

struct config_key *config_keys_find(const struct config_keys *keys, enum ip_family family,
				    uint16_t id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].family == family && keys->list[i].id == id)
			return &keys->list[i];
	return NULL;
}

unsigned int config_keys_count(const struct config_keys *keys, enum ip_family family)
{
	unsigned int count = 0;

	for (size_t i = 0; i < keys->count; i++)
		count += keys->list[i].family == family;
	return count;
}

/* There is one in each family, as in core/hpim/keys.c. */
static void set_sending(struct config_keys *keys, enum ip_family family, uint16_t id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->list[i].family == family)
			keys->list[i].is_sending = keys->list[i].id == id;
}

/* realloc() would leave the secrets where they were. */
static struct config_key *grow(struct config_keys *keys)
{
	struct config_key *list = calloc(keys->count + 1, sizeof(*list));

	assert(list);
	if (keys->count) {
		memcpy(list, keys->list, keys->count * sizeof(*list));
		explicit_bzero(keys->list, keys->count * sizeof(*list));
	}
	free(keys->list);
	keys->list = list;
	return &list[keys->count++];
}

void config_keys_put(struct config_keys *keys, const struct config_key *key)
{
	struct config_key *stored = config_keys_find(keys, key->family, key->id);
	bool sends = key->is_sending || (stored && stored->is_sending);

	if (!stored)
		stored = grow(keys);
	*stored = *key;
	stored->is_sending = false;
	if (sends || config_keys_count(keys, key->family) == 1)
		set_sending(keys, key->family, key->id);
}

void config_keys_add(struct config_keys *keys, const struct config_key *key)
{
	*grow(keys) = *key;
}

void config_keys_delete(struct config_keys *keys, enum ip_family family, uint16_t id)
{
	struct config_key *key = config_keys_find(keys, family, id);
	bool was_sending = key && key->is_sending;
	size_t at;

	if (!key)
		return;
	at = (size_t)(key - keys->list);
	memmove(key, key + 1, (keys->count - at - 1) * sizeof(*key));
	explicit_bzero(&keys->list[--keys->count], sizeof(*key));
	for (size_t i = keys->count; was_sending && i-- > 0;)
		if (keys->list[i].family == family) {
			keys->list[i].is_sending = true;
			break;
		}
}

void config_keys_copy(struct config_keys *ret_keys, const struct config_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		config_keys_add(ret_keys, &keys->list[i]);
}

void config_keys_fini(struct config_keys *keys)
{
	if (keys->list)
		explicit_bzero(keys->list, keys->count * sizeof(*keys->list));
	free(keys->list);
	*keys = (struct config_keys){ .list = NULL };
}
