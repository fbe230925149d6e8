/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_RESTART_H
#define COMMON_RESTART_H

/* A daemon of common_net.h that is killed while its entries stand, and the one that follows it. */
#include "unit/common_net.h"

#define RESTART_STALE_S SIM_STALE_S

/** restart_kill() - The daemon is gone; its entries go on. */
static inline void restart_kill(struct net *net, unsigned int router)
{
	sim_node_kill(net->sim, (uint16_t)router);
}

/** restart_again() - The next daemon. */
static inline void restart_again(struct net *net, unsigned int router)
{
	sim_node_start(net->sim, (uint16_t)router);
}

/** restart_again_without() - The same; the cable of one interface is out. */
static inline void restart_again_without(struct net *net, unsigned int router, uint16_t down)
{
	net_box(net, router)->ports[down].is_up = false;
	restart_again(net, router);
}

/** restart_at_once() - Killed and followed, without time between. */
static inline void restart_at_once(struct net *net, unsigned int router)
{
	restart_kill(net, router);
	restart_again(net, router);
}

#endif
