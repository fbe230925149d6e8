// SPDX-License-Identifier: GPL-2.0-only
/* Networks as data: links, routers, hosts, and their names and addresses. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "simnet/topo.h"

#define UNIX_S     1000000000u /* UNIX time at the beginning */
#define GROUP_BASE 12u         /* 224.12.12.12 and ff05::12:12:12 are the first. 9.0 */

void sim_topo_init(struct sim_topo *topo)
{
	memset(topo, 0, sizeof(*topo));
	topo->limits = core_limits_default;
	topo->limits.unix_s = UNIX_S;
	topo->settings = core_settings_default;
	topo->converge_ms = 200;
	topo->data_ttl = 12; /* 9.0 */
	topo->data_period_ms = 1000;
}

static void set_name(char *to, const char *name)
{
	(void)snprintf(to, SIM_NAME_LEN, "%.*s", (int)SIM_NAME_LEN - 1, name);
}

struct sim_lan *sim_topo_add_lan(struct sim_topo *topo, const char *name, uint8_t number)
{
	struct sim_lan *lan = &topo->lans[topo->lan_count];

	assert(topo->lan_count < SIM_LANS_MAX);
	*lan = (struct sim_lan){ .number = number, .delay_us = 1000, .mtu = 1500 };
	set_name(lan->name, name);
	topo->lan_count++;
	return lan;
}

struct sim_box *sim_topo_add_router(struct sim_topo *topo, const char *name)
{
	struct sim_box *box = &topo->routers[topo->router_count];

	assert(topo->router_count < SIM_ROUTERS_MAX);
	*box = (struct sim_box){ .port_count = 0 };
	set_name(box->name, name);
	topo->router_count++;
	return box;
}

struct sim_port *sim_topo_add_port(struct sim_box *box, const char *name, uint16_t lan,
				   uint8_t host)
{
	struct sim_port *port = &box->ports[box->port_count];

	assert(box->port_count < SIM_PORTS_MAX);
	*port = (struct sim_port){
		.lan = lan,
		.host = host,
		.cost = 10,
		.is_up = true,
		.protocol = PROTO_HPIM,
		.wants = { [PROTO_HPIM] = true, [PROTO_GM] = true },
	};
	set_name(port->name, name);
	box->port_count++;
	return port;
}

struct sim_host *sim_topo_add_host(struct sim_topo *topo, const char *name, uint16_t lan,
				   uint8_t number)
{
	struct sim_host *host = &topo->hosts[topo->host_count];

	assert(topo->host_count < SIM_HOSTS_MAX);
	*host = (struct sim_host){ .lan = lan, .host = number, .only = SIM_NONE };
	set_name(host->name, name);
	topo->host_count++;
	return host;
}

uint16_t sim_topo_lan(const struct sim_topo *topo, const char *name)
{
	for (uint16_t i = 0; i < topo->lan_count; i++)
		if (strcmp(topo->lans[i].name, name) == 0)
			return i;
	return SIM_NONE;
}

uint16_t sim_topo_router(const struct sim_topo *topo, const char *name)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		if (strcmp(topo->routers[i].name, name) == 0)
			return i;
	return SIM_NONE;
}

uint16_t sim_topo_port(const struct sim_box *box, const char *name)
{
	for (uint16_t i = 0; i < box->port_count; i++)
		if (strcmp(box->ports[i].name, name) == 0)
			return i;
	return SIM_NONE;
}

uint16_t sim_topo_host(const struct sim_topo *topo, const char *name)
{
	for (uint16_t i = 0; i < topo->host_count; i++)
		if (strcmp(topo->hosts[i].name, name) == 0)
			return i;
	return SIM_NONE;
}

struct ip_prefix sim_topo_subnet(const struct sim_topo *topo, enum ip_family family, uint16_t lan,
				 uint8_t host)
{
	const uint8_t n = topo->lans[lan].number;
	const bool has_net = topo->net4[0] != 0;
	const uint8_t bytes4[4] = { has_net ? topo->net4[0] : 10, has_net ? topo->net4[1] : n, n,
				    host };
	const uint8_t bytes6[16] = { 0x20, 0x01, [5] = n, [7] = n, [15] = host };

	return (struct ip_prefix){
		.addr = ip_addr_from_bytes(family, family == IP_FAMILY_4 ? bytes4 : bytes6),
		.len = family == IP_FAMILY_4 ? 24 : 64,
	};
}

struct ip_addr sim_topo_addr(const struct sim_topo *topo, enum ip_family family, uint16_t lan,
			     uint8_t host)
{
	const uint8_t bytes6[16] = { 0xfe, 0x80, [15] = host };

	if (family == IP_FAMILY_6)
		return ip_addr_from_bytes(family, bytes6);
	return sim_topo_subnet(topo, family, lan, host).addr;
}

struct ip_addr sim_topo_group(enum ip_family family, uint16_t group)
{
	const uint8_t last = (uint8_t)(GROUP_BASE + group);
	const uint8_t bytes4[4] = { 224, 12, 12, last };
	const uint8_t bytes6[16] = { 0xff, 0x05, [11] = 0x12, [13] = 0x12, [15] = last };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? bytes4 : bytes6);
}

uint16_t sim_topo_group_index(const struct ip_addr *group)
{
	uint16_t index = (uint16_t)(group->b[15] - GROUP_BASE);
	struct ip_addr same = sim_topo_group(ip_addr_family(group), index);

	return index < SIM_GROUPS_MAX && ip_addr_equal(group, &same) ? index : SIM_NONE;
}

const char *sim_topo_name_at(const struct sim_topo *topo, uint16_t lan, uint8_t number)
{
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == lan &&
			    topo->routers[i].ports[p].host == number)
				return topo->routers[i].name;
	for (uint16_t i = 0; i < topo->host_count; i++)
		if (topo->hosts[i].lan == lan && topo->hosts[i].host == number)
			return topo->hosts[i].name;
	return "?";
}
