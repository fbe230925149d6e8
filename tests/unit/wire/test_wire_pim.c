// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM codec against packets of the Python implementation of PIM-DM, and made by hand. Sections are
 * those of the description of PIM-DM.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_pcap.h"
#include "unit/common_property.h"
#include "wire/ip103.h"

#define ENTRIES_MAX 64u

TestSuite(wire_pim);

/* A packet with its addresses. */
struct packet {
	struct vector_bytes bytes;
	struct ip_addr src, dst;
};

static struct ip_addr addr(const char *text)
{
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "%s", text);
	return addr;
}

/* Malformed IPv4 vectors have no addresses, which do not matter there. */
static struct packet packet_of(struct json_object *vector, const char *key)
{
	bool has_addrs = vector_has(vector, "src");
	struct packet packet = { .bytes = vector_hex(vector_text(vector, key)) };

	packet.src = has_addrs ? vector_addr(vector, "src") : addr("10.2.2.2");
	packet.dst = has_addrs ? vector_addr(vector, "dst") : addr("224.0.0.13");
	return packet;
}

/* With a right checksum. */
static struct packet packet_made(const char *hex, const char *src, const char *dst)
{
	struct packet packet = { .bytes = vector_hex(hex), .src = addr(src), .dst = addr(dst) };
	uint8_t *b = packet.bytes.b;
	size_t len = packet.bytes.len;
	uint16_t sum;

	if (len < 4)
		return packet;
	b[2] = b[3] = 0;
	sum = inet_checksum(b, len, inet_pseudo_sum(&packet.src, &packet.dst, INET_PROTO_PIM, len));
	b[2] = (uint8_t)(sum >> 8);
	b[3] = (uint8_t)sum;
	return packet;
}

static struct packet packet4(const char *hex)
{
	return packet_made(hex, "10.2.2.2", "224.0.0.13");
}

static struct packet packet6(const char *hex)
{
	return packet_made(hex, "fe80::2", "ff02::d");
}

static enum pim_refusal refusal_of(const struct packet *packet)
{
	return property_pim(&packet->src, &packet->dst, packet->bytes.b, packet->bytes.len);
}

static struct pim_msg decoded(const struct packet *packet, enum pim_checksum checksum)
{
	enum pim_checksum form;
	struct pim_msg msg;

	cr_assert_eq(refusal_of(packet), PIM_ACCEPTED);
	cr_assert_eq(pim_decode(&packet->src, &packet->dst, packet->bytes.b, packet->bytes.len,
				&msg, &form),
		     PIM_ACCEPTED);
	cr_expect_eq(form, checksum);
	return msg;
}

static void expect_hello(struct json_object *fields, struct pim_hello *ret_hello)
{
	struct json_object *list = vector_get(fields, "options");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *option = json_object_array_get_idx(list, i);
		uint32_t type = vector_u32(option, "type");

		if (type == 1) {
			ret_hello->has_hold = true;
			ret_hello->hold_s = (uint16_t)vector_u32(option, "holdtime");
		} else if (type == 2) {
			ret_hello->has_delay = true;
			ret_hello->delay_ms = (uint16_t)vector_u32(option, "lan_prune_delay");
			ret_hello->override_ms = (uint16_t)vector_u32(option, "override_interval");
		} else if (type == 20) {
			ret_hello->has_gen_id = true;
			ret_hello->gen_id = vector_u32(option, "generation_id");
		} else if (type == 21) {
			ret_hello->has_refresh = true;
			ret_hello->refresh_s = (uint8_t)vector_u32(option, "interval");
		}
	}
}

static struct pim_metric expect_metric(struct json_object *fields)
{
	return (struct pim_metric){ .preference = vector_u32(fields, "metric_preference"),
				    .metric = vector_u32(fields, "metric") };
}

