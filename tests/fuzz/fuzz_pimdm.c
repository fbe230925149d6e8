// SPDX-License-Identifier: GPL-2.0-only
/*
 * A router with PIM-DM, and HPIM-DM on some interfaces, to which anything happens: packets of
 * neighbors whose checksum is right and whose content is not, data, routes, interfaces, members,
 * time. Asserts and sanitizers judge, and what no effect may be. The input is read as a list of
 * steps.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "core/core.h"
#include "core/inspect.h"
#include "core/pimdm/pimdm_int.h"
#include "wire/inet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define LINKS     4u
#define SOURCES   4u
#define GROUPS    4u
#define HOSTS     8u /* neighbors of an interface that packets may come from; 0: this router */
#define TREES     16u
#define NEIGHBORS 4u

struct router {
	enum ip_family family;
	struct core *core;
	hp_time now;
	struct ev_rpf routes[SOURCES];
	struct reader in;
};

static struct ip_addr addr_of(enum ip_family family, uint8_t third, uint8_t last)
{
	struct ip_addr addr = { .b = { [10] = 0xff, 0xff, 10, 0, third, last } };

	if (family == IP_FAMILY_6)
		addr = (struct ip_addr){ .b = { 0xfe, 0x80, [13] = third, [15] = last } };
	return addr;
}

static struct ip_addr host(const struct router *r, uint16_t link, uint8_t number)
{
	return addr_of(r->family, (uint8_t)link, (uint8_t)(1 + number % HOSTS));
}

static struct ip_addr source(const struct router *r, uint8_t number)
{
	uint8_t last = (uint8_t)(1 + number % SOURCES);

	if (r->family == IP_FAMILY_6)
		return (struct ip_addr){ .b = { 0x20, 0x01, [15] = last } };
	return addr_of(IP_FAMILY_4, 99, last);
}

static struct ip_addr group(const struct router *r, uint8_t number)
{
	uint8_t last = (uint8_t)(1 + number % GROUPS);

	if (r->family == IP_FAMILY_6)
		return (struct ip_addr){ .b = { 0xff, 0x1e, [15] = last } };
	return (struct ip_addr){ .b = { [10] = 0xff, 0xff, 239, 1, 1, last } };
}

static uint16_t link_of(uint8_t number)
{
	return number % LINKS;
}

/* What no effect may be, whatever happened. */
static void check(const struct router *r, const struct core_effect *fx)
{
	if (fx->kind == FX_MFIB_PUT &&
	    (fx->route.iif >= LINKS || ifset_has(&fx->route.oifs, fx->route.iif)))
		abort();
	if (fx->kind == FX_SEND && (fx->send.link >= LINKS || fx->send.len > 1500))
		abort();
	for (uint16_t link = 0; link < LINKS; link++) {
		const struct pimdm_if *pif = pimdm_of(r->core, r->family)->ifs[link];

		if (pif && pif->neighbor_count > NEIGHBORS)
			abort();
	}
	if (pimdm_of(r->core, r->family)->tree_count > TREES)
		abort();
}

/* Routes and the age of data are answered as the daemon does it: by events after this one. */
static void handle(struct router *r, const struct core_event *event)
{
	struct core_event answers[64];
	unsigned int count = 0;
	const struct core_effect *fx;

	core_handle(r->core, r->now, event);
	while ((fx = core_effect_next(r->core))) {
		check(r, fx);
		if (count == sizeof(answers) / sizeof(answers[0]))
			continue; /* an answer that is lost */
		if (fx->kind == FX_RPF_WATCH) {
			answers[count] = (struct core_event){
				.kind = EV_RPF, .rpf = r->routes[fx->rpf_source.b[15] % SOURCES]
			};
			answers[count++].rpf.source = fx->rpf_source;
		} else if (fx->kind == FX_MFIB_QUERY) {
			uint8_t age = rd_u8(&r->in);

			answers[count++] = (struct core_event){
				.kind = EV_DATA,
				.data = { .kind = DATA_SEEN,
					  .link = LINK_NONE,
					  .source = fx->key.source,
					  .group = fx->key.group,
					  .seen_for = age == 255 ? HP_TIME_NEVER : HP_SEC(age * 3),
					  .ttl = age }
			};
		}
	}
	for (unsigned int i = 0; i < count; i++)
		handle(r, &answers[i]);
}

static void put_checksum(struct router *r, uint8_t *msg, size_t len, const struct ip_addr *src,
			 const struct ip_addr *dst, bool is_legacy)
{
	uint32_t start = r->family == IP_FAMILY_6 && !is_legacy
				 ? inet_pseudo_sum(src, dst, INET_PROTO_PIM, len)
				 : 0;
	uint16_t sum;

	msg[2] = msg[3] = 0;
	sum = inet_checksum(msg, len, start);
	msg[2] = (uint8_t)(sum >> 8);
	msg[3] = (uint8_t)sum;
}

