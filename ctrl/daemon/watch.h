/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

/* Routes to the sources that the core watches. */
#include "base/addr.h"
#include "base/hash.h"

struct daemon;
struct ip_prefix;
struct rtnl_path;

/* A source whose route the core wants to know. */
struct watch {
	UT_hash_handle hh;
	struct ip_addr source;
};

/**
 * watch_path() - The route to a source, with the metric that counts for it.
 *
 * Return: true for an address of this router that is on no subnet of an attached interface: a
 * program here sends from it, and which interface it leaves by is seen from its packets only.
 */
bool watch_path(const struct daemon *daemon, const struct ip_addr *source,
		struct rtnl_path *ret_path);

void watch_add(struct daemon *daemon, const struct ip_addr *source);
void watch_del(struct daemon *daemon, const struct ip_addr *source);

/**
 * struct watch_walk - A walk over the watched sources that may rest between two of them. Its
 * members are watch.c's.
 */
struct watch_walk {
	struct watch_walk *prev, *next;
	struct daemon *daemon;
	const struct watch *at;
};

/** watch_walk_begin() - Must be ended by watch_walk_end() before the daemon ends. */
void watch_walk_begin(struct daemon *daemon, struct watch_walk *walk);

/** watch_walk_next() - Return: false when there are no more. */
bool watch_walk_next(struct watch_walk *walk, struct ip_addr *ret_source);
void watch_walk_end(struct watch_walk *walk);

/** struct watch_round - Sources whose routes are to be looked up again. */
struct watch_round {
	const struct watch *at; /* goes on here; NULL: at the first one */
	uint32_t left;          /* sources until it ends; 0: there is no round */
	bool is_all;            /* not only those inside of the prefix */
	struct ip_prefix prefix;
};

/**
 * watch_answer() - Feed the route to every watched source inside @prefix; NULL: to all.
 *
 * In parts, by watch_work(): the first one at once.
 */
void watch_answer(struct daemon *daemon, const struct ip_prefix *prefix);

/** watch_work() - Post the routes to some of these sources. For daemon_flush(). */
void watch_work(struct daemon *daemon);

/** watch_has_work() - Whether some are left. */
bool watch_has_work(const struct daemon *daemon);

void watch_fini(struct daemon *daemon);

#endif
