// SPDX-License-Identifier: GPL-2.0-only
/* How many trees each interface brought. */
#include <assert.h>

#include "core/core_int.h"
#include "core/fx.h"
#include "core/link_trees.h"
#include "core/mrp.h"

/* Noted once until one of the interface ends, not once a packet; counted each time. */
static void note_full(struct mrp *mrp, uint16_t link, const struct mfib_key *key, uint32_t limit)
{
	if (mrp->brought[link].is_full) {
		core_count(mrp->core, link, mrp->family, NOTE_LINK_TREE_LIMIT);
		return;
	}
	mrp->brought[link].is_full = true;
	core_note(mrp->core, &(struct core_note){ .level = NOTE_WARN,
						  .code = NOTE_LINK_TREE_LIMIT,
						  .link = link,
						  .a = key->source,
						  .b = key->group,
						  .v = { limit } });
}

bool link_trees_admit(struct mrp *mrp, uint16_t link, const struct mfib_key *key)
{
	uint32_t limit =
		link == LINK_NONE ? SETTING_DERIVED : mrp->core->links[link].settings.link_trees;

	if (limit == SETTING_DERIVED || mrp->brought[link].trees < limit)
		return true; /* the limit of the table counts in any case */
	note_full(mrp, link, key, limit);
	return false;
}

void link_trees_charge(struct mrp *mrp, uint16_t link, uint16_t *ret_by)
{
	*ret_by = link;
	if (link != LINK_NONE)
		mrp->brought[link].trees++;
}

void link_trees_release(struct mrp *mrp, uint16_t *by)
{
	if (*by == LINK_NONE)
		return;
	assert(mrp->brought[*by].trees);
	mrp->brought[*by].trees--;
	mrp->brought[*by].is_full = false;
	*by = LINK_NONE;
}
