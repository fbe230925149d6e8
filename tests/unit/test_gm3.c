// SPDX-License-Identifier: GPL-2.0-only
/*
 * IGMPv3 and MLDv2 of one router beyond the tables: older hosts and queriers, the querier's
 * numbers, fast leave, limits, and reports that nobody should send.
 */
#include <errno.h>

#include "core/gm_int.h"
#include "test_gm3_world.h"

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

Test(gm3, every_row_of_group_compatibility_mode)
{
	for (size_t i = 0; i < sizeof(compat_rows) / sizeof(compat_rows[0]); i++) {
		compat_check(&facts[IP_FAMILY_4], &compat_rows[i]);
		compat_check(&facts[IP_FAMILY_6], &compat_rows[i]);
	}
}

Test(gm3, every_row_with_version_1_hosts)
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

Test(gm3, an_older_querier_is_elected_and_noted_once_in_a_query_interval)
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

Test(gm3, the_note_names_the_querier_and_both_versions)
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

Test(gm3, an_older_query_leaves_the_numbers_as_they_are)
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

Test(gm3, a_querier_set_to_another_version_queries_with_it_at_once)
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

Test(gm3, a_router_that_is_not_querier_says_nothing_about_its_version)
{
	each_family3(set_version_other_check);
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

Test(gm3, only_the_newest_two_versions_can_be_set)
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
};

Test(gm3, a_router_set_to_the_older_version_understands_newer_hosts)
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

Test(gm3, the_numbers_of_the_querier_hold_until_this_router_is_querier)
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

Test(gm3, numbers_that_are_not_told_are_the_default)
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

Test(gm3, numbers_of_a_router_that_loses_the_election_do_not_count)
{
	each_family3(numbers_higher_check);
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

Test(gm3, fast_leave_believes_the_only_host)
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

Test(gm3, fast_leave_does_not_believe_the_any_address)
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

/* ---- Who reports ---- */

static void reporter_check(struct world *w)
{
	struct gm_group_view view;

	play3(w, "is_in:1 @is_in:2 block:1 to_in:");
	gm_group_inspect(&w->core, w->gm, first_view, &view);
	cr_assert(is_addr(&view.last_reporter, w->facts->host2));
	cr_assert_eq(view.sources, 2);
	play3(w, "allow:1 +1000 allow:2 +1000");
	gm_group_inspect(&w->core, w->gm, first_view, &view);
	cr_assert(is_addr(&view.last_reporter, w->facts->host));
	cr_assert_eq(view.expires_in, HP_SEC(259),
		     "a group without a timer ends with its last source");
}

Test(gm3, a_leave_is_not_a_report)
{
	each_family3(reporter_check);
}

Test(gm3, an_igmp_host_without_an_address_is_heard)
{
	struct world w;

	world_init(&w, &facts[IP_FAMILY_4], facts[IP_FAMILY_4].own);
	world_start(&w);
	hear_record(&w, "0.0.0.0", GM_RECORD_IS_EX, "");
	cr_assert_str_eq(known(&w), "ex 260000");
	world_fini(&w);
}

Test(gm3, an_mld_host_without_an_address_is_ignored_silently)
{
	struct world w;

	world_init(&w, &facts[IP_FAMILY_6], facts[IP_FAMILY_6].own);
	world_start(&w);
	(void)drain(&w);
	hear_record(&w, "::", GM_RECORD_IS_EX, "");
	cr_assert_str_eq(drain(&w), "");
	world_fini(&w);
}

/* ---- Reports ---- */

static void several_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group), source = source_addr(w, 1);
	struct ip_addr other = group;

	memset(&records, 0, sizeof(records));
	other.b[15]++;
	record_add(&records, GM_RECORD_IS_IN, &group, &source, 1, 0);
	record_add(&records, 0, &group, &source, 1, 0);
	record_add(&records, GM_RECORD_END, &group, NULL, 0, 255);
	record_add(&records, 255, &group, &source, 1, 3);
	record_add(&records, GM_RECORD_ALLOW, &other, &source, 1, 2);
	record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 1);
	record_put(&records, "behind the last record", 22);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(known(w), "ex 260000");
	cr_assert(gm_has_member(w->gm, &source, &other));
	cr_assert_eq(gm_if_inspect(w->gm).groups, 2);
}

