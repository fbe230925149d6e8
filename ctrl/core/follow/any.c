// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's search, with what is known of its table. Where something is not known, as which of
 * several entries it would find first, there is no answer: then the kernel forwards.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/core_int.h"
#include "core/follow/any.h"

void any_init(struct any_table *table)
{
	*table = (struct any_table){ .all = NULL };
	TAILQ_INIT(&table->by_reading);
}

struct any *any_find(const struct any_table *table, const struct hash_key *hash,
		     const struct ip_addr *group)
{
	struct any *any;

	hash_find(hash, table->all, group, any);
	return any;
}

struct any *any_new(struct any_table *table, const struct hash_key *hash,
		    const struct ip_addr *group)
{
	struct any *any = calloc(1, sizeof(*any));

	if (!any)
		return NULL;
	any->group = *group;
	any->parent = LINK_NONE;
	TAILQ_INIT(&any->flows);
	hash_add(hash, table->all, group, any);
	TAILQ_INSERT_TAIL(&table->by_reading, any, node);
	return any;
}

bool any_set(struct any_table *table, struct any *any, const struct ev_followed *ev,
	     uint32_t reading)
{
	const struct any was = *any;
	bool is_known = any->read_in != 0;

	/* What a reading brings first replaces what was known; a second one with another input is
	 * a second entry. */
	if (is_known && any->read_in == reading)
		any->is_several |= any->parent != ev->link;
	else
		any->is_several = false;
	any->parent = ev->link;
	any->oifs = ev->oifs;
	any->ttl = ev->ttl;
	any->left = ev->left;
	any->read_in = reading;
	TAILQ_REMOVE(&table->by_reading, any, node);
	TAILQ_INSERT_TAIL(&table->by_reading, any, node);
	return !is_known || was.parent != any->parent || was.ttl != any->ttl ||
	       was.left != any->left || was.is_several != any->is_several ||
	       !ifset_equal(&was.oifs, &any->oifs);
}

void any_free(struct any_table *table, struct any *any)
{
	assert(TAILQ_EMPTY(&any->flows));
	TAILQ_REMOVE(&table->by_reading, any, node);
	HASH_DEL(table->all, any);
	free(any);
}

/* Whether the static tree has both interfaces: then what is for one may come in by the other. */
static bool is_in_tree(const struct any *tree, uint16_t parent, uint16_t in)
{
	return tree && parent != LINK_NONE && ifset_has(&tree->oifs, parent) &&
	       ifset_has(&tree->oifs, in);
}

/* The interfaces of a static tree send up, to its input, and what comes from there ends. */
static struct any *resolve_up(struct any *tree, struct mfib_route *route)
{
	uint16_t up = tree->parent;

	if (up == LINK_NONE || up == route->iif || !is_in_tree(tree, up, route->iif))
		return NULL;
	ifset_add(&route->oifs, up);
	route->flags = any_flags(FOLLOWED_LEFT_NOT, tree->ttl);
	return tree;
}

struct any *any_resolve(const struct any_table *table, const struct hash_key *hash,
			struct mfib_route *route)
{
	const struct ip_addr every = ip_addr_mask(&route->key.group, 0);
	struct any *any = any_find(table, hash, &route->key.group);
	struct any *tree = any_find(table, hash, &every);

	route->oifs = (struct ifset){ .word = { 0 } };
	if ((any && any->is_several) || (tree && tree->is_several))
		return NULL;
	if (any && any->parent == LINK_NONE && tree)
		return NULL; /* whether the tree has its input is not known */
	if (!any ||
	    (!ifset_has(&any->oifs, route->iif) && !is_in_tree(tree, any->parent, route->iif)))
		return tree ? resolve_up(tree, route) : NULL;
	if (any->parent != route->iif && !is_in_tree(tree, any->parent, route->iif))
		return NULL; /* the wrong interface */
	route->oifs = any->oifs;
	ifset_del(&route->oifs, route->iif);
	route->flags = any_flags(any->left, any->ttl);
	return any;
}
