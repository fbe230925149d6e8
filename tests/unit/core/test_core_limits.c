// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does not fit the limits is refused, noted once and forgotten; and what leaves takes its
 * memory along. Groups beyond their limit are in test_gm.c, data that nobody wants in
 * test_core_flood.c.
 */
#include <malloc.h>

#include "unit/common_bench.h"
#include "core/inspect.h"

#define LIMIT 3u
#define MANY  3000u

static void hear_hello(struct net *net, unsigned int host, uint16_t hold_s)
{
	bench_hear(net, 0, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true, .hold_s = hold_s } },
		   NULL);
}

static void hear_tree(struct net *net, enum hpim_type type, unsigned int group, uint32_t sn)
{
	bench_hear(net, 0, 1,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = type,
				       .tree = { .source = net_source(net),
						 .group = net_group(net, group),
						 .sn = sn,
						 .rpc = rpc10 } },
		   NULL);
}

static struct net *limits_new(enum ip_family family)
{
	struct net *net = bench_new(family, 2, false);

	memset(net->notes, 0, sizeof(net->notes));
	net_core(net, 0)->limits.trees = LIMIT;
	net_limit_neighbors(net, 0, LIMIT);
	return net;
}

/* Neighbors that answer: others give way in a full table. */
static void fill(struct net *net)
{
	for (unsigned int host = 10; host < 10 + LIMIT; host++)
		bench_meet(net, 0, host);
}

BENCH_TEST(core_limits, neighbors_beyond_the_limit_are_refused_with_one_note)
{
	struct net *net = limits_new(family);

	fill(net);
	for (unsigned int host = 10 + LIMIT; host < 10 + LIMIT + 5; host++)
		hear_hello(net, host, 30);
	cr_assert_eq(inspect_neighbor_count(net_core(net, 0), 0, family), LIMIT);
	cr_assert_eq(net->notes[NOTE_NEIGHBOR_LIMIT], 1);
	cr_assert_null(net_neighbor(net, 0, 0, 10 + LIMIT));
	net_free(net);
}

BENCH_TEST(core_limits, another_link_has_room_when_one_is_full)
{
	struct net *net = limits_new(family);

	fill(net);
	bench_meet(net, 1, 1);
	cr_assert_eq(inspect_counts(net_core(net, 0)).neighbors, LIMIT + 1);
	net_free(net);
}

BENCH_TEST(core_limits, a_neighbor_that_leaves_makes_room_and_allows_the_next_note)
{
	struct net *net = limits_new(family);

	fill(net);
	hear_hello(net, 20, 30);
	hear_hello(net, 10, 0);
	net_run(net, HP_MS(100));
	bench_meet(net, 0, 20);
	cr_assert_eq(net->notes[NOTE_NEIGHBOR_LIMIT], 1);
	hear_hello(net, 21, 30);
	cr_assert_eq(net->notes[NOTE_NEIGHBOR_LIMIT], 2);
	net_free(net);
}

/* The sender of a refused tree would give us up without an Ack. 3.5 */
BENCH_TEST(core_limits, trees_beyond_the_limit_are_acknowledged_and_refused_with_one_note)
{
	struct net *net = limits_new(family);

	bench_meet(net, 0, 1);
	for (unsigned int group = 0; group < LIMIT; group++)
		hear_tree(net, HPIM_UPSTREAM, group, 10 + group);
	net_log_clear(net);
	hear_tree(net, HPIM_UPSTREAM, LIMIT, 20);
	bench_words(net, "0 Ack#3>.1 sn20 (7,1)@500");
	hear_tree(net, HPIM_INTEREST, LIMIT + 1, 21);
	bench_words(net, "0 Ack#4>.1 sn21 (7,1)@500");
	cr_assert_eq(net_hpim(net, 0)->tree_count, LIMIT);
	cr_assert_eq(net->notes[NOTE_TREE_LIMIT], 1);
	net_free(net);
}

