// SPDX-License-Identifier: GPL-2.0-only
/*
 * The traces of one neighbor record in tests/vectors/hpim-dm-sync-traces.json, step by step: every
 * packet as bytes and the whole record. Description of HPIM-DM, 3.2 to 3.4.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hpim/if.h"
#include "core/hpim/neigh.h"
#include "core/hpim/snapshot.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"
#include "base/addr_text.h"
#include "unit/common_json.h"
#include "core/hpim/hpim_int.h"

#define LINK        0u
#define ENTRIES_MAX 8u

/* What a snapshot holds is part of the trace. These win over hpim/snapshot.c. */
static struct hpim_entry our_trees[ENTRIES_MAX];
static uint32_t our_tree_count, our_fragment;

uint32_t hpim_snapshot_collect(const struct hpim_if *hif, struct hpim_entry **ret_entries)
{
	struct hpim_entry *entries = calloc(ENTRIES_MAX, sizeof(*entries));

	(void)hif;
	cr_assert_not_null(entries);
	memcpy(entries, our_trees, sizeof(our_trees));
	*ret_entries = entries;
	return our_tree_count;
}

uint32_t hpim_snapshot_fragment(const struct hpim_if *hif)
{
	(void)hif;
	return our_fragment;
}

uint32_t hpim_snapshot_overhead(const struct hpim_if *hif)
{
	(void)hif;
	return 0; /* only compared with MTUs, which are not part of a trace */
}

/* One replay. */
struct replay {
	struct core *core;
	struct hpim_if *hif;
	struct ip_addr our, neighbor;
	hp_time now;
	bool accepted; /* answer of the acceptance rules in this step */
	char where[64];
};

/*
 * The record that synchronizes. Differs: where the reference forgets a neighbor that begins again,
 * it is kept, and what the trace sees is the claim to its place, hpim/claim.c.
 */
static struct hpim_neigh *neighbor_of(const struct replay *r)
{
	struct hpim_neigh *neigh = hpim_neigh_find(r->hif, &r->neighbor);

	cr_assert_not_null(neigh, "%s: the neighbor is gone", r->where);
	return neigh->claim ? neigh->claim : neigh;
}

static uint32_t entries_of(struct json_object *list, struct hpim_entry *ret_entries)
{
	uint32_t count = (uint32_t)json_object_array_length(list);

	cr_assert_leq(count, ENTRIES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		ret_entries[i] = (struct hpim_entry){
			.source = vector_addr(entry, "source"),
			.group = vector_addr(entry, "group"),
			.rpc = { vector_u32(entry, "metric_preference"),
				 vector_u32(entry, "metric") },
		};
	}
	return count;
}

static struct hpim_hello options_of(struct json_object *list)
{
	struct hpim_hello hello = { .has_hold = false };

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *option = json_object_array_get_idx(list, i);

		cr_assert_eq(vector_u32(option, "type"), 1);
		hello.has_hold = true;
		hello.hold_s = (uint16_t)vector_u32(option, "holdtime");
	}
	return hello;
}

/* A Sync as it stands in the trace; also the entries it carries. */
static struct hpim_msg sync_of(struct json_object *packet, struct hpim_entry *ret_entries)
{
	struct hpim_msg msg = {
		.boot_time = vector_u32(packet, "boot_time"),
		.type = HPIM_SYNC,
		.sync = { .my_snapshot_sn = vector_u32(packet, "my_snapshot_sn"),
			  .neighbor_snapshot_sn = vector_u32(packet, "neighbor_snapshot_sn"),
			  .neighbor_boot_time = vector_u32(packet, "neighbor_boot_time"),
			  .is_master = vector_u32(packet, "master"),
			  .has_more = vector_u32(packet, "more"),
			  .sync_sn = vector_u32(packet, "sync_sn") },
	};

	msg.sync.entry_count = entries_of(vector_get(packet, "trees"), ret_entries);
	if (!msg.sync.has_more)
		msg.sync.options = options_of(vector_get(packet, "options"));
	return msg;
}

static struct hpim_msg ack_of(struct json_object *packet)
{
	return (struct hpim_msg){
		.boot_time = vector_u32(packet, "boot_time"),
		.type = HPIM_ACK,
		.tree = { .source = vector_addr(packet, "source"),
			  .group = vector_addr(packet, "group"),
			  .neighbor_boot_time = vector_u32(packet, "neighbor_boot_time"),
			  .neighbor_snapshot_sn = vector_u32(packet, "neighbor_snapshot_sn"),
			  .my_snapshot_sn = vector_u32(packet, "my_snapshot_sn"),
			  .sn = vector_u32(packet, "sn") },
	};
}

