// SPDX-License-Identifier: GPL-2.0-only
/*
 * Group membership, the router side of IGMP and MLD: packets, the querier election and the
 * interface. What a report does to a group is membership/group.c's; what differs between the
 * families is data of membership/family.c; what a change of membership means to a tree is the
 * routing protocol's. Source: description of HPIM-DM, section 6; RFC 9776; RFC 3810.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/membership/gm_int.h"

const struct ip_addr *gm_own_addr(const struct core *core, const struct gm_if *gm)
{
	const struct ip_addr *addr = link_addr(&core->links[gm->link], gm->family->family);

	assert(addr);
	return addr;
}

/* ---- Querier election, 6.3 ---- */

/* RFC 9776, 8.6: the first queries after the start follow each other faster. */
static hp_time startup_interval(const struct gm_if *gm)
{
	return gm->settings->startup_query_interval_s
		       ? HP_SEC(gm->settings->startup_query_interval_s)
		       : gm->query_interval / 4;
}

static void general_query_send(struct core *core, struct gm_if *gm)
{
	gm_query_general(core, gm);
	if (gm->startup_queries > 0)
		gm->startup_queries--;
	gm->used = *gm->settings;
	core_timer_arm(core, &gm->query_timer,
		       gm->startup_queries > 0 ? startup_interval(gm) : gm->query_interval);
}

static void startup_begin(struct gm_if *gm)
{
	const struct gm_settings *settings = gm->settings;

	/* RFC 9776, 8.7 */
	gm->startup_queries = settings->startup_query_count ? settings->startup_query_count
							    : settings->robustness;
}

/*
 * What is taken over from a querier. RFC 9776, 8.1: the robustness should not be one. The interval
 * has a byte that stretches to nine hours: this router would be silent for as long. What is
 * configured here widens the bounds: the routers of a link should all be configured alike.
 */
#define ROBUSTNESS_MIN  2u
#define INTERVAL_MIN    HP_SEC(10)
#define INTERVAL_MAX    HP_SEC(250)
#define OTHER_TIMER_MAX HP_SEC(510) /* twice what the default numbers make */

static hp_time lower_of(hp_time a, hp_time b)
{
	return a < b ? a : b;
}

static hp_time higher_of(hp_time a, hp_time b)
{
	return a > b ? a : b;
}

/*
 * RFC 9776, 4.1.6 and 4.1.7; RFC 3810, 5.1.8 and 5.1.9: all routers of a link use the numbers of
 * its querier. Queries of older versions do not tell them.
 *
 * Return: whether they are in bounds. Differs: others are taken to the nearest that are. A router
 * that forgets a group too early asks before it does, and one that becomes querier too early sends
 * one query.
 */
static bool numbers_set(struct gm_if *gm, unsigned int robustness, hp_time query_interval)
{
	hp_time own = HP_SEC(gm->settings->query_interval_s);
	unsigned int wanted = robustness ? robustness : gm->settings->robustness;
	hp_time interval = query_interval ? query_interval : own;

	gm->robustness = wanted < ROBUSTNESS_MIN ? ROBUSTNESS_MIN : wanted;
	gm->query_interval = lower_of(higher_of(interval, lower_of(INTERVAL_MIN, own)),
				      higher_of(INTERVAL_MAX, own));
	return gm->robustness == wanted && gm->query_interval == interval;
}

/* RFC 9776, 8.5. */
static hp_time other_querier_interval(const struct gm_if *gm)
{
	const struct gm_settings *settings = gm->settings;
	hp_time half = gm_response_interval(gm) / 2;
	hp_time own = settings->robustness * HP_SEC(settings->query_interval_s) + half;

	return lower_of(gm->robustness * gm->query_interval + half,
			higher_of(OTHER_TIMER_MAX, own));
}

static void querier_note(struct core *core, const struct gm_if *gm)
{
	core_note(core, &(struct core_note){ .level = NOTE_INFO,
					     .code = NOTE_QUERIER,
					     .link = gm->link,
					     .a = gm->querier,
					     .v = { gm->role == GM_ROLE_QUERIER } });
}

