/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs report to the daemon, and what they do not: misses, their budget, packets on a
 * wrong interface, signs of life and samples.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/if_ether.h>
#include <string.h>

#include "common_lab.h"

/* The loopback interface, where test-runs arrive, and a VLAN on it. */
#define IN_IFINDEX   1
#define IN_LINK      3
#define VLAN_IFINDEX 50
#define VLAN_LINK    4
#define VLAN_ID      7
#define OUT_IFINDEX  9
#define OUT_LINK     5

#define SECOND_NS 1000000000u

static struct lab lab;
static struct frame ipv4;

static void in_set(uint16_t flags)
{
	const struct mfib_port port = { .link = IN_LINK, .flags = flags, .carrier = IN_IFINDEX };

	lab_port(&lab, IN_IFINDEX, &port);
}

static void setup(void)
{
	const struct mfib_port vlan = {
		.link = VLAN_LINK, .carrier = IN_IFINDEX, .vid = VLAN_ID, .tpid = htons(ETH_P_8021Q)
	};
	const struct mfib_port out = { .link = OUT_LINK, .carrier = OUT_IFINDEX };
	const struct mfib_tag tag = { .carrier = IN_IFINDEX,
				      .vid = VLAN_ID,
				      .tpid = htons(ETH_P_8021Q) };
	const uint32_t vlan_ifindex = VLAN_IFINDEX, output = OUT_IFINDEX;

	lab_open(&lab);
	in_set(0);
	lab_port(&lab, VLAN_IFINDEX, &vlan);
	lab_port(&lab, OUT_IFINDEX, &out);
	lab_put(&lab, "vlans", &tag, &vlan_ifindex);
	lab_set(&lab, 0, &output, 1);
	ipv4 = frame_ipv4();
}

static void teardown(void)
{
	lab_close(&lab);
}

TestSuite(reports, .init = setup, .fini = teardown);

static struct frame from_source(const struct frame *base, uint16_t number)
{
	struct frame frame = *base;
	uint8_t *last = frame.bytes + (frame_is_ipv6(base) ? IP6_SRC + 14 : IP4_SRC + 2);

	last[0] = (uint8_t)(number >> 8);
	last[1] = (uint8_t)number;
	if (!frame_is_ipv6(base))
		frame_sum_set(&frame);
	return frame;
}

static struct frame to_group(const struct frame *base, uint16_t number)
{
	struct frame frame = *base;
	uint8_t *last = frame.bytes + (frame_is_ipv6(base) ? IP6_DST + 14 : IP4_DST + 2);

	last[0] = (uint8_t)(number >> 8);
	last[1] = (uint8_t)number;
	if (!frame_is_ipv6(base))
		frame_sum_set(&frame);
	return frame;
}

static enum lab_verdict run(enum lab_hook hook, const struct frame *in)
{
	struct frame out;

	return lab_run(&lab, hook, in, &out);
}

static uint64_t count(uint32_t link, int reason)
{
	return lab_count(&lab, link, reason).packets;
}

static void fresh(void)
{
	struct upcall_record record;

	lab_counts_clear(&lab);
	lab_limits_clear(&lab);
	(void)lab_upcalls(&lab, &record);
}

/* How often a machine may be too busy to do in one window what is to be done in one. */
#define ATTEMPTS_MAX 100

/* As if nothing had happened, at the beginning of a window. Return: its number. */
static uint64_t window_begin(void)
{
	static unsigned int attempts;
	uint64_t before;

	cr_assert_lt(attempts++, ATTEMPTS_MAX, "never done within a window");
	fresh();
	before = lab_window();
	while (lab_window() == before)
		;
	return lab_window();
}

/* IPv4 addresses are reported as ::ffff:a.b.c.d. */
static void record_expect(const struct upcall_record *record, uint32_t kind,
			  const struct frame *frame)
{
	struct upcall_record want = { .kind = kind, .ifindex = IN_IFINDEX };

	if (frame_is_ipv6(frame)) {
		memcpy(want.source.b, frame->bytes + IP6_SRC, 16);
		memcpy(want.group.b, frame->bytes + IP6_DST, 16);
	} else {
		memset(want.source.b + 10, 0xff, 2);
		memcpy(want.source.b + 12, frame->bytes + IP4_SRC, 4);
		memset(want.group.b + 10, 0xff, 2);
		memcpy(want.group.b + 12, frame->bytes + IP4_DST, 4);
	}
	cr_expect_arr_eq(record, &want, sizeof(want));
}

