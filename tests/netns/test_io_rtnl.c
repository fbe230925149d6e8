/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links, addresses and routes of a real kernel, in a namespace of each test which vanishes with the
 * test's process. Changes are made with ip(8); what they cause is waited for, with a deadline.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "io/rtnl.h"

#define DEADLINE HP_SEC(10)

static struct loop *loop;
static struct rtnl *rtnl;
static hp_time deadline;
static char told_routes[1 << 16];
static struct rtnl_link told_gone; /* last link told to be gone */

static void on_link(void *ctx, const struct rtnl_link *link)
{
	(void)ctx;
	if (!link->is_present)
		told_gone = *link;
	loop_quit(loop);
}

static void on_route(void *ctx, const struct ip_prefix *prefix)
{
	size_t len = strlen(told_routes);

	(void)ctx;
	(void)snprintf(told_routes + len, sizeof(told_routes) - len, "%s/%u ",
		       ip_addr_text(&prefix->addr).s, prefix->len);
	loop_quit(loop);
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	(void)ctx;
	(void)level;
	cr_assert_fail("unexpected: %s", line);
}

static void give_up(void *ctx)
{
	(void)ctx;
	loop_quit(loop);
}

__attribute__((format(printf, 1, 2))) static void ip(const char *format, ...)
{
	char line[512] = "ip ";
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + 3, sizeof(line) - 3, format, args);
	va_end(args);
	cr_assert_eq(system(line), 0, "%s", line);
}

/* Two pairs of interfaces, a0-b0 and a1-b1, without any link-local address of the kernel's own. */
static void setup(void)
{
	static const struct rtnl_handlers handlers = { NULL, on_link, on_route, on_log };

	if (geteuid() != 0)
		cr_skip("needs root");
	if (unshare(CLONE_NEWNET))
		cr_skip("no network namespace: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		ip("link add a%d type veth peer name b%d", i, i);
		ip("link set a%d addrgenmode none", i);
		ip("link set b%d addrgenmode none up", i);
		ip("link set a%d up", i);
	}
	cr_assert_eq(loop_new(&loop), 0);
	cr_assert_eq(loop_on_timer(loop, give_up, NULL), 0);
	ip("addr add 10.0.0.1/24 dev a0");
	ip("addr add 10.0.1.1/24 dev a1");
	ip("-6 addr add 2001:db8::1/64 dev a0 nodad");
	ip("-6 addr add 2001:db8:1::1/64 dev a1 nodad");
	cr_assert_eq(rtnl_new(loop, 254, &handlers, &rtnl), 0);
}

static void teardown(void)
{
	rtnl_free(rtnl);
	loop_free(loop);
}

TestSuite(io_rtnl, .init = setup, .fini = teardown, .timeout = 60);

static void wait_more(const char *expected, const char *got)
{
	cr_assert_eq(loop_arm(loop, deadline), 0);
	cr_assert_eq(loop_run(loop), 0);
	cr_assert(loop_now() < deadline, "still \"%s\", expected \"%s\"", got, expected);
}

static const char *path_text(const char *source)
{
	static char text[128];
	struct ip_addr addr;
	struct rtnl_path path;
	const struct rtnl_link *link;

	cr_assert_eq(ip_addr_parse(source, &addr), 0);
	rtnl_path(rtnl, &addr, &path);
	link = rtnl_link_by_index(rtnl, path.ifindex);
	if (!path.is_reachable)
		return "unreachable";
	(void)snprintf(text, sizeof(text), "%s%s %s/%u (%u,%u)", link ? link->name : "?",
		       path.is_connected ? " connected" : "", ip_addr_text(&path.next_hop).s,
		       path.prefix_len, path.preference, path.metric);
	return text;
}

static void expect_path(const char *source, const char *expected)
{
	deadline = loop_now() + DEADLINE;
	while (strcmp(path_text(source), expected) != 0)
		wait_more(expected, path_text(source));
}

static const char *link_text(const char *name)
{
	static char text[512];
	const struct rtnl_link *link = rtnl_link_by_name(rtnl, name);
	int len;

	if (!link)
		return "none";
	len = snprintf(text, sizeof(text), "%s %u", link->is_up ? "up" : "down", link->mtu);
	for (unsigned int i = 0; i < link->addr_count; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, " %s/%u",
				ip_addr_text(&link->addrs[i].addr).s, link->addrs[i].len);
	return text;
}

