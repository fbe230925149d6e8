/* SPDX-License-Identifier: GPL-2.0-only */
/* "doctor": what can be made without a kernel; tests/netns/manage/doctor.sh has the rest. */
#include <criterion/criterion.h>
#include <string.h>

#include "dplane/tier.h"
#include "io/file.h"
#include "unit/common_daemon.h"
#include "unit/fake/machine.h"

/*
 *	10.1.0.0/24 -- eth1 [daemon] eth2 -- 10.2.0.2 -- 10.12.0.0/24
 */
static void boot(void)
{
	fake_link(1, "eth1", true, "10.1.0.1/24 fe80::1/64");
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
}

TestSuite(doctor, .init = boot, .fini = world_end);

/* Of one check: severity, interface, what and remedy of each finding. */
static const char *findings(const char *check)
{
	static char text[4096];
	const char *rows =
		reply_rows(request("doctor", "{}"), "check severity interface what remedy");
	size_t len = strlen(check), used = 0;

	for (const char *line = rows; *line; line = strchr(line, '\n') + 1)
		if (!strncmp(line, check, len) && line[len] == ' ') {
			size_t size = (size_t)(strchr(line, '\n') + 1 - line) - len - 1;

			memcpy(text + used, line + len + 1, size);
			used += size;
		}
	text[used] = '\0';
	return text;
}

Test(doctor, configuration_is_not_saved)
{
	cr_expect_str_eq(findings("unsaved"),
			 "note - the running configuration is not saved 'hpimctl config save'; "
			 "'hpimctl config diff' lists the differences\n");
	cr_expect_str_eq(reply_rows(request("doctor", "{'interface':'eth1'}"), "check"),
			 "kernel-cache\nno-keys\nno-keys\n");
}

