/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Golden packets: one row is a packet, the state of the maps, the verdict, what the packet must
 * look like afterwards, and the one reason counter that moves. Runs the ingress program by
 * test-run, where the input is the loopback interface.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "dplane/attach.h"
#include "dplane/maps.h"
#include "dplane/skel.h"

/* Input of a test run, and its link number. */
#define IN_IFINDEX 1
#define IN_LINK    3
#define LINKS      8

#define FRAME_MAX 256

static struct attach at;
static struct maps maps;

static void say(void *ctx, enum note_level level, const char *line)
{
	(void)ctx;
	if (level == NOTE_WARN)
		fprintf(stderr, "%s\n", line);
}

static char instance[32]; /* tests run at the same time, each in a process of its own */

static const struct dplane_config config = {
	.instance = instance,
	.max_links = LINKS,
	.max_routes = 16,
	.max_sets = 4,
	.say = say,
};

static void setup(void)
{
	const struct mfib_port port = { .link = IN_LINK };
	int err;

	if (geteuid() != 0)
		cr_skip("needs root");
	snprintf(instance, sizeof(instance), "hpimt-xdp-%d", (int)getpid());
	err = attach_open(&at, &config);
	if (err == -EPERM || err == -ENOTSUP)
		cr_skip("BPF is refused here: %s", strerror(-err));
	cr_assert_eq(err, 0, "%s", strerror(-err));
	cr_assert_eq(maps_init(&maps, at.skel, &config), 0);
	cr_assert_eq(maps_port_put(&maps, IN_IFINDEX, &port), 0);
}

static void teardown(void)
{
	if (!at.skel)
		return;
	maps_fini(&maps);
	attach_close(&at, false);
}

TestSuite(golden, .init = setup, .fini = teardown);

/* ---- frames ---- */

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint32_t len;
};

/* clang-format off */

/* 10.0.0.1 > 239.1.1.1, UDP, TTL 8, 12 bytes of payload. */
static const struct frame base4 = {
	.bytes = { 0x01, 0x00, 0x5e, 0x01, 0x01, 0x01, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
		   0x45, 0, 0, 40, 0x12, 0x34, 0, 0, 8, 17, 0, 0, 10, 0, 0, 1, 239, 1, 1, 1,
		   0x13, 0x88, 0x13, 0x88, 0, 20, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h',
		   'i', 'j', 'k', 'l' },
	.len = 54,
};

/* 2001:db8::1 > ff1e::1, UDP, hop limit 8, 12 bytes of payload. */
static const struct frame base6 = {
	.bytes = { 0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0x86, 0xdd,
		   0x60, 0, 0, 0, 0, 20, 17, 8,
		   0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		   0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		   0x13, 0x88, 0x13, 0x88, 0, 20, 0x12, 0x34, 'a', 'b', 'c', 'd', 'e', 'f', 'g',
		   'h', 'i', 'j', 'k', 'l' },
	.len = 74,
};
/* clang-format on */

/* Where things stand in a frame. */
enum {
	ETH_DST = 0,
	ETH_TYPE = 12,
	IP4 = 14,
	IP4_TOS = IP4 + 1,
	IP4_LEN = IP4 + 2,
	IP4_FRAG = IP4 + 6,
	IP4_TTL = IP4 + 8,
	IP4_PROTO = IP4 + 9,
	IP4_SUM = IP4 + 10,
	IP4_SRC = IP4 + 12,
	IP4_DST = IP4 + 16,
	IP6 = 14,
	IP6_LEN = IP6 + 4,
	IP6_NEXT = IP6 + 6,
	IP6_HOPS = IP6 + 7,
	IP6_DST = IP6 + 24,
	IP6_PAYLOAD = IP6 + 40,
};

