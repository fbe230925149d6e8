/* SPDX-License-Identifier: GPL-2.0-only */
/* Views of hosts and neighbors: sources of groups, routers that speak both families, filters. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "mgmt/schema.h"
#include "unit/common_daemon.h"
#include "wire/gm_record.h"
#include "wire/hpim.h"
#include "wire/inet.h"

static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24");
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 5);
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
}

TestSuite(show, .init = boot, .fini = world_end);

static void expect(const char *cmd, const char *args, const char *fields, const char *rows)
{
	const struct reply *reply = request(cmd, "%s", args);

	cr_expect_eq(reply->exit, CTL_EXIT_OK, "%s %s: %s", cmd, args, reply->message);
	cr_expect_str_eq(reply_rows(reply, fields), rows);
}

/* ---- sources of groups ---- */

/* An IGMPv3 report of one record. RFC 9776, 4.2. */
static void report(uint8_t type, const char *group, uint8_t first, uint16_t count)
{
	uint8_t bytes[512] = { 0x22, [7] = 1, [8] = type, [11] = (uint8_t)count };
	struct ip_addr addr, host, to;
	struct ev_packet packet;
	uint16_t sum;

	cr_assert_eq(ip_addr_parse(group, &addr), 0);
	memcpy(bytes + 12, ip_addr_bytes(&addr), 4);
	for (uint16_t i = 0; i < count; i++)
		memcpy(bytes + 16 + 4 * i, (uint8_t[]){ 10, 9, 0, (uint8_t)(first + i) }, 4);
	sum = inet_checksum(bytes, 16 + 4u * count, 0);
	bytes[2] = (uint8_t)(sum >> 8);
	bytes[3] = (uint8_t)sum;
	cr_assert_eq(ip_addr_parse("10.1.0.9", &host), 0);
	cr_assert_eq(ip_addr_parse("224.0.0.22", &to), 0);
	packet = (struct ev_packet){ .link = world_link("eth1"),
				     .socket = SOCKET_GM,
				     .src = host,
				     .dst = to,
				     .ttl = 1,
				     .has_router_alert = true,
				     .bytes = bytes,
				     .len = 16 + 4u * count };
	fake_packet(&packet);
	world_run(0);
}

Test(show, sources_of_groups)
{
	report(GM_RECORD_IS_IN, "239.1.1.1", 1, 2);
	report(GM_RECORD_IS_IN, "239.1.1.2", 1, 11);
	report(GM_RECORD_IS_EX, "239.1.1.3", 7, 1);
	world_report("eth1", "10.1.0.9", "239.1.1.4");
	cr_assert_eq(request("static join", "{'group':'239.1.1.5','source':'10.9.0.1',"
					    "'interface':'eth1'}")
			     ->exit,
		     CTL_EXIT_OK);
	expect("show groups", "{}", "group state sources excluded",
	       "239.1.1.1 Include 10.9.0.1,10.9.0.2 -\n"
	       "239.1.1.2 Include 10.9.0.1,10.9.0.2,10.9.0.3,10.9.0.4,10.9.0.5,10.9.0.6,10.9.0.7,"
	       "10.9.0.8,+3 -\n"
	       "239.1.1.3 Exclude * 10.9.0.7\n"
	       "239.1.1.4 MembersPresent * -\n"
	       "239.1.1.5 Static 10.9.0.1 -\n");
}

Test(show, each_source_of_groups)
{
	report(GM_RECORD_IS_IN, "239.1.1.1", 1, 2);
	report(GM_RECORD_IS_EX, "239.1.1.3", 7, 1);
	expect("show groups", "{'detail':true}", "interface group source state expires_s",
	       "eth1 239.1.1.1 10.9.0.1 wanted 260\n"
	       "eth1 239.1.1.1 10.9.0.2 wanted 260\n"
	       "eth1 239.1.1.3 * wanted 260\n"
	       "eth1 239.1.1.3 10.9.0.7 excluded -\n");
	cr_expect_str_eq(request("show groups", "{'detail':true}")->schema, "hpim.group-sources/1");
}

/* ---- routers ---- */

/* A router of IPv6 is the one of IPv4 when both send from one link-layer address. */
static void hello6(const char *addr, uint8_t station)
{
	const struct hpim_msg msg = { .boot_time = 1,
				      .type = HPIM_HELLO,
				      .hello = { .has_hold = true, .hold_s = 120 } };
	uint8_t bytes[64];
	struct ev_packet packet = { .link = world_link("eth2"),
				    .socket = SOCKET_103,
				    .station = { .len = 6, .b = { 2, [4] = station } },
				    .ttl = 1,
				    .bytes = bytes,
				    .len = hpim_encode(&msg, NULL, bytes, sizeof(bytes)) };

	cr_assert_eq(ip_addr_parse(addr, &packet.src), 0);
	cr_assert_eq(ip_addr_parse("ff02::d", &packet.dst), 0);
	fake_packet(&packet);
	world_run(0);
}

Test(show, neighbor_of_both_families_counts_once)
{
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	hello6("fe80::2:2", 12);
	expect("show neighbors", "{}", "interface family", "eth2 4\neth2 6\n");
	expect("status", "{}", "neighbors", "1\n");
	hello6("fe80::2:3", 13);
	expect("show neighbors", "{'family':6}", "address", "fe80::2:2\nfe80::2:3\n");
	expect("status", "{}", "neighbors", "2\n");
}

/* ---- filters ---- */

