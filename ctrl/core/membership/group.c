// SPDX-License-Identifier: GPL-2.0-only
/*
 * One group on one interface: its filter mode, its sources, their timers. What a record does is in
 * membership/table.c; here it is done. Packets and the election are gm.c's.
 * Source: RFC 9776, section 6 and 7.3; RFC 3810, section 7 and 8.3.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/membership/gm_int.h"

struct gm_group *gm_group_find(const struct gm_if *gm, const struct ip_addr *addr)
{
	struct gm_group *group;

	hash_find(gm->hash_key, gm->groups, addr, group);
	return group;
}

struct gm_source *gm_source_find(const struct gm_group *group, const struct ip_addr *addr)
{
	struct gm_source *source;

	hash_find(group->gm->hash_key, group->sources, addr, source);
	return source;
}

static void timer_lower(struct core *core, struct timer *timer, hp_time delay)
{
	if (core->now + delay < timer->deadline)
		core_timer_arm(core, timer, delay);
}

static void members_changed(struct core *core, const struct gm_group *group)
{
	core_member_changed(core, group->gm->link, &group->addr);
}

/* ---- Sources ---- */

static void source_free(struct core *core, struct gm_source *source)
{
	struct gm_group *group = source->group;

	timer_stop(&core->sched, &source->timer);
	gm_host_discharge_source(source);
	HASH_DEL(group->sources, source);
	free(source);
}

static void source_timer_fire(struct core *core, struct timer *timer);

/* Noted once, then counted: a flood of records must not become a flood of notes. */
static void refuse(struct core *core, bool *is_noted, const struct core_note *note)
{
	if (*is_noted)
		core_count(core, note->link, ip_addr_family(&note->b), note->code);
	else
		core_note(core, note);
	*is_noted = true;
}

static void no_memory(struct core *core, const struct gm_if *gm, const struct ip_addr *source,
		      const struct ip_addr *group)
{
	core_note(core, &(struct core_note){ .level = NOTE_WARN,
					     .code = NOTE_NO_MEMORY,
					     .link = gm->link,
					     .a = *source,
					     .b = *group });
}

static void source_refuse(struct core *core, struct gm_group *group, const struct ip_addr *addr,
			  uint32_t limit)
{
	refuse(core, &group->is_limit_noted,
	       &(struct core_note){ .level = NOTE_WARN,
				    .code = NOTE_SOURCE_LIMIT,
				    .link = group->gm->link,
				    .a = *addr,
				    .b = group->addr,
				    .v = { limit } });
}

/* A host may fill one group in any case. */
uint32_t gm_sources_limit(const struct gm_settings *settings)
{
	uint32_t full = settings->groups / GM_GROUPS_PER_FULL;

	return settings->group_sources * (full > GM_HOST_PART ? full : GM_HOST_PART);
}

/* Make room for one more source that @host names. Return: whether there is room. */
static bool source_make_room(struct core *core, struct gm_group *group, const struct ip_addr *addr,
			     const struct ip_addr *host)
{
	uint32_t of_all = gm_sources_limit(group->gm->settings);
	struct gm_source *surplus;

	if (!gm_host_has_room(group->gm, host, of_all)) {
		source_refuse(core, group, addr, of_all);
		return false;
	}
	if (HASH_COUNT(group->sources) < group->gm->settings->group_sources)
		return true;
	surplus = gm_host_surplus_source(group, host);
	source_refuse(core, group, surplus ? &surplus->addr : addr,
		      group->gm->settings->group_sources);
	if (!surplus)
		return false;
	source_free(core, surplus);
	members_changed(core, group);
	return true;
}

/* A source of which nothing is known yet; NULL: refused, which is noted. */
static struct gm_source *source_new(struct core *core, struct gm_group *group,
				    const struct ip_addr *addr, const struct ip_addr *host)
{
	struct gm_source *source;

	if (!source_make_room(core, group, addr, host))
		return NULL;
	source = calloc(1, sizeof(*source));
	if (source) {
		source->addr = *addr;
		source->group = group;
	}
	if (!source || !gm_host_charge_source(source, host)) {
		free(source);
		no_memory(core, group->gm, addr, &group->addr);
		return NULL;
	}
	timer_init(&source->timer, source_timer_fire);
	hash_add(group->gm->hash_key, group->sources, addr, source);
	return source;
}

