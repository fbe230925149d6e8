/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_TRAFFIC_H
#define HPIMLAB_TRAFFIC_H

/* What the hosts of a lab do, by the kernels of their namespaces: they join groups, and send. */
#include "hpimlab/capture.h"

struct traffic_host {
	unsigned int ifindex;
	int member;               /* socket that joins */
	int source;               /* socket that sends */
	uint32_t joined, sending; /* sets of groups */
	hp_time next_at;
	uint32_t numbers[SIM_GROUPS_MAX]; /* of the last packet */
};

struct traffic {
	const struct lab *lab;
	struct capture *capture;
	struct traffic_host hosts[SIM_HOSTS_MAX];
};

/** traffic_open() - Sockets for all hosts. false: said why. */
bool traffic_open(struct traffic *traffic, const struct lab *lab, struct capture *capture);
void traffic_close(struct traffic *traffic);

/** traffic_act() - Join, leave, send; all else is left to others. false: said why. */
bool traffic_act(struct traffic *traffic, const struct action *action);

/** traffic_run() - Send what is due at @now, in the time of the network. */
void traffic_run(struct traffic *traffic, hp_time now);

/** traffic_stood() - The clock of traffic_run() is set back by @stood. */
void traffic_stood(struct traffic *traffic, hp_time stood);

#endif
