/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole forwarding plane over veth pairs in network namespaces of its own. Frames come in by
 * packet sockets at the far ends, and what comes out there is compared byte by byte.
 */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "common_plane.h"
#include "hpim/mfib_abi.h"

/* One input, r0, and two outputs. */
#define PORTS       3
#define SETS        4
#define DEADLINE_MS 3000

static struct plane plane;

static void setup(void)
{
	plane_open(&plane, PORTS, SETS);
}

static void teardown(void)
{
	plane_close(&plane);
}

TestSuite(live, .init = setup, .fini = teardown);

static void dispatch_until(bool (*is_done)(void))
{
	struct pollfd wait = { .fd = dplane_fd(plane.dp), .events = POLLIN };

	for (int i = 0; i < DEADLINE_MS / 10 && !is_done(); i++)
		if (poll(&wait, 1, 10) > 0)
			plane_dispatch(&plane);
	cr_assert(is_done(), "nothing happened within %d ms; %s", DEADLINE_MS, plane.said);
}

static void forwarded_expect(void)
{
	uint8_t frame[PLANE_FRAME], out[PLANE_FRAME], want[PLANE_FRAME];

	plane_frame(frame, 1, 0);
	plane_send(&plane, 0, 1, 0);
	for (uint16_t i = 1; i < PORTS; i++) {
		struct dplane_link link = plane_link(&plane, i, DPLANE_MODE_AUTO);

		memcpy(want, frame, sizeof(want));
		memcpy(want + 6, link.mac, 6);
		want[22]--; /* TTL */
		want[24]++; /* RFC 1624; the frame is such that nothing is carried */
		cr_assert(plane_receive(&plane, i, out, DEADLINE_MS), "%s got nothing", link.name);
		cr_expect_arr_eq(out, want, PLANE_FRAME, "%s", link.name);
	}
}

/* One packet, forwarded to both. */
static void counters_expect(void)
{
	cr_expect_eq(plane_counter(&plane, 0, "forwarded"), 1);
	cr_expect_eq(plane_counter(&plane, 1, "sent"), 1);
	cr_expect_eq(plane_counter(&plane, 2, "sent"), 1);
}

Test(live, native_copies_have_the_source_address_of_their_interface)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_route_state state;

	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	forwarded_expect();
	state = plane_state(&plane, &route);
	cr_expect_eq(state.xdp_packets, 1);
	cr_expect_eq(state.kernel_packets, 0);
	counters_expect();
}

/* Interfaces whose numbers are the same modulo the slots: the second is found in `ports`. */
Test(live, output_whose_egress_slot_is_taken_has_its_source_address_all_the_same)
{
	struct dplane_link link = plane_link(&plane, 1, DPLANE_MODE_AUTO);
	uint32_t slot = link.ifindex % MFIB_EGRESS_SLOTS;
	struct mfib_egress other = { .ifindex = link.ifindex + MFIB_EGRESS_SLOTS }, owner;
	struct mfib_route route = plane_route_to(1, 1, 2);
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/egress", plane.instance);
	fd = bpf_obj_get(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(bpf_map_update_elem(fd, &slot, &other, BPF_ANY), 0);
	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	cr_assert_eq(bpf_map_lookup_elem(fd, &slot, &owner), 0);
	cr_expect_eq(owner.ifindex, other.ifindex, "the slot was taken from its owner");
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	forwarded_expect();
	cr_expect_eq(plane_counter(&plane, 1, "sent"), 1);
	close(fd);
}

Test(live, generic_copies_have_the_source_address_of_their_interface)
{
	struct mfib_route route = plane_route_to(1, 1, 2);

	plane_gro_set(1, false);
	plane_gro_set(2, false);
	plane_attach_all(&plane, DPLANE_MODE_GENERIC);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	forwarded_expect();
	cr_expect_eq(plane_counter(&plane, 0, "forwarded"), 1);
}

Test(live, tree_to_a_veth_without_peer_support_is_carried_by_tc)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_route_state state;

	plane_gro_set(2, false);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	forwarded_expect();
	state = plane_state(&plane, &route);
	cr_expect_eq(state.tier, DPLANE_TIER_TC);
	cr_expect_not_null(strstr(state.why, "r2: "), "%s", state.why);
	cr_expect_eq(state.tc_packets, 1);
	cr_expect_eq(state.xdp_packets, 0);
	cr_expect_eq(state.kernel_packets, 0);
	counters_expect();
}

