// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees that are there only because a neighbor announced them, and for which no member or neighbor
 * asked. Each is charged to a neighbor that spoke of it. One neighbor may have all places that are
 * free; in a full table what is wanted goes before what is only announced, and among neighbors the
 * one with most of these trees gives way to one with fewer, newest first. What is evicted is
 * forgotten, as what is refused. When membership changes later, neighbors whose announcements were
 * forgotten are asked for all of them again, by a synchronization.
 * Whether a tree is asked for is judged by hpim/eval.c. Differs: the description of HPIM-DM knows
 * no limits.
 */
#include <assert.h>

#include "core/membership/member.h"
#include "core/hpim/announced.h"
#include "core/hpim/eval.h"
#include "core/hpim/reliable.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"

/* Evicted trees that neighbors have yet to confirm take no place: a part of the table at most. */
#define ENDING_PART 4u

/* A neighbor is asked for all its announcements again no earlier than so long after the last time.
 */
#define RESYNC_S 60

static void holder_init(struct hpim_holder *holder)
{
	TAILQ_INIT(&holder->trees);
	holder->count = 0;
}

static void hold(struct hpim_holder *holder, struct hpim_tree *tree)
{
	tree->holder = holder;
	TAILQ_INSERT_TAIL(&holder->trees, tree, by_holder);
	holder->count++;
	tree->hpim->announced_count++;
}

void hpim_announced_release(struct hpim_tree *tree)
{
	if (!tree->holder)
		return;
	TAILQ_REMOVE(&tree->holder->trees, tree, by_holder);
	tree->holder->count--;
	tree->holder = NULL;
	tree->hpim->announced_count--;
}

void hpim_announced_neigh_init(struct hpim_neigh *neigh)
{
	holder_init(&neigh->announced);
}

void hpim_announced_charge(struct hpim_tree *tree, struct hpim_neigh *neigh)
{
	if (tree->holder == &neigh->announced)
		return;
	hpim_announced_release(tree);
	hold(&neigh->announced, tree);
}

void hpim_announced_leave(struct hpim_neigh *neigh)
{
	struct hpim_tree *tree;

	while ((tree = TAILQ_FIRST(&neigh->announced.trees))) {
		hpim_announced_release(tree);
		hold(&tree->hpim->orphans, tree);
	}
}

/* ---- Judging ---- */

/* Of those that spoke of the tree, the one that holds fewest: it pays for what others flood too. */
static struct hpim_holder *holder_of(const struct hpim_tree *tree)
{
	struct hpim_holder *best = NULL;

	for (uint16_t i = 0; i < tree->tif_count; i++) {
		const struct hpim_record *record;

		LIST_FOREACH (record, &tree->tifs[i]->records, by_tif)
			if (!best || record->neigh->announced.count < best->count)
				best = &record->neigh->announced;
	}
	return best;
}

void hpim_announced_come_back(struct hpim_tree *tree)
{
	tree->hpim->ending_count -= tree->is_evicted;
	tree->hpim->announced_count -= tree->is_evicted;
	tree->is_evicted = false;
}

void hpim_announced_judge(struct hpim_tree *tree, bool is_asked)
{
	struct hpim_holder *holder = is_asked || tree->unwanted ? NULL : holder_of(tree);

	if (is_asked || tree->unwanted || tree->view.state != TREE_INACTIVE)
		hpim_announced_come_back(tree);
	if (holder == tree->holder)
		return;
	hpim_announced_release(tree);
	if (holder)
		hold(holder, tree);
}

void hpim_announced_forget(struct hpim_tree *tree)
{
	hpim_announced_release(tree);
	hpim_announced_come_back(tree);
}

/* ---- Making room ---- */

bool hpim_announced_is_wanted(const struct hpim *hpim, const struct ip_addr *source,
			      const struct ip_addr *group, uint16_t link)
{
	ifset_for_each (other, &hpim->enabled)
		if (other != link && member_wants(hpim->mrp.core, other, source, group))
			return true;
	return false;
}

