// SPDX-License-Identifier: GPL-2.0-only
/* IGMPv3 and MLDv2 messages: packets of a Linux host, codes, round trips, every kind of damage. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_json.h"
#include "unit/common_property.h"
#include "wire/gm_format.h"
#include "wire/gm_record.h"
#include "wire/igmp.h"
#include "wire/mld.h"

TestSuite(gm3_wire);

static const struct codec {
	const char *src, *group, *any, *all_hosts, *all_routers, *all_newest, *sources[2];
	uint8_t version;
	size_t query_len;
	hp_time unit; /* of the response */
	int (*decode)(const uint8_t *bytes, size_t len, const struct ip_addr *src,
		      const struct ip_addr *dst, struct gm_msg *ret_msg);
	size_t (*encode)(const struct gm_msg *msg, const struct ip_addr *src,
			 const struct ip_addr *dst, uint8_t *bytes, size_t room);
} codecs[IP_FAMILY_COUNT] = {
	{ "10.9.0.1",
	  "239.1.2.3",
	  "0.0.0.0",
	  "224.0.0.1",
	  "224.0.0.2",
	  "224.0.0.22",
	  { "10.1.1.7", "10.1.1.8" },
	  3,
	  12,
	  HP_MS(100),
	  igmp_decode,
	  igmp_encode },
	{ "fe80::ff:fe00:1",
	  "ff05::1:3",
	  "::",
	  "ff02::1",
	  "ff02::2",
	  "ff02::16",
	  { "2001:db8::7", "2001:db8::8" },
	  2,
	  28,
	  HP_MS(1),
	  mld_decode,
	  mld_encode },
};

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0, "%s", text);
	return parsed;
}

/* A message with where it goes and what it carries. */
struct letter {
	struct gm_msg msg;
	struct ip_addr src, dst;
	uint8_t body[200];
};

#define LETTERS 4u

static void body_add(struct letter *letter, const void *bytes, size_t len)
{
	memcpy(letter->body + letter->msg.body_len, bytes, len);
	letter->msg.body_len += len;
}

static void body_add_addr(struct letter *letter, const char *text)
{
	struct ip_addr value = addr(text);

	body_add(letter, ip_addr_bytes(&value), ip_family_addr_len(ip_addr_family(&value)));
}

/* Two records: one excludes nothing and has auxiliary data, the other allows two sources. */
static void records_add(struct letter *letter, const struct codec *codec)
{
	letter->msg.count = 2;
	body_add(letter, (uint8_t[]){ GM_RECORD_IS_EX, 1, 0, 0 }, 4);
	body_add_addr(letter, codec->group);
	body_add(letter, "aux.", 4);
	body_add(letter, (uint8_t[]){ GM_RECORD_ALLOW, 0, 0, 2 }, 4);
	body_add_addr(letter, codec->group);
	body_add_addr(letter, codec->sources[0]);
	body_add_addr(letter, codec->sources[1]);
}

/* General query, group-specific, group-and-source-specific with the S flag, report. */
static void letter_fill(enum ip_family family, size_t i, struct letter *letter)
{
	const struct codec *codec = &codecs[family];
	bool is_specific = i == 1 || i == 2;

	memset(letter, 0, sizeof(*letter));
	letter->src = addr(codec->src);
	letter->dst = addr(i == 0 ? codec->all_hosts : i == 3 ? codec->all_newest : codec->group);
	letter->msg.version = codec->version;
	letter->msg.type = i == 3 ? GM_REPORT : GM_QUERY;
	letter->msg.group = addr(is_specific ? codec->group : codec->any);
	if (i != 3) {
		letter->msg.max_response = is_specific ? HP_SEC(1) : HP_SEC(10);
		letter->msg.robustness = 2;
		letter->msg.query_interval = HP_SEC(125);
	}
	if (i == 2) {
		letter->msg.suppress = true;
		letter->msg.count = 2;
		body_add_addr(letter, codec->sources[0]);
		body_add_addr(letter, codec->sources[1]);
	}
	if (i == 3)
		records_add(letter, codec);
	letter->msg.body = letter->body;
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
	       a->max_response == b->max_response && ip_addr_equal(&a->group, &b->group) &&
	       a->suppress == b->suppress && a->robustness == b->robustness &&
	       a->query_interval == b->query_interval && a->count == b->count &&
	       a->body_len == b->body_len && memcmp(a->body, b->body, a->body_len) == 0;
}

#define for_each_letter(family, i)                                          \
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) \
		for (size_t i = 0; i < LETTERS; i++)

