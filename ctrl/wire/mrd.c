// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of multicast router discovery: IGMP and ICMPv6 have the same layout, with other types.
 * Router Alert and the TTL of 1 are in the IP header, which is not seen here. Source: RFC 4286.
 */
#include <errno.h>

#include "base/bytes.h"
#include "wire/inet.h"
#include "wire/mrd.h"

#define CHECKSUM_AT 2u
#define LEN_MIN     4u

/* RFC 4286, 3.2.1, 4.2.1, 5.2.1; layouts: 3.2, 4.2, 5.2. */
static const struct mrd_format {
	uint8_t types[IP_FAMILY_COUNT];
	uint8_t len;
} formats[MRD_TYPE_COUNT] = {
	[MRD_ADVERTISEMENT] = { { [IP_FAMILY_4] = 0x30, [IP_FAMILY_6] = 151 }, MRD_MSG_MAX },
	[MRD_SOLICITATION] = { { [IP_FAMILY_4] = 0x31, [IP_FAMILY_6] = 152 }, LEN_MIN },
	[MRD_TERMINATION] = { { [IP_FAMILY_4] = 0x32, [IP_FAMILY_6] = 153 }, LEN_MIN },
};

static const struct ip_addr all_snoopers[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 106 } },
	[IP_FAMILY_6] = { .b = { 0xff, 0x02, [15] = 0x6a } },
};

static const struct ip_addr all_routers[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 2 } },
	[IP_FAMILY_6] = { .b = { 0xff, 0x02, [15] = 2 } },
};

struct ip_addr mrd_group(enum ip_family family, enum mrd_type type)
{
	return type == MRD_SOLICITATION ? all_routers[family] : all_snoopers[family];
}

static uint16_t checksum(const uint8_t *bytes, size_t len, const struct ip_addr *src,
			 const struct ip_addr *dst)
{
	return inet_checksum(bytes, len, inet_pseudo_sum(src, dst, INET_PROTO_ICMPV6, len));
}

/* MRD_TYPE_COUNT: a message of another protocol. */
static enum mrd_type type_of(uint8_t number, enum ip_family family)
{
	enum mrd_type type = MRD_ADVERTISEMENT;

	while (type < MRD_TYPE_COUNT && formats[type].types[family] != number)
		type++;
	return type;
}

/* Whose messages a router answers: 4.1, "Source Address": of the link; IPv6: link-local. */
static bool is_from_link(const struct ip_addr *src)
{
	if (ip_addr_family(src) == IP_FAMILY_6)
		return ip_addr_is_link_local(src);
	return !ip_addr_is_any(src) && !ip_addr_is_multicast(src);
}

int mrd_decode(const uint8_t *bytes, size_t len, const struct ip_addr *src,
	       const struct ip_addr *dst, struct mrd_msg *ret_msg)
{
	enum ip_family family = ip_addr_family(dst);
	struct reader in = reader_over(bytes, len);
	struct mrd_msg msg = { .type = type_of(rd_u8(&in), family) };
	uint8_t interval_s = rd_u8(&in);
	struct ip_addr group;

	if (!in.bad && msg.type == MRD_TYPE_COUNT)
		return -EPROTONOSUPPORT;
	if (in.bad || len < formats[msg.type].len || checksum(bytes, len, src, dst) != 0)
		return -EBADMSG;
	(void)rd_u16(&in); /* the checksum */
	if (msg.type == MRD_ADVERTISEMENT) {
		msg.interval_s = interval_s;
		msg.query_interval_s = rd_u16(&in);
		msg.robustness = rd_u16(&in);
	}
	group = mrd_group(family, msg.type);
	if (in.bad || !ip_addr_equal(dst, &group) || !is_from_link(src))
		return -EBADMSG;
	*ret_msg = msg;
	return 0;
}

size_t mrd_encode(const struct mrd_msg *msg, const struct ip_addr *src, const struct ip_addr *dst,
		  uint8_t *bytes, size_t room)
{
	struct writer out = writer_over(bytes, room);
	uint16_t sum;

	wr_u8(&out, formats[msg->type].types[ip_addr_family(dst)]);
	wr_u8(&out, msg->type == MRD_ADVERTISEMENT ? msg->interval_s : 0);
	wr_u16(&out, 0);
	if (msg->type == MRD_ADVERTISEMENT) {
		wr_u16(&out, msg->query_interval_s);
		wr_u16(&out, msg->robustness);
	}
	if (out.bad)
		return 0;
	sum = checksum(bytes, wr_len(&out), src, dst);
	bytes[CHECKSUM_AT] = (uint8_t)(sum >> 8);
	bytes[CHECKSUM_AT + 1] = (uint8_t)sum;
	return wr_len(&out);
}
