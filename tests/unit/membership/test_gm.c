// SPDX-License-Identifier: GPL-2.0-only
/*
 * Group membership of one router with older hosts: every row of the description, 6.3 to 6.6, for
 * IGMPv1, IGMPv2 and MLDv1. Where the rows differ from there, the newest version is the reason: its
 * querier goes on asking after a report, with the S flag (RFC 9776, 6.6.3.1), the last of its
 * queries is not followed by a wait, and every router remembers older hosts (7.3.2).
 */
#include <stdlib.h>

#include "unit/membership/test_gm_world.h"

/*
 * A row is a script: what happens before "|" only leads to the state, what happens behind it is
 * the act. Words of a script:
 *   r, 1, l   report, version-1 report, leave of the host
 *   g, q      general, group-specific query from the lower address (q: response time 1 s)
 *   G, Q      the same from the higher address
 *   o, O      the same from the router's own address
 *   z, Z      the same from the unset address
 *   0         group-specific query from the lower address which allows no time to answer
 *   +N        N milliseconds pass
 */
struct row {
	const char *script;
	const char *effects;
	const char *timers; /* milliseconds left, sorted */
	enum gm_state state;
};

#define NO_MEMBERS GM_STATE_NO_MEMBERS
#define MEMBERS    GM_STATE_MEMBERS
#define CHECKING   GM_STATE_CHECKING
#define V1_MEMBERS GM_STATE_V1_MEMBERS
#define EXCLUDE    GM_STATE_EXCLUDE /* older hosts are forgotten in the same instant */

