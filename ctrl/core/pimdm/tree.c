// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of trees: what there is, and how many. What happens to them is in input.c, what follows
 * from it in eval.c. Source: description of PIM-DM, 3.8.
 */
#include <stdlib.h>
#include <string.h>

#include "base/by_link.h"
#include "core/border.h"
#include "core/inspect.h"
#include "core/link_trees.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"

/*
 * Trees without data, of those that can be. They are what Grafts, Asserts and State Refresh of
 * neighbors made, and data without a route: whoever sends many of these takes the place of others
 * of their kind, and not of trees that carry data.
 */
#define IDLE_PART 4u

void pimdm_tree_init(struct pimdm *pim)
{
	TAILQ_INIT(&pim->dirty);
	TAILQ_INIT(&pim->idle);
}

struct pimdm_tree *pimdm_tree_find(const struct pimdm *pim, const struct mfib_key *key)
{
	struct pimdm_tree *tree;

	hash_find(&pim->mrp.core->hash_key, pim->trees, key, tree);
	return tree;
}

static bool is_fit(const struct pimdm *pim, const struct mfib_key *key)
{
	return ip_addr_family(&key->source) == pim->mrp.family &&
	       ip_addr_family(&key->group) == pim->mrp.family && ip_addr_is_source(&key->source) &&
	       ip_addr_is_multicast(&key->group) && !ip_addr_is_link_scope_group(&key->group);
}

/* ---- Groups ---- */

struct pimdm_group *pimdm_group_find(const struct pimdm *pim, const struct ip_addr *addr)
{
	struct pimdm_group *group;

	hash_find(&pim->mrp.core->hash_key, pim->groups, addr, group);
	return group;
}

static struct pimdm_group *group_get(struct pimdm *pim, const struct ip_addr *addr)
{
	struct pimdm_group *group = pimdm_group_find(pim, addr);

	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->addr = *addr;
	hash_add(&pim->mrp.core->hash_key, pim->groups, addr, group);
	return group;
}

static void group_put(struct pimdm *pim, struct pimdm_group *group)
{
	if (!LIST_EMPTY(&group->trees))
		return;
	HASH_DEL(pim->groups, group);
	free(group);
}

/* ---- Interfaces of a tree ---- */

struct pimdm_tif *pimdm_tif_find(const struct pimdm_tree *tree, uint16_t link)
{
	uint16_t at;

	by_link_place(tree->tifs, tree->tif_count, link, &at);
	return at < tree->tif_count && tree->tifs[at]->link == link ? tree->tifs[at] : NULL;
}

struct pimdm_tif *pimdm_tif_get(struct pimdm_tree *tree, uint16_t link)
{
	struct pimdm_tif *tif = pimdm_tif_find(tree, link), **tifs;
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
	timer_init(&tif->prune_timer, pimdm_prune_expired);
	timer_init(&tif->assert_timer, pimdm_assert_expired);
	return tif;
}

static void tif_free(struct pimdm_tif *tif)
{
	struct sched *sched = &tif->tree->pim->mrp.core->sched;

	timer_stop(sched, &tif->prune_timer);
	timer_stop(sched, &tif->assert_timer);
	free(tif);
}

void pimdm_tif_drop(struct pimdm_tree *tree, uint16_t link)
{
	uint16_t at;

	by_link_place(tree->tifs, tree->tif_count, link, &at);
	if (at == tree->tif_count || tree->tifs[at]->link != link)
		return;
	tif_free(tree->tifs[at]);
	tree->tif_count--;
	memmove(&tree->tifs[at], &tree->tifs[at + 1],
		(size_t)(tree->tif_count - at) * sizeof(tree->tifs[0]));
}

/* ---- Trees ---- */

void pimdm_tree_mark(struct pimdm_tree *tree)
{
	if (tree->is_dirty)
		return;
	tree->is_dirty = true;
	TAILQ_INSERT_TAIL(&tree->pim->dirty, tree, dirty_node);
}

void pimdm_tree_mark_all(struct pimdm *pim)
{
	for (struct pimdm_tree *tree = pim->trees; tree; tree = tree->hh.next)
		pimdm_tree_mark(tree);
}

void pimdm_tree_busy(struct pimdm_tree *tree)
{
	if (!tree->is_idle)
		return;
	TAILQ_REMOVE(&tree->pim->idle, tree, idle_node);
	tree->pim->idle_count--;
	tree->is_idle = false;
}

void pimdm_tree_free(struct pimdm_tree *tree)
{
	bool is_known_elsewhere = tree->was_alive || (tree->is_live && tree->is_border);
	const struct mfib_key key = tree->key;
	struct pimdm *pim = tree->pim;
	struct sched *sched = &pim->mrp.core->sched;

	for (uint16_t i = 0; i < tree->tif_count; i++)
		tif_free(tree->tifs[i]);
	free(tree->tifs);
	timer_stop(sched, &tree->limit_timer);
	timer_stop(sched, &tree->override_timer);
	timer_stop(sched, &tree->refresh_timer);
	timer_stop(sched, &tree->data_timer);
	if (tree->is_dirty)
		TAILQ_REMOVE(&pim->dirty, tree, dirty_node);
	pimdm_tree_busy(tree);
	mfib_clear(pim->mrp.core, MFIB_PIMDM, &tree->key);
	rpf_unsubscribe(pim->mrp.core, &tree->path);
	inspect_walks_pass(&pim->mrp, tree);
	LIST_REMOVE(tree, by_group);
	group_put(pim, tree->group);
	HASH_DEL(pim->trees, tree);
	pim->tree_count--;
	link_trees_release(&pim->mrp, &tree->brought_by);
	pim->is_full = false;
	free(tree->waiting);
	free(tree);
	if (is_known_elsewhere)
		border_changed(&pim->mrp, &key);
}

