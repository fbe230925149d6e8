/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_DPLANE_INT_H
#define DPLANE_DPLANE_INT_H

/*
 * The composite from inside: dplane.c has the life and the state that is shown, dlink.c the
 * interfaces and what they are able to do, dtree.c the trees.
 */

#include "base/hash.h"
#include "dplane/backend.h"
#include "dplane/linkcaps.h"
#include "dplane/listeners.h"

struct dlink {
	bool is_attached;
	bool is_stale;       /* by an earlier run, not yet by this one */
	bool is_probed;      /* redirected frames were seen to leave; forgotten when it goes down */
	uint64_t skipped[2]; /* copies not made: by enum skip */
	struct dplane_link link; /* as the daemon knows it */
};

/* Copies that an output does not get although a tree names it, and no program can count. */
enum skip { SKIP_LINK_DOWN, SKIP_NOT_MIRRORED };

/** struct own - An address that no packet which arrives can come from. */
struct own {
	struct ip_addr addr;
	enum dplane_own what;
	bool is_old; /* not said again yet */
	UT_hash_handle hh;
};

struct tree {
	struct mfib_route want; /* as the daemon asked, or as an earlier run left it */
	struct tier_choice choice;
	bool is_own;    /* its source is an address of this router, or a broadcast address */
	bool has_skips; /* some outputs are left out */
	struct tree *prev, *next; /* of those that have skips */
	uint64_t settled_packets; /* those up to here are in dlink.skipped */
	uint64_t sampled_packets; /* at sampled_at, for the rate */
	hp_time sampled_at;
	double rate_pps;
	UT_hash_handle hh;
};

struct dplane {
	struct dplane_config config;
	struct backend *fast, *kernel; /* kernel may be NULL */
	struct linkcaps *caps;         /* NULL: not known */
	struct listeners *listeners;   /* NULL: no listeners are looked for */
	int epoll_fd, timer_fd;
	bool is_out_of_sets; /* said once until a set is found again */
	hp_time stale_until; /* 0: all interfaces of an earlier run are attached or gone */
	struct own *own;
	bool has_own_changed, has_said_own;
	struct tree *trees;
	struct tree *skipping; /* those that have skips */
	uint32_t skipping_count;
	uint32_t tier_count[DPLANE_TIER_KERNEL + 1]; /* trees by tier */
	struct dlink links[LINKS_MAX];
	struct tier_port ports[LINKS_MAX]; /* same index; what tier.c looks at */
};

/* dlink.c */

/** dlink_caps_changed() - For linkcaps_new(). */
void dlink_caps_changed(void *ctx, uint32_t ifindex);

/** dlink_restore() - An interface of an earlier run, for backend_ops.stale_links. */
void dlink_restore(void *ctx, const struct dplane_link *link, const struct tier_port *port);

/* dtree.c */

/** dtree_restore() - A tree of an earlier run, for backend_ops.stale_routes. */
void dtree_restore(void *ctx, const struct mfib_route *route);

/** dtree_renew_link() - What an interface can do changed: write the trees that use it again. */
void dtree_renew_link(struct dplane *dp, uint16_t link);

/** dtree_renew_group() - Who listens to a group on this machine changed. For listeners_read(). */
void dtree_renew_group(void *ctx, const struct ip_addr *group);

/** dtree_renew_own() - Other addresses are those of this router now. */
void dtree_renew_own(struct dplane *dp);

/** dtree_settle() - Count what outputs of a tree were left out of, up to now. */
void dtree_settle(struct dplane *dp, struct tree *tree);

/** dtree_settle_link() - The same for all trees that use an interface, before it changes. */
void dtree_settle_link(struct dplane *dp, uint16_t link);

struct tree *dtree_find(const struct dplane *dp, const struct mfib_key *key);

/** dtree_counts() - What a backend carried of a tree; nothing for NULL. */
struct backend_counts dtree_counts(struct backend *be, const struct mfib_key *key);

void dtree_fini(struct dplane *dp);

/* own.c */

void own_fini(struct dplane *dp);

/* dplane.c */

hp_time dplane_now(void);

/** dplane_backend_config() - What the back ends are handed: all they report passes the composite.
 */
struct dplane_config dplane_backend_config(struct dplane *dp);

#endif
