// SPDX-License-Identifier: GPL-2.0-only
/* Paths to sources: watched while somebody uses them, told only when they differ. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/rpf.h"

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static unsigned int calls;
static struct rpf_user *last_user;

static void changed(struct rpf_user *user)
{
	calls++;
	last_user = user;
}

static struct core *new_core(void)
{
	struct core *core = core_new(&core_limits_default);

	cr_assert_not_null(core);
	calls = 0;
	return core;
}

static void expect(struct core *core, enum core_effect_kind kind, const struct ip_addr *source)
{
	const struct core_effect *fx = core_effect_next(core);

	cr_assert(fx && fx->kind == kind && ip_addr_equal(&fx->rpf_source, source));
	cr_assert_null(core_effect_next(core));
}

Test(rpf, source_is_watched_from_the_first_user_to_the_last)
{
	const struct ip_addr source = addr_of("10.1.1.1");
	struct rpf_user a = { .changed = changed }, b = { .changed = changed };
	struct core *core = new_core();

	cr_assert(rpf_subscribe(core, &a, &source));
	expect(core, FX_RPF_WATCH, &source);
	cr_assert(rpf_subscribe(core, &b, &source));
	cr_assert(rpf_subscribe(core, &a, &source));
	cr_assert_null(core_effect_next(core));
	rpf_unsubscribe(core, &a);
	rpf_unsubscribe(core, &a);
	cr_assert_null(core_effect_next(core));
	rpf_unsubscribe(core, &b);
	expect(core, FX_RPF_UNWATCH, &source);
	core_free(core);
}

Test(rpf, path_is_unknown_until_it_is_told)
{
	const struct ip_addr source = addr_of("2001::1");
	struct ev_rpf path = { .source = source, .is_reachable = true, .link = 3, .metric = 7 };
	struct rpf_user user = { .changed = changed };
	struct core *core = new_core();

	cr_assert_null(rpf_path(&user));
	cr_assert(rpf_subscribe(core, &user, &source));
	cr_assert_null(rpf_path(&user));
	rpf_update(core, &path);
	cr_assert_eq(calls, 1);
	cr_assert_eq(last_user, &user);
	cr_assert_eq(rpf_path(&user)->metric, 7);
	rpf_unsubscribe(core, &user);
	cr_assert_null(rpf_path(&user));
	core_free(core);
}

/* The first path is told to every user, also the path of all zeros. */
Test(rpf, first_path_is_told_whatever_it_is)
{
	const struct ip_addr source = addr_of("10.1.1.1");
	const struct ev_rpf path = { .source = source };
	struct rpf_user a = { .changed = changed }, b = { .changed = changed };
	struct core *core = new_core();

	cr_assert(rpf_subscribe(core, &a, &source) && rpf_subscribe(core, &b, &source));
	rpf_update(core, &path);
	cr_assert_eq(calls, 2);
	rpf_unsubscribe(core, &a);
	rpf_unsubscribe(core, &b);
	core_free(core);
}

Test(rpf, every_field_is_a_difference_and_the_same_path_is_none)
{
	const struct ip_addr source = addr_of("10.1.1.1");
	struct ev_rpf path = { .source = source, .is_reachable = true, .link = 3 };
	struct rpf_user user = { .changed = changed };
	struct core *core = new_core();

	cr_assert(rpf_subscribe(core, &user, &source));
	rpf_update(core, &path);
	rpf_update(core, &path);
	cr_assert_eq(calls, 1);
	path.is_connected = true;
	rpf_update(core, &path);
	path.link = 4;
	rpf_update(core, &path);
	path.preference = 1;
	rpf_update(core, &path);
	path.metric = 1;
	rpf_update(core, &path);
	path.prefix_len = 24;
	rpf_update(core, &path);
	path.next_hop = addr_of("10.2.2.2");
	rpf_update(core, &path);
	path.is_reachable = false;
	rpf_update(core, &path);
	cr_assert_eq(calls, 8);
	rpf_unsubscribe(core, &user);
	core_free(core);
}

Test(rpf, path_of_a_source_that_nobody_watches_is_ignored)
{
	struct core *core = new_core();
	const struct ev_rpf path = { .source = addr_of("10.1.1.1"), .is_reachable = true };

	rpf_update(core, &path);
	cr_assert_eq(calls, 0);
	cr_assert_null(core_effect_next(core));
	core_free(core);
}
