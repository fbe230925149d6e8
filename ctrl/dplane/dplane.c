/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The composite: one forwarding plane over the BPF tiers and their mirror in the kernel's multicast
 * cache. Here its life and the state that is shown; interfaces are in dlink.c, trees in dtree.c.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "dplane/bpf/attach.h"
#include "dplane/dplane_int.h"

/* How often this machine's own listeners are read; the stale time ends that much late at most. */
#define HOUSEKEEPING_FOR_S 1

hp_time dplane_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

/* ---- state ---- */

void dplane_link_state(const struct dplane *dp, uint16_t link, struct dplane_link_state *ret_state)
{
	const struct tier_port *port = &dp->ports[link];
	bool has_hook = port->hook != TIER_HOOK_NONE;
	const char *why = has_hook       ? port->why_no_redirects
			  : port->has_tc ? port->why_no_hook
					 : port->why_no_tc;

	*ret_state = (struct dplane_link_state){ .is_attached = dp->links[link].is_attached };
	if (!ret_state->is_attached)
		return;
	ret_state->takes_redirects = port->takes_redirects;
	ret_state->has_kernel = port->has_kernel;
	ret_state->tier = has_hook           ? DPLANE_TIER_XDP
			  : port->has_tc     ? DPLANE_TIER_TC
			  : port->has_kernel ? DPLANE_TIER_KERNEL
					     : DPLANE_TIER_NONE;
	(void)snprintf(ret_state->why, sizeof(ret_state->why), "%s", why);
}

/* Between two questions at least a second apart; more often asked, the last answer stands. */
static void rate_sample(struct tree *tree, uint64_t packets)
{
	hp_time now = dplane_now(), passed_for = now - tree->sampled_at;

	if (tree->sampled_at != HP_TIME_NEVER && passed_for < HP_SEC(1))
		return;
	if (tree->sampled_at != HP_TIME_NEVER)
		tree->rate_pps =
			(double)(packets - tree->sampled_packets) * 1e9 / (double)passed_for;
	tree->sampled_packets = packets;
	tree->sampled_at = now;
}

int dplane_route_state(struct dplane *dp, const struct mfib_key *key,
		       struct dplane_route_state *ret_state)
{
	struct tree *tree = dtree_find(dp, key);
	struct backend_counts fast, kernel;

	if (!tree)
		return -ENOENT;
	fast = dtree_counts(dp->fast, key);
	kernel = dtree_counts(dp->kernel, key);
	*ret_state = (struct dplane_route_state){
		.tier = tree->choice.tier,
		.packets = fast.packets + fast.tc_packets + kernel.packets,
		.bytes = fast.bytes + fast.tc_bytes + kernel.bytes,
		.xdp_packets = fast.packets,
		.tc_packets = fast.tc_packets,
		.kernel_packets = kernel.packets,
		.seen_for = fast.seen_for < kernel.seen_for ? fast.seen_for : kernel.seen_for,
		.ttl = fast.ttl,
	};
	rate_sample(tree, ret_state->packets);
	ret_state->rate_pps = tree->rate_pps;
	memcpy(ret_state->why, tree->choice.why, sizeof(ret_state->why));
	return 0;
}

bool dplane_totals_add(struct dplane *dp, struct dplane_totals *totals)
{
	struct backend_counts fast = { .packets = totals->xdp_packets,
				       .tc_packets = totals->tc_packets };
	bool is_complete = true;

	if (dp->fast->ops->total)
		is_complete = dp->fast->ops->total(dp->fast, &totals->next, &fast);
	totals->xdp_packets = fast.packets;
	totals->tc_packets = fast.tc_packets;
	if (!is_complete)
		return false;
	if (dp->kernel)
		totals->kernel_packets = dp->kernel->ops->packets(dp->kernel);
	totals->routes = dplane_route_count(dp);
	totals->routes_xdp = dp->tier_count[DPLANE_TIER_XDP];
	totals->routes_tc = dp->tier_count[DPLANE_TIER_TC];
	totals->routes_kernel = dp->tier_count[DPLANE_TIER_KERNEL];
	return true;
}

