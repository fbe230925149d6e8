/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output sets in the maps: of several sizes, of which the smaller ones are faster, and those that
 * are mere lists, which only TC can walk, for when the others are used up.
 */
#include <assert.h>
#include <errno.h>

#include "dplane/bpf/ebpf_int.h"

static bool class_has_devices(const struct set_class *class)
{
	return class != &class->eb->sets[SETS_LISTS];
}

static bool is_tagged(const struct ebpf *eb, const struct ifset *links)
{
	ifset_for_each (link, links)
		if (eb->ports[link].tag.vid)
			return true;
	return false;
}

/* How many of the outputs before @link leave by the same port. */
static uint32_t turn_of(const struct ebpf *eb, const struct ifset *links, uint16_t link)
{
	uint32_t turn = 0;

	ifset_for_each (other, links) {
		if (other == link)
			break;
		turn += eb->ports[other].tag.carrier == eb->ports[link].tag.carrier;
	}
	return turn;
}

static struct mfib_turn turn_make(const struct ebpf *eb, uint32_t set, const struct ifset *links,
				  uint16_t link)
{
	return (struct mfib_turn){
		.set = set,
		.carrier = eb->ports[link].tag.carrier,
		.turn = turn_of(eb, links, link),
	};
}

static int devices_fill(struct ebpf *eb, uint32_t set, const struct ifset *links)
{
	bool has_turns = is_tagged(eb, links);
	int err = 0;

	if (maps_set_waits(&eb->maps, set))
		ebpf_waits(eb);
	ifset_for_each (link, links) {
		struct mfib_turn turn = turn_make(eb, set, links, link);

		if (has_turns)
			err = maps_turn_put(&eb->maps, &turn, eb->ports[link].link.ifindex);
		if (!err)
			err = maps_set_add(&eb->maps, set, link, eb->ports[link].tag.carrier);
		if (err)
			return err;
	}
	return maps_set_ready(&eb->maps, set);
}

static int set_fill(void *ctx, uint32_t slot, const struct ifset *links)
{
	const struct set_class *class = ctx;
	struct ebpf *eb = class->eb;
	struct mfib_list list = { .count = 0 };
	int err = 0;

	_Static_assert(MFIB_LINKS_MAX >= LINKS_MAX, "a list has room for every interface");
	ifset_for_each (link, links)
		list.ifindex[list.count++] = eb->ports[link].link.ifindex;
	if (class_has_devices(class))
		err = devices_fill(eb, class->first + slot, links);
	return err ? err : maps_list_put(&eb->maps, class->first + slot, &list);
}

/* A port that was released is remembered until its number is given to another one. */
static void set_clear(void *ctx, uint32_t slot, const struct ifset *links)
{
	const struct set_class *class = ctx;
	const struct ebpf *eb = class->eb;
	uint32_t set = class->first + slot;
	bool has_turns = is_tagged(eb, links);

	maps_list_del(&eb->maps, set);
	ifset_for_each (link, links) {
		struct mfib_turn turn = turn_make(eb, set, links, link);

		if (class_has_devices(class))
			maps_set_del(&eb->maps, set, link);
		if (has_turns)
			maps_turn_del(&eb->maps, &turn);
	}
}

static uint64_t set_grace_begin(void *ctx)
{
	return grace_begin(((const struct set_class *)ctx)->eb->grace);
}

static bool set_grace_is_over(void *ctx, uint64_t number)
{
	return grace_is_over(((const struct set_class *)ctx)->eb->grace, number);
}

static const struct oilset_ops set_ops = {
	.fill = set_fill,
	.clear = set_clear,
	.grace_begin = set_grace_begin,
	.grace_is_over = set_grace_is_over,
};

int setpool_init(struct ebpf *eb)
{
	uint32_t first = 0;

	for (int i = 0; i < SETS_CLASSES; i++) {
		struct set_class *class = &eb->sets[i];
		uint32_t end = i < MAPS_SIZES ? eb->maps.sizes[i].end
					      : eb->maps.max_sets + eb->config.max_routes;

		*class = (struct set_class){ .eb = eb, .first = first, .end = end };
		class->sets = oilset_new(end - first, &set_ops, class);
		if (!class->sets)
			return -ENOMEM;
		first = end;
	}
	return 0;
}

