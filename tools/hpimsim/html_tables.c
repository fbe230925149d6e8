// SPDX-License-Identifier: GPL-2.0-only
/* What inspect.h shows of a core, as rows. Columns have the names of ctrl/mgmt/schema.c. */
#include "hpimsim/html_tables.h"

#include <string.h>

#include "base/addr_text.h"
#include "core/inspect.h"

const struct html_table html_tables[HTML_TABLE_COUNT] = {
	[HTML_TABLE_STATE] = { .id = "state", .title = "Router", .columns = { "daemon", "power" } },
	[HTML_TABLE_INTERFACES] = { .id = "interfaces",
				    .title = "Interfaces",
				    .command = "show interfaces",
				    .columns = { "interface", "state", "link", "address", "cost",
						 "protocols", "neighbors", "querier" } },
	[HTML_TABLE_NEIGHBORS] = { .id = "neighbors",
				   .title = "Neighbors",
				   .command = "show neighbors",
				   .columns = { "interface", "address", "state", "hold_s",
						"expires", "boot_time", "my_snapshot_sn",
						"neighbor_snapshot_sn", "checkpoint_sn", "uptime",
						"gen_id" },
				   .until = "expires",
				   .since = "uptime" },
	[HTML_TABLE_TREES] = { .id = "trees",
			       .title = "Trees",
			       .command = "show trees",
			       .columns = { "source", "group", "state", "role", "input", "upstream",
					    "preference", "metric", "in_tree", "outputs",
					    "protocol" } },
	[HTML_TABLE_TREE_INTERFACES] = { .id = "tree-interfaces",
					 .title = "Trees, by interface",
					 .command = "show trees -d",
					 .columns = { "source", "group", "interface", "role",
						      "assert", "interest", "member", "forwarding",
						      "best_upstream", "upstream_preference",
						      "upstream_metric", "downstream",
						      "protocol" } },
	[HTML_TABLE_MROUTES] = { .id = "mroutes",
				 .title = "Forwarding",
				 .command = "show mroutes",
				 .columns = { "source", "group", "input", "outputs" } },
	[HTML_TABLE_GROUPS] = { .id = "groups",
				.title = "Groups",
				.command = "show groups",
				.columns = { "interface", "group", "state", "last_reporter",
					     "expires", "sources" },
				.until = "expires" },
	[HTML_TABLE_LINK] = { .id = "link",
			      .title = "Link",
			      .columns = { "delay", "jitter", "loss", "duplicates", "mtu" } },
	[HTML_TABLE_HOST] = { .id = "host",
			      .title = "Host",
			      .columns = { "address", "cable", "member_of", "sends_to" } },
};

struct text {
	char s[200];
	size_t used;
};

static void add_word(struct text *text, const char *word)
{
	int more = snprintf(text->s + text->used, sizeof(text->s) - text->used, "%s%s",
			    text->used ? " " : "", word);

	text->used += (size_t)more;
	if (text->used >= sizeof(text->s))
		text->used = sizeof(text->s) - 1;
}

static struct text links_text(const struct html_view *view, const struct ifset *links)
{
	struct text text = { .s = "-" };

	ifset_for_each (link, links)
		add_word(&text, view->link_name(view->ctx, (uint16_t)link));
	return text;
}

static const char *link_text(const struct html_view *view, uint16_t link)
{
	return link == LINK_NONE ? "-" : view->link_name(view->ctx, link);
}

static void addr_cell(const struct html_view *view, const struct ip_addr *addr)
{
	html_run_cell(view->run, "%s", ip_addr_text(addr).s);
}

static void flag_cell(const struct html_view *view, bool flag)
{
	html_run_cell(view->run, "%s", flag ? "yes" : "no");
}

/* @more: tells rows of the same (S,G) apart: a border router has a tree of each protocol. */
static void key_row(const struct html_view *view, enum html_table_id table,
		    const struct mfib_key *key, unsigned int more)
{
	char text[2 * ADDR_TEXT_LEN + 16];

	(void)snprintf(text, sizeof(text), "%s %s %u", ip_addr_text(&key->source).s,
		       ip_addr_text(&key->group).s, more);
	html_run_row(view->run, table, text);
	addr_cell(view, &key->source);
	addr_cell(view, &key->group);
}

static void addr_row(const struct html_view *view, enum html_table_id table,
		     const struct ip_addr *addr, uint16_t link)
{
	char text[ADDR_TEXT_LEN + 16];

	(void)snprintf(text, sizeof(text), "%s %u", ip_addr_text(addr).s, link);
	html_run_row(view->run, table, text);
	html_run_cell(view->run, "%s", view->link_name(view->ctx, link));
	addr_cell(view, addr);
}

/* A time that lies ahead; HP_TIME_NEVER: none. */
static hp_time ahead(const struct html_view *view, hp_time in)
{
	return in == HP_TIME_NEVER ? HP_TIME_NEVER : view->now + in;
}

/* What only HPIM-DM knows of its neighbors. */
static void hpim_cell(const struct html_view *view, const struct inspect_neighbor *neighbor,
		      uint32_t number)
{
	if (neighbor->proto == PROTO_HPIM)
		html_run_cell(view->run, "%u", number);
	else
		html_run_cell(view->run, "%s", "");
}

static bool on_neighbor(void *ctx, const struct inspect_neighbor *neighbor)
{
	const struct html_view *view = ctx;

	addr_row(view, HTML_TABLE_NEIGHBORS, &neighbor->addr, neighbor->link);
	html_run_cell(view->run, "%s", neighbor->state);
	html_run_cell(view->run, "%u", neighbor->hold_s);
	html_run_time(view->run, ahead(view, neighbor->expires_in));
	hpim_cell(view, neighbor, neighbor->boot_time);
	hpim_cell(view, neighbor, neighbor->my_snapshot_sn);
	hpim_cell(view, neighbor, neighbor->neighbor_snapshot_sn);
	hpim_cell(view, neighbor, neighbor->checkpoint_sn);
	html_run_time(view->run, view->now - neighbor->since_for);
	if (neighbor->has_gen_id)
		html_run_cell(view->run, "%08x", neighbor->gen_id);
	return true;
}