static void expect_link(const char *name, const char *expected)
{
	deadline = loop_now() + DEADLINE;
	while (strcmp(link_text(name), expected) != 0)
		wait_more(expected, link_text(name));
}

static void expect_told(const char *prefix)
{
	deadline = loop_now() + DEADLINE;
	while (!strstr(told_routes, prefix))
		wait_more(prefix, told_routes);
}

Test(io_rtnl, links_found_at_start_are_known_with_addresses_and_mac)
{
	const struct rtnl_link *link = NULL;
	unsigned int count = 0;

	expect_link("a0", "up 1500 10.0.0.1/24 2001:db8::1/64");
	link = rtnl_link_by_name(rtnl, "a0");
	cr_assert_neq(memcmp(link->mac, "\0\0\0\0\0\0", 6), 0);
	cr_assert_eq(rtnl_link_by_index(rtnl, link->ifindex), link);
	for (link = rtnl_link_next(rtnl, NULL); link; link = rtnl_link_next(rtnl, link))
		count++;
	cr_assert(count >= 5, "lo, a0, b0, a1, b1");
}

Test(io_rtnl, connected_subnets_have_the_costs_of_the_kernel)
{
	expect_path("10.0.0.77", "a0 connected -/24 (2,0)");
	expect_path("2001:db8::77", "a0 connected -/64 (2,256)");
}

Test(io_rtnl, routes_by_hand_have_the_costs_of_the_kernel)
{
	ip("route add 192.0.2.0/24 via 10.0.0.2");
	ip("-6 route add 2001:db8:9::/48 via 2001:db8::2");
	ip("route add 198.51.100.0/24 via 10.0.1.2 proto 11 metric 20");
	expect_path("192.0.2.1", "a0 10.0.0.2/24 (3,0)");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/48 (3,1024)");
	expect_path("198.51.100.1", "a1 10.0.1.2/24 (11,20)");
	expect_told("192.0.2.0/24 ");
	expect_told("2001:db8:9::/48 ");
}

Test(io_rtnl, default_routes_catch_the_rest_until_deleted)
{
	ip("route add default via 10.0.0.2");
	ip("-6 route add default via 2001:db8::2");
	expect_path("192.0.2.1", "a0 10.0.0.2/0 (3,0)");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/0 (3,1024)");
	ip("route del default");
	ip("-6 route del default");
	expect_path("192.0.2.1", "unreachable");
	expect_path("2001:db8:9::1", "unreachable");
}

Test(io_rtnl, metric_change_by_add_then_delete_ends_at_the_new_route)
{
	for (int v = 4; v <= 6; v += 2) {
		const char *prefix = v == 4 ? "192.0.2.0/24" : "2001:db8:9::/48";
		const char *old_hop = v == 4 ? "10.0.0.2" : "2001:db8::2";
		const char *new_hop = v == 4 ? "10.0.1.2" : "2001:db8:1::2";

		ip("-%d route add %s via %s proto 11 metric 10", v, prefix, old_hop);
		ip("-%d route add %s via %s proto 11 metric 20", v, prefix, new_hop);
		ip("-%d route del %s via %s metric 10", v, prefix, old_hop);
	}
	expect_path("192.0.2.1", "a1 10.0.1.2/24 (11,20)");
	expect_path("2001:db8:9::1", "a1 2001:db8:1::2/48 (11,20)");
}

Test(io_rtnl, replaced_route_leaves_nothing_behind)
{
	for (int v = 4; v <= 6; v += 2) {
		const char *prefix = v == 4 ? "192.0.2.0/24" : "2001:db8:9::/48";

		ip("-%d route add %s via %s metric 10", v, prefix,
		   v == 4 ? "10.0.0.2" : "2001:db8::2");
		ip("-%d route replace %s dev a1 metric 10", v, prefix);
	}
	expect_path("192.0.2.1", "a1 connected -/24 (3,10)");
	expect_path("2001:db8:9::1", "a1 connected -/48 (3,10)");
	ip("route del 192.0.2.0/24");
	ip("-6 route del 2001:db8:9::/48");
	expect_path("192.0.2.1", "unreachable");
	expect_path("2001:db8:9::1", "unreachable");
}

