/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_GM_FORMAT_H
#define WIRE_GM_FORMAT_H

/* What the codecs of IGMP and MLD share; only igmp.c and mld.c include it. */
#include <stdbool.h>
#include <stddef.h>

#include "wire/gm_msg.h"

/** struct gm_kind - The number a kind of message has in its first byte. */
struct gm_kind {
	uint8_t number;
	enum gm_msg_type type;
	uint8_t version;
};

struct gm_format {
	size_t len;            /* of every message of these versions */
	size_t next_query_len; /* a query of at least this length is of the next version */
	struct ip_addr all_hosts, all_routers;
	struct gm_kind kinds[5]; /* a number used twice: the first is decoded */
	size_t kind_count;
};

/**
 * gm_format_decode() - Check the checksum and the type, and that it is of these versions.
 * @sum:     what the checksum starts with.
 * @ret_msg: type and version are set, the rest is zero; untouched on failure.
 *
 * Return: 0, -EBADMSG, -EPROTONOSUPPORT: as igmp_decode() and mld_decode(). A message that is too
 * short is left to the reader of its fields.
 */
int gm_format_decode(const struct gm_format *format, const uint8_t *bytes, size_t len, uint32_t sum,
		     struct gm_msg *ret_msg);

/** gm_format_number() - First byte of a message; asserts that its type and version go together. */
uint8_t gm_format_number(const struct gm_format *format, const struct gm_msg *msg);

/**
 * gm_format_accepts() - Whether a message may stand in a packet from @src to @dst.
 *
 * Source: description of HPIM-DM, 6.1, "Acceptance".
 */
bool gm_format_accepts(const struct gm_format *format, const struct gm_msg *msg,
		       const struct ip_addr *src, const struct ip_addr *dst);

/** gm_format_response() - max_response in @unit, rounded up, at most @max. 0 unless a query. */
uint16_t gm_format_response(const struct gm_msg *msg, hp_time unit, uint16_t max);

/** gm_format_seal() - Put the checksum into a message whose checksum field is zero. */
void gm_format_seal(uint8_t *bytes, size_t len, uint32_t sum);

#endif
