/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_TABLE_H
#define HPIMEXPLORE_TABLE_H

/* Worlds that were seen, by 120 bits of their hash; the other eight say how far they were followed.
 */
#include "hpimexplore/canon.h"

struct table_entry {
	uint64_t a, b; /* @b: its last byte is the note */
};

struct table {
	size_t count, room;
	struct table_entry *entries;
};

void table_init(struct table *table);

/** table_find() - The note of a world; 0: not seen. */
unsigned int table_find(const struct table *table, const struct canon_hash *hash);

/** table_set() - Add it or change its note. @note is 1 to 255. */
void table_set(struct table *table, const struct canon_hash *hash, unsigned int note);

#endif
