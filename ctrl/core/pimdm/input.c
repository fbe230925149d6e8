// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to trees: messages of neighbors, data, members, interfaces, neighbors that come and
 * go. Machines that an event addresses act here, the rest follows when the tree is evaluated.
 * Source: description of PIM-DM, 3.0, step 1; 3.6 to 3.8.
 */
#include <stdlib.h>

#include "core/link_trees.h"
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

/* How long data without a route has a negative entry. 3.6 */
#define NEGATIVE_S 60

/* How long the forwarding plane may take to say when it last saw data. */
#define ANSWER_S 1

/* (S,G)s in one GraftAck; of IPv6 that is the MTU of Ethernet. */
#define ACKS_MAX 30u

/* ---- Creation by messages ---- */

/*
 * A message about an (S,G) that is not known: keep it until the route to the source is. Only the
 * first one counts; neighbors repeat theirs. Return: NULL: it is not kept.
 */
static struct pimdm_waiting *wait_for_route(struct pimdm_if *pif, const struct mfib_key *key,
					    enum pimdm_waiting_kind kind, const struct ip_addr *src)
{
	struct pimdm_tree *tree = pimdm_tree_get(pif->pim, key, pif->link);
	struct core *core = pif->pim->mrp.core;

	if (!tree)
		return NULL;
	if (tree->waiting)
		return NULL;
	tree->waiting = calloc(1, sizeof(*tree->waiting));
	if (!timer_runs(&tree->data_timer))
		core_timer_arm(core, &tree->data_timer, HP_SEC(NEGATIVE_S));
	pimdm_tree_mark(tree);
	if (!tree->waiting)
		return NULL;
	tree->waiting->kind = kind;
	tree->waiting->link = pif->link;
	tree->waiting->src = *src;
	return tree->waiting;
}

static struct pimdm_tree *find_live(const struct pimdm *pim, const struct mfib_key *key)
{
	struct pimdm_tree *tree = pimdm_tree_find(pim, key);

	return tree && tree->is_live ? tree : NULL;
}

/* It is answered and counted, and makes no interest: mrp.h. */
static void count_denied(const struct pimdm_if *pif, const struct mfib_key *key)
{
	struct core *core = pif->pim->mrp.core;

	if (policy_refuses(&core->policy, pif->link, &key->source, &key->group, POLICY_TREE))
		core_count(core, pif->link, pif->pim->mrp.family, NOTE_POLICY_TREE);
}

/* ---- Join, Prune, Graft, GraftAck ---- */

/*
 * A message with our address as upstream neighbor, on a downstream interface. 3.3, 3.4
 * Differs: of the winner itself it says that the winner has lost, and forwards no longer. With the
 * metric that it had once, both would stay losers until AT ends.
 */
static void addressed(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
		      enum pimdm_down_event event, uint16_t hold_s)
{
	struct pimdm_tif *tif =
		event == DOWN_EV_PRUNE ? pimdm_tif_get(tree, link) : pimdm_tif_find(tree, link);

	if (!tif)
		return; /* NI, where a Join or Graft changes nothing */
	pimdm_assert(tif,
		     pimdm_assert_is_winner(tif, src) ? ASSERT_EV_INFERIOR_FROM_WINNER
						      : ASSERT_EV_ADDRESSED,
		     NULL, 0);
	pimdm_downstream(tif, event, hold_s);
}

void pimdm_tree_join_prune(struct pimdm_if *pif, const struct ip_addr *src,
			   const struct pim_join_prune *msg)
{
	bool is_to_us = ip_addr_equal(&msg->upstream, &pif->addr);
	struct pim_walk walk = { .jp = msg };
	struct pim_entry entry;

	while (pim_entry_next(&walk, &entry)) {
		const struct mfib_key key = { entry.source, entry.group };
		struct pimdm_tree *tree = find_live(pif->pim, &key);

		count_denied(pif, &key);
		if (!tree)
			continue; /* 3.8: none is made */
		if (pif->link == tree->route.link)
			pimdm_upstream_see(tree, msg, entry.is_prune);
		else if (is_to_us)
			addressed(tree, pif->link, src,
				  entry.is_prune ? DOWN_EV_PRUNE : DOWN_EV_JOIN, msg->hold_s);
	}
}

