/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_SIM_H
#define HPIMSIM_HTML_SIM_H

/* A run of the simulator, written down for the page. */
#include "hpimsim/html_run.h"
#include "hpimsim/scenario.h"

struct html_sim;

/** html_sim_begin() - Begin to look at @net, which has not run yet. */
struct html_sim *html_sim_begin(const char *name, uint64_t seed, struct sim_net *net);

/**
 * html_sim_thin() - Of the packets of data put down only those that are sent shortly after an
 * action, and then of each source one in @period.
 */
void html_sim_thin(struct html_sim *sim, hp_time period);

/** html_sim_note() - Something about the whole network. */
void html_sim_note(struct html_sim *sim, const struct sim_net *net, enum html_note kind,
		   const char *text);

/* As struct scenario_watch has them. */
void html_sim_acts(struct html_sim *sim, const struct sim_net *net, const struct action *action);
void html_sim_acted(struct html_sim *sim, const struct sim_net *net);
void html_sim_expected(struct html_sim *sim, const struct sim_net *net, const struct step *step,
		       const struct check *check);

/**
 * html_sim_end() - The run, to be given to html_add(); @sim is gone.
 * @check: what came of it; NULL: nothing was checked.
 */
struct html_run *html_sim_end(struct html_sim *sim, const struct sim_net *net,
			      const struct check *check);

#endif
