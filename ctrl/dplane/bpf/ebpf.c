/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tiers XDP and TC: keeps the maps as the composite wants them. Order of writing: outputs
 * first, then the route that names them; what is replaced is released last (docs/ABI.md).
 */
#include "dplane/bpf/ebpf_int.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dplane/bpf/attach_xmit.h"
#include "dplane/bpf/selftest.h"
#include "hpim/upcall_abi.h"

/* Slots whose counters are read in one call. */
#define TOTAL_MAX 512u

/* Records handed on in one call of dispatch. */
#define DISPATCH_MAX 256

hp_time ebpf_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

/* ---- interfaces ---- */

static int ebpf_link_add(struct backend *be, const struct dplane_link *link,
			 struct tier_port *ret_port, char why[BACKEND_WHY_LEN])
{
	return eport_link_add((struct ebpf *)be, link, ret_port, why);
}

static void ebpf_link_del(struct backend *be, uint16_t link)
{
	eport_link_del((struct ebpf *)be, link);
}

static void ebpf_returned(struct backend *be, uint32_t ifindex)
{
	eport_returned((struct ebpf *)be, ifindex);
}

/* ---- routes ---- */

struct route *ebpf_route_find(const struct ebpf *eb, const struct mfib_key *key)
{
	struct route *route;

	hash_find(eb->config.hash_key, eb->routes, key, route);
	return route;
}

static int route_new(struct ebpf *eb, const struct mfib_key *key, struct route **ret_route)
{
	struct route *route;
	int err;

	if (eb->free_slot_count == 0)
		return -ENOBUFS; /* not the sets: no other tier has room for it either */
	route = calloc(1, sizeof(*route));
	if (!route)
		return -ENOMEM;
	route->key = *key;
	route->set = MFIB_SET_NONE;
	route->line = MFIB_LINE_NONE;
	route->slot = eb->free_slots[eb->free_slot_count - 1];
	err = maps_route_count_clear(&eb->maps, route->slot);
	if (err) {
		free(route);
		return err;
	}
	eb->free_slot_count--;
	eb->slot_users[route->slot] = route;
	hash_add(eb->config.hash_key, eb->routes, key, route);
	*ret_route = route;
	return 0;
}

