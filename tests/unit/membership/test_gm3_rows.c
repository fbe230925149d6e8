// SPDX-License-Identifier: GPL-2.0-only
/* Source filtering of one router: every row of RFC 9776, 6.4 and 6.5, and of RFC 3810, 7.4 and 7.5.
 */
#include "unit/membership/test_gm3_world.h"

/**
 * struct row - See play_word3() for scripts, known() for what is known.
 * @as_other: what is known if this router is not the querier; NULL: the same.
 */
struct row {
	const char *script, *effects, *known, *as_other;
};

/* INCLUDE (1,2) and EXCLUDE (X=1,2 Y=3,4), each with timers that tell them apart. */
#define IN_12    "is_in:1,2 +500"
#define EX_12_34 "is_ex:3,4 +500 allow:1,2 +500"

static const struct row rows[] = {
	/* A group nobody wants: INCLUDE () */
	{ "| is_in:1", "joined -member", "in 1:260000", NULL },
	{ "| is_ex:1", "joined +member", "ex 260000 1:0", NULL },
	{ "| is_ex:", "joined +member", "ex 260000", NULL },
	{ "| allow:1", "joined -member", "in 1:260000", NULL },
	{ "| to_in:1", "joined -member", "in 1:260000", NULL },
	{ "| to_ex:1", "joined +member", "ex 260000 1:0", NULL },
	{ "| is_in:", "", "none", NULL },
	{ "| to_in:", "", "none", NULL },
	{ "| allow:", "", "none", NULL },
	{ "| block:1", "", "none", NULL },

	/* 6.4.1, INCLUDE (A) */
	{ IN_12 " | is_in:2,3", "-member", "in 1:259500 2:260000 3:260000", NULL },
	{ IN_12 " | is_in:2", "", "in 1:259500 2:260000", NULL },
	{ IN_12 " | is_in:", "", "in 1:259500 2:259500", NULL },
	{ IN_12 " | is_ex:2,3", "+member", "ex 260000 2:259500 3:0", NULL },
	{ IN_12 " | is_ex:", "+member", "ex 260000", NULL },
	/* 6.4.1, EXCLUDE (X,Y) */
	{ EX_12_34 " | is_in:2,3,5", "+member", "ex 259000 1:259500 2:260000 3:260000 4:0 5:260000",
	  NULL },
	{ EX_12_34 " | is_in:5", "", "ex 259000 1:259500 2:259500 3:0 4:0 5:260000", NULL },
	{ EX_12_34 " | is_ex:2,3,5", "+member", "ex 260000 2:259500 3:0 5:260000", NULL },
	{ EX_12_34 " | is_ex:3,4", "", "ex 260000 3:0 4:0", NULL },
	{ EX_12_34 " | is_ex:", "+member", "ex 260000", NULL },

	/* 6.4.2, INCLUDE (A) */
	{ IN_12 " | allow:2,3", "-member", "in 1:259500 2:260000 3:260000", NULL },
	{ IN_12 " | block:2,3", "sources(2)", "in 1:259500 2:2000", "in 1:259500 2:259500" },
	{ IN_12 " | block:3", "", "in 1:259500 2:259500", NULL },
	{ IN_12 " | to_ex:2,3", "+member sources(2)", "ex 260000 2:2000 3:0",
	  "ex 260000 2:259500 3:0" },
	{ IN_12 " | to_ex:3", "+member", "ex 260000 3:0", NULL },
	{ IN_12 " | to_ex:", "+member", "ex 260000", NULL },
	{ IN_12 " | to_in:2,3", "-member sources(1)", "in 1:2000 2:260000 3:260000",
	  "in 1:259500 2:260000 3:260000" },
	{ IN_12 " | to_in:1,2", "", "in 1:260000 2:260000", NULL },
	{ IN_12 " | to_in:", "sources(1,2)", "in 1:2000 2:2000", "in 1:259500 2:259500" },
	/* 6.4.2, EXCLUDE (X,Y) */
	{ EX_12_34 " | allow:2,3,5", "+member", "ex 259000 1:259500 2:260000 3:260000 4:0 5:260000",
	  NULL },
	{ EX_12_34 " | block:2,3,5", "sources(2,5)", "ex 259000 1:259500 2:2000 3:0 4:0 5:2000",
	  "ex 259000 1:259500 2:259500 3:0 4:0 5:259000" },
	{ EX_12_34 " | block:3", "", "ex 259000 1:259500 2:259500 3:0 4:0", NULL },
	{ EX_12_34 " | to_ex:2,3,5", "+member sources(2,5)", "ex 260000 2:2000 3:0 5:2000",
	  "ex 260000 2:259500 3:0 5:259000" },
	{ EX_12_34 " | to_ex:3,4", "", "ex 260000 3:0 4:0", NULL },
	{ EX_12_34 " | to_in:2,3,5", "+member sources(1) specific",
	  "ex 2000 1:2000 2:260000 3:260000 4:0 5:260000",
	  "ex 259000 1:259500 2:260000 3:260000 4:0 5:260000" },
	{ EX_12_34 " | to_in:1,2", "specific", "ex 2000 1:260000 2:260000 3:0 4:0",
	  "ex 259000 1:260000 2:260000 3:0 4:0" },
	{ EX_12_34 " | to_in:", "sources(1,2) specific", "ex 2000 1:2000 2:2000 3:0 4:0",
	  "ex 259000 1:259500 2:259500 3:0 4:0" },

	/* A source that is named twice counts once. */
	{ "| is_in:1,1", "joined -member", "in 1:260000", NULL },
	{ IN_12 " | to_ex:3,3,2,2", "+member sources(2)", "ex 260000 2:2000 3:0",
	  "ex 260000 2:259500 3:0" },
	{ EX_12_34 " | block:5,5", "sources(5)", "ex 259000 1:259500 2:259500 3:0 4:0 5:2000",
	  "ex 259000 1:259500 2:259500 3:0 4:0 5:259000" },
};

