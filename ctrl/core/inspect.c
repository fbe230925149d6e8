// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read-only snapshots of a core. Protocols show their neighbors and trees themselves, by struct
 * mrp_views; what only HPIM-DM has is read here.
 */
#include "core/border.h"
#include "core/hpim/claim.h"
#include "core/hpim/if.h"
#include "core/hpim/tree.h"
#include "core/hpim/hpim_int.h"
#include "core/inspect.h"
#include "core/mfib.h"
#include "core/membership/join.h"

/* Each instance of a family that has something to show. */
#define for_each_view(mrp, core, family) \
	mrp_for_each (mrp, core, family) \
		if ((mrp)->ops->views)

hp_time inspect_time_left(const struct core *core, const struct timer *timer)
{
	return timer_runs(timer) ? timer->deadline - core->now : HP_TIME_NEVER;
}

const char *inspect_protocol_name(enum core_proto proto)
{
	return mfib_owner_name(proto == PROTO_PIMDM ? MFIB_PIMDM : MFIB_HPIM);
}

bool inspect_protocol_runs(const struct core *core, uint16_t link, enum ip_family family,
			   enum core_proto proto)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family)
		if (mrp->ops->proto == proto)
			return mrp->ops->views->runs(mrp, link);
	if (proto == PROTO_FOLLOW)
		return core->links[link].wanted[family][proto] && core->links[link].info.is_present;
	return proto == PROTO_GM && core->gm[family][link] != NULL;
}

const struct gm_if *inspect_membership(const struct core *core, uint16_t link,
				       enum ip_family family)
{
	return core->gm[family][link];
}

uint32_t inspect_neighbor_count(const struct core *core, uint16_t link, enum ip_family family)
{
	const struct mrp *mrp;
	uint32_t count = 0;

	for_each_view (mrp, core, family)
		count += mrp->ops->views->neighbor_count(mrp, link);
	return count;
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

bool inspect_sync_lost(const struct core *core, uint16_t link, enum ip_family family,
		       struct inspect_sync_lost *ret_lost)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);

	if (!hif || !ip_addr_is_set(&hif->sync_lost.addr))
		return false;
	*ret_lost = (struct inspect_sync_lost){ .addr = hif->sync_lost.addr,
						.len = hif->sync_lost.len,
						.repeats = hif->sync_lost.repeats,
						.lost_for = core->now - hif->sync_lost.at };
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

/* Neighbors of HPIM-DM that are counted with this family, and those of other protocols. */
static uint32_t router_count(const struct core *core, uint16_t link, enum ip_family family)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim_of(core, family), link);
	const struct hpim_neigh *neigh;
	uint32_t count = inspect_neighbor_count(core, link, family);

	if (hif)
		TAILQ_FOREACH (neigh, &hif->neighbors, node)
			count -= is_counted(core, neigh);
	return count;
}

struct inspect_counts inspect_counts(const struct core *core)
{
	struct inspect_counts counts = { 0 };
	const struct mrp *mrp;

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		for_each_view (mrp, core, family)
			counts.trees += mrp->ops->views->standing_count(mrp);
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

uint32_t inspect_tree_places(const struct core *core, enum ip_family family, enum core_proto proto)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family)
		if (mrp->ops->proto == proto)
			return mrp->ops->views->tree_places(mrp);
	return 0;
}

uint32_t inspect_link_trees(const struct core *core, uint16_t link, enum ip_family family,
			    enum core_proto proto)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family)
		if (mrp->ops->proto == proto)
			return mrp->brought[link].trees;
	return 0;
}

enum core_proto inspect_routing_protocol(const struct core *core, uint16_t link,
					 enum ip_family family)
{
	return border_owner(core, family, link)->ops->proto;
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

/* ---- neighbors and trees ---- */

void inspect_neighbors(const struct core *core, uint16_t link, enum ip_family family,
		       inspect_neighbor_fn *each, void *ctx)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family)
		if (!mrp->ops->views->neighbors(mrp, link, each, ctx))
			return;
}

void inspect_trees(const struct core *core, enum ip_family family, inspect_tree_fn *each, void *ctx)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family) {
		const struct mrp_views *views = mrp->ops->views;
		const void *tree = views->tree_first(mrp, NULL);

		for (; tree; tree = views->tree_next(tree, false)) {
			const struct inspect_tree view = views->tree(tree);

			if (!each(ctx, &view))
				return;
		}
	}
}

