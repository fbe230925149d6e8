// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synchronization with a neighbor: a stop-and-wait exchange of snapshots. A packet is turned into
 * an event by sync_event(), the table says what to do, sync_perform() does it in one fixed order.
 * Source: description of HPIM-DM, 3.3.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim/claim.h"
#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/snapshot.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"

/* A router that is there answers sooner. */
#define ANSWER_S 1

enum sync_event {
	SYNC_EV_START,           /* unknown neighbor begins: SyncSN 0, M=1 */
	SYNC_EV_STRAY,           /* unknown neighbor, anything else */
	SYNC_EV_STALE,           /* lower SnapshotSN than the one known */
	SYNC_EV_NEWER,           /* higher SnapshotSN: the neighbor began again */
	SYNC_EV_OTHER_STEP,      /* SyncSN is not the current one */
	SYNC_EV_WRONG_NUMBER,    /* our SnapshotSN is not in it */
	SYNC_EV_COLLISION_YIELD, /* both began; our address is lower */
	SYNC_EV_COLLISION_STAY,  /* both began; our address is higher */
	SYNC_EV_ASKED,           /* M=1: fragment of a master */
	SYNC_EV_ASKED_LAST,      /* same, and neither side has more trees */
	SYNC_EV_ANSWERED,        /* M=0: fragment of a slave */
	SYNC_EV_ANSWERED_LAST,   /* same, and neither side has more trees */
	SYNC_EV_TIMEOUT,
	SYNC_EV_COUNT,
};

/* Actions, performed in this order. */
#define ACT_RESET    (1u << 0)  /* adjacency reset; the packet is dropped */
#define ACT_BEGIN    (1u << 1)  /* take a snapshot, forget the neighbor's state */
#define ACT_LEARN    (1u << 2)  /* its SnapshotSN, now that everything is forgotten */
#define ACT_STEP     (1u << 3)  /* CurrentSyncSN += 1, as master: before we ask */
#define ACT_INSTALL  (1u << 4)  /* the trees in the packet */
#define ACT_ASK      (1u << 5)  /* Send(CurrentSyncSN, 1) */
#define ACT_ANSWER   (1u << 6)  /* Send(CurrentSyncSN, 0) */
#define ACT_REANSWER (1u << 7)  /* Send(CurrentSyncSN - 1, 0) */
#define ACT_STEPPED  (1u << 8)  /* CurrentSyncSN += 1, as slave: after we answered */
#define ACT_TIMER    (1u << 9)  /* arm the Sync timer */
#define ACT_PROGRESS (1u << 10) /* NLT = 12 s */
#define ACT_DONE     (1u << 11) /* NLT = announced hold time; stop the timer; drop the snapshot */
#define ACT_RENEW    (1u << 12) /* adjacency reset beside the established one; hpim/claim.c */
#define ACT_NONE     (1u << 30) /* nothing to do */
#define ACT_NEVER    (1u << 31) /* cannot happen */

struct step {
	enum hpim_sync_state next;
	uint32_t act; /* 0: a forgotten cell */
};

#define ANSWER_FRAGMENT (ACT_INSTALL | ACT_ANSWER | ACT_STEPPED | ACT_TIMER | ACT_PROGRESS)

