// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control socket: which there are, and their arguments. What they show is in
 * mgmt/show_request.c.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/refusal.h"
#include "daemon/restart.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/capture.h"
#include "mgmt/keys.h"
#include "mgmt/mgmt.h"
#include "mgmt/ports.h"
#include "mgmt/show.h"
#include "mgmt/statics.h"

static void do_stop(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args)
{
	(void)cmd; /* it has one name */
	ctl_reply_end(client, NULL);
	daemon_stop(daemon, field_bool(args, "keep_forwarding") ? DAEMON_KEEP : DAEMON_END);
}

static void do_restart(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		       struct json_object *args)
{
	struct refusal refusal;

	(void)cmd;  /* it has one name */
	(void)args; /* it has none */
	if (daemon->options->record_path) {
		ctl_reply_error(client, "recording", CTL_EXIT_REFUSED,
				"'hpimctl stop keep-forwarding' and start it with another file",
				"the history in %s would be written over",
				daemon->options->record_path);
		return;
	}
	if (!restart_check(&refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	ctl_reply_end(client, NULL);
	daemon_stop(daemon, DAEMON_RESTART);
}

static const struct command {
	const char *name;
	void (*run)(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args);
} commands[] = {
	{ "attach", ports_request },
	{ "detach", ports_request },
	{ "threshold", ports_request },
	{ "key add", keys_request },
	{ "key delete", keys_request },
	{ "key send", keys_request },
	{ "capture", capture_request },
	{ "stop", do_stop },
	{ "restart", do_restart },
	{ "static route", statics_request },
	{ "static join", statics_request },
	{ "static delete route", statics_request },
	{ "static delete join", statics_request },
};

void mgmt_request(void *ctx, struct ctl_client *client, const char *cmd, struct json_object *args,
		  bool may_change)
{
	struct daemon *daemon = ctx;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(cmd, commands[i].name) != 0)
			continue;
		if (may_change)
			commands[i].run(daemon, client, cmd, args);
		else
			ctl_reply_error(client, "permission", CTL_EXIT_PERMISSION,
					"run it as root or as a member of the group hpim",
					"'%s' changes something, and this socket is read-only",
					cmd);
		return;
	}
	if (!show_request(daemon, client, cmd, args))
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"'hpimctl help' lists the commands", "no command '%s'", cmd);
}