static const struct row rows[] = {
	/* 6.3, Querier */
	{ "+31249 | +1", "general", "125000", NO_MEMBERS },
	{ "+156249 | +1", "general", "125000", NO_MEMBERS },
	{ "+500 | g", "yield", "255000", NO_MEMBERS },
	{ "+500 | q", "yield", "255000", NO_MEMBERS },
	{ "+500 | G", "", "30750", NO_MEMBERS },
	{ "+500 | o", "foreign", "30750", NO_MEMBERS },
	{ "+500 | z", "", "30750", NO_MEMBERS },
	{ "+500 | Z", "", "30750", NO_MEMBERS },
	/* 6.3, Non-Querier */
	{ "g +500 | g", "", "255000", NO_MEMBERS },
	{ "g +500 | q", "", "255000", NO_MEMBERS },
	{ "g +500 | G", "", "254500", NO_MEMBERS },
	{ "g +500 | o", "foreign", "254500", NO_MEMBERS },
	{ "g +500 | z", "", "254500", NO_MEMBERS },
	{ "g +254999 | +1", "querier general", "125000", NO_MEMBERS },

	/* 6.4 and 6.6, Querier: No Members */
	{ "+500 | r", "joined +member", "30750 260000", MEMBERS },
	{ "+500 | 1", "joined +member", "30750 260000", V1_MEMBERS },
	{ "+500 | l", "", "30750", NO_MEMBERS },
	{ "+500 | Q", "", "30750", NO_MEMBERS },
	/* Members */
	{ "r +500 | r", "", "30750 260000", MEMBERS },
	{ "r +500 | 1", "", "30750 260000", V1_MEMBERS },
	{ "r +500 | l", "specific", "1000 2000 30750", CHECKING },
	{ "r +500 | Q", "", "30750 259500", MEMBERS },
	{ "r +259999 | +1", "left -member", "21250", NO_MEMBERS },
	{ "r +258500 | l", "specific", "1000 1500 22750", CHECKING },
	/* Checking */
	{ "r l +500 | r", "", "500 30750 260000", MEMBERS },
	{ "r l +500 | 1", "", "500 30750 260000", V1_MEMBERS },
	{ "r l +500 | l", "", "500 1500 30750", CHECKING },
	{ "r l +500 | Q", "", "500 1500 30750", CHECKING },
	{ "r l +999 | +1", "specific", "1000 30250", CHECKING },
	{ "r l r +999 | +1", "specific-s", "30250 259000", MEMBERS },
	{ "r l +1999 | +1", "left -member", "29250", NO_MEMBERS },
	/* Version 1 Members */
	{ "1 +500 | r", "", "30750 260000", V1_MEMBERS },
	{ "1 +500 | 1", "", "30750 260000", V1_MEMBERS },
	{ "1 +500 | l", "", "30750 259500", V1_MEMBERS },
	{ "1 +500 | Q", "", "30750 259500", V1_MEMBERS },
	{ "1 +259999 | +1", "left -member", "21250", NO_MEMBERS },
	{ "1 +1000 r +258999 | +1", "", "1000 21250", MEMBERS },

	/* 6.5 and 6.6, Non-Querier: No Members */
	{ "g +500 | r", "joined +member", "254500 260000", MEMBERS },
	{ "g +500 | 1", "joined +member", "254500 260000", V1_MEMBERS },
	{ "g +500 | l", "", "254500", NO_MEMBERS },
	{ "g +500 | Q", "", "254500", NO_MEMBERS },
	/* Members */
	{ "g r +500 | r", "", "254500 260000", MEMBERS },
	{ "g r +500 | 1", "", "254500 260000", V1_MEMBERS },
	{ "g r +500 | l", "", "254500 259500", MEMBERS },
	/* Differs: what the querier asks for, and what would be forgotten, this router asks for. */
	{ "g r +500 | q", "specific", "1000 2000 255000", CHECKING },
	{ "g r +500 | Q", "", "254500 259500", MEMBERS },
	{ "g r +500 | z", "", "254500 259500", MEMBERS },
	{ "g r +500 | Z", "", "254500 259500", MEMBERS },
	{ "g r +500 | o", "foreign", "254500 259500", MEMBERS },
	{ "g r +500 | O", "foreign", "254500 259500", MEMBERS },
	{ "g r +500 | 0", "", "255000 259500", MEMBERS },
	{ "g r +100000 g +159000 | q", "specific", "1000 1000 255000", CHECKING },
	{ "g r +100000 g +159999 | +1", "specific", "1000 2000 95000", EXCLUDE },
	{ "g r +100000 g +160999 | +1", "specific", "1000 94000", EXCLUDE },
	{ "g r +100000 g +161999 | +1", "left -member", "93000", NO_MEMBERS },
	{ "g r +100000 g +160500 | r", "", "500 94500 260000", MEMBERS },
	/* Checking */
	{ "g r q +500 | r", "", "500 254500 260000", MEMBERS },
	{ "g r q r +999 | +1", "specific-s", "254000 259000", MEMBERS },
	{ "g r q +500 | 1", "", "500 254500 260000", V1_MEMBERS },
	{ "g r q +500 | l", "", "500 1500 254500", CHECKING },
	{ "g r q +500 | q", "", "500 1500 255000", CHECKING },
	{ "g r q +999 | +1", "specific", "1000 254000", CHECKING },
	{ "g r q +1999 | +1", "left -member", "253000", NO_MEMBERS },

	/* 6.3 and 6.7, changes of the role: groups and their timers stay */
	{ "r +500 | q", "yield specific", "1000 2000 255000", CHECKING },
	{ "r l +500 | g", "yield", "500 1500 255000", CHECKING },
	{ "r l g +999 | +1", "specific", "1000 254000", CHECKING },
	{ "r l g +500 | r", "", "500 254500 260000", MEMBERS },
	{ "r l g +500 | 1", "", "500 254500 260000", V1_MEMBERS },
	{ "r l g +1999 | +1", "left -member", "253000", NO_MEMBERS },
	{ "g +200000 r +54999 | +1", "querier general", "125000 205000", MEMBERS },
	{ "1 +500 | g", "yield", "255000 259500", V1_MEMBERS },
	{ "1 g +500 | r", "", "254500 260000", V1_MEMBERS },
	{ "1 g +500 | 1", "", "254500 260000", V1_MEMBERS },
	{ "1 g +500 | l", "", "254500 259500", V1_MEMBERS },
	{ "1 g +500 | q", "specific", "1000 2000 255000", CHECKING },
	{ "1 g +100000 g +159999 | +1", "specific", "1000 2000 95000", EXCLUDE },
	{ "1 g +1000 r +100000 g +158999 | +1", "", "1000 96000", MEMBERS },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void play_word(struct world *w, const char *word)
{
	const struct family_facts *f = w->facts;

	switch (*word) {
	case 'r': hear_report(w, f->host, f->group); break;
	case '1': hear_report_v1(w, f->host, f->group); break;
	case 'l': hear_leave(w, f->host, f->group); break;
	case 'g': hear_general(w, f->lower); break;
	case 'G': hear_general(w, f->higher); break;
	case 'o': hear_general(w, f->own); break;
	case 'z': hear_general(w, f->any); break;
	case 'q': hear_specific(w, f->lower, HP_SEC(1)); break;
	case 'Q': hear_specific(w, f->higher, HP_SEC(1)); break;
	case 'O': hear_specific(w, f->own, HP_SEC(1)); break;
	case 'Z': hear_specific(w, f->any, HP_SEC(1)); break;
	case '0': hear_specific(w, f->lower, 0); break;
	case '+': advance_to(w, w->core.now + HP_MS(atoi(word + 1))); break;
	case '|': drain(w); break;
	default: cr_assert_fail("script word %s", word);
	}
}

static void play(struct world *w, const char *script)
{
	char words[80], *rest = words;

	cr_assert_lt(strlen(script), sizeof(words));
	strcpy(words, script);
	while (rest)
		play_word(w, strsep(&rest, " "));
}

static const char *timers_left(struct world *w)
{
	static char text[256];
	struct timer *timer;
	size_t used = 0;

	text[0] = '\0';
	RB_FOREACH (timer, timer_tree, &w->core.sched.timers)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%lld",
					 used ? " " : "",
					 (long long)((timer->deadline - w->core.now) / HP_MS(1)));
	return text;
}

