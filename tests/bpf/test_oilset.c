/* SPDX-License-Identifier: GPL-2.0-only */
/* Output sets over a fake that remembers what stands in each slot; needs no privilege. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "dplane/oilset.h"

#define SLOTS 3
#define T0    HP_SEC(5)

struct fake {
	struct ifset slot[SLOTS];
	unsigned int adds, dels;
	uint16_t refused; /* link whose addition fails */
};

static struct fake fake;
static struct oilset *sets;

static int fake_add(void *ctx, uint32_t slot, uint16_t link)
{
	struct fake *f = ctx;

	cr_assert_lt(slot, SLOTS);
	if (link == f->refused)
		return -EIO;
	f->adds++;
	ifset_add(&f->slot[slot], link);
	return 0;
}

static void fake_del(void *ctx, uint32_t slot, uint16_t link)
{
	struct fake *f = ctx;

	cr_assert(ifset_has(&f->slot[slot], link), "slot %u has no link %u", slot, link);
	f->dels++;
	ifset_del(&f->slot[slot], link);
}

static const struct oilset_ops ops = { .add = fake_add, .del = fake_del };

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

static uint32_t get(uint16_t a, uint16_t b, hp_time now)
{
	struct ifset set = set_of(a, b);
	uint32_t slot = UINT32_MAX;
	int err = oilset_get(sets, &set, now, &slot);

	cr_assert_eq(err, 0, "%s", strerror(-err));
	cr_expect(ifset_equal(&fake.slot[slot], &set), "slot %u has other outputs", slot);
	return slot;
}

static int get_err(uint16_t a, uint16_t b, hp_time now)
{
	struct ifset set = set_of(a, b);
	uint32_t slot;

	return oilset_get(sets, &set, now, &slot);
}

Test(oilset, equal_sets_share_a_slot_and_others_do_not)
{
	uint32_t first = get(1, 2, T0);

	cr_expect_eq(get(2, 1, T0), first);
	cr_expect_neq(get(1, 3, T0), first);
	cr_expect_eq(fake.adds, 4);
	cr_expect_eq(oilset_in_use(sets), 2);
}

Test(oilset, slot_in_use_never_changes)
{
	uint32_t first = get(1, 2, T0);
	struct ifset before = fake.slot[first];

	(void)get(1, 2, T0);
	oilset_put(sets, first, T0);
	(void)get(7, 8, T0 + HP_SEC(10));
	(void)get(7, 9, T0 + HP_SEC(10));
	cr_expect_eq(get_err(5, 6, T0 + HP_SEC(20)), -ENOSPC);
	cr_expect(ifset_equal(&fake.slot[first], &before));
	cr_expect_eq(fake.dels, 0);
}

Test(oilset, freed_slot_rests_before_it_gets_other_outputs)
{
	uint32_t first = get(1, 2, T0);

	(void)get(1, 3, T0);
	(void)get(1, 4, T0);
	oilset_put(sets, first, T0);
	cr_expect_eq(get_err(5, 6, T0 + OILSET_GRACE - 1), -ENOSPC);
	cr_expect_eq(fake.dels, 0);
	cr_expect_eq(get(5, 6, T0 + OILSET_GRACE), first);
	cr_expect_eq(fake.dels, 2);
}

Test(oilset, resting_slot_is_revived_at_once_without_a_write)
{
	uint32_t first = get(1, 2, T0);

	oilset_put(sets, first, T0);
	cr_expect_eq(oilset_in_use(sets), 0);
	cr_expect_eq(get(1, 2, T0), first);
	cr_expect_eq(fake.adds, 2);
	cr_expect_eq(oilset_in_use(sets), 1);
}

Test(oilset, longest_resting_slot_is_reused_first)
{
	uint32_t a = get(1, 2, T0), b = get(1, 3, T0), c = get(1, 4, T0);

	oilset_put(sets, b, T0);
	oilset_put(sets, c, T0 + 1);
	oilset_put(sets, a, T0 + 2);
	cr_expect_eq(get(5, 6, T0 + HP_SEC(1)), b);
	cr_expect_eq(get(5, 7, T0 + HP_SEC(1)), c);
	cr_expect_eq(get(1, 2, T0 + HP_SEC(1)), a);
}

Test(oilset, failed_addition_leaves_nothing_behind)
{
	fake.refused = 4;
	for (int i = 0; i < SLOTS; i++)
		cr_expect_eq(get_err(1, 4, T0), -EIO);
	for (int i = 0; i < SLOTS; i++)
		cr_expect(ifset_is_empty(&fake.slot[i]));
	cr_expect_eq(oilset_in_use(sets), 0);
	fake.refused = LINK_NONE;
	(void)get(1, 4, T0 + OILSET_GRACE);
}

Test(oilset, replaced_interface_is_written_again_where_in_use)
{
	uint32_t used = get(1, 2, T0), rests = get(1, 3, T0);
	unsigned int adds = fake.adds;

	oilset_put(sets, rests, T0);
	cr_expect_eq(oilset_renew(sets, 1), 0);
	cr_expect_eq(fake.adds, adds + 1);
	cr_expect(ifset_has(&fake.slot[used], 1));
	/* What rests holds the old interface: it must not come back as it is. */
	cr_expect_neq(get(1, 3, T0), rests);
}

Test(oilset, replaced_interface_that_cannot_be_written_is_an_error)
{
	(void)get(1, 2, T0);
	fake.refused = 1;
	cr_expect_eq(oilset_renew(sets, 1), -EIO);
	cr_expect_eq(oilset_renew(sets, 2), 0);
}
