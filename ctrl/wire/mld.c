// SPDX-License-Identifier: GPL-2.0-only
/*
 * MLD messages. Layout: RFC 2710, 3; RFC 3810, 5; version 2 is recognized by the type of its report
 * and the length of its query: RFC 3810, 8.1. The Router Alert option is in the IP header, which is
 * not seen here.
 */
#include <errno.h>

#include "wire/gm_format.h"
#include "wire/inet.h"
#include "wire/mld.h"

#define RESPONSE_UNIT HP_MS(1)
#define RESPONSE_BITS 12u /* mantissa of its code in version 2: RFC 3810, 5.1.3 */

static const struct gm_format mld_format = {
	.newest = 2,
	.len = 24,
	.next_query_len = 28,
	.any = { .b = { 0 } },
	.kinds = { { 130, GM_QUERY, 1 },
		   { 130, GM_QUERY, 2 }, /* recognized by its length */
		   { 131, GM_REPORT, 1 },
		   { 132, GM_LEAVE, 1 },
		   { 143, GM_REPORT, 2 } },
	.kind_count = 5,
};

/* All but a report of version 2, behind the checksum. */
static void fields_read(struct reader *in, struct gm_msg *msg)
{
	uint16_t response = rd_u16(in);
	bool is_new = msg->version == mld_format.newest;

	(void)rd_u16(in); /* reserved */
	msg->group = rd_addr(in, IP_FAMILY_6);
	if (msg->type != GM_QUERY)
		return;
	msg->max_response =
		RESPONSE_UNIT * (is_new ? gm_code_value(response, RESPONSE_BITS) : response);
	if (is_new)
		gm_format_query_read(in, msg);
}

int mld_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
	       const struct ip_addr *dst, struct gm_msg *ret_msg)
{
	uint32_t sum = inet_pseudo_sum(src, dst, INET_PROTO_ICMPV6, len);
	struct reader in = reader_over(bytes, len);
	struct gm_msg msg;
	int err = gm_format_decode(&mld_format, bytes, len, sum, &msg);

	if (err)
		return err;
	(void)rd_u32(&in); /* type and checksum are already checked; the code is ignored */
	if (gm_format_has_records(&mld_format, &msg))
		gm_format_records_read(&in, &msg);
	else
		fields_read(&in, &msg);
	if (in.bad || !gm_format_is_whole(&mld_format, &msg))
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

static uint16_t response_code(const struct gm_msg *msg)
{
	if (msg->version == mld_format.newest)
		return gm_code_of(gm_format_response(msg, RESPONSE_UNIT, UINT32_MAX),
				  RESPONSE_BITS);
	return (uint16_t)gm_format_response(msg, RESPONSE_UNIT, UINT16_MAX);
}

size_t mld_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  uint8_t *bytes, size_t room)
{
	struct writer out = writer_over(bytes, room);
	size_t len;

	wr_u8(&out, gm_format_number(&mld_format, msg));
	wr_u8(&out, 0);
	wr_u16(&out, 0);
	if (gm_format_has_records(&mld_format, msg)) {
		gm_format_records_write(&out, msg);
	} else {
		wr_u16(&out, response_code(msg));
		wr_u16(&out, 0);
		wr_addr(&out, &msg->group);
	}
	if (msg->type == GM_QUERY && msg->version == mld_format.newest)
		gm_format_query_write(&out, msg);
	if (out.bad)
		return 0;
	len = wr_len(&out);
	gm_format_seal(bytes, len, inet_pseudo_sum(src, dst, INET_PROTO_ICMPV6, len));
	return len;
}
