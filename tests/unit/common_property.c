// SPDX-License-Identifier: GPL-2.0-only
/* Properties of the decoders; see common_property.h. */
#include <stdlib.h>
#include <string.h>

#include "unit/common_property.h"
#include "wire/igmp.h"
#include "wire/mld.h"

/* Filled into what a decoder must not touch when it fails. */
#define UNTOUCHED 0xa5

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void require_untouched(const void *object, size_t len)
{
	const uint8_t *bytes = object;

	for (size_t i = 0; i < len; i++)
		require(bytes[i] == UNTOUCHED);
}

/* A copy of exactly that size, so that the address sanitizer sees a read beyond it. */
static uint8_t *exact_copy(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	require(copy);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

static bool options_equal(const struct hpim_hello *a, const struct hpim_hello *b)
{
	return a->has_hold == b->has_hold && a->hold_s == b->hold_s &&
	       a->has_checkpoint == b->has_checkpoint && a->checkpoint_sn == b->checkpoint_sn;
}

static bool rpc_equal(const struct hpim_rpc *a, const struct hpim_rpc *b)
{
	return a->preference == b->preference && a->metric == b->metric;
}

static bool entry_equal(const struct hpim_entry *a, const struct hpim_entry *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group) &&
	       rpc_equal(&a->rpc, &b->rpc);
}

static bool sync_equal(enum ip_family family, const struct hpim_sync *a, const struct hpim_sync *b)
{
	if (a->my_snapshot_sn != b->my_snapshot_sn || a->sync_sn != b->sync_sn ||
	    a->neighbor_snapshot_sn != b->neighbor_snapshot_sn ||
	    a->neighbor_boot_time != b->neighbor_boot_time || a->is_master != b->is_master ||
	    a->has_more != b->has_more || a->entry_count != b->entry_count ||
	    !options_equal(&a->options, &b->options))
		return false;
	for (size_t i = 0; i < a->entry_count; i++) {
		struct hpim_entry x, y;

		require(hpim_entry_decode(family, a, i, &x) == 0);
		require(hpim_entry_decode(family, b, i, &y) == 0);
		if (!entry_equal(&x, &y))
			return false;
	}
	return true;
}

static bool tree_equal(const struct hpim_tree_msg *a, const struct hpim_tree_msg *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group) &&
	       a->sn == b->sn && rpc_equal(&a->rpc, &b->rpc) &&
	       a->neighbor_boot_time == b->neighbor_boot_time &&
	       a->neighbor_snapshot_sn == b->neighbor_snapshot_sn &&
	       a->my_snapshot_sn == b->my_snapshot_sn;
}

bool property_msg_equal(enum ip_family family, const struct hpim_msg *a, const struct hpim_msg *b)
{
	if (a->boot_time != b->boot_time || a->type != b->type ||
	    a->security.id != b->security.id || a->security.len != b->security.len ||
	    memcmp(a->security.value, b->security.value, a->security.len) != 0)
		return false;
	if (a->type == HPIM_HELLO)
		return options_equal(&a->hello, &b->hello);
	if (a->type == HPIM_SYNC)
		return sync_equal(family, &a->sync, &b->sync);
	return tree_equal(&a->tree, &b->tree);
}

static struct hpim_entry *entries_of(enum ip_family family, const struct hpim_msg *msg)
{
	size_t count = msg->type == HPIM_SYNC ? msg->sync.entry_count : 0;
	struct hpim_entry *entries = calloc(count + 1, sizeof(*entries));

	require(entries);
	for (size_t i = 0; i < count; i++)
		require(hpim_entry_decode(family, &msg->sync, i, &entries[i]) == 0);
	return entries;
}

bool property_hpim(enum ip_family family, const uint8_t *bytes, size_t len)
{
	uint8_t *in = exact_copy(bytes, len), *out = malloc(len ? len : 1);
	struct hpim_entry *entries = NULL;
	struct hpim_msg msg, again;
	bool is_decoded;
	size_t out_len;

	memset(&msg, UNTOUCHED, sizeof(msg));
	require(out);
	is_decoded = hpim_decode(family, in, len, &msg) == 0;
	if (is_decoded) {
		entries = entries_of(family, &msg);
		out_len = hpim_encode(&msg, entries, out, len);
		require(out_len > 0 && hpim_encode(&msg, entries, out, out_len - 1) == 0);
		require(hpim_encode(&msg, entries, out, out_len) == out_len);
		require(hpim_decode(family, out, out_len, &again) == 0);
		require(property_msg_equal(family, &msg, &again));
	} else {
		require_untouched(&msg, sizeof(msg));
	}
	free(entries);
	free(out);
	free(in);
	return is_decoded;
}

