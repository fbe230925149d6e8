// SPDX-License-Identifier: GPL-2.0-only
/* Captured traffic of two reference routers, from the Ethernet header to the last byte. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ip103.h"
#include "unit/common_json.h"
#include "unit/common_property.h"
#include "io/crypto.h"

#define PCAP_HEADER_LEN     24u
#define PCAP_RECORD_LEN     16u
#define PCAP_MAGIC          0xa1b2c3d4u
#define PCAP_LINKTYPE_ETHER 1u
#define ETHER_LEN           14u

TestSuite(wire_capture);

/* What was found in a capture. */
struct tally {
	unsigned int packets[IP_FAMILY_COUNT];
	unsigned int types[HPIM_TYPE_COUNT];
	unsigned int valid[IP_FAMILY_COUNT]; /* by the key */
};

/* The files are little-endian. */
static uint32_t le32(const uint8_t *b)
{
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void check_frame(const uint8_t *frame, size_t len, const struct hpim_key *key,
			struct tally *tally)
{
	uint16_t ether_type = (uint16_t)(frame[12] << 8 | frame[13]);
	enum ip_family family = ether_type == 0x0800 ? IP_FAMILY_4 : IP_FAMILY_6;
	struct inet_packet packet;
	struct hpim_msg msg;

	cr_assert(ether_type == 0x0800 || ether_type == 0x86dd);
	cr_assert(property_inet(frame + ETHER_LEN, len - ETHER_LEN));
	cr_assert_eq(inet_decode(frame + ETHER_LEN, len - ETHER_LEN, &packet), 0);
	cr_expect_eq(ip_addr_family(&packet.src), family);
	cr_expect_eq(ip_addr_family(&packet.dst), family);
	cr_expect_eq(packet.proto, INET_PROTO_PIM);
	cr_expect_eq(packet.ttl, 1);
	cr_expect_not(packet.has_router_alert || packet.has_hop_by_hop);
	cr_expect_eq(packet.bytes + packet.len, frame + len);
	cr_expect_eq(ip103_kind(IP103_HPIM, packet.bytes, packet.len, &packet.src, &packet.dst),
		     IP103_HPIM);
	cr_expect(property_hpim(family, packet.bytes, packet.len));
	cr_assert_eq(hpim_decode(family, packet.bytes, packet.len, &msg), 0);
	tally->packets[family]++;
	tally->types[msg.type]++;
	if (key && hpim_auth_verify(key, crypto_hmac, &packet.src, &packet.dst, packet.bytes,
				    packet.len) == 0)
		tally->valid[family]++;
}

static struct tally walk(const char *name, const struct hpim_key *key)
{
	struct tally tally = { .types = { 0 } };
	char path[64];
	uint8_t *bytes;
	size_t len, at = PCAP_HEADER_LEN;

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
		check_frame(bytes + at, frame_len, key, &tally);
		at += frame_len;
	}
	free(bytes);
	return tally;
}

Test(wire_capture, every_packet_decodes_to_its_last_byte)
{
	static const struct {
		const char *name;
		unsigned int packets4, packets6;
		unsigned int types[HPIM_TYPE_COUNT];
	} files[] = {
		{ "01-sync-no-trees", 10, 10, { 12, 8 } },
		{ "02-sync-with-trees", 27, 27, { 10, 8, 0, 0, 6, 12, 18 } },
		{ "03-tree-interest", 12, 13, { 5, 0, 2, 0, 4, 4, 10 } },
		{ "04-interface-removal", 13, 13, { 10, 8, 0, 0, 2, 2, 4 } },
		{ "04b-source-interface-removal", 3, 4, { 3, 0, 0, 2, 0, 0, 2 } },
		{ "04c-router-stop", 3, 1, { 4 } },
		{ "05-hmac-sha256", 26, 24, { 12, 8, 2, 0, 6, 7, 15 } },
		{ "05c-hmac-wrong-key", 6, 8, { 4, 0, 5, 0, 1, 1, 3 } },
		{ "06-retransmit-no-ack", 24, 0, { 5, 5, 5, 0, 0, 2, 7 } },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct tally tally = walk(files[i].name, NULL);

		cr_expect_eq(tally.packets[IP_FAMILY_4], files[i].packets4, "%s", files[i].name);
		cr_expect_eq(tally.packets[IP_FAMILY_6], files[i].packets6, "%s", files[i].name);
		cr_expect_arr_eq(tally.types, files[i].types, sizeof(tally.types), "%s",
				 files[i].name);
	}
}

static struct hpim_key key_of(const char *secret)
{
	cr_assert_eq(crypto_init(), 0);
	return (struct hpim_key){ .id = 7,
				  .hash = HPIM_HASH_SHA256,
				  .secret = (const uint8_t *)secret,
				  .secret_len = strlen(secret) };
}

Test(wire_capture, signed_traffic_verifies)
{
	struct hpim_key key = key_of("s3cretkey"), other = key_of("otherkey");
	struct tally tally = walk("05-hmac-sha256", &key);

	cr_expect_eq(tally.valid[IP_FAMILY_4], 26);
	cr_expect_eq(tally.valid[IP_FAMILY_6], 24);
	tally = walk("05-hmac-sha256", &other);
	cr_expect_eq(tally.valid[IP_FAMILY_4], 0);
	cr_expect_eq(tally.valid[IP_FAMILY_6], 0);
}

Test(wire_capture, traffic_of_two_keys_verifies_with_one_of_them)
{
	struct hpim_key key = key_of("s3cretkey"), other = key_of("otherkey");
	struct tally tally = walk("05c-hmac-wrong-key", &key);

	cr_expect_eq(tally.valid[IP_FAMILY_4], 1);
	cr_expect_eq(tally.valid[IP_FAMILY_6], 4);
	tally = walk("05c-hmac-wrong-key", &other);
	cr_expect_eq(tally.valid[IP_FAMILY_4], 5);
	cr_expect_eq(tally.valid[IP_FAMILY_6], 4);
}
