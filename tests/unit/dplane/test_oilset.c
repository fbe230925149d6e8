/* SPDX-License-Identifier: GPL-2.0-only */
/* Output sets over a fake that remembers what stands in each slot; needs no privilege. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "dplane/bpf/oilset.h"

#define SLOTS 3

struct fake {
	struct ifset slot[SLOTS];
	unsigned int fills, clears;
	uint16_t refused;       /* link that cannot be written */
	uint64_t periods, over; /* grace periods asked for, and how many of them are over */
};

static struct fake fake;
static struct oilset *sets;

static int fake_fill(void *ctx, uint32_t slot, const struct ifset *links)
{
	struct fake *f = ctx;

	cr_assert_lt(slot, SLOTS);
	ifset_for_each (link, links) {
		if (link == f->refused)
			return -EIO;
		ifset_add(&f->slot[slot], link);
	}
	f->fills++;
	return 0;
}

static void fake_clear(void *ctx, uint32_t slot, const struct ifset *links)
{
	struct fake *f = ctx;

	ifset_for_each (link, links)
		ifset_del(&f->slot[slot], link);
	cr_assert(ifset_is_empty(&f->slot[slot]), "slot %u has more than it is told", slot);
	f->clears++;
}

static uint64_t fake_grace_begin(void *ctx)
{
	return ++((struct fake *)ctx)->periods;
}

static bool fake_grace_is_over(void *ctx, uint64_t number)
{
	return ((const struct fake *)ctx)->over >= number;
}

static const struct oilset_ops ops = {
	.fill = fake_fill,
	.clear = fake_clear,
	.grace_begin = fake_grace_begin,
	.grace_is_over = fake_grace_is_over,
};

static void setup(void)
{
	fake = (struct fake){ .refused = LINK_NONE };
	sets = oilset_new(SLOTS, &ops, &fake);
	cr_assert_not_null(sets);
}

static void teardown(void)
{
	oilset_free(sets);
}

TestSuite(oilset, .init = setup, .fini = teardown);

static struct ifset set_of(uint16_t a, uint16_t b)
{
	struct ifset set = { .word = { 0 } };

	ifset_add(&set, a);
	ifset_add(&set, b);
	return set;
}

static uint32_t get(uint16_t a, uint16_t b)
{
	struct ifset set = set_of(a, b);
	uint32_t slot = UINT32_MAX;
	int err = oilset_get(sets, &set, &slot);

	cr_assert_eq(err, 0, "%s", strerror(-err));
	cr_expect(ifset_equal(&fake.slot[slot], &set), "slot %u has other outputs", slot);
	return slot;
}

static int get_err(uint16_t a, uint16_t b)
{
	struct ifset set = set_of(a, b);
	uint32_t slot;

	return oilset_get(sets, &set, &slot);
}

Test(oilset, equal_sets_share_a_slot_and_others_do_not)
{
	uint32_t first = get(1, 2);

	cr_expect_eq(get(2, 1), first);
	cr_expect_neq(get(1, 3), first);
	cr_expect_eq(fake.fills, 2);
	cr_expect_eq(oilset_in_use(sets), 2);
}

Test(oilset, slot_in_use_never_changes)
{
	uint32_t first = get(1, 2);
	struct ifset before = fake.slot[first];

	(void)get(1, 2);
	oilset_put(sets, first);
	fake.over = UINT64_MAX;
	(void)get(7, 8);
	(void)get(7, 9);
	cr_expect_eq(get_err(5, 6), -ENOSPC);
	cr_expect(ifset_equal(&fake.slot[first], &before));
	cr_expect_eq(fake.clears, 0);
}

Test(oilset, freed_slot_rests_before_it_gets_other_outputs)
{
	uint32_t first = get(1, 2);

	(void)get(1, 3);
	(void)get(1, 4);
	oilset_put(sets, first);
	cr_expect_eq(get_err(5, 6), -ENOSPC);
	cr_expect_eq(fake.clears, 0);
	fake.over = fake.periods;
	cr_expect_eq(get(5, 6), first);
	cr_expect_eq(fake.clears, 1);
}

Test(oilset, resting_slot_is_revived_at_once_without_a_write)
{
	uint32_t first = get(1, 2);

	oilset_put(sets, first);
	cr_expect_eq(oilset_in_use(sets), 0);
	cr_expect_eq(get(1, 2), first);
	cr_expect_eq(fake.fills, 1);
	cr_expect_eq(oilset_in_use(sets), 1);
}

Test(oilset, longest_resting_slot_is_reused_first)
{
	uint32_t a = get(1, 2), b = get(1, 3), c = get(1, 4);

	oilset_put(sets, b);
	oilset_put(sets, c);
	oilset_put(sets, a);
	fake.over = fake.periods;
	cr_expect_eq(get(5, 6), b);
	cr_expect_eq(get(5, 7), c);
	cr_expect_eq(get(1, 2), a);
}

