/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_GM_INT_H
#define CORE_GM_INT_H

/* What gm.c, membership/group.c, membership/host.c and membership/query.c share. */
#include <bsd/sys/queue.h>

#include "base/hash.h"
#include "core/core_int.h"
#include "core/membership/gm.h"
#include "core/membership/family.h"

/* Older generations of hosts: IGMPv2 and MLDv1 are one version old, IGMPv1 is two. */
#define GM_AGE_MAX 2u

/* Of an interface: all sources of one group in so many of its places, and a host a part of them. */
#define GM_GROUPS_PER_FULL 32u
#define GM_HOST_PART       8u

TAILQ_HEAD(gm_group_list, gm_group);

/* A host that is charged for groups or sources; known by the source address of its reports. */
struct gm_host {
	struct ip_addr addr;
	uint32_t group_count, source_count;
	uint32_t here;               /* sources of the group that is looked at */
	struct gm_group_list groups; /* oldest first */
	UT_hash_handle hh;
};

struct gm_source {
	struct ip_addr addr;
	struct gm_group *group;
	struct gm_host *host;      /* charged for it */
	struct timer timer;        /* runs while a host wants the source */
	bool is_checking;          /* last member query: does a host still want it? */
	unsigned int queries_left; /* group-and-source-specific, still to be sent */
	bool is_named;             /* in the record that is being applied */
	UT_hash_handle hh;
};

/**
 * struct gm_group - A group with members.
 * @is_shared:   more than one host has ever reported it.
 * @is_checking: last member query: does a host still report, before the group timer ends.
 * @older_until: [age - 1]: when the last host so much older is forgotten (Older Host Present).
 */
struct gm_group {
	struct ip_addr addr;
	struct gm_if *gm;
	struct gm_host *host; /* charged for it */
	TAILQ_ENTRY(gm_group) by_host;
	enum gm_mode mode;
	struct ip_addr last_reporter;
	bool is_shared, is_checking, is_query_due, is_limit_noted;
	hp_time older_until[GM_AGE_MAX];
	unsigned int queries_left;      /* group-specific, still to be sent */
	struct timer timer, rxmt_timer; /* the group timer runs exactly in mode EXCLUDE */
	struct gm_source *sources;
	UT_hash_handle hh;
};

struct gm_if {
	uint16_t link;
	const struct gm_family *family;
	const struct gm_settings *settings; /* of the interface, as they are now */
	struct gm_settings used;            /* by the last query of this router */
	const struct hash_key *hash_key;    /* the core's */
	uint8_t version;                    /* of the queries sent */
	bool is_fast_leave, is_ssm_any_source, is_passive;
	enum gm_role role;
	struct ip_addr querier; /* this router, or the lower address last seen */
	unsigned int
		robustness; /* ours while querier, else as in the querier's queries, in bounds */
	hp_time query_interval;       /* the same */
	unsigned int startup_queries; /* still to be sent */
	struct timer query_timer, other_timer;
	unsigned int checks_left; /* until then, see gm_check_take() */
	hp_time checks_end_at;
	unsigned int merged_queries; /* general ones that still are to be sent for many checks */
	struct timer merged_timer;   /* runs for a Query Response Interval after each */
	struct gm_group *groups;     /* only those that have members */
	struct gm_host *hosts;       /* only those that are charged */
	uint32_t source_count;       /* of all groups */
	uint32_t most_groups;        /* no host holds more */
	bool is_limit_noted;
	hp_time version_note_at; /* no earlier note of a querier's version */
};

/** gm_own_addr() - Whoever starts gm stops it before the interface loses its address. */
const struct ip_addr *gm_own_addr(const struct core *core, const struct gm_if *gm);

/* RFC 9776, 8.3 and 8.8. */
static inline hp_time gm_response_interval(const struct gm_if *gm)
{
	return HP_MS(gm->settings->query_response_ms);
}

static inline hp_time gm_last_member_interval(const struct gm_if *gm)
{
	return HP_MS(gm->settings->last_member_interval_ms);
}

/** gm_last_member_count() - RFC 9776, 8.9: queries before it is clear that no host answers. */
static inline unsigned int gm_last_member_count(const struct gm_if *gm)
{
	return gm->settings->last_member_count ? gm->settings->last_member_count : gm->robustness;
}

/** gm_membership_interval() - RFC 9776, 8.4; also how long older hosts are remembered, 8.13. */
static inline hp_time gm_membership_interval(const struct gm_if *gm)
{
	return gm->robustness * gm->query_interval + gm_response_interval(gm);
}

/** gm_last_member_time() - RFC 9776, 8.10: Last Member Query Time. */
static inline hp_time gm_last_member_time(const struct gm_if *gm)
{
	return gm_last_member_count(gm) * gm_last_member_interval(gm);
}

/** gm_refuse() - Count and note a message of @host, or a part of it. */
void gm_refuse(struct core *core, const struct gm_if *gm, const struct ip_addr *host,
	       enum gm_refusal reason);

