/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCOMPARE_LAB_H
#define HPIMCOMPARE_LAB_H

/*
 * A simulated network on which one protocol runs, a fault is made, and what follows is measured.
 * One host sends one group (but for lab_send_many()); times are virtual.
 */
#include "hpimsim/action.h"
#include "hpimsim/html_sim.h"

/* What is compared. */
enum contender {
	CONTENDER_HPIM,    /* HPIM-DM */
	CONTENDER_REFRESH, /* PIM-DM with State Refresh */
	CONTENDER_PLAIN,   /* PIM-DM without */
	CONTENDER_EVEN,    /* PIM-DM with State Refresh, and Hellos as often as HPIM-DM */
	CONTENDER_COUNT,
};

extern const char *const contender_names[CONTENDER_COUNT];

/** struct figures - What one run measured from lab_begin() to lab_end(); NAN: does not apply. */
struct figures {
	double recover_ms; /* until no packet was missing any longer; -1: one was, at the end */
	double lost, duplicated;
	double unwanted; /* copies on links where neither member nor router in the tree wants them
			  */
	double messages, bytes; /* of IP protocol 103, with IP header */
	double entries;         /* forwarding entries of all routers, at the end */
	double state_bytes;     /* heap that the routers took since lab_start(), with many trees */
};

/** struct lab - Its members are lab.c's, but for @net and @topo. */
struct lab {
	struct sim_topo topo; /* to be filled before lab_start() */
	struct sim_net *net;
	enum contender contender;
	uint32_t control_loss_pm; /* messages of IP protocol 103 that links lose, per mille */
	uint64_t loss_random;
	bool is_measuring, has_many;
	hp_time begun_at, ended_at;
	uint32_t packets; /* sent while measuring */
	uint16_t *copies; /* of each, by host that is a member */
	struct figures figures;
	size_t heap_before;
	struct html_sim *page; /* of a run that is watched */
	bool is_watched;
	bool is_missing[SIM_HOSTS_MAX]; /* marked on the page: the host misses packets */
};

/** lab_new() - An empty network. */
struct lab *lab_new(enum contender contender, uint64_t seed);
void lab_free(struct lab *lab);

/* The network: all protocols run on all ports. Links are numbered from 1. */
uint16_t lab_lan(struct lab *lab);
uint16_t lab_router(struct lab *lab, const char *name);

/** lab_port() - Connect a router to a link. @cost: of unicast routing. */
uint16_t lab_port(struct lab *lab, uint16_t router, uint16_t lan, uint32_t cost);
uint16_t lab_host(struct lab *lab, const char *name, uint16_t lan);

/** lab_watch() - Write the run down for a page. Before lab_start(). */
void lab_watch(struct lab *lab);

/** lab_watched() - What was written down, to be given to html_add(). After lab_end(). */
struct html_run *lab_watched(struct lab *lab);

/** lab_start() - All routers but those of @late (set of router numbers) begin. */
void lab_start(struct lab *lab, uint32_t late);

/** lab_run() - Let time pass. */
void lab_run(struct lab *lab, hp_time time);

/** lab_send() - Host 0 sends the group from now on, or no longer. */
void lab_send(struct lab *lab, bool is_on);

/** lab_send_many() - Hosts 0 to @sources - 1 send @groups groups each. Copies are not counted. */
void lab_send_many(struct lab *lab, uint16_t sources, uint16_t groups);
void lab_join(struct lab *lab, uint16_t host);
void lab_leave(struct lab *lab, uint16_t host);

/** lab_cost() - Another cost of a port; unicast routing follows. */
void lab_cost(struct lab *lab, uint16_t router, uint16_t port, uint32_t cost);

/** lab_router_is() - @kind: ACT_START, ACT_KILL or ACT_CRASH. */
void lab_router_is(struct lab *lab, enum action_kind kind, uint16_t router);

/** lab_lose() - From now on links lose this many of a thousand messages of IP protocol 103. */
void lab_lose(struct lab *lab, uint32_t per_mille);

/** lab_begin() - Measure from now on: the moment of the fault. */
void lab_begin(struct lab *lab);

/** lab_end() - Packets sent by now count; they get a second to arrive. */
void lab_end(struct lab *lab);

#endif