static void role_act(struct core *core, struct gm_if *gm, unsigned int act)
{
	if (act & GM_ACT_STOP_QUERY) {
		timer_stop(&core->sched, &gm->query_timer);
		gm->startup_queries = 0;
	}
	if (act & GM_ACT_TAKE_ROLE) {
		gm->querier = *gm_own_addr(core, gm);
		(void)numbers_set(gm, 0, 0); /* our own are in bounds */
	}
	if (act & GM_ACT_NOTE_QUERIER)
		querier_note(core, gm);
	if (act & GM_ACT_SEND_GENERAL)
		general_query_send(core, gm);
	if (act & GM_ACT_ARM_OTHER)
		core_timer_arm(core, &gm->other_timer, other_querier_interval(gm));
}

static void role_handle(struct core *core, struct gm_if *gm, enum gm_role_event event)
{
	const struct gm_step *step = &gm_role_table[gm->role][event];

	assert(!(step->act & GM_ACT_NEVER));
	gm->role = step->next;
	role_act(core, gm, step->act);
}

/* Passive: no router asks the hosts of the link. */
static void querier_forget(struct core *core, struct gm_if *gm)
{
	gm->role = GM_ROLE_NON_QUERIER;
	gm->querier = (struct ip_addr){ .b = { 0 } };
	(void)numbers_set(gm, 0, 0); /* our own are in bounds */
	timer_stop(&core->sched, &gm->other_timer);
	role_act(core, gm, GM_ACT_STOP_QUERY);
}

static void query_timer_fire(struct core *core, struct timer *timer)
{
	role_handle(core, container_of(timer, struct gm_if, query_timer), GM_ROLE_EV_QUERY_TIMER);
}

static void other_timer_fire(struct core *core, struct timer *timer)
{
	struct gm_if *gm = container_of(timer, struct gm_if, other_timer);

	if (gm->is_passive)
		querier_forget(core, gm);
	else
		role_handle(core, gm, GM_ROLE_EV_OTHER_TIMER);
}

/* ---- Packets ---- */

/*
 * RFC 9776, 7.3.1; RFC 3810, 8.3.1: which version the queriers of a link speak is for people to
 * decide. One note in a query interval at most.
 */
static void version_check(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			  const struct gm_msg *query)
{
	if (query->version == gm->version || core->now < gm->version_note_at)
		return;
	gm->version_note_at = core->now + gm->query_interval;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_QUERIER_VERSION,
					     .link = gm->link,
					     .a = *src,
					     .v = { query->version, gm->version } });
}

/* A router with a lower address is querier, or another one than before. */
static void querier_take(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			 const struct gm_msg *query)
{
	bool is_other = gm->role != GM_ROLE_QUERIER && !ip_addr_equal(src, &gm->querier);

	gm->querier = *src;
	if (!numbers_set(gm, query->robustness, query->query_interval))
		gm_refuse(core, gm, src, GM_REFUSED_NUMBERS);
	role_handle(core, gm, GM_ROLE_EV_LOWER_QUERY);
	if (is_other)
		querier_note(core, gm);
}

/* The election comes first: a group-specific query counts for it too (6.3). */
static void query_receive(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			  const struct gm_msg *msg)
{
	struct gm_group *group;

	version_check(core, gm, src, msg);
	if (!gm->is_passive && ip_addr_compare(src, gm_own_addr(core, gm)) >= 0) {
		role_handle(core, gm, GM_ROLE_EV_OTHER_QUERY);
		return; /* it is not the querier, so its questions are not the link's */
	}
	querier_take(core, gm, src, msg);
	if (msg->max_response == 0)
		return; /* no host could answer such a query in time */
	group = gm_group_find(gm, &msg->group);
	if (group)
		gm_group_query_received(core, group, msg);
}

/* Also a leave: all that hosts say reads as records. */
static void report_receive(struct core *core, struct gm_if *gm, const struct ip_addr *src,
			   const struct gm_msg *msg)
{
	unsigned int age = (unsigned int)(gm->family->version - msg->version);
	struct gm_records records = gm_records_of(msg);
	struct gm_record record;

	while (gm_record_next(&records, &record))
		gm_group_record(core, gm, src, age, &record);
}

