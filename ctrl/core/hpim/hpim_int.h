/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_INT_H
#define CORE_HPIM_INT_H

/*
 * What the parts of HPIM-DM share. Only hpim*.c, inspect.c and their tests include it.
 *
 *   hpim ── interfaces ── neighbors ──┐
 *    └───── trees ── tree_ifs ── records: what a neighbor said of a tree
 *             │          └── reliable: messages of this tree waiting for acknowledgement
 *             ├── stale: only after a restart, what the run before this one forwarded
 *             └── unwanted: only while data brought the tree and no host or neighbor asked for it
 * ── quotas
 */
#include <bsd/sys/queue.h>

#include "base/bucket.h"
#include "base/hash.h"
#include "core/core_int.h"
#include "core/hpim/hpim.h"
#include "core/hpim/auth.h"
#include "core/hpim/derive.h"
#include "core/mfib.h"
#include "core/rpf.h"
#include "wire/hpim.h"

/* What a neighbor said about its interest. Packed: there is one for each tree and neighbor. */
enum __attribute__((packed)) hpim_interest { INTEREST_UNKNOWN, INTEREST_YES, INTEREST_NO };

enum hpim_pending_state {
	PENDING_NONE,
	PENDING_HELD,    /* to one neighbor: follows the waiting message to all of its tree */
	PENDING_WAITING, /* for room in the window; has no SN yet */
	PENDING_SENT,    /* not acknowledged yet */
};

/* A reliable message: in its interface's list by SN once sent, in a queue while it waits. 3.5 */
struct hpim_pending {
	TAILQ_ENTRY(hpim_pending) node;
	struct hpim_reliable *reliable;
	enum hpim_pending_state state;
	enum hpim_type type;
	struct hpim_rpc rpc; /* IamUpstream */
	/* Once sent. */
	uint32_t boot_time, sn;
	bool is_repeated;
	uint64_t order; /* of its last transmission among all of the interface */
	hp_time sent_at;
};
TAILQ_HEAD(hpim_pending_list, hpim_pending);

/* An address in the reliable transmission of a tree; outlives the neighbor until the next timeout.
 */
struct hpim_peer {
	TAILQ_ENTRY(hpim_peer) node;
	struct ip_addr addr;
	bool has_acked;  /* the pending multicast message */
	uint8_t missed;  /* acknowledgements, one after the other */
	uint8_t excused; /* acknowledgements missed while the neighbor sent others */
	struct hpim_pending unicast;
};

struct hpim_reliable {
	struct hpim_tree_if *tif;
	bool is_unwanted; /* with neighbors about an unwanted tree; counted in unacked_count */
	struct hpim_pending multicast;
	TAILQ_HEAD(, hpim_peer) peers;
	struct timer timer;
	hp_time armed_at;
};

/* How much a neighbor is sent at a time; hpim/window.c. */
struct hpim_window {
	uint32_t size, in_flight;         /* messages */
	struct hpim_pending_list waiting; /* messages to this neighbor alone */
	hp_time acked_at;
	uint64_t acked_order; /* the greatest of what was sent once and acknowledged */
	bool is_stalled;      /* acknowledged nothing for a retransmission time */
};

/* A Sync that a neighbor did not answer until it was removed. */
struct hpim_sync_lost {
	struct ip_addr addr; /* unset: there was none */
	uint32_t len, repeats;
	hp_time at;
};

struct hpim_if {
	struct hpim *hpim;
	uint16_t link;
	struct ip_addr addr; /* the address it speaks from */
	uint32_t boot_time, sn;
	struct timer hello_timer;
	hp_time hello_at;            /* of the last one */
	uint32_t announced_period_s; /* hello interval and hold time that it went by */
	uint16_t announced_hold_s;
	uint32_t acked_count; /* messages since then */
	TAILQ_HEAD(, hpim_neigh) neighbors;
	uint32_t neighbor_count, synced_count;
	uint32_t awaited_count; /* neighbors that were SYNCED and are not now: it is frozen */
	bool is_full;           /* the limit of neighbors was reached and noted */
	struct bucket strangers, first_syncs; /* new neighbors by Hello and the like, by Sync */
	struct hpim_pending_list pending;     /* sent, by SN */
	struct hpim_pending_list waiting;     /* messages to all neighbors */
	uint32_t waiting_count; /* messages not sent yet, to all and to single neighbors */
	uint64_t sent_count;    /* transmissions of reliable messages */
	struct hpim_sync_lost sync_lost;
};

TAILQ_HEAD(hpim_record_list, hpim_record);
TAILQ_HEAD(hpim_tree_list, hpim_tree);

