// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbors: creation, liveness, removal, and which of their messages are accepted. Synchronization
 * is in hpim/sync.c. Source: description of HPIM-DM, 3.2 and 3.4.
 */
#include <stdlib.h>

#include "core/hpim/announced.h"
#include "core/hpim/claim.h"
#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"
#include "core/membership/member.h"

static struct core *core_of(const struct hpim_neigh *neigh)
{
	return neigh->hif->hpim->mrp.core;
}

static void note(const struct hpim_neigh *neigh, enum note_code code, uint32_t value)
{
	core_note(core_of(neigh), &(struct core_note){ .level = NOTE_INFO,
						       .code = code,
						       .link = neigh->hif->link,
						       .a = neigh->addr,
						       .v = { value } });
}

static void sync_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the neighbor knows it */
	hpim_sync_timeout(container_of(timer, struct hpim_neigh, sync_timer));
}

static void liveness_expired(struct core *core, struct timer *timer)
{
	struct hpim_neigh *neigh = container_of(timer, struct hpim_neigh, liveness_timer);

	(void)core; /* the neighbor knows it */
	if (neigh->incumbent) {
		hpim_claim_expired(neigh);
		return;
	}
	hpim_sync_gone(neigh);
	hpim_neigh_remove(neigh, neigh->hold_s ? GONE_SILENT : GONE_GOODBYE);
}

struct hpim_neigh *hpim_neigh_find(const struct hpim_if *hif, const struct ip_addr *addr)
{
	struct hpim_neigh *neigh;

	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		if (ip_addr_equal(&neigh->addr, addr))
			return neigh;
	return NULL;
}

/* Noted once until some neighbor leaves, not once a packet. */
static void note_full(struct hpim_if *hif, const struct ip_addr *addr)
{
	struct core *core = hif->hpim->mrp.core;

	if (hif->is_full)
		return;
	hif->is_full = true;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_NEIGHBOR_LIMIT,
					     .link = hif->link,
					     .a = *addr,
					     .v = { hpim_if_settings(hif)->neighbors } });
}

struct hpim_neigh *hpim_neigh_alloc(struct hpim_if *hif, const struct ip_addr *addr,
				    uint32_t boot_time)
{
	struct hpim_neigh *neigh = calloc(1, sizeof(*neigh));

	if (!neigh)
		return NULL;
	neigh->hif = hif;
	neigh->addr = *addr;
	neigh->boot_time = boot_time;
	neigh->since = hif->hpim->mrp.core->now;
	TAILQ_INIT(&neigh->records);
	hpim_announced_neigh_init(neigh);
	TAILQ_INIT(&neigh->window.waiting);
	timer_init(&neigh->sync_timer, sync_expired);
	timer_init(&neigh->liveness_timer, liveness_expired);
	return neigh;
}

void hpim_neigh_free(struct hpim_neigh *neigh)
{
	struct core *core = core_of(neigh);

	if (neigh->claim)
		hpim_neigh_free(neigh->claim);
	hpim_neigh_set_state(neigh, SYNC_UNKNOWN);
	neigh->hif->awaited_count -= neigh->was_synced;
	hpim_record_forget_all(neigh);
	timer_stop(&core->sched, &neigh->sync_timer);
	timer_stop(&core->sched, &neigh->liveness_timer);
	free(neigh->snapshot);
	free(neigh);
}

/* A place in a full table: of the oldest one that has not shown that it is there. */
static void make_place(struct hpim_if *hif)
{
	struct hpim_neigh *neigh;

	if (hif->neighbor_count < hpim_if_settings(hif)->neighbors)
		return;
	TAILQ_FOREACH (neigh, &hif->neighbors, node) {
		if (neigh->is_proven || neigh->was_synced)
			continue;
		hpim_neigh_remove(neigh, GONE_EVICTED);
		return;
	}
}

struct hpim_neigh *hpim_neigh_new(struct hpim_if *hif, const struct ip_addr *addr,
				  uint32_t boot_time)
{
	struct hpim_neigh *neigh = NULL;

	make_place(hif);
	if (hif->neighbor_count < hpim_if_settings(hif)->neighbors)
		neigh = hpim_neigh_alloc(hif, addr, boot_time);
	if (!neigh) {
		note_full(hif, addr);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&hif->neighbors, neigh, node);
	hif->neighbor_count++;
	hpim_reliable_neighbor_new(neigh);
	hpim_if_met(hif);
	hpim_neigh_arm(neigh, (uint16_t)hpim_if_settings(hif)->default_hold_s);
	note(neigh, NOTE_NEIGHBOR_NEW, 0);
	return neigh;
}

void hpim_neigh_await(struct hpim_if *hif, const struct ip_addr *addr, uint32_t boot_time)
{
	struct hpim_neigh *neigh = hpim_neigh_new(hif, addr, boot_time);

	if (!neigh)
		return;
	neigh->was_synced = true;
	hif->awaited_count++;
	hpim_neigh_arm(neigh, hpim_if_hold_sync_s(hif));
}

