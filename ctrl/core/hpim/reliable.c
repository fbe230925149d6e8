// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reliable transmission of the messages of one tree on one interface: at most one to all neighbors
 * and one to each neighbor, repeated until acknowledged. Source: description of HPIM-DM, 3.5.
 *
 * Differs: what does not fit the windows of the neighbors (hpim/window.c) waits, one message for a
 * tree and its destination, so that the last one replaces those before it. Its SN is allocated when
 * it is sent: SNs are sent in order, and CheckpointSN covers nothing that waits.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/tree.h"
#include "core/hpim/window.h"

static struct core *core_of(const struct hpim_reliable *reliable)
{
	return reliable->tif->tree->hpim->mrp.core;
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
	reliable->is_unwanted = tif->tree->unwanted && interface_of(tif)->neighbor_count;
	tif->tree->hpim->unacked_count += reliable->is_unwanted;
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

/* ---- What is sent and what waits ---- */

static bool is_multicast(const struct hpim_pending *pending)
{
	return pending == &pending->reliable->multicast;
}

static const struct ip_addr *dst_of(const struct hpim_pending *pending)
{
	return &container_of(pending, const struct hpim_peer, unicast)->addr;
}

/* Of a message to one neighbor. NULL: the neighbor is gone. */
static struct hpim_window *window_of(const struct hpim_if *hif, const struct hpim_pending *pending)
{
	struct hpim_neigh *neigh = hpim_neigh_find(hif, dst_of(pending));

	return neigh ? &neigh->window : NULL;
}

static void wait_in(struct hpim_if *hif, struct hpim_pending_list *queue,
		    struct hpim_pending *pending)
{
	hif->waiting_count += pending->state == PENDING_NONE;
	pending->state = queue ? PENDING_WAITING : PENDING_HELD;
	if (queue)
		TAILQ_INSERT_TAIL(queue, pending, node);
}

static void wait_end(struct hpim_if *hif, struct hpim_pending *pending)
{
	if (pending->state == PENDING_WAITING)
		TAILQ_REMOVE(is_multicast(pending) ? &hif->waiting
						   : &window_of(hif, pending)->waiting,
			     pending, node);
	hif->waiting_count--;
	pending->state = PENDING_NONE;
}

/* New SNs only grow, so appending keeps the list in order. */
static void pending_start(struct hpim_if *hif, struct hpim_pending *pending)
{
	pending->sn = hpim_if_next_sn(hif);
	pending->boot_time = hif->boot_time;
	pending->is_repeated = false;
	pending->state = PENDING_SENT;
	TAILQ_INSERT_TAIL(&hif->pending, pending, node);
}

/* A message to one neighbor leaves its window; for one to all see multicast_done(). */
static void pending_done(struct hpim_if *hif, struct hpim_pending *pending)
{
	struct hpim_window *window;

	if (pending->state == PENDING_NONE)
		return;
	if (pending->state != PENDING_SENT) {
		wait_end(hif, pending);
		return;
	}
	window = is_multicast(pending) ? NULL : window_of(hif, pending);
	if (window)
		window->in_flight--;
	TAILQ_REMOVE(&hif->pending, pending, node);
	pending->state = PENDING_NONE;
	hpim_if_acked(hif);
}

static void transmit(struct hpim_if *hif, struct hpim_pending *pending, const struct ip_addr *dst)
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

	pending->order = ++hif->sent_count;
	pending->sent_at = hif->hpim->mrp.core->now;
	hpim_if_send(hif, dst, &msg, NULL,
		     pending->is_repeated ? MESSAGE_RETRANSMITTED : MESSAGE_SENT);
}

static void arm(struct hpim_reliable *reliable)
{
	struct core *core = core_of(reliable);

	reliable->armed_at = core->now;
	core_timer_arm(core, &reliable->timer,
		       HP_SEC(hpim_if_settings(interface_of(reliable->tif))->retransmission_s));
}

static bool has_acked(const struct hpim_reliable *reliable, const struct hpim_neigh *neigh)
{
	const struct hpim_peer *peer = peer_find(reliable, &neigh->addr);

	return peer && peer->has_acked;
}

/* All entries of the neighbor list count, in any state of synchronization. */
static bool all_acked(const struct hpim_reliable *reliable, const struct hpim_if *hif)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (!has_acked(reliable, neigh))
			return false;
	return true;
}