Test(gm3, every_record_counts_unknown_ones_and_auxiliary_data_do_not)
{
	each_family3(several_check);
}

/* A good record in front of a bad one. */
static void bad_records_expect(struct world *w, const struct records *records, const char *what)
{
	(void)drain(w);
	hear_records(w, w->facts->host, records);
	cr_assert_str_eq(drain(w), "bad", "%s", what);
	cr_assert_str_eq(known(w), "none", "%s", what);
}

static void garbage_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group), host = addr_of(w->facts->host),
			     any = addr_of(w->facts->any), good = source_addr(w, 1);

	for (unsigned int i = 0; i < 6; i++) {
		memset(&records, 0, sizeof(records));
		record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
		if (i == 0)
			record_add(&records, GM_RECORD_IS_EX, &host, NULL, 0, 0);
		if (i == 1)
			record_add(&records, GM_RECORD_IS_EX, &any, NULL, 0, 0);
		if (i == 2)
			record_add(&records, GM_RECORD_IS_IN, &group, &group, 1, 0);
		if (i == 3)
			record_add(&records, GM_RECORD_IS_IN, &group, &any, 1, 0);
		if (i == 4)
			records.count = 2;
		if (i == 5) {
			record_add(&records, GM_RECORD_IS_IN, &group, &good, 1, 0);
			records.len--;
		}
		bad_records_expect(w, &records, (const char[]){ (char)('0' + (int)i), '\0' });
	}
}

Test(gm3, a_report_with_one_bad_record_is_refused_whole)
{
	each_family3(garbage_check);
}

/* Records that claim 0xffff sources, or that many records, and hold few. */
static void claims_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group), good = source_addr(w, 1);

	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_IS_EX, &group, &good, 1, 0);
	records.b[2] = records.b[3] = 0xff;
	bad_records_expect(w, &records, "sources");
	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_IS_EX, &group, &good, 1, 0);
	records.b[1] = 0xff;
	bad_records_expect(w, &records, "auxiliary data");
	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_IS_EX, &group, &good, 1, 0);
	records.count = 0xffff;
	bad_records_expect(w, &records, "records");
}

Test(gm3, counts_that_the_packet_does_not_hold_are_refused)
{
	each_family3(claims_check);
}

/* ---- Limits ---- */

static void many_sources(const struct world *w, struct records *out, uint8_t type,
			 unsigned int first, uint16_t count)
{
	static struct ip_addr sources[16000];
	const struct ip_addr group = addr_of(w->facts->group);

	cr_assert_leq(count, sizeof(sources) / sizeof(sources[0]));
	for (uint16_t i = 0; i < count; i++) {
		sources[i] = source_addr(w, 0);
		sources[i].b[14] = (uint8_t)((first + i) >> 8);
		sources[i].b[15] = (uint8_t)(first + i);
	}
	memset(out, 0, sizeof(*out));
	record_add(out, type, &group, sources, count, 0);
}

static uint32_t source_count(const struct world *w)
{
	struct gm_group_view view = { .sources = 0 };

	gm_group_inspect(&w->core, w->gm, first_view, &view);
	return view.sources;
}

static void limit_check(struct world *w)
{
	static struct records records; /* large */

	many_sources(w, &records, GM_RECORD_IS_IN, 1, GM_SOURCES_MAX);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "joined -member");
	many_sources(w, &records, GM_RECORD_ALLOW, GM_SOURCES_MAX, 3);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "source-limit");
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "");
	cr_assert_eq(source_count(w), GM_SOURCES_MAX);
}

Test(gm3, sources_beyond_the_limit_are_refused_with_one_note)
{
	each_family3(limit_check);
}