static void bad_note(struct core *core, const struct ev_packet *packet)
{
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_PACKET_BAD,
					     .link = packet->link,
					     .a = packet->src,
					     .v = { SOCKET_GM, (uint32_t)packet->len } });
}

/* What is no fault of its sender is counted, but not worth a line. */
void gm_refuse(struct core *core, const struct gm_if *gm, const struct ip_addr *host,
	       enum gm_refusal reason)
{
	core->links[gm->link].counters[gm->family->family].gm_refused[reason]++;
	if (reason == GM_REFUSED_NO_ADDRESS || reason == GM_REFUSED_CHECK ||
	    reason == GM_REFUSED_POLICY)
		return;
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_GM_REFUSED,
					     .link = gm->link,
					     .a = *host,
					     .v = { reason } });
}

static bool is_own(const struct core *core, const struct gm_if *gm, const struct ip_addr *addr)
{
	const struct ev_link *info = &core->links[gm->link].info;
	unsigned int i = 0;

	while (i < info->addr_count && !ip_addr_equal(addr, &info->addrs[i].addr))
		i++;
	return i < info->addr_count;
}

/*
 * RFC 9776, 4.1.12 and 4.2.14; RFC 3810, 5.1.15 and 5.2.14: every address of the interface. What
 * hosts and routers are said to use are a few of them.
 */
static bool is_for_us(const struct core *core, const struct gm_if *gm, const struct ip_addr *dst,
		      const struct gm_msg *msg)
{
	const struct gm_family *family = gm->family;

	if (!ip_addr_is_multicast(dst))
		return is_own(core, gm, dst);
	for (unsigned int i = 0; i < GM_LISTEN_COUNT; i++)
		if (ip_addr_equal(dst, &family->listen[i]))
			return true;
	return ip_addr_equal(dst, &family->all_nodes) || ip_addr_equal(dst, &msg->group);
}

/*
 * A query is an order to all routers of the link, so its sender must be one of them. Reports may
 * come from hosts without an address (RFC 9776, 4.2.13), of another subnet, and of switches that
 * speak for hosts; by unicast they could come from anywhere.
 */
static bool is_of_link(const struct core *core, const struct gm_if *gm,
		       const struct ev_packet *packet, const struct gm_msg *msg)
{
	const struct ip_addr *src = &packet->src;

	if (gm->family->needs_link_local && !ip_addr_is_link_local(src))
		return false;
	if (msg->type == GM_QUERY)
		return link_is_connected_to(&core->links[gm->link], src) && !is_own(core, gm, src);
	return ip_addr_is_multicast(&packet->dst) || ip_addr_is_any(src) ||
	       link_is_connected_to(&core->links[gm->link], src);
}

/* Why a message does not count; GM_REFUSAL_COUNT: it does. */
static enum gm_refusal judge(const struct core *core, const struct gm_if *gm,
			     const struct ev_packet *packet, const struct gm_msg *msg)
{
	const struct gm_family *family = gm->family;

	/*
	 * A query of a switch takes no part in the election: RFC 4541, 2.1.1; a host without an
	 * address reports to the switches only: RFC 3810, 5.2.13, RFC 3590, 4.
	 */
	if (ip_addr_is_any(&packet->src) && (msg->type == GM_QUERY || family->needs_link_local))
		return GM_REFUSED_NO_ADDRESS;
	if (family->needs_hop_limit_1 && packet->ttl != 1)
		return GM_REFUSED_HOP_LIMIT;
	if (family->needs_router_alert && !packet->has_router_alert)
		return GM_REFUSED_ROUTER_ALERT;
	if (!is_of_link(core, gm, packet, msg))
		return GM_REFUSED_SOURCE;
	if (!is_for_us(core, gm, &packet->dst, msg))
		return GM_REFUSED_DESTINATION;
	return GM_REFUSAL_COUNT;
}

