// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMPv3 and MLDv2 of one router among others: older hosts and queriers, the querier's numbers,
 * fast leave.
 */
#include <errno.h>

#include "unit/membership/test_gm3_world.h"

/* ---- Older hosts: RFC 9776, 7.3.2; RFC 3810, 8.3.2 ---- */

struct compat_row {
	const char *script, *effects, *known;
	enum gm_state state;
};

static const struct compat_row compat_rows[] = {
	{ "| is_in:1", "joined -member", "in 1:260000", GM_STATE_INCLUDE },
	{ "| is_ex:", "joined +member", "ex 260000", GM_STATE_EXCLUDE },
	{ "| r", "joined +member", "ex 260000", GM_STATE_MEMBERS },
	{ "is_ex: | r", "", "ex 260000", GM_STATE_MEMBERS },
	/* A plain report excludes nothing. */
	{ "is_in:1,2 | r", "+member", "ex 260000", GM_STATE_MEMBERS },
	{ "is_ex:1,2 | r", "+member", "ex 260000", GM_STATE_MEMBERS },
	/* A leave changes to include nothing, also where only newer hosts were heard. */
	{ "is_ex:1 +500 | l", "specific", "ex 2000 1:0", GM_STATE_EXCLUDE },
	{ "is_in:1 +500 | l", "sources(1)", "in 1:2000", GM_STATE_INCLUDE },
	{ "r +500 | l", "specific", "ex 2000", GM_STATE_CHECKING },
	{ "r +500 | to_in:", "specific", "ex 2000", GM_STATE_CHECKING },
	{ "r +500 | to_in:1", "specific", "ex 2000 1:260000", GM_STATE_CHECKING },
	/* With older hosts, sources are not blocked. */
	{ "r +500 | block:1", "", "ex 259500", GM_STATE_MEMBERS },
	{ "r +500 | to_ex:1", "", "ex 260000", GM_STATE_MEMBERS },
	{ "r +500 | to_ex:", "", "ex 260000", GM_STATE_MEMBERS },
	{ "r +500 | is_ex:1", "", "ex 260000 1:260000", GM_STATE_MEMBERS },
	{ "r +500 | allow:1", "", "ex 259500 1:260000", GM_STATE_MEMBERS },
	/* They are forgotten 260 s after their last report, not after their leave. */
	{ "r +1000 is_ex: +258999 |", "", "ex 1001", GM_STATE_MEMBERS },
	{ "r +1000 is_ex: +258999 | +1", "", "ex 1000", GM_STATE_EXCLUDE },
	{ "r +1000 is_ex: +259000 | block:1", "", "ex 1000 1:1000", GM_STATE_EXCLUDE },
	{ "r +1000 r +259000 | is_ex:", "", "ex 260000", GM_STATE_MEMBERS },
	{ "r l +500 | @is_ex:", "", "ex 260000", GM_STATE_MEMBERS },
	/* The older version is not a property of the interface. */
	{ "is_in:1 | l", "sources(1)", "in 1:2000", GM_STATE_INCLUDE },
};

static const struct compat_row igmp_rows[] = {
	{ "| 1", "joined +member", "ex 260000", GM_STATE_V1_MEMBERS },
	{ "1 +500 | l", "", "ex 259500", GM_STATE_V1_MEMBERS },
	{ "1 +500 | to_in:", "", "ex 259500", GM_STATE_V1_MEMBERS },
	{ "1 +500 | to_in:1", "", "ex 259500", GM_STATE_V1_MEMBERS },
	{ "1 +500 | block:1", "", "ex 259500", GM_STATE_V1_MEMBERS },
	{ "1 +500 | to_ex:1", "", "ex 260000", GM_STATE_V1_MEMBERS },
	{ "1 +500 | allow:1", "", "ex 259500 1:260000", GM_STATE_V1_MEMBERS },
	{ "1 +500 | r", "", "ex 260000", GM_STATE_V1_MEMBERS },
	{ "r +500 | 1", "", "ex 260000", GM_STATE_V1_MEMBERS },
	/* Version 1, then 2, then 3. */
	{ "1 +1000 r +1000 is_ex: +257999 |", "", "ex 2001", GM_STATE_V1_MEMBERS },
	{ "1 +1000 r +1000 is_ex: +258000 |", "", "ex 2000", GM_STATE_MEMBERS },
	{ "1 +1000 r +1000 is_ex: +258999 |", "", "ex 1001", GM_STATE_MEMBERS },
	{ "1 +1000 r +1000 is_ex: +259000 |", "", "ex 1000", GM_STATE_EXCLUDE },
	{ "1 +1000 r +1000 is_ex: +258000 | l", "specific", "ex 2000", GM_STATE_CHECKING },
};