/* ---- misses ---- */

static void miss_check(enum lab_hook hook, const struct frame *frame)
{
	struct upcall_record record;

	fresh();
	for (int i = 0; i < 3; i++)
		cr_expect_eq(run(hook, frame), LAB_PASS);
	cr_expect_eq(count(IN_LINK, MFIB_R_MISS), 3);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 1);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL_LIMIT), 2);
	cr_assert_eq(lab_upcalls(&lab, &record), 1);
	record_expect(&record, UPCALL_MISS, frame);
}

Test(reports, miss_is_reported_once_with_source_and_group)
{
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		miss_check(hook, &ipv4);
		miss_check(hook, &frame_base6);
	}
}

Test(reports, miss_that_xdp_has_reported_is_not_reported_by_tc)
{
	struct upcall_record record;

	in_set(MFIB_PORT_XDP);
	fresh();
	cr_expect_eq(run(LAB_TC, &ipv4), LAB_PASS);
	cr_expect_eq(count(IN_LINK, MFIB_R_MISS), 0);
	cr_expect_eq(lab_upcalls(&lab, &record), 0);
}

/* 250 trees and 4096 tokens: that all pairs differ has a chance of one in 2000. */
Test(reports, trees_that_share_a_token_do_not_wait_for_each_other)
{
	struct upcall_record record;
	uint64_t window;

	do { /* as many as an interface may report */
		window = window_begin();
		for (uint16_t i = 0; i < 250; i++) {
			struct frame frame = from_source(&ipv4, i);

			cr_assert_eq(run(LAB_XDP, &frame), LAB_PASS);
		}
	} while (window != lab_window());
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 250);
	cr_expect_eq(lab_upcalls(&lab, &record), 250);
}

Test(reports, full_ring_buffer_is_counted_and_does_not_block)
{
	uint16_t trees = 0;

	fresh();
	while (count(IN_LINK, MFIB_R_UPCALL_LOST) == 0 && trees < 20000) {
		lab_windows_clear(&lab);
		/* Nobody reads; a record takes 48 of 262144 bytes. */
		for (int i = 0; i < 100; i++) {
			struct frame frame = to_group(&frame_base6, trees++);

			cr_assert_eq(run(LAB_XDP, &frame), LAB_PASS);
		}
	}
	cr_expect_gt(count(IN_LINK, MFIB_R_UPCALL_LOST), 0);
	cr_expect_gt(count(IN_LINK, MFIB_R_UPCALL), 5000);
}

/* ---- their budget ---- */

#define FLOOD 300u

/* One source, in one window, so the figures are exact. Return: the window's number. */
static uint64_t source_flood(enum lab_hook hook, const struct frame *frame)
{
	uint64_t window;

	do {
		window = window_begin();
		lab_run_often(&lab, hook, frame, FLOOD);
	} while (window != lab_window());
	return window;
}

Test(reports, misses_of_a_source_beyond_its_budget_are_dropped)
{
	const struct frame frames[2] = { ipv4, frame_base6 };

	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		for (int i = 0; i < 2; i++) {
			(void)source_flood(hook, &frames[i]);
			cr_expect_eq(count(IN_LINK, MFIB_R_MISS), UPCALL_SOURCE_MAX);
			cr_expect_eq(count(IN_LINK, MFIB_R_FLOOD), FLOOD - UPCALL_SOURCE_MAX);
			cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 1);
			cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL_LIMIT), UPCALL_SOURCE_MAX - 1);
			cr_expect_eq(lab_count(&lab, IN_LINK, MFIB_R_FLOOD).bytes,
				     (FLOOD - UPCALL_SOURCE_MAX) * frames[i].len);
		}
	}
}

