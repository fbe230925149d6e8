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

/* Only a port that is up can show it; a verdict lasts until it goes down. */
static bool probe(struct dplane *dp, uint16_t link, enum linkcaps_verdict expected)
{
	struct tier_port *port = &dp->ports[link];
	int verdict;

	if (dp->links[link].is_probed)
		return true;
	if (!port->is_served || !dp->fast->ops->probe)
		return expected == LINKCAPS_YES;
	verdict = dp->fast->ops->probe(dp->fast, port->carrier);
	dp->links[link].is_probed = verdict == 1;
	if (verdict == 0)
		(void)snprintf(port->why_no_redirects, sizeof(port->why_no_redirects),
			       "self-test: frames redirected to it do not leave");
	return verdict < 0 ? expected == LINKCAPS_YES : verdict == 1;
}

/* Return: whether the answer has changed. */
static bool redirects_ask(struct dplane *dp, uint16_t link)
{
	struct tier_port *port = &dp->ports[link];
	bool before = port->takes_redirects;
	const char *no_native = port->hook == TIER_HOOK_NATIVE ? ""
				: *port->why_no_hook           ? port->why_no_hook
							       : "its mode is generic";
	enum linkcaps_verdict expected;

	port->takes_redirects = true;
	if (!dp->caps)
		return before != port->takes_redirects;
	expected = linkcaps_redirects(dp->caps, port->carrier, no_native, port->why_no_redirects,
				      sizeof(port->why_no_redirects));
	if (!port->is_ethernet) {
		expected = LINKCAPS_NO;
		(void)snprintf(port->why_no_redirects, sizeof(port->why_no_redirects),
			       "not an Ethernet interface");
	}
	if (expected == LINKCAPS_NO)
		dp->links[link].is_probed = false;
	port->takes_redirects = expected != LINKCAPS_NO && probe(dp, link, expected);
	return before != port->takes_redirects;
}

/* @ifindex 0: some changes were lost, so any may have changed. */
void dlink_caps_changed(void *ctx, uint32_t ifindex)
{
	struct dplane *dp = ctx;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		if (!dp->links[i].is_attached || (ifindex && dp->ports[i].carrier != ifindex))
			continue;
		if (!redirects_ask(dp, i))
			continue;
		dplane_log(&dp->config, NOTE_INFO, "%s %s", dp->links[i].link.name,
			   dp->ports[i].takes_redirects ? "takes redirected frames now"
							: "no longer takes redirected frames");
		dtree_link_changed(dp, i);
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
	if (!dlink->is_attached || dlink->link.ifindex != link->ifindex)
		dplane_work(dp, UINT32_MAX, true);
	err = fast_add(dp, link, &port);
	if (!err)
		err = mirror_add(dp, link, &port);
	if (err) {
		dplane_detach(dp, link->link);
		return err;
	}
	if (!link->is_up || dlink->link.ifindex != link->ifindex)
		dlink->is_probed = false;
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
	dp->links[link].is_probed = false;
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
