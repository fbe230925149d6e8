// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evaluation of a tree: what differs from the last time is an event of its machines, and its
 * forwarding entry follows. Source: description of PIM-DM, 3.0, steps 2 to 4; 3.7; 3.8; 8.2.
 */
#include "core/border.h"
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

static struct core *core_of(const struct pimdm_tree *tree)
{
	return tree->pim->mrp.core;
}

/* The route as it counts. Return: false: none, or through an interface that cannot be the input. */
static bool usable_route(const struct pimdm_tree *tree, const struct ev_rpf *path, bool is_border,
			 struct ev_rpf *ret_route)
{
	*ret_route = *path;
	if (path->is_local && !is_border) /* a program of this router sends: its packets come in
					     where they go out */
		ret_route->link = tree->is_live ? tree->route.link : tree->data_link;
	if (!path->is_reachable || (!is_border && !ifset_has(&tree->pim->enabled, ret_route->link)))
		return false;
	return ret_route->link >= LINKS_MAX ||
	       !policy_denies(&core_of(tree)->policy, ret_route->link, &tree->key.source,
			      &tree->key.group);
}

static bool route_equal(const struct ev_rpf *a, const struct ev_rpf *b)
{
	return a->link == b->link && a->is_connected == b->is_connected &&
	       a->prefix_len == b->prefix_len && a->preference == b->preference &&
	       a->metric == b->metric && ip_addr_equal(&a->next_hop, &b->next_hop);
}

/* ---- The forwarding entry ---- */

/* Data that is not wanted raises an event only where it leads to a Prune; and the first of all. */
static bool needs_notice(const struct pimdm_tree *tree)
{
	bool can_prune = pimdm_is_pruned(tree) && !pimdm_limit_runs(tree);

	return can_prune || !timer_runs(&tree->data_timer);
}

static void set_entry(const struct pimdm_tree *tree)
{
	struct mfib_route route = { .key = tree->key,
				    .iif = tree->route.link,
				    .flags = MFIB_F_WRONG_IF };

	if (!pimdm_is_pruned(tree))
		route.oifs = tree->olist;
	if (needs_notice(tree))
		route.flags |= MFIB_F_NOTIFY;
	if (tree->is_originator)
		route.flags |= MFIB_F_TRACK_TTL;
	(void)mfib_set(core_of(tree), MFIB_PIMDM, &route); /* without memory it misses again */
}

/*
 * Data that no tree can carry, unless an earlier run could: its entry stays for now. Its input is
 * kept: another one is worth another look. 3.6, 8.2
 */
static void set_negative(const struct pimdm_tree *tree)
{
	const struct mfib_route route = { .key = tree->key,
					  .iif = tree->data_link,
					  .flags = MFIB_F_WRONG_IF };

	if (!tree->is_border && tree->data_link != LINK_NONE && ifset_is_empty(&tree->stale_oifs) &&
	    ifset_has(&tree->pim->enabled, tree->data_link))
		(void)mfib_set(core_of(tree), MFIB_PIMDM, &route);
	else
		mfib_clear(core_of(tree), MFIB_PIMDM, &tree->key);
}

/* ---- The route ---- */

/* 3.7: AssertCancels, and nothing else; the next packet or message makes it again. */
static void lose_route(struct pimdm_tree *tree)
{
	for (uint16_t i = 0; i < tree->tif_count; i++)
		pimdm_assert_cancel(tree->tifs[i]);
	pimdm_tree_free(tree);
}

/* 3.7: the RPF interface changes, steps 1 to 4. Y was it, X is it. */
static void move_rpf(struct pimdm_tree *tree, uint16_t y, uint16_t x)
{
	struct pimdm_tif *tif = pimdm_tif_find(tree, y);

	if (tif)
		pimdm_assert(tif, ASSERT_EV_WAS_RPF, NULL, 0);
	tif = pimdm_tif_find(tree, x);
	if (tif) {
		pimdm_assert(tif, ASSERT_EV_BECOMES_RPF, NULL, 0);
		pimdm_downstream(tif, DOWN_EV_RESET, 0);
	}
	timer_stop(&core_of(tree)->sched, &tree->override_timer);
	tree->data_ttl = 0;
}

/* ---- Steps 2 and 3 ---- */

/* What differs from the last evaluation, as at most one event of the upstream machine. */
static void settle_upstream(struct pimdm_tree *tree, bool has_moved)
{
	const struct ip_addr rpf_neighbor = pimdm_rpf_neighbor(tree);
	const struct ifset olist = pimdm_olist(tree);
	bool is_first_hop = pimdm_is_first_hop(tree), was_first_hop = tree->is_first_hop;
	bool is_empty = ifset_is_empty(&olist), was_empty = ifset_is_empty(&tree->olist);
	bool is_other =
		has_moved || was_first_hop || !ip_addr_equal(&rpf_neighbor, &tree->rpf_neighbor);

	tree->rpf_neighbor = rpf_neighbor;
	tree->olist = olist;
	tree->is_first_hop = is_first_hop;
	if (is_first_hop && !was_first_hop)
		pimdm_upstream(tree, UP_EV_CONNECTED);
	else if (is_first_hop)
		return;
	else if (is_other)
		pimdm_upstream(tree, is_empty ? UP_EV_RPF_EMPTY : UP_EV_RPF_WANTED);
	else if (is_empty != was_empty)
		pimdm_upstream(tree, is_empty ? UP_EV_EMPTY : UP_EV_WANTED);
}