static void receive(struct replay *r, const struct hpim_msg *msg, const struct hpim_entry *entries)
{
	uint8_t bytes[1500];
	size_t len = hpim_encode(msg, entries, bytes, sizeof(bytes));
	const struct core_event event = {
		.kind = EV_PACKET,
		.packet = { .link = LINK,
			    .socket = SOCKET_103,
			    .src = r->neighbor,
			    .dst = msg->type == HPIM_HELLO ? *hpim_if_group(r->hif) : r->our,
			    .ttl = 1,
			    .bytes = bytes,
			    .len = len },
	};

	cr_assert_gt(len, 0);
	core_handle(r->core, r->now, &event);
}

/* The trace has the acceptance rules only, not what an accepted message means: white box. */
static void accept_reliable(struct replay *r, struct json_object *event)
{
	struct hpim_msg msg = {
		.boot_time = vector_u32(event, "boot_time"),
		.type = HPIM_UPSTREAM,
		.tree = { .source = vector_addr(event, "source"),
			  .group = vector_addr(event, "group"),
			  .sn = vector_u32(event, "sn") },
	};

	r->accepted = hpim_neigh_accept(r->hif, &r->neighbor, &msg);
}

static void accept_ack(struct replay *r, struct json_object *event)
{
	struct hpim_msg msg = {
		.boot_time = vector_u32(event, "boot_time"),
		.type = HPIM_ACK,
		.tree = { .neighbor_boot_time = vector_u32(event, "neighbor_boot_time"),
			  .neighbor_snapshot_sn = vector_u32(event, "neighbor_snapshot_sn"),
			  .my_snapshot_sn = vector_u32(event, "my_snapshot_sn"),
			  .sn = 1 },
	};

	r->accepted = hpim_neigh_ack(r->hif, &r->neighbor, &msg);
}

static void hear_hello(struct replay *r, struct json_object *event)
{
	struct hpim_msg msg = {
		.boot_time = vector_u32(event, "boot_time"),
		.type = HPIM_HELLO,
		.hello = { .has_hold = true,
			   .hold_s = (uint16_t)vector_u32(event, "holdtime"),
			   .has_checkpoint = true,
			   .checkpoint_sn = vector_u32(event, "checkpoint_sn") },
	};

	receive(r, &msg, NULL);
}

static void perform(struct replay *r, struct json_object *event)
{
	const char *kind = vector_text(event, "kind");
	struct hpim_entry entries[ENTRIES_MAX];

	r->accepted = false;
	if (!strcmp(kind, "sync")) {
		struct hpim_msg msg = sync_of(event, entries);

		receive(r, &msg, entries);
	} else if (!strcmp(kind, "hello")) {
		hear_hello(r, event);
	} else if (!strcmp(kind, "first_contact")) {
		hpim_sync_reset(neighbor_of(r));
	} else if (!strcmp(kind, "sync_timer")) {
		hpim_sync_timeout(neighbor_of(r));
	} else if (!strcmp(kind, "reliable")) {
		accept_reliable(r, event);
	} else if (!strcmp(kind, "ack")) {
		accept_ack(r, event);
	} else {
		cr_assert_str_eq(kind, "our_boot_time");
		r->hif->boot_time = vector_u32(event, "boot_time");
	}
}

/* The next packet sent must be exactly these bytes. */
static void check_sent(struct replay *r, const struct hpim_msg *msg,
		       const struct hpim_entry *entries)
{
	const struct core_effect *fx;
	uint8_t bytes[1500];
	size_t len = hpim_encode(msg, entries, bytes, sizeof(bytes));

	do {
		fx = core_effect_next(r->core);
		cr_assert_not_null(fx, "%s: nothing sent", r->where);
	} while (fx->kind != FX_SEND);
	cr_assert_eq(fx->send.link, LINK);
	cr_assert(ip_addr_equal(&fx->send.src, &r->our) &&
		  ip_addr_equal(&fx->send.dst, &r->neighbor));
	cr_assert(fx->send.len == len && !memcmp(fx->send.bytes, bytes, len),
		  "%s: other bytes than expected", r->where);
}

static void check_no_more_sent(struct replay *r)
{
	const struct core_effect *fx;

	while ((fx = core_effect_next(r->core)))
		cr_assert(fx->kind != FX_SEND, "%s: sends too much", r->where);
}

