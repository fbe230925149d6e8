/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_PIM_H
#define WIRE_PIM_H

/* PIM version 2 messages of dense mode. Source: RFC 3973, 4.7; description of PIM-DM, section 2. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* The numbers of the header; the others belong to sparse mode. */
enum pim_type {
	PIM_HELLO = 0,
	PIM_JOIN_PRUNE = 3,
	PIM_ASSERT = 5,
	PIM_GRAFT = 6,
	PIM_GRAFT_ACK = 7,
	PIM_STATE_REFRESH = 9,
};

/* What the checksum of an IPv6 message covers. Description of PIM-DM, 2.2. */
enum pim_checksum {
	PIM_CHECKSUM_RFC,    /* the pseudo-header, too */
	PIM_CHECKSUM_LEGACY, /* the message alone, as the Python implementation has it */
};

/* Why a message is refused whole. */
enum pim_refusal {
	PIM_ACCEPTED,
	PIM_REFUSED_SHORT,    /* no whole header, or a field is cut */
	PIM_REFUSED_VERSION,  /* not 2 */
	PIM_REFUSED_TYPE,     /* not one of dense mode */
	PIM_REFUSED_CHECKSUM, /* in either form */
	PIM_REFUSED_OPTION,   /* a known option of another length */
	PIM_REFUSED_ADDRESS,  /* family, encoding type, mask or kind of an address */
	PIM_REFUSAL_COUNT,
};

#define PIM_HOLD_FOREVER 0xffffu /* seconds: does not end by itself */

/* An AssertCancel has these. RFC 3973, 4.6.5 */
#define PIM_INFINITE_PREFERENCE 0x7fffffffu
#define PIM_INFINITE_METRIC     0xffffffffu

/** struct pim_hello - Options of a Hello; others are skipped. 2.4 */
struct pim_hello {
	bool has_hold, has_delay, has_gen_id, has_refresh;
	uint16_t hold_s;
	uint16_t delay_ms, override_ms; /* LAN Prune Delay */
	uint32_t gen_id;
	uint8_t refresh_s; /* State Refresh Capable, version 1: its interval */
	/* Address List, undecoded: pim_hello_addr(); borrowed. Those of @family count. */
	const uint8_t *addrs;
	size_t addrs_len; /* bytes */
	enum ip_family family;
};

/** struct pim_entry - One (S,G) of a Join/Prune, Graft or GraftAck. */
struct pim_entry {
	struct ip_addr source, group;
	bool is_prune; /* else a join */
};

/** struct pim_join_prune - Join/Prune, Graft, GraftAck. 2.5 */
struct pim_join_prune {
	struct ip_addr upstream; /* neighbor */
	uint16_t hold_s;
	/* Decoded: pim_entry_next(); borrowed, and checked to be whole. */
	uint8_t group_count;
	const uint8_t *groups;
	size_t groups_len;
	/*
	 * To encode: entries of the same group stand together, its joins before its prunes, so that
	 * they make one record. None: @groups is written as it was received.
	 */
	const struct pim_entry *entries;
	size_t entry_count;
};

/** struct pim_metric - Of an Assert or State Refresh. Lower is better, preference first. */
struct pim_metric {
	uint32_t preference, metric;
};

/** struct pim_assert - 2.6 */
struct pim_assert {
	struct ip_addr source, group;
	struct pim_metric metric;
};

/** struct pim_refresh - State Refresh. 2.7 */
struct pim_refresh {
	struct ip_addr source, group, originator;
	struct pim_metric metric;
	uint8_t mask_len, ttl, interval_s;
	bool is_prune, is_prune_now, is_override; /* P, N, O */
};

struct pim_msg {
	enum pim_type type;
	union {
		struct pim_hello hello;
		struct pim_join_prune jp;
		struct pim_assert assert;
		struct pim_refresh refresh;
	};
};

/**
 * pim_decode() - Read one message, IP payload.
 * @ret_msg:      filled on success, untouched on failure; lists point into @bytes.
 * @ret_checksum: IPv6: the form that was right; of IPv4 PIM_CHECKSUM_RFC.
 *
 * A group or source of a list that cannot be meant is skipped by pim_entry_next() and refuses
 * nothing; everything else refuses the whole message. The family is that of @src.
 * Source: 2.2 to 2.7; 2.8, checks 2 to 4 and 8.
 */
enum pim_refusal pim_decode(const struct ip_addr *src, const struct ip_addr *dst,
			    const uint8_t *bytes, size_t len, struct pim_msg *ret_msg,
			    enum pim_checksum *ret_checksum);

/** struct pim_walk - A walk over the entries of a decoded message; begin with { .jp = ... }. */
struct pim_walk {
	const struct pim_join_prune *jp;
	size_t at; /* bytes of jp->groups that are behind it */
	struct ip_addr group;
	uint16_t joins_left, prunes_left;
	uint8_t groups_done;
	bool is_group_skipped;
};

/** pim_entry_next() - The joins of a group come before its prunes. Return: false: no more. */
bool pim_entry_next(struct pim_walk *walk, struct pim_entry *ret_entry);

/**
 * pim_hello_addr() - Unicast address number @i of the Address List that is of the message's family.
 * Return: false: no more. Walks the list from its start.
 */
bool pim_hello_addr(const struct pim_hello *hello, size_t i, struct ip_addr *ret_addr);

/**
 * pim_encode() - Write one message, Holdtime as first option of a Hello (8.5).
 * @src, @dst: of the IP packet; they enter the checksum of IPv6.
 *
 * Return: its length, 0: @size is too small, or more than 255 groups or 65535 sources of one.
 */
size_t pim_encode(const struct pim_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  enum pim_checksum checksum, uint8_t *bytes, size_t size);

/** pim_type_name() - "hello", "join-prune", "assert", "graft", "graft-ack", "state-refresh". */
const char *pim_type_name(enum pim_type type);

/** pim_refusal_name() - "accepted", "short", "version", "type", "checksum", "option", "address". */
const char *pim_refusal_name(enum pim_refusal refusal);

#endif