static void send_acks(struct pimdm_if *pif, const struct ip_addr *to,
		      const struct pim_entry *entries, size_t count)
{
	const struct pim_msg msg = {
		.type = PIM_GRAFT_ACK,
		.jp = { .upstream = *to, .entries = entries, .entry_count = count },
	};

	if (count)
		pimdm_if_send(pif, to, &msg);
}

/* Return: whether it is acknowledged now. */
static bool graft(struct pimdm_if *pif, const struct ip_addr *src, const struct mfib_key *key)
{
	struct pimdm_tree *tree = find_live(pif->pim, key);

	count_denied(pif, key);
	if (!tree) /* what is not kept is acknowledged, or it would come again and again */
		return !wait_for_route(pif, key, WAITING_GRAFT, src);
	if (pif->link == tree->route.link)
		return false;
	addressed(tree, pif->link, src, DOWN_EV_GRAFT, 0);
	return true;
}

void pimdm_tree_graft(struct pimdm_if *pif, const struct ip_addr *src,
		      const struct pim_join_prune *msg)
{
	struct pim_walk walk = { .jp = msg };
	struct pim_entry acks[ACKS_MAX], entry;
	size_t count = 0;

	if (!ip_addr_equal(&msg->upstream, &pif->addr))
		return;
	while (pim_entry_next(&walk, &entry)) {
		const struct mfib_key key = { entry.source, entry.group };

		if (entry.is_prune || !graft(pif, src, &key))
			continue;
		acks[count++] = entry;
		if (count < ACKS_MAX)
			continue;
		send_acks(pif, src, acks, count);
		count = 0;
	}
	send_acks(pif, src, acks, count);
}

void pimdm_tree_graft_ack(struct pimdm_if *pif, const struct ip_addr *src,
			  const struct pim_join_prune *msg)
{
	struct pim_walk walk = { .jp = msg };
	struct pim_entry entry;

	while (pim_entry_next(&walk, &entry)) {
		const struct mfib_key key = { entry.source, entry.group };
		struct pimdm_tree *tree = find_live(pif->pim, &key);

		if (tree && !entry.is_prune && pif->link == tree->route.link &&
		    ip_addr_equal(src, &tree->rpf_neighbor))
			pimdm_upstream(tree, UP_EV_GRAFT_ACK);
	}
}

/* ---- Assert, State Refresh ---- */

static void receive_assert(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
			   const struct pim_metric *metric)
{
	const struct pimdm_metric of = { *metric, *src };

	pimdm_assert_receive(tree, link, &of, pimdm_settings(tree, link)->assert_s);
}

void pimdm_tree_assert(struct pimdm_if *pif, const struct ip_addr *src,
		       const struct pim_assert *msg)
{
	const struct mfib_key key = { msg->source, msg->group };
	struct pimdm_tree *tree = find_live(pif->pim, &key);
	struct pimdm_waiting *waiting;

	count_denied(pif, &key);
	if (tree) {
		receive_assert(tree, pif->link, src, &msg->metric);
		return;
	}
	if (pimdm_metric_is_infinite(&msg->metric))
		return;
	waiting = wait_for_route(pif, &key, WAITING_ASSERT, src);
	if (waiting)
		waiting->refresh.metric = msg->metric;
}

void pimdm_tree_refresh(struct pimdm_if *pif, const struct ip_addr *src,
			const struct pim_refresh *msg)
{
	const struct mfib_key key = { msg->source, msg->group };
	struct pimdm_tree *tree = find_live(pif->pim, &key);
	struct pimdm_waiting *waiting;

	count_denied(pif, &key);
	if (tree) {
		pimdm_refresh_receive(tree, pif->link, src, msg);
		return;
	}
	waiting = wait_for_route(pif, &key, WAITING_REFRESH, src);
	if (waiting)
		waiting->refresh = *msg;
}

/* ---- Data ---- */

