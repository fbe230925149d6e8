/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tagged frames on a port that XDP serves: which interface they belong to, and what they look like
 * when they go on. The loopback interface is the port.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/if_ether.h>
#include <string.h>

#include "common_lab.h"

#define PORT_IFINDEX 1
#define PORT_LINK    3
#define OUT_IFINDEX  9
#define OUT_LINK     5

/* VLAN 7 by 802.1Q, and VLAN 8 by 802.1ad. */
#define C_IFINDEX 50
#define C_LINK    6
#define S_IFINDEX 51
#define S_LINK    7

#define TYPE_AT 16 /* EtherType of a tagged frame */

static struct lab lab;
static struct frame ipv4;

static void vlan_put(uint32_t ifindex, uint16_t link, uint16_t vid, uint16_t tpid)
{
	const struct mfib_port port = {
		.link = link, .carrier = PORT_IFINDEX, .vid = vid, .tpid = htons(tpid)
	};
	const struct mfib_tag tag = { .carrier = PORT_IFINDEX, .vid = vid, .tpid = htons(tpid) };

	lab_port(&lab, ifindex, &port);
	lab_put(&lab, "vlans", &tag, &ifindex);
}

static void setup(void)
{
	const struct mfib_port port = { .link = PORT_LINK, .carrier = PORT_IFINDEX };
	const struct mfib_port out = { .link = OUT_LINK, .carrier = OUT_IFINDEX };
	const uint32_t output = OUT_IFINDEX;

	lab_open(&lab);
	lab_port(&lab, PORT_IFINDEX, &port);
	lab_port(&lab, OUT_IFINDEX, &out);
	lab_set(&lab, 0, &output, 1);
	vlan_put(C_IFINDEX, C_LINK, 7, ETH_P_8021Q);
	vlan_put(S_IFINDEX, S_LINK, 8, ETH_P_8021AD);
	ipv4 = frame_ipv4();
}

static void teardown(void)
{
	lab_close(&lab);
}

TestSuite(tags, .init = setup, .fini = teardown);

static void route_set(uint32_t iif, uint16_t link, uint32_t flags)
{
	const struct mfib_entry entry = { .iif = iif, .link = link, .flags = flags, .mtu = 1500 };

	lab_route(&lab, false, &entry);
	lab_route(&lab, true, &entry);
}

/* What becomes of a frame, and the only reason that is counted, on one interface alone. */
static void expect(const char *name, const struct frame *in, enum lab_verdict want_verdict,
		   const struct frame *want, uint32_t link, int reason)
{
	struct frame out;

	lab_counts_clear(&lab);
	cr_expect_eq(lab_run(&lab, LAB_XDP, in, &out), want_verdict, "%s: verdict", name);
	cr_expect_eq(out.len, want->len, "%s: length %u", name, out.len);
	cr_expect_arr_eq(out.bytes, want->bytes, want->len, "%s: packet", name);
	for (uint32_t i = 0; i <= LAB_LINKS; i++)
		for (int r = 0; r <= MFIB_R_NO_SET; r++)
			cr_expect_eq(lab_count(&lab, i, r).packets, i == link && r == reason,
				     "%s: counter %d of link %u", name, r, i);
	if (reason != MFIB_R_COUNT)
		cr_expect_eq(lab_count(&lab, link, reason).bytes, in->len, "%s: bytes", name);
}

Test(tags, tagged_packet_is_forwarded_from_its_vlan_without_the_tag)
{
	const struct frame *const bases[2] = { &ipv4, &frame_base6 };

	for (int i = 0; i < 2; i++) {
		const struct frame want = frame_forwarded(bases[i], NULL);
		struct frame in = frame_tagged(bases[i], ETH_P_8021Q, 7);

		route_set(C_IFINDEX, C_LINK, 0);
		expect("802.1Q", &in, LAB_SEND, &want, C_LINK, MFIB_R_FORWARDED);
		in = frame_tagged(bases[i], ETH_P_8021Q, 0xf007); /* priority and drop flag */
		expect("priority", &in, LAB_SEND, &want, C_LINK, MFIB_R_FORWARDED);
		in = frame_tagged(bases[i], ETH_P_8021AD, 8);
		route_set(S_IFINDEX, S_LINK, 0);
		expect("802.1ad", &in, LAB_SEND, &want, S_LINK, MFIB_R_FORWARDED);
	}
}

Test(tags, packets_of_other_vlans_are_left_to_the_kernel)
{
	struct frame in = frame_tagged(&ipv4, ETH_P_8021Q, 9);

	route_set(C_IFINDEX, C_LINK, 0);
	expect("unknown", &in, LAB_PASS, &in, PORT_LINK, MFIB_R_VLAN);
	in = frame_tagged(&ipv4, ETH_P_8021AD, 7);
	expect("other kind of tag", &in, LAB_PASS, &in, PORT_LINK, MFIB_R_VLAN);
	in = frame_tagged(&ipv4, ETH_P_8021Q, 0xe000);
	expect("priority only", &in, LAB_PASS, &in, PORT_LINK, MFIB_R_VLAN);
	in = frame_tagged(&ipv4, ETH_P_8021Q, 5);
	in = frame_tagged(&in, ETH_P_8021Q, 7);
	expect("two tags", &in, LAB_PASS, &in, C_LINK, MFIB_R_VLAN);
}