static const struct step sync_table[SYNC_STATE_COUNT][SYNC_EV_COUNT] = {
	[SYNC_UNKNOWN] = {
		[SYNC_EV_START]		  = { SYNC_MASTER, ACT_BEGIN | ACT_LEARN | ANSWER_FRAGMENT },
		[SYNC_EV_STRAY]		  = { SYNC_SLAVE, ACT_RESET },
		[SYNC_EV_STALE]		  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_NEWER]		  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_OTHER_STEP]	  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_WRONG_NUMBER]	  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_COLLISION_YIELD] = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_COLLISION_STAY]  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_ASKED]		  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_ASKED_LAST]	  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_ANSWERED]	  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_ANSWERED_LAST]	  = { SYNC_UNKNOWN, ACT_NEVER },
		[SYNC_EV_TIMEOUT]	  = { SYNC_UNKNOWN, ACT_NONE },
	},
	[SYNC_MASTER] = {
		[SYNC_EV_START]		  = { SYNC_MASTER, ACT_NEVER },
		[SYNC_EV_STRAY]		  = { SYNC_MASTER, ACT_NEVER },
		[SYNC_EV_STALE]		  = { SYNC_MASTER, ACT_NONE },
		[SYNC_EV_NEWER]		  = { SYNC_SLAVE, ACT_RESET },
		[SYNC_EV_OTHER_STEP]	  = { SYNC_MASTER, ACT_NONE },
		[SYNC_EV_WRONG_NUMBER]	  = { SYNC_MASTER, ACT_NONE },
		[SYNC_EV_COLLISION_YIELD] = { SYNC_MASTER, ACT_NEVER },
		[SYNC_EV_COLLISION_STAY]  = { SYNC_MASTER, ACT_NEVER },
		[SYNC_EV_ASKED]		  = { SYNC_MASTER, ANSWER_FRAGMENT },
		[SYNC_EV_ASKED_LAST]	  = { SYNC_SYNCED, ACT_INSTALL | ACT_ANSWER | ACT_DONE },
		[SYNC_EV_ANSWERED]	  = { SYNC_MASTER, ACT_NONE },
		[SYNC_EV_ANSWERED_LAST]	  = { SYNC_MASTER, ACT_NONE },
		[SYNC_EV_TIMEOUT]	  = { SYNC_MASTER, ACT_REANSWER | ACT_TIMER },
	},
	[SYNC_SLAVE] = {
		[SYNC_EV_START]		  = { SYNC_SLAVE, ACT_NEVER },
		[SYNC_EV_STRAY]		  = { SYNC_SLAVE, ACT_NEVER },
		[SYNC_EV_STALE]		  = { SYNC_SLAVE, ACT_NONE },
		[SYNC_EV_NEWER]		  = { SYNC_SLAVE, ACT_RESET },
		[SYNC_EV_OTHER_STEP]	  = { SYNC_SLAVE, ACT_NONE },
		[SYNC_EV_WRONG_NUMBER]	  = { SYNC_SLAVE, ACT_NONE },
		[SYNC_EV_COLLISION_YIELD] = { SYNC_MASTER, ANSWER_FRAGMENT },
		[SYNC_EV_COLLISION_STAY]  = { SYNC_SLAVE, ACT_ASK | ACT_TIMER },
		[SYNC_EV_ASKED]		  = { SYNC_SLAVE, ACT_NONE },
		[SYNC_EV_ASKED_LAST]	  = { SYNC_SLAVE, ACT_NONE },
		[SYNC_EV_ANSWERED]	  = { SYNC_SLAVE, ACT_STEP | ACT_INSTALL | ACT_ASK |
							  ACT_TIMER | ACT_PROGRESS },
		[SYNC_EV_ANSWERED_LAST]	  = { SYNC_SYNCED, ACT_DONE },
		[SYNC_EV_TIMEOUT]	  = { SYNC_SLAVE, ACT_ASK | ACT_TIMER },
	},
	[SYNC_SYNCED] = {
		[SYNC_EV_START]		  = { SYNC_SYNCED, ACT_NEVER },
		[SYNC_EV_STRAY]		  = { SYNC_SYNCED, ACT_NEVER },
		[SYNC_EV_STALE]		  = { SYNC_SYNCED, ACT_NONE },
		[SYNC_EV_NEWER]		  = { SYNC_SYNCED, ACT_RENEW },
		[SYNC_EV_OTHER_STEP]	  = { SYNC_SYNCED, ACT_NONE },
		[SYNC_EV_WRONG_NUMBER]	  = { SYNC_SYNCED, ACT_NONE },
		[SYNC_EV_COLLISION_YIELD] = { SYNC_SYNCED, ACT_NEVER },
		[SYNC_EV_COLLISION_STAY]  = { SYNC_SYNCED, ACT_NEVER },
		/* The master did not receive our last answer. The reference sends nothing here (Q1). */
		[SYNC_EV_ASKED]		  = { SYNC_SYNCED, ACT_ANSWER },
		[SYNC_EV_ASKED_LAST]	  = { SYNC_SYNCED, ACT_ANSWER },
		[SYNC_EV_ANSWERED]	  = { SYNC_SYNCED, ACT_NONE },
		[SYNC_EV_ANSWERED_LAST]	  = { SYNC_SYNCED, ACT_NONE },
		[SYNC_EV_TIMEOUT]	  = { SYNC_SYNCED, ACT_NONE },
	},
};

