/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies on real cables: what leaves by each output, with which tag and source address, once each.
 * The daemon's half is played by hand (common_lab.c); VLANs are map entries, no devices.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common_lab.h"
#include "common_veth.h"

/* Link numbers of the ports are their digits; a VLAN has an ifindex that no device has. */
#define VLAN_IFINDEX(port, vid) ((uint32_t)(1 << 20 | (port) << 12 | (vid)))
#define SET_B                   1

static struct lab lab;
static struct veths veths;
static struct frame ipv4;

static void port_put(uint32_t ifindex, uint16_t link, int port, uint16_t vid, uint16_t tpid,
		     uint8_t threshold)
{
	struct mfib_port value = { .link = link,
				   .vid = vid,
				   .tpid = htons(tpid),
				   .threshold = threshold,
				   .carrier = veths.ifindex[port] };

	memcpy(value.mac, veths.mac[port], sizeof(value.mac));
	lab_port(&lab, ifindex, &value);
}

static uint32_t vlan_put(int port, uint16_t vid, uint16_t link, uint16_t tpid)
{
	port_put(VLAN_IFINDEX(port, vid), link, port, vid, tpid, 0);
	return VLAN_IFINDEX(port, vid);
}

static void setup(void)
{
	veths_make(&veths);
	lab_open(&lab);
	for (uint16_t i = 0; i < VETH_PORTS; i++)
		port_put(veths.ifindex[i], i, i, 0, 0, 0);
	ipv4 = frame_ipv4();
}

static void teardown(void)
{
	veths_close(&veths);
	lab_close(&lab);
}

TestSuite(copies, .init = setup, .fini = teardown);

/* Both families from @iif to a set; IPv6 to another one if it is to be told apart. */
static void routes_set(uint32_t iif, uint16_t link, uint32_t flags, uint32_t set6)
{
	struct mfib_entry entry = { .iif = iif, .link = link, .flags = flags, .mtu = 1500 };

	lab_route(&lab, false, &entry);
	entry.slot = 1;
	entry.set = set6;
	lab_route(&lab, true, &entry);
}

static void copy_expect(int port, const struct frame *want)
{
	struct frame got;

	cr_assert(veths_receive(&veths, port, &got, VETH_DEADLINE_MS), "port %d: nothing", port);
	cr_expect_eq(got.len, want->len, "port %d: %u bytes", port, got.len);
	cr_expect_arr_eq(got.bytes, want->bytes, want->len, "port %d", port);
}

static uint64_t count(uint32_t link, int reason)
{
	return lab_count(&lab, link, reason).packets;
}

/* Counters of packets that nobody sends on. */
static void count_await(uint32_t link, int reason, uint64_t want)
{
	const uint64_t deadline = lab_now_ns() + VETH_DEADLINE_MS * 1000000ull;

	while (count(link, reason) < want && lab_now_ns() < deadline)
		;
	cr_expect_eq(count(link, reason), want, "reason %d of link %u: %lu", reason, link,
		     (unsigned long)count(link, reason));
}

/* ---- plain copies ---- */

static void plain_check(void)
{
	const uint32_t outputs[2] = { veths.ifindex[1], veths.ifindex[2] };
	const struct frame *const in[2] = { &ipv4, &frame_base6 };

	lab_set(&lab, 0, outputs, 2);
	for (int i = 0; i < 2; i++) {
		veths_send(&veths, 0, in[i]);
		for (int port = 1; port <= 2; port++) {
			const struct frame want = frame_forwarded(in[i], veths.mac[port]);

			copy_expect(port, &want);
		}
	}
	count_await(0, MFIB_R_FORWARDED, 2);
	for (uint32_t link = 1; link <= 2; link++) {
		count_await(link, MFIB_R_SENT, 2);
		cr_expect_eq(lab_count(&lab, link, MFIB_R_SENT).bytes, ipv4.len + frame_base6.len);
	}
}

Test(copies, xdp_gives_each_output_its_source_address)
{
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_xdp(&veths, &lab);
	plain_check();
}

