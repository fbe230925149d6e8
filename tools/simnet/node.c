// SPDX-License-Identifier: GPL-2.0-only
/* The daemon in small: feeds a core, performs its effects. What ctrl/daemon/daemon.c is to the
 * system. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect.h"
#include "simnet/net.h"

#define UNIX_S 1000000000u /* UNIX time at the beginning */

/* Make room for one more element. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 8;
	array = realloc(array, *room * size);
	assert(array);
	return array;
}

static void answer(struct sim_node *router, const struct core_event *event)
{
	router->answers = grow(router->answers, router->answer_count, &router->answer_room,
			       sizeof(*router->answers));
	router->answers[router->answer_count++] = *event;
}

static void take_send(struct sim_net *net, uint16_t index, const struct fx_send *send)
{
	const struct sim_port *port = &net->topo.routers[index].ports[send->link];
	const struct ip_addr own = sim_topo_addr(&net->topo, net->family, port->lan, port->host);
	size_t header = ip_family_addr_len(net->family) == 4 ? 20 : 40;

	if (!ip_addr_equal(&own, &send->src))
		sim_net_break(net, "%s sends from a foreign address",
			      net->topo.routers[index].name);
	if (send->len + header > net->topo.lans[port->lan].mtu)
		sim_net_break(net, "%s sends %zu bytes on %s", net->topo.routers[index].name,
			      send->len + header, port->name);
	sim_lan_send(net, index, send->link, send);
}

static struct fx_group *find_join(struct sim_node *router, const struct fx_group *group)
{
	for (size_t i = 0; i < router->join_count; i++)
		if (router->joins[i].link == group->link &&
		    router->joins[i].socket == group->socket &&
		    ip_addr_equal(&router->joins[i].group, &group->group))
			return &router->joins[i];
	return NULL;
}

static void take_join(struct sim_net *net, struct sim_node *router, const struct fx_group *group)
{
	if (find_join(router, group)) {
		sim_net_break(net, "a group is joined twice");
		return;
	}
	router->joins =
		grow(router->joins, router->join_count, &router->join_room, sizeof(*router->joins));
	router->joins[router->join_count++] = *group;
}

static void take_leave(struct sim_net *net, struct sim_node *router, const struct fx_group *group)
{
	struct fx_group *join = find_join(router, group);

	if (join)
		*join = router->joins[--router->join_count];
	else
		sim_net_break(net, "a group is left that was not joined");
}

static void take_watch(struct sim_net *net, uint16_t index, const struct ip_addr *source)
{
	struct sim_node *router = &net->routers[index];
	const struct core_event event = sim_route_event(net, index, source);

	router->watches = grow(router->watches, router->watch_count, &router->watch_room,
			       sizeof(*router->watches));
	router->watches[router->watch_count++] = *source;
	answer(router, &event);
}

static void take_unwatch(struct sim_net *net, struct sim_node *router, const struct ip_addr *source)
{
	for (size_t i = 0; i < router->watch_count; i++) {
		if (!ip_addr_equal(&router->watches[i], source))
			continue;
		router->watches[i] = router->watches[--router->watch_count];
		return;
	}
	sim_net_break(net, "a route is unwatched that was not watched");
}

static void take_ask(struct sim_net *net, struct sim_node *router, const struct mfib_key *key)
{
	const struct sim_entry *entry = sim_plane_find(router, key);
	struct ev_data data = { .kind = DATA_SEEN,
				.link = LINK_NONE,
				.source = key->source,
				.group = key->group,
				.seen_for = HP_TIME_NEVER };

	if (entry && entry->seen_at != HP_TIME_NEVER)
		data.seen_for = net->now - entry->seen_at;
	answer(router, &(struct core_event){ .kind = EV_DATA, .data = data });
}

static void take(struct sim_net *net, uint16_t index, const struct core_effect *fx)
{
	struct sim_node *router = &net->routers[index];

	sim_trace_effect(net, index, fx);
	switch (fx->kind) {
	case FX_SEND: take_send(net, index, &fx->send); break;
	case FX_JOIN: take_join(net, router, &fx->group); break;
	case FX_LEAVE: take_leave(net, router, &fx->group); break;
	case FX_RPF_WATCH: take_watch(net, index, &fx->rpf_source); break;
	case FX_RPF_UNWATCH: take_unwatch(net, router, &fx->rpf_source); break;
	case FX_MFIB_PUT: sim_plane_put(net, index, &fx->route); break;
	case FX_MFIB_DEL: sim_plane_del(net, index, &fx->key); break;
	case FX_MFIB_QUERY: take_ask(net, router, &fx->key); break;
	case FX_NOTE:
		for (unsigned int i = 0; i < net->tap_count; i++)
			if (net->taps[i].note)
				net->taps[i].note(net->taps[i].ctx, net, index, &fx->note);
	}
}

static void feed_one(struct sim_net *net, uint16_t index, const struct core_event *event)
{
	struct core *core = net->routers[index].core;
	const struct core_effect *effect;

	sim_trace_event(net, index, event);
	core_handle(core, net->now, event);
	while ((effect = core_effect_next(core)))
		take(net, index, effect);
}

void sim_node_feed(struct sim_net *net, uint16_t index, const struct core_event *event)
{
	struct sim_node *router = &net->routers[index];
	hp_time deadline;

	if (!router->core)
		return;
	feed_one(net, index, event);
	for (size_t i = 0; i < router->answer_count; i++) {
		const struct core_event next = router->answers[i]; /* the array may move */

		feed_one(net, index, &next);
	}
	router->answer_count = 0;
	deadline = core_deadline(router->core);
	if (deadline == router->clock_at)
		return;
	router->clock_at = deadline < net->now ? net->now : deadline;
	if (deadline != HP_TIME_NEVER)
		sim_queue_push(&net->queue, &(struct sim_item){ .at = router->clock_at,
								.kind = ITEM_CLOCK,
								.node = index });
}

