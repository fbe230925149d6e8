// SPDX-License-Identifier: GPL-2.0-only
/* Entries of another daemon's multicast table as the core sees them, for both families alike. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/follow/any.h"
#include "core/follow/follow.h"

struct world {
	struct core *core;
	enum ip_family family;
	hp_time now;
	unsigned int puts, dels, notes, queries, others; /* effects of the last event */
	struct mfib_route put;                           /* the last */
};

#define EACH_FAMILY(w, trees)                                             \
	for (enum ip_family f_ = IP_FAMILY_4; f_ < IP_FAMILY_COUNT; f_++) \
		for (struct world(w) = world_new(f_, trees); (w).core; world_end(&(w)))

static struct world world_new(enum ip_family family, uint32_t trees)
{
	struct core_limits limits = core_limits_default;

	limits.trees = trees;
	return (struct world){ .core = core_new(&limits), .family = family, .now = HP_SEC(1) };
}

static void world_end(struct world *w)
{
	core_free(w->core);
	w->core = NULL;
}

static void handle_event(struct world *w, const struct core_event *event)
{
	const struct core_effect *effect;

	w->puts = w->dels = w->notes = w->queries = w->others = 0;
	core_handle(w->core, w->now, event);
	while ((effect = core_effect_next(w->core))) {
		switch (effect->kind) {
		case FX_MFIB_PUT:
			w->puts++;
			w->put = effect->route;
			break;
		case FX_MFIB_DEL: w->dels++; break;
		case FX_MFIB_QUERY: w->queries++; break;
		case FX_NOTE: w->notes++; break;
		default: w->others++; break;
		}
	}
}

static void handle(struct world *w, const struct ev_followed *followed)
{
	handle_event(w, &(struct core_event){ .kind = EV_FOLLOWED, .followed = *followed });
}

/* Entry @n, from link 0 to @out. */
static struct ev_followed entry(const struct world *w, enum followed_kind kind, unsigned int n,
				uint16_t out)
{
	static const char *const sources[] = { "10.1.1.1", "2001:db8::1" };
	static const char *const groups[] = { "239.1.0.0", "ff1e::" };
	struct ev_followed ev = { .kind = kind, .family = w->family, .ttl = 1 };

	cr_assert_eq(ip_addr_parse(sources[w->family], &ev.source), 0);
	cr_assert_eq(ip_addr_parse(groups[w->family], &ev.group), 0);
	ev.group.b[15] = (uint8_t)n;
	if (kind == FOLLOWED_SET)
		ifset_add(&ev.oifs, out);
	return ev;
}

static void set(struct world *w, unsigned int n, uint16_t out)
{
	const struct ev_followed ev = entry(w, FOLLOWED_SET, n, out);

	handle(w, &ev);
}

static void mark(struct world *w, enum followed_kind kind)
{
	handle(w, &(struct ev_followed){ .kind = kind, .family = w->family });
}

static uint32_t count(const struct world *w)
{
	return follow_counts(w->core, w->family).entries;
}

static bool has(const struct world *w, unsigned int n, uint16_t out)
{
	const struct ev_followed ev = entry(w, FOLLOWED_CLEAR, n, 0);
	const struct mfib_key key = { .source = ev.source, .group = ev.group };
	struct mfib_entry found;

	return mfib_find(w->core, &key, &found) && found.owner == MFIB_FOLLOWED &&
	       ifset_has(&found.route.oifs, out);
}

Test(follow, entries_come_change_and_go)
{
	EACH_FAMILY(w, 10)
	{
		struct ev_followed ev = entry(&w, FOLLOWED_CLEAR, 1, 0);

		set(&w, 1, 1);
		cr_expect(w.puts == 1 && w.dels == 0 && w.others == 0);
		set(&w, 1, 1);
		cr_expect_eq(w.puts, 0, "the same again is written again");
		set(&w, 1, 2);
		cr_expect(w.puts == 1 && has(&w, 1, 2) && !has(&w, 1, 1));
		handle(&w, &ev);
		cr_expect(w.dels == 1 && count(&w) == 0);
		handle(&w, &ev);
		cr_expect(w.dels == 0 && w.notes == 0);
	}
}

