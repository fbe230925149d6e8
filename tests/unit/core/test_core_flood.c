// SPDX-License-Identifier: GPL-2.0-only
/*
 * Floods of data that nobody wants: each packet from another source, or to another group. Trees
 * that somebody wants stay as they are, new ones come up, and no table grows beyond its limit.
 */
#include <malloc.h>

#include "core/hpim/if.h"
#include "unit/common_pair.h"
#include "core/inspect.h"

/* Runs a test body for both families. */
#define FLOOD_TEST(name)                         \
	static void name(enum ip_family family); \
	Test(core_flood, name)                   \
	{                                        \
		name(IP_FAMILY_4);               \
		name(IP_FAMILY_6);               \
	}                                        \
	static void name(enum ip_family family)

#define LIMIT   3000u
#define PACKETS 6000u
#define PACE    HP_MS(8)    /* between the packets of a flood */
#define QUIET   HP_SEC(300) /* longer than any lifetime */
#define SMALL   16u         /* a limit of trees, where a full table is wanted */
#define LIVE    3u          /* trees of standing_new() */

/* Groups of the trees that stay; those of a flood are above. */
enum { GROUP_NEAR = 1, GROUP_FAR, GROUP_BEHIND, GROUP_NEW, GROUP_LATER, GROUP_FLOOD = 1000 };

/* ---- What stays ---- */

static struct mfib_key near_key(const struct pair *pair)
{
	return pair_key(pair, NET_SOURCES, 100, GROUP_NEAR);
}

static struct mfib_key far_key(const struct pair *pair)
{
	return pair_key(pair, NET_SOURCES, 100, GROUP_FAR);
}

static struct mfib_key behind_key(const struct pair *pair)
{
	return pair_key(pair, NET_B, 100, GROUP_BEHIND);
}

/* Whether the router forwards it to this link and no other. */
static bool goes_to(const struct pair *pair, enum pair_router router, const struct mfib_key *key,
		    uint16_t link)
{
	const struct sim_entry *entry = pair_entry(pair, router, key);
	struct ifset only = { .word = { 0 } };

	ifset_add(&only, link);
	return entry && ifset_equal(&entry->route.oifs, &only);
}

/* From now on its source sends, and losing it, or an output of it, is a failure. */
static void keep(struct pair *pair, enum pair_router router, const struct mfib_key *key,
		 bool is_kept)
{
	struct sim_entry *entry = pair_entry(pair, router, key);

	cr_assert_not_null(entry);
	entry->marks = is_kept ? PAIR_KEPT | PAIR_SENDS : 0;
}

static void keep_all(struct pair *pair, bool are_kept)
{
	const struct mfib_key near = near_key(pair), far = far_key(pair), behind = behind_key(pair);

	keep(pair, A, &near, are_kept);
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		keep(pair, router, &far, are_kept);
		keep(pair, router, &behind, are_kept);
	}
}

/* A tree with a member next to A, one with a member behind B, one whose source is behind B. */
static struct pair *standing_new(enum ip_family family, uint32_t limit)
{
	struct pair *pair = pair_new(family, (const uint32_t[]){ limit, LIMIT });
	const struct mfib_key near = near_key(pair), far = far_key(pair), behind = behind_key(pair);

	pair_join(pair, A, 2, GROUP_NEAR);
	pair_join(pair, B, 1, GROUP_FAR);
	pair_join(pair, A, 2, GROUP_BEHIND);
	pair_data(pair, A, 0, &near);
	pair_data(pair, A, 0, &far);
	pair_data(pair, B, 1, &behind);
	pair_run(pair, HP_SEC(1));
	cr_assert(goes_to(pair, A, &near, 2));
	cr_assert(goes_to(pair, A, &far, 1) && goes_to(pair, B, &far, 1));
	cr_assert(goes_to(pair, A, &behind, 2) && goes_to(pair, B, &behind, 0));
	keep_all(pair, true);
	return pair;
}

/* ---- Floods ---- */