/* ---- membership/query.c ---- */

void gm_query_general(struct core *core, const struct gm_if *gm);

/**
 * gm_check_take() - Whether one more group may be asked for by queries of its own.
 *
 * If not, the next general queries ask for it with all others: it is to be given gm_merged_time().
 */
bool gm_check_take(struct core *core, struct gm_if *gm);

/** gm_merged_time() - The general queries, a Query Response Interval apart, and their answers. */
static inline hp_time gm_merged_time(const struct gm_if *gm)
{
	return (gm->robustness + 1) * gm_response_interval(gm);
}

/** gm_merged_fire() - The function of merged_timer. */
void gm_merged_fire(struct core *core, struct timer *timer);
void gm_query_group(struct core *core, const struct gm_group *group);

/** gm_query_sources() - Send for all sources that have queries left; RFC 9776, 6.6.3.2. */
void gm_query_sources(struct core *core, const struct gm_group *group);

/* ---- membership/host.c ---- */

/** gm_host_charge_group() - Charge a host for a new group. Return: false: no memory. */
bool gm_host_charge_group(struct gm_group *group, const struct ip_addr *addr);
void gm_host_discharge_group(struct gm_group *group);

/** gm_host_reports_group() - A host asks for the group too: the charge goes to who holds less. */
void gm_host_reports_group(struct gm_group *group, const struct ip_addr *addr);

/**
 * gm_host_surplus_group() - The group that gives way in a full table to a new one of host @addr.
 *
 * Return: the newest group of the host that holds most; NULL: none holds more than @addr would.
 */
struct gm_group *gm_host_surplus_group(struct gm_if *gm, const struct ip_addr *addr);

/** gm_host_charge_source() - As for groups. */
bool gm_host_charge_source(struct gm_source *source, const struct ip_addr *addr);
void gm_host_discharge_source(struct gm_source *source);

/** gm_host_names_source() - As for groups. */
void gm_host_names_source(struct gm_source *source, const struct ip_addr *addr);

/** gm_host_has_room() - Whether a host may have one more of @limit sources of the interface. */
bool gm_host_has_room(const struct gm_if *gm, const struct ip_addr *addr, uint32_t limit);

/** gm_host_surplus_source() - As for groups, among the sources of one group. */
struct gm_source *gm_host_surplus_source(struct gm_group *group, const struct ip_addr *addr);

/* ---- membership/admit.c ---- */

/** struct gm_mapped - Room for the sources that a record is mapped to. */
struct gm_mapped {
	uint8_t bytes[POLICY_MAP_SOURCES * 16];
};

/**
 * gm_admit_record() - Whether a record is about a group that is tracked here; refusals are counted.
 * @age:    as of gm_group_record(); 0 after a record was mapped.
 * @record: a report of an SSM group without sources is given those that the group is mapped to.
 */
bool gm_admit_record(struct core *core, const struct gm_if *gm, const struct ip_addr *host,
		     unsigned int *age, struct gm_record *record, struct gm_mapped *mapped);

/** gm_admit_source() - Whether a source that a host wants may be; refusals are counted. */
bool gm_admit_source(struct core *core, const struct gm_group *group, const struct ip_addr *host,
		     const struct ip_addr *source);

/** gm_is_admitted() - Whether a group, for any source, may still be a member here. */
bool gm_is_admitted(const struct core *core, const struct gm_group *group);

/* ---- membership/group.c ---- */

struct gm_group *gm_group_find(const struct gm_if *gm, const struct ip_addr *addr);
struct gm_source *gm_source_find(const struct gm_group *group, const struct ip_addr *addr);

static inline enum gm_held gm_source_held(const struct gm_source *source)
{
	if (!source)
		return GM_HELD_NOT;
	return timer_runs(&source->timer) ? GM_HELD_WANTED : GM_HELD_BLOCKED;
}

/** gm_group_age() - How much older than the newest version the group is treated; 0: not at all. */
unsigned int gm_group_age(const struct core *core, const struct gm_group *group);

/** gm_group_record() - A host so many versions @age old said this of a group. */
void gm_group_record(struct core *core, struct gm_if *gm, const struct ip_addr *host,
		     unsigned int age, struct gm_record *record);

/** gm_group_query_received() - The querier, another router, asks for this group. */
void gm_group_query_received(struct core *core, struct gm_group *group, const struct gm_msg *query);

/**
 * gm_group_prolong() - Hosts answer to other numbers from now on: all that runs lasts a Group
 * Membership Interval again, but for what is being checked.
 */
void gm_group_prolong(struct core *core, struct gm_group *group);

/** gm_group_review() - What of a group the policy denies now ends. */
void gm_group_review(struct core *core, struct gm_group *group);

/** gm_group_end() - The last member is gone. */
void gm_group_end(struct core *core, struct gm_group *group);

#endif
