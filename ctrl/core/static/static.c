// SPDX-License-Identifier: GPL-2.0-only
/*
 * Static multicast routes of one family. A flow is an (S,G) that a route forwards: that of a route
 * of one source, or one that appeared on the input of a route of any source and is forgotten when
 * its source is silent. Which route forwards a flow, and by which entry, is derived again whenever
 * a route or an interface changes.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/core_int.h"
#include "core/static/static.h"

/*
 * In a full table a flow that was silent for so long gives way. A source that sends more rarely
 * loses no packet by that: its next one is a new flow.
 */
#define IDLE_FOR HP_SEC(10)

/* Trees of the routing protocols have the larger part of the forwarding plane. */
#define FLOWS_PART 4u

/* A route of any source. */
struct rule {
	TAILQ_ENTRY(rule) node;
	struct static_route route;
};

/**
 * struct flow - An (S,G) that a route forwards.
 * @is_configured: it is itself a route, with @route's outputs.
 * @rule:     the route of any source that forwards it; NULL: none, or it is itself one.
 * @is_asked: FX_MFIB_QUERY was not answered yet.
 */
struct flow {
	UT_hash_handle hh;
	TAILQ_ENTRY(flow) marked_node, found_node;
	struct mfib_key key;
	uint16_t iif; /* where its packets arrive */
	struct ifset oifs;
	const struct rule *rule;
	bool is_configured, is_marked, is_asked, must_be_busy;
	struct timer timer; /* until its source counts as silent; not of configured ones */
};

TAILQ_HEAD(flow_list, flow);

struct static_routes {
	struct mrp mrp;
	TAILQ_HEAD(, rule) rules;
	struct flow *flows;
	struct flow_list marked;
	struct flow_list found; /* by rules; the first was not queried for longest */
	uint32_t found_count;
	uint64_t refused;
	bool is_limit_noted;
};

static struct static_routes *routes_from(struct mrp *mrp)
{
	return container_of(mrp, struct static_routes, mrp);
}

uint32_t static_flows_max(const struct core *core)
{
	return core->limits.trees / FLOWS_PART;
}

/* ---- flows ---- */

static bool is_present(const struct static_routes *routes, uint16_t link)
{
	return routes->mrp.core->links[link].info.is_present;
}

static struct flow *flow_find(const struct static_routes *routes, const struct mfib_key *key)
{
	struct flow *flow;

	hash_find(&routes->mrp.core->hash_key, routes->flows, key, flow);
	return flow;
}

static void flow_mark(struct static_routes *routes, struct flow *flow)
{
	if (flow->is_marked)
		return;
	flow->is_marked = true;
	TAILQ_INSERT_TAIL(&routes->marked, flow, marked_node);
}

static void flow_ask(struct core *core, struct flow *flow)
{
	flow->is_asked = true;
	core_fx(core, &(struct core_effect){ .kind = FX_MFIB_QUERY, .key = flow->key });
}

static void timer_fire(struct core *core, struct timer *timer)
{
	flow_ask(core, container_of(timer, struct flow, timer));
}

static struct flow *flow_new(struct static_routes *routes, const struct mfib_key *key, uint16_t iif)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow) {
		core_note(routes->mrp.core, &(struct core_note){ .level = NOTE_WARN,
								 .code = NOTE_NO_MEMORY,
								 .link = iif,
								 .a = key->source,
								 .b = key->group });
		return NULL;
	}
	flow->key = *key;
	flow->iif = iif;
	timer_init(&flow->timer, timer_fire);
	hash_add(&routes->mrp.core->hash_key, routes->flows, key, flow);
	flow_mark(routes, flow);
	return flow;
}

static void found_set(struct static_routes *routes, struct flow *flow)
{
	struct core *core = routes->mrp.core;

	TAILQ_INSERT_TAIL(&routes->found, flow, found_node);
	routes->found_count++;
	core_timer_arm(core, &flow->timer, HP_SEC(core->settings.source_lifetime_s));
}

static void found_clear(struct static_routes *routes, struct flow *flow)
{
	TAILQ_REMOVE(&routes->found, flow, found_node);
	routes->found_count--;
	timer_stop(&routes->mrp.core->sched, &flow->timer);
	flow->is_asked = false;
	if (routes->found_count < static_flows_max(routes->mrp.core) / 2)
		routes->is_limit_noted = false;
}