static bool metric_equal(const struct pim_metric *a, const struct pim_metric *b)
{
	return a->preference == b->preference && a->metric == b->metric;
}

static bool pim_hello_equal(const struct pim_hello *a, const struct pim_hello *b)
{
	struct ip_addr x, y;
	bool is_same = a->has_hold == b->has_hold && a->hold_s == b->hold_s &&
		       a->has_delay == b->has_delay && a->delay_ms == b->delay_ms &&
		       a->override_ms == b->override_ms && a->has_gen_id == b->has_gen_id &&
		       a->gen_id == b->gen_id && a->has_refresh == b->has_refresh &&
		       (!a->has_refresh || a->refresh_s == b->refresh_s);

	for (size_t i = 0; is_same && pim_hello_addr(a, i, &x); i++)
		is_same = pim_hello_addr(b, i, &y) && ip_addr_equal(&x, &y);
	return is_same;
}

static bool join_prune_equal(const struct pim_join_prune *a, const struct pim_join_prune *b)
{
	struct pim_walk walk_a = { .jp = a }, walk_b = { .jp = b };
	struct pim_entry x, y;

	if (!ip_addr_equal(&a->upstream, &b->upstream) || a->hold_s != b->hold_s)
		return false;
	while (pim_entry_next(&walk_a, &x)) {
		if (!pim_entry_next(&walk_b, &y) || x.is_prune != y.is_prune ||
		    !ip_addr_equal(&x.source, &y.source) || !ip_addr_equal(&x.group, &y.group))
			return false;
	}
	return !pim_entry_next(&walk_b, &y);
}

static bool refresh_equal(const struct pim_refresh *a, const struct pim_refresh *b)
{
	return ip_addr_equal(&a->source, &b->source) && ip_addr_equal(&a->group, &b->group) &&
	       ip_addr_equal(&a->originator, &b->originator) &&
	       metric_equal(&a->metric, &b->metric) && a->mask_len == b->mask_len &&
	       a->ttl == b->ttl && a->interval_s == b->interval_s && a->is_prune == b->is_prune &&
	       a->is_prune_now == b->is_prune_now && a->is_override == b->is_override;
}

bool property_pim_equal(const struct pim_msg *a, const struct pim_msg *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == PIM_HELLO)
		return pim_hello_equal(&a->hello, &b->hello);
	if (a->type == PIM_STATE_REFRESH)
		return refresh_equal(&a->refresh, &b->refresh);
	if (a->type == PIM_ASSERT)
		return ip_addr_equal(&a->assert.source, &b->assert.source) &&
		       ip_addr_equal(&a->assert.group, &b->assert.group) &&
		       metric_equal(&a->assert.metric, &b->assert.metric);
	return join_prune_equal(&a->jp, &b->jp);
}

static bool is_list(const struct pim_msg *msg)
{
	return msg->type == PIM_JOIN_PRUNE || msg->type == PIM_GRAFT || msg->type == PIM_GRAFT_ACK;
}

/* The entries of a message of @len bytes, which has no more than one in two bytes. */
static struct pim_entry *pim_entries_of(const struct pim_msg *msg, size_t len, size_t *ret_count)
{
	struct pim_entry *entries = calloc(len / 2 + 1, sizeof(*entries));
	struct pim_walk walk = { .jp = &msg->jp };

	require(entries);
	*ret_count = 0;
	while (is_list(msg) && pim_entry_next(&walk, &entries[*ret_count]))
		*ret_count += 1;
	return entries;
}