Test(copies, tc_gives_each_output_its_source_address)
{
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_tc(&veths, &lab);
	plain_check();
}

Test(copies, tc_sends_what_xdp_passed)
{
	routes_set(veths.ifindex[0], 0, MFIB_F_TC, 0);
	veths_attach_xdp(&veths, &lab);
	veths_attach_tc(&veths, &lab);
	plain_check();
	cr_expect_eq(lab_route_count(&lab, 0).tc_packets, 1);
	cr_expect_eq(lab_route_count(&lab, 0).packets, 0);
}

/* ---- thresholds ---- */

/* Port 1 wants a TTL above 8, which the packets arrive with; port 2 one above 7. */
static void threshold_check(void)
{
	const uint32_t outputs[2] = { veths.ifindex[1], veths.ifindex[2] };
	const struct frame *const in[2] = { &ipv4, &frame_base6 };

	port_put(veths.ifindex[1], 1, 1, 0, 0, 8);
	port_put(veths.ifindex[2], 2, 2, 0, 0, 7);
	lab_set(&lab, 0, outputs, 2);
	routes_set(veths.ifindex[0], 0, 0, 0);
	for (int i = 0; i < 2; i++) {
		const struct frame want = frame_forwarded(in[i], veths.mac[2]);
		struct frame got;

		veths_send(&veths, 0, in[i]);
		copy_expect(2, &want);
		cr_expect_not(veths_receive(&veths, 1, &got, 0), "sent within the threshold");
	}
	count_await(1, MFIB_R_THRESHOLD, 2);
	cr_expect_eq(count(1, MFIB_R_SENT), 0);
	cr_expect_eq(count(2, MFIB_R_SENT), 2);
	cr_expect_eq(count(2, MFIB_R_THRESHOLD), 0);
}

Test(copies, xdp_keeps_copies_within_the_threshold)
{
	veths_attach_xdp(&veths, &lab);
	threshold_check();
}

Test(copies, tc_keeps_copies_within_the_threshold)
{
	veths_attach_tc(&veths, &lab);
	threshold_check();
}

/* ---- what TC must not touch ---- */

Test(copies, tc_leaves_tagged_frames_to_their_vlan)
{
	const struct frame in = frame_tagged(&ipv4, ETH_P_8021Q, 10);
	const uint32_t outputs[1] = { veths.ifindex[1] };
	const struct frame want = frame_forwarded(&frame_base6, veths.mac[1]);

	lab_set(&lab, 0, outputs, 1);
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_tc(&veths, &lab);
	veths_send(&veths, 0, &in);
	veths_send(&veths, 0, &frame_base6); /* comes behind the other */
	copy_expect(1, &want);
	for (int i = 0; i < MFIB_REASONS_MAX; i++)
		cr_expect_eq(count(0, i), i == MFIB_R_FORWARDED, "reason %d", i);
}

/* Packets of the router itself come round without an Ethernet header, which these bytes resemble.
 */
Test(copies, tc_does_not_take_the_routers_own_packets_for_arrivals)
{
	const struct sockaddr_in group = { .sin_family = AF_INET,
					   .sin_port = htons(5000),
					   .sin_addr.s_addr = inet_addr("239.1.1.1") };
	const struct ip_mreqn member = { .imr_multiaddr = group.sin_addr,
					 .imr_ifindex = (int)veths.ifindex[0] };
	const uint32_t outputs[1] = { veths.ifindex[1] };
	const struct frame want = frame_forwarded(&frame_base6, veths.mac[1]);
	char bytes[16];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sh("ip addr add 8.0.69.1/24 dev port0"); /* EtherType 0x0800, then version and length */
	lab_set(&lab, 0, outputs, 1);
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_tc(&veths, &lab);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&group, sizeof(group)), 0);
	cr_assert_eq(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof(member)), 0);
	cr_assert_eq(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &member, sizeof(member)), 0);
	cr_assert_eq(sendto(fd, "12345678", 8, 0, (const struct sockaddr *)&group, sizeof(group)),
		     8);
	cr_assert_eq(recv(fd, bytes, sizeof(bytes), 0), 8, "not looped back");
	veths_send(&veths, 0, &frame_base6);
	copy_expect(1, &want);
	cr_expect_eq(count(0, MFIB_R_MALFORMED), 0);
}

