// SPDX-License-Identifier: GPL-2.0-only
/* Histories: every event survives the file, and a core played again does the same. */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/addr_text.h"
#include "core/history.h"
#include "core/hpim/auth.h"

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0);
	return parsed;
}

static struct core_event link_up(uint16_t link, const char *address)
{
	struct core_event event = { .kind = EV_LINK,
				    .link = { .link = link,
					      .is_present = true,
					      .is_up = true,
					      .mtu = 1500,
					      .name = "eth0",
					      .addr_count = 1,
					      .addrs = { { addr(address), 24 } } } };

	return event;
}

static struct core_event config_link(uint16_t link, enum core_proto proto)
{
	return (struct core_event){ .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK,
						.link = link,
						.family = IP_FAMILY_4,
						.proto = proto,
						.is_on = true } };
}

/* A Hello of 10.0.0.9, hold time 40. */
static const uint8_t hello[] = { 0x5b, 0x7d, 0xe5, 0x65, 0, 0, 0, 0, 0, 1, 0, 2, 0, 40 };

static struct core_event packet(const uint8_t *bytes, size_t len)
{
	return (struct core_event){ .kind = EV_PACKET,
				    .packet = { .link = 0,
						.socket = SOCKET_103,
						.src = addr("10.0.0.9"),
						.dst = addr("224.0.0.13"),
						.ttl = 1,
						.bytes = bytes,
						.len = len } };
}

#define EVENTS 18

static void commands_of_all_kinds(struct core_event events[3])
{
	events[0] = (struct core_event){ .kind = EV_COMMAND,
					 .command = { .kind = COMMAND_CLEAR_TREE,
						      .source = addr("10.0.1.5"),
						      .addr = addr("239.1.1.1") } };
	events[1] = (struct core_event){
		.kind = EV_COMMAND,
		.command = { .kind = COMMAND_CLEAR_NEIGHBOR, .link = 1, .addr = addr("10.0.1.9") }
	};
	events[2] = (struct core_event){ .kind = EV_COMMAND };
}

static void events_of_all_kinds(struct core_event events[EVENTS])
{
	events[0] = link_up(0, "10.0.0.1");
	events[1] = link_up(1, "10.0.1.1");
	events[2] = config_link(0, PROTO_HPIM);
	events[3] = config_link(1, PROTO_GM);
	events[4] = (struct core_event){ .kind = EV_CONFIG,
					 .config = { .kind = CONFIG_SETTINGS,
						     .settings = core_settings_default } };
	events[4].config.settings.hello_period_s = 7;
	events[5] = packet(hello, sizeof(hello));
	events[6] = (struct core_event){ .kind = EV_DATA,
					 .data = { .kind = DATA_MISS,
						   .link = 1,
						   .source = addr("10.0.1.5"),
						   .group = addr("239.1.1.1") } };
	events[7] = (struct core_event){ .kind = EV_RPF,
					 .rpf = { .source = addr("10.0.1.5"),
						  .is_reachable = true,
						  .is_connected = true,
						  .link = 1,
						  .prefix_len = 24,
						  .preference = 2 } };
	events[8] = (struct core_event){ .kind = EV_CLOCK };
	events[9] = (struct core_event){ .kind = EV_DATA,
					 .data = { .kind = DATA_SEEN,
						   .link = LINK_NONE,
						   .source = addr("10.0.1.5"),
						   .group = addr("239.1.1.1"),
						   .seen_for = HP_TIME_NEVER,
						   .ttl = 31 } };
	events[10] = (struct core_event){ .kind = EV_STALE,
					  .stale = { .kind = STALE_ROUTE,
						     .link = 1,
						     .source = addr("10.0.1.5"),
						     .addr = addr("239.1.1.2"),
						     .seen_for = HP_SEC(1),
						     .stale_for = HP_SEC(45) } };
	ifset_add(&events[10].stale.oifs, 0);
	events[11] = (struct core_event){ .kind = EV_STALE,
					  .stale = { .kind = STALE_NEIGHBOR,
						     .link = 2,
						     .addr = addr("10.0.2.9"),
						     .boot_time = 7,
						     .stale_for = HP_SEC(45) } };
	events[12] = (struct core_event){ .kind = EV_CONFIG,
					  .config = { .kind = CONFIG_STATIC_ROUTE,
						      .is_on = true,
						      .route = { .group = { addr("239.1.0.0"), 16 },
								 .iif = 1 } } };
	ifset_add(&events[12].config.route.oifs, 0);
	events[13] = (struct core_event){ .kind = EV_CONFIG,
					  .config = { .kind = CONFIG_STATIC_JOIN,
						      .link = 1,
						      .is_on = true,
						      .join = { .source = addr("10.0.1.5"),
								.group = addr("239.1.1.1") } } };
	events[14] = (struct core_event){ .kind = EV_DATA, /* its entry has the route's outputs */
					  .data = { .kind = DATA_MISS,
						    .link = 1,
						    .source = addr("10.0.1.5"),
						    .group = addr("239.1.2.3") } };
	commands_of_all_kinds(&events[15]);
}

