// SPDX-License-Identifier: GPL-2.0-only
/* Multicast router discovery on an interface of a core: when what is sent. RFC 4286. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "core/inspect.h"
#include "wire/mrd.h"

TestSuite(mrd);

#define LINK 3u

static const struct facts {
	const char *own, *other, *snoopers, *routers;
} facts[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { "10.0.0.2", "10.0.0.9", "224.0.0.106", "224.0.0.2" },
	[IP_FAMILY_6] = { "fe80::2", "fe80::9", "ff02::6a", "ff02::2" },
};

struct world {
	enum ip_family family;
	struct core *core;
	hp_time now;
	char words[4096];    /* effects of the last event, of PROTO_MRD */
	struct mrd_msg last; /* that was sent */
	unsigned int sent;
};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

static void add(struct world *world, const char *word, const struct ip_addr *group)
{
	size_t len = strlen(world->words);

	(void)snprintf(world->words + len, sizeof(world->words) - len, "%s%s %s", len ? "; " : "",
		       word, ip_addr_text(group).s);
}

static void take(struct world *world, const struct core_effect *fx)
{
	static const char *const names[] = { "advertisement", "solicitation", "termination" };
	struct ip_addr own = addr_of(facts[world->family].own);

	if (fx->kind == FX_SEND && fx->send.socket == SOCKET_MRD) {
		cr_assert_eq(fx->send.link, LINK);
		cr_assert(ip_addr_equal(&fx->send.src, &own));
		cr_assert_eq(mrd_decode(fx->send.bytes, fx->send.len, &fx->send.src, &fx->send.dst,
					&world->last),
			     0);
		world->sent++;
		add(world, names[world->last.type], &fx->send.dst);
	} else if ((fx->kind == FX_JOIN || fx->kind == FX_LEAVE) &&
		   fx->group.socket == SOCKET_MRD) {
		add(world, fx->kind == FX_JOIN ? "join" : "leave", &fx->group.group);
	}
}

static void handle(struct world *world, const struct core_event *event)
{
	const struct core_effect *fx;

	world->words[0] = '\0';
	core_handle(world->core, world->now, event);
	while ((fx = core_effect_next(world->core)))
		take(world, fx);
}

static void link_is(struct world *world, bool is_up, const char *addr)
{
	struct core_event event = { .kind = EV_LINK,
				    .link = { .link = LINK,
					      .is_present = true,
					      .is_up = is_up,
					      .mtu = 1500,
					      .name = "eth3" } };

	if (addr) {
		event.link.addr_count = 1;
		event.link.addrs[0] = (struct ip_prefix){ addr_of(addr), 24 };
	}
	handle(world, &event);
}

static void switch_to(struct world *world, enum config_kind kind, enum core_proto proto, bool is_on)
{
	handle(world, &(struct core_event){ .kind = EV_CONFIG,
					    .config = { .kind = kind,
							.link = LINK,
							.family = world->family,
							.proto = proto,
							.is_on = is_on } });
}

static void receive(struct world *world, enum mrd_type type, uint8_t ttl)
{
	const struct facts *f = &facts[world->family];
	struct ip_addr src = addr_of(f->other), dst = mrd_group(world->family, type);
	struct mrd_msg msg = { .type = type };
	uint8_t bytes[MRD_MSG_MAX];
	size_t len = mrd_encode(&msg, &src, &dst, bytes, sizeof(bytes));

	handle(world, &(struct core_event){ .kind = EV_PACKET,
					    .packet = { .link = LINK,
							.socket = SOCKET_MRD,
							.src = src,
							.dst = dst,
							.ttl = ttl,
							.has_router_alert = true,
							.bytes = bytes,
							.len = len } });
}

/* Let time pass to the next timer. Return: how long that took. */
static hp_time wait_timer(struct world *world)
{
	hp_time began = world->now, deadline = core_deadline(world->core);

	cr_assert_neq(deadline, HP_TIME_NEVER);
	world->now = deadline > began ? deadline : began;
	handle(world, &(struct core_event){ .kind = EV_CLOCK });
	return world->now - began;
}

static void start(struct world *world, enum ip_family family, uint64_t seed)
{
	struct core_limits limits = core_limits_default;

	limits.seed = seed;
	*world = (struct world){ .family = family, .core = core_new(&limits), .now = HP_SEC(100) };
	cr_assert_not_null(world->core);
	link_is(world, true, facts[family].own);
	cr_assert_str_eq(world->words, "", "it was not switched on");
	switch_to(world, CONFIG_MRD, PROTO_HPIM, true);
}

static void expect(const struct world *world, const char *format, const char *group)
{
	char want[256];

	(void)snprintf(want, sizeof(want), format, group);
	cr_expect_str_eq(world->words, want);
}

#define FAMILIES_TEST(name)                                                                     \
	static void name(struct world *world, const struct facts *f);                           \
	Test(mrd, name)                                                                         \
	{                                                                                       \
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) { \
			struct world world;                                                     \
                                                                                                \
			start(&world, family, 7);                                               \
			name(&world, &facts[family]);                                           \
			core_free(world.core);                                                  \
		}                                                                               \
	}                                                                                       \
	static void name(struct world *world, const struct facts *f)

FAMILIES_TEST(three_advertisements_follow_the_start_within_two_seconds_each)
{
	expect(world, "join %s", f->routers);
	for (int i = 0; i < 3; i++) {
		cr_expect_leq(wait_timer(world), HP_SEC(2));
		expect(world, "advertisement %s", f->snoopers);
	}
	for (int i = 0; i < 50; i++) {
		hp_time waited = wait_timer(world);

		cr_expect_geq(waited, HP_MS(19500));
		cr_expect_leq(waited, HP_MS(20500));
		expect(world, "advertisement %s", f->snoopers);
		cr_expect_eq(world->last.interval_s, 20);
	}
}

