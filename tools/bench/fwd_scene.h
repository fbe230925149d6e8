/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_FWD_SCENE_H
#define BENCH_FWD_SCENE_H

/*
 * A real daemon in the lab's router: inputs, and outputs with a host behind each that listens, so
 * that its protocols build the trees.
 */
#include <sys/types.h>

#include "bench/fwd_measure.h"
#include "core/effect.h"

#define SCENE_OUTPUTS 4u

/* How long its daemon keeps what an earlier one left, in seconds; as text for its command line. */
#define SCENE_RELEARN_S "20"

struct scene {
	const char *programs; /* where hpimd and hpimctl are */
	const char *log;      /* what hpimd says; of all its runs */
	bool is_numbered;     /* the outputs look at the numbers of frames */
	struct lab lab;
	struct measure measure;
	pid_t daemon;
	char instance[32];
};

/** scene_open() - Lab and outputs, and the daemon, which serves nothing yet. @argv0: the program.
 */
void scene_open(struct scene *scene, const char *argv0);

/** scene_attach() - Serve @inputs, separated by commas, and all outputs. */
void scene_attach(struct scene *scene, const char *inputs);

/** scene_join() - A host behind every output listens to the groups of @trees, until the end. */
void scene_join(const struct scene *scene, enum ip_family family, uint32_t trees);

void scene_close(struct scene *scene);

/** scene_command() - `hpimctl @command`, which must succeed. */
void scene_command(const struct scene *scene, const char *command);

/** scene_output() - The interface of an output at the host's end. */
int scene_output(const struct scene *scene, unsigned int i);

/** daemon_start() - The (next) daemon, until it answers. */
void daemon_start(struct scene *scene);

/** daemon_wait() - Until the daemon answers. */
void daemon_wait(const struct scene *scene);

/** daemon_end() - Wait for its end, which was requested elsewhere. */
void daemon_end(struct scene *scene);

long daemon_rss_kb(const struct scene *scene);

hp_time daemon_cpu(const struct scene *scene);

#endif
