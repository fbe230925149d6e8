/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks over the trees of a core that rest between two trees, while others come and go. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/hpim/tree.h"
#include "core/hpim/hpim_int.h"
#include "core/inspect.h"

#define TREES  100u
#define GROUPS 10u

static struct core *core;
static enum ip_family family;

static struct mfib_key key_of(uint8_t i)
{
	const uint8_t source4[] = { 10, 1, 1, i }, group4[] = { 239, 1, 1, (uint8_t)(i % GROUPS) };
	const uint8_t source6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = i };
	const uint8_t group6[16] = { 0xff, 0x3e, [15] = (uint8_t)(i % GROUPS) };
	bool is_4 = family == IP_FAMILY_4;

	return (struct mfib_key){
		.source = ip_addr_from_bytes(family, is_4 ? source4 : source6),
		.group = ip_addr_from_bytes(family, is_4 ? group4 : group6),
	};
}

static void tree_make(uint8_t i)
{
	const struct mfib_key key = key_of(i);

	cr_assert_not_null(hpim_tree_get(hpim_of(core, family), &key.source, &key.group, 0));
}

static void tree_end(uint8_t i)
{
	const struct mfib_key key = key_of(i);

	hpim_tree_free(hpim_tree_find(hpim_of(core, family), &key.source, &key.group));
}

static void lab_open(enum ip_family of)
{
	family = of;
	core = core_new(&core_limits_default);
	cr_assert_not_null(core);
	for (uint8_t i = 1; i <= TREES; i++)
		tree_make(i);
}

/* Which tree; 0: there are no more. */
static uint8_t step(struct inspect_walk *walk)
{
	struct inspect_tree tree;

	return inspect_walk_next(walk, &tree) ? tree.key.source.b[15] : 0;
}

/* Both families: @test with a hundred trees, in groups of ten. */
static void for_each_family(void (*test)(void))
{
	for (enum ip_family of = IP_FAMILY_4; of < IP_FAMILY_COUNT; of++) {
		lab_open(of);
		test();
		core_free(core);
	}
}

static void walk_is_in_order(void)
{
	struct inspect_walk walk;

	inspect_walk_begin(core, family, NULL, &walk);
	for (uint8_t i = 1; i <= TREES; i++)
		cr_expect_eq(step(&walk), i);
	cr_expect_eq(step(&walk), 0);
	cr_expect_eq(step(&walk), 0);
	inspect_walk_end(&walk);
	inspect_walk_begin(core, family == IP_FAMILY_4 ? IP_FAMILY_6 : IP_FAMILY_4, NULL, &walk);
	cr_expect_eq(step(&walk), 0);
	inspect_walk_end(&walk);
}

Test(inspect, walk_meets_each_tree_of_the_family_once)
{
	for_each_family(walk_is_in_order);
}

/* Ahead of the walk trees 51 to 60 end, behind it 1 to 10, and below its feet each tenth. */
static void walk_loses_trees(void)
{
	bool is_met[TREES + 1] = { false };
	struct inspect_walk walk;
	uint8_t at;

	inspect_walk_begin(core, family, NULL, &walk);
	while ((at = step(&walk))) {
		cr_expect(!is_met[at], "tree %u again", at);
		is_met[at] = true;
		for (uint8_t i = 1; i <= 10 && at == 21; i++)
			tree_end(i);
		for (uint8_t i = 51; i <= 60 && at == 21; i++)
			tree_end(i);
		if (at % 10 == 9 && at + 1 != 10)
			tree_end((uint8_t)(at + 1));
	}
	inspect_walk_end(&walk);
	for (uint8_t i = 1; i <= TREES; i++) {
		bool is_lost = (i > 50 && i <= 60) || (i > 10 && i % 10 == 0);

		cr_expect_eq(is_met[i], !is_lost, "tree %u", i);
	}
}

Test(inspect, walk_meets_all_that_stay_while_others_end)
{
	for_each_family(walk_loses_trees);
}

static void walk_gets_more(void)
{
	struct inspect_walk walk;
	unsigned int steps = 0;

	inspect_walk_begin(core, family, NULL, &walk);
	for (uint8_t at; (at = step(&walk)); steps++) {
		cr_expect_leq(at, TREES);
		tree_make((uint8_t)(TREES + at));
	}
	inspect_walk_end(&walk);
	cr_expect_eq(steps, TREES);
}

Test(inspect, walk_ends_though_trees_come_as_fast_as_it_goes)
{
	for_each_family(walk_gets_more);
}

static void walk_keeps_to_group(void)
{
	const struct mfib_key key = key_of(7);
	struct ip_addr other = key.group;
	struct inspect_walk walk, none;
	uint32_t met = 0;

	other.b[15] = 99;
	inspect_walk_begin(core, family, &other, &none);
	inspect_walk_begin(core, family, &key.group, &walk);
	for (uint8_t at; (at = step(&walk)); met++) {
		cr_expect_eq(at % GROUPS, 7);
		tree_make((uint8_t)(TREES + at)); /* of the same group */
		if (at == 77)
			tree_end(67); /* the next one */
	}
	cr_expect_eq(met, TREES / GROUPS - 1);
	cr_expect_eq(step(&none), 0);
	inspect_walk_end(&walk);
	inspect_walk_end(&none);
}

Test(inspect, walk_of_a_group_meets_its_trees_only)
{
	for_each_family(walk_keeps_to_group);
}

static void trees_are_found(void)
{
	struct mfib_key key = key_of(7);
	struct inspect_tree tree;

	cr_assert(inspect_tree(core, &key, &tree));
	cr_expect_eq(memcmp(&tree.key, &key, sizeof(key)), 0);
	cr_expect_str_eq(tree.state, "inactive");
	key.group.b[15] = 99;
	cr_expect(!inspect_tree(core, &key, &tree));
}

Test(inspect, tree_is_found_by_source_and_group)
{
	for_each_family(trees_are_found);
}