Test(follow, what_the_kernel_carries_is_in_the_flags)
{
	EACH_FAMILY(w, 10)
	{
		struct ev_followed ev = entry(&w, FOLLOWED_SET, 1, 1);

		ev.ttl = 200;
		ev.left = FOLLOWED_LEFT_REGISTER;
		handle(&w, &ev);
		cr_expect_eq(w.put.flags >> MFIB_F_TTL_SHIFT, 200);
		cr_expect_eq(w.put.flags >> MFIB_F_LEFT_SHIFT & MFIB_F_LEFT_MASK,
			     FOLLOWED_LEFT_REGISTER);
	}
}

Test(follow, reading_the_table_removes_what_it_does_not_bring)
{
	EACH_FAMILY(w, 10)
	{
		struct ev_followed gone = entry(&w, FOLLOWED_CLEAR, 3, 0);

		for (unsigned int n = 1; n <= 4; n++)
			set(&w, n, 1);
		mark(&w, FOLLOWED_BEGIN);
		cr_expect(w.dels == 0 && count(&w) == 4, "removed before the end");
		set(&w, 2, 1);
		set(&w, 4, 2);
		handle(&w, &gone); /* notified meanwhile */
		set(&w, 5, 1);
		mark(&w, FOLLOWED_END);
		cr_expect_eq(w.dels, 1);
		cr_expect(!has(&w, 1, 1) && has(&w, 2, 1) && has(&w, 4, 2) && has(&w, 5, 1));
		cr_expect_eq(count(&w), 3);
		set(&w, 6, 1);
		cr_expect(has(&w, 6, 1) && w.dels == 0, "set after the end");
		mark(&w, FOLLOWED_BEGIN);
		mark(&w, FOLLOWED_END);
		cr_expect_eq(count(&w), 0);
	}
}

Test(follow, reading_that_begins_again_counts_from_there)
{
	EACH_FAMILY(w, 10)
	{
		set(&w, 1, 1);
		mark(&w, FOLLOWED_BEGIN);
		set(&w, 1, 1);
		mark(&w, FOLLOWED_BEGIN);
		mark(&w, FOLLOWED_END);
		cr_expect_eq(count(&w), 0, "what the second reading did not bring is left");
	}
}

Test(follow, what_does_not_fit_is_counted_and_noted_once)
{
	EACH_FAMILY(w, 2)
	{
		for (unsigned int n = 1; n <= 3; n++)
			set(&w, n, 1);
		cr_expect(w.notes == 1 && w.puts == 0 && count(&w) == 2);
		set(&w, 4, 1);
		cr_expect_eq(w.notes, 0);
		cr_expect_eq(follow_counts(w.core, w.family).refused, 2);
		set(&w, 2, 2);
		cr_expect(has(&w, 2, 2), "a full table takes no changes of what is in it");
	}
}

Test(follow, protocols_and_static_routes_come_before)
{
	EACH_FAMILY(w, 10)
	{
		const struct ev_followed ev = entry(&w, FOLLOWED_SET, 1, 1);
		struct mfib_route route = { .key = { .source = ev.source, .group = ev.group } };
		struct mfib_entry found;

		ifset_add(&route.oifs, 3);
		set(&w, 1, 1);
		mfib_set(w.core, MFIB_STATIC, &route);
		cr_assert(mfib_find(w.core, &route.key, &found));
		cr_expect_eq(found.owner, MFIB_STATIC);
		mfib_clear(w.core, MFIB_STATIC, &route.key);
		cr_expect(has(&w, 1, 1));
		while (core_effect_next(w.core))
			;
	}
}

/* ---- entries for any source ---- */

/* The interfaces of the table: UP is the input of most entries. */
enum { UP, IN, OUT, OTHER, LINKS };

#define LINK(n) (1u << (n))

static struct ifset links_of(unsigned int bits)
{
	struct ifset links = { .word = { 0 } };

	for (uint16_t link = 0; link < LINKS; link++)
		if (bits & LINK(link))
			ifset_add(&links, link);
	return links;
}

