/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The composite forwarding plane over dplane/null.c: which tier carries a route, what happens when
 * one refuses, what outputs miss, and what an earlier run left. A second tier stands for the
 * kernel's multicast cache where one is needed.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/addr_text.h"
#include "dplane/dplane_int.h"
#include "unit/fake/tier.h"

static struct dplane *dp;
static struct fake_tier *fast, *kernel; /* NULL: not there */
static char said[4096];

static void say(void *ctx, enum note_level level, const char *line)
{
	size_t used = strlen(said);

	(void)ctx;
	(void)level;
	(void)snprintf(said + used, sizeof(said) - used, "%s\n", line);
}

static const struct hash_key hash_key = { .word = { 1, 3, 5, 7, 11, 13, 17, 19, 23 } };
static const struct dplane_config config = {
	.instance = "test",
	.hash_key = &hash_key,
	.max_links = LINKS_MAX,
	.max_routes = 100,
	.max_sets = 10,
	.log = say,
};

static void open_null(void)
{
	cr_assert_eq(dplane_new_null(&config, &dp), 0);
}

/* The same with tiers that can be made to refuse, and a kernel's cache. */
static void open_tiers(void)
{
	open_null();
	fast = fake_tier_new(&config);
	kernel = fake_tier_new(&config);
	kernel->is_kernel = true;
	dp->fast->ops->free(dp->fast, false);
	dp->fast = &fast->be;
	dp->kernel = &kernel->be;
}

static void close_all(void)
{
	dplane_free(dp, false);
}

TestSuite(dplane_null, .init = open_null, .fini = close_all);
TestSuite(dplane_tiers, .init = open_tiers, .fini = close_all);

static struct dplane_link link_of(uint16_t link)
{
	struct dplane_link ret = {
		.link = link, .ifindex = link + 10u, .mtu = 1500, .is_up = true
	};

	(void)snprintf(ret.name, sizeof(ret.name), "eth%u", link);
	return ret;
}

/* All is written that changed. */
static void work(void)
{
	dplane_work(dp, UINT32_MAX, true);
	cr_assert_not(dplane_has_work(dp));
}

static void attach(uint16_t link, bool is_up)
{
	struct dplane_link with = link_of(link);

	with.is_up = is_up;
	cr_assert_eq(dplane_attach(dp, &with), 0);
	work();
}

static struct mfib_route route_of(const char *source, uint16_t iif, uint16_t oif)
{
	struct mfib_route route = { .iif = iif };

	cr_assert_eq(ip_addr_parse(source, &route.key.source), 0);
	cr_assert_eq(ip_addr_parse("239.1.1.1", &route.key.group), 0);
	if (oif != LINK_NONE)
		ifset_add(&route.oifs, oif);
	return route;
}

/* "xdp", "kernel: eth2: gets nothing, ...", or "-": no such route. */
static const char *carrier(const struct mfib_route *route)
{
	static char text[192];
	struct dplane_route_state state;

	if (dplane_route_state(dp, &route->key, &state) < 0)
		return "-";
	(void)snprintf(text, sizeof(text), "%s%s%s", tier_name(state.tier), *state.why ? ": " : "",
		       state.why);
	return text;
}

/* ---- over null.c alone ---- */

Test(dplane_null, streams_are_hashed_with_the_key)
{
	const struct mfib_route route = route_of("10.0.0.1", 0, 1);

	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_eq(dp->trees->hh.hashv, hash_keyed(&hash_key, &route.key, sizeof(route.key)));
}

Test(dplane_null, put_and_delete)
{
	const struct mfib_route a = route_of("10.0.0.1", 0, 1), b = route_of("10.0.0.2", 0, 1);
	struct dplane_route_state state;

	attach(0, true);
	attach(1, true);
	cr_expect_str_eq(carrier(&a), "-");
	cr_assert_eq(dplane_put(dp, &a), 0);
	cr_assert_eq(dplane_put(dp, &b), 0);
	cr_assert_eq(dplane_put(dp, &a), 0, "again");
	cr_expect_eq(dplane_route_count(dp), 2);
	cr_expect_str_eq(carrier(&a), "xdp");
	cr_assert_eq(dplane_route_state(dp, &a.key, &state), 0);
	cr_expect_eq(state.packets, 0);
	cr_expect_eq(state.seen_for, HP_TIME_NEVER);
	dplane_del(dp, &a.key);
	dplane_del(dp, &a.key);
	cr_expect_str_eq(carrier(&a), "-");
	cr_expect_str_eq(carrier(&b), "xdp");
	cr_expect_eq(dplane_route_count(dp), 1);
}