/* ---- Send Q(...), RFC 9776, 6.6.3 ---- */

/* Whether the only host that ever reported is the one that now leaves. */
static bool is_last_host(const struct core *core, const struct gm_group *group)
{
	return group->gm->is_fast_leave && !group->is_shared && gm_group_age(core, group) == 0;
}

/* Routers set to the older version have no query for a source; the group is asked for then. */
static void source_ask(struct core *core, struct gm_source *source)
{
	struct gm_group *group = source->group;
	struct gm_if *gm = group->gm;

	source->is_checking = true;
	/* The sources of one record are asked for together. */
	if (!group->is_query_due && !gm_check_take(core, gm)) {
		timer_lower(core, &source->timer, gm_merged_time(gm));
		return;
	}
	timer_lower(core, &source->timer, gm_last_member_time(gm));
	if (gm->version == gm->family->version)
		source->queries_left = gm_last_member_count(gm);
	else
		group->queries_left = gm_last_member_count(gm);
	group->is_query_due = true;
}

static void group_ask(struct core *core, struct gm_group *group)
{
	struct gm_if *gm = group->gm;

	group->is_checking = true;
	if (!gm_check_take(core, gm)) {
		timer_lower(core, &group->timer, gm_merged_time(gm));
		return;
	}
	timer_lower(core, &group->timer, gm_last_member_time(gm));
	group->queries_left = gm_last_member_count(gm);
	group->is_query_due = true;
}

/* 6.6.3.2: only for a source whose timer would outlive the queries. */
static void source_check(struct core *core, struct gm_source *source)
{
	struct gm_group *group = source->group;
	const struct gm_if *gm = group->gm;

	if (gm->role != GM_ROLE_QUERIER || gm->version != gm->family->version ||
	    source->timer.deadline - core->now <= gm_last_member_time(gm))
		return;
	if (is_last_host(core, group))
		core_timer_arm(core, &source->timer, 0);
	else
		source_ask(core, source);
}

/*
 * 6.6.3.1. Differs: while it is checked whether there are members, another leave changes nothing;
 * so says RFC 2236, section 7, and so a flood of leaves makes no flood of queries.
 */
static void group_check(struct core *core, struct gm_group *group)
{
	if (group->gm->role != GM_ROLE_QUERIER || group->is_checking)
		return;
	group->is_checking = true;
	if (is_last_host(core, group))
		timer_lower(core, &group->timer, 0);
	else
		group_ask(core, group);
}

/* Sends all that is due and arms the timer for the rest. */
static void queries_send(struct core *core, struct gm_group *group)
{
	bool is_more = false;

	group->is_query_due = false;
	gm_query_sources(core, group);
	for (struct gm_source *source = group->sources; source; source = source->hh.next) {
		source->queries_left -= source->queries_left > 0;
		is_more |= source->queries_left > 0;
	}
	if (group->queries_left > 0) {
		gm_query_group(core, group);
		group->queries_left--;
	}
	if (is_more || group->queries_left > 0)
		core_timer_arm(core, &group->rxmt_timer, gm_last_member_interval(group->gm));
}

/* With what else is due in this instant. */
static void queries_send_soon(struct core *core, struct gm_group *group)
{
	if (group->is_query_due)
		core_timer_arm(core, &group->rxmt_timer, 0);
}

static void rxmt_timer_fire(struct core *core, struct timer *timer)
{
	queries_send(core, container_of(timer, struct gm_group, rxmt_timer));
}

/*
 * RFC 9776, 6.3 and 6.5.
 *
 * Differs: a router that is not querier asks itself before it forgets a source, and a group: that
 * the querier asked, and that a member has received it, is only what a packet of a stranger says.
 */
static bool asks_first(const struct gm_if *gm)
{
	return gm->role != GM_ROLE_QUERIER && !gm->is_passive;
}

static void source_timer_fire(struct core *core, struct timer *timer)
{
	struct gm_source *source = container_of(timer, struct gm_source, timer);
	struct gm_group *group = source->group;

	if (asks_first(group->gm) && !source->is_checking) {
		source_ask(core, source);
		queries_send_soon(core, group);
		return;
	}
	source->is_checking = false;
	source->queries_left = 0;
	if (group->mode == GM_MODE_INCLUDE) {
		source_free(core, source);
		if (!group->sources) {
			gm_group_end(core, group);
			return;
		}
	}
	members_changed(core, group);
}

