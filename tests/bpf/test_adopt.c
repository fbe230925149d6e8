/* SPDX-License-Identifier: GPL-2.0-only */
/* What a forwarding plane makes of the pins that an earlier one has left. */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common_plane.h"

#define PORTS       4
#define SETS        8
#define DEADLINE_MS 5000

static struct plane plane;

static void setup(void)
{
	plane_open(&plane, PORTS, SETS);
}

static void teardown(void)
{
	plane_close(&plane);
}

TestSuite(adopt, .init = setup, .fini = teardown);

/* A tree to 1 and 2, left behind by a daemon that is gone. */
static void leave_behind(enum dplane_mode mode)
{
	struct mfib_route route = plane_route_to(1, 1, 2);

	plane_attach_all(&plane, mode);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	dplane_free(plane.dp, true);
	plane.dp = NULL;
}

/* Whether a packet of a group comes out at a port; each has another number. */
static bool comes_out(uint8_t group, int port)
{
	static uint32_t number;

	plane_send(&plane, 0, group, ++number);
	return plane_arrives(&plane, port, number, 200);
}

static void dispatch(int ms)
{
	struct pollfd wait = { .fd = dplane_fd(plane.dp), .events = POLLIN };

	if (poll(&wait, 1, ms) > 0)
		plane_dispatch(&plane);
}

static void forwards_without_daemon_and_after(enum dplane_mode mode)
{
	struct dplane_route_state state;
	struct mfib_route route = plane_route_to(1, 1, 2);

	leave_behind(mode);
	cr_expect(comes_out(1, 1));
	plane_new(&plane, SETS);
	cr_expect_not_null(strstr(plane.said, "going on with 4 interfaces and 1 trees"), "%s",
			   plane.said);
	cr_expect(comes_out(1, 1));
	plane_attach_all(&plane, mode);
	cr_expect(comes_out(1, 1));
	cr_expect(comes_out(1, 2));
	state = plane_state(&plane, &route);
	cr_expect_eq(state.packets, 4, "the counters go on: %lu", (unsigned long)state.packets);
}

Test(adopt, tree_in_xdp_goes_on_without_daemon_and_with_the_next_one)
{
	forwards_without_daemon_and_after(DPLANE_MODE_AUTO);
}

Test(adopt, tree_in_tc_goes_on_without_daemon_and_with_the_next_one)
{
	forwards_without_daemon_and_after(DPLANE_MODE_TC);
}

Test(adopt, interface_keeps_its_link_number_until_attached)
{
	struct dplane_link link = plane_link(&plane, 2, DPLANE_MODE_AUTO);

	leave_behind(DPLANE_MODE_AUTO);
	plane_new(&plane, SETS);
	cr_expect_eq(dplane_stale_link(plane.dp, link.ifindex), 2);
	cr_expect(dplane_link_is_stale(plane.dp, 2));
	plane_attach(&plane, &link);
	cr_expect_eq(dplane_stale_link(plane.dp, link.ifindex), LINK_NONE);
	cr_expect_not(dplane_link_is_stale(plane.dp, 2));
	cr_expect(dplane_link_is_stale(plane.dp, 3));
}

static void count_and_compare(void *ctx, const struct mfib_route *route)
{
	const struct mfib_route want = plane_route_to(1, 1, 2);
	unsigned int *count = ctx;

	(*count)++;
	cr_expect(ip_addr_equal(&route->key.source, &want.key.source));
	cr_expect(ip_addr_equal(&route->key.group, &want.key.group));
	cr_expect_eq(route->iif, want.iif);
	cr_expect(ifset_equal(&route->oifs, &want.oifs));
}

Test(adopt, routes_are_listed_as_they_stand)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_route_state state;
	unsigned int count = 0;

	leave_behind(DPLANE_MODE_AUTO);
	cr_expect(comes_out(1, 1));
	plane_new(&plane, SETS);
	cr_expect_eq(dplane_route_count(plane.dp), 1);
	dplane_routes(plane.dp, count_and_compare, &count);
	cr_expect_eq(count, 1);
	state = plane_state(&plane, &route);
	cr_expect_lt(state.seen_for, HP_SEC(60), "when its source was last seen is known, too");
}

