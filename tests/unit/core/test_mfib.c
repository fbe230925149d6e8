// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding table: claims of owners, and an effect only where the entry in force differs. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/mfib.h"

static struct mfib_route route_of(const char *source, const char *group, uint16_t iif, uint16_t oif)
{
	struct mfib_route route = { .iif = iif };

	cr_assert_eq(ip_addr_parse(source, &route.key.source), 0);
	cr_assert_eq(ip_addr_parse(group, &route.key.group), 0);
	if (oif != LINK_NONE)
		ifset_add(&route.oifs, oif);
	return route;
}

static struct core *new_core(void)
{
	struct core *core = core_new(&core_limits_default);

	cr_assert_not_null(core);
	return core;
}

/* The next effect is this one, about this route; and it is the last. */
static void expect(struct core *core, enum core_effect_kind kind, const struct mfib_route *route)
{
	const struct core_effect *fx = core_effect_next(core);

	cr_assert_not_null(fx);
	cr_assert_eq(fx->kind, kind);
	if (kind == FX_MFIB_PUT)
		cr_assert(fx->route.iif == route->iif && fx->route.flags == route->flags &&
			  ifset_equal(&fx->route.oifs, &route->oifs));
	cr_assert_eq(memcmp(kind == FX_MFIB_PUT ? &fx->route.key : &fx->key, &route->key,
			    sizeof(route->key)),
		     0);
	cr_assert_null(core_effect_next(core));
}

static void in_force(const struct core *core, const struct mfib_route *route, enum mfib_owner owner)
{
	struct mfib_entry entry;

	cr_assert(mfib_find(core, &route->key, &entry));
	cr_assert_eq(entry.owner, owner);
	cr_assert_eq(entry.route.iif, route->iif);
	cr_assert(ifset_equal(&entry.route.oifs, &route->oifs));
}

static void clock_at(struct core *core, hp_time now)
{
	core_handle(core, now, &(struct core_event){ .kind = EV_CLOCK });
}

Test(mfib, entry_is_put_when_it_is_new_or_differs)
{
	struct core *core = new_core();
	struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	cr_assert_null(core_effect_next(core));
	ifset_add(&route.oifs, 2);
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	route.iif = 3;
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	route.flags = MFIB_F_WRONG_IF;
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	in_force(core, &route, MFIB_HPIM);
	cr_assert_eq(mfib_count(core), 1);
	core_free(core);
}

Test(mfib, removal_is_one_effect)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("2001::1", "ff05::1", 0, LINK_NONE);

	mfib_clear(core, MFIB_HPIM, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	mfib_clear(core, MFIB_STATIC, &route.key);
	cr_assert_null(core_effect_next(core));
	mfib_clear(core, MFIB_HPIM, &route.key);
	expect(core, FX_MFIB_DEL, &route);
	mfib_clear(core, MFIB_HPIM, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert_not(mfib_find(core, &route.key, NULL));
	core_free(core);
}

Test(mfib, more_preferred_owner_is_in_force_until_it_gives_up)
{
	struct core *core = new_core();
	const struct mfib_route dynamic = route_of("10.1.1.1", "224.1.1.1", 0, 1);
	const struct mfib_route fixed = route_of("10.1.1.1", "224.1.1.1", 2, 3);
	const struct mfib_route later = route_of("10.1.1.1", "224.1.1.1", 0, 4);

	cr_assert(mfib_set(core, MFIB_HPIM, &dynamic));
	expect(core, FX_MFIB_PUT, &dynamic);
	cr_assert(mfib_set(core, MFIB_STATIC, &fixed));
	expect(core, FX_MFIB_PUT, &fixed);
	in_force(core, &fixed, MFIB_STATIC);
	cr_assert(mfib_set(core, MFIB_HPIM, &later));
	cr_assert_null(core_effect_next(core));
	cr_assert_eq(mfib_count(core), 1);
	mfib_clear(core, MFIB_STATIC, &fixed.key);
	expect(core, FX_MFIB_PUT, &later);
	in_force(core, &later, MFIB_HPIM);
	core_free(core);
}

Test(mfib, less_preferred_owner_waits_and_may_give_up_unseen)
{
	struct core *core = new_core();
	const struct mfib_route fixed = route_of("10.1.1.1", "224.1.1.1", 2, 3);
	const struct mfib_route dynamic = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	cr_assert(mfib_set(core, MFIB_STATIC, &fixed));
	expect(core, FX_MFIB_PUT, &fixed);
	cr_assert(mfib_set(core, MFIB_HPIM, &dynamic));
	mfib_clear(core, MFIB_HPIM, &dynamic.key);
	cr_assert_null(core_effect_next(core));
	in_force(core, &fixed, MFIB_STATIC);
	core_free(core);
}

Test(mfib, stale_entry_stands_without_an_effect_and_ends_with_its_time)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);
	struct mfib_entry entry;

	cr_assert(mfib_restore(core, &route, HP_SEC(45)));
	cr_assert_null(core_effect_next(core));
	cr_assert(mfib_find(core, &route.key, &entry));
	cr_assert(entry.owner == MFIB_STALE && entry.expires_at == HP_SEC(45));
	clock_at(core, HP_SEC(44));
	cr_assert_null(core_effect_next(core));
	clock_at(core, HP_SEC(45));
	expect(core, FX_MFIB_DEL, &route);
	cr_assert_eq(mfib_count(core), 0);
	core_free(core);
}

