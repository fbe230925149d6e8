/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WIRE_GM_FORMAT_H
#define WIRE_GM_FORMAT_H

/* What the codecs of IGMP and MLD share; only igmp.c and mld.c include it. */
#include "base/bytes.h"
#include "wire/gm_msg.h"

/** struct gm_kind - The number a kind of message has in its first byte. */
struct gm_kind {
	uint8_t number;
	enum gm_msg_type type;
	uint8_t version;
};

struct gm_format {
	uint8_t newest;          /* version with group records and sources */
	size_t len;              /* of every message of older versions */
	size_t next_query_len;   /* a query of at least this length is of the newest version */
	struct ip_addr any;      /* group of a General Query */
	struct gm_kind kinds[7]; /* a number used twice: the first is decoded */
	size_t kind_count;
};

/**
 * gm_format_decode() - Check the checksum, the type and the length of a query, which is its
 * version.
 * @sum:     what the checksum starts with.
 * @ret_msg: type, version and group (the any-address) are set, the rest is zero; untouched on
 *           failure.
 *
 * Return: 0, -EBADMSG, -EPROTONOSUPPORT: as igmp_decode() and mld_decode(). A message that is too
 * short is left to the reader of its fields.
 */
int gm_format_decode(const struct gm_format *format, const uint8_t *bytes, size_t len, uint32_t sum,
		     struct gm_msg *ret_msg);

/** gm_format_number() - First byte of a message; asserts that its type and version go together. */
uint8_t gm_format_number(const struct gm_format *format, const struct gm_msg *msg);

/** gm_format_has_records() - Whether a message is a report of the newest version. */
bool gm_format_has_records(const struct gm_format *format, const struct gm_msg *msg);

/** gm_format_is_whole() - Whether a message has a group that fits its type. */
bool gm_format_is_whole(const struct gm_format *format, const struct gm_msg *msg);

/** gm_format_response() - max_response in @unit, rounded up, at most @max. 0 unless a query. */
uint32_t gm_format_response(const struct gm_msg *msg, hp_time unit, uint32_t max);

/*
 * Codes of the newest versions: a number below 2^(@bits + 3) stands for itself, the others have
 * @bits bits of mantissa and three of exponent. RFC 9776, 4.1.1 (4 bits); RFC 3810, 5.1.3 (12
 * bits).
 */
uint32_t gm_code_value(uint16_t code, unsigned int bits);

/** gm_code_of() - Code of the largest number that is not above @value and has one. */
uint16_t gm_code_of(uint64_t value, unsigned int bits);

/** gm_format_query_read() - What follows the group in a query of the newest version. */
void gm_format_query_read(struct reader *in, struct gm_msg *msg);
void gm_format_query_write(struct writer *out, const struct gm_msg *msg);

/** gm_format_records_read() - What follows the checksum in a report of the newest version. */
void gm_format_records_read(struct reader *in, struct gm_msg *msg);
void gm_format_records_write(struct writer *out, const struct gm_msg *msg);

/** gm_format_seal() - Put the checksum into a message whose checksum field is zero. */
void gm_format_seal(uint8_t *bytes, size_t len, uint32_t sum);

#endif
