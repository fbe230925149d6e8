// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of trees and a neighbor that acknowledges twenty messages a second and loses what its
 * socket cannot hold, as the reference does: it is never given up, is sent everything in the time
 * that its rate allows, and each thing once. Description of HPIM-DM, 3.5.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/hpim/if.h"
#include "core/hpim/tree.h"
#include "core/hpim/hpim_int.h"

#define TREES      2000u
#define SOURCE_LAN 0u
#define LINK_AB    1u        /* number of the common link in A; 0 in B */
#define SLOW       HP_MS(50) /* for each reliable message */
#define SLOW_QUEUE 64u       /* packets its socket holds */
#define SLOW_RUN   (TREES * SLOW)
#define FAST       HP_MS(1)
#define IN_FLIGHT  24u /* more than a slow neighbor ever has */

enum { A, B, ROUTERS };

struct packet {
	struct ip_addr src, dst;
	size_t len;
	uint8_t bytes[1500];
};

/* A is next to the source, B behind A. */
struct lab {
	enum ip_family family;
	hp_time now;
	struct station {
		struct core *core;
		hp_time pace;  /* per reliable message it receives */
		size_t socket; /* packets it holds, 0: any number */
		struct packet *queue;
		size_t head, count, room;
		hp_time free_at; /* it takes the next packet then */
		bool is_off;
		unsigned int sent[HPIM_TYPE_COUNT], lost, gone;
		uint32_t sn; /* greatest it sent */
	} stations[ROUTERS];
	uint32_t metric; /* of A */
};

#define SLOW_TEST(name)                          \
	static void name(enum ip_family family); \
	Test(core_slow, name)                    \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

static struct ip_addr address(enum ip_family family, uint8_t net, uint8_t host)
{
	const uint8_t v4[4] = { 10, 0, net, host };
	const uint8_t v6[16] = { 0xfe, 0x80, [14] = net, [15] = host };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? v4 : v6);
}

static struct ip_addr source_of(enum ip_family family)
{
	const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };

	return family == IP_FAMILY_4 ? address(family, 0, 9) : ip_addr_from_bytes(family, v6);
}

static struct ip_addr group_of(enum ip_family family, uint32_t i)
{
	const uint8_t v4[4] = { 239, 1, (uint8_t)(i >> 8), (uint8_t)i };
	const uint8_t v6[16] = { 0xff, 0x3e, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i };

	return ip_addr_from_bytes(family, family == IP_FAMILY_4 ? v4 : v6);
}

static bool is_reliable(enum hpim_type type)
{
	return type == HPIM_UPSTREAM || type == HPIM_NO_UPSTREAM || type == HPIM_INTEREST ||
	       type == HPIM_NO_INTEREST;
}

static struct hpim_msg decode(const struct lab *lab, const uint8_t *bytes, size_t len)
{
	struct hpim_msg msg;

	cr_assert_eq(hpim_decode(lab->family, bytes, len, &msg), 0);
	return msg;
}

/* New messages have greater SNs, and a checkpoint covers none that is still to come. */
static void check_order(struct station *from, const struct hpim_msg *msg)
{
	if (is_reliable(msg->type) && msg->tree.sn > from->sn)
		from->sn = msg->tree.sn;
	if (msg->type == HPIM_SYNC && msg->sync.my_snapshot_sn > from->sn)
		from->sn = msg->sync.my_snapshot_sn;
	if (msg->type == HPIM_HELLO && msg->hello.has_checkpoint)
		cr_assert_leq(msg->hello.checkpoint_sn, from->sn);
}

static void take_send(struct lab *lab, unsigned int router, const struct fx_send *send)
{
	struct station *from = &lab->stations[router], *to = &lab->stations[1 - router];
	struct hpim_msg msg;

	if (send->socket != SOCKET_103 || send->link != (router == A ? LINK_AB : 0))
		return;
	msg = decode(lab, send->bytes, send->len);
	from->sent[msg.type]++;
	check_order(from, &msg);
	if (to->is_off || (to->socket && to->count - to->head >= to->socket)) {
		to->lost++;
		return;
	}
	if (to->head == to->count)
		to->head = to->count = 0;
	if (to->count == to->room) {
		to->room = to->room ? 2 * to->room : 64;
		to->queue = realloc(to->queue, to->room * sizeof(*to->queue));
		cr_assert_not_null(to->queue);
	}
	cr_assert_leq(send->len, sizeof(to->queue->bytes));
	to->queue[to->count] =
		(struct packet){ .src = send->src, .dst = send->dst, .len = send->len };
	memcpy(to->queue[to->count++].bytes, send->bytes, send->len);
}

