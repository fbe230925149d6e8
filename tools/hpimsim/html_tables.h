/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_TABLES_H
#define HPIMSIM_HTML_TABLES_H

/*
 * The tables of a router, with the columns of `hpimctl show`. A protocol that is added here has
 * rows in the same tables where these fit, and tables of its own where not.
 */
#include "core/core.h"
#include "hpimsim/html_run.h"

enum html_table_id {
	HTML_TABLE_STATE,
	HTML_TABLE_INTERFACES,
	HTML_TABLE_NEIGHBORS,
	HTML_TABLE_TREES,
	HTML_TABLE_TREE_INTERFACES,
	HTML_TABLE_MROUTES,
	HTML_TABLE_GROUPS,
	HTML_TABLE_LINK,
	HTML_TABLE_HOST,
	HTML_TABLE_COUNT,
};

extern const struct html_table html_tables[HTML_TABLE_COUNT];

/** struct html_view - A router as its tables need it. */
struct html_view {
	struct html_run *run;
	const struct core *core; /* NULL: its daemon does not run */
	enum ip_family family;
	hp_time now;
	const void *ctx;
	/* Name of an interface by link number. */
	const char *(*link_name)(const void *ctx, uint16_t link);
};

/** html_tables_core() - Rows of what a core knows; its interfaces are those below @links. */
void html_tables_core(const struct html_view *view, uint16_t links);

/** html_tables_mroute() - One entry of the forwarding table. */
void html_tables_mroute(const struct html_view *view, const struct mfib_route *route);

/** struct html_interface - What the core does not know of an interface. */
struct html_interface {
	uint16_t link;
	const char *name, *state, *link_name;
	struct ip_addr addr;
	uint32_t cost; /* 0: unknown */
};

void html_tables_interface(const struct html_view *view, const struct html_interface *interface);

#endif