void setpool_fini(struct ebpf *eb)
{
	for (int i = 0; i < SETS_CLASSES; i++)
		oilset_free(eb->sets[i].sets);
}

/* XDP sends the packet itself to an output that is alone, and has no tag to get. */
static bool class_is_only(const struct set_class *class, const struct ifset *links)
{
	const struct ebpf *eb = class->eb;

	return class_has_devices(class) && maps_set_is_single(&eb->maps, class->first) &&
	       !is_tagged(eb, links);
}

static int class_get(struct set_class *class, const struct ifset *links, bool needs_xdp,
		     uint32_t *ret_set)
{
	uint32_t slot;
	int err = oilset_get(class->sets, links, &slot);

	if (err)
		return err;
	*ret_set = class->first + slot;
	if (needs_xdp && !class_is_only(class, links))
		direct_end(class->eb, links);
	return 0;
}

/* In the smallest set that has room, or a larger one when none of that size is left. */
int setpool_get(struct ebpf *eb, const struct ifset *links, bool needs_xdp, uint32_t *ret_set)
{
	uint32_t count = ifset_count(links);
	int err = -ENOSPC;

	for (int i = 0; i < MAPS_SIZES && err == -ENOSPC; i++)
		if (count <= eb->maps.sizes[i].room)
			err = class_get(&eb->sets[i], links, needs_xdp, ret_set);
	if (err == -ENOSPC && !needs_xdp)
		err = class_get(&eb->sets[SETS_LISTS], links, false, ret_set);
	return err;
}

static const struct set_class *class_of(const struct ebpf *eb, uint32_t set)
{
	const struct set_class *class = eb->sets;

	while (set >= class->end)
		class ++;
	assert(class < eb->sets + SETS_CLASSES);
	return class;
}

void setpool_ref(struct ebpf *eb, uint32_t set)
{
	const struct set_class *class = class_of(eb, set);

	oilset_ref(class->sets, set - class->first);
}

void setpool_put(struct ebpf *eb, uint32_t set)
{
	const struct set_class *class;

	if (set == MFIB_SET_NONE)
		return;
	class = class_of(eb, set);
	oilset_put(class->sets, set - class->first);
}

void setpool_links(const struct ebpf *eb, uint32_t set, struct ifset *ret_links)
{
	const struct set_class *class = class_of(eb, set);

	*ret_links = *oilset_links(class->sets, set - class->first);
}

uint32_t setpool_flags(const struct ebpf *eb, uint32_t set)
{
	struct ifset links;

	setpool_links(eb, set, &links);
	return (is_tagged(eb, &links) ? MFIB_F_TAGGED : 0) |
	       (maps_set_is_single(&eb->maps, set) ? 0 : MFIB_F_BROADCAST);
}

/* All are tried: a fault in one is none of the others. */
int setpool_renew(struct ebpf *eb, uint16_t link)
{
	int err = 0;

	for (int i = 0; i < SETS_CLASSES; i++) {
		int class_err = oilset_renew(eb->sets[i].sets, link);

		err = err ? err : class_err;
	}
	return err;
}

uint32_t setpool_only(const struct ebpf *eb, uint32_t set)
{
	struct ifset links;

	setpool_links(eb, set, &links);
	if (!class_is_only(class_of(eb, set), &links))
		return 0;
	return eb->ports[ifset_next(&links, 0)].link.ifindex;
}

/** struct used - Where the walk over the sets in use is, and what it collects. */
struct used {
	const struct set_class *class;
	struct ifset *only, *other;
};

static void used_add(void *ctx, const struct ifset *links)
{
	const struct used *used = ctx;

	struct ifset *to = class_is_only(used->class, links) ? used->only : used->other;

	ifset_for_each (link, links)
		ifset_add(to, link);
}

void setpool_used(const struct ebpf *eb, struct ifset *ret_only, struct ifset *ret_other)
{
	*ret_only = *ret_other = (struct ifset){ .word = { 0 } };
	for (int i = 0; i < SETS_LISTS; i++) {
		struct used used = { &eb->sets[i], ret_only, ret_other };

		oilset_each_used(eb->sets[i].sets, used_add, &used);
	}
}
