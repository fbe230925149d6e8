// SPDX-License-Identifier: GPL-2.0-only
/* Static routes as the core sees them: which entries there are, for both families alike. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/static/static.h"

#define EACH_FAMILY(w, limits)                                            \
	for (enum ip_family f_ = IP_FAMILY_4; f_ < IP_FAMILY_COUNT; f_++) \
		for (struct world(w) = world_new(f_, limits); (w).core; world_end(&(w)))

struct world {
	struct core *core;
	enum ip_family family;
	hp_time now;
	unsigned int puts, dels, queries, notes, watches, others; /* effects of the last event */
	struct mfib_route put;                                    /* the last */
	struct mfib_key key;                                      /* of the last query or removal */
};

/* The same addresses in both families. */
static struct ip_addr source(const struct world *w, unsigned int n)
{
	static const char *const texts[] = { "10.1.1.0", "2001:db8::" };
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(texts[w->family], &addr), 0);
	addr.b[14] = (uint8_t)(n >> 8);
	addr.b[15] = (uint8_t)n;
	return addr;
}

static bool is_source(const struct world *w, const struct ip_addr *addr, unsigned int n)
{
	const struct ip_addr expected = source(w, n);

	return ip_addr_equal(addr, &expected);
}

/* 239.1.x.y or ff1e::x:y, with x and y of two bytes */
static struct ip_addr group(const struct world *w, unsigned int n)
{
	static const char *const texts[] = { "239.1.0.0", "ff1e::" };
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(texts[w->family], &addr), 0);
	addr.b[14] = (uint8_t)(n >> 8);
	addr.b[15] = (uint8_t)n;
	return addr;
}

/* @wild: how many of the last bits of the group do not count. */
static struct static_route route(const struct world *w, unsigned int n, uint8_t wild, uint16_t iif)
{
	return (struct static_route){
		.group = { group(w, n), (uint8_t)(8 * ip_family_addr_len(w->family) - wild) },
		.iif = iif,
	};
}

static struct static_route to(struct static_route route, uint16_t oif)
{
	ifset_add(&route.oifs, oif);
	return route;
}

static struct static_route from(struct static_route route, struct ip_addr source)
{
	route.source = source;
	return route;
}

static void take(struct world *w, const struct core_effect *fx)
{
	switch (fx->kind) {
	case FX_MFIB_PUT:
		w->puts++;
		w->put = fx->route;
		break;
	case FX_MFIB_DEL:
		w->dels++;
		w->key = fx->key;
		break;
	case FX_MFIB_QUERY:
		w->queries++;
		w->key = fx->key;
		break;
	case FX_NOTE: w->notes++; break;
	case FX_RPF_WATCH: w->watches++; break;
	case FX_RPF_UNWATCH: break;
	default: w->others++;
	}
}

static void feed(struct world *w, const struct core_event *event)
{
	const struct core_effect *fx;

	w->puts = w->dels = w->queries = w->notes = w->watches = w->others = 0;
	core_handle(w->core, w->now, event);
	while ((fx = core_effect_next(w->core)))
		take(w, fx);
	cr_assert_eq(w->others, 0, "a static route sends nothing");
}

static void link_set(struct world *w, uint16_t link, bool is_present)
{
	feed(w, &(struct core_event){
			.kind = EV_LINK,
			.link = { .link = link, .is_present = is_present, .is_up = true } });
}

static void config(struct world *w, const struct static_route *route, bool is_on)
{
	feed(w, &(struct core_event){ .kind = EV_CONFIG,
				      .config = { .kind = CONFIG_STATIC_ROUTE,
						  .family = w->family,
						  .is_on = is_on,
						  .route = *route } });
}

static void add(struct world *w, struct static_route route)
{
	config(w, &route, true);
}

static void del(struct world *w, struct static_route route)
{
	config(w, &route, false);
}

static void data(struct world *w, enum data_kind kind, unsigned int s, unsigned int g,
		 uint16_t link, hp_time seen_for)
{
	feed(w, &(struct core_event){ .kind = EV_DATA,
				      .data = { .kind = kind,
						.link = link,
						.source = source(w, s),
						.group = group(w, g),
						.seen_for = seen_for } });
}

static void miss(struct world *w, unsigned int s, unsigned int g, uint16_t link)
{
	data(w, DATA_MISS, s, g, link, 0);
}