Test(reports, budget_of_a_source_is_for_all_its_groups)
{
	const struct frame *const bases[2] = { &ipv4, &frame_base6 };
	uint64_t window;

	for (int i = 0; i < 2; i++) {
		do {
			window = window_begin();
			for (uint16_t group = 0; group < 200; group++) {
				struct frame frame = to_group(bases[i], group);

				(void)run(LAB_XDP, &frame);
			}
		} while (window != lab_window());
		cr_expect_eq(count(IN_LINK, MFIB_R_MISS), UPCALL_SOURCE_MAX);
		cr_expect_eq(count(IN_LINK, MFIB_R_FLOOD), 200 - UPCALL_SOURCE_MAX);
	}
}

Test(reports, flood_is_dropped_until_the_window_ends)
{
	const uint64_t deadline = lab_now_ns() + 3ull * SECOND_NS;
	enum lab_verdict verdict;
	uint64_t window;

	do {
		window = source_flood(LAB_XDP, &ipv4);
		verdict = run(LAB_XDP, &ipv4);
	} while (window != lab_window());
	cr_expect_eq(verdict, LAB_DROP);
	while (lab_window() == window)
		cr_assert_lt(lab_now_ns(), deadline);
	cr_expect_eq(run(LAB_XDP, &ipv4), LAB_PASS);
}

/* A source has one of 128 cells of its interface, so these two are known to differ. */
Test(reports, flood_of_a_source_does_not_disturb_others)
{
	const struct frame other = from_source(&ipv4, 77);

	(void)source_flood(LAB_XDP, &ipv4);
	cr_expect_eq(run(LAB_XDP, &other), LAB_PASS);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 2);
}

static void interface_flood(uint16_t sources)
{
	uint64_t window;

	do {
		window = window_begin();
		for (uint16_t i = 0; i < sources; i++) {
			struct frame frame = from_source(&ipv4, i);

			(void)run(LAB_XDP, &frame);
		}
	} while (window != lab_window());
}

Test(reports, misses_of_an_interface_beyond_its_budget_are_dropped)
{
	interface_flood(UPCALL_LINK_MAX + 100);
	cr_expect_eq(count(IN_LINK, MFIB_R_MISS), UPCALL_LINK_MAX);
	cr_expect_eq(count(IN_LINK, MFIB_R_FLOOD), 100);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), UPCALL_LINK_MAX);
}

/* What becomes of a miss after so many in its window and minute, while so many reports wait. */
static enum lab_verdict verdict_after(uint32_t misses, uint32_t burst, unsigned int waiting)
{
	enum lab_verdict verdict;
	uint64_t window;

	do {
		window = window_begin();
		for (uint16_t i = 0; i <= waiting; i++) {
			struct frame frame = from_source(&ipv4, i);
			bool is_last = i == waiting;

			lab_missed(&lab, IN_LINK, window, is_last ? misses : 0,
				   is_last ? burst : 0);
			verdict = run(LAB_XDP, &frame);
		}
	} while (window != lab_window());
	return verdict;
}

/* Many flows may begin at once if the daemon reads what comes, but not for long. */
Test(reports, misses_of_an_interface_may_burst_while_they_are_read)
{
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX, 0, 0), LAB_PASS);
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX, UPCALL_BURST_MAX - 1, 0), LAB_PASS);
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX, UPCALL_BURST_MAX, 0), LAB_DROP);
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX, 0, UPCALL_WAITING - 1), LAB_PASS);
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX, 0, UPCALL_WAITING), LAB_DROP);
	cr_expect_eq(verdict_after(UPCALL_LINK_MAX - 1, UPCALL_BURST_MAX, UPCALL_WAITING),
		     LAB_PASS);
}

Test(reports, flood_on_an_interface_does_not_disturb_another_one)
{
	/* The same sources to the same groups, but on the VLAN. */
	interface_flood(UPCALL_LINK_MAX + 100);
	for (uint16_t i = 0; i < 100; i++) {
		struct frame plain = from_source(&ipv4, (uint16_t)(1000 + i));
		struct frame frame = frame_tagged(&plain, ETH_P_8021Q, VLAN_ID);

		cr_assert_eq(run(LAB_XDP, &frame), LAB_PASS);
	}
	cr_expect_eq(count(VLAN_LINK, MFIB_R_MISS), 100);
	cr_expect_eq(count(VLAN_LINK, MFIB_R_UPCALL), 100);
	cr_expect_eq(count(VLAN_LINK, MFIB_R_FLOOD), 0);
}

/* ---- routes ---- */

