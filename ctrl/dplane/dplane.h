/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_DPLANE_H
#define DPLANE_DPLANE_H

/*
 * The forwarding plane seen from user space. The daemon talks to one `struct dplane`; behind it
 * stand the tiers: native XDP and TC (ebpf.c) and the kernel's multicast cache (mroute.c), or
 * nothing at all (null.c, for tests). Which tier carries a tree is decided in tier.c.
 */
#include "core/effect.h"
#include "dplane/mode.h"

struct dplane;
struct hash_key;

enum dplane_tier { DPLANE_TIER_NONE, DPLANE_TIER_XDP, DPLANE_TIER_TC, DPLANE_TIER_KERNEL };

/** struct dplane_upcall - What the forwarding plane saw; becomes EV_DATA. */
struct dplane_upcall {
	enum data_kind kind; /* not DATA_SEEN */
	uint16_t link;
	struct ip_addr source, group;
};

/** struct dplane_captured - A sampled packet as it arrived, and what became of it. */
struct dplane_captured {
	hp_time at;         /* on the clock of hp_time */
	uint16_t link;      /* LINK_NONE: an interface that is not attached */
	const char *reason; /* short name from mfib_abi.h */
	uint32_t len, kept; /* bytes of the frame, and how many of them are in @data */
	const uint8_t *data;
};

struct dplane_config {
	const char *instance;  /* names the pins: /sys/fs/bpf/hpim/<instance> */
	uint32_t mroute_table; /* kernel multicast table, 0: the default one */
	uint32_t max_links, max_routes, max_sets;
	hp_time stale_for; /* how long interfaces that an earlier run left are kept */
	bool discard_pins; /* remove what an earlier run left, instead of going on with it */
	bool is_verbose;   /* say which tier carries each tree, at level debug */
	/* Borrowed, of random words: streams are chosen by whoever sends, and hashed with it. */
	const struct hash_key *hash_key;
	bool shares_xdp; /* attach by libxdp's dispatcher, beside other programs */
	/*
	 * Another daemon owns the kernel's multicast table: it is not opened, what XDP and TC have
	 * no route for is the kernel's, and entries stand there before they are put here.
	 */
	bool follows;
	uint32_t keepalive_ms; /* one packet of each route goes the kernel's way in that time */
	void *ctx;             /* handed to the functions below */
	void (*upcall)(void *ctx, const struct dplane_upcall *upcall);
	/* NULL: sampled packets are not wanted. What it is handed is borrowed. */
	void (*captured)(void *ctx, const struct dplane_captured *captured);
	/*
	 * The forwarding plane is about to wait, for 10 ms or more, before it writes what it was
	 * given: until then what stands there is outdated. NULL: it need not be known.
	 */
	void (*waits)(void *ctx);
	/* A line for the log, complete and without newline. */
	void (*log)(void *ctx, enum note_level level, const char *line);
};

/** struct dplane_link - An interface to attach or that changed. */
struct dplane_link {
	uint16_t link;
	uint32_t ifindex;
	char name[LINK_NAME_LEN];
	uint8_t mac[6];
	uint32_t mtu;
	bool is_up;
	uint8_t threshold; /* only greater TTLs and hop limits leave here; 0: all that are forwarded
			    */
	enum dplane_mode mode;
	struct ip_addr addr4; /* unset if it has none */
};

/** struct dplane_link_state - How an attached interface is served. */
struct dplane_link_state {
	bool is_attached;
	enum dplane_tier tier; /* best tier for packets that arrive here */
	bool takes_redirects;  /* can be an output of XDP */
	bool has_kernel;       /* has a VIF and a MIF in the kernel's cache */
	char why[128]; /* why the tier is not XDP, or why it takes no redirects; may be "" */
};

/** struct dplane_route_state - How a tree is served, and what it carried. */
struct dplane_route_state {
	enum dplane_tier tier;
	char why[128];           /* why the tier is not XDP; may be "" */
	uint64_t packets, bytes; /* forwarded in, all tiers */
	uint64_t xdp_packets, tc_packets, kernel_packets;
	double rate_pps;  /* since it was last asked, at least a second ago; 0: not known yet */
	hp_time seen_for; /* age of the last packet; HP_TIME_NEVER: none */
	uint8_t ttl; /* with MFIB_F_TRACK_TTL: the greatest that arrived; 0: unknown to the tier */
};

