/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_TIER_H
#define DPLANE_TIER_H

/* Which tier carries a tree. Pure functions: abilities in, verdict and reason out. */
#include "dplane/dplane.h"

#define TIER_WHY_LEN 128

enum tier_hook { TIER_HOOK_NONE, TIER_HOOK_GENERIC, TIER_HOOK_NATIVE };

/** struct tier_port - What an interface is able to do. */
struct tier_port {
	bool is_served;       /* attached and up */
	enum tier_hook hook;  /* where the XDP program runs */
	bool takes_redirects; /* takes frames redirected by native XDP */
	bool has_kernel;      /* known to the kernel's multicast cache */
	char name[LINK_NAME_LEN];
	char why_no_hook[TIER_WHY_LEN], why_no_redirects[TIER_WHY_LEN];
};

/** struct tier_choice - The tier, and why it is not XDP. */
struct tier_choice {
	enum dplane_tier tier;
	char why[TIER_WHY_LEN];
};

/**
 * tier_choose() - The best tier which reaches every served output.
 * @ports: indexed by link number, LINKS_MAX elements.
 *
 * Outputs that are not served are left out by every tier and do not matter here. Generic XDP
 * reaches every output, native XDP only those that take redirected frames.
 */
struct tier_choice tier_choose(const struct tier_port *ports, const struct mfib_route *route);

/** tier_name() - "xdp", "tc", "kernel" or "none". */
const char *tier_name(enum dplane_tier tier);

#endif
