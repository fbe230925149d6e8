// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control socket: who answers which. The commands are rows of mgmt/command.c.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log_level.h"
#include "daemon/refusal.h"
#include "daemon/restart.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/capture.h"
#include "mgmt/clear.h"
#include "mgmt/counters.h"
#include "mgmt/config.h"
#include "mgmt/keys.h"
#include "mgmt/metrics_http.h"
#include "mgmt/mgmt.h"
#include "mgmt/monitor.h"
#include "mgmt/observe.h"
#include "mgmt/policies.h"
#include "mgmt/ports.h"
#include "mgmt/rpf_metrics.h"
#include "mgmt/schema.h"
#include "mgmt/settings.h"
#include "mgmt/statics.h"
#include "mgmt/views.h"

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

static void do_log(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args)
{
	const char *level = field_text(args, "level"), *module = field_text(args, "module");

	(void)daemon; /* there is one log */
	(void)cmd;    /* it has one name */
	if (level && log_level_set(level, module))
		ctl_reply_end(client, NULL);
	else
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"log debug|info|warning [daemon|packets|neighbors|trees|groups]",
				level ? "'%s%s%s' is no level of the log" : "the level is missing",
				level, module ? " " : "", module ? module : "");
}

/* Of the commands that change something; the others are views of mgmt/show.c. */
static const struct handler {
	const char *name;
	void (*run)(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args);
} handlers[] = {
	{ "attach", ports_request },
	{ "detach", ports_request },
	{ "follow", ports_request },
	{ "unfollow", ports_request },
	{ "threshold", ports_request },
	{ "key add", keys_request },
	{ "key delete", keys_request },
	{ "key send", keys_request },
	{ "capture", capture_request },
	{ "monitor", monitor_request },
	{ "clear counters", counters_clear },
	{ "clear neighbor", clear_request },
	{ "clear tree", clear_request },
	{ "log", do_log },
	{ "stop", do_stop },
	{ "restart", do_restart },
	{ "static route", statics_request },
	{ "static join", statics_request },
	{ "static delete route", statics_request },
	{ "static delete join", statics_request },
	{ "rpf-metric", rpf_metrics_request },
	{ "rpf-metric delete", rpf_metrics_request },
	{ "policy allow", policies_request },
	{ "policy deny", policies_request },
	{ "policy delete", policies_request },
	{ "boundary", policies_request },
	{ "boundary delete", policies_request },
	{ "ssm-range", policies_request },
	{ "ssm-range delete", policies_request },
	{ "ssm-map", policies_request },
	{ "ssm-map delete", policies_request },
	{ "set", settings_request },
	{ "config load", config_request },
	{ "config save", config_request },
	{ "unset", settings_request },
};

static const struct handler *handler_find(const char *name)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (!strcmp(handlers[i].name, name))
			return &handlers[i];
	return NULL;
}

const char *mgmt_check(void)
{
	for (const struct command *command = commands; command->name; command++)
		if (command->access != ACCESS_LOCAL &&
		    (command->access == ACCESS_READ ? !views_has(command)
						    : !handler_find(command->name)))
			return command->name;
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (!command_find(handlers[i].name))
			return handlers[i].name;
	return views_unknown();
}

/* Who listens is sent what was changed, but not the secret of a key. */
static void change(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args)
{
	handler_find(cmd)->run(daemon, client, cmd, args);
	if (!ctl_is_done(client))
		return;
	json_object_object_del(args, "secret");
	monitor_command(daemon, cmd, args);
}

static void close_clients(struct daemon *daemon)
{
	metrics_http_close(daemon);
	observe_fini(daemon);
	capture_fini(daemon);
	monitor_fini(daemon);
	counters_fini(daemon);
	config_close(daemon);
}

void mgmt_request(void *ctx, struct ctl_client *client, const char *cmd, struct json_object *args,
		  bool may_change)
{
	const struct command *command = command_find(cmd);
	struct daemon *daemon = ctx;

	if (!command || command->access == ACCESS_LOCAL)
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"'hpimctl help' lists the commands", "no command '%s'", cmd);
	else if (!may_change && command->access != ACCESS_READ && command->access != ACCESS_FOLLOW)
		ctl_reply_error(client, "permission", CTL_EXIT_PERMISSION,
				"run it as root or as a member of the group hpim",
				"'%s' changes something, and this socket is read-only", cmd);
	else if (!arg_check(client, command, args))
		return; /* it was answered */
	else if (command->access == ACCESS_READ)
		views_request(daemon, client, command, args);
	else if (command->access == ACCESS_FOLLOW)
		handler_find(cmd)->run(daemon, client, cmd, args);
	else
		change(daemon, client, cmd, args);
}

const struct daemon_clients mgmt_clients = {
	.request = mgmt_request,
	.captured = capture_packet,
	.noted = monitor_note,
	.link_changed = monitor_link,
	.listen = metrics_http_listen,
	.close = close_clients,
	.due_at = observe_due_at,
	.due = observe_due,
};
