// SPDX-License-Identifier: GPL-2.0-only
/* IP protocol 103: PIM or HPIM-DM. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "unit/common_json.h"
#include "wire/ip103.h"

static bool is_foreign(const char *hex, const char *src_text, const char *dst_text)
{
	struct vector_bytes in = vector_hex(hex);
	struct ip_addr src, dst;

	cr_assert_eq(ip_addr_parse(src_text, &src), 0);
	cr_assert_eq(ip_addr_parse(dst_text, &dst), 0);
	return ip103_kind(IP103_HPIM, in.b, in.len, &src, &dst) == IP103_PIM;
}

Test(ip103, pim_version_2_is_foreign_with_a_right_checksum_only)
{
	/* Hellos of PIM-DM routers: IPv4, IPv6 with and without the pseudo header in the sum. */
	cr_expect(is_foreign("2000757a000100020069001400041234567800150004013c0000", "10.2.2.1",
			     "224.0.0.13"));
	cr_expect(is_foreign("20007767000100020069001400041234567800150004013c0000", "fe80::1",
			     "ff02::d"));
	cr_expect(is_foreign("2000757a000100020069001400041234567800150004013c0000", "fe80::1",
			     "ff02::d"));
	cr_expect(is_foreign("2000dfff", "10.2.2.1", "224.0.0.13"), "no options at all");

	cr_expect_not(is_foreign("20007767000100020069001400041234567800150004013c0000", "10.2.2.1",
				 "224.0.0.13"),
		      "IPv4 has no pseudo header");
	cr_expect_not(is_foreign("20007767000100020069001400041234567800150004013c0000", "fe80::2",
				 "ff02::d"),
		      "another source");
	cr_expect_not(is_foreign("2000757b000100020069001400041234567800150004013c0000", "10.2.2.1",
				 "224.0.0.13"));
	cr_expect_not(is_foreign("1000efff", "10.2.2.1", "224.0.0.13"), "not version 2");
	cr_expect_not(is_foreign("2000df", "10.2.2.1", "224.0.0.13"), "short");
	cr_expect_not(is_foreign("", "10.2.2.1", "224.0.0.13"));
}

Test(ip103, packets_of_the_reference_are_not_foreign)
{
	struct json_object *vectors = vector_load("hpim-dm-packets.json");
	struct ip_addr src, dst;

	cr_assert_eq(ip_addr_parse("fe80::1", &src), 0);
	cr_assert_eq(ip_addr_parse("ff02::d", &dst), 0);
	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));

		cr_expect_eq(ip103_kind(IP103_HPIM, in.b, in.len, &src, &dst), IP103_HPIM, "%s",
			     vector_text(vector, "name"));
	}
	json_object_put(vectors);
}

Test(ip103, a_pim_interface_asks_for_the_version_only)
{
	struct vector_bytes in = vector_hex("2000757b0001000200690014");
	const struct ip_addr src =
		ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t[]){ 10, 2, 2, 1 });
	const struct ip_addr dst =
		ip_addr_from_bytes(IP_FAMILY_4, (const uint8_t[]){ 224, 0, 0, 13 });

	cr_expect_eq(ip103_kind(IP103_PIM, in.b, in.len, &src, &dst), IP103_PIM,
		     "a wrong checksum is for the decoder");
	in.b[0] = 0x65;
	cr_expect_eq(ip103_kind(IP103_PIM, in.b, in.len, &src, &dst), IP103_HPIM);
	cr_expect_eq(ip103_kind(IP103_PIM, in.b, 0, &src, &dst), IP103_HPIM);
}