Test(dplane_null, totals_follow_the_tiers)
{
	const struct mfib_route a = route_of("10.0.0.1", 0, 1), b = route_of("10.0.0.2", 1, 0);
	struct dplane_totals totals = { .next = 0 };

	attach(0, true);
	attach(1, true);
	cr_assert_eq(dplane_put(dp, &a), 0);
	cr_assert_eq(dplane_put(dp, &b), 0);
	attach(0, false);
	cr_assert(dplane_totals_add(dp, &totals));
	cr_expect_eq(totals.routes, 2);
	cr_expect_eq(totals.routes_xdp, 1, "b, whose input is up");
	cr_expect_eq(totals.routes_tc + totals.routes_kernel, 0);
}

Test(dplane_null, input_that_is_down_absent_or_back)
{
	const struct mfib_route route = route_of("10.0.0.1", 0, 1);

	attach(1, true);
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect_str_eq(carrier(&route), "none: the input is not attached or down");
	attach(0, false);
	cr_expect_str_eq(carrier(&route), "none: eth0: the input is not attached or down");
	attach(0, true);
	cr_expect_str_eq(carrier(&route), "xdp");
	dplane_detach(dp, 0);
	work();
	cr_expect_str_eq(carrier(&route), "none: the input is not attached or down");
	cr_expect_eq(dplane_route_count(dp), 1, "the route is wanted all the time");
}

Test(dplane_null, link_state)
{
	struct dplane_link_state state;

	dplane_link_state(dp, 0, &state);
	cr_expect_not(state.is_attached);
	attach(0, true);
	dplane_link_state(dp, 0, &state);
	cr_expect(state.is_attached && state.takes_redirects && !state.has_kernel);
	cr_expect_eq(state.tier, DPLANE_TIER_XDP);
	dplane_detach(dp, 0);
	dplane_link_state(dp, 0, &state);
	cr_expect_not(state.is_attached);
}

Test(dplane_null, link_numbers_end_at_the_limit)
{
	const struct dplane_link link = link_of(LINKS_MAX);

	cr_expect_eq(dplane_attach(dp, &link), -ENOSPC);
	dplane_detach(dp, LINKS_MAX);
	attach(LINKS_MAX - 1, true);
}

Test(dplane_null, has_neither_lease_nor_capture)
{
	cr_expect_eq(dplane_renew(dp, HP_SEC(1)), 0);
	cr_expect_eq(dplane_capture(dp, 1), -ENOTSUP);
	dplane_dispatch(dp);
}

Test(dplane_null, own_and_broadcast_sources)
{
	const struct mfib_route own = route_of("10.0.0.1", 0, 1);
	const struct mfib_route broadcast = route_of("10.0.0.255", 0, 1);

	attach(0, true);
	attach(1, true);
	cr_assert_eq(dplane_put(dp, &own), 0);
	cr_assert_eq(dplane_put(dp, &broadcast), 0);
	cr_expect_str_eq(carrier(&own), "xdp");
	dplane_own_begin(dp);
	dplane_own_add(dp, &own.key.source, DPLANE_OWN_ADDRESS);
	dplane_own_add(dp, &broadcast.key.source, DPLANE_OWN_BROADCAST);
	dplane_own_end(dp);
	work();
	cr_expect_eq(dplane_own(dp, &own.key.source), DPLANE_OWN_ADDRESS);
	cr_expect_str_eq(carrier(&own), "none: eth0: not in the kernel's multicast cache");
	cr_expect_str_eq(carrier(&broadcast), "none: eth0: not in the kernel's multicast cache");
	dplane_own_begin(dp);
	dplane_own_end(dp);
	work();
	cr_expect_eq(dplane_own(dp, &own.key.source), DPLANE_OWN_NONE);
	cr_expect_str_eq(carrier(&own), "xdp");
}

/* ---- which tier ---- */

static void able(uint16_t link, struct tier_port abilities)
{
	fast->is_able[link] = true;
	fast->abilities[link] = abilities;
	attach(link, true);
}

