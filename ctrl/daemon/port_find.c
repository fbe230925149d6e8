// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attached interfaces, looked up by their names and indexes.
 */
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/port.h"
#include "daemon/refusal.h"

uint16_t port_by_name(const struct daemon *daemon, const char *name)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (daemon->ports[link].is_used && !strcmp(daemon->ports[link].config.name, name))
			return link;
	return LINK_NONE;
}

uint16_t port_by_ifindex(const struct daemon *daemon, uint32_t ifindex)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (daemon->ports[link].is_used && daemon->ports[link].ifindex == ifindex)
			return link;
	return LINK_NONE;
}

const char *port_name(const struct daemon *daemon, uint16_t link)
{
	return link < LINKS_MAX && daemon->ports[link].is_used ? daemon->ports[link].config.name
							       : "-";
}

uint16_t port_find(const struct daemon *daemon, const char *name, struct refusal *ret_refusal)
{
	uint16_t number = port_by_name(daemon, name);

	if (number == LINK_NONE)
		return refuse(ret_refusal, CTL_EXIT_NOT_FOUND, "not-attached",
			      "'hpimctl show interfaces' lists what is attached",
			      "%s is not attached", name);
	return number;
}
