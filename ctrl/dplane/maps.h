/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_MAPS_H
#define DPLANE_MAPS_H

/*
 * Typed access to the maps of the programs in bpf/. File descriptors only: works after privileges
 * were dropped. docs/ABI.md describes the maps.
 */
#include "dplane/dplane.h"
#include "hpim/mfib_abi.h"

struct mcast_xdp;

/*
 * Every packet walks all buckets of its set, and there are as many as there is room for outputs:
 * with one output and 256 buckets forwarding takes twice as long as with 16.
 */
#define MAPS_SMALL_SET 16u

/** struct maps - Descriptors of all maps, and how large they are. */
struct maps {
	int settings, route[IP_FAMILY_COUNT], route_counts, ports, egress, port_counts, output_sets,
		set_ports, upcalls;
	int egress_prog;
	int *set;          /* [max_sets] inner maps */
	bool *is_inserted; /* [max_sets] stands in output_sets */
	uint32_t max_links, max_sets;
	uint32_t small_sets; /* sets below have room for MAPS_SMALL_SET outputs, others for all */
	unsigned int cpus;
	void *scratch; /* room for one value of every CPU */
};

/**
 * maps_init() - Take the descriptors of loaded programs; make all output sets, empty.
 * @skel: loaded; must outlive @maps.
 */
int maps_init(struct maps *maps, const struct mcast_xdp *skel, const struct dplane_config *config);

void maps_fini(struct maps *maps);

int maps_route_put(const struct maps *maps, const struct mfib_key *key,
		   const struct mfib_entry *entry);
void maps_route_del(const struct maps *maps, const struct mfib_key *key);

/** maps_route_count() - Sums of a slot over all CPUs; seen_ns is the latest. */
struct mfib_route_count maps_route_count(const struct maps *maps, uint32_t slot);
int maps_route_count_clear(const struct maps *maps, uint32_t slot);

int maps_port_put(const struct maps *maps, uint32_t ifindex, const struct mfib_port *port);
void maps_port_del(const struct maps *maps, uint32_t ifindex);

/** maps_port_count() - Sums over all CPUs. @link: max_links stands for unknown interfaces. */
struct mfib_port_count maps_port_count(const struct maps *maps, uint32_t link);
int maps_port_count_clear(const struct maps *maps, uint32_t link);

/**
 * maps_set_add() - Make an interface an output of a set; its readable mirror follows.
 *
 * Kernels before 6.8: the first time for a set may take one RCU grace period, 8 ms or more.
 */
int maps_set_add(const struct maps *maps, uint32_t set, uint16_t link, uint32_t ifindex);
void maps_set_del(const struct maps *maps, uint32_t set, uint16_t link);

/** maps_lease_set() - Forwarding ends at @until (CLOCK_MONOTONIC); 0: no lease. */
int maps_lease_set(const struct maps *maps, hp_time until);

#endif