Test(io_rtnl, unreachable_and_blackhole_routes_end_the_search)
{
	ip("route add default via 10.0.0.2");
	ip("-6 route add default via 2001:db8::2");
	ip("route add unreachable 192.0.2.0/24");
	ip("route add blackhole 192.0.3.0/24");
	ip("-6 route add blackhole 2001:db8:9::/48");
	expect_path("2001:db8:9::1", "unreachable");
	expect_path("192.0.2.1", "unreachable");
	expect_path("192.0.3.1", "unreachable");
	ip("route del unreachable 192.0.2.0/24");
	ip("-6 route del blackhole 2001:db8:9::/48");
	expect_path("192.0.2.1", "a0 10.0.0.2/0 (3,0)");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/0 (3,1024)");
}

Test(io_rtnl, multipath_takes_the_highest_gateway)
{
	ip("route add 192.0.2.0/24 nexthop via 10.0.0.200 nexthop via 10.0.1.20");
	ip("route add 192.0.3.0/24 nexthop via 10.0.1.20 nexthop dev a0");
	ip("-6 route add 2001:db8:9::/48 nexthop via 2001:db8::5 nexthop via 2001:db8:1::2");
	expect_path("192.0.2.1", "a1 10.0.1.20/24 (3,0)");
	expect_path("192.0.3.1", "a0 connected -/24 (3,0)");
	expect_path("2001:db8:9::1", "a1 2001:db8:1::2/48 (3,1024)");
}

Test(io_rtnl, ipv6_multipath_grows_and_shrinks_hop_by_hop)
{
	ip("-6 route add 2001:db8:9::/48 via 2001:db8::5");
	ip("-6 route append 2001:db8:9::/48 via 2001:db8:1::2");
	expect_path("2001:db8:9::1", "a1 2001:db8:1::2/48 (3,1024)");
	ip("-6 route del 2001:db8:9::/48 via 2001:db8:1::2");
	expect_path("2001:db8:9::1", "a0 2001:db8::5/48 (3,1024)");
	ip("-6 route del 2001:db8:9::/48");
	expect_path("2001:db8:9::1", "unreachable");
}

Test(io_rtnl, multipath_passes_over_an_interface_that_is_down)
{
	ip("route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.0.1.2");
	expect_path("192.0.2.1", "a1 10.0.1.2/24 (3,0)");
	ip("link set a1 down");
	expect_path("192.0.2.1", "a0 10.0.0.2/24 (3,0)");
}

/* With the sysctl on, the kernel writes the hops into the message of each route. */
static void set_compat_mode(bool is_on)
{
	FILE *file = fopen("/proc/sys/net/ipv4/nexthop_compat_mode", "w");

	cr_assert(file && fputs(is_on ? "1" : "0", file) >= 0 && fclose(file) == 0);
}

static void nexthop_objects_are_followed(void)
{
	ip("nexthop add id 7 via 10.0.0.2 dev a0");
	ip("route add 192.0.2.0/24 nhid 7");
	ip("-6 nexthop add id 8 via 2001:db8::2 dev a0");
	ip("-6 route add 2001:db8:9::/48 nhid 8");
	expect_path("192.0.2.1", "a0 10.0.0.2/24 (3,0)");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/48 (3,1024)");
	ip("nexthop replace id 7 via 10.0.1.2 dev a1");
	expect_path("192.0.2.1", "a1 10.0.1.2/24 (3,0)");
	ip("-6 nexthop replace id 8 via 2001:db8:1::2 dev a1");
	expect_path("2001:db8:9::1", "a1 2001:db8:1::2/48 (3,1024)");
	ip("nexthop del id 7");
	ip("nexthop del id 8");
	expect_path("192.0.2.1", "unreachable");
	expect_path("2001:db8:9::1", "unreachable");
}

Test(io_rtnl, nexthop_objects_count_as_their_hops)
{
	set_compat_mode(true);
	nexthop_objects_are_followed();
}

Test(io_rtnl, nexthop_objects_that_routes_only_name_count_as_their_hops)
{
	set_compat_mode(false);
	nexthop_objects_are_followed();
}

