/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The composite: one forwarding plane over the XDP tier and its mirror in the kernel's multicast
 * cache. A tree stands in both; XDP forwards it, or passes it on to the kernel when an interface
 * cannot do its part. Keeps the wanted routes, since abilities of interfaces change.
 */
#include "dplane/backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uthash.h>

#include "base/addr_text.h"
#include "dplane/linkcaps.h"
#include "dplane/tier.h"

struct port {
	bool is_attached;
	struct dplane_link link; /* as told by the shell */
};

struct tree {
	struct mfib_route want;
	struct tier_choice choice;
	UT_hash_handle hh;
};

struct dplane {
	struct dplane_config config;
	struct backend *fast, *kernel; /* kernel may be NULL */
	struct linkcaps *caps;         /* NULL: nobody to ask */
	int epoll_fd;
	bool is_out_of_sets; /* said once until a set is found again */
	struct tree *trees;
	struct port links[LINKS_MAX];
	struct tier_port ports[LINKS_MAX]; /* same index; what tier.c looks at */
};

/* ---- trees ---- */

static struct tree *tree_find(const struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree;

	HASH_FIND(hh, dp->trees, key, sizeof(*key), tree);
	return tree;
}

static bool tree_uses(const struct tree *tree, uint16_t link)
{
	return tree->want.iif == link || ifset_has(&tree->want.oifs, link);
}

static void tree_say(const struct dplane *dp, const struct tree *tree)
{
	struct addr_text source = ip_addr_text(&tree->want.key.source);
	struct addr_text group = ip_addr_text(&tree->want.key.group);

	dplane_say(&dp->config, NOTE_DEBUG, "(%s,%s) carried by %s%s%s", source.s, group.s,
		   tier_name(tree->choice.tier), *tree->choice.why ? ": " : "", tree->choice.why);
}

static void out_of_sets_say(struct dplane *dp)
{
	if (!dp->is_out_of_sets)
		dplane_say(&dp->config, NOTE_WARN,
			   "all %u output sets are in use: more trees are carried by the kernel",
			   dp->config.max_sets);
	dp->is_out_of_sets = true;
}

/* The XDP part of a tree. Without a free output set the kernel carries it. */
static int fast_put(struct dplane *dp, const struct mfib_route *want, struct tier_choice *choice)
{
	struct mfib_route route = *want;
	bool is_kernel_able = dp->kernel && dp->ports[want->iif].has_kernel;
	int err;

	if (choice->tier != DPLANE_TIER_XDP)
		route.flags |= MFIB_F_PASS;
	err = dp->fast->ops->put(dp->fast, &route);
	if (err == -ENOSPC && choice->tier == DPLANE_TIER_XDP && is_kernel_able) {
		out_of_sets_say(dp);
		choice->tier = DPLANE_TIER_KERNEL;
		(void)snprintf(choice->why, sizeof(choice->why), "no free output set");
		route.flags |= MFIB_F_PASS;
		return dp->fast->ops->put(dp->fast, &route);
	}
	if (!err && choice->tier == DPLANE_TIER_XDP)
		dp->is_out_of_sets = false;
	return err;
}

/* Both tiers or none: the kernel first, since XDP may pass to it as soon as it is told. */
static int tiers_put(struct dplane *dp, const struct mfib_route *want, const struct tree *old,
		     struct tier_choice *ret_choice)
{
	struct tier_choice choice = tier_choose(dp->ports, want);
	int err = dp->kernel ? dp->kernel->ops->put(dp->kernel, want) : 0;

	if (err)
		return err;
	err = fast_put(dp, want, &choice);
	if (!err) {
		*ret_choice = choice;
		return 0;
	}
	if (dp->kernel && old)
		(void)dp->kernel->ops->put(dp->kernel, &old->want); /* stood there before */
	else if (dp->kernel)
		dp->kernel->ops->del(dp->kernel, &want->key);
	return err;
}