Test(dplane_tiers, best_tier_that_reaches_every_output)
{
	const struct tier_port generic = { .hook = TIER_HOOK_GENERIC, .has_tc = true };
	const struct tier_port vlan = { .hook = TIER_HOOK_GENERIC,
					.has_tc = true,
					.is_tagged = true };
	const struct tier_port tc = { .has_tc = true, .why_no_hook = "no room for XDP" };
	const struct tier_port none = { .why_no_hook = "no XDP", .why_no_tc = "no TC" };
	static const struct {
		uint16_t iif, oif;
		const char *carrier;
		uint32_t flags; /* in the BPF maps */
	} rows[] = {
		{ 0, 1, "xdp", 0 },
		{ 0, LINK_NONE, "xdp", 0 },
		{ 0, 2, "tc: eth2: generic XDP cannot tag frames", MFIB_F_TC },
		{ 3, 1, "tc: eth3: no room for XDP", MFIB_F_TC },
		{ 4, 1, "kernel: eth4: no TC", MFIB_F_PASS },
		{ 9, 1, "none: the input is not attached or down", MFIB_F_PASS },
	};

	able(0, generic);
	able(1, generic);
	able(2, vlan);
	able(3, tc);
	able(4, none);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct mfib_route route = route_of("10.0.0.1", rows[i].iif, rows[i].oif);
		const struct mfib_route *in_kernel;

		cr_assert_eq(dplane_put(dp, &route), 0);
		cr_expect_str_eq(carrier(&route), rows[i].carrier);
		cr_expect_eq(fake_tier_find(fast, &route.key)->flags, rows[i].flags, "row %zu", i);
		in_kernel = fake_tier_find(kernel, &route.key);
		cr_assert_not_null(in_kernel, "each route stands in both");
		cr_expect_eq(in_kernel->flags, 0);
		cr_expect(ifset_equal(&in_kernel->oifs, &route.oifs));
	}
}

Test(dplane_tiers, output_sets_run_out_and_are_found_again)
{
	const struct tier_port generic = { .hook = TIER_HOOK_GENERIC, .has_tc = true };
	const struct mfib_route a = route_of("10.0.0.1", 0, 1), b = route_of("10.0.0.2", 0, 1);

	able(0, generic);
	able(1, generic);
	fast->put_err = -ENOSPC;
	fast->put_err_flags = (int)(MFIB_F_TC | MFIB_F_PASS);
	cr_assert_eq(dplane_put(dp, &a), 0);
	cr_assert_eq(dplane_put(dp, &b), 0);
	cr_expect_str_eq(carrier(&a), "tc: no free output set");
	cr_expect_str_eq(said, "all 10 output sets are in use: more trees are carried by tc\n",
			 "once: %s", said);
	fast->put_err = 0;
	cr_assert_eq(dplane_put(dp, &a), 0);
	cr_expect_str_eq(carrier(&a), "xdp");
	cr_expect_str_eq(carrier(&b), "tc: no free output set");
	fast->put_err = -ENOSPC;
	cr_assert_eq(dplane_put(dp, &a), 0);
	dplane_del(dp, &b.key);
	cr_assert_eq(dplane_put(dp, &b), 0);
	cr_expect_str_eq(carrier(&b), "tc: no free output set");
	cr_expect_eq(strchr(said, '\n')[1], '\0', "still once: %s", said);
}

/* ---- all tiers or none ---- */

Test(dplane_tiers, new_route_that_one_tier_refuses_stands_in_none)
{
	const struct mfib_route route = route_of("10.0.0.1", 0, 1);

	attach(0, true);
	attach(1, true);
	kernel->put_err = -ENOMEM;
	cr_expect_eq(dplane_put(dp, &route), -ENOMEM);
	cr_expect_eq(fast->puts, 0, "BPF would pass to a kernel that knows nothing");
	kernel->put_err = 0;
	fast->put_err = -E2BIG;
	cr_expect_eq(dplane_put(dp, &route), -E2BIG);
	cr_expect_null(fake_tier_find(kernel, &route.key));
	cr_expect_null(fake_tier_find(fast, &route.key));
	cr_expect_eq(dplane_route_count(dp), 0);
	fast->put_err = 0;
	cr_expect_eq(dplane_put(dp, &route), 0);
}

Test(dplane_tiers, change_that_is_refused_leaves_the_former_route)
{
	const struct mfib_route before = route_of("10.0.0.1", 0, 1),
				after = route_of("10.0.0.1", 0, 2);

	attach(0, true);
	attach(1, true);
	attach(2, true);
	cr_assert_eq(dplane_put(dp, &before), 0);
	fast->put_err = -ENOMEM;
	cr_expect_eq(dplane_put(dp, &after), -ENOMEM);
	cr_expect(ifset_equal(&fake_tier_find(fast, &before.key)->oifs, &before.oifs));
	cr_expect(ifset_equal(&fake_tier_find(kernel, &before.key)->oifs, &before.oifs));
	fast->put_err = 0;
	attach(1, false); /* what is written again is the former one */
	cr_expect(ifset_equal(&fake_tier_find(fast, &before.key)->oifs, &before.oifs));
}

