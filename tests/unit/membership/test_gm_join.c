// SPDX-License-Identifier: GPL-2.0-only
/* Static joins: members that no host reports, beside those that are reported. */
#include <criterion/criterion.h>

#include "test_gm_world.h"
#include "core/membership/join.h"
#include "core/membership/member.h"

#define OTHER_SOURCE "198.51.100.7"

static struct static_join join_of(const struct world *w, const char *source)
{
	struct static_join join = { .group = addr_of(w->facts->group) };

	if (source)
		join.source = addr_of(source);
	return join;
}

static bool has_member(const struct world *w, const char *source)
{
	const struct ip_addr from = addr_of(source), group = addr_of(w->facts->group);

	return member_wants(&w->core, LINK, &from, &group);
}

static void any_source_check(struct world *w)
{
	const struct static_join join = join_of(w, NULL);

	(void)drain(w);
	cr_assert_not(has_member(w, OTHER_SOURCE));
	gm_join_set(&w->core, LINK, &join, true);
	cr_assert_str_eq(drain(w), "+member");
	gm_join_set(&w->core, LINK, &join, true);
	cr_assert_str_eq(drain(w), "", "it is there already");
	cr_assert(has_member(w, OTHER_SOURCE));
	cr_assert_eq(gm_join_count(&w->core, LINK, w->facts->family), 1);
	cr_assert_eq(gm_if_inspect(w->gm).groups, 0, "no place of the table of groups");
	gm_join_set(&w->core, LINK, &join, false);
	cr_assert_str_eq(drain(w), "-member");
	cr_assert_not(has_member(w, OTHER_SOURCE));
	gm_join_set(&w->core, LINK, &join, false);
	cr_assert_str_eq(drain(w), "");
}

Test(gm_join, group_has_a_member_of_any_source_until_it_is_deleted)
{
	each_family(any_source_check);
}

/* 192.0.2.1 is the source of the probe, in both families. */
static void one_source_check(struct world *w)
{
	const struct static_join join = join_of(w, "192.0.2.1");

	(void)drain(w);
	gm_join_set(&w->core, LINK, &join, true);
	cr_assert_str_eq(drain(w), "+member");
	cr_assert(has_member(w, "192.0.2.1"));
	cr_assert_not(has_member(w, OTHER_SOURCE));
	gm_join_free(&w->core, LINK, w->facts->family);
	cr_assert_not(has_member(w, "192.0.2.1"));
}

Test(gm_join, of_one_source_is_for_no_other)
{
	each_family(one_source_check);
}

/* The last host leaves: the group keeps its member. */
static void host_leaves_check(struct world *w)
{
	const struct static_join join = join_of(w, NULL);

	hear_report(w, w->facts->host, w->facts->group);
	gm_join_set(&w->core, LINK, &join, true);
	hear_leave(w, w->facts->host, w->facts->group);
	advance_to(w, HP_SEC(600));
	cr_assert_eq(gm_if_inspect(w->gm).groups, 0);
	cr_assert(has_member(w, OTHER_SOURCE));
	gm_join_free(&w->core, LINK, w->facts->family);
}

Test(gm_join, outlives_the_hosts)
{
	each_family(host_leaves_check);
}

static bool inspect_two(void *ctx, const struct static_join *join)
{
	unsigned int *count = ctx;

	(void)join;
	return ++*count < 2;
}

static void inspect_check(struct world *w)
{
	static const char *const sources[] = { NULL, "192.0.2.1", OTHER_SOURCE };
	unsigned int count = 0;

	for (unsigned int i = 0; i < 3; i++) {
		const struct static_join join = join_of(w, sources[i]);

		gm_join_set(&w->core, LINK, &join, true);
	}
	cr_assert_eq(gm_join_count(&w->core, LINK, w->facts->family), 3);
	cr_assert_not(gm_join_inspect(&w->core, LINK, w->facts->family, inspect_two, &count));
	cr_assert_eq(count, 2);
	gm_join_free(&w->core, LINK, w->facts->family);
	cr_assert_eq(gm_join_count(&w->core, LINK, w->facts->family), 0);
}

Test(gm_join, walk_ends_when_it_is_asked_to)
{
	each_family(inspect_check);
}
