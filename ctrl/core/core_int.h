/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_CORE_INT_H
#define CORE_CORE_INT_H

/* What the modules of the core share. Nothing outside ctrl/core and its unit tests includes it. */
#include "base/container.h"
#include "base/hash.h"
#include "core/core.h"
#include "core/fx.h"
#include "core/link.h"
#include "core/mrp.h"
#include "core/policy.h"
#include "core/sched.h"

struct denied;
struct gm_if;
struct gm_join;
struct mfib;
struct mrd_if;
struct rpf;

struct core {
	struct core_limits limits;
	struct core_settings settings;
	hp_time now;
	hp_time hello_at;         /* first Hello of all; HP_TIME_NEVER: none was due yet */
	uint64_t random;          /* state of core_random() */
	struct hash_key hash_key; /* from the seed */
	bool is_draining;
	bool has_work;          /* timers that are due or marked trees may be left */
	unsigned int work_left; /* until the draining of this event ends */
	bool is_clock;          /* timers are fired one by one while draining */
	bool is_stopped;        /* COMMAND_STOP: nothing happens after it */
	bool has_obeyed;        /* some protocol has what the last EV_COMMAND is about */
	struct sched sched;
	struct fx_queue fx;
	struct link links[LINKS_MAX];
	struct gm_if *gm[IP_FAMILY_COUNT][LINKS_MAX];      /* NULL where IGMP/MLD does not run */
	struct gm_join *joins[IP_FAMILY_COUNT][LINKS_MAX]; /* static ones, membership/join.h */
	struct mrd_if *mrd[IP_FAMILY_COUNT][LINKS_MAX];    /* NULL where it does not run */
	struct mrp *mrp[IP_FAMILY_COUNT][MRP_MAX];         /* NULL after the last */
	struct mfib *mfib;
	struct rpf *rpf;
	struct policy policy;
	struct denied *denied; /* data that it denies */
};

/**
 * core_init(), core_fini() - core_new() and core_free() of memory that is all zero.
 *
 * Return: false: no memory; core_fini() is due either way.
 */
bool core_init(struct core *core, const struct core_limits *limits);
void core_fini(struct core *core);

/** core_random() - A number from the core's seeded generator, uniform in [0, @below). */
uint64_t core_random(struct core *core, uint64_t below);

/** core_fx() - Append an effect. */
static inline void core_fx(struct core *core, const struct core_effect *effect)
{
	fx_push(&core->fx, effect);
}

/** core_settings_init() - Other settings of the instance; those of single interfaces stay. */
static inline void core_settings_init(struct core *core, const struct core_settings *settings)
{
	core->settings = *settings;
	for (uint16_t link = 0; link < LINKS_MAX; link++) {
		struct link *of = &core->links[link];

		settings_merge(&of->settings, settings, &of->settings, of->own_settings);
	}
}

/* core_hello_last() and core_hello_next() of an interface, with its settings. */
hp_time core_hello_last_of(const struct core *core, const struct core_settings *settings,
			   hp_time now);
hp_time core_hello_next_of(const struct core *core, const struct core_settings *settings,
			   hp_time now);

/** core_count() - Count a note that is not worth a line. */
void core_count(struct core *core, uint16_t link, enum ip_family family, enum note_code code);

/** core_count_message() - Count a message of an interface. */
static inline void core_count_message(struct core *core, uint16_t link, enum ip_family family,
				      enum message message, enum message_way way)
{
	core->links[link].counters[family].messages[message][way]++;
}

/** core_note() - Append a note, and count it. */
void core_note(struct core *core, const struct core_note *note);

/** core_member_changed() - gm tells: the answer of member_wants() may have changed. */
void core_member_changed(struct core *core, uint16_t link, const struct ip_addr *group);

/** core_timer_arm() - Arm a timer @delay from now. */
static inline void core_timer_arm(struct core *core, struct timer *timer, hp_time delay)
{
	timer_arm(&core->sched, timer, core->now + delay);
}

#endif
