// SPDX-License-Identifier: GPL-2.0-only
/* Which packets PIM-DM takes: description of PIM-DM, 2.8, check by check; 9.8, rows 23 and 25. */
#include "unit/pimdm/common_seal.h"
#include "unit/pimdm/common_pim.h"
#include "wire/inet.h"

#define HOLD_S 105

/* A message of each type that is good but for what a test changes. */
static struct pim_msg message(const struct lan *lan, enum pim_type type)
{
	static struct pim_entry entry;
	struct pim_msg msg = { .type = type };
	struct ip_addr group, source;

	(void)ip_addr_parse(lan->family == IP_FAMILY_4 ? "239.1.1.1" : "ff1e::1", &group);
	(void)ip_addr_parse(lan->family == IP_FAMILY_4 ? "10.1.1.100" : "2001:db8::100", &source);
	entry = (struct pim_entry){ .source = source, .group = group };
	switch (type) {
	case PIM_HELLO: return lan_hello(HOLD_S, 7);
	case PIM_JOIN_PRUNE:
	case PIM_GRAFT:
	case PIM_GRAFT_ACK:
		msg.jp = (struct pim_join_prune){ .upstream = lan_addr(lan, 1),
						  .entries = &entry,
						  .entry_count = 1 };
		break;
	case PIM_ASSERT:
		msg.assert = (struct pim_assert){ .source = source, .group = group };
		break;
	case PIM_STATE_REFRESH:
		msg.refresh = (struct pim_refresh){ .source = source,
						    .group = group,
						    .originator = source,
						    .ttl = 9,
						    .interval_s = 60 };
	}
	return msg;
}

static const enum pim_type types[] = { PIM_HELLO, PIM_JOIN_PRUNE, PIM_ASSERT,
				       PIM_GRAFT, PIM_GRAFT_ACK,  PIM_STATE_REFRESH };
#define TYPES (sizeof(types) / sizeof(types[0]))

static uint64_t received(const struct lan *lan, enum pim_type type)
{
	const struct counters *counters = inspect_counters(lan->cores[1], 0, lan->family);

	return counters->messages[message_of_pim(type)][MESSAGE_RECEIVED];
}

static uint64_t refused_all(const struct lan *lan)
{
	uint64_t sum = 0;

	for (enum pimdm_refusal reason = 0; reason < PIMDM_REFUSAL_COUNT; reason++)
		sum += lan_refused(lan, 1, reason);
	return sum;
}

/* One router, whose neighbor is the tester. */
static struct lan *lan_with_neighbor(enum ip_family family)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_msg hello = lan_hello(HOLD_S, 7);

	lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
	cr_assert_not_null(lan_neighbor(lan, 1, LAN_TESTER));
	return lan;
}

/* 2.1: each type with each destination, of a neighbor. */
LAN_TEST(pimdm_accept, each_type_has_its_destinations)
{
	static const struct {
		enum pim_type type;
		bool to_all, to_us; /* naming us as upstream neighbor */
	} rows[TYPES] = {
		{ PIM_HELLO, true, false },    { PIM_JOIN_PRUNE, true, false },
		{ PIM_ASSERT, true, false },   { PIM_GRAFT, true, true },
		{ PIM_GRAFT_ACK, true, true }, { PIM_STATE_REFRESH, true, true },
	};
	struct lan *lan = lan_with_neighbor(family);
	const struct ip_addr us = lan_addr(lan, 1), other = lan_addr(lan, 2);

	for (size_t i = 0; i < TYPES; i++) {
		const struct pim_msg msg = message(lan, rows[i].type);
		const struct {
			const struct ip_addr *dst;
			bool is_taken;
		} tries[] = { { NULL, rows[i].to_all }, { &us, rows[i].to_us }, { &other, false } };

		for (size_t t = 0; t < sizeof(tries) / sizeof(tries[0]); t++) {
			uint64_t taken = received(lan, rows[i].type);
			uint64_t refused = lan_refused(lan, 1, PIMDM_REFUSED_DESTINATION);

			lan_say(lan, 1, LAN_TESTER, tries[t].dst, &msg, PIM_CHECKSUM_RFC);
			cr_assert_eq(received(lan, rows[i].type) - taken, tries[t].is_taken,
				     "%s %zu", pim_type_name(rows[i].type), t);
			cr_assert_eq(lan_refused(lan, 1, PIMDM_REFUSED_DESTINATION) - refused,
				     !tries[t].is_taken);
		}
	}
	lan_free(lan);
}

/* Check 6: to all routers a Graft or GraftAck counts only if it names us. */
LAN_TEST(pimdm_accept, graft_to_all_routers_names_its_upstream_neighbor)
{
	struct lan *lan = lan_with_neighbor(family);
	struct pim_msg graft = message(lan, PIM_GRAFT), ack = message(lan, PIM_GRAFT_ACK);

	graft.jp.upstream = ack.jp.upstream = lan_addr(lan, 2);
	lan_say(lan, 1, LAN_TESTER, NULL, &graft, PIM_CHECKSUM_RFC);
	lan_say(lan, 1, LAN_TESTER, NULL, &ack, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_DESTINATION), 2);
	lan_free(lan);
}

