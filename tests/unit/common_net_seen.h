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
	for (unsigned int i = 0; i < net->router_count; i++)
		net->routers[i].log.count = 0;
}

/** net_said() - Messages of types 2 to 5 on an interface since net_log_clear(), in order. */
static inline const char *net_said(struct net *net, unsigned int router, uint16_t link)
{
	return net_log_said(&net->routers[router].log, link);
}

/** net_words() - All effects but notes since net_log_clear(), and clear them. */
static inline const char *net_words(struct net *net, unsigned int router)
{
	const char *words = net_log_words(&net->routers[router].log);

	net->routers[router].log.count = 0;
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
	const struct ip_addr addr = net_addr(net, net->routers[router].ports[link].lan, host);
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
static inline void net_check_entry(const struct net_router *router, const struct hpim_view *view)
{
	const struct mfib_route *entry = &router->entries[0];

	cr_assert_eq(router->has_entry[0], view->iif != LINK_NONE);
	if (router->has_entry[0])
		cr_assert(entry->iif == view->iif && ifset_equal(&entry->oifs, &view->oifs));
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
	static struct net_text text;

	if (!tree || tree->view.state == TREE_INACTIVE)
		return "INACTIVE";
	net_check_entry(&net->routers[router], &tree->view);
	for (uint16_t i = 0; i < tree->tif_count; i++)
		if (tree->tifs[i]->view.role == ROLE_NON_ROOT && !tree->tifs[i]->view.is_winner)
			ifset_add(&losers, tree->tifs[i]->link);
	text.s[0] = '\0';
	net_append(&text, "%s %s>%s%s%s", states[tree->view.state],
		   net_link_text(tree->view.root).s, net_ifset_text(&tree->view.oifs).s,
		   ifset_is_empty(&losers) ? "" : " AL ", net_ifset_text(&losers).s);
	return text.s;
}

/** net_interest() - Non-root interfaces with DownstreamInterest. */
static inline struct net_text net_interest(const struct net *net, unsigned int router)
{
	const struct hpim_tree *tree = net_tree(net, router);
	struct ifset interested = { .word = { 0 } };

	for (uint16_t i = 0; tree && i < tree->tif_count; i++)
		if (tree->tifs[i]->view.role == ROLE_NON_ROOT && tree->tifs[i]->view.has_interest)
			ifset_add(&interested, tree->tifs[i]->link);
	return net_ifset_text(&interested);
}

/** net_check_empty() - No router knows anything of any tree. */
static inline void net_check_empty(const struct net *net)
{
	for (unsigned int i = 0; i < net->router_count; i++) {
		const struct net_router *router = &net->routers[i];

		if (!router->core)
			continue;
		cr_assert_null(net_hpim(net, i)->trees, "router %u keeps trees", i);
		cr_assert_null(net_hpim(net, i)->groups, "router %u keeps groups", i);
		cr_assert_eq(net_hpim(net, i)->tree_count, 0);
		cr_assert_not(router->is_watching, "router %u watches a route", i);
		cr_assert_eq(mfib_count(router->core), 0, "router %u keeps entries", i);
		for (unsigned int group = 0; group < NET_GROUPS_MAX; group++)
			cr_assert_not(router->has_entry[group], "router %u has an entry", i);
	}
}

#endif
