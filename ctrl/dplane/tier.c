/* SPDX-License-Identifier: GPL-2.0-only */
/* The choice of a tier. Nothing here asks the system; linkcaps.c and ebpf.c found out before. */
#include "dplane/tier.h"

#include <stdio.h>

static struct tier_choice choice(enum dplane_tier tier, const char *name, const char *why)
{
	struct tier_choice ret = { .tier = tier };

	/* A cut reason is better than none. */
	(void)snprintf(ret.why, sizeof(ret.why), "%s%s%s", name, *name ? ": " : "", why);
	return ret;
}

/* An output that native XDP cannot reach, or LINK_NONE. */
static uint16_t output_unreachable(const struct tier_port *ports, const struct mfib_route *route)
{
	ifset_for_each (link, &route->oifs)
		if (ports[link].is_served && !ports[link].takes_redirects)
			return link;
	return LINK_NONE;
}

/* The kernel serves less than all interfaces; what it leaves out is said here or never. */
static struct tier_choice choose_kernel(const struct tier_port *ports,
					const struct mfib_route *route, const char *name,
					const char *why)
{
	const struct tier_port *in = &ports[route->iif];

	if (!in->has_kernel)
		return choice(DPLANE_TIER_NONE, in->name, "not in the kernel's multicast cache");
	ifset_for_each (link, &route->oifs)
		if (ports[link].is_served && !ports[link].has_kernel)
			return choice(DPLANE_TIER_KERNEL, ports[link].name,
				      "gets nothing, not in the kernel's multicast cache");
	return choice(DPLANE_TIER_KERNEL, name, why);
}

struct tier_choice tier_choose(const struct tier_port *ports, const struct mfib_route *route)
{
	const struct tier_port *in = &ports[route->iif];
	uint16_t out;

	if (!in->is_served)
		return choice(DPLANE_TIER_NONE, in->name, "the input is not attached or down");
	if (in->hook == TIER_HOOK_NONE)
		return choose_kernel(ports, route, in->name, in->why_no_hook);
	if (in->hook == TIER_HOOK_GENERIC)
		return choice(DPLANE_TIER_XDP, "", "");
	out = output_unreachable(ports, route);
	if (out != LINK_NONE)
		return choose_kernel(ports, route, ports[out].name, ports[out].why_no_redirects);
	return choice(DPLANE_TIER_XDP, "", "");
}

const char *tier_name(enum dplane_tier tier)
{
	static const char *const names[] = {
		[DPLANE_TIER_NONE] = "none",
		[DPLANE_TIER_XDP] = "xdp",
		[DPLANE_TIER_TC] = "tc",
		[DPLANE_TIER_KERNEL] = "kernel",
	};

	return names[tier];
}