static bool is_sent(const struct hpim_reliable *reliable)
{
	const struct hpim_peer *peer;

	if (reliable->multicast.state == PENDING_SENT)
		return true;
	TAILQ_FOREACH (peer, &reliable->peers, node)
		if (peer->unicast.state == PENDING_SENT)
			return true;
	return false;
}

/* A message to all that is sent is in the window of each neighbor that did not acknowledge it. */
static void count_multicast(const struct hpim_reliable *reliable, struct hpim_if *hif, int change)
{
	struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (!has_acked(reliable, neigh))
			neigh->window.in_flight += (uint32_t)change;
}

/* The multicast message is done: who acknowledged it no longer matters. */
static void multicast_done(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	struct hpim_peer *peer;

	if (reliable->multicast.state == PENDING_SENT)
		count_multicast(reliable, hif, -1);
	pending_done(hif, &reliable->multicast);
	TAILQ_FOREACH (peer, &reliable->peers, node) {
		peer->has_acked = false;
		if (peer->unicast.state != PENDING_SENT)
			peer->missed = peer->excused = 0;
	}
}

/* Free what nothing is pending for; the whole of it when nothing is left. */
static void sweep(struct hpim_reliable *reliable)
{
	struct hpim_tree_if *tif = reliable->tif;
	struct hpim_peer *peer, *next;

	if (reliable->multicast.state != PENDING_NONE)
		return;
	TAILQ_FOREACH_SAFE (peer, &reliable->peers, node, next) {
		if (peer->unicast.state != PENDING_NONE)
			continue;
		TAILQ_REMOVE(&reliable->peers, peer, node);
		free(peer);
	}
	if (!TAILQ_EMPTY(&reliable->peers))
		return;
	timer_stop(&core_of(reliable)->sched, &reliable->timer);
	tif->tree->hpim->unacked_count -= reliable->is_unwanted;
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
	struct hpim_neigh *neigh;

	while (!TAILQ_EMPTY(&hif->waiting))
		hpim_reliable_drop(TAILQ_FIRST(&hif->waiting)->reliable->tif);
	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		while (!TAILQ_EMPTY(&neigh->window.waiting))
			hpim_reliable_drop(TAILQ_FIRST(&neigh->window.waiting)->reliable->tif);
	while (!TAILQ_EMPTY(&hif->pending))
		hpim_reliable_drop(TAILQ_FIRST(&hif->pending)->reliable->tif);
}

/* ---- Sending ---- */

static void send_multicast(struct hpim_if *hif, struct hpim_reliable *reliable)
{
	pending_start(hif, &reliable->multicast);
	count_multicast(reliable, hif, 1);
	arm(reliable);
	transmit(hif, &reliable->multicast, NULL);
}

/* @window NULL: of no neighbor. Whoever gets this needs the message to all no longer. */
static void send_unicast(struct hpim_if *hif, struct hpim_window *window, struct hpim_peer *peer)
{
	struct hpim_reliable *reliable = peer->unicast.reliable;

	pending_start(hif, &peer->unicast);
	if (window)
		window->in_flight++;
	if (reliable->multicast.state == PENDING_SENT && !peer->has_acked) {
		peer->has_acked = true;
		if (window)
			window->in_flight--;
	}
	arm(reliable);
	transmit(hif, &peer->unicast, &peer->addr);
}

/* The message to all of this tree waits no more: what followed it waits for its own destination. */
static void release(struct hpim_if *hif, struct hpim_reliable *reliable)
{
	struct hpim_peer *peer;

	TAILQ_FOREACH (peer, &reliable->peers, node) {
		struct hpim_window *window;

		if (peer->unicast.state != PENDING_HELD)
			continue;
		window = window_of(hif, &peer->unicast);
		if (window)
			wait_in(hif, &window->waiting, &peer->unicast);
		else
			pending_done(hif, &peer->unicast);
	}
}

/* What all neighbors know by now, from snapshots, or because none is left, needs no sending. */
static void pump_multicast(struct hpim_if *hif)
{
	struct hpim_pending *pending;

	while ((pending = TAILQ_FIRST(&hif->waiting))) {
		struct hpim_reliable *reliable = pending->reliable;

		if (all_acked(reliable, hif)) {
			multicast_done(reliable, hif);
		} else if (hpim_window_has_room_all(hif)) {
			wait_end(hif, pending);
			send_multicast(hif, reliable);
		} else {
			break;
		}
		release(hif, reliable);
		sweep(reliable);
		hpim_if_reserve_sn(hif);
	}
}

