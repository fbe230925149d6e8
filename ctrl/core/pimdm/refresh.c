// SPDX-License-Identifier: GPL-2.0-only
/*
 * State Refresh: originated next to the source, passed on down the tree. Source: description of
 * PIM-DM, 3.5; RFC 3973, 4.5.
 */
#include "core/border.h"
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

/* SR_TTL: where the forwarding plane knows no TTL of the data. */
#define TTL_UNKNOWN 255u

/* RefreshLimitInterval is that much shorter than the interval of the message. */
#define LIMIT_LESS_S 5

/* Differs: never shorter than this, also where a message has an interval of a few seconds. */
#define LIMIT_LEAST HP_MS(500)

/* Every third has N. */
#define PRUNE_NOW_EACH 3u

/* A stored message is repeated to new neighbors for so many intervals. */
#define REPEATED_FOR 3

/* How long the forwarding plane may take to say the TTL. */
#define ANSWER_S 1

static struct core *core_of(const struct pimdm_tree *tree)
{
	return tree->pim->mrp.core;
}

/* AT of a state that a message with this interval refreshes. */
static uint32_t assert_hold_s(const struct pim_refresh *msg)
{
	return 3u * msg->interval_s;
}

/* Steps 1 to 6 of the sending loop but the TTL, which @msg has as it is sent. */
static void send_on(struct pimdm_tree *tree, struct pimdm_if *pif, const struct pim_refresh *msg)
{
	struct pimdm_tif *tif = pimdm_tif_find(tree, pif->link);
	struct pim_msg out = { .type = PIM_STATE_REFRESH, .refresh = *msg };

	if (pif->link == tree->route.link || !pif->neighbor_count ||
	    !pimdm_settings(tree, pif->link)->refresh || (tif && tif->assert == ASSERT_LOSER) ||
	    policy_denies(&core_of(tree)->policy, pif->link, &tree->key.source, &tree->key.group))
		return;
	out.refresh.source = tree->key.source;
	out.refresh.group = tree->key.group;
	out.refresh.metric = pimdm_route_metric(tree);
	out.refresh.mask_len = tree->route.prefix_len;
	out.refresh.is_prune = tif && tif->down == DOWN_PRUNED;
	out.refresh.is_override = !tif || tif->assert == ASSERT_NO_INFO;
	pimdm_if_send(pif, NULL, &out);
	if (!tif)
		return;
	pimdm_assert(tif, ASSERT_EV_REFRESH_SENT, NULL, assert_hold_s(msg));
	pimdm_downstream(tif, DOWN_EV_REFRESH_SENT, 0);
}

/* Keep the message as it is sent from here, and send it. */
static void send_all(struct pimdm_tree *tree, const struct pim_refresh *msg)
{
	tree->refresh = *msg;
	tree->has_refresh = true;
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (tree->pim->ifs[link])
			send_on(tree, tree->pim->ifs[link], &tree->refresh);
}

/* ---- Origination ---- */

static void originate(struct pimdm_tree *tree)
{
	struct core *core = core_of(tree);
	const struct ip_addr *addr =
		tree->route.link < LINKS_MAX
			? link_addr(&core->links[tree->route.link], tree->pim->mrp.family)
			: NULL;
	uint32_t interval_s = pimdm_settings(tree, tree->route.link)->refresh_interval_s;

	tree->is_refresh_due = false;
	core_timer_arm(core, &tree->refresh_timer, HP_SEC(interval_s));
	if (!addr)
		return;
	tree->refresh_count = (uint8_t)((tree->refresh_count + 1) % PRUNE_NOW_EACH);
	tree->refreshed_at = core->now;
	send_all(tree, &(struct pim_refresh){ .originator = *addr,
					      .ttl = tree->data_ttl ? tree->data_ttl : TTL_UNKNOWN,
					      .is_prune_now = tree->refresh_count == 0,
					      .interval_s = (uint8_t)interval_s });
}

/* SRT. The forwarding plane knows the TTL, and whether the source is there still. */
void pimdm_refresh_expired(struct core *core, struct timer *timer)
{
	struct pimdm_tree *tree = container_of(timer, struct pimdm_tree, refresh_timer);

	if (tree->is_refresh_due) {
		originate(tree);
		return;
	}
	tree->is_refresh_due = true;
	core_timer_arm(core, timer, HP_SEC(ANSWER_S));
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_QUERY, .key = tree->key });
}