static void seen(struct world *w, unsigned int s, unsigned int g, hp_time seen_for)
{
	data(w, DATA_SEEN, s, g, LINK_NONE, seen_for);
}

static void clock_at(struct world *w, hp_time now)
{
	w->now = now;
	feed(w, &(struct core_event){ .kind = EV_CLOCK });
}

static struct world world_new(enum ip_family family, const struct core_limits *limits)
{
	struct world w = { .core = core_new(limits), .family = family };

	cr_assert_not_null(w.core);
	for (uint16_t link = 0; link < 4; link++)
		link_set(&w, link, true);
	return w;
}

static void world_end(struct world *w)
{
	core_free(w->core);
	w->core = NULL;
}

/* Outputs as a bit map of the first links; -1: no entry. */
static int oifs(const struct world *w, unsigned int s, unsigned int g, uint16_t iif)
{
	const struct mfib_key key = { .source = source(w, s), .group = group(w, g) };
	struct mfib_entry entry;

	if (!mfib_find(w->core, &key, &entry))
		return -1;
	cr_assert_eq(entry.owner, MFIB_STATIC);
	cr_assert_eq(entry.route.iif, iif);
	return (int)entry.route.oifs.word[0];
}

Test(static_route, of_one_source_is_an_entry_until_it_is_deleted)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct static_route one = from(to(to(route(&w, 1, 0, 0), 1), 2), source(&w, 1));

		add(&w, one);
		cr_assert(w.puts == 1 && w.notes == 0);
		cr_assert_eq(oifs(&w, 1, 1, 0), 6);
		add(&w, one);
		cr_assert_eq(w.puts, 0, "nothing has changed");
		ifset_del(&one.oifs, 2);
		add(&w, one);
		cr_assert(w.puts == 1 && w.dels == 0, "replaced without a gap");
		cr_assert_eq(oifs(&w, 1, 1, 0), 2);
		clock_at(&w, HP_SEC(100000));
		cr_assert(w.queries == 0 && w.dels == 0, "its source may be silent");
		del(&w, one);
		cr_assert_eq(oifs(&w, 1, 1, 0), -1);
		del(&w, one);
		cr_assert_eq(w.dels, 0);
	}
}

Test(static_route, waits_for_its_interfaces)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct static_route one = from(to(to(route(&w, 1, 0, 8), 1), 9), source(&w, 1));

		add(&w, one);
		cr_assert_eq(oifs(&w, 1, 1, 8), -1);
		cr_assert_eq(static_flow_count(w.core, &one), 0);
		link_set(&w, 8, true);
		cr_assert_eq(oifs(&w, 1, 1, 8), 1 << 1);
		cr_assert_eq(static_flow_count(w.core, &one), 1);
		link_set(&w, 9, true);
		cr_assert_eq(oifs(&w, 1, 1, 8), 1 << 1 | 1 << 9);
		link_set(&w, 1, false);
		cr_assert_eq(oifs(&w, 1, 1, 8), 1 << 9);
		link_set(&w, 8, false);
		cr_assert_eq(oifs(&w, 1, 1, 8), -1);
		link_set(&w, 8, true);
		cr_assert_eq(oifs(&w, 1, 1, 8), 1 << 9);
		link_set(&w, 3, false);
		cr_assert_eq(w.puts, 0, "no interface of it");
	}
}

Test(static_route, of_any_source_takes_what_appears_on_its_input)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct static_route any = to(route(&w, 0, 16, 0), 1);

		add(&w, any);
		cr_assert_eq(w.puts, 0, "nothing has come yet");
		miss(&w, 1, 1, 2);
		cr_assert_eq(oifs(&w, 1, 1, 0), -1, "another input");
		miss(&w, 1, 0x101, 0);
		miss(&w, 2, 0x101, 0);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 2);
		cr_assert_eq(oifs(&w, 2, 0x101, 0), 2);
		cr_assert_eq(static_flow_count(w.core, &any), 2);
		miss(&w, 2, 0x101, 0);
		cr_assert_eq(w.puts, 1, "the forwarding plane lost it: put again");
		cr_assert_eq(static_flow_count(w.core, &any), 2);
		del(&w, any);
		cr_assert_eq(w.dels, 2);
		cr_assert_eq(mfib_count(w.core), 0);
	}
}

