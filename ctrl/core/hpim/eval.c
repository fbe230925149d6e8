// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evaluation of a tree: gather facts, derive the view, send what the change asks for, set the
 * forwarding entry. The rules themselves are in hpim/derive.c. Source: description of HPIM-DM, 3.7
 * to 3.14.
 */
#include <string.h>

#include "core/border.h"
#include "core/membership/member.h"
#include "core/hpim/announced.h"
#include "core/hpim/eval.h"
#include "core/hpim/if.h"
#include "core/hpim/reliable.h"
#include "core/hpim/stale.h"
#include "core/hpim/unwanted.h"
#include "core/hpim/tree.h"
#include "core/link_trees.h"

/* How long the forwarding plane may take to say when it last saw a source. */
#define SOURCE_ANSWER_S 1

/* Interest of the interface and its BestUpstream. 3.6; only SYNCED neighbors count. */
static void gather_neighbors(const struct hpim_if *hif, const struct hpim_tree_if *tif,
			     struct hpim_fact_if *fact)
{
	bool by_default = hpim_if_settings(hif)->initial_flood;
	uint32_t unknown = hif->synced_count;
	const struct hpim_record *record;

	if (tif) {
		LIST_FOREACH (record, &tif->records, by_tif) {
			struct hpim_best *best = &fact->best;

			if (record->neigh->state != SYNC_SYNCED)
				continue;
			unknown -= record->is_upstream || record->interest != INTEREST_UNKNOWN;
			fact->has_interest |=
				!record->is_upstream && record->interest == INTEREST_YES;
			if (record->is_upstream &&
			    (!best->generation ||
			     hpim_best_is_better(&record->rpc, &record->neigh->addr, &best->rpc,
						 &best->addr)))
				*best = (struct hpim_best){ .generation = record->generation,
							    .addr = record->neigh->addr,
							    .rpc = record->rpc };
		}
	}
	fact->has_interest |= by_default && unknown > 0;
}

/* What stays as it was while a neighbor is awaited. */
static void gather_frozen(const struct hpim_if *hif, const struct hpim_tree_if *tif,
			  struct hpim_fact_if *fact)
{
	fact->is_frozen = hif->awaited_count > 0;
	if (!fact->is_frozen)
		return;
	fact->is_stale |= tif && tif->view.is_forwarding;
	fact->was_winner =
		fact->is_stale || (tif && tif->view.role == ROLE_NON_ROOT && tif->view.is_winner);
}

static void gather_if(const struct hpim_tree *tree, uint16_t link, bool is_denied,
		      struct hpim_fact_if *fact)
{
	const struct hpim *hpim = tree->hpim;
	const struct core *core = hpim->mrp.core;
	const struct hpim_tree_if *tif = hpim_tree_if_find(tree, link);
	const struct hpim_if *hif = hpim_if_by_link(hpim, link);

	memset(fact, 0, sizeof(*fact));
	fact->link = link;
	fact->is_connected = link_is_connected_to(&core->links[link], &tree->key.source);
	fact->has_member = member_wants(core, link, &tree->key.source, &tree->key.group);
	fact->is_holding = tif && timer_runs(&tif->hold_timer);
	fact->is_stale = tree->stale && ifset_has(&tree->stale->oifs, link);
	fact->floods = core->links[link].settings.initial_flood;
	if (!hif)
		return;
	fact->is_hpim = true;
	fact->addr = hif->addr;
	gather_neighbors(hif, tif, fact);
	gather_frozen(hif, tif, fact);
	fact->has_interest &= !is_denied;
}

/* The last that was derived for the tree stays true while its upstream neighbor is awaited. */
static bool was_active(const struct hpim_tree *tree, uint16_t root)
{
	if (root == LINK_NONE)
		return false;
	return (tree->stale && tree->stale->iif == root) ||
	       (tree->view.state == TREE_ACTIVE && !tree->view.is_originator &&
		tree->view.root == root);
}

/* Where a program of this router sends: as its last packet without an entry, or an earlier run,
 * says.
 */
static uint16_t local_input(const struct hpim_tree *tree)
{
	uint16_t link =
		tree->data_link == LINK_NONE && tree->stale ? tree->stale->iif : tree->data_link;

	return ifset_has(&tree->hpim->enabled, link) ? link : LINK_NONE;
}