static struct core_event path(const struct lab *lab, unsigned int router)
{
	return (struct core_event){ .kind = EV_RPF,
				    .rpf = { .source = source_of(lab->family),
					     .is_reachable = true,
					     .is_connected = router == A,
					     .link = 0,
					     .prefix_len = 24,
					     .preference = router == A ? 2 : 11,
					     .metric = router == A ? lab->metric : 100 } };
}

static uint32_t in_flight(const struct hpim_if *hif, const struct hpim_neigh *neigh)
{
	const struct hpim_pending *pending;
	uint32_t count = 0;

	TAILQ_FOREACH (pending, &hif->pending, node) {
		const struct hpim_peer *peer;
		bool has_acked = false;

		if (pending != &pending->reliable->multicast) {
			peer = container_of(pending, const struct hpim_peer, unicast);
			count += ip_addr_equal(&peer->addr, &neigh->addr);
			continue;
		}
		TAILQ_FOREACH (peer, &pending->reliable->peers, node)
			has_acked |= peer->has_acked && ip_addr_equal(&peer->addr, &neigh->addr);
		count += !has_acked;
	}
	return count;
}

static struct hpim_if *hif_of(const struct lab *lab, unsigned int router)
{
	return hpim_if_by_link(hpim_of(lab->stations[router].core, lab->family),
			       router == A ? LINK_AB : 0);
}

static void check_windows(const struct lab *lab, unsigned int router)
{
	const struct hpim_if *hif = hif_of(lab, router);
	const struct hpim_neigh *neigh;

	if (!hif)
		return;
	TAILQ_FOREACH (neigh, &hif->neighbors, node)
		cr_assert_eq(neigh->window.in_flight, in_flight(hif, neigh));
}

static void handle(struct lab *lab, unsigned int router, const struct core_event *event)
{
	struct station *station = &lab->stations[router];
	const struct core_effect *effect;
	bool is_asked = false;

	core_handle(station->core, lab->now, event);
	while ((effect = core_effect_next(station->core))) {
		is_asked |= effect->kind == FX_RPF_WATCH;
		station->gone += effect->kind == FX_NOTE && effect->note.code == NOTE_NEIGHBOR_GONE;
		if (effect->kind == FX_SEND)
			take_send(lab, router, &effect->send);
	}
	check_windows(lab, router);
	if (is_asked) {
		const struct core_event answer = path(lab, router);

		handle(lab, router, &answer);
	}
}

/* When the router has something to do, or HP_TIME_NEVER. */
static hp_time next_at(const struct lab *lab, const struct station *station)
{
	hp_time at;

	if (station->is_off)
		return HP_TIME_NEVER;
	if (station->head < station->count)
		at = station->free_at;
	else
		at = HP_TIME_NEVER;
	if (core_deadline(station->core) < at)
		at = core_deadline(station->core);
	return at > lab->now ? at : lab->now;
}

static void work(struct lab *lab, unsigned int router)
{
	struct station *station = &lab->stations[router];
	struct packet packet;

	if (station->head == station->count || station->free_at > lab->now) {
		handle(lab, router, &(struct core_event){ .kind = EV_CLOCK });
		return;
	}
	packet = station->queue[station->head++];
	if (is_reliable(decode(lab, packet.bytes, packet.len).type))
		station->free_at = lab->now + station->pace;
	handle(lab, router,
	       &(struct core_event){ .kind = EV_PACKET,
				     .packet = { .link = router == A ? LINK_AB : 0,
						 .socket = SOCKET_103,
						 .src = packet.src,
						 .dst = packet.dst,
						 .ttl = 1,
						 .bytes = packet.bytes,
						 .len = packet.len } });
}

static void run(struct lab *lab, hp_time duration)
{
	hp_time end = lab->now + duration;

	for (;;) {
		hp_time a = next_at(lab, &lab->stations[A]), b = next_at(lab, &lab->stations[B]);
		hp_time at = a < b ? a : b;

		if (at > end)
			break;
		lab->now = at;
		work(lab, a < b ? A : B);
	}
	lab->now = end;
}

/* ---- Building it ---- */

