/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_PIMDM_VIEW_H
#define CORE_PIMDM_VIEW_H

/*
 * The macros of section 5: what follows from the facts of a tree. Nothing here changes anything.
 * The route is the one of the last evaluation, tree->route.
 */
#include "core/pimdm/pimdm_int.h"

/** pimdm_metric_is_better() - Preference, then metric, then the greater address. */
bool pimdm_metric_is_better(const struct pimdm_metric *a, const struct pimdm_metric *b);

/** pimdm_metric_is_infinite() - Of an AssertCancel. 2.6 */
bool pimdm_metric_is_infinite(const struct pim_metric *metric);

/** pimdm_route_metric() - Ours; never infinite. 2.6 */
struct pim_metric pimdm_route_metric(const struct pimdm_tree *tree);

/** pimdm_rpf_if() - The RPF interface; NULL: PIM-DM does not run there. */
struct pimdm_if *pimdm_rpf_if(const struct pimdm_tree *tree);

/**
 * pimdm_is_first_hop() - Nothing is to be asked of an upstream neighbor: the source is directly
 * connected, or PIM-DM does not run on the RPF interface. 3.2, 8.4
 */
bool pimdm_is_first_hop(const struct pimdm_tree *tree);

/** pimdm_is_pruned() - UP is P, and counts. 3.2 */
bool pimdm_is_pruned(const struct pimdm_tree *tree);

/** pimdm_limit_runs() - PLT runs. */
bool pimdm_limit_runs(const struct pimdm_tree *tree);

/** pimdm_next_hop() - MRIB.next_hop(S): as address of a neighbor, where it is one's. */
struct ip_addr pimdm_next_hop(const struct pimdm_tree *tree);

/** pimdm_rpf_neighbor() - RPF'(S). */
struct ip_addr pimdm_rpf_neighbor(const struct pimdm_tree *tree);

/** pimdm_could_assert() - CouldAssert(S,G,I). */
bool pimdm_could_assert(const struct pimdm_tree *tree, uint16_t link);

/** pimdm_my_metric() - my_metric(I) of 3.4: infinite without CouldAssert. */
struct pimdm_metric pimdm_my_metric(const struct pimdm_tree *tree, uint16_t link);

/** pimdm_lost_assert() - lost_assert(S,G,I). @tif NULL: no state there. */
bool pimdm_lost_assert(const struct pimdm_tif *tif);

/**
 * pimdm_olist() - olist(S,G); with the outputs of other protocols where the tree is ours, without
 * those of members alone where it is not. 8.4
 */
struct ifset pimdm_olist(const struct pimdm_tree *tree);

#endif