static void route_set(uint32_t iif, uint32_t flags)
{
	const struct mfib_entry entry = {
		.iif = iif, .flags = flags, .mtu = 1500, .link = IN_LINK
	};

	lab_route(&lab, false, &entry);
	lab_route(&lab, true, &entry);
}

Test(reports, wrong_input_is_reported_once_for_each_tree)
{
	struct upcall_record record;

	route_set(77, MFIB_F_WRONG_IF);
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		fresh();
		for (int i = 0; i < 3; i++) {
			cr_expect_eq(run(hook, &ipv4), LAB_DROP);
			cr_expect_eq(run(hook, &frame_base6), LAB_DROP);
		}
		cr_expect_eq(count(IN_LINK, MFIB_R_WRONG_IF), 6);
		cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 2);
		cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL_LIMIT), 4);
		cr_expect_eq(lab_upcalls(&lab, &record), 2);
		record_expect(&record, UPCALL_WRONG_IF, &frame_base6);
	}
}

Test(reports, wrong_input_of_more_trees_than_the_budget_is_reported_later)
{
	uint64_t window;

	route_set(77, MFIB_F_WRONG_IF);
	do {
		window = window_begin();
		lab_wrong_if_taken(&lab, IN_LINK, window, UPCALL_WRONG_IF_MAX - 1);
		cr_assert_eq(run(LAB_XDP, &ipv4), LAB_DROP);
		cr_assert_eq(run(LAB_XDP, &frame_base6), LAB_DROP);
	} while (window != lab_window());
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 1);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL_LIMIT), 1);
	while (lab_window() == window)
		;
	cr_assert_eq(run(LAB_XDP, &frame_base6), LAB_DROP);
	cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 2, "not forgotten");
}

static uint32_t flags_of(bool is_ipv6)
{
	return lab_route_entry(&lab, is_ipv6).flags & ~MFIB_F_BROADCAST;
}

Test(reports, sign_of_life_is_reported_once_and_the_packet_forwarded)
{
	struct upcall_record record;

	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		route_set(IN_IFINDEX, MFIB_F_NOTIFY | MFIB_F_WRONG_IF);
		fresh();
		for (int i = 0; i < 3; i++)
			cr_expect_eq(run(hook, &ipv4), LAB_SEND);
		cr_expect_eq(count(IN_LINK, MFIB_R_FORWARDED), 3);
		cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 1);
		cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL_LIMIT), 0);
		cr_expect_eq(lab_upcalls(&lab, &record), 1);
		record_expect(&record, UPCALL_NOTIFY, &ipv4);
		cr_expect_eq(flags_of(false), MFIB_F_WRONG_IF, "only that flag ends");
		cr_expect_eq(flags_of(true), MFIB_F_WRONG_IF | MFIB_F_NOTIFY, "not its turn");
	}
}

Test(reports, packet_on_a_wrong_input_is_no_sign_of_life)
{
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		route_set(77, MFIB_F_NOTIFY);
		fresh();
		cr_expect_eq(run(hook, &ipv4), LAB_DROP);
		cr_expect_eq(count(IN_LINK, MFIB_R_UPCALL), 0);
		cr_expect_eq(flags_of(false), MFIB_F_NOTIFY);
	}
}

Test(reports, sign_of_life_waits_while_the_ring_buffer_is_full)
{
	struct upcall_record record;
	uint16_t trees = 0;

	route_set(IN_IFINDEX, MFIB_F_NOTIFY);
	fresh();
	while (count(IN_LINK, MFIB_R_UPCALL_LOST) == 0 && trees < 20000) {
		lab_windows_clear(&lab);
		for (int i = 0; i < 100; i++) {
			struct frame frame = to_group(&frame_base6, (uint16_t)(2 + trees++));

			cr_assert_eq(run(LAB_XDP, &frame), LAB_PASS);
		}
	}
	cr_expect_eq(run(LAB_XDP, &frame_base6), LAB_SEND);
	cr_expect_eq(flags_of(true), MFIB_F_NOTIFY);
	(void)lab_upcalls(&lab, &record);
	cr_expect_eq(run(LAB_XDP, &frame_base6), LAB_SEND);
	cr_expect_eq(flags_of(true), 0);
	cr_assert_eq(lab_upcalls(&lab, &record), 1);
	record_expect(&record, UPCALL_NOTIFY, &frame_base6);
}

