// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees as pure functions. Who gathers the facts and performs the reactions is hpim/eval.c.
 */
#include "core/hpim/derive.h"

int hpim_rpc_compare(const struct hpim_rpc *a, const struct hpim_rpc *b)
{
	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	return a->metric < b->metric ? -1 : a->metric > b->metric;
}

bool hpim_best_is_better(const struct hpim_rpc *a_rpc, const struct ip_addr *a_addr,
			 const struct hpim_rpc *b_rpc, const struct ip_addr *b_addr)
{
	int order = hpim_rpc_compare(a_rpc, b_rpc);

	return order ? order < 0 : ip_addr_compare(a_addr, b_addr) > 0;
}

/*
 * Differs: 3.9 takes the root interface. What a program on this router sends is taken by the kernel
 * as coming in by the interface that it leaves by, which its route does not tell: neighbors there
 * get it from the wire, and we are its upstream on every interface. The same where the source is
 * behind an interface of another protocol.
 */
uint16_t hpim_input(const struct hpim_facts *facts)
{
	return facts->is_local || facts->is_border ? facts->local_input : facts->root;
}

/*
 * Whether packets of the tree may not come in by its input. Differs, here and below: the
 * description knows no boundaries. A neighbor beyond one that announces the tree is sent
 * NoInterest.
 */
static bool is_cut_off(const struct hpim_facts *facts)
{
	return ifset_has(&facts->denied, hpim_input(facts));
}

/*
 * 3.8. Only BestUpstream can be feasible, and equal costs are not: this is what breaks loops.
 *
 * Differs: while a neighbor of the root interface is awaited, a path by it that was feasible stays
 * so; for at most the 12 s in which it is synchronized or given up.
 */
static enum hpim_tree_state tree_state(const struct hpim_facts *facts)
{
	bool has_upstream = false, is_feasible = false;

	for (unsigned int i = 0; i < facts->if_count; i++) {
		const struct hpim_fact_if *fact = &facts->ifs[i];

		if (fact->link == facts->root && fact->is_frozen && facts->was_active)
			is_feasible = true;
		if (!fact->best.generation)
			continue;
		has_upstream = true;
		if (fact->link == facts->root)
			is_feasible |= hpim_rpc_compare(&fact->best.rpc, &facts->rpc) < 0;
	}
	if (facts->is_originator)
		is_feasible = hpim_input(facts) != LINK_NONE && facts->is_source_active;
	if (is_feasible && !is_cut_off(facts))
		return TREE_ACTIVE;
	return has_upstream ? TREE_UNSURE : TREE_INACTIVE;
}

/* 3.10. Differs: on a frozen interface no router begins to win: the better one may be the awaited.
 */
static bool assert_is_won(enum hpim_tree_state state, const struct hpim_facts *facts,
			  const struct hpim_fact_if *fact)
{
	if (fact->is_frozen && !fact->was_winner)
		return false;
	if (state == TREE_INACTIVE || !fact->best.generation)
		return true;
	if (state == TREE_UNSURE)
		return false;
	return hpim_best_is_better(&facts->rpc, &fact->addr, &fact->best.rpc, &fact->best.addr);
}

static struct hpim_view_if derive_if(enum hpim_tree_state state, const struct hpim_facts *facts,
				     const struct hpim_fact_if *fact)
{
	struct hpim_view_if view = {
		.role = ROLE_NON_ROOT,
		.is_hpim = fact->is_hpim,
		.has_interest = fact->has_interest,
		.has_member = fact->has_member,
		.best = fact->best,
	};

	if (state == TREE_INACTIVE)
		return (struct hpim_view_if){ .role = ROLE_NONE };
	if (fact->link == facts->root) {
		view.role = ROLE_ROOT;
		return view;
	}
	if (ifset_has(&facts->denied, fact->link)) {
		view.sent = fact->best.generation ? SENT_NO_INTEREST : SENT_NOTHING;
		return view;
	}
	view.is_upstream = state == TREE_ACTIVE && fact->is_hpim && !fact->is_connected;
	view.is_winner = assert_is_won(state, facts, fact);
	view.is_forwarding = (fact->has_interest || fact->has_member || fact->is_stale) &&
			     (view.is_winner || fact->is_holding) &&
			     !fact->is_connected && /* 3.11 */
			     fact->link != hpim_input(facts) && !is_cut_off(facts);
	if (state == TREE_UNSURE && fact->best.generation)
		view.sent = SENT_NO_INTEREST; /* 3.7, step 1 */
	return view;
}

/*
 * An originator that keeps its tree for its neighbors only: without an entry the next packet is a
 * miss, which tells that the source is back. 3.8, 3.17
 */
static bool source_is_silent(const struct hpim_facts *facts)
{
	return facts->is_originator && !facts->is_source_active;
}

/*
 * 3.17: data that no tree can carry. Flooded where there is no tree yet, else known to be unwanted,
 * so that it costs nothing more.
 */