/* ---- Groups ---- */

static void group_note(struct core *core, const struct gm_group *group, enum note_code code)
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
}

static void group_free(struct core *core, struct gm_group *group)
{
	struct gm_if *gm = group->gm;
	struct gm_source *source, *next;

	HASH_ITER (hh, group->sources, source, next)
		source_free(core, source);
	timer_stop(&core->sched, &group->timer);
	timer_stop(&core->sched, &group->rxmt_timer);
	gm_host_discharge_group(group);
	HASH_DEL(gm->groups, group);
	free(group);
	gm->is_limit_noted = false;
}

void gm_group_end(struct core *core, struct gm_group *group)
{
	const struct ip_addr addr = group->addr;
	uint16_t link = group->gm->link;

	group_note(core, group, NOTE_GROUP_LEFT);
	group_free(core, group);
	core_member_changed(core, link, &addr);
}

void gm_group_review(struct core *core, struct gm_group *group)
{
	struct gm_source *source, *next;
	uint16_t link = group->gm->link;

	if (!gm_is_admitted(core, group)) {
		gm_group_end(core, group);
		return;
	}
	HASH_ITER (hh, group->sources, source, next)
		if (gm_source_held(source) == GM_HELD_WANTED &&
		    policy_denies(&core->policy, link, &source->addr, &group->addr))
			source_free(core, source);
	if (group->mode == GM_MODE_INCLUDE && !group->sources)
		gm_group_end(core, group);
	else
		members_changed(core, group);
}

/* RFC 9776, 6.5: no host wants all but some sources any longer, one may still want a few. */
static void group_timer_fire(struct core *core, struct timer *timer)
{
	struct gm_group *group = container_of(timer, struct gm_group, timer);
	struct gm_source *source, *next;

	if (asks_first(group->gm) && !group->is_checking) {
		group_ask(core, group);
		queries_send_soon(core, group);
		return;
	}
	group->mode = GM_MODE_INCLUDE;
	group->is_checking = false;
	group->queries_left = 0;
	HASH_ITER (hh, group->sources, source, next)
		if (gm_source_held(source) == GM_HELD_BLOCKED)
			source_free(core, source);
	if (group->sources)
		members_changed(core, group);
	else
		gm_group_end(core, group);
}

/* One note until a group goes away, unless it goes for another one. */
static void group_refuse(struct core *core, struct gm_if *gm, const struct ip_addr *addr)
{
	refuse(core, &gm->is_limit_noted,
	       &(struct core_note){ .level = NOTE_WARN,
				    .code = NOTE_GROUP_LIMIT,
				    .link = gm->link,
				    .b = *addr,
				    .v = { gm->settings->groups } });
}

/* In a full table a group of the host that holds most gives way. Return: whether there is room. */
static bool group_make_room(struct core *core, struct gm_if *gm, const struct ip_addr *addr,
			    const struct ip_addr *host)
{
	struct gm_group *surplus;
	bool is_noted;

	if (HASH_COUNT(gm->groups) < gm->settings->groups)
		return true;
	surplus = gm_host_surplus_group(gm, host);
	group_refuse(core, gm, surplus ? &surplus->addr : addr);
	if (!surplus)
		return false;
	is_noted = gm->is_limit_noted;
	gm_group_end(core, surplus);
	gm->is_limit_noted = is_noted;
	return true;
}

/* A group that no host wants yet; NULL: refused, which is noted. */
static struct gm_group *group_new(struct core *core, struct gm_if *gm, const struct ip_addr *addr,
				  const struct ip_addr *host)
{
	struct gm_group *group;

	if (!group_make_room(core, gm, addr, host))
		return NULL;
	group = calloc(1, sizeof(*group));
	if (group)
		group->gm = gm;
	if (!group || !gm_host_charge_group(group, host)) {
		free(group);
		no_memory(core, gm, host, addr);
		return NULL;
	}
	group->addr = *addr;
	timer_init(&group->timer, group_timer_fire);
	timer_init(&group->rxmt_timer, rxmt_timer_fire);
	hash_add(gm->hash_key, gm->groups, addr, group);
	return group;
}

