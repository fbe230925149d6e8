/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_SCENARIO_H
#define HPIMSIM_SCENARIO_H

/*
 * A scenario: a network, what is done to it and what is expected of it, as read from a file of
 * tests/scenarios/ (README.md there says how it is written) or drawn from a seed.
 */
#include "hpimsim/action.h"
#include "hpimsim/expect.h"

#define SCENARIO_WORD_LEN 48u

struct step {
	bool is_expectation;
	struct action action; /* its time counts for expectations too */
	char question[SCENARIO_WORD_LEN], subject[SCENARIO_WORD_LEN];
	char *expected; /* owned */
	char *unasked;  /* owned: why real daemons are not asked; NULL: they are */
};

struct scenario {
	char name[64];
	enum ip_family family; /* what a saved history ran with */
	bool has_family;       /* else it is for both */
	uint64_t seed;
	struct sim_topo topo;
	struct step *steps;
	size_t step_count, step_room;
};

/* Settings that a file can have, with their names in it. */
struct scenario_setting {
	const char *name;
	size_t offset; /* in struct core_settings, of a uint32_t */
};

#define SCENARIO_SETTINGS 21u

extern const struct scenario_setting scenario_settings[SCENARIO_SETTINGS];

/** scenario_setting() - Where setting number @i stands. */
uint32_t *scenario_setting(struct core_settings *settings, size_t i);

/** struct outcome - What became of a run. */
struct outcome {
	struct check check; /* first thing that went wrong */
	hp_time failed_at;
	uint64_t hash;
	struct sim_count count;
};

/** scenario_load() - Read a file. Return: false after saying on standard error what is wrong. */
bool scenario_load(const char *path, struct scenario *ret_scenario);

/** scenario_save() - Write a file that scenario_load() reads. false: errno says why. */
bool scenario_save(const struct scenario *scenario, enum ip_family family, const char *path);

void scenario_fini(struct scenario *scenario);

/** scenario_copy() - A copy of its own. */
void scenario_copy(const struct scenario *from, struct scenario *to);

/**
 * scenario_faster() - Divide all times by @times: of the timeline, of data, and the timers of the
 * protocols, which stay at least the shortest that a daemon takes.
 */
void scenario_faster(struct scenario *scenario, uint32_t times);

void scenario_add_action(struct scenario *scenario, const struct action *action);
void scenario_add_expectation(struct scenario *scenario, hp_time at, const char *question,
			      const char *subject, const char *expected, const char *unasked);

/** struct scenario_watch - Who looks on while a scenario runs. Any function may be NULL. */
struct scenario_watch {
	void *ctx;
	bool shows; /* every message on standard output */

	/* Nothing has happened yet: time for sim_net_tap(). */
	void (*begin)(void *ctx, struct sim_net *net);

	/* An action is to be done, and is done. */
	void (*acts)(void *ctx, const struct sim_net *net, const struct action *action);
	void (*acted)(void *ctx, const struct sim_net *net);

	/* An expectation, and what it found. */
	void (*expected)(void *ctx, const struct sim_net *net, const struct step *step,
			 const struct check *check);

	/* @check: what went wrong first, or CHECK_OK. */
	void (*end)(void *ctx, const struct sim_net *net, const struct check *check);
};

/** scenario_run() - Run it until the first thing goes wrong, or to its end. @watch: or NULL. */
void scenario_run(const struct scenario *scenario, enum ip_family family,
		  const struct scenario_watch *watch, struct outcome *ret_outcome);

#endif
