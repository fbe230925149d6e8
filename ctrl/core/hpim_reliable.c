// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reliable transmission of the messages of one tree on one interface: at most one to all neighbors
 * and one to each neighbor, repeated until acknowledged. Source: description of HPIM-DM, 3.5.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim_int.h"

static struct core *core_of(const struct hpim_reliable *reliable)
{
	return reliable->tif->tree->hpim->core;
}

static struct hpim_if *interface_of(const struct hpim_tree_if *tif)
{
	return hpim_if_by_link(tif->tree->hpim, tif->link);
}

static void expired(struct core *core, struct timer *timer)
{
	struct hpim_reliable *reliable = container_of(timer, struct hpim_reliable, timer);

	(void)core; /* the tree knows it */
	hpim_reliable_timeout(reliable->tif);
}

static struct hpim_reliable *get(struct hpim_tree_if *tif)
{
	struct hpim_reliable *reliable = tif->reliable;

	if (reliable)
		return reliable;
	reliable = calloc(1, sizeof(*reliable));
	assert(reliable); /* a message that must not be lost cannot be kept */
	reliable->tif = tif;
	reliable->is_talk = tif->tree->stray && interface_of(tif)->neighbor_count;
	tif->tree->hpim->talk_count += reliable->is_talk;
	reliable->multicast.reliable = reliable;
	TAILQ_INIT(&reliable->peers);
	timer_init(&reliable->timer, expired);
	tif->reliable = reliable;
	return reliable;
}

static struct hpim_peer *peer_find(const struct hpim_reliable *reliable, const struct ip_addr *addr)
{
	struct hpim_peer *peer;

	TAILQ_FOREACH (peer, &reliable->peers, node)
		if (ip_addr_equal(&peer->addr, addr))
			return peer;
	return NULL;
}

static struct hpim_peer *peer_get(struct hpim_reliable *reliable, const struct ip_addr *addr)
{
	struct hpim_peer *peer = peer_find(reliable, addr);

	if (peer)
		return peer;
	peer = calloc(1, sizeof(*peer));
	assert(peer); /* as in get() */
	peer->addr = *addr;
	peer->unicast.reliable = reliable;
	TAILQ_INSERT_TAIL(&reliable->peers, peer, node);
	return peer;
}

static void pending_done(struct hpim_if *hif, struct hpim_pending *pending)
{
	if (!pending->is_pending)
		return;
	TAILQ_REMOVE(&hif->pending, pending, by_sn);
	pending->is_pending = false;
	hpim_if_acked(hif);
}

/* New SNs only grow, so appending keeps the list in order. */
static void pending_start(struct hpim_if *hif, struct hpim_pending *pending, enum hpim_type type,
			  uint32_t sn)
{
	pending->type = type;
	pending->sn = sn;
	pending->boot_time = hif->boot_time;
	pending->is_pending = true;
	TAILQ_INSERT_TAIL(&hif->pending, pending, by_sn);
}

static void transmit(struct hpim_if *hif, const struct hpim_pending *pending,
		     const struct ip_addr *dst)
{
	const struct hpim_tree *tree = pending->reliable->tif->tree;
	struct hpim_msg msg = {
		.boot_time = pending->boot_time,
		.type = pending->type,
		.tree = { .source = tree->key.source,
			  .group = tree->key.group,
			  .sn = pending->sn,
			  .rpc = pending->rpc },
	};

	hpim_if_send(hif, dst, &msg, NULL);
}

static void arm(struct hpim_reliable *reliable)
{
	struct core *core = core_of(reliable);

	core_timer_arm(core, &reliable->timer, HP_SEC(core->settings.retransmission_s));
}

/* All entries of the neighbor list count, in any state of synchronization. */
static bool all_acked(const struct hpim_reliable *reliable, const struct hpim_if *hif)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		const struct hpim_peer *peer = peer_find(reliable, &neigh->addr);

		if (!peer || !peer->has_acked)
			return false;
	}
	return true;
}

static bool unicast_is_pending(const struct hpim_reliable *reliable)
{
	const struct hpim_peer *peer;

	TAILQ_FOREACH (peer, &reliable->peers, node)
		if (peer->unicast.is_pending)
			return true;
	return false;
}

/* The multicast message is done: who acknowledged it no longer matters. */
static void multicast_done(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	struct hpim_peer *peer;

	pending_done(hif, &reliable->multicast);
	TAILQ_FOREACH (peer, &reliable->peers, node) {
		peer->has_acked = false;
		if (!peer->unicast.is_pending)
			peer->missed = 0;
	}
}

/* Free what nothing is pending for; the whole of it when nothing is left. */
static void sweep(struct hpim_reliable *reliable)
{
	struct hpim_tree_if *tif = reliable->tif;
	struct hpim_peer *peer, *next;

	if (reliable->multicast.is_pending)
		return;
	TAILQ_FOREACH_SAFE (peer, &reliable->peers, node, next) {
		if (peer->unicast.is_pending)
			continue;
		TAILQ_REMOVE(&reliable->peers, peer, node);
		free(peer);
	}
	if (!TAILQ_EMPTY(&reliable->peers))
		return;
	timer_stop(&core_of(reliable)->sched, &reliable->timer);
	tif->tree->hpim->talk_count -= reliable->is_talk;
	free(reliable);
	tif->reliable = NULL;
	if (tif->view.role == ROLE_NONE)
		hpim_tree_mark(tif->tree); /* perhaps this was the last thing known of it */
}