static void timer_raise(struct core *core, struct timer *timer, hp_time delay)
{
	if (timer_runs(timer) && timer->deadline < core->now + delay)
		core_timer_arm(core, timer, delay);
}

void gm_group_prolong(struct core *core, struct gm_group *group)
{
	hp_time interval = gm_membership_interval(group->gm);

	if (!group->is_checking)
		timer_raise(core, &group->timer, interval);
	for (struct gm_source *source = group->sources; source; source = source->hh.next)
		if (!source->is_checking)
			timer_raise(core, &source->timer, interval);
}

unsigned int gm_group_age(const struct core *core, const struct gm_group *group)
{
	unsigned int age = GM_AGE_MAX;

	while (age > 0 && core->now >= group->older_until[age - 1])
		age--;
	return age;
}

/* ---- Records ---- */

/* What the rule says to the sources of a group; returns what is known of this one then. */
static enum gm_held source_act(struct core *core, struct gm_source *source, unsigned int act)
{
	struct gm_group *group = source->group;

	assert(!(act & GM_SRC_NEVER));
	if (act & GM_SRC_DROP) {
		source_free(core, source);
		return GM_HELD_NOT;
	}
	if (act & (GM_SRC_WANT | GM_SRC_WANT_GROUP))
		source->is_checking = false;
	if (act & GM_SRC_WANT)
		core_timer_arm(core, &source->timer, gm_membership_interval(group->gm));
	if (act & GM_SRC_WANT_GROUP)
		timer_arm(&core->sched, &source->timer, group->timer.deadline);
	if (act & GM_SRC_QUERY)
		source_check(core, source);
	return gm_source_held(source); /* GM_SRC_BLOCK: a new one has no timer running */
}

static bool known_apply(struct core *core, struct gm_group *group, const struct ip_addr *host,
			const struct gm_rule *rule, const struct gm_record *record)
{
	struct gm_source *source, *next;
	bool is_changed = false;

	for (uint16_t i = 0; i < record->source_count; i++) {
		const struct ip_addr addr = gm_source_at(&group->addr, record->sources, i);

		source = gm_source_find(group, &addr);
		if (!source)
			continue;
		source->is_named = true;
		gm_host_names_source(source, host);
	}
	HASH_ITER (hh, group->sources, source, next) {
		const uint8_t *acts = source->is_named ? rule->named : rule->unnamed;
		enum gm_held old = gm_source_held(source), new;

		source->is_named = false;
		new = source_act(core, source, acts[old]);
		is_changed |= gm_forwards(rule->next, old) != gm_forwards(rule->next, new);
	}
	return is_changed;
}

static bool unknown_apply(struct core *core, struct gm_group *group, const struct ip_addr *host,
			  const struct gm_rule *rule, const struct gm_record *record)
{
	unsigned int act = rule->named[GM_HELD_NOT];
	bool is_changed = false;

	for (uint16_t i = 0; i < record->source_count && !(act & GM_SRC_DROP); i++) {
		const struct ip_addr addr = gm_source_at(&group->addr, record->sources, i);
		struct gm_source *source;
		enum gm_held new;

		if (gm_source_find(group, &addr))
			continue; /* known before, or named twice */
		if (act & (GM_SRC_WANT | GM_SRC_WANT_GROUP) &&
		    !gm_admit_source(core, group, host, &addr))
			continue;
		source = source_new(core, group, &addr, host);
		if (!source)
			break; /* nor is there room for the others */
		new = source_act(core, source, act);
		is_changed |= gm_forwards(rule->next, GM_HELD_NOT) != gm_forwards(rule->next, new);
	}
	return is_changed;
}

/* The order of the columns: sources first, since WANT_GROUP means the old group timer. */
static bool rule_apply(struct core *core, struct gm_group *group, const struct ip_addr *host,
		       const struct gm_rule *rule, const struct gm_record *record)
{
	bool is_changed = known_apply(core, group, host, rule, record);

	is_changed |= unknown_apply(core, group, host, rule, record);
	is_changed |= group->mode != rule->next;
	group->mode = rule->next;
	if (rule->arm_group) {
		core_timer_arm(core, &group->timer, gm_membership_interval(group->gm));
		group->is_checking = false;
		/* Queries of older versions cannot say that the answer is known. */
		if (group->gm->version != group->gm->family->version)
			group->queries_left = 0;
	}
	if (rule->query_group)
		group_check(core, group);
	return is_changed;
}