/* Packets end at the route map first; then what it named may go. */
static void route_free(struct ebpf *eb, struct route *route)
{
	maps_route_del(&eb->maps, &route->key, route->line);
	setpool_put(eb, route->set);
	eb->free_slots[eb->free_slot_count++] = route->slot;
	eb->slot_users[route->slot] = NULL;
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

/* A tree that XDP forwards has a line as soon as one is free, and keeps it. */
static uint32_t route_line(const struct ebpf *eb, const struct route *route,
			   const struct mfib_entry *entry)
{
	if (route->line != MFIB_LINE_NONE || entry->set == MFIB_SET_NONE ||
	    entry->flags & (MFIB_F_TC | MFIB_F_PASS | MFIB_F_TAGGED))
		return route->line;
	return lines_place(&eb->maps.lines, &route->key);
}

static int route_write(struct ebpf *eb, struct route *route, const struct mfib_route *want)
{
	const struct port *in = &eb->ports[want->iif];
	struct mfib_entry entry = { .flags = want->flags,
				    .slot = route->slot,
				    .set = MFIB_SET_NONE };
	struct ifset outputs = outputs_served(eb, &want->oifs, &entry.mtu);
	bool needs_xdp = !(want->flags & MFIB_F_TC), tracks_ttl = want->flags & MFIB_F_TRACK_TTL;
	int err;

	if (in->is_known) { /* else no interface is the right one */
		entry.iif = in->link.ifindex;
		entry.link = want->iif;
	}
	if (tracks_ttl && !route->tracks_ttl) {
		err = maps_route_ttl_clear(&eb->maps, route->slot); /* of the last one who asked */
		if (err)
			return err;
	}
	if (!(want->flags & MFIB_F_PASS) && !ifset_is_empty(&outputs)) {
		err = setpool_get(eb, &outputs, needs_xdp, &entry.set);
		if (err)
			return err;
		if (needs_xdp) {
			entry.flags |= setpool_flags(eb, entry.set);
			entry.oif = setpool_only(eb, entry.set);
		}
	}
	entry.line = route_line(eb, route, &entry);
	err = maps_route_put(&eb->maps, &want->key, &entry);
	setpool_put(eb, err ? entry.set : route->set);
	if (err)
		return err;
	route->set = entry.set;
	route->line = entry.line;
	route->iif = want->iif;
	route->tracks_ttl = tracks_ttl;
	return 0;
}

int ebpf_route_put(struct ebpf *eb, const struct mfib_route *want)
{
	struct route *route = ebpf_route_find(eb, &want->key);
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

static int ebpf_put(struct backend *be, const struct mfib_route *want)
{
	return ebpf_route_put((struct ebpf *)be, want);
}

static void ebpf_del(struct backend *be, const struct mfib_key *key)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct route *route = ebpf_route_find(eb, key);

	if (route)
		route_free(eb, route);
}

/* ---- what the programs tell ---- */

static int ebpf_route_counts(struct backend *be, const struct mfib_key *key,
			     struct backend_counts *ret_counts)
{
	struct ebpf *eb = (struct ebpf *)be;
	const struct route *route = ebpf_route_find(eb, key);
	struct mfib_route_count count;

	if (!route)
		return -ENOENT;
	count = maps_route_count(&eb->maps, key, route->slot, route->line);
	*ret_counts = (struct backend_counts){
		.packets = count.packets,
		.bytes = count.bytes,
		.tc_packets = count.tc_packets,
		.tc_bytes = count.tc_bytes,
		.seen_for = count.seen_ns ? ebpf_now() - (hp_time)count.seen_ns : HP_TIME_NEVER,
		.ttl = route->tracks_ttl ? maps_route_ttl(&eb->maps, route->slot) : 0,
	};
	return 0;
}

static void slots_add(const struct ebpf *eb, const uint32_t *slots, uint32_t count,
		      const struct mfib_route_count *counts, struct backend_counts *sum)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct mfib_route_count *cpu = counts + i * eb->maps.cpus;
		const struct route *route = eb->slot_users[slots[i]];
		struct mfib_route_count own;

		if (!route)
			continue; /* counts of a route that is gone */
		own = lines_count(&eb->maps.lines, &route->key, route->line);
		sum->packets += own.packets;
		sum->bytes += own.bytes;
		for (unsigned int j = 0; j < eb->maps.cpus; j++) {
			sum->packets += cpu[j].packets;
			sum->bytes += cpu[j].bytes;
			sum->tc_packets += cpu[j].tc_packets;
			sum->tc_bytes += cpu[j].tc_bytes;
		}
	}
}

/* A call of the kernel reads many slots, from the next one on that a route has. */
static bool ebpf_total(struct backend *be, uint32_t *next, struct backend_counts *sum)
{
	const struct ebpf *eb = (struct ebpf *)be;
	uint32_t slots[TOTAL_MAX], count = TOTAL_MAX, first = *next, last;
	struct mfib_route_count *counts;
	int err;

	while (first < eb->config.max_routes && !eb->slot_users[first])
		first++;
	if (first == eb->config.max_routes)
		return true;
	last = first - 1;
	counts = malloc(TOTAL_MAX * eb->maps.cpus * sizeof(*counts));
	if (!counts)
		return true; /* better too few than no answer */
	err = bpf_map_lookup_batch(eb->maps.route_counts, first ? &last : NULL, &last, slots,
				   counts, &count, NULL);
	if (!err || err == -ENOENT) /* the last ones */
		slots_add(eb, slots, count, counts, sum);
	free(counts);
	*next = first + count;
	return err || *next >= eb->config.max_routes;
}

static const char *const reason_names[] = {
#define X(id, field, name, kind) [MFIB_R_##id] = name,
	MFIB_REASONS(X)
#undef X
};

