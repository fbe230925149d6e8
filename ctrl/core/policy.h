/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

/*
 * The policy: which (S,G) may pass which interface, and which groups are for source-specific
 * multicast. What it denies on an interface neither enters nor leaves there: no data, no
 * membership, no tree of a routing protocol. Everybody asks here; an answer depends on the rules
 * alone.
 *
 * A boundary denies, whatever else there is. Of the filters the most specific one that matches
 * decides: the longer prefix of groups, then the longer prefix of sources, then the one that names
 * the interface. What no rule matches is allowed. So the order of the rules does not matter.
 */
#include <bsd/sys/queue.h>

#include "core/effect.h"
#include "core/event.h"

/* Rules of all kinds and both families. */
#define POLICY_RULES_MAX 256u

/* Sources that one group can be mapped to. */
#define POLICY_MAP_SOURCES 32u

/* What a rule decided; counted for each. */
enum policy_use {
	POLICY_MEMBERSHIP, /* records of IGMP and MLD, and sources in them */
	POLICY_FLOW,       /* data without an entry */
	POLICY_TREE,       /* messages of neighbors about a tree */
	POLICY_USE_COUNT,
};

struct policy_entry {
	LIST_ENTRY(policy_entry) node;
	struct policy_rule rule;
	uint64_t hits[POLICY_USE_COUNT];
};

/** struct policy - All zero: no rule. */
struct policy {
	LIST_HEAD(, policy_entry) entries;
	uint32_t count;
	uint32_t count_of[POLICY_KIND_COUNT];
};

/**
 * policy_set() - Add a rule, replace a filter by the opposite one, or delete a rule.
 *
 * Return: false: there is no room for it, or no memory.
 */
bool policy_set(struct policy *policy, const struct policy_rule *rule, bool is_on);
void policy_fini(struct policy *policy);

/** policy_rule_equal() - Whether two rules are the same; allow and deny of the same are not. */
bool policy_rule_equal(const struct policy_rule *a, const struct policy_rule *b);

/** policy_rule_replaces() - Whether only one of two can be there: the same, or its opposite. */
bool policy_rule_replaces(const struct policy_rule *a, const struct policy_rule *b);

/** policy_find() - The rule that is there, or NULL. */
const struct policy_entry *policy_find(const struct policy *policy, const struct policy_rule *rule);

/**
 * policy_decide() - The rule that decides about an (S,G) on an interface.
 *
 * Return: NULL: none matches, it is allowed.
 */
struct policy_entry *policy_decide(const struct policy *policy, uint16_t link,
				   const struct ip_addr *source, const struct ip_addr *group);

/** policy_decide_any() - The same for membership in all sources: denied only if none can pass. */
struct policy_entry *policy_decide_any(const struct policy *policy, uint16_t link,
				       const struct ip_addr *group);

/** policy_is_denial() - Whether what policy_decide() answered denies. */
static inline bool policy_is_denial(const struct policy_entry *entry)
{
	return entry && entry->rule.kind != POLICY_ALLOW;
}

/** policy_denies() - Whether an (S,G) may not pass an interface. */
static inline bool policy_denies(const struct policy *policy, uint16_t link,
				 const struct ip_addr *source, const struct ip_addr *group)
{
	return policy_is_denial(policy_decide(policy, link, source, group));
}

/**
 * policy_denied_links() - The interfaces that an (S,G) may not pass. For routing protocols: such an
 * interface is neither input nor output of the tree, and it is not announced there.
 */
void policy_denied_links(const struct policy *policy, const struct ip_addr *source,
			 const struct ip_addr *group, struct ifset *ret_links);

/** policy_strip() - Take denied outputs from an entry. Return: false: its input is denied. */
bool policy_strip(const struct policy *policy, struct mfib_route *route);

/** policy_refuses() - policy_denies() for something that happens now, which is counted. */
bool policy_refuses(const struct policy *policy, uint16_t link, const struct ip_addr *source,
		    const struct ip_addr *group, enum policy_use use);

/** policy_is_ssm_group() - In a configured range; without one of the family, RFC 4607's. */
bool policy_is_ssm_group(const struct policy *policy, const struct ip_addr *group);

/**
 * policy_map_sources() - The sources that who asks for any source of an SSM group asks for: those
 * of the longest prefix.
 *
 * Return: how many.
 */
unsigned int policy_map_sources(const struct policy *policy, const struct ip_addr *group,
				struct ip_addr ret_sources[POLICY_MAP_SOURCES]);

#endif
