// SPDX-License-Identifier: GPL-2.0-only
/* IGMPv3 and MLDv2 of one router beyond the tables: limits, and reports that nobody should send. */
#include "core/membership/gm_int.h"
#include "unit/membership/test_gm3_world.h"

/* ---- Who reports ---- */

static void reporter_check(struct world *w)
{
	struct gm_group_view view;

	play3(w, "is_in:1 @is_in:2 block:1 to_in:");
	gm_group_inspect(&w->core, w->gm, first_view, &view);
	cr_assert(is_addr(&view.last_reporter, w->facts->host2));
	cr_assert_eq(view.sources, 2);
	play3(w, "allow:2 +1000 allow:1 +1000");
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

static void unknown_check(struct world *w)
{
	play3(w, "is_ex:1 allow:2");
	(void)drain(w);
	hear_record(w, w->facts->host, 0, "1,2,3");
	hear_record(w, w->facts->host, GM_RECORD_END, "1,2,3");
	hear_record(w, w->facts->host, 255, "");
	cr_assert_str_eq(drain(w), "");
	cr_assert_str_eq(known(w), "ex 260000 1:0 2:260000");
}

Test(gm3, unknown_types_of_records_are_ignored)
{
	each_family3(unknown_check);
}

static void bad_records_expect(struct world *w, const struct records *records, const char *what)
{
	(void)drain(w);
	hear_records(w, w->facts->host, records);
	cr_assert_str_eq(drain(w), "bad", "%s", what);
	cr_assert_str_eq(known(w), "none", "%s", what);
}

/* A record that cannot be, in front of a good one. */
static void odd_records_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group), host = addr_of(w->facts->host),
			     any = addr_of(w->facts->any), good = source_addr(w, 1);
	const struct ip_addr two[] = { good, any };
	const struct {
		const struct ip_addr *group, *sources;
		uint16_t count;
	} odd[] = { { &host, NULL, 0 },
		    { &any, NULL, 0 },
		    { &group, &group, 1 },
		    { &group, &any, 1 },
		    { &group, two, 2 } };

	for (unsigned int i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		memset(&records, 0, sizeof(records));
		record_add(&records, GM_RECORD_IS_IN, odd[i].group, odd[i].sources, odd[i].count,
			   0);
		record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
		(void)drain(w);
		hear_records(w, w->facts->host, &records);
		cr_assert_str_eq(drain(w), i == 0 ? "odd joined +member" : "odd", "%u", i);
		cr_assert_str_eq(known(w), "ex 260000", "%u", i);
		cr_assert_eq(w->core.links[LINK]
				     .counters[w->facts->family]
				     .gm_refused[GM_REFUSED_RECORD],
			     i + 1);
	}
}

Test(gm3, an_odd_record_is_skipped_and_the_others_count)
{
	each_family3(odd_records_check);
}

/* A mapped address is no address of a packet. */
Test(gm3, a_mapped_group_is_an_odd_record)
{
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, [12] = 239, [15] = 1 };
	static struct records records; /* large */
	struct ip_addr group = addr_of("ff05::12:12:12");
	struct world w;

	world_init(&w, &facts[IP_FAMILY_6], facts[IP_FAMILY_6].own);
	world_start(&w);
	record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
	memcpy(records.b + 4, mapped, sizeof(mapped));
	record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
	(void)drain(&w);
	hear_records(&w, w.facts->host, &records);
	cr_assert_str_eq(drain(&w), "odd joined +member");
	world_fini(&w);
}

static void cut_check(struct world *w)
{
	static struct records records; /* large */
	const struct ip_addr group = addr_of(w->facts->group), good = source_addr(w, 1);

	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
	records.count = 2;
	bad_records_expect(w, &records, "a record is missing");
	record_add(&records, GM_RECORD_IS_IN, &group, &good, 1, 0);
	records.count = 2;
	records.len--;
	bad_records_expect(w, &records, "a byte is missing");
}

Test(gm3, a_report_that_is_cut_off_is_refused_whole)
{
	each_family3(cut_check);
}

/* ---- Source-specific multicast: RFC 4604, 2.2 ---- */

/* The effects of the case 232.1.7.2: a host names a source, another asks for any. */
static void ssm_check(struct world *w)
{
	struct ip_addr group =
		addr_of(w->facts->family == IP_FAMILY_4 ? "232.1.7.2" : "ff3e::8000:2");
	struct ip_addr wanted = source_addr(w, 1), other = source_addr(w, 2);
	static struct records records; /* large */

	for (int is_any = 0; is_any < 2; is_any++) {
		gm_set_ssm_any_source(w->gm, is_any);
		memset(&records, 0, sizeof(records));
		record_add(&records, GM_RECORD_IS_IN, &group, &wanted, 1, 0);
		hear_records(w, w->facts->host, &records);
		memset(&records, 0, sizeof(records));
		record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 0);
		record_add(&records, GM_RECORD_IS_EX, &group, NULL, 0, 0);
		hear_records(w, w->facts->host2, &records);
		receive(w, w->facts->host2, w->facts->listen[0],
			&(struct gm_msg){ .type = GM_REPORT,
					  .version = w->facts->report_version,
					  .group = group });
		cr_assert(gm_has_member(w->gm, &wanted, &group));
		cr_assert_eq(gm_has_member(w->gm, &other, &group), is_any);
		cr_assert_eq(
			w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_SSM],
			3);
	}
}