/* ---- Packets of others ---- */

Test(gm3_wire, reports_of_a_linux_host_decode)
{
	/* Joining a group from one source, joining it, leaving it: with the IP headers. */
	static const struct {
		enum ip_family family;
		enum gm_record_type type;
		uint16_t sources;
		const char *hex;
	} packets[] = {
		{ IP_FAMILY_4, GM_RECORD_ALLOW, 1,
		  "46c0002c000040000102f9eb0a090001e0000016940400002200dcf000000001"
		  "05000001ef0102030a010107" },
		{ IP_FAMILY_4, GM_RECORD_TO_EX, 0,
		  "46c00028000040000102f9ef0a090001e0000016940400002200e8f900000001"
		  "04000000ef010203" },
		{ IP_FAMILY_4, GM_RECORD_TO_IN, 0,
		  "46c00028000040000102f9ef0a090001e0000016940400002200e9f900000001"
		  "03000000ef010203" },
		{ IP_FAMILY_6, GM_RECORD_ALLOW, 1,
		  "6000000000340001fe80000000000000000000fffe000001"
		  "ff0200000000000000000000000000163a00050200000100"
		  "8f0042320000000105000001ff050000000000000000000000010003"
		  "20010db8000000000000000000000007" },
		{ IP_FAMILY_6, GM_RECORD_TO_EX, 0,
		  "6000000000240001fe80000000000000000000fffe000001"
		  "ff0200000000000000000000000000163a00050200000100"
		  "8f0071030000000104000000ff050000000000000000000000010003" },
		{ IP_FAMILY_6, GM_RECORD_TO_IN, 0,
		  "6000000000240001fe80000000000000000000fffe000001"
		  "ff0200000000000000000000000000163a00050200000100"
		  "8f0072030000000103000000ff050000000000000000000000010003" },
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const struct codec *codec = &codecs[packets[i].family];
		struct vector_bytes in = vector_hex(packets[i].hex), out;
		struct ip_addr group = addr(codec->group), source = addr(codec->sources[0]);
		struct inet_packet packet;
		struct gm_records records;
		struct gm_record record;
		struct gm_msg msg;

		cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
		cr_expect(packet.has_router_alert && packet.ttl == 1);
		cr_assert_eq(
			codec->decode(packet.bytes, packet.len, &packet.src, &packet.dst, &msg), 0);
		cr_expect(msg.type == GM_REPORT && msg.version == codec->version && msg.count == 1);
		records = gm_records_of(&msg);
		cr_assert(gm_record_next(&records, &record));
		cr_expect_eq(record.type, packets[i].type);
		cr_expect(ip_addr_equal(&record.group, &group));
		cr_assert_eq(record.source_count, packets[i].sources);
		if (record.source_count > 0) {
			struct ip_addr got = gm_source_at(&record.group, record.sources, 0);

			cr_expect(ip_addr_equal(&got, &source));
		}
		cr_expect_not(gm_record_next(&records, &record));
		out.len = codec->encode(&msg, &packet.src, &packet.dst, out.b, sizeof(out.b));
		cr_expect(out.len == packet.len && memcmp(out.b, packet.bytes, out.len) == 0);
	}
}

Test(gm3_wire, queries_have_the_bytes_of_the_standards)
{
	struct letter letter;
	struct vector_bytes out;

	letter_fill(IP_FAMILY_4, 2, &letter);
	out = encode(IP_FAMILY_4, &letter);
	cr_assert_eq(out.len, 20);
	cr_expect_arr_eq(out.b, vector_hex("110a").b, 2);
	cr_expect_arr_eq(out.b + 4, vector_hex("ef0102030a7d00020a0101070a010108").b, 16);
	letter_fill(IP_FAMILY_6, 1, &letter);
	out = encode(IP_FAMILY_6, &letter);
	cr_assert_eq(out.len, 28);
	cr_expect_arr_eq(out.b, vector_hex("8200").b, 2);
	cr_expect_arr_eq(out.b + 4,
			 vector_hex("03e80000ff050000000000000000000000010003027d0000").b, 24);
}

Test(gm3_wire, older_messages_read_as_the_records_they_mean)
{
	struct gm_msg msg = { .version = 2, .group = addr("239.1.2.3") };

	for (msg.type = GM_REPORT; msg.type <= GM_LEAVE; msg.type++) {
		struct gm_records records = gm_records_of(&msg);
		struct gm_record record;

		cr_assert(gm_record_next(&records, &record));
		cr_expect_eq(record.type,
			     msg.type == GM_REPORT ? GM_RECORD_IS_EX : GM_RECORD_TO_IN);
		cr_expect(ip_addr_equal(&record.group, &msg.group));
		cr_expect_eq(record.source_count, 0);
		cr_expect_not(gm_record_next(&records, &record));
	}
}

