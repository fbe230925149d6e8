// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPv4 and IPv6 headers of control packets, and the Internet checksum. Reassembly is left to the
 * kernel's raw sockets: the control protocols fit into one packet, a fragment is refused here.
 * Sources: RFC 791, RFC 8200, RFC 1071; Router Alert: RFC 2113, RFC 2711.
 */
#include <errno.h>

#include "base/bytes.h"
#include "wire/inet.h"

enum { OPT4_END = 0, OPT4_NOP = 1, OPT4_ROUTER_ALERT = 148 };
enum { OPT6_PAD1 = 0, OPT6_ROUTER_ALERT = 5 };

#define IP4_HEADER_LEN    20u
#define IP4_FRAGMENT      0x3fffu /* More Fragments and the offset; not Don't Fragment */
#define IP6_HOP_BY_HOP    0u
#define OPT6_UNKNOWN_DROP 0xc0u /* RFC 8200, 4.2: zero means "skip when unknown" */

/* The value of a Router Alert option that is meant for IGMP or MLD is zero. */
static bool is_zero(const uint8_t value[2])
{
	return value[0] == 0 && value[1] == 0;
}

static void options4_decode(struct reader *in, struct inet_packet *packet)
{
	while (!in->bad && rd_left(in)) {
		uint8_t type = rd_u8(in), len;
		const uint8_t *value;

		if (type == OPT4_END)
			return;
		if (type == OPT4_NOP)
			continue;
		len = rd_u8(in); /* with type and length: RFC 791, 3.1 */
		if (len < 2) {
			in->bad = true;
			return;
		}
		value = rd_bytes(in, len - 2u);
		if (value && type == OPT4_ROUTER_ALERT && len == 4)
			packet->has_router_alert = is_zero(value);
	}
}

static int ip4_decode(const uint8_t *bytes, size_t len, struct inet_packet *packet)
{
	struct reader in = reader_over(bytes, len), options;
	size_t header_len = (rd_u8(&in) & 0x0fu) * 4u, total_len;
	uint16_t fragment;

	(void)rd_u8(&in); /* type of service */
	total_len = rd_u16(&in);
	(void)rd_u16(&in); /* identification */
	fragment = rd_u16(&in) & IP4_FRAGMENT;
	packet->ttl = rd_u8(&in);
	packet->proto = rd_u8(&in);
	(void)rd_u16(&in); /* the checksum is checked over the whole header */
	packet->src = rd_addr(&in, IP_FAMILY_4);
	packet->dst = rd_addr(&in, IP_FAMILY_4);
	if (in.bad || header_len < IP4_HEADER_LEN || total_len < header_len || total_len > len ||
	    fragment || inet_checksum(bytes, header_len, 0) != 0)
		return -EBADMSG;

	options = reader_over(in.at, header_len - IP4_HEADER_LEN);
	options4_decode(&options, packet);
	packet->bytes = bytes + header_len;
	packet->len = total_len - header_len;
	return options.bad ? -EBADMSG : 0;
}

static void options6_decode(struct reader *in, struct inet_packet *packet)
{
	while (!in->bad && rd_left(in)) {
		uint8_t type = rd_u8(in), len;
		const uint8_t *value;

		if (type == OPT6_PAD1)
			continue;
		len = rd_u8(in);
		value = rd_bytes(in, len);
		if (value && type == OPT6_ROUTER_ALERT && len == 2)
			packet->has_router_alert = is_zero(value);
		else if (type & OPT6_UNKNOWN_DROP)
			in->bad = true;
	}
}

/* RFC 8200, 4.3: next header, length in 8-byte units beyond the first, options. */
static void hop_by_hop_decode(struct reader *in, struct inet_packet *packet)
{
	struct reader options;
	const uint8_t *bytes;
	size_t len;

	packet->has_hop_by_hop = true;
	packet->proto = rd_u8(in);
	len = rd_u8(in) * 8u + 6u;
	bytes = rd_bytes(in, len);
	if (!bytes)
		return;
	options = reader_over(bytes, len);
	options6_decode(&options, packet);
	in->bad |= options.bad;
}

static int ip6_decode(const uint8_t *bytes, size_t len, struct inet_packet *packet)
{
	struct reader in = reader_over(bytes, len);
	size_t payload_len;

	(void)rd_u32(&in); /* version, traffic class, flow label */
	payload_len = rd_u16(&in);
	packet->proto = rd_u8(&in);
	packet->ttl = rd_u8(&in);
	packet->src = rd_addr(&in, IP_FAMILY_6);
	packet->dst = rd_addr(&in, IP_FAMILY_6);
	if (in.bad || payload_len > rd_left(&in))
		return -EBADMSG;
	in.end = in.at + payload_len;
	if (packet->proto == IP6_HOP_BY_HOP)
		hop_by_hop_decode(&in, packet);
	/* Everything else is an extension header (a fragment, too) or no protocol of ours. */
	if (in.bad || (packet->proto != INET_PROTO_ICMPV6 && packet->proto != INET_PROTO_PIM))
		return -EBADMSG;
	packet->bytes = in.at;
	packet->len = rd_left(&in);
	return 0;
}

int inet_decode(const uint8_t *bytes, size_t len, struct inet_packet *ret_packet)
{
	struct inet_packet packet = { .len = 0 };
	int version = len ? bytes[0] >> 4 : 0, err = -EBADMSG;

	if (version == 4)
		err = ip4_decode(bytes, len, &packet);
	else if (version == 6)
		err = ip6_decode(bytes, len, &packet);
	if (!err)
		*ret_packet = packet;
	return err;
}

static uint64_t sum_words(const uint8_t *bytes, size_t len, uint64_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint64_t)(bytes[i] << 8 | bytes[i + 1]);
	if (len % 2)
		sum += (uint64_t)bytes[len - 1] << 8;
	return sum;
}

uint16_t inet_checksum(const uint8_t *bytes, size_t len, uint32_t sum)
{
	uint64_t total = sum_words(bytes, len, sum);

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

uint32_t inet_pseudo_sum(const struct ip_addr *src, const struct ip_addr *dst, uint8_t proto,
			 size_t len)
{
	uint64_t sum = (len >> 16) + (len & 0xffff) + proto;

	if (ip_addr_family(src) == IP_FAMILY_4)
		return 0;
	sum = sum_words(src->b, sizeof(src->b), sum);
	return (uint32_t)sum_words(dst->b, sizeof(dst->b), sum);
}