/** struct dplane_counter - One reason counter of one interface. */
struct dplane_counter {
	uint16_t link;
	/*
	 * Short name, e.g. "ttl", from mfib_abi.h; or what no program sees: "link-down" and
	 * "not-mirrored", copies that an output would have got from the trees that name it.
	 */
	const char *reason;
	uint64_t packets, bytes;
};

/**
 * dplane_new() - Load programs, create and pin maps, open the kernel's multicast sockets.
 *
 * Pins of an earlier run are taken over: its programs are replaced by ours without a gap, and its
 * routes stand as if dplane_put() had put them; dplane_routes() lists them.
 *
 * Return: 0, or a negative errno after saying what failed: -EPERM no privilege, -ENOTSUP no BPF
 * file system or a kernel too old, -EADDRINUSE another multicast daemon owns the kernel table,
 * -ESTALE the pins are of a version that cannot be carried over.
 */
int dplane_new(const struct dplane_config *config, struct dplane **ret_dp);

/**
 * dplane_prepare() - As root, for a daemon that will not be: what it needs to carry over what an
 * earlier run of the instance left in another version. Without any it does nothing.
 */
void dplane_prepare(const char *instance);

/** dplane_new_null() - A forwarding plane that only records; for tests and for dry runs. */
int dplane_new_null(const struct dplane_config *config, struct dplane **ret_dp);

/**
 * dplane_free() - Close everything.
 * @keep: leave pinned maps and links in place, so forwarding goes on; else detach and unpin all.
 */
void dplane_free(struct dplane *dp, bool keep);

/**
 * dplane_attach() - Serve an interface, or take note that an attached one changed.
 *
 * Falls back to the kernel's cache, and says why, unless @link->mode forbids it.
 * Return: 0, or a negative errno: nothing of the interface is left attached then.
 */
int dplane_attach(struct dplane *dp, const struct dplane_link *link);

/**
 * dplane_stale_link() - The link number that an interface had in the run whose pins were taken
 * over.
 *
 * It must get the same number again, and no other interface that number while they are stale.
 * Return: LINK_NONE when it was not attached. @dp NULL is allowed.
 */
uint16_t dplane_stale_link(const struct dplane *dp, uint32_t ifindex);

/** dplane_link_is_stale() - Whether @link is the number of a stale interface not yet attached.
 */
bool dplane_link_is_stale(const struct dplane *dp, uint16_t link);

/** dplane_capture() - Hand one of @every packets to config->captured; 0 ends it. 0 or -errno. */
int dplane_capture(struct dplane *dp, uint32_t every);

/** dplane_detach() - Stop serving an interface. Routes must no longer name it. */
void dplane_detach(struct dplane *dp, uint16_t link);

/**
 * dplane_returned() - An interface is there that was not a moment ago, or not here. What was
 * changed at it when it was attached, and could not be undone since it was gone, is undone.
 */
void dplane_returned(struct dplane *dp, uint32_t ifindex);

/** enum dplane_own - What an address is that no packet which arrives can come from. */
enum dplane_own {
	DPLANE_OWN_NONE,      /* none of these */
	DPLANE_OWN_ADDRESS,   /* of this router */
	DPLANE_OWN_BROADCAST, /* of a subnet of this router */
};

/**
 * dplane_own_begin(), dplane_own_add(), dplane_own_end() - Say all such addresses; those not added
 * between begin and end are forgotten. Packets that arrive from them are dropped. RFC 1812, 5.3.7.
 */
void dplane_own_begin(struct dplane *dp);
void dplane_own_add(struct dplane *dp, const struct ip_addr *addr, enum dplane_own what);
void dplane_own_end(struct dplane *dp);
enum dplane_own dplane_own(const struct dplane *dp, const struct ip_addr *addr);

/**
 * dplane_put() - Add or replace a route entry in every tier, at once.
 *
 * Return: 0, or a negative errno: what stood there before stands there still.
 */
int dplane_put(struct dplane *dp, const struct mfib_route *route);

/** dplane_del() - Remove a route entry from every tier, at once. */
void dplane_del(struct dplane *dp, const struct mfib_key *key);

