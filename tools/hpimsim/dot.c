// SPDX-License-Identifier: GPL-2.0-only
/*
 * Routers are boxes, links ellipses, hosts plain words. Where a tree's packets go there is an arrow
 * in the colour of the tree; other attachments are thin lines, dotted where nothing passes.
 */
#include "hpimsim/dot.h"

static const char *const colours[] = { "#d62728", "#1f77b4", "#2ca02c", "#9467bd",
				       "#ff7f0e", "#8c564b", "#17becf", "#7f7f7f" };

static const char *colour_of(const struct sim_net *net, const struct mfib_key *key)
{
	unsigned int number = sim_topo_group_index(&key->group);

	for (uint16_t i = 0; i < net->topo.host_count; i++) {
		const struct sim_host *host = &net->topo.hosts[i];
		const struct ip_prefix addr =
			sim_topo_subnet(&net->topo, net->family, host->lan, host->host);

		if (ip_addr_equal(&addr.addr, &key->source))
			number += 3u * i;
	}
	return colours[number % (sizeof(colours) / sizeof(colours[0]))];
}

static void write_nodes(FILE *file, const struct sim_net *net)
{
	const struct sim_topo *topo = &net->topo;

	for (uint16_t i = 0; i < topo->lan_count; i++)
		fprintf(file, "\tl%u [shape=ellipse, label=\"%s\"];\n", i, topo->lans[i].name);
	for (uint16_t i = 0; i < topo->router_count; i++)
		fprintf(file, "\tr%u [shape=box, label=\"%s\"%s];\n", i, topo->routers[i].name,
			net->nodes[i].router.core ? "" : ", style=dashed");
	for (uint16_t i = 0; i < topo->host_count; i++) {
		const struct sim_host *host = &topo->hosts[i];

		fprintf(file, "\th%u [shape=plain, label=\"%s%s%s\"];\n", i, host->name,
			host->sending ? " sends" : "", host->joined ? " listens" : "");
		fprintf(file, "\th%u -> l%u [dir=none, color=grey];\n", i, host->lan);
	}
}

static void write_entry(FILE *file, const struct sim_net *net, uint16_t router,
			const struct mfib_route *route)
{
	const struct sim_box *box = &net->topo.routers[router];
	const char *colour = colour_of(net, &route->key);

	if (ifset_is_empty(&route->oifs))
		return;
	fprintf(file, "\tl%u -> r%u [color=\"%s\", penwidth=2];\n", box->ports[route->iif].lan,
		router, colour);
	ifset_for_each (out, &route->oifs)
		fprintf(file, "\tr%u -> l%u [color=\"%s\", penwidth=2];\n", router,
			box->ports[out].lan, colour);
}

static void write_router(FILE *file, const struct sim_net *net, uint16_t index)
{
	const struct sim_box *box = &net->topo.routers[index];
	const struct sim_router *router = &net->nodes[index].router;

	for (uint16_t p = 0; p < box->port_count; p++)
		fprintf(file,
			"\tr%u -> l%u [dir=none, color=grey, taillabel=\"%s\", fontsize=8%s];\n",
			index, box->ports[p].lan, box->ports[p].name,
			box->ports[p].is_up && !box->ports[p].is_cut ? "" : ", style=dotted");
	for (const struct sim_entry *entry = router->entries; entry; entry = entry->hh.next)
		write_entry(file, net, index, &entry->route);
}

void dot_write(FILE *file, const struct sim_net *net)
{
	fprintf(file, "digraph network {\n\tlabel=\"%.3f s\";\n\tsplines=true;\n",
		(double)net->now / 1e9);
	write_nodes(file, net);
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		write_router(file, net, i);
	fprintf(file, "}\n");
}
