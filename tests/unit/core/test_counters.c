// SPDX-License-Identifier: GPL-2.0-only
/* Counters of the protocols: each message moves exactly one of them, of its interface and family.
 */
#include "core/inspect.h"
#include "core/membership/family.h"
#include "unit/common_bench.h"
#include "wire/mrd.h"

#define HOST 9u

static const char *const way_names[MESSAGE_WAY_COUNT] = {
	[MESSAGE_SENT] = "sent",
	[MESSAGE_RETRANSMITTED] = "retransmitted",
	[MESSAGE_RECEIVED] = "received",
};

/* Notes about packets that were refused; of NOTE_PACKET_BAD the detail is shown. */
static bool is_refusal(enum note_code code)
{
	return code == NOTE_PACKET_FOREIGN || code == NOTE_PACKET_UNSIGNED ||
	       (code >= NOTE_PACKET_SOURCE && code <= NOTE_PACKET_STATION);
}

static void add_word(char words[1024], const char *what, const char *which, uint64_t by)
{
	size_t used = strlen(words);

	if (by)
		(void)snprintf(words + used, 1024 - used, "%s%s %s", used ? "; " : "", what, which);
	if (by > 1)
		cr_assert_fail("%s %s by %lu", what, which, (unsigned long)by);
}

static void add_number(char words[1024], const char *what, unsigned int which, uint64_t by)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", which);
	add_word(words, what, text, by);
}

/* Which counters moved, each by one: "received hello; sent ack". */
static const char *moved(const struct counters *was, const struct counters *is)
{
	static char words[1024];

	words[0] = '\0';
	for (unsigned int way = MESSAGE_WAY_COUNT; way-- > 0;)
		for (enum message message = 0; message < MESSAGE_COUNT; message++)
			add_word(words, way_names[way], message_name(message),
				 is->messages[message][way] - was->messages[message][way]);
	for (enum core_socket socket = 0; socket < SOCKET_COUNT; socket++)
		add_word(words, "malformed", socket_protocol(socket, IP_FAMILY_4),
			 is->malformed[socket] - was->malformed[socket]);
	for (enum note_code code = 0; code < NOTE_CODE_COUNT; code++)
		if (is_refusal(code))
			add_number(words, "refused", code, is->noted[code] - was->noted[code]);
	for (enum gm_refusal reason = 0; reason < GM_REFUSAL_COUNT; reason++)
		add_number(words, "gm", reason, is->gm_refused[reason] - was->gm_refused[reason]);
	return words;
}

/* Nothing is counted for the other family or another interface. */
static void expect_alone(const struct net *net)
{
	static const struct counters none;
	const struct core *core = net_core(net, 0);
	enum ip_family other = net_family(net) == IP_FAMILY_4 ? IP_FAMILY_6 : IP_FAMILY_4;
	struct counters is = *inspect_counters(core, 0, other);

	/* Notes without an address count with IPv6. */
	memset(is.noted, 0, sizeof(is.noted));
	cr_assert_eq(memcmp(&is, &none, sizeof(is)), 0);
	for (uint16_t link = 1; link < LINKS_MAX; link++)
		cr_assert_str_eq(moved(&none, inspect_counters(core, link, net_family(net))), "");
}

static void packet(struct net *net, enum core_socket socket, const struct ip_addr *dst,
		   const uint8_t *bytes, size_t len, uint8_t ttl)
{
	net_handle(net, 0,
		   &(struct core_event){ .kind = EV_PACKET,
					 .packet = { .socket = socket,
						     .src = net_addr(net, 2, HOST),
						     .dst = *dst,
						     .ttl = ttl,
						     .has_router_alert = true,
						     .bytes = bytes,
						     .len = len } });
}

static struct hpim_msg hpim_message(const struct net *net, enum hpim_type type, uint32_t sn)
{
	const struct hpim_neigh *neigh = net_neighbor(net, 0, 0, HOST);
	struct hpim_msg msg = { .boot_time = PEER_BOOT, .type = type };

