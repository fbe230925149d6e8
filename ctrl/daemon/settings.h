/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

/* Timers and limits: what is set, what counts, and changes while the daemon runs. */
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "core/settings.h"

struct config;
struct daemon;
struct refusal;

/** settings_of_instance() - What counts: what is set, else the options of the start. */
struct core_settings settings_of_instance(const struct daemon *daemon);

/** settings_of_link() - What counts on an attached interface. */
struct core_settings settings_of_link(const struct daemon *daemon, uint16_t link);

/**
 * settings_hold() - How long neighbors wait for the next Hello: the longest hold time that an
 * interface announces now, an hour at most; the instance's of HPIM-DM where none does.
 */
hp_time settings_hold(const struct daemon *daemon);

/** settings_stale() - How long what an earlier run had counts. */
hp_time settings_stale(const struct daemon *daemon);

/**
 * settings_lease() - How long to forward without a daemon: there is one lease for all interfaces.
 *
 * Without an option of the start, as long as neighbors wait: settings_hold().
 */
hp_time settings_lease(const struct daemon *daemon);

/** settings_feed() - Let the core know those of the instance. */
void settings_feed(struct daemon *daemon);

/**
 * struct settings_request - A change.
 * @value:     NULL: no longer set here.
 * @interface: NULL: of the instance.
 */
struct settings_request {
	const char *name, *value, *interface;
};

/**
 * settings_change() - Check a change, perform it, and keep it for the next run.
 * @ret_link: the interface, or LINK_NONE: the instance.
 *
 * Return: whether it was done; else @ret_refusal is filled and nothing is changed.
 */
bool settings_change(struct daemon *daemon, const struct settings_request *request,
		     enum setting_id *ret_id, uint16_t *ret_link, struct refusal *ret_refusal);

/** settings_check_config() - Whether the settings of a configuration go together. */
bool settings_check_config(const struct daemon *daemon, const struct config *config,
			   struct refusal *ret_refusal);

#endif
