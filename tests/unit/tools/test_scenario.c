// SPDX-License-Identifier: GPL-2.0-only
/* What scenarios ask that depends on neither world: SNs as numbers, questions for one world only.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hpimsim/scenario.h"
#include "hpimsim/sns.h"

#define FIRST    UINT32_C(735108274)
#define ROUTER   1u
#define PORT     2u
#define BOOT     UINT32_C(1000)
#define NEW_BOOT UINT32_C(1001)

static uint32_t below;

static uint32_t take(struct sns *sns, uint32_t boot_time, uint32_t sn)
{
	return sns_take(sns, ROUTER, PORT, boot_time, sn, &below);
}

/* 3.4: whatever an interface begins at, its SNs are 1, 2, ... */
Test(scenario, sns_are_numbers_from_the_first)
{
	struct sns sns = { 0 };

	cr_assert_eq(take(&sns, BOOT, FIRST), 1);
	cr_assert_eq(take(&sns, BOOT, FIRST + 1), 2);
	cr_assert_eq(below, 0);
	cr_assert_eq(sns_number(&sns, ROUTER, PORT, FIRST + 1), 2);
	cr_assert_eq(sns_number(&sns, ROUTER, PORT, 0), 0, "of what was never said");
	cr_assert_eq(take(&sns, NEW_BOOT, 7), 1, "a new BootTime begins again");
	cr_assert_eq(below, 0);
	sns_fini(&sns);
}

/* What is sent again is not new; a new one that is not greater is a fault. */
Test(scenario, sns_that_fall_are_found)
{
	struct sns sns = { 0 };

	(void)take(&sns, BOOT, FIRST);
	(void)take(&sns, BOOT, FIRST + 4);
	(void)take(&sns, BOOT, FIRST);
	cr_assert_eq(below, 0, "sent again");
	cr_assert_eq(take(&sns, BOOT, FIRST + 2), 3);
	cr_assert_eq(below, 5);
	sns_fini(&sns);
}

Test(scenario, items_may_be_said_several_times)
{
	const char *expected = "Prune R1 210, Graft R1 x1..2, (Join R1)";

	cr_expect(expect_matches(expected, "Prune R1 210, Graft R1"));
	cr_expect(expect_matches(expected, "Prune R1 210, Graft R1 x2, Join R1"));
	cr_expect_not(expect_matches(expected, "Prune R1 210, Graft R1 x3"));
	cr_expect_not(expect_matches(expected, "Prune R1 210, Graft R12"));
	cr_expect_not(expect_matches(expected, "Prune R1 210"));
	cr_expect_not(expect_matches("Graft R1", "Graft R1 x2"));
}

static char path[] = "/tmp/hpim-scenario-XXXXXX";

static bool load(const char *entry, struct scenario *ret_scenario)
{
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	cr_assert(file);
	fprintf(file,
		"name: x\nlinks:\n  a: {n: 1}\nrouters:\n  R1:\n    eth0: {link: a, host: 1}\n"
		"timeline:\n  - at: 5\n%s",
		entry);
	(void)fclose(file);
	return scenario_load(path, ret_scenario);
}

static void remove_file(void)
{
	(void)unlink(path);
}

Test(scenario, a_question_for_the_simulator_keeps_its_reason, .fini = remove_file)
{
	struct scenario scenario, again;

	cr_assert(load("    only-simulated: {because: links there are real, tree: {R1: none}}\n"
		       "    expect: {trees: {R1: \"0 active, 0 other\"}}\n",
		       &scenario));
	cr_assert_eq(scenario.step_count, 2);
	cr_assert_str_eq(scenario.steps[0].question, "trees");
	cr_assert_null(scenario.steps[0].unasked);
	cr_assert_str_eq(scenario.steps[1].question, "tree");
	cr_assert_str_eq(scenario.steps[1].unasked, "links there are real");
	cr_assert(scenario_save(&scenario, IP_FAMILY_6, path));
	cr_assert(scenario_load(path, &again));
	cr_assert_str_eq(again.steps[1].unasked, "links there are real");
	cr_assert_null(again.steps[0].unasked);
	scenario_fini(&again);
	scenario_fini(&scenario);
}

Test(scenario, a_question_for_the_simulator_needs_a_reason, .fini = remove_file)
{
	struct scenario scenario;

	cr_assert(!load("    only-simulated: {tree: {R1: none}}\n", &scenario));
}
