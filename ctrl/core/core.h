/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_CORE_H
#define CORE_CORE_H

/*
 * The only door to the protocols. Events go in, effects come out, time is an argument; there is no
 * system call, no clock and no global behind it. One event, then drain the effects to NULL, then
 * the next event (asserted).
 */
#include "core/effect.h"
#include "core/event.h"
#include "core/hpim/auth.h"

struct core;

/** struct core_limits - Size and identity, fixed for the life of a core; the others are settings.
 */
struct core_limits {
	uint32_t trees;     /* (S,G) entries per family, with or without a tree */
	uint64_t seed;      /* same seed, same events: same effects */
	uint32_t unix_s;    /* UNIX time at hp_time 0, for BootTime */
	uint32_t first_sn;  /* SNs of an interface begin at random below it; 0: at 1 */
	hpim_hmac_fn *hmac; /* NULL: there must be no keys */
};

extern const struct core_limits core_limits_default;

/** core_new() - A router without interfaces. NULL when there is no memory. */
struct core *core_new(const struct core_limits *limits);

/** core_free() - Forget everything; nothing is sent. */
void core_free(struct core *core);

/* Timers that are fired and trees that are evaluated because of one event, before the next may
 * come. */
#define CORE_WORK_MAX 64u

/** core_handle() - Let an event happen. @now never decreases. */
void core_handle(struct core *core, hp_time now, const struct core_event *event);

/** core_has_obeyed() - Whether the last EV_COMMAND concerned something that some protocol has. */
bool core_has_obeyed(const struct core *core);

/**
 * core_effect_next() - The next thing to do, or NULL when there is nothing left to do for the
 * event.
 *
 * The effect and the bytes inside are borrowed until the next call.
 */
const struct core_effect *core_effect_next(struct core *core);

/**
 * core_has_work() - Whether EV_CLOCK has to go on at once, since the event was worth more than
 * CORE_WORK_MAX.
 */
bool core_has_work(const struct core *core);

/**
 * core_deadline() - When to send EV_CLOCK at the latest; HP_TIME_NEVER: not at all. In the past
 * while core_has_work().
 */
hp_time core_deadline(const struct core *core);

/**
 * core_hello_last() - When, until @now, the Hellos of all interfaces were last due; else @now.
 * core_hello_next() - When they are due next after @now.
 *
 * Of all interfaces without a hello interval of their own: the instance's counts.
 * Neighbors give this router up one hold time after the last of them. What has to end together with
 * that, as the lease of the forwarding plane, is renewed at these times.
 */
hp_time core_hello_last(const struct core *core, hp_time now);
hp_time core_hello_next(const struct core *core, hp_time now);

#endif