void hpim_reliable_drop(struct hpim_tree_if *tif)
{
	struct hpim_reliable *reliable = tif->reliable;
	struct hpim_if *hif = interface_of(tif);
	struct hpim_peer *peer;

	if (!reliable)
		return;
	multicast_done(reliable, hif);
	TAILQ_FOREACH (peer, &reliable->peers, node)
		pending_done(hif, &peer->unicast);
	sweep(reliable);
}

void hpim_reliable_drop_all(struct hpim_if *hif)
{
	while (!TAILQ_EMPTY(&hif->pending))
		hpim_reliable_drop(TAILQ_FIRST(&hif->pending)->reliable->tif);
}

void hpim_reliable_send_all(struct hpim_tree_if *tif, enum hpim_type type,
			    const struct hpim_rpc *rpc)
{
	struct hpim_if *hif = interface_of(tif);
	struct hpim_reliable *reliable;
	uint32_t sn;

	hpim_reliable_drop(tif);
	sn = hpim_if_next_sn(hif);
	reliable = get(tif);
	reliable->multicast.rpc = rpc ? *rpc : (struct hpim_rpc){ 0, 0 };
	pending_start(hif, &reliable->multicast, type, sn);
	arm(reliable);
	transmit(hif, &reliable->multicast, NULL);
}

void hpim_reliable_send_to(struct hpim_tree_if *tif, enum hpim_type type, const struct ip_addr *dst)
{
	struct hpim_if *hif = interface_of(tif);
	uint32_t sn = hpim_if_next_sn(hif); /* may drop all that is pending: before get() */
	struct hpim_reliable *reliable = get(tif);
	struct hpim_peer *peer = peer_get(reliable, dst);

	pending_done(hif, &peer->unicast);
	peer->missed = 0;
	pending_start(hif, &peer->unicast, type, sn);
	peer->has_acked = reliable->multicast.is_pending;
	arm(reliable);
	transmit(hif, &peer->unicast, dst);
}

/* (BootTime, SN) pairs are ordered lexicographically. */
static bool is_covered(const struct hpim_pending *pending, uint32_t boot_time, uint32_t sn)
{
	if (!pending->is_pending)
		return false;
	if (pending->boot_time != boot_time)
		return pending->boot_time < boot_time;
	return pending->sn <= sn;
}

void hpim_reliable_acked(struct hpim_tree_if *tif, const struct hpim_neigh *neigh,
			 uint32_t boot_time, uint32_t sn)
{
	struct hpim_reliable *reliable = tif->reliable;
	struct hpim_if *hif = interface_of(tif);
	struct hpim_peer *peer;

	if (!reliable)
		return;
	if (is_covered(&reliable->multicast, boot_time, sn)) {
		peer_get(reliable, &neigh->addr)->has_acked = true;
		if (all_acked(reliable, hif))
			multicast_done(reliable, hif);
	}
	peer = peer_find(reliable, &neigh->addr);
	if (peer && is_covered(&peer->unicast, boot_time, sn)) {
		pending_done(hif, &peer->unicast);
		peer->missed = 0;
	}
	sweep(reliable);
}

void hpim_reliable_snapshot(struct hpim_neigh *neigh)
{
	struct hpim_pending *pending, *next;

	/* Acknowledging one message can end others of its tree, but never one further on. */
	TAILQ_FOREACH_SAFE (pending, &neigh->hif->pending, by_sn, next) {
		while (next && next->reliable == pending->reliable)
			next = TAILQ_NEXT(next, by_sn);
		hpim_reliable_acked(pending->reliable->tif, neigh, neigh->my_snapshot_boot_time,
				    neigh->my_snapshot_sn);
	}
}

/* Steps 2 and 3 of "Timer expiry": send again what is still wanted. */
static void retransmit(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	struct hpim_peer *peer;

	if (reliable->multicast.is_pending)
		transmit(hif, &reliable->multicast, NULL);
	TAILQ_FOREACH (peer, &reliable->peers, node) {
		if (!peer->unicast.is_pending)
			continue;
		if (hpim_neigh_find(hif, &peer->addr))
			transmit(hif, &peer->unicast, &peer->addr);
		else
			pending_done(hif, &peer->unicast);
	}
}

/* Step 5: count for every neighbor that is late; the ones that fail are removed afterwards. */
static void count_missed(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		struct hpim_peer *peer = peer_find(reliable, &neigh->addr);
		bool has_acked = peer && peer->has_acked;

		if (!(reliable->multicast.is_pending && !has_acked) &&
		    !(peer && peer->unicast.is_pending))
			continue;
		peer_get(reliable, &neigh->addr)->missed++;
	}
}

void hpim_reliable_timeout(struct hpim_tree_if *tif)
{
	struct hpim_reliable *reliable = tif->reliable;
	struct hpim_if *hif = interface_of(tif);
	struct hpim_neigh *neigh, *next;

	if (reliable->multicast.is_pending && all_acked(reliable, hif))
		multicast_done(reliable, hif);
	retransmit(reliable, hif);
	count_missed(reliable, hif);
	if (reliable->multicast.is_pending || unicast_is_pending(reliable))
		arm(reliable);
	TAILQ_FOREACH_SAFE (neigh, &hif->neighbors, node, next) {
		struct hpim_peer *peer = peer_find(reliable, &neigh->addr);

		if (!peer || peer->missed <= HPIM_ACK_FAILURE_THRESHOLD)
			continue;
		peer->missed = 0; /* if it comes back it starts anew */
		hpim_neigh_remove(neigh, GONE_NO_ACK);
	}
	sweep(reliable);
}
