/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_INT_H
#define CORE_PIMDM_INT_H

/*
 * What the parts of PIM-DM share. Sections are those of the description of PIM-DM.
 *
 *   pimdm ── interfaces ── neighbors          pimdm.c  if.c  neigh.c       3.1
 *    └────── trees ── tree_ifs                tree.c  input.c              3.6, 3.7, 3.8
 *             facts ─> view, pure             view.c                       5
 *             old view, new view ─> events    eval.c  border.c             3.0, 8.4
 *             entries of an earlier run    stale.c
 *             machines: tables                upstream.c downstream.c assert.c refresh.c   3.2-3.5
 */
#include <bsd/sys/queue.h>

#include "base/bucket.h"
#include "base/hash.h"
#include "core/core_int.h"
#include "core/mfib.h"
#include "core/pimdm/pimdm.h"
#include "core/rpf.h"
#include "wire/pim.h"

#define PIMDM_ADDRS_MAX      16  /* secondary addresses of a neighbor that are kept */
#define PIMDM_DEFAULT_HOLD_S 105 /* of a Hello without Holdtime. 2.4 */
#define PIMDM_HELLO_GAP_S    1   /* between a Hello and one that a neighbor causes */

/* Neighbors of an interface that begin: as many as a full link has at once, then so many a second.
 */
#define PIMDM_NEW_BURST 64
#define PIMDM_NEW_PER_S 10

struct pimdm;

/** struct pimdm_if - An interface where PIM-DM runs. */
struct pimdm_if {
	struct pimdm *pim;
	uint16_t link;
	struct ip_addr addr; /* the address it speaks from */
	uint32_t gen_id;
	bool has_sent_hello; /* with this GenID: @announced, at @hello_at */
	struct pim_hello announced;
	hp_time hello_at;
	bool is_unknown; /* to a neighbor that has begun since then */
	struct timer hello_timer;
	TAILQ_HEAD(, pimdm_neigh) neighbors;
	uint32_t neighbor_count;
	struct bucket beginners; /* new neighbors, and new GenIDs */
	uint32_t legacy_count;   /* neighbors whose Hellos have the legacy checksum alone (2.2) */
	hp_time legacy_since;    /* @legacy_count is not 0 */
	bool is_mixed;           /* ... and others keep to the RFC, which was noted */
	bool is_full;            /* the limit of neighbors was reached and noted */
	bool has_delay;          /* all neighbors announce LAN Prune Delay, and we do */
	uint32_t delay_ms;       /* PD(I) in force */
	uint32_t override_ms;    /* OI(I) in force */
	bool is_refresh_capable; /* StateRefreshCapable(I): all of at least one neighbor */
	bool is_refresh_due; /* a neighbor is new: stored State Refresh follows our next Hello */
};

struct pimdm_neigh {
	TAILQ_ENTRY(pimdm_neigh) node;
	struct pimdm_if *pif;
	struct ip_addr addr;
	struct timer liveness_timer; /* NLT; does not run with PIM_HOLD_FOREVER */
	uint16_t hold_s;
	hp_time since;
	bool has_gen_id, has_delay, is_refresh_capable;
	bool has_rfc;   /* a Hello with this GenID had the checksum of the RFC */
	bool is_legacy; /* none had; counted in legacy_count */
	uint32_t gen_id;
	uint16_t delay_ms, override_ms;
	uint8_t refresh_s;
	uint8_t addr_count;
	struct ip_addr addrs[PIMDM_ADDRS_MAX]; /* secondary ones */
};

/* 3.2 */
enum pimdm_up { UP_FORWARDING, UP_PRUNED, UP_ACK_PENDING, UP_COUNT };

/* 3.3 */
enum pimdm_down { DOWN_NO_INFO, DOWN_PRUNE_PENDING, DOWN_PRUNED, DOWN_COUNT };

/* 3.4 */
enum pimdm_assert { ASSERT_NO_INFO, ASSERT_WINNER, ASSERT_LOSER, ASSERT_COUNT };

/* What routers compare: lower preference, lower metric, greater address is better. */
struct pimdm_metric {
	struct pim_metric metric;
	struct ip_addr addr;
};

