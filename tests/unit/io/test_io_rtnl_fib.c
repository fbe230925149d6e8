/* SPDX-License-Identifier: GPL-2.0-only */
/* The copy of the routing table: order, replacement and lookup, without a kernel. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "io/rtnl_fib.h"

static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix;
	char addr[ADDR_TEXT_LEN];
	const char *slash = strchr(text, '/');

	(void)snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	cr_assert_eq(ip_addr_parse(addr, &prefix.addr), 0);
	prefix.len = (uint8_t)atoi(slash + 1);
	return prefix;
}

/* A route from "gateway@ifindex gateway@ifindex ..."; "-" is no gateway, "" an unreachable route.
 */
static struct fib_route *route_of(uint8_t protocol, uint32_t priority, const char *hops)
{
	struct fib_hop parsed[8];
	uint16_t count = 0;
	char text[256], *save = NULL;
	struct fib_route *route;

	(void)snprintf(text, sizeof(text), "%s", hops);
	for (char *hop = strtok_r(text, " ", &save); hop; hop = strtok_r(NULL, " ", &save)) {
		char *at = strchr(hop, '@');

		*at = 0;
		parsed[count] = (struct fib_hop){ .ifindex = (uint32_t)atoi(at + 1) };
		if (strcmp(hop, "-") != 0)
			cr_assert_eq(ip_addr_parse(hop, &parsed[count].gateway), 0);
		count++;
	}
	route = fib_route_new(count);
	memcpy(route->hops, parsed, count * sizeof(parsed[0]));
	route->protocol = protocol;
	route->priority = priority;
	route->is_unreachable = count == 0;
	return route;
}

static void add(struct fib *fib, const char *prefix, struct fib_route *route, enum fib_add how)
{
	struct ip_prefix p = prefix_of(prefix);

	cr_assert_eq(fib_add(fib, &p, route, how), 0);
}

static bool del(struct fib *fib, const char *prefix, struct fib_route *route)
{
	struct ip_prefix p = prefix_of(prefix);
	bool was_there = fib_del(fib, &p, route);

	free(route);
	return was_there;
}

/* Interface 13 has lost its carrier. */
static bool is_usable(const void *ctx, uint32_t ifindex)
{
	(void)ctx; /* nothing but the number counts */
	return ifindex != 13;
}

/* The path as text: "gateway@ifindex/length (preference,metric)". */
static void expect(const struct fib *fib, const char *source, const char *expected)
{
	struct ip_addr addr;
	struct rtnl_path path;
	char text[128];

	cr_assert_eq(ip_addr_parse(source, &addr), 0);
	fib_path(fib, &addr, is_usable, NULL, &path);
	if (path.is_reachable) {
		(void)snprintf(text, sizeof(text), "%s@%u/%u (%u,%u)",
			       ip_addr_text(&path.next_hop).s, path.ifindex, path.prefix_len,
			       path.preference, path.metric);
		cr_assert_eq(path.is_connected, !ip_addr_is_set(&path.next_hop));
	} else {
		cr_assert_eq(path.preference, UINT32_MAX);
		cr_assert_eq(path.metric, UINT32_MAX);
		cr_assert_eq(path.ifindex, 0);
		(void)snprintf(text, sizeof(text), "unreachable");
	}
	cr_assert_str_eq(text, expected, "%s: %s", source, text);
}

Test(io_rtnl_fib, longest_prefix_wins_in_both_families)
{
	struct fib *fib = fib_new();

	add(fib, "0.0.0.0/0", route_of(3, 0, "10.0.0.9@1"), FIB_ADD_LAST);
	add(fib, "10.0.0.0/8", route_of(4, 1, "10.0.0.8@2"), FIB_ADD_LAST);
	add(fib, "10.1.0.0/16", route_of(2, 2, "-@3"), FIB_ADD_LAST);
	add(fib, "10.1.1.1/32", route_of(4, 3, "10.0.0.7@4"), FIB_ADD_LAST);
	add(fib, "::/0", route_of(9, 1024, "fe80::9@5"), FIB_ADD_LAST);
	add(fib, "2001:db8::/32", route_of(2, 256, "-@6"), FIB_ADD_LAST);
	expect(fib, "192.0.2.1", "10.0.0.9@1/0 (3,0)");
	expect(fib, "10.200.0.1", "10.0.0.8@2/8 (4,1)");
	expect(fib, "10.1.2.3", "-@3/16 (2,2)");
	expect(fib, "10.1.1.1", "10.0.0.7@4/32 (4,3)");
	expect(fib, "2001:db9::1", "fe80::9@5/0 (9,1024)");
	expect(fib, "2001:db8:1::1", "-@6/32 (2,256)");
	fib_free(fib);
}

Test(io_rtnl_fib, no_route_is_unreachable_with_all_ones)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 1, "-@2"), FIB_ADD_LAST);
	expect(fib, "11.0.0.1", "unreachable");
	expect(fib, "2001:db8::1", "unreachable");
	fib_free(fib);
}