#define LONG 5000 /* more than a page, so that the kernel keeps it in pieces */

/* An IPv4 frame of LONG bytes of which only the Ethernet header is where programs can read. */
static void long_send(void)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET,
					.sll_ifindex = (int)if_nametoindex("far0") };
	static uint8_t bytes[sizeof(struct virtio_net_hdr) + LONG];
	struct virtio_net_hdr head = { .hdr_len = ETH_HLEN };
	struct frame frame = frame_base4;
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	frame.bytes[IP4_LEN] = (LONG - ETH_HLEN) >> 8;
	frame.bytes[IP4_LEN + 1] = (LONG - ETH_HLEN) & 0xff;
	frame_sum_set(&frame);
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), frame.bytes, frame.len);
	cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	cr_assert_eq(sendto(fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)&to, sizeof(to)),
		     (ssize_t)sizeof(bytes));
	(void)close(fd);
}

Test(copies, tc_reads_headers_that_are_not_at_hand)
{
	const uint32_t outputs[2] = { veths.ifindex[1], veths.ifindex[2] };

	sh("for i in 0 1 2; do ip link set port$i mtu 9000 && ip link set far$i mtu 9000; done");
	lab_set(&lab, 0, outputs, 2);
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_tc(&veths, &lab);
	long_send();
	count_await(0, MFIB_R_TOO_BIG, 1); /* the routes' MTU is 1500 */
	cr_expect_eq(lab_count(&lab, 0, MFIB_R_TOO_BIG).bytes, LONG);
	lab_route(&lab, false,
		  &(struct mfib_entry){ .iif = veths.ifindex[0], .mtu = LONG - ETH_HLEN });
	long_send();
	count_await(2, MFIB_R_SENT, 1);
	cr_expect_eq(lab_count(&lab, 1, MFIB_R_SENT).bytes, LONG);
	cr_expect_eq(lab_route_count(&lab, 0).tc_bytes, LONG - ETH_HLEN);
}

/* Shorter than a test run takes. */
Test(copies, tc_passes_what_ends_within_its_header)
{
	struct frame in = ipv4;

	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_tc(&veths, &lab);
	for (in.len = 15; in.len < IP4 + 20; in.len++) {
		veths_send(&veths, 0, &in);
		count_await(0, MFIB_R_MALFORMED, in.len - 14);
	}
}

/* ---- many packets ---- */

#define NUMBERS  3000
#define BURST    64
#define VARIANTS 4 /* of copies on one port */

static uint8_t seen[VETH_PORTS][VARIANTS][2][NUMBERS];

static struct frame numbered(const struct frame *base, uint32_t number)
{
	struct frame frame = *base;
	const bool is_ipv6 = frame_is_ipv6(base);
	uint8_t *at = frame.bytes + (is_ipv6 ? IP6 + 2 : IP4_ID); /* flow label */

	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
	if (!is_ipv6)
		frame_sum_set(&frame);
	return frame;
}

/* What may leave by a port: a tag or none. */
struct variant {
	uint16_t tpid, vid; /* tpid 0: untagged */
};

static struct frame variant_make(const struct variant *variant, const struct frame *base, int port,
				 uint32_t number)
{
	const struct frame in = numbered(base, number);
	struct frame want = frame_forwarded(&in, veths.mac[port]);

	return variant->tpid ? frame_tagged(&want, variant->tpid, variant->vid) : want;
}

