/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_MRD_H
#define WIRE_MRD_H

/* Messages of multicast router discovery, of both families. Source: RFC 4286. */
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define MRD_MSG_MAX 8u /* bytes of the longest message */

enum mrd_type {
	MRD_ADVERTISEMENT, /* a multicast router is here; RFC 4286, 3.2 */
	MRD_SOLICITATION,  /* which multicast routers are here? 4.2 */
	MRD_TERMINATION,   /* it is one no longer; 5.2 */
	MRD_TYPE_COUNT,
};

/** struct mrd_msg - The last three members are those of an advertisement. */
struct mrd_msg {
	enum mrd_type type;
	uint8_t interval_s;        /* between advertisements, without the jitter */
	uint16_t query_interval_s; /* of IGMP or MLD there; 0: it does not run */
	uint16_t robustness;       /* same */
};

/**
 * mrd_group() - Where a message is sent to: All-Snoopers (224.0.0.106, ff02::6a), or All-Routers
 * (224.0.0.2, ff02::2) for a solicitation. RFC 4286, 3.3, 4.3, 5.3; RFC 4286, 8.
 */
struct ip_addr mrd_group(enum ip_family family, enum mrd_type type);

/**
 * mrd_decode() - Read a message.
 * @bytes:   payload behind the IP headers.
 * @src:     source and destination of the packet; they have one family.
 * @ret_msg: filled on success, untouched on failure.
 *
 * Return: 0; -EPROTONOSUPPORT: another message of IGMP or ICMPv6; -EBADMSG: shorter than its type,
 * a wrong checksum, not sent to the group of its type, or not from an address of the link's.
 * Bytes behind the fields are ignored, RFC 4286, 3.2.
 */
int mrd_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
	       const struct ip_addr *dst, struct mrd_msg *ret_msg);

/** mrd_encode() - Write a message. Return: its length, 0 if @room is too small. */
size_t mrd_encode(const struct mrd_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  uint8_t *bytes, size_t room);

#endif
