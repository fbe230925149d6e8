// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, prefixes and their text. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"

TestSuite(base_addr);

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0, "%s", text);
	return parsed;
}

Test(base_addr, bytes_of_a_packet_go_in_and_out)
{
	static const uint8_t v4[] = { 10, 1, 2, 3 }, v6[16] = { 0x20, 0x01, [15] = 9 };
	struct ip_addr a = ip_addr_from_bytes(IP_FAMILY_4, v4);

	cr_expect_eq(ip_addr_family(&a), IP_FAMILY_4);
	cr_expect_eq(ip_family_addr_len(IP_FAMILY_4), 4);
	cr_expect_arr_eq(ip_addr_bytes(&a), v4, 4);
	a = ip_addr_from_bytes(IP_FAMILY_6, v6);
	cr_expect_eq(ip_addr_family(&a), IP_FAMILY_6);
	cr_expect_eq(ip_family_addr_len(IP_FAMILY_6), 16);
	cr_expect_arr_eq(ip_addr_bytes(&a), v6, 16);
}

Test(base_addr, unset_is_not_the_ipv4_wildcard)
{
	struct ip_addr unset = { .b = { 0 } }, any4 = addr("0.0.0.0"), any6 = addr("::");

	cr_expect_not(ip_addr_is_set(&unset));
	cr_expect_not(ip_addr_is_set(&any6));
	cr_expect(ip_addr_is_set(&any4));
	cr_expect(ip_addr_is_any(&unset));
	cr_expect(ip_addr_is_any(&any4));
	cr_expect_not(ip_addr_equal(&any4, &any6));
}

Test(base_addr, order_is_that_of_unsigned_integers)
{
	static const char *const rising[] = { "0.0.0.0",     "9.255.255.255", "10.0.0.0",
					      "127.0.0.1",   "128.0.0.1",     "255.255.255.255",
					      "2001:db8::1", "fe80::1",       "fe80::2" };

	for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++) {
		for (size_t j = 0; j < sizeof(rising) / sizeof(rising[0]); j++) {
			struct ip_addr a = addr(rising[i]), b = addr(rising[j]);
			int order = ip_addr_compare(&a, &b);

			cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s and %s",
				     rising[i], rising[j]);
			cr_expect_eq(ip_addr_equal(&a, &b), i == j);
		}
	}
}

/* What an address is; a row per border of a range. */
static const struct kind_row {
	const char *text;
	bool is_multicast, is_link_scope, is_link_local, is_source;
} kinds[] = {
	{ "0.0.0.0", false, false, false, false },
	{ "0.0.0.1", false, false, false, false },
	{ "1.0.0.0", false, false, false, true },
	{ "10.0.0.1", false, false, false, true },
	{ "126.255.255.255", false, false, false, true },
	{ "127.0.0.1", false, false, false, false },
	{ "128.0.0.0", false, false, false, true },
	{ "169.253.255.255", false, false, false, true },
	{ "169.254.0.0", false, false, true, false },
	{ "169.254.255.255", false, false, true, false },
	{ "169.255.0.0", false, false, false, true },
	{ "223.255.255.255", false, false, false, true },
	{ "224.0.0.0", true, true, false, false },
	{ "224.0.0.255", true, true, false, false },
	{ "224.0.1.0", true, false, false, false },
	{ "225.0.0.1", true, false, false, false },
	{ "239.255.255.255", true, false, false, false },
	{ "240.0.0.0", false, false, false, false },
	{ "255.255.255.255", false, false, false, false },
	{ "::", false, false, false, false },
	{ "::1", false, false, false, false },
	{ "::2", false, false, false, true },
	{ "2001:db8::1", false, false, false, true },
	{ "fd00::1", false, false, false, true },
	{ "fe7f::1", false, false, false, true },
	{ "fe80::", false, false, true, false },
	{ "febf:ffff::1", false, false, true, false },
	{ "fec0::1", false, false, false, true },
	{ "feff::1", false, false, false, true },
	{ "ff00::1", true, true, false, false },
	{ "ff01::1", true, true, false, false },
	{ "ff02::1", true, true, false, false },
	{ "ff12::1", true, true, false, false },
	{ "ff03::1", true, false, false, false },
	{ "ff05::1", true, false, false, false },
	{ "ff0e::1", true, false, false, false },
};

Test(base_addr, kinds_of_addresses_begin_and_end_where_the_standards_say)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind_row *row = &kinds[i];
		struct ip_addr a = addr(row->text);

		cr_expect_eq(ip_addr_is_multicast(&a), row->is_multicast, "%s", row->text);
		cr_expect_eq(ip_addr_is_link_scope_group(&a), row->is_link_scope, "%s", row->text);
		cr_expect_eq(ip_addr_is_link_local(&a), row->is_link_local, "%s", row->text);
		cr_expect_eq(ip_addr_is_source(&a), row->is_source, "%s", row->text);
	}
}