static void pump_unicast(struct hpim_if *hif, struct hpim_window *window)
{
	struct hpim_pending *pending;

	while ((pending = TAILQ_FIRST(&window->waiting)) && hpim_window_has_room(window)) {
		wait_end(hif, pending);
		send_unicast(hif, window, container_of(pending, struct hpim_peer, unicast));
		hpim_if_reserve_sn(hif);
	}
}

/* Send what waits as far as the windows have room. */
static void pump(struct hpim_if *hif)
{
	struct hpim_neigh *neigh;

	if (!hif->waiting_count)
		return;
	hpim_if_reserve_sn(hif);
	pump_multicast(hif);
	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		pump_unicast(hif, &neigh->window);
}

/* A message to all that waits is replaced where it stands in the queue. */
static void empty(struct hpim_if *hif, struct hpim_reliable *reliable)
{
	struct hpim_peer *peer;

	TAILQ_FOREACH (peer, &reliable->peers, node) {
		pending_done(hif, &peer->unicast);
		peer->has_acked = false;
		peer->missed = peer->excused = 0;
	}
}

/*
 * What replaces a message on its way is sent at once, also past others that wait: else each change
 * of all trees would make room for others, which are then replaced in turn.
 */
void hpim_reliable_send_all(struct hpim_tree_if *tif, enum hpim_type type,
			    const struct hpim_rpc *rpc)
{
	struct hpim_if *hif = interface_of(tif);
	struct hpim_reliable *reliable = tif->reliable;
	bool is_on_its_way = reliable && reliable->multicast.state == PENDING_SENT;

	if (reliable && reliable->multicast.state == PENDING_WAITING)
		empty(hif, reliable);
	else
		hpim_reliable_drop(tif);
	hpim_if_reserve_sn(hif); /* may drop all that is pending: before get() */
	reliable = get(tif);
	reliable->multicast.type = type;
	reliable->multicast.rpc = rpc ? *rpc : (struct hpim_rpc){ 0, 0 };
	if (is_on_its_way || (TAILQ_EMPTY(&hif->waiting) && hpim_window_has_room_all(hif)))
		send_multicast(hif, reliable);
	else if (reliable->multicast.state == PENDING_NONE)
		wait_in(hif, &hif->waiting, &reliable->multicast);
	pump(hif);
}

void hpim_reliable_send_to(struct hpim_tree_if *tif, enum hpim_type type, const struct ip_addr *dst)
{
	struct hpim_if *hif = interface_of(tif);
	struct hpim_neigh *neigh = hpim_neigh_find(hif, dst);
	struct hpim_window *window = neigh ? &neigh->window : NULL;
	struct hpim_reliable *reliable;
	struct hpim_peer *peer;
	bool is_on_its_way;

	hpim_if_reserve_sn(hif); /* as above */
	reliable = get(tif);
	peer = peer_get(reliable, dst);
	peer->unicast.type = type;
	if (peer->unicast.state == PENDING_WAITING || peer->unicast.state == PENDING_HELD)
		return; /* the last one is what is sent */
	is_on_its_way = peer->unicast.state == PENDING_SENT;
	pending_done(hif, &peer->unicast);
	peer->missed = peer->excused = 0;
	if (reliable->multicast.state == PENDING_WAITING)
		wait_in(hif, NULL, &peer->unicast);
	else if (is_on_its_way || !window ||
		 (TAILQ_EMPTY(&window->waiting) && hpim_window_has_room(window)))
		send_unicast(hif, window, peer);
	else
		wait_in(hif, &window->waiting, &peer->unicast);
	pump(hif);
}

/* ---- Acknowledgements ---- */

/* (BootTime, SN) pairs are ordered lexicographically. */
static bool is_covered(const struct hpim_pending *pending, uint32_t boot_time, uint32_t sn)
{
	if (pending->state != PENDING_SENT)
		return false;
	if (pending->boot_time != boot_time)
		return pending->boot_time < boot_time;
	return pending->sn <= sn;
}

