// SPDX-License-Identifier: GPL-2.0-only
/*
 * MLDv1 messages. Layout: RFC 2710, 3; version 2 is told by its type and the length of its query:
 * RFC 3810, 8.1. The Router Alert option is in the IP header, which is not seen here.
 */
#include <errno.h>

#include "base/bytes.h"
#include "wire/gm_format.h"
#include "wire/inet.h"
#include "wire/mld.h"

static const struct gm_format mld_format = {
	.len = 24,
	.next_query_len = 28,
	.all_hosts = { .b = { 0xff, 0x02, [15] = 1 } },
	.all_routers = { .b = { 0xff, 0x02, [15] = 2 } },
	.kinds = { { 130, GM_QUERY, 1 }, { 131, GM_REPORT, 1 }, { 132, GM_LEAVE, 1 } },
	.kind_count = 3,
};

int mld_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
	       const struct ip_addr *dst, struct gm_msg *ret_msg)
{
	uint32_t sum = inet_pseudo_sum(src, dst, INET_PROTO_ICMPV6, len);
	struct reader in = reader_over(bytes, len);
	struct gm_msg msg;
	int err = gm_format_decode(&mld_format, bytes, len, sum, &msg);
	uint16_t response;

	if (err)
		return err;
	(void)rd_u32(&in); /* type and checksum are already checked; the code is ignored */
	response = rd_u16(&in);
	(void)rd_u16(&in); /* reserved */
	msg.group = rd_addr(&in, IP_FAMILY_6);
	if (msg.type == GM_QUERY)
		msg.max_response = HP_MS(response);
	/* RFC 2710, 3: the source is link-local. The reference takes any unicast address. */
	if (in.bad || !ip_addr_is_link_local(src) ||
	    !gm_format_accepts(&mld_format, &msg, src, dst))
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

size_t mld_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  uint8_t *bytes, size_t room)
{
	struct writer out = writer_over(bytes, room);
	size_t len;

	wr_u8(&out, gm_format_number(&mld_format, msg));
	wr_u8(&out, 0);
	wr_u16(&out, 0);
	wr_u16(&out, gm_format_response(msg, HP_MS(1), UINT16_MAX));
	wr_u16(&out, 0);
	wr_addr(&out, &msg->group);
	if (out.bad)
		return 0;
	len = wr_len(&out);
	gm_format_seal(bytes, len, inet_pseudo_sum(src, dst, INET_PROTO_ICMPV6, len));
	return len;
}