	if (type == HPIM_SYNC)
		return bench_sync(1, neigh->my_snapshot_sn);
	if (type == HPIM_HELLO)
		msg.hello = (struct hpim_hello){ .has_hold = true, .hold_s = 40 };
	else
		msg.tree = (struct hpim_tree_msg){ .source = net_source(net),
						   .group = net_group(net, 0),
						   .rpc = rpc10,
						   .sn = sn,
						   .neighbor_boot_time = BENCH_BOOT,
						   .neighbor_snapshot_sn = neigh->my_snapshot_sn,
						   .my_snapshot_sn = PEER_SN };
	return msg;
}

BENCH_TEST(counters, each_message_of_hpim_is_received_once)
{
	static const struct {
		enum hpim_type type;
		const char *words;
	} rows[] = {
		{ HPIM_HELLO, "received hello" },
		{ HPIM_SYNC, "received sync; retransmitted sync" },
		{ HPIM_INTEREST, "received interest; sent ack" },
		{ HPIM_NO_INTEREST, "received no-interest; sent ack" },
		{ HPIM_ACK, "received ack" },
		{ HPIM_NO_UPSTREAM, "received i-am-no-longer-upstream; sent ack" },
		{ HPIM_UPSTREAM, "received i-am-upstream; sent no-interest; sent ack" },
	};
	struct net *net = bench_new(family, 1, false);

	bench_meet(net, 0, HOST);
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct counters was = *inspect_counters(net_core(net, 0), 0, family);
		struct hpim_msg msg = hpim_message(net, rows[i].type, PEER_SN + 1 + i);
		const char *words;

		bench_hear(net, 0, HOST, &msg, NULL);
		words = moved(&was, inspect_counters(net_core(net, 0), 0, family));
		cr_expect_str_eq(words, rows[i].words, "%s\n not %s", words, rows[i].words);
	}
	expect_alone(net);
	net_free(net);
}

