// SPDX-License-Identifier: GPL-2.0-only
/* IGMP and MLD messages of older versions: packets of a Linux host, every kind built, every kind of
 * damage. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_json.h"
#include "unit/common_property.h"
#include "wire/igmp.h"
#include "wire/mld.h"

TestSuite(wire_gm);

static const struct codec {
	const char *src, *group, *all_hosts, *all_routers;
	size_t len;
	int (*decode)(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		      const struct ip_addr *dst, struct gm_msg *ret_msg);
	size_t (*encode)(const struct gm_msg *msg, const struct ip_addr *src,
			 const struct ip_addr *dst, uint8_t *bytes, size_t room);
} codecs[IP_FAMILY_COUNT] = {
	{ "10.9.0.1", "239.1.2.3", "224.0.0.1", "224.0.0.2", 8, igmp_decode, igmp_encode },
	{ "fe80::ff:fe00:1", "ff05::1:3", "ff02::1", "ff02::2", 24, mld_decode, mld_encode },
};

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0, "%s", text);
	return parsed;
}

/* A message with where it goes. */
struct letter {
	struct gm_msg msg;
	struct ip_addr src, dst;
};

#define LETTERS 4u

/* General query, specific query, report, leave. */
static struct letter letter_of(enum ip_family family, size_t i)
{
	const struct codec *codec = &codecs[family];
	struct letter letter = { .src = addr(codec->src), .dst = addr(codec->group) };

	letter.msg.version = family == IP_FAMILY_4 ? 2 : 1;
	letter.msg.type = i < 2 ? GM_QUERY : i == 2 ? GM_REPORT : GM_LEAVE;
	letter.msg.group = letter.dst;
	if (i == 0) {
		letter.dst = addr(codec->all_hosts);
		letter.msg.group = addr(family == IP_FAMILY_4 ? "0.0.0.0" : "::");
		letter.msg.max_response = HP_SEC(10);
	} else if (i == 1) {
		letter.msg.max_response = HP_SEC(1);
	} else if (i == 3) {
		letter.dst = addr(codec->all_routers);
	}
	return letter;
}

static struct vector_bytes encode(enum ip_family family, const struct letter *letter)
{
	struct vector_bytes out;

	out.len = codecs[family].encode(&letter->msg, &letter->src, &letter->dst, out.b,
					sizeof(out.b));
	return out;
}

static int decode(enum ip_family family, const struct letter *letter, const struct vector_bytes *in)
{
	struct gm_msg msg;

	(void)property_gm(family, in->b, in->len, &letter->src, &letter->dst);
	return codecs[family].decode(in->b, in->len, &letter->src, &letter->dst, &msg);
}

/* Make the checksum right after a change. */
static void seal(struct vector_bytes *in, const struct letter *letter)
{
	uint32_t sum = inet_pseudo_sum(&letter->src, &letter->dst, INET_PROTO_ICMPV6, in->len);
	uint16_t checksum;

	in->b[2] = in->b[3] = 0;
	checksum = inet_checksum(in->b, in->len, sum);
	in->b[2] = (uint8_t)(checksum >> 8);
	in->b[3] = (uint8_t)checksum;
}

static bool msg_equal(const struct gm_msg *a, const struct gm_msg *b)
{
	return a->type == b->type && a->version == b->version &&
	       a->max_response == b->max_response && ip_addr_equal(&a->group, &b->group);
}

#define for_each_letter(family, i)                                          \
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) \
		for (size_t i = 0; i < LETTERS; i++)