static void expect_list(struct json_object *list, const struct ip_addr *group, bool is_prune,
			struct pim_join_prune *jp, struct pim_entry *entries)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct pim_entry *entry = &entries[jp->entry_count++];

		cr_assert_leq(jp->entry_count, ENTRIES_MAX);
		entry->group = *group;
		entry->is_prune = is_prune;
		entry->source = addr(json_object_get_string(json_object_array_get_idx(list, i)));
	}
}

static void expect_join_prune(struct json_object *fields, struct pim_join_prune *ret_jp,
			      struct pim_entry *entries)
{
	struct json_object *groups = vector_get(fields, "groups");

	ret_jp->upstream = vector_addr(fields, "upstream_neighbor");
	ret_jp->hold_s = (uint16_t)vector_u32(fields, "holdtime");
	ret_jp->entries = entries;
	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		struct json_object *record = json_object_array_get_idx(groups, i);
		struct ip_addr group = vector_addr(record, "group");

		expect_list(vector_get(record, "joins"), &group, false, ret_jp, entries);
		expect_list(vector_get(record, "prunes"), &group, true, ret_jp, entries);
	}
}

static void expect_refresh(struct json_object *fields, struct pim_refresh *ret_refresh)
{
	ret_refresh->source = vector_addr(fields, "source");
	ret_refresh->group = vector_addr(fields, "group");
	ret_refresh->originator = vector_addr(fields, "originator");
	ret_refresh->metric = expect_metric(fields);
	ret_refresh->mask_len = (uint8_t)vector_u32(fields, "mask_len");
	ret_refresh->ttl = (uint8_t)vector_u32(fields, "ttl");
	ret_refresh->interval_s = (uint8_t)vector_u32(fields, "interval");
	ret_refresh->is_prune = vector_u32(fields, "prune_indicator");
	ret_refresh->is_prune_now = vector_u32(fields, "prune_now");
	ret_refresh->is_override = vector_u32(fields, "assert_override");
}

static struct pim_msg expect_msg(struct json_object *fields, struct pim_entry *entries)
{
	struct pim_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.type = vector_u32(fields, "type");
	if (msg.type == PIM_HELLO) {
		expect_hello(fields, &msg.hello);
	} else if (msg.type == PIM_ASSERT) {
		msg.assert.source = vector_addr(fields, "source");
		msg.assert.group = vector_addr(fields, "group");
		msg.assert.metric = expect_metric(fields);
	} else if (msg.type == PIM_STATE_REFRESH) {
		expect_refresh(fields, &msg.refresh);
	} else {
		expect_join_prune(fields, &msg.jp, entries);
	}
	return msg;
}

static struct vector_bytes encoded(const struct pim_msg *msg, const struct packet *packet,
				   enum pim_checksum checksum)
{
	struct vector_bytes out;

	out.len = pim_encode(msg, &packet->src, &packet->dst, checksum, out.b, sizeof(out.b));
	return out;
}