void inspect_tree_ifs(const struct core *core, enum ip_family family, inspect_tree_if_fn *each,
		      void *ctx)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, family) {
		const struct mrp_views *views = mrp->ops->views;
		const void *tree = views->tree_first(mrp, NULL);

		for (; tree; tree = views->tree_next(tree, false))
			if (!views->tree_ifs(tree, each, ctx))
				return;
	}
}

void inspect_trees_of(const struct core *core, const struct mfib_key *key, inspect_tree_fn *each,
		      void *ctx)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, ip_addr_family(&key->group)) {
		const void *tree = mrp->ops->views->tree_find(mrp, key);
		struct inspect_tree view;

		if (!tree)
			continue;
		view = mrp->ops->views->tree(tree);
		if (!each(ctx, &view))
			return;
	}
}

bool inspect_tree(const struct core *core, const struct mfib_key *key,
		  struct inspect_tree *ret_tree)
{
	struct mfib_entry entry;
	bool has_entry = mfib_find(core, key, &entry), is_found = false;
	const struct mrp *mrp;

	for_each_view (mrp, core, ip_addr_family(&key->group)) {
		const void *tree = mrp->ops->views->tree_find(mrp, key);

		if (!tree || (is_found && !(has_entry && entry.owner == mrp->ops->owner)))
			continue;
		*ret_tree = mrp->ops->views->tree(tree);
		is_found = true;
	}
	return is_found;
}

void inspect_tree_ifs_of(const struct core *core, const struct inspect_tree *tree,
			 inspect_tree_if_fn *each, void *ctx)
{
	const struct mrp *mrp;

	for_each_view (mrp, core, ip_addr_family(&tree->key.group)) {
		const void *found = mrp->ops->proto == tree->proto
					    ? mrp->ops->views->tree_find(mrp, &tree->key)
					    : NULL;

		if (found)
			(void)mrp->ops->views->tree_ifs(found, each, ctx); /* @each ends it */
	}
}

/* ---- walks ---- */

/* Rest at the first tree of the next protocol that shows any. Return: whether there is one. */
static bool walk_enter(struct inspect_walk *walk)
{
	for (; walk->at < MRP_MAX && walk->core->mrp[walk->family][walk->at]; walk->at++) {
		struct mrp *mrp = walk->core->mrp[walk->family][walk->at];
		const struct mrp_views *views = mrp->ops->views;

		if (!views)
			continue;
		walk->next = views->tree_first(mrp, walk->is_of_group ? &walk->group : NULL);
		walk->left = views->tree_count(mrp);
		LIST_INSERT_HEAD(&mrp->walks, walk, node);
		return true;
	}
	walk->core = NULL;
	return false;
}

void inspect_walk_begin(struct core *core, enum ip_family family, const struct ip_addr *group,
			struct inspect_walk *walk)
{
	*walk = (struct inspect_walk){ .core = core, .family = family };
	if (group) {
		walk->is_of_group = true;
		walk->group = *group;
	}
	(void)walk_enter(walk); /* without a protocol it is at its end */
}

bool inspect_walk_next(struct inspect_walk *walk, struct inspect_tree *ret_tree)
{
	const struct mrp_views *views;

	while (walk->core && (!walk->next || !walk->left)) {
		LIST_REMOVE(walk, node);
		walk->at++;
		(void)walk_enter(walk); /* the loop sees it */
	}
	if (!walk->core)
		return false;
	views = walk->core->mrp[walk->family][walk->at]->ops->views;
	*ret_tree = views->tree(walk->next);
	walk->left--;
	walk->next = views->tree_next(walk->next, walk->is_of_group);
	return true;
}

void inspect_walk_end(struct inspect_walk *walk)
{
	if (walk->core)
		LIST_REMOVE(walk, node);
	walk->core = NULL;
}

void inspect_walks_pass(struct mrp *mrp, const void *tree)
{
	struct inspect_walk *walk;

	LIST_FOREACH (walk, &mrp->walks, node)
		if (walk->next == tree)
			walk->next = mrp->ops->views->tree_next(tree, walk->is_of_group);
}

/* ---- of HPIM-DM ---- */

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
	const struct hpim_tree *tree = hpim_tree_find(hpim_of(core, ip_addr_family(&key->group)),
						      &key->source, &key->group);
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
