/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_LAB_H
#define HPIMLAB_LAB_H

/*
 * The network of a scenario, of network namespaces: PREFIX-R1 for each router and host, with a
 * hpimd of that name in each router, and PREFIX-wires, where each link is a bridge with a port for
 * each end: R1-eth0.
 */
#include <sys/types.h>

#include "hpimsim/action.h"

#define LAB_NAME_LEN 40u

struct lab {
	const struct sim_topo *topo;
	enum ip_family family;
	const char *mode;          /* how the routers forward: hpimctl attach IFACE mode MODE */
	char prefix[LAB_NAME_LEN]; /* of namespaces and instances */
	char folder[64];           /* with the logs of the daemons */
	char programs[256];        /* folder of hpimd and hpimctl with a slash, or empty: $PATH */
	pid_t daemons[SIM_ROUTERS_MAX];   /* 0: not running */
	bool is_powered[SIM_ROUTERS_MAX]; /* its daemon runs, or was killed */
	pid_t setups[SIM_ROUTERS_MAX];    /* that attach the interfaces of a new daemon; 0: done */
};

/** lab_now() - Of the machine's monotonic clock. */
hp_time lab_now(void);

/** lab_unable() - Why an action of a timeline cannot be done with real links. NULL: it can. */
const char *lab_unable(const struct sim_topo *topo, const struct action *action);

/** lab_link_unable() - The same for a link as it is described. */
const char *lab_link_unable(const struct sim_lan *lan);

/**
 * lab_build() - Namespaces, links, addresses; no daemons. All but the daemons is as in @topo.
 *
 * Return: false after saying on standard error what went wrong; lab_remove() removes what there is.
 */
bool lab_build(struct lab *lab, const struct sim_topo *topo, enum ip_family family);

/** lab_remove() - Daemons, namespaces, and what they leave in files. */
void lab_remove(const char *prefix, const char *folder);

/** lab_find_programs() - Those beside this program, or of $PATH. */
void lab_find_programs(struct lab *lab);

/** lab_netns() - The namespace of a router, a host or "wires", open; -1: errno says why. */
int lab_netns(const struct lab *lab, const char *name);

/** lab_act() - Do what concerns routers and links; hosts are traffic.c's. */
bool lab_act(struct lab *lab, const struct action *action);

enum lab_readiness { LAB_STARTS, LAB_READY, LAB_BROKEN };

/**
 * lab_ready() - Whether the daemons that were started serve their interfaces. LAB_BROKEN: one does
 * not start, which is said on standard error.
 */
enum lab_readiness lab_ready(struct lab *lab);

/** lab_route() - A router has another route to a link: @is in place of @was. */
bool lab_route(const struct lab *lab, uint16_t router, uint16_t lan, const struct sim_route *was,
	       const struct sim_route *is);

/** lab_port_name() - What the port of a router or host is called among the wires. */
const char *lab_port_name(const char *node, const char *port, char name[LAB_NAME_LEN]);

#endif
