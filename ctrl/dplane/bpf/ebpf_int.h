/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_EBPF_INT_H
#define DPLANE_EBPF_INT_H

/*
 * The tiers XDP and TC from inside: ebpf.c has the routes and the life, eport.c the interfaces,
 * setpool.c the output sets, direct.c who leaves without the egress program, restore.c what an
 * earlier run left, upgrade.c the same in another layout.
 */

#include "base/hash.h"
#include "dplane/bpf/attach.h"
#include "dplane/bpf/grace.h"
#include "dplane/bpf/maps.h"
#include "dplane/bpf/oilset.h"

struct ring_buffer;
struct selftest;

/** struct carrier - A port with our XDP program, for itself and for VLANs on it. */
struct carrier {
	uint32_t ifindex;
	uint8_t mac[6];
	unsigned int users; /* ports; 0: free */
	uint16_t changed;   /* MFIB_PORT_RXVLAN: to be undone */
	struct attached xdp;
};

struct port {
	bool is_known;
	uint16_t changed; /* MFIB_PORT_ALLMULTI: to be undone */
	struct dplane_link link;
	struct mfib_tag tag;     /* carrier, and the tag there; vid 0: none */
	struct carrier *carrier; /* whose program sees what arrives; NULL: no XDP */
	struct attached tc;
	uint16_t direct; /* MFIB_PORT_FINISH, _DIRECT, _FINISHED: direct.c */
	int calm;        /* polls with trees of one output alone, since below 0 */
	uint64_t grace;  /* when it is over, what left by it in another way is gone */
};

/**
 * struct departed - An interface that went away with settings of ours, to be undone if it returns.
 *
 * Settings survive a move to another network namespace. An index does not, and a name need not; a
 * VLAN has the MAC address of its port.
 */
struct departed {
	uint8_t mac[6];
	uint16_t vid;
	uint16_t changed; /* MFIB_PORT_ALLMULTI, MFIB_PORT_RXVLAN; 0: free */
};

struct route {
	struct mfib_key key;
	uint32_t slot; /* of its counters */
	uint32_t set;  /* or MFIB_SET_NONE */
	uint32_t line; /* or MFIB_LINE_NONE */
	uint16_t iif;  /* link number */
	bool tracks_ttl;
	UT_hash_handle hh;
};

/** struct set_class - Output sets of one size, whose numbers stand together. */
struct set_class {
	struct ebpf *eb;
	struct oilset *sets;
	uint32_t first, end; /* number of slot 0, and the one after the last */
};

/* The sizes of those with devices come first, then those without. */
enum { SETS_LISTS = MAPS_SIZES, SETS_CLASSES };

struct ebpf {
	struct backend be;
	struct dplane_config config;
	struct attach attach;
	struct maps maps;
	struct set_class sets[SETS_CLASSES];
	struct ring_buffer *ring;
	struct selftest *selftest; /* NULL: the kernel refused it */
	unsigned int dispatched;
	struct route *routes;
	uint32_t *free_slots, free_slot_count;
	const struct route **slot_users; /* [max_routes] NULL: free */
	struct carrier carriers[LINKS_MAX];
	struct port ports[LINKS_MAX];
	struct ifset direct_links; /* interfaces with MFIB_PORT_DIRECT */
	struct grace *grace;
	struct departed departed[LINKS_MAX];
	unsigned int departed_count; /* so far; the oldest one gives way */
};

/* eport.c */

/** eport_link_add() - backend_ops.link_add. */
int eport_link_add(struct ebpf *eb, const struct dplane_link *link, struct tier_port *ret_port,
		   char why[BACKEND_WHY_LEN]);
void eport_link_del(struct ebpf *eb, uint16_t link);

/** eport_returned() - backend_ops.returned. */
void eport_returned(struct ebpf *eb, uint32_t ifindex);

/** eport_restore() - Know an interface of an earlier run; forgotten when it is gone. */
void eport_restore(struct ebpf *eb, uint32_t ifindex, const struct mfib_port *was);