Test(base_addr, mapped_means_the_96_bits_of_the_mapping_prefix)
{
	uint8_t bytes[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };

	cr_expect(ip_addr_is_mapped(bytes));
	for (size_t bit = 0; bit < 96; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_expect_not(ip_addr_is_mapped(bytes), "bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

Test(base_addr, mask_keeps_the_leading_bits_of_the_family)
{
	static const struct {
		const char *text;
		uint8_t len;
		const char *masked;
	} rows[] = {
		{ "255.255.255.255", 0, "0.0.0.0" },
		{ "255.255.255.255", 1, "128.0.0.0" },
		{ "255.255.255.255", 9, "255.128.0.0" },
		{ "10.1.2.3", 24, "10.1.2.0" },
		{ "10.1.2.3", 31, "10.1.2.2" },
		{ "10.1.2.3", 32, "10.1.2.3" },
		{ "ffff::ffff", 0, "::" },
		{ "ffff::ffff", 4, "f000::" },
		{ "ffff::ffff", 113, "ffff::8000" },
		{ "2001:db8::1", 128, "2001:db8::1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr a = addr(rows[i].text), want = addr(rows[i].masked);
		struct ip_addr got = ip_addr_mask(&a, rows[i].len);

		cr_expect(ip_addr_equal(&got, &want), "%s/%d is %s", rows[i].text, rows[i].len,
			  ip_addr_text(&got).s);
	}
}

static bool contains(const char *prefix_text, uint8_t len, const char *text)
{
	struct ip_prefix prefix = { .addr = addr(prefix_text), .len = len };
	struct ip_addr a = addr(text);

	return ip_prefix_contains(&prefix, &a);
}

Test(base_addr, prefix_contains_addresses_of_its_family_only)
{
	cr_expect(contains("10.1.2.0", 24, "10.1.2.255"));
	cr_expect(contains("10.1.2.77", 24, "10.1.2.1"), "host bits do not count");
	cr_expect_not(contains("10.1.2.0", 24, "10.1.3.0"));
	cr_expect(contains("0.0.0.0", 0, "203.0.113.1"));
	cr_expect_not(contains("0.0.0.0", 0, "2001:db8::1"));
	cr_expect(contains("::", 0, "2001:db8::1"));
	cr_expect_not(contains("::", 0, "10.0.0.1"), "the IPv6 default route has no IPv4 inside");
	cr_expect(contains("2001:db8::", 127, "2001:db8::1"));
	cr_expect_not(contains("2001:db8::", 128, "2001:db8::1"));
}

Test(base_addr, text_goes_in_and_out)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"10.0.0.1",
		"255.255.255.255",
		"fe80::1",
		"2001:db8:1:2:3:4:5:6",
		"1111:2222:3333:4444:5555:6666:7777:8888",
		"64:ff9b::a00:1",
		"ff02::d",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ip_addr a = addr(texts[i]);

		cr_expect_str_eq(ip_addr_text(&a).s, texts[i]);
	}
}

Test(base_addr, text_of_the_unset_address_is_a_dash)
{
	struct ip_addr unset = { .b = { 0 } };

	cr_expect_str_eq(ip_addr_text(&unset).s, "-");
}

Test(base_addr, text_that_is_no_address_is_refused_and_writes_nothing)
{
	static const char *const texts[] = { "",
					     "-",
					     "10.0.0",
					     "10.0.0.256",
					     "10.0.0.1/24",
					     "10.0.0.1 ",
					     "010.0.0.1x",
					     "fe80::1%eth0",
					     "fe80::1::2",
					     "12345::",
					     "::ffff:10.0.0.1",
					     "host" };
	struct ip_addr a, before;

	memset(&a, 0xa5, sizeof(a));
	before = a;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_eq(ip_addr_parse(texts[i], &a), -EINVAL, "%s", texts[i]);
	cr_expect(ip_addr_equal(&a, &before));
}

Test(addr, broadcast_address_has_all_ones_behind_the_prefix)
{
	static const struct {
		const char *addr, *want;
		uint8_t len;
	} rows[] = {
		{ "10.1.1.1", "10.1.1.255", 24 },   { "10.1.1.1", "10.1.1.3", 30 },
		{ "10.1.1.1", "10.1.127.255", 17 }, { "10.1.1.1", NULL, 31 },
		{ "10.1.1.1", NULL, 32 },           { "2001:db8::1", NULL, 64 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix prefix = { .len = rows[i].len };
		struct ip_addr got;
		bool has = false;

		cr_assert_eq(ip_addr_parse(rows[i].addr, &prefix.addr), 0);
		has = ip_prefix_broadcast(&prefix, &got);
		cr_expect_eq(has, rows[i].want != NULL, "%s/%u", rows[i].addr, prefix.len);
		if (has)
			cr_expect_str_eq(ip_addr_text(&got).s, rows[i].want);
	}
}

Test(addr, prefixes_are_read_and_written)
{
	static const struct {
		const char *text, *want; /* NULL: none */
	} rows[] = {
		{ "10.1.0.0/16", "10.1.0.0/16" },
		{ "10.1.1.1", "10.1.1.1" },
		{ "10.1.1.1/32", "10.1.1.1" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "2001:db8::1/128", "2001:db8::1" },
		{ "10.1.0.0/33", NULL },
		{ "2001:db8::/129", NULL },
		{ "10.1.0.0/", NULL },
		{ "10.1.0.0/-1", NULL },
		{ "10.1.0.0/ 8", NULL },
		{ "10.1.0.0/8x", NULL },
		{ "10.1.0.0/18446744073709551617", NULL },
		{ "host/8", NULL },
		{ "/8", NULL },
		{ "", NULL },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_prefix prefix;
		int err = ip_prefix_parse(rows[i].text, &prefix);

		cr_expect_eq(err, rows[i].want ? 0 : -EINVAL, "%s", rows[i].text);
		if (!err && rows[i].want)
			cr_expect_str_eq(ip_prefix_text(&prefix).s, rows[i].want);
	}
}