void gm_receive(struct core *core, struct gm_if *gm, const struct ev_packet *packet)
{
	struct gm_msg msg;
	enum gm_refusal refusal;
	int err = gm->family->decode(packet->bytes, packet->len, &packet->src, &packet->dst, &msg);

	if (err == -EPROTONOSUPPORT)
		return; /* other protocols that use IGMP's or ICMPv6's number */
	if (err || ip_addr_is_multicast(&packet->src)) {
		bad_note(core, packet);
		return;
	}
	refusal = judge(core, gm, packet, &msg);
	if (refusal != GM_REFUSAL_COUNT) {
		gm_refuse(core, gm, &packet->src, refusal);
		return;
	}
	core_count_message(core, gm->link, gm->family->family, message_of_gm(&msg),
			   MESSAGE_RECEIVED);
	if (msg.type == GM_QUERY)
		query_receive(core, gm, &packet->src, &msg);
	else
		report_receive(core, gm, &packet->src, &msg);
}

/* ---- Interfaces ---- */

static void listen_tell(struct core *core, const struct gm_if *gm, enum core_effect_kind kind)
{
	for (unsigned int i = 0; i < GM_LISTEN_COUNT; i++)
		core_fx(core, &(struct core_effect){ .kind = kind,
						     .group = { .link = gm->link,
								.socket = SOCKET_GM,
								.group = gm->family->listen[i] } });
}

/* With or without a role in the election. */
static void begin(struct core *core, struct gm_if *gm)
{
	if (gm->is_passive) {
		querier_forget(core, gm);
		return;
	}
	startup_begin(gm);
	timer_stop(&core->sched, &gm->other_timer);
	gm->role = GM_ROLE_QUERIER;
	role_act(core, gm, GM_ACT_TAKE_ROLE | GM_ACT_NOTE_QUERIER | GM_ACT_SEND_GENERAL);
}

struct gm_if *gm_start(struct core *core, uint16_t link, enum ip_family family)
{
	struct gm_if *gm = calloc(1, sizeof(*gm));

	if (!gm)
		return NULL;
	gm->link = link;
	gm->family = &gm_families[family];
	gm->hash_key = &core->hash_key;
	gm->version = gm->family->version;
	gm->settings = &core->links[link].settings.gm[family];
	timer_init(&gm->query_timer, query_timer_fire);
	timer_init(&gm->other_timer, other_timer_fire);
	timer_init(&gm->merged_timer, gm_merged_fire);
	listen_tell(core, gm, FX_JOIN);
	gm->is_passive = core->links[link].is_gm_passive[family];
	begin(core, gm);
	return gm;
}

void gm_stop(struct core *core, struct gm_if *gm)
{
	struct gm_group *group, *next;

	HASH_ITER (hh, gm->groups, group, next)
		gm_group_end(core, group);
	timer_stop(&core->sched, &gm->query_timer);
	timer_stop(&core->sched, &gm->other_timer);
	timer_stop(&core->sched, &gm->merged_timer);
	listen_tell(core, gm, FX_LEAVE);
	assert(!gm->hosts && !gm->source_count);
	free(gm);
}

int gm_set_version(struct core *core, struct gm_if *gm, uint8_t version)
{
	uint8_t newest = gm->family->version;

	if (version > newest || version + 1 < newest)
		return -EINVAL;
	if (version == gm->version)
		return 0;
	gm->version = version;
	gm->version_note_at = core->now;
	if (gm->role == GM_ROLE_QUERIER) {
		startup_begin(gm);
		general_query_send(core, gm);
	}
	return 0;
}

void gm_configure(struct core *core, struct gm_if *gm)
{
	const struct gm_settings *is = gm->settings, *was = &gm->used;

	if (gm->role != GM_ROLE_QUERIER ||
	    (is->robustness == was->robustness && is->query_interval_s == was->query_interval_s &&
	     is->query_response_ms == was->query_response_ms))
		return;
	(void)numbers_set(gm, 0, 0); /* our own are in bounds */
	for (struct gm_group *group = gm->groups; group; group = group->hh.next)
		gm_group_prolong(core, group);
	startup_begin(gm);
	general_query_send(core, gm);
}

void gm_review(struct core *core, struct gm_if *gm)
{
	struct gm_group *group, *next;

	HASH_ITER (hh, gm->groups, group, next)
		gm_group_review(core, group);
	if (gm->role != GM_ROLE_QUERIER)
		return;
	startup_begin(gm); /* who was denied reports again */
	general_query_send(core, gm);
}