static bool is_same(const struct vector_bytes *a, const struct vector_bytes *b)
{
	return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

/* Messages of which our encoder makes other bytes, rightly: it has an order of its own for the
 * options of a Hello, and no record without sources. */
static bool is_our_form(struct json_object *vector)
{
	const char *name = vector_text(vector, "name") + 3; /* behind "v4/" */

	return !vector_has(vector, "decode_only") && strcmp(name, "hello/reordered") != 0 &&
	       strcmp(name, "join_prune/group-without-sources") != 0;
}

static void check_form(struct json_object *vector, const char *key, enum pim_checksum checksum)
{
	const char *name = vector_text(vector, "name");
	struct packet packet = packet_of(vector, key);
	struct pim_entry entries[ENTRIES_MAX];
	struct pim_msg want = expect_msg(vector_get(vector, "fields"), entries), got;
	struct vector_bytes out = encoded(&want, &packet, checksum), again;
	struct packet made = { .bytes = out, .src = packet.src, .dst = packet.dst };

	cr_expect_eq(is_same(&out, &packet.bytes), is_our_form(vector), "%s: bytes", name);
	got = decoded(&packet, checksum);
	want = decoded(&made, checksum);
	cr_expect(property_pim_equal(&want, &got), "%s: fields", name);
	again = encoded(&got, &packet, checksum); /* lists as they were received */
	cr_expect(is_our_form(vector) ? is_same(&again, &packet.bytes) : again.len > 0, "%s", name);
	cr_expect_eq(
		ip103_kind(IP103_HPIM, packet.bytes.b, packet.bytes.len, &packet.src, &packet.dst),
		IP103_PIM);
}

/* 9.8, row 24: either form of the checksum. */
Test(wire_pim, vectors_decode_and_encode_byte_for_byte_in_both_forms)
{
	struct json_object *vectors = vector_load("pim-dm-packets.json");
	unsigned int rfc = 0, legacy = 0, ours = 0;

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);

		check_form(vector, "hex", PIM_CHECKSUM_RFC);
		rfc++;
		ours += is_our_form(vector);
		if (vector_has(vector, "hex_reference")) {
			check_form(vector, "hex_reference", PIM_CHECKSUM_LEGACY);
			legacy++;
		}
	}
	cr_expect_eq(rfc, 116);
	cr_expect_eq(legacy, 58);
	cr_expect_eq(ours, 94);
	json_object_put(vectors);
}

/* What a malformed vector is refused for, by the second part of its name. */
static enum pim_refusal reason_of(const char *name)
{
	static const struct {
		const char *name;
		enum pim_refusal refusal;
	} reasons[] = {
		{ "bad-checksum", PIM_REFUSED_CHECKSUM },
		{ "version-1", PIM_REFUSED_VERSION },
		{ "version-0", PIM_REFUSED_VERSION },
		{ "hpim-dm-hello", PIM_REFUSED_VERSION },
		{ "type-1", PIM_REFUSED_TYPE },
		{ "type-15", PIM_REFUSED_TYPE },
		{ "jp-bad-family", PIM_REFUSED_ADDRESS },
		{ "jp-bad-encoding", PIM_REFUSED_ADDRESS },
		{ "hello-holdtime-length-4", PIM_REFUSED_OPTION },
		{ "header-only-jp", PIM_REFUSED_SHORT },
		{ "jp-truncated-source", PIM_REFUSED_SHORT },
		{ "jp-group-count-4", PIM_REFUSED_SHORT },
		{ "assert-short", PIM_REFUSED_SHORT },
		{ "sr-short", PIM_REFUSED_SHORT },
		{ "hello-cut-option-header", PIM_REFUSED_SHORT },
		{ "hello-cut-option-value", PIM_REFUSED_SHORT },
		{ "hello-unknown-runs-over", PIM_REFUSED_SHORT },
		{ "empty", PIM_REFUSED_SHORT },
		{ "three-bytes", PIM_REFUSED_SHORT },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(name + 3, reasons[i].name) == 0)
			return reasons[i].refusal;
	}
	cr_assert(false, "%s", name);
	return PIM_ACCEPTED;
}

Test(wire_pim, malformed_vectors_are_refused_for_their_reason)
{
	struct json_object *vectors = vector_load("pim-dm-packets-malformed.json");
	unsigned int count = 0;

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		const char *name = vector_text(vector, "name");
		struct packet packet = packet_of(vector, "hex");

		cr_expect_eq(refusal_of(&packet), reason_of(name), "%s: %s", name,
			     pim_refusal_name(refusal_of(&packet)));
		count++;
		if (!vector_has(vector, "hex_reference"))
			continue;
		packet = packet_of(vector, "hex_reference");
		cr_expect_eq(refusal_of(&packet), reason_of(name), "%s, legacy form", name);
	}
	cr_expect_eq(count, 38);
	json_object_put(vectors);
}

