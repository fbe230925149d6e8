// SPDX-License-Identifier: GPL-2.0-only
/* Graceful restart of PIM-DM: entries that an earlier run left in the forwarding plane. */
#include "core/hpim/tree.h"
#include "unit/pimdm/common_tree.h"

#define STALE HP_SEC(45)

/* The run before forwarded from interface 0 to 1 and 2. */
static void restore(struct bench *bench, hp_time seen_for)
{
	const struct mfib_key key = bench_key(bench);
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .link = 0,
					       .source = key.source,
					       .addr = key.group,
					       .seen_for = seen_for,
					       .stale_for = STALE } };

	ifset_add(&event.stale.oifs, 1);
	ifset_add(&event.stale.oifs, 2);
	bench->entry = (struct mfib_route){ .key = key, .iif = 0, .oifs = event.stale.oifs };
	bench_handle(bench, &event);
}

static void expect_outputs(const struct bench *bench, bool one, bool two)
{
	cr_expect_eq(bench->entry.iif, 0);
	cr_expect_eq(ifset_has(&bench->entry.oifs, 1), one);
	cr_expect_eq(ifset_has(&bench->entry.oifs, 2), two);
}

static enum mfib_owner owner(const struct bench *bench)
{
	const struct mfib_key key = bench_key(bench);
	struct mfib_entry entry;

	cr_assert(mfib_find(bench->core, &key, &entry));
	return entry.owner;
}

/* Replaced in place, with what PIM-DM needs of an entry, and never taken out. */
TREE_TEST(pimdm_stale, entry_of_an_earlier_run_is_a_tree_at_once)
{
	struct bench *bench = bench_new(family);

	restore(bench, HP_SEC(1));
	cr_assert_not_null(bench_tree(bench));
	cr_expect_eq(owner(bench), MFIB_PIMDM);
	cr_expect_eq(bench->puts, 1);
	cr_expect_eq(bench->dels, 0);
	cr_expect(bench->entry.flags & MFIB_F_WRONG_IF);
	expect_outputs(bench, true, true);
	cr_expect_eq(bench->sent_count, 0, "it is wanted: nothing to prune");
	bench_free(bench);
}

/* Interface 1 has its neighbor again in time; nothing is left of 2 when the timer ends. */
TREE_TEST(pimdm_stale, outputs_count_until_the_stale_timer_ends)
{
	struct bench *bench = bench_new(family);

	restore(bench, HP_SEC(1));
	bench_run(bench, HP_SEC(10));
	bench_meet(bench, 1, 1);
	bench_run(bench, STALE - HP_SEC(10) - 1);
	expect_outputs(bench, true, true);
	bench_run(bench, 1);
	expect_outputs(bench, true, false);
	cr_expect_eq(bench->dels, 0);
	bench_free(bench);
}

TREE_TEST(pimdm_stale, prune_ends_an_output_of_an_earlier_run)
{
	struct bench *bench = bench_new(family);

	restore(bench, HP_SEC(1));
	bench_meet(bench, 1, 1);
	bench_prune(bench, 1, 1, 210);
	expect_outputs(bench, false, true);
	bench_free(bench);
}

/* Routing may come later than this daemon. */
TREE_TEST(pimdm_stale, without_a_route_the_former_entry_stays)
{
	struct bench *bench = bench_new(family);
	const struct ev_rpf route = bench->route;

	bench->route = (struct ev_rpf){ .link = LINK_NONE, .preference = ~0u, .metric = ~0u };
	restore(bench, HP_SEC(1));
	cr_expect_eq(owner(bench), MFIB_STALE);
	cr_expect_eq(bench->puts + bench->dels, 0);
	bench_run(bench, HP_SEC(20));
	bench->route = route;
	bench_reroute(bench);
	cr_expect_eq(owner(bench), MFIB_PIMDM);
	expect_outputs(bench, true, true);
	bench_free(bench);
}

/* Its source is silent: no tree, and the entry ends with the others of the earlier run. */
TREE_TEST(pimdm_stale, silent_source_makes_no_tree)
{
	struct bench *bench = bench_new(family);

	restore(bench, HP_SEC(300));
	cr_expect_null(bench_tree(bench));
	cr_expect_eq(owner(bench), MFIB_STALE);
	bench_run(bench, STALE);
	cr_expect_eq(bench->dels, 1);
	bench_free(bench);
}

TREE_TEST(pimdm_stale, interface_that_goes_is_no_output_of_an_earlier_run)
{
	struct bench *bench = bench_new(family);

	restore(bench, HP_SEC(1));
	bench_switch(bench, 2, PROTO_PIMDM, false);
	expect_outputs(bench, true, false);
	bench_free(bench);
}

TREE_TEST(pimdm_stale, entry_of_an_interface_of_hpim_is_not_ours)
{
	struct bench *bench = bench_new(family);
	const struct mfib_key key = bench_key(bench);

	bench_switch(bench, 0, PROTO_PIMDM, false);
	bench_switch(bench, 0, PROTO_HPIM, true);
	bench_clear(bench);
	restore(bench, HP_SEC(1));
	cr_expect_null(bench_tree(bench));
	cr_expect_neq(owner(bench), MFIB_PIMDM);
	cr_expect_not_null(hpim_tree_find(hpim_of(bench->core, family), &key.source, &key.group));
	bench_free(bench);
}