/* A message about a tree that there may be. */
static size_t make_message(struct router *r, uint16_t link, uint8_t *msg, size_t room,
			   const struct ip_addr *src, const struct ip_addr *dst)
{
	static const enum pim_type types[] = { PIM_HELLO, PIM_JOIN_PRUNE, PIM_ASSERT,
					       PIM_GRAFT, PIM_GRAFT_ACK,  PIM_STATE_REFRESH };
	uint8_t choice = rd_u8(&r->in), which = rd_u8(&r->in), value = rd_u8(&r->in);
	struct pim_msg made = { .type = types[choice % 6] };
	struct pim_entry entry = { source(r, which), group(r, which >> 4), value & 1 };

	if (made.type == PIM_HELLO)
		made.hello = (struct pim_hello){ .has_hold = true,
						 .hold_s = value == 255 ? 65535 : value,
						 .has_gen_id = choice & 8,
						 .gen_id = which,
						 .has_refresh = choice & 16,
						 .has_delay = choice & 32,
						 .delay_ms = (uint16_t)(which * 20),
						 .override_ms = (uint16_t)(value * 20) };
	else if (made.type == PIM_ASSERT)
		made.assert = (struct pim_assert){ entry.source, entry.group, { value, which } };
	else if (made.type == PIM_STATE_REFRESH)
		made.refresh = (struct pim_refresh){ .source = entry.source,
						     .group = entry.group,
						     .originator = *src,
						     .metric = { value, which },
						     .mask_len = 24,
						     .ttl = choice,
						     .interval_s = which,
						     .is_prune = value & 2 };
	else
		made.jp = (struct pim_join_prune){ .upstream = host(r, link, which >> 6),
						   .hold_s = value == 255 ? 65535 : value,
						   .entries = &entry,
						   .entry_count = 1 };
	if (made.type == PIM_ASSERT && value == 255)
		made.assert.metric =
			(struct pim_metric){ PIM_INFINITE_PREFERENCE, PIM_INFINITE_METRIC };
	return pim_encode(&made, src, dst, PIM_CHECKSUM_RFC, msg, room);
}

static void step_packet(struct router *r, uint16_t link)
{
	uint8_t choice = rd_u8(&r->in);
	struct ip_addr src = host(r, link, choice & 7);
	struct ip_addr us = host(r, link, 0);
	struct ip_addr all = { .b = { [10] = 0xff, 0xff, 224, 0, 0, 13 } };
	struct ip_addr dst;
	uint8_t msg[1500];
	size_t len;

	if (r->family == IP_FAMILY_6)
		all = (struct ip_addr){ .b = { 0xff, 0x02, [15] = 0x0d } };
	dst = choice & 8 ? us : all;
	if (choice & 16) {
		const uint8_t *raw;

		len = rd_u8(&r->in);
		raw = rd_bytes(&r->in, len);
		if (!raw)
			return;
		memcpy(msg, raw, len);
		if (choice & 32 && len >= 4)
			put_checksum(r, msg, len, &src, &dst, choice & 64);
	} else {
		len = make_message(r, link, msg, sizeof(msg), &src, &dst);
	}
	handle(r, &(struct core_event){ .kind = EV_PACKET,
					.packet = { .link = link,
						    .socket = SOCKET_103,
						    .src = src,
						    .dst = dst,
						    .ttl = 1,
						    .bytes = msg,
						    .len = len } });
}

static void step_data(struct router *r, uint16_t link)
{
	uint8_t choice = rd_u8(&r->in);
	static const enum data_kind kinds[] = { DATA_MISS, DATA_WRONG_IF, DATA_NOTIFY, DATA_MISS };

	handle(r, &(struct core_event){ .kind = EV_DATA,
					.data = { .kind = kinds[choice >> 6],
						  .link = link,
						  .source = source(r, choice),
						  .group = group(r, choice >> 3),
						  .ttl = choice } });
}

static void step_route(struct router *r, uint16_t link)
{
	uint8_t choice = rd_u8(&r->in), which = choice % SOURCES, metric = rd_u8(&r->in);
	struct ev_rpf route = { .is_reachable = choice & 16,
				.is_connected = choice & 32,
				.is_local = choice & 64 && choice & 32,
				.link = choice & 128 ? LINK_NONE : link,
				.prefix_len = 24,
				.preference = metric & 3,
				.metric = metric };

	if (!route.is_connected)
		route.next_hop = host(r, link, choice >> 2);
	if (!route.is_reachable)
		route = (struct ev_rpf){ .link = LINK_NONE, .preference = ~0u, .metric = ~0u };
	r->routes[(which + 1) % SOURCES] = route; /* of the source whose address ends in it */
	route.source = source(r, which);
	handle(r, &(struct core_event){ .kind = EV_RPF, .rpf = route });
}

static void step_link(struct router *r, uint16_t link, uint8_t choice)
{
	struct core_event event = { .kind = EV_LINK,
				    .link = { .link = link,
					      .is_present = !(choice & 1),
					      .is_up = !(choice & 3),
					      .mtu = 1500,
					      .addr_count = choice & 4 ? 0 : 1,
					      .addrs = { { host(r, link, 0), 24 } } } };

	if (choice & 8)
		event.link.addrs[0].addr = host(r, link, 1 + (choice >> 4));
	handle(r, &event);
}

