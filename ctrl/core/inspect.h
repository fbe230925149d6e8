/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_INSPECT_H
#define CORE_INSPECT_H

/*
 * Read-only snapshots of a core, for the control socket, the simulator and the tests. Neighbors and
 * trees are those of all protocols; what only HPIM-DM has says so.
 */
#include <bsd/sys/queue.h>

#include "core/core.h"
#include "core/membership/gm.h"
#include "core/mrp.h"

struct timer;

struct inspect_neighbor {
	uint16_t link;
	enum ip_family family;
	enum core_proto proto;
	struct ip_addr addr;
	/*
	 * HPIM-DM: "unknown", "master", "slave", "synced": the neighbor's role. PIM-DM: "up".
	 */
	const char *state;
	bool is_usable;  /* trees can use it: synchronized, where its protocol does that */
	uint16_t hold_s; /* what the liveness timer was last armed with */
	hp_time expires_in, since_for;
	/* HPIM-DM */
	bool was_synced; /* now, or before: in the last run too */
	uint32_t boot_time, my_snapshot_sn, neighbor_snapshot_sn, checkpoint_sn;
	uint32_t sync_len; /* bytes of the longest IP packet with a Sync that came from it */
	/* PIM-DM, as it announced */
	bool has_gen_id, has_delay, is_refresh_capable;
	uint32_t gen_id;
	uint16_t delay_ms, override_ms;
};

/** struct inspect_sync_lost - A Sync that a neighbor did not answer until it was removed. */
struct inspect_sync_lost {
	struct ip_addr addr; /* of the neighbor */
	uint32_t len;        /* bytes of the IP packet */
	uint32_t repeats;    /* after it was sent first */
	hp_time lost_for;    /* since the removal */
};

struct inspect_tree {
	struct mfib_key key;
	enum core_proto proto;
	/*
	 * HPIM-DM: "active", "unsure", "flood", "stale", "inactive". PIM-DM, of the upstream
	 * interface: "forwarding", "pruned", "ack-pending"; "no-route": its source has none.
	 */
	const char *state;
	bool is_originator, in_tree;
	uint16_t root;               /* RPF interface; LINK_NONE: none */
	struct ip_addr upstream;     /* BestUpstream there, RPF'(S) of PIM-DM; or unset */
	uint32_t preference, metric; /* MyRPC */
	uint16_t iif;                /* of the forwarding entry; LINK_NONE: no entry */
	struct ifset oifs;
	struct ifset stale_oifs; /* of these, outputs of the run before that count until ... */
	hp_time stale_in;        /* ... then; HP_TIME_NEVER: nothing is stale */
	/* PIM-DM; HP_TIME_NEVER: the timer does not run. Description of PIM-DM, 4. */
	hp_time since_for, expires_in; /* it exists; Data_Timeout */
	hp_time graft_in, limit_in, override_in, refresh_in;
	uint32_t graft_count; /* sent without an answer */
};

struct inspect_tree_if {
	struct mfib_key key;
	enum core_proto proto;
	uint16_t link;
	/* @has_interest: of a neighbor; PIM-DM: there is one, and the link is not pruned. */
	bool is_root, is_winner, has_interest, has_member, is_forwarding;
	/* Of HPIM-DM, or the winner of the assert of PIM-DM; unset: none. */
	struct ip_addr best_upstream;
	uint32_t upstream_preference, upstream_metric;
	/* PIM-DM; HP_TIME_NEVER: the timer does not run. Description of PIM-DM, 3.3, 3.4. */
	const char *downstream;      /* "no-info", "prune-pending", "pruned"; "-": RPF interface */
	const char *assert_state;    /* "no-info", "winner", "loser" */
	uint32_t neighbors;          /* on the interface */
	hp_time prune_in, assert_in; /* PPT or PT; AT */
};

/* What a neighbor said of a tree (3.6), and the last message about it that was processed (3.4). */
struct inspect_record {
	struct mfib_key key;
	uint16_t link;
	struct ip_addr neighbor;
	bool is_upstream;
	const char *interest;        /* "yes", "no", "unknown" */
	uint32_t preference, metric; /* is_upstream */
	uint32_t last_sn;            /* 0: none, or a CheckpointSN covers it */
};

