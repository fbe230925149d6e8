/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_BACKEND_H
#define DPLANE_BACKEND_H

/*
 * What one tier of the forwarding plane provides to the composite in dplane.c. The composite
 * decides which tier carries a tree; a backend does what it says.
 */
#include "dplane/tier.h"

#define BACKEND_WHY_LEN TIER_WHY_LEN

/*
 * Set by the composite in mfib_route.flags: TC or the kernel's cache carries this tree. The kernel
 * mirror ignores both, since it carries what the others leave. Not part of effect.h: the core never
 * sets them. Same bits as in mfib_abi.h.
 */
#define MFIB_F_TC   (1u << 30)
#define MFIB_F_PASS (1u << 31)

/** struct backend_counts - What one route carried. */
struct backend_counts {
	uint64_t packets, bytes;       /* in the backend's first tier */
	uint64_t tc_packets, tc_bytes; /* in TC */
	hp_time seen_for;              /* age of the last packet; HP_TIME_NEVER: none */
	uint8_t ttl; /* greatest that arrived, with MFIB_F_TRACK_TTL; 0: unknown */
};

struct backend;

/**
 * struct backend_ops - The functions of a tier.
 * @link_add:     serve an interface, or take note that it changed (also a new ifindex). Says what
 *                it can do here in @port, and leaves the rest of it alone. @why gets a sentence
 *                when it fails. -ENOSPC: no room, served without this tier then.
 * @link_del:     stop serving; unknown links are ignored.
 * @returned:     an interface is there, new or back from elsewhere: undo what was changed at it
 *                before it went; NULL: changes nothing that could come back.
 * @put:          add or replace a route; links this tier does not serve are left out. A negative
 *                errno leaves the route as it was. With MFIB_F_NOTIFY the next packet that arrives
 *                on its input is reported once, until it is put again.
 * @del:          remove a route; an unknown one is ignored.
 * @route_counts: -ENOENT when there is no such route here.
 * @fd:           readable when @dispatch has something to do; -1: never.
 * @dispatch:     read upcalls, hand them to config->upcall. Bounded work, never blocks.
 * @poll:         once a second: look for packets of routes with MFIB_F_NOTIFY, where programs do
 *                not, and report them as @dispatch does; keep house. Bounded work; NULL: nothing to
 *                do.
 * @counters:     call @each for every reason counter that is not zero; NULL: has none.
 * @total:        add the counts of some routes, from slot *@next on, which it moves on; true: these
 *                were the last. Times are left alone. NULL: carries nothing.
 * @packets:      of the kernel's cache: what it accepted on all of its interfaces.
 * @own:          packets that arrive from an address are refused: of this router, or, is_broadcast,
 *                of one of its subnets; NULL: looks at no sources.
 * @disown:       they are not; set where @own is.
 * @renew:        as dplane_renew(); NULL: knows no lease.
 * @capture:      as dplane_capture(); NULL: cannot.
 * @stale_links, @stale_routes: what an earlier run left and this one goes on with; NULL:
 * nothing.
 * @probe:        send frames to a port as a redirect would: 1: they leave, 0: they vanish, or a
 *                negative errno when it cannot be tried; NULL: redirects nothing.
 * @rules:        as dplane_rules(); NULL: knows none.
 * @free:         @keep as in dplane_free(); what cannot be kept is removed.
 */
struct backend_ops {
	const char *name;
	int (*link_add)(struct backend *be, const struct dplane_link *link, struct tier_port *port,
			char why[BACKEND_WHY_LEN]);
	void (*link_del)(struct backend *be, uint16_t link);
	void (*returned)(struct backend *be, uint32_t ifindex);
	int (*put)(struct backend *be, const struct mfib_route *route);
	void (*del)(struct backend *be, const struct mfib_key *key);
	int (*route_counts)(struct backend *be, const struct mfib_key *key,
			    struct backend_counts *ret_counts);
	int (*fd)(const struct backend *be);
	void (*dispatch)(struct backend *be);
	void (*poll)(struct backend *be);
	void (*counters)(struct backend *be, void (*each)(void *ctx, const struct dplane_counter *),
			 void *ctx);
	uint64_t (*packets)(struct backend *be);
	bool (*total)(struct backend *be, uint32_t *next, struct backend_counts *sum);
	int (*own)(struct backend *be, const struct ip_addr *addr, bool is_broadcast);
	void (*disown)(struct backend *be, const struct ip_addr *addr);
	int (*renew)(struct backend *be, hp_time lease_for);
	int (*capture)(struct backend *be, uint32_t every);
	void (*stale_links)(const struct backend *be,
			    void (*each)(void *ctx, const struct dplane_link *link,
					 const struct tier_port *port),
			    void *ctx);
	void (*stale_routes)(const struct backend *be,
			     void (*each)(void *ctx, const struct mfib_route *route), void *ctx);
	int (*probe)(struct backend *be, uint32_t ifindex);
	void (*rules)(const struct backend *be, uint16_t link, enum ip_family family,
		      void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx);
	void (*free)(struct backend *be, bool keep);
};

/** struct backend - First member of each tier's own struct. */
struct backend {
	const struct backend_ops *ops;
};

/** dplane_log() - Format one line and hand it to config->log. */
void dplane_log(const struct dplane_config *config, enum note_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The config is copied; its strings and functions must outlive the backend. */
int ebpf_new(const struct dplane_config *config, struct backend **ret_be);
int mroute_new(const struct dplane_config *config, struct backend **ret_be);

int followed_new(const struct dplane_config *config, struct backend **ret_be);

int null_new(const struct dplane_config *config, struct backend **ret_be);

#endif
