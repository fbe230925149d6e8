// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invariants. The internals of the core are looked at for two things that inspect.h does not show,
 * since no operator asks for them: messages that wait for acknowledgement, and what each neighbor
 * said of each tree.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/tree.h"
#include "core/hpim/hpim_int.h"
#include "core/inspect.h"
#include "hpimsim/check.h"
#include "hpimsim/ideal.h"
#include "hpimsim/pim.h"

const char *const check_names[CHECK_KIND_COUNT] = {
	[CHECK_OK] = "ok",
	[CHECK_PROMISE] = "promise",
	[CHECK_LOOP] = "loop",
	[CHECK_NEIGHBOR] = "neighbor",
	[CHECK_PENDING] = "pending",
	[CHECK_BELIEF] = "belief",
	[CHECK_TREE] = "tree",
	[CHECK_COPIES] = "copies",
	[CHECK_LEFT_OVER] = "left-over",
	[CHECK_EXPECT] = "expect",
};

__attribute__((format(printf, 2, 3))) static struct check fail(enum check_kind kind,
							       const char *format, ...)
{
	struct check check = { .kind = kind };
	va_list args;

	va_start(args, format);
	(void)vsnprintf(check.text, sizeof(check.text), format, args);
	va_end(args);
	return check;
}

static const char *router_name(const struct sim_net *net, uint16_t router)
{
	return router == SIM_NONE ? "none" : net->topo.routers[router].name;
}

struct check check_running(const struct sim_net *net)
{
	if (net->broken[0])
		return fail(CHECK_PROMISE, "%s", net->broken);
	if (net->looped_at != HP_TIME_NEVER)
		return fail(CHECK_LOOP, "a packet still goes round at %.3f s",
			    (double)net->looped_at / 1e9);
	return (struct check){ .kind = CHECK_OK };
}

/* ---- Neighbors ---- */

static const struct hpim_if *interface_of(const struct sim_net *net, uint16_t router, uint16_t port)
{
	const struct core *core = net->nodes[router].router.core;

	return core ? hpim_if_by_link(hpim_of(core, net->family), port) : NULL;
}

static const struct hpim_neigh *neighbor_of(const struct sim_net *net, uint16_t router,
					    uint16_t port, uint16_t other, uint16_t other_port)
{
	const struct sim_port *is = &net->topo.routers[other].ports[other_port];
	const struct ip_addr addr = sim_topo_addr(&net->topo, net->family, is->lan, is->host);
	const struct hpim_if *hif = interface_of(net, router, port);

	return hif ? hpim_neigh_find(hif, &addr) : NULL;
}

static bool is_connected(const struct sim_net *net, uint16_t a, uint16_t a_port, uint16_t b,
			 uint16_t b_port)
{
	const struct sim_port *from = &net->topo.routers[a].ports[a_port];
	const struct sim_port *to = &net->topo.routers[b].ports[b_port];

	return from->lan == to->lan && !from->is_cut && !to->is_cut &&
	       interface_of(net, a, a_port) && interface_of(net, b, b_port);
}

/* 9.6: both SYNCED, same CurrentSyncSN, BootTimes and SnapshotSNs crosswise. */
static bool agree(const struct hpim_neigh *a, const struct hpim_neigh *b)
{
	return a->state == SYNC_SYNCED && b->state == SYNC_SYNCED && a->sync_sn == b->sync_sn &&
	       a->boot_time == b->my_snapshot_boot_time &&
	       b->boot_time == a->my_snapshot_boot_time &&
	       a->my_snapshot_sn == b->neighbor_snapshot_sn &&
	       b->my_snapshot_sn == a->neighbor_snapshot_sn;
}

static bool is_pim_connected(const struct sim_net *net, uint16_t a, uint16_t a_port, uint16_t b,
			     uint16_t b_port)
{
	const struct sim_port *from = &net->topo.routers[a].ports[a_port];
	const struct sim_port *to = &net->topo.routers[b].ports[b_port];

	return from->lan == to->lan && from->is_up && to->is_up && !from->is_cut && !to->is_cut &&
	       pim_runs(net, a, a_port) && pim_runs(net, b, b_port);
}

typedef struct check pair_fn(const struct sim_net *net, uint16_t a, uint16_t a_port, uint16_t b,
			     uint16_t b_port);
typedef bool connected_fn(const struct sim_net *net, uint16_t a, uint16_t a_port, uint16_t b,
			  uint16_t b_port);

/* Call @check for each ordered pair of different routers that share a link by one protocol. */
static struct check each_pair(const struct sim_net *net, connected_fn *connected, pair_fn *check)
{
	const struct sim_topo *topo = &net->topo;