static void check_bounds(const struct pair *pair)
{
	for (enum pair_router router = A; router < PAIR_ROUTERS; router++) {
		const struct hpim *hpim = pair_hpim(pair, router);
		uint32_t limit = pair_core(pair, router)->limits.trees;

		cr_assert_leq(hpim->tree_count - hpim->ending_count, limit);
		cr_assert_leq(hpim->ending_count, limit / 4);
		cr_assert_eq(HASH_COUNT(hpim->trees), hpim->tree_count);
		cr_assert_leq(HASH_COUNT(pair->nodes[router].router.entries), limit);
		cr_assert_leq(HASH_COUNT(hpim->quotas), 2 * limit);
	}
}

/* Packets to A's link, each of another tree. */
static void flood(struct pair *pair, uint16_t link, enum pair_net net, unsigned int packets)
{
	for (unsigned int i = 0; i < packets; i++) {
		const struct mfib_key key = pair_key(pair, net, 1000 + pair_random(pair, 60000),
						     GROUP_FLOOD + pair_random(pair, 4000000));

		pair_data(pair, A, link, &key);
		pair_run(pair, PACE);
		check_bounds(pair);
	}
}

static uint64_t count_of(const struct pair *pair, uint16_t link, enum note_code code)
{
	return inspect_refused(pair_core(pair, A), link, code);
}

static void all_leave(struct pair *pair)
{
	keep_all(pair, false);
	pair_run(pair, QUIET);
	pair_check_empty(pair);
}

/* Evictions make room for all of it, in what A may have at most. */
static struct pair *flooded_new(enum ip_family family, enum pair_net net, uint32_t most)
{
	struct pair *pair = standing_new(family, LIMIT);

	flood(pair, 0, net, PACKETS);
	cr_assert_gt(count_of(pair, 0, NOTE_UNWANTED_EVICTED), PACKETS / 2);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_REFUSED), 0);
	cr_assert_eq(count_of(pair, 0, NOTE_TREE_LIMIT), 0);
	cr_assert_leq(pair_hpim(pair, A)->tree_count, most);
	return pair;
}

