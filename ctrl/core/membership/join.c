// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static joins of an interface, by source and group.
 */
#include <stdlib.h>

#include "core/membership/gm_int.h"
#include "core/membership/join.h"

struct gm_join {
	UT_hash_handle hh;
	struct static_join join;
};

static struct gm_join *join_find(const struct hash_key *key, struct gm_join *joins,
				 const struct static_join *join)
{
	struct gm_join *found;

	hash_find(key, joins, join, found);
	return found;
}

/* With the first join an interface becomes part of trees, with the last one it may end. */
static void link_joined(struct core *core, uint16_t link, enum ip_family family)
{
	struct mrp *mrp;

	mrp_for_each (mrp, core, family)
		if (mrp->ops->link_changed)
			mrp->ops->link_changed(mrp, link);
}

void gm_join_set(struct core *core, uint16_t link, const struct static_join *join, bool is_on)
{
	struct gm_join **joins = &core->joins[ip_addr_family(&join->group)][link];
	struct gm_join *found = join_find(&core->hash_key, *joins, join);

	if (is_on == (found != NULL))
		return;
	if (is_on) {
		found = calloc(1, sizeof(*found));
		if (!found) {
			core_note(core, &(struct core_note){ .level = NOTE_WARN,
							     .code = NOTE_NO_MEMORY,
							     .link = link,
							     .a = join->source,
							     .b = join->group });
			return;
		}
		found->join = *join;
		hash_add(&core->hash_key, *joins, join, found);
	} else {
		HASH_DEL(*joins, found);
		free(found);
	}
	if (gm_join_count(core, link, ip_addr_family(&join->group)) == is_on)
		link_joined(core, link, ip_addr_family(&join->group));
	core_member_changed(core, link, &join->group);
}

void gm_join_free(struct core *core, uint16_t link, enum ip_family family)
{
	struct gm_join **joins = &core->joins[family][link];
	struct gm_join *join, *next;

	HASH_ITER (hh, *joins, join, next) {
		HASH_DEL(*joins, join);
		free(join);
	}
}

bool gm_join_wants(const struct core *core, uint16_t link, const struct ip_addr *source,
		   const struct ip_addr *group)
{
	struct gm_join *joins = core->joins[ip_addr_family(group)][link];
	const struct static_join any = { .group = *group };
	const struct static_join one = { .source = *source, .group = *group };

	return joins &&
	       (join_find(&core->hash_key, joins, &any) || join_find(&core->hash_key, joins, &one));
}

uint32_t gm_join_count(const struct core *core, uint16_t link, enum ip_family family)
{
	return HASH_COUNT(core->joins[family][link]);
}

bool gm_join_inspect(const struct core *core, uint16_t link, enum ip_family family,
		     bool (*each)(void *ctx, const struct static_join *join), void *ctx)
{
	for (const struct gm_join *join = core->joins[family][link]; join; join = join->hh.next)
		if (!each(ctx, &join->join))
			return false;
	return true;
}
