// SPDX-License-Identifier: GPL-2.0-only
/*
 * The facts of PIM-DM (description of PIM-DM, 3.0), read where they are kept: an operator sees them
 * one by one, here all of a tree are compared at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/pimdm_int.h"
#include "hpimsim/pim.h"
#include "simnet/words.h"

#define TREES_MAX 64u

static const struct pimdm *instance(const struct sim_net *net, uint16_t router)
{
	const struct core *core = net->nodes[router].router.core;

	return core ? pimdm_of(core, net->family) : NULL;
}

static const struct pimdm_if *interface_of(const struct sim_net *net, uint16_t router,
					   uint16_t port)
{
	const struct pimdm *pim = instance(net, router);

	return pim ? pim->ifs[port] : NULL;
}

bool pim_runs(const struct sim_net *net, uint16_t router, uint16_t port)
{
	return interface_of(net, router, port);
}

bool pim_is_neighbor(const struct sim_net *net, uint16_t router, uint16_t port,
		     const struct ip_addr *addr)
{
	const struct pimdm_if *pif = interface_of(net, router, port);

	return pif && pimdm_neigh_find(pif, addr);
}

/* ---- Trees ---- */

static int by_group(const void *a, const void *b)
{
	const struct pimdm_tree *const *x = a, *const *y = b;
	int order = ip_addr_compare(&(*x)->key.group, &(*y)->key.group);

	return order ? order : ip_addr_compare(&(*x)->key.source, &(*y)->key.source);
}

/* In the order of their groups. */
static size_t trees_of(const struct sim_net *net, uint16_t router,
		       const struct pimdm_tree *trees[TREES_MAX])
{
	const struct pimdm *pim = instance(net, router);
	size_t count = 0;

	for (const struct pimdm_tree *tree = pim ? pim->trees : NULL; tree; tree = tree->hh.next)
		if (tree->is_live && count < TREES_MAX)
			trees[count++] = tree;
	qsort(trees, count, sizeof(trees[0]), by_group);
	return count;
}

static const char *port_name(const struct sim_net *net, uint16_t router, uint16_t link)
{
	return link == LINK_NONE ? "-" : net->topo.routers[router].ports[link].name;
}

static const char *name_at(const struct sim_net *net, uint16_t router, uint16_t link,
			   const struct ip_addr *addr)
{
	return sim_topo_name_at(&net->topo, net->topo.routers[router].ports[link].lan, addr->b[15]);
}

static void add_states(const struct sim_net *net, uint16_t router, const struct pimdm_tif *tif,
		       struct sim_text *text)
{
	static const char *const downs[DOWN_COUNT] = {
		[DOWN_NO_INFO] = "", [DOWN_PRUNE_PENDING] = " PP", [DOWN_PRUNED] = " P"
	};

	if (tif->down == DOWN_NO_INFO && tif->assert == ASSERT_NO_INFO)
		return;
	sim_text_add(text, "; %s%s", port_name(net, router, tif->link), downs[tif->down]);
	if (tif->assert == ASSERT_WINNER)
		sim_text_add(text, " W");
	else if (tif->assert == ASSERT_LOSER)
		sim_text_add(text, " L(%s)", name_at(net, router, tif->link, &tif->winner.addr));
}

/* What comes before a tree in a list. */
static void add_group(const struct pimdm_tree *tree, struct sim_text *text)
{
	uint16_t group = sim_topo_group_index(&tree->key.group);

	sim_text_add(text, "%s", text->s[0] ? " | " : "");
	if (group)
		sim_text_add(text, "#%u ", group);
}

static void add_tree(const struct sim_net *net, uint16_t router, const struct pimdm_tree *tree,
		     struct sim_text *text)
{
	static const char *const ups[UP_COUNT] = {
		[UP_FORWARDING] = "F", [UP_PRUNED] = "P", [UP_ACK_PENDING] = "AP"
	};

	add_group(tree, text);
	sim_text_add(text, "%s %s%s", ups[tree->up], port_name(net, router, tree->route.link),
		     tree->is_originator ? " originator" : "");
	if (!ifset_is_empty(&tree->olist))
		sim_text_add(text, " >");
	ifset_for_each (link, &tree->olist)
		sim_text_add(text, " %s", port_name(net, router, (uint16_t)link));
	for (uint16_t link = 0; link < tree->tif_count; link++)
		if (tree->tifs[link])
			add_states(net, router, tree->tifs[link], text);
}

static void add_upstream(const struct sim_net *net, uint16_t router, const struct pimdm_tree *tree,
			 struct sim_text *text)
{
	bool is_none = tree->route.is_connected || !ip_addr_is_set(&tree->rpf_neighbor);

	add_group(tree, text);
	sim_text_add(text, "%s",
		     is_none ? "-" : name_at(net, router, tree->route.link, &tree->rpf_neighbor));
}

static void each_tree(const struct sim_net *net, uint16_t router,
		      void (*add)(const struct sim_net *net, uint16_t router,
				  const struct pimdm_tree *tree, struct sim_text *text),
		      char *text, size_t size)
{
	const struct pimdm_tree *trees[TREES_MAX];
	size_t count = trees_of(net, router, trees);
	struct sim_text words = { "" };

	for (size_t i = 0; i < count; i++)
		add(net, router, trees[i], &words);
	if (!count)
		sim_text_add(&words, "none");
	(void)snprintf(text, size, "%s", words.s);
}

void pim_trees_text(const struct sim_net *net, uint16_t router, char *text, size_t size)
{
	each_tree(net, router, add_tree, text, size);
}

void pim_upstream_text(const struct sim_net *net, uint16_t router, char *text, size_t size)
{
	each_tree(net, router, add_upstream, text, size);
}

uint32_t pim_tree_count(const struct sim_net *net, uint16_t router)
{
	const struct pimdm_tree *trees[TREES_MAX];

	return (uint32_t)trees_of(net, router, trees);
}

bool pim_is_empty(const struct sim_net *net, uint16_t router)
{
	const struct pimdm *pim = instance(net, router);

	return !pim || (!pim->trees && !pim->groups && !pim->tree_count);
}

/* ---- Neighbors ---- */

void pim_neighbors_text(const struct sim_net *net, uint16_t router, uint16_t port, char *text,
			size_t size)
{
	const struct sim_topo *topo = &net->topo;
	uint16_t lan = topo->routers[router].ports[port].lan;
	struct sim_text words = { "" };

	for (unsigned int host = 1; host < 255; host++) {
		const struct ip_addr addr = sim_topo_addr(topo, net->family, lan, (uint8_t)host);

		if (pim_is_neighbor(net, router, port, &addr))
			sim_text_add(&words, "%s%s", words.s[0] ? " " : "",
				     sim_topo_name_at(topo, lan, (uint8_t)host));
	}
	(void)snprintf(text, size, "%s", words.s[0] ? words.s : "none");
}