Test(reports, sign_of_life_comes_from_negative_and_kernel_trees_too)
{
	struct mfib_entry entry = {
		.iif = IN_IFINDEX, .flags = MFIB_F_NOTIFY, .set = MFIB_SET_NONE, .link = IN_LINK
	};
	struct upcall_record record;

	fresh();
	lab_route(&lab, true, &entry);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(run(LAB_XDP, &frame_base6), LAB_DROP);
	cr_expect_eq(lab_upcalls(&lab, &record), 1);
	cr_expect_eq(count(IN_LINK, MFIB_R_NEGATIVE), 3);
	fresh();
	entry.flags |= MFIB_F_PASS;
	lab_route(&lab, true, &entry);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(run(LAB_XDP, &frame_base6), LAB_PASS);
	cr_expect_eq(lab_upcalls(&lab, &record), 1);
	cr_expect_eq(flags_of(true), MFIB_F_PASS);
}

/* XDP sees its packets first, though TC carries it. */
Test(reports, sign_of_life_of_a_tree_of_tc_is_reported_by_the_first_hook)
{
	struct upcall_record record;

	in_set(MFIB_PORT_XDP);
	fresh();
	route_set(IN_IFINDEX, MFIB_F_NOTIFY | MFIB_F_TC);
	cr_expect_eq(run(LAB_TC, &ipv4), LAB_SEND, "before XDP was attached");
	cr_expect_eq(lab_upcalls(&lab, &record), 0);
	cr_expect_eq(run(LAB_XDP, &ipv4), LAB_PASS);
	cr_expect_eq(run(LAB_TC, &ipv4), LAB_SEND);
	cr_expect_eq(lab_upcalls(&lab, &record), 1);
	cr_expect_eq(flags_of(false), MFIB_F_TC);
}

/* ---- the greatest TTL ---- */

static struct frame with_ttl(const struct frame *base, uint8_t ttl)
{
	struct frame frame = *base;

	frame.bytes[frame_is_ipv6(base) ? IP6_HOPS : IP4_TTL] = ttl;
	if (!frame_is_ipv6(base))
		frame_sum_set(&frame);
	return frame;
}

static void ttl_check(enum lab_hook hook, const struct frame *base, const struct mfib_entry *entry)
{
	static const struct {
		uint8_t ttl, want;
	} steps[] = { { 1, 1 }, { 30, 30 }, { 29, 30 }, { 255, 255 }, { 2, 255 } };

	lab_route(&lab, frame_is_ipv6(base), entry);
	fresh();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct frame frame = with_ttl(base, steps[i].ttl);

		(void)run(hook, &frame);
		cr_expect_eq(lab_route_ttl(&lab, entry->slot), steps[i].want,
			     "hook %d, flags %x, TTL %u", hook, entry->flags, steps[i].ttl);
	}
}

Test(reports, greatest_ttl_is_kept_whatever_carries_the_tree)
{
	static const uint32_t carriers[] = { 0, MFIB_F_TC, MFIB_F_PASS };

	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++) {
			const struct mfib_entry entry = { .iif = IN_IFINDEX,
							  .flags = MFIB_F_TRACK_TTL | carriers[i],
							  .mtu = 1500,
							  .slot = 2,
							  .link = IN_LINK };

			ttl_check(hook, &ipv4, &entry);
			ttl_check(hook, &frame_base6, &entry);
		}
	}
}

Test(reports, ttl_is_kept_only_where_asked_for_and_on_the_input)
{
	static const struct mfib_entry entries[] = {
		{ .iif = IN_IFINDEX, .mtu = 1500, .slot = 2, .link = IN_LINK },
		{ .iif = 77, .flags = MFIB_F_TRACK_TTL, .mtu = 1500, .slot = 2, .link = IN_LINK },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		fresh();
		lab_route(&lab, false, &entries[i]);
		(void)run(LAB_XDP, &ipv4);
		(void)run(LAB_TC, &ipv4);
		cr_expect_eq(lab_route_ttl(&lab, 2), 0, "route %zu", i);
	}
}

/* ---- samples ---- */

