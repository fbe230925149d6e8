// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries that another daemon wrote into the kernel's multicast table, of one family. Each resolved
 * (S,G) of it whose input is followed is an entry here, with the outputs that are followed; what
 * the kernel is to forward itself, and why, stands in the entry's flags. No packet matters, and no
 * timer: the table is the kernel's, and the daemon that wrote it keeps it.
 */
#include <stdlib.h>

#include "core/core_int.h"
#include "core/follow/follow.h"

/**
 * struct followed - An entry of the kernel's table.
 * @read_in: the reading of the whole table in which it was seen last.
 */
struct followed {
	UT_hash_handle hh;
	TAILQ_ENTRY(followed) node;
	struct mfib_key key;
	uint32_t read_in;
};

struct follow {
	struct mrp mrp;
	struct followed *entries;
	TAILQ_HEAD(, followed) by_reading; /* those not seen for longest first */
	uint32_t reading;                  /* number of the present one */
	bool is_sweeping;                  /* it has ended: what it did not bring is removed */
	uint64_t refused;
	bool is_limit_noted;
};

static struct follow *follow_from(struct mrp *mrp)
{
	return container_of(mrp, struct follow, mrp);
}

static struct followed *followed_find(const struct follow *follow, const struct mfib_key *key)
{
	struct followed *entry;

	hash_find(&follow->mrp.core->hash_key, follow->entries, key, entry);
	return entry;
}

static void followed_free(struct follow *follow, struct followed *entry)
{
	mfib_clear(follow->mrp.core, MFIB_FOLLOWED, &entry->key);
	TAILQ_REMOVE(&follow->by_reading, entry, node);
	HASH_DEL(follow->entries, entry);
	free(entry);
	if (HASH_COUNT(follow->entries) < follow->mrp.core->limits.trees / 2)
		follow->is_limit_noted = false;
}

/* The kernel goes on forwarding what has no entry here. */
static void note_refused(struct follow *follow, enum note_code code, const struct ev_followed *ev)
{
	struct core *core = follow->mrp.core;

	follow->refused++;
	if (follow->is_limit_noted) {
		core_count(core, ev->link, follow->mrp.family, code);
		return;
	}
	follow->is_limit_noted = true;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = code,
					     .link = ev->link,
					     .a = ev->source,
					     .b = ev->group,
					     .v = { core->limits.trees } });
}

static struct followed *followed_new(struct follow *follow, const struct ev_followed *ev)
{
	struct followed *entry = NULL;

	if (HASH_COUNT(follow->entries) >= follow->mrp.core->limits.trees) {
		note_refused(follow, NOTE_TREE_LIMIT, ev);
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		note_refused(follow, NOTE_NO_MEMORY, ev);
		return NULL;
	}
	entry->key = (struct mfib_key){ .source = ev->source, .group = ev->group };
	hash_add(&follow->mrp.core->hash_key, follow->entries, key, entry);
	TAILQ_INSERT_TAIL(&follow->by_reading, entry, node);
	return entry;
}

static void followed_set(struct follow *follow, const struct ev_followed *ev)
{
	const struct mfib_route route = {
		.key = { .source = ev->source, .group = ev->group },
		.iif = ev->link,
		.oifs = ev->oifs,
		.flags = (uint32_t)ev->left << MFIB_F_LEFT_SHIFT | (uint32_t)ev->ttl
									   << MFIB_F_TTL_SHIFT,
	};
	struct followed *entry = followed_find(follow, &route.key);

	if (!entry)
		entry = followed_new(follow, ev);
	if (!entry)
		return;
	entry->read_in = follow->reading;
	TAILQ_REMOVE(&follow->by_reading, entry, node);
	TAILQ_INSERT_TAIL(&follow->by_reading, entry, node);
	if (mfib_set(follow->mrp.core, MFIB_FOLLOWED, &route))
		return;
	note_refused(follow, NOTE_NO_MEMORY, ev);
	followed_free(follow, entry); /* rather none than one that is outdated */
}

static void followed_clear(struct follow *follow, const struct ev_followed *ev)
{
	const struct mfib_key key = { .source = ev->source, .group = ev->group };
	struct followed *entry = followed_find(follow, &key);

	if (entry)
		followed_free(follow, entry);
}

static void followed(struct mrp *mrp, const struct ev_followed *ev)
{
	struct follow *follow = follow_from(mrp);

	switch (ev->kind) {
	case FOLLOWED_SET: followed_set(follow, ev); break;
	case FOLLOWED_CLEAR: followed_clear(follow, ev); break;
	case FOLLOWED_BEGIN:
		follow->reading++;
		follow->is_sweeping = false;
		break;
	case FOLLOWED_END: follow->is_sweeping = true; break;
	}
}

/* One entry that the reading did not bring. */
static bool evaluate_next(struct mrp *mrp)
{
	struct follow *follow = follow_from(mrp);
	struct followed *first = TAILQ_FIRST(&follow->by_reading);

	if (!follow->is_sweeping)
		return false;
	follow->is_sweeping = first && first->read_in != follow->reading;
	if (follow->is_sweeping)
		followed_free(follow, first);
	return follow->is_sweeping;
}

static struct mrp *create(struct core *core, enum ip_family family)
{
	struct follow *follow = calloc(1, sizeof(*follow));

	(void)core, (void)family; /* in struct mrp, set by the caller */
	if (!follow)
		return NULL;
	TAILQ_INIT(&follow->by_reading);
	return &follow->mrp;
}

static void destroy(struct mrp *mrp)
{
	struct follow *follow = follow_from(mrp);
	struct followed *entry, *next;

	HASH_ITER (hh, follow->entries, entry, next)
		followed_free(follow, entry);
	free(follow);
}

const struct mrp_ops follow_ops = {
	.owner = MFIB_FOLLOWED,
	.proto = PROTO_FOLLOW,
	.create = create,
	.followed = followed,
	.evaluate_next = evaluate_next,
	.destroy = destroy,
};

struct follow_counts follow_counts(const struct core *core, enum ip_family family)
{
	struct mrp *mrp = mrp_find(core, &follow_ops, family);
	const struct follow *follow = mrp ? follow_from(mrp) : NULL;

	return (struct follow_counts){
		.entries = follow ? HASH_COUNT(follow->entries) : 0,
		.refused = follow ? follow->refused : 0,
	};
}
