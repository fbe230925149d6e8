// SPDX-License-Identifier: GPL-2.0-only
/* Messages of multicast router discovery: bytes by hand, every length, every damage. RFC 4286. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"
#include "wire/inet.h"
#include "wire/mrd.h"

TestSuite(wire_mrd);

/* Advertisement (20 s; queries each 125 s, robustness 2), solicitation, termination. */
static const struct letter {
	const char *src, *dst;
	enum mrd_type type;
	size_t len;
	uint8_t bytes[MRD_MSG_MAX];
} letters[] = {
	{ "10.0.0.2",
	  "224.0.0.106",
	  MRD_ADVERTISEMENT,
	  8,
	  { 0x30, 0x14, 0xcf, 0x6c, 0x00, 0x7d, 0x00, 0x02 } },
	{ "10.0.0.2", "224.0.0.2", MRD_SOLICITATION, 4, { 0x31, 0x00, 0xce, 0xff } },
	{ "10.0.0.2", "224.0.0.106", MRD_TERMINATION, 4, { 0x32, 0x00, 0xcd, 0xff } },
	/* Pseudo header: 0xfe80 + 2 + 0xff02 + 0x6a (2 for the solicitation) + length + 58. */
	{ "fe80::2",
	  "ff02::6a",
	  MRD_ADVERTISEMENT,
	  8,
	  { 0x97, 0x14, 0x6a, 0x3a, 0x00, 0x7d, 0x00, 0x02 } },
	{ "fe80::2", "ff02::2", MRD_SOLICITATION, 4, { 0x98, 0x00, 0x6a, 0x39 } },
	{ "fe80::2", "ff02::6a", MRD_TERMINATION, 4, { 0x99, 0x00, 0x68, 0xd1 } },
};

#define LETTERS (sizeof(letters) / sizeof(letters[0]))

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0, "%s", text);
	return parsed;
}

static int decode(const struct letter *letter, const uint8_t *bytes, size_t len,
		  struct mrd_msg *ret_msg)
{
	struct ip_addr src = addr(letter->src), dst = addr(letter->dst);

	return mrd_decode(bytes, len, &src, &dst, ret_msg);
}

static struct mrd_msg content(const struct letter *letter)
{
	struct mrd_msg msg = { .type = letter->type };

	if (letter->type == MRD_ADVERTISEMENT) {
		msg.interval_s = 20;
		msg.query_interval_s = 125;
		msg.robustness = 2;
	}
	return msg;
}

/* The checksum a sender would have written over these bytes. */
static void seal(const struct letter *letter, uint8_t *bytes, size_t len)
{
	struct ip_addr src = addr(letter->src), dst = addr(letter->dst);
	uint16_t sum;

	memset(bytes + 2, 0, 2);
	sum = inet_checksum(bytes, len, inet_pseudo_sum(&src, &dst, INET_PROTO_ICMPV6, len));
	bytes[2] = (uint8_t)(sum >> 8);
	bytes[3] = (uint8_t)sum;
}

Test(wire_mrd, messages_are_these_bytes_and_back)
{
	for (size_t i = 0; i < LETTERS; i++) {
		const struct letter *letter = &letters[i];
		struct ip_addr src = addr(letter->src), dst = addr(letter->dst);
		struct mrd_msg msg = content(letter), is;
		struct ip_addr group = mrd_group(ip_addr_family(&dst), letter->type);
		uint8_t bytes[MRD_MSG_MAX];

		cr_expect(ip_addr_equal(&group, &dst), "letter %zu", i);
		cr_expect_eq(mrd_encode(&msg, &src, &dst, bytes, sizeof(bytes)), letter->len);
		cr_expect_arr_eq(bytes, letter->bytes, letter->len, "letter %zu", i);
		cr_assert_eq(decode(letter, letter->bytes, letter->len, &is), 0, "letter %zu", i);
		cr_expect_eq(is.type, msg.type);
		cr_expect_eq(is.interval_s, msg.interval_s);
		cr_expect_eq(is.query_interval_s, msg.query_interval_s);
		cr_expect_eq(is.robustness, msg.robustness);
		for (size_t room = 0; room < letter->len; room++)
			cr_expect_eq(mrd_encode(&msg, &src, &dst, bytes, room), 0);
	}
}

/* Also with a checksum that fits the shorter message. */
Test(wire_mrd, shorter_messages_are_refused_and_longer_ones_are_not)
{
	for (size_t i = 0; i < LETTERS; i++) {
		const struct letter *letter = &letters[i];
		uint8_t bytes[MRD_MSG_MAX + 3] = { 0 };
		struct mrd_msg msg = { .type = MRD_TYPE_COUNT };

		for (size_t len = 0; len < letter->len; len++) {
			memcpy(bytes, letter->bytes, letter->len);
			cr_expect_eq(decode(letter, bytes, len, &msg), -EBADMSG);
			if (len < 4)
				continue;
			seal(letter, bytes, len);
			cr_expect_eq(decode(letter, bytes, len, &msg), -EBADMSG, "%zu of %zu", len,
				     i);
		}
		cr_expect_eq(msg.type, MRD_TYPE_COUNT, "written without success");
		memcpy(bytes, letter->bytes, letter->len);
		seal(letter, bytes, letter->len + 3);
		cr_expect_eq(decode(letter, bytes, letter->len + 3, &msg), 0);
		cr_expect_eq(msg.type, letter->type);
	}
}

Test(wire_mrd, every_flipped_bit_is_found)
{
	for (size_t i = 0; i < LETTERS; i++)
		for (size_t bit = 0; bit < 8 * letters[i].len; bit++) {
			uint8_t bytes[MRD_MSG_MAX];
			struct mrd_msg msg;

			memcpy(bytes, letters[i].bytes, sizeof(bytes));
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_lt(decode(&letters[i], bytes, letters[i].len, &msg), 0,
				     "bit %zu of letter %zu", bit, i);
		}
}

Test(wire_mrd, other_messages_and_wrong_addresses_are_refused)
{
	static const struct {
		size_t letter;
		const char *src, *dst;
	} rows[] = {
		{ 0, "10.0.0.2", "224.0.0.2" }, { 1, "10.0.0.2", "224.0.0.106" },
		{ 1, "0.0.0.0", "224.0.0.2" },  { 1, "224.0.0.1", "224.0.0.2" },
		{ 1, "10.0.0.2", "10.0.0.1" },  { 3, "fe80::2", "ff02::2" },
		{ 4, "fe80::2", "ff02::6a" },   { 4, "2001:db8::2", "ff02::2" },
		{ 4, "::", "ff02::2" },         { 4, "fe80::2", "fe80::1" },
	};
	struct mrd_msg msg;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct letter letter = letters[rows[i].letter];

		letter.src = rows[i].src;
		letter.dst = rows[i].dst;
		seal(&letter, letter.bytes, letter.len);
		cr_expect_eq(decode(&letter, letter.bytes, letter.len, &msg), -EBADMSG, "row %zu",
			     i);
	}
	for (size_t i = 0; i < LETTERS; i++) {
		struct letter letter = letters[i];

		letter.bytes[0] = i < LETTERS / 2 ? 0x11 : 130; /* a query */
		seal(&letter, letter.bytes, letter.len);
		cr_expect_eq(decode(&letter, letter.bytes, letter.len, &msg), -EPROTONOSUPPORT);
	}
}