/* Encode into as many bytes as it takes and into one less, and decode. */
static void encode_again(const struct pim_msg *msg, const struct ip_addr *src,
			 const struct ip_addr *dst, enum pim_checksum checksum, size_t len)
{
	uint8_t *out = malloc(len), *exact;
	enum pim_checksum form;
	struct pim_msg again;
	size_t out_len;

	require(out);
	out_len = pim_encode(msg, src, dst, checksum, out, len);
	require(out_len > 0 && pim_encode(msg, src, dst, checksum, out, out_len - 1) == 0);
	require(pim_encode(msg, src, dst, checksum, out, out_len) == out_len);
	exact = exact_copy(out, out_len);
	require(pim_decode(src, dst, exact, out_len, &again, &form) == PIM_ACCEPTED);
	/* A sum that is right in both forms is of the first. */
	require(form == checksum || form == PIM_CHECKSUM_RFC);
	require(property_pim_equal(msg, &again));
	free(exact);
	free(out);
}

enum pim_refusal property_pim(const struct ip_addr *src, const struct ip_addr *dst,
			      const uint8_t *bytes, size_t len)
{
	uint8_t *in = exact_copy(bytes, len);
	enum pim_checksum checksum;
	enum pim_refusal refusal;
	struct pim_entry *entries;
	struct pim_msg msg;

	memset(&msg, UNTOUCHED, sizeof(msg));
	memset(&checksum, UNTOUCHED, sizeof(checksum));
	refusal = pim_decode(src, dst, in, len, &msg, &checksum);
	require(refusal < PIM_REFUSAL_COUNT);
	if (refusal == PIM_ACCEPTED) {
		encode_again(&msg, src, dst, checksum, len);
		if (is_list(&msg)) {
			entries = pim_entries_of(&msg, len, &msg.jp.entry_count);
			msg.jp.entries = entries;
			encode_again(&msg, src, dst, checksum, len);
			free(entries);
		}
	} else {
		require_untouched(&msg, sizeof(msg));
		require_untouched(&checksum, sizeof(checksum));
	}
	free(in);
	return refusal;
}

bool property_gm(enum ip_family family, const uint8_t *bytes, size_t len, const struct ip_addr *src,
		 const struct ip_addr *dst)
{
	uint8_t *in = exact_copy(bytes, len), out[GM_MSG_LEN_MAX];
	bool is_igmp = family == IP_FAMILY_4, is_decoded;
	struct gm_msg msg, again;
	size_t out_len;

	memset(&msg, UNTOUCHED, sizeof(msg));
	is_decoded = (is_igmp ? igmp_decode : mld_decode)(in, len, src, dst, &msg) == 0;
	if (is_decoded) {
		out_len = (is_igmp ? igmp_encode : mld_encode)(&msg, src, dst, out, sizeof(out));
		require(out_len > 0 && out_len <= len);
		require((is_igmp ? igmp_decode : mld_decode)(out, out_len, src, dst, &again) == 0);
		require(msg.type == again.type && msg.version == again.version &&
			msg.max_response == again.max_response &&
			ip_addr_equal(&msg.group, &again.group));
	} else {
		require_untouched(&msg, sizeof(msg));
	}
	free(in);
	return is_decoded;
}

bool property_inet(const uint8_t *bytes, size_t len)
{
	uint8_t *in = exact_copy(bytes, len), *cut;
	struct inet_packet packet, again;
	bool is_decoded;
	size_t end;

	memset(&packet, UNTOUCHED, sizeof(packet));
	is_decoded = inet_decode(in, len, &packet) == 0;
	if (is_decoded) {
		require(packet.bytes > in && packet.len <= len);
		end = (size_t)(packet.bytes - in) + packet.len;
		require(end <= len);
		cut = exact_copy(bytes, end);
		require(inet_decode(cut, end, &again) == 0);
		require(again.bytes - cut == packet.bytes - in && again.len == packet.len &&
			again.proto == packet.proto && again.ttl == packet.ttl &&
			again.has_router_alert == packet.has_router_alert &&
			again.has_hop_by_hop == packet.has_hop_by_hop &&
			ip_addr_equal(&again.src, &packet.src) &&
			ip_addr_equal(&again.dst, &packet.dst));
		require(inet_decode(cut, end - 1, &again) != 0);
		free(cut);
	} else {
		require_untouched(&packet, sizeof(packet));
	}
	free(in);
	return is_decoded;
}
