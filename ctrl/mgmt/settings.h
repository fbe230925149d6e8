/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_SETTINGS_H
#define MGMT_SETTINGS_H

#include <stdbool.h>

struct ctl_client;
struct daemon;
struct json_object;
struct show;

/** settings_request() - "set" and "unset": "setting", "value", perhaps "interface". */
void settings_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		      struct json_object *args);

/**
 * settings_timers_step() - All timers of the instance, or of the interface that is asked for; of
 * the instance, then what single interfaces have of their own.
 * settings_config_step() - The same with the limits.
 */
bool settings_timers_step(struct show *show);
bool settings_config_step(struct show *show);

#endif
