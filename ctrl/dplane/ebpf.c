/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The XDP tier: keeps the maps as the composite wants them. Order of writing: outputs first, then
 * the route that names them; what is replaced is released last (docs/ABI.md).
 */
#include "dplane/backend.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "dplane/attach.h"
#include "dplane/ifflags.h"
#include "dplane/maps.h"
#include "dplane/oilset.h"
#include "dplane/skel.h"
#include "hpim/upcall_abi.h"

_Static_assert(LINK_NAME_LEN == 16, "interface names are as long as the kernel's");

/* Records handed on in one call of dispatch. */
#define DISPATCH_MAX 256

struct port {
	bool is_known;
	uint16_t changed; /* MFIB_PORT_ALLMULTI, MFIB_PORT_RXVLAN: to be undone */
	int xdp_fd;       /* -1: the program is not attached */
	struct dplane_link link;
};

struct route {
	struct mfib_key key;
	uint32_t slot; /* of its counters */
	uint32_t set;  /* or MFIB_SET_NONE */
	UT_hash_handle hh;
};

/* Output sets of one size, which stand together in the map. */
struct set_class {
	struct ebpf *eb;
	struct oilset *sets;
	uint32_t first; /* index of slot 0 */
};

struct ebpf {
	struct backend be;
	struct dplane_config config;
	struct attach attach;
	struct maps maps;
	struct set_class small, large;
	struct ring_buffer *ring;
	unsigned int dispatched;
	struct route *routes;
	uint32_t *free_slots, free_slot_count;
	struct port ports[LINKS_MAX];
};

static hp_time now_get(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

/* ---- output sets ---- */

static int set_add(void *ctx, uint32_t slot, uint16_t link)
{
	const struct set_class *class = ctx;
	const struct port *port = &class->eb->ports[link];

	return maps_set_add(&class->eb->maps, class->first + slot, link, port->link.ifindex);
}

static void set_del(void *ctx, uint32_t slot, uint16_t link)
{
	const struct set_class *class = ctx;

	maps_set_del(&class->eb->maps, class->first + slot, link);
}

static const struct oilset_ops set_ops = { .add = set_add, .del = set_del };

static int class_init(struct set_class *class, struct ebpf *eb, uint32_t first, uint32_t end)
{
	class->eb = eb;
	class->first = first;
	class->sets = oilset_new(end - first, &set_ops, class);
	return class->sets ? 0 : -ENOMEM;
}

static int class_get(struct set_class *class, const struct ifset *links, uint32_t *ret_set)
{
	uint32_t slot;
	int err = oilset_get(class->sets, links, now_get(), &slot);

	if (!err)
		*ret_set = class->first + slot;
	return err;
}

/* Few outputs go into a small set, or into a large one when no small one is left. */
static int set_get(struct ebpf *eb, const struct ifset *links, uint32_t *ret_set)
{
	int err = -ENOSPC;

	if (ifset_count(links) <= MAPS_SMALL_SET)
		err = class_get(&eb->small, links, ret_set);
	return err == -ENOSPC ? class_get(&eb->large, links, ret_set) : err;
}

static void set_release(struct ebpf *eb, uint32_t set)
{
	const struct set_class *class = set < eb->large.first ? &eb->small : &eb->large;

	if (set != MFIB_SET_NONE)
		oilset_put(class->sets, set - class->first, now_get());
}

/* Both are tried: a fault in one is none of the other. */
static int sets_renew(struct ebpf *eb, uint16_t link)
{
	int err = oilset_renew(eb->small.sets, link);
	int large_err = oilset_renew(eb->large.sets, link);

	return err ? err : large_err;
}

/* ---- interfaces ---- */

static int port_write(struct ebpf *eb, struct port *port)
{
	struct mfib_port value = { .link = port->link.link, .flags = port->changed };

	if (port->xdp_fd >= 0)
		value.flags |= MFIB_PORT_XDP;
	memcpy(value.mac, port->link.mac, sizeof(value.mac));
	return maps_port_put(&eb->maps, port->link.ifindex, &value);
}

static bool is_ethernet(const struct dplane_link *link)
{
	return memcmp(link->mac, (uint8_t[6]){ 0 }, sizeof(link->mac)) != 0;
}

static int port_flags_set(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	bool changed = false;
	int err;

	err = ifflags_rxvlan_set(port->link.ifindex, false, &changed);
	if (err)
		dplane_say(&eb->config, NOTE_WARN,
			   "%s: VLAN offload stays on (%s): tagged multicast is taken for untagged",
			   port->link.name, strerror(-err));
	else if (changed)
		port->changed |= MFIB_PORT_RXVLAN;
	err = ifflags_allmulti_set(port->link.ifindex, true, &changed);
	if (err)
		(void)snprintf(why, BACKEND_WHY_LEN, "receiving all multicast frames refused: %s",
			       strerror(-err));
	else if (changed)
		port->changed |= MFIB_PORT_ALLMULTI;
	return err;
}

/* The interface may be gone; then there is nothing to undo. */
static void port_flags_undo(struct port *port)
{
	if (port->changed & MFIB_PORT_ALLMULTI)
		(void)ifflags_allmulti_set(port->link.ifindex, false, NULL);
	if (port->changed & MFIB_PORT_RXVLAN)
		(void)ifflags_rxvlan_set(port->link.ifindex, true, NULL);
	port->changed = 0;
}

static int port_attach(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	bool is_generic = port->link.mode == DPLANE_MODE_GENERIC;
	int err;

	if (!is_ethernet(&port->link)) {
		(void)snprintf(why, BACKEND_WHY_LEN, "not an Ethernet interface");
		return -EOPNOTSUPP;
	}
	err = attach_link_add(&eb->attach, &port->link, is_generic, why);
	if (err < 0)
		return err;
	port->xdp_fd = err;
	return port_flags_set(eb, port, why);
}

static void port_detach(struct ebpf *eb, struct port *port)
{
	if (port->xdp_fd >= 0)
		attach_link_del(&eb->attach, port->link.ifindex, port->xdp_fd);
	port_flags_undo(port);
	port->xdp_fd = -1;
}

static void ebpf_link_del(struct backend *be, uint16_t link)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct port *port = &eb->ports[link];

	if (!port->is_known)
		return;
	port_detach(eb, port);
	maps_port_del(&eb->maps, port->link.ifindex);
	port->is_known = false;
}