Test(io_rtnl_fib, unreachable_route_hides_the_shorter_one)
{
	struct fib *fib = fib_new();

	add(fib, "0.0.0.0/0", route_of(3, 0, "10.0.0.9@1"), FIB_ADD_LAST);
	add(fib, "10.0.0.0/8", route_of(3, 0, ""), FIB_ADD_FIRST);
	expect(fib, "10.0.0.1", "unreachable");
	cr_assert(del(fib, "10.0.0.0/8", route_of(3, 0, "")));
	expect(fib, "10.0.0.1", "10.0.0.9@1/0 (3,0)");
	fib_free(fib);
}

Test(io_rtnl_fib, lowest_priority_counts_and_the_next_takes_over)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 30, "10.9.0.3@3"), FIB_ADD_FIRST);
	add(fib, "10.0.0.0/8", route_of(4, 10, "10.9.0.1@1"), FIB_ADD_FIRST);
	add(fib, "10.0.0.0/8", route_of(4, 20, "10.9.0.2@2"), FIB_ADD_FIRST);
	expect(fib, "10.0.0.1", "10.9.0.1@1/8 (4,10)");
	cr_assert(del(fib, "10.0.0.0/8", route_of(4, 10, "10.9.0.1@1")));
	expect(fib, "10.0.0.1", "10.9.0.2@2/8 (4,20)");
	cr_assert(!del(fib, "10.0.0.0/8", route_of(4, 10, "10.9.0.1@1")));
	fib_free(fib);
}

Test(io_rtnl_fib, kernel_order_decides_among_equal_priorities)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.1@1"), FIB_ADD_FIRST);
	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2"), FIB_ADD_LAST);
	expect(fib, "10.0.0.1", "10.9.0.1@1/8 (4,5)");
	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.3@3"), FIB_ADD_FIRST);
	expect(fib, "10.0.0.1", "10.9.0.3@3/8 (4,5)");
	add(fib, "10.0.0.0/8", route_of(11, 5, "10.9.0.4@4"), FIB_ADD_REPLACE);
	expect(fib, "10.0.0.1", "10.9.0.4@4/8 (11,5)");
	cr_assert(del(fib, "10.0.0.0/8", route_of(11, 5, "10.9.0.4@4")));
	expect(fib, "10.0.0.1", "10.9.0.1@1/8 (4,5)");
	fib_free(fib);
}

Test(io_rtnl_fib, multipath_prefers_no_gateway_then_the_highest)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 0, "10.9.0.1@1 10.9.0.200@2 10.9.0.30@3"), FIB_ADD_LAST);
	add(fib, "11.0.0.0/8", route_of(4, 0, "10.9.0.1@1 -@2 10.9.0.30@3"), FIB_ADD_LAST);
	add(fib, "2001:db8::/32", route_of(4, 1024, "fe80::2@1 fe80::a@2 fe80::3@3"), FIB_ADD_LAST);
	expect(fib, "10.0.0.1", "10.9.0.200@2/8 (4,0)");
	expect(fib, "11.0.0.1", "-@2/8 (4,0)");
	expect(fib, "2001:db8::1", "fe80::a@2/32 (4,1024)");
	fib_free(fib);
}

Test(io_rtnl_fib, dead_next_hops_are_passed_over)
{
	struct fib *fib = fib_new();
	struct fib_route *route = route_of(4, 0, "10.9.0.1@1 10.9.0.200@2"), *dead;

	route->hops[1].is_dead = true;
	add(fib, "10.0.0.0/8", route, FIB_ADD_LAST);
	expect(fib, "10.0.0.1", "10.9.0.1@1/8 (4,0)");
	dead = route_of(4, 0, "-@1");
	dead->hops[0].is_dead = true;
	add(fib, "10.1.0.0/16", dead, FIB_ADD_LAST);
	expect(fib, "10.1.0.1", "10.9.0.1@1/8 (4,0)");
	fib_free(fib);
}

Test(io_rtnl_fib, routes_through_an_interface_without_carrier_are_passed_over)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(11, 20, "192.0.2.1@13"), FIB_ADD_LAST);
	add(fib, "10.0.0.0/8", route_of(11, 40, "192.0.2.2@2"), FIB_ADD_LAST);
	expect(fib, "10.1.1.1", "192.0.2.2@2/8 (11,40)");
	fib_free(fib);
}

