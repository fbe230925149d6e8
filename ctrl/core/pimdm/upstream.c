// SPDX-License-Identifier: GPL-2.0-only
/*
 * The upstream machine: prune, graft and override towards the RPF neighbor. Source: description of
 * PIM-DM, 3.2; RFC 3973, 4.4.1.
 */
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

/* Grafts without an answer before a line is logged, and from which they go more rarely. */
#define GRAFTS_NOTED 10u
#define GRAFTS_SLOW  10 /* times the interval */

enum action {
	PRUNE = 1 << 0, /* send Prune */
	GRAFT = 1 << 1, /* send Graft; start GRT */
	JOIN = 1 << 2,  /* send Join */
	LIMIT = 1 << 3, /* PLT = t_limit */
	NO_LIMIT = 1 << 4,
	NO_RETRY = 1 << 5, /* cancel GRT */
	OVERRIDE = 1 << 6, /* if OT does not run: OT = t_override */
	NO_OVERRIDE = 1 << 7,
};

struct row {
	enum pimdm_up next;
	unsigned int actions;
};

#define F  UP_FORWARDING
#define P  UP_PRUNED
#define AP UP_ACK_PENDING

/* clang-format off */
static const struct row table[UP_COUNT][UP_EV_COUNT] = {
	[UP_FORWARDING] = {
		[UP_EV_DATA]           = { P, PRUNE | LIMIT },
		[UP_EV_REFRESH_PRUNED] = { F, OVERRIDE },
		[UP_EV_REFRESH]        = STAY(F),
		[UP_EV_REFRESH_LIMIT]  = STAY(F),
		[UP_EV_JOIN]           = { F, NO_OVERRIDE },
		[UP_EV_PRUNE]          = { F, OVERRIDE },
		[UP_EV_OVERRIDE]       = { F, JOIN },
		[UP_EV_EMPTY]          = { P, NO_OVERRIDE | PRUNE | LIMIT },
		[UP_EV_WANTED]         = NOT(F),
		[UP_EV_RPF_WANTED]     = { AP, NO_OVERRIDE | NO_LIMIT | GRAFT },
		[UP_EV_RPF_EMPTY]      = { P, NO_OVERRIDE | NO_LIMIT },
		[UP_EV_CONNECTED]      = { F, NO_OVERRIDE | NO_LIMIT },
		[UP_EV_RETRY]          = NOT(F),
		[UP_EV_GRAFT_ACK]      = STAY(F),
	},
	[UP_PRUNED] = {
		[UP_EV_DATA]           = { P, PRUNE | LIMIT },
		[UP_EV_REFRESH_PRUNED] = { P, LIMIT },
		[UP_EV_REFRESH]        = { P, PRUNE | LIMIT },
		[UP_EV_REFRESH_LIMIT]  = STAY(P),
		[UP_EV_JOIN]           = STAY(P),
		[UP_EV_PRUNE]          = STAY(P), /* and pimdm_upstream_see() */
		[UP_EV_OVERRIDE]       = NOT(P),
		[UP_EV_EMPTY]          = NOT(P),
		[UP_EV_WANTED]         = { AP, NO_LIMIT | GRAFT },
		[UP_EV_RPF_WANTED]     = { AP, NO_LIMIT | GRAFT },
		[UP_EV_RPF_EMPTY]      = { P, NO_LIMIT },
		[UP_EV_CONNECTED]      = { P, NO_LIMIT },
		[UP_EV_RETRY]          = NOT(P),
		[UP_EV_GRAFT_ACK]      = STAY(P),
	},
	[UP_ACK_PENDING] = {
		[UP_EV_DATA]           = NOT(AP),
		[UP_EV_REFRESH_PRUNED] = { AP, OVERRIDE },
		[UP_EV_REFRESH]        = { F, NO_RETRY },
		[UP_EV_REFRESH_LIMIT]  = NOT(AP),
		[UP_EV_JOIN]           = { AP, NO_OVERRIDE },
		[UP_EV_PRUNE]          = { AP, OVERRIDE },
		[UP_EV_OVERRIDE]       = { AP, JOIN },
		[UP_EV_EMPTY]          = { P, NO_OVERRIDE | NO_RETRY | PRUNE | LIMIT },
		[UP_EV_WANTED]         = NOT(AP),
		[UP_EV_RPF_WANTED]     = { AP, NO_OVERRIDE | GRAFT },
		[UP_EV_RPF_EMPTY]      = { P, NO_OVERRIDE | NO_RETRY },
		[UP_EV_CONNECTED]      = { F, NO_OVERRIDE | NO_RETRY },
		[UP_EV_RETRY]          = { AP, GRAFT },
		[UP_EV_GRAFT_ACK]      = { F, NO_RETRY },
	},
};
/* clang-format on */

void pimdm_send_join_prune(struct pimdm_if *pif, enum pim_type type, const struct pimdm_tree *tree,
			   const struct ip_addr *upstream, bool is_prune, uint16_t hold_s)
{
	const struct pim_entry entry = { tree->key.source, tree->key.group, is_prune };
	const struct pim_msg msg = { .type = type,
				     .jp = { .upstream = *upstream,
					     .hold_s = hold_s,
					     .entries = &entry,
					     .entry_count = 1 } };

	pimdm_if_send(pif, type == PIM_JOIN_PRUNE ? NULL : upstream, &msg);
}

