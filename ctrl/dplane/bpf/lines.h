/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_LINES_H
#define DPLANE_LINES_H

/*
 * The tables `lines4` and `lines6`, through memory. A route in `route4` or `route6` is right in any
 * case, and a line is there to be faster: what finds no line goes without.
 *
 * One writer, this process; the programs read at any time. A line is changed while its sequence is
 * odd. When its tree goes it rests until a grace period is over, since packets may be under way
 * that count in it.
 */
#include "base/addr.h"
#include "base/hash.h"
#include "core/effect.h"
#include "hpim/mfib_abi.h"

/** struct lines_table - The lines of one family. */
struct lines_table {
	uint8_t *base;  /* mapped; NULL: none */
	size_t size;    /* bytes of the mapping */
	size_t stride;  /* bytes of an element */
	size_t key_len; /* bytes of its key, behind which struct mfib_line stands */
};

/** struct lines_ops - As of struct oilset_ops. */
struct lines_ops {
	uint64_t (*grace_begin)(void *ctx);
	bool (*grace_is_over)(void *ctx, uint64_t number);
};

struct lines {
	struct lines_table of[IP_FAMILY_COUNT];
	const struct lines_ops *ops; /* NULL: a line can be used again at once */
	void *ctx;
	uint32_t mask; /* how many there are, a power of two, less one */
	struct hash_key key;
};

/** lines_size() - How many lines of each family there are for so many routes: 2^31 at most. */
uint32_t lines_size(uint32_t max_routes);

/**
 * lines_open() - Map the tables; lines->ops is set by the caller then.
 * @fd:  of the maps `lines4` and `lines6`, of @count elements each, a power of two.
 * @key: secret; the one with which they were filled, if they were.
 *
 * Return: 0 or a negative errno; then @lines is as after lines_close().
 */
int lines_open(struct lines *lines, const int fd[IP_FAMILY_COUNT], uint32_t count,
	       const struct hash_key *key);
void lines_close(struct lines *lines);

/**
 * lines_place() - A free line for a tree, which stays free until lines_write().
 *
 * Return: its index, or MFIB_LINE_NONE: all that the tree can have are others'.
 */
uint32_t lines_place(const struct lines *lines, const struct mfib_key *key);

/** lines_has() - The line is this tree's. @line: any number. */
bool lines_has(const struct lines *lines, const struct mfib_key *key, uint32_t line);

/** lines_shut() - From here on packets of the tree ask the hash map. */
void lines_shut(const struct lines *lines, const struct mfib_key *key, uint32_t line);

/**
 * lines_write() - Make a route's line what its entry in the hash map says.
 *
 * It begins with counters of 0 if it was not this tree's. What XDP does not forward at once leaves
 * it shut.
 */
void lines_write(const struct lines *lines, const struct mfib_key *key, uint32_t line,
		 const struct mfib_entry *entry);

/** lines_free() - The tree goes. */
void lines_free(const struct lines *lines, const struct mfib_key *key, uint32_t line);

/** lines_count() - What is counted in a tree's line; nothing of TC. */
struct mfib_route_count lines_count(const struct lines *lines, const struct mfib_key *key,
				    uint32_t line);

/**
 * lines_sweep() - Free all lines but those that are kept; also those that a writer left half done.
 * @is_kept: whether a line is the one of this tree.
 *
 * None rests after it: the caller waits for a grace period before lines_place().
 */
void lines_sweep(const struct lines *lines,
		 bool (*is_kept)(void *ctx, const struct mfib_key *key, uint32_t line), void *ctx);

#endif
