// SPDX-License-Identifier: GPL-2.0-only
/*
 * Group membership, the router side of IGMPv2 and MLDv1. This file turns packets and timers into
 * events, looks them up in gm_table.c and performs the actions. What differs between the families
 * is data of gm_family.c; what a change of membership means to a tree is the routing protocol's.
 * Source: description of HPIM-DM, section 6; RFC 2236; RFC 2710.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/hash.h"
#include "core/core_int.h"
#include "core/gm.h"
#include "core/gm_family.h"

struct gm_group {
	struct ip_addr addr;
	struct gm_if *gm;
	enum gm_state state;
	struct ip_addr last_reporter;
	struct timer timer, v1_timer, rxmt_timer;
	UT_hash_handle hh;
};

struct gm_if {
	uint16_t link;
	const struct gm_family *family;
	enum gm_role role;
	struct ip_addr querier;       /* this router, or the lower address last heard */
	unsigned int startup_queries; /* still to be sent */
	struct timer query_timer, other_timer;
	struct gm_group *groups; /* only those that have members */
	bool is_limit_noted;
};

/* Whoever starts gm stops it before the interface loses its address. */
static const struct ip_addr *own_addr(const struct core *core, const struct gm_if *gm)
{
	const struct ip_addr *addr = link_addr(&core->links[gm->link], gm->family->family);

	assert(addr);
	return addr;
}

static void query_send(struct core *core, const struct gm_if *gm, const struct ip_addr *dst,
		       const struct ip_addr *group, hp_time max_response)
{
	const struct ip_addr *src = own_addr(core, gm);
	const struct gm_msg msg = {
		.type = GM_QUERY,
		.version = gm->family->version,
		.group = *group,
		.max_response = max_response,
	};
	struct core_effect effect = {
		.kind = FX_SEND,
		.send = { .link = gm->link, .proto = PROTO_GM, .src = *src, .dst = *dst },
	};
	uint8_t bytes[GM_MSG_LEN_MAX];

	effect.send.bytes = bytes;
	effect.send.len = gm->family->encode(&msg, src, dst, bytes, sizeof(bytes));
	assert(effect.send.len > 0);
	core_fx(core, &effect);
}

/* ---- Querier election, 6.3 ---- */

/* RFC 2236, section 3: the first queries after the start follow each other faster. */
static void general_query_send(struct core *core, struct gm_if *gm)
{
	const struct gm_family *family = gm->family;

	query_send(core, gm, &family->all_nodes, &family->any, family->query_response_interval);
	if (gm->startup_queries > 0)
		gm->startup_queries--;
	core_timer_arm(core, &gm->query_timer,
		       gm->startup_queries > 0 ? family->startup_query_interval
					       : family->query_interval);
}

static void role_act(struct core *core, struct gm_if *gm, unsigned int act)
{
	if (act & GM_ACT_STOP_QUERY) {
		timer_stop(&core->sched, &gm->query_timer);
		gm->startup_queries = 0;
	}
	if (act & GM_ACT_TAKE_ROLE)
		gm->querier = *own_addr(core, gm);
	if (act & GM_ACT_NOTE_QUERIER)
		core_note(core, &(struct core_note){ .level = NOTE_INFO,
						     .code = NOTE_QUERIER,
						     .link = gm->link,
						     .a = gm->querier,
						     .v = { gm->role == GM_ROLE_QUERIER } });
	if (act & GM_ACT_SEND_GENERAL)
		general_query_send(core, gm);
	if (act & GM_ACT_ARM_OTHER)
		core_timer_arm(core, &gm->other_timer, gm->family->other_querier_interval);
}

static void role_handle(struct core *core, struct gm_if *gm, enum gm_role_event event)
{
	const struct gm_step *step = &gm_role_table[gm->role][event];

	assert(!(step->act & GM_ACT_NEVER));
	gm->role = step->next;
	role_act(core, gm, step->act);
}

static void query_timer_fire(struct core *core, struct timer *timer)
{
	role_handle(core, container_of(timer, struct gm_if, query_timer), GM_ROLE_EV_QUERY_TIMER);
}

static void other_timer_fire(struct core *core, struct timer *timer)
{
	role_handle(core, container_of(timer, struct gm_if, other_timer), GM_ROLE_EV_OTHER_TIMER);
}

/* ---- Groups, 6.4 to 6.6 ---- */

static struct gm_group *group_find(const struct gm_if *gm, const struct ip_addr *addr)
{
	struct gm_group *group;

	HASH_FIND(hh, gm->groups, addr, sizeof(*addr), group);
	return group;
}

static void group_free(struct core *core, struct gm_group *group)
{
	struct gm_if *gm = group->gm;

	timer_stop(&core->sched, &group->timer);
	timer_stop(&core->sched, &group->v1_timer);
	timer_stop(&core->sched, &group->rxmt_timer);
	HASH_DEL(gm->groups, group);
	free(group);
	gm->is_limit_noted = false;
}

