/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet may still read is not used again while it is in a program, however long that is. */
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "common_plane.h"
#include "dplane/bpf/grace.h"
#include "tests/bpf/stall.skel.h"

#define PORTS       5
#define SETS        8   /* seven of them for two outputs and more */
#define STALL_MS    300 /* longer than any packet takes that is not held up */
#define DEADLINE_MS 10000

static struct plane plane;
static struct stall *stall;
static pthread_t packet;

static void setup(void)
{
	plane_open(&plane, PORTS, SETS);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	stall = stall__open_and_load();
	cr_assert_not_null(stall);
}

static void teardown(void)
{
	stall__destroy(stall);
	plane_close(&plane);
}

TestSuite(grace, .init = setup, .fini = teardown, .timeout = 120);

static void *packet_run(void *unused)
{
	uint8_t frame[PLANE_FRAME] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);

	(void)unused;
	cr_assert_eq(bpf_prog_test_run_opts(bpf_program__fd(stall->progs.stall), &opts), 0);
	return NULL;
}

static bool has_left(void)
{
	return *(const volatile uint32_t *)&stall->bss->has_left;
}

static void packet_enter(void)
{
	const volatile uint32_t *is_inside = &stall->bss->is_inside;

	cr_assert_eq(pthread_create(&packet, NULL, packet_run, NULL), 0);
	for (int i = 0; i < DEADLINE_MS && !*is_inside; i++)
		poll(NULL, 0, 1);
	cr_assert(*is_inside, "the program did not run");
}

static void packet_leave(void)
{
	*(volatile uint32_t *)&stall->bss->may_leave = 1;
	cr_assert_eq(pthread_join(packet, NULL), 0);
}

/* Whether @is became true while the packet was in the program, which it is for STALL_MS. */
static bool became_true_inside(bool (*is)(void *ctx), void *ctx)
{
	for (int i = 0; i < STALL_MS; i++) {
		bool was = is(ctx);

		if (was && !has_left())
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

static bool becomes_true(bool (*is)(void *ctx), void *ctx)
{
	for (int i = 0; i < DEADLINE_MS && !is(ctx); i++)
		poll(NULL, 0, 1);
	return is(ctx);
}

struct period {
	struct grace *grace;
	uint64_t number;
};

static bool period_is_over(void *ctx)
{
	const struct period *period = ctx;

	return grace_is_over(period->grace, period->number);
}

Test(grace, period_ends_when_the_packet_has_left_the_program)
{
	struct period period;

	cr_assert_eq(grace_new(&period.grace), 0);
	packet_enter();
	period.number = grace_begin(period.grace);
	cr_expect_not(became_true_inside(period_is_over, &period));
	packet_leave();
	cr_expect(becomes_true(period_is_over, &period));
	grace_free(period.grace);
}

/* The period under way began before the request: it says nothing of a packet that came since. */
Test(grace, request_during_a_period_waits_for_the_next_one)
{
	struct period first, second;

	cr_assert_eq(grace_new(&first.grace), 0);
	packet_enter();
	first.number = grace_begin(first.grace);
	second = first;
	second.number = grace_begin(first.grace);
	cr_expect_gt(second.number, first.number);
	cr_expect_eq(grace_begin(first.grace), second.number, "requests share it");
	packet_leave();
	cr_expect(becomes_true(period_is_over, &first));
	cr_expect(becomes_true(period_is_over, &second));
	cr_expect(grace_is_over(first.grace, first.number));
	cr_expect_gt(grace_begin(first.grace), second.number);
	grace_free(first.grace);
}

/* ---- output sets ---- */

static const uint8_t outputs[] = { 0x06, 0x0a, 0x0c, 0x12, 0x14, 0x18, 0x0e };

static struct mfib_route route_with(uint8_t group, uint8_t links)
{
	struct mfib_route route = plane_route(group);

	route.oifs.word[0] = links;
	return route;
}

static bool gets_a_set(void *ctx)
{
	const struct mfib_route *route = ctx;
	bool is_in_xdp;

	cr_assert_eq(dplane_put(plane.dp, route), 0);
	is_in_xdp = plane_state(&plane, route).tier == DPLANE_TIER_XDP;
	dplane_del(plane.dp, &route->key);
	return is_in_xdp;
}

Test(grace, output_set_is_not_used_again_while_a_packet_is_in_a_program)
{
	struct mfib_route other = route_with(sizeof(outputs) + 1, 0x1e);

	for (uint8_t i = 0; i < sizeof(outputs); i++) {
		struct mfib_route route = route_with(i, outputs[i]);

		cr_assert_eq(dplane_put(plane.dp, &route), 0);
		cr_assert_eq(plane_state(&plane, &route).tier, DPLANE_TIER_XDP, "%s", plane.said);
	}
	cr_expect_not(gets_a_set(&other), "there are more sets than this test believes");
	packet_enter();
	for (uint8_t i = 0; i < sizeof(outputs); i++) {
		struct mfib_route route = route_with(i, outputs[i]);

		dplane_del(plane.dp, &route.key);
	}
	cr_expect_not(became_true_inside(gets_a_set, &other));
	packet_leave();
	cr_expect(becomes_true(gets_a_set, &other));
}
