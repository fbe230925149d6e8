// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both worlds have one clock. It runs as real time does while nothing is asked; it stands while
 * daemons start, and while an answer of the lab is awaited. The simulator is brought to the same
 * time in small steps, and what its unicast routing finds becomes the routes of the lab.
 */
#include "hpimlab/play.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimlab/compare.h"
#include "hpimlab/daemons.h"

#define SLICE         HP_MS(20)
#define PATIENCE      HP_SEC(10) /* for an answer: real daemons start up, and a busy machine is late */
#define LESS_PATIENCE HP_SEC(3)  /* once the worlds have differed */
#define REPORT_WITHIN HP_MS(500) /* of a host; one without a cable has none */
#define POLL_MS       100
#define READY_MS      10

volatile sig_atomic_t play_is_interrupted;

struct play {
	const struct scenario *scenario;
	struct lab *lab;
	struct capture *capture;
	struct traffic *traffic;
	struct sim_net *sim, *real;
	struct log sim_log, real_log;
	struct daemons *daemons;
	struct facts sim_facts, real_facts;
	struct sim_route routes[SIM_ROUTERS_MAX][SIM_LANS_MAX]; /* of the lab */
	hp_time begun; /* of the machine's clock, when that of both worlds was 0 */
	hp_time said_at;
	struct play_result result;
};

/* ---- what cannot be done ---- */

const char *play_unable(const struct scenario *scenario)
{
	static char text[200];
	char words[80];

	for (uint16_t i = 0; i < scenario->topo.lan_count; i++)
		if (lab_link_unable(&scenario->topo.lans[i])) {
			(void)snprintf(text, sizeof(text), "link %s: %s",
				       scenario->topo.lans[i].name,
				       lab_link_unable(&scenario->topo.lans[i]));
			return text;
		}
	for (size_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		if (step->is_expectation || !lab_unable(&scenario->topo, &step->action))
			continue;
		action_text(&scenario->topo, &step->action, words, sizeof(words));
		(void)snprintf(text, sizeof(text), "'%s' at %.3f s: %s", words,
			       (double)step->action.at / 1e9,
			       lab_unable(&scenario->topo, &step->action));
		return text;
	}
	return NULL;
}

/* ---- time ---- */

static bool is_same_route(const struct sim_route *a, const struct sim_route *b)
{
	if (a->is_reachable != b->is_reachable || a->is_connected != b->is_connected)
		return false;
	return !a->is_reachable || (a->port == b->port && a->metric == b->metric &&
				    (a->is_connected || ip_addr_equal(&a->next_hop, &b->next_hop)));
}

static void routes_follow(struct play *play)
{
	const struct sim_topo *topo = &play->scenario->topo;

	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t lan = 0; lan < topo->lan_count; lan++) {
			const struct sim_route *is = &play->sim->nodes[i].routes[lan];
			struct sim_route *was = &play->routes[i][lan];

			if (is_same_route(was, is))
				continue;
			if (!lab_route(play->lab, i, lan, was, is))
				play->result.is_broken = true;
			*was = *is;
		}
}

/* The lab is as late as it is; the simulator never is. */
static void run_until(struct play *play, hp_time until)
{
	while (play->real->now < until && !play_is_interrupted) {
		hp_time next = play->real->now + SLICE < until ? play->real->now + SLICE : until;
		hp_time left = play->begun + next - lab_now();

		capture_drain(play->capture, left > 0 ? (int)(left / 1000000) : 0);
		if (lab_now() < play->begun + next)
			continue;
		play->real->now = next;
		traffic_run(play->traffic, next);
		sim_net_run(play->sim, next);
		routes_follow(play);
	}
}

/* Sources go on while something is awaited, whether the clock does or not. */
static void wait_awhile(struct play *play, int wait_ms)
{
	capture_drain(play->capture, wait_ms);
	traffic_run(play->traffic, lab_now() - play->begun);
}

/* The clock of both worlds stood since @from. */
static void clock_stood(struct play *play, hp_time from)
{
	hp_time stood = lab_now() - from;

	play->begun += stood;
	traffic_stood(play->traffic, stood);
}

/* ---- questions ---- */

static void title(struct play *play, hp_time at)
{
	if (play->said_at != at)
		printf("== %.3f s\n", (double)at / 1e9);
	play->said_at = at;
}

