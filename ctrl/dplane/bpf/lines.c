/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open addressing with linear probing, bounded: a tree has MFIB_LINE_PROBES lines to choose from,
 * and a packet looks no further than `reach` of the first one says.
 */
#include "dplane/bpf/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static const struct {
	size_t stride, key_len;
} layouts[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { sizeof(struct mfib_line4), sizeof(struct mfib_key4) },
	[IP_FAMILY_6] = { sizeof(struct mfib_line6), sizeof(struct mfib_key6) },
};

/** struct place - A tree's key as it stands in packets, and where its lines begin. */
struct place {
	const struct lines_table *table;
	uint8_t key[sizeof(struct mfib_key6)];
	uint32_t home;
};

static struct place place_of(const struct lines *lines, const struct mfib_key *key)
{
	enum ip_family family = ip_addr_family(&key->group);
	size_t len = ip_family_addr_len(family);
	struct place place = { .table = &lines->of[family] };

	memcpy(place.key, ip_addr_bytes(&key->source), len);
	memcpy(place.key + len, ip_addr_bytes(&key->group), len);
	place.home = hash_keyed(&lines->key, place.key, 2 * len) & lines->mask;
	return place;
}

static uint8_t *key_at(const struct lines_table *table, uint32_t index)
{
	return table->base + index * table->stride;
}

static struct mfib_line *line_at(const struct lines_table *table, uint32_t index)
{
	return (void *)(key_at(table, index) + table->key_len);
}

static bool key_is(const struct lines_table *table, uint32_t index, const uint8_t *key)
{
	return memcmp(key_at(table, index), key, table->key_len) == 0;
}

/* No tree has a source of zeros. */
static bool is_free(const struct lines_table *table, uint32_t index)
{
	static const uint8_t none[sizeof(struct mfib_key6)];

	return key_is(table, index, none);
}

/* ---- writing, beside readers ---- */

static void seq_store(struct mfib_line *line, uint32_t seq)
{
	__atomic_store_n(&line->seq, seq, __ATOMIC_RELAXED);
}

/* What follows is not seen before: readers that saw none of it see the even number again. */
static void write_begin(struct mfib_line *line)
{
	seq_store(line, line->seq | 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void write_end(struct mfib_line *line)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	seq_store(line, (line->seq | 1) + 1);
}

/* ---- life ---- */

uint32_t lines_size(uint32_t max_routes)
{
	uint32_t size = 1;

	while (size < max_routes && size < UINT32_C(1) << 31)
		size *= 2;
	return size;
}

int lines_open(struct lines *lines, const int fd[IP_FAMILY_COUNT], uint32_t count,
	       const struct hash_key *key)
{
	*lines = (struct lines){ .mask = count - 1, .key = *key };
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct lines_table *table = &lines->of[family];
		size_t size = count * layouts[family].stride;
		void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd[family], 0);

		if (base == MAP_FAILED) {
			int err = errno;

			lines_close(lines);
			return -err;
		}
		*table = (struct lines_table){ .base = base,
					       .size = size,
					       .stride = layouts[family].stride,
					       .key_len = layouts[family].key_len };
	}
	return 0;
}

void lines_close(struct lines *lines)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (lines->of[family].base)
			(void)munmap(lines->of[family].base, lines->of[family].size);
	*lines = (struct lines){ .mask = 0 };
}

/* ---- lines of trees ---- */

/*
 * The grace period for which a line rests stands where no program writes: one that is under way
 * still counts below.
 */
static void rest_begin(const struct lines *lines, struct mfib_line *line)
{
	uint64_t number = lines->ops ? lines->ops->grace_begin(lines->ctx) : 0;

	line->set = (uint32_t)number;
	line->oif = (uint32_t)(number >> 32);
}

static bool is_at_rest(const struct lines *lines, const struct mfib_line *line)
{
	uint64_t number = (uint64_t)line->oif << 32 | line->set;

	return lines->ops && number && !lines->ops->grace_is_over(lines->ctx, number);
}

uint32_t lines_place(const struct lines *lines, const struct mfib_key *key)
{
	const struct place place = place_of(lines, key);

	for (uint32_t i = 0; i < MFIB_LINE_PROBES && i <= lines->mask; i++) {
		uint32_t index = (place.home + i) & lines->mask;

		if (is_free(place.table, index) && !is_at_rest(lines, line_at(place.table, index)))
			return index;
	}
	return MFIB_LINE_NONE;
}

bool lines_has(const struct lines *lines, const struct mfib_key *key, uint32_t line)
{
	const struct place place = place_of(lines, key);

	return line <= lines->mask && key_is(place.table, line, place.key) &&
	       ((line - place.home) & lines->mask) < MFIB_LINE_PROBES;
}

void lines_shut(const struct lines *lines, const struct mfib_key *key, uint32_t line)
{
	if (lines_has(lines, key, line))
		write_begin(line_at(place_of(lines, key).table, line));
}

