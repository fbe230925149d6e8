/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_IDEAL_H
#define HPIMSIM_IDEAL_H

/*
 * The tree that ought to be, worked out from the topology alone: every router with a route is
 * active, the best on a link wins, and a link is served if a member or an in-tree router wants it.
 * It holds when all protocols run on all ports of all routers that have power.
 */
#include "simnet/net.h"

struct ideal {
	uint16_t source, group;         /* host and group */
	uint16_t lan;                   /* the link of the source */
	bool is_there[SIM_ROUTERS_MAX]; /* the router has a route, and so a tree */
	uint16_t root[SIM_ROUTERS_MAX];
	uint32_t preference[SIM_ROUTERS_MAX], metric[SIM_ROUTERS_MAX];
	bool is_in_tree[SIM_ROUTERS_MAX];
	uint16_t winner[SIM_LANS_MAX], winner_port[SIM_LANS_MAX]; /* SIM_NONE: none */
	bool is_wanted[SIM_LANS_MAX];
	bool has_member[SIM_LANS_MAX];
};

void ideal_compute(const struct sim_net *net, uint16_t source, uint16_t group,
		   struct ideal *ret_ideal);

/** ideal_is_upstream() - Whether a router announces the tree on a port. */
bool ideal_is_upstream(const struct sim_net *net, const struct ideal *ideal, uint16_t router,
		       uint16_t port);

/** ideal_best_on() - Best upstream router on a link but @except; SIM_NONE: none. */
uint16_t ideal_best_on(const struct sim_net *net, const struct ideal *ideal, uint16_t lan,
		       uint16_t except, uint16_t *ret_port);

#endif