Test(live, tree_of_an_input_in_mode_kernel_is_carried_by_the_kernel)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_route_state state;

	plane_attach_all(&plane, DPLANE_MODE_KERNEL);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	forwarded_expect();
	state = plane_state(&plane, &route);
	cr_expect_eq(state.tier, DPLANE_TIER_KERNEL);
	cr_expect_str_eq(state.why, "r0: mode is kernel");
	cr_expect_eq(state.kernel_packets, 1);
}

static const struct mfib_route *awaited;

static bool is_xdp(void)
{
	return plane_state(&plane, awaited).tier == DPLANE_TIER_XDP;
}

static bool is_tc(void)
{
	return plane_state(&plane, awaited).tier == DPLANE_TIER_TC;
}

/* The generic netlink family that tells it is there since 6.3. */
static bool kernel_tells_redirects(void)
{
	return system("genl ctrl get name netdev > /dev/null 2>&1") == 0;
}

Test(live, tree_changes_its_tier_with_the_peer_of_an_output)
{
	struct mfib_route route = plane_route_to(1, 1, 2);

	if (!kernel_tells_redirects())
		plane_skip(
			&plane,
			"this kernel does not tell when a veth begins to take redirected frames");
	awaited = &route;
	plane_gro_set(2, false);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_assert_eq(plane_state(&plane, &route).tier, DPLANE_TIER_TC);
	plane_gro_set(2, true);
	dispatch_until(is_xdp);
	forwarded_expect();
	plane_gro_set(2, false);
	dispatch_until(is_tc);
	forwarded_expect();
}

static bool is_reported(void)
{
	return plane.upcalls > 0;
}

Test(live, miss_is_reported_with_link_source_and_group)
{
	struct mfib_route route = plane_route_to(9, 1, 2);

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	plane_send(&plane, 0, 9, 0);
	dispatch_until(is_reported);
	cr_expect_eq(plane.last_upcall.kind, DATA_MISS);
	cr_expect_eq(plane.last_upcall.link, 0);
	cr_expect(ip_addr_equal(&plane.last_upcall.source, &route.key.source));
	cr_expect(ip_addr_equal(&plane.last_upcall.group, &route.key.group));
}

/* Who forwards and reports; of native XDP, TC and the kernel's cache, each forced. */
static const struct {
	enum dplane_mode mode;
	enum dplane_tier tier;
	bool tells_ttl;
} tiers[] = {
	{ DPLANE_MODE_NATIVE, DPLANE_TIER_XDP, true },
	{ DPLANE_MODE_TC, DPLANE_TIER_TC, true },
	{ DPLANE_MODE_KERNEL, DPLANE_TIER_KERNEL, false },
};

#define TIERS (sizeof(tiers) / sizeof(tiers[0]))

static struct mfib_key counted;

static bool is_seen(void)
{
	struct dplane_route_state state;

	return dplane_route_state(plane.dp, &counted, &state) == 0 &&
	       state.seen_for != HP_TIME_NEVER;
}

/* A packet of a route without outputs came in. */
static void seen_wait(const struct mfib_route *route)
{
	counted = route->key;
	dispatch_until(is_seen);
}

static void upcall_expect(enum data_kind kind, uint16_t link, const struct mfib_route *route)
{
	cr_expect_eq(plane.last_upcall.kind, kind);
	cr_expect_eq(plane.last_upcall.link, link);
	cr_expect(ip_addr_equal(&plane.last_upcall.source, &route->key.source));
	cr_expect(ip_addr_equal(&plane.last_upcall.group, &route->key.group));
}

/* A second packet on that interface is counted, wherever it is dropped. */
static void wrong_if_check(uint8_t group, uint16_t output, uint16_t link, size_t tier)
{
	struct mfib_route route = plane_route(group);

	route.flags = MFIB_F_WRONG_IF;
	if (output)
		ifset_add(&route.oifs, output);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	plane.upcalls = 0;
	for (uint32_t i = 0; i < 10; i++)
		plane_send(&plane, link, group, i);
	dispatch_until(is_reported);
	upcall_expect(DATA_WRONG_IF, link, &route);
	cr_expect_not(plane_receive(&plane, 1, (uint8_t[PLANE_FRAME]){ 0 }, 50), "forwarded");
	plane_dispatch(&plane);
	cr_expect_eq(plane.upcalls, 1, "tier %zu, group %u", tier, group);
	cr_expect_eq(plane_state(&plane, &route).seen_for, HP_TIME_NEVER, "tier %zu", tier);
}

