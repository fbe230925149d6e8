// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM codec against the packets of the reference. Those with a security value are signed and
 * verified on the way.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_json.h"
#include "unit/common_property.h"
#include "io/crypto.h"

#define ENTRIES_MAX 128u

TestSuite(wire_hpim);

static void expect_options(struct json_object *list, struct hpim_hello *ret_options)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *option = json_object_array_get_idx(list, i);

		if (vector_u32(option, "type") == 1) {
			ret_options->has_hold = true;
			ret_options->hold_s = (uint16_t)vector_u32(option, "holdtime");
		} else if (vector_u32(option, "type") == 2) {
			ret_options->has_checkpoint = true;
			ret_options->checkpoint_sn = vector_u32(option, "checkpoint_sn");
		}
	}
}

static void expect_sync(struct json_object *fields, struct hpim_sync *ret_sync,
			struct hpim_entry *entries)
{
	struct json_object *trees = vector_get(fields, "trees");

	ret_sync->my_snapshot_sn = vector_u32(fields, "my_snapshot_sn");
	ret_sync->neighbor_snapshot_sn = vector_u32(fields, "neighbor_snapshot_sn");
	ret_sync->neighbor_boot_time = vector_u32(fields, "neighbor_boot_time");
	ret_sync->is_master = vector_u32(fields, "master");
	ret_sync->has_more = vector_u32(fields, "more");
	ret_sync->sync_sn = vector_u32(fields, "sync_sn");
	ret_sync->entry_count = json_object_array_length(trees);
	expect_options(vector_get(fields, "options"), &ret_sync->options);
	cr_assert_leq(ret_sync->entry_count, ENTRIES_MAX);
	for (size_t i = 0; i < ret_sync->entry_count; i++) {
		struct json_object *tree = json_object_array_get_idx(trees, i);

		entries[i].source = vector_addr(tree, "source");
		entries[i].group = vector_addr(tree, "group");
		entries[i].rpc.preference = vector_u32(tree, "metric_preference");
		entries[i].rpc.metric = vector_u32(tree, "metric");
	}
}

static void expect_tree(struct json_object *fields, enum hpim_type type,
			struct hpim_tree_msg *ret_tree)
{
	ret_tree->source = vector_addr(fields, "source");
	ret_tree->group = vector_addr(fields, "group");
	ret_tree->sn = vector_u32(fields, "sn");
	if (type == HPIM_UPSTREAM) {
		ret_tree->rpc.preference = vector_u32(fields, "metric_preference");
		ret_tree->rpc.metric = vector_u32(fields, "metric");
	}
	if (type == HPIM_ACK) {
		ret_tree->neighbor_boot_time = vector_u32(fields, "neighbor_boot_time");
		ret_tree->neighbor_snapshot_sn = vector_u32(fields, "neighbor_snapshot_sn");
		ret_tree->my_snapshot_sn = vector_u32(fields, "my_snapshot_sn");
	}
}

/* The message a vector describes, without its security value. */
static struct hpim_msg expect_msg(struct json_object *fields, struct hpim_entry *entries)
{
	struct hpim_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.boot_time = vector_u32(fields, "boot_time");
	msg.type = vector_u32(fields, "type");
	if (msg.type == HPIM_HELLO)
		expect_options(vector_get(fields, "options"), &msg.hello);
	else if (msg.type == HPIM_SYNC)
		expect_sync(fields, &msg.sync, entries);
	else
		expect_tree(fields, msg.type, &msg.tree);
	return msg;
}

static struct hpim_key expect_key(struct json_object *security)
{
	struct hpim_key key = { .id = (uint16_t)vector_u32(security, "id") };

	key.secret = (const uint8_t *)vector_text(security, "key");
	key.secret_len = strlen(vector_text(security, "key"));
	cr_assert_eq(hpim_hash_by_name(vector_text(security, "algorithm"), &key.hash), 0);
	return key;
}