static void path_changed(struct rpf_user *user)
{
	pimdm_tree_mark(container_of(user, struct pimdm_tree, path));
}

static struct pimdm_tree *tree_new(struct pimdm *pim, const struct mfib_key *key, uint16_t link)
{
	struct pimdm_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	tree->group = group_get(pim, &key->group);
	if (!tree->group) {
		free(tree);
		return NULL;
	}
	tree->key = *key;
	tree->pim = pim;
	tree->path.changed = path_changed;
	tree->route.link = tree->data_link = LINK_NONE;
	tree->created_at = pim->mrp.core->now;
	timer_init(&tree->limit_timer, pimdm_limit_expired);
	timer_init(&tree->override_timer, pimdm_override_expired);
	timer_init(&tree->refresh_timer, pimdm_refresh_expired);
	timer_init(&tree->data_timer, pimdm_data_expired);
	LIST_INSERT_HEAD(&tree->group->trees, tree, by_group);
	hash_add(&pim->mrp.core->hash_key, pim->trees, key, tree);
	pim->tree_count++;
	link_trees_charge(&pim->mrp, link, &tree->brought_by);
	tree->is_idle = true;
	TAILQ_INSERT_TAIL(&pim->idle, tree, idle_node);
	pim->idle_count++;
	return tree;
}

/* ---- Limits ---- */

static void note(const struct pimdm *pim, enum note_code code, uint16_t link,
		 const struct mfib_key *key)
{
	core_note(pim->mrp.core, &(struct core_note){ .level = NOTE_WARN,
						      .code = code,
						      .link = link,
						      .a = key->source,
						      .b = key->group,
						      .v = { pim->mrp.core->limits.trees } });
}

/* Noted once until some tree is freed, not once a packet; counted each time. */
static void note_full(struct pimdm *pim, uint16_t link, const struct mfib_key *key)
{
	if (pim->is_full)
		core_count(pim->mrp.core, link, pim->mrp.family, NOTE_TREE_LIMIT);
	else
		note(pim, NOTE_TREE_LIMIT, link, key);
	pim->is_full = true;
}

/* Return: false: there is no room, and no tree gives way. */
static bool make_place(struct pimdm *pim, uint16_t link)
{
	uint32_t trees = pim->mrp.core->limits.trees;

	if (pim->tree_count < trees && pim->idle_count < trees / IDLE_PART + 1)
		return true;
	if (TAILQ_EMPTY(&pim->idle))
		return false;
	core_count(pim->mrp.core, link, pim->mrp.family, NOTE_TREE_EVICTED);
	pimdm_tree_free(TAILQ_FIRST(&pim->idle));
	return true;
}

struct pimdm_tree *pimdm_tree_get(struct pimdm *pim, const struct mfib_key *key, uint16_t link)
{
	struct pimdm_tree *tree = pimdm_tree_find(pim, key);

	if (tree || !is_fit(pim, key))
		return tree;
	if (!link_trees_admit(&pim->mrp, link, key))
		return NULL;
	if (!make_place(pim, link)) {
		note_full(pim, link, key);
		return NULL;
	}
	tree = tree_new(pim, key, link);
	if (!tree)
		note(pim, NOTE_NO_MEMORY, link, key);
	return tree;
}

/* ---- Its end ---- */

static bool has_timer(const struct pimdm_tree *tree)
{
	if (timer_runs(&tree->data_timer) || timer_runs(&tree->limit_timer) ||
	    timer_runs(&tree->override_timer) || timer_runs(&tree->refresh_timer))
		return true;
	for (uint16_t i = 0; i < tree->tif_count; i++)
		if (timer_runs(&tree->tifs[i]->prune_timer) ||
		    timer_runs(&tree->tifs[i]->assert_timer))
			return true;
	return false;
}

bool pimdm_tree_sweep(struct pimdm_tree *tree)
{
	uint16_t kept = 0;

	for (uint16_t i = 0; i < tree->tif_count; i++) {
		struct pimdm_tif *tif = tree->tifs[i];

		if (tif->down != DOWN_NO_INFO || tif->assert != ASSERT_NO_INFO)
			tree->tifs[kept++] = tif;
		else
			tif_free(tif);
	}
	tree->tif_count = kept;
	if (has_timer(tree) || (tree->is_border && border_is_alive(&tree->pim->mrp, &tree->key)))
		return true;
	pimdm_tree_free(tree);
	return false;
}

void pimdm_tree_clear(struct pimdm_tree *tree)
{
	struct core *core = tree->pim->mrp.core;

	while (tree->tif_count) {
		pimdm_assert_cancel(tree->tifs[0]);
		pimdm_tif_drop(tree, tree->tifs[0]->link);
	}
	timer_stop(&core->sched, &tree->refresh_timer);
	timer_stop(&core->sched, &tree->data_timer);
	free(tree->waiting);
	tree->waiting = NULL;
	tree->data_link = LINK_NONE;
	tree->stale_oifs = (struct ifset){ .word = { 0 } };
	tree->is_asking = tree->is_originator = tree->is_refresh_due = tree->has_refresh = false;
	tree->refreshed_at = 0;
	mfib_clear(core, MFIB_STALE, &tree->key); /* must not come back */
	mfib_clear(core, MFIB_PIMDM, &tree->key);
	pimdm_tree_mark(tree);
}

void pimdm_tree_free_all(struct pimdm *pim)
{
	struct pimdm_tree *tree, *next;

	HASH_ITER (hh, pim->trees, tree, next) {
		tree->was_alive = tree->is_live = false; /* the other protocols end, too */
		pimdm_tree_free(tree);
	}
}
