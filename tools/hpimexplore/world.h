/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMEXPLORE_WORLD_H
#define HPIMEXPLORE_WORLD_H

/*
 * Real cores and all that lies between them, in the arena. Every router has its own clock: a timer
 * can run out before a packet arrives however early that was sent, so all orders are possible.
 */
#include "core/hpim/hpim_int.h"
#include "hpimexplore/scene.h"
#include "simnet/router.h"

#define WORLD_PACKETS_MAX 64u
#define WORLD_PACKET_LEN  160u
#define WORLD_PORT        0u /* the interface on the common link */
#define WORLD_STUB        1u /* the other one */

struct world_packet {
	uint8_t from, to;
	uint16_t len;
	struct ip_addr dst;
	uint8_t bytes[WORLD_PACKET_LEN];
};

struct world_router {
	struct sim_router router;
	unsigned int boots;
	bool has_member;
	uint32_t costs[SCENE_TREES_MAX]; /* metric to the source; 0: unreachable */
};

struct world {
	const struct scene *scene;
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

struct ip_addr world_addr(unsigned int router);
struct mfib_key world_key(const struct scene *scene, unsigned int tree);

/** world_router_at() - Which router speaks from an address; SCENE_ROUTERS_MAX: none. */
unsigned int world_router_at(const struct ip_addr *addr);

/** world_if() - HPIM-DM of a router on the common link, or NULL. */
const struct hpim_if *world_if(const struct world *world, unsigned int router);
const struct hpim_neigh *world_neighbor(const struct world *world, unsigned int router,
					unsigned int other);
const struct hpim_tree *world_tree(const struct world *world, unsigned int router,
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

/** world_data() - Packets of the sources meet routers that have no entry for them. */
void world_data(struct world *world);

/** world_advance() - All clocks move on together, to the first timer of any router. */
hp_time world_advance(struct world *world);

#endif