/* The plain definition, unlike the incremental update under test. */
static void ipv4_sum_set(struct frame *frame)
{
	uint32_t sum = 0;

	frame->bytes[IP4_SUM] = frame->bytes[IP4_SUM + 1] = 0;
	for (int i = 0; i < (frame->bytes[IP4] & 15) * 4; i += 2)
		sum += (uint32_t)(frame->bytes[IP4 + i] << 8 | frame->bytes[IP4 + i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	frame->bytes[IP4_SUM] = (uint8_t)(~sum >> 8);
	frame->bytes[IP4_SUM + 1] = (uint8_t)~sum;
}

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
	ROUTE_LEASE_OVER,
	ROUTE_LEASE_GOOD,
};

static hp_time now_get(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

static void route_keys(struct mfib_key ret_keys[2])
{
	cr_assert_eq(ip_addr_parse("10.0.0.1", &ret_keys[0].source), 0);
	cr_assert_eq(ip_addr_parse("239.1.1.1", &ret_keys[0].group), 0);
	cr_assert_eq(ip_addr_parse("2001:db8::1", &ret_keys[1].source), 0);
	cr_assert_eq(ip_addr_parse("ff1e::1", &ret_keys[1].group), 0);
}

static void state_set(enum state state)
{
	struct mfib_entry entry = { .iif = IN_IFINDEX, .link = IN_LINK, .mtu = 1500 };
	hp_time lease = state == ROUTE_LEASE_OVER   ? now_get() - HP_SEC(1)
			: state == ROUTE_LEASE_GOOD ? now_get() + HP_SEC(60)
						    : 0;
	struct mfib_key keys[2];

	route_keys(keys);
	if (state == ROUTE_MTU_39 || state == ROUTE_MTU_40)
		entry.mtu = state == ROUTE_MTU_39 ? 39 : 40;
	if (state == ROUTE_NEGATIVE)
		entry.set = MFIB_SET_NONE;
	if (state == ROUTE_OTHER_IIF || state == ROUTE_OTHER_IIF_ASKED)
		entry.iif = 77;
	if (state == ROUTE_OTHER_IIF_ASKED)
		entry.flags = MFIB_F_WRONG_IF;
	if (state == ROUTE_PASS)
		entry.flags = MFIB_F_PASS;
	cr_assert_eq(maps_lease_set(&maps, lease), 0);
	for (uint32_t i = 0; i < 2; i++) {
		entry.slot = i;
		cr_assert_eq(maps_route_count_clear(&maps, i), 0);
		if (state == ROUTE_NONE)
			maps_route_del(&maps, &keys[i]);
		else
			cr_assert_eq(maps_route_put(&maps, &keys[i], &entry), 0);
	}
	cr_assert_eq(maps_port_count_clear(&maps, IN_LINK), 0);
}

/* As if nothing had been reported yet. */
static void tokens_clear(void)
{
	const uint64_t zero = 0;

	for (uint32_t i = 0; i < 4096; i++)
		cr_assert_eq(bpf_map_update_elem(bpf_map__fd(at.skel->maps.miss_tokens), &i, &zero,
						 BPF_ANY),
			     0);
}

/* ---- rows ---- */

#define PATCHES 6

struct row {
	const char *name;
	const struct frame *base;
	struct {
		uint16_t at;
		uint8_t value;
	} patch[PATCHES]; /* at 0 with value 0 ends the list */
	bool keep_sum;    /* do not repair the IPv4 header checksum */
	enum state state;
	uint32_t verdict;
	int reason; /* MFIB_R_COUNT: nothing is counted */
	int note;   /* second counter, 0: none */
};

#define NONE_COUNTED MFIB_R_COUNT

/* clang-format off */
static const struct row rows[] = {
	{ "IPv4 hit", &base4, { { 0, 0 } }, false, ROUTE_HIT, XDP_REDIRECT, MFIB_R_FORWARDED, 0 },
	{ "IPv6 hit", &base6, { { 0, 0 } }, false, ROUTE_HIT, XDP_REDIRECT, MFIB_R_FORWARDED, 0 },
	{ "IPv4 miss", &base4, { { 0, 0 } }, false, ROUTE_NONE, XDP_PASS, MFIB_R_MISS,
	  MFIB_R_UPCALL },
	{ "IPv6 miss", &base6, { { 0, 0 } }, false, ROUTE_NONE, XDP_PASS, MFIB_R_MISS,
	  MFIB_R_UPCALL },
	{ "other source misses", &base4, { { IP4_SRC + 3, 2 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "other group misses", &base6, { { IP6_DST + 15, 2 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "IPv4 negative", &base4, { { 0, 0 } }, false, ROUTE_NEGATIVE, XDP_DROP, MFIB_R_NEGATIVE,
	  0 },
	{ "IPv6 negative", &base6, { { 0, 0 } }, false, ROUTE_NEGATIVE, XDP_DROP, MFIB_R_NEGATIVE,
	  0 },
	{ "IPv4 wrong input", &base4, { { 0, 0 } }, false, ROUTE_OTHER_IIF, XDP_DROP,
	  MFIB_R_WRONG_IF, 0 },
	{ "IPv6 wrong input", &base6, { { 0, 0 } }, false, ROUTE_OTHER_IIF, XDP_DROP,
	  MFIB_R_WRONG_IF, 0 },
	{ "IPv4 wrong input, asked for", &base4, { { 0, 0 } }, false, ROUTE_OTHER_IIF_ASKED,
	  XDP_DROP, MFIB_R_WRONG_IF, MFIB_R_UPCALL },
	{ "IPv6 wrong input, asked for", &base6, { { 0, 0 } }, false, ROUTE_OTHER_IIF_ASKED,
	  XDP_DROP, MFIB_R_WRONG_IF, MFIB_R_UPCALL },
	{ "kernel carries IPv4", &base4, { { 0, 0 } }, false, ROUTE_PASS, XDP_PASS, MFIB_R_KERNEL,
	  0 },
	{ "kernel carries IPv6", &base6, { { 0, 0 } }, false, ROUTE_PASS, XDP_PASS, MFIB_R_KERNEL,
	  0 },
	{ "TTL 2", &base4, { { IP4_TTL, 2 } }, false, ROUTE_HIT, XDP_REDIRECT, MFIB_R_FORWARDED, 0 },
	{ "TTL 1", &base4, { { IP4_TTL, 1 } }, false, ROUTE_HIT, XDP_DROP, MFIB_R_TTL, 0 },
	{ "TTL 0", &base4, { { IP4_TTL, 0 } }, false, ROUTE_HIT, XDP_DROP, MFIB_R_TTL, 0 },
	{ "TTL 255", &base4, { { IP4_TTL, 255 } }, false, ROUTE_HIT, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "hop limit 2", &base6, { { IP6_HOPS, 2 } }, false, ROUTE_HIT, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "hop limit 1", &base6, { { IP6_HOPS, 1 } }, false, ROUTE_HIT, XDP_DROP, MFIB_R_TTL, 0 },
	{ "hop limit 0", &base6, { { IP6_HOPS, 0 } }, false, ROUTE_HIT, XDP_DROP, MFIB_R_TTL, 0 },
	{ "224.0.0.5", &base4, { { IP4_DST, 224 }, { IP4_DST + 1, 0 }, { IP4_DST + 2, 0 } }, false,
	  ROUTE_HIT, XDP_PASS, MFIB_R_LINK_SCOPE, 0 },
	{ "224.0.1.1 has no link scope", &base4,
	  { { IP4_DST, 224 }, { IP4_DST + 1, 0 }, { IP4_DST + 2, 1 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "ff02::1", &base6, { { IP6_DST + 1, 2 } }, false, ROUTE_HIT, XDP_PASS, MFIB_R_LINK_SCOPE,
	  0 },
	{ "ff11::1", &base6, { { IP6_DST + 1, 0x11 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_LINK_SCOPE, 0 },
	{ "ff00::1", &base6, { { IP6_DST + 1, 0x10 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_LINK_SCOPE, 0 },
	{ "ff03::1 has no link scope", &base6, { { IP6_DST + 1, 3 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MISS, MFIB_R_UPCALL },
	{ "IGMP", &base4, { { IP4_PROTO, 2 } }, false, ROUTE_HIT, XDP_PASS, MFIB_R_CONTROL, 0 },
	{ "IPv4 protocol 103", &base4, { { IP4_PROTO, 103 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_CONTROL, 0 },
	{ "IPv6 protocol 103", &base6, { { IP6_NEXT, 103 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_CONTROL, 0 },
	{ "MLD query", &base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 130 } }, false, ROUTE_HIT,
	  XDP_PASS, MFIB_R_CONTROL, 0 },
	{ "MLD done", &base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 132 } }, false, ROUTE_HIT,
	  XDP_PASS, MFIB_R_CONTROL, 0 },
	{ "MLDv2 report", &base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 143 } }, false, ROUTE_HIT,
	  XDP_PASS, MFIB_R_CONTROL, 0 },
	{ "echo request to a group", &base6, { { IP6_NEXT, 58 }, { IP6_PAYLOAD, 128 } }, false,
	  ROUTE_HIT, XDP_REDIRECT, MFIB_R_FORWARDED, 0 },
	{ "IP options", &base4, { { IP4, 0x46 } }, false, ROUTE_HIT, XDP_PASS, MFIB_R_OPTIONS, 0 },
	{ "hop-by-hop header", &base6, { { IP6_NEXT, 0 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_OPTIONS, 0 },
	{ "first fragment", &base4, { { IP4_FRAG, 0x20 } }, false, ROUTE_HIT, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "later fragment", &base4, { { IP4_FRAG + 1, 9 } }, false, ROUTE_HIT, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "IPv6 fragment", &base6, { { IP6_NEXT, 44 } }, false, ROUTE_HIT, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "IPv4 header length 4", &base4, { { IP4, 0x44 } }, true, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "IPv4 version 5", &base4, { { IP4, 0x55 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "IPv6 version 4", &base6, { { IP6, 0x40 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "total length below header", &base4, { { IP4_LEN + 1, 19 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "total length past frame", &base4, { { IP4_LEN + 1, 41 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "payload length past frame", &base6, { { IP6_LEN + 1, 21 } }, false, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "frame longer than packet", &base4, { { IP4_LEN + 1, 30 } }, false, ROUTE_HIT,
	  XDP_REDIRECT, MFIB_R_FORWARDED, 0 },
	{ "wrong header checksum", &base4, { { IP4_SUM, 1 } }, true, ROUTE_HIT, XDP_PASS,
	  MFIB_R_MALFORMED, 0 },
	{ "VLAN tag", &base4, { { ETH_TYPE, 0x81 } }, true, ROUTE_HIT, XDP_PASS, MFIB_R_VLAN, 0 },
	{ "service VLAN tag", &base4, { { ETH_TYPE, 0x88 }, { ETH_TYPE + 1, 0xa8 } }, true,
	  ROUTE_HIT, XDP_PASS, MFIB_R_VLAN, 0 },
	{ "as long as the MTU", &base4, { { 0, 0 } }, false, ROUTE_MTU_40, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "longer than the MTU", &base4, { { 0, 0 } }, false, ROUTE_MTU_39, XDP_PASS,
	  MFIB_R_TOO_BIG, 0 },
	{ "IPv6 longer than the MTU", &base6, { { 0, 0 } }, false, ROUTE_MTU_40, XDP_PASS,
	  MFIB_R_TOO_BIG, 0 },
	{ "lease ran out", &base4, { { 0, 0 } }, false, ROUTE_LEASE_OVER, XDP_PASS, MFIB_R_LEASE,
	  0 },
	{ "lease is good", &base6, { { 0, 0 } }, false, ROUTE_LEASE_GOOD, XDP_REDIRECT,
	  MFIB_R_FORWARDED, 0 },
	{ "unicast frame", &base4, { { ETH_DST, 2 } }, false, ROUTE_HIT, XDP_PASS, NONE_COUNTED,
	  0 },
	{ "IPv4 unicast address", &base4, { { IP4_DST, 10 } }, false, ROUTE_HIT, XDP_PASS,
	  NONE_COUNTED, 0 },
	{ "IPv4 class E address", &base4, { { IP4_DST, 240 } }, false, ROUTE_HIT, XDP_PASS,
	  NONE_COUNTED, 0 },
	{ "IPv6 unicast address", &base6, { { IP6_DST, 0xfe } }, false, ROUTE_HIT, XDP_PASS,
	  NONE_COUNTED, 0 },
	{ "ARP", &base4, { { ETH_TYPE + 1, 6 } }, true, ROUTE_HIT, XDP_PASS, NONE_COUNTED, 0 },
};
/* clang-format on */

static struct frame row_frame(const struct row *row)
{
	struct frame frame = *row->base;

	for (int i = 0; i < PATCHES && (row->patch[i].at || row->patch[i].value); i++)
		frame.bytes[row->patch[i].at] = row->patch[i].value;
	if (row->base == &base4 && !row->keep_sum)
		ipv4_sum_set(&frame);
	return frame;
}

/* What forwarding makes of a frame; the checksum is computed afresh. */
static struct frame frame_forwarded(const struct frame *in, bool is_ipv6)
{
	struct frame out = *in;

	out.bytes[is_ipv6 ? IP6_HOPS : IP4_TTL]--;
	if (!is_ipv6)
		ipv4_sum_set(&out);
	return out;
}

static uint32_t run(const struct frame *in, struct frame *ret_out)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->bytes, .data_size_in = in->len,
		    .data_out = ret_out->bytes, .data_size_out = sizeof(ret_out->bytes));
	int err = bpf_prog_test_run_opts(bpf_program__fd(at.skel->progs.hpim_ingress), &opts);

	cr_assert_eq(err, 0, "test run: %s", strerror(-err));
	ret_out->len = opts.data_size_out;
	return opts.retval;
}

static void counters_expect(const char *name, int reason, int note, uint32_t len)
{
	struct mfib_port_count count = maps_port_count(&maps, IN_LINK);
	const struct mfib_packets *packets = &count.forwarded;

	for (int i = 0; i < MFIB_REASONS_MAX; i++) {
		bool is_reason = i == reason && reason != NONE_COUNTED;
		bool is_note = note && i == note;

		cr_expect_eq(packets[i].packets, is_reason || is_note ? 1 : 0,
			     "%s: counter %d is %llu", name, i, packets[i].packets);
		cr_expect_eq(packets[i].bytes, is_reason ? len : 0, "%s: bytes of counter %d", name,
			     i);
	}
}

static void row_check(const struct row *row)
{
	struct frame in = row_frame(row), out, want = in;
	uint32_t verdict;

	tokens_clear();
	state_set(row->state);
	verdict = run(&in, &out);
	if (row->verdict == XDP_REDIRECT)
		want = frame_forwarded(&in, row->base == &base6);
	cr_expect_eq(verdict, row->verdict, "%s: verdict %u", row->name, verdict);
	cr_expect_eq(out.len, want.len, "%s: length %u", row->name, out.len);
	cr_expect_arr_eq(out.bytes, want.bytes, want.len, "%s: packet", row->name);
	counters_expect(row->name, row->reason, row->note, in.len);
}

Test(golden, every_row_has_its_verdict_packet_and_counter)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_check(&rows[i]);
}

Test(golden, every_checksum_is_updated_as_if_computed_afresh)
{
	struct frame in = base4, out, want;

	state_set(ROUTE_HIT);
	for (uint32_t i = 0; i < 0x10000; i++) { /* the identification takes the sum through all */
		in.bytes[IP4 + 4] = (uint8_t)(i >> 8);
		in.bytes[IP4 + 5] = (uint8_t)i;
		ipv4_sum_set(&in);
		want = frame_forwarded(&in, false);
		cr_assert_eq(run(&in, &out), XDP_REDIRECT);
		cr_assert_arr_eq(out.bytes, want.bytes, want.len, "identification %u", i);
	}
}

/* Ethernet needs 14 bytes to be run at all. */
static void truncated_check(const struct frame *full)
{
	struct frame in = *full, out;

	for (in.len = 14; in.len < full->len; in.len++) {
		state_set(ROUTE_HIT);
		cr_assert_eq(run(&in, &out), XDP_PASS, "%u bytes", in.len);
		cr_assert_eq(out.len, in.len);
		cr_assert_arr_eq(out.bytes, in.bytes, in.len, "%u bytes", in.len);
		counters_expect("truncated", MFIB_R_MALFORMED, 0, in.len);
	}
}

Test(golden, truncated_at_every_length_is_passed_untouched)
{
	struct frame in4 = base4;

	ipv4_sum_set(&in4);
	truncated_check(&in4);
	truncated_check(&base6);
}

Test(golden, unknown_input_counts_on_the_last_element)
{
	struct frame out;
	struct mfib_port_count count;

	maps_port_del(&maps, IN_IFINDEX);
	state_set(ROUTE_NONE);
	cr_expect_eq(run(&base6, &out), XDP_PASS);
	count = maps_port_count(&maps, LINKS);
	cr_expect_eq(count.miss.packets, 1);
	cr_expect_eq(maps_port_count(&maps, IN_LINK).miss.packets, 0);
}

Test(golden, set_that_does_not_exist_is_passed_untouched)
{
	struct mfib_entry entry = { .iif = IN_IFINDEX, .link = IN_LINK, .mtu = 1500, .set = 4 };
	struct mfib_key keys[2];
	struct frame out;

	route_keys(keys);
	cr_assert_eq(maps_route_put(&maps, &keys[1], &entry), 0);
	cr_expect_eq(run(&base6, &out), XDP_PASS);
	cr_expect_arr_eq(out.bytes, base6.bytes, base6.len);
	counters_expect("no set", MFIB_R_NO_SET, 0, base6.len);
}

Test(golden, route_counts_what_it_forwards_and_sees_what_it_does_not)
{
	struct mfib_route_count count;
	struct frame in = base6, out;
	hp_time before = now_get() - HP_MS(20); /* the program's clock is coarse */

	state_set(ROUTE_HIT);
	in.bytes[IP6_HOPS] = 1;
	cr_expect_eq(run(&in, &out), XDP_DROP);
	count = maps_route_count(&maps, 1);
	cr_expect_eq(count.packets, 0);
	cr_expect_geq((hp_time)count.seen_ns, before);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(run(&base6, &out), XDP_REDIRECT);
	count = maps_route_count(&maps, 1);
	cr_expect_eq(count.packets, 3);
	cr_expect_eq(count.bytes, 3 * (base6.len - 14));
	cr_expect_eq(maps_route_count(&maps, 0).packets, 0);
}

Test(golden, packets_on_the_wrong_input_do_not_keep_a_route_alive)
{
	struct frame out;

	state_set(ROUTE_OTHER_IIF);
	cr_expect_eq(run(&base6, &out), XDP_DROP);
	cr_expect_eq(maps_route_count(&maps, 1).seen_ns, 0);
}

Test(golden, second_miss_of_a_tree_is_not_reported_at_once)
{
	struct frame out;
	struct mfib_port_count count;

	state_set(ROUTE_NONE);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(run(&base6, &out), XDP_PASS);
	count = maps_port_count(&maps, IN_LINK);
	cr_expect_eq(count.miss.packets, 3);
	cr_expect_eq(count.upcall.packets, 1);
	cr_expect_eq(count.upcall_limit.packets, 2);
}

Test(golden, wrong_input_is_reported_once_for_each_tree)
{
	struct frame in4 = base4, out;
	struct mfib_port_count count;

	ipv4_sum_set(&in4);
	state_set(ROUTE_OTHER_IIF_ASKED);
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(run(&base6, &out), XDP_DROP);
		cr_expect_eq(run(&in4, &out), XDP_DROP);
	}
	count = maps_port_count(&maps, IN_LINK);
	cr_expect_eq(count.wrong_if.packets, 6);
	cr_expect_eq(count.upcall.packets, 2);
	cr_expect_eq(count.upcall_limit.packets, 4);
}

Test(golden, neighboring_groups_are_reported_independently)
{
	struct frame in = base4, out;

	tokens_clear();
	state_set(ROUTE_NONE);
	for (int i = 0; i < 256; i++) {
		in.bytes[IP4_DST + 3] = (uint8_t)i;
		ipv4_sum_set(&in);
		cr_assert_eq(run(&in, &out), XDP_PASS);
	}
	/* Of 4096 tokens 256 trees should rarely share one: 8 pairs are to be expected. */
	cr_expect_gt(maps_port_count(&maps, IN_LINK).upcall.packets, 225);
}

Test(golden, full_ring_buffer_is_counted_and_does_not_block)
{
	struct frame in = base6, out;
	struct mfib_port_count count;
	uint32_t runs = 0;

	state_set(ROUTE_NONE);
	do { /* nobody reads; a record takes 48 of 262144 bytes */
		if (runs % 1000 == 0)
			tokens_clear();
		in.bytes[IP6_DST + 14] = (uint8_t)(runs >> 8);
		in.bytes[IP6_DST + 15] = (uint8_t)runs;
		cr_assert_eq(run(&in, &out), XDP_PASS);
		count = maps_port_count(&maps, IN_LINK);
	} while (count.upcall_lost.packets == 0 && ++runs < 20000);
	cr_expect_gt(count.upcall_lost.packets, 0);
	cr_expect_gt(count.upcall.packets, 5000);
}
