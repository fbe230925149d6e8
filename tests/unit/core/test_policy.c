// SPDX-License-Identifier: GPL-2.0-only
/* What the rules of the policy say of an (S,G) on an interface, in tables; nothing is done with it.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/policy.h"

#define ALL LINK_NONE

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

/* "239.0.0.0/8"; NULL: unset. */
static struct ip_prefix prefix_of(const char *text)
{
	struct ip_prefix prefix = { .len = 0 };
	char addr[64];

	if (!text)
		return prefix;
	(void)strcpy(addr, text);
	prefix.len = (uint8_t)atoi(strchr(addr, '/') + 1);
	*strchr(addr, '/') = '\0';
	prefix.addr = addr_of(addr);
	return prefix;
}

struct row {
	enum policy_kind kind;
	const char *group, *source;
	uint16_t link;
};

static void add(struct policy *policy, const struct row *row)
{
	const struct policy_rule rule = { .kind = row->kind,
					  .link = row->link,
					  .group = prefix_of(row->group),
					  .source = prefix_of(row->source) };

	cr_assert(policy_set(policy, &rule, true));
}

struct question {
	uint16_t link;
	const char *source, *group; /* source NULL: membership of any */
	bool is_denied;
};

static bool is_denied(const struct policy *policy, const struct question *q)
{
	const struct ip_addr group = addr_of(q->group);
	struct ip_addr source;

	if (!q->source)
		return policy_is_denial(policy_decide_any(policy, q->link, &group));
	source = addr_of(q->source);
	return policy_denies(policy, q->link, &source, &group);
}

#define ROWS  6
#define ASKED 9

/* The same answers whatever the order of the rules is. */
static void check(const struct row rows[ROWS], const struct question asked[ASKED])
{
	for (int is_backwards = 0; is_backwards < 2; is_backwards++) {
		struct policy policy = { .count = 0 };

		for (unsigned int i = 0; i < ROWS; i++)
			if (rows[is_backwards ? ROWS - 1 - i : i].group)
				add(&policy, &rows[is_backwards ? ROWS - 1 - i : i]);
		for (unsigned int i = 0; i < ASKED && asked[i].group; i++) {
			struct ip_addr group = addr_of(asked[i].group), source;
			struct ifset links;

			cr_expect_eq(is_denied(&policy, &asked[i]), asked[i].is_denied,
				     "(%s, %s) on %u", asked[i].source ? asked[i].source : "*",
				     asked[i].group, asked[i].link);
			if (!asked[i].source)
				continue;
			source = addr_of(asked[i].source);
			policy_denied_links(&policy, &source, &group, &links);
			cr_expect_eq(ifset_has(&links, asked[i].link), asked[i].is_denied);
		}
		policy_fini(&policy);
	}
}

Test(policy, what_no_rule_matches_is_allowed)
{
	check((const struct row[ROWS]){ { POLICY_ALLOW, "239.1.0.0/16", NULL, ALL } },
	      (const struct question[ASKED]){ { 1, "10.0.0.1", "239.1.1.1", false },
					      { 1, NULL, "239.2.1.1", false } });
}

Test(policy, longest_group_decides)
{
	check((const struct row[ROWS]){ { POLICY_DENY, "239.0.0.0/8", NULL, ALL },
					{ POLICY_ALLOW, "239.1.0.0/16", NULL, ALL },
					{ POLICY_DENY, "239.1.1.0/24", NULL, ALL },
					{ POLICY_DENY, "ff00::/8", NULL, ALL },
					{ POLICY_ALLOW, "ff1e::/16", NULL, ALL } },
	      (const struct question[ASKED]){ { 1, "10.0.0.1", "239.9.9.9", true },
					      { 1, "10.0.0.1", "239.1.9.9", false },
					      { 1, "10.0.0.1", "239.1.1.9", true },
					      { 1, "10.0.0.1", "238.1.1.9", false },
					      { 1, "2001:db8::1", "ff1e::9", false },
					      { 1, "2001:db8::1", "ff1f::9", true },
					      { 1, NULL, "ff1f::9", true },
					      { 1, NULL, "239.1.9.9", false } });
}