static void row_check(const struct family_facts *f, const struct row *row)
{
	bool has_member = row->state != GM_STATE_NO_MEMBERS;
	struct ip_addr group = addr_of(f->group), source = addr_of("192.0.2.1");
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	play(&w, row->script);
	cr_assert_str_eq(drain(&w), row->effects, "%s %s: %s", f->own, row->script, w.words);
	cr_assert_str_eq(timers_left(&w), row->timers, "%s %s: %s", f->own, row->script,
			 timers_left(&w));
	cr_assert_str_eq(first_state(&w), f->states[row->state], "%s %s: %s", f->own, row->script,
			 first_state(&w));
	cr_assert_eq(gm_has_member(w.gm, &source, &group), has_member);
	cr_assert_eq(gm_if_inspect(w.gm).groups, has_member);
	world_fini(&w);
}

Test(gm, every_row_of_the_tables_for_igmp)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		row_check(&facts[IP_FAMILY_4], &rows[i]);
}

/* Only IGMP has version-1 hosts. */
static bool has_v1_report(const char *script)
{
	size_t len = strlen(script);

	return !strncmp(script, "1 ", 2) || !strcmp(script + len - 2, " 1");
}

Test(gm, every_row_of_the_tables_for_mld)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (!has_v1_report(rows[i].script))
			row_check(&facts[IP_FAMILY_6], &rows[i]);
}

/* ---- One test for both families ---- */

static void start_check(struct world *w)
{
	struct gm_if_view view = gm_if_inspect(w->gm);

	cr_assert_str_eq(drain(w), "join0 join1 querier general");
	cr_assert_eq(view.link, LINK);
	cr_assert_eq(view.family, w->facts->family);
	cr_assert(view.is_querier);
	cr_assert(is_addr(&view.querier, w->facts->own));
	cr_assert_eq(view.groups, 0);
}

Test(gm, start_joins_the_groups_of_routers_and_queries)
{
	each_family(start_check);
}

static void start_queries_check(struct world *w)
{
	drain(w);
	advance_to(w, HP_MS(31249));
	cr_assert_str_eq(drain(w), "");
	advance_to(w, HP_MS(31250));
	cr_assert_str_eq(drain(w), "general");
	advance_to(w, HP_MS(156249));
	cr_assert_str_eq(drain(w), "");
	advance_to(w, HP_MS(156250 + 3 * 125000));
	cr_assert_str_eq(drain(w), "general general general general");
}

