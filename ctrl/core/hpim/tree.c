// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store of facts per tree: trees, their interfaces, and what each neighbor said of them. What
 * follows from the facts is hpim/eval.c's business. Source: description of HPIM-DM, 3.0 and 3.6.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/by_link.h"
#include "core/hpim/announced.h"
#include "core/hpim/eval.h"
#include "core/hpim/reliable.h"
#include "core/hpim/stale.h"
#include "core/hpim/unwanted.h"
#include "core/hpim/tree.h"
#include "core/inspect.h"
#include "core/link_trees.h"

struct hpim_tree *hpim_tree_find(const struct hpim *hpim, const struct ip_addr *source,
				 const struct ip_addr *group)
{
	const struct mfib_key key = { .source = *source, .group = *group };
	struct hpim_tree *tree;

	hash_find(&hpim->mrp.core->hash_key, hpim->trees, &key, tree);
	return tree;
}

struct hpim_tree *hpim_tree_first_of_group(const struct hpim *hpim, const struct ip_addr *group)
{
	const struct hpim_group *found;

	hash_find(&hpim->mrp.core->hash_key, hpim->groups, group, found);
	return found ? LIST_FIRST(&found->trees) : NULL;
}

static bool is_fit(const struct hpim *hpim, const struct ip_addr *source,
		   const struct ip_addr *group)
{
	return ip_addr_family(source) == hpim->mrp.family &&
	       ip_addr_family(group) == hpim->mrp.family && ip_addr_is_source(source) &&
	       ip_addr_is_multicast(group) && !ip_addr_is_link_scope_group(group);
}

static struct hpim_group *group_get(struct hpim *hpim, const struct ip_addr *addr)
{
	struct hpim_group *group;

	hash_find(&hpim->mrp.core->hash_key, hpim->groups, addr, group);
	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->addr = *addr;
	hash_add(&hpim->mrp.core->hash_key, hpim->groups, addr, group);
	return group;
}

static void group_put(struct hpim *hpim, struct hpim_group *group)
{
	if (!LIST_EMPTY(&group->trees))
		return;
	HASH_DEL(hpim->groups, group);
	free(group);
}

/* Noted once until some tree is freed, not once a packet; counted each time. */
static void note_full(struct hpim *hpim, const struct ip_addr *source, const struct ip_addr *group,
		      uint16_t link)
{
	if (hpim->is_full) {
		core_count(hpim->mrp.core, link, hpim->mrp.family, NOTE_TREE_LIMIT);
		return;
	}
	hpim->is_full = true;
	core_note(hpim->mrp.core, &(struct core_note){ .level = NOTE_WARN,
						       .code = NOTE_TREE_LIMIT,
						       .link = link,
						       .a = *source,
						       .b = *group,
						       .v = { hpim->mrp.core->limits.trees } });
}

static void path_changed(struct rpf_user *user)
{
	hpim_tree_mark(container_of(user, struct hpim_tree, path));
}

static struct hpim_tree *tree_new(struct hpim *hpim, const struct ip_addr *source,
				  const struct ip_addr *group, uint16_t link)
{
	struct hpim_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	tree->key = (struct mfib_key){ .source = *source, .group = *group };
	tree->hpim = hpim;
	tree->view.root = tree->view.iif = tree->data_link = LINK_NONE;
	tree->path.changed = path_changed;
	timer_init(&tree->source_timer, hpim_source_expired);
	timer_init(&tree->data_timer, hpim_data_expired);
	tree->group = group_get(hpim, group);
	if (!tree->group) {
		free(tree);
		return NULL;
	}
	LIST_INSERT_HEAD(&tree->group->trees, tree, by_group);
	hash_add(&hpim->mrp.core->hash_key, hpim->trees, key, tree);
	hpim->tree_count++;
	hpim->round_left += hpim->round_left > 0; /* it stands at the end of the round */
	link_trees_charge(&hpim->mrp, link, &tree->brought_by);
	return tree;
}

