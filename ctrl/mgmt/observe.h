/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_OBSERVE_H
#define MGMT_OBSERVE_H

/*
 * A look of a second at the packets of one source and group: what becomes of each. Counters of
 * drops are of an interface; packets that are sampled say which tree they are of.
 */
#include "core/effect.h"

struct daemon;
struct dplane_captured;
struct observer;

/* For so long arriving packets are looked at. */
#define OBSERVE_FOR HP_SEC(1)

/** struct observed - Packets that met one reason, where they arrived last. */
struct observed {
	const char *reason; /* of mfib_abi.h */
	uint16_t link;
	uint64_t packets;
	uint32_t longest; /* bytes of IP packet */
	bool may_be_cut;  /* all are IPv4 without DF */
	uint8_t highest_ttl;
};

/**
 * struct observation - What was seen in OBSERVE_FOR.
 * @forwarded: packets that went to the outputs, by the counter of the route.
 * @rows:      those that were sampled, all of them unless thousands a second arrive.
 */
struct observation {
	bool is_over;
	uint64_t forwarded;
	uint32_t count;
	struct observed rows[16];
};

typedef void observe_fn(void *ctx);

/**
 * observe_begin() - Look at packets of @key from now on.
 * @done: called once, when the time is over and observe_result() is complete.
 *
 * Return: to be handed to observe_end() in any case. NULL: this forwarding plane samples nothing.
 */
struct observer *observe_begin(struct daemon *daemon, const struct mfib_key *key, observe_fn *done,
			       void *ctx);
const struct observation *observe_result(const struct observer *observer);
void observe_end(struct observer *observer);

/** observe_find() - What was seen with that reason; NULL: nothing. */
const struct observed *observe_find(const struct observation *observation, const char *reason);

/** observe_every() - One of so many packets is to be sampled; 0: none. */
uint32_t observe_every(const struct daemon *daemon);

/** observe_packet() - A packet was sampled. */
void observe_packet(struct daemon *daemon, const struct dplane_captured *captured);

/** observe_fini() - All looks are over; before the forwarding plane is closed. */
void observe_fini(struct daemon *daemon);

/* For the timer of the daemon: when something is due, and to do what is due. */
hp_time observe_due_at(const struct daemon *daemon);
void observe_due(struct daemon *daemon);

#endif
