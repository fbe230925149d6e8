/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_WORLD_H
#define HPIMEXPLORE_WORLD_H

/*
 * Real cores and all that lies between them, in the arena. Every router has its own clock: a timer
 * can run out before a packet arrives however early that was sent, so all orders are possible.
 */
#include "core/hpim/hpim_int.h"
#include "core/pimdm/pimdm_int.h"
#include "hpimexplore/scene.h"
#include "simnet/router.h"

#define WORLD_PACKETS_MAX 64u
#define WORLD_PACKET_LEN  160u
#define WORLD_FAMILY      IP_FAMILY_4
#define WORLD_PORT        0u /* the first interface, on the common link unless the scene says */
#define WORLD_STUB        1u /* the second one */

struct world_packet {
	uint8_t from, to;
	uint8_t from_port, to_port;
	uint16_t len;
	struct ip_addr src, dst;
	uint8_t bytes[WORLD_PACKET_LEN];
};

struct world_router {
	struct sim_router router;
	unsigned int boots;
	bool has_member; /* on the second link */
	bool is_up[SCENE_PORTS];
	struct scene_path path;
	uint32_t costs[SCENE_TREES_MAX]; /* metric to the source; 0: unreachable */
};

struct world {
	const struct scene *scene;
	bool is_soft; /* scene_has_pim() */
	struct world_router routers[SCENE_ROUTERS_MAX];
	bool is_sending[SCENE_TREES_MAX];
	struct world_packet packets[WORLD_PACKETS_MAX]; /* in the order of sending */
	unsigned int packet_count;
	unsigned int losses, duplicates, events; /* so far */
	unsigned long effects;                   /* but notes, so far */
	unsigned int given_up; /* neighbors that were synchronized with who gave up */
	bool is_verbose;
};

/** world_new() - The scene just before the exploration. */
struct world *world_new(const struct scene *scene);

/** world_subnet() - Where an interface leads: 0 is the common link. */
unsigned int world_subnet(const struct world *world, unsigned int router, uint16_t port);

/** world_addr() - Of an interface. */
struct ip_addr world_addr(const struct world *world, unsigned int router, uint16_t port);
struct mfib_key world_key(const struct scene *scene, unsigned int tree);

/** world_router_at() - Which router speaks from an address; SCENE_ROUTERS_MAX: none. */
unsigned int world_router_at(const struct ip_addr *addr);

/** world_root() - The interface towards the source of a tree; false: there is no route. */
bool world_root(const struct world *world, unsigned int router, unsigned int tree,
		uint16_t *ret_port, bool *ret_is_connected);

/* HPIM-DM of a router; NULL: there is none. */
const struct hpim_if *world_if(const struct world *world, unsigned int router, uint16_t port);
const struct hpim_neigh *world_neighbor(const struct world *world, unsigned int router,
					uint16_t port, unsigned int other);
const struct hpim_tree *world_tree(const struct world *world, unsigned int router,
				   unsigned int tree);

/* The same of PIM-DM. A tree that is not live counts here. */
const struct pimdm_if *world_pim_if(const struct world *world, unsigned int router, uint16_t port);
const struct pimdm_neigh *world_pim_neighbor(const struct world *world, unsigned int router,
					     uint16_t port, unsigned int other);
/** world_is_gen_id() - Whether it is the GenID that the interface with an address has now. */
bool world_is_gen_id(const struct world *world, unsigned int router, const struct ip_addr *addr,
		     uint32_t gen_id);
const struct pimdm_tree *world_pim_tree(const struct world *world, unsigned int router,
					unsigned int tree);

/** world_find() - Index of the @nth packet in flight of a pair, or packet_count. */
unsigned int world_find(const struct world *world, unsigned int from, unsigned int to,
			unsigned int nth);

/** world_deliver() - @is_kept: a copy stays in flight; @is_lost: it does not arrive. */
void world_deliver(struct world *world, unsigned int index, bool is_kept, bool is_lost);

/** world_clock() - Move the clock of a router on; timers that are due run out. */
void world_clock(struct world *world, unsigned int router, hp_time now);

/** world_event() - Let an event of the scene happen. */
void world_event(struct world *world, const struct scene_event *event);

/**
 * world_data() - Packets of the sources meet routers that have no entry for them, where the network
 * is HPIM-DM's alone; else data goes by flow.h.
 */
void world_data(struct world *world);

/** world_advance() - All clocks move on together, to the first timer of any router; @most so far.
 */
hp_time world_advance(struct world *world, hp_time most);

#endif
