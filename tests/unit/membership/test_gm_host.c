// SPDX-License-Identifier: GPL-2.0-only
/* One host that reports very many groups or sources leaves room for the others. */
#include "core/membership/gm_int.h"
#include "unit/membership/test_gm3_world.h"

#define PLACES  20u /* for groups, where a test does not say otherwise */
#define REPORTS 10000u
#define GROUPS  100u /* in each report */

static void each_family_of(uint32_t places, void (*check)(struct world *w))
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		static struct world w; /* large */

		world_init(&w, &facts[family], facts[family].own);
		world_settings(&w)->groups = places;
		world_start(&w);
		check(&w);
		world_fini(&w);
	}
}

static struct ip_addr group_number(const struct world *w, unsigned int i)
{
	struct ip_addr group = addr_of(w->facts->group);

	group.b[12] = 239; /* 224.0.0.0/24 is not tracked */
	group.b[13] = (uint8_t)(i >> 16);
	group.b[14] = (uint8_t)(i >> 8);
	group.b[15] = (uint8_t)i;
	return group;
}

/* A host joins groups from @first on, all in one report. */
static void hear_joins(struct world *w, const char *host, unsigned int first, unsigned int count)
{
	static struct records records; /* large */

	memset(&records, 0, sizeof(records));
	for (unsigned int i = 0; i < count; i++) {
		const struct ip_addr group = group_number(w, first + i);

		record_add(&records, GM_RECORD_TO_EX, &group, NULL, 0, 0);
	}
	hear_records(w, host, &records);
	while (fx_next(&w->core.fx))
		; /* too many for drain() */
}

/* A host wants sources from number @first on of one group. */
static void hear_sources(struct world *w, const char *host, unsigned int group_i,
			 unsigned int first, uint16_t count)
{
	struct ip_addr sources[GM_GROUP_SOURCES], group = group_number(w, group_i);
	static struct records records; /* large */

	for (uint16_t i = 0; i < count; i++) {
		sources[i] = source_addr(w, 0);
		sources[i].b[14] = (uint8_t)((first + i) >> 8);
		sources[i].b[15] = (uint8_t)(first + i);
	}
	memset(&records, 0, sizeof(records));
	record_add(&records, GM_RECORD_ALLOW, &group, sources, count, 0);
	hear_records(w, host, &records);
	while (fx_next(&w->core.fx))
		;
}

static bool is_joined(const struct world *w, unsigned int i)
{
	const struct ip_addr group = group_number(w, i), source = source_addr(w, 1);

	return gm_has_member(w->gm, &source, &group);
}

static bool is_wanted(const struct world *w, unsigned int group_i, unsigned int source_i)
{
	struct ip_addr group = group_number(w, group_i), source = source_addr(w, 0);

	source.b[14] = (uint8_t)(source_i >> 8);
	source.b[15] = (uint8_t)source_i;
	return gm_has_member(w->gm, &source, &group);
}

static unsigned int joined_of(const struct world *w, unsigned int first, unsigned int count)
{
	unsigned int joined = 0;

	for (unsigned int i = 0; i < count; i++)
		joined += is_joined(w, first + i);
	return joined;
}

static uint64_t refused(const struct world *w, enum note_code code)
{
	return w->core.links[LINK].counters[w->facts->family].noted[code];
}

static void flood_check(struct world *w)
{
	uint32_t places = world_settings(w)->groups;

	for (unsigned int i = 0; i < REPORTS; i++)
		hear_joins(w, w->facts->host, i * GROUPS, GROUPS);
	cr_assert_eq(gm_if_inspect(w->gm).groups, places);
	cr_assert_eq(refused(w, NOTE_GROUP_LIMIT), REPORTS * GROUPS - places);
	hear_joins(w, w->facts->host2, REPORTS * GROUPS, 1);
	cr_assert(is_joined(w, REPORTS * GROUPS));
	cr_assert_eq(gm_if_inspect(w->gm).groups, places);
	cr_assert_eq(refused(w, NOTE_GROUP_LIMIT), REPORTS * GROUPS - places + 1);
	cr_assert(is_joined(w, 0), "the newest group gives way, not the first");
	cr_assert_not(is_joined(w, places - 1));
}