/* Form, sender and destination; none is received. */
BENCH_TEST(counters, each_refused_packet_of_hpim_has_one_reason)
{
	static const uint8_t pim[] = { 0x20, 0, 0xdf, 0xff };
	struct net *net = bench_new(family, 1, false);
	const struct ip_addr group = *hpim_if_group(net_hpim(net, 0)->ifs[0]);
	const struct ip_addr own = net_hpim(net, 0)->ifs[0]->addr;
	const struct hpim_msg hello = { .boot_time = PEER_BOOT,
					.type = HPIM_HELLO,
					.hello = { .has_hold = true, .hold_s = 40 } };
	const struct counters *is = inspect_counters(net_core(net, 0), 0, family);
	uint8_t bytes[64];
	size_t len = hpim_encode(&hello, NULL, bytes, sizeof(bytes));
	const struct {
		const struct ip_addr *dst;
		const uint8_t *bytes;
		size_t len;
		uint8_t ttl;
		enum note_code code;
	} rows[] = {
		{ &group, bytes, len - 1, 1, NOTE_PACKET_BAD },
		{ &group, bytes, len, 2, NOTE_PACKET_TTL },
		{ &own, bytes, len, 1, NOTE_PACKET_DESTINATION },
		{ &group, pim, sizeof(pim), 1, NOTE_PACKET_FOREIGN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct counters was = *is;
		char words[32] = "malformed hpim";

		packet(net, SOCKET_103, rows[i].dst, rows[i].bytes, rows[i].len, rows[i].ttl);
		if (rows[i].code != NOTE_PACKET_BAD)
			(void)snprintf(words, sizeof(words), "refused %u", rows[i].code);
		cr_expect_str_eq(moved(&was, is), words, "row %zu: %s", i, moved(&was, is));
	}
	expect_alone(net);
	net_free(net);
}

/* A host or another querier says @msg. */
static const char *gm_hear(struct net *net, const struct ip_addr *dst, struct gm_msg msg,
			   uint8_t ttl)
{
	const struct counters *is = inspect_counters(net_core(net, 0), 0, net_family(net));
	const struct ip_addr src = net_addr(net, 2, HOST);
	struct counters was = *is;
	uint8_t bytes[64];
	size_t len = gm_families[net_family(net)].encode(&msg, &src, dst, bytes, sizeof(bytes));

	cr_assert_gt(len, 0);
	packet(net, SOCKET_GM, dst, bytes, len, ttl);
	return moved(&was, is);
}

BENCH_TEST(counters, each_message_of_igmp_and_mld_is_received_once)
{
	const struct gm_family *gm = &gm_families[family];
	struct net *net = bench_new(family, 1, false);
	const struct ip_addr group = net_group(net, 0), other = net_group(net, 1);
	const struct ip_addr source = net_source(net);
	const struct gm_msg query = { .type = GM_QUERY,
				      .version = gm->version,
				      .group = gm->any,
				      .max_response = HP_SEC(10) };
	struct gm_msg msg = query;

	net_switch(net, 0, 0, PROTO_GM, true);
	cr_expect_str_eq(gm_hear(net, &gm->all_nodes, msg, 1), "received query");
	msg.group = group;
	cr_expect_str_eq(gm_hear(net, &group, msg, 1), "received query-group");
	msg.count = 1;
	msg.body = ip_addr_bytes(&source);
	msg.body_len = ip_family_addr_len(family);
	cr_expect_str_eq(gm_hear(net, &group, msg, 1), "received query-sources");
	msg = (struct gm_msg){ .type = GM_REPORT, .version = 1, .group = group };
	cr_expect_str_eq(gm_hear(net, &group, msg, 1), "received report-v1");
	for (msg.version = 2; msg.version < gm->version; msg.version++)
		cr_expect_str_eq(gm_hear(net, &group, msg, 1), "received report-v2");
	msg = (struct gm_msg){ .type = GM_REPORT, .version = gm->version, .group = gm->any };
	cr_expect_str_eq(gm_hear(net, &gm->listen[1], msg, 1),
			 gm->version == 3 ? "received report-v3" : "received report-v2");
	/* Of a group without hosts of version 1, to which a leave would mean nothing. */
	msg.version = (uint8_t)(gm->version - 1);
	msg.group = other;
	(void)gm_hear(net, &other, msg, 1);
	msg.type = GM_LEAVE;
	cr_expect_str_eq(gm_hear(net, &gm->listen[0], msg, 1), "received leave; sent query-group");
	expect_alone(net);
	net_free(net);
}

BENCH_TEST(counters, each_refused_packet_of_igmp_and_mld_has_one_reason)
{
	const struct gm_family *gm = &gm_families[family];
	struct net *net = bench_new(family, 1, false);
	const struct ip_addr group = net_group(net, 0), other = net_group(net, 1);
	const struct gm_msg report = { .type = GM_REPORT,
				       .version = (uint8_t)(gm->version - 1),
				       .group = group };
	const struct counters *is = inspect_counters(net_core(net, 0), 0, family);
	struct counters was;
	char words[32];

	net_switch(net, 0, 0, PROTO_GM, true);
	(void)snprintf(words, sizeof(words), "gm %u", GM_REFUSED_DESTINATION);
	cr_expect_str_eq(gm_hear(net, &other, report, 1), words);
	if (gm->needs_hop_limit_1) {
		(void)snprintf(words, sizeof(words), "gm %u", GM_REFUSED_HOP_LIMIT);
		cr_expect_str_eq(gm_hear(net, &group, report, 2), words);
	}
	was = *is;
	packet(net, SOCKET_GM, &group, (const uint8_t[8]){ family == IP_FAMILY_4 ? 0x16 : 131 }, 8,
	       1);
	cr_expect_str_eq(moved(&was, is), "malformed igmp");
	expect_alone(net);
	net_free(net);
}

BENCH_TEST(counters, messages_of_router_discovery_are_counted)
{
	struct net *net = bench_new(family, 1, false);
	const struct counters *is = inspect_counters(net_core(net, 0), 0, family);
	const struct ip_addr src = net_addr(net, 2, HOST);
	const struct core_event on = {
		.kind = EV_CONFIG, .config = { .kind = CONFIG_MRD, .family = family, .is_on = true }
	};
	static const char *const words[MRD_TYPE_COUNT] = {
		[MRD_ADVERTISEMENT] = "received advertisement",
		[MRD_SOLICITATION] = "received solicitation",
		[MRD_TERMINATION] = "received termination",
	};
	struct core_event off = on;
	struct counters was;

	net_handle(net, 0, &on);
	for (enum mrd_type type = 0; type < MRD_TYPE_COUNT; type++) {
		const struct mrd_msg msg = { .type = type, .interval_s = 20 };
		const struct ip_addr dst = mrd_group(family, type);
		uint8_t bytes[MRD_MSG_MAX];
		size_t len = mrd_encode(&msg, &src, &dst, bytes, sizeof(bytes));

		was = *is;
		packet(net, SOCKET_MRD, &dst, bytes, len, 1);
		cr_expect_str_eq(moved(&was, is), words[type]);
		was = *is;
		packet(net, SOCKET_MRD, &dst, bytes, len, 2);
		cr_expect_str_eq(moved(&was, is), "malformed mrd");
	}
	was = *is;
	for (unsigned int ms = 0; ms < 2000 && !*moved(&was, is); ms++) /* RFC 4286, 3.1 */
		net_run(net, HP_MS(1));
	cr_expect_str_eq(moved(&was, is), "sent advertisement");
	was = *is;
	off.config.is_on = false;
	net_handle(net, 0, &off);
	cr_expect_str_eq(moved(&was, is), "sent termination");
	expect_alone(net);
	net_free(net);
}

static uint64_t total(const struct net *net, enum message_way way)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < net_router_count(net); i++)
		for (uint16_t link = 0; link < NET_PORTS_MAX; link++)
			for (enum message message = 0; message < MESSAGE_COUNT; message++)
				sum += inspect_counters(net_core(net, i), link, net_family(net))
					       ->messages[message][way];
	return sum;
}

