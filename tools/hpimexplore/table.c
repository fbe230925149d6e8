// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open addressing, doubled when half full; outside the arena, since it outlives steps back.
 */
#include <stdbool.h>
#include <sys/mman.h>

#include "hpimexplore/arena.h"
#include "hpimexplore/table.h"

#define ROOM_FIRST ((size_t)1 << 16)
#define NOTE_MASK  UINT64_C(0xff)

void table_init(struct table *table)
{
	table->count = 0;
	table->room = ROOM_FIRST;
	table->entries = arena_map(table->room * sizeof(*table->entries));
}

/* Its entry, or the free one where it belongs. */
static struct table_entry *entry_of(const struct table *table, uint64_t a, uint64_t b)
{
	size_t at = a & (table->room - 1);
	struct table_entry *entry;

	for (;; at = (at + 1) & (table->room - 1)) {
		entry = &table->entries[at];
		if (!(entry->b & NOTE_MASK) ||
		    (entry->a == a && (entry->b & ~NOTE_MASK) == (b & ~NOTE_MASK)))
			return entry;
	}
}

static void grow(struct table *table)
{
	struct table old = *table;

	table->room *= 2;
	table->entries = arena_map(table->room * sizeof(*table->entries));
	for (size_t i = 0; i < old.room; i++)
		if (old.entries[i].b & NOTE_MASK)
			*entry_of(table, old.entries[i].a, old.entries[i].b) = old.entries[i];
	(void)munmap(old.entries, old.room * sizeof(*old.entries));
}

unsigned int table_find(const struct table *table, const struct canon_hash *hash)
{
	return (unsigned int)(entry_of(table, hash->a, hash->b)->b & NOTE_MASK);
}

void table_set(struct table *table, const struct canon_hash *hash, unsigned int note)
{
	struct table_entry *entry = entry_of(table, hash->a, hash->b);
	bool is_new = !(entry->b & NOTE_MASK);

	*entry = (struct table_entry){ hash->a, (hash->b & ~NOTE_MASK) | note };
	table->count += is_new;
	if (is_new && table->count > table->room / 2)
		grow(table);
}
