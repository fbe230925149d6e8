// SPDX-License-Identifier: GPL-2.0-only
/*
 * A neighbor that sends what it likes: what is refused is counted, what is kept is bounded, and a
 * tree to other links stands as before. Limits of neighbors are in test_pimdm_neigh, of trees in
 * test_pimdm_tree, of State Refresh in test_pimdm_refresh. Description of PIM-DM, 2.8, 3.4, 3.8.
 */
#include "unit/pimdm/common_seal.h"
#include "unit/pimdm/common_tree.h"
#include "wire/inet.h"

#define MANY 1000u

/*
 * The tree comes in by interface 0 and goes to 1, where a host is, and 2, where the hostile
 * neighbor is the only one.
 */
#define GOOD 1u
#define BAD  2u

static struct bench *standing(enum ip_family family)
{
	struct bench *bench = bench_new(family);

	for (uint16_t link = 0; link < BENCH_LINKS; link++)
		bench_meet(bench, link, 1);
	bench_join(bench, GOOD, true);
	bench_data(bench, DATA_MISS, 0);
	cr_assert_not_null(bench_tree(bench));
	bench->seen_for = 0;
	bench_clear(bench);
	return bench;
}

/* Data of the tree still comes in and goes to the host. */
static void expect_standing(const struct bench *bench, const char *after)
{
	const struct pimdm_tree *tree = bench_tree(bench);

	cr_assert_not_null(tree, "%s", after);
	cr_expect(tree->is_live && tree->up == UP_FORWARDING && tree->route.link == 0, "%s", after);
	cr_expect_eq(bench->entry.iif, 0, "%s", after);
	cr_expect(ifset_has(&bench->entry.oifs, GOOD), "%s", after);
}

static uint64_t refused(const struct bench *bench, enum pimdm_refusal refusal)
{
	return bench->core->links[BAD].counters[bench->family].pim_refused[refusal];
}

static uint64_t counted(const struct bench *bench, enum note_code code)
{
	return bench->core->links[BAD].counters[bench->family].noted[code];
}

/* ---- Sources that there are not ---- */

/* A message about the @nth group that nobody sends to. */
static void hear_unknown(struct bench *bench, enum pim_type type, bool is_prune, unsigned int nth)
{
	struct pim_entry entry = { bench_key(bench).source, bench_key(bench).group, is_prune };
	const struct pim_metric metric = { 1, 1 };
	struct pim_msg msg = { .type = type };

	entry.group.b[15] = (uint8_t)nth;
	entry.group.b[14] = (uint8_t)(nth >> 8 | 0x80);
	if (type == PIM_ASSERT)
		msg.assert = (struct pim_assert){ entry.source, entry.group, metric };
	else if (type == PIM_STATE_REFRESH)
		msg.refresh = (struct pim_refresh){ .source = entry.source,
						    .group = entry.group,
						    .originator = entry.source,
						    .metric = metric,
						    .ttl = 9,
						    .interval_s = 60 };
	else
		msg.jp = (struct pim_join_prune){ .upstream = bench_addr(bench, BAD, BENCH_OWN),
						  .hold_s = PIM_HOLD_FOREVER,
						  .entries = &entry,
						  .entry_count = 1 };
	bench_hear(bench, BAD, 1, &msg);
	bench_clear(bench);
}

/* 3.8: of these none is kept, and no route is looked up. */
TREE_TEST(pimdm_hostile, what_makes_no_tree_leaves_nothing)
{
	static const struct {
		enum pim_type type;
		bool is_prune;
	} kinds[] = { { PIM_JOIN_PRUNE, false },
		      { PIM_JOIN_PRUNE, true },
		      { PIM_GRAFT_ACK, false } };
	struct bench *bench = standing(family);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (unsigned int nth = 0; nth < MANY; nth++) {
			hear_unknown(bench, kinds[i].type, kinds[i].is_prune, nth);
			cr_assert_eq(bench_pim(bench)->tree_count, 1, "kind %zu", i);
			cr_assert_eq(bench->watches, 1, "kind %zu", i);
		}
	expect_standing(bench, "Joins, Prunes, GraftAcks");
	bench_free(bench);
}

