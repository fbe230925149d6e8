// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which records of reports count: of groups that are forwarded, that the policy allows, and as
 * source-specific multicast asks for. Source: RFC 4604, RFC 4607; core/policy.h.
 */
#include "core/membership/gm_int.h"

/* Never forwarded, so whoever wants them has them: 224.0.0.0/24, ff01::/16, ff02::/16, ff0x::. */
static bool is_never_forwarded(const struct ip_addr *group)
{
	return ip_addr_is_link_scope_group(group) || ip_addr_is_reserved_group(group);
}

static bool is_exclude(const struct gm_record *record)
{
	return record->type == GM_RECORD_IS_EX || record->type == GM_RECORD_TO_EX;
}

/* RFC 4604, 2.2.1 to 2.2.3: any source of a group that is for source-specific multicast. */
static bool is_any_source_of_ssm(const struct core *core, const struct gm_if *gm,
				 const struct gm_record *record, unsigned int age)
{
	return !gm->is_ssm_any_source && (age > 0 || is_exclude(record)) &&
	       policy_is_ssm_group(&core->policy, &record->group);
}

/*
 * SSM mapping: who asks for any source of the group asks for the configured ones, and leaves them.
 * The record is as of a host of the newest version, so that such hosts keep their filters.
 */
static bool map_sources(const struct core *core, unsigned int *age, struct gm_record *record,
			struct gm_mapped *mapped)
{
	struct writer out = writer_over(mapped->bytes, sizeof(mapped->bytes));
	struct ip_addr sources[POLICY_MAP_SOURCES];
	unsigned int count = policy_map_sources(&core->policy, &record->group, sources);

	if (!count || (!*age && !is_exclude(record)))
		return false;
	*age = 0;
	if (!is_exclude(record))
		return true; /* a leave */
	for (unsigned int i = 0; i < count; i++)
		wr_addr(&out, &sources[i]);
	record->type = GM_RECORD_IS_IN;
	record->sources = mapped->bytes;
	record->source_count = (uint16_t)count;
	return true;
}

static bool policy_admits(struct core *core, const struct gm_if *gm, const struct ip_addr *host,
			  const struct gm_record *record)
{
	struct policy_entry *entry = policy_decide_any(&core->policy, gm->link, &record->group);

	if (entry)
		entry->hits[POLICY_MEMBERSHIP]++;
	if (policy_is_denial(entry))
		gm_refuse(core, gm, host, GM_REFUSED_POLICY);
	return !policy_is_denial(entry);
}

bool gm_admit_record(struct core *core, const struct gm_if *gm, const struct ip_addr *host,
		     unsigned int *age, struct gm_record *record, struct gm_mapped *mapped)
{
	if (record->is_odd) {
		gm_refuse(core, gm, host, GM_REFUSED_RECORD);
		return false;
	}
	if (record->type < GM_RECORD_IS_IN || record->type >= GM_RECORD_END)
		return false; /* RFC 9776, 4.2.12 */
	if (is_never_forwarded(&record->group) || !policy_admits(core, gm, host, record))
		return false;
	if (!map_sources(core, age, record, mapped) &&
	    is_any_source_of_ssm(core, gm, record, *age)) {
		gm_refuse(core, gm, host, GM_REFUSED_SSM);
		return false;
	}
	return true;
}

bool gm_admit_source(struct core *core, const struct gm_group *group, const struct ip_addr *host,
		     const struct ip_addr *source)
{
	if (!policy_refuses(&core->policy, group->gm->link, source, &group->addr,
			    POLICY_MEMBERSHIP))
		return true;
	gm_refuse(core, group->gm, host, GM_REFUSED_POLICY);
	return false;
}

bool gm_is_admitted(const struct core *core, const struct gm_group *group)
{
	const struct policy *policy = &core->policy;

	return !policy_is_denial(policy_decide_any(policy, group->gm->link, &group->addr)) &&
	       (group->mode == GM_MODE_INCLUDE || group->gm->is_ssm_any_source ||
		!policy_is_ssm_group(policy, &group->addr));
}