/* Which of the variants a frame is, byte by byte. */
static void copy_note(int port, const struct variant *variants, const struct frame *got)
{
	const struct frame *const bases[2] = { &frame_base4, &frame_base6 };

	for (int v = 0; v < VARIANTS; v++) {
		const int tag = variants[v].tpid ? 4 : 0;
		const bool is_ipv6 = got->bytes[ETH_TYPE + tag] == 0x86;
		const uint8_t *at = got->bytes + tag + (is_ipv6 ? IP6 + 2 : IP4_ID);
		const uint32_t number = (uint32_t)(at[0] << 8 | at[1]);
		const struct frame want = variant_make(&variants[v], bases[is_ipv6], port, number);

		if (number >= NUMBERS || got->len != want.len ||
		    memcmp(got->bytes, want.bytes, want.len) != 0)
			continue;
		seen[port][v][is_ipv6][number]++;
		return;
	}
	cr_expect_fail("port %d: a frame of %u bytes that is none of the copies", port, got->len);
}

static unsigned int copies_collect(int port, const struct variant *variants, int timeout_ms)
{
	unsigned int copies = 0;
	struct frame got;

	while (veths_receive(&veths, port, &got, timeout_ms)) {
		copy_note(port, variants, &got);
		copies++;
	}
	return copies;
}

