// SPDX-License-Identifier: GPL-2.0-only
/*
 * Graceful restart: what the run before this one knew, and the forwarding plane still does, are
 * facts of the protocol until they are stale. An output of that run counts as wanted until the
 * stale timer ends; its neighbors are awaited, and while one of them is, forwarding onto that
 * interface is frozen (hpim/derive.c). Differs: the description of HPIM-DM knows only routers that
 * begin with nothing; the idea is that of graceful restart in RFC 3623 and RFC 5306.
 */
#include <stdlib.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/stale.h"
#include "core/hpim/tree.h"

/* ---- trees ---- */

static void stale_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the tree knows it */
	hpim_stale_end(container_of(timer, struct hpim_stale, timer)->tree);
}

static struct hpim_stale *stale_new(struct hpim_tree *tree, const struct ev_stale *ev)
{
	const struct core *core = tree->hpim->mrp.core;
	struct hpim_stale *stale = calloc(1, sizeof(*stale));

	if (!stale)
		return NULL;
	stale->tree = tree;
	stale->iif = ev->link;
	stale->oifs = ev->oifs;
	stale->seen_at = ev->seen_for < core->now ? core->now - ev->seen_for : 0;
	if (ev->seen_for == HP_TIME_NEVER)
		stale->seen_at = core->now; /* its source is given a full lifetime */
	timer_init(&stale->timer, stale_expired);
	return stale;
}

static void restore_tree(struct hpim *hpim, const struct ev_stale *ev)
{
	struct hpim_tree *tree = hpim_tree_get(hpim, &ev->source, &ev->addr, ev->link);

	if (!tree)
		return;
	hpim_tree_mark(tree); /* also to free it when the rest fails */
	tree->stale = stale_new(tree, ev);
	if (!tree->stale)
		return;
	hpim->stale_count++;
	tree->data_link = ev->link; /* when nothing is stale any longer it is judged as others */
	core_timer_arm(hpim->mrp.core, &tree->stale->timer, ev->stale_for);
}

void hpim_stale_end(struct hpim_tree *tree)
{
	struct hpim_stale *stale = tree->stale;

	if (!stale)
		return;
	tree->stale = NULL;
	tree->hpim->stale_count--;
	timer_stop(&tree->hpim->mrp.core->sched, &stale->timer);
	free(stale);
	hpim_tree_mark(tree);
}

void hpim_stale_link_off(struct hpim *hpim, uint16_t link)
{
	mfib_stale_link_off(hpim->mrp.core, hpim->mrp.family, link);
	for (struct hpim_tree *tree = hpim->trees; tree && hpim->stale_count;
	     tree = tree->hh.next) {
		if (!tree->stale)
			continue;
		ifset_del(&tree->stale->oifs, link);
		if (tree->stale->iif == link || ifset_is_empty(&tree->stale->oifs))
			hpim_stale_end(tree);
	}
}

/* ---- neighbors ---- */

static void remember(struct hpim *hpim, const struct ev_stale *ev)
{
	struct hpim_former *former = calloc(1, sizeof(*former));

	if (!former)
		return; /* nothing waits for it */
	former->addr = ev->addr;
	former->boot_time = ev->boot_time;
	former->until = hpim->mrp.core->now + ev->stale_for;
	LIST_INSERT_HEAD(&hpim->former[ev->link], former, node);
}

void hpim_stale_await(struct hpim_if *hif)
{
	struct hpim_former *former;

	while ((former = LIST_FIRST(&hif->hpim->former[hif->link]))) {
		if (former->until > hif->hpim->mrp.core->now)
			hpim_neigh_await(hif, &former->addr, former->boot_time);
		LIST_REMOVE(former, node);
		free(former);
	}
}

void hpim_stale_forget(struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct hpim_former *former, *next;

		LIST_FOREACH_SAFE (former, &hpim->former[link], node, next)
			free(former);
		LIST_INIT(&hpim->former[link]);
	}
}

/* ---- events ---- */

bool hpim_stale(struct mrp *mrp, const struct ev_stale *ev)
{
	struct hpim *hpim = container_of(mrp, struct hpim, mrp);

	if (ev->kind == STALE_NEIGHBOR) {
		if (!hpim_if_by_link(hpim, ev->link))
			remember(hpim, ev);
		return true;
	}
	if (!hpim_tree_find(hpim, &ev->source, &ev->addr))
		restore_tree(hpim, ev); /* else the tree knows better already */
	return true;
}
