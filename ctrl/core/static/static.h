/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_STATIC_H
#define CORE_STATIC_H

/*
 * Static multicast routes as a routing protocol without packets: CONFIG_STATIC_ROUTE adds and
 * deletes them, link numbers are the daemon's business. A route is in force while its input is
 * present, with those of its outputs that are present.
 */
#include "core/mrp.h"

/** static_flows_max() - How many sources the routes of any source of a family may have. */
uint32_t static_flows_max(const struct core *core);

/** static_flows_used() - How many they have now; @ret_refused: how often there was no place. */
uint32_t static_flows_used(const struct core *core, enum ip_family family, uint64_t *ret_refused);

/**
 * static_flow_count() - How many (S,G) a route has brought into the forwarding table.
 * @route: as configured; its outputs do not matter.
 */
uint32_t static_flow_count(const struct core *core, const struct static_route *route);

extern const struct mrp_ops static_ops;

#endif