static void burst_send(const struct frame *base, uint32_t first)
{
	static struct frame frames[BURST];
	struct iovec parts[BURST];
	struct mmsghdr msgs[BURST] = { { .msg_len = 0 } };
	int count_sent;

	for (uint32_t i = 0; i < BURST; i++) {
		frames[i] = numbered(base, first + i);
		parts[i] = (struct iovec){ frames[i].bytes, frames[i].len };
		msgs[i].msg_hdr.msg_iov = &parts[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	count_sent = sendmmsg(veths.far_fd[0], msgs, BURST, 0);
	cr_assert_eq(count_sent, BURST);
}

static void (*before_burst)(void);

/* Sends BURST packets at a time, of both families if asked for, and awaits their copies. */
static void numbers_send(const struct variant variants[VETH_PORTS][VARIANTS],
			 const unsigned int copies[VETH_PORTS], bool of_both)
{
	for (uint32_t first = 0; first + BURST <= NUMBERS; first += BURST) {
		unsigned int left[VETH_PORTS];
		const uint64_t deadline = lab_now_ns() + VETH_DEADLINE_MS * 1000000ull;
		bool is_complete = false;

		if (before_burst)
			before_burst();
		burst_send(&frame_base4, first);
		if (of_both)
			burst_send(&frame_base6, first);
		memcpy(left, copies, sizeof(left));
		while (!is_complete && lab_now_ns() < deadline) {
			is_complete = true;
			for (int port = 0; port < VETH_PORTS; port++) {
				unsigned int got = copies_collect(port, variants[port], 0);

				left[port] -= got < left[port] ? got : left[port];
				is_complete = is_complete && left[port] == 0;
			}
		}
		cr_assert(is_complete, "copies are missing after packet %u", first);
	}
	for (int port = 0; port < VETH_PORTS; port++)
		cr_expect_eq(copies_collect(port, variants[port], 20), 0, "more copies");
}

static void once_expect(int port, int variant, bool is_ipv6, bool is_wanted)
{
	for (uint32_t i = 0; i < NUMBERS / BURST * BURST; i++)
		cr_assert_eq(seen[port][variant][is_ipv6][i], is_wanted,
			     "port %d, variant %d, packet %u: %u times", port, variant, i,
			     seen[port][variant][is_ipv6][i]);
}

/* Three copies on a port and bursts of 64: a flush of 16 frames ends between copies of a packet. */
Test(copies, each_vlan_of_a_port_gets_each_packet_once_with_its_tag)
{
	static const struct variant variants[VETH_PORTS][VARIANTS] = {
		[1] = { { 0, 0 }, { ETH_P_8021Q, 10 }, { ETH_P_8021AD, 20 } },
	};
	const unsigned int copies[VETH_PORTS] = { 0, 3 * BURST, BURST };
	const uint32_t outputs[4] = { vlan_put(1, 10, 5, ETH_P_8021Q), veths.ifindex[1],
				      veths.ifindex[2], vlan_put(1, 20, 6, ETH_P_8021AD) };

	lab_set(&lab, 0, outputs, 4);
	routes_set(veths.ifindex[0], 0, MFIB_F_TAGGED, 0);
	veths_attach_xdp(&veths, &lab);
	numbers_send(variants, copies, false);
	for (int v = 0; v < 3; v++)
		once_expect(1, v, false, true);
	once_expect(2, 0, false, true);
	cr_expect_eq(count(1, MFIB_R_SENT), NUMBERS / BURST * BURST);
	cr_expect_eq(count(2, MFIB_R_SENT), NUMBERS / BURST * BURST);
	cr_expect_eq(count(5, MFIB_R_SENT), NUMBERS / BURST * BURST);
	cr_expect_eq(count(6, MFIB_R_SENT), NUMBERS / BURST * BURST);
	cr_expect_eq(lab_count(&lab, 5, MFIB_R_SENT).bytes,
		     NUMBERS / BURST * BURST * (uint64_t)(ipv4.len + 4));
}

/* IPv4 has set 0, IPv6 has set 1; they share VLAN 20 of port 1, and both ports. */
Test(copies, sets_with_vlans_of_the_same_ports_are_not_confused)
{
	static const struct variant variants[VETH_PORTS][VARIANTS] = {
		[1] = { { 0, 0 }, { ETH_P_8021Q, 10 }, { ETH_P_8021Q, 20 }, { ETH_P_8021Q, 30 } },
		[2] = { { 0, 0 }, { ETH_P_8021Q, 10 } },
	};
	const unsigned int copies[VETH_PORTS] = { 0, 4 * BURST, 3 * BURST };
	const uint32_t set4[3] = { vlan_put(1, 10, 5, ETH_P_8021Q), vlan_put(1, 20, 6, ETH_P_8021Q),
				   vlan_put(2, 10, 8, ETH_P_8021Q) };
	const uint32_t set6[4] = { veths.ifindex[2], vlan_put(1, 20, 6, ETH_P_8021Q),
				   vlan_put(1, 30, 7, ETH_P_8021Q),
				   vlan_put(2, 10, 8, ETH_P_8021Q) };

	lab_set(&lab, 0, set4, 3);
	lab_set(&lab, SET_B, set6, 4);
	routes_set(veths.ifindex[0], 0, MFIB_F_TAGGED, SET_B);
	veths_attach_xdp(&veths, &lab);
	numbers_send(variants, copies, true);
	for (int v = 0; v < VARIANTS; v++) {
		once_expect(1, v, false, v == 1 || v == 2);
		once_expect(1, v, true, v == 2 || v == 3);
		once_expect(2, v, false, v == 1);
		once_expect(2, v, true, v < 2);
	}
}

/* In by VLAN 10 of port 0, out by its VLAN 20, by port 0 itself and by port 1. */
Test(copies, tag_of_the_input_is_replaced_by_that_of_the_output)
{
	const struct frame in = frame_tagged(&frame_base6, ETH_P_8021Q, 10);
	const struct mfib_tag tag = { .carrier = veths.ifindex[0],
				      .vid = 10,
				      .tpid = htons(ETH_P_8021Q) };
	const uint32_t vlan = vlan_put(0, 10, 5, ETH_P_8021Q);
	const uint32_t outputs[3] = { vlan_put(0, 20, 6, ETH_P_8021Q), veths.ifindex[0],
				      veths.ifindex[1] };
	struct frame want = frame_forwarded(&frame_base6, veths.mac[0]);
	struct frame got[2];
	bool first_is_tagged;

	lab_put(&lab, "vlans", &tag, &vlan);
	lab_set(&lab, 0, outputs, 3);
	routes_set(vlan, 5, MFIB_F_TAGGED, 0);
	veths_attach_xdp(&veths, &lab);
	veths_send(&veths, 0, &in);
	for (int i = 0; i < 2; i++)
		cr_assert(veths_receive(&veths, 0, &got[i], VETH_DEADLINE_MS));
	first_is_tagged = got[0].len > want.len; /* which comes first is the map's affair */
	cr_expect_arr_eq(got[first_is_tagged].bytes, want.bytes, want.len);
	want = frame_tagged(&want, ETH_P_8021Q, 20);
	cr_expect_eq(got[!first_is_tagged].len, want.len);
	cr_expect_arr_eq(got[!first_is_tagged].bytes, want.bytes, want.len);
	want = frame_forwarded(&frame_base6, veths.mac[1]);
	copy_expect(1, &want);
	count_await(5, MFIB_R_FORWARDED, 1);
	cr_expect_eq(count(6, MFIB_R_SENT), 1);
}

/* Another router behind port 1, with sets of its own, must not take them for those of this one. */
Test(copies, metadata_does_not_leave_the_router)
{
	const uint32_t far = if_nametoindex("far1");
	const struct mfib_port in = { .link = 3, .carrier = far };
	const struct mfib_port out = { .link = 2, .carrier = veths.ifindex[2] };
	const struct mfib_entry entry = { .iif = far, .link = 3, .mtu = 1500 };
	const uint32_t outputs[2] = { veths.ifindex[1], vlan_put(2, 10, 5, ETH_P_8021Q) };
	struct veths other = { .ifindex = { far } };
	struct lab behind = { .xdp = NULL };

	lab_set(&lab, SET_B, outputs, 2);
	routes_set(veths.ifindex[0], 0, MFIB_F_TAGGED, SET_B);
	veths_attach_xdp(&veths, &lab);
	lab_open(&behind);
	lab_port(&behind, far, &in);
	lab_port(&behind, veths.ifindex[2], &out);
	lab_set(&behind, 0, &veths.ifindex[2], 1);
	lab_route(&behind, true, &entry);
	veths_attach_xdp(&other, &behind);
	veths_send(&veths, 0, &frame_base6);
	count_await(5, MFIB_R_SENT, 1);
	for (uint32_t i = 0; lab_count(&behind, 2, MFIB_R_SENT).packets == 0 && i < 1000000; i++)
		;
	cr_expect_eq(lab_count(&behind, 2, MFIB_R_SENT).packets, 1);
	cr_expect_eq(lab_count(&behind, LAB_LINKS, MFIB_R_NO_PORT).packets, 0);
	(void)close(other.xdp_fd);
	lab_close(&behind);
}

/* ---- copies that are for nobody ---- */

/* What is not sent, a frame that comes behind it shows. */
static void no_copy_expect(uint32_t flags)
{
	const uint32_t outputs[1] = { veths.ifindex[2] };
	const struct frame want = frame_forwarded(&frame_base6, veths.mac[2]);
	struct frame got;

	lab_set(&lab, SET_B, outputs, 1);
	routes_set(veths.ifindex[0], 0, flags, SET_B);
	veths_attach_xdp(&veths, &lab);
	veths_send(&veths, 0, &ipv4);
	veths_send(&veths, 0, &frame_base6);
	copy_expect(2, &want);
	count_await(LAB_LINKS, MFIB_R_NO_PORT, 1);
	cr_expect_eq(count(0, MFIB_R_FORWARDED), 2);
	cr_expect_not(veths_receive(&veths, 1, &got, 0));
}

Test(copies, xdp_counts_an_output_that_nobody_knows)
{
	const uint32_t outputs[1] = { veths.ifindex[1] };
	const uint32_t slot = outputs[0] % MFIB_EGRESS_SLOTS;
	const struct mfib_egress nobody = { .ifindex = 0 };

	lab_set(&lab, 0, outputs, 1);
	lab_put(&lab, "egress", &slot, &nobody);
	lab_del(&lab, "ports", &outputs[0]);
	no_copy_expect(0);
}

Test(copies, xdp_sends_nothing_untagged_by_a_port_that_only_carries_vlans)
{
	const struct mfib_port carrier = { .link = LAB_LINKS,
					   .flags = MFIB_PORT_CARRIER,
					   .carrier = veths.ifindex[1] };
	const uint32_t outputs[1] = { vlan_put(1, 10, 5, ETH_P_8021Q) };

	lab_port(&lab, veths.ifindex[1], &carrier);
	lab_set(&lab, 0, outputs, 1);
	no_copy_expect(0);
}

Test(copies, xdp_sends_no_copy_whose_turn_nobody_has)
{
	const uint32_t outputs[1] = { vlan_put(1, 10, 5, ETH_P_8021Q) };
	const struct mfib_turn turn = { .set = 0, .carrier = veths.ifindex[1] };

	lab_set(&lab, 0, outputs, 1);
	lab_del(&lab, "set_turns", &turn);
	no_copy_expect(MFIB_F_TAGGED);
	cr_expect_eq(count(5, MFIB_R_SENT), 0);
}

Test(copies, output_whose_egress_slot_is_taken_is_found_all_the_same)
{
	const uint32_t outputs[1] = { veths.ifindex[1] };
	const uint32_t slot = outputs[0] % MFIB_EGRESS_SLOTS;
	const struct mfib_egress other = { .ifindex = outputs[0] + MFIB_EGRESS_SLOTS,
					   .port = { .link = 9 } };
	const struct frame want = frame_forwarded(&ipv4, veths.mac[1]);

	lab_set(&lab, 0, outputs, 1);
	lab_put(&lab, "egress", &slot, &other);
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_xdp(&veths, &lab);
	veths_send(&veths, 0, &ipv4);
	copy_expect(1, &want);
	count_await(1, MFIB_R_SENT, 1);
}

/* ---- a tree that changes its tier ---- */

static atomic_bool is_over;
static atomic_uint changes;

/* On a busy machine the other thread would else get no turn while packets are sent. */
static void change_await(void)
{
	const uint64_t deadline = lab_now_ns() + VETH_DEADLINE_MS * 1000000ull;
	const unsigned int before = atomic_load(&changes);

	while (atomic_load(&changes) == before && lab_now_ns() < deadline)
		sched_yield();
	cr_assert_neq(atomic_load(&changes), before, "the tree does not change");
}

static void *tiers_change(void *ctx)
{
	struct lab *of = ctx;

	while (!atomic_load(&is_over)) {
		struct mfib_entry entry = { .iif = veths.ifindex[0],
					    .mtu = 1500,
					    .flags = atomic_load(&changes) % 2 ? 0 : MFIB_F_TC };

		lab_route(of, false, &entry);
		atomic_fetch_add(&changes, 1);
	}
	return NULL;
}

Test(copies, packet_is_sent_once_while_its_tree_changes_between_xdp_and_tc)
{
	static const struct variant variants[VETH_PORTS][VARIANTS] = { { { 0, 0 } } };
	const unsigned int copies[VETH_PORTS] = { 0, BURST, BURST };
	const uint32_t outputs[2] = { veths.ifindex[1], veths.ifindex[2] };
	struct mfib_route_count sent;
	pthread_t thread;

	lab_set(&lab, 0, outputs, 2);
	routes_set(veths.ifindex[0], 0, 0, 0);
	veths_attach_xdp(&veths, &lab);
	veths_attach_tc(&veths, &lab);
	cr_assert_eq(pthread_create(&thread, NULL, tiers_change, &lab), 0);
	before_burst = change_await;
	numbers_send(variants, copies, false);
	atomic_store(&is_over, true);
	cr_assert_eq(pthread_join(thread, NULL), 0);
	once_expect(1, 0, false, true);
	once_expect(2, 0, false, true);
	sent = lab_route_count(&lab, 0);
	cr_expect_eq(sent.packets + sent.tc_packets, NUMBERS / BURST * BURST);
	cr_expect_gt(sent.packets, 0);
	cr_expect_gt(sent.tc_packets, 0);
	cr_expect_eq(count(0, MFIB_R_FORWARDED), NUMBERS / BURST * BURST, "counted once each");
}
