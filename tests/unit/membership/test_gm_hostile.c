// SPDX-License-Identifier: GPL-2.0-only
/*
 * Group membership of one router, and what hosts, switches and attackers of the field send: what is
 * understood, what is refused and counted, and what a flood costs.
 */
#include "unit/membership/test_gm_world.h"

/* ---- Hostile packets ---- */

/* The longest message of the older versions: MLDv1. */
#define OLD_LEN_MAX 24u

static size_t report_bytes(const struct world *w, uint8_t bytes[OLD_LEN_MAX])
{
	const struct ip_addr src = addr_of(w->facts->host), dst = addr_of(w->facts->group);
	const struct gm_msg msg = { .type = GM_REPORT,
				    .version = w->facts->report_version,
				    .group = dst };

	return gm_families[w->facts->family].encode(&msg, &src, &dst, bytes, OLD_LEN_MAX);
}

static void short_check(struct world *w)
{
	uint8_t bytes[OLD_LEN_MAX];
	size_t len = report_bytes(w, bytes);

	drain(w);
	for (size_t cut = 0; cut < len; cut++) {
		receive_bytes(w, w->facts->host, w->facts->group, bytes, cut);
		cr_assert_str_eq(drain(w), "bad");
	}
}

Test(gm_hostile, short_packets_are_noted_and_change_nothing)
{
	each_family(short_check);
}

static void flipped_check(struct world *w)
{
	uint8_t bytes[OLD_LEN_MAX];
	size_t len = report_bytes(w, bytes);

	drain(w);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		receive_bytes(w, w->facts->host, w->facts->group, bytes, len);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert_str_eq(drain(w), "bad");
	}
}

Test(gm_hostile, packets_with_a_flipped_bit_are_noted_and_change_nothing)
{
	each_family(flipped_check);
}

static void hear_to(struct world *w, const char *dst, enum gm_msg_type type)
{
	receive(w, w->facts->host, dst,
		&(struct gm_msg){ .type = type,
				  .version = w->facts->report_version,
				  .group = addr_of(w->facts->group) });
}

/* RFC 9776, 4.2.14; RFC 3810, 5.2.14; a leave to the group: RFC 2236, 9. */
static void any_address_check(struct world *w)
{
	const struct family_facts *f = w->facts;
	const char *const addrs[] = { f->group, f->all_nodes, f->listen[0], f->listen[1], f->own };

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		(void)drain(w);
		hear_to(w, addrs[i], GM_REPORT);
		cr_assert_str_eq(drain(w), "joined +member", "report to %s", addrs[i]);
		hear_to(w, addrs[i], GM_LEAVE);
		cr_assert_str_eq(drain(w), "specific", "leave to %s", addrs[i]);
		advance_to(w, w->core.now + HP_SEC(2));
		cr_assert_str_eq(drain(w), "specific left -member");
	}
}

Test(gm_hostile, reports_and_leaves_to_any_address_of_the_interface_count)
{
	each_family(any_address_check);
}

static void any_address_query_check(struct world *w)
{
	const struct family_facts *f = w->facts;
	const char *const addrs[] = { f->all_nodes, f->listen[0], f->listen[1], f->own, f->group };

	hear_report(w, f->host, f->group);
	for (size_t i = 0; i < 8; i++) {
		const char *dst = addrs[i / 2];
		const bool is_general = i % 2 == 0;

		advance_to(w, w->core.now + HP_SEC(100));
		receive(w, f->lower, dst,
			&(struct gm_msg){ .type = GM_QUERY,
					  .version = f->query_version,
					  .group = addr_of(is_general ? f->any : f->group),
					  .max_response = HP_SEC(1) });
		cr_assert_eq(gm_querier_expires_in(&w->core, w->gm), HP_SEC(255), "%s", dst);
		hear_report(w, f->host, f->group);
	}
}

Test(gm_hostile, queries_to_any_address_of_the_interface_count)
{
	each_family(any_address_query_check);
}

static void misaddressed_check(struct world *w)
{
	const struct family_facts *f = w->facts;
	bool is_v4 = f->family == IP_FAMILY_4;
	const char *const foreign[] = { f->host2, is_v4 ? "224.0.0.13" : "ff02::d",
					is_v4 ? "239.9.9.9" : "ff0e::9:9" };
	uint8_t bytes[OLD_LEN_MAX];
	size_t len = report_bytes(w, bytes);

	(void)drain(w);
	for (size_t i = 0; i < 3; i++) {
		hear_to(w, foreign[i], GM_REPORT);
		cr_assert_str_eq(drain(w), "not-ours", "%s", foreign[i]);
		hear_to(w, foreign[i], GM_LEAVE);
		cr_assert_str_eq(drain(w), "not-ours", "%s", foreign[i]);
	}
	receive_bytes(w, f->group, f->group, bytes, len);
	cr_assert_str_eq(drain(w), "bad");
	cr_assert_eq(
		w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_DESTINATION],
		6);
}