/* A Hello cut behind an option is a Hello, bytes behind a list are none of it. */
static bool may_be_cut(struct json_object *vector)
{
	const char *name = vector_text(vector, "name") + 3;

	return strncmp(name, "hello", 5) == 0 || strcmp(name, "join_prune/trailing-bytes") == 0;
}

static void check_cuts(struct json_object *vector)
{
	struct packet whole = packet_of(vector, "hex"), cut;
	const char *src = vector_text(vector, "src"), *dst = vector_text(vector, "dst");
	const char *hex = vector_text(vector, "hex");
	char text[2 * VECTOR_LEN_MAX + 1];

	for (size_t len = 0; len < whole.bytes.len; len++) {
		memcpy(text, hex, 2 * len);
		text[2 * len] = '\0';
		cut = packet_made(text, src, dst); /* else the checksum alone would refuse it */
		if (refusal_of(&cut) == PIM_ACCEPTED)
			cr_expect(may_be_cut(vector), "%s cut to %zu bytes decodes",
				  vector_text(vector, "name"), len);
		else
			cr_expect_eq(refusal_of(&cut), PIM_REFUSED_SHORT, "%s cut to %zu",
				     vector_text(vector, "name"), len);
	}
}

Test(wire_pim, message_cut_at_any_byte_is_refused_or_a_shorter_list)
{
	struct json_object *vectors = vector_load("pim-dm-packets.json");

	for (size_t i = 0; i < json_object_array_length(vectors); i++)
		check_cuts(json_object_array_get_idx(vectors, i));
	json_object_put(vectors);
}

Test(wire_pim, no_changed_byte_breaks_the_decoder)
{
	struct json_object *vectors = vector_load("pim-dm-packets.json");

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		const char *src = vector_text(vector, "src"), *dst = vector_text(vector, "dst");
		char text[2 * VECTOR_LEN_MAX + 1];

		(void)snprintf(text, sizeof(text), "%s", vector_text(vector, "hex"));
		for (size_t at = 0; text[at]; at++) {
			char was = text[at];
			struct packet packet;

			text[at] = was == 'f' ? '0' : 'f';
			packet = packet_made(text, src, dst);
			(void)refusal_of(&packet); /* some changes are legal */
			text[at] = was;
		}
	}
	json_object_put(vectors);
}

/* A bit that changes is seen by the checksum. */
Test(wire_pim, flipped_bit_is_refused)
{
	struct json_object *vectors = vector_load("pim-dm-packets.json");

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct packet packet = packet_of(vector, "hex");

		for (size_t bit = 0; bit < 8 * packet.bytes.len; bit++) {
			packet.bytes.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_neq(refusal_of(&packet), PIM_ACCEPTED, "%s: bit %zu",
				      vector_text(vector, "name"), bit);
			packet.bytes.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	json_object_put(vectors);
}

/* What the checksum of IPv6 covers in its RFC form. 2.2 */
Test(wire_pim, ipv6_message_to_another_destination_has_another_checksum)
{
	struct packet packet = packet6("20000000000100020069");

	packet.dst = addr("fe80::1");
	cr_expect_eq(refusal_of(&packet), PIM_REFUSED_CHECKSUM);
}

/* 2.4 */
Test(wire_pim, known_option_of_another_length_is_refused)
{
	static const char *const hellos[] = {
		"2000000000010002006900020003000000", /* LAN Prune Delay */
		"200000000001000200690002000600000000ffff",
		"20000000000100020069001300020001", /* DR Priority */
		"20000000000100020069001400020001", /* Generation ID */
		"20000000000100020069001400080000000100000001",
		"2000000000010002006900150002013c",     /* State Refresh Capable */
		"200000000001000200690016000400000000", /* Bidirectional Capable */
		"2000000000010000",                     /* Holdtime */
	};

	for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
		struct packet packet = packet4(hellos[i]);

		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_OPTION, "%s", hellos[i]);
	}
}

