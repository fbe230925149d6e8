// SPDX-License-Identifier: GPL-2.0-only
/* Running a scenario. Its file format is scenario_yaml.c's business. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hpimsim/scenario.h"

#define SETTING(member, name)                                \
	{                                                    \
		name, offsetof(struct core_settings, member) \
	}

const struct scenario_setting scenario_settings[SCENARIO_SETTINGS] = {
	SETTING(hello_period_s, "hello_period_s"),
	SETTING(source_lifetime_s, "source_lifetime_s"),
	SETTING(retransmission_s, "retransmission_s"),
	SETTING(initial_flood_s, "initial_flood_s"),
	SETTING(sync_fragment, "sync_fragment"),
	SETTING(hold_forwarding_ms, "hold_forwarding_ms"),
	SETTING(initial_flood, "initial_flood"),
	SETTING(hold_forwarding, "hold_forwarding"),
	SETTING(pim.hello_period_s, "pim_hello_period_s"),
	SETTING(pim.hold_s, "pim_hold_s"),
	SETTING(pim.hello_delay_s, "pim_hello_delay_s"),
	SETTING(pim.propagation_ms, "pim_propagation_ms"),
	SETTING(pim.override_ms, "pim_override_ms"),
	SETTING(pim.prune_hold_s, "pim_prune_hold_s"),
	SETTING(pim.prune_limit_s, "pim_prune_limit_s"),
	SETTING(pim.graft_retry_s, "pim_graft_retry_s"),
	SETTING(pim.assert_s, "pim_assert_s"),
	SETTING(pim.refresh, "pim_refresh"),
	SETTING(pim.refresh_interval_s, "pim_refresh_interval_s"),
	SETTING(pim.data_timeout_s, "pim_data_timeout_s"),
	SETTING(pim.v6_checksum, "pim_v6_checksum"),
};

uint32_t *scenario_setting(struct core_settings *settings, size_t i)
{
	return (uint32_t *)(void *)((char *)settings + scenario_settings[i].offset);
}

static struct step *add(struct scenario *scenario)
{
	if (scenario->step_count == scenario->step_room) {
		scenario->step_room = scenario->step_room ? 2 * scenario->step_room : 32;
		scenario->steps =
			realloc(scenario->steps, scenario->step_room * sizeof(*scenario->steps));
		assert(scenario->steps);
	}
	return &scenario->steps[scenario->step_count++];
}

void scenario_add_action(struct scenario *scenario, const struct action *action)
{
	*add(scenario) = (struct step){ .action = *action };
}

void scenario_add_expectation(struct scenario *scenario, hp_time at, const char *question,
			      const char *subject, const char *expected, const char *unasked)
{
	struct step *step = add(scenario);

	*step = (struct step){ .is_expectation = true, .action = { .at = at } };
	(void)snprintf(step->question, sizeof(step->question), "%.47s", question);
	(void)snprintf(step->subject, sizeof(step->subject), "%.47s", subject);
	step->expected = strdup(expected);
	step->unasked = unasked ? strdup(unasked) : NULL;
	assert(step->expected && (step->unasked || !unasked));
}

void scenario_fini(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++) {
		free(scenario->steps[i].expected);
		free(scenario->steps[i].unasked);
	}
	free(scenario->steps);
	memset(scenario, 0, sizeof(*scenario));
}

void scenario_copy(const struct scenario *from, struct scenario *to)
{
	*to = *from;
	to->steps = NULL;
	to->step_count = to->step_room = 0;
	for (size_t i = 0; i < from->step_count; i++) {
		const struct step *step = &from->steps[i];

		if (step->is_expectation)
			scenario_add_expectation(to, step->action.at, step->question, step->subject,
						 step->expected, step->unasked);
		else
			scenario_add_action(to, &step->action);
	}
}

/* Where the hold time stands in what is expected after @text, "Prune R2 210" or "PruneEcho 210". */
static const char *find_hold(const char *text)
{
	const char *at = strstr(text, "Prune");

	if (!at)
		return NULL;
	at += strcspn(at, " ,");
	if (*at == ' ' && !isdigit((unsigned char)at[1]))
		at += 1 + strcspn(at + 1, " ,"); /* behind the name of a router */
	return *at ? at + 1 : at;
}