Test(gm_hostile, messages_in_packets_to_a_wrong_address_are_refused_and_counted)
{
	each_family(misaddressed_check);
}

/* RFC 4541, 2.1.1: switches that report for their hosts have no address. */
Test(gm_hostile, reports_and_leaves_of_a_switch_without_an_address_count)
{
	const struct family_facts *f = &facts[IP_FAMILY_4];
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	hear_report(&w, f->any, f->group);
	(void)drain(&w);
	hear_leave(&w, f->any, f->group);
	cr_assert_str_eq(drain(&w), "specific");
	advance_to(&w, HP_SEC(2));
	cr_assert_str_eq(drain(&w), "specific left -member");
	world_fini(&w);
}

/* RFC 3810, 5.2.13. */
Test(gm_hostile, reports_of_mld_come_from_link_local_addresses)
{
	const struct family_facts *f = &facts[IP_FAMILY_6];
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	(void)drain(&w);
	hear_report(&w, "2001:db8::9", f->group);
	cr_assert_str_eq(drain(&w), "foreign");
	hear_report(&w, f->any, f->group); /* of a host without an address, for the switches */
	cr_assert_str_eq(drain(&w), "");
	cr_assert_eq(w.core.links[LINK].counters[w.facts->family].gm_refused[GM_REFUSED_NO_ADDRESS],
		     1);
	world_fini(&w);
}

/* By unicast a report could come from anywhere; on the link hosts may be of another subnet. */
Test(gm_hostile, reports_from_outside_the_subnet_count_unless_they_come_by_unicast)
{
	const struct family_facts *f = &facts[IP_FAMILY_4];
	const struct gm_msg report = { .type = GM_REPORT,
				       .version = f->report_version,
				       .group = addr_of(f->group) };
	const struct ip_addr group = addr_of(f->group), source = addr_of("192.0.2.1");
	struct world w;

	world_init(&w, f, f->own);
	world_start(&w);
	(void)drain(&w);
	receive(&w, "10.9.9.9", f->own, &report);
	cr_assert_str_eq(drain(&w), "foreign");
	receive(&w, "10.9.9.9", f->group, &report);
	cr_assert(gm_has_member(w.gm, &source, &group));
	world_fini(&w);
}

static void hop_limit_check(struct world *w)
{
	uint8_t bytes[OLD_LEN_MAX];
	struct ev_packet packet = {
		.link = LINK,
		.socket = SOCKET_GM,
		.src = addr_of(w->facts->host),
		.dst = addr_of(w->facts->group),
		.ttl = 64,
		.has_router_alert = true,
		.bytes = bytes,
		.len = report_bytes(w, bytes),
	};
	bool is_v4 = w->facts->family == IP_FAMILY_4;

	(void)drain(w);
	gm_receive(&w->core, w->gm, &packet);
	cr_assert_str_eq(drain(w), is_v4 ? "joined +member" : "hop-limit");
	cr_assert_eq(
		w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_HOP_LIMIT],
		is_v4 ? 0 : 1);
}

Test(gm_hostile, only_mld_needs_a_hop_limit_of_1)
{
	each_family(hop_limit_check);
}

/* ---- Queriers that should not be ---- */

static void foreign_querier_check(struct world *w)
{
	static const char *const strangers[IP_FAMILY_COUNT][2] = {
		{ "0.0.0.1", "10.0.1.1" }, /* of another subnet, both lower than we */
		{ "2001:db8::1", "::1" },
	};

	hear_report(w, w->facts->host, w->facts->group);
	(void)drain(w);
	for (unsigned int i = 0; i < 2; i++) {
		hear_general(w, strangers[w->facts->family][i]);
		hear_specific(w, strangers[w->facts->family][i], HP_MS(100));
		cr_assert_str_eq(drain(w), "foreign foreign");
	}
	cr_assert(gm_if_inspect(w->gm).is_querier);
	cr_assert_eq(w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_SOURCE],
		     4);
	hear_general(w, w->facts->any);
	cr_assert_str_eq(drain(w), "", "a switch");
	cr_assert_eq(
		w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_NO_ADDRESS],
		1);
	cr_assert(gm_if_inspect(w->gm).is_querier);
}

Test(gm_hostile, a_querier_outside_the_subnets_is_refused)
{
	each_family(foreign_querier_check);
}

static void other_querier_check(struct world *w)
{
	bool is_v4 = w->facts->family == IP_FAMILY_4;
	const struct core_effect *fx;

	hear_general(w, w->facts->lower);
	(void)drain(w);
	hear_general(w, w->facts->lower);
	cr_assert_str_eq(drain(w), "", "the same as before");
	hear_general(w, is_v4 ? "10.0.0.0" : "fe80::");
	fx = fx_next(&w->core.fx);
	cr_assert(fx && fx->kind == FX_NOTE && fx->note.code == NOTE_QUERIER && !fx->note.v[0]);
	cr_assert(is_addr(&fx->note.a, is_v4 ? "10.0.0.0" : "fe80::"));
	cr_assert_null(fx_next(&w->core.fx));
}

