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