void hpim_neigh_remove(struct hpim_neigh *neigh, enum hpim_gone_reason reason)
{
	struct hpim_if *hif = neigh->hif;

	note(neigh, neigh->was_synced ? NOTE_NEIGHBOR_GONE : NOTE_NEIGHBOR_UNANSWERED, reason);
	hif->is_full = false;
	hpim_tree_mark_all(hif->hpim);
	if (neigh->claim && reason == GONE_SILENT && neigh->claim->boot_time > neigh->boot_time) {
		hpim_claim_succeed(neigh->claim); /* it goes on by itself */
		return;
	}
	TAILQ_REMOVE(&hif->neighbors, neigh, node);
	hif->neighbor_count--;
	hpim_reliable_neighbor_gone(neigh);
	hpim_neigh_free(neigh);
}

/* Its next message would do the same: 3.2. */
void hpim_neigh_clear(struct hpim_neigh *neigh)
{
	struct hpim_if *hif = neigh->hif;
	struct ip_addr addr = neigh->addr;
	uint32_t boot_time = neigh->boot_time;

	hpim_neigh_remove(neigh, GONE_CLEARED);
	neigh = hpim_neigh_new(hif, &addr, boot_time);
	if (neigh)
		hpim_sync_reset(neigh);
}

void hpim_neigh_set_state(struct hpim_neigh *neigh, enum hpim_sync_state state)
{
	if (state == neigh->state)
		return;
	if (state == SYNC_SYNCED) {
		neigh->hif->synced_count++;
		neigh->hif->awaited_count -= neigh->was_synced;
		if (!neigh->was_synced)
			member_ask(core_of(neigh), neigh->hif->link, neigh->hif->hpim->mrp.family);
		neigh->was_synced = true;
	} else if (neigh->state == SYNC_SYNCED) {
		neigh->hif->synced_count--;
		neigh->hif->awaited_count++;
	}
	neigh->state = state;
	neigh->since = core_of(neigh)->now;
	if (state != SYNC_UNKNOWN)
		core_note(
			core_of(neigh),
			&(struct core_note){ .level = state == SYNC_SYNCED ? NOTE_INFO : NOTE_DEBUG,
					     .code = NOTE_NEIGHBOR_STATE,
					     .link = neigh->hif->link,
					     .a = neigh->addr,
					     .v = { state } });
}

void hpim_neigh_arm(struct hpim_neigh *neigh, uint16_t hold_s)
{
	neigh->hold_s = hold_s;
	core_timer_arm(core_of(neigh), &neigh->liveness_timer, HP_SEC(hold_s));
}

bool hpim_neigh_may_meet(struct hpim_if *hif, struct bucket *bucket)
{
	struct core *core = hif->hpim->mrp.core;

	if (bucket_take(bucket, core->now, HP_SEC(1) / HPIM_NEW_PER_S, HPIM_NEW_BURST))
		return true;
	core_count(core, hif->link, hif->hpim->mrp.family, NOTE_NEIGHBOR_RATE);
	return false;
}

struct hpim_neigh *hpim_neigh_meet(struct hpim_if *hif, const struct ip_addr *src,
				   uint32_t boot_time)
{
	return hpim_neigh_may_meet(hif, &hif->first_syncs) ? hpim_neigh_new(hif, src, boot_time)
							   : NULL;
}

/* A message other than Sync from an address not known yet. 3.2 */
static void first_contact(struct hpim_if *hif, const struct ip_addr *src, uint32_t boot_time)
{
	struct hpim_neigh *neigh = hpim_neigh_may_meet(hif, &hif->strangers)
					   ? hpim_neigh_new(hif, src, boot_time)
					   : NULL;

	if (neigh)
		hpim_sync_reset(neigh);
}

/*
 * The tests on the BootTime of the header that every message but Sync passes first.
 * Return: the neighbor when it is known and in the incarnation we know; else NULL.
 */
static struct hpim_neigh *check_boot_time(struct hpim_if *hif, const struct ip_addr *src,
					  uint32_t boot_time)
{
	struct hpim_neigh *neigh = hpim_neigh_find(hif, src);

	if (!neigh) {
		first_contact(hif, src, boot_time);
		return NULL;
	}
	neigh = hpim_claim_speaker(neigh, boot_time);
	if (boot_time == neigh->boot_time && neigh->state != SYNC_UNKNOWN)
		return neigh;
	/* UNKNOWN: awaited since our restart, and here it is. 3.3 */
	if (boot_time >= neigh->boot_time || hpim_sync_is_unanswered(neigh))
		hpim_claim_restart(neigh, boot_time);
	return NULL;
}