/* A is the originator of each, announces it, hears that nobody wants it, and takes it back. */
FLOOD_TEST(sources_of_its_own_subnet_leave_live_trees_and_bounded_tables)
{
	struct pair *pair = flooded_new(family, NET_SOURCES, LIMIT / 4 + LIMIT / 4 + LIVE);

	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(sources_without_route_leave_live_trees_and_bounded_tables)
{
	struct pair *pair = flooded_new(family, NET_NOWHERE, LIMIT / 4 + LIVE);

	cr_assert_leq(pair_hpim(pair, B)->tree_count, LIVE, "they are no business of others");
	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(sources_that_are_flooded_at_first_leave_live_trees_and_bounded_tables)
{
	struct pair *pair = flooded_new(family, NET_FAR, LIMIT / 4 + LIVE);

	all_leave(pair);
	pair_free(pair);
}

/* Faster than neighbors can say that they have forgotten. */
FLOOD_TEST(what_comes_too_fast_is_refused)
{
	struct pair *pair = standing_new(family, 400);

	flood(pair, 0, NET_SOURCES, PACKETS);
	cr_assert_gt(count_of(pair, 0, NOTE_UNWANTED_REFUSED), PACKETS / 4);
	cr_assert_leq(pair_hpim(pair, A)->tree_count, 400 / 2 + LIVE);
	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(memory_does_not_grow_once_the_part_of_a_flood_is_full)
{
	struct pair *pair = standing_new(family, LIMIT);
	size_t before;

	flood(pair, 0, NET_SOURCES, PACKETS / 2);
	before = mallinfo2().uordblks;
	flood(pair, 0, NET_SOURCES, PACKETS / 2);
	/* What is on its way differs from second to second. A sanitizer's malloc tells nothing. */
	cr_assert_leq(mallinfo2().uordblks, before + before / 10);
	pair_free(pair);
}

/* ---- What comes up meanwhile ---- */

FLOOD_TEST(a_wanted_tree_comes_up_at_once)
{
	struct pair *pair = standing_new(family, LIMIT);
	const struct mfib_key wanted = pair_key(pair, NET_SOURCES, 101, GROUP_NEW);

	flood(pair, 0, NET_SOURCES, PACKETS / 2);
	pair_join(pair, A, 2, GROUP_NEW);
	pair_join(pair, B, 1, GROUP_NEW);
	pair_data(pair, A, 0, &wanted);
	cr_assert(ifset_has(&pair_entry(pair, A, &wanted)->route.oifs, 1));
	cr_assert(ifset_has(&pair_entry(pair, A, &wanted)->route.oifs, 2));
	cr_assert(goes_to(pair, B, &wanted, 1));
	keep(pair, A, &wanted, true);
	keep(pair, B, &wanted, true);
	flood(pair, 0, NET_SOURCES, PACKETS / 2);
	pair_free(pair);
}

FLOOD_TEST(a_tree_that_is_wanted_later_is_safe_from_then_on)
{
	struct pair *pair = standing_new(family, LIMIT);
	const struct mfib_key later = pair_key(pair, NET_SOURCES, 101, GROUP_LATER);

	pair_data(pair, A, 0, &later);
	cr_assert(ifset_is_empty(&pair_entry(pair, A, &later)->route.oifs));
	flood(pair, 0, NET_SOURCES, LIMIT / 8);
	pair_join(pair, B, 1, GROUP_LATER);
	cr_assert(goes_to(pair, A, &later, 1) && goes_to(pair, B, &later, 1));
	keep(pair, A, &later, true);
	keep(pair, B, &later, true);
	flood(pair, 0, NET_SOURCES, PACKETS / 2);
	pair_free(pair);
}

/* It was forgotten, but its next packet is as good as its first. */
FLOOD_TEST(a_source_that_goes_on_sending_gets_its_tree_back)
{
	struct pair *pair = standing_new(family, LIMIT);
	const struct mfib_key key = pair_key(pair, NET_SOURCES, 101, GROUP_NEW);

	pair_data(pair, A, 0, &key);
	for (unsigned int i = 0; pair_entry(pair, A, &key); i++) {
		cr_assert_lt(i, PACKETS);
		flood(pair, 0, NET_SOURCES, 1);
	}
	cr_assert_eq(pair_tree(pair, A, &key)->unwanted->state, UNWANTED_ENDING);
	pair_data(pair, A, 0, &key);
	cr_assert_eq(pair_tree(pair, A, &key)->view.state, TREE_ACTIVE);
	cr_assert_eq(pair_tree(pair, A, &key)->unwanted->state, UNWANTED_ANNOUNCED);
	cr_assert_eq(pair_tree(pair, B, &key)->view.state, TREE_ACTIVE);
	pair_free(pair);
}

/* A miss that B does not hear of: what A sends stays on its way. */
static void miss_only(struct pair *pair, uint32_t i)
{
	const struct mfib_key key = pair_key(pair, NET_SOURCES, 1000 + i, GROUP_FLOOD + i);

	pair_handle(pair, A,
		    &(struct core_event){ .kind = EV_DATA,
					  .data = { .kind = DATA_MISS,
						    .link = 0,
						    .source = key.source,
						    .group = key.group } });
}

/* B has not answered yet: by default it has interest, and what goes to it is no unwanted tree to
 * evict. */
FLOOD_TEST(a_tree_is_not_evicted_before_its_neighbors_have_answered)
{
	struct pair *pair = standing_new(family, SMALL);

	for (uint32_t i = 0; i < SMALL; i++)
		miss_only(pair, i);
	/* Half of what three live trees leave of 16. */
	cr_assert_eq(pair_hpim(pair, A)->tree_count, LIVE + 7);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_EVICTED), 0);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_REFUSED), SMALL - 7);
	pair_deliver(pair);
	all_leave(pair);
	pair_free(pair);
}

/* Data that nobody wants and that goes on, more of it than its part: no endless coming and going.
 */
