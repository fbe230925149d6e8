/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going on where an earlier run stopped whose maps have another layout or other sizes: what stands
 * in them is written into ours, beside them, while its programs go on. Then ours take their place,
 * interface by interface; each packet meets one program with its own maps. What the old programs
 * counted until the last of them was gone is added to what ours have counted since.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "dplane/bpf/before.h"
#include "dplane/bpf/ebpf_int.h"
#include "dplane/bpf/skel.h"

/* What the carrying over is about to do, and what it met. */
struct upgrade {
	struct ebpf *eb;
	const struct before *before;
	unsigned int lost; /* trees for which there is no room */
	int err;           /* the first, of an interface */
	struct mcast_fold *fold;
};

/* ---- interfaces ---- */

static void port_carry(void *ctx, uint32_t ifindex, const struct mfib_port *was)
{
	struct upgrade *up = ctx;
	struct maps *maps = &up->eb->maps;
	struct mfib_port port = *was;
	const struct mfib_tag tag = { .carrier = port.carrier, .vid = port.vid, .tpid = port.tpid };
	bool is_carrier = port.flags & MFIB_PORT_CARRIER;

	port.flags = direct_carried(port.flags);
	if (is_carrier)
		port.link = (uint16_t)up->eb->config.max_links;
	else if (port.link >= up->eb->config.max_links)
		return; /* attached again, there is an error */
	if (maps_port_put(maps, ifindex, &port) < 0 ||
	    (port.vid && maps_vlan_put(maps, &tag, ifindex) < 0))
		up->err = -ENOSPC;
	else
		eport_restore(up->eb, ifindex, &port);
}

/* ---- trees ---- */

static void route_carry(void *ctx, const struct before_route *was)
{
	struct upgrade *up = ctx;
	struct mfib_route route = {
		.key = was->key,
		.iif = eport_by_ifindex(up->eb, was->iif),
		.flags = was->flags,
	};

	for (uint32_t i = 0; i < was->outputs.count; i++) {
		uint16_t link = eport_by_ifindex(up->eb, was->outputs.ifindex[i]);

		if (link != LINK_NONE)
			ifset_add(&route.oifs, link);
	}
	/* As a restart does: what forwards nothing is not worth keeping. */
	if (route.iif != LINK_NONE && !ifset_is_empty(&route.oifs) &&
	    ebpf_route_put(up->eb, &route) < 0)
		up->lost++;
}

/* ---- counts ---- */

static void fold(const struct upgrade *up, const struct mfib_fold *counts)
{
	struct mfib_fold copy = *counts;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &copy, .ctx_size_in = sizeof(copy));

	/* Counts that are not carried over are all that is lost. */
	(void)bpf_prog_test_run_opts(bpf_program__fd(up->fold->progs.hpim_fold), &opts);
}

static void route_fold(void *ctx, const struct before_route *was)
{
	const struct upgrade *up = ctx;
	const struct route *route = ebpf_route_find(up->eb, &was->key);
	struct mfib_fold counts = { .is_port = false };

	if (!route)
		return;
	counts.index = route->slot;
	counts.route = before_route_count(up->before, was);
	if (counts.route.seen_ns)
		fold(up, &counts);
}

static void port_fold(const struct upgrade *up, uint32_t from, uint32_t to)
{
	fold(up, &(struct mfib_fold){ .index = to,
				      .is_port = true,
				      .port = before_port_count(up->before, from) });
}

static void counts_fold(struct upgrade *up)
{
	const struct dplane_config *config = &up->eb->config;
	int err = -ENOMEM;

	up->fold = mcast_fold__open();
	if (up->fold)
		err = attach_maps_prepare(&up->eb->attach, up->fold->obj);
	if (!err)
		err = mcast_fold__load(up->fold);
	if (err) {
		dplane_log(config, NOTE_WARN, "counters begin at 0: %s", strerror(-err));
		mcast_fold__destroy(up->fold);
		return;
	}
	before_route_each(up->before, route_fold, up);
	for (uint16_t i = 0; i < LINKS_MAX; i++)
		if (up->eb->ports[i].is_known)
			port_fold(up, i, i);
	port_fold(up, before_max_links(up->before), config->max_links); /* of unknown interfaces */
	mcast_fold__destroy(up->fold);
}

int upgrade_all(struct ebpf *eb)
{
	struct upgrade up = { .eb = eb, .before = eb->attach.before };
	int err;

	before_port_each(up.before, port_carry, &up);
	if (up.err)
		return up.err;
	before_route_each(up.before, route_carry, &up);
	if (up.lost)
		dplane_log(&eb->config, NOTE_WARN, "no room for %u trees of the earlier run",
			   up.lost);
	err = maps_settings_make(&eb->maps, eb->config.max_routes, before_lease_ns(up.before));
	if (err)
		return err;
	eport_restore_hooks(eb);
	direct_restore_end(eb); /* from here on no packet is in an old program */
	counts_fold(&up);
	return attach_settle(&eb->attach);
}