/** eport_restore_hooks() - Its programs give way to ours, when all that ours read is there. */
void eport_restore_hooks(struct ebpf *eb);

/** eport_state() - What an interface can do here; the rest of @ret_port is left alone. */
void eport_state(const struct port *port, struct tier_port *ret_port);

/** eport_write() - Let the programs know an interface as it is. Return: 0 or a negative errno. */
int eport_write(struct ebpf *eb, const struct port *port);

/** eport_let_all() - Close descriptors; everything stays attached. */
void eport_let_all(struct ebpf *eb);

uint16_t eport_by_ifindex(const struct ebpf *eb, uint32_t ifindex);

/* setpool.c */

int setpool_init(struct ebpf *eb);
void setpool_fini(struct ebpf *eb);

/**
 * setpool_get() - Take a reference to the set with exactly these outputs.
 * @needs_xdp: only a set which XDP can use will do.
 *
 * Return: 0, -ENOSPC or another negative errno.
 */
int setpool_get(struct ebpf *eb, const struct ifset *links, bool needs_xdp, uint32_t *ret_set);
void setpool_ref(struct ebpf *eb, uint32_t set);
void setpool_put(struct ebpf *eb, uint32_t set); /* MFIB_SET_NONE is allowed */

/** setpool_links() - The outputs of a set in use. */
void setpool_links(const struct ebpf *eb, uint32_t set, struct ifset *ret_links);

/**
 * setpool_renew() - Write the sets in use that have an interface again, since it was replaced.
 * @link: LINK_NONE: all sets.
 */
int setpool_renew(struct ebpf *eb, uint16_t link);

/** setpool_flags() - What a route to a set must have: MFIB_F_BROADCAST, MFIB_F_TAGGED. */
uint32_t setpool_flags(const struct ebpf *eb, uint32_t set);

/** setpool_only() - The interface of a set whose only copy is the packet; 0: it has others. */
uint32_t setpool_only(const struct ebpf *eb, uint32_t set);

/**
 * setpool_used() - Outputs of the sets in use.
 * @ret_only: of sets that setpool_only() has an interface for.
 * @ret_other: of all others: what leaves there must pass the egress program.
 */
void setpool_used(const struct ebpf *eb, struct ifset *ret_only, struct ifset *ret_other);

/* direct.c */

/** direct_poll() - Once a second: interfaces that need no egress program, for some time now. */
void direct_poll(struct ebpf *eb);

/**
 * direct_end() - From here on what leaves by these interfaces, or their ports, may need the egress
 * program. Waits for an RCU grace period if there was one that did without.
 */
void direct_end(struct ebpf *eb, const struct ifset *links);

/** direct_restore() - An interface is as an earlier run left it, with these MFIB_PORT_*. */
void direct_restore(struct port *port, uint16_t flags);

/** direct_carried() - The flags with which one goes on whose `direct_ports` are not taken over. */
uint16_t direct_carried(uint16_t flags);

/** direct_restore_end() - All are known and have our programs. */
void direct_restore_end(struct ebpf *eb);

/* restore.c */

/** restore_all() - Take over interfaces, output sets and routes. Return: 0 or a negative errno. */
int restore_all(struct ebpf *eb);

/* ebpf.c */

hp_time ebpf_now(void);

/** ebpf_waits() - What follows waits for an RCU grace period: say so to whoever wants to know. */
static inline void ebpf_waits(const struct ebpf *eb)
{
	if (eb->config.waits)
		eb->config.waits(eb->config.ctx);
}

/** ebpf_route_put() - backend_ops.put. */
int ebpf_route_put(struct ebpf *eb, const struct mfib_route *want);

/** ebpf_route_find() - NULL: there is none. */
struct route *ebpf_route_find(const struct ebpf *eb, const struct mfib_key *key);

/* upgrade.c */

/**
 * upgrade_all() - Carry over what stands in maps of another layout or of other sizes
 * (attach.before), swap the programs, and let those maps go.
 *
 * Return: 0, or a negative errno, with which forwarding goes on as before.
 */
int upgrade_all(struct ebpf *eb);

#endif
