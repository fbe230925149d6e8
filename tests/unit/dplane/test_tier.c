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
					       .has_tc = true,
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

static void expect_with(uint16_t listener, enum dplane_tier tier, const char *why)
{
	struct mfib_route route = route_0_to_1_and_2();
	struct tier_choice choice = tier_choose(ports, &route, listener, false);

	cr_expect_eq(choice.tier, tier, "%s instead of %s", tier_name(choice.tier),
		     tier_name(tier));
	cr_expect_str_eq(choice.why, why);
}

static void expect(enum dplane_tier tier, const char *why)
{
	expect_with(LINK_NONE, tier, why);
}

/* Neither BPF tier sees what arrives on link 0. */
static void input_has_no_hook(void)
{
	ports[0].hook = TIER_HOOK_NONE;
	ports[0].has_tc = false;
	strcpy(ports[0].why_no_hook, "native XDP refused");
	strcpy(ports[0].why_no_tc, "TC refused");
}

Test(tier, xdp_when_everything_is_able)
{
	expect(DPLANE_TIER_XDP, "");
}

Test(tier, input_without_xdp_is_for_tc)
{
	ports[0].hook = TIER_HOOK_NONE;
	strcpy(ports[0].why_no_hook, "native XDP refused");
	expect(DPLANE_TIER_TC, "eth0: native XDP refused");
}

Test(tier, input_without_xdp_and_tc_is_for_the_kernel)
{
	input_has_no_hook();
	expect(DPLANE_TIER_KERNEL, "eth0: TC refused");
}

Test(tier, output_that_takes_no_redirects_is_for_tc)
{
	ports[2].takes_redirects = false;
	strcpy(ports[2].why_no_redirects, "no peer");
	expect(DPLANE_TIER_TC, "eth2: no peer");
}

Test(tier, output_that_takes_no_redirects_is_for_the_kernel_without_tc_on_the_input)
{
	ports[2].takes_redirects = false;
	ports[0].has_tc = false;
	strcpy(ports[0].why_no_tc, "TC refused");
	expect(DPLANE_TIER_KERNEL, "eth0: TC refused");
}

Test(tier, program_of_this_machine_is_served_by_the_kernel)
{
	expect_with(0, DPLANE_TIER_KERNEL, "eth0: a program of this machine listens to the group");
	expect_with(2, DPLANE_TIER_KERNEL, "eth2: a program of this machine listens to the group");
}

Test(tier, program_of_this_machine_gets_nothing_where_the_kernel_has_no_cache)
{
	ports[0].has_kernel = false;
	expect_with(0, DPLANE_TIER_XDP, "");
}

Test(tier, vlan_is_reached_by_native_xdp_but_not_by_generic)
{
	ports[1].is_tagged = true;
	expect(DPLANE_TIER_XDP, "");
	ports[0].hook = TIER_HOOK_GENERIC;
	expect(DPLANE_TIER_TC, "eth1: generic XDP cannot tag frames");
}

Test(tier, vlan_is_not_reached_by_xdp_that_shares_the_input)
{
	ports[0].is_shared = true;
	expect(DPLANE_TIER_XDP, "");
	ports[1].is_tagged = true;
	expect(DPLANE_TIER_TC, "eth1: XDP behind libxdp's dispatcher cannot tag frames");
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
	input_has_no_hook();
	ports[0].has_kernel = false;
	expect(DPLANE_TIER_NONE, "eth0: not in the kernel's multicast cache");
}

Test(tier, output_the_kernel_does_not_serve_is_named)
{
	input_has_no_hook();
	ports[2].has_kernel = false;
	expect(DPLANE_TIER_KERNEL, "eth2: gets nothing, not in the kernel's multicast cache");
}

Test(tier, negative_entry_is_dropped_by_xdp)
{
	struct mfib_route route = { .iif = 0 };

	cr_expect_eq(tier_choose(ports, &route, LINK_NONE, false).tier, DPLANE_TIER_XDP);
}

Test(tier, source_on_this_router_is_for_the_kernel)
{
	struct mfib_route route = route_0_to_1_and_2();
	struct tier_choice choice = tier_choose(ports, &route, LINK_NONE, true);

	cr_expect_eq(choice.tier, DPLANE_TIER_KERNEL);
	cr_expect_str_eq(choice.why, "its source is an address of this router");
}

Test(tier, what_another_daemon_wrote_and_cannot_be_served_is_the_kernels)
{
	static const char *const whys[FOLLOWED_LEFT_COUNT] = {
		[FOLLOWED_LEFT_OUTPUT] = "an output of the kernel's entry is not followed",
		[FOLLOWED_LEFT_REGISTER] = "an output is the register interface of PIM-SM",
		[FOLLOWED_LEFT_INPUT] = "the input of the kernel's entry is an output, too",
	};

	for (uint32_t left = FOLLOWED_LEFT_OUTPUT; left < FOLLOWED_LEFT_COUNT; left++) {
		struct mfib_route route = route_0_to_1_and_2();
		struct tier_choice choice;

		route.flags = left << MFIB_F_LEFT_SHIFT | 255u << MFIB_F_TTL_SHIFT;
		choice = tier_choose(ports, &route, LINK_NONE, false);
		cr_expect_eq(choice.tier, DPLANE_TIER_KERNEL);
		cr_expect_str_eq(choice.why, whys[left]);
	}
}