/* Two routers and a tree: whatever leaves a router is counted once, and repetitions as such. */
static struct net *play(enum ip_family family, unsigned int loss_percent)
{
	struct net *net = net_new(family, 2);

	net_port(net, 0, 0, 1, 1);
	net_port(net, 0, 1, 2, 1);
	net_port(net, 1, 0, 2, 2);
	net_port(net, 1, 1, 3, 2);
	net_route(net, 0, 0, 0, 2, 0);
	net_route(net, 1, 0, 1, 11, 20);
	net->loss_percent = loss_percent;
	net_all_on(net);
	net_run_s(net, 20);
	net_source_starts(net);
	net_join(net, 3);
	net_run_s(net, 30);
	net_leave(net, 3);
	net_run_s(net, 30);
	return net;
}

BENCH_TEST(counters, all_that_is_sent_is_counted_once)
{
	struct net *net = play(family, 0);

	cr_expect_gt(total(net, MESSAGE_SENT), 20);
	cr_expect_eq(total(net, MESSAGE_SENT) + total(net, MESSAGE_RETRANSMITTED), net->sends);
	/* The second query for the group that was left; nothing of HPIM-DM is repeated. */
	cr_expect_eq(total(net, MESSAGE_RETRANSMITTED), 1);
	cr_expect_eq(inspect_counters(net_core(net, 1), 1, family)
			     ->messages[MESSAGE_GM_QUERY_GROUP][MESSAGE_RETRANSMITTED],
		     1);
	net_free(net);
}

BENCH_TEST(counters, repetitions_are_counted_apart)
{
	struct net *net = play(family, 40);
	uint64_t repeated = 0;

	for (unsigned int i = 0; i < 2; i++)
		for (enum message message = MESSAGE_HPIM_SYNC; message < MESSAGE_HPIM_ACK;
		     message++)
			repeated += inspect_counters(net_core(net, i), i ? 0 : 1, family)
					    ->messages[message][MESSAGE_RETRANSMITTED];
	cr_expect_gt(repeated, 0);
	cr_expect_eq(total(net, MESSAGE_SENT) + total(net, MESSAGE_RETRANSMITTED), net->sends);
	net_free(net);
}
