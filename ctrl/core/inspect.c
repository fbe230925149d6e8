// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read-only snapshots of a core. Words for people are those of the description of HPIM-DM, 7.2, in
 * small letters.
 */
#include "core/hpim/claim.h"
#include "core/hpim/if.h"
#include "core/hpim/tree.h"
#include "core/hpim/hpim_int.h"
#include "core/inspect.h"
#include "core/membership/join.h"
#include "core/pimdm/pimdm_int.h"

static const char *const sync_names[SYNC_STATE_COUNT] = {
	[SYNC_UNKNOWN] = "unknown",
	[SYNC_MASTER] = "master",
	[SYNC_SLAVE] = "slave",
	[SYNC_SYNCED] = "synced",
};

bool inspect_protocol_runs(const struct core *core, uint16_t link, enum ip_family family,
			   enum core_proto proto)
{
	if (proto == PROTO_HPIM)
		return hpim_if_by_link(hpim_of(core, family), link) != NULL;
	if (proto == PROTO_PIMDM)
		return pimdm_of(core, family)->ifs[link] != NULL;
	return proto == PROTO_GM && core->gm[family][link] != NULL;
}

const struct gm_if *inspect_membership(const struct core *core, uint16_t link,
				       enum ip_family family)
{
	return core->gm[family][link];
}

uint32_t inspect_neighbor_count(const struct core *core, uint16_t link, enum ip_family family)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);

	return hif ? hif->neighbor_count : 0;
}

uint32_t inspect_boot_time(const struct core *core)
{
	uint32_t greatest = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		for (uint16_t link = 0; link < LINKS_MAX; link++)
			if (hpim_of(core, family)->last_boot_time[link] > greatest)
				greatest = hpim_of(core, family)->last_boot_time[link];
	return greatest;
}

bool inspect_sequence(const struct core *core, uint16_t link, enum ip_family family,
		      uint32_t *ret_boot_time, uint32_t *ret_sn)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);

	if (!hif)
		return false;
	*ret_boot_time = hif->boot_time;
	*ret_sn = hif->sn;
	return true;
}

/* Whether a neighbor of another family, which was counted before, is the same router. */
static bool is_counted(const struct core *core, const struct hpim_neigh *router)
{
	const struct hpim_neigh *neigh;

	for (enum ip_family family = 0; family < router->hif->hpim->mrp.family; family++) {
		const struct hpim_if *hif =
			hpim_if_by_link(hpim_of(core, family), router->hif->link);

		if (hif)
			TAILQ_FOREACH (neigh, &hif->neighbors, node)
				if (hpim_accept_is_same_router(neigh, router))
					return true;
	}
	return false;
}

static uint32_t router_count(const struct core *core, uint16_t link, enum ip_family family)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);
	const struct hpim_neigh *neigh;
	uint32_t count = 0;

	if (hif)
		TAILQ_FOREACH (neigh, &hif->neighbors, node)
			count += !is_counted(core, neigh);
	return count;
}

struct inspect_counts inspect_counts(const struct core *core)
{
	struct inspect_counts counts = { 0 };
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		counts.trees += hpim_of(core, family)->standing_count;
		for (uint16_t link = 0; link < LINKS_MAX; link++) {
			const struct gm_if *gm = core->gm[family][link];

			counts.neighbors += router_count(core, link, family);
			counts.groups += gm_join_count(core, link, family);
			counts.groups += gm ? gm_if_inspect(gm).groups : 0;
		}
	}
	return counts;
}

const struct core_limits *inspect_limits(const struct core *core)
{
	return &core->limits;
}

const struct policy *inspect_policy(const struct core *core)
{
	return &core->policy;
}

const struct core_settings *inspect_settings(const struct core *core, uint16_t link)
{
	return &core->links[link].settings;
}

uint32_t inspect_tree_places(const struct core *core, enum ip_family family)
{
	return hpim_of(core, family)->tree_count - hpim_of(core, family)->ending_count;
}

const struct counters *inspect_counters(const struct core *core, uint16_t link,
					enum ip_family family)
{
	return &core->links[link].counters[family];
}