static struct history_event play(struct core *core, hp_time now, const struct core_event *event)
{
	struct history_event happened = { .now = now,
					  .event = *event,
					  .effect_hash = HISTORY_HASH };
	const struct core_effect *effect;

	core_handle(core, now, event);
	while ((effect = core_effect_next(core))) {
		happened.effect_count++;
		happened.effect_hash = history_effect_hash(happened.effect_hash, effect);
	}
	return happened;
}

/* A history of all kinds of events, a second apart. Return: its length. */
static size_t write_history(uint8_t *bytes, size_t room)
{
	struct core *core = core_new(&core_limits_default);
	struct writer out = writer_over(bytes, room);
	struct core_event events[EVENTS];
	uint32_t effects = 0;

	events_of_all_kinds(events);
	history_write_start(&out, &core_limits_default);
	for (unsigned int i = 0; i < EVENTS; i++) {
		struct history_event happened = play(core, HP_SEC(i), &events[i]);

		effects += happened.effect_count;
		history_write(&out, &happened);
	}
	cr_assert(!out.bad);
	cr_assert_gt(effects, 10, "nothing happened that could differ");
	core_free(core);
	return wr_len(&out);
}

Test(history, core_played_again_has_the_same_effects)
{
	uint8_t bytes[4096];
	struct reader in = reader_over(bytes, write_history(bytes, sizeof(bytes)));
	struct history_event kept;
	struct core_limits limits;
	struct core *core;
	unsigned int count = 0;

	cr_assert_eq(history_read_start(&in, &limits), 0);
	cr_assert_eq(limits.seed, core_limits_default.seed);
	core = core_new(&limits);
	for (int err; (err = history_read(&in, &kept)) != -ENODATA; count++) {
		struct history_event again;

		cr_assert_eq(err, 0, "event %u", count);
		again = play(core, kept.now, &kept.event);
		cr_expect_eq(again.effect_count, kept.effect_count, "event %u", count);
		cr_expect_eq(again.effect_hash, kept.effect_hash, "event %u", count);
	}
	cr_expect_eq(count, EVENTS);
	core_free(core);
}

Test(history, other_seed_has_other_effects)
{
	uint8_t bytes[4096];
	struct reader in = reader_over(bytes, write_history(bytes, sizeof(bytes)));
	struct history_event kept;
	struct core_limits limits;
	struct core *core;
	bool differs = false;

	cr_assert_eq(history_read_start(&in, &limits), 0);
	limits.seed++;
	core = core_new(&limits);
	while (history_read(&in, &kept) == 0)
		differs |= play(core, kept.now, &kept.event).effect_hash != kept.effect_hash;
	cr_expect(differs, "the time of the first Hello is drawn from the seed");
	core_free(core);
}

Test(history, cut_at_any_length_is_refused_or_ends_between_events)
{
	uint8_t bytes[4096];
	size_t len = write_history(bytes, sizeof(bytes));
	unsigned int ends = 0;

	for (size_t cut = 0; cut < len; cut++) {
		struct reader in = reader_over(bytes, cut);
		struct history_event kept;
		struct core_limits limits;
		int err = history_read_start(&in, &limits);

		while (!err)
			err = history_read(&in, &kept);
		cr_expect(err == -EBADMSG || err == -ENODATA, "cut at %zu", cut);
		ends += err == -ENODATA;
	}
	cr_expect_eq(ends, EVENTS, "only where an event ends");
}

Test(history, any_changed_byte_is_read_or_refused_without_harm)
{
	uint8_t bytes[4096];
	size_t len = write_history(bytes, sizeof(bytes));

	for (size_t at = 0; at < len; at++) {
		struct reader in = reader_over(bytes, len);
		struct history_event kept;
		struct core_limits limits;

		bytes[at] ^= 0xff;
		if (history_read_start(&in, &limits) == 0)
			while (history_read(&in, &kept) == 0)
				cr_expect_lt(kept.event.kind, EV_FOLLOWED + 1);
		bytes[at] ^= 0xff;
	}
}

Test(history, keys_are_not_kept)
{
	struct core_event event = { .kind = EV_CONFIG, .config = { .kind = CONFIG_KEY } };

	cr_expect(!history_can_keep(&event));
	event.config.kind = CONFIG_LINK;
	cr_expect(history_can_keep(&event));
}