static void step_switch(struct router *r, uint16_t link, uint8_t choice)
{
	handle(r, &(struct core_event){ .kind = EV_CONFIG,
					.config = { .kind = CONFIG_LINK,
						    .link = link,
						    .family = r->family,
						    .proto = choice % PROTO_COUNT,
						    .is_on = choice & 128 } });
}

static void step_setting(struct router *r, uint16_t link, uint8_t choice)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_LINK_SETTINGS,
						.link = link,
						.settings = *inspect_settings(r->core, link) } };
	unsigned int rows = SETTING_PIM_V6_CHECKSUM + 1 - SETTING_PIM_HELLO_INTERVAL;
	enum setting_id id = SETTING_PIM_HELLO_INTERVAL + (enum setting_id)(choice % rows);
	uint32_t value = rd_u8(&r->in);

	if (!setting_is_in_range(id, value))
		return;
	setting_set(&event.config.settings, id, value);
	if (settings_conflict(&event.config.settings) != SETTINGS_AGREE)
		return; /* the daemon refuses it */
	event.config.own = r->core->links[link].own_settings | UINT64_C(1) << id;
	handle(r, &event);
}

static void step_join(struct router *r, uint16_t link, uint8_t choice)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_STATIC_JOIN,
						.link = link,
						.family = r->family,
						.is_on = choice & 128,
						.join = { .group = group(r, choice) } } };

	if (choice & 64)
		event.config.join.source = source(r, choice >> 3);
	handle(r, &event);
}

static void step_boundary(struct router *r, uint16_t link, uint8_t choice)
{
	handle(r, &(struct core_event){ .kind = EV_CONFIG,
					.config = { .kind = CONFIG_POLICY,
						    .family = r->family,
						    .is_on = choice & 128,
						    .policy = { .kind = POLICY_BOUNDARY,
								.link = link,
								.group = { group(r, choice),
									   r->family == IP_FAMILY_4
										   ? 32
										   : 128 } } } });
}

static void step_stale(struct router *r, uint16_t link, uint8_t choice)
{
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .link = link,
					       .source = source(r, choice),
					       .addr = group(r, choice >> 2),
					       .oifs = { .word = { (uint64_t)choice >> 4 } },
					       .seen_for = HP_SEC(choice),
					       .stale_for = HP_SEC(45) } };

	ifset_del(&event.stale.oifs, link);
	handle(r, &event);
}

static void step_time(struct router *r, uint8_t choice)
{
	static const hp_time units[] = { HP_MS(1), HP_MS(100), HP_SEC(1), HP_SEC(10) };
	hp_time until = r->now + units[choice >> 6] * (1 + (choice & 63));

	while (core_deadline(r->core) <= until) {
		r->now = core_deadline(r->core) > r->now ? core_deadline(r->core) : r->now;
		handle(r, &(struct core_event){ .kind = EV_CLOCK });
	}
	r->now = until;
}

static void step(struct router *r)
{
	uint8_t what = rd_u8(&r->in), choice;
	uint16_t link = link_of(what >> 4);

	switch (what & 15) {
	case 0:
	case 1:
	case 2:
	case 3: step_packet(r, link); return;
	case 4:
	case 5: step_data(r, link); return;
	case 6: step_route(r, link); return;
	default: break;
	}
	choice = rd_u8(&r->in);
	switch (what & 15) {
	case 7: step_link(r, link, choice); break;
	case 8: step_switch(r, link, choice); break;
	case 9: step_setting(r, link, choice); break;
	case 10: step_join(r, link, choice); break;
	case 11: step_boundary(r, link, choice); break;
	case 12: step_stale(r, link, choice); break;
	default: step_time(r, choice);
	}
}

static void begin(struct router *r)
{
	struct core_event limits = { .kind = EV_CONFIG,
				     .config = { .kind = CONFIG_SETTINGS,
						 .settings = core_settings_default } };

	limits.config.settings.neighbors = NEIGHBORS;
	handle(r, &limits);
	for (uint8_t i = 0; i < SOURCES; i++)
		r->routes[i] = (struct ev_rpf){ .is_reachable = true,
						.is_connected = i == 0,
						.link = 0,
						.prefix_len = 24,
						.preference = 2 };
	for (uint8_t i = 1; i < SOURCES; i++)
		r->routes[i].next_hop = host(r, 0, i);
	for (uint16_t link = 0; link < LINKS; link++) {
		step_link(r, link, 0);
		step_switch(r, link, 128 | PROTO_PIMDM);
	}
}

/* The same memory for each input: that of a core is large, and fresh pages are what costs most. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct core core;
	struct core_limits limits = core_limits_default;
	struct router r = { .core = &core, .in = reader_over(bytes, len) };

	limits.trees = TREES;
	r.family = rd_u8(&r.in) & 1 ? IP_FAMILY_6 : IP_FAMILY_4;
	if (core_init(&core, &limits)) {
		begin(&r);
		while (!r.in.bad && rd_left(&r.in))
			step(&r);
		step_time(&r, 255);
	}
	core_fini(&core);
	memset(&core, 0, sizeof(core)); /* it hides no leak */
	return 0;
}