/*
 * Where older hosts listen, sources cannot be distinguished, and IGMPv1 hosts do not leave. RFC
 * 9776, 7.3.2; RFC 3810, 8.3.2. Returns false when the record is to be ignored.
 */
static bool record_translate(struct gm_record *record, unsigned int age)
{
	if (age >= 1 && record->type == GM_RECORD_BLOCK)
		return false;
	if (age >= 1 && record->type == GM_RECORD_TO_EX)
		record->source_count = 0;
	return age < 2 || record->type != GM_RECORD_TO_IN;
}

/* Whether a group without members would be wanted after this record. */
static bool record_adds(const struct gm_record *record)
{
	const struct gm_rule *rule = &gm_rule_table[GM_MODE_INCLUDE][record->type];

	return rule->next == GM_MODE_EXCLUDE ||
	       (record->source_count > 0 && !(rule->named[GM_HELD_NOT] & GM_SRC_DROP));
}

static bool record_is_leave(const struct gm_record *record)
{
	return record->type == GM_RECORD_BLOCK ||
	       (record->type == GM_RECORD_TO_IN && record->source_count == 0);
}

/* The any-address stands for any number of hosts: RFC 9776, 4.2.13. */
static void host_remember(struct gm_group *group, const struct ip_addr *host, bool is_new,
			  bool is_leave)
{
	if (ip_addr_is_any(host) || (!is_new && !ip_addr_equal(host, &group->last_reporter)))
		group->is_shared = true;
	if (is_leave)
		return;
	group->last_reporter = *host;
	gm_host_reports_group(group, host);
}

void gm_group_record(struct core *core, struct gm_if *gm, const struct ip_addr *host,
		     unsigned int age, struct gm_record *record)
{
	struct gm_group *group;
	unsigned int floor = (unsigned int)(gm->family->version - gm->version);
	bool is_new, is_leave, is_changed;
	struct gm_mapped mapped;

	if (!gm_admit_record(core, gm, host, &age, record, &mapped))
		return;
	is_leave = record_is_leave(record);
	group = gm_group_find(gm, &record->group);
	is_new = !group;
	if (!group && record_adds(record))
		group = group_new(core, gm, &record->group, host);
	if (!group)
		return;
	host_remember(group, host, is_new, is_leave);
	if (age > 0 && !is_leave)
		group->older_until[age - 1] = core->now + gm_membership_interval(gm);
	if (gm_group_age(core, group) > floor)
		floor = gm_group_age(core, group);
	if (!record_translate(record, floor))
		return;
	is_changed =
		rule_apply(core, group, host, &gm_rule_table[group->mode][record->type], record);
	if (group->mode == GM_MODE_INCLUDE && !group->sources) {
		group_free(core, group); /* new, and all its sources were refused */
		return;
	}
	if (is_new)
		group_note(core, group, NOTE_GROUP_JOINED);
	if (is_changed)
		members_changed(core, group);
	if (group->is_query_due)
		queries_send(core, group);
}

/*
 * Differs: RFC 9776, 6.6.1, and RFC 2236, section 3, only make the timers shorter, and who does not
 * answer in time is forgotten. But a member need not have received what this router has. So it
 * asks, too, as a querier does that has received a leave, and in the same time it knows.
 */
void gm_group_query_received(struct core *core, struct gm_group *group, const struct gm_msg *query)
{
	if (group->gm->role == GM_ROLE_QUERIER || query->suppress)
		return;
	if (query->count == 0 && group->mode == GM_MODE_EXCLUDE && !group->is_checking)
		group_ask(core, group);
	for (uint16_t i = 0; i < query->count; i++) {
		const struct ip_addr addr = gm_source_at(&group->addr, query->body, i);
		struct gm_source *source = gm_source_find(group, &addr);

		if (gm_source_held(source) == GM_HELD_WANTED && !source->is_checking)
			source_ask(core, source);
	}
	if (group->is_query_due)
		queries_send(core, group);
}