Test(wire_gm, packets_of_a_linux_host_decode_and_encode_byte_for_byte)
{
	/* Joining and leaving 239.1.2.3 and ff05::1:3, with the IP headers. */
	static const struct {
		enum ip_family family;
		size_t letter;
		const char *hex;
	} packets[] = {
		{ IP_FAMILY_4, 2,
		  "46c00020000040000102e9090a090001ef01020394040000"
		  "1600f8faef010203" },
		{ IP_FAMILY_4, 3,
		  "46c00020000040000102fa0b0a090001e000000294040000"
		  "1700f7faef010203" },
		{ IP_FAMILY_6, 2,
		  "6000000000200001fe80000000000000000000fffe000001"
		  "ff0500000000000000000000000100033a00050200000100"
		  "8300811700000000ff050000000000000000000000010003" },
		{ IP_FAMILY_6, 3,
		  "6000000000200001fe80000000000000000000fffe000001"
		  "ff0200000000000000000000000000023a00050200000100"
		  "8400801c00000000ff050000000000000000000000010003" },
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct vector_bytes in = vector_hex(packets[i].hex), out;
		struct letter want = letter_of(packets[i].family, packets[i].letter);
		struct inet_packet packet;
		struct gm_msg msg;

		cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
		cr_expect(packet.has_router_alert);
		cr_expect_eq(packet.ttl, 1);
		cr_assert_eq(codecs[packets[i].family].decode(packet.bytes, packet.len, &packet.src,
							      &packet.dst, &msg),
			     0);
		cr_expect(msg_equal(&msg, &want.msg), "packet %zu", i);
		cr_expect(ip_addr_equal(&packet.src, &want.src));
		cr_expect(ip_addr_equal(&packet.dst, &want.dst));
		out = encode(packets[i].family, &want);
		cr_expect(out.len == packet.len && memcmp(out.b, packet.bytes, out.len) == 0);
	}
}

Test(wire_gm, queries_have_the_bytes_of_the_standards)
{
	struct letter letter = letter_of(IP_FAMILY_4, 0);
	struct vector_bytes out = encode(IP_FAMILY_4, &letter);

	cr_expect(out.len == 8 && memcmp(out.b, vector_hex("1164ee9b00000000").b, 8) == 0);
	letter.msg.version = 1; /* whatever the time: another byte would make it version 2 */
	out = encode(IP_FAMILY_4, &letter);
	cr_expect(out.len == 8 && memcmp(out.b, vector_hex("1100eeff00000000").b, 8) == 0);
	letter = letter_of(IP_FAMILY_6, 1);
	out = encode(IP_FAMILY_6, &letter);
	cr_expect_eq(out.len, 24);
	cr_expect_arr_eq(out.b, vector_hex("8200").b, 2);
	cr_expect_arr_eq(out.b + 4, vector_hex("03e80000").b, 4);
}

Test(wire_gm, every_message_built_decodes_to_the_same)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes out = encode(family, &letter);
		struct gm_msg msg;

		cr_assert_eq(out.len, codecs[family].len);
		cr_assert_eq(codecs[family].decode(out.b, out.len, &letter.src, &letter.dst, &msg),
			     0);
		cr_expect(msg_equal(&msg, &letter.msg), "family %d, letter %zu", (int)family, i);
	}
}

Test(wire_gm, igmp_version_1_is_told_by_its_types)
{
	struct letter report = letter_of(IP_FAMILY_4, 2), query = letter_of(IP_FAMILY_4, 0);
	struct vector_bytes in = vector_hex("1100eeff00000000");
	struct gm_msg msg;

	cr_assert_eq(igmp_decode(in.b, in.len, &query.src, &query.dst, &msg), 0);
	cr_expect(msg.type == GM_QUERY && msg.version == 1 && msg.max_response == 0);
	report.msg.version = 1;
	in = encode(IP_FAMILY_4, &report);
	cr_expect_eq(in.b[0], 0x12);
	cr_assert_eq(igmp_decode(in.b, in.len, &report.src, &report.dst, &msg), 0);
	cr_expect(msg_equal(&msg, &report.msg));
}

Test(wire_gm, response_time_beyond_the_field_is_written_as_its_maximum)
{
	struct letter letter = letter_of(IP_FAMILY_4, 0);
	struct vector_bytes out;

	letter.msg.max_response = HP_SEC(26);
	out = encode(IP_FAMILY_4, &letter);
	cr_expect_eq(out.b[1], 255);
	letter = letter_of(IP_FAMILY_6, 0);
	letter.msg.max_response = HP_SEC(66);
	out = encode(IP_FAMILY_6, &letter);
	cr_expect(out.b[4] == 255 && out.b[5] == 255);
}

Test(wire_gm, short_response_time_does_not_make_a_version_1_query)
{
	struct letter letter = letter_of(IP_FAMILY_4, 0);
	struct vector_bytes out;

	letter.msg.max_response = 1;
	out = encode(IP_FAMILY_4, &letter);
	cr_expect_eq(out.b[1], 1);
}