static bool has_more(const struct hpim_neigh *neigh, uint32_t step)
{
	return (uint64_t)step * neigh->fragment < neigh->snapshot_count;
}

/* Bytes of the IP packet with a Sync, without options. 2.9 */
static uint32_t sync_len(const struct hpim_neigh *neigh, size_t entries)
{
	return hpim_snapshot_overhead(neigh->hif) +
	       (uint32_t)(entries * hpim_entry_len(neigh->hif->hpim->mrp.family));
}

/* As what it is counted: a repetition is always one of the last Sync, which said the same. */
static enum message_way sync_way(struct hpim_neigh *neigh, uint32_t step, bool is_master)
{
	uint64_t last = neigh->last_sync;

	neigh->last_sync = 1 + (uint64_t)step * 2 + is_master;
	neigh->sync_repeats = neigh->last_sync == last ? neigh->sync_repeats + 1 : 0;
	return neigh->sync_repeats ? MESSAGE_RETRANSMITTED : MESSAGE_SENT;
}

/*
 * Send(step, M) of 3.3. Without trees the message carries our hold time, except in the very first
 * one of a synchronization (@with_hold false).
 */
static void send_sync(struct hpim_neigh *neigh, uint32_t step, bool is_master, bool with_hold)
{
	const struct hpim_entry *entries = NULL;
	struct hpim_msg msg = {
		.boot_time = neigh->my_snapshot_boot_time,
		.type = HPIM_SYNC,
		.sync = { .my_snapshot_sn = neigh->my_snapshot_sn,
			  .neighbor_snapshot_sn = neigh->neighbor_snapshot_sn,
			  .neighbor_boot_time = neigh->boot_time,
			  .is_master = is_master,
			  .has_more = has_more(neigh, step),
			  .sync_sn = step },
	};

	if (msg.sync.has_more) {
		uint32_t first = step * neigh->fragment;
		uint32_t left = neigh->snapshot_count - first;

		entries = neigh->snapshot + first;
		msg.sync.entry_count = left < neigh->fragment ? left : neigh->fragment;
	} else if (with_hold) {
		msg.sync.options.has_hold = true;
		msg.sync.options.hold_s = hpim_if_hold_s(neigh->hif);
	}
	neigh->sent_len = sync_len(neigh, msg.sync.entry_count);
	hpim_if_send(neigh->hif, &neigh->addr, &msg, entries, sync_way(neigh, step, is_master));
}

static void arm_sync_timer(struct hpim_neigh *neigh)
{
	core_timer_arm(neigh->hif->hpim->mrp.core, &neigh->sync_timer,
		       HP_SEC(hpim_if_settings(neigh->hif)->sync_retransmission_s));
}

static void drop_snapshot(struct hpim_neigh *neigh)
{
	free(neigh->snapshot);
	neigh->snapshot = NULL;
	neigh->snapshot_count = 0;
}

/* 3.3, "Snapshot", and the forgetting that a reset and a first Sync have in common. */
static void begin(struct hpim_neigh *neigh)
{
	struct hpim_if *hif = neigh->hif;

	drop_snapshot(neigh);
	neigh->my_snapshot_sn = hpim_if_next_sn(hif);
	neigh->my_snapshot_boot_time = hif->boot_time;
	neigh->fragment = hpim_snapshot_fragment(hif);
	neigh->snapshot_count = hpim_snapshot_collect(hif, &neigh->snapshot);
	if (!neigh->incumbent) /* else once it is proven */
		hpim_reliable_snapshot(neigh);
	hpim_record_forget_all(neigh);
	neigh->is_proven = false;
	neigh->sync_sn = 0;
	neigh->last_sync = 0;
	neigh->neighbor_snapshot_sn = 0;
	neigh->checkpoint_sn = 0;
}