static struct mrp *owner_of(const struct hpim_tree *tree, const struct ev_rpf *path)
{
	return border_owner_of(&tree->hpim->mrp, &tree->key, path, local_input(tree));
}

/* Where packets come in of a tree that another protocol owns: by the route, or as it found. */
static uint16_t foreign_input(const struct hpim_tree *tree, const struct ev_rpf *path)
{
	struct mfib_entry entry;

	if (path->link < LINKS_MAX)
		return path->link;
	return mfib_find(tree->hpim->mrp.core, &tree->key, &entry) ? entry.route.iif : LINK_NONE;
}

/*
 * Description of PIM-DM, 8.4. Of a tree of another protocol we are the originator while it lives,
 * and members count where HPIM-DM runs.
 */
static void gather_border(const struct hpim_tree *tree, const struct ev_rpf *path,
			  struct hpim_facts *facts)
{
	const struct mrp *mrp = &tree->hpim->mrp;

	facts->others = (struct ifset){ .word = { 0 } };
	facts->entry_flags = 0;
	facts->is_border = path && owner_of(tree, path) != mrp;
	if (!facts->is_border) {
		facts->others = border_outputs(mrp, &tree->key);
		facts->entry_flags = border_flags(mrp, &tree->key);
		return;
	}
	facts->is_originator = true;
	facts->is_source_active = border_is_alive(mrp, &tree->key);
	facts->is_local = facts->has_data = facts->is_stale = false;
	facts->root = LINK_NONE;
	facts->local_input = foreign_input(tree, path);
	facts->stale_oifs = facts->others;
	for (unsigned int i = 0; i < facts->if_count; i++)
		facts->ifs[i].has_member &= facts->ifs[i].is_hpim;
}

/* @path NULL: nothing depends on the route now. */
static void gather(const struct hpim_tree *tree, const struct ev_rpf *path,
		   struct hpim_facts *ret_facts)
{
	const struct hpim *hpim = tree->hpim;
	struct hpim_facts *facts = ret_facts;

	policy_denied_links(&hpim->mrp.core->policy, &tree->key.source, &tree->key.group,
			    &facts->denied);
	facts->is_originator = path && path->is_reachable && path->is_connected;
	facts->root = path && ifset_has(&hpim->enabled, path->link) ? path->link : LINK_NONE;
	facts->is_local = facts->is_originator && path->is_local;
	facts->local_input = local_input(tree);
	facts->rpc = path ? (struct hpim_rpc){ path->preference, path->metric }
			  : (struct hpim_rpc){ UINT32_MAX, UINT32_MAX };
	facts->is_source_active = timer_runs(&tree->source_timer);
	facts->has_data = timer_runs(&tree->data_timer);
	facts->data_link = tree->data_link;
	facts->was_active = was_active(tree, facts->root);
	facts->is_stale = tree->stale != NULL;
	if (tree->stale)
		facts->stale_oifs = tree->stale->oifs;
	ifset_for_each (link, &facts->denied)
		ifset_del(&facts->stale_oifs, link);
	facts->if_count = 0;
	ifset_for_each (link, &hpim->enabled)
		gather_if(tree, link, ifset_has(&facts->denied, link),
			  &facts->ifs[facts->if_count++]);
	gather_border(tree, path, facts);
}

/* The settings of an interface; of the instance where a tree has no such interface. */
static const struct core_settings *settings_of(const struct hpim_tree *tree, uint16_t link)
{
	const struct core *core = tree->hpim->mrp.core;

	return link == LINK_NONE ? &core->settings : &core->links[link].settings;
}

static void source_seen(struct hpim_tree *tree, hp_time lifetime)
{
	tree->is_asking = false;
	core_timer_arm(tree->hpim->mrp.core, &tree->source_timer, lifetime);
}

/* The forwarding plane knows since when the source of a stale tree was silent. */
static void source_seen_before(struct hpim_tree *tree, hp_time lifetime)
{
	hp_time silent_for = tree->hpim->mrp.core->now - tree->stale->seen_at;

	if (silent_for < lifetime)
		source_seen(tree, lifetime - silent_for);
}

static void source_gone(struct hpim_tree *tree)
{
	tree->is_asking = false;
	timer_stop(&tree->hpim->mrp.core->sched, &tree->source_timer);
}