/* What the reference fails to send in SYNCED: M=0, m=0, the same SyncSN, Hold Time 40. Q1 */
static void check_q1(struct replay *r)
{
	const struct hpim_neigh *neigh = neighbor_of(r);
	const struct hpim_msg msg = {
		.boot_time = neigh->my_snapshot_boot_time,
		.type = HPIM_SYNC,
		.sync = { .my_snapshot_sn = neigh->my_snapshot_sn,
			  .neighbor_snapshot_sn = neigh->neighbor_snapshot_sn,
			  .neighbor_boot_time = neigh->boot_time,
			  .sync_sn = neigh->sync_sn,
			  .options = { .has_hold = true, .hold_s = 40 } },
	};

	check_sent(r, &msg, NULL);
}

static void check_all_sent(struct replay *r, struct json_object *expect)
{
	struct json_object *sent = vector_get(expect, "sent");

	for (size_t i = 0; i < json_object_array_length(sent); i++) {
		struct json_object *packet = json_object_array_get_idx(sent, i);
		bool is_sync = !strcmp(vector_text(packet, "type_name"), "sync");
		struct hpim_entry entries[ENTRIES_MAX];
		struct hpim_msg msg = is_sync ? sync_of(packet, entries) : ack_of(packet);

		check_sent(r, &msg, entries);
	}
	if (vector_has(expect, "q1"))
		check_q1(r);
	check_no_more_sent(r);
}

static struct ip_addr addr_at(struct json_object *list, size_t i)
{
	struct ip_addr addr;

	cr_assert_eq(
		ip_addr_parse(json_object_get_string(json_object_array_get_idx(list, i)), &addr),
		0);
	return addr;
}

static uint32_t u32_at(struct json_object *list, size_t i)
{
	return (uint32_t)json_object_get_int64(json_object_array_get_idx(list, i));
}

static const struct hpim_record *record_of(const struct replay *r, struct json_object *entry)
{
	const struct ip_addr source = addr_at(entry, 0), group = addr_at(entry, 1);
	const struct hpim_tree *tree = hpim_tree_find(r->hif->hpim, &source, &group);
	const struct hpim_tree_if *tif = tree ? hpim_tree_if_find(tree, LINK) : NULL;
	const struct hpim_record *record = tif ? hpim_record_find(tif, neighbor_of(r)) : NULL;

	cr_assert_not_null(record, "%s: nothing known of a tree", r->where);
	return record;
}

/* Every expected entry is there, and no other. */
static void check_records(const struct replay *r, struct json_object *expect)
{
	struct json_object *upstream = vector_get(expect, "upstream");
	struct json_object *last_sn = vector_get(expect, "last_sn");
	size_t upstream_count = 0, last_sn_count = 0;
	const struct hpim_record *record;

	TAILQ_FOREACH (record, &neighbor_of(r)->records, by_neigh) {
		upstream_count += record->is_upstream;
		last_sn_count += record->last_sn != 0;
	}
	cr_assert_eq(upstream_count, json_object_array_length(upstream), "%s", r->where);
	cr_assert_eq(last_sn_count, json_object_array_length(last_sn), "%s", r->where);
	for (size_t i = 0; i < upstream_count; i++) {
		struct json_object *entry = json_object_array_get_idx(upstream, i);

		record = record_of(r, entry);
		cr_assert(record->is_upstream && record->rpc.preference == u32_at(entry, 2) &&
				  record->rpc.metric == u32_at(entry, 3),
			  "%s: upstream", r->where);
	}
	for (size_t i = 0; i < last_sn_count; i++) {
		struct json_object *entry = json_object_array_get_idx(last_sn, i);

		cr_assert_eq(record_of(r, entry)->last_sn, u32_at(entry, 2), "%s: LastSN",
			     r->where);
	}
}

static void check_number(const struct replay *r, struct json_object *expect, const char *key,
			 uint32_t value)
{
	cr_assert_eq(value, vector_u32(expect, key), "%s: %s is %u", r->where, key, value);
}

