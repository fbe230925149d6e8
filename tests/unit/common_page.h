/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_COMMON_PAGE_H
#define UNIT_COMMON_PAGE_H

/* A run whose page is written to a file, for the tests of its data and of the page itself. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "hpimsim/html.h"
#include "hpimsim/html_sim.h"

/** struct page_run - What was seen of a run by other eyes than those of the page. */
struct page_run {
	const struct scenario *scenario;
	struct html *html;
	struct html_sim *sim;
	unsigned int frames, copies, actions, expectations;
	struct outcome outcome;
	void (*at_end)(void *ctx, const struct sim_net *net);
	void *ctx;
};

static inline void page_on_frame(void *ctx, const struct sim_net *net,
				 const struct sim_frame *frame)
{
	(void)net;
	(void)frame;
	((struct page_run *)ctx)->frames++;
}

static inline void page_on_packet(void *ctx, const struct sim_net *net, const struct sim_copy *copy)
{
	(void)net;
	(void)copy;
	((struct page_run *)ctx)->copies++;
}

static inline void page_begin(void *ctx, struct sim_net *net)
{
	struct page_run *run = ctx;

	run->sim = html_sim_begin(run->scenario->name, run->scenario->seed, net);
	sim_net_tap(net, &(struct sim_net_tap){
				 .ctx = run, .frame = page_on_frame, .packet = page_on_packet });
}

static inline void page_acts(void *ctx, const struct sim_net *net, const struct action *action)
{
	struct page_run *run = ctx;

	run->actions++;
	html_sim_acts(run->sim, net, action);
}

static inline void page_acted(void *ctx, const struct sim_net *net)
{
	html_sim_acted(((struct page_run *)ctx)->sim, net);
}

static inline void page_expected(void *ctx, const struct sim_net *net, const struct step *step,
				 const struct check *check)
{
	struct page_run *run = ctx;

	run->expectations++;
	html_sim_expected(run->sim, net, step, check);
}

static inline void page_end(void *ctx, const struct sim_net *net, const struct check *check)
{
	struct page_run *run = ctx;

	html_add(run->html, html_sim_end(run->sim, net, check));
	if (run->at_end)
		run->at_end(run->ctx, net);
}

/** page_play() - Run a scenario, and add it to the page of @run->html. */
static inline void page_play(struct page_run *run, const struct scenario *scenario,
			     enum ip_family family)
{
	const struct scenario_watch watch = { .ctx = run,
					      .begin = page_begin,
					      .acts = page_acts,
					      .acted = page_acted,
					      .expected = page_expected,
					      .end = page_end };

	run->scenario = scenario;
	scenario_run(scenario, family, &watch, &run->outcome);
}

/** page_until() - Leave out what happens later than @until_s. */
static inline void page_until(struct scenario *scenario, double until_s)
{
	const struct action mark = { .at = (hp_time)(until_s * 1e9), .kind = ACT_MARK };

	while (scenario->step_count &&
	       scenario->steps[scenario->step_count - 1].action.at > mark.at)
		free(scenario->steps[--scenario->step_count].expected);
	scenario_add_action(scenario, &mark);
}

#endif
