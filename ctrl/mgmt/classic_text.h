/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_CLASSIC_TEXT_H
#define MGMT_CLASSIC_TEXT_H

/*
 * What a core knows of multicast routing, in the form that routers of other makers print it: of the
 * daemon (classic.h), and of a router in the simulator (hpimsim/tables.c). Of one family at a time.
 */
#include "core/mfib.h"

/** struct classic_text - Who prints. The functions get @ctx. */
struct classic_text {
	struct core *core;
	enum ip_family family;
	hp_time now;
	void *ctx;

	/* A line with its end. */
	void (*put)(void *ctx, const char *line);

	/* Name and address of an interface. */
	const char *(*link_name)(void *ctx, uint16_t link);
	struct ip_addr (*link_addr)(void *ctx, uint16_t link);

	/* Whether an interface is to be printed. */
	bool (*shows)(void *ctx, uint16_t link);

	/* Whether the forwarding plane has counted packets of an entry. */
	bool (*has_packets)(void *ctx, const struct mfib_key *key);
};

/** classic_text_legend(), classic_text_entry() - 'show ip mroute': its head, and an entry. */
void classic_text_legend(const struct classic_text *text);
void classic_text_entry(const struct classic_text *text, const struct mfib_entry *entry);

/** classic_text_interfaces() - 'show ip pim interface' */
void classic_text_interfaces(const struct classic_text *text);

/** classic_text_neighbors() - 'show ip pim neighbor' */
void classic_text_neighbors(const struct classic_text *text);

#endif