/* By a line the program does not look whether a group is one that routers forward: bpf/parse.h. */
static bool is_forwarded(const struct mfib_key *key, const struct mfib_entry *entry)
{
	return ip_addr_is_multicast(&key->group) && !ip_addr_is_link_scope_group(&key->group) &&
	       entry->set != MFIB_SET_NONE && !(entry->flags & ~MFIB_LINE_FLAGS);
}

/* Readers look as far as it is now before they could find the line. */
static void reach_raise(const struct lines *lines, const struct place *place, uint32_t line)
{
	struct mfib_line *home = line_at(place->table, place->home);
	uint8_t distance = (uint8_t)((line - place->home) & lines->mask);

	if (home->reach < distance)
		__atomic_store_n(&home->reach, distance, __ATOMIC_RELAXED);
}

void lines_write(const struct lines *lines, const struct mfib_key *key, uint32_t line,
		 const struct mfib_entry *entry)
{
	const struct place place = place_of(lines, key);
	struct mfib_line *to = line_at(place.table, line);
	bool is_new = !key_is(place.table, line, place.key);

	write_begin(to);
	to->iif = is_forwarded(key, entry) ? entry->iif : 0;
	to->set = entry->set;
	to->oif = entry->oif;
	to->flags = entry->flags;
	to->slot = entry->slot;
	to->mtu = entry->mtu;
	to->link = (uint8_t)entry->link;
	if (is_new) {
		to->owner = 0;
		to->packets = 0;
		to->bytes = 0;
		to->seen_ns = 0;
		reach_raise(lines, &place, line);
		/* Last: a line that has its key has its own counters, if this ends here. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		memcpy(key_at(place.table, line), place.key, place.table->key_len);
	}
	write_end(to);
}

static void wipe(const struct lines_table *table, uint32_t index)
{
	struct mfib_line *line = line_at(table, index);

	write_begin(line);
	memset(key_at(table, index), 0, table->key_len);
	write_end(line);
}

/* How far the trees are that hash to @home. */
static void reach_find(const struct lines *lines, const struct lines_table *table, uint32_t home)
{
	uint8_t reach = 0;

	for (uint32_t i = 1; i < MFIB_LINE_PROBES && i <= lines->mask; i++) {
		uint32_t index = (home + i) & lines->mask;
		const uint8_t *key = key_at(table, index);

		if (!is_free(table, index) &&
		    (hash_keyed(&lines->key, key, table->key_len) & lines->mask) == home)
			reach = (uint8_t)i;
	}
	__atomic_store_n(&line_at(table, home)->reach, reach, __ATOMIC_RELAXED);
}

void lines_free(const struct lines *lines, const struct mfib_key *key, uint32_t line)
{
	const struct place place = place_of(lines, key);

	if (!lines_has(lines, key, line))
		return;
	wipe(place.table, line);
	rest_begin(lines, line_at(place.table, line));
	reach_find(lines, place.table, place.home);
}

struct mfib_route_count lines_count(const struct lines *lines, const struct mfib_key *key,
				    uint32_t line)
{
	const struct mfib_line *from;

	if (!lines_has(lines, key, line))
		return (struct mfib_route_count){ .packets = 0 };
	from = line_at(place_of(lines, key).table, line);
	return (struct mfib_route_count){
		.packets = __atomic_load_n(&from->packets, __ATOMIC_RELAXED),
		.bytes = __atomic_load_n(&from->bytes, __ATOMIC_RELAXED),
		.seen_ns = __atomic_load_n(&from->seen_ns, __ATOMIC_RELAXED),
	};
}

static struct mfib_key key_read(enum ip_family family, const uint8_t *bytes)
{
	return (struct mfib_key){
		.source = ip_addr_from_bytes(family, bytes),
		.group = ip_addr_from_bytes(family, bytes + ip_family_addr_len(family)),
	};
}

static bool is_in_use(const struct lines *lines, enum ip_family family, uint32_t index,
		      bool (*is_kept)(void *ctx, const struct mfib_key *key, uint32_t line),
		      void *ctx)
{
	const struct mfib_key key = key_read(family, key_at(&lines->of[family], index));

	/* IPv4 mapped into IPv6, of a key that is half written, is no tree's here. */
	return ip_addr_family(&key.group) == family && lines_has(lines, &key, index) &&
	       is_kept(ctx, &key, index);
}

void lines_sweep(const struct lines *lines,
		 bool (*is_kept)(void *ctx, const struct mfib_key *key, uint32_t line), void *ctx)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const struct lines_table *table = &lines->of[family];

		for (uint32_t i = 0; i <= lines->mask; i++) {
			struct mfib_line *line = line_at(table, i);
			bool is_half = line->seq & 1;

			if ((is_half || !is_free(table, i)) &&
			    !is_in_use(lines, family, i, is_kept, ctx))
				wipe(table, i);
			if (is_free(table, i))
				line->set = line->oif = 0;
		}
	}
}