static void evict(struct hpim_tree *tree, uint16_t link)
{
	struct hpim *hpim = tree->hpim;

	core_note(hpim->mrp.core, &(struct core_note){ .level = NOTE_WARN,
						       .code = NOTE_TREE_EVICTED,
						       .link = link,
						       .a = tree->key.source,
						       .b = tree->key.group });
	hpim_record_forget_tree(tree);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		hpim_reliable_drop(tree->tifs[i]); /* only what comes now has to be known */
	hpim_announced_release(tree);
	tree->is_evicted = true;
	hpim->ending_count++;
	hpim->announced_count++; /* until it is gone */
	hpim_tree_give_up(tree);
}

static struct hpim_neigh *largest(const struct hpim *hpim)
{
	struct hpim_neigh *largest = NULL;

	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct hpim_neigh *neigh;

		if (!hpim->ifs[link])
			continue;
		TAILQ_FOREACH (neigh, &hpim->ifs[link]->neighbors, node)
			if (!largest || neigh->announced.count > largest->announced.count)
				largest = neigh;
	}
	return largest;
}

bool hpim_announced_make_place(struct hpim *hpim, const struct hpim_neigh *neigh, bool is_wanted)
{
	uint32_t ending = (hpim->mrp.core->limits.trees + ENDING_PART - 1) / ENDING_PART;
	struct hpim_neigh *most;
	uint32_t held;

	if (hpim->ending_count >= ending || !(neigh || is_wanted))
		return false;
	if (hpim->orphans.count) {
		evict(TAILQ_LAST(&hpim->orphans.trees, hpim_tree_list), LINK_NONE);
		return true;
	}
	most = largest(hpim);
	held = is_wanted ? 0 : neigh->announced.count + 1;
	if (!most || most->announced.count <= held)
		return false;
	evict(TAILQ_LAST(&most->announced.trees, hpim_tree_list), most->hif->link);
	return true;
}

/* ---- What was forgotten and is wanted now ---- */

static void resync(struct hpim *hpim, struct hpim_neigh *neigh)
{
	hp_time now = hpim->mrp.core->now;

	if (!neigh->is_truncated || neigh->state != SYNC_SYNCED)
		return;
	if (now < neigh->resync_at) {
		if (!timer_runs(&hpim->resync_timer) ||
		    neigh->resync_at < hpim->resync_timer.deadline)
			timer_arm(&hpim->mrp.core->sched, &hpim->resync_timer, neigh->resync_at);
		return;
	}
	neigh->is_truncated = false;
	neigh->resync_at = now + HP_SEC(RESYNC_S);
	hpim_sync_reset(neigh);
}

static void resync_all(struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct hpim_neigh *neigh;

		if (!hpim->ifs[link])
			continue;
		TAILQ_FOREACH (neigh, &hpim->ifs[link]->neighbors, node)
			resync(hpim, neigh);
	}
}

static void resync_timer_fire(struct core *core, struct timer *timer)
{
	(void)core; /* HPIM-DM of the family knows it */
	resync_all(container_of(timer, struct hpim, resync_timer));
}

void hpim_announced_joined(struct hpim *hpim)
{
	if (hpim->has_truncated)
		resync_all(hpim);
}

void hpim_announced_refused(struct hpim_neigh *neigh)
{
	neigh->is_truncated = true;
	neigh->hif->hpim->has_truncated = true;
}

void hpim_announced_init(struct hpim *hpim)
{
	holder_init(&hpim->orphans);
	timer_init(&hpim->resync_timer, resync_timer_fire);
}

void hpim_announced_fini(struct hpim *hpim)
{
	timer_stop(&hpim->mrp.core->sched, &hpim->resync_timer);
	assert(!hpim->orphans.count && !hpim->announced_count);
}