/* Trees that are only announced, oldest first, of who is charged for them; hpim/announced.c. */
struct hpim_holder {
	struct hpim_tree_list trees;
	uint32_t count;
};

/* A link-layer address that a neighbor sends from. */
struct hpim_station {
	struct ev_station addr; /* len 0: none */
	hp_time received_at;
};

struct hpim_neigh {
	TAILQ_ENTRY(hpim_neigh) node;
	struct hpim_if *hif;
	struct ip_addr addr;
	enum hpim_sync_state state;
	bool was_synced; /* in this run or in the one before it */
	uint32_t boot_time;
	uint32_t my_snapshot_boot_time, my_snapshot_sn;
	uint32_t neighbor_snapshot_sn, checkpoint_sn;
	uint32_t sync_sn;   /* CurrentSyncSN */
	uint64_t last_sync; /* the last Sync sent, 1 + 2 * SyncSN + M; 0: none since the reset */
	uint32_t fragment;  /* F: trees per Sync. 2.9 */
	/* Bytes of IP packets: its longest Sync so far, our last one. */
	uint32_t received_len, sent_len;
	uint32_t sync_repeats; /* of our last one */
	struct hpim_entry *snapshot;
	uint32_t snapshot_count;
	struct timer sync_timer, liveness_timer;
	uint16_t hold_s; /* what the liveness timer was last armed with */
	hp_time since;
	hp_time reset_at;             /* the last adjacency reset */
	bool is_proven;               /* since then it has shown that it got our Sync */
	struct hpim_neigh *claim;     /* who wants to take its place, or NULL; hpim/claim.c */
	struct hpim_neigh *incumbent; /* this is a claim, in no list; whose place it wants */
	struct bucket claims, renewals;
	struct hpim_station stations[2]; /* established, latest; hpim/accept.c */
	struct hpim_record_list records; /* those without LastSN come first */
	struct hpim_window window;
	struct hpim_holder announced;
	bool is_truncated; /* some of what it announced was forgotten */
	hp_time resync_at; /* it is not asked for everything before */
};

/* What one neighbor said of one tree. 3.6 */
struct hpim_record {
	LIST_ENTRY(hpim_record) by_tif;
	struct hpim_neigh *neigh;
	bool is_upstream;
	enum hpim_interest interest;
	uint32_t last_sn;
	struct hpim_rpc rpc; /* is_upstream */
	uint64_t generation; /* new with every IamUpstream and every Sync entry; never 0 */
	/* What an evaluation reads ends here. */
	struct hpim_tree_if *tif;
	TAILQ_ENTRY(hpim_record) by_neigh;
};

/* One tree on one interface. */
struct hpim_tree_if {
	struct hpim_tree *tree;
	uint16_t link;
	LIST_HEAD(, hpim_record) records;
	struct hpim_reliable *reliable; /* NULL while nothing is pending */
	struct hpim_view_if view;
	hp_time forwarding_since; /* while the view says that it forwards */
	struct timer hold_timer;
};

struct hpim_tree {
	UT_hash_handle hh;
	struct mfib_key key;
	struct hpim *hpim;
	struct hpim_stale *stale;       /* NULL: nothing of an earlier run counts */
	struct hpim_unwanted *unwanted; /* NULL: it is wanted, or data did not bring it */
	struct rpf_user path;
	TAILQ_ENTRY(hpim_tree) dirty_node;
	struct hpim_holder *holder; /* NULL: it is wanted, or not announced */
	TAILQ_ENTRY(hpim_tree) by_holder;
	LIST_ENTRY(hpim_tree) by_group;
	struct hpim_group *group;
	struct hpim_tree_if **tifs; /* by link number */
	uint16_t tif_count;
	bool is_dirty;
	bool is_evicted; /* announced, and forgotten; takes no place while it ends */
	/* Facts of its own. */
	bool is_asking;       /* SAT expired; the forwarding plane is asked for the last packet */
	uint16_t data_link;   /* where data without a tree came in, LINK_NONE: it never did */
	uint16_t brought_by;  /* core/link_trees.h */
	uint32_t entry_flags; /* what border_flags() said when the entry was put */
	struct timer data_timer;   /* lifetime of the entry for that data. 3.17 */
	struct timer source_timer; /* SAT. 3.8 */
	struct hpim_view view;
};

/* What an earlier run forwarded, until the timer ends; hpim/stale.c. */
struct hpim_stale {
	struct hpim_tree *tree;
	uint16_t iif;
	struct ifset oifs;
	hp_time seen_at; /* of the last packet */
	struct timer timer;
};