/* Encode, and sign if the vector is signed. */
static struct vector_bytes encode(struct json_object *vector, struct hpim_msg *msg,
				  const struct hpim_entry *entries)
{
	bool is_signed = vector_has(vector, "security");
	struct vector_bytes out;

	if (is_signed) {
		struct json_object *security = vector_get(vector, "security");
		struct hpim_key key = expect_key(security);
		struct ip_addr src = vector_addr(security, "src");
		struct ip_addr dst = vector_addr(security, "dst");

		msg->security = hpim_auth_prepare(&key);
		out.len = hpim_encode(msg, entries, out.b, sizeof(out.b));
		cr_assert_eq(hpim_auth_sign(&key, crypto_hmac, &src, &dst, out.b, out.len), 0);
		memcpy(msg->security.value, out.b + 8, msg->security.len);
		cr_expect_eq(hpim_auth_verify(&key, crypto_hmac, &src, &dst, out.b, out.len), 0);
	} else {
		out.len = hpim_encode(msg, entries, out.b, sizeof(out.b));
	}
	return out;
}

static void expect_entries(enum ip_family family, const struct hpim_msg *msg,
			   const struct hpim_entry *entries, const char *name)
{
	if (msg->type != HPIM_SYNC)
		return;
	for (size_t i = 0; i < msg->sync.entry_count; i++) {
		struct hpim_entry entry;

		cr_assert_eq(hpim_entry_decode(family, &msg->sync, i, &entry), 0);
		cr_expect(ip_addr_equal(&entry.source, &entries[i].source) &&
				  ip_addr_equal(&entry.group, &entries[i].group) &&
				  entry.rpc.preference == entries[i].rpc.preference &&
				  entry.rpc.metric == entries[i].rpc.metric,
			  "%s: entry %zu", name, i);
	}
}

enum outcome { OUTCOME_BOTH, OUTCOME_DECODE_ONLY, OUTCOME_NO_HOLD, OUTCOME_COUNT };

static enum outcome check_packet(struct json_object *vector)
{
	struct vector_bytes in = vector_hex(vector_text(vector, "hex"));
	enum ip_family family = vector_family(vector);
	const char *name = vector_text(vector, "name");
	struct hpim_entry entries[ENTRIES_MAX];
	struct hpim_msg want = expect_msg(vector_get(vector, "fields"), entries), got;
	struct vector_bytes out = encode(vector, &want, entries);
	bool is_decode_only = vector_has(vector, "decode_only");

	if (!is_decode_only)
		cr_expect(out.len == in.len && memcmp(out.b, in.b, in.len) == 0, "%s: bytes", name);
	if (want.type == HPIM_HELLO && !want.hello.has_hold) {
		/* The reference decodes and then discards it: 2.3. */
		cr_expect_eq(hpim_decode(family, in.b, in.len, &got), -EBADMSG, "%s", name);
		return OUTCOME_NO_HOLD;
	}
	cr_assert_eq(hpim_decode(family, in.b, in.len, &got), 0, "%s: refused", name);
	expect_entries(family, &got, entries, name);
	if (got.type == HPIM_SYNC) {
		want.sync.entries = got.sync.entries; /* compared above */
		cr_assert_eq(want.sync.entry_count, got.sync.entry_count, "%s", name);
	}
	cr_expect(property_msg_equal(family, &want, &got), "%s: fields", name);
	return is_decode_only ? OUTCOME_DECODE_ONLY : OUTCOME_BOTH;
}

Test(wire_hpim, packets_of_the_reference_decode_and_encode_byte_for_byte)
{
	struct json_object *vectors = vector_load("hpim-dm-packets.json");
	unsigned int count[OUTCOME_COUNT] = { 0 };

	cr_assert_eq(crypto_init(), 0);
	for (size_t i = 0; i < json_object_array_length(vectors); i++)
		count[check_packet(json_object_array_get_idx(vectors, i))]++;
	cr_expect_eq(count[OUTCOME_BOTH], 256);
	cr_expect_eq(count[OUTCOME_DECODE_ONLY], 16);
	cr_expect_eq(count[OUTCOME_NO_HOLD], 4);
	json_object_put(vectors);
}

Test(wire_hpim, malformed_packets_are_refused_but_bytes_behind_a_fixed_body_ignored)
{
	struct json_object *vectors = vector_load("hpim-dm-packets-malformed.json");
	unsigned int accepted = 0, refused = 0;

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));
		const char *name = vector_text(vector, "name");
		/* Of the two kinds the reference takes, an option beyond the end is refused here.
		 */
		bool is_fine = strcmp(vector_text(vector, "reference"), "decodes") == 0 &&
			       !strstr(name, "unknown-length-past-end");

		cr_expect_eq(property_hpim(vector_family(vector), in.b, in.len), is_fine, "%s",
			     name);
		*(is_fine ? &accepted : &refused) += 1;
	}
	cr_expect_eq(accepted, 6);
	cr_expect_eq(refused, 36);
	json_object_put(vectors);
}

