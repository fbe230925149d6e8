// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy: rules, and what they say. What is done with that is the business of who asks:
 * core/denied.c for data, membership, and the routing protocols. Source: RFC 2365 for boundaries,
 * RFC 4607 for SSM.
 */
#include <stdlib.h>

#include "core/policy.h"

static bool is_filter(const struct policy_rule *rule)
{
	return rule->kind == POLICY_ALLOW || rule->kind == POLICY_DENY;
}

bool policy_rule_replaces(const struct policy_rule *a, const struct policy_rule *b)
{
	return (a->kind == b->kind || (is_filter(a) && is_filter(b))) && a->link == b->link &&
	       ip_prefix_equal(&a->group, &b->group) && ip_prefix_equal(&a->source, &b->source);
}

bool policy_rule_equal(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->kind == b->kind && policy_rule_replaces(a, b);
}

static struct policy_entry *find(const struct policy *policy, const struct policy_rule *rule)
{
	struct policy_entry *entry;

	LIST_FOREACH (entry, &policy->entries, node)
		if (policy_rule_replaces(&entry->rule, rule))
			return entry;
	return NULL;
}

const struct policy_entry *policy_find(const struct policy *policy, const struct policy_rule *rule)
{
	const struct policy_entry *entry = find(policy, rule);

	return entry && policy_rule_equal(&entry->rule, rule) ? entry : NULL;
}

static void entry_free(struct policy *policy, struct policy_entry *entry)
{
	LIST_REMOVE(entry, node);
	policy->count--;
	policy->count_of[entry->rule.kind]--;
	free(entry);
}

bool policy_set(struct policy *policy, const struct policy_rule *rule, bool is_on)
{
	struct policy_entry *old = find(policy, rule), *entry;

	if (!is_on) {
		if (old)
			entry_free(policy, old);
		return true;
	}
	if (old && old->rule.kind == rule->kind)
		return true;
	if (!old && policy->count >= POLICY_RULES_MAX)
		return false;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return false;
	if (old)
		entry_free(policy, old);
	entry->rule = *rule;
	LIST_INSERT_HEAD(&policy->entries, entry, node);
	policy->count++;
	policy->count_of[rule->kind]++;
	return true;
}

void policy_fini(struct policy *policy)
{
	while (!LIST_EMPTY(&policy->entries))
		entry_free(policy, LIST_FIRST(&policy->entries));
}

/* ---- filters and boundaries ---- */

static bool can_deny(const struct policy *policy)
{
	return policy->count_of[POLICY_DENY] || policy->count_of[POLICY_BOUNDARY];
}

/* @source NULL: only filters of any source. */
static bool is_about(const struct policy_rule *rule, const struct ip_addr *source,
		     const struct ip_addr *group)
{
	if (!is_filter(rule) && rule->kind != POLICY_BOUNDARY)
		return false;
	return ip_prefix_contains(&rule->group, group) &&
	       (!rule->source.len || (source && ip_prefix_contains(&rule->source, source)));
}

static bool is_of_link(const struct policy_rule *rule, uint16_t link)
{
	return rule->link == LINK_NONE || rule->link == link;
}

/* Of two rules that match: no two are equal in all of this. */
static bool beats(const struct policy_rule *a, const struct policy_rule *b)
{
	if ((a->kind == POLICY_BOUNDARY) != (b->kind == POLICY_BOUNDARY))
		return a->kind == POLICY_BOUNDARY;
	if (a->group.len != b->group.len)
		return a->group.len > b->group.len;
	if (a->source.len != b->source.len)
		return a->source.len > b->source.len;
	return a->link != LINK_NONE;
}

struct policy_entry *policy_decide(const struct policy *policy, uint16_t link,
				   const struct ip_addr *source, const struct ip_addr *group)
{
	struct policy_entry *entry, *best = NULL;

	if (!can_deny(policy))
		return NULL;
	LIST_FOREACH (entry, &policy->entries, node)
		if (is_of_link(&entry->rule, link) && is_about(&entry->rule, source, group) &&
		    (!best || beats(&entry->rule, &best->rule)))
			best = entry;
	return best;
}

