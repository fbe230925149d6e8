// SPDX-License-Identifier: GPL-2.0-only
/* IP headers and the Internet checksum. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_json.h"
#include "unit/common_property.h"

TestSuite(wire_inet);

/* IGMPv2 report for 225.1.2.3 from 10.1.1.2: IPv4 with Router Alert. */
#define REPORT4_HEADER  "46c0002000004000010244110a010102e1010203"
#define REPORT4_ALERT   "94040000"
#define REPORT4_PAYLOAD "160006fbe1010203"
#define REPORT4         REPORT4_HEADER REPORT4_ALERT REPORT4_PAYLOAD

/* MLDv1 report for ff05::1:3 from fe80::1: IPv6, Hop-by-Hop with Router Alert and PadN. */
#define REPORT6_FIXED   "6000000000200001"
#define REPORT6_ADDRS   "fe800000000000000000000000000001ff050000000000000000000000010003"
#define REPORT6_OPTIONS "3a00050200000100"
#define REPORT6_PAYLOAD "8300c01900000000ff050000000000000000000000010003"
#define REPORT6         REPORT6_FIXED REPORT6_ADDRS REPORT6_OPTIONS REPORT6_PAYLOAD

/* Hello of HPIM-DM from fe80::1, no extension header, with 6 bytes of link layer padding. */
#define HELLO6                                                                             \
	"60000000000e6701fe800000000000000000000000000001ff02000000000000000000000000000d" \
	"5b7de56500000000000100020028"

static void set_checksum4(struct vector_bytes *in)
{
	uint16_t checksum;

	in->b[10] = in->b[11] = 0;
	checksum = inet_checksum(in->b, (in->b[0] & 0x0fu) * 4u, 0);
	in->b[10] = (uint8_t)(checksum >> 8);
	in->b[11] = (uint8_t)checksum;
}

static bool is_addr(const struct ip_addr *addr, const char *text)
{
	struct ip_addr want;

	cr_assert_eq(ip_addr_parse(text, &want), 0);
	return ip_addr_equal(addr, &want);
}

Test(wire_inet, ipv4_packet_with_router_alert_decodes)
{
	struct vector_bytes in = vector_hex(REPORT4);
	struct inet_packet packet;

	set_checksum4(&in);
	cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
	cr_expect(is_addr(&packet.src, "10.1.1.2"));
	cr_expect(is_addr(&packet.dst, "225.1.2.3"));
	cr_expect_eq(packet.proto, INET_PROTO_IGMP);
	cr_expect_eq(packet.ttl, 1);
	cr_expect(packet.has_router_alert);
	cr_expect_not(packet.has_hop_by_hop);
	cr_expect_eq(packet.bytes, in.b + 24);
	cr_expect_eq(packet.len, 8);
}

Test(wire_inet, ipv6_packet_with_router_alert_decodes)
{
	struct vector_bytes in = vector_hex(REPORT6);
	struct inet_packet packet;

	cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
	cr_expect(is_addr(&packet.src, "fe80::1"));
	cr_expect(is_addr(&packet.dst, "ff05::1:3"));
	cr_expect_eq(packet.proto, INET_PROTO_ICMPV6);
	cr_expect_eq(packet.ttl, 1);
	cr_expect(packet.has_router_alert);
	cr_expect(packet.has_hop_by_hop);
	cr_expect_eq(packet.bytes, in.b + 48);
	cr_expect_eq(packet.len, 24);
}

Test(wire_inet, padding_of_the_link_layer_is_left_out)
{
	struct vector_bytes in = vector_hex(HELLO6 "000000000000");
	struct inet_packet packet;

	cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
	cr_expect_eq(packet.len, 14);
	cr_expect_eq(packet.proto, INET_PROTO_PIM);
	cr_expect_not(packet.has_router_alert);
	cr_expect_not(packet.has_hop_by_hop);
	in = vector_hex(REPORT4 "000000");
	set_checksum4(&in);
	cr_assert_eq(inet_decode(in.b, in.len, &packet), 0);
	cr_expect_eq(packet.len, 8);
}

Test(wire_inet, every_shorter_length_is_refused)
{
	static const char *const packets[] = { REPORT4, REPORT6, HELLO6 };

	for (size_t i = 0; i < 3; i++) {
		struct vector_bytes in = vector_hex(packets[i]);

		if (i == 0)
			set_checksum4(&in);
		cr_assert(property_inet(in.b, in.len));
		for (size_t len = 0; len < in.len; len++)
			cr_expect_not(property_inet(in.b, len), "packet %zu, %zu bytes", i, len);
	}
}

