/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces of the composite: what each of them is able to do, in which tier, and why not more.
 * What the kernel tells of a driver is tried out before traffic relies on it: frames redirected to
 * an interface must be seen to leave it (the self-test).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dplane/dplane_int.h"

/* ---- redirects ---- */

/* Seconds between two self-tests of an interface that has not passed; each pause twice the last. */
#define PROBE_PAUSE_MAX 64u

static void unprobe(struct dlink *dlink)
{
	dlink->is_probed = false;
	dlink->probe_in = dlink->probe_pause = 0;
}

/* A kernel that had no time for the frames within the test looks like one that loses them. */
static void probe_again_later(struct dlink *dlink)
{
	dlink->probe_pause = dlink->probe_pause ? dlink->probe_pause * 2 : 1;
	if (dlink->probe_pause > PROBE_PAUSE_MAX)
		dlink->probe_pause = PROBE_PAUSE_MAX;
	dlink->probe_in = dlink->probe_pause;
}

/* Only a port that is up can show it; that it does lasts until it goes down. */
static bool probe(struct dplane *dp, uint16_t link, enum linkcaps_verdict expected)
{
	struct dlink *dlink = &dp->links[link];
	struct tier_port *port = &dp->ports[link];
	int verdict;

	if (dlink->is_probed)
		return true;
	if (!port->is_served || !dp->fast->ops->probe)
		return expected == LINKCAPS_YES;
	verdict = dp->fast->ops->probe(dp->fast, port->carrier);
	dlink->is_probed = verdict == 1;
	if (verdict == 0) {
		(void)snprintf(port->why_no_redirects, sizeof(port->why_no_redirects),
			       "self-test: frames redirected to it do not leave");
		probe_again_later(dlink);
	}
	return verdict < 0 ? expected == LINKCAPS_YES : verdict == 1;
}

static enum linkcaps_verdict redirects_expected(const struct dplane *dp, struct tier_port *port)
{
	const char *no_native = port->hook == TIER_HOOK_NATIVE ? ""
				: *port->why_no_hook           ? port->why_no_hook
							       : "its mode is generic";

	if (!port->is_ethernet) {
		(void)snprintf(port->why_no_redirects, sizeof(port->why_no_redirects),
			       "not an Ethernet interface");
		return LINKCAPS_NO;
	}
	if (!dp->caps)
		return LINKCAPS_YES;
	return linkcaps_redirects(dp->caps, port->carrier, no_native, port->why_no_redirects,
				  sizeof(port->why_no_redirects));
}

/* Return: whether the answer has changed. */
static bool redirects_ask(struct dplane *dp, uint16_t link)
{
	struct tier_port *port = &dp->ports[link];
	bool before = port->takes_redirects;
	enum linkcaps_verdict expected = redirects_expected(dp, port);

	if (expected == LINKCAPS_NO)
		unprobe(&dp->links[link]);
	port->takes_redirects = expected != LINKCAPS_NO && probe(dp, link, expected);
	return before != port->takes_redirects;
}

static void redirects_renew(struct dplane *dp, uint16_t link)
{
	if (!redirects_ask(dp, link))
		return;
	dplane_log(&dp->config, NOTE_INFO, "%s %s", dp->links[link].link.name,
		   dp->ports[link].takes_redirects ? "takes redirected frames now"
						   : "no longer takes redirected frames");
	dtree_link_changed(dp, link);
}

/* @ifindex 0: some changes were lost, so any may have changed. */
void dlink_caps_changed(void *ctx, uint32_t ifindex)
{
	struct dplane *dp = ctx;

	for (uint16_t i = 0; i < LINKS_MAX; i++)
		if (dp->links[i].is_attached && (!ifindex || dp->ports[i].carrier == ifindex))
			redirects_renew(dp, i);
}

void dlink_probe_again(struct dplane *dp)
{
	bool is_done = false;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		struct dlink *dlink = &dp->links[i];

		if (dlink->probe_in > 1) {
			dlink->probe_in--;
		} else if (dlink->probe_in && !is_done) {
			dlink->probe_in = 0;
			redirects_renew(dp, i);
			is_done = true;
		}
	}
}