struct policy_entry *policy_decide_any(const struct policy *policy, uint16_t link,
				       const struct ip_addr *group)
{
	struct policy_entry *best = policy_decide(policy, link, NULL, group), *entry;

	if (!policy_is_denial(best))
		return best;
	LIST_FOREACH (entry, &policy->entries, node)
		if (entry->rule.kind == POLICY_ALLOW && is_of_link(&entry->rule, link) &&
		    ip_prefix_contains(&entry->rule.group, group) &&
		    beats(&entry->rule, &best->rule))
			return entry; /* of some sources, which may pass */
	return best;
}

/* The rules about an (S,G) are found once: most trees have none. */
void policy_denied_links(const struct policy *policy, const struct ip_addr *source,
			 const struct ip_addr *group, struct ifset *ret_links)
{
	const struct policy_rule *rules[POLICY_RULES_MAX], *best;
	struct ifset links = { .word = { 0 } };
	const struct policy_entry *entry;
	unsigned int count = 0;
	bool denies = false;

	if (can_deny(policy)) {
		LIST_FOREACH (entry, &policy->entries, node) {
			if (!is_about(&entry->rule, source, group))
				continue;
			rules[count++] = &entry->rule;
			denies |= policy_is_denial(entry);
		}
	}
	for (uint16_t link = 0; link < LINKS_MAX && denies; link++) {
		best = NULL;
		for (unsigned int i = 0; i < count; i++)
			if (is_of_link(rules[i], link) && (!best || beats(rules[i], best)))
				best = rules[i];
		if (best && best->kind != POLICY_ALLOW)
			ifset_add(&links, link);
	}
	*ret_links = links;
}

bool policy_strip(const struct policy *policy, struct mfib_route *route)
{
	struct ifset denied;

	policy_denied_links(policy, &route->key.source, &route->key.group, &denied);
	ifset_for_each (link, &denied)
		ifset_del(&route->oifs, link);
	return !ifset_has(&denied, route->iif);
}

bool policy_refuses(const struct policy *policy, uint16_t link, const struct ip_addr *source,
		    const struct ip_addr *group, enum policy_use use)
{
	struct policy_entry *entry = policy_decide(policy, link, source, group);

	if (entry)
		entry->hits[use]++;
	return policy_is_denial(entry);
}

/* ---- source-specific multicast ---- */

bool policy_is_ssm_group(const struct policy *policy, const struct ip_addr *group)
{
	const struct policy_entry *entry;
	bool has_range = false;

	LIST_FOREACH (entry, &policy->entries, node) {
		if (entry->rule.kind != POLICY_SSM_RANGE ||
		    ip_addr_family(&entry->rule.group.addr) != ip_addr_family(group))
			continue;
		if (ip_prefix_contains(&entry->rule.group, group))
			return true;
		has_range = true;
	}
	return !has_range && ip_addr_is_ssm_group(group);
}

unsigned int policy_map_sources(const struct policy *policy, const struct ip_addr *group,
				struct ip_addr ret_sources[POLICY_MAP_SOURCES])
{
	const struct policy_entry *entry;
	unsigned int count = 0;
	uint8_t len = 0;

	if (!policy->count_of[POLICY_SSM_MAP] || !policy_is_ssm_group(policy, group))
		return 0;
	LIST_FOREACH (entry, &policy->entries, node) {
		if (entry->rule.kind != POLICY_SSM_MAP ||
		    !ip_prefix_contains(&entry->rule.group, group) || entry->rule.group.len < len)
			continue;
		if (entry->rule.group.len > len)
			count = 0;
		len = entry->rule.group.len;
		if (count < POLICY_MAP_SOURCES)
			ret_sources[count++] = entry->rule.source.addr;
	}
	return count;
}