/* Rows for the querier alone. */
static const struct row querier_rows[] = {
	/* 6.5: timers */
	{ "is_in:1 +1000 is_in:2 +258999 | +1", "-member", "in 2:1000", NULL },
	{ "is_in:1 +259999 | +1", "left -member", "none", NULL },
	{ "is_in:1 +1000 is_ex:1 +258999 | +1", "+member", "ex 1000 1:0", NULL },
	{ "is_ex:3 +1000 allow:1 +258999 | +1", "-member", "in 1:1000", NULL },
	{ "is_ex:3 +259999 | +1", "left -member", "none", NULL },
	{ "is_ex: allow:1 +259999 | +1", "-member left -member", "none", NULL },

	/* 6.6.3.2: a source is asked for twice, one second apart, and is gone after two. */
	{ "is_in:1,2 block:1 +999 | +1", "sources(1)", "in 1:1000 2:259000", NULL },
	{ "is_in:1,2 block:1 +1000 | +999", "", "in 1:1 2:258001", NULL },
	{ "is_in:1,2 block:1 +1999 | +1", "-member", "in 2:258000", NULL },
	{ "is_ex: block:1 +1999 | +1", "+member", "ex 258000 1:0", NULL },
	/* The S flag: somebody has reported it since. */
	{ "is_in:1,2 block:1 +500 @is_in:1 +499 | +1", "sources-s(1)", "in 1:259500 2:259000",
	  NULL },
	{ "is_in:1,2 block:1,2 +500 @is_in:1 +499 | +1", "sources-s(1) sources(2)",
	  "in 1:259500 2:1000", NULL },
	/* A source whose timer ends sooner is not asked for. */
	{ "is_in:1 +258000 | block:1", "", "in 1:2000", NULL },
	{ "is_in:1 +257999 | block:1", "sources(1)", "in 1:2000", NULL },
	{ "is_in:1 block:1 +500 | @block:1", "", "in 1:1500", NULL },
	/* What is still to be asked goes along. */
	{ "is_in:1,2 block:1 +500 | block:2", "sources(1,2)", "in 1:1500 2:2000", NULL },
	{ "is_in:1,2 block:1 +500 block:2 +999 | +1", "sources(2)", "in 1:500 2:1000", NULL },

	/* 6.6.3.1: the same for a group. */
	{ "is_ex: to_in: +999 | +1", "specific", "ex 1000", NULL },
	{ "is_ex: to_in: +1000 | +999", "", "ex 1", NULL },
	{ "is_ex: to_in: +1999 | +1", "left -member", "none", NULL },
	{ "is_ex: to_in: +500 @is_ex: +499 | +1", "specific-s", "ex 259500", NULL },
	{ "is_ex: to_in: +500 | @to_in:", "", "ex 1500", NULL },
	{ "is_ex: to_in:1 +1999 | +1", "-member", "in 1:258000", NULL },
	/* A leave that comes just before the end does not make the group live longer. */
	{ "is_ex: +259000 | to_in:", "specific", "ex 1000", NULL },
	/* Without members, nothing is sent again. */
	{ "is_ex: +259500 to_in: +500 | +500", "", "none", NULL },

	{ "is_ex: +259500 to_in:1 +500 | +500", "", "in 1:259000", NULL },

	/* Queries of a router that is not the querier change nothing. */
	{ "is_ex: +500 | QUERY", "", "ex 259500", NULL },

	/* 6.6.1: another querier asks. */
	{ "general is_ex: +500 | query", "specific", "ex 2000", NULL },
	{ "general is_ex: +500 | query-s:", "", "ex 259500", NULL },
	{ "general is_ex: +500 | QUERY", "", "ex 259500", NULL }, /* nor here */
	{ "general is_in:1,2 +500 | query:1,3", "sources(1)", "in 1:2000 2:259500", NULL },
	{ "general is_in:1,2 +500 | query-s:1", "", "in 1:259500 2:259500", NULL },
	{ "general is_in:1,2 +500 | query", "", "in 1:259500 2:259500", NULL },
	{ "general is_in:1,2 query +1999 | +1", "", "in 1:258000 2:258000", NULL },
	{ "general is_ex:1,2 +500 | query:1", "", "ex 259500 1:0 2:0", NULL },
	{ "general is_in:1 query:1 +1999 | +1", "left -member", "none", NULL },
	{ "general is_in:1 query:1 +500 is_in:1 +1499 | +1", "", "in 1:258500", NULL },
	{ "general is_in:1 query:1 +500 | query:1", "", "in 1:1500", NULL },
	{ "general is_in:1 query:1 +999 | +1", "sources(1)", "in 1:1000", NULL },
	/* Nothing is forgotten unless this router has asked for it. */
	{ "general is_in:1,2 +100000 general +159999 | +1", "sources(1,2)", "in 1:2000 2:2000",
	  NULL },
	{ "general is_in:1,2 +100000 general +161000 is_in:2 +999 | +1", "-member", "in 2:259000",
	  NULL },
	{ "general is_in:1 +100000 general +161999 | +1", "left -member", "none", NULL },
	{ "general is_ex: +100000 general +159999 | +1", "specific", "ex 2000", NULL },
	{ "general is_ex: +100000 general +161999 | +1", "left -member", "none", NULL },
	/* It finishes what it has begun. */
	{ "is_in:1,2 block:1 general +999 | +1", "sources(1)", "in 1:1000 2:259000", NULL },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void row_check(const struct family_facts *f, const struct row *row)
{
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	play3(&w, row->script);
	cr_assert_str_eq(drain(&w), row->effects, "%s %s: %s", f->own, row->script, w.words);
	cr_assert_str_eq(known(&w), row->known, "%s %s: %s", f->own, row->script, known(&w));
	world_fini(&w);
}

/* The effects without the queries. */
static const char *unasked(const char *effects)
{
	static char text[100];
	const char *end = strstr(effects, "sources");

	if (!end)
		end = strstr(effects, "specific");
	if (!end)
		return effects;
	(void)snprintf(text, sizeof(text), "%.*s", (int)(end - effects - (end > effects)), effects);
	return text;
}

/* 6.6.1: only the querier asks, and only who asks makes timers shorter. */
static void other_check(const struct family_facts *f, const struct row *row)
{
	const char *want = row->as_other ? row->as_other : row->known;
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	hear_general(&w, f->lower);
	play3(&w, row->script);
	cr_assert_str_eq(drain(&w), unasked(row->effects), "%s %s: %s", f->own, row->script,
			 w.words);
	cr_assert_str_eq(known(&w), want, "%s %s: %s", f->own, row->script, known(&w));
	world_fini(&w);
}

static void rows_check(const struct family_facts *f)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_check(f, &rows[i]);
		other_check(f, &rows[i]);
	}
	for (size_t i = 0; i < COUNT(querier_rows); i++)
		row_check(f, &querier_rows[i]);
}

Test(gm3_rows, every_row_for_igmp)
{
	rows_check(&facts[IP_FAMILY_4]);
}

Test(gm3_rows, every_row_for_mld)
{
	rows_check(&facts[IP_FAMILY_6]);
}