static void compat_check(const struct family_facts *f, const struct compat_row *row)
{
	const char *script = row->script;
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	play3(&w, script);
	cr_assert_str_eq(drain(&w), row->effects, "%s %s: %s", f->own, script, w.words);
	cr_assert_str_eq(known(&w), row->known, "%s %s: %s", f->own, script, known(&w));
	cr_assert_str_eq(first_state(&w), f->states[row->state], "%s %s: %s", f->own, script,
			 first_state(&w));
	world_fini(&w);
}

Test(gm3_compat, every_row_of_group_compatibility_mode)
{
	for (size_t i = 0; i < sizeof(compat_rows) / sizeof(compat_rows[0]); i++) {
		compat_check(&facts[IP_FAMILY_4], &compat_rows[i]);
		compat_check(&facts[IP_FAMILY_6], &compat_rows[i]);
	}
}

Test(gm3_compat, every_row_with_version_1_hosts)
{
	for (size_t i = 0; i < sizeof(igmp_rows) / sizeof(igmp_rows[0]); i++)
		compat_check(&facts[IP_FAMILY_4], &igmp_rows[i]);
}

/* ---- Queriers of other versions: RFC 9776, 7.3.1; RFC 3810, 8.3.1 ---- */

static void older_querier_check(struct world *w)
{
	(void)drain(w);
	hear_old_general(w, w->facts->lower);
	cr_assert_str_eq(drain(w), "older yield");
	hear_old_general(w, w->facts->lower);
	hear_old_general(w, w->facts->higher);
	cr_assert_str_eq(drain(w), "");
	advance_to(w, HP_SEC(125));
	hear_old_general(w, w->facts->lower);
	cr_assert_str_eq(drain(w), "older");
}

Test(gm3_compat, an_older_querier_is_elected_and_noted_once_in_a_query_interval)
{
	each_family3(older_querier_check);
}

static void older_note_check(struct world *w)
{
	const struct core_effect *fx;

	(void)drain(w);
	hear_old_general(w, w->facts->higher);
	fx = fx_next(&w->core.fx);
	cr_assert_eq(fx->kind, FX_NOTE);
	cr_assert_eq(fx->note.level, NOTE_WARN);
	cr_assert_eq(fx->note.link, LINK);
	cr_assert(is_addr(&fx->note.a, w->facts->higher));
	cr_assert_eq(fx->note.v[0], w->facts->report_version);
	cr_assert_eq(fx->note.v[1], w->facts->query_version);
	cr_assert_null(fx_next(&w->core.fx));
}

Test(gm3_compat, the_note_names_the_querier_and_both_versions)
{
	each_family3(older_note_check);
}

static void older_query_numbers_check(struct world *w)
{
	hear_old_general(w, w->facts->lower);
	hear_report(w, w->facts->host, w->facts->group);
	cr_assert_str_eq(known(w), "ex 260000");
	cr_assert_eq(gm_if_inspect(w->gm).robustness, 2);
	cr_assert_eq(gm_if_inspect(w->gm).query_interval, HP_SEC(125));
}

Test(gm3_compat, an_older_query_leaves_the_numbers_as_they_are)
{
	each_family3(older_query_numbers_check);
}

static void set_version_check(struct world *w)
{
	(void)drain(w);
	advance_to(w, HP_SEC(200));
	(void)drain(w);
	cr_assert_eq(gm_set_version(&w->core, w->gm, w->facts->report_version), 0);
	cr_assert_eq(gm_if_inspect(w->gm).version, w->facts->report_version);
	cr_assert_str_eq(drain(w), "old-general");
	advance_to(w, HP_SEC(200) + HP_MS(31250));
	cr_assert_str_eq(drain(w), "old-general");
	cr_assert_eq(gm_set_version(&w->core, w->gm, w->facts->report_version), 0);
	cr_assert_str_eq(drain(w), "", "already so");
	hear_general(w, w->facts->higher);
	cr_assert_str_eq(drain(w), "newer");
	cr_assert_eq(gm_set_version(&w->core, w->gm, w->facts->query_version), 0);
	cr_assert_str_eq(drain(w), "general");
}

