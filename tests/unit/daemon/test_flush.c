/* SPDX-License-Identifier: GPL-2.0-only */
/* What is posted is fed by a flush, which lets no time pass: timers that are due wait for theirs.
 */
#include <criterion/criterion.h>

#include "dplane/dplane_int.h"
#include "unit/common_daemon.h"

static unsigned int sent;

static void count(uint16_t link, const struct fx_send *send)
{
	(void)link;
	(void)send;
	sent++;
}

/* Hellos and queries are due. */
static void boot(void)
{
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	world_run(HP_SEC(1));
	fake_on_send(count);
	fake_clock_set(fake_deadline() + HP_SEC(60));
}

TestSuite(flush, .init = boot, .fini = world_end);

static void expect_no_timer_ran(void)
{
	cr_expect_eq(sent, 0);
	cr_expect_leq(fake_deadline(), fake_now());
	fake_timer();
	cr_expect_neq(sent, 0);
}

Test(flush, nothing_posted_runs_no_timer)
{
	daemon_flush(world_daemon());
	expect_no_timer_ran();
}

Test(flush, route_that_no_tree_needs_runs_no_timer)
{
	fake_route("192.0.2.0/24", "10.2.0.9", 2, 10);
	expect_no_timer_ran();
}

Test(flush, upcall_waits_for_the_flush)
{
	struct daemon *daemon = world_daemon();
	const struct mfib_key key = world_key("10.2.0.9", "239.1.1.1");
	const struct dplane_upcall upcall = { .kind = DATA_MISS,
					      .link = world_link("eth2"),
					      .source = key.source,
					      .group = key.group };

	daemon->dplane->config.upcall(daemon, &upcall);
	cr_expect_eq(dplane_route_count(daemon->dplane), 0);
	daemon_flush(daemon);
	cr_expect_eq(dplane_route_count(daemon->dplane), 1);
}

/* ---- what comes first ---- */

static unsigned int puts_before;

static void look_at_entries(uint16_t link, const struct fx_send *send)
{
	(void)link;
	(void)send;
	if (!sent++)
		puts_before = world_tier()->puts;
}

/* A source on eth2, and a neighbor on eth3 with a member behind it. */
static void boot_neighbor(void)
{
	fake_link(2, "eth2", true, "10.2.0.1/24 fe80::2/64");
	fake_link(3, "eth3", true, "10.3.0.1/24 fe80::3/64");
	world_boot();
	cr_assert_eq(request("attach", "{'interface':'eth2'}")->exit, CTL_EXIT_OK);
	cr_assert_eq(request("attach", "{'interface':'eth3'}")->exit, CTL_EXIT_OK);
	world_neighbor("eth3", "10.3.0.9", 50, 10);
	world_run(HP_SEC(30));
	world_neighbor_report(50, "239.1.1.1");
	world_miss("eth2", "10.2.0.9", "239.1.1.1");
	world_run(HP_SEC(5));
}

TestSuite(flush_order, .init = boot_neighbor, .fini = world_end);

Test(flush_order, neighbors_are_informed_before_entries_are_written)
{
	const struct mfib_key key = world_key("10.2.0.9", "239.1.1.1");
	unsigned int puts = world_tier()->puts;

	cr_assert(ifset_has(&fake_tier_find(world_tier(), &key)->oifs, world_link("eth3")));
	fake_on_send(look_at_entries);
	fake_link(2, "eth2", false, "10.2.0.1/24 fe80::2/64");
	cr_assert_gt(sent, 0);
	cr_expect_eq(puts_before, puts, "entries were written first");
	cr_expect_null(fake_tier_find(world_tier(), &key), "then they were");
}