FLOOD_TEST(more_sources_that_go_on_than_have_place_come_to_rest)
{
	struct pair *pair = standing_new(family, LIMIT);
	const unsigned int flows = LIMIT / 3; /* their link may have a quarter */
	uint64_t evicted = 0;

	for (unsigned int round = 0; round < 20; round++) {
		evicted = count_of(pair, 0, NOTE_UNWANTED_EVICTED);
		for (unsigned int i = 0; i < flows; i++) {
			const struct mfib_key key =
				pair_key(pair, NET_SOURCES, 1000 + i, GROUP_FLOOD + i);

			pair_data(pair, A, 0, &key);
		}
		pair_run(pair, HP_SEC(1));
	}
	cr_assert_gt(evicted, 0);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_EVICTED), evicted);
	cr_assert_eq(HASH_COUNT(pair->nodes[A].router.entries), flows + LIVE);
	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(a_neighbor_is_not_told_faster_than_it_acknowledges)
{
	struct pair *pair = standing_new(family, LIMIT);
	uint64_t refused;

	for (uint32_t i = 0; i < 1000; i++)
		miss_only(pair, i);
	refused = count_of(pair, 0, NOTE_UNWANTED_REFUSED);
	cr_assert_eq(pair->count + hpim_if_by_link(pair_hpim(pair, A), 1)->waiting_count,
		     1000 - refused);
	cr_assert_lt(1000 - refused, 300);
	pair_deliver(pair);
	miss_only(pair, 1000);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_REFUSED), refused);
	cr_assert_eq(pair->count, 1);
	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(a_neighbor_that_is_dead_stops_new_trees_only_until_it_is_given_up)
{
	struct pair *pair = standing_new(family, LIMIT);
	uint64_t refused;

	keep_all(pair, false);
	pair->is_cut = true;
	for (unsigned int second = 0; second < 20; second++) {
		for (uint32_t i = 0; i < 100; i++)
			miss_only(pair, second * 100 + i);
		pair_run(pair, HP_SEC(1));
	}
	cr_assert_eq(inspect_neighbor_count(pair_core(pair, A), 1, family), 0);
	refused = count_of(pair, 0, NOTE_UNWANTED_REFUSED);
	cr_assert_gt(refused, 0);
	miss_only(pair, 2000);
	cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_REFUSED), refused);
	pair_free(pair);
}

/* ---- Who pays ---- */

FLOOD_TEST(one_source_leaves_room_to_the_others_of_its_link)
{
	struct pair *pair = standing_new(family, LIMIT);
	const struct mfib_key other = pair_key(pair, NET_NOWHERE, 2, GROUP_NEW);

	pair_data(pair, A, 0, &other);
	keep(pair, A, &other, true); /* data without route is dropped for the initial flood time */
	for (unsigned int i = 0; i < LIMIT; i++) {
		const struct mfib_key key = pair_key(pair, NET_NOWHERE, 1, GROUP_FLOOD + i);

		pair_data(pair, A, 0, &key);
		pair_run(pair, HP_MS(1));
	}
	cr_assert_eq(pair_hpim(pair, A)->unwanted_count, LIMIT / 8 + 1);
	keep(pair, A, &other, false);
	all_leave(pair);
	pair_free(pair);
}

FLOOD_TEST(one_link_leaves_room_to_the_others)
{
	struct pair *pair = standing_new(family, LIMIT);
	const struct mfib_key other = pair_key(pair, NET_NOWHERE, 1, GROUP_NEW);

	pair_data(pair, A, 2, &other);
	keep(pair, A, &other, true);
	flood(pair, 0, NET_NOWHERE, (unsigned int)(HP_SEC(14) / PACE));
	cr_assert_eq(pair_hpim(pair, A)->unwanted_count, LIMIT / 4 + 1);
	keep(pair, A, &other, false);
	all_leave(pair);
	pair_free(pair);
}

/* ---- A full table ---- */

/* The unwanted trees of full_new(), oldest first. */
static struct mfib_key unwanted_key(const struct pair *pair, enum pair_net net, unsigned int i)
{
	return pair_key(pair, net, i + 1, GROUP_FLOOD + i);
}

