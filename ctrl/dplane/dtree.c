/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees of the composite. Each stands in the BPF maps and in the kernel's cache; tier.c says who
 * carries it, and the others pass. The wanted routes are kept, since abilities of interfaces
 * change. What an earlier run left counts as wanted until the daemon asks for something else.
 *
 * Writing takes long where a hundred thousand trees change together, so it is done in parts, from a
 * queue, each tree once and as it is wanted by then (dplane_work()).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr_text.h"
#include "dplane/dplane_int.h"

/* How many trees are looked at in the time that one takes to be written. */
#define LOOKS_PER_WRITE 16u

/* Whatever refuses one entry refuses all of a flood. */
#define REFUSALS_EVERY HP_SEC(1)

/* Output sets that are scarce come and go. */
#define SETLESS_EVERY HP_SEC(60)

/* Also one that is to go. */
static struct tree *tree_find(const struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree;

	hash_find(dp->config.hash_key, dp->trees, key, tree);
	return tree;
}

struct tree *dtree_find(const struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = tree_find(dp, key);

	return tree && !tree->is_deleted ? tree : NULL;
}

static void tree_log(const struct dplane *dp, const struct tree *tree)
{
	struct addr_text source, group;

	if (!dp->config.is_verbose)
		return;
	source = ip_addr_text(&tree->want.key.source);
	group = ip_addr_text(&tree->want.key.group);
	dplane_log(&dp->config, NOTE_DEBUG, "(%s,%s) carried by %s%s%s", source.s, group.s,
		   tier_name(tree->choice.tier), *tree->choice.why ? ": " : "", tree->choice.why);
}

/* ---- copies that are not made ---- */

struct backend_counts dtree_counts(struct backend *be, const struct mfib_key *key)
{
	struct backend_counts counts = { .seen_for = HP_TIME_NEVER };

	if (be)
		(void)be->ops->route_counts(be, key, &counts); /* not there: nothing carried */
	return counts;
}

static uint64_t tree_packets(const struct dplane *dp, const struct tree *tree)
{
	struct backend_counts fast = dtree_counts(dp->fast, &tree->want.key);

	return fast.packets + fast.tc_packets + dtree_counts(dp->kernel, &tree->want.key).packets;
}

/* Whether an output gets nothing, and why. */
static bool output_is_skipped(const struct dplane *dp, const struct tree *tree, uint16_t link,
			      enum skip *ret_skip)
{
	const struct tier_port *port = &dp->ports[link];

	*ret_skip = port->is_served ? SKIP_NOT_MIRRORED : SKIP_LINK_DOWN;
	return !port->is_served || (tree->choice.tier == DPLANE_TIER_KERNEL && !port->has_kernel);
}

void dtree_settle(struct dplane *dp, struct tree *tree)
{
	uint64_t packets;

	if (!tree->has_skips)
		return;
	packets = tree_packets(dp, tree);
	for (enum skip skip = SKIP_LINK_DOWN; skip <= SKIP_NOT_MIRRORED; skip++)
		ifset_for_each (link, &tree->skipped[skip])
			dp->links[link].skipped[skip] += packets - tree->settled_packets;
	tree->settled_packets = packets;
}

static void skips_set(struct dplane *dp, struct tree *tree, bool has_skips)
{
	if (has_skips && !tree->has_skips) {
		DL_APPEND(dp->skipping, tree);
		dp->skipping_count++;
	} else if (!has_skips && tree->has_skips) {
		DL_DELETE(dp->skipping, tree);
		dp->skipping_count--;
	}
	tree->has_skips = has_skips;
}

/* After the tree was written: from here on its outputs are skipped, or not. */
static void skips_begin(struct dplane *dp, struct tree *tree)
{
	bool has_skips = false;
	enum skip skip;

	memset(tree->skipped, 0, sizeof(tree->skipped));
	ifset_for_each (link, &tree->want.oifs) {
		if (!output_is_skipped(dp, tree, link, &skip))
			continue;
		ifset_add(&tree->skipped[skip], link);
		has_skips = true;
	}
	skips_set(dp, tree, has_skips);
	if (has_skips)
		tree->settled_packets = tree_packets(dp, tree);
}

uint32_t dplane_unsettled(const struct dplane *dp)
{
	return dp->skipping_count;
}