static void flow_free(struct static_routes *routes, struct flow *flow)
{
	if (!flow->is_configured)
		found_clear(routes, flow);
	if (flow->is_marked)
		TAILQ_REMOVE(&routes->marked, flow, marked_node);
	mfib_clear(routes->mrp.core, MFIB_STATIC, &flow->key);
	HASH_DEL(routes->flows, flow);
	free(flow);
}

/* ---- routes of any source ---- */

static bool rule_matches(const struct rule *rule, const struct ip_addr *group, uint16_t iif)
{
	return rule->route.iif == iif && ip_prefix_contains(&rule->route.group, group);
}

/* The longest prefix wins. */
static const struct rule *rule_for(const struct static_routes *routes, const struct ip_addr *group,
				   uint16_t iif)
{
	const struct rule *rule, *best = NULL;

	TAILQ_FOREACH (rule, &routes->rules, node)
		if (rule_matches(rule, group, iif) &&
		    (!best || rule->route.group.len > best->route.group.len))
			best = rule;
	return best;
}

static struct rule *rule_find(const struct static_routes *routes, const struct static_route *route)
{
	struct rule *rule;

	TAILQ_FOREACH (rule, &routes->rules, node)
		if (rule->route.iif == route->iif &&
		    ip_prefix_equal(&rule->route.group, &route->group))
			return rule;
	return NULL;
}

static void mark_flows_of(struct static_routes *routes, const struct static_route *route)
{
	for (struct flow *flow = routes->flows; flow; flow = flow->hh.next)
		if (!flow->is_configured && flow->iif == route->iif &&
		    ip_prefix_contains(&route->group, &flow->key.group))
			flow_mark(routes, flow);
}

static void note_limit(struct static_routes *routes, const struct mfib_key *key, uint16_t iif,
		       uint32_t limit)
{
	if (routes->is_limit_noted) {
		core_count(routes->mrp.core, iif, routes->mrp.family, NOTE_TREE_LIMIT);
		return;
	}
	routes->is_limit_noted = true;
	core_note(routes->mrp.core, &(struct core_note){ .level = NOTE_WARN,
							 .code = NOTE_TREE_LIMIT,
							 .link = iif,
							 .a = key->source,
							 .b = key->group,
							 .v = { limit } });
}

/* Query the flow that was not queried for longest: a silent one gives way. */
static void flow_press(struct static_routes *routes)
{
	struct flow *flow = TAILQ_FIRST(&routes->found);

	TAILQ_REMOVE(&routes->found, flow, found_node);
	TAILQ_INSERT_TAIL(&routes->found, flow, found_node);
	flow->must_be_busy = true;
	flow_ask(routes->mrp.core, flow);
}

/* A source that no flow has yet sends to a group of a route of any source. */
static void flow_found(struct static_routes *routes, const struct mfib_key *key, uint16_t iif)
{
	uint32_t limit = static_flows_max(routes->mrp.core);
	struct flow *flow;

	if (routes->found_count >= limit) {
		routes->refused++;
		note_limit(routes, key, iif, limit);
		if (limit)
			flow_press(routes);
		return;
	}
	flow = flow_new(routes, key, iif);
	if (flow)
		found_set(routes, flow);
}

/* What is forwarded already, by a protocol or since an earlier run, is the new route's. */
static void rule_claim(struct static_routes *routes, const struct rule *rule)
{
	struct core *core = routes->mrp.core;
	struct mfib_entry entry;
	struct mfib_walk walk;

	mfib_walk_begin(core, &walk);
	while (mfib_walk_next(core, &walk, &entry))
		if (entry.owner != MFIB_STATIC &&
		    rule_matches(rule, &entry.route.key.group, entry.route.iif) &&
		    !flow_find(routes, &entry.route.key))
			flow_found(routes, &entry.route.key, entry.route.iif);
	mfib_walk_end(&walk);
}