Test(wire_gm, every_shorter_length_is_refused)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes whole = encode(family, &letter), in = whole;

		for (in.len = 0; in.len < whole.len; in.len++) {
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
			if (in.len < 4)
				continue;
			seal(&in, &letter);
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG, "right checksum");
			in = (struct vector_bytes){ .len = in.len };
			memcpy(in.b, whole.b, whole.len);
		}
	}
}

Test(wire_gm, too_little_room_writes_nothing)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		uint8_t out[64];

		for (size_t room = 0; room < codecs[family].len; room++)
			cr_expect_eq(codecs[family].encode(&letter.msg, &letter.src, &letter.dst,
							   out, room),
				     0);
	}
}

Test(wire_gm, wrong_checksum_is_refused_whichever_bit_it_is)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes in = encode(family, &letter);

		for (size_t bit = 0; bit < 8 * in.len; bit++) {
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

Test(wire_gm, no_changed_byte_breaks_the_decoder)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes whole = encode(family, &letter), in;

		for (size_t at = 0; at < whole.len; at++) {
			for (unsigned int value = 0; value < 256; value++) {
				in = whole;
				in.b[at] = (uint8_t)value;
				seal(&in, &letter);
				(void)decode(family, &letter, &in); /* some changes are legal */
			}
		}
	}
}

Test(wire_gm, group_that_is_not_multicast_is_refused)
{
	static const char *const unicast[] = { "10.1.2.3", "2001:db8::1" };

	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes in;

		letter.msg.group = addr(unicast[family]);
		if (i == 1 || i == 2)
			letter.dst = letter.msg.group;
		in = encode(family, &letter);
		cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
	}
}

Test(wire_gm, report_and_leave_without_a_group_are_refused)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes in;

		letter.msg.group = addr(family == IP_FAMILY_4 ? "0.0.0.0" : "::");
		in = encode(family, &letter);
		cr_expect_eq(decode(family, &letter, &in), i < 2 ? 0 : -EBADMSG, "%zu", i);
	}
}

Test(wire_gm, mapped_group_in_mld_is_refused)
{
	struct letter letter = letter_of(IP_FAMILY_6, 0);
	struct vector_bytes in = encode(IP_FAMILY_6, &letter);

	memcpy(in.b + 8, vector_hex("00000000000000000000ffffe1010101").b, 16);
	seal(&in, &letter);
	cr_expect_eq(decode(IP_FAMILY_6, &letter, &in), -EBADMSG);
}

/* A message of @len bytes whose first is @number, checksum right. */
static int decode_number(enum ip_family family, uint8_t number, size_t len)
{
	struct letter letter = letter_of(family, 0);
	struct vector_bytes in = { .len = len };

	in.b[0] = number;
	in.b[1] = family == IP_FAMILY_4 ? 100 : 0;
	seal(&in, &letter);
	return decode(family, &letter, &in);
}

Test(wire_gm, length_of_a_query_tells_its_version)
{
	cr_expect_eq(decode_number(IP_FAMILY_4, 0x13, 8), -EPROTONOSUPPORT, "DVMRP");
	cr_expect_eq(decode_number(IP_FAMILY_6, 133, 8), -EPROTONOSUPPORT, "router solicitation");
	for (size_t len = 8; len <= 16; len++)
		cr_expect_eq(decode_number(IP_FAMILY_4, 0x11, len),
			     len == 8 || len >= 12 ? 0 : -EBADMSG, "%zu", len);
	for (size_t len = 24; len <= 32; len++)
		cr_expect_eq(decode_number(IP_FAMILY_6, 130, len),
			     len == 24 || len >= 28 ? 0 : -EBADMSG, "%zu", len);
}

Test(wire_gm, bytes_behind_a_report_or_leave_are_ignored)
{
	for_each_letter(family, i)
	{
		struct letter letter = letter_of(family, i);
		struct vector_bytes in = encode(family, &letter);

		if (letter.msg.type == GM_QUERY)
			continue;
		in.b[in.len++] = 0x55;
		seal(&in, &letter);
		cr_expect_eq(decode(family, &letter, &in), 0);
	}
}
