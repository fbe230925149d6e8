// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding table tells only differences. */
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

/* The next effect is this one, about this key. */
static void expect(struct core *core, enum core_effect_kind kind, const struct mfib_key *key)
{
	const struct core_effect *fx = core_effect_next(core);

	cr_assert_not_null(fx);
	cr_assert_eq(fx->kind, kind);
	cr_assert_eq(memcmp(kind == FX_MFIB_PUT ? &fx->route.key : &fx->key, key, sizeof(*key)), 0);
}

Test(mfib, entry_is_told_when_it_is_new_or_differs)
{
	struct core *core = new_core();
	struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	cr_assert(mfib_set(core, &route));
	cr_assert_null(core_effect_next(core));
	ifset_add(&route.oifs, 2);
	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	route.iif = 3;
	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	route.flags = MFIB_F_WRONG_IF;
	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	cr_assert_null(core_effect_next(core));
	core_free(core);
}

Test(mfib, told_entry_is_the_wanted_one)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("2001::1", "ff05::1", 4, 5);
	const struct core_effect *fx;

	cr_assert(mfib_set(core, &route));
	fx = core_effect_next(core);
	cr_assert(fx && fx->kind == FX_MFIB_PUT && fx->route.iif == 4 &&
		  ifset_equal(&fx->route.oifs, &route.oifs) && fx->route.flags == 0);
	cr_assert_eq(mfib_find(core->mfib, &route.key)->iif, 4);
	core_free(core);
}

Test(mfib, removal_is_told_once)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, LINK_NONE);

	mfib_clear(core, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	mfib_clear(core, &route.key);
	expect(core, FX_MFIB_DEL, &route.key);
	mfib_clear(core, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert_null(mfib_find(core->mfib, &route.key));
	core_free(core);
}

Test(mfib, repeat_tells_what_is_there_and_nothing_else)
{
	struct core *core = new_core();
	const struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", 0, 1);

	mfib_repeat(core, &route.key);
	cr_assert_null(core_effect_next(core));
	cr_assert(mfib_set(core, &route));
	expect(core, FX_MFIB_PUT, &route.key);
	mfib_repeat(core, &route.key);
	expect(core, FX_MFIB_PUT, &route.key);
	cr_assert_null(core_effect_next(core));
	core_free(core);
}

static bool take_iif(void *ctx, const struct mfib_route *route)
{
	char **at = ctx;

	*(*at)++ = (char)('0' + route->iif);
	return route->iif != 2;
}

Test(mfib, walk_is_in_order_of_creation_and_stops_when_told)
{
	struct core *core = new_core();
	char seen[8] = "", *at = seen;

	for (uint16_t iif = 0; iif < 4; iif++) {
		struct mfib_route route = route_of("10.1.1.1", "224.1.1.1", iif, LINK_NONE);

		route.key.group.b[15] = (uint8_t)(9 - iif);
		cr_assert(mfib_set(core, &route));
	}
	mfib_each(core->mfib, take_iif, &at);
	cr_assert_str_eq(seen, "012");
	core_free(core);
}
