// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of a router between a domain of PIM-DM and one of another protocol: what the other one asks
 * and says. Source: description of PIM-DM, 8.4.
 */
#include "core/border.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

static struct pimdm *pimdm_from(const struct mrp *mrp)
{
	return pimdm_of(mrp->core, mrp->family);
}

/*
 * State Refresh came lately, from a router that is nearer to the source: one that is not may have
 * the tree from us, by another domain, and the two would keep it alive for each other. The same
 * keeps HPIM-DM free of loops: description of HPIM-DM, 3.8. An Assert says nothing of data: it
 * answers whoever still believes in the tree.
 */
static bool is_refreshed(const struct pimdm_tree *tree)
{
	const struct pimdm_metric ours = { .metric = pimdm_route_metric(tree) };
	const struct pimdm_metric theirs = { .metric = tree->refresh.metric };
	hp_time lasts = HP_SEC(3 * tree->refresh.interval_s);

	return tree->has_refresh && tree->pim->mrp.core->now - tree->refreshed_at < lasts &&
	       pimdm_metric_is_better(&theirs, &ours);
}

/*
 * Data came lately, or State Refresh did: where it is pruned no data comes, and a member in the
 * other domain must yet be able to ask for it.
 */
bool pimdm_tree_is_alive(const struct pimdm_tree *tree)
{
	return tree->is_live && !tree->is_border &&
	       (timer_runs(&tree->data_timer) || is_refreshed(tree));
}

bool pimdm_border_is_alive(const struct mrp *mrp, const struct mfib_key *key)
{
	const struct pimdm_tree *tree = pimdm_tree_find(pimdm_from(mrp), key);

	return tree && pimdm_tree_is_alive(tree);
}

void pimdm_border_contribute(const struct mrp *mrp, const struct mfib_key *key, struct ifset *oifs)
{
	const struct pimdm_tree *tree = pimdm_tree_find(pimdm_from(mrp), key);

	if (!tree || !tree->is_live || !tree->is_border)
		return;
	ifset_for_each (link, &tree->olist)
		ifset_add(oifs, link);
}

/* The TTL of State Refresh is that of the data. 3.5, 8.2 */
uint32_t pimdm_border_flags(const struct mrp *mrp, const struct mfib_key *key)
{
	const struct pimdm_tree *tree = pimdm_tree_find(pimdm_from(mrp), key);

	return tree && tree->is_live && tree->is_border && tree->is_originator ? MFIB_F_TRACK_TTL
									       : 0;
}

static bool runs(const struct pimdm *pim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (pim->ifs[link])
			return true;
	return false;
}

void pimdm_border_changed(struct mrp *mrp, const struct mfib_key *key)
{
	struct pimdm *pim = pimdm_from(mrp);
	struct pimdm_tree *tree = pimdm_tree_find(pim, key);

	if (!tree && runs(pim) && border_is_alive(mrp, key))
		tree = pimdm_tree_get(pim, key, LINK_NONE);
	if (tree)
		pimdm_tree_mark(tree);
}

/* Data came in by an interface of the other protocol, until the route moved: now by the route's. */
static uint16_t input_of(struct pimdm_tree *tree, uint16_t link)
{
	const struct mrp *mrp = &tree->pim->mrp;
	const struct ev_rpf *path;

	if (!border_is_foreign(mrp, link) ||
	    !rpf_subscribe(mrp->core, &tree->path, &tree->key.source))
		return link;
	path = rpf_path(&tree->path);
	return path ? path->link : link;
}

void pimdm_border_take_over(struct mrp *mrp, const struct mfib_key *key, uint16_t link)
{
	struct pimdm_tree *tree = pimdm_tree_get(pimdm_from(mrp), key, link);

	if (!tree)
		return;
	if (!pimdm_tree_is_alive(tree)) {
		tree->data_link = input_of(tree, link);
		core_timer_arm(mrp->core, &tree->data_timer,
			       HP_SEC(pimdm_settings(tree, tree->data_link)->data_timeout_s));
		if (tree->is_live)
			pimdm_tree_busy(tree);
	}
	pimdm_tree_evaluate(tree);
}