	for (uint16_t a = 0; a < topo->router_count; a++)
		for (uint16_t p = 0; p < topo->routers[a].port_count; p++)
			for (uint16_t b = 0; b < topo->router_count; b++)
				for (uint16_t q = 0; q < topo->routers[b].port_count; q++) {
					struct check found = { .kind = CHECK_OK };

					if (a != b && connected(net, a, p, b, q))
						found = check(net, a, p, b, q);
					if (found.kind)
						return found;
				}
	return (struct check){ .kind = CHECK_OK };
}

static struct check check_neighbor(const struct sim_net *net, uint16_t a, uint16_t a_port,
				   uint16_t b, uint16_t b_port)
{
	const struct hpim_neigh *there = neighbor_of(net, a, a_port, b, b_port);
	const struct hpim_neigh *here = neighbor_of(net, b, b_port, a, a_port);

	if (there && here && agree(there, here))
		return (struct check){ .kind = CHECK_OK };
	return fail(CHECK_NEIGHBOR, "%s and %s on %s are not synchronized", router_name(net, a),
		    router_name(net, b),
		    net->topo.lans[net->topo.routers[a].ports[a_port].lan].name);
}

/* Description of PIM-DM, 3.1: a Hello was received, and it still holds. */
static struct check check_pim_neighbor(const struct sim_net *net, uint16_t a, uint16_t a_port,
				       uint16_t b, uint16_t b_port)
{
	const struct sim_port *is = &net->topo.routers[b].ports[b_port];
	const struct ip_addr addr = sim_topo_addr(&net->topo, net->family, is->lan, is->host);

	if (pim_is_neighbor(net, a, a_port, &addr))
		return (struct check){ .kind = CHECK_OK };
	return fail(CHECK_NEIGHBOR, "%s does not know %s on %s", router_name(net, a),
		    router_name(net, b), net->topo.lans[is->lan].name);
}

static struct check check_pending(const struct sim_net *net)
{
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		for (uint16_t p = 0; p < net->topo.routers[i].port_count; p++) {
			const struct hpim_if *hif = interface_of(net, i, p);

			if (hif && !TAILQ_EMPTY(&hif->pending))
				return fail(
					CHECK_PENDING, "%s.%s still waits for an acknowledgement",
					router_name(net, i), net->topo.routers[i].ports[p].name);
		}
	return (struct check){ .kind = CHECK_OK };
}

/* What @a believes @b has said of a tree, against what @b holds to be said. 3.6 */
static struct check check_belief(const struct sim_net *net, uint16_t a, uint16_t a_port, uint16_t b,
				 uint16_t b_port)
{
	const struct sim_port *port = &net->topo.routers[a].ports[a_port];
	const struct ip_addr own = sim_topo_addr(&net->topo, net->family, port->lan, port->host);
	const struct hpim_neigh *neigh = neighbor_of(net, a, a_port, b, b_port);
	const struct hpim *hpim = hpim_of(net->nodes[b].router.core, net->family);

	for (const struct hpim_tree *tree = hpim->trees; tree; tree = tree->hh.next) {
		const struct hpim_tree *theirs =
			hpim_tree_find(hpim_of(net->nodes[a].router.core, net->family),
				       &tree->key.source, &tree->key.group);
		const struct hpim_tree_if *said = hpim_tree_if_find(tree, b_port);
		const struct hpim_tree_if *heard =
			theirs ? hpim_tree_if_find(theirs, a_port) : NULL;
		const struct hpim_record *record = heard ? hpim_record_find(heard, neigh) : NULL;
		bool is_upstream = said && said->view.is_upstream;

		if (is_upstream != (record && record->is_upstream) ||
		    (is_upstream && hpim_rpc_compare(&tree->view.rpc, &record->rpc) != 0))
			return fail(CHECK_BELIEF, "%s is wrong about %s being upstream on %s",
				    router_name(net, a), router_name(net, b),
				    net->topo.lans[port->lan].name);
		if (!said || said->view.sent == SENT_NOTHING ||
		    !ip_addr_equal(&said->view.best.addr, &own))
			continue;
		if (!record || record->interest != (said->view.sent == SENT_INTEREST ? INTEREST_YES
										     : INTEREST_NO))
			return fail(CHECK_BELIEF, "%s is wrong about the interest of %s on %s",
				    router_name(net, a), router_name(net, b),
				    net->topo.lans[port->lan].name);
	}
	return (struct check){ .kind = CHECK_OK };
}

/* ---- Trees ---- */

struct tree_search {
	struct mfib_key key;
	uint16_t link; /* LINK_NONE: the tree itself */
	bool is_found;
	struct inspect_tree tree;
	struct inspect_tree_if tif;
};

static bool key_equal(const struct mfib_key *a, const struct mfib_key *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group);
}

