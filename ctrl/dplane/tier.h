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
	bool has_tc;          /* the TC program is attached */
	bool takes_redirects; /* takes frames redirected by native XDP */
	bool has_kernel;      /* known to the kernel's multicast cache */
	bool is_tagged;       /* a VLAN, whose frames XDP must tag */
	bool is_shared;       /* the XDP program is behind libxdp's dispatcher, and cannot tag */
	bool is_ethernet;
	uint32_t carrier; /* ifindex of what its frames leave by: of a VLAN, its port */
	char name[LINK_NAME_LEN];
	char why_no_hook[TIER_WHY_LEN], why_no_tc[TIER_WHY_LEN], why_no_redirects[TIER_WHY_LEN];
};

/** struct tier_choice - The tier, and why it is not XDP. */
struct tier_choice {
	enum dplane_tier tier;
	char why[TIER_WHY_LEN];
};

/**
 * tier_choose() - The best tier which reaches every served output.
 * @ports:    indexed by link number, LINKS_MAX elements.
 * @listener: an interface of the route on which a program of this machine listens to the group, or
 *            LINK_NONE.
 * @is_own:   its source is an address of this machine, so what arrives is forged, and only the
 *            kernel sees what a program of this machine sends.
 *
 * Outputs that are not served are left out by every tier and do not matter here. Generic XDP
 * reaches every output but VLANs, native XDP only those that take redirected frames, and no VLANs
 * where it shares the input with others, TC all, and the kernel's cache also the programs of this
 * machine.
 */
struct tier_choice tier_choose(const struct tier_port *ports, const struct mfib_route *route,
			       uint16_t listener, bool is_own);

/** tier_name() - "xdp", "tc", "kernel" or "none". */
const char *tier_name(enum dplane_tier tier);

#endif