/* ---- Codes with an exponent: RFC 9776, 4.1.1 and 4.1.7; RFC 3810, 5.1.3 ---- */

Test(gm3_wire, every_code_has_one_value_and_the_other_way_round)
{
	static const unsigned int bits[] = { 4, 12 };

	for (size_t i = 0; i < 2; i++) {
		uint32_t codes = UINT32_C(1) << (bits[i] + 4), before = 0;

		for (uint32_t code = 0; code < codes; code++) {
			uint32_t value = gm_code_value((uint16_t)code, bits[i]);

			cr_assert(code == 0 || value > before);
			cr_assert_eq(gm_code_of(value, bits[i]), code);
			/* What has no code is told as the next smaller number that has one. */
			if (code > 0)
				cr_assert_eq(gm_code_of(value - 1, bits[i]), code - 1);
			before = value;
		}
		cr_assert_eq(gm_code_of(before + 1, bits[i]), codes - 1);
		cr_assert_eq(gm_code_of(UINT64_MAX, bits[i]), codes - 1);
	}
}

Test(gm3_wire, codes_have_the_values_of_the_standards)
{
	cr_expect_eq(gm_code_value(0, 4), 0);
	cr_expect_eq(gm_code_value(127, 4), 127);
	cr_expect_eq(gm_code_value(0x80, 4), 128);
	cr_expect_eq(gm_code_value(0x8f, 4), 31 << 3);
	cr_expect_eq(gm_code_value(0xa5, 4), (5 | 16) << (2 + 3));
	cr_expect_eq(gm_code_value(0xff, 4), 31744);
	cr_expect_eq(gm_code_value(32767, 12), 32767);
	cr_expect_eq(gm_code_value(0x8000, 12), 32768);
	cr_expect_eq(gm_code_value(0xb123, 12), (0x123 | 0x1000) << (3 + 3));
	cr_expect_eq(gm_code_value(0xffff, 12), 8387584);
}

/* What a general query with these times says after a round trip. */
static struct gm_msg query_round_trip(enum ip_family family, hp_time response, hp_time interval,
				      uint8_t robustness)
{
	static struct vector_bytes out; /* the message points into it */
	struct letter letter;
	struct gm_msg msg;

	letter_fill(family, 0, &letter);
	letter.msg.max_response = response;
	letter.msg.query_interval = interval;
	letter.msg.robustness = robustness;
	out = encode(family, &letter);
	cr_assert_eq(codecs[family].decode(out.b, out.len, &letter.src, &letter.dst, &msg), 0);
	return msg;
}

Test(gm3_wire, long_times_are_told_with_an_exponent)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		hp_time unit = codecs[family].unit;
		hp_time most = unit * (family == IP_FAMILY_4 ? 31744 : 8387584);

		cr_expect_eq(query_round_trip(family, 0, 0, 0).max_response, 0);
		cr_expect_eq(query_round_trip(family, 1, 0, 0).max_response, unit, "never 0");
		cr_expect_eq(query_round_trip(family, unit * 127, 0, 0).max_response, unit * 127);
		cr_expect_eq(query_round_trip(family, most, 0, 0).max_response, most);
		cr_expect_eq(query_round_trip(family, HP_SEC(86400), 0, 0).max_response, most);
		cr_expect_eq(query_round_trip(family, 0, HP_SEC(127), 0).query_interval,
			     HP_SEC(127));
		cr_expect_eq(query_round_trip(family, 0, HP_SEC(130), 0).query_interval,
			     HP_SEC(128));
		cr_expect_eq(query_round_trip(family, 0, HP_SEC(90000), 0).query_interval,
			     HP_SEC(31744));
	}
	cr_expect_eq(query_round_trip(IP_FAMILY_4, HP_SEC(30), 0, 0).max_response, HP_MS(28800));
	cr_expect_eq(query_round_trip(IP_FAMILY_6, HP_SEC(30), 0, 0).max_response, HP_SEC(30));
}

Test(gm3_wire, robustness_above_seven_is_not_told)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		cr_expect_eq(query_round_trip(family, 0, 0, 7).robustness, 7);
		cr_expect_eq(query_round_trip(family, 0, 0, 8).robustness, 0);
		cr_expect_eq(query_round_trip(family, 0, 0, 9).robustness, 0);
		cr_expect_not(query_round_trip(family, 0, 0, 8).suppress);
	}
}