static bool on_tree(void *ctx, const struct inspect_tree *tree)
{
	struct tree_search *search = ctx;

	if (!key_equal(&tree->key, &search->key))
		return true;
	search->tree = *tree;
	search->is_found = true;
	return false;
}

static bool on_tree_if(void *ctx, const struct inspect_tree_if *tif)
{
	struct tree_search *search = ctx;

	if (tif->link != search->link || !key_equal(&tif->key, &search->key))
		return true;
	search->tif = *tif;
	search->is_found = true;
	return false;
}

static struct mfib_key key_of(const struct sim_net *net, const struct ideal *ideal)
{
	const struct sim_host *host = &net->topo.hosts[ideal->source];

	return (struct mfib_key){
		.source = sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr,
		.group = sim_topo_group(net->family, ideal->group),
	};
}

static struct check check_port(const struct sim_net *net, const struct ideal *ideal,
			       uint16_t router, uint16_t port)
{
	const struct sim_port *is = &net->topo.routers[router].ports[port];
	/* Behind a cut no other router is received, and none is to be served. */
	bool serves = ideal->winner[is->lan] == router && ideal->winner_port[is->lan] == port;
	bool is_winner = serves || is->is_cut;
	struct tree_search search = { .key = key_of(net, ideal), .link = port };
	uint16_t best_port = SIM_NONE;
	uint16_t best =
		is->is_cut ? SIM_NONE : ideal_best_on(net, ideal, is->lan, router, &best_port);
	struct ip_addr best_addr = { .b = { 0 } };

	if (best != SIM_NONE)
		best_addr = sim_topo_addr(&net->topo, net->family, is->lan,
					  net->topo.routers[best].ports[best_port].host);
	inspect_tree_ifs(net->nodes[router].router.core, net->family, on_tree_if, &search);
	if (!search.is_found)
		return fail(CHECK_TREE, "%s.%s is not part of the tree", router_name(net, router),
			    is->name);
	if (!ip_addr_equal(&search.tif.best_upstream, &best_addr))
		return fail(CHECK_TREE, "%s.%s does not take %s for the best upstream",
			    router_name(net, router), is->name, router_name(net, best));
	if (port == ideal->root[router] || is->lan == ideal->lan)
		return (struct check){ .kind = CHECK_OK };
	if (search.tif.is_winner != is_winner)
		return fail(CHECK_TREE, "%s.%s %s the assert of %s", router_name(net, router),
			    is->name, is_winner ? "should have won" : "should have lost",
			    net->topo.lans[is->lan].name);
	if (search.tif.is_forwarding != (serves && ideal->is_wanted[is->lan]))
		return fail(CHECK_TREE, "%s.%s %s", router_name(net, router), is->name,
			    search.tif.is_forwarding ? "forwards what is not wanted"
						     : "does not forward what is wanted");
	return (struct check){ .kind = CHECK_OK };
}

static struct check check_tree(const struct sim_net *net, const struct ideal *ideal,
			       uint16_t router)
{
	const struct sim_box *box = &net->topo.routers[router];
	struct tree_search search = { .key = key_of(net, ideal), .link = LINK_NONE };
	struct check found = { .kind = CHECK_OK };

	if (!net->nodes[router].router.core)
		return found;
	inspect_trees(net->nodes[router].router.core, net->family, on_tree, &search);
	if (!ideal->is_there[router])
		return found;
	if (!search.is_found || strcmp(search.tree.state, "active") != 0)
		return fail(CHECK_TREE, "the tree of group %u is %s in %s", ideal->group,
			    search.is_found ? search.tree.state : "not there", box->name);
	if (search.tree.root != ideal->root[router])
		return fail(CHECK_TREE, "the root of %s is wrong", box->name);
	for (uint16_t port = 0; port < box->port_count && !found.kind; port++)
		if (box->ports[port].is_up)
			found = check_port(net, ideal, router, port);
	return found;
}

/* Where the best on a link forwards, if that is wanted; all others do not. */
static void ideal_outputs(const struct sim_net *net, const struct ideal *ideal, uint16_t router,
			  struct ifset *ret_outputs)
{
	const struct sim_box *box = &net->topo.routers[router];

	*ret_outputs = (struct ifset){ 0 };
	for (uint16_t port = 0; port < box->port_count; port++) {
		uint16_t lan = box->ports[port].lan;

		if (ideal->winner[lan] == router && ideal->winner_port[lan] == port &&
		    ideal->is_wanted[lan])
			ifset_add(ret_outputs, port);
	}
}

/* Whether it runs PIM-DM, maybe among others: a router is judged by what it forwards. */
static bool has_pim(const struct sim_net *net, uint16_t router)
{
	const struct sim_box *box = &net->topo.routers[router];

	for (uint16_t port = 0; port < box->port_count; port++)
		if (box->ports[port].protocol == PROTO_PIMDM)
			return true;
	return false;
}

