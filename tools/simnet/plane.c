// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding plane of a router: what its entries do to packets. Description of PIM-DM, 8.2. */
#include <assert.h>
#include <stdlib.h>

#include "simnet/event.h"
#include "simnet/net.h"

#define WRONG_IF_LIMIT HP_SEC(3) /* for each entry and interface */

static void tell(struct sim_net *net, const struct sim_item *item, enum data_kind kind,
		 const struct mfib_key *key)
{
	const struct core_event event = sim_event_data(kind, item->port, key);

	sim_node_feed(net, item->node, &event);
}

static void forward(struct sim_net *net, const struct sim_item *item, const struct ifset *oifs)
{
	const struct sim_box *box = &net->topo.routers[item->node];
	struct sim_packet *packet = item->load;

	ifset_for_each (out, oifs) {
		const struct sim_port *port = &box->ports[out];

		if (item->ttl <= 1) {
			packet->has_looped = true;
			return;
		}
		if (port->is_up && !port->is_cut)
			sim_lan_data(net, port->lan, item->node, out, packet,
				     (uint8_t)(item->ttl - 1));
	}
}

/* The first packet on a wrong interface at once, then one in a while, as Linux has it. */
static void receive_wrong(struct sim_net *net, const struct sim_item *item, struct sim_entry *entry,
			  const struct mfib_key *key)
{
	hp_time *at;

	if (!(entry->route.flags & MFIB_F_WRONG_IF))
		return;
	if (!entry->wrong_at) {
		entry->wrong_at = malloc(SIM_PORTS_MAX * sizeof(*entry->wrong_at));
		assert(entry->wrong_at);
		for (uint16_t i = 0; i < SIM_PORTS_MAX; i++)
			entry->wrong_at[i] = HP_TIME_NEVER;
	}
	at = &entry->wrong_at[item->port];
	if (*at != HP_TIME_NEVER && net->now - *at < WRONG_IF_LIMIT)
		return;
	*at = net->now;
	tell(net, item, DATA_WRONG_IF, key);
}

static void receive_right(struct sim_net *net, const struct sim_item *item, struct sim_entry *entry,
			  const struct mfib_key *key)
{
	bool notifies = entry->route.flags & MFIB_F_NOTIFY;

	entry->seen_at = net->now;
	entry->route.flags &= ~MFIB_F_NOTIFY; /* until the entry is put again */
	if (entry->route.flags & MFIB_F_TRACK_TTL && item->ttl > entry->ttl)
		entry->ttl = item->ttl;
	forward(net, item, &entry->route.oifs);
	if (notifies)
		tell(net, item, DATA_NOTIFY, key); /* may end the entry */
}

void sim_plane_receive(struct sim_net *net, const struct sim_item *item)
{
	struct sim_node *node = &net->nodes[item->node];
	const struct sim_port *port = &net->topo.routers[item->node].ports[item->port];
	const struct sim_packet *packet = item->load;
	const struct sim_host *host = &net->topo.hosts[packet->host];
	const struct mfib_key key = {
		.source = sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr,
		.group = sim_topo_group(net->family, packet->group),
	};
	struct sim_entry *entry;

	if (!node->is_powered || !port->is_up || port->is_cut ||
	    !(port->wants[PROTO_HPIM] || port->wants[PROTO_PIMDM] || port->wants[PROTO_GM]))
		return;
	entry = sim_router_entry(&node->router, &key);
	if (!entry) { /* as the kernel's queue: a packet that missed goes by the entry it brings */
		tell(net, item, DATA_MISS, &key);
		entry = sim_router_entry(&node->router, &key);
		if (entry && entry->route.iif == item->port)
			receive_right(net, item, entry, &key);
	} else if (entry->route.iif != item->port) {
		receive_wrong(net, item, entry, &key);
	} else {
		receive_right(net, item, entry, &key);
	}
}