void gm_ask(struct core *core, struct gm_if *gm)
{
	if (gm->role != GM_ROLE_QUERIER || gm->startup_queries > 0)
		return;
	startup_begin(gm);
	general_query_send(core, gm);
}

void gm_set_fast_leave(struct gm_if *gm, bool is_on)
{
	gm->is_fast_leave = is_on;
}

void gm_set_ssm_any_source(struct gm_if *gm, bool is_on)
{
	gm->is_ssm_any_source = is_on;
}

void gm_set_passive(struct core *core, struct gm_if *gm, bool is_on)
{
	if (gm->is_passive == is_on)
		return;
	gm->is_passive = is_on;
	gm->merged_queries = 0;
	begin(core, gm);
}

bool gm_has_member(const struct gm_if *gm, const struct ip_addr *source,
		   const struct ip_addr *group)
{
	const struct gm_group *found = gm_group_find(gm, group);

	return found && gm_forwards(found->mode, gm_source_held(gm_source_find(found, source)));
}

/* ---- Snapshots ---- */

hp_time gm_querier_expires_in(const struct core *core, const struct gm_if *gm)
{
	if (gm->is_passive)
		return HP_TIME_NEVER;
	return gm->role == GM_ROLE_QUERIER ? 0 : gm->other_timer.deadline - core->now;
}

struct gm_if_view gm_if_inspect(const struct gm_if *gm)
{
	return (struct gm_if_view){
		.link = gm->link,
		.family = gm->family->family,
		.version = gm->version,
		.is_querier = gm->role == GM_ROLE_QUERIER,
		.is_passive = gm->is_passive,
		.querier = gm->querier,
		.robustness = gm->robustness,
		.query_interval = gm->query_interval,
		.groups = HASH_COUNT(gm->groups),
		.sources = gm->source_count,
	};
}

static enum gm_state group_state(const struct core *core, const struct gm_group *group)
{
	unsigned int age = gm_group_age(core, group);

	if (group->mode == GM_MODE_INCLUDE)
		return GM_STATE_INCLUDE;
	if (age == 0)
		return GM_STATE_EXCLUDE;
	if (group->is_checking)
		return GM_STATE_CHECKING;
	return age == 1 ? GM_STATE_MEMBERS : GM_STATE_V1_MEMBERS;
}

/* Without a group timer, the group ends with its last source. */
static hp_time group_deadline(const struct gm_group *group)
{
	hp_time last = 0;

	if (group->mode == GM_MODE_EXCLUDE)
		return group->timer.deadline;
	for (const struct gm_source *source = group->sources; source; source = source->hh.next)
		if (source->timer.deadline > last)
			last = source->timer.deadline;
	return last;
}

void gm_group_inspect(const struct core *core, const struct gm_if *gm,
		      bool (*each)(void *ctx, const struct gm_group_view *view), void *ctx)
{
	for (const struct gm_group *group = gm->groups; group; group = group->hh.next) {
		const struct gm_group_view view = {
			.link = gm->link,
			.group = group->addr,
			.state = gm->family->state_names[group_state(core, group)],
			.last_reporter = group->last_reporter,
			.expires_in = group_deadline(group) - core->now,
			.wants_any = group->mode == GM_MODE_EXCLUDE,
			.sources = HASH_COUNT(group->sources),
		};

		if (!each(ctx, &view))
			return;
	}
}

void gm_source_inspect(const struct core *core, const struct gm_if *gm, const struct ip_addr *group,
		       bool (*each)(void *ctx, const struct gm_source_view *view), void *ctx)
{
	const struct gm_group *found = gm_group_find(gm, group);

	for (const struct gm_source *source = found ? found->sources : NULL; source;
	     source = source->hh.next) {
		bool is_wanted = gm_source_held(source) == GM_HELD_WANTED;
		const struct gm_source_view view = {
			.source = source->addr,
			.is_wanted = is_wanted,
			.expires_in = is_wanted ? source->timer.deadline - core->now : 0,
		};

		if (!each(ctx, &view))
			return;
	}
}