/* No entry is as good as one without outputs: nothing may have arrived there. */
static struct check check_entry(const struct sim_net *net, const struct ideal *ideal,
				uint16_t router)
{
	const struct mfib_key key = key_of(net, ideal);
	const struct sim_entry *entry = sim_router_entry(&net->nodes[router].router, &key);
	struct ifset outputs;

	if (!ideal->is_there[router])
		return (struct check){ .kind = CHECK_OK };
	ideal_outputs(net, ideal, router, &outputs);
	if (entry && entry->route.iif != ideal->root[router])
		return fail(CHECK_TREE, "the input of %s is wrong", router_name(net, router));
	for (uint16_t port = 0; port < net->topo.routers[router].port_count; port++) {
		bool forwards = entry && ifset_has(&entry->route.oifs, port);

		if (forwards != ifset_has(&outputs, port))
			return fail(CHECK_TREE, "%s.%s %s", router_name(net, router),
				    net->topo.routers[router].ports[port].name,
				    forwards ? "forwards what is not wanted"
					     : "does not forward what is wanted");
	}
	return (struct check){ .kind = CHECK_OK };
}

static struct check check_copies(const struct sim_net *net, const struct sim_flow *flow,
				 const struct ideal *ideal)
{
	for (uint16_t lan = 0; lan < net->topo.lan_count; lan++) {
		uint16_t should = lan == ideal->lan || ideal->is_wanted[lan];

		if (flow->copies[lan].least != should || flow->copies[lan].most != should)
			return fail(CHECK_COPIES,
				    "%s gets %u to %u copies of group %u from %s, not %u",
				    net->topo.lans[lan].name, flow->copies[lan].least,
				    flow->copies[lan].most, flow->group,
				    net->topo.hosts[flow->host].name, should);
	}
	return (struct check){ .kind = CHECK_OK };
}

static struct check check_flow(const struct sim_net *net, uint16_t host, uint16_t group)
{
	struct check found = { .kind = CHECK_OK };
	struct ideal ideal;

	ideal_compute(net, host, group, &ideal);
	for (uint16_t i = 0; i < net->topo.router_count && !found.kind; i++)
		found = has_pim(net, i) ? check_entry(net, &ideal, i) : check_tree(net, &ideal, i);
	for (size_t i = 0; i < net->flow_count && !found.kind; i++)
		if (net->flows[i].host == host && net->flows[i].group == group)
			found = check_copies(net, &net->flows[i], &ideal);
	return found;
}

struct check check_settled(const struct sim_net *net)
{
	struct check found = check_running(net);

	if (!found.kind)
		found = each_pair(net, is_connected, check_neighbor);
	if (!found.kind)
		found = each_pair(net, is_pim_connected, check_pim_neighbor);
	if (!found.kind)
		found = check_pending(net);
	if (!found.kind)
		found = each_pair(net, is_connected, check_belief);
	for (uint16_t host = 0; host < net->topo.host_count; host++)
		for (uint16_t group = 0; group < SIM_GROUPS_MAX && !found.kind; group++)
			if (net->topo.hosts[host].sending >> group & 1)
				found = check_flow(net, host, group);
	return found;
}

struct check check_no_trees(const struct sim_net *net)
{
	for (uint16_t i = 0; i < net->topo.router_count; i++) {
		const struct sim_router *router = &net->nodes[i].router;

		if (router->core && (inspect_counts(router->core).trees || pim_tree_count(net, i)))
			return fail(CHECK_LEFT_OVER, "%s has a tree that outlives its source",
				    router_name(net, i));
		if (router->entries)
			return fail(CHECK_LEFT_OVER, "%s has a route that outlives its source",
				    router_name(net, i));
	}
	return (struct check){ .kind = CHECK_OK };
}

struct check check_empty(const struct sim_net *net)
{
	struct check found = check_running(net);

	if (!found.kind)
		found = check_no_trees(net);
	if (!found.kind)
		found = check_pending(net);
	for (uint16_t i = 0; i < net->topo.router_count && !found.kind; i++) {
		const struct sim_router *router = &net->nodes[i].router;
		const struct hpim *hpim = router->core ? hpim_of(router->core, net->family) : NULL;

		if (!hpim)
			continue;
		if (hpim->trees || hpim->tree_count || hpim->groups || !pim_is_empty(net, i))
			found = fail(CHECK_LEFT_OVER, "%s keeps what it knew of trees",
				     router_name(net, i));
		else if (inspect_counts(router->core).groups)
			found = fail(CHECK_LEFT_OVER, "%s keeps groups without members",
				     router_name(net, i));
		else if (router->watches)
			found = fail(CHECK_LEFT_OVER, "%s watches a route for nothing",
				     router_name(net, i));
	}
	return found;
}