/* 3.8: of those that make a tree a quarter of the limit is kept, the oldest gives way. */
TREE_TEST(pimdm_hostile, what_makes_a_tree_is_bounded)
{
	static const enum pim_type types[] = { PIM_ASSERT, PIM_STATE_REFRESH, PIM_GRAFT };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct bench *bench = standing(family);

		bench->core->limits.trees = 40;
		for (unsigned int nth = 0; nth < MANY; nth++) {
			hear_unknown(bench, types[i], false, nth);
			cr_assert_leq(bench_pim(bench)->tree_count, 12, "%s",
				      pim_type_name(types[i]));
		}
		expect_standing(bench, pim_type_name(types[i]));
		/* State Refresh from anywhere but the RPF interface makes a tree for a moment only.
		 */
		if (types[i] != PIM_STATE_REFRESH)
			cr_expect_geq(counted(bench, NOTE_TREE_EVICTED), MANY - 12, "%s",
				      pim_type_name(types[i]));
		else
			cr_expect_eq(bench_pim(bench)->tree_count, 1);
		bench_free(bench);
	}
}

/* ---- Asserts ---- */

/* It wins its own link, and no other one. */
TREE_TEST(pimdm_hostile, best_metric_wins_its_own_link_alone)
{
	struct bench *bench = standing(family);
	const struct pimdm_tree *tree = bench_tree(bench);

	bench_join(bench, BAD, true);
	for (unsigned int i = 0; i < MANY; i++) {
		bench_assert(bench, BAD, 1, 0, i % 2);
		cr_assert_leq(bench->sent_count, i ? 0 : 1, "one Prune, to the winner");
		bench_clear(bench);
	}
	expect_standing(bench, "Asserts");
	cr_expect_not(ifset_has(&bench->entry.oifs, BAD));
	cr_expect_eq(tree->tif_count, 1);
	bench_assert(bench, BAD, 1, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
	for (unsigned int i = 0; i < MANY; i++) {
		bench_clear(bench);
		bench_assert(bench, BAD, 1, PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC);
		cr_assert_leq(bench->sent_count, 1, "at most one Assert for each");
	}
	expect_standing(bench, "AssertCancels");
	cr_expect(ifset_has(&bench->entry.oifs, BAD), "it is silent, so data goes there");
	bench_free(bench);
}

/* On the RPF interface it is RPF'(S), asked once, until its assert ends; the entry is as it was. */
TREE_TEST(pimdm_hostile, best_metric_upstream_does_not_stop_data)
{
	struct bench *bench = standing(family);
	const struct ip_addr next_hop = bench_addr(bench, 0, 1), bad = bench_addr(bench, 0, 7);
	struct pimdm_tree *tree = bench_tree(bench);
	struct mfib_route before = bench->entry;

	bench_meet(bench, 0, 7);
	bench_clear(bench);
	for (unsigned int i = 0; i < MANY; i++)
		bench_assert(bench, 0, 7, 0, 0);
	cr_expect(ip_addr_equal(&tree->rpf_neighbor, &bad));
	cr_expect_eq(bench_count(bench, PIM_GRAFT, 0), 1);
	cr_expect_eq(bench->entry.iif, before.iif);
	cr_expect(ifset_equal(&bench->entry.oifs, &before.oifs));
	bench_clear(bench);
	bench_run(bench, HP_SEC(181));
	cr_expect(ip_addr_equal(&tree->rpf_neighbor, &next_hop), "its assert has ended");
	bench_jp(bench, 0, 1, PIM_GRAFT_ACK, BENCH_OWN, false, 0);
	expect_standing(bench, "the assert has ended");
	bench_free(bench);
}

/* ---- Hellos ---- */

/* Its own link comes and goes at a limited rate; the entry is not written for more. */
TREE_TEST(pimdm_hostile, hellos_that_flap_do_not_disturb_other_links)
{
	struct bench *bench = standing(family);

	for (unsigned int ms = 0; ms < 2 * MANY; ms++) {
		bench_hello(bench, BAD, 1, ms, true, ms % 2 ? PIM_HOLD_FOREVER : 0);
		cr_assert(ifset_has(&bench->entry.oifs, GOOD));
		cr_assert_leq(bench->puts, 2 * (PIMDM_NEW_BURST + 2 * PIMDM_NEW_PER_S + 1) + 1);
		bench_run(bench, HP_MS(1));
	}
	cr_expect_geq(counted(bench, NOTE_NEIGHBOR_RATE), MANY / 2);
	expect_standing(bench, "Hellos that flap");
	bench_free(bench);
}

/* ---- Malformed ---- */

static void hear_bytes(struct bench *bench, enum pim_type type, const uint8_t *bytes, size_t len)
{
	const struct ip_addr own = bench_addr(bench, BAD, BENCH_OWN);
	bool is_unicast = type == PIM_GRAFT || type == PIM_GRAFT_ACK;

	bench_handle(bench,
		     &(struct core_event){
			     .kind = EV_PACKET,
			     .packet = { .link = BAD,
					 .socket = SOCKET_103,
					 .src = bench_addr(bench, BAD, 1),
					 .dst = is_unicast ? own : *all_routers(bench->family),
					 .ttl = 1,
					 .bytes = bytes,
					 .len = len } });
}

/* Of the tree that stands, as the neighbor would say it to change something. */
static struct pim_msg about_tree(const struct bench *bench, enum pim_type type,
				 struct pim_entry *entry)
{
	const struct mfib_key key = bench_key(bench);

	*entry = (struct pim_entry){ key.source, key.group, type == PIM_JOIN_PRUNE };
	switch (type) {
	case PIM_ASSERT:
		return (struct pim_msg){ .type = type,
					 .assert = { key.source, key.group, { 0, 0 } } };
	case PIM_STATE_REFRESH:
		return (struct pim_msg){ .type = type,
					 .refresh = { .source = key.source,
						      .group = key.group,
						      .originator = key.source,
						      .interval_s = 60 } };
	default:
		return (struct pim_msg){ .type = type,
					 .jp = { .upstream = bench_addr(bench, BAD, BENCH_OWN),
						 .hold_s = 210,
						 .entries = entry,
						 .entry_count = 1 } };
	}
}

/* Each cut is one refusal with its reason, and changes nothing; the whole message is heard. */
TREE_TEST(pimdm_hostile, messages_cut_at_any_byte_change_nothing)
{
	static const enum pim_type types[] = { PIM_JOIN_PRUNE, PIM_ASSERT, PIM_GRAFT, PIM_GRAFT_ACK,
					       PIM_STATE_REFRESH };
	struct bench *bench = standing(family);
	const struct ip_addr src = bench_addr(bench, BAD, 1);
	uint64_t cuts = 0;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct pim_entry entry;
		const struct pim_msg msg = about_tree(bench, types[i], &entry);
		uint8_t bytes[BENCH_BYTES];
		size_t len = pim_encode(&msg, &src, all_routers(family), PIM_CHECKSUM_RFC, bytes,
					sizeof(bytes));

		for (size_t cut = 4; cut < len; cut++) {
			pim_seal(bytes, cut);
			hear_bytes(bench, types[i], bytes, cut);
			cr_assert_eq(refused(bench, PIMDM_REFUSED_SHORT), ++cuts, "%s cut to %zu",
				     pim_type_name(types[i]), cut);
		}
	}
	cr_expect_eq(bench->sent_count, 0);
	cr_expect_eq(bench->puts, 0);
	cr_expect_eq(bench_tree(bench)->tif_count, 0);
	expect_standing(bench, "cut messages");
	bench_hear(
		bench, BAD, 1,
		&(struct pim_msg){
			.type = PIM_ASSERT,
			.assert = { bench_key(bench).source, bench_key(bench).group, { 0, 0 } } });
	cr_expect_eq(bench_tree(bench)->tif_count, 1, "the whole message counts");
	bench_free(bench);
}

/* Hold times that a Prune may have at most and at least: one interface, for ever and not at all. */
TREE_TEST(pimdm_hostile, prunes_do_not_concern_other_links)
{
	static const uint16_t holds[] = { 0, 1, PIM_HOLD_FOREVER };
	struct bench *bench = standing(family);

	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++)
		for (unsigned int nth = 0; nth < MANY; nth++) {
			bench_prune(bench, BAD, 1, holds[i]);
			cr_assert(ifset_has(&bench->entry.oifs, GOOD));
			cr_assert_eq(bench->sent_count, 0);
		}
	expect_standing(bench, "Prunes");
	cr_expect_not(ifset_has(&bench->entry.oifs, BAD));
	bench_run(bench, HP_SEC(100000));
	cr_expect_not(ifset_has(&bench->entry.oifs, BAD), "until a Graft");
	bench_jp(bench, BAD, 1, PIM_GRAFT, BENCH_OWN, false, 0);
	cr_expect(ifset_has(&bench->entry.oifs, BAD));
	bench_free(bench);
}
