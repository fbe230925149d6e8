// SPDX-License-Identifier: GPL-2.0-only
/* The facts of PIM-DM (description of PIM-DM, 3.0): an operator sees them one by one, here all of a
 * tree are compared at once.
 */
#include "hpimsim/pim_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simnet/words.h"

#define TREES_MAX 64u

/* Whose trees, and the words so far. */
struct author {
	const struct sim_net *net;
	const struct facts *facts;
	uint16_t router;
	const struct inspect_tree *tree;
	struct sim_text text;
};

struct trees {
	struct inspect_tree list[TREES_MAX];
	size_t count;
};

static bool collect(void *ctx, const struct inspect_tree *tree)
{
	struct trees *trees = ctx;

	if (tree->proto == PROTO_PIMDM && strcmp(tree->state, "no-route") != 0 &&
	    trees->count < TREES_MAX)
		trees->list[trees->count++] = *tree;
	return true;
}

static int by_group(const void *a, const void *b)
{
	const struct inspect_tree *x = a, *y = b;
	int order = ip_addr_compare(&x->key.group, &y->key.group);

	return order ? order : ip_addr_compare(&x->key.source, &y->key.source);
}

static const char *port_name(const struct author *author, uint16_t link)
{
	return link == LINK_NONE ? "-" : author->net->topo.routers[author->router].ports[link].name;
}

static const char *name_at(const struct author *author, uint16_t link, const struct ip_addr *addr)
{
	const struct sim_topo *topo = &author->net->topo;

	return sim_topo_name_at(topo, topo->routers[author->router].ports[link].lan, addr->b[15]);
}

static bool is_of(const struct inspect_tree_if *tif, const struct inspect_tree *tree)
{
	return tif->proto == PROTO_PIMDM && ip_addr_equal(&tif->key.source, &tree->key.source) &&
	       ip_addr_equal(&tif->key.group, &tree->key.group);
}

static bool add_states(void *ctx, const struct inspect_tree_if *tif)
{
	struct author *author = ctx;
	const char *down, *won;

	if (!is_of(tif, author->tree))
		return true;
	down = strcmp(tif->downstream, "prune-pending") == 0 ? " PP"
	       : strcmp(tif->downstream, "pruned") == 0      ? " P"
							     : "";
	won = strcmp(tif->assert_state, "winner") == 0 ? " W" : "";
	if (strcmp(tif->assert_state, "loser") == 0)
		sim_text_add(&author->text, "; %s%s L(%s)", port_name(author, tif->link), down,
			     name_at(author, tif->link, &tif->best_upstream));
	else if (*down || *won)
		sim_text_add(&author->text, "; %s%s%s", port_name(author, tif->link), down, won);
	return true;
}

/* What comes before a tree in a list. */
static void add_group(struct author *author)
{
	uint16_t group = sim_topo_group_index(&author->tree->key.group);

	sim_text_add(&author->text, "%s", author->text.s[0] ? " | " : "");
	if (group)
		sim_text_add(&author->text, "#%u ", group);
}

static void add_tree(struct author *author)
{
	const struct inspect_tree *tree = author->tree;
	const char *state = strcmp(tree->state, "forwarding") == 0 ? "F"
			    : strcmp(tree->state, "pruned") == 0   ? "P"
								   : "AP";

	add_group(author);
	/* Only an originator of State Refresh has its timer. */
	sim_text_add(&author->text, "%s %s%s", state, port_name(author, tree->root),
		     tree->refresh_in != HP_TIME_NEVER ? " originator" : "");
	if (!ifset_is_empty(&tree->oifs))
		sim_text_add(&author->text, " >");
	ifset_for_each (link, &tree->oifs)
		sim_text_add(&author->text, " %s", port_name(author, link));
	author->facts->tree_ifs(author->facts->ctx, author->router, add_states, author);
}

static void add_upstream(struct author *author)
{
	const struct inspect_tree *tree = author->tree;

	add_group(author);
	sim_text_add(&author->text, "%s",
		     ip_addr_is_set(&tree->upstream) ? name_at(author, tree->root, &tree->upstream)
						     : "-");
}

static void each_tree(struct author *author, void (*add)(struct author *author), char *text,
		      size_t size)
{
	struct trees trees = { .count = 0 };

	author->facts->trees(author->facts->ctx, author->router, collect, &trees);
	qsort(trees.list, trees.count, sizeof(trees.list[0]), by_group);
	for (size_t i = 0; i < trees.count; i++) {
		author->tree = &trees.list[i];
		add(author);
	}
	author->tree = NULL;
	(void)snprintf(text, size, "%s", trees.count ? author->text.s : "none");
}

void pim_trees_text(const struct sim_net *net, const struct facts *facts, uint16_t router,
		    char *text, size_t size)
{
	struct author author = { .net = net, .facts = facts, .router = router };

	each_tree(&author, add_tree, text, size);
}

void pim_upstream_text(const struct sim_net *net, const struct facts *facts, uint16_t router,
		       char *text, size_t size)
{
	struct author author = { .net = net, .facts = facts, .router = router };

	each_tree(&author, add_upstream, text, size);
}