Test(gm_host, one_that_reports_a_million_groups_leaves_room_for_another)
{
	each_family_of(4096, flood_check);
}

static void share_check(struct world *w)
{
	hear_joins(w, w->facts->host, 0, PLACES);
	hear_joins(w, w->facts->host2, 1000, PLACES);
	cr_assert_eq(joined_of(w, 0, PLACES), PLACES / 2);
	cr_assert_eq(joined_of(w, 1000, PLACES), PLACES / 2);
	hear_joins(w, w->facts->host, 2000, PLACES);
	cr_assert_eq(joined_of(w, 2000, PLACES), 0, "nobody holds more than it would");
}

Test(gm_host, two_that_want_all_places_get_half_of_them)
{
	each_family_of(PLACES, share_check);
}

static void shared_group_check(struct world *w)
{
	hear_joins(w, w->facts->host, 0, PLACES); /* the last one is the first to go */
	hear_joins(w, w->facts->host2, PLACES - 1, 1);
	hear_joins(w, w->facts->host, PLACES - 1, 1);
	hear_joins(w, w->facts->host2, 1000, 3);
	cr_assert_eq(joined_of(w, 1000, 3), 3);
	cr_assert(is_joined(w, PLACES - 1), "another host listens to it");
	cr_assert_eq(joined_of(w, 0, PLACES), PLACES - 3);
}

Test(gm_host, a_group_that_another_asks_for_too_is_charged_to_that_one)
{
	each_family_of(PLACES, shared_group_check);
}

static void free_places_check(struct world *w)
{
	hear_joins(w, w->facts->host, 0, PLACES);
	cr_assert_eq(joined_of(w, 0, PLACES), PLACES);
	cr_assert_eq(refused(w, NOTE_GROUP_LIMIT), 0);
}

Test(gm_host, one_alone_may_have_all_places)
{
	each_family_of(PLACES, free_places_check);
}

static void sources_check(struct world *w)
{
	hear_sources(w, w->facts->host, 0, 1, GM_GROUP_SOURCES);
	cr_assert_eq(refused(w, NOTE_SOURCE_LIMIT), 0);
	hear_sources(w, w->facts->host2, 0, 1000, 1);
	cr_assert(is_wanted(w, 0, 1000));
	cr_assert(is_wanted(w, 0, 1));
	cr_assert_not(is_wanted(w, 0, GM_GROUP_SOURCES));
	cr_assert_eq(refused(w, NOTE_SOURCE_LIMIT), 1);
	hear_sources(w, w->facts->host, 0, 2000, 1);
	cr_assert_not(is_wanted(w, 0, 2000));
	cr_assert_eq(refused(w, NOTE_SOURCE_LIMIT), 2);
}

Test(gm_host, one_that_fills_a_group_with_sources_leaves_room_for_another)
{
	each_family_of(PLACES, sources_check);
}

static void shared_source_check(struct world *w)
{
	hear_sources(w, w->facts->host, 0, 1, GM_GROUP_SOURCES);
	hear_sources(w, w->facts->host2, 0, GM_GROUP_SOURCES, 1);
	hear_sources(w, w->facts->host2, 0, 1000, 1);
	cr_assert(is_wanted(w, 0, 1000));
	cr_assert(is_wanted(w, 0, GM_GROUP_SOURCES), "another host wants it");
	cr_assert_not(is_wanted(w, 0, GM_GROUP_SOURCES - 1));
}

Test(gm_host, a_source_that_another_wants_too_is_charged_to_that_one)
{
	each_family_of(PLACES, shared_source_check);
}

static void sources_of_all_check(struct world *w)
{
	hear_sources(w, w->facts->host, 0, 1, GM_GROUP_SOURCES);
	hear_sources(w, w->facts->host, 1, 1, 5);
	cr_assert_not(is_wanted(w, 1, 1));
	cr_assert_eq(refused(w, NOTE_SOURCE_LIMIT), 1);
	cr_assert_eq(gm_if_inspect(w->gm).groups, 1, "a group without its source is none");
	hear_sources(w, w->facts->host2, 1, 1, 5);
	cr_assert(is_wanted(w, 1, 5));
}

Test(gm_host, one_has_a_part_of_the_sources_of_all_groups)
{
	each_family_of(PLACES, sources_of_all_check);
}
