// SPDX-License-Identifier: GPL-2.0-only
/* The tables of group membership, cell by cell. */
#include <criterion/criterion.h>

#include "core/membership/table.h"

static void cell_check(const struct gm_step *step, unsigned int state, unsigned int states)
{
	cr_assert_neq(step->act, 0, "forgotten cell");
	cr_assert_lt(step->next, states);
	if (step->act & GM_ACT_NEVER) {
		cr_assert_eq(step->act, GM_ACT_NEVER);
		cr_assert_eq(step->next, state);
	}
	if (step->act & GM_ACT_NONE)
		cr_assert_eq(step->act, GM_ACT_NONE);
}

Test(gm_table, every_cell_of_the_election_is_filled_and_sound)
{
	for (unsigned int role = 0; role < GM_ROLE_COUNT; role++)
		for (unsigned int event = 0; event < GM_ROLE_EV_COUNT; event++) {
			const struct gm_step *step = &gm_role_table[role][event];

			cell_check(step, role, GM_ROLE_COUNT);
			if (step->act & GM_ACT_NEVER)
				continue;
			cr_assert_eq(step->next != role, !!(step->act & GM_ACT_NOTE_QUERIER));
		}
}

static void acts_check(enum gm_mode mode, const struct gm_rule *rule, const uint8_t *acts,
		       bool named)
{
	for (enum gm_held held = GM_HELD_NOT; held < GM_HELD_COUNT; held++) {
		bool cannot_be = (mode == GM_MODE_INCLUDE && held == GM_HELD_BLOCKED) ||
				 (!named && held == GM_HELD_NOT);
		unsigned int timer = acts[held] & (GM_SRC_WANT | GM_SRC_WANT_GROUP | GM_SRC_BLOCK);

		cr_assert_neq(acts[held], 0, "forgotten cell");
		cr_assert_eq(acts[held] == GM_SRC_NEVER, cannot_be);
		cr_assert_eq(timer & (timer - 1), 0, "one new value of the timer at most");
		if (acts[held] & GM_SRC_DROP)
			cr_assert_eq(acts[held], GM_SRC_DROP);
		if (acts[held] & GM_SRC_WANT_GROUP)
			cr_assert_eq(mode, GM_MODE_EXCLUDE, "no group timer in mode INCLUDE");
		if (acts[held] & GM_SRC_BLOCK)
			cr_assert_eq(rule->next, GM_MODE_EXCLUDE);
		/* What is asked for is wanted then. */
		if ((acts[held] & GM_SRC_QUERY) && held != GM_HELD_WANTED)
			cr_assert_neq(timer, 0);
	}
}

Test(gm_table, every_cell_of_a_group_is_filled_and_sound)
{
	for (enum gm_mode mode = GM_MODE_INCLUDE; mode < GM_MODE_COUNT; mode++)
		for (unsigned int type = GM_RECORD_IS_IN; type < GM_RECORD_END; type++) {
			const struct gm_rule *rule = &gm_rule_table[mode][type];
			bool is_ex = type == GM_RECORD_IS_EX || type == GM_RECORD_TO_EX;

			acts_check(mode, rule, rule->named, true);
			acts_check(mode, rule, rule->unnamed, false);
			/* Only a timer ends mode EXCLUDE: RFC 9776, 6.5. */
			cr_assert_eq(rule->next, is_ex ? GM_MODE_EXCLUDE : mode);
			cr_assert_eq(rule->arm_group, is_ex);
			if (rule->query_group)
				cr_assert_eq(mode, GM_MODE_EXCLUDE);
		}
}
