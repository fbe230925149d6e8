// SPDX-License-Identifier: GPL-2.0-only
/*
 * The downstream machine of an interface: whether its neighbors pruned it. Source: description of
 * PIM-DM, 3.3; RFC 3973, 4.4.2.
 */
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"

enum action {
	PENDING = 1 << 0,  /* PPT = J/P_Override_Interval(I), or 0 with one neighbor */
	START = 1 << 1,    /* PT = hold time of the Prune - J/P_Override_Interval(I) */
	ECHO = 1 << 2,     /* PruneEcho, with more than one neighbor */
	RAISE = 1 << 3,    /* keep the longer hold time */
	EXTEND = 1 << 4,   /* the same, of PT that runs */
	REFRESH = 1 << 5,  /* PT = hold time of the last Prune, with StateRefreshCapable(I) */
	NO_TIMER = 1 << 6, /* cancel PPT or PT */
};

struct row {
	enum pimdm_down next;
	unsigned int actions;
};

#define NI DOWN_NO_INFO
#define PP DOWN_PRUNE_PENDING
#define P  DOWN_PRUNED

/* clang-format off */
static const struct row table[DOWN_COUNT][DOWN_EV_COUNT] = {
	[DOWN_NO_INFO] = {
		[DOWN_EV_PRUNE]        = { PP, PENDING },
		[DOWN_EV_JOIN]         = STAY(NI),
		[DOWN_EV_GRAFT]        = STAY(NI),
		[DOWN_EV_PENDING_OVER] = NOT(NI),
		[DOWN_EV_PRUNE_OVER]   = NOT(NI),
		[DOWN_EV_RESET]        = STAY(NI),
		[DOWN_EV_REFRESH_SENT] = STAY(NI),
	},
	[DOWN_PRUNE_PENDING] = {
		[DOWN_EV_PRUNE]        = { PP, RAISE },
		[DOWN_EV_JOIN]         = { NI, NO_TIMER },
		[DOWN_EV_GRAFT]        = { NI, NO_TIMER },
		[DOWN_EV_PENDING_OVER] = { P, START | ECHO },
		[DOWN_EV_PRUNE_OVER]   = NOT(PP),
		[DOWN_EV_RESET]        = { NI, NO_TIMER },
		[DOWN_EV_REFRESH_SENT] = STAY(PP),
	},
	[DOWN_PRUNED] = {
		[DOWN_EV_PRUNE]        = { P, EXTEND },
		[DOWN_EV_JOIN]         = { NI, NO_TIMER },
		[DOWN_EV_GRAFT]        = { NI, NO_TIMER },
		[DOWN_EV_PENDING_OVER] = NOT(P),
		[DOWN_EV_PRUNE_OVER]   = STAY(NI),
		[DOWN_EV_RESET]        = { NI, NO_TIMER },
		[DOWN_EV_REFRESH_SENT] = { P, REFRESH },
	},
};
/* clang-format on */

static struct core *core_of(const struct pimdm_tif *tif)
{
	return tif->tree->pim->mrp.core;
}

/* PT for @hold_s less @before; the longest hold time is without end. */
static void arm_prune(struct pimdm_tif *tif, hp_time before)
{
	hp_time hold = HP_SEC(tif->hold_s);

	if (tif->hold_s == PIM_HOLD_FOREVER)
		timer_stop(&core_of(tif)->sched, &tif->prune_timer);
	else
		core_timer_arm(core_of(tif), &tif->prune_timer, hold > before ? hold - before : 0);
}

static void extend(struct pimdm_tif *tif, uint16_t hold_s)
{
	if (!timer_runs(&tif->prune_timer))
		return; /* it is pruned until a Join or Graft */
	if (core_of(tif)->now + HP_SEC(hold_s) > tif->prune_timer.deadline) {
		tif->hold_s = hold_s;
		arm_prune(tif, 0);
	}
}

static void act(struct pimdm_tif *tif, struct pimdm_if *pif, unsigned int actions, uint16_t hold_s)
{
	bool is_lan = pif->neighbor_count > 1;

	if (actions & PENDING) {
		tif->hold_s = hold_s;
		core_timer_arm(core_of(tif), &tif->prune_timer,
			       is_lan ? pimdm_if_prune_delay(pif) : 0);
	}
	if (actions & RAISE && hold_s > tif->hold_s)
		tif->hold_s = hold_s;
	if (actions & START)
		arm_prune(tif, pimdm_if_prune_delay(pif));
	if (actions & ECHO && is_lan)
		pimdm_send_join_prune(pif, PIM_JOIN_PRUNE, tif->tree, &pif->addr, true,
				      tif->hold_s);
	if (actions & EXTEND)
		extend(tif, hold_s);
	if (actions & REFRESH && pif->is_refresh_capable)
		arm_prune(tif, 0);
}

void pimdm_downstream(struct pimdm_tif *tif, enum pimdm_down_event event, uint16_t hold_s)
{
	const struct row *row = &table[tif->down][event];
	struct pimdm_if *pif = tif->tree->pim->ifs[tif->link];

	tif->down = row->next;
	if (row->actions & NO_TIMER)
		timer_stop(&core_of(tif)->sched, &tif->prune_timer);
	if (pif)
		act(tif, pif, row->actions, hold_s);
	pimdm_tree_mark(tif->tree);
	/* A PPT of 0: "transitions through PP to P at once". */
	if (row->actions & PENDING && pif && pif->neighbor_count <= 1) {
		timer_stop(&core_of(tif)->sched, &tif->prune_timer);
		pimdm_downstream(tif, DOWN_EV_PENDING_OVER, hold_s);
	}
}

void pimdm_prune_expired(struct core *core, struct timer *timer)
{
	struct pimdm_tif *tif = container_of(timer, struct pimdm_tif, prune_timer);
	bool is_pending = tif->down == DOWN_PRUNE_PENDING;

	(void)core; /* the tree knows it */
	pimdm_downstream(tif, is_pending ? DOWN_EV_PENDING_OVER : DOWN_EV_PRUNE_OVER, 0);
}