Test(wire_inet, no_changed_byte_breaks_the_decoder)
{
	static const char *const packets[] = { REPORT4, REPORT6, HELLO6 };

	for (size_t i = 0; i < 3; i++) {
		for (unsigned int at = 0; at < 64; at++) {
			for (unsigned int value = 0; value < 256; value++) {
				struct vector_bytes in = vector_hex(packets[i]);

				if (at >= in.len)
					continue;
				in.b[at] = (uint8_t)value;
				if (i == 0)
					set_checksum4(&in);
				(void)property_inet(in.b, in.len); /* some changes are legal */
			}
		}
	}
}

/* One byte of an IPv4 packet changed, the checksum made right again. */
static bool changed4_decodes(size_t at, uint8_t value)
{
	struct vector_bytes in = vector_hex(REPORT4);

	in.b[at] = value;
	set_checksum4(&in);
	return property_inet(in.b, in.len);
}

Test(wire_inet, bad_ipv4_header_is_refused)
{
	cr_expect(changed4_decodes(8, 64), "any TTL");
	cr_expect(changed4_decodes(6, 0x40), "Don't Fragment");
	cr_expect_not(changed4_decodes(0, 0x56), "version");
	cr_expect_not(changed4_decodes(0, 0x44), "header shorter than 20 bytes");
	cr_expect_not(changed4_decodes(0, 0x4f), "header longer than the packet");
	cr_expect_not(changed4_decodes(3, 0x17), "total length shorter than the header");
	cr_expect_not(changed4_decodes(3, 0x21), "total length beyond the bytes");
	cr_expect_not(changed4_decodes(2, 0x01), "total length far beyond the bytes");
	cr_expect_not(changed4_decodes(6, 0x20), "first fragment");
	cr_expect_not(changed4_decodes(7, 0x01), "later fragment");
	cr_expect_not(changed4_decodes(6, 0x10), "later fragment");
}

Test(wire_inet, wrong_ipv4_header_checksum_is_refused)
{
	struct vector_bytes in = vector_hex(REPORT4);

	set_checksum4(&in);
	for (size_t bit = 0; bit < 8 * 24; bit++) {
		in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_expect_not(property_inet(in.b, in.len), "bit %zu", bit);
		in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

/* The IPv4 packet with another option of four bytes; whether it decodes, and has Router Alert. */
static bool option4_decodes(const char *option, bool *ret_has_alert)
{
	struct vector_bytes in = vector_hex(REPORT4), value = vector_hex(option);
	struct inet_packet packet;

	memcpy(in.b + 20, value.b, 4);
	set_checksum4(&in);
	if (inet_decode(in.b, in.len, &packet) < 0)
		return false;
	*ret_has_alert = packet.has_router_alert;
	return true;
}

Test(wire_inet, ipv4_options_are_walked)
{
	bool has_alert;

	cr_expect(option4_decodes("94040000", &has_alert) && has_alert);
	cr_expect(option4_decodes("94040001", &has_alert) && !has_alert, "reserved value");
	cr_expect(option4_decodes("01010100", &has_alert) && !has_alert, "padding");
	cr_expect(option4_decodes("00940400", &has_alert) && !has_alert, "behind the end");
	cr_expect(option4_decodes("44040000", &has_alert) && !has_alert, "another option");
	cr_expect(option4_decodes("94030000", &has_alert) && !has_alert, "another length");
	cr_expect_not(option4_decodes("94050000", &has_alert), "beyond the header");
	cr_expect_not(option4_decodes("94010000", &has_alert), "shorter than itself");
	cr_expect_not(option4_decodes("94000000", &has_alert), "of no length");
	cr_expect_not(option4_decodes("01010194", &has_alert), "without a length");
}

static bool option6_decodes(const char *option, bool *ret_has_alert)
{
	struct vector_bytes in = vector_hex(REPORT6), value = vector_hex(option);
	struct inet_packet packet;

	memcpy(in.b + 42, value.b, 6);
	if (inet_decode(in.b, in.len, &packet) < 0)
		return false;
	*ret_has_alert = packet.has_router_alert;
	return true;
}

Test(wire_inet, ipv6_hop_by_hop_options_are_walked)
{
	bool has_alert;

	cr_expect(option6_decodes("050200000100", &has_alert) && has_alert);
	cr_expect(option6_decodes("010005020000", &has_alert) && has_alert);
	cr_expect(option6_decodes("000005020000", &has_alert) && has_alert);
	cr_expect(option6_decodes("050200010100", &has_alert) && !has_alert, "not for MLD");
	cr_expect(option6_decodes("010400000000", &has_alert) && !has_alert, "padding only");
	cr_expect(option6_decodes("1e0400000000", &has_alert) && !has_alert, "unknown, skip");
	cr_expect_not(option6_decodes("5e0400000000", &has_alert), "unknown, discard");
	cr_expect_not(option6_decodes("c20400000000", &has_alert), "jumbo payload");
	cr_expect_not(option6_decodes("010500000000", &has_alert), "beyond the header");
	cr_expect_not(option6_decodes("010300000005", &has_alert), "without a length");
}

static bool changed6_decodes(size_t at, uint8_t value)
{
	struct vector_bytes in = vector_hex(REPORT6);

	in.b[at] = value;
	return property_inet(in.b, in.len);
}

Test(wire_inet, bad_ipv6_header_is_refused)
{
	cr_expect(changed6_decodes(7, 64), "any hop limit");
	cr_expect(changed6_decodes(1, 0xff), "any traffic class");
	cr_expect_not(changed6_decodes(0, 0x70), "version");
	cr_expect_not(changed6_decodes(5, 0x21), "payload beyond the bytes");
	cr_expect_not(changed6_decodes(5, 0x07), "payload shorter than Hop-by-Hop");
	cr_expect_not(changed6_decodes(41, 4), "Hop-by-Hop beyond the payload");
	cr_expect(changed6_decodes(6, INET_PROTO_PIM), "no Hop-by-Hop");
	cr_expect(changed6_decodes(40, INET_PROTO_PIM), "PIM behind Hop-by-Hop");
}

Test(wire_inet, ipv6_extension_header_other_than_hop_by_hop_is_refused)
{
	static const uint8_t headers[] = { 43, 44, 50, 51, 59, 60, 135, 139, 140, 253, 254 };

	for (size_t i = 0; i < sizeof(headers); i++) {
		cr_expect_not(changed6_decodes(6, headers[i]), "%d", headers[i]);
		cr_expect_not(changed6_decodes(40, headers[i]), "%d", headers[i]);
	}
	cr_expect_not(changed6_decodes(40, 0), "Hop-by-Hop twice");
}

Test(wire_inet, mapped_address_in_an_ipv6_header_is_refused)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 1, 1, 2 };
	struct vector_bytes in = vector_hex(REPORT6);

	memcpy(in.b + 8, mapped, sizeof(mapped));
	cr_expect_not(property_inet(in.b, in.len));
	in = vector_hex(REPORT6);
	memcpy(in.b + 24, mapped, sizeof(mapped));
	cr_expect_not(property_inet(in.b, in.len));
}