Test(wire_pim, options_of_sparse_mode_are_skipped_and_state_refresh_has_a_version)
{
	struct packet packet = packet4(
		"20000000001300040000000100160000001500040209ffff0014000401020304000100020069");
	struct pim_msg msg = decoded(&packet, PIM_CHECKSUM_RFC);

	cr_expect(msg.hello.has_hold && msg.hello.hold_s == 105);
	cr_expect(msg.hello.has_gen_id && msg.hello.gen_id == 0x01020304);
	cr_expect_not(msg.hello.has_refresh, "version 2");
	cr_expect_not(msg.hello.has_delay);
}

/* 7.1: FRR has IPv6 addresses in the list of an IPv4 Hello. */
Test(wire_pim, address_list_has_both_families_and_those_of_the_message_count)
{
	/* Among them 10.2.2.9 in the form of an IPv6 address, and none at all. */
	struct packet packet = packet4("200000000001000200690018003c0200200100000001000100000000000"
				       "0000a01000a02020301000a0202040100e0000005"
				       "020000000000000000000000ffff0a020209010000000000");
	struct pim_msg msg = decoded(&packet, PIM_CHECKSUM_RFC);
	struct ip_addr got, want[] = { addr("10.2.2.3"), addr("10.2.2.4") };

	for (size_t i = 0; i < 2; i++) {
		cr_assert(pim_hello_addr(&msg.hello, i, &got));
		cr_expect(ip_addr_equal(&got, &want[i]));
	}
	cr_expect_not(pim_hello_addr(&msg.hello, 2, &got), "no address of a router");

	packet = packet6(
		"200000000001000200690018001801000a02020302002001000000010001000000000000000a");
	msg = decoded(&packet, PIM_CHECKSUM_RFC);
	want[0] = addr("2001:0:1:1::a");
	cr_assert(pim_hello_addr(&msg.hello, 0, &got));
	cr_expect(ip_addr_equal(&got, &want[0]));
	cr_expect_not(pim_hello_addr(&msg.hello, 1, &got));
}

Test(wire_pim, address_list_that_is_cut_or_of_an_unknown_family_is_refused)
{
	static const char *const lists[] = {
		"0018000501000a0202",     /* an address is cut */
		"0018000701000a02020301", /* another has only a family */
		"0018000603000a020203",   /* no family of ours: of what length? */
		"0018000601010a020203",   /* encoding type */
		"0018000600000a020203",
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		char hex[128];
		struct packet packet;

		(void)snprintf(hex, sizeof(hex), "20000000000100020069%s", lists[i]);
		packet = packet4(hex);
		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS, "%s", lists[i]);
	}
}

#define UPSTREAM4 "01000a020201"
#define GROUP4    "01000020e00c0c0c"
#define SOURCE4   "010000200a010164"

/* 2.3: skipped, and the rest of the message counts. */
Test(wire_pim, group_or_source_that_cannot_be_meant_is_skipped)
{
	static const char *const records[] = {
		"010000200a0c0c0c00010000" SOURCE4, /* not multicast */
		"01000020e000000900010000" SOURCE4, /* link-local scope */
		"01000018e00c0c0c00010000" SOURCE4, /* mask of a group */
		"0100001fe00c0c0c00000001" SOURCE4,
		GROUP4 "000100000100001f0a010164", /* mask of a source */
		GROUP4 "0001000001000020e00c0c0c", /* not unicast */
		GROUP4 "000000010100002000000000",
		GROUP4 "0000000101000020ffffffff",
		GROUP4 "00000001010000207f000001",
	};

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct pim_walk walk;
		struct packet packet;
		struct pim_entry entry;
		struct pim_msg msg;
		char hex[256];

		(void)snprintf(hex, sizeof(hex),
			       "23000000" UPSTREAM4 "000200d2%s" GROUP4 "00000001" SOURCE4,
			       records[i]);
		packet = packet4(hex);
		msg = decoded(&packet, PIM_CHECKSUM_RFC);
		walk = (struct pim_walk){ .jp = &msg.jp };
		cr_assert(pim_entry_next(&walk, &entry), "%s", records[i]);
		cr_expect(entry.is_prune && entry.source.b[15] == 100, "%s", records[i]);
		cr_expect_not(pim_entry_next(&walk, &entry), "%s", records[i]);
		cr_expect_not(pim_entry_next(&walk, &entry), "the end stays the end");
	}
}