/* The map knows the interface before the first packet can ask for it. */
static int port_new(struct ebpf *eb, struct port *port, char why[BACKEND_WHY_LEN])
{
	int err;

	port->xdp_fd = -1;
	err = maps_port_count_clear(&eb->maps, port->link.link);
	if (!err)
		err = port_write(eb, port);
	if (err) {
		(void)snprintf(why, BACKEND_WHY_LEN, "map of interfaces not written: %s",
			       strerror(-err));
		return err;
	}
	port->is_known = true;
	if (port->link.mode != DPLANE_MODE_KERNEL)
		err = port_attach(eb, port, why);
	if (!err)
		err = port_write(eb, port);
	if (err)
		ebpf_link_del(&eb->be, port->link.link);
	else if (sets_renew(eb, port->link.link) != 0)
		dplane_say(&eb->config, NOTE_WARN, "%s: some output sets lack it", port->link.name);
	return err;
}

static int ebpf_link_add(struct backend *be, const struct dplane_link *link,
			 char why[BACKEND_WHY_LEN])
{
	struct ebpf *eb = (struct ebpf *)be;
	struct port *port;
	int err;

	if (link->link >= eb->config.max_links) {
		(void)snprintf(why, BACKEND_WHY_LEN, "more than %u interfaces",
			       eb->config.max_links);
		return -ENOSPC;
	}
	port = &eb->ports[link->link];
	if (port->is_known &&
	    (port->link.ifindex != link->ifindex || port->link.mode != link->mode))
		ebpf_link_del(be, link->link);
	port->link = *link;
	if (!port->is_known)
		return port_new(eb, port, why);
	err = port_write(eb, port);
	if (err)
		(void)snprintf(why, BACKEND_WHY_LEN, "map of interfaces not written: %s",
			       strerror(-err));
	return err;
}

/* ---- routes ---- */

static struct route *route_find(struct ebpf *eb, const struct mfib_key *key)
{
	struct route *route;

	HASH_FIND(hh, eb->routes, key, sizeof(*key), route);
	return route;
}

static int route_new(struct ebpf *eb, const struct mfib_key *key, struct route **ret_route)
{
	struct route *route;
	int err;

	if (eb->free_slot_count == 0)
		return -ENOSPC;
	route = calloc(1, sizeof(*route));
	if (!route)
		return -ENOMEM;
	route->key = *key;
	route->set = MFIB_SET_NONE;
	route->slot = eb->free_slots[--eb->free_slot_count];
	err = maps_route_count_clear(&eb->maps, route->slot);
	if (err) {
		eb->free_slots[eb->free_slot_count++] = route->slot;
		free(route);
		return err;
	}
	HASH_ADD(hh, eb->routes, key, sizeof(route->key), route);
	*ret_route = route;
	return 0;
}