Test(show, interface_that_is_not_attached_is_not_found)
{
	unsigned int asked = 0;

	for (const struct command *command = commands; command->name; command++) {
		if (command->access != ACCESS_READ || !command_arg(command, "interface"))
			continue;
		expect_refused(request(command->name, "{'interface':'eth3'}"), CTL_EXIT_NOT_FOUND,
			       "not-attached", "eth3 is not attached");
		cr_expect(command->exits & EXIT_BIT(CTL_EXIT_NOT_FOUND), "%s", command->name);
		asked++;
	}
	cr_expect_geq(asked, 12);
}

/* ---- routes back to sources ---- */

#define RPF "source state interface upstream prefix preference metric why"

Test(show, route_to_a_source)
{
	expect("show rpf", "{'source':'10.1.0.9'}", RPF,
	       "10.1.0.9 connected eth1 - 10.1.0.0/24 2 0 \n");
	expect("show rpf", "{'source':'10.12.0.9'}", RPF,
	       "10.12.0.9 gateway eth2 10.2.0.2 10.12.0.0/24 4 5 \n");
	expect("show rpf", "{'source':'10.3.0.9'}", RPF,
	       "10.3.0.9 not-attached eth3 - 10.3.0.0/24 2 0 "
	       "eth3 is not attached: 'hpimctl attach eth3'\n");
	expect("show rpf", "{'source':'192.0.2.1'}", RPF,
	       "192.0.2.1 unreachable - -    no route in table 254\n");
	expect_refused(request("show rpf", "{'source':'239.1.1.1'}"), CTL_EXIT_USAGE, "usage",
		       "\"source\" is the address of a source, not '239.1.1.1'");
	expect_refused(request("show rpf", "{'source':'eth1'}"), CTL_EXIT_USAGE, "usage",
		       "\"source\" is the address of a source, not 'eth1'");
}

/* Sources come and go while the walk rests. */
Test(show, routes_to_all_sources)
{
	struct ctl_client *client;

	expect("show rpf", "{}", "source", "");
	world_miss("eth1", "10.1.0.11", "239.1.1.1");
	world_miss("eth1", "10.1.0.11", "239.1.1.2");
	world_miss("eth1", "10.1.0.12", "239.1.1.1");
	world_miss("eth1", "10.1.0.13", "239.1.1.1");
	client = request_begin("show rpf", "{'family':4}");
	cr_assert_not(fake_client_part(client)); /* and rests at the second */
	for (int i = 0; i < 2; i++) {
		const struct mfib_key key = world_key(i ? "10.1.0.13" : "10.1.0.11", "239.1.1.1");

		fake_tier_count(world_tier(), &key, 1, 0);
	}
	world_run(HP_SEC(600));
	while (!fake_client_part(client))
		;
	cr_expect_str_eq(reply_rows(fake_reply(client), "source"), "10.1.0.11\n10.1.0.13\n");
	client = request_begin("show rpf", "{}");
	cr_assert_not(fake_client_part(client));
	fake_client_leaves(client);
	cr_expect_null(world_daemon()->watch_walks);
}

/* ---- numbers ---- */

Test(show, drops_and_summary)
{
	const struct dplane_counter counters[] = {
		{ .link = world_link("eth1"), .reason = "forwarded", .packets = 40, .bytes = 400 },
		{ .link = world_link("eth1"), .reason = "kernel", .packets = 2, .bytes = 20 },
		{ .link = world_link("eth1"), .reason = "ttl", .packets = 3, .bytes = 30 },
		{ .link = world_link("eth2"), .reason = "sent", .packets = 39, .bytes = 390 },
		{ .link = world_link("eth2"), .reason = "wrong-if", .packets = 5, .bytes = 50 },
		{ .link = world_link("eth2"), .reason = "control", .packets = 9, .bytes = 90 },
	};

	memcpy(world_tier()->counters, counters, sizeof(counters));
	world_tier()->counter_count = sizeof(counters) / sizeof(counters[0]);
	fake_malformed_set(world_link("eth1"), 7);
	world_report("eth2", "10.2.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.1");
	world_miss("eth1", "10.1.0.9", "239.1.1.2");
	expect("show drops", "{}", "interface reason packets bytes",
	       "eth1 control-header 7 0\neth1 ttl 3 30\neth2 wrong-if 5 50\n");
	expect("show drops", "{'interface':'eth2'}", "reason meaning",
	       "wrong-if were dropped: the route back to their source leads another way\n");
	expect("show summary", "{}",
	       "interface state tier neighbors groups inputs outputs received sent dropped",
	       "eth1 up xdp 0 0 2 0 42 0 10\n"
	       "eth2 up xdp 0 1 0 1 0 39 5\n");
	cr_expect_eq(request("clear counters", "{}")->exit, CTL_EXIT_OK);
	expect("show drops", "{}", "reason", "");
	expect("show counters", "{}", "reason", "");
	world_tier()->counters[2].packets += 2;
	world_tier()->counters[2].bytes += 20;
	world_tier()->counters[4].packets = 1; /* it began again */
	world_tier()->counters[4].bytes = 10;
	fake_malformed_set(world_link("eth1"), 8);
	expect("show drops", "{}", "interface reason packets bytes",
	       "eth1 control-header 1 0\neth1 ttl 2 20\neth2 wrong-if 1 10\n");
	expect("show summary", "{}", "interface received sent dropped", "eth1 0 0 3\neth2 0 0 1\n");
	expect("show summary", "{'interface':'eth2','family':6}", "interface inputs outputs sent",
	       "eth2 0 0 0\n");
}
