/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole forwarding plane over veth pairs in network namespaces of its own. Frames come in by
 * packet sockets at the far ends, and what comes out there is compared byte by byte.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "dplane/backend.h"
#include "dplane/linkcaps.h"
#include "hpim/mfib_abi.h"

/* Router interfaces in0, out1, out2 and their far ends. Link numbers are the digits. */
#define PORTS       3
#define DEADLINE_MS 3000
#define MARK        0x77 /* a payload byte by which the far ends know our frames */

static const char *const router_names[PORTS] = { "in0", "out1", "out2" };
static const char *const far_names[PORTS] = { "far0", "far1", "far2" };

static struct dplane *dp;
static char instance[32];
static int far_fd[PORTS];
static unsigned int upcalls;
static struct dplane_upcall last_upcall;
static char said[4096];

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	(void)ctx;
	upcalls++;
	last_upcall = *upcall;
}

static void on_say(void *ctx, enum note_level level, const char *line)
{
	size_t len = strlen(said);

	(void)ctx;
	(void)level;
	snprintf(said + len, sizeof(said) - len, "%s\n", line);
}

static void sh(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

/* GRO at the far end lets a veth take redirected frames; 5.13 and later know it as such. */
static void gro_set(const char *name, bool on)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = on };
	struct ifreq ifr = { .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(ifr.ifr_name, name);
	cr_assert_eq(ioctl(fd, SIOCETHTOOL, &ifr), 0, "GRO of %s: %s", name, strerror(errno));
	close(fd);
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_ALL),
				    .sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void network_make(void)
{
	char command[160];

	sh("ip link set lo up");
	for (int i = 0; i < PORTS; i++) {
		snprintf(command, sizeof(command), "ip link add %s type veth peer name %s",
			 router_names[i], far_names[i]);
		sh(command);
		snprintf(command, sizeof(command), "ip addr add 10.0.%d.254/24 dev %s", i,
			 router_names[i]);
		sh(command);
		snprintf(command, sizeof(command), "ip link set %s up && ip link set %s up arp off",
			 router_names[i], far_names[i]);
		sh(command);
		if (i > 0)
			gro_set(far_names[i], true);
		far_fd[i] = packet_socket(far_names[i]);
	}
}

static struct dplane_link link_of(uint16_t number, enum dplane_mode mode)
{
	struct dplane_link link = { .link = number,
				    .ifindex = if_nametoindex(router_names[number]),
				    .mtu = 1500,
				    .is_up = true,
				    .mode = mode };
	struct ifreq ifr = { .ifr_flags = 0 };
	char addr[16];

	strcpy(link.name, router_names[number]);
	strcpy(ifr.ifr_name, link.name);
	cr_assert_eq(ioctl(far_fd[0], SIOCGIFHWADDR, &ifr), 0);
	memcpy(link.mac, ifr.ifr_hwaddr.sa_data, 6);
	snprintf(addr, sizeof(addr), "10.0.%d.254", number);
	cr_assert_eq(ip_addr_parse(addr, &link.addr4), 0);
	return link;
}

static void attach_all(enum dplane_mode mode)
{
	for (uint16_t i = 0; i < PORTS; i++) {
		struct dplane_link link = link_of(i, mode);

		cr_assert_eq(dplane_attach(dp, &link), 0, "%s", said);
	}
}

static void plane_make(uint32_t max_sets)
{
	const struct dplane_config config = {
		.instance = instance,
		.max_links = 32,
		.max_routes = 16,
		.max_sets = max_sets,
		.upcall = on_upcall,
		.say = on_say,
	};
	int err = dplane_new(&config, &dp);

	if (err == -EPERM || err == -ENOTSUP)
		cr_skip("BPF is refused here: %s", said);
	cr_assert_eq(err, 0, "%s: %s", strerror(-err), said);
}

static void setup(void)
{
	if (geteuid() != 0)
		cr_skip("needs root");
	if (unshare(CLONE_NEWNET) < 0)
		cr_skip("no network namespaces here: %s", strerror(errno));
	snprintf(instance, sizeof(instance), "hpimt-xdp-%d", (int)getpid());
	network_make();
	plane_make(4);
}

static void teardown(void)
{
	dplane_free(dp, false);
}

TestSuite(live, .init = setup, .fini = teardown);