/* Also for one that would evict another one. */
static bool link_admits(struct hpim *hpim, const struct ip_addr *source,
			const struct ip_addr *group, uint16_t link)
{
	return link_trees_admit(&hpim->mrp, link,
				&(struct mfib_key){ .source = *source, .group = *group });
}

static void note_no_memory(struct hpim *hpim, const struct ip_addr *source,
			   const struct ip_addr *group, uint16_t link)
{
	core_note(hpim->mrp.core, &(struct core_note){ .level = NOTE_WARN,
						       .code = NOTE_NO_MEMORY,
						       .link = link,
						       .a = *source,
						       .b = *group });
}

/*
 * Find or create, also one that was evicted and has not ended yet. @neigh: whose message asks;
 * NULL: data that came in on @link.
 */
static struct hpim_tree *tree_get(struct hpim *hpim, const struct ip_addr *source,
				  const struct ip_addr *group, uint16_t link,
				  struct hpim_neigh *neigh)
{
	struct hpim_tree *tree = hpim_tree_find(hpim, source, group);

	if (tree && !tree->is_evicted)
		return tree;
	if (!is_fit(hpim, source, group))
		return NULL;
	if (!tree && !link_admits(hpim, source, group, link))
		return NULL;
	if (!hpim_unwanted_make_place(hpim) &&
	    !hpim_announced_make_place(hpim, neigh,
				       hpim_announced_is_wanted(hpim, source, group, link))) {
		note_full(hpim, source, group, link);
		return NULL;
	}
	if (!tree)
		tree = tree_new(hpim, source, group, link);
	else
		hpim_announced_come_back(tree);
	if (!tree)
		note_no_memory(hpim, source, group, link);
	else if (neigh)
		hpim_announced_charge(tree, neigh);
	return tree;
}

struct hpim_tree *hpim_tree_get(struct hpim *hpim, const struct ip_addr *source,
				const struct ip_addr *group, uint16_t link)
{
	return tree_get(hpim, source, group, link, NULL);
}

struct hpim_tree *hpim_tree_get_for_data(struct hpim *hpim, const struct ip_addr *source,
					 const struct ip_addr *group, uint16_t link)
{
	struct hpim_tree *tree = hpim_tree_find(hpim, source, group);
	bool is_ending = tree && tree->unwanted && tree->unwanted->state == UNWANTED_ENDING;
	bool is_wanted;

	if ((tree && !is_ending && !tree->is_evicted) || !is_fit(hpim, source, group))
		return tree;
	if (!tree && !link_admits(hpim, source, group, link))
		return NULL;
	is_wanted = hpim_announced_is_wanted(hpim, source, group, link);
	if (!hpim_unwanted_admit(hpim, link, source, is_ending, is_wanted) ||
	    (!hpim_unwanted_make_place(hpim) &&
	     !hpim_announced_make_place(hpim, NULL, is_wanted))) {
		core_note(hpim->mrp.core, &(struct core_note){ .level = NOTE_WARN,
							       .code = NOTE_UNWANTED_REFUSED,
							       .link = link,
							       .a = *source,
							       .b = *group });
		return NULL;
	}
	tree = tree_get(hpim, source, group, link, NULL);
	if (tree)
		hpim_unwanted_bring(tree, link);
	return tree;
}

static void unmark(struct hpim_tree *tree)
{
	if (tree->is_dirty)
		TAILQ_REMOVE(&tree->hpim->dirty, tree, dirty_node);
	tree->is_dirty = false;
}