BENCH_TEST(core_limits, a_tree_that_ends_makes_room_and_allows_the_next_note)
{
	struct net *net = limits_new(family);

	bench_meet(net, 0, 1);
	for (unsigned int group = 0; group < LIMIT + 1; group++)
		hear_tree(net, HPIM_UPSTREAM, group, 10 + group);
	hear_tree(net, HPIM_NO_UPSTREAM, 0, 20);
	bench_ack(net, 0, 1, UINT32_MAX - 1); /* of the interest in it */
	bench_hello(net, 0, 1, 30, 20);       /* nothing older is under way */
	cr_assert_eq(net_hpim(net, 0)->tree_count, LIMIT - 1);
	hear_tree(net, HPIM_UPSTREAM, LIMIT, 21);
	cr_assert_eq(net_hpim(net, 0)->tree_count, LIMIT);
	hear_tree(net, HPIM_UPSTREAM, LIMIT + 1, 22);
	cr_assert_eq(net->notes[NOTE_TREE_LIMIT], 2);
	net_free(net);
}

/* Of an interface: announced by a neighbor there, or brought by data. */
BENCH_TEST(core_limits, an_interface_brings_no_more_trees_than_its_limit)
{
	struct net *net = bench_new(family, 2, false);
	struct core_settings settings = core_settings_default;
	const struct counters *counters = inspect_counters(net_core(net, 0), 0, family);
	const struct mfib_key other = net_key(net, LIMIT + 7);
	const struct core_event miss = sim_event_data(DATA_MISS, 1, &other);

	settings.link_trees = LIMIT;
	net_handle(net, 0,
		   &(struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_LINK_SETTINGS,
						     .link = 0,
						     .settings = settings,
						     .own = UINT64_C(1) << SETTING_LINK_TREES } });
	bench_meet(net, 0, 1);
	for (unsigned int group = 0; group < LIMIT + 2; group++)
		hear_tree(net, HPIM_UPSTREAM, group, 10 + group);
	cr_assert_eq(net_hpim(net, 0)->tree_count, LIMIT);
	cr_assert_eq(inspect_link_trees(net_core(net, 0), 0, family, PROTO_HPIM), LIMIT);
	cr_assert_eq(net->notes[NOTE_LINK_TREE_LIMIT], 1, "one line");
	cr_assert_eq(counters->noted[NOTE_LINK_TREE_LIMIT], 2);
	net_handle(net, 0, &miss);
	cr_assert_eq(net_hpim(net, 0)->tree_count, LIMIT + 1, "another interface has its own");
	cr_assert_eq(inspect_link_trees(net_core(net, 0), 1, family, PROTO_HPIM), 1);
	hear_tree(net, HPIM_NO_UPSTREAM, 0, 20);
	bench_ack(net, 0, 1, UINT32_MAX - 1);
	bench_hello(net, 0, 1, 30, 20); /* nothing older is under way */
	cr_assert_eq(inspect_link_trees(net_core(net, 0), 0, family, PROTO_HPIM), LIMIT - 1);
	hear_tree(net, HPIM_UPSTREAM, LIMIT, 21);
	hear_tree(net, HPIM_UPSTREAM, LIMIT + 1, 22);
	cr_assert_eq(inspect_link_trees(net_core(net, 0), 0, family, PROTO_HPIM), LIMIT);
	cr_assert_eq(net->notes[NOTE_LINK_TREE_LIMIT], 2, "one ended meanwhile");
	net_free(net);
}

/* Data that nobody wants gives way, but not while a message of a neighbor can refer to it. 3.6 */
BENCH_TEST(core_limits, a_stray_stays_while_the_number_of_a_message_about_it_counts)
{
	struct net *net = limits_new(family);

	bench_meet(net, 0, 1);
	bench_miss(net, 1);
	hear_tree(net, HPIM_NO_UPSTREAM, 0, 10);
	for (unsigned int group = 1; group <= LIMIT; group++)
		hear_tree(net, HPIM_UPSTREAM, group, 10 + group);
	cr_assert_not_null(net_tree(net, 0));
	cr_assert_eq(net->notes[NOTE_TREE_LIMIT], 1);
	bench_hello(net, 0, 1, 30, 10 + LIMIT); /* nothing older is under way */
	hear_tree(net, HPIM_UPSTREAM, LIMIT + 1, 20);
	cr_assert_null(net_tree(net, 0));
	cr_assert_eq(net->notes[NOTE_TREE_LIMIT], 1);
	cr_assert_eq(net->notes[NOTE_UNWANTED_EVICTED], 1);
	net_free(net);
}

