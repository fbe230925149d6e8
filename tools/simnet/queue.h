/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_QUEUE_H
#define SIMNET_QUEUE_H

/* What is going to happen, in order of (time, sequence number): equal times keep their order. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

enum sim_item_kind {
	ITEM_FRAME,  /* a control packet reaches @node, @port */
	ITEM_DATA,   /* a data packet reaches router @node, @port */
	ITEM_CLOCK,  /* deadline of router @node */
	ITEM_ROUTE,  /* unicast routing of router @node has converged */
	ITEM_LEASE,  /* the forwarding plane of router @node without daemon gives up */
	ITEM_REPORT, /* host @node reports group @port */
	ITEM_SOURCE, /* host @node sends */
};

struct sim_item {
	hp_time at;
	uint64_t seq;
	enum sim_item_kind kind;
	uint16_t node, port;
	uint8_t ttl;
	bool is_host; /* ITEM_FRAME: @node is a host */
	void *load;   /* the frame or packet */
};

struct sim_queue {
	struct sim_item *items;
	size_t count, room;
	uint64_t seq;
};

void sim_queue_fini(struct sim_queue *queue);

/** sim_queue_push() - Sets the sequence number of @item. */
void sim_queue_push(struct sim_queue *queue, const struct sim_item *item);

/** sim_queue_pop() - The first item that happens not later than @until; false: none. */
bool sim_queue_pop(struct sim_queue *queue, hp_time until, struct sim_item *ret_item);

#endif