/* @neigh has everything of the tree up to (@boot_time, @sn). */
static void cover(struct hpim_reliable *reliable, struct hpim_neigh *neigh, uint32_t boot_time,
		  uint32_t sn)
{
	struct hpim_if *hif = interface_of(reliable->tif);
	struct hpim_peer *peer;

	if (is_covered(&reliable->multicast, boot_time, sn)) {
		peer = peer_get(reliable, &neigh->addr);
		neigh->window.in_flight -= !peer->has_acked;
		peer->has_acked = true;
		if (all_acked(reliable, hif))
			multicast_done(reliable, hif);
	}
	peer = peer_find(reliable, &neigh->addr);
	if (peer && is_covered(&peer->unicast, boot_time, sn)) {
		pending_done(hif, &peer->unicast);
		peer->missed = peer->excused = 0;
	}
	sweep(reliable);
}

/* What was acknowledged is in flight still. */
static void measure(const struct hpim_reliable *reliable, struct hpim_neigh *neigh,
		    uint32_t boot_time, uint32_t sn)
{
	const struct hpim_peer *peer = peer_find(reliable, &neigh->addr);
	const struct hpim_pending *pending = &reliable->multicast;

	if (peer && peer->unicast.state == PENDING_SENT)
		pending = &peer->unicast; /* the message to all counts as acknowledged */
	else if (peer && peer->has_acked)
		return;
	if (is_covered(pending, boot_time, sn) && pending->sn == sn)
		hpim_window_acked(&neigh->window, pending, core_of(reliable)->now);
}

void hpim_reliable_acked(struct hpim_tree_if *tif, struct hpim_neigh *neigh, uint32_t boot_time,
			 uint32_t sn)
{
	if (!tif->reliable)
		return;
	measure(tif->reliable, neigh, boot_time, sn);
	cover(tif->reliable, neigh, boot_time, sn);
	pump(interface_of(tif));
}

/* Its snapshot says all that waits for all; what waits for it alone is asked again when it is
 * synchronized. */
static void cover_waiting(struct hpim_neigh *neigh)
{
	struct hpim_pending *pending, *next;
	struct hpim_if *hif = neigh->hif;
	struct hpim_peer *peer;

	TAILQ_FOREACH_SAFE (pending, &neigh->window.waiting, node, next) {
		pending_done(hif, pending);
		sweep(pending->reliable);
	}
	TAILQ_FOREACH (pending, &hif->waiting, node) {
		peer = peer_get(pending->reliable, &neigh->addr);
		peer->has_acked = true;
		pending_done(hif, &peer->unicast);
	}
}

/* Acknowledging one message can end others of its tree, but never one further on. */
static void cover_sent(struct hpim_neigh *neigh)
{
	struct hpim_pending *pending, *next;

	TAILQ_FOREACH_SAFE (pending, &neigh->hif->pending, node, next) {
		while (next && next->reliable == pending->reliable)
			next = TAILQ_NEXT(next, node);
		cover(pending->reliable, neigh, neigh->my_snapshot_boot_time,
		      neigh->my_snapshot_sn);
	}
}

void hpim_reliable_snapshot(struct hpim_neigh *neigh)
{
	cover_sent(neigh);
	assert(neigh->window.in_flight == 0);
	cover_waiting(neigh);
	hpim_window_init(&neigh->window);
	pump(neigh->hif);
}

void hpim_reliable_neighbor_new(struct hpim_neigh *neigh)
{
	const struct hpim_pending *pending;

	TAILQ_INIT(&neigh->window.waiting);
	hpim_window_init(&neigh->window);
	TAILQ_FOREACH (pending, &neigh->hif->pending, node)
		neigh->window.in_flight += is_multicast(pending)
						   ? !has_acked(pending->reliable, neigh)
						   : ip_addr_equal(dst_of(pending), &neigh->addr);
}

void hpim_reliable_neighbor_again(struct hpim_neigh *neigh, struct hpim_neigh *old)
{
	neigh->window = old->window;
	TAILQ_INIT(&neigh->window.waiting);
	TAILQ_CONCAT(&neigh->window.waiting, &old->window.waiting, node);
	cover_sent(neigh);
	pump(neigh->hif);
}