/* It begins in F; a Graft that made it is passed on. 3.2, 3.8 */
static void begin(struct pimdm_tree *tree)
{
	bool is_grafted = tree->waiting && tree->waiting->kind == WAITING_GRAFT;

	tree->is_live = true;
	if (tree->is_border && border_is_alive(&tree->pim->mrp, &tree->key))
		pimdm_tree_busy(tree);
	tree->up = UP_FORWARDING;
	tree->is_first_hop = pimdm_is_first_hop(tree);
	tree->rpf_neighbor = pimdm_rpf_neighbor(tree);
	tree->olist = pimdm_olist(tree);
	if (tree->data_link == LINK_NONE)
		timer_stop(&core_of(tree)->sched, &tree->data_timer);
	if (!tree->is_first_hop && ifset_is_empty(&tree->olist))
		pimdm_upstream(tree, UP_EV_EMPTY);
	else if (!tree->is_first_hop && is_grafted)
		pimdm_upstream(tree, UP_EV_RPF_WANTED);
	pimdm_tree_resume(tree);
}

/* Return: whether there is a reason for a tree with the route tree->route. 3.8 */
static bool may_begin(const struct pimdm_tree *tree)
{
	const struct pimdm_waiting *waiting = tree->waiting;

	if (tree->is_border && border_is_alive(&tree->pim->mrp, &tree->key))
		return true;
	if (tree->data_link != LINK_NONE &&
	    (tree->data_link == tree->route.link || tree->pim->ifs[tree->data_link]))
		return true;
	if (!waiting || !tree->pim->ifs[waiting->link])
		return false;
	switch (waiting->kind) {
	/*
	 * Differs: not from the next hop alone. Where that lost the assert the winner is the only
	 * one to send it, and the one that serves us.
	 */
	case WAITING_REFRESH: return waiting->link == tree->route.link;
	case WAITING_GRAFT: return waiting->link != tree->route.link;
	case WAITING_ASSERT: return true;
	}
	return false;
}

/* No tree, by the route of now: data has its negative entry, messages have no effect. */
static void stay_negative(struct pimdm_tree *tree)
{
	pimdm_tree_resume(tree);
	tree->route.link = LINK_NONE;
	set_negative(tree);
	if (tree->data_link == LINK_NONE || tree->is_border)
		timer_stop(&core_of(tree)->sched, &tree->data_timer);
	(void)pimdm_tree_sweep(tree); /* nothing follows */
}

/* ---- Between the domains of two protocols: 8.4 ---- */

/* The entry is the owner's: what is known of data becomes its own, and it has our outputs. */
static void hand_over(struct pimdm_tree *tree, struct mrp *owner, uint16_t link)
{
	struct pimdm *pim = tree->pim;

	if (link != LINK_NONE && timer_runs(&tree->data_timer) &&
	    !border_is_alive(&pim->mrp, &tree->key))
		border_hand_over(&pim->mrp, owner, &tree->key, link);
	timer_stop(&core_of(tree)->sched, &tree->data_timer);
	tree->data_link = LINK_NONE;
	mfib_clear(core_of(tree), MFIB_PIMDM, &tree->key);
}

/* The owner, or the other protocols, are answered something else than at the last evaluation. */
static void renew_border(struct pimdm_tree *tree, bool was_border, bool was_originator,
			 const struct ifset *olist)
{
	bool was_alive = tree->was_alive;

	tree->was_alive = pimdm_tree_is_alive(tree);
	if (was_alive != tree->was_alive || was_border != tree->is_border ||
	    (tree->is_border &&
	     (was_originator != tree->is_originator || !ifset_equal(olist, &tree->olist))))
		border_changed(&tree->pim->mrp, &tree->key);
}

/* ---- All of it ---- */

/* Return: false: there is no tree any longer, or not yet. */
static bool settle_route(struct pimdm_tree *tree, const struct ev_rpf *path, bool *ret_has_moved)
{
	struct ev_rpf route;
	bool is_usable = usable_route(tree, path, tree->is_border, &route);
	uint16_t y = tree->route.link;

	*ret_has_moved = false;
	if (!is_usable && tree->is_live) {
		lose_route(tree);
		return false;
	}
	if (!tree->is_live) {
		tree->route = route;
		if (!is_usable)
			tree->route.link = LINK_NONE;
		if (is_usable && may_begin(tree)) {
			begin(tree);
			return true;
		}
		stay_negative(tree);
		return false;
	}
	if (route_equal(&route, &tree->route))
		return true;
	*ret_has_moved = route.link != y;
	tree->route = route;
	if (*ret_has_moved)
		move_rpf(tree, y, route.link);
	return true;
}

void pimdm_tree_evaluate(struct pimdm_tree *tree)
{
	const struct ifset olist = tree->olist;
	bool was_border = tree->is_border, was_originator = tree->is_originator;
	uint16_t input = tree->is_live && !tree->is_border ? tree->route.link : tree->data_link;
	const struct ev_rpf *path;
	struct mrp *owner;
	bool has_moved;

	if (!rpf_subscribe(core_of(tree), &tree->path, &tree->key.source)) {
		pimdm_tree_free(tree);
		return;
	}
	path = rpf_path(&tree->path);
	if (!path) {
		(void)pimdm_tree_sweep(tree); /* EV_RPF marks the tree again */
		return;
	}
	owner = border_owner_of(&tree->pim->mrp, &tree->key, path, input);
	tree->is_border = owner != &tree->pim->mrp;
	if (!settle_route(tree, path, &has_moved))
		return;
	settle_upstream(tree, has_moved);
	if (tree->is_border)
		hand_over(tree, owner, input);
	pimdm_refresh_settle(tree);
	if (!tree->is_border)
		set_entry(tree);
	renew_border(tree, was_border, was_originator, &olist);
	(void)pimdm_tree_sweep(tree); /* nothing follows */
}
