/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MRP_H
#define CORE_MRP_H

/*
 * A multicast routing protocol as the core sees it: a table of functions, and one instance for each
 * address family. protocols.c lists the tables; no other file of the core names a protocol.
 *
 * A protocol may use timers and random numbers (core_int.h), notes and other effects (fx.h), paths
 * to sources (rpf.h), membership questions (membership/member.h), what the operator denies
 * (policy.h), and as their owner its entries of the forwarding table (mfib.h). It knows no other
 * protocol.
 *
 * The policy: an interface of policy_denied_links() is neither input nor output of the tree, no
 * tree is announced there, and what neighbors say there is answered but makes no interest. data()
 * is not called for data that is denied where it came in; after config_changed() with CONFIG_POLICY
 * all trees are to be evaluated again.
 */
#include <bsd/sys/queue.h>

#include "core/event.h"
#include "core/mfib.h"
#include "wire/ip103.h"

struct core;
struct inspect_walk;
struct mrp_views;

#define MRP_MAX 5 /* protocols, and one that a test adds */

/** struct mrp - An instance; the first member of the protocol's own state. */
struct mrp {
	const struct mrp_ops *ops;
	struct core *core;
	enum ip_family family;
	LIST_HEAD(, inspect_walk) walks; /* that rest at one of its trees */
	struct {
		uint32_t trees;
		bool is_full; /* the limit was reached, and that was noted */
	} brought[LINKS_MAX]; /* trees, by the link that made them: core/link_trees.h */
};

/**
 * struct mrp_ops - What a protocol does, in the order of a router's life. All but create(),
 * destroy() and evaluate_next() may be NULL: that does not concern it.
 */
struct mrp_ops {
	enum mfib_owner owner; /* of its entries; also orders the protocols, see mfib.h */
	enum core_proto proto; /* what switches it on; of those with packets */
	enum ip103_kind kind;  /* its packets; an interface runs one protocol of them */

	/* NULL: no memory. The core fills in the members of struct mrp before anything else. */
	struct mrp *(*create)(struct core *core, enum ip_family family);

	/* Settings, keys, static routes, policy: a protocol ignores what is not its own. */
	void (*config_changed)(struct mrp *mrp, const struct ev_config *config);

	/* Something about an interface, or what is switched on there, is different. */
	void (*link_changed)(struct mrp *mrp, uint16_t link);

	/*
	 * What an earlier run knew: an entry of the forwarding plane, a neighbor. Offered to each
	 * protocol until one takes it. Return: whether it was taken.
	 */
	bool (*stale)(struct mrp *mrp, const struct ev_stale *stale);

	/* The kernel's multicast table, which another daemon writes, has changed. */
	void (*followed)(struct mrp *mrp, const struct ev_followed *followed);

	/* A packet of @kind, on an interface where @proto is switched on. */
	void (*packet)(struct mrp *mrp, const struct ev_packet *packet);

	/* The answer of member_wants() may be different for @group on some interface. */
	void (*member_changed)(struct mrp *mrp, const struct ip_addr *group);

	/*
	 * The forwarding plane saw data: of an entry of this owner, or of an (S,G) without entry,
	 * which is offered to each protocol until one takes it. DATA_SEEN, the answer to
	 * FX_MFIB_QUERY, is handed to all: only who asked knows. Return: whether it was taken.
	 */
	bool (*data)(struct mrp *mrp, const struct ev_data *data);

	/*
	 * Trees of a border router, core/border.h. The owner of a tree answers is_alive(), others
	 * answer contribute(): add the outputs that it is to have on their interfaces.
	 */
	bool (*is_alive)(const struct mrp *mrp, const struct mfib_key *key);
	void (*contribute)(const struct mrp *mrp, const struct mfib_key *key, struct ifset *oifs);

	/* MFIB_F_* that one which answers contribute() needs of the owner's entry. */
	uint32_t (*entry_flags)(const struct mrp *mrp, const struct mfib_key *key);

	/* Another protocol answers these three otherwise now: evaluate the tree, or begin it. */
	void (*border_changed)(struct mrp *mrp, const struct mfib_key *key);

	/* The tree is this protocol's, as another one found: claim its entry before returning. */
	void (*take_over)(struct mrp *mrp, const struct mfib_key *key, uint16_t link);

	/* Re-evaluate one tree that was marked; false: none is left. */
	bool (*evaluate_next)(struct mrp *mrp);

	/* What is to be done once, but for COMMAND_STOP. Return: whether it has such an object. */
	bool (*command)(struct mrp *mrp, const struct ev_command *command);

	/* Goodbye on every interface; entries stay. */
	void (*stop)(struct mrp *mrp);

	void (*destroy)(struct mrp *mrp);

	const struct mrp_views *views; /* its neighbors and trees for people: core/inspect.h */
};

/** mrp_protocols - All of them, most preferred owner first; ends with NULL. */
extern const struct mrp_ops *const mrp_protocols[];

/** mrp_find() - The instance of a protocol; NULL: the core does not have it. */
struct mrp *mrp_find(const struct core *core, const struct mrp_ops *ops, enum ip_family family);

/**
 * mrp_for_each() - Each instance of a family, most preferred owner first.
 * @each: struct mrp pointer that is set; @core, @family: as it says.
 */
#define mrp_for_each(each, core, family) \
	for (unsigned int each##_i = 0;  \
	     each##_i < MRP_MAX && ((each) = (core)->mrp[family][each##_i]); each##_i++)

#endif
