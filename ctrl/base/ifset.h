/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_IFSET_H
#define BASE_IFSET_H

/* A set of interfaces, by link number. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Interfaces of one instance; a link number is below it. */
#define LINKS_MAX 256u

/* "No interface", where a link number is expected. */
#define LINK_NONE UINT16_MAX

struct ifset {
	uint64_t word[LINKS_MAX / 64];
};

static inline void ifset_add(struct ifset *set, uint16_t link)
{
	set->word[link / 64] |= UINT64_C(1) << (link % 64);
}

static inline void ifset_del(struct ifset *set, uint16_t link)
{
	set->word[link / 64] &= ~(UINT64_C(1) << (link % 64));
}

static inline bool ifset_has(const struct ifset *set, uint16_t link)
{
	return link < LINKS_MAX && (set->word[link / 64] >> (link % 64) & 1);
}

static inline bool ifset_equal(const struct ifset *a, const struct ifset *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool ifset_is_empty(const struct ifset *set)
{
	return ifset_equal(set, &(struct ifset){ .word = { 0 } });
}

static inline unsigned int ifset_count(const struct ifset *set)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < LINKS_MAX / 64; i++)
		count += (unsigned int)__builtin_popcountll(set->word[i]);
	return count;
}

/** ifset_next() - The lowest member that is at least @from, or LINK_NONE. */
static inline uint16_t ifset_next(const struct ifset *set, unsigned int from)
{
	for (unsigned int i = from / 64; i < LINKS_MAX / 64; i++) {
		uint64_t word = set->word[i];

		if (i == from / 64)
			word &= ~UINT64_C(0) << (from % 64);
		if (word)
			return (uint16_t)(i * 64 + (unsigned int)__builtin_ctzll(word));
	}
	return LINK_NONE;
}

#define ifset_for_each(link, set)                                   \
	for (uint16_t link = ifset_next(set, 0); link != LINK_NONE; \
	     link = ifset_next(set, link + 1u))

#endif
