/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_CORE_LAB_H
#define BENCH_CORE_LAB_H

/*
 * One router with many neighbors, which this program plays: they announce trees, answer interest,
 * acknowledge everything and send Hellos. Only the router's own work is timed: packets are made and
 * read outside of the clock.
 */
#include "core/core.h"
#include "wire/hpim.h"

#define LAB_LINKS 8u
#define LAB_PEERS 4u /* on each link */

struct lab_peer {
	struct ip_addr addr;
	uint32_t sn;                 /* last one used */
	uint32_t router_snapshot_sn; /* 0: not synchronized */
	hp_time hello_at;
};

/* Something that will happen to the router: a packet of a peer, or an answer about a route. */
struct lab_item {
	bool is_route;
	bool is_to_all; /* sent to the group of all routers */
	uint16_t link;
	struct ip_addr addr; /* of the peer; is_route: the source */
	size_t len;
	uint8_t bytes[64];
};

struct lab_items {
	struct lab_item *items;
	size_t count, room;
};

struct lab {
	struct core *core;
	hp_time now;
	struct lab_peer peers[LAB_LINKS][LAB_PEERS];
	struct lab_items waiting; /* happens in the next batch */
	struct lab_items spare;
	struct lab_items said; /* packets that the router sent, to be read after the batch */
	uint16_t root;         /* where routes point to, and their metric */
	uint32_t metric;
	uint32_t random;
	bool is_deaf; /* packets of the router are counted, but reach no router */
	double cpu_s; /* of the router */
	uint64_t events, sends;
};

/** lab_open() - All neighbors are synchronized, there are no trees yet. */
void lab_open(struct lab *lab, uint32_t trees_max);
void lab_close(struct lab *lab);

/** lab_say() - A peer sends a message of types 2 to 5 in the next batch. */
void lab_say(struct lab *lab, uint16_t link, unsigned int peer, enum hpim_type type, uint32_t tree,
	     uint32_t metric);

/** lab_route() - In the next batch the router gets the route to the source of a tree. */
void lab_route(struct lab *lab, const struct ip_addr *source);

/** lab_happen() - One event, and all that it leads to in the router. */
void lab_happen(struct lab *lab, const struct core_event *event);

/** lab_goodbye() - A peer leaves, at once. */
void lab_goodbye(struct lab *lab, uint16_t link, unsigned int peer);

/** lab_link() - A link goes up or down, at once. */
void lab_link(struct lab *lab, uint16_t link, bool is_up);

/** lab_run() - Batches until no router has anything to send. */
void lab_run(struct lab *lab);

/** lab_wait() - Time passes; then lab_run(). */
void lab_wait(struct lab *lab, hp_time duration);

uint32_t lab_random(struct lab *lab, uint32_t below);

/** lab_bytes() - Memory of the router alone. */
double lab_bytes(struct lab *lab);

#endif
