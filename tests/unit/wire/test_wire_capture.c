// SPDX-License-Identifier: GPL-2.0-only
/* Captured traffic of two reference routers, from the Ethernet header to the last byte. */
#include <criterion/criterion.h>
#include <string.h>

#include "wire/ip103.h"
#include "unit/common_pcap.h"
#include "unit/common_property.h"
#include "io/crypto.h"

TestSuite(wire_capture);

/* What was found in a capture. */
struct tally {
	const struct hpim_key *key; /* may be NULL */
	unsigned int packets[IP_FAMILY_COUNT];
	unsigned int types[HPIM_TYPE_COUNT];
	unsigned int valid[IP_FAMILY_COUNT]; /* by the key */
};

static void check_packet(const struct inet_packet *packet, void *context)
{
	enum ip_family family = ip_addr_family(&packet->src);
	struct tally *tally = context;
	const struct hpim_key *key = tally->key;
	struct hpim_msg msg;

	cr_expect_eq(ip103_kind(IP103_HPIM, packet->bytes, packet->len, &packet->src, &packet->dst),
		     IP103_HPIM);
	cr_expect(property_hpim(family, packet->bytes, packet->len));
	cr_assert_eq(hpim_decode(family, packet->bytes, packet->len, &msg), 0);
	tally->packets[family]++;
	tally->types[msg.type]++;
	if (key && hpim_auth_verify(key, crypto_hmac, &packet->src, &packet->dst, packet->bytes,
				    packet->len) == 0)
		tally->valid[family]++;
}

static struct tally walk(const char *name, const struct hpim_key *key)
{
	struct tally tally = { .key = key };

	pcap_each(name, check_packet, &tally);
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