Test(wire_pim, address_of_another_family_or_encoding_refuses_the_whole_list)
{
	static const char *const bodies[] = {
		"02000a020201000100d2" GROUP4 "00010000" SOURCE4,
		UPSTREAM4 "000100d202000020e00c0c0c00010000" SOURCE4,
		UPSTREAM4 "000100d201010020e00c0c0c00010000" SOURCE4,
		UPSTREAM4 "000100d2" GROUP4 "00010000020000200a010164",
		UPSTREAM4 "000100d2" GROUP4 "00020000" SOURCE4 "010100200a010164",
		UPSTREAM4 "000100d2" GROUP4 "00000002" SOURCE4 "000000200a010164",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		char hex[256];
		struct packet packet;

		(void)snprintf(hex, sizeof(hex), "26000000%s", bodies[i]);
		packet = packet4(hex);
		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS, "%s", bodies[i]);
	}
}

Test(wire_pim, assert_and_state_refresh_need_a_group_and_a_source)
{
	static const char *const trees[] = {
		"010000200a0c0c0c01000a010164",                        /* not multicast */
		"01000020e000000101000a010164",                        /* link-local scope */
		"0100001fe00c0c0c01000a010164",                        /* mask */
		GROUP4 "0100e00c0c0c",                                 /* a group for a source */
		GROUP4 "010000000000",          GROUP4 "01010a010164", /* encoding type */
		GROUP4 "02000a010164",                                 /* family */
	};

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		char hex[256];
		struct packet packet;

		(void)snprintf(hex, sizeof(hex), "25000000%s0000006e00000014", trees[i]);
		packet = packet4(hex);
		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS, "%s", hex);
		(void)snprintf(hex, sizeof(hex), "25000000%s0000", trees[i]);
		packet = packet4(hex);
		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS, "the first reason: %s", hex);
		(void)snprintf(hex, sizeof(hex), "29000000%s01000a0101010000006e000000141840003c",
			       trees[i]);
		packet = packet4(hex);
		cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS, "%s", hex);
	}
}

/* An IPv4 address in the form of an IPv6 one would not be encoded as it came. */
Test(wire_pim, mapped_address_in_an_ipv6_message_is_no_address)
{
	static const char mapped[] = "00000000000000000000ffff0a010164";
	static const char group[] = "02000080ff050000000000000000000000120012";
	static const char upstream[] = "0200fe800000000000000000000000000001";
	struct packet packet;
	struct pim_msg msg;
	struct pim_walk walk = { .jp = &msg.jp };
	struct pim_entry entry;
	char hex[512];

	(void)snprintf(hex, sizeof(hex), "25000000%s0200%s0000006e00000014", group, mapped);
	packet = packet6(hex);
	cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS);
	(void)snprintf(hex, sizeof(hex), "230000000200%s000000d2", mapped);
	packet = packet6(hex);
	cr_expect_eq(refusal_of(&packet), PIM_REFUSED_ADDRESS);
	(void)snprintf(hex, sizeof(hex),
		       "23000000%s000100d2%s00000001"
		       "02000080%s",
		       upstream, group, mapped);
	packet = packet6(hex);
	msg = decoded(&packet, PIM_CHECKSUM_RFC);
	cr_expect_not(pim_entry_next(&walk, &entry), "skipped in a list");
}