/* The same route is no difference to the forwarding plane; and it outlives the stale time. */
Test(mfib, owner_takes_a_stale_entry_over)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	cr_assert(mfib_restore(core, &route, HP_SEC(45)));
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	cr_assert_null(core_effect_next(core));
	in_force(core, &route, MFIB_HPIM);
	clock_at(core, HP_SEC(45));
	cr_assert_null(core_effect_next(core));
	in_force(core, &route, MFIB_HPIM);
	core_free(core);
}

Test(mfib, stale_entry_of_a_claimed_key_is_put_right)
{
	struct core *core = new_core();
	const struct mfib_route mine = route_of("10.1.1.1", "224.1.1.1", 0, 1);
	const struct mfib_route old = route_of("10.1.1.1", "224.1.1.1", 0, 2);

	cr_assert(mfib_set(core, MFIB_HPIM, &mine));
	expect(core, FX_MFIB_PUT, &mine);
	cr_assert(mfib_restore(core, &old, HP_SEC(45)));
	expect(core, FX_MFIB_PUT, &mine);
	mfib_clear(core, MFIB_HPIM, &mine.key);
	expect(core, FX_MFIB_PUT, &old);
	core_free(core);
}

Test(mfib, stale_entries_lose_an_interface_that_is_gone)
{
	struct core *core = new_core();
	struct mfib_route output = route_of("10.1.1.1", "224.1.1.1", 0, 1);
	const struct mfib_route input = route_of("10.1.1.1", "224.1.1.2", 2, 1);
	const struct mfib_route other = route_of("2001::1", "ff05::1", 2, 3);

	ifset_add(&output.oifs, 2);
	cr_assert(mfib_restore(core, &output, HP_SEC(45)));
	cr_assert(mfib_restore(core, &input, HP_SEC(45)));
	cr_assert(mfib_restore(core, &other, HP_SEC(45)));
	mfib_stale_link_off(core, IP_FAMILY_4, 2);
	ifset_del(&output.oifs, 2);
	in_force(core, &output, MFIB_STALE);
	cr_assert_not(mfib_find(core, &input.key, NULL));
	in_force(core, &other, MFIB_STALE);
	core_free(core);
}

Test(mfib, repeat_puts_what_is_there_and_nothing_else)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	mfib_repeat(core, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert(mfib_set(core, MFIB_HPIM, &route));
	expect(core, FX_MFIB_PUT, &route);
	mfib_repeat(core, &route.key);
	expect(core, FX_MFIB_PUT, &route);
	core_free(core);
}

static struct mfib_route nth(uint8_t n)
{
	struct mfib_route route = route_of("10.1.1.1", "224.1.1.0", n, LINK_NONE);

	route.key.group.b[15] = n;
	return route;
}

/* Those that go meanwhile are left out, those that come are not waited for. */
Test(mfib, walk_rests_while_entries_come_and_go)
{
	const struct mfib_route routes[] = { nth(0), nth(1), nth(2), nth(3) };
	struct mfib_route changed = nth(3);
	struct core *core = new_core();
	struct mfib_entry entry;
	struct mfib_walk walk;

	for (uint8_t n = 0; n < 4; n++)
		cr_assert(mfib_set(core, MFIB_HPIM, &routes[n]));
	mfib_walk_begin(core, &walk);
	cr_assert(mfib_walk_next(core, &walk, &entry) && entry.route.iif == 0);
	mfib_clear(core, MFIB_HPIM, &routes[1].key);
	mfib_clear(core, MFIB_HPIM, &routes[0].key);
	cr_assert(mfib_walk_next(core, &walk, &entry) && entry.route.iif == 2);
	changed.iif = 9;
	cr_assert(mfib_set(core, MFIB_STATIC, &changed));
	cr_assert(mfib_walk_next(core, &walk, &entry) && entry.route.iif == 9);
	cr_assert_not(mfib_walk_next(core, &walk, &entry));
	mfib_walk_end(&walk);
	core_free(core);
}