/* The source active timer follows from the other facts of an originator. 3.8, 3.9, 3.13 */
static void settle_source(struct hpim_tree *tree, struct hpim_facts *facts)
{
	const struct hpim_view *was = &tree->view;
	bool has_upstream = false, is_new = was->state == TREE_INACTIVE;
	uint16_t input = hpim_input(facts);
	hp_time lifetime = HP_SEC(settings_of(tree, input)->source_lifetime_s);

	if (facts->is_border)
		return; /* its owner knows */
	for (unsigned int i = 0; i < facts->if_count; i++)
		has_upstream |= facts->ifs[i].best.generation != 0;
	if (!facts->is_originator || input == LINK_NONE || ifset_has(&facts->denied, input))
		source_gone(tree);
	else if (facts->has_data && facts->data_link == input)
		source_seen(tree, lifetime); /* data packet on the root interface */
	else if (is_new && (facts->has_data || has_upstream))
		source_seen(tree, lifetime); /* created by data, wherever it came in, 3.17; 3.8 */
	else if (is_new && tree->stale && tree->stale->iif == input &&
		 !timer_runs(&tree->source_timer))
		source_seen_before(tree, lifetime);
	else if (facts->has_data && !timer_runs(&tree->source_timer) &&
		 link_is_connected_to(&tree->hpim->mrp.core->links[facts->data_link],
				      &tree->key.source))
		source_seen(tree, lifetime); /* it is back, by another way into its subnet */
	else if (!is_new &&
		 (!was->is_originator || (was->root != LINK_NONE && was->root != facts->root)))
		source_seen(tree, lifetime); /* became originator, or another root interface */
	facts->is_source_active = timer_runs(&tree->source_timer);
}

static void note_tree(const struct hpim_tree *tree, enum note_code code, uint16_t link,
		      uint32_t value)
{
	core_note(tree->hpim->mrp.core, &(struct core_note){ .level = NOTE_INFO,
							     .code = code,
							     .link = link,
							     .a = tree->key.source,
							     .b = tree->key.group,
							     .v = { value } });
}

/* IamNoLongerUpstream goes before the interest, so that the interest has the greater SN. 3.13 */
static void perform(struct hpim_tree_if *tif, unsigned int react, const struct hpim_view *is,
		    const struct hpim_view_if *is_if)
{
	const struct hpim_if *hif = hpim_if_by_link(tif->tree->hpim, tif->link);

	if (!hif)
		return;
	/* After a restart the snapshot of the synchronization says it, to whoever is there. */
	if ((hif->neighbor_count || tif->tree->stale) && hpim_if_is_silent(hif))
		return;
	if (react & REACT_NO_UPSTREAM)
		hpim_reliable_send_all(tif, HPIM_NO_UPSTREAM, NULL);
	if (react & REACT_UPSTREAM)
		hpim_reliable_send_all(tif, HPIM_UPSTREAM, &is->rpc);
	if (react & (REACT_INTEREST | REACT_NO_INTEREST))
		hpim_reliable_send_to(tif,
				      react & REACT_INTEREST ? HPIM_INTEREST : HPIM_NO_INTEREST,
				      &is_if->best.addr);
}

/*
 * Differs: the reference holds also where it began to forward a moment ago, as every candidate does
 * until the first assert is decided, and so sends each packet twice for 2 s at the start of a tree
 * (Q8). No router depends on a forwarder that young: the winner began at the same time.
 */
static bool has_lasted(const struct hpim_tree *tree, const struct hpim_tree_if *tif)
{
	return tree->hpim->mrp.core->now - tif->forwarding_since >=
	       HP_MS(settings_of(tree, tif->link)->hold_forwarding_ms);
}

/* 3.10. Holding is a fact that a change of view creates: true when the view must be derived again.
 */
