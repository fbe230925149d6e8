// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routes to the sources that the core watches: looked up in the copy of the kernel's table, told as
 * EV_RPF. Source: description of HPIM-DM, section 4.
 */
#include <stdlib.h>

#include "daemon/shell.h"

bool watch_path(const struct shell *shell, const struct ip_addr *source, struct rtnl_path *ret_path)
{
	struct rtnl_path local;

	rtnl_path(shell->rtnl, source, ret_path);
	if (ret_path->is_connected && port_by_ifindex(shell, ret_path->ifindex) != LINK_NONE)
		return false;
	if (!rtnl_local_path(shell->rtnl, source, &local))
		return false;
	*ret_path = local;
	return true;
}

static void answer(struct shell *shell, const struct ip_addr *source)
{
	struct core_event event = { .kind = EV_RPF, .rpf = { .source = *source } };
	struct rtnl_path path;

	event.rpf.is_local = watch_path(shell, source, &path);
	event.rpf.is_reachable = path.is_reachable;
	event.rpf.is_connected = path.is_connected;
	event.rpf.link = path.is_reachable && !event.rpf.is_local
				 ? port_by_ifindex(shell, path.ifindex)
				 : LINK_NONE;
	event.rpf.next_hop = path.next_hop;
	event.rpf.prefix_len = path.prefix_len;
	event.rpf.preference = path.preference;
	event.rpf.metric = path.metric;
	shell_post(shell, &event);
}

void watch_add(struct shell *shell, const struct ip_addr *source)
{
	struct watch *watch;

	HASH_FIND(hh, shell->watches, source, sizeof(*source), watch);
	if (!watch) {
		watch = calloc(1, sizeof(*watch));
		assert(watch); /* the core bounds their number by its limit of trees */
		watch->source = *source;
		HASH_ADD(hh, shell->watches, source, sizeof(*source), watch);
	}
	answer(shell, source);
}

void watch_del(struct shell *shell, const struct ip_addr *source)
{
	struct watch *watch;

	HASH_FIND(hh, shell->watches, source, sizeof(*source), watch);
	if (!watch)
		return;
	HASH_DEL(shell->watches, watch);
	free(watch);
}

void watch_answer(struct shell *shell, const struct ip_prefix *prefix)
{
	for (const struct watch *watch = shell->watches; watch; watch = watch->hh.next)
		if (!prefix || ip_prefix_contains(prefix, &watch->source))
			answer(shell, &watch->source);
	shell_feed(shell, &(struct core_event){ .kind = EV_CLOCK });
}

void watch_fini(struct shell *shell)
{
	struct watch *watch, *next;

	HASH_ITER (hh, shell->watches, watch, next) {
		HASH_DEL(shell->watches, watch);
		free(watch);
	}
}