/* (*,G) of group @n, or (*,*) where @n is 0. */
static struct ev_followed any_entry(const struct world *w, enum followed_kind kind, unsigned int n,
				    uint16_t parent, unsigned int oifs)
{
	struct ev_followed ev = entry(w, FOLLOWED_CLEAR, n, 0);

	ev.kind = kind;
	ev.source = ip_addr_mask(&ev.source, 0);
	if (!n)
		ev.group = ev.source;
	ev.link = parent;
	ev.oifs = links_of(oifs);
	return ev;
}

static void set_any(struct world *w, unsigned int n, uint16_t parent, unsigned int oifs)
{
	const struct ev_followed ev = any_entry(w, FOLLOWED_SET, n, parent, oifs);

	handle(w, &ev);
}

static void clear_any(struct world *w, unsigned int n)
{
	const struct ev_followed ev = any_entry(w, FOLLOWED_CLEAR, n, UP, 0);

	handle(w, &ev);
}

/* A packet of source @n to group 1, 2.. */
static void packet(struct world *w, unsigned int n, unsigned int group, uint16_t in)
{
	struct ev_followed ev = entry(w, FOLLOWED_CLEAR, group, 0);

	ev.source.b[15] = (uint8_t)n;
	handle_event(w, &(struct core_event){ .kind = EV_DATA,
					      .data = { .kind = DATA_MISS,
							.link = in,
							.source = ev.source,
							.group = ev.group } });
}

static uint32_t flows(const struct world *w)
{
	return follow_counts(w->core, w->family).flows;
}

static bool forwards(const struct world *w, uint16_t in, unsigned int oifs)
{
	const struct ifset want = links_of(oifs);

	return w->puts == 1 && w->put.iif == in && ifset_equal(&w->put.oifs, &want);
}

#define NOT_FORWARDED 0xffffffffu

/* What the kernel does is that of tests/netns/follow/any.sh; ~0: (*,*) or (*,G) is not there. */
static const struct {
	const char *what;
	unsigned int any, tree; /* outputs */
	uint16_t any_parent, tree_parent, in;
	unsigned int oifs;
} searches[] = {
	{ "an entry whose input is an output", LINK(UP) | LINK(OUT), ~0u, UP, 0, UP, LINK(OUT) },
	{ "not found: the input is no output", LINK(OUT), ~0u, UP, 0, UP, NOT_FORWARDED },
	{ "another interface", LINK(UP) | LINK(OUT), ~0u, UP, 0, IN, NOT_FORWARDED },
	{ "found, and on the wrong interface", LINK(UP) | LINK(IN) | LINK(OUT), ~0u, UP, 0, IN,
	  NOT_FORWARDED },
	{ "the tree has both", LINK(OUT), LINK(UP) | LINK(IN), UP, UP, IN, LINK(OUT) },
	{ "the tree has not the input of the entry", LINK(OUT), LINK(IN) | LINK(OTHER), UP, OTHER,
	  IN, LINK(OTHER) },
	{ "the tree makes the input good", LINK(IN) | LINK(OUT), LINK(UP) | LINK(IN), UP, UP, IN,
	  LINK(OUT) },
	{ "the tree alone: up", ~0u, LINK(UP) | LINK(IN) | LINK(OUT), 0, UP, IN, LINK(UP) },
	{ "from above", ~0u, LINK(UP) | LINK(IN), 0, UP, UP, NOT_FORWARDED },
	{ "not of the tree", ~0u, LINK(UP) | LINK(OUT), 0, UP, IN, NOT_FORWARDED },
	{ "the input of the tree is no part of it", ~0u, LINK(IN) | LINK(OUT), 0, UP, IN,
	  NOT_FORWARDED },
	{ "the input is not followed", LINK(IN) | LINK(OUT), ~0u, LINK_NONE, 0, IN, NOT_FORWARDED },
	{ "nor known to be of the tree", LINK(OUT), LINK(UP) | LINK(IN), LINK_NONE, UP, IN,
	  NOT_FORWARDED },
};