Test(wire_pim, types_of_sparse_mode_are_refused_as_types)
{
	for (unsigned int type = 0; type < 16; type++) {
		struct packet packet;
		char hex[16];

		(void)snprintf(hex, sizeof(hex), "2%x000000", type);
		packet = packet4(hex);
		if (type == PIM_HELLO)
			cr_expect_eq(refusal_of(&packet), PIM_ACCEPTED, "no option is needed");
		else if (strchr("35679", hex[1]))
			cr_expect_eq(refusal_of(&packet), PIM_REFUSED_SHORT, "%u", type);
		else
			cr_expect_eq(refusal_of(&packet), PIM_REFUSED_TYPE, "%u", type);
	}
}

/* 2.5: at most 255 groups, and a join behind the prunes of its group needs a record of its own. */
Test(wire_pim, encoder_counts_groups_and_records)
{
	static struct pim_entry entries[256];
	static uint8_t out[8192];
	struct ip_addr src = addr("10.2.2.2"), dst = addr("224.0.0.13");
	struct pim_msg msg = { .type = PIM_JOIN_PRUNE }, got;
	enum pim_checksum checksum;
	size_t len;

	msg.jp.upstream = addr("10.2.2.1");
	msg.jp.entries = entries;
	for (unsigned int i = 0; i < 256; i++) {
		entries[i].source = addr("10.1.1.100");
		entries[i].group = addr("239.1.1.0");
		entries[i].group.b[15] = (uint8_t)i;
		entries[i].is_prune = i % 2;
	}
	msg.jp.entry_count = 256;
	cr_expect_eq(pim_encode(&msg, &src, &dst, PIM_CHECKSUM_RFC, out, sizeof(out)), 0);
	msg.jp.entry_count = 255;
	len = pim_encode(&msg, &src, &dst, PIM_CHECKSUM_RFC, out, sizeof(out));
	cr_expect_eq(len, 4 + 6 + 4 + 255 * (12 + 8));
	cr_expect_eq(property_pim(&src, &dst, out, len), PIM_ACCEPTED);

	for (unsigned int i = 0; i < 4; i++)
		entries[i].group.b[15] = 1;
	msg.jp.entry_count = 4; /* join, prune, join, prune of one group */
	len = pim_encode(&msg, &src, &dst, PIM_CHECKSUM_RFC, out, sizeof(out));
	cr_expect_eq(len, 4 + 6 + 4 + 2 * (12 + 2 * 8));
	cr_assert_eq(pim_decode(&src, &dst, out, len, &got, &checksum), PIM_ACCEPTED);
	cr_expect_eq(got.jp.group_count, 2);
}

struct tally {
	unsigned int types[16], forms[2];
};

static void check_captured(const struct inet_packet *packet, void *context)
{
	struct tally *tally = context;
	enum pim_checksum checksum;
	struct pim_msg msg;

	cr_expect_eq(property_pim(&packet->src, &packet->dst, packet->bytes, packet->len),
		     PIM_ACCEPTED);
	cr_assert_eq(
		pim_decode(&packet->src, &packet->dst, packet->bytes, packet->len, &msg, &checksum),
		PIM_ACCEPTED);
	tally->types[msg.type]++;
	tally->forms[checksum]++;
}

Test(wire_pim, captured_traffic_decodes_to_its_last_byte)
{
	struct tally lan = { .types = { 0 } }, hello6 = { .types = { 0 } };
	static const unsigned int types[16] = {
		[PIM_HELLO] = 33, [PIM_JOIN_PRUNE] = 10, [PIM_ASSERT] = 5,
		[PIM_GRAFT] = 2,  [PIM_GRAFT_ACK] = 2,   [PIM_STATE_REFRESH] = 2
	};

	pcap_each("pim-dm-lan", check_captured, &lan);
	cr_expect_arr_eq(lan.types, types, sizeof(types));
	cr_expect_eq(lan.forms[PIM_CHECKSUM_LEGACY], 0);
	pcap_each("pim-dm-hello6", check_captured, &hello6);
	cr_expect_eq(hello6.types[PIM_HELLO], 6);
	cr_expect_eq(hello6.forms[PIM_CHECKSUM_RFC], 0);
}