void hpim_sync_reset(struct hpim_neigh *neigh)
{
	hpim_neigh_set_state(neigh, SYNC_SLAVE);
	neigh->reset_at = neigh->hif->hpim->mrp.core->now;
	begin(neigh);
	send_sync(neigh, 0, true, false);
	arm_sync_timer(neigh);
	hpim_neigh_arm(neigh, hpim_if_hold_sync_s(neigh->hif));
}

/* 3.3, "Installing trees". What does not fit the limits is noted there and skipped. */
static void install(struct hpim_neigh *neigh, const struct hpim_sync *sync)
{
	enum ip_family family = neigh->hif->hpim->mrp.family;

	for (size_t i = 0; i < sync->entry_count; i++) {
		struct hpim_record *record;
		struct hpim_entry entry;

		if (hpim_entry_decode(family, sync, i, &entry) < 0)
			continue; /* not reached: hpim_decode() refuses such a packet */
		record = hpim_record_get(neigh, &entry.source, &entry.group);
		if (record && record->last_sn <= neigh->neighbor_snapshot_sn)
			hpim_record_set_upstream(record, &entry.rpc);
	}
}

static void done(struct hpim_neigh *neigh, const struct hpim_hello *options)
{
	uint16_t default_s = (uint16_t)hpim_if_settings(neigh->hif)->default_hold_s;

	hpim_neigh_arm(neigh, options->has_hold ? options->hold_s : default_s);
	timer_stop(&neigh->hif->hpim->mrp.core->sched, &neigh->sync_timer);
	drop_snapshot(neigh);
	if (ip_addr_equal(&neigh->hif->sync_lost.addr, &neigh->addr))
		neigh->hif->sync_lost = (struct hpim_sync_lost){ .len = 0 };
	hpim_tree_mark_all(neigh->hif->hpim);
}

static void sync_perform(struct hpim_neigh *neigh, uint32_t act, const struct hpim_sync *sync)
{
	assert(act && !(act & ACT_NEVER));
	if (act & ACT_RESET)
		hpim_sync_reset(neigh);
	if (act & ACT_BEGIN)
		begin(neigh);
	if (act & ACT_LEARN)
		neigh->neighbor_snapshot_sn = sync->my_snapshot_sn;
	if (act & ACT_STEP)
		neigh->sync_sn++;
	if (act & ACT_INSTALL)
		install(neigh, sync);
	if (act & ACT_ASK)
		send_sync(neigh, neigh->sync_sn, true, true);
	if (act & ACT_ANSWER)
		send_sync(neigh, neigh->sync_sn, false, true);
	if (act & ACT_REANSWER)
		send_sync(neigh, neigh->sync_sn - 1, false, true);
	if (act & ACT_STEPPED)
		neigh->sync_sn++;
	if (act & ACT_TIMER)
		arm_sync_timer(neigh);
	if (act & ACT_PROGRESS)
		hpim_neigh_arm(neigh, hpim_if_hold_sync_s(neigh->hif));
	if (act & ACT_DONE)
		done(neigh, &sync->options);
	if (act & ACT_RENEW)
		(void)hpim_claim_begin(neigh, neigh->boot_time); /* refusals are counted */
}

static void sync_step(struct hpim_neigh *neigh, enum sync_event event, const struct hpim_sync *sync)
{
	const struct step *step = &sync_table[neigh->state][event];

	sync_perform(neigh, step->act, sync);
	hpim_neigh_set_state(neigh, step->next);
	if (neigh->incumbent && step->next == SYNC_SYNCED)
		hpim_claim_succeed(neigh);
}

/* "Learn" of 3.3: the first SnapshotSN received is the neighbor's. */
static void learn(struct hpim_neigh *neigh, const struct hpim_sync *sync)
{
	if (neigh->state != SYNC_SYNCED && neigh->sync_sn == 0 && neigh->neighbor_snapshot_sn == 0)
		neigh->neighbor_snapshot_sn = sync->my_snapshot_sn;
}

