/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_VIEWS_H
#define MGMT_VIEWS_H

#include "mgmt/show.h"

/** views_request() - Answer a command that only reads. */
void views_request(struct daemon *daemon, struct ctl_client *client, const struct command *command,
		   struct json_object *args);

/** views_has() - Whether a command that only reads is implemented. */
bool views_has(const struct command *command);

/** views_unknown() - A view's command that mgmt/command.c does not have; NULL: none. */
const char *views_unknown(void);

/** views_open() - show_open() of a command. */
struct show *views_open(struct daemon *daemon, const char *cmd, struct json_object *args,
			show_sink_fn *sink, void *ctx);

#endif
