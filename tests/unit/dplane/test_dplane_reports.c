/* SPDX-License-Identifier: GPL-2.0-only */
/* What the back ends report of one packet, and how often the daemon hears of it. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "base/hash.h"
#include "dplane/dplane_int.h"

static struct dplane *dp;
static unsigned int reports;

static void count_report(void *ctx, const struct dplane_upcall *upcall)
{
	(void)ctx;
	(void)upcall;
	reports++;
}

static void setup(void)
{
	static struct hash_key hash_key;

	hash_key_init(&hash_key, 1);
	cr_assert_eq(dplane_new_null(&(struct dplane_config){ .instance = "test",
							      .hash_key = &hash_key,
							      .upcall = count_report },
				     &dp),
		     0);
}

static void teardown(void)
{
	dplane_free(dp, false);
}

TestSuite(dplane_reports, .init = setup, .fini = teardown);

static void report(const struct dplane_config *inner, enum data_kind kind, const char *source)
{
	struct dplane_upcall upcall = { .kind = kind };

	cr_assert_eq(ip_addr_parse(source, &upcall.source), 0);
	cr_assert_eq(ip_addr_parse("239.1.1.1", &upcall.group), 0);
	inner->upcall(inner->ctx, &upcall);
}

Test(dplane_reports, packet_without_an_entry_is_reported_once_by_programs_and_cache)
{
	const struct dplane_config fast = dplane_backend_config(dp);
	const struct dplane_config kernel = dplane_kernel_config(dp);

	report(&fast, DATA_MISS, "10.0.0.1");
	cr_expect_eq(reports, 1);
	report(&kernel, DATA_MISS, "10.0.0.1");
	cr_expect_eq(reports, 1, "the same packet");
	report(&kernel, DATA_MISS, "10.0.0.2");
	cr_expect_eq(reports, 2, "no program looked it up");
	report(&kernel, DATA_WRONG_IF, "10.0.0.1");
	cr_expect_eq(reports, 3);
	report(&fast, DATA_MISS, "10.0.0.1");
	cr_expect_eq(reports, 4, "programs have a limit of their own");
}