/* ---- Memory ---- */

static struct ip_addr many_group(const struct net *net, unsigned int i)
{
	struct ip_addr addr = net_group(net, 0);

	addr.b[13] = 13;
	addr.b[14] = (uint8_t)(i >> 8);
	addr.b[15] = (uint8_t)i;
	return addr;
}

static void hear_many(struct net *net, unsigned int i, enum hpim_type type, uint32_t sn)
{
	bench_hear(net, 0, 1,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = type,
				       .tree = { .source = net_source(net),
						 .group = many_group(net, i),
						 .sn = sn,
						 .rpc = rpc10 } },
		   NULL);
}

static void hear_goodbye(struct net *net, uint16_t link, unsigned int host)
{
	bench_hear(net, link, host,
		   &(struct hpim_msg){ .boot_time = PEER_BOOT,
				       .type = HPIM_HELLO,
				       .hello = { .has_hold = true, .hold_s = 0 } },
		   NULL);
}

/* Until what they say is believed, or sent again. */
static void wait_resend(struct net *net)
{
	net_run_s(net, core_settings_default.retransmission_s);
}

/* Trees come, are routed and announced on the other link, where nothing is acknowledged. */
static void trees_come(struct net *net)
{
	bench_meet(net, 0, 1);
	bench_meet(net, 1, 2);
	net->is_silent = true; /* words take memory */
	for (unsigned int i = 0; i < MANY; i++)
		hear_many(net, i, HPIM_UPSTREAM, 10 + i);
	cr_assert_eq(inspect_counts(net_core(net, 0)).trees, MANY);
	cr_assert_not_null(TAILQ_FIRST(&net_hpim(net, 0)->ifs[1]->pending));
}

/* Half of the trees end, messages are sent again; then both neighbors leave. */
static void all_leaves(struct net *net)
{
	for (unsigned int i = 0; i < MANY; i++)
		hear_many(net, i, i % 2 ? HPIM_UPSTREAM : HPIM_NO_UPSTREAM, 10 + MANY + i);
	wait_resend(net);
	hear_goodbye(net, 0, 1);
	hear_goodbye(net, 1, 2);
	wait_resend(net); /* the goodbyes count, and the trees end */
	wait_resend(net);
	net_check_empty(net);
}

BENCH_TEST(core_limits, when_all_has_left_the_memory_is_as_before)
{
	struct net *net = bench_new(family, 2, false);
	size_t before, after;

	net_route(net, 0, 0, 1, 11, 20);
	trees_come(net);
	all_leaves(net); /* the queues of effects and of this test have their room now */
	before = mallinfo2().uordblks;
	for (unsigned int i = 0; i < 10; i++) {
		trees_come(net);
		all_leaves(net);
	}
	/* Less than a pointer for each tree: malloc keeps some freed memory for the thread. */
	after = mallinfo2().uordblks;
	cr_assert_lt(after, before + MANY * sizeof(void *), "%zu bytes, before %zu", after, before);
	net_free(net);
}

/* A timer at a time: memory of the queue is for one message, not for all that are due. */
BENCH_TEST(core_limits, sending_all_again_needs_no_room_for_all)
{
	struct net *net = bench_new(family, 2, false);
	uint32_t room;

	net_route(net, 0, 0, 1, 11, 20);
	trees_come(net);
	room = net_core(net, 0)->fx.room;
	wait_resend(net);
	cr_assert_eq(net_core(net, 0)->fx.room, room);
	cr_assert_lt(room, MANY / 10);
	net_free(net);
}
