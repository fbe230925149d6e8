/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_CONFIG_H
#define MGMT_CONFIG_H

/* The running configuration over the control socket: shown, and replaced as a whole. */
#include <stdbool.h>

struct ctl_client;
struct daemon;
struct json_object;
struct show;

/** config_request() - "config load" and "config save", whose text comes in parts. */
void config_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args);

/** config_begin(), config_step(), config_end() - The view "config show", one record a line. */
bool config_begin(struct show *show);
bool config_step(struct show *show);
void config_end(struct show *show);

/** config_close() - Forget a text that was not sent to its end. */
void config_close(struct daemon *daemon);

#endif