static void derive_unwanted(const struct hpim_facts *facts, struct hpim_view *view)
{
	view->iif = facts->root != LINK_NONE && !source_is_silent(facts) ? facts->root
									 : facts->data_link;
	view->oifs = (struct ifset){ .word = { 0 } };
	if (view->state != TREE_INACTIVE || facts->root == LINK_NONE || facts->is_originator ||
	    ifset_has(&facts->denied, facts->root))
		return;
	view->oifs = facts->others;
	for (unsigned int i = 0; i < facts->if_count; i++)
		if (facts->ifs[i].link != facts->root && facts->ifs[i].floods &&
		    !facts->ifs[i].is_connected && !facts->ifs[i].is_frozen &&
		    !ifset_has(&facts->denied, facts->ifs[i].link))
			ifset_add(&view->oifs, facts->ifs[i].link);
}

/*
 * After a restart upstream neighbors are synchronized one after the other, and each is the best for
 * a moment. Only the last one is sent our interest; until then all have it by default.
 */
static bool is_too_early(const struct hpim_facts *facts, const struct hpim_fact_if *root)
{
	return facts->is_stale && root->is_frozen && root->floods;
}

/*
 * Outputs that are no part of our trees: those of other protocols; and of an earlier run on
 * interfaces that are none yet, because they are down or without a key.
 */
static void add_elsewhere(const struct hpim_facts *facts, struct ifset *oifs)
{
	struct ifset stale = facts->stale_oifs;

	ifset_for_each (link, &facts->others)
		if (link != hpim_input(facts))
			ifset_add(oifs, link);
	if (!facts->is_stale)
		return;
	for (unsigned int i = 0; i < facts->if_count; i++)
		ifset_del(&stale, facts->ifs[i].link);
	ifset_for_each (link, &stale)
		ifset_add(oifs, link);
}

void hpim_derive(const struct hpim_facts *facts, struct hpim_view *ret_view,
		 struct hpim_view_if *ret_ifs)
{
	struct hpim_view view = {
		.state = tree_state(facts),
		.is_originator = facts->is_originator,
		.is_border = facts->is_border,
		.root = facts->root,
		.rpc = facts->rpc,
		.iif = LINK_NONE,
	};

	for (unsigned int i = 0; i < facts->if_count; i++) {
		ret_ifs[i] = derive_if(view.state, facts, &facts->ifs[i]);
		if (ret_ifs[i].is_forwarding)
			ifset_add(&view.oifs, facts->ifs[i].link);
	}
	if (view.state != TREE_INACTIVE && !is_cut_off(facts))
		add_elsewhere(facts, &view.oifs);
	view.in_tree = !ifset_is_empty(&view.oifs); /* 3.12 */
	for (unsigned int i = 0; i < facts->if_count && !facts->is_originator; i++)
		if (ret_ifs[i].role == ROLE_ROOT && ret_ifs[i].best.generation &&
		    !is_too_early(facts, &facts->ifs[i]))
			ret_ifs[i].sent = view.in_tree ? SENT_INTEREST : SENT_NO_INTEREST;
	if (view.state != TREE_INACTIVE && hpim_input(facts) != LINK_NONE &&
	    !source_is_silent(facts))
		view.iif = hpim_input(facts);
	else if (view.state == TREE_INACTIVE && facts->is_stale)
		view.iif = LINK_NONE; /* the entry of the earlier run is in force (mfib.h) */
	else if (facts->has_data)
		derive_unwanted(facts, &view);
	if (view.iif == LINK_NONE)
		view.oifs = (struct ifset){ .word = { 0 } };
	*ret_view = view;
}

/*
 * 3.16. A new generation of BestUpstream and a change of role are reasons to tell again, since the
 * neighbor may have lost or never had our interest.
 *
 * Differs: a root interface that becomes non-root while the tree stays UNSURE sends NoInterest,
 * where table 3.13, step 2 sends nothing; otherwise the neighbor would hold our old Interest.
 */
static unsigned int react_interest(const struct hpim_view_if *was, const struct hpim_view_if *is)
{
	if (is->sent == SENT_NOTHING)
		return 0;
	if (is->sent == was->sent && is->role == was->role &&
	    is->best.generation == was->best.generation)
		return 0;
	return is->sent == SENT_INTEREST ? REACT_INTEREST : REACT_NO_INTEREST;
}

unsigned int hpim_react(const struct hpim_view *was, const struct hpim_view_if *was_if,
			const struct hpim_view *is, const struct hpim_view_if *is_if)
{
	unsigned int react = react_interest(was_if, is_if);
	/* Neighbors of a new interface learn existing trees by synchronization. 3.13 */
	bool is_new = was->state == TREE_ACTIVE && !was_if->is_hpim;

	if (was_if->is_upstream && !is_if->is_upstream)
		react |= REACT_NO_UPSTREAM;
	if (is_if->is_upstream && !is_new &&
	    (!was_if->is_upstream || hpim_rpc_compare(&was->rpc, &is->rpc) != 0))
		react |= REACT_UPSTREAM;
	if (is_if->role != ROLE_NON_ROOT || is_if->is_winner)
		react |= REACT_RELEASE;
	else if (was_if->role == ROLE_NON_ROOT && was_if->is_winner && was_if->is_forwarding)
		react |= REACT_HOLD; /* 3.10 */
	return react;
}
