// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the control socket: which there are and what they change. What they show is in
 * ctl_show.c.
 */
#include <string.h>

#include "ctl.h"
#include "shell.h"

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

/* "hpim", "igmp" and "mld" of the arguments; none of them means all. */
static void read_protocols(struct json_object *args, struct port_wish *wish)
{
	bool hpim = ctl_arg_bool(args, "hpim"), igmp = ctl_arg_bool(args, "igmp"),
	     mld = ctl_arg_bool(args, "mld");
	bool all = !hpim && !igmp && !mld;

	wish->protos[IP_FAMILY_4][PROTO_HPIM] = (hpim || all) && ctl_arg_family(args, IP_FAMILY_4);
	wish->protos[IP_FAMILY_6][PROTO_HPIM] = (hpim || all) && ctl_arg_family(args, IP_FAMILY_6);
	wish->protos[IP_FAMILY_4][PROTO_GM] = igmp || (all && ctl_arg_family(args, IP_FAMILY_4));
	wish->protos[IP_FAMILY_6][PROTO_GM] = mld || (all && ctl_arg_family(args, IP_FAMILY_6));
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

static bool read_wish(struct ctl_client *client, struct json_object *args, struct port_wish *wish)
{
	const char *mode = ctl_arg_text(args, "mode");

	*wish = (struct port_wish){ .name = ctl_arg_text(args, "interface") };
	if (!wish->name || !wish->name[0] || strlen(wish->name) >= LINK_NAME_LEN) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"\"interface\" is a name of up to "
				"15 letters",
				"which interface?");
		return false;
	}
	if (mode && !ctl_mode_by_name(mode, &wish->mode)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"modes are auto, native, generic, tc and kernel", "no mode '%s'",
				mode);
		return false;
	}
	read_protocols(args, wish);
	wish->fast_leave = ctl_arg_bool(args, "fast_leave");
	wish->no_fast_leave = !wish->fast_leave && ctl_arg_bool(args, "no_fast_leave");
	if (ctl_read_version(args, IP_FAMILY_4, &wish->gm_version[IP_FAMILY_4]) &&
	    ctl_read_version(args, IP_FAMILY_6, &wish->gm_version[IP_FAMILY_6]))
		return true;
	ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "IGMP 2 or 3, MLD 1 or 2",
			"no such version");
	return false;
}

static void do_port(struct shell *shell, struct ctl_client *client, struct json_object *args,
		    uint16_t (*change)(struct shell *, const struct port_wish *,
				       struct port_refusal *))
{
	struct port_refusal refusal;
	struct port_wish wish;
	uint16_t link;

	if (!read_wish(client, args, &wish))
		return;
	link = change(shell, &wish, &refusal);
	if (link == LINK_NONE) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	if (shell->ports[link].is_used)
		ctl_reply_record(client, ctl_attach_record(shell, link));
	ctl_reply_end(client, "hpim.attach/1");
}

static void do_attach(struct shell *shell, struct ctl_client *client, const char *cmd,
		      struct json_object *args)
{
	(void)cmd; /* it has one name */
	do_port(shell, client, args, port_attach);
}

static void do_detach(struct shell *shell, struct ctl_client *client, const char *cmd,
		      struct json_object *args)
{
	(void)cmd; /* it has one name */
	do_port(shell, client, args, port_detach);
}

static void do_stop(struct shell *shell, struct ctl_client *client, const char *cmd,
		    struct json_object *args)
{
	(void)cmd; /* it has one name */
	ctl_reply_end(client, NULL);
	shell_stop(shell, ctl_arg_bool(args, "keep_forwarding") ? SHELL_KEEP : SHELL_END);
}

static void do_restart(struct shell *shell, struct ctl_client *client, const char *cmd,
		       struct json_object *args)
{
	struct port_refusal refusal;

	(void)cmd;  /* it has one name */
	(void)args; /* it has none */
	if (shell->options->record_path) {
		ctl_reply_error(client, "recording", CTL_EXIT_REFUSED,
				"'hpimctl stop keep-forwarding' and start it with another file",
				"the history in %s would be written over",
				shell->options->record_path);
		return;
	}
	if (!restart_check(&refusal)) {
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
		return;
	}
	ctl_reply_end(client, NULL);
	shell_stop(shell, SHELL_RESTART);
}

static const struct command {
	const char *name;
	void (*run)(struct shell *shell, struct ctl_client *client, const char *cmd,
		    struct json_object *args);
} commands[] = {
	{ "attach", do_attach },   { "detach", do_detach }, { "stop", do_stop },
	{ "restart", do_restart }, { "key add", ctl_key },  { "key delete", ctl_key },
	{ "key send", ctl_key },
};

void ctl_request(void *ctx, struct ctl_client *client, const char *cmd, struct json_object *args,
		 bool may_change)
{
	struct shell *shell = ctx;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(cmd, commands[i].name) != 0)
			continue;
		if (may_change)
			commands[i].run(shell, client, cmd, args);
		else
			ctl_reply_error(client, "permission", CTL_EXIT_PERMISSION,
					"run it as root or as a member of the group hpim",
					"'%s' changes something, and this socket is read-only",
					cmd);
		return;
	}
	if (!ctl_show(shell, client, cmd, args))
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"'hpimctl help' lists the commands", "no command '%s'", cmd);
}