static bool settle_hold(struct hpim_tree *tree, struct hpim_facts *facts,
			const struct hpim_view *is, const struct hpim_view_if *is_ifs)
{
	static const struct hpim_view_if unknown;
	bool has_changed = false;

	for (unsigned int i = 0; i < facts->if_count; i++) {
		struct hpim_tree_if *tif = hpim_tree_if_find(tree, facts->ifs[i].link);
		const struct core_settings *settings = settings_of(tree, facts->ifs[i].link);
		unsigned int react =
			hpim_react(&tree->view, tif ? &tif->view : &unknown, is, &is_ifs[i]);

		if (!tif)
			continue;
		if (react & REACT_HOLD && settings->hold_forwarding && has_lasted(tree, tif))
			core_timer_arm(tree->hpim->mrp.core, &tif->hold_timer,
				       HP_MS(settings->hold_forwarding_ms));
		if (react & REACT_RELEASE)
			timer_stop(&tree->hpim->mrp.core->sched, &tif->hold_timer);
		has_changed |= facts->ifs[i].is_holding != timer_runs(&tif->hold_timer);
		facts->ifs[i].is_holding = timer_runs(&tif->hold_timer);
	}
	return has_changed;
}

/* Go from the old view to the new one on every enabled interface. */
static void apply_ifs(struct hpim_tree *tree, const struct hpim_facts *facts,
		      const struct hpim_view *is, const struct hpim_view_if *is_ifs)
{
	for (unsigned int i = 0; i < facts->if_count; i++) {
		uint16_t link = facts->ifs[i].link;
		struct hpim_tree_if *tif = is->state == TREE_INACTIVE
						   ? hpim_tree_if_find(tree, link)
						   : hpim_tree_if_get(tree, link);

		if (!tif)
			continue;
		if (tif->view.is_winner != is_ifs[i].is_winner &&
		    tif->view.role == is_ifs[i].role && !ifset_has(&facts->denied, link))
			note_tree(tree, NOTE_ASSERT, link, is_ifs[i].is_winner);
		perform(tif, hpim_react(&tree->view, &tif->view, is, &is_ifs[i]), is, &is_ifs[i]);
		if (!tif->view.is_forwarding)
			tif->forwarding_since = tree->hpim->mrp.core->now;
		tif->view = is_ifs[i];
	}
}

/* Interfaces that are no longer part of the tree; and interest in a tree that is none. 3.13, 3.14
 */
static void forget(struct hpim_tree *tree, const struct hpim_view *is)
{
	for (uint16_t i = 0; i < tree->tif_count; i++) {
		struct hpim_tree_if *tif = tree->tifs[i];
		struct hpim_record *record;

		if (!ifset_has(&tree->hpim->enabled, tif->link))
			tif->view = (struct hpim_view_if){ .role = ROLE_NONE };
		if (is->state != TREE_INACTIVE)
			continue;
		LIST_FOREACH (record, &tif->records, by_tif)
			record->interest = INTEREST_UNKNOWN;
	}
}

/* mfib.c compares too; most evaluations need not look up what it has. */
static void set_route(struct hpim_tree *tree, const struct hpim_facts *facts,
		      const struct hpim_view *is)
{
	struct mfib_route route = { .key = tree->key, .iif = is->iif, .oifs = is->oifs };

	/* Data that comes in where another protocol forwards is that one's matter. */
	if (!ifset_is_empty(&facts->others))
		route.flags = MFIB_F_WRONG_IF;
	route.flags |= facts->entry_flags;
	if (is->iif == tree->view.iif && ifset_equal(&is->oifs, &tree->view.oifs) &&
	    is->is_border == tree->view.is_border && !timer_runs(&tree->data_timer) &&
	    facts->entry_flags == tree->entry_flags)
		return;
	tree->entry_flags = facts->entry_flags;
	if (is->iif == LINK_NONE || is->is_border)
		mfib_clear(tree->hpim->mrp.core, MFIB_HPIM, &tree->key);
	else
		(void)mfib_set(tree->hpim->mrp.core, MFIB_HPIM,
			       &route); /* without memory: the miss comes again */
}

/* Whether the route to the source matters: data came in, or some neighbor can deliver it. */
static bool needs_path(const struct hpim_tree *tree)
{
	if (tree->view.state != TREE_INACTIVE || tree->stale || timer_runs(&tree->data_timer) ||
	    border_is_alive(&tree->hpim->mrp, &tree->key))
		return true;
	for (uint16_t i = 0; i < tree->tif_count; i++) {
		const struct hpim_record *record;

		LIST_FOREACH (record, &tree->tifs[i]->records, by_tif)
			if (record->is_upstream)
				return true;
	}
	return false;
}