/* The list turns by one: whoever comes in between, each is settled within one round. */
void dplane_settle_next(struct dplane *dp)
{
	struct tree *tree = dp->skipping;

	if (!tree)
		return;
	DL_DELETE(dp->skipping, tree);
	DL_APPEND(dp->skipping, tree);
	dtree_settle(dp, tree);
}

/* ---- tiers ---- */

static void choice_set(struct dplane *dp, struct tree *tree, const struct tier_choice *choice)
{
	dp->tier_count[tree->choice.tier]--;
	tree->choice = *choice;
	dp->tier_count[tree->choice.tier]++;
}

/* One line when the first of them is without, however often others come and go. */
static void setless_set(struct dplane *dp, struct tree *tree, bool is_setless)
{
	hp_time now = dplane_now();

	if (is_setless && !dp->setless_count &&
	    (!dp->setless_at || now - dp->setless_at >= SETLESS_EVERY)) {
		dplane_log(&dp->config, NOTE_WARN,
			   "all %u output sets are in use: more trees are carried by %s",
			   dp->config.max_sets, tier_name(tree->choice.tier));
		dp->setless_at = now;
	}
	dp->setless_count += is_setless;
	dp->setless_count -= tree->is_setless;
	tree->is_setless = is_setless;
}

static int fast_put_as(struct dplane *dp, const struct mfib_route *want, enum dplane_tier tier)
{
	struct mfib_route route = *want;

	if (tier == DPLANE_TIER_TC)
		route.flags |= MFIB_F_TC;
	else if (tier != DPLANE_TIER_XDP)
		route.flags |= MFIB_F_PASS;
	return dp->fast->ops->put(dp->fast, &route);
}

/* The BPF part of a tree. Without a free output set for XDP the next tier carries it. */
static int fast_put(struct dplane *dp, const struct mfib_route *want, struct tier_choice *choice,
		    bool *ret_is_setless)
{
	const struct tier_port *in = &dp->ports[want->iif];
	int err = fast_put_as(dp, want, choice->tier);

	if (err != -ENOSPC || choice->tier != DPLANE_TIER_XDP || !(in->has_tc || in->has_kernel))
		return err;
	choice->tier = in->has_tc ? DPLANE_TIER_TC : DPLANE_TIER_KERNEL;
	(void)snprintf(choice->why, sizeof(choice->why), "no free output set");
	*ret_is_setless = true;
	return fast_put_as(dp, want, choice->tier);
}

static uint16_t listener_find(const struct dplane *dp, const struct mfib_route *route)
{
	const struct ip_addr *group = &route->key.group;

	if (!dp->listeners || !listeners_any(dp->listeners))
		return LINK_NONE;
	if (listeners_has(dp->listeners, group, dp->links[route->iif].link.ifindex))
		return route->iif;
	ifset_for_each (link, &route->oifs)
		if (listeners_has(dp->listeners, group, dp->links[link].link.ifindex))
			return link;
	return LINK_NONE;
}

/* All tiers or none: the kernel first, since BPF may pass to it as soon as it has the route. */
static int tiers_put(struct dplane *dp, struct tree *tree)
{
	const enum dplane_own own = dplane_own(dp, &tree->want.key.source);
	struct mfib_route route = tree->want, *want = &route;
	struct tier_choice choice;
	bool is_setless = false;
	int err;

	if (own == DPLANE_OWN_BROADCAST)
		route.oifs = (struct ifset){ .word = { 0 } }; /* an empty set */
	choice = tier_choose(dp->ports, want, listener_find(dp, want), own != DPLANE_OWN_NONE);
	err = dp->kernel ? dp->kernel->ops->put(dp->kernel, want) : 0;
	if (err)
		return err;
	tree->is_own = own != DPLANE_OWN_NONE;
	err = fast_put(dp, want, &choice, &is_setless);
	if (!err) {
		choice_set(dp, tree, &choice);
		setless_set(dp, tree, is_setless);
		skips_begin(dp, tree);
		return 0;
	}
	if (dp->kernel && tree->is_written)
		(void)dp->kernel->ops->put(dp->kernel, &tree->written); /* stood there before */
	else if (dp->kernel)
		dp->kernel->ops->del(dp->kernel, &want->key);
	return err;
}

/* ---- the queue ---- */

