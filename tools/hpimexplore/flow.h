/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_FLOW_H
#define HPIMEXPLORE_FLOW_H

/*
 * Packets of data in a network with PIM-DM, where they are events: the first one, one on a wrong
 * interface, one that is not wanted. A packet crosses the network at once, by the entries of now;
 * all of it that has an order is when it does. Nothing happens where HPIM-DM runs alone.
 */
#include "hpimexplore/world.h"

/** flow_copies() - How many copies of a packet a link gets now; many where it goes round. */
void flow_copies(const struct world *world, unsigned int tree,
		 unsigned int ret_copies[SCENE_SUBNETS_MAX]);

/** flow_reaches() - Whether packets come in where the entry of a router expects them. */
bool flow_reaches(const struct world *world, unsigned int tree, unsigned int router);

/** flow_matters() - Whether the next packet of a tree would be an event of some router. */
bool flow_matters(const struct world *world, unsigned int tree);

/** flow_pass() - A packet passes. */
void flow_pass(struct world *world, unsigned int tree);

/** flow_pass_all() - One of each tree passes for which it matters. Return: whether one does. */
bool flow_pass_all(struct world *world);

/** flow_is_limited() - A packet there would be on the wrong interface, and not be reported yet. */
bool flow_is_limited(const struct world *world, unsigned int router, const struct sim_entry *entry,
		     uint16_t port);

#endif