/* 3.4, "CheckpointSN received" */
static void take_checkpoint(struct hpim_neigh *neigh, uint32_t checkpoint_sn)
{
	struct hpim_record *record = TAILQ_LAST(&neigh->records, hpim_record_list), *previous;

	if (checkpoint_sn <= neigh->checkpoint_sn)
		return;
	neigh->checkpoint_sn = checkpoint_sn;
	for (; record && record->last_sn; record = previous) {
		previous = TAILQ_PREV(record, hpim_record_list, by_neigh);
		if (record->last_sn > checkpoint_sn)
			continue;
		hpim_record_set_sn(record, 0);
		if (hpim_record_is_empty(record))
			hpim_tree_mark(record->tif->tree); /* to free it */
	}
}

void hpim_neigh_hello(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg)
{
	const struct hpim_hello *hello = &msg->hello;
	struct hpim_neigh *neigh;

	/* Differs: the reference starts to synchronize with a router that says goodbye (Q11). */
	if (hello->hold_s == 0 && !hpim_neigh_find(hif, src))
		return;
	neigh = check_boot_time(hif, src, msg->boot_time);
	if (!neigh)
		return;
	if (hello->hold_s == 0) {
		hpim_claim_goodbye(neigh);
		return;
	}
	if (neigh->state != SYNC_SYNCED)
		return; /* only progress of the synchronization keeps it alive */
	/* Differs: CheckpointSN never decreases, so this Hello is of earlier: no sign of life. */
	if (hello->has_checkpoint && hello->checkpoint_sn < neigh->checkpoint_sn) {
		core_count(core_of(neigh), hif->link, hif->hpim->mrp.family, NOTE_HELLO_REPLAYED);
		return;
	}
	hpim_claim_refute(neigh);
	hpim_neigh_arm(neigh, hello->hold_s);
	if (hello->has_checkpoint)
		take_checkpoint(neigh, hello->checkpoint_sn);
}

/* Numbers are not confirmed before the second step of the synchronization. 3.4, test 4 */
static bool numbers_are_confirmed(const struct hpim_neigh *neigh)
{
	return neigh->state != SYNC_UNKNOWN && neigh->sync_sn > 0;
}

static void send_ack(struct hpim_neigh *neigh, const struct hpim_msg *msg)
{
	struct hpim_msg ack = {
		.boot_time = neigh->hif->boot_time,
		.type = HPIM_ACK,
		.tree = { .source = msg->tree.source,
			  .group = msg->tree.group,
			  .neighbor_boot_time = msg->boot_time,
			  .neighbor_snapshot_sn = neigh->neighbor_snapshot_sn,
			  .my_snapshot_sn = neigh->my_snapshot_sn,
			  .sn = msg->tree.sn },
	};

	hpim_if_send(neigh->hif, &neigh->addr, &ack, NULL, MESSAGE_SENT);
}

struct hpim_record *hpim_neigh_accept(struct hpim_if *hif, const struct ip_addr *src,
				      const struct hpim_msg *msg)
{
	struct hpim_neigh *neigh = check_boot_time(hif, src, msg->boot_time);
	uint32_t sn = msg->tree.sn;
	struct hpim_record *record;

	if (!neigh || !numbers_are_confirmed(neigh))
		return NULL;
	if (sn <= neigh->neighbor_snapshot_sn || sn <= neigh->checkpoint_sn)
		return NULL; /* covered: the sender does not wait for an Ack */
	record = hpim_record_get(neigh, &msg->tree.source, &msg->tree.group);
	if (record && sn < record->last_sn)
		return NULL;
	/* Also for a tree that is refused here, or the sender would give us up. */
	send_ack(neigh, msg);
	hpim_claim_refute(neigh);
	if (!record || sn == record->last_sn)
		return NULL;
	hpim_record_set_sn(record, sn);
	return record;
}

bool hpim_neigh_ack(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg)
{
	struct hpim_neigh *neigh = check_boot_time(hif, src, msg->boot_time), *listed;
	const struct hpim_tree_msg *ack = &msg->tree;
	struct hpim_tree_if *tif;
	struct hpim_tree *tree;

	if (!neigh || !numbers_are_confirmed(neigh))
		return false;
	if (ack->neighbor_boot_time != neigh->my_snapshot_boot_time ||
	    ack->neighbor_snapshot_sn != neigh->my_snapshot_sn ||
	    ack->my_snapshot_sn != neigh->neighbor_snapshot_sn)
		return false;
	hpim_claim_refute(neigh);
	listed = neigh->incumbent ? neigh->incumbent
				  : neigh; /* what is in flight is counted there */
	listed->window.acked_at = hif->hpim->mrp.core->now;
	listed->window.is_stalled = false;
	tree = hpim_tree_find(hif->hpim, &ack->source, &ack->group);
	tif = tree ? hpim_tree_if_find(tree, hif->link) : NULL;
	if (tif)
		hpim_reliable_acked(tif, listed, ack->neighbor_boot_time, ack->sn);
	return true;
}