/* A key of HPIM-DM, without its secret. */
struct inspect_key {
	uint16_t link, id;
	enum ip_family family;
	enum hpim_hash hash;
	bool is_sending;
};

struct inspect_counts {
	uint32_t neighbors; /* of HPIM-DM, one that speaks both families on a link counts once */
	uint32_t trees, groups;
};

/** inspect_protocol_name() - "hpim" or "pim-dm", as the owner of entries. */
const char *inspect_protocol_name(enum core_proto proto);

/** inspect_protocol_runs() - Whether a protocol of a family runs on an interface now. */
bool inspect_protocol_runs(const struct core *core, uint16_t link, enum ip_family family,
			   enum core_proto proto);

/** inspect_membership() - NULL where IGMP or MLD does not run; see gm_if_inspect(). */
const struct gm_if *inspect_membership(const struct core *core, uint16_t link,
				       enum ip_family family);

/** inspect_neighbor_count() - Neighbors of a family on an interface. */
uint32_t inspect_neighbor_count(const struct core *core, uint16_t link, enum ip_family family);

/** inspect_boot_time() - The greatest BootTime in use; a new start has to begin above it. */
uint32_t inspect_boot_time(const struct core *core);

/**
 * inspect_sequence() - BootTime of an interface, and the SN of its last message.
 *
 * Return: false where HPIM-DM does not run.
 */
bool inspect_sequence(const struct core *core, uint16_t link, enum ip_family family,
		      uint32_t *ret_boot_time, uint32_t *ret_sn);

/**
 * inspect_sync_lost() - The last one on an interface; none after a synchronization with the same
 * neighbor succeeded.
 */
bool inspect_sync_lost(const struct core *core, uint16_t link, enum ip_family family,
		       struct inspect_sync_lost *ret_lost);

struct inspect_counts inspect_counts(const struct core *core);

/** inspect_settings() - What counts on an interface. */
const struct core_settings *inspect_settings(const struct core *core, uint16_t link);

/** inspect_limits() - What the core was made with. */
const struct core_limits *inspect_limits(const struct core *core);

/** inspect_tree_places() - How many of the limit of trees a protocol takes; each has all of it. */
uint32_t inspect_tree_places(const struct core *core, enum ip_family family, enum core_proto proto);

/** inspect_link_trees() - How many of its limit of trees an interface has brought. */
uint32_t inspect_link_trees(const struct core *core, uint16_t link, enum ip_family family,
			    enum core_proto proto);

/** inspect_routing_protocol() - Of the trees that come in by an interface: border_owner(). */
enum core_proto inspect_routing_protocol(const struct core *core, uint16_t link,
					 enum ip_family family);

/* Return: whether to go on. */
typedef bool inspect_neighbor_fn(void *ctx, const struct inspect_neighbor *view);
typedef bool inspect_tree_fn(void *ctx, const struct inspect_tree *view);
typedef bool inspect_tree_if_fn(void *ctx, const struct inspect_tree_if *view);

/* Those of all protocols: each of these calls @each until it says no. */
void inspect_neighbors(const struct core *core, uint16_t link, enum ip_family family,
		       inspect_neighbor_fn *each, void *ctx);
void inspect_trees(const struct core *core, enum ip_family family, inspect_tree_fn *each,
		   void *ctx);
void inspect_tree_ifs(const struct core *core, enum ip_family family, inspect_tree_if_fn *each,
		      void *ctx);

/** inspect_trees_of() - The trees of one (S,G): one of a protocol at most. */
void inspect_trees_of(const struct core *core, const struct mfib_key *key, inspect_tree_fn *each,
		      void *ctx);

/**
 * inspect_tree() - The tree of an (S,G); of several, that of the protocol whose forwarding entry is
 * in force.
 *
 * Return: whether there is one.
 */
bool inspect_tree(const struct core *core, const struct mfib_key *key,
		  struct inspect_tree *ret_tree);