void hpim_tree_free(struct hpim_tree *tree)
{
	struct hpim *hpim = tree->hpim;

	assert(tree->tif_count == 0);
	timer_stop(&hpim->mrp.core->sched, &tree->source_timer);
	timer_stop(&hpim->mrp.core->sched, &tree->data_timer);
	if (tree->stale)
		mfib_clear(hpim->mrp.core, MFIB_STALE, &tree->key); /* must not come back */
	hpim_stale_end(tree);
	unmark(tree);
	if (hpim->round == tree)
		hpim->round = tree->hh.next;
	hpim_unwanted_drop(tree);
	hpim_announced_forget(tree);
	mfib_clear(hpim->mrp.core, MFIB_HPIM, &tree->key);
	rpf_unsubscribe(hpim->mrp.core, &tree->path);
	inspect_walks_pass(&tree->hpim->mrp, tree);
	LIST_REMOVE(tree, by_group);
	group_put(hpim, tree->group);
	HASH_DEL(hpim->trees, tree);
	hpim->tree_count--;
	link_trees_release(&hpim->mrp, &tree->brought_by);
	hpim->standing_count -= tree->view.state != TREE_INACTIVE;
	hpim->is_full = false;
	free(tree->tifs);
	free(tree);
}

void hpim_tree_mark(struct hpim_tree *tree)
{
	if (tree->is_dirty)
		return;
	tree->is_dirty = true;
	TAILQ_INSERT_TAIL(&tree->hpim->dirty, tree, dirty_node);
}

/* A round that goes on has all before it again, from where it is. */
void hpim_tree_mark_all(struct hpim *hpim)
{
	hpim->round_left = hpim->tree_count;
}

static struct hpim_tree *round_next(struct hpim *hpim)
{
	struct hpim_tree *tree = hpim->round ? hpim->round : hpim->trees;

	if (!hpim->round_left || !tree)
		return NULL;
	hpim->round_left--;
	hpim->round = hpim->round_left ? tree->hh.next : NULL;
	return tree;
}

/* Both have their turn: what neighbors ask of single trees, and what a link means for all. */
struct hpim_tree *hpim_tree_next_marked(struct hpim *hpim)
{
	struct hpim_tree *tree = hpim->is_round_due ? round_next(hpim) : NULL;

	if (!tree)
		tree = TAILQ_FIRST(&hpim->dirty);
	if (!tree)
		tree = round_next(hpim);
	hpim->is_round_due = !hpim->is_round_due;
	if (tree)
		unmark(tree);
	return tree;
}

struct hpim_tree_if *hpim_tree_if_find(const struct hpim_tree *tree, uint16_t link)
{
	uint16_t at;

	by_link_place(tree->tifs, tree->tif_count, link, &at);
	return at < tree->tif_count && tree->tifs[at]->link == link ? tree->tifs[at] : NULL;
}

struct hpim_tree_if *hpim_tree_if_get(struct hpim_tree *tree, uint16_t link)
{
	struct hpim_tree_if *tif = hpim_tree_if_find(tree, link), **tifs;
	uint16_t at;

	if (tif)
		return tif;
	by_link_place(tree->tifs, tree->tif_count, link, &at);
	tif = calloc(1, sizeof(*tif));
	tifs = tif ? by_link_open(tree->tifs, tree->tif_count, at) : NULL;
	if (!tifs) {
		free(tif);
		return NULL;
	}
	tree->tifs = tifs;
	tifs[at] = tif;
	tree->tif_count++;
	tif->tree = tree;
	tif->link = link;
	timer_init(&tif->hold_timer, hpim_hold_expired);
	return tif;
}

static void record_free(struct hpim_record *record)
{
	LIST_REMOVE(record, by_tif);
	TAILQ_REMOVE(&record->neigh->records, record, by_neigh);
	free(record);
}

static void sweep_records(struct hpim_tree_if *tif)
{
	struct hpim_record *record, *next;

	LIST_FOREACH_SAFE (record, &tif->records, by_tif, next)
		if (hpim_record_is_empty(record))
			record_free(record);
}