Test(gm3_compat, a_querier_set_to_another_version_queries_with_it_at_once)
{
	each_family3(set_version_check);
}

static void set_version_other_check(struct world *w)
{
	hear_general(w, w->facts->lower);
	(void)drain(w);
	cr_assert_eq(gm_set_version(&w->core, w->gm, w->facts->report_version), 0);
	cr_assert_str_eq(drain(w), "");
	advance_to(w, HP_SEC(255));
	cr_assert_str_eq(drain(w), "querier old-general");
}

Test(gm3_compat, a_router_that_is_not_querier_says_nothing_about_its_version)
{
	each_family3(set_version_other_check);
}

static void set_version_pending_check(struct world *w)
{
	play3(w, "is_in:1,2 block:1");
	(void)gm_set_version(&w->core, w->gm, w->facts->report_version);
	(void)drain(w);
	advance_to(w, HP_SEC(1));
	cr_assert_str_eq(drain(w), "sources(1)", "the older version has no such query");
}

Test(gm3_compat, what_was_begun_is_finished_in_the_version_it_was_begun_with)
{
	each_family3(set_version_pending_check);
}

static void set_version_bad_check(struct world *w)
{
	uint8_t newest = w->facts->query_version;

	(void)drain(w);
	for (unsigned int version = 0; version < 256; version++)
		if (version != newest && version + 1 != newest)
			cr_assert_eq(gm_set_version(&w->core, w->gm, (uint8_t)version), -EINVAL);
	cr_assert_eq(gm_if_inspect(w->gm).version, newest);
	cr_assert_str_eq(drain(w), "");
}

Test(gm3_compat, only_the_newest_two_versions_can_be_set)
{
	each_family3(set_version_bad_check);
}

/* Set to the older version, and what newer hosts say meanwhile. */
static const struct row {
	const char *script, *effects, *known;
} old_rows[] = {
	{ "| is_in:1", "joined -member", "in 1:260000" },
	{ "| to_ex:1", "joined +member", "ex 260000" },
	{ "r +500 | l", "old-specific", "ex 2000" },
	{ "r l +999 | +1", "old-specific", "ex 1000" },
	{ "r l +1999 | +1", "left -member", "none" },
	/* There is no S flag: after a report, no more queries. */
	{ "r l +500 r +499 | +1", "", "ex 259500" },
	{ "is_ex: +500 | to_in:", "old-specific", "ex 2000" },
	/* There are no queries for sources: timers are left to end. */
	{ "is_in:1,2 +500 | to_in:2", "", "in 1:259500 2:260000" },
	{ "is_in:1 +500 | block:1", "", "in 1:259500" },
	/* But a router that is not querier asks for the group before it forgets a source. */
	{ "general is_in:1 +100000 general +159999 | +1", "old-specific", "in 1:2000" },
	{ "general is_in:1 +100000 general +160500 | r", "+member", "ex 260000" },
	{ "general is_in:1 +500 | query:1", "old-specific", "in 1:2000" },
};

Test(gm3_compat, a_router_set_to_the_older_version_understands_newer_hosts)
{
	for (size_t i = 0; i < sizeof(old_rows) / sizeof(old_rows[0]) * IP_FAMILY_COUNT; i++) {
		const struct family_facts *f = &facts[i % IP_FAMILY_COUNT];
		const struct row *row = &old_rows[i / IP_FAMILY_COUNT];
		struct world w;

		world_init(&w, f, f->own);
		world_start(&w);
		cr_assert_eq(gm_set_version(&w.core, w.gm, f->report_version), 0);
		play3(&w, row->script);
		cr_assert_str_eq(drain(&w), row->effects, "%s: %s", row->script, w.words);
		cr_assert_str_eq(known(&w), row->known, "%s: %s", row->script, known(&w));
		world_fini(&w);
	}
}

/* ---- The querier's numbers: RFC 9776, 4.1.6 and 4.1.7 ---- */