static void answer_of(const struct play *play, bool is_real, const char *question,
		      const char *subject, char text[EXPECT_TEXT_LEN])
{
	enum check_kind kind;

	expect_answer(is_real ? play->real : play->sim,
		      is_real ? &play->real_facts : &play->sim_facts,
		      is_real ? &play->real_log : &play->sim_log, question, subject, text, &kind);
}

/* @text: what to add to a list of differences, of the first one that is found. */
static bool differ(const struct play *play, const char *question, const char *subject,
		   struct check *check)
{
	char simulated[EXPECT_TEXT_LEN], real[EXPECT_TEXT_LEN];

	answer_of(play, false, question, subject, simulated);
	answer_of(play, true, question, subject, real);
	if (strcmp(simulated, real) == 0)
		return false;
	check->kind = CHECK_TREE;
	(void)snprintf(check->text, sizeof(check->text), "%s of %s: '%.100s', not '%.100s'",
		       question, subject, real, simulated);
	return true;
}

/*
 * The simulator works out from the topology what is right when all is settled (hpimsim/check.h).
 * The lab is settled when all its answers are those.
 */
static struct check real_settled(void *ctx)
{
	static const char *const questions[] = { "tree", "trees", "pim" };
	const struct play *play = ctx;
	const struct sim_topo *topo = &play->scenario->topo;
	struct check check = { .kind = CHECK_OK };
	char port[2 * SIM_NAME_LEN];

	for (uint16_t i = 0; i < topo->router_count; i++) {
		const struct sim_box *box = &topo->routers[i];

		for (size_t q = 0; q < sizeof(questions) / sizeof(questions[0]); q++)
			if (differ(play, questions[q], box->name, &check))
				return check;
		for (uint16_t p = 0; p < box->port_count; p++) {
			(void)snprintf(port, sizeof(port), "%.15s.%.15s", box->name,
				       box->ports[p].name);
			if (differ(play, "neighbors", port, &check))
				return check;
		}
	}
	for (uint16_t lan = 0; lan < topo->lan_count; lan++)
		if (differ(play, "copies", topo->lans[lan].name, &check))
			return check;
	return check;
}

static struct check real_no_trees(void *ctx)
{
	const struct play *play = ctx;

	return daemons_no_trees(play->daemons);
}

static struct check real_empty(void *ctx)
{
	const struct play *play = ctx;

	return daemons_empty(play->daemons);
}

static void print_answers(struct play *play, const struct step *step, const char *simulated,
			  const char *real)
{
	bool is_simulated = expect_matches(step->expected, simulated);
	bool is_real = expect_matches(step->expected, real);
	char what[2 * SCENARIO_WORD_LEN];

	(void)snprintf(what, sizeof(what), "%s %s", step->question, step->subject);
	printf("%c %-24s | %-48s | %s\n", is_simulated && is_real ? ' ' : '!', what, simulated,
	       real);
	if (!is_simulated)
		printf("! %-24s   %s\n", "the file expects", step->expected);
	play->result.answers++;
	play->result.differences += !is_simulated || !is_real;
}

/* The file says why only the simulator can answer. */
static void print_unasked(struct play *play, const struct step *step, const char *simulated)
{
	bool is_simulated = expect_matches(step->expected, simulated);
	char what[2 * SCENARIO_WORD_LEN];

	(void)snprintf(what, sizeof(what), "%s %s", step->question, step->subject);
	printf("%c %-24s | %-48s | not asked here: %s\n", is_simulated ? ' ' : '!', what, simulated,
	       step->unasked);
	if (!is_simulated)
		printf("! %-24s   %s\n", "the file expects", step->expected);
	play->result.differences += !is_simulated;
	play->result.unasked++;
}

/* Asking takes its time, which is the same for both worlds; only while the lab is late the clock
 * stands. */
static void expect(struct play *play, const struct step *step)
{
	hp_time patience = play->result.differences ? LESS_PATIENCE : PATIENCE, late_at = 0;
	char simulated[EXPECT_TEXT_LEN], real[EXPECT_TEXT_LEN];

	answer_of(play, false, step->question, step->subject, simulated);
	if (step->unasked) {
		title(play, step->action.at);
		print_unasked(play, step, simulated);
		return;
	}
	for (;;) {
		capture_drain(play->capture, 0);
		capture_count(play->capture);
		daemons_forget(play->daemons);
		answer_of(play, true, step->question, step->subject, real);
		if (expect_matches(step->expected, real) || play_is_interrupted)
			break;
		late_at = late_at ? late_at : lab_now();
		if (lab_now() - late_at > patience)
			break;
		wait_awhile(play, POLL_MS);
	}
	if (late_at)
		clock_stood(play, late_at);
	title(play, step->action.at);
	print_answers(play, step, simulated, real);
}