Test(live, wrong_interface_is_reported_once_in_each_tier_whatever_the_outputs)
{
	for (size_t i = 0; i < TIERS; i++) {
		uint8_t group = (uint8_t)(10 * i + 1);

		plane_attach_all(&plane, tiers[i].mode);
		wrong_if_check(group, 2, 2, i);
		wrong_if_check((uint8_t)(group + 1), 1, 2, i);
		wrong_if_check((uint8_t)(group + 2), 0, 2, i);
	}
	cr_expect_eq(plane_counter(&plane, 2, "wrong-if"), 60, "by both programs");
}

static void notify_check(struct mfib_route *route, size_t tier)
{
	uint8_t group = plane_group(route);

	route->flags = MFIB_F_NOTIFY;
	cr_assert_eq(dplane_put(plane.dp, route), 0);
	for (unsigned int round = 1; round < 3; round++) {
		plane.upcalls = 0;
		for (uint32_t i = 0; i < 10; i++)
			plane_send(&plane, 0, group, i);
		dispatch_until(is_reported);
		upcall_expect(DATA_NOTIFY, 0, route);
		seen_wait(route);
		plane_send(&plane, 0, group, 10);
		plane_dispatch(&plane);
		cr_expect_eq(plane.upcalls, 1, "tier %zu, round %u", tier, round);
		cr_assert_eq(dplane_put(plane.dp, route), 0, "for the next one");
	}
}

Test(live, next_packet_is_reported_once_in_each_tier)
{
	for (size_t i = 0; i < TIERS; i++) {
		struct mfib_route negative = plane_route((uint8_t)(10 * i + 1));
		struct mfib_route route = plane_route_to((uint8_t)(10 * i + 2), 1, 2);

		plane_attach_all(&plane, tiers[i].mode);
		notify_check(&negative, i);
		notify_check(&route, i);
		cr_expect_eq(plane_state(&plane, &route).tier, tiers[i].tier);
	}
}

Test(live, packet_on_a_wrong_interface_does_not_end_the_wait_for_one_on_the_input)
{
	for (size_t i = 0; i < TIERS; i++) {
		struct mfib_route route = plane_route((uint8_t)(i + 1));

		route.flags = MFIB_F_NOTIFY | MFIB_F_WRONG_IF;
		plane_attach_all(&plane, tiers[i].mode);
		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		plane.upcalls = 0;
		plane_send(&plane, 2, (uint8_t)(i + 1), 0);
		dispatch_until(is_reported);
		upcall_expect(DATA_WRONG_IF, 2, &route);
		plane.upcalls = 0;
		plane_send(&plane, 0, (uint8_t)(i + 1), 0);
		dispatch_until(is_reported);
		upcall_expect(DATA_NOTIFY, 0, &route);
	}
}

Test(live, greatest_ttl_is_handed_out_by_the_programs)
{
	for (size_t i = 0; i < TIERS; i++) {
		struct mfib_route route = plane_route((uint8_t)(i + 1));

		route.flags = MFIB_F_TRACK_TTL;
		plane_attach_all(&plane, tiers[i].mode);
		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		cr_expect_eq(plane_state(&plane, &route).ttl, 0);
		plane_send(&plane, 0, (uint8_t)(i + 1), 0);
		seen_wait(&route);
		cr_expect_eq(plane_state(&plane, &route).ttl, tiers[i].tells_ttl ? PLANE_TTL : 0);
	}
}

/* A new route has the slot of the last one that ended. */
Test(live, greatest_ttl_is_not_that_of_another_route_or_of_the_time_before)
{
	struct mfib_route route = plane_route(1);

	route.flags = MFIB_F_TRACK_TTL;
	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	for (uint8_t group = 1; group < 3; group++) {
		dplane_del(plane.dp, &route.key);
		route.key = plane_route(group).key;
		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		cr_expect_eq(plane_state(&plane, &route).ttl, 0);
		plane_send(&plane, 0, group, 0);
		seen_wait(&route);
		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		cr_expect_eq(plane_state(&plane, &route).ttl, PLANE_TTL, "kept");
	}
	route.flags = 0;
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).ttl, 0);
	route.flags = MFIB_F_TRACK_TTL;
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).ttl, 0);
}

Test(live, trees_beyond_the_output_sets_are_carried_by_tc)
{
	struct mfib_route route;

	dplane_free(plane.dp, false);
	plane_new(&plane, 2);
	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	route = plane_route_to(2, 1, 2);
	ifset_del(&route.oifs, 1);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	route = plane_route_to(3, 1, 2);
	ifset_del(&route.oifs, 2);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	route = plane_route_to(1, 1, 2);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_TC);
	cr_expect_not_null(strstr(plane.said, "all 2 output sets are in use"));
	forwarded_expect();
}