void hpim_reliable_neighbor_gone(struct hpim_neigh *neigh)
{
	struct hpim_pending *pending;

	while ((pending = TAILQ_FIRST(&neigh->window.waiting))) {
		TAILQ_REMOVE(&neigh->window.waiting, pending, node);
		pending->state = PENDING_HELD; /* in no queue */
		pending_done(neigh->hif, pending);
		sweep(pending->reliable);
	}
	pump(neigh->hif);
}

/* ---- Retransmission ---- */

static enum hpim_late late(const struct hpim_reliable *reliable, const struct hpim_pending *pending,
			   const struct hpim_neigh *neigh)
{
	return hpim_window_late(&neigh->window, pending, reliable->armed_at,
				core_of(reliable)->now);
}

/* The message that the neighbor is late to acknowledge, or NULL. */
static const struct hpim_pending *late_for(const struct hpim_reliable *reliable,
					   const struct hpim_neigh *neigh)
{
	const struct hpim_peer *peer = peer_find(reliable, &neigh->addr);

	if (peer && peer->unicast.state == PENDING_SENT)
		return &peer->unicast;
	if (reliable->multicast.state == PENDING_SENT && !(peer && peer->has_acked))
		return &reliable->multicast;
	return NULL;
}

/*
 * Step 5: count for every neighbor that is late; the ones that fail are removed afterwards.
 * Differs: one that acknowledges other messages is alive and slow, for some time.
 */
static void count_missed(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		const struct hpim_pending *pending = late_for(reliable, neigh);
		struct hpim_peer *peer;

		if (!pending)
			continue;
		peer = peer_get(reliable, &neigh->addr);
		if (late(reliable, pending, neigh) == LATE_SILENT) {
			hpim_window_silent(&neigh->window);
			peer->missed++;
		} else if (peer->excused < HPIM_EXCUSED_MAX) {
			peer->excused++;
			peer->missed = 0;
		} else {
			peer->missed++;
		}
	}
}

/* To all again, unless everyone who is late is busy with what it was sent before. */
static bool multicast_is_due(const struct hpim_reliable *reliable, const struct hpim_if *hif)
{
	const struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (!has_acked(reliable, neigh) &&
		    late(reliable, &reliable->multicast, neigh) != LATE_QUEUED)
			return true;
	return false;
}

static void repeat(struct hpim_if *hif, struct hpim_pending *pending, const struct ip_addr *dst)
{
	pending->is_repeated = true;
	transmit(hif, pending, dst);
}

/* Steps 2 and 3 of "Timer expiry": send again what is still wanted. */
static void retransmit(struct hpim_reliable *reliable, struct hpim_if *hif)
{
	struct hpim_peer *peer;

	if (reliable->multicast.state == PENDING_SENT && multicast_is_due(reliable, hif))
		repeat(hif, &reliable->multicast, NULL);
	TAILQ_FOREACH (peer, &reliable->peers, node) {
		const struct hpim_neigh *neigh = hpim_neigh_find(hif, &peer->addr);

		if (peer->unicast.state != PENDING_SENT)
			continue;
		if (!neigh)
			pending_done(hif, &peer->unicast);
		else if (late(reliable, &peer->unicast, neigh) != LATE_QUEUED)
			repeat(hif, &peer->unicast, &peer->addr);
	}
}

void hpim_reliable_timeout(struct hpim_tree_if *tif)
{
	struct hpim_reliable *reliable = tif->reliable;
	struct hpim_if *hif = interface_of(tif);
	struct hpim_neigh *neigh, *next;

	if (reliable->multicast.state == PENDING_SENT && all_acked(reliable, hif))
		multicast_done(reliable, hif);
	count_missed(reliable, hif);
	retransmit(reliable, hif);
	if (is_sent(reliable))
		arm(reliable);
	TAILQ_FOREACH_SAFE (neigh, &hif->neighbors, node, next) {
		/* Removing one sends what waits, which may drop everything. 3.4, SN allocation */
		struct hpim_peer *peer =
			tif->reliable ? peer_find(tif->reliable, &neigh->addr) : NULL;

		if (!peer || peer->missed <= hpim_if_settings(hif)->ack_failures)
			continue;
		peer->missed = 0; /* if it comes back it starts again */
		hpim_neigh_remove(neigh, GONE_NO_ACK);
	}
	if (tif->reliable)
		sweep(tif->reliable);
	pump(hif);
}