/* ---- steps ---- */

static void show(struct play *play, uint16_t router)
{
	hp_time late_at;
	bool is_same;

	title(play, play->real->now);
	is_same = compare_tables(play->lab, play->sim, router, PATIENCE, &late_at);
	if (late_at)
		clock_stood(play, late_at);
	play->result.answers++;
	play->result.differences += !is_same;
}

/* A kernel reports a group that it joins some milliseconds later; what else is done then comes
 * after. */
static void wait_for_report(struct play *play, uint16_t host)
{
	hp_time asked_at = lab_now();

	while (lab_now() - asked_at < REPORT_WITHIN) {
		for (size_t i = 0; i < play->real_log.count; i++) {
			const struct log_entry *entry = &play->real_log.entries[i];

			if (entry->kind == LOG_GM && entry->port == SIM_NONE &&
			    entry->sender == host)
				return;
		}
		capture_drain(play->capture, 10);
	}
}

static void act(struct play *play, const struct action *action)
{
	char words[80];

	if (action->kind == ACT_SHOW) {
		show(play, action->node);
		return;
	}
	title(play, action->at);
	action_text(&play->scenario->topo, action, words, sizeof(words));
	if (action->kind == ACT_MARK) {
		capture_drain(play->capture, 0);
		log_clear(&play->sim_log);
		log_clear(&play->real_log);
		sim_net_mark(play->real);
	} else {
		printf("  > %s\n", words);
	}
	action_perform(play->sim, action);
	if (!lab_act(play->lab, action) || !traffic_act(play->traffic, action)) {
		printf("! not done\n");
		play->result.is_broken = true;
	}
	if (action->kind == ACT_JOIN)
		wait_for_report(play, action->node);
}

/*
 * Daemons that start at the same time start together. At the beginning the clock stands until they
 * serve their interfaces; later it goes on, as do the timers of the others.
 */
static void ready(struct play *play)
{
	hp_time begun_at = lab_now();
	enum lab_readiness readiness;

	routes_follow(play);
	while ((readiness = lab_ready(play->lab)) == LAB_STARTS)
		wait_awhile(play, READY_MS);
	if (readiness == LAB_BROKEN)
		play->result.is_broken = true;
	if (play->real->now == 0)
		clock_stood(play, begun_at);
}

static void step_run(struct play *play, const struct step *step)
{
	run_until(play, step->action.at);
	if (step->is_expectation)
		expect(play, step);
	else
		act(play, &step->action);
}

struct play_result play_run(const struct scenario *scenario, struct lab *lab,
			    struct capture *capture, struct traffic *traffic, struct sim_net *real)
{
	struct play play = { .scenario = scenario,
			     .lab = lab,
			     .capture = capture,
			     .traffic = traffic,
			     .sim = sim_net_new(&scenario->topo, lab->family, scenario->seed),
			     .real = real,
			     .daemons = daemons_new(lab),
			     .said_at = HP_TIME_NEVER };
	hp_time begun_at = lab_now();

	play.begun = begun_at;
	play.sim_facts = facts_of_cores(play.sim);
	play.real_facts = daemons_facts(play.daemons);
	play.real_facts.network_ctx = &play;
	play.real_facts.settled = real_settled;
	play.real_facts.no_trees = real_no_trees;
	play.real_facts.empty = real_empty;
	log_attach(&play.sim_log, play.sim);
	log_attach(&play.real_log, real);
	for (size_t i = 0;
	     i < scenario->step_count && !play.result.is_broken && !play_is_interrupted; i++) {
		const struct step *step = &scenario->steps[i];

		step_run(&play, step);
		if (i + 1 == scenario->step_count || scenario->steps[i + 1].is_expectation ||
		    scenario->steps[i + 1].action.kind != ACT_START)
			ready(&play);
		(void)fflush(stdout);
	}
	play.result.seconds = (double)(lab_now() - begun_at) / 1e9;
	log_fini(&play.sim_log);
	log_fini(&play.real_log);
	daemons_free(play.daemons);
	sim_net_free(play.sim);
	real->tap_count = 0;
	return play.result;
}
