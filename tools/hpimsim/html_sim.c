// SPDX-License-Identifier: GPL-2.0-only
/* Nodes are numbered: routers, then links, then hosts. */
#include "hpimsim/html_sim.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "hpimsim/html_message.h"
#include "hpimsim/html_tables.h"

#define AFTER_ACTION HP_MS(50)

struct html_sim {
	struct html_run *run;
	hp_time packet_period;            /* 0: each packet is put down */
	hp_time packet_at[SIM_HOSTS_MAX]; /* when the one that was put down last was sent */
	hp_time acted_at;
	bool is_put; /* what was put on a link last */
};

static int link_node(const struct sim_net *net, uint16_t lan)
{
	return net->topo.router_count + lan;
}

static int host_node(const struct sim_net *net, uint16_t host)
{
	return net->topo.router_count + net->topo.lan_count + host;
}

static struct html_place place_of(const struct sim_net *net, uint16_t lan, uint16_t sender,
				  uint16_t port, uint16_t host)
{
	if (port == SIM_NONE)
		return (struct html_place){ link_node(net, lan), host_node(net, host), HTML_NONE };
	return (struct html_place){ link_node(net, lan), sender, port };
}

/* ---- Tables ---- */

static const char *port_name(const void *ctx, uint16_t link)
{
	const struct sim_box *box = ctx;

	return link < box->port_count ? box->ports[link].name : "?";
}

static void put_ports(const struct sim_net *net, const struct html_view *view, uint16_t router)
{
	const struct sim_box *box = &net->topo.routers[router];

	for (uint16_t p = 0; p < box->port_count; p++) {
		const struct sim_port *port = &box->ports[p];

		html_tables_interface(view, &(struct html_interface){
						    .link = p,
						    .name = port->name,
						    .state = !port->is_up   ? "down"
							     : port->is_cut ? "cut"
									    : "up",
						    .link_name = net->topo.lans[port->lan].name,
						    .addr = sim_topo_addr(&net->topo, net->family,
									  port->lan, port->host),
						    .cost = port->cost,
					    });
	}
}

static void put_router(struct html_sim *sim, const struct sim_net *net, uint16_t router)
{
	const struct sim_node *node = &net->nodes[router];
	const struct html_view view = { .run = sim->run,
					.core = node->router.core,
					.family = net->family,
					.now = net->now,
					.ctx = &net->topo.routers[router],
					.link_name = port_name };

	html_run_at(sim->run, net->now);
	html_run_tables(sim->run, router);
	html_run_row(sim->run, HTML_TABLE_STATE, "");
	html_run_cell(sim->run, "%s", node->router.core ? "running" : "not running");
	html_run_cell(sim->run, "%s", node->is_powered ? "on" : "off");
	put_ports(net, &view, router);
	html_tables_core(&view, net->topo.routers[router].port_count);
	for (const struct sim_entry *entry = node->router.entries; entry; entry = entry->hh.next)
		html_tables_mroute(&view, &entry->route);
	html_run_tables_end(sim->run);
}

static void put_link(struct html_sim *sim, const struct sim_net *net, uint16_t index)
{
	const struct sim_lan *lan = &net->topo.lans[index];

	html_run_tables(sim->run, link_node(net, index));
	html_run_row(sim->run, HTML_TABLE_LINK, "");
	html_run_cell(sim->run, "%u us", lan->delay_us);
	html_run_cell(sim->run, "%u us", lan->jitter_us);
	html_run_cell(sim->run, "%.1f %%", lan->loss_pm / 10.0);
	html_run_cell(sim->run, "%.1f %%", lan->dup_pm / 10.0);
	html_run_cell(sim->run, "%u", lan->mtu);
	html_run_tables_end(sim->run);
}

static void put_groups(struct html_sim *sim, const struct sim_net *net, uint32_t groups)
{
	char text[200] = "";

	for (uint16_t g = 0; g < SIM_GROUPS_MAX; g++) {
		const struct ip_addr group = sim_topo_group(net->family, g);
		size_t used = strlen(text);

		if (groups >> g & 1)
			(void)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "",
				       ip_addr_text(&group).s);
	}
	html_run_cell(sim->run, "%s", text[0] ? text : "-");
}