void pimdm_refresh_answered(struct pimdm_tree *tree, uint8_t ttl)
{
	if (ttl > tree->data_ttl)
		tree->data_ttl = ttl;
	if (tree->is_refresh_due)
		originate(tree);
}

void pimdm_refresh_settle(struct pimdm_tree *tree)
{
	const struct pim_settings *settings = pimdm_settings(tree, tree->route.link);
	bool is_originator = pimdm_is_first_hop(tree) && settings->refresh &&
			     (tree->is_border ? border_is_alive(&tree->pim->mrp, &tree->key)
					      : timer_runs(&tree->data_timer));

	if (is_originator == tree->is_originator)
		return;
	tree->is_originator = is_originator;
	tree->is_refresh_due = false;
	tree->refresh_count = tree->data_ttl = 0;
	if (is_originator)
		core_timer_arm(core_of(tree), &tree->refresh_timer,
			       HP_SEC(settings->refresh_interval_s));
	else
		timer_stop(&core_of(tree)->sched, &tree->refresh_timer);
}

/* ---- Reception ---- */

/* Step 5. */
static bool is_too_soon(const struct pimdm_tree *tree, const struct pim_refresh *msg)
{
	hp_time limit = HP_SEC(msg->interval_s) - HP_SEC(LIMIT_LESS_S);

	if (limit < LIMIT_LEAST)
		limit = LIMIT_LEAST;
	return tree->refreshed_at && core_of(tree)->now - tree->refreshed_at < limit;
}

/*
 * Differs: what comes from the winner of an assert that is farther from the source than this router
 * is not passed on. It has the tree from behind us, by the domain of another protocol, and with our
 * metric on it the two domains would keep the tree alive for each other. Metrics of other
 * preferences say nothing about each other, nor does that of the next hop.
 */
static bool is_from_behind(const struct pimdm_tree *tree, const struct ip_addr *src,
			   const struct pim_metric *theirs)
{
	const struct pim_metric ours = pimdm_route_metric(tree);
	const struct ip_addr next_hop = pimdm_next_hop(tree);

	return theirs->preference == ours.preference && theirs->metric > ours.metric &&
	       !ip_addr_equal(src, &next_hop);
}

void pimdm_refresh_receive(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
			   const struct pim_refresh *msg)
{
	const struct pimdm_metric metric = { msg->metric, *src };
	struct pim_refresh passed = *msg;
	struct ip_addr rpf_neighbor;

	pimdm_assert_receive(tree, link, &metric, assert_hold_s(msg));
	if (!msg->is_prune)
		pimdm_assert_unpruned(tree, link, src, assert_hold_s(msg));
	rpf_neighbor = pimdm_rpf_neighbor(tree);
	if (link != tree->route.link || pimdm_is_first_hop(tree) ||
	    !ip_addr_equal(src, &rpf_neighbor))
		return;
	if (msg->is_prune)
		pimdm_upstream(tree, UP_EV_REFRESH_PRUNED);
	else
		pimdm_upstream(tree, pimdm_limit_runs(tree) ? UP_EV_REFRESH_LIMIT : UP_EV_REFRESH);
	if (is_from_behind(tree, src, &msg->metric) || is_too_soon(tree, msg))
		return;
	tree->refreshed_at = core_of(tree)->now;
	if (passed.ttl == 0) {
		tree->has_refresh = false;
		return;
	}
	passed.ttl--;
	send_all(tree, &passed);
}

bool pimdm_refresh_is_stored(const struct pimdm_tree *tree)
{
	hp_time most = HP_SEC(REPEATED_FOR * tree->refresh.interval_s);

	return tree->is_live && tree->has_refresh &&
	       core_of(tree)->now - tree->refreshed_at <= most;
}

void pimdm_refresh_repeat(struct pimdm_tree *tree, struct pimdm_if *pif)
{
	if (pimdm_refresh_is_stored(tree))
		send_on(tree, pif, &tree->refresh);
}