Test(tags, port_and_vlan_are_different_inputs)
{
	const struct frame tagged = frame_tagged(&frame_base6, ETH_P_8021Q, 7);
	const struct frame want = frame_forwarded(&frame_base6, NULL);

	route_set(PORT_IFINDEX, PORT_LINK, 0);
	expect("tagged", &tagged, LAB_DROP, &tagged, C_LINK, MFIB_R_WRONG_IF);
	expect("untagged", &frame_base6, LAB_SEND, &want, PORT_LINK, MFIB_R_FORWARDED);
	route_set(C_IFINDEX, C_LINK, 0);
	expect("untagged", &frame_base6, LAB_DROP, &frame_base6, PORT_LINK, MFIB_R_WRONG_IF);
}

Test(tags, packet_that_passes_keeps_its_tag)
{
	struct frame in = frame_tagged(&ipv4, ETH_P_8021Q, 7), igmp = ipv4;

	route_set(C_IFINDEX, C_LINK, MFIB_F_PASS);
	expect("kernel", &in, LAB_PASS, &in, C_LINK, MFIB_R_KERNEL);
	route_set(C_IFINDEX, C_LINK, MFIB_F_TC);
	expect("TC", &in, LAB_PASS, &in, C_LINK, MFIB_R_COUNT);
	lab_route(&lab, false, NULL);
	expect("miss", &in, LAB_PASS, &in, C_LINK, MFIB_R_MISS);
	igmp.bytes[IP4_PROTO] = 2;
	frame_sum_set(&igmp);
	in = frame_tagged(&igmp, ETH_P_8021Q, 7);
	expect("IGMP", &in, LAB_PASS, &in, C_LINK, MFIB_R_CONTROL);
	in.bytes[TYPE_AT + 1] = 6;
	expect("ARP", &in, LAB_PASS, &in, C_LINK, MFIB_R_COUNT);
}

Test(tags, truncated_behind_a_tag_is_passed_untouched)
{
	struct frame in = frame_tagged(&frame_base6, ETH_P_8021Q, 7);
	const uint32_t full = in.len;

	route_set(C_IFINDEX, C_LINK, 0);
	for (in.len = 14; in.len < full; in.len++)
		expect("truncated", &in, LAB_PASS, &in, in.len < 18 ? PORT_LINK : C_LINK,
		       in.len < 18 ? MFIB_R_VLAN : MFIB_R_MALFORMED);
}

/* A test run returns metadata before the frame. */
Test(tags, metadata_says_the_set_and_tells_packets_apart)
{
	const struct frame in = frame_tagged(&frame_base6, ETH_P_8021Q, 7);
	const struct frame want = frame_forwarded(&frame_base6, NULL);
	struct frame out;
	struct mfib_meta meta[2];

	lab_counts_clear(&lab);
	route_set(C_IFINDEX, C_LINK, MFIB_F_TAGGED);
	for (int i = 0; i < 2; i++) {
		cr_expect_eq(lab_run(&lab, LAB_XDP, &in, &out), LAB_SEND);
		cr_assert_eq(out.len, sizeof(meta[i]) + want.len);
		cr_expect_arr_eq(out.bytes + sizeof(meta[i]), want.bytes, want.len);
		memcpy(&meta[i], out.bytes, sizeof(meta[i]));
		cr_expect_eq(meta[i].magic, MFIB_META_MAGIC);
		cr_expect_eq(meta[i].set, 0);
	}
	cr_expect_neq(meta[0].packet, meta[1].packet);
	cr_expect_eq(lab_count(&lab, C_LINK, MFIB_R_FORWARDED).packets, 2);
}

Test(tags, packet_without_room_for_metadata_is_passed_untouched)
{
	const struct frame in = frame_tagged(&frame_base6, ETH_P_8021Q, 7);
	struct frame out;

	route_set(C_IFINDEX, C_LINK, MFIB_F_TAGGED);
	cr_expect_eq(lab_run_no_room(&lab, &in, &out), LAB_PASS);
	cr_expect_eq(out.len, in.len);
	cr_expect_arr_eq(out.bytes, in.bytes, in.len);
	cr_expect_eq(lab_count(&lab, C_LINK, MFIB_R_NO_ROOM).packets, 1);
	cr_expect_eq(lab_count(&lab, C_LINK, MFIB_R_FORWARDED).packets, 0);
	cr_expect_eq(lab_route_count(&lab, 0).packets, 0);
}