static void put_host(struct html_sim *sim, const struct sim_net *net, uint16_t index)
{
	const struct sim_host *host = &net->topo.hosts[index];
	const struct ip_addr addr =
		sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr;

	html_run_tables(sim->run, host_node(net, index));
	html_run_row(sim->run, HTML_TABLE_HOST, "");
	html_run_cell(sim->run, "%s", ip_addr_text(&addr).s);
	html_run_cell(sim->run, "%s", host->is_unplugged ? "unplugged" : "plugged");
	put_groups(sim, net, host->joined);
	put_groups(sim, net, host->sending);
	html_run_tables_end(sim->run);
}

static void put_all(struct html_sim *sim, const struct sim_net *net)
{
	html_run_at(sim->run, net->now);
	for (uint16_t i = 0; i < net->topo.router_count; i++)
		put_router(sim, net, i);
	for (uint16_t i = 0; i < net->topo.lan_count; i++)
		put_link(sim, net, i);
	for (uint16_t i = 0; i < net->topo.host_count; i++)
		put_host(sim, net, i);
}

/* ---- Events ---- */

/* Who has an address on a link; HTML_NONE: none there, or it is for a group. */
static int node_of(const struct sim_net *net, uint16_t lan, const struct ip_addr *addr)
{
	const struct sim_topo *topo = &net->topo;

	if (ip_addr_is_multicast(addr))
		return HTML_NONE;
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			if (topo->routers[i].ports[p].lan == lan &&
			    topo->routers[i].ports[p].host == addr->b[15])
				return i;
	return HTML_NONE;
}

static void on_frame(void *ctx, const struct sim_net *net, const struct sim_frame *frame)
{
	struct html_sim *sim = ctx;
	const struct html_place place =
		place_of(net, frame->lan, frame->sender, frame->port, frame->sender);
	struct html_message message;

	sim->is_put = true;
	html_message_read(sim->run, &frame->sent, &message);
	html_run_at(sim->run, net->now);
	html_run_message(sim->run, &place, node_of(net, frame->lan, &frame->sent.dst), &message);
}

static int tree_of(const struct html_sim *sim, const struct sim_net *net,
		   const struct sim_packet *packet)
{
	const struct sim_host *host = &net->topo.hosts[packet->host];
	const struct ip_addr source =
		sim_topo_subnet(&net->topo, net->family, host->lan, host->host).addr;
	const struct ip_addr group = sim_topo_group(net->family, packet->group);

	return html_run_tree(sim->run, ip_addr_text(&source).s, ip_addr_text(&group).s);
}

/* Whether this copy is put down; the source's own decides for all of its packet. */
static bool is_due(struct html_sim *sim, const struct sim_copy *copy)
{
	const hp_time sent_at = copy->packet->sent_at;
	hp_time *packet_at = &sim->packet_at[copy->packet->host];

	if (!sim->packet_period ||
	    (sent_at >= sim->acted_at && sent_at < sim->acted_at + AFTER_ACTION))
		return true;
	if (copy->sender == SIM_NONE && sent_at >= *packet_at + sim->packet_period)
		*packet_at = sent_at;
	return sent_at == *packet_at;
}

static void on_packet(void *ctx, const struct sim_net *net, const struct sim_copy *copy)
{
	struct html_sim *sim = ctx;
	const struct html_place place =
		place_of(net, copy->lan, copy->sender, copy->port, copy->packet->host);

	sim->is_put = is_due(sim, copy);
	if (!sim->is_put)
		return;
	html_run_at(sim->run, net->now);
	html_run_packet(sim->run, &place, tree_of(sim, net, copy->packet), copy->ttl);
}

static void on_lost(void *ctx, const struct sim_net *net, const struct sim_item *receiver)
{
	struct html_sim *sim = ctx;

	if (sim->is_put)
		html_run_lost(sim->run,
			      receiver->is_host ? host_node(net, receiver->node) : receiver->node);
}