/** inspect_tree_ifs_of() - Call @each for the interfaces of a tree, none if it is gone. */
void inspect_tree_ifs_of(const struct core *core, const struct inspect_tree *tree,
			 inspect_tree_if_fn *each, void *ctx);

/** inspect_records_of() - Call @each for what each HPIM-DM neighbor said of a tree. */
void inspect_records_of(const struct core *core, const struct mfib_key *key,
			void (*each)(void *ctx, const struct inspect_record *), void *ctx);

/**
 * struct inspect_walk - A walk over the trees of all protocols that may rest between two of them,
 * while events are handled. What was there all the time is met exactly once. Its members are
 * inspect.c's.
 */
struct inspect_walk {
	LIST_ENTRY(inspect_walk) node;
	struct core *core;
	enum ip_family family;
	unsigned int at; /* protocol */
	const void *next;
	uint32_t left; /* what came since its protocol's turn began is not waited for */
	bool is_of_group;
	struct ip_addr group;
};

/** inspect_walk_begin() - @group: only its trees; NULL: all of the family. */
void inspect_walk_begin(struct core *core, enum ip_family family, const struct ip_addr *group,
			struct inspect_walk *walk);

/** inspect_walk_next() - Return: false when there are no more. */
bool inspect_walk_next(struct inspect_walk *walk, struct inspect_tree *ret_tree);

/** inspect_walk_end() - Must be called for each walk, before the core is freed. */
void inspect_walk_end(struct inspect_walk *walk);

void inspect_keys(const struct core *core, enum ip_family family,
		  bool (*each)(void *ctx, const struct inspect_key *), void *ctx);

/** inspect_counters() - Messages and refusals of an interface and family; see counters.h. */
const struct counters *inspect_counters(const struct core *core, uint16_t link,
					enum ip_family family);

/** inspect_refused() - How often a note of an interface was due, e.g. NOTE_PACKET_BAD. */
uint64_t inspect_refused(const struct core *core, uint16_t link, enum note_code code);

/** inspect_policy() - Its rules, and what they decided. */
const struct policy *inspect_policy(const struct core *core);

/** inspect_pim_refused() - Messages of PIM-DM on an interface that did not count, by reason. */
uint64_t inspect_pim_refused(const struct core *core, uint16_t link, enum pimdm_refusal reason);

/** inspect_gm_refused() - Messages of IGMP and MLD on an interface that did not count, by reason.
 */
uint64_t inspect_gm_refused(const struct core *core, uint16_t link, enum gm_refusal reason);

/* ---- for protocols ---- */

/**
 * struct mrp_views - What a protocol shows. A tree is a pointer that only the protocol reads; they
 * have an order in which new ones are the last of all, and the first of their group.
 */
struct mrp_views {
	bool (*runs)(const struct mrp *mrp, uint16_t link);
	uint32_t (*neighbor_count)(const struct mrp *mrp, uint16_t link);
	/* Return: false: @each said no. */
	bool (*neighbors)(const struct mrp *mrp, uint16_t link, inspect_neighbor_fn *each,
			  void *ctx);
	uint32_t (*tree_count)(const struct mrp *mrp);  /* all */
	uint32_t (*tree_places)(const struct mrp *mrp); /* of the limit of trees, that are taken */
	uint32_t (*standing_count)(const struct mrp *mrp);
	const void *(*tree_find)(const struct mrp *mrp, const struct mfib_key *key);
	const void *(*tree_first)(const struct mrp *mrp, const struct ip_addr *group); /* or NULL */
	const void *(*tree_next)(const void *tree, bool is_of_group);
	struct inspect_tree (*tree)(const void *tree);
	bool (*tree_ifs)(const void *tree, inspect_tree_if_fn *each, void *ctx);
};

/** inspect_walks_pass() - A tree ends: no walk may rest at it any longer. */
void inspect_walks_pass(struct mrp *mrp, const void *tree);

/** inspect_time_left() - Of a timer; HP_TIME_NEVER: it does not run. */
hp_time inspect_time_left(const struct core *core, const struct timer *timer);

#endif
