// SPDX-License-Identifier: GPL-2.0-only
/* The printer is that of the daemon; here is what it asks of a router. */
#include "hpimsim/tables.h"

#include "mgmt/classic_text.h"

struct printer {
	struct sim_net *net;
	uint16_t router;
	FILE *file;
};

static const struct sim_box *box_of(const struct printer *printer)
{
	return &printer->net->topo.routers[printer->router];
}

static void put(void *ctx, const char *line)
{
	const struct printer *printer = ctx;

	(void)fputs(line, printer->file); /* whoever opened the file looks for errors */
}

static const char *link_name(void *ctx, uint16_t link)
{
	return box_of(ctx)->ports[link].name;
}

static struct ip_addr link_addr(void *ctx, uint16_t link)
{
	const struct printer *printer = ctx;
	const struct sim_port *port = &box_of(printer)->ports[link];

	return sim_topo_addr(&printer->net->topo, printer->net->family, port->lan, port->host);
}

static bool shows(void *ctx, uint16_t link)
{
	return link < box_of(ctx)->port_count;
}

/* As the kernel's cache counts: a packet on the input, also of an entry without outputs. */
static bool has_packets(void *ctx, const struct mfib_key *key)
{
	const struct printer *printer = ctx;
	const struct sim_entry *entry =
		sim_router_entry(&printer->net->nodes[printer->router].router, key);

	return entry && entry->seen_at != HP_TIME_NEVER;
}

static void title(const struct printer *printer, const char *command)
{
	fprintf(printer->file, "== %.3f %s show %s %s\n", (double)printer->net->now / 1e9,
		box_of(printer)->name, printer->net->family == IP_FAMILY_4 ? "ip" : "ipv6",
		command);
}

static void routes_print(const struct classic_text *text)
{
	struct mfib_walk walk;
	struct mfib_entry entry;

	classic_text_legend(text);
	mfib_walk_begin(text->core, &walk);
	while (mfib_walk_next(text->core, &walk, &entry))
		classic_text_entry(text, &entry);
	mfib_walk_end(&walk);
}

void tables_print(struct sim_net *net, uint16_t router, FILE *file)
{
	struct printer printer = { .net = net, .router = router, .file = file };
	const struct classic_text text = { .core = net->nodes[router].router.core,
					   .family = net->family,
					   .now = net->now,
					   .ctx = &printer,
					   .put = put,
					   .link_name = link_name,
					   .link_addr = link_addr,
					   .shows = shows,
					   .has_packets = has_packets };

	if (!text.core)
		return;
	title(&printer, "pim interface");
	classic_text_interfaces(&text);
	title(&printer, "pim neighbor");
	classic_text_neighbors(&text);
	title(&printer, "mroute");
	routes_print(&text);
}