static void hear_numbers(struct world *w, const char *src, uint8_t robustness, hp_time interval)
{
	receive(w, src, w->facts->all_nodes,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->any),
				  .max_response = HP_SEC(10),
				  .robustness = robustness,
				  .query_interval = interval });
}

static void hear_numbers_specific(struct world *w, uint8_t robustness, hp_time interval)
{
	receive(w, w->facts->lower, w->facts->group,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->group),
				  .max_response = HP_SEC(1),
				  .robustness = robustness,
				  .query_interval = interval });
}

static void numbers_check(struct world *w)
{
	struct gm_if_view view;

	hear_numbers(w, w->facts->lower, 3, HP_SEC(60));
	view = gm_if_inspect(w->gm);
	cr_assert_eq(view.robustness, 3);
	cr_assert_eq(view.query_interval, HP_SEC(60));
	play3(w, "is_ex:1 allow:2");
	cr_assert_str_eq(known(w), "ex 190000 1:0 2:190000");
	hear_numbers_specific(w, 3, HP_SEC(60));
	cr_assert_str_eq(known(w), "ex 3000 1:0 2:190000");
	advance_to(w, HP_SEC(2)); /* this router asks three times, too */
	(void)drain(w);
	advance_to(w, HP_SEC(184));
	cr_assert_str_eq(drain(w), "-member");
	advance_to(w, HP_SEC(185));
	/* The word stands for a query with our own numbers. */
	cr_assert_str_eq(drain(w), "querier general");
	view = gm_if_inspect(w->gm);
	cr_assert_eq(view.robustness, 2);
	cr_assert_eq(view.query_interval, HP_SEC(125));
}

Test(gm3_compat, the_numbers_of_the_querier_hold_until_this_router_is_querier)
{
	each_family3(numbers_check);
}

static void numbers_untold_check(struct world *w)
{
	hear_numbers(w, w->facts->lower, 3, HP_SEC(60));
	hear_numbers(w, w->facts->lower, 0, 0);
	play3(w, "is_ex:");
	cr_assert_str_eq(known(w), "ex 260000");
	hear_numbers(w, w->facts->lower, 7, 0);
	play3(w, "is_ex:");
	cr_assert_str_eq(known(w), "ex 885000");
}

Test(gm3_compat, numbers_that_are_not_told_are_the_default)
{
	each_family3(numbers_untold_check);
}

static void numbers_higher_check(struct world *w)
{
	hear_numbers(w, w->facts->higher, 7, HP_SEC(31744));
	cr_assert_eq(gm_if_inspect(w->gm).robustness, 2);
	hear_general(w, w->facts->lower);
	hear_numbers(w, w->facts->higher, 7, HP_SEC(31744));
	cr_assert_eq(gm_if_inspect(w->gm).robustness, 2);
	cr_assert_eq(gm_if_inspect(w->gm).query_interval, HP_SEC(125));
}

Test(gm3_compat, numbers_of_a_router_that_loses_the_election_do_not_count)
{
	each_family3(numbers_higher_check);
}

/* A router that yields while it asks for a source, to a querier with other numbers. */
static void numbers_told_check(struct world *w)
{
	const struct core_effect *fx;
	const uint8_t *tail;

	play3(w, "is_in:1,2 block:1");
	hear_numbers(w, w->facts->lower, 3, HP_SEC(60));
	(void)drain(w);
	advance_to(w, HP_SEC(1));
	fx = fx_next(&w->core.fx);
	cr_assert_eq(fx->kind, FX_SEND);
	tail = fx->send.bytes + w->facts->query_len - 4;
	cr_assert(tail[0] == 3 && tail[1] == 60 && tail[3] == 1);
	cr_assert_null(fx_next(&w->core.fx));
}

Test(gm3_compat, queries_tell_the_numbers_in_use)
{
	each_family3(numbers_told_check);
}