static void tree_queue(struct dplane *dp, struct tree *tree)
{
	if (!tree->is_queued)
		TAILQ_INSERT_TAIL(&dp->queue, tree, by_queue);
	tree->is_queued = true;
}

static void tree_unqueue(struct dplane *dp, struct tree *tree)
{
	if (tree->is_queued)
		TAILQ_REMOVE(&dp->queue, tree, by_queue);
	tree->is_queued = false;
}

static void deleted_set(struct dplane *dp, struct tree *tree, bool is_deleted)
{
	dp->deleted_count += is_deleted;
	dp->deleted_count -= tree->is_deleted;
	tree->is_deleted = is_deleted;
}

static struct tree *tree_new(struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	tree->want.key = *key;
	tree->sampled_at = HP_TIME_NEVER;
	hash_add(dp->config.hash_key, dp->trees, want.key, tree);
	dp->tier_count[tree->choice.tier]++;
	dp->round_left += dp->round_left > 0; /* it stands at the end of the round */
	return tree;
}

static struct tree *tree_get(struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = tree_find(dp, key);

	return tree ? tree : tree_new(dp, key);
}

static void written_count(struct dplane *dp, const struct tree *tree, uint32_t by)
{
	if (!tree->is_written)
		return;
	dp->links[tree->written.iif].written_count += by;
	ifset_for_each (link, &tree->written.oifs)
		dp->links[link].written_count += by;
}

static void written_set(struct dplane *dp, struct tree *tree)
{
	written_count(dp, tree, UINT32_MAX); /* one less */
	tree->written = tree->want;
	tree->is_written = true;
	written_count(dp, tree, 1);
}

static void tree_free(struct dplane *dp, struct tree *tree)
{
	written_count(dp, tree, UINT32_MAX);
	skips_set(dp, tree, false);
	setless_set(dp, tree, false);
	deleted_set(dp, tree, false);
	tree_unqueue(dp, tree);
	dp->tier_count[tree->choice.tier]--;
	if (dp->round == tree)
		dp->round = tree->hh.next;
	HASH_DEL(dp->trees, tree);
	free(tree);
}

static void tree_remove(struct dplane *dp, struct tree *tree)
{
	const struct mfib_key key = tree->want.key;

	dtree_settle(dp, tree);
	dp->fast->ops->del(dp->fast, &key);
	if (dp->kernel)
		dp->kernel->ops->del(dp->kernel, &key);
	tree_free(dp, tree);
}

/* As it is wanted now. Return: 0, or a negative errno: it is as it was, and wanted so. */
static int tree_write(struct dplane *dp, struct tree *tree)
{
	enum dplane_tier before = tree->choice.tier;
	bool is_new = !tree->is_written;
	int err;

	tree_unqueue(dp, tree);
	dtree_settle(dp, tree);
	err = tiers_put(dp, tree);
	if (err && is_new) {
		tree_free(dp, tree);
		return err;
	}
	if (err) {
		tree->want = tree->written;
		return err;
	}
	written_set(dp, tree);
	tree->written_in = dp->change;
	if (is_new || before != tree->choice.tier)
		tree_log(dp, tree);
	return 0;
}

static void refusal_log(struct dplane *dp, const struct mfib_key *key, int err)
{
	struct addr_text source = ip_addr_text(&key->source), group = ip_addr_text(&key->group);
	hp_time now = dplane_now();

	if (dp->refusal_at && now - dp->refusal_at < REFUSALS_EVERY)
		return;
	dplane_log(&dp->config, NOTE_WARN,
		   "forwarding plane refuses the route of (%s,%s): %s; what stood there before, if "
		   "anything, stays until the next change; others may be refused without a line in "
		   "this second",
		   source.s, group.s, strerror(-err));
	dp->refusal_at = now;
}

static void tree_do(struct dplane *dp, struct tree *tree)
{
	const struct mfib_key key = tree->want.key;
	int err = 0;

	if (tree->is_deleted)
		tree_remove(dp, tree);
	else
		err = tree_write(dp, tree);
	if (err)
		refusal_log(dp, &key, err);
}

int dplane_put(struct dplane *dp, const struct mfib_route *route)
{
	struct tree *tree = tree_get(dp, &route->key);

	if (!tree)
		return -ENOMEM;
	deleted_set(dp, tree, false);
	tree->want = *route;
	return tree_write(dp, tree);
}