/* (S,G), then the longest prefix, whatever the order of adding them. */
Test(static_route, more_specific_one_wins)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct static_route wide = to(route(&w, 0, 16, 0), 1);
		struct static_route narrow = to(route(&w, 0x100, 8, 0), 2);
		struct static_route single = to(route(&w, 0x101, 0, 0), 3);
		struct static_route exact =
			from(to(to(route(&w, 0x101, 0, 0), 1), 2), source(&w, 1));

		add(&w, narrow);
		add(&w, wide);
		miss(&w, 1, 0x101, 0);
		miss(&w, 1, 0x001, 0);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 1 << 2);
		cr_assert_eq(oifs(&w, 1, 0x001, 0), 1 << 1);
		add(&w, single);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 1 << 3);
		add(&w, exact);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 6);
		cr_assert(w.puts == 1 && w.dels == 0);
		del(&w, exact);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 1 << 3);
		cr_assert_eq(w.dels, 0, "without a gap");
		del(&w, single);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 1 << 2);
		del(&w, narrow);
		cr_assert_eq(oifs(&w, 1, 0x101, 0), 1 << 1);
		del(&w, wide);
		cr_assert_eq(mfib_count(w.core), 0);
	}
}

Test(static_route, both_directions_are_two_routes)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		add(&w, to(route(&w, 1, 0, 0), 1));
		add(&w, to(route(&w, 1, 0, 1), 0));
		miss(&w, 1, 1, 0);
		miss(&w, 2, 1, 1);
		cr_assert_eq(oifs(&w, 1, 1, 0), 1 << 1);
		cr_assert_eq(oifs(&w, 2, 1, 1), 1 << 0);
		del(&w, route(&w, 1, 0, 0));
		cr_assert_eq(oifs(&w, 1, 1, 0), -1);
		cr_assert_eq(oifs(&w, 2, 1, 1), 1 << 0);
	}
}

Test(static_route, silent_source_is_forgotten_and_a_busy_one_is_not)
{
	const hp_time life = HP_SEC(core_settings_default.source_lifetime_s);

	EACH_FAMILY(w, &core_limits_default)
	{
		add(&w, to(route(&w, 0, 16, 0), 1));
		miss(&w, 1, 1, 0);
		clock_at(&w, life - 1);
		cr_assert_eq(w.queries, 0);
		clock_at(&w, life);
		cr_assert_eq(w.queries, 1);
		seen(&w, 1, 1, HP_SEC(5));
		cr_assert_eq(w.dels, 0);
		clock_at(&w, 2 * life - HP_SEC(5) - 1);
		cr_assert_eq(w.queries, 0);
		clock_at(&w, 2 * life - HP_SEC(5));
		cr_assert_eq(w.queries, 1);
		seen(&w, 1, 1, life);
		cr_assert_eq(w.dels, 1);
		cr_assert_eq(core_deadline(w.core), HP_TIME_NEVER);
		miss(&w, 1, 1, 0);
		cr_assert_eq(oifs(&w, 1, 1, 0), 2, "it is back");
	}
}

/* The answer to a question of HPIM-DM about its own tree of the same (S,G). */
Test(static_route, answers_to_others_change_nothing)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		add(&w, to(route(&w, 0, 16, 0), 1));
		miss(&w, 1, 1, 0);
		seen(&w, 1, 1, HP_TIME_NEVER);
		cr_assert_eq(oifs(&w, 1, 1, 0), 2);
	}
}

Test(static_route, full_table_lets_a_silent_flow_give_way)
{
	struct core_limits limits = core_limits_default;

	limits.trees = 8; /* two flows */
	EACH_FAMILY(w, &limits)
	{
		add(&w, to(route(&w, 0, 16, 0), 1));
		cr_assert_eq(static_flows_max(w.core), 2);
		miss(&w, 1, 1, 0);
		miss(&w, 2, 1, 0);
		miss(&w, 3, 1, 0);
		cr_assert(w.puts == 0 && w.notes == 1 && w.queries == 1);
		seen(&w, 1, 1, HP_SEC(1));
		cr_assert_eq(w.dels, 0, "it is busy");
		miss(&w, 3, 1, 0);
		cr_assert(w.notes == 0 && w.queries == 1, "noted once");
		cr_assert_eq(w.core->links[0].counters[w.family].noted[NOTE_TREE_LIMIT], 2);
		cr_assert(is_source(&w, &w.key.source, 2));
		seen(&w, 2, 1, HP_SEC(20));
		cr_assert_eq(w.dels, 1);
		miss(&w, 3, 1, 0);
		cr_assert_eq(oifs(&w, 3, 1, 0), 2);
		cr_assert_eq(oifs(&w, 1, 1, 0), 2);
	}
}