Test(dplane_tiers, interface_that_one_tier_refuses)
{
	const struct dplane_link link = link_of(0);
	struct dplane_link_state state;

	kernel->link_err = -ENFILE;
	kernel->why = "it has 32 already";
	cr_expect_eq(dplane_attach(dp, &link), 0, "the BPF tiers serve it");
	cr_expect_str_eq(said, "eth0 is not in the kernel's multicast cache: it has 32 already\n");
	dplane_link_state(dp, 0, &state);
	cr_expect(state.is_attached && !state.has_kernel);
	fast->is_able[1] = true; /* neither XDP nor TC */
	cr_expect_eq(dplane_attach(dp, &(struct dplane_link){ .link = 1, .ifindex = 11 }), -ENFILE);
	fast->link_err = -EOPNOTSUPP;
	fast->why = "no native XDP";
	cr_expect_eq(dplane_attach(dp, &link), -EOPNOTSUPP);
	dplane_link_state(dp, 0, &state);
	cr_expect_not(state.is_attached, "nothing of it is left");
}

/* ---- for later ---- */

static unsigned int listed;

static void list(void *ctx, const struct mfib_route *route)
{
	(void)ctx;
	(void)route;
	listed++;
}

#define ROUTES 10u

/* The @i-th of some from link 0 to @oif. */
static struct mfib_route route_at(unsigned int i, uint16_t oif)
{
	char source[16];

	(void)snprintf(source, sizeof(source), "10.0.1.%u", i + 1);
	return route_of(source, 0, oif);
}

static void open_routes(void)
{
	open_tiers();
	for (uint16_t link = 0; link < 3; link++)
		attach(link, true);
	for (unsigned int i = 0; i < ROUTES; i++) {
		const struct mfib_route route = route_at(i, 1);

		cr_assert_eq(dplane_put(dp, &route), 0);
	}
	fast->puts = kernel->puts = 0;
}

TestSuite(dplane_later, .init = open_routes, .fini = close_all);

static void expect_puts(unsigned int puts)
{
	cr_expect_eq(fast->puts, puts, "%u", fast->puts);
	cr_expect_eq(kernel->puts, puts, "%u", kernel->puts);
}

static void link_down(uint16_t link)
{
	struct dplane_link down = link_of(link);

	down.is_up = false;
	cr_assert_eq(dplane_attach(dp, &down), 0);
}

Test(dplane_later, entry_is_written_once_as_it_was_wanted_last)
{
	const struct mfib_route first = route_at(0, LINK_NONE), last = route_at(0, 2);

	dplane_put_later(dp, &first);
	dplane_put_later(dp, &last);
	expect_puts(0);
	cr_expect(dplane_has_work(dp));
	work();
	expect_puts(1);
	cr_expect(ifset_equal(&fake_tier_find(fast, &last.key)->oifs, &last.oifs));
}

Test(dplane_later, link_that_goes_down_writes_each_entry_once)
{
	link_down(1);
	expect_puts(0);
	for (unsigned int i = 0; i < ROUTES / 2; i++) { /* what the core makes of it */
		const struct mfib_route route = route_at(i, 2);

		dplane_put_later(dp, &route);
	}
	work();
	expect_puts(ROUTES);
	work();
	link_down(2);
	work();
	expect_puts(ROUTES + ROUTES / 2);
}

Test(dplane_later, link_that_no_entry_uses_writes_none)
{
	link_down(2);
	work();
	expect_puts(0);
}

Test(dplane_later, work_is_bounded_and_what_the_core_wants_goes_first)
{
	const struct mfib_route wanted = route_at(ROUTES - 1, 2);

	link_down(1);
	dplane_put_later(dp, &wanted);
	dplane_work(dp, 1, false);
	expect_puts(1);
	cr_expect(ifset_equal(&fake_tier_find(fast, &wanted.key)->oifs, &wanted.oifs));
	dplane_work(dp, ROUTES, false);
	expect_puts(1);
	dplane_work(dp, 3, true);
	expect_puts(4);
	cr_expect(dplane_has_work(dp));
	work();
	expect_puts(ROUTES);
}