int dplane_put(struct dplane *dp, const struct mfib_route *route)
{
	struct tree *tree = tree_find(dp, &route->key);
	struct tree *fresh = tree ? NULL : calloc(1, sizeof(*fresh));
	struct tier_choice choice;
	int err;

	if (!tree && !fresh)
		return -ENOMEM;
	err = tiers_put(dp, route, tree, &choice);
	if (err) {
		free(fresh);
		return err;
	}
	if (fresh) {
		tree = fresh;
		tree->want.key = route->key;
		HASH_ADD(hh, dp->trees, want.key, sizeof(tree->want.key), tree);
	}
	tree->want = *route;
	tree->choice = choice;
	tree_say(dp, tree);
	return 0;
}

void dplane_del(struct dplane *dp, const struct mfib_key *key)
{
	struct tree *tree = tree_find(dp, key);

	dp->fast->ops->del(dp->fast, key);
	if (dp->kernel)
		dp->kernel->ops->del(dp->kernel, key);
	if (!tree)
		return;
	HASH_DEL(dp->trees, tree);
	free(tree);
}

/* What @link can do changed: write the trees that use it again, on the best tier now. */
static void trees_renew(struct dplane *dp, uint16_t link)
{
	struct tree *tree, *next;

	HASH_ITER (hh, dp->trees, tree, next) {
		enum dplane_tier before = tree->choice.tier;
		int err;

		if (!tree_uses(tree, link))
			continue;
		err = tiers_put(dp, &tree->want, tree, &tree->choice);
		if (err)
			dplane_say(&dp->config, NOTE_WARN,
				   "a tree was not changed with interface %s: %s",
				   dp->links[link].link.name, strerror(-err));
		else if (before != tree->choice.tier)
			tree_say(dp, tree);
	}
}

/* ---- interfaces ---- */

/*
 * Where the kernel cannot tell, mode native is the operator's word: the driver has native XDP, else
 * the mode would have been refused, and of the peer of a veth only the operator knows.
 */
static bool redirects_are_promised(const struct dplane *dp, uint16_t link)
{
	return dp->links[link].link.mode == DPLANE_MODE_NATIVE && !linkcaps_can_tell(dp->caps);
}

static bool port_redirects_ask(struct dplane *dp, uint16_t link)
{
	struct tier_port *port = &dp->ports[link];
	bool before = port->takes_redirects;

	if (dp->caps && !redirects_are_promised(dp, link)) {
		port->takes_redirects = linkcaps_takes_redirects(
			dp->caps, dp->links[link].link.ifindex, port->hook == TIER_HOOK_NATIVE,
			port->why_no_redirects, sizeof(port->why_no_redirects));
	} else {
		port->takes_redirects = true;
		if (dp->caps)
			(void)snprintf(
				port->why_no_redirects, sizeof(port->why_no_redirects),
				"redirects as mode native promises; this kernel cannot tell");
	}
	return before != port->takes_redirects;
}

static int fast_add(struct dplane *dp, const struct dplane_link *link, enum dplane_mode mode,
		    char why[BACKEND_WHY_LEN])
{
	struct dplane_link with_mode = *link;

	with_mode.mode = mode;
	return dp->fast->ops->link_add(dp->fast, &with_mode, why);
}

/* Attach to XDP as the mode wants, or take the interface as a mere output. */
static int port_hook(struct dplane *dp, const struct dplane_link *link, struct tier_port *port)
{
	char why[BACKEND_WHY_LEN] = "mode is kernel";
	enum dplane_mode mode = link->mode == DPLANE_MODE_AUTO ? DPLANE_MODE_NATIVE : link->mode;
	int err = fast_add(dp, link, mode, why);

	if (err && link->mode == DPLANE_MODE_AUTO) {
		if (strcmp(why, dp->ports[link->link].why_no_hook) != 0) /* not said before */
			dplane_say(&dp->config, NOTE_INFO,
				   "%s: %s; what arrives there is carried by the kernel",
				   link->name, why);
		mode = DPLANE_MODE_KERNEL;
		err = fast_add(dp, link, mode, port->why_no_hook);
	}
	if (err) {
		dplane_say(&dp->config, NOTE_WARN, "%s not attached: %s", link->name, why);
		return err;
	}
	(void)snprintf(port->why_no_hook, sizeof(port->why_no_hook), "%s", why);
	port->hook = mode == DPLANE_MODE_KERNEL    ? TIER_HOOK_NONE
		     : mode == DPLANE_MODE_GENERIC ? TIER_HOOK_GENERIC
						   : TIER_HOOK_NATIVE;
	return 0;
}

