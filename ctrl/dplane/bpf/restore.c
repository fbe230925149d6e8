/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going on where an earlier run stopped: its maps are ours now, with all that stands in them.
 * Routes that forward stay as they are; what only says "no", or names the kernel's cache, which
 * died with that run, is removed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dplane/bpf/ebpf_int.h"

/* What the walk over routes collects; they may not be changed while it goes on. */
struct found {
	struct mfib_key key;
	struct mfib_entry entry;
};

struct restored {
	struct ebpf *eb;
	struct ifset *links; /* [sets of all classes] what stands in each set */
	struct found *found;
	size_t found_count;
	uint32_t *ifindex; /* of interfaces in the map, with their values */
	struct mfib_port *ports;
	size_t port_count;
};

static void port_collect(void *ctx, uint32_t ifindex, const struct mfib_port *port)
{
	struct restored *ad = ctx;

	if (ad->port_count == 2 * ad->eb->config.max_links)
		return; /* not reached: the map has no more room */
	ad->ifindex[ad->port_count] = ifindex;
	ad->ports[ad->port_count++] = *port;
}

static void list_read(void *ctx, uint32_t set, const struct mfib_list *list)
{
	struct restored *ad = ctx;

	if (set >= ad->eb->sets[SETS_LISTS].end)
		return;
	for (uint32_t i = 0; i < list->count && i < MFIB_LINKS_MAX; i++) {
		uint16_t link = eport_by_ifindex(ad->eb, list->ifindex[i]);

		if (link != LINK_NONE)
			ifset_add(&ad->links[set], link);
	}
}

static void route_collect(void *ctx, const struct mfib_key *key, const struct mfib_entry *entry)
{
	struct restored *ad = ctx;

	if (ad->found_count < IP_FAMILY_COUNT * (size_t)ad->eb->config.max_routes)
		ad->found[ad->found_count++] = (struct found){ *key, *entry };
}

static bool is_worth_keeping(const struct restored *ad, const struct mfib_entry *entry)
{
	return !(entry->flags & MFIB_F_PASS) && entry->set < ad->eb->sets[SETS_LISTS].end &&
	       entry->slot < ad->eb->config.max_routes && entry->iif &&
	       eport_by_ifindex(ad->eb, entry->iif) == entry->link &&
	       !ifset_is_empty(&ad->links[entry->set]);
}

static int route_take(struct restored *ad, const struct found *found)
{
	const struct route **slot_users = ad->eb->slot_users;
	struct lines *lines = &ad->eb->maps.lines;
	const struct mfib_entry entry = found->entry;
	struct route *route;

	if (!is_worth_keeping(ad, &entry) || slot_users[entry.slot]) {
		maps_route_del(&ad->eb->maps, &found->key, entry.line);
		return 0;
	}
	route = calloc(1, sizeof(*route));
	if (!route)
		return -ENOMEM;
	*route = (struct route){
		.key = found->key,
		.slot = entry.slot,
		.set = entry.set,
		.line = MFIB_LINE_NONE,
		.iif = entry.link,
	};
	/* That run may have ended while it wrote the line; a line that it freed stays so. */
	if (lines_has(lines, &found->key, entry.line)) {
		route->line = entry.line;
		lines_write(lines, &found->key, entry.line, &entry);
	}
	slot_users[entry.slot] = route;
	setpool_ref(ad->eb, entry.set);
	hash_add(ad->eb->config.hash_key, ad->eb->routes, key, route);
	return 0;
}

static bool line_is_kept(void *ctx, const struct mfib_key *key, uint32_t line)
{
	const struct route *route = ebpf_route_find(ctx, key);

	return route && route->line == line;
}

static int routes_take(struct restored *ad)
{
	struct ebpf *eb = ad->eb;
	int err = 0;

	for (size_t i = 0; i < ad->found_count && !err; i++)
		err = route_take(ad, &ad->found[i]);
	if (!err)
		lines_sweep(&eb->maps.lines, line_is_kept, eb);
	eb->free_slot_count = 0;
	for (uint32_t slot = eb->config.max_routes; slot-- > 0 && !err;)
		if (!eb->slot_users[slot])
			eb->free_slots[eb->free_slot_count++] = slot;
	return err;
}

static void sets_take(const struct restored *ad)
{
	for (int i = 0; i < SETS_CLASSES; i++) {
		const struct set_class *class = &ad->eb->sets[i];

		oilset_restore(class->sets, ad->links + class->first);
	}
}

static bool restored_alloc(struct restored *ad)
{
	const struct dplane_config *config = &ad->eb->config;

	ad->links = calloc(ad->eb->sets[SETS_LISTS].end, sizeof(*ad->links));
	ad->found = malloc(IP_FAMILY_COUNT * (size_t)config->max_routes * sizeof(*ad->found));
	ad->ifindex = malloc(2 * (size_t)config->max_links * sizeof(*ad->ifindex));
	ad->ports = malloc(2 * (size_t)config->max_links * sizeof(*ad->ports));
	return ad->links && ad->found && ad->ifindex && ad->ports;
}

int restore_all(struct ebpf *eb)
{
	struct restored ad = { .eb = eb };
	int err = restored_alloc(&ad) ? 0 : -ENOMEM;

	if (!err) {
		maps_port_each(&eb->maps, port_collect, &ad);
		for (size_t i = 0; i < ad.port_count; i++)
			eport_restore(eb, ad.ifindex[i], &ad.ports[i]);
		maps_list_each(&eb->maps, list_read, &ad);
		sets_take(&ad);
		maps_route_each(&eb->maps, route_collect, &ad);
		err = routes_take(&ad);
	}
	/* Copies leave through the egress program of the earlier run until their set is written. */
	if (!err)
		err = setpool_renew(eb, LINK_NONE);
	if (!err) {
		eport_restore_hooks(eb);
		direct_restore_end(eb);
	}
	free(ad.links);
	free(ad.found);
	free(ad.ifindex);
	free(ad.ports);
	return err;
}
