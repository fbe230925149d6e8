// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding plane of a router, as the core is promised it. */
#include <assert.h>
#include <stdlib.h>

#include "hpimsim/net.h"

static bool key_equal(const struct mfib_key *a, const struct mfib_key *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group);
}

static struct entry *find(const struct router *router, const struct mfib_key *key)
{
	for (size_t i = 0; i < router->entry_count; i++)
		if (key_equal(&router->entries[i].route.key, key))
			return &router->entries[i];
	return NULL;
}

const struct entry *plane_find(const struct router *router, const struct mfib_key *key)
{
	return find(router, key);
}

void plane_put(struct net *net, uint16_t index, const struct mfib_route *route)
{
	struct router *router = &net->routers[index];
	struct entry *entry = find(router, &route->key);

	if (ifset_has(&route->oifs, route->iif))
		net_break(net, "%s forwards to where the packet came from",
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
		(struct entry){ .route = *route, .seen_at = HP_TIME_NEVER };
}

void plane_del(struct net *net, uint16_t index, const struct mfib_key *key)
{
	struct router *router = &net->routers[index];
	struct entry *entry = find(router, key);

	if (entry)
		*entry = router->entries[--router->entry_count];
	else
		net_break(net, "%s deletes a route that is not there",
			  net->topo.routers[index].name);
}

void plane_clear(struct router *router)
{
	router->entry_count = 0;
}

static void tell(struct net *net, const struct queue_item *item, enum data_kind kind,
		 const struct mfib_key *key)
{
	router_feed(net, item->node,
		    &(struct core_event){ .kind = EV_DATA,
					  .data = { .kind = kind,
						    .link = item->port,
						    .source = key->source,
						    .group = key->group } });
}

static void forward(struct net *net, const struct queue_item *item, const struct ifset *oifs)
{
	const struct box *box = &net->topo.routers[item->node];
	struct packet *packet = item->load;

	ifset_for_each (out, oifs) {
		const struct port *port = &box->ports[out];

		if (item->ttl <= 1) {
			packet->has_looped = true;
			return;
		}
		if (port->is_up && !port->is_cut)
			lan_data(net, port->lan, item->node, out, packet, (uint8_t)(item->ttl - 1));
	}
}

void plane_receive(struct net *net, const struct queue_item *item)
{
	struct router *router = &net->routers[item->node];
	const struct port *port = &net->topo.routers[item->node].ports[item->port];
	const struct packet *packet = item->load;
	const struct host *host = &net->topo.hosts[packet->host];
	const struct mfib_key key = {
		.source = topo_subnet(&net->topo, net->family, host->lan, host->host).addr,
		.group = topo_group(net->family, packet->group),
	};
	struct entry *entry;

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
