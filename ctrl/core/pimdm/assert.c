// SPDX-License-Identifier: GPL-2.0-only
/*
 * The assert machine of an interface: which router forwards onto the link. On the RPF interface it
 * only follows who won, which is RPF'(S). Source: description of PIM-DM, 3.4; RFC 3973, 4.6.
 */
#include "core/pimdm/if.h"
#include "core/pimdm/machine.h"
#include "core/pimdm/tree.h"
#include "core/pimdm/view.h"

enum action {
	WIN = 1 << 0,       /* winner = me; send Assert; AT = Assert_Time */
	LOSE = 1 << 1,      /* store the winner; AT = T; Prune to it if it is another one */
	FORGET = 1 << 2,    /* cancel AT; forget winner */
	CANCEL = 1 << 3,    /* send AssertCancel */
	RENEW = 1 << 4,     /* AT = T */
	SEND_MINE = 1 << 5, /* send Assert with my_metric */
};

struct row {
	enum pimdm_assert next;
	unsigned int actions;
};

#define NI ASSERT_NO_INFO
#define W  ASSERT_WINNER
#define L  ASSERT_LOSER

/* clang-format off */
static const struct row table[ASSERT_COUNT][ASSERT_EV_COUNT] = {
	[ASSERT_NO_INFO] = {
		[ASSERT_EV_DATA]                 = { W, WIN },
		[ASSERT_EV_INFERIOR_FROM_WINNER] = NOT(NI),
		[ASSERT_EV_INFERIOR]             = { W, WIN },
		[ASSERT_EV_PREFERRED]            = { L, LOSE },
		[ASSERT_EV_REFRESH_SENT]         = STAY(NI),
		[ASSERT_EV_EXPIRED]              = NOT(NI),
		[ASSERT_EV_BECOMES_RPF]          = STAY(NI),
		[ASSERT_EV_WAS_RPF]              = STAY(NI),
		[ASSERT_EV_WINNER_GONE]          = NOT(NI),
		[ASSERT_EV_ADDRESSED]            = STAY(NI),
	},
	[ASSERT_WINNER] = {
		[ASSERT_EV_DATA]                 = { W, WIN },
		[ASSERT_EV_INFERIOR_FROM_WINNER] = NOT(W),
		[ASSERT_EV_INFERIOR]             = { W, WIN },
		[ASSERT_EV_PREFERRED]            = { L, LOSE },
		[ASSERT_EV_REFRESH_SENT]         = { W, RENEW },
		[ASSERT_EV_EXPIRED]              = { NI, FORGET },
		[ASSERT_EV_BECOMES_RPF]          = { NI, CANCEL | FORGET },
		[ASSERT_EV_WAS_RPF]              = NOT(W),
		[ASSERT_EV_WINNER_GONE]          = NOT(W),
		[ASSERT_EV_ADDRESSED]            = STAY(W),
	},
	[ASSERT_LOSER] = {
		[ASSERT_EV_DATA]                 = STAY(L),
		[ASSERT_EV_INFERIOR_FROM_WINNER] = { NI, FORGET },
		[ASSERT_EV_INFERIOR]             = STAY(L),
		[ASSERT_EV_PREFERRED]            = { L, LOSE },
		[ASSERT_EV_REFRESH_SENT]         = NOT(L), /* not sent there */
		[ASSERT_EV_EXPIRED]              = { NI, FORGET },
		[ASSERT_EV_BECOMES_RPF]          = { NI, FORGET },
		[ASSERT_EV_WAS_RPF]              = { NI, FORGET },
		[ASSERT_EV_WINNER_GONE]          = { NI, FORGET },
		[ASSERT_EV_ADDRESSED]            = { L, SEND_MINE },
	},
};
/* clang-format on */

static struct core *core_of(const struct pimdm_tif *tif)
{
	return tif->tree->pim->mrp.core;
}

static void send_assert(const struct pimdm_tif *tif, const struct pim_metric *metric)
{
	const struct pimdm_tree *tree = tif->tree;
	struct pimdm_if *pif = tree->pim->ifs[tif->link];
	const struct pim_msg msg = { .type = PIM_ASSERT,
				     .assert = { .source = tree->key.source,
						 .group = tree->key.group,
						 .metric = *metric } };

	if (pif)
		pimdm_if_send(pif, NULL, &msg);
}

/* Never with the infinite metric of the RPF interface: that would be an AssertCancel. */
static void send_mine(const struct pimdm_tif *tif)
{
	const struct pimdm_metric mine = pimdm_my_metric(tif->tree, tif->link);

	if (pimdm_could_assert(tif->tree, tif->link))
		send_assert(tif, &mine.metric);
}

static void send_cancel(const struct pimdm_tif *tif)
{
	send_assert(tif, &(struct pim_metric){ PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC });
}

static void win(struct pimdm_tif *tif)
{
	tif->winner = pimdm_my_metric(tif->tree, tif->link);
	send_mine(tif);
	core_timer_arm(core_of(tif), &tif->assert_timer,
		       HP_SEC(pimdm_settings(tif->tree, tif->link)->assert_s));
}