Test(follow_any, source_is_forwarded_as_the_kernel_does)
{
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++)
		EACH_FAMILY(w, 40)
		{
			if (searches[i].any != ~0u)
				set_any(&w, 1, searches[i].any_parent, searches[i].any);
			if (searches[i].tree != ~0u)
				set_any(&w, 0, searches[i].tree_parent, searches[i].tree);
			packet(&w, 7, 1, searches[i].in);
			cr_expect_eq(flows(&w), searches[i].oifs != NOT_FORWARDED, "%s",
				     searches[i].what);
			cr_expect(searches[i].oifs == NOT_FORWARDED
					  ? !w.puts
					  : forwards(&w, searches[i].in, searches[i].oifs),
				  "%s", searches[i].what);
		}
}

Test(follow_any, source_goes_with_the_entry)
{
	EACH_FAMILY(w, 40)
	{
		struct ev_followed ev = any_entry(&w, FOLLOWED_SET, 1, UP, LINK(UP) | LINK(OUT));

		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		packet(&w, 8, 1, UP);
		cr_expect_eq(flows(&w), 2);
		packet(&w, 8, 1, UP);
		cr_expect(w.puts == 1 && flows(&w) == 2, "a flow that misses is not put again");
		packet(&w, 7, 2, UP);
		cr_expect_eq(flows(&w), 2, "of another group");

		set_any(&w, 1, UP, LINK(UP) | LINK(OTHER));
		cr_expect(w.puts == 2 && ifset_has(&w.put.oifs, OTHER) && w.dels == 0);
		ev.oifs = links_of(LINK(UP) | LINK(OTHER));
		ev.left = FOLLOWED_LEFT_REGISTER;
		ev.ttl = 9;
		handle(&w, &ev);
		cr_expect_eq(w.put.flags, any_flags(FOLLOWED_LEFT_REGISTER, 9));
		set_any(&w, 1, IN, LINK(IN) | LINK(OTHER));
		cr_expect(w.dels == 2 && flows(&w) == 0, "perhaps there are two entries now");
	}
}

Test(follow_any, source_is_forgotten_with_the_entry)
{
	EACH_FAMILY(w, 40)
	{
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		clear_any(&w, 1);
		cr_expect(w.dels == 1 && flows(&w) == 0);
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		set_any(&w, 2, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		packet(&w, 7, 2, UP);
		mark(&w, FOLLOWED_BEGIN);
		set_any(&w, 2, UP, LINK(UP) | LINK(OUT));
		cr_expect_eq(w.puts + w.dels, 0, "the same again changes something");
		mark(&w, FOLLOWED_END);
		cr_expect(w.dels == 1 && flows(&w) == 1);
		packet(&w, 7, 1, UP);
		cr_expect_eq(w.puts, 0);
	}
}

Test(follow_any, static_tree_changes_what_it_forwards)
{
	EACH_FAMILY(w, 40)
	{
		set_any(&w, 0, UP, LINK(UP) | LINK(IN));
		packet(&w, 7, 1, IN);
		cr_expect(forwards(&w, IN, LINK(UP)));
		set_any(&w, 1, UP, LINK(OUT));
		cr_expect(forwards(&w, IN, LINK(OUT)), "(*,G) does not come before (*,*)");
		clear_any(&w, 0);
		cr_expect(w.dels == 1 && flows(&w) == 0);
	}
}

Test(follow_any, source_and_group_of_the_kernel_come_first)
{
	EACH_FAMILY(w, 40)
	{
		struct ev_followed ev = entry(&w, FOLLOWED_SET, 1, OTHER);

		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 1, 1, UP);
		cr_expect_eq(flows(&w), 1);
		handle(&w, &ev);
		cr_expect(forwards(&w, UP, LINK(OTHER)) && w.dels == 0 && flows(&w) == 0);
		ev.kind = FOLLOWED_CLEAR;
		handle(&w, &ev);
		cr_expect_eq(w.dels, 1);
		packet(&w, 1, 1, UP);
		cr_expect(forwards(&w, UP, LINK(OUT)));

		ev.kind = FOLLOWED_SET;
		ev.link = LINK_NONE; /* FRR: (S,G) with the input pimreg */
		handle(&w, &ev);
		cr_expect(w.dels == 1 && flows(&w) == 0 && count(&w) == 0);
		packet(&w, 1, 1, UP);
		cr_expect_eq(w.puts, 0, "the kernel finds (S,G) first, whatever its input");
	}
}

