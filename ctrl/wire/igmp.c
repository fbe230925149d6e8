// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMP messages. Layout: RFC 2236, 2; RFC 9776, 4; how version 1 is recognized: RFC 2236, 4;
 * version 3 is recognized by the type of its report and the length of its query: RFC 9776, 7.1.
 */
#include <errno.h>

#include "wire/gm_format.h"
#include "wire/igmp.h"
#include "wire/inet.h"

#define RESPONSE_UNIT HP_MS(100)
#define RESPONSE_BITS 4u /* mantissa of its code in version 3: RFC 9776, 4.1.1 */

static const struct gm_format igmp_format = {
	.newest = 3,
	.len = 8,
	.next_query_len = 12,
	.any = { .b = { [10] = 0xff, 0xff } },
	.kinds = { { 0x11, GM_QUERY, 2 },
		   { 0x11, GM_QUERY, 1 }, /* recognized by its Max Response Time of 0 */
		   { 0x11, GM_QUERY, 3 }, /* recognized by its length */
		   { 0x12, GM_REPORT, 1 },
		   { 0x16, GM_REPORT, 2 },
		   { 0x22, GM_REPORT, 3 },
		   { 0x17, GM_LEAVE, 2 } },
	.kind_count = 7,
};

static void query_read(struct reader *in, uint8_t response, struct gm_msg *msg)
{
	if (msg->version == igmp_format.newest) {
		msg->max_response = RESPONSE_UNIT * gm_code_value(response, RESPONSE_BITS);
		gm_format_query_read(in, msg);
	} else {
		msg->version = response ? 2 : 1;
		msg->max_response = RESPONSE_UNIT * response;
	}
}

int igmp_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		const struct ip_addr *dst, struct gm_msg *ret_msg)
{
	struct reader in = reader_over(bytes, len);
	struct gm_msg msg;
	int err = gm_format_decode(&igmp_format, bytes, len, 0, &msg);
	uint8_t response;

	(void)src; /* for MLD, which has the same signature */
	(void)dst;
	if (err)
		return err;
	(void)rd_u8(&in); /* the type is already known */
	response = rd_u8(&in);
	(void)rd_u16(&in); /* the checksum is already checked */
	if (gm_format_has_records(&igmp_format, &msg)) {
		gm_format_records_read(&in, &msg);
	} else {
		msg.group = rd_addr(&in, IP_FAMILY_4);
		if (msg.type == GM_QUERY)
			query_read(&in, response, &msg);
	}
	if (in.bad || !gm_format_is_whole(&igmp_format, &msg))
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

/* The second byte. */
static uint8_t response_code(const struct gm_msg *msg)
{
	if (msg->version == 1)
		return 0;
	if (msg->version == igmp_format.newest)
		return (uint8_t)gm_code_of(gm_format_response(msg, RESPONSE_UNIT, UINT32_MAX),
					   RESPONSE_BITS);
	return (uint8_t)gm_format_response(msg, RESPONSE_UNIT, UINT8_MAX);
}

size_t igmp_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		   uint8_t *bytes, size_t room)
{
	struct writer out = writer_over(bytes, room);

	(void)src; /* for MLD, which has the same signature */
	(void)dst;
	wr_u8(&out, gm_format_number(&igmp_format, msg));
	wr_u8(&out, response_code(msg));
	wr_u16(&out, 0);
	if (gm_format_has_records(&igmp_format, msg))
		gm_format_records_write(&out, msg);
	else
		wr_addr(&out, &msg->group);
	if (msg->type == GM_QUERY && msg->version == igmp_format.newest)
		gm_format_query_write(&out, msg);
	if (out.bad)
		return 0;
	gm_format_seal(bytes, wr_len(&out), 0);
	return wr_len(&out);
}