void dplane_put_later(struct dplane *dp, const struct mfib_route *route)
{
	struct tree *tree = tree_get(dp, &route->key);

	if (!tree) {
		refusal_log(dp, &route->key, -ENOMEM);
		return;
	}
	deleted_set(dp, tree, false);
	tree->want = *route;
	tree_queue(dp, tree);
}

void dplane_del(struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = tree_find(dp, key);

	if (tree)
		tree_remove(dp, tree);
}

void dplane_del_later(struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = tree_find(dp, key);

	if (!tree)
		return;
	deleted_set(dp, tree, true);
	tree_queue(dp, tree);
}

/* ---- the round ---- */

static bool tree_is_outdated(const struct dplane *dp, const struct tree *tree)
{
	if (tree->written_in == dp->change || tree->is_queued)
		return false; /* what is queued will be written */
	if (dp->links[tree->want.iif].changed_in > tree->written_in)
		return true;
	ifset_for_each (link, &tree->want.oifs)
		if (dp->links[link].changed_in > tree->written_in)
			return true;
	return dp->own_changed_in > tree->written_in &&
	       tree->is_own != (dplane_own(dp, &tree->want.key.source) != DPLANE_OWN_NONE);
}

/* The next tree of the round. Return: whether it was written. */
static bool round_next(struct dplane *dp)
{
	struct tree *tree = dp->round ? dp->round : dp->trees;

	dp->round_left--;
	if (!tree) {
		dp->round_left = 0;
		return false;
	}
	dp->round = tree->hh.next;
	if (!tree_is_outdated(dp, tree))
		return false;
	tree_do(dp, tree);
	return true;
}

void dplane_work(struct dplane *dp, uint32_t max, bool renews)
{
	uint64_t left = (uint64_t)max * LOOKS_PER_WRITE;

	while (left && (!TAILQ_EMPTY(&dp->queue) || (renews && dp->round_left))) {
		struct tree *tree = TAILQ_FIRST(&dp->queue);
		uint64_t cost = LOOKS_PER_WRITE;

		if (tree)
			tree_do(dp, tree);
		else if (!round_next(dp))
			cost = 1;
		left -= cost < left ? cost : left;
	}
}

bool dplane_has_work(const struct dplane *dp)
{
	return dp->round_left || !TAILQ_EMPTY(&dp->queue);
}

/* Those that come meanwhile are written as all is now. */
static uint64_t round_begin(struct dplane *dp)
{
	dp->round_left = HASH_COUNT(dp->trees);
	return ++dp->change;
}

void dtree_link_changed(struct dplane *dp, uint16_t link)
{
	dp->links[link].changed_in = round_begin(dp);
}

void dtree_own_changed(struct dplane *dp)
{
	dp->own_changed_in = round_begin(dp);
}

void dtree_renew_group(void *ctx, const struct ip_addr *group)
{
	struct dplane *dp = ctx;

	for (struct tree *tree = dp->trees; tree; tree = tree->hh.next)
		if (ip_addr_equal(&tree->want.key.group, group))
			tree_queue(dp, tree);
}

/* ---- what is shown ---- */

uint32_t dplane_route_count(const struct dplane *dp)
{
	return HASH_COUNT(dp->trees) - dp->deleted_count;
}

void dplane_routes(const struct dplane *dp, void (*each)(void *ctx, const struct mfib_route *route),
		   void *ctx)
{
	for (const struct tree *tree = dp->trees; tree; tree = tree->hh.next)
		if (!tree->is_deleted)
			each(ctx, &tree->want);
}

/* ---- of an earlier run ---- */

void dtree_restore(void *ctx, const struct mfib_route *route)
{
	struct dplane *dp = ctx;
	struct tree *tree = tree_new(dp, &route->key);
	struct tier_choice choice = tier_choose(dp->ports, route, LINK_NONE, false);

	if (!tree)
		return; /* without memory: it stands in the maps until the next start */
	tree->want = *route;
	ifset_del(&tree->want.oifs, route->iif);
	written_set(dp, tree);
	choice_set(dp, tree, &choice);
	skips_begin(dp, tree);
}

void dtree_fini(struct dplane *dp)
{
	struct tree *tree, *next;

	HASH_ITER (hh, dp->trees, tree, next)
		tree_free(dp, tree);
}