static void touch(struct pimdm_tree *tree, hp_time seen_for)
{
	hp_time timeout = HP_SEC(pimdm_settings(tree, tree->route.link)->data_timeout_s);
	struct core *core = tree->pim->mrp.core;

	tree->is_asking = false;
	if (seen_for < timeout)
		core_timer_arm(core, &tree->data_timer, timeout - seen_for);
	else
		timer_stop(&core->sched, &tree->data_timer);
	pimdm_tree_busy(tree);
}

/* 3.6 */
static void data_arrived(struct pimdm_tree *tree, uint16_t link)
{
	struct pimdm_tif *tif;

	if (link == tree->route.link) {
		touch(tree, 0);
		if (ifset_is_empty(&tree->olist) && !pimdm_limit_runs(tree) &&
		    !pimdm_is_first_hop(tree))
			pimdm_upstream(tree, UP_EV_DATA);
	} else if (tree->pim->ifs[link]) {
		touch(tree, 0);
		tif = pimdm_tif_get(tree, link);
		if (tif)
			pimdm_assert(tif, ASSERT_EV_DATA, NULL, 0);
	}
	pimdm_tree_mark(tree);
}

/* The answer of the forwarding plane. */
static void data_seen(struct pimdm_tree *tree, const struct ev_data *data)
{
	struct core *core = tree->pim->mrp.core;
	hp_time timeout = HP_SEC(pimdm_settings(tree, tree->route.link)->data_timeout_s);

	if (!tree->is_live)
		return;
	if (data->seen_for < timeout &&
	    (tree->is_asking || core->now + timeout - data->seen_for > tree->data_timer.deadline))
		touch(tree, data->seen_for);
	else if (tree->is_asking)
		timer_stop(&core->sched, &tree->data_timer);
	tree->is_asking = false;
	pimdm_refresh_answered(tree, data->ttl);
	pimdm_tree_mark(tree);
}

/* Ask before it is believed: no packet of a tree that stands passes the daemon. */
void pimdm_data_expired(struct core *core, struct timer *timer)
{
	struct pimdm_tree *tree = container_of(timer, struct pimdm_tree, data_timer);

	if (tree->is_live && !tree->is_asking) {
		tree->is_asking = true;
		core_timer_arm(core, timer, HP_SEC(ANSWER_S));
		core_fx(core, &(struct core_effect){ .kind = FX_MFIB_QUERY, .key = tree->key });
		return;
	}
	tree->is_asking = false;
	tree->data_link = LINK_NONE;
	pimdm_tree_mark(tree);
}

bool pimdm_tree_data(struct pimdm *pim, const struct ev_data *data)
{
	const struct mfib_key key = { data->source, data->group };
	struct pimdm_tree *tree = pimdm_tree_find(pim, &key);

	if (data->kind == DATA_SEEN) {
		if (tree)
			data_seen(tree, data);
		return tree != NULL;
	}
	if (!ifset_has(&pim->enabled, data->link))
		return false;
	if (!tree)
		tree = pimdm_tree_get(pim, &key, data->link);
	if (!tree)
		return true;
	tree->data_link = data->link;
	if (tree->is_live) {
		data_arrived(tree, data->link);
		return true;
	}
	core_timer_arm(pim->mrp.core, &tree->data_timer, HP_SEC(NEGATIVE_S));
	pimdm_tree_mark(tree);
	return true;
}

/* ---- The route is known ---- */

static void resume_message(struct pimdm_tree *tree, const struct pimdm_waiting *waiting)
{
	struct pimdm_if *pif = tree->pim->ifs[waiting->link];
	const struct pim_entry ack = { tree->key.source, tree->key.group, false };

	if (!pif)
		return;
	if (waiting->kind == WAITING_GRAFT && waiting->link != tree->route.link)
		send_acks(pif, &waiting->src, &ack, 1);
	if (!tree->is_live)
		return;
	switch (waiting->kind) {
	case WAITING_GRAFT: break; /* NI, where a Graft changes nothing */
	case WAITING_ASSERT:
		receive_assert(tree, waiting->link, &waiting->src, &waiting->refresh.metric);
		break;
	case WAITING_REFRESH:
		pimdm_refresh_receive(tree, waiting->link, &waiting->src, &waiting->refresh);
		break;
	}
}