static void rule_set(struct static_routes *routes, const struct static_route *route)
{
	struct rule *rule = rule_find(routes, route);
	bool is_new = !rule;

	if (is_new)
		rule = calloc(1, sizeof(*rule));
	if (!rule) {
		core_note(routes->mrp.core, &(struct core_note){ .level = NOTE_WARN,
								 .code = NOTE_NO_MEMORY,
								 .link = route->iif,
								 .b = route->group.addr });
		return;
	}
	rule->route = *route;
	mark_flows_of(routes, route);
	if (!is_new)
		return;
	TAILQ_INSERT_TAIL(&routes->rules, rule, node);
	rule_claim(routes, rule);
}

static void rule_delete(struct static_routes *routes, const struct static_route *route)
{
	struct rule *rule = rule_find(routes, route);

	if (!rule)
		return;
	for (struct flow *flow = routes->flows; flow; flow = flow->hh.next)
		if (flow->rule == rule)
			flow->rule = NULL;
	mark_flows_of(routes, route);
	TAILQ_REMOVE(&routes->rules, rule, node);
	free(rule);
}

/* ---- routes of one source ---- */

static struct mfib_key key_of(const struct static_route *route)
{
	return (struct mfib_key){ .source = route->source, .group = route->group.addr };
}

static void source_set(struct static_routes *routes, const struct static_route *route)
{
	const struct mfib_key key = key_of(route);
	struct flow *flow = flow_find(routes, &key);

	if (!flow)
		flow = flow_new(routes, &key, route->iif);
	else if (!flow->is_configured)
		found_clear(routes, flow);
	if (!flow)
		return;
	flow->is_configured = true;
	flow->rule = NULL;
	flow->iif = route->iif;
	flow->oifs = route->oifs;
	flow_mark(routes, flow);
}

/* A route of any source may go on with it. */
static void source_delete(struct static_routes *routes, const struct static_route *route)
{
	const struct mfib_key key = key_of(route);
	struct flow *flow = flow_find(routes, &key);

	if (!flow || !flow->is_configured)
		return;
	flow->is_configured = false;
	found_set(routes, flow);
	flow_mark(routes, flow);
}

/* ---- the entry of a flow ---- */

static void flow_evaluate(struct static_routes *routes, struct flow *flow)
{
	struct core *core = routes->mrp.core;
	struct mfib_route entry = { .key = flow->key, .iif = flow->iif };

	if (!flow->is_configured) {
		flow->rule = rule_for(routes, &flow->key.group, flow->iif);
		if (!flow->rule || !is_present(routes, flow->iif)) {
			flow_free(routes, flow);
			return;
		}
	}
	if (!is_present(routes, flow->iif)) {
		mfib_clear(core, MFIB_STATIC, &flow->key);
		return;
	}
	ifset_for_each (link, flow->rule ? &flow->rule->route.oifs : &flow->oifs)
		if (is_present(routes, link) && link != flow->iif)
			ifset_add(&entry.oifs, link);
	if (!policy_strip(&core->policy, &entry))
		entry.oifs = (struct ifset){ .word = { 0 } };
	(void)mfib_set(core, MFIB_STATIC, &entry); /* without memory its packets miss again */
}

static bool evaluate_next(struct mrp *mrp)
{
	struct static_routes *routes = routes_from(mrp);
	struct flow *flow = TAILQ_FIRST(&routes->marked);

	if (!flow)
		return false;
	TAILQ_REMOVE(&routes->marked, flow, marked_node);
	flow->is_marked = false;
	flow_evaluate(routes, flow);
	return true;
}

/* ---- what happens ---- */

static void mark_all(struct static_routes *routes)
{
	for (struct flow *flow = routes->flows; flow; flow = flow->hh.next)
		flow_mark(routes, flow);
}

static void config_changed(struct mrp *mrp, const struct ev_config *config)
{
	struct static_routes *routes = routes_from(mrp);
	const struct static_route *route = &config->route;
	bool is_any = !ip_addr_is_set(&route->source);

	if (config->kind == CONFIG_POLICY)
		mark_all(routes);
	if (config->kind != CONFIG_STATIC_ROUTE)
		return;
	if (is_any && config->is_on)
		rule_set(routes, route);
	else if (is_any)
		rule_delete(routes, route);
	else if (config->is_on)
		source_set(routes, route);
	else
		source_delete(routes, route);
}