/* Packets end at the route map first; then what it named may go. */
static void route_free(struct ebpf *eb, struct route *route)
{
	maps_route_del(&eb->maps, &route->key);
	set_release(eb, route->set);
	eb->free_slots[eb->free_slot_count++] = route->slot;
	HASH_DEL(eb->routes, route);
	free(route);
}

/* The outputs this tier serves, and the longest packet that fits all of them. */
static struct ifset outputs_served(const struct ebpf *eb, const struct ifset *oifs,
				   uint16_t *ret_mtu)
{
	struct ifset served = { .word = { 0 } };

	*ret_mtu = UINT16_MAX;
	ifset_for_each (link, oifs) {
		const struct port *port = &eb->ports[link];

		if (!port->is_known || !port->link.is_up)
			continue;
		ifset_add(&served, link);
		if (port->link.mtu < *ret_mtu)
			*ret_mtu = (uint16_t)port->link.mtu;
	}
	return served;
}

static int route_write(struct ebpf *eb, struct route *route, const struct mfib_route *want)
{
	const struct port *in = &eb->ports[want->iif];
	struct mfib_entry entry = { .flags = want->flags,
				    .slot = route->slot,
				    .set = MFIB_SET_NONE };
	struct ifset outputs = outputs_served(eb, &want->oifs, &entry.mtu);
	int err;

	if (in->is_known) { /* else no interface is the right one */
		entry.iif = in->link.ifindex;
		entry.link = want->iif;
	}
	if (!(want->flags & MFIB_F_PASS) && !ifset_is_empty(&outputs)) {
		err = set_get(eb, &outputs, &entry.set);
		if (err)
			return err;
	}
	err = maps_route_put(&eb->maps, &want->key, &entry);
	set_release(eb, err ? entry.set : route->set);
	if (!err)
		route->set = entry.set;
	return err;
}

static int ebpf_put(struct backend *be, const struct mfib_route *want)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct route *route = route_find(eb, &want->key);
	bool is_new = !route;
	int err = 0;

	if (is_new)
		err = route_new(eb, &want->key, &route);
	if (err)
		return err;
	err = route_write(eb, route, want);
	if (err && is_new)
		route_free(eb, route);
	return err;
}

static void ebpf_del(struct backend *be, const struct mfib_key *key)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct route *route = route_find(eb, key);

	if (route)
		route_free(eb, route);
}

/* ---- what the programs tell ---- */

static int ebpf_route_counts(struct backend *be, const struct mfib_key *key,
			     struct backend_counts *ret_counts)
{
	struct ebpf *eb = (struct ebpf *)be;
	const struct route *route = route_find(eb, key);
	struct mfib_route_count count;

	if (!route)
		return -ENOENT;
	count = maps_route_count(&eb->maps, route->slot);
	*ret_counts = (struct backend_counts){
		.packets = count.packets,
		.bytes = count.bytes,
		.seen_for = count.seen_ns ? now_get() - (hp_time)count.seen_ns : HP_TIME_NEVER,
	};
	return 0;
}

static void link_counters(struct ebpf *eb, uint16_t link, uint32_t index,
			  void (*each)(void *ctx, const struct dplane_counter *), void *ctx)
{
	static const char *const names[] = {
#define X(id, field, name, kind) [MFIB_R_##id] = name,
		MFIB_REASONS(X)
#undef X
	};
	struct mfib_port_count count = maps_port_count(&eb->maps, index);
	const struct mfib_packets *packets = &count.forwarded; /* the first of MFIB_R_COUNT */

	for (unsigned int i = 0; i < MFIB_R_COUNT; i++)
		if (packets[i].packets)
			each(ctx, &(struct dplane_counter){ .link = link,
							    .reason = names[i],
							    .packets = packets[i].packets,
							    .bytes = packets[i].bytes });
}

static void ebpf_counters(struct backend *be,
			  void (*each)(void *ctx, const struct dplane_counter *), void *ctx)
{
	struct ebpf *eb = (struct ebpf *)be;

	for (uint16_t i = 0; i < (uint16_t)eb->config.max_links; i++)
		if (eb->ports[i].is_known)
			link_counters(eb, i, i, each, ctx);
	link_counters(eb, LINK_NONE, eb->config.max_links, each, ctx);
}