Test(follow_any, nothing_is_derived_from_a_table_that_is_not_known)
{
	EACH_FAMILY(w, 3)
	{
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		mark(&w, FOLLOWED_BEGIN);
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		mark(&w, FOLLOWED_END_PARTIAL);
		packet(&w, 7, 1, UP);
		cr_expect_eq(w.puts, 0, "the reading left out entries");
		mark(&w, FOLLOWED_BEGIN);
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		cr_expect_eq(w.puts, 0, "before the next one has ended");
		mark(&w, FOLLOWED_END);
	}
	EACH_FAMILY(w, 4)
	{
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		cr_expect_eq(flows(&w), 1);
		for (unsigned int n = 2; n <= 5; n++)
			set(&w, n, OUT);
		cr_expect(flows(&w) == 0, "an entry of the kernel was refused");
		mark(&w, FOLLOWED_BEGIN);
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		mark(&w, FOLLOWED_END);
		packet(&w, 7, 1, UP);
		cr_expect_eq(flows(&w), 1);
	}
}

Test(follow_any, reading_tells_a_changed_input_from_two_entries)
{
	EACH_FAMILY(w, 40)
	{
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		set_any(&w, 1, IN, LINK(IN) | LINK(OUT));
		cr_expect(follow_wants_reading(w.core, w.family));
		packet(&w, 7, 1, IN);
		cr_expect_eq(w.puts, 0);
		clear_any(&w, 1);
		packet(&w, 7, 1, IN);
		cr_expect_eq(w.puts, 0, "which of them went?");
		mark(&w, FOLLOWED_BEGIN);
		cr_expect_not(follow_wants_reading(w.core, w.family));
		set_any(&w, 1, IN, LINK(IN) | LINK(OUT));
		mark(&w, FOLLOWED_END);
		packet(&w, 7, 1, IN);
		cr_expect(forwards(&w, IN, LINK(OUT)), "it was the input that changed");

		mark(&w, FOLLOWED_BEGIN);
		set_any(&w, 1, IN, LINK(IN) | LINK(OUT));
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		mark(&w, FOLLOWED_END);
		cr_expect(flows(&w) == 0 && !follow_wants_reading(w.core, w.family));
	}
}

Test(follow_any, silent_source_is_forgotten)
{
	EACH_FAMILY(w, 40)
	{
		struct core_event seen = { .kind = EV_DATA,
					   .data = { .kind = DATA_SEEN, .link = LINK_NONE } };
		const struct core_event clock = { .kind = EV_CLOCK };

		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		packet(&w, 7, 1, UP);
		seen.data.source = w.put.key.source;
		seen.data.group = w.put.key.group;
		w.now += HP_SEC(30);
		handle_event(&w, &clock);
		cr_expect_eq(w.queries, 1);
		seen.data.seen_for = HP_SEC(10);
		handle_event(&w, &seen);
		cr_expect_eq(flows(&w), 1);
		w.now += HP_SEC(20);
		handle_event(&w, &clock);
		cr_expect_eq(w.queries, 1);
		seen.data.seen_for = HP_TIME_NEVER;
		handle_event(&w, &seen);
		cr_expect(w.dels == 1 && flows(&w) == 0);
	}
}

Test(follow_any, sources_have_the_smaller_part_of_the_table)
{
	EACH_FAMILY(w, 16)
	{
		set_any(&w, 1, UP, LINK(UP) | LINK(OUT));
		for (unsigned int n = 1; n <= 6; n++)
			packet(&w, n, 1, UP);
		cr_expect_eq(flows(&w), 4);
		cr_expect_eq(follow_counts(w.core, w.family).refused, 2);
	}
}
