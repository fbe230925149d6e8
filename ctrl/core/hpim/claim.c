// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims: who ends an adjacency has to prove it. A message that makes an established neighbor begin
 * again (a greater BootTime, a greater SnapshotSN, a goodbye) may be forged where there are no
 *keys. So the neighbor stays as it is, and beside it a second record of the same address, the
 *claim, synchronizes by the rules of 3.3. A router that is there answers our Sync within a round
 *trip, and only an answer with our fresh SnapshotSN makes the claim SYNCED: then it takes the
 *neighbor's place. On the wire nothing differs from the reference. Source: description of
 *HPIM-DM, 3.2, 3.3.
 *
 *	claim of			ends with
 *	a greater BootTime		SYNCED; the neighbor speaks with its BootTime; 12 s
 *	the BootTime of the neighbor	SYNCED; 12 s: then the neighbor is silent and removed, too
 *	a goodbye			the same, after 100 ms instead of 12 s
 *
 * Differs: in the reference a reset forgets what the neighbor said at once, and a goodbye removes
 * it. BootTimes are never compared with our own clock: routers without one start in 1970.
 */
#include <string.h>

#include "core/hpim/claim.h"
#include "core/hpim/neigh.h"
#include "core/hpim/reliable.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"

/*
 * A living neighbor answers the Sync within this time, or has to synchronize again with its next
 * message; so long a router that really leaves is still counted upon.
 */
#define GOODBYE_MS 100

/* A claim costs a snapshot; one of the neighbor's own BootTime also interest in all its trees. */
#define CLAIM_INTERVAL   HP_MS(250)
#define CLAIM_BURST      8
#define RENEWAL_INTERVAL HP_SEC(5)
#define RENEWAL_BURST    4

static struct core *core_of(const struct hpim_neigh *neigh)
{
	return neigh->hif->hpim->mrp.core;
}

static bool is_renewal(const struct hpim_neigh *neigh)
{
	return neigh->claim->boot_time == neigh->boot_time;
}

static bool take_token(struct hpim_neigh *neigh, bool is_renewal)
{
	hp_time now = core_of(neigh)->now;
	bool is_allowed =
		is_renewal ? bucket_take(&neigh->renewals, now, RENEWAL_INTERVAL, RENEWAL_BURST)
			   : bucket_take(&neigh->claims, now, CLAIM_INTERVAL, CLAIM_BURST);

	if (!is_allowed)
		core_count(core_of(neigh), neigh->hif->link, neigh->hif->hpim->mrp.family,
			   NOTE_NEIGHBOR_RATE);
	return is_allowed;
}

struct hpim_neigh *hpim_claim_speaker(struct hpim_neigh *neigh, uint32_t boot_time)
{
	if (!neigh->claim || boot_time < neigh->boot_time)
		return neigh;
	return is_renewal(neigh) || boot_time > neigh->boot_time ? neigh->claim : neigh;
}

bool hpim_claim_begin(struct hpim_neigh *neigh, uint32_t boot_time)
{
	struct hpim_neigh *claim = neigh->claim;

	if (!take_token(neigh, boot_time == neigh->boot_time))
		return false;
	if (!claim)
		claim = hpim_neigh_alloc(neigh->hif, &neigh->addr, boot_time);
	if (!claim)
		return false; /* no memory: as if the message was lost */
	claim->incumbent = neigh;
	claim->boot_time = boot_time;
	neigh->claim = claim;
	hpim_sync_reset(claim);
	return true;
}

void hpim_claim_restart(struct hpim_neigh *neigh, uint32_t boot_time)
{
	struct hpim_neigh *established = neigh->incumbent ? neigh->incumbent : neigh;

	if (established->state == SYNC_SYNCED) {
		(void)hpim_claim_begin(established, boot_time); /* refusals are counted */
	} else if (neigh->was_synced ? take_token(neigh, false)
				     : hpim_neigh_may_meet(neigh->hif, &neigh->hif->strangers)) {
		neigh->boot_time = boot_time;
		hpim_sync_reset(neigh);
	}
}

void hpim_claim_goodbye(struct hpim_neigh *neigh)
{
	struct hpim_neigh *claim = neigh;

	if (neigh->incumbent && !is_renewal(neigh->incumbent)) {
		hpim_claim_end(neigh->incumbent);
		return;
	}
	if (!neigh->incumbent && neigh->state != SYNC_SYNCED) {
		hpim_neigh_remove(neigh, GONE_GOODBYE);
		return;
	}
	if (!neigh->incumbent) {
		if (!hpim_claim_begin(neigh, neigh->boot_time))
			return;
		claim = neigh->claim;
	}
	if (!claim->hold_s)
		return; /* said before */
	claim->hold_s = 0;
	core_timer_arm(core_of(claim), &claim->liveness_timer, HP_MS(GOODBYE_MS));
}

void hpim_claim_end(struct hpim_neigh *neigh)
{
	struct hpim_neigh *claim = neigh->claim;

	neigh->claim = NULL;
	if (claim)
		hpim_neigh_free(claim);
}

static void note_refused(const struct hpim_neigh *neigh)
{
	core_note(core_of(neigh),
		  &(struct core_note){ .level = NOTE_WARN,
				       .code = NOTE_NEIGHBOR_CLAIM,
				       .link = neigh->hif->link,
				       .a = neigh->addr,
				       .v = { neigh->boot_time, neigh->claim->boot_time } });
}

void hpim_claim_refute(struct hpim_neigh *neigh)
{
	if (!neigh->claim || is_renewal(neigh))
		return;
	note_refused(neigh);
	hpim_claim_end(neigh);
}

void hpim_claim_expired(struct hpim_neigh *claim)
{
	struct hpim_neigh *neigh = claim->incumbent;

	if (is_renewal(neigh))
		hpim_neigh_remove(neigh, claim->hold_s ? GONE_SILENT : GONE_GOODBYE);
	else
		hpim_claim_refute(neigh);
}

void hpim_claim_succeed(struct hpim_neigh *claim)
{
	struct hpim_neigh *neigh = claim->incumbent;

	neigh->claim = claim->incumbent = NULL;
	memcpy(claim->stations, neigh->stations, sizeof(claim->stations));
	claim->claims = neigh->claims;
	claim->renewals = neigh->renewals;
	TAILQ_INSERT_BEFORE(neigh, claim, node);
	TAILQ_REMOVE(&neigh->hif->neighbors, neigh, node);
	hpim_reliable_neighbor_again(claim, neigh);
	hpim_neigh_free(neigh);
	hpim_tree_mark_all(claim->hif->hpim);
}
