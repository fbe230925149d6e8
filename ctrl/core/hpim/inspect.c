// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM's neighbors and trees as others see them. Words for people are those of the description
 * of HPIM-DM, 7.2, in small letters.
 */
#include "core/hpim/hpim_int.h"
#include "core/hpim/if.h"
#include "core/hpim/tree.h"
#include "core/inspect.h"

static const char *const sync_names[SYNC_STATE_COUNT] = {
	[SYNC_UNKNOWN] = "unknown",
	[SYNC_MASTER] = "master",
	[SYNC_SLAVE] = "slave",
	[SYNC_SYNCED] = "synced",
};

static const struct hpim *hpim_of_mrp(const struct mrp *mrp)
{
	return container_of(mrp, const struct hpim, mrp);
}

static bool runs(const struct mrp *mrp, uint16_t link)
{
	return hpim_if_by_link(hpim_of_mrp(mrp), link) != NULL;
}

static uint32_t neighbor_count(const struct mrp *mrp, uint16_t link)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of_mrp(mrp), link);

	return hif ? hif->neighbor_count : 0;
}

static bool neighbors(const struct mrp *mrp, uint16_t link, inspect_neighbor_fn *each, void *ctx)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of_mrp(mrp), link);
	const struct core *core = mrp->core;
	const struct hpim_neigh *neigh;

	if (!hif)
		return true;
	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		struct inspect_neighbor view = {
			.link = link,
			.family = mrp->family,
			.proto = PROTO_HPIM,
			.addr = neigh->addr,
			.state = sync_names[neigh->state],
			.is_usable = neigh->state == SYNC_SYNCED,
			.hold_s = neigh->hold_s,
			.expires_in = inspect_time_left(core, &neigh->liveness_timer),
			.since_for = core->now - neigh->since,
			.was_synced = neigh->was_synced,
			.boot_time = neigh->boot_time,
			.my_snapshot_sn = neigh->my_snapshot_sn,
			.neighbor_snapshot_sn = neigh->neighbor_snapshot_sn,
			.checkpoint_sn = neigh->checkpoint_sn,
			.sync_len = neigh->received_len,
		};

		if (!each(ctx, &view))
			return false;
	}
	return true;
}

static uint32_t tree_count(const struct mrp *mrp)
{
	return hpim_of_mrp(mrp)->tree_count;
}

static uint32_t tree_places(const struct mrp *mrp)
{
	return hpim_of_mrp(mrp)->tree_count - hpim_of_mrp(mrp)->ending_count;
}

static uint32_t standing_count(const struct mrp *mrp)
{
	return hpim_of_mrp(mrp)->standing_count;
}

static const void *tree_find(const struct mrp *mrp, const struct mfib_key *key)
{
	return hpim_tree_find(hpim_of_mrp(mrp), &key->source, &key->group);
}

static const void *tree_first(const struct mrp *mrp, const struct ip_addr *group)
{
	const struct hpim *hpim = hpim_of_mrp(mrp);

	return group ? hpim_tree_first_of_group(hpim, group) : hpim->trees;
}

static const void *tree_next(const void *at, bool is_of_group)
{
	const struct hpim_tree *tree = at;

	return is_of_group ? LIST_NEXT(tree, by_group) : tree->hh.next;
}

static const char *tree_state(const struct hpim_tree *tree)
{
	switch (tree->view.state) {
	case TREE_ACTIVE: return "active";
	case TREE_UNSURE: return "unsure";
	case TREE_INACTIVE: break;
	}
	if (tree->stale)
		return "stale";
	return timer_runs(&tree->data_timer) ? "flood" : "inactive";
}

static struct inspect_tree tree_view(const void *at)
{
	const struct hpim_tree *tree = at;
	const struct hpim_view *is = &tree->view;
	const struct hpim_tree_if *root = hpim_tree_if_find(tree, is->root);
	struct inspect_tree view = {
		.key = tree->key,
		.proto = PROTO_HPIM,
		.state = tree_state(tree),
		.is_originator = is->is_originator,
		.in_tree = is->in_tree,
		.root = is->root,
		.preference = is->rpc.preference,
		.metric = is->rpc.metric,
		.iif = is->iif,
		.oifs = is->oifs,
		.stale_in = HP_TIME_NEVER,
		.since_for = HP_TIME_NEVER,
		.expires_in = HP_TIME_NEVER,
		.graft_in = HP_TIME_NEVER,
		.limit_in = HP_TIME_NEVER,
		.override_in = HP_TIME_NEVER,
		.refresh_in = HP_TIME_NEVER,
	};

	if (root && root->view.best.generation)
		view.upstream = root->view.best.addr;
	if (tree->stale) {
		view.stale_oifs = tree->stale->oifs;
		view.stale_in = inspect_time_left(tree->hpim->mrp.core, &tree->stale->timer);
	}
	return view;
}

static struct inspect_tree_if view_of_if(const struct hpim_tree_if *tif)
{
	const struct hpim_view_if *is = &tif->view;
	struct inspect_tree_if view = {
		.key = tif->tree->key,
		.proto = PROTO_HPIM,
		.link = tif->link,
		.is_root = is->role == ROLE_ROOT,
		.is_winner = is->is_winner,
		.has_interest = is->has_interest,
		.has_member = is->has_member,
		.is_forwarding = is->is_forwarding,
		.prune_in = HP_TIME_NEVER,
		.assert_in = HP_TIME_NEVER,
	};

	if (is->best.generation) {
		view.best_upstream = is->best.addr;
		view.upstream_preference = is->best.rpc.preference;
		view.upstream_metric = is->best.rpc.metric;
	}
	return view;
}

static bool tree_ifs(const void *at, inspect_tree_if_fn *each, void *ctx)
{
	const struct hpim_tree *tree = at;

	for (uint16_t i = 0; i < tree->tif_count; i++) {
		const struct inspect_tree_if view = view_of_if(tree->tifs[i]);

		if (tree->tifs[i]->view.role != ROLE_NONE && !each(ctx, &view))
			return false;
	}
	return true;
}

const struct mrp_views hpim_views = {
	.runs = runs,
	.neighbor_count = neighbor_count,
	.neighbors = neighbors,
	.tree_count = tree_count,
	.tree_places = tree_places,
	.standing_count = standing_count,
	.tree_find = tree_find,
	.tree_first = tree_first,
	.tree_next = tree_next,
	.tree = tree_view,
	.tree_ifs = tree_ifs,
};
