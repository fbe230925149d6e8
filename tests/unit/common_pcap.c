// SPDX-License-Identifier: GPL-2.0-only
/* Captures among the test vectors; see common_pcap.h. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/common_pcap.h"
#include "unit/common_property.h"

#define PCAP_HEADER_LEN     24u
#define PCAP_RECORD_LEN     16u
#define PCAP_MAGIC          0xa1b2c3d4u
#define PCAP_LINKTYPE_ETHER 1u
#define ETHER_LEN           14u

/* The files are little-endian. */
static uint32_t le32(const uint8_t *b)
{
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static struct inet_packet packet_of(const uint8_t *frame, size_t len)
{
	uint16_t ether_type = (uint16_t)(frame[12] << 8 | frame[13]);
	enum ip_family family = ether_type == 0x0800 ? IP_FAMILY_4 : IP_FAMILY_6;
	struct inet_packet packet;

	cr_assert(ether_type == 0x0800 || ether_type == 0x86dd);
	cr_assert(property_inet(frame + ETHER_LEN, len - ETHER_LEN));
	cr_assert_eq(inet_decode(frame + ETHER_LEN, len - ETHER_LEN, &packet), 0);
	cr_expect_eq(ip_addr_family(&packet.src), family);
	cr_expect_eq(ip_addr_family(&packet.dst), family);
	cr_expect_eq(packet.proto, INET_PROTO_PIM);
	cr_expect_eq(packet.ttl, 1);
	cr_expect_not(packet.has_router_alert || packet.has_hop_by_hop);
	cr_expect_eq(packet.bytes + packet.len, frame + len);
	return packet;
}

void pcap_each(const char *name, void (*found)(const struct inet_packet *packet, void *context),
	       void *context)
{
	struct inet_packet packet;
	size_t len, at = PCAP_HEADER_LEN;
	char path[64];
	uint8_t *bytes;

	(void)snprintf(path, sizeof(path), "captures/%s.pcap", name);
	bytes = vector_read(path, &len);
	cr_assert_geq(len, PCAP_HEADER_LEN);
	cr_assert_eq(le32(bytes), PCAP_MAGIC);
	cr_assert_eq(le32(bytes + 20), PCAP_LINKTYPE_ETHER);
	while (at < len) {
		size_t frame_len;

		cr_assert_leq(at + PCAP_RECORD_LEN, len);
		frame_len = le32(bytes + at + 8);
		cr_assert_eq(frame_len, le32(bytes + at + 12), "captured in part");
		at += PCAP_RECORD_LEN;
		cr_assert(at + frame_len <= len && frame_len > ETHER_LEN);
		packet = packet_of(bytes + at, frame_len);
		found(&packet, context);
		at += frame_len;
	}
	free(bytes);
}
