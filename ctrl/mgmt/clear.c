// SPDX-License-Identifier: GPL-2.0-only
/*
 * "clear neighbor" and "clear tree": what a protocol knows of one of them is forgotten. Which
 * protocol has it is the core's business.
 */
#include <string.h>

#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/args.h"
#include "mgmt/clear.h"

static bool neighbor_parse(const struct daemon *daemon, struct json_object *args,
			   struct ev_command *ret_command, struct refusal *ret_refusal)
{
	const char *interface = arg_interface(args), *addr = field_text(args, "address");

	ret_command->kind = COMMAND_CLEAR_NEIGHBOR;
	if (!interface || !addr || !arg_addr(args, "address", &ret_command->addr)) {
		(void)refuse(ret_refusal, CTL_EXIT_USAGE, "usage", "clear neighbor IFACE ADDRESS",
			     addr && interface ? "'%s' is no address" : "no neighbor to clear",
			     addr);
		return false;
	}
	ret_command->link = port_find(daemon, interface, ret_refusal);
	return ret_command->link != LINK_NONE;
}

static bool tree_parse(struct json_object *args, struct ev_command *ret_command,
		       struct refusal *ret_refusal)
{
	struct ev_command *command = ret_command;

	command->kind = COMMAND_CLEAR_TREE;
	if (arg_addr(args, "source", &command->source) && ip_addr_is_source(&command->source) &&
	    arg_addr(args, "group", &command->addr) && ip_addr_is_multicast(&command->addr) &&
	    ip_addr_family(&command->source) == ip_addr_family(&command->addr))
		return true;
	(void)refuse(ret_refusal, CTL_EXIT_USAGE, "usage",
		     "clear tree SOURCE GROUP, two addresses of one family",
		     "no source and group of a tree to clear");
	return false;
}

static bool obey(struct daemon *daemon, struct json_object *args, const struct ev_command *command,
		 struct refusal *ret_refusal)
{
	daemon_feed(daemon, &(struct core_event){ .kind = EV_COMMAND, .command = *command });
	if (core_has_obeyed(daemon->core))
		return true;
	if (command->kind == COMMAND_CLEAR_TREE)
		(void)refuse(ret_refusal, CTL_EXIT_NOT_FOUND, "no-tree",
			     "'hpimctl show trees' lists them", "no protocol has a tree (%s, %s)",
			     field_text(args, "source"), field_text(args, "group"));
	else
		(void)refuse(ret_refusal, CTL_EXIT_NOT_FOUND, "no-neighbor",
			     "'hpimctl show neighbors' lists them", "%s is no neighbor on %s",
			     field_text(args, "address"), arg_interface(args));
	return false;
}

void clear_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args)
{
	struct ev_command command = { .link = 0 };
	struct refusal refusal;
	bool is_tree = !strcmp(cmd, "clear tree");

	if ((is_tree ? tree_parse(args, &command, &refusal)
		     : neighbor_parse(daemon, args, &command, &refusal)) &&
	    obey(daemon, args, &command, &refusal))
		ctl_reply_end(client, NULL);
	else
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
}