Test(gm, two_start_up_queries_then_one_every_query_interval)
{
	each_family(start_queries_check);
}

static void start_yields_check(struct world *w)
{
	hear_general(w, w->facts->lower);
	drain(w);
	advance_to(w, HP_SEC(255));
	cr_assert_str_eq(drain(w), "querier general");
	advance_to(w, HP_SEC(255 + 124));
	cr_assert_str_eq(drain(w), "");
}

Test(gm, a_querier_that_returns_sends_no_start_up_queries)
{
	each_family(start_yields_check);
}

static void querier_view_check(struct world *w)
{
	struct gm_if_view view;

	hear_general(w, w->facts->lower);
	hear_general(w, w->facts->higher);
	view = gm_if_inspect(w->gm);
	cr_assert_not(view.is_querier);
	cr_assert(is_addr(&view.querier, w->facts->lower));
	advance_to(w, HP_SEC(255));
	view = gm_if_inspect(w->gm);
	cr_assert(view.is_querier);
	cr_assert(is_addr(&view.querier, w->facts->own));
}

Test(gm, inspect_names_the_querier)
{
	each_family(querier_view_check);
}

/* Whoever asks is the querier, also with a higher address; a group ends by its questions alone. */
static void passive_check(struct world *w)
{
	struct gm_if_view view;

	(void)drain(w);
	gm_set_passive(&w->core, w->gm, true);
	hear_report(w, w->facts->host, w->facts->group);
	cr_assert_str_eq(drain(w), "joined +member");
	hear_leave(w, w->facts->host, w->facts->group);
	hear_general(w, w->facts->higher);
	advance_to(w, HP_SEC(100));
	view = gm_if_inspect(w->gm);
	cr_assert(!view.is_querier && is_addr(&view.querier, w->facts->higher));
	(void)drain(w);
	hear_specific(w, w->facts->higher, HP_SEC(1));
	advance_to(w, HP_MS(101999));
	cr_assert_str_eq(drain(w), "");
	advance_to(w, HP_SEC(102));
	cr_assert_str_eq(drain(w), "left -member");
	hear_report(w, w->facts->host, w->facts->group);
	(void)drain(w);
	advance_to(w, HP_SEC(102 + 260));
	cr_assert_str_eq(drain(w), "left -member", "no router asked the host again");
	advance_to(w, HP_SEC(1000));
	cr_assert_str_eq(drain(w), "", "it asks in no case");
	view = gm_if_inspect(w->gm);
	cr_assert_not(ip_addr_is_set(&view.querier));
	gm_set_passive(&w->core, w->gm, false);
	cr_assert_str_eq(drain(w), "querier general");
	cr_assert(gm_if_inspect(w->gm).is_querier);
}

Test(gm, passive_sends_no_query_and_lives_by_those_of_others)
{
	each_family(passive_check);
}

static void stop_check(struct world *w)
{
	hear_report(w, w->facts->host, w->facts->group);
	hear_leave(w, w->facts->host, w->facts->group);
	drain(w);
	world_stop(w);
	cr_assert_str_eq(drain(w), "left -member leave0 leave1");
	cr_assert_eq(sched_deadline(&w->core.sched), HP_TIME_NEVER);
}

Test(gm, stop_tells_that_members_are_gone_and_leaves)
{
	each_family(stop_check);
}

static void stop_empty_check(struct world *w)
{
	drain(w);
	world_stop(w);
	cr_assert_str_eq(drain(w), "leave0 leave1");
}

Test(gm, stop_without_members_only_leaves)
{
	each_family(stop_empty_check);
}

static void limit_check(struct world *w)
{
	for (unsigned int i = 0; i < 4; i++)
		hear_report(w, w->facts->host, group_at(w, i));
	drain(w);
	hear_report(w, w->facts->host, group_at(w, 4));
	cr_assert_str_eq(drain(w), "limit");
	hear_report(w, w->facts->host, group_at(w, 5));
	hear_report(w, w->facts->host, group_at(w, 0));
	cr_assert_str_eq(drain(w), "");
	cr_assert_eq(gm_if_inspect(w->gm).groups, 4);
}