/* Messages of PIM-DM carry times. */
static char *expected_faster(char *expected, uint32_t times)
{
	char *text = NULL, *end;
	const char *rest = expected, *hold;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	assert(file);
	while ((hold = find_hold(rest))) {
		unsigned long value = strtoul(hold, &end, 10);

		(void)fwrite(rest, 1, (size_t)(hold - rest), file); /* memory: see below */
		if (end != hold)
			fprintf(file, "%lu", value / times);
		rest = end;
	}
	fputs(rest, file);
	(void)fclose(file);
	assert(text);
	free(expected);
	return text;
}

void scenario_faster(struct scenario *scenario, uint32_t times)
{
	struct core_settings *settings = &scenario->topo.settings;

	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *setting = &setting_table[id];
		uint32_t value = setting_can_change(id) ? setting_get(settings, id) : 0;

		if (value == 0 || value == SETTING_DERIVED ||
		    (setting->unit != SETTING_S && setting->unit != SETTING_MS))
			continue;
		value /= times;
		setting_set(settings, id, value > setting->min ? value : setting->min);
	}
	scenario->topo.data_period_ms /= times;
	for (size_t i = 0; i < scenario->step_count; i++) {
		struct step *step = &scenario->steps[i];

		step->action.at /= (hp_time)times;
		if (step->is_expectation)
			step->expected = expected_faster(step->expected, times);
	}
}

static struct check check_expectation(const struct sim_net *net, const struct log *log,
				      const struct step *step)
{
	struct check check = { .kind = CHECK_OK };
	const struct facts facts = facts_of_cores(net);
	char answer[EXPECT_TEXT_LEN];
	enum check_kind kind;

	expect_answer(net, &facts, log, step->question, step->subject, answer, &kind);
	if (expect_matches(step->expected, answer))
		return check;
	check.kind = kind;
	if (kind == CHECK_EXPECT)
		(void)snprintf(check.text, sizeof(check.text), "%s of %s: '%.100s', not '%.100s'",
			       step->question, step->subject, answer, step->expected);
	else
		(void)snprintf(check.text, sizeof(check.text), "%.300s", answer);
	return check;
}

static void do_step(struct sim_net *net, struct log *log, const struct action *action,
		    const struct scenario_watch *watch)
{
	char text[80];

	if (watch->shows) {
		action_text(&net->topo, action, text, sizeof(text));
		printf("%12.6f  --- %s\n", (double)net->now / 1e9, text);
	}
	if (action->kind == ACT_MARK)
		log_clear(log);
	if (watch->acts)
		watch->acts(watch->ctx, net, action);
	action_perform(net, action);
	if (watch->acted)
		watch->acted(watch->ctx, net);
}

/* Questions about the whole network are about its state, but for one. */
static bool needs_log(const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		if (step->is_expectation &&
		    (strcmp(step->subject, "all") != 0 || strcmp(step->question, "repeats") == 0))
			return true;
	}
	return false;
}

/* One step, at its time. Return: what is wrong then. */
static struct check run_step(struct sim_net *net, struct log *log, const struct step *step,
			     const struct scenario_watch *watch)
{
	struct check check;

	sim_net_run(net, step->action.at);
	check = check_running(net);
	if (check.kind)
		return check;
	if (!step->is_expectation) {
		do_step(net, log, &step->action, watch);
		return check;
	}
	check = check_expectation(net, log, step);
	if (watch->expected)
		watch->expected(watch->ctx, net, step, &check);
	return check;
}

void scenario_run(const struct scenario *scenario, enum ip_family family,
		  const struct scenario_watch *watch, struct outcome *ret_outcome)
{
	static const struct scenario_watch none = { .ctx = NULL };
	struct sim_net *net = sim_net_new(&scenario->topo, family, scenario->seed);
	struct check check = { .kind = CHECK_OK };
	struct log log = { .entries = NULL };

	if (!watch)
		watch = &none;
	log.prints = watch->shows;
	if (watch->shows || needs_log(scenario))
		log_attach(&log, net);
	if (watch->begin)
		watch->begin(watch->ctx, net);
	for (size_t i = 0; i < scenario->step_count && !check.kind; i++)
		check = run_step(net, &log, &scenario->steps[i], watch);
	if (watch->end)
		watch->end(watch->ctx, net, &check);
	*ret_outcome = (struct outcome){
		.check = check, .failed_at = net->now, .hash = net->hash, .count = net->count
	};
	log_fini(&log);
	sim_net_free(net);
}