/* 10.0.0.1 > 239.1.1.<group>, UDP without checksum, TTL 8. */
static void frame_make(uint8_t frame[60], uint8_t group)
{
	static const uint8_t start[42] = { 0x01, 0x00, 0x5e, 0x01, 0x01, 0,    2,    0,    0, 0,
					   0,    9,    8,    0,    0x45, 0,    0,    46,   0, 1,
					   0,    0,    8,    17,   0,    0,    10,   0,    0, 1,
					   239,  1,    1,    0,    0x13, 0x88, 0x13, 0x88, 0, 26 };
	uint32_t sum = 0;

	memset(frame, MARK, 60);
	memcpy(frame, start, sizeof(start));
	frame[5] = frame[33] = group;
	for (int i = 14; i < 34; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	frame[24] = (uint8_t)(~sum >> 8);
	frame[25] = (uint8_t)~sum;
}

static struct mfib_route route_make(uint8_t group)
{
	struct mfib_route route = { .iif = 0 };
	char text[16];

	snprintf(text, sizeof(text), "239.1.1.%d", group);
	cr_assert_eq(ip_addr_parse("10.0.0.1", &route.key.source), 0);
	cr_assert_eq(ip_addr_parse(text, &route.key.group), 0);
	ifset_add(&route.oifs, 1);
	ifset_add(&route.oifs, 2);
	return route;
}

static enum dplane_tier tier_of(const struct mfib_route *route)
{
	struct dplane_route_state state;

	cr_assert_eq(dplane_route_state(dp, &route->key, &state), 0);
	return state.tier;
}

static void inject(int port, const uint8_t frame[60])
{
	cr_assert_eq(send(far_fd[port], frame, 60, 0), 60);
}

/* Waits for one of our frames at a far end. Return: whether one came in time. */
static bool frame_wait(int port, uint8_t ret_frame[60], int timeout_ms)
{
	struct pollfd wait = { .fd = far_fd[port], .events = POLLIN };
	uint8_t bytes[2048];

	while (poll(&wait, 1, timeout_ms) > 0) {
		struct sockaddr_ll from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(far_fd[port], bytes, sizeof(bytes), 0,
				       (struct sockaddr *)&from, &from_len);

		if (len != 60 || from.sll_pkttype == PACKET_OUTGOING || bytes[59] != MARK)
			continue;
		memcpy(ret_frame, bytes, 60);
		return true;
	}
	return false;
}

static void dispatch_until(bool (*is_done)(void))
{
	struct pollfd wait = { .fd = dplane_fd(dp), .events = POLLIN };

	for (int i = 0; i < DEADLINE_MS / 10 && !is_done(); i++)
		if (poll(&wait, 1, 10) > 0)
			dplane_dispatch(dp);
	cr_assert(is_done(), "nothing happened within %d ms; %s", DEADLINE_MS, said);
}

static uint64_t found;
static const char *wanted;
static uint16_t wanted_link;

static void counter_pick(void *ctx, const struct dplane_counter *counter)
{
	(void)ctx;
	if (counter->link == wanted_link && strcmp(counter->reason, wanted) == 0)
		found = counter->packets;
}

static uint64_t counter(uint16_t link, const char *reason)
{
	found = 0;
	wanted = reason;
	wanted_link = link;
	dplane_counters(dp, counter_pick, NULL);
	return found;
}

static void forwarded_expect(void)
{
	uint8_t frame[60], out[60], want[60];

	frame_make(frame, 1);
	inject(0, frame);
	for (uint16_t i = 1; i < PORTS; i++) {
		struct dplane_link link = link_of(i, DPLANE_MODE_AUTO);

		memcpy(want, frame, sizeof(want));
		memcpy(want + 6, link.mac, 6);
		want[22]--; /* TTL */
		want[24]++; /* RFC 1624; the frame is such that nothing is carried */
		cr_assert(frame_wait(i, out, DEADLINE_MS), "%s got nothing", far_names[i]);
		cr_expect_arr_eq(out, want, 60, "%s", far_names[i]);
	}
}

Test(live, native_copies_have_the_source_address_of_their_interface)
{
	struct mfib_route route = route_make(1);
	struct dplane_route_state state;

	attach_all(DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_XDP);
	forwarded_expect();
	cr_assert_eq(dplane_route_state(dp, &route.key, &state), 0);
	cr_expect_eq(state.xdp_packets, 1);
	cr_expect_eq(state.kernel_packets, 0);
	cr_expect_eq(counter(0, "forwarded"), 1);
	cr_expect_eq(counter(1, "sent"), 1);
	cr_expect_eq(counter(2, "sent"), 1);
}

/* Interfaces whose numbers are the same modulo the slots: the second is found in `ports`. */
Test(live, output_whose_egress_slot_is_taken_has_its_source_address_all_the_same)
{
	struct dplane_link link = link_of(1, DPLANE_MODE_AUTO);
	uint32_t slot = link.ifindex % MFIB_EGRESS_SLOTS;
	struct mfib_egress other = { .ifindex = link.ifindex + MFIB_EGRESS_SLOTS }, owner;
	struct mfib_route route = route_make(1);
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/egress", instance);
	fd = bpf_obj_get(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(bpf_map_update_elem(fd, &slot, &other, BPF_ANY), 0);
	attach_all(DPLANE_MODE_NATIVE);
	cr_assert_eq(bpf_map_lookup_elem(fd, &slot, &owner), 0);
	cr_expect_eq(owner.ifindex, other.ifindex, "the slot was taken from its owner");
	cr_assert_eq(dplane_put(dp, &route), 0);
	forwarded_expect();
	cr_expect_eq(counter(1, "sent"), 1);
	close(fd);
}

Test(live, generic_copies_have_the_source_address_of_their_interface)
{
	struct mfib_route route = route_make(1);

	gro_set("far1", false);
	gro_set("far2", false);
	attach_all(DPLANE_MODE_GENERIC);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_XDP);
	forwarded_expect();
	cr_expect_eq(counter(0, "forwarded"), 1);
}

/* What a veth takes, since 6.3. */
static bool kernel_can_tell(void)
{
	struct linkcaps *caps;
	bool ret;

	cr_assert_eq(linkcaps_new(NULL, NULL, &caps), 0);
	ret = linkcaps_can_tell(caps);
	linkcaps_free(caps);
	return ret;
}

Test(live, tree_to_a_veth_without_peer_support_is_carried_by_the_kernel)
{
	struct mfib_route route = route_make(1);
	struct dplane_route_state state;

	gro_set("far2", false);
	attach_all(DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(dp, &route), 0);
	forwarded_expect();
	cr_assert_eq(dplane_route_state(dp, &route.key, &state), 0);
	cr_expect_eq(state.tier, DPLANE_TIER_KERNEL);
	cr_expect_not_null(strstr(state.why, kernel_can_tell() ? "out2" : "out1"));
	cr_expect_eq(state.kernel_packets, 1);
	cr_expect_eq(state.xdp_packets, 0);
	cr_expect_eq(counter(0, "kernel"), 1);
}

static const struct mfib_route *awaited;

static bool is_xdp(void)
{
	return tier_of(awaited) == DPLANE_TIER_XDP;
}

static bool is_kernel(void)
{
	return tier_of(awaited) == DPLANE_TIER_KERNEL;
}

Test(live, tree_changes_its_tier_with_the_peer_of_an_output)
{
	struct mfib_route route = route_make(1);

	if (!kernel_can_tell())
		cr_skip("this kernel does not tell whether a veth takes redirected frames");
	awaited = &route;
	gro_set("far2", false);
	attach_all(DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_assert_eq(tier_of(&route), DPLANE_TIER_KERNEL);
	gro_set("far2", true);
	dispatch_until(is_xdp);
	forwarded_expect();
	gro_set("far2", false);
	dispatch_until(is_kernel);
	forwarded_expect();
}

static bool is_reported(void)
{
	return upcalls > 0;
}

Test(live, miss_is_reported_with_link_source_and_group)
{
	struct mfib_route route = route_make(9);
	uint8_t frame[60];

	attach_all(DPLANE_MODE_AUTO);
	frame_make(frame, 9);
	inject(0, frame);
	dispatch_until(is_reported);
	cr_expect_eq(last_upcall.kind, DATA_MISS);
	cr_expect_eq(last_upcall.link, 0);
	cr_expect(ip_addr_equal(&last_upcall.source, &route.key.source));
	cr_expect(ip_addr_equal(&last_upcall.group, &route.key.group));
}

Test(live, wrong_interface_is_reported_when_asked_for)
{
	struct mfib_route route = route_make(1);
	uint8_t frame[60];

	route.flags = MFIB_F_WRONG_IF;
	ifset_del(&route.oifs, 2);
	attach_all(DPLANE_MODE_AUTO);
	cr_assert_eq(dplane_put(dp, &route), 0);
	frame_make(frame, 1);
	inject(2, frame);
	dispatch_until(is_reported);
	cr_expect_eq(last_upcall.kind, DATA_WRONG_IF);
	cr_expect_eq(last_upcall.link, 2);
	cr_expect_eq(counter(2, "wrong-if"), 1);
}

Test(live, trees_beyond_the_output_sets_are_carried_by_the_kernel)
{
	struct mfib_route route;

	dplane_free(dp, false);
	plane_make(2);
	attach_all(DPLANE_MODE_NATIVE);
	route = route_make(2);
	ifset_del(&route.oifs, 1);
	cr_assert_eq(dplane_put(dp, &route), 0);
	route = route_make(3);
	ifset_del(&route.oifs, 2);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_XDP);
	route = route_make(1);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_KERNEL);
	cr_expect_not_null(strstr(said, "all 2 output sets are in use"));
	forwarded_expect();
}

