/* SPDX-License-Identifier: GPL-2.0-only */
/* What attaching an interface writes at once: entries that mean the one which had its number. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/hash.h"
#include "dplane/dplane_int.h"

static struct dplane *dp;

static void attach(uint16_t link, uint32_t ifindex)
{
	struct dplane_link add = { .link = link, .ifindex = ifindex, .mtu = 1500, .is_up = true };

	(void)snprintf(add.name, sizeof(add.name), "eth%u", (unsigned int)link);
	cr_assert_eq(dplane_attach(dp, &add), 0);
}

static void setup(void)
{
	static struct hash_key hash_key;

	hash_key_init(&hash_key, 1);
	cr_assert_eq(
		dplane_new_null(
			&(struct dplane_config){ .instance = "test", .hash_key = &hash_key }, &dp),
		0);
	attach(3, 13);
	attach(4, 14);
	dplane_work(dp, UINT32_MAX, true);
}

static void teardown(void)
{
	dplane_free(dp, false);
}

TestSuite(dplane_attach, .init = setup, .fini = teardown);

static void put_later(uint8_t number)
{
	struct mfib_route route = { .iif = 3 };
	const uint8_t source[] = { 10, 0, 0, number }, group[] = { 239, 1, 1, 1 };

	route.key.source = ip_addr_from_bytes(IP_FAMILY_4, source);
	route.key.group = ip_addr_from_bytes(IP_FAMILY_4, group);
	ifset_add(&route.oifs, 4);
	dplane_put_later(dp, &route);
}

Test(dplane_attach, interface_that_no_entry_names_waits_for_none)
{
	put_later(1);
	attach(5, 15);
	cr_expect(dplane_has_work(dp), "others are written in their turn");
}

Test(dplane_attach, entries_of_the_interface_that_had_its_number_are_written_first)
{
	put_later(1);
	dplane_work(dp, UINT32_MAX, true);
	put_later(2);
	dplane_detach(dp, 4);
	cr_assert(dplane_has_work(dp));
	attach(4, 24);
	cr_expect_eq(dp->links[4].written_count, 2, "the queue was written");
	dplane_work(dp, UINT32_MAX, true);
	cr_expect_not(dplane_has_work(dp));
}

Test(dplane_attach, entries_that_are_gone_are_not_waited_for)
{
	const uint8_t source[] = { 10, 0, 0, 1 }, group[] = { 239, 1, 1, 1 };
	const struct mfib_key key = { .source = ip_addr_from_bytes(IP_FAMILY_4, source),
				      .group = ip_addr_from_bytes(IP_FAMILY_4, group) };

	put_later(1);
	dplane_work(dp, UINT32_MAX, true);
	cr_expect_eq(dp->links[3].written_count, 1);
	cr_expect_eq(dp->links[4].written_count, 1);
	dplane_del(dp, &key);
	cr_expect_eq(dp->links[3].written_count, 0);
	cr_expect_eq(dp->links[4].written_count, 0);
	put_later(2);
	dplane_detach(dp, 4);
	attach(4, 24);
	cr_expect(dplane_has_work(dp));
}