static void skip_counters(struct dplane *dp, void (*each)(void *ctx, const struct dplane_counter *),
			  void *ctx)
{
	static const char *const names[] = {
		[SKIP_LINK_DOWN] = "link-down",
		[SKIP_NOT_MIRRORED] = "not-mirrored",
	};

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		for (enum skip skip = SKIP_LINK_DOWN; skip <= SKIP_NOT_MIRRORED; skip++)
			if (dp->links[link].is_attached && dp->links[link].skipped[skip])
				each(ctx, &(struct dplane_counter){
						  .link = link,
						  .reason = names[skip],
						  .packets = dp->links[link].skipped[skip],
					  });
}

void dplane_counters(struct dplane *dp, void (*each)(void *ctx, const struct dplane_counter *),
		     void *ctx)
{
	if (dp->fast->ops->counters)
		dp->fast->ops->counters(dp->fast, each, ctx);
	if (dp->kernel && dp->kernel->ops->counters)
		dp->kernel->ops->counters(dp->kernel, each, ctx);
	skip_counters(dp, each, ctx);
}

void dplane_rules(const struct dplane *dp, uint16_t link, enum ip_family family,
		  void (*each)(void *ctx, const struct dplane_rule *rule), void *ctx)
{
	if (dp->kernel && dp->kernel->ops->rules)
		dp->kernel->ops->rules(dp->kernel, link, family, each, ctx);
}

/* ---- life ---- */

int dplane_renew(struct dplane *dp, hp_time lease_for)
{
	return dp->fast->ops->renew ? dp->fast->ops->renew(dp->fast, lease_for) : 0;
}

/* So far in the past that the coarsest clock of the programs has passed it. */
int dplane_suspend(struct dplane *dp)
{
	return dplane_renew(dp, -HP_SEC(1));
}

int dplane_capture(struct dplane *dp, uint32_t every)
{
	return dp->fast->ops->capture ? dp->fast->ops->capture(dp->fast, every) : -ENOTSUP;
}

int dplane_fd(const struct dplane *dp)
{
	return dp->epoll_fd;
}

/* Interfaces of an earlier run that were not attached until now will not come. */
static void stale_end(struct dplane *dp)
{
	dp->stale_until = 0;
	for (uint16_t i = 0; i < LINKS_MAX; i++)
		if (dp->links[i].is_stale)
			dplane_detach(dp, i);
}

static void housekeep(struct dplane *dp)
{
	uint64_t times;

	if (dp->timer_fd < 0 || read(dp->timer_fd, &times, sizeof(times)) != sizeof(times))
		return; /* not yet */
	if (dp->trees && dp->listeners)
		listeners_read(dp->listeners, dtree_renew_group, dp);
	if (dp->fast->ops->poll)
		dp->fast->ops->poll(dp->fast);
	if (dp->kernel && dp->kernel->ops->poll)
		dp->kernel->ops->poll(dp->kernel);
	dlink_probe_again(dp);
	if (dp->stale_until && dplane_now() >= dp->stale_until)
		stale_end(dp);
}

void dplane_dispatch(struct dplane *dp)
{
	if (dp->caps)
		linkcaps_dispatch(dp->caps);
	dp->fast->ops->dispatch(dp->fast);
	if (dp->kernel)
		dp->kernel->ops->dispatch(dp->kernel);
	housekeep(dp);
}

static int watch(const struct dplane *dp, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0)
		return 0;
	return epoll_ctl(dp->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* ---- what the back ends report ---- */

/*
 * One packet may be reported by two of them, or by one whose entry was written again because of its
 * interfaces: the first counts.
 */
static bool notify_is_due(const struct dplane *dp, const struct dplane_upcall *upcall)
{
	const struct mfib_key key = { .source = upcall->source, .group = upcall->group };
	struct tree *tree = dtree_find(dp, &key);

	if (!tree || !(tree->want.flags & MFIB_F_NOTIFY))
		return false;
	tree->want.flags &= ~MFIB_F_NOTIFY;
	return true;
}

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	const struct dplane *dp = ctx;

	if (dp->config.upcall && (upcall->kind != DATA_NOTIFY || notify_is_due(dp, upcall)))
		dp->config.upcall(dp->config.ctx, upcall);
}

static void on_captured(void *ctx, const struct dplane_captured *captured)
{
	const struct dplane *dp = ctx;

	if (dp->config.captured)
		dp->config.captured(dp->config.ctx, captured);
}

