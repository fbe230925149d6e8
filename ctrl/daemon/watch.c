// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes to the sources that the core watches: looked up in the copy of the kernel's table,
 * reported as EV_RPF. Source: description of HPIM-DM, section 4.
 */
#include <stdlib.h>
#include <utlist.h>

#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/rpf_metric.h"
#include "daemon/port.h"
#include "daemon/watch.h"
#include "io/rtnl.h"

/* Sources that are looked at in a turn of the loop. */
#define LOOKS_MAX 256u

bool watch_path(const struct daemon *daemon, const struct ip_addr *source,
		struct rtnl_path *ret_path)
{
	struct rtnl_path local;

	rtnl_path(daemon->rtnl, source, ret_path);
	rpf_metric_apply(daemon, source, ret_path);
	if (ret_path->is_connected && port_by_ifindex(daemon, ret_path->ifindex) != LINK_NONE)
		return false;
	if (!rtnl_local_path(daemon->rtnl, source, &local))
		return false;
	*ret_path = local;
	return true;
}

static void answer(struct daemon *daemon, const struct ip_addr *source)
{
	struct core_event event = { .kind = EV_RPF, .rpf = { .source = *source } };
	struct rtnl_path path;

	event.rpf.is_local = watch_path(daemon, source, &path);
	event.rpf.is_reachable = path.is_reachable;
	event.rpf.is_connected = path.is_connected;
	event.rpf.link = path.is_reachable && !event.rpf.is_local
				 ? port_by_ifindex(daemon, path.ifindex)
				 : LINK_NONE;
	event.rpf.next_hop = path.next_hop;
	event.rpf.prefix_len = path.prefix_len;
	event.rpf.preference = path.preference;
	event.rpf.metric = path.metric;
	daemon_post(daemon, &event);
}

void watch_add(struct daemon *daemon, const struct ip_addr *source)
{
	struct watch *watch;

	hash_find(&daemon->hash_key, daemon->watches, source, watch);
	if (!watch) {
		watch = calloc(1, sizeof(*watch));
		assert(watch); /* the core bounds their number by its limit of trees */
		watch->source = *source;
		hash_add(&daemon->hash_key, daemon->watches, source, watch);
		daemon->watch_round.left += daemon->watch_round.left > 0; /* at the end of it */
	}
	answer(daemon, source);
}

/* No walk may rest at this source any longer. */
static void walks_pass(struct daemon *daemon, const struct watch *watch)
{
	struct watch_walk *walk;

	DL_FOREACH(daemon->watch_walks, walk)
	if (walk->at == watch)
		walk->at = watch->hh.next;
	if (daemon->watch_round.at == watch)
		daemon->watch_round.at = watch->hh.next;
}

void watch_walk_begin(struct daemon *daemon, struct watch_walk *walk)
{
	*walk = (struct watch_walk){ .daemon = daemon, .at = daemon->watches };
	DL_APPEND(daemon->watch_walks, walk);
}

bool watch_walk_next(struct watch_walk *walk, struct ip_addr *ret_source)
{
	if (!walk->at)
		return false;
	*ret_source = walk->at->source;
	walk->at = walk->at->hh.next;
	return true;
}

void watch_walk_end(struct watch_walk *walk)
{
	DL_DELETE(walk->daemon->watch_walks, walk);
}

void watch_del(struct daemon *daemon, const struct ip_addr *source)
{
	struct watch *watch;

	hash_find(&daemon->hash_key, daemon->watches, source, watch);
	if (!watch)
		return;
	walks_pass(daemon, watch);
	HASH_DEL(daemon->watches, watch);
	free(watch);
}

/* A second change while a round goes on: all are looked at again, from where it is. */
void watch_answer(struct daemon *daemon, const struct ip_prefix *prefix)
{
	struct watch_round *round = &daemon->watch_round;
	bool is_same = round->left && !round->is_all && prefix &&
		       round->prefix.len == prefix->len &&
		       ip_addr_equal(&round->prefix.addr, &prefix->addr);

	round->is_all = !prefix || (round->left && !is_same);
	if (prefix)
		round->prefix = *prefix;
	round->left = HASH_COUNT(daemon->watches);
	daemon_flush(daemon);
}

void watch_work(struct daemon *daemon)
{
	struct watch_round *round = &daemon->watch_round;

	for (unsigned int i = 0; i < LOOKS_MAX && round->left; i++) {
		const struct watch *watch = round->at ? round->at : daemon->watches;

		round->left--;
		if (!watch)
			round->left = 0;
		round->at = watch ? watch->hh.next : NULL;
		if (watch && (round->is_all || ip_prefix_contains(&round->prefix, &watch->source)))
			answer(daemon, &watch->source);
	}
}

bool watch_has_work(const struct daemon *daemon)
{
	return daemon->watch_round.left > 0;
}

void watch_fini(struct daemon *daemon)
{
	struct watch *watch, *next;

	HASH_ITER (hh, daemon->watches, watch, next) {
		HASH_DEL(daemon->watches, watch);
		free(watch);
	}
}
