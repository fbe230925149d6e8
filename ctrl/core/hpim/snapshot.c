// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trees that a synchronization announces. Source: description of HPIM-DM, 2.9 and 3.3.
 */
#include <stdlib.h>

#include "core/hpim/if.h"
#include "core/hpim/keys.h"
#include "core/hpim/snapshot.h"
#include "core/hpim/tree.h"

uint32_t hpim_snapshot_overhead(const struct hpim_if *hif)
{
	const struct hpim_key *key = hpim_keys_sending(hif->hpim, hif->link);

	return (hif->hpim->mrp.family == IP_FAMILY_4 ? 20u : 40u) + 8u +
	       (key ? hpim_hash_len(key->hash) : 0u) + 16u;
}

uint32_t hpim_snapshot_fragment(const struct hpim_if *hif)
{
	const struct core *core = hif->hpim->mrp.core;
	uint32_t mtu = core->links[hif->link].info.mtu, fixed = hpim_snapshot_overhead(hif);
	uint32_t wanted = hpim_if_settings(hif)->sync_fragment;
	uint32_t fits;

	if (mtu > UINT16_MAX)
		mtu = UINT16_MAX; /* the length fields of both IP versions; Q13 */
	fits = mtu > fixed ? (mtu - fixed) / (uint32_t)hpim_entry_len(hif->hpim->mrp.family) : 0;
	if (fits == 0)
		fits = 1;
	return wanted && wanted < fits ? wanted : fits;
}

uint32_t hpim_snapshot_collect(const struct hpim_if *hif, struct hpim_entry **ret_entries)
{
	struct hpim *hpim = hif->hpim;
	struct hpim_entry *entries = NULL;
	struct hpim_tree *tree;
	uint32_t count = 0;

	if (hpim->tree_count)
		entries = malloc(hpim->tree_count * sizeof(*entries));
	for (tree = hpim->trees; tree && entries; tree = tree->hh.next) {
		const struct hpim_tree_if *tif = hpim_tree_if_find(tree, hif->link);

		/* What was announced, not what a pending evaluation may make of it. */
		if (!tif || !tif->view.is_upstream)
			continue;
		entries[count++] = (struct hpim_entry){ .source = tree->key.source,
							.group = tree->key.group,
							.rpc = tree->view.rpc };
	}
	if (!count) {
		free(entries);
		entries = NULL;
	}
	*ret_entries = entries;
	return count;
}