static int port_mirror(struct dplane *dp, const struct dplane_link *link, struct tier_port *port)
{
	char why[BACKEND_WHY_LEN] = "";
	int err;

	if (!dp->kernel)
		return 0;
	err = dp->kernel->ops->link_add(dp->kernel, link, why);
	port->has_kernel = !err;
	if (!err)
		return 0;
	dplane_say(&dp->config, NOTE_WARN, "%s is not in the kernel's multicast cache: %s",
		   link->name, *why ? why : strerror(-err));
	return port->hook == TIER_HOOK_NONE ? err : 0;
}

int dplane_attach(struct dplane *dp, const struct dplane_link *link)
{
	struct tier_port port = { .is_served = link->is_up };
	int err;

	if (link->link >= LINKS_MAX)
		return -ENOSPC;
	memcpy(port.name, link->name, sizeof(port.name));
	err = port_hook(dp, link, &port);
	if (!err)
		err = port_mirror(dp, link, &port);
	if (err) {
		dplane_detach(dp, link->link);
		return err;
	}
	dp->links[link->link] = (struct port){ .is_attached = true, .link = *link };
	dp->ports[link->link] = port;
	(void)port_redirects_ask(dp, link->link); /* changed or not, all is written below */
	trees_renew(dp, link->link);
	return 0;
}

void dplane_detach(struct dplane *dp, uint16_t link)
{
	if (link >= LINKS_MAX)
		return;
	dp->fast->ops->link_del(dp->fast, link);
	if (dp->kernel)
		dp->kernel->ops->link_del(dp->kernel, link);
	dp->links[link].is_attached = false;
	dp->ports[link] = (struct tier_port){ .is_served = false };
	trees_renew(dp, link);
}

/* @ifindex 0: some changes were lost, so any may have changed. */
static void caps_changed(void *ctx, uint32_t ifindex)
{
	struct dplane *dp = ctx;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		struct port *port = &dp->links[i];

		if (!port->is_attached || (ifindex && port->link.ifindex != ifindex))
			continue;
		if (!port_redirects_ask(dp, i))
			continue;
		dplane_say(&dp->config, NOTE_INFO, "%s %s", port->link.name,
			   dp->ports[i].takes_redirects ? "takes redirected frames now"
							: "no longer takes redirected frames");
		trees_renew(dp, i);
	}
}

/* ---- state ---- */

void dplane_link_state(const struct dplane *dp, uint16_t link, struct dplane_link_state *ret_state)
{
	const struct tier_port *port = &dp->ports[link];
	bool has_hook = port->hook != TIER_HOOK_NONE;
	const char *why = has_hook ? port->why_no_redirects : port->why_no_hook;

	*ret_state = (struct dplane_link_state){ .is_attached = dp->links[link].is_attached };
	if (!ret_state->is_attached)
		return;
	ret_state->takes_redirects = port->takes_redirects;
	ret_state->has_kernel = port->has_kernel;
	ret_state->tier = has_hook           ? DPLANE_TIER_XDP
			  : port->has_kernel ? DPLANE_TIER_KERNEL
					     : DPLANE_TIER_NONE;
	(void)snprintf(ret_state->why, sizeof(ret_state->why), "%s", why);
}

static struct backend_counts counts_of(struct backend *be, const struct mfib_key *key)
{
	struct backend_counts counts = { .seen_for = HP_TIME_NEVER };

	if (be)
		(void)be->ops->route_counts(be, key, &counts); /* not there: nothing carried */
	return counts;
}