static void stale(struct world *w, unsigned int s, unsigned int g, uint16_t iif, uint16_t oif)
{
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .link = iif,
					       .source = source(w, s),
					       .addr = group(w, g),
					       .seen_for = HP_SEC(1),
					       .stale_for = HP_SEC(45) } };

	ifset_add(&event.stale.oifs, oif);
	feed(w, &event);
}

/* Graceful restart: no gap, in whichever order routes and entries of the run before are read. */
Test(static_route, goes_on_with_entries_of_an_earlier_run)
{
	for (int is_route_first = 0; is_route_first < 2; is_route_first++) {
		EACH_FAMILY(w, &core_limits_default)
		{
			struct static_route any = to(route(&w, 0, 16, 0), 1);

			if (is_route_first)
				add(&w, any);
			stale(&w, 1, 1, 0, 1);
			cr_assert_eq(w.watches, !is_route_first, "HPIM-DM has no tree of it");
			stale(&w, 2, 2, 2, 1);
			cr_assert(w.puts == 0 && w.dels == 0 && w.watches == 1);
			if (!is_route_first)
				add(&w, any);
			cr_assert(w.puts == 0 && w.dels == 0);
			cr_assert_eq(oifs(&w, 1, 1, 0), 2);
			clock_at(&w, HP_SEC(45));
			cr_assert_eq(w.dels, 1, "what no route forwards");
			cr_assert_eq(oifs(&w, 1, 1, 0), 2);
			cr_assert_eq(oifs(&w, 2, 2, 2), -1);
		}
	}
}

/* One that is written before the run, and one that is not; the entry differs from the route. */
Test(static_route, puts_an_entry_of_an_earlier_run_right)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		add(&w, from(to(route(&w, 1, 0, 0), 1), source(&w, 1)));
		stale(&w, 1, 1, 0, 3);
		cr_assert(w.puts == 1 && w.watches == 0);
		cr_assert_eq(w.put.oifs.word[0], 2);
	}
}

Test(static_route, claims_what_a_protocol_forwards)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct mfib_route of_hpim = { .key = { source(&w, 1), group(&w, 1) }, .iif = 0 };
		struct mfib_route elsewhere = { .key = { source(&w, 1), group(&w, 2) }, .iif = 2 };
		struct static_route any = to(route(&w, 0, 16, 0), 1);

		cr_assert(mfib_set(w.core, MFIB_HPIM, &of_hpim));
		cr_assert(mfib_set(w.core, MFIB_HPIM, &elsewhere));
		add(&w, any);
		cr_assert_eq(oifs(&w, 1, 1, 0), 2);
		cr_assert_eq(static_flow_count(w.core, &any), 1);
		del(&w, any);
		cr_assert(w.puts == 1 && w.dels == 0, "the protocol's is in force again");
	}
}

/* Data that no route is for is left to the protocols; what is for one, is not. */
Test(static_route, without_an_input_leaves_data_to_others)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct mrp *mrp = mrp_find(w.core, &static_ops, w.family);
		struct ev_data missed = {
			.kind = DATA_MISS, .link = 0, .source = source(&w, 1), .group = group(&w, 1)
		};

		cr_assert_not(static_ops.data(mrp, &missed));
		add(&w, from(to(route(&w, 1, 0, 9), 1), source(&w, 1)));
		cr_assert_not(static_ops.data(mrp, &missed));
		link_set(&w, 9, true);
		cr_assert(static_ops.data(mrp, &missed));
	}
}

Test(static_route, families_do_not_meet)
{
	EACH_FAMILY(w, &core_limits_default)
	{
		struct world other = w;

		other.family = w.family == IP_FAMILY_4 ? IP_FAMILY_6 : IP_FAMILY_4;
		add(&w, to(route(&w, 0, 16, 0), 1));
		miss(&other, 1, 1, 0);
		cr_assert_eq(oifs(&other, 1, 1, 0), -1);
		cr_assert_eq(static_flow_count(
				     w.core,
				     &(struct static_route){ .group = { group(&other, 0), 16 } }),
			     0);
	}
}
