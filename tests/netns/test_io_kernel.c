// SPDX-License-Identifier: GPL-2.0-only
/*
 * Abilities of a real kernel: what it has is found, what no kernel has is not, and nothing is
 * changed. In a namespace of each test.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/bridge.h"
#include "io/kernel.h"
#include "io/veth.h"

static void begin(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) < 0)
		cr_skip_test("needs a network namespace");
}

TestSuite(io_kernel, .init = begin);

static void sh(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command); // NOLINT(cert-env33-c): a test's own text
}

static uint32_t index_of(const char *name)
{
	char path[96];
	unsigned int index = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "ip -o link show %s | cut -d: -f1", name);
	file = popen(path, "r"); // NOLINT(cert-env33-c): a test's own text
	cr_assert(file && fscanf(file, "%u", &index) == 1);
	(void)pclose(file);
	return index;
}

Test(io_kernel, what_there_is_and_what_there_is_not)
{
	cr_expect(kernel_has_attach_type(BPF_CGROUP_INET_INGRESS));
	cr_expect_not(kernel_has_attach_type(9999));
	cr_expect(kernel_has_genl("nlctrl"));
	cr_expect_not(kernel_has_genl("nonesuch"));
	cr_expect_not(kernel_has_qdisc("nonesuch"));
}

/* Kernels with tcx may lack it. */
Test(io_kernel, clsact_is_found_and_not_made)
{
	bool has = kernel_has_qdisc("clsact");

	sh("! tc qdisc show dev lo | grep -q .");
	if (system("tc qdisc add dev lo clsact") == 0) { // NOLINT(cert-env33-c): a test's own text
		cr_expect(has);
		cr_expect(kernel_has_qdisc("clsact"), "one that is there already");
	} else {
		cr_expect_not(has);
	}
}

Test(io_kernel, bridges)
{
	struct bridge_view view;

	sh("ip link add br0 type bridge mcast_snooping 1 && ip link set br0 up");
	sh("ip link add v0 type veth peer name v1 && ip link add v2 type veth peer name v3");
	sh("ip link set v1 master br0 && ip link set v0 up && ip link set v1 up");
	cr_assert_eq(bridge_of(index_of("v0"), &view), 0);
	cr_expect_str_eq(view.name, "br0");
	cr_expect_str_eq(view.port, "v1");
	cr_expect(view.snoops && !view.is_never_router);
	cr_expect(!view.is_router[IP_FAMILY_4] && !view.has_querier[IP_FAMILY_4]);
	sh("bridge link set dev v1 mcast_router 2 && ip link set br0 type bridge mcast_querier 1");
	cr_assert_eq(bridge_of(index_of("v0"), &view), 0);
	cr_expect(view.is_router[IP_FAMILY_4] && view.is_router[IP_FAMILY_6]);
	cr_expect(view.has_querier[IP_FAMILY_4]);
	sh("bridge link set dev v1 mcast_router 0");
	cr_assert_eq(bridge_of(index_of("v0"), &view), 0);
	cr_expect(view.is_never_router);
	sh("ip link set br0 type bridge mcast_snooping 0 mcast_router 0");
	cr_assert_eq(bridge_of(index_of("br0"), &view), 0);
	cr_expect_str_eq(view.port, "");
	cr_expect(!view.snoops && view.is_never_router);
	cr_expect_eq(bridge_of(index_of("v2"), &view), -ENOENT);
	cr_expect_eq(bridge_of(index_of("v1"), &view), -ENOENT, "a port is not behind its bridge");
	cr_expect_eq(bridge_of(index_of("lo"), &view), -ENOENT);
	cr_expect_eq(bridge_of(9999, &view), -ENODEV);
}

Test(io_kernel, other_end_of_a_veth)
{
	struct veth_peer peer;
	char command[160];

	sh("ip link add v0 type veth peer name v1");
	cr_assert_eq(veth_peer(index_of("v0"), &peer), 0);
	cr_expect(peer.is_here && peer.has_tx_checksum);
	cr_expect_str_eq(peer.name, "v1");
	sh("ethtool -K v1 tx off > /dev/null");
	cr_assert_eq(veth_peer(index_of("v0"), &peer), 0);
	cr_expect_not(peer.has_tx_checksum);
	(void)snprintf(command, sizeof(command),
		       "ip netns add hpimt-%d-peer && ip link set v1 netns hpimt-%d-peer", getpid(),
		       getpid());
	sh(command);
	cr_assert_eq(veth_peer(index_of("v0"), &peer), 0);
	cr_expect(!peer.is_here);
	cr_expect_str_eq(peer.name, "v1");
	(void)snprintf(command, sizeof(command), "hpimt-%d-peer", getpid());
	cr_expect_str_eq(peer.netns, command);
	(void)snprintf(command, sizeof(command), "ip netns del hpimt-%d-peer", getpid());
	sh(command);
	cr_expect_eq(veth_peer(index_of("lo"), &peer), -ENOENT);
}