static void link_on(struct lab *lab, unsigned int router, uint16_t link, uint8_t net)
{
	struct core_event event = {
		.kind = EV_LINK,
		.link = { .link = link,
			  .is_present = true,
			  .is_up = true,
			  .mtu = 1500,
			  .addr_count = 1,
			  .addrs = { { address(lab->family, net, (uint8_t)(router + 1)),
				       lab->family == IP_FAMILY_4 ? 24 : 64 } } },
	};

	handle(lab, router, &event);
	handle(lab, router,
	       &(struct core_event){ .kind = EV_CONFIG,
				     .config = { .kind = CONFIG_LINK,
						 .link = link,
						 .family = lab->family,
						 .proto = PROTO_HPIM,
						 .is_on = true } });
}

static void start(struct lab *lab, unsigned int router)
{
	struct core_limits limits = core_limits_default;

	limits.unix_s = 1000 + (uint32_t)(lab->now / HP_SEC(1)); /* as of then; now counts on */
	lab->stations[router].core = core_new(&limits);
	lab->stations[router].is_off = false;
	cr_assert_not_null(lab->stations[router].core);
	link_on(lab, router, router == A ? LINK_AB : 0, 1);
	if (router == A)
		link_on(lab, A, SOURCE_LAN, 0);
}

/* Dies, and does not say so. */
static void kill_router(struct lab *lab, unsigned int router)
{
	struct station *station = &lab->stations[router];

	core_free(station->core);
	station->core = NULL;
	station->is_off = true;
	station->head = station->count = 0;
	station->sn = 0;
}

/* A packet of each source of which A has no tree: it takes as many new ones as it can announce. */
static void data(struct lab *lab)
{
	const struct ip_addr source = source_of(lab->family);

	for (uint32_t i = 0; i < TREES; i++) {
		const struct ip_addr group = group_of(lab->family, i);

		if (hpim_tree_find(hpim_of(lab->stations[A].core, lab->family), &source, &group))
			continue;
		handle(lab, A,
		       &(struct core_event){ .kind = EV_DATA,
					     .data = { .kind = DATA_MISS,
						       .link = SOURCE_LAN,
						       .source = source,
						       .group = group } });
	}
}

/* Packets go on for so many seconds. */
static void data_run(struct lab *lab, unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		data(lab);
		run(lab, HP_SEC(1));
	}
}

static void metric(struct lab *lab, uint32_t value)
{
	struct core_event event;

	lab->metric = value;
	event = path(lab, A);
	handle(lab, A, &event);
}

static struct lab *lab_new(enum ip_family family)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	cr_assert_not_null(lab);
	lab->family = family;
	lab->stations[A].is_off = lab->stations[B].is_off = true;
	start(lab, A);
	return lab;
}

static void lab_free(struct lab *lab)
{
	for (unsigned int i = 0; i < ROUTERS; i++) {
		core_free(lab->stations[i].core);
		free(lab->stations[i].queue);
	}
	free(lab);
}

static void make_slow(struct lab *lab, unsigned int router)
{
	lab->stations[router].pace = SLOW;
	lab->stations[router].socket = SLOW_QUEUE;
}

/* Both are synchronized and have the trees. */
static struct lab *lab_new_standing(enum ip_family family)
{
	struct lab *lab = lab_new(family);

	start(lab, B);
	run(lab, HP_SEC(20));
	data_run(lab, 20);
	return lab;
}

/* The same, B having been slow all the time: it learned the trees while it was synchronized. */
static struct lab *lab_new_slow(enum ip_family family)
{
	struct lab *lab = lab_new(family);

	data_run(lab, 2);
	make_slow(lab, B);
	start(lab, B);
	run(lab, HP_SEC(20));
	return lab;
}

static void count_from_now(struct lab *lab)
{
	for (unsigned int i = 0; i < ROUTERS; i++) {
		memset(lab->stations[i].sent, 0, sizeof(lab->stations[i].sent));
		lab->stations[i].lost = lab->stations[i].gone = 0;
	}
}

/* All is said and acknowledged, and B knows A's metric of each tree. */
static void check_settled(struct lab *lab)
{
	const struct hpim *hpim = hpim_of(lab->stations[B].core, lab->family);
	unsigned int right = 0;

	for (const struct hpim_tree *tree = hpim->trees; tree; tree = tree->hh.next) {
		const struct hpim_tree_if *tif = hpim_tree_if_find(tree, 0);

		right +=
			tree->view.state == TREE_ACTIVE && tif->view.best.rpc.metric == lab->metric;
	}
	cr_expect_eq(right, TREES);
	for (unsigned int i = 0; i < ROUTERS; i++) {
		cr_expect(TAILQ_EMPTY(&hif_of(lab, i)->pending));
		cr_expect_eq(lab->stations[i].gone, 0);
	}
}

