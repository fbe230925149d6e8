// SPDX-License-Identifier: GPL-2.0-only
/*
 * The macros: sets of interfaces and metrics, from the facts of a tree. Source: description of
 * PIM-DM, section 5; RFC 3973, 4.1.3 and 4.6.
 */
#include "core/border.h"
#include "core/membership/member.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

bool pimdm_metric_is_better(const struct pimdm_metric *a, const struct pimdm_metric *b)
{
	if (a->metric.preference != b->metric.preference)
		return a->metric.preference < b->metric.preference;
	if (a->metric.metric != b->metric.metric)
		return a->metric.metric < b->metric.metric;
	return ip_addr_compare(&a->addr, &b->addr) > 0;
}

bool pimdm_metric_is_infinite(const struct pim_metric *metric)
{
	return metric->preference >= PIM_INFINITE_PREFERENCE &&
	       metric->metric == PIM_INFINITE_METRIC;
}

struct pim_metric pimdm_route_metric(const struct pimdm_tree *tree)
{
	struct pim_metric metric = { tree->route.preference, tree->route.metric };

	if (metric.preference >= PIM_INFINITE_PREFERENCE)
		metric.preference = PIM_INFINITE_PREFERENCE - 1;
	if (metric.metric == PIM_INFINITE_METRIC)
		metric.metric = PIM_INFINITE_METRIC - 1;
	return metric;
}

struct pimdm_if *pimdm_rpf_if(const struct pimdm_tree *tree)
{
	return tree->route.link < LINKS_MAX ? tree->pim->ifs[tree->route.link] : NULL;
}

bool pimdm_is_first_hop(const struct pimdm_tree *tree)
{
	return tree->route.is_connected || !pimdm_rpf_if(tree);
}

bool pimdm_is_pruned(const struct pimdm_tree *tree)
{
	return tree->up == UP_PRUNED && !pimdm_is_first_hop(tree);
}

bool pimdm_limit_runs(const struct pimdm_tree *tree)
{
	return tree->up != UP_ACK_PENDING && timer_runs(&tree->limit_timer);
}

struct ip_addr pimdm_next_hop(const struct pimdm_tree *tree)
{
	const struct pimdm_if *pif = pimdm_rpf_if(tree);
	const struct pimdm_neigh *neigh;

	if (tree->route.is_connected)
		return tree->key.source;
	neigh = pif ? pimdm_neigh_resolve(pif, &tree->route.next_hop) : NULL;
	return neigh ? neigh->addr : tree->route.next_hop;
}

struct ip_addr pimdm_rpf_neighbor(const struct pimdm_tree *tree)
{
	const struct pimdm_tif *tif = pimdm_tif_find(tree, tree->route.link);

	return tif && tif->assert == ASSERT_LOSER ? tif->winner.addr : pimdm_next_hop(tree);
}

bool pimdm_could_assert(const struct pimdm_tree *tree, uint16_t link)
{
	return tree->is_live && link != tree->route.link;
}

struct pimdm_metric pimdm_my_metric(const struct pimdm_tree *tree, uint16_t link)
{
	const struct pimdm_if *pif = tree->pim->ifs[link];

	if (!pif || !pimdm_could_assert(tree, link))
		return (struct pimdm_metric){
			.metric = { PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC },
		};
	return (struct pimdm_metric){ pimdm_route_metric(tree), pif->addr };
}

bool pimdm_lost_assert(const struct pimdm_tif *tif)
{
	struct pimdm_metric mine;

	if (!tif || tif->assert != ASSERT_LOSER || tif->link == tif->tree->route.link)
		return false;
	mine = pimdm_my_metric(tif->tree, tif->link);
	return pimdm_metric_is_better(&tif->winner, &mine);
}

static bool is_output(const struct pimdm_tree *tree, uint16_t link)
{
	const struct pimdm *pim = tree->pim;
	const struct pimdm_tif *tif = pimdm_tif_find(tree, link);
	const struct pimdm_if *pif = pim->ifs[link];
	bool has_neighbor = (pif && pif->neighbor_count > 0) || ifset_has(&tree->stale_oifs, link);

	if (pimdm_lost_assert(tif))
		return false;
	if (has_neighbor && !(tif && tif->down == DOWN_PRUNED))
		return true;
	if (!pif && tree->is_border)
		return false; /* where only members are, the owner forwards. 8.4 */
	return member_wants(pim->mrp.core, link, &tree->key.source, &tree->key.group);
}

struct ifset pimdm_olist(const struct pimdm_tree *tree)
{
	struct ifset others, denied, olist = { .word = { 0 } };

	policy_denied_links(&tree->pim->mrp.core->policy, &tree->key.source, &tree->key.group,
			    &denied);
	ifset_for_each (link, &tree->pim->enabled)
		if (link != tree->route.link && !ifset_has(&denied, link) && is_output(tree, link))
			ifset_add(&olist, link);
	if (tree->is_border)
		return olist;
	others = border_outputs(&tree->pim->mrp, &tree->key);
	ifset_for_each (link, &others)
		if (link != tree->route.link)
			ifset_add(&olist, link);
	return olist;
}