static void link_counters(struct ebpf *eb, uint16_t link, uint32_t index,
			  void (*each)(void *ctx, const struct dplane_counter *), void *ctx)
{
	struct mfib_port_count count = maps_port_count(&eb->maps, index);
	const struct mfib_packets *packets = &count.forwarded; /* the first of MFIB_R_COUNT */

	for (unsigned int i = 0; i < MFIB_R_COUNT; i++)
		if (packets[i].packets)
			each(ctx, &(struct dplane_counter){ .link = link,
							    .reason = reason_names[i],
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

static enum data_kind kind_of(uint32_t upcall)
{
	switch (upcall) {
	case UPCALL_WRONG_IF: return DATA_WRONG_IF;
	case UPCALL_NOTIFY: return DATA_NOTIFY;
	default: return DATA_MISS;
	}
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
		.kind = kind_of(record->kind),
		.link = eport_by_ifindex(eb, record->ifindex),
		.source = record->source,
		.group = record->group,
	};
	if (upcall.kind == DATA_NOTIFY) /* the flag is cleared */
		maps_route_renew(&eb->maps, &(struct mfib_key){ upcall.source, upcall.group });
	if (upcall.link != LINK_NONE && eb->config.upcall)
		eb->config.upcall(eb->config.ctx, &upcall);
	return ++eb->dispatched < DISPATCH_MAX ? 0 : -EAGAIN;
}

static int capture_read(void *ctx, void *data, size_t len)
{
	struct ebpf *eb = ctx;
	const struct capture_record *record = data;

	if (len < sizeof(*record) || record->reason >= MFIB_R_COUNT || !eb->config.captured)
		return 0;
	eb->config.captured(
		eb->config.ctx,
		&(struct dplane_captured){
			.at = (hp_time)record->at_ns,
			.link = eport_by_ifindex(eb, record->ifindex),
			.reason = reason_names[record->reason],
			.len = record->len,
			.kept = record->kept < CAPTURE_SNAP ? record->kept : CAPTURE_SNAP,
			.data = record->data,
		});
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
	return maps_lease_set(&((struct ebpf *)be)->maps, lease_for ? ebpf_now() + lease_for : 0);
}

static int ebpf_own(struct backend *be, const struct ip_addr *addr, bool is_broadcast)
{
	return maps_own_put(&((struct ebpf *)be)->maps, addr,
			    is_broadcast ? MFIB_OWN_BROADCAST : MFIB_OWN_ADDRESS);
}

static void ebpf_disown(struct backend *be, const struct ip_addr *addr)
{
	maps_own_del(&((struct ebpf *)be)->maps, addr);
}

static int ebpf_capture(struct backend *be, uint32_t every)
{
	return maps_capture_set(&((struct ebpf *)be)->maps, every);
}

static int ebpf_probe(struct backend *be, uint32_t ifindex)
{
	const struct ebpf *eb = (struct ebpf *)be;

	return eb->selftest ? selftest_redirects(eb->selftest, ifindex) : -ENOTSUP;
}

static void ebpf_poll(struct backend *be)
{
	direct_poll((struct ebpf *)be);
}

static void ebpf_free(struct backend *be, bool keep)
{
	struct ebpf *eb = (struct ebpf *)be;
	struct route *route, *next;

	const struct ifset direct = eb->direct_links;

	if (!keep)
		direct_end(eb, &direct); /* waits once, not for each of them */
	for (uint16_t i = 0; i < LINKS_MAX && !keep; i++)
		eport_link_del(eb, i);
	eport_let_all(eb);
	HASH_ITER (hh, eb->routes, route, next) {
		HASH_DEL(eb->routes, route);
		free(route);
	}
	ring_buffer__free(eb->ring);
	selftest_free(eb->selftest);
	setpool_fini(eb);
	grace_free(eb->grace);
	maps_fini(&eb->maps);
	attach_close(&eb->attach, keep);
	free(eb->free_slots);
	free(eb->slot_users);
	free(eb);
}

/* ---- what an earlier run left ---- */

static void ebpf_stale_links(const struct backend *be,
			     void (*each)(void *ctx, const struct dplane_link *link,
					  const struct tier_port *port),
			     void *ctx)
{
	const struct ebpf *eb = (const struct ebpf *)be;

	for (uint16_t i = 0; i < LINKS_MAX; i++) {
		const struct port *port = &eb->ports[i];
		struct tier_port state = { .is_served = port->link.is_up };

		if (!port->is_known)
			continue;
		memcpy(state.name, port->link.name, sizeof(state.name));
		eport_state(port, &state);
		each(ctx, &port->link, &state);
	}
}

static void ebpf_stale_routes(const struct backend *be,
			      void (*each)(void *ctx, const struct mfib_route *route), void *ctx)
{
	const struct ebpf *eb = (const struct ebpf *)be;

	for (const struct route *own = eb->routes; own; own = own->hh.next) {
		struct mfib_route route = { .key = own->key, .iif = own->iif };

		setpool_links(eb, own->set, &route.oifs);
		each(ctx, &route);
	}
}

static const struct backend_ops ebpf_ops = {
	.name = "xdp",
	.link_add = ebpf_link_add,
	.link_del = ebpf_link_del,
	.returned = ebpf_returned,
	.put = ebpf_put,
	.del = ebpf_del,
	.route_counts = ebpf_route_counts,
	.fd = ebpf_fd,
	.dispatch = ebpf_dispatch,
	.poll = ebpf_poll,
	.counters = ebpf_counters,
	.total = ebpf_total,
	.own = ebpf_own,
	.disown = ebpf_disown,
	.renew = ebpf_renew,
	.capture = ebpf_capture,
	.probe = ebpf_probe,
	.stale_links = ebpf_stale_links,
	.stale_routes = ebpf_stale_routes,
	.free = ebpf_free,
};

static int slots_init(struct ebpf *eb)
{
	uint32_t max = eb->config.max_routes;

	eb->free_slots = malloc(max * sizeof(*eb->free_slots));
	eb->slot_users = calloc(max, sizeof(*eb->slot_users));
	if (!eb->free_slots || !eb->slot_users)
		return -ENOMEM;
	while (eb->free_slot_count < max) {
		eb->free_slots[eb->free_slot_count] = max - 1 - eb->free_slot_count;
		eb->free_slot_count++;
	}
	return 0;
}

static int ring_init(struct ebpf *eb)
{
	eb->ring = ring_buffer__new(eb->maps.upcalls, upcall_read, eb, NULL);
	if (!eb->ring)
		return -errno;
	return ring_buffer__add(eb->ring, eb->maps.captures, capture_read, eb);
}

static uint64_t line_grace_begin(void *ctx)
{
	return grace_begin(((const struct ebpf *)ctx)->grace);
}

static bool line_grace_is_over(void *ctx, uint64_t number)
{
	return grace_is_over(((const struct ebpf *)ctx)->grace, number);
}

static const struct lines_ops line_ops = {
	.grace_begin = line_grace_begin,
	.grace_is_over = line_grace_is_over,
};

static int ebpf_open(struct ebpf *eb)
{
	int err = attach_open(&eb->attach, &eb->config);

	if (err)
		return err;
	err = maps_init(&eb->maps, eb->attach.skel, &eb->config, eb->attach.is_stale);
	if (err) {
		dplane_log(&eb->config, NOTE_WARN, "%u output sets not made: %s",
			   eb->config.max_sets, strerror(-err));
		return err;
	}
	maps_own_clear(&eb->maps);
	if (selftest_new(attach_xmit_probe_drops(eb->attach.xmit), &eb->selftest) < 0)
		dplane_log(&eb->config, NOTE_INFO, "no self-test: the kernel refused its program");
	err = grace_new(&eb->grace);
	eb->maps.lines.ops = &line_ops;
	eb->maps.lines.ctx = eb;
	if (!err)
		err = setpool_init(eb);
	if (!err)
		err = slots_init(eb);
	if (!err)
		err = ring_init(eb);
	if (!err && eb->attach.is_stale)
		return restore_all(eb);
	if (!err && eb->attach.before)
		return upgrade_all(eb);
	return err ? err : maps_settings_make(&eb->maps, eb->config.max_routes, 0);
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
		/* What an earlier run left goes on, for who starts next. */
		ebpf_free(&eb->be, eb->attach.is_stale || eb->attach.before);
		return err;
	}
	*ret_be = &eb->be;
	return 0;
}