/* All answers first: feeding one may end the watch of another. */
void sim_node_answer_routes(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];

	for (size_t i = 0; i < router->watch_count; i++) {
		const struct core_event event = sim_route_event(net, index, &router->watches[i]);

		answer(router, &event);
	}
	sim_node_feed(net, index, &(struct core_event){ .kind = EV_CLOCK });
}

void sim_node_link(struct sim_net *net, uint16_t index, uint16_t number)
{
	const struct sim_port *port = &net->topo.routers[index].ports[number];
	struct core_event event = {
		.kind = EV_LINK,
		.link = { .link = number,
			  .is_present = true,
			  .is_up = port->is_up,
			  .mtu = net->topo.lans[port->lan].mtu,
			  .addr_count = 1,
			  .addrs = { sim_topo_subnet(&net->topo, net->family, port->lan,
						     port->host) } },
	};

	memcpy(event.link.name, port->name, sizeof(event.link.name));
	if (net->family == IP_FAMILY_6)
		event.link.addrs[event.link.addr_count++] = (struct ip_prefix){
			sim_topo_addr(&net->topo, net->family, port->lan, port->host), 64
		};
	sim_node_feed(net, index, &event);
}

void sim_node_switch(struct sim_net *net, uint16_t index, uint16_t number)
{
	const struct sim_port *port = &net->topo.routers[index].ports[number];

	for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
		sim_node_feed(net, index,
			      &(struct core_event){ .kind = EV_CONFIG,
						    .config = { .kind = CONFIG_LINK,
								.link = number,
								.family = net->family,
								.proto = proto,
								.is_on = port->wants[proto] } });
}

/* BootTimes grow over restarts whatever the clock says, as the daemon has it. */
static uint32_t unix_at_zero(const struct sim_net *net, uint16_t index)
{
	uint32_t up_s = (uint32_t)(net->now / HP_SEC(1));
	uint32_t unix_s = UNIX_S + (uint32_t)net->topo.routers[index].skew_s + up_s;

	if (unix_s <= net->routers[index].boot_time)
		unix_s = net->routers[index].boot_time + 1;
	return unix_s - up_s;
}

/* ---- graceful restart ---- */

#define STALE_FOR HP_SEC(45)

static bool remember(void *ctx, const struct inspect_neighbor *view)
{
	struct sim_node *router = ctx;

	if (!view->was_synced)
		return true;
	router->formers =
		realloc(router->formers, (router->former_count + 1) * sizeof(*router->formers));
	assert(router->formers);
	router->formers[router->former_count++] = (struct ev_stale){ .kind = STALE_NEIGHBOR,
								     .link = view->link,
								     .addr = view->addr,
								     .boot_time = view->boot_time,
								     .stale_for = STALE_FOR };
	return true;
}