/* A small set has room for 16. */
#define MANY 18

Test(live, more_outputs_than_a_small_set_holds_are_all_served)
{
	struct mfib_route route = route_make(1);
	char command[160];

	attach_all(DPLANE_MODE_NATIVE);
	for (uint16_t i = PORTS; i < PORTS + MANY; i++) {
		struct dplane_link link = {
			.link = i, .mtu = 1500, .is_up = true, .mode = DPLANE_MODE_NATIVE
		};

		snprintf(command, sizeof(command),
			 "ip link add o%d type veth peer name f%d && ip link set o%d up && "
			 "ip link set f%d up && ip addr add 10.0.%d.254/24 dev o%d",
			 i, i, i, i, i, i);
		sh(command);
		snprintf(command, sizeof(command), "f%d", i);
		gro_set(command, true);
		snprintf(link.name, sizeof(link.name), "o%d", i);
		link.ifindex = if_nametoindex(link.name);
		link.mac[0] = 2;
		snprintf(command, sizeof(command), "10.0.%d.254", i);
		cr_assert_eq(ip_addr_parse(command, &link.addr4), 0);
		cr_assert_eq(dplane_attach(dp, &link), 0, "%s", said);
		ifset_add(&route.oifs, i);
	}
	cr_assert_eq(dplane_put(dp, &route), 0, "%s", said);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_XDP);
	forwarded_expect(); /* out1 and out2 */
	for (uint16_t i = PORTS; i < PORTS + MANY; i++)
		cr_expect_eq(counter(i, "sent"), 1, "o%d", i);
}

