// SPDX-License-Identifier: GPL-2.0-only
/* Reader and writer cursors: byte order, borders, sticking errors. */
#include <criterion/criterion.h>

#include "base/bytes.h"

TestSuite(base_bytes);

Test(base_bytes, numbers_are_read_in_network_order)
{
	static const uint8_t bytes[] = { 0xf1, 0xe2, 0xd3, 0xc4, 0xb5, 0xa6, 0x97 };
	struct reader in = reader_over(bytes, sizeof(bytes));

	cr_expect_eq(rd_u8(&in), 0xf1);
	cr_expect_eq(rd_u16(&in), 0xe2d3);
	cr_expect_eq(rd_u32(&in), 0xc4b5a697u);
	cr_expect_eq(rd_left(&in), 0);
	cr_expect_not(in.bad);
}

Test(base_bytes, read_beyond_the_end_gives_zero_and_sticks)
{
	static const uint8_t bytes[] = { 0xff, 0xff, 0xff };
	struct reader in = reader_over(bytes, sizeof(bytes));

	cr_expect_eq(rd_u32(&in), 0);
	cr_expect(in.bad);
	cr_expect_eq(rd_u8(&in), 0, "there are bytes left, but the error sticks");
	cr_expect_eq(rd_u16(&in), 0);
	cr_expect_null(rd_bytes(&in, 0));
	cr_expect_eq(rd_left(&in), 3);
}

Test(base_bytes, read_of_a_huge_length_is_refused)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct reader in = reader_over(bytes, sizeof(bytes));

	cr_expect_null(rd_bytes(&in, SIZE_MAX));
	cr_expect(in.bad);
}

Test(base_bytes, addresses_are_read_in_their_family)
{
	static const uint8_t bytes[] = { 10, 0, 0, 1, 0x20, 0x01, 0, 0, 0, 0,
					 0,  0, 0, 0, 0,    0,    0, 0, 0, 5 };
	struct reader in = reader_over(bytes, sizeof(bytes));
	struct ip_addr a = rd_addr(&in, IP_FAMILY_4);

	cr_expect_eq(ip_addr_family(&a), IP_FAMILY_4);
	cr_expect_arr_eq(ip_addr_bytes(&a), bytes, 4);
	a = rd_addr(&in, IP_FAMILY_6);
	cr_expect_eq(ip_addr_family(&a), IP_FAMILY_6);
	cr_expect_arr_eq(a.b, bytes + 4, 16);
	cr_expect_not(in.bad);
	(void)rd_addr(&in, IP_FAMILY_4);
	cr_expect(in.bad);
}

Test(base_bytes, mapped_address_read_as_ipv6_is_an_error_and_unset)
{
	static const uint8_t bytes[16] = { [10] = 0xff, 0xff, 10, 0, 0, 1 };
	struct reader in = reader_over(bytes, sizeof(bytes));
	struct ip_addr a = rd_addr(&in, IP_FAMILY_6);

	cr_expect(in.bad);
	cr_expect_not(ip_addr_is_set(&a));
}

Test(base_bytes, what_is_written_is_read_again)
{
	static const struct ip_addr v4 = { .b = { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
	static const struct ip_addr v6 = { .b = { 0xfe, 0x80, [15] = 7 } };
	uint8_t bytes[29];
	struct writer out = writer_over(bytes, sizeof(bytes));
	struct reader in = reader_over(bytes, sizeof(bytes));
	struct ip_addr a;

	wr_u8(&out, 0xf1);
	wr_u16(&out, 0xf2f3);
	wr_u32(&out, 0xf4f5f6f7);
	wr_addr(&out, &v4);
	wr_addr(&out, &v6);
	wr_bytes(&out, NULL, 2);
	cr_expect_not(out.bad);
	cr_expect_eq(wr_len(&out), sizeof(bytes));

	cr_expect_eq(rd_u8(&in), 0xf1);
	cr_expect_eq(rd_u16(&in), 0xf2f3);
	cr_expect_eq(rd_u32(&in), 0xf4f5f6f7);
	a = rd_addr(&in, IP_FAMILY_4);
	cr_expect(ip_addr_equal(&a, &v4));
	a = rd_addr(&in, IP_FAMILY_6);
	cr_expect(ip_addr_equal(&a, &v6));
	cr_expect_eq(rd_u16(&in), 0);
	cr_expect_not(in.bad);
}

Test(base_bytes, write_beyond_the_end_writes_nothing_and_sticks)
{
	uint8_t bytes[4] = { 0xa5, 0xa5, 0xa5, 0xa5 };
	struct writer out = writer_over(bytes, 3);

	wr_u8(&out, 1);
	wr_u32(&out, 0x02030405);
	cr_expect(out.bad);
	wr_u8(&out, 6); /* would fit */
	cr_expect_eq(wr_len(&out), 1);
	cr_expect_arr_eq(bytes, ((uint8_t[]){ 1, 0xa5, 0xa5, 0xa5 }), 4);
}