static bool on_tree(void *ctx, const struct inspect_tree *tree)
{
	const struct html_view *view = ctx;

	key_row(view, HTML_TABLE_TREES, &tree->key, tree->proto);
	html_run_cell(view->run, "%s", tree->state);
	html_run_cell(view->run, "%s", tree->is_originator ? "originator" : "non-originator");
	/* A local source has no root interface. */
	html_run_cell(view->run, "%s",
		      link_text(view, tree->root == LINK_NONE && tree->is_originator ? tree->iif
										     : tree->root));
	addr_cell(view, &tree->upstream);
	html_run_cell(view->run, "%u", tree->preference);
	html_run_cell(view->run, "%u", tree->metric);
	flag_cell(view, tree->in_tree);
	html_run_cell(view->run, "%s", links_text(view, &tree->oifs).s);
	html_run_cell(view->run, "%s", inspect_protocol_name(tree->proto));
	return true;
}

static const char *assert_text(const struct inspect_tree_if *tif)
{
	if (tif->proto == PROTO_PIMDM)
		return tif->assert_state;
	if (tif->is_root)
		return "-";
	return tif->is_winner ? "winner" : "loser";
}

static bool on_tree_if(void *ctx, const struct inspect_tree_if *tif)
{
	const struct html_view *view = ctx;

	key_row(view, HTML_TABLE_TREE_INTERFACES, &tif->key, tif->link * PROTO_COUNT + tif->proto);
	html_run_cell(view->run, "%s", view->link_name(view->ctx, tif->link));
	html_run_cell(view->run, "%s", tif->is_root ? "root" : "non-root");
	html_run_cell(view->run, "%s", assert_text(tif));
	flag_cell(view, tif->has_interest);
	flag_cell(view, tif->has_member);
	flag_cell(view, tif->is_forwarding);
	addr_cell(view, &tif->best_upstream);
	if (ip_addr_is_set(&tif->best_upstream)) {
		html_run_cell(view->run, "%u", tif->upstream_preference);
		html_run_cell(view->run, "%u", tif->upstream_metric);
	} else {
		html_run_cell(view->run, "-");
		html_run_cell(view->run, "-");
	}
	html_run_cell(view->run, "%s", tif->proto == PROTO_PIMDM ? tif->downstream : "");
	html_run_cell(view->run, "%s", inspect_protocol_name(tif->proto));
	return true;
}

static bool on_group(void *ctx, const struct gm_group_view *group)
{
	const struct html_view *view = ctx;

	addr_row(view, HTML_TABLE_GROUPS, &group->group, group->link);
	html_run_cell(view->run, "%s", group->state);
	addr_cell(view, &group->last_reporter);
	html_run_time(view->run, ahead(view, group->expires_in));
	if (group->wants_any)
		html_run_cell(view->run, "*");
	else
		html_run_cell(view->run, "%u", group->sources);
	return true;
}

void html_tables_core(const struct html_view *view, uint16_t links)
{
	struct html_view copy = *view; /* inspect.h wants pointers that are not const */

	if (!view->core)
		return;
	inspect_trees(view->core, view->family, on_tree, &copy);
	inspect_tree_ifs(view->core, view->family, on_tree_if, &copy);
	for (uint16_t link = 0; link < links; link++) {
		const struct gm_if *gm = inspect_membership(view->core, link, view->family);

		inspect_neighbors(view->core, link, view->family, on_neighbor, &copy);
		if (gm)
			gm_group_inspect(view->core, gm, on_group, &copy);
	}
}

void html_tables_mroute(const struct html_view *view, const struct mfib_route *route)
{
	key_row(view, HTML_TABLE_MROUTES, &route->key, 0);
	html_run_cell(view->run, "%s", link_text(view, route->iif));
	html_run_cell(view->run, "%s", links_text(view, &route->oifs).s);
}

void html_tables_interface(const struct html_view *view, const struct html_interface *interface)
{
	static const struct {
		enum core_proto proto;
		const char *name;
	} protos[] = { { PROTO_HPIM, "hpim" }, { PROTO_PIMDM, "pim-dm" }, { PROTO_GM, "gm" } };
	const struct gm_if *gm = NULL;
	struct text running = { .s = "-" };

	for (size_t i = 0; view->core && i < sizeof(protos) / sizeof(protos[0]); i++)
		if (inspect_protocol_runs(view->core, interface->link, view->family,
					  protos[i].proto))
			add_word(&running, protos[i].name);
	if (view->core)
		gm = inspect_membership(view->core, interface->link, view->family);
	html_run_row(view->run, HTML_TABLE_INTERFACES, interface->name);
	html_run_cell(view->run, "%s", interface->name);
	html_run_cell(view->run, "%s", interface->state);
	html_run_cell(view->run, "%s", interface->link_name);
	addr_cell(view, &interface->addr);
	if (interface->cost)
		html_run_cell(view->run, "%u", interface->cost);
	else
		html_run_cell(view->run, "%s", "");
	html_run_cell(view->run, "%s", running.s);
	html_run_cell(view->run, "%u",
		      view->core ? inspect_neighbor_count(view->core, interface->link, view->family)
				 : 0);
	if (gm) {
		const struct ip_addr querier = gm_if_inspect(gm).querier;

		addr_cell(view, &querier);
	}
}