static void limit_replace_check(struct world *w)
{
	static struct records records; /* large */

	many_sources(w, &records, GM_RECORD_IS_EX, 1, GM_SOURCES_MAX);
	hear_records(w, w->facts->host, &records);
	many_sources(w, &records, GM_RECORD_IS_EX, 1000, GM_SOURCES_MAX);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "+member", "no note: what goes makes room for what comes");
	cr_assert_eq(source_count(w), GM_SOURCES_MAX);
}

Test(gm3, sources_that_replace_others_fit)
{
	each_family3(limit_replace_check);
}

static void limit_exclude_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group);
	struct ip_addr source = source_addr(w, 0);

	many_sources(w, &records, GM_RECORD_IS_EX, 1, GM_SOURCES_MAX + 1);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "source-limit joined +member");
	source.b[14] = 0;
	source.b[15] = GM_SOURCES_MAX;
	cr_assert_not(gm_has_member(w->gm, &source, &group));
	source.b[15]++;
	cr_assert(gm_has_member(w->gm, &source, &group), "rather too much than too little");
}

Test(gm3, what_cannot_be_excluded_is_forwarded)
{
	each_family3(limit_exclude_check);
}

/* As many as an IP packet holds. */
static void flood_check(struct world *w)
{
	static struct records records; /* large */
	uint16_t most = (uint16_t)(65000 / ip_family_addr_len(w->facts->family) - 2);

	many_sources(w, &records, GM_RECORD_TO_EX, 0x100, most < 16000 ? most : 16000);
	hear_records(w, w->facts->host, &records);
	cr_assert_eq(source_count(w), GM_SOURCES_MAX);
	many_sources(w, &records, GM_RECORD_BLOCK, 0x100, most < 16000 ? most : 16000);
	hear_records(w, w->facts->host, &records);
	cr_assert_eq(source_count(w), GM_SOURCES_MAX);
}

Test(gm3, the_longest_record_stays_within_the_limit)
{
	each_family3(flood_check);
}

static void groups_limit_check(struct world *w)
{
	static struct records records; /* large */
	struct ip_addr group = addr_of(w->facts->group);

	memset(&records, 0, sizeof(records));
	for (unsigned int i = 0; i < 8; i++, group.b[14]++)
		record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 0);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_eq(gm_if_inspect(w->gm).groups, 4);
	cr_assert_not_null(strstr(drain(w), "limit"));
	/* Nothing to be refused: it would not have been kept. */
	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_TO_IN, &group, NULL, 0, 0);
	group.b[14]++;
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "");
}

Test(gm3, groups_of_one_report_are_limited_too)
{
	each_family3(groups_limit_check);
}

/* ---- Queries sent ---- */

static void split_check(struct world *w)
{
	static struct records records; /* large */
	const struct core_effect *fx;
	size_t addr_len = ip_family_addr_len(w->facts->family), asked = 0;

	many_sources(w, &records, GM_RECORD_IS_IN, 1, GM_SOURCES_MAX - 1);
	hear_records(w, w->facts->host, &records);
	(void)drain(w);
	hear_record(w, w->facts->host, GM_RECORD_TO_IN, "");
	while ((fx = fx_next(&w->core.fx))) {
		cr_assert_eq(fx->kind, FX_SEND);
		cr_assert_leq(fx->send.len + 48, 1280, "the smallest MTU of IPv6");
		asked += (fx->send.len - w->facts->query_len) / addr_len;
	}
	cr_assert_eq(asked, GM_SOURCES_MAX - 1);
}

Test(gm3, a_query_for_many_sources_is_split)
{
	each_family3(split_check);
}

static void stop_check(struct world *w)
{
	play3(w, "is_ex:1,2 allow:3 block:3 to_in:");
	(void)drain(w);
	world_stop(w);
	cr_assert_str_eq(drain(w), "left -member leave0 leave1");
	cr_assert_eq(sched_deadline(&w->core.sched), HP_TIME_NEVER);
}

Test(gm3, stop_forgets_groups_sources_and_timers)
{
	each_family3(stop_check);
}