/* A cut message that still decodes ended in options, and was cut where one of them ends. */
static void check_cut(enum ip_family family, const struct vector_bytes *in, size_t len,
		      const char *name)
{
	bool is_sync_without_trees = in->b[4] == HPIM_SYNC && !(in->b[8 + in->b[7] + 12] & 0x40);
	bool has_options = in->b[4] == HPIM_HELLO || is_sync_without_trees;
	bool is_sync_with_trees = in->b[4] == HPIM_SYNC && !is_sync_without_trees;
	size_t entries_at = 8u + in->b[7] + 16u;

	if (!property_hpim(family, in->b, len) || has_options)
		return;
	cr_expect(is_sync_with_trees && (len - entries_at) % hpim_entry_len(family) == 0,
		  "%s cut to %zu bytes decodes", name, len);
}

Test(wire_hpim, no_shorter_length_and_no_changed_byte_breaks_the_decoder)
{
	struct json_object *vectors = vector_load("hpim-dm-packets.json");

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));
		enum ip_family family = vector_family(vector);

		for (size_t len = 0; len < in.len; len++)
			check_cut(family, &in, len, vector_text(vector, "name"));
		for (size_t at = 0; at < in.len; at++) {
			in.b[at] = (uint8_t)~in.b[at];
			(void)property_hpim(family, in.b, in.len); /* some changes are legal */
			in.b[at] = (uint8_t)~in.b[at];
		}
		for (size_t bit = 0; bit < 8 * 24 && bit < 8 * in.len; bit++) {
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(void)property_hpim(family, in.b, in.len);
			in.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	json_object_put(vectors);
}

Test(wire_hpim, known_option_of_another_length_is_refused_even_where_the_rest_would_parse)
{
	static const char *const bodies[] = {
		"00010004002800000000",                 /* Hold Time of 4 bytes */
		"00010000002800000000",                 /* and of none */
		"000100020028000200080000000100000000", /* CheckpointSN of 8 bytes */
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct vector_bytes in = { .len = 8 }, body = vector_hex(bodies[i]);

		memcpy(in.b + in.len, body.b, body.len);
		in.len += body.len;
		cr_expect_not(property_hpim(IP_FAMILY_4, in.b, in.len), "body %zu", i);
	}
}

Test(wire_hpim, mapped_address_in_an_ipv6_message_is_refused)
{
	struct vector_bytes in = vector_hex("5b7de56504000000"
					    "00000000000000000000ffff0a010164"
					    "ff050000000000000000000000120012"
					    "00000005");

	cr_expect_not(property_hpim(IP_FAMILY_6, in.b, in.len));
	in.b[8] = 0x20;
	cr_expect(property_hpim(IP_FAMILY_6, in.b, in.len));
}

Test(wire_hpim, mapped_address_in_the_last_sync_entry_refuses_the_whole_sync)
{
	struct vector_bytes in = vector_hex("5b7de56501000000"
					    "00000001000000005b7de567c0000000"
					    "20010000000100010000000000000100"
					    "ff050000000000000000001200120012"
					    "0000000c00000014"
					    "20010000000100010000000000000100"
					    "00000000000000000000ffffe0010101"
					    "0000000c00000014");

	cr_expect_not(property_hpim(IP_FAMILY_6, in.b, in.len));
	cr_expect(property_hpim(IP_FAMILY_6, in.b, in.len - hpim_entry_len(IP_FAMILY_6)));
}

Test(wire_hpim, security_value_longer_than_any_hash_is_refused)
{
	struct vector_bytes in = { .len = 8 + HPIM_SECURITY_MAX + 1 + 6 };
	static const uint8_t option[] = { 0, 1, 0, 2, 0, 40 };

	in.b[7] = HPIM_SECURITY_MAX + 1;
	memcpy(in.b + in.len - sizeof(option), option, sizeof(option));
	cr_expect_not(property_hpim(IP_FAMILY_4, in.b, in.len));
	in.b[7] = HPIM_SECURITY_MAX;
	memcpy(in.b + in.len - 1 - sizeof(option), option, sizeof(option));
	cr_expect(property_hpim(IP_FAMILY_4, in.b, in.len - 1));
}
