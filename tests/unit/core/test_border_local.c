// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of a router between two domains sends: its packets come in by the interface that they
 * leave by, and both domains have to get them. HPIM-DM runs on link 0, PIM-DM on link 1; a host on
 * each wants the group. Description of PIM-DM, 8.4.
 */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"
#include "core/inspect.h"

enum { HPIM, PIM, LINKS };

struct world {
	struct core *core;
	enum ip_family family;
	hp_time now;
	struct mfib_route put; /* in force; iif LINK_NONE: none */
	unsigned int puts;
};

static struct ip_addr addr(const struct world *w, const char *v4, const char *v6)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(w->family == IP_FAMILY_4 ? v4 : v6, &parsed), 0);
	return parsed;
}

static struct mfib_key key(const struct world *w)
{
	return (struct mfib_key){ addr(w, "10.255.0.1", "2001:db8::1"),
				  addr(w, "239.1.1.1", "ff3e::1:1") };
}

/* Of a program of this router. */
static void answer_route(const struct world *w, struct core_event *ret_event)
{
	*ret_event = (struct core_event){ .kind = EV_RPF,
					  .rpf = { .source = key(w).source,
						   .is_reachable = true,
						   .is_connected = true,
						   .is_local = true,
						   .link = LINK_NONE,
						   .prefix_len = 32 } };
}

static void feed(struct world *w, const struct core_event *event)
{
	struct core_event answer = { .kind = EV_CLOCK };
	const struct core_effect *fx;

	core_handle(w->core, w->now, event);
	while ((fx = core_effect_next(w->core))) {
		if (fx->kind == FX_RPF_WATCH)
			answer_route(w, &answer);
		if (fx->kind == FX_MFIB_DEL)
			w->put.iif = LINK_NONE;
		if (fx->kind == FX_MFIB_PUT) {
			w->put = fx->route;
			w->puts++;
		}
	}
	if (answer.kind != EV_CLOCK)
		feed(w, &answer);
}

static void run(struct world *w, hp_time duration)
{
	w->now += duration;
	feed(w, &(struct core_event){ .kind = EV_CLOCK });
}

static void configure(struct world *w, uint16_t link, struct ev_config config)
{
	config.link = link;
	config.family = w->family;
	config.is_on = true;
	feed(w, &(struct core_event){ .kind = EV_CONFIG, .config = config });
}

static struct world *world_new(enum ip_family family)
{
	struct world *w = calloc(1, sizeof(*w));

	cr_assert_not_null(w);
	*w = (struct world){ .core = core_new(&core_limits_default), .family = family };
	w->put.iif = LINK_NONE;
	cr_assert_not_null(w->core);
	for (uint16_t link = HPIM; link < LINKS; link++) {
		struct core_event event = { .kind = EV_LINK,
					    .link = { .link = link,
						      .is_present = true,
						      .is_up = true,
						      .mtu = 1500,
						      .addr_count = 1 } };

		event.link.addrs[0] =
			(struct ip_prefix){ link == HPIM ? addr(w, "10.0.0.1", "fe80::1")
							 : addr(w, "10.1.0.1", "fe80::2"),
					    24 };
		feed(w, &event);
		configure(w, link,
			  (struct ev_config){ .kind = CONFIG_LINK,
					      .proto = link == HPIM ? PROTO_HPIM : PROTO_PIMDM });
		configure(w, link,
			  (struct ev_config){ .kind = CONFIG_STATIC_JOIN,
					      .join = { .group = key(w).group } });
	}
	run(w, HP_SEC(20));
	return w;
}

static void data(struct world *w, enum data_kind kind, uint16_t link)
{
	feed(w, &(struct core_event){ .kind = EV_DATA,
				      .data = { .kind = kind,
						.link = link,
						.source = key(w).source,
						.group = key(w).group } });
}

static enum mfib_owner owner(const struct world *w)
{
	const struct mfib_key tree = key(w);
	struct mfib_entry entry;

	return mfib_find(w->core, &tree, &entry) ? entry.owner : MFIB_OWNER_COUNT;
}

static void check(enum ip_family family, uint16_t sends_by, enum mfib_owner its_owner)
{
	const uint16_t other = sends_by == HPIM ? PIM : HPIM;
	struct world *w = world_new(family);

	data(w, DATA_MISS, sends_by);
	cr_expect_eq(owner(w), its_owner, "%u", owner(w));
	cr_expect_eq(w->put.iif, sends_by);
	cr_expect(ifset_has(&w->put.oifs, other), "the other domain gets it");
	cr_expect_not(ifset_has(&w->put.oifs, sends_by));
	/* It stays so, whatever is evaluated again, and costs no entry a packet. */
	w->puts = 0;
	for (unsigned int i = 0; i < 5; i++)
		run(w, HP_SEC(20));
	cr_expect_eq(owner(w), its_owner);
	cr_expect(ifset_has(&w->put.oifs, other));
	cr_expect_leq(w->puts, 2);
	/* It ends with the data: the forwarding plane saw none. */
	for (unsigned int i = 0; i < 30; i++)
		run(w, HP_SEC(60));
	cr_expect_eq(owner(w), MFIB_OWNER_COUNT);
	core_free(w->core);
	free(w);
}

Test(border_local, program_sends_by_the_interface_of_hpim)
{
	check(IP_FAMILY_4, HPIM, MFIB_HPIM);
	check(IP_FAMILY_6, HPIM, MFIB_HPIM);
}

Test(border_local, program_sends_by_the_interface_of_pim)
{
	check(IP_FAMILY_4, PIM, MFIB_PIMDM);
	check(IP_FAMILY_6, PIM, MFIB_PIMDM);
}