static void membership_tell(struct core *core, const struct gm_group *group, enum note_code code)
{
	struct core_note note = {
		.level = NOTE_INFO,
		.code = code,
		.link = group->gm->link,
		.b = group->addr,
	};

	if (code == NOTE_GROUP_JOINED)
		note.a = group->last_reporter;
	core_note(core, &note);
	core_member_changed(core, group->gm->link, &group->addr);
}

/* RFC 2236, section 7, and RFC 2710, section 6: "start timer*" never makes the timer longer. */
static void timer_lower(struct core *core, struct gm_group *group, hp_time response)
{
	hp_time delay = response * group->gm->family->last_member_query_count;

	if (core->now + delay < group->timer.deadline)
		core_timer_arm(core, &group->timer, delay);
}

/* @response: how long hosts may take to answer the query which made the timer shorter. */
static void group_act(struct core *core, struct gm_group *group, unsigned int act, hp_time response)
{
	const struct gm_family *family = group->gm->family;

	if (act & GM_ACT_STOP_V1)
		timer_stop(&core->sched, &group->v1_timer);
	if (act & GM_ACT_STOP_RXMT)
		timer_stop(&core->sched, &group->rxmt_timer);
	if (act & GM_ACT_ARM_TIMER)
		core_timer_arm(core, &group->timer, family->membership_interval);
	if (act & GM_ACT_LOWER_TIMER)
		timer_lower(core, group, response);
	if (act & GM_ACT_ARM_V1)
		core_timer_arm(core, &group->v1_timer, family->membership_interval);
	if (act & GM_ACT_JOINED)
		membership_tell(core, group, NOTE_GROUP_JOINED);
	if (act & GM_ACT_LEFT)
		membership_tell(core, group, NOTE_GROUP_LEFT);
	if (act & GM_ACT_SEND_SPECIFIC) {
		query_send(core, group->gm, &group->addr, &group->addr,
			   family->last_member_query_interval);
		core_timer_arm(core, &group->rxmt_timer, family->last_member_query_interval);
	}
}

/* Frees @group when nobody is left. */
static void group_handle(struct core *core, struct gm_group *group, enum gm_event event,
			 hp_time response)
{
	const struct gm_step *step = &gm_group_table[group->gm->role][group->state][event];

	assert(!(step->act & GM_ACT_NEVER));
	group->state = step->next;
	group_act(core, group, step->act, response);
	if (group->state == GM_STATE_NO_MEMBERS)
		group_free(core, group);
}

static void group_timer_fire(struct core *core, struct timer *timer)
{
	group_handle(core, container_of(timer, struct gm_group, timer), GM_EV_TIMER, 0);
}

static void v1_timer_fire(struct core *core, struct timer *timer)
{
	group_handle(core, container_of(timer, struct gm_group, v1_timer), GM_EV_V1_TIMER, 0);
}

static void rxmt_timer_fire(struct core *core, struct timer *timer)
{
	group_handle(core, container_of(timer, struct gm_group, rxmt_timer), GM_EV_RXMT_TIMER, 0);
}

/* A group without members yet, or NULL when there is no room for it. */
static struct gm_group *group_new(struct core *core, struct gm_if *gm, const struct ip_addr *addr)
{
	struct gm_group *group;

	if (HASH_COUNT(gm->groups) >= core->limits.groups)
		return NULL;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->addr = *addr;
	group->gm = gm;
	timer_init(&group->timer, group_timer_fire);
	timer_init(&group->v1_timer, v1_timer_fire);
	timer_init(&group->rxmt_timer, rxmt_timer_fire);
	HASH_ADD(hh, gm->groups, addr, sizeof(group->addr), group);
	return group;
}

/* One note until a group goes away: a flood of reports must not become a flood of notes. */
static void group_refuse(struct core *core, struct gm_if *gm, const struct ip_addr *addr)
{
	if (gm->is_limit_noted)
		return;
	gm->is_limit_noted = true;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_GROUP_LIMIT,
					     .link = gm->link,
					     .b = *addr,
					     .v = { core->limits.groups } });
}

/* ---- Packets ---- */

/* The election comes first: a group-specific query counts for it too (6.3). */
static void query_receive(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			  const struct gm_msg *msg)
{
	const struct ip_addr *own = own_addr(core, gm);
	struct gm_group *group;

	if (ip_addr_equal(src, own))
		return; /* our own, heard back */
	if (ip_addr_compare(src, own) < 0) {
		gm->querier = *src;
		role_handle(core, gm, GM_ROLE_EV_LOWER_QUERY);
	} else {
		role_handle(core, gm, GM_ROLE_EV_OTHER_QUERY);
	}
	if (msg->max_response == 0)
		return; /* nobody could answer such a query in time */
	group = group_find(gm, &msg->group);
	if (group)
		group_handle(core, group, GM_EV_QUERY, msg->max_response);
}

