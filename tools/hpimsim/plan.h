/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_PLAN_H
#define HPIMSIM_PLAN_H

/* A scenario as lines for a script that plays it with real daemons: tests/netns/scenario.sh. */
#include "hpimsim/scenario.h"

/**
 * plan_faster() - Divide all times by @times: of the timeline, and of PIM-DM; times that are
 * counted in seconds are one at least.
 */
void plan_faster(struct scenario *scenario, uint32_t times);

/**
 * plan_print() - The network in IPv4, static routes for what unicast routing finds when all routers
 * run, and the timeline:
 *
 *	router R1
 *	link net12 R1 eth0 192.168.12.1/24 R2 eth0 192.168.12.2/24
 *	protocol R1 eth0 pim-dm
 *	gateway Source1 192.168.11.1
 *	route R1 192.168.22.0/24 192.168.12.2 20
 *	set pim_hello_period_s 6
 *	at 17.000 join Host2 224.12.12.12
 *
 * Return: false after saying on standard error what a script cannot do.
 */
bool plan_print(const struct scenario *scenario);

#endif
