/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_INSPECT_H
#define CORE_INSPECT_H

/* Read-only snapshots of a core, for the control socket, the simulator and the tests. */
#include <bsd/sys/queue.h>

#include "core/core.h"
#include "core/membership/gm.h"

struct inspect_neighbor {
	uint16_t link;
	enum ip_family family;
	struct ip_addr addr;
	const char *state; /* "unknown", "master", "slave", "synced": the neighbor's role */
	uint16_t hold_s;   /* what the liveness timer was last armed with */
	hp_time expires_in, since_for;
	bool was_synced; /* now, or before: in the last run too */
	uint32_t boot_time, my_snapshot_sn, neighbor_snapshot_sn, checkpoint_sn;
};

struct inspect_tree {
	struct mfib_key key;
	const char *state; /* "active", "unsure", "flood", "stale", "inactive" */
	bool is_originator, in_tree;
	uint16_t root;               /* LINK_NONE: none */
	struct ip_addr upstream;     /* BestUpstream of the root interface, or unset */
	uint32_t preference, metric; /* MyRPC */
	uint16_t iif;                /* of the forwarding entry; LINK_NONE: no entry */
	struct ifset oifs;
	struct ifset stale_oifs; /* of these, outputs of the run before that count until ... */
	hp_time stale_in;        /* ... then; HP_TIME_NEVER: nothing is stale */
};

struct inspect_tree_if {
	struct mfib_key key;
	uint16_t link;
	bool is_root, is_winner, has_interest, has_member, is_forwarding;
	struct ip_addr best_upstream; /* unset: none */
	uint32_t upstream_preference, upstream_metric;
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
	uint32_t neighbors; /* one that speaks both families on a link counts once */
	uint32_t trees, groups;
};

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

struct inspect_counts inspect_counts(const struct core *core);

/** inspect_settings() - What counts on an interface. */
const struct core_settings *inspect_settings(const struct core *core, uint16_t link);

/** inspect_limits() - What the core was made with. */
const struct core_limits *inspect_limits(const struct core *core);

/** inspect_tree_places() - How many of the limit of trees are taken. */
uint32_t inspect_tree_places(const struct core *core, enum ip_family family);

/* Each of these calls @each until it says no. */
void inspect_neighbors(const struct core *core, uint16_t link, enum ip_family family,
		       bool (*each)(void *ctx, const struct inspect_neighbor *), void *ctx);
void inspect_trees(const struct core *core, enum ip_family family,
		   bool (*each)(void *ctx, const struct inspect_tree *), void *ctx);
void inspect_tree_ifs(const struct core *core, enum ip_family family,
		      bool (*each)(void *ctx, const struct inspect_tree_if *), void *ctx);

/** inspect_tree() - Return: whether there is that tree. */
bool inspect_tree(const struct core *core, const struct mfib_key *key,
		  struct inspect_tree *ret_tree);

/** inspect_tree_ifs_of() - Call @each for the interfaces of a tree, none if there is no such tree.
 */
void inspect_tree_ifs_of(const struct core *core, const struct mfib_key *key,
			 void (*each)(void *ctx, const struct inspect_tree_if *), void *ctx);

/** inspect_records_of() - Call @each for what each neighbor said of a tree. */
void inspect_records_of(const struct core *core, const struct mfib_key *key,
			void (*each)(void *ctx, const struct inspect_record *), void *ctx);

/**
 * struct inspect_walk - A walk over trees that may rest between two of them, while events are
 * handled. What was there all the time is met exactly once. Its members are inspect.c's.
 */
struct inspect_walk {
	LIST_ENTRY(inspect_walk) node;
	const struct hpim_tree *next;
	uint32_t left; /* what came since the beginning is not waited for */
	bool is_of_group;
};

/** inspect_walk_begin() - @group: only its trees; NULL: all of the family. */
void inspect_walk_begin(struct core *core, enum ip_family family, const struct ip_addr *group,
			struct inspect_walk *walk);

/** inspect_walk_next() - Return: false when there are no more. */
bool inspect_walk_next(struct inspect_walk *walk, struct inspect_tree *ret_tree);

/** inspect_walks_pass() - For hpim/tree.c: no walk may rest at this tree any longer. */
void inspect_walks_pass(const struct hpim_tree *tree);

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

#endif
