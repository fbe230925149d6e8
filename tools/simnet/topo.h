/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIMNET_TOPO_H
#define SIMNET_TOPO_H

/*
 * What a network consists of: plain data without pointers, so that it can be copied. Host h on link
 * n has the address 10.n.n.h, or 2001:0:n:n::h and fe80::h (description of HPIM-DM, 9.0).
 */
#include "core/core.h"

#define SIM_NAME_LEN    16u
#define SIM_ROUTERS_MAX 32u
#define SIM_PORTS_MAX   8u
#define SIM_LANS_MAX    48u
#define SIM_HOSTS_MAX   32u
#define SIM_GROUPS_MAX  32u
#define SIM_NONE        UINT16_MAX

struct sim_lan {
	char name[SIM_NAME_LEN];
	uint8_t number;
	uint32_t delay_us;
	uint32_t jitter_us;       /* added at random: reorders */
	uint32_t loss_pm, dup_pm; /* per mille and receiver */
	uint32_t mtu;
};

struct sim_port {
	char name[SIM_NAME_LEN];
	uint16_t lan;
	uint8_t host;
	uint32_t cost;            /* of unicast routing */
	bool is_up;               /* carrier */
	bool is_cut;              /* nothing passes, and no link goes down */
	bool wants[PROTO_COUNT];  /* protocols switched on */
	enum core_proto protocol; /* of multicast routing, while one is switched on */
};

struct sim_box {
	char name[SIM_NAME_LEN];
	uint16_t port_count;
	struct sim_port ports[SIM_PORTS_MAX];
	int32_t skew_s; /* of its clock */
};

struct sim_host {
	char name[SIM_NAME_LEN];
	uint16_t lan;
	uint8_t host;
	bool is_unplugged;
	bool is_mute;     /* answers no query */
	bool is_newest;   /* speaks IGMPv3 or MLDv2, else IGMPv2 or MLDv1 */
	uint16_t only;    /* newest: the one source it wants, a host; SIM_NONE: all */
	uint32_t joined;  /* set of groups */
	uint32_t sending; /* set of groups */
};

struct sim_topo {
	uint16_t lan_count, router_count, host_count;
	struct sim_lan lans[SIM_LANS_MAX];
	struct sim_box routers[SIM_ROUTERS_MAX];
	struct sim_host hosts[SIM_HOSTS_MAX];
	struct core_limits limits; /* of each router; seeds are drawn. unix_s: at the beginning */
	struct core_settings settings;
	bool has_fixed_routes; /* only those that sim_route_set() has set */
	uint32_t converge_ms;  /* unicast routing takes between half of it and it */
	uint8_t net4[2];       /* host h on link n is net4.n.h; 0.0: 10.n.n.h */
	uint8_t data_ttl;
	uint32_t data_period_ms;
};

/** sim_topo_init() - Empty, with the usual settings. */
void sim_topo_init(struct sim_topo *topo);

/* Each asserts that there is room. */
struct sim_lan *sim_topo_add_lan(struct sim_topo *topo, const char *name, uint8_t number);
struct sim_box *sim_topo_add_router(struct sim_topo *topo, const char *name);
struct sim_port *sim_topo_add_port(struct sim_box *box, const char *name, uint16_t lan,
				   uint8_t host);
struct sim_host *sim_topo_add_host(struct sim_topo *topo, const char *name, uint16_t lan,
				   uint8_t host);

/* Numbers by name; SIM_NONE: there is none. */
uint16_t sim_topo_lan(const struct sim_topo *topo, const char *name);
uint16_t sim_topo_router(const struct sim_topo *topo, const char *name);
uint16_t sim_topo_port(const struct sim_box *box, const char *name);
uint16_t sim_topo_host(const struct sim_topo *topo, const char *name);

/** sim_topo_subnet() - Address of host @host on a link, with the length of its subnet. */
struct ip_prefix sim_topo_subnet(const struct sim_topo *topo, enum ip_family family, uint16_t lan,
				 uint8_t host);

/** sim_topo_addr() - What protocols speak from there: IPv4 address or link-local one. */
struct ip_addr sim_topo_addr(const struct sim_topo *topo, enum ip_family family, uint16_t lan,
			     uint8_t host);

struct ip_addr sim_topo_group(enum ip_family family, uint16_t group);

/** sim_topo_group_index() - SIM_NONE: none of ours. */
uint16_t sim_topo_group_index(const struct ip_addr *group);

/** sim_topo_name_at() - Who has host number @host on a link: router or host; "?": none. */
const char *sim_topo_name_at(const struct sim_topo *topo, uint16_t lan, uint8_t host);

#endif
