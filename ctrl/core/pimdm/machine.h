/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_MACHINE_H
#define CORE_PIMDM_MACHINE_H

/*
 * The machines of a tree, as tables [state][event]. They act at once; what follows for the olist
 * and RPF'(S) is found by the evaluation, which they ask for. Only of trees that are live.
 */
#include "core/pimdm/pimdm_int.h"

/* A field of a table: it stays in a state, and nothing is done; the second one cannot happen. */
#define STAY(s)      \
	{            \
		s, 0 \
	}
#define NOT(s) STAY(s)

/* 3.2: rows of the table. */
enum pimdm_up_event {
	UP_EV_DATA,           /* on the RPF interface, olist null, PLT not running */
	UP_EV_REFRESH_PRUNED, /* State Refresh from RPF'(S), P = 1 */
	UP_EV_REFRESH,        /* the same, P = 0, PLT not running */
	UP_EV_REFRESH_LIMIT,  /* the same, P = 0, PLT running */
	UP_EV_JOIN,           /* see Join to RPF'(S) */
	UP_EV_PRUNE,          /* see Prune */
	UP_EV_OVERRIDE,       /* OT expires */
	UP_EV_EMPTY,          /* olist becomes null */
	UP_EV_WANTED,         /* olist becomes not null */
	UP_EV_RPF_WANTED,     /* RPF'(S) changes, olist not null */
	UP_EV_RPF_EMPTY,      /* RPF'(S) changes, olist null */
	UP_EV_CONNECTED,      /* S becomes directly connected */
	UP_EV_RETRY,          /* GRT expires */
	UP_EV_GRAFT_ACK,      /* from RPF'(S) */
	UP_EV_COUNT,
};

void pimdm_upstream(struct pimdm_tree *tree, enum pimdm_up_event event);

/** pimdm_upstream_see() - A Join or Prune of another router on the RPF interface. */
void pimdm_upstream_see(struct pimdm_tree *tree, const struct pim_join_prune *msg, bool is_prune);

/** pimdm_upstream_knows_nothing() - RPF'(S) is new, or began again. 3.7 */
void pimdm_upstream_knows_nothing(struct pimdm_tree *tree);

void pimdm_limit_expired(struct core *core, struct timer *timer);
void pimdm_override_expired(struct core *core, struct timer *timer);

/* 3.3 */
enum pimdm_down_event {
	DOWN_EV_PRUNE,
	DOWN_EV_JOIN,
	DOWN_EV_GRAFT,
	DOWN_EV_PENDING_OVER, /* PPT expires */
	DOWN_EV_PRUNE_OVER,   /* PT expires */
	DOWN_EV_RESET,        /* the interface becomes RPF interface; 3.7: who pruned is gone */
	DOWN_EV_REFRESH_SENT,
	DOWN_EV_COUNT,
};

/** pimdm_downstream() - @hold_s: of a Prune. A GraftAck is the caller's. */
void pimdm_downstream(struct pimdm_tif *tif, enum pimdm_down_event event, uint16_t hold_s);

void pimdm_prune_expired(struct core *core, struct timer *timer);

/* 3.4 */
enum pimdm_assert_event {
	ASSERT_EV_DATA,
	ASSERT_EV_INFERIOR_FROM_WINNER,
	ASSERT_EV_INFERIOR,
	ASSERT_EV_PREFERRED,
	ASSERT_EV_REFRESH_SENT,
	ASSERT_EV_EXPIRED,     /* AT */
	ASSERT_EV_BECOMES_RPF, /* CouldAssert becomes false */
	ASSERT_EV_WAS_RPF,     /* CouldAssert becomes true */
	ASSERT_EV_WINNER_GONE,
	ASSERT_EV_ADDRESSED, /* Prune, Join or Graft to us */
	ASSERT_EV_NONE,      /* received and ignored; no row */
	ASSERT_EV_COUNT = ASSERT_EV_NONE,
};

/**
 * pimdm_assert() - An event of the table.
 * @metric: ASSERT_EV_PREFERRED: of the new winner; else NULL.
 * @hold_s: ASSERT_EV_PREFERRED, ASSERT_EV_REFRESH_SENT: T of 3.4.
 */
void pimdm_assert(struct pimdm_tif *tif, enum pimdm_assert_event event,
		  const struct pimdm_metric *metric, uint32_t hold_s);

/** pimdm_assert_classify() - What a received metric is; ASSERT_EV_NONE: ignored. */
enum pimdm_assert_event pimdm_assert_classify(const struct pimdm_tif *tif,
					      const struct pimdm_metric *metric);

/** pimdm_assert_is_winner() - Whether the assert is lost to @addr. */
bool pimdm_assert_is_winner(const struct pimdm_tif *tif, const struct ip_addr *addr);

/** pimdm_assert_receive() - Of an Assert or State Refresh. @hold_s: T of 3.4. */
void pimdm_assert_receive(struct pimdm_tree *tree, uint16_t link, const struct pimdm_metric *metric,
			  uint32_t hold_s);

/**
 * pimdm_assert_unpruned() - A State Refresh without P of @src came in: if it is the winner to which
 * this router lost, and the Prune to it is over, prune it again.
 *
 * Differs: RFC 3973 has one Prune, when the assert is lost. While State Refresh keeps the assert it
 * would never be repeated; a lost one would keep the link flooded for as long as the source sends.
 */
void pimdm_assert_unpruned(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
			   uint32_t hold_s);

/** pimdm_assert_cancel() - A winner that can no longer forward says so: 3.4, 3.7. */
void pimdm_assert_cancel(struct pimdm_tif *tif);

void pimdm_assert_expired(struct core *core, struct timer *timer);

/* 3.5 */

/** pimdm_refresh_receive() - Steps 2 to 6. */
void pimdm_refresh_receive(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
			   const struct pim_refresh *msg);

/** pimdm_refresh_settle() - Whether this router is an originator, by the facts of now. */
void pimdm_refresh_settle(struct pimdm_tree *tree);

/** pimdm_refresh_answered() - The forwarding plane answered; 0: it knows no TTL. */
void pimdm_refresh_answered(struct pimdm_tree *tree, uint8_t ttl);

/** pimdm_refresh_is_stored() - Whether there is a message for new neighbors, which is not long
 * past. */
bool pimdm_refresh_is_stored(const struct pimdm_tree *tree);

/** pimdm_refresh_repeat() - The stored message on one interface: 3.7. */
void pimdm_refresh_repeat(struct pimdm_tree *tree, struct pimdm_if *pif);

void pimdm_refresh_expired(struct core *core, struct timer *timer);

/* 3.8 */
void pimdm_data_expired(struct core *core, struct timer *timer);

/* Messages of machines about one (S,G). */

/** pimdm_send_join_prune() - @type: PIM_JOIN_PRUNE, or PIM_GRAFT, which is sent to @upstream. */
void pimdm_send_join_prune(struct pimdm_if *pif, enum pim_type type, const struct pimdm_tree *tree,
			   const struct ip_addr *upstream, bool is_prune, uint16_t hold_s);

/** pimdm_settings() - Of an interface. */
static inline const struct pim_settings *pimdm_settings(const struct pimdm_tree *tree,
							uint16_t link)
{
	const struct core *core = tree->pim->mrp.core;

	return link < LINKS_MAX ? &core->links[link].settings.pim : &core->settings.pim;
}

#endif
