/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_REBUILD_INT_H
#define HPIMLAB_REBUILD_INT_H

/* Between rebuild.c, which finds the network, and rebuild_state.c, which finds its state. */
#include <stdio.h>

#include "hpimlab/rebuild.h"

#define PLACES_MAX (SIM_ROUTERS_MAX * SIM_PORTS_MAX)

/* An interface of a router. */
struct place {
	uint16_t router, port, lan;
	const char *name;
	struct ip_addr addr; /* as it is there */
	json_object *record;
};

struct rebuild {
	const struct reports *reports;
	enum ip_family family;
	struct scenario *scenario;
	FILE *remarks;
	struct place places[PLACES_MAX];
	size_t place_count;
	struct ip_addr groups[SIM_GROUPS_MAX], sources[SIM_HOSTS_MAX]; /* as they are there */
	uint16_t group_count, source_count; /* source number i is host number i */
};

/** rebuild_place() - By router and interface. NULL: none of this family. */
struct place *rebuild_place(struct rebuild *rebuild, uint16_t router, const char *name);

/** rebuild_neighbor() - Whose address that is on the link of @of. NULL: of none of the files. */
struct place *rebuild_neighbor(struct rebuild *rebuild, const struct place *of,
			       const struct ip_addr *addr);

/** rebuild_is_ours() - Whether a record is about this family. */
bool rebuild_is_ours(const struct rebuild *rebuild, json_object *record, const char *key);

/** rebuild_flows() - Sources, groups and members. */
bool rebuild_flows(struct rebuild *rebuild);

/** rebuild_costs() - Of the ports. */
void rebuild_costs(struct rebuild *rebuild);

/** rebuild_timeline() - What brings the state about, and the state as it was reported. */
void rebuild_timeline(struct rebuild *rebuild);

#endif