uint64_t inspect_refused(const struct core *core, uint16_t link, enum note_code code)
{
	uint64_t sum = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		sum += core->links[link].counters[family].noted[code];
	return sum;
}

void inspect_keys(const struct core *core, enum ip_family family,
		  bool (*each)(void *ctx, const struct inspect_key *), void *ctx)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		const struct hpim_keyset *set = hpim_of(core, family)->keys[link];

		for (unsigned int i = 0; set && i < set->count; i++) {
			const struct hpim_key *key = &set->keys[i].key;
			struct inspect_key view = {
				.link = link,
				.id = key->id,
				.family = family,
				.hash = key->hash,
				.is_sending = key->id == set->send_id,
			};

			if (!each(ctx, &view))
				return;
		}
	}
}

static hp_time time_left(const struct core *core, const struct timer *timer)
{
	return timer_runs(timer) ? timer->deadline - core->now : HP_TIME_NEVER;
}

void inspect_neighbors(const struct core *core, uint16_t link, enum ip_family family,
		       bool (*each)(void *ctx, const struct inspect_neighbor *), void *ctx)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);
	const struct hpim_neigh *neigh;

	if (!hif)
		return;
	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		struct inspect_neighbor view = {
			.link = link,
			.family = family,
			.addr = neigh->addr,
			.state = sync_names[neigh->state],
			.hold_s = neigh->hold_s,
			.expires_in = time_left(core, &neigh->liveness_timer),
			.since_for = core->now - neigh->since,
			.was_synced = neigh->was_synced,
			.boot_time = neigh->boot_time,
			.my_snapshot_sn = neigh->my_snapshot_sn,
			.neighbor_snapshot_sn = neigh->neighbor_snapshot_sn,
			.checkpoint_sn = neigh->checkpoint_sn,
		};

		if (!each(ctx, &view))
			return;
	}
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

static struct inspect_tree view_of(const struct hpim_tree *tree)
{
	const struct hpim_view *is = &tree->view;
	const struct hpim_tree_if *root = hpim_tree_if_find(tree, is->root);
	struct inspect_tree view = {
		.key = tree->key,
		.state = tree_state(tree),
		.is_originator = is->is_originator,
		.in_tree = is->in_tree,
		.root = is->root,
		.preference = is->rpc.preference,
		.metric = is->rpc.metric,
		.iif = is->iif,
		.oifs = is->oifs,
		.stale_in = HP_TIME_NEVER,
	};

	if (root && root->view.best.generation)
		view.upstream = root->view.best.addr;
	if (tree->stale) {
		view.stale_oifs = tree->stale->oifs;
		view.stale_in = time_left(tree->hpim->mrp.core, &tree->stale->timer);
	}
	return view;
}

void inspect_trees(const struct core *core, enum ip_family family,
		   bool (*each)(void *ctx, const struct inspect_tree *), void *ctx)
{
	const struct hpim_tree *tree = hpim_of(core, family)->trees;

	for (; tree; tree = tree->hh.next) {
		struct inspect_tree view = view_of(tree);

		if (!each(ctx, &view))
			return;
	}
}

static const struct hpim_tree *tree_find(const struct core *core, const struct mfib_key *key)
{
	return hpim_tree_find(hpim_of(core, ip_addr_family(&key->group)), &key->source,
			      &key->group);
}

bool inspect_tree(const struct core *core, const struct mfib_key *key,
		  struct inspect_tree *ret_tree)
{
	const struct hpim_tree *tree = tree_find(core, key);

	if (tree)
		*ret_tree = view_of(tree);
	return tree != NULL;
}

/* New trees are the last of all, and the first of their group. */
void inspect_walk_begin(struct core *core, enum ip_family family, const struct ip_addr *group,
			struct inspect_walk *walk)
{
	struct hpim *hpim = hpim_of(core, family);

	*walk = (struct inspect_walk){ .next = hpim->trees, .left = hpim->tree_count };
	if (group) {
		walk->next = hpim_tree_first_of_group(hpim, group);
		walk->is_of_group = true;
	}
	LIST_INSERT_HEAD(&hpim->walks, walk, node);
}

