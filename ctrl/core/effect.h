/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

/* What a router can ask for. Nothing else ever leaves the core. */
#include "core/event.h"
#include "core/note.h"

enum core_effect_kind {
	FX_SEND,        /* send a control packet */
	FX_JOIN,        /* open what receives @socket of @family on @link, and join @group there */
	FX_LEAVE,       /* undo FX_JOIN */
	FX_RPF_WATCH,   /* answer with EV_RPF now and after every change of the route */
	FX_RPF_UNWATCH, /* no longer */
	FX_MFIB_PUT,    /* add or replace a route entry */
	FX_MFIB_DEL,    /* remove a route entry */
	FX_MFIB_QUERY,  /* answer with EV_DATA, DATA_SEEN */
	FX_NOTE,        /* something an operator may want to read */
};

struct fx_send {
	uint16_t link;
	enum core_socket socket;
	struct ip_addr src, dst; /* TTL is 1; IGMP and MLD carry Router Alert */
	const uint8_t *bytes;    /* payload behind the IP headers, checksums done */
	size_t len;
};

struct fx_group {
	uint16_t link;
	enum core_socket socket;
	struct ip_addr group; /* its family is the family of the socket */
};

/** struct mfib_key - What a route entry is for. */
struct mfib_key {
	struct ip_addr source, group;
};

/** struct mfib_route - One entry of the forwarding table. */
struct mfib_route {
	struct mfib_key key;
	uint16_t iif;      /* the only input interface accepted */
	struct ifset oifs; /* never contains iif; empty: drop (negative entry) */
	uint32_t flags;    /* MFIB_F_* below; the other bits are the forwarding plane's */
};

/* The bits are those of mfib_abi.h. */
/*
 * Report packets that arrive on another interface than iif (DATA_WRONG_IF): the first at once, then
 * at most one in 3 s for each interface, or for the entry where the kernel's cache carries it.
 */
#define MFIB_F_WRONG_IF (1u << 0)
/*
 * Report the next packet that arrives on iif (DATA_NOTIFY), once: to wait for another one the entry
 * is put again. Also without outputs. For PIM-DM's data-driven prune.
 */
#define MFIB_F_NOTIFY (1u << 1)
/* Keep the greatest TTL that arrived on iif (ev_data.ttl). For PIM-DM's State Refresh. */
#define MFIB_F_TRACK_TTL (1u << 2)

/* Of followed entries: 3 bits, enum followed_left; 8 bits, ev_followed.ttl. */
#define MFIB_F_LEFT_SHIFT 8
#define MFIB_F_LEFT_MASK  7u
#define MFIB_F_TTL_SHIFT  16

struct core_effect {
	enum core_effect_kind kind;
	union {
		struct fx_send send;
		struct fx_group group;
		struct ip_addr rpf_source; /* FX_RPF_WATCH, FX_RPF_UNWATCH */
		struct mfib_route route;   /* FX_MFIB_PUT */
		struct mfib_key key;       /* FX_MFIB_DEL, FX_MFIB_QUERY */
		struct core_note note;
	};
};

#endif