/** struct pimdm_tif - A tree on an interface: downstream, or the RPF interface. Lazily made. */
struct pimdm_tif {
	struct pimdm_tree *tree;
	uint16_t link;
	enum pimdm_down down;
	struct timer prune_timer; /* PPT while prune pending, PT while pruned */
	uint16_t hold_s;          /* of the last Prune, or the longest that still holds */
	enum pimdm_assert assert;
	struct timer assert_timer;  /* AT */
	struct pimdm_metric winner; /* not ASSERT_NO_INFO */
	hp_time pruned_at;          /* ASSERT_LOSER: the last Prune to the winner */
};

/* A message that made a tree, until the route to its source is known. */
enum pimdm_waiting_kind { WAITING_GRAFT, WAITING_ASSERT, WAITING_REFRESH };

struct pimdm_waiting {
	enum pimdm_waiting_kind kind;
	uint16_t link;
	struct ip_addr src;
	struct pim_refresh refresh; /* WAITING_ASSERT: its metric alone */
};

/** struct pimdm_tree - (S,G). */
struct pimdm_tree {
	UT_hash_handle hh;
	struct mfib_key key;
	struct pimdm *pim;
	struct rpf_user path; /* the route as last reported */
	TAILQ_ENTRY(pimdm_tree) dirty_node;
	TAILQ_ENTRY(pimdm_tree) idle_node; /* while is_idle */
	LIST_ENTRY(pimdm_tree) by_group;
	struct pimdm_group *group;
	struct pimdm_tif **tifs; /* by link number */
	uint16_t tif_count;
	uint16_t brought_by; /* core/link_trees.h */
	bool is_dirty;
	bool is_idle; /* no data of it was forwarded yet: gives way to others */
	/* Without a route that can be used it is no tree: a negative entry, or a message waits. */
	bool is_live;
	struct pimdm_waiting *waiting; /* NULL: none */
	/* As last evaluated; what differs from now is an event (3.0). Only while it is live. */
	struct ev_rpf route;
	bool is_first_hop;           /* pimdm_is_first_hop() */
	bool is_border;              /* another protocol owns it: core/border.h */
	bool was_alive;              /* pimdm_tree_is_alive() */
	struct ip_addr rpf_neighbor; /* RPF'(S) */
	struct ifset olist;
	/* 3.2 */
	enum pimdm_up up;
	struct timer limit_timer;    /* GRT while acknowledgement is pending, else PLT */
	struct timer override_timer; /* OT */
	uint32_t graft_count;        /* sent without an answer */
	/* 3.5 */
	bool is_originator;
	bool is_refresh_due;        /* as soon as the forwarding plane answers */
	struct timer refresh_timer; /* SRT */
	uint8_t data_ttl;           /* greatest seen; 0: unknown */
	uint8_t refresh_count;      /* sent, for every third to have N */
	bool has_refresh;           /* @refresh is the last one that passed 3.5, row 5 */
	struct pim_refresh refresh;
	hp_time refreshed_at;
	/* 3.8. Data_Timeout and SAT are as long and begin with the same packets: one timer. */
	hp_time created_at;
	struct timer data_timer;
	uint16_t data_link; /* where the last packet without an entry came in; LINK_NONE: none */
	bool is_asking;     /* FX_MFIB_QUERY was not answered yet */
	struct ifset stale_oifs; /* outputs of the run before this one that count yet */
};

/* The trees of one group, to find them when its membership changes. */
struct pimdm_group {
	UT_hash_handle hh;
	struct ip_addr addr;
	LIST_HEAD(, pimdm_tree) trees;
};

extern const struct mrp_views pimdm_views; /* inspect.c */

struct pimdm {
	struct mrp mrp;
	struct pimdm_if *ifs[LINKS_MAX]; /* NULL where PIM-DM does not run */
	struct pimdm_tree *trees;
	struct pimdm_group *groups;
	TAILQ_HEAD(, pimdm_tree) dirty;
	TAILQ_HEAD(, pimdm_tree) idle; /* oldest first */
	uint32_t tree_count, idle_count;
	struct ifset enabled;     /* with PIM-DM, IGMP/MLD or static joins */
	bool is_full;             /* the limit of trees was reached and noted */
	struct timer stale_timer; /* ends all stale_oifs */
};

/** pimdm_of() - The instance of a family in a core. */
static inline struct pimdm *pimdm_of(const struct core *core, enum ip_family family)
{
	struct mrp *mrp = mrp_find(core, &pimdm_ops, family);

	return mrp ? container_of(mrp, struct pimdm, mrp) : NULL;
}

#endif
