// SPDX-License-Identifier: GPL-2.0-only
/* Who owns a tree on a router with several routing protocols, and what they ask each other. */
#include "core/border.h"
#include "core/core_int.h"
#include "core/mfib.h"

/* Of those that speak to neighbors: static routes are claims of another kind (mfib.h). */
static bool is_routing(const struct mrp *mrp)
{
	return mrp->ops->packet != NULL;
}

static bool runs_on(const struct mrp *mrp, uint16_t link)
{
	return mrp->core->links[link].wanted[mrp->family][mrp->ops->proto];
}

static bool runs(const struct mrp *mrp)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (runs_on(mrp, link))
			return true;
	return false;
}

struct mrp *border_owner(const struct core *core, enum ip_family family, uint16_t link)
{
	struct mrp *mrp, *first = NULL;

	mrp_for_each (mrp, core, family)
		if (is_routing(mrp) && link < LINKS_MAX && runs_on(mrp, link))
			return mrp;
	mrp_for_each (mrp, core, family) {
		if (!is_routing(mrp))
			continue;
		if (runs(mrp))
			return mrp;
		first = first ? first : mrp;
	}
	return first;
}

struct mrp *border_owner_of(const struct mrp *mrp, const struct mfib_key *key,
			    const struct ev_rpf *path, uint16_t input)
{
	struct mrp *other;

	if (!path->is_local)
		return border_owner(mrp->core, mrp->family, path->link);
	mrp_for_each (other, mrp->core, mrp->family)
		if (input == LINK_NONE && other != mrp && other->ops->is_alive &&
		    other->ops->is_alive(other, key))
			return other;
	return border_owner(mrp->core, mrp->family, input);
}

bool border_is_foreign(const struct mrp *mrp, uint16_t link)
{
	struct mrp *other;

	mrp_for_each (other, mrp->core, mrp->family)
		if (is_routing(other) && runs_on(other, link))
			return other != mrp;
	return false;
}

struct ifset border_outputs(const struct mrp *owner, const struct mfib_key *key)
{
	struct ifset outputs = { .word = { 0 } };
	struct mrp *mrp;

	/* Not where it ran before an interface moved: that may be the input now. */
	mrp_for_each (mrp, owner->core, owner->family) {
		struct ifset wanted = { .word = { 0 } };

		if (mrp == owner || !mrp->ops->contribute)
			continue;
		mrp->ops->contribute(mrp, key, &wanted);
		ifset_for_each (link, &wanted)
			if (border_owner(mrp->core, mrp->family, link) == mrp)
				ifset_add(&outputs, link);
	}
	return outputs;
}

uint32_t border_flags(const struct mrp *owner, const struct mfib_key *key)
{
	uint32_t flags = 0;
	struct mrp *mrp;

	mrp_for_each (mrp, owner->core, owner->family)
		if (mrp != owner && mrp->ops->entry_flags)
			flags |= mrp->ops->entry_flags(mrp, key);
	return flags;
}

bool border_is_alive(const struct mrp *mrp, const struct mfib_key *key)
{
	struct mrp *other;

	mrp_for_each (other, mrp->core, mrp->family)
		if (other != mrp && other->ops->is_alive && other->ops->is_alive(other, key))
			return true;
	return false;
}

void border_changed(const struct mrp *mrp, const struct mfib_key *key)
{
	struct mrp *other;

	mrp_for_each (other, mrp->core, mrp->family)
		if (other != mrp && other->ops->border_changed)
			other->ops->border_changed(other, key);
}

static bool others_run(const struct mrp *mrp)
{
	struct mrp *other;

	mrp_for_each (other, mrp->core, mrp->family)
		if (other != mrp && is_routing(other) && runs(other))
			return true;
	return false;
}

/* Only from the second protocol on are there entries that are not its own. */
void border_begin(struct mrp *mrp)
{
	struct mfib_entry entry;
	struct mfib_walk walk;

	if (!mrp->ops->border_changed || !others_run(mrp))
		return;
	mfib_walk_begin(mrp->core, &walk);
	while (mfib_walk_next(mrp->core, &walk, &entry))
		if (entry.owner != mrp->ops->owner &&
		    ip_addr_family(&entry.route.key.group) == mrp->family &&
		    border_is_alive(mrp, &entry.route.key))
			mrp->ops->border_changed(mrp, &entry.route.key);
	mfib_walk_end(&walk);
}

void border_hand_over(const struct mrp *mrp, struct mrp *owner, const struct mfib_key *key,
		      uint16_t link)
{
	if (owner != mrp && owner->ops->take_over)
		owner->ops->take_over(owner, key, link);
}