int dplane_route_state(struct dplane *dp, const struct mfib_key *key,
		       struct dplane_route_state *ret_state)
{
	const struct tree *tree = tree_find(dp, key);
	struct backend_counts fast, kernel;

	if (!tree)
		return -ENOENT;
	fast = counts_of(dp->fast, key);
	kernel = counts_of(dp->kernel, key);
	*ret_state = (struct dplane_route_state){
		.tier = tree->choice.tier,
		.packets = fast.packets + kernel.packets,
		.bytes = fast.bytes + kernel.bytes,
		.xdp_packets = fast.packets,
		.kernel_packets = kernel.packets,
		.seen_for = fast.seen_for < kernel.seen_for ? fast.seen_for : kernel.seen_for,
	};
	memcpy(ret_state->why, tree->choice.why, sizeof(ret_state->why));
	return 0;
}

void dplane_counters(struct dplane *dp, void (*each)(void *ctx, const struct dplane_counter *),
		     void *ctx)
{
	if (dp->fast->ops->counters)
		dp->fast->ops->counters(dp->fast, each, ctx);
	if (dp->kernel && dp->kernel->ops->counters)
		dp->kernel->ops->counters(dp->kernel, each, ctx);
}

/* ---- life ---- */

int dplane_renew(struct dplane *dp, hp_time lease_for)
{
	return dp->fast->ops->renew ? dp->fast->ops->renew(dp->fast, lease_for) : 0;
}

int dplane_fd(const struct dplane *dp)
{
	return dp->epoll_fd;
}

void dplane_dispatch(struct dplane *dp)
{
	if (dp->caps)
		linkcaps_dispatch(dp->caps);
	dp->fast->ops->dispatch(dp->fast);
	if (dp->kernel)
		dp->kernel->ops->dispatch(dp->kernel);
}

static int watch(const struct dplane *dp, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0)
		return 0;
	return epoll_ctl(dp->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int dplane_alloc(const struct dplane_config *config, struct dplane **ret_dp)
{
	struct dplane *dp = calloc(1, sizeof(*dp));

	if (!dp)
		return -ENOMEM;
	dp->config = *config;
	dp->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (dp->epoll_fd < 0) {
		free(dp);
		return -errno;
	}
	*ret_dp = dp;
	return 0;
}

static int dplane_open(struct dplane *dp)
{
	int err = ebpf_new(&dp->config, &dp->fast);

	if (!err)
		err = mroute_new(&dp->config, &dp->kernel);
	if (!err)
		err = linkcaps_new(caps_changed, dp, &dp->caps);
	if (!err)
		err = watch(dp, dp->fast->ops->fd(dp->fast));
	if (!err)
		err = watch(dp, dp->kernel->ops->fd(dp->kernel));
	if (!err)
		err = watch(dp, linkcaps_fd(dp->caps));
	return err;
}

int dplane_new(const struct dplane_config *config, struct dplane **ret_dp)
{
	struct dplane *dp;
	int err = dplane_alloc(config, &dp);

	if (err)
		return err;
	err = dplane_open(dp);
	if (err) {
		dplane_free(dp, false);
		return err;
	}
	*ret_dp = dp;
	return 0;
}

int dplane_new_null(const struct dplane_config *config, struct dplane **ret_dp)
{
	struct dplane *dp;
	int err = dplane_alloc(config, &dp);

	if (err)
		return err;
	err = null_new(config, &dp->fast);
	if (err) {
		dplane_free(dp, false);
		return err;
	}
	*ret_dp = dp;
	return 0;
}

void dplane_free(struct dplane *dp, bool keep)
{
	struct tree *tree, *next;

	if (!dp)
		return;
	HASH_ITER (hh, dp->trees, tree, next) {
		HASH_DEL(dp->trees, tree);
		free(tree);
	}
	if (dp->fast)
		dp->fast->ops->free(dp->fast, keep);
	if (dp->kernel)
		dp->kernel->ops->free(dp->kernel, keep);
	linkcaps_free(dp->caps);
	(void)close(dp->epoll_fd);
	free(dp);
}