static void on_handled(void *ctx, const struct sim_net *net, uint16_t router)
{
	put_router(ctx, net, router);
}

void html_sim_thin(struct html_sim *sim, hp_time period)
{
	sim->packet_period = period;
}

void html_sim_note(struct html_sim *sim, const struct sim_net *net, enum html_note kind,
		   const char *text)
{
	html_run_at(sim->run, net->now);
	html_run_note(sim->run, kind, text, HTML_NONE);
}

void html_sim_acts(struct html_sim *sim, const struct sim_net *net, const struct action *action)
{
	char text[80];

	action_text(&net->topo, action, text, sizeof(text));
	html_sim_note(sim, net, HTML_ACTION, text);
	sim->acted_at = net->now;
}

void html_sim_acted(struct html_sim *sim, const struct sim_net *net)
{
	put_all(sim, net);
}

/* What is not as expected ends the run: html_sim_end(). */
void html_sim_expected(struct html_sim *sim, const struct sim_net *net, const struct step *step,
		       const struct check *check)
{
	char text[SCENARIO_WORD_LEN * 2 + 240];

	(void)snprintf(text, sizeof(text), "%s of %s: %.200s", step->question, step->subject,
		       step->expected);
	if (!check->kind)
		html_sim_note(sim, net, HTML_EXPECTATION, text);
}

static const char *protocol_of(const struct sim_topo *topo)
{
	bool has[PROTO_COUNT] = { false };

	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			for (unsigned int proto = 0; proto < PROTO_COUNT; proto++)
				has[proto] |= topo->routers[i].ports[p].wants[proto];
	if (has[PROTO_HPIM] && has[PROTO_PIMDM])
		return "HPIM-DM and PIM-DM";
	return has[PROTO_PIMDM] ? "PIM-DM" : "HPIM-DM";
}

struct html_sim *html_sim_begin(const char *name, uint64_t seed, struct sim_net *net)
{
	const struct sim_topo *topo = &net->topo;
	struct html_sim *sim = calloc(1, sizeof(*sim));
	char seed_text[24];

	assert(sim);
	sim->run = html_run_new(name, html_tables, HTML_TABLE_COUNT);
	(void)snprintf(seed_text, sizeof(seed_text), "%" PRIu64, seed);
	html_run_fact(sim->run, "protocol", protocol_of(topo));
	html_run_fact(sim->run, "family", net->family == IP_FAMILY_4 ? "IPv4" : "IPv6");
	html_run_fact(sim->run, "seed", seed_text);
	for (uint16_t i = 0; i < topo->router_count; i++)
		(void)html_run_node(sim->run, HTML_ROUTER, topo->routers[i].name);
	for (uint16_t i = 0; i < topo->lan_count; i++)
		(void)html_run_node(sim->run, HTML_LINK, topo->lans[i].name);
	for (uint16_t i = 0; i < topo->host_count; i++) {
		(void)html_run_node(sim->run, HTML_HOST, topo->hosts[i].name);
		(void)html_run_port(sim->run, host_node(net, i), "",
				    link_node(net, topo->hosts[i].lan));
	}
	for (uint16_t i = 0; i < topo->router_count; i++)
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++)
			(void)html_run_port(sim->run, i, topo->routers[i].ports[p].name,
					    link_node(net, topo->routers[i].ports[p].lan));
	put_all(sim, net);
	sim_net_tap(net, &(struct sim_net_tap){ .ctx = sim,
						.frame = on_frame,
						.packet = on_packet,
						.lost = on_lost,
						.handled = on_handled });
	return sim;
}

struct html_run *html_sim_end(struct html_sim *sim, const struct sim_net *net,
			      const struct check *check)
{
	struct html_run *run = sim->run;

	put_all(sim, net);
	if (check && check->kind)
		html_run_note(run, HTML_VIOLATION, check->text, HTML_NONE);
	if (check)
		html_run_fact(run, "result", check_names[check->kind]);
	free(sim);
	return run;
}