/* 4.1: the next hop without gateway, else the one of the highest gateway. */
Test(io_rtnl, groups_of_nexthop_objects_follow_the_rule_of_multipath)
{
	set_compat_mode(false);
	ip("nexthop add id 1 via 10.0.0.9 dev a0");
	ip("nexthop add id 2 via 10.0.1.2 dev a1");
	ip("nexthop add id 3 dev a0");
	ip("nexthop add id 10 group 1/2");
	ip("route add 192.0.2.0/24 nhid 10");
	expect_path("192.0.2.1", "a1 10.0.1.2/24 (3,0)");
	ip("nexthop replace id 1 via 10.0.1.3 dev a1"); /* a member */
	expect_path("192.0.2.1", "a1 10.0.1.3/24 (3,0)");
	ip("nexthop replace id 1 via 10.0.0.9 dev a0");
	ip("link set a1 down"); /* takes its nexthop objects along, without a message */
	expect_path("192.0.2.1", "a0 10.0.0.9/24 (3,0)");
	ip("nexthop replace id 10 group 3"); /* without gateway */
	expect_path("192.0.2.1", "a0 connected -/24 (3,0)");
	ip("-6 nexthop add id 4 via 2001:db8::9 dev a0");
	ip("-6 nexthop add id 5 via 2001:db8::2 dev a0");
	ip("nexthop add id 11 group 5/4");
	ip("-6 route add 2001:db8:9::/48 nhid 11");
	expect_path("2001:db8:9::1", "a0 2001:db8::9/48 (3,1024)");
	ip("nexthop del id 4");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/48 (3,1024)");
}

Test(io_rtnl, nexthop_objects_and_routes_by_hand_stay_apart)
{
	set_compat_mode(false);
	ip("-6 nexthop add id 8 via 2001:db8::2 dev a0");
	ip("-6 route add 2001:db8:9::/48 nhid 8");
	ip("-6 route append 2001:db8:9::/48 via 2001:db8:1::2");
	expect_path("2001:db8:9::1", "a0 2001:db8::2/48 (3,1024)");
	ip("-6 route del 2001:db8:9::/48 nhid 8");
	expect_path("2001:db8:9::1", "a1 2001:db8:1::2/48 (3,1024)");
}

Test(io_rtnl, blackhole_nexthop_and_one_read_at_start)
{
	static const struct rtnl_handlers handlers = { NULL, on_link, on_route, on_log };

	set_compat_mode(false);
	ip("link set lo up"); /* a blackhole is a hop of the loopback */
	ip("nexthop add id 9 blackhole");
	ip("route add default via 10.0.0.2");
	ip("route add 192.0.2.0/24 nhid 9");
	ip("nexthop add id 7 via 10.0.1.2 dev a1");
	ip("route add 192.0.3.0/24 nhid 7");
	expect_path("192.0.3.1", "a1 10.0.1.2/24 (3,0)");
	expect_path("192.0.2.1", "unreachable");
	rtnl_free(rtnl);
	cr_assert_eq(rtnl_new(loop, 254, &handlers, &rtnl), 0);
	expect_path("192.0.3.1", "a1 10.0.1.2/24 (3,0)");
	expect_path("192.0.2.1", "unreachable");
}

Test(io_rtnl, ipv4_route_via_an_ipv6_gateway_has_a_gateway)
{
	ip("route add 192.0.2.0/24 via inet6 2001:db8::2 dev a0");
	expect_path("192.0.2.1", "a0 2001:db8::2/24 (3,0)");
}

Test(io_rtnl, routes_of_other_tables_and_types_do_not_count)
{
	ip("route add 192.0.2.0/24 via 10.0.0.2 table 100");
	ip("route add local 192.0.3.0/24 dev lo table main");
	ip("route add 192.0.4.0/24 via 10.0.0.2 tos 0x10");
	ip("route add 192.0.5.0/24 via 10.0.0.2");
	expect_path("192.0.5.1", "a0 10.0.0.2/24 (3,0)");
	expect_path("192.0.2.1", "unreachable");
	expect_path("192.0.3.1", "unreachable");
	expect_path("192.0.4.1", "unreachable");
}

Test(io_rtnl, link_going_down_takes_its_silent_routes_along)
{
	ip("route add 192.0.2.0/24 via 10.0.0.2");
	expect_path("192.0.2.1", "a0 10.0.0.2/24 (3,0)");
	told_routes[0] = 0;
	ip("link set a0 down");
	expect_link("a0", "down 1500 10.0.0.1/24");
	expect_path("192.0.2.1", "unreachable");
	expect_path("10.0.0.5", "unreachable");
	expect_told("192.0.2.0/24 ");
	ip("link set a0 up");
	expect_link("a0", "up 1500 10.0.0.1/24");
	expect_path("10.0.0.5", "a0 connected -/24 (2,0)");
}