static struct mfib_key behind_b(const struct pair *pair, unsigned int i)
{
	return pair_key(pair, NET_B, i + 1, GROUP_LATER + i);
}

/* Half of the table unwanted trees, which came in by two links, half of it trees that somebody
 * wants. */
static struct pair *full_new(enum ip_family family, enum pair_net net)
{
	struct pair *pair = standing_new(family, SMALL);

	for (unsigned int i = 0; i < SMALL / 2; i++) {
		const struct mfib_key key = unwanted_key(pair, net, i);

		pair_data(pair, A, (uint16_t)(1 + i % 2), &key);
		pair_run(pair, PACE);
	}
	for (unsigned int i = 0; i < SMALL / 2 - LIVE; i++) {
		const struct mfib_key key = behind_b(pair, i);

		pair_data(pair, B, 1, &key);
	}
	cr_assert_eq(pair_hpim(pair, A)->tree_count, SMALL);
	cr_assert_eq(pair->nodes[A].notes[NOTE_UNWANTED_EVICTED], 0);
	return pair;
}

/* The first so many unwanted trees are gone, and only they. */
static void check_evicted(const struct pair *pair, enum pair_net net, unsigned int count)
{
	for (unsigned int i = 0; i < SMALL / 2; i++) {
		const struct mfib_key key = unwanted_key(pair, net, i);

		cr_assert_eq(pair_entry(pair, A, &key) != NULL, i >= count, "unwanted %u", i);
	}
	cr_assert_eq(count_of(pair, 1, NOTE_UNWANTED_EVICTED), (count + 1) / 2);
	cr_assert_eq(count_of(pair, 2, NOTE_UNWANTED_EVICTED), count / 2);
	cr_assert_eq(pair->nodes[A].notes[NOTE_UNWANTED_EVICTED], count);
	cr_assert_eq(pair->nodes[A].notes[NOTE_TREE_LIMIT], 0);
	check_bounds(pair);
}

static void a_neighbor_announces_one_more(enum ip_family family, enum pair_net net)
{
	struct pair *pair = full_new(family, net);

	for (unsigned int i = 1; i <= 3; i++) {
		const struct mfib_key key = behind_b(pair, SMALL + i);

		pair_data(pair, B, 1, &key);
		cr_assert_eq(pair_tree(pair, A, &key)->view.state, TREE_ACTIVE);
		check_evicted(pair, net, i);
	}
	pair_free(pair);
}

FLOOD_TEST(in_a_full_table_a_tree_of_a_neighbor_takes_the_place_of_the_oldest_stray)
{
	a_neighbor_announces_one_more(family, NET_NOWHERE);
	a_neighbor_announces_one_more(family, NET_SOURCES);
}

static void data_brings_one_more(enum ip_family family, enum pair_net net)
{
	struct pair *pair = full_new(family, net);
	const struct mfib_key key = pair_key(pair, NET_SOURCES, 102, GROUP_NEW);

	pair_join(pair, B, 1, GROUP_NEW);
	pair_data(pair, A, 0, &key);
	cr_assert(goes_to(pair, A, &key, 1) && goes_to(pair, B, &key, 1));
	check_evicted(pair, net, 1);
	pair_free(pair);
}

FLOOD_TEST(in_a_full_table_data_takes_the_place_of_the_oldest_stray)
{
	data_brings_one_more(family, NET_NOWHERE);
	data_brings_one_more(family, NET_SOURCES);
}