Test(dplane_later, change_in_the_middle_of_a_round_concerns_all)
{
	const struct mfib_route late = route_at(ROUTES, 1);

	link_down(1);
	dplane_work(dp, ROUTES / 2, true);
	expect_puts(ROUTES / 2);
	link_down(0);
	cr_assert_eq(dplane_put(dp, &late), 0); /* the last of the round, in no other's place */
	work();
	expect_puts(ROUTES / 2 + 1 + ROUTES);
}

Test(dplane_later, entry_that_goes_is_gone_at_once_for_the_daemon)
{
	const struct mfib_route route = route_at(0, 1);

	dplane_del_later(dp, &route.key);
	cr_expect_str_eq(carrier(&route), "-");
	cr_expect_eq(dplane_route_count(dp), ROUTES - 1);
	dplane_routes(dp, list, NULL);
	cr_expect_eq(listed, ROUTES - 1);
	cr_expect_not_null(fake_tier_find(fast, &route.key));
	work();
	cr_expect_null(fake_tier_find(fast, &route.key));
	cr_expect_null(fake_tier_find(kernel, &route.key));
	dplane_put_later(dp, &route);
	dplane_del_later(dp, &route.key);
	work();
	cr_expect_null(fake_tier_find(fast, &route.key), "it was never there");
	expect_puts(0);
}

Test(dplane_later, entry_that_comes_back_does_not_go)
{
	const struct mfib_route route = route_at(0, 2);

	dplane_del_later(dp, &route.key);
	dplane_put_later(dp, &route);
	cr_expect_eq(dplane_route_count(dp), ROUTES);
	work();
	expect_puts(1);
	cr_expect(ifset_equal(&fake_tier_find(fast, &route.key)->oifs, &route.oifs));
}

Test(dplane_later, refusals_are_logged_once_a_second)
{
	const struct mfib_route known = route_at(0, 2), other = route_at(1, 2),
				unknown = route_at(ROUTES, 2);

	fast->put_err = -ENOMEM;
	dplane_put_later(dp, &known);
	dplane_put_later(dp, &other);
	dplane_put_later(dp, &unknown);
	work();
	cr_expect_str_eq(said,
			 "forwarding plane refuses the route of (10.0.1.1,239.1.1.1): Cannot "
			 "allocate memory; what stood there before, if anything, stays until the "
			 "next change; others may be refused without a line in this second\n");
	cr_expect_eq(dplane_route_count(dp), ROUTES, "the new one is not there");
	cr_expect(ifset_has(&fake_tier_find(kernel, &known.key)->oifs, 1));
}

/* ---- copies that are not made ---- */

static uint64_t skipped;

static void take_skipped(void *ctx, const struct dplane_counter *counter)
{
	(void)ctx;
	cr_expect_eq(counter->link, 1);
	cr_expect_str_eq(counter->reason, "link-down");
	skipped += counter->packets;
}

Test(dplane_tiers, packets_that_an_output_misses_while_it_is_down)
{
	const struct mfib_route route = route_of("10.0.0.1", 0, 1);

	attach(0, true);
	attach(1, true);
	cr_assert_eq(dplane_put(dp, &route), 0);
	fake_tier_count(fast, &route.key, 10, 0);
	cr_expect_eq(dplane_unsettled(dp), 0);
	attach(1, false);
	fake_tier_count(fast, &route.key, 17, 0);
	cr_expect_eq(dplane_unsettled(dp), 1);
	dplane_settle_next(dp);
	dplane_counters(dp, take_skipped, NULL);
	cr_expect_eq(skipped, 7, "those since it went down");
	attach(1, true);
	fake_tier_count(fast, &route.key, 30, 0);
	cr_expect_eq(dplane_unsettled(dp), 0);
	skipped = 0;
	dplane_counters(dp, take_skipped, NULL);
	cr_expect_eq(skipped, 7, "none since it is back");
}

/* ---- reports ---- */

static unsigned int reports;
static struct dplane_upcall last_report;

static void count_report(void *ctx, const struct dplane_upcall *upcall)
{
	(void)ctx;
	reports++;
	last_report = *upcall;
}

static void report(enum data_kind kind, const struct mfib_route *route)
{
	const struct dplane_config inner = dplane_backend_config(dp);
	const struct dplane_upcall upcall = { .kind = kind,
					      .link = route->iif,
					      .source = route->key.source,
					      .group = route->key.group };

	inner.upcall(inner.ctx, &upcall);
}