/* ---- The tests ---- */

SLOW_TEST(slow_neighbor_learns_a_new_metric_of_all_trees_at_its_pace)
{
	struct lab *lab = lab_new_slow(family);

	count_from_now(lab);
	metric(lab, 20);
	run(lab, SLOW_RUN + SLOW_RUN / 10);
	check_settled(lab);
	cr_expect_eq(lab->stations[A].sent[HPIM_UPSTREAM], TREES);
	cr_expect_eq(lab->stations[B].lost, 0);
	lab_free(lab);
}

SLOW_TEST(metric_that_changes_again_is_sent_once_where_it_waited)
{
	struct lab *lab = lab_new_slow(family);

	count_from_now(lab);
	metric(lab, 20);
	run(lab, HP_MS(10));
	metric(lab, 30);
	run(lab, SLOW_RUN + SLOW_RUN / 10);
	check_settled(lab);
	/* Those on their way were sent in vain, and no others. */
	cr_expect_leq(lab->stations[A].sent[HPIM_UPSTREAM], TREES + IN_FLIGHT);
	cr_expect_eq(lab->stations[B].lost, 0);
	lab_free(lab);
}

SLOW_TEST(slow_neighbor_learns_of_trees_that_start_together)
{
	struct lab *lab = lab_new(family);

	make_slow(lab, B);
	start(lab, B);
	run(lab, HP_SEC(20));
	count_from_now(lab);
	for (unsigned int i = 0; i < ROUTERS; i++)
		cr_assert_eq(hif_of(lab, i)->synced_count, 1);
	data_run(lab, 11 * SLOW_RUN / 10 / HP_SEC(1));
	check_settled(lab);
	cr_expect_eq(lab->stations[A].sent[HPIM_UPSTREAM], TREES);
	cr_expect_eq(lab->stations[B].lost, 0);
	lab_free(lab);
}

/* B asks for all trees when it is synchronized; A is slow to answer. */
SLOW_TEST(interest_after_link_up_goes_at_the_pace_of_a_slow_upstream)
{
	struct lab *lab = lab_new(family);

	data_run(lab, 2);
	make_slow(lab, A);
	start(lab, B);
	count_from_now(lab);
	run(lab, HP_SEC(10) + SLOW_RUN + SLOW_RUN / 10);
	check_settled(lab);
	cr_expect_eq(lab->stations[B].sent[HPIM_INTEREST] + lab->stations[B].sent[HPIM_NO_INTEREST],
		     TREES);
	lab_free(lab);
}

SLOW_TEST(interest_after_a_restart_is_sent_once)
{
	struct lab *lab = lab_new_standing(family);

	kill_router(lab, B);
	make_slow(lab, A);
	run(lab, HP_SEC(2));
	start(lab, B);
	count_from_now(lab);
	run(lab, HP_SEC(10) + SLOW_RUN + SLOW_RUN / 10);
	check_settled(lab);
	cr_expect_eq(lab->stations[B].sent[HPIM_INTEREST] + lab->stations[B].sent[HPIM_NO_INTEREST],
		     TREES);
	lab_free(lab);
}

/* A neighbor that was fast gets much at once; when it turns slow it is given less, not given up. */
SLOW_TEST(fast_neighbor_that_becomes_slow_is_not_given_up)
{
	struct lab *lab = lab_new_standing(family);

	lab->stations[B].pace = FAST;
	metric(lab, 20);
	run(lab, HP_MS(500));
	make_slow(lab, B);
	count_from_now(lab);
	run(lab, HP_SEC(60) + SLOW_RUN);
	check_settled(lab);
	lab_free(lab);
}

SLOW_TEST(neighbor_that_dies_is_given_up_after_four_retransmissions)
{
	struct lab *lab = lab_new_standing(family);
	hp_time died_at;

	kill_router(lab, B);
	count_from_now(lab);
	metric(lab, 20);
	died_at = lab->now;
	run(lab, HP_MS(11900));
	cr_expect_eq(lab->stations[A].gone, 0);
	run(lab, died_at + HP_MS(12100) - lab->now);
	cr_expect_eq(lab->stations[A].gone, 1);
	cr_expect_eq(hif_of(lab, A)->waiting_count, 0);
	cr_expect_leq(lab->stations[A].sent[HPIM_UPSTREAM], 5 * 256u);
	lab_free(lab);
}
