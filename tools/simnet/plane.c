// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding plane of a router, as the core is promised it. */
#include <assert.h>
#include <stdlib.h>

#include "simnet/net.h"

static bool key_equal(const struct mfib_key *a, const struct mfib_key *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group);
}

static struct sim_entry *find(const struct sim_node *router, const struct mfib_key *key)
{
	for (size_t i = 0; i < router->entry_count; i++)
		if (key_equal(&router->entries[i].route.key, key))
			return &router->entries[i];
	return NULL;
}

const struct sim_entry *sim_plane_find(const struct sim_node *router, const struct mfib_key *key)
{
	return find(router, key);
}

void sim_plane_put(struct sim_net *net, uint16_t index, const struct mfib_route *route)
{
	struct sim_node *router = &net->routers[index];
	struct sim_entry *entry = find(router, &route->key);

	if (ifset_has(&route->oifs, route->iif))
		sim_net_break(net, "%s forwards to where the packet came from",
			      net->topo.routers[index].name);
	if (entry) {
		entry->route = *route;
		return;
	}
	if (router->entry_count == router->entry_room) {
		router->entry_room = router->entry_room ? 2 * router->entry_room : 8;
		router->entries =
			realloc(router->entries, router->entry_room * sizeof(*router->entries));
		assert(router->entries);
	}
	router->entries[router->entry_count++] =
		(struct sim_entry){ .route = *route, .seen_at = HP_TIME_NEVER };
}

void sim_plane_del(struct sim_net *net, uint16_t index, const struct mfib_key *key)
{
	struct sim_node *router = &net->routers[index];
	struct sim_entry *entry = find(router, key);

	if (entry)
		*entry = router->entries[--router->entry_count];
	else
		sim_net_break(net, "%s deletes a route that is not there",
			      net->topo.routers[index].name);
}

void sim_plane_clear(struct sim_node *router)
{
	router->entry_count = 0;
}

static void tell(struct sim_net *net, const struct sim_item *item, enum data_kind kind,
		 const struct mfib_key *key)
{
	sim_node_feed(net, item->node,
		      &(struct core_event){ .kind = EV_DATA,
					    .data = { .kind = kind,
						      .link = item->port,
						      .source = key->source,
						      .group = key->group } });
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

void sim_plane_receive(struct sim_net *net, const struct sim_item *item)
{
	struct sim_node *router = &net->routers[item->node];
	const struct sim_port *port = &net->topo.routers[item->node].ports[item->port];
	const struct sim_packet *packet = item->load;
	const struct sim_host *host = &net->topo.hosts[packet->host];
	const struct mfib_key key = {
		.source = sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr,
		.group = sim_topo_group(net->family, packet->group),
	};
	struct sim_entry *entry;

	if (!router->is_powered || !port->is_up || port->is_cut ||
	    !(port->wants[PROTO_HPIM] || port->wants[PROTO_GM]))
		return;
	entry = find(router, &key);
	if (!entry) {
		tell(net, item, DATA_MISS, &key);
	} else if (entry->route.iif != item->port) {
		if (entry->route.flags & MFIB_F_WRONG_IF)
			tell(net, item, DATA_WRONG_IF, &key);
	} else {
		entry->seen_at = net->now;
		forward(net, item, &entry->route.oifs);
	}
}
