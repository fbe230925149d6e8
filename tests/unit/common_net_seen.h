/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_NET_SEEN_H
#define COMMON_NET_SEEN_H

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/tree.h"

/* What is seen of the routers of common_net.h, which includes this at its end. */

/** net_log_clear() - Forget what was said up to now. */
static inline void net_log_clear(struct net *net)
{
	for (unsigned int i = 0; i < net_router_count(net); i++)
		net->logs[i].count = 0;
}

/** net_said() - Messages of types 2 to 5 on an interface since net_log_clear(), in order. */
static inline const char *net_said(struct net *net, unsigned int router, uint16_t link)
{
	return sim_log_said(&net->logs[router], link);
}

/** net_words() - All effects but notes since net_log_clear(), and clear them. */
static inline const char *net_words(struct net *net, unsigned int router)
{
	const char *words = sim_log_words(&net->logs[router]);

	net->logs[router].count = 0;
	return words;
}

static inline const struct hpim_tree *net_tree(const struct net *net, unsigned int router)
{
	const struct ip_addr source = net_source(net), group = net_group(net, 0);

	return hpim_tree_find(net_hpim(net, router), &source, &group);
}

static inline const struct hpim_neigh *net_neighbor(const struct net *net, unsigned int router,
						    uint16_t link, uint8_t host)
{
	const struct ip_addr addr = net_addr(net, net_lan(net, router, link), host);
	const struct hpim_if *hif = hpim_if_by_link(net_hpim(net, router), link);

	return hif ? hpim_neigh_find(hif, &addr) : NULL;
}

/** net_claim() - The record that synchronizes: the claim to the place of a neighbor, or itself. */
static inline struct hpim_neigh *net_claim(const struct net *net, unsigned int router,
					   uint16_t link, uint8_t host)
{
	const struct hpim_neigh *neigh = net_neighbor(net, router, link, host);

	return neigh && neigh->claim ? neigh->claim : (struct hpim_neigh *)(uintptr_t)neigh;
}

/* The entry that was put is the one that the view wants. */
static inline void net_check_entry(const struct net *net, unsigned int router,
				   const struct hpim_view *view)
{
	const struct mfib_key key = net_key(net, 0);
	const struct sim_entry *entry = sim_router_entry(net_router(net, router), &key);

	cr_assert_eq(entry != NULL, view->iif != LINK_NONE);
	if (entry)
		cr_assert(entry->route.iif == view->iif &&
			  ifset_equal(&entry->route.oifs, &view->oifs));
}

/**
 * net_state() - The tree of the first group in words: "ACTIVE 0>1,3 AL 2" is root 0, forwarding to
 * 1 and 3, assert lost on 2.
 */
static inline const char *net_state(const struct net *net, unsigned int router)
{
	static const char *const states[] = { "INACTIVE", "UNSURE", "ACTIVE" };
	const struct hpim_tree *tree = net_tree(net, router);
	struct ifset losers = { .word = { 0 } };
	static struct sim_text text;

	if (!tree || tree->view.state == TREE_INACTIVE)
		return "INACTIVE";
	net_check_entry(net, router, &tree->view);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		if (tree->tifs[i]->view.role == ROLE_NON_ROOT && !tree->tifs[i]->view.is_winner)
			ifset_add(&losers, tree->tifs[i]->link);
	text.s[0] = '\0';
	sim_text_add(&text, "%s %s>%s%s%s", states[tree->view.state],
		     sim_link_text(tree->view.root).s, sim_ifset_text(&tree->view.oifs).s,
		     ifset_is_empty(&losers) ? "" : " AL ", sim_ifset_text(&losers).s);
	return text.s;
}

/** net_interest() - Non-root interfaces with DownstreamInterest. */
static inline struct sim_text net_interest(const struct net *net, unsigned int router)
{
	const struct hpim_tree *tree = net_tree(net, router);
	struct ifset interested = { .word = { 0 } };

	for (uint16_t i = 0; tree && i < tree->tif_count; i++)
		if (tree->tifs[i]->view.role == ROLE_NON_ROOT && tree->tifs[i]->view.has_interest)
			ifset_add(&interested, tree->tifs[i]->link);
	return sim_ifset_text(&interested);
}

/** net_check_empty() - No router knows anything of any tree. */
static inline void net_check_empty(const struct net *net)
{
	for (unsigned int i = 0; i < net_router_count(net); i++) {
		const struct sim_router *router = net_router(net, i);

		if (!router->core)
			continue;
		cr_assert_null(net_hpim(net, i)->trees, "router %u keeps trees", i);
		cr_assert_null(net_hpim(net, i)->groups, "router %u keeps groups", i);
		cr_assert_eq(net_hpim(net, i)->tree_count, 0);
		cr_assert_eq(mfib_count(router->core), 0, "router %u keeps entries", i);
		cr_assert_null(router->watches, "router %u watches a route", i);
		cr_assert_null(router->entries, "router %u has an entry", i);
	}
}

#endif