Test(doctor, interface_is_not_served_by_xdp)
{
	const uint16_t link = world_link("eth1");
	struct tier_port *able = &world_tier()->abilities[link];

	cr_expect_str_eq(findings("tier"), "");
	cr_assert_eq(request("detach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	world_tier()->is_able[link] = able->has_tc = true;
	strcpy(able->why_no_hook, "the MTU is too large");
	cr_assert_eq(request("attach", "{'interface':'eth1'}")->exit, CTL_EXIT_OK);
	cr_expect_str_eq(findings("tier"),
			 "note eth1 eth1 is served by tc: the MTU is too large change what is "
			 "named, then 'hpimctl detach eth1' and attach it again; else leave it\n");
}

Test(doctor, limit_is_nearly_reached)
{
	world_neighbor("eth2", "10.2.0.2", 12, 10);
	world_run(HP_SEC(20));
	cr_expect_str_eq(findings("limit"), "");
	cr_assert_eq(request("set", "{'setting':'neighbors','value':'1','interface':'eth2'}")->exit,
		     CTL_EXIT_OK);
	cr_expect_str_eq(findings("limit"), "warning eth2 1 of 1 neighbors are in use 'hpimctl set "
					    "neighbors 2 eth2'\n");
	cr_assert_eq(request("set", "{'setting':'neighbors','value':'2','interface':'eth2'}")->exit,
		     CTL_EXIT_OK);
	cr_expect_str_eq(findings("limit"), "");
}

Test(doctor, interface_brings_as_many_trees_as_it_may)
{
	cr_assert_eq(request("set", "{'setting':'interface-trees','value':'1','interface':'eth2'}")
			     ->exit,
		     CTL_EXIT_OK);
	cr_expect_str_eq(findings("limit"), "");
	world_miss("eth2", "10.2.0.9", "239.1.1.1");
	cr_expect_str_eq(findings("limit"),
			 "warning eth2 1 of 1 trees that it brings are in use 'hpimctl set "
			 "interface-trees 2 eth2'\n");
}

Test(doctor, route_without_a_metric)
{
	world_neighbor("eth2", "10.2.0.2", 12, 0);
	fake_route("10.12.0.0/24", "10.2.0.2", 2, 0);
	world_run(HP_SEC(20));
	world_miss("eth2", "10.12.0.9", "239.1.1.1");
	cr_expect_str_eq(
		findings("metric"),
		"note eth2 (10.12.0.9, 239.1.1.1): the route to 10.12.0.0/24 has no metric "
		"(preference 4) 'hpimctl rpf-metric 10.12.0.0/24 20', with a number that "
		"grows along the path\n");
	cr_assert_eq(request("rpf-metric", "{'source':'10.12.0.0/24','metric':20}")->exit,
		     CTL_EXIT_OK);
	cr_expect_str_eq(findings("metric"), "");
}

/* The file of the BootTime is of a clock that was right; this one is not. */
Test(doctor, clock_is_behind_the_boot_time)
{
	static const char later[] = "4000000000\n";

	cr_expect_str_eq(findings("clock"), "");
	world_kill();
	cr_assert_eq(file_replace("/run/hpimd/test.boot", later, strlen(later)), 0);
	world_boot();
	cr_expect(strstr(findings("clock"),
			 "s behind the BootTime in use 'timedatectl set-ntp true'"),
		  "%s", findings("clock"));
}

Test(doctor, kernel_lacks_something)
{
	struct fake_machine *machine = fake_machine();

	cr_expect_str_eq(findings("kernel"), "");
	machine->lacks_attach_type = 46;
	cr_expect_str_eq(findings("kernel"),
			 "note - the kernel has no tcx Linux 6.6 or later; else leave it\n");
	machine->lacks_qdisc = "clsact";
	cr_expect_eq(strncmp(findings("kernel"),
			     "warning - the kernel has neither tcx nor the qdisc clsact a kernel "
			     "with CONFIG_NET_SCH_INGRESS ",
			     90),
		     0, "%s", findings("kernel"));
	cr_expect_null(strstr(findings("kernel"), "has no tcx"));
	machine->lacks_attach_type = 0;
	cr_expect_str_eq(findings("kernel"), "", "with tcx there is no need for clsact");
	machine->lacks_genl = "netdev";
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		machine->lacks_mroute[family] = true;
		cr_expect(strstr(findings("kernel"), "does not route multicast of both families"));
		machine->lacks_mroute[family] = false;
	}
	cr_expect_null(strstr(findings("kernel"), "does not route multicast"));
	machine->lacks_ipv6 = machine->lacks_tables = true;
	cr_expect(strstr(findings("kernel"), "does not report what XDP of a driver can do"));
	cr_expect(strstr(findings("kernel"), "the kernel has no IPv6"));
	cr_expect(strstr(findings("kernel"), "the kernel has one multicast table"));
}

Test(doctor, bridge_snoops)
{
	struct fake_machine *machine = fake_machine();
	struct bridge_view *bridge = &machine->bridge;

	machine->bridge_at = 1;
	*bridge = (struct bridge_view){ .name = "br0", .port = "v1" };
	cr_expect_str_eq(findings("bridge"), "");
	bridge->snoops = true;
	cr_expect_str_eq(findings("bridge"),
			 "note eth1 the bridge br0 snoops IGMP, and hears no querier 'hpimctl "
			 "attach eth1 no-passive', or find out where the querier is\n"
			 "note eth1 the bridge br0 snoops MLD, and hears no querier 'hpimctl "
			 "attach eth1 no-passive', or find out where the querier is\n");
	bridge->has_querier[IP_FAMILY_4] = bridge->has_querier[IP_FAMILY_6] = true;
	bridge->is_router[IP_FAMILY_6] = true;
	cr_expect_str_eq(findings("bridge"),
			 "warning eth1 the bridge br0 snoops IGMP, and has not found a router at "
			 "v1, its port to eth1 'hpimctl attach eth1 hpim', which advertises the "
			 "router\n");
	bridge->is_router[IP_FAMILY_4] = true;
	cr_expect_str_eq(findings("bridge"), "");
	bridge->is_never_router = true;
	cr_expect(strstr(findings("bridge"),
			 "warning eth1 the bridge br0 snoops MLD, and v1, its port to eth1, is "
			 "never a router port 'bridge link set dev v1 mcast_router 1'\n"));
	bridge->port[0] = '\0';
	cr_expect(
		strstr(findings("bridge"),
		       "warning eth1 the bridge br0 snoops IGMP, and never takes this machine for "
		       "a router 'ip link set br0 type bridge mcast_router 1'\n"));
}

Test(doctor, other_end_of_a_veth)
{
	struct fake_machine *machine = fake_machine();

	machine->veth_at = 1;
	machine->peer = (struct veth_peer){ .name = "v1", .is_here = true };
	cr_expect_str_eq(findings("veth-peer"), "");
	machine->peer.has_tx_checksum = true;
	cr_expect_str_eq(findings("veth-peer"),
			 "note eth1 v1, the other end of eth1, leaves "
			 "checksums to the hardware 'ethtool -K v1 tx off'\n");
	machine->peer.is_here = false;
	cr_expect_str_eq(
		findings("veth-peer"),
		"note eth1 offloads of v1, the other end of eth1 in a namespace without a "
		"name, cannot be read from here 'ethtool -K v1 tx off' in its namespace\n");
	strcpy(machine->peer.netns, "blue");
	cr_expect_str_eq(findings("veth-peer"),
			 "note eth1 offloads of v1, the other end of eth1 in the namespace blue, "
			 "cannot be read from here 'ip netns exec blue ethtool -K v1 tx off'\n");
}