Test(adopt, nothing_is_reported_of_a_tree_that_goes_on)
{
	leave_behind(DPLANE_MODE_AUTO);
	plane_new(&plane, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	plane.upcalls = 0;
	for (int i = 0; i < 10; i++) {
		cr_expect(comes_out(1, 1));
		dispatch(10);
	}
	cr_expect_eq(plane.upcalls, 0);
}

Test(adopt, what_is_put_replaces_what_was_left)
{
	struct mfib_route other = plane_route(1);

	leave_behind(DPLANE_MODE_AUTO);
	plane_new(&plane, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	ifset_add(&other.oifs, 3);
	cr_assert_eq(dplane_put(plane.dp, &other), 0);
	cr_expect_not(comes_out(1, 1));
	cr_expect(comes_out(1, 3));
	dplane_del(plane.dp, &other.key);
	cr_expect_not(comes_out(1, 3));
}

Test(adopt, interface_that_does_not_return_in_time_is_let_go)
{
	leave_behind(DPLANE_MODE_AUTO);
	plane.stale_for = HP_MS(100);
	plane_new(&plane, SETS);
	for (uint16_t i = 0; i < PORTS - 1; i++) {
		struct dplane_link link = plane_link(&plane, i, DPLANE_MODE_AUTO);

		plane_attach(&plane, &link);
	}
	for (int i = 0; i < DEADLINE_MS / 10 && dplane_link_is_stale(plane.dp, 3); i++)
		dispatch(10);
	cr_expect_not(dplane_link_is_stale(plane.dp, 3));
	cr_expect_neq(system("ip link show r3 | grep -q xdp"), 0, "r3 is let go");
	cr_expect(comes_out(1, 2), "routes are the daemon's to remove");
}

Test(adopt, vanished_interface_is_forgotten_and_the_others_go_on)
{
	leave_behind(DPLANE_MODE_AUTO);
	cr_assert_eq(system("ip link del r2"), 0);
	plane_new(&plane, SETS);
	cr_expect_not_null(strstr(plane.said, "going on with 3 interfaces"), "%s", plane.said);
	cr_expect_not(dplane_link_is_stale(plane.dp, 2));
	cr_expect(comes_out(1, 1));
}

static int open_with(uint32_t max_routes, bool discards)
{
	struct dplane_config config = {
		.instance = plane.instance,
		.max_links = 32,
		.max_routes = max_routes,
		.max_sets = SETS,
		.discard_pins = discards,
		.hash_key = &plane.hash_key,
	};

	return dplane_new(&config, &plane.dp);
}

/* Trees, counters and interfaces as before; room is what the new start says. */
static void sizes_change(enum dplane_mode mode)
{
	struct mfib_route route = plane_route_to(1, 1, 2);

	leave_behind(mode);
	cr_expect(comes_out(1, 1));
	cr_assert_eq(open_with(32, false), 0);
	cr_expect(comes_out(1, 1));
	plane_attach_all(&plane, mode);
	cr_expect(comes_out(1, 2));
	cr_expect_eq(plane_state(&plane, &route).packets, 3);
	cr_expect_eq(plane_counter(&plane, 0, "forwarded"), 3);
	for (uint8_t group = 2; group <= 20; group++) {
		route = plane_route_to(group, 1, 2);
		cr_expect_eq(dplane_put(plane.dp, &route), 0, "16 routes were the most before");
	}
}

Test(adopt, tree_in_xdp_goes_on_with_maps_of_other_sizes)
{
	sizes_change(DPLANE_MODE_AUTO);
}

Test(adopt, tree_in_tc_goes_on_with_maps_of_other_sizes)
{
	sizes_change(DPLANE_MODE_TC);
}

Test(adopt, what_no_longer_has_room_is_said)
{
	struct mfib_route route = plane_route_to(2, 1, 2);

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	leave_behind(DPLANE_MODE_AUTO);
	plane.max_routes = 1;
	plane_new(&plane, SETS);
	cr_expect_not_null(strstr(plane.said, "no room for 1 trees of the earlier run"), "%s",
			   plane.said);
	cr_expect_eq(dplane_route_count(plane.dp), 1);
}

/* Where an interrupted start left off: filled, the maps beside the old ones count, else not. */
static void interrupted(bool is_filled)
{
	char command[512];

	leave_behind(DPLANE_MODE_AUTO);
	snprintf(command, sizeof(command),
		 "cd /sys/fs/bpf/hpim/%s && mkdir new && mv route6 vlans new/ && %s",
		 plane.instance, is_filled ? "mv settings new/" : "true");
	cr_assert_eq(system(command), 0);
	plane_new(&plane, SETS);
	snprintf(command, sizeof(command), "! test -e /sys/fs/bpf/hpim/%s/new", plane.instance);
	cr_expect_eq(system(command), 0);
}

Test(adopt, maps_that_an_interrupted_start_had_filled_are_moved_in)
{
	interrupted(true);
	cr_expect_null(strstr(plane.said, "going on"), "what was not filled beside is gone");
}

Test(adopt, maps_that_an_interrupted_start_had_not_filled_go)
{
	interrupted(false);
	cr_expect(comes_out(1, 1));
}

Test(adopt, discarded_pins_forward_no_longer)
{
	leave_behind(DPLANE_MODE_AUTO);
	cr_assert_eq(open_with(32, true), 0);
	cr_expect_not(comes_out(1, 1));
	cr_expect_neq(system("ip link show r0 | grep -qE 'xdp|ALLMULTI'"), 0);
}

Test(adopt, settings_of_interfaces_are_undone_by_the_next_run)
{
	leave_behind(DPLANE_MODE_AUTO);
	cr_expect_eq(system("ip link show r0 | grep -q ALLMULTI"), 0);
	plane_new(&plane, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	plane_detach(&plane, 0);
	cr_expect_neq(system("ip link show r0 | grep -qE 'xdp|ALLMULTI'"), 0);
}

static unsigned int sets_held(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 256; fd++) {
		struct bpf_map_info info = { .type = 0 };
		uint32_t len = sizeof(info);

		if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
		    info.type == BPF_MAP_TYPE_DEVMAP_HASH && strcmp(info.name, "output_set") == 0)
			count++;
	}
	return count;
}

/* Before 6.8 asking for one takes a grace period, and there may be thousands. */
Test(adopt, only_output_sets_in_use_are_asked_for)
{
	leave_behind(DPLANE_MODE_AUTO);
	plane_new(&plane, SETS);
	cr_expect_eq(sets_held(), 1, "%u", sets_held());
}

/* Sets that rest or were never used are as good as new ones. */
Test(adopt, output_sets_are_found_again_and_made_as_needed)
{
	leave_behind(DPLANE_MODE_AUTO);
	plane_new(&plane, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	for (uint8_t group = 1; group <= 3; group++) {
		struct mfib_route route = plane_route_to(group, 1, (uint16_t)(group == 1 ? 2 : 3));

		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		cr_expect(comes_out(group, 1), "group %u", group);
		cr_expect(comes_out(group, group == 1 ? 2 : 3), "group %u", group);
	}
}