static void sample_expect(enum lab_hook hook, const struct frame *in, int reason, uint32_t ifindex)
{
	struct capture_record record;
	uint64_t before = lab_now_ns();

	lab_limits_clear(&lab);
	(void)run(hook, in);
	cr_assert_eq(lab_captures(&lab, &record), 1, "reason %d in hook %d", reason, hook);
	cr_expect_geq(record.at_ns, before);
	cr_expect_leq(record.at_ns, lab_now_ns());
	cr_expect_eq(record.ifindex, ifindex);
	cr_expect_eq(record.reason, (uint32_t)reason, "hook %d: %u", hook, record.reason);
	cr_expect_eq(record.len, in->len);
	cr_expect_eq(record.kept, in->len < CAPTURE_SNAP ? in->len : CAPTURE_SNAP);
	cr_expect_arr_eq(record.data, in->bytes, record.kept);
}

Test(reports, sample_is_the_packet_as_it_arrived_with_its_verdict)
{
	struct frame ttl1 = ipv4, igmp = ipv4;

	ttl1.bytes[IP4_TTL] = 1;
	frame_sum_set(&ttl1);
	igmp.bytes[IP4_PROTO] = 2;
	frame_sum_set(&igmp);
	lab_settings(&lab, 0, 1);
	for (enum lab_hook hook = LAB_XDP; hook < LAB_HOOKS; hook++) {
		lab_route(&lab, false, NULL);
		sample_expect(hook, &ipv4, MFIB_R_MISS, IN_IFINDEX);
		route_set(IN_IFINDEX, 0);
		sample_expect(hook, &ipv4, MFIB_R_FORWARDED, IN_IFINDEX);
		sample_expect(hook, &frame_base6, MFIB_R_FORWARDED, IN_IFINDEX);
		sample_expect(hook, &ttl1, MFIB_R_TTL, IN_IFINDEX);
		sample_expect(hook, &igmp, MFIB_R_CONTROL, IN_IFINDEX);
	}
}

Test(reports, sample_of_a_long_packet_is_its_beginning)
{
	struct frame in = frame_base6;

	in.len = CAPTURE_SNAP + 44;
	lab_settings(&lab, 0, 1);
	route_set(IN_IFINDEX, 0);
	sample_expect(LAB_XDP, &in, MFIB_R_FORWARDED, IN_IFINDEX);
	sample_expect(LAB_TC, &in, MFIB_R_FORWARDED, IN_IFINDEX);
}

Test(reports, sample_from_a_vlan_has_its_tag)
{
	const struct frame in = frame_tagged(&frame_base6, ETH_P_8021Q, VLAN_ID);

	lab_settings(&lab, 0, 1);
	route_set(VLAN_IFINDEX, 0);
	sample_expect(LAB_XDP, &in, MFIB_R_FORWARDED, VLAN_IFINDEX);
}

Test(reports, sample_is_not_taken_of_what_is_not_counted)
{
	struct frame unicast = ipv4;
	struct capture_record record;

	unicast.bytes[ETH_DST] = 2;
	lab_settings(&lab, 0, 1);
	(void)run(LAB_XDP, &unicast);
	(void)run(LAB_TC, &unicast);
	route_set(IN_IFINDEX, MFIB_F_TC);
	(void)run(LAB_XDP, &ipv4);
	route_set(IN_IFINDEX, MFIB_F_PASS);
	in_set(MFIB_PORT_XDP);
	(void)run(LAB_TC, &ipv4);
	cr_expect_eq(lab_captures(&lab, &record), 0);
}

Test(reports, samples_are_as_many_as_asked_for)
{
	struct capture_record record;
	unsigned int samples = 0;

	route_set(77, 0); /* dropped, so that a frame can be run often */
	lab_run_often(&lab, LAB_XDP, &ipv4, 1000);
	cr_expect_eq(lab_captures(&lab, &record), 0, "not asked for");
	lab_settings(&lab, 0, 8);
	for (int i = 0; i < 8; i++) { /* the buffer holds 900 */
		lab_run_often(&lab, LAB_XDP, &ipv4, 1000);
		samples += lab_captures(&lab, &record);
	}
	/* By chance: 1000 with a deviation of 30. */
	cr_expect_gt(samples, 800);
	cr_expect_lt(samples, 1200);
}
