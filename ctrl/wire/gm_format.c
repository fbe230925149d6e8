// SPDX-License-Identifier: GPL-2.0-only
/*
 * What IGMP and MLD share: type, length and checksum, which group fits which message, and what the
 * newest versions added. The layouts are in igmp.c and mld.c. Source: description of HPIM-DM,
 * 6.1; RFC 9776, 4; RFC 3810, 5.
 */
#include <assert.h>
#include <errno.h>

#include "wire/gm_format.h"
#include "wire/gm_record.h"
#include "wire/inet.h"

#define CHECKSUM_AT  2u /* both protocols: type, code, checksum */
#define CHECKSUM_END 4u

#define EXPONENT_BITS 3u
#define EXPONENT_MAX  7u

#define INTERVAL_BITS  4u        /* mantissa of QQIC, in both families */
#define SUPPRESS       (1u << 3) /* S flag and QRV share a byte */
#define ROBUSTNESS_MAX 7u

int gm_format_decode(const struct gm_format *format, const uint8_t *bytes, size_t len, uint32_t sum,
		     struct gm_msg *ret_msg)
{
	const struct gm_kind *kind = format->kinds, *end = kind + format->kind_count;
	struct gm_msg msg = { .group = format->any };

	if (len < CHECKSUM_END || inet_checksum(bytes, len, sum) != 0)
		return -EBADMSG;
	while (kind < end && kind->number != bytes[0])
		kind++;
	if (kind == end)
		return -EPROTONOSUPPORT;
	msg.type = kind->type;
	msg.version = kind->version;
	if (kind->type == GM_QUERY && len >= format->next_query_len)
		msg.version = format->newest;
	/* A query between the two lengths is of no version: RFC 9776, 7.1; RFC 3810, 8.1. */
	else if (kind->type == GM_QUERY && len > format->len)
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

uint8_t gm_format_number(const struct gm_format *format, const struct gm_msg *msg)
{
	size_t i = 0;

	while (i < format->kind_count &&
	       (format->kinds[i].type != msg->type || format->kinds[i].version != msg->version))
		i++;
	assert(i < format->kind_count);
	return format->kinds[i].number;
}

bool gm_format_has_records(const struct gm_format *format, const struct gm_msg *msg)
{
	return msg->type == GM_REPORT && msg->version == format->newest;
}

bool gm_format_is_whole(const struct gm_format *format, const struct gm_msg *msg)
{
	if (gm_format_has_records(format, msg))
		return true; /* each record has a group of its own */
	if (msg->type == GM_QUERY && ip_addr_is_any(&msg->group))
		return msg->count == 0;
	return ip_addr_is_multicast(&msg->group);
}

uint32_t gm_format_response(const struct gm_msg *msg, hp_time unit, uint32_t max)
{
	hp_time units = (msg->max_response + unit - 1) / unit;

	if (msg->type != GM_QUERY)
		return 0;
	return units < max ? (uint32_t)units : max;
}

uint32_t gm_code_value(uint16_t code, unsigned int bits)
{
	uint32_t bare = code, hidden = UINT32_C(1) << bits;

	if (bare < hidden << EXPONENT_BITS)
		return bare;
	return ((bare & (hidden - 1)) | hidden) << ((bare >> bits & EXPONENT_MAX) + EXPONENT_BITS);
}

uint16_t gm_code_of(uint64_t value, unsigned int bits)
{
	uint64_t hidden = UINT64_C(1) << bits;
	unsigned int exponent = 0;

	if (value < hidden << EXPONENT_BITS)
		return (uint16_t)value;
	value >>= EXPONENT_BITS;
	while (value >= hidden << 1 && exponent < EXPONENT_MAX) {
		value >>= 1;
		exponent++;
	}
	if (value >= hidden << 1)
		value = (hidden << 1) - 1;
	return (uint16_t)(hidden << EXPONENT_BITS | exponent << bits | (value & (hidden - 1)));
}

void gm_format_query_read(struct reader *in, struct gm_msg *msg)
{
	enum ip_family family = ip_addr_family(&msg->group);
	uint8_t flags = rd_u8(in);

	msg->suppress = flags & SUPPRESS;
	msg->robustness = flags & ROBUSTNESS_MAX;
	msg->query_interval = HP_SEC(gm_code_value(rd_u8(in), INTERVAL_BITS));
	msg->count = rd_u16(in);
	msg->body_len = msg->count * ip_family_addr_len(family);
	msg->body = rd_bytes(in, msg->body_len);
	if (!in->bad && !gm_sources_are_good(msg->body, msg->count, family))
		in->bad = true;
}

void gm_format_query_write(struct writer *out, const struct gm_msg *msg)
{
	uint64_t interval_s = (uint64_t)(msg->query_interval / HP_SEC(1));
	/* A robustness that does not fit is left out: RFC 9776, 4.1.6. */
	unsigned int robustness = msg->robustness > ROBUSTNESS_MAX ? 0 : msg->robustness;

	wr_u8(out, (uint8_t)((msg->suppress ? SUPPRESS : 0) | robustness));
	wr_u8(out, (uint8_t)gm_code_of(interval_s, INTERVAL_BITS));
	wr_u16(out, msg->count);
	wr_bytes(out, msg->body, msg->body_len);
}

void gm_format_records_read(struct reader *in, struct gm_msg *msg)
{
	(void)rd_u16(in); /* reserved */
	msg->count = rd_u16(in);
	msg->body = in->at;
	for (uint16_t i = 0; i < msg->count && !in->bad; i++)
		(void)gm_record_read(in, ip_addr_family(&msg->group));
	msg->body_len = (size_t)(in->at - msg->body);
}

void gm_format_records_write(struct writer *out, const struct gm_msg *msg)
{
	wr_u16(out, 0);
	wr_u16(out, msg->count);
	wr_bytes(out, msg->body, msg->body_len);
}

void gm_format_seal(uint8_t *bytes, size_t len, uint32_t sum)
{
	uint16_t checksum = inet_checksum(bytes, len, sum);

	bytes[CHECKSUM_AT] = (uint8_t)(checksum >> 8);
	bytes[CHECKSUM_AT + 1] = (uint8_t)checksum;
}
