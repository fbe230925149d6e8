/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IO_MFCTAB_H
#define IO_MFCTAB_H

/* The kernel's multicast table, which another daemon writes: read at start, then followed. */
#include "core/note.h"
#include "io/loop.h"
#include "io/mfc_parse.h"

struct mfctab;

/** struct mfctab_handlers - What is called, with @ctx first; entries are borrowed. */
struct mfctab_handlers {
	void *ctx;
	/*
	 * All entries of a family come now, between begin and end; those that do not are gone.
	 * @is_partial: or were left out by the kernel. They come with another reading.
	 */
	void (*begin)(void *ctx, enum ip_family family);
	void (*end)(void *ctx, enum ip_family family, bool is_partial);
	void (*entry)(void *ctx, const struct mfc *mfc); /* there, changed or deleted */
	/*
	 * What was known may be outdated until the end of the next reading: notifications were
	 * lost, or interfaces of the table became others.
	 */
	void (*outdated)(void *ctx);
	void (*read)(void *ctx);     /* after all entries of a turn */
	bool (*may_read)(void *ctx); /* false: the receiver has enough to do */
	void (*log)(void *ctx, enum note_level level, const char *line);
};

/** struct mfctab_counts - What happened so far. */
struct mfctab_counts {
	uint64_t readings;   /* of the whole table of a family */
	uint64_t overruns;   /* notifications that the kernel could not deliver */
	uint64_t malformed;  /* messages that could not be read */
	uint64_t changes;    /* entries set or deleted by notification */
	uint32_t any;        /* (*,G) and (*,*) seen in the last readings */
	uint32_t unresolved; /* entries without a decision, the same */
};

/**
 * mfctab_new() - Open netlink; the first reading is done by the loop.
 * @table: kernel multicast table, 0: the default one.
 *
 * Return: 0 or a negative errno: -EPROTONOSUPPORT: the kernel has no multicast routing at all.
 */
int mfctab_new(struct loop *loop, uint32_t table, const struct mfctab_handlers *handlers,
	       struct mfctab **ret_tab);
void mfctab_free(struct mfctab *tab); /* NULL does nothing */

/** mfctab_read_again() - Read the whole table: the receiver maps interfaces otherwise now. */
void mfctab_read_again(struct mfctab *tab);

/** mfctab_read_later() - The same soon; what is known is not outdated. */
void mfctab_read_later(struct mfctab *tab, enum ip_family family);

/** mfctab_is_current() - Whether all that is known has been handed on, and nothing was lost. */
bool mfctab_is_current(const struct mfctab *tab);

/** mfctab_due_at() - When mfctab_due() is to be called; HP_TIME_NEVER: not at all. */
hp_time mfctab_due_at(const struct mfctab *tab);
void mfctab_due(struct mfctab *tab);

struct mfctab_counts mfctab_counts(const struct mfctab *tab);

#endif