/* Check 5. */
LAN_TEST(pimdm_accept, source_is_an_address_that_a_neighbor_can_have)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_msg hello = lan_hello(HOLD_S, 7);
	struct ip_addr sources[3] = { lan_addr(lan, 1), *all_routers(family) };
	uint8_t bytes[LAN_BYTES];
	size_t len;

	cr_assert_eq(ip_addr_parse(family == IP_FAMILY_4 ? "0.0.0.0" : "2001:db8::9", &sources[2]),
		     0);
	for (unsigned int i = 0; i < 3; i++) {
		len = pim_encode(&hello, &sources[i], all_routers(family), PIM_CHECKSUM_RFC, bytes,
				 sizeof(bytes));
		lan_hear(lan, 1, &sources[i], all_routers(family), bytes, len);
		cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_SOURCE), i + 1);
	}
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	lan_free(lan);
}

/* Check 7; 9.8, row 23: nothing but a Hello of a router that sent none. */
LAN_TEST(pimdm_accept, only_a_hello_is_taken_of_a_stranger)
{
	struct lan *lan = lan_new(family, 1);
	const struct ip_addr us = lan_addr(lan, 1);

	for (size_t i = 1; i < TYPES; i++) {
		const struct pim_msg msg = message(lan, types[i]);
		bool is_graft = types[i] == PIM_GRAFT || types[i] == PIM_GRAFT_ACK;

		lan_say(lan, 1, LAN_TESTER, is_graft ? &us : NULL, &msg, PIM_CHECKSUM_RFC);
		cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_STRANGER), i);
		cr_expect_eq(received(lan, types[i]), 0);
	}
	cr_expect_null(pimdm_of(lan->cores[1], family)->trees);
	lan_free(lan);
}

/* Check 9. */
LAN_TEST(pimdm_accept, state_refresh_is_refused_where_it_is_off)
{
	struct lan *lan = lan_with_neighbor(family);
	const struct pim_msg msg = message(lan, PIM_STATE_REFRESH);

	lan_set(lan, 1, SETTING_PIM_STATE_REFRESH, false);
	lan_say(lan, 1, LAN_TESTER, NULL, &msg, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_REFRESH), 1);
	lan_set(lan, 1, SETTING_PIM_STATE_REFRESH, true);
	lan_say(lan, 1, LAN_TESTER, NULL, &msg, PIM_CHECKSUM_RFC);
	cr_expect_eq(received(lan, PIM_STATE_REFRESH), 1);
	lan_free(lan);
}

/* Checks 3 and 4: bytes of a good message, one of them changed. */
LAN_TEST(pimdm_accept, types_of_sparse_mode_and_wrong_checksums_are_refused)
{
	struct lan *lan = lan_with_neighbor(family);
	const struct ip_addr src = lan_addr(lan, LAN_TESTER);
	const struct pim_msg hello = lan_hello(HOLD_S, 7);
	uint8_t bytes[LAN_BYTES];
	size_t len = pim_encode(&hello, &src, all_routers(family), PIM_CHECKSUM_RFC, bytes,
				sizeof(bytes));
	unsigned int refused = 0;

	for (uint8_t type = 0; type < 16; type++) {
		bool is_ours = false;

		for (size_t i = 0; i < TYPES; i++)
			is_ours |= types[i] == type;
		if (is_ours)
			continue;
		bytes[0] = (uint8_t)(0x20 | type);
		lan_hear(lan, 1, &src, all_routers(family), bytes, len);
		cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_TYPE), ++refused, "type %u", type);
	}
	bytes[0] = 0x20;
	bytes[2] ^= 1;
	lan_hear(lan, 1, &src, all_routers(family), bytes, len);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_CHECKSUM), 1);
	lan_free(lan);
}

/* Check 8, row 25: cut anywhere, an option or an address that cannot be. */
LAN_TEST(pimdm_accept, malformed_bodies_are_refused_whole)
{
	struct lan *lan = lan_with_neighbor(family);
	const struct ip_addr src = lan_addr(lan, LAN_TESTER);
	const struct pim_msg assert = message(lan, PIM_ASSERT);
	const hp_time until = lan_neighbor(lan, 1, LAN_TESTER)->liveness_timer.deadline;
	uint8_t bytes[LAN_BYTES];
	size_t len = pim_encode(&assert, &src, all_routers(family), PIM_CHECKSUM_RFC, bytes,
				sizeof(bytes));
	uint64_t cuts = 0;

	for (size_t cut = 4; cut < len; cut++) {
		pim_seal(bytes, cut);
		lan_hear(lan, 1, &src, all_routers(family), bytes, cut);
		cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_SHORT), ++cuts, "cut to %zu", cut);
	}
	bytes[4] = 9; /* family of the group */
	pim_seal(bytes, len);
	lan_hear(lan, 1, &src, all_routers(family), bytes, len);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_ADDRESS), 1);
	memcpy(bytes, (const uint8_t[]){ 0x20, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 105 }, 12);
	pim_seal(bytes, 12);
	lan_hear(lan, 1, &src, all_routers(family), bytes, 12);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_OPTION), 1);
	cr_expect_eq(refused_all(lan), cuts + 2);
	cr_expect_null(pimdm_of(lan->cores[1], family)->trees, "no state changed");
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 1);
	cr_expect_eq(lan_neighbor(lan, 1, LAN_TESTER)->liveness_timer.deadline, until);
	lan_free(lan);
}

