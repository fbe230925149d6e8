/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbered packets through a tree whose outputs change all the time: one thread or two send, this
 * one changes. Output 1 is always one, so it must get every number exactly once; 2 and 3 take
 * turns, so each number must come out at exactly one of them; 4 never is one. Where the two sets
 * are carried by different tiers, every change also moves the tree from one program to the other.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common_plane.h"

#define PORTS       5
#define GROUP       1
#define PACKETS     60000u
#define BATCH       8u /* so that changes come between packets, not behind all of them */
#define DEADLINE_MS 20000
#define RECEIVE     (256 << 20)

enum { IN, ALWAYS, ONE, OTHER, NEVER };

static struct plane plane;
static unsigned int senders; /* each on a CPU of its own, and with numbers of its own */
static atomic_uint sending;
static uint8_t *got[PORTS]; /* how often each number came out */

static void setup(void)
{
	static const int room = RECEIVE;

	plane_open(&plane, PORTS, 64);
	for (int i = ALWAYS; i < PORTS; i++) {
		got[i] = calloc(PACKETS, 1);
		cr_assert_not_null(got[i]);
		cr_assert_eq(setsockopt(plane.far_fd[i], SOL_SOCKET, SO_RCVBUFFORCE, &room,
					sizeof(room)),
			     0);
	}
}

static void teardown(void)
{
	for (int i = ALWAYS; i < PORTS; i++)
		free(got[i]);
	plane_close(&plane);
}

TestSuite(churn, .init = setup, .fini = teardown, .timeout = 120);

static void cpu_take(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	cr_assert_eq(sched_setaffinity(0, sizeof(set), &set), 0);
}

/* @ctx: the first of this sender's numbers. */
static void *send_some(void *ctx)
{
	const uint32_t first = *(const uint32_t *)ctx;
	uint8_t frame[PLANE_FRAME];

	if (senders > 1)
		cpu_take(first);
	for (uint32_t i = first; i < PACKETS; i += senders) {
		plane_frame(frame, GROUP, i);
		while (send(plane.far_fd[IN], frame, sizeof(frame), 0) != sizeof(frame))
			sched_yield(); /* the queue is full for a moment */
		if (i % BATCH == first)
			sched_yield();
	}
	sending--;
	return NULL;
}

static pthread_t threads[2];
static uint32_t firsts[2] = { 0, 1 };

static void sending_begin(unsigned int count)
{
	senders = count;
	sending = count;
	for (unsigned int i = 0; i < count; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, send_some, &firsts[i]), 0);
}

static void sending_end(void)
{
	for (unsigned int i = 0; i < senders; i++)
		pthread_join(threads[i], NULL);
}

static enum dplane_tier put(uint16_t turn)
{
	struct mfib_route route = plane_route_to(GROUP, ALWAYS, turn);

	cr_assert_eq(dplane_put(plane.dp, &route), 0, "%s", plane.said);
	return plane_state(&plane, &route).tier;
}

static void receive(int port)
{
	uint8_t frame[PLANE_FRAME];

	while (plane_receive(&plane, port, frame, 0)) {
		uint32_t number = plane_frame_number(frame, PLANE_FRAME);

		if (number < PACKETS)
			got[port][number]++;
	}
}

static bool all_arrived(void)
{
	for (uint32_t i = 0; i < PACKETS; i++)
		if (!got[ALWAYS][i])
			return false;
	return true;
}

/* A far end that could not keep up would be taken for a loss. */
static unsigned int receiver_drops(void)
{
	unsigned int drops = 0;

	for (int i = ALWAYS; i < PORTS; i++) {
		struct tpacket_stats stats = { .tp_drops = 0 };
		socklen_t len = sizeof(stats);

		getsockopt(plane.far_fd[i], SOL_PACKET, PACKET_STATISTICS, &stats, &len);
		drops += stats.tp_drops;
	}
	return drops;
}

static void receive_all(void)
{
	for (int round = 0; round < DEADLINE_MS / 10 && !all_arrived(); round++) {
		for (int i = ALWAYS; i < PORTS; i++)
			receive(i);
		poll(NULL, 0, 10);
	}
	for (int i = ALWAYS; i < PORTS; i++)
		receive(i);
	cr_assert_eq(receiver_drops(), 0, "the receivers could not keep up");
}

static void each_number_came_out_right(void)
{
	unsigned int lost = 0, doubled = 0, misled = 0;

	for (uint32_t i = 0; i < PACKETS; i++) {
		unsigned int turns = got[ONE][i] + got[OTHER][i];

		lost += got[ALWAYS][i] == 0 || turns == 0;
		doubled += got[ALWAYS][i] > 1 || turns > 1;
		misled += got[NEVER][i];
	}
	cr_expect(lost == 0 && doubled == 0 && misled == 0, "%u lost, %u doubled, %u misled", lost,
		  doubled, misled);
}

/* Changes while packets are under way. */
static void churn(enum dplane_tier tier_one, enum dplane_tier tier_other, unsigned int count)
{
	unsigned int changes = 0;

	cr_assert_eq(put(ONE), tier_one, "%s", plane.said);
	cr_assert_eq(put(OTHER), tier_other, "%s", plane.said);
	sending_begin(count);
	while (sending) {
		put(changes++ % 2 ? OTHER : ONE);
		plane_dispatch(&plane);
	}
	sending_end();
	receive_all();
	each_number_came_out_right();
	cr_expect_gt(changes, 1000, "too few changes to prove anything: %u", changes);
}

Test(churn, packets_of_a_changing_tree_are_forwarded_once_to_one_of_its_sets)
{
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	churn(DPLANE_TIER_XDP, DPLANE_TIER_XDP, 1);
}

/* Of the line's counters one CPU is the owner, and the other counts beside them. */
Test(churn, packets_of_two_cpus_are_forwarded_once_and_counted)
{
	struct mfib_route route = plane_route_to(GROUP, ALWAYS, ONE);

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		plane_skip(&plane, "one CPU");
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	churn(DPLANE_TIER_XDP, DPLANE_TIER_XDP, 2);
	cr_expect_eq(plane_state(&plane, &route).packets, PACKETS);
	cr_expect_eq(plane_state(&plane, &route).bytes, (uint64_t)PACKETS * (PLANE_FRAME - 14));
}

Test(churn, packets_of_a_tree_that_moves_between_xdp_and_tc_are_forwarded_once)
{
	plane_gro_set(OTHER, false);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	churn(DPLANE_TIER_XDP, DPLANE_TIER_TC, 1);
}

Test(churn, packets_of_a_changing_tree_in_tc_are_forwarded_once)
{
	plane_attach_all(&plane, DPLANE_MODE_TC);
	churn(DPLANE_TIER_TC, DPLANE_TIER_TC, 1);
}

/* Every change wants a set that was not there before, so slots are emptied and filled again. */
Test(churn, packets_are_forwarded_once_while_output_sets_come_and_go)
{
	unsigned int changes = 0;
	struct mfib_route other = plane_route(GROUP + 1);

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(put(ONE), DPLANE_TIER_XDP);
	sending_begin(1);
	while (sending) {
		other.oifs.word[0] = 2 + 2 * (changes++ % 15);
		cr_assert_eq(dplane_put(plane.dp, &other), 0);
		put(changes % 2 ? OTHER : ONE);
	}
	sending_end();
	receive_all();
	each_number_came_out_right();
}