/* Case of the field: robustness 7, an interval of 31744 s, from a lower address. */
static void numbers_bounds_check(struct world *w)
{
	struct gm_if_view view;

	(void)drain(w);
	hear_numbers(w, w->facts->lower, 7, HP_SEC(31744));
	cr_assert_str_eq(drain(w), "numbers yield");
	view = gm_if_inspect(w->gm);
	cr_assert_eq(view.robustness, 7);
	cr_assert_eq(view.query_interval, HP_SEC(250));
	cr_assert_eq(gm_querier_expires_in(&w->core, w->gm), HP_SEC(510));
	hear_numbers(w, w->facts->lower, 1, HP_SEC(1));
	cr_assert_str_eq(drain(w), "numbers");
	view = gm_if_inspect(w->gm);
	cr_assert_eq(view.robustness, 2);
	cr_assert_eq(view.query_interval, HP_SEC(10));
	hear_numbers(w, w->facts->lower, 2, HP_SEC(60));
	cr_assert_str_eq(drain(w), "");
	cr_assert_eq(w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_NUMBERS],
		     2);
	advance_to(w, HP_SEC(125));
	cr_assert_str_eq(drain(w), "querier general");
	cr_assert_eq(gm_querier_expires_in(&w->core, w->gm), 0);
}

Test(gm3_compat, numbers_of_a_querier_are_taken_within_bounds)
{
	each_family3(numbers_bounds_check);
}

/* The querier gives hosts little time. */
static void short_response_check(struct world *w)
{
	uint8_t body[16];
	const struct ip_addr source = source_addr(w, 1);
	size_t len = ip_family_addr_len(w->facts->family);

	play3(w, "is_ex: allow:1 block:1");
	memcpy(body, ip_addr_bytes(&source), len);
	receive(w, w->facts->lower, w->facts->group,
		&(struct gm_msg){ .type = GM_QUERY,
				  .version = w->facts->query_version,
				  .group = addr_of(w->facts->group),
				  .max_response = HP_MS(100),
				  .count = 1,
				  .body = body,
				  .body_len = len });
	(void)drain(w);
	advance_to(w, HP_SEC(1));
	cr_assert_str_eq(drain(w), "sources(1)");
	cr_assert_str_eq(known(w), "ex 259000 1:1000");
}

Test(gm3_compat, the_querier_cannot_make_checks_shorter)
{
	each_family3(short_response_check);
}

/* ---- Fast leave ---- */

static const struct row fast_rows[] = {
	{ "is_ex: | to_in: +0", "left -member", "none" },
	{ "is_in:1 | block:1 +0", "left -member", "none" },
	{ "is_in:1 | to_in: +0", "left -member", "none" },
	{ "is_in:1 | to_in:2 +0", "-member -member", "in 2:260000" },
	{ "is_ex: | block:1 +0", "+member", "ex 260000 1:0" },
	{ "is_ex: @is_in:1 | to_in:", "sources(1) specific", "ex 2000 1:2000" },
	{ "is_ex: | @to_in: +0", "specific", "ex 2000" },
	{ "r | l +0", "specific", "ex 2000" },
	{ "is_ex: r | to_in: +0", "specific", "ex 2000" },
	{ "general is_ex: | to_in: +0", "", "ex 260000" },
};

Test(gm3_compat, fast_leave_believes_the_only_host)
{
	for (size_t i = 0; i < sizeof(fast_rows) / sizeof(fast_rows[0]) * IP_FAMILY_COUNT; i++) {
		const struct family_facts *f = &facts[i % IP_FAMILY_COUNT];
		const struct row *row = &fast_rows[i / IP_FAMILY_COUNT];
		struct world w;

		world_init(&w, f, f->own);
		world_start(&w);
		gm_set_fast_leave(w.gm, true);
		play3(&w, row->script);
		cr_assert_str_eq(drain(&w), row->effects, "%s: %s", row->script, w.words);
		cr_assert_str_eq(known(&w), row->known, "%s: %s", row->script, known(&w));
		world_fini(&w);
	}
}

Test(gm3_compat, fast_leave_does_not_believe_the_any_address)
{
	struct world w;

	world_init(&w, &facts[IP_FAMILY_4], facts[IP_FAMILY_4].own);
	world_start(&w);
	gm_set_fast_leave(w.gm, true);
	hear_record(&w, "0.0.0.0", GM_RECORD_IS_EX, "");
	(void)drain(&w);
	hear_record(&w, "0.0.0.0", GM_RECORD_TO_IN, "");
	cr_assert_str_eq(drain(&w), "specific");
	world_fini(&w);
}
