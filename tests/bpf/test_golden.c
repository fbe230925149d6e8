/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Golden packets: one row is a packet, the state of the maps, the verdict, what the packet must
 * look like afterwards, and the one reason counter that moves; the same in XDP and TC, where both
 * see the packet. By test-run, where the input is the loopback interface.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "common_lab.h"

/* Input of a test run, and the output, which nothing is sent to; with their link numbers. */
#define IN_IFINDEX  1
#define IN_LINK     3
#define OUT_IFINDEX 9
#define OUT_LINK    5
#define UNKNOWN     LAB_LINKS

static const struct mfib_port in_port = { .link = IN_LINK, .carrier = IN_IFINDEX };
static const struct mfib_port out_port = { .link = OUT_LINK,
					   .mac = { 2, 0, 0, 0, 9, 9 },
					   .carrier = OUT_IFINDEX };

static struct lab lab;

static void setup(void)
{
	const uint32_t output = OUT_IFINDEX;

	lab_open(&lab);
	lab_port(&lab, IN_IFINDEX, &in_port);
	lab_port(&lab, OUT_IFINDEX, &out_port);
	lab_set(&lab, 0, &output, 1);
}

static void teardown(void)
{
	lab_close(&lab);
}

TestSuite(golden, .init = setup, .fini = teardown);

/* ---- map state ---- */

enum state {
	ROUTE_NONE,
	ROUTE_HIT,    /* set 0 */
	ROUTE_MTU_39, /* one byte less than the IPv4 packet */
	ROUTE_MTU_40, /* as long as the IPv4 packet */
	ROUTE_NEGATIVE,
	ROUTE_OTHER_IIF,
	ROUTE_OTHER_IIF_ASKED, /* with MFIB_F_WRONG_IF */
	ROUTE_PASS,
	ROUTE_TC,
	ROUTE_TC_NEGATIVE,
	ROUTE_TC_MTU_40,
	ROUTE_TC_NO_SET,
	ROUTE_NOTIFY,
	ROUTE_NO_SET,
	ROUTE_LEASE_OVER,
	ROUTE_LEASE_GOOD,
	STATES,
};

static const struct mfib_entry entries[STATES] = {
	[ROUTE_HIT] = { .iif = IN_IFINDEX, .mtu = 1500 },
	[ROUTE_MTU_39] = { .iif = IN_IFINDEX, .mtu = 39 },
	[ROUTE_MTU_40] = { .iif = IN_IFINDEX, .mtu = 40 },
	[ROUTE_NEGATIVE] = { .iif = IN_IFINDEX, .mtu = 1500, .set = MFIB_SET_NONE },
	[ROUTE_OTHER_IIF] = { .iif = 77, .mtu = 1500 },
	[ROUTE_OTHER_IIF_ASKED] = { .iif = 77, .mtu = 1500, .flags = MFIB_F_WRONG_IF },
	[ROUTE_PASS] = { .iif = IN_IFINDEX, .mtu = 1500, .flags = MFIB_F_PASS },
	[ROUTE_TC] = { .iif = IN_IFINDEX, .mtu = 1500, .flags = MFIB_F_TC },
	[ROUTE_TC_MTU_40] = { .iif = IN_IFINDEX, .mtu = 40, .flags = MFIB_F_TC },
	[ROUTE_TC_NO_SET] = { .iif = IN_IFINDEX, .mtu = 1500, .set = 1, .flags = MFIB_F_TC },
	[ROUTE_TC_NEGATIVE] = { .iif = IN_IFINDEX,
				.mtu = 1500,
				.set = MFIB_SET_NONE,
				.flags = MFIB_F_TC },
	[ROUTE_NOTIFY] = { .iif = IN_IFINDEX, .mtu = 1500, .flags = MFIB_F_NOTIFY },
	[ROUTE_NO_SET] = { .iif = IN_IFINDEX, .mtu = 1500, .set = 1 },
	[ROUTE_LEASE_OVER] = { .iif = IN_IFINDEX, .mtu = 1500 },
	[ROUTE_LEASE_GOOD] = { .iif = IN_IFINDEX, .mtu = 1500 },
};

static void state_set(enum state state)
{
	const uint64_t second = 1000000000u;
	uint64_t lease = state == ROUTE_LEASE_OVER   ? lab_now_ns() - second
			 : state == ROUTE_LEASE_GOOD ? lab_now_ns() + 60 * second
						     : 0;
	struct mfib_entry entry = entries[state];

	entry.link = IN_LINK;
	lab_settings(&lab, lease, 0);
	for (uint32_t i = 0; i < 2; i++) { /* also the slot of the counters */
		entry.slot = i;
		lab_route(&lab, i == 1, state == ROUTE_NONE ? NULL : &entry);
	}
	lab_counts_clear(&lab);
	lab_limits_clear(&lab);
}

/* ---- rows ---- */

#define PATCHES 7

