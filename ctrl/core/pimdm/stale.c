// SPDX-License-Identifier: GPL-2.0-only
/*
 * Graceful restart. The former run's entry becomes a tree at once, as if its data had come in now,
 * and its outputs count like those with a neighbor until the stale timer ends: by then neighbors
 * have answered our new GenID with a Hello (3.1) and members the queries, and who wants nothing has
 * sent a Prune. So nothing is lost for want of knowledge, and no gap is left when the entry ends.
 * Differs: the description of PIM-DM and RFC 3973 have routers begin with nothing.
 */
#include "core/pimdm/if.h"
#include "core/pimdm/stale.h"
#include "core/pimdm/tree.h"

static void stale_expired(struct core *core, struct timer *timer)
{
	struct pimdm *pim = container_of(timer, struct pimdm, stale_timer);

	(void)core; /* its instance knows it */
	for (struct pimdm_tree *tree = pim->trees; tree; tree = tree->hh.next) {
		if (ifset_is_empty(&tree->stale_oifs))
			continue;
		tree->stale_oifs = (struct ifset){ .word = { 0 } };
		pimdm_tree_mark(tree);
	}
}

void pimdm_stale_init(struct pimdm *pim)
{
	timer_init(&pim->stale_timer, stale_expired);
}

void pimdm_stale_fini(struct pimdm *pim)
{
	timer_stop(&pim->mrp.core->sched, &pim->stale_timer);
}

void pimdm_stale_link_off(struct pimdm *pim, uint16_t link)
{
	mfib_stale_link_off(pim->mrp.core, pim->mrp.family, link);
	for (struct pimdm_tree *tree = pim->trees; tree; tree = tree->hh.next)
		ifset_del(&tree->stale_oifs, link);
}

/* Data came lately; of an age that is not known that is believed. */
static bool is_alive(const struct pimdm *pim, const struct ev_stale *ev)
{
	const struct link *link = &pim->mrp.core->links[ev->link];

	return ev->seen_for == HP_TIME_NEVER ||
	       ev->seen_for < HP_SEC(link->settings.pim.data_timeout_s);
}

bool pimdm_stale(struct mrp *mrp, const struct ev_stale *ev)
{
	struct pimdm *pim = container_of(mrp, struct pimdm, mrp);
	const struct mfib_key key = { .source = ev->source, .group = ev->addr };
	struct pimdm_tree *tree;

	if (ev->kind != STALE_ROUTE || !ifset_has(&pim->enabled, ev->link))
		return false;
	if (!is_alive(pim, ev) || pimdm_tree_find(pim, &key))
		return true; /* no source any longer, or the tree knows better already */
	tree = pimdm_tree_get(pim, &key, ev->link);
	if (!tree)
		return true;
	tree->stale_oifs = ev->oifs;
	tree->data_link = ev->link;
	pimdm_tree_busy(tree);
	core_timer_arm(mrp->core, &tree->data_timer, ev->stale_for); /* to wait for the route */
	core_timer_arm(mrp->core, &pim->stale_timer, ev->stale_for);
	pimdm_tree_mark(tree);
	return true;
}
