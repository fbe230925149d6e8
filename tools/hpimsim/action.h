/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_ACTION_H
#define HPIMSIM_ACTION_H

/*
 * What is done to a network from outside: the timelines of scenarios and random histories are lists
 * of these. As text: "start R1", "cost R7.eth2 100", "join client0", "calm".
 */
#include "simnet/net.h"

enum action_kind {
	ACT_START,
	ACT_STOP,
	ACT_KILL,
	ACT_CRASH,
	ACT_SKEW,
	ACT_SHOW, /* routers */
	ACT_DOWN,
	ACT_UP,
	ACT_CUT,
	ACT_HEAL,
	ACT_COST, /* ports */
	ACT_HPIM_ON,
	ACT_HPIM_OFF,
	ACT_PIM_ON,
	ACT_PIM_OFF,
	ACT_GM_ON,
	ACT_GM_OFF, /* ports */
	ACT_LOSS,
	ACT_DUP,
	ACT_JITTER,
	ACT_DELAY, /* links */
	ACT_JOIN,
	ACT_LEAVE,
	ACT_SEND,
	ACT_SEND_GROUP,
	ACT_PACKET,
	ACT_UNPLUG,
	ACT_PLUG, /* hosts */
	ACT_CALM,
	ACT_MARK, /* the network */
	ACT_COUNT,
};

struct action {
	hp_time at;
	enum action_kind kind;
	uint16_t node, port; /* router, port of it, link or host */
	uint32_t value;
};

/**
 * action_parse() - Read one action of one thing; "at" stays as it is.
 *
 * Return: true; false with a sentence in @ret_error.
 */
bool action_parse(const struct sim_topo *topo, const char *text, struct action *action,
		  char *ret_error, size_t room);

/** action_text() - The words that action_parse() reads. */
void action_text(const struct sim_topo *topo, const struct action *action, char *text, size_t room);

/** action_perform() - Do it now. */
void action_perform(struct sim_net *net, const struct action *action);

#endif
