/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test of interfaces: what it says holds until the interface goes down, except that a test
 * which is not passed is made again, since a kernel without time loses no frames.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dplane/dplane_int.h"
#include "unit/fake/tier.h"

#define OUT 4u

static struct dplane *dp;
static struct fake_tier *fast;

static const struct hash_key hash_key = { .word = { 1, 3, 5, 7, 11, 13, 17, 19, 23 } };
static const struct dplane_config config = { .instance = "test",
					     .hash_key = &hash_key,
					     .max_links = LINKS_MAX,
					     .max_routes = 100,
					     .max_sets = 10 };

static void open_tier(void)
{
	cr_assert_eq(dplane_new_null(&config, &dp), 0);
	fast = fake_tier_new(&config);
	dp->fast->ops->free(dp->fast, false);
	dp->fast = &fast->be;
	dp->timer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* a second passes when we write */
	cr_assert_geq(dp->timer_fd, 0);
}

static void close_all(void)
{
	dplane_free(dp, false);
}

TestSuite(dplane_probe, .init = open_tier, .fini = close_all);

static void attach(bool is_up)
{
	const struct dplane_link link = {
		.link = OUT, .ifindex = 14, .name = "eth4", .mtu = 1500, .is_up = is_up
	};

	cr_assert_eq(dplane_attach(dp, &link), 0);
}

static void seconds(unsigned int count)
{
	const uint64_t one = 1;

	while (count--) {
		cr_assert_eq(write(dp->timer_fd, &one, sizeof(one)), (ssize_t)sizeof(one));
		dplane_dispatch(dp);
	}
}

static bool takes_redirects(void)
{
	struct dplane_link_state state;

	dplane_link_state(dp, OUT, &state);
	return state.takes_redirects;
}

Test(dplane_probe, a_passed_test_is_not_made_again)
{
	attach(true);
	cr_expect(takes_redirects());
	seconds(200);
	attach(true);
	cr_expect_eq(fast->probes, 1);
}

Test(dplane_probe, a_failed_test_is_made_again)
{
	fast->probe_verdict = 0;
	attach(true);
	cr_expect_not(takes_redirects());
	fast->probe_verdict = 1;
	seconds(1);
	cr_expect(takes_redirects());
	seconds(200);
	cr_expect_eq(fast->probes, 2);
}

/* After 1, 2, 4, 8, 16, 32, 64, 64 ... seconds. */
Test(dplane_probe, a_test_that_always_fails_is_made_ever_more_rarely)
{
	fast->probe_verdict = 0;
	attach(true);
	seconds(63);
	cr_expect_eq(fast->probes, 1 + 6);
	seconds(64);
	cr_expect_eq(fast->probes, 1 + 7);
	seconds(63);
	cr_expect_eq(fast->probes, 1 + 7);
	seconds(1);
	cr_expect_eq(fast->probes, 1 + 8);
	cr_expect_not(takes_redirects());
}

Test(dplane_probe, an_interface_that_goes_down_is_tested_when_it_comes_up)
{
	fast->probe_verdict = 0;
	attach(true);
	attach(false);
	seconds(200);
	cr_expect_eq(fast->probes, 1);
	attach(true);
	cr_expect_eq(fast->probes, 2);
	seconds(1);
	cr_expect_eq(fast->probes, 3, "the pauses begin again");
}

Test(dplane_probe, a_test_that_cannot_be_made_leaves_it_to_the_driver)
{
	fast->probe_verdict = -EPERM;
	attach(true);
	cr_expect(takes_redirects());
}
