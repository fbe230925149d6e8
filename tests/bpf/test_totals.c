/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums over more trees than the kernel tells of in one call. */
#include <criterion/criterion.h>
#include <string.h>

#include "common_plane.h"

#define TREES       1200u
#define MIDDLE      (TREES / 2)
#define DEADLINE_MS 5000

static struct plane plane;

static void setup(void)
{
	plane.max_routes = 2 * TREES;
	plane_open(&plane, 2, 4);
}

static void teardown(void)
{
	plane_close(&plane);
}

TestSuite(totals, .init = setup, .fini = teardown);

/* The first, the middle and the last one carry groups 1, 2 and 3; nobody sends to the others. */
static struct mfib_route route_make(uint32_t i)
{
	struct mfib_route route = plane_route(i == 0           ? 1
					      : i == MIDDLE    ? 2
					      : i == TREES - 1 ? 3
							       : 4);
	const uint8_t other[] = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i };

	if (i && i != MIDDLE && i != TREES - 1)
		route.key.source = ip_addr_from_bytes(IP_FAMILY_4, other);
	ifset_add(&route.oifs, 1);
	return route;
}

static void trees_make(enum dplane_mode mode)
{
	plane_attach_all(&plane, mode);
	for (uint32_t i = 0; i < TREES; i++) {
		struct mfib_route route = route_make(i);

		cr_assert_eq(dplane_put(plane.dp, &route), 0);
	}
}

/* So many packets as the group says, until the last one has arrived. */
static void packets_send(uint8_t group)
{
	for (uint32_t number = 1; number <= group; number++)
		plane_send(&plane, 0, group, number);
	cr_expect(plane_arrives(&plane, 1, group, DEADLINE_MS), "group %u", group);
}

static struct dplane_totals totals_get(unsigned int *ret_calls)
{
	struct dplane_totals totals = { 0 };

	*ret_calls = 1;
	while (!dplane_totals_add(plane.dp, &totals))
		++*ret_calls;
	return totals;
}

Test(totals, packets_are_those_of_the_trees_that_exist)
{
	struct mfib_route middle = route_make(MIDDLE);
	struct dplane_totals totals;
	unsigned int calls;

	trees_make(DPLANE_MODE_NATIVE);
	for (uint8_t group = 1; group <= 3; group++)
		packets_send(group);
	totals = totals_get(&calls);
	cr_expect_eq(totals.xdp_packets, 1 + 2 + 3);
	cr_expect_eq(totals.tc_packets + totals.kernel_packets, 0);
	cr_expect_eq(totals.routes, TREES);
	cr_expect_eq(totals.routes_xdp, TREES);
	cr_expect_gt(calls, 2, "one call does not look at all");

	dplane_del(plane.dp, &middle.key);
	totals = totals_get(&calls);
	cr_expect_eq(totals.xdp_packets, 1 + 3);
	cr_expect_eq(totals.routes, TREES - 1);
	cr_expect_eq(totals.routes_xdp, TREES - 1);
}

/* All is counted for one tier. */
static struct dplane_totals totals_of_two_packets(enum dplane_mode mode)
{
	struct dplane_totals totals;
	unsigned int calls;

	trees_make(mode);
	packets_send(2);
	totals = totals_get(&calls);
	cr_expect_eq(totals.xdp_packets + totals.tc_packets + totals.kernel_packets, 2);
	cr_expect_eq(totals.routes_xdp + totals.routes_tc + totals.routes_kernel, TREES);
	return totals;
}

Test(totals, trees_and_packets_of_tc_are_counted_as_such)
{
	struct dplane_totals totals = totals_of_two_packets(DPLANE_MODE_TC);

	cr_expect_eq(totals.tc_packets, 2);
	cr_expect_eq(totals.routes_tc, TREES);
}

Test(totals, trees_and_packets_of_the_kernel_are_counted_as_such)
{
	struct dplane_totals totals = totals_of_two_packets(DPLANE_MODE_KERNEL);

	cr_expect_eq(totals.kernel_packets, 2);
	cr_expect_eq(totals.routes_kernel, TREES);
}