bool hpim_tree_sweep(struct hpim_tree *tree)
{
	uint16_t kept = 0;

	for (uint16_t i = 0; i < tree->tif_count; i++) {
		struct hpim_tree_if *tif = tree->tifs[i];

		sweep_records(tif);
		if (!LIST_EMPTY(&tif->records) || tif->reliable || tif->view.role != ROLE_NONE) {
			tree->tifs[kept++] = tif;
			continue;
		}
		timer_stop(&tree->hpim->mrp.core->sched, &tif->hold_timer);
		free(tif);
	}
	tree->tif_count = kept;
	if (kept || tree->stale || tree->view.state != TREE_INACTIVE ||
	    timer_runs(&tree->data_timer) || timer_runs(&tree->source_timer))
		return true;
	hpim_tree_free(tree);
	return false;
}

struct hpim_record *hpim_record_find(const struct hpim_tree_if *tif, const struct hpim_neigh *neigh)
{
	struct hpim_record *record;

	LIST_FOREACH (record, &tif->records, by_tif)
		if (record->neigh == neigh)
			return record;
	return NULL;
}

struct hpim_record *hpim_record_get(struct hpim_neigh *neigh, const struct ip_addr *source,
				    const struct ip_addr *group)
{
	struct hpim_if *hif = neigh->hif;
	struct hpim_tree *tree = tree_get(hif->hpim, source, group, hif->link, neigh);
	struct hpim_tree_if *tif = tree ? hpim_tree_if_get(tree, hif->link) : NULL;
	struct hpim_record *record = tif ? hpim_record_find(tif, neigh) : NULL;

	if (!tree)
		hpim_announced_refused(neigh);
	if (record || !tif)
		return record;
	record = calloc(1, sizeof(*record));
	if (!record)
		return NULL;
	record->neigh = neigh;
	record->tif = tif;
	LIST_INSERT_HEAD(&tif->records, record, by_tif);
	TAILQ_INSERT_HEAD(&neigh->records, record, by_neigh);
	hpim_unwanted_hold(tree);
	if (tree->holder == &hif->hpim->orphans)
		hpim_announced_charge(tree, neigh);
	return record;
}

/* Keeps the order: a checkpoint looks only at what came since the one before. */
void hpim_record_set_sn(struct hpim_record *record, uint32_t sn)
{
	struct hpim_neigh *neigh = record->neigh;

	TAILQ_REMOVE(&neigh->records, record, by_neigh);
	record->last_sn = sn;
	if (sn)
		TAILQ_INSERT_TAIL(&neigh->records, record, by_neigh);
	else
		TAILQ_INSERT_HEAD(&neigh->records, record, by_neigh);
}

void hpim_record_set_upstream(struct hpim_record *record, const struct hpim_rpc *rpc)
{
	record->is_upstream = true;
	record->rpc = *rpc;
	record->generation = ++record->tif->tree->hpim->generation;
}

void hpim_record_forget_tree(struct hpim_tree *tree)
{
	for (uint16_t i = 0; i < tree->tif_count; i++) {
		struct hpim_record *record, *next;

		LIST_FOREACH_SAFE (record, &tree->tifs[i]->records, by_tif, next) {
			hpim_announced_refused(record->neigh);
			record_free(record);
		}
	}
}

void hpim_record_forget_all(struct hpim_neigh *neigh)
{
	struct hpim_record *record, *next;

	hpim_announced_leave(neigh);
	TAILQ_FOREACH_SAFE (record, &neigh->records, by_neigh, next)
		record_free(record);
}

void hpim_tree_free_all(struct hpim *hpim)
{
	struct hpim_tree *tree, *next;

	HASH_ITER (hh, hpim->trees, tree, next) {
		for (uint16_t i = 0; i < tree->tif_count; i++) {
			hpim_reliable_drop(tree->tifs[i]);
			timer_stop(&hpim->mrp.core->sched, &tree->tifs[i]->hold_timer);
			free(tree->tifs[i]);
		}
		tree->tif_count = 0;
		hpim_tree_free(tree);
	}
}