Test(wire_inet, checksum_is_that_of_rfc_1071)
{
	/* RFC 1071, 3: the words 0001 f203 f4f5 f6f7 add up to ddf2. */
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	cr_expect_eq(inet_checksum(bytes, 8, 0), 0x220d);
	cr_expect_eq(inet_checksum(bytes, 0, 0), 0xffff);
	cr_expect_eq(inet_checksum(bytes + 2, 1, 0), (uint16_t)~0xf200u, "odd length");
	cr_expect_eq(inet_checksum(bytes, 4, 0xf4f5 + 0xf6f7), 0x220d, "start of the sum");
}

Test(wire_inet, sums_of_the_longest_packet_do_not_overflow)
{
	static uint8_t bytes[65535];

	memset(bytes, 0xff, sizeof(bytes));
	cr_expect_eq(inet_checksum(bytes, 65534, 0xffffffff), 0);
	cr_expect_eq(inet_checksum(bytes, 65535, 0xffffffff), 0x00ff);
}

Test(wire_inet, pseudo_header_counts_addresses_length_and_protocol)
{
	struct vector_bytes in = vector_hex(REPORT6);
	struct ip_addr src = ip_addr_from_bytes(IP_FAMILY_6, in.b + 8);
	struct ip_addr dst = ip_addr_from_bytes(IP_FAMILY_6, in.b + 24);
	uint32_t sum = 0xfe80 + 1 + 0xff05 + 1 + 3 + 58 + 24;
	struct ip_addr v4;

	cr_expect_eq(inet_pseudo_sum(&src, &dst, INET_PROTO_ICMPV6, 24), sum);
	cr_expect_eq(inet_pseudo_sum(&src, &dst, INET_PROTO_ICMPV6, 65536 + 24), sum + 1);
	cr_assert_eq(ip_addr_parse("10.0.0.1", &v4), 0);
	cr_expect_eq(inet_pseudo_sum(&v4, &v4, INET_PROTO_PIM, 24), 0);
}
