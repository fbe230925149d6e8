/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_ARENA_H
#define HPIMEXPLORE_ARENA_H

/*
 * Memory that can be put back as it was. The linker sends every malloc() of this program here, so
 * that the cores and the world around them lie in one block, always at the same address: a copy of
 * the block is a copy of all cores, with their pointers. What must outlive a step back (tables,
 * paths, images) comes from arena_map().
 */
#include <stddef.h>
#include <stdint.h>

/** struct arena_image - The block at some moment: the pages that differ from arena_seal(). */
struct arena_image {
	size_t page_count;
	uint8_t *pages;
};

/** arena_init() - Before the first malloc(). */
void arena_init(void);

/**
 * arena_seal() - From here on pages that are written to are part of images. Called once.
 * @on_fault: a wrong memory access happened; if it returns, the next one kills.
 */
void arena_seal(void (*on_fault)(void));

struct arena_image arena_image_new(void);
void arena_save(struct arena_image *image);
void arena_restore(const struct arena_image *image);

/** arena_map() - Zeroed memory outside the block, which is committed when touched. Never NULL. */
void *arena_map(size_t size);

#endif