Test(gm_hostile, each_other_querier_is_noted)
{
	each_family(other_querier_check);
}

/* ---- Floods of leaves ---- */

static unsigned int sent_count(struct world *w, const char *dst)
{
	const struct core_effect *fx;
	unsigned int count = 0;

	while ((fx = fx_next(&w->core.fx)))
		count += fx->kind == FX_SEND && (!dst || is_addr(&fx->send.dst, dst));
	return count;
}

#define MANY 200u

/* They answer general queries, all but the first. */
static void flood_check(struct world *w)
{
	world_settings(w)->groups = MANY;
	for (unsigned int i = 0; i < MANY; i++)
		hear_report(w, w->facts->host, group_at(w, i));
	(void)sent_count(w, NULL);
	for (unsigned int i = MANY; i-- > 0;)
		hear_leave(w, w->facts->host, group_at(w, i));
	cr_assert_eq(sent_count(w, NULL), 64);
	advance_to(w, HP_SEC(2));
	cr_assert_eq(sent_count(w, NULL), 64 + 1, "the second for each, and a general one");
	cr_assert_eq(gm_if_inspect(w->gm).groups, MANY - 64);
	for (unsigned int i = 1; i < MANY - 64; i++)
		hear_report(w, w->facts->host, group_at(w, i));
	advance_to(w, HP_SEC(29));
	cr_assert_eq(gm_if_inspect(w->gm).groups, MANY - 64);
	cr_assert_eq(sent_count(w, w->facts->all_nodes), 1, "the second general query");
	advance_to(w, HP_SEC(30));
	cr_assert_eq(gm_if_inspect(w->gm).groups, MANY - 65, "who does not answer is forgotten");
	cr_assert_eq(w->core.links[LINK].counters[w->facts->family].gm_refused[GM_REFUSED_CHECK],
		     MANY - 64);
	hear_leave(w, w->facts->host, group_at(w, 1));
	cr_assert_eq(sent_count(w, NULL), 1, "a leave later is checked by a query of its own");
}

Test(gm_hostile, a_flood_of_leaves_is_checked_by_general_queries)
{
	each_family(flood_check);
}

/* IGMPv3 and MLDv2. */
static void no_records_check(struct world *w)
{
	static const uint8_t igmpv3[] = { 0x22, 0, 0xdd, 0xff, 0, 0, 0, 0 };
	/* From fe80::9 to ff02::16. */
	static const uint8_t mldv2[] = { 143, 0, 0x73, 0x1a, 0, 0, 0, 0 };
	bool is_v4 = w->facts->family == IP_FAMILY_4;

	drain(w);
	receive_bytes(w, w->facts->host, w->facts->listen[1], is_v4 ? igmpv3 : mldv2, 8);
	cr_assert_str_eq(drain(w), "");
}

Test(gm_hostile, reports_without_records_change_nothing)
{
	each_family(no_records_check);
}

static void no_alert_check(struct world *w)
{
	uint8_t bytes[OLD_LEN_MAX];
	const struct ev_packet packet = {
		.link = LINK,
		.socket = SOCKET_GM,
		.src = addr_of(w->facts->host),
		.dst = addr_of(w->facts->group),
		.ttl = 1,
		.bytes = bytes,
		.len = report_bytes(w, bytes),
	};
	bool is_v4 = w->facts->family == IP_FAMILY_4;

	drain(w);
	gm_receive(&w->core, w->gm, &packet);
	cr_assert_str_eq(drain(w), is_v4 ? "joined +member" : "no-alert");
}

Test(gm_hostile, only_mld_needs_router_alert)
{
	each_family(no_alert_check);
}

Test(gm_hostile, a_bad_packet_is_noted_with_its_sender_and_length)
{
	const struct core_effect *fx;
	struct world w;

	world_init(&w, &facts[IP_FAMILY_4], facts[IP_FAMILY_4].own);
	world_start(&w);
	drain(&w);
	receive_bytes(&w, w.facts->host, w.facts->group, (const uint8_t[]){ 0x16, 0, 0 }, 3);
	fx = fx_next(&w.core.fx);
	cr_assert_eq(fx->kind, FX_NOTE);
	cr_assert_eq(fx->note.code, NOTE_PACKET_BAD);
	cr_assert_eq(fx->note.link, LINK);
	cr_assert(is_addr(&fx->note.a, w.facts->host));
	cr_assert_eq(fx->note.v[0], PROTO_GM);
	cr_assert_eq(fx->note.v[1], 3);
	cr_assert_null(fx_next(&w.core.fx));
	world_fini(&w);
}