#define ETH_TO(a, b, c, d, e, f)                          \
	{ 0, a }, { 1, b }, { 2, c }, { 3, d }, { 4, e }, \
	{                                                 \
		5, f                                      \
	}

struct row {
	const char *name;
	const struct frame *base;
	struct {
		uint16_t at;
		uint8_t value;
	} patch[PATCHES]; /* at 0 with value 0 ends the list */
	bool keep_sum;    /* do not repair the IPv4 header checksum */
	enum state state;
	enum lab_verdict verdict;
	int reason; /* MFIB_R_COUNT: nothing is counted */
	int note;   /* second counter, 0: none */
};

#define NONE_COUNTED MFIB_R_COUNT

/* clang-format off */
static const struct row rows[] = {
	{ "IPv4 hit", &frame_base4, { { 0, 0 } }, false, ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv6 hit", &frame_base6, { { 0, 0 } }, false, ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv4 miss", &frame_base4, { { 0, 0 } }, false, ROUTE_NONE, LAB_PASS, MFIB_R_MISS,
	  MFIB_R_UPCALL },
	{ "IPv6 miss", &frame_base6, { { 0, 0 } }, false, ROUTE_NONE, LAB_PASS, MFIB_R_MISS,
	  MFIB_R_UPCALL },
	{ "other source misses", &frame_base4, { { IP4_SRC + 3, 2 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "other group misses", &frame_base6, { { IP6_DST + 15, 2 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "IPv4 negative", &frame_base4, { { 0, 0 } }, false, ROUTE_NEGATIVE, LAB_DROP, MFIB_R_NEGATIVE,
	  0 },
	{ "IPv6 negative", &frame_base6, { { 0, 0 } }, false, ROUTE_NEGATIVE, LAB_DROP, MFIB_R_NEGATIVE,
	  0 },
	{ "IPv4 wrong input", &frame_base4, { { 0, 0 } }, false, ROUTE_OTHER_IIF, LAB_DROP,
	  MFIB_R_WRONG_IF, 0 },
	{ "IPv6 wrong input", &frame_base6, { { 0, 0 } }, false, ROUTE_OTHER_IIF, LAB_DROP,
	  MFIB_R_WRONG_IF, 0 },
	{ "IPv4 wrong input, asked for", &frame_base4, { { 0, 0 } }, false, ROUTE_OTHER_IIF_ASKED,
	  LAB_DROP, MFIB_R_WRONG_IF, MFIB_R_UPCALL },
	{ "IPv6 wrong input, asked for", &frame_base6, { { 0, 0 } }, false, ROUTE_OTHER_IIF_ASKED,
	  LAB_DROP, MFIB_R_WRONG_IF, MFIB_R_UPCALL },
	{ "kernel carries IPv4", &frame_base4, { { 0, 0 } }, false, ROUTE_PASS, LAB_PASS, MFIB_R_KERNEL,
	  0 },
	{ "kernel carries IPv6", &frame_base6, { { 0, 0 } }, false, ROUTE_PASS, LAB_PASS, MFIB_R_KERNEL,
	  0 },
	{ "TTL 2", &frame_base4, { { IP4_TTL, 2 } }, false, ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "TTL 1", &frame_base4, { { IP4_TTL, 1 } }, false, ROUTE_HIT, LAB_DROP, MFIB_R_TTL, 0 },
	{ "TTL 0", &frame_base4, { { IP4_TTL, 0 } }, false, ROUTE_HIT, LAB_DROP, MFIB_R_TTL, 0 },
	{ "TTL 255", &frame_base4, { { IP4_TTL, 255 } }, false, ROUTE_HIT, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "hop limit 2", &frame_base6, { { IP6_HOPS, 2 } }, false, ROUTE_HIT, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "hop limit 1", &frame_base6, { { IP6_HOPS, 1 } }, false, ROUTE_HIT, LAB_DROP, MFIB_R_TTL, 0 },
	{ "hop limit 0", &frame_base6, { { IP6_HOPS, 0 } }, false, ROUTE_HIT, LAB_DROP, MFIB_R_TTL, 0 },
	{ "224.0.0.5", &frame_base4, { { IP4_DST, 224 }, { IP4_DST + 1, 0 }, { IP4_DST + 2, 0 } }, false,
	  ROUTE_HIT, LAB_PASS, MFIB_R_LINK_SCOPE, 0 },
	{ "224.0.1.1 has no link scope", &frame_base4,
	  { { IP4_DST, 224 }, { IP4_DST + 1, 0 }, { IP4_DST + 2, 1 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "ff02::1", &frame_base6, { { IP6_DST + 1, 2 } }, false, ROUTE_HIT, LAB_PASS, MFIB_R_LINK_SCOPE,
	  0 },
	{ "ff11::1", &frame_base6, { { IP6_DST + 1, 0x11 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_LINK_SCOPE, 0 },
	{ "ff00::1", &frame_base6, { { IP6_DST + 1, 0x10 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_LINK_SCOPE, 0 },
	{ "ff03::1 has no link scope", &frame_base6, { { IP6_DST + 1, 3 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "IGMP", &frame_base4, { { IP4_PROTO, 2 } }, false, ROUTE_HIT, LAB_PASS, MFIB_R_CONTROL, 0 },
	{ "IPv4 protocol 103", &frame_base4, { { IP4_PROTO, 103 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_CONTROL, 0 },
	{ "IPv6 protocol 103", &frame_base6, { { IP6_NEXT, 103 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_CONTROL, 0 },
	{ "MLD query", &frame_base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 130 } }, false, ROUTE_HIT,
	  LAB_PASS, MFIB_R_CONTROL, 0 },
	{ "MLD done", &frame_base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 132 } }, false, ROUTE_HIT,
	  LAB_PASS, MFIB_R_CONTROL, 0 },
	{ "MLDv2 report", &frame_base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 143 } }, false, ROUTE_HIT,
	  LAB_PASS, MFIB_R_CONTROL, 0 },
	{ "echo request to a group", &frame_base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 128 } }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IP options", &frame_base4, { { IP4, 0x46 } }, false, ROUTE_HIT, LAB_PASS, MFIB_R_OPTIONS, 0 },
	{ "hop-by-hop header", &frame_base6, { { IP6_NEXT, 0 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_OPTIONS, 0 },
	{ "first fragment", &frame_base4, { { IP4_FRAG, 0x20 } }, false, ROUTE_HIT, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "later fragment", &frame_base4, { { IP4_FRAG + 1, 9 } }, false, ROUTE_HIT, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "IPv6 fragment", &frame_base6, { { IP6_NEXT, 44 } }, false, ROUTE_HIT, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "IPv4 header length 4", &frame_base4, { { IP4, 0x44 } }, true, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "IPv4 version 5", &frame_base4, { { IP4, 0x55 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "IPv6 version 4", &frame_base6, { { IP6, 0x40 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "total length below header", &frame_base4, { { IP4_LEN + 1, 19 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "total length past frame", &frame_base4, { { IP4_LEN + 1, 41 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "payload length past frame", &frame_base6, { { IP6_LEN + 1, 21 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "frame longer than packet", &frame_base4, { { IP4_LEN + 1, 30 } }, false, ROUTE_HIT,
	  LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "wrong header checksum", &frame_base4, { { IP4_SUM, 1 } }, true, ROUTE_HIT, LAB_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "VLAN tag", &frame_base4, { { ETH_TYPE, 0x81 } }, true, ROUTE_HIT, LAB_PASS, MFIB_R_VLAN, 0 },
	{ "service VLAN tag", &frame_base4, { { ETH_TYPE, 0x88 }, { ETH_TYPE + 1, 0xa8 } }, true,
	  ROUTE_HIT, LAB_PASS, MFIB_R_VLAN, 0 },
	{ "as long as the MTU", &frame_base4, { { 0, 0 } }, false, ROUTE_MTU_40, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "longer than the MTU", &frame_base4, { { 0, 0 } }, false, ROUTE_MTU_39, LAB_PASS,
	  MFIB_R_TOO_BIG, 0 },
	{ "IPv6 longer than the MTU", &frame_base6, { { 0, 0 } }, false, ROUTE_MTU_40, LAB_PASS,
	  MFIB_R_TOO_BIG, 0 },
	{ "lease ran out", &frame_base4, { { 0, 0 } }, false, ROUTE_LEASE_OVER, LAB_PASS, MFIB_R_LEASE,
	  0 },
	{ "lease is good", &frame_base6, { { 0, 0 } }, false, ROUTE_LEASE_GOOD, LAB_SEND,
	  MFIB_R_FORWARDED, 0 },
	{ "unicast frame", &frame_base4, { { ETH_DST, 2 } }, false, ROUTE_HIT, LAB_PASS, NONE_COUNTED,
	  0 },
	{ "IPv4 unicast address", &frame_base4, { { IP4_DST, 10 } }, false, ROUTE_HIT, LAB_PASS,
	  NONE_COUNTED, 0 },
	{ "IPv4 class E address", &frame_base4, { { IP4_DST, 240 } }, false, ROUTE_HIT, LAB_PASS,
	  NONE_COUNTED, 0 },
	{ "IPv6 unicast address", &frame_base6, { { IP6_DST, 0xfe } }, false, ROUTE_HIT, LAB_PASS,
	  NONE_COUNTED, 0 },
	{ "ARP", &frame_base4, { { ETH_TYPE + 1, 6 } }, true, ROUTE_HIT, LAB_PASS, NONE_COUNTED, 0 },
	{ "IPv4 seen", &frame_base4, { { 0, 0 } }, false, ROUTE_NOTIFY, LAB_SEND,
	  MFIB_R_FORWARDED, MFIB_R_UPCALL },
	{ "IPv6 seen", &frame_base6, { { 0, 0 } }, false, ROUTE_NOTIFY, LAB_SEND,
	  MFIB_R_FORWARDED, MFIB_R_UPCALL },
	{ "IPv4 set that does not exist", &frame_base4, { { 0, 0 } }, false, ROUTE_NO_SET, LAB_PASS,
	  MFIB_R_NO_SET, 0 },
	{ "IPv6 set that does not exist", &frame_base6, { { 0, 0 } }, false, ROUTE_NO_SET, LAB_PASS,
	  MFIB_R_NO_SET, 0 },
	{ "IPv4 to all stations", &frame_base4, { ETH_TO(0xff, 0xff, 0xff, 0xff, 0xff, 0xff) }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv6 to all stations", &frame_base6, { ETH_TO(0xff, 0xff, 0xff, 0xff, 0xff, 0xff) }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv4 to another group's address", &frame_base4, { ETH_TO(0x01, 0, 0x5e, 0, 0, 0x01) }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv6 to another group's address", &frame_base6, { ETH_TO(0x33, 0x33, 0, 0x01, 0, 0x01) },
	  false, ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv4 to the address of IPv6", &frame_base4, { ETH_TO(0x33, 0x33, 0, 0, 0, 0x01) }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv4 to a bridge's address", &frame_base4, { ETH_TO(0x01, 0x80, 0xc2, 0, 0, 0) }, false,
	  ROUTE_HIT, LAB_DROP, MFIB_R_BAD_MAC, 0 },
	{ "IPv6 to a bridge's address", &frame_base6, { ETH_TO(0x01, 0x80, 0xc2, 0, 0, 0x0e) }, false,
	  ROUTE_HIT, LAB_DROP, MFIB_R_BAD_MAC, 0 },
	{ "to a bridge's address, the kernel's tree", &frame_base4, { ETH_TO(0x01, 0x80, 0xc2, 0, 0, 0) },
	  false, ROUTE_PASS, LAB_DROP, MFIB_R_BAD_MAC, 0 },
	{ "to a bridge's address, no route", &frame_base4, { ETH_TO(0x01, 0x80, 0xc2, 0, 0, 0) }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_MAC, 0 },
	{ "IGMP to a bridge's address", &frame_base4,
	  { ETH_TO(0x01, 0x80, 0xc2, 0, 0, 0), { IP4_PROTO, 2 } }, false, ROUTE_HIT, LAB_PASS,
	  MFIB_R_CONTROL, 0 },
	{ "next to the addresses of bridges", &frame_base4, { ETH_TO(0x01, 0x80, 0xc3, 0, 0, 0) }, false,
	  ROUTE_HIT, LAB_SEND, MFIB_R_FORWARDED, 0 },
	{ "IPv4 seen, to all stations", &frame_base4, { ETH_TO(0xff, 0xff, 0xff, 0xff, 0xff, 0xff) },
	  false, ROUTE_NOTIFY, LAB_SEND, MFIB_R_FORWARDED, MFIB_R_UPCALL },
	{ "source 0.0.0.1", &frame_base4, { { IP4_SRC, 0 } }, false, ROUTE_NONE, LAB_DROP,
	  MFIB_R_BAD_SOURCE, 0 },
	{ "source 127.0.0.1", &frame_base4, { { IP4_SRC, 127 } }, false, ROUTE_NONE, LAB_DROP,
	  MFIB_R_BAD_SOURCE, 0 },
	{ "source 169.254.0.1", &frame_base4, { { IP4_SRC, 169 }, { IP4_SRC + 1, 254 } }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source 169.253.0.1", &frame_base4, { { IP4_SRC, 169 }, { IP4_SRC + 1, 253 } }, false,
	  ROUTE_NONE, LAB_PASS, MFIB_R_MISS, MFIB_R_UPCALL },
	{ "source 223.0.0.1", &frame_base4, { { IP4_SRC, 223 } }, false, ROUTE_NONE, LAB_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "source 224.0.0.1", &frame_base4, { { IP4_SRC, 224 } }, false, ROUTE_NONE, LAB_DROP,
	  MFIB_R_BAD_SOURCE, 0 },
	{ "source 255.255.255.255", &frame_base4,
	  { { IP4_SRC, 255 }, { IP4_SRC + 1, 255 }, { IP4_SRC + 2, 255 }, { IP4_SRC + 3, 255 } }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source 127.0.0.1, the kernel's tree", &frame_base4, { { IP4_SRC, 127 } }, false, ROUTE_PASS,
	  LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "IGMP from 0.0.0.1", &frame_base4, { { IP4_SRC, 0 }, { IP4_PROTO, 2 } }, false, ROUTE_NONE,
	  LAB_PASS, MFIB_R_CONTROL, 0 },
	{ "source fe80:db8::1", &frame_base6, { { IP6_SRC, 0xfe }, { IP6_SRC + 1, 0x80 } }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source febf:db8::1", &frame_base6, { { IP6_SRC, 0xfe }, { IP6_SRC + 1, 0xbf } }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source fec0:db8::1", &frame_base6, { { IP6_SRC, 0xfe }, { IP6_SRC + 1, 0xc0 } }, false,
	  ROUTE_NONE, LAB_PASS, MFIB_R_MISS, MFIB_R_UPCALL },
	{ "source ff01:db8::1", &frame_base6, { { IP6_SRC, 0xff } }, false, ROUTE_NONE, LAB_DROP,
	  MFIB_R_BAD_SOURCE, 0 },
	{ "source ::1", &frame_base6,
	  { { IP6_SRC, 0 }, { IP6_SRC + 1, 0 }, { IP6_SRC + 2, 0 }, { IP6_SRC + 3, 0 } }, false,
	  ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source ::", &frame_base6,
	  { { IP6_SRC, 0 }, { IP6_SRC + 1, 0 }, { IP6_SRC + 2, 0 }, { IP6_SRC + 3, 0 },
	    { IP6_SRC + 15, 0 } },
	  false, ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
	{ "source ::2", &frame_base6,
	  { { IP6_SRC, 0 }, { IP6_SRC + 1, 0 }, { IP6_SRC + 2, 0 }, { IP6_SRC + 3, 0 },
	    { IP6_SRC + 15, 2 } },
	  false, ROUTE_NONE, LAB_PASS, MFIB_R_MISS, MFIB_R_UPCALL },
	{ "source ::ffff:0.0.0.1", &frame_base6,
	  { { IP6_SRC, 0 }, { IP6_SRC + 1, 0 }, { IP6_SRC + 2, 0 }, { IP6_SRC + 3, 0 },
	    { IP6_SRC + 10, 0xff }, { IP6_SRC + 11, 0xff } },
	  false, ROUTE_NONE, LAB_DROP, MFIB_R_BAD_SOURCE, 0 },
};

/* Where XDP and TC differ; IPv6 as it stands. */
static const struct {
	const char *name;
	enum state state;
	uint16_t in_flags;
	struct {
		enum lab_verdict verdict;
		int reason, note;
	} want[LAB_HOOKS];
} hook_rows[] = {
	{ "carried by TC", ROUTE_TC, 0,
	  { { LAB_PASS, NONE_COUNTED, 0 }, { LAB_SEND, MFIB_R_FORWARDED, 0 } } },
	{ "carried by TC, after XDP", ROUTE_TC, MFIB_PORT_XDP,
	  { { LAB_PASS, NONE_COUNTED, 0 }, { LAB_SEND, MFIB_R_FORWARDED, 0 } } },
	{ "carried by TC, no outputs", ROUTE_TC_NEGATIVE, MFIB_PORT_XDP,
	  { { LAB_PASS, NONE_COUNTED, 0 }, { LAB_DROP, MFIB_R_NEGATIVE, 0 } } },
	{ "carried by XDP since XDP passed it", ROUTE_HIT, MFIB_PORT_XDP,
	  { { LAB_SEND, MFIB_R_FORWARDED, 0 }, { LAB_SEND, MFIB_R_FORWARDED, 0 } } },
	{ "carried by the kernel, after XDP", ROUTE_PASS, MFIB_PORT_XDP,
	  { { LAB_PASS, MFIB_R_KERNEL, 0 }, { LAB_PASS, NONE_COUNTED, 0 } } },
	{ "miss, after XDP", ROUTE_NONE, MFIB_PORT_XDP,
	  { { LAB_PASS, MFIB_R_MISS, MFIB_R_UPCALL }, { LAB_PASS, NONE_COUNTED, 0 } } },
	{ "too big, after XDP", ROUTE_MTU_40, MFIB_PORT_XDP,
	  { { LAB_PASS, MFIB_R_TOO_BIG, 0 }, { LAB_PASS, NONE_COUNTED, 0 } } },
	{ "too big, carried by TC, after XDP", ROUTE_TC_MTU_40, MFIB_PORT_XDP,
	  { { LAB_PASS, NONE_COUNTED, 0 }, { LAB_PASS, MFIB_R_TOO_BIG, 0 } } },
	{ "no set, after XDP", ROUTE_NO_SET, MFIB_PORT_XDP,
	  { { LAB_PASS, MFIB_R_NO_SET, 0 }, { LAB_PASS, NONE_COUNTED, 0 } } },
	{ "no set, carried by TC, after XDP", ROUTE_TC_NO_SET, MFIB_PORT_XDP,
	  { { LAB_PASS, NONE_COUNTED, 0 }, { LAB_PASS, MFIB_R_NO_SET, 0 } } },
	{ "lease ran out, after XDP", ROUTE_LEASE_OVER, MFIB_PORT_XDP,
	  { { LAB_PASS, MFIB_R_LEASE, 0 }, { LAB_PASS, NONE_COUNTED, 0 } } },
	{ "seen, after XDP", ROUTE_NOTIFY, MFIB_PORT_XDP,
	  { { LAB_SEND, MFIB_R_FORWARDED, MFIB_R_UPCALL }, { LAB_SEND, MFIB_R_FORWARDED, 0 } } },
};
/* clang-format on */

static struct frame row_frame(const struct row *row)
{
	struct frame frame = *row->base;

	for (int i = 0; i < PATCHES && (row->patch[i].at || row->patch[i].value); i++)
		frame.bytes[row->patch[i].at] = row->patch[i].value;
	if (row->base == &frame_base4 && !row->keep_sum)
		frame_sum_set(&frame);
	return frame;
}

/* Of all counters of the input, and of the unknown interface, one or two. */
static void counters_expect(const char *name, uint32_t link, int reason, int note, uint32_t len)
{
	for (int i = 0; i < MFIB_REASONS_MAX; i++) {
		const struct mfib_packets known = lab_count(&lab, IN_LINK, i);
		const struct mfib_packets unknown = lab_count(&lab, UNKNOWN, i);
		const struct mfib_packets *got = link == UNKNOWN ? &unknown : &known;
		bool is_reason = i == reason && reason != NONE_COUNTED;
		bool is_note = note && i == note;

		cr_expect_eq(got->packets, is_reason || is_note ? 1 : 0, "%s: counter %d is %llu",
			     name, i, got->packets);
		cr_expect_eq(got->bytes, is_reason ? len : 0, "%s: bytes of counter %d", name, i);
		cr_expect_eq(known.packets + unknown.packets, got->packets,
			     "%s: counter %d of another interface", name, i);
	}
}

/* The input, and the copy: TC gives it its source address and counts it, XDP's egress did not run.
 */
static void run_expect(const char *name, enum lab_hook hook, const struct frame *in,
		       enum lab_verdict want_verdict, int reason, int note)
{
	const uint8_t *mac = hook == LAB_TC ? out_port.mac : NULL;
	struct frame out, want = *in;
	enum lab_verdict verdict = lab_run(&lab, hook, in, &out);
	struct mfib_packets sent = lab_count(&lab, OUT_LINK, MFIB_R_SENT);

	if (want_verdict == LAB_SEND)
		want = frame_forwarded(in, mac);
	cr_expect_eq(verdict, want_verdict, "%s: verdict %d in hook %d", name, verdict, hook);
	cr_expect_eq(out.len, want.len, "%s: length %u in hook %d", name, out.len, hook);
	cr_expect_arr_eq(out.bytes, want.bytes, want.len, "%s: packet in hook %d", name, hook);
	counters_expect(name, IN_LINK, reason, note, in->len);
	cr_expect_eq(sent.packets, mac && want_verdict == LAB_SEND ? 1 : 0, "%s: copies", name);
	cr_expect_eq(sent.bytes, sent.packets * in->len, "%s: bytes of copies", name);
}

static void rows_expect(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct frame in = row_frame(row);

		for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
			state_set(row->state);
			run_expect(row->name, hook, &in, row->verdict, row->reason, row->note);
		}
	}
}

Test(golden, every_row_has_its_verdict_packet_and_counter)
{
	rows_expect();
}

Test(golden, every_row_is_the_same_without_a_line)
{
	lab.goes_long = true;
	rows_expect();
}

Test(golden, packet_is_counted_once_though_both_hooks_see_it)
{
	for (size_t i = 0; i < sizeof(hook_rows) / sizeof(hook_rows[0]); i++) {
		struct mfib_port port = in_port;

		port.flags = hook_rows[i].in_flags;
		lab_port(&lab, IN_IFINDEX, &port);
		for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
			state_set(hook_rows[i].state);
			run_expect(hook_rows[i].name, hook, &frame_base6,
				   hook_rows[i].want[hook].verdict, hook_rows[i].want[hook].reason,
				   hook_rows[i].want[hook].note);
		}
	}
}

static void checksums_check(enum lab_hook hook)
{
	struct frame in = frame_base4, out, want;

	for (uint32_t i = 0; i < 0x10000; i++) { /* the identification takes the sum through all */
		in.bytes[IP4_ID] = (uint8_t)(i >> 8);
		in.bytes[IP4_ID + 1] = (uint8_t)i;
		frame_sum_set(&in);
		want = frame_forwarded(&in, hook == LAB_TC ? out_port.mac : NULL);
		cr_assert_eq(lab_run(&lab, hook, &in, &out), LAB_SEND);
		cr_assert_arr_eq(out.bytes, want.bytes, want.len, "identification %u", i);
	}
}

Test(golden, every_checksum_is_updated_as_if_computed_afresh)
{
	state_set(ROUTE_HIT);
	checksums_check(LAB_XDP);
	checksums_check(LAB_TC);
}

/* Ethernet needs 14 bytes to be run at all, a socket buffer its IP header, too, since 6.18. */
static void truncated_check(const struct frame *full)
{
	const uint32_t headers = frame_is_ipv6(full) ? IP6_PAYLOAD : IP4 + 20;
	struct frame in = *full;

	for (in.len = 14; in.len < full->len; in.len++) {
		enum lab_hook end = in.len < headers ? LAB_TC : LAB_HOOKS;

		for (enum lab_hook hook = LAB_XDP; hook < end; hook++) {
			state_set(ROUTE_HIT);
			run_expect("truncated", hook, &in, LAB_PASS, MFIB_R_MALFORMED, 0);
		}
	}
}

Test(golden, truncated_at_every_length_is_passed_untouched)
{
	const struct frame in4 = frame_ipv4();

	truncated_check(&in4);
	truncated_check(&frame_base6);
}

/* ---- addresses of the router ---- */

static void own_check(const struct frame *in, uint32_t own, enum lab_verdict want)
{
	struct ip_addr source = { .b = { [10] = 0xff, [11] = 0xff } };
	struct frame out;

	if (frame_is_ipv6(in))
		memcpy(source.b, in->bytes + IP6_SRC, 16);
	else
		memcpy(source.b + 12, in->bytes + IP4_SRC, 4);
	lab_put(&lab, "own_addresses", &source, &own);
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		lab_counts_clear(&lab);
		cr_expect_eq(lab_run(&lab, hook, in, &out), want, "hook %d", hook);
		cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_BAD_SOURCE).packets,
			     want == LAB_DROP ? 1 : 0, "hook %d", hook);
	}
	lab_del(&lab, "own_addresses", &source);
}

Test(golden, what_arrives_from_an_address_of_the_router_is_dropped)
{
	static const enum state states[] = { ROUTE_NONE, ROUTE_PASS, ROUTE_OTHER_IIF_ASKED };
	const struct frame in4 = frame_ipv4();

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		state_set(states[i]);
		own_check(&in4, MFIB_OWN_ADDRESS, LAB_DROP);
		own_check(&in4, MFIB_OWN_BROADCAST, LAB_DROP);
		own_check(&frame_base6, MFIB_OWN_ADDRESS, LAB_DROP);
	}
}

/* ---- inputs that are not served ---- */

static void unattached_frame_expect(const char *name, const struct frame *in)
{
	struct frame out;

	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		state_set(ROUTE_NONE);
		cr_expect_eq(lab_run(&lab, hook, in, &out), LAB_PASS, "%s", name);
		counters_expect(name, UNKNOWN, MFIB_R_UNATTACHED, 0, in->len);
	}
}

static void unattached_expect(const char *name)
{
	struct frame bad_source = frame_base6, bad_mac = frame_base6;
	static const enum state states[] = { ROUTE_NONE, ROUTE_OTHER_IIF, ROUTE_OTHER_IIF_ASKED };
	struct upcall_record record;
	struct frame out;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
			state_set(states[i]);
			cr_expect_eq(lab_run(&lab, hook, &frame_base6, &out), LAB_PASS, "%s", name);
			counters_expect(name, UNKNOWN, MFIB_R_UNATTACHED, 0, frame_base6.len);
			cr_expect_eq(lab_upcalls(&lab, &record), 0, "%s", name);
		}
	}
	bad_source.bytes[IP6_SRC] = 0xff;
	unattached_frame_expect(name, &bad_source);
	memcpy(bad_mac.bytes + ETH_DST, (const uint8_t[]){ 0x01, 0x80, 0xc2, 0, 0, 0 }, 6);
	unattached_frame_expect(name, &bad_mac);
}

Test(golden, nothing_is_dropped_or_reported_where_the_interface_is_not_served)
{
	const uint32_t ifindex = IN_IFINDEX;

	lab_del(&lab, "ports", &ifindex);
	unattached_expect("unknown");
}

Test(golden, nothing_is_dropped_or_reported_where_the_interface_only_carries_vlans)
{
	const struct mfib_port carrier = { .link = UNKNOWN,
					   .flags = MFIB_PORT_CARRIER,
					   .carrier = IN_IFINDEX };

	lab_port(&lab, IN_IFINDEX, &carrier);
	state_set(ROUTE_OTHER_IIF);
	unattached_expect("carrier");
}

/* ---- routes ---- */

Test(golden, route_counts_what_it_forwards_and_sees_what_it_does_not)
{
	const uint64_t before = lab_now_ns() - 20000000; /* the program's clock is coarse */
	struct mfib_route_count count;
	struct frame in = frame_base6, out;

	state_set(ROUTE_HIT);
	in.bytes[IP6_HOPS] = 1;
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		lab_counts_clear(&lab);
		cr_expect_eq(lab_run(&lab, hook, &in, &out), LAB_DROP);
		count = lab_route_count(&lab, 1);
		cr_expect_eq(count.packets + count.tc_packets, 0);
		cr_expect_geq(count.seen_ns, before);
	}
	for (int i = 0; i < 3; i++)
		cr_expect_eq(lab_run(&lab, LAB_XDP, &frame_base6, &out), LAB_SEND);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_SEND);
	count = lab_route_count(&lab, 1);
	cr_expect_eq(count.packets, 3);
	cr_expect_eq(count.bytes, 3 * (frame_base6.len - 14));
	cr_expect_eq(count.tc_packets, 1);
	cr_expect_eq(count.tc_bytes, frame_base6.len - 14);
	cr_expect_eq(lab_route_count(&lab, 0).packets, 0);
}

Test(golden, packets_on_the_wrong_input_do_not_keep_a_route_alive)
{
	struct frame out;

	state_set(ROUTE_OTHER_IIF);
	cr_expect_eq(lab_run(&lab, LAB_XDP, &frame_base6, &out), LAB_DROP);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_DROP);
	cr_expect_eq(lab_route_count(&lab, 1).seen_ns, 0);
}

/* ---- outputs, in TC; those of XDP need live frames ---- */

Test(golden, tc_sends_only_above_the_threshold)
{
	struct mfib_port port = out_port;
	struct frame out;

	port.threshold = 8;
	lab_port(&lab, OUT_IFINDEX, &port);
	state_set(ROUTE_HIT);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_DROP, "consumed all the same");
	cr_expect_eq(lab_count(&lab, OUT_LINK, MFIB_R_THRESHOLD).packets, 1);
	cr_expect_eq(lab_count(&lab, OUT_LINK, MFIB_R_SENT).packets, 0);
	counters_expect("threshold", IN_LINK, MFIB_R_FORWARDED, 0, frame_base6.len);
	port.threshold = 7;
	lab_port(&lab, OUT_IFINDEX, &port);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_SEND);
	cr_expect_eq(lab_count(&lab, OUT_LINK, MFIB_R_SENT).packets, 1);
}

Test(golden, tc_counts_an_output_that_nobody_knows)
{
	const uint32_t ifindex = OUT_IFINDEX, slot = OUT_IFINDEX;
	const struct mfib_egress nobody = { .ifindex = 0 };
	struct frame out;

	state_set(ROUTE_HIT);
	lab_del(&lab, "ports", &ifindex);
	lab_put(&lab, "egress", &slot, &nobody);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_DROP);
	cr_expect_eq(lab_count(&lab, UNKNOWN, MFIB_R_NO_PORT).packets, 1);
	cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_FORWARDED).packets, 1);
}

Test(golden, tc_counts_a_copy_that_its_output_refuses)
{
	const struct mfib_port gone = { .link = 6, .carrier = 1 << 20 };
	const uint32_t outputs[2] = { 1 << 20, OUT_IFINDEX }; /* the first needs a clone */
	struct frame out;

	lab_port(&lab, outputs[0], &gone);
	lab_set(&lab, 0, outputs, 2);
	state_set(ROUTE_HIT);
	cr_expect_eq(lab_run(&lab, LAB_TC, &frame_base6, &out), LAB_SEND);
	cr_expect_eq(lab_count(&lab, 6, MFIB_R_SEND_FAILED).packets, 1);
	cr_expect_eq(lab_count(&lab, 6, MFIB_R_SENT).packets, 0);
	cr_expect_eq(lab_count(&lab, OUT_LINK, MFIB_R_SENT).packets, 1);
}

/* 20 bytes of IPv4, 8 of UDP and 12 of payload leave as one packet of 40. */
Test(golden, tc_compares_the_mtu_with_the_segments_of_a_joined_packet)
{
	struct frame in = frame_base4, out;

	in.len += 24; /* two more segments */
	in.bytes[IP4_LEN + 1] = 64;
	frame_sum_set(&in);
	state_set(ROUTE_MTU_40);
	cr_expect_eq(lab_run(&lab, LAB_TC, &in, &out), LAB_PASS);
	cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_TOO_BIG).packets, 1);
	state_set(ROUTE_MTU_40);
	cr_expect_eq(lab_run_gso(&lab, &in, 12, 3), LAB_SEND);
	cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_FORWARDED).packets, 3);
	cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_FORWARDED).bytes, in.len);
	cr_expect_eq(lab_count(&lab, OUT_LINK, MFIB_R_SENT).packets, 3);
	cr_expect_eq(lab_route_count(&lab, 0).tc_packets, 3);
	cr_expect_eq(lab_route_count(&lab, 0).tc_bytes, 64);
	state_set(ROUTE_MTU_40);
	cr_expect_eq(lab_run_gso(&lab, &in, 13, 3), LAB_PASS);
	cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_TOO_BIG).packets, 3);
}
