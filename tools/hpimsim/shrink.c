// SPDX-License-Identifier: GPL-2.0-only
/* Delta debugging: halves first, then smaller and smaller pieces of the history. */
#include <stdlib.h>
#include <string.h>

#include "hpimsim/shrink.h"

struct search {
	struct scenario *scenario;
	enum ip_family family;
	struct outcome outcome; /* of the scenario as it is */
	unsigned int runs_left;
};

/* What comes from the history; the quiet and the expectations at the end stay. */
static size_t removable(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++)
		if (scenario->steps[i].is_expectation || scenario->steps[i].action.kind == ACT_CALM)
			return i;
	return scenario->step_count;
}

static void remove_steps(struct scenario *scenario, size_t from, size_t count)
{
	for (size_t i = from; i < from + count; i++) {
		free(scenario->steps[i].expected);
		free(scenario->steps[i].unasked);
	}
	memmove(&scenario->steps[from], &scenario->steps[from + count],
		(scenario->step_count - from - count) * sizeof(*scenario->steps));
	scenario->step_count -= count;
}

/* Keep the smaller scenario if it fails alike. */
static bool try_scenario(struct search *search, struct scenario *smaller)
{
	struct outcome outcome;

	search->runs_left--;
	scenario_run(smaller, search->family, NULL, &outcome);
	if (outcome.check.kind != search->outcome.check.kind) {
		scenario_fini(smaller);
		return false;
	}
	scenario_fini(search->scenario);
	*search->scenario = *smaller;
	search->outcome = outcome;
	return true;
}

static bool try_without(struct search *search, size_t from, size_t count)
{
	struct scenario smaller;

	scenario_copy(search->scenario, &smaller);
	remove_steps(&smaller, from, count);
	return try_scenario(search, &smaller);
}

static bool pass(struct search *search, size_t piece)
{
	bool has_shrunk = false;
	size_t at = removable(search->scenario);

	while (at > 0 && search->runs_left) {
		size_t count = piece < at ? piece : at;

		at -= count;
		has_shrunk |= try_without(search, at, count);
	}
	return has_shrunk;
}

/* Links without jitter and routers that never ran make the rest easier to read. */
static void try_plain_links(struct search *search)
{
	struct scenario smaller;

	scenario_copy(search->scenario, &smaller);
	for (uint16_t i = 0; i < smaller.topo.lan_count; i++) {
		smaller.topo.lans[i].jitter_us = 0;
		smaller.topo.lans[i].delay_us = 1000;
		smaller.topo.lans[i].mtu = 1500;
	}
	(void)try_scenario(search, &smaller);
}

struct outcome shrink(struct scenario *scenario, enum ip_family family, unsigned int runs)
{
	struct search search = { .scenario = scenario, .family = family, .runs_left = runs };

	scenario_run(scenario, family, NULL, &search.outcome);
	if (runs)
		try_plain_links(&search);
	for (size_t piece = removable(scenario) / 2; piece >= 1 && search.runs_left; piece /= 2)
		while (pass(&search, piece) && search.runs_left)
			;
	return search.outcome;
}
