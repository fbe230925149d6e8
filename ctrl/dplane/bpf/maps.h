/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_MAPS_H
#define DPLANE_MAPS_H

/*
 * Typed access to the maps of the programs in bpf/. File descriptors only: works after privileges
 * were dropped. docs/ABI.md describes the maps.
 */
#include "dplane/bpf/lines.h"
#include "dplane/dplane.h"
#include "hpim/mfib_abi.h"

struct mcast_xdp;

/**
 * struct maps_size - Output sets with room for so many outputs; their numbers stand together.
 *
 * Every packet walks all buckets of its set, and there are as many as there is room for outputs:
 * with one output and 256 buckets forwarding takes twice as long as with 16.
 */
struct maps_size {
	uint32_t room, first, end; /* number of the first set, and the one after the last */
};

#define MAPS_SIZES 4

/** struct maps - Descriptors of all maps, and how large they are. */
struct maps {
	int settings, route[IP_FAMILY_COUNT], route_counts, route_ttls, ports, egress, port_counts,
		output_sets, output_lists, direct_ports, set_turns, vlans, own_addresses, upcalls,
		captures;
	int egress_prog;
	int *set;          /* [max_sets] inner maps; negative: not made yet */
	bool *is_inserted; /* [max_sets] stands in output_sets */
	uint32_t max_links, max_sets;
	struct maps_size sizes[MAPS_SIZES]; /* room for 1 output, and up to all */
	bool inserts_in_batches;
	unsigned int cpus;
	void *scratch; /* room for one value of every CPU */
	struct lines lines;
};

/**
 * maps_init() - Take the descriptors of loaded programs, and all output sets.
 * @skel:       loaded; must outlive @maps.
 * @is_stale: the maps were pinned by an earlier run; its output sets are taken over, with what
 *              stands in them. Else they are made, empty.
 */
int maps_init(struct maps *maps, const struct mcast_xdp *skel, const struct dplane_config *config,
	      bool is_stale);

/**
 * maps_settings_make() - Mark the maps as whole. Of maps without this mark nothing is taken over.
 * @lease_until_ns: as mfib_settings.lease_until_ns.
 */
int maps_settings_make(const struct maps *maps, uint32_t max_routes, uint64_t lease_until_ns);

void maps_fini(struct maps *maps);

/** maps_route_put() - The entry, and the line that it names. */
int maps_route_put(const struct maps *maps, const struct mfib_key *key,
		   const struct mfib_entry *entry);

/** maps_route_renew() - A program has changed the flags of an entry: its line follows. */
void maps_route_renew(const struct maps *maps, const struct mfib_key *key);

/** maps_route_del() - @line: the route's, or MFIB_LINE_NONE. */
void maps_route_del(const struct maps *maps, const struct mfib_key *key, uint32_t line);

/** maps_route_count() - Sums of a slot over all CPUs, and of the line; seen_ns is the latest. */
struct mfib_route_count maps_route_count(const struct maps *maps, const struct mfib_key *key,
					 uint32_t slot, uint32_t line);
int maps_route_count_clear(const struct maps *maps, uint32_t slot);

/** maps_route_ttl() - The greatest that arrived since maps_route_ttl_clear(); 0: none. */
uint8_t maps_route_ttl(const struct maps *maps, uint32_t slot);
int maps_route_ttl_clear(const struct maps *maps, uint32_t slot);

int maps_port_put(const struct maps *maps, uint32_t ifindex, const struct mfib_port *port);
void maps_port_del(const struct maps *maps, uint32_t ifindex);

/** maps_port_is_at_hand() - The programs find the interface in `egress`, not in `ports` alone. */
bool maps_port_is_at_hand(const struct maps *maps, uint32_t ifindex);

/** maps_direct_put() - Copies can leave by a port without the egress program. */
int maps_direct_put(const struct maps *maps, uint16_t link, uint32_t ifindex);
void maps_direct_del(const struct maps *maps, uint16_t link);

/** maps_port_flags() - MFIB_PORT_* of an interface; 0 when it is not there. */
uint16_t maps_port_flags(const struct maps *maps, uint32_t ifindex);

/** maps_port_count() - Sums over all CPUs. @link: max_links stands for unknown interfaces. */
struct mfib_port_count maps_port_count(const struct maps *maps, uint32_t link);
int maps_port_count_clear(const struct maps *maps, uint32_t link);

/** maps_route_each() - Call @each for every route; it must not change the map. */
void maps_route_each(const struct maps *maps,
		     void (*each)(void *ctx, const struct mfib_key *key,
				  const struct mfib_entry *entry),
		     void *ctx);

/** maps_port_each() - Call @each for every interface, at most 2 * max_links of them. */
void maps_port_each(const struct maps *maps,
		    void (*each)(void *ctx, uint32_t ifindex, const struct mfib_port *port),
		    void *ctx);

/**
 * maps_set_add() - Make a port an output of a set that is below max_sets.
 *
 * Sets are made by the dozen when one is missing, which takes one RCU grace period, 8 ms or more;
 * before 6.8 they come one by one.
 */
int maps_set_add(struct maps *maps, uint32_t set, uint16_t link, uint32_t carrier);
void maps_set_del(const struct maps *maps, uint32_t set, uint16_t link);

/** maps_set_is_single() - The set has room for one output, whose key is 0. @set: below max_sets. */
bool maps_set_is_single(const struct maps *maps, uint32_t set);

/** maps_set_waits() - Filling the set changes the outer map, which waits for a grace period. */
bool maps_set_waits(const struct maps *maps, uint32_t set);

/** maps_set_ready() - The set is filled: let programs find it, if they do not yet. */
int maps_set_ready(const struct maps *maps, uint32_t set);

/** maps_list_put() - The outputs of a set, for TC and for people. */
int maps_list_put(const struct maps *maps, uint32_t set, const struct mfib_list *list);
void maps_list_del(const struct maps *maps, uint32_t set);

/** maps_list_each() - Call @each for every list, in no order. */
void maps_list_each(const struct maps *maps,
		    void (*each)(void *ctx, uint32_t set, const struct mfib_list *list), void *ctx);

/** maps_turn_put() - Output @ifindex is copy number @turn->turn on its port. */
int maps_turn_put(const struct maps *maps, const struct mfib_turn *turn, uint32_t ifindex);
void maps_turn_del(const struct maps *maps, const struct mfib_turn *turn);

/** maps_vlan_put() - Tagged frames on a port belong to the VLAN @ifindex. */
int maps_vlan_put(const struct maps *maps, const struct mfib_tag *tag, uint32_t ifindex);
void maps_vlan_del(const struct maps *maps, const struct mfib_tag *tag);

/** maps_own_put() - Packets that arrive from @addr are dropped. @what: MFIB_OWN_*. */
int maps_own_put(const struct maps *maps, const struct ip_addr *addr, uint32_t what);
void maps_own_del(const struct maps *maps, const struct ip_addr *addr);

/** maps_own_clear() - None is known: what an earlier run knew may be different by now. */
void maps_own_clear(const struct maps *maps);

/** maps_lease_set() - Forwarding ends at @until, on the clock of hp_time; 0: no lease. */
int maps_lease_set(const struct maps *maps, hp_time until);

/** maps_capture_set() - Sample one of @every packets; 0: none. */
int maps_capture_set(const struct maps *maps, uint32_t every);

#endif