static uint16_t link_of(const struct ebpf *eb, uint32_t ifindex)
{
	for (uint16_t i = 0; i < LINKS_MAX; i++)
		if (eb->ports[i].is_known && eb->ports[i].link.ifindex == ifindex)
			return i;
	return LINK_NONE;
}

/* A negative return ends the round; what is left keeps the descriptor readable. */
static int upcall_read(void *ctx, void *data, size_t len)
{
	struct ebpf *eb = ctx;
	const struct upcall_record *record = data;
	struct dplane_upcall upcall;

	if (len < sizeof(*record))
		return 0;
	upcall = (struct dplane_upcall){
		.kind = record->kind == UPCALL_MISS ? DATA_MISS : DATA_WRONG_IF,
		.link = link_of(eb, record->ifindex),
		.source = record->source,
		.group = record->group,
	};
	if (upcall.link != LINK_NONE && eb->config.upcall)
		eb->config.upcall(eb->config.ctx, &upcall);
	return ++eb->dispatched < DISPATCH_MAX ? 0 : -EAGAIN;
}

static int ebpf_fd(const struct backend *be)
{
	return ring_buffer__epoll_fd(((const struct ebpf *)be)->ring);
}

static void ebpf_dispatch(struct backend *be)
{
	struct ebpf *eb = (struct ebpf *)be;

	eb->dispatched = 0;
	(void)ring_buffer__consume(eb->ring); /* the only error is our own -EAGAIN */
}

/* ---- life ---- */

static int ebpf_renew(struct backend *be, hp_time lease_for)
{
	return maps_lease_set(&((struct ebpf *)be)->maps, lease_for ? now_get() + lease_for : 0);
}

static void ebpf_free(struct backend *be, bool keep)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct route *route, *next;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		if (!keep)
			ebpf_link_del(be, i);
		else if (eb->ports[i].is_known && eb->ports[i].xdp_fd >= 0)
			(void)close(eb->ports[i].xdp_fd);
	}
	HASH_ITER (hh, eb->routes, route, next) {
		HASH_DEL(eb->routes, route);
		free(route);
	}
	ring_buffer__free(eb->ring);
	oilset_free(eb->small.sets);
	oilset_free(eb->large.sets);
	maps_fini(&eb->maps);
	attach_close(&eb->attach, keep);
	free(eb->free_slots);
	free(eb);
}

static const struct backend_ops ebpf_ops = {
	.name = "xdp",
	.link_add = ebpf_link_add,
	.link_del = ebpf_link_del,
	.put = ebpf_put,
	.del = ebpf_del,
	.route_counts = ebpf_route_counts,
	.fd = ebpf_fd,
	.dispatch = ebpf_dispatch,
	.counters = ebpf_counters,
	.renew = ebpf_renew,
	.free = ebpf_free,
};

static int ebpf_open(struct ebpf *eb)
{
	uint32_t max = eb->config.max_routes;
	int err = attach_open(&eb->attach, &eb->config);

	if (err)
		return err;
	err = maps_init(&eb->maps, eb->attach.skel, &eb->config);
	if (err) {
		dplane_say(&eb->config, NOTE_WARN, "%u output sets not made: %s",
			   eb->config.max_sets, strerror(-err));
		return err;
	}
	err = class_init(&eb->small, eb, 0, eb->maps.small_sets);
	if (!err)
		err = class_init(&eb->large, eb, eb->maps.small_sets, eb->maps.max_sets);
	eb->free_slots = malloc(max * sizeof(*eb->free_slots));
	if (err || !eb->free_slots)
		return -ENOMEM;
	while (eb->free_slot_count < max) {
		eb->free_slots[eb->free_slot_count] = max - 1 - eb->free_slot_count;
		eb->free_slot_count++;
	}
	eb->ring = ring_buffer__new(eb->maps.upcalls, upcall_read, eb, NULL);
	return eb->ring ? 0 : -errno;
}

int ebpf_new(const struct dplane_config *config, struct backend **ret_be)
{
	struct ebpf *eb = calloc(1, sizeof(*eb));
	int err;

	if (!eb)
		return -ENOMEM;
	eb->be.ops = &ebpf_ops;
	eb->config = *config;
	eb->attach.dir_fd = -1;
	err = ebpf_open(eb);
	if (err) {
		ebpf_free(&eb->be, false);
		return err;
	}
	*ret_be = &eb->be;
	return 0;
}