static void report_receive(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			   const struct gm_msg *msg)
{
	bool is_v1 = gm->family->has_v1_hosts && msg->version == 1;
	struct gm_group *group = group_find(gm, &msg->group);

	if (!group)
		group = group_new(core, gm, &msg->group);
	if (!group) {
		group_refuse(core, gm, &msg->group);
		return;
	}
	group->last_reporter = *src;
	group_handle(core, group, is_v1 ? GM_EV_REPORT_V1 : GM_EV_REPORT, 0);
}

static void leave_receive(struct core *core, struct gm_if *gm, const struct gm_msg *msg)
{
	struct gm_group *group = group_find(gm, &msg->group);

	if (group)
		group_handle(core, group, GM_EV_LEAVE, gm->family->last_member_query_interval);
}

static void bad_note(struct core *core, const struct ev_packet *packet)
{
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_PACKET_BAD,
					     .link = packet->link,
					     .a = packet->src,
					     .v = { PROTO_GM, (uint32_t)packet->len } });
}

void gm_receive(struct core *core, struct gm_if *gm, const struct ev_packet *packet)
{
	const struct gm_family *family = gm->family;
	struct gm_msg msg;
	int err = family->decode(packet->bytes, packet->len, &packet->src, &packet->dst, &msg);

	if (err == -EPROTONOSUPPORT)
		return; /* versions 3 and 2 of the protocols: their speakers fall back */
	if (err || (family->needs_router_alert && !packet->has_router_alert)) {
		bad_note(core, packet);
		return;
	}
	switch (msg.type) {
	case GM_QUERY: query_receive(core, gm, &packet->src, &msg); break;
	case GM_REPORT: report_receive(core, gm, &packet->src, &msg); break;
	case GM_LEAVE: leave_receive(core, gm, &msg); break;
	}
}

/* ---- Interfaces ---- */

static void listen_tell(struct core *core, const struct gm_if *gm, enum core_effect_kind kind)
{
	for (unsigned int i = 0; i < GM_LISTEN_COUNT; i++)
		core_fx(core, &(struct core_effect){ .kind = kind,
						     .group = { .link = gm->link,
								.proto = PROTO_GM,
								.group = gm->family->listen[i] } });
}

struct gm_if *gm_start(struct core *core, uint16_t link, enum ip_family family)
{
	struct gm_if *gm = calloc(1, sizeof(*gm));

	if (!gm)
		return NULL;
	gm->link = link;
	gm->family = &gm_families[family];
	gm->startup_queries = gm->family->startup_query_count;
	timer_init(&gm->query_timer, query_timer_fire);
	timer_init(&gm->other_timer, other_timer_fire);
	listen_tell(core, gm, FX_JOIN);
	gm->role = GM_ROLE_QUERIER;
	role_act(core, gm, GM_ACT_TAKE_ROLE | GM_ACT_NOTE_QUERIER | GM_ACT_SEND_GENERAL);
	return gm;
}

void gm_stop(struct core *core, struct gm_if *gm)
{
	struct gm_group *group, *next;

	HASH_ITER (hh, gm->groups, group, next) {
		group->state = GM_STATE_NO_MEMBERS;
		group_act(core, group, GM_ACT_LEFT, 0);
		group_free(core, group);
	}
	timer_stop(&core->sched, &gm->query_timer);
	timer_stop(&core->sched, &gm->other_timer);
	listen_tell(core, gm, FX_LEAVE);
	free(gm);
}

bool gm_has_member(const struct gm_if *gm, const struct ip_addr *source,
		   const struct ip_addr *group)
{
	const struct gm_group *found = group_find(gm, group);

	(void)source; /* these versions ask for groups, not for sources */
	return found && found->state != GM_STATE_NO_MEMBERS;
}

struct gm_if_view gm_if_inspect(const struct gm_if *gm)
{
	return (struct gm_if_view){
		.link = gm->link,
		.family = gm->family->family,
		.is_querier = gm->role == GM_ROLE_QUERIER,
		.querier = gm->querier,
		.groups = HASH_COUNT(gm->groups),
	};
}

void gm_group_inspect(const struct core *core, const struct gm_if *gm,
		      bool (*each)(void *ctx, const struct gm_group_view *view), void *ctx)
{
	for (const struct gm_group *group = gm->groups; group; group = group->hh.next) {
		const struct gm_group_view view = {
			.link = gm->link,
			.group = group->addr,
			.state = gm->family->state_names[group->state],
			.last_reporter = group->last_reporter,
			.expires_in = group->timer.deadline - core->now,
		};

		if (!each(ctx, &view))
			return;
	}
}