static void link_changed(struct mrp *mrp, uint16_t link)
{
	struct static_routes *routes = routes_from(mrp);

	for (struct flow *flow = routes->flows; flow; flow = flow->hh.next) {
		const struct ifset *oifs = flow->rule ? &flow->rule->route.oifs : &flow->oifs;

		if (flow->iif == link || ifset_has(oifs, link))
			flow_mark(routes, flow);
	}
}

/* Return: whether packets of @key that arrive on a link are for a route. */
static bool flow_offer(struct static_routes *routes, const struct mfib_key *key, uint16_t iif)
{
	const struct flow *flow = flow_find(routes, key);

	if (flow)
		return is_present(routes, flow->iif);
	if (!rule_for(routes, &key->group, iif))
		return false;
	flow_found(routes, key, iif);
	return true;
}

static bool stale(struct mrp *mrp, const struct ev_stale *stale)
{
	const struct mfib_key key = { .source = stale->source, .group = stale->addr };

	return stale->kind == STALE_ROUTE && flow_offer(routes_from(mrp), &key, stale->link);
}

static void flow_seen(struct static_routes *routes, struct flow *flow, hp_time seen_for)
{
	struct core *core = routes->mrp.core;
	hp_time lifetime = HP_SEC(core->settings.source_lifetime_s);
	hp_time limit = flow->must_be_busy && IDLE_FOR < lifetime ? IDLE_FOR : lifetime;

	if (!flow->is_asked)
		return; /* a protocol of less preference asked for its tree */
	flow->is_asked = flow->must_be_busy = false;
	if (seen_for >= limit)
		flow_free(routes, flow);
	else
		core_timer_arm(core, &flow->timer, lifetime - seen_for);
}

static bool data(struct mrp *mrp, const struct ev_data *data)
{
	struct static_routes *routes = routes_from(mrp);
	const struct mfib_key key = { .source = data->source, .group = data->group };
	struct flow *flow;

	if (data->kind == DATA_MISS)
		return flow_offer(routes, &key, data->link);
	flow = flow_find(routes, &key);
	if (data->kind == DATA_SEEN && flow)
		flow_seen(routes, flow, data->seen_for);
	return flow != NULL;
}

static struct mrp *create(struct core *core, enum ip_family family)
{
	struct static_routes *routes = calloc(1, sizeof(*routes));

	(void)core, (void)family; /* in struct mrp, set by the caller */
	if (!routes)
		return NULL;
	TAILQ_INIT(&routes->rules);
	TAILQ_INIT(&routes->marked);
	TAILQ_INIT(&routes->found);
	return &routes->mrp;
}

static void destroy(struct mrp *mrp)
{
	struct static_routes *routes = routes_from(mrp);
	struct flow *flow, *next;
	struct rule *rule;

	HASH_ITER (hh, routes->flows, flow, next)
		flow_free(routes, flow);
	while ((rule = TAILQ_FIRST(&routes->rules))) {
		TAILQ_REMOVE(&routes->rules, rule, node);
		free(rule);
	}
	free(routes);
}

const struct mrp_ops static_ops = {
	.owner = MFIB_STATIC,
	.create = create,
	.config_changed = config_changed,
	.link_changed = link_changed,
	.stale = stale,
	.data = data,
	.evaluate_next = evaluate_next,
	.destroy = destroy,
};

uint32_t static_flows_used(const struct core *core, enum ip_family family, uint64_t *ret_refused)
{
	struct mrp *mrp = mrp_find(core, &static_ops, family);
	const struct static_routes *routes = mrp ? routes_from(mrp) : NULL;

	*ret_refused = routes ? routes->refused : 0;
	return routes ? routes->found_count : 0;
}

uint32_t static_flow_count(const struct core *core, const struct static_route *route)
{
	struct mrp *mrp = mrp_find(core, &static_ops, ip_addr_family(&route->group.addr));
	const struct static_routes *routes = mrp ? routes_from(mrp) : NULL;
	const struct mfib_key key = key_of(route);
	const struct rule *rule = routes ? rule_find(routes, route) : NULL;
	const struct flow *flow;
	uint32_t count = 0;

	if (!routes)
		return 0;
	if (ip_addr_is_set(&route->source)) {
		flow = flow_find(routes, &key);
		return flow && flow->is_configured && core->links[flow->iif].info.is_present;
	}
	for (flow = routes->flows; rule && flow; flow = flow->hh.next)
		count += flow->rule == rule;
	return count;
}
