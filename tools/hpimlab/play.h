/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_PLAY_H
#define HPIMLAB_PLAY_H

/* A scenario played in both worlds: the simulator, and a lab of real daemons. */
#include <signal.h>

#include "hpimlab/capture.h"
#include "hpimlab/traffic.h"
#include "hpimsim/scenario.h"

/**
 * play_unable() - What of a scenario has no counterpart with real daemons.
 *
 * Return: NULL, or a sentence that names the step or link; it stands until the next call.
 */
const char *play_unable(const struct scenario *scenario);

/* Set by a signal: end soon. */
extern volatile sig_atomic_t play_is_interrupted;

struct play_result {
	unsigned int answers, differences;
	unsigned int unasked; /* questions for the simulator only */
	double seconds;
	bool is_broken; /* the lab did not do what it should */
};

/**
 * play_run() - From the first step to the last, in real time; prints what both worlds answer. The
 * lab is built, and is left as it is in the end.
 */
struct play_result play_run(const struct scenario *scenario, struct lab *lab,
			    struct capture *capture, struct traffic *traffic, struct sim_net *real);

#endif