static void send_upstream(struct pimdm_tree *tree, enum pim_type type, bool is_prune)
{
	const struct ip_addr to = pimdm_rpf_neighbor(tree);
	struct pimdm_if *pif = pimdm_rpf_if(tree);
	uint32_t hold_s = type == PIM_GRAFT ? 0 : pimdm_settings(tree, pif->link)->prune_hold_s;

	pimdm_send_join_prune(pif, type, tree, &to, is_prune, (uint16_t)hold_s);
}

/*
 * Differs: the interval is ten times as long after the tenth Graft. An upstream router that is
 * there has answered by then; a flood of Grafts for sources that do not exist shall not be passed
 * on at its own rate.
 */
static void graft(struct pimdm_tree *tree)
{
	struct core *core = tree->pim->mrp.core;
	hp_time interval = HP_SEC(pimdm_settings(tree, tree->route.link)->graft_retry_s);

	send_upstream(tree, PIM_GRAFT, false);
	if (++tree->graft_count == GRAFTS_NOTED)
		core_note(core, &(struct core_note){ .level = NOTE_WARN,
						     .code = NOTE_GRAFT_UNANSWERED,
						     .link = tree->route.link,
						     .a = tree->key.source,
						     .b = tree->key.group,
						     .v = { tree->graft_count } });
	core_timer_arm(core, &tree->limit_timer,
		       tree->graft_count < GRAFTS_NOTED ? interval : interval * GRAFTS_SLOW);
}

static void arm_override(struct pimdm_tree *tree)
{
	struct core *core = tree->pim->mrp.core;
	uint64_t most = (uint64_t)HP_MS(pimdm_rpf_if(tree)->override_ms) + 1;

	if (!timer_runs(&tree->override_timer))
		core_timer_arm(core, &tree->override_timer, (hp_time)core_random(core, most));
}

static void arm_limit(struct pimdm_tree *tree)
{
	struct core *core = tree->pim->mrp.core;
	const struct core_settings *settings = &core->links[tree->route.link].settings;

	core_timer_arm(core, &tree->limit_timer,
		       HP_SEC(setting_value(settings, SETTING_PIM_PRUNE_LIMIT_TIME)));
}

void pimdm_upstream(struct pimdm_tree *tree, enum pimdm_up_event event)
{
	const struct row *row = &table[tree->up][event];
	struct sched *sched = &tree->pim->mrp.core->sched;
	bool can_send = !pimdm_is_first_hop(tree);

	if (row->next != tree->up || event == UP_EV_RPF_WANTED)
		tree->graft_count = 0;
	tree->up = row->next;
	if (row->actions & (NO_LIMIT | NO_RETRY))
		timer_stop(sched, &tree->limit_timer);
	if (row->actions & NO_OVERRIDE)
		timer_stop(sched, &tree->override_timer);
	if (row->actions & PRUNE && can_send)
		send_upstream(tree, PIM_JOIN_PRUNE, true);
	if (row->actions & JOIN && can_send)
		send_upstream(tree, PIM_JOIN_PRUNE, false);
	if (row->actions & LIMIT && can_send)
		arm_limit(tree);
	if (row->actions & GRAFT && can_send)
		graft(tree);
	if (row->actions & OVERRIDE && can_send)
		arm_override(tree);
	pimdm_tree_mark(tree);
}

/* Another router's Prune keeps the link pruned for its hold time; ours is not needed before. */
static void raise_limit(struct pimdm_tree *tree, uint16_t hold_s)
{
	struct core *core = tree->pim->mrp.core;
	const struct core_settings *settings = &core->links[tree->route.link].settings;
	uint32_t most_s = setting_value(settings, SETTING_PIM_PRUNE_LIMIT_TIME);
	hp_time hold = HP_SEC(hold_s < most_s ? hold_s : most_s);

	if (tree->up == UP_PRUNED && pimdm_limit_runs(tree) &&
	    core->now + hold > tree->limit_timer.deadline)
		core_timer_arm(core, &tree->limit_timer, hold);
}

void pimdm_upstream_see(struct pimdm_tree *tree, const struct pim_join_prune *msg, bool is_prune)
{
	bool is_to_rpf = ip_addr_equal(&msg->upstream, &tree->rpf_neighbor);

	if (pimdm_is_first_hop(tree) || (!is_prune && !is_to_rpf))
		return;
	pimdm_upstream(tree, is_prune ? UP_EV_PRUNE : UP_EV_JOIN);
	if (is_prune && is_to_rpf)
		raise_limit(tree, msg->hold_s);
}

void pimdm_upstream_knows_nothing(struct pimdm_tree *tree)
{
	if (pimdm_is_first_hop(tree))
		return;
	tree->graft_count = 0;
	if (tree->up == UP_ACK_PENDING)
		pimdm_upstream(tree, UP_EV_RETRY);
	else
		timer_stop(&tree->pim->mrp.core->sched, &tree->limit_timer);
	pimdm_tree_mark(tree);
}

void pimdm_limit_expired(struct core *core, struct timer *timer)
{
	struct pimdm_tree *tree = container_of(timer, struct pimdm_tree, limit_timer);

	(void)core; /* the tree knows it */
	if (tree->up == UP_ACK_PENDING && !pimdm_is_first_hop(tree))
		pimdm_upstream(tree, UP_EV_RETRY);
	pimdm_tree_mark(tree);
}

void pimdm_override_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the tree knows it */
	pimdm_upstream(container_of(timer, struct pimdm_tree, override_timer), UP_EV_OVERRIDE);
}