/* A neighbor of an earlier run, until HPIM-DM begins on its interface. */
struct hpim_former {
	LIST_ENTRY(hpim_former) node;
	struct ip_addr addr;
	uint32_t boot_time;
	hp_time until;
};

/* The trees of one group, to find them when its membership changes. */
struct hpim_group {
	UT_hash_handle hh;
	struct ip_addr addr;
	LIST_HEAD(, hpim_tree) trees;
};

/* How an unwanted tree can be done without; hpim/unwanted.c. */
enum hpim_unwanted_state {
	UNWANTED_BUSY,   /* not: neighbors may still ask for it, or are to be sent it */
	UNWANTED_ENDING, /* evicted; neighbors have yet to confirm that it ended. Takes no place */
	UNWANTED_IDLE,   /* at once: no neighbor knows of it */
	UNWANTED_ANNOUNCED, /* idle, too, but announced: neighbors are sent its end */
};

/* Who is charged for unwanted trees: the interface by which the data came in, and the source it
 * names. */
enum hpim_quota_kind { QUOTA_LINK, QUOTA_SOURCE, QUOTA_COUNT };

struct hpim_quota_key {
	struct ip_addr source; /* unset: an interface */
	uint32_t link;         /* LINK_NONE: a source */
};

TAILQ_HEAD(hpim_unwanted_list, hpim_unwanted);

struct hpim_quota {
	UT_hash_handle hh;
	struct hpim_quota_key key;
	uint32_t held, idle_count;      /* all unwanted trees; those in the list */
	struct hpim_unwanted_list idle; /* both idle states, oldest first */
};

struct hpim_unwanted {
	struct hpim_tree *tree;
	enum hpim_unwanted_state state;
	struct hpim_quota *quotas[QUOTA_COUNT];
	TAILQ_ENTRY(hpim_unwanted) by_quota[QUOTA_COUNT], by_age;
};

/* Keys of one interface. 2.8 */
struct hpim_stored_key {
	struct hpim_key key; /* its secret is the one below */
	uint8_t secret[HPIM_SECRET_MAX];
};

struct hpim_keyset {
	uint16_t send_id;
	unsigned int count;
	struct hpim_stored_key keys[HPIM_KEYS_MAX];
};

extern const struct mrp_views hpim_views; /* inspect.c */

struct hpim {
	struct mrp mrp;
	struct hpim_if *ifs[LINKS_MAX]; /* NULL where HPIM-DM does not run */
	uint32_t last_boot_time[LINKS_MAX];
	struct hpim_keyset *keys[LINKS_MAX]; /* NULL: security is off */
	LIST_HEAD(, hpim_former) former[LINKS_MAX];
	struct hpim_tree *trees;
	struct hpim_group *groups;
	TAILQ_HEAD(, hpim_tree) dirty;
	struct hpim_tree *round; /* next of those that are marked together; NULL: the first */
	uint32_t round_left;
	bool is_round_due;                   /* else one of the dirty ones is next */
	uint32_t tree_count, standing_count; /* of these, not TREE_INACTIVE */
	uint32_t stale_count;                /* with something of an earlier run */
	struct hpim_quota *quotas;
	struct hpim_unwanted_list idle[2]; /* idle, announced; oldest first */
	uint32_t unwanted_count, ending_count, unacked_count;
	struct ifset enabled; /* with HPIM-DM, IGMP/MLD or static joins: part of every tree. 3.0 */
	uint64_t generation;
	struct hpim_holder orphans; /* their announcer synchronizes again, or is gone */
	uint32_t announced_count;   /* of all holders, and those that are evicted and end */
	struct timer resync_timer;
	bool has_truncated; /* some neighbor was once */
	bool is_full;       /* the limit of trees was reached and noted */
};

/* Constants that no setting changes. Section 5. */
#define HPIM_EXCUSED_MAX 20 /* retransmission times */

/*
 * Differs: so many messages that all have acknowledged bring the next Hello forward, with its
 * CheckpointSN. Neighbors keep the number of each of them till then: without this, of a thousand
 * trees a second that end, they would keep ten thousand.
 */
#define HPIM_EARLY_HELLO_ACKS 256u
#define HPIM_EARLY_HELLO_S    1 /* but not before so long after the last one */

/* New neighbors of an interface: as many as a full link has at once, then so many a second. */
#define HPIM_NEW_BURST 64
#define HPIM_NEW_PER_S 10

/** hpim_of() - The instance of a family in a core. */
static inline struct hpim *hpim_of(const struct core *core, enum ip_family family)
{
	struct mrp *mrp = mrp_find(core, &hpim_ops, family);

	return mrp ? container_of(mrp, struct hpim, mrp) : NULL;
}

#endif
