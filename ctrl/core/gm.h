/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_H
#define CORE_GM_H

/*
 * Group membership, the router side of IGMP and MLD: querier election and the groups that have
 * members. One machine for both; gm_family.h says what differs.
 */
#include "core/event.h"

struct core;
struct gm_if; /* one interface and family */

/**
 * gm_start() - Become querier on an interface that has an address of @family.
 *
 * While it runs, link_addr() of the interface must not become NULL; after a change of that address
 * it is to be stopped and started again.
 *
 * Return: NULL when there is no memory.
 */
struct gm_if *gm_start(struct core *core, uint16_t link, enum ip_family family);

/** gm_stop() - Forget and free. Groups that had members are told to core_member_changed(). */
void gm_stop(struct core *core, struct gm_if *gm);

/** gm_receive() - A packet of PROTO_GM. Bad ones are noted (NOTE_PACKET_BAD) and dropped whole. */
void gm_receive(struct core *core, struct gm_if *gm, const struct ev_packet *packet);

/** gm_has_member() - Whether someone on this interface wants @group (from @source). */
bool gm_has_member(const struct gm_if *gm, const struct ip_addr *source,
		   const struct ip_addr *group);

/* Read-only snapshots for inspect.h. */
struct gm_if_view {
	uint16_t link;
	enum ip_family family;
	bool is_querier;
	struct ip_addr querier;
	uint32_t groups;
};

struct gm_group_view {
	uint16_t link;
	struct ip_addr group;
	const char *state; /* "MembersPresent", ...: description of HPIM-DM, 7.2 */
	struct ip_addr last_reporter;
	hp_time expires_in;
};

struct gm_if_view gm_if_inspect(const struct gm_if *gm);

/** gm_group_inspect() - Call @each for every group, in order of first report, until it says no. */
void gm_group_inspect(const struct core *core, const struct gm_if *gm,
		      bool (*each)(void *ctx, const struct gm_group_view *view), void *ctx);

#endif