/*
 * Whether a host or neighbor asked for what the tree carries, or announced it to us. A neighbor
 * that said nothing yet has interest by default (3.6); that is no asking. A flood entry carries
 * only what comes in by its input.
 */
static bool is_wanted(const struct hpim_tree *tree, const struct hpim_facts *facts,
		      const struct hpim_view *is)
{
	bool carries = is->state != TREE_INACTIVE || is->iif == tree->data_link;

	for (unsigned int i = 0; i < facts->if_count && carries; i++)
		if (facts->ifs[i].has_member && ifset_has(&is->oifs, facts->ifs[i].link))
			return true;
	for (uint16_t i = 0; i < tree->tif_count; i++) {
		const struct hpim_record *record;

		LIST_FOREACH (record, &tree->tifs[i]->records, by_tif)
			if (record->is_upstream || record->interest == INTEREST_YES)
				return true;
	}
	return false;
}

/* Whether a member, or a neighbor, asks for a tree that neighbors announced. */
static bool is_asked(const struct hpim_tree *tree, const struct hpim_facts *facts,
		     const struct hpim_view *is)
{
	if (tree->stale)
		return true;
	for (unsigned int i = 0; i < facts->if_count; i++)
		if (facts->ifs[i].has_member && facts->ifs[i].link != is->root)
			return true;
	for (uint16_t i = 0; i < tree->tif_count && is->state != TREE_INACTIVE; i++) {
		const struct hpim_record *record;

		if (ifset_has(&facts->denied, tree->tifs[i]->link))
			continue;
		LIST_FOREACH (record, &tree->tifs[i]->records, by_tif)
			if (record->interest == INTEREST_YES)
				return true;
	}
	return false;
}

/* The policy is another one since data came in: that it did is no reason for a tree any longer. */
static void forget_denied_data(struct hpim_tree *tree)
{
	struct core *core = tree->hpim->mrp.core;

	if (policy_denies(&core->policy, tree->data_link, &tree->key.source, &tree->key.group))
		timer_stop(&core->sched, &tree->data_timer);
}

/* Where data of the tree comes in as far as we know; LINK_NONE: none is known of. */
static uint16_t data_comes_by(const struct hpim_tree *tree)
{
	if (timer_runs(&tree->data_timer))
		return tree->data_link;
	if (tree->stale)
		return tree->stale->iif;
	return tree->view.is_border ? LINK_NONE : tree->view.iif;
}

/* The protocol of the route's interface owns the tree: what we knew of its data is now its own. */
static void leave_to_owner(struct hpim_tree *tree, struct mrp *owner)
{
	uint16_t link = data_comes_by(tree);

	if (link == LINK_NONE)
		return;
	border_hand_over(&tree->hpim->mrp, owner, &tree->key, link);
	timer_stop(&tree->hpim->mrp.core->sched, &tree->data_timer);
	source_gone(tree);
	hpim_stale_end(tree);
}

bool hpim_tree_is_alive(const struct hpim_tree *tree)
{
	if (tree->view.is_border || tree->view.iif == LINK_NONE)
		return false;
	return tree->view.state == TREE_ACTIVE ||
	       (tree->view.state == TREE_INACTIVE && timer_runs(&tree->data_timer));
}

/* What other protocols were answered, and are now. */
static void renew_border(const struct hpim_tree *tree, const struct hpim_view *was, bool was_alive)
{
	const struct hpim_view *is = &tree->view;

	if (was_alive != hpim_tree_is_alive(tree) || was->is_border != is->is_border ||
	    (is->is_border && !ifset_equal(&was->oifs, &is->oifs)))
		border_changed(&tree->hpim->mrp, &tree->key);
}

/* An interface that is no longer part of trees is not charged for what it brought. */
static void release_link(struct hpim_tree *tree)
{
	if (!ifset_has(&tree->hpim->enabled, tree->brought_by))
		link_trees_release(&tree->hpim->mrp, &tree->brought_by);
}

