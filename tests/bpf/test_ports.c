/* SPDX-License-Identifier: GPL-2.0-only */
/* What interfaces do to trees: the self-test, programs of this machine, thresholds, what is left
 * out. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_plane.h"
#include "dplane/dplane_int.h"
#include "dplane/linkinfo.h"
#include "dplane/bpf/selftest.h"

#define PORTS       3
#define DEADLINE_MS 5000

static struct plane plane;
static struct mfib_route route;

static void setup(void)
{
	plane_open(&plane, PORTS, 8);
	route = plane_route_to(1, 1, 2);
}

static void teardown(void)
{
	plane_close(&plane);
}

TestSuite(ports, .init = setup, .fini = teardown);

Test(ports, selftest_sees_whether_redirected_frames_leave)
{
	struct selftest *test;

	cr_assert_eq(selftest_new(NULL, &test), 0);
	cr_expect_eq(selftest_redirects(test, if_nametoindex("r1")), 1);
	plane_gro_set(1, false);
	cr_expect_eq(selftest_redirects(test, if_nametoindex("r1")), 0);
	cr_expect_lt(selftest_redirects(test, 9999), 0, "there is no such interface");
	selftest_free(test);
}

static void up_set(const char *name, bool is_up)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	cr_assert_eq(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	ifr.ifr_flags = (short)(is_up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	cr_assert_eq(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	(void)close(fd);
}

/* So many packets that the interface counts some in each round of a test. */
static pid_t others_send(const char *name)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET,
					.sll_ifindex = (int)if_nametoindex(name),
					.sll_halen = 6 };
	const uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	pid_t child = fork();

	cr_assert_geq(child, 0);
	while (child == 0)
		(void)sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)&to, sizeof(to));
	(void)close(fd);
	return child;
}

/* A tree that TC forwards to an interface would open its way to XDP by its own packets. */
Test(ports, selftest_does_not_count_what_others_send)
{
	struct backend *fast = plane.dp->fast;
	uint32_t ifindex = if_nametoindex("r1");
	struct linkinfo before, now;
	pid_t child;

	up_set("f1", false); /* a change of GRO is noticed only while it is up */
	plane_gro_set(1, false);
	up_set("f1", true);
	child = others_send("r1");
	cr_assert_eq(linkinfo_read(ifindex, &before), 0);
	do
		cr_assert_eq(linkinfo_read(ifindex, &now), 0);
	while (now.tx_packets < before.tx_packets + 100);
	for (int i = 0; i < 5; i++)
		cr_expect_eq(fast->ops->probe(fast, ifindex), 0);
	up_set("f1", false);
	plane_gro_set(1, true);
	up_set("f1", true);
	cr_expect_eq(fast->ops->probe(fast, ifindex), 1);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

Test(ports, selftest_leaves_the_tree_to_tc_before_its_first_packet)
{
	struct dplane_link_state link;

	plane_gro_set(2, false);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	dplane_link_state(plane.dp, 2, &link);
	cr_expect_not(link.takes_redirects);
	cr_expect_neq(link.why[0], '\0');
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).tier, DPLANE_TIER_TC);
	plane_send(&plane, 0, 1, 1);
	cr_expect(plane_arrives(&plane, 2, 1, DEADLINE_MS));
}

/* A program of this machine on r1 listens, or no longer. */
static int listener_fd = -1;

static void listen_on(const char *name)
{
	struct ip_mreqn join = { .imr_ifindex = (int)if_nametoindex(name) };

	memcpy(&join.imr_multiaddr, ip_addr_bytes(&route.key.group), 4);
	listener_fd = socket(AF_INET, SOCK_DGRAM, 0);
	cr_assert_eq(setsockopt(listener_fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)),
		     0);
}

static void tier_await(enum dplane_tier tier)
{
	struct pollfd wait = { .fd = dplane_fd(plane.dp), .events = POLLIN };

	for (int i = 0; i < DEADLINE_MS / 10 && plane_state(&plane, &route).tier != tier; i++)
		if (poll(&wait, 1, 10) > 0)
			plane_dispatch(&plane);
	cr_expect_eq(plane_state(&plane, &route).tier, tier, "%s", plane_state(&plane, &route).why);
}