/* The conditions of the table of 3.3, in its order. */
static enum sync_event sync_event(const struct hpim_neigh *neigh, const struct hpim_sync *sync)
{
	bool is_first = sync->sync_sn == 0 && sync->is_master;
	bool is_last;

	if (neigh->state == SYNC_UNKNOWN)
		return is_first ? SYNC_EV_START : SYNC_EV_STRAY;
	if (sync->my_snapshot_sn != neigh->neighbor_snapshot_sn)
		return sync->my_snapshot_sn < neigh->neighbor_snapshot_sn ? SYNC_EV_STALE
									  : SYNC_EV_NEWER;
	if (sync->sync_sn != neigh->sync_sn)
		return SYNC_EV_OTHER_STEP;
	if (neigh->state == SYNC_SLAVE && is_first)
		return ip_addr_compare(&neigh->hif->addr, &neigh->addr) < 0
			       ? SYNC_EV_COLLISION_YIELD
			       : SYNC_EV_COLLISION_STAY;
	if (!is_first && sync->neighbor_snapshot_sn != neigh->my_snapshot_sn)
		return SYNC_EV_WRONG_NUMBER;
	is_last = sync->sync_sn > 0 && !sync->has_more && !has_more(neigh, neigh->sync_sn);
	if (sync->is_master)
		return is_last ? SYNC_EV_ASKED_LAST : SYNC_EV_ASKED;
	return is_last ? SYNC_EV_ANSWERED_LAST : SYNC_EV_ANSWERED;
}

void hpim_sync_timeout(struct hpim_neigh *neigh)
{
	sync_step(neigh, SYNC_EV_TIMEOUT, NULL);
}

/* What only a router knows that received our Sync: the SnapshotSN in it. */
static bool is_proof(const struct hpim_neigh *neigh, enum sync_event event,
		     const struct hpim_sync *sync)
{
	return (event == SYNC_EV_ASKED || event == SYNC_EV_ASKED_LAST ||
		event == SYNC_EV_ANSWERED || event == SYNC_EV_ANSWERED_LAST) &&
	       sync->neighbor_snapshot_sn == neigh->my_snapshot_sn;
}

/*
 * Differs: the reference ignores a lower BootTime than the one of a synchronization that no
 * neighbor answers; who forged that one would keep the neighbor out.
 */
bool hpim_sync_is_unanswered(const struct hpim_neigh *neigh)
{
	return neigh->state == SYNC_SLAVE && neigh->sync_sn == 0 && !neigh->was_synced &&
	       neigh->hif->hpim->mrp.core->now - neigh->reset_at >= HP_SEC(ANSWER_S);
}

void hpim_sync_gone(const struct hpim_neigh *neigh)
{
	if (neigh->state == SYNC_SYNCED || !neigh->sync_repeats)
		return;
	neigh->hif->sync_lost = (struct hpim_sync_lost){ .addr = neigh->addr,
							 .len = neigh->sent_len,
							 .repeats = neigh->sync_repeats,
							 .at = neigh->hif->hpim->mrp.core->now };
}

void hpim_sync_receive(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg)
{
	const struct hpim_sync *sync = &msg->sync;
	struct hpim_neigh *neigh = hpim_neigh_find(hif, src);
	enum sync_event event;
	uint32_t len;

	if (sync->neighbor_boot_time != hif->boot_time)
		return;
	neigh = neigh ? hpim_claim_speaker(neigh, msg->boot_time)
		      : hpim_neigh_meet(hif, src, msg->boot_time);
	if (!neigh || (msg->boot_time < neigh->boot_time && !hpim_sync_is_unanswered(neigh)))
		return;
	if (msg->boot_time != neigh->boot_time ||
	    (neigh->state != SYNC_UNKNOWN && hif->boot_time > neigh->my_snapshot_boot_time)) {
		hpim_claim_restart(neigh, msg->boot_time);
		return;
	}
	learn(neigh, sync);
	len = sync_len(neigh, sync->entry_count);
	neigh->received_len = len > neigh->received_len ? len : neigh->received_len;
	event = sync_event(neigh, sync);
	neigh->is_proven |= is_proof(neigh, event, sync);
	sync_step(neigh, event, sync);
}