/* What a Sync says of a tree counts only when it is complete; till then it is no unwanted tree. */
FLOOD_TEST(in_a_full_table_what_a_sync_announces_is_not_evicted)
{
	struct pair *pair = pair_new(family, (const uint32_t[]){ SMALL, LIMIT });

	pair_switch(pair, B, 0, PROTO_HPIM, false);
	pair_run(pair, HP_SEC(1));
	for (unsigned int i = 0; i < SMALL / 2; i++) {
		const struct mfib_key key = behind_b(pair, i);
		const struct mfib_key unwanted = i % 2 ? unwanted_key(pair, NET_NOWHERE, i) : key;

		pair_data(pair, B, 1, &key);
		pair_data(pair, A, (uint16_t)(1 + i % 2), &unwanted);
	}
	for (unsigned int i = 0; i < SMALL / 2; i++) {
		const struct mfib_key wanted = pair_key(pair, NET_SOURCES, 101 + i, GROUP_NEAR);

		pair_join(pair, A, 2, GROUP_NEAR);
		pair_data(pair, A, 0, &wanted);
	}
	cr_assert_eq(pair_hpim(pair, A)->tree_count, SMALL);
	pair_switch(pair, B, 0, PROTO_HPIM, true);
	pair_run(pair, HP_SEC(8));
	for (unsigned int i = 0; i < SMALL / 2; i++) {
		const struct mfib_key key = behind_b(pair, i);
		const struct mfib_key wanted = pair_key(pair, NET_SOURCES, 101 + i, GROUP_NEAR);

		cr_assert_eq(pair_tree(pair, A, &key)->view.state, TREE_ACTIVE);
		cr_assert_eq(pair_tree(pair, A, &wanted)->view.state, TREE_ACTIVE);
	}
	cr_assert_eq(count_of(pair, 1, NOTE_UNWANTED_EVICTED), 0);
	cr_assert_eq(count_of(pair, 2, NOTE_UNWANTED_EVICTED), SMALL / 4);
	pair_free(pair);
}

FLOOD_TEST(where_all_trees_are_wanted_data_is_refused_and_counted)
{
	struct pair *pair = standing_new(family, LIVE);
	const struct mfib_key key = pair_key(pair, NET_SOURCES, 102, GROUP_NEW);

	for (unsigned int i = 1; i <= 5; i++) {
		pair_data(pair, A, 0, &key);
		cr_assert_null(pair_entry(pair, A, &key));
		cr_assert_eq(count_of(pair, 0, NOTE_UNWANTED_REFUSED), i);
	}
	check_bounds(pair);
	all_leave(pair);
	pair_free(pair);
}

/* ---- Always the same ---- */

static uint64_t hash_of_a_flood(enum ip_family family)
{
	struct pair *pair = standing_new(family, LIMIT / 4);
	uint64_t hash;

	flood(pair, 0, NET_SOURCES, PACKETS / 8);
	flood(pair, 2, NET_NOWHERE, PACKETS / 8);
	hash = pair->nodes[A].hash ^ pair->nodes[B].hash;
	cr_assert_gt(count_of(pair, 0, NOTE_UNWANTED_EVICTED), 0);
	cr_assert_gt(count_of(pair, 2, NOTE_UNWANTED_EVICTED), 0);
	cr_assert_gt(count_of(pair, 0, NOTE_UNWANTED_REFUSED), 0);
	pair_free(pair);
	return hash;
}

FLOOD_TEST(the_same_flood_has_the_same_effects)
{
	cr_assert_eq(hash_of_a_flood(family), hash_of_a_flood(family));
}

/* ---- Neighbors learn soon what they need not remember ---- */

FLOOD_TEST(many_acknowledged_messages_bring_the_next_hello_forward)
{
	struct pair *pair = standing_new(family, LIMIT);
	unsigned int before;

	pair_run(pair, HP_SEC(20));
	before = pair->hellos[A];
	flood(pair, 0, NET_SOURCES, HPIM_EARLY_HELLO_ACKS / 2); /* a second */
	pair_run(pair, HP_SEC(1));
	cr_assert_leq(pair->hellos[A], before + 1, "few do not");
	before = pair->hellos[A];
	flood(pair, 0, NET_SOURCES, 10 * HPIM_EARLY_HELLO_ACKS); /* twenty seconds */
	cr_assert_geq(pair->hellos[A], before + 8);
	cr_assert_leq(pair->hellos[A], before + 21, "never more than one a second");
	pair_free(pair);
}