Test(policy, then_the_longest_source_then_the_interface)
{
	check((const struct row[ROWS]){ { POLICY_DENY, "239.0.0.0/8", NULL, ALL },
					{ POLICY_ALLOW, "239.0.0.0/8", "10.1.0.0/16", ALL },
					{ POLICY_DENY, "239.0.0.0/8", "10.1.0.0/16", 2 },
					{ POLICY_ALLOW, "239.0.0.0/8", NULL, 3 } },
	      (const struct question[ASKED]){ { 1, "10.1.0.1", "239.9.9.9", false },
					      { 1, "10.2.0.1", "239.9.9.9", true },
					      { 2, "10.1.0.1", "239.9.9.9", true },
					      { 3, "10.2.0.1", "239.9.9.9", false },
					      { 3, "10.1.0.1", "239.9.9.9", false } });
}

/* A host that asks for any source gets those that may pass; so it is member if there can be any. */
Test(policy, membership_of_any_source_is_denied_if_none_can_pass)
{
	check((const struct row[ROWS]){ { POLICY_DENY, "239.0.0.0/8", NULL, ALL },
					{ POLICY_ALLOW, "239.1.0.0/16", "10.1.0.0/16", ALL },
					{ POLICY_ALLOW, "238.0.0.0/7", "10.2.0.0/16", ALL },
					{ POLICY_DENY, "237.0.0.0/8", "10.1.0.0/16", ALL } },
	      (const struct question[ASKED]){ { 1, NULL, "239.1.1.1", false },
					      { 1, NULL, "239.2.1.1", true },
					      { 1, NULL, "237.1.1.1", false },
					      { 1, "10.1.1.1", "237.1.1.1", true } });
}

Test(policy, boundary_denies_whatever_is_allowed)
{
	check((const struct row[ROWS]){ { POLICY_BOUNDARY, "239.255.0.0/16", NULL, 1 },
					{ POLICY_ALLOW, "239.255.1.0/24", NULL, 1 },
					{ POLICY_ALLOW, "239.255.1.0/24", "10.0.0.0/8", 1 },
					{ POLICY_BOUNDARY, "ff15::/16", NULL, 1 } },
	      (const struct question[ASKED]){ { 1, "10.0.0.1", "239.255.1.1", true },
					      { 2, "10.0.0.1", "239.255.1.1", false },
					      { 1, "10.0.0.1", "239.254.1.1", false },
					      { 1, NULL, "239.255.1.1", true },
					      { 1, NULL, "ff15::1", true },
					      { 1, NULL, "ff18::1", false } });
}

Test(policy, filter_replaces_the_opposite_one_and_is_deleted_as_either)
{
	struct policy policy = { .count = 0 };
	const struct row deny = { POLICY_DENY, "239.0.0.0/8", NULL, ALL };
	const struct row allow = { POLICY_ALLOW, "239.0.0.0/8", NULL, ALL };
	const struct question asked = { 1, "10.0.0.1", "239.1.1.1", true };
	const struct policy_rule rule = { .kind = POLICY_DENY,
					  .link = ALL,
					  .group = prefix_of("239.0.0.0/8") };

	add(&policy, &deny);
	add(&policy, &deny);
	cr_assert_eq(policy.count, 1);
	cr_assert(is_denied(&policy, &asked));
	add(&policy, &allow);
	cr_assert_eq(policy.count, 1);
	cr_assert_not(is_denied(&policy, &asked));
	cr_assert_null(policy_find(&policy, &rule), "it is the opposite");
	cr_assert(policy_set(&policy, &rule, false));
	cr_assert_eq(policy.count, 0);
	cr_assert(policy_set(&policy, &rule, false), "there is none");
	policy_fini(&policy);
}

