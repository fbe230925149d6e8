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

/* Why XDP cannot reach an output from this input, or NULL. */
static const char *output_reason(const struct tier_port *out, const struct tier_port *in)
{
	if (!out->is_served)
		return NULL;
	if (in->hook == TIER_HOOK_GENERIC)
		return out->is_tagged ? "generic XDP cannot tag frames" : NULL;
	if (in->is_shared && out->is_tagged)
		return "XDP behind libxdp's dispatcher cannot tag frames";
	return out->takes_redirects ? NULL : out->why_no_redirects;
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

/* TC reaches every output; only the input may be without it. */
static struct tier_choice choose_tc(const struct tier_port *ports, const struct mfib_route *route,
				    const char *name, const char *why)
{
	const struct tier_port *in = &ports[route->iif];

	if (in->has_tc)
		return choice(DPLANE_TIER_TC, name, why);
	return choose_kernel(ports, route, in->name, in->why_no_tc);
}

/* Of entries that another daemon wrote. */
static const char *left_reason(uint32_t left)
{
	static const char *const reasons[] = {
		[FOLLOWED_LEFT_OUTPUT] = "an output of the kernel's entry is not followed",
		[FOLLOWED_LEFT_REGISTER] = "an output is the register interface of PIM-SM",
		[FOLLOWED_LEFT_INPUT] = "the input of the kernel's entry is an output, too",
	};

	return left < FOLLOWED_LEFT_COUNT ? reasons[left] : "";
}

struct tier_choice tier_choose(const struct tier_port *ports, const struct mfib_route *route,
			       uint16_t listener, bool is_own)
{
	const struct tier_port *in = &ports[route->iif];
	const uint32_t left = route->flags >> MFIB_F_LEFT_SHIFT & MFIB_F_LEFT_MASK;

	if (!in->is_served)
		return choice(DPLANE_TIER_NONE, in->name, "the input is not attached or down");
	if (left)
		return choose_kernel(ports, route, "", left_reason(left));
	if (is_own)
		return choose_kernel(ports, route, "", "its source is an address of this router");
	if (listener != LINK_NONE && in->has_kernel)
		return choose_kernel(ports, route, ports[listener].name,
				     "a program of this machine listens to the group");
	if (in->hook == TIER_HOOK_NONE)
		return choose_tc(ports, route, in->name, in->why_no_hook);
	ifset_for_each (link, &route->oifs) {
		const char *why = output_reason(&ports[link], in);

		if (why)
			return choose_tc(ports, route, ports[link].name, why);
	}
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
