/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_DPLANE_INT_H
#define DPLANE_DPLANE_INT_H

/*
 * The composite from inside: dplane.c has the life and the state that is shown, dlink.c the
 * interfaces and what they are able to do, dtree.c the trees.
 */

#include <sys/queue.h>

#include "base/hash.h"
#include "dplane/backend.h"
#include "dplane/linkcaps.h"
#include "dplane/listeners.h"

struct dlink {
	bool is_attached;
	bool is_stale;  /* by an earlier run, not yet by this one */
	bool is_probed; /* redirected frames were seen to leave; forgotten when it goes down */
	uint32_t probe_in,
		probe_pause;     /* seconds until the next self-test, and since the last; 0: none */
	uint64_t skipped[2];     /* copies not made: by enum skip */
	struct dplane_link link; /* as the daemon knows it */
	uint64_t changed_in;     /* change of the composite, see dplane.change */
	uint32_t written_count;  /* trees that stand in the back ends and name it */
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
	struct mfib_route want;    /* as the daemon asked, or as an earlier run left it */
	struct mfib_route written; /* as it stands in the back ends */
	bool is_written;           /* it does stand there */
	bool is_deleted;           /* it is to go: to the daemon it is gone */
	uint64_t written_in;       /* dplane.change then */
	struct tier_choice choice;
	bool is_own; /* its source is an address of this router, or a broadcast address */
	TAILQ_ENTRY(tree) by_queue;
	bool is_queued;
	bool is_setless;          /* XDP would carry it, but there was no free output set */
	bool has_skips;           /* some outputs are left out: */
	struct ifset skipped[2];  /* by enum skip */
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
	uint32_t setless_count; /* trees for which there was no free output set */
	hp_time setless_at;     /* when that was logged last; 0: never */
	hp_time stale_until;    /* 0: all interfaces of an earlier run are attached or gone */
	struct own *own;
	bool has_own_changed, has_said_own;
	struct tree *trees;
	uint32_t deleted_count;   /* of them, those that are to go */
	TAILQ_HEAD(, tree) queue; /* to be written, oldest first */
	/*
	 * Changes of what interfaces can do, and of own addresses, are numbered. A tree that was
	 * written before a change of what it uses is found by a round over all of them.
	 */
	uint64_t change, own_changed_in;
	struct tree *round;    /* goes on here; NULL: at the first one */
	uint32_t round_left;   /* trees until it ends */
	hp_time refusal_at;    /* when one was logged last */
	struct tree *skipping; /* those that have skips */
	uint32_t skipping_count;
	uint32_t tier_count[DPLANE_TIER_KERNEL + 1]; /* trees by tier */
	struct dlink links[LINKS_MAX];
	struct tier_port ports[LINKS_MAX]; /* same index; what tier.c looks at */
};

/* dlink.c */

/** dlink_caps_changed() - For linkcaps_new(). */
void dlink_caps_changed(void *ctx, uint32_t ifindex);

/**
 * dlink_probe_again() - Each second: the self-test of an interface that has not passed, ever more
 * rarely. One interface at a time, since a test that fails takes a tenth of a second.
 */
void dlink_probe_again(struct dplane *dp);

/** dlink_restore() - An interface of an earlier run, for backend_ops.stale_links. */
void dlink_restore(void *ctx, const struct dplane_link *link, const struct tier_port *port);

/* dtree.c */

/** dtree_restore() - A tree of an earlier run, for backend_ops.stale_routes. */
void dtree_restore(void *ctx, const struct mfib_route *route);

/** dtree_link_changed() - What an interface can do changed: trees that use it are written again. */
void dtree_link_changed(struct dplane *dp, uint16_t link);

/** dtree_renew_group() - Who listens to a group on this machine changed. For listeners_read(). */
void dtree_renew_group(void *ctx, const struct ip_addr *group);

/** dtree_own_changed() - Other addresses are those of this router now. */
void dtree_own_changed(struct dplane *dp);

/** dtree_settle() - Count what outputs of a tree were left out of, up to now. */
void dtree_settle(struct dplane *dp, struct tree *tree);

/** dtree_find() - NULL: there is none, or it is to go. */
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
