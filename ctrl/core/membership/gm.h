/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_H
#define CORE_GM_H

/*
 * Group membership, the router side of IGMP and MLD: querier election and the groups that have
 * members. One machine for both; membership/family.h says what differs.
 */
#include "core/event.h"

struct core;
struct gm_if; /* one interface and family */

/**
 * gm_start() - Become querier, unless it is passive, on an interface that has an address of
 * @family.
 *
 * While it runs, link_addr() of the interface must not become NULL; after a change of that address
 * it is to be stopped and started again.
 *
 * Return: NULL when there is no memory.
 */
struct gm_if *gm_start(struct core *core, uint16_t link, enum ip_family family);

/** gm_stop() - Forget and free. Groups that had members are reported to core_member_changed(). */
void gm_stop(struct core *core, struct gm_if *gm);

/**
 * gm_receive() - A packet of SOCKET_GM.
 *
 * What is malformed is noted (NOTE_PACKET_BAD) and dropped whole; what its sender should not have
 * sent is noted and counted by its reason (enum gm_refusal).
 */
void gm_receive(struct core *core, struct gm_if *gm, const struct ev_packet *packet);

/**
 * gm_set_version() - Which queries this router sends: the newest version, or the one before.
 *
 * A router that sends older queries makes hosts fall back. What newer hosts say until then is
 * understood, but not asked for again.
 *
 * Return: 0, or -EINVAL. The default is the newest: IGMPv3 (3), MLDv2 (2).
 * Source: RFC 9776, 7.3.1; RFC 3810, 8.3.1.
 */
int gm_set_version(struct core *core, struct gm_if *gm, uint8_t version);

/**
 * gm_set_fast_leave() - Believe a leave at once, without queries, when only one host has ever
 * reported the group and no older host listens. Off by default; acts while this router is querier.
 */
void gm_set_fast_leave(struct gm_if *gm, bool is_on);

/**
 * gm_set_ssm_any_source() - Also count who asks for any source of an SSM group: records of mode
 * EXCLUDE, and reports of older hosts. Off by default: they are ignored and counted.
 *
 * Source: RFC 4604, 2.2.1 to 2.2.3.
 */
void gm_set_ssm_any_source(struct gm_if *gm, bool is_on);

/**
 * gm_set_passive() - Send no query, and never be querier: what hosts report to another router's
 * queries counts. Groups end by the querier's numbers and its own queries. Off by default.
 */
void gm_set_passive(struct core *core, struct gm_if *gm, bool is_on);

/**
 * gm_configure() - The settings of the interface may be other ones.
 *
 * Where this router is querier and its queries would say something else, it begins again with its
 * startup queries, so that hosts and routers know the new numbers in time.
 */
void gm_configure(struct core *core, struct gm_if *gm);

/**
 * gm_ask() - Another router has come to the link, which may have served hosts that this one knows
 * nothing of: where this router is querier, and not at its startup queries, it begins them again.
 */
void gm_ask(struct core *core, struct gm_if *gm);

/** gm_review() - The policy is another one: members that it denies end, and hosts are asked again.
 */
void gm_review(struct core *core, struct gm_if *gm);

/** gm_has_member() - Whether a host of the interface wants @group from @source. */
bool gm_has_member(const struct gm_if *gm, const struct ip_addr *source,
		   const struct ip_addr *group);

/* Read-only snapshots for inspect.h. */
struct gm_if_view {
	uint16_t link;
	enum ip_family family;
	uint8_t version; /* of the queries this router sends */
	bool is_querier, is_passive;
	struct ip_addr querier; /* unset: is_passive, and no querier was heard */
	unsigned int robustness;
	hp_time query_interval;
	uint32_t groups, sources; /* that have members; of all groups */
};

struct gm_group_view {
	uint16_t link;
	struct ip_addr group;
	const char *state; /* "Include", "Exclude"; with older hosts: description, 7.2 */
	struct ip_addr last_reporter;
	hp_time expires_in;
	bool wants_any; /* mode EXCLUDE: of each source but those that are excluded */
	uint32_t sources;
};

struct gm_source_view {
	struct ip_addr source;
	bool is_wanted; /* else it is excluded */
	hp_time expires_in;
};

struct gm_if_view gm_if_inspect(const struct gm_if *gm);

/** gm_sources_limit() - Sources of all groups of an interface. */
uint32_t gm_sources_limit(const struct gm_settings *settings);

/**
 * gm_querier_expires_in() - When this router becomes querier unless another asks; 0: it is;
 * HP_TIME_NEVER: it never does.
 */
hp_time gm_querier_expires_in(const struct core *core, const struct gm_if *gm);

/** gm_group_inspect() - Call @each for every group, in order of first report, until it says no. */
void gm_group_inspect(const struct core *core, const struct gm_if *gm,
		      bool (*each)(void *ctx, const struct gm_group_view *view), void *ctx);

/** gm_source_inspect() - The same for the sources of one group. */
void gm_source_inspect(const struct core *core, const struct gm_if *gm, const struct ip_addr *group,
		       bool (*each)(void *ctx, const struct gm_source_view *view), void *ctx);

#endif