static void check_neighbor(const struct replay *r, struct json_object *expect)
{
	static const char *const states[SYNC_STATE_COUNT] = { "UNKNOWN", "MASTER", "SLAVE",
							      "SYNCED" };
	const struct hpim_neigh *neigh = neighbor_of(r);

	cr_assert_str_eq(states[neigh->state], vector_text(expect, "state"), "%s", r->where);
	check_number(r, expect, "neighbor_boot_time", neigh->boot_time);
	check_number(r, expect, "my_snapshot_boot_time", neigh->my_snapshot_boot_time);
	check_number(r, expect, "my_snapshot_sn", neigh->my_snapshot_sn);
	check_number(r, expect, "neighbor_snapshot_sn", neigh->neighbor_snapshot_sn);
	check_number(r, expect, "current_sync_sn", neigh->sync_sn);
	check_number(r, expect, "checkpoint_sn", neigh->checkpoint_sn);
	check_number(r, expect, "hold_time", neigh->hold_s);
	check_number(r, expect, "interface_sn", r->hif->sn);
	cr_assert_eq(neigh->liveness_timer.deadline >= r->now, true);
	check_records(r, expect);
}

/*
 * A message with the BootTime of the neighbor while another one is claimed. Differs: the reference
 * ignores it, for us it shows that the claim is false; test_hpim_claim.
 */
static bool is_of_established(const struct replay *r, struct json_object *event)
{
	const struct hpim_neigh *neigh = hpim_neigh_find(r->hif, &r->neighbor);

	return neigh && neigh->claim && neigh->claim->boot_time > neigh->boot_time &&
	       strcmp(vector_text(event, "kind"), "our_boot_time") != 0 &&
	       json_object_object_get_ex(event, "boot_time", NULL) &&
	       vector_u32(event, "boot_time") == neigh->boot_time;
}

/* Each trace has more that begins again than a neighbor is allowed in no time. */
static void fill_buckets(const struct replay *r)
{
	struct hpim_neigh *neigh = hpim_neigh_find(r->hif, &r->neighbor);

	if (neigh)
		neigh->claims = neigh->renewals = (struct bucket){ 0 };
	r->hif->strangers = (struct bucket){ 0 };
}

static void step(struct replay *r, struct json_object *step)
{
	struct json_object *expect = vector_get(step, "expect");

	fill_buckets(r);
	if (is_of_established(r, vector_get(step, "event")))
		return;
	our_tree_count = entries_of(vector_get(step, "our_trees"), our_trees);
	perform(r, vector_get(step, "event"));
	check_all_sent(r, expect);
	check_neighbor(r, expect);
	if (json_object_object_get_ex(expect, "accepted", NULL))
		cr_assert_eq(r->accepted, vector_has(expect, "accepted"), "%s: accepted", r->where);
}

static void drain(struct core *core)
{
	while (core_effect_next(core))
		;
}

static void start(struct replay *r, struct json_object *trace)
{
	struct core_event link = { .kind = EV_LINK,
				   .link = { .link = LINK,
					     .is_present = true,
					     .is_up = true,
					     .mtu = 1500,
					     .name = "eth0",
					     .addr_count = 1 } };
	const struct core_event on = { .kind = EV_CONFIG,
				       .config = { .kind = CONFIG_LINK,
						   .link = LINK,
						   .family = IP_FAMILY_4,
						   .proto = PROTO_HPIM,
						   .is_on = true } };

	*r = (struct replay){ .our = vector_addr(trace, "our_ip"),
			      .neighbor = vector_addr(trace, "neighbor_ip") };
	link.link.addrs[0] = (struct ip_prefix){ .addr = r->our, .len = 24 };
	our_fragment = vector_u32(trace, "fragment");
	r->core = core_new(&core_limits_default);
	core_handle(r->core, 0, &link);
	drain(r->core);
	core_handle(r->core, 0, &on);
	drain(r->core);
	r->hif = hpim_if_by_link(hpim_of(r->core, IP_FAMILY_4), LINK);
	cr_assert_not_null(r->hif);
	r->hif->boot_time = vector_u32(trace, "our_boot_time");
	cr_assert_not_null(
		hpim_neigh_new(r->hif, &r->neighbor, vector_u32(trace, "neighbor_boot_time")));
	drain(r->core);
}

static void replay(struct json_object *trace)
{
	struct json_object *steps = vector_get(trace, "steps");
	struct replay r;

	start(&r, trace);
	for (size_t i = 0; i < json_object_array_length(steps); i++) {
		(void)snprintf(r.where, sizeof(r.where), "%s, step %zu", vector_text(trace, "name"),
			       i);
		step(&r, json_object_array_get_idx(steps, i));
	}
	core_free(r.core);
}

Test(hpim_sync, traces_of_the_reference_replay_step_by_step)
{
	struct json_object *traces = vector_load("hpim-dm-sync-traces.json");
	size_t count = json_object_array_length(traces);

	cr_assert_eq(count, 100);
	for (size_t i = 0; i < count; i++)
		replay(json_object_array_get_idx(traces, i));
	json_object_put(traces);
}