static void listener_is_served(const char *name)
{
	char why[96];

	snprintf(why, sizeof(why), "%s: a program of this machine listens to the group", name);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_assert_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP);
	listen_on(name);
	tier_await(DPLANE_TIER_KERNEL);
	cr_expect_str_eq(plane_state(&plane, &route).why, why);
	plane_send(&plane, 0, 1, 1);
	cr_expect(plane_arrives(&plane, 1, 1, DEADLINE_MS));
	cr_expect(plane_arrives(&plane, 2, 1, DEADLINE_MS));
	close(listener_fd);
	tier_await(DPLANE_TIER_XDP);
}

Test(ports, tree_with_a_listener_on_its_input_is_the_kernels_while_it_listens)
{
	listener_is_served("r0");
}

Test(ports, tree_with_a_listener_on_an_output_is_the_kernels_while_it_listens)
{
	listener_is_served("r1");
}

static void threshold_holds_back(enum dplane_mode mode)
{
	struct dplane_link link = plane_link(&plane, 2, mode);

	plane_attach_all(&plane, mode);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	link.threshold = 8; /* frames have TTL 8, which is not greater */
	plane_attach(&plane, &link);
	plane_send(&plane, 0, 1, 1);
	cr_expect(plane_arrives(&plane, 1, 1, DEADLINE_MS));
	cr_expect_not(plane_arrives(&plane, 2, 1, 200));
	if (mode != DPLANE_MODE_KERNEL)
		cr_expect_eq(plane_counter(&plane, 2, "threshold"), 1);
	link.threshold = 7;
	plane_attach(&plane, &link);
	plane_send(&plane, 0, 1, 2);
	cr_expect(plane_arrives(&plane, 2, 2, DEADLINE_MS));
}

Test(ports, threshold_holds_packets_back_in_xdp)
{
	threshold_holds_back(DPLANE_MODE_AUTO);
}

Test(ports, threshold_holds_packets_back_in_tc)
{
	threshold_holds_back(DPLANE_MODE_TC);
}

Test(ports, threshold_holds_packets_back_in_the_kernel)
{
	threshold_holds_back(DPLANE_MODE_KERNEL);
}

Test(ports, copies_for_an_output_that_is_down_are_counted)
{
	struct dplane_link link = plane_link(&plane, 2, DPLANE_MODE_AUTO);

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	plane_send(&plane, 0, 1, 1);
	cr_expect(plane_arrives(&plane, 1, 1, DEADLINE_MS));
	link.is_up = false;
	plane_attach(&plane, &link);
	plane_send(&plane, 0, 1, 2);
	plane_send(&plane, 0, 1, 3);
	cr_expect(plane_arrives(&plane, 1, 3, DEADLINE_MS));
	cr_expect_eq(plane_counter(&plane, 2, "link-down"), 2);
	cr_expect_eq(plane_counter(&plane, 1, "link-down"), 0);
	link.is_up = true;
	plane_attach(&plane, &link);
	plane_send(&plane, 0, 1, 4);
	cr_expect(plane_arrives(&plane, 2, 4, DEADLINE_MS));
	cr_expect_eq(plane_counter(&plane, 2, "link-down"), 2);
}

Test(ports, kernel_tells_what_an_interface_is)
{
	struct linkinfo info;

	cr_assert_eq(linkinfo_read(if_nametoindex("r1"), &info), 0);
	cr_expect_str_eq(info.name, "r1");
	cr_expect_eq(info.carrier, if_nametoindex("r1"));
	cr_expect_eq(info.vid, 0);
	cr_expect_eq(info.mtu, 1500);
	cr_expect(info.is_up && info.is_ethernet);
	cr_assert_eq(linkinfo_read(1, &info), 0);
	cr_expect_not(info.is_ethernet, "the loopback");
	cr_expect_eq(linkinfo_read(9999, &info), -ENODEV);
}

Test(ports, rate_of_a_tree_is_known_after_two_questions)
{
	struct dplane_route_state state;

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(plane.dp, &route), 0);
	cr_expect_eq(plane_state(&plane, &route).rate_pps, 0.0);
	plane_send(&plane, 0, 1, 1);
	cr_expect(plane_arrives(&plane, 1, 1, DEADLINE_MS));
	for (int i = 0; i < DEADLINE_MS / 10; i++) {
		state = plane_state(&plane, &route);
		if (state.rate_pps > 0)
			break;
		poll(NULL, 0, 10);
	}
	cr_expect(state.rate_pps > 0 && state.rate_pps <= 1.0, "%f", state.rate_pps);
}