Test(live, replaced_output_is_served_again)
{
	struct mfib_route route = route_make(1);
	struct dplane_link link;

	attach_all(DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(dp, &route), 0);
	sh("ip link del out2");
	sh("ip link add out2 type veth peer name far2");
	sh("ip addr add 10.0.2.254/24 dev out2");
	sh("ip link set out2 up && ip link set far2 up arp off");
	gro_set("far2", true);
	close(far_fd[2]);
	far_fd[2] = packet_socket("far2");
	link = link_of(2, DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_attach(dp, &link), 0, "%s", said);
	cr_expect_eq(tier_of(&route), DPLANE_TIER_XDP);
	forwarded_expect();
}

Test(live, detached_interface_is_as_before)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	attach_all(DPLANE_MODE_NATIVE);
	strcpy(ifr.ifr_name, "in0");
	cr_assert_eq(ioctl(far_fd[0], SIOCGIFFLAGS, &ifr), 0);
	cr_expect(ifr.ifr_flags & IFF_ALLMULTI);
	dplane_detach(dp, 0);
	cr_assert_eq(ioctl(far_fd[0], SIOCGIFFLAGS, &ifr), 0);
	cr_expect_not(ifr.ifr_flags & IFF_ALLMULTI);
	cr_expect_neq(system("ip link show in0 | grep -q xdp"), 0);
}

Test(live, lease_that_ran_out_ends_forwarding_until_renewed)
{
	struct mfib_route route = route_make(1);
	uint8_t frame[60];
	struct timespec past = { .tv_nsec = 20000000 }; /* lease and coarse clock are over then */

	attach_all(DPLANE_MODE_NATIVE);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_assert_eq(dplane_renew(dp, 1), 0);
	nanosleep(&past, NULL);
	frame_make(frame, 1);
	inject(0, frame);
	for (int i = 0; i < DEADLINE_MS && counter(0, "lease") == 0; i++)
		poll(NULL, 0, 1);
	cr_expect_eq(counter(0, "lease"), 1);
	cr_assert_eq(dplane_renew(dp, 0), 0);
	cr_expect_eq(counter(0, "forwarded"), 0);
}

Test(live, pins_vanish_with_the_plane_unless_kept)
{
	char path[96];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/route4", instance);
	attach_all(DPLANE_MODE_NATIVE);
	cr_expect_eq(stat(path, &st), 0);
	dplane_free(dp, true);
	cr_expect_eq(stat(path, &st), 0);
	cr_expect_eq(system("ip link show in0 | grep -q xdp"), 0);
	said[0] = 0;
	plane_make(4);
	cr_expect_not_null(strstr(said, "pins of an earlier run removed"), "%s", said);
	cr_expect_neq(system("ip link show in0 | grep -q xdp"), 0);
	dplane_free(dp, false);
	cr_expect_neq(stat(path, &st), 0);
	dp = NULL;
}

Test(live, instance_has_one_daemon)
{
	const struct dplane_config config = {
		.instance = instance, .max_links = 8, .max_routes = 16, .max_sets = 4, .say = on_say
	};
	struct dplane *second;

	cr_expect_eq(dplane_new(&config, &second), -EBUSY);
	cr_expect_not_null(strstr(said, "belongs to another running daemon"));
	attach_all(DPLANE_MODE_NATIVE); /* the first is as good as before */
}