static void prune(struct pimdm_tif *tif, uint32_t hold_s)
{
	uint16_t prune_s = hold_s < PIM_HOLD_FOREVER ? (uint16_t)hold_s : PIM_HOLD_FOREVER - 1;
	struct pimdm_if *pif = tif->tree->pim->ifs[tif->link];

	if (!pif || !pimdm_could_assert(tif->tree, tif->link))
		return;
	tif->pruned_at = core_of(tif)->now;
	pimdm_send_join_prune(pif, PIM_JOIN_PRUNE, tif->tree, &tif->winner.addr, true, prune_s);
}

/* The winner forwards, so what this router sent onto the link is pruned at the winner, too: those
 * who still want it override.
 */
static void lose(struct pimdm_tif *tif, const struct pimdm_metric *winner, uint32_t hold_s,
		 bool is_other)
{
	tif->winner = *winner;
	core_timer_arm(core_of(tif), &tif->assert_timer, HP_SEC(hold_s));
	if (is_other)
		prune(tif, hold_s);
}

static void note(const struct pimdm_tif *tif)
{
	const struct pimdm_tree *tree = tif->tree;

	if (tif->link == tree->route.link || tif->assert == ASSERT_NO_INFO)
		return;
	core_note(core_of(tif), &(struct core_note){ .level = NOTE_INFO,
						     .code = NOTE_ASSERT,
						     .link = tif->link,
						     .a = tree->key.source,
						     .b = tree->key.group,
						     .v = { tif->assert == ASSERT_WINNER } });
}

void pimdm_assert(struct pimdm_tif *tif, enum pimdm_assert_event event,
		  const struct pimdm_metric *metric, uint32_t hold_s)
{
	const struct row *row = &table[tif->assert][event];
	enum pimdm_assert was = tif->assert;
	bool is_other =
		was != ASSERT_LOSER || (metric && !ip_addr_equal(&metric->addr, &tif->winner.addr));

	tif->assert = row->next;
	if (was != row->next)
		note(tif);
	if (row->actions & CANCEL)
		send_cancel(tif);
	if (row->actions & WIN)
		win(tif);
	if (row->actions & LOSE)
		lose(tif, metric, hold_s, is_other);
	if (row->actions & RENEW)
		core_timer_arm(core_of(tif), &tif->assert_timer, HP_SEC(hold_s));
	if (row->actions & SEND_MINE)
		send_mine(tif);
	if (row->actions & FORGET) {
		timer_stop(&core_of(tif)->sched, &tif->assert_timer);
		tif->winner = (struct pimdm_metric){ .metric = { 0, 0 } };
	}
	pimdm_tree_mark(tif->tree);
}

bool pimdm_assert_is_winner(const struct pimdm_tif *tif, const struct ip_addr *addr)
{
	return tif->assert == ASSERT_LOSER &&ip_addr_equal(addr, &tif->winner.addr);
}

enum pimdm_assert_event pimdm_assert_classify(const struct pimdm_tif *tif,
					      const struct pimdm_metric *metric)
{
	const struct pimdm_metric mine = pimdm_my_metric(tif->tree, tif->link);
	bool could = pimdm_could_assert(tif->tree, tif->link);
	bool is_infinite = pimdm_metric_is_infinite(&metric->metric);
	bool is_mine_better = could && pimdm_metric_is_better(&mine, metric);

	if (pimdm_assert_is_winner(tif, &metric->addr))
		return is_infinite || is_mine_better ? ASSERT_EV_INFERIOR_FROM_WINNER
						     : ASSERT_EV_PREFERRED;
	if (is_infinite)
		return could ? ASSERT_EV_INFERIOR : ASSERT_EV_NONE;
	if (pimdm_metric_is_better(metric, tif->assert == ASSERT_LOSER ? &tif->winner : &mine))
		return ASSERT_EV_PREFERRED;
	return is_mine_better ? ASSERT_EV_INFERIOR : ASSERT_EV_NONE;
}

void pimdm_assert_receive(struct pimdm_tree *tree, uint16_t link, const struct pimdm_metric *metric,
			  uint32_t hold_s)
{
	struct pimdm_tif *tif = pimdm_tif_get(tree, link);
	enum pimdm_assert_event event;

	if (!tif)
		return; /* without memory the next one counts */
	event = pimdm_assert_classify(tif, metric);
	if (event != ASSERT_EV_NONE)
		pimdm_assert(tif, event, metric, hold_s);
	pimdm_tree_mark(tree); /* it may have been made for nothing */
}

void pimdm_assert_unpruned(struct pimdm_tree *tree, uint16_t link, const struct ip_addr *src,
			   uint32_t hold_s)
{
	struct pimdm_tif *tif = pimdm_tif_find(tree, link);

	if (tif && pimdm_assert_is_winner(tif, src) &&
	    core_of(tif)->now - tif->pruned_at >= HP_SEC(hold_s))
		prune(tif, hold_s);
}

void pimdm_assert_cancel(struct pimdm_tif *tif)
{
	if (tif->assert == ASSERT_WINNER)
		send_cancel(tif);
}

void pimdm_assert_expired(struct core *core, struct timer *timer)
{
	(void)core; /* the tree knows it */
	pimdm_assert(container_of(timer, struct pimdm_tif, assert_timer), ASSERT_EV_EXPIRED, NULL,
		     0);
}
