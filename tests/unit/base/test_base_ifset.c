// SPDX-License-Identifier: GPL-2.0-only
/* Sets of interfaces. */
#include <criterion/criterion.h>

#include "base/ifset.h"

TestSuite(base_ifset);

Test(base_ifset, every_link_number_is_a_member_on_its_own)
{
	for (unsigned int link = 0; link < LINKS_MAX; link++) {
		struct ifset set = { .word = { 0 } };

		ifset_add(&set, (uint16_t)link);
		for (unsigned int other = 0; other < LINKS_MAX; other++)
			cr_assert_eq(ifset_has(&set, (uint16_t)other), link == other);
		cr_assert_eq(ifset_count(&set), 1);
		cr_assert_eq(ifset_next(&set, 0), link);
		cr_assert_eq(ifset_next(&set, link), link);
		cr_assert_eq(ifset_next(&set, link + 1), LINK_NONE);
		cr_assert_not(ifset_is_empty(&set));
		ifset_del(&set, (uint16_t)link);
		cr_assert(ifset_is_empty(&set));
	}
}

Test(base_ifset, no_link_is_no_member_of_a_full_set)
{
	struct ifset set = { .word = { 0 } };

	for (unsigned int link = 0; link < LINKS_MAX; link++)
		ifset_add(&set, (uint16_t)link);
	cr_expect_eq(ifset_count(&set), LINKS_MAX);
	cr_expect_not(ifset_has(&set, LINK_NONE));
	cr_expect_not(ifset_has(&set, LINKS_MAX));
}

Test(base_ifset, adding_and_deleting_twice_changes_nothing)
{
	struct ifset set = { .word = { 0 } };

	ifset_add(&set, 64);
	ifset_add(&set, 64);
	cr_expect_eq(ifset_count(&set), 1);
	ifset_del(&set, 64);
	ifset_del(&set, 64);
	cr_expect(ifset_is_empty(&set));
}

Test(base_ifset, members_are_visited_once_in_rising_order)
{
	static const uint16_t members[] = { 0, 1, 63, 64, 127, 128, 200, 255 };
	struct ifset set = { .word = { 0 } };
	size_t i = 0, count = sizeof(members) / sizeof(members[0]);

	for (size_t j = count; j > 0; j--)
		ifset_add(&set, members[j - 1]);
	ifset_for_each (link, &set) {
		cr_assert_lt(i, count);
		cr_expect_eq(link, members[i]);
		i++;
	}
	cr_expect_eq(i, count);
}

Test(base_ifset, empty_set_visits_nothing)
{
	struct ifset set = { .word = { 0 } };

	ifset_for_each (link, &set)
		cr_expect_fail("visited %d", link);
	cr_expect_eq(ifset_count(&set), 0);
}

Test(base_ifset, equal_sets_have_the_same_members)
{
	struct ifset a = { .word = { 0 } }, b = a;

	ifset_add(&a, 255);
	cr_expect_not(ifset_equal(&a, &b));
	ifset_add(&b, 255);
	cr_expect(ifset_equal(&a, &b));
}
