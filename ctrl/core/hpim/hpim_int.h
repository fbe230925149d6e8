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
 *             └── stray: only while data brought the tree and nobody asked for it ── payers
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
enum __attribute__((packed)) hpim_interest { INTEREST_UNSAID, INTEREST_YES, INTEREST_NO };

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
	bool is_talk; /* with neighbors about a stray; counted in talk_count */
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

struct hpim_if {
	struct hpim *hpim;
	uint16_t link;
	struct ip_addr addr; /* the address it speaks from */
	uint32_t boot_time, sn;
	struct timer hello_timer;
	hp_time hello_at;     /* of the last one */
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
	hp_time heard_at;
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
	uint32_t sync_sn;  /* CurrentSyncSN */
	uint32_t fragment; /* F: trees per Sync. 2.9 */
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
	bool is_truncated;    /* some of what it announced was forgotten */
	hp_time ask_again_at; /* it is not asked for everything before */
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
	struct hpim_stale *stale; /* NULL: nothing of an earlier run counts */
	struct hpim_stray *stray; /* NULL: somebody wants it, or data did not bring it */
	struct rpf_user path;
	TAILQ_ENTRY(hpim_tree) dirty_node;
	struct hpim_holder *holder; /* NULL: somebody asked for it, or nobody announced it */
	TAILQ_ENTRY(hpim_tree) by_holder;
	LIST_ENTRY(hpim_tree) by_group;
	struct hpim_group *group;
	struct hpim_tree_if **tifs; /* by link number */
	uint16_t tif_count;
	bool is_dirty;
	bool is_evicted; /* announced, and forgotten; takes no place while it ends */
	/* Facts of its own. */
	bool is_asking;     /* SAT expired; the forwarding plane is asked for the last packet */
	uint16_t data_link; /* where data without a tree came in, LINK_NONE: it never did */
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

/* How a stray can be done without; hpim/stray.c. */
enum hpim_stray_state {
	STRAY_BUSY,   /* not: neighbors may still ask for it, or have to hear of it */
	STRAY_ENDING, /* evicted; neighbors have yet to confirm that it ended. Takes no place */
	STRAY_LOOSE,  /* at once: nobody else knows of it */
	STRAY_TIED,   /* idle, too, but announced: neighbors have to be told */
};

/* Who is charged for strays: the interface by which the data came in, and the source it names. */
enum hpim_payer_kind { PAYER_LINK, PAYER_SOURCE, PAYER_COUNT };

struct hpim_payer_key {
	struct ip_addr source; /* unset: an interface */
	uint32_t link;         /* LINK_NONE: a source */
};

TAILQ_HEAD(hpim_stray_list, hpim_stray);

struct hpim_payer {
	UT_hash_handle hh;
	struct hpim_payer_key key;
	uint32_t held, idle_count;   /* all strays; those in the list */
	struct hpim_stray_list idle; /* loose and tied, oldest first */
};

struct hpim_stray {
	struct hpim_tree *tree;
	enum hpim_stray_state state;
	struct hpim_payer *payers[PAYER_COUNT];
	TAILQ_ENTRY(hpim_stray) by_payer[PAYER_COUNT], by_age;
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

struct hpim {
	struct core *core;
	enum ip_family family;
	struct hpim_if *ifs[LINKS_MAX]; /* NULL where HPIM-DM does not run */
	uint32_t last_boot_time[LINKS_MAX];
	struct hpim_keyset *keys[LINKS_MAX]; /* NULL: security is off */
	LIST_HEAD(, hpim_former) former[LINKS_MAX];
	struct hpim_tree *trees;
	struct hpim_group *groups;
	TAILQ_HEAD(, hpim_tree) dirty;
	uint32_t tree_count, standing_count; /* of these, not TREE_INACTIVE */
	LIST_HEAD(, inspect_walk) walks;
	struct hpim_payer *payers;
	struct hpim_stray_list idle[2]; /* loose, tied; oldest first */
	uint32_t stray_count, ending_count, talk_count;
	struct ifset enabled; /* interfaces with HPIM-DM or IGMP/MLD: part of every tree. 3.0 */
	uint64_t generation;
	struct hpim_holder unsaid; /* whoever announced these synchronizes again, or is gone */
	uint32_t announced_count;  /* of all holders, and those that are evicted and end */
	struct timer ask_timer;
	bool has_truncated; /* some neighbor was once */
	bool is_full;       /* the limit of trees was reached and noted */
};

/* Constants that no setting changes. Section 5. */
#define HPIM_SYNC_RETRANSMISSION_S 3
#define HPIM_HOLD_SYNC_S           12  /* while synchronizing */
#define HPIM_HOLD_DEFAULT_S        120 /* when not announced */
#define HPIM_ACK_FAILURE_THRESHOLD 3
#define HPIM_EXCUSED_MAX           20 /* retransmission times */
#define HPIM_FIRST_HELLO_MAX_S     5
#define HPIM_HOLD_FACTOR           4 /* hold time in hello periods */

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

/* hpim/if.c */

/** hpim_if_by_link() - NULL where HPIM-DM does not run. */
static inline struct hpim_if *hpim_if_by_link(const struct hpim *hpim, uint16_t link)
{
	return link < LINKS_MAX ? hpim->ifs[link] : NULL;
}

/** hpim_if_start() - 3.1, "interface enabled". NULL: no memory. */
struct hpim_if *hpim_if_start(struct hpim *hpim, uint16_t link);

/** hpim_if_stop() - 3.1, "interface disabled". @say_goodbye: the interface can still send. */
void hpim_if_stop(struct hpim_if *hif, bool say_goodbye);

/** hpim_if_is_unheard() - No neighbor has spoken in this run: a synchronization comes first. */
bool hpim_if_is_unheard(const struct hpim_if *hif);

/** hpim_if_next_sn() - Allocate an SN; on exhaustion a new BootTime begins. 3.4 */
uint32_t hpim_if_next_sn(struct hpim_if *hif);

/** hpim_if_reserve_sn() - Make sure that the next SN belongs to the present BootTime. */
void hpim_if_reserve_sn(struct hpim_if *hif);

/** hpim_if_checkpoint_sn() - Every SN up to it was acknowledged by all who had to. 3.4 */
uint32_t hpim_if_checkpoint_sn(const struct hpim_if *hif);

/** hpim_if_acked() - A message is pending no more: perhaps a Hello is due to tell it. */
void hpim_if_acked(struct hpim_if *hif);

/** hpim_if_group() - The group of all routers: 224.0.0.13 or ff02::d. 2.1 */
const struct ip_addr *hpim_if_group(const struct hpim_if *hif);

/** hpim_if_hold_s() - The hold time to announce. */
uint16_t hpim_if_hold_s(const struct hpim_if *hif);

/** hpim_if_send() - Send a message; @to NULL: to the group of all routers. */
void hpim_if_send(struct hpim_if *hif, const struct ip_addr *to, const struct hpim_msg *content,
		  const struct hpim_entry *entries);

/* hpim/keys.c */

/**
 * hpim_keys_set() - Add a key, or replace the one with its id; without a secret only say whether it
 * is the sending one. The first key is the sending one in any case.
 */
void hpim_keys_set(struct hpim *hpim, uint16_t link, const struct hpim_key *key, bool is_sending);

/** hpim_keys_delete() - If it was the sending one, the key added last takes its place. */
void hpim_keys_delete(struct hpim *hpim, uint16_t link, uint16_t id);
void hpim_keys_free(struct hpim *hpim);

/** hpim_keys_sending() - The key to sign with, or NULL: security is off. */
const struct hpim_key *hpim_keys_sending(const struct hpim *hpim, uint16_t link);

/** hpim_keys_accept() - Whether the packet is signed with one of the keys, or there is none. */
bool hpim_keys_accept(const struct hpim *hpim, const struct ev_packet *packet);

/* hpim/neigh.c */

struct hpim_neigh *hpim_neigh_find(const struct hpim_if *hif, const struct ip_addr *addr);

/** hpim_neigh_alloc() - A record in state UNKNOWN that is in no list yet. NULL: no memory. */
struct hpim_neigh *hpim_neigh_alloc(struct hpim_if *hif, const struct ip_addr *addr,
				    uint32_t boot_time);

/** hpim_neigh_free() - Forget a record that is in no list any longer; marks no tree. */
void hpim_neigh_free(struct hpim_neigh *neigh);

/**
 * hpim_neigh_new() - A neighbor in state UNKNOWN; in a full table the oldest one that never
 * answered gives way. NULL: limit reached (noted) or no memory.
 */
struct hpim_neigh *hpim_neigh_new(struct hpim_if *hif, const struct ip_addr *addr,
				  uint32_t boot_time);

/**
 * hpim_neigh_await() - A neighbor of an earlier run, in state UNKNOWN: until it is SYNCED or given
 * up forwarding onto the interface is frozen.
 */
void hpim_neigh_await(struct hpim_if *hif, const struct ip_addr *addr, uint32_t boot_time);

/**
 * hpim_neigh_may_meet() - Whether one more synchronization begins now with a router that is not
 * known to be there; refusals are counted.
 *
 * Each costs a snapshot and a message. A router that heard our Hello comes with a Sync, so these
 * have a bucket of their own.
 */
bool hpim_neigh_may_meet(struct hpim_if *hif, struct bucket *bucket);

/** hpim_neigh_meet() - The same for the Sync of an unknown router; NULL also: too many (counted).
 */
struct hpim_neigh *hpim_neigh_meet(struct hpim_if *hif, const struct ip_addr *src,
				   uint32_t boot_time);

/** hpim_neigh_remove() - Forget a neighbor and re-evaluate the trees. 3.2 */
void hpim_neigh_remove(struct hpim_neigh *neigh, enum hpim_gone_reason reason);

/** hpim_neigh_set_state() - Keeps the count of synced neighbors; notes the change. */
void hpim_neigh_set_state(struct hpim_neigh *neigh, enum hpim_sync_state state);

/** hpim_neigh_arm() - Arm the liveness timer. @hold_s 0: it ends at once. */
void hpim_neigh_arm(struct hpim_neigh *neigh, uint16_t hold_s);

/** hpim_neigh_hello() - 3.2. */
void hpim_neigh_hello(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

/**
 * hpim_neigh_accept() - 3.4, "Acceptance of a reliable message"; acknowledges it.
 * Return: the record to process it in, its LastSN renewed; NULL: drop the message.
 */
struct hpim_record *hpim_neigh_accept(struct hpim_if *hif, const struct ip_addr *src,
				      const struct hpim_msg *msg);

/** hpim_neigh_ack() - 3.4, "Acceptance of an Ack"; true: delivered. */
bool hpim_neigh_ack(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

/* hpim/sync.c */

/** hpim_sync_reset() - Adjacency reset. 3.3 */
void hpim_sync_reset(struct hpim_neigh *neigh);

/** hpim_sync_is_unanswered() - The neighbor did not answer its reset in the time it may take. */
bool hpim_sync_is_unanswered(const struct hpim_neigh *neigh);

/** hpim_sync_receive() - 3.3, "Reception of Sync". */
void hpim_sync_receive(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg);

/** hpim_sync_timeout() - 3.3, "Sync timer". */
void hpim_sync_timeout(struct hpim_neigh *neigh);

/* hpim/snapshot.c */

/** hpim_snapshot_collect() - Trees this router is UPSTREAM for on an interface; malloc'ed. 3.3 */
uint32_t hpim_snapshot_collect(const struct hpim_if *hif, struct hpim_entry **ret_entries);

/** hpim_snapshot_fragment() - F: trees per Sync message, at least 1. 2.9 */
uint32_t hpim_snapshot_fragment(const struct hpim_if *hif);

/* hpim/reliable.c */

/**
 * hpim_reliable_send_all() - IamUpstream (with @rpc) or IamNoLongerUpstream to all. 3.5
 *
 * Replaces all that waits or is pending for the tree on this interface. Sent at once if the windows
 * of the neighbors have room, else queued.
 */
void hpim_reliable_send_all(struct hpim_tree_if *tif, enum hpim_type type,
			    const struct hpim_rpc *rpc);

/** hpim_reliable_send_to() - Interest or NoInterest to one neighbor, likewise. 3.5 */
void hpim_reliable_send_to(struct hpim_tree_if *tif, enum hpim_type type,
			   const struct ip_addr *dst);

/** hpim_reliable_acked() - @neigh has everything of this tree up to (@boot_time, @sn). 3.5 */
void hpim_reliable_acked(struct hpim_tree_if *tif, struct hpim_neigh *neigh, uint32_t boot_time,
			 uint32_t sn);

/** hpim_reliable_snapshot() - A snapshot for @neigh covers all that is pending or waits. 3.3 */
void hpim_reliable_snapshot(struct hpim_neigh *neigh);

/** hpim_reliable_neighbor_new() - @neigh was added to its interface: set up its window. */
void hpim_reliable_neighbor_new(struct hpim_neigh *neigh);

/** hpim_reliable_neighbor_gone() - @neigh left its interface: forget what waits for it. */
void hpim_reliable_neighbor_gone(struct hpim_neigh *neigh);

/**
 * hpim_reliable_neighbor_again() - @neigh took the place of @old in the list: its snapshot covers
 * what was sent before it.
 */
void hpim_reliable_neighbor_again(struct hpim_neigh *neigh, struct hpim_neigh *old);

/** hpim_reliable_timeout() - 3.5, "Timer expiry". */
void hpim_reliable_timeout(struct hpim_tree_if *tif);

/** hpim_reliable_drop() - Forget what is pending or waits for a tree; _all(): on an interface. */
void hpim_reliable_drop(struct hpim_tree_if *tif);
void hpim_reliable_drop_all(struct hpim_if *hif);

/* hpim/window.c */

/* Why a message was not acknowledged in time. */
enum hpim_late {
	LATE_SILENT, /* the neighbor acknowledged nothing since the timer was armed */
	LATE_LOST,   /* it acknowledged what was sent later, or others and then paused */
	LATE_QUEUED, /* it is busy with what was sent before */
};

void hpim_window_init(struct hpim_window *window);

static inline bool hpim_window_has_room(const struct hpim_window *window)
{
	return window->in_flight < window->size;
}

/** hpim_window_has_room_all() - Whether a message to all neighbors of @hif may be sent now. */
bool hpim_window_has_room_all(const struct hpim_if *hif);

/** hpim_window_acked() - The neighbor acknowledged @pending, which is still counted in flight. */
void hpim_window_acked(struct hpim_window *window, const struct hpim_pending *pending, hp_time now);

/** hpim_window_late() - Judge @pending, late for the neighbor; the timer was armed at @armed_at. */
enum hpim_late hpim_window_late(const struct hpim_window *window,
				const struct hpim_pending *pending, hp_time armed_at, hp_time now);

/** hpim_window_silent() - The neighbor acknowledged nothing for a retransmission time. */
void hpim_window_silent(struct hpim_window *window);

/* hpim/tree.c */

struct hpim_tree *hpim_tree_find(const struct hpim *hpim, const struct ip_addr *source,
				 const struct ip_addr *group);

/** hpim_tree_first_of_group() - The newest tree of a group, or NULL. */
struct hpim_tree *hpim_tree_first_of_group(const struct hpim *hpim, const struct ip_addr *group);

/**
 * hpim_tree_get() - Find or create; in a full table the oldest stray makes place, or for what a
 * member asks for an announced tree.
 *
 * @link is where the reason to create it came in, and counts what is refused.
 * Return: NULL: unfit addresses, limit reached (noted) or no memory.
 */
struct hpim_tree *hpim_tree_get(struct hpim *hpim, const struct ip_addr *source,
				const struct ip_addr *group, uint16_t link);

/** hpim_tree_get_for_data() - The same for data that came in on @link, within the strays' parts. */
struct hpim_tree *hpim_tree_get_for_data(struct hpim *hpim, const struct ip_addr *source,
					 const struct ip_addr *group, uint16_t link);

/** hpim_tree_mark() - Evaluate it while draining. */
void hpim_tree_mark(struct hpim_tree *tree);
void hpim_tree_mark_all(struct hpim *hpim);

/** hpim_tree_if_find() - NULL: nothing is known of the tree there. */
struct hpim_tree_if *hpim_tree_if_find(const struct hpim_tree *tree, uint16_t link);

/** hpim_tree_if_get() - Find or create. NULL: no memory. */
struct hpim_tree_if *hpim_tree_if_get(struct hpim_tree *tree, uint16_t link);

/** hpim_tree_sweep() - Free what holds no fact any more: the tree's parts, or all of it.
 *
 * Called at the end of an evaluation only, so that a pointer to a tree of which something is known
 * lives through an event. Return: whether the tree is still there.
 */
bool hpim_tree_sweep(struct hpim_tree *tree);

/** hpim_tree_free() - Forget a tree without interfaces, and its forwarding entry. */
void hpim_tree_free(struct hpim_tree *tree);

/** hpim_tree_free_all() - Forget everything; neighbors must be gone. Sends nothing. */
void hpim_tree_free_all(struct hpim *hpim);

/** hpim_record_find() - NULL: the neighbor said nothing of the tree. */
struct hpim_record *hpim_record_find(const struct hpim_tree_if *tif,
				     const struct hpim_neigh *neigh);

/** hpim_record_get() - Find or create, also the tree. NULL as hpim_tree_get(). */
struct hpim_record *hpim_record_get(struct hpim_neigh *neigh, const struct ip_addr *source,
				    const struct ip_addr *group);

/** hpim_record_is_empty() - It says nothing, and no message of the neighbor can refer to it. 3.6 */
static inline bool hpim_record_is_empty(const struct hpim_record *record)
{
	return !record->is_upstream && record->interest == INTEREST_UNSAID && !record->last_sn;
}

/** hpim_record_set_sn() - Set LastSN; 0: a checkpoint covers it. 3.4 */
void hpim_record_set_sn(struct hpim_record *record, uint32_t sn);

/** hpim_record_set_upstream() - New upstream information: a new generation. 3.6 */
void hpim_record_set_upstream(struct hpim_record *record, const struct hpim_rpc *rpc);

/** hpim_record_forget_tree() - All that was said of a tree; its neighbors are truncated. */
void hpim_record_forget_tree(struct hpim_tree *tree);

/** hpim_record_forget_all() - All that a neighbor said. No tree is marked: 3.3, reset, step 5. */
void hpim_record_forget_all(struct hpim_neigh *neigh);

/* hpim/eval.c */

/** hpim_tree_evaluate() - Facts to view, old view and new view to messages, forwarding entry. */
void hpim_tree_evaluate(struct hpim_tree *tree);

/** hpim_tree_seen() - The forwarding plane saw the last packet @seen_for ago. */
void hpim_tree_seen(struct hpim_tree *tree, hp_time seen_for);

/** hpim_tree_missed() - Data came in on @link and the forwarding plane has no entry. 3.17 */
void hpim_tree_missed(struct hpim_tree *tree, uint16_t link);

/** hpim_tree_give_up() - As if its source had been silent for its lifetime. 3.8 */
void hpim_tree_give_up(struct hpim_tree *tree);

/** hpim_hold_expired(), hpim_source_expired(), hpim_data_expired() - Timers of a tree. */
timer_fn hpim_hold_expired, hpim_source_expired, hpim_data_expired;

/* hpim/stale.c */

/** hpim_stale_end() - Nothing of an earlier run counts for the tree any longer; marks it. */
void hpim_stale_end(struct hpim_tree *tree);

/** hpim_stale_link_off() - The interface ceased to be part of trees: it is no output of any. */
void hpim_stale_link_off(struct hpim *hpim, uint16_t link);

/** hpim_stale_await() - HPIM-DM begins: await the neighbors that an earlier run had there. */
void hpim_stale_await(struct hpim_if *hif);

/** hpim_stale_forget() - Free what is remembered of neighbors. */
void hpim_stale_forget(struct hpim *hpim);

/* hpim/stray.c */

void hpim_stray_init(struct hpim *hpim);

/**
 * hpim_stray_admit() - Whether data of @source that came in on @link may bring a new tree.
 * @is_back:   it brings one back that is ending.
 * @is_wanted: a member asks for it.
 *
 * Evicts the oldest strays of the source and of the link where these have their part already.
 */
bool hpim_stray_admit(struct hpim *hpim, uint16_t link, const struct ip_addr *source, bool is_back,
		      bool is_wanted);

/** hpim_stray_make_place() - Whether there is place for a tree; evicts a stray when there is none.
 */
bool hpim_stray_make_place(struct hpim *hpim);

/** hpim_stray_bring() - Data brought this tree, or brought it back while it was ending. */
void hpim_stray_bring(struct hpim_tree *tree, uint16_t link);

/** hpim_stray_judge() - A tree was evaluated; @is_wanted: somebody asked for it. */
void hpim_stray_judge(struct hpim_tree *tree, bool is_wanted);

/** hpim_stray_hold() - A neighbor said something of it: not to be evicted before it is judged. */
void hpim_stray_hold(struct hpim_tree *tree);

/** hpim_stray_drop() - It is none any more. */
void hpim_stray_drop(struct hpim_tree *tree);

/* hpim/announced.c */

void hpim_announced_init(struct hpim *hpim);
void hpim_announced_fini(struct hpim *hpim);
void hpim_announced_neigh_init(struct hpim_neigh *neigh);

/** hpim_announced_charge() - A neighbor's message brought the tree. */
void hpim_announced_charge(struct hpim_tree *tree, struct hpim_neigh *neigh);

/** hpim_announced_leave() - All that the neighbor said is forgotten; its trees end, or it returns.
 */
void hpim_announced_leave(struct hpim_neigh *neigh);

/** hpim_announced_judge() - A tree was evaluated; @is_asked: a member or a neighbor asks for it. */
void hpim_announced_judge(struct hpim_tree *tree, bool is_asked);

/** hpim_announced_release() - It is charged to no neighbor any longer. */
void hpim_announced_release(struct hpim_tree *tree);

/** hpim_announced_forget() - The tree is about to be freed. */
void hpim_announced_forget(struct hpim_tree *tree);

/** hpim_announced_is_wanted() - Whether a member asks for it on another interface than @link. */
bool hpim_announced_is_wanted(const struct hpim *hpim, const struct ip_addr *source,
			      const struct ip_addr *group, uint16_t link);

/**
 * hpim_announced_make_place() - Evict an announced tree for a new one.
 * @neigh:     whose message brings the new one; NULL: data.
 * @is_wanted: it goes before all that is only announced.
 *
 * Return: whether there is a place now.
 */
bool hpim_announced_make_place(struct hpim *hpim, const struct hpim_neigh *neigh, bool is_wanted);

/** hpim_announced_come_back() - If the tree was evicted it takes a place again. */
void hpim_announced_come_back(struct hpim_tree *tree);

/** hpim_announced_refused() - Something that the neighbor said was forgotten. */
void hpim_announced_refused(struct hpim_neigh *neigh);

/** hpim_announced_joined() - A member may want what was forgotten. */
void hpim_announced_joined(struct hpim *hpim);

#include "core/hpim/claim.h"

#endif