/* Two that were given back one after the other: the end of the first's period is not the second's.
 */
Test(oilset, slot_rests_until_its_own_grace_period_is_over)
{
	uint32_t a = get(1, 2), b = get(1, 3);

	(void)get(1, 4);
	oilset_put(sets, a);
	fake.over = fake.periods;
	oilset_put(sets, b);
	cr_expect_eq(get(5, 6), a);
	cr_expect_eq(get_err(5, 7), -ENOSPC);
}

Test(oilset, slot_that_was_revived_rests_for_another_grace_period)
{
	uint32_t first = get(1, 2);

	(void)get(1, 3);
	(void)get(1, 4);
	oilset_put(sets, first);
	fake.over = fake.periods;
	cr_expect_eq(get(1, 2), first);
	oilset_put(sets, first);
	cr_expect_eq(get_err(5, 6), -ENOSPC);
}

Test(oilset, failed_addition_leaves_nothing_behind)
{
	fake.refused = 4;
	for (int i = 0; i < SLOTS; i++)
		cr_expect_eq(get_err(1, 4), -EIO);
	for (int i = 0; i < SLOTS; i++)
		cr_expect(ifset_is_empty(&fake.slot[i]));
	cr_expect_eq(oilset_in_use(sets), 0);
	fake.refused = LINK_NONE;
	fake.over = fake.periods;
	(void)get(1, 4);
}

Test(oilset, replaced_interface_is_written_again_where_in_use)
{
	uint32_t used = get(1, 2), rests = get(1, 3);
	unsigned int fills = fake.fills;

	oilset_put(sets, rests);
	cr_expect_eq(oilset_renew(sets, 1), 0);
	cr_expect_eq(fake.fills, fills + 1);
	cr_expect(ifset_has(&fake.slot[used], 1));
	/* What rests holds the old interface: it must not come back as it is. */
	cr_expect_neq(get(1, 3), rests);
}

Test(oilset, replaced_interface_that_cannot_be_written_is_an_error)
{
	(void)get(1, 2);
	(void)get(3, 4);
	fake.refused = 1;
	cr_expect_eq(oilset_renew(sets, 1), -EIO);
	cr_expect_eq(oilset_renew(sets, 3), 0);
}

/* What an earlier run left: 1 and 2 in slot 0, nothing in slot 1, 1 and 3 in slot 2. */
static void restore(void)
{
	struct ifset left[SLOTS] = { [0] = set_of(1, 2), [2] = set_of(1, 3) };

	memcpy(fake.slot, left, sizeof(left));
	oilset_restore(sets, left);
}

Test(oilset, restored_slot_is_taken_by_number_and_found_by_its_outputs)
{
	restore();
	cr_expect_eq(oilset_in_use(sets), 0);
	oilset_ref(sets, 2);
	cr_expect_eq(oilset_in_use(sets), 1);
	cr_expect(
		ifset_equal(oilset_links(sets, 2), &(struct ifset){ .word = { 1 << 1 | 1 << 3 } }));
	cr_expect_eq(get(1, 3), 2);
	cr_expect_eq(get(1, 2), 0);
	cr_expect_eq(fake.fills, 0, "what stands there is not written again");
}

Test(oilset, restored_slots_that_nobody_takes_are_used_again_after_a_rest)
{
	restore();
	oilset_ref(sets, 2);
	cr_expect_eq(get_err(5, 6), -ENOSPC);
	fake.over = fake.periods;
	cr_expect_eq(get(5, 6), 0);
	cr_expect_eq(fake.clears, 1);
	cr_expect_eq(get(5, 7), 1);
	cr_expect_eq(fake.clears, 1, "an empty slot has nothing to clear");
	cr_expect_eq(get_err(5, 8), -ENOSPC);
}

Test(oilset, all_slots_in_use_are_written_again_when_every_interface_was_replaced)
{
	(void)get(1, 2);
	(void)get(3, 4);
	cr_expect_eq(oilset_renew(sets, LINK_NONE), 0);
	cr_expect_eq(fake.fills, 4);
}

static void links_add(void *ctx, const struct ifset *links)
{
	ifset_for_each (link, links)
		ifset_add(ctx, link);
}

Test(oilset, only_slots_in_use_are_walked)
{
	struct ifset found = { .word = { 0 } }, want = set_of(1, 2);
	uint32_t left = get(1, 3);

	(void)get(1, 2);
	oilset_put(sets, left);
	oilset_each_used(sets, links_add, &found);
	cr_expect(ifset_equal(&found, &want), "an output of a slot that rests");
}