static void remember_neighbors(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];

	for (uint16_t port = 0; port < net->topo.routers[index].port_count; port++)
		inspect_neighbors(router->core, port, net->family, remember, router);
}

static void feed_stale(struct sim_net *net, uint16_t index, const struct ev_stale *stale)
{
	sim_node_feed(net, index, &(struct core_event){ .kind = EV_STALE, .stale = *stale });
}

static void feed_formers(struct sim_net *net, uint16_t index, uint16_t port)
{
	const struct sim_node *router = &net->routers[index];

	for (size_t i = 0; i < router->former_count; i++)
		if (router->formers[i].link == port)
			feed_stale(net, index, &router->formers[i]);
}

/* The forwarding plane keeps what forwards; the core may delete entries as they are handed to it.
 */
static void feed_routes(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];

	for (size_t i = router->entry_count; i-- > 0;) {
		const struct sim_entry entry = router->entries[i];
		const struct mfib_route *route = &entry.route;

		if (ifset_is_empty(&route->oifs))
			router->entries[i] = router->entries[--router->entry_count];
		else
			feed_stale(
				net, index,
				&(struct ev_stale){ .kind = STALE_ROUTE,
						    .link = route->iif,
						    .source = route->key.source,
						    .addr = route->key.group,
						    .oifs = route->oifs,
						    .seen_for = entry.seen_at == HP_TIME_NEVER
									? HP_TIME_NEVER
									: net->now - entry.seen_at,
						    .stale_for = STALE_FOR });
	}
}

static void daemon_start(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];
	struct core_limits limits = core_limits_default;

	limits.seed = sim_rand_next(&net->rand);
	limits.unix_s = unix_at_zero(net, index);
	router->lease_at = HP_TIME_NEVER;
	router->core = core_new(&limits);
	assert(router->core);
	sim_node_feed(net, index,
		      &(struct core_event){ .kind = EV_CONFIG,
					    .config = { .kind = CONFIG_SETTINGS,
							.settings = net->topo.settings } });
	for (uint16_t port = 0; port < net->topo.routers[index].port_count; port++) {
		sim_node_link(net, index, port);
		feed_formers(net, index, port);
		sim_node_switch(net, index, port);
	}
	router->former_count = 0;
	feed_routes(net, index);
}

static void daemon_end(struct sim_node *router)
{
	if (!router->core)
		return;
	router->boot_time = inspect_boot_time(router->core);
	core_free(router->core);
	router->core = NULL;
	router->clock_at = HP_TIME_NEVER;
	router->watch_count = router->join_count = 0;
}

void sim_node_start(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];
	bool was_powered = router->is_powered;

	router->is_powered = router->was_on = true;
	if (!was_powered)
		sim_route_changed(net, index);
	if (!router->core)
		daemon_start(net, index);
}

void sim_node_stop(struct sim_net *net, uint16_t index)
{
	sim_node_feed(
		net, index,
		&(struct core_event){ .kind = EV_COMMAND, .command = { .kind = COMMAND_STOP } });
	daemon_end(&net->routers[index]);
	sim_plane_clear(&net->routers[index]);
}

void sim_node_kill(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];

	if (!router->core)
		return;
	remember_neighbors(net, index);
	daemon_end(router);
	router->lease_at = net->now + SIM_LEASE;
	sim_queue_push(
		&net->queue,
		&(struct sim_item){ .at = router->lease_at, .kind = ITEM_LEASE, .node = index });
}

void sim_node_lease_ends(struct sim_net *net, const struct sim_item *item)
{
	struct sim_node *router = &net->routers[item->node];

	if (!router->core && router->lease_at == item->at)
		sim_plane_clear(router);
}

void sim_node_crash(struct sim_net *net, uint16_t index)
{
	struct sim_node *router = &net->routers[index];

	if (!router->is_powered)
		return;
	daemon_end(router);
	sim_plane_clear(router);
	router->former_count = 0;
	router->is_powered = false;
	sim_route_changed(net, SIM_NONE);
}

void sim_node_fini(struct sim_node *router)
{
	core_free(router->core);
	free(router->entries);
	free(router->watches);
	free(router->joins);
	free(router->answers);
	free(router->formers);
}
