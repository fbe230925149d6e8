// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control socket: which there are, and their arguments. What they show is in
 * mgmt/ctl_show.c.
 */
#include <string.h>

#include "mgmt/ctl.h"
#include "daemon/daemon.h"

static const char *const mode_names[] = {
	[DPLANE_MODE_AUTO] = "auto",       [DPLANE_MODE_NATIVE] = "native",
	[DPLANE_MODE_GENERIC] = "generic", [DPLANE_MODE_TC] = "tc",
	[DPLANE_MODE_KERNEL] = "kernel",
};

#define MODE_COUNT (sizeof(mode_names) / sizeof(mode_names[0]))

const char *ctl_mode_name(enum dplane_mode mode)
{
	return mode_names[mode];
}

bool ctl_mode_by_name(const char *name, enum dplane_mode *ret_mode)
{
	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		if (strcmp(name, mode_names[mode]) != 0)
			continue;
		*ret_mode = (enum dplane_mode)mode;
		return true;
	}
	return false;
}

bool ctl_arg_bool(struct json_object *args, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(args, name, &value) && json_object_get_boolean(value);
}

const char *ctl_arg_text(struct json_object *args, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

bool ctl_arg_number(struct json_object *args, const char *name, int64_t min, int64_t max,
		    int64_t *ret_number)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(args, name, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	number = json_object_get_int64(value);
	if (number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

bool ctl_arg_family(struct json_object *args, enum ip_family family)
{
	struct json_object *value;

	if (!json_object_object_get_ex(args, "family", &value))
		return true;
	return json_object_get_int(value) == (family == IP_FAMILY_4 ? 4 : 6);
}

const char *ctl_arg_interface(struct json_object *args)
{
	return ctl_arg_text(args, "interface");
}

bool ctl_read_version(struct json_object *args, enum ip_family family, uint8_t *ret_version)
{
	static const char *const names[] = { "igmp_version", "mld_version" };
	static const int newest[] = { 3, 2 };
	struct json_object *value;
	int version = 0;

	if (json_object_object_get_ex(args, names[family], &value))
		version = json_object_get_int(value);
	if (version && version != newest[family] && version != newest[family] - 1)
		return false;
	*ret_version = (uint8_t)version;
	return true;
}

static void do_stop(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		    struct json_object *args)
{
	(void)cmd; /* it has one name */
	ctl_reply_end(client, NULL);
	daemon_stop(daemon, ctl_arg_bool(args, "keep_forwarding") ? DAEMON_KEEP : DAEMON_END);
}

static void do_restart(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		       struct json_object *args)
{
	struct port_refusal refusal;

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
	{ "attach", ctl_port },     { "detach", ctl_port },    { "threshold", ctl_port },
	{ "key add", ctl_key },     { "key delete", ctl_key }, { "key send", ctl_key },
	{ "capture", ctl_capture }, { "stop", do_stop },       { "restart", do_restart },
};

void ctl_request(void *ctx, struct ctl_client *client, const char *cmd, struct json_object *args,
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
	if (!ctl_show(daemon, client, cmd, args))
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"'hpimctl help' lists the commands", "no command '%s'", cmd);
}