/**
 * dplane_put_later(), dplane_del_later() - The same, done by dplane_work().
 *
 * Of several requests for an entry only the last one is written. Refusals are logged.
 */
void dplane_put_later(struct dplane *dp, const struct mfib_route *route);
void dplane_del_later(struct dplane *dp, const struct mfib_key *key);

/**
 * dplane_work() - Write entries that were put or deleted for later.
 * @max:    so many are written at most, and a multiple of it looked at.
 * @renews: also those whose interfaces or own addresses changed, when no others are left.
 *
 * An entry is written once, whatever happened to it since it was written last, and as all is now.
 */
void dplane_work(struct dplane *dp, uint32_t max, bool renews);

/** dplane_has_work() - Whether dplane_work() may have something to do. */
bool dplane_has_work(const struct dplane *dp);

/** dplane_route_count() - How many route entries there are. */
uint32_t dplane_route_count(const struct dplane *dp);

/** dplane_routes() - Call @each for every route entry; it must not put or delete any. */
void dplane_routes(const struct dplane *dp, void (*each)(void *ctx, const struct mfib_route *route),
		   void *ctx);

/**
 * dplane_renew() - Let XDP forward for @lease_for from now; then it ends unless renewed.
 *
 * Guards against a dead daemon whose programs are still attached. 0 or never called: no lease.
 * Return: 0 or a negative errno.
 */
int dplane_renew(struct dplane *dp, hp_time lease_for);

/** dplane_suspend() - Let XDP and TC forward nothing until dplane_renew(). 0 or a negative errno.
 */
int dplane_suspend(struct dplane *dp);

/** dplane_fd() - Becomes readable when dplane_dispatch() has something to do. */
int dplane_fd(const struct dplane *dp);

/** dplane_dispatch() - Read upcalls and changes of interfaces' abilities. Bounded work. */
void dplane_dispatch(struct dplane *dp);

/** dplane_link_state() - @ret_state->is_attached is false for an unknown link. */
void dplane_link_state(const struct dplane *dp, uint16_t link, struct dplane_link_state *ret_state);

/** dplane_route_state() - Return: 0, or -ENOENT when there is no such entry. */
int dplane_route_state(struct dplane *dp, const struct mfib_key *key,
		       struct dplane_route_state *ret_state);

/** struct dplane_rule - A rule of another program that the kernel asks before ours ("ip mrule"). */
struct dplane_rule {
	enum ip_family family;
	char interface[LINK_NAME_LEN]; /* whose arriving packets it is about */
	uint32_t priority;
	uint32_t table; /* where it leads them; 0: they are dropped */
	bool is_open;   /* a program has opened that table; else the next rule is asked */
	bool has_mark;  /* only those with some mark of the firewall */
	bool is_of_all; /* it is about packets of all interfaces */
};

/**
 * dplane_rules() - Call @each for the rules that keep packets which arrive on an attached interface
 * from our table, in the kernel's order. None where nothing is known of rules.
 */
void dplane_rules(const struct dplane *dp, uint16_t link, enum ip_family family,
		  void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx);

/** struct dplane_totals - Of all trees. */
struct dplane_totals {
	uint32_t routes, routes_xdp, routes_tc, routes_kernel;
	uint64_t xdp_packets, tc_packets; /* of the trees that exist now */
	uint64_t kernel_packets;          /* by the interfaces that are in its cache now */
	uint32_t next;                    /* where dplane_totals_add() goes on */
};

/**
 * dplane_totals_add() - Add some trees to totals that begin as zeros; a bounded number, so that
 * many do not hold up the caller.
 *
 * Return: whether these were the last, and @totals is complete.
 */
bool dplane_totals_add(struct dplane *dp, struct dplane_totals *totals);

/**
 * dplane_unsettled() - How often dplane_settle_next() is due to make the counters of copies which
 * no program counts exact for this moment.
 */
uint32_t dplane_unsettled(const struct dplane *dp);
void dplane_settle_next(struct dplane *dp);

/**
 * dplane_counters() - Call @each for every reason counter that is not zero. Copies that no program
 * counts are those of the last dplane_settle_next().
 */
void dplane_counters(struct dplane *dp, void (*each)(void *ctx, const struct dplane_counter *),
		     void *ctx);

#endif