Test(policy, has_a_limit)
{
	struct policy policy = { .count = 0 };
	struct policy_rule rule = { .kind = POLICY_DENY, .link = ALL };

	for (unsigned int i = 0; i <= POLICY_RULES_MAX; i++) {
		char group[32];

		(void)snprintf(group, sizeof(group), "239.1.%u.%u/32", i / 256, i % 256);
		rule.group = prefix_of(group);
		cr_assert_eq(policy_set(&policy, &rule, true), i < POLICY_RULES_MAX);
	}
	rule.group = prefix_of("239.1.0.0/32");
	rule.kind = POLICY_ALLOW;
	cr_assert(policy_set(&policy, &rule, true), "it replaces one");
	policy_fini(&policy);
}

Test(policy, decision_is_counted_for_the_rule)
{
	struct policy policy = { .count = 0 };
	const struct ip_addr source = addr_of("10.0.0.1"), group = addr_of("239.1.1.1");
	const struct policy_entry *entry;

	add(&policy, &(struct row){ POLICY_DENY, "239.0.0.0/8", NULL, 1 });
	cr_assert(policy_refuses(&policy, 1, &source, &group, POLICY_FLOW));
	cr_assert_not(policy_refuses(&policy, 2, &source, &group, POLICY_FLOW));
	entry = LIST_FIRST(&policy.entries);
	cr_assert(entry->hits[POLICY_FLOW] == 1 && !entry->hits[POLICY_TREE]);
	policy_fini(&policy);
}

Test(policy, ssm_ranges_take_the_place_of_the_standard_one_of_their_family)
{
	struct policy policy = { .count = 0 };
	static const struct {
		const char *group;
		bool before, after;
	} rows[] = {
		{ "232.1.1.1", true, false },   { "239.232.1.1", false, true },
		{ "239.233.1.1", false, true }, { "239.1.1.1", false, false },
		{ "ff3e::8000:1", true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ip_addr group = addr_of(rows[i].group);

		cr_expect_eq(policy_is_ssm_group(&policy, &group), rows[i].before);
	}
	add(&policy, &(struct row){ POLICY_SSM_RANGE, "239.232.0.0/16", NULL, ALL });
	add(&policy, &(struct row){ POLICY_SSM_RANGE, "239.233.0.0/16", NULL, ALL });
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ip_addr group = addr_of(rows[i].group);

		cr_expect_eq(policy_is_ssm_group(&policy, &group), rows[i].after, "%s",
			     rows[i].group);
	}
	policy_fini(&policy);
}

Test(policy, longest_map_gives_its_sources)
{
	struct policy policy = { .count = 0 };
	struct ip_addr sources[POLICY_MAP_SOURCES], one = addr_of("10.0.0.2");
	const struct ip_addr narrow = addr_of("232.1.1.1"), wide = addr_of("232.2.1.1"),
			     other = addr_of("239.1.1.1");

	add(&policy, &(struct row){ POLICY_SSM_MAP, "232.1.0.0/16", "10.0.0.2/32", ALL });
	add(&policy, &(struct row){ POLICY_SSM_MAP, "232.0.0.0/8", "10.0.0.1/32", ALL });
	add(&policy, &(struct row){ POLICY_SSM_MAP, "232.0.0.0/8", "10.0.0.3/32", ALL });
	add(&policy, &(struct row){ POLICY_SSM_MAP, "239.0.0.0/8", "10.0.0.3/32", ALL });
	cr_assert_eq(policy_map_sources(&policy, &narrow, sources), 1);
	cr_assert(ip_addr_equal(&sources[0], &one));
	cr_assert_eq(policy_map_sources(&policy, &wide, sources), 2);
	cr_assert_eq(policy_map_sources(&policy, &other, sources), 0, "it is no SSM group");
	policy_fini(&policy);
}
