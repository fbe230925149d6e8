// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows whose first packets wait in the kernel for an entry. The kernel keeps them in one list,
 * walks over it for each packet without an entry and for each new entry, and forgets a flow after
 * 10 s (seen on Linux 6.18): so a flood of flows that get no tree would cost the more the longer it
 * lasts. Here the oldest ones end when there are too many, by an entry without outputs that goes
 * again at once.
 */
#include <stdlib.h>
#include <time.h>

#include "dplane/kernel/mroute_int.h"

/* The reports of one window of an interface (upcall_abi.h), which is what may come at once. */
#define WAITING_MAX 1024u

/* The kernel has forgotten them by then. */
#define WAITING_FOR HP_SEC(10)

struct waiting {
	struct mfib_key key;
	unsigned int vif;
	hp_time since;
	TAILQ_ENTRY(waiting) by_age;
	UT_hash_handle hh;
};

static hp_time now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail for this clock */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

static void waiting_free(struct mroute *mr, struct waiting *waiting)
{
	TAILQ_REMOVE(&mr->waiting_by_age, waiting, by_age);
	HASH_DEL(mr->waiting, waiting);
	free(waiting);
}

static struct waiting *waiting_find(const struct mroute *mr, const struct mfib_key *key)
{
	struct waiting *waiting;

	hash_find(mr->config.hash_key, mr->waiting, key, waiting);
	return waiting;
}

/* The kernel drops what waits. An error would mean that it does so already. */
static void waiting_end(struct mroute *mr, struct waiting *waiting)
{
	const struct mfib_route none = { .key = waiting->key };

	if (mroute_mfc_set(mr, MRT_ADD_MFC, &none, (int)waiting->vif) == 0)
		(void)mroute_mfc_set(mr, MRT_DEL_MFC, &none, 0);
	waiting_free(mr, waiting);
}

void mroute_waiting_add(struct mroute *mr, const struct mfib_key *key, unsigned int vif)
{
	struct waiting *waiting = waiting_find(mr, key);

	if (waiting)
		waiting_free(mr, waiting); /* the kernel forgot it, and began again */
	if (HASH_COUNT(mr->waiting) >= WAITING_MAX)
		waiting_end(mr, TAILQ_FIRST(&mr->waiting_by_age));
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting)
		return; /* the kernel forgets it in time */
	waiting->key = *key;
	waiting->vif = vif;
	waiting->since = now();
	hash_add(mr->config.hash_key, mr->waiting, key, waiting);
	TAILQ_INSERT_TAIL(&mr->waiting_by_age, waiting, by_age);
}

void mroute_waiting_take(struct mroute *mr, const struct mfib_key *key)
{
	struct waiting *waiting = waiting_find(mr, key);

	if (waiting)
		waiting_free(mr, waiting);
}

void mroute_waiting_poll(struct mroute *mr)
{
	hp_time before = now() - WAITING_FOR;
	struct waiting *waiting;

	while ((waiting = TAILQ_FIRST(&mr->waiting_by_age)) && waiting->since <= before)
		waiting_free(mr, waiting);
}

void mroute_waiting_fini(struct mroute *mr)
{
	while (!TAILQ_EMPTY(&mr->waiting_by_age))
		waiting_free(mr, TAILQ_FIRST(&mr->waiting_by_age));
}