/* ---- Round trips and damage ---- */

Test(gm3_wire, every_message_built_decodes_to_the_same)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes out;
		struct gm_msg msg;

		letter_fill(family, i, &letter);
		out = encode(family, &letter);
		cr_assert_eq(codecs[family].decode(out.b, out.len, &letter.src, &letter.dst, &msg),
			     0);
		cr_expect(msg_equal(&msg, &letter.msg), "family %d, letter %zu", (int)family, i);
	}
}

/* A query cut where the older version ends is one of the older version: RFC 9776, 7.1. */
static bool is_older(const struct letter *letter, const struct vector_bytes *in)
{
	return letter->msg.type == GM_QUERY &&
	       in->len == codecs[ip_addr_family(&letter->src)].query_len - 4;
}

Test(gm3_wire, every_shorter_length_is_refused)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes whole, in;

		letter_fill(family, i, &letter);
		whole = encode(family, &letter);
		for (size_t len = 0; len < whole.len; len++) {
			in = whole;
			in.len = len;
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
			if (len < 4)
				continue;
			seal(&in, &letter);
			cr_expect_eq(decode(family, &letter, &in),
				     is_older(&letter, &in) ? 0 : -EBADMSG,
				     "family %d, letter %zu, %zu bytes", (int)family, i, len);
		}
	}
}

Test(gm3_wire, too_little_room_writes_nothing)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes whole;
		uint8_t out[200];

		letter_fill(family, i, &letter);
		whole = encode(family, &letter);
		for (size_t room = 0; room < whole.len; room++)
			cr_expect_eq(codecs[family].encode(&letter.msg, &letter.src, &letter.dst,
							   out, room),
				     0);
	}
}

Test(gm3_wire, wrong_checksum_is_refused_whichever_bit_it_is)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes in;

		letter_fill(family, i, &letter);
		in = encode(family, &letter);
		for (size_t bit = 0; bit < 8 * in.len; bit++) {
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

Test(gm3_wire, no_changed_byte_breaks_the_decoder)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes whole, in;

		letter_fill(family, i, &letter);
		whole = encode(family, &letter);
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

Test(gm3_wire, bytes_behind_the_message_are_ignored)
{
	for_each_letter(family, i)
	{
		struct letter letter;
		struct vector_bytes in;

		letter_fill(family, i, &letter);
		in = encode(family, &letter);
		in.b[in.len++] = 0x55;
		seal(&in, &letter);
		cr_expect_eq(decode(family, &letter, &in), 0);
	}
}

/* ---- Groups and sources ---- */

Test(gm3_wire, general_query_with_sources_is_refused)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct letter letter;
		struct vector_bytes in;

		letter_fill(family, 2, &letter);
		letter.msg.group = addr(codecs[family].any);
		letter.dst = addr(codecs[family].all_hosts);
		in = encode(family, &letter);
		cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
	}
}

Test(gm3_wire, query_for_a_source_that_cannot_be_one_is_refused)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const char *const bad[] = { codecs[family].any, codecs[family].group };

		for (size_t b = 0; b < 2; b++) {
			struct letter letter;
			struct vector_bytes in;

			letter_fill(family, 2, &letter);
			letter.msg.body_len /= 2;
			body_add_addr(&letter, bad[b]);
			in = encode(family, &letter);
			cr_expect_eq(decode(family, &letter, &in), -EBADMSG);
		}
	}
}

Test(gm3_wire, mapped_source_in_mld_is_refused)
{
	struct letter letter;
	struct vector_bytes in;

	letter_fill(IP_FAMILY_6, 2, &letter);
	memcpy(letter.body, vector_hex("00000000000000000000ffff0a010107").b, 16);
	in = encode(IP_FAMILY_6, &letter);
	cr_expect_eq(decode(IP_FAMILY_6, &letter, &in), -EBADMSG);
}

Test(gm3_wire, report_without_records_is_accepted)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		struct letter letter;
		struct vector_bytes in;
		struct gm_records records;
		struct gm_record record;
		struct gm_msg msg;

		letter_fill(family, 3, &letter);
		letter.msg.count = 0;
		letter.msg.body_len = 0;
		in = encode(family, &letter);
		cr_assert_eq(codecs[family].decode(in.b, in.len, &letter.src, &letter.dst, &msg),
			     0);
		records = gm_records_of(&msg);
		cr_expect_not(gm_record_next(&records, &record));
	}
}
