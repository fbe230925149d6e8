/* SPDX-License-Identifier: GPL-2.0-only */
/* The choice of a tier is pure: abilities in, verdict and reason out; needs no privilege. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "dplane/tier.h"

static struct tier_port ports[LINKS_MAX];

/* Links 0 to 3 can do everything. */
static void setup(void)
{
	memset(ports, 0, sizeof(ports));
	for (int i = 0; i < 4; i++) {
		ports[i] = (struct tier_port){ .is_served = true,
					       .hook = TIER_HOOK_NATIVE,
					       .takes_redirects = true,
					       .has_kernel = true };
		snprintf(ports[i].name, sizeof(ports[i].name), "eth%d", i);
	}
}

TestSuite(tier, .init = setup);

static struct mfib_route route_0_to_1_and_2(void)
{
	struct mfib_route route = { .iif = 0 };

	ifset_add(&route.oifs, 1);
	ifset_add(&route.oifs, 2);
	return route;
}

static void expect(enum dplane_tier tier, const char *why)
{
	struct mfib_route route = route_0_to_1_and_2();
	struct tier_choice choice = tier_choose(ports, &route);

	cr_expect_eq(choice.tier, tier, "%s instead of %s", tier_name(choice.tier),
		     tier_name(tier));
	cr_expect_str_eq(choice.why, why);
}

Test(tier, xdp_when_everything_is_able)
{
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, input_without_hook_is_for_the_kernel)
{
	ports[0].hook = TIER_HOOK_NONE;
	strcpy(ports[0].why_no_hook, "native XDP refused");
	expect(DPLANE_TIER_KERNEL, "eth0: native XDP refused");
}

Test(tier, output_that_takes_no_redirects_is_for_the_kernel)
{
	ports[2].takes_redirects = false;
	strcpy(ports[2].why_no_redirects, "no peer");
	expect(DPLANE_TIER_KERNEL, "eth2: no peer");
}

Test(tier, output_needs_no_hook)
{
	ports[1].hook = ports[2].hook = TIER_HOOK_NONE;
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, input_needs_to_take_no_redirects)
{
	ports[0].takes_redirects = false;
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, generic_input_reaches_every_output)
{
	ports[0].hook = TIER_HOOK_GENERIC;
	ports[1].takes_redirects = ports[2].takes_redirects = false;
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, output_that_is_down_decides_nothing)
{
	ports[2].is_served = false;
	ports[2].takes_redirects = false;
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, other_interfaces_decide_nothing)
{
	ports[3].takes_redirects = false;
	ports[3].hook = TIER_HOOK_NONE;
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, input_that_is_not_served_has_no_tier)
{
	ports[0].is_served = false;
	expect(DPLANE_TIER_NONE, "eth0: the input is not attached or down");
}

Test(tier, kernel_needs_the_input_in_its_cache)
{
	ports[0].hook = TIER_HOOK_NONE;
	ports[0].has_kernel = false;
	expect(DPLANE_TIER_NONE, "eth0: not in the kernel's multicast cache");
}

Test(tier, output_the_kernel_does_not_serve_is_named)
{
	ports[0].hook = TIER_HOOK_NONE;
	ports[2].has_kernel = false;
	expect(DPLANE_TIER_KERNEL, "eth2: gets nothing, not in the kernel's multicast cache");
}

Test(tier, negative_entry_is_dropped_by_xdp)
{
	struct mfib_route route = { .iif = 0 };

	cr_expect_eq(tier_choose(ports, &route).tier, DPLANE_TIER_XDP);
}