/* A small set has room for 16. */
#define MANY 18

Test(live, more_outputs_than_a_small_set_holds_are_all_served)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	char command[160];

	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	for (uint16_t i = PORTS; i < PORTS + MANY; i++) {
		struct dplane_link link = {
			.link = i, .mtu = 1500, .is_up = true, .mode = DPLANE_MODE_NATIVE
		};

		snprintf(command, sizeof(command),
			 "ip link add o%d type veth peer name f%d && ip link set o%d up && "
			 "ip link set f%d up && ip addr add 10.0.%d.254/24 dev o%d",
			 i, i, i, i, i, i);
		cr_assert_eq(system(command), 0, "%s", command);
		plane_gro_set(i, true);
		snprintf(link.name, sizeof(link.name), "o%d", i);
		link.ifindex = if_nametoindex(link.name);
		link.mac[0] = 2;
		snprintf(command, sizeof(command), "10.0.%d.254", i);
		cr_assert_eq(ip_addr_parse(command, &link.addr4), 0);
		plane_attach(&plane, &link);
		ifset_add(&route.oifs, i);
	}
	cr_assert_eq(dplane_put(plane.dp, &route), 0, "%s", plane.said);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	forwarded_expect(); /* r1 and r2 */
	for (uint16_t i = PORTS; i < PORTS + MANY; i++)
		cr_expect_eq(plane_counter(&plane, i, "sent"), 1, "o%d", i);
}

Test(live, replaced_output_is_served_again)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct dplane_link link;

	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_assert_eq(system("ip link del r2"), 0);
	close(plane.far_fd[2]);
	plane_cable(&plane, 2);
	link = plane_link(&plane, 2, DPLANE_MODE_NATIVE);
	plane_attach(&plane, &link);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	forwarded_expect();
}

Test(live, detached_interface_is_as_before)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	strcpy(ifr.ifr_name, "r0");
	cr_assert_eq(ioctl(plane.far_fd[0], SIOCGIFFLAGS, &ifr), 0);
	cr_expect(ifr.ifr_flags & IFF_ALLMULTI);
	plane_detach(&plane, 0);
	cr_assert_eq(ioctl(plane.far_fd[0], SIOCGIFFLAGS, &ifr), 0);
	cr_expect_not(ifr.ifr_flags & IFF_ALLMULTI);
	cr_expect_neq(system("ip link show r0 | grep -q xdp"), 0);
}

Test(live, lease_that_ran_out_ends_forwarding_until_renewed)
{
	struct mfib_route route = plane_route_to(1, 1, 2);
	struct timespec past = { .tv_nsec = 20000000 }; /* lease and coarse clock are over then */

	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_assert_eq(dplane_renew(plane.dp, 1), 0);
	nanosleep(&past, NULL);
	plane_send(&plane, 0, 1, 0);
	for (int i = 0; i < DEADLINE_MS && plane_counter(&plane, 0, "lease") == 0; i++)
		poll(NULL, 0, 1);
	cr_expect_eq(plane_counter(&plane, 0, "lease"), 1);
	cr_assert_eq(dplane_renew(plane.dp, 0), 0);
	cr_expect_eq(plane_counter(&plane, 0, "forwarded"), 0);
}

Test(live, pins_vanish_with_the_plane_unless_kept)
{
	char path[96];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/route4", plane.instance);
	plane_attach_all(&plane, DPLANE_MODE_NATIVE);
	cr_expect_eq(stat(path, &st), 0);
	dplane_free(plane.dp, true);
	cr_expect_eq(stat(path, &st), 0);
	cr_expect_eq(system("ip link show r0 | grep -q xdp"), 0);
	plane_new(&plane, SETS);
	dplane_free(plane.dp, false);
	cr_expect_neq(stat(path, &st), 0);
	cr_expect_neq(system("ip link show r0 | grep -q xdp"), 0);
	plane.dp = NULL;
}

Test(live, instance_has_one_daemon)
{
	const struct dplane_config config = {
		.instance = plane.instance,
		.max_links = 8,
		.max_routes = 16,
		.max_sets = 4,
		.hash_key = &plane.hash_key,
	};
	struct dplane *second;

	cr_expect_eq(dplane_new(&config, &second), -EBUSY);
	plane_attach_all(&plane, DPLANE_MODE_NATIVE); /* the first is as good as before */
}
