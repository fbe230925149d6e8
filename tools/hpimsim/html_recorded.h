/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_RECORDED_H
#define HPIMSIM_HTML_RECORDED_H

/*
 * The history of a daemon, written down for the page: the router, its interfaces as links, and on
 * them whoever sent it a control packet. Of data it has what the forwarding plane reported.
 */
#include "core/history.h"
#include "hpimsim/html_run.h"

struct html_recorded;

/** html_recorded_begin() - Of one family; what concerns the other one is left out. */
struct html_recorded *html_recorded_begin(const char *name, enum ip_family family);

/** html_recorded_event() - An event, before its effects. */
void html_recorded_event(struct html_recorded *recorded, const struct history_event *kept);

/** html_recorded_effect() - One of its effects. */
void html_recorded_effect(struct html_recorded *recorded, const struct core_effect *effect);

/** html_recorded_done() - Its effects are done; @is_same: as those that the daemon had. */
void html_recorded_done(struct html_recorded *recorded, const struct core *core, bool is_same);

/** html_recorded_end() - The run, to be given to html_add(); @recorded is gone. */
struct html_run *html_recorded_end(struct html_recorded *recorded);

#endif
