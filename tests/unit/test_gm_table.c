// SPDX-License-Identifier: GPL-2.0-only
/* The tables of group membership, cell by cell. */
#include <criterion/criterion.h>

#include "core/gm_table.h"

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

/* The rules about timers at the top of gm_table.c. */
static void timers_check(const struct gm_step *step, unsigned int state, unsigned int event)
{
	bool is_left = step->next != state;

	if (state == GM_STATE_V1_MEMBERS && is_left && event != GM_EV_V1_TIMER)
		cr_assert(step->act & GM_ACT_STOP_V1);
	if (state == GM_STATE_CHECKING && is_left && event != GM_EV_RXMT_TIMER)
		cr_assert(step->act & GM_ACT_STOP_RXMT);
	if (step->next == GM_STATE_V1_MEMBERS && is_left)
		cr_assert(step->act & GM_ACT_ARM_V1);
	if (step->next != GM_STATE_V1_MEMBERS)
		cr_assert_not(step->act & GM_ACT_ARM_V1);
	if (step->next != GM_STATE_CHECKING)
		cr_assert_not(step->act & GM_ACT_SEND_SPECIFIC);
	if (state == GM_STATE_NO_MEMBERS && is_left)
		cr_assert(step->act & GM_ACT_ARM_TIMER);
}

Test(gm_table, every_cell_of_a_group_is_filled_and_sound)
{
	for (unsigned int i = 0; i < GM_ROLE_COUNT * GM_STATE_COUNT * GM_EV_COUNT; i++) {
		unsigned int event = i % GM_EV_COUNT;
		unsigned int state = i / GM_EV_COUNT % GM_STATE_COUNT;
		unsigned int role = i / GM_EV_COUNT / GM_STATE_COUNT;
		const struct gm_step *step = &gm_group_table[role][state][event];
		bool had = state != GM_STATE_NO_MEMBERS, has = step->next != GM_STATE_NO_MEMBERS;

		cell_check(step, state, GM_STATE_COUNT);
		if (step->act & GM_ACT_NEVER)
			continue;
		cr_assert_eq(!had && has, !!(step->act & GM_ACT_JOINED));
		cr_assert_eq(had && !has, !!(step->act & GM_ACT_LEFT));
		timers_check(step, state, event);
	}
}
