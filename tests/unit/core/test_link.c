// SPDX-License-Identifier: GPL-2.0-only
/* Interfaces: the address spoken from, subnets, and when they are usable. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/link.h"

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

static void link_add(struct link *link, const char *text, uint8_t len)
{
	link->info.addrs[link->info.addr_count++] = (struct ip_prefix){ addr_of(text), len };
}

static struct link usual_link(void)
{
	struct link link = { .info = { .is_present = true, .is_up = true } };

	link_add(&link, "2001:db8:1::2", 64);
	link_add(&link, "10.0.0.2", 24);
	link_add(&link, "fe80::2", 64);
	link_add(&link, "10.0.0.1", 24);
	link_add(&link, "fe80::1", 64);
	return link;
}

static void speaks_from(const struct link *link, enum ip_family family, const char *text)
{
	const struct ip_addr *addr = link_addr(link, family);

	cr_assert_not_null(addr);
	cr_assert_str_eq(ip_addr_text(addr).s, text);
}

Test(link, ipv4_speaks_from_the_first_address_not_the_lowest)
{
	struct link link = usual_link();

	speaks_from(&link, IP_FAMILY_4, "10.0.0.2");
}

Test(link, ipv6_speaks_from_the_first_link_local_address)
{
	struct link link = usual_link();

	speaks_from(&link, IP_FAMILY_6, "fe80::2");
}

Test(link, an_ipv4_link_local_address_is_an_address_of_ipv4_only)
{
	struct link link = { .info = { .is_present = true, .is_up = true } };

	link_add(&link, "169.254.1.1", 16);
	speaks_from(&link, IP_FAMILY_4, "169.254.1.1");
	cr_assert_null(link_addr(&link, IP_FAMILY_6));
}

Test(link, ipv6_without_a_link_local_address_has_none)
{
	struct link link = { .info = { .is_present = true, .is_up = true } };

	link_add(&link, "2001:db8:1::2", 64);
	cr_assert_null(link_addr(&link, IP_FAMILY_6));
	cr_assert_not(link_is_usable(&link, IP_FAMILY_6));
}

Test(link, addresses_beyond_the_count_do_not_exist)
{
	struct link link = usual_link();

	link.info.addr_count = 1;
	cr_assert_null(link_addr(&link, IP_FAMILY_4));
	cr_assert_null(link_addr(&link, IP_FAMILY_6));
}

Test(link, connected_means_inside_a_subnet_of_the_interface)
{
	struct link link = usual_link();
	static const struct {
		const char *addr;
		bool is_connected;
	} rows[] = {
		{ "10.0.0.77", true },         { "10.0.1.77", false }, { "2001:db8:1::77", true },
		{ "2001:db8:2::77", false },   { "fe80::77", true },   { "192.0.2.1", false },
		{ "2001:db8:1:1::77", false }, { "10.0.0.0", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip_addr addr = addr_of(rows[i].addr);

		cr_assert_eq(link_is_connected_to(&link, &addr), rows[i].is_connected, "%s",
			     rows[i].addr);
	}
}

Test(link, usable_means_present_and_up_with_an_address)
{
	for (unsigned int i = 0; i < 8; i++) {
		struct link link = usual_link();

		link.info.is_present = i & 1;
		link.info.is_up = i & 2;
		if (!(i & 4))
			link.info.addr_count = 0;
		cr_assert_eq(link_is_usable(&link, IP_FAMILY_4), i == 7);
		cr_assert_eq(link_is_usable(&link, IP_FAMILY_6), i == 7);
	}
}

Test(link, a_link_never_told_of_is_not_usable)
{
	struct link link = { .wanted = { { true, true }, { true, true } } };

	cr_assert_not(link_is_usable(&link, IP_FAMILY_4));
	cr_assert_not(link_is_usable(&link, IP_FAMILY_6));
}