Test(io_rtnl, carrier_lost_at_the_other_end_is_down)
{
	ip("link set b0 down");
	expect_link("a0", "down 1500 10.0.0.1/24 2001:db8::1/64");
	ip("link set b0 up");
	expect_link("a0", "up 1500 10.0.0.1/24 2001:db8::1/64");
}

Test(io_rtnl, renamed_link_is_found_by_its_new_name_only)
{
	ip("link set a0 name z0");
	expect_link("z0", "up 1500 10.0.0.1/24 2001:db8::1/64");
	expect_link("a0", "none");
}

Test(io_rtnl, mtu_change_is_told)
{
	ip("link set a0 mtu 1400");
	expect_link("a0", "up 1400 10.0.0.1/24 2001:db8::1/64");
}

Test(io_rtnl, deleted_link_is_told_gone_with_its_name)
{
	ip("link del a0");
	expect_link("a0", "none");
	expect_path("10.0.0.5", "unreachable");
	cr_assert(!rtnl_link_by_name(rtnl, "b0") || strcmp(told_gone.name, "a0") == 0);
	expect_link("b0", "none");
}

Test(io_rtnl, port_leaving_a_bridge_is_not_gone)
{
	ip("link add br0 type bridge");
	ip("link set b0 master br0");
	ip("link set b0 nomaster");
	ip("link set b0 mtu 1300");
	expect_link("b0", "up 1300");
	cr_assert_eq(told_gone.ifindex, 0);
}

Test(io_rtnl, addresses_follow_with_secondary_ones_behind)
{
	ip("addr add 10.0.0.9/24 dev a0");
	ip("addr add 10.5.0.1/16 dev a0");
	expect_link("a0", "up 1500 10.0.0.1/24 10.5.0.1/16 10.0.0.9/24 2001:db8::1/64");
	ip("addr del 10.5.0.1/16 dev a0");
	expect_link("a0", "up 1500 10.0.0.1/24 10.0.0.9/24 2001:db8::1/64");
	ip("addr flush dev a0");
	expect_link("a0", "up 1500");
}

Test(io_rtnl, tentative_address_is_told_once_it_is_ready)
{
	ip("-6 addr add fe80::7/64 dev a0");
	cr_assert_null(strstr(link_text("a0"), "fe80::7"));
	expect_link("a0", "up 1500 10.0.0.1/24 fe80::7/64 2001:db8::1/64");
}

Test(io_rtnl, duplicate_address_stays_out)
{
	ip("-6 addr add fe80::7/64 dev b0 nodad");
	ip("-6 addr add fe80::7/64 dev a0");
	ip("-6 addr add fe80::8/64 dev a0");
	expect_link("a0", "up 1500 10.0.0.1/24 fe80::8/64 2001:db8::1/64");
}

Test(io_rtnl, many_addresses_leave_room_for_the_link_local_one)
{
	for (int i = 1; i <= 30; i++)
		ip("addr add 10.8.%d.1/24 dev a1", i);
	ip("-6 addr add fe80::7/64 dev a1 nodad");
	deadline = loop_now() + DEADLINE;
	while (!strstr(link_text("a1"), "fe80::7"))
		wait_more("fe80::7", link_text("a1"));
	cr_assert_eq(strncmp(link_text("a1"), "up 1500 10.0.1.1/24 ", 20), 0);
}

/* The socket holds some thousand messages; forty thousand routes while nobody reads are too many.
 */
Test(io_rtnl, lost_notifications_are_made_good_by_reading_again)
{
	FILE *batch = popen("ip -batch -", "w");

	for (unsigned int i = 0; i < 40000; i++)
		(void)fprintf(batch, "route add 20.%u.%u.0/24 via 10.0.0.2\n", i / 256, i % 256);
	(void)fprintf(batch, "addr add 10.7.0.1/24 dev a1\n");
	cr_assert_eq(pclose(batch), 0);
	expect_link("a1", "up 1500 10.0.1.1/24 10.7.0.1/24 2001:db8:1::1/64");
	for (unsigned int i = 0; i < 40000; i += 99) {
		char source[32];

		(void)snprintf(source, sizeof(source), "20.%u.%u.1", i / 256, i % 256);
		expect_path(source, "a0 10.0.0.2/24 (3,0)");
	}
}