static void walk_step(struct inspect_walk *walk)
{
	const struct hpim_tree *tree = walk->next;

	walk->next = walk->is_of_group ? LIST_NEXT(tree, by_group) : tree->hh.next;
}

bool inspect_walk_next(struct inspect_walk *walk, struct inspect_tree *ret_tree)
{
	if (!walk->next || !walk->left)
		return false;
	*ret_tree = view_of(walk->next);
	walk->left--;
	walk_step(walk);
	return true;
}

void inspect_walk_end(struct inspect_walk *walk)
{
	LIST_REMOVE(walk, node);
}

void inspect_walks_pass(const struct hpim_tree *tree)
{
	struct inspect_walk *walk;

	LIST_FOREACH (walk, &tree->hpim->walks, node)
		if (walk->next == tree)
			walk_step(walk);
}

static struct inspect_tree_if view_of_if(const struct hpim_tree_if *tif)
{
	const struct hpim_view_if *is = &tif->view;
	struct inspect_tree_if view = {
		.key = tif->tree->key,
		.link = tif->link,
		.is_root = is->role == ROLE_ROOT,
		.is_winner = is->is_winner,
		.has_interest = is->has_interest,
		.has_member = is->has_member,
		.is_forwarding = is->is_forwarding,
	};

	if (is->best.generation) {
		view.best_upstream = is->best.addr;
		view.upstream_preference = is->best.rpc.preference;
		view.upstream_metric = is->best.rpc.metric;
	}
	return view;
}

void inspect_tree_ifs(const struct core *core, enum ip_family family,
		      bool (*each)(void *ctx, const struct inspect_tree_if *), void *ctx)
{
	const struct hpim_tree *tree = hpim_of(core, family)->trees;

	for (; tree; tree = tree->hh.next) {
		for (uint16_t i = 0; i < tree->tif_count; i++) {
			struct inspect_tree_if view = view_of_if(tree->tifs[i]);

			if (tree->tifs[i]->view.role != ROLE_NONE && !each(ctx, &view))
				return;
		}
	}
}

void inspect_tree_ifs_of(const struct core *core, const struct mfib_key *key,
			 void (*each)(void *ctx, const struct inspect_tree_if *), void *ctx)
{
	const struct hpim_tree *tree = tree_find(core, key);

	for (uint16_t i = 0; tree && i < tree->tif_count; i++) {
		struct inspect_tree_if view = view_of_if(tree->tifs[i]);

		if (tree->tifs[i]->view.role != ROLE_NONE)
			each(ctx, &view);
	}
}

static struct inspect_record view_of_record(const struct hpim_record *record)
{
	static const char *const interest_names[] = {
		[INTEREST_UNKNOWN] = "unknown", [INTEREST_YES] = "yes", [INTEREST_NO] = "no"
	};
	struct inspect_record view = {
		.key = record->tif->tree->key,
		.link = record->tif->link,
		.neighbor = record->neigh->addr,
		.is_upstream = record->is_upstream,
		.interest = interest_names[record->interest],
		.last_sn = record->last_sn,
	};

	if (record->is_upstream) {
		view.preference = record->rpc.preference;
		view.metric = record->rpc.metric;
	}
	return view;
}

void inspect_records_of(const struct core *core, const struct mfib_key *key,
			void (*each)(void *ctx, const struct inspect_record *), void *ctx)
{
	const struct hpim_tree *tree = tree_find(core, key);
	const struct hpim_record *record;

	for (uint16_t i = 0; tree && i < tree->tif_count; i++) {
		LIST_FOREACH (record, &tree->tifs[i]->records, by_tif) {
			struct inspect_record view = view_of_record(record);

			each(ctx, &view);
		}
	}
}

uint64_t inspect_pim_refused(const struct core *core, uint16_t link, enum pimdm_refusal reason)
{
	uint64_t sum = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		sum += core->links[link].counters[family].pim_refused[reason];
	return sum;
}

uint64_t inspect_gm_refused(const struct core *core, uint16_t link, enum gm_refusal reason)
{
	uint64_t sum = 0;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
		sum += core->links[link].counters[family].gm_refused[reason];
	return sum;
}