Test(gm, groups_beyond_the_limit_are_refused_with_one_note)
{
	each_family(limit_check);
}

static void limit_again_check(struct world *w)
{
	for (unsigned int i = 0; i < 5; i++)
		hear_report(w, w->facts->host, group_at(w, i));
	hear_leave(w, w->facts->host, w->facts->group);
	drain(w);
	advance_to(w, HP_SEC(2));
	cr_assert_str_eq(drain(w), "specific left -member");
	hear_report(w, w->facts->host, w->facts->group);
	cr_assert_str_eq(drain(w), "joined +member");
	hear_report(w, w->facts->host, group_at(w, 4));
	hear_report(w, w->facts->host, group_at(w, 5));
	cr_assert_str_eq(drain(w), "limit");
}

Test(gm, a_group_that_goes_away_makes_room_and_allows_the_next_note)
{
	each_family(limit_again_check);
}

struct views {
	struct gm_group_view view[8];
	unsigned int count, stop_at;
};

static bool view_add(void *ctx, const struct gm_group_view *view)
{
	struct views *views = ctx;

	views->view[views->count++] = *view;
	return views->count != views->stop_at;
}

static void inspect_check(struct world *w)
{
	const struct family_facts *f = w->facts;
	struct views all = { .stop_at = 8 }, two = { .stop_at = 2 };

	hear_report(w, f->host, group_at(w, 2));
	hear_report(w, f->host, group_at(w, 0));
	hear_report(w, f->host, group_at(w, 1));
	advance_to(w, HP_SEC(5));
	hear_report(w, f->host2, group_at(w, 2));
	gm_group_inspect(&w->core, w->gm, view_add, &all);
	gm_group_inspect(&w->core, w->gm, view_add, &two);
	cr_assert_eq(all.count, 3);
	cr_assert_eq(two.count, 2);
	cr_assert(is_addr(&all.view[0].group, group_at(w, 2)));
	cr_assert(is_addr(&all.view[1].group, group_at(w, 0)));
	cr_assert(is_addr(&all.view[2].group, group_at(w, 1)));
	cr_assert(is_addr(&all.view[0].last_reporter, f->host2));
	cr_assert(is_addr(&all.view[1].last_reporter, f->host));
	cr_assert_eq(all.view[0].expires_in, HP_SEC(260));
	cr_assert_eq(all.view[1].expires_in, HP_SEC(255));
	cr_assert_str_eq(all.view[0].state, f->states[MEMBERS]);
	cr_assert_eq(all.view[0].link, LINK);
}

Test(gm, groups_are_listed_in_order_of_first_report)
{
	each_family(inspect_check);
}

static void link_scope_check(struct world *w)
{
	static const char *const groups[IP_FAMILY_COUNT][5] = {
		{ "224.0.0.1", "224.0.0.13", "224.0.0.251", "224.0.0.255", NULL },
		{ "ff02::d", "ff01::101", "ff12::77", "ff00::1", "ff05::" },
	};

	(void)drain(w);
	for (unsigned int i = 0; i < 5 && groups[w->facts->family][i]; i++) {
		const char *group = groups[w->facts->family][i];
		struct ip_addr addr = addr_of(group), source = addr_of("192.0.2.1");

		hear_report(w, w->facts->host, group);
		hear_leave(w, w->facts->host, group);
		cr_assert_str_eq(drain(w), "", "%s", group);
		cr_assert_not(gm_has_member(w->gm, &source, &addr));
	}
	cr_assert_eq(gm_if_inspect(w->gm).groups, 0);
	hear_report(w, w->facts->host, w->facts->group); /* the limit is four */
	cr_assert_str_eq(drain(w), "joined +member");
}

Test(gm, groups_that_are_never_forwarded_are_neither_kept_nor_logged)
{
	each_family(link_scope_check);
}
