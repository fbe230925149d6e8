// SPDX-License-Identifier: GPL-2.0-only
/* Keyed hashing: what comes in a row spreads over the buckets, with every key. */
#include <criterion/criterion.h>

#include "base/addr.h"
#include "base/hash.h"

#define BUCKETS 4096u
#define ITEMS   (4 * BUCKETS)
#define KEYS    200u

struct pair {
	struct ip_addr source, group;
};

struct item {
	UT_hash_handle hh;
	struct pair pair;
};

static struct hash_key key_of(uint64_t seed)
{
	struct hash_key key;

	hash_key_init(&key, seed);
	return key;
}

static struct pair pair_of(uint32_t i)
{
	const uint8_t source[4] = { 10, 1, (uint8_t)(i >> 10), (uint8_t)(i >> 2) };
	const uint8_t group[4] = { 232, 1, (uint8_t)(i >> 8), (uint8_t)i };

	return (struct pair){ ip_addr_from_bytes(IP_FAMILY_4, source),
			      ip_addr_from_bytes(IP_FAMILY_4, group) };
}

static unsigned int longest_bucket(const struct hash_key *key)
{
	static unsigned int buckets[BUCKETS];
	unsigned int longest = 0;

	memset(buckets, 0, sizeof(buckets));
	for (uint32_t i = 0; i < ITEMS; i++) {
		struct pair pair = pair_of(i);
		unsigned int *bucket = &buckets[hash_keyed(key, &pair, sizeof(pair)) % BUCKETS];

		if (++*bucket > longest)
			longest = *bucket;
	}
	return longest;
}

Test(hash, addresses_in_a_row_spread_with_every_key)
{
	for (uint64_t seed = 0; seed < KEYS; seed++) {
		struct hash_key key = key_of(seed);

		/* Thrown by chance, four of them fall on a bucket; more than 24 almost never. */
		cr_assert_lt(longest_bucket(&key), 24, "seed %llu: %u in a bucket",
			     (unsigned long long)seed, longest_bucket(&key));
	}
}

Test(hash, another_key_gives_another_hash)
{
	struct hash_key a = key_of(1), b = key_of(2);
	struct pair pair = pair_of(7);

	cr_assert_neq(hash_keyed(&a, &pair, sizeof(pair)), hash_keyed(&b, &pair, sizeof(pair)));
}

Test(hash, every_byte_counts)
{
	struct hash_key key = key_of(1);
	struct pair pair = pair_of(7), other;
	uint32_t hash = hash_keyed(&key, &pair, sizeof(pair));

	for (size_t i = 0; i < sizeof(pair); i++) {
		other = pair;
		((uint8_t *)&other)[i] ^= 1;
		cr_assert_neq(hash_keyed(&key, &other, sizeof(other)), hash, "byte %zu", i);
	}
}

Test(hash, what_is_added_is_found_and_nothing_else)
{
	struct item items[100] = { 0 }, *table = NULL, *found;
	struct hash_key key = key_of(1);
	struct pair pair;

	for (uint32_t i = 0; i < 100; i++) {
		items[i].pair = pair_of(i);
		hash_add(&key, table, pair, &items[i]);
	}
	for (uint32_t i = 0; i < 100; i++) {
		pair = pair_of(i);
		hash_find(&key, table, &pair, found);
		cr_assert_eq(found, &items[i]);
	}
	pair = pair_of(100);
	hash_find(&key, table, &pair, found);
	cr_assert_null(found);
	HASH_CLEAR(hh, table);
}