void pimdm_tree_resume(struct pimdm_tree *tree)
{
	struct pimdm_waiting *waiting = tree->waiting;

	tree->waiting = NULL;
	if (tree->is_live && tree->data_link != LINK_NONE)
		data_arrived(tree, tree->data_link);
	if (waiting)
		resume_message(tree, waiting);
	free(waiting);
}

/* ---- Members, interfaces, neighbors: 3.7 ---- */

void pimdm_tree_member_changed(struct pimdm *pim, const struct ip_addr *group)
{
	const struct pimdm_group *found = pimdm_group_find(pim, group);
	struct pimdm_tree *tree;

	if (!found)
		return;
	LIST_FOREACH (tree, &found->trees, by_group)
		pimdm_tree_mark(tree);
}

void pimdm_tree_link_on(struct pimdm *pim, uint16_t link)
{
	(void)link; /* it may be the RPF interface of any tree, or an output */
	pimdm_tree_mark_all(pim);
}

void pimdm_tree_link_off(struct pimdm *pim, uint16_t link, bool can_send)
{
	for (struct pimdm_tree *tree = pim->trees; tree; tree = tree->hh.next) {
		struct pimdm_tif *tif = pimdm_tif_find(tree, link);

		if (tif && can_send)
			pimdm_assert_cancel(tif);
		pimdm_tif_drop(tree, link);
		if (tree->brought_by == link && !ifset_has(&pim->enabled, link))
			link_trees_release(&pim->mrp, &tree->brought_by);
		pimdm_tree_mark(tree);
	}
}

/* Data without State Refresh would not reach it before PT ends. */
/*
 * 3.7: whether the stored message will say there is a tree. Else data does: the first message is
 * sent long after the first packet, and a router that comes in between would wait for it.
 */
static bool is_refreshed(const struct pimdm_tree *tree, const struct pimdm_neigh *neigh)
{
	return pimdm_settings(tree, neigh->pif->link)->refresh && neigh->is_refresh_capable &&
	       pimdm_refresh_is_stored(tree);
}

static void neighbor_new(struct pimdm_tree *tree, const struct pimdm_neigh *neigh)
{
	uint16_t link = neigh->pif->link;
	struct pimdm_tif *tif = pimdm_tif_find(tree, link);

	if (!tree->is_live)
		return;
	if (link != tree->route.link) {
		if (tif && tif->down == DOWN_PRUNED && !is_refreshed(tree, neigh))
			pimdm_downstream(tif, DOWN_EV_RESET, 0);
	} else if (ip_addr_equal(&neigh->addr, &tree->rpf_neighbor)) {
		pimdm_upstream_knows_nothing(tree);
	}
	pimdm_tree_mark(tree);
}

void pimdm_tree_neighbor_new(struct pimdm_neigh *neigh)
{
	struct pimdm *pim = neigh->pif->pim;

	neigh->pif->is_refresh_due = true;
	for (struct pimdm_tree *tree = pim->trees; tree; tree = tree->hh.next)
		neighbor_new(tree, neigh);
}

void pimdm_tree_neighbor_lost(struct pimdm_if *pif, const struct ip_addr *addr)
{
	for (struct pimdm_tree *tree = pif->pim->trees; tree; tree = tree->hh.next) {
		struct pimdm_tif *tif = pimdm_tif_find(tree, pif->link);

		if (tif && pimdm_assert_is_winner(tif, addr))
			pimdm_assert(tif, ASSERT_EV_WINNER_GONE, NULL, 0);
		if (tif && !pif->neighbor_count)
			pimdm_downstream(tif, DOWN_EV_RESET, 0);
		pimdm_tree_mark(tree);
	}
}

void pimdm_tree_hello_sent(struct pimdm_if *pif)
{
	if (!pif->is_refresh_due)
		return;
	pif->is_refresh_due = false;
	for (struct pimdm_tree *tree = pif->pim->trees; tree; tree = tree->hh.next)
		pimdm_refresh_repeat(tree, pif);
}
