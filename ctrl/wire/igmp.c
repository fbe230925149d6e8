// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMPv1 and IGMPv2 messages. Layout: RFC 2236, 2; how version 1 is told: RFC 2236, 4; version 3
 * is told by its types and the length of its query: RFC 3376, 7.1.
 */
#include <errno.h>

#include "base/bytes.h"
#include "wire/gm_format.h"
#include "wire/igmp.h"
#include "wire/inet.h"

static const struct gm_format igmp_format = {
	.len = 8,
	.next_query_len = 12,
	.all_hosts = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 1 } },
	.all_routers = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 2 } },
	.kinds = { { 0x11, GM_QUERY, 2 },
		   { 0x11, GM_QUERY, 1 }, /* told by its Max Response Time of 0 */
		   { 0x12, GM_REPORT, 1 },
		   { 0x16, GM_REPORT, 2 },
		   { 0x17, GM_LEAVE, 2 } },
	.kind_count = 5,
};

int igmp_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		const struct ip_addr *dst, struct gm_msg *ret_msg)
{
	struct reader in = reader_over(bytes, len);
	struct gm_msg msg;
	int err = gm_format_decode(&igmp_format, bytes, len, 0, &msg);
	uint8_t response;

	if (err)
		return err;
	(void)rd_u8(&in); /* the type is already known */
	response = rd_u8(&in);
	(void)rd_u16(&in); /* the checksum is already checked */
	msg.group = rd_addr(&in, IP_FAMILY_4);
	if (msg.type == GM_QUERY) {
		msg.version = response ? 2 : 1;
		msg.max_response = HP_MS(100) * response;
	}
	if (in.bad || !gm_format_accepts(&igmp_format, &msg, src, dst))
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

size_t igmp_encode(const struct gm_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		   uint8_t *bytes, size_t room)
{
	struct writer out = writer_over(bytes, room);
	uint16_t response = gm_format_response(msg, HP_MS(100), UINT8_MAX);

	(void)src; /* for MLD, which has the same signature */
	(void)dst;
	wr_u8(&out, gm_format_number(&igmp_format, msg));
	wr_u8(&out, msg->version == 1 ? 0 : (uint8_t)response);
	wr_u16(&out, 0);
	wr_addr(&out, &msg->group);
	if (out.bad)
		return 0;
	gm_format_seal(bytes, wr_len(&out), 0);
	return wr_len(&out);
}
