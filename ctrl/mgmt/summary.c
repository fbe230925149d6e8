// SPDX-License-Identifier: GPL-2.0-only
/*
 * "show summary": a record for each interface, with totals of what other views list. The forwarding
 * table is gone through first, an entry for each step.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect.h"
#include "core/membership/gm.h"
#include "core/mfib.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "dplane/tier.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/args.h"
#include "mgmt/counters.h"
#include "mgmt/mroutes.h"
#include "mgmt/summary.h"

struct summary {
	struct {
		uint64_t inputs, outputs; /* of entries */
		uint64_t received, sent, dropped;
	} links[LINKS_MAX];
};

bool summary_begin(struct show *show)
{
	show->summary = calloc(1, sizeof(*show->summary));
	assert(show->summary);
	mfib_walk_begin(show->daemon->core, &show->entries);
	show->is_walking = true;
	return counters_begin(show);
}

void summary_end(struct show *show)
{
	mroutes_end(show);
	free(show->summary);
}

static void count_entry(struct summary *summary, const struct mfib_route *route)
{
	if (route->iif != LINK_NONE)
		summary->links[route->iif].inputs++;
	ifset_for_each (link, &route->oifs)
		summary->links[link].outputs++;
}

/* What was forwarded as XDP or TC counts it, and what the kernel's cache was left. */
static void count_packets(void *ctx, const struct dplane_counter *counter)
{
	struct summary *summary = ctx;

	if (!strcmp(counter->reason, "forwarded") || !strcmp(counter->reason, "kernel"))
		summary->links[counter->link].received += counter->packets;
	else if (!strcmp(counter->reason, "sent"))
		summary->links[counter->link].sent += counter->packets;
	else if (counters_are_drops(counter->reason))
		summary->links[counter->link].dropped += counter->packets;
}

static void put_protocols(const struct show *show, struct json_object *record, uint16_t link)
{
	const struct core *core = show->daemon->core;
	uint64_t neighbors = 0, groups = 0;

	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		const struct gm_if *gm = inspect_membership(core, link, family);

		if (!arg_family(show->args, family))
			continue;
		neighbors += inspect_neighbor_count(core, link, family);
		groups += gm ? gm_if_inspect(gm).groups : 0;
	}
	field_put_number(record, "neighbors", neighbors);
	field_put_number(record, "groups", groups);
}

static void show_link(const struct show *show, uint16_t link)
{
	const struct daemon *daemon = show->daemon;
	const struct rtnl_link *info =
		rtnl_link_by_index(daemon->rtnl, daemon->ports[link].ifindex);
	struct json_object *record = json_object_new_object();
	struct dplane_link_state state;

	dplane_link_state(daemon->dplane, link, &state);
	field_put_text(record, "interface", port_name(daemon, link));
	field_put_text(record, "state", !info ? "absent" : info->is_up ? "up" : "down");
	field_put_text(record, "tier", tier_name(state.tier));
	put_protocols(show, record, link);
	field_put_number(record, "inputs", show->summary->links[link].inputs);
	field_put_number(record, "outputs", show->summary->links[link].outputs);
	field_put_number(record, "received", show->summary->links[link].received);
	field_put_number(record, "sent", show->summary->links[link].sent);
	field_put_number(record, "dropped", show->summary->links[link].dropped);
	show_record(show, record);
}

bool summary_step(struct show *show)
{
	struct mfib_entry entry;

	if (!counters_are_settled(show))
		return false;
	if (mfib_walk_next(show->daemon->core, &show->entries, &entry)) {
		if (arg_family(show->args, ip_addr_family(&entry.route.key.group)))
			count_entry(show->summary, &entry.route);
		return false;
	}
	counters_each(show, count_packets, show->summary);
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (show->daemon->ports[link].is_used && show_includes(show, link))
			show_link(show, link);
	return true;
}
