// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM-DM's neighbors and trees as others see them. Words for people are the states of the
 * description of PIM-DM, section 1, in small letters.
 */
#include "core/inspect.h"
#include "core/membership/member.h"
#include "core/pimdm/pimdm_int.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

static const char *const up_names[UP_COUNT] = {
	[UP_FORWARDING] = "forwarding",
	[UP_PRUNED] = "pruned",
	[UP_ACK_PENDING] = "ack-pending",
};

static const char *const down_names[DOWN_COUNT] = {
	[DOWN_NO_INFO] = "no-info",
	[DOWN_PRUNE_PENDING] = "prune-pending",
	[DOWN_PRUNED] = "pruned",
};

static const char *const assert_names[ASSERT_COUNT] = {
	[ASSERT_NO_INFO] = "no-info",
	[ASSERT_WINNER] = "winner",
	[ASSERT_LOSER] = "loser",
};

static const struct pimdm *pimdm_of_mrp(const struct mrp *mrp)
{
	return container_of(mrp, const struct pimdm, mrp);
}

static bool runs(const struct mrp *mrp, uint16_t link)
{
	return pimdm_of_mrp(mrp)->ifs[link] != NULL;
}

static uint32_t neighbor_count(const struct mrp *mrp, uint16_t link)
{
	const struct pimdm_if *pif = pimdm_of_mrp(mrp)->ifs[link];

	return pif ? pif->neighbor_count : 0;
}

static bool neighbors(const struct mrp *mrp, uint16_t link, inspect_neighbor_fn *each, void *ctx)
{
	const struct pimdm_if *pif = pimdm_of_mrp(mrp)->ifs[link];
	const struct pimdm_neigh *neigh;

	if (!pif)
		return true;
	TAILQ_FOREACH (neigh, &pif->neighbors, node) {
		const struct inspect_neighbor view = {
			.link = link,
			.family = mrp->family,
			.proto = PROTO_PIMDM,
			.addr = neigh->addr,
			.state = "up",
			.is_usable = true,
			.hold_s = neigh->hold_s,
			.expires_in = inspect_time_left(mrp->core, &neigh->liveness_timer),
			.since_for = mrp->core->now - neigh->since,
			.has_gen_id = neigh->has_gen_id,
			.has_delay = neigh->has_delay,
			.is_refresh_capable = neigh->is_refresh_capable,
			.gen_id = neigh->gen_id,
			.delay_ms = neigh->delay_ms,
			.override_ms = neigh->override_ms,
		};

		if (!each(ctx, &view))
			return false;
	}
	return true;
}

static uint32_t tree_count(const struct mrp *mrp)
{
	return pimdm_of_mrp(mrp)->tree_count;
}

static const void *tree_find(const struct mrp *mrp, const struct mfib_key *key)
{
	return pimdm_tree_find(pimdm_of_mrp(mrp), key);
}

static const void *tree_first(const struct mrp *mrp, const struct ip_addr *group)
{
	const struct pimdm *pim = pimdm_of_mrp(mrp);
	const struct pimdm_group *found;

	if (!group)
		return pim->trees;
	found = pimdm_group_find(pim, group);
	return found ? LIST_FIRST(&found->trees) : NULL;
}

static const void *tree_next(const void *at, bool is_of_group)
{
	const struct pimdm_tree *tree = at;

	return is_of_group ? LIST_NEXT(tree, by_group) : tree->hh.next;
}

static struct inspect_tree tree_view(const void *at)
{
	const struct pimdm_tree *tree = at;
	const struct core *core = tree->pim->mrp.core;
	hp_time limit_in = inspect_time_left(core, &tree->limit_timer);
	struct inspect_tree view = {
		.key = tree->key,
		.proto = PROTO_PIMDM,
		.state = tree->is_live ? up_names[tree->up] : "no-route",
		.is_originator = tree->is_first_hop,
		.root = LINK_NONE,
		.iif = LINK_NONE,
		.stale_in = HP_TIME_NEVER,
		.since_for = core->now - tree->created_at,
		.expires_in = inspect_time_left(core, &tree->data_timer),
		.graft_in = tree->up == UP_ACK_PENDING ? limit_in : HP_TIME_NEVER,
		.limit_in = tree->up == UP_ACK_PENDING ? HP_TIME_NEVER : limit_in,
		.override_in = inspect_time_left(core, &tree->override_timer),
		.refresh_in = inspect_time_left(core, &tree->refresh_timer),
		.graft_count = tree->graft_count,
	};

	if (!tree->is_live)
		return view;
	/* What is stored of it does not count where nothing is asked of an upstream neighbor. */
	if (tree->is_first_hop)
		view.state = up_names[UP_FORWARDING];
	else
		view.upstream = tree->rpf_neighbor;
	view.root = view.iif = tree->route.link;
	view.preference = tree->route.preference;
	view.metric = tree->route.metric;
	view.oifs = tree->olist;
	view.in_tree = !ifset_is_empty(&tree->olist);
	return view;
}

/* An interface without neighbors, members and state has no part in the tree. */
static bool has_part(const struct inspect_tree_if *view, const struct pimdm_tif *tif)
{
	return view->is_root || view->neighbors || view->has_member || tif;
}

static struct inspect_tree_if view_of_if(const struct pimdm_tree *tree, uint16_t link,
					 const struct pimdm_tif *tif)
{
	const struct core *core = tree->pim->mrp.core;
	struct inspect_tree_if view = {
		.key = tree->key,
		.proto = PROTO_PIMDM,
		.link = link,
		.is_root = link == tree->route.link,
		.has_member = member_wants(core, link, &tree->key.source, &tree->key.group),
		.is_forwarding = ifset_has(&tree->olist, link),
		.neighbors = neighbor_count(&tree->pim->mrp, link),
		.downstream = down_names[tif ? tif->down : DOWN_NO_INFO],
		.assert_state = assert_names[tif ? tif->assert : ASSERT_NO_INFO],
		.prune_in = tif ? inspect_time_left(core, &tif->prune_timer) : HP_TIME_NEVER,
		.assert_in = tif ? inspect_time_left(core, &tif->assert_timer) : HP_TIME_NEVER,
	};

	/* As for HPIM-DM: only who lost the assert does not serve the link. */
	view.is_winner = !view.is_root && !pimdm_lost_assert(tif);
	view.has_interest = !view.is_root && view.neighbors && (!tif || tif->down != DOWN_PRUNED);
	if (view.is_root)
		view.downstream = "-";
	if (tif && tif->assert != ASSERT_NO_INFO) {
		view.best_upstream = tif->winner.addr;
		view.upstream_preference = tif->winner.metric.preference;
		view.upstream_metric = tif->winner.metric.metric;
	}
	return view;
}

static bool tree_ifs(const void *at, inspect_tree_if_fn *each, void *ctx)
{
	const struct pimdm_tree *tree = at;

	if (!tree->is_live)
		return true;
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct pimdm_tif *tif = pimdm_tif_find(tree, link);
		struct inspect_tree_if view;

		if (!tif && !ifset_has(&tree->pim->enabled, link) && link != tree->route.link)
			continue;
		view = view_of_if(tree, link, tif);
		if (has_part(&view, tif) && !each(ctx, &view))
			return false;
	}
	return true;
}

const struct mrp_views pimdm_views = {
	.runs = runs,
	.neighbor_count = neighbor_count,
	.neighbors = neighbors,
	.tree_count = tree_count,
	.tree_places = tree_count,
	.standing_count = tree_count,
	.tree_find = tree_find,
	.tree_first = tree_first,
	.tree_next = tree_next,
	.tree = tree_view,
	.tree_ifs = tree_ifs,
};