/* ---- attaching ---- */

static int fast_add(struct dplane *dp, const struct dplane_link *link, struct tier_port *port)
{
	const char *before = dp->ports[link->link].why_no_hook;
	char why[BACKEND_WHY_LEN] = "";
	int err = dp->fast->ops->link_add(dp->fast, link, port, why);

	if (err)
		dplane_log(&dp->config, NOTE_WARN, "%s not attached: %s", link->name, why);
	else if (link->mode == DPLANE_MODE_AUTO && *port->why_no_hook &&
		 strcmp(before, port->why_no_hook) != 0)
		dplane_log(&dp->config, NOTE_INFO, "%s: %s; what arrives there is carried by %s",
			   link->name, port->why_no_hook, port->has_tc ? "TC" : "the kernel");
	return err;
}

static int mirror_add(struct dplane *dp, const struct dplane_link *link, struct tier_port *port)
{
	char why[BACKEND_WHY_LEN] = "";
	int err;

	if (!dp->kernel)
		return 0;
	err = dp->kernel->ops->link_add(dp->kernel, link, port, why);
	port->has_kernel = !err;
	if (!err)
		return 0;
	if (dp->ports[link->link].has_kernel || !dp->links[link->link].is_attached)
		dplane_log(&dp->config, NOTE_WARN, "%s is not in the kernel's multicast cache: %s",
			   link->name, *why ? why : strerror(-err));
	return port->hook == TIER_HOOK_NONE && !port->has_tc ? err : 0;
}

int dplane_attach(struct dplane *dp, const struct dplane_link *link)
{
	struct tier_port port = { .is_served = link->is_up };
	struct dlink *dlink;
	int err;

	if (link->link >= LINKS_MAX)
		return -ENOSPC;
	dlink = &dp->links[link->link];
	memcpy(port.name, link->name, sizeof(port.name));
	/* Entries that still mean the interface which had the number before must not mean this one.
	 */
	if (dlink->written_count && (!dlink->is_attached || dlink->link.ifindex != link->ifindex))
		dplane_work(dp, UINT32_MAX, true);
	err = fast_add(dp, link, &port);
	if (!err)
		err = mirror_add(dp, link, &port);
	if (err) {
		dplane_detach(dp, link->link);
		return err;
	}
	if (!link->is_up || dlink->link.ifindex != link->ifindex)
		unprobe(dlink);
	if (!dlink->is_attached)
		memset(dlink->skipped, 0, sizeof(dlink->skipped));
	dlink->is_attached = true;
	dlink->is_stale = false;
	dlink->link = *link;
	dp->ports[link->link] = port;
	(void)redirects_ask(dp, link->link); /* changed or not, all is written again */
	dtree_link_changed(dp, link->link);
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
	dp->links[link].is_stale = false;
	unprobe(&dp->links[link]);
	dp->ports[link] = (struct tier_port){ .is_served = false };
	dtree_link_changed(dp, link);
}

void dplane_returned(struct dplane *dp, uint32_t ifindex)
{
	if (dp->fast->ops->returned)
		dp->fast->ops->returned(dp->fast, ifindex);
}

/* ---- of an earlier run ---- */

void dlink_restore(void *ctx, const struct dplane_link *link, const struct tier_port *port)
{
	struct dplane *dp = ctx;

	dp->links[link->link] =
		(struct dlink){ .is_attached = true, .is_stale = true, .link = *link };
	dp->ports[link->link] = *port;
	(void)redirects_ask(dp, link->link); /* nothing is written yet */
}

uint16_t dplane_stale_link(const struct dplane *dp, uint32_t ifindex)
{
	for (uint16_t i = 0; dp && i < LINKS_MAX; i++)
		if (dp->links[i].is_stale && dp->links[i].link.ifindex == ifindex)
			return i;
	return LINK_NONE;
}

bool dplane_link_is_stale(const struct dplane *dp, uint16_t link)
{
	return dp && link < LINKS_MAX && dp->links[link].is_stale;
}