Test(gm3, any_source_of_an_ssm_group_counts_where_it_is_set)
{
	each_family3(ssm_check);
}

static void ssm_leave_check(struct world *w)
{
	struct ip_addr group =
		addr_of(w->facts->family == IP_FAMILY_4 ? "232.1.7.2" : "ff3e::8000:2");
	struct ip_addr wanted = source_addr(w, 1);
	static struct records records; /* large */

	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_IS_IN, &group, &wanted, 1, 0);
	hear_records(w, w->facts->host, &records);
	(void)drain(w);
	receive(w, w->facts->host, w->facts->all_routers,
		&(struct gm_msg){
			.type = GM_LEAVE, .version = w->facts->report_version, .group = group });
	cr_assert_str_eq(drain(w), "ssm");
	advance_to(w, HP_SEC(30));
	cr_assert(gm_has_member(w->gm, &wanted, &group));
}

Test(gm3, an_older_leave_of_an_ssm_group_is_ignored)
{
	each_family3(ssm_leave_check);
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

	many_sources(w, &records, GM_RECORD_IS_IN, 1, GM_GROUP_SOURCES);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "joined -member");
	many_sources(w, &records, GM_RECORD_ALLOW, GM_GROUP_SOURCES, 3);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "source-limit");
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "");
	cr_assert_eq(source_count(w), GM_GROUP_SOURCES);
}

Test(gm3, sources_beyond_the_limit_are_refused_with_one_note)
{
	each_family3(limit_check);
}

static void limit_replace_check(struct world *w)
{
	static struct records records; /* large */

	many_sources(w, &records, GM_RECORD_IS_EX, 1, GM_GROUP_SOURCES);
	hear_records(w, w->facts->host, &records);
	many_sources(w, &records, GM_RECORD_IS_EX, 1000, GM_GROUP_SOURCES);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "+member", "no note: what goes makes room for what comes");
	cr_assert_eq(source_count(w), GM_GROUP_SOURCES);
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

	many_sources(w, &records, GM_RECORD_IS_EX, 1, GM_GROUP_SOURCES + 1);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "source-limit joined +member");
	source.b[14] = 0;
	source.b[15] = GM_GROUP_SOURCES;
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
	cr_assert_eq(source_count(w), GM_GROUP_SOURCES);
	many_sources(w, &records, GM_RECORD_BLOCK, 0x100, most < 16000 ? most : 16000);
	hear_records(w, w->facts->host, &records);
	cr_assert_eq(source_count(w), GM_GROUP_SOURCES);
}

Test(gm3, the_longest_record_stays_within_the_limit)
{
	each_family3(flood_check);
}

static void groups_limit_check(struct world *w)
{
	const struct ip_addr source = source_addr(w, 1);
	static struct records records; /* large */
	struct ip_addr group = addr_of(w->facts->group);

	memset(&records, 0, sizeof(records));
	for (unsigned int i = 0; i < 4; i++, group.b[14]++)
		record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 0);
	(void)drain(w);
	hear_records(w, w->facts->host, &records);
	cr_assert_eq(gm_if_inspect(w->gm).groups, 4);
	(void)drain(w);
	/* Nothing to be refused: it would not have been kept. */
	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_TO_IN, &group, NULL, 0, 0);
	record_add(&records, GM_RECORD_ALLOW, &group, NULL, 0, 0);
	record_add(&records, GM_RECORD_BLOCK, &group, &source, 1, 0);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "");
	record_add(&records, GM_RECORD_ALLOW, &group, &source, 1, 0);
	record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 0);
	hear_records(w, w->facts->host, &records);
	cr_assert_str_eq(drain(w), "limit");
	cr_assert_eq(gm_if_inspect(w->gm).groups, 4);
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

	many_sources(w, &records, GM_RECORD_IS_IN, 1, GM_GROUP_SOURCES - 1);
	hear_records(w, w->facts->host, &records);
	(void)drain(w);
	hear_record(w, w->facts->host, GM_RECORD_TO_IN, "");
	while ((fx = fx_next(&w->core.fx))) {
		cr_assert_eq(fx->kind, FX_SEND);
		cr_assert_leq(fx->send.len + 48, 1280, "the smallest MTU of IPv6");
		asked += (fx->send.len - w->facts->query_len) / addr_len;
	}
	cr_assert_eq(asked, GM_GROUP_SOURCES - 1);
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