Test(io_rtnl_fib, repeated_message_changes_nothing)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.1@1"), FIB_ADD_FIRST);
	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2"), FIB_ADD_LAST);
	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2"), FIB_ADD_FIRST);
	expect(fib, "10.0.0.1", "10.9.0.1@1/8 (4,5)");
	cr_assert(del(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2")));
	cr_assert(!del(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2")));
	fib_free(fib);
}

Test(io_rtnl_fib, ipv6_gateway_route_that_grows_and_shrinks_stays_one)
{
	struct fib *fib = fib_new();

	add(fib, "2001:db8::/32", route_of(4, 1024, "fe80::2@1"), FIB_ADD_LAST);
	add(fib, "2001:db8::/32", route_of(4, 1024, "fe80::2@1 fe80::9@2"), FIB_ADD_LAST);
	expect(fib, "2001:db8::1", "fe80::9@2/32 (4,1024)");
	cr_assert(del(fib, "2001:db8::/32", route_of(4, 1024, "fe80::9@2")));
	expect(fib, "2001:db8::1", "fe80::2@1/32 (4,1024)");
	cr_assert(del(fib, "2001:db8::/32", route_of(4, 1024, "fe80::2@1")));
	expect(fib, "2001:db8::1", "unreachable");
	fib_free(fib);
}

Test(io_rtnl_fib, ipv6_replacement_leaves_no_old_route)
{
	struct fib *fib = fib_new();

	add(fib, "2001:db8::/32", route_of(4, 20, "fe80::2@1"), FIB_ADD_LAST);
	add(fib, "2001:db8::/32", route_of(4, 20, "-@2"), FIB_ADD_REPLACE);
	expect(fib, "2001:db8::1", "-@2/32 (4,20)");
	cr_assert(del(fib, "2001:db8::/32", route_of(4, 20, "-@2")));
	expect(fib, "2001:db8::1", "unreachable");
	fib_free(fib);
}

Test(io_rtnl_fib, ipv6_routes_without_gateway_or_from_advertisements_stay_apart)
{
	struct fib *fib = fib_new();

	add(fib, "fe80::/64", route_of(2, 256, "-@1"), FIB_ADD_LAST);
	add(fib, "fe80::/64", route_of(2, 256, "-@2"), FIB_ADD_LAST);
	add(fib, "::/0", route_of(9, 1024, "fe80::1@1"), FIB_ADD_LAST);
	add(fib, "::/0", route_of(9, 1024, "fe80::2@1"), FIB_ADD_LAST);
	expect(fib, "fe80::5", "-@1/64 (2,256)");
	expect(fib, "2001:db8::1", "fe80::1@1/0 (9,1024)");
	cr_assert(del(fib, "fe80::/64", route_of(2, 256, "-@1")));
	cr_assert(del(fib, "::/0", route_of(9, 1024, "fe80::1@1")));
	expect(fib, "fe80::5", "-@2/64 (2,256)");
	expect(fib, "2001:db8::1", "fe80::2@1/0 (9,1024)");
	fib_free(fib);
}

Test(io_rtnl_fib, ipv4_route_is_not_deleted_by_a_part_of_it)
{
	struct fib *fib = fib_new();

	add(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.1@1 10.9.0.2@2"), FIB_ADD_FIRST);
	cr_assert(!del(fib, "10.0.0.0/8", route_of(4, 5, "10.9.0.2@2")));
	expect(fib, "10.0.0.1", "10.9.0.2@2/8 (4,5)");
	fib_free(fib);
}

static void collect(void *ctx, const struct ip_prefix *prefix)
{
	char *all = ctx;

	(void)sprintf(all + strlen(all), "%s/%u ", ip_addr_text(&prefix->addr).s, prefix->len);
}

Test(io_rtnl_fib, difference_names_each_changed_prefix_once)
{
	struct fib *a = fib_new(), *b = fib_new();
	struct fib_route *dead = route_of(4, 0, "-@1");
	char told[256] = "";

	dead->hops[0].is_dead = true;
	add(a, "10.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(b, "10.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(a, "11.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(b, "11.0.0.0/8", route_of(4, 9, "-@1"), FIB_ADD_LAST);
	add(a, "12.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(b, "13.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(a, "14.0.0.0/8", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	add(b, "14.0.0.0/8", dead, FIB_ADD_LAST);
	add(a, "2001:db8::/32", route_of(4, 0, "-@1"), FIB_ADD_LAST);
	fib_diff(a, b, collect, told);
	cr_assert_str_eq(told, "11.0.0.0/8 12.0.0.0/8 14.0.0.0/8 13.0.0.0/8 2001:db8::/32 ");
	fib_free(a);
	fib_free(b);
}

/* Random additions and deletions against the plainest search there is. */
Test(io_rtnl_fib, lookup_agrees_with_a_search_through_all_prefixes)
{
	struct fib *fib = fib_new();
	bool is_in[256][33] = { { false } };

	srandom(4);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int len = 25 + (unsigned int)random() % 8,
			     bits = (unsigned int)random() % 256;
		char text[32], expected[32] = "unreachable";

		bits &= ~0u << (32 - len) & 0xff;
		(void)snprintf(text, sizeof(text), "10.0.0.%u/%u", bits, len);
		if (is_in[bits][len])
			cr_assert(del(fib, text, route_of(4, 0, "-@1")));
		else
			add(fib, text, route_of(4, 0, "-@1"), FIB_ADD_LAST);
		is_in[bits][len] = !is_in[bits][len];

		bits = (unsigned int)random() % 256;
		for (len = 25; len <= 32; len++) {
			if (is_in[bits & ~0u << (32 - len)][len])
				(void)snprintf(expected, sizeof(expected), "-@1/%u (4,0)", len);
		}
		(void)snprintf(text, sizeof(text), "10.0.0.%u", bits);
		expect(fib, text, expected);
	}
	fib_free(fib);
}
