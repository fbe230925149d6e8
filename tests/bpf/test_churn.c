/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbered packets through a tree whose outputs change all the time: one thread sends, this one
 * changes. Output 1 is always one, so it must get every number exactly once; 2 and 3 take turns, so
 * each number must come out at exactly one of them; 4 never is one. Where the two sets are carried
 * by different tiers, every change also moves the tree from one program to the other.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <pthread.h>
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
static atomic_bool is_sent;
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

static void *send_all(void *unused)
{
	uint8_t frame[PLANE_FRAME];

	(void)unused;
	for (uint32_t i = 0; i < PACKETS; i++) {
		plane_frame(frame, GROUP, i);
		if (send(plane.far_fd[IN], frame, sizeof(frame), 0) != sizeof(frame))
			i--; /* the queue is full for a moment; the number is sent again */
		if (i % BATCH == 0)
			sched_yield();
	}
	is_sent = true;
	return NULL;
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
static void churn(enum dplane_tier tier_one, enum dplane_tier tier_other)
{
	unsigned int changes = 0;
	pthread_t sender;

	cr_assert_eq(put(ONE), tier_one, "%s", plane.said);
	cr_assert_eq(put(OTHER), tier_other, "%s", plane.said);
	cr_assert_eq(pthread_create(&sender, NULL, send_all, NULL), 0);
	while (!is_sent) {
		put(changes++ % 2 ? OTHER : ONE);
		plane_dispatch(&plane);
	}
	pthread_join(sender, NULL);
	receive_all();
	each_number_came_out_right();
	cr_expect_gt(changes, 1000, "too few changes to prove anything: %u", changes);
}

Test(churn, packets_of_a_changing_tree_are_forwarded_once_to_one_of_its_sets)
{
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	churn(DPLANE_TIER_XDP, DPLANE_TIER_XDP);
}

Test(churn, packets_of_a_tree_that_moves_between_xdp_and_tc_are_forwarded_once)
{
	plane_gro_set(OTHER, false);
	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	churn(DPLANE_TIER_XDP, DPLANE_TIER_TC);
}

Test(churn, packets_of_a_changing_tree_in_tc_are_forwarded_once)
{
	plane_attach_all(&plane, DPLANE_MODE_TC);
	churn(DPLANE_TIER_TC, DPLANE_TIER_TC);
}

/* Every change wants a set that was not there before, so slots are emptied and filled again. */
Test(churn, packets_are_forwarded_once_while_output_sets_come_and_go)
{
	unsigned int changes = 0;
	struct mfib_route other = plane_route(GROUP + 1);
	pthread_t sender;

	plane_attach_all(&plane, DPLANE_MODE_AUTO);
	cr_assert_eq(put(ONE), DPLANE_TIER_XDP);
	cr_assert_eq(pthread_create(&sender, NULL, send_all, NULL), 0);
	while (!is_sent) {
		other.oifs.word[0] = 2 + 2 * (changes++ % 15);
		cr_assert_eq(dplane_put(plane.dp, &other), 0);
		put(changes % 2 ? OTHER : ONE);
	}
	pthread_join(sender, NULL);
	receive_all();
	each_number_came_out_right();
}