/* The order of 2.8: of what is wrong the first check is counted, and only that one. */
LAN_TEST(pimdm_accept, first_check_that_fails_is_the_reason)
{
	struct lan *lan = lan_new(family, 1);
	const struct ip_addr own = lan_addr(lan, 1), us = own, tester = lan_addr(lan, LAN_TESTER);
	const struct pim_msg refresh = message(lan, PIM_STATE_REFRESH);
	const struct pim_msg assert = message(lan, PIM_ASSERT);
	uint8_t bytes[LAN_BYTES];
	size_t len;

	lan_set(lan, 1, SETTING_PIM_STATE_REFRESH, false);
	lan_say(lan, 1, LAN_TESTER, NULL, &refresh, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_STRANGER), 1, "7 before 9");
	lan_say(lan, 1, LAN_TESTER, &us, &assert, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_DESTINATION), 1, "6 before 7");
	lan_say(lan, 1, 1, &us, &assert, PIM_CHECKSUM_RFC);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_SOURCE), 1, "5 before 6");
	len = pim_encode(&assert, &tester, all_routers(family), PIM_CHECKSUM_RFC, bytes,
			 sizeof(bytes));
	pim_seal(bytes, len - 1);
	lan_hear(lan, 1, &tester, all_routers(family), bytes, len - 1);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_STRANGER), 2, "7 before 8");
	bytes[2] ^= 1;
	lan_hear(lan, 1, &own, all_routers(family), bytes, len);
	cr_expect_eq(lan_refused(lan, 1, PIMDM_REFUSED_CHECKSUM), 1, "4 before 5");
	cr_expect_eq(refused_all(lan), 5);
	lan_free(lan);
}

/* Check 2 and 8.5: HPIM-DM and garbage are counted, and each sender is worth one warning. */
LAN_TEST(pimdm_accept, packets_of_hpim_are_counted_and_noted_once)
{
	static const uint8_t hello[] = { 0x67, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 40 };
	struct lan *lan = lan_new(family, 1);

	for (unsigned int i = 0; i < 20; i++) {
		const struct ip_addr src = lan_addr(lan, LAN_TESTER + i % 2);

		lan_hear(lan, 1, &src, all_routers(family), hello, sizeof(hello));
		cr_expect_eq(lan->level[NOTE_PACKET_HPIM], i < 2 ? NOTE_WARN : NOTE_DEBUG);
	}
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_PACKET_HPIM), 20);
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_PACKET_FOREIGN), 0);
	cr_expect_eq(lan_if(lan, 1)->neighbor_count, 0);
	cr_expect_eq(refused_all(lan), 0);
	lan_free(lan);
}

/* Senders that are made up fill neither memory nor log. */
Test(pimdm_accept, foreign_senders_are_noted_up_to_a_limit)
{
	static const uint8_t garbage[] = { 0x10 };
	struct lan *lan = lan_new(IP_FAMILY_4, 1);
	unsigned int warnings = 0;

	for (unsigned int host = 10; host < 250; host++) {
		const struct ip_addr src = lan_addr(lan, host);

		lan_hear(lan, 1, &src, all_routers(IP_FAMILY_4), garbage, 1);
		warnings += lan->level[NOTE_PACKET_HPIM] == NOTE_WARN;
	}
	cr_expect_eq(warnings, LINK_FOREIGN_MAX);
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_PACKET_HPIM), 240);
	lan_free(lan);
}

/* The reverse: PIM on an interface of HPIM-DM. */
LAN_TEST(pimdm_accept, packets_of_pim_are_foreign_to_hpim)
{
	struct lan *lan = lan_new(family, 1);
	const struct pim_msg hello = lan_hello(HOLD_S, 7);

	lan_switch(lan, 1, PROTO_PIMDM, false);
	lan->is_cut[1] = true; /* its own messages are no PIM */
	lan_switch(lan, 1, PROTO_HPIM, true);
	for (unsigned int i = 0; i < 3; i++) {
		lan_say(lan, 1, LAN_TESTER, NULL, &hello, PIM_CHECKSUM_RFC);
		cr_expect_eq(lan->level[NOTE_PACKET_FOREIGN], i ? NOTE_DEBUG : NOTE_WARN);
	}
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_PACKET_FOREIGN), 3);
	cr_expect_eq(inspect_refused(lan->cores[1], 0, NOTE_PACKET_HPIM), 0);
	lan_free(lan);
}
