/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_HASH_H
#define BASE_HASH_H

/*
 * uthash, which iterates in insertion order, set up for all rooms: running out of memory for the
 * table of buckets is a failed assertion, as for every other allocation that has no way back.
 *
 * What strangers choose, such as addresses in their packets, is hashed with a key that
 * they do not know: hash_find() and hash_add() in place of HASH_FIND and HASH_ADD.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define uthash_fatal(message) assert(0 && message)
#include <uthash.h>

#include "base/random.h"

#define HASHED_MAX 32u /* bytes: two addresses */

struct hash_key {
	uint64_t word[1 + HASHED_MAX / sizeof(uint32_t)];
};

/** hash_key_init() - A key that follows from @seed, where runs are to be the same. */
static inline void hash_key_init(struct hash_key *key, uint64_t seed)
{
	for (size_t i = 0; i < sizeof(key->word) / sizeof(key->word[0]); i++)
		key->word[i] = random_next(&seed);
}

/**
 * hash_keyed() - Hash @len bytes, a multiple of 4.
 *
 * A sum of products with random 64-bit words: for whoever does not know the key any two inputs have
 * the same sum with a chance below 2^-32 (multilinear hashing, Carter and Wegman). But the sums of
 * addresses in a row are numbers in a row, which fill few buckets: so their bits are mixed.
 */
static inline uint32_t hash_keyed(const struct hash_key *key, const void *bytes, size_t len)
{
	uint64_t sum = key->word[0];

	assert(len <= HASHED_MAX && len % sizeof(uint32_t) == 0);
	for (size_t i = 0; i < len / sizeof(uint32_t); i++) {
		uint32_t part;

		memcpy(&part, (const uint8_t *)bytes + i * sizeof(part), sizeof(part));
		sum += key->word[1 + i] * part;
	}
	return (uint32_t)((sum ^ sum >> 32) * UINT64_C(0xbf58476d1ce4e5b9) >> 32);
}

/* hash_find() - Set @out to the item of the table @head that has *@ptr in its key field, or NULL.
 */
#define hash_find(key, head, ptr, out)                                                 \
	do {                                                                           \
		const uint32_t hash_value = hash_keyed(key, ptr, sizeof(*(ptr)));      \
                                                                                       \
		HASH_FIND_BYHASHVALUE(hh, head, ptr, sizeof(*(ptr)), hash_value, out); \
	} while (0)

/* hash_add() - Add an item whose key is @field. */
#define hash_add(key, head, field, item)                                                        \
	do {                                                                                    \
		const uint32_t hash_value =                                                     \
			hash_keyed(key, &(item)->field, sizeof((item)->field));                 \
                                                                                                \
		HASH_ADD_BYHASHVALUE(hh, head, field, sizeof((item)->field), hash_value, item); \
	} while (0)

#endif