static void on_waits(void *ctx)
{
	const struct dplane *dp = ctx;

	if (dp->config.waits)
		dp->config.waits(dp->config.ctx);
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	const struct dplane *dp = ctx;

	if (dp->config.log)
		dp->config.log(dp->config.ctx, level, line);
}

struct dplane_config dplane_backend_config(struct dplane *dp)
{
	struct dplane_config inner = dp->config;

	inner.ctx = dp;
	inner.upcall = on_upcall;
	inner.captured = on_captured;
	inner.waits = on_waits;
	inner.log = on_log;
	return inner;
}

static int dplane_alloc(const struct dplane_config *config, struct dplane **ret_dp)
{
	struct dplane *dp = calloc(1, sizeof(*dp));

	assert(config->hash_key);
	if (!dp)
		return -ENOMEM;
	dp->config = *config;
	TAILQ_INIT(&dp->queue);
	dp->timer_fd = -1;
	dp->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (dp->epoll_fd < 0) {
		free(dp);
		return -errno;
	}
	*ret_dp = dp;
	return 0;
}

static int timer_open(struct dplane *dp)
{
	const struct itimerspec every = { .it_value = { .tv_sec = HOUSEKEEPING_FOR_S },
					  .it_interval = { .tv_sec = HOUSEKEEPING_FOR_S } };

	dp->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (dp->timer_fd < 0 || timerfd_settime(dp->timer_fd, 0, &every, NULL) < 0)
		return -errno;
	return watch(dp, dp->timer_fd);
}

static void adopt(struct dplane *dp)
{
	unsigned int links = 0;

	if (!dp->fast->ops->stale_links)
		return;
	dp->fast->ops->stale_links(dp->fast, dlink_restore, dp);
	dp->fast->ops->stale_routes(dp->fast, dtree_restore, dp);
	for (uint16_t i = 0; i < LINKS_MAX; i++)
		links += dp->links[i].is_stale;
	if (!links)
		return;
	dp->stale_until = dplane_now() + dp->config.stale_for;
	dplane_log(&dp->config, NOTE_INFO,
		   "going on with %u interfaces and %u trees of the earlier run", links,
		   HASH_COUNT(dp->trees));
}

static int dplane_open(struct dplane *dp)
{
	const struct dplane_config inner = dplane_backend_config(dp);
	int err;

	dp->listeners = listeners_new(dp->config.hash_key, dp->config.follows);
	if (!dp->listeners)
		return -ENOMEM;
	listeners_read(dp->listeners, NULL, NULL);
	err = ebpf_new(&inner, &dp->fast);
	if (!err)
		err = inner.follows ? followed_new(&inner, &dp->kernel)
				    : mroute_new(&inner, &dp->kernel);
	if (!err)
		err = linkcaps_new(dlink_caps_changed, dp, &dp->caps);
	if (!err)
		err = watch(dp, dp->fast->ops->fd(dp->fast));
	if (!err)
		err = watch(dp, dp->kernel->ops->fd(dp->kernel));
	if (!err)
		err = watch(dp, linkcaps_fd(dp->caps));
	if (!err)
		err = timer_open(dp);
	if (!err)
		adopt(dp);
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
	struct dplane_config inner;
	struct dplane *dp;
	int err = dplane_alloc(config, &dp);

	if (err)
		return err;
	inner = dplane_backend_config(dp);
	err = null_new(&inner, &dp->fast);
	if (err) {
		dplane_free(dp, false);
		return err;
	}
	*ret_dp = dp;
	return 0;
}

void dplane_prepare(const char *instance)
{
	attach_prepare(instance);
}

void dplane_free(struct dplane *dp, bool keep)
{
	if (!dp)
		return;
	if (keep && dp->fast)
		dplane_work(dp, UINT32_MAX, true); /* who comes next finds what was wanted */
	dtree_fini(dp);
	own_fini(dp);
	if (dp->fast)
		dp->fast->ops->free(dp->fast, keep);
	if (dp->kernel)
		dp->kernel->ops->free(dp->kernel, keep);
	linkcaps_free(dp->caps);
	listeners_free(dp->listeners);
	if (dp->timer_fd >= 0)
		(void)close(dp->timer_fd);
	(void)close(dp->epoll_fd);
	free(dp);
}
