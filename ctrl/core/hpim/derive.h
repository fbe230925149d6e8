/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_DERIVE_H
#define CORE_HPIM_DERIVE_H

/*
 * Trees as pure functions: facts to view, old view and new view to messages. No list, no timer, no
 * neighbor is known here. Source: description of HPIM-DM, 3.7 to 3.13.
 */
#include "base/addr.h"
#include "base/ifset.h"
#include "wire/hpim.h"

enum hpim_tree_state { TREE_INACTIVE, TREE_UNSURE, TREE_ACTIVE };

/* This and hpim_sent are packed: there is one for each tree and interface. */
enum __attribute__((packed)) hpim_role { ROLE_NONE, ROLE_ROOT, ROLE_NON_ROOT };

/** struct hpim_best - BestUpstream of an interface; generation 0: there is none. 3.6 */
struct hpim_best {
	uint64_t generation; /* changes whenever the neighbor announces again */
	struct ip_addr addr;
	struct hpim_rpc rpc;
};

/** struct hpim_fact_if - What is known of a tree on one enabled interface. */
struct hpim_fact_if {
	uint16_t link;
	bool is_hpim;        /* HPIM-DM runs there; else only IGMP or MLD */
	bool is_connected;   /* the source is in one of its subnets */
	bool floods;         /* the setting "initial-flood" */
	bool has_interest;   /* of some neighbor */
	bool has_member;     /* local membership */
	bool is_holding;     /* the hold timer runs */
	bool is_frozen;      /* a neighbor that was SYNCED is awaited: forwarding stays as it was */
	bool is_stale;       /* output of an earlier run; or output, and frozen */
	bool was_winner;     /* is_frozen: AssertWinner before, or is_stale */
	struct ip_addr addr; /* our own */
	struct hpim_best best;
};

/** struct hpim_facts - What is known of a tree. */
struct hpim_facts {
	bool is_originator;    /* the route to the source has no gateway */
	bool is_source_active; /* SAT runs */
	bool has_data;         /* data came in recently while there was no tree */
	bool was_active;       /* by this root, of a neighbor; or forwarded by an earlier run */
	bool is_local;         /* the source is this router itself: there is no root */
	uint16_t local_input;  /* is_local, is_border: where it sends, or LINK_NONE */
	bool is_border;     /* another protocol owns the tree: the source is behind its interface */
	uint16_t root;      /* root interface or LINK_NONE */
	uint16_t data_link; /* has_data: where */
	struct hpim_rpc rpc; /* MyRPC */
	bool is_stale;       /* an earlier run left an entry: */
	struct ifset stale_oifs;
	struct ifset denied;  /* interfaces that the policy closes to the tree; core/policy.h */
	struct ifset others;  /* outputs that other protocols want; core/border.h */
	uint32_t entry_flags; /* the same of flags */
	uint16_t if_count;
	struct hpim_fact_if ifs[LINKS_MAX];
};

/** struct hpim_view - What follows for the tree. */
struct hpim_view {
	enum hpim_tree_state state;
	bool is_originator, in_tree;
	bool is_border; /* no entry of ours: what follows is the contribution to the owner's */
	uint16_t root;
	struct hpim_rpc rpc;
	uint16_t iif; /* of the forwarding entry; LINK_NONE: no entry */
	struct ifset oifs;
};

/* What this router last had to tell BestUpstream of an interface. */
enum __attribute__((packed)) hpim_sent { SENT_NOTHING, SENT_INTEREST, SENT_NO_INTEREST };

/** struct hpim_view_if - What follows for one interface. */
struct hpim_view_if {
	enum hpim_role role;
	enum hpim_sent sent;
	bool is_hpim;     /* HPIM-DM runs here */
	bool is_upstream; /* IamUpstream is in force here */
	bool is_winner;   /* AssertWinner */
	bool has_interest, has_member, is_forwarding;
	struct hpim_best best;
};

/* Messages and timers that a change asks for, performed in this order. */
#define REACT_NO_UPSTREAM (1u << 0)
#define REACT_UPSTREAM    (1u << 1)
#define REACT_INTEREST    (1u << 2)
#define REACT_NO_INTEREST (1u << 3)
#define REACT_HOLD        (1u << 4) /* AW became AL while forwarding */
#define REACT_RELEASE     (1u << 5) /* no reason to hold any longer */

/** hpim_input() - The interface that the tree's packets come in by when it is ACTIVE; LINK_NONE. */
uint16_t hpim_input(const struct hpim_facts *facts);

/** hpim_rpc_compare() - Lower is better, preference first: <0, 0, >0. 4.2 */
int hpim_rpc_compare(const struct hpim_rpc *a, const struct hpim_rpc *b);

/** hpim_best_is_better() - (RPC, address) of @a beats that of @b: lower RPC, then higher IP. 4.2 */
bool hpim_best_is_better(const struct hpim_rpc *a_rpc, const struct ip_addr *a_addr,
			 const struct hpim_rpc *b_rpc, const struct ip_addr *b_addr);

/** hpim_derive() - @ret_ifs has room for facts->if_count, in the order of facts->ifs. */
void hpim_derive(const struct hpim_facts *facts, struct hpim_view *ret_view,
		 struct hpim_view_if *ret_ifs);

/** hpim_react() - What to send on an interface whose tree went from one view to another. 3.16 */
unsigned int hpim_react(const struct hpim_view *was, const struct hpim_view_if *was_if,
			const struct hpim_view *is, const struct hpim_view_if *is_if);

#endif