void hpim_tree_evaluate(struct hpim_tree *tree)
{
	const struct hpim_view was = tree->view;
	bool wanted, asked, was_alive = hpim_tree_is_alive(tree);
	struct hpim_view_if is_ifs[LINKS_MAX];
	const struct ev_rpf *path = NULL;
	struct hpim_facts facts;
	struct hpim_view is;
	struct mrp *owner;

	release_link(tree);
	forget_denied_data(tree);
	if (needs_path(tree)) {
		if (!rpf_subscribe(tree->hpim->mrp.core, &tree->path, &tree->key.source))
			return;
		path = rpf_path(&tree->path);
		if (!path)
			return; /* EV_RPF marks the tree again */
		owner = owner_of(tree, path);
		if (owner != &tree->hpim->mrp)
			leave_to_owner(tree, owner);
	} else {
		rpf_unsubscribe(tree->hpim->mrp.core, &tree->path);
	}
	gather(tree, path, &facts);
	settle_source(tree, &facts);
	hpim_derive(&facts, &is, is_ifs);
	if (settle_hold(tree, &facts, &is, is_ifs))
		hpim_derive(&facts, &is, is_ifs);
	apply_ifs(tree, &facts, &is, is_ifs);
	forget(tree, &is);
	set_route(tree, &facts, &is);
	if (is.state != tree->view.state)
		note_tree(tree, NOTE_TREE_STATE, LINK_NONE, is.state);
	tree->hpim->standing_count += is.state != TREE_INACTIVE;
	tree->hpim->standing_count -= tree->view.state != TREE_INACTIVE;
	tree->view = is;
	if (is.state != TREE_INACTIVE && is.iif != LINK_NONE && is.iif == hpim_input(&facts))
		timer_stop(&tree->hpim->mrp.core->sched, &tree->data_timer);
	renew_border(tree, &was, was_alive);
	wanted = tree->data_link != LINK_NONE && (tree->stale || is_wanted(tree, &facts, &is));
	asked = is_asked(tree, &facts, &is);
	if (!hpim_tree_sweep(tree))
		return;
	hpim_unwanted_judge(tree, wanted);
	hpim_announced_judge(tree, asked);
}

void hpim_tree_give_up(struct hpim_tree *tree)
{
	source_gone(tree);
	timer_stop(&tree->hpim->mrp.core->sched, &tree->data_timer);
	hpim_tree_mark(tree);
}

void hpim_tree_clear(struct hpim_tree *tree)
{
	struct core *core = tree->hpim->mrp.core;

	hpim_tree_give_up(tree);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		timer_stop(&core->sched, &tree->tifs[i]->hold_timer);
	mfib_clear(core, MFIB_STALE, &tree->key); /* must not come back */
	hpim_stale_end(tree);
	mfib_clear(core, MFIB_HPIM, &tree->key);
	tree->view.iif = LINK_NONE; /* so that set_route() makes the entry again */
	tree->view.oifs = (struct ifset){ .word = { 0 } };
}

void hpim_hold_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the tree knows it */
	hpim_tree_mark(container_of(timer, struct hpim_tree_if, hold_timer)->tree);
}

/* First ask the forwarding plane: no packet of an established tree passes the daemon. */
void hpim_source_expired(struct core *core, struct timer *timer)
{
	struct hpim_tree *tree = container_of(timer, struct hpim_tree, source_timer);

	if (tree->is_asking) {
		tree->is_asking = false;
		hpim_tree_mark(tree);
		return;
	}
	tree->is_asking = true;
	core_timer_arm(core, timer, HP_SEC(SOURCE_ANSWER_S));
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_QUERY, .key = tree->key });
}

void hpim_data_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the tree knows it */
	hpim_tree_mark(container_of(timer, struct hpim_tree, data_timer));
}

/* Answer of the forwarding plane. */
void hpim_tree_seen(struct hpim_tree *tree, hp_time seen_for)
{
	hp_time lifetime = HP_SEC(settings_of(tree, tree->view.iif)->source_lifetime_s);

	if (!timer_runs(&tree->source_timer))
		return;
	if (seen_for < lifetime)
		source_seen(tree, lifetime - seen_for);
	else
		source_gone(tree);
	hpim_tree_mark(tree);
}

/* Data without a route entry. 3.17 */
void hpim_tree_missed(struct hpim_tree *tree, uint16_t link)
{
	struct core *core = tree->hpim->mrp.core;

	tree->data_link = link;
	core_timer_arm(core, &tree->data_timer, HP_SEC(settings_of(tree, link)->initial_flood_s));
	hpim_tree_mark(tree);
}