FAMILIES_TEST(its_timers_are_settings_of_the_interface)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK_SETTINGS,
						.link = LINK,
						.settings = core_settings_default } };
	struct mrd_settings *mrd = &event.config.settings.mrd;

	for (enum setting_id id = SETTING_MRD_INTERVAL; id <= SETTING_MRD_INITIAL_COUNT; id++)
		event.config.own |= UINT64_C(1) << id;
	*mrd = (struct mrd_settings){ 60, 30000, 200, 5 };
	switch_to(world, CONFIG_MRD, PROTO_HPIM, false);
	handle(world, &event);
	switch_to(world, CONFIG_MRD, PROTO_HPIM, true);
	for (int i = 0; i < 5; i++) {
		cr_expect_leq(wait_timer(world), HP_MS(200));
		expect(world, "advertisement %s", f->snoopers);
		cr_expect_eq(world->last.interval_s, 60);
	}
	for (int i = 0; i < 20; i++) {
		hp_time waited = wait_timer(world);

		cr_expect_geq(waited, HP_SEC(30));
		cr_expect_leq(waited, HP_SEC(90));
	}
	*mrd = (struct mrd_settings){ 40, SETTING_DERIVED, 200, 5 };
	handle(world, &event);
	(void)wait_timer(world); /* it was armed before */
	for (int i = 0; i < 20; i++) {
		hp_time waited = wait_timer(world);

		cr_expect_geq(waited, HP_SEC(39));
		cr_expect_leq(waited, HP_SEC(41));
		cr_expect_eq(world->last.interval_s, 40);
	}
}

/* The numbers of the querier of the link, whoever it is; none where there is no IGMP or MLD. */
FAMILIES_TEST(advertisement_has_the_numbers_of_the_querier)
{
	(void)f;
	(void)wait_timer(world);
	cr_expect_eq(world->last.query_interval_s, 0);
	cr_expect_eq(world->last.robustness, 0);
	switch_to(world, CONFIG_LINK, PROTO_GM, true);
	for (world->sent = 0; world->sent == 0;)
		(void)wait_timer(world);
	cr_expect_eq(world->last.query_interval_s, 125);
	cr_expect_eq(world->last.robustness, 2);
}

FAMILIES_TEST(solicitation_is_answered_once_within_two_seconds)
{
	for (int i = 0; i < 3; i++)
		(void)wait_timer(world);
	for (int i = 0; i < 1000; i++) {
		receive(world, MRD_SOLICITATION, 1);
		expect(world, "%s", "");
	}
	cr_expect_leq(wait_timer(world), HP_SEC(2));
	expect(world, "advertisement %s", f->snoopers);
	cr_expect_geq(wait_timer(world), HP_MS(19500));
}

FAMILIES_TEST(what_other_routers_send_changes_nothing_and_bad_packets_are_counted)
{
	hp_time deadline;

	(void)f;
	for (int i = 0; i < 3; i++)
		(void)wait_timer(world);
	deadline = core_deadline(world->core);
	receive(world, MRD_ADVERTISEMENT, 1);
	receive(world, MRD_TERMINATION, 1);
	cr_expect_eq(inspect_refused(world->core, LINK, NOTE_PACKET_BAD), 0);
	receive(world, MRD_SOLICITATION, 2); /* from off the link */
	cr_expect_eq(inspect_refused(world->core, LINK, NOTE_PACKET_BAD), 1);
	cr_expect_eq(core_deadline(world->core), deadline);
	expect(world, "%s", "");
}

FAMILIES_TEST(termination_is_sent_when_it_is_switched_off)
{
	char want[128];

	(void)wait_timer(world);
	(void)snprintf(want, sizeof(want), "termination %s; leave %s", f->snoopers, f->routers);
	switch_to(world, CONFIG_MRD, PROTO_HPIM, false);
	cr_expect_str_eq(world->words, want);
	cr_expect_eq(core_deadline(world->core), HP_TIME_NEVER);
	receive(world, MRD_SOLICITATION, 1);
	expect(world, "%s", "");
	switch_to(world, CONFIG_MRD, PROTO_HPIM, true);
	expect(world, "join %s", f->routers);
	handle(world,
	       &(struct core_event){ .kind = EV_COMMAND, .command = { .kind = COMMAND_STOP } });
	cr_expect_str_eq(world->words, want);
}

/* A link that is down, or lost its address, carries no termination. */
FAMILIES_TEST(link_down_ends_it_silently_and_up_starts_it_again)
{
	link_is(world, false, f->own);
	expect(world, "leave %s", f->routers);
	link_is(world, true, f->own);
	expect(world, "join %s", f->routers);
	link_is(world, true, f->own);
	expect(world, "%s", "");
	link_is(world, true, NULL);
	expect(world, "leave %s", f->routers);
}

FAMILIES_TEST(change_of_address_starts_it_again)
{
	char want[128];

	(void)snprintf(want, sizeof(want), "leave %s; join %s", f->routers, f->routers);
	link_is(world, true, f->other);
	cr_expect_str_eq(world->words, want);
}

/* Routers that start together do not advertise together. */
Test(mrd, times_differ_by_seed)
{
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		struct world first, second;

		start(&first, family, 1);
		start(&second, family, 2);
		cr_expect_neq(wait_timer(&first), wait_timer(&second));
		core_free(first.core);
		core_free(second.core);
	}
}
