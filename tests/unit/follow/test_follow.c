// SPDX-License-Identifier: GPL-2.0-only
/* Entries of another daemon's multicast table as the core sees them, for both families alike. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/follow/follow.h"

struct world {
	struct core *core;
	enum ip_family family;
	unsigned int puts, dels, notes, others; /* effects of the last event */
	struct mfib_route put;                  /* the last */
};

#define EACH_FAMILY(w, trees)                                             \
	for (enum ip_family f_ = IP_FAMILY_4; f_ < IP_FAMILY_COUNT; f_++) \
		for (struct world(w) = world_new(f_, trees); (w).core; world_end(&(w)))

static struct world world_new(enum ip_family family, uint32_t trees)
{
	struct core_limits limits = core_limits_default;

	limits.trees = trees;
	return (struct world){ .core = core_new(&limits), .family = family };
}

static void world_end(struct world *w)
{
	core_free(w->core);
	w->core = NULL;
}

static void handle(struct world *w, const struct ev_followed *followed)
{
	const struct core_event event = { .kind = EV_FOLLOWED, .followed = *followed };
	const struct core_effect *effect;

	w->puts = w->dels = w->notes = w->others = 0;
	core_handle(w->core, HP_SEC(1), &event);
	while ((effect = core_effect_next(w->core))) {
		w->puts += effect->kind == FX_MFIB_PUT;
		w->dels += effect->kind == FX_MFIB_DEL;
		w->notes += effect->kind == FX_NOTE;
		w->others += effect->kind != FX_MFIB_PUT && effect->kind != FX_MFIB_DEL &&
			     effect->kind != FX_NOTE;
		if (effect->kind == FX_MFIB_PUT)
			w->put = effect->route;
	}
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