Test(dplane_tiers, next_packet_is_reported_once_until_the_route_is_put_again)
{
	struct mfib_route route = route_of("10.0.0.1", 3, 4);

	dp->config.upcall = count_report;
	attach(3, true);
	attach(4, true);
	cr_assert_eq(dplane_put(dp, &route), 0);
	report(DATA_NOTIFY, &route);
	cr_expect_eq(reports, 0, "not asked for");
	route.flags = MFIB_F_NOTIFY;
	cr_assert_eq(dplane_put(dp, &route), 0);
	cr_expect(fake_tier_find(fast, &route.key)->flags & MFIB_F_NOTIFY);
	cr_expect(fake_tier_find(kernel, &route.key)->flags & MFIB_F_NOTIFY);
	report(DATA_NOTIFY, &route); /* by the one */
	report(DATA_NOTIFY, &route); /* and by the other */
	cr_expect_eq(reports, 1);
	cr_expect_eq(last_report.kind, DATA_NOTIFY);
	attach(4, false); /* the entry is written again */
	cr_expect_not(fake_tier_find(fast, &route.key)->flags & MFIB_F_NOTIFY, "asked again");
	cr_assert_eq(dplane_put(dp, &route), 0);
	report(DATA_NOTIFY, &route);
	cr_expect_eq(reports, 2);
	dplane_del(dp, &route.key);
	report(DATA_NOTIFY, &route);
	cr_expect_eq(reports, 2, "it has gone");
	report(DATA_MISS, &route);
	cr_expect_eq(reports, 3);
}

Test(dplane_tiers, an_interface_that_changes_does_not_end_the_wait_for_a_packet)
{
	struct mfib_route route = route_of("10.0.0.1", 3, 4);

	route.flags = MFIB_F_NOTIFY;
	attach(3, true);
	attach(4, true);
	cr_assert_eq(dplane_put(dp, &route), 0);
	attach(4, false);
	cr_expect(fake_tier_find(fast, &route.key)->flags & MFIB_F_NOTIFY);
}

Test(dplane_tiers, greatest_ttl_is_that_of_the_programs)
{
	const struct mfib_route route = route_of("10.0.0.1", 3, 4);
	struct dplane_route_state state;

	attach(3, true);
	cr_assert_eq(dplane_put(dp, &route), 0);
	fake_tier_count(fast, &route.key, 7, 0);
	fast->routes[0].counts.ttl = 64;
	cr_assert_eq(dplane_route_state(dp, &route.key, &state), 0);
	cr_expect_eq(state.ttl, 64);
}

Test(dplane_tiers, what_an_earlier_run_left)
{
	struct mfib_route route = route_of("10.0.0.1", 3, 4);
	const struct tier_port port = {
		.is_served = true, .is_ethernet = true, .hook = TIER_HOOK_GENERIC, .carrier = 13
	};
	const struct dplane_link in = link_of(3), out = link_of(4);

	cr_assert_eq(fast->be.ops->put(&fast->be, &route), 0);
	dlink_restore(dp, &in, &port);
	dlink_restore(dp, &out, &port);
	dtree_restore(dp, &route);
	dplane_routes(dp, list, NULL);
	cr_expect_eq(listed, 1);
	cr_expect_str_eq(carrier(&route), "xdp");
	cr_expect_eq(fast->puts, 1, "restoring writes nothing");
	cr_expect_eq(dplane_stale_link(dp, in.ifindex), 3);
	cr_expect_eq(dplane_stale_link(dp, 99), LINK_NONE);
	cr_expect(dplane_link_is_stale(dp, 4));
	attach(4, true);
	cr_expect_not(dplane_link_is_stale(dp, 4));
	cr_expect_eq(dplane_stale_link(dp, out.ifindex), LINK_NONE);
}

Test(dplane_tiers, interfaces_that_do_not_come_back_are_given_up)
{
	const struct mfib_route route = route_of("10.0.0.1", 3, 4);
	const struct tier_port port = { .is_served = true,
					.is_ethernet = true,
					.hook = TIER_HOOK_GENERIC };
	const struct dplane_link in = link_of(3), out = link_of(4);

	dlink_restore(dp, &in, &port);
	dlink_restore(dp, &out, &port);
	dtree_restore(dp, &route);
	attach(4, true);
	dp->stale_until = 1;
	dp->timer_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK); /* as a timer that is due */
	cr_assert_geq(dp->timer_fd, 0);
	dplane_dispatch(dp);
	work();
	cr_expect_not(dplane_link_is_stale(dp, 3));
	cr_expect_not(dp->links[3].is_attached);
	cr_expect(dp->links[4].is_attached);
	cr_expect_str_eq(carrier(&route), "none: the input is not attached or down");
}
