// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small allocator with free lists by size, and images of its block. Pages are written to for the
 * first time under protection: so it is known which ones an image must hold. Most of a core is
 * interfaces that are not there; they are never copied.
 */
#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hpimexplore/arena.h"

#define ARENA_SIZE  ((size_t)4 << 20)
#define ARENA_PAGE  ((size_t)4096)
#define ARENA_PAGES (ARENA_SIZE / ARENA_PAGE)
#define CLASS_UNIT  ((size_t)16)
#define CLASS_MAX   ((size_t)(128 << 10)) /* larger blocks are never used again */
#define CLASS_COUNT (CLASS_MAX / CLASS_UNIT + 1)

struct block {
	size_t size; /* of what follows */
	struct block *next_free;
};

/* At the beginning of the block, so that it is part of images. */
struct arena {
	size_t used;
	struct block *free[CLASS_COUNT];
};

static uint8_t *base, *sealed;
static bool is_hot[ARENA_PAGES];
static size_t hot_pages[ARENA_PAGES]; /* in the order in which they were written to */
static size_t hot_count;
static void (*on_fault)(void);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

void *arena_map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert(memory != MAP_FAILED);
	return memory;
}

void arena_init(void)
{
	struct arena *arena;

	base = arena_map(ARENA_SIZE);
	arena = (struct arena *)base;
	arena->used = (sizeof(*arena) + CLASS_UNIT - 1) / CLASS_UNIT * CLASS_UNIT;
}

/* ---- Allocation ---- */

void *__wrap_malloc(size_t size)
{
	struct arena *arena = (struct arena *)base;
	size_t room = (size + CLASS_UNIT - 1) / CLASS_UNIT * CLASS_UNIT;
	size_t class = room / CLASS_UNIT;
	struct block *block = NULL;

	if (class < CLASS_COUNT && arena->free[class]) {
		block = arena->free[class];
		arena->free[class] = block->next_free;
		return block + 1;
	}
	assert(arena->used + sizeof(*block) + room <= ARENA_SIZE);
	block = (struct block *)(base + arena->used);
	arena->used += sizeof(*block) + room;
	block->size = room;
	return block + 1;
}

void *__wrap_calloc(size_t count, size_t size)
{
	size_t used = ((const struct arena *)base)->used;
	uint8_t *memory = __wrap_malloc(count * size);

	if (memory < base + used)
		memset(memory, 0, count * size); /* used before: else it is zero already */
	return memory;
}

void __wrap_free(void *memory)
{
	struct arena *arena = (struct arena *)base;
	struct block *block;
	size_t class;

	if (!memory)
		return;
	block = (struct block *)memory - 1;
	class = block->size / CLASS_UNIT;
	if (class >= CLASS_COUNT)
		return;
	block->next_free = arena->free[class];
	arena->free[class] = block;
}

void *__wrap_realloc(void *memory, size_t size)
{
	size_t room = memory ? ((struct block *)memory - 1)->size : 0;
	void *grown;

	if (memory && room >= size)
		return memory;
	grown = __wrap_malloc(size);
	if (memory)
		memcpy(grown, memory, room);
	__wrap_free(memory);
	return grown;
}

/* ---- Images ---- */

static void on_write(int signo, siginfo_t *info, void *context)
{
	uint8_t *at = info->si_addr;
	size_t page = (size_t)(at - base) / ARENA_PAGE;

	(void)context;
	if (at < base || at >= base + ARENA_SIZE || is_hot[page]) {
		(void)signal(signo, SIG_DFL); /* should it happen again, it kills */
		on_fault();
		return;
	}
	is_hot[page] = true;
	hot_pages[hot_count++] = page;
	(void)mprotect(base + page * ARENA_PAGE, ARENA_PAGE, PROT_READ | PROT_WRITE);
}

void arena_seal(void (*fault)(void))
{
	struct sigaction action = { .sa_sigaction = on_write, .sa_flags = SA_SIGINFO | SA_NODEFER };

	on_fault = fault;
	sealed = arena_map(ARENA_SIZE);
	memcpy(sealed, base, ((const struct arena *)base)->used);
	(void)sigemptyset(&action.sa_mask);
	if (sigaction(SIGSEGV, &action, NULL) < 0 || mprotect(base, ARENA_SIZE, PROT_READ) < 0)
		abort();
}

struct arena_image arena_image_new(void)
{
	return (struct arena_image){ .pages = arena_map(ARENA_SIZE) };
}

void arena_save(struct arena_image *image)
{
	image->page_count = hot_count;
	for (size_t i = 0; i < hot_count; i++)
		memcpy(image->pages + i * ARENA_PAGE, base + hot_pages[i] * ARENA_PAGE, ARENA_PAGE);
}

void arena_restore(const struct arena_image *image)
{
	for (size_t i = 0; i < hot_count; i++) {
		const uint8_t *from = i < image->page_count ? image->pages + i * ARENA_PAGE
							    : sealed + hot_pages[i] * ARENA_PAGE;

		memcpy(base + hot_pages[i] * ARENA_PAGE, from, ARENA_PAGE);
	}
}
