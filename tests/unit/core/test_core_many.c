// SPDX-License-Identifier: GPL-2.0-only
/* Ten thousand trees: a neighbor that comes later learns them by Sync fragments (2.9, 3.3). */
#include "unit/common_pair.h"

#define TREES 10000u

/* The cable is out while A gets the trees, all of one source, for longer than B is remembered. */
static void synchronize(enum ip_family family)
{
	const uint32_t trees_max = core_limits_default.trees;
	struct pair *pair = pair_new(family, (const uint32_t[]){ trees_max, trees_max });
	uint32_t fragment = family == IP_FAMILY_4 ? 91 : 35; /* 2.9 */
	unsigned int active = 0;

	pair->is_cut = true;
	pair_run(pair, HP_SEC(60));
	for (uint32_t i = 0; i < TREES; i++) {
		const struct mfib_key key = pair_key(pair, NET_SOURCES, 9, i);

		pair_data(pair, A, 0, &key);
	}
	pair_run(pair, HP_SEC(20));
	cr_assert_eq(pair_hpim(pair, A)->tree_count, TREES);
	cr_assert_eq(pair_hpim(pair, B)->tree_count, 0);
	pair->is_cut = false;
	pair_run(pair, HP_SEC(60));
	cr_expect_eq(pair->syncs_with_trees, (TREES + fragment - 1) / fragment);
	cr_expect_eq(pair->synced_trees, TREES);
	for (const struct hpim_tree *tree = pair_hpim(pair, B)->trees; tree; tree = tree->hh.next)
		active += tree->view.state == TREE_ACTIVE;
	cr_expect_eq(active, TREES);
	pair_free(pair);
}

Test(core_many, late_neighbor_learns_ten_thousand_trees_in_fragments_of_the_mtu)
{
	synchronize(IP_FAMILY_4);
	synchronize(IP_FAMILY_6);
}
